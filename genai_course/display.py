"""Showing things in a notebook so that they also read well without one."""

import inspect
import textwrap

from IPython.display import display


def show_text(markdown):
    """Show a line of Markdown; where Markdown is not rendered, the same words appear as plain text."""
    display({"text/markdown": markdown, "text/plain": markdown.replace("*", "")}, raw=True)


def show_source(thing):
    """Show the source of a function, class or module of the course, as it runs.

    thing: a Python function, class, method or module written in Python.
    Raises ValueError for anything whose source cannot be read.
    """
    thing = inspect.unwrap(thing) if callable(thing) else thing
    try:
        source = textwrap.dedent(inspect.getsource(thing)).rstrip()
    except (TypeError, OSError):
        raise ValueError(f"{thing!r} has no Python source to show; give a function, a class or a module.") from None
    module = inspect.getmodule(thing)
    where = module.__name__.replace(".", "/") + ".py" if module else ""
    display({"text/markdown": f"`{where}`\n```python\n{source}\n```", "text/plain": f"# {where}\n{source}"}, raw=True)
