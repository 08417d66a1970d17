"""Points in the plane whose density and entropy are known exactly: a model can be compared with the truth.

Four of the five are a curve plus Gaussian noise: choose a place on the curve, evenly, and step away from it at random.
Their density is the integral of a Gaussian along the curve, done here by Gauss-Legendre quadrature.
"""

import functools
from dataclasses import dataclass

import numpy as np

from genai_course.checks import check_choice, check_sizes, check_whole_number

PANELS, NODES = 40, 20  # Gauss-Legendre panels along a curve, and nodes in each; the curves' breaks lie between panels
CHUNK = 2_048  # points whose density is computed at a time


def moons(place):
    """Two half circles of radius 2 that reach into each other.  place (n,) in [0, 1) -> (n, 2)"""
    angle = np.pi * (2 * place % 1)
    upper = place < 0.5
    x = np.where(upper, 2 * np.cos(angle) - 1, 1 - 2 * np.cos(angle))
    y = np.where(upper, 2 * np.sin(angle) - 0.5, 0.5 - 2 * np.sin(angle))
    return np.stack([x, y], axis=-1)


def rings(place):
    """Two circles, of radius 1 and 2.5, each with half of the points.  place (n,) in [0, 1) -> (n, 2)"""
    radius = np.where(place < 0.5, 1.0, 2.5)
    return _polar(radius, 4 * np.pi * place)


def eight_gaussians(place):
    """Eight places on a circle of radius 2.5.  place (n,) in [0, 1) -> (n, 2)"""
    return _polar(2.5, np.pi / 4 * np.floor(8 * place))


def spiral(place):
    """A spiral of two turns that ends at radius 3, nearly even along its length.  place (n,) in [0, 1) -> (n, 2)"""
    first, last = 0.5 * np.pi, 4.5 * np.pi
    angle = np.sqrt(first**2 + place * (last**2 - first**2))
    return _polar(3 * angle / last, angle)


def _polar(radius, angle):
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=-1)


# name -> curve, standard deviation of the noise, entropy in nats (a test computes it again)
NOISY_CURVES = {
    "moons": (moons, 0.2, 2.393879196),
    "rings": (rings, 0.15, 2.507637720),
    "eight_gaussians": (eight_gaussians, 0.25, 2.144348306),
    "spiral": (spiral, 0.15, 2.583777374),
}
NAMES = (*NOISY_CURVES, "checkerboard")

# Eight of the sixteen squares of a board that reaches from -3 to 3.
SQUARE = 1.5
SQUARE_CENTRES = np.array([(x, y) for x in range(4) for y in range(4) if (x + y) % 2 == 0]) * SQUARE - 2.25  # (8, 2)


@dataclass(frozen=True)
class Points:
    """Points of one distribution and the truth about it.

    name: one of ``points2d``'s names.
    train, test: (points, 2) float32, about -3 to 3 along both axes.
    entropy: nats; no model can have a lower expected negative log-likelihood than this.
    """

    name: str
    train: np.ndarray
    test: np.ndarray
    entropy: float

    def log_density(self, x):
        """Exact logarithm of the density, in nats.  (n, 2) -> (n,) float64; -inf off the checkerboard's squares.

        The error is below 1e-4 wherever both coordinates lie between -6 and 6.
        Raises ValueError for an array of another shape.
        """
        x = np.asarray(x, np.float64)
        if x.ndim != 2 or x.shape[1] != 2:
            raise ValueError(f"x has shape {x.shape}; give points as rows, shape (n, 2).")
        chunks = [_log_density(self.name, x[start : start + CHUNK]) for start in range(0, len(x), CHUNK)]
        return np.concatenate(chunks) if chunks else np.empty(0)


def points2d(name, n_train=10_000, n_test=5_000, seed=0):
    """Points in the plane from a distribution whose density is known.

    name: "moons", "rings", "eight_gaussians", "spiral" or "checkerboard".
    n_train, n_test: number of points, 1 or more.
    seed: whole number; the same seed gives the same bytes.

    Returns :class:`Points`.  Raises ValueError for an unknown name or a number out of range.
    """
    check_choice("name", name, NAMES)
    check_sizes(n_train=n_train, n_test=n_test)
    check_whole_number("seed", seed, 0)
    train, test = (_sample(name, np.random.default_rng([seed, part]), n) for part, n in enumerate((n_train, n_test)))
    entropy = np.log(len(SQUARE_CENTRES) * SQUARE**2) if name == "checkerboard" else NOISY_CURVES[name][2]
    return Points(name, train, test, float(entropy))


def _sample(name, rng, n):
    """(n, 2) float32"""
    if name == "checkerboard":
        points = rng.choice(SQUARE_CENTRES, n) + rng.uniform(-SQUARE / 2, SQUARE / 2, (n, 2))
    else:
        curve, noise, _ = NOISY_CURVES[name]
        points = curve(rng.random(n)) + noise * rng.standard_normal((n, 2))
    return points.astype(np.float32)


def _log_density(name, x):
    """(n, 2) -> (n,)"""
    if name == "checkerboard":
        inside = (np.abs(x[:, None] - SQUARE_CENTRES) <= SQUARE / 2).all(axis=-1).any(axis=-1)
        return np.where(inside, -np.log(len(SQUARE_CENTRES) * SQUARE**2), -np.inf)
    curve, noise, _ = NOISY_CURVES[name]
    place, weight = _quadrature()
    centres = curve(place)
    # (n, places): the Gaussian around each place of the curve, weighted, and summed without underflow
    squares = (x[:, :1] - centres[:, 0]) ** 2 + (x[:, 1:] - centres[:, 1]) ** 2
    exponent = -squares / (2 * noise**2)
    largest = exponent.max(axis=1, keepdims=True)
    return np.log(np.exp(exponent - largest) @ weight) + largest[:, 0] - np.log(2 * np.pi * noise**2)


@functools.cache
def _quadrature():
    """Places (PANELS * NODES,) in [0, 1] and weights that sum to 1."""
    node, weight = np.polynomial.legendre.leggauss(NODES)
    place = (np.arange(PANELS)[:, None] + (node + 1) / 2) / PANELS
    return place.ravel(), np.tile(weight / 2 / PANELS, PANELS)
