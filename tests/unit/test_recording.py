"""Numbers that notebooks note."""

import math

import nbformat
import numpy as np
import pytest

from genai_course import recording
from genai_course.recording import record, recorded


@pytest.fixture
def noted(monkeypatch):
    """A function (name, value), … -> a notebook whose only cell has recorded them."""

    def note(*pairs):
        outputs = []
        show = lambda data, raw: outputs.append(nbformat.v4.new_output("display_data", data=data))  # noqa: E731
        monkeypatch.setattr(recording, "display", show)
        for name, value in pairs:
            record(name, value)
        return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("", outputs=outputs)])

    return note


def test_what_is_recorded_can_be_read_back_and_is_shown(noted):
    notebook = noted(("loss", 0.25), ("steps", 300), ("of NumPy", np.float32(1.5)), ("of an array", np.array([2.0])))
    assert recorded(notebook) == {"loss": 0.25, "steps": 300.0, "of NumPy": 1.5, "of an array": 2.0}
    assert notebook.cells[0].outputs[0].data["text/plain"] == "loss: 0.25"


def test_the_last_number_of_a_name_counts(noted):
    assert recorded(noted(("loss", 1), ("loss", 2))) == {"loss": 2.0}


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_training_that_failed_has_no_number(noted, value):
    assert math.isnan(recorded(noted(("loss", value)))["loss"])


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("", 1, "name is ''"),
        ("loss", "low", "value is 'low'"),
        ("loss", True, "one number"),
        ("loss", [1, 2], "one number"),
    ],
)
def test_what_is_no_number_is_refused(name, value, words):
    with pytest.raises(ValueError, match=words):
        record(name, value)
