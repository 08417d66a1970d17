"""Exercises of 02_models/09_recurrent_networks."""

import numpy as np

from genai_course.exercises.definitions import Experiment, Function, Prediction, Target


def reach(states, weight):
    """dh_T/dh_t for every t, the last one first.  (length,), number -> (length,)"""
    factors = weight * (1 - np.asarray(states, "float64")[:0:-1] ** 2)
    return np.concatenate([[1.0], np.cumprod(factors)])


def softmax(logits):
    powers = np.exp(logits - np.max(logits, axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def step_arguments(rng):
    return [
        (rng.normal(size=(1, 2)), rng.normal(size=(1, 2)), rng.normal(size=(2, 2))),
        (rng.normal(size=(4, 3)), rng.normal(size=(4, 3)), rng.normal(size=(3, 3))),
    ]


EXERCISES = [
    Function("rnn_step", reference="genai_course.models.recurrent_language_model:rnn_step", cases=step_arguments, traced=True, mistakes={
        "return → inputs + state @ weights": "Without tanh the numbers can grow without end: each step multiplies them by the weights once more.",
        "ops.matmul(state, weights) → state @ weights.T":
            "You multiplied by the transposed weights. Row i of the weights says what unit i sends to the others: state @ weights.",
        "return → ops.tanh((inputs + state) @ weights)":
            "You also sent the inputs through the weights. They are made for this step already; only the state goes through.",
        "return → ops.tanh(inputs) + state @ weights": "The tanh belongs around the sum, not around the inputs alone; else the state can still grow.",
        "+ ops.matmul(state, weights) → @ weights + state": "Inputs and state are swapped: it is the old state that goes through the weights.",
        "return → 1 / (1 + ops.exp(-(inputs + state @ weights)))":
            "That is a sigmoid, from 0 to 1. The state uses tanh, from −1 to 1, so that it can also say no.",
        "ops.matmul(state, weights) → state * ops.diag(weights)": "Each unit heard only itself. A matrix product lets each unit hear all the others.",
    }, hints=(
        "The new state mixes the input with what all units said before, and tanh keeps it between −1 and 1.",
        "`ops.matmul(state, weights)` has the shape (n, units), as the inputs have.",
        "`return ops.tanh(inputs + ops.matmul(state, weights))`",
    ), passed="That is the whole plain recurrent network: the same weights at every step, however long the text."),
    Function("reach", reference=reach,
        cases=lambda rng: [(np.array([0.0, 0.5]), 0.8), (np.tanh(rng.normal(size=4)), 0.9), (np.tanh(rng.normal(size=6)), -1.5), (np.array([0.3]), 2.0)],
        mistakes={
        "(factors) → (weight * (1 - states[:-1] ** 2)[::-1])":
            "You took the slope at the state a step too early. dh_t/dh_{t−1} = weight · (1 − h_t²): the square is that of the *new* state.",
        "(factors) → (weight * (1 - states[:0:-1]))": "The slope of tanh is 1 − tanh²: square the state.",
        "(factors) → (1 - states[:0:-1] ** 2)": "The weight is missing: each step multiplies by it, too.",
        "(factors) → (weight * np.ones(len(states) - 1))": "You multiplied by the weight alone. Each step also has the slope of tanh, 1 − h².",
        "(factors) → (weight * (1 - states[1:] ** 2))": "You began at the first state. Distance is counted back from the last one: begin there.",
        "np.cumprod(factors) → weight * (1 - states[:0:-1] ** 2)":
            "These are the slopes of single steps. Over several steps the chain rule multiplies them: use a running product.",
        "return → np.cumprod(weight * (1 - states[::-1] ** 2))": "Distance 0 is the last state itself, and its derivative by itself is 1.",
    }, hints=(
        "One step back multiplies by weight · (1 − h²), with the h that the step arrived at.",
        "`states[:0:-1]` are the states from the last to the second; `np.cumprod` is a running product.",
        "`return np.concatenate([[1.0], np.cumprod(weight * (1 - states[:0:-1] ** 2))])`",
    ), passed="A product of numbers below 1 vanishes, one of numbers above 1 explodes, and hardly any product stays in between."),
    Function("with_temperature", reference="genai_course.models.recurrent_language_model:with_temperature",
        cases=lambda rng: [(np.array([[0.0, 1.0]]), 0.5), (rng.normal(size=(3, 4)), 2.0), (3 * rng.normal(size=(2, 6)), 0.7)], mistakes={
        (lambda logits, temperature: softmax(logits * temperature)): "You multiplied, so a high temperature sharpens. Divide: heat makes all alike.",
        (lambda logits, temperature: softmax(logits)): "The temperature is not used.",
        (lambda logits, temperature: softmax(logits) / temperature):
            "You divided the probabilities, and they no longer add up to 1. Divide the logits, then apply softmax.",
        "return → ops.exp(logits / temperature)": "These do not add up to 1 yet. Divide by their sum, or use softmax.",
        (lambda logits, temperature: softmax(softmax(logits) / temperature)):
            "You applied softmax twice. The second one sees numbers from 0 to 1 and makes nearly all alike.",
        (lambda logits, temperature: np.exp(logits / temperature) / np.exp(logits / temperature).sum()):
            "You made the whole table add up to 1. Each row is a distribution of its own: the last axis.",
    }, hints=(
        "Probabilities to the power 1/temperature: what happens to their logarithms?",
        "Divide the logits by the temperature, then `ops.softmax`.",
        "`return ops.softmax(logits / temperature, axis=-1)`",
    ), excused={
        "`axis=-1` → `axis=1`": "The table has two axes, so the last one is axis 1.",
        "`ops.softmax(logits / temperature, axis=-1)` → `ops.softmax(logits / temperature)`":
            "The last axis is what softmax takes when it is not told.",
    }, passed="Near 0 only the likeliest is ever written; far above 1 every token is as likely as any other."),
    Experiment("remember", reference={"forget_bias": 3.0, "reach": 8.0}, targets=[
        Target("reach", "a reach of at least 1 at a distance of 40 is asked for.", at_least=1, at_most=1e6),
    ], mistakes=[
        (lambda result: result["forget_bias"] < 0, "A bias below 0 closes the gate: less than half of the memory is kept at each step. Go up.",
         {"forget_bias": -2.0, "reach": 1e-20}),
        (lambda result: result["forget_bias"] < 2,
         "The gate keeps sigmoid(bias) a step, 0.73 at 1; even with what comes back through the state h, a step's factor stays below 1. Go further up.",
         {"forget_bias": 1.0, "reach": 0.05}),
    ], hints=(
        "What is left after 40 steps if each keeps nine tenths?",
        "One step multiplies by the share that is kept, sigmoid(bias), and adds up to a quarter that comes back through h. At 1 that is 0.98 at most, at 3 it is up to 1.2.",
        "Try 3.",
    ), passed="A gate that is open from the beginning can learn to close; one that is closed gets no gradient to open it."),
]

PREDICTIONS = [
    Prediction("bits", between=(0.1, 3.0), close=0.1, after="The truth is 0.37 bits; what is above it the model still has to learn."),
]
