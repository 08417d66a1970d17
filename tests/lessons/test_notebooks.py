"""Papermill executes every learner's notebook, untouched, on the smoke profile: it runs to its end with every exercise open.

With pytest-xdist each goes to the next free worker, the longest first (tests/timings.py). The browser runs them again and finds
the same outputs (tests/browser/test_every_lesson.py); the solutions run on `laptop` (tests/validate).
"""

import pytest
from smoke_runs import execute, lessons


@pytest.mark.parametrize("name", lessons("notebooks"))
def test_the_learners_notebook_runs_untouched(name):
    execute(name)
