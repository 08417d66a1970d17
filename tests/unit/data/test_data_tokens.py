import re

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tokenizers import Regex, Tokenizer, pre_tokenizers
from tokenizers.models import BPE

from genai_course import data
from genai_course.data.tokens import CHUNK, BytePairEncoder, UsedTokens, chunks_and_digits, merge, pairs

ODD = "don't WE'LL it's  12 x² ½ ⅷ ٣٤ 一二\t\x1c \x1f\n\n  \xa0\u2003 a\u0301 _ __init__ 👩‍👩‍👧\u200b ''s \r\n 'd"
STRANGE = "naïve 🦊👩‍👩‍👧 日本語\r\n\t x²  _a_b 3,14 -- Ünïcödé\u200b\x00 don't"
TEXT = data.stories(150, 1).train_text + STRANGE


@pytest.fixture(scope="module")
def encoder():
    return BytePairEncoder.train(TEXT, 400)


@pytest.fixture(scope="module")
def peer(encoder):
    """The ``tokenizers`` library with the same merges and the same chunks."""
    byte_names = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    # The library writes bytes as printable characters; Latin-1 text shows which byte has which.
    names = {}
    for number in range(256):
        text = bytes([number]).decode("latin-1")
        for byte, name in zip(text.encode("utf-8"), byte_names.pre_tokenize_str(text)[0][0], strict=True):
            names[byte] = name
    leads = [chr(point) for point in (0x800, 0x1000, 0x2000, 0x3000, 0x4000, 0x5000, 0x6000, 0x7000, 0x8000, 0x9000)]
    leads += [chr(point) for point in range(0xA000, 0x110000, 0x400) if not 0xD800 <= point < 0xE000]
    leads += [chr(point) for point in range(0x80, 0x800, 0x20)]
    for text in leads:
        for byte, name in zip(text.encode("utf-8"), byte_names.pre_tokenize_str(text)[0][0], strict=True):
            names[byte] = name
    # Bytes that UTF-8 never uses cannot be asked for; any other name will do.
    spelt = ["".join(names.get(byte, f"<{byte}>") for byte in piece) for piece in encoder.pieces]
    merges = [(spelt[first], spelt[second]) for first, second in encoder.merges]
    tokenizer = Tokenizer(BPE({name: number for number, name in enumerate(spelt)}, merges))
    chunks = Regex(r" ?\p{L}+| ?\p{Nd}+| ?(?:[^\p{L}\p{N}\s_]|_)+|\s+")
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Split(chunks, "isolated"), byte_names])
    return tokenizer


def test_the_library_gives_the_same_tokens(encoder, peer):
    for text in (data.stories(1, 50, seed=1).test_text, data.python_docs().test_text[:20_000], "déjà vu, 12 fêtes!"):
        assert encoder.encode(text).tolist() == peer.encode(text).ids


@given(st.text())
def test_any_text_comes_back(encoder_of_any_text, text):
    assert encoder_of_any_text.decode(encoder_of_any_text.encode(text)) == text
    assert "".join(CHUNK.findall(text)) == text


@pytest.fixture(scope="module")
def encoder_of_any_text(encoder):
    return encoder


@pytest.mark.parametrize("text", ["", STRANGE, "\ud800 alone", "a\u0301", "\r\n\r\n", "½ ⅷ"])
def test_strange_texts_come_back(encoder, text):
    assert encoder.decode(encoder.encode(text)) == text
    assert encoder.encode(text).dtype == np.int32


def test_training_merges_the_most_frequent_pair_first():
    # "ab" comes five times; then a blank and "ab" four times, "ab" and "c" three times.
    encoder = BytePairEncoder.train("abc abc abc ab ab", size=258)
    assert [encoder.pieces[256], encoder.pieces[257]] == [b"ab", b" ab"]


def test_training_by_recounting_everything_gives_the_same_merges():
    chunks = [list(chunk.encode()) for chunk in CHUNK.findall(TEXT[:3_000])]
    merges = []
    for number in range(256, 300):
        counted = {}
        for pair in (pair for chunk in chunks for pair in pairs(chunk)):
            counted[pair] = counted.get(pair, 0) + 1
        merges.append(min(counted, key=lambda pair: (-counted[pair], pair)))
        chunks = [merge(chunk, merges[-1], number) for chunk in chunks]
    assert BytePairEncoder.train(TEXT[:3_000], 300).merges == merges


def test_more_merges_make_shorter_codes_that_stay_in_words(encoder):
    lengths = [len(BytePairEncoder.train(TEXT, size).encode(TEXT)) for size in (256, 300, 400)]
    assert lengths[0] == len(TEXT.encode())
    assert lengths[0] > lengths[1] > lengths[2]
    assert not any(b" " in piece[1:] for piece in encoder.pieces if piece.strip(b" "))


def test_training_stops_when_no_pair_comes_twice():
    assert BytePairEncoder.train("abcdef", 1_000).size == 256


def test_broken_bytes_are_shown_as_such(encoder):
    assert encoder.decode([0xF0, 0x9F]) == "\ufffd"


def test_used_tokens_are_numbered_anew(encoder):
    text = TEXT[:2_000]
    few = UsedTokens(encoder, [text[:900], text[900:]])
    numbers = few.encode(text[:900])
    assert few.size < encoder.size
    assert set(numbers) <= set(range(few.size))
    assert numbers.dtype == np.int32
    assert few.decode(numbers) == text[:900]
    assert [few.pieces[number] for number in numbers] == [encoder.pieces[n] for n in encoder.encode(text[:900])]
    with pytest.raises(ValueError, match=f"is not a token; give whole numbers from 0 to {few.size - 1}"):
        few.decode([few.size])


def test_tokens_that_were_never_used(encoder):
    with pytest.raises(
        ValueError, match="' is a token that the texts of this encoder never needed; give it more texts"
    ):
        UsedTokens(encoder, "abc").encode("é")
    few = UsedTokens(encoder, "abc", all_bytes=True)
    for text in ("", STRANGE, TEXT[:500]):
        assert few.decode(few.encode(text)) == text
    assert len(few.encode("abc")) == len(encoder.encode("abc"))


# Characters that came with a later Unicode than Python's are letters to the library, and nothing to `re`.
KNOWN = st.characters(exclude_categories=["Cn", "Cs"])


@settings(deadline=None)  # the first call makes the pattern
@given(st.text(KNOWN) | st.text("don'tsllve 12½_.\t\n\x1c\xa0\u2003é一"))
@example(ODD)
def test_chunks_and_digits_are_those_of_the_library(text):
    byte_level = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    peer = pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True), byte_level])
    assert chunks_and_digits(text) == [text[first:last] for _, (first, last) in peer.pre_tokenize_str(text)]


@pytest.fixture(scope="module")
def foreign_and_peer():
    """An encoder whose numbers are not ours, which lacks some bytes and has two special tokens; and its peer."""
    learned = BytePairEncoder.train("the their then hen hens ab abc bc abcd 1 2 é è " * 3, 290)
    bytes_there = [piece for piece in learned.pieces[:256] if piece.isalnum() or piece[0] > 127 or piece in b" <|>'"]
    made = learned.pieces[256:]
    pieces = [b"<|end|>", b"<|more", *bytes_there[::-1], *made, b"abcd"]  # "abcd" is made in two ways
    number = {piece: place for place, piece in enumerate(pieces)}
    merges = [(number[learned.pieces[a]], number[learned.pieces[b]]) for a, b in learned.merges]
    merges += [(number[b"a"], number[b"bc"]), (number[b"a"], number[b"b"])]
    merges = [pair for pair in dict.fromkeys(merges) if pieces[pair[0]] + pieces[pair[1]] in number]
    encoder = BytePairEncoder(merges, pieces, ["<|end|>", "<|more"], chunks_and_digits)
    names = [piece.decode("latin-1") for piece in pieces]  # letters of the peer are bytes
    peer = Tokenizer(BPE({name: place for place, name in enumerate(names)}, [(names[a], names[b]) for a, b in merges]))
    peer.add_special_tokens(["<|end|>", "<|more"])
    return encoder, peer


@given(st.text("thenabcdhis 12é<|>'\x04"))
@example("abcd the<|end|><|end|> <|end|<|more<|end|>  \x04hens")
def test_merges_learned_elsewhere_keep_their_numbers(foreign_and_peer, text):
    encoder, peer = foreign_and_peer
    expected = []
    for part in re.split(r"(<\|end\|>|<\|more)", text):
        chunks = [part] if part in encoder.special else chunks_and_digits(part)
        for chunk in chunks:
            chunk = chunk if chunk in encoder.special else chunk.encode().decode("latin-1")
            expected += peer.encode(chunk, add_special_tokens=False).ids
    assert encoder.encode(text).tolist() == expected
    assert encoder.decode(encoder.encode(text)) == text.replace("\x04", "")


@given(st.text())
@example("🦊é👩‍👩‍👧")
def test_a_stream_gives_whole_characters(encoder_of_any_text, text):
    pieces = list(encoder_of_any_text.stream(iter(encoder_of_any_text.encode(text))))
    assert "".join(pieces) == text
    assert all(pieces)


def test_a_stream_gives_each_token_as_soon_as_it_can(encoder):
    numbers = [*"aé🦊".encode(), 0xF0, 0x9F]
    taken = []

    def as_they_come():
        for number in numbers:
            taken.append(number)
            yield number

    seen = [(len(taken), piece) for piece in encoder.stream(as_they_come())]
    assert seen == [(1, "a"), (3, "é"), (7, "🦊"), (9, "\ufffd")]


def test_merging_goes_from_left_to_right():
    assert merge([1, 1, 1, 2], (1, 1), 9) == [9, 1, 2]
    assert pairs([1, 2, 3]) == [(1, 2), (2, 3)]


def test_bad_input_is_answered(encoder):
    with pytest.raises(ValueError, match="size is 100; give a whole number, 256"):
        BytePairEncoder.train("text", 100)
    with pytest.raises(ValueError, match="no earlier merge has made"):
        BytePairEncoder([(97, 300)])
    with pytest.raises(ValueError, match="special names '<end>', which is not among the pieces"):
        BytePairEncoder([], special=["<end>"])
    with pytest.raises(ValueError, match="make b'ab', which is not among the pieces"):
        BytePairEncoder([(0, 1)], [b"a", b"b"])
    with pytest.raises(ValueError, match="400 is not a token; give whole numbers from 0 to 399"):
        encoder.decode([400])
