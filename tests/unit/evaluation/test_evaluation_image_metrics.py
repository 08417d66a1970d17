import numpy as np
import pytest

from genai_course import data, evaluation

FEW = 200  # pictures, for quick tests


def evaluate(pictures, **options):
    return evaluation.evaluate_images(pictures, samples=FEW, **options)


@pytest.fixture(scope="module")
def glyphs():
    return data.glyphs(n_train=2 * FEW, n_test=FEW, seed=11)


def test_real_glyphs_score_better_than_noisy_ones(glyphs):
    noise = np.random.default_rng(0).normal(0, 0.3, glyphs.train.shape)
    noisy = np.clip(glyphs.train + noise, 0, 1)
    real, spoilt = evaluate(glyphs.train), evaluate(noisy)
    assert set(real) == {"frechet", "precision", "recall", "nearest"}
    assert all(isinstance(value, float) for value in real.values())
    assert real["frechet"] < 0.3 * spoilt["frechet"]
    assert real["precision"] > spoilt["precision"]


def test_copies_are_noticed_by_the_nearest_training_picture(glyphs):
    copies = evaluate(glyphs.train, training=glyphs.train)
    others = evaluate(glyphs.train[FEW:], training=glyphs.train[:FEW])
    assert copies["nearest"] < 0.01 < 1 < others["nearest"]


def test_with_labels_the_recognised_share_is_added(glyphs):
    scores = evaluate(glyphs.train, labels=glyphs.train_labels)
    assert scores["recognised"] > 0.97


def test_a_reference_may_be_given(glyphs):
    assert evaluate(glyphs.test, reference=glyphs.test)["frechet"] == pytest.approx(0, abs=1e-4)


def test_only_the_first_samples_count(glyphs):
    assert evaluate(glyphs.train) == evaluate(glyphs.train[:FEW])


def test_too_few_pictures_and_samples_out_of_range_are_refused(glyphs):
    with pytest.raises(ValueError, match=f"There are 150 pictures; the scores need {FEW}"):
        evaluate(glyphs.train[:150])
    with pytest.raises(ValueError, match="There are 400 pictures; the scores need 4000"):
        evaluation.evaluate_images(glyphs.train)
    for samples in (5, 4_001, 7.5):
        with pytest.raises(ValueError, match=f"samples is {samples}; give a whole number from 6 to 4000"):
            evaluation.evaluate_images(glyphs.train, samples=samples)
