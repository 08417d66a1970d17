import numpy as np
import pytest

from genai_course.data import stories
from genai_course.data.cleaning import (
    Letter,
    find_personal_data,
    mask_personal_data,
    minhash,
    near_duplicates,
    normalise,
    planted_letters,
    recall_and_precision,
)
from genai_course.data.texts import run_hashes


def jaccard(first, second, width=5):
    """How similar two texts are: runs of ``width`` characters that both have, as a share of those that either has."""
    first, second = (set(run_hashes(text.ljust(width, "\0"), width).tolist()) for text in (first, second))
    return len(first & second) / len(first | second)


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("cafe\u0301", "café"),
        ("one\r\ntwo\rthree", "one\ntwo\nthree"),
        ("zero\u200bwidth soft\u00adhyphen \ufeffmark", "zerowidth softhyphen mark"),
        ("a\u00a0b \u2003 c\td  \n\n", "a b c d"),
        ("bell\x07 and \x00null", "bell and null"),
        ("x² “quoted” ﬁne", "x² “quoted” ﬁne"),
    ],
)
def test_normalise(raw, clean):
    assert normalise(raw) == clean
    assert normalise(normalise(raw)) == clean


def test_signatures_estimate_the_similarity():
    texts = stories(60, 1).train
    signatures = minhash(texts, hashes=512)
    assert signatures.shape == (60, 512)
    for first in range(0, 60, 7):
        for second in range(first + 1, 60, 11):
            similarity = jaccard(texts[first], texts[second])
            estimate = (signatures[first] == signatures[second]).mean()
            assert abs(estimate - similarity) < 4 * np.sqrt(similarity * (1 - similarity) / 512) + 0.01


def test_planted_near_duplicates_are_found():
    texts = list(stories(200, 1).train)
    changed = [text.replace(" and ", " & ").replace("Once there", "Here") for text in texts[:20]]
    pairs = near_duplicates(texts + changed, threshold=0.75)
    found = {tuple(pair) for pair in pairs.tolist()}
    planted = {(place, 200 + place) for place in range(20)}
    assert len(found & planted) >= 19
    assert len(found - planted) <= 2


def test_no_texts_no_pairs():
    assert near_duplicates([]).shape == (0, 2)
    assert near_duplicates(["a", "a"]).tolist() == [[0, 1]]


def test_personal_data_on_planted_letters():
    recall, precision = recall_and_precision(planted_letters(400))
    assert 0.85 < recall < 1  # names at the beginning of a sentence are not found, and the lesson says so
    assert precision > 0.98


def test_what_is_masked_is_gone_and_the_rest_stays():
    text = "Dear Ann Lee, call 030 1234567 or write to a.b+c@d-e.org by 17.05.2024. Order 4711, 199.90."
    assert (
        mask_personal_data(text) == "Dear [name], call [phone] or write to [email] by 17.05.2024. Order 4711, 199.90."
    )


def test_places_are_where_the_letters_say():
    for letter in planted_letters(50):
        for start, end, kind in letter.planted:
            assert {"email": "@" in letter.text[start:end], "phone": True, "name": " " in letter.text[start:end]}[kind]
        assert all(first[1] <= second[0] for first, second in zip(letter.planted, letter.planted[1:], strict=False))


def test_recall_and_precision_count_whole_places():
    letter = Letter("Ann rang from 030 1234567.", [(0, 3, "name"), (14, 25, "phone")])
    assert recall_and_precision([letter], lambda text: [(14, 25, "phone")]) == (0.5, 1)
    assert recall_and_precision([letter], lambda text: [(14, 20, "phone"), (4, 8, "name")]) == (0, 0.5)
    assert recall_and_precision([letter], lambda text: []) == (0, 0)
    assert recall_and_precision([letter], find_personal_data) == (0.5, 1)


def test_bad_input_is_answered():
    with pytest.raises(ValueError, match="threshold is 2"):
        near_duplicates(["a"], threshold=2)
    with pytest.raises(ValueError, match="bands is 5; give a number that divides the 128 hashes"):
        near_duplicates(["a"], bands=5)
    with pytest.raises(ValueError, match="n is 0"):
        planted_letters(0)
