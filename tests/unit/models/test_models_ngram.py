import time

import numpy as np
import pytest

from genai_course import data, evaluation
from genai_course.models.ngram import CHARACTERS_OF_UNICODE, NgramModel

TEXT = data.stories(60, 1).train_text


@pytest.mark.parametrize("order", [1, 2, 3, 5, 9])
@pytest.mark.parametrize("context", ["", "M", "Mia lived b", "zzzzzzzzzz", "日本", TEXT[-8:], TEXT[:30]])
def test_probabilities_of_the_next_character_add_up_to_one(order, context):
    probabilities = NgramModel(order).fit(TEXT).next_probabilities(context)
    assert probabilities.shape == (len(set(TEXT)) + 1,)
    assert probabilities.min() > 0
    assert probabilities.sum() == pytest.approx(1)


@pytest.mark.parametrize("order", [1, 4, 9])
def test_log_prob_is_the_chain_of_next_probabilities(order):
    model = NgramModel(order).fit(TEXT)
    text = data.stories(1, 1, seed=5).test_text[:150] + "aaa,A" + TEXT[-20:] + "M"
    places = [model.characters.find(character) for character in text]
    expected = [model.next_probabilities(text[:place])[number] for place, number in enumerate(places)]
    np.testing.assert_allclose(model.log_prob(text), np.log(expected), rtol=1e-9)


def test_characters_never_seen_share_one_probability():
    model = NgramModel(3).fit("abracadabra")
    one = model.next_probabilities("ab")[-1] / (CHARACTERS_OF_UNICODE - 5)
    assert model.log_prob("ab🦊")[-1] == pytest.approx(np.log(one))


def test_lower_orders_count_contexts_and_not_occurrences():
    # "z" always follows "f"; "e" follows five different letters, and comes less often.
    text = "fz" * 30 + "ae be ce de ge " * 2
    model = NgramModel(3).fit(text)
    after_unknown = dict(zip(model.characters, model.next_probabilities("qq"), strict=False))
    assert after_unknown["e"] > after_unknown["z"]
    plain = dict(zip(model.characters, NgramModel(1).fit(text).next_probabilities(""), strict=False))
    assert plain["z"] > plain["e"]


def test_bigrams_by_hand():
    """Interpolated Kneser-Ney of order 2, written out for one context."""
    text = "abababacadacabab"
    model = NgramModel(2).fit(text)
    grams = [text[place : place + 2] for place in range(len(text) - 1)]
    counts = {gram: grams.count(gram) for gram in grams}
    top = model.counts[1]
    taken = {}
    for code, kept in zip(top.grams, top.discounted, strict=True):
        gram = model.characters[code // model.size] + model.characters[code % model.size]
        taken[gram] = counts[gram] - kept
    assert all(0 < each < counts[gram] for gram, each in taken.items())
    unigram = dict(zip(model.characters, model.next_probabilities(""), strict=False))
    after_a = {gram: count for gram, count in counts.items() if gram[0] == "a"}
    total, given = sum(after_a.values()), sum(taken[gram] for gram in after_a)
    result = dict(zip(model.characters, model.next_probabilities("a"), strict=False))
    for character, lower in unigram.items():
        kept = counts.get("a" + character, 0) - taken.get("a" + character, 0)
        assert result[character] == pytest.approx((kept + given * lower) / total)


def test_it_predicts_held_out_text_better_with_more_context():
    docs = data.python_docs()
    started = time.process_time()
    model = NgramModel(9).fit(docs.train_text)
    assert time.process_time() - started < 2
    bits = {order: _bits(NgramModel(order).fit(docs.train_text), docs.test_text) for order in (1, 3, 6)}
    assert bits[1] > bits[3] > bits[6] > 1
    assert _bits(model, docs.test_text) < 2
    assert _bits(model, docs.test_text) < evaluation.xz_bits_per_character(docs.test_text, docs.train_text)


def test_it_never_beats_the_truth():
    stories = data.stories(300, 100)
    for order in (3, 9):
        assert _bits(NgramModel(order).fit(stories.train_text), stories.test_text) > stories.entropy_per_character


def test_a_long_text_in_a_short_time_and_a_text_of_one_character():
    assert NgramModel(5).fit("a").next_probabilities("a").sum() == pytest.approx(1)
    assert np.isfinite(NgramModel(9).fit("ab").log_prob("abba🦊")).all()
    assert NgramModel(2).fit("ab").log_prob("").shape == (0,)


def test_samples_follow_the_probabilities():
    model = NgramModel(2).fit(TEXT)
    sample = model.sample(4_000, seed=3, prompt="M")
    after_h = [second for first, second in zip(sample, sample[1:], strict=False) if first == "h"]
    expected = dict(zip(model.characters, model.next_probabilities("h"), strict=False))
    for letter in "eia":
        assert abs(after_h.count(letter) / len(after_h) - expected[letter]) < 0.1
    assert sample == model.sample(4_000, seed=3, prompt="M")
    assert sample != model.sample(4_000, seed=4, prompt="M")


def test_temperature_sharpens_and_flattens():
    model = NgramModel(5).fit(TEXT)
    bits = [_bits(model, model.sample(600, seed=0, temperature=temperature)) for temperature in (0.3, 1.0, 2.0)]
    assert bits[0] < bits[1] < bits[2]


def test_bad_input_is_answered():
    with pytest.raises(ValueError, match="order is 10; give a whole number from 1 to 9"):
        NgramModel(10)
    with pytest.raises(ValueError, match="has not read any text yet"):
        NgramModel(3).log_prob("a")
    with pytest.raises(ValueError, match="text is ''"):
        NgramModel(3).fit("")
    with pytest.raises(ValueError, match="temperature is 0"):
        NgramModel(3).fit("ab").sample(3, temperature=0)
    with pytest.raises(ValueError, match="n is -1"):
        NgramModel(3).fit("ab").sample(-1)


def _bits(model, text):
    return evaluation.bits_per_character(model.log_prob(text))
