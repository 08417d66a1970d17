"""What is said of wrong numbers by what they have to do with the right ones."""

import numpy as np
import pytest

from genai_course.exercises.relations import relation

ROWS = [
    np.array([[0.3, -1.2, 2.5, 4.0], [1.7, 0.4, -0.6, 0.9], [2.2, 3.1, 0.8, -0.7]]),
    np.array([[1.0, -2.0], [0.5, 4.0]]),
]


def said(wrong, right=lambda rows: rows):
    return relation([(wrong(rows), right(rows), (rows,)) for rows in ROWS])


@pytest.mark.parametrize(
    ("wrong", "right", "words"),
    [
        (lambda x: -x, lambda x: x, "wrong sign"),
        (lambda x: 2.5 * x, lambda x: x, "2.5 times"),
        (lambda x: 100 * x, lambda x: x, "percentage"),
        (lambda x: np.log2(np.abs(x)), lambda x: np.log(np.abs(x)), "base 2"),
        (lambda x: x.sum(1), lambda x: x.mean(1), "A mean is expected; yours is a sum"),
        (lambda x: x.mean(1), lambda x: x.sum(1), "A sum is expected; yours is a mean"),
        (lambda x: x.var(0), lambda x: x.var(0, ddof=1), "divided by n where n − 1"),
        (lambda x: x + 3, lambda x: x, "3 too large"),
        (lambda x: x - 3, lambda x: x, "3 too small"),
        (np.square, lambda x: x, "the square"),
        (np.abs, lambda x: x, "no sign"),
        (lambda x: 1 / x, lambda x: x, "1 divided by"),
        (lambda x: 1 - x, lambda x: x, "1 minus"),
        (np.rint, lambda x: x, "rounded"),
        (np.exp, lambda x: x, "exponential"),
        (lambda x: x[::-1], lambda x: x, "reverse order along the first"),
        (lambda x: np.sort(x, axis=None).reshape(x.shape), lambda x: x, "in another order"),
        (lambda x: x / np.abs(x).sum(1, keepdims=True), lambda x: x, "Each row is right but for a factor"),
        (lambda x: x.T, lambda x: x + 0, "transposed"),
        (lambda x: x.ravel(), lambda x: x, "another shape"),
        (lambda x: x.mean(1, keepdims=True), lambda x: x.mean(1), "`keepdims`"),
        (lambda x: x, lambda x: x.mean(1), "before the last step: take their mean"),
        (lambda x: x.sum(), lambda x: x.sum(0), "the sum of everything"),
        (lambda x: x[1:], lambda x: x, "one too few at the beginning"),
        (lambda x: np.concatenate([x, x[:1]]), lambda x: x, "one too many at the end"),
        (lambda x: x > 0, lambda x: x <= 0, "True and False are exchanged"),
        (lambda x: x > 1, lambda x: x > 0, "False in places that should be True"),
        (lambda x: x > 0, lambda x: x > 1, "True in places that should be False"),
        (lambda x: (x.std(0), x.mean(0)), lambda x: (x.mean(0), x.std(0)), "in the other order"),
        (
            lambda x: (x.mean(0), -x.std(0)),
            lambda x: (x.mean(0), x.std(0)),
            "In result 2: Every number has the wrong sign",
        ),
    ],
)
def test_relations(wrong, right, words):
    assert words in said(wrong, right)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda x: x * np.arange(1, 1 + x.size).reshape(x.shape),
        lambda x: "text",
        lambda x: None,
        lambda x: np.full(x.shape, np.nan),
        lambda x: x if len(x) == 2 else -x,  # true of one call is not true
        lambda x: x * (1 + 1e-7),
        lambda x: [],
    ],
)
def test_nothing_is_said_where_nothing_holds_in_every_call(wrong):
    assert said(wrong) is None


def test_one_number_alone_has_too_many_relations():
    assert relation([(2.0, 1.0, (1.0,))]) is None


def test_one_number_in_each_call_is_some_multiple_of_any_other():
    assert relation([(2.0, 1.0, ()), (9.0, 3.0, ())]) is None
    assert relation([(2.0, 1.0, ()), (6.0, 3.0, ())]) == "Every number is 2 times the expected one."


def test_two_numbers_are_not_a_step_late():
    assert relation([(np.array([5.0, 1.0]), np.array([1.0, 7.0]), ())]) is None
