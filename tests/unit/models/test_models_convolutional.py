import keras
import numpy as np
import pytest

from genai_course import data, models, session
from genai_course.models.convolutional import build_decoder, build_encoder


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    session.setup("smoke", 0)


@pytest.mark.parametrize("shape", [(8, 8, 1), (28, 28, 1), (3, 3, 1), (13, 20, 3)])
@pytest.mark.parametrize("depth", [1, 2, 3])
def test_pictures_of_any_size_are_halved_and_doubled_back(shape, depth):
    encoder, decoder = build_encoder(shape, 4, depth, outputs=5), build_decoder(5, shape, 4, depth)
    pictures = np.random.default_rng(0).random((2, *shape)).astype("float32")
    drawn = np.asarray(decoder(encoder(pictures)))
    assert drawn.shape == (2, *shape)
    assert 0 <= drawn.min() <= drawn.max() <= 1
    smallest = encoder.layers[depth - 1].output.shape[1:]
    assert smallest == (*(int(np.ceil(side / 2**depth)) for side in shape[:2]), 4 * depth)


def test_a_shifted_picture_is_read_by_the_same_weights():
    """What a convolution sees moves with the picture; a dense layer would start anew."""
    first = build_encoder((16, 16, 1), 4, 1, outputs=3).layers[0]
    picture = np.zeros((1, 16, 16, 1), "float32")
    picture[0, 4:8, 4:8] = np.random.default_rng(0).random((4, 4, 1))
    here, there = (np.asarray(first(np.roll(picture, shift, axis=2))) for shift in (0, 4))
    np.testing.assert_allclose(there[:, :, 3:7], here[:, :, 1:5], rtol=1e-5)


def test_it_learns_digits_with_a_tenth_of_the_weights():
    digits = data.digits()
    keras.utils.set_random_seed(0)
    model = models.ConvolutionalVariationalAutoencoder(8, (8, 8, 1), width=16, depth=2)
    model.compile(keras.optimizers.Adam(3e-3), steps_per_execution=8)
    model.fit(digits.train, epochs=10, batch_size=64, verbose=0)
    error = np.mean(np.square(digits.test - model.decode(model.encode(digits.test)[0])))
    assert error < 0.5 * np.mean(
        np.square(digits.test - digits.train.mean(axis=0))
    )  # drawing the mean, whatever is shown
    dense = models.VariationalAutoencoder(8, (8, 8, 1))
    ours, theirs = (each.encoder.count_params() + each.decoder.count_params() for each in (model, dense))
    assert ours < theirs / 10


def test_it_is_a_variational_autoencoder():
    """Prior, bounds and samples are inherited; only the networks differ."""
    digits = data.digits().train[:100]
    model = models.ConvolutionalVariationalAutoencoder(3, (8, 8, 1), width=4, depth=2)
    assert isinstance(model, models.VariationalAutoencoder)
    assert model.fit_prior(digits, components=2).sample(5, seed=1).shape == (5, 8, 8, 1)
    assert np.all(model.elbo(digits[:3], samples=4) <= model.log_prob(digits[:3], samples=4) + 20)
    names = {type(layer).__name__ for layer in [*model.encoder.layers, *model.decoder.layers]}
    assert {"Conv2D", "Conv2DTranspose"} <= names
