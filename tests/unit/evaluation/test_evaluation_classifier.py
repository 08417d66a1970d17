import shutil
import time

import numpy as np
import pytest

from genai_course import data, evaluation, paths
from genai_course.evaluation import classifier


@pytest.fixture(scope="module")
def glyphs():
    return data.glyphs(n_train=1, n_test=1_000, seed=3)


def test_the_classifier_reads_glyphs_that_it_has_not_seen(glyphs):
    assert evaluation.recognised_share(glyphs.test, glyphs.test_labels) >= 0.98


def test_larger_glyphs_are_read_too():
    larger = data.glyphs(n_train=1, n_test=400, size=28, seed=3)
    assert evaluation.recognised_share(larger.test, larger.test_labels) >= 0.97


def test_features_and_classes_have_the_documented_form(glyphs):
    seen = evaluation.features(glyphs.test[:7])
    assert seen.shape == (7, 64)
    assert seen.dtype == np.float32
    read = evaluation.recognise(glyphs.test[:7])
    assert read.shape == (7,)
    assert read.dtype == np.int64


def test_features_have_a_mean_variance_of_about_one(glyphs):
    assert evaluation.features(glyphs.test).var(axis=0).mean() == pytest.approx(1, abs=0.15)


def test_a_picture_has_the_same_features_alone_and_among_others(glyphs):
    together = evaluation.features(glyphs.test[:600])
    np.testing.assert_allclose(evaluation.features(glyphs.test[599:600]), together[599:], rtol=1e-4, atol=1e-4)


def test_four_thousand_pictures_take_about_a_second(glyphs):
    pictures = np.repeat(glyphs.test, 4, axis=0)
    evaluation.features(pictures[:1])
    started = time.process_time()
    evaluation.features(pictures)
    assert time.process_time() - started < 3  # 0.4 s on the machine where it was written


def test_shrinking_averages_areas():
    pictures = np.random.default_rng(0).random((2, 32, 32, 1)).astype("float32")
    blocks = pictures.reshape(2, 16, 2, 16, 2, 1).mean(axis=(2, 4))
    np.testing.assert_allclose(classifier.shrink(pictures), blocks, rtol=1e-5)
    even = np.full((1, 28, 28, 1), 0.3, "float32")
    np.testing.assert_allclose(classifier.shrink(even), 0.3, rtol=1e-5)


@pytest.mark.parametrize(
    ("pictures", "words"),
    [
        (np.zeros((3, 16, 16)), r"shape \(3, 16, 16\)"),
        (np.zeros((0, 16, 16, 1)), r"shape \(0, 16, 16, 1\)"),
        (np.zeros((3, 16, 16, 3)), r"shape \(3, 16, 16, 3\)"),
        (np.zeros((3, 8, 8, 1)), "8 pixels a side"),
        (np.full((3, 16, 16, 1), 255.0), "from 255 to 255"),
        (np.full((3, 16, 16, 1), np.nan), "none of them NaN"),
    ],
)
def test_bad_pictures_are_named(pictures, words):
    with pytest.raises(ValueError, match=words):
        evaluation.features(pictures)


def test_labels_must_fit_the_pictures(glyphs):
    with pytest.raises(ValueError, match=r"labels has shape \(2,\); 3 pictures"):
        evaluation.recognised_share(glyphs.test[:3], [0, 1])


def test_a_damaged_weights_file_is_answered_with_one_sentence(tmp_path, monkeypatch):
    shutil.copytree(paths.course_root() / "datasets", tmp_path / "datasets", ignore=shutil.ignore_patterns("*.png"))
    weights = tmp_path / "datasets" / classifier.WEIGHTS
    weights.write_bytes(weights.read_bytes()[:-100])
    monkeypatch.setattr("genai_course.data.files.course_root", lambda: tmp_path)
    classifier.classifier.cache_clear()
    try:
        with pytest.raises(ValueError, match=r"glyph_classifier\.npz is damaged"):
            evaluation.features(np.zeros((1, 16, 16, 1)))
    finally:
        classifier.classifier.cache_clear()
