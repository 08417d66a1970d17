"""Trained models for lessons that need one: ``zoo.load("vae_glyphs", run)``.

A model is trained once on this machine, always in the same way, and kept in ``course_home()/zoo``. The file's name holds a
hash of everything that the training depends on, so a change of the course or of a library makes a new file.
"""

import contextlib
import hashlib
import random
from pathlib import Path

import numpy as np
from filelock import FileLock

from genai_course import data, models, session, training
from genai_course.paths import atomic_write, course_home
from genai_course.recipes.picture_models import RECIPES, SECONDS

PACKAGE = Path(__file__).parent
TRAINED_WITH = ("data", "models", "recipes", "training")  # the folders whose code decides what a training gives


def load(name, run=None):
    """A trained model of the course; trained now if this machine has not done so yet.

    name: one of ``zoo.RECIPES``.
    run: what ``setup`` returned, which says the profile; by default a ``laptop`` run of seed 0.
    Python's and NumPy's random numbers go on as if nothing had happened; Keras's and TensorFlow's start afresh from
    the run's seed. Both hold whether the model was trained now or before, and so does what is printed.

    Raises ValueError for an unknown name or for what is no run.
    """
    if name not in RECIPES:
        raise ValueError(f"The zoo has no model {name!r}; it has {', '.join(sorted(RECIPES))}.")
    if not isinstance(run, session.Run | None):
        raise ValueError(f"run is {run!r:.60}; give what setup returned: zoo.load({name!r}, run).")
    keras = session.quietly_import_keras()
    if run is None:
        run = session.Run("laptop", seed=0)
        session.pin_threads(run.profile)
    profile = run.profile
    key = content_key(name, profile)
    path = course_home() / "zoo" / f"{name}-{profile}-{key[:16]}.keras"
    path.parent.mkdir(exist_ok=True)
    duration = {"smoke": "some seconds", "laptop": f"about {SECONDS[name]} s", "gpu": "some minutes"}[profile]
    line = training.progress.Line(f"{name}: trained once on this machine ({duration}), then kept.")
    with FileLock(path.with_suffix(".lock")), random_numbers_kept(keras, run.seed):
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

    keras.utils.set_random_seed(run.seed)
    model = RECIPES[name](run, training.Progress(name, line))
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
    facts = [name, profile, str(threads), keras.__version__, tf.__version__, np.__version__]
    facts += data.files.listed_checksums().values()
    files = sorted(file for folder in TRAINED_WITH for file in (PACKAGE / folder).rglob("*.py"))
    return hashlib.sha256(b"\0".join(["\0".join(facts).encode(), *(file.read_bytes() for file in files)])).hexdigest()


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
