"""What the tests of models share."""

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pytest
from another_process import begin, strictly


@pytest.fixture(scope="session")
def in_another_process():
    """Calls a function of a test file in a process that has never seen the test's models, as a learner's tomorrow will be.

    One process serves all tests: its start takes as long as most of them.
    """
    with ProcessPoolExecutor(1, get_context("spawn"), begin) as pool:
        yield lambda function, *arguments: pool.submit(strictly, function, *arguments).result(timeout=600)
