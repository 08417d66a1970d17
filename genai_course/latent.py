"""Moving about in latent space. NumPy in, NumPy out."""

import numpy as np


def interpolate(start, end, steps):
    """Points on the straight line from one code to another, both ends included.

    start, end: (latent_dim,) floats. steps: at least 2.
    Returns (steps, latent_dim). Raises ValueError for fewer than 2 steps or codes of different length.
    """
    start, end = np.asarray(start), np.asarray(end)
    if steps < 2:
        raise ValueError(f"steps is {steps!r}; a path needs at least 2 points, its start and its end.")
    if start.shape != end.shape:
        raise ValueError(f"start has shape {start.shape} and end {end.shape}; both codes need the same length.")
    share = np.linspace(0, 1, steps)[:, None]  # (steps, 1)
    return (1 - share) * start + share * end


def traverse(code, axis, values):
    """Copies of one code in which a single coordinate takes the given values, all others staying as they are.

    code: (latent_dim,) floats. axis: which coordinate. values: (steps,).
    Returns (steps, latent_dim). Raises ValueError if code has no such coordinate.
    """
    code, values = np.asarray(code), np.asarray(values)
    if not 0 <= axis < len(code):
        raise ValueError(f"axis is {axis!r}; this code has coordinates 0 to {len(code) - 1}.")
    path = np.repeat(code[None], len(values), axis=0)  # (steps, latent_dim)
    path[:, axis] = values
    return path
