"""A perceptual hash, which near-duplicate pictures share but for a few bits."""

import numpy as np


def difference_hash(pictures, margin=0.1):
    """A hash of each picture that small changes of brightness or noise leave (almost) alone.

    Every bit asks of a pixel and its right neighbour: is the right one clearly brighter? The idea is the "dHash" of
    Neal Krawetz, "Kind of Like That" (2013), with a margin so that noise on an even background sets no bit.

    pictures: (n, height, width, 1) floats in [0, 1]. margin: how much brighter, in the same units.
    Returns (n, height * (width - 1)) booleans.
    """
    brighter = pictures[:, :, 1:, 0] - pictures[:, :, :-1, 0] > margin  # (n, height, width - 1)
    return brighter.reshape(len(pictures), -1)


def hash_distance(hashes_a, hashes_b):
    """In how many bits each hash differs from each other one (Hamming distance).  (n, bits), (m, bits) -> (n, m)"""
    a, b = hashes_a.astype(np.float32), hashes_b.astype(np.float32)
    # A bit differs where exactly one of the two is set: |a| + |b| - 2 a·b, one matrix product for all pairs.
    distance = a.sum(axis=1)[:, None] + b.sum(axis=1) - 2 * a @ b.T
    return np.rint(distance).astype(np.int64)
