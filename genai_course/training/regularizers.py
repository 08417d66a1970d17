"""What keeps a model from learning its training pictures by heart, each in a few lines on plain arrays.

NumPy arrays and tensors both do, inside a graph too. Strengths may be arrays that fit to the weights: a stack of networks, each
with a strength of its own, is trained like one. Where Keras has the same, the tests compare the two.
"""

import numpy as np
from keras import ops

from genai_course.training.optimizers import adam_step


def dropout(activations, uniform, rate):
    """Silence units at random and make the others louder, so that their mean stays (Srivastava et al. 2014, section 10).

    activations: any shape. uniform: numbers drawn evenly from 0 to 1, of that shape. rate: share to silence, from 0 to below 1,
    a number or an array that fits.  Returns activations of the same shape.
    """
    return ops.where(uniform < rate, 0.0, activations) / (1 - rate)


def adamw_step(weights, gradient, mean, square, step, rate, weight_decay):
    """Adam with decoupled weight decay: w - rate · m̂ / (√ŝ + ε) - weight_decay · w (Loshchilov and Hutter 2019, algorithm 2).

    weights, gradient, mean, square: arrays of one shape; mean and square are 0 at the start. step: counts from 1.
    weight_decay: the share of a weight that one step takes away, as in the paper; Keras and PyTorch multiply theirs by the rate.
    Returns weights, mean and square, of the same shape.
    """
    moved, mean, square = adam_step(weights, gradient, mean, square, step, rate)
    return moved - weight_decay * weights, mean, square


def soft_threshold(weights, amount):
    """Move every weight towards 0 by ``amount``, and set it to 0 where it would pass: the proximal step of an L1 penalty.

    The step of Daubechies, Defrise and De Mol (2004), "An iterative thresholding algorithm", which alone makes exact zeros.
    weights: any shape. amount: 0 or more, a number or an array that fits.  Returns that shape.
    """
    return weights - ops.clip(weights, -amount, amount)


def early_stop(losses, patience):
    """Where training would have ended, and the check whose weights to restore.

    losses: (checks,) measured on pictures that are not trained on. patience: how many checks in a row may pass without a new
    lowest loss, 1 or more.  Returns (best, last): places in ``losses``; last is the final one if patience never runs out.
    """
    best = 0
    for place, loss in enumerate(losses):
        if loss < losses[best]:
            best = place
        if place - best >= patience:
            return best, place
    return best, len(losses) - 1


def batch_norm(values, mean, variance, scale, shift, epsilon=1e-3):
    """Give every unit mean ``shift`` and spread ``scale`` over a batch (Ioffe and Szegedy 2015, algorithm 1).

    values: (..., batch, units). mean, variance: (..., 1, units), of this batch in training, of all training pictures later.
    Returns the shape of values.
    """
    return scale * (values - mean) / ops.sqrt(variance + epsilon) + shift


def shifted(pictures, down, right):
    """Each picture moved by a part of a pixel, with black coming in; between two pixels lies their mixture.

    pictures: (..., side, side). down, right: (...), from -1 to 1 pixel.  Returns (..., side, side).
    Raises ValueError for longer moves.
    """
    longest = max(np.abs(down).max(), np.abs(right).max())
    if not longest <= 1:
        raise ValueError(f"The longest move is {longest:.3g} pixels; give numbers from -1 to 1.")
    for axis, move in ((-2, np.float32(down)), (-1, np.float32(right))):
        before, after = np.zeros_like(pictures), np.zeros_like(pictures)  # every pixel's neighbours on this axis
        np.moveaxis(before, axis, 0)[1:] = np.moveaxis(pictures, axis, 0)[:-1]
        np.moveaxis(after, axis, 0)[:-1] = np.moveaxis(pictures, axis, 0)[1:]
        move = move[..., None, None]
        pictures = (1 - abs(move)) * pictures + np.maximum(move, 0) * before + np.maximum(-move, 0) * after
    return np.float32(pictures)
