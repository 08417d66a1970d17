"""agreement: Cohen's and Fleiss' kappa beside scikit-learn, published tables, and judges who toss coins."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from genai_course.labs.human_study import agreement_interval, cohen_kappa, count_categories, fleiss_kappa

# Fleiss (1971), the example as it stands in textbooks: 10 subjects, 14 raters, 5 categories; kappa is 0.210.
FOURTEEN_RATERS = [
    [0, 0, 0, 0, 14],
    [0, 2, 6, 4, 2],
    [0, 0, 3, 5, 6],
    [0, 3, 9, 2, 0],
    [2, 2, 8, 1, 1],
    [7, 7, 0, 0, 0],
    [3, 2, 6, 3, 0],
    [2, 5, 3, 2, 2],
    [6, 5, 2, 1, 0],
    [0, 2, 2, 3, 7],
]


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 10**6), st.integers(2, 5), st.integers(5, 60))
def test_cohen_agrees_with_scikit_learn(seed, categories, questions):
    random_numbers = np.random.default_rng(seed)
    first = random_numbers.integers(categories, size=questions)
    second = np.where(
        random_numbers.random(questions) < 0.5, first, random_numbers.integers(categories, size=questions)
    )
    if len(set(first.tolist()) | set(second.tolist())) > 1:
        assert cohen_kappa(first, second) == pytest.approx(cohen_kappa_score(first, second), abs=1e-12)


def test_cohen_of_a_known_table():
    # 20 both yes, 5 yes and no, 10 no and yes, 15 both no: (0.7 - 0.5) / (1 - 0.5)
    first = ["yes"] * 25 + ["no"] * 25
    second = ["yes"] * 20 + ["no"] * 5 + ["yes"] * 10 + ["no"] * 15
    assert cohen_kappa(first, second) == pytest.approx(0.4)


def test_cohen_at_its_ends():
    assert cohen_kappa([1, 0, 1, 0], [1, 0, 1, 0]) == 1
    assert cohen_kappa([1, 0, 1, 0], [0, 1, 0, 1]) == -1
    random_numbers = np.random.default_rng(0)
    first, second = random_numbers.random((2, 100_000)) < 0.9
    assert np.mean(first == second) > 0.8
    assert abs(cohen_kappa(first, second)) < 0.02


def test_fleiss_of_the_published_table():
    assert fleiss_kappa(FOURTEEN_RATERS) == pytest.approx(0.210, abs=5e-4)


def test_fleiss_of_two_judges_is_scotts_pi():
    first, second = np.random.default_rng(1).integers(3, size=(2, 50))
    both = np.concatenate([first, second])
    chance = sum(np.mean(both == answer) ** 2 for answer in range(3))
    pi = (np.mean(first == second) - chance) / (1 - chance)
    assert fleiss_kappa(count_categories(np.stack([first, second], axis=1))) == pytest.approx(pi)


def test_fleiss_does_not_depend_on_the_order_of_anything():
    table = np.array(FOURTEEN_RATERS)
    assert fleiss_kappa(table[::-1, [3, 1, 0, 4, 2]]) == pytest.approx(fleiss_kappa(table))


def test_categories_are_counted():
    counts = count_categories([["left", "tie", "left"], ["right", "right", "right"]])
    np.testing.assert_array_equal(counts, [[2, 0, 1], [0, 3, 0]])
    assert count_categories([[1, 1]], categories=[0, 1]).tolist() == [[0, 2]]


def test_the_interval_holds_the_truth_about_as_often_as_it_says():
    # Each judge repeats the question's own answer with probability 0.8, else tosses a coin: two agree beyond chance by 0.64.
    held = 0
    for seed in range(100):
        random_numbers = np.random.default_rng(seed)
        truth = random_numbers.integers(2, size=(80, 1))
        answers = np.where(random_numbers.random((80, 6)) < 0.8, truth, random_numbers.integers(2, size=(80, 6)))
        low, high = agreement_interval(answers, repeats=200, seed=seed)
        held += low <= 0.64 <= high
    assert 86 <= held <= 99


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: cohen_kappa([1, 2], [1]), r"shapes \(2,\) and \(1,\)"),
        (lambda: cohen_kappa([], []), "1 or more"),
        (lambda: cohen_kappa(["a", "a"], ["a", "a"]), "Every answer is a"),
        (lambda: fleiss_kappa([[2, 0], [2, 0]]), "Every answer is 0"),
        (lambda: fleiss_kappa([[2, 1], [2, 0]]), "between 2 and 3 judges"),
        (lambda: fleiss_kappa([[1, 0], [0, 1]]), "2 or more"),
        (lambda: fleiss_kappa([[1.5, 0.5]]), "whole numbers"),
        (lambda: count_categories([1, 2]), r"\(questions, judges\)"),
        (lambda: count_categories([[1, 7]], categories=[1, 2]), "The answer 7"),
        (lambda: agreement_interval([[0, 1], [1, 1]], level=95), "level is 95"),
    ],
)
def test_bad_input_is_answered_in_one_sentence(call, said):
    with pytest.raises(ValueError, match=said):
        call()
