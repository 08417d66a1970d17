import keras
import numpy as np
import pytest

from genai_course import session
from genai_course.training import tune


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    session.setup("smoke", 0)


class Counter(keras.Model):
    """Learns one number towards the mean of what it is shown, and keeps what it was shown."""

    def __init__(self):
        super().__init__()
        self.number = self.add_weight(shape=(), initializer="zeros")
        self.shown = []
        self.compile(keras.optimizers.Adam(), run_eagerly=True)

    def call(self, inputs):
        return self.number + 0 * inputs

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        self.shown.append(np.asarray(x).ravel())
        return keras.ops.mean(keras.ops.square(y_pred - x))


ROWS = np.arange(1, 6, dtype="float32")[:, None]


def test_each_row_is_shown_once_before_any_is_shown_again():
    model = Counter()
    seconds, notes = tune(model, ROWS, rate=0.1, steps=4, batch_size=5, seed=1)
    assert [sorted(batch) for batch in model.shown] == [[1, 2, 3, 4, 5]] * 4
    assert len({tuple(batch) for batch in model.shown}) > 1
    assert seconds > 0
    assert notes == []


def test_one_row_of_each_batch_is_rehearsed():
    model = Counter()
    tune(model, ROWS, rate=0.1, steps=3, batch_size=5, old=-np.arange(1, 4, dtype="float32")[:, None])
    assert sorted(batch[0] for batch in model.shown) == [-3, -2, -1]
    assert all((batch[1:] > 0).all() for batch in model.shown)


def test_a_second_tuning_starts_afresh_and_repeats_the_first():
    model, found = Counter(), []
    for _ in range(2):
        model.number.assign(0.0)
        found.append(tune(model, ROWS, rate=0.1, steps=6, batch_size=2, every=2, judge=lambda: float(model.number))[1])
    assert found[0] == found[1]
    assert len(found[0]) == 3
    assert 0 < found[0][0] < found[0][2]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"steps": 0}, "steps is 0; give a whole number, 1 or more"),
        ({"rate": 0}, "rate is 0; give a finite number above 0"),
        ({"every": 3}, "every is 3; give a number that divides the 4 steps"),
        ({"old": ROWS, "targets": ROWS}, "old rows have no targets"),
    ],
)
def test_what_cannot_be_is_named(wrong, message):
    with pytest.raises(ValueError, match=message):
        tune(Counter(), ROWS, **{"rate": 0.1, "steps": 4, **wrong})
