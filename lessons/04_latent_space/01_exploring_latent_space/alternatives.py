"""Other right answers to the exercises of ``04_latent_space/01_exploring_latent_space``: the checks must let them pass."""

import numpy as np
from sklearn.linear_model import LinearRegression


def centred(codes, factors):
    return np.linalg.pinv(factors - factors.mean(axis=0)) @ (codes - codes.mean(axis=0))


def in_sklearn(codes, factors):
    return LinearRegression().fit(factors, codes).coef_.T


def ones_first(codes, factors):
    matrix = np.hstack([np.ones((len(factors), 1)), factors])
    return np.linalg.solve(matrix.T @ matrix, matrix.T @ codes)[1:]


def number_by_number(codes, factors):
    matrix = np.column_stack([np.ones(len(factors)), factors])
    slopes = [np.linalg.lstsq(matrix, column, rcond=None)[0][1:] for column in codes.T]
    return [list(row) for row in zip(*slopes, strict=True)]


def with_unit_vector(direction, other):
    along = other / np.linalg.norm(other)
    return direction - np.dot(direction, along) * along


def with_matrix(direction, other):
    projection = np.outer(other, other) / np.sum(other**2)
    return (np.eye(len(other)) - projection) @ direction


def in_a_loop(direction, other):
    share = sum(v * g for v, g in zip(direction, other, strict=True)) / sum(g * g for g in other)
    return [v - share * g for v, g in zip(direction, other, strict=True)]


def with_unit_codes(start, end, share):
    a, b = start / np.linalg.norm(start), end / np.linalg.norm(end)
    omega = np.arccos(np.clip(np.sum(a * b), -1.0, 1.0))
    if np.sin(omega) < 1e-3:
        return start + share * (end - start)
    return np.sin((1 - share) * omega) / np.sin(omega) * start + np.sin(share * omega) / np.sin(omega) * end


def with_half_angle(start, end, share):
    a, b = start / np.linalg.norm(start), end / np.linalg.norm(end)
    angle = 2 * np.arctan2(np.linalg.norm(a - b), np.linalg.norm(a + b))
    if np.isclose(angle, 0, atol=1e-3):
        return start * (1 - share) + end * share
    weights = np.sin(np.array([1 - share, share]) * angle) / np.sin(angle)
    return weights @ np.stack([start, end])


def with_sinc(start, end, share):
    cosine = np.dot(start, end) / np.sqrt(np.dot(start, start) * np.dot(end, end))
    turn = np.arccos(min(max(cosine, -1), 1)) / np.pi  # sin(πx) / πx is 1 at 0, so there is no 0 / 0
    first, second = ((part * np.sinc(part * turn) / np.sinc(turn)) for part in (1 - share, share))
    return [float(first * a + second * b) for a, b in zip(start, end, strict=True)]


ALTERNATIVES = {
    "attribute_vectors": [centred, in_sklearn, ones_first, number_by_number],
    "without_part": [with_unit_vector, with_matrix, in_a_loop],
    "slerp": [with_unit_codes, with_half_angle, with_sinc],
}
