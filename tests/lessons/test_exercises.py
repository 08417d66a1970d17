"""Every exercise of every lesson: right answers pass, mistakes get their own hints, mutants are rejected and told why."""

import pytest

from genai_course.exercises.registry import lesson_prefixes
from genai_course.paths import course_root
from genai_course_tools.authoring import harness
from genai_course_tools.authoring.find import lesson_name, lesson_prefix

LESSONS = sorted((course_root() / "lessons").glob("*/*/lesson.py"))


@pytest.mark.parametrize("path", LESSONS, ids=[path.parent.name for path in LESSONS])
def test_the_checks_are_sharp(path):
    rows = harness.report([path])
    for row in rows:
        print(f"{row.exercise_id}: {row.made} mutants, {row.excused} excused, {row.rejected} rejected: {row.score:.0%}")
    assert not harness.problems(rows)


def test_every_module_of_exercises_belongs_to_a_lesson():
    assert set(lesson_prefixes()) <= {lesson_prefix(lesson_name(path)) for path in LESSONS}
