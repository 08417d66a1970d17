"""Runs a learner's code without leaving traces: output is swallowed, and every random state is as it was."""

import io
import logging
import random
import sys
import warnings
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout

import numpy as np

from genai_course import session


@contextmanager
def isolated(answer):
    """For the length of the block, swallow what is printed, displayed, warned or logged, and start random numbers at 0.

    Afterwards the random states of Python, NumPy, Keras and TensorFlow are as before, and so are the generators that
    ``answer``, if it is a function, can reach by name.
    """
    with ExitStack() as stack:
        stack.enter_context(_quiet())
        for state in _random_states(answer):
            stack.enter_context(state)
        random.seed(0)
        np.random.seed(0)  # noqa: NPY002 — learners' functions may use it
        yield


@contextmanager
def _quiet():
    with ExitStack() as stack:
        stack.enter_context(session.silent_stderr())  # TensorFlow's C++ part knows nothing of sys.stderr
        stack.enter_context(redirect_stdout(io.StringIO()))
        stack.enter_context(redirect_stderr(io.StringIO()))
        stack.enter_context(warnings.catch_warnings())
        warnings.simplefilter("ignore")
        if "IPython" in sys.modules and sys.modules["IPython"].get_ipython():
            from IPython.utils.capture import capture_output

            stack.enter_context(capture_output())  # display() does not go through stdout
        stack.callback(logging.disable, logging.root.manager.disable)
        logging.disable(logging.CRITICAL)
        yield


def _random_states(answer):
    yield _kept(random.getstate, random.setstate)
    yield _kept(np.random.get_state, np.random.set_state)
    keras = sys.modules.get("keras") and hasattr(sys.modules["keras"], "random")
    if keras:
        yield _keras_random_state()
        yield _tensorflow_random_state()
    for generator in _reachable(answer):
        if isinstance(generator, random.Random):
            yield _kept(generator.getstate, generator.setstate)
        elif isinstance(generator, np.random.Generator):
            bits = generator.bit_generator
            yield _kept(lambda bits=bits: bits.state, lambda state, bits=bits: setattr(bits, "state", state))
        elif keras and _is_keras_or_tensorflow_generator(generator):
            variable = generator.state
            yield _kept(lambda variable=variable: np.array(variable), variable.assign)


@contextmanager
def _kept(get, put):
    state = get()
    try:
        yield
    finally:
        put(state)


@contextmanager
def _keras_random_state():
    """Put Keras' global seed generator aside; the block gets one of its own."""
    from keras.src.backend.common.global_state import get_global_attribute, set_global_attribute

    name = "global_seed_generator"
    generator = get_global_attribute(name)
    set_global_attribute(name, None)
    try:
        yield
    finally:
        set_global_attribute(name, generator)


@contextmanager
def _tensorflow_random_state():
    """Put TensorFlow's global seed and its counter aside.

    The block gets a seed of its own, since a random operation keeps its state by seed: had it the learner's, the
    learner's next random number would be the second of its kind. (``tf.random.set_seed`` would forget those states.)
    """
    from tensorflow.python.eager import context

    eager = context.context()
    saved = eager._seed, getattr(eager, "_rng", None)  # _rng is there once a seed was set
    eager._seed, eager._rng = 20_231_107, random.Random(20_231_107)
    try:
        yield
    finally:
        eager._seed, eager._rng = saved


def _reachable(answer):
    """Objects that a function can reach by a global name or a closure."""
    code_globals = getattr(answer, "__globals__", {})
    cells = getattr(answer, "__closure__", None) or ()
    found = {id(value): value for value in code_globals.values()}
    for cell in cells:
        try:
            found[id(cell.cell_contents)] = cell.cell_contents
        except ValueError:  # a name that is not bound yet
            continue
    return found.values()


def _is_keras_or_tensorflow_generator(value):
    import keras
    import tensorflow as tf

    return isinstance(value, keras.random.SeedGenerator | tf.random.Generator)
