"""The archive of ``genai-course pack``, made once, unpacked on a read-only stick and installed where there is no network.

The commands run in a network namespace of their own, which has the loopback device and no route to anywhere.
"""

import errno
import os
import shutil
import socket
import subprocess
import sys
import zipfile
from pathlib import Path

import nbformat
import pytest

from genai_course_tools.publish import pack

ROOT = Path(__file__).parents[2]
HARD_NAME = "Kursraum für Zoë {2}"
# Inside the namespace: makes the folder named first read-only, switches the loopback device on (a kernel is reached
# through it), and becomes the command that follows.
ENTER = """
import fcntl, os, socket, struct, subprocess, sys
stick, command = sys.argv[1], sys.argv[2:]
subprocess.run(["mount", "--bind", stick, stick], check=True)
subprocess.run(["mount", "-o", "remount,bind,ro", stick], check=True)
os.chdir(os.getcwd())  # into the read-only one, if that is where we are
SET_FLAGS, UP = 0x8914, 1
fcntl.ioctl(socket.socket(), SET_FLAGS, struct.pack("16sh22x", b"lo", UP))
os.execvp(command[0], command)
"""
CONNECT = "import socket, sys; socket.create_connection((sys.argv[1], int(sys.argv[2])), timeout=5)"


@pytest.fixture(scope="module")
def offline(tmp_path_factory):
    """What to put before a command so that it runs without a network, with a read-only folder: ``[*offline, stick, …]``."""
    empty = tmp_path_factory.mktemp("empty")
    for rights in ([], ["--map-root-user"]):
        enter = ["unshare", *rights, "--net", "--mount", sys.executable, "-c", ENTER]
        if shutil.which("unshare") and not subprocess.run([*enter, empty, "true"], capture_output=True).returncode:
            return enter
    message = "no network namespace can be made here: it needs Linux, unshare, and root or user namespaces"
    can_be_had = sys.platform == "linux" and os.environ.get("CI")
    return pytest.fail(message) if can_be_had else pytest.skip(message)


@pytest.fixture(scope="module")
def classroom(offline, tmp_path_factory):
    """A folder with an awkward name, which holds the unpacked archive and is the learner's home."""
    folder = tmp_path_factory.mktemp("classroom") / HARD_NAME
    made = folder / "pack.zip"
    ended = subprocess.run(
        [sys.executable, "-m", "genai_course_tools.cli", "pack", "--output", made],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    if "packing needs a network" in ended.stderr and not os.environ.get("CI"):
        pytest.skip("making the archive needs a network")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    with zipfile.ZipFile(made) as archive:
        archive.extractall(folder)
    made.unlink()
    yield folder
    shutil.rmtree(folder)  # 3 GB, which pytest would keep for three runs


@pytest.fixture(scope="module")
def stick(classroom):
    return classroom / pack.pack_name()


@pytest.fixture(scope="module")
def run(offline, classroom, stick):
    """Run a command in the classroom, without a network."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("GENAI_COURSE_")}
    environment = inherited | {"HOME": str(classroom), "XDG_DATA_HOME": str(classroom / "data")}

    def run(*command, cwd):
        ended = subprocess.run(
            [*offline, stick, *command], cwd=cwd, env=environment, capture_output=True, text=True, timeout=900
        )
        assert "Traceback (most recent call last)" not in ended.stdout
        return ended

    return run


@pytest.fixture(scope="module")
def installed(run, classroom, stick):
    """The folder into which install.py of the read-only stick installs when it is started there without any options."""
    ended = run(sys.executable, "install.py", cwd=stick)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return classroom / "genai-course"


def test_there_really_is_no_network(run, classroom):
    with socket.create_server(("127.0.0.1", 0)) as outside:
        address = ("127.0.0.1", str(outside.getsockname()[1]))
        # Here the attempt succeeds; in the namespace, it is another machine's loopback device.
        subprocess.run([sys.executable, "-c", CONNECT, *address], check=True)
        assert "ConnectionRefusedError" in run(sys.executable, "-c", CONNECT, *address, cwd=classroom).stderr
    ended = run(sys.executable, "-c", CONNECT, "192.0.2.1", "80", cwd=classroom)
    assert f"[Errno {errno.ENETUNREACH}]" in ended.stderr


def test_the_stick_is_read_only(run, stick):
    ended = run(sys.executable, "-c", "open('a file', 'w')", cwd=stick)
    assert f"[Errno {errno.EROFS}]" in ended.stderr


def test_there_is_something_to_read(stick):
    pages = [path.relative_to(stick / "course") for path in (stick / "course").rglob("*.html")]
    lessons = [path.relative_to(ROOT / "notebooks") for path in (ROOT / "notebooks").glob("[0-9]*/*.ipynb")]
    assert Path("index.html") in pages
    for lesson in lessons:
        assert Path("notebooks", lesson).with_suffix(".html") in pages
        assert (stick / "notebooks" / lesson).read_bytes() == (ROOT / "notebooks" / lesson).read_bytes()
    assert "genai-course lab" in (stick / "START.txt").read_text(encoding="utf-8")


def test_the_versions_are_those_of_the_constraints(stick):
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line.split(";")[0].strip().split("==") for line in lines if "==" in line.split(";")[0]]
    known = {(name.lower().replace("-", "_"), version) for name, version in pins}
    wheels = [path.name.split("-")[:2] for path in (stick / "wheels").glob("*.whl")]
    assert len(wheels) > 100
    unknown = [name for name, version in wheels if (name.lower().replace(".", "_"), version) not in known]
    assert sorted(unknown) == ["genai_course", "pip"]


def test_doctor_is_content(run, installed):
    ended = run(".venv/bin/genai-course", "doctor", cwd=installed)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "Your workshop code: " in ended.stdout


def test_a_lesson_runs(run, installed):
    ended = run(".venv/bin/genai-course", "run", "video", "--profile", "smoke", cwd=installed)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    executed = nbformat.read(installed / "build/run/01_data/04_video.ipynb", as_version=4)
    assert any(cell.get("outputs") for cell in executed.cells)


def test_installing_again_leaves_the_learners_work(run, installed, stick):
    work = installed / "my-course/00_start_here/01_welcome.ipynb"
    ended = run(
        ".venv/bin/python",
        "-c",
        "from genai_course_tools.learner import copies; copies.update_copy('my-course')",
        cwd=installed,
    )
    assert ended.returncode == 0, ended.stderr
    work.write_text("my answers", encoding="utf-8")
    ended = run(sys.executable, "install.py", cwd=stick)
    assert "The course is installed already" in ended.stdout
    assert work.read_text(encoding="utf-8") == "my answers"
