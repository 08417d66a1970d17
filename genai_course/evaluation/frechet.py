"""Fréchet distance between two sets of features: how far apart are two bell-shaped clouds?

Heusel et al. (2017), "GANs trained by a two time-scale update rule converge to a local Nash equilibrium", equation 6;
the closed form for Gaussians is Dowson and Landau (1982).
"""

import numpy as np

from genai_course.evaluation.feature_checks import check_two_sets


def frechet_distance(features_a, features_b):
    """Squared 2-Wasserstein distance between Gaussians fitted to two clouds of features.

        |m_a - m_b|² + trace(C_a + C_b - 2 (C_a C_b)^½)

    features_a: (n, d) numbers; features_b: (m, d) numbers.
    Returns a float, 0 for equal means and covariances, in squared units of the features. It falls with the number
    of rows even when nothing else changes: compare only values measured with the same counts.

    Raises ValueError for other shapes, unequal widths, fewer than 2 rows, or numbers that are not finite.
    """
    features_a, features_b = check_two_sets(features_a=features_a, features_b=features_b)
    mean_a, mean_b = features_a.mean(axis=0), features_b.mean(axis=0)
    covariance_a = np.atleast_2d(np.cov(features_a, rowvar=False))
    covariance_b = np.atleast_2d(np.cov(features_b, rowvar=False))
    # C_a C_b has the eigenvalues of the symmetric R C_b R with R = C_a^½, whose roots are real and cheap to get.
    squares, axes = np.linalg.eigh(covariance_a)
    root = (axes * np.sqrt(np.clip(squares, 0, None))) @ axes.T
    eigenvalues = np.linalg.eigvalsh(root @ covariance_b @ root)
    trace_of_root = np.sqrt(np.clip(eigenvalues, 0, None)).sum()  # rounding makes zeros slightly negative
    distance = np.sum((mean_a - mean_b) ** 2) + np.trace(covariance_a) + np.trace(covariance_b) - 2 * trace_of_root
    return max(float(distance), 0.0)
