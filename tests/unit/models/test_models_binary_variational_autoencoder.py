import itertools

import keras
import numpy as np
import pytest

from genai_course import data, models, session
from genai_course.models.binary_variational_autoencoder import log_likelihood


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    session.setup("smoke", 0)


@pytest.fixture(scope="module")
def pictures():
    return (data.digits().train > 0.5).astype("float32")


@pytest.fixture(scope="module")
def model(pictures):
    keras.utils.set_random_seed(0)
    model = models.BinaryVariationalAutoencoder(4, (8, 8, 1), width=64)
    model.compile(keras.optimizers.Adam(3e-3), steps_per_execution=8)
    model.fit(pictures, epochs=8, batch_size=64, verbose=0)
    return model


def test_log_likelihood_is_the_probability_of_tosses():
    pictures = np.array([1.0, 0.0, 1.0, 0.0], "float32").reshape(2, 1, 2, 1)
    drawn = np.array([0.9, 0.2, 0.5, 1.0], "float32").reshape(2, 1, 2, 1)
    first, second = np.asarray(log_likelihood(pictures, drawn))
    assert first == pytest.approx(np.log(0.9 * 0.8), rel=1e-5)
    assert -20 < second < np.log(0.5) - 10  # a pixel said to be surely 1 is 0: dear, and not infinite


def test_the_bound_adds_up_to_one_where_all_pictures_can_be_counted():
    keras.utils.set_random_seed(3)
    model = models.BinaryVariationalAutoencoder(2, (2, 3, 1), width=8)
    everything = np.array(list(itertools.product([0, 1], repeat=6)), "float32").reshape(-1, 2, 3, 1)
    often = np.tile(everything, (20, 1, 1, 1))  # 20 estimates of 20 codes each, all unbiased
    assert np.exp(model.log_prob(often, samples=20)).sum() / 20 == pytest.approx(1, abs=0.02)


def test_a_short_training_beats_independent_pixels(model, pictures):
    held_out = (data.digits().test > 0.5).astype("float32")
    share = (pictures.mean(axis=0) * len(pictures) + 1) / (len(pictures) + 2)
    independent = np.asarray(log_likelihood(held_out, np.broadcast_to(share, held_out.shape).astype("float32"))).mean()
    elbo, bound = model.elbo(held_out, samples=8).mean(), model.log_prob(held_out, samples=8).mean()
    assert independent < elbo < bound < 0


def test_it_says_what_it_cannot_judge(model, pictures):
    with pytest.raises(ValueError, match="pictures contains 0.5; make every pixel 0 or 1 first"):
        model.elbo(np.full((2, 8, 8, 1), 0.5))
    with pytest.raises(ValueError, match="samples is 0; give a whole number, 1 or more"):
        model.log_prob(pictures[:2], samples=0)


def test_a_loaded_model_draws_what_the_saved_one_drew(model, pictures, in_another_process, tmp_path):
    model.fit_prior(pictures, components=2)
    model.save(tmp_path / "vae.keras")
    samples, density = in_another_process(drawn_by, tmp_path / "vae.keras", pictures[:5])
    np.testing.assert_allclose(samples, model.sample(4, seed=9), rtol=0, atol=1e-6)
    np.testing.assert_allclose(density, model.log_prob(pictures[:5], samples=8), rtol=1e-4)


def drawn_by(path, pictures):
    model = keras.saving.load_model(path)
    return model.sample(4, seed=9), model.log_prob(pictures, samples=8)
