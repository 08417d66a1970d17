"""What `genai-course sweep regularization -p weight_decay 0 1e-4 1e-3 -p dropout 0 0.2` builds on, without its minutes."""

import ast
import math

import nbformat
import pytest

from genai_course.paths import course_root
from genai_course_tools.execution.grid import parameters_of, read_grid, refuse_unknown

WORDS = ["regularization", "-p", "weight_decay", "0", "1e-4", "1e-3", "-p", "dropout", "0", "0.2"]


@pytest.fixture(scope="module")
def solution():
    return course_root() / "solutions" / "06_regularization" / "01_regularization.ipynb"


def test_the_lesson_takes_both_settings(solution):
    lesson, grid = read_grid(WORDS)
    assert grid == {"weight_decay": [0, 1e-4, 1e-3], "dropout": [0, 0.2]}
    refuse_unknown(grid, solution)
    assert {"PROFILE", "SEED", "weight_decay", "dropout"} <= set(parameters_of(solution))


def test_nothing_in_the_lesson_overwrites_them(solution):
    bound = []
    for cell in nbformat.read(solution, as_version=4).cells:
        if cell.cell_type == "code" and "parameters" not in cell.metadata.get("tags", []):
            bound += [
                node.id
                for statement in ast.parse(cell.source).body
                if not isinstance(statement, ast.FunctionDef)
                for node in ast.walk(statement)
                if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
            ]
    assert "recipes" in bound
    assert not {"weight_decay", "dropout"} & set(bound)


def test_the_lesson_records_what_a_sweep_compares(solution):
    numbers = nbformat.read(solution, as_version=4).metadata.genai_course.numbers
    values = {name: numbers[name]["value"] for name in ("held_out_bits", "training_bits", "gap", "seed_range")}
    assert all(math.isfinite(value) for value in values.values())
    assert values["training_bits"] < values["held_out_bits"] < 1
