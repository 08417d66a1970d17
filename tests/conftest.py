"""What all tests share."""

import os
import signal

import pytest

from genai_course.session import ONE_THREAD

ONE_BY_ONE = ("test_notebooks.py", "test_learners_notebooks.py")

os.environ["GENAI_COURSE_RECORD"] = "0"  # what passes in a test is nobody's progress

# TensorFlow keeps the threads of its first computation, so ``setup`` cannot pin them in a process in which an earlier test
# has computed something; and the last rows that a thread multiplies are rounded otherwise than those before them.
os.environ.update(ONE_THREAD)

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
            return nodeid if any(file in nodeid for file in ONE_BY_ONE) else super()._split_scope(nodeid)

    return FileByFile(config, log)
