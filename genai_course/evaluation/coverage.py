"""Density and coverage: precision and recall repaired, because only the real pictures' balls are trusted.

Naeem, Oh, Uh, Choi and Yoo (2020), "Reliable fidelity and diversity metrics for generative models", equations 3 and 5.
"""

import numpy as np

from genai_course.checks import check_sizes
from genai_course.evaluation.feature_checks import check_two_sets
from genai_course.evaluation.neighbours import ball_radii, squared_distances


def density_coverage(real_features, generated_features, neighbours=5):
    """How deep samples lie among real points, and the share of real points that have a sample near them.

    Around each real point lies a ball that reaches to its ``neighbours``-th nearest other real point. Density is the mean
    number of balls that a sample lies in, divided by ``neighbours``; coverage is the share of balls with a sample in them.

    real_features: (n, d) numbers; generated_features: (m, d) numbers; neighbours: whole number, 1 or more.
    Returns (density, coverage). Density is 0 or more and about 1 for samples of the real kind; coverage is from 0 to 1, and
    1 - 0.5 ** neighbours is to be expected of as many samples of the real kind as there are real points.

    Raises ValueError for other shapes, unequal widths, or no more than ``neighbours`` real rows.
    """
    real, generated = check_two_sets(real_features=real_features, generated_features=generated_features)
    check_sizes(neighbours=neighbours)
    if len(real) <= neighbours:
        raise ValueError(f"{neighbours} neighbours need more than {neighbours} real rows; there are {len(real)}.")
    radii = ball_radii(real, neighbours)  # (n,) squared
    inside, covered = 0, np.zeros(len(real), dtype=bool)
    for block in squared_distances(generated, real):  # (rows, n)
        within = block <= radii
        inside += int(within.sum())
        covered |= within.any(axis=0)
    return inside / (neighbours * len(generated)), float(covered.mean())
