"""Every exercise of every lesson: right answers pass, mistakes get their own hints, mutants are rejected."""

import pytest

from genai_course.exercises.registry import lesson_prefixes
from genai_course.paths import course_root
from genai_course_tools.authoring import harness
from genai_course_tools.authoring.find import lesson_name, lesson_prefix

LESSONS = sorted((course_root() / "lessons").glob("*/*/lesson.py"))
EXERCISES = [(path, exercise_id) for path in LESSONS for exercise_id in harness.exercise_ids(path)]


@pytest.mark.parametrize(("path", "exercise_id"), EXERCISES, ids=[exercise_id for _, exercise_id in EXERCISES])
def test_the_check_is_sharp(path, exercise_id):
    row = harness.examine(path, exercise_id)
    print(f"{row.made} mutants, {row.excused} excused, {row.rejected} rejected: {row.score:.0%}")
    assert not row.problems


def test_every_module_of_exercises_belongs_to_a_lesson():
    assert set(lesson_prefixes()) <= {lesson_prefix(lesson_name(path)) for path in LESSONS}
