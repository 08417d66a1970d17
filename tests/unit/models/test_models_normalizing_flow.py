import keras
import numpy as np
import pytest
from scipy.stats import multivariate_normal
from sklearn.mixture import GaussianMixture

from genai_course import data, models, session
from genai_course.models.normalizing_flow import (
    affine_forward,
    affine_inverse,
    normal_log_density,
)
from genai_course.models.spline import spline_forward, spline_inverse, spline_knots

KINDS = ("spline", "affine")


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    session.setup("smoke", 0)


@pytest.fixture(scope="module")
def moons():
    return data.points2d("moons", n_train=4_000, n_test=2_000, seed=3)


@pytest.fixture(scope="module")
def flows(moons):
    """One trained flow of each kind."""
    trained = {}
    for kind in KINDS:
        keras.utils.set_random_seed(0)
        model = models.NormalizingFlow(2, kind, couplings=4, width=32, depth=1, bins=12).adapt(moons.train)
        epochs, batch = 15, 200
        falling = keras.optimizers.schedules.CosineDecay(1e-2, epochs * len(moons.train) // batch)
        # Not an optimizer with averaged weights: averaged weights take longer to trace than this whole training.
        model.compile(keras.optimizers.Adam(falling), steps_per_execution=20)
        model.fit(moons.train, epochs=epochs, batch_size=batch, verbose=0)
        trained[kind] = model
    return trained


def random_flow(dimensions, kind, **settings):
    """An untrained flow with random weights, so that every coupling bends."""
    model = models.NormalizingFlow(dimensions, kind, couplings=3, width=8, bins=5, **settings)
    random = np.random.default_rng(0)
    for weight in model.trainable_variables:
        weight.assign(0.25 * random.standard_normal(weight.shape))
    return model.adapt(random.standard_normal((200, dimensions)) * np.arange(1, dimensions + 1) + 2)


def slopes_of(function, x, step=1e-3):
    """Derivative of each number, from a small difference in double precision."""
    return (np.asarray(function(x + step)) - np.asarray(function(x - step))) / (2 * step)


def test_normal_log_density_is_scipys():
    z = np.random.default_rng(0).standard_normal((7, 3)).astype("float32")
    np.testing.assert_allclose(normal_log_density(z), multivariate_normal(np.zeros(3)).logpdf(z), rtol=1e-5)


def test_the_affine_step_and_its_way_back():
    x, log_scale, shift = (np.array([[1.0, -2.0]]), np.log([[2.0, 0.5]]), np.array([[3.0, 1.0]]))
    y, log_det = affine_forward(x, log_scale, shift)
    np.testing.assert_allclose(y, [[5, 0]], atol=1e-6)
    np.testing.assert_allclose(log_det, [0], atol=1e-6)
    back, way_back = affine_inverse(np.array([[5.0, 2.0]]), np.log([[2.0, 3.0]]), shift)
    np.testing.assert_allclose(back, [[1, 1 / 3]], rtol=1e-6)
    np.testing.assert_allclose(way_back, [-np.log(6)], rtol=1e-6)


def test_spline_knots_rise_and_parameters_of_zero_are_the_straight_line():
    random = np.random.default_rng(0)
    places, values, slopes = spline_knots(3 * random.standard_normal((4, 2, 3 * 6 - 1)), bound=2.0)
    for knots in (np.asarray(places), np.asarray(values)):
        assert knots.shape == (4, 2, 7)
        assert np.all(np.diff(knots) > 0)
        np.testing.assert_allclose(knots[..., [0, -1]], np.broadcast_to([-2, 2], (4, 2, 2)))
    assert np.all(np.asarray(slopes) > 0)
    x = np.linspace(-3, 3, 41)[:, None]
    y, log_det = spline_forward(x, np.zeros((41, 1, 17)), 2.0)
    np.testing.assert_allclose(y, x, atol=1e-6)
    np.testing.assert_allclose(log_det, np.zeros(41), atol=1e-6)


def test_a_spline_rises_has_the_slope_it_says_and_can_be_undone():
    parameters = np.tile(np.random.default_rng(1).standard_normal((1, 1, 3 * 6 - 1)), (2_001, 1, 1))
    x = np.linspace(-2.5, 2.5, 2_001)[:, None]
    y, log_det = spline_forward(x, parameters, 2.0)
    assert np.all(np.diff(np.asarray(y)[:, 0]) > 0)
    assert np.abs(np.asarray(y) - x).max() > 0.2  # else this would test a straight line
    measured = slopes_of(lambda places: spline_forward(places, parameters, 2.0)[0], x, step=1e-5)
    smooth = np.abs(np.abs(x[:, 0]) - 2) > 1e-4
    np.testing.assert_allclose(np.exp(log_det)[smooth], measured[smooth, 0], rtol=2e-3)
    back, way_back = spline_inverse(y, parameters, 2.0)
    np.testing.assert_allclose(back, x, atol=1e-5)
    np.testing.assert_allclose(way_back, -np.asarray(log_det), atol=1e-3)
    np.testing.assert_array_equal(np.asarray(y)[np.abs(x) > 2], x[np.abs(x) > 2])


@pytest.mark.parametrize("kind", KINDS)
def test_every_row_comes_back(kind):
    model = random_flow(5, kind)
    x = np.random.default_rng(1).standard_normal((300, 5)).astype("float32") * 3
    z, there = model(x)
    back, and_back = model.inverse(z)
    assert np.abs(np.asarray(z) - x).max() > 0.5
    np.testing.assert_allclose(back, x, atol=2e-3)
    np.testing.assert_allclose(and_back, -np.asarray(there), atol=2e-2)


@pytest.mark.parametrize("kind", KINDS)
def test_the_log_determinant_is_that_of_the_jacobian(kind):
    import tensorflow as tf

    model = random_flow(4, kind)
    x = tf.constant(np.random.default_rng(2).standard_normal((6, 4)).astype("float32") + 2)
    with tf.GradientTape() as tape:
        tape.watch(x)
        z, log_det = model(x)
    jacobians = tape.batch_jacobian(z, x).numpy()  # (6, 4, 4)
    np.testing.assert_allclose(log_det, np.linalg.slogdet(jacobians)[1], atol=1e-3)


def test_an_untrained_flow_is_the_gaussian_it_was_adapted_to(moons):
    x = moons.train @ np.array([[2.0, 0.5], [0.0, 0.3]], "float32") + 5
    gaussian = multivariate_normal(x.mean(axis=0), np.cov(x, rowvar=False))
    for kind in KINDS:
        model = models.NormalizingFlow(2, kind).adapt(x)
        np.testing.assert_allclose(model.log_prob(x[:50]), gaussian.logpdf(x[:50]), atol=1e-3)


@pytest.mark.parametrize("kind", KINDS)
def test_the_density_adds_up_to_one(flows, kind):
    places = np.arange(-6, 6, 0.05) + 0.025
    grid = np.stack(np.meshgrid(places, places), axis=-1).reshape(-1, 2)
    assert np.exp(flows[kind].log_prob(grid)).sum() * 0.05**2 == pytest.approx(1, abs=0.01)


def test_a_trained_spline_flow_is_near_the_exact_entropy_and_beats_one_gaussian(flows, moons):
    truth = -moons.log_density(moons.test).mean()
    gaps = {kind: -flow.log_prob(moons.test).mean() - truth for kind, flow in flows.items()}
    single = -GaussianMixture(1).fit(moons.train).score(moons.test) - truth
    assert 0 < gaps["spline"] < 0.15
    assert gaps["spline"] < gaps["affine"] < single


def test_samples_look_like_the_data_and_follow_their_seed(flows, moons):
    for flow in flows.values():
        samples = flow.sample(5_000, seed=1)  # more than one block
        assert samples.shape == (5_000, 2)
        assert samples.dtype == np.float32
        np.testing.assert_allclose(samples.mean(axis=0), moons.train.mean(axis=0), atol=0.15)
        np.testing.assert_allclose(np.cov(samples.T), np.cov(moons.train.T), atol=0.35)
        np.testing.assert_array_equal(samples[:50], flow.sample(5_000, seed=1)[:50])
        assert not np.array_equal(samples[:50], flow.sample(50, seed=2))
    # The true density of most samples is not small: they lie on the moons, not merely around them.
    assert np.mean(moons.log_density(flows["spline"].sample(2_000)) > -5) > 0.9


def test_another_process_loads_the_same_flows(flows, moons, in_another_process, tmp_path):
    for kind, flow in flows.items():
        flow.save(tmp_path / f"{kind}.keras")
        samples, density = in_another_process(drawn_by, tmp_path / f"{kind}.keras", moons.test)
        np.testing.assert_array_equal(samples, flow.sample(40, seed=9))
        np.testing.assert_array_equal(density, flow.log_prob(moons.test))


def drawn_by(path, points):
    flow = keras.saving.load_model(path)
    return flow.sample(40, seed=9), flow.log_prob(points)


def test_points_far_away_get_a_small_finite_density(flows):
    for flow in flows.values():
        far = flow.log_prob(np.array([[30.0, -30.0]]))
        assert np.isfinite(far).all()
        assert far[0] < -50


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"dimensions": 1}, "dimensions is 1; give a whole number, 2 or more"),
        ({"coupling": "quadratic"}, "coupling is 'quadratic'; choose one of 'spline', 'affine'"),
        ({"couplings": 0}, "couplings is 0; give a whole number, 1 or more"),
        ({"width": 2.5}, "width is 2.5; give a whole number, 1 or more"),
        ({"bins": 201}, "bins is 201; give a whole number from 2 to 200"),
        ({"bound": 0}, "bound is 0; give a finite number above 0"),
        ({"dropout": 1.0}, "dropout is 1.0; give a number from 0 to less than 1"),
        ({"dropout": -0.1}, "dropout is -0.1; give a number from 0 to less than 1"),
        ({"rotation_seed": True}, "rotation_seed is True; give a whole number, 0 or more"),
    ],
)
def test_bad_settings_are_named(settings, message):
    with pytest.raises(ValueError, match=message):
        models.NormalizingFlow(**{"dimensions": 2} | settings)


def test_bad_rows_and_counts_are_named(flows):
    flow = flows["affine"]
    with pytest.raises(ValueError, match=r"x has shape \(5, 3\); give rows of 2 numbers"):
        flow.log_prob(np.zeros((5, 3)))
    with pytest.raises(ValueError, match=r"x has shape \(2,\); give rows of 2 numbers"):
        flow.log_prob(np.zeros(2))
    with pytest.raises(ValueError, match="2 rows are too few to adapt to; give more than 2"):
        models.NormalizingFlow(2).adapt(np.zeros((2, 2)))
    with pytest.raises(ValueError, match="x has numbers that are not finite"):
        models.NormalizingFlow(2).adapt(np.array([[1, 2], [3, 4], [5, np.nan]]))
    with pytest.raises(ValueError, match="n is 0; give a whole number, 1 or more"):
        flow.sample(0)
    assert flow.log_prob(np.empty((0, 2))).shape == (0,)
