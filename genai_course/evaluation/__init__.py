"""How good are generated pictures and predicted texts? The same measures for every model of the course."""

from genai_course.evaluation.bootstrap import bootstrap_interval
from genai_course.evaluation.calibration import expected_calibration_error, fit_temperature
from genai_course.evaluation.classifier import features, recognise, recognised_share
from genai_course.evaluation.compression import bits_per_character, xz_bits_per_character
from genai_course.evaluation.coverage import density_coverage
from genai_course.evaluation.disentanglement import information_table, mutual_information, mutual_information_gap
from genai_course.evaluation.face_reader import face_error, face_features, read_faces
from genai_course.evaluation.frechet import frechet_distance
from genai_course.evaluation.hallucination import hallucination_rates, wilson_interval
from genai_course.evaluation.image_metrics import SAMPLES, evaluate_images
from genai_course.evaluation.inception import class_probabilities, inception_score
from genai_course.evaluation.likelihood import bits_per_dimension
from genai_course.evaluation.memorisation import copied_share
from genai_course.evaluation.modes import high_quality_share, mode_shares, modes_covered
from genai_course.evaluation.neighbours import nearest_distances, precision_recall
from genai_course.evaluation.sharpness import edge_energy
