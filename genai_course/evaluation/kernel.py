"""Kernel distance between two sets of features, called KID for features of an Inception network.

Bińkowski, Sutherland, Arbel and Gretton (2018), "Demystifying MMD GANs", section 4; the unbiased estimate of the squared
maximum mean discrepancy is Gretton et al. (2012), "A kernel two-sample test", equation 3.
"""

import numpy as np

from genai_course.evaluation.feature_checks import check_two_sets

ROWS_AT_ONCE = 1_000  # rows of the kernel's matrix that are in memory at the same time


def kernel_distance(features_a, features_b):
    """Unbiased estimate of the squared maximum mean discrepancy under the kernel k(x, y) = (x·y / d + 1)³.

        mean k(a, a') + mean k(b, b') - 2 mean k(a, b)    with a ≠ a' and b ≠ b'

    features_a: (n, d) numbers; features_b: (m, d) numbers.
    Returns a float. For two sets from one source it scatters around 0 whatever n and m are, so it may be negative. It sees
    the first three moments of the features and nothing else. Its unit depends on the scale of the features.

    Raises ValueError for other shapes, unequal widths, fewer than 2 rows, or numbers that are not finite.
    """
    features_a, features_b = check_two_sets(features_a=features_a, features_b=features_b)
    return (
        mean_of_others(features_a)
        + mean_of_others(features_b)
        - 2 * kernel_sum(features_a, features_b) / (len(features_a) * len(features_b))
    )


def polynomial_kernel(points, others):
    """(x·y / d + 1)³ for each pair.  (n, d), (m, d) -> (n, m)"""
    return (points @ others.T / points.shape[1] + 1) ** 3


def mean_of_others(points):
    """Mean of the kernel over all pairs of two different rows, a float.  (n, d)"""
    own = (np.sum(points**2, axis=1) / points.shape[1] + 1) ** 3  # the diagonal: each row with itself
    return (kernel_sum(points, points) - own.sum()) / (len(points) * (len(points) - 1))


def kernel_sum(points, others):
    """Sum of the kernel over all pairs, a float.  (n, d), (m, d)"""
    starts = range(0, len(points), ROWS_AT_ONCE)
    return float(sum(polynomial_kernel(points[start : start + ROWS_AT_ONCE], others).sum() for start in starts))


def kernel_distance_of_gaussians(mean_a, covariance_a, mean_b, covariance_b):
    """What :func:`kernel_distance` estimates if both sets are drawn from Gaussians: exact, from their moments.

    Expand the cube: E (x·y / d + 1)³ = 1 + 3 E[x·y] / d + 3 E[(x·y)²] / d² + E[(x·y)³] / d³, and each power of x·y is the
    inner product of the moments of that order.

    mean_a, mean_b: (d,) numbers; covariance_a, covariance_b: (d, d) numbers.  Returns a float.
    Raises ValueError for other shapes.
    """
    a, b = np.asarray(mean_a, np.float64), np.asarray(mean_b, np.float64)
    if a.ndim != 1 or a.shape != b.shape:
        raise ValueError(f"mean_a has shape {a.shape} and mean_b has shape {b.shape}; both need the same (d,).")
    for name, covariance in (("covariance_a", covariance_a), ("covariance_b", covariance_b)):
        if np.shape(covariance) != (len(a), len(a)):
            raise ValueError(
                f"{name} has shape {np.shape(covariance)}; means of {len(a)} numbers need {(len(a), len(a))}."
            )
    pairs = zip(
        gaussian_moments(a, np.asarray(covariance_a)), gaussian_moments(b, np.asarray(covariance_b)), strict=True
    )
    weights = zip((3, 3, 1), (1, 2, 3), strict=True)  # the cube's binomial coefficients, and the orders of the moments
    return float(
        sum(
            weight * np.sum((x - y) ** 2) / len(a) ** order
            for (x, y), (weight, order) in zip(pairs, weights, strict=True)
        )
    )


def gaussian_moments(mean, covariance):
    """First, second and third moments of a Gaussian: (d,), (d, d), (d, d, d)."""
    mixed = np.einsum("ij,k->ijk", covariance, mean)
    third = np.einsum("i,j,k->ijk", mean, mean, mean) + mixed + mixed.transpose(0, 2, 1) + mixed.transpose(2, 1, 0)
    return mean, np.outer(mean, mean) + covariance, third
