"""Other right answers to the exercises of ``02_models/02_boltzmann_machines``: the checks must let them pass."""

import numpy as np
import tensorflow as tf
from keras import ops


def energy_by_einsum(x, weights, biases):
    return -0.5 * np.einsum("ni,ij,nj->n", x, weights, x) - x @ biases


def energy_of_upper_triangle(x, weights, biases):
    upper = tf.linalg.band_part(weights, 0, -1)
    return -tf.reduce_sum((x @ upper) * x + x * biases, axis=1)


def energy_pair_by_pair(x, weights, biases):
    def of(picture):
        on = np.flatnonzero(picture)
        return -sum(weights[i, j] for i in on for j in on if i < j) - sum(biases[i] for i in on)

    return [of(picture) for picture in x]


def free_energy_in_numpy(visible, weights, visible_biases, hidden_biases):
    return -(visible @ visible_biases + np.logaddexp(0, hidden_biases + visible @ weights).sum(axis=1))


def free_energy_unit_by_unit(visible, weights, visible_biases, hidden_biases):
    total = -(visible * visible_biases).sum(axis=-1)
    for unit, bias in enumerate(hidden_biases):
        inputs = visible @ weights[:, unit] + bias
        total = total - np.maximum(inputs, 0) - np.log1p(np.exp(-np.abs(inputs)))
    return total


def gap_by_einsum(seen, seen_hidden, dreamt, dreamt_hidden):
    def together(first, second):
        return ops.einsum("ni,nj->ij", first, second) / len(first)

    return together(seen, seen_hidden) - together(dreamt, dreamt_hidden)


def gap_of_means(seen, seen_hidden, dreamt, dreamt_hidden):
    when_looking = ops.mean(seen[:, :, None] * seen_hidden[:, None, :], axis=0)
    return when_looking - ops.mean(dreamt[:, :, None] * dreamt_hidden[:, None, :], axis=0)


ALTERNATIVES = {
    "energy": [energy_by_einsum, energy_of_upper_triangle, energy_pair_by_pair],
    "free_energy": [free_energy_in_numpy, free_energy_unit_by_unit],
    "correlation_gap": [gap_by_einsum, gap_of_means],
}
