"""paths: the course's home, and files that are whole or absent."""

import pytest

from genai_course.paths import atomic_write, course_home, course_root


def test_the_checkout_holds_notebooks_and_data():
    assert (course_root() / "datasets" / "checksums.txt").is_file()


def test_home_is_made_where_the_variable_says(tmp_path, monkeypatch):
    monkeypatch.setenv("GENAI_COURSE_HOME", str(tmp_path / "a home" / "{é}"))
    assert course_home() == tmp_path / "a home" / "{é}"
    assert course_home().is_dir()


def test_a_home_that_cannot_be_made_is_replaced_by_a_temporary_one(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv("GENAI_COURSE_HOME", str(tmp_path / "file" / "home"))  # fails for root as well
    assert course_home().is_dir()
    assert tmp_path not in course_home().parents


def test_a_whole_file_replaces_the_old_one_only_on_success(tmp_path):
    path = tmp_path / "folder" / "numbers.txt"
    with atomic_write(path) as temporary:
        temporary.write_text("one")
    assert path.read_text() == "one"

    with pytest.raises(RuntimeError, match="power cut"):
        write_half(path)
    assert path.read_text() == "one"
    assert list(path.parent.iterdir()) == [path]


def test_a_file_that_is_being_written_is_not_found_beside_the_others(tmp_path):
    with atomic_write(tmp_path / "answers.jsonl") as temporary:
        temporary.write_text("half")
        assert temporary.suffix == ".jsonl"
        assert list(tmp_path.glob("*.jsonl")) == []
    assert [path.name for path in tmp_path.iterdir()] == ["answers.jsonl"]


def write_half(path):
    with atomic_write(path) as temporary:
        temporary.write_text("tw")
        raise RuntimeError("power cut")
