"""Cartoon faces with every factor known, drawn in colour; a set that can be made biased on purpose."""

from numbers import Real

import numpy as np

from genai_course.checks import check_sizes, check_whole_number
from genai_course.data.face_painting import paint_faces
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
CHUNK = 64  # pictures drawn at a time, so that the canvas stays in the processor's cache


def faces(n_train=4_000, n_test=1_000, *, size=32, seed=0, bias=None):
    """Pictures of cartoon faces, every factor known.

    n_train, n_test: number of pictures, 1 or more.
    size: pixels along each side, 16 to 64; from 48 on, faces have light and shade as well.
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
    size: pixels along each side, 16 to 64; from 48 on, faces have light and shade as well.

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
        pictures[part] = paint_faces({name: value[part] for name, value in factors.items()}, size)
    return pictures


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
