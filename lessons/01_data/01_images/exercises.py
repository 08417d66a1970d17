"""Exercises of 01_data/01_images."""

import numpy as np

from genai_course.exercises.definitions import Experiment, Function, Prediction, Setting, Target


def to_unit_range(raw):
    """Bytes from 0 to 255 as float32 from 0 to 1, same shape."""
    return np.asarray(raw).astype(np.float32) / 255


def is_test(groups, test_groups):
    """Which pictures are in the test split.  (n,), (m,) -> (n,) booleans"""
    return np.isin(groups, test_groups)


def some_bytes(rng):
    """Pictures without white, with black and white, in colour, one alone, and nearly black ones: no byte above 1."""
    shades = rng.integers(0, 256, (3, 5, 4, 1), dtype=np.uint8)
    shades[0, 0, 0], shades[1, 0, 0] = 0, 255
    return [
        (rng.integers(0, 200, (2, 3, 4, 1), dtype=np.uint8),),
        (shades,),
        (rng.integers(0, 90, (1, 2, 5, 3), dtype=np.uint8),),
        (rng.integers(0, 2, (3, 4, 2, 1), dtype=np.uint8),),
    ]


def some_pictures(rng):
    """Also dim ones; in the last two many differences are exactly the margin, and the last is alone and fine."""
    return [
        (rng.random((2, 3, 5, 1)),),
        (rng.random((3, 6, 4, 1)) / 2, 0.15),
        (rng.integers(0, 3, (4, 4, 4, 1)) / 2, 0.5),
        (rng.integers(0, 5, (1, 5, 3, 1)) / 32, 0.0),
    ]


def some_groups(rng):
    """Drawings in any order, test drawings too, also named twice or without a picture; also a single picture."""
    return [
        (np.array([0, 1, 2, 0, 1, 2]), np.array([2])),
        (np.array([5, 3, 3, 9, 5, 7, 7, 1]), np.array([7, 3])),
        (rng.integers(0, 20, 50), np.array([11, 4, 0, 5])),
        (np.array([6]), np.array([8, 6, 2])),
        (np.array([4, 0, 9, 4, 1]), np.array([12, 4, 0, 4])),
    ]


def any_bytes(draw, st, numbers):
    shape = [draw(st.integers(1, 4)) for _ in range(4)]
    return (np.rint(draw(numbers(shape, 0, 255))).astype(np.uint8),)


def any_pictures(draw, st, numbers):
    """Eighths, which are exact: whether a difference is the margin is then no matter of rounding."""
    shape = [draw(st.integers(1, 3)), draw(st.integers(1, 4)), draw(st.integers(2, 5)), 1]
    return np.rint(8 * draw(numbers(shape, 0, 1))) / np.float32(8), draw(st.integers(0, 4)) / 8


def any_groups(draw, st, numbers):
    drawings = st.integers(0, 9)
    groups, test = draw(st.lists(drawings, min_size=1, max_size=12)), draw(st.lists(drawings, min_size=1, max_size=5))
    return np.array(groups), np.array(test)


def _hash_bits(pictures, compare):
    bits = compare(pictures[:, :, :-1, 0], pictures[:, :, 1:, 0])
    return bits.reshape(len(pictures), -1)


EXERCISES = [
    Function("to_unit_range", reference=to_unit_range, cases=some_bytes, space=any_bytes, dtype="float32", mistakes={
        "return → np.float32(raw / raw.max())":
            "You divided by the brightest pixel of this batch. A dark batch would become brighter than a bright one, and the same picture would get other numbers in other company. Divide by 255, always.",
        "return → np.float32(raw) / 256":
            "You divided by 256, the number of values a byte can take. The largest of them is 255, and it should become exactly 1.",
        "return → (raw // 255).astype(np.float32)": "You used `//`, which cuts the fraction off: everything below 255 became 0. Use `/`.",
        "return → raw.astype(np.float32)": "Your numbers still run to 255. Divide by 255, and see that the type is float32.",
        "return → np.float32(raw) / 127.5 - 1":
            "You mapped the bytes to the range from −1 to 1. Some networks want that; this lesson goes on with 0 to 1.",
        "return → np.float32(raw / raw.max(axis=(1, 2, 3), keepdims=True))":
            "You divided each picture by its own brightest pixel, so a dim picture comes out as bright as any other. Divide by 255, always.",
        "return → np.minimum(raw, 1).astype(np.float32)":
            "You cut everything above 1 off, so each grey becomes white. Scale instead: divide by 255.",
        "return → ((raw - raw.min()) / (raw.max() - raw.min())).astype(np.float32)":
            "You stretched each batch to fill the range, so the same picture gets other numbers in other company. The range is that of the bytes, 0 to 255, whatever the batch holds.",
    }, hints=(
        "A byte's largest value is 255, in every picture. What must you divide by?",
        "First change the type with `raw.astype(np.float32)`, then divide.",
        "`return raw.astype(np.float32) / 255`",
    ), passed="Every picture now gets the same numbers in any company. Four bytes a pixel instead of one is the price."),
    Function("difference_hash", reference="genai_course.data.duplicates:difference_hash", cases=some_pictures, space=any_pictures, mistakes={
        (lambda pictures, margin=0.1: _hash_bits(pictures, lambda left, right: left - right > margin)):
            "Your bits say where the picture gets darker to the right. The question is where it gets brighter: right minus left.",
        (lambda pictures, margin=0.1: _hash_bits(pictures, lambda left, right: right > left)):
            "You left the margin out. On an even background the smallest noise then decides, and copies get different hashes. The difference must be larger than `margin`.",
        (lambda pictures, margin=0.1: _hash_bits(pictures, lambda left, right: np.abs(right - left) > margin)):
            "You marked every clear change, brighter or darker. A light letter on dark and a dark letter on light would get the same hash; keep the direction.",
        "[:, :, 1:, 0] - pictures[:, :, :-1, 0] → [:, 1:, :, 0] - pictures[:, :-1, :, 0]":
            "You compared each pixel with the one below it. The axes are (picture, row, column, channel): a right neighbour is one further on axis 2.",
        "return → brighter": "The bits are right and still lie in a picture. A hash is one row of bits for each picture: reshape to (n, −1).",
        (lambda pictures, margin=0.1: _hash_bits(pictures, lambda left, right: right - left)):
            "You returned the differences themselves. A bit says yes or no: is the difference larger than `margin`?",
        (lambda pictures, margin=0.1: _hash_bits(pictures, lambda left, right: right - left > 0.1)):
            "You wrote 0.1 into the function, so `margin` has no effect. Compare with `margin`.",
        (lambda pictures, margin=0.1: _hash_bits(pictures, lambda left, right: right - left >= margin)):
            "You also count a difference of exactly `margin`. Asked for is *more* than the margin; with a margin of 0 an even background would otherwise set every bit.",
        ("[:, :, 1:, 0] → [..., 0].take(range(1, pictures.shape[2] + 1), axis=2, mode='wrap')", "[:, :, :-1, 0] → [..., 0]"):
            "You compared the last pixel of each row with the first: a ring. The last one has no right neighbour, so a row of `width` pixels gives `width` − 1 bits.",
        ("[:, :, 1:, 0] - → .reshape(len(pictures), -1)[:, 1:] -", "[:, :, :-1, 0] → .reshape(len(pictures), -1)[:, :-1]"):
            "You laid the picture out in one row first, so the end of each row is compared with the beginning of the next. Compare along axis 2, then reshape.",
    }, hints=(
        "Lay the picture without its first column over the picture without its last column. What does the difference say?",
        "`pictures[:, :, 1:, 0]` are all right neighbours, `pictures[:, :, :-1, 0]` their left ones. Subtract, compare with `margin`, reshape.",
        "`brighter = pictures[:, :, 1:, 0] - pictures[:, :, :-1, 0] > margin`, then `return brighter.reshape(len(pictures), -1)`",
    ), passed="A change of brightness moves both neighbours together, so the bits stay. A shift by one pixel does not: every hash forgives something and not everything.", excused={
        "`pictures[:, :, 1:, 0]` → `pictures[:, :, 1:, -1]`": "There is one channel, so the last is the first.",
        "`pictures[:, :, :-1, 0]` → `pictures[:, :, :-1, -1]`": "There is one channel, so the last is the first.",
        "`brighter.reshape(len(pictures), -1)` → `brighter.reshape(len(pictures), -2)`": "NumPy fills in any negative size.",
    }),
    Experiment("threshold", reference={"threshold": 5, "recall": 0.99, "precision": 0.99}, settings=[
        Setting("threshold", "choose a whole number of bits, neither so few that noise hides a copy (below 3) nor so many that strangers agree (above 8).",
                lambda bits: bits == int(bits) and 3 <= bits <= 8),
    ], targets=[
        Target("recall", "at least 0.95 of the planted pairs must be found. A wider net catches more.", at_least=0.95, at_most=1),
        Target("precision", "at least 0.95 of what is found must be planted. A narrower net catches less that is innocent.", at_least=0.95, at_most=1),
    ], mistakes=[
        (lambda result: result["threshold"] < 0, "A number of differing bits is 0 or more, so a negative threshold finds nothing.",
         {"threshold": -1, "recall": 0.0, "precision": 0.0}),
        (lambda result: result["threshold"] == 0, "With 0 only pictures with the very same hash are found. The planted copies have noise; allow a few bits.",
         {"threshold": 0, "recall": 0.4, "precision": 1.0}),
        (lambda result: result["recall"] < 0.95, "The net is too narrow: too many planted pairs slip through. Allow more differing bits.",
         {"threshold": 2, "recall": 0.8, "precision": 0.99}),
        (lambda result: result["precision"] < 0.95, "The net is too wide: it also catches different drawings that happen to look alike. Allow fewer bits.",
         {"threshold": 12, "recall": 1.0, "precision": 0.6}),
    ], hints=(
        "Look at the figure: where are both curves near the top?",
        "They cross between 4 and 8 bits.",
        "Try 5.",
    ), passed="Found, and hardly anything innocent with it. On another collection the best threshold is another one: plant, measure, then choose."),
    Function("is_test", reference=is_test, cases=some_groups, space=any_groups, mistakes={
        "(groups, test_groups) → (test_groups, groups)":
            "You asked which of the test drawings have pictures. Turn it round: which pictures belong to a test drawing?",
        "return → ~…": "You marked the training pictures. The function's name asks for the others.",
        "groups → np.arange(len(groups))":
            "You compared the picture's place in the pile with the drawings. Two copies of a drawing lie in different places; compare `groups`.",
        "return → np.flatnonzero(…)": "You returned the positions of the test pictures. Return True or False for each picture, as long as `groups`.",
        "return → (groups >= test_groups.min()) & (groups <= test_groups.max())":
            "You took every drawing between the smallest and the largest test drawing. Those between need not be in the test: ask for each whether it is on the list.",
        "return → test_groups[np.searchsorted(test_groups, groups).clip(max=len(test_groups) - 1)] == groups":
            "A binary search finds its way only in a sorted list, and the test drawings come in any order. Use `np.isin`, which needs none.",
        "return → groups == test_groups[0]":
            "You compared with the first test drawing only. A picture belongs to the test if its drawing is any of them.",
    }, hints=(
        "For each picture, ask one question about its drawing: is it on the list?",
        "NumPy has a function for *is this element in that list?*, for all elements at once.",
        "`return np.isin(groups, test_groups)`",
    ), passed="Now all copies of a drawing stay on one side. scikit-learn's `GroupShuffleSplit` and `GroupKFold` do the same for you."),
]

PREDICTIONS = [
    Prediction("honest_score", between=(0, 1), close=0.08,
               after="Whatever you guessed, the random split measured how well the classifier finds a copy of what it has seen."),
]
