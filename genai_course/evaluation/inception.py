"""Inception Score: are pictures clear, and are there many kinds of them?

Salimans et al. (2016), "Improved techniques for training GANs", section 4. The course's glyph classifier stands in for the
Inception network, so a score is only comparable with others of the same classifier.
"""

import numpy as np
from scipy.special import softmax

from genai_course.evaluation.classifier import FEATURES, classifier
from genai_course.evaluation.feature_checks import check_features

ROUNDING = 1e-3  # how far the probabilities of a picture may be from adding up to 1


def inception_score(probabilities):
    """exp of the mean Kullback-Leibler divergence between each picture's classes and those of all pictures.

        exp( mean_x KL( p(y|x) || p(y) ) )    with p(y) the mean of p(y|x)

    probabilities: (n, classes) numbers of 0 or more, each row adding up to 1.
    Returns a float from 1 (every picture is read in the same way) to the number of classes (each is read surely, and all
    classes equally often). It never looks at a real picture.

    Raises ValueError for another shape, for numbers that are negative or not finite, and for rows that do not add up to 1.
    """
    probabilities = np.asarray(probabilities, dtype=np.float64)
    if probabilities.ndim != 2 or not probabilities.size:
        raise ValueError(f"probabilities has shape {probabilities.shape}; give (n, classes) with n of 1 or more.")
    if not probabilities.min() >= 0:  # true for NaN too
        raise ValueError(f"The smallest probability is {probabilities.min():.3g}; give numbers of 0 or more, none NaN.")
    sums = probabilities.sum(axis=1)
    worst = sums[np.abs(sums - 1).argmax()]
    if not abs(worst - 1) <= ROUNDING:
        raise ValueError(f"A row of probabilities adds up to {worst:.4g}; each must add up to 1: use a softmax.")
    overall = np.broadcast_to(probabilities.mean(axis=0), probabilities.shape)
    seen = probabilities > 0  # 0 log 0 counts as 0
    divergences = np.zeros_like(probabilities)
    divergences[seen] = probabilities[seen] * np.log(probabilities[seen] / overall[seen])
    return float(np.exp(divergences.sum(axis=1).mean()))


def class_probabilities(features):
    """What the glyph classifier's last layer makes of its features, a softmax over the classes.

    features: (n, 64) numbers, from ``evaluation.features``.
    Returns (n, 36) float64, each row adding up to 1, in the order of ``data.CHARACTERS``.
    Raises ValueError for another shape, fewer than 2 rows, or numbers that are not finite.
    """
    features = check_features(features, "features")
    if features.shape[1] != FEATURES:
        raise ValueError(f"features has {features.shape[1]} columns; the classifier has {FEATURES} features.")
    weights, bias = classifier().get_layer("scores").get_weights()
    return softmax(features @ weights + bias, axis=1)
