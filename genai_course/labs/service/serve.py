"""Start a service in a fresh process on a free port of this machine, know when it is ready, and be sure that it stops."""

import json
import os
import subprocess
import sys
import threading
import time

from genai_course.labs.service.client import ask
from genai_course.paths import course_home
from genai_course.session import ONE_THREAD

PATIENCE = 200.0  # seconds for a server to get ready; loading TensorFlow took 46 on a machine that eight others used
KEPT_LOGS = 6

_running = {}  # name -> Server, so that running a cell again replaces the server


class Server:
    """A running service.  url; log: its file; seconds: what the start took.  Use it in a ``with`` block, or call ``stop``."""

    def __init__(self, process, port, log, seconds):
        self.process, self.port, self.log, self.seconds = process, port, log, seconds
        self.url = f"http://127.0.0.1:{port}"

    @property
    def alive(self):
        return self.process.poll() is None

    def stop(self):
        """Close the pipe, wait for the process to end, and end it by force if it does not."""
        if self.process.stdin and not self.process.stdin.closed:
            self.process.stdin.close()
        try:
            self.process.wait(timeout=6)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


def start(app_file, name="service", health="/health", patience=PATIENCE, **arguments):
    """Start the app that a file's ``make_app(note=…, **arguments)`` returns, wait until it answers, return the Server.

    name: a server of this name that this kernel has started is stopped first. health: the page to ask. arguments: anything that
    JSON can hold.
    Raises RuntimeError, in one sentence, if the process ends before it is ready, TimeoutError if it takes too long.
    """
    if name in _running:
        _running.pop(name).stop()
    folder = course_home() / "service"
    folder.mkdir(exist_ok=True)
    _forget_old_logs(folder)
    begin = time.perf_counter()
    log = folder / f"{time.strftime('%Y%m%d-%H%M%S')}-{name}-{time.monotonic_ns() % 1_000_000}.log"
    complaints = log.with_suffix(".err")
    module = "genai_course.labs.service.process"
    command = [sys.executable, "-m", module, str(app_file), str(log), json.dumps(arguments)]
    with complaints.open("wb") as errors:
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": errors}
        # In a session of its own: interrupting a cell must not interrupt the server.
        process = subprocess.Popen(command, **pipes, env=os.environ | ONE_THREAD, start_new_session=True)
    server = Server(process, None, log, 0.0)
    try:
        port = _first_line(process, patience)
        if not port.strip().isdigit():
            process.wait(timeout=5)
            lines = complaints.read_text(encoding="utf-8", errors="replace").strip().splitlines()
            raise RuntimeError(f"The server ended before it was ready: {lines[-1] if lines else 'it said nothing'}")
        server = Server(process, int(port), log, 0.0)
        status, *_ = ask(server, health)
        if status != 200:
            raise RuntimeError(f"The server answers {status}; its log is {log}.")
    except BaseException:  # an interrupted cell, too, leaves no process behind
        server.stop()
        raise
    server.seconds = time.perf_counter() - begin
    _running[name] = server
    return server


def _first_line(process, patience):
    """What the process says first, b"" if it ends.  Raises TimeoutError."""
    said = []
    reader = threading.Thread(target=lambda: said.append(process.stdout.readline()), daemon=True)
    reader.start()
    reader.join(patience)
    if not said:
        raise TimeoutError(f"The server was not ready after {patience:g} seconds.")
    return said[0]


def _forget_old_logs(folder):
    logs = sorted(folder.glob("*.log*")) + sorted(folder.glob("*.err"))
    stems = sorted({file.name.split(".")[0] for file in logs})
    for file in logs:
        if file.name.split(".")[0] in stems[: -KEPT_LOGS + 1]:
            file.unlink(missing_ok=True)
