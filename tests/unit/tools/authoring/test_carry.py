"""What is found of right answers that would break a lesson's later cells."""

import numpy as np
import pytest

from genai_course.exercises import Function
from genai_course.exercises import judge as judging
from genai_course_tools.authoring import carry


def product(rows, weights):
    return rows @ weights


@pytest.fixture
def exercise():
    def cases(rng):
        return [(rng.normal(size=(n, 3)), rng.normal(size=(3, 4))) for n in (2, 1)]

    return Function("product", reference=product, cases=cases, hints=("a", "b", "c"), passed="Fine.")


@pytest.fixture
def carried(exercise, monkeypatch):
    """A passed answer, and what was kept of its calls."""
    monkeypatch.setattr(judging, "judge_function", judging.judge_function)  # put back what ``begin`` changes
    monkeypatch.setattr(carry, "_exercises", {})
    carry.begin()
    answer = judging.judge(exercise, product).answer
    return answer, carry._exercises["product"]


def test_an_answer_in_lists_is_handed_on_as_arrays_and_its_calls_are_kept(carried):
    answer, kept = carried
    rows = np.ones((5, 3), "float32")
    assert type(answer(rows, weights=np.ones((3, 2), "float32"))) is np.ndarray
    assert [len(calls) for calls in kept.calls.values()] == [1]
    rows[:] = 7  # the lesson may go on to change its arrays
    ((kept_rows, _),) = next(iter(kept.calls.values()))
    assert kept_rows.max() == 1


def test_an_argument_unlike_all_cases_is_told(carried):
    answer, kept = carried
    answer(np.ones((2, 3)), np.ones((3, 2)))
    assert list(carry._unlike_cases(kept)) == []
    answer(np.ones((2, 5, 3)), np.ones((3, 2)))
    (line,) = carry._unlike_cases(kept)
    assert "gives `rows` an array of numbers with 3 axes; the cases give an array of numbers with 2 axes" in line


@pytest.mark.parametrize(
    ("other", "words"),
    [
        (lambda rows, weights: np.einsum("ni,io->no", rows, weights), "raises ValueError"),
        (lambda rows, weights: np.dot(rows.reshape(-1, 3), weights), "the reference ndarray float64 (2, 5, 4)"),
        (
            lambda rows, weights: np.matmul(rows, weights) if rows.ndim == 2 else rows @ (2 * weights),
            "gives other numbers",
        ),
        (lambda rows, weights: np.einsum("...i,io->...o", rows, weights), None),
    ],
)
def test_an_alternative_has_to_answer_the_lessons_calls(exercise, carried, other, words):
    answer, kept = carried
    answer(np.ones((2, 5, 3)), np.ones((3, 4)))
    verdict = judging.judge(exercise, other)
    assert verdict.passed
    told = list(carry._replayed(kept, product, verdict.answer))
    assert words in told[0] if words else told == []
