"""A line of text that can be replaced, in a notebook and in a terminal.

What is stored with the notebook is a fixed sentence, so that two runs compare equal; the moving line is a widget.
"""

import sys


class Line:
    """A line of text that can be replaced.

    fixed: what a reader without a live kernel sees, and all that is printed where nothing can be replaced.
    """

    def __init__(self, fixed):
        self.label, self.terminal = None, False
        if has_kernel():
            from IPython.display import display
            from ipywidgets import Label

            self.label = Label(fixed)
            display({**self.label._repr_mimebundle_(), "text/plain": fixed}, raw=True)
        elif sys.stdout.isatty():
            self.terminal = True
            self.show(fixed)
        else:
            print(fixed, flush=True)

    def show(self, text):
        """Replace the line."""
        if self.label is not None:
            self.label.value = text
        elif self.terminal:
            print(f"\r\033[K{text}", end="", flush=True)

    def end(self):
        """Keep what the line says now."""
        if self.terminal:
            print()


def has_kernel():
    """Whether this runs in a notebook's kernel."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return hasattr(shell, "kernel")
