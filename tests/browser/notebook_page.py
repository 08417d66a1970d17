"""What a learner does in an open notebook: run it, scroll, drag a slider, type an answer."""

import time

CURRENT = "jupyterapp.shell.currentWidget"


class NotebookPage:
    """One notebook in JupyterLab. Cells are named by their id in the document, which the page itself does not show."""

    def __init__(self, page, screenshots):
        self.page = page
        self.screenshots = screenshots
        page.wait_for_function(
            f"window.jupyterapp && {CURRENT} && {CURRENT}.content && {CURRENT}.content.widgets.length"
        )
        page.wait_for_function(f"{CURRENT}.sessionContext.session?.kernel?.status === 'idle'", timeout=60_000)

    def run_all(self, seconds=180):
        """Run all cells and wait for the last one."""
        self.page.evaluate("() => { jupyterapp.commands.execute('notebook:run-all-cells') }")
        self.page.wait_for_function(
            f"""() => {CURRENT}.sessionContext.session.kernel.status === 'idle' &&
                {CURRENT}.context.model.toJSON().cells.every(
                    cell => cell.cell_type !== 'code' || !cell.source.length || cell.execution_count)""",
            timeout=seconds * 1000,
            polling=500,
        )

    def cells(self):
        """The document's cells as they are now. The page drops cells that are off screen; the document does not."""
        return self.page.evaluate(f"() => {CURRENT}.context.model.toJSON().cells")

    def output_text(self, cell_id):
        """All text that a cell has printed or shown."""
        cell = next(cell for cell in self.cells() if cell["id"] == cell_id)
        parts = []
        for output in cell["outputs"]:
            text = output.get("text") or output.get("data", {}).get("text/plain") or output.get("evalue", "")
            parts.append(text if isinstance(text, str) else "".join(text))
        return "\n".join(parts)

    def show(self, cell_id):
        """Scroll to a cell, make it the active one, and return its place on the page."""
        index = next(index for index, cell in enumerate(self.cells()) if cell["id"] == cell_id)
        self.page.evaluate(
            f"async index => {{ const notebook = {CURRENT}.content; notebook.activeCellIndex = index;"
            " notebook.deselectAll(); await notebook.scrollToItem(index, 'start'); }",
            index,
        )
        place = self.page.locator(f".jp-Notebook [data-windowed-list-index='{index}']")
        place.wait_for(state="visible")
        return place

    def type_answer(self, cell_id, source):
        """Replace a cell's source by typing, run it and the check below it; return what the check says."""
        self.show(cell_id).locator(".cm-content").click()
        self.page.keyboard.press("Control+A")
        self.page.keyboard.insert_text(source)
        check_id = f"{cell_id}-check"
        before = self.execution_count(check_id)
        self.page.keyboard.press("Shift+Enter")
        self.page.keyboard.press("Shift+Enter")
        self.wait(lambda: self.execution_count(check_id) not in (None, before))
        return self.output_text(check_id)

    def execution_count(self, cell_id):
        return next(cell for cell in self.cells() if cell["id"] == cell_id)["execution_count"]

    def picture(self, place):
        """The explorer's picture as it looks now, in PNG bytes."""
        return place.locator("img.widget-image").screenshot()

    def wait_for_new_picture(self, place, old, seconds=10):
        """Wait until the picture differs from ``old`` and has come to rest; return seconds until it first differed."""
        start = time.monotonic()
        self.wait(lambda: self.picture(place) != old, seconds)
        taken = time.monotonic() - start
        self.wait(lambda: self.picture(place) == self.picture(place), seconds)
        return taken

    def wait(self, condition, seconds=30):
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, f"Nothing happened within {seconds} s."
            self.page.wait_for_timeout(50)

    def keep_screenshot(self, name):
        self.screenshots.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=self.screenshots / f"{name}.png")
