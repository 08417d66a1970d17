"""Other right answers to the exercises of ``02_models/01_markov_chain_monte_carlo``: the checks must let them pass."""

import numpy as np
from keras import ops
from scipy.special import expit, softmax


def by_probability(log_here, log_there, log_correction, uniform):
    return uniform < np.exp(np.minimum(0, log_there - log_here + log_correction))


def by_climb(log_here, log_there, log_correction, uniform):
    """-log(uniform) is drawn from an exponential distribution: it must be above the climb."""
    return ops.greater(-ops.log(uniform), log_here - log_there - log_correction)


def one_by_one(log_here, log_there, log_correction, uniform):
    ratios = log_there + log_correction - log_here
    return [bool(ratio >= 0 or number < np.exp(ratio)) for ratio, number in zip(ratios, uniform, strict=True)]


def by_standard_deviations(chains):
    count, steps = chains.shape
    within = np.mean(np.std(chains, axis=1, ddof=1) ** 2)
    means = np.mean(chains, axis=1)
    b = steps * np.sum((means - np.mean(means)) ** 2) / (count - 1)
    return np.sqrt((steps - 1) / steps + b / steps / within)


def in_keras(chains):
    steps = chains.shape[1]
    within = ops.mean(ops.var(chains, axis=1)) * steps / (steps - 1)
    between = ops.var(ops.mean(chains, axis=1)) * len(chains) / (len(chains) - 1)
    return ops.sqrt(((steps - 1) / steps * within + between) / within)


def both_weights(neighbours, evidence, coupling):
    z = coupling * neighbours + evidence
    return np.exp(z - np.logaddexp(z, -z))


def through_mean(neighbours, evidence, coupling):
    return (1 + np.tanh(coupling * neighbours + evidence)) / 2


def softmax_of_colours(neighbours, evidence, coupling):
    z = coupling * neighbours + evidence
    return softmax(np.stack([z, -z]), axis=0)[0]


def through_scipy(neighbours, evidence, coupling):
    return expit(2 * evidence + 2 * coupling * neighbours)


ALTERNATIVES = {
    "accept": [by_probability, by_climb, one_by_one],
    "potential_scale_reduction": [by_standard_deviations, in_keras],
    "probability_white": [both_weights, through_mean, softmax_of_colours, through_scipy],
}
