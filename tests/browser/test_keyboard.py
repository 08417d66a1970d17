"""The welcome lesson by a learner without a mouse: run, answer, explore. Every press is a key, and the focus is seen."""

import pytest

LESSON = "00_start_here/01_welcome"
EXERCISE = "welcome-average_picture"


@pytest.fixture
def notebook(open_notebook):
    opened = open_notebook(LESSON)
    yield opened
    opened.close()


def test_a_lesson_without_a_mouse(notebook):
    keyboard = notebook.page.keyboard

    run_until(notebook, EXERCISE)
    cell = notebook.place(EXERCISE)
    with_focus = cell.screenshot()
    keyboard.press("ArrowUp")
    assert looks_other(cell, with_focus)
    keyboard.press("ArrowDown")
    assert notebook.active_id() == EXERCISE

    keyboard.press("Enter")
    keyboard.press("Control+End")
    keyboard.press("Shift+Home")
    keyboard.type("return pictures.mean(axis=0)")  # in place of `return ...`
    keyboard.press("Escape")
    assert "Passed" in notebook.run_with_check(EXERCISE)

    [explored] = notebook.explorer_cells()
    run_until(notebook, explored)
    keyboard.press("Shift+Enter")
    notebook.wait(lambda: notebook.execution_count(explored) and notebook.is_idle())
    after = notebook.active_id()
    keyboard.press("ArrowUp")
    assert notebook.active_id() == explored
    [explorer] = notebook.explorers(explored)
    for control in explorer.controls:
        row = control.locator("xpath=ancestor::*[contains(@class,'widget-inline-hbox')]")
        without_focus = row.screenshot()
        tab_to(notebook, control)
        assert looks_other(row, without_focus)
        before = explorer.picture()
        explorer.press(control)
        explorer.wait_for_new_picture(before)
    keyboard.press("Shift+Enter")  # and on with the lesson
    notebook.wait(lambda: notebook.active_id() == after)

    quiz = next(cell["id"] for cell in notebook.cells() if 'quiz("welcome"' in "".join(cell["source"]))
    run_until(notebook, quiz)
    keyboard.press("Shift+Enter")
    notebook.wait(lambda: notebook.execution_count(quiz) and notebook.is_idle())
    keyboard.press("ArrowUp")
    button = notebook.place(quiz).get_by_role("button", name="c", exact=True).first
    tab_to(notebook, button)
    keyboard.press("Space")
    notebook.place(quiz).get_by_text("You chose c. Not quite").wait_for()


def run_until(notebook, cell_id):
    """Press Shift + Enter until the cell has the focus."""
    for _ in notebook.cells():
        if notebook.active_id() == cell_id:
            return
        here = notebook.active_id()
        notebook.page.keyboard.press("Shift+Enter")
        notebook.wait(lambda here=here: notebook.active_id() != here)
    raise AssertionError(f"Shift + Enter did not reach {cell_id}.")


def looks_other(place, before):
    return place.screenshot() != before


def tab_to(notebook, control):
    """Press Tab until the control has the focus, at most as often as a few controls need."""
    for _ in range(8):
        notebook.page.keyboard.press("Tab")
        if control.evaluate("control => document.activeElement === control"):
            return
    raise AssertionError("Tab did not reach the control.")
