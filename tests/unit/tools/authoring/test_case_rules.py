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


def test_sizes_that_no_case_tells_apart():
    missing = found(soft, lambda rng: [(rng.normal(size=(1, 3)), rng.normal(size=(3, 3)))])
    assert set(missing) == {"`d` as long as `k`"}
    assert (
        found(soft, lambda rng: [(rng.normal(size=(n, 3)), rng.normal(size=(3, k))) for n, k in [(1, 3), (2, 4)]]) == {}
    )


@pytest.mark.parametrize(
    ("case", "description"),
    [
        (lambda rng: rng.normal(size=(2, 3)), "one row alone: squeezed"),
        (lambda rng: rng.random(size=(1, 3)), None),
        (lambda rng: rng.normal(size=(1, 3)), "far-out numbers cut at 20"),
        (lambda rng: np.array([[200, -300, 199.5]]), None),
    ],
)
def test_habits_that_no_case_betrays(case, description):
    missing = found(log_sum, lambda rng: [(case(rng),)])
    assert description is None or description in missing
    assert description is not None or not missing
