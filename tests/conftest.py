"""What all tests share."""

import os
import signal

import pytest

TWO_AT_A_TIME = "test_notebooks.py"

os.environ["GENAI_COURSE_RECORD"] = "0"  # what passes in a test is nobody's progress

# A shell that starts the tests in the background lets them ignore Ctrl-C, and so would every command that they start.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(optionalhook=True)  # pytest-xdist's
def pytest_xdist_make_scheduler(config, log):
    """A file stays on one worker, so that what it prepares is prepared once; notebooks are given out one by one.

    (``--dist loadgroup`` with markers would say the same; pytest-xdist 3.8 does not see the groups under pytest 9.2.)
    """
    if config.getvalue("dist") != "loadfile":
        return None
    from xdist.scheduler import LoadFileScheduling

    class FileByFile(LoadFileScheduling):
        def _split_scope(self, nodeid):
            return nodeid if TWO_AT_A_TIME in nodeid else super()._split_scope(nodeid)

    return FileByFile(config, log)
