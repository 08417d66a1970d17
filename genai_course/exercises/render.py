"""How the exercises speak: one output, in colour in a notebook and as plain text elsewhere, in the same words."""

import contextvars
import html
import re
import sys
import threading
from contextlib import contextmanager
from dataclasses import dataclass

# JupyterLab's own colours, so that light and dark themes both read well; the fallback is for other viewers.
COLOURS = {
    "passed": "var(--jp-success-color1, #2e7d32)",
    "failed": "var(--jp-warn-color1, #b26a00)",
    "open": "var(--jp-border-color1, #808080)",
    "note": "var(--jp-brand-color1, #1976d2)",
}
SYMBOLS = {"passed": "✓", "failed": "✗", "open": "○", "note": "▸"}


class CleanError(Exception):
    """An error of which Jupyter shows the message only."""

    def _render_traceback_(self):
        return [f"{type(self).__name__}: {self}"]


@dataclass(frozen=True)
class Note:
    """tone: a key of COLOURS. title: after the symbol. lines: the text; code stands between backticks in both."""

    tone: str
    title: str
    lines: tuple[str, ...] = ()

    @property
    def text(self):
        return "\n".join([f"{SYMBOLS[self.tone]} {self.title}", *(f"  {line}" for line in self.lines)])

    @property
    def html(self):
        lines = "".join(f"<div>{_marked_up(line)}</div>" for line in self.lines)
        title = f"<div><strong>{SYMBOLS[self.tone]} {_marked_up(self.title)}</strong></div>"
        style = f"border-left: 4px solid {COLOURS[self.tone]}; padding: 0.1em 0.8em; margin: 0.4em 0; max-width: 60em"
        return f'<div style="{style}">{title}{lines}</div>'


def show(*notes, widget=None):
    """Show notes as one output. Where a kernel is live, ``widget`` is seen in their place."""
    text = "\n".join(note.text for note in notes)
    if not _in_ipython():
        print(text)
        return
    from IPython.display import display

    bundle = widget._repr_mimebundle_() if widget is not None else {}
    display({**bundle, "text/plain": text, "text/html": "".join(note.html for note in notes)}, raw=True)


@contextmanager
def shown_after(seconds, note):
    """Show ``note`` once the block has run for so many seconds, even where what it shows is swallowed."""
    if not is_live():
        yield
        return
    publish = _in_ipython().display_pub.publish  # the kernel's own, before anybody captures
    bundle = {"text/plain": note.text, "text/html": note.html}
    # A copy of the context, for it says which cell the output belongs to.
    timer = threading.Timer(seconds, contextvars.copy_context().run, (publish, bundle))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def is_live():
    """Whether a kernel is there to answer a widget."""
    shell = _in_ipython()
    return shell is not None and hasattr(shell, "kernel")


def _in_ipython():
    return sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None


def _marked_up(line):
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(line, quote=False))
