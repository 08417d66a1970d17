"""Runs a function as training would: inside a ``tf.function``, on tensors, with gradients."""

import inspect

import numpy as np

from genai_course.exercises.calls import cases
from genai_course.exercises.compare import agree, difference
from genai_course.exercises.time_limit import limited

TOLERANCE_OF_GRADIENTS = 1e-3  # relative to the largest: sums in another order, twice


def trouble_inside_training(exercise, function, case, expected, seconds):
    """Lines on what goes wrong, the last of them the error or None; None if all is well.

    Arrays and NumPy's numbers become tensors, as they are in training; Python's numbers (a size, a count) stay. The
    gradients of the result with respect to each are those of the reference. case: its place. expected: its result.
    """
    try:
        result, gradients = limited(_traced, exercise, function, case, seconds=seconds)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        return "Right on arrays, but not inside training.", error
    found = difference(result, expected, exercise.tolerance)
    if found:
        return "Right on arrays, but inside training the result differs.", *found.lines, None
    _, wanted = _traced(exercise, exercise.resolve(), case)
    for name, given, right in zip(_names(exercise, case), gradients, wanted, strict=False):
        if not agree(given, right, TOLERANCE_OF_GRADIENTS):
            cut = "no gradient reaches" if not np.any(given) else "the gradient is wrong with respect to"
            return (
                f"Right numbers, but {cut} `{name}`, so training would not learn what it should: does something cut it "
                "off (`stop_gradient`, `round`, a comparison, `abs` or `maximum` just where they bend, a value that is "
                "computed apart)?",
                None,
            )
    return None


def _traced(exercise, function, case):
    """(result, gradients of a weighted sum of it with respect to the arguments that are numbers with a fraction)."""
    import tensorflow as tf

    arguments = cases(exercise)[case]
    places = _places(arguments)

    def call(tensors):
        given = list(arguments)
        for place, tensor in zip(places, tensors, strict=True):
            given[place] = tensor
        sources = [tensor for tensor in tensors if tensor.dtype.is_floating]
        with tf.GradientTape() as tape:
            tape.watch(sources)
            result = function(*given)
            parts = [part for part in map(tf.convert_to_tensor, tf.nest.flatten(result)) if part.dtype.is_floating]
            total = tf.add_n([tf.reduce_sum(_weights(part) * tf.cast(part, "float32")) for part in parts] or [0.0])
        return result, tape.gradient(total, sources, unconnected_gradients="zero")

    result, gradients = tf.function(call, autograph=False)([tf.convert_to_tensor(arguments[place]) for place in places])
    return result, [tf.convert_to_tensor(each).numpy() for each in gradients]


def _weights(part):
    """Weights that all differ, or a mistake could cancel itself: cos(1), cos(2), ... in the shape of ``part``."""
    import tensorflow as tf

    return tf.reshape(tf.cos(tf.range(1.0, tf.cast(tf.size(part), "float32") + 1)), tf.shape(part))


def _places(arguments):
    return [place for place, each in enumerate(arguments) if isinstance(each, np.ndarray | np.generic)]


def _names(exercise, case):
    names, arguments = list(inspect.signature(exercise.resolve()).parameters), cases(exercise)[case]
    return [names[place] for place in _places(arguments) if np.asarray(arguments[place]).dtype.kind == "f"]
