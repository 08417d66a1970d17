"""Exercises for the tests of the engine: NumPy only, so that they are quick."""

import numpy as np

from genai_course.exercises import Experiment, Function, Mistake, Prediction, Target, Value


def row_mean(rows, scale):
    return scale * np.mean(rows, axis=1)


def traced_mean(rows):
    from keras import ops

    return ops.mean(rows, axis=1)


def summary(rows):
    return np.mean(rows, axis=0), np.std(rows, axis=0)


HINTS = ("One number a row.", "Average over axis 1.", "`scale * np.mean(rows, axis=1)`.")

EXERCISES = [
    Function(
        "row_mean",
        reference=row_mean,
        cases=lambda rng: [
            *[(rng.normal(size=shape), 2.0) for shape in [(2, 3), (4, 5), (1, 6)]],
            (np.array([[1.5, -4.0, 1.5, 0.5]]), 2.0),
        ],
        hints=HINTS,
        passed="One mean a row. Means of rows are what a loss is made of.",
        mistakes=[
            Mistake(lambda rows, scale: scale * np.mean(rows), "That is one number for all rows."),
            Mistake(lambda rows, scale: scale * np.sum(rows, axis=1), "That is the sum."),
            Mistake(lambda rows, scale: np.mean(rows, axis=1), "The scale is missing."),
        ],
        excused={"`axis=1` → `axis=-1`": "Axis 1 is the last of two."},
    ),
    Function(
        "traced_mean",
        reference=traced_mean,
        cases=lambda rng: [(rng.normal(size=(2, 3)),)],
        hints=HINTS,
        passed="Fine.",
        traced=True,
    ),
    Function("summary", reference=summary, cases=lambda rng: [(rng.normal(size=(3, 2)),)], hints=HINTS, passed="Fine."),
    Function(
        "to_bytes",
        reference=lambda shares: (255 * shares).astype("uint8"),
        cases=lambda rng: [(np.array([0.0, 1.0]),)],
        hints=HINTS,
        passed="Fine.",
        dtype="uint8",
    ),
    Value(
        "shape",
        reference=(4, 2),
        hints=HINTS,
        passed="Pictures first.",
        mistakes=[
            Mistake((2, 4), "The other way round."),
            Mistake(lambda answer: len(answer) == 3, "That is one picture.", example=(8, 8, 1)),
        ],
    ),
    Value("colour", reference="Red", hints=HINTS, passed="Red it is."),
    Value("is_larger", reference=True, hints=HINTS, passed="It is."),
    Experiment(
        "small_error",
        reference={"size": 12, "error": 0.018},
        hints=HINTS,
        passed="Small enough.",
        targets=[
            Target("error", "the target is 0.02 or less.", at_least=0.001, at_most=0.02),
            Target("size", "a power of two plus four, please.", accept=lambda size: size in (8, 12)),
        ],
        mistakes=[
            Mistake(lambda result: result["size"] > 60, "Nothing is squeezed.", example={"size": 64, "error": 0})
        ],
    ),
]
PREDICTIONS = [
    Prediction("share", between=(0, 1), close=0.1, after="Few numbers keep much."),
    Prediction("sharper", choices=("mean", "median")),
]
