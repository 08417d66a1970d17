"""Exercises of 02_models/10_transformers."""

import numpy as np

from genai_course.exercises.definitions import Function, Prediction, Value

FORBIDDEN = -1e9
WHERE = "np.where(np.tri(len(queries), dtype=bool), scores, {})"


def softmax(scores, axis=-1):
    weights = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return weights / weights.sum(axis=axis, keepdims=True)


def causal_attention(queries, keys, values):
    """What each position gathers.  (time, size), (time, size), (time, width) -> (time, width)"""
    scores = queries @ keys.T / queries.shape[1] ** 0.5
    scores = np.where(np.tri(len(queries), dtype=bool), scores, FORBIDDEN)
    return softmax(scores) @ values


def attend_with_cache(query, key, value, keys, values):
    """One position more: what it gathers, and the cache with its own key and value at the end."""
    keys, values = np.concatenate([keys, key[None]]), np.concatenate([values, value[None]])
    return softmax(keys @ query / len(query) ** 0.5) @ values, keys, values


def gathered_with(weights_of):
    """A wrong attention that differs in how the weights are made."""
    return lambda queries, keys, values: weights_of(queries, keys) @ values


def no_score_is_zero(scores):
    return softmax(np.where(scores == 0, FORBIDDEN, scores))


def overflowing(scores):
    return np.exp(scores) / np.exp(scores).sum(axis=-1, keepdims=True)


def masked(scores, forbidden=FORBIDDEN):
    return np.where(np.tri(len(scores), dtype=bool), scores, forbidden)


def stepped(size_of=np.sqrt, old=False, before=False, mean=False):
    """A wrong step of the cache."""

    def step(query, key, value, keys, values):
        longer = [np.concatenate([key[None], keys] if before else [keys, key[None]])]
        longer += [np.concatenate([value[None], values] if before else [values, value[None]])]
        seen = (keys, values) if old else longer
        weights = np.full(len(seen[0]), 1 / len(seen[0])) if mean else softmax(seen[0] @ query / size_of(len(query)))
        return weights @ seen[1], *longer

    return step


def three_of(rng, time, size, width, factor=1.0):
    return tuple(factor * rng.normal(size=(time, size)) for _ in range(2)) + (rng.normal(size=(time, width)),)


def some_attention(rng):
    """Values of a size of their own, one position alone, queries of zeros, and scores so far out that exp overflows.

    A later score larger by thousands; keys alike and values of 0; more positions than any window; values tiny and large.
    """
    nothing_asked = (np.zeros((4, 3)), rng.normal(size=(4, 3)), rng.normal(size=(4, 2)))
    far_out = (np.array([[-50.0, 0.0], [60.0, 9.0], [0.0, 70.0]]), np.array([[60.0, 5.0], [200.0, -100.0], [90.0, 70.0]]), rng.normal(size=(3, 5)))
    cases = [three_of(rng, 3, 2, 4), three_of(rng, 5, 4, 2), three_of(rng, 1, 3, 2), three_of(rng, 6, 3, 2, 3.0)]
    later = (np.array([[50.0, 0.0], [40.0, 3.0], [-60.0, 1.0]]), np.array([[0.5, 2.0], [70.0, -2.0], [120.0, 60.0]]), rng.normal(size=(3, 4)))
    alike = (np.array([[1.0, 0.0, 2.0, 0.0]] * 3), np.array([[0.5, 1.0, 0.0, -1.0]] * 2 + [[0.0] * 4]), np.array([[0.0, 3.0], [0.0, 0.0], [2.0, 3.0]]))
    many, (*asked, small) = three_of(rng, 130, 3, 2, 0.5), three_of(rng, 4, 2, 3)
    return [*cases, nothing_asked, far_out, later, alike, many, (*asked, 1e-7 * small), (*asked, 1e7 * small)]


def any_attention(draw, st, numbers):
    time, size, width = (draw(st.integers(1, 4)) for _ in range(3))
    return draw(numbers((time, size))), draw(numbers((time, size))), draw(numbers((time, width)))


def one_and_cache(rng, time, size, factor=1.0):
    new = [factor * rng.normal(size=size), factor * rng.normal(size=size), rng.normal(size=size)]
    return (*new, factor * rng.normal(size=(time, size)), rng.normal(size=(time, size)))


def some_caches(rng):
    """Short and long ones, scores so far out that exp overflows, and one that is empty: nothing was written yet.

    Keys alike, and numbers that are all 0; values tiny and large.
    """
    sizes = [(2, 5), (4, 3), (1, 3), (3, 6, 40.0), (0, 4), (130, 3, 0.5)]
    cases = [one_and_cache(rng, *size) for size in sizes]
    alike = (np.array([1.0, 0.0]), np.array([0.5, 2.0]), np.zeros(2), np.array([[0.5, 2.0], [0.0, 0.0], [0.5, 2.0]]), np.array([[1.0, 0.0], [4.0, 1.0], [1.0, 0.0]]))
    nothing_asked = (np.zeros(3), *one_and_cache(rng, 4, 3)[1:])
    scaled = [(q, k, factor * v, keys, factor * values) for factor in (1e-7, 1e7) for q, k, v, keys, values in [one_and_cache(rng, 5, 2)]]
    return [*cases, alike, nothing_asked, *scaled]


def any_cache(draw, st, numbers):
    time, size = draw(st.integers(0, 4)), draw(st.integers(1, 4))
    vectors = [draw(numbers((size,))) for _ in range(3)]
    return (*vectors, draw(numbers((time, size))), draw(numbers((time, size))))


def some_hidden(rng):
    """Tokens, chosen, fate, others, mask_token: every fate, and both edges, among the chosen and among the others.

    Token numbers of a large vocabulary; a mask that is token 0; padding, −1, that is not chosen; long rows; all chosen, none chosen.
    """
    cases = []
    for n, time, mask_token, lowest in ((3, 6, 99, 0), (2, 11, 95, 0), (1, 5, 91, 0), (4, 9, 70_000, 66_000), (2, 7, 0, 300), (26, 33, 200, 0)):
        fate = np.resize([0.05, 0.95, 0.85, 0.75, 0.9, 0.4, 0.8, 0.0], (n, time))
        chosen = np.resize([True, True, True, False, True, False, True], (n, time))
        cases.append((lowest + rng.integers(0, 50, (n, time)), chosen, fate, lowest + rng.integers(50, 90, (n, time)), mask_token))
    padded = np.array([[7, 5, 7, -1, -1], [0, 3, -1, -1, -1]])
    cases.append((padded, padded >= 0, np.resize([0.7999, 0.8999, 0.9001, 0.8001], (2, 5)), np.array([[0, 0, 4, 4, 4], [4, 0, 4, 4, 4]]), 8))
    return [*cases, *((tokens, np.full_like(chosen, each), *rest) for tokens, chosen, *rest in cases[1:2] for each in (True, False))]


def any_hidden(draw, st, numbers):
    shape = draw(st.integers(1, 3)), draw(st.integers(1, 6))
    rng = np.random.default_rng(draw(st.integers(0, 999)))
    fate = rng.choice([0.0, 0.3, 0.79, 0.8, 0.81, 0.89, 0.9, 0.99], shape)
    return rng.integers(0, 50, shape), rng.random(shape) < 0.5, fate, rng.integers(0, 50, shape), draw(st.integers(50, 60))


def hidden_with(mask_below=0.8, other_below=0.9, everywhere=False, swapped=False):
    def hide(tokens, chosen, fate, others, mask_token):
        first, second = (others, mask_token) if swapped else (mask_token, others)
        replaced = np.where(fate < mask_below, first, np.where(fate < other_below, second, tokens))
        return replaced if everywhere else np.where(chosen, replaced, tokens)

    return hide


def hide_written_out(tokens, chosen, fate, others, mask_token):
    replaced = np.where(fate < 0.8, mask_token, np.where(fate < 0.9, others, tokens))
    return np.where(chosen, replaced, tokens)


def others_in_order(tokens, chosen, fate, others, mask_token):
    seen, swap = np.where(chosen & (fate < 0.8), mask_token, tokens), chosen & (fate >= 0.8) & (fate < 0.9)
    seen[swap] = others.ravel()[: swap.sum()]
    return seen


def overwriting(query, key, value, keys, values):
    longer = np.concatenate([keys[:-1], key[None]]), np.concatenate([values[:-1], value[None]])
    return softmax(longer[0] @ query / np.sqrt(len(query))) @ longer[1], *longer


EXERCISES = [
    Function("causal_attention", reference=causal_attention, cases=some_attention, space=any_attention, mistakes={
        gathered_with(lambda q, k: softmax(q @ k.T / np.sqrt(q.shape[1]))):
            "Every position sees all the others, later ones too. A model that trains like this reads its answers before it gives them. Put −1e9 in place of the scores above the diagonal, before the softmax.",
        gathered_with(lambda q, k: softmax(masked(q @ k.T))):
            "The scores are not divided by √size. Products of longer vectors are larger, and the softmax would then see only the largest.",
        gathered_with(lambda q, k: softmax(masked(q @ k.T / q.shape[1]))):
            "You divided by size. It is the square root: a sum of size independent products grows like √size.",
        gathered_with(lambda q, k: softmax(masked(q @ k.T / np.sqrt(q.shape[1]), 0.0))):
            "You put 0 in place of the forbidden scores. The softmax makes e⁰ = 1 of it, a weight like any other. Put −1e9, or −inf.",
        gathered_with(lambda q, k: softmax(q @ k.T / np.sqrt(q.shape[1])) * np.tri(len(q))):
            "You took the later positions out after the softmax, so what is left no longer adds up to 1. Mask the scores before it.",
        gathered_with(lambda q, k: softmax(masked(q @ k.T / np.sqrt(q.shape[1])).T).T):
            "The softmax runs along the wrong axis: each column adds up to 1. Each query, a row, shares out its attention: axis −1.",
        gathered_with(lambda q, k: softmax(np.where(np.tri(len(q), dtype=bool).T, q @ k.T / np.sqrt(q.shape[1]), FORBIDDEN))):
            "Your mask is turned round: each position sees itself and what comes later. Rows are queries; keep what is on the diagonal or left of it.",
        gathered_with(lambda q, k: softmax(masked(k @ q.T / np.sqrt(q.shape[1])))):
            "Queries and keys have changed places. Row i of the scores belongs to query i: `queries @ keys.T`.",
        gathered_with(lambda q, k: softmax(masked(q @ k.T / np.sqrt(q.shape[1]), -10.0))):
            "Your mask is not low enough: among scores below −10 it shines through. Put −1e9, or −inf.",
        gathered_with(lambda q, k: softmax(masked(q @ k.T / np.sqrt(len(q))))):
            "You divided by the root of the number of positions. It is that of `size`, the length of a query: `queries.shape[1]`.",
        (lambda q, k, v: softmax(masked(q @ k.T / np.sqrt(v.shape[1]))) @ v):
            "You divided by the root of the values' size. What grows is the product of a query and a key: their size, `queries.shape[1]`.",
        gathered_with(lambda q, k: softmax(np.where(np.tri(len(q), k=-1, dtype=bool), q @ k.T / np.sqrt(q.shape[1]), FORBIDDEN))):
            "A position does not see itself in yours, and the first sees nothing. Keep what is left of the diagonal *and* the diagonal.",
        gathered_with(lambda q, k: softmax(np.where(np.tri(len(q), k=1, dtype=bool), q @ k.T / np.sqrt(q.shape[1]), FORBIDDEN))):
            "Your mask lets one position too many through: the next one is seen. Keep the diagonal and what is left of it.",
        (lambda q, k, v: softmax(masked(q @ k.T / np.sqrt(q.shape[1])))): "These are the weights. The last step gathers the values with them: `weights @ values`.",
        gathered_with(lambda q, k: no_score_is_zero(np.tri(len(q)) * (q @ k.T) / np.sqrt(q.shape[1]))):
            "You took every score of 0 for a masked one. A score may be 0 by itself: mask by place, with `np.tri(time, dtype=bool)`.",
        gathered_with(lambda q, k: overflowing(masked(q @ k.T / np.sqrt(q.shape[1])))):
            "The exponentials of large scores overflow. Subtract each row's largest first, as the `softmax` above does.",
        (lambda q, k, v: masked(q @ k.T / np.sqrt(q.shape[1]), 0.0) @ v):
            "The softmax is missing, so the weights neither add up to 1 nor are they positive.",
    }, hints=(
        "Three steps: scores of all pairs, later ones forbidden; softmax along each row; weighted sum of the values.",
        "`scores = queries @ keys.T / np.sqrt(size)`, then `np.where(np.tri(time, dtype=bool), scores, -1e9)`.",
        "After the mask: `weights = softmax(scores)` (it is defined above), and `return weights @ values`",
    ), passed="Equation 1 of the paper, with a mask. The course's models do the same for all rows and heads at once.", excused={
        "`queries.shape[1]` → `queries.shape[-1]`": "The second axis is the last.",
        "`np.tri(len(queries), dtype=bool)` → `np.tri(len(queries))`": "np.where takes 1 for True.",
        **{f"`{WHERE.format('-1000000000.0')}` → `{WHERE.format(other)}`": "Any number so low has a weight of 0." for other in ("-1000000001.0", "-999999999.0", "-2000000000.0")},
    }),
    Value("cost", reference=4, hints=(
        "How many scores are there for 4 positions, how many for 8?",
        "Each of T positions asks each of T positions.",
        "Twice as many rows, and each twice as long.",
    ), passed="Scores go with T², and memory with them, while all other layers go with T: that is why long contexts are dear.", mistakes={
        2: "Twice as many positions ask, and each of them asks twice as many.",
        3: "Half of the scores are masked before and after, so the mask does not change the factor.",
        0.25: "It grows: how many scores are there for twice as many positions, divided by how many there are now?",
        8: "Neither the size of a head nor the number of layers changes: twice the rows, twice the columns.",
        1: "Each position asks every position, so more positions mean more scores.",
        16: "That would be four times the context: 4 · 4. Twice the context is 2 · 2.",
    }),
    Function("attend_with_cache", reference=attend_with_cache, cases=some_caches, space=any_cache, mistakes={
        stepped(old=True): "The new position does not see itself. Put its key and value into the cache first, then attend.",
        stepped(before=True):
            "You put the new key and value at the front. What is gathered is the same, but the cache is no longer in the order of the text: put them at the end.",
        stepped(size_of=lambda size: 1.0): "The scores are not divided by √size, as they are in full attention.",
        stepped(size_of=lambda size: size): "You divided by size; it is its square root.",
        "len(query) → len(keys)": "You divided by the root of the number of positions. It is that of `size`, the length of the query.",
        "len(query) → (len(keys) - 1)": "You divided by the root of the old cache's length. It is `size`, the length of the query, that counts.",
        "[keys, key[None]] → [keys, query[None]]": "You put the query into the cache. Others are found by their keys: append `key`.",
        "[keys, key[None]]), np.concatenate([values, value[None]]) → [keys, value[None]]), np.concatenate([values, key[None]])":
            "Key and value have changed places in the caches.",
        "@ values, keys, values → @ values, values, keys": "The two caches come back in the wrong order: keys first, then values.",
        overwriting: "You overwrote the cache's last position. Others still need it: the cache grows by one row.",
        "return → values[np.argmax(keys @ query)], keys, values": "You took the value of the best key alone. Use the softmax of the scores: each gives its share.",
        "softmax(keys @ query / len(query) ** 0.5) → np.exp(keys @ query / np.sqrt(len(query))) / np.exp(keys @ query / np.sqrt(len(query))).sum()":
            "The exponentials of large scores overflow. Subtract the largest first, as the `softmax` above does.",
        stepped(mean=True): "Every position has the same weight. Use the softmax of the query's scores.",
        (lambda q, k, v, keys, values: (stepped()(q, k, v, keys, values)[0], keys, values)):
            "The returned cache lacks the new key and value, so the next position would not see this one.",
    }, hints=(
        "First the cache grows by one row; then one query asks all of it.",
        "`keys = np.concatenate([keys, key[None]])`, the same for the values.",
        "`return softmax(keys @ query / np.sqrt(len(query))) @ values, keys, values`",
    ), passed="No mask is needed: what comes later is not in the cache yet. One row of scores takes the place of T."),
    Function("hide", reference="genai_course.models.masked_language_model:hide", cases=some_hidden, double=True, space=any_hidden,
        written_out=hide_written_out, mistakes={
        hidden_with(everywhere=True): "Tokens are replaced that were not chosen. Where `chosen` is False keep the token.",
        hidden_with(mask_below=1.0):
            "Every chosen token becomes the mask. Then the model never sees anything but a mask where it is asked: two in ten shall be no mask.",
        hidden_with(other_below=1.0): "A fate of 0.9 or more should leave the token as it is; yours puts another one there.",
        hidden_with(other_below=0.8): "Fates from 0.8 to 0.9 should put another token there; yours keeps the token.",
        hidden_with(0.1, 0.9): "Eight in ten become the mask, and one in ten another token; yours has it the other way round.",
        hidden_with(swapped=True): "Mask and other tokens have changed places: fates below 0.8 give the mask.",
        (lambda tokens, chosen, fate, others, mask_token: hidden_with()(tokens, ~chosen, fate, others, mask_token)):
            "You replaced what was not chosen and kept what was.",
        "fate < 0.8 → fate <= 0.8": "A fate of exactly 0.8 is not *below* 0.8: there another token belongs.",
        "fate < 0.9 → fate <= 0.9": "A fate of exactly 0.9 is not *below* 0.9: there the token stays.",
        "(fate < 0.9, others, tokens) → (fate < 0.9, others, mask_token)":
            "From 0.9 on yours puts the mask, too. There the token stays: one chosen in ten is not changed.",
        "replaced = np.where(fate < 0.8, mask_token, np.where(fate < 0.9, others, tokens)) → replaced = np.where(fate < 0.9, others, np.where(fate < 0.8, mask_token, tokens))":
            "You ask for 0.9 first, and every fate below 0.8 is below 0.9 as well, so the mask never comes. Ask for 0.8 first.",
        "mask_token → 0": "Yours puts a 0 where the mask belongs. The number of the mask is given: `mask_token`.",
        others_in_order: "The other tokens come in order, one after another. Take those that stand at the same places: `others[swap]`.",
        "return → tokens * 1": "Nothing has changed: every token is still in its place.",
    }, hints=(
        "Two questions for each place: is it chosen? If so, what does its fate say?",
        "Nest `np.where`: fate < 0.8 gives the mask, fate < 0.9 the other token, else the token itself.",
        "`return np.where(chosen, np.where(fate < 0.8, mask_token, np.where(fate < 0.9, others, tokens)), tokens)`",
    ), passed="Those are BERT's own shares. The one in ten that stays and the one that is exchanged keep the model honest about tokens that are not masks.",
    ),
]

PREDICTIONS = [
    Prediction("agreement", between=(0, 1), close=0.15, after="Attention reaches every earlier position in one step, however far it is."),
]
