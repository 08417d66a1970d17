"""``genai-course validate``: run every stored solution again and compare its outputs (nbval), judge claims and budgets.

Stored solutions were made with the profile "laptop", so this is the run a learner gets. Pictures are not compared.
"""

import shutil
from pathlib import Path

import nbformat
from rich.table import Table
from rich.text import Text

from genai_course_tools.authoring.find import find_notebooks, lesson_name
from genai_course_tools.authoring.notebook import read_notebook
from genai_course_tools.disk_refusals import refused_in_one_sentence
from genai_course_tools.execution.jobs import run_jobs
from genai_course_tools.execution.nbval_job import CELL_TIMEOUT, nbval_faults, nbval_job

LONGEST = 90  # seconds of computing from the start of the kernel to its end, on a machine with nothing else to do
LARGEST = 1.5 * 2**30  # bytes; a Binder machine has 2 GB, its Jupyter server included


def validate(wanted, root, *, output, workers=1, cell_timeout=CELL_TIMEOUT, console):
    """Validate the solutions called ``wanted`` (all, if empty) of the course in ``root``; return the exit code."""
    output = Path(output).resolve()
    sources = find_notebooks(wanted, Path(root) / "solutions")
    for source in sources:
        read_notebook(source)  # a damaged one is refused before any work is done
    with refused_in_one_sentence(output, "run the command in another folder"):
        jobs = [_job(source, output, "home", cell_timeout) for source in sources]
        run_jobs(jobs, workers, console)
        jobs = _slow_ones_alone(jobs, sources, output, workers, cell_timeout, console)
    faults = {job.name: judge(job, source) for job, source in zip(jobs, sources, strict=True)}
    console.print(verdicts(jobs, faults))
    for job in jobs:
        if job.state == "failed":
            console.print(f"{job.name}: details in {job.log}", highlight=False)
    return int(any(faults.values()))


def _slow_ones_alone(jobs, sources, output, workers, cell_timeout, console):
    """The jobs, each that took too long beside others replaced by one that had the machine to itself.

    The budget is for a learner, who runs one lesson; a neighbour takes up to a third of the speed away.
    """
    slow = {job.name for job in jobs if job.state == "passed" and job.computing_seconds > LONGEST}
    if not slow or min(workers, len(jobs)) == 1:
        return jobs
    console.print(f"Over {LONGEST} s beside others, so once more alone: {', '.join(sorted(slow))}", highlight=False)
    # A home of its own: nothing that the first run trained and kept makes the second one quicker.
    again = [_job(source, output, "home_alone", cell_timeout) for source in sources if lesson_name(source) in slow]
    for job in again:
        shutil.rmtree(output / "home_alone", ignore_errors=True)
        run_jobs([job], 1, console)
    alone = {job.name: job for job in again}
    return [alone.get(job.name, job) for job in jobs]


def _job(source, output, home, cell_timeout):
    """The job on a copy, so that the files a lesson writes do not land among the solutions."""
    copy = output / lesson_name(source) / source.name
    shutil.rmtree(copy.parent, ignore_errors=True)
    copy.parent.mkdir(parents=True)
    shutil.copyfile(source, copy)
    return nbval_job(copy, name=lesson_name(source), home=output / home, strict=True, cell_timeout=cell_timeout)


def judge(job, solution):
    """What is wrong with a validated solution, as a list of sentences."""
    faults = []
    if job.state != "passed":
        first, *more = nbval_faults(job.log.read_text(encoding="utf-8")) or [job.message]
        faults.append(first + (f", and {len(more)} more cells" if more else ""))
    notebook = nbformat.read(solution, as_version=4)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip()]
    # nbval compares nothing in a cell that was never executed, so a cleared notebook would pass.
    if not cells or not all(cell.execution_count for cell in cells) or not any(cell.outputs for cell in cells):
        faults.append("stored without outputs: run genai-course build")
    if job.computing_seconds > LONGEST:
        faults.append(f"takes {job.computing_seconds:.0f} s, the budget is {LONGEST} s")
    if job.memory > LARGEST:
        faults.append(f"needs {job.memory / 2**30:.2f} GiB, the budget is {LARGEST / 2**30} GiB")
    return faults


def verdicts(jobs, faults):
    """A table of the budgets and what was found."""
    headings = ("lesson", "clock s", f"computing s (≤ {LONGEST})", f"peak GiB (≤ {LARGEST / 2**30})", "verdict")
    table = Table(*headings, box=None, pad_edge=False)
    for job in jobs:
        verdict = Text("; ".join(faults[job.name]) or "as stored", "red" if faults[job.name] else "green")
        seconds = (f"{job.kernel_seconds:.1f}", f"{job.computing_seconds:.1f}")
        table.add_row(job.name, *seconds, f"{job.memory / 2**30:.2f}", verdict)
    return table
