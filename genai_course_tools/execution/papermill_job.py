"""The job that executes one notebook with papermill, in a process of its own (see papermill_process.py)."""

import json
import shutil
import sys
from pathlib import Path

import nbformat

from genai_course_tools.authoring.find import lesson_name
from genai_course_tools.execution.jobs import Job, notebook_environment, numbers_file

CELL_TIMEOUT = 300  # seconds; a whole lesson takes at most 90
PROCESS = [sys.executable, "-m", "genai_course_tools.execution.papermill_process"]


def execution_job(source, target, *, home, parameters=None, strict=False, cell_timeout=CELL_TIMEOUT, page=False):
    """A job that executes the notebook ``source`` into ``target``.

    parameters: values for the names in the cell tagged "parameters". page: also write an HTML page beside ``target``.
    The kernel works in a folder beside ``target``, so that files a lesson writes disturb no other lesson.
    """
    source, target = Path(source), Path(target)
    folder = target.with_name(f"{target.stem}.files")
    shutil.rmtree(folder, ignore_errors=True)  # of an earlier run
    folder.mkdir(parents=True)
    for file in (target, target.with_suffix(".html"), numbers_file(target)):
        file.unlink(missing_ok=True)
    command = [*PROCESS, source, target, "--folder", folder]
    command += ["--cell-timeout", cell_timeout, "--parameters", json.dumps(parameters or {})]
    return Job(
        name=lesson_name(target),
        command=[*command, *(["--page"] if page else [])],
        log=target.with_suffix(".log"),
        environment=notebook_environment(home, strict=strict, numbers=numbers_file(target)),
        cells=count_code_cells(source) + bool(parameters),  # papermill puts them into a cell of their own
    )


def count_code_cells(path):
    """Number of code cells that are not empty."""
    cells = nbformat.read(path, as_version=4).cells
    return sum(cell.cell_type == "code" and bool(cell.source.strip()) for cell in cells)
