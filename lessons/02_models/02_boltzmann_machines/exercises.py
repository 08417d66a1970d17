"""Exercises of 02_models/02_boltzmann_machines."""

import numpy as np

from genai_course.exercises.definitions import Experiment, Function, Prediction, Setting, Target, Value


def machines(rng):
    """States of 0 and 1, symmetric weights without a diagonal, biases; last a machine of the first one's size."""
    cases = []
    for n, units in ((2, 3), (5, 4), (1, 2), (2, 3)):
        weights = np.triu(rng.normal(size=(units, units)), 1)
        cases.append((rng.integers(0, 2, (n, units)).astype(float), weights + weights.T, rng.normal(size=units)))
    cases[0][0][0] = 1  # all pixels on: every weight and every bias counts
    cases[1][0][1:3] = [[1, 1, 0, 1], [0, 1, 1, 1]]
    cases[2][0][0] = 1
    return cases


def any_machine(draw, st, numbers):
    n, units = draw(st.integers(1, 3)), draw(st.integers(1, 4))
    weights = np.triu(draw(numbers((units, units))), 1)
    return np.rint(draw(numbers((n, units), 0, 1))), weights + weights.T, draw(numbers(units))


def two_layers(rng):
    """Pixels of 0 and 1, weights between the layers, and both layers' biases; inputs so large that exp overflows; last too many
    hidden units to list their states."""
    return [
        (rng.integers(0, 2, (n, visible)).astype(float), rng.normal(size=(visible, hidden)), *biases)
        for n, visible, hidden, size in ((2, 3, 5, 1), (4, 6, 2, 1), (1, 4, 3, 1), (3, 2, 6, 200), (2, 5, 40, 1))
        for biases in [(rng.normal(size=visible), size * rng.normal(size=hidden))]
    ]


def any_layers(draw, st, numbers):
    n, visible, hidden = draw(st.integers(1, 3)), draw(st.integers(1, 4)), draw(st.integers(1, 4))
    pixels, biases = np.rint(draw(numbers((n, visible), 0, 1))), draw(numbers(visible))
    return pixels, draw(numbers((visible, hidden))), biases, draw(numbers(hidden, -300, 300))


def looks_and_dreams(rng):
    """Pixels and features when looking, (n, i) and (n, j), and when dreaming, (m, i) and (m, j); last of 0 and 1, as machines are."""
    cases = [
        (rng.normal(size=(n, i)), rng.normal(size=(n, j)), rng.normal(size=(m, i)), rng.normal(size=(m, j)))
        for n, m, i, j in ((2, 5, 3, 4), (6, 3, 2, 5), (1, 4, 3, 2), (3, 1, 2, 4))
    ]
    return [*cases, tuple(rng.integers(0, 2, shape).astype(float) for shape in ((5, 3), (5, 2), (4, 3), (4, 2)))]


def any_looks(draw, st, numbers):
    n, m, i, j = (draw(st.integers(1, 4)) for _ in range(4))
    return draw(numbers((n, i))), draw(numbers((n, j))), draw(numbers((m, i))), draw(numbers((m, j)))


def correlation_gap(seen, seen_hidden, dreamt, dreamt_hidden):
    """The model's, which calls another function, written out."""
    from keras import ops

    when_looking = ops.matmul(ops.transpose(seen), seen_hidden) / len(seen)
    when_dreaming = ops.matmul(ops.transpose(dreamt), dreamt_hidden) / len(dreamt)
    return when_looking - when_dreaming


def measured_again(result):
    """What the broken settings reach, measured when the lesson was written; others take longer than a check may."""
    broken = {"rate": 0.05, "gibbs_steps": 1, "persistent": True}
    return {"log_likelihood": -16.7} if {name: result[name] for name in broken} == broken else {}


def softplus(values):
    return np.logaddexp(0, values)


def pairs(x, weights):
    return np.sum(x @ weights * x, axis=1)


EXERCISES = [
    Function("energy", reference="genai_course.models.boltzmann_machine:energy", cases=machines, space=any_machine, mistakes={
        (lambda x, weights, biases: -pairs(x, weights) - x @ biases):
            "The ½ is missing: the double sum meets each pair twice, once as (i, j) and once as (j, i).",
        (lambda x, weights, biases: 0.5 * pairs(x, weights) + x @ biases):
            "The sign is turned round. A positive weight or bias makes a picture likelier, so it must lower the energy.",
        (lambda x, weights, biases: -0.5 * pairs(x, weights) + x @ biases):
            "The biases have the wrong sign: a positive bias makes a pixel likelier to be on, so it lowers the energy.",
        (lambda x, weights, biases: 0.5 * pairs(x, weights) - x @ biases):
            "The pairs have the wrong sign: a positive weight makes two pixels likelier to be on together, so it lowers the energy.",
        (lambda x, weights, biases: -0.5 * pairs(x, weights)): "The biases are missing: subtract Σ bᵢ xᵢ, which is `ops.matmul(x, biases)`.",
        "return → -states @ biases": "The pairs are missing: without them every pixel is on or off by itself.",
        (lambda x, weights, biases: -0.5 * (pairs(x, weights) + x @ biases)):
            "The ½ belongs to the pairs alone. The sum over single pixels meets each one once.",
        "return → -0.5 * states @ weights @ states.T - states @ biases":
            "You multiplied every picture with every other one. Multiply x W by x pixel by pixel, then add up over the pixels, axis 1.",
        (lambda x, weights, biases: np.sum(-0.5 * pairs(x, weights) - x @ biases)):
            "You returned one number for all pictures. Each needs its own: add up over the pixels, axis 1.",
        (lambda x, weights, biases: -0.5 * pairs(x, np.triu(weights)) - x @ biases):
            "You took each pair once, from half of the matrix, and halved it as well. The ½ belongs to the double sum, which meets each pair twice.",
        (lambda x, weights, biases: -0.5 * pairs(x, weights) - np.sum(biases)):
            "You subtracted every bias. Only those of pixels that are on count: bᵢ xᵢ.",
        (lambda x, weights, biases: np.exp(0.5 * pairs(x, weights) + x @ biases)):
            "That is e to the minus energy, the probability before it is divided by Z. Return the energy itself.",
    }, hints=(
        "Two sums, one over pairs and one over single pixels, both with a minus in front.",
        "`ops.matmul(x, weights) * x` has shape (n, pixels): added up over axis 1 it is the double sum of each picture.",
        "`return -0.5 * ops.sum(ops.matmul(x, weights) * x, axis=1) - ops.matmul(x, biases)`",
    ), passed="The same energy describes little magnets that like or dislike each other: the Ising model of physics.",
        excused={"`axis=1` → `axis=-1`": "Of two axes the second is the last."}),
    Function("free_energy", reference="genai_course.models.restricted_boltzmann_machine:free_energy", cases=two_layers, space=any_layers, mistakes={
        (lambda v, w, b, c: v @ b + softplus(c + v @ w).sum(axis=1)):
            "The sign is turned round: that is the log of the sum, and the free energy is minus that.",
        (lambda v, w, b, c: v @ b - softplus(c + v @ w).sum(axis=1)): "The pixels' biases have the wrong sign: both terms are subtracted.",
        (lambda v, w, b, c: -v @ b + softplus(c + v @ w).sum(axis=1)): "The hidden units' terms have the wrong sign: both terms are subtracted.",
        (lambda v, w, b, c: -softplus(c + v @ w).sum(axis=1)): "The pixels' biases are missing: subtract bᵀv too.",
        (lambda v, w, b, c: -v @ b): "The hidden units are missing: subtract the sum of softplus over them.",
        (lambda v, w, b, c: -v @ b - softplus(v @ w).sum(axis=1)): "The hidden biases c are missing inside the softplus.",
        (lambda v, w, b, c: -v @ b - softplus((c + v @ w).sum(axis=1))):
            "You added the hidden units up before the softplus. Each unit has its own two states, so each has its own softplus.",
        (lambda v, w, b, c: -v @ b - (c + v @ w).sum(axis=1)):
            "The softplus is missing: that is the energy with every hidden unit on. Each may also be off.",
        (lambda v, w, b, c: -v @ b - softplus(c + v @ w).mean(axis=1)):
            "You took the mean over the hidden units. Their factors multiply, so the logarithms add up: use the sum.",
        (lambda v, w, b, c: np.sum(-v @ b - softplus(c + v @ w).sum(axis=1))):
            "You returned one number for all pictures. Each needs its own: add up over the hidden units, axis 1.",
        (lambda v, w, b, c: -v @ b - np.log(1 + np.exp(c + v @ w)).sum(axis=1)):
            "Right for small inputs. e to the power of 90 is infinite in single precision: use `ops.softplus`, which does not overflow.",
        (lambda v, w, b, c: -v @ b - softplus(-c - v @ w).sum(axis=1)): "The inputs of the hidden units have the wrong sign inside the softplus.",
        (lambda v, w, b, c: -v @ b - np.maximum(0, c + v @ w).sum(axis=1)):
            "That is the energy of the best hidden state alone (relu). The free energy adds up all states: softplus.",
        (lambda v, w, b, c: -v @ b - (c + softplus(v @ w)).sum(axis=1)): "The hidden biases c belong inside the softplus.",
        (lambda v, w, b, c: -v @ b - softplus(c + v @ w).sum(axis=1) / np.log(2)): "Your logarithm is to base 2; the natural one is meant.",
        (lambda v, w, b, c: -v @ b - np.log(1 + (c + v @ w) ** 2).sum(axis=1)):
            "Inside the logarithm stands 1 + e to the power of the input: use `ops.softplus`.",
    }, hints=(
        "One term for the pixels' biases, and one softplus for each hidden unit.",
        "The inputs of the hidden units are `hidden_biases + ops.matmul(visible, weights)`, shape (n, hidden).",
        "`return -ops.matmul(visible, visible_biases) - ops.sum(ops.softplus(hidden_biases + ops.matmul(visible, weights)), axis=1)`",
    ), passed="A sum of 2 to the power of the hidden units in the time of one matrix product: that is what 'restricted' buys.",
        excused={"`axis=1` → `axis=-1`": "Of two axes the second is the last."}),
    Function("correlation_gap", reference="genai_course.models.restricted_boltzmann_machine:correlation_gap", cases=looks_and_dreams, space=any_looks,
        written_out=correlation_gap, mistakes={
        (lambda v, h, vd, hd: vd.T @ hd / len(vd) - v.T @ h / len(v)):
            "Dreamt minus seen: the machine would unlearn the pictures and learn its dreams. Turn the difference round.",
        (lambda v, h, vd, hd: v.T @ h / len(v) + vd.T @ hd / len(vd)): "You added the dreams. They must be subtracted, or the weights grow for ever.",
        "return → seen.T @ seen_hidden / len(seen)": "The dreams are missing. Without them every weight grows for ever.",
        (lambda v, h, vd, hd: v.T @ h - vd.T @ hd):
            "You added up over the pictures. Take the mean of each part: there may be more dreams than pictures.",
        (lambda v, h, vd, hd: (v.T @ h - vd.T @ hd) / len(v)):
            "You divided both sums by the number of pictures. The dreams have a number of their own.",
        (lambda v, h, vd, hd: (v.T @ h - vd.T @ hd) / len(vd)):
            "You divided both sums by the number of dreams. The pictures have a number of their own.",
        (lambda v, h, vd, hd: (v.T @ h / len(v) - vd.T @ hd / len(vd)).T):
            "Right numbers, transposed: a row for each pixel and a column for each hidden unit is asked for.",
        (lambda v, h, vd, hd: v.T @ h / v.size - vd.T @ hd / vd.size):
            "You divided by all numbers in the array. The mean is over the pictures alone: divide by `len(seen)`.",
        (lambda v, h, vd, hd: v.T @ h / v.shape[1] - vd.T @ hd / vd.shape[1]):
            "You divided by the number of pixels. The mean is over the pictures: divide by `len(seen)` and `len(dreamt)`.",
        (lambda v, h, vd, hd: v.T @ h / (len(v) - 1) - vd.T @ hd / (len(vd) - 1)):
            "You divided by one less than the number of pictures. A plain mean is asked for.",
        (lambda v, h, vd, hd: (v - v.mean(0)).T @ (h - h.mean(0)) / len(v) - (vd - vd.mean(0)).T @ (hd - hd.mean(0)) / len(vd)):
            "You took the means off first, which gives covariances. Asked for is the mean of the products as they are.",
        (lambda v, h, vd, hd: np.outer(v.mean(0), h.mean(0)) - np.outer(vd.mean(0), hd.mean(0))):
            "You multiplied the means. How often two units are on *together* is the mean of the products.",
    }, hints=(
        "Two means of products, one for looking and one for dreaming.",
        "`ops.matmul(ops.transpose(seen), seen_hidden)` adds the products up over the pictures; divide by their number.",
        "`return ops.matmul(ops.transpose(seen), seen_hidden) / len(seen) - ops.matmul(ops.transpose(dreamt), dreamt_hidden) / len(dreamt)`",
    ), passed="Each weight needs to know only its two units, once awake and once asleep. Hebb's rule, with sleep."),
    Value("terms", reference=2**16, tolerance=0, mistakes={
        2**64: "That many pictures there are. Let the layers swap roles: go through the states of the hidden units instead.",
        2**80: "That counts the states of both layers together. For each hidden state the short form adds all pictures up at once.",
        16: "That is how many hidden units there are. Each is on or off, so how many states do they have together?",
        16 * 64: "That is how many weights there are. The sum has a term for each state of the hidden units.",
        16**2: "Two states for each of 16 units: 2 · 2 · … · 2, sixteen times, and not 16 · 16.",
        2 * 16: "Two states for each of 16 units multiply: 2 · 2 · … · 2, sixteen times.",
        2**16 - 1: "All of them off is a state, too.",
    }, hints=(
        "A term for each state of the hidden units.",
        "One unit has 2 states, two have 4, three have 8.",
        "`2**16`",
    ), passed="65,536 terms take a tenth of a second. With 64 hidden units they would take nearly a million years."),
    Experiment("repair", reference={"rate": 0.05, "gibbs_steps": 5, "persistent": False, "log_likelihood": -3.65}, recompute=measured_again, targets=[
        Target("log_likelihood", "it must end between −3.9 nats and −3.40, the best that 30 equal pictures allow.", at_least=-3.9, at_most=-3.4),
    ], settings=[
        Setting("rate", "a rate is a number above 0 and at most 10.", lambda rate: 0 < rate <= 10),
        Setting("gibbs_steps", "a dream takes 1 to 10 Gibbs steps here, a whole number.", lambda steps: steps in range(1, 11)),
        Setting("persistent", "dreams persist or not: True or False.", lambda persistent: persistent in (True, False)),
    ], mistakes=[
        (lambda result: result["log_likelihood"] < -3.9 and result["persistent"] and result["rate"] < 0.02,
         "Now the dreams keep up, but learning is so slow that it does not arrive. Let the dreams start at the data instead, with several steps, and keep the rate.",
         {"rate": 0.003, "gibbs_steps": 1, "persistent": True, "log_likelihood": -7.8}),
        (lambda result: result["log_likelihood"] < -3.9 and result["persistent"],
         "The dreams still lag behind the machine. In a world of separate valleys it is better to start them at the pictures seen, which lie in all valleys: persistent=False.",
         {"rate": 0.05, "gibbs_steps": 10, "persistent": True, "log_likelihood": -12.6}),
        (lambda result: result["log_likelihood"] < -3.9 and result["gibbs_steps"] < 3,
         "Better: the dreams start in every valley now. But so short a dream hardly leaves its picture and does not see which valley is too deep. Give it more Gibbs steps.",
         {"rate": 0.05, "gibbs_steps": 1, "persistent": False, "log_likelihood": -4.1}),
        (lambda result: result["log_likelihood"] < -3.9 and result["rate"] < 0.03,
         "The dreams are true, but learning is so slow that it does not arrive. Raise the rate.",
         {"rate": 0.003, "gibbs_steps": 10, "persistent": False, "log_likelihood": -9.97}),
    ], hints=(
        "The broken dreams stay where they are. Where could they start instead, to be in every valley?",
        "Start at the data, persistent=False, and let each dream take several Gibbs steps.",
        '`{"rate": 0.05, "gibbs_steps": 5, "persistent": False}`',
    ), passed="Truer dreams, better machine. On the digits the persistent ones won: which dreams are better depends on how far apart the valleys are and how fast you learn."),
]

PREDICTIONS = [
    Prediction("even_share", between=(0, 1), close=0.1,
               after="Each pixel, and each pair of pixels, is on as often as with three coins. What the machine sees is already right, so it rests."),
]
