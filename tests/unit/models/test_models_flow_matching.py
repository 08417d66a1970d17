import keras
import numpy as np
import pytest

from genai_course import data, models, session
from genai_course.models.flow_matching import SAMPLERS, euler_step, follow, heun_step, interpolate, straightness


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    session.setup("smoke", 0)


def tiny(**settings):
    keras.utils.set_random_seed(0)
    return models.FlowMatching(**({"picture_shape": (2, 2, 1), "width": 64, "depth": 1} | settings))


@pytest.fixture(scope="module")
def trained():
    """A model of two classes: rows around -1 and around 1."""
    model, random = tiny(classes=2), np.random.default_rng(0)
    labels = random.integers(2, size=4_000)
    rows = (2 * labels - 1).reshape(-1, 1, 1, 1) + 0.2 * random.standard_normal((4_000, 2, 2, 1))
    model.compile(keras.optimizers.Adam(3e-3), steps_per_execution=8)
    model.fit(rows.astype("float32"), labels, epochs=8, batch_size=64, verbose=0)
    return model


def test_a_path_goes_straight_from_the_picture_to_the_noise():
    times = np.linspace(0, 1, 5)
    np.testing.assert_allclose(interpolate(3.0, -1.0, times), [3, 2, 1, 0, -1])


def test_steps_of_a_known_flow_have_the_errors_of_their_order():
    """x' = x has the solution e^t: Euler's error halves with the steps, Heun's is a quarter."""

    def velocity(x, time):
        return x

    start = np.array([1.0, -2.0])
    right = start * np.exp(-1.0)
    errors = {
        (step.__name__, steps): np.abs(follow(velocity, start, steps, step)[-1] - right).max()
        for step in (euler_step, heun_step)
        for steps in (20, 40)
    }
    assert errors["euler_step", 20] / errors["euler_step", 40] == pytest.approx(2, rel=0.1)
    assert errors["heun_step", 20] / errors["heun_step", 40] == pytest.approx(4, rel=0.1)
    assert errors["heun_step", 20] < 0.05 * errors["euler_step", 40]
    np.testing.assert_allclose(euler_step(3.0, lambda x, time: x * time, 0.5, 0.3), 3 - 0.2 * 1.5)


def test_a_walk_remembers_every_position():
    positions = follow(lambda x, time: np.ones_like(x), np.zeros((3, 2)), 4)
    assert positions.shape == (5, 3, 2)
    np.testing.assert_allclose(positions[:, 0, 0], [0, -0.25, -0.5, -0.75, -1])


def test_only_a_straight_path_of_one_speed_has_straightness_zero():
    """A quarter of the unit circle has speed pi/2 everywhere and a straight way of root 2: pi²/4 - 2."""
    angle = np.linspace(0, np.pi / 2, 1_001)
    circle = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    straight = np.linspace(0, 1, 1_001)[:, None] * np.array([3.0, -4.0])
    slowing = np.linspace(0, 1, 1_001)[:, None] ** 2 * np.array([1.0, 0.0])
    found = np.asarray(straightness(np.stack([circle, straight, slowing], axis=1)))
    np.testing.assert_allclose(found, [np.pi**2 / 4 - 2, 0, 1 / 3], atol=1e-3)


def test_the_learned_velocity_is_the_one_that_two_gaussians_have(trained):
    """For one Gaussian N(m, s²) the mean of noise - picture at x is known."""
    time, mean, variance = 0.6, 1.0, 0.04
    x = np.array([-0.4, 0.2, 0.8], "float32")
    total = (1 - time) ** 2 * variance + time**2
    gain = (time - (1 - time) * variance) / total
    right = -mean + gain * (x - (1 - time) * mean)
    pictures = np.broadcast_to(x.reshape(3, 1, 1, 1), (3, 2, 2, 1))
    learned = np.asarray(trained.velocity(pictures, time, np.ones(3)))
    assert np.abs(learned.mean(axis=(1, 2, 3)) - right).max() < 0.25


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_samples_are_of_their_class_and_follow_their_seed(trained, sampler):
    labels = np.arange(400) % 2
    drawn = trained.sample(400, seed=3, labels=labels, steps=10, sampler=sampler)
    assert drawn.shape == (400, 2, 2, 1)
    assert drawn.dtype == np.float32
    for label in (0, 1):
        assert drawn[labels == label].mean() == pytest.approx(2 * label - 1, abs=0.15)
    np.testing.assert_array_equal(drawn, trained.sample(400, seed=3, labels=labels, steps=10, sampler=sampler))
    assert not np.array_equal(drawn, trained.sample(400, seed=4, labels=labels, steps=10, sampler=sampler))


def test_guidance_goes_beyond_the_class_and_0_ignores_it(trained):
    x, labels = np.zeros((2, 2, 2, 1), "float32"), np.array([0, 1])
    cond, uncond = trained.velocity(x, 0.8, labels), trained.velocity(x, 0.8)
    np.testing.assert_allclose(trained.velocity(x, 0.8, labels, 0.0), uncond, atol=1e-6)
    np.testing.assert_allclose(trained.velocity(x, 0.8, labels, 3.0), uncond + 3 * (cond - uncond), atol=1e-5)


def test_impossible_requests_are_named(trained):
    with pytest.raises(ValueError, match="sampler is 'ddim'; choose one of 'euler', 'heun'"):
        trained.sample(2, sampler="ddim")
    with pytest.raises(ValueError, match="labels contains 2; give whole numbers from 0 to 1"):
        trained.sample(2, labels=[0, 2])
    with pytest.raises(ValueError, match="steps is 0"):
        trained.sample(2, steps=0)


def test_digits_are_drawn_from_their_own_scale():
    """Pictures stay as they are: no [-1, 1] in between, and none of the samples is cut."""
    pictures = data.digits().train
    model = tiny(picture_shape=(8, 8, 1), classes=None)
    np.testing.assert_array_equal(model.scaled(pictures), pictures)
