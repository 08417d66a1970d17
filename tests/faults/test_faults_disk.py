"""A disk that is full or read-only: one sentence, and what was there stays as it was."""

import json
import os
import shutil
import subprocess
import sys

import pytest
from provoked import fill, genai_course, refusal

from genai_course_tools.learner import copies

TINY = "01_data/01_tiny.ipynb"
PASS = """
from genai_course.exercises import check, registry
answer = registry.find("exercise", "autoencoders-compression_rate").reference
assert check("autoencoders-compression_rate", answer).__wrapped__ is answer
"""


def python(program, **variables):
    """Run a program with the checkout's own course; what it printed."""
    environment = os.environ | {name: str(each) for name, each in variables.items()}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    ended = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, timeout=900
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


@pytest.fixture
def home(tmp_path):
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


@pytest.fixture
def temporary(tmp_path):
    folder = tmp_path / "temporary"
    folder.mkdir()
    return folder


def test_a_read_only_home_is_replaced_until_the_machine_restarts(home, temporary, read_only):
    variables = {"GENAI_COURSE_HOME": read_only(home), "TMPDIR": temporary, "GENAI_COURSE_RECORD": "1"}
    said = python(PASS, **variables)
    assert "✓ Passed" in said
    assert "could not" not in said
    [record] = temporary.rglob("progress.json")
    assert list(json.loads(record.read_text())["passed"]) == ["autoencoders-compression_rate"]


def test_a_check_passes_where_nothing_at_all_can_be_written(home, read_only):
    variables = {"GENAI_COURSE_HOME": home / "below", "TMPDIR": home, "GENAI_COURSE_RECORD": "1"}
    read_only(home)
    program = f"import tempfile; tempfile.tempdir = {str(home)!r}\n" + PASS
    said = python(program, **variables)
    assert "✓ Passed" in said
    assert "could not be noted in your progress (Read-only file system); your answer counts here" in said


def test_a_read_only_copy_of_the_course_is_named(own_course, tmp_path, read_only):
    copy = tmp_path / "my course"
    shutil.copytree(own_course / "notebooks", copy)
    (copy / TINY).write_text("my work")
    read_only(copy)
    ended = genai_course(own_course, "lab", copy, "--no-browser")
    assert refusal(ended, 2) == (f"Your copy cannot be written to {copy} (Read-only file system): name another folder.")
    ended = genai_course(own_course, "reset", "tiny", copy)
    assert refusal(ended, 2) == f"{copy / TINY} cannot be written (Read-only file system); no work of yours was lost."
    assert (copy / TINY).read_text() == "my work"


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        (("run",), "{}/build/run cannot be written to (Read-only file system): free some space or name another folder"),
        (("validate",), "{}/build/validate cannot be written to (Read-only file system): free some space or run"),
        (("build",), "{} cannot be written to (Read-only file system): free some space or build in a copy"),
        (("new", "01_data", "99_wanted"), "{} cannot be written to (Read-only file system): nothing was changed."),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else None,
)
def test_a_read_only_course_is_named(own_course, read_only, command, sentence):
    if command == ("build",):
        (own_course / f"notebooks/{TINY}").unlink()
    shutil.rmtree(own_course / "build")
    read_only(own_course)
    ended = genai_course(own_course, *command)
    assert refusal(ended, 2 if command[0] == "new" else 1).startswith(sentence.format(own_course))


def test_a_full_disk_leaves_the_learners_copy_as_it_was(own_course, small_disk):
    copy = small_disk("256k") / "my-course"
    copies.update_copy(copy, own_course / "notebooks")
    before = (copy / TINY).read_bytes()
    updated = own_course / f"notebooks/{TINY}"
    updated.write_text(updated.read_text().replace("average a list", "average a long list"))
    fill(copy.parent)
    ended = genai_course(own_course, "lab", copy, "--no-browser")
    assert refusal(ended, 2) == f"Your copy cannot be written to {copy} (No space left on device): name another folder."
    (copy / TINY).write_bytes(before.replace(b"average a list", b"my own list"))
    mine = (copy / TINY).read_bytes()
    ended = genai_course(own_course, "reset", "tiny", copy)
    assert refusal(ended, 2).endswith("cannot be written (No space left on device); no work of yours was lost.")
    assert (copy / TINY).read_bytes() == mine
    assert [path.name for path in (copy / TINY).parent.iterdir()] == ["01_tiny.ipynb"]


def test_a_full_disk_leaves_what_was_built_before(course, small_disk):
    disk = small_disk("4m")
    own_course = shutil.copytree(course, disk / "course")
    solution = own_course / f"solutions/{TINY}"
    before = solution.read_bytes()
    lesson = own_course / "lessons/01_data/01_tiny/lesson.py"
    lesson.write_text(lesson.read_text().replace("average a list", "average a long list"))
    fill(disk, leave=8192)
    ended = genai_course(own_course, "build", PYTHONDONTWRITEBYTECODE="1")
    sentence = refusal(ended, 1)
    assert sentence.startswith(f"{own_course} cannot be written to (No space left on device): free some space or")
    assert solution.read_bytes() == before
    assert json.loads((own_course / f"notebooks/{TINY}").read_text())["cells"]  # old or new, and whole


def test_a_run_that_fills_the_disk_ends(own_course, small_disk):
    disk = small_disk("192k")
    loud = "for _ in range(2_000): print('x' * 999)"
    notebook = own_course / f"notebooks/{TINY}"
    content = json.loads(notebook.read_text())
    content["cells"][-2]["source"] = [loud]
    notebook.write_text(json.dumps(content))
    ended = genai_course(own_course, "run", "--profile", "smoke", "--output", disk / "out")
    said = ended.stdout + ended.stderr
    assert ended.returncode == 1, said
    assert "Traceback" not in said
    assert "01_data/01_tiny: cell 1" in said
    assert "the result cannot be written (No space left on device)" in said


def test_a_model_that_cannot_be_kept_is_used_all_the_same(small_disk):
    home = small_disk("64k")
    program = (
        "import numpy as np\nfrom genai_course import session, zoo\nrun = session.setup('smoke', 0)\n"
        "print(zoo.load('autoencoder_glyphs', run).decode(np.zeros((1, 16), 'float32')).shape)"
    )
    said = python(program, GENAI_COURSE_HOME=home)
    assert "could not be kept (No space left on device), so it is trained again the next time." in said
    assert "(1, 16, 16, 1)" in said
    assert [path.suffix for path in (home / "zoo").iterdir() if path.suffix != ".lock"] == []


def test_jupyterlab_keeps_the_saved_notebook_when_the_disk_is_full(course, small_disk):
    import nbformat
    from jupyter_server.services.contents.filemanager import FileContentsManager
    from tornado.web import HTTPError

    folder = small_disk("512k")
    shutil.copyfile(course / f"notebooks/{TINY}", folder / "mine.ipynb")
    before = (folder / "mine.ipynb").read_bytes()
    notebook = nbformat.reads(before.decode(), as_version=4)
    notebook.cells[-1].source = "more " * 40_000
    fill(folder, leave=48 * 1024)
    manager = FileContentsManager(root_dir=str(folder))
    with pytest.raises(HTTPError, match="No space left"):
        manager.save({"type": "notebook", "content": notebook}, "mine.ipynb")
    assert (folder / "mine.ipynb").read_bytes() == before
