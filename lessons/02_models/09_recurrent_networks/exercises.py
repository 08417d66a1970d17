"""Exercises of 02_models/09_recurrent_networks."""

import numpy as np

from genai_course.exercises.definitions import Experiment, Function, Prediction, Setting, Target


def reach(states, weight):
    """dh_T/dh_t for every t, the last one first.  (length,), number -> (length,)"""
    factors = weight * (1 - np.asarray(states, "float64")[:0:-1] ** 2)
    return np.concatenate([[1.0], np.cumprod(factors)])


def softmax(logits, axis=-1):
    powers = np.exp(logits - np.max(logits, axis=axis, keepdims=True))
    return powers / powers.sum(axis=axis, keepdims=True)


def normalised(powers):
    return powers / powers.sum(axis=-1, keepdims=True)


def step_arguments(rng):
    """One row alone, several rows, a single unit, sums far out, where an exponential overflows; zeros, rows alike, small, long."""
    sizes = [(1, 2), (4, 3), (3, 1)]
    cases = [tuple(rng.normal(size=size) for size in [(n, units), (n, units), (units, units)]) for n, units in sizes]
    far_out = (np.array([[200.0, -150.0], [0.3, -90.0]]), np.array([[-0.9, 0.4], [0.8, 0.2]]), rng.normal(size=(2, 2)))
    first_step = (np.array([[0.5, 0.0, -1.2], [0.5, 0.0, -1.2]]), np.zeros((2, 3)), rng.normal(size=(3, 3)))
    nothing_new = (np.zeros((3, 2)), np.array([[0.5, -1.0], [0.5, -1.0], [0.0, 1.0]]), np.array([[0.0, 2.0], [-1.0, 0.0]]))
    small = tuple(0.02 * rng.normal(size=size) for size in [(2, 4), (2, 4), (4, 4)])
    large = tuple(rng.normal(size=size) / 4 for size in [(26, 21), (26, 21), (21, 21)])
    return [*cases, far_out, first_step, nothing_new, small, large]


def any_step(draw, st, numbers):
    n, units = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    drawn = draw(numbers((n, units), -30, 30)), draw(numbers((n, units), -1, 1)), draw(numbers((units, units)))
    return tuple(np.round(each, 1) for each in drawn)


def some_states(rng):
    return [
        (np.array([0.0, 0.5]), 0.8),
        (np.tanh(rng.normal(size=4)), 0.9),
        (np.tanh(rng.normal(size=6)), -1.5),
        (np.array([0.3]), 2.0),
        (np.array([0.2, 0.0, -0.9, 0.0]), 1),  # a weight that is a whole number
        (np.array([1.0, -0.6, 1.0, 0.4]), 1.2),  # a state at its limit lets nothing through
        (np.array([0.4, -0.7, 0.1]), 0.0),
        (np.zeros(30), 1.5),
        (np.full(60, -0.1), 0.99),
        (np.array([0.5, 0.5, -0.5, 0.5]), -1000.0),
        (np.array([-1.0, 0.25, -1.0, 0.5, -0.75]), 0.8),
    ]


def any_states(draw, st, numbers):
    return draw(numbers((draw(st.integers(1, 8)),), -1, 1)), draw(st.floats(-2, 2))


def some_logits(rng):
    """Rows that differ far in size, a row alone, whole numbers for a temperature, logits far out for exponentials."""
    apart = np.array([[0.0, 1.0, -2.0], [-300.0, -301.0, -299.5], [200.0, 199.0, -200.0]])
    ties = np.array([[3.0, 3.0, 1.0, 3.0], [0.0, 0.0, 0.0, 0.0], [-2.0, 0.0, -2.0, 0.0]])
    return [
        (np.array([[0.0, 1.0]]), 0.5),
        (rng.normal(size=(3, 4)), 2.0),
        (3 * rng.normal(size=(2, 6)), 0.7),
        (apart, 1.0),
        (np.array([[30.0, 25.0, -25.0, -30.0, 27.0]]), 10.0),
        (rng.normal(size=(2, 5)), 3),
        (np.array([[90.0, 88.0, 95.0], [3.0, 1.0, 2.0]]), 0.1),
        (np.array([[0.0, -900.0, -450.0], [3000.0, 2100.0, 2400.0]]), 300.0),
        (ties, 0.01),
        (ties / 100, 0.01),
        (ties, 1e6),
        (rng.normal(size=(26, 310)), 1.5),
    ]


def any_logits(draw, st, numbers):
    return draw(numbers((draw(st.integers(1, 4)), draw(st.integers(1, 5))), -300, 300)), draw(st.floats(0.1, 5))


EXERCISES = [
    Function("rnn_step", reference="genai_course.models.recurrent_language_model:rnn_step", cases=step_arguments, space=any_step, traced=True, mistakes={
        "return → inputs + state @ weights": "Without tanh the numbers can grow without end: each step multiplies them by the weights once more.",
        "ops.matmul(state, weights) → state @ weights.T":
            "You multiplied by the transposed weights. Row i of the weights says what unit i sends to the others: state @ weights.",
        "return → ops.tanh((inputs + state) @ weights)":
            "You also sent the inputs through the weights. They are made for this step already; only the state goes through.",
        "return → ops.tanh(inputs) + state @ weights": "The tanh belongs around the sum, not around the inputs alone; else the state can still grow.",
        "+ ops.matmul(state, weights) → @ weights + state": "Inputs and state are swapped: it is the old state that goes through the weights.",
        "return → 1 / (1 + ops.exp(-(inputs + state @ weights)))":
            "That is a sigmoid, from 0 to 1. The state uses tanh, from −1 to 1, so that it can also say no.",
        "return → state + ops.tanh(inputs + ops.matmul(state, weights))":
            "You added the old state to the new one. What is kept goes through the weights; the new state is the tanh alone.",
        "return → inputs + ops.tanh(ops.matmul(state, weights))": "The inputs stand outside the tanh. It belongs around the sum of both.",
        "return → ops.clip(inputs + state @ weights, -1, 1)": "You cut the sum off at −1 and 1. tanh bends it softly, so that a gradient is left: `ops.tanh`.",
        "ops.matmul(state, weights) → state * ops.sum(weights, axis=1)":
            "You multiplied each unit's number by the sum of its weights. A matrix product lets each unit hear all the others.",
        "return → (ops.exp(inputs + state @ weights) - ops.exp(-inputs - state @ weights)) / (ops.exp(inputs + state @ weights) + ops.exp(-inputs - state @ weights))":
            "For large sums your exponentials overflow, and infinity by infinity is no number. Use `ops.tanh`.",
        "ops.matmul(state, weights) → state * ops.diag(weights)": "Each unit heard only itself. A matrix product lets each unit hear all the others.",
    }, hints=(
        "The new state mixes the input with what all units said before, and tanh keeps it between −1 and 1.",
        "`ops.matmul(state, weights)` has the shape (n, units), as the inputs have.",
        "`return ops.tanh(inputs + ops.matmul(state, weights))`",
    ), passed="That is the whole plain recurrent network: the same weights at every step, however long the text."),
    Function("reach", reference=reach, cases=some_states, space=any_states, mistakes={
        "(factors) → (weight * (1 - states[:-1] ** 2)[::-1])":
            "You took the slope at the state a step too early. dh_t/dh_{t−1} = weight · (1 − h_t²): the square is that of the *new* state.",
        "(factors) → (weight * (1 - states[:0:-1]))": "The slope of tanh is 1 − tanh²: square the state.",
        "(factors) → (1 - states[:0:-1] ** 2)": "The weight is missing: each step multiplies by it, too.",
        "(factors) → (weight * np.ones(len(states) - 1))": "You multiplied by the weight alone. Each step also has the slope of tanh, 1 − h².",
        "(factors) → (weight * (1 - states[1:] ** 2))": "You began at the first state. Distance is counted back from the last one: begin there.",
        "np.cumprod(factors) → weight * (1 - states[:0:-1] ** 2)":
            "These are the slopes of single steps. Over several steps the chain rule multiplies them: use a running product.",
        "return → np.cumsum(np.concatenate([[1.0], factors]))": "You added from the 1 on. The chain rule multiplies: a running product.",
        "(factors) → (weight * (1 - states[:-1] ** 2))":
            "You began at the first state, and with its own slope. Distance is counted back from the last state: begin there.",
        "np.cumprod(factors) → np.cumsum(factors)": "You added the factors up. The chain rule multiplies them: a running product.",
        "factors = weight * (1 - np.asarray(states, 'float64')[:0:-1] ** 2) → factors = weight * (1 - np.tanh(states[:0:-1]) ** 2)"
        .replace("'", '"'): "You took tanh of the states once more. They have been through tanh already: the slope is 1 − h².",
        "return → np.concatenate([[1.0], np.cumprod(factors)])[::-1]": "The numbers are right, in reverse: the last state, at distance 0, comes first.",
        "return → np.concatenate([[1.0], np.cumprod(np.abs(factors))])": "The sign of a negative weight is lost. Each step may turn the sign.",
        "return → np.cumprod(weight * (1 - states[::-1] ** 2))": "Distance 0 is the last state itself, and its derivative by itself is 1.",
    }, hints=(
        "One step back multiplies by weight · (1 − h²), with the h that the step arrived at.",
        "`states[:0:-1]` are the states from the last to the second; `np.cumprod` is a running product.",
        "`return np.concatenate([[1.0], np.cumprod(weight * (1 - states[:0:-1] ** 2))])`",
    ), passed="A product of numbers below 1 vanishes, one of numbers above 1 explodes, and hardly any product stays in between.",
        excused={"signs ignored": "Of a state only the square counts."}),
    Function("with_temperature", reference="genai_course.models.recurrent_language_model:with_temperature",
        cases=some_logits, space=any_logits, mistakes={
        (lambda logits, temperature: softmax(logits * temperature)): "You multiplied, so a high temperature sharpens. Divide: heat makes all alike.",
        (lambda logits, temperature: softmax(logits)): "The temperature is not used.",
        (lambda logits, temperature: softmax(logits) / temperature):
            "You divided the probabilities, and they no longer add up to 1. Divide the logits, then apply softmax.",
        "return → ops.exp(logits / temperature)": "These do not add up to 1 yet. Divide by their sum, or use softmax.",
        (lambda logits, temperature: softmax(softmax(logits) / temperature)):
            "You applied softmax twice. The second one sees numbers from 0 to 1 and makes nearly all alike.",
        (lambda logits, temperature: softmax(logits.reshape(1, -1) / temperature).reshape(logits.shape)):
            "You made the whole table add up to 1. Each row is a distribution of its own: the last axis.",
        (lambda logits, temperature: softmax(logits / temperature, axis=0)):
            "Each column adds up to 1 in yours. The tokens lie along the last axis: each row is a distribution of its own.",
        (lambda logits, temperature: normalised(np.exp(logits / temperature))):
            "For large logits your exponential overflows, and infinity by infinity is no number; for low ones all become 0. "
            "Subtract each row's largest first, or use `ops.softmax`.",
        (lambda logits, temperature: normalised(np.exp((logits - logits.max()) / temperature))):
            "You subtracted the largest of the whole table, so in a row far below it all become 0. Subtract each row's own.",
        (lambda logits, temperature: softmax(np.clip(logits / temperature, -20, 20))):
            "You cut the logits off. Whoever lies further out loses their distances: subtract each row's largest in place of that.",
        (lambda logits, temperature: normalised(logits ** (1 / temperature))):
            "You took logits for probabilities. They are logarithms: p^(1/T) is exp(logit / T).",
        (lambda logits, temperature: softmax(logits) ** (1 / temperature)):
            "The power is right, and the probabilities no longer add up to 1. Divide each row by its sum.",
        (lambda logits, temperature: normalised(softmax(np.float64(logits)) ** (1 / temperature))):
            "You took the power of probabilities that are 0 already: on a computer e⁻⁹⁰⁰ is 0, though its 300th root is 0.05. Divide the logits first.",
        (lambda logits, temperature: softmax(logits // temperature)): "You divided with `//`, which cuts to whole numbers. Use `/`.",
        (lambda logits, temperature: softmax(np.log(2) * logits / temperature)): "Yours are powers of 2. Logits are natural logarithms: powers of e.",
        (lambda logits, temperature: np.eye(logits.shape[1])[logits.argmax(axis=1)]):
            "Yours always takes the likeliest token, as temperature 0 would. At a temperature above 0 the others have a chance, too.",
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
        Target("reach", "a reach of at least 1 at a distance of 40 is asked for, and above 1,000 none has come.", at_least=1, at_most=1_000),
    ], settings=[
        Setting("forget_bias", "choose a number above 1, up to 50. With 1 the gate keeps too little, as you have seen; at 50 it is open as far as it goes.",
                lambda bias: 1 < float(bias) <= 50 and not isinstance(bias, str)),
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
