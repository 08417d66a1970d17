"""The course's data sets.  Every loader returns arrays of documented shape, dtype and range, the same for the same seed."""

from genai_course.data.glyphs import CHARACTERS, GLYPH_RANGES, draw_glyphs, glyphs, octant, typefaces
from genai_course.data.pictures import Pictures

__all__ = [
    "CHARACTERS",
    "GLYPH_RANGES",
    "Pictures",
    "draw_glyphs",
    "glyphs",
    "octant",
    "typefaces",
]
