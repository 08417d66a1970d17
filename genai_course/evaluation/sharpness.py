"""How sharp is a picture? By the energy of its edges, which a blur takes away."""

import numpy as np


def edge_energy(pictures):
    """Mean squared gradient of each picture: how much neighbouring pixels differ, to the right and downwards.

    A stroke whose edge is a ramp of k pixels has 1/k of the energy of one with a hard edge. More is not better: noise has
    more than any drawing. Compare with real pictures.

    pictures: (n, height, width, channels), height and width at least 2.  Returns (n,) float64.
    Raises ValueError for another shape.
    """
    pictures = np.asarray(pictures, dtype=np.float64)
    if pictures.ndim != 4 or min(pictures.shape[1:3]) < 2:
        needed = "(n, height, width, channels) with 2 pixels a side or more"
        raise ValueError(f"The pictures have shape {pictures.shape}; give {needed}.")
    return sum(np.mean(np.diff(pictures, axis=axis) ** 2, axis=(1, 2, 3)) for axis in (1, 2))
