"""Which of the places where points should be does a model reach? For data whose modes are known."""

import numpy as np

from genai_course.checks import check_above_zero


def modes_covered(points, centres, spread, least=0.01):
    """How many modes get at least a share ``least`` of the points within three spreads of their centre.

    Counts as in Srivastava et al. (2017), "VEEGAN", section 4.1, with a share of the points in place of one point alone.

    points: (n, d) numbers; centres: (modes, d); spread: standard deviation of the points around each centre.
    Returns an int.  Raises ValueError for other shapes, no points, or a spread that is not above 0.
    """
    return int(np.sum(_near(points, centres, spread).mean(axis=0) >= least))


def high_quality_share(points, centres, spread):
    """Share of the points that lie within three spreads of a centre, a float from 0 to 1.

    Srivastava et al. (2017), section 4.1. Of points drawn from round Gaussians in the plane, 98.9 % do.
    Arguments and errors: those of :func:`modes_covered`.
    """
    return float(_near(points, centres, spread).any(axis=1).mean())


def mode_shares(points, centres, spread):
    """Share of the points that lie within three spreads of each centre, (modes,) floats; with what lies off, they add up to 1.

    Arguments and errors: those of :func:`modes_covered`.
    """
    return _near(points, centres, spread).mean(axis=0)


def _near(points, centres, spread):
    """(n, modes) booleans"""
    points, centres = np.asarray(points, float), np.asarray(centres, float)
    if points.ndim != 2 or centres.ndim != 2 or points.shape[1] != centres.shape[1] or not points.size:
        given = f"points has shape {points.shape} and centres {centres.shape}"
        raise ValueError(f"{given}; give rows (n, d) and (modes, d), n at least 1.")
    check_above_zero("spread", spread)
    return np.linalg.norm(points[:, None] - centres, axis=-1) < 3 * spread
