import hashlib

import pytest

from genai_course import paths
from genai_course.data import files


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A course folder with one good data file."""
    monkeypatch.setattr(files, "course_root", lambda: tmp_path)
    (tmp_path / "datasets").mkdir()
    (tmp_path / "datasets" / "small.npz").write_bytes(b"good")
    files.record_checksum("small.npz")
    return tmp_path / "datasets"


def test_the_committed_files_are_what_the_list_says():
    folder = paths.course_root() / "datasets"
    assert {path.name for path in folder.glob("*.npz")} == set(files.listed_checksums())
    for name in files.listed_checksums():
        assert files.verified_path(name) == folder / name


def test_the_list_has_the_format_of_sha256sum(course):
    assert (course / "checksums.txt").read_text() == f"{hashlib.sha256(b'good').hexdigest()}  small.npz\n"
    assert files.verified_path("small.npz") == course / "small.npz"


def test_recording_keeps_the_other_lines_and_replaces_its_own(course):
    (course / "other.npz").write_bytes(b"other")
    files.record_checksum("other.npz")
    (course / "small.npz").write_bytes(b"made again")
    files.record_checksum("small.npz")
    assert list(files.listed_checksums()) == ["other.npz", "small.npz"]
    assert files.verified_path("small.npz").read_bytes() == b"made again"


def test_a_damaged_file_is_noticed(course):
    (course / "small.npz").write_bytes(b"goof")
    with pytest.raises(
        ValueError, match=r"small\.npz is damaged .*restore it with `git checkout -- datasets/small\.npz`"
    ):
        files.verified_path("small.npz")


def test_a_missing_file_is_noticed(course):
    (course / "small.npz").unlink()
    with pytest.raises(ValueError, match=r"^The data file datasets/small\.npz is missing; restore it with"):
        files.verified_path("small.npz")


def test_an_unknown_name_is_answered_with_the_known_ones(course):
    with pytest.raises(ValueError, match=r"'smal\.npz' is not a data file of the course; those are small\.npz\."):
        files.verified_path("smal.npz")


def test_without_a_list_nothing_is_trusted(course):
    (course / "checksums.txt").unlink()
    with pytest.raises(ValueError, match=r"^The list datasets/checksums\.txt is missing or empty; restore it with"):
        files.verified_path("small.npz")
