"""``solutions/`` as nbgrader's source: a release is generated, a submission with right and wrong answers is graded.

One test: importing nbgrader takes seconds, and grading starts a kernel for each notebook.
"""

import os
import sys
from pathlib import Path

import nbformat
import pytest

from genai_course_tools.authoring.lesson import read_lesson
from genai_course_tools.authoring.notebook import learner_notebook, solution_notebook

pytest.importorskip("nbgrader", reason="the extra `classroom` is not installed")

TESTS = Path(__file__).parents[1]
LESSONS = {
    "01_tiny": read_lesson(TESTS / "lessons/tiny_lesson.py"),  # exercises that ask for a value, and an open task
    "01_welcome": read_lesson(TESTS.parent / "lessons/00_start_here/01_welcome/lesson.py"),  # the course's own checks
}
ANSWERS = {
    "tiny-average": "def average(numbers):\n    return sum(numbers) / len(numbers)",  # right
    "tiny-length": "length = 5",  # wrong; tiny-shape stays open
    "welcome-average_picture": "def average_picture(pictures):\n    return pictures.mean(axis=0)",  # right
    "welcome-most_probable_class": "def most_probable_class(log_likelihood, log_prior):\n    return log_likelihood",
}
SCORES = {
    "tiny-average-check": (2, 2),
    "tiny-length-check": (0, 1),
    "tiny-shape-check": (0, 1),
    "tiny-make": (0, 3),
    "welcome-average_picture-check": (1, 1),
    "welcome-most_probable_class-check": (0, 2),
}


def _course(root):
    from nbgrader.api import Gradebook
    from nbgrader.apps import NbGraderAPI
    from traitlets.config import Config

    from genai_course_tools.classroom.assignment import configure

    config = configure(Config())
    config.CourseDirectory.root = str(root)
    config.CourseDirectory.db_url = f"sqlite:///{root}/gradebook.db"
    config.Exchange.root = str(root / "exchange")
    return NbGraderAPI(config=config), Gradebook(config.CourseDirectory.db_url)


def test_generate_submit_and_autograde(tmp_path, monkeypatch):
    monkeypatch.setenv("GENAI_COURSE_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
    # nbgrader starts a program of its environment by name.
    monkeypatch.setenv("PATH", os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]))
    source, release, submitted = (tmp_path / path / "first" for path in ("source", "release", "submitted/ada"))
    source.mkdir(parents=True)
    submitted.mkdir(parents=True)
    for name, lesson in LESSONS.items():
        nbformat.write(solution_notebook(lesson), source / f"{name}.ipynb")
    course, gradebook = _course(tmp_path)

    generated = course.generate_assignment("first")
    assert generated["success"], generated["log"]
    for name, lesson in LESSONS.items():
        notebook = nbformat.read(release / f"{name}.ipynb", as_version=4)
        assert [cell.source for cell in notebook.cells] == [cell.source for cell in learner_notebook(lesson).cells]
        for cell in notebook.cells:
            cell.source = ANSWERS.get(cell.id, cell.source).replace('PROFILE = "laptop"', 'PROFILE = "smoke"')
        nbformat.write(notebook, submitted / f"{name}.ipynb")

    graded = course.autograde("first", "ada")
    assert graded["success"], graded["log"]
    with gradebook:
        notebooks = gradebook.find_submission("first", "ada").notebooks
        scores = {
            grade.cell.name: (grade.auto_score or 0, grade.max_score) for book in notebooks for grade in book.grades
        }
    assert scores == SCORES
