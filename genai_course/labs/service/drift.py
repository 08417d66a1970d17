"""Have the questions changed? Counts in bins, one number for how far they lie from a reference, and what chance alone makes."""

import numpy as np

BINS = 10
ADDED = 0.5  # to each count, so that an empty bin has a logarithm


def inner_edges(values, bins=BINS):
    """Where to cut so that the reference has as many values in each bin.  (n,) -> (bins - 1,)"""
    return np.quantile(values, np.arange(1, bins) / bins)


def count_in_bins(values, edges):
    """How many values lie in each bin.  (..., n), (bins - 1,) -> (..., bins)"""
    places = np.searchsorted(edges, values, side="right")  # (..., n)
    return np.sum(places[..., None] == np.arange(len(edges) + 1), axis=-2)


def population_stability(reference, counts):
    """The population stability index: the sum over bins of (a - e) ln(a / e), a and e the shares now and in the reference.

    reference (bins,), counts (..., bins) -> (...).  It is Jeffreys' (1946) symmetric divergence between two histograms; banks
    use it to watch whom they lend to (Siddiqi 2006, "Credit risk scorecards"). Half a count is added to each bin.
    """
    before, now = (np.asarray(each, np.float64) + ADDED for each in (reference, counts))
    before, now = (each / each.sum(axis=-1, keepdims=True) for each in (before, now))
    return np.sum((now - before) * np.log(now / before), axis=-1)


def null_distribution(values, per_day, days, seed=0):
    """The index on days when nothing has changed: each day's values are drawn from the reference.

    values: (n,) of the reference. per_day: values a day. -> (days,).  Its upper quantiles are thresholds with a known
    rate of false alarms.  Raises ValueError for numbers below 1.
    """
    if len(values) < BINS or per_day < 1 or days < 1:
        raise ValueError(f"{len(values)} values, {per_day} a day, {days} days: give at least {BINS}, 1 and 1.")
    drawn = np.random.default_rng(seed).choice(values, (days, per_day))
    edges = inner_edges(values)
    return population_stability(count_in_bins(values, edges), count_in_bins(drawn, edges))
