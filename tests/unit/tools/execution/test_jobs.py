"""Jobs: what happens to a command whose kernel does not come up."""

import io
import sys

import pytest
from rich.console import Console

from genai_course_tools.execution.jobs import NO_KERNEL, Job, run_jobs

# Fails as often as it is told, as papermill and nbval do when a kernel finds its ports taken; then it passes.
COMMAND = """
import pathlib, sys
tries = pathlib.Path(sys.argv[1])
tries.write_text(tries.read_text() + "x" if tries.exists() else "x")
if len(tries.read_text()) <= int(sys.argv[2]):
    sys.exit("RuntimeError: NO_KERNEL to kernel_info")
print("cell 1")
""".replace("NO_KERNEL", NO_KERNEL)


# Waits for ever for a kernel that ended before its first cell, as nbval does; then it passes.
WAITING = """
import pathlib, subprocess, sys, time
tries = pathlib.Path(sys.argv[1])
tries.write_text(tries.read_text() + "x" if tries.exists() else "x")
subprocess.run([sys.executable, "-c", "import time; time.sleep(0.5)"])
if len(tries.read_text()) <= int(sys.argv[2]):
    time.sleep(600)
print("cell 1")
"""


def run(folder, failures, code=COMMAND, **options):
    command = [sys.executable, "-c", code, folder / "tries", failures]
    job = Job("letters", command, folder / "letters.log", {}, cells=1, **options)
    finished = []
    run_jobs([job], 1, Console(file=io.StringIO()), finished.append)
    assert finished == [job]
    return job


def test_a_kernel_that_did_not_come_up_is_started_once_more(tmp_path):
    job = run(tmp_path, failures=1)
    assert (job.state, job.cell, job.starts, job.message) == ("passed", 1, 2, "")
    assert NO_KERNEL not in job.log.read_text()


def test_a_command_that_waits_for_a_kernel_that_has_gone_is_started_once_more(tmp_path):
    job = run(tmp_path, 1, WAITING, kernel_must_live=True)
    assert (job.state, job.cell, job.starts, job.message) == ("passed", 1, 2, "")


def test_but_not_a_third_time(tmp_path):
    job = run(tmp_path, failures=5)
    assert (job.state, job.starts) == ("failed", 2)
    assert NO_KERNEL in job.message


@pytest.mark.parametrize("code", ["raise SystemExit(1)", f"print('cell 1'); print({NO_KERNEL!r}); raise SystemExit(1)"])
def test_what_fails_otherwise_is_not_started_again(tmp_path, code):
    job = run(tmp_path, 0, code)
    assert (job.state, job.starts) == ("failed", 1)
