"""Letters and digits with every factor known, drawn from signed distance fields of 21 typefaces.

A signed distance field stores, for each point, how far it is from the outline of a character (positive inside).
Sampling it draws the character at any size, turned, slanted and bent; adding a constant makes it bolder.
Source of the idea: Green, "Improved Alpha-Tested Magnification for Vector Textures and Special Effects", SIGGRAPH 2007.
"""

import string
from functools import cache

import numpy as np

from genai_course.checks import check_sizes, check_whole_number
from genai_course.data.files import verified_path
from genai_course.data.pictures import Pictures, broadcast_factors

CHARACTERS = string.ascii_uppercase + string.digits

# Lengths are in sixteenths of the picture's width: pixels, where the picture is 16 pixels wide.
GLYPH_RANGES = {
    "slant": (-0.3, 0.3),  # sideways shift per unit of height; positive leans right, like italics
    "rotation": (-12.0, 12.0),  # degrees, positive anticlockwise
    "bend": (-1.5, 1.5),  # how far top and bottom move to the right of the middle
    "thickness": (-0.15, 0.45),  # how far the outline moves outwards
    "shift_x": (-1.5, 1.5),  # to the right
    "shift_y": (-1.5, 1.5),  # downwards, as rows are counted
}
CAP_HEIGHT = 10.5  # of a capital letter, in sixteenths of the picture

# The geometry of the stored fields, shared with datasets/make_glyphs.py.
FIELD_SIZE = 48  # cells along each side
FRAME = 1.8  # cap heights along each side
FIELD_RANGE = 0.25  # cap heights: the largest distance stored

CHUNK = 131_072  # points sampled at a time, so that the intermediate arrays stay in the processor's cache


def glyphs(n_train=20_000, n_test=4_000, *, size=16, characters=CHARACTERS, seed=0):
    """Pictures of characters, white on black, every factor known.

    n_train, n_test: number of pictures, 1 or more.
    size: pixels along each side, 16 to 64.
    characters: which ones, out of A-Z, 0-9 and a-z; their order is the order of the classes.
    seed: whole number; the same seed gives the same bytes.

    Returns :class:`Pictures` with train (n_train, size, size, 1) and test (n_test, size, size, 1) float32 in [0, 1].
    Labels are positions in ``characters``.  Factors, one value a picture: ``character`` (one-letter text), ``typeface``
    (position in :func:`typefaces`), ``weight`` (0 regular, 1 bold: a property of the typeface), and the six of
    ``GLYPH_RANGES`` (float64; units stand there), each drawn evenly from its range.

    The test asks for combinations that were never shown: the signs of slant, rotation and bend make eight octants, whose
    number is 4 (slant > 0) + 2 (rotation > 0) + (bend > 0). Typeface number t keeps octant t mod 8 for the test pictures;
    the other seven are for training.

    Raises ValueError for a number out of range or for characters that are unknown or repeated.
    """
    check_sizes(n_train=n_train, n_test=n_test)
    check_whole_number("size", size, 16, 64)
    check_whole_number("seed", seed, 0)
    _check_characters(characters)
    train_labels, train_factors = _draw_factors(np.random.default_rng([seed, 0]), n_train, characters, is_test=False)
    test_labels, test_factors = _draw_factors(np.random.default_rng([seed, 1]), n_test, characters, is_test=True)
    pictures = [draw_glyphs(factors, size) for factors in (train_factors, test_factors)]
    return Pictures(*pictures, train_labels, test_labels, tuple(characters), train_factors, test_factors)


def typefaces():
    """Names of the typefaces, in the order that the factor ``typeface`` counts them."""
    return tuple(_masters()["typefaces"].tolist())


def draw_glyphs(factors, size=16):
    """Draw one picture for each row of factors.

    factors: dictionary of arrays (pictures,) or single values.  ``character`` must be there; typeface is 0
        (DejaVuSans) and the factors of ``GLYPH_RANGES`` are 0 where left out.  Values beyond the ranges are drawn
        too.  ``weight`` follows from the typeface and is not read.
    size: pixels along each side, 16 to 64.

    Returns (pictures, size, size, 1) float32 in [0, 1].
    Raises ValueError for unknown factors or characters, lengths that differ, or a size out of range.

    >>> draw_glyphs({"character": "A", "slant": np.linspace(-0.3, 0.3, 7)}).shape
    (7, 16, 16, 1)
    """
    check_whole_number("size", size, 16, 64)
    if "character" not in factors:
        raise ValueError("The factors name no character; add one, such as character='A', to them.")
    masters = _masters()
    letters, which = np.unique(np.atleast_1d(factors["character"]).astype(str), return_inverse=True)
    _check_characters(letters.tolist())
    stored = np.array([masters["characters"].index(letter) for letter in letters])  # where in the file
    rest = {name: value for name, value in factors.items() if name != "weight"} | {"character": stored[which]}
    rest = broadcast_factors(rest, dict.fromkeys(("character", "typeface", *GLYPH_RANGES), 0))
    typeface = rest.pop("typeface")
    wrong = typeface[~np.isin(typeface, np.arange(len(masters["typefaces"])))]
    if len(wrong):
        raise ValueError(f"typeface is {wrong[0]:g}; give a whole number from 0 to {len(masters['typefaces']) - 1}.")
    field = (typeface * len(masters["characters"]) + rest.pop("character")).astype(np.int32)  # (pictures,)
    pictures = np.empty((len(field), size, size, 1), np.float32)
    step = max(1, CHUNK // size**2)
    for start in range(0, len(field), step):
        part = slice(start, start + step)
        pictures[part, :, :, 0] = _draw(field[part], {name: value[part] for name, value in rest.items()}, size)
    return pictures


def _draw(field, factors, size):
    """Pictures (pictures, size, size) of the stored fields with these numbers."""
    column = {name: value.astype(np.float32)[:, None, None] for name, value in factors.items()}  # (pictures, 1, 1)
    centres = ((np.arange(size) + 0.5) * 16 / size - 8).astype(np.float32)
    # From the pixel back to the character: undo the shift, then the rotation, the slant and the bend.
    right = centres - column["shift_x"]  # (pictures, 1, size)
    up = column["shift_y"] - centres[:, None]  # (pictures, size, 1)
    angle = np.deg2rad(column["rotation"])
    cosine, sine = np.cos(angle), np.sin(angle)
    x, y = cosine * right + sine * up, cosine * up - sine * right  # (pictures, size, size)
    # The bend is 0 on average over the height of a capital, so that it does not act as a shift.
    x = x - column["slant"] * y - column["bend"] * (np.square(y / (CAP_HEIGHT / 2)) - 1 / 3)
    distance = CAP_HEIGHT * _distance(field, x / CAP_HEIGHT, y / CAP_HEIGHT) + column["thickness"]
    # The edge is a ramp one pixel wide: half ink where the outline passes through the pixel's centre.
    return np.clip(distance * np.float32(size / 16) + 0.5, 0, 1)


def _distance(field, x, y):
    """Signed distance at points given in cap heights from the middle, x to the right, y up; same shape as x."""
    to_cells = np.float32(FIELD_SIZE / FRAME)
    middle = np.float32(FIELD_SIZE / 2 - 0.5)
    column, row = x * to_cells + middle, middle - y * to_cells
    inside_column, inside_row = (np.clip(cell, 0, np.float32(FIELD_SIZE - 1.001)) for cell in (column, row))
    beyond = np.hypot(column - inside_column, row - inside_row) / to_cells  # 0 within the stored frame
    left, top = inside_column.astype(np.int32), inside_row.astype(np.int32)
    across, down = inside_column - left, inside_row - top  # (points) in [0, 1): the weights of the four neighbours
    first = (field[:, None, None] * FIELD_SIZE + top) * FIELD_SIZE + left
    cells = _masters()["fields"]
    upper = cells.take(first) * (1 - across) + cells.take(first + 1) * across
    first += FIELD_SIZE
    lower = cells.take(first) * (1 - across) + cells.take(first + 1) * across
    value = upper * (1 - down) + lower * down  # 0 to 255
    return (value / np.float32(127.5) - 1) * np.float32(FIELD_RANGE) - beyond


def _draw_factors(rng, pictures, characters, *, is_test):
    """Random labels (pictures,) and the factors of one split."""
    masters = _masters()
    labels = rng.integers(len(characters), size=pictures)
    typeface = rng.integers(len(masters["typefaces"]), size=pictures)
    other = 0 if is_test else rng.integers(1, 8, size=pictures)
    signs = (typeface + other) % 8  # the octant: the typeface's own for the test, one of the seven others for training
    letters = np.array(list(characters))
    factors = {"character": letters[labels], "typeface": typeface, "weight": masters["bold"][typeface]}
    for name, (low, high) in GLYPH_RANGES.items():
        factors[name] = rng.uniform(low, high, size=pictures)
    for bit, name in ((4, "slant"), (2, "rotation"), (1, "bend")):
        size = GLYPH_RANGES[name][1] * (1 - rng.random(pictures))  # never 0, so that each picture has a sign
        factors[name] = np.where(signs & bit, size, -size)
    return labels, factors


def _check_characters(characters):
    known = _masters()["characters"]
    if not isinstance(characters, (str, list, tuple)) or not len(characters):
        raise ValueError(f"characters is {characters!r}; give text with one or more out of {''.join(known)}.")
    wrong = [character for character in characters if character not in known]
    if wrong:
        raise ValueError(f"characters has {wrong[0]!r}; give one or more out of {''.join(known)}.")
    if len(set(characters)) != len(characters):
        raise ValueError(f"characters is {characters!r}; give each character once.")


@cache
def _masters():
    """The stored fields: ``fields`` (everything in one row) uint8, and the lists that number them."""
    with np.load(verified_path("glyphs.npz")) as file:
        return {
            "fields": file["fields"].ravel(),
            "characters": file["characters"].tolist(),
            "typefaces": file["typefaces"],
            "bold": file["bold"].astype(np.int64),
        }
