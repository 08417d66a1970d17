import keras
import numpy as np
import pytest

from genai_course import data, models, session
from genai_course.models.generative_adversarial_network import (
    discriminator_loss,
    generator_loss,
    optimal_discriminator,
    r1_penalty,
)

LOG_TWO = np.log(2)


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    session.setup("smoke", 0)


def tiny(**settings):
    keras.utils.set_random_seed(0)
    return models.GenerativeAdversarialNetwork(**({"latent_dim": 4, "picture_shape": (8, 8, 1), "width": 8} | settings))


@pytest.fixture(scope="module")
def digits():
    return data.digits()


@pytest.fixture(scope="module")
def trained(digits):
    model = tiny(classes=10)
    model.compile(steps_per_execution=8)
    model.fit(digits.train, digits.train_labels, batch_size=64, verbose=0)
    return model


def test_losses_are_binary_cross_entropies():
    real, fake = np.array([0.3, 2.0, -1.0], "float32"), np.array([0.5, -2.0], "float32")
    p_real, p_fake = 1 / (1 + np.exp(-real)), 1 / (1 + np.exp(-fake))  # probability of "real"
    expected = -np.log(p_real).mean() - np.log(1 - p_fake).mean()
    assert float(discriminator_loss(real, fake)) == pytest.approx(expected, rel=1e-5)
    assert float(generator_loss(fake)) == pytest.approx(-np.log(p_fake).mean(), rel=1e-5)


def test_losses_stay_finite_where_a_probability_rounds_to_zero():
    sure = np.array([200.0], "float32")
    assert float(discriminator_loss(-sure, sure)) == pytest.approx(400)
    assert float(generator_loss(-sure)) == pytest.approx(200)


def test_the_optimal_discriminator_has_the_smallest_loss():
    """Proposition 1: of all functions of x it has the lowest loss, which is log 4 less twice the Jensen-Shannon divergence."""
    p_real, p_fake = np.array([0.1, 0.2, 0.7]), np.array([0.5, 0.25, 0.25])

    def loss(judgement):
        return -np.sum(p_real * np.log(judgement) + p_fake * np.log(1 - judgement))

    best = optimal_discriminator(p_real, p_fake)
    middle = (p_real + p_fake) / 2
    divergence = np.sum(p_real * np.log(p_real / middle) + p_fake * np.log(p_fake / middle)) / 2
    assert loss(best) == pytest.approx(2 * LOG_TWO - 2 * divergence)
    for nudge in np.random.default_rng(0).uniform(-0.1, 0.1, (50, 3)):
        assert loss(best + nudge) > loss(best)
    np.testing.assert_array_equal(optimal_discriminator(p_real, p_real), [0.5, 0.5, 0.5])


def test_the_penalty_of_a_linear_discriminator_is_its_squared_weight_norm():
    random = np.random.default_rng(0)
    weights = random.standard_normal((4, 4, 1)).astype("float32")
    for n in (1, 5):
        pictures = random.random((n, 4, 4, 1)).astype("float32")
        penalty = r1_penalty(lambda some: keras.ops.sum(weights * some, axis=(1, 2, 3)) + 3, pictures)
        assert float(penalty) == pytest.approx(np.sum(weights**2), rel=1e-5)


def test_the_penalty_averages_over_pictures():
    pictures = np.array([1.0, 3.0], "float32").reshape(2, 1, 1, 1)
    penalty = r1_penalty(lambda some: keras.ops.sum(some**2, axis=(1, 2, 3)), pictures)  # slopes 2 and 6
    assert float(penalty) == pytest.approx((4 + 36) / 2)


def test_the_penalty_flattens_the_discriminator(digits):
    steepness = {}
    for gamma in (0, 100):
        model = tiny(gamma=gamma)
        model.compile(discriminator_optimizer=keras.optimizers.Adam(0.01, beta_1=0), run_eagerly=True)
        model.fit(digits.train[:256], batch_size=32, epochs=2, verbose=0)
        steepness[gamma] = float(r1_penalty(model.judge, digits.train[:50]))
    assert steepness[100] < steepness[0] / 4


def test_one_step_moves_each_player_down_its_own_loss(digits):
    """With plain gradient descent a step is the learning rate times the gradient of each player's loss."""
    import tensorflow as tf

    model, pictures = tiny(gamma=3), digits.train[:16]
    model.noise = keras.random.SeedGenerator(5)
    codes = keras.random.normal((16, 4), seed=keras.random.SeedGenerator(5))
    with tf.GradientTape(persistent=True) as tape:
        drawn = model.generator(codes, training=True)
        fake = model.judge(drawn)
        losses = generator_loss(fake), discriminator_loss(model.judge(pictures), fake)
        penalised = losses[1] + 3 / 2 * r1_penalty(model.judge, pictures[:5])  # a quarter of them and one
    expected = []
    for network, loss in zip((model.generator, model.discriminator), (losses[0], penalised), strict=True):
        slopes = tape.gradient(loss, network.trainable_variables)
        expected += [w.numpy() - 0.1 * s for w, s in zip(network.trainable_variables, slopes, strict=True)]
    model.compile(keras.optimizers.SGD(0.1), keras.optimizers.SGD(0.1), run_eagerly=True)
    history = model.fit(pictures, batch_size=16, shuffle=False, verbose=0).history
    assert history["generator_loss"] == pytest.approx([float(losses[0])], rel=1e-5)
    assert history["discriminator_loss"] == pytest.approx([float(losses[1])], rel=1e-5)
    moved = model.generator.trainable_variables + model.discriminator.trainable_variables
    for one, other in zip(moved, expected, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)


def test_the_average_follows_the_generator(digits):
    class Watch(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            weights.append(self.model.generator.weights[0].numpy())

    model, weights = tiny(ema_decay=0.4), []
    average = model.generator.weights[0].numpy()
    np.testing.assert_array_equal(average, model.averaged_generator.weights[0])
    model.compile(run_eagerly=True)
    model.fit(digits.train[:96], batch_size=8, verbose=0, callbacks=[Watch()])
    for step, weight in enumerate(weights, start=1):
        decay = min(0.4, step / (step + 10))
        average = decay * average + (1 - decay) * weight
    np.testing.assert_allclose(model.averaged_generator.weights[0], average, atol=1e-6)
    assert not np.allclose(average, weights[-1], atol=1e-4)


def test_without_averaging_the_generator_itself_draws(digits):
    model = tiny(ema_decay=0)
    model.compile()
    model.fit(digits.train[:64], verbose=0)
    for one, other in zip(model.generator.weights, model.averaged_generator.weights, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("classes", [None, 10])
@pytest.mark.parametrize("architecture", ["dense", "convolutional"])
def test_every_form_trains_and_draws(digits, architecture, classes):
    model = tiny(architecture=architecture, classes=classes, width=4)
    model.compile(run_eagerly=True)
    labels = None if classes is None else digits.train_labels[:50]
    before = model.sample(7)
    history = model.fit(digits.train[:50], labels, verbose=0).history  # 32 pictures, then 18
    assert set(history) == {"generator_loss", "discriminator_loss"}
    after = model.sample(7)
    assert after.shape == (7, 8, 8, 1)
    assert after.dtype == np.float32
    assert 0 <= after.min() < after.max() <= 1
    assert not np.array_equal(before, after)


def test_samples_follow_their_seed_and_their_labels(trained):
    samples = trained.sample(12, seed=3)
    np.testing.assert_array_equal(samples, trained.sample(12, seed=3, labels=np.arange(12) % 10))
    assert not np.array_equal(samples, trained.sample(12, seed=4))
    assert not np.allclose(samples, trained.sample(12, seed=3, labels=np.zeros(12, int)), atol=1e-3)


def test_classes_enter_the_judgement_by_projection(trained, digits):
    """Miyato and Koyama (2018), equation 3: between two classes the logit changes by an inner product with the features."""
    discriminator, pictures = trained.discriminator, digits.test[:6]
    features = keras.Model(discriminator.inputs[0], discriminator.get_layer(type_name(discriminator, "Dot")).input[1])
    of_class = discriminator.get_layer(type_name(discriminator, "Embedding")).embeddings.numpy()
    change = trained.judge(pictures, np.full(6, 7)) - trained.judge(pictures, np.full(6, 2))
    expected = features(pictures).numpy() @ (of_class[7] - of_class[2])
    assert np.ptp(expected) > 0.01
    np.testing.assert_allclose(change, expected, atol=1e-4)


def type_name(model, kind):
    return next(layer.name for layer in model.layers if type(layer).__name__ == kind)


def test_many_samples_are_drawn_in_blocks(trained):
    assert trained.sample(2_003).shape == (2_003, 8, 8, 1)
    np.testing.assert_allclose(trained.sample(2_003)[:5], trained.sample(5), atol=1e-5)


def test_it_learns_what_each_class_looks_like(digits):
    zeros_and_ones = digits.train_labels < 2
    pictures, labels = digits.train[zeros_and_ones], digits.train_labels[zeros_and_ones]
    model = tiny(classes=2, width=64)
    model.compile(keras.optimizers.Adam(2e-3, 0, 0.99), keras.optimizers.Adam(2e-3, 0, 0.99), steps_per_execution=9)
    model.fit(pictures, labels, epochs=20, batch_size=32, verbose=0)
    for label in (0, 1):
        drawn = model.sample(200, labels=np.full(200, label)).mean(axis=0)
        near, far = (np.mean((drawn - pictures[labels == other].mean(axis=0)) ** 2) for other in (label, 1 - label))
        assert near < far / 4


def test_another_process_loads_the_same_model_and_trains_on(trained, digits, in_another_process, tmp_path):
    trained.save(tmp_path / "model.keras")
    samples, steps = in_another_process(load_and_train, tmp_path / "model.keras", digits)
    np.testing.assert_array_equal(samples, trained.sample(5, seed=1))
    assert steps == [int(trained.optimizer.iterations)] * 2


def load_and_train(path, digits):
    model = keras.saving.load_model(path)
    samples, steps = model.sample(5, seed=1), [model.optimizer.iterations, model.discriminator_optimizer.iterations]
    steps = [int(count) for count in steps]
    model.run_eagerly = True
    model.fit(digits.train[:32], digits.train_labels[:32], verbose=0)
    return samples, steps


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"latent_dim": 0}, "latent_dim is 0; give a whole number, 1 or more"),
        ({"picture_shape": (8, 8)}, r"picture_shape is \(8, 8\); give"),
        ({"classes": 0}, "classes is 0; give a whole number, 1 or more, or None"),
        ({"architecture": "dcgan"}, "architecture is 'dcgan'; choose one of 'dense', 'convolutional'"),
        ({"architecture": ["dense"]}, r"architecture is \['dense'\]; choose"),
        (
            {"architecture": "convolutional", "picture_shape": (8, 6, 1)},
            r"\(8, 6, 1\); convolutions need multiples of 4",
        ),
        ({"width": 2.5}, "width is 2.5"),
        ({"depth": 0}, "depth is 0"),
        ({"gamma": -1}, "gamma is -1; give a number, 0 or more"),
        ({"ema_decay": 1}, "ema_decay is 1; give a number from 0 to less than 1"),
        ({"ema_decay": "0.9"}, "ema_decay is '0.9'; give a number"),
    ],
)
def test_bad_settings_are_named(settings, words):
    with pytest.raises(ValueError, match=words):
        tiny(**settings)


def test_bad_pictures_and_labels_are_named(trained, digits):
    pictures, labels = digits.train[:20], digits.train_labels[:20]
    without = tiny()
    without.compile()
    for work, words in (
        (lambda: trained.fit(pictures), "This model has 10 classes; give labels too"),
        (lambda: without.fit(pictures, labels), "made without classes"),
        (lambda: without.sample(2, labels=[0, 1]), "made without classes"),
        (lambda: without.fit(pictures[..., 0]), r"x has shape \(20, 8, 8\); this model needs \(n, 8, 8, 1\)"),
        (lambda: trained.fit(pictures, labels[:5]), r"labels has shape \(5,\); 20 pictures need \(20,\)"),
        (lambda: trained.sample(2, labels=[0, 10]), "labels contains 10; give whole numbers from 0 to 9"),
        (lambda: trained.sample(2, labels=[0, 0.5]), "labels contains 0.5"),
        (lambda: trained.sample(0), "n is 0; give a whole number, 1 or more"),
    ):
        with pytest.raises(ValueError, match=words):
            work()


def test_one_optimizer_for_both_players_is_refused():
    shared = keras.optimizers.Adam()
    with pytest.raises(ValueError, match="Both players have the same Adam object as optimizer; make one for each"):
        tiny().compile(shared, shared)
