"""Every lesson, as a learner meets it: run on the smoke profile, explored, answered, in both themes, wide and narrow."""

import ast
import json

import pytest
from notebook_page import is_slider

from genai_course.exercises.definitions import Function
from genai_course.exercises.registry import find
from genai_course.paths import course_root
from genai_course_tools.authoring.find import find_notebooks, lesson_name, lesson_prefix
from genai_course_tools.authoring.lesson import read_lesson

LESSONS = [lesson_name(path) for path in find_notebooks([], course_root() / "notebooks")]
MARKERS = ("### BEGIN SOLUTION", "### END SOLUTION")
READABLE = 4.5  # contrast that WCAG asks of text
SECONDS = 2.0  # an explorer answers within half a second on a quiet machine; this leaves room for a busy one


@pytest.fixture(scope="module", params=LESSONS)
def lesson(request):
    """The source of one lesson after the other."""
    return read_lesson(course_root() / "lessons" / f"{request.param}.py")


@pytest.fixture(scope="module")
def started(open_notebook):
    """Function: name of a lesson -> its notebook, all cells told to run; at once if it has been started before."""
    pages = {}

    def start(name):
        if name not in pages:
            pages[name] = open_notebook(name)
            pages[name].keep_screenshot(f"{lesson_prefix(name)}-top")
            pages[name].start_all()
        return pages[name]

    return start


@pytest.fixture(scope="module")
def notebook(request, lesson, started):
    """The lesson's notebook, run from top to bottom as a learner finds it; its kernel is stopped afterwards.

    While the tests look at it, the next lesson's runs: a kernel takes one core, and looking takes little.
    """
    opened = started(lesson.name)
    try:
        opened.wait_for_all()
        items = [item for item in request.session.items if item.path == request.path]
        names = list(dict.fromkeys(item.callspec.params["lesson"] for item in items))
        for following in names[names.index(lesson.name) + 1 :][:1]:
            started(following)
        opened.page.bring_to_front()
        yield opened
    finally:
        opened.close()


def test_runs_untouched(notebook):
    outputs = [(cell["id"], output) for cell in notebook.cells() for output in cell.get("outputs", [])]
    assert [cell_id for cell_id, output in outputs if output["output_type"] == "error"] == []
    checks = [cell["id"] for cell in notebook.cells() if cell["id"].endswith("-check")]
    assert checks
    assert [each for each in checks if "Not attempted" not in notebook.output_text(each)] == []


def test_explorers_follow(notebook, lesson):
    assert notebook.explorer_cells()
    for number, cell_id in enumerate(notebook.explorer_cells(), 1):
        notebook.show(cell_id)
        explorers = notebook.explorers(cell_id)
        assert explorers
        for explorer in explorers:
            taken = move_all(explorer)
            print(f"{lesson.prefix}: pictures followed after {', '.join(f'{each:.2f}' for each in taken)} s.")
            assert max(taken) <= SECONDS
            assert "could not be redrawn" not in explorer.place.inner_text()
        notebook.keep_screenshot(f"{lesson.prefix}-explorer-{number}")


def move_all(explorer):
    """Move a slider (where there is none, the first control) by mouse and every control by keys; return seconds taken."""
    sliders = [control for control in explorer.controls if is_slider(control)]
    by_mouse = [*sliders, *explorer.controls][0]
    return [timed(drag, explorer, by_mouse), *(timed(press, explorer, control) for control in explorer.controls)]


def timed(move, explorer, control):
    """The seconds that the picture took. A slow one gets a second try: another program may have had the machine."""
    seconds = move(explorer, control)
    return seconds if seconds <= SECONDS else move(explorer, control)


def drag(explorer, control):
    """Move a control by mouse; return the seconds until the picture followed."""
    before = explorer.picture()
    explorer.drag(control)
    return explorer.wait_for_new_picture(before)


def press(explorer, control):
    """Move a control by keys; return the seconds until the picture followed."""
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
