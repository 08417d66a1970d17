"""``genai-course validate``: run every stored solution again and compare its outputs (nbval), judge claims and budgets.

Stored solutions were made with the profile "laptop", so this is the run a learner gets. Pictures are not compared. A solution
that is as stored although definitions which its lesson reaches have changed gets their new hash: nothing has to be built again.
Where CI is set, nothing is written: there a test says that the hash is out of date.
"""

import os
import shutil
from contextlib import nullcontext
from pathlib import Path

import nbformat
from rich.table import Table
from rich.text import Text

from genai_course_tools.authoring.find import find_notebooks, lesson_name
from genai_course_tools.authoring.freshness import outdated, renew
from genai_course_tools.authoring.notebook import read_notebook
from genai_course_tools.disk_refusals import refused_in_one_sentence
from genai_course_tools.execution.jobs import numbers_file, run_jobs
from genai_course_tools.execution.nbval_job import CELL_TIMEOUT, nbval_faults, nbval_job
from genai_course_tools.execution.recorded import recorded

LONGEST = 90  # seconds of computing from the start of the kernel to its end, on a machine with nothing else to do
ROUNDED = 1e-5  # stored numbers have six digits
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
        if min(workers, len(jobs)) > 1:
            jobs = _slow_ones_alone(jobs, sources, output, cell_timeout, console)
    faults = {job.name: _faults(job, source, output) for job, source in zip(jobs, sources, strict=True)}
    console.print(verdicts(jobs, faults))
    with refused_in_one_sentence(Path(root) / "solutions", "validate in a copy of the course that is yours"):
        _renew([source for source in sources if not faults[lesson_name(source)]], Path(root), console)
    for job in jobs:
        if job.state == "failed":
            console.print(f"{job.name}: details in {job.log}", highlight=False)
    return int(any(faults.values()))


def _renew(sources, root, console):
    """Renew the hashes of solutions that were found as stored; say which."""
    for source in sources:
        if current := outdated(source, root):
            if os.environ.get("CI"):
                console.print(
                    f"{source}: as stored, but its hash is out of date: run genai-course validate, and commit.",
                    highlight=False,
                )
                continue
            renew(source, current)
            console.print(
                f"{source}: as stored although code that it reaches has changed, so its hash is renewed.",
                highlight=False,
            )


def validate_one(source, *, output, cell_timeout=CELL_TIMEOUT, console, alone=nullcontext):
    """Validate one solution beside whatever else this machine does: (its job, what is wrong with it in sentences).

    alone: a context manager in which nothing else of ours runs, for the second run of what took too long in the first.
    """
    job = _job(source, output, "home", cell_timeout)
    run_jobs([job], 1, console)
    if _is_slow(job):
        with alone():
            [job] = _slow_ones_alone([job], [source], output, cell_timeout, console)
    if not (faults := _faults(job, source, output)):
        _renew([source], source.parents[2], console)
    return job, faults


def _faults(job, source, output):
    """What is wrong with a validated solution: what its run shows, and numbers of the text that came out otherwise."""
    return judge(job, source) + other_numbers(source, numbers_file(_copy(source, output)))


def _slow_ones_alone(jobs, sources, output, cell_timeout, console):
    """The jobs, each that took too long beside others replaced by one that had the machine to itself.

    The budget is for a learner, who runs one lesson; a neighbour takes up to a third of the speed away.
    """
    slow = {job.name for job in jobs if _is_slow(job)}
    if not slow:
        return jobs
    console.print(f"Over {LONGEST} s beside others, so once more alone: {', '.join(sorted(slow))}", highlight=False)
    # A home of its own: nothing that the first run trained and kept makes the second one quicker.
    again = [_job(source, output, "home_alone", cell_timeout) for source in sources if lesson_name(source) in slow]
    for job in again:
        shutil.rmtree(output / "home_alone", ignore_errors=True)
        run_jobs([job], 1, console)
    alone = {job.name: job for job in again}
    return [alone.get(job.name, job) for job in jobs]


def _is_slow(job):
    return job.state == "passed" and job.computing_seconds > LONGEST


def _job(source, output, home, cell_timeout):
    """The job on a copy, so that the files a lesson writes do not land among the solutions."""
    copy = _copy(source, output)
    shutil.rmtree(copy.parent, ignore_errors=True)
    copy.parent.mkdir(parents=True)
    shutil.copyfile(source, copy)
    return nbval_job(copy, name=lesson_name(source), home=output / home, strict=True, cell_timeout=cell_timeout)


def _copy(source, output):
    return output / lesson_name(source) / source.name


def other_numbers(solution, noted):
    """Numbers of the text that another run does not confirm, a sentence each.

    solution: path of the stored one, whose metadata keep its numbers. noted: the file to which the other run has added its own.
    """
    stored = nbformat.read(solution, as_version=4).metadata.get("genai_course", {}).get("numbers", {})
    now, faults = recorded(noted), []
    for name, each in stored.items():
        if name not in now:
            faults.append(f"{name} was not recorded")
            continue
        before, value, tolerance = each["value"], now[name]["value"], each["tolerance"]
        both = None not in (before, value)
        if not (abs(value - before) <= (tolerance + ROUNDED) * abs(before) if both else before is value):
            new, old = ("no number" if number is None else f"{number:.6g}" for number in (value, before))
            faults.append(f"{name} is {new}, stored as {old} (tolerance {tolerance:.3g} of it)")
    return faults


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
