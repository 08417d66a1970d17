import math
import re

import numpy as np
import pytest
from two_ways import text_with_two_ways

from genai_course import data
from genai_course.data.stories import FRIENDS, HEROES, LISTS, story_grammar


@pytest.fixture(scope="module")
def stories():
    return data.stories(2_000, 300)


def test_no_story_can_be_written_in_two_ways():
    assert text_with_two_ways(story_grammar()) is None


def test_stories_look_like_stories(stories):
    assert len(stories.train), len(stories.test) == (2_000, 300)
    for story in stories.test:
        assert 500 < len(story) < 1_100
        assert story.endswith(("\n",))
        assert story.count("\n") == 1
        assert not re.search(r"[{}\[\]|]|  | [.,!?]|\.\.", story)
    words = set(re.findall(r"[a-z]+", stories.train_text.lower()))
    assert 700 < len(words) < 900


def test_the_mean_surprise_is_the_true_entropy(stories):
    bits = [-stories.log_prob(story) / math.log(2) for story in stories.test]
    entropy = stories.entropy_per_character * story_grammar().mean_length
    assert abs(np.mean(bits) - entropy) < 4 * np.std(bits) / math.sqrt(len(bits))
    lengths = [len(story) for story in stories.train]
    assert abs(np.mean(lengths) - story_grammar().mean_length) < 4 * np.std(lengths) / math.sqrt(len(lengths))


def test_several_stories_in_a_row_multiply_their_probabilities(stories):
    first, second = stories.test[:2]
    assert stories.log_prob(first + second) == pytest.approx(stories.log_prob(first) + stories.log_prob(second))


def test_a_story_with_a_wrong_detail_is_impossible(stories):
    story = next(story for story in stories.test if "the red " in story)
    assert stories.log_prob(story.replace("the red ", "the blue ")) == -math.inf
    assert stories.log_prob(story[:-1]) == -math.inf


def test_next_characters_add_up(stories):
    beginning = stories.test[0][:200]
    letters = sorted(set(stories.train_text))
    whole = stories.log_prob_of_beginning(beginning)
    following = sum(math.exp(stories.log_prob_of_beginning(beginning + letter) - whole) for letter in letters)
    assert following == pytest.approx(1)
    assert stories.log_prob_of_beginning("") == pytest.approx(0)


@pytest.mark.parametrize("size", [256, 400])
def test_entropy_per_token_counts_the_tokens_that_samples_have(stories, size):
    encoder = data.BytePairEncoder.train(stories.train_text, size)
    counts = [encoder.count(story) for story in stories.train]
    exact = story_grammar().mean_count(encoder.count)
    assert abs(np.mean(counts) - exact) < 4 * np.std(counts) / math.sqrt(len(counts))
    per_story = stories.entropy_per_character * story_grammar().mean_length
    assert stories.entropy_per_token(encoder.count) == pytest.approx(per_story / exact)


def test_the_colour_returns_hundreds_of_characters_later(stories):
    colours = "|".join(LISTS["colour"])
    distances = []
    for story in stories.test:
        places = [match.start() for match in re.finditer(rf"\b({colours})\b", story)]
        named = {story[place:].split()[0].strip(".,:;!") for place in places}
        assert len(named) == 1, story
        distances.append(places[-1] - places[0])
    assert np.median(distances) > 150


def test_every_claim_of_a_story_is_a_fact(stories):
    claims = [claim for story in stories.train for claim in stories.claims(story)]
    assert len(claims) > 2 * len(stories.train)
    assert all(true for *_, true in claims)
    assert {kind for _, kind, _, _ in claims} == {"home", "pet", "food"}
    assert len(stories.facts) == 3 * len(HEROES + FRIENDS)


def test_a_false_claim_is_noticed(stories):
    text = "Mia lived by the lake. Tom's dog slept. Ben loved apple pie, so he went home to his parrot."
    assert stories.claims(text) == [
        ("Mia", "home", "by the lake", True),
        ("Tom", "pet", "dog", False),
        ("Ben", "food", "apple pie", False),
    ]


def test_who_the_friend_was_can_be_asked_of_every_story(stories):
    for number, story in enumerate(stories.test):
        beginnings, right, distance = stories.friend_cloze(story)
        assert len(beginnings) == len(FRIENDS)
        assert story.startswith(beginnings[right])
        place = len(beginnings[right]) - len(FRIENDS[right].name)
        assert story[place - distance :].startswith(FRIENDS[right].name)
        assert FRIENDS[right].name not in story[len(beginnings[right]) :]
        if number < 5:  # each takes a second
            # The grammar agrees: only the friend of the beginning can be named here.
            chances = [stories.log_prob_of_beginning(each) for each in beginnings]
            assert [index for index, chance in enumerate(chances) if chance > -math.inf] == [right]


def test_a_text_without_a_friend_asks_nothing(stories):
    with pytest.raises(ValueError, match="named 1 times in 'Anna slept"):
        stories.friend_cloze("Anna slept.\n")


def test_same_seed_same_texts_and_no_story_on_both_sides(stories):
    again, other = data.stories(50, 20, seed=0), data.stories(50, 20, seed=1)
    assert again.train == stories.train[:50]
    assert again.test == stories.test[:20]
    assert other.train != again.train
    assert not set(stories.train) & set(stories.test)


@pytest.mark.parametrize(("arguments", "message"), [({"n_train": 0}, "n_train is 0"), ({"seed": -1}, "seed is -1")])
def test_bad_numbers_are_answered(arguments, message):
    with pytest.raises(ValueError, match=message):
        data.stories(**arguments)
