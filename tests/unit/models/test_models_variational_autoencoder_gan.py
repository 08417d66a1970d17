import keras
import numpy as np
import pytest
import tensorflow as tf

from genai_course import data, models, session
from genai_course.models.generative_adversarial_network import discriminator_loss, generator_loss, r1_penalty
from genai_course.models.variational_autoencoder import kl_divergence, reparameterise
from genai_course.models.variational_autoencoder_gan import feature_error, losses_of_players


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    session.setup("smoke", 0)


def tiny(**settings):
    keras.utils.set_random_seed(0)
    kind = settings.pop("kind", models.VariationalAutoencoderGAN)
    return kind(**({"latent_dim": 4, "picture_shape": (8, 8, 1), "width": 16} | settings))


@pytest.fixture(scope="module")
def digits():
    return data.digits()


@pytest.fixture(scope="module")
def trained(digits):
    model = tiny(width=64, gamma=0.01)
    model.compile(keras.optimizers.Adam(2e-3, 0.5, 0.99), steps_per_execution=11)
    model.fit(digits.train, epochs=10, batch_size=64, verbose=0)
    return model.fit_prior(digits.train, components=10)


def test_feature_error_is_a_mean_of_squares():
    real, drawn = np.array([[1.0, 2, 3], [0, 0, 0]], "float32"), np.array([[1.0, 0, 3], [0, 0, 4]], "float32")
    assert float(feature_error(real, drawn)) == pytest.approx((4 + 16) / 6)


def test_each_player_gets_its_own_loss():
    assert losses_of_players(error=3, kl=2, fooling=7, judging=11, gamma=0.5) == (9.5, 11)


def networks_reached(loss_name):
    """Names of the networks on whose weights one of the parts of the losses depends when it alone is made small."""

    class Only(models.VariationalAutoencoderGAN):
        def losses_of_players(self, error, kl, fooling, judging, gamma):
            parts = {"error": error, "kl": kl, "fooling": fooling, "judging": judging}
            nothing = 0.0 * (error + kl + fooling + judging)
            chosen = parts[loss_name] + nothing
            return (nothing, chosen) if loss_name == "judging" else (chosen, nothing)

    model = tiny(kind=Only)
    before = {name: [w.numpy() for w in getattr(model, name).trainable_variables] for name in NETWORKS}
    model.compile(keras.optimizers.SGD(0.1), run_eagerly=True)
    model.fit(data.digits().train[:32], verbose=0)
    after = {name: getattr(model, name).trainable_variables for name in NETWORKS}
    return {name for name in NETWORKS if any(np.any(b != a) for b, a in zip(before[name], after[name], strict=True))}


NETWORKS = ("encoder", "decoder", "discriminator")


def test_each_loss_moves_the_networks_it_should():
    assert networks_reached("error") == {"encoder", "decoder"}
    assert networks_reached("kl") == {"encoder"}
    assert networks_reached("judging") == {"discriminator"}


def test_one_step_moves_all_down_the_right_slopes(digits):
    """With plain gradient descent a step is the learning rate times the gradient of each player's loss, written out here."""
    model, pictures = tiny(gamma=0.03, beta=2, pixels=0.7, penalty=3), digits.train[:16]
    model.noise = keras.random.SeedGenerator(5)
    noise = keras.random.normal((21, 4), seed=keras.random.SeedGenerator(5))  # 16 codes, and a quarter and one of dice
    with tf.GradientTape(persistent=True) as tape:
        mean, log_variance = model.encode(pictures)
        codes = keras.ops.concatenate([reparameterise(mean, log_variance, noise[:16]), noise[16:]])
        drawn = model.decoder(codes, training=True)
        real_features, real_logits = model.discriminator(pictures)
        drawn_features, drawn_logits = model.discriminator(drawn)
        pixel_error = keras.ops.mean((pictures - drawn[:16]) ** 2)
        features = keras.ops.mean((real_features - drawn_features[:16]) ** 2)
        nats = 0.5 * 64 * (0.7 * keras.ops.log(pixel_error) + keras.ops.log(features))
        kl = keras.ops.mean(kl_divergence(mean, log_variance))
        judging = discriminator_loss(real_logits, drawn_logits)
        first = 0.03 * (nats + 2 * kl) + generator_loss(drawn_logits)
        second = judging + 3 / 2 * r1_penalty(lambda some: model.discriminator(some)[1], pictures[:5])
    expected = []
    for network, loss in ((model.encoder, first), (model.decoder, first), (model.discriminator, second)):
        slopes = tape.gradient(loss, network.trainable_variables)
        expected += [w.numpy() - 0.1 * s for w, s in zip(network.trainable_variables, slopes, strict=True)]
    model.compile(keras.optimizers.SGD(0.1), run_eagerly=True)
    history = model.fit(pictures, batch_size=16, shuffle=False, verbose=0).history
    names = ("error", "feature_error", "kl", "judging_loss")
    seen = [history[name][0] for name in names]
    assert seen == pytest.approx([float(value) for value in (pixel_error, features, kl, judging)], rel=1e-4)
    moved = [w for name in NETWORKS for w in getattr(model, name).trainable_variables]
    for one, other in zip(moved, expected, strict=True):
        np.testing.assert_allclose(one, other, atol=2e-5)


def test_it_draws_back_and_from_its_fitted_prior(trained, digits):
    drawn = np.asarray(trained.decode(trained.encode(digits.test)[0]))
    variance = np.mean((digits.test - digits.train.mean(axis=0)) ** 2)
    assert np.mean((digits.test - drawn) ** 2) < 0.5 * variance
    samples = trained.sample(500, seed=1)
    assert samples.shape == (500, 8, 8, 1)
    assert np.mean((samples.mean(axis=0) - digits.train.mean(axis=0)) ** 2) < 0.05 * variance
    np.testing.assert_array_equal(samples, trained.sample(500, seed=1))
    assert trained.active_units(digits.test) == 4


def test_the_bound_of_the_likelihood_stays_a_bound(trained, digits):
    few = digits.test[:50]
    assert trained.elbo(few, samples=20).mean() < trained.log_prob(few, samples=200).mean()


def test_a_discriminator_that_shares_in_the_error_notices_nothing_any_more(trained, digits):
    class Wrong(models.VariationalAutoencoderGAN):
        def losses_of_players(self, error, kl, fooling, judging, gamma):
            return gamma * (error + kl) + fooling, judging + gamma * error

    wrong = tiny(kind=Wrong, width=64, gamma=0.05)
    wrong.compile(keras.optimizers.Adam(2e-3, 0.5, 0.99), steps_per_execution=11)
    wrong.fit(digits.train, epochs=3, batch_size=64, verbose=0)
    features = [np.asarray(model.discriminator(digits.test)[0]) for model in (wrong, trained)]
    differences = [np.mean((seen[1:] - seen[:-1]) ** 2) for seen in features]  # between different digits
    assert differences[0] < differences[1] / 5


@pytest.mark.parametrize("settings", [{"pixels": 0, "penalty": 0}, {"depth": 1, "width": 1}])
def test_every_form_trains_an_incomplete_batch(digits, settings):
    model = tiny(**settings)
    model.compile("adam", run_eagerly=True)
    history = model.fit(digits.train[:33], verbose=0).history  # 32 pictures, then 1
    assert set(history) == {"error", "feature_error", "kl", "fooling_loss", "judging_loss"}
    assert all(np.isfinite(values).all() for values in history.values())


def test_another_process_loads_the_same_model_and_trains_on(trained, digits, in_another_process, tmp_path):
    trained.beta.assign(0.75)
    trained.save(tmp_path / "model.keras")
    samples, beta, steps = in_another_process(load_and_train, tmp_path / "model.keras", digits.train[:64])
    np.testing.assert_allclose(samples, trained.sample(6, seed=1), rtol=0, atol=1e-6)
    assert beta == 0.75
    assert steps == int(trained.optimizer.iterations)


def load_and_train(path, pictures):
    model = keras.saving.load_model(path)
    samples, steps = model.sample(6, seed=1), int(model.optimizer.iterations)
    model.run_eagerly = True
    model.fit(pictures, verbose=0)
    return samples, float(model.beta), steps


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"latent_dim": 0}, "latent_dim is 0; give a whole number, 1 or more"),
        ({"picture_shape": (8, 8)}, r"picture_shape is \(8, 8\); give"),
        ({"width": 2.5}, "width is 2.5"),
        ({"gamma": -1}, "gamma is -1; give a number, 0 or more"),
        ({"penalty": float("nan")}, "penalty is nan"),
    ],
)
def test_bad_settings_are_named(settings, words):
    with pytest.raises(ValueError, match=words):
        tiny(**settings)
