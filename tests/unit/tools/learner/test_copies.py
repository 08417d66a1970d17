"""The learner's own copy of the notebooks, and the start of JupyterLab."""

import json
import os
import re
import socket

import click
import pytest

from genai_course_tools.learner import copies
from genai_course_tools.learner.copies import MANIFEST, refuse_taken, reset, start_lab, update_copy

NAME = "01_data/01_images.ipynb"


@pytest.fixture
def course(tmp_path):
    source = tmp_path / "notebooks"
    (source / "01_data").mkdir(parents=True)
    (source / NAME).write_text("first version")
    (source / "01_data/02_text.ipynb").write_text("text")
    return source


@pytest.fixture
def copy(tmp_path, course):
    folder = tmp_path / "my-course"
    assert update_copy(folder, course) == []
    return folder


def test_the_first_copy_holds_every_notebook(copy):
    assert (copy / NAME).read_text() == "first version"
    assert sorted(json.loads((copy / MANIFEST).read_text())) == [NAME, "01_data/02_text.ipynb"]


def test_solutions_lie_in_a_folder_of_their_own(tmp_path, course):
    (tmp_path / "solutions/01_data").mkdir(parents=True)
    (tmp_path / "solutions" / NAME).write_text("solved")
    update_copy(tmp_path / "my-course", course)
    assert (tmp_path / "my-course" / NAME).read_text() == "first version"
    assert (tmp_path / "my-course/solutions" / NAME).read_text() == "solved"


def test_an_untouched_notebook_follows_an_update(course, copy):
    (course / NAME).write_text("second version")
    assert update_copy(copy, course) == [f"{copy / NAME} was updated."]
    assert (copy / NAME).read_text() == "second version"


def test_an_edited_notebook_is_kept_and_the_new_version_lies_beside_it(course, copy):
    (copy / NAME).write_text("my work")
    assert update_copy(copy, course) == []  # there is no new version
    (course / NAME).write_text("second version")
    [sentence] = update_copy(copy, course)
    assert "holds your work" in sentence
    assert "01_images.new.ipynb" in sentence
    assert (copy / NAME).read_text() == "my work"
    assert (copy / "01_data/01_images.new.ipynb").read_text() == "second version"
    assert update_copy(copy, course) == []  # said once


def test_a_new_version_that_was_edited_is_kept_too(course, copy):
    (copy / NAME).write_text("my work")
    (course / NAME).write_text("second version")
    update_copy(copy, course)
    (copy / "01_data/01_images.new.ipynb").write_text("my work in the second version")
    (course / NAME).write_text("third version")
    [sentence] = update_copy(copy, course)
    assert "01_images.new2.ipynb" in sentence
    assert (copy / "01_data/01_images.new.ipynb").read_text() == "my work in the second version"
    assert (copy / "01_data/01_images.new2.ipynb").read_text() == "third version"


def test_work_that_became_the_new_version_is_quietly_accepted(course, copy):
    (copy / NAME).write_text("second version")
    (course / NAME).write_text("second version")
    assert update_copy(copy, course) == []
    (course / NAME).write_text("third version")
    assert update_copy(copy, course) == [f"{copy / NAME} was updated."]


def test_a_deleted_notebook_comes_back(course, copy):
    (copy / NAME).unlink()
    assert update_copy(copy, course) == []
    assert (copy / NAME).read_text() == "first version"


@pytest.mark.parametrize("damage", ["", "[1]", "{'not json"])
def test_without_a_readable_manifest_nothing_is_overwritten(course, copy, damage):
    (copy / MANIFEST).write_text(damage)
    (course / NAME).write_text("second version")
    [sentence] = update_copy(copy, course)
    assert "left alone" in sentence
    assert (copy / NAME).read_text() == "first version"


def test_the_learners_own_files_stay(course, copy):
    (copy / "01_data/mine.ipynb").write_text("mine")
    update_copy(copy, course)
    assert (copy / "01_data/mine.ipynb").read_text() == "mine"


def test_a_course_without_notebooks_is_answered_with_one_sentence(tmp_path):
    with pytest.raises(click.UsageError, match=r"There are no notebooks in .*: make them with genai-course build"):
        update_copy(tmp_path / "my-course", tmp_path)


def test_a_file_in_the_place_of_the_folder_is_named(tmp_path, course):
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(click.UsageError, match=r"cannot be written to .*taken"):
        update_copy(tmp_path / "taken", course)
    assert (tmp_path / "taken").read_text() == "a file"


def kept_copies(copy):
    return sorted(path for path in (copy / "01_data").iterdir() if path.name not in (NAME[8:], "02_text.ipynb"))


@pytest.mark.parametrize("wanted", ["01_data/01_images", "images", f"my-course/{NAME}"])
def test_reset_keeps_the_old_work_under_a_dated_name(course, copy, wanted):
    (copy / NAME).write_text("my work")
    sentence = reset(wanted, copy, course)
    [kept] = kept_copies(copy)
    assert re.fullmatch(r"01_images\.\d{4}-\d\d-\d\d-\d{6}\.ipynb", kept.name)
    assert kept.name in sentence
    assert kept.read_text() == "my work"
    assert (copy / NAME).read_text() == "first version"


def test_reset_twice_keeps_both(course, copy):
    for work in ("first work", "second work"):
        (copy / NAME).write_text(work)
        reset("images", copy, course)
    assert {path.read_text() for path in kept_copies(copy)} == {"first work", "second work"}


def test_reset_of_an_untouched_or_missing_lesson_keeps_nothing(course, copy):
    assert "nothing was changed" in reset("images", copy, course)
    (copy / NAME).unlink()
    assert "fresh" in reset("images", copy, course)
    assert (copy / NAME).read_text() == "first version"
    assert kept_copies(copy) == []


def test_a_lesson_that_was_reset_follows_the_next_update(course, copy):
    (copy / NAME).write_text("my work")
    (course / NAME).write_text("second version")
    reset("images", copy, course)
    (course / NAME).write_text("third version")
    assert update_copy(copy, course) == [f"{copy / NAME} was updated."]


@pytest.mark.parametrize("interrupted", ["dated", "_write_manifest"])
def test_an_interrupted_reset_loses_nothing(course, copy, monkeypatch, interrupted):
    def power_cut(*_):
        raise OSError(28, "No space left on device")

    (copy / NAME).write_text("my work")
    monkeypatch.setattr(copies, interrupted, power_cut)
    with pytest.raises(
        click.UsageError, match=r"cannot be written \(No space left on device\); no work of yours was lost"
    ):
        reset("images", copy, course)
    assert (copy / NAME).read_text() == "my work"
    assert kept_copies(copy) == []


def test_reset_interrupted_after_the_work_was_moved(course, copy, monkeypatch):
    def killed(*_):
        raise KeyboardInterrupt

    (copy / NAME).write_text("my work")
    monkeypatch.setattr(copies, "_write_manifest", lambda *_: None)
    monkeypatch.setattr(os, "replace", killed)
    with pytest.raises(KeyboardInterrupt):
        reset("images", copy, course)
    [kept] = kept_copies(copy)
    assert kept.read_text() == "my work"
    monkeypatch.undo()
    update_copy(copy, course)
    assert (copy / NAME).read_text() == "first version"


@pytest.mark.parametrize(
    ("wanted", "folder", "sentence"),
    [
        ("imags", "my-course", "No lesson is called 'imags'.*Did you mean 01_data/01_images?"),
        ("images", "elsewhere", "There is no folder .*elsewhere: name the one that holds your copy"),
    ],
)
def test_reset_answers_bad_input_with_one_sentence(course, copy, wanted, folder, sentence):
    with pytest.raises(click.UsageError, match=sentence):
        reset(wanted, copy.parent / folder, course)
    assert not (copy.parent / "elsewhere").exists()


def test_a_taken_port_is_named():
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        port = server.getsockname()[1]
        with pytest.raises(click.UsageError, match=f"Port {port} is taken"):
            refuse_taken(port)
    refuse_taken(port)
    refuse_taken(None)


@pytest.mark.parametrize(
    ("there", "start"),
    [
        ((copies.INDEX, copies.WELCOME), "/lab/tree/index.ipynb"),
        ((copies.WELCOME,), "/lab/tree/00_start_here/01_welcome.ipynb"),
        ((), "/lab"),
    ],
)
def test_lab_opens_the_entrance_without_announcements(tmp_path, monkeypatch, there, start):
    (tmp_path / "00_start_here").mkdir()
    for name in there:
        (tmp_path / name).touch()
    started = {}
    monkeypatch.setattr(
        os, "execve", lambda _, command, environment: started.update(command=command, environment=environment)
    )
    monkeypatch.setattr(
        copies.subprocess, "call", lambda command, env: started.update(command=command, environment=env)
    )
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    start_lab(tmp_path, browser=False, port=8123)
    assert f"--ServerApp.root_dir={tmp_path}" in started["command"]
    assert f"--LabApp.default_url={start}" in started["command"]
    assert started["command"][-3:] == ["--port", "8123", "--ServerApp.port_retries=0"]
    assert "--no-browser" in started["command"]
    assert started["environment"]["TF_CPP_MIN_LOG_LEVEL"] == "3"
    assert "PYTHONDONTWRITEBYTECODE" not in started["environment"]
    settings = os.path.join(
        started["environment"]["JUPYTER_CONFIG_PATH"].split(os.pathsep)[0], "labconfig", "page_config.json"
    )
    with open(settings) as file:
        assert json.load(file)["disabledExtensions"] == {"@jupyterlab/apputils-extension:announcements": True}
