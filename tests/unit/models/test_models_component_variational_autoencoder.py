import keras
import numpy as np
import pytest

from genai_course import data, models, session
from genai_course.models.variational_autoencoder import kl_divergence


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    session.setup("smoke", 0)


@pytest.fixture(scope="module")
def faces():
    return data.faces(600, 50)


def trained(pictures, **settings):
    keras.utils.set_random_seed(0)
    model = models.ComponentVariationalAutoencoder(16, (32, 32, 3), components=60, width=64, **settings)
    model.adapt(pictures)
    model.compile(keras.optimizers.Adam(3e-3), steps_per_execution=8)
    model.fit(model.squeeze(pictures), epochs=30, batch_size=32, verbose=0)
    return model


@pytest.fixture(scope="module")
def model(faces):
    return trained(faces.train, beta=0.3)


@pytest.fixture(scope="module")
def file(model, tmp_path_factory):
    """That model's file."""
    path = tmp_path_factory.mktemp("saved") / "model.keras"
    model.save(path)
    return path


def test_components_keep_nearly_all_of_a_picture_they_were_not_made_from(model, faces):
    back = model.unsqueeze(model.squeeze(faces.test))
    assert back.shape == faces.test.shape
    assert np.mean((back - faces.test) ** 2) < 0.02 * faces.test.var(axis=0).mean()


def test_an_error_of_components_is_an_error_of_pixels(model, faces):
    first, second = model.squeeze(faces.test[:20]), model.squeeze(faces.test[20:40])
    basis = np.asarray(model.basis)
    np.testing.assert_allclose(basis.T @ basis, np.eye(60), atol=1e-4)
    pixels = np.sum(((np.asarray(first) - np.asarray(second)) @ basis.T) ** 2)
    assert pixels == pytest.approx(np.sum((np.asarray(first) - np.asarray(second)) ** 2), rel=1e-3)


def test_held_out_faces_come_back_from_their_codes(model, faces):
    mean, log_variance = model.encode(faces.test)
    assert mean.shape == log_variance.shape == (50, 16)
    error = np.mean((model.decode(mean) - faces.test) ** 2)
    assert error < 0.15 * np.mean((faces.test - faces.train.mean(axis=0)) ** 2)


def test_the_loss_is_the_log_error_and_the_weighted_kl(model, faces):
    x = model.squeeze(faces.test)
    given, mean, log_variance = model(x)
    error = np.mean(np.square(np.asarray(x) - np.asarray(given)))
    expected = 0.5 * 60 * np.log(error) + 0.3 * np.mean(kl_divergence(mean, log_variance))
    loss = model.compute_loss(x=x, y_pred=(given, mean, log_variance))
    assert float(loss) == pytest.approx(float(expected), rel=1e-4)


def test_samples_follow_the_seed_and_the_fitted_prior_changes_them(file, faces):
    model = keras.saving.load_model(file)  # a copy, since the prior stays
    dice = model.sample(6, seed=4)
    assert dice.shape == (6, 32, 32, 3)
    assert dice.min() >= 0
    assert dice.max() <= 1
    np.testing.assert_array_equal(dice, model.sample(6, seed=4))
    assert not np.array_equal(dice, model.sample(6, seed=5))
    assert model.fit_prior(faces.train, components=3) is model
    assert not np.array_equal(dice, model.sample(6, seed=4))


def test_another_process_loads_it_and_draws_the_same(model, file, faces, in_another_process):
    samples, codes = in_another_process(drawn_by, file, faces.test[:3])
    np.testing.assert_allclose(samples, model.sample(4, seed=9), rtol=0, atol=1e-6)
    np.testing.assert_allclose(codes, model.encode(faces.test[:3])[0], atol=1e-5)


def drawn_by(path, pictures):
    model = keras.saving.load_model(path)
    return model.sample(4, seed=9), model.encode(pictures)[0]


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"latent_dim": 0}, "latent_dim is 0"),
        ({"components": 1.5}, "components is 1.5"),
        ({"beta": -1.0}, "beta is -1"),
        ({"picture_shape": (32, 32)}, r"picture_shape is \(32, 32\)"),
    ],
)
def test_bad_settings_are_named(settings, words):
    with pytest.raises(ValueError, match=words):
        models.ComponentVariationalAutoencoder(**{"latent_dim": 4, "picture_shape": (32, 32, 3), **settings})


def test_too_few_pictures_or_other_shapes_are_named(faces):
    model = models.ComponentVariationalAutoencoder(4, (32, 32, 3), components=60)
    with pytest.raises(ValueError, match=r"shape \(59, 32, 32, 3\); 60 components need"):
        model.adapt(faces.train[:59])
    with pytest.raises(ValueError, match=r"shape \(100, 16, 16, 3\)"):
        model.adapt(np.zeros((100, 16, 16, 3)))
