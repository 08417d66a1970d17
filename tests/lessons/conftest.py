"""A tiny course in a temporary folder, for the tests of the tools that build it."""

from pathlib import Path

import pytest

from genai_course_tools.authoring import lint

TINY = Path(__file__).with_name("tiny_lesson.py")
KNOWN = {"EXERCISES": {"tiny-average", "tiny-length", "tiny-shape"}, "PREDICTIONS": {"tiny-guess"}}


QUIZ = "Is 1 below 2?\n- * yes — Count.\n- no — Count again.\n"


@pytest.fixture
def known_exercises(monkeypatch):
    """Let the rules for lessons know the exercises of the tiny lesson, which has no module of checks."""
    monkeypatch.setattr(lint, "exercise_names", lambda lesson, kind="EXERCISES": KNOWN[kind])


@pytest.fixture
def tiny_course(tmp_path, known_exercises):
    """Folder of a course with one lesson, ``01_data/01_tiny``, that is not built yet."""
    lesson = tmp_path / "lessons/01_data/01_tiny/lesson.py"
    lesson.parent.mkdir(parents=True)
    lesson.write_text(TINY.read_text(encoding="utf-8"), encoding="utf-8")
    for part in lint.PARTS:
        (lesson.parent / part).write_text(QUIZ if part == "quiz.md" else "", encoding="utf-8")
    return tmp_path
