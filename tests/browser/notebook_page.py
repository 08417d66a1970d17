"""What a learner does in an open notebook: run it, scroll, move what an explorer has, type an answer, change the theme."""

import time
from functools import cached_property
from pathlib import Path

import psutil

SCREENSHOTS = Path(__file__).parents[2] / "build" / "screenshots"
TOKEN = "only-for-this-test"
WAIT = 300  # seconds: what does not come is noticed, and what a busy machine brings late is not judged
CURRENT = "jupyterapp.shell.currentWidget"
MEASURE = (Path(__file__).parent / "measure.js").read_text(encoding="utf-8")


class NotebookPage:
    """One notebook in JupyterLab. Cells are named by their id in the document, which the page itself does not show."""

    def __init__(self, page, screenshots):
        self.page = page
        self.screenshots = screenshots
        page.wait_for_function(
            f"window.jupyterapp && {CURRENT} && {CURRENT}.content && {CURRENT}.content.widgets.length"
        )
        page.wait_for_function(f"{CURRENT}.sessionContext.session?.kernel?.status === 'idle'", timeout=WAIT * 1000)
        self.set_width(1280)

    def close(self):
        """Stop the notebook's kernel, so that it takes no memory, and close the page."""
        self.page.evaluate(f"() => {CURRENT}.sessionContext.shutdown()")
        self.page.close()

    def start_all(self):
        """Start to run all cells."""
        self.page.evaluate("() => { jupyterapp.commands.execute('notebook:run-all-cells') }")

    def wait_for_all(self, seconds=WAIT):
        """Wait until the last cell has run."""
        self.page.wait_for_function(
            f"""() => {CURRENT}.sessionContext.session.kernel.status === 'idle' &&
                {CURRENT}.context.model.toJSON().cells.every(
                    cell => cell.cell_type !== 'code' || !cell.source.length || cell.execution_count)""",
            timeout=seconds * 1000,
            polling=200,
        )

    def run_code(self, source):
        """Run ``source`` in the kernel, without a cell."""
        code = (
            f"code => {CURRENT}.sessionContext.session.kernel.requestExecute({{code}}).done.then(m => m.content.status)"
        )
        assert self.page.evaluate(code, source) == "ok"

    def cells(self):
        """The document's cells as they are now."""
        return self.page.evaluate(f"() => {CURRENT}.context.model.toJSON().cells")

    def output_text(self, cell_id):
        """All text that a cell has printed or shown."""
        parts = []
        for output in self._cell(cell_id)["outputs"]:
            text = output.get("text") or output.get("data", {}).get("text/plain") or output.get("evalue", "")
            parts.append(text if isinstance(text, str) else "".join(text))
        return "\n".join(parts)

    def place(self, cell_id):
        """A cell's place on the page."""
        index = [cell["id"] for cell in self.cells()].index(cell_id)
        return self.page.locator(f".jp-Notebook [data-windowed-list-index='{index}']")

    def show(self, cell_id):
        """Scroll to a cell, make it the active one, and return its place on the page."""
        index = [cell["id"] for cell in self.cells()].index(cell_id)
        self.page.evaluate(
            f"async index => {{ const notebook = {CURRENT}.content; notebook.activeCellIndex = index;"
            " notebook.deselectAll(); await notebook.scrollToItem(index, 'start'); }",
            index,
        )
        place = self.place(cell_id)
        place.wait_for(state="visible")
        return place

    def active_id(self):
        """The id of the cell that keys go to."""
        return self.page.evaluate(f"() => {CURRENT}.content.activeCell.model.id")

    def explorer_cells(self):
        """The ids of the cells that show explorers."""
        code = [cell for cell in self.cells() if cell["cell_type"] == "code"]
        return [cell["id"] for cell in code if "widgets.explore(" in "".join(cell["source"])]

    def explorers(self, cell_id):
        """An :class:`Explorer` for every one of a cell."""
        boxes = self.place(cell_id).locator(".widget-vbox:has(> img.widget-image)")
        return [Explorer(self, box) for box in boxes.all()]

    def type_answer(self, cell_id, source):
        """Replace a cell's source by typing, run it and the check below it; return what the check says."""
        self.show(cell_id).locator(".cm-content").click()
        self.page.keyboard.press("Control+A")
        self.page.keyboard.insert_text(source)
        return self.run_with_check(cell_id)

    def run_with_check(self, cell_id):
        """Press Shift + Enter from an exercise, which is active, to the check below it; return what the check says."""
        check_id = f"{cell_id}-check"
        before = self.execution_count(check_id)
        ids = [cell["id"] for cell in self.cells()]
        for _ in ids[ids.index(cell_id) : ids.index(check_id) + 1]:
            self.page.keyboard.press("Shift+Enter")
        self.wait(lambda: self.execution_count(check_id) not in (None, before))
        return self.output_text(check_id)

    def execution_count(self, cell_id):
        return self._cell(cell_id)["execution_count"]

    def _cell(self, cell_id):
        return next(cell for cell in self.cells() if cell["id"] == cell_id)

    def is_idle(self):
        return self.page.evaluate(f"() => {CURRENT}.sessionContext.session.kernel.status === 'idle'")

    @cached_property
    def kernel(self):
        """The kernel's process, which has its id in its command."""
        kernel_id = self.page.evaluate(f"() => {CURRENT}.sessionContext.session.kernel.id")
        below = psutil.Process().children(recursive=True)
        return next(each for each in below if any(kernel_id in part for part in each.cmdline()))

    def computing_seconds(self):
        """How long the kernel has computed since it started."""
        times = self.kernel.cpu_times()
        return times.user + times.system

    def change_theme(self, name):
        """Choose JupyterLab's theme, such as "JupyterLab Dark"."""
        self.page.evaluate("theme => { jupyterapp.commands.execute('apputils:change-theme', { theme }) }", name)
        self.page.wait_for_function("name => document.body.dataset.jpThemeName === name", arg=name)

    def set_width(self, pixels):
        """Make the window ``pixels`` wide. Side panels are closed: a busy JupyterLab opens one by itself, now and then."""
        self.page.evaluate("() => { jupyterapp.shell.collapseLeft(); jupyterapp.shell.collapseRight(); }")
        self.page.set_viewport_size({"width": pixels, "height": 900})

    def measure(self, what):
        """What a function of ``measure.js`` finds."""
        return self.page.evaluate(f"() => {MEASURE}.{what}()")

    def remaining(self, find, seconds=5):
        """What ``find()`` finds wrong with the page once it has come to rest: colours glide, and panels move late."""
        self.page.wait_for_timeout(300)
        end = time.monotonic() + seconds
        while (found := find()) and time.monotonic() < end:
            self.page.wait_for_timeout(100)
        return found

    def wait(self, condition, seconds=WAIT):
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, f"Nothing happened within {seconds} s."
            self.page.wait_for_timeout(20)

    def keep_screenshot(self, name):
        self.screenshots.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=self.screenshots / f"{name}.png")


class Explorer:
    """Controls and the picture that they redraw."""

    def __init__(self, notebook, place):
        self.notebook, self.page, self.place = notebook, notebook.page, place

    @property
    def controls(self):
        """A locator for what takes the focus in each control: a slider's handle, a menu, a tick box."""
        return self.place.locator(".noUi-handle, select, input[type=checkbox]").all()

    def picture(self):
        """Address of the picture as it is now; another one for another picture, "" while it is being decoded."""
        return self.place.locator("img.widget-image").evaluate("image => image.complete ? image.src : ''")

    def paper(self):
        """How bright the picture's paper is, from 0 to 1."""
        return self.place.locator("img.widget-image").evaluate(f"image => {MEASURE}.paper(image)")

    def drag(self, control):
        """Move a control with the mouse: drag a slider, click a box or a menu."""
        control.scroll_into_view_if_needed()
        if not is_slider(control):
            control.click()
            if is_menu(control):
                self._choose_next(control)  # the open menu is the browser's own window, where only keys are sent
            return
        box, track = control.bounding_box(), control.locator("xpath=ancestor::*[contains(@class,'noUi-target')]")
        middle = box["y"] + box["height"] / 2
        ends = track.bounding_box()
        at_right = box["x"] > ends["x"] + ends["width"] / 2
        self.page.mouse.move(box["x"] + box["width"] / 2, middle)
        self.page.mouse.down()
        self.page.mouse.move(box["x"] + (-80 if at_right else 80), middle, steps=4)
        self.page.mouse.up()

    def press(self, control):
        """Move a control that has the focus, with keys: one step of a slider, the next entry of a menu, the other tick."""
        if is_slider(control):
            at_end = control.get_attribute("aria-valuenow") == control.get_attribute("aria-valuemax")
            self.page.keyboard.press("ArrowLeft" if at_end else "ArrowRight")
        else:
            self.page.keyboard.press("Space")
            if is_menu(control):
                self._choose_next(control)

    def _choose_next(self, menu):
        at_end = menu.evaluate("menu => menu.selectedIndex === menu.length - 1")
        self.page.keyboard.press("ArrowUp" if at_end else "ArrowDown")
        self.page.keyboard.press("Enter")

    def wait_for_new_picture(self, old, seconds=WAIT):
        """Wait until the picture differs from ``old`` and has come to rest; return what it took until it first differed.

        That is the kernel's computing in seconds, or those of the clock where they are fewer (it has threads).
        """
        start, computed = time.monotonic(), self.notebook.computing_seconds()
        self.notebook.wait(lambda: self.picture() not in ("", old), seconds)
        taken = min(time.monotonic() - start, self.notebook.computing_seconds() - computed)
        self.notebook.wait(self._is_at_rest, seconds)
        return taken

    def _is_at_rest(self):
        before = self.picture()
        self.page.wait_for_timeout(100)
        return self.notebook.is_idle() and self.picture() == before


def is_slider(control):
    return control.get_attribute("role") == "slider"


def is_menu(control):
    return control.evaluate("control => control.tagName") == "SELECT"
