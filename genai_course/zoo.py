"""Trained models for lessons that need one: ``zoo.load("vae_glyphs", run)``.

A model is trained once on this machine, always in the same way, and kept in ``course_home()/zoo``. The file's name holds a
hash of everything that the training depends on, so a change of the course or of a library makes a new file.
"""

import ast
import contextlib
import hashlib
import inspect
import random
import textwrap

import numpy as np
from filelock import FileLock

from genai_course import data, imports, session
from genai_course.paths import atomic_write, course_home

RECIPES = {}  # name -> function(run, progress) that returns a trained model
SECONDS = {}  # name -> seconds of training on the laptop profile, to tell the learner


def recipe(seconds):
    """Register a function that trains a model with ``seconds`` of one core on the laptop profile."""

    def register(function):
        RECIPES[function.__name__] = function
        SECONDS[function.__name__] = seconds
        return function

    return register


@recipe(seconds=5)
def autoencoder_digits(run, progress):
    """Eight numbers for a handwritten digit."""
    from genai_course.models import Autoencoder

    pictures = digits(run)
    model = Autoencoder(8, pictures.shape[1:], width=256, noise=0.1)
    return fit(model, pictures, run, progress, batch_size=64, epochs=run.steps(smoke=1, laptop=60, gpu=200))


@recipe(seconds=6)
def autoencoder_glyphs(run, progress):
    """Sixteen numbers for a glyph."""
    from genai_course.models import Autoencoder

    pictures = data.glyphs(run.steps(smoke=256, laptop=20_000, gpu=100_000), 1).train
    model = Autoencoder(16, pictures.shape[1:], width=256)
    return fit(
        model, pictures, run, progress, batch_size=128, epochs=run.steps(smoke=1, laptop=6, gpu=60), learning_rate=3e-3
    )


@recipe(seconds=6)
def vae_digits(run, progress):
    """Draws digits: eight numbers each, the prior a mixture of 20."""
    from genai_course.models import VariationalAutoencoder

    pictures = digits(run)
    model = VariationalAutoencoder(8, pictures.shape[1:], width=256)
    fit(model, pictures, run, progress, batch_size=64, epochs=run.steps(smoke=1, laptop=60, gpu=200))
    return model.fit_prior(pictures, components=20)


@recipe(seconds=8)
def vae_glyphs(run, progress):
    """Draws glyphs: sixteen numbers each, the prior a mixture of 50."""
    from genai_course.models import VariationalAutoencoder

    pictures = data.glyphs(run.steps(smoke=256, laptop=20_000, gpu=100_000), 1).train
    model = VariationalAutoencoder(16, pictures.shape[1:], width=256)
    fit(model, pictures, run, progress, batch_size=128, epochs=run.steps(smoke=1, laptop=10, gpu=60))
    return model.fit_prior(pictures[:10_000], components=50)


@recipe(seconds=14)
def gan_glyphs(run, progress):
    """Draws the glyph that is asked for; dense layers, which need fewer seconds than the lesson's convolutions."""
    import keras

    from genai_course.models import GenerativeAdversarialNetwork

    glyphs = data.glyphs(run.steps(smoke=256, laptop=20_000, gpu=100_000), 1)
    model = GenerativeAdversarialNetwork(32, glyphs.train.shape[1:], classes=len(glyphs.class_names))
    adams = [keras.optimizers.Adam(1e-3, beta_1=0.0, beta_2=0.99) for _ in range(2)]
    model.compile(*adams, **run.compile_options)
    epochs = run.steps(smoke=1, laptop=5, gpu=60)
    model.fit(glyphs.train, glyphs.train_labels, batch_size=128, epochs=epochs, verbose=0, callbacks=[progress])
    return model


@recipe(seconds=6)
def diffusion_glyphs(run, progress):
    """Takes noise away until a glyph is left; a small network, whose letters ask for a guidance_scale of 2."""
    import keras

    from genai_course.models import DiffusionModel

    glyphs = data.glyphs(run.steps(smoke=256, laptop=20_000, gpu=100_000), 1)
    model = DiffusionModel(glyphs.train.shape[1:], classes=len(glyphs.class_names), width=256, depth=1)
    epochs = run.steps(smoke=1, laptop=3, gpu=200)
    falling = keras.optimizers.schedules.CosineDecay(3e-3, epochs * -(-len(glyphs.train) // 128))
    model.compile(keras.optimizers.Adam(falling, beta_2=0.99), **run.compile_options)
    model.fit(glyphs.train, glyphs.train_labels, batch_size=128, epochs=epochs, verbose=0, callbacks=[progress])
    return model


@recipe(seconds=4)
def boltzmann_digits(run, progress):
    """Dreams black and white digits: a restricted Boltzmann machine of 16 hidden units."""
    from genai_course.models import RestrictedBoltzmannMachine
    from genai_course.models.restricted_boltzmann_machine import rbm_optimizer

    pictures = (digits(run) > 0.5).astype("float32")
    pictures = np.tile(pictures, (run.steps(smoke=1, laptop=10, gpu=10), 1, 1, 1))  # ten passes an epoch
    epochs = run.steps(smoke=1, laptop=30, gpu=200)
    model = RestrictedBoltzmannMachine(16, pictures.shape[1:]).adapt(pictures)
    model.compile(rbm_optimizer(epochs * -(-len(pictures) // 64)), **run.compile_options)
    model.fit(pictures, batch_size=64, epochs=epochs, verbose=0, callbacks=[progress])
    return model


@recipe(seconds=8)
def pixelcnn_digits(run, progress):
    """Draws digits of 17 greys pixel by pixel."""
    from genai_course.models import PixelCNN

    pictures = digits(run)
    model = PixelCNN(pictures.shape[1:], levels=17, features=24, depth=3, size=3)
    epochs = run.steps(smoke=1, laptop=8, gpu=30)
    return fit(model, pictures, run, progress, batch_size=64, epochs=epochs, learning_rate=8e-3)


@recipe(seconds=9)
def flow_digits(run, progress):
    """Bends noise into digits: 64 numbers, and grey values from 0 to 17 because noise is added to each."""
    from genai_course.models import NormalizingFlow

    greys = np.round(16 * digits(run).reshape(-1, 64))
    noise = np.random.default_rng(0)
    greys = np.concatenate([greys + noise.random(greys.shape) for _ in range(run.steps(smoke=1, laptop=10, gpu=50))])
    greys = greys[: len(greys) // 256 * 256].astype("float32")  # whole batches
    model = NormalizingFlow(64, "affine", couplings=4, width=128, depth=1, dropout=0.3, rotation_seed=0).adapt(greys)
    epochs = run.steps(smoke=1, laptop=6, gpu=12)
    return fit(model, greys, run, progress, batch_size=256, epochs=epochs, learning_rate=3e-3)


def digits(run):
    """The handwritten digits to learn from; for ``smoke`` a few of them.  -> (n, 8, 8, 1)"""
    return data.digits().train[: run.steps(smoke=256, laptop=None, gpu=None)]


def fit(model, pictures, run, progress, batch_size, epochs, learning_rate=2e-3):
    """Train a model on pictures with Adam, the learning rate falling along a cosine, and return it."""
    import keras

    steps = epochs * -(-len(pictures) // batch_size)
    falling = keras.optimizers.schedules.CosineDecay(learning_rate, steps)
    model.compile(keras.optimizers.Adam(falling), **run.compile_options)
    model.fit(pictures, batch_size=batch_size, epochs=epochs, verbose=0, callbacks=[progress])
    return model


def load(name, run=None):
    """A trained model of the course; trained now if this machine has not done so yet.

    name: one of ``zoo.RECIPES``.
    run: what ``setup`` returned; its profile says how long a training is. None for "laptop", outside a lesson.
    Python's and NumPy's random numbers go on as if nothing had happened; Keras's and TensorFlow's start afresh from
    the run's seed. Both hold whether the model was trained now or before, and so does what is printed.

    Raises ValueError for an unknown name and for a run that is none.
    """
    if name not in RECIPES:
        raise ValueError(f"The zoo has no model {name!r}; it has {', '.join(sorted(RECIPES))}.")
    if run is not None and not isinstance(run, session.Run):
        raise ValueError(f"run is {run!r}; give what setup() returned, as in run = setup(PROFILE, SEED).")
    profile = run.profile if run else "laptop"
    keras = session.quietly_import_keras()
    if run is None:
        session.pin_threads(profile)
    from genai_course.training.progress import Line

    key = content_key(name, profile)
    path = course_home() / "zoo" / f"{name}-{profile}-{key[:16]}.keras"
    path.parent.mkdir(exist_ok=True)
    duration = {"smoke": "some seconds", "laptop": f"about {SECONDS[name]} s", "gpu": "some minutes"}[profile]
    line = Line(f"{name}: trained once on this machine ({duration}), then kept.")
    with FileLock(path.with_suffix(".lock")), random_numbers_kept(keras, run.seed if run else 0):
        model = kept_model(path, key)
        if model is None:
            trained = train_and_keep(name, session.Run(profile, seed=0), path, key, line)
            # The file and not the trained object, so that a lesson gets the same whether it is the first or not.
            model = kept_model(path, key) if path.exists() else trained
    line.end()
    return model


def train_and_keep(name, run, path, key, line):
    """Train from a fixed seed, then write the model and, last, its checksum; return the model."""
    import keras

    from genai_course.training import Progress

    keras.utils.set_random_seed(run.seed)
    model = RECIPES[name](run, Progress(name, line))
    try:
        with atomic_write(path) as temporary:
            model.save(temporary)
        with atomic_write(path.with_suffix(".sha256")) as temporary:
            temporary.write_text(checksum(path, key), encoding="utf-8")
    except OSError as error:  # a full disk; the lesson goes on with what was trained
        path.unlink(missing_ok=True)
        print(f"{path.name} could not be kept ({error.strerror}), so it is trained again the next time.")
    return model


def kept_model(path, key):
    """The model in this file; None, after a sentence, if it is not what was written there, and None if there is no file."""
    import keras

    from genai_course import models

    for name in models.__all__:  # importing a model registers it with Keras
        getattr(models, name)

    if not path.exists():
        return None
    with contextlib.suppress(OSError, UnicodeDecodeError):
        if path.with_suffix(".sha256").read_text(encoding="utf-8") == checksum(path, key):
            return keras.saving.load_model(path)
    print(f"The kept model {path.name} is damaged or incomplete, so it is made again.")
    return None


def content_key(name, profile):
    """Hash of everything that decides what the training gives: code, data files, settings and libraries."""
    import keras
    import tensorflow as tf

    threads = tf.config.threading.get_intra_op_parallelism_threads()
    training = [textwrap.dedent(inspect.getsource(function)) for function in (RECIPES[name], fit)]
    facts = [name, profile, str(threads), keras.__version__, tf.__version__, np.__version__]
    facts += [*training, *data.files.listed_checksums().values()]
    # The imports stand inside the recipes, so another family's model leaves this one as it is.
    modules = imports.reachable(imports.imported(ast.parse("\n".join(["from genai_course import data", *training]))))
    facts += [imports.module_file(module).read_text(encoding="utf-8") for module in sorted(modules)]
    return hashlib.sha256("\0".join(facts).encode()).hexdigest()


def checksum(path, key):
    """Hash of a file's bytes and of the key they were made for, so that a renamed file is noticed too."""
    return hashlib.sha256(key.encode() + path.read_bytes()).hexdigest()


@contextlib.contextmanager
def random_numbers_kept(keras, seed):
    """Leave Python's and NumPy's random numbers as they were, and Keras's and TensorFlow's at ``seed``."""
    python_state, numpy_state = random.getstate(), np.random.get_state()  # noqa: NPY002
    try:
        yield
    finally:
        keras.utils.set_random_seed(seed)
        random.setstate(python_state)
        np.random.set_state(numpy_state)  # noqa: NPY002
