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


def slerp(start, end, share):
    """The point a share of the way from one code to another along an arc around 0 (Shoemake 1985, section 3.3).

    Codes of one length give points of that length; otherwise the length changes smoothly from one to the other.  Codes
    in the same direction have no arc between them, and the straight line is taken.

    start, end: (latent_dim,) floats, neither of them 0. share: 0 is the start, 1 the end.
    Returns (latent_dim,). Raises ValueError for codes of different size, a code of length 0, or opposite codes.
    """
    start, end = np.asarray(start, np.float64), np.asarray(end, np.float64)
    if start.shape != end.shape:
        raise ValueError(f"start has shape {start.shape} and end {end.shape}; both codes need the same length.")
    lengths = np.linalg.norm(start) * np.linalg.norm(end)
    if lengths == 0:
        raise ValueError("One of the codes has length 0; an arc around 0 needs two directions.")
    angle = np.arccos(np.clip(start @ end / lengths, -1, 1))
    if angle < 1e-6:
        return (1 - share) * start + share * end
    if angle > np.pi - 1e-6:
        raise ValueError("The codes point in opposite directions, so many arcs join them; go by a third code.")
    return (np.sin((1 - share) * angle) * start + np.sin(share * angle) * end) / np.sin(angle)


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


def mean_difference(codes, has):
    """The naive attribute vector: from the mean code of the pictures without an attribute to the mean code of those with it.

    codes: (n, latent_dim) floats. has: (n,) booleans, at least one of each.
    Returns (latent_dim,). Raises ValueError for other shapes or if all or none have the attribute.
    """
    codes, has = np.asarray(codes), np.asarray(has, bool)
    if codes.ndim != 2 or has.shape != (len(codes),):
        raise ValueError(f"codes has shape {codes.shape} and has {has.shape}; give (n, latent_dim) and (n,).")
    if has.all() or not has.any():
        raise ValueError(f"{has.sum()} of {len(has)} pictures have the attribute; some must have it and some must not.")
    return codes[has].mean(axis=0) - codes[~has].mean(axis=0)


def attribute_vectors(codes, factors):
    """How the code changes when one factor rises by 1 and all the others stay: least squares, codes from factors.

    codes: (n, latent_dim) floats. factors: (n, k) numbers, one column a factor; a constant is added inside.
    Returns (k, latent_dim), one vector a factor. Raises ValueError for other shapes, fewer than k + 1 rows, or factors
    that cannot be told apart (one is constant or follows from the others).
    """
    codes, factors = np.asarray(codes, np.float64), np.asarray(factors, np.float64)
    if codes.ndim != 2 or factors.ndim != 2 or len(codes) != len(factors):
        raise ValueError(f"codes has shape {codes.shape} and factors {factors.shape}; give (n, latent_dim) and (n, k).")
    with_constant = np.column_stack([factors, np.ones(len(factors))])  # (n, k + 1)
    solution, _, rank, _ = np.linalg.lstsq(with_constant, codes, rcond=None)  # (k + 1, latent_dim)
    if rank < with_constant.shape[1]:
        given = f"The {factors.shape[1]} factors of these {len(factors)} pictures cannot be told apart"
        raise ValueError(f"{given}; leave out what is constant or follows from the others, or give more pictures.")
    return solution[:-1]


def without_part(direction, other):
    """What is left of a direction when its part along another one is taken out: at a right angle to the other.

    direction, other: (latent_dim,) floats, the other not 0.
    Returns (latent_dim,). Raises ValueError for vectors of different size or another direction of length 0.
    """
    direction, other = np.asarray(direction, np.float64), np.asarray(other, np.float64)
    if direction.shape != other.shape:
        raise ValueError(f"direction has shape {direction.shape} and other {other.shape}; both need the same length.")
    if not other.any():
        raise ValueError("The other direction has length 0; there is nothing to take out.")
    return direction - (direction @ other) / (other @ other) * other
