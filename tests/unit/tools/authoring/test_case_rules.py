"""Which cases the rule of cases misses."""

import numpy as np
import pytest

from genai_course.exercises import Function
from genai_course_tools.authoring.case_rules import missing_cases


def soft(rows, weights):
    """Weighted sums, squeezed between 0 and 1.  (n, d), (d, k) -> (n, k)"""
    return 0.5 + 0.5 * np.tanh(0.5 * (rows @ weights))


def log_sum(rows):
    """Logarithm of the sum of exponentials.  (n, d) -> (n,)"""
    largest = rows.max(axis=1, keepdims=True)
    return largest[:, 0] + np.log(np.exp(rows - largest).sum(axis=1))


def found(reference, cases):
    exercise = Function("f", reference=reference, cases=cases, hints=("a", "b", "c"), passed="Fine.")
    return dict(missing_cases(exercise, f'"""{reference.__doc__}"""'))


def halves(rng, *shape):
    """Numbers of both signs, some of them equal."""
    return np.resize([0.5, -1.5, 2.0, 0.5, -1.0], shape) + np.rint(rng.random())


def test_sizes_that_no_case_tells_apart():
    missing = found(soft, lambda rng: [(halves(rng, 1, 3), halves(rng, 3, 3))])
    assert set(missing) == {"`d` as long as `k`"}
    assert found(soft, lambda rng: [(halves(rng, n, 3), halves(rng, 3, k)) for n, k in [(1, 3), (2, 4)]]) == {}


@pytest.mark.parametrize(
    ("case", "description"),
    [
        (lambda rng: halves(rng, 2, 3), "one row alone: squeezed"),
        (lambda rng: np.resize([0.5, 0.2, 0.5], (1, 4)), None),
        (lambda rng: halves(rng, 1, 4), "far-out numbers cut at 20"),
        (lambda rng: np.array([[200, -300, 199.5, 200]]), None),
    ],
)
def test_habits_that_no_case_betrays(case, description):
    missing = found(log_sum, lambda rng: [(case(rng),)])
    assert description is None or description in missing
    assert description is not None or not missing


def total(rows):
    """Sum of each row.  (n, d) -> (n,)"""
    return np.sum(rows, axis=1)


@pytest.mark.parametrize(
    ("array", "missing"),
    [
        (np.array([[1.0, 2.0], [3.0, 4.0]]), True),
        (np.array([[np.nan, 2.0], [np.nan, 4.0]]), True),
        (np.array([[-np.inf, 2.0], [-np.inf, 4.0]]), True),
        (np.array([[1.0, 2.0], [3.0, 2.0]]), False),
        (np.array([[1, 2], [3, 4]]), False),  # whole numbers are names as often as amounts
    ],
)
def test_ties_are_two_equal_finite_numbers_in_one_array(array, missing):
    # In the second case a number comes again, but not in the same array.
    cases = [(array,), (np.array([[4.0]]),)]
    assert ("no two equal numbers" in found(total, lambda rng: cases)) == missing


def mean_of_counted(numbers, counted):
    """Mean of what counts in each row.  (n, d), (n, d) -> (n,)"""
    return np.sum(numbers * counted, axis=1) / np.maximum(1, np.sum(counted, axis=1))


@pytest.mark.parametrize(
    ("counted", "missing"),
    [
        (np.array([[True, False, True], [False, True, False]]), True),
        (np.array([[True, False, True], [False, False, False]]), False),
        (np.array([[1, 0, 1], [0, 1, 0]]), False),  # no mask
    ],
)
def test_a_mask_has_nothing_in_some_row(counted, missing):
    cases = [(np.ones((2, 3)), counted), (np.ones((1, 2)), np.ones((1, 2), counted.dtype))]
    assert ("`counted` never empty" in found(mean_of_counted, lambda rng: cases)) == missing


def share_of_each(labels, classes):
    """How often each class comes.  (n,), number -> (classes,)"""
    return np.bincount(labels, minlength=classes) / len(labels)


@pytest.mark.parametrize(
    ("labels", "classes", "missing"),
    [
        ([0, 1, 2, 2], 3, True),
        ([0, 1, 1, 0], 3, True),  # the last class is missing, none between
        ([0, 2, 2, 0], 3, False),
        ([5, 1, 2, 2], 3, False),  # numbers from 0 to above the count are no labels of so many classes
    ],
)
def test_a_label_between_is_missing_somewhere(labels, classes, missing):
    cases = [(np.array(labels), classes), (np.array([0, 1]), 2)]
    assert ("`labels` without a gap" in found(share_of_each, lambda rng: cases)) == missing


def way(function, start, end):
    """From start to end, whatever the function.  function, (n, d), (n, d) -> (n, d)"""
    return end - start


@pytest.mark.parametrize(
    ("functions", "missing"),
    [
        ([lambda points: 2 * points + 1], True),
        ([lambda points: points[:, ::-1] - 3, lambda points: 0 * points], True),
        ([np.abs], False),
        ([lambda points: 2 * points, lambda points: points**2], False),
        ([lambda one, two: one], False),  # takes something else: nothing is known of it
    ],
)
def test_a_function_that_is_linear_in_every_case(functions, missing):
    start, end = np.array([[1.0, -2.0, 3.0], [0.5, 0.5, 4.0]]), np.array([[0.0, 2.0, -1.0], [1.5, -1.0, 2.0]])
    cases = [(function, start, end) for function in functions]
    assert ("`function` is linear" in found(way, lambda rng: cases)) == missing
