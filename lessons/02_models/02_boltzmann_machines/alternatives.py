"""Other right answers to the exercises of ``02_models/02_boltzmann_machines``: the checks must let them pass."""

import numpy as np
import tensorflow as tf
from keras import ops


def energy_by_einsum(x, weights, biases):
    return -0.5 * np.einsum("ni,ij,nj->n", x, weights, x) - x @ biases


def energy_of_upper_triangle(x, weights, biases):
    upper = tf.linalg.band_part(weights, 0, -1)
    return -tf.reduce_sum((x @ upper) * x + x * biases, axis=1)


def free_energy_in_numpy(visible, weights, visible_biases, hidden_biases):
    return -(visible @ visible_biases + np.log1p(np.exp(hidden_biases + visible @ weights)).sum(axis=1))


def free_energy_by_states(visible, weights, visible_biases, hidden_biases):
    """The long sum over all hidden states."""
    states = np.array(list(np.ndindex(*[2] * len(hidden_biases))), "float32")  # (2**hidden, hidden)
    exponents = visible @ weights @ states.T + (visible @ visible_biases)[:, None] + states @ hidden_biases
    return -ops.logsumexp(exponents, axis=1)


def gap_by_einsum(seen, seen_hidden, dreamt, dreamt_hidden):
    def together(first, second):
        return ops.einsum("ni,nj->ij", first, second) / len(first)

    return together(seen, seen_hidden) - together(dreamt, dreamt_hidden)


def gap_of_means(seen, seen_hidden, dreamt, dreamt_hidden):
    when_looking = ops.mean(seen[:, :, None] * seen_hidden[:, None, :], axis=0)
    return when_looking - ops.mean(dreamt[:, :, None] * dreamt_hidden[:, None, :], axis=0)


ALTERNATIVES = {
    "energy": [energy_by_einsum, energy_of_upper_triangle],
    "free_energy": [free_energy_in_numpy, free_energy_by_states],
    "correlation_gap": [gap_by_einsum, gap_of_means],
}
