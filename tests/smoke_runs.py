"""Notebooks executed by papermill on the smoke profile, each in folders of its own: nothing of one helps another."""

import atexit
import functools
import io
import os
import re
import shutil
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

import timings
from rich.console import Console
from warm_kernels import COMMAND, COMPUTED, SOCKET, Nursery

from genai_course_tools.authoring.find import lesson_name
from genai_course_tools.execution import papermill_job
from genai_course_tools.execution.run import run

ROOT = Path(__file__).parents[1]
OUTPUT = ROOT / "build" / "tests"


def lessons(folder):
    """Names of the lessons that ``notebooks`` or ``solutions`` holds."""
    return [lesson_name(path) for path in sorted((ROOT / folder).glob("[0-9]*/*.ipynb"))]


def folder_of(name, folder="notebooks"):
    """What one run writes to; its home is there, too."""
    return OUTPUT / folder / name.replace("/", "-")


@functools.cache
def nursery():
    """The one of this process: it has imported what lessons import (warm_kernels.py)."""
    folder = tempfile.mkdtemp(prefix="warm")  # a short path, as sockets need
    started = Nursery(folder)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    atexit.register(started.close)
    return started


@contextmanager
def warm():
    """For the length of the block, papermill and its kernels are forked from the nursery, on Linux."""
    if sys.platform != "linux" or not nursery().is_ready:
        yield
        return
    with patch.object(papermill_job, "PROCESS", COMMAND), patch.dict(os.environ, {SOCKET: nursery().path}):
        yield


def execute(name, folder="notebooks", root=ROOT):
    """Execute a learner's notebook, or a solution, as `genai-course run --profile smoke` does; return the executed one's path."""
    text, output = io.StringIO(), folder_of(name, folder)
    console = Console(file=text, width=200)
    with warm():
        solutions = folder == "solutions"
        code = run([name], root, profile="smoke", solutions=solutions, output=output, pages=False, console=console)
    path = output / f"{name}.ipynb"
    if code:
        path.unlink(missing_ok=True)  # papermill keeps what it has, and nobody is to take it for a whole one
    assert code == 0, text.getvalue()
    if seconds := re.search(
        rf"^{COMPUTED} ([\d.]+)$", path.with_suffix(".log").read_text(encoding="utf-8"), re.MULTILINE
    ):
        timings.computed_elsewhere += float(seconds[1])
    return path


def executed(name):
    """The executed notebook of the last run, if nothing that it is made of has changed since; else of a new one."""
    path = folder_of(name) / f"{name}.ipynb"
    folders = (ROOT / folder for folder in ("genai_course", "genai_course_tools", "lessons", "datasets"))
    made_of = [
        ROOT / "notebooks" / f"{name}.ipynb",
        ROOT / "constraints.txt",
        *(file for folder in folders for file in folder.rglob("*.*")),
    ]
    sources = (source for source in made_of if "__pycache__" not in source.parts)
    if path.exists() and path.stat().st_mtime > max(source.stat().st_mtime for source in sources):
        return path
    return execute(name)
