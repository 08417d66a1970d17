"""Other right answers to the exercises of ``05_evaluation/01_image_metrics``: the checks must let them pass."""

import numpy as np
from keras import ops
from scipy.linalg import sqrtm
from scipy.spatial.distance import cdist
from scipy.stats import entropy


def frechet_with_scipy(mean_a, covariance_a, mean_b, covariance_b):
    difference = mean_a - mean_b
    return difference @ difference + np.trace(covariance_a + covariance_b - 2 * sqrtm(covariance_a @ covariance_b).real)


def frechet_with_a_symmetric_root(mean_a, covariance_a, mean_b, covariance_b):
    values, vectors = np.linalg.eigh(covariance_a)
    root = (vectors * np.sqrt(values)) @ vectors.T
    shared = np.sqrt(np.linalg.eigvalsh(root @ covariance_b @ root)).sum()
    return np.linalg.norm(mean_a - mean_b) ** 2 + np.diag(covariance_a).sum() + np.diag(covariance_b).sum() - 2 * shared


def kernel_in_keras(a, b):
    def kernel(x, y):
        return (ops.matmul(x, ops.transpose(y)) / x.shape[1] + 1) ** 3

    def among(points):
        alike = kernel(points, points)
        return (ops.sum(alike) - ops.sum(ops.diagonal(alike))) / (len(points) * (len(points) - 1))

    return among(a) + among(b) - 2 * ops.mean(kernel(a, b))


def kernel_by_a_mask(a, b):
    def kernel(x, y):
        return (np.einsum("id,jd->ij", x, y) / x.shape[1] + 1) ** 3

    def among(points):
        return kernel(points, points)[~np.eye(len(points), dtype=bool)].mean()

    return among(a.astype("float64")) + among(b.astype("float64")) - 2 * kernel(a, b).mean()


def kernel_above_the_diagonal(a, b):
    def kernel(x, y):
        return (x @ y.T / x.shape[1] + 1) ** 3

    def among(points):
        return kernel(points, points)[np.triu_indices(len(points), 1)].mean()

    return among(a) + among(b) - 2 * kernel(a, b).mean()


def score_by_entropies(probabilities):
    return np.exp(entropy(probabilities.mean(axis=0)) - entropy(probabilities, axis=1).mean())


def score_by_scipy(probabilities):
    overall = np.broadcast_to(probabilities.mean(axis=0), probabilities.shape)
    return float(np.exp(np.mean(entropy(probabilities, overall, axis=1))))


def score_in_keras(probabilities):
    overall = ops.mean(probabilities, axis=0, keepdims=True)
    differences = ops.log(probabilities) - ops.log(overall)
    return ops.exp(ops.mean(ops.sum(probabilities * differences, axis=1)))


def coverage_by_the_nearest(distances, radii):
    return (distances.min(axis=0) <= radii).mean()


def coverage_one_by_one(distances, radii):
    covered = [
        any(distance <= radius for distance in column) for column, radius in zip(distances.T, radii, strict=True)
    ]
    return sum(covered) / len(covered)


def coverage_in_keras(distances, radii):
    return ops.mean(ops.cast(ops.any(ops.convert_to_tensor(distances) <= radii, axis=0), "float32"))


def forgiving_with_scipy(pictures, training):
    smallest = np.full(len(pictures), np.inf)
    for down in (-1, 0, 1):
        for right in (-1, 0, 1):
            moved = np.roll(np.roll(pictures, down, axis=1), right, axis=2)
            distances = cdist(moved.reshape(len(moved), -1), training.reshape(len(training), -1))
            smallest = np.minimum(smallest, distances.min(axis=1))
    return smallest


def forgiving_by_moving_the_training(pictures, training):
    flat = pictures.reshape(len(pictures), -1)
    places = [(down, right) for down in range(-1, 2) for right in range(-1, 2)]
    moved = np.concatenate([np.roll(training, place, axis=(1, 2)) for place in places])
    return cdist(flat, moved.reshape(len(moved), -1)).min(axis=1)


ALTERNATIVES = {
    "frechet": [frechet_with_scipy, frechet_with_a_symmetric_root],
    "kernel_distance": [kernel_in_keras, kernel_by_a_mask, kernel_above_the_diagonal],
    "inception_score": [score_by_entropies, score_by_scipy, score_in_keras],
    "coverage": [coverage_by_the_nearest, coverage_one_by_one, coverage_in_keras],
    "forgiving_distances": [forgiving_with_scipy, forgiving_by_moving_the_training],
}
