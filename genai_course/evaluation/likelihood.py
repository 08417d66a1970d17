"""How likely does a model find pictures? In bits per dimension, so that sizes of pictures compare."""

import math

import numpy as np


def bits_per_dimension(log_probs, picture_shape):
    """Mean number of bits that each number of a picture costs under a model; smaller is better.

    log_probs: (n,) log-probabilities of whole pictures, in nats.  picture_shape: (height, width, channels).
    Returns a float.  Raises ValueError without pictures, or for a shape that holds no numbers.
    """
    log_probs, numbers = np.asarray(log_probs, "float64"), math.prod(picture_shape)
    if not log_probs.size:
        raise ValueError("log_probs is empty; bits per dimension need the log-probability of at least one picture.")
    if numbers < 1:
        raise ValueError(f"picture_shape is {picture_shape!r}; give sizes of 1 or more, such as (16, 16, 1).")
    return float(-log_probs.mean() / (numbers * math.log(2)))
