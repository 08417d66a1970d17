"""Papermill executes every notebook: the learner's, untouched, and the solution.

With pytest-xdist each test goes to the next free worker (tests/conftest.py), so that two notebooks run at a time.
"""

import pytest
from smoke_runs import execute, lessons


@pytest.mark.parametrize("name", lessons("notebooks"))
def test_the_learners_notebook_runs_untouched(name):
    execute(name, "notebooks")


@pytest.mark.parametrize("name", lessons("solutions"))
def test_the_solution_runs(name):
    execute(name, "solutions")
