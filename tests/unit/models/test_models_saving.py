"""The same numbers in another process: after saving and loading, and after training from the same seed."""

import subprocess
import sys

import numpy as np

from genai_course import data, session

TRAIN = """
import sys
from genai_course import data, models, session
run = session.setup("smoke", 7)
import keras
digits = data.digits()
vae = models.VariationalAutoencoder(3, (8, 8, 1), width=32)
vae.compile(keras.optimizers.Adam(1e-3), steps_per_execution=4)
vae.fit(digits.train, epochs=2, batch_size=64, verbose=0)
vae.fit_prior(digits.train, components=3)
autoencoder = models.Autoencoder(3, (8, 8, 1), width=32, noise=0.1)
autoencoder.compile("adam")
autoencoder.fit(digits.train, epochs=1, verbose=0)
vae.save(sys.argv[1] + "/vae.keras")
autoencoder.save(sys.argv[1] + "/autoencoder.keras")
"""


def test_two_processes_train_the_same_model_and_a_third_loads_it(tmp_path):
    folders = [tmp_path / "first", tmp_path / "second"]
    for folder in folders:
        folder.mkdir()
    processes = [subprocess.Popen([sys.executable, "-c", TRAIN, folder]) for folder in folders]
    assert [process.wait(timeout=180) for process in processes] == [0, 0]
    keras = session.quietly_import_keras()
    from genai_course.models import Autoencoder, VariationalAutoencoder  # noqa: F401

    vaes = [keras.saving.load_model(folder / "vae.keras") for folder in folders]
    autoencoders = [keras.saving.load_model(folder / "autoencoder.keras") for folder in folders]
    for first, second in (vaes, autoencoders):
        for one, other in zip(first.get_weights(), second.get_weights(), strict=True):
            np.testing.assert_array_equal(one, other)
    np.testing.assert_array_equal(vaes[0].sample(5, seed=1), vaes[1].sample(5, seed=1))
    assert vaes[0].prior.weights.shape == (3,)


def test_a_loaded_model_draws_what_the_saved_one_drew(tmp_path):
    session.quietly_import_keras()
    from genai_course.models import VariationalAutoencoder

    pictures = data.digits().train[:200]
    model = VariationalAutoencoder(3, (8, 8, 1), width=16, beta=0.5)
    model.compile("adam")
    model.fit(pictures, verbose=0)
    model.fit_prior(pictures, components=2)
    model.beta.assign(0.75)
    model.save(tmp_path / "vae.keras")
    np.savez(tmp_path / "drawn.npz", samples=model.sample(4, seed=9), density=model.log_prob(pictures[:5], samples=8))
    load = (
        "import sys, numpy as np; from genai_course import data, models, session; session.setup('smoke', 0); import keras;"
        "models.VariationalAutoencoder; model = keras.saving.load_model(sys.argv[1] + '/vae.keras');"
        "drawn = np.load(sys.argv[1] + '/drawn.npz'); pictures = data.digits().train[:5];"
        "np.testing.assert_allclose(model.sample(4, seed=9), drawn['samples'], rtol=0, atol=1e-6);"
        "np.testing.assert_allclose(model.log_prob(pictures, samples=8), drawn['density'], rtol=1e-4);"
        "assert float(model.beta) == 0.75"
    )
    subprocess.run([sys.executable, "-c", load, tmp_path], check=True, timeout=180)
