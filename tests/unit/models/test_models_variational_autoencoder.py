import keras
import numpy as np
import pytest
from scipy.stats import multivariate_normal, norm

from genai_course import data, models, session
from genai_course.models.latent_prior import LatentPrior
from genai_course.models.variational_autoencoder import kl_divergence, log_likelihood, reparameterise


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    session.setup("smoke", 0)


def trained(epochs=12, **settings):
    pictures = data.digits().train
    keras.utils.set_random_seed(0)
    model = models.VariationalAutoencoder(4, (8, 8, 1), width=64, **settings)
    model.compile(keras.optimizers.Adam(3e-3), steps_per_execution=8)
    model.fit(pictures, epochs=epochs, batch_size=64, verbose=0)
    return model


@pytest.fixture(scope="module")
def model():
    return trained()


@pytest.fixture(scope="module")
def held_out():
    return data.digits().test[:100]


def test_reparameterise_uses_the_standard_deviation():
    mean, log_variance, noise = np.array([[1.0, 2.0]]), np.log([[4.0, 0.25]]), np.array([[-1.0, 2.0]])
    np.testing.assert_allclose(reparameterise(mean, log_variance, noise), [[-1, 3]], rtol=1e-6)


def test_kl_divergence_agrees_with_numerical_integration():
    mean, sigma = np.array([0.7, -1.2]), np.array([0.5, 2.0])
    z = np.linspace(-25, 25, 200_001)
    expected = 0
    for m, s in zip(mean, sigma, strict=True):
        density = norm.pdf(z, m, s)
        expected += np.trapezoid(density * (norm.logpdf(z, m, s) - norm.logpdf(z)), z)
    result = kl_divergence(mean[None].astype("float32"), 2 * np.log(sigma)[None].astype("float32"))
    assert result.shape == (1,)
    np.testing.assert_allclose(result, [expected], rtol=1e-5)


def test_kl_divergence_of_the_prior_itself_is_zero():
    np.testing.assert_array_equal(kl_divergence(np.zeros((3, 2), "float32"), np.zeros((3, 2), "float32")), np.zeros(3))


def test_log_likelihood_is_a_normal_density():
    random = np.random.default_rng(0)
    pictures, drawn = random.random((2, 3, 2, 2, 1)).astype("float32")
    expected = norm.logpdf(pictures, drawn, np.sqrt(0.3)).sum(axis=(1, 2, 3))
    np.testing.assert_allclose(log_likelihood(pictures, drawn, np.float32(0.3)), expected, rtol=1e-5)


def test_the_loss_is_the_negative_elbo_at_the_best_variance(model, held_out):
    mean, log_variance = model.encode(held_out)
    drawn = model.decode(mean)
    error = np.mean(np.square(held_out - drawn))
    elbo = log_likelihood(held_out, drawn, np.float32(error)) - kl_divergence(mean, log_variance)
    loss = model.compute_loss(x=held_out, y_pred=(drawn, mean, log_variance), training=False)
    assert float(loss) == pytest.approx(-float(np.mean(elbo)), rel=1e-4)


def test_the_elbo_lies_below_the_importance_weighted_bound(model, held_out):
    elbo = model.elbo(held_out, samples=20)
    bounds = [model.log_prob(held_out, samples=samples).mean() for samples in (1, 20, 200)]
    assert elbo.shape == (len(held_out),)
    assert np.all(elbo <= model.log_prob(held_out, samples=20))
    assert bounds[0] < bounds[1] < bounds[2]


def test_both_bounds_are_right_where_the_answer_is_known():
    """With weights of 0 one grey is drawn whatever the code, so p(x) is one Gaussian; the biases choose the code's cloud."""
    model = models.VariationalAutoencoder(2, (2, 2, 1), width=4)
    model.decoder.set_weights([np.zeros_like(part) for part in model.decoder.get_weights()])
    *zeros, biases = [np.zeros_like(part) for part in model.encoder.get_weights()]
    biases[:] = [0.6, -0.4, 0.3, -0.5]  # two means, two log-variances
    model.encoder.set_weights([*zeros, biases])
    pictures = np.random.default_rng(0).random((5, 2, 2, 1)).astype("float32")
    log_density = norm.logpdf(pictures, 0.5, np.sqrt(float(model.variance))).sum(axis=(1, 2, 3))
    kl = np.asarray(kl_divergence(*model.encode(pictures)))
    assert kl.min() > 0.2  # else the two bounds would be the same here
    elbo = model.elbo(np.repeat(pictures, 4_000, axis=0)).reshape(5, 4_000).mean(axis=1)
    np.testing.assert_allclose(elbo, log_density - kl, atol=0.08)
    np.testing.assert_allclose(model.log_prob(pictures, samples=400), log_density, atol=0.08)


def test_a_large_beta_collapses_the_posterior_and_a_small_one_repairs_it(held_out):
    collapsed, repaired = trained(epochs=6, beta=30), trained(epochs=6, beta=1)
    assert collapsed.active_units(held_out) == 0
    assert repaired.active_units(held_out) >= 3


def test_beta_can_be_warmed_up():
    model = models.VariationalAutoencoder(2, (8, 8, 1), width=16)
    model.compile("adam")
    seen = []

    class WarmUp(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            self.model.beta.assign(min(1, epoch / 2))

        def on_epoch_end(self, epoch, logs=None):
            seen.append(float(self.model.beta))

    model.fit(data.digits().train[:64], epochs=4, verbose=0, callbacks=[WarmUp()])
    assert seen == [0, 0.5, 1, 1]


def test_free_bits_are_free():
    mean, log_variance = np.full((4, 2), 0.1, "float32"), np.zeros((4, 2), "float32")
    pictures, drawn = np.zeros((4, 8, 8, 1), "float32"), np.full((4, 8, 8, 1), 0.5, "float32")
    losses = {}
    for free in (0.0, 0.5):
        model = models.VariationalAutoencoder(2, (8, 8, 1), width=16, free_bits=free)
        losses[free] = float(model.compute_loss(x=pictures, y_pred=(drawn, mean, log_variance), training=False))
    # Each of two dimensions costs 0.005 nats; with free bits it is charged the 0.5 that it may use.
    assert losses[0.5] - losses[0.0] == pytest.approx(2 * (0.5 - 0.005), rel=1e-3)


def test_samples_follow_their_seed(model):
    samples = model.sample(6, seed=3)
    assert samples.shape == (6, 8, 8, 1)
    assert samples.dtype == np.float32
    assert 0 <= samples.min() <= samples.max() <= 1
    np.testing.assert_array_equal(samples, model.sample(6, seed=3))
    assert not np.array_equal(samples, model.sample(6, seed=4))


def test_a_fitted_prior_draws_codes_like_the_encoders(held_out):
    model = trained(epochs=6)
    before = model.log_prob(held_out, samples=20).mean()
    assert model.fit_prior(data.digits().train, components=10) is model
    codes, _ = model.encode(data.digits().train)
    drawn = model.prior.sample(4_000, seed=1)
    np.testing.assert_allclose(drawn.mean(axis=0), np.mean(codes, axis=0), atol=0.15)
    assert model.log_prob(held_out, samples=20).mean() > before


@pytest.mark.parametrize("components", [0, 1.5, 800, True])
def test_an_impossible_number_of_components_is_named(model, components):
    with pytest.raises(ValueError, match=f"components is {components}; for 1437 codes .* from 1 to 718"):
        model.fit_prior(data.digits().train, components)


def test_bad_settings_and_samples_are_named(model, held_out):
    with pytest.raises(ValueError, match="beta is -1; give a number, 0 or more"):
        models.VariationalAutoencoder(2, (8, 8, 1), beta=-1)
    with pytest.raises(ValueError, match="samples is 0; give a whole number, 1 or more"):
        model.log_prob(held_out, samples=0)


def test_a_mixture_has_the_density_and_the_moments_of_its_gaussians():
    weights, means = [0.3, 0.7], np.array([[0.0, 1.0], [3.0, -1.0]])
    factors = np.array([[[1.0, 0], [0.5, 2.0]], [[0.5, 0], [0, 0.2]]])
    prior = LatentPrior(weights, means, factors)
    points = np.random.default_rng(0).standard_normal((20, 2))
    densities = [multivariate_normal(m, f @ f.T).pdf(points) for m, f in zip(means, factors, strict=True)]
    np.testing.assert_allclose(prior.log_density(points), np.log(0.3 * densities[0] + 0.7 * densities[1]), rtol=1e-9)
    drawn = prior.sample(200_000, seed=0)
    mean = 0.3 * means[0] + 0.7 * means[1]
    second = sum(w * (f @ f.T + np.outer(m, m)) for w, m, f in zip(weights, means, factors, strict=True))
    np.testing.assert_allclose(drawn.mean(axis=0), mean, atol=0.02)
    np.testing.assert_allclose(np.cov(drawn, rowvar=False), second - np.outer(mean, mean), atol=0.05)
