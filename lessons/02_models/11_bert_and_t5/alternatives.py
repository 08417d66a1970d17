"""Other right answers to the exercises of ``02_models/11_bert_and_t5``: the checks must let them pass."""

import numpy as np
from keras import ops


def hide_in_two_steps(tokens, chosen, fate, others, mask_token):
    swapped = ops.where(ops.logical_and(chosen, fate < 0.9), others, tokens)
    return ops.where(ops.logical_and(chosen, fate < 0.8), mask_token, swapped)


def hide_from_the_end(tokens, chosen, fate, others, mask_token):
    keeps = ops.logical_or(ops.logical_not(chosen), fate >= 0.9)
    return ops.where(keeps, tokens, ops.where(fate >= 0.8, others, mask_token))


def gap_in_lists(tokens, start, length, gap_token):
    row, stop = list(tokens), start + length
    return [*row[:start], gap_token, *row[stop:]], [*row[start:stop], gap_token]


def gap_by_deleting(tokens, start, length, gap_token):
    places = np.arange(start, start + length)
    source = np.insert(np.delete(tokens, places), start, gap_token)
    return source, np.append(tokens[places], gap_token)


def reveal_in_a_loop(tokens, proposals, surety, count, mask_token):
    revealed = np.array(tokens)
    masked = [place for place in range(len(tokens)) if tokens[place] == mask_token]
    for place in sorted(masked, key=lambda place: -surety[place])[:count]:
        revealed[place] = proposals[place]
    return revealed


def reveal_by_ranks(tokens, proposals, surety, count, mask_token):
    masked = np.flatnonzero(tokens == mask_token)
    best = masked[np.argsort(-surety[masked], kind="stable")][:count]
    return np.where(np.isin(np.arange(len(tokens)), best), proposals, tokens)


ALTERNATIVES = {
    "hide": [hide_in_two_steps, hide_from_the_end],
    "cut_gap": [gap_in_lists, gap_by_deleting],
    "reveal": [reveal_in_a_loop, reveal_by_ranks],
}
