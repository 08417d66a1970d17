"""The course's data sets.  Every loader documents shapes, dtypes and ranges; the same seed gives the same bytes."""

from genai_course.data import files
from genai_course.data.digits import digits
from genai_course.data.faces import FACE_RANGES, draw_faces, faces
from genai_course.data.glyphs import CHARACTERS, GLYPH_RANGES, draw_glyphs, glyphs, octant, typefaces
from genai_course.data.pictures import Pictures
from genai_course.data.points2d import Points, points2d

__all__ = [
    "CHARACTERS",
    "FACE_RANGES",
    "GLYPH_RANGES",
    "Pictures",
    "Points",
    "digits",
    "draw_faces",
    "draw_glyphs",
    "faces",
    "files",
    "glyphs",
    "octant",
    "points2d",
    "typefaces",
]
