"""The runs of a sweep on a Dask cluster, for those who outgrow one machine. Every worker needs the course installed."""

import tempfile
from pathlib import Path

import click

from genai_course_tools.execution.jobs import numbers_file, run_jobs
from genai_course_tools.execution.papermill_job import execution_job
from genai_course_tools.execution.recorded import recorded

CONNECT_SECONDS = 10


def run_on_cluster(address, runs, cell_timeout, console):
    """Execute runs on the workers of the Dask scheduler at ``address``; keep each result here as soon as it is there.

    Raises click.UsageError where Dask is not installed, and click.ClickException where no scheduler answers.
    """
    try:
        from distributed import Client, as_completed
    except ImportError:
        raise click.UsageError("--scheduler needs Dask, here and on the workers: pip install distributed.") from None
    try:
        client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError):  # a TimeoutError is an OSError
        raise click.ClickException(
            f"No Dask scheduler answers at {address}: is it running, and is the port open?"
        ) from None
    with client, client.as_current():
        run_of = {}
        for run in runs:
            source = run.source.read_bytes()
            run_of[client.submit(execute_there, source, run.parameters, cell_timeout, pure=False)] = run
        for number, future in enumerate(as_completed(run_of), 1):
            state = keep(run_of[future], future)
            console.print(f"{state:7} {run_of[future].name}  {number} of {len(runs)}", highlight=False, markup=False)


def keep(run, future):
    """Write down what a worker sent, or that it was lost; return the state."""
    if future.status != "finished":
        run.keep("failed", f"the worker was lost or refused: {type(future.exception()).__name__}", 0.0, {})
        return "failed"
    outcome = future.result()
    run.notebook.parent.mkdir(parents=True, exist_ok=True)
    if outcome["notebook"] is not None:
        run.notebook.write_bytes(outcome["notebook"])
    run.keep(outcome["state"], outcome["message"], outcome["seconds"], outcome["notes"])
    return outcome["state"]


def execute_there(source, parameters, cell_timeout):
    """What a worker does: execute a notebook, given as bytes, in a process of its own, and send back what became of it."""
    from rich.console import Console

    with tempfile.TemporaryDirectory() as folder:
        notebook, target = Path(folder) / "source" / "notebook.ipynb", Path(folder) / "runs" / "notebook.ipynb"
        notebook.parent.mkdir()
        notebook.write_bytes(source)
        home = Path(tempfile.gettempdir()) / "genai-course-sweep"  # stays: a worker trains a model of the zoo once
        job = execution_job(notebook, target, home=home, parameters=parameters, cell_timeout=cell_timeout)
        run_jobs([job], 1, Console(quiet=True))
        executed = target.read_bytes() if target.exists() else None
        notes = recorded(numbers_file(target))
    return {"state": job.state, "message": job.message, "seconds": job.seconds, "notebook": executed, "notes": notes}
