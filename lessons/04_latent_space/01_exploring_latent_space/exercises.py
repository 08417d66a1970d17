"""Exercises of 04_latent_space/01_exploring_latent_space."""

from numbers import Real

import numpy as np

from genai_course.exercises.definitions import Experiment, Function, Prediction, Setting, Target


def labelled(rng, n, d, k):
    """Codes and factors that go together, far from mean 0; the first two factors are correlated, the last is 0 or 1."""
    factors = rng.normal(size=(n, k)) + 1.5
    factors[:, 1:2] += 0.8 * factors[:, :1]
    if k > 2:
        factors[:, -1] = np.arange(n) % 3 == 0
    return factors @ rng.normal(size=(k, d)) + 2 + 0.3 * rng.normal(size=(n, d)), factors


def labelled_codes(rng):
    """Two factors, three of which one is 0 or 1, a single one, and codes of one number."""
    small, large = labelled(rng, 40, 4, 2), labelled(rng, 25, 3, 3)
    whole = rng.permutation(np.repeat([[0, 0], [0, 1], [1, 0], [2, 1]], (3, 2, 4, 2), axis=0))  # equal rows
    return [
        *(labelled(rng, *sizes) for sizes in ((7, 3, 2), (30, 5, 3), (6, 2, 1), (9, 1, 4))),
        (1e-3 * small[0], small[1]), (1e3 * large[0], large[1]), (rng.integers(-3, 4, (11, 4)), whole), (np.zeros((11, 3)), whole),
    ]  # fmt: skip


def any_labelled_codes(draw, st, numbers):
    n, d, k = draw(st.integers(8, 20)), draw(st.integers(1, 6)), draw(st.integers(1, 4))
    codes, factors = labelled(np.random.default_rng(draw(st.integers(0, 999))), n, d, k)
    return codes.astype("float32"), factors.astype("float32")


def with_constant(factors):
    return np.column_stack([factors, np.ones(len(factors))])


def solve(factors, codes):
    return np.linalg.lstsq(factors, codes, rcond=None)[0]


def one_by_one(codes, factors):
    """Each factor's own slope, as if there were no others."""
    centred = factors - factors.mean(axis=0)
    return np.stack([column @ codes / (column @ column) for column in centred.T])


def means_apart(codes, factors):
    above = factors > factors.mean(axis=0)
    return np.stack([codes[side].mean(axis=0) - codes[~side].mean(axis=0) for side in above.T])


def two_directions(rng):
    return [
        (np.array([1.0, 2.0]), np.array([3.0, 0.0])),
        (rng.normal(size=5), 3 * rng.normal(size=5)),
        (rng.normal(size=8), 0.3 * rng.normal(size=8)),
        (np.array([1.0, -2.0, 0.5]), np.array([0.0, 0.0, -3.0])),
        (np.array([2.0, 1.0, 0.0, 3.0]), np.array([-1.0, 2.0, 5.0, 0.0])),  # at a right angle already
        (rng.normal(size=6), 0.01 * rng.normal(size=6)),
        (rng.normal(size=3), 1000 * rng.normal(size=3)),
        (1e-3 * rng.normal(size=4), rng.normal(size=4)),
        (np.array([3, 1, 0]), np.array([1, 0, 2])),
        (np.zeros(3), np.array([1.0, 2.0, 2.0])),  # nothing to take out
        (rng.normal(size=32), rng.normal(size=32)),
    ]


def any_two_directions(draw, st, numbers):
    d = draw(st.integers(2, 6))
    other = draw(numbers((d,)).filter(lambda g: np.linalg.norm(g) > 0.1))
    return draw(numbers((d,)).filter(lambda v: np.linalg.norm(v - v @ other / (other @ other) * other) > 0.1)), other


def stretched_back(direction, other):
    rest = direction - direction @ other / (other @ other) * other
    return rest * np.linalg.norm(direction) / np.linalg.norm(rest)


def unit(vector):
    return vector / np.linalg.norm(vector)


def two_codes(rng):
    """Right angle, unequal lengths, wide and narrow angles, both ends, and the same direction: rounding may take the cosine above 1."""
    random = rng.normal(size=(4, 6))
    return [
        (np.array([1.0, 0.0]), np.array([0.0, 1.0]), 0.5),
        (random[0], 2 * random[1], 0.3),
        (random[2], random[3] - 1.5 * random[2], 0.8),
        (np.array([1.0, 2.0, 2.0]), np.array([2.0, 4.0, 4.0]), 0.25),
        (random[3], random[3] + 0.3 * random[2], 0.6),  # a narrow angle
        (random[0], random[1], 0.0),
        (random[0], random[1], 1.0),
        (1e-3 * random[1], 1e-3 * random[2], 0.4),
        (1e3 * random[1], 0.01 * random[3], 0.7),
        (rng.normal(size=32), rng.normal(size=32), 0.5),
        (np.array([3, 0, 4]), np.array([0, 5, 0]), 0.25),
        (np.array([2.0, -1.0, 0.5]), np.array([2.0, -1.0, 0.5]), 0.3),  # one code twice
        *((np.array(code), ratio * np.array(code), 0.75) for code, ratio in (
            ([-20.0, 27.0], 0.5), ([11.0, 11.0, 8.0], 2), ([7.0, -3.0, 12.0, 2.0, 8.0, -6.0], 2), ([-1.0, 25.0, -26.0, -4.0], 0.5), ([3.0], 2),
        )),
    ]


def any_two_codes(draw, st, numbers):
    d = draw(st.integers(1, 6))
    start = draw(numbers((d,)).filter(lambda a: np.linalg.norm(a) > 0.1))
    # Near the opposite direction the arc turns with every rounding.
    end = draw(numbers((d,)).filter(lambda b: np.linalg.norm(b) > 0.1 and unit(start) @ unit(b) > -0.9))
    return start, end, draw(st.floats(0, 1))


def on_arc(start, end, share):
    cosine = start @ end / (np.linalg.norm(start) * np.linalg.norm(end))
    angle = np.arccos(np.clip(cosine, -1, 1))
    if angle < 1e-3:
        return (1 - share) * start + share * end
    return (np.sin((1 - share) * angle) * start + np.sin(share * angle) * end) / np.sin(angle)


def not_clipped(start, end, share):
    angle = np.arccos(start @ end / (np.linalg.norm(start) * np.linalg.norm(end)))
    return (1 - share) * start + share * end if angle < 1e-3 else arc(start, end, share, angle)


def angle_between(start, end):
    return np.arccos(np.clip(unit(start) @ unit(end), -1, 1))


def arc(start, end, share, angle):
    """Spherical interpolation with a given angle, the straight line where there is none."""
    if abs(np.sin(angle)) < 1e-3:
        return (1 - share) * start + share * end
    return (np.sin((1 - share) * angle) * start + np.sin(share * angle) * end) / np.sin(angle)


def without_normalising(start, end, share):
    return arc(start, end, share, np.arccos(np.clip(start @ end, -1, 1)))


def without_dividing(start, end, share):
    angle = angle_between(start, end)
    if angle < 1e-3:
        return (1 - share) * start + share * end
    return np.sin((1 - share) * angle) * start + np.sin(share * angle) * end


def always_an_arc(start, end, share):
    """The formula alone: 0 / 0 where there is no arc.  The angle is taken for exactly 0 there, as rounding may have it."""
    angle = angle_between(start, end)
    if angle < 1e-3:
        return np.full(start.shape, np.nan)
    return arc(start, end, share, angle)


def of_length_one(start, end, share):
    return arc(unit(start), unit(end), share, angle_between(start, end))


EXERCISES = [
    Function("attribute_vectors", reference="genai_course.latent:attribute_vectors", cases=labelled_codes, tolerance=1e-3, mistakes={
        (lambda codes, factors: solve(factors, codes)):
            "The constant is missing, so the plane is forced through 0: a face whose factors are all 0 would need the code 0. Add a column of ones to the factors.",
        "solution[:-1] → np.linalg.lstsq(with_constant, codes, rcond=None)[0]":
            "The last row belongs to the constant; it is no factor. Leave it out: `[:-1]`.",
        "solution[:-1] → np.linalg.lstsq(with_constant, codes, rcond=None)[0][1:]":
            "You left out the first row, a factor's, and kept the constant's. If the ones are the last column, the constant is the last row.",
        (lambda codes, factors: solve(with_constant(codes), factors)[:-1]):
            "You explained the factors by the codes. That tells how to *read* a factor off a code; to *change* one, ask how codes follow from factors.",
        (lambda codes, factors: solve(with_constant(codes), factors)[:-1].T):
            "You explained the factors by the codes and turned the result round. Its shape is right, and it answers how to *read* a factor. To *change* one, put the factors on the left.",
        "solution[:-1] → np.linalg.lstsq(with_constant, codes, rcond=None)[0][:-1].T":
            "The numbers are right and lie on their side: one *row* for each factor, as long as a code.",
        one_by_one: "You took the factors one by one. Each then also collects what its companions in the sample do; solve for all of them at once.",
        (lambda codes, factors: solve(factors, codes - codes.mean(axis=0))):
            "You centred the codes and left the factors where they are. Centre the factors, too, or add a column of ones to them and centre nothing.",
        "solution[:-1] → solution[:-1] / np.linalg.norm(solution[:-1], axis=1, keepdims=True)":
            "The directions are right, and you made each 1 long. Keep the length: it says how far one step of the factor is.",
        means_apart:
            "That is a difference of means. It copies whatever else differs between the two groups; least squares on all factors keeps the others still.",
    }, hints=(
        "On the left of the equation stand the factors with a column of ones, on the right the codes.",
        "`np.column_stack([factors, np.ones(len(factors))])` is the matrix a, the codes are b. The last row of the solution is the constant.",
        "`return np.linalg.lstsq(np.column_stack([factors, np.ones(len(factors))]), codes, rcond=None)[0][:-1]`",
    ), space=any_labelled_codes, passed="One row a factor. Because all factors are in the equation, each row says what its own factor does with the others held still.", excused={
        "`np.linalg.lstsq(with_constant, codes, rcond=None)` → `np.linalg.lstsq(with_constant, codes)`": "NumPy 2 takes the same limit by default.",
    }),
    Experiment("strength", reference={"strength": 2.5, "rise": 1.02, "side_effect": 0.26}, settings=[
        Setting("strength", "a number above 1.5, and 6 at most, is needed.",
                lambda strength: isinstance(strength, Real) and not isinstance(strength, bool) and 1.5 < strength <= 6),
    ], targets=[
        Target("rise", "the read smile must rise by at least 0.95. A stronger edit raises it more.", at_least=0.95, at_most=2.5),
        Target("side_effect", "no other factor may move by more than 0.3 of its spread. A gentler edit moves less.", at_least=0, at_most=0.3),
    ], mistakes=[
        (lambda result: result["strength"] < 0, "A negative strength takes the smile away. Choose a number above 0.",
         {"strength": -1.5, "rise": -0.75, "side_effect": 0.13}),
        (lambda result: result["strength"] <= 1.5 or result["rise"] < 0.95 and result["side_effect"] <= 0.3,
         "Too timid: the smile rises too little. There is room before the side effects reach 0.3; raise the strength.",
         {"strength": 0.5, "rise": 0.21, "side_effect": 0.06}),
        (lambda result: result["strength"] > 6 or result["side_effect"] > 0.3,
         "Too strong: the code has left the place where faces are, and other factors move along, and each further step gives less smile; go down.",
         {"strength": 8.0, "rise": 1.7, "side_effect": 0.6}),
    ], hints=(
        "Look at the two curves: where is the smile above 0.95 and the price still below 0.3?",
        "Between 2 and 3.",
        "Try 2.5.",
    ), passed="Enough and not more. Each edit has such a window; measure it before you edit ten thousand pictures.",
        excused={"side_effect = 0": "The lesson measures the side effect, and it is never exactly 0."}),
    Function("without_part", reference="genai_course.latent:without_part", cases=two_directions, tolerance=1e-3, mistakes={
        "return → direction - other":
            "You subtracted the whole other direction. Only the part of v that lies along g must go: how much that is, v · g / g · g says.",
        "/ (other @ other) →": "You left out the division by g · g. It is needed unless g has length 1.",
        "other @ other → np.linalg.norm(other)":
            "You divided by the length of g, not by its square. g stands in the formula twice, so its length must go twice.",
        "- (direction @ other) → @ other": "That is the part along g, the one that should go. Subtract it from v.",
        "- (direction @ other) → + direction @ other": "You added the part along g, so the direction holds it twice. Subtract it.",
        "other @ other → direction @ direction": "You divided by v · v. The part along g is measured in lengths of g: divide by g · g.",
        "return → direction - direction @ other / (direction @ direction) * direction":
            "You shortened v along itself, which changes its length and not its direction. Subtract a multiple of g.",
        "return → other - direction @ other / (direction @ direction) * direction":
            "The roles are swapped: you cleaned the glasses of the smile. Clean `direction` of `other`.",
        "return → direction * (other == 0)":
            "You set single numbers of the code to 0. The glasses are a direction through many numbers; take out the part along it.",
        "return → … / np.linalg.norm(…)": "The direction is right, and you made its length 1. Keep the length: it says how far one smile is.",
        stretched_back: "You stretched the rest to the old length. Leave it as it is: what pointed along g is gone, and with it some of the length.",
        "direction @ other → np.maximum(0, direction @ other)":
            "Right where v and g point to the same side. Where they point to opposite sides v · g is negative, and that part has to go, too.",
    }, hints=(
        "How far along g does v reach? That multiple of g has to go.",
        "`direction @ other` is v · g. Divide it by `other @ other`, multiply by `other`, subtract.",
        "`return direction - (direction @ other) / (other @ other) * other`",
    ), passed="At a right angle to the glasses now. It helps as far as the direction of the glasses is right, and only against companions you have thought of.",
        space=any_two_directions, excused={
            "`direction @ other` → `other @ direction`": "A dot product is the same either way round.",
            "one row alone: squeezed": "A direction in a space of one number has no part at a right angle to another.",
        }),
    Function("slerp", reference="genai_course.latent:slerp", written_out=on_arc, space=any_two_codes, cases=two_codes, tolerance=1e-3, mistakes={
        "return → (1 - share) * start + share * end":
            "That is the straight line. Its middle is too short; the weights on the arc are sines of the angle.",
        without_normalising: "The angle is wrong: a · b is the cosine only if both codes have length 1. Divide it by the two lengths.",
        without_dividing: "You left out the division by sin ω. With it the path begins exactly at the start and ends at the end.",
        always_an_arc: "For two codes in the same direction the angle is 0, and 0 / 0 is no number. Return the straight line when the angle is tiny.",
        not_clipped:
            "For two codes in the same direction rounding can make the cosine 1.0000001, and the arccos of that is no number. Keep it from −1 to 1 with `np.clip`.",
        "return → … / np.linalg.norm(…)": "You made the result 1 long. Leave its length: between codes of one length the arc keeps it by itself.",
        "(1 - share) * start + share * end → start":
            "For two codes in the same direction you return the start. They may differ in length: return the straight line between them.",
        "angle < 1e-3 → angle < 0.8":
            "Codes that are merely near each other get the straight line. Keep it for those in the same direction, an angle of less than 0.001, say.",
        ("(1 - share) * angle → 0.5 * angle", "share * angle → 0.5 * angle"): "You return the middle whatever the share. Put (1 − share) and share into the two sines.",
        (lambda start, end, share: arc(end, start, share, angle_between(start, end))):
            "You walk backwards: with a share of 0 you must be at the start.",
        of_length_one: "You walk on the sphere of length 1. Use unit vectors for the angle only, and the codes themselves in the sum.",
        (lambda start, end, share: arc(start, end, share, np.degrees(angle_between(start, end)))):
            "The angle is in degrees. NumPy's sine takes radians, which `np.arccos` gives.",
    }, hints=(
        "First the angle: the dot product, divided by both lengths, is its cosine.",
        "`np.arccos(np.clip(cosine, -1, 1))` is ω. If it is tiny, return `(1 - share) * start + share * end`; else use the formula.",
        "`return (np.sin((1 - share) * angle) * start + np.sin(share * angle) * end) / np.sin(angle)`, after the test for a tiny angle.",
    ), passed="On the arc. Between codes of one length every point has that length; between unequal ones it changes smoothly.", excused={
        "`start @ end` → `end @ start`": "A dot product of two vectors is the same either way round.",
        "`np.clip(cosine, -1, 1)` → `np.clip(-1, cosine, 1)`": "The larger of −1 and the cosine: the same inside the range.",
        "`np.clip(cosine, -1, 1)` → `np.clip(cosine, -2, 1)`": "Beyond −1 there is only rounding, with opposite codes.",
        "`angle < 0.001` → `angle <= 0.001`": "No angle here is exactly 0.001.",
        "`angle < 0.001` → `angle < 0.002`": "What counts as tiny is free.",
    }),
]

PREDICTIONS = [
    Prediction("factors_moved", between=(0, 8), close=1.0,
               after="Training asks for good drawings, not for numbers with a meaning, so meanings end up spread over many numbers."),
    Prediction("midpoint_length", between=(0, 100), close=0.3,
               after="The two ends are nearly at right angles, so their mean is 1/√2 as long: √(48/2) = 4.9."),
]
