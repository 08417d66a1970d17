"""Without a network the course runs as ever."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from provoked import impossible

ROOT = Path(__file__).parents[2]
# What a machine without a connection has left: its address to itself, which Jupyter's kernels are spoken to by.
WAKE_LOOPBACK = """
import fcntl, os, socket, struct, sys
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
    flags = struct.pack("16sh14s", b"lo", 1, b"")
    fcntl.ioctl(line, 0x8914, flags)
assert [name for _, name in socket.if_nameindex()] == ["lo"]
with socket.socket() as attempt:
    try:
        attempt.connect(("192.0.2.1", 80))
        sys.exit("There is a network after all.")
    except OSError as error:
        assert error.strerror == "Network is unreachable", error
os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
"""


def _cut_off():
    """The command before a command that takes the network away from it."""
    for options in (("-n",), ("-r", "-n")):  # as root, else as root of a world of its own
        command = ["unshare", *options, sys.executable, "-c", WAKE_LOOPBACK]
        if shutil.which("unshare") and not subprocess.run([*command, "-c", ""], capture_output=True).returncode:
            return command
    return impossible("The network cannot be taken away here: unshare -n is not allowed.")


def test_the_welcome_runs_without_a_network(tmp_path):
    command = [
        *_cut_off(),
        "-m",
        "genai_course_tools.cli",
        "run",
        "welcome",
        "--profile",
        "smoke",
        "--output",
        str(tmp_path),
    ]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=900)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "1 of 1 notebooks ran" in ended.stdout
    assert (tmp_path / "00_start_here/01_welcome.html").is_file()
