"""bradley_terry: counts, rankings beside scikit-learn's, intervals that keep their promise, answers that fit nothing."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression

from genai_course.labs.human_study import bootstrap_qualities, count_wins, fit_bradley_terry, simulate_answers
from genai_course.labs.human_study.bradley_terry import minorisation_step

QUALITIES = np.array([1.2, 0.5, 0.0, -0.6, -1.1])


def wins_of(answers, items=5):
    return count_wins(answers.left.ravel(), answers.right.ravel(), answers.score.ravel(), items)


def from_scikit_learn(wins):
    """Qualities with mean 0 by logistic regression without penalty: a row for each direction of each pair."""
    items = len(wins)
    winner, loser = np.nonzero(wins)
    rows = np.eye(items)[winner] - np.eye(items)[loser]
    model = LogisticRegression(C=np.inf, fit_intercept=False, tol=1e-12, solver="newton-cholesky", max_iter=500)
    model.fit(np.r_[rows, -rows][:, 1:], np.repeat([1, 0], len(rows)), np.tile(wins[winner, loser], 2))
    found = np.r_[0, model.coef_[0]]
    return found - found.mean()


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("tie_width", [0, 0.5])
def test_agrees_with_scikit_learn(seed, tie_width):
    wins = wins_of(simulate_answers(QUALITIES, 10, 30, tie_width=tie_width, seed=seed))
    assert tie_width == 0 or (wins != np.round(wins)).any()
    np.testing.assert_allclose(fit_bradley_terry(wins).qualities, from_scikit_learn(wins), atol=1e-6)


def test_agrees_with_scikit_learn_on_a_chain_of_pairs():
    wins = np.zeros((8, 8))
    for item in range(7):  # only neighbours meet
        wins[item, item + 1], wins[item + 1, item] = 5 + item, 3
    np.testing.assert_allclose(fit_bradley_terry(wins).qualities, from_scikit_learn(wins), atol=1e-6)


def test_two_items_have_their_log_odds_and_their_error():
    fit = fit_bradley_terry([[0, 6], [4, 0]])
    np.testing.assert_allclose(fit.qualities, [np.log(1.5) / 2, -np.log(1.5) / 2], atol=1e-9)
    # The log-odds of 6 in 10 have the variance 1/6 + 1/4, and a quality is half of them.
    np.testing.assert_allclose(fit.errors, np.sqrt(1 / 6 + 1 / 4) / 2)
    np.testing.assert_allclose(fit.probabilities(), [[0.5, 0.6], [0.4, 0.5]])


def test_a_tie_is_half_a_win_for_each():
    wins = count_wins([0, 0, 1], [1, 1, 0], [0.5, 1, 0.5], 2)
    np.testing.assert_array_equal(wins, [[0, 2], [1, 0]])


def test_a_pair_that_occurs_often_is_counted_often():
    assert count_wins([0] * 7, [2] * 7, [1.0] * 7, 3)[0, 2] == 7


def log_likelihood(strengths, wins):
    shares = strengths[:, None] / (strengths[:, None] + strengths)
    return np.sum(wins * np.log(shares))


@settings(deadline=None, max_examples=50)
@given(st.integers(0, 10**6), st.integers(2, 6))
def test_a_step_never_makes_the_answers_less_likely(seed, items):
    random_numbers = np.random.default_rng(seed)
    wins = random_numbers.integers(1, 9, (items, items)) * (1.0 - np.eye(items))
    before = random_numbers.random(items) + 0.01
    after = minorisation_step(before, wins)
    assert log_likelihood(after, wins) >= log_likelihood(before, wins) - 1e-9


def test_the_errors_are_those_of_the_second_derivative():
    wins = wins_of(simulate_answers(QUALITIES, 10, 30, seed=3))
    fit = fit_bradley_terry(wins)
    step, unit = 1e-4, np.eye(5)
    hessian = np.empty((5, 5))
    for i in range(5):
        for j in range(5):
            signs = [(a, b, a * b) for a in (1, -1) for b in (1, -1)]
            moved = [
                s * log_likelihood(np.exp(fit.qualities + step * (a * unit[i] + b * unit[j])), wins)
                for a, b, s in signs
            ]
            hessian[i, j] = sum(moved) / (4 * step**2)
    np.testing.assert_allclose(fit.covariance, np.linalg.pinv(-hessian, rcond=1e-4), rtol=1e-3, atol=1e-5)


def test_several_studies_are_fitted_as_if_alone():
    wins = np.array([wins_of(simulate_answers(QUALITIES, 10, 30, seed=seed)) for seed in range(3)])
    for fit, table in zip(fit_bradley_terry(wins), wins, strict=True):
        alone = fit_bradley_terry(table)
        np.testing.assert_allclose(fit.qualities, alone.qualities, atol=1e-8)
        np.testing.assert_allclose(fit.covariance, alone.covariance, atol=1e-8)


def test_intervals_hold_the_truth_as_often_as_they_say():
    wins = np.array([wins_of(simulate_answers(QUALITIES, 20, 20, seed=seed)) for seed in range(400)])
    for level in (0.8, 0.95):
        intervals = np.array([fit.intervals(level) for fit in fit_bradley_terry(wins)])
        held = np.mean((intervals[..., 0] <= QUALITIES) & (intervals[..., 1] >= QUALITIES))
        assert abs(held - level) < 0.03


def test_drawing_judges_again_notices_tastes():
    answers = simulate_answers(QUALITIES, 40, 40, taste=1.0, seed=0)
    each = np.array([count_wins(*judge, 5) for judge in zip(answers.left, answers.right, answers.score, strict=True)])
    spread = bootstrap_qualities(each, 300, prior=0.1, seed=1).std(axis=0)
    fit = fit_bradley_terry(each.sum(axis=0))
    assert (spread > 1.3 * fit.errors).mean() >= 0.6
    np.testing.assert_array_equal(spread, bootstrap_qualities(each, 300, prior=0.1, seed=1).std(axis=0))


def test_a_prior_keeps_an_item_finite_that_always_won():
    wins = np.array([[0.0, 5, 5], [0, 0, 3], [0, 2, 0]])
    fit = fit_bradley_terry(wins, prior=0.1)
    assert np.isfinite(fit.qualities).all()
    assert fit.qualities.argmax() == 0
    assert fit.errors[0] > fit.errors[1]


@pytest.mark.parametrize(
    ("wins", "said"),
    [
        ([[0, 5, 5], [0, 0, 3], [0, 2, 0]], "against the others the items 1, 2 have never won"),
        ([[0, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0, 1], [0, 0, 1, 0]], "Nothing compares the items 0, 1 with 2, 3"),
        (np.zeros((3, 3)), "Nothing compares the items 0 with 1, 2"),
        (np.ones((2, 3)), r"shape \(2, 3\)"),
        (np.ones((1, 1)), r"shape \(1, 1\)"),
        (np.ones((3, 3)), "on its diagonal"),
        ([[0, -1], [2, 0]], "wins holds -1"),
        ([[0, np.nan], [2, 0]], "wins holds nan"),
    ],
)
def test_what_cannot_be_fitted_is_answered_in_one_sentence(wins, said):
    with pytest.raises(ValueError, match=said):
        fit_bradley_terry(wins)


def test_a_prior_below_zero_and_a_single_judge_are_refused():
    with pytest.raises(ValueError, match="prior is -1"):
        fit_bradley_terry([[0, 1], [1, 0]], prior=-1)
    with pytest.raises(ValueError, match="at least 2 judges"):
        bootstrap_qualities(np.array([[[0, 1], [1, 0]]]))
