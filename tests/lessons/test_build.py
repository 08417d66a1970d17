"""The committed notebooks are those of their lessons; building is exact, lazy, and refuses what is broken."""

import io
import json
from pathlib import Path

import nbformat
import pytest
from rich.console import Console

from genai_course_tools.authoring import build as build_module
from genai_course_tools.authoring.broken_edits import definition_problems
from genai_course_tools.authoring.build import build, make, read_stored, stray_notebooks
from genai_course_tools.authoring.find import lesson_name
from genai_course_tools.authoring.lesson import read_lesson
from genai_course_tools.authoring.lint import lint
from genai_course_tools.authoring.outputs import WIDGET_VIEW, clean_outputs, concerns

ROOT = Path(__file__).parents[2]
LESSONS = [read_lesson(path) for path in sorted((ROOT / "lessons").glob("*/*/lesson.py"))]


def _without_outputs(notebook):
    """Cells and metadata of a notebook, as far as a build on any machine makes the same."""
    cells = [
        {**cell, "outputs": [], "execution_count": None} if cell.cell_type == "code" else cell
        for cell in notebook.cells
    ]
    return json.loads(json.dumps({**notebook, "cells": cells}))


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)
class TestCommittedNotebooks:
    def test_the_lesson_is_without_fault(self, lesson):
        assert lint(lesson) == []
        assert definition_problems(lesson) == []

    def test_notebook_and_solution_are_those_of_the_lesson(self, lesson):
        """A failure here means that a lesson or a module it imports has changed: run `genai-course build`."""
        made = make(lesson, ROOT)
        for path, notebook in ((made.learner_path, made.learner), (made.solution_path, made.solution)):
            stored = read_stored(path)
            assert stored is not None, f"{path} is missing: run genai-course build"
            assert _without_outputs(stored) == _without_outputs(notebook), path
        assert made.is_fresh

    def test_the_solution_is_executed_and_the_notebook_is_not(self, lesson):
        made = make(lesson, ROOT)
        learner = read_stored(made.learner_path)
        assert not any(cell.outputs or cell.execution_count for cell in learner.cells if cell.cell_type == "code")
        solution = read_stored(made.solution_path)
        counts = [cell.execution_count for cell in solution.cells if cell.cell_type == "code"]
        assert counts == list(range(1, len(counts) + 1))
        outputs = [output for cell in solution.cells for output in cell.get("outputs", [])]
        assert not [output for output in outputs if output.output_type == "error"]
        assert not [output for output in outputs if WIDGET_VIEW in output.get("data", {})]
        assert concerns(solution) == []
        assert made.solution_path.stat().st_size < build_module.LARGEST_NOTEBOOK


def test_no_notebook_is_without_lesson():
    assert LESSONS
    assert stray_notebooks(LESSONS, ROOT) == []


def _build(root, **options):
    """Exit code, and what was printed."""
    text = io.StringIO()
    code = build([], root, console=Console(file=text, width=300), **options)
    return code, text.getvalue()


def _notebooks(root):
    return {
        path: path.read_bytes() for folder in ("notebooks", "solutions") for path in (root / folder).rglob("*.ipynb")
    }


def test_build_executes_once_and_rebuilds_the_same_bytes(tiny_course):
    code, text = _build(tiny_course)
    assert code == 0
    assert "passed  01_data/01_tiny" in text
    first = _notebooks(tiny_course)
    assert len(first) == 2

    assert "started" not in _build(tiny_course)[1]  # nothing has changed
    assert _notebooks(tiny_course) == first
    assert _build(tiny_course, check=True) == (0, "")

    for path in first:
        path.unlink()
    assert "passed" in _build(tiny_course)[1]
    assert _notebooks(tiny_course) == first  # executed anew, the same bytes


def test_again_executes_what_has_not_changed(tiny_course, monkeypatch):
    build([], tiny_course, console=Console(file=io.StringIO()))
    executed = []
    monkeypatch.setattr(build_module, "run_jobs", lambda jobs, workers, console: executed.extend(jobs))
    build([], tiny_course, console=Console(file=io.StringIO()))
    assert executed == []
    build([], tiny_course, again=True, console=Console(file=io.StringIO()))
    assert [job.name for job in executed] == ["01_data/01_tiny"]


def test_what_the_two_notebooks_hold(tiny_course):
    _build(tiny_course)
    learner, solution = (
        nbformat.read(tiny_course / folder / "01_data/01_tiny.ipynb", as_version=4)
        for folder in ("notebooks", "solutions")
    )
    nbformat.validate(learner)
    nbformat.validate(solution)
    learner_cells, cells = ({cell.id: cell for cell in notebook.cells} for notebook in (learner, solution))

    assert learner_cells["tiny-average"].source.endswith('"""Average of a list of numbers."""\n    return ...')
    assert "return sum(numbers)" in cells["tiny-average"].source
    assert learner_cells["tiny-length"].source == "length = ...  # a whole number"
    assert cells["tiny-length"].source == "### BEGIN SOLUTION\nlength = 4  # a whole number\n### END SOLUTION"
    assert "my_guess = 0.5  # between 0 and 1" in [cell.source for cell in solution.cells]
    assert "my_guess = ...  # between 0 and 1" in [cell.source for cell in learner.cells]

    assert len(cells) == len(learner_cells) + 1
    assert "Ask the room" in " ".join(cell.source for cell in solution.cells)
    assert "Ask the room" not in " ".join(cell.source for cell in learner.cells)
    assert "BEGIN SOLUTION" not in json.dumps(learner)

    check = {"grade": True, "grade_id": "tiny-average-check", "locked": True, "points": 2, "schema_version": 3}
    assert cells["tiny-average-check"].metadata["nbgrader"] == {**check, "solution": False, "task": False}
    assert cells["tiny-average"].metadata["nbgrader"]["solution"] is True
    assert cells["tiny-average-check"].outputs[0].text == "tiny-average passed\n"
    graded = [f"tiny-{name}{end}" for name in ("average", "length", "shape") for end in ("", "-check")]
    assert [cell.id for cell in solution.cells if "nbgrader" in cell.metadata] == [*graded, "tiny-make"]
    by_hand = {"grade": True, "grade_id": "tiny-make", "locked": False, "points": 3, "schema_version": 3}
    assert cells["tiny-make"].metadata["nbgrader"] == {**by_hand, "solution": True, "task": False}
    assert set(solution.metadata) == {"kernelspec", "language_info", "genai_course"}
    assert "version" not in solution.metadata["language_info"]
    assert all(set(cell.metadata) <= {"tags", "nbgrader", "genai_course"} for cell in solution.cells)


def test_a_cells_id_stays_when_other_cells_come_and_go(tiny_course):
    path = tiny_course / "lessons/01_data/01_tiny/lesson.py"
    before = [cell.id for cell in make(read_lesson(path), tiny_course).solution.cells]
    path.write_text("# %% [markdown]\n# New.\n\n" + path.read_text() + "\n# %%\n1\n\n# %%\n1\n")
    after = [cell.id for cell in make(read_lesson(path), tiny_course).solution.cells]
    assert after[1:-2] == before
    assert after[-1] == f"{after[-2]}-2"


def test_a_changed_lesson_is_noticed_and_executed_again(tiny_course):
    _build(tiny_course)
    before = _notebooks(tiny_course)
    path = tiny_course / "lessons/01_data/01_tiny/lesson.py"
    lesson = path.read_text()
    changes = [("the numbers are", "these are"), ('solution="0.5"', 'solution="0.6"'), ("A minute.", "Two minutes.")]
    for old, new in changes:
        path.write_text(lesson.replace(old, new))
        code, text = _build(tiny_course, check=True)
        assert code == 1
        assert "solutions/01_data/01_tiny.ipynb differs from its lesson: run genai-course build 01_data/01_tiny" in text
    assert _notebooks(tiny_course) == before
    assert "passed" in _build(tiny_course)[1]
    assert _build(tiny_course, check=True)[0] == 0


@pytest.mark.parametrize("damage", ["", "{", '{"cells": []}', None])
def test_a_damaged_solution_is_made_again(tiny_course, monkeypatch, damage):
    executed = []
    monkeypatch.setattr(build_module, "_execute", lambda products, *_: executed.extend(products) or {"01_data/01_tiny"})
    solution = tiny_course / "solutions/01_data/01_tiny.ipynb"
    solution.parent.mkdir(parents=True)
    if damage is not None:
        solution.write_text(damage)
    _build(tiny_course)
    assert len(executed) == 1


def test_a_lesson_that_fails_is_named_and_nothing_is_written(tiny_course):
    path = tiny_course / "lessons/01_data/01_tiny/lesson.py"
    path.write_text(path.read_text().replace("1 + 1 == 2", "1 + 1 == 3"))
    code, text = _build(tiny_course)
    assert code == 1
    assert "01_tiny/lesson.py: not built: cell 13: AssertionError: One and one is two (as far as it ran: " in text
    assert _notebooks(tiny_course) == {}


def test_a_broken_lesson_is_refused_with_file_line_and_mend(tiny_course, capsys):
    path = tiny_course / "lessons/01_data/01_tiny/lesson.py"
    text = path.read_text().replace("tiny-length", "tiny-size").replace("Average more", "Just average more")
    path.write_text(text)
    assert _build(tiny_course)[0] == 1
    refusals = capsys.readouterr().err.splitlines()
    line = text[: text.index('id="tiny-size"')].count("\n") + 1
    assert refusals[0].startswith(f"{path}:{line}: unknown exercise id 'tiny-size'")
    assert "filler word 'Just'" in refusals[1]
    assert _notebooks(tiny_course) == {}


def test_a_notebook_whose_lesson_is_gone_is_named(tiny_course):
    stray = tiny_course / "notebooks/01_data/09_gone.ipynb"
    stray.parent.mkdir(parents=True)
    stray.touch()
    assert f"{stray} has no lesson: delete it." in _build(tiny_course, check=True)[1]
    assert stray_notebooks([], tiny_course) == [stray]
    assert lesson_name(stray) == "01_data/09_gone"


def test_outputs_lose_what_depends_on_timing_and_what_needs_a_kernel():
    stream = [nbformat.v4.new_output("stream", name="stdout", text=text) for text in ("one ", "two\n")]
    other = nbformat.v4.new_output("stream", name="stderr", text="warning\n")
    view = nbformat.v4.new_output("display_data", {WIDGET_VIEW: {"model_id": "x"}, "text/plain": "a slider"})
    bare = nbformat.v4.new_output("display_data", {WIDGET_VIEW: {"model_id": "x"}})
    cleaned = clean_outputs([*stream, other, stream[0], view, bare])
    assert [output.get("text") for output in cleaned[:3]] == ["one two\n", "warning\n", "one "]
    assert [output.data for output in cleaned[3:]] == [{"text/plain": "a slider"}]
    assert stream[0].text == "one "  # the executed notebook is not changed


def test_concerns_name_what_a_reader_would_stumble_over():
    def notebook(*outputs):
        return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(outputs=list(outputs))])

    picture = nbformat.v4.new_output("display_data", {"image/png": "x"})
    described = nbformat.v4.new_output("display_data", {"image/png": "x"}, metadata={"image/png": {"alt": "A digit."}})
    warning = nbformat.v4.new_output("stream", name="stderr", text="careful")
    assert concerns(notebook(described, described)) == []
    assert "1 of 2 pictures" in concerns(notebook(described, picture))[0]
    assert "stderr" in concerns(notebook(described, described, warning))[0]
    assert "fewer than two pictures" in concerns(notebook(described))[0]
