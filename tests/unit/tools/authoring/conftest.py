"""A course of a few lines in the place of the real one, and a lesson in it."""

import pytest
from small_course import EXERCISES, FILES, LESSON

from genai_course_tools.authoring import imports
from genai_course_tools.authoring.lesson import Lesson


@pytest.fixture
def package(tmp_path, monkeypatch):
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    monkeypatch.setattr(imports, "PACKAGE", tmp_path)
    return tmp_path


@pytest.fixture
def lesson(tmp_path):
    """A function: code -> the lesson with this code."""
    path = tmp_path / "lessons/01_data/01_small/lesson.py"
    path.parent.mkdir(parents=True)
    path.with_name("exercises.py").write_text(EXERCISES)
    return lambda more="", code=LESSON: Lesson(path, code + more)
