"""Exercises of ``02_models/03_autoencoders``."""

import numpy as np

from genai_course.exercises import Function, Mistake


def batches(rng):
    """Two tiny pictures, then pictures whose every size differs, so that no axis can stand in for another."""
    return [(rng.random(shape), rng.random(shape)) for shape in [(2, 2, 2, 1), (4, 3, 5, 2)]]


def squares(pictures, drawn):
    return (pictures - drawn) ** 2


EXERCISES = [
    Function(
        "reconstruction_error",
        reference="genai_course.models.autoencoder:reconstruction_error",
        cases=batches,
        traced=True,
        hints=(
            "Take the difference of the two batches first: it has the shape of the pictures, (n, height, width, channels).",
            "Square the differences, so that too bright and too dark count alike. Then average, but not over the first axis.",
            "`ops.mean` takes several axes at once: `ops.mean(ops.square(…), axis=(1, 2, 3))`.",
        ),
        passed="One mean squared error for each picture. "
        "An error of 0.01 means that a pixel is off by about 0.1, the root of it, on the scale from black (0) to white (1).",
        mistakes=[
            Mistake(
                lambda pictures, drawn: np.mean(squares(pictures, drawn)),
                "You returned one number for the whole batch. Each picture needs its own: average over height, width and "
                "channels, and leave the first axis alone.",
            ),
            Mistake(
                squares,
                "You have one squared error for every pixel. Each picture needs one number: average over height, width and channels.",
            ),
            Mistake(
                lambda pictures, drawn: np.sum(squares(pictures, drawn), axis=(1, 2, 3)),
                "You added the squares up. Divide by the number of pixels (take the mean), "
                "so that the error means the same for small and for large pictures.",
            ),
            Mistake(
                lambda pictures, drawn: np.mean(np.abs(pictures - drawn), axis=(1, 2, 3)),
                "You averaged the absolute differences. Asked for is the mean of the squares, which punishes a few large errors "
                "more than many small ones.",
            ),
            Mistake(
                lambda pictures, drawn: np.sqrt(np.mean(squares(pictures, drawn), axis=(1, 2, 3))),
                "You took the square root at the end. The mean squared error is the number under that root.",
            ),
            Mistake(
                lambda pictures, drawn: np.mean(pictures - drawn, axis=(1, 2, 3)),
                "The differences are not squared, so pixels that are too bright cancel pixels that are too dark.",
            ),
            Mistake(
                lambda pictures, drawn: np.mean(pictures - drawn, axis=(1, 2, 3)) ** 2,
                "You squared after averaging. By then, pixels that are too bright have cancelled those that are too dark: "
                "square first.",
            ),
            Mistake(
                lambda pictures, drawn: np.mean(squares(pictures, drawn), axis=0),
                "You averaged over the pictures (axis 0), pixel by pixel. It is the other way round: "
                "average over axes 1, 2 and 3 and keep axis 0.",
            ),
            Mistake(
                lambda pictures, drawn: np.mean(squares(pictures, drawn), axis=(1, 2)),
                "The channels are left over: your result has two axes. Average over the last axis as well, even if its size is 1.",
            ),
            Mistake(
                lambda pictures, drawn: np.mean(squares(pictures, drawn), axis=(0, 1, 2)),
                "You averaged over axes 0, 1 and 2 and kept the channels. Counting starts at 0: the pictures are axis 0, "
                "so average over 1, 2 and 3.",
            ),
            Mistake(
                lambda pictures, drawn: np.mean(squares(pictures, drawn), axis=-1),
                "You averaged over the last axis only, the channels. Height and width (axes 1 and 2) belong to the picture, too.",
            ),
        ],
        excused={
            "`pictures - drawn` → `drawn - pictures`": "The square forgets the sign.",
            "`axis=(1, 2, 3)` → `axis=(1, -2, 3)`": "Of four axes, -2 is axis 2.",
        },
    ),
]
PREDICTIONS = []
QUIZ = []
