"""``genai-course validate``: run every stored solution again and compare its outputs (nbval), judge claims and budgets.

Stored solutions were made with the profile "laptop", so this is the run a learner gets. Pictures are not compared.
"""

import re
import shutil
import sys
from pathlib import Path

import nbformat
from rich.table import Table

from genai_course.authoring.execution import count_code_cells
from genai_course.authoring.find import find_lessons, lesson_name
from genai_course.authoring.jobs import Job, notebook_environment, run_jobs

CELL_TIMEOUT = 120  # seconds
LONGEST = 90  # seconds from the start of the kernel to its end
LARGEST = 1.5 * 2**30  # bytes; a Binder machine has 2 GB, its Jupyter server included


def validate(wanted, root, *, output, workers=1, cell_timeout=CELL_TIMEOUT, console):
    """Validate the solutions called ``wanted`` (all, if empty) of the course in ``root``; return the exit code."""
    output = Path(output).resolve()
    sources = find_lessons(wanted, Path(root) / "solutions", ".ipynb")
    jobs = []
    for source in sources:
        # A copy, so that the files a lesson writes do not land among the solutions.
        copy = output / lesson_name(source) / source.name
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, copy)
        jobs.append(
            nbval_job(copy, name=lesson_name(source), home=output / "home", strict=True, cell_timeout=cell_timeout)
        )
    run_jobs(jobs, workers, console)
    faults = {job.name: judge(job, source) for job, source in zip(jobs, sources, strict=True)}
    console.print(verdicts(jobs, faults))
    for job in jobs:
        if job.state == "failed":
            console.print(f"{job.name}: {job.log}", highlight=False)
    return int(any(faults.values()))


def nbval_job(notebook, *, name, home, strict=False, cell_timeout=CELL_TIMEOUT):
    """A job that executes ``notebook`` again and compares the outputs with those stored in it."""
    options = ["--nbval", "--nbval-cell-timeout", str(cell_timeout), "-v", "--tb=short", "--color=no"]
    # Nothing of the surrounding project's settings and plugins: only nbval.
    options += ["-p", "no:cacheprovider", "-p", "no:xdist", "-o", "addopts=", "--rootdir", str(notebook.parent)]
    return Job(
        name=name,
        command=[sys.executable, "-m", "pytest", *options, str(notebook)],
        log=notebook.with_suffix(".log"),
        environment=notebook_environment(home, strict=strict),
        cells=count_code_cells(notebook),
        cell_line=re.compile(r"::Cell \d+ (?:PASSED|FAILED|XFAIL|SKIPPED)"),
        fault_line=re.compile(r"^(?:FAILED|ERROR) \S+::(Cell \d+.*)"),
        kernel_must_live=True,
    )


def judge(job, solution):
    """What is wrong with a validated solution, as a list of sentences."""
    faults = [job.message or "did not pass"] if job.state != "passed" else []
    notebook = nbformat.read(solution, as_version=4)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip()]
    # nbval compares nothing in a cell that was never executed, so a cleared notebook would pass.
    if not cells or not all(cell.execution_count for cell in cells) or not any(cell.outputs for cell in cells):
        faults.append("stored without outputs: run genai-course build")
    if job.kernel_seconds > LONGEST:
        faults.append(f"takes {job.kernel_seconds:.0f} s, the budget is {LONGEST} s")
    if job.memory > LARGEST:
        faults.append(f"needs {job.memory / 2**30:.2f} GiB, the budget is {LARGEST / 2**30} GiB")
    return faults


def verdicts(jobs, faults):
    """A table of the budgets and what was found."""
    table = Table(
        "lesson", f"seconds (≤ {LONGEST})", f"peak GiB (≤ {LARGEST / 2**30})", "verdict", box=None, pad_edge=False
    )
    for job in jobs:
        verdict = (
            "[green]as stored[/]"
            if not faults[job.name]
            else f"[red]{'; '.join(faults[job.name]).replace('[', '(')}[/]"
        )
        table.add_row(job.name, f"{job.kernel_seconds:.1f}", f"{job.memory / 2**30:.2f}", verdict)
    return table
