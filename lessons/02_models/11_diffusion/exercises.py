"""Exercises of 02_models/11_diffusion."""

import numpy as np

from genai_course.exercises.definitions import Experiment, Function, Prediction, Target


def alpha(time):
    return np.cos(np.pi / 2 * np.asarray(time))


def sigma(time):
    return np.sin(np.pi / 2 * np.asarray(time))


def mixed(clean, noise, time):
    return alpha(time) * clean + sigma(time) * noise


def noise_under(noisy, denoised, time):
    return (noisy - alpha(time) * denoised) / sigma(time)


def three_arrays(rng):
    """Clean or noisy numbers, noise or guesses, and times that are neither 0 nor 1."""
    return [
        (rng.normal(size=3), rng.normal(size=3), 0.1 + 0.8 * rng.random(3)),
        (2 * rng.normal(size=7), rng.normal(size=7), 0.1 + 0.8 * rng.random(7)),
    ]


def with_earlier(rng):
    """Numbers and guesses at one time, and pictures at another; the earlier times are above 0, and 0 itself."""
    return [
        (rng.normal(size=3), rng.normal(size=3), 0.7, 0.4),
        (rng.normal(size=(2, 4, 4, 1)), rng.normal(size=(2, 4, 4, 1)), 0.3, 0.2),
        (rng.normal(size=5), rng.normal(size=5), 0.25, 0.0),
    ]


def two_guesses(rng):
    return [
        (rng.normal(size=3), rng.normal(size=3), 2.5),
        (rng.normal(size=(2, 4, 4, 1)), rng.normal(size=(2, 4, 4, 1)), 0.4),
    ]


EXERCISES = [
    Function("add_noise", reference="genai_course.models.diffusion:add_noise", cases=three_arrays, traced=True, mistakes={
        ("alpha * → np.sin(np.pi / 2 * np.asarray(time)) *", "sigma * → np.cos(np.pi / 2 * np.asarray(time)) *"):
            "The two factors are swapped: at time 0 you would have noise alone. The cosine, 1 at time 0, belongs to the clean number.",
        ("alpha * → (1 - time) *", "sigma * → time *"):
            "That is a straight mixture, as flow matching uses. Its squares do not add up to 1; this lesson takes cosine and sine.",
        ("alpha * → np.cos(time) *", "sigma * → np.sin(time) *"):
            "π/2 is missing: cos(1) is 0.54, so at time 1 more than half of the signal would be left.",
        ("alpha * → np.cos(np.pi * time) *", "sigma * → np.sin(np.pi * time) *"):
            "You took π where π/2 is needed: at time 1 the clean number would be back, with its sign turned round.",
        ("alpha * →", "sigma * → np.sin(np.pi / 2 * np.asarray(time)) *"):
            "The signal does not fade in yours, so at time 1 it is still all there, under the noise. Multiply it by the cosine.",
        ("alpha * → np.cos(np.pi / 2 * np.asarray(time)) ** 2 *", "sigma * → np.sin(np.pi / 2 * np.asarray(time)) ** 2 *"):
            "You squared the factors. Their squares add up to 1; they themselves need not.",
        (lambda clean, noise, time: alpha(time) * clean - sigma(time) * noise):
            "You subtracted the noise. It is as likely up as down, so the numbers look right, but whoever takes the noise out again must know the sign: add it.",
    }, hints=(
        "At time 0 the result is the clean number, at time 1 it is the noise.",
        "Multiply the clean number by cos(π/2 · t) and the noise by sin(π/2 · t); `ops.cos` and `ops.sin`.",
        "`return ops.cos(np.pi / 2 * time) * clean + ops.sin(np.pi / 2 * time) * noise`",
    ), passed="With clean numbers of variance 1 the mixture has variance 1 at any time, because cos² + sin² = 1.",
        excused={"`np.pi / 2` → `np.pi / -2`": "A cosine forgets the sign of its angle."}),
    Function("score", reference="genai_course.models.diffusion:score", cases=three_arrays, mistakes={
        (lambda noisy, denoised, time: (noisy - alpha(time) * denoised) / sigma(time) ** 2):
            "The sign is turned round: yours points away from the guess, downhill. Likelier numbers lie towards it.",
        (lambda noisy, denoised, time: (alpha(time) * denoised - noisy) / sigma(time)):
            "You divided by the noise's standard deviation. The slope of −d²/(2 noise²) has noise² underneath.",
        (lambda noisy, denoised, time: (denoised - noisy) / sigma(time) ** 2):
            "You compared x with the clean guess. At this time only the signal's share of it is left: alpha · denoised − x.",
        (lambda noisy, denoised, time: alpha(time) * denoised - noisy): "The direction is right, the length is not: divide by noise².",
        (lambda noisy, denoised, time: (alpha(time) * denoised - noisy) / alpha(time) ** 2):
            "You divided by the signal's square. With little noise the density is steep: it is noise² that goes underneath.",
        (lambda noisy, denoised, time: (alpha(time) * noisy - denoised) / sigma(time) ** 2):
            "Guess and noisy number are swapped: the signal's factor belongs to the guess.",
    }, hints=(
        "The density pulls x towards where the guess would be at this time.",
        "alpha = cos(π/2 · t), sigma = sin(π/2 · t); the top is alpha · denoised − x.",
        "`return (ops.cos(np.pi / 2 * time) * denoised - noisy) / ops.sin(np.pi / 2 * time) ** 2`",
    ), passed="So guessing and knowing the slope are one and the same. The formula is Tweedie's, from 1956; diffusion models live on it.", excused={
        "`np.pi / 2` → `np.pi / -2`": "A cosine forgets the sign of its angle.",
        "`np.pi / 2` → `np.pi / -2` (2)": "The square forgets the sign of the sine.",
    }),
    Function("step_back", reference="genai_course.models.diffusion:ddim_step", cases=with_earlier, mistakes={
        "return → noisy": "You mixed guess and noise for the old time again, which gives back x. Mix them for the earlier one.",
        "return → denoised": "You went straight to the guess. Under much noise it is a blurred mean; go only as far as the earlier time.",
        (lambda noisy, denoised, time, next_time: mixed(denoised, noisy - alpha(time) * denoised, next_time)):
            "The noise is not scaled: x − alpha · denoised is the noise's share of x, so divide it by sigma = sin(π/2 · t).",
        (lambda noisy, denoised, time, next_time: mixed(denoised, (noisy - denoised) / sigma(time), next_time)):
            "To find the noise you took away the whole guess. At this time x holds only alpha · denoised.",
        (lambda noisy, denoised, time, next_time: mixed(denoised, (noisy - alpha(time) * denoised) / sigma(time) ** 2, next_time)):
            "You divided by noise², as for the score. Here the noise itself is wanted: divide by sin(π/2 · t).",
        (lambda noisy, denoised, time, next_time: mixed(noise_under(noisy, denoised, time), denoised, next_time)):
            "Guess and noise are swapped in the mixture: the cosine belongs to the guess.",
        "return → np.cos(np.pi / 2 * np.asarray(next_time)) * denoised":
            "The noise is missing. At the earlier time there is still some: add sin(π/2 · next_time) times it.",
        (lambda noisy, denoised, time, next_time: mixed(denoised, (noisy - alpha(next_time) * denoised) / (sigma(next_time) if next_time else 1), time)):
            "The two times are swapped: take the noise out at `time`, and mix for `next_time`.",
        (lambda noisy, denoised, time, next_time: mixed(noisy, noise_under(noisy, denoised, time), next_time)):
            "You mixed the noise with x, which is noisy already. Mix it with the guess.",
    }, hints=(
        "Two lines: first the noise that must have been there if the guess is right, then a new mixture.",
        "noise = (noisy − cos(π/2 · time) · denoised) / sin(π/2 · time); then `add_noise` for the earlier time.",
        "`return add_noise(denoised, (noisy - ops.cos(np.pi / 2 * time) * denoised) / ops.sin(np.pi / 2 * time), next_time)`",
    ), passed="In the plane of guess and noise this is a rotation by the difference of two angles: no length is lost, however long the step.",
        excused={"`np.pi / 2` → `np.pi / -2`": "A cosine forgets the sign of its angle."}),
    Function("guided", reference="genai_course.models.diffusion:guided", cases=two_guesses, mistakes={
        "uncond + → cond +":
            "You start at the guess for the class, so 0 would not ignore it and 1 would be loud already. (Some papers count w like that.) Start at the guess without a class.",
        "cond - uncond → uncond - cond": "The difference is turned round, so a larger scale leads away from the class.",
        "return → cond + guidance_scale * (uncond - cond)":
            "Yours starts at the class and walks to the guess without: 1 would ignore the class. It is the other way round.",
        "uncond + →": "That is only the push. Add it to where you start, the guess without a class.",
        "return → guidance_scale * cond":
            "A larger guess is a picture with more contrast. What is exaggerated is the difference that the class makes.",
        "- uncond →": "You add the whole guess for the class. Add only what it differs by: cond − uncond.",
    }, hints=(
        "Two guesses are two points. Start at the one without a class and walk through the other.",
        "The way is cond − uncond; w times that.",
        "`return uncond + guidance_scale * (cond - uncond)`",
    ), passed="Nothing was trained for this: one network gives both guesses, because one letter in ten hid its class."),
    Experiment("guidance", reference={"scale": 2.0, "recognised": 0.88, "recall": 0.7}, targets=[
        Target("recognised", "at least 80 % must be read as asked.", at_least=0.8, at_most=1),
        Target("recall", "at least 0.6 of the real variety must be reached.", at_least=0.6, at_most=1),
        Target("scale", "a scale is 0 or more, and a number you could write down.", at_least=0, at_most=1e6),
    ], mistakes=[
        (lambda result: result["scale"] < 0, "A negative scale leads away from the class. Choose 0 or more.",
         {"scale": -1.0, "recognised": 0.0, "recall": 0.4}),
        (lambda result: result["recognised"] < 0.8 and result["recall"] < 0.6,
         "Both are too low. The plain guess, a scale of 1, has more variety; start there and go up in small steps.",
         {"scale": 0.2, "recognised": 0.2, "recall": 0.5}),
        (lambda result: result["recognised"] < 0.8, "Too quiet: many letters cannot be read as asked. Raise the scale.",
         {"scale": 1.0, "recognised": 0.65, "recall": 0.75}),
        (lambda result: result["recall"] < 0.6, "Too loud: the letters can be read, but they all look alike. Lower the scale.",
         {"scale": 6.0, "recognised": 0.98, "recall": 0.3}),
    ], hints=(
        "Use the explorer: at which scale can you read nearly every letter, and still see different styles?",
        "Between 1.5 and 3.",
        "Try 2.",
    ), passed="Readable, and still varied. Where the best scale lies depends on what you want: an alphabet for a child, or a stack of handwriting?", excused={
        "scale = 0": "The lesson measures the shares from the scale, and without a class few letters are read as asked.",
    }),
]

PREDICTIONS = [
    Prediction("steps_needed", between=(1, 50), close=3,
               after="The papers that made diffusion famous took a thousand steps. Most of them were not needed."),
]
