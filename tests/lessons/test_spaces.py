"""Hypothesis draws what an exercise's text allows: right answers agree on all of it, and the cases go to its edges."""

import copy

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from genai_course.exercises.calls import cases
from genai_course.exercises.compare import agree, as_array, brief
from genai_course.exercises.registry import find
from genai_course.paths import course_root
from genai_course_tools.authoring import harness

LESSONS = sorted((course_root() / "lessons").glob("*/*/lesson.py"))
EXERCISES = [
    (path, exercise_id)
    for path in LESSONS
    for exercise_id in harness.exercise_ids(path)
    if getattr(find("exercise", exercise_id), "space", None)
]


def numbers(shape, low=-5.0, high=5.0):
    """Arrays of float32 between two numbers; hypothesis likes ties, zeros and the ends."""
    return arrays(
        "float32", shape, elements=st.floats(np.float32(low), np.float32(high), width=32, allow_subnormal=False)
    )


@pytest.mark.parametrize(("path", "exercise_id"), EXERCISES, ids=[exercise_id for _, exercise_id in EXERCISES])
def test_right_answers_agree_wherever_the_text_allows(path, exercise_id):
    exercise, answers = harness.right_answers(path, exercise_id)
    reference = exercise.resolve()

    @settings(max_examples=30, derandomize=True, deadline=None, database=None)
    @given(st.data())
    def agreed(data):
        arguments = exercise.space(data.draw, st, numbers)
        with np.errstate(all="ignore"):
            wanted = reference(*copy.deepcopy(arguments))
            for what, answer in answers.items():
                given = answer(*copy.deepcopy(arguments))
                shown = ", ".join(map(brief, arguments))
                assert agree(given, wanted, exercise.tolerance), (
                    f"{what} of ({shown}) is {brief(given)}, not {brief(wanted)}"
                )

    agreed()


@pytest.mark.parametrize("exercise_id", [exercise_id for _, exercise_id in EXERCISES])
def test_cases_go_to_the_edge_of_each_range(exercise_id):
    exercise, drawn = find("exercise", exercise_id), []

    @settings(max_examples=100, derandomize=True, deadline=None, database=None, phases=[Phase.generate])
    @given(st.data())
    def draw(data):
        drawn.append(exercise.space(data.draw, st, numbers))

    draw()
    missed = missed_edges(cases(exercise), drawn)
    assert not missed


def missed_edges(made, drawn):
    """Sentences on ends of the drawn numbers, place by place, that no case reaches.

    Those that mean something: -1, 0 and 1, and the smallest of whole numbers.
    """
    found = []
    for place in range(max(map(len, drawn))):
        inside, reached = numbers_at(place, drawn), numbers_at(place, made)
        if inside is None or reached is None:
            continue
        low, high = inside.min(), inside.max()
        if (low in (-1, 0, 1) or inside.dtype.kind in "iu") and reached.min() > low:
            found.append(f"Argument {place + 1} may be {low + 0:g}; the smallest in the cases is {reached.min():g}.")
        if high in (-1, 0, 1) and reached.max() < high:
            found.append(f"Argument {place + 1} may be {high + 0:g}; the largest in the cases is {reached.max():g}.")
    return found


def numbers_at(place, calls):
    """All numbers, but NaN, of the arguments at a place; None where they are no numbers."""
    parts = [as_array(arguments[place]) for arguments in calls if len(arguments) > place]
    if not parts or any(part is None or part.dtype.kind not in "iuf" for part in parts):
        return None
    whole = np.concatenate([part.ravel() for part in parts if part.size] or [np.zeros(0)])
    return whole[~np.isnan(whole)] if (~np.isnan(whole)).any() else None


@pytest.mark.parametrize(
    ("made", "missed"),
    [
        ([(0.5, 1), (0.0, 3)], ["Argument 1 may be 1; the largest in the cases is 0.5."]),
        ([(2.0, 2), (-3.0, 9)], ["Argument 2 may be 1; the smallest in the cases is 2."]),
        ([(np.array([0.0, np.nan, 1.0]), 1)], []),
        ([("text", 1)], []),
    ],
)
def test_an_edge_that_no_case_reaches_is_told(made, missed):
    assert missed_edges(made, [(share / 8, count) for share in range(9) for count in (1, 2, 5)]) == missed
