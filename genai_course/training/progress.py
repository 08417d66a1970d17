"""How far is the training? One line that changes, in a notebook and in a terminal.

What is stored with the notebook is a fixed sentence, so that two runs compare equal; the moving line is a widget.
"""

import time

import keras

from genai_course.moving_line import Line
from genai_course.training.fine_tuning import build_optimizer

SECONDS_BETWEEN = 0.3  # two changes of the line


class Progress(keras.callbacks.Callback):
    """Show epoch, loss and remaining seconds: ``model.fit(..., verbose=0, callbacks=[Progress()])``.

    what: what is being trained, as the line's first words.
    line: the :class:`Line` to write on; by default each training gets a new one.
    """

    def __init__(self, what="Training", line=None):
        super().__init__()
        self.what, self.given_line = what, line

    def on_train_begin(self, logs=None):
        build_optimizer(self.model)
        self.epochs = self.params["epochs"]
        self.steps = self.params["steps"] or 1  # None where the data's length is unknown
        self.epoch, self.started, self.shown = 0, time.monotonic(), 0.0
        self.line = self.given_line or Line(f"{self.what}: {epochs(self.epochs)}.")

    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch

    def on_train_batch_end(self, batch, logs=None):
        now = time.monotonic()
        if now - self.shown < SECONDS_BETWEEN:
            return
        self.shown = now
        share = min((self.epoch + (batch + 1) / self.steps) / self.epochs, 1)
        left = (now - self.started) * (1 - share) / share
        self.line.show(f"{self.what}: epoch {self.epoch + 1} of {self.epochs}{losses(logs)}, about {left:.0f} s left")

    def on_train_end(self, logs=None):
        self.line.show(f"{self.what}: {epochs(self.epochs)} in {time.monotonic() - self.started:.0f} s{losses(logs)}")
        if not self.given_line:
            self.line.end()


def epochs(count):
    """How many epochs, in words that fit one of them, too."""
    return "1 epoch" if count == 1 else f"{count} epochs"


def losses(logs):
    """The losses among what Keras reports, such as ``, loss 0.12``; two players have one each."""
    found = {name.replace("_", " "): float(value) for name, value in (logs or {}).items() if name.endswith("loss")}
    return "".join(f", {name} {value:.4g}" for name, value in found.items())


def track(items, what):
    """Go through ``items``, showing how many are done: ``for size in track(sizes, "Training"):``."""
    items = list(items)
    line = Line(f"{what}: {len(items)} in all.")
    for done, item in enumerate(items):
        line.show(f"{what}: {done} of {len(items)} done")
        yield item
    line.show(f"{what}: {len(items)} of {len(items)} done")
    line.end()
