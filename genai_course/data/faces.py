"""Cartoon faces with every factor known, drawn from ellipses and strokes; a set that can be made biased on purpose."""

from numbers import Real

import numpy as np

from genai_course.checks import check_sizes, check_whole_number
from genai_course.data.pictures import Pictures, broadcast_factors

# Two-valued factors are 0 or 1; the others are drawn evenly from their range.
FACE_RANGES = {
    "smile": (-1.0, 1.0),  # corners of the mouth: -1 down, 1 up
    "glasses": (0, 1),
    "hat": (0, 1),
    "hair_length": (0.0, 1.0),  # 0 above the ears, 1 on the shoulders
    "hair_colour": (0.0, 1.0),  # black, brown, ginger, blond
    "skin": (0.0, 1.0),  # light to dark
    "age_line": (0.0, 1.0),  # how deep the lines of brow and cheeks are
    "pose": (-1.0, 1.0),  # turned to the picture's left or right
}
TWO_VALUED = ("glasses", "hat")

# Colours are red, green, blue in [0, 1].  Skin and hair are mixed between neighbours of a list.
SKIN = ((1.0, 0.87, 0.76), (0.93, 0.72, 0.55), (0.72, 0.49, 0.33), (0.49, 0.32, 0.23))
HAIR = ((0.13, 0.11, 0.13), (0.36, 0.20, 0.11), (0.76, 0.36, 0.13), (0.95, 0.80, 0.40))
BACKGROUND, SHIRT = (0.80, 0.90, 0.96), (0.25, 0.55, 0.53)
WHITE, PUPIL, LIPS, BLUSH = (0.99, 0.99, 0.98), (0.10, 0.10, 0.16), (0.80, 0.08, 0.16), (0.95, 0.45, 0.42)
FRAME, HAT, RIBBON = (0.12, 0.14, 0.40), (0.55, 0.24, 0.62), (0.98, 0.82, 0.25)

CHUNK = 64  # pictures drawn at a time, so that the canvas stays in the processor's cache


def faces(n_train=4_000, n_test=1_000, *, size=32, seed=0, bias=None):
    """Pictures of cartoon faces, every factor known.

    n_train, n_test: number of pictures, 1 or more.
    size: pixels along each side, 16 to 64.
    seed: whole number; the same seed gives the same bytes.
    bias: planted dependence in the training pictures; the test pictures stay balanced.  ``{("hat", "glasses"): 0.9}``
        puts both factors on the same side of the middle of their ranges in 90 % of the pictures (hat and glasses, or
        neither), and on opposite sides in the rest.  0.5 is independence.  A factor that an earlier pair has used
        cannot be the second of a pair.

    Returns :class:`Pictures` with train (n_train, size, size, 3) and test (n_test, size, size, 3) float32 in [0, 1].
    Labels say whether the face wears glasses.  Factors, one value a picture, are those of ``FACE_RANGES``, where their
    ranges stand: float64, the two-valued ones int64; without ``bias`` each is independent of the others.

    Raises ValueError for a number out of range or a bias that cannot be planted.
    """
    check_sizes(n_train=n_train, n_test=n_test)
    check_whole_number("size", size, 16, 64)
    check_whole_number("seed", seed, 0)
    bias = bias or {}
    _check_bias(bias)
    rng = np.random.default_rng([seed, 0])
    train_factors = _plant(bias, _draw_factors(rng, n_train), rng)
    test_factors = _draw_factors(np.random.default_rng([seed, 1]), n_test)
    both = train_factors, test_factors
    pictures, labels = [draw_faces(each, size) for each in both], [each["glasses"].copy() for each in both]
    return Pictures(*pictures, *labels, ("no glasses", "glasses"), *both)


def draw_faces(factors, size=32):
    """Draw one face for each row of factors.

    factors: dictionary of arrays (pictures,) or single values; what is left out is in the middle of its range, and
        glasses and hat are 0.  In between, glasses and hat are drawn transparent.
    size: pixels along each side, 16 to 64.

    Returns (pictures, size, size, 3) float32 in [0, 1].
    Raises ValueError for unknown factors, lengths that differ, values beyond ``FACE_RANGES``, or a size out of range.

    >>> draw_faces({"smile": np.linspace(-1, 1, 7)}).shape
    (7, 32, 32, 3)
    """
    check_whole_number("size", size, 16, 64)
    defaults = {name: 0 if name in TWO_VALUED else (low + high) / 2 for name, (low, high) in FACE_RANGES.items()}
    factors = broadcast_factors(factors, defaults, FACE_RANGES)
    pictures = np.empty((len(factors["smile"]), size, size, 3), np.float32)
    for start in range(0, len(pictures), CHUNK):
        part = slice(start, start + CHUNK)
        pictures[part] = _draw({name: value[part] for name, value in factors.items()}, size)
    return pictures


def _draw(factors, size):
    """(pictures, size, size, 3).  Lengths are 32nds of the picture, x to the right, y down; later parts are on top."""
    f = {name: value.astype(np.float32)[:, None, None] for name, value in factors.items()}  # (pictures, 1, 1)
    skin, hair = _mix(SKIN, factors["skin"]), _mix(HAIR, factors["hair_colour"])
    draw = _Canvas(len(skin), size)
    x, y = draw.x, draw.y
    middle = 16 + 2.2 * f["pose"]  # of the features: a turned head shows them to one side

    for side in (-1, 1):
        draw.paint(_ellipse(x - 16 - 9 * side + 0.7 * f["pose"], y - 17.5, 1.8, 2.4), 0.92 * skin)
    ends = 13 + 14 * f["hair_length"]
    draw.paint(np.maximum(_ellipse(x - 16, y - 14, 11.2, 12), y - 14), hair)
    draw.paint(np.maximum(np.abs(x - 16) - 11.1, np.abs(y - (13.5 + ends) / 2) - (ends - 13.5) / 2), hair)
    draw.paint(_ellipse(x - 16, y - 36, 13, 9), SHIRT)
    draw.paint(np.maximum(np.abs(x - 16) - 2.8, np.abs(y - 26) - 4), 0.82 * skin)
    head = _ellipse(x - 16, y - 16.5, 8.8, 10.6)
    draw.paint(head, skin)
    # The fringe covers the head, edge included, above a curve that follows the pose.
    draw.paint(np.maximum(head - 0.8, y - 10 + 0.05 * np.square(x - middle - 2)), hair)

    line = 0.5 * skin
    draw.paint(_stroke(x - middle, y - 11.8, 3.2, 0.03, 0.35), line, 0.9 * f["age_line"])
    for side in (-1, 1):
        eye, cheek = middle + 3.7 * side, middle + 5.3 * side
        draw.paint(_ellipse(x - cheek, y - 20.4, 1.9, 1.3), BLUSH, 0.35)
        draw.paint(_stroke(y - 21.2, side * (x - middle) - 4.6, 1.6, -0.15, 0.35), line, 0.9 * f["age_line"])
        draw.paint(_stroke(x - eye, y - 18.9, 1.5, -0.1, 0.3), line, 0.8 * f["age_line"])
        draw.paint(_ellipse(x - eye, y - 16.4, 1.9, 1.7), WHITE)
        draw.paint(_ellipse(x - eye - 0.6 * f["pose"], y - 16.5, 1.0, 1.2), PUPIL)
        draw.paint(_stroke(x - eye, y - 13.6, 1.9, 0.12, 0.35), 0.75 * hair)
    draw.paint(_ellipse(x - middle - 0.5 * f["pose"], y - 19.3, 0.9, 1.1), 0.78 * skin)
    draw.paint(_stroke(x - middle, y - 23.2 - 1.2 * f["smile"], 3.2, -0.22 * f["smile"], 0.55), LIPS)

    for side in (-1, 1):
        rim = np.abs(_ellipse(x - middle - 3.7 * side, y - 16.5, 2.9, 2.7)) - 0.45
        draw.paint(rim, FRAME, f["glasses"])
    draw.paint(np.maximum(np.abs(x - middle) - 1.0, np.abs(y - 16) - 0.4), FRAME, f["glasses"])
    draw.paint(np.maximum(_ellipse(x - 16, y - 9.5, 8.6, 8.8), y - 9.5), HAT, f["hat"])
    draw.paint(np.maximum(_ellipse(x - 16, y - 9.5, 8.6, 8.8), np.abs(y - 7.6) - 1.1), RIBBON, f["hat"])
    draw.paint(_ellipse(x - 16, y - 9.6, 13, 1.5), HAT, f["hat"])
    return np.moveaxis(draw.channels, 0, -1)


class _Canvas:
    """Pictures that shapes are painted on.  A shape is a signed distance (pictures, size, size), negative inside."""

    def __init__(self, pictures, size):
        centres = ((np.arange(size) + 0.5) * 32 / size).astype(np.float32)
        self.x, self.y = centres[None, None, :], centres[None, :, None]
        self.sharpness = np.float32(size / 32)
        self.channels = np.empty((3, pictures, size, size), np.float32)  # the channels first: faster to paint
        self.channels.T[:] = BACKGROUND

    def paint(self, distance, colour, opacity=1.0):
        """Cover a shape with one colour, or with one colour a picture (pictures, 3); edges are one pixel soft."""
        cover = np.clip(0.5 - distance * self.sharpness, 0, 1) * np.float32(opacity)  # (pictures or 1, size, size)
        for channel, ink in zip(self.channels, np.transpose(np.float32(colour)), strict=True):
            channel += cover * (np.reshape(ink, (-1, 1, 1)) - channel)


def _ellipse(x, y, half_width, half_height):
    """Signed distance from an ellipse around 0, good to first order near its edge."""
    squares = np.square(x / half_width) + np.square(y / half_height)
    slope = np.sqrt(np.square(x / half_width**2) + np.square(y / half_height**2))
    return (squares - np.sqrt(squares)) / (slope + 1e-6)


def _stroke(x, y, half_length, bend, half_width):
    """Signed distance from the pen stroke y = bend * x**2, from -half_length to half_length."""
    along = np.clip(x, -half_length, half_length)
    return np.hypot(x - along, y - bend * np.square(along)) - half_width


def _mix(colours, place):
    """Colours (pictures, 3) at places from 0 (the first of the list) to 1 (the last)."""
    stops = np.linspace(0, 1, len(colours))
    channels = [np.interp(place, stops, channel) for channel in zip(*colours, strict=True)]
    return np.stack(channels, axis=-1).astype(np.float32)


def _draw_factors(rng, pictures):
    """Independent factors, each even over its range."""
    factors = {}
    for name, ends in FACE_RANGES.items():
        factors[name] = rng.integers(2, size=pictures) if name in TWO_VALUED else rng.uniform(*ends, pictures)
    return factors


def _plant(bias, factors, rng):
    """Mirror the second factor of each pair where it must stand on the other side of its middle."""
    for (first, second), share in bias.items():
        agree = rng.random(len(factors[first])) < share
        same = _above_middle(first, factors[first]) == _above_middle(second, factors[second])
        low, high = FACE_RANGES[second]
        factors[second] = np.where(agree == same, factors[second], low + high - factors[second])
    return factors


def _above_middle(name, values):
    low, high = FACE_RANGES[name]
    return values > (low + high) / 2


def _check_bias(bias):
    if not isinstance(bias, dict):
        raise ValueError(f"bias is {bias!r}; give pairs of factors and shares, such as {{('hat', 'glasses'): 0.9}}.")
    used = set()
    for pair, share in bias.items():
        if not (isinstance(pair, tuple) and len(pair) == 2 and set(pair) <= set(FACE_RANGES) and pair[0] != pair[1]):
            raise ValueError(f"bias has the pair {pair!r}; give two different factors out of {', '.join(FACE_RANGES)}.")
        if not isinstance(share, Real) or not 0 <= share <= 1:
            raise ValueError(f"bias for {pair!r} is {share!r}; give the share of pictures, from 0 to 1.")
        if pair[1] in used:
            raise ValueError(f"bias names {pair[1]!r} second in {pair!r}, but an earlier pair uses it; turn it round.")
        used |= set(pair)
