"""Exercises of 06_regularization/02_optimization."""

from numbers import Real

import numpy as np

from genai_course.exercises.definitions import Experiment, Function, Prediction, Setting, Target


def momentum_cases(rng):
    """A first step, whose velocity is 0, and later ones; also a rate for each of two networks; last the rate 0, rolling on alone."""
    return [
        (rng.normal(size=3), rng.normal(size=3), np.zeros(3), 0.5, 0.8),
        (rng.normal(size=3), rng.normal(size=3), rng.normal(size=3), 0.3, 0.9),
        (rng.normal(size=(2, 4)), rng.normal(size=(2, 4)), rng.normal(size=(2, 4)), 0.7, 0.6),
        (rng.normal(size=(1, 3)), rng.normal(size=(1, 3)), rng.normal(size=(1, 3)), 0.2, 0.0),
        (*(rng.normal(size=(2, 3, 4)) for _ in range(3)), np.array([0.1, 0.6])[:, None, None], 0.9),
        (np.array([0.0, 1.0, -2.0]), np.array([0.5, 0.0, 0.0]), np.array([0.0, 0.3, 0.0]), 0.1, 0.5),
        (rng.normal(size=(30, 2)), 100 * rng.normal(size=(30, 2)), rng.normal(size=(30, 2)), 1e-4, 0.99),
        (rng.normal(size=2), rng.normal(size=2), rng.normal(size=2), 0.3, -0.5),  # as the games of two players like it
        (1e-4 * rng.normal(size=4), 1e-4 * rng.normal(size=4), 1e-4 * rng.normal(size=4), 2.0, 0.7),
        (rng.normal(size=(3, 2)), rng.normal(size=(3, 2)), rng.normal(size=(3, 2)), 0.0, 0.5),
    ]


def any_push(draw, st, numbers):
    shape = draw(st.sampled_from([(2,), (1, 3), (2, 3, 1)]))
    return *(draw(numbers(shape)) for _ in range(3)), draw(st.floats(0, 1)), draw(st.floats(0, 0.99))


def adam_cases(rng):
    """The first step, a later one, one where epsilon matters, one without any gradient, and a rate for each of two networks; last
    rates of 0 and 1, without a memory of gradients."""
    return [
        (rng.normal(size=3), rng.normal(size=3), np.zeros(3), np.zeros(3), 1, 0.5, 0.9, 0.999, 1e-7),
        (rng.normal(size=3), rng.normal(size=3), rng.normal(size=3), 0.5 + rng.random(3), 4, 0.7, 0.8, 0.95, 1e-7),
        (rng.normal(size=(2, 4)), rng.normal(size=(2, 4)), rng.normal(size=(2, 4)), 0.2 + rng.random((2, 4)), 3, 0.4, 0.6, 0.9, 0.3),
        (rng.normal(size=(1, 3)), np.array([[0.5, 0.0, -2.0]]), np.array([[0.1, 0.0, 0.3]]), np.array([[0.2, 0.0, 0.1]]), 2, 0.1, 0.9, 0.999, 1e-7),
        (*(rng.normal(size=(2, 3, 4)) for _ in range(3)), 0.2 + rng.random((2, 3, 4)), 150, np.array([0.1, 0.6])[:, None, None], 0.9, 0.99, 1e-7),
        (np.zeros(2), np.zeros(2), np.zeros(2), np.zeros(2), 1, 0.1, 0.9, 0.999, 1e-7),
        (rng.normal(size=(25, 2)), 1e3 * rng.normal(size=(25, 2)), np.zeros((25, 2)), np.zeros((25, 2)), 1, 0.001, 0.9, 0.999, 1e-7),
        (1e-3 * rng.normal(size=4), 1e-4 * rng.normal(size=4), 1e-4 * rng.normal(size=4), 1e-8 * (0.5 + rng.random(4)), 7, 0.01, 0.9, 0.99, 1e-4),
        (np.array([1.0, -2, 0]), np.array([2.0, 0, -1]), np.array([1.0, 0, 0]), np.array([1.0, 0, 4]), 2, 0.5, 0.5, 0.75, 0.5),
        (*(rng.normal(size=(2, 3)) for _ in range(3)), 0.2 + rng.random((2, 3)), 5, np.array([[0.0], [1.0]]), 0.0, 0.9, 1e-7),
    ]  # fmt: skip


def any_step(draw, st, numbers):
    shape = draw(st.sampled_from([(2,), (1, 3), (2, 3, 1)]))
    arrays = [draw(numbers(shape)) for _ in range(3)]
    numbers_of_adam = draw(st.integers(1, 50)), draw(st.floats(0, 1)), draw(st.floats(0, 0.95)), draw(st.floats(0.5, 0.99)), 1e-7
    return *arrays, draw(numbers(shape, 0.125, 3)), *numbers_of_adam


def gradient_cases(rng):
    """Too long as a whole but not array by array, long, and short gradients; one of just the limit, one array alone."""
    first = [np.array([1.5, -2.0, 0.5]), np.array([[2.0, -1.0], [0.5, 1.5]])]
    second = [10 * rng.normal(size=(2, 3)), rng.normal(size=4), 0.1 * rng.normal(size=(3, 1))]
    third = [0.1 * rng.normal(size=3), 0.2 * rng.normal(size=(2, 2))]
    exact, alone = [np.array([3.0]), np.array([[0.0, -4.0]])], [np.array([[6.0], [-8.0], [0.0]])]
    cases = (first, 3.0), (second, 2.5), (third, 4.0), (exact, 5.0), (alone, 0.25), ([30 * each for each in reversed(second)], 1)
    rest = [np.zeros(3), np.zeros((2, 2))], [np.zeros((2, 1)), np.array([0.0, 0.3])]  # nothing to shorten; an array of zeros
    cases += ((rest[0], 2.0), (rest[1], 0.1), ([1e-4 * each for each in second], 1e-5), ([1e4 * each for each in second], 3), ([rng.normal(size=(n, 2)) for n in range(1, 26)], 4.0))
    return [([each.astype("float32") for each in case], limit) for case, limit in cases]


def any_gradients(draw, st, numbers):
    shapes = draw(st.lists(st.sampled_from([(2,), (1, 3), (3, 2), (2, 1, 2)]), min_size=1, max_size=4))
    arrays = [draw(numbers(shape).map(lambda each: np.round(8 * each) / 8 + np.float32(1 / 16))) for shape in shapes]  # none of 0
    return arrays, draw(st.floats(0.125, 20))


def clipped(gradients, limit):
    norm = np.sqrt(sum(np.sum(np.square(each)) for each in gradients))
    factor = min(1.0, limit / norm)
    return [factor * each for each in gradients]


def any_warm_up(draw, st, numbers):
    return draw(st.integers(0, 60)), draw(st.integers(1, 40))


def warm_up(step, warm_up_steps):
    """The factor of the rate at a step, counted from 0: up in a straight line, then 1.  Two whole numbers -> a number"""
    return min(1.0, (step + 1) / warm_up_steps)


def is_plan(plan):
    rate, warm_up_steps, shape = plan
    numbers = isinstance(rate, Real) and 0 < rate <= 1e3 and warm_up_steps in range(601)
    return numbers and shape.strip().casefold() in ("constant", "cosine")


EXERCISES = [
    Function("momentum_step", reference="genai_course.training.optimizers:momentum_step", cases=momentum_cases, space=any_push, mistakes={
        "velocity = momentum * velocity - → velocity = momentum * velocity +":
            "The ball rolls uphill: the push goes against the slope, − rate · slope.",
        "+ step → - step": "The velocity already points downhill, so the weights move with it: w + v, not w − v.",
        ("velocity = momentum → old, velocity = velocity, momentum", "+ step → + old"):
            "You moved by the old velocity. First make the new one, then move by it.",
        "+ step → - rate * gradient": "The velocity is right, but the weights do not use it: they moved down the slope as if there were no ball.",
        ("velocity = momentum → old, velocity = velocity, momentum", "step, velocity → step, old"):
            "You returned the old velocity, so the ball would never gather speed. Return the new one.",
        ("velocity = momentum * velocity - rate * → velocity = momentum * velocity +", "+ step → - rate * step"):
            "That is another common form, where the velocity is kept without the rate. Here the rate is inside: v = m · v − rate · slope. The two differ as soon as the rate changes on the way.",
        "velocity = momentum * velocity - → velocity = momentum * velocity - (1 - momentum) *":
            "You took an average, with (1 − m) on the push. The heavy ball adds the whole push: v = m · v − rate · slope.",
        "if nesterov → if not nesterov":
            "That is Nesterov's form, which looks one step ahead. Good to know; here the plain ball is asked for: w + v.",
        "velocity = momentum * velocity - rate * gradient → velocity = momentum * (velocity - rate * gradient)":
            "The momentum multiplies the push as well. Only the old velocity is reduced: m · v − rate · slope.",
        "velocity = momentum * velocity - rate * gradient → velocity = rate * (velocity - gradient)":
            "The rate stands where the momentum belongs. Old velocity times momentum, slope times rate: m · v − rate · slope.",
        "velocity = momentum * velocity - rate * gradient → velocity = rate * velocity - momentum * gradient":
            "Rate and momentum are exchanged: the momentum multiplies the old velocity, the rate the slope.",
        "velocity = momentum → momentum = 0.9; velocity = momentum": "You wrote 0.9 for the momentum. It is given: use `momentum`.",
        "return → weights + step": "You returned the weights alone. The next step needs the velocity, too: `return weights + velocity, velocity`.",
    }, hints=(
        "Two lines: first the new velocity, then the place.",
        "`velocity = momentum * velocity - rate * gradient`; what do you add to the weights?",
        "`return weights + velocity, velocity`, with the new velocity.",
    ), passed="With momentum 0 it is gradient descent. Keras' SGD does exactly this, and a test of this course compares them step by step."),
    Function("adam_step", reference="genai_course.training.optimizers:adam_step", cases=adam_cases, space=any_step, mistakes={
        ("/ (1 - beta_1**step) →", "/ (1 - beta_2**step) →"):
            "The correction is missing: both averages began at 0, so in the first steps they are far too small, the root of s more so than m, and the steps are too long. Divide them by 1 − β to the power of the step.",
        "corrected_square**0.5 + epsilon → (corrected_square + epsilon) ** 0.5":
            "ε stands inside your root. There it is far larger than meant (the root of 1e-7 is 3e-4): add it after the root.",
        ("beta_1**step → beta_1 ** (step + 1)", "beta_2**step → beta_2 ** (step + 1)"):
            "You raised β to the power of step + 1. The step is counted from 1 already: in the first step the correction divides by 1 − β.",
        ("beta_1**step → beta_1 ** (step - 1)", "beta_2**step → beta_2 ** (step - 1)"):
            "You raised β to the power of step − 1, which is 0 in the first step, and 1 − 1 divides by nothing. The step is counted from 1.",
        "weights - → weights +": "The sign: your step goes up the slope. Subtract it.",
        "mean, square → corrected_mean, corrected_square":
            "The weights are right, but you returned the corrected averages as the memory, and the next step would correct them again. Return m and s as they are.",
        "corrected_square**0.5 → corrected_square":
            "You divided by ŝ itself. Its root has the size of a gradient; without the root, large gradients make tiny steps.",
        "gradient**2 → np.abs(gradient)": "s averages the sizes of the gradients in yours. Square them: g².",
        "gradient**2 → mean**2": "s averages the squares of m in yours. Square the gradient of this step: g².",
        ("beta_1**step → beta_1 * step", "beta_2**step → beta_2 * step"): "You multiplied β by the step. It is a power: `beta ** step`.",
        "mean = beta_1 → beta_1, beta_2, epsilon = 0.9, 0.999, 1e-7; mean = beta_1": "You wrote Adam's usual numbers. β₁, β₂ and ε are given: use them.",
        "gradient**2 → gradient": "s averages the squares of the gradients: yours averages the gradients, which may be below 0.",
        "corrected_mean / → gradient /": "You stepped along the gradient of this step. Adam goes along its running average, m̂.",
        "/ (1 - beta_2**step) →": "You corrected m, but not s: it began at 0, too.",
        "/ (1 - beta_1**step) →": "You corrected s, but not m: it began at 0, too.",
        ("/ (1 - beta_1**step) → * (1 - beta_1**step)", "/ (1 - beta_2**step) → * (1 - beta_2**step)"):
            "You multiplied by 1 − βᵗ. The averages are too small early on, so divide by it.",
        ("beta_1**step → beta_1", "beta_2**step → beta_2"):
            "You divided by 1 − β in every step. That is right in the first one; later the averages have caught up: use β to the power of the step.",
        "+ epsilon →": "ε is missing: without it a weight whose gradients are all 0 divides by 0.",
        "mean = beta_1 → beta_1, beta_2 = beta_2, beta_1; mean = beta_1": "The two β are swapped: β₁ belongs to the gradients, β₂ to their squares.",
        "mean = beta_1 → beta_1, beta_2 = 1 - beta_1, 1 - beta_2; mean = beta_1":
            "The shares are the wrong way round: β of the old average stays, and 1 − β of the new gradient comes in.",
    }, hints=(
        "Five lines, one for each formula: m, s, m̂, ŝ, and the step.",
        "`mean = beta_1 * mean + (1 - beta_1) * gradient`, the same with β₂ and the gradient squared; then divide each by `1 - beta ** step`, in new names.",
        "`return weights - rate * corrected_mean / (corrected_square**0.5 + epsilon), mean, square`",
    ), passed="In the first step m̂ is the gradient and ŝ its square: every weight moves by the rate, up or down, whatever the gradient's size."),
    Function("warm_up", reference=warm_up, space=any_warm_up,
        cases=lambda rng: [(0, 4), (2, 8), (3, 4), (9, 10), (57, 10), (1, 3), (299, 30), (0, 1), (5, 1), (7, 7), (123_456, 1_000_000), (999, 1000), (1000, 1000)], mistakes={
        "return → (step + 1) / warm_up_steps": "That is the broken one: it never stops rising. At step 299 of a warm-up of 30 its factor is 10.",
        "+ 1 →": "Steps are counted from 0, so your first factor is 0, a step that goes nowhere, and the warm-up takes one step too many.",
        "min → max": "You took the larger of the two, so it never starts low and never stops. Take the smaller.",
        "/ → //": "Your factor is 0 until the warm-up is over, and then all at once 1. If you wrote `//`, it drops the fraction: divide with `/`.",
        "return → (step + 1) / warm_up_steps if step < warm_up_steps else 0.0":
            "After the warm-up your rate is 0, and training stops. It should stay at 1.",
        "(step + 1) / warm_up_steps → (step + 1) / (warm_up_steps + 1)":
            "You divided by one step too many, so the last step of the warm-up stays below 1: divide by `warm_up_steps`.",
        "(step + 1) / warm_up_steps → (step + 1) / max(warm_up_steps - 1, 1)":
            "You divided by one step too few, so 1 is reached before the last step of the warm-up: divide by `warm_up_steps`.",
        "return → step / max(warm_up_steps - 1, 1) if step < warm_up_steps else 1.0":
            "Your first factor is 0, a step that goes nowhere. Steps are counted from 0: the first factor is 1 / warm_up_steps.",
        "/ warm_up_steps → / 30": "You wrote 30 for the length of the warm-up. It is given: use `warm_up_steps`.",
        "return → … ** 0.5": "You took a root, so the factor rises steeply and then ever less. A straight line is asked for.",
        "return → (step % warm_up_steps + 1) / warm_up_steps": "Your warm-up begins again and again. Once it has reached 1 it stays there.",
        "(step + 1) / warm_up_steps → warm_up_steps / (step + 1)":
            "The fraction is upside down: yours starts at 1 and falls. Steps taken over steps of the warm-up.",
    }, hints=(
        "The line itself is right. What is missing is its end.",
        "The smaller of 1 and the line.",
        "`return min(1.0, (step + 1) / warm_up_steps)`",
    ), passed="A straight line with a roof. The broken one took Adam to ten times the rate, and that is where its nats were lost."),
    Experiment("plan", reference={"plan": (0.02, 60, "cosine"), "rate": 0.02, "nats": 19.1}, settings=[
        Setting("plan", 'give (rate, steps to warm up, shape): a number above 0, a whole number from 0 to 600, and "constant" or "cosine".', is_plan),
    ], recompute=lambda result: {"rate": result["plan"][0]}, targets=[
        Target("nats", "the mean over the seeds must be 19.3 nats or less.", at_least=17, at_most=19.3),
        Target("rate", "a rate of 0.02 or more is asked for, and one you could write down.", at_least=0.02, at_most=1e3),
    ], mistakes=[
        (lambda result: result["nats"] > 24, "Your networks collapsed to the table of pixels: the rate is far too large for them to find a use for the code.",
         {"plan": (0.3, 60, "cosine"), "rate": 0.3, "nats": 24.7}),
        (lambda result: result["nats"] > 19.3 and result["rate"] < 0.008,
         "Too careful: with this rate 600 steps do not lead far enough, and less so if it falls on the way. Raise it.", {"plan": (0.003, 60, "cosine"), "rate": 0.003, "nats": 20.5}),
        (lambda result: result["nats"] > 19.3 and result["rate"] > 0.015,
         'Steps this long need an end that comes to rest: `"cosine"`, and a warm-up of 60 steps or more.', {"plan": (0.03, 60, "constant"), "rate": 0.03, "nats": 20.9}),
        (lambda result: result["nats"] > 19.3, "Close. With a rate that falls you can afford a larger one than the best constant rate.",
         {"plan": (0.01, 60, "cosine"), "rate": 0.01, "nats": 19.35}),
        (lambda result: 0 < result["rate"] < 0.02, "That is low enough, but at this rate a schedule makes no difference. Take 0.02 or more, where it does.",
         {"plan": (0.01, 60, "cosine"), "rate": 0.01, "nats": 19.14}),
    ], hints=(
        "In the last figure only the falling rate bears long steps, and it had 30 steps to warm up.",
        'Try a rate from 0.02 to 0.03 with `"cosine"` and a longer warm-up.',
        '`(0.02, 60, "cosine")`',
    ), passed="The rate and the schedule were chosen together, as they have to be: so large a rate is good only because it falls."),
    Function("clip_by_global_norm", reference="genai_course.training.optimizers:clip_by_global_norm", written_out=clipped, space=any_gradients, cases=gradient_cases, mistakes={
        "factor * each → each * min(1, limit / max(np.linalg.norm(each), 1e-9))":
            "You clipped each array on its own. That bends the gradient: long parts shrink and short ones do not. One length for all arrays together, one factor.",
        "min(1.0, limit / norm) → limit / norm":
            "You gave every gradient the length of the limit, short ones too. Near the goal steps would never become small: the factor is at most 1.",
        "factor * each → np.clip(each, -limit, limit)":
            "You clipped number by number, which turns the gradient into another direction. Shorten it as a whole.",
        "norm = np.sqrt(sum(np.sum(np.square(each)) for each in gradients)) → norm = sum(np.sum(np.square(each)) for each in gradients)": "The root is missing: the length is the square root of the sum of squares.",
        "norm = np.sqrt(sum(np.sum(np.square(each)) for each in gradients)) → norm = sum(np.linalg.norm(each) for each in gradients)":
            "You added up the arrays' lengths. The length of the whole is the root of the sum of all squares.",
        "min(1.0, limit / norm) → max(1.0, limit / norm)": "Long gradients stay long and short ones grow in yours. The factor is at most 1: take the smaller of 1 and limit / norm.",
        "norm = np.sqrt(sum(np.sum(np.square(each)) for each in gradients)) → norm = max(np.abs(each).max() for each in gradients)":
            "You took the largest number for the length. Take the root of the sum of all squares.",
        "min(1.0, limit / norm) → (1 / norm if norm > limit else 1.0)":
            "A long gradient gets length 1 in yours. Its length should be the limit: multiply by limit / norm.",
        "min(1.0, limit / norm) → float(norm <= limit)": "You threw long gradients away. They point the right way: keep them, shortened.",
        "min(1.0, limit / norm) → min(1.0, norm / limit)":
            "The fraction is upside down: limit over length, so that a gradient twice as long as the limit is halved.",
        "norm = np.sqrt(sum(np.sum(np.square(each)) for each in gradients)) → norm = np.sqrt(np.mean(np.concatenate([each.ravel() for each in gradients]) ** 2))":
            "You took the root of the *mean* square. The length is the root of the sum of squares.",
        "norm = np.sqrt(sum(np.sum(np.square(each)) for each in gradients)) → norm = sum(np.abs(each).sum() for each in gradients)": "You added up absolute values. The length is the root of the sum of squares.",
        "norm = np.sqrt(sum(np.sum(np.square(each)) for each in gradients)) → norm = np.linalg.norm(gradients[0])": "Only the first array's length counts in yours. All arrays together are one gradient: add up all squares.",
        "norm = np.sqrt(sum(np.sum(np.square(each)) for each in gradients)) → norm = max(np.linalg.norm(each) for each in gradients)":
            "You took the longest array's length for the whole. All arrays together are one gradient: add up all squares.",
        "norm = np.sqrt(sum(np.sum(np.square(each)) for each in gradients)) → norm = abs(sum(np.sum(each) for each in gradients))": "You added up the numbers themselves, and signs cancel. Square them first; the length is the root of that sum.",
        "return → [each * limit for each in gradients] if norm > limit else gradients": "A long gradient is multiplied by the limit in yours. Divide by its length, too.",
        "return → factor": "That is the factor. Multiply every array by it and return the list.",
    }, hints=(
        "First one number: the length of everything together.",
        "The root of the sum, over all arrays, of the sum of squares. Then the factor: 1 if that is below the limit, else limit / norm.",
        "`return [min(1.0, limit / norm) * each for each in gradients]`",
    ), passed="Direction kept, length limited. Keras calls it `global_clipnorm`; its `clipnorm` is the one that works array by array."),
]

PREDICTIONS = [
    Prediction("fewer_steps", between=(1, 1000), close=4, after="The root of 256: momentum turns a condition number into its square root."),
    Prediction("best_optimizer", choices=("gradient descent", "momentum", "Adam"),
               after="On this VAE. Look at the bars before you believe an order, and at the axis below: each has its own best rate."),
    Prediction("long_average", choices=("better", "alike", "far worse"),
               after="An average that remembers longer than the training lasted still holds the random start."),
]
