"""How the course measures pictures of glyphs: which features, how many samples, against which pictures."""

from functools import cache

from genai_course import data
from genai_course.checks import check_whole_number
from genai_course.evaluation.classifier import features, recognised_share, shrink
from genai_course.evaluation.frechet import frechet_distance
from genai_course.evaluation.neighbours import nearest_distances, precision_recall

SAMPLES = 4_000  # pictures that are judged; every number here depends a little on how many there are
NEIGHBOURS = 3  # of precision and recall
SEARCHED = 1_000  # judged pictures whose nearest training picture is looked for
LEARNED = 20_000  # training pictures that they are looked for among
FEW = 400  # of the last two where fewer than SAMPLES are judged


def evaluate_images(pictures, reference=None, labels=None, training=None, samples=SAMPLES):
    """How good are generated glyphs? The first ``samples`` pictures, always measured in the same way.

    pictures: (n, size, size, 1) with values in [0, 1], n at least ``samples``.
    reference: real pictures to compare with, (m, size, size, 1); by default the course's held-out glyphs.
    labels: (n,) classes that the pictures were meant to be, positions in ``data.CHARACTERS``, if there were any.
    training: the pictures that the model learned from, to notice copies; by default the course's training glyphs.
    samples: how many pictures are judged; with fewer than ``SAMPLES`` (the smoke profile) the scores compare with nothing.

    Returns a dictionary of floats:
    frechet: Fréchet distance of the classifier's features, in units of their mean variance; 0 is best.
    precision, recall: share of samples that look real; share of real variety that is sampled; 0 to 1.
    nearest: mean pixel distance to the nearest training picture; much less than for new real pictures means copies.
    recognised: with labels, the share of pictures read as what they were meant to be.

    Raises ValueError for samples out of range and for fewer pictures than that.
    """
    check_whole_number("samples", samples, 2 * NEIGHBOURS, SAMPLES)
    if len(pictures) < samples:
        why = "with fewer the Fréchet distance comes out larger"
        raise ValueError(f"There are {len(pictures)} pictures; the scores need {samples}: {why}.")
    pictures, few = pictures[:samples], samples < SAMPLES
    seen = features(pictures)  # (n, FEATURES)
    real = reference_features(FEW if few else SAMPLES) if reference is None else features(reference)
    training = training_pictures(FEW if few else LEARNED) if training is None else training
    precision, recall = precision_recall(real, seen, NEIGHBOURS)
    scores = {
        "frechet": frechet_distance(seen, real),
        "precision": precision,
        "recall": recall,
        "nearest": float(nearest_distances(shrink(pictures[:SEARCHED]), shrink(training)).mean()),
    }
    if labels is not None:
        scores["recognised"] = recognised_share(pictures, labels[:samples])
    return scores


@cache
def reference_features(n):
    """Features of the course's held-out glyphs, (n, 64)."""
    return features(data.glyphs(n_train=1, n_test=n).test)


@cache
def training_pictures(n):
    """The course's training glyphs, (n, 16, 16, 1)."""
    return data.glyphs(n_train=n, n_test=1).train
