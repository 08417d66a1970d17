"""Clips of real handwritten digits that fly straight and bounce off the edges; place and velocity are known in every frame."""

from dataclasses import dataclass

import numpy as np

from genai_course.checks import check_sizes, check_whole_number
from genai_course.data.digits import digits as load_digits

ENLARGEMENT = 1.5  # pixels of a frame for one pixel of the 8x8 digit
MARGIN = 9  # pixels from every edge at which a digit's centre turns round: the largest digit then still fits (8.8)
SPEEDS = (1.0, 3.0)  # slowest and fastest, in pixels a frame; every direction is equally likely
CHUNK = 64  # clips drawn at a time


@dataclass(frozen=True)
class Clips:
    """Clips of moving digits, split into clips to learn from and clips to judge by.

    train, test: (clips, frames, height, width, 1) float32 in [0, 1], white on black.
    train_labels, test_labels: (clips, digits) int64, 0 to 9.
    train_positions, test_positions: (clips, frames, digits, 2) float64, x and y of each digit's centre of brightness, in
        pixels from the left and upper edge; the centre of the first pixel lies at 0.5.
    train_velocities, test_velocities: the same shape, in pixels a frame, y downwards.
    walls: lowest and highest x and y of a centre, where it turns round.
    """

    train: np.ndarray
    test: np.ndarray
    train_labels: np.ndarray
    test_labels: np.ndarray
    train_positions: np.ndarray
    test_positions: np.ndarray
    train_velocities: np.ndarray
    test_velocities: np.ndarray
    walls: tuple[float, float]
    class_names: tuple[str, ...] = tuple("0123456789")

    def __repr__(self):
        low, high = self.walls
        return f"Clips(train {self.train.shape}, test {self.test.shape}, walls at {low:g} and {high:g})"


def bouncing_digits(n_train=500, n_test=200, *, frames=20, digits=1, size=32, seed=0):
    """Clips of handwritten digits that fly straight and bounce off the edges of the frame.

    n_train, n_test: number of clips, 1 or more.  A clip of the default shape takes 80 KiB.
    frames: frames a clip, 2 to 1000; ten a second are meant.
    digits: digits in a clip, 1 to 4; they fly through each other, and where they overlap the brighter one shows.
    size: pixels along each side, 24 to 64.
    seed: whole number that decides the clips; the same seed gives the same bytes.

    Returns :class:`Clips`.  No digit of the training clips is in a test clip, whatever the seeds: they come from the two
    parts of ``data.digits()``.  The motion is that of :func:`bounce`, exactly.  Raises ValueError for a setting out of range.
    """
    check_sizes(n_train=n_train, n_test=n_test)
    check_whole_number("frames", frames, 2, 1000)
    check_whole_number("digits", digits, 1, 4)
    check_whole_number("size", size, 24, 64)
    check_whole_number("seed", seed, 0)
    source = load_digits()  # its split is always that of seed 0, so that no digit changes sides
    parts = ((n_train, source.train, source.train_labels), (n_test, source.test, source.test_labels))
    made = []
    for part, (n, pictures, labels) in enumerate(parts):
        rng = np.random.default_rng([seed, part])
        chosen = rng.integers(len(pictures), size=(n, digits))
        start = rng.uniform(*walls(size), (n, digits, 2))
        speed, angle = rng.uniform(*SPEEDS, (n, digits, 1)), rng.uniform(0, 2 * np.pi, (n, digits))
        velocity = speed * np.stack([np.cos(angle), np.sin(angle)], axis=-1)
        time = np.arange(frames)[:, None, None]
        positions, velocities = bounce(start[:, None], velocity[:, None], time, size=size)  # (n, frames, digits, 2)
        made.append((draw_clips(pictures[chosen], positions, size), labels[chosen], positions, velocities))
    return Clips(*(each for pair in zip(*made, strict=True) for each in pair), walls=walls(size))


def walls(size=32):
    """Lowest and highest x and y of a digit's centre in frames of ``size`` pixels a side: (9.0, 23.0) for 32."""
    return float(MARGIN), float(size - MARGIN)


def reflect(places, low, high):
    """Fold places beyond the walls back between them, as often as it takes.  Any shape -> the same shape

    A centre that flies straight through mirrored rooms is, folded back, one that bounces.
    """
    width = high - low
    beyond = (np.asarray(places) - low) % (2 * width)  # in the first room, or in its mirror image
    return low + np.minimum(beyond, 2 * width - beyond)


def bounce(positions, velocities, time=1, *, size=32):
    """Place and velocity after some time of straight flight between the walls: the physics of these clips, exactly.

    positions, velocities: (..., 2), positions between the walls; velocities in pixels a frame.
    time: in frames, any number, also an array that broadcasts, also negative: the flight can be run backwards.
    size: pixels along each side of the frame.

    Returns positions and velocities.  A bounce turns one part of the velocity round and keeps the speed.
    """
    low, high = walls(size)
    straight = np.asarray(positions, np.float64) + np.asarray(velocities, np.float64) * time
    mirrored = (straight - low) % (2 * (high - low)) > high - low
    return reflect(straight, low, high), np.where(mirrored, -1.0, 1.0) * velocities


def draw_clips(pictures, positions, size=32):
    """Draw digits at any places, also between pixels.

    pictures: (clips, digits, 8, 8, 1) in [0, 1], each with some ink.
    positions: (clips, frames, digits, 2), x and y of the centres of brightness in pixels.
    size: pixels along each side, 24 to 64.

    Each pixel of a digit is a small square, and each pixel of the frame sees it through a window two pixels wide that
    fades towards its edges.  So brightness is never lost, and the centre of brightness of what is drawn lies exactly at the
    place asked for, as long as nothing is cut off at the frame's edge.

    Returns (clips, frames, size, size, 1) float32 in [0, 1].  Raises ValueError for other shapes or pictures without ink.
    """
    check_whole_number("size", size, 24, 64)
    pictures, positions = np.asarray(pictures, np.float64), np.asarray(positions, np.float64)
    if pictures.ndim != 5 or pictures.shape[2:] != (8, 8, 1) or not pictures.size:
        raise ValueError(f"pictures has shape {pictures.shape}; give digits of 8x8 pixels: (clips, digits, 8, 8, 1).")
    if positions.ndim != 4 or (len(positions), *positions.shape[2:]) != (*pictures.shape[:2], 2):
        clips, digits = pictures.shape[:2]
        raise ValueError(f"positions has shape {positions.shape}; these pictures need ({clips}, frames, {digits}, 2).")
    if not (pictures.sum(axis=(2, 3, 4)) > 0).all():
        raise ValueError("One of the pictures is black; a digit without ink has no centre of brightness.")
    drawn = np.zeros((*positions.shape[:2], size, size, 1), np.float32)
    for start in range(0, len(pictures), CHUNK):
        part = slice(start, start + CHUNK)
        for digit in range(pictures.shape[1]):
            frames = _draw(pictures[part, digit, :, :, 0], positions[part, :, digit], size)
            np.maximum(drawn[part, ..., 0], frames, out=drawn[part, ..., 0])
    return drawn


def _draw(pictures, positions, size):
    """(clips, 8, 8), (clips, frames, 2) -> (clips, frames, size, size) float32"""
    ink, middles = pictures.sum(axis=(1, 2)), np.arange(8) + 0.5
    centre_x, centre_y = (pictures.sum(axis=1) @ middles) / ink, (pictures.sum(axis=2) @ middles) / ink  # (clips,)
    across = _window(positions[..., 0], centre_x, size)  # (clips, frames, size, 8)
    down = _window(positions[..., 1], centre_y, size)
    return (down @ pictures[:, None].astype(np.float32) @ across.swapaxes(2, 3)).clip(0, 1)


def _window(place, centre, size):
    """How much of each of 8 digit pixels each frame pixel sees along one axis.  (clips, frames) -> (.., .., size, 8)"""
    edges = place[..., None] + ENLARGEMENT * (np.arange(9) - centre[:, None, None])  # (clips, frames, 9)
    distance = np.clip(edges[..., None, :] - (np.arange(size) + 0.5)[:, None], -1, 1)  # (clips, frames, size, 9)
    seen = 0.5 + distance - 0.5 * distance * np.abs(distance)  # the triangular window's area left of each edge
    return np.diff(seen, axis=-1).astype(np.float32)
