import lzma

import numpy as np
import pytest

from genai_course.evaluation import bits_per_character, xz_bits_per_character


def test_bits_of_even_guesses():
    assert bits_per_character(np.full(10, np.log(1 / 8))) == pytest.approx(3)
    assert bits_per_character(10 * np.log(1 / 8), characters=10) == pytest.approx(3)
    assert bits_per_character(np.full(5, np.log(1 / 16)), characters=10) == pytest.approx(2)  # tokens of two characters


def test_no_characters_are_answered():
    with pytest.raises(ValueError, match="There are 0 characters"):
        bits_per_character([])
    with pytest.raises(ValueError, match="text is empty"):
        xz_bits_per_character("", "abc")


def test_xz_learns_from_what_it_was_given():
    random = np.random.default_rng(0)
    text = "".join(map(chr, random.integers(32, 127, 3_000)))
    alone = xz_bits_per_character(text)
    assert 6.3 < alone < 7.5  # log2(95) is 6.57
    assert xz_bits_per_character(text, given=text) < 0.2
    assert xz_bits_per_character(text, given="other words") == pytest.approx(alone, abs=0.2)
    alone_bytes = len(lzma.compress(text.encode())) - len(lzma.compress(b""))
    assert alone == pytest.approx(8 * alone_bytes / 3_000, rel=0.02)
