"""What every score of features refuses; features of pictures, or the pictures themselves, a row for each."""

import numpy as np


def check_two_sets(**sets):
    """Two sets of features, by their names, as float64 arrays (n, d) and (m, d), or ValueError saying what is wrong."""
    (name_a, a), (name_b, b) = [(name, check_features(features, name)) for name, features in sets.items()]
    if a.shape[1] != b.shape[1]:
        raise ValueError(f"{name_a} has {a.shape[1]} columns and {name_b} has {b.shape[1]}; give the same features.")
    return a, b


def check_features(features, name):
    """Return ``features`` as a float64 array (n, d), or raise ValueError saying what is wrong with it."""
    features = np.asarray(features, dtype=np.float64)
    if features.ndim != 2 or len(features) < 2:
        raise ValueError(f"{name} has shape {features.shape}; give at least 2 rows of features, (n, d).")
    if not np.isfinite(features).all():
        raise ValueError(f"{name} holds NaN or infinity; look at the pictures it was computed from.")
    return features
