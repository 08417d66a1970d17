import itertools

import keras
import numpy as np
import pytest

from genai_course import data, models, session
from genai_course.evaluation import bits_per_dimension
from genai_course.models.pixelcnn import causal_mask, gate, rows_above_mask

BOTH = [models.PixelCNN, models.PixelRNN]


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    session.setup("smoke", 0)


def small(kind, shape=(3, 3, 1), levels=2, seed=0, **settings):
    """An untrained model whose weights, biases included, are large enough to matter."""
    keras.utils.set_random_seed(seed)
    model = kind(shape, levels, **{"features": 6, "depth": 2, "size": 3} | settings)
    random = np.random.default_rng(seed)
    model.set_weights([
        weight + 0.3 * random.standard_normal(weight.shape).astype("float32") if weight.dtype == "float32" else weight
        for weight in model.get_weights()
    ])  # fmt: skip
    return model


def every_picture(shape, levels):
    pixels = shape[0] * shape[1]
    states = itertools.product(np.arange(levels) / (levels - 1), repeat=pixels)
    return np.array(list(states), "float32").reshape(-1, *shape)


def drawn_earlier(shape, row, column):
    """True for the pixels before (row, column) in drawing order.  -> (height, width)"""
    order = np.arange(shape[0] * shape[1]).reshape(shape[:2])
    return order < order[row, column]


def test_masks_show_what_was_drawn_before():
    np.testing.assert_array_equal(causal_mask(3, 3, False), [[1, 1, 1], [1, 0, 0], [0, 0, 0]])
    np.testing.assert_array_equal(causal_mask(3, 5, True), [[1] * 5, [1, 1, 1, 0, 0], [0] * 5])
    np.testing.assert_array_equal(causal_mask(1, 3, True), [[1, 1, 0]])
    np.testing.assert_array_equal(rows_above_mask(3, 3, False), [[1, 1, 1], [0, 0, 0], [0, 0, 0]])
    np.testing.assert_array_equal(rows_above_mask(3, 3, True), [[1, 1, 1], [1, 1, 1], [0, 0, 0]])


def test_a_gate_is_tanh_times_sigmoid():
    both = np.array([[1.0, -2.0, 0.5, 3.0]], "float32")
    expected = [[np.tanh(1) / (1 + np.exp(-0.5)), np.tanh(-2) / (1 + np.exp(-3))]]
    np.testing.assert_allclose(gate(both), expected, rtol=1e-5)


@pytest.mark.parametrize(("shape", "levels"), [((3, 3, 1), 2), ((2, 5, 1), 2), ((2, 3, 1), 3)])
@pytest.mark.parametrize("kind", BOTH)
def test_the_probabilities_of_all_pictures_add_up_to_one(kind, shape, levels):
    log_probs = small(kind, shape, levels).log_prob(every_picture(shape, levels))
    assert log_probs.shape == (levels ** (shape[0] * shape[1]),)
    assert log_probs.std() > 0.5  # else a uniform distribution would do
    assert np.exp(log_probs).sum() == pytest.approx(1, abs=1e-5)


def test_the_stack_with_a_blind_spot_is_normalised_too():
    log_probs = small(models.PixelCNN, blind_spot=True).log_prob(every_picture((3, 3, 1), 2))
    assert np.exp(log_probs).sum() == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("kind", BOTH)
def test_samples_come_as_often_as_the_likelihood_says(kind):
    model = small(kind, (2, 3, 1))
    everything = every_picture((2, 3, 1), 2)  # in the order of the binary numbers
    drawn = model.sample(20_000, seed=1).reshape(-1, 6) @ 2 ** np.arange(5, -1, -1)
    shares = np.bincount(drawn.astype(int), minlength=64) / 20_000
    np.testing.assert_allclose(shares, np.exp(model.log_prob(everything)), atol=0.012)


@pytest.mark.parametrize(("row", "column"), [(0, 0), (3, 2), (5, 5), (6, 0)])
@pytest.mark.parametrize("kind", BOTH)
def test_no_pixel_sees_itself_or_a_later_one(kind, row, column):
    seen = small(kind, (7, 6, 1), depth=3).receptive_field(row, column)
    assert np.all(seen[~drawn_earlier((7, 6), row, column)] == 0)


def test_two_stacks_see_all_that_was_drawn_and_one_stack_has_a_blind_spot():
    earlier = drawn_earlier((6, 6), 4, 1)
    whole = small(models.PixelCNN, (6, 6, 1), depth=5).receptive_field(4, 1)
    blind = small(models.PixelCNN, (6, 6, 1), depth=5, blind_spot=True).receptive_field(4, 1)
    assert np.all(whole[earlier] > 0)
    # Going right costs a row for each column, so what lies more than that to the right is never seen.
    assert [(blind[row] > 0).sum() for row in range(5)] == [6, 5, 4, 3, 1]
    np.testing.assert_array_equal(blind[3] > 0, [True, True, True, False, False, False])


@pytest.fixture(scope="module")
def digits():
    return data.digits()


@pytest.fixture(scope="module", params=BOTH)
def trained(request, digits):
    keras.utils.set_random_seed(0)
    model = request.param((8, 8, 1), 17, features=16, depth=2)
    model.compile(keras.optimizers.Adam(1e-2), steps_per_execution=16)
    model.fit(digits.train, batch_size=64, epochs=6, verbose=0)
    return model


def test_a_short_training_beats_independent_pixels(trained, digits):
    greys = np.round(digits.train * 16).astype(int)
    counts = np.stack([(greys == level).sum(axis=0) for level in range(17)], axis=-1) + 1.0  # (8, 8, 1, 17)
    shares = counts / counts.sum(axis=-1, keepdims=True)
    held_out = np.round(digits.test * 16).astype(int)
    places = np.take_along_axis(np.broadcast_to(shares, (len(held_out), *shares.shape)), held_out[..., None], axis=-1)
    independent = bits_per_dimension(np.log(places).sum(axis=(1, 2, 3, 4)), (8, 8, 1))
    model = bits_per_dimension(trained.log_prob(digits.test), (8, 8, 1))
    assert 2.3 < independent < 2.6
    assert model < independent - 0.2


def test_the_loss_is_bits_per_dimension(trained, digits):
    loss = trained.evaluate(digits.test, batch_size=360, verbose=0)
    assert loss == pytest.approx(bits_per_dimension(trained.log_prob(digits.test), (8, 8, 1)), rel=1e-4)


def test_samples_follow_their_seed_and_are_pictures(trained):
    samples = trained.sample(6, seed=3)
    assert samples.shape == (6, 8, 8, 1)
    assert samples.dtype == np.float32
    np.testing.assert_allclose(samples * 16, np.round(samples * 16), atol=1e-5)
    assert 0 <= samples.min() < samples.max() <= 1
    np.testing.assert_array_equal(samples, trained.sample(6, seed=3))
    assert not np.array_equal(samples, trained.sample(6, seed=4))
    assert np.isfinite(trained.log_prob(samples)).all()


def test_completing_keeps_what_is_given(trained, digits):
    halves = digits.test[:5]
    completed = trained.complete(halves, given=32, seed=2)
    np.testing.assert_array_equal(completed[:, :4], halves[:, :4])
    assert np.any(completed[:, 4:] != halves[:, 4:])
    np.testing.assert_array_equal(trained.complete(halves, given=64), halves)


def test_a_model_loaded_in_another_process_draws_the_same(trained, digits, in_another_process, tmp_path):
    trained.save(tmp_path / "model.keras")
    samples, density = in_another_process(drawn_by, tmp_path / "model.keras", digits.test[:5])
    np.testing.assert_array_equal(samples, trained.sample(4, seed=9))
    np.testing.assert_allclose(density, trained.log_prob(digits.test[:5]), rtol=1e-4)


def drawn_by(path, pictures):
    model = keras.saving.load_model(path)
    return model.sample(4, seed=9), model.log_prob(pictures)


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ({"levels": 1}, "levels is 1; give a whole number, 2 or more"),
        ({"features": 0}, "features is 0; give a whole number, 1 or more"),
        ({"size": 4}, "size is 4; give an odd whole number, 3 or more"),
        ({"dropout": 1.0}, "dropout is 1.0; give a number from 0 to less than 1"),
        ({"picture_shape": (8, 8, 3)}, r"picture_shape is \(8, 8, 3\); .* give 1 channel"),
    ],
)
@pytest.mark.parametrize("kind", BOTH)
def test_settings_that_cannot_be_are_named(kind, settings, complaint):
    with pytest.raises(ValueError, match=complaint):
        kind(**{"picture_shape": (8, 8, 1), "levels": 17} | settings)


def test_pictures_and_numbers_that_cannot_be_are_named():
    model = small(models.PixelCNN)
    with pytest.raises(ValueError, match=r"shape \(2, 4, 4, 1\); this model needs \(n, 3, 3, 1\)"):
        model.log_prob(np.zeros((2, 4, 4, 1)))
    with pytest.raises(ValueError, match=r"contains 0.25; with 2 levels every pixel must be 0 or 1"):
        model.fit(np.full((2, 3, 3, 1), 0.25))
    with pytest.raises(ValueError, match=r"contains nan"):
        model.log_prob(np.full((2, 3, 3, 1), np.nan))
    with pytest.raises(ValueError, match="n is 0; give a whole number, 1 or more"):
        model.sample(0)
    with pytest.raises(ValueError, match="given is 10; give a whole number from 0 to 9"):
        model.complete(np.zeros((1, 3, 3, 1)), given=10)
