"""The machinery of the tests: the order of the queue, the table of minutes, the deadline, the machine to oneself."""

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from timings import PHASES, known_seconds, longest_first, phase_of, table, unit_of

TESTS = Path(__file__).parents[1]
BROWSER = "tests/browser/test_every_lesson.py"
# A suite of its own, in which this one's conftest.py is at work.
SUITE = """
import time
import pytest
from alone import alone

def note(what):
    with open("order.txt", "a") as order:
        order.write(what + "\\n")
"""


@pytest.mark.parametrize(
    ("nodeid", "unit"),
    [
        ("tests/unit/test_paths.py::test_a[x]", "tests/unit/test_paths.py"),
        ("tests/unit/test_paths.py::TestAll::test_b", "tests/unit/test_paths.py"),
        (f"{BROWSER}::test_runs[02_models/12_diffusion]", f"{BROWSER}[02_models/12_diffusion]"),
        (f"{BROWSER}::test_explores[02_models/12_diffusion]", f"{BROWSER}[02_models/12_diffusion]"),
        ("tests/validate/test_solutions.py::test_it[01_data/04_video]", "tests/validate/test_solutions.py[01_data/04_video]"),
        ("tests/lessons/test_exercises.py::test_it[video-centre]", "tests/lessons/test_exercises.py[video]"),
        ("tests/lessons/test_exercises.py::test_another", "tests/lessons/test_exercises.py"),
    ],
)  # fmt: skip
def test_what_belongs_to_one_lesson_or_one_file_stays_together(nodeid, unit):
    assert unit_of(nodeid) == unit


def test_the_longest_unit_comes_first_and_keeps_its_order():
    nodeids = ["a.py::one", "b.py::one", "a.py::two", "c.py::one"]
    seconds = {"a.py": 8.0, "b.py": 90.0, "c.py": 30.0}
    assert longest_first(nodeids, seconds) == ["b.py::one", "c.py::one", "a.py::one", "a.py::two"]


def test_a_new_lesson_is_expected_to_take_what_others_take():
    new = f"{BROWSER}::test_runs[07_new/01_lesson]"
    seconds = {f"{BROWSER}[a]": 20.0, f"{BROWSER}[b]": 60.0, f"{BROWSER}[c]": 30.0, "x.py": 29.0, "y.py": 31.0}
    assert longest_first(["x.py::one", new, "y.py::one"], seconds) == ["y.py::one", new, "x.py::one"]
    assert longest_first(["new.py::one", "x.py::one"], {"x.py": 4.0}) == ["new.py::one", "x.py::one"]


def test_the_last_run_counts_before_what_the_course_keeps(tmp_path):
    (tmp_path / "known.json").write_text('{"a.py": 1.0, "b.py": 2.0}')
    folder = tmp_path / "times"
    folder.mkdir()
    (folder / "test.json").write_text('{"seconds": {"b.py": 20.0}}')
    (folder / "damaged.json").write_text('{"seconds"')
    assert known_seconds(folder, tmp_path / "known.json") == {"a.py": 1.0, "b.py": 20.0}
    assert known_seconds(tmp_path / "none", tmp_path / "known.json") == {"a.py": 1.0, "b.py": 2.0}


def test_the_kept_seconds_are_those_of_tests_that_exist():
    for unit in json.loads((TESTS / "seconds.json").read_text(encoding="utf-8")):
        file = unit.partition("[")[0]
        assert (TESTS.parent / file).is_file(), f"{unit}: no such file; write tests/seconds.json anew"


def test_every_file_of_tests_has_a_phase_of_its_folder():
    for path in TESTS.rglob("test_*.py"):
        name = path.relative_to(TESTS.parent).as_posix()
        assert (phase_of(name) == PHASES["tests/"]) == (path.relative_to(TESTS).parts[0] in ("unit", "lessons")) or (
            name in PHASES
        )


def test_minutes_add_up_to_the_clocks():
    phases = {
        "solutions": {"tests": 30, "minutes": 6.0, "computing": 11.0},
        "units": {"tests": 9, "minutes": 2.0, "computing": 0},
    }
    summary = {"minutes": 8.0, "phases": phases, "seconds": {f"{number}.py": 30.0 - number for number in range(12)}}
    lines = table("validate", summary, [("installing", 3.0), ("make test", 6.0)])
    assert lines[1].split() == ["solutions", "30", "6.0", "75%", "11.0"]
    assert [line.split()[1] for line in lines if line.endswith(".py")] == [f"{number}.py" for number in range(10)]
    assert lines[-1] == "installing: 3.0 minutes, make test: 6.0 minutes, make validate: 8.0 minutes, together 17.0"


needs_unix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has neither alarms nor these locks")


@pytest.fixture
def suite(tmp_path, monkeypatch):
    """Function: file -> body, options -> the ended pytest of a suite that has this one's conftest.py."""
    for name in ("conftest.py", "timings.py", "alone.py"):
        tests = tmp_path / "tests"
        tests.mkdir(exist_ok=True)
        (tests / name).write_text((TESTS / name).read_text(encoding="utf-8"), encoding="utf-8")
    for name in ("PYTEST_XDIST_WORKER", "PYTEST_XDIST_TESTRUNUID", "COURSE_TESTS_STARTED", "COURSE_TESTS_DEADLINE"):
        monkeypatch.delenv(name, raising=False)

    def run(files, *options, seconds=None, **environment):
        for name, body in files.items():
            (tests / name).write_text(SUITE + body)
        (tests / "seconds.json").write_text(
            json.dumps({f"tests/{name}": each for name, each in (seconds or {}).items()})
        )
        (tmp_path / "order.txt").write_text("")
        command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--times", "trial", *options, "tests"]
        ended = subprocess.run(
            command, cwd=tmp_path, env=os.environ | environment, capture_output=True, text=True, timeout=300
        )
        return ended, (tmp_path / "order.txt").read_text().split()

    return run


def test_the_queue_goes_by_the_seconds_and_says_where_they_went(suite, tmp_path):
    files = {f"test_{name}.py": f"def test_it():\n    note({name!r})\n" for name in ("quick", "slow", "new")}
    seconds = {"test_quick.py": 2.0, "test_slow.py": 40.0}
    ended, order = suite(files, "-n", "1", "--dist", "loadfile", seconds=seconds)
    assert order == ["slow", "new", "quick"]
    assert "where the time went" in ended.stdout
    assert re.search(r"unit tests +3 +", ended.stdout)
    assert "3 passed in" in ended.stdout.splitlines()[-1]
    kept = json.loads((tmp_path / "build/times/trial.json").read_text())
    assert set(kept["seconds"]) == {f"tests/{name}" for name in files}
    assert sum(phase["minutes"] for phase in kept["phases"].values()) == pytest.approx(kept["minutes"], abs=1e-3)


WAITS = """
import os, signal

def test_waits():
    while "done" not in open("order.txt").read():
        time.sleep(0.1)
    time.sleep(3)  # until the result of the other file has been told, which no test can see
    os.kill(os.getppid(), signal.SIGALRM)  # as if the deadline of the process that collects had come
    time.sleep(600)
"""


@needs_unix
def test_at_the_deadline_the_run_stops_with_the_table(suite):
    began = time.time()
    later = {"COURSE_TESTS_STARTED": str(began - 600), "COURSE_TESTS_DEADLINE": str(began + 3000)}
    files = {"test_a.py": WAITS, "test_b.py": "def test_it(): ...\n\n\ndef test_end():\n    note('done')\n"}
    ended, _ = suite(files, "-n", "2", "--dist", "loadfile", **later)
    assert ended.returncode == 1
    assert re.search(r"stopped after 1\d minutes: the tests may take no longer", ended.stdout)
    assert re.search(r"unit tests +\d +", ended.stdout)
    assert re.search(
        r"^installing: 1\d\.\d minutes, make trial: \d\.\d minutes, together 1", ended.stdout, re.MULTILINE
    )
    assert re.search(r" passed in \d", ended.stdout)


@needs_unix
def test_the_deadline_is_that_of_the_environment(suite):
    files = {"test_a.py": "import signal\n\ndef test_it():\n    note(str(signal.getitimer(signal.ITIMER_REAL)[0]))\n"}
    ended, [left] = suite(files, COURSE_TESTS_DEADLINE=str(time.time() + 3000))
    assert "1 passed in" in ended.stdout.splitlines()[-1]
    assert 2700 < float(left) <= 3000
    assert suite(files)[1] == ["0.0"]


@needs_unix
def test_alone_means_that_no_other_test_runs(suite):
    alone = "def test_it():\n    with alone():\n        note('begins')\n        time.sleep(1)\n        note('ends')\n"
    beside = "@pytest.mark.parametrize('n', range(40))\ndef test_it(n):\n    note('beside')\n    time.sleep(0.1)\n"
    ended, order = suite({"test_a.py": alone, "test_b.py": beside}, "-n", "2", "--dist", "loadfile")
    assert "41 passed" in ended.stdout, ended.stdout
    assert order.index("ends") == order.index("begins") + 1
    assert order.count("beside") == 40
