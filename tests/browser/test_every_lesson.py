"""Every lesson, as a learner meets it: run on the smoke profile, explored, answered, in both themes, wide and narrow."""

import ast
import json

import pytest
from nbval_comparison import differences
from notebook_page import is_slider
from smoke_runs import executed

from genai_course.exercises.definitions import Function
from genai_course.exercises.registry import find
from genai_course.paths import course_root
from genai_course_tools.authoring.find import SOURCE, find_notebooks, lesson_name
from genai_course_tools.authoring.lesson import read_lesson

LESSONS = [lesson_name(path) for path in find_notebooks([], course_root() / "notebooks")]
MARKERS = ("### BEGIN SOLUTION", "### END SOLUTION")
READABLE = 4.5  # contrast that WCAG asks of text
SECONDS = 2.0  # of computing: an explorer answers within half a second on a quiet machine, and a busy one computes more slowly


@pytest.fixture(scope="module", params=LESSONS)
def lesson(request):
    """The source of one lesson after the other."""
    return read_lesson(course_root() / "lessons" / request.param / SOURCE)


@pytest.fixture(scope="module")
def notebook(lesson, open_notebook):
    """The lesson's notebook, run from top to bottom as a learner finds it; its kernel is stopped afterwards."""
    opened = open_notebook(lesson.name)
    try:
        opened.keep_screenshot(f"{lesson.prefix}-top")
        opened.start_all()
        opened.wait_for_all()
        yield opened
    finally:
        opened.close()


def test_runs_untouched(notebook):
    outputs = [(cell["id"], output) for cell in notebook.cells() for output in cell.get("outputs", [])]
    assert [cell_id for cell_id, output in outputs if output["output_type"] == "error"] == []
    checks = [cell["id"] for cell in notebook.cells() if cell["id"].endswith("-check")]
    assert checks
    assert [each for each in checks if "Not attempted" not in notebook.output_text(each)] == []


def test_a_second_run_prints_the_same(request, notebook, lesson):
    """Papermill's run is the first; what may differ is marked in the lesson with nbval's tags."""
    assert differences(request.session, executed(lesson.name), notebook.cells()) == []


def test_explorers_follow(notebook, lesson):
    assert notebook.explorer_cells()
    for number, cell_id in enumerate(notebook.explorer_cells(), 1):
        notebook.show(cell_id)
        explorers = notebook.explorers(cell_id)
        assert explorers
        for explorer in explorers:
            taken = move_all(explorer)
            seconds = ", ".join(f"{each:.2f}" for each in taken)
            print(f"{lesson.prefix}: pictures followed after {seconds} s of computing.")
            assert max(taken) <= SECONDS
            assert "could not be redrawn" not in explorer.place.inner_text()
        notebook.keep_screenshot(f"{lesson.prefix}-explorer-{number}")


def move_all(explorer):
    """Move a slider (where there is none, the first control) by mouse and every control by keys; return seconds of computing."""
    sliders = [control for control in explorer.controls if is_slider(control)]
    by_mouse = [*sliders, *explorer.controls][0]
    return [drag(explorer, by_mouse), *(press(explorer, control) for control in explorer.controls)]


def drag(explorer, control):
    """Move a control by mouse; return the seconds of computing until the picture followed."""
    before = explorer.picture()
    explorer.drag(control)
    return explorer.wait_for_new_picture(before)


def press(explorer, control):
    """Move a control by keys; return the seconds of computing until the picture followed."""
    before = explorer.picture()
    control.focus()
    explorer.press(control)
    return explorer.wait_for_new_picture(before)


def test_judges_answers(notebook, lesson, lab):
    cell, exercise = first_function(lesson)

    said = notebook.type_answer(cell.exercise_id, with_mistake(cell))
    notebook.keep_screenshot(f"{lesson.prefix}-wrong")
    assert exercise.mistakes[0].hint in said
    assert "Passed" not in said

    said = notebook.type_answer(cell.exercise_id, right_answer(cell))
    notebook.keep_screenshot(f"{lesson.prefix}-right")
    assert "Passed" in said
    _, folder = lab
    record = json.loads((folder.parent / "home" / "progress.json").read_text())
    assert cell.exercise_id in record["passed"]


def test_needs_no_sideways_scrolling(notebook, lesson):
    assert notebook.measure("tooWide") == []
    notebook.set_width(800)
    try:
        notebook.show(notebook.explorer_cells()[-1])
        assert notebook.remaining(lambda: notebook.measure("tooWide")) == []
        notebook.keep_screenshot(f"{lesson.prefix}-narrow")
    finally:
        notebook.set_width(1280)


def test_reads_well_in_both_themes(notebook, lesson):
    explored = notebook.explorer_cells()[-1]
    assert hard_to_read(notebook) == {}
    assert notebook.explorers(explored)[-1].paper() > 0.9
    notebook.change_theme("JupyterLab Dark")
    try:
        assert notebook.remaining(lambda: hard_to_read(notebook)) == {}
        notebook.show(first_function(lesson)[0].exercise_id)
        notebook.keep_screenshot(f"{lesson.prefix}-dark")
        # A learner sets the variable before the start; figures drawn from here on bring dark paper.
        notebook.run_code("import os; os.environ['GENAI_COURSE_THEME'] = 'dark'; import genai_course")
        notebook.run_code("genai_course.setup('smoke')")
        notebook.show(explored)
        explorer = notebook.explorers(explored)[-1]
        press(explorer, explorer.controls[-1])
        notebook.keep_screenshot(f"{lesson.prefix}-dark-explorer")
        assert explorer.paper() < 0.1
    finally:
        notebook.change_theme("JupyterLab Light")


def hard_to_read(notebook):
    """Kind of text -> how many pieces, the lowest contrast, where: for kinds whose lowest contrast is too low."""
    contrasts = notebook.measure("contrasts")
    assert {"prose", "tables", "captions", "answers of checks", "explorers and quizzes"} <= set(contrasts)
    return {kind: found for kind, found in contrasts.items() if found[1] < READABLE}


def first_function(lesson):
    """(cell, definition) of a lesson's first exercise that asks for a function and knows a usual mistake."""
    for cell in lesson.cells:
        if cell.exercise_id and "make" not in cell.tags:
            exercise = find("exercise", cell.exercise_id)
            if isinstance(exercise, Function) and exercise.mistakes:
                return cell, exercise
    raise AssertionError(f"{lesson.name} asks for no function")


def right_answer(cell):
    """The solution as a learner would type it, without the markers."""
    lines = cell.solved_source.splitlines()
    return "\n".join(line for line in lines if line.strip() not in MARKERS)


def with_mistake(cell):
    """A function of the exercise's name that behaves like the first of its usual mistakes."""
    name = [node.name for node in ast.parse(cell.solved_source).body if isinstance(node, ast.FunctionDef)][-1]
    return (
        f"from genai_course.exercises.registry import find\n\n"
        f"def {name}(*arguments):\n"
        f'    exercise = find("exercise", "{cell.exercise_id}")\n'
        f"    return exercise.wrong(exercise.mistakes[0])(*arguments)"
    )
