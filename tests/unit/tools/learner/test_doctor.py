"""doctor: each check can fail, says why and how to mend it; a machine on which all is well gets the workshop code."""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections import namedtuple
from pathlib import Path

import pytest
from click.testing import CliRunner
from packaging.specifiers import SpecifierSet

from genai_course.data import files
from genai_course_tools import cli
from genai_course_tools.learner import doctor

ROOT = Path(__file__).parents[4]
Space = namedtuple("Space", "total used free")


@pytest.fixture
def failure(monkeypatch):
    """Run ``genai-course doctor`` with one check only, which must fail; return what it found and the mend."""

    def run(name):
        monkeypatch.setattr(doctor, "CHECKS", {name: doctor.CHECKS[name]})
        outcome = CliRunner().invoke(cli.main, ["doctor"])
        assert outcome.exit_code == 1, outcome.output
        assert "code" not in outcome.output
        _, line, mend, summary = outcome.output.splitlines()
        assert line.startswith(f"FAIL ✗ {name}: ")
        assert mend.startswith("       ")
        assert summary.startswith("1 of 1 checks failed")
        return line.removeprefix(f"FAIL ✗ {name}: "), mend.strip()

    return run


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A course with one lesson and one data file, in the place of the real one."""
    for kind in ("notebooks", "solutions"):
        (tmp_path / kind / "01_data").mkdir(parents=True)
        (tmp_path / kind / "01_data/01_images.ipynb").write_text("{}")
    (tmp_path / "datasets").mkdir()
    (tmp_path / "datasets/letters.npz").write_bytes(b"letters")
    for module in (doctor, files):
        monkeypatch.setattr(module, "course_root", lambda: tmp_path)
    files.record_checksum("letters.npz")
    return tmp_path


def test_a_python_that_does_not_fit(failure, monkeypatch):
    monkeypatch.setattr(doctor, "PYTHON", ((3, 98), (3, 99)))
    found, mend = failure("Python")
    assert found == ".".join(map(str, sys.version_info[:3]))
    assert mend.startswith("Install Python 3.11, 3.12 or 3.13")


def test_the_pythons_are_those_of_the_project():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    (oldest, below) = (".".join(map(str, version)) for version in doctor.PYTHON)
    assert SpecifierSet(f">={oldest},<{below}") == SpecifierSet(project["requires-python"])


def test_a_missing_package(failure, monkeypatch):
    monkeypatch.setattr(doctor, "PACKAGES", (("click",), ("no-such-package-cpu", "no-such-package")))
    found, mend = failure("Packages")
    assert found.endswith("no-such-package is missing")
    assert mend == doctor.REINSTALL


def test_too_little_memory(failure, monkeypatch):
    memory = namedtuple("memory", "total available")(1_900_000_000, 700_000_000)
    monkeypatch.setattr("psutil.virtual_memory", lambda: memory)
    found, mend = failure("Memory")
    assert found == "1.9 GB, of which 0.7 GB free"
    assert "2 GB" in mend


def test_the_limit_of_a_container_counts(failure, monkeypatch, tmp_path):
    monkeypatch.setattr(doctor, "CONTAINER", tmp_path)
    machine, _ = doctor._memory()
    assert machine > 10**9
    (tmp_path / "memory.stat").write_text("anon 200000000\nfile 700000000\n")
    (tmp_path / "memory.max").write_text("max\n")
    assert doctor._memory()[0] == machine
    (tmp_path / "memory.max").write_text("1000000000\n")
    assert failure("Memory")[0] == "1.0 GB, of which 0.8 GB free"


def test_a_full_disk(failure, monkeypatch, tmp_path):
    monkeypatch.setenv("GENAI_COURSE_HOME", str(tmp_path / "home"))
    free = {tmp_path / "home": 499 * 10**6, Path.cwd(): 10**9}
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: Space(10**12, 0, free[folder]))
    found, mend = failure("Disk")
    assert found == f"0.5 GB free in {tmp_path / 'home'}, 1.0 GB free in {Path.cwd()}"
    assert "GENAI_COURSE_HOME" in mend


def test_a_home_that_cannot_be_written(failure, monkeypatch, tmp_path):
    def refused():
        raise PermissionError(13, "Permission denied")

    monkeypatch.setenv("GENAI_COURSE_HOME", str(tmp_path))
    monkeypatch.setattr(doctor, "course_home", refused)
    found, mend = failure("Course home")
    assert found == f"nothing can be written to {tmp_path} (Permission denied)"
    assert "GENAI_COURSE_HOME" in mend


def test_a_home_that_is_replaced_is_said(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv("GENAI_COURSE_HOME", str(tmp_path / "file" / "home"))  # fails for root as well
    assert doctor.home() == f"{doctor.course_home()}, until the machine restarts, " + (
        f"because {tmp_path / 'file' / 'home'} cannot be written to"
    )


def test_missing_and_damaged_notebooks(failure, course):
    assert doctor.course_files() == "1 notebooks, 1 solutions"
    (course / "solutions/01_data/01_images.ipynb").write_text('{"cells": [')
    assert failure("Course files") == ("solutions/01_data/01_images.ipynb is damaged", doctor.REINSTALL)
    (course / "notebooks/01_data/01_images.ipynb").unlink()
    assert failure("Course files") == ("there are no notebooks", doctor.REINSTALL)


def test_missing_and_damaged_data(failure, course):
    assert doctor.data_files() == "letters.npz, as published"
    (course / "datasets/letters.npz").write_bytes(b"lettuce")
    assert failure("Data") == ("missing or damaged: letters.npz", doctor.REINSTALL)
    (course / "datasets/letters.npz").unlink()
    assert failure("Data") == ("missing or damaged: letters.npz", doctor.REINSTALL)
    for damage in ("", "damaged"):
        (course / "datasets/checksums.txt").write_text(damage)
        assert failure("Data") == ("the list checksums.txt is missing or damaged", doctor.REINSTALL)


def test_jupyterlab_without_its_page_or_its_sliders(failure, monkeypatch, tmp_path):
    monkeypatch.setattr("jupyter_core.paths.jupyter_path", lambda _: [str(tmp_path)])
    found, mend = failure("JupyterLab")
    assert found == "@jupyter-widgets/jupyterlab-manager, which draws the sliders, is missing"
    assert "jupyterlab_widgets" in mend
    monkeypatch.setattr("jupyterlab.commands.get_app_dir", lambda: str(tmp_path))
    assert failure("JupyterLab") == ("JupyterLab's page is missing", doctor.REINSTALL)


@pytest.fixture
def kernel_command(monkeypatch, tmp_path):
    """Set the command that JupyterLab knows as python3."""

    def set_command(*command):
        specification = tmp_path / "kernels/python3/kernel.json"
        specification.parent.mkdir(parents=True, exist_ok=True)
        described = {"argv": [*command, "-f", "{connection_file}"], "display_name": "a kernel", "language": "python"}
        specification.write_text(json.dumps(described))
        monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))

    return set_command


@pytest.mark.parametrize("command", [(sys.executable, "-c", "raise SystemExit(1)"), ("no-such-program-anywhere",)])
def test_a_kernel_that_does_not_start(failure, kernel_command, command):
    kernel_command(*command)
    found, mend = failure("Kernel")
    assert found == "python3 does not start"
    assert "ipykernel install" in mend


def test_a_missing_kernel(failure, monkeypatch):
    from jupyter_client.kernelspec import NoSuchKernel

    def start(*_, **__):
        raise NoSuchKernel("python3")

    monkeypatch.setattr("jupyter_client.manager.start_new_kernel", start)
    assert failure("Kernel")[0] == "JupyterLab knows no kernel called python3"


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        (doctor.ASK_KERNEL.replace("genai_course", "no_such_course"), "another Python, in which the course is not"),
        ("1 + 2", "was asked for 1 + 1 and answered 3"),
        ("1 / 0", "was asked for 1 + 1 and answered None"),
        ("__import__('time').sleep(600)", "gave no answer within 1 seconds"),
    ],
)
def test_a_kernel_with_another_answer(failure, monkeypatch, question, answer):
    monkeypatch.setattr(doctor, "ASK_KERNEL", question)
    if "sleep" in question:
        monkeypatch.setattr(doctor, "ANSWER_SECONDS", 1)
    assert answer in failure("Kernel")[0]


@pytest.mark.parametrize(
    ("program", "found", "mend"),
    [
        ("import os; os.abort()", "TensorFlow was stopped by the system", "AVX"),
        ("import no_such_module", "No module named 'no_such_module'", doctor.REINSTALL),
        ("pass", "ended with status 0", doctor.REINSTALL),
        ("raise SystemExit(3)", "ended with status 3", doctor.REINSTALL),
        ("import time; time.sleep(600)", "no training step within 2 seconds", "Close other programs"),
    ],
)
def test_a_training_that_fails(failure, monkeypatch, program, found, mend):
    monkeypatch.setattr(doctor, "TRAIN", program)
    if "sleep" in program:
        monkeypatch.setattr(doctor, "TRAINING_SECONDS", 2)
    said, advised = failure("Training")
    assert found in said
    assert mend in advised


def test_a_fault_inside_a_check_is_a_line_too(failure, monkeypatch):
    def faulty():
        raise ImportError("DLL load failed\nwhile importing something")

    monkeypatch.setitem(doctor.CHECKS, "Python", faulty)
    assert failure("Python") == ("ImportError: DLL load failed", doctor.REINSTALL)


def test_the_code_depends_on_the_version_and_the_checks(monkeypatch):
    codes = {doctor.workshop_code(), doctor.workshop_code()}
    monkeypatch.setattr(doctor, "__version__", "99.0")
    codes.add(doctor.workshop_code())
    monkeypatch.setattr(doctor, "CHECKS", {"Python": doctor.python_version})
    codes.add(doctor.workshop_code())
    assert len(codes) == 3
    assert all(re.fullmatch(r"[0-9A-F]{6}", code) for code in codes)


def test_a_whole_examination(tmp_path):
    environment = os.environ | {"GENAI_COURSE_HOME": str(tmp_path), "PYTHONIOENCODING": "cp1252"}
    ended = subprocess.run(
        [sys.executable, "-m", "genai_course_tools.cli", "doctor"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        encoding="cp1252",
        timeout=600,
    )
    assert (ended.returncode, ended.stderr) == (0, ""), ended.stdout
    _, *lines, last = ended.stdout.splitlines()
    # A Windows terminal that knows no ✓ still gets its OK.
    assert [line.split(":")[0] for line in lines] == [f"OK   ? {name}" for name in doctor.CHECKS]
    assert last == f"All is well. Your workshop code: {doctor.workshop_code()}"
