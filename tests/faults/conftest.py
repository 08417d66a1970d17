"""What the tests of faults share: disks that are full or read-only, and a small course of its own in an awkward folder."""

import shutil
import subprocess
from pathlib import Path

import pytest
from provoked import AWKWARD, genai_course, impossible

from genai_course.paths import PACKAGE

ROOT = Path(__file__).parents[2]

# As much of a module of exercises as building the tiny lesson asks for.
TINY_EXERCISES = """
from types import SimpleNamespace

EXERCISES = [SimpleNamespace(name=name) for name in ("average", "length", "shape")]
PREDICTIONS = [SimpleNamespace(name="guess")]
"""


@pytest.fixture
def mounts():
    """Function that runs ``mount`` with its arguments, the last one the folder; undone after the test."""
    mounted = []

    def mount(*arguments):
        ended = subprocess.run(["mount", *map(str, arguments)], capture_output=True, text=True)
        if ended.returncode:
            impossible(f"No mount is allowed here: {ended.stderr.strip()}")
        mounted.append(arguments[-1])

    if not shutil.which("mount"):
        impossible("There is no mount.")
    yield mount
    for folder in reversed(mounted):
        subprocess.run(["umount", folder], check=True)


@pytest.fixture
def read_only(mounts):
    """Function that makes a folder a disk that cannot be written to, not even by root."""

    def make(folder):
        mounts("--bind", folder, folder)
        subprocess.run(["mount", "-o", "remount,ro,bind", folder], check=True)
        with pytest.raises(OSError, match="Read-only"):
            (folder / "file").touch()
        return folder

    return make


@pytest.fixture
def small_disk(mounts, tmp_path):
    """Function: size, such as "64k" -> a folder on a disk of its own, of that size."""

    def make(size):
        folder = tmp_path / "small disk"
        folder.mkdir()
        mounts("-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder)
        return folder

    return make


@pytest.fixture(scope="session")
def course(tmp_path_factory):
    """A course with one tiny lesson, built, in a folder with an awkward name; it is not to be changed."""
    root = tmp_path_factory.mktemp("faults") / AWKWARD
    shutil.copytree(PACKAGE, root / "genai_course", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(
        ROOT / "genai_course_tools", root / "genai_course_tools", ignore=shutil.ignore_patterns("__pycache__")
    )
    (root / "lessons/01_data/01_tiny").mkdir(parents=True)
    shutil.copyfile(ROOT / "tests/lessons/tiny_lesson.py", root / "lessons/01_data/01_tiny/lesson.py")
    (root / "lessons/01_data/01_tiny/exercises.py").write_text(TINY_EXERCISES)
    (root / "lessons/01_data/01_tiny/alternatives.py").touch()
    (root / "lessons/01_data/01_tiny/quiz.md").write_text(
        "Is 1 < 2?\n- * yes — Count.\n- no — Count.\n", encoding="utf-8"
    )
    built = genai_course(root, "build")
    assert built.returncode == 0, built.stdout + built.stderr
    return root


@pytest.fixture
def own_course(course, tmp_path):
    """A copy of that course to change."""
    return shutil.copytree(course, tmp_path / AWKWARD)
