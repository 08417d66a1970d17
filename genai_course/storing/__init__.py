"""Prompts and responses in one SQLite file: found again, kept from those who may not read them, counted over time."""

from genai_course.storing.desk import KINDS, Desk, Question, desk
from genai_course.storing.sealing import content_hash
from genai_course.storing.search import LatentSemanticEmbedding, match_expression, reciprocal_rank_fusion
from genai_course.storing.store import ROLES, Hit, Record, RecordStore

__all__ = [
    "KINDS",
    "ROLES",
    "Desk",
    "Question",
    "desk",
    "Hit",
    "LatentSemanticEmbedding",
    "Record",
    "RecordStore",
    "content_hash",
    "match_expression",
    "reciprocal_rank_fusion",
]
