"""Other right answers to the exercises of ``02_models/10_transformers``: the checks must let them pass."""

import numpy as np
from keras import ops
from scipy.special import softmax


def attention_row_by_row(queries, keys, values):
    gathered = []
    for position, query in enumerate(queries):
        scores = keys[: position + 1] @ query / len(query) ** 0.5
        gathered.append(softmax(scores) @ values[: position + 1])
    return np.array(gathered)


def attention_with_infinity(queries, keys, values):
    scores = np.einsum("qs,ks->qk", queries, keys) / np.sqrt(queries.shape[-1])
    scores[np.triu_indices(len(scores), k=1)] = -np.inf
    return softmax(scores, axis=1) @ values


def attention_with_keras(queries, keys, values):
    time, size = queries.shape
    scores = ops.matmul(queries, ops.transpose(keys)) / size**0.5
    return ops.matmul(ops.softmax(ops.where(np.tri(time, dtype=bool), scores, -1e9)), values)


def step_with_vstack(query, key, value, keys, values):
    keys, values = np.vstack([keys, key]), np.vstack([values, value])
    return softmax(keys @ query / np.sqrt(query.size)) @ values, keys, values


def step_by_parts(query, key, value, keys, values):
    all_keys, all_values = np.append(keys, [key], axis=0), np.append(values, [value], axis=0)
    scores = all_keys.dot(query) * len(query) ** -0.5
    weights = np.exp(scores - scores.max())
    return (weights[:, None] * all_values).sum(axis=0) / weights.sum(), all_keys, all_values


def step_by_a_running_sum(query, key, value, keys, values):
    keys, values = [*keys, key], [*values, value]
    scores = [float(np.dot(each, query)) / len(query) ** 0.5 for each in keys]
    total, gathered = 0.0, np.zeros(len(query))
    for score, each in zip(scores, values, strict=True):
        weight = np.exp(score - max(scores))
        total, gathered = total + weight, gathered + weight * each
    return gathered / total, keys, values


def hide_in_place(tokens, chosen, fate, others, mask_token):
    seen = np.array(tokens)
    seen[chosen & (fate < 0.8)] = mask_token
    swap = chosen & (fate >= 0.8) & (fate < 0.9)
    seen[swap] = others[swap]
    return seen


def hide_by_select(tokens, chosen, fate, others, mask_token):
    return np.select([~chosen, fate < 0.8, fate < 0.9], [tokens, mask_token, others], tokens)


def hide_place_by_place(tokens, chosen, fate, others, mask_token):
    rows = []
    for row in range(len(tokens)):
        rows.append([])
        for token, picked, number, other in zip(tokens[row], chosen[row], fate[row], others[row], strict=True):
            rows[-1].append(int(token if not picked or number >= 0.9 else mask_token if number < 0.8 else other))
    return rows


def hide_with_keras(tokens, chosen, fate, others, mask_token):
    swapped = ops.where(ops.logical_and(chosen, fate < 0.9), others, tokens)
    return ops.where(ops.logical_and(chosen, fate < 0.8), mask_token, swapped)


ALTERNATIVES = {
    "causal_attention": [attention_row_by_row, attention_with_infinity, attention_with_keras],
    "attend_with_cache": [step_with_vstack, step_by_parts, step_by_a_running_sum],
    "hide": [hide_in_place, hide_by_select, hide_place_by_place, hide_with_keras],
}
