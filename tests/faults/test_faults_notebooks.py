"""Notebooks that are damaged, and answers that Python cannot read."""

import json

import click
import pytest
from provoked import genai_course, refusal

from genai_course_tools.authoring.notebook import read_notebook
from genai_course_tools.learner import overview

TINY = "01_data/01_tiny.ipynb"
DAMAGE = ["not JSON {", "", "[1]", '{"cells": 3, "nbformat": 4, "nbformat_minor": 5, "metadata": {}}', "\x00\x01"]


@pytest.mark.parametrize("damage", DAMAGE)
def test_every_kind_of_damage_is_noticed(tmp_path, damage):
    path = tmp_path / "notebooks" / TINY
    path.parent.mkdir(parents=True)
    path.write_text(damage)
    with pytest.raises(click.UsageError, match=f"^notebooks/{TINY} is damaged"):
        read_notebook(path)
    [card] = overview.read_cards((), tmp_path / "notebooks")
    assert card.title == "01_tiny.ipynb is damaged: genai-course doctor says how to mend it"


def test_a_damaged_notebook_is_not_run(own_course):
    (own_course / "notebooks" / TINY).write_text(DAMAGE[0])
    ended = genai_course(own_course, "run", "tiny")
    assert refusal(ended, 2) == (
        f"notebooks/{TINY} is damaged: make it again with genai-course build, or install the course again."
    )


def test_a_damaged_solution_is_not_validated(own_course):
    (own_course / "solutions" / TINY).write_text(DAMAGE[0])
    ended = genai_course(own_course, "validate")
    assert refusal(ended, 2).startswith(f"solutions/{TINY} is damaged: make it again with genai-course build")


def test_progress_names_a_damaged_notebook_and_shows_the_rest(own_course):
    (own_course / "notebooks/01_data/02_more.ipynb").write_text(DAMAGE[0])
    ended = genai_course(own_course, "progress")
    assert ended.returncode == 0, ended.stderr
    assert "Traceback" not in ended.stderr
    assert "02_more.ipynb is damaged: genai-course doctor says how to mend it" in ended.stdout
    assert "How do you average a list?" in ended.stdout


def test_a_damaged_copy_is_the_learners_and_can_be_made_fresh(own_course, tmp_path):
    copy = tmp_path / "copy"
    (copy / "01_data").mkdir(parents=True)
    (copy / TINY).write_text(DAMAGE[0])
    ended = genai_course(own_course, "reset", "tiny", copy)
    assert ended.returncode == 0, ended.stderr
    [kept] = copy.glob("01_data/01_tiny.2*.ipynb")
    assert kept.name in ended.stdout
    assert kept.read_text() == DAMAGE[0]
    assert (copy / TINY).read_bytes() == (own_course / "notebooks" / TINY).read_bytes()


def test_an_answer_that_python_cannot_read_is_named_with_its_cell(own_course):
    path = own_course / "notebooks" / TINY
    notebook = json.loads(path.read_text())
    [exercise] = [cell for cell in notebook["cells"] if cell["id"] == "tiny-average"]
    exercise["source"] = "def average(numbers)\n    return sum(numbers) / len(numbers)"
    path.write_text(json.dumps(notebook))
    ended = genai_course(own_course, "run", "tiny", "--profile", "smoke")
    said = ended.stdout + ended.stderr
    assert ended.returncode == 1, said
    assert "Traceback" not in said
    assert "01_data/01_tiny: cell 5: SyntaxError: expected ':'" in said
    assert "0 of 1 notebooks ran" in said
