"""Exercises of ``02_models/03_autoencoders``."""

import numpy as np

from genai_course.exercises.definitions import Experiment, Function, Prediction, Setting, Target


def batches(rng):
    """Two pictures, five, and one alone, of the size that the text names; also pictures with black and white pixels."""
    plain = [(rng.random((n, 8, 8, 1)), rng.random((n, 8, 8, 1))) for n in (2, 5, 1)]
    ink = np.clip(3 * rng.random((4, 8, 8, 1)) - 1, 0, 1)
    return [*plain, tensors((rng.random((3, 8, 8, 1)), rng.random((3, 8, 8, 1)))), (ink, ink[::-1]), (ink[::-1], rng.random(ink.shape))]


def tensors(case):
    """What the lesson's own cells pass."""
    from keras import ops

    return tuple(ops.convert_to_tensor(each, "float32") for each in case)


def any_batch(draw, st, numbers):
    shape = (draw(st.integers(1, 3)), 8, 8, 1)
    return draw(numbers(shape, 0, 1)), draw(numbers(shape, 0, 1))


def noises(rng):
    """Noise of both signs that pushes pixels out of the range; one picture alone; black and white."""
    grey = [(rng.random(shape), rng.normal(0, spread, shape)) for spread, shape in [(0.6, (2, 3, 4, 1)), (2, (1, 5, 2, 3))]]
    return [*grey, (rng.integers(0, 2, (3, 4, 5, 2)).astype(float), rng.normal(0, 0.3, (3, 4, 5, 2)))]


def any_noise(draw, st, numbers):
    shape = draw(st.tuples(*[st.integers(1, 3)] * 4))
    return draw(numbers(shape, 0, 1)), draw(numbers(shape, -2, 2))


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
    Function("reconstruction_error", reference="genai_course.models.autoencoder:reconstruction_error", cases=batches, space=any_batch, traced=True, hints=(
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
        "square(pictures - drawn) → square(pictures) - ops.square(drawn)":
            "You took the difference of the squares. Take the difference first, then square it.",
        "return → ops.var(pictures - drawn, axis=(1, 2, 3))":
            "That is the variance of the differences: a drawing that is too bright everywhere would cost nothing. Take the mean of the squares.",
        ", 3 →": "The channels are left over: your result has two axes. Average over the last axis as well, even if its size is 1.",
        "(1, 2, 3) → (0, 1, 2)":
            "You averaged over axes 0, 1 and 2 and kept the channels. Counting starts at 0: the pictures are axis 0, so average over 1, 2 and 3.",
        "(1, 2, 3) → -1": "You averaged over the last axis only, the channels. Height and width (axes 1 and 2) belong to the picture, too.",
    }, excused={
        "`pictures - drawn` → `drawn - pictures`": "The square forgets the sign.",
        "`axis=(1, 2, 3)` → `axis=(1, -2, 3)`": "Of four axes, -2 is axis 2.",
    }),
    Function("compression_rate", reference=compression_rate, cases=lambda rng: [((2, 3, 1), 2), ((16, 16, 1), 9), ((4, 5, 3), 7), ((1, 7, 2), 20), ((256, 256, 3), 96)], hints=(
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
        "return → 1 - latent_dim / np.prod(picture_shape)":
            "That is the share saved. The rate says how many times smaller: picture divided by code.",
        "height * width * channels → height * height * channels": "You multiplied the height by itself. Pictures need not be square.",
        "return → np.prod(picture_shape)": "That is the size of the picture. Divide it by the size of the code.",
    }),
    Experiment("smallest_code", reference={"latent_dim": 13, "error": 0.0165}, targets=[
        Target("error", "the target is 0.018 or less. A longer code loses less.", at_least=0.003, at_most=0.018),
    ], settings=[
        Setting("latent_dim", "a whole number from 6 to 15 is accepted; with 5 the error stays above 0.02 even on the gpu profile.",
                lambda numbers: numbers in range(6, 16)),
    ], hints=(
        "Read the figure: between which two trained sizes does the curve cross the target?",
        "With 8 numbers the error is above the target, with 16 below it.",
        "Try 13.",
    ), passed="Small enough and good enough. Twice the numbers would not halve the error: the last details are the dearest.", mistakes=[
        (lambda result: result["latent_dim"] > 15,
         "That code is longer than 15 numbers. The keyboard is small: go down the curve until the error is close to the target.",
         {"latent_dim": 32, "error": 0.009}),
        (lambda result: result["error"] > 0.018,
         "The letters lose too much: the target is an error of 0.018 or less. Give the code a few more numbers and train again.",
         {"latent_dim": 6, "error": 0.03}),
    ]),
    Function("denoising_pair", reference=denoising_pair, cases=noises, space=any_noise, hints=(
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
        "np.clip(pictures + noise, 0, 1) → np.minimum(pictures + noise, 1)": "You cut at 1 only. Some pixels fall below 0, too.",
        "np.clip(pictures + noise, 0, 1) → np.maximum(pictures + noise, 0)": "You cut at 0 only. Some pixels rise above 1, too.",
        "0, 1 → -1, 1": "You cut to the range from −1 to 1. Pictures go from 0 to 1.",
        "np.clip(pictures + noise, 0, 1) → pictures + np.clip(noise, 0, 1)": "You cut the noise. Cut the sum, picture and noise together.",
        "np.clip(pictures + noise, 0, 1) → (pictures + noise) % 1":
            "Your values wrap around: 1.2 becomes 0.2. Cut them: what is above 1 becomes 1, what is below 0 becomes 0.",
        "pictures + noise → np.abs(pictures + noise)": "You folded values below 0 up by `abs`. Cut them at 0.",
        "pictures + →": "You show the noise alone. Add it to the picture, or there is nothing to clean.",
        "+ → -": "You subtracted the noise. It would train as well, since noise has no preferred sign, but the function promises pictures + noise.",
    }),
]

PREDICTIONS = [
    Prediction("kept_variation", between=(0, 1), close=0.08,
               after="Neighbouring pixels say nearly the same, so a few directions carry much of what varies."),
]
