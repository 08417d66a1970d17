"""1,797 real handwritten digits, the smallest picture set of the course."""

import numpy as np

from genai_course.checks import check_whole_number
from genai_course.data.pictures import Pictures


def digits(seed=0):
    """Handwritten digits of 13 people, 8x8 pixels, white on black.

    seed: whole number from 0 to 2**32 - 1 that decides which pictures are kept for the test.

    Returns :class:`Pictures` with train (1437, 8, 8, 1) and test (360, 8, 8, 1) float32 in [0, 1], in steps of 1/16;
    labels 0 to 9.  Each digit has the same share in both parts.  ``factors`` are empty: nobody knows the true ones.

    Source: Alpaydin and Kaynak, "Optical Recognition of Handwritten Digits", UCI Machine Learning Repository, 1998
    (its test part), as it comes with scikit-learn.
    A person may be in both parts: the set does not say who wrote what.  Raises ValueError for a seed out of range.
    """
    check_whole_number("seed", seed, 0, 2**32 - 1)
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    pictures, labels = load_digits(return_X_y=True)
    pictures = (pictures / 16).astype(np.float32).reshape(-1, 8, 8, 1)
    labels = labels.astype(np.int64)
    parts = train_test_split(pictures, labels, test_size=0.2, stratify=labels, random_state=seed)
    return Pictures(*parts, tuple("0123456789"))  # train, test, and the labels of both
