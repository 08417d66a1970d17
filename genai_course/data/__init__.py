"""The course's data sets.  Every loader documents shapes, dtypes and ranges; the same seed gives the same bytes."""

from genai_course.data import audio, files
from genai_course.data.bouncing_digits import Clips, bounce, bouncing_digits, draw_clips
from genai_course.data.digits import digits
from genai_course.data.faces import FACE_RANGES, draw_faces, faces
from genai_course.data.glyphs import CHARACTERS, GLYPH_RANGES, draw_glyphs, glyphs, typefaces
from genai_course.data.mnist import mnist
from genai_course.data.own_pictures import pictures_from
from genai_course.data.own_sounds import sound_from
from genai_course.data.own_texts import text_from
from genai_course.data.pictures import Pictures
from genai_course.data.points2d import Points, points2d
from genai_course.data.python_texts import python_code, python_docs
from genai_course.data.stories import Stories, stories
from genai_course.data.texts import Texts, shared_runs
from genai_course.data.tokens import BytePairEncoder, UsedTokens
from genai_course.data.tones import TIMBRES, TONE_RANGES, Sounds, note_frequency, play_notes, tones
