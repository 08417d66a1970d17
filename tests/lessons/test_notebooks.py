"""Every lesson runs: the learner's notebook untouched, the same again with the same outputs, and the solution.

With pytest-xdist each test goes to the next free worker (tests/conftest.py), so that two notebooks run at a time.
"""

import io
from pathlib import Path

import pytest
from rich.console import Console

from genai_course.authoring.find import lesson_name
from genai_course.authoring.jobs import run_jobs
from genai_course.authoring.nbval import nbval_faults, nbval_job
from genai_course.authoring.run import run

ROOT = Path(__file__).parents[2]
OUTPUT = ROOT / "build" / "tests"


def _lessons(folder):
    return [lesson_name(path) for path in sorted((ROOT / folder).glob("[0-9]*/*.ipynb"))]


def _output(name, solutions):
    """A folder for each run, its home included, so that nothing of one lesson helps another."""
    return OUTPUT / ("solutions" if solutions else "notebooks") / name.replace("/", "-")


def _run(name, solutions):
    """Execute one notebook as `genai-course run --profile smoke` does; return the executed one."""
    output = _output(name, solutions)
    text = io.StringIO()
    console = Console(file=text, width=200)
    code = run([name], ROOT, profile="smoke", solutions=solutions, output=output, console=console)
    assert code == 0, text.getvalue()
    return output / f"{name}.ipynb"


@pytest.mark.parametrize("name", _lessons("notebooks"))
def test_the_learners_notebook_runs_untouched_and_prints_the_same_again(name):
    executed = _run(name, solutions=False)
    job = nbval_job(executed, name=name, home=_output(name, solutions=False) / "home")
    run_jobs([job], 1, Console(file=io.StringIO()))
    assert job.state == "passed", nbval_faults(job.log.read_text(encoding="utf-8")) or job.message
    assert job.cell == job.cells


@pytest.mark.parametrize("name", _lessons("solutions"))
def test_the_solution_runs(name):
    _run(name, solutions=True)
