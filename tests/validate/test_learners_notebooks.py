"""Nbval runs every learner's notebook again and finds the same outputs. (The solutions' are for `genai-course validate`.)

The outputs to compare with are those of papermill's last run, which `make test` has left, or of a new one.
"""

import io

import pytest
from rich.console import Console
from smoke_runs import executed, folder_of, lessons

from genai_course_tools.execution.jobs import run_jobs
from genai_course_tools.execution.nbval_job import nbval_faults, nbval_job


@pytest.mark.parametrize("name", lessons("notebooks"))
def test_it_prints_the_same_again(name):
    job = nbval_job(executed(name, "notebooks"), name=name, home=folder_of(name, "notebooks") / "home")
    run_jobs([job], 1, Console(file=io.StringIO()))
    assert job.state == "passed", nbval_faults(job.log.read_text(encoding="utf-8")) or job.message
    assert job.cell == job.cells
