"""The autoencoder lesson, as a learner meets it."""

import json

EXERCISE = "autoencoders-reconstruction_error"
RIGHT = "def reconstruction_error(pictures, drawn):\n    return ops.mean((pictures - drawn) ** 2, axis=(1, 2, 3))"
WRONG = "def reconstruction_error(pictures, drawn):\n    return ops.mean((pictures - drawn) ** 2)"


def test_a_learner_runs_explores_and_answers(open_notebook, lab):
    notebook = open_notebook("02_models/03_autoencoders")

    notebook.run_all()
    errors = [
        cell["id"]
        for cell in notebook.cells()
        for output in cell.get("outputs", [])
        if output["output_type"] == "error"
    ]
    assert errors == []
    assert "Not attempted" in notebook.output_text(f"{EXERCISE}-check")

    explorer = notebook.show(explorer_cell(notebook))
    slider = explorer.locator(".widget-slider .noUi-handle").first
    slider.scroll_into_view_if_needed()
    start = notebook.picture(explorer)
    notebook.keep_screenshot("explorer-before")
    box = slider.bounding_box()
    notebook.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    notebook.page.mouse.down()
    notebook.page.mouse.move(box["x"] + 80, box["y"] + box["height"] / 2, steps=4)
    notebook.page.mouse.up()
    notebook.wait_for_new_picture(explorer, start)
    notebook.keep_screenshot("explorer-after-mouse")

    before_key = notebook.picture(explorer)
    slider.focus()
    notebook.page.keyboard.press("ArrowLeft")
    seconds = notebook.wait_for_new_picture(explorer, before_key)
    notebook.keep_screenshot("explorer-after-key")
    print(f"The picture followed the key after {seconds:.2f} s.")
    assert seconds <= 2.0, (
        "a slider answers within half a second on a quiet machine; this bound leaves room for a busy one"
    )

    said = notebook.type_answer(EXERCISE, WRONG)
    notebook.keep_screenshot("exercise-wrong")
    assert "one number for the whole batch" in said
    assert "Passed" not in said

    said = notebook.type_answer(EXERCISE, RIGHT)
    notebook.keep_screenshot("exercise-right")
    assert "Passed" in said
    _, folder = lab
    record = json.loads((folder.parent / "home" / "progress.json").read_text())
    assert EXERCISE in record["passed"]


def explorer_cell(notebook):
    return next(cell["id"] for cell in notebook.cells() if "widgets.explore(" in "".join(cell["source"]))
