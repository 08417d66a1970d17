"""A server's process: it starts, it says why it cannot, and it ends with its kernel, however that ends."""

import linecache
import math
import runpy
import signal
import socket
import subprocess
import sys
import time

import pytest

from genai_course.labs import service

STARTER = """
import sys, time
from genai_course.labs import service
server = service.start(sys.argv[1], folder=sys.argv[2])
print(server.port, server.process.pid, flush=True)
time.sleep(600)
"""


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("GENAI_COURSE_HOME", str(tmp_path / "home"))


def listens(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
        return True
    except OSError:
        return False


def gone(port, seconds=300):
    end = time.monotonic() + seconds
    while listens(port) and time.monotonic() < end:
        time.sleep(0.05)
    return not listens(port)


def test_stop_leaves_no_port_open(folder):
    server = service.start(folder / "app.py", folder=str(folder))
    assert server.alive
    assert listens(server.port)
    server.stop()
    server.stop()  # twice is no mistake
    assert not server.alive
    assert not listens(server.port)


def test_starting_again_replaces(folder):
    first = service.start(folder / "app.py", name="again", folder=str(folder))
    with service.start(folder / "app.py", name="again", folder=str(folder)) as second:
        assert not first.alive
        assert second.alive


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM])
def test_ends_with_its_kernel(folder, end):
    with subprocess.Popen(
        [sys.executable, "-c", STARTER, folder / "app.py", folder], stdout=subprocess.PIPE, text=True
    ) as kernel:
        port = int(kernel.stdout.readline().split()[0])
        assert listens(port)
        kernel.send_signal(end)
    assert gone(port)


def test_ends_with_a_restarted_kernel_and_outlives_an_interrupt(folder):
    from jupyter_client.manager import start_new_kernel

    manager, client = start_new_kernel(kernel_name="python3")
    try:
        ports = []

        def read(message):
            if message["msg_type"] == "stream":
                ports.extend(int(word) for word in message["content"]["text"].split() if word.isdigit())

        start = f"server = service.start({str(folder / 'app.py')!r}, folder={str(folder)!r})\n"
        code = f"from genai_course.labs import service\n{start}"
        client.execute_interactive(code + "print(server.port)", output_hook=read, timeout=300)
        (port,) = ports
        manager.interrupt_kernel()
        time.sleep(0.3)
        assert listens(port)
        manager.restart_kernel(now=True)
        assert gone(port)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def test_says_why_it_cannot_start(folder, tmp_path):
    (tmp_path / "broken.py").write_text("def make_app(note):\n    return missing\n")
    with pytest.raises(RuntimeError, match=r"ended before it was ready: NameError: name 'missing' is not defined"):
        service.start(tmp_path / "broken.py")


def test_gives_up_on_one_that_never_gets_ready(tmp_path):
    (tmp_path / "asleep.py").write_text("import time\ntime.sleep(600)\n")
    begin = time.monotonic()
    with pytest.raises(TimeoutError, match="not ready after 2 seconds"):
        service.start(tmp_path / "asleep.py", patience=2.0)
    assert time.monotonic() - begin < 300  # it sleeps for 600


def test_what_a_function_uses_leaves_the_notebook_with_it(tmp_path):
    from genai_course.exercises.references import marked

    cell = """import string
from collections import Counter
letters = set(string.ascii_lowercase)
LONGEST = 3

def counted(text):
    return Counter(letter for letter in text if letter in letters)

def judge(text):
    return max(counted(text).values()) <= LONGEST and bool(math.pi)

def recursive(n):
    return n and recursive(n - 1)
"""
    notebook = as_notebook(cell)
    text = service.write_app(tmp_path / "mine.py", marked(service.take_token), notebook["judge"], notebook["recursive"])
    assert "from genai_course.labs.service.limits import take_token\n" in text
    assert text.count("def judge") == text.count("def counted") == 1
    alone = runpy.run_path(tmp_path / "mine.py")
    assert (alone["judge"]("abca"), alone["judge"]("aaaa"), alone["recursive"](3)) == (True, False, 0)


def test_what_cannot_leave_is_named(tmp_path):
    (tmp_path / "mine.py").write_text("as it was")
    notebook = as_notebook("box = object()\n\ndef judge(text):\n    return box\n")
    with pytest.raises(ValueError, match="^box, <object object at .* exists in the notebook only"):
        service.write_app(tmp_path / "mine.py", notebook["judge"])
    linecache.clearcache()
    notebook = as_notebook("def nowhere():\n    return 1\n", keep=False)
    with pytest.raises(ValueError, match="source of nowhere cannot be read"):
        service.write_app(tmp_path / "mine.py", notebook["nowhere"])
    assert (tmp_path / "mine.py").read_text() == "as it was"


def as_notebook(cell, keep=True):
    """What the cell defines, as a notebook would: in __main__, its source kept where inspect finds it."""
    name = f"<cell {abs(hash(cell))}>"
    if keep:
        linecache.cache[name] = (len(cell), None, cell.splitlines(keepends=True), name)
    spoken = {"__name__": "__main__", "math": math}
    exec(compile(cell, name, "exec"), spoken)
    return spoken


def test_logs_do_not_pile_up(folder, tmp_path):
    logs = tmp_path / "home" / "service"
    logs.mkdir(parents=True)
    for number in range(20):
        (logs / f"20200101-0000{number:02d}-old.log").write_text("old")
    server = service.start(folder / "app.py", folder=str(folder))
    server.stop()
    assert server.log.read_text()
    assert len(list(logs.glob("*.log"))) <= 6
