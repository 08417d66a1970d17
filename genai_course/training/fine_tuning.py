"""Train a model that knows something already, as often as a comparison needs it: the graph is made once."""

import time

import numpy as np

from genai_course.checks import check_above_zero, check_sizes


def tune(model, rows, *, rate, steps, batch_size=10, seed=0, old=None, targets=None, every=None, judge=None):
    """Train what is trainable in ``model`` for a number of steps, the optimizer starting afresh each time.

    model: compiled with an optimizer that has a learning rate and starts from zeros, such as Adam.
    rows: (n, …) texts or pictures, each shown once before any is shown again; targets: (n, …) for a loss that needs them.
    rate: learning rate, above 0. steps: of ``batch_size`` rows, whole number; each step costs the same whatever n is.
    seed: of the order in which rows are shown.
    old: rows of what the model knew before; one of each batch is then one of these (rehearsal: Ratcliff 1990).
    every, judge: call ``judge()`` after each ``every`` steps and note what it returns.

    Returns (CPU seconds of training alone, list of what ``judge`` returned).
    Raises ValueError, naming it, for a number that cannot be.
    """
    every = steps if every is None else every
    check_sizes(steps=steps, batch_size=batch_size, every=every)
    check_above_zero("rate", rate)
    if steps % every:
        raise ValueError(f"every is {every}; give a number that divides the {steps} steps.")
    if old is not None and targets is not None:
        raise ValueError("old rows have no targets; rehearse with a model that needs none.")
    if not model.optimizer.built:
        model.optimizer.build(model.trainable_variables)
    start_afresh(model.optimizer, rate)
    chosen = order(len(rows), steps * batch_size, seed)
    shown = [np.asarray(part)[chosen] for part in (rows, targets) if part is not None]
    if old is not None:
        shown[0][::batch_size] = np.asarray(old)[order(len(old), steps, seed)]
    seconds, notes = 0.0, []
    for start in range(0, steps * batch_size, every * batch_size):
        part = [each[start : start + every * batch_size] for each in shown]
        started = time.process_time()
        model.fit(*part, batch_size=batch_size, shuffle=False, verbose=0)
        seconds += time.process_time() - started
        if judge is not None:
            notes.append(judge())
    return seconds, notes


def build_optimizer(model):
    """Give the optimizer its variables if the weights exist.

    Keras does so in the first step, which TensorFlow must then trace a second time: 1.3 s for a small dense model, 4 s for a
    PixelCNN.
    """
    if not model.optimizer.built and all(layer.built for layer in model.layers):
        model.optimizer.build(model.trainable_variables)


def start_afresh(optimizer, rate):
    """Forget what a built optimizer remembers of earlier steps, and set its learning rate: nothing is compiled again."""
    for variable in optimizer.variables:
        variable.assign(np.zeros(variable.shape, variable.dtype))
    optimizer.learning_rate = rate


def order(n, count, seed):
    """Numbers of rows, all n in a random order, again and again in another.  -> (count,)"""
    random = np.random.default_rng(seed)
    return np.concatenate([random.permutation(n) for _ in range(-(-count // n))])[:count]
