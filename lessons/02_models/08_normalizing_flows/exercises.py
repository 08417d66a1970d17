"""Exercises of 02_models/08_normalizing_flows."""

import math

import numpy as np

from genai_course.exercises.definitions import Experiment, Function, Prediction, Setting, Target, Value

LOG_TWO_PI = math.log(2 * math.pi)


def log_density(z, slope):
    """Log-density of what was moved to the standard normal numbers z with these slopes.  (n,), (n,) -> (n,)"""
    return -0.5 * (z**2 + LOG_TWO_PI) + np.log(np.abs(slope))


def moved_numbers(rng):
    """Noise of both signs, rising and falling slopes that are far from 1; one number alone; some far out."""
    small = (np.array([0.5, -1.5, 2.0]), np.array([2.0, -0.4, 0.3]))
    many = (1.5 * rng.normal(size=40), np.exp(rng.normal(size=40)) * rng.choice([-1, 1], 40))
    far_out = (np.array([-60.0, 45.0, 200.0]), np.array([0.5, -3.0, 1e-3]))  # a density of 0, even in double precision
    steep_and_flat = (np.zeros(4), np.array([1e-30, -1e30, 1.0, 1e-30]))  # their squares are 0 and infinite
    alike = (np.array([1.5, 1.5, -1.5, 0.0, 1.5]), np.array([2.0, -1.0, 2.0, 1.0, 2.0]))
    return [small, many, (np.array([-0.7]), np.array([-0.02])), far_out, (np.zeros(2), np.array([1e-6, -1e6])), steep_and_flat, alike]


def any_moved_numbers(draw, st, numbers):
    shape = (draw(st.integers(1, 6)),)
    signs = np.array(draw(st.lists(st.sampled_from([-1, 1]), min_size=shape[0], max_size=shape[0])))
    return draw(numbers(shape, -60, 60)), np.exp(draw(numbers(shape, -9, 9))) * signs.astype("float32")


def steps_to_take(rng):
    """Numbers, log-scales and shifts of both signs, in sizes that all differ; one row alone; numbers far out; 64 of them.

    Zeros in each, also in one alone; rows alike; one number in a row; many rows; tiny numbers, and large scales.
    """
    usual = [tuple(rng.normal(size=(3, n, d))) for n, d in [(2, 3), (4, 5), (1, 6)]]
    far_out = (np.array([[200.0, -200.0]]), np.array([[-4.0, 3.0]]), np.array([[-150.0, 90.0]]))
    many = tuple(rng.normal(size=(3, 3, 64)) + np.array([0, 2, 0])[:, None, None] * np.array([[1], [-1], [0]]))
    zeros = np.array([[[0.0, 2.0, -1.0, 3.0, 0.0]] * 2, [[0.5, 0.0, -0.7, 0.0, 0.0]] * 2, [[1.0, -2.0, 0.0, 0.0, 0.4]] * 2])
    column, long = rng.normal(size=(3, 4, 1)), rng.normal(size=(3, 26, 2))
    tiny = rng.normal(size=(3, 2, 4)) * np.array([1e-6, 1, 1e-6])[:, None, None]
    large = (np.array([[0.5, -3.0], [2.0, 0.1]]), np.array([[30.0, 31.0], [-30.0, -31.0]]), np.array([[1.0, 1.0], [0.5, -0.5]]))
    return [*usual, far_out, many, tuple(zeros), tuple(column), tuple(long), tuple(tiny), large]


def steps_of_a_network(rng):
    """The same, and once in tensors, as a network gives them."""
    from keras import ops

    return [*steps_to_take(rng), tuple(map(ops.convert_to_tensor, rng.normal(size=(3, 2, 4)).astype("float32")))]


def any_step(draw, st, numbers):
    shape = draw(st.integers(1, 4)), draw(st.integers(1, 5))
    return draw(numbers(shape)), np.round(draw(numbers(shape, -4, 4)), 2), draw(numbers(shape))


EXERCISES = [
    Function("log_density", reference=log_density, cases=moved_numbers, space=any_moved_numbers, mistakes={
        "+ np.log(np.abs(slope)) →":
            "That is the density of the noise. Where the line was stretched, the same points share more room: add the logarithm of the slope.",
        "(z**2 + LOG_TWO_PI) + → (z**2 + LOG_TWO_PI) -":
            "The slope is that of the way from data to noise. Where it is large, a small stretch of data holds much noise, so the density is larger: add, not subtract.",
        "np.log(np.abs(slope)) → slope": "Everything here is a logarithm, so the slope must come as one, too: `np.log(np.abs(slope))`.",
        "np.log(np.abs(slope)) → np.abs(slope)": "The size of the slope is right, its logarithm is missing: densities multiply, logarithms add.",
        "return → np.exp(-0.5 * (z**2 + LOG_TWO_PI)) * np.abs(slope)":
            "That is the density itself, and it is right. Give its logarithm: in 64 dimensions the density itself would be 0 on a computer.",
        "return → np.log(np.abs(slope)) - 0.5 * z**2":
            "The normal distribution's constant is missing: −½ log 2π. Without it the density adds up to 2.5.",
        "(z**2 + LOG_TWO_PI) → z**2 - LOG_TWO_PI": "The half belongs to log 2π as well: the constant of the normal distribution is 1/√(2π).",
        "-0.5 * (z**2 + LOG_TWO_PI) → -z**2 - 0.5 * LOG_TWO_PI": "The half of z² is missing: the bell is exp(−½ z²).",
        "+ np.log(np.abs(slope)) → + np.log2(np.abs(slope))": "The slope's logarithm is to base 2. All terms are in nats: `np.log`.",
        "return → np.mean(…)": "You averaged all numbers. Each number has its own density: return as many as came in.",
        "return → np.log(np.exp(-0.5 * np.float64(z)**2) / np.sqrt(2 * np.pi) * np.abs(slope))":
            "You took the logarithm of an exponential. Far out the density itself is 0 on a computer: write −½ z² as it stands, and add logarithms.",
        "np.log(np.abs(slope)) → 0.5 * np.log(np.abs(slope))": "The half belongs to z² and to log 2π. The slope's logarithm counts in full.",
        "- →": "The bell has a minus sign: far from 0 the density of the noise falls.",
        "np.abs(slope) → slope": "A falling function has a negative slope, which has no logarithm. Only its size counts: `np.abs(slope)`.",
        "return → np.sum(…)": "You added up all numbers. Each number has its own density: return as many as came in.",
    }, hints=(
        "Two terms: how dense the noise is at z, and by how much the line was squeezed there.",
        "The log-density of the standard normal distribution is −½ z² − ½ log 2π. Add the logarithm of the slope's size.",
        "`return -0.5 * z**2 - 0.5 * np.log(2 * np.pi) + np.log(np.abs(slope))`",
    ), passed="Points are neither made nor lost, only moved: that is all the formula says. It holds for every function that can be undone.",
        excused={"signs ignored": "The bell is as high at −z as at z, and of the slope only the size counts."}),
    Value("log_determinant", reference=-2 * math.log(2), tolerance=0.005, mistakes=[
        (lambda value: abs(value + math.log(2)) < 0.01, "That is one of the two directions. Both are halved, so a square shrinks to a quarter.",
         -0.693),
        (lambda value: abs(value - 2 * math.log(2)) < 0.01,
         "The size is right. The way to noise *shrinks* here, so the determinant is below 1 and its logarithm below 0.", 1.386),
        (lambda value: abs(value - 0.25) < 0.001, "That is the determinant: areas shrink to a quarter. Take its logarithm.", 0.25),
        (lambda value: abs(value - 4) < 0.001, "Areas grow fourfold on the way back. Asked is the logarithm of what happens on the way to noise.",
         4.0),
        (lambda value: abs(value - math.log(2)) < 0.01, "One direction only, and the wrong way round: both numbers become half as large.", 0.693),
        (lambda value: abs(value + 0.602) < 0.001, "That is the logarithm to base 10. Densities here are in nats: use the natural logarithm.", -0.602),
        (lambda value: abs(value) < 0.001, "0 would mean that areas stay as they are. Here a square of side 1 becomes one of side ½.", 0.0),
        (lambda value: abs(value + 2) < 0.001, "That is the logarithm to base 2. Densities here are in nats: use the natural logarithm.", -2.0),
    ], hints=(
        "A square of side 1 in the data: how large is it in the noise?",
        "The matrix is diagonal, with 0.5 twice. Its determinant is their product.",
        "`np.log(0.5 * 0.5)`",
    ), passed="With 64 numbers it would be −44.4 nats: every dimension adds its own logarithm, which is why nobody may forget one."),
    Function("couple", reference="genai_course.models.normalizing_flow:affine_forward", cases=steps_of_a_network, space=any_step, traced=True, mistakes={
        "x * ops.exp(log_scale) + shift → (x + shift) * ops.exp(log_scale)":
            "You moved first and stretched then. Here the stretch comes first: x times the scale, plus the shift.",
        "ops.exp(log_scale) → log_scale":
            "`log_scale` is a logarithm. Take its exponential before you multiply: a scale must be above 0, or the step could not be undone.",
        "(log_scale) → (-log_scale)": "You divided by the scale: the sign of the exponent is turned round.",
        "+ → -": "You subtracted the shift; that is for the way back.",
        "+ shift →": "The shift is missing.",
        "* ops.exp(log_scale) →": "The stretch is missing: multiply by the exponential of `log_scale`.",
        "(log_scale, axis=1) → (ops.exp(log_scale), axis=1)":
            "The determinant is the *product* of the scales, so its logarithm is the sum of `log_scale` itself, without the exponential.",
        "ops.sum(log_scale, axis=1) → ops.log(ops.prod(ops.exp(log_scale), axis=1))":
            "You multiplied the scales and took the logarithm then. The product of many is too large or too small for a computer, or 0: "
            "add their logarithms, which are `log_scale` itself.",
        "ops.sum(log_scale, axis=1) → ops.sum(ops.abs(log_scale), axis=1)":
            "You added the sizes of the log-scales. Where a number shrinks, its log-scale is below 0 and counts so.",
        "return → (ops.sum(log_scale, axis=1), x * ops.exp(log_scale) + shift)": "Both results are right, in the other order: the moved numbers come first.",
        "ops.sum(log_scale, axis=1) → ops.exp(ops.sum(log_scale, axis=1))": "That is the determinant. Return its logarithm: the sum of `log_scale`.",
        ", ops.sum(log_scale, axis=1) →":
            "The moved numbers are right. Return two things, with a comma between them: the numbers, and the log-determinant of each row.",
        "sum → mean": "You averaged. The logarithm of a product is a sum: each number stretches by itself, and all count.",
        "ops.sum(log_scale, axis=1) → -ops.sum(log_scale, axis=1)":
            "The sign is turned round. This step is part of the way to noise; its own stretching counts positive.",
        ", axis=1 →": "You added up the whole batch. Each row has its own log-determinant: sum over axis 1.",
        "axis=1 → axis=0": "You added over the rows. Rows are different points; add the numbers of one point: axis 1.",
        "ops.sum(log_scale, axis=1) → log_scale": "One log-determinant for each row is asked for: sum over the row's numbers.",
        "(log_scale, axis=1) → (log_scale + shift, axis=1)": "A shift moves points and changes no volume: it does not count in the determinant.",
    }, hints=(
        "A stretch, then a move. And the stretch of each number is its scale: what is the logarithm of their product?",
        "`x * ops.exp(log_scale) + shift`, and the sum of `log_scale` over axis 1.",
        "`return x * ops.exp(log_scale) + shift, ops.sum(log_scale, axis=1)`",
    ), passed="A 64 × 64 determinant in one sum: a coupling's matrix is triangular, so only its diagonal counts.",
        excused={"`axis=1` → `axis=-1`": "The last axis is axis 1."}),
    Function("undo", reference="genai_course.models.normalizing_flow:affine_inverse", cases=steps_to_take, space=any_step, mistakes={
        "(y - shift) * ops.exp(-log_scale) → y * ops.exp(-log_scale) - shift": "Undo in the opposite order: the shift came last, so it goes first.",
        "y - → y +": "You added the shift once more. Take it away.",
        "-log_scale → log_scale": "You stretched once more. Divide by the scale: the exponent needs a minus.",
        "* ops.exp(-log_scale) → / log_scale": "You divided by the logarithm. The scale is its exponential.",
        "return → (y * ops.exp(log_scale) + shift, ops.sum(log_scale, axis=1))":
            "That is the way there once more. On the way back the shift goes first, and then the scale.",
        ", -ops.sum(log_scale, axis=1) →":
            "The way back is right. Return two things, with a comma between them: the numbers, and the log-determinant of each row.",
        "-ops.sum(log_scale, axis=1) → ops.sum(log_scale, axis=1)":
            "The way back is right. What it shrinks the way there had stretched, so its log-determinant has the other sign.",
        "-ops.sum(log_scale, axis=1) → 1 / ops.sum(log_scale, axis=1)":
            "The determinant of the way back is 1 divided by that of the way there. Its *logarithm* is minus the other one.",
        "-ops.sum(log_scale, axis=1) → ops.log(ops.prod(ops.exp(-log_scale), axis=1))":
            "You multiplied the scales and took the logarithm then. The product of many is too large or too small for a computer: "
            "add their logarithms.",
        "axis=1 → axis=0": "You added over the rows. Rows are different points; add the numbers of one point: axis 1.",
        "-ops.sum(log_scale, axis=1) → ops.sum(ops.exp(-log_scale), axis=1)":
            "The logarithm of the determinant is a sum of logarithms: no exponential.",
        ", axis=1 →": "You added up the whole batch. Each row has its own log-determinant: sum over axis 1.",
        "ops.sum(log_scale, axis=1) → log_scale": "One log-determinant for each row is asked for: sum over the row's numbers.",
        "sum → mean": "You averaged. The logarithm of a product is a sum.",
    }, hints=(
        "Solve y = x · exp(s) + t for x.",
        "x = (y − t) · exp(−s). And the determinant of the way back is one over that of the way there.",
        "`return (y - shift) * ops.exp(-log_scale), -ops.sum(log_scale, axis=1)`",
    ), passed="No network was inverted. It reads numbers that are still there on the way back, and says the same stretch and the same shift again.",
        excused={"`axis=1` → `axis=-1`": "The last axis is axis 1."}),
    Experiment("order", reference={"couplings": 4, "begins_keeping": 0, "changes": 1, "gap": 0.22}, targets=[
        Target("couplings", "take 2 to 6 couplings.", accept=lambda number: number in (2, 3, 4, 5, 6)),
        Target("changes", "the order must change exactly once, such as 1, 0, 0.", at_least=1, at_most=1),
        Target("gap", "the target is at most 0.30 nats above the truth; nearer than 0.1 no such order has come.", at_least=0.1, at_most=0.30),
    ], settings=[
        Setting("begins_keeping", "an order holds only zeros and ones.", lambda identity: identity in (0, 1)),
    ], mistakes=[
        (lambda result: result["changes"] == 0,
         "All of your couplings keep the same number, so nothing ever bends it. It stays what it was, and no training helps. Use both 0 and 1.",
         {"couplings": 4, "begins_keeping": 0, "changes": 0, "gap": 0.51}),
        (lambda result: result["couplings"] > 6,
         "More couplings work as well, and each costs time. Four are enough: what matters is which number each of them keeps, and when.",
         {"couplings": 8, "begins_keeping": 0, "changes": 1, "gap": 0.2}),
        (lambda result: result["changes"] > 1, "Your order changes more than once. Put all zeros next to each other, and all ones.",
         {"couplings": 4, "begins_keeping": 0, "changes": 3, "gap": 0.18}),
        (lambda result: result["gap"] > 0.30 and result["begins_keeping"] == 1,
         "Both numbers are bent, in the unlucky order: on the moons it matters which number is bent first. Turn your order round.",
         {"couplings": 4, "begins_keeping": 1, "changes": 1, "gap": 0.47}),
        (lambda result: result["gap"] > 0.30, "The right way round, and too few couplings. Give each number more than one.",
         {"couplings": 2, "begins_keeping": 0, "changes": 1, "gap": 0.32}),
    ], hints=(
        "A number that is always kept is never bent, so both 0 and 1 must occur: first all of one kind, then all of the other.",
        "Four entries. There are two ways round, and one of them is about twice as far from the truth.",
        "Try `(0, 0, 1, 1)`.",
    ), passed="One change is enough here, and the other way round, (1, 1, 0, 0), stayed at 0.47 when we tried it. Large flows need no such luck: they turn the axes at random between couplings."),
]

PREDICTIONS = [
    Prediction("rank", choices=("first", "between", "last"),
               after="A flow is not the best density for every data set: 1,437 small digits are little for a network, and ten Gaussians fit them well."),
]
