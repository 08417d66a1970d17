"""``genai-course run``: execute notebooks with papermill and report on them."""

from pathlib import Path

import click

from genai_course_tools.authoring.find import find_notebooks, lesson_name
from genai_course_tools.authoring.notebook import read_notebook
from genai_course_tools.disk_refusals import refused_in_one_sentence
from genai_course_tools.execution.jobs import run_jobs
from genai_course_tools.execution.papermill_job import CELL_TIMEOUT, execution_job
from genai_course_tools.execution.run_report import write_report


def run(
    wanted,
    root,
    *,
    profile="laptop",
    solutions=False,
    output,
    workers=1,
    cell_timeout=CELL_TIMEOUT,
    pages=True,
    console,
):
    """Execute the notebooks called ``wanted`` (all, if empty) of the course in ``root``; return the exit code.

    The executed notebooks, their logs, a page of each (unless pages is False) and the report ``index.html`` go to the
    folder ``output``.
    """
    output = Path(output).resolve()
    folder = Path(root) / ("solutions" if solutions else "notebooks")
    sources = find_notebooks(wanted, folder)
    for source in sources:
        refuse_without_parameters(source)
    with refused_in_one_sentence(output, "name another folder with --output"):
        jobs = [
            execution_job(
                source,
                output / f"{lesson_name(source)}.ipynb",
                home=output / "home",
                parameters={"PROFILE": profile},
                cell_timeout=cell_timeout,
                page=pages,
            )
            for source in sources
        ]
        try:
            run_jobs(jobs, workers, console)
        finally:
            failed = [job for job in jobs if job.state == "failed"]
            for job in failed:
                console.print(f"{job.name}: {job.message}", style="red", highlight=False, markup=False)
            report = write_report(jobs, output, profile)
            console.print(
                f"{sum(job.state == 'passed' for job in jobs)} of {len(jobs)} notebooks ran. Report: {report}",
                highlight=False,
            )
    return int(bool(failed))


def refuse_without_parameters(path):
    """Papermill only warns about a parameter that a notebook does not know; its profile would silently be another."""
    cells = read_notebook(path).cells
    parameters = [cell.source for cell in cells if "parameters" in cell.metadata.get("tags", [])]
    if not any("PROFILE =" in source for source in parameters):
        raise click.UsageError(
            f"{path} has no cell tagged 'parameters' that sets PROFILE: build it with genai-course build."
        )
