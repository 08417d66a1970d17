"""A made folder replaces what the course made before, and nothing else."""

import importlib.util
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from genai_course_tools import cli
from genai_course_tools.publish.folder import refuse_without_extra, whole_folder


def _make(output, text):
    with whole_folder(output) as work:
        (work / "html").mkdir()
        (work / "html" / "index.html").write_text(text)


def _make_half(output):
    with whole_folder(output) as work:
        (work / "half a page").write_text("<html>")
        raise KeyboardInterrupt


def test_a_folder_of_ours_is_replaced_whole(tmp_path):
    output = tmp_path / "deep" / "site"
    _make(output, "old")
    (output / "left over.html").write_text("of a lesson that is gone")
    _make(output, "new")
    assert (output / "index.html").read_text() == "new"
    assert not (output / "left over.html").exists()
    assert [path.name for path in output.parent.iterdir()] == ["site"]


def test_an_empty_folder_is_used(tmp_path):
    _make(tmp_path, "new")
    assert (tmp_path / "index.html").read_text() == "new"


def test_a_folder_of_the_user_is_left_alone(tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(click.UsageError, match="holds files that genai-course did not make"):
        _make(tmp_path, "new")
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_what_was_there_stays_when_the_making_fails(tmp_path):
    output = tmp_path / "site"
    _make(output, "old")
    with pytest.raises(KeyboardInterrupt):
        _make_half(output)
    assert (output / "index.html").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


@pytest.mark.parametrize("command", ["site", "slides"])
@pytest.mark.parametrize(
    ("output", "sentence"),
    [("a file", "is a file: give --output the name of a folder."), ("a file/site", "cannot be written")],
)
def test_an_output_that_cannot_be_is_answered_in_one_sentence(tmp_path, command, output, sentence):
    (tmp_path / "a file").write_text("")
    ended = CliRunner().invoke(cli.main, [command, "--output", str(tmp_path / output)])
    assert ended.exit_code == 2
    assert sentence in " ".join(ended.output.split())
    assert ended.output.count("Error: ") == 1


@pytest.mark.parametrize("command", ["site", "slides"])
@pytest.mark.skipif(not Path("/proc/self").exists(), reason="/proc is a folder of Linux")
def test_a_folder_that_nobody_can_write_to_is_answered_in_one_sentence(command):
    ended = CliRunner().invoke(cli.main, [command, "--output", "/proc/site"])  # also root cannot write there
    assert ended.exit_code == 2
    assert "/proc/site cannot be written" in " ".join(ended.output.split())


def test_without_the_extra_the_sentence_says_what_to_install(monkeypatch):
    refuse_without_extra()
    found = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "furo" else found(name))
    for command in ("site", "slides"):
        ended = CliRunner().invoke(cli.main, [command])
        assert ended.exit_code == 2
        assert 'pip install "genai-course[site]"' in ended.output
