"""What all tests share."""

import io
import os
import shutil
import signal

import pytest
from alone import machine
from filelock import FileLock
from timings import Timings, unit_of

from genai_course.session import ONE_THREAD

os.environ["GENAI_COURSE_RECORD"] = "0"  # what passes in a test is nobody's progress

# TensorFlow keeps the threads of its first computation, so ``setup`` cannot pin them in a process in which an earlier test
# has computed something; and the last rows that a thread multiplies are rounded otherwise than those before them.
os.environ.update(ONE_THREAD)

# A shell that starts the tests in the background lets them ignore Ctrl-C, and so would every command that they start.
signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_addoption(parser):
    parser.addoption("--times", metavar="NAME", help="longest first; print where the time went, keep it in build/times")


def pytest_configure(config):
    if config.option.times:
        config.pluginmanager.register(Timings(config, config.option.times))


@pytest.hookimpl(optionalhook=True)  # pytest-xdist's
def pytest_xdist_make_scheduler(config, log):
    """Units of one queue (timings.py) go to the next free worker.

    (``--dist loadgroup`` with markers would say the same; pytest-xdist 3.8 does not see the groups under pytest 9.2.)
    """
    if config.getvalue("dist") != "loadfile":
        return None
    from xdist.scheduler import LoadFileScheduling

    class UnitByUnit(LoadFileScheduling):
        def _split_scope(self, nodeid):
            return unit_of(nodeid)

    config.option.loadscopereorder = False  # which would begin with the unit of most tests
    return UnitByUnit(config, log)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item, nextitem):
    if machine is None:
        return (yield)
    with machine.shared():
        return (yield)


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory):
    """Function: name, make -> a folder that ``make(folder)`` fills once, also if several workers ask for it."""
    # pytest-xdist gives each worker a folder inside one that is theirs together.
    common = tmp_path_factory.getbasetemp()
    common = common.parent if "PYTEST_XDIST_WORKER" in os.environ else common

    def shared(name, make):
        folder = common / name
        with FileLock(common / f"{name}.lock"):
            if not folder.exists():
                work = common / f"{name}.part"
                shutil.rmtree(work, ignore_errors=True)  # of an attempt that failed
                work.mkdir()
                make(work)
                work.rename(folder)
        return folder

    return shared


@pytest.fixture(scope="session")
def made_site(shared_folder):
    """(folder of the pages of the whole course, what `genai-course site` said). Nobody changes it."""
    from rich.console import Console

    from genai_course_tools.publish.site import write_site

    def make(folder):
        console = Console(file=io.StringIO(), width=1000)
        write_site(folder / "site", console)
        (folder / "said.txt").write_text(console.file.getvalue(), encoding="utf-8")

    folder = shared_folder("a reader's folder", make)
    return folder / "site", (folder / "said.txt").read_text(encoding="utf-8")
