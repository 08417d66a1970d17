"""Measures made of distances to nearest neighbours: precision and recall of samples, and the distance to the data.

Kynkäänniemi et al. (2019), "Improved precision and recall metric for assessing generative models", section 2.
"""

import numpy as np

from genai_course.checks import check_sizes
from genai_course.evaluation.feature_checks import check_features, check_two_sets

ROWS_AT_ONCE = 1_000  # distances are computed in blocks, so that memory stays at ROWS_AT_ONCE × rows of the other set


def precision_recall(real_features, generated_features, neighbours=3):
    """Share of samples that look real, and share of the real variety that is sampled.

    Around each point lies a ball that reaches to its ``neighbours``-th nearest neighbour in its own set. A sample
    counts as precise if it lies in the ball of a real point; a real point is recalled if it lies in the ball of a sample.

    real_features: (n, d) numbers; generated_features: (m, d) numbers; neighbours: whole number, 1 or more.
    Returns (precision, recall), floats from 0 to 1.

    Raises ValueError for other shapes, unequal widths, or a set with no more than ``neighbours`` rows.
    """
    real, generated = check_two_sets(real_features=real_features, generated_features=generated_features)
    check_sizes(neighbours=neighbours)
    if min(len(real), len(generated)) <= neighbours:
        given = f"there are {len(real)} real and {len(generated)} generated ones"
        raise ValueError(f"{neighbours} neighbours need more than {neighbours} rows in each set; {given}.")
    precision = share_inside(generated, real, ball_radii(real, neighbours))
    recall = share_inside(real, generated, ball_radii(generated, neighbours))
    return precision, recall


def nearest_distances(pictures, reference):
    """Distance of each picture to the nearest reference picture, such as one that a model learned from.

    Compare them, or their mean, with those of real pictures: far below means copied, far above means off the data.

    pictures: (n, ...) and reference: (m, ...) arrays of pictures of one shape, else ValueError.
    Returns (n,): Euclidean distances over the pixels, in units of the pixel values.
    """
    pictures, reference = np.asarray(pictures), np.asarray(reference)
    shapes = pictures.shape[1:], reference.shape[1:]
    if shapes[0] != shapes[1]:
        raise ValueError(f"The pictures have shapes {shapes[0]} and {shapes[1]}; give pictures of one shape.")
    pictures = check_features(pictures.reshape(len(pictures), -1), "pictures")
    reference = check_features(reference.reshape(len(reference), -1), "reference")
    return np.sqrt(np.concatenate([block.min(axis=1) for block in squared_distances(pictures, reference)]))


def squared_distances(points, others):
    """Yield blocks of the matrix of squared Euclidean distances.  (n, d), (m, d) -> blocks (rows, m)"""
    centre = others.mean(axis=0)  # |a - b|² = |a|² - 2ab + |b|² loses digits far from the origin
    points, others = (points - centre).astype(np.float32), (others - centre).astype(np.float32)
    squares = np.sum(others**2, axis=1)
    for start in range(0, len(points), ROWS_AT_ONCE):
        block = points[start : start + ROWS_AT_ONCE]
        distances = np.sum(block**2, axis=1)[:, None] - 2 * block @ others.T + squares
        yield np.maximum(distances, 0, out=distances)


def ball_radii(points, neighbours):
    """Squared distance of each point to its ``neighbours``-th nearest other point.  (n, d) -> (n,)"""
    # Each point is its own nearest one, at distance 0: so the position counted from 0 is the neighbour counted from 1.
    blocks = squared_distances(points, points)
    return np.concatenate([np.partition(block, neighbours, axis=1)[:, neighbours] for block in blocks])


def share_inside(points, centres, squared_radii):
    """Share of the points that lie inside at least one ball, as a float from 0 to 1."""
    inside = [np.any(block <= squared_radii, axis=1) for block in squared_distances(points, centres)]
    return float(np.concatenate(inside).mean())
