"""From measured numbers to an order: points, weights, and who is beaten in everything."""

import numpy as np


def as_points(values, higher_is_better):
    """Points from 0 for the worst to 1 for the best, in proportion.

    values: (models,) numbers, not all alike; NaN where a model has none, and then it has no points either.
    higher_is_better: True or False.  Returns (models,).
    """
    values = np.asarray(values, float)
    lowest, highest = np.nanmin(values), np.nanmax(values)
    points = (values - lowest) / (highest - lowest)
    return points if higher_is_better else 1 - points


def pareto_front(points):
    """Which models no other one dominates: none is at least as good in everything and better in something.

    points: (models, criteria) numbers of which more is better.  Returns (models,) booleans.
    """
    points = np.asarray(points)
    as_good = np.all(points[:, None] >= points, axis=2)  # (rival, model): in everything
    better = np.any(points[:, None] > points, axis=2)  # in something
    return ~np.any(as_good & better, axis=0)


def total_points(points, weights):
    """Weighted mean of the points that each model has.

    points: (models, criteria), NaN where there are none; weights: (criteria,) of 0 or more, not all 0.
    Returns (models,); NaN for a model without any points that count.  Raises ValueError for other weights.
    """
    points, weights = np.asarray(points, float), np.asarray(weights, float)
    if weights.shape != points.shape[1:] or not np.all(weights >= 0) or not weights.sum() > 0:
        raise ValueError(f"The weights are {weights.tolist()}; give {points.shape[1]} of 0 or more, not all of them 0.")
    there = ~np.isnan(points)
    counted = (there * weights).sum(axis=1)
    total = np.where(there, points, 0) @ weights
    return np.where(counted > 0, total / np.where(counted > 0, counted, 1), np.nan)
