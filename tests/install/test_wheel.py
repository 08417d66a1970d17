"""A wheel is enough: built, looked into, installed into an empty folder, and used from an empty directory.

The other packages come from this environment, where the checkout is installed as well, last in the path. One test makes
sure that it is the wheel's copy which is used.
"""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parents[2]
COURSE = "genai_course/_course"


def _pip(*arguments):
    return subprocess.run([sys.executable, "-m", "pip", *map(str, arguments)], capture_output=True, text=True)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    ended = _pip("wheel", "--no-deps", "--quiet", "--wheel-dir", folder, ROOT)
    if "No matching distribution found for hatchling" in ended.stderr and not os.environ.get("CI"):
        pytest.skip("building a wheel needs hatchling, and pip cannot find it without a network")
    assert ended.returncode == 0, ended.stderr
    [path] = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def names(wheel):
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    folder = tmp_path_factory.mktemp("installed")
    ended = _pip("install", "--no-deps", "--quiet", "--target", folder, wheel)
    assert ended.returncode == 0, ended.stderr
    return folder


@pytest.fixture
def python(installed, tmp_path):
    """Run this Python from an empty directory, with the wheel's package before all others."""
    empty = tmp_path / "an empty directory"
    empty.mkdir()
    environment = os.environ | {"PYTHONPATH": str(installed), "GENAI_COURSE_HOME": str(tmp_path / "home")}

    def run(*arguments):
        command = [sys.executable, *map(str, arguments)]
        ended = subprocess.run(command, cwd=empty, env=environment, capture_output=True, text=True, timeout=300)
        assert "Traceback" not in ended.stdout + ended.stderr
        return ended

    run.folder = empty
    return run


def test_all_that_belongs_to_the_course_is_inside(names):
    for folder in ("notebooks", "solutions"):
        paths = {path.relative_to(ROOT).as_posix() for path in (ROOT / folder).glob("[0-9]*/*.ipynb")}
        assert {f"{COURSE}/{path}" for path in paths} <= names
        assert paths
    for path in (ROOT / "datasets").iterdir():
        if path.suffix in (".txt", ".npz", ".md", ".png"):
            assert f"{COURSE}/datasets/{path.name}" in names
    assert f"{COURSE}/datasets/checksums.txt" in names
    assert "genai_course_tools/learner/jupyter_settings/labconfig/page_config.json" in names
    for path in (ROOT / "lessons").glob("*/*/*"):
        if path.is_file():
            assert f"{COURSE}/{path.relative_to(ROOT).as_posix()}" in names
    packages = [ROOT / name for name in ("genai_course", "genai_course_tools")]
    modules = {
        path.relative_to(ROOT).as_posix()
        for package in packages
        for end in ("py", "json")
        for path in package.rglob(f"*.{end}")
    }
    assert modules <= names


def test_nothing_else_is_inside(names):
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"genai_course", "genai_course_tools"}
    unwanted = {"build", "dist", "my-course", "__pycache__", ".ipynb_checkpoints", ".venv", "tests"}
    assert not [name for name in names if unwanted.intersection(name.split("/"))]


def test_the_wheels_copy_is_the_one_that_is_used(python, installed):
    asked = (
        "import genai_course; from genai_course.paths import course_root; print(genai_course.__file__, course_root())"
    )
    ended = python("-c", asked)
    assert ended.stdout.split("\n")[0] == f"{installed}/genai_course/__init__.py {installed}/{COURSE}", ended.stderr


def test_doctor_is_content(python):
    ended = python("-m", "genai_course_tools.cli", "doctor")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "Your workshop code: " in ended.stdout


def test_a_lesson_runs(python):
    ended = python("-m", "genai_course_tools.cli", "run", "video", "--profile", "smoke")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    executed = nbformat.read(python.folder / "build/run/01_data/04_video.ipynb", as_version=4)
    assert any(cell.get("outputs") for cell in executed.cells)
    assert (python.folder / "build/run/index.html").is_file()


def test_the_learner_gets_a_copy(python):
    ended = python("-c", "from genai_course_tools.learner import copies; print(copies.update_copy('my course'))")
    assert ended.returncode == 0, ended.stderr
    for kind, folder in (("notebooks", "my course"), ("solutions", "my course/solutions")):
        for path in (ROOT / kind).glob("[0-9]*/*.ipynb"):
            copy = python.folder / folder / path.parent.name / path.name
            assert copy.read_bytes() == path.read_bytes()


@pytest.mark.parametrize("command", [("build",), ("build", "--check", "welcome"), ("harness",)])
def test_what_needs_the_clone_says_so(python, command):
    ended = python("-m", "genai_course_tools.cli", *command)
    assert ended.returncode == 2
    sentence = " ".join(ended.stderr.partition("Error: ")[2].split())
    assert sentence == "An installed course is not built from its lessons/: clone the course and run the command there."
