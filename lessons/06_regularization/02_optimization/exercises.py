"""Exercises of 06_regularization/02_optimization."""

import numpy as np

from genai_course.exercises.definitions import Experiment, Function, Prediction, Target


def momentum_cases(rng):
    """A first step, whose velocity is 0, and later ones."""
    return [
        (rng.normal(size=3), rng.normal(size=3), np.zeros(3), 0.5, 0.8),
        (rng.normal(size=3), rng.normal(size=3), rng.normal(size=3), 0.3, 0.9),
        (rng.normal(size=(2, 4)), rng.normal(size=(2, 4)), rng.normal(size=(2, 4)), 0.7, 0.6),
    ]


def adam_cases(rng):
    """The first step, a later one, and one where epsilon matters; rates so large that a wrong step shows."""
    return [
        (rng.normal(size=3), rng.normal(size=3), np.zeros(3), np.zeros(3), 1, 0.5, 0.9, 0.999, 1e-7),
        (rng.normal(size=3), rng.normal(size=3), rng.normal(size=3), 0.5 + rng.random(3), 4, 0.7, 0.8, 0.95, 1e-7),
        (rng.normal(size=(2, 4)), rng.normal(size=(2, 4)), rng.normal(size=(2, 4)), 0.2 + rng.random((2, 4)), 3, 0.4, 0.6, 0.9, 0.3),
    ]  # fmt: skip


def gradient_cases(rng):
    """Too long as a whole but not array by array, long, and short gradients."""
    first = [np.array([1.5, -2.0, 0.5]), np.array([[2.0, -1.0], [0.5, 1.5]])]
    second = [10 * rng.normal(size=(2, 3)), rng.normal(size=4), 0.1 * rng.normal(size=(3, 1))]
    third = [0.1 * rng.normal(size=3), 0.2 * rng.normal(size=(2, 2))]
    return [
        ([each.astype("float32") for each in case], limit)
        for case, limit in ((first, 3.0), (second, 2.5), (third, 4.0))
    ]


def warm_up(step, warm_up_steps):
    """The factor of the rate at a step, counted from 0: up in a straight line, then 1.  Two whole numbers -> a number"""
    return min(1.0, (step + 1) / warm_up_steps)


EXERCISES = [
    Function("momentum_step", reference="genai_course.training.optimizers:momentum_step", cases=momentum_cases, mistakes={
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
        "return → weights + step": "You returned the weights alone. The next step needs the velocity, too: `return weights + velocity, velocity`.",
    }, hints=(
        "Two lines: first the new velocity, then the place.",
        "`velocity = momentum * velocity - rate * gradient`; what do you add to the weights?",
        "`return weights + velocity, velocity`, with the new velocity.",
    ), passed="With momentum 0 it is gradient descent. Keras' SGD does exactly this, and a test of this course compares them step by step."),
    Function("adam_step", reference="genai_course.training.optimizers:adam_step", cases=adam_cases, mistakes={
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
    Function("warm_up", reference=warm_up, cases=lambda rng: [(0, 4), (2, 8), (3, 4), (9, 10), (57, 10), (1, 3), (299, 30)], mistakes={
        "return → (step + 1) / warm_up_steps": "That is the broken one: it never stops rising. At step 299 of a warm-up of 30 its factor is 10.",
        "+ 1 →": "Steps are counted from 0, so your first factor is 0, a step that goes nowhere, and the warm-up takes one step too many.",
        "min → max": "You took the larger of the two, so it never starts low and never stops. Take the smaller.",
        "/ → //": "Your factor is 0 until the warm-up is over, and then all at once 1. If you wrote `//`, it drops the fraction: divide with `/`.",
        "return → (step + 1) / warm_up_steps if step < warm_up_steps else 0.0":
            "After the warm-up your rate is 0, and training stops. It should stay at 1.",
        "(step + 1) / warm_up_steps → warm_up_steps / (step + 1)":
            "The fraction is upside down: yours starts at 1 and falls. Steps taken over steps of the warm-up.",
    }, hints=(
        "The line itself is right. What is missing is its end.",
        "The smaller of 1 and the line.",
        "`return min(1.0, (step + 1) / warm_up_steps)`",
    ), passed="A straight line with a roof. The broken one took Adam to ten times the rate, and that is where its nats were lost."),
    Experiment("plan", reference={"rate": 0.02, "nats": 19.1}, targets=[
        Target("nats", "the mean over the seeds must be 19.3 nats or less.", at_least=0, at_most=19.3),
        Target("rate", "a rate of 0.02 or more is asked for, and one you could write down.", at_least=0.02, at_most=1e3),
    ], mistakes=[
        (lambda result: result["nats"] > 24, "Your networks collapsed to the table of pixels: the rate is far too large for them to find a use for the code.",
         {"rate": 0.3, "nats": 24.7}),
        (lambda result: result["nats"] > 19.3 and result["rate"] < 0.008,
         "Too careful: with this rate 600 steps do not lead far enough, and less so if it falls on the way. Raise it.", {"rate": 0.003, "nats": 20.5}),
        (lambda result: result["nats"] > 19.3 and result["rate"] > 0.015,
         'Steps this long need an end that comes to rest: `"cosine"`, and a warm-up of 30 steps or more.', {"rate": 0.03, "nats": 20.9}),
        (lambda result: result["nats"] > 19.3, "Close. With a rate that falls you can afford a larger one than the best constant rate.",
         {"rate": 0.01, "nats": 19.35}),
        (lambda result: 0 < result["rate"] < 0.02, "That is low enough, but at this rate a schedule makes no difference. Take 0.02 or more, where it does.",
         {"rate": 0.01, "nats": 19.14}),
    ], hints=(
        "Look at the last figure: where is its lowest point?",
        "The falling curve is lowest at its right end, 0.03. Try a rate from 0.02 to 0.03.",
        '`(0.02, 60, "cosine")`',
    ), passed="The rate and the schedule were chosen together, as they have to be: so large a rate is good only because it falls.",
        excused={"nats = 0": "A loss of 0 nats cannot come from the lesson's training."}),
    Function("clip_by_global_norm", reference="genai_course.training.optimizers:clip_by_global_norm", cases=gradient_cases, mistakes={
        "factor * gradient → gradient * min(1, limit / global_norm([gradient]))":
            "You clipped each array on its own. That bends the gradient: long parts shrink and short ones do not. One length for all arrays together, one factor.",
        "max(norm, limit) → norm":
            "You gave every gradient the length of the limit, short ones too. Near the goal steps would never become small: the factor is at most 1.",
        "factor * gradient → np.clip(gradient, -limit, limit)":
            "You clipped number by number, which turns the gradient into another direction. Shorten it as a whole.",
        "max(norm, limit) → max(norm**2, limit)": "The root is missing: the length is the square root of the sum of squares.",
        "global_norm(gradients) → sum(global_norm([each]) for each in gradients)":
            "You added up the arrays' lengths. The length of the whole is the root of the sum of all squares.",
        "max → min": "Long gradients stay long and short ones grow in yours. The factor is at most 1: take the smaller of 1 and limit / norm.",
        "global_norm(gradients) → max(np.abs(each).max() for each in gradients)":
            "You took the largest number for the length. Take the root of the sum of all squares.",
        "factor = limit → factor = (1 if norm > limit else limit)":
            "A long gradient gets length 1 in yours. Its length should be the limit: multiply by limit / norm.",
        "factor = limit → factor = (norm <= limit) * limit": "You threw long gradients away. They point the right way: keep them, shortened.",
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
