"""``genai-course new``: what it writes builds, runs and has sharp checks; bad names leave nothing behind."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import click
import nbformat
import pytest

from genai_course_tools.authoring import listing
from genai_course_tools.authoring.new import start_lesson

ROOT = Path(__file__).parents[2]
NAME = "02_models/14_energy_models"
WRITTEN = tuple(f"lessons/{NAME}/{file}" for file in ("lesson.py", "exercises.py", "alternatives.py", "quiz.md"))


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    """A copy of what authors work in, and a lesson started there."""
    root = tmp_path_factory.mktemp("checkout")
    for folder in ("lessons", "genai_course", "genai_course_tools", "datasets"):
        shutil.copytree(ROOT / folder, root / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("README.md", "CHANGELOG.md"):
        shutil.copy(ROOT / name, root / name)
    ended = genai_course(root, "new", *NAME.split("/"))
    assert ended.returncode == 0, ended.stderr
    assert all(f"wrote {path}\n" in ended.stdout for path in WRITTEN)
    return root


def genai_course(root, *arguments):
    """Run the command on the course in ``root``."""
    unwanted = ("PYTHONDONTWRITEBYTECODE", "GENAI_COURSE_STRICT", "NBGRADER_EXECUTION")
    environment = {name: value for name, value in os.environ.items() if name not in unwanted}
    command = [sys.executable, "-m", "genai_course_tools.cli", *arguments]
    environment |= {"PYTHONPATH": str(root), "COLUMNS": "200"}
    return subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, timeout=300)


def files(root):
    return sorted(path for path in root.rglob("*") if path.is_file() and path.suffix != ".pyc")


def test_it_builds_and_runs_untouched(checkout):
    built = genai_course(checkout, "build", "energy_models")
    assert built.returncode == 0, built.stdout + built.stderr
    assert "no alternative text" not in built.stdout
    assert "stderr" not in built.stdout
    # Whoever adds a lesson touches its folder only; what mentions it elsewhere is written by the build.
    count = listing.number_in_words(len(list((checkout / "lessons").glob("*/*/lesson.py"))))
    assert f"begin -->{count}<!-- lessons.count" in (checkout / "README.md").read_text(encoding="utf-8")
    assert f"](solutions/{NAME}.ipynb)" in (checkout / "README.md").read_text(encoding="utf-8")
    assert "*Energy models*" in (checkout / "CHANGELOG.md").read_text(encoding="utf-8")
    ran = genai_course(checkout, "run", "energy_models", "--profile", "smoke")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    executed = nbformat.read(checkout / f"build/run/{NAME}.ipynb", as_version=4)
    said = [
        output.data["text/plain"] for cell in executed.cells for output in cell.get("outputs", []) if "data" in output
    ]
    assert sum(text.startswith("○ Not attempted") for text in said) == 3


def test_its_checks_are_sharp(checkout):
    ended = genai_course(checkout, "harness", "energy_models")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert ended.stdout.count("✓ energy_models-") == 3


def test_it_is_laid_out_like_the_others(checkout):
    texts = [(checkout / path).read_text(encoding="utf-8") for path in WRITTEN]
    assert all("TODO" in text for text in texts)
    assert not re.search(r"@\w+@", "".join(texts))
    # Lessons and their exercises are not formatted.
    for command in (("check", *WRITTEN[:3]), ("format", "--check", WRITTEN[2])):
        ruff = [sys.executable, "-m", "ruff", *command, "--config", str(ROOT / "pyproject.toml")]
        ended = subprocess.run(ruff, cwd=checkout, capture_output=True, text=True)
        assert ended.returncode == 0, ended.stdout


@pytest.fixture
def course(tmp_path):
    """A course with one lesson."""
    lesson = tmp_path / "lessons/02_models/03_autoencoders/lesson.py"
    lesson.parent.mkdir(parents=True)
    lesson.touch()
    return tmp_path


@pytest.mark.parametrize(
    ("module", "name", "sentence"),
    [
        ("models", "14_energy_models", "'models' cannot name a module: .* like 02_models"),
        ("02_models", "energy_models", "'energy_models' cannot name a lesson: .* like 14_energy_models"),
        ("02_models", "12_Energy-Models", "'12_Energy-Models' cannot name a lesson"),
        ("02_models", "14_energy_models.py", "'14_energy_models.py' cannot name a lesson"),
        ("../02_models", "14_energy_models", "cannot name a module"),
        ("02_models", "03_autoencoders", "The lesson 02_models/03_autoencoders is there already"),
        ("02_models", "03_flows", "Number 03 of 02_models is taken by 03_autoencoders"),
        ("02_modells", "14_energy_models", "Module 02 is 02_models: start the lesson there"),
        ("04_latent_space", "01_autoencoders", "'autoencoders' is taken by 02_models/03_autoencoders"),
    ],
)
def test_a_name_that_does_not_do_is_answered_with_one_sentence(course, module, name, sentence):
    before = files(course)
    with pytest.raises(click.UsageError, match=sentence):
        start_lesson(module, name, course)
    assert files(course) == before


def test_a_file_of_that_name_is_not_overwritten(course):
    path = course / "lessons/02_models/08_flows/exercises.py"
    path.parent.mkdir(parents=True)
    path.write_text("somebody's work")
    with pytest.raises(
        click.UsageError, match=r"08_flows has no lesson\.py: write the lesson's text there, or delete the folder"
    ):
        start_lesson("02_models", "08_flows", course)
    assert path.read_text() == "somebody's work"
    assert len(files(course)) == 2


def test_what_cannot_be_written_leaves_nothing(course):
    (course / "lessons/04_latent_space").write_text("a file in the way")
    before = files(course)
    with pytest.raises(click.UsageError, match="cannot be written to .*: nothing was changed"):
        start_lesson("04_latent_space", "01_walks", course)
    assert files(course) == before
    assert (course / "lessons/04_latent_space").read_text() == "a file in the way"


def test_an_installed_course_has_no_place_for_lessons(tmp_path):
    with pytest.raises(click.UsageError, match="An installed course is not built from its lessons/"):
        start_lesson("02_models", "14_energy_models", tmp_path / "_course")
