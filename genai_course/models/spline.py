"""Rational-quadratic splines: rising curves made of pieces, with slopes and ways back that a formula gives.

Durkan et al. (2019), "Neural spline flows". The normalizing flow bends numbers along them.
"""

import math

from keras import ops

SMALLEST = 1e-3  # width and height of a spline's bin as a share of the whole, and its slope at a knot


def spline_knots(parameters, bound):
    """Where the bins of the splines begin and end, and the slope at each knot; Durkan et al. (2019), section 3.1.

    parameters: (n, d, 3 * bins - 1), any numbers; all 0 makes the straight line.
    Returns three (n, d, bins + 1): places from -bound to bound, rising values from -bound to bound, slopes above 0.
    """
    bins = (parameters.shape[-1] + 1) // 3
    widths, heights, slopes = ops.split(parameters, [bins, 2 * bins], axis=-1)
    places, values = (rising_knots(part, bound) for part in (widths, heights))
    # (n, d, bins - 1), 1 where the parameter is 0
    inner = SMALLEST + (1 - SMALLEST) * ops.softplus(slopes) / math.log(2)
    one = ops.ones_like(widths[..., :1])  # the line goes on straight beyond the bound
    return places, values, ops.concatenate([one, inner, one], axis=-1)


def rising_knots(parameters, bound):
    """Shares of the way from -bound to bound, added up.  (n, d, bins) -> (n, d, bins + 1)"""
    bins = parameters.shape[-1]
    shares = SMALLEST + (1 - SMALLEST * bins) * ops.softmax(parameters)
    inner = bound * (2 * ops.cumsum(shares[..., :-1], axis=-1) - 1)
    edge = bound * ops.ones_like(parameters[..., :1])
    return ops.concatenate([-edge, inner, edge], axis=-1)


def bin_of(x, knots, others):
    """Both ends of the bin that holds each x, in ``knots`` and in each of ``others``.  (n, d), (n, d, k) … -> pairs of (n, d)"""
    x = x[..., None]
    left, right = knots[..., :-1], knots[..., 1:]
    inside = ops.cast(ops.logical_and(x >= left, x < right), knots.dtype)  # (n, d, bins), a single 1 in each row

    def pick(values):
        return ops.sum(inside * values, axis=-1)

    return [(pick(values[..., :-1]), pick(values[..., 1:])) for values in (knots, *others)]


def spline_forward(x, parameters, bound):
    """Bend each number along its own rising curve; Durkan et al. (2019), equations 4 and 5.

    (n, d), (n, d, 3 * bins - 1) -> (n, d) and log-determinant (n,); beyond the bound nothing changes.
    """
    places, values, slopes = spline_knots(parameters, bound)
    inside = ops.abs(x) < bound
    safe = ops.where(inside, x, 0.0)
    (left, right), (low, high), (slope_left, slope_right) = bin_of(safe, places, (values, slopes))
    slope = (high - low) / (right - left)  # of the bin as a whole
    along = (safe - left) / (right - left)  # 0 to 1
    product = along * (1 - along)
    below = slope + (slope_left + slope_right - 2 * slope) * product
    y = low + (high - low) * (slope * along**2 + slope_left * product) / below
    log_slope = 2 * ops.log(slope / below) + ops.log(
        slope_right * along**2 + 2 * slope * product + slope_left * (1 - along) ** 2
    )
    return ops.where(inside, y, x), ops.sum(ops.where(inside, log_slope, 0.0), axis=1)


def spline_inverse(y, parameters, bound):
    """Undo ``spline_forward`` by solving a quadratic equation; Durkan et al. (2019), equations 6 to 8.

    (n, d), (n, d, 3 * bins - 1) -> (n, d) and the log-determinant of the way back (n,).
    """
    places, values, slopes = spline_knots(parameters, bound)
    inside = ops.abs(y) < bound
    safe = ops.where(inside, y, 0.0)
    (low, high), (left, right), (slope_left, slope_right) = bin_of(safe, values, (places, slopes))
    slope = (high - low) / (right - left)
    excess = slope_left + slope_right - 2 * slope
    a = (high - low) * (slope - slope_left) + (safe - low) * excess
    b = (high - low) * slope_left - (safe - low) * excess
    c = -slope * (safe - low)
    root = ops.sqrt(ops.maximum(b**2 - 4 * a * c, 0.0))
    x = left + (right - left) * ops.clip(2 * c / (-b - root), 0.0, 1.0)
    x = ops.where(inside, x, y)
    return x, -spline_forward(x, parameters, bound)[1]
