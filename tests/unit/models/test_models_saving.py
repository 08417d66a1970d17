"""The same numbers in another process: after saving and loading, and after training from the same seed.

A fresh process trains, and the one of the tests, whatever it has done before.
"""

import os
import subprocess
import sys

import numpy as np
import pytest
from another_process import begin

from genai_course import data, models, session

TRAIN = """
from genai_course import data, models, session
run = session.setup("smoke", 7)
import keras
from genai_course.models.restricted_boltzmann_machine import rbm_optimizer
digits = data.digits()
vae = models.VariationalAutoencoder(3, (8, 8, 1), width=32)
vae.compile(keras.optimizers.Adam(1e-3), steps_per_execution=4)
vae.fit(digits.train, epochs=2, batch_size=64, verbose=0)
vae.fit_prior(digits.train, components=3)
autoencoder = models.Autoencoder(3, (8, 8, 1), width=32, noise=0.1)
autoencoder.compile("adam")
autoencoder.fit(digits.train, epochs=1, verbose=0)
machine = models.RestrictedBoltzmannMachine(6, (8, 8, 1))
machine.compile(rbm_optimizer(46), steps_per_execution=4)
machine.fit((digits.train > 0.5).astype("float32"), epochs=2, verbose=0)
gan = models.GenerativeAdversarialNetwork(4, (8, 8, 1), architecture="convolutional", width=4)
gan.compile(steps_per_execution=4)
gan.fit(digits.train[:320], verbose=0)
for name, model in {"vae": vae, "autoencoder": autoencoder, "machine": machine, "gan": gan}.items():
    model.save(f"{folder}/{name}.keras")
"""


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """Two folders with the models that a fresh process and this one have trained from the same seed."""
    here, elsewhere = (tmp_path_factory.mktemp(name) for name in ("here", "elsewhere"))
    # Its threads are not in its environment, as in a learner's kernel: setup has to pin them.
    environment = {name: value for name, value in os.environ.items() if name not in session.ONE_THREAD}
    program = f"folder = {str(elsewhere)!r}\n{TRAIN}"
    with subprocess.Popen([sys.executable, "-c", program], env=environment) as process:
        exec(TRAIN, {"folder": str(here)})
        assert process.wait(timeout=600) == 0
    begin()  # Keras loads only classes that it has met
    return here, elsewhere


@pytest.mark.parametrize("name", ["vae", "autoencoder", "machine", "gan"])
def test_two_processes_train_the_same_model(name, folders):
    keras = session.quietly_import_keras()
    first, second = (keras.saving.load_model(folder / f"{name}.keras") for folder in folders)
    for one, other in zip(first.get_weights(), second.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    if name != "autoencoder":
        np.testing.assert_array_equal(first.sample(5, seed=1), second.sample(5, seed=1))


def test_a_loaded_model_draws_what_the_saved_one_drew(in_another_process, tmp_path):
    session.quietly_import_keras()
    pictures = data.digits().train[:200]
    model = models.VariationalAutoencoder(3, (8, 8, 1), width=16, beta=0.5)
    model.compile("adam")
    model.fit(pictures, verbose=0)
    model.fit_prior(pictures, components=2)
    model.beta.assign(0.75)
    model.save(tmp_path / "vae.keras")
    samples, density, beta = in_another_process(drawn_by_vae, tmp_path / "vae.keras", pictures[:5])
    np.testing.assert_allclose(samples, model.sample(4, seed=9), rtol=0, atol=1e-6)
    np.testing.assert_allclose(density, model.log_prob(pictures[:5], samples=8), rtol=1e-4)
    assert beta == 0.75


def drawn_by_vae(path, pictures):
    model = session.quietly_import_keras().saving.load_model(path)
    return model.sample(4, seed=9), model.log_prob(pictures, samples=8), float(model.beta)
