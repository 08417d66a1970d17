"""Other right answers to the exercises of ``01_data/01_images``: the checks must let them pass."""

import numpy as np


def divide_in_place(raw):
    pictures = np.array(raw, dtype="float32")
    pictures /= 255.0
    return pictures


def multiply(raw):
    return np.multiply(raw, np.float32(1 / 255), dtype=np.float32)


def with_diff(pictures, margin=0.1):
    return (np.diff(pictures[..., 0], axis=2) > margin).reshape(pictures.shape[0], -1)


def with_loops(pictures, margin=0.1):
    hashes = []
    for picture in pictures[..., 0]:
        hashes.append([row[x + 1] - row[x] > margin for row in picture for x in range(len(row) - 1)])
    return np.array(hashes)


def comprehension(groups, test_groups):
    return np.array([group in set(test_groups.tolist()) for group in groups.tolist()])


def by_broadcasting(groups, test_groups):
    return (groups[:, None] == test_groups[None, :]).any(axis=1)


ALTERNATIVES = {
    "to_unit_range": [divide_in_place, multiply],
    "difference_hash": [with_diff, with_loops],
    "is_test": [comprehension, by_broadcasting],
}
