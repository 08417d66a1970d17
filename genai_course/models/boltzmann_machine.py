"""Boltzmann machine: every picture has an energy, and the lower it is, the likelier the picture.

Learning lowers the energy of pictures seen and raises that of pictures dreamt: Ackley, Hinton and Sejnowski (1985), "A
learning algorithm for Boltzmann machines". Here all units are visible, so few that every state is tried; hidden units
come with ``restricted_boltzmann_machine``.
"""

import math

import keras
import numpy as np
from keras import ops
from scipy.special import logsumexp

from genai_course.checks import check_sizes
from genai_course.models.picture_checks import ChecksInput, check_black_and_white, check_pictures, check_settings

MOST_VISIBLE = 16  # units of a machine whose every state is tried at each step


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
    """What both machines share: pictures of 0 and 1, which they see as flat rows."""

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

    def get_config(self):
        return {**super().get_config(), **self.settings}


@keras.saving.register_keras_serializable(package="genai_course")
class BoltzmannMachine(BinaryPictureModel):
    """A Boltzmann machine without hidden units, so small that every state is tried at every step.

    picture_shape: (height, width, channels), at most 16 numbers in all.

    Raises ValueError for a size that is not a whole number of 1 or more, and for larger pictures.
    """

    def __init__(self, picture_shape, **options):
        super().__init__(**options)
        self.settings = check_settings(picture_shape=picture_shape)
        self.picture_shape = self.settings["picture_shape"]
        units = math.prod(self.picture_shape)
        if units > MOST_VISIBLE:
            raise ValueError(f"picture_shape is {picture_shape!r}; of its {units} units at most {MOST_VISIBLE} fit.")
        self.states = all_states(units)  # (2**units, units)
        self.pair_weights = self.add_weight(shape=(units, units), initializer="zeros", name="pair_weights")
        self.biases = self.add_weight(shape=(units,), initializer="zeros", name="biases")
        self.tracker = keras.metrics.Mean(name="log_likelihood")
        self.built = True

    def log_probabilities(self):
        """Log-probability of every state, in the order of ``all_states``.  -> (2**units,)"""
        return ops.log_softmax(-energy(self.states, self.pair_weights, self.biases))

    def train_step(self, data):
        """One step up the exact gradient of the log-likelihood.  Ackley et al. (1985), equation 7."""
        seen, log_probabilities = self.rows_of(data), self.log_probabilities()
        dreams = self.states * ops.exp(log_probabilities)[:, None]  # each state as often as it is dreamt
        gap = mean_products(seen, seen) - ops.matmul(ops.transpose(dreams), self.states)  # (units, units)
        bias_gap = ops.diagonal(gap)  # a unit is on together with itself when it is on
        self.optimizer.apply([-(gap - ops.diag(bias_gap)), -bias_gap], [self.pair_weights, self.biases])
        self.tracker.update_state(ops.take(log_probabilities, self.positions(seen)))
        return {self.tracker.name: self.tracker.result()}

    def test_step(self, data):
        """The mean log-likelihood of pictures."""
        self.tracker.update_state(ops.take(self.log_probabilities(), self.positions(self.rows_of(data))))
        return {self.tracker.name: self.tracker.result()}

    def positions(self, flat):
        """Where states stand in ``all_states``: bits read as a binary number.  (n, units) -> (n,) int32"""
        return ops.cast(ops.matmul(flat, 2.0 ** np.arange(flat.shape[1], dtype="float32")[:, None])[:, 0], "int32")

    def log_prob(self, pictures):
        """Exact log-probability of pictures of 0 and 1, in nats.  (n, height, width, channels) -> (n,) float64"""
        log_probabilities = np.asarray(self.log_probabilities(), "float64")
        log_probabilities -= logsumexp(log_probabilities)  # what float32 rounded off
        return log_probabilities[np.asarray(self.positions(self.flatten(pictures)))]

    def sample(self, n, seed=0):
        """Draw ``n`` pictures exactly.  Returns (n, height, width, channels) float32 of 0 and 1."""
        check_sizes(n=n)
        chosen = sample_categorical(np.asarray(self.log_probabilities(), "float64"), n, np.random.default_rng(seed))
        return self.states[chosen].reshape(n, *self.picture_shape)


def sample_categorical(log_probabilities, n, random):
    """Positions drawn with probabilities known up to a factor.  (states,) -> (n,)"""
    cumulative = np.cumsum(np.exp(log_probabilities - log_probabilities.max()))
    return np.searchsorted(cumulative, random.random(n) * cumulative[-1], side="right")
