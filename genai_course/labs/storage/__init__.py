"""Prompts and responses in one SQLite file: found again, kept from those who may not read them, counted over time."""

from genai_course.labs.storage.encryption import content_hash
from genai_course.labs.storage.helpdesk import KINDS, HelpdeskData, Question, helpdesk_data
from genai_course.labs.storage.search import LatentSemanticEmbedding, match_expression, reciprocal_rank_fusion
from genai_course.labs.storage.store import ROLES, Hit, Record, RecordStore
