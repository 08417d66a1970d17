import keras
import numpy as np
import pytest

from genai_course.labs.loss_surface import filter_normalised, loss_surface


def small_model():
    keras.utils.set_random_seed(0)
    return keras.Sequential([keras.Input((3,)), keras.layers.Dense(4, "tanh"), keras.layers.Dense(1)])


def test_each_filter_of_the_direction_is_as_long_as_the_weights_own():
    random = np.random.default_rng(0)
    weights = [random.normal(size=(3, 4)), random.normal(size=4), random.normal(size=(2, 2, 3, 5))]
    direction = filter_normalised(weights, random)
    np.testing.assert_allclose(np.linalg.norm(direction[0], axis=0), np.linalg.norm(weights[0], axis=0), rtol=1e-5)
    lengths = [np.linalg.norm(each.reshape(-1, 5), axis=0) for each in (direction[2], weights[2])]
    np.testing.assert_allclose(*lengths, rtol=1e-5)
    assert not np.any(direction[1])
    assert np.abs(direction[0] - weights[0]).max() > 0.1


def test_the_middle_is_the_models_own_loss_and_the_weights_come_back():
    model, x = small_model(), np.random.default_rng(1).normal(size=(20, 3)).astype("float32")
    before = model.get_weights()

    def loss():
        return float(keras.ops.mean(keras.ops.square(model(x))))

    own = loss()
    positions, losses = loss_surface(model, loss, span=0.5, points=3, seed=2)
    np.testing.assert_allclose(positions, [-0.5, 0, 0.5])
    assert losses.shape == (3, 3)
    assert losses[1, 1] == pytest.approx(own)
    assert np.unique(losses).size == 9
    for old, new in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)
    np.testing.assert_array_equal(loss_surface(model, loss, span=0.5, points=3, seed=2)[1], losses)


def test_on_a_bowl_the_surface_is_the_formula():
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, use_bias=False)])
    weights = model.layers[0].kernel
    _, losses = loss_surface(model, lambda: keras.ops.sum(keras.ops.square(weights)), span=1.0, points=3, seed=0)
    random = np.random.default_rng(0)
    first, second = (filter_normalised([weights], random)[0] for _ in range(2))
    expected = [[np.sum((np.asarray(weights) + a * first + b * second) ** 2) for b in (-1, 0, 1)] for a in (-1, 0, 1)]
    np.testing.assert_allclose(losses, expected, rtol=1e-5)


def test_the_weights_come_back_after_an_error():
    model = small_model()
    before = model.get_weights()

    def loss():
        raise RuntimeError("no loss")

    with pytest.raises(RuntimeError, match="no loss"):
        loss_surface(model, loss)
    np.testing.assert_array_equal(before[0], model.get_weights()[0])


@pytest.mark.parametrize(
    ("options", "said"),
    [({"span": 0}, "span is 0"), ({"points": 1}, "points is 1"), ({"points": 2.5}, "points is 2.5")],
)
def test_bad_settings_are_named(options, said):
    with pytest.raises(ValueError, match=said):
        loss_surface(small_model(), lambda: 0.0, **options)


def test_a_model_without_weights_is_refused():
    with pytest.raises(ValueError, match="no weights yet"):
        loss_surface(keras.Sequential(), lambda: 0.0)
