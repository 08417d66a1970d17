"""The job that runs a notebook again and compares its outputs (nbval), and what such a run's log says."""

import re
import sys

from genai_course_tools.execution.jobs import Job, notebook_environment, numbers_file
from genai_course_tools.execution.papermill_job import count_code_cells

CELL_TIMEOUT = 120  # seconds
ANSI = re.compile(r"\x1b\[[0-9;]*m")


def nbval_job(notebook, *, name, home, strict=False, cell_timeout=CELL_TIMEOUT):
    """A job that executes ``notebook`` again and compares the outputs with those stored in it."""
    options = ["--nbval", "--nbval-cell-timeout", str(cell_timeout), "-v", "--tb=short", "--color=no"]
    options += ["-p", "genai_course_tools"]  # before nbval: it makes nbformat quick
    # Nothing of the surrounding project's settings and plugins: only nbval.
    options += ["-p", "no:cacheprovider", "-p", "no:xdist", "-o", "addopts=", "--rootdir", str(notebook.parent)]
    return Job(
        name=name,
        command=[sys.executable, "-m", "pytest", *options, str(notebook)],
        log=notebook.with_suffix(".log"),
        environment=notebook_environment(home, strict=strict, numbers=numbers_file(notebook)),
        cells=count_code_cells(notebook),
        cell_line=re.compile(r"::Cell \d+ (?:PASSED|FAILED|XFAIL|SKIPPED)"),
        fault_line=re.compile(r"^=+ (\d+ (?:failed|error).*?) in "),
        kernel_must_live=True,  # nbval notices a dead kernel only when a cell's time is up
    )


def nbval_faults(log):
    """One sentence for each cell that failed, from the text of a run's log. Cells count from 1."""
    faults = []
    for block in re.split(r"^(?=Cell \d+: )", ANSI.sub("", log), flags=re.MULTILINE)[1:]:
        number, reason = re.match(r"Cell (\d+): (.*)", block).groups()
        errors = re.findall(r"^\w*(?:Error|Exception|Failed)\b: .*", block, re.MULTILINE)
        mismatches = re.findall(r"^ *mismatch '(.*)'", block, re.MULTILINE)
        detail = errors[-1:] or [f"in {mismatch}" for mismatch in mismatches]
        faults.append(f"cell {int(number) + 1}: {': '.join([reason.removeprefix('Cell '), *detail])}")
    return faults
