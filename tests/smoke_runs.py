"""Notebooks executed by papermill on the smoke profile, each in folders of its own, so that nothing of one helps another."""

import io
from pathlib import Path

from rich.console import Console

from genai_course_tools.authoring.find import lesson_name
from genai_course_tools.execution.run import run

ROOT = Path(__file__).parents[1]
OUTPUT = ROOT / "build" / "tests"


def lessons(folder):
    """Names of the lessons that ``notebooks`` or ``solutions`` holds."""
    return [lesson_name(path) for path in sorted((ROOT / folder).glob("[0-9]*/*.ipynb"))]


def folder_of(name, folder):
    """What one run writes to; its home is there, too."""
    return OUTPUT / folder / name.replace("/", "-")


def execute(name, folder):
    """Execute one notebook as `genai-course run --profile smoke` does; return the path of the executed one."""
    text, solutions = io.StringIO(), folder == "solutions"
    console, output = Console(file=text, width=200), folder_of(name, folder)
    code = run([name], ROOT, profile="smoke", solutions=solutions, output=output, pages=False, console=console)
    assert code == 0, text.getvalue()
    return output / f"{name}.ipynb"


def executed(name, folder):
    """The executed notebook of the last run, if nothing that it is made of has changed since; else of a new one."""
    path = folder_of(name, folder) / f"{name}.ipynb"
    made_of = [ROOT / folder / f"{name}.ipynb", *(ROOT / "genai_course").rglob("*.py")]
    if path.exists() and path.stat().st_mtime > max(source.stat().st_mtime for source in made_of):
        return path
    return execute(name, folder)
