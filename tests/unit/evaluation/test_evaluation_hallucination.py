import math

import numpy as np
import pytest

from genai_course import data
from genai_course.evaluation.hallucination import fact_counts, hallucination_rates, mentions, wilson_interval

STORY = (
    "Not long ago, Mia lived by the lake. Her best friend was Sam. Mia had a big red ball. Mia took the ball to the park. "
    "Sam looked under the bush and found something red: the ball! Mia loved honey cake, so they ate some. The end.\n"
)


@pytest.fixture(scope="module")
def stories():
    return data.stories(200, 100, seed=3)


def test_a_true_story_agrees_with_itself():
    assert mentions(STORY) == [
        ("hero", "Mia", True),
        ("hero", "Mia", True),
        ("hero", "Mia", True),
        ("friend", "Sam", True),
        ("colour", "red", True),
        ("toy", "ball", True),
        ("toy", "ball", True),
    ]


@pytest.mark.parametrize(
    ("kind", "right", "wrong"),
    [
        ("hero", "Mia loved", "Tom loved"),
        ("friend", "Sam looked", "Rosa looked"),
        ("colour", "something red", "something blue"),
        ("toy", "took the ball", "took the kite"),
    ],
)
def test_a_planted_contradiction_is_found_and_nothing_else(kind, right, wrong):
    found = [each for each in mentions(STORY.replace(right, wrong)) if not each[2]]
    assert [each[0] for each in found] == [kind]
    assert found[0][1] in wrong


def test_no_real_story_contradicts_itself(stories):
    rates = hallucination_rates(stories, stories.train)
    assert rates["contradictions"] == (0, 0, 0)
    assert rates["false_claims"] == (0, 0, 0)
    assert rates["impossible"][0] == 0
    assert rates["impossible"][2] == pytest.approx(wilson_interval(0, 200)[1])


def test_counts_are_of_each_story(stories):
    wrong = STORY.replace("Sam looked", "Rosa looked").replace("honey cake", "pancakes")
    assert fact_counts(stories, [STORY, wrong, "Nothing."]).tolist() == [[0, 7, 0, 2], [1, 7, 1, 2], [0, 0, 0, 0]]


def test_a_share_of_nothing_is_not_zero(stories):
    rates = hallucination_rates(stories, ["Nothing.", "And nothing more."])
    assert all(math.isnan(each) for each in rates["contradictions"] + rates["false_claims"])
    assert rates["impossible"][0] == 1


def test_intervals_hold_the_share_and_are_the_same_again(stories):
    texts = [story.replace("loved", "had") if place % 3 else STORY for place, story in enumerate(stories.test)]
    texts = [text.replace("Mia lived by", "Mia lived near") for text in texts]
    texts += [STORY.replace("Sam looked", "Leo looked")] * 9
    rates = hallucination_rates(stories, texts, seed=4)
    share, low, high = rates["contradictions"]
    assert 0 < low < share < high < 1
    assert rates == hallucination_rates(stories, texts, seed=4)
    assert rates != hallucination_rates(stories, texts, seed=5)


def test_wilson_interval_by_its_equation():
    # The ends are the shares p at which |k/n - p| is z standard deviations of p itself.
    for hits, n in [(1, 10), (7, 10), (50, 400)]:
        for end in wilson_interval(hits, n):
            assert abs(hits / n - end) == pytest.approx(1.959964 * math.sqrt(end * (1 - end) / n), rel=1e-5)
    assert wilson_interval(0, 40)[0] == 0
    assert wilson_interval(40, 40)[1] == 1
    assert wilson_interval(40, 40)[0] == pytest.approx(1 - wilson_interval(0, 40)[1])
    assert wilson_interval(40, 40)[0] == pytest.approx(40 / (40 + 1.959964**2))


def test_wilson_interval_holds_the_truth_as_often_as_promised():
    hits = np.random.default_rng(0).binomial(40, 0.06, 4_000)
    held = [low <= 0.06 <= high for low, high in (wilson_interval(int(each), 40) for each in hits)]
    assert 0.93 < np.mean(held) < 0.985


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((5, 4), "hits is 5 of 4"),
        ((-1, 4), "hits is -1 of 4"),
        ((0, 0), "hits is 0 of 0"),
        ((1, 4, 1.0), "level is 1.0"),
    ],
)
def test_a_bad_share_is_named(arguments, words):
    with pytest.raises(ValueError, match=words):
        wilson_interval(*arguments)


def test_bad_texts_are_named(stories):
    with pytest.raises(ValueError, match="texts is 'Once"):
        fact_counts(stories, "Once there was")
    with pytest.raises(ValueError, match=r"texts is \[\]"):
        fact_counts(stories, [])
    with pytest.raises(ValueError, match="There is 1 text"):
        hallucination_rates(stories, [STORY])
