"""Train the U-Net that draws faces of 64×64 pixels as they are asked for, and write ``unet_faces.npz``.

    python datasets/make_unet_faces.py             goes on where an earlier run was interrupted
    python datasets/make_unet_faces.py --judge     only measures what is there

It learns from fresh faces with independent factors: none is shown twice, and none is a face of ``data.faces`` with the seeds that
lessons use.
"""

import sys

import numpy as np
from long_training import ship, train
from make_pictures import grid, save

from genai_course import data, evaluation, session
from genai_course.data.faces import FACE_RANGES
from genai_course.models import shipped_weights

keras = session.quietly_import_keras()
session.pin_threads("laptop")

NAME = "unet_faces"
FIRST_SEED = 930_000  # of the faces to learn from
DRAWS, PICTURES, BATCH = 22, 6_400, 64
JUDGED = 2_000
TOLERANCE = 0.1  # of a factor's range: read so near, it is as asked
DRAWING = shipped_weights.DRAWING[NAME]


def fresh_faces(n, seed):
    """Pictures (n, 64, 64, 3) and the place of each factor in its range, (n, 8)."""
    faces = data.faces(n, 1, size=64, seed=seed)
    return faces.train, places_of(faces.train_factors)


def places_of(factors):
    """{name: (n,)} -> (n, 8) float32 from 0 to 1"""
    columns = [(factors[name] - low) / (high - low) for name, (low, high) in FACE_RANGES.items()]
    return np.stack(columns, axis=1).astype("float32")


def scores(pictures, real):
    """Of drawn faces beside real ones, in the features of the face reader; and how far they are from any face."""
    drawn, truth = evaluation.face_features(pictures), evaluation.face_features(real)
    precision, recall = evaluation.precision_recall(truth, drawn)
    error = evaluation.face_error(pictures).mean()
    frechet = evaluation.frechet_distance(drawn, truth)
    return f"frechet {frechet:.3f}, precision {precision:.3f}, recall {recall:.3f}, face_error {error:.4f}"


def judge(model):
    """Whether each factor is drawn as asked, and how the faces compare with real ones, beside what real ones reach."""
    real, asked = fresh_faces(JUDGED, FIRST_SEED - 1)
    other, told = fresh_faces(JUDGED, FIRST_SEED - 2)
    pictures = model.sample(JUDGED, seed=1, labels=told, **DRAWING)
    for name, judged in (("drawn", pictures), ("real", other)):
        print(name, scores(judged, real))
        read = places_of(evaluation.read_faces(judged))
        shares = (np.abs(read - told) <= TOLERANCE).mean(axis=0)
        print("  as asked:", ", ".join(f"{key} {share:.3f}" for key, share in zip(FACE_RANGES, shares, strict=True)))
    print("told nothing", scores(model.sample(JUDGED, seed=2, **DRAWING), real))
    save(NAME, grid(model.sample(30, seed=3, labels=asked[:30], **DRAWING), columns=10), enlarge=1, colours=128)


def main():
    if "--judge" not in sys.argv:
        keras.config.set_dtype_policy("mixed_bfloat16")  # twice as quick where the processor multiplies in bfloat16
        model, _ = train(
            NAME,
            lambda draw: fresh_faces(PICTURES, FIRST_SEED + draw),
            DRAWS,
            rate=1.5e-3,
            batch=BATCH,
            beta_2=0.99,
            global_clipnorm=1.0,
        )
        keras.config.set_dtype_policy("float32")
        ship(NAME, model)
    judge(shipped_weights.load(NAME))


if __name__ == "__main__":
    main()
