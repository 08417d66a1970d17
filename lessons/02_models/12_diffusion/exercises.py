"""Exercises of 02_models/12_diffusion."""

import numpy as np

from genai_course.exercises.definitions import Experiment, Function, Prediction, Setting, Target


def alpha(time):
    return np.cos(np.pi / 2 * np.asarray(time))


def sigma(time):
    return np.sin(np.pi / 2 * np.asarray(time))


def mixed(clean, noise, time):
    return alpha(time) * clean + sigma(time) * noise


def noise_under(noisy, denoised, time):
    return (noisy - alpha(time) * denoised) / sigma(time)


def add_noise(clean, noise, time):
    return np.cos(np.pi / 2 * time) * clean + np.sin(np.pi / 2 * time) * noise


def score(noisy, denoised, time):
    alpha, sigma = np.cos(np.pi / 2 * time), np.sin(np.pi / 2 * time)
    return (alpha * denoised - noisy) / sigma**2


def step_back(noisy, denoised, time, next_time):
    alpha, sigma = np.cos(np.pi / 2 * time), np.sin(np.pi / 2 * time)
    noise = (noisy - alpha * denoised) / sigma
    return add_noise(denoised, noise, next_time)


def x0_from_v(noisy, v, time):
    alpha, sigma = np.cos(np.pi / 2 * time), np.sin(np.pi / 2 * time)
    return alpha * noisy - sigma * v


def three_arrays(rng):
    """Numbers, noise or predictions, and times above 0, or one time for all: one alone, pictures, far out, hardly any noise.

    Zeros in each, numbers and times that are alike, many, tiny and large ones.
    """
    zeros = np.array([0.0, 2.0, 0.0, -1.0, 2.0, 2.0]), np.array([1.5, 0.0, 0.0, -1.0, 2.0, 0.5])
    return [
        (rng.normal(size=3), rng.normal(size=3), 0.1 + 0.8 * rng.random(3)),
        (2 * rng.normal(size=7), rng.normal(size=7), 0.1 + 0.8 * rng.random(7)),
        (rng.normal(size=1), rng.normal(size=1), np.array([0.35])),
        (rng.normal(size=(2, 4, 3, 1)), rng.normal(size=(2, 4, 3, 1)), 0.6),
        (100 * rng.normal(size=6), 60 * rng.normal(size=6), 0.3),
        (rng.normal(size=4), rng.normal(size=4), np.array([1.0, 0.05, 0.02, 0.9])),
        (rng.normal(size=5), rng.normal(size=5), 1.0),
        (*zeros, np.array([0.5, 0.5, 0.2, 0.2, 0.8, 1.0])),
        (*zeros, 1.0),
        (rng.normal(size=310), rng.normal(size=310), 0.05 + 0.95 * rng.random(310)),
        *((size * rng.normal(size=4), size * rng.normal(size=4), 0.5) for size in (1e-7, 1e7)),
    ]


def to_be_mixed(rng):
    """The same, time 0, and noise in tensors, as it comes out of a step back."""
    from keras import ops

    tensors = [ops.convert_to_tensor(rng.normal(size=shape).astype("float32")) for shape in ((4,), (2, 4, 4, 1))]
    more = [(rng.normal(size=tensor.shape), tensor, time) for tensor, time in zip(tensors, (0.3, 0.75), strict=True)]
    return [*three_arrays(rng), (rng.normal(size=2), rng.normal(size=2), np.array([0.0, 0.5])), *more]


def any_three(draw, st, numbers):
    shape = draw(st.sampled_from([(1,), (4,), (2, 3, 3, 1)]))
    time = draw(st.sampled_from([numbers(shape, 0.1, 0.9), st.floats(0.1, 0.9)]))
    return np.round(draw(numbers(shape)), 1), np.round(draw(numbers(shape)), 1), draw(time)


def with_earlier(rng):
    """Numbers and predictions at one time, and pictures at another; the earlier times are above 0, and 0 itself.

    Zeros in each and numbers that are alike, many, tiny and large ones.
    """
    zeros = np.array([0.0, 2.0, 0.0, -1.0, 2.0, 2.0]), np.array([1.5, 0.0, 0.0, -1.0, 2.0, 0.5])
    return [
        (rng.normal(size=3), rng.normal(size=3), 0.7, 0.4),
        (rng.normal(size=(2, 4, 4, 1)), rng.normal(size=(2, 4, 4, 1)), 0.3, 0.2),
        (rng.normal(size=5), rng.normal(size=5), 0.25, 0.0),
        (rng.normal(size=4), rng.normal(size=4), 1.0, 0.9),
        (rng.normal(size=(1, 4, 3, 1)), rng.normal(size=(1, 4, 3, 1)), 0.9, 0.1),
        (50 * rng.normal(size=6), 20 * rng.normal(size=6), 0.05, 0.02),
        (*zeros, 0.6, 0.35),
        (*zeros, 1, 0),
        (rng.normal(size=310), rng.normal(size=310), 0.55, 0.5),
        *((size * rng.normal(size=4), size * rng.normal(size=4), 0.8, 0.001) for size in (1e-7, 1e7)),
    ]


def any_step(draw, st, numbers):
    shape = draw(st.sampled_from([(1,), (4,), (2, 3, 3, 1)]))
    time = draw(st.floats(0.1, 0.9))
    return np.round(draw(numbers(shape)), 1), np.round(draw(numbers(shape)), 1), time, time * draw(st.integers(0, 9)) / 10


def two_predictions(rng):
    """Scales between and beyond the two predictions, both of them, and whole numbers; zeros, predictions alike, many, tiny and large."""
    zeros = np.array([0.0, 2.0, 0.0, -1.0, 2.0]), np.array([1.5, 0.0, 0.0, -1.0, 2.0])
    more = [(*zeros, 3.0), (zeros[0], zeros[0], 2.5), (1e-7 * zeros[0], 1e-7 * zeros[1], 1.7), (1e7 * zeros[1], 1e7 * zeros[0], 150.0)]
    shapes = [((3,), 2.5), ((2, 4, 4, 1), 0.4), ((5,), 0.0), ((4,), 1.0), ((1, 4, 3, 1), 8), ((6,), 1.5), ((2,), 0), ((310,), 0.01)]
    return [*((rng.normal(size=shape), rng.normal(size=shape), scale) for shape, scale in shapes), *more]


def any_predictions(draw, st, numbers):
    shape = draw(st.sampled_from([(1,), (4,), (2, 3, 3, 1)]))
    return draw(numbers(shape)), draw(numbers(shape)), draw(st.floats(0, 8))


EXERCISES = [
    Function("add_noise", reference="genai_course.models.diffusion:add_noise", cases=to_be_mixed, space=any_three,
        written_out=add_noise, traced=True, mistakes={
        ("np.cos → np.sin", "+ np.sin → + np.cos"):
            "The two factors are swapped: at time 0 you would have noise alone. The cosine, 1 at time 0, belongs to the clean number.",
        ("np.cos(np.pi / 2 * time) → (1 - time)", "np.sin(np.pi / 2 * time) → time"):
            "That is a straight mixture, as flow matching uses. Its squares do not add up to 1; this lesson takes cosine and sine.",
        ("np.cos(np.pi / 2 * time) → np.cos(time)", "np.sin(np.pi / 2 * time) → np.sin(time)"):
            "π/2 is missing: cos(1) is 0.54, so at time 1 more than half of the signal would be left.",
        ("np.cos(np.pi / 2 * time) → np.cos(np.pi * time)", "np.sin(np.pi / 2 * time) → np.sin(np.pi * time)"):
            "You took π where π/2 is needed: at time 1 the clean number would be back, with its sign reversed.",
        "np.cos(np.pi / 2 * time) * →":
            "The signal does not fade in yours, so at time 1 it is still all there, under the noise. Multiply it by the cosine.",
        "np.sin(np.pi / 2 * time) * →": "The noise comes in full from the beginning. At time 0 there is none: multiply it by the sine.",
        ("np.cos(np.pi / 2 * time) → np.cos(np.pi / 2 * time) ** 2", "np.sin(np.pi / 2 * time) → np.sin(np.pi / 2 * time) ** 2"):
            "You squared the factors. Their squares add up to 1; they themselves need not.",
        "np.sin(np.pi / 2 * time) → (1 - np.cos(np.pi / 2 * time))":
            "Your factors add up to 1. Their *squares* should: cosine and sine.",
        ("np.cos(np.pi / 2 * time) → np.sqrt(1 - time)", "np.sin(np.pi / 2 * time) → np.sqrt(time)"):
            "Roots of a straight line have squares that add up to 1, too; this lesson's schedule is another one: cosine and sine.",
        ("np.cos(np.pi / 2 * time) → np.cos(90 * time)", "np.sin(np.pi / 2 * time) → np.sin(90 * time)"):
            "You counted in degrees. `ops.cos` and `ops.sin` take radians: a right angle is π/2.",
        "+ np.sin → - np.sin":
            "You subtracted the noise. It is as likely up as down, so the numbers look right, but whoever takes the noise out again must know the sign: add it.",
        "return → np.clip(…, -1, 1)": "You cut the result off. Noise may be as large as it likes: leave it as it is.",
        (lambda clean, noise, time: add_noise(clean, noise, np.ravel(time)[0])): "The first time serves all numbers in yours. Each has its own.",
        ("np.cos(np.pi / 2 * time) → np.cos(1.5 * time)", "np.sin(np.pi / 2 * time) → np.sin(1.5 * time)"):
            "π/2 is 1.5708; yours is rounded too far, so at time 1 some of the signal is left. Use `np.pi / 2`.",
    }, hints=(
        "At time 0 the result is the clean number, at time 1 it is the noise.",
        "Multiply the clean number by cos(π/2 · t) and the noise by sin(π/2 · t); `ops.cos` and `ops.sin`.",
        "`return ops.cos(np.pi / 2 * time) * clean + ops.sin(np.pi / 2 * time) * noise`",
    ), passed="With clean numbers of variance 1 the mixture has variance 1 at any time, because cos² + sin² = 1.",
        excused={"`np.pi / 2` → `np.pi / -2`": "A cosine forgets the sign of its angle."}),
    Function("score", reference="genai_course.models.diffusion:score", cases=three_arrays, space=any_three,
        written_out=score, mistakes={
        (lambda noisy, denoised, time: (noisy - alpha(time) * denoised) / sigma(time) ** 2):
            "The sign is reversed: yours points away from the prediction, downhill. Likelier numbers lie towards it.",
        (lambda noisy, denoised, time: (alpha(time) * denoised - noisy) / sigma(time)):
            "You divided by the noise's standard deviation. The slope of −d²/(2 noise²) has noise² underneath.",
        (lambda noisy, denoised, time: (denoised - noisy) / sigma(time) ** 2):
            "You compared x with the clean prediction. At this time only the signal's share of it is left: alpha · denoised − x.",
        (lambda noisy, denoised, time: alpha(time) * denoised - noisy): "The direction is right, the length is not: divide by noise².",
        (lambda noisy, denoised, time: (alpha(time) * denoised - noisy) / alpha(time) ** 2):
            "You divided by the signal's square. With little noise the density is steep: it is noise² that goes underneath.",
        (lambda noisy, denoised, time: (alpha(time) * noisy - denoised) / sigma(time) ** 2):
            "Prediction and noisy number are swapped: the signal's factor belongs to the prediction.",
        "(alpha * denoised - noisy) → (denoised - alpha * noisy)": "The signal's factor stands at x in yours. It belongs to the prediction: alpha · denoised − x.",
        (lambda noisy, denoised, time: (alpha(time) * denoised - noisy) * sigma(time) ** 2): "You multiplied by noise². Divide: with little noise the density is steep.",
        ("alpha, sigma = np.cos(np.pi / 2 * time), np.sin(np.pi / 2 * time) → alpha, sigma = np.sin(np.pi / 2 * time), np.cos(np.pi / 2 * time)"):
            "Cosine and sine have changed places: alpha, the signal's share, is the cosine.",
        "sigma**2 → (1 - alpha)": "You divided by 1 − alpha. The squares of both factors add up to 1, so it is 1 − alpha².",
        "sigma**2 → (sigma**2 + 0.01)": "You added something small to noise². At early times it is not small beside noise²; for times above 0 nothing is needed.",
        ("np.cos(np.pi / 2 * time) → np.cos(time)", "np.sin(np.pi / 2 * time) → np.sin(time)"): "π/2 is missing in the angle: time 1 is a right angle.",
        "return → np.clip(…, -10, 10)": "You cut the slope off. With little noise it is steep, and it has to be.",
    }, hints=(
        "The density pulls x towards where the prediction would be at this time.",
        "alpha = cos(π/2 · t), sigma = sin(π/2 · t); the top is alpha · denoised − x.",
        "`return (ops.cos(np.pi / 2 * time) * denoised - noisy) / ops.sin(np.pi / 2 * time) ** 2`",
    ), passed="So the posterior mean and the slope are the same knowledge. The formula is Tweedie's, from 1956; diffusion models live on it.", excused={
        "`np.pi / 2` → `np.pi / -2`": "A cosine forgets the sign of its angle.",
        "`np.pi / 2` → `np.pi / -2` (2)": "The square forgets the sign of the sine.",
    }),
    Function("x0_from_v", reference=x0_from_v, cases=to_be_mixed, space=any_three, mistakes={
        "- sigma * v → + sigma * v": "The sign of v is wrong: v grows with the noise, and what you want is the part without noise. Subtract sigma · v.",
        "return → sigma * noisy + alpha * v": "That is the noise ε, which the same two equations give. For x₀ take alpha · x − sigma · v.",
        "return → sigma * noisy - alpha * v": "Cosine and sine have changed places: alpha, the cosine, belongs to the noisy number.",
        "return → (noisy - sigma * v) / alpha": "That is right where the network predicts ε. With v nothing has to be divided: v is not the noise alone.",
        "return → noisy - sigma * v": "alpha is missing: at this time multiply the noisy number by it. Multiply x_t by alpha and v by sigma, and subtract: the noise cancels.",
        "return → alpha * noisy - v": "sigma is missing: v counts as much as there is noise. Multiply x_t by alpha and v by sigma, and subtract.",
        "return → noisy - v": "Both factors are missing. Multiply x_t by alpha and v by sigma, and subtract: the noise cancels.",
        "return → (alpha * noisy - sigma * v) / (alpha + sigma)": "You divided by alpha + sigma. It is the squares that add up to 1: alpha² + sigma² = 1, so nothing has to be divided.",
        "alpha * noisy → alpha**2 * noisy": "You squared alpha. alpha · x_t holds alpha² · x₀, sigma · v takes away −sigma² · x₀: together they are x₀.",
        "sigma * v → sigma**2 * v": "You squared sigma. alpha · x_t holds alpha² · x₀, −sigma · v adds sigma² · x₀: together they are x₀.",
        ("np.cos(np.pi / 2 * time) → np.cos(time)", "np.sin(np.pi / 2 * time) → np.sin(time)"): "π/2 is missing in the angle: time 1 is a right angle.",
        "return → np.clip(…, -1, 1)": "You cut the result off. Leave it as it is.",
    }, hints=(
        "Multiply the equation of x_t by alpha and that of v by sigma, and subtract one from the other.",
        "alpha · x_t = alpha² x₀ + alpha sigma ε, and sigma · v = alpha sigma ε − sigma² x₀. The noise cancels.",
        "`return ops.cos(np.pi / 2 * time) * noisy - ops.sin(np.pi / 2 * time) * v`",
    ), passed="x_t and v are x₀ and ε turned by an angle; you have turned them back. A rotation makes no error larger.",
        excused={"`np.pi / 2` → `np.pi / -2`": "A cosine forgets the sign of its angle."}),
    Function("step_back", reference="genai_course.models.diffusion:ddim_step", cases=with_earlier, space=any_step,
        written_out=step_back, mistakes={
        "return → noisy": "You mixed prediction and noise for the old time again, which gives back x. Mix them for the earlier one.",
        "return → denoised": "You went straight to the prediction. Under much noise it is a blurred mean; go only as far as the earlier time.",
        (lambda noisy, denoised, time, next_time: mixed(denoised, noisy - alpha(time) * denoised, next_time)):
            "The noise is not scaled: x − alpha · denoised is the noise's share of x, so divide it by sigma = sin(π/2 · t).",
        (lambda noisy, denoised, time, next_time: mixed(denoised, (noisy - denoised) / sigma(time), next_time)):
            "To find the noise you took away the whole prediction. At this time x holds only alpha · denoised.",
        (lambda noisy, denoised, time, next_time: mixed(denoised, (noisy - alpha(time) * denoised) / sigma(time) ** 2, next_time)):
            "You divided by noise², as for the score. Here the noise itself is wanted: divide by sin(π/2 · t).",
        (lambda noisy, denoised, time, next_time: mixed(noise_under(noisy, denoised, time), denoised, next_time)):
            "Prediction and noise are swapped in the mixture: the cosine belongs to the prediction.",
        "return → np.cos(np.pi / 2 * next_time) * denoised":
            "The noise is missing. At the earlier time there is still some: add sin(π/2 · next_time) times it.",
        (lambda noisy, denoised, time, next_time: mixed(denoised, noise_under(noisy, denoised, next_time), time)):
            "The two times are swapped: take the noise out at `time`, and mix for `next_time`.",
        (lambda noisy, denoised, time, next_time: mixed(noisy, noise_under(noisy, denoised, time), next_time)):
            "You mixed the noise with x, which is noisy already. Mix it with the prediction.",
        "return → add_noise(denoised, noisy, next_time)": "You mixed x itself where the noise belongs. Work out the noise first, x − alpha · denoised by sigma.",
        "(noisy - alpha * denoised) → (alpha * denoised - noisy)": "The noise has the wrong sign: it is what x has more than the prediction, x − alpha · denoised.",
        "return → denoised + np.sin(np.pi / 2 * next_time) * noise":
            "The prediction does not fade in yours. At the earlier time there is still noise, so the prediction counts cos(π/2 · next_time).",
        "return → noisy + (1 - next_time / time) * (denoised - noisy)":
            "You walked straight from x to the prediction. Noise and prediction each have a factor of their own: cosine and sine of the earlier time.",
        "return → add_noise(denoised, np.clip(noise, -1, 1), next_time)": "You cut the noise off at −1 and 1. Noise may be larger: leave it as it is.",
    }, hints=(
        "Two lines: first the noise that must have been there if the prediction is right, then a new mixture.",
        "noise = (noisy − cos(π/2 · time) · denoised) / sin(π/2 · time); then `add_noise` for the earlier time.",
        "`return add_noise(denoised, (noisy - ops.cos(np.pi / 2 * time) * denoised) / ops.sin(np.pi / 2 * time), next_time)`",
    ), passed="In the plane of prediction and noise this is a rotation by the difference of two angles: no length is lost, however long the step.",
        excused={"`np.pi / 2` → `np.pi / -2`": "A cosine forgets the sign of its angle."}),
    Function("guided", reference="genai_course.models.diffusion:guided", cases=two_predictions, space=any_predictions, mistakes={
        "uncond + → cond +":
            "You start at the prediction for the class, so 0 would not ignore it and 1 would exaggerate already. (Some papers count w like that.) Start at the prediction without a class.",
        "cond - uncond → uncond - cond": "The difference is reversed, so a larger scale leads away from the class.",
        "return → cond + guidance_scale * (uncond - cond)":
            "Yours starts at the class and walks to the prediction without: 1 would ignore the class. It is the other way round.",
        "uncond + →": "That is only the push. Add it to where you start, the prediction without a class.",
        "return → guidance_scale * cond":
            "A larger prediction is a picture with more contrast. What is exaggerated is the difference that the class makes.",
        "return → uncond + guidance_scale * np.abs(cond - uncond)": "You took the size of the difference. Its sign says which way to go.",
        "guidance_scale * → min(guidance_scale, 1) *": "Your scale stops at 1. Above 1 the class is exaggerated: that is the point.",
        "guidance_scale * → (guidance_scale or 1) *": "With a scale of 0 yours gives the plain prediction. 0 ignores the class: `or` takes 0 for nothing.",
        "guidance_scale * → int(guidance_scale) *": "Your scale is cut to a whole number.",
        "return → np.clip(…, -1, 1)": "You cut the prediction off at −1 and 1. The lesson's own cells do that later; here nothing is cut.",
        "return → (uncond + guidance_scale * cond) / (1 + guidance_scale)":
            "That is a weighted mean of both predictions, which never goes beyond them. Add w times the difference.",
        "- uncond →": "You add the whole prediction for the class. Add only what it differs by: cond − uncond.",
    }, hints=(
        "Two predictions are two points. Start at the one without a class and walk through the other.",
        "The way is cond − uncond; w times that.",
        "`return uncond + guidance_scale * (cond - uncond)`",
    ), passed="Nothing was trained for this: one network gives both predictions, because one letter in ten hid its class."),
    Experiment("guidance", reference={"scale": 2.0, "recognised": 0.88, "recall": 0.7}, targets=[
        Target("recognised", "at least 80 % must be read as requested.", at_least=0.8, at_most=1),
        Target("recall", "at least 0.6 of the real variety must be reached.", at_least=0.6, at_most=1),
    ], settings=[
        Setting("scale", "choose a number above 0, up to 20.", lambda scale: 0 < float(scale) <= 20 and not isinstance(scale, str)),
    ], mistakes=[
        (lambda result: result["scale"] == 0, "A scale of 0 ignores the class: hardly any letter is read as requested.",
         {"scale": 0, "recognised": 0.05, "recall": 0.6}),
        (lambda result: result["scale"] < 0, "A negative scale leads away from the class. Choose one above 0.",
         {"scale": -1.0, "recognised": 0.0, "recall": 0.4}),
        (lambda result: result["recognised"] < 0.8 and result["recall"] < 0.6,
         "Both are too low. The plain prediction, a scale of 1, has more variety; start there and go up in small steps.",
         {"scale": 0.2, "recognised": 0.2, "recall": 0.5}),
        (lambda result: result["recognised"] < 0.8, "Too little guidance: many letters are not read as requested. Raise the scale.",
         {"scale": 1.0, "recognised": 0.65, "recall": 0.75}),
        (lambda result: result["recall"] < 0.6, "Too much guidance: the letters can be read, but they all look alike. Lower the scale.",
         {"scale": 6.0, "recognised": 0.98, "recall": 0.3}),
    ], hints=(
        "Use the explorer: at which scale can you read nearly every letter, and still see different styles?",
        "Between 1.5 and 3.",
        "Try 2.",
    ), passed="Readable, and still varied. Where the best scale lies depends on what you want: an alphabet for a child, or a stack of handwriting?"),
]

PREDICTIONS = [
    Prediction("steps_needed", between=(1, 50), close=3,
               after="The papers that made diffusion famous took a thousand steps. Most of them were not needed."),
]
