import keras
import numpy as np
import pytest

from genai_course.training import optimizers, regularizers

RATE = 0.02


def some(seed, shape=(4, 3)):
    """Numbers of both signs, none near 0."""
    numbers = np.random.default_rng(seed).standard_normal(shape)
    return numbers + 0.3 * np.sign(numbers)


def test_dropout_is_that_of_keras_for_the_same_silent_units():
    units = np.abs(some(0, (50, 40))).astype("float32")
    theirs = np.asarray(keras.layers.Dropout(0.3, seed=1)(units, training=True))
    dice = np.where(theirs == 0, 0.1, 0.9).astype("float32")
    np.testing.assert_allclose(np.asarray(regularizers.dropout(units, dice, 0.3)), theirs, rtol=1e-5)


def test_dropout_keeps_the_mean_and_silences_its_share():
    units, dice = np.full((200_000,), 2.0, "float32"), np.random.default_rng(0).random(200_000, "float32")
    dropped = np.asarray(regularizers.dropout(units, dice, 0.7))
    assert np.mean(dropped == 0) == pytest.approx(0.7, abs=0.01)
    assert dropped.mean() == pytest.approx(2.0, rel=0.02)


def test_decoupled_decay_is_that_of_keras_with_the_rate_inside():
    weights, mean, square = some(0), np.zeros((4, 3)), np.zeros((4, 3))
    variable = keras.Variable(weights, dtype="float64")
    keras_adamw = keras.optimizers.AdamW(RATE, weight_decay=0.01 / RATE, epsilon=1e-9)
    for step in range(1, 8):
        gradient = some(step)
        weights, mean, square = regularizers.adamw_step(weights, gradient, mean, square, step, RATE, 0.01)
        keras_adamw.apply([keras.ops.convert_to_tensor(gradient)], [variable])
    np.testing.assert_allclose(weights, np.asarray(variable), rtol=1e-5)
    assert np.abs(weights - some(0)).max() > 0.01


def test_without_a_gradient_decay_takes_its_share_and_l2_under_adam_a_whole_step():
    start = np.full(3, 0.5)
    decayed, *_ = regularizers.adamw_step(start, np.zeros(3), np.zeros(3), np.zeros(3), 1, RATE, 0.01)
    np.testing.assert_allclose(decayed, 0.99 * start)
    l2, *_ = optimizers.adam_step(start, 0.001 * start, np.zeros(3), np.zeros(3), 1, RATE)
    np.testing.assert_allclose(l2, start - RATE, rtol=1e-3)


def test_the_soft_threshold_solves_the_problem_of_l1():
    grid = np.linspace(-3, 3, 6001)
    for value in (-2.0, -0.3, 0.0, 0.4, 1.7):
        lowest = grid[np.argmin(0.5 * (grid - value) ** 2 + 0.5 * np.abs(grid))]
        found = float(regularizers.soft_threshold(np.float32([value]), 0.5)[0])
        assert found == pytest.approx(lowest, abs=1e-3)
    assert float(regularizers.soft_threshold(np.float32([0.4]), 0.5)[0]) == 0


@pytest.mark.parametrize(
    ("losses", "patience", "expected"),
    [
        ([3, 2, 1, 2, 3, 0], 2, (2, 4)),  # the 0 at the end is never seen
        ([3, 2, 1, 2, 3, 0], 3, (5, 5)),
        ([3, 2, 1], 1, (2, 2)),
        ([1, 1, 1, 1], 2, (0, 2)),  # a tie is no improvement
        ([5], 1, (0, 0)),
    ],
)
def test_early_stopping(losses, patience, expected):
    assert regularizers.early_stop(losses, patience) == expected


def test_batch_normalisation_is_that_of_keras():
    values = some(3, (16, 5)).astype("float32")
    mean, variance = values.mean(axis=0, keepdims=True), values.var(axis=0, keepdims=True)
    layer = keras.layers.BatchNormalization(epsilon=1e-3)
    theirs = np.asarray(layer(values, training=True))
    np.testing.assert_allclose(np.asarray(regularizers.batch_norm(values, mean, variance, 1.0, 0.0)), theirs, atol=1e-5)
    moved = np.asarray(regularizers.batch_norm(values, mean, variance, 2.0, 3.0))
    np.testing.assert_allclose(moved, 2 * theirs + 3, atol=1e-5)


def test_a_shift_by_a_whole_pixel_moves_and_by_half_a_pixel_mixes():
    picture = np.random.default_rng(0).random((1, 8, 8)).astype("float32")
    down = regularizers.shifted(picture, np.ones(1), np.zeros(1))
    np.testing.assert_allclose(down[0, 1:], picture[0, :-1], atol=1e-6)
    assert not down[0, 0].any()
    left = regularizers.shifted(picture, np.zeros(1), -np.ones(1))
    np.testing.assert_allclose(left[0, :, :-1], picture[0, :, 1:], atol=1e-6)
    half = regularizers.shifted(picture, np.zeros(1), np.full(1, 0.5))
    np.testing.assert_allclose(half[0, :, 1:], (picture[0, :, 1:] + picture[0, :, :-1]) / 2, atol=1e-6)
    stack = regularizers.shifted(np.stack([picture[0], picture[0]])[None], np.float32([[0, 1]]), np.zeros((1, 2)))
    np.testing.assert_allclose(stack[0], [picture[0], down[0]], atol=1e-6)


def test_a_longer_shift_is_refused():
    with pytest.raises(ValueError, match="1.5 pixels; give numbers from -1 to 1"):
        regularizers.shifted(np.zeros((1, 8, 8)), np.float32([1.5]), np.zeros(1))
