"""power: exact numbers beside SciPy's tests, and beside studies that are simulated."""

import numpy as np
import pytest
from scipy import stats

from genai_course.labs.human_study import answers_needed, judges_needed, power, preference_interval, wins_needed


@pytest.mark.parametrize("answers", [1, 5, 6, 20, 57, 210])
def test_the_wins_needed_are_those_of_the_exact_test(answers):
    needed = int(wins_needed(answers))
    rejected = [wins for wins in range(answers + 1) if stats.binomtest(wins, answers).pvalue <= 0.05]
    assert rejected == [wins for wins in range(answers + 1) if wins >= needed or wins <= answers - needed]


@pytest.mark.parametrize(("answers", "preference"), [(30, 0.7), (210, 0.6), (100, 0.5), (50, 0.3)])
def test_power_is_what_simulated_studies_reach(answers, preference):
    won = np.random.default_rng(0).binomial(answers, preference, size=20_000)
    noticed = np.isin(won, [wins for wins in range(answers + 1) if stats.binomtest(wins, answers).pvalue <= 0.05])
    assert noticed.mean() == pytest.approx(power(answers, preference), abs=0.012)


def test_power_does_not_care_which_of_two_is_preferred():
    np.testing.assert_allclose(power(np.arange(1, 99), 0.7), power(np.arange(1, 99), 0.3))


@pytest.mark.parametrize(("preference", "wanted", "level"), [(0.6, 0.8, 0.05), (0.75, 0.9, 0.01), (0.35, 0.5, 0.05)])
def test_from_the_answers_needed_on_the_power_never_falls_below(preference, wanted, level):
    needed = answers_needed(preference, wanted, level)
    further = power(np.arange(needed, 5 * needed), preference, level)
    assert further.min() >= wanted
    assert power(needed - 1, preference, level) < wanted


def test_the_answers_needed_are_near_the_textbooks_formula():
    for preference in (0.52, 0.55, 0.6):
        reach = stats.norm.ppf(0.975) * 0.5 + stats.norm.ppf(0.8) * np.sqrt(preference * (1 - preference))
        assert answers_needed(preference) == pytest.approx((reach / (preference - 0.5)) ** 2, rel=0.15, abs=3)
    assert answers_needed(1.0) == 6  # six of six: twice 1/64


def correlated(judges, each, preference, correlation, studies, seed=0):
    """Answers preferring A of each judge, whose own shares make two answers correlate.  -> (studies, judges)"""
    random_numbers = np.random.default_rng(seed)
    scale = 1 / correlation - 1
    own = random_numbers.beta(preference * scale, (1 - preference) * scale, (studies, judges))
    return random_numbers.binomial(each, own)


def test_the_design_effect_is_the_variance_that_correlation_adds():
    shares = correlated(1, 10, 0.5, 0.2, 100_000)[:, 0] / 10
    assert shares.var() / (0.25 / 10) == pytest.approx(1 + 9 * 0.2, rel=0.02)


@pytest.mark.parametrize(("each", "correlation"), [(10, 0.2), (4, 0.1), (20, 0.05)])
def test_the_judges_needed_reach_the_power(each, correlation):
    judges = judges_needed(answers_needed(0.6), each, correlation)
    shares = correlated(judges, each, 0.6, correlation, 4_000) / each
    noticed = np.mean(stats.ttest_1samp(shares, 0.5, axis=1).pvalue < 0.05)
    assert 0.77 < noticed < 0.9


def test_judges_needed_at_its_ends():
    assert judges_needed(210, 10) == 21
    assert judges_needed(210, 10, 1.0) == 210
    assert judges_needed(211, 10) == 22
    assert judges_needed(210, 1, 0.7) == 210


@pytest.mark.parametrize(("wins", "answers"), [(0, 5), (5, 5), (6, 10), (130, 210), (0, 1)])
def test_the_interval_is_clopper_and_pearsons(wins, answers):
    expected = stats.binomtest(wins, answers).proportion_ci(0.9, method="exact")
    np.testing.assert_allclose(preference_interval(wins, answers, 0.9), [expected.low, expected.high], atol=1e-12)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: power(0, 0.6), "answers is 0"),
        (lambda: power(2.5, 0.6), "answers is 2.5"),
        (lambda: power(10, 60), "preference is 60"),
        (lambda: power(10, 0.6, level=0), "level is 0"),
        (lambda: answers_needed(0.5), "nothing is preferred"),
        (lambda: answers_needed(1.2), "preference is 1.2"),
        (lambda: answers_needed(0.6, wanted=1), "wanted is 1"),
        (lambda: judges_needed(0, 5), "answers is 0"),
        (lambda: judges_needed(10, 2.5), "answers_each is 2.5"),
        (lambda: judges_needed(10, 5, 1.5), "correlation is 1.5"),
        (lambda: preference_interval(7, 5), "wins is 7 of 5"),
    ],
)
def test_bad_input_is_answered_in_one_sentence(call, said):
    with pytest.raises(ValueError, match=said):
        call()
