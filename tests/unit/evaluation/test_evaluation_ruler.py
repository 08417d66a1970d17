import numpy as np
import pytest

from genai_course import data, evaluation, session

FEW = 200  # a short ruler for tests


@pytest.fixture
def short_ruler(monkeypatch):
    monkeypatch.setattr("genai_course.evaluation.ruler.SAMPLES", FEW)
    monkeypatch.setattr(session, "current_run", None)


@pytest.fixture(scope="module")
def glyphs():
    return data.glyphs(n_train=2 * FEW, n_test=FEW, seed=11)


def test_real_glyphs_score_better_than_noisy_ones(short_ruler, glyphs):
    noise = np.random.default_rng(0).normal(0, 0.3, glyphs.train.shape)
    noisy = np.clip(glyphs.train + noise, 0, 1)
    real, spoilt = evaluation.picture_scores(glyphs.train), evaluation.picture_scores(noisy)
    assert set(real) == {"frechet", "precision", "recall", "nearest"}
    assert all(isinstance(value, float) for value in real.values())
    assert real["frechet"] < 0.3 * spoilt["frechet"]
    assert real["precision"] > spoilt["precision"]


def test_copies_are_noticed_by_the_nearest_training_picture(short_ruler, glyphs):
    copies = evaluation.picture_scores(glyphs.train, training=glyphs.train)
    others = evaluation.picture_scores(glyphs.train[FEW:], training=glyphs.train[:FEW])
    assert copies["nearest"] < 0.01 < 1 < others["nearest"]


def test_with_labels_the_recognised_share_is_added(short_ruler, glyphs):
    scores = evaluation.picture_scores(glyphs.train, labels=glyphs.train_labels)
    assert scores["recognised"] > 0.97


def test_a_reference_may_be_given(short_ruler, glyphs):
    assert evaluation.picture_scores(glyphs.test, reference=glyphs.test)["frechet"] == pytest.approx(0, abs=1e-4)


def test_only_the_first_samples_count(short_ruler, glyphs):
    assert evaluation.picture_scores(glyphs.train) == evaluation.picture_scores(glyphs.train[:FEW])


def test_too_few_pictures_are_refused_except_in_the_smoke_profile(short_ruler, glyphs, monkeypatch):
    with pytest.raises(ValueError, match=f"There are 150 pictures; the scores need {FEW}"):
        evaluation.picture_scores(glyphs.train[:150])
    monkeypatch.setattr(session, "current_run", session.Run("smoke", 0))
    assert evaluation.picture_scores(glyphs.train[:150])["frechet"] > 0
