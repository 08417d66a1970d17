"""How far to trust a measured number: an interval from measuring it again on parts of the same rows.

Efron (1979), "Bootstrap methods: another look at the jackknife"; half-samples are Politis and Romano (1994), "Large sample
confidence regions based on subsamples under minimal assumptions".
"""

import numpy as np

from genai_course.checks import check_share, check_whole_number


def bootstrap_interval(metric, *sets, resamples=200, level=0.95, seed=0, halves=False):
    """Percentile interval of a metric of one or more sets of rows.

    metric: function of as many arrays as there are sets; returns a number, or an array of them, all judged alike.
    sets: arrays whose rows are drawn again, (n, ...) each with 2 rows or more; each set on its own.
    resamples: how often, 2 or more. level: share of the resamples inside, between 0 and 1. seed: whole number.
    halves: how rows are drawn.
        False: as many as there are, with replacement, Efron's bootstrap. Right for means and functions of them.
        True: half of them, none twice, then moved so that their mean is the metric of all rows. For whatever a repeated row
        falsifies: distances to neighbours, and the Fréchet distance, which grows when fewer rows differ. Half of the rows
        without repetition scatter as much as all of them would from one draw to the next, so nothing is rescaled.

    Returns (low, high), floats, or arrays of the metric's shape.
    Raises ValueError for a number out of range, and for sets that are missing or too short.
    """
    if not sets or min(map(len, sets)) < 2:
        raise ValueError(f"The sets have {[len(rows) for rows in sets]} rows; give one set or more, each with 2 rows.")
    check_whole_number("resamples", resamples, 2)
    check_share("level", level)
    sets, random = [np.asarray(rows) for rows in sets], np.random.default_rng(seed)
    draw = half_of if halves else lambda n, random: random.integers(n, size=n)  # a third of the rows is left out
    values = np.array([metric(*(rows[draw(len(rows), random)] for rows in sets)) for _ in range(resamples)])
    if halves:
        values = values + (np.asarray(metric(*sets)) - values.mean(axis=0))
    low, high = np.quantile(values, [0.5 - level / 2, 0.5 + level / 2], axis=0)
    return (float(low), float(high)) if values.ndim == 1 else (low, high)


def half_of(n, random):
    """Half of n positions, rounded up, none of them twice.  -> (n / 2,) int64"""
    return random.permutation(n)[: (n + 1) // 2]
