"""What counts as the same in two runs of a notebook."""

import copy
import re

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from nbval_comparison import differences

PICTURE = {"image/png": "AAAA", "text/plain": "a figure"}


@pytest.fixture
def first(tmp_path):
    """Path of an executed notebook."""
    measured = {"tags": ["nbval-ignore-output"]}
    cells = [
        new_markdown_cell("# Title", id="title"),
        new_code_cell("PROFILE = 'smoke'", id="put-in", metadata={"tags": ["injected-parameters"]}, execution_count=1),
        new_code_cell("print(12)", id="prints", execution_count=2, outputs=[new_output("stream", text="1\n2\n")]),
        new_code_cell("show()", id="shows", execution_count=3, outputs=[new_output("display_data", PICTURE)]),
        new_code_cell("now()", id="seconds", execution_count=4, metadata=measured, outputs=[new_output("stream", text="3 s")]),
    ]  # fmt: skip
    path = tmp_path / "executed.ipynb"
    nbformat.write(new_notebook(cells=cells), path)
    return path


@pytest.fixture
def second(first):
    """The same cells as JupyterLab has them: without papermill's, with text in lines or in pieces."""
    cells = copy.deepcopy([dict(cell) for cell in nbformat.read(first, as_version=4).cells if cell.id != "put-in"])
    cells[1]["outputs"] = [new_output("stream", text=["1\n"]), new_output("stream", text="2\n")]
    return {cell["id"]: cell for cell in cells}


def _found(request, first, second):
    return differences(request.session, first, list(second.values()))


def test_the_same_outputs_are_the_same(request, first, second):
    second["seconds"]["outputs"] = [new_output("stream", text="5 s")]  # measured
    second["shows"]["outputs"] = [
        new_output("display_data", PICTURE | {"image/png": "BBBB"})
    ]  # nbval compares no pictures
    assert _found(request, first, second) == []


@pytest.mark.parametrize(
    ("cell", "outputs", "said"),
    [
        ("prints", [new_output("stream", text="1\n3\n")], "cell prints: "),
        ("prints", [], "cell prints: .*Missing output fields"),
        ("shows", [new_output("display_data", PICTURE | {"text/plain": "another figure"})], "cell shows: .*text/plain"),
        ("shows", [new_output("error", ename="ValueError", evalue="no", traceback=[])], "cell shows: "),
        (
            "shows",
            [new_output("display_data", PICTURE), new_output("stream", name="stderr", text="oh")],
            "Unexpected output",
        ),
    ],
)
def test_another_output_is_found(request, first, second, cell, outputs, said):
    second[cell]["outputs"] = outputs
    [found] = _found(request, first, second)
    assert re.search(said, found, re.DOTALL)


def test_a_cell_that_only_one_run_has_is_found(request, first, second):
    del second["shows"]
    assert _found(request, first, second) == ["cells of one run only: shows"]
