"""Numbers that notebooks note."""

import math

import numpy as np
import pytest

from genai_course.recording import COLLECTED_IN, TOLERANCE, record
from genai_course_tools.execution.recorded import recorded


@pytest.fixture
def collected(tmp_path, monkeypatch):
    """The file to which numbers are added."""
    monkeypatch.setenv(COLLECTED_IN, str(tmp_path / "run.numbers.jsonl"))
    return tmp_path / "run.numbers.jsonl"


def test_what_is_recorded_can_be_read_back_and_shows_nothing(collected, capsys):
    for name, value in {"loss": 0.25, "steps": 300, "numpy": np.float32(1.5), "array": np.array([2.0])}.items():
        assert record(name, value) is None
    record("bits", 3, label="bits per pixel", tolerance=0.5)
    values = {name: note["value"] for name, note in recorded(collected).items()}
    assert values == {"loss": 0.25, "steps": 300.0, "numpy": 1.5, "array": 2.0, "bits": 3.0}
    assert recorded(collected)["loss"] == {"value": 0.25, "label": "loss", "tolerance": TOLERANCE}
    assert recorded(collected)["bits"] == {"value": 3.0, "label": "bits per pixel", "tolerance": 0.5}
    assert capsys.readouterr().out == ""


def test_the_last_number_of_a_name_counts(collected):
    record("loss", 1)
    record("loss", 2)
    assert recorded(collected)["loss"]["value"] == 2.0


def test_a_run_that_nobody_collects_keeps_nothing(tmp_path, monkeypatch):
    monkeypatch.delenv(COLLECTED_IN, raising=False)
    monkeypatch.chdir(tmp_path)
    record("loss", 1)
    assert list(tmp_path.iterdir()) == []
    assert recorded(tmp_path / "missing") == {}


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_training_that_failed_has_no_number(collected, value):
    record("loss", value)
    assert recorded(collected)["loss"]["value"] is None


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("", 1), "name is ''"),
        (("held-out loss", 1), "name is 'held-out loss'; give a Python name"),
        (("loss", "low"), "value is 'low'"),
        (("loss", True), "one number"),
        (("loss", [1, 2]), "one number"),
        (("loss", 1, None, -0.1), "tolerance is -0.1"),
        (("loss", 1, None, math.nan), "tolerance is nan"),
        (("loss", 1, None, "2 %"), "tolerance is '2 %'"),
    ],
)
def test_what_is_no_number_is_refused(collected, arguments, words):
    with pytest.raises(ValueError, match=words):
        record(*arguments)
    assert not collected.exists()
