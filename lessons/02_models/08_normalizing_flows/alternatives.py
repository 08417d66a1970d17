"""Other right answers to the exercises of ``02_models/08_normalizing_flows``: the checks must let them pass."""

import numpy as np
from keras import ops
from scipy.stats import norm


def through_scipy(z, slope):
    return norm.logpdf(z) + np.log(np.abs(slope))


def in_keras(z, slope):
    return ops.log(ops.abs(slope)) - 0.5 * ops.square(z) - 0.5 * ops.log(2 * np.pi)


def one_by_one(z, slope):
    return [np.log(abs(b) * np.exp(-a * a / 2) / np.sqrt(2 * np.pi)) for a, b in zip(z, slope, strict=True)]


def by_names(x, log_scale, shift):
    stretched = ops.multiply(x, ops.exp(log_scale))
    return ops.add(stretched, shift), ops.sum(log_scale, axis=-1)


def with_product_of_scales(x, log_scale, shift):
    scale = ops.exp(log_scale)
    return shift + scale * x, ops.log(ops.prod(scale, axis=1))


def by_dividing(y, log_scale, shift):
    scale = np.exp(log_scale)
    return (y - shift) / scale, -np.log(scale).sum(axis=1)


def as_a_step_of_its_own(y, log_scale, shift):
    back = -log_scale
    return y * ops.exp(back) - shift * ops.exp(back), ops.sum(back, axis=1)


ALTERNATIVES = {
    "log_density": [through_scipy, in_keras, one_by_one],
    "couple": [by_names, with_product_of_scales],
    "undo": [by_dividing, as_a_step_of_its_own],
}
