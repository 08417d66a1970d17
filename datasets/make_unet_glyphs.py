"""Train the U-Net that draws glyphs of 28×28 pixels and write ``unet_glyphs.npz``.

    python datasets/make_unet_glyphs.py             goes on where an earlier run was interrupted
    python datasets/make_unet_glyphs.py --judge     only measures what is there

It learns from fresh glyphs of the training's kind: none is shown twice, and none is a combination that the test holds out.
"""

import sys

import numpy as np
from long_training import ship, train
from make_pictures import grid, save

from genai_course import data, evaluation, session
from genai_course.evaluation.image_metrics import SAMPLES
from genai_course.models import shipped_weights

keras = session.quietly_import_keras()
session.pin_threads("laptop")

NAME = "unet_glyphs"
FIRST_SEED = 910_000  # of the glyphs to learn from: far from any that a lesson uses, and from the classifier's
DRAWS, PICTURES, BATCH = 32, 6_400, 64
DRAWING = shipped_weights.DRAWING[NAME]


def fresh_glyphs(draw):
    """Pictures (PICTURES, 28, 28, 1) and labels."""
    glyphs = data.glyphs(PICTURES, 1, size=28, seed=FIRST_SEED + draw)
    return glyphs.train, glyphs.train_labels


def judge(model):
    """The scores of the course, beside those of new glyphs of the training's kind."""
    labels = np.arange(SAMPLES) % len(data.CHARACTERS)
    drawn = model.sample(SAMPLES, seed=1, labels=labels, **DRAWING)
    new = data.glyphs(SAMPLES, 1, size=28, seed=FIRST_SEED - 1)
    seen = np.concatenate([fresh_glyphs(draw)[0] for draw in range(3)])[:20_000]
    for name, pictures, asked in (("drawn", drawn, labels), ("floor", new.train, new.train_labels)):
        scores = evaluation.evaluate_images(pictures, labels=asked, training=seen)
        print(name, ", ".join(f"{key} {value:.3f}" for key, value in scores.items()))
    save(
        NAME, grid(model.sample(108, seed=3, labels=np.arange(108) % 36, **DRAWING), columns=18), enlarge=1, colours=32
    )


def main():
    if "--judge" not in sys.argv:
        keras.config.set_dtype_policy("mixed_bfloat16")  # twice as quick where the processor multiplies in bfloat16
        model, _ = train(NAME, fresh_glyphs, DRAWS, rate=1.5e-3, batch=BATCH, beta_2=0.99, global_clipnorm=1.0)
        keras.config.set_dtype_policy("float32")
        ship(NAME, model)
    judge(shipped_weights.load(NAME))


if __name__ == "__main__":
    main()
