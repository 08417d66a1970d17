"""Showing things in a notebook so that they also read well without one."""

import inspect
import re
import textwrap

from IPython.display import display

from genai_course.paths import course_root


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


def show_datasheet(name):
    """Show the datasheet of a data set, ``datasets/<name>.md``, with its picture.

    Raises ValueError if there is no such datasheet.
    """
    folder = course_root() / "datasets"
    path = folder / f"{name}.md"
    if not path.is_file():
        known = ", ".join(sorted(sheet.stem for sheet in folder.glob("*.md")))
        raise ValueError(f"There is no datasheet {name!r}; there are {known}.")
    # The picture's link is relative to datasets/, which a notebook is not, so it is shown as an output of its own.
    text = path.read_text(encoding="utf-8")
    heading, _, rest = text.partition("\n")
    show_text(heading)
    for alternative_text, file in re.findall(r"!\[(.*?)\]\((.+?)\)", text):
        picture = {"image/png": (folder / file).read_bytes(), "text/plain": "[figure]"}
        display(picture, raw=True, metadata={"image/png": {"alt": alternative_text}})
    show_text(re.sub(r"!\[.*?\]\(.+?\)\n*", "", rest).strip())
