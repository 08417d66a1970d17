"""Other right answers to the exercises of ``03_training/02_adversarial_training``: the checks must let them pass."""

import math

import numpy as np
import tensorflow as tf
from keras import ops


def by_counting(points, centres, spread):
    covered = 0
    for centre in centres:
        near = np.sqrt(((points - centre) ** 2).sum(axis=1)) < 3 * spread
        covered += near.sum() >= 0.01 * len(points)
    return covered


def with_squares(points, centres, spread):
    squares = np.sum((points[None] - centres[:, None]) ** 2, axis=2)  # (modes, n)
    return np.count_nonzero((squares < 9 * spread**2).mean(axis=1) >= 0.01)


def with_norm(slope_at, real, forged, mixing, target):
    points = mixing * forged + (1 - mixing) * real
    return ops.mean((ops.norm(slope_at(points), axis=2) - target) ** 2, axis=1)


def with_tensorflow(slope_at, real, forged, mixing, target):
    steep = tf.norm(slope_at(real + (forged - real) * mixing), axis=-1)
    return tf.reduce_mean(tf.math.squared_difference(steep, target), axis=1)


def with_small_number(slope_at, real, forged, mixing, target):
    slopes = slope_at(real + mixing * (forged - real))
    steep = ops.sqrt(slopes[..., 0] ** 2 + slopes[..., 1] ** 2 + 1e-12)
    return ops.mean(ops.square(target - steep), axis=-1)


def by_length(matrix, start, rounds):
    v = start
    for _ in range(rounds):
        u = matrix.dot(v)
        u /= np.sqrt(u @ u)
        v = u @ matrix
        v = v / np.sqrt(v @ v)
    return np.dot(u, np.dot(matrix, v))


def with_operations(matrix, start, rounds):
    right = ops.expand_dims(ops.convert_to_tensor(start), 1)
    matrix = ops.convert_to_tensor(matrix)
    for _ in range(rounds):
        left = ops.normalize(ops.matmul(matrix, right), axis=0)
        right = ops.normalize(ops.matmul(ops.transpose(matrix), left), axis=0)
    return ops.sum(left * ops.matmul(matrix, right))


def with_lists(points, centres, spread):
    near = [sum(math.dist(point, centre) <= 3 * spread for point in points) for centre in centres]
    return sum(100 * count >= len(points) for count in near)


def by_coordinates(slope_at, real, forged, mixing, target):
    slopes = slope_at(real * (1 - mixing) + forged * mixing)
    off = ops.hypot(slopes[..., 0], slopes[..., 1]) - target
    return ops.sum(off * off, axis=1) / ops.cast(ops.shape(off)[1], "float32")


def entry_by_entry(matrix, start, rounds):
    v = [float(each) for each in start]
    for _ in range(rounds):
        u = [sum(a * b for a, b in zip(row, v, strict=True)) for row in matrix.tolist()]
        u = [each / math.hypot(*u) for each in u]
        v = [sum(a * b for a, b in zip(column, u, strict=True)) for column in matrix.T.tolist()]
        length = math.hypot(*v)
        v = [each / length for each in v]
    return length  # u · W v, since v is Wᵀu made a unit


ALTERNATIVES = {
    "modes_covered": [by_counting, with_squares, with_lists],
    "gradient_penalty": [with_norm, with_tensorflow, with_small_number, by_coordinates],
    "spectral_norm": [by_length, with_operations, entry_by_entry],
}
