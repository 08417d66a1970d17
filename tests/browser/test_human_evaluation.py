"""The blind test of 05_evaluation/03_human_evaluation: consent, answers by mouse and by keys, kept in the learner's file."""

import json

import pytest

from genai_course.labs.human_study import read_responses

LESSON = "05_evaluation/03_human_evaluation"
ANSWERS = ("Left", "No difference", "Right")
CHOICES = ["left", "tie", "right", "left"]


@pytest.fixture
def notebook(open_notebook):
    opened = open_notebook(LESSON)
    yield opened
    opened.close()


@pytest.fixture
def studies(lab):
    """The folder where this learner's answers are kept, empty before and after."""
    folder = lab[1].parent / "home" / "studies"
    empty(folder)
    yield folder
    empty(folder)


def empty(folder):
    for path in folder.glob("*.jsonl"):
        path.unlink()


def test_answers_by_mouse_and_by_keys_are_kept(notebook, studies):
    notebook.start_all()
    notebook.wait_for_all()
    cell_id = cell_with(notebook, "blind_test(study, contents)")
    cell = notebook.show(cell_id)
    button = lambda name: cell.get_by_role("button", name=name, exact=True)  # noqa: E731

    assert "Before you begin" in cell.inner_text()
    assert not button("Left").is_visible()
    assert list(studies.glob("*.jsonl")) == []
    notebook.keep_screenshot("human_evaluation-consent")
    button("I agree, begin").click()

    for number, name in enumerate(ANSWERS, 1):
        cell.get_by_text(f"{number} of 20:").wait_for()
        assert cell.locator("img.widget-image").count() == 2
        pictures = cell.locator("img.widget-image").first.get_attribute("src")
        if number == 1:
            notebook.keep_screenshot("human_evaluation-pair")
            assert notebook.measure("tooWide") == []
        look(notebook)
        button(name).click()
        notebook.wait(lambda: len(kept(studies)) == number)  # noqa: B023
        notebook.wait(lambda: cell.locator("img.widget-image").first.get_attribute("src") != pictures)  # noqa: B023

    keyboard = notebook.page.keyboard  # the focus is on the button that was clicked last
    tab_to(notebook, button("Left"), "Shift+Tab")
    look(notebook)
    keyboard.press("Space")
    cell.get_by_text("5 of 20:").wait_for()
    answers = kept(studies)
    assert [answer.choice for answer in answers] == CHOICES
    assert len({answer.pair for answer in answers}) == 4
    [path] = studies.glob("*.jsonl")
    consent = json.loads(path.read_text(encoding="utf-8").splitlines()[0])
    assert "delete your answers" in consent["consent"]

    # Run again, the cell goes on where it was left; and all can be taken back, by keys.
    notebook.show(cell_id)
    keyboard.press("Shift+Enter")
    cell.get_by_text("5 of 20:").wait_for()
    tab_to(notebook, button("Delete my answers"), "Tab", after=button("Right"))
    keyboard.press("Space")
    button("Yes, delete all of them").wait_for()
    assert path.exists()
    look(notebook)
    keyboard.press("Space")
    cell.get_by_text("4 answers are deleted").wait_for()
    assert not path.exists()
    assert button("I agree, begin").is_visible()


def look(notebook):
    """Take the time that a look takes: what is quicker is taken for the second half of a double click."""
    notebook.page.wait_for_timeout(400)


def kept(studies):
    """The answers in the learner's only file."""
    paths = list(studies.glob("*.jsonl"))
    return read_responses(paths[0]).answers if paths else ()


def cell_with(notebook, source):
    return next(cell["id"] for cell in notebook.cells() if source in "".join(cell["source"]))


def tab_to(notebook, control, key, after=None):
    """Press a key, Tab or Shift + Tab, until the control has the focus. after: a control to begin at."""
    if after is not None:
        after.focus()
    for _ in range(4):
        notebook.page.keyboard.press(key)
        if control.evaluate("control => document.activeElement === control"):
            return
    raise AssertionError("The keys did not reach the control.")
