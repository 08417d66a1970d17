"""Boltzmann machine: every picture has an energy, and the lower it is, the likelier the picture.

Learning lowers the energy of pictures seen and raises that of pictures dreamt: Ackley, Hinton and Sejnowski (1985), "A
learning algorithm for Boltzmann machines". Here is what machines have in common; the one with hidden units and without weights
among them is in ``restricted_boltzmann_machine``.
"""

import math

import keras
import numpy as np
from keras import ops

from genai_course.models.picture_checks import ChecksInput, check_black_and_white, check_pictures


def all_states(units):
    """Every state of so many binary units.  -> (2**units, units) float32 of 0 and 1"""
    return (np.arange(2**units)[:, None] >> np.arange(units) & 1).astype("float32")


def energy(states, weights, biases):
    """Energy of states of a machine whose units are all visible; weights are symmetric, and 0 on the diagonal.

    Ackley et al. (1985), equation 1.  (n, units), (units, units), (units,) -> (n,)
    """
    pairs = 0.5 * ops.sum(ops.matmul(states, weights) * states, axis=1)  # half: the sum meets every pair twice
    return -pairs - ops.matmul(states, biases)


def mean_products(first, second):
    """Mean over the rows of first[:, i] * second[:, j].  (n, i), (n, j) -> (i, j)"""
    total = ops.matmul(ops.transpose(first), second)
    return total / ops.cast(ops.shape(first)[0], total.dtype)


class BinaryPictureModel(ChecksInput, keras.Model):
    """What machines share: pictures of 0 and 1, which they see as flat rows."""

    weighs_samples = False

    def flatten(self, pictures):
        """Pictures as (n, pixels) float32; ValueError for another shape or for values other than 0 and 1."""
        pictures = check_black_and_white(check_pictures(pictures, self.picture_shape))
        return pictures.reshape(len(pictures), -1)

    def check_values(self, x):
        check_black_and_white(x, "x")

    def rows_of(self, data):
        """The pictures of a batch of ``fit`` or ``evaluate`` as rows.  -> (n, pixels) float32"""
        pictures = keras.utils.unpack_x_y_sample_weight(data)[0]
        return ops.cast(ops.reshape(pictures, (-1, math.prod(self.picture_shape))), "float32")


def sample_categorical(log_probabilities, n, random):
    """Positions drawn with probabilities known up to a factor.  (states,) -> (n,)"""
    cumulative = np.cumsum(np.exp(log_probabilities - log_probabilities.max()))
    return np.searchsorted(cumulative, random.random(n) * cumulative[-1], side="right")
