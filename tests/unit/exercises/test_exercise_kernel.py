"""In a real kernel: what a notebook keeps of a check."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

DEFINITIONS = """
from pathlib import Path
from genai_course.exercises import check, check_cells, claim, missing, quiz, registry
registry.roots.append(Path({folder!r}))
missing.watch()
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
SLEEPS = """
def row_mean(rows, scale):
    import time
    time.sleep(1)
    return scale * rows.mean(axis=1)
check_cells.STUCK_SECONDS = 0.3
row_mean = check("sample-row_mean", row_mean)
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
        'del os.environ["GENAI_COURSE_STRICT"], row_mean',
        SLEEPS,
        "del row_mean\ndef row_maen(rows, scale):\n    return scale * rows.mean(axis=1)",
        'row_mean = check("sample-row_mean", row_mean)',
        "def summary(rows):\n    return rows.mean(axis=0,, rows.std(axis=0)",
        'summary = check("sample-summary", summary)\nimport numpy as np\nsummary(np.ones((2, 2)))',
        'small_error = check("sample-small_error", {"size": 12, "error": error})\nsmall_error["size"]',
        "check, registry = 'my notes', [1, 2]",
        'row_mean = check("sample-row_mean", row_maen)',
        "registry.append(3), len(registry)",
        "len(registry.roots) > 1",
        "summary_of_errors",
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


def text_of(outputs):
    return " ".join(output.data["text/plain"] for output in outputs)


def test_a_check_that_takes_long_says_how_to_stop_it(outputs):
    first, second = outputs[9]
    assert "The check of `row_mean` is still running" in first.data["text/plain"]
    assert "What you have passed is kept." in first.data["text/plain"]
    assert second.data["text/plain"].startswith("✓ Passed: `row_mean`")


def test_a_renamed_answer_is_told_and_the_lesson_goes_on(outputs):
    assert "○ Not attempted: `row_mean`" in text_of(outputs[11])
    assert "No cell has defined `row_mean` yet." in text_of(outputs[11])
    assert "There is a `row_maen`" in text_of(outputs[11])


def test_a_syntax_error_is_told_and_the_lesson_goes_on(outputs):
    assert outputs[12][0].ename == "SyntaxError"
    assert "No cell has defined `summary` yet." in text_of(outputs[13])
    assert "array([1., 1.])" in text_of(outputs[13])


def test_a_part_of_a_result_that_is_missing_is_told(outputs):
    assert "No cell has defined `error` yet." in text_of(outputs[14])
    assert text_of(outputs[14]).endswith("12")


def test_names_of_the_course_come_back_where_the_lesson_needs_them(outputs):
    assert "`check` had another value" in text_of(outputs[16])
    assert "✓ Passed: `row_mean`" in text_of(outputs[16])
    assert text_of(outputs[17]) == "(None, 3)"  # a list is what the learner's own cell needs
    assert "`registry` had another value" in text_of(outputs[18])
    assert text_of(outputs[18]).endswith("True")
    assert outputs[19][0].ename == "NameError"  # anywhere else Python's own word stands
