import re

import keras
import numpy as np
import pytest

from genai_course.training import Progress, progress


@pytest.fixture
def lines(monkeypatch):
    """What is shown, in place of a notebook."""
    shown = []

    class Line:
        def __init__(self, fixed):
            shown.append(fixed)

        def show(self, text):
            shown.append(text)

        def end(self):
            shown.append("end")

    monkeypatch.setattr(progress, "Line", Line)
    monkeypatch.setattr(progress, "SECONDS_BETWEEN", 0)
    return shown


def fit(epochs=2, callbacks=(), **options):
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    x = np.zeros((64, 3))
    model.fit(x, np.ones((64, 1)), epochs=epochs, batch_size=16, verbose=0, callbacks=list(callbacks), **options)


def test_the_line_tells_epoch_loss_and_seconds(lines):
    fit(callbacks=[Progress("Letters")])
    assert lines[0] == "Letters: 2 epochs."
    assert lines[1].startswith("Letters: epoch 1 of 2, loss 1, about ")
    assert any(line.startswith("Letters: epoch 2 of 2, loss ") for line in lines)
    assert re.match(r"Letters: 2 epochs in \d+ s, loss ", lines[-2])
    assert lines[-1] == "end"


def test_one_epoch_is_not_epochs(lines):
    fit(epochs=1, callbacks=[Progress("Letters")])
    assert lines[0] == "Letters: 1 epoch."
    assert re.match(r"Letters: 1 epoch in \d+ s, loss ", lines[-2])


def test_the_training_step_is_traced_once(lines):
    class Counted(keras.Model):
        def __init__(self, units=None):
            super().__init__()
            shape = [keras.Input((3,))] if units else []  # without it there are no weights before the first step
            self.inner = keras.Sequential([*shape, keras.layers.Dense(1)])
            self.traced = 0

        def call(self, inputs):
            return self.inner(inputs)

        def train_step(self, data):
            self.traced += 1
            return super().train_step(data)

    x, traced = np.zeros((64, 3)), []
    for units, callbacks in ((3, [Progress()]), (3, []), (None, [Progress()])):
        model = Counted(units)
        model.compile("adam", "mse")
        model.fit(x, np.ones((64, 1)), verbose=0, callbacks=callbacks)
        traced.append(model.traced)
        assert model.optimizer.iterations == 2
    assert traced[0] == 1
    assert min(traced[1:]) > 1  # what Progress spares; a model without weights trains all the same


def test_where_nothing_can_be_replaced_one_fixed_line_is_printed(capsys):
    fit(callbacks=[Progress()])
    assert capsys.readouterr().out == "Training: 2 epochs.\n"


def test_in_a_notebook_the_stored_text_is_fixed_and_the_label_moves(monkeypatch):
    shown = []
    monkeypatch.setattr("genai_course.moving_line.has_kernel", lambda: True)
    monkeypatch.setattr("IPython.display.display", lambda bundle, raw: shown.append(bundle))
    line = progress.Line("Training: 2 epochs.")
    line.show("Training: epoch 1 of 2")
    assert shown[0]["text/plain"] == "Training: 2 epochs."
    assert "application/vnd.jupyter.widget-view+json" in shown[0]
    assert line.label.value == "Training: epoch 1 of 2"


def test_a_given_line_is_used_and_left_open(lines):
    line = progress.Line("vae_glyphs: kept.")
    fit(callbacks=[Progress("vae_glyphs", line)])
    assert lines.count("vae_glyphs: kept.") == 1
    assert "end" not in lines
