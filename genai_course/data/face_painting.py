"""How the cartoon faces of :mod:`genai_course.data.faces` are painted: ellipses and pen strokes, one on top of the other.

Lengths are 32nds of the picture, x to the right, y down, so a face has the same parts in the same places at every size. From
``DETAILED`` pixels on there is room for light and shade: what comes in addition stands under ``if canvas.detailed``.
"""

from copy import copy

import numpy as np

DETAILED = 48

# Colours are red, green, blue in [0, 1].  Skin and hair are mixed between neighbours of a list.
SKIN = ((1.0, 0.87, 0.76), (0.93, 0.72, 0.55), (0.72, 0.49, 0.33), (0.49, 0.32, 0.23))
HAIR = ((0.13, 0.11, 0.13), (0.36, 0.20, 0.11), (0.76, 0.36, 0.13), (0.95, 0.80, 0.40))
BACKGROUND, SHIRT = (0.80, 0.90, 0.96), (0.25, 0.55, 0.53)
WHITE, PUPIL, LIPS, BLUSH = (0.99, 0.99, 0.98), (0.10, 0.10, 0.16), (0.80, 0.08, 0.16), (0.95, 0.45, 0.42)
FRAME, HAT, RIBBON = (0.12, 0.14, 0.40), (0.55, 0.24, 0.62), (0.98, 0.82, 0.25)
IRIS, DARK_HAT = (0.35, 0.48, 0.42), (0.40, 0.15, 0.47)


def paint_faces(factors, size):
    """One face for each row of factors, a dictionary of arrays (pictures,).  -> (pictures, size, size, 3) float32"""
    f = {name: value.astype(np.float32)[:, None, None] for name, value in factors.items()}  # (pictures, 1, 1)
    skin, hair = _mix(SKIN, factors["skin"]), _mix(HAIR, factors["hair_colour"])  # (pictures, 3)
    canvas = _Canvas(len(skin), size)
    middle = 16 + 2.2 * f["pose"]  # of the features: a turned head shows them to one side
    if canvas.detailed:
        canvas.paint(_ellipse(canvas.x - 10, canvas.y - 8, 15, 15), WHITE, 0.55, soft=22)  # light from the left
    for side, left, right in ((-1, 3, 11), (1, 21, 29)):
        _paint_ear(canvas.within(left, right, 14, 21), f, skin, side)
    _paint_hair(canvas.within(3, 29, 0, 29), f, hair)
    _paint_shirt(canvas.within(2, 30, 26, 32))
    _paint_neck(canvas.within(10, 22, 21, 32), skin)
    _paint_head(canvas.within(5, 27, 4, 29), f, skin, hair, middle)
    for side, left, right in ((-1, 5, 18), (1, 14, 27)):
        _paint_side(canvas.within(left, right, 12, 25), f, skin, hair, middle, side)
    _paint_nose(canvas.within(11, 21, 15, 22), f, skin, middle)
    _paint_mouth(canvas.within(9, 23, 20, 27), f["smile"], skin, middle)
    _paint_glasses(canvas.within(4, 28, 11, 22), f, middle)
    _paint_hat(canvas.within(1, 31, 0, 16), f)
    return np.moveaxis(canvas.channels, 0, -1)


def _paint_ear(canvas, f, skin, side):
    x, y = canvas.x - 16 - 9 * side + 0.7 * f["pose"], canvas.y - 17.5
    canvas.paint(_ellipse(x, y, 1.8, 2.4), 0.92 * skin)
    if canvas.detailed:
        canvas.paint(_ellipse(x - 0.2 * side, y - 0.1, 0.9, 1.4), 0.74 * skin, soft=0.9)


def _paint_hair(canvas, f, hair):
    """The hair around the head: a dome and, below it, as much as its length says."""
    x, y, ends = canvas.x, canvas.y, 13 + 14 * f["hair_length"]
    dome, sides = _ellipse(x - 16, y - 14, 11.2, 12), np.abs(x - 16) - 11.1
    if not canvas.detailed:
        canvas.paint(np.maximum(dome, y - 14), hair)
        canvas.paint(np.maximum(sides, np.abs(y - (13.5 + ends) / 2) - (ends - 13.5) / 2), hair)
        return
    canvas.paint(_rounded(dome, y - 14, 1.5), hair)
    sides = np.maximum(_rounded(sides, y - ends, 2), 12 - y)
    covered, dark = canvas.cover(sides), 0.68 * hair
    canvas.paint(sides, hair)
    canvas.paint(ends - 4 - y, dark, 0.6 * covered * np.clip((y - 13) / 4, 0, 1), soft=7)  # towards the ends
    strands = np.min([np.abs(x - place) for place in (6.6, 8.3, 23.7, 25.4)], axis=0)
    canvas.paint(strands - 0.12, dark, 0.5 * covered, soft=0.7)


def _paint_shirt(canvas):
    shirt = _ellipse(canvas.x - 16, canvas.y - 36, 13, 9)
    canvas.paint(shirt, SHIRT)
    if canvas.detailed:
        canvas.paint(10 - np.abs(canvas.x - 14.5), 0.72 * np.float32(SHIRT), 0.8 * canvas.cover(shirt), soft=7)


def _paint_neck(canvas, skin):
    x, y = canvas.x - 16, canvas.y
    if not canvas.detailed:
        canvas.paint(np.maximum(np.abs(x) - 2.8, np.abs(y - 26) - 4), 0.82 * skin)
        return
    neckline = _ellipse(x, y - 27.6, 4.2, 2.6)
    canvas.paint(np.maximum(neckline - 0.8, 27.4 - y), 0.8 * np.float32(SHIRT))
    neck = np.minimum(np.maximum(np.abs(x) - 2.8, np.abs(y - 25) - 3), np.maximum(neckline, 27 - y))
    canvas.paint(neck, 0.82 * skin)
    canvas.paint(_ellipse(x - 0.4, y - 25.3, 6, 3.4), 0.6 * skin, 0.8 * canvas.cover(neck), soft=2.5)  # under the chin


def _paint_head(canvas, f, skin, hair, middle):
    """The head, the hair over its brow, and the brow's lines of age."""
    x, y = canvas.x, canvas.y
    head = _ellipse(x - 16, y - 16.5, 8.8, 10.6)
    canvas.paint(head, skin)
    # The fringe covers the head, edge included, above a curve that follows the pose.
    below_fringe = y - 10 + 0.05 * np.square(x - middle - 2)
    if canvas.detailed:
        covered = canvas.cover(head)
        lit = _ellipse(x - 14.4, y - 14.6, 9.2, 11.4)
        canvas.paint(-lit, 0.74 * skin, 0.75 * covered, soft=5)
        canvas.paint(_ellipse(x - 12.6, y - 19.2, 3, 2.6), 1 - 0.55 * (1 - skin), 0.45 * covered, soft=4)
        canvas.paint(below_fringe - 0.8, 0.66 * skin, 0.7 * covered, soft=1.8)  # shadow of the fringe
    canvas.paint(np.maximum(head - 0.8, below_fringe), hair)
    if canvas.detailed:
        covered = canvas.cover(np.maximum(head - 2.2, below_fringe))
        sheen = _stroke(x - 13.5, y - 6.2, 5, 0.05, 0.5)
        canvas.paint(sheen, 1 - 0.62 * (1 - hair), 0.75 * covered, soft=1.6)
        for place in (-6, -3.2, 2.8, 5.6):  # strands, which part where the fringe is longest
            strand = _stroke(y - 9.4, x - middle - 2 - place, 1.9, 0.05 * place, 0.08)
            canvas.paint(strand, 0.72 * hair, 0.6 * covered, soft=0.8)
    line, deep = 0.5 * skin, f["age_line"]
    canvas.paint(_stroke(x - middle, y - 11.8, 3.2, 0.03, 0.35), line, 0.9 * deep)
    if canvas.detailed:
        canvas.paint(_stroke(x - middle, y - 12.9, 2.2, 0.03, 0.16), line, 0.8 * deep)


def _paint_side(canvas, f, skin, hair, middle, side):
    """Cheek, eye and brow of one side, -1 or 1, with the lines of age around them."""
    x, y, line = canvas.x, canvas.y, 0.5 * skin
    eye, cheek = x - (middle + 3.7 * side), x - (middle + 5.3 * side)  # from their middles
    if canvas.detailed:
        on_head = canvas.cover(_ellipse(x - 16, y - 16.5, 8.4, 10.2))
        canvas.paint(_ellipse(cheek, y - 20.4, 1.9, 1.3), BLUSH, 0.4 * on_head, soft=2.2)
        for slope in (-0.5, 0.35):  # crow's feet
            foot = side * eye - 2.9
            canvas.paint(_stroke(foot, y - 16.9 - slope * foot, 0.7, 0, 0.14), line, 0.9 * f["age_line"] * on_head)
    else:
        canvas.paint(_ellipse(cheek, y - 20.4, 1.9, 1.3), BLUSH, 0.35)
    canvas.paint(_stroke(y - 21.2, side * (x - middle) - 4.6, 1.6, -0.15, 0.35), line, 0.9 * f["age_line"])
    canvas.paint(_stroke(eye, y - 18.9, 1.5, -0.1, 0.3), line, 0.8 * f["age_line"])
    white, look = _ellipse(eye, y - 16.4, 1.9, 1.7), eye - 0.6 * f["pose"]
    canvas.paint(white, WHITE)
    if canvas.detailed:
        covered = canvas.cover(white)
        canvas.paint(y - 15.5, 0.7 * np.float32(WHITE), 0.8 * covered, soft=1.2)  # shadow of the lid
        canvas.paint(_ellipse(look, y - 16.5, 1.25, 1.35), IRIS, covered)
        canvas.paint(_ellipse(look, y - 16.5, 0.75, 0.85), PUPIL)
        canvas.paint(_ellipse(look + 0.4, y - 16.0, 0.36, 0.36), WHITE)
        canvas.paint(_stroke(eye, y - 14.75, 1.9, 0.28, 0.2), PUPIL, 0.9)  # lashes
    else:
        canvas.paint(_ellipse(look, y - 16.5, 1.0, 1.2), PUPIL)
    canvas.paint(_stroke(eye, y - 13.6, 1.9, 0.12, 0.35), 0.75 * hair)


def _paint_nose(canvas, f, skin, middle):
    x, y = canvas.x - middle - 0.5 * f["pose"], canvas.y - 19.3
    if canvas.detailed:
        canvas.paint(_stroke(y + 1.7, x - 0.5, 1.5, 0, 0.2), 0.8 * skin, 0.8, soft=0.9)
        canvas.paint(_ellipse(x, y - 0.1, 1.1, 1.0), 0.8 * skin, soft=0.9)
        canvas.paint(_ellipse(x + 0.4, y + 0.2, 0.5, 0.45), 1 - 0.5 * (1 - skin), 0.8, soft=0.7)
    else:
        canvas.paint(_ellipse(x, y, 0.9, 1.1), 0.78 * skin)


def _paint_mouth(canvas, smile, skin, middle):
    """A stroke that a smile bends; with room for it, lips that part over the teeth.  smile: (pictures, 1, 1)"""
    x = canvas.x - middle
    lower = canvas.y - 23.2 - 1.2 * smile  # 0 in the middle of the lower lip
    if not canvas.detailed:
        canvas.paint(_stroke(x, lower, 3.2, -0.22 * smile, 0.55), LIPS)
        return
    upper, parted = canvas.y - 23.2 + 0.1 * smile, np.clip(1.4 * smile - 0.2, 0, 1)
    above, below = lower + 0.22 * smile * np.square(x), -upper - 0.1 * smile * np.square(x)
    canvas.paint(np.maximum(np.maximum(above, below), np.abs(x) - 3.2), WHITE, parted)
    canvas.paint(_stroke(x, upper, 3.1, -0.1 * smile, 0.3), LIPS, parted)
    canvas.paint(_stroke(x, lower, 3.2, -0.22 * smile, 0.5 - 0.035 * np.square(x)), LIPS)
    canvas.paint(_stroke(x, lower - 1.4, 1.6, -0.1 * smile, 0.2), 0.72 * skin, 0.6, soft=1.1)  # shadow under the lip


def _paint_glasses(canvas, f, middle):
    x, y = canvas.x, canvas.y
    for side in (-1, 1):
        lens = _ellipse(x - middle - 3.7 * side, y - 16.5, 2.9, 2.7)
        if canvas.detailed:
            temple = np.maximum(np.abs(y - 15.9) - 0.25, np.abs(side * (x - 16) - 7.8) - 1.4)
            canvas.paint(np.maximum(temple, 0.3 - lens), FRAME, f["glasses"])
            canvas.paint(lens, BACKGROUND, 0.15 * f["glasses"])
            glint = np.maximum(np.abs(x - middle - 3.7 * side + 0.8 + 0.7 * (y - 16.5)) - 0.35, lens + 0.9)
            canvas.paint(glint, WHITE, 0.35 * f["glasses"], soft=0.7)
        canvas.paint(np.abs(lens) - 0.45, FRAME, f["glasses"])
    canvas.paint(np.maximum(np.abs(x - middle) - 1.0, np.abs(y - 16) - 0.4), FRAME, f["glasses"])


def _paint_hat(canvas, f):
    x, y = canvas.x, canvas.y
    dome = _ellipse(x - 16, y - 9.5, 8.6, 8.8)
    crown, brim = np.maximum(dome, y - 9.5), _ellipse(x - 16, y - 9.6, 13, 1.5)
    if canvas.detailed:
        canvas.paint(_ellipse(x - 16, y - 11, 9.5, 1.6), (0.25, 0.12, 0.2), 0.35 * f["hat"], soft=2)  # its shadow
    canvas.paint(crown, HAT, f["hat"])
    if canvas.detailed:
        covered = canvas.cover(crown) * f["hat"]
        canvas.paint(-_ellipse(x - 13.6, y - 9, 8.4, 9), DARK_HAT, 0.85 * covered, soft=6)
        canvas.paint(_ellipse(x - 12.6, y - 4, 2.2, 1.6), (0.78, 0.50, 0.84), 0.6 * covered, soft=3)
    canvas.paint(np.maximum(dome, np.abs(y - 7.6) - 1.1), RIBBON, f["hat"])
    if canvas.detailed:
        ribbon = canvas.cover(np.maximum(dome, np.abs(y - 7.6) - 1.1)) * f["hat"]
        canvas.paint(19 - x, 0.72 * np.float32(RIBBON), 0.8 * ribbon, soft=8)
    canvas.paint(brim, HAT, f["hat"])
    if canvas.detailed:
        canvas.paint(9.9 - y, DARK_HAT, 0.9 * canvas.cover(brim) * f["hat"], soft=1)


class _Canvas:
    """Pictures that shapes are painted on.  A shape is a signed distance (pictures, height, width), negative inside."""

    def __init__(self, pictures, size):
        centres = ((np.arange(size) + 0.5) * 32 / size).astype(np.float32)
        self.x, self.y = centres[None, None, :], centres[None, :, None]
        self.sharpness = np.float32(size / 32)
        self.detailed = size >= DETAILED
        self.channels = np.empty((3, pictures, size, size), np.float32)  # the channels first: faster to paint
        self.channels.T[:] = BACKGROUND

    def within(self, left, right, top, bottom):
        """A part of the canvas, for shapes that lie inside it: painting there costs less."""
        part = copy(self)
        rows, columns = (
            slice(int(low * self.sharpness), -int(-high * self.sharpness // 1))
            for low, high in ((top, bottom), (left, right))
        )
        part.x, part.y = self.x[:, :, columns], self.y[:, rows]
        part.channels = self.channels[:, :, rows, columns]
        return part

    def cover(self, distance, soft=None):
        """How much of each pixel a shape covers.  soft: width of its edge, in 32nds of the picture; else it is one pixel."""
        return np.clip(0.5 - distance * (self.sharpness if soft is None else np.float32(1 / soft)), 0, 1)

    def paint(self, distance, colour, opacity=1.0, soft=None):
        """Cover a shape with one colour, or with one colour a picture (pictures, 3)."""
        cover = self.cover(distance, soft) * np.float32(opacity)  # (pictures or 1, height, width)
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


def _rounded(first, second, radius):
    """Signed distance from what two shapes share, its corners rounded."""
    near = np.hypot(np.maximum(first + radius, 0), np.maximum(second + radius, 0))
    return near + np.minimum(np.maximum(first, second), -radius)


def _mix(colours, place):
    """Colours (pictures, 3) at places from 0 (the first of the list) to 1 (the last)."""
    stops = np.linspace(0, 1, len(colours))
    channels = [np.interp(place, stops, channel) for channel in zip(*colours, strict=True)]
    return np.stack(channels, axis=-1).astype(np.float32)
