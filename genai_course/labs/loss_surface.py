"""The loss on a plane through a model's weights, in directions that two models can be compared by."""

import keras
import numpy as np

from genai_course.checks import check_above_zero, check_whole_number


def filter_normalised(weights, random):
    """A random direction in which every filter is as long as the weights' own (Li et al. 2018, section 4).

    weights: list of arrays; the last axis of each counts its filters (a column of a dense layer is one unit's filter).
    random: a NumPy generator.  Vectors, such as biases, stay as they are: their direction is 0.
    Returns a list of float32 arrays of the same shapes.
    """
    direction = []
    for each in map(np.asarray, weights):
        if each.ndim < 2:
            direction.append(np.zeros(each.shape, "float32"))
            continue
        noise = random.standard_normal(each.shape)
        axes = tuple(range(each.ndim - 1))
        lengths = [np.sqrt(np.sum(part**2, axis=axes, keepdims=True)) for part in (each, noise)]
        direction.append((noise * lengths[0] / np.maximum(lengths[1], 1e-12)).astype("float32"))
    return direction


def loss_surface(model, loss, span=1.0, points=11, seed=0):
    """The loss on a square of random filter-normalised directions around the model's weights.

    model: a built Keras model. loss: function without arguments that returns the loss with the weights that the model has
    then. span: half the square's width, where 1 is as far as each filter is long. points: an edge's number of points.

    Returns positions (points,) from -span to span and losses (points, points) float64, the second direction along the
    columns; with an odd number of points the one in the middle is the model's own.  Its weights are as before afterwards.
    Raises ValueError for a model without weights, a span of 0 or less and fewer than 2 points.
    """
    variables = model.trainable_variables
    if not variables:
        raise ValueError(f"The model {model.name!r} has no weights yet; build it or call it once first.")
    check_above_zero("span", span)
    check_whole_number("points", points, 2)
    random = np.random.default_rng(seed)
    centre = [np.copy(keras.ops.convert_to_numpy(variable)) for variable in variables]
    first, second = filter_normalised(centre, random), filter_normalised(centre, random)
    positions = np.linspace(-span, span, points)
    losses = np.empty((points, points))
    try:
        for row, a in enumerate(positions):
            for column, b in enumerate(positions):
                for variable, *parts in zip(variables, centre, first, second, strict=True):
                    variable.assign(parts[0] + np.float32(a) * parts[1] + np.float32(b) * parts[2])
                losses[row, column] = float(loss())
    finally:
        for variable, value in zip(variables, centre, strict=True):
            variable.assign(value)
    return positions, losses
