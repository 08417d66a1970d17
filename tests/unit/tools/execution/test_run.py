"""``genai-course run`` on notebooks that fail in every way, and on one that does not."""

import io
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import click
import psutil
import pytest
from rich.console import Console
from tiny_notebooks import write_notebook

from genai_course_tools.execution import run as run_module
from genai_course_tools.execution.run import run

MEBIBYTE = 2**20


@pytest.fixture(scope="module")
def outcome(tmp_path_factory):
    """One run over all kinds of notebooks: exit code, jobs by name, folder, printed text."""
    root = tmp_path_factory.mktemp("course")
    folder = root / "notebooks" / "01_data"
    write_notebook(
        folder / "01_fine.ipynb", "print(PROFILE)", "block = bytearray(300 * 2**20)\nimport time\ntime.sleep(2)"
    )
    write_notebook(
        folder / "02_error.ipynb", "1 + 1", "raise ValueError('first line\\nthe last line')", "print('never')"
    )
    write_notebook(folder / "00_slow.ipynb", "import time\ntime.sleep(600)")  # first: the others run beside it
    write_notebook(folder / "04_exits.ipynb", "import os\nos._exit(3)")
    write_notebook(folder / "05_killed.ipynb", "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)")
    write_notebook(folder / "06_last.ipynb", "open('made-here.txt', 'w').close()")
    text = io.StringIO()
    jobs = {}

    def keep(made, *arguments):
        jobs.update({job.name: job for job in made})
        return run_jobs(made, *arguments)

    run_jobs = run_module.run_jobs
    run_module.run_jobs = keep
    try:
        code = run(
            [],
            root,
            profile="smoke",
            output=root / "out",
            workers=2,
            cell_timeout=10,  # long enough for each of the others on a busy machine
            console=Console(file=text, width=200),
        )
    finally:
        run_module.run_jobs = run_jobs
    return code, jobs, root, text.getvalue()


def test_one_failure_makes_the_exit_code_1_and_the_rest_still_run(outcome):
    code, jobs, _, _ = outcome
    states = {name.removeprefix("01_data/"): job.state for name, job in jobs.items()}
    assert code == 1
    assert states == {
        "01_fine": "passed",
        "02_error": "failed",
        "00_slow": "failed",
        "04_exits": "failed",
        "05_killed": "failed",
        "06_last": "passed",
    }


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("02_error", "cell 4: ValueError: the last line"),  # papermill's own parameters cell is the second
        ("00_slow", "cell 3 ran longer than 10 seconds and was stopped"),
        ("04_exits", "the kernel died in cell 3"),
        ("05_killed", "the kernel died in cell 3"),
    ],
)
def test_a_failure_names_cell_and_reason(outcome, name, message):
    _, jobs, _, text = outcome
    assert jobs[f"01_data/{name}"].message == message
    assert f"01_data/{name}: {message}" in text


def test_a_dead_kernel_is_noticed_at_once(outcome):
    _, jobs, _, _ = outcome
    assert "ran longer" not in jobs["01_data/04_exits"].message
    assert jobs["01_data/04_exits"].kernel_seconds < 300  # not the time that a cell may take by default
    assert jobs["01_data/00_slow"].kernel_seconds < 300


def test_progress_and_memory_are_measured(outcome):
    _, jobs, _, _ = outcome
    fine, last = jobs["01_data/01_fine"], jobs["01_data/06_last"]
    assert (fine.cell, fine.cells) == (4, 4)
    assert 300 * MEBIBYTE < fine.memory < 500 * MEBIBYTE
    assert 20 * MEBIBYTE < last.memory < 200 * MEBIBYTE
    assert fine.kernel_seconds > 1


def test_waiting_is_no_computing(outcome):
    _, jobs, _, _ = outcome
    slow = jobs["01_data/00_slow"]  # sleeps for ten seconds, then is stopped
    assert slow.kernel_seconds > 9
    assert 0.1 < slow.computing_seconds < slow.kernel_seconds - 8


def test_profile_reaches_the_notebook_and_its_page(outcome):
    _, _, root, _ = outcome
    page = (root / "out/01_data/01_fine.html").read_text()
    assert re.search(r"<pre>smoke\s*</pre>", page)


def test_files_a_lesson_writes_do_not_land_in_the_course(outcome):
    _, _, root, _ = outcome
    assert (root / "out/01_data/06_last.files/made-here.txt").exists()
    assert sorted(path.suffix for path in (root / "notebooks").rglob("*.*")) == [".ipynb"] * 6


def test_report_links_every_executed_notebook(outcome):
    _, jobs, root, text = outcome
    report = (root / "out/index.html").read_text()
    assert "2 of 6 notebooks ran" in report
    assert "2 of 6 notebooks ran" in text
    for name, job in jobs.items():
        assert f'href="{name}.html"' in report
        assert (root / f"out/{name}.html").exists()
        assert job.message in report


def test_no_process_is_left(outcome):
    _, _, root, _ = outcome
    assert not _processes_about(root)


def test_notebook_without_profile_is_refused(tmp_path):
    write_notebook(tmp_path / "notebooks/01_data/01_bare.ipynb", "1", parameters=False)
    with pytest.raises(click.UsageError, match=r"01_bare\.ipynb has no cell tagged 'parameters'"):
        run([], tmp_path, output=tmp_path / "out", console=Console(file=io.StringIO()))


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_kills_the_kernels_and_says_what_finished(tmp_path, how):
    folder = tmp_path / "notebooks/01_data"
    write_notebook(folder / "01_quick.ipynb", "1")
    # A kernel that ignores being asked, with a child process of its own.
    stubborn = "import signal, subprocess, time\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\n"
    stubborn += "subprocess.Popen(['sleep', '600'])"
    write_notebook(folder / "02_endless.ipynb", stubborn, "open('here.txt', 'w').close()\ntime.sleep(600)")
    write_notebook(folder / "03_waiting.ipynb", "1")
    script = (
        "from rich.console import Console; from genai_course_tools.execution.run import run; "
        f"run([], {str(tmp_path)!r}, output={str(tmp_path / 'out')!r}, console=Console(width=200))"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    _wait_for(tmp_path / "out/01_data/02_endless.files/here.txt")
    started = psutil.Process(process.pid).children(recursive=True)
    assert any(child.name() == "sleep" for child in started)
    process.send_signal(how)
    text = process.communicate(timeout=300)[0]
    assert process.returncode != 0
    assert "Finished: 01_data/01_quick." in text
    assert "Not finished: 01_data/02_endless, 01_data/03_waiting." in text
    assert (tmp_path / "out/index.html").exists()
    alive = [child for child in started if child.is_running() and child.status() != psutil.STATUS_ZOMBIE]
    assert alive == []


def _wait_for(path: Path, seconds=300):
    end = time.monotonic() + seconds
    while not path.exists():
        assert time.monotonic() < end, f"{path} did not appear"
        time.sleep(0.1)


def _processes_about(folder):
    found = []
    for process in psutil.process_iter(["cmdline", "cwd"]):
        about = " ".join([*(process.info["cmdline"] or []), process.info["cwd"] or ""])
        if str(folder) in about:
            found.append(process)
    return found
