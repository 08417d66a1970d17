"""Notebooks side by side, each in a process of its own that is watched: progress, seconds, peak memory, and its end.

A job is a command that starts a Jupyter kernel. Whatever the end, no process that it started is left.
"""

import contextlib
import os
import re
import signal
import subprocess
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from genai_course.recording import COLLECTED_IN
from genai_course_tools.execution.job_display import Progress

SAMPLE_SECONDS = 0.2  # between two looks at a job
KERNEL_GONE = 5  # seconds that a command may stay without the kernel whose cells it waits for
FINISHED = ("passed", "failed")
NO_KERNEL = "Kernel died before replying"  # so jupyter_client says it


@dataclass
class Job:
    """One command to run, and what is known about it while it runs and afterwards."""

    name: str
    command: list
    log: Path
    environment: dict
    cells: int = 0  # code cells of its notebook
    # Lines of the command's output that report a finished cell, and those that say what went wrong.
    cell_line: re.Pattern = re.compile(r"^cell \d+$")
    fault_line: re.Pattern = re.compile(r"^fault: (.*)")
    kernel_must_live: bool = False  # stop the command when its kernel has gone: for commands that would wait for it

    state: str = "waiting"  # waiting, running, passed, failed, stopped (by Ctrl-C)
    cell: int = 0
    message: str = ""
    seconds: float = 0.0
    kernel_seconds: float = 0.0  # by the clock, from the start of the kernel to its end
    cpu_seconds: float = 0.0  # of the kernel and everything it started
    memory: int = 0  # bytes: the most that the kernel and everything it started held at one time
    starts: int = 0
    kernel_missing: bool = False  # it ended before the command was through
    last_lines: deque = field(default_factory=lambda: deque(maxlen=5), repr=False)

    @property
    def computing_seconds(self):
        """How long the kernel computed: by the clock, less what the machine let it wait.

        On a borrowed machine other people's work stops ours for seconds that no process of ours shows. With several threads the
        processor's seconds are more than the clock's, and then the clock's count.
        """
        return min(self.kernel_seconds, self.cpu_seconds)

    def may_start_again(self):
        """Whether its kernel ended before the first cell. Jupyter chooses a kernel's ports and then lets them go until the kernel
        takes them; once in some thousand starts somebody else was quicker, and that says nothing about the notebook.
        """
        return self.state == "failed" and self.kernel_missing and not self.cell and self.starts == 1

    def read(self, line):
        """Take note of one line of the command's output."""
        self.cell += bool(self.cell_line.search(line))
        self.kernel_missing |= NO_KERNEL in line
        if match := self.fault_line.search(line):
            self.message = self.message or match[1].strip()
        if line.strip():
            self.last_lines.append(line.strip())


def run_jobs(jobs, workers, console, finished=lambda job: None):
    """Run ``jobs``, at most ``workers`` at a time, and show their progress on the rich ``console``.

    finished: called with each job when it has passed or failed.
    A failing job does not stop the others. Ctrl-C (or SIGTERM) kills everything that was started, kernels included,
    marks those jobs "stopped", and raises KeyboardInterrupt.
    """
    waiting, running = deque(jobs), []
    with Progress(jobs, console) as progress, _terminate_like_interrupt():
        try:
            while waiting or running:
                while waiting and len(running) < workers:
                    running.append(_Watched(waiting.popleft()))
                    progress.started(running[-1].job)
                time.sleep(SAMPLE_SECONDS)
                for watched in list(running):
                    watched.look()
                    if watched.job.state in FINISHED:
                        running.remove(watched)
                        if watched.job.may_start_again():
                            running.append(_Watched(watched.job))
                            continue
                        progress.finished(watched.job)
                        finished(watched.job)
                progress.update()
        finally:
            for watched in running:
                watched.kill()
                watched.job.state = "stopped"


class _Watched:
    """A running job's process, the processes below it, and a thread that reads its output."""

    def __init__(self, job):
        self.job = job
        self.started = time.monotonic()
        self.kernel_started = self.kernel_gone = None
        self.below = []
        self.cpu_seconds = {}  # process id -> seconds, also of those that have ended
        job.state, job.message, job.kernel_missing = "running", "", False
        job.starts += 1
        job.log.parent.mkdir(parents=True, exist_ok=True)
        job.log.write_text("", encoding="utf-8")
        # A session of its own: Ctrl-C in the terminal reaches only us, and we end the job in order.
        self.process = subprocess.Popen(
            [str(part) for part in job.command],
            env=job.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
        )
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        for line in self.process.stdout:
            self.job.read(line)
            # On a full disk the output is read all the same: the process would wait for ever.
            with contextlib.suppress(OSError), self.job.log.open("a", encoding="utf-8") as log:
                log.write(line)

    def look(self):
        """Measure the job; notice its end and the end of its kernel."""
        now = time.monotonic()
        status = self.process.poll()
        self.job.seconds = now - self.started
        self._measure(now)
        if status is not None:
            self._end(status)
        elif self.job.kernel_must_live and self.kernel_gone and now - self.kernel_gone > self._patience():
            self.job.kernel_missing = True
            self.job.message = f"the kernel died after cell {self.job.cell} of {self.job.cells}"
            self.kill()
            self._end(1)

    def _patience(self):
        """Seconds without a kernel: after the last cell the command ends by itself, however long a busy machine takes."""
        return KERNEL_GONE if self.job.cell < self.job.cells else 60 * KERNEL_GONE

    def _measure(self, now):
        memory, alive = 0, []
        for process in _below(self.process.pid):
            with contextlib.suppress(psutil.Error):
                if process.status() != psutil.STATUS_ZOMBIE:
                    memory += process.memory_info().rss
                    times = process.cpu_times()
                    self.cpu_seconds[process.pid] = times.user + times.system
                    alive.append(process)
        self.below = alive or self.below
        self.job.memory = max(self.job.memory, memory)
        self.job.cpu_seconds = sum(self.cpu_seconds.values())
        if alive:
            self.kernel_started, self.kernel_gone = self.kernel_started or now, None
            self.job.kernel_seconds = now - self.kernel_started
        elif self.kernel_started and not self.kernel_gone:
            self.kernel_gone = now

    def _end(self, status):
        self.reader.join(timeout=5)
        _kill(self.below)  # a kernel whose parent was killed
        self.job.state = "failed" if status else "passed"
        if status < 0:
            self.job.message = f"killed by signal {-status} in or after cell {self.job.cell}"
        elif status and not self.job.message:
            self.job.message = self.job.last_lines[-1] if self.job.last_lines else f"ended with status {status}"

    def kill(self):
        below = _below(self.process.pid)
        self.process.kill()  # first, so that it starts nothing more
        _kill([*below, *self.below])
        self.process.wait()


def _below(pid):
    try:
        return psutil.Process(pid).children(recursive=True)
    except psutil.Error:
        return []


def _kill(processes):
    for process in processes:
        with contextlib.suppress(psutil.Error):  # it has ended by itself
            process.kill()
    psutil.wait_procs(processes, timeout=5)


@contextlib.contextmanager
def _terminate_like_interrupt():
    """Answer SIGTERM as Ctrl-C is answered, so that a stopped build server leaves no kernel either."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(*_):
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def default_workers():
    """As many as there are cores, as long as each has 1.5 GiB of memory."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return max(1, min(cores, int(psutil.virtual_memory().available / 1.5 / 2**30)))


def numbers_file(notebook):
    """Where the run that makes or checks the file ``notebook`` keeps what it records, a line for each number."""
    return Path(notebook).with_suffix(".numbers.jsonl")


def notebook_environment(home, *, strict=False, numbers=None):
    """Environment for a command that runs a notebook: the same outputs whoever starts it.

    home: folder for what the lessons keep (trained models, guesses). strict: whether a failed claim raises. numbers: the file to
    which the numbers that it records are added; by default they are kept nowhere.
    """
    # Each of these would change what a notebook prints or how it behaves.
    unwanted = {
        "GENAI_COURSE_STRICT",
        "GENAI_COURSE_THEME",
        "NBGRADER_EXECUTION",
        COLLECTED_IN,
        "MPLBACKEND",
        "COLUMNS",
        "LINES",
    }
    # Without compiled files TensorFlow takes 20 seconds to import instead of 3.
    unwanted |= {"PYTHONDONTWRITEBYTECODE"}
    environment = {name: value for name, value in os.environ.items() if name not in unwanted}
    environment |= {
        "GENAI_COURSE_HOME": str(Path(home).resolve()),
        "GENAI_COURSE_RECORD": "0",  # what passes here is nobody's progress
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "PYTHONUNBUFFERED": "1",
    }
    environment |= {COLLECTED_IN: str(Path(numbers).resolve())} if numbers else {}
    return environment | ({"GENAI_COURSE_STRICT": "1"} if strict else {})
