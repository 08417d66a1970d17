"""Hypothesis draws what an exercise's text allows: reference and all other right answers agree on it, not only on the cases."""

import copy

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from genai_course.exercises.compare import agree, brief
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
