"""A Python that does not fit is refused in one sentence, by make and by pip."""

import os
import shutil
import subprocess
import sys
import zipfile
from importlib.metadata import distribution
from pathlib import Path

import pytest
from provoked import impossible

ROOT = Path(__file__).parents[2]
# This Python, saying that it is 3.10, for ``-c PROGRAM`` and ``-m MODULE``.
PRETENDS = """
import runpy, sys
from collections import namedtuple

sys.version_info = namedtuple("version", "major minor micro releaselevel serial")(3, 10, 13, "final", 0)
option, what, *rest = sys.argv[1:]
sys.argv = [option, *rest]
exec(what) if option == "-c" else runpy.run_module(what, run_name="__main__", alter_sys=True)
"""


@pytest.fixture(params=["installed", "pretended"])
def python310(request, tmp_path):
    if request.param == "installed":
        found = [shutil.which("python3.10"), *Path.home().glob(".pyenv/versions/3.10*/bin/python3")]
        fitting = [str(path) for path in found if path and _version(path) == "3.10"]
        return fitting[0] if fitting else pytest.skip("There is no Python 3.10 here; the pretended one must do.")
    path, shim = tmp_path / "python3.10", tmp_path / "pretends.py"
    shim.write_text(PRETENDS)
    path.write_text(f"#!/bin/sh\nexec '{sys.executable}' '{shim}' \"$@\"\n")
    path.chmod(0o755)
    assert _version(path) == "3.10"
    return str(path)


def _version(python):
    asked = "import sys; print('.'.join(map(str, sys.version_info[:2])))"
    return subprocess.run([python, "-c", asked], capture_output=True, text=True).stdout.strip()


def test_make_refuses_it_and_names_those_that_fit(python310, tmp_path):
    if not shutil.which("make"):
        impossible("There is no make.")
    checkout = tmp_path / "a checkout"
    checkout.mkdir()
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, checkout)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    ended = subprocess.run(
        ["make", "lab", f"PYTHON={python310}"], cwd=checkout, env=environment, capture_output=True, text=True
    )
    assert ended.returncode == 2
    assert ended.stdout.strip() == (
        f"The course needs Python 3.11, 3.12 or 3.13 with venv; {python310} does not fit: "
        "install one, or name it with make lab PYTHON=/path/to/python3.12"
    )
    assert "Traceback" not in ended.stderr
    assert not (checkout / ".venv").exists()


def test_pip_refuses_it_before_anything_is_installed(python310, tmp_path):
    course = distribution("genai-course")
    folder = f"genai_course-{course.version}.dist-info"
    wheel = tmp_path / f"genai_course-{course.version}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:  # what pip reads of the course before anything else
        archive.writestr(f"{folder}/METADATA", course.read_text("METADATA"))
        archive.writestr(f"{folder}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{folder}/RECORD", "")
    options = ["--no-index", "--no-deps", "--disable-pip-version-check", "--target", str(tmp_path / "installed")]
    command = [python310, "-m", "pip", "install", *options, str(wheel)]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert ended.returncode == 1, ended.stdout
    [sentence] = [line for line in ended.stderr.splitlines() if line.startswith("ERROR: ")]
    assert sentence.startswith("ERROR: Package 'genai-course' requires a different Python: 3.10.")
    assert sentence.endswith("not in '<3.14,>=3.11'")
    assert not (tmp_path / "installed").exists()
