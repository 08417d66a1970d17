"""A function that is to run inside training runs there, on tensors, and passes its gradients."""

from dataclasses import replace

import numpy as np
import pytest
from keras import ops

from genai_course.exercises import Function
from genai_course.exercises.judge import judge


def blend(rows, share, steps):
    """Rows between two numbers; ``share`` is a number of the training, ``steps`` one of Python."""
    return ops.square(share * rows) / steps


@pytest.fixture(scope="module")
def exercise():
    return Function(
        "blend",
        reference=blend,
        cases=lambda rng: [
            (rng.normal(size=(2, 3)), np.float32(0.7), 4),
            (rng.normal(size=(1, 5)), np.float32(0.2), 3),
        ],
        hints=("a", "b", "c"),
        passed="Fine.",
        traced=True,
    )


@pytest.mark.parametrize(
    "answer",
    [
        lambda rows, share, steps: (rows * share) ** 2 / steps,
        lambda rows, share, steps: ops.sum(ops.stack([ops.square(share * rows)] * steps), axis=0) / steps**2,
    ],
)
def test_other_right_ways_pass(exercise, answer):
    assert judge(exercise, answer).passed


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda rows, share, steps: np.square(share * np.asarray(rows)) / steps, "not inside training"),
        (lambda rows, share, steps: ops.square(float(share) * rows) / steps, "not inside training"),
        (lambda rows, share, steps: ops.square(share.item() * rows) / steps, "not inside training"),
        (lambda rows, share, steps: ops.stop_gradient(ops.square(share * rows)) / steps, "no gradient reaches `rows`"),
        (lambda rows, share, steps: ops.square(ops.stop_gradient(share) * rows) / steps, "no gradient reaches `share`"),
        (
            lambda rows, share, steps: share * rows * ops.stop_gradient(share * rows) / steps,
            "the gradient is wrong with respect to `rows`",
        ),
    ],
)
def test_right_numbers_that_would_not_train(exercise, answer, words):
    verdict = judge(exercise, answer)
    assert verdict.reason == "traced"
    assert words in verdict.lines[0]
    assert verdict.hinted


def test_gradients_are_compared_at_further_cases_where_the_author_says_so(exercise):
    def bent_at_zero(rows, share, steps):
        bent = ops.maximum(rows, 0 * rows) - ops.maximum(
            -rows, 0 * rows
        )  # right everywhere, and its slope at 0 is another
        return ops.square(share * bent) / steps + share * bent

    def reference(rows, share, steps):
        return ops.square(share * rows) / steps + share * rows

    def with_zeros(rng):
        return [*exercise.cases(rng), (np.zeros((2, 3)), np.float32(0.5), 2)]

    at_first = replace(exercise, reference=reference, cases=with_zeros)
    assert judge(at_first, bent_at_zero).passed
    verdict = judge(replace(at_first, traced_at=(0, -1)), bent_at_zero)
    assert "the gradient is wrong with respect to `rows`" in " ".join(verdict.lines)
    assert "It was called with `rows` = " in " ".join(verdict.lines)
