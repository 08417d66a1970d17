import keras
import numpy as np
import pytest

from genai_course import data, models, session
from genai_course.models.denoising_network import build_network, time_embedding
from genai_course.models.diffusion import (
    PREDICTION_TYPES,
    SAMPLERS,
    add_noise,
    alpha_and_sigma,
    ddim_step,
    ddpm_step,
    guided,
    loss_weight,
    prediction_target,
    score,
    to_x0,
)


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    session.setup("smoke", 0)


@pytest.fixture(scope="module")
def digits():
    return data.digits()


def tiny(**settings):
    keras.utils.set_random_seed(0)
    return models.DiffusionModel(**({"picture_shape": (8, 8, 1), "width": 64, "depth": 1} | settings))


@pytest.fixture(scope="module")
def trained(digits):
    model = tiny(classes=10)
    model.compile(keras.optimizers.Adam(3e-3), steps_per_execution=8)
    model.fit(digits.train, digits.train_labels, epochs=20, batch_size=64, verbose=0)
    return model


def test_the_clean_thing_fades_as_the_noise_grows():
    time = np.linspace(0, 1, 11)
    alpha, sigma = (np.asarray(part) for part in alpha_and_sigma(time))
    np.testing.assert_allclose(alpha**2 + sigma**2, 1, rtol=1e-6)
    assert alpha[0] == 1
    assert abs(alpha[-1]) < 1e-6
    assert np.all(np.diff(alpha) < 0)
    np.testing.assert_allclose(add_noise(3.0, -2.0, np.array([0.0, 1.0])), [3, -2], atol=1e-6)


def test_tweedies_score_is_the_slope_of_the_log_density():
    """For clean numbers from N(2, 0.25) everything is known: the posterior mean and the density under noise."""
    time, mean, variance = 0.4, 2.0, 0.25
    alpha, sigma = np.cos(np.pi / 2 * time), np.sin(np.pi / 2 * time)
    total = alpha**2 * variance + sigma**2
    x = np.array([-1.0, 0.5, 3.0])
    best_prediction = mean + alpha * variance / total * (x - alpha * mean)
    np.testing.assert_allclose(score(x, best_prediction, time), -(x - alpha * mean) / total, rtol=1e-6)


def test_a_ddim_step_with_the_true_picture_keeps_the_true_noise():
    clean, noise = np.random.default_rng(0).standard_normal((2, 5, 4, 4, 1))
    for next_time in (0.3, 0.0):
        step = ddim_step(add_noise(clean, noise, 0.8), clean, 0.8, next_time)
        np.testing.assert_allclose(step, add_noise(clean, noise, next_time), atol=1e-6)


def test_a_ddpm_step_with_the_true_picture_has_the_right_mean_and_variance():
    random = np.random.default_rng(0)
    noise, fresh = random.standard_normal((2, 100_000))
    for time, next_time in ((1.0, 0.9), (0.6, 0.3)):
        step = np.asarray(ddpm_step(add_noise(1.5, noise, time), 1.5, time, next_time, fresh))
        alpha, sigma = alpha_and_sigma(next_time)
        assert step.mean() == pytest.approx(1.5 * float(alpha), abs=0.02)
        assert step.std() == pytest.approx(float(sigma), rel=0.01)
        assert np.corrcoef(step, noise)[0, 1] < 0.95  # some of the noise is new
    np.testing.assert_allclose(ddpm_step(add_noise(1.5, noise, 0.2), 1.5, 0.2, 0.0, fresh), 1.5, atol=1e-4)


def test_guidance_starts_without_a_class_and_passes_through_the_class():
    cond, uncond = np.array([2.0, -1.0]), np.array([1.0, 1.0])
    np.testing.assert_allclose(guided(cond, uncond, 0), uncond)
    np.testing.assert_allclose(guided(cond, uncond, 1), cond)
    np.testing.assert_allclose(guided(cond, uncond, 3), [4, -5])


@pytest.mark.parametrize("prediction_type", PREDICTION_TYPES)
def test_the_right_prediction_gives_the_picture_back(prediction_type):
    clean, noise = np.random.default_rng(0).standard_normal((2, 5, 4, 4, 1))
    time = np.array([0.05, 0.3, 0.5, 0.8, 0.97]).reshape(-1, 1, 1, 1)
    right = prediction_target(clean, noise, time, prediction_type)
    np.testing.assert_allclose(to_x0(right, add_noise(clean, noise, time), time, prediction_type), clean, atol=1e-5)


def test_v_is_how_fast_the_mixture_changes_with_the_angle():
    clean, noise, time, small = 1.3, -0.4, 0.37, 1e-4
    later, earlier = (float(add_noise(clean, noise, time + shift)) for shift in (small, -small))
    slope = (later - earlier) / (2 * small) / (np.pi / 2)
    assert float(prediction_target(clean, noise, time, "v")) == pytest.approx(slope, abs=1e-2)


def test_an_error_of_the_picture_counts_as_the_same_error_does_in_v():
    """Changing the picture by d under the same noisy picture changes v by d / sigma; below a sigma of 0.3 the weight stays."""
    times = np.array([0.2, 0.5, 0.9, 1.0], "float32")
    for time, weight in zip(times, np.asarray(loss_weight(times, "x0")), strict=True):
        alpha, sigma = np.cos(np.pi / 2 * time), np.sin(np.pi / 2 * time)
        noisy, v = 0.3, np.array([(alpha * 0.3 - clean) / sigma for clean in (0.1, 0.6)])
        np.testing.assert_allclose(to_x0(v, noisy, time, "v"), [0.1, 0.6], atol=1e-5)
        assert weight * 0.5**2 == pytest.approx(np.square(v[1] - v[0]), rel=1e-3)
    early, earlier = np.asarray(loss_weight(np.array([0.1, 0.01], "float32"), "components"))
    assert early == earlier > 1
    np.testing.assert_array_equal(loss_weight(times, "epsilon"), 1)
    np.testing.assert_array_equal(loss_weight(times, "v"), 1)


def test_the_network_is_told_apart_times_and_classes_and_its_last_layer_sees_the_pixel_itself():
    embedded = np.asarray(time_embedding(np.linspace(0, 1, 50, dtype="float32")))
    assert embedded.shape == (50, 64)
    distances = np.linalg.norm(embedded[:, None] - embedded[None], axis=-1)
    assert distances[~np.eye(50, dtype=bool)].min() > 0.5
    network = build_network((4, 5, 2), labels=3, outputs=6, width=8, depth=1)
    pictures, times, labels = np.zeros((2, 4, 5, 2), "float32"), np.array([0.5, 0.5], "float32"), np.array([0, 1])
    assert network([pictures, times, labels]).shape == (2, 4, 5, 6)
    np.testing.assert_array_equal(network([pictures, times, labels]), 0)  # it starts without an opinion
    random = np.random.default_rng(0)
    network.set_weights([random.normal(size=part.shape) for part in network.get_weights()])
    first, second = np.asarray(network([pictures, times, labels]))
    assert not np.allclose(first, second)


def test_every_prediction_type_learns_and_draws(digits):
    for prediction_type in PREDICTION_TYPES:
        model = tiny(classes=10, prediction_type=prediction_type)
        model.compile(keras.optimizers.Adam(3e-3), steps_per_execution=8)
        losses = model.fit(digits.train, digits.train_labels, epochs=3, batch_size=64, verbose=0).history["loss"]
        assert losses[-1] < 0.8 * losses[0]
        assert np.isfinite(model.sample(3, steps=3)).all()


def test_an_untrained_network_reads_each_pixel_on_its_own():
    """Where the network says nothing predict_x0 is the posterior mean under three Gaussians of equal weight."""
    model, time = tiny(), 0.5
    given = np.array([0.9, -0.2, 0.0, -3.0])
    guess = np.asarray(model.predict_x0(np.tile(given, 16).reshape(1, 8, 8, 1), time))[0, 0, :4, 0]
    values = np.linspace(-4, 4, 8_001)  # of a clean pixel
    prior = sum(np.exp(-0.5 * ((values - m) / s) ** 2) / s for m, s in ((-1, 0.03), (0, 0.5), (1, 0.03)))
    alpha, sigma = np.cos(np.pi / 4), np.sin(np.pi / 4)
    posterior = prior * np.exp(-0.5 * ((given[:, None] - alpha * values) / sigma) ** 2)
    np.testing.assert_allclose(guess, (posterior * values).sum(axis=1) / posterior.sum(axis=1), atol=1e-4)


def test_the_times_to_learn_from_are_spread_over_each_batch():
    model = tiny()
    times = np.asarray(model.random_times(1_000))
    assert np.all(np.diff(times) > 0)
    assert 0 < times[0] < 0.1
    assert 0.9 < times[-1] <= 1
    assert not np.array_equal(times, model.random_times(1_000))


def test_training_learns_to_draw_the_digit_that_was_asked_for(trained, digits):
    from sklearn.neighbors import KNeighborsClassifier

    reader = KNeighborsClassifier(3).fit(digits.train.reshape(-1, 64), digits.train_labels)
    labels = np.arange(200) % 10
    shares = {}
    for scale in (0.0, 1.0, 2.0):
        drawn = trained.sample(200, seed=1, labels=labels, guidance_scale=scale)
        shares[scale] = np.mean(reader.predict(drawn.reshape(-1, 64)) == labels)
    assert shares[0.0] < 0.3  # the class is ignored, so chance
    assert shares[1.0] > 0.6
    assert shares[2.0] > shares[1.0]


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_samples_follow_their_seed(trained, sampler):
    samples = trained.sample(6, seed=3, steps=4, sampler=sampler)
    assert samples.shape == (6, 8, 8, 1)
    assert samples.dtype == np.float32
    assert 0 <= samples.min() <= samples.max() <= 1
    np.testing.assert_array_equal(samples, trained.sample(6, seed=3, steps=4, sampler=sampler))
    assert not np.array_equal(samples, trained.sample(6, seed=4, steps=4, sampler=sampler))


def test_samplers_approach_the_right_picture_and_multistep_needs_the_fewest_steps(monkeypatch):
    """For pixels from N(0.1, 0.3²) the best prediction is known, and so is where a start without fresh noise must end."""
    mean, std, model = 0.1, 0.3, tiny()

    def best_prediction(noisy, time, labels, guidance_scale):
        alpha, sigma = np.cos(np.pi / 2 * time), np.sin(np.pi / 2 * time)
        return mean + alpha * std**2 / (alpha**2 * std**2 + sigma**2) * (noisy - alpha * mean)

    monkeypatch.setattr(model, "in_blocks", best_prediction)
    start = np.random.default_rng(0).standard_normal((20, 8, 8, 1))
    right = 0.5 + 0.5 * (mean + std * start)
    errors = {
        (sampler, steps): np.abs(model.sample(20, seed=0, steps=steps, sampler=sampler) - right).mean()
        for sampler in ("multistep", "ddim")
        for steps in (10, 40)
    }
    assert errors["ddim", 40] < 0.3 * errors["ddim", 10]
    assert errors["multistep", 40] < 0.3 * errors["multistep", 10]
    assert errors["multistep", 10] < 0.8 * errors["ddim", 10]
    drawn = 2 * model.sample(100, seed=0, steps=400, sampler="ddpm") - 1
    assert drawn.mean() == pytest.approx(mean, abs=0.02)
    assert drawn.std() == pytest.approx(std, rel=0.04)


def test_many_pictures_are_those_of_smaller_calls(trained, monkeypatch):
    at_once = trained.sample(7, seed=0, steps=3, guidance_scale=2)
    monkeypatch.setattr(models.DiffusionModel, "pictures_at_once", 3)
    np.testing.assert_allclose(trained.sample(7, seed=0, steps=3, guidance_scale=2), at_once, atol=1e-5)


def test_samples_come_from_the_averaged_weights(digits):
    model = tiny(ema_decay=0.9)
    model.compile(keras.optimizers.SGD(0.1), run_eagerly=True)
    kernels = [np.asarray(model.network.weights[0])]
    model.fit(
        digits.train[:20],
        batch_size=10,
        verbose=0,
        callbacks=[
            keras.callbacks.LambdaCallback(
                on_train_batch_end=lambda batch, logs: kernels.append(np.asarray(model.network.weights[0]))
            )
        ],
    )
    average = kernels[0]
    for step, kernel in enumerate(kernels[1:], 1):
        decay = min(0.9, step / (step + 10))
        average = kernel + decay * (average - kernel)
    np.testing.assert_allclose(model.averaged_network.weights[0], average, atol=1e-6)
    before = model.sample(2, steps=2)
    model.network.set_weights([np.zeros_like(part) for part in model.network.get_weights()])
    np.testing.assert_array_equal(model.sample(2, steps=2), before)


def test_without_classes_it_trains_and_draws(digits):
    model = tiny()
    model.compile("adam", run_eagerly=True)
    history = model.fit(digits.train[:128], epochs=3, verbose=0).history
    assert history["loss"][-1] < history["loss"][0]
    assert model.sample(3, steps=2).shape == (3, 8, 8, 1)


def test_another_process_draws_what_the_saved_model_drew(trained, in_another_process, tmp_path):
    trained.save(tmp_path / "diffusion.keras")
    drawn, classes = in_another_process(drawn_by, tmp_path / "diffusion.keras")
    for name, pictures in drawn.items():
        np.testing.assert_allclose(pictures, trained.sample(4, seed=9, steps=5, sampler=name), rtol=0, atol=1e-6)
    assert classes == 10


def drawn_by(path):
    model = keras.saving.load_model(path)
    return {name: model.sample(4, seed=9, steps=5, sampler=name) for name in SAMPLERS}, model.classes


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n": 0}, "n is 0; give a whole number, 1 or more"),
        ({"steps": 0}, "steps is 0; give a whole number, 1 or more"),
        ({"steps": 2.5}, "steps is 2.5; give a whole number, 1 or more"),
        ({"sampler": "heun"}, "sampler is 'heun'; choose one of 'multistep', 'ddim', 'ddpm'"),
        ({"guidance_scale": -1}, "guidance_scale is -1; give a number, 0 or more"),
        ({"guidance_scale": float("nan")}, "guidance_scale is nan; give a number, 0 or more"),
        ({"labels": [0, 1]}, r"labels has shape \(2,\); 3 pictures need \(3,\)"),
        ({"labels": [0, 1, 10]}, "labels contains 10; give whole numbers from 0 to 9"),
    ],
)
def test_impossible_requests_are_named(trained, options, message):
    with pytest.raises(ValueError, match=message):
        trained.sample(**({"n": 3} | options))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"width": 0}, "width is 0; give a whole number, 1 or more"),
        ({"depth": 1.5}, "depth is 1.5; give a whole number, 1 or more"),
        ({"picture_shape": (8, 8)}, "picture_shape is"),
        ({"classes": 0}, "classes is 0; give a whole number, 1 or more, or None"),
        ({"ema_decay": 1}, "ema_decay is 1; give a number from 0 to less than 1"),
        ({"p_uncond": -0.1}, "p_uncond is -0.1; give a number from 0 to less than 1"),
        (
            {"prediction_type": "v_prediction"},
            "prediction_type is 'v_prediction'; choose one of",
        ),
    ],
)
def test_impossible_settings_are_named(settings, message):
    with pytest.raises(ValueError, match=message):
        tiny(**settings)


def test_missing_and_unexpected_labels_are_named(digits):
    with pytest.raises(ValueError, match="This model has 10 classes; give labels too"):
        tiny(classes=10).fit(digits.train)
    with pytest.raises(ValueError, match="made without classes"):
        tiny().fit(digits.train, digits.train_labels)
    with pytest.raises(ValueError, match=r"x has shape \(5, 4, 4, 1\); this model needs \(n, 8, 8, 1\)"):
        tiny().fit(np.zeros((5, 4, 4, 1), "float32"))
    with pytest.raises(ValueError, match="guidance_scale is 2, and this model was made without classes"):
        tiny().sample(2, guidance_scale=2)
