"""JupyterLab where something is in its way: another one on the same folder, a taken port, a read-only home."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request

import pytest
from jupyter_client.blocking import BlockingKernelClient
from provoked import AWKWARD, genai_course, refusal

TINY = "01_data/01_tiny.ipynb"
FOLDERS = ("JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "IPYTHONDIR", "MPLCONFIGDIR")
TOKEN = "only-for-this-test"


@pytest.fixture
def start(course, tmp_path):
    """Function that starts a lab on a folder; it gives back the port and the process, which is stopped after the test."""
    servers = []

    def start_lab(folder, **variables):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        environment = os.environ | {"PYTHONPATH": str(course), "JUPYTER_TOKEN": TOKEN}
        environment |= {"GENAI_COURSE_HOME": str(tmp_path / "home"), **variables}
        command = [sys.executable, "-m", "genai_course_tools.cli", "lab", folder, "--no-browser", "--port", str(port)]
        with (tmp_path / f"{port}.log").open("w") as log:
            servers.append(subprocess.Popen(command, env=environment, cwd=course, stdout=log, stderr=subprocess.STDOUT))
        return port, servers[-1]

    yield start_lab
    for server in servers:
        server.terminate()
    for server in servers:
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()


def ask(port, path, data=None, server=None, seconds=600):
    """What a lab answers, as soon as it does."""
    request = urllib.request.Request(f"http://127.0.0.1:{port}/api/{path}", data, {"Authorization": f"token {TOKEN}"})
    end = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return json.load(answer)
        except OSError:
            assert time.monotonic() < end, f"no answer within {seconds} s"
            assert server is None or server.poll() is None, "JupyterLab has ended"
            time.sleep(0.3)


def test_two_labs_share_a_folder_and_a_third_is_told_that_its_port_is_taken(course, start, tmp_path):
    folder = tmp_path / AWKWARD
    labs = [start(folder), start(folder)]  # at once: both make the copy
    for port, server in labs:
        ask(port, "status", server=server)
        assert ask(port, f"contents/{TINY}")["content"]["nbformat"] == 4
    assert (folder / TINY).read_bytes() == (course / "notebooks" / TINY).read_bytes()
    assert sorted(path.name for path in folder.iterdir() if path.suffix == ".ipynb") == ["index.ipynb"]
    taken = labs[0][0]
    ended = genai_course(course, "lab", folder, "--no-browser", "--port", taken)
    assert refusal(ended, 2) == f"Port {taken} is taken by another program: choose another with --port."


def test_a_read_only_home_does_not_keep_the_lab_from_starting(start, tmp_path, read_only, monkeypatch):
    home = tmp_path / "read-only home"
    home.mkdir()
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    variables = {"HOME": str(read_only(home)), "TMPDIR": str(temporary), "GENAI_COURSE_HOME": str(home / "course")}
    for name in ("XDG_RUNTIME_DIR", "XDG_DATA_HOME", *FOLDERS):
        monkeypatch.delenv(name, raising=False)
    port, server = start(tmp_path / "my-course", **variables)
    ask(port, "status", server=server)
    ask(port, "kernels", b"{}")
    [connection] = temporary.rglob("kernel-*.json")
    kernel = BlockingKernelClient(connection_file=str(connection))
    kernel.load_connection_file()
    kernel.start_channels()
    try:
        kernel.wait_for_ready(timeout=600)
        assert kernel.execute_interactive("import genai_course", timeout=600)["content"]["status"] == "ok"
    finally:
        kernel.stop_channels()
