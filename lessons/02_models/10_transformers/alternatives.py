"""Other right answers to the exercises of ``02_models/10_transformers``: the checks must let them pass."""

import numpy as np
from keras import ops
from scipy.special import softmax


def attention_with_einsum(queries, keys, values):
    scores = ops.einsum("...qs,...ks->...qk", queries, keys) / ops.sqrt(float(queries.shape[-1]))
    later = np.triu(np.ones((queries.shape[-2],) * 2, dtype=bool), k=1)
    return ops.einsum("...qk,...kw->...qw", ops.softmax(ops.where(later, -np.inf, scores), axis=-1), values)


def attention_that_adds_the_mask(queries, keys, values):
    time, size = queries.shape[-2:]
    scores = (queries * size**-0.5) @ ops.swapaxes(keys, -1, -2)
    mask = 1 - np.tri(time, dtype="float32")
    return ops.matmul(ops.softmax(scores - 1e9 * mask), values)


def attention_written_out(queries, keys, values):
    scores = ops.matmul(queries, ops.swapaxes(keys, -1, -2)) / np.sqrt(queries.shape[-1]).astype("float32")
    places = ops.arange(queries.shape[-2])
    scores = ops.where(places[:, None] >= places[None, :], scores, -1e9)
    weights = ops.exp(scores - ops.max(scores, axis=-1, keepdims=True))
    return ops.matmul(weights / ops.sum(weights, axis=-1, keepdims=True), values)


def block_in_one_line(x, attention, mlp, attention_norm, mlp_norm):
    return (after := x + attention(attention_norm(x))) + mlp(mlp_norm(after))


def block_as_a_loop(x, attention, mlp, attention_norm, mlp_norm):
    for part, norm in ((attention, attention_norm), (mlp, mlp_norm)):
        x = ops.add(part(norm(x)), x)
    return x


def step_with_numpy(query, key, value, keys, values):
    keys, values = np.concatenate([keys, key], axis=-2), np.concatenate([values, value], axis=-2)
    scores = query @ np.swapaxes(keys, -1, -2) / np.sqrt(query.shape[-1])
    return softmax(scores, axis=-1) @ values, keys, values


def step_by_parts(query, key, value, keys, values):
    all_keys, all_values = np.append(keys, key, axis=-2), np.append(values, value, axis=-2)
    scores = (all_keys * query).sum(axis=-1) * query.shape[-1] ** -0.5  # (…, time + 1)
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    gathered = (weights[..., None] * all_values).sum(axis=-2, keepdims=True)
    return gathered / weights.sum(axis=-1)[..., None, None], all_keys, all_values


def step_with_einsum(query, key, value, keys, values):
    keys, values = ops.concatenate([keys, key], axis=-2), ops.concatenate([values, value], axis=-2)
    weights = ops.softmax(ops.einsum("...qs,...ks->...qk", query, keys) * query.shape[-1] ** -0.5, axis=-1)
    return ops.einsum("...qk,...kw->...qw", weights, values), keys, values


ALTERNATIVES = {
    "causal_attention": [attention_with_einsum, attention_that_adds_the_mask, attention_written_out],
    "block": [block_in_one_line, block_as_a_loop],
    "attend_with_cache": [step_with_numpy, step_by_parts, step_with_einsum],
}
