import numpy as np
import pytest

from genai_course.evaluation.calibration import (
    expected_calibration_error,
    fit_temperature,
    guesses,
    reliability,
)


def drawn_from(logits, seed=0):
    """One token a row, drawn from the softmax of the logits."""
    chances = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    dice = np.random.default_rng(seed).random((len(logits), 1))
    return np.minimum((np.cumsum(chances, axis=1) < dice).sum(axis=1), logits.shape[1] - 1)


def test_the_error_of_a_few_guesses_by_hand():
    confidence = np.array([0.95, 0.95, 0.95, 0.95, 0.55, 0.55])
    right = np.array([True, True, True, False, False, False])
    # Two bins: four guesses, 0.95 sure and 0.75 right; two guesses, 0.55 sure and never right.
    assert expected_calibration_error(confidence, right) == pytest.approx((4 * 0.20 + 2 * 0.55) / 6)
    # A single bin lets both cancel out in part: 0.8167 sure, half of them right.
    assert expected_calibration_error(confidence, right, bins=1) == pytest.approx(confidence.mean() - 0.5)


def test_the_bins_of_the_diagram():
    sure, share, counts = reliability(np.array([0, 0.499999, 0.5, 1.0]), np.array([0, 1, 0, 1]), bins=2)
    assert counts.tolist() == [2, 2]
    assert sure == pytest.approx([0.25, 0.75], abs=1e-5)
    assert share == pytest.approx([0.5, 0.5])
    sure, share, counts = reliability(np.array([0.95]), np.array([True]), bins=10)
    assert counts.tolist() == [0] * 9 + [1]
    assert np.isnan(sure[:9]).all()
    assert np.isnan(share[:9]).all()


def test_sure_and_right_is_0_and_sure_and_wrong_is_1():
    assert expected_calibration_error(np.ones(5), np.ones(5)) == 0
    assert expected_calibration_error(np.ones(5), np.zeros(5)) == 1


def test_guesses_of_known_probabilities():
    logits = np.log([[0.2, 0.8], [0.6, 0.4], [0.5, 0.5]]) + 7  # logits are known up to a constant
    confidence, right = guesses(logits, np.array([1, 1, 0]))
    assert confidence == pytest.approx([0.8, 0.6, 0.5], abs=1e-6)
    assert right.tolist() == [True, False, True]
    colder, _ = guesses(logits, np.array([1, 1, 0]), temperature=0.5)
    assert colder[0] == pytest.approx(0.64 / 0.68, abs=1e-6)


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.5])
def test_the_fitted_temperature_is_the_one_that_was_planted(temperature):
    logits = np.random.default_rng(1).normal(size=(20_000, 6)) * 2
    tokens = drawn_from(logits)
    distorted = logits * temperature  # a model that is that much too sure
    assert fit_temperature(distorted, tokens) == pytest.approx(temperature, rel=0.04)
    before = expected_calibration_error(*guesses(distorted, tokens))
    after = expected_calibration_error(*guesses(distorted, tokens, temperature))
    assert after < 0.015
    assert temperature == 1 or before > 5 * after


def test_a_model_that_is_always_right_gets_the_coldest_temperature():
    logits = np.eye(3) * 2
    assert fit_temperature(logits, np.arange(3)) == pytest.approx(0.05, rel=0.05)


@pytest.mark.parametrize(
    ("confidence", "right", "bins", "words"),
    [
        ([0.5, 0.5], [1], 10, r"shape \(2,\) and right \(1,\)"),
        ([], [], 10, r"shape \(0,\)"),
        ([0.5, 1.5], [1, 0], 10, "goes from 0.5 to 1.5"),
        ([0.5, np.nan], [1, 0], 10, "give probabilities"),
        ([0.5, 0.5], [1, 2], 10, "something else than 0 and 1"),
        ([0.5, 0.5], [1, 0], 0, "bins is 0"),
        ([0.5, 0.5], [1, 0], 2.5, "bins is 2.5"),
        ([0.5, 0.5], [1, 0], True, "bins is True"),
    ],
)
def test_bad_guesses_are_named(confidence, right, bins, words):
    with pytest.raises(ValueError, match=words):
        expected_calibration_error(confidence, right, bins)


@pytest.mark.parametrize(
    ("logits", "tokens", "temperature", "words"),
    [
        (np.zeros((2, 3)), [0], 1, r"shape \(2, 3\) and tokens \(1,\)"),
        (np.zeros(3), [0, 1, 2], 1, r"shape \(3,\)"),
        (np.zeros((2, 3)), [0, 3], 1, "from 0 to 3; give whole numbers from 0 to 2"),
        (np.zeros((2, 3)), [0, -1], 1, "from -1 to 0"),
        (np.zeros((2, 3)), [0.0, 1.0], 1, "float64"),
        (np.zeros((2, 3)), [0, 1], 0, "temperature is 0"),
        (np.zeros((2, 3)), [0, 1], float("nan"), "temperature is nan"),
    ],
)
def test_bad_logits_are_named(logits, tokens, temperature, words):
    with pytest.raises(ValueError, match=words):
        guesses(logits, tokens, temperature)
