"""What several models are made of."""

import math

import numpy as np
from keras import ops

LOG_TWO_PI = math.log(2 * math.pi)  # of the normal distribution's density


def blockwise(function, *columns, rows):
    """What a function makes of so many rows at a time, joined.  Arrays or None, (n, …) each -> (n, …)"""
    blocks = [slice(start, start + rows) for start in range(0, len(columns[0]), rows)]
    return np.concatenate([np.asarray(function(*(c if c is None else c[block] for c in columns))) for block in blocks])


def weighted_mean(values, sample_weight=None, axis=None):
    """Mean of numbers of a batch, each example counted as if it stood there ``sample_weight`` times.

    values: (n, …); sample_weight: (n,) numbers of 0 or more, or None to count all alike; axis: None for all, 0 for the examples.
    """
    if sample_weight is None:
        return ops.mean(values, axis=axis)
    weights = ops.cast(ops.reshape(sample_weight, (-1, *[1] * (len(values.shape) - 1))), values.dtype)
    return ops.mean(weights / ops.maximum(ops.mean(weights), 1e-12) * values, axis=axis)
