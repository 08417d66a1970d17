"""simulation: judges behave as they were told to, and the same seed gives the same judges."""

import numpy as np
import pytest

from genai_course.labs.human_study import Pair, ResponseFile, Study, simulate_answers, simulate_judge


def test_preferences_follow_the_qualities():
    answers = simulate_answers([0.0, 1.0], 20_000, 1, seed=0)
    assert np.mean(answers.preferred == 1) == pytest.approx(1 / (1 + np.exp(-1)), abs=0.01)
    assert np.mean(answers.left == 1) == pytest.approx(0.5, abs=0.01)


def test_careless_judges_do_not_look():
    random_clicker = simulate_answers([0.0, 5.0], 2_000, 10, attention=0.0, seed=1)
    assert np.mean(random_clicker.preferred == 1) == pytest.approx(0.5, abs=0.02)
    always_left = simulate_answers([0.0, 5.0], 50, 10, attention=0.0, side_bias=30.0, seed=2)
    assert (always_left.score == 1).all()


def test_each_judge_can_be_another_one():
    answers = simulate_answers([0.0, 9.0], 3, 200, attention=[1, 0, 0], side_bias=[0, 0, 30], seed=3)
    shares = np.mean(answers.preferred == 1, axis=1)
    assert shares[0] > 0.97
    assert 0.35 < shares[1] < 0.65
    assert (answers.score[2] == 1).all()


def test_without_a_coin_the_smaller_number_stands_left():
    fixed = simulate_answers(np.zeros(4), 5, 12, shuffled=False)
    assert (fixed.left < fixed.right).all()
    assert {tuple(pair) for pair in zip(fixed.left[0], fixed.right[0], strict=True)} == {
        (0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3),
    }  # fmt: skip


def test_ties_come_with_their_width():
    answers = simulate_answers([0.0, 0.0], 5_000, 1, tie_width=1.0, seed=4)
    expected = 2 / (1 + np.exp(-1.0)) - 1  # between -1 and 1 of a logistic number
    assert np.mean(answers.preferred == -1) == pytest.approx(expected, abs=0.03)
    assert (answers.preferred[answers.score == 0.5] == -1).all()


def test_tastes_make_a_judges_answers_hang_together():
    shares = simulate_answers([0.0, 0.0], 500, 50, taste=1.0, seed=5)
    shares = np.mean(shares.preferred == 1, axis=1)
    plain = np.mean(simulate_answers([0.0, 0.0], 500, 50, seed=5).preferred == 1, axis=1)
    assert shares.std() > 2 * plain.std()


def test_the_same_seed_gives_the_same_answers():
    first, second = (simulate_answers([0.0, 1.0, 2.0], 4, 9, seed=[3, 1]) for _ in range(2))
    np.testing.assert_array_equal(first.score, second.score)
    assert (first.score != simulate_answers([0.0, 1.0, 2.0], 4, 9, seed=[3, 2]).score).any()


def test_a_simulated_judge_fills_a_file_of_responses(tmp_path):
    pairs = tuple(Pair(f"q{number}", ("good", "bad")) for number in range(40))
    study = Study("test", "Which?", "Answers are kept.", pairs)
    for seed in range(3):
        simulate_judge(ResponseFile(study, tmp_path / str(seed)), {"good": 3.0, "bad": 0.0}, seed=seed)
    answers = [answer for seed in range(3) for answer in ResponseFile(study, tmp_path / str(seed)).answers()]
    assert len(answers) == 120
    assert np.mean([answer.preferred == "good" for answer in answers]) > 0.88
    assert {answer.judge for answer in answers} == {"simulated-0", "simulated-1", "simulated-2"}


def test_bad_input_is_answered_in_one_sentence():
    with pytest.raises(ValueError, match="at least 2 numbers"):
        simulate_answers([1.0], 3, 3)
    with pytest.raises(ValueError, match="0 judges"):
        simulate_answers([1.0, 2.0], 0, 3)
