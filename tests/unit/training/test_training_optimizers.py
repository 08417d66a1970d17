import keras
import numpy as np
import pytest

from genai_course.training import optimizers
from genai_course.training.optimizers import Adam, GradientDescent, Momentum

RATE = 0.03
PAIRS = {
    "gradient descent": (GradientDescent, lambda: keras.optimizers.SGD(RATE)),
    "momentum": (lambda: Momentum(0.8), lambda: keras.optimizers.SGD(RATE, momentum=0.8)),
    "nesterov": (
        lambda: Momentum(0.8, nesterov=True),
        lambda: keras.optimizers.SGD(RATE, momentum=0.8, nesterov=True),
    ),
    "adam": (lambda: Adam(0.8, 0.95), lambda: keras.optimizers.Adam(RATE, beta_1=0.8, beta_2=0.95)),
    "adamw": (
        lambda: Adam(epsilon=1e-9, decay=0.1),
        lambda: keras.optimizers.AdamW(RATE, epsilon=1e-9, weight_decay=0.1),
    ),
}


def some_arrays(seed, scale=1.0):
    """Numbers of both signs, none near 0: there Keras' Adam, with its epsilon in another place, takes another step."""
    random = np.random.default_rng(seed)
    arrays = [random.standard_normal((4, 3)), random.standard_normal(5)]
    return [scale * (each + 0.3 * np.sign(each)) for each in arrays]


@pytest.mark.parametrize("name", PAIRS)
def test_every_step_is_that_of_keras(name):
    make_ours, make_keras = PAIRS[name]
    ours, theirs = make_ours(), make_keras()
    weights = some_arrays(0)
    variables = [keras.Variable(each, dtype="float64") for each in weights]
    for step in range(12):
        gradients = some_arrays(step + 1)
        weights = ours.apply(weights, gradients, RATE)
        theirs.apply([keras.ops.convert_to_tensor(each) for each in gradients], variables)
        for mine, variable in zip(weights, variables, strict=True):
            np.testing.assert_allclose(mine, np.asarray(variable), rtol=1e-6, atol=1e-6)
    assert np.abs(weights[0] - some_arrays(0)[0]).max() > 0.01


def test_a_step_changes_nothing_it_was_given():
    given = some_arrays(0), some_arrays(1)
    before = [[each.copy() for each in arrays] for arrays in given]
    for optimizer in (GradientDescent(), Momentum(), Adam(decay=0.1)):
        optimizer.apply(*given, RATE)
        optimizer.apply(*given, RATE)
    for arrays, kept in zip(given, before, strict=True):
        for each, old in zip(arrays, kept, strict=True):
            np.testing.assert_array_equal(each, old)


def test_adam_forgets_the_size_of_the_loss():
    small, large = Adam(), Adam()
    one, other = some_arrays(0), some_arrays(0)
    for step in range(5):
        one = small.apply(one, some_arrays(step + 1), RATE)
        other = large.apply(other, some_arrays(step + 1, scale=1_000.0), RATE)
    np.testing.assert_allclose(one[0], other[0], atol=1e-6)


def test_a_stack_with_its_own_rates_is_as_one_by_one():
    weights, gradients = some_arrays(0)[0], some_arrays(1)[0]
    rates = np.array([0.1, 0.2])[:, None, None]
    stacked = Adam().apply([np.stack([weights] * 2)], [np.stack([gradients] * 2)], rates)[0]
    for place, rate in enumerate((0.1, 0.2)):
        np.testing.assert_allclose(stacked[place], Adam().apply([weights], [gradients], rate)[0])


def test_a_step_of_ones_own_is_used():
    def still(weights, gradient, velocity, rate, momentum):
        return weights, velocity

    np.testing.assert_array_equal(Momentum(step=still).apply(some_arrays(0), some_arrays(1), 1.0)[0], some_arrays(0)[0])


def test_clipping_is_that_of_keras():
    gradients = some_arrays(1, scale=3.0)
    clipped = optimizers.clip_by_global_norm(gradients, 2.0)
    assert optimizers.global_norm(clipped) == pytest.approx(2.0)
    expected = keras.src.optimizers.base_optimizer.clip_by_global_norm(gradients, 2.0)
    for mine, theirs in zip(clipped, expected, strict=True):
        np.testing.assert_allclose(mine, np.asarray(theirs), rtol=1e-6)


def test_a_short_gradient_stays_as_it_is():
    gradients = some_arrays(1, scale=0.01)
    for each, clipped in zip(gradients, optimizers.clip_by_global_norm(gradients, 2.0), strict=True):
        np.testing.assert_array_equal(each, clipped)


def test_an_average_remembers_its_share():
    average = np.zeros(3)
    for _ in range(10):
        average = optimizers.average_step(average, np.ones(3), 0.9)
    np.testing.assert_allclose(average, 1 - 0.9**10)
