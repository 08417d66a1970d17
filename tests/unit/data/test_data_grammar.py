import itertools
import math
from collections import Counter, defaultdict
from dataclasses import dataclass

import numpy as np
import pytest
from two_ways import text_with_two_ways

from genai_course.data.grammar import Grammar, shares


@dataclass(frozen=True, eq=False)
class Animal:
    name: str
    sound: str

    def __str__(self):
        return self.name


ANIMALS = [Animal("cat", "meow"), Animal("dog", "woof"), Animal("cow", "moo")]
SMALL = Grammar(
    opening=[["A [small|big[| brown]] {animal?}", "The {animal?}"]],
    plans=[[[" said {animal.sound}", " sang"], ["!"]], [[" met a {other?}[| and ran]."]]],
    lists={"animal": ANIMALS, "other": ["cat", "hen"]},
)


def share(count, place):
    weights = [1 / (each + 2) for each in range(count)]
    return weights[place] / sum(weights)


def all_texts_by_hand():
    """Every text of SMALL with its probability, written without the grammar's own code."""
    texts = defaultdict(float)
    sizes = {"A small ": share(2, 0) * share(2, 0), "The ": share(2, 1)}
    sizes |= {f"A big{more} ": share(2, 0) * share(2, 1) * share(2, place) for place, more in enumerate(("", " brown"))}
    for (size, p_size), (place, animal) in itertools.product(sizes.items(), enumerate(ANIMALS)):
        p = p_size * share(3, place)
        texts[f"{size}{animal} said {animal.sound}!"] += p * share(2, 0) * share(2, 0)
        texts[f"{size}{animal} sang!"] += p * share(2, 0) * share(2, 1)
        for (i, other), (j, end) in itertools.product(enumerate(("cat", "hen")), enumerate(("", " and ran"))):
            texts[f"{size}{animal} met a {other}{end}."] += p * share(2, 1) * share(2, i) * share(2, j)
    return texts


def test_shares_fall_and_add_up():
    assert sum(shares(7)) == pytest.approx(1)
    assert list(shares(7)) == sorted(shares(7), reverse=True)
    assert shares(2) == pytest.approx((3 / 5, 2 / 5))


def test_probability_of_every_text_agrees_with_enumeration():
    texts = all_texts_by_hand()
    assert sum(texts.values()) == pytest.approx(1)
    for text, probability in texts.items():
        assert math.exp(SMALL.log_prob(text)) == pytest.approx(probability)


def test_entropy_and_means_agree_with_enumeration():
    texts = all_texts_by_hand()
    assert pytest.approx(-sum(p * math.log(p) for p in texts.values())) == SMALL.entropy
    assert pytest.approx(sum(p * len(text) for text, p in texts.items())) == SMALL.mean_length
    vowels = sum(p * sum(text.count(vowel) for vowel in "aeiou") for text, p in texts.items())
    assert SMALL.mean_count(lambda piece: sum(piece.count(vowel) for vowel in "aeiou")) == pytest.approx(vowels)


def test_what_the_grammar_cannot_write_has_no_probability():
    for text in ("", "A small cat said woof!", "The cat sang", "The cat sang!!", "the cat sang!"):
        assert SMALL.log_prob(text) == -math.inf


def test_beginnings_add_up_the_texts_that_begin_so():
    texts = all_texts_by_hand()
    for beginning in ("", "A", "A big", "A big ", "A big brown c", "The dog said", "The cat sang!"):
        expected = sum(p for text, p in texts.items() if text.startswith(beginning))
        assert math.exp(SMALL.log_prob_of_beginning(beginning)) == pytest.approx(expected)
    assert SMALL.log_prob_of_beginning("The cat sang!!") == -math.inf


def test_samples_come_as_often_as_their_probability_says():
    random = np.random.default_rng(0)
    counted = Counter(SMALL.sample(random) for _ in range(20_000))
    texts = all_texts_by_hand()
    assert set(counted) == set(texts)
    for text, probability in texts.items():
        assert abs(counted[text] / 20_000 - probability) < 5 * math.sqrt(probability / 20_000)


def test_a_text_with_two_ways_gets_the_probability_of_both():
    grammar = Grammar([["[a|ab][bc|c]"]], [[["!"]]], {})
    assert math.exp(grammar.log_prob("abc!")) == pytest.approx(share(2, 0) ** 2 + share(2, 1) ** 2)
    assert text_with_two_ways(grammar) == "abc!"


@pytest.mark.parametrize(
    ("template", "found"),
    [
        ("a[b|bc|c]", None),
        ("{y?}[b|c]", None),  # "a" + "b" has a "!" where "ab" goes on
        ("{y?}[b|]", "ab!"),
        ("{x?} {y?}", None),
        ("{x?}[{x}|b]", "b!"),
        ("{x?}[{x}1|b2]", None),
        ("[one|two|one]", "one!"),
    ],
)
def test_two_ways_are_found_wherever_they_meet(template, found):
    grammar = Grammar([[template]], [[["!"]]], {"x": ["a", "b"], "y": ["a", "ab"]})
    assert text_with_two_ways(grammar) == found


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("a|b", "outside of brackets"),
        ("a]", "outside of brackets"),
        ("[a|b", "never closed"),
        ("a [|very ]big", "after a blank"),
    ],
)
def test_a_template_that_cannot_be_read_is_answered(template, message):
    with pytest.raises(ValueError, match=message):
        Grammar([[template]], [[["."]]], {})
