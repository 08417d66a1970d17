import keras
import numpy as np
import pytest
from sklearn.decomposition import PCA

from genai_course import data, models, session
from genai_course.models.autoencoder import reconstruction_error


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    session.setup("smoke", 0)


def trained(pictures, latent_dim=3, epochs=1, **settings):
    keras.utils.set_random_seed(0)
    model = models.Autoencoder(latent_dim, pictures.shape[1:], width=64, **settings)
    model.compile(keras.optimizers.Adam(3e-3), steps_per_execution=8)
    model.fit(pictures, epochs=epochs, batch_size=64, verbose=0)
    return model


def test_reconstruction_error_is_one_mean_square_a_picture():
    pictures, drawn = np.zeros((2, 2, 2, 1), "float32"), np.zeros((2, 2, 2, 1), "float32")
    drawn[1, 0, 0, 0], drawn[1, 1, 1, 0] = 1, -2
    np.testing.assert_allclose(reconstruction_error(pictures, drawn), [0, 5 / 4])


def test_shapes_types_and_ranges():
    pictures = data.digits().train[:10]
    model = models.Autoencoder(3, (8, 8, 1), width=16)
    codes = model.encode(pictures)
    drawn = np.asarray(model.decode(codes))
    assert codes.shape == (10, 3)
    assert drawn.shape == pictures.shape
    assert drawn.dtype == np.float32
    assert 0 <= drawn.min() <= drawn.max() <= 1
    np.testing.assert_array_equal(np.asarray(model(pictures)), drawn)


def test_it_beats_pca_on_held_out_digits():
    digits = data.digits()
    model = trained(digits.train, latent_dim=2, epochs=25)
    error = np.mean(reconstruction_error(digits.test, model(digits.test)))
    flat = digits.train.reshape(-1, 64)
    pca = PCA(2, random_state=0).fit(flat)
    held_out = digits.test.reshape(-1, 64)
    pca_error = np.mean((pca.inverse_transform(pca.transform(held_out)) - held_out) ** 2)
    assert error < 0.9 * pca_error


def test_the_loss_is_the_mean_reconstruction_error():
    pictures = data.digits().train[:50]
    model = models.Autoencoder(3, (8, 8, 1), width=16)
    model.compile("adam")
    error = float(np.mean(reconstruction_error(pictures, model(pictures))))
    assert model.evaluate(pictures, verbose=0) == pytest.approx(error, rel=1e-5)


def test_noise_is_added_in_training_only():
    pictures = data.digits().train[:5]
    model = models.Autoencoder(3, (8, 8, 1), width=16, noise=0.5)
    np.testing.assert_array_equal(model(pictures), model(pictures))
    assert not np.array_equal(model(pictures, training=True), model(pictures))


def test_an_interrupted_fit_leaves_the_model_usable():
    class Interrupt(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            raise KeyboardInterrupt

    pictures = data.digits().train
    model = models.Autoencoder(3, (8, 8, 1), width=16)
    model.compile("adam")
    with pytest.raises(KeyboardInterrupt):
        model.fit(pictures, verbose=0, callbacks=[Interrupt()])
    before = model.evaluate(pictures, verbose=0)
    model.fit(pictures, epochs=3, verbose=0)
    assert model.evaluate(pictures, verbose=0) < before


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"latent_dim": 0}, "latent_dim is 0; give a whole number, 1 or more"),
        ({"latent_dim": 2.5}, "latent_dim is 2.5"),
        ({"latent_dim": ...}, "latent_dim is Ellipsis"),
        ({"picture_shape": (8, 8)}, r"picture_shape is \(8, 8\); give \(height, width, channels\)"),
        ({"width": -1}, "width is -1"),
        ({"depth": True}, "depth is True"),
        ({"noise": -0.1}, "noise is -0.1; give a number, 0 or more"),
        ({"noise": float("nan")}, "noise is nan"),
    ],
)
def test_bad_settings_are_named(settings, words):
    with pytest.raises(ValueError, match=words):
        models.Autoencoder(**({"latent_dim": 2, "picture_shape": (8, 8, 1)} | settings))


def test_a_name_that_is_not_there_is_answered_with_those_that_are():
    with pytest.raises(AttributeError, match="no name 'Autoencodr'. It offers: Autoencoder, "):
        models.Autoencodr  # noqa: B018
