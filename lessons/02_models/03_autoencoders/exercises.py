"""Exercises of ``02_models/03_autoencoders``."""

import numpy as np

from genai_course.exercises.definitions import Experiment, Function, Mistake, Prediction, Question, Target


def batches(rng):
    """Two tiny pictures, then pictures whose every size differs, so that no axis can stand in for another."""
    return [(rng.random(shape), rng.random(shape)) for shape in [(2, 2, 2, 1), (4, 3, 5, 2)]]


def squares(pictures, drawn):
    return (pictures - drawn) ** 2


def compression_rate(picture_shape, latent_dim):
    """Numbers in a picture per number in its code."""
    height, width, channels = picture_shape
    return height * width * channels / latent_dim


def denoising_pair(pictures, noise):
    """(what the network sees, what it must draw), both (n, height, width, channels)"""
    return np.clip(pictures + noise, 0, 1), pictures


EXERCISES = [
    Function(
        "reconstruction_error",
        reference="genai_course.models.autoencoder:reconstruction_error",
        cases=batches,
        traced=True,
        hints=(
            "Take the difference of the two batches first. It has the pictures' shape: (n, height, width, channels).",
            "Square the differences: too bright and too dark count alike. Then average, but not over the first axis.",
            "`ops.mean` takes several axes at once: `ops.mean(ops.square(…), axis=(1, 2, 3))`.",
        ),
        passed="One mean squared error for each picture. "
        "An error of 0.01 means that a pixel is off by about 0.1, the root of it, where black is 0 and white is 1.",
        mistakes=[
            Mistake(
                lambda pictures, drawn: np.mean(squares(pictures, drawn)),
                "You returned one number for the whole batch. Each picture needs its own: average over height, width "
                "and channels, and leave the first axis alone.",
            ),
            Mistake(
                squares,
                "You have one squared error for every pixel. Each picture needs one number: "
                "average over height, width and channels.",
            ),
            Mistake(
                lambda pictures, drawn: np.sum(squares(pictures, drawn), axis=(1, 2, 3)),
                "You added the squares up. Divide by the number of pixels (take the mean), "
                "so that the error means the same for small and for large pictures.",
            ),
            Mistake(
                lambda pictures, drawn: np.mean(np.abs(pictures - drawn), axis=(1, 2, 3)),
                "You averaged the absolute differences. Asked for is the mean of the squares, "
                "which punishes a few large errors more than many small ones.",
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
                "You squared after averaging. By then, pixels that are too bright have cancelled those that are "
                "too dark: square first.",
            ),
            Mistake(
                lambda pictures, drawn: np.mean(squares(pictures, drawn), axis=0),
                "You averaged over the pictures (axis 0), pixel by pixel. It is the other way round: "
                "average over axes 1, 2 and 3 and keep axis 0.",
            ),
            Mistake(
                lambda pictures, drawn: np.mean(squares(pictures, drawn), axis=(1, 2)),
                "The channels are left over: your result has two axes. Average over the last axis as well, "
                "even if its size is 1.",
            ),
            Mistake(
                lambda pictures, drawn: np.mean(squares(pictures, drawn), axis=(0, 1, 2)),
                "You averaged over axes 0, 1 and 2 and kept the channels. Counting starts at 0: "
                "the pictures are axis 0, so average over 1, 2 and 3.",
            ),
            Mistake(
                lambda pictures, drawn: np.mean(squares(pictures, drawn), axis=-1),
                "You averaged over the last axis only, the channels. Height and width (axes 1 and 2) "
                "belong to the picture, too.",
            ),
        ],
        excused={
            "`pictures - drawn` → `drawn - pictures`": "The square forgets the sign.",
            "`axis=(1, 2, 3)` → `axis=(1, -2, 3)`": "Of four axes, -2 is axis 2.",
        },
    ),
    Function(
        "compression_rate",
        reference=compression_rate,
        cases=lambda rng: [((2, 3, 1), 2), ((16, 16, 1), 9), ((4, 5, 3), 7)],
        hints=(
            "How many numbers does one picture hold? Multiply, then compare with the code.",
            "`picture_shape` holds three numbers; their product is the size of the picture.",
            "`height, width, channels = picture_shape`, then `return height * width * channels / latent_dim`",
        ),
        passed="A rate of 32 means one number where there were 32. What a file would save is another matter: "
        "code numbers are floats, pixels are bytes.",
        mistakes=[
            Mistake(
                lambda shape, latent_dim: latent_dim / np.prod(shape),
                "You divided the code by the picture, which says what share is left. The rate is the other way round.",
            ),
            Mistake(
                lambda shape, latent_dim: shape[0] * shape[1] / latent_dim,
                "You left the channels out. A colour picture holds three numbers for each pixel.",
            ),
            Mistake(
                lambda shape, latent_dim: sum(shape) / latent_dim,
                "You added height, width and channels. A picture of 2 × 3 pixels holds 6 numbers: multiply.",
            ),
            Mistake(
                lambda shape, latent_dim: np.prod(shape) // latent_dim,
                "You used `//`, which drops the fraction. A rate may be 13.3.",
            ),
            Mistake(
                lambda shape, latent_dim: np.prod(shape) - latent_dim,
                "You subtracted: that is how many numbers are saved. A rate is how many times smaller, so divide.",
            ),
            Mistake(
                lambda shape, latent_dim: np.prod(shape),
                "That is the size of the picture. Divide it by the size of the code.",
            ),
        ],
    ),
    Experiment(
        "smallest_code",
        reference={"latent_dim": 13, "error": 0.0165},
        targets=[
            Target("error", "the target is 0.018 or less. A longer code loses less.", at_least=1e-4, at_most=0.018),
            Target("latent_dim", "at most 16 numbers are accepted, and at least 1.", at_least=1, at_most=16),
        ],
        hints=(
            "Read the figure: between which two trained sizes does the curve cross the target?",
            "With 8 numbers the error is above the target, with 16 below it.",
            "Try 13.",
        ),
        passed="Small enough and good enough. Twice the numbers would not halve the error: the last details are the dearest.",
        mistakes=[
            Mistake(
                lambda result: result["latent_dim"] > 16,
                "That code is longer than 16 numbers. The keyboard is small: go down the curve until the error is close to the target.",
                example={"latent_dim": 32, "error": 0.009},
            ),
            Mistake(
                lambda result: result["error"] > 0.018,
                "The letters lose too much: the target is an error of 0.018 or less. Give the code a few more numbers and train again.",
                example={"latent_dim": 6, "error": 0.03},
            ),
        ],
    ),
    Function(
        "denoising_pair",
        reference=denoising_pair,
        cases=lambda rng: [(rng.random((2, 3, 4, 1)), rng.normal(0, 0.6, (2, 3, 4, 1)))],
        hints=(
            "What should the network be asked to draw, and what should it be shown?",
            "Show `pictures + noise`, cut to the range with `np.clip(…, 0, 1)`; ask for `pictures`.",
            "`return np.clip(pictures + noise, 0, 1), pictures`",
        ),
        passed="Noisy in, clean out. The network cannot know the noise, so all it can learn is what digits look like.",
        excused={
            "`np.clip(pictures + noise, 0, 1)` → `np.clip(0, pictures + noise, 1)`": "The larger of the two first arguments, either way.",
        },
        mistakes=[
            Mistake(
                lambda pictures, noise: (pictures + noise, pictures + noise),
                "The target is still the noisy picture, so the network learns to return the noise. The target is the clean one.",
            ),
            Mistake(
                lambda pictures, noise: (np.clip(pictures + noise, 0, 1), np.clip(pictures + noise, 0, 1)),
                "The noisy picture is cut to the range, and the target is noisy too. The network should draw the clean picture.",
            ),
            Mistake(
                lambda pictures, noise: (pictures + noise, pictures),
                "Right way round. The noise pushes some pixels below 0 or above 1, where no picture has values: cut with `np.clip(…, 0, 1)`.",
            ),
            Mistake(
                lambda pictures, noise: (pictures, np.clip(pictures + noise, 0, 1)),
                "You show the clean picture and ask for the noisy one. Swap them: the first of the pair is what the network sees.",
            ),
            Mistake(
                lambda pictures, noise: (np.clip(pictures + noise, 0, 1), noise),
                "You ask the network for the noise. That works too (diffusion models do it), though here we want the picture.",
            ),
            Mistake(
                lambda pictures, noise: (np.clip(noise, 0, 1), pictures),
                "You show the noise alone. Add it to the picture, or there is nothing to clean.",
            ),
            Mistake(
                lambda pictures, noise: (np.clip(pictures - noise, 0, 1), pictures),
                "You subtracted the noise. It would train as well, since noise has no preferred sign, but the function promises pictures + noise.",
            ),
        ],
    ),
]

PREDICTIONS = [
    Prediction(
        "kept_variation",
        between=(0, 1),
        close=0.08,
        after="Neighbouring pixels say nearly the same, so a few directions carry much of what varies.",
    ),
]

QUIZ = [
    Question(
        "An autoencoder with a code as wide as the picture draws perfectly. What has it learned?",
        [
            ("Everything about letters.", "It need not know anything about letters to copy pixels."),
            ("To generate new letters.", "It has never been asked for one; random codes still give smears."),
            ("Perhaps nothing: it can copy.", "The waist is what forces it to choose what matters."),
            ("PCA.", "PCA with all directions copies as well, and that says little about either."),
        ],
        right="c",
    ),
    Question(
        "Why does the network beat PCA with the same number of code numbers?",
        [
            (
                "Its layers bend, so a code number can trace a curve through picture space.",
                "A letter that tilts moves along a curve; a straight direction needs several numbers for it.",
            ),
            ("It has more training pictures.", "Both saw the same ones."),
            (
                "PCA does not minimise the squared error.",
                "It does, among all linear maps. That is exactly what it is best at.",
            ),
            ("It has a longer code.", "The codes have the same length; only the maps differ."),
        ],
        right="a",
    ),
    Question(
        "A denoiser is trained with the same fixed noise on each picture, epoch after epoch. What goes wrong?",
        [
            ("Nothing; noise is noise.", "A network that sees the same noise often enough learns it by heart."),
            (
                "It learns that noise by heart and fails on new noise.",
                "That is why the lesson draws new noise in every epoch.",
            ),
            ("It becomes a VAE.", "A VAE adds noise to the code, and pays a KL term."),
            ("The loss rises.", "The training loss falls happily. The held-out error tells."),
        ],
        right="b",
    ),
    Question(
        "Codes are drawn with the right mean and spread for each number, and the drawings are smears. Why?",
        [
            (
                "The decoder was trained too briefly.",
                "It draws well from real codes. Longer training does not fill the holes.",
            ),
            ("The spread was too small.", "It was measured on real codes."),
            ("A code needs more numbers.", "With more numbers there is more empty space, and dice miss by more."),
            (
                "Mean and spread of each number say nothing about which numbers go together.",
                "Codes lie on a few regions of the space; a mixture finds them, dice do not.",
            ),
        ],
        right="d",
    ),
]
