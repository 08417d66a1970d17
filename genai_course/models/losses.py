"""What the losses of several models are made of."""

import math

from keras import ops

LOG_TWO_PI = math.log(2 * math.pi)  # of the normal distribution's density


def weighted_mean(values, sample_weight=None, axis=None):
    """Mean of numbers of a batch, each example counted as if it stood there ``sample_weight`` times.

    values: (n, …); sample_weight: (n,) numbers of 0 or more, or None to count all alike; axis: None for all, 0 for the examples.
    """
    if sample_weight is None:
        return ops.mean(values, axis=axis)
    weights = ops.cast(ops.reshape(sample_weight, (-1, *[1] * (len(values.shape) - 1))), values.dtype)
    return ops.mean(weights / ops.maximum(ops.mean(weights), 1e-12) * values, axis=axis)
