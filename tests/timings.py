"""Where the time of the tests goes, and the order in which they are given out.

``pytest --times NAME`` notes the seconds of every test, prints at the end what each phase took and the longest ten, and keeps
both in ``build/times/NAME.json``. The next run gives out the longest first, so that both cores are busy to the end; in a fresh
clone, ``tests/seconds.json`` says which they are.

``.ci/run`` sets two variables, in seconds since 1970: COURSE_TESTS_STARTED, when it began, and COURSE_TESTS_DEADLINE, when the
tests are to stop, whatever they are at, with the table of what was done.
"""

import contextlib
import json
import os
import re
import signal
import statistics
import time
from collections import Counter, defaultdict
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).parents[1]
KNOWN_SECONDS = ROOT / "tests" / "seconds.json"
FOLDER = ROOT / "build" / "times"
UNKNOWN_SECONDS = 5.0  # of a new file
LONGEST = 10
FAILED = 1

computed_elsewhere = 0.0  # seconds, in processes that are no children of this one (warm_kernels.py)

# What a file of tests belongs to: the first that fits.
PHASES = {
    "tests/lessons/test_notebooks.py": "learners' notebooks, smoke",
    "tests/lessons/test_exercises.py": "harness of the checks",
    "tests/validate/": "solutions, laptop",
    "tests/browser/test_every_lesson.py": "lessons in the browser",
    "tests/browser/": "other pages in the browser",
    "tests/install/": "wheel and pack",
    "tests/classroom/": "classroom",
    "tests/site/": "site",
    "tests/faults/": "faults",
    "tests/": "unit tests",
}
# A file's tests stay together, so that what they prepare is prepared once. In these files those of one lesson do.
BY_LESSON = (
    "test_notebooks.py",
    "test_solutions.py",
    "test_solutions_on_smoke.py",
    "test_every_lesson.py",
    "test_exercises.py",
)


def unit_of(nodeid):
    """What is given to one worker as a whole: a file, or ``file[lesson]`` in a file that goes through all lessons.

    nodeid: such as ``tests/lessons/test_notebooks.py::test_it_runs[02_models/03_autoencoders]``. An exercise's id begins with the
    lesson's name and a hyphen.
    """
    file, _, test = nodeid.partition("::")
    match = re.search(r"\[(.*)\]$", test)
    if not match or not file.endswith(BY_LESSON):
        return file
    return f"{file}[{match[1].partition('-')[0]}]"


def phase_of(unit):
    return next((phase for start, phase in PHASES.items() if unit.startswith(start)), "unit tests")


def known_seconds(folder=FOLDER, known=KNOWN_SECONDS):
    """unit -> seconds: of the last runs on this machine, else of those that the course keeps."""
    seconds = {}
    for path in [known, *sorted(Path(folder).glob("*.json"), key=lambda path: path.stat().st_mtime)]:
        with contextlib.suppress(OSError, ValueError, KeyError):  # none yet, or one damaged by a full disk
            text = json.loads(path.read_text(encoding="utf-8"))
            seconds |= text if path == known else text["seconds"]
    return seconds


def longest_first(nodeids, seconds):
    """The ``nodeids``, those of one unit together and in their order, the unit with most ``seconds`` first.

    A new lesson is expected to take what the median of the others takes in the same file.
    """
    of_file = defaultdict(list)
    for unit, each in seconds.items():
        of_file[unit.partition("[")[0]].append(each)

    def expected(unit):
        others = of_file[unit.partition("[")[0]]
        return seconds.get(unit, statistics.median(others) if others else UNKNOWN_SECONDS)

    units = defaultdict(list)
    for nodeid in nodeids:
        units[unit_of(nodeid)].append(nodeid)
    return [nodeid for unit in sorted(units, key=expected, reverse=True) for nodeid in units[unit]]


class Timings:
    """The plugin. With pytest-xdist there is one in each worker, which measures, and one that collects and prints."""

    def __init__(self, config, name):
        self.config, self.name = config, name
        self.is_worker = hasattr(config, "workerinput")
        self.started, self.computed = time.time(), _computing()
        self.is_last = False
        self.clock, self.computing, self.tests = Counter(), Counter(), Counter()
        self.left = []  # processes that were running when the deadline came

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items):
        item_of = {item.nodeid: item for item in items}
        if len(item_of) == len(items):  # a test named twice on the command line is left where it is
            items[:] = [item_of[nodeid] for nodeid in longest_first(item_of, known_seconds())]

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item, nextitem):
        self.is_last = nextitem is None

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item, call):
        report = yield
        now = _computing()
        report.computing, self.computed = now - self.computed, now
        # With a worker's last test its browser and its servers end, and only then the system says what they computed.
        report.closes = self.is_last and call.when == "teardown"
        return report

    def pytest_runtest_logreport(self, report):
        unit = unit_of(report.nodeid)
        self.clock[unit] += report.duration
        # (The report on a worker that has crashed is pytest-xdist's own.)
        self.computing["closing" if getattr(report, "closes", False) else unit] += getattr(report, "computing", 0.0)
        self.tests[unit] += report.when == "call"

    def pytest_sessionstart(self):
        deadline = float(os.environ.get("COURSE_TESTS_DEADLINE", 0))
        if deadline and not self.is_worker and hasattr(signal, "setitimer"):
            signal.signal(signal.SIGALRM, self.stop)
            signal.setitimer(signal.ITIMER_REAL, max(1.0, deadline - time.time()))

    def stop(self, *_):
        """End the session wherever it is."""
        self.left = psutil.Process().children(recursive=True)
        minutes = (time.time() - float(os.environ.get("COURSE_TESTS_STARTED", self.started))) / 60
        pytest.exit(f"stopped after {minutes:.0f} minutes: the tests may take no longer", returncode=FAILED)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self):
        if hasattr(signal, "setitimer") and not self.is_worker:
            signal.setitimer(signal.ITIMER_REAL, 0)
        for process in self.left:
            with contextlib.suppress(psutil.Error):
                process.kill()

    def pytest_terminal_summary(self, terminalreporter):
        summary = self.summary()
        FOLDER.mkdir(parents=True, exist_ok=True)
        (FOLDER / f"{self.name}.json").write_text(json.dumps(summary, indent=1) + "\n", encoding="utf-8")
        terminalreporter.section("where the time went")
        for line in table(self.name, summary, earlier(self.started)):
            terminalreporter.write_line(line)

    def summary(self):
        """What is kept: when it began, minutes, phases with their share of the minutes, the units' seconds."""
        # (xdist's `-n` counts; without it the tests run here.)
        workers = max(1, len(getattr(self.config.option, "tx", None) or []))
        minutes = (time.time() - self.started) / 60
        phases = defaultdict(lambda: {"tests": 0, "minutes": 0.0, "computing": 0.0})
        for unit, seconds in self.clock.items():
            phase = phases[phase_of(unit)]
            phase["tests"] += self.tests[unit]
            phase["minutes"] += seconds / 60 / workers
            phase["computing"] += self.computing[unit] / 60
        waited = max(0.0, minutes - sum(phase["minutes"] for phase in phases.values()))
        phases["starting, collecting, waiting"]["minutes"] = waited
        if self.computing["closing"]:
            phases["browsers and servers"]["computing"] = self.computing["closing"] / 60
        return {
            "started": self.started,
            "minutes": minutes,
            "workers": workers,
            "phases": dict(sorted(phases.items(), key=lambda item: -item[1]["minutes"])),
            "seconds": {unit: round(seconds, 1) for unit, seconds in self.clock.most_common()},
        }


def earlier(started, folder=FOLDER):
    """(name, minutes) of what `.ci/run` did before: installing, and tests that have ended."""
    if not (began := float(os.environ.get("COURSE_TESTS_STARTED", 0))):
        return []
    runs = []
    for path in Path(folder).glob("*.json"):
        with contextlib.suppress(OSError, ValueError, KeyError):
            run = json.loads(path.read_text(encoding="utf-8"))
            if began <= run["started"] < started:
                runs.append((run["started"], f"make {path.stem}", run["minutes"]))
    runs.sort()
    first = runs[0][0] if runs else started
    return [("installing", (first - began) / 60), *(run[1:] for run in runs)]


def table(name, summary, before=()):
    """The lines that say where the time went. Minutes add up to those by the clock: of two workers' tests they are half."""
    line = "{:32} {:>6} {:>8} {:>6} {:>10}".format
    lines = [line("phase", "tests", "minutes", "share", "computing")]
    for phase, each in summary["phases"].items():
        share = f"{each['minutes'] / summary['minutes']:.0%}"
        tests = each["tests"] or ""
        lines.append(line(phase, tests, f"{each['minutes']:.1f}", share, f"{each['computing']:.1f}"))
    lines += ["", f"the longest {LONGEST}, in seconds"]
    lines += [f"{seconds:7.1f}  {unit}" for unit, seconds in list(summary["seconds"].items())[:LONGEST]]
    both = [*before, (f"make {name}" if before else name, summary["minutes"])]
    total = f", together {sum(minutes for _, minutes in both):.1f}" if before else ""
    return [*lines, "", ", ".join(f"{each}: {minutes:.1f} minutes" for each, minutes in both) + total]


def keep():
    """Write ``tests/seconds.json`` from the last runs on this machine: what takes long enough for its place to matter."""
    seconds = {unit: round(each) for unit, each in known_seconds().items() if each >= UNKNOWN_SECONDS and _exists(unit)}
    KNOWN_SECONDS.write_text(json.dumps(dict(sorted(seconds.items())), indent=1) + "\n", encoding="utf-8")


def _exists(unit):
    return (ROOT / unit.partition("[")[0]).is_file()


def _computing():
    """Seconds that this process, those it has waited for, and those that told it have computed."""
    return sum(os.times()[:4]) + computed_elsewhere


if __name__ == "__main__":
    keep()
