"""The committed notebooks are those of their lessons; building is exact, lazy, and refuses what is broken."""

import io
import json
from pathlib import Path

import nbformat
import pytest
from rich.console import Console

from genai_course_tools.authoring import build as build_module
from genai_course_tools.authoring import imports, listing
from genai_course_tools.authoring import lint as lint_module
from genai_course_tools.authoring.broken_edits import definition_problems
from genai_course_tools.authoring.build import build, make, read_stored, stray_notebooks
from genai_course_tools.authoring.find import lesson_name
from genai_course_tools.authoring.lesson import read_lesson
from genai_course_tools.authoring.lint import lint
from genai_course_tools.authoring.notebook import dumps
from genai_course_tools.authoring.outputs import WIDGET_VIEW, clean_outputs, concerns
from genai_course_tools.execution.validate import validate

ROOT = Path(__file__).parents[2]
LESSONS = [read_lesson(path) for path in sorted((ROOT / "lessons").glob("*/*/lesson.py"))]


def _without_outputs(notebook):
    """Cells and metadata of a notebook, as far as a build on any machine makes the same."""
    cells = [
        {**cell, "outputs": [], "execution_count": None} if cell.cell_type == "code" else cell
        for cell in notebook.cells
    ]
    return json.loads(json.dumps({**notebook, "cells": cells}))


BROKEN_EDIT = """from genai_course.exercises import Function
def total(numbers):
    return sum(numbers) + 1
EXERCISES = [
    Function("total", reference=total, cases=lambda rng: [([1, 2],)], mistakes={
        "+ 3 → + 2": "You added one too many.",
    }, hints=("a", "b", "c"), passed="Right."),
]
"""


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)
class TestCommittedNotebooks:
    def test_the_lesson_is_without_fault(self, lesson):
        assert lint(lesson) == []
        assert definition_problems(lesson) == []

    def test_notebook_and_solution_are_those_of_the_lesson(self, lesson):
        """A failure here means that a lesson, or a definition that it reaches, has changed since the solution was made."""
        made = make(lesson, ROOT)
        assert made.is_fresh, (
            f"{made.solution_path} is out of date: run genai-course build {lesson.name}, or genai-course validate {lesson.name} "
            "if its outputs have not changed, and commit what they write"
        )
        for path, notebook in ((made.learner_path, made.learner), (made.solution_path, made.solution)):
            stored = read_stored(path)
            assert stored is not None, f"{path} is missing: run genai-course build"
            assert _without_outputs(stored) == _without_outputs(notebook), path

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


def test_what_other_files_say_about_the_lessons_is_as_build_writes_it():
    assert list(listing.outdated(ROOT)) == [], "run genai-course build"


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


RECORDING = """
# %% [markdown]
# The average is {{ average:.2f }}, of {{ count:.0f }}; LaTeX: $\\frac{ {a} }{b}$.

# %%
from genai_course.recording import record

record("average", average([1, 2, 4]))
if PROFILE == "laptop":
    record("count", 3)
"""


def _record(course):
    path = course / "lessons/01_data/01_tiny/lesson.py"
    path.write_text(path.read_text() + RECORDING)
    return path


def test_numbers_of_the_run_stand_in_both_texts(tiny_course):
    path = _record(tiny_course)
    assert _build(tiny_course)[0] == 0
    for notebook in map(nbformat.read, _notebooks(tiny_course), [4, 4]):
        assert notebook.cells[-2].source == "The average is 2.33, of 3; LaTeX: $\\frac{ {a} }{b}$."
        assert "{{" not in "".join(cell.source for cell in notebook.cells)
    kept = read_stored(tiny_course / "solutions/01_data/01_tiny.ipynb").metadata.genai_course
    assert kept.numbers == {
        "average": {"value": 2.33333, "tolerance": 0.02},
        "count": {"value": 3.0, "tolerance": 0.02},
    }
    assert kept.seconds % 5 == 0
    # Nothing more to do; and another format is another text, for which nothing is executed.
    assert _build(tiny_course, check=True) == (0, "")
    path.write_text(path.read_text().replace("average:.2f", "average:.1f"))
    assert "started" not in _build(tiny_course)[1]
    assert "The average is 2.3, of 3" in (tiny_course / "notebooks/01_data/01_tiny.ipynb").read_text()
    assert _build(tiny_course, check=True) == (0, "")


def test_a_number_that_nothing_records_is_refused_with_file_and_line(tiny_course, capsys):
    path = _record(tiny_course)
    text = path.read_text().replace("{{ average", "{{ mean")
    path.write_text(text)
    assert _build(tiny_course)[0] == 1
    line = text[: text.index("{{ mean")].count("\n") + 1
    [refusal] = capsys.readouterr().err.splitlines()
    assert refusal.startswith(f"{path}:{line}: nothing records 'mean' in the solution's run: add record('mean', …)")


def test_a_number_that_the_run_left_out_is_refused_after_it(tiny_course):
    path = _record(tiny_course)
    path.write_text(text := path.read_text().replace('if PROFILE == "laptop"', "if not PROFILE"))
    code, said = _build(tiny_course)
    line = text[: text.index("{{ count")].count("\n") + 1
    assert code == 1
    assert f"{path}:{line}: nothing records 'count'" in said
    assert _notebooks(tiny_course) == {}


def test_a_change_of_prose_alone_executes_nothing(tiny_course):
    _build(tiny_course)
    path = tiny_course / "lessons/01_data/01_tiny/lesson.py"
    path.write_text(
        path.read_text().replace("Average more", "Average many more") + "\n# %% [markdown]\n# One cell more.\n"
    )
    assert _build(tiny_course, check=True)[0] == 1
    code, text = _build(tiny_course)
    assert code == 0
    assert "started" not in text
    assert _build(tiny_course, check=True) == (0, "")
    assert "average passed" in (tiny_course / "solutions/01_data/01_tiny.ipynb").read_text()


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
    changes = [("A minute.", "Two minutes."), ('solution="0.5"', 'solution="0.6"'), ("the numbers are", "these are")]
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


@pytest.fixture
def helper(tmp_path, monkeypatch):
    """A module of the course beside the tiny one, as long as a test lasts, in which a lesson may call ``helper``."""
    monkeypatch.setattr(imports, "PACKAGE", tmp_path / "package")
    path = tmp_path / "package/plots.py"
    path.parent.mkdir()
    (path.parent / "__init__.py").write_text("PUBLIC_NAMES = {'': 'plots'}\n")
    path.write_text("COLOURS = ('red', 'green')\n")
    return path


def _validate(root):
    text = io.StringIO()
    return validate([], root, output=root / "out", console=Console(file=text, width=300)), text.getvalue()


def test_a_solution_that_is_as_stored_gets_its_new_hash_and_needs_no_build(tiny_course, helper, monkeypatch):
    monkeypatch.delenv("CI", raising=False)
    path = tiny_course / "lessons/01_data/01_tiny/lesson.py"
    path.write_text(path.read_text() + "\n# %%\nfrom genai_course import plots\n\nlen(plots.COLOURS) > 1\n")
    assert _build(tiny_course)[0] == 0
    before = _notebooks(tiny_course)
    solution = tiny_course / "solutions/01_data/01_tiny.ipynb"
    stored = read_stored(solution)

    helper.write_text("COLOURS = ('red', 'blue')\n")
    assert _build(tiny_course, check=True)[0] == 1
    monkeypatch.setenv("CI", "true")  # there nothing is written, so that a test of the checkout still fails
    code, text = _validate(tiny_course)
    assert code == 0
    assert "its hash is out of date: run genai-course validate" in text
    assert _notebooks(tiny_course) == before

    monkeypatch.delenv("CI")
    code, text = _validate(tiny_course)
    assert code == 0
    assert f"{solution}: as stored although code that it reaches has changed, so its hash is renewed." in text
    assert _build(tiny_course, check=True) == (0, "")
    after = read_stored(solution)
    assert after.metadata.genai_course.definitions != stored.metadata.genai_course.definitions
    after.metadata.genai_course.definitions = stored.metadata.genai_course.definitions
    assert dumps(after).encode() == before[solution]
    assert "renewed" not in _validate(tiny_course)[1]


@pytest.mark.parametrize("fault", ["outputs differ", "other code"])
def test_a_hash_is_not_renewed_where_outputs_or_code_are_others(tiny_course, helper, monkeypatch, fault):
    monkeypatch.delenv("CI", raising=False)
    path = tiny_course / "lessons/01_data/01_tiny/lesson.py"
    path.write_text(path.read_text() + "\n# %%\nfrom genai_course import plots\n\nlen(plots.COLOURS) > 1\n")
    _build(tiny_course)
    helper.write_text("COLOURS = ('red', 'blue')\n")
    solution = tiny_course / "solutions/01_data/01_tiny.ipynb"
    if fault == "outputs differ":
        solution.write_text(solution.read_text().replace("the numbers are [0, 1", "the numbers are [7, 1"))
    else:
        path.write_text(path.read_text().replace("> 1", "> 0"))
    before = solution.read_bytes()
    code, text = _validate(tiny_course)
    assert code == (fault == "outputs differ")
    assert "its hash is renewed" not in text
    assert solution.read_bytes() == before
    assert _build(tiny_course, check=True)[0] == 1


PARTS_OF_README = [f"<!-- {name}: begin --><!-- {name}: end -->" for name in listing.NEEDED["README.md"]]


def test_build_writes_what_readme_says_about_the_lessons(tiny_course, capsys):
    readme = tiny_course / "README.md"
    readme.write_text("\n".join(["# Mine", *PARTS_OF_README]))
    code, text = _build(tiny_course)
    assert code == 0
    assert f"wrote {readme}" in text
    said = readme.read_text()
    assert "[How do you average a list?](solutions/01_data/01_tiny.ipynb) | average a list" in said
    assert "begin -->one<!--" in said
    assert "begin -->5<!-- lessons.seconds" in said
    assert _build(tiny_course, check=True) == (0, "")
    readme.write_text(said.replace("average a list", "do something"))
    code, text = _build(tiny_course, check=True)
    assert code == 1
    assert f"{readme} says something else about the lessons: run genai-course build" in text
    readme.write_text(said.replace("lessons.count: end", "lessons.counts: end"))
    assert _build(tiny_course)[0] == 1
    assert capsys.readouterr().err.startswith(f"{readme}:7: unknown part 'lessons.counts'")


def test_the_card_says_the_minutes_and_the_seconds(tiny_course):
    path = tiny_course / "lessons/01_data/01_tiny/lesson.py"
    path.write_text(path.read_text().replace("state a shape |", "state a shape |\n# | **Time** | " + CARD + " |"))
    assert _build(tiny_course)[0] == 0
    for notebook in map(nbformat.read, _notebooks(tiny_course), [4, 4]):
        assert "| **Time** | 5 min of reading, 25 min of exercises, 5 s of computing |" in notebook.cells[0].source


CARD = "{{ reading_minutes }} min of reading, {{ exercise_minutes }} min of exercises, {{ computing_seconds }} s of computing"


@pytest.mark.parametrize("missing", lint_module.PARTS)
def test_a_folder_without_one_of_its_files_is_refused(tiny_course, capsys, missing):
    path = tiny_course / "lessons/01_data/01_tiny/lesson.py"
    path.with_name(missing).unlink()
    assert _build(tiny_course)[0] == 1
    assert capsys.readouterr().err.startswith(f"{path}:1: 01_tiny/{missing} does not exist: ")
    assert _notebooks(tiny_course) == {}


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("exercises.py", "EXERCISES = [\n", ":1: it cannot be imported: SyntaxError: '[' was never closed"),
        ("exercises.py", "\nfrom genai_course import no_such_name\n", ":2: it cannot be imported: "),
        ("exercises.py", BROKEN_EDIT, ":6: total: The edit “+ 3 → + 2” no longer applies"),
        ("quiz.md", "Why?\n- a — b\n- c — d\n", ":1: The question has 0 right options"),
        ("quiz.md", None, "01_tiny/quiz.md does not exist: write the quiz there"),
        ("alternatives.py", None, "01_tiny/alternatives.py does not exist: write two other right answers"),
    ],
)
def test_what_is_wrong_beside_the_text_is_refused_with_file_line_and_mend(tiny_course, capsys, file, text, said):
    path = tiny_course / "lessons/01_data/01_tiny" / file
    path.unlink()
    if text is not None:
        path.write_text(text, encoding="utf-8")
    assert _build(tiny_course)[0] == 1
    error = capsys.readouterr().err
    assert said in error
    assert text is None or f"{path}{said[:3]}" in error
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
