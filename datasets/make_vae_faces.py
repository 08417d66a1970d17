"""Train the convolutional variational autoencoder of faces of 64×64 pixels and write ``vae_faces.npz``.

    python datasets/make_vae_faces.py             goes on where an earlier run was interrupted
    python datasets/make_vae_faces.py --judge     only measures what is there

It learns from fresh faces with independent factors, none shown twice; then a mixture of Gaussians is fitted to their codes.
"""

import sys

import numpy as np
from long_training import ship, train
from make_pictures import grid, save
from make_unet_faces import fresh_faces, scores

from genai_course import evaluation, session
from genai_course.models import shipped_weights

session.pin_threads("laptop")

NAME = "vae_faces"
FIRST_SEED = 940_000  # of the faces to learn from
DRAWS, PICTURES, BATCH = 12, 6_400, 64
COMPONENTS, CODES = 50, 10_000  # of the mixture, and codes that it is fitted to
JUDGED = 2_000


def judge(model):
    """How well held-out faces are drawn back, and how drawn faces compare with real ones, beside what real ones reach."""
    real, other = (fresh_faces(JUDGED, FIRST_SEED - number)[0] for number in (1, 2))
    drawn_back = np.concatenate([np.asarray(model.decode(model.encode(part)[0])) for part in np.split(real[:500], 5)])
    drawn = np.concatenate([model.sample(100, seed=seed) for seed in range(JUDGED // 100)])
    for name, pictures in (("drawn", drawn), ("real", other)):
        print(name, scores(pictures, real))
    print(f"reconstruction error {np.sqrt(np.mean(np.square(real[:500] - drawn_back))):.4f} of a pixel")
    print(f"face_error of what is drawn back {evaluation.face_error(drawn_back).mean():.4f}")
    save(NAME, grid(np.concatenate([real[:10], drawn_back[:10], drawn[:20]]), columns=10), enlarge=1, colours=128)


def main():
    if "--judge" not in sys.argv:
        model, _ = train(
            NAME,
            lambda draw: fresh_faces(PICTURES, FIRST_SEED + draw)[:1],
            DRAWS,
            rate=2e-3,
            batch=BATCH,
            beta_2=0.99,
            global_clipnorm=1.0,
        )
        model.fit_prior(fresh_faces(CODES, FIRST_SEED - 3)[0], COMPONENTS)
        ship(NAME, model)
    judge(shipped_weights.load(NAME))


if __name__ == "__main__":
    main()
