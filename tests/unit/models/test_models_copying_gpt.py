import keras
import numpy as np
import pytest
from keras import ops

from genai_course import session
from genai_course.models.copying_gpt import COPIED, SHARPNESS, CopyingAttention, rotate
from genai_course.models.gpt import Attention, attention, attention_weights, causal_attention_mask


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    session.setup("smoke", 0)


def test_a_causal_mask_lets_look_back_and_at_itself():
    np.testing.assert_array_equal(
        causal_attention_mask(3), [[True, False, False], [True, True, False], [True, True, True]]
    )


def test_attention_agrees_with_keras():
    random = np.random.default_rng(0)
    queries, keys, values = (random.normal(size=(2, 3, 5, 4)).astype("float32") for _ in range(3))
    # Keras keeps the heads after the time.
    theirs = ops.dot_product_attention(*(each.swapaxes(1, 2) for each in (queries, keys, values)), is_causal=True)
    ours = attention(queries, keys, values, causal_attention_mask(5))
    np.testing.assert_allclose(ours, np.asarray(theirs).swapaxes(1, 2), atol=1e-6)


def test_weights_add_up_to_one_and_are_zero_where_it_is_forbidden():
    random = np.random.default_rng(0)
    queries, keys = (10 * random.normal(size=(4, 6)).astype("float32") for _ in range(2))
    weights = np.asarray(attention_weights(queries, keys, causal_attention_mask(4)))
    np.testing.assert_allclose(weights.sum(axis=-1), 1, rtol=1e-6)
    assert (weights[np.triu_indices(4, 1)] == 0).all()


def test_rotated_queries_and_keys_match_by_their_distance():
    random = np.random.default_rng(0)
    query, key = (random.normal(size=(1, 1, 1, 8)).astype("float32") for _ in range(2))

    def match(asking, asked):
        return float(ops.sum(rotate(query, np.array([asking])) * rotate(key, np.array([asked]))))

    assert match(7, 3) == pytest.approx(match(104, 100), abs=1e-4)
    assert abs(match(7, 3) - match(7, 4)) > 1e-3


def test_attention_without_positions_does_not_know_the_order():
    keras.utils.set_random_seed(0)
    layer = Attention(8, 2)
    inputs = np.random.default_rng(0).normal(size=(1, 5, 8)).astype("float32")
    order = [3, 0, 4, 1, 2]
    np.testing.assert_allclose(np.asarray(layer(inputs))[:, order], layer(inputs[:, order]), atol=1e-6)


def test_a_copying_attention_begins_by_copying_what_it_looks_at():
    vectors = np.random.default_rng(0).normal(size=(2, 5, 8)).astype("float32")
    layer = CopyingAttention(8, 1)
    layer(vectors)
    queries, (keys, _) = layer.queries(vectors, np.arange(5)), layer.keys_and_values(vectors, np.arange(5))
    weights = np.asarray(attention_weights(queries, keys))[:, 0]  # (2, 5, 5)
    np.testing.assert_allclose(layer(vectors), COPIED * weights @ vectors, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(keys, axis=-1), np.sqrt(8), rtol=1e-3)
    scores = np.asarray(queries) @ np.swapaxes(keys, -1, -2) / np.sqrt(8)
    assert np.abs(scores).max() <= SHARPNESS * np.sqrt(8) + 1e-3
