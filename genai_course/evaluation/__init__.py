"""How good are generated pictures and predicted texts? One ruler for every model of the course."""

from genai_course.evaluation.classifier import features, recognise, recognised_share
from genai_course.evaluation.frechet import frechet_distance
from genai_course.evaluation.likelihood import bits_per_dimension
from genai_course.evaluation.neighbours import nearest_distance, precision_recall
from genai_course.evaluation.ruler import SAMPLES, picture_scores
from genai_course.evaluation.sharpness import edge_energy
from genai_course.evaluation.text import bits_per_character, xz_bits_per_character

__all__ = [
    "SAMPLES",
    "bits_per_character",
    "bits_per_dimension",
    "edge_energy",
    "features",
    "frechet_distance",
    "nearest_distance",
    "picture_scores",
    "precision_recall",
    "recognise",
    "recognised_share",
    "xz_bits_per_character",
]
