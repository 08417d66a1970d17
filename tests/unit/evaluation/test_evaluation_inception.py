import numpy as np
import pytest

from genai_course import data
from genai_course.evaluation import class_probabilities, features, inception_score, recognise


def test_one_kind_scores_one_and_sure_even_classes_score_their_number():
    assert inception_score(np.tile([0.2, 0.5, 0.3], (7, 1))) == pytest.approx(1)
    assert inception_score(np.eye(5)[np.arange(20) % 5]) == pytest.approx(5)


def test_unsure_pictures_have_the_score_written_out():
    # Two pictures, mirrored: p(y) is a half each, so each picture has KL = log 2 minus its entropy.
    entropy = -(0.9 * np.log(0.9) + 0.1 * np.log(0.1))
    assert inception_score([[0.9, 0.1], [0.1, 0.9]]) == pytest.approx(2 * np.exp(-entropy))


def test_it_falls_when_classes_are_missing_and_when_pictures_are_unclear():
    sure = 0.97 * np.eye(10)[np.arange(100) % 10] + 0.003
    half = 0.97 * np.eye(10)[np.arange(100) % 5] + 0.003
    unclear = 0.7 * np.eye(10)[np.arange(100) % 10] + 0.03
    assert inception_score(sure) > 1.5 * inception_score(half)
    assert inception_score(sure) > 1.5 * inception_score(unclear)


@pytest.mark.parametrize(
    ("probabilities", "words"),
    [
        ([0.5, 0.5], r"shape \(2,\)"),
        ([[1.5, -0.5]], "smallest probability is -0.5"),
        ([[np.nan, 1.0]], "smallest probability is nan"),
        ([[2.0, 3.0], [0.5, 0.5]], "adds up to 5"),
    ],
)
def test_bad_input_is_named(probabilities, words):
    with pytest.raises(ValueError, match=words):
        inception_score(probabilities)


def test_class_probabilities_agree_with_what_the_classifier_reads():
    pictures = data.glyphs(n_train=1, n_test=200).test
    probabilities = class_probabilities(features(pictures))
    assert probabilities.shape == (200, 36)
    assert probabilities.sum(axis=1) == pytest.approx(1)
    assert np.mean(probabilities.argmax(axis=1) == recognise(pictures)) > 0.99


def test_class_probabilities_want_the_classifiers_features():
    with pytest.raises(ValueError, match="8 columns; the classifier has 64"):
        class_probabilities(np.zeros((5, 8)))
