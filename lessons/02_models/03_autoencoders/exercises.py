"""Exercises of ``02_models/03_autoencoders``."""

import numpy as np

from genai_course.exercises.definitions import Experiment, Function, Prediction, Target


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
    Function("reconstruction_error", reference="genai_course.models.autoencoder:reconstruction_error", cases=batches, traced=True, hints=(
        "Take the difference of the two batches first. It has the pictures' shape: (n, height, width, channels).",
        "Square the differences: too bright and too dark count alike. Then average, but not over the first axis.",
        "`ops.mean` takes several axes at once: `ops.mean(ops.square(…), axis=(1, 2, 3))`.",
    ), passed="One mean squared error for each picture. An error of 0.01 means that a pixel is off by about 0.1, the root of it, where black is 0 and white is 1.", mistakes={
        ", axis=(1, 2, 3) →":
            "You returned one number for the whole batch. Each picture needs its own: average over height, width and channels, and leave the first axis alone.",
        squares: "You have one squared error for every pixel. Each picture needs one number: average over height, width and channels.",
        "mean → sum":
            "You added the squares up. Divide by the number of pixels (take the mean), so that the error means the same for small and for large pictures.",
        "square → abs":
            "You averaged the absolute differences. Asked for is the mean of the squares, which punishes a few large errors more than many small ones.",
        "return → ops.sqrt(…)": "You took the square root at the end. The mean squared error is the number under that root.",
        "ops.square(pictures - drawn) → pictures - drawn":
            "The differences are not squared, so pixels that are too bright cancel pixels that are too dark.",
        "return → ops.mean(pictures - drawn, axis=(1, 2, 3)) ** 2":
            "You squared after averaging. By then, pixels that are too bright have cancelled those that are too dark: square first.",
        "(1, 2, 3) → 0":
            "You averaged over the pictures (axis 0), pixel by pixel. It is the other way round: average over axes 1, 2 and 3 and keep axis 0.",
        ", 3 →": "The channels are left over: your result has two axes. Average over the last axis as well, even if its size is 1.",
        "(1, 2, 3) → (0, 1, 2)":
            "You averaged over axes 0, 1 and 2 and kept the channels. Counting starts at 0: the pictures are axis 0, so average over 1, 2 and 3.",
        "(1, 2, 3) → -1": "You averaged over the last axis only, the channels. Height and width (axes 1 and 2) belong to the picture, too.",
    }, excused={
        "`pictures - drawn` → `drawn - pictures`": "The square forgets the sign.",
        "`axis=(1, 2, 3)` → `axis=(1, -2, 3)`": "Of four axes, -2 is axis 2.",
    }),
    Function("compression_rate", reference=compression_rate, cases=lambda rng: [((2, 3, 1), 2), ((16, 16, 1), 9), ((4, 5, 3), 7)], hints=(
        "How many numbers does one picture hold? Multiply, then compare with the code.",
        "`picture_shape` holds three numbers; their product is the size of the picture.",
        "`height, width, channels = picture_shape`, then `return height * width * channels / latent_dim`",
    ), passed="A rate of 32 means one number where there were 32. What a file would save is another matter: code numbers are floats, pixels are bytes.", mistakes={
        "return → latent_dim / np.prod(picture_shape)":
            "You divided the code by the picture, which says what share is left. The rate is the other way round.",
        "height * width * channels → picture_shape[0] * picture_shape[1]":
            "You left the channels out. A colour picture holds three numbers for each pixel.",
        "height * width * channels → sum(picture_shape)":
            "You added height, width and channels. A picture of 2 × 3 pixels holds 6 numbers: multiply.",
        "height * width * channels / → np.prod(picture_shape) //": "You used `//`, which drops the fraction. A rate may be 13.3.",
        "height * width * channels / → np.prod(picture_shape) -":
            "You subtracted: that is how many numbers are saved. A rate is how many times smaller, so divide.",
        "return → np.prod(picture_shape)": "That is the size of the picture. Divide it by the size of the code.",
    }),
    Experiment("smallest_code", reference={"latent_dim": 13, "error": 0.0165}, targets=[
        Target("error", "the target is 0.018 or less. A longer code loses less.", at_least=1e-4, at_most=0.018),
        Target("latent_dim", "at most 16 numbers are accepted, and at least 1.", at_least=1, at_most=16),
    ], hints=(
        "Read the figure: between which two trained sizes does the curve cross the target?",
        "With 8 numbers the error is above the target, with 16 below it.",
        "Try 13.",
    ), passed="Small enough and good enough. Twice the numbers would not halve the error: the last details are the dearest.", mistakes=[
        (lambda result: result["latent_dim"] > 16,
         "That code is longer than 16 numbers. The keyboard is small: go down the curve until the error is close to the target.",
         {"latent_dim": 32, "error": 0.009}),
        (lambda result: result["error"] > 0.018,
         "The letters lose too much: the target is an error of 0.018 or less. Give the code a few more numbers and train again.",
         {"latent_dim": 6, "error": 0.03}),
    ]),
    Function("denoising_pair", reference=denoising_pair, cases=lambda rng: [(rng.random((2, 3, 4, 1)), rng.normal(0, 0.6, (2, 3, 4, 1)))], hints=(
        "What should the network be asked to draw, and what should it be shown?",
        "Show `pictures + noise`, cut to the range with `np.clip(…, 0, 1)`; ask for `pictures`.",
        "`return np.clip(pictures + noise, 0, 1), pictures`",
    ), passed="Noisy in, clean out. The network cannot know the noise, so all it can learn is what digits look like.", excused={
        "`np.clip(pictures + noise, 0, 1)` → `np.clip(0, pictures + noise, 1)`": "The larger of the two first arguments, either way.",
    }, mistakes={
        "return → (pictures + noise, pictures + noise)":
            "The target is still the noisy picture, so the network learns to return the noise. The target is the clean one.",
        "return → (np.clip(pictures + noise, 0, 1), np.clip(pictures + noise, 0, 1))":
            "The noisy picture is cut to the range, and the target is noisy too. The network should draw the clean picture.",
        "return → (pictures + noise, pictures)":
            "Right way round. The noise pushes some pixels below 0 or above 1, where no picture has values: cut with `np.clip(…, 0, 1)`.",
        "return → (pictures, np.clip(pictures + noise, 0, 1))":
            "You show the clean picture and ask for the noisy one. Swap them: the first of the pair is what the network sees.",
        "return → (np.clip(pictures + noise, 0, 1), noise)":
            "You ask the network for the noise. That works too (diffusion models do it), though here we want the picture.",
        "pictures + →": "You show the noise alone. Add it to the picture, or there is nothing to clean.",
        "+ → -": "You subtracted the noise. It would train as well, since noise has no preferred sign, but the function promises pictures + noise.",
    }),
]

PREDICTIONS = [
    Prediction("kept_variation", between=(0, 1), close=0.08,
               after="Neighbouring pixels say nearly the same, so a few directions carry much of what varies."),
]
