"""In a real kernel: what a notebook keeps of a check."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

DEFINITIONS = """
from pathlib import Path
from genai_course.exercises import check, claim, quiz, registry
registry.roots.append(Path({folder!r}))
"""
LOUD = """
def row_mean(rows, scale):
    import os, sys
    os.write(2, b"straight to the screen")
    print("loud", file=sys.stderr)
    display("shown")
    return scale * rows.mean(axis=1)
row_mean = check("sample-row_mean", row_mean)
"""
RESISTS = """
def row_mean(rows, scale):
    while True:
        try:
            pass
        except:
            pass
from genai_course.exercises.judge import judge
from genai_course.exercises.registry import find
judge(find("exercise", "sample-row_mean"), row_mean, seconds=0.2).reason
"""
MISSPELT = """\
def row_mean(rows, scale):
    centre = rows.mean(axis=1)
    return scale * center
row_mean = check("sample-row_mean", row_mean)
"""


@pytest.fixture(scope="module")
def outputs():
    folder = str(Path(__file__).parent / "definitions")
    sources = [
        DEFINITIONS.format(folder=folder),
        LOUD,
        RESISTS,
        MISSPELT,
        'quiz("sample", "bc")',
        'import os\nos.environ["NBGRADER_EXECUTION"] = "autograde"\nrow_mean = check("sample-row_mean", ...)',
        'os.environ["GENAI_COURSE_STRICT"] = "1"\nclaim("one is two", False)',
        'del os.environ["NBGRADER_EXECUTION"]\nrow_mean = check("sample-row_mean", lambda rows, scale: rows)',
    ]
    notebook = new_notebook(cells=[new_code_cell(source) for source in sources])
    NotebookClient(notebook, timeout=600, kernel_name="python3", allow_errors=True).execute()
    nbformat.validate(notebook)
    return [cell.outputs for cell in notebook.cells]


def test_one_output_in_two_forms_and_nothing_else(outputs):
    (output,) = outputs[1]
    assert set(output.data) == {"text/plain", "text/html"}
    assert output.data["text/plain"].startswith("✓ Passed: `row_mean`")


def test_a_loop_that_swallows_everything_is_stopped(outputs):
    assert outputs[2][0].data["text/plain"] == "'time'"


def test_an_error_names_the_learners_own_line(outputs):
    (output,) = outputs[3]
    line = "NameError: name 'center' is not defined, in line 3: `return scale * center`."
    assert line in output.data["text/plain"]


def test_the_quiz_is_a_widget_and_text(outputs):
    (output,) = outputs[4]
    assert set(output.data) == {"text/plain", "text/html", "application/vnd.jupyter.widget-view+json"}
    assert "You chose c. Not quite" in output.data["text/plain"]


def test_while_grading_only_the_message_is_an_error(outputs):
    (output,) = outputs[5]
    assert (output.output_type, output.ename) == ("error", "CheckFailed")
    assert output.traceback == [f"CheckFailed: {output.evalue}"]
    assert output.evalue.startswith("Not attempted: row_mean\n")


def test_a_wrong_answer_stops_a_solution_that_is_built(outputs):
    (output,) = outputs[7]
    assert (output.output_type, output.ename) == ("error", "CheckFailed")
    assert output.evalue.startswith("Not yet: row_mean\n")


def test_a_strict_claim_is_an_error_of_one_line(outputs):
    (output,) = outputs[6]
    assert output.traceback == ["ClaimFailed: this does not hold: one is two"]
