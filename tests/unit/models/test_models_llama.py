import itertools
import math

import keras
import numpy as np
import pytest

from genai_course import models, session
from genai_course.models import llama
from genai_course.models.gpt import attention
from genai_course.models.language_model import cross_entropy, token_weights
from genai_course.models.token_sampling import draw_token, penalise_repetition, token_probabilities

LOGITS = np.log(np.array([0.1, 0.4, 0.05, 0.2, 0.25], "float32"))


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    session.setup("smoke", 0)


def shaken(scale=0.3, **settings):
    """A model whose weights are large enough that everything in it matters."""
    sizes = {
        "d_model": 12,
        "heads": 3,
        "num_layers": 2,
        "key_value_heads": 1,
        "hidden": 10,
        "rope_base": 50.0,
        "start": 2,
    }
    model = models.Llama(**{"vocab_size": 4, "context_length": 9} | sizes | settings)
    random = np.random.default_rng(0)
    model.set_weights([weight + scale * random.normal(size=weight.shape) for weight in model.get_weights()])
    return model


@pytest.fixture(scope="module")
def model():
    return shaken()


@pytest.fixture(scope="module")
def grouped():
    """Four heads, two and two with their own keys and values."""
    return shaken(vocab_size=7, d_model=16, heads=4, key_value_heads=2, rope_base=1e4, context_length=30)


def exact(variable):
    return np.asarray(variable).astype("float64")


def logits_number_by_number(model, row):
    """Another way: one position after the other, heads in a loop, pairs of coordinates turned as complex numbers."""
    settings, table = model.settings, exact(model.embedding.embeddings)
    heads, shared, size = settings["heads"], settings["key_value_heads"], settings["d_model"] // settings["heads"]

    def norm(x, layer):
        return x / math.sqrt(np.mean(x**2) + 1e-5) * exact(layer.scale)

    def turned(vector, position):
        pairs = vector[: size // 2] + 1j * vector[size // 2 :]
        for pair in range(size // 2):
            pairs[pair] *= np.exp(1j * position / settings["rope_base"] ** (2 * pair / size))
        return np.concatenate([pairs.real, pairs.imag])

    states = [table[token] for token in row]
    for block in model.blocks:
        part, mlp = block.attention, block.mlp
        q, k, v, o = (exact(each.kernel) for each in (part.query_proj, part.key_proj, part.value_proj, part.out_proj))
        gate, up, down = (exact(each.kernel) for each in (mlp.gate_proj, mlp.up_proj, mlp.down_proj))
        normed, after = [norm(x, block.attention_norm) for x in states], []
        for here, x in enumerate(states):
            gathered = []
            for head in range(heads):
                mine, theirs = slice(head * size, (head + 1) * size), head // (heads // shared)
                theirs = slice(theirs * size, (theirs + 1) * size)
                query = turned((normed[here] @ q)[mine], here)
                weights = [
                    math.exp(query @ turned((normed[t] @ k)[theirs], t) / math.sqrt(size)) for t in range(here + 1)
                ]
                gathered += list(sum(w * (normed[t] @ v)[theirs] for t, w in enumerate(weights)) / sum(weights))
            x = x + np.array(gathered) @ o
            inner = norm(x, block.mlp_norm)
            after.append(x + ((inner @ gate) / (1 + np.exp(-(inner @ gate))) * (inner @ up)) @ down)
        states = after
    return np.array([table @ norm(x, model.norm) for x in states])


@pytest.mark.parametrize("name", ["model", "grouped"])
def test_the_logits_are_those_of_the_formulas(name, request):
    model = request.getfixturevalue(name)
    rows = np.random.default_rng(1).integers(0, model.vocab_size, (3, 8))
    read = [[model.start, *row[:-1]] for row in rows]
    expected = np.array([logits_number_by_number(model, row) for row in read])
    np.testing.assert_allclose(model(rows), expected, atol=2e-4)
    assert expected.std() > 0.3


@pytest.mark.parametrize("parts", [(8,), (1,) * 8, (3, 1, 4)])
def test_with_the_cache_it_reads_the_same(grouped, parts):
    rows = np.random.default_rng(2).integers(0, 7, (2, 8)).astype("int32")
    at_once, _ = grouped.read(rows)
    caches, states, first = grouped.empty_caches(2), [], 0
    for length in parts:
        found, caches = grouped.compiled_read(rows[:, first : first + length], caches)
        states.append(found)
        first += length
    np.testing.assert_allclose(np.concatenate(states, axis=1), at_once, atol=1e-5)
    assert caches[0][0].shape == (2, 2, 8, 4)


def test_the_probabilities_of_all_rows_add_up_to_one(model):
    rows = np.array(list(itertools.product(range(4), repeat=4)))  # (256, 4)
    log_probs = model.log_prob(rows)
    assert np.exp(log_probs).sum() == pytest.approx(1, abs=1e-5)
    assert log_probs.std() > 0.3


def test_no_token_knows_what_comes_after_it(model):
    one, other = model.log_prob_of_tokens([[0, 1, 2, 3, 0, 1], [0, 1, 2, 3, 3, 1]])
    np.testing.assert_allclose(one[:4], other[:4], atol=1e-6)
    assert abs(one[5] - other[5]) > 1e-3


def test_a_long_row_is_judged_in_parts(grouped, monkeypatch):
    rows = np.random.default_rng(3).integers(0, 7, (2, 30))
    rows[1, 11:] = -1
    at_once = grouped.log_prob_of_tokens(rows)
    monkeypatch.setattr(llama, "POSITIONS_AT_ONCE", 7)
    np.testing.assert_allclose(grouped.log_prob_of_tokens(rows), at_once, atol=1e-5)
    assert (at_once[1, 11:] == 0).all()
    assert list(grouped.generate(rows[0], 1, temperature=0)) == [
        np.argmax(grouped.head(grouped.read(rows[:1])[0])[0, -1])
    ]


def test_only_the_distance_of_positions_counts():
    turns = llama.rotations(np.arange(20), 6, 100.0)
    query, key = np.random.default_rng(4).normal(size=(2, 1, 1, 1, 6)).astype("float32")
    queries, keys = (np.asarray(llama.rotate(np.repeat(each, 20, axis=2), turns))[0, 0] for each in (query, key))
    scores = queries @ keys.T
    for distance in (0, 1, 7):
        same = np.diagonal(scores, -distance)
        np.testing.assert_allclose(same, same[0], atol=1e-5)
    assert scores[:, 0].std() > 0.1


def test_it_learns_to_copy():
    half = np.random.default_rng(0).integers(0, 6, (3_200, 4))
    copies = np.concatenate([half, half], axis=1).astype("int32")
    keras.utils.set_random_seed(0)
    model = models.Llama(6, 8, d_model=32, heads=4, num_layers=2, key_value_heads=2, hidden=64)
    model.compile(keras.optimizers.Adam(0.004), steps_per_execution=20)
    model.fit(copies, batch_size=32, epochs=3, verbose=0)
    bits = -model.log_prob_of_tokens(copies[:64]) / np.log(2)
    assert bits[:, :4].mean() == pytest.approx(np.log2(6), rel=0.1)  # nobody can know the first half
    assert bits[:, 4:].mean() < 0.5


def test_the_loss_of_training_is_that_of_evaluating(model):
    rows = np.array([[0, 3, 1, 2], [1, 1, -1, -1]])
    weights = token_weights(rows)
    expected = float(cross_entropy(rows, model(rows), weights))
    assert float(model.compute_loss(rows, None, model(rows, training=True))) == pytest.approx(expected, rel=1e-5)
    assert -model.log_prob_of_tokens(rows).sum() / 6 == pytest.approx(expected, rel=1e-5)


def test_low_rank_corrections_reach_every_projection(model):
    rows = np.random.default_rng(5).integers(0, 4, (8, 6)).astype("int32")
    adapted = models.LowRankModel(model, rank=2)
    names = [f"attention.{name}_proj" for name in ("query", "key", "value", "out")]
    names += [f"mlp.{name}_proj" for name in ("gate", "up", "down")]
    assert set(adapted.paths) == {f"blocks.{number}.{name}" for number in range(2) for name in names}
    np.testing.assert_allclose(adapted(rows), model(rows), atol=1e-5)
    adapted.compile(keras.optimizers.Adam(0.02))
    losses = adapted.fit(rows, epochs=20, batch_size=8, verbose=0).history["loss"]
    assert losses[-1] < 0.9 * losses[0]
    assert not np.allclose(adapted(rows), model(rows), atol=1e-2)


def test_corrections_without_a_copy_are_in_what_it_generates():
    model, rows = shaken(), np.array([[0, 1, 2, 3]])
    before, logits = list(model.generate([1], 8, temperature=0)), np.asarray(model(rows))
    adapted = models.LowRankModel(model, rank=2, copy=False)
    assert adapted.base is model
    assert list(model.generate([1], 8, temperature=0)) == before
    random = np.random.default_rng(6)
    adapted.set_adapter_weights([random.normal(size=weight.shape) for weight in adapted.adapter_weights()])
    assert not np.allclose(model(rows), logits, atol=0.1)
    assert list(model.generate([1], 8, temperature=0)) == greedily(model, [1], 8)[1:]
    assert not [weight for weight in model.trainable_weights if "kernel" in weight.path]


def test_another_attention_can_take_its_place(model):
    asked = []

    def gather(queries, keys, values, attention_mask=None):
        asked.append((queries.shape[-1], keys.shape[-1]))
        return attention(queries, keys, values, attention_mask)

    mine = models.Llama(**model.settings, gather=gather)
    mine.set_weights(model.get_weights())
    rows = np.array([[0, 1, 2, 3]])
    np.testing.assert_array_equal(mine(rows), model(rows))
    assert set(asked) == {(4, 4)}


def greedily(model, row, length):
    """The likeliest token again and again, everything computed anew for each."""
    row = list(row)
    for _ in range(length):
        row.append(int(np.argmax(model.head(model.read(np.array([row]))[0])[0, -1])))
    return row


def test_generating_without_chance_takes_the_likeliest(grouped):
    tokens = list(grouped.generate([1, 5, 0], 10, temperature=0))
    assert [1, 5, 0, *tokens] == greedily(grouped, [1, 5, 0], 10)
    assert list(grouped.generate([1, 5, 0], 10, top_k=1, seed=3)) == tokens
    assert list(grouped.generate([1, 5, 0], 10, top_p=1e-9, seed=3)) == tokens


def test_it_ends_before_a_stop_token_and_where_the_context_is_full(grouped):
    tokens = list(grouped.generate([1], temperature=0))
    assert len(tokens) == grouped.context_length  # the last of them is not read any more
    stop = tokens[4]
    assert list(grouped.generate([1], temperature=0, stop=(stop,))) == tokens[: tokens.index(stop)]
    assert list(grouped.generate([1], 3, temperature=0)) == tokens[:3]


def test_seeds(grouped):
    assert list(grouped.generate([1], 20, seed=5)) == list(grouped.generate([1], 20, seed=5))
    assert list(grouped.generate([1], 20, seed=5)) != list(grouped.generate([1], 20, seed=6))
    np.testing.assert_array_equal(grouped.sample(3, seed=5, length=9), grouped.sample(3, seed=5, length=9))


def test_an_interrupted_text_leaves_the_model_as_it_was(grouped):
    expected = list(grouped.generate([1], 9, seed=1))
    writing = grouped.generate([1], 9, seed=1)
    next(writing)
    with pytest.raises(KeyboardInterrupt):
        writing.throw(KeyboardInterrupt)
    side_by_side = zip(grouped.generate([1], 9, seed=1), grouped.generate([3], 9, seed=1), strict=True)
    assert [one for one, _ in side_by_side] == expected


def test_sampled_rows_have_the_frequencies_of_the_model():
    model = shaken(context_length=2)
    rows = np.array(list(itertools.product(range(4), repeat=2)))
    expected = np.exp(model.log_prob(rows))
    drawn = model.sample(1_500, seed=0)
    assert drawn.dtype == np.int32
    np.testing.assert_allclose(np.bincount(drawn @ [4, 1], minlength=16) / 1_500, expected, atol=0.05)
    assert (model.sample(5, prompt=[3], length=2)[:, 0] == 3).all()


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, [0.1, 0.4, 0.05, 0.2, 0.25]),
        ({"temperature": 0.5}, np.array([0.01, 0.16, 0.0025, 0.04, 0.0625]) / 0.275),
        ({"temperature": 0}, [0, 1, 0, 0, 0]),
        ({"top_k": 2}, [0, 0.4 / 0.65, 0, 0, 0.25 / 0.65]),
        ({"top_p": 0.4}, [0, 1, 0, 0, 0]),
        ({"top_p": 0.41}, [0, 0.4 / 0.65, 0, 0, 0.25 / 0.65]),
        ({"top_p": 0.8}, [0, 0.4 / 0.85, 0, 0.2 / 0.85, 0.25 / 0.85]),
        ({"top_k": 3, "top_p": 0.7}, [0, 0.4 / 0.65, 0, 0, 0.25 / 0.65]),  # of 0.85, so 0.4 and 0.25 hold 0.76
    ],
)
def test_the_distribution_is_cut_as_it_should_be(options, expected):
    np.testing.assert_allclose(token_probabilities(LOGITS, **options), expected, atol=1e-6)


def test_large_logits_and_ties_are_no_trouble():
    np.testing.assert_allclose(token_probabilities(np.array([1e4, 1e4, -1e4])), [0.5, 0.5, 0])
    np.testing.assert_allclose(token_probabilities(np.zeros(4), top_p=0.5), [0.5, 0.5, 0, 0])


def test_a_token_is_drawn_by_its_share():
    probabilities = np.array([0, 0.25, 0, 0.75])
    assert [draw_token(probabilities, each) for each in (0, 0.2499, 0.25, 0.999999)] == [1, 1, 3, 3]


def test_what_was_there_becomes_less_likely(grouped):
    logits = np.array([2.0, -2.0, 3.0, -3.0])
    np.testing.assert_allclose(penalise_repetition(logits, [0, 1, 1], 2.0), [1, -4, 3, -3])
    np.testing.assert_array_equal(logits, [2, -2, 3, -3])
    often = list(grouped.generate([1], 6, temperature=0))
    seldom = list(grouped.generate([1], 6, temperature=0, repetition_penalty=10))
    assert len(set(often)) < len(set(seldom))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"max_tokens": 0}, "max_tokens is 0"),
        ({"top_k": 5}, "top_k is 5"),
        ({"top_p": 0}, "top_p is 0; give a number above 0, up to 1"),
        ({"temperature": -1}, "temperature is -1; give a finite number, 0 or more"),
        ({"repetition_penalty": 0}, "repetition_penalty is 0"),
        ({"prompt": [7]}, "prompt holds 7"),
        ({"prompt": []}, "prompt has shape"),
        ({"prompt": [0] * 10}, "time from 1 to 9"),
    ],
)
def test_texts_that_cannot_be_are_refused_before_they_begin(model, options, words):
    with pytest.raises(ValueError, match=words):
        model.generate(**{"prompt": [0]} | options)


def test_settings_that_cannot_be_are_refused(model):
    for settings, words in [
        ({"key_value_heads": 2}, "key_value_heads is 2; give a divisor of the 3 heads"),
        ({"d_model": 9}, "d_model is 9 and heads is 3"),
        ({"hidden": 0}, "hidden is 0"),
        ({"rope_base": 0}, "rope_base is 0"),
        ({"start": 4}, "start is 4; give a whole number from 0 to 3"),
    ]:
        with pytest.raises(ValueError, match=words):
            shaken(**settings)
    with pytest.raises(ValueError, match="length is 1"):
        model.sample(1, length=1, prompt=[0])
