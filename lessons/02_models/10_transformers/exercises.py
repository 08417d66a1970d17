"""Exercises of 02_models/10_transformers."""

import numpy as np

from genai_course.exercises.definitions import Function, Prediction, Value

FORBIDDEN = -1e9
MASKED = "ops.where(np.tri(queries.shape[-2], dtype=bool), scores, FORBIDDEN)"
WHERE = "ops.where(np.tri(time, dtype=bool), scores, {})"
TRANSPOSED = "ops.swapaxes(keys, -1, -2)"


def causal_attention(queries, keys, values):
    """What each position gathers.  (…, time, size), (…, time, size), (…, time, width) -> (…, time, width)"""
    from keras import ops

    scores = ops.matmul(queries, ops.swapaxes(keys, -1, -2)) / queries.shape[-1] ** 0.5
    scores = ops.where(np.tri(queries.shape[-2], dtype=bool), scores, FORBIDDEN)
    return ops.matmul(ops.softmax(scores), values)


def block(x, attention, mlp, attention_norm, mlp_norm):
    """(batch, time, d_model), four functions of such arrays -> (batch, time, d_model)"""
    x = x + attention(attention_norm(x))
    return x + mlp(mlp_norm(x))


def attend_with_cache(query, key, value, keys, values):
    """One position more: what it gathers, and the cache with its own key and value at the end."""
    from keras import ops

    keys, values = ops.concatenate([keys, key], axis=-2), ops.concatenate([values, value], axis=-2)
    scores = ops.matmul(query, ops.swapaxes(keys, -1, -2)) / query.shape[-1] ** 0.5
    return ops.matmul(ops.softmax(scores), values), keys, values


def three_of(rng, *shape, width, factor=1.0):
    return tuple(factor * rng.normal(size=shape) for _ in range(2)) + (rng.normal(size=(*shape[:-1], width)),)


def some_attention(rng):
    """Values of a size of their own, one position alone, queries of zeros, and scores so far out that exp overflows.

    A later score larger by thousands; keys alike and values of 0; more positions than any window; values tiny and large.
    Heads and batches in front, as the lesson's GPT passes them, arrays and tensors.
    """
    from keras import ops

    nothing_asked = (np.zeros((4, 3)), rng.normal(size=(4, 3)), rng.normal(size=(4, 2)))
    far_out = (np.array([[-50.0, 0.0], [60.0, 9.0], [0.0, 70.0]]), np.array([[60.0, 5.0], [200.0, -100.0], [90.0, 70.0]]), rng.normal(size=(3, 5)))
    cases = [three_of(rng, 3, 2, width=4), three_of(rng, 5, 4, width=2), three_of(rng, 1, 3, width=2), three_of(rng, 6, 3, width=2, factor=3.0)]
    later = (np.array([[50.0, 0.0], [40.0, 3.0], [-60.0, 1.0]]), np.array([[0.5, 2.0], [70.0, -2.0], [120.0, 60.0]]), rng.normal(size=(3, 4)))
    alike = (np.array([[1.0, 0.0, 2.0, 0.0]] * 3), np.array([[0.5, 1.0, 0.0, -1.0]] * 2 + [[0.0] * 4]), np.array([[0.0, 3.0], [0.0, 0.0], [2.0, 3.0]]))
    many, (*asked, small) = three_of(rng, 130, 3, width=2, factor=0.5), three_of(rng, 4, 2, width=3)
    cases += [nothing_asked, far_out, later, alike, many, (*asked, 1e-7 * small), (*asked, 1e7 * small)]
    in_front = [three_of(rng, 3, 4, 2, width=5), three_of(rng, 1, 2, 6, 4, width=3), three_of(rng, 2, 3, 5, 4, width=6)]
    arrays = three_of(rng, 4, 6, width=5), three_of(rng, 3, 4, 6, width=5), three_of(rng, 2, 3, 4, 6, width=5)
    tensors = [tuple(ops.convert_to_tensor(each, dtype="float32") for each in three) for three in arrays]
    return [*cases, *in_front[:2], *tensors, in_front[2]]


def any_attention(draw, st, numbers):
    time, size, width = (draw(st.integers(1, 4)) for _ in range(3))
    front = draw(st.sampled_from([(), (1,), (3,), (2, 3)]))
    return draw(numbers((*front, time, size))), draw(numbers((*front, time, size))), draw(numbers((*front, time, width)))


def mixing(factor):
    """A function of all positions that bends: what attention, an MLP or a norm could be."""

    def mix(x):
        from keras import ops

        return ops.tanh(factor * x + 0.3 * ops.roll(x, 1, axis=1)) * (1 + factor)

    return mix


def centred(scale):
    """A norm: each vector at mean 0 and length ``scale`` · √size."""

    def norm(x):
        from keras import ops

        away = x - ops.mean(x, axis=-1, keepdims=True)
        return scale * away / ops.sqrt(ops.mean(ops.square(away), axis=-1, keepdims=True) + 1e-3)

    return norm


FUNCTIONS = mixing(0.7), mixing(-1.2), centred(1.5), centred(0.4)


def some_blocks(rng):
    """One row and several, small and far out, two numbers alike, nothing but zeros; a tensor, as the lesson passes one."""
    from keras import ops

    tied = rng.integers(-2, 3, (2, 3, 6)).astype(float)
    arrays = [rng.normal(size=(2, 3, 4)), rng.normal(size=(1, 5, 2)), 40 * rng.normal(size=(3, 1, 5)), tied, np.zeros((2, 4, 3))]
    arrays.append(ops.convert_to_tensor(rng.normal(size=(3, 2, 4)), dtype="float32"))
    return [(each, *FUNCTIONS) for each in arrays]


def any_block(draw, st, numbers):
    return draw(numbers((draw(st.integers(1, 3)), draw(st.integers(1, 4)), draw(st.integers(2, 5))))), *FUNCTIONS


def one_and_cache(rng, time, size, *front, width=None, factor=1.0):
    width = size if width is None else width
    new = [factor * rng.normal(size=(*front, 1, size)) for _ in range(2)] + [rng.normal(size=(*front, 1, width))]
    return (*new, factor * rng.normal(size=(*front, time, size)), rng.normal(size=(*front, time, width)))


def some_caches(rng):
    """Short and long ones, scores so far out that exp overflows, and one that is empty: nothing was written yet.

    Keys alike, and numbers that are all 0; values tiny and large; heads and batches in front, as the lesson's GPT passes them.
    """
    cases = [one_and_cache(rng, *size) for size in [(2, 5), (4, 3), (1, 3)]]
    cases += [one_and_cache(rng, 3, 6, factor=40.0), one_and_cache(rng, 0, 4), one_and_cache(rng, 130, 3, factor=0.5)]
    alike = tuple(np.array(each) for each in ([[1.0, 0.0]], [[0.5, 2.0]], [[0.0, 0.0]], [[0.5, 2.0], [0.0, 0.0], [0.5, 2.0]], [[1.0, 0.0], [4.0, 1.0], [1.0, 0.0]]))
    nothing_asked = (np.zeros((1, 3)), *one_and_cache(rng, 4, 3)[1:])
    scaled = [(q, k, factor * v, keys, factor * values) for factor in (1e-7, 1e7) for q, k, v, keys, values in [one_and_cache(rng, 5, 2)]]
    with_heads = [one_and_cache(rng, 5, 4, 3, width=2), one_and_cache(rng, 4, 3, 1, 2), one_and_cache(rng, 6, 5, 2, 3, width=4), one_and_cache(rng, 0, 3, 2, 4)]
    return [*cases, alike, nothing_asked, *scaled, *with_heads]


def any_cache(draw, st, numbers):
    time, size, width = draw(st.integers(0, 4)), draw(st.integers(1, 4)), draw(st.integers(1, 4))
    front = draw(st.sampled_from([(), (1,), (3,), (2, 3)]))
    vectors = [draw(numbers((*front, 1, each))) for each in (size, size, width)]
    return (*vectors, draw(numbers((*front, time, size))), draw(numbers((*front, time, width))))


EXERCISES = [
    Function("causal_attention", reference=causal_attention, cases=some_attention, space=any_attention, traced=True, traced_at=(0, -1), mistakes={
        f"{MASKED} → scores":
            "Every position sees all the others, later ones too. A model that trains like this reads its answers before it gives them. Put −1e9 in place of the scores above the diagonal, before the softmax.",
        "/ queries.shape[-1] ** 0.5 →":
            "The scores are not divided by √size. Products of longer vectors are larger, and the softmax would then see only the largest.",
        "** 0.5 →": "You divided by size. It is the square root: a sum of size independent products grows like √size.",
        "scores, FORBIDDEN → scores, 0.0":
            "You put 0 in place of the forbidden scores. The softmax makes e⁰ = 1 of it, a weight like any other. Put −1e9, or −inf.",
        (f"{MASKED} → scores", "ops.softmax(scores) → ops.softmax(scores) * np.tri(queries.shape[-2], dtype='float32')"):
            "You took the later positions out after the softmax, so what is left no longer adds up to 1. Mask the scores before it.",
        "ops.softmax(scores) → ops.softmax(scores, axis=-2)":
            "The softmax runs along the wrong axis: each column adds up to 1. Each query, a row, shares out its attention: axis −1.",
        "np.tri(queries.shape[-2], dtype=bool) → np.tri(queries.shape[-2], dtype=bool).T":
            "Your mask is turned round: each position sees itself and what comes later. Rows are queries; keep what is on the diagonal or left of it.",
        f"ops.matmul(queries, {TRANSPOSED}) → ops.matmul(keys, ops.swapaxes(queries, -1, -2))":
            "Queries and keys have changed places. Row i of the scores belongs to query i: `queries` first, then the transposed `keys`.",
        "scores, FORBIDDEN → scores, -10.0": "Your mask is not low enough: among scores below −10 it shines through. Put −1e9, or −inf.",
        "queries.shape[-1] → queries.shape[-2]":
            "You divided by the root of the number of positions. It is that of `size`, the length of a query: `queries.shape[-1]`.",
        "queries.shape[-1] → values.shape[-1]":
            "You divided by the root of the values' size. What grows is the product of a query and a key: their size, `queries.shape[-1]`.",
        "queries.shape[-1] → queries.shape[1]":
            "Right for two axes. In the model batch and heads stand in front, so axis 1 is the heads: count from the end, `queries.shape[-1]`.",
        "queries.shape[-2], dtype=bool → len(queries), dtype=bool":
            "Right for two axes. In the model the batch stands in front, so `len` counts texts: the number of positions is `queries.shape[-2]`.",
        "queries.shape[-2], dtype=bool → queries.shape[-2], k=-1, dtype=bool":
            "A position does not see itself in yours, and the first sees nothing. Keep what is left of the diagonal *and* the diagonal.",
        "queries.shape[-2], dtype=bool → queries.shape[-2], k=1, dtype=bool":
            "Your mask lets one position too many through: the next one is seen. Keep the diagonal and what is left of it.",
        "return → ops.softmax(scores)": "These are the weights. The last step gathers the values with them: `ops.matmul(weights, values)`.",
        f"{MASKED} → ops.where(scores * np.tri(queries.shape[-2], dtype='float32') == 0, FORBIDDEN, scores)":
            "You took every score of 0 for a masked one. A score may be 0 by itself: mask by place, with `np.tri(time, dtype=bool)`.",
        "ops.softmax(scores) → ops.exp(scores) / ops.sum(ops.exp(scores), axis=-1, keepdims=True)":
            "The exponentials of large scores overflow. `ops.softmax` subtracts each row's largest first.",
        ("scores, FORBIDDEN → scores, 0.0", "ops.softmax(scores) → scores"):
            "The softmax is missing, so the weights neither add up to 1 nor are they positive.",
    }, hints=(
        "Three steps: scores of all pairs, later ones forbidden; softmax along each row; weighted sum of the values.",
        "`scores = ops.matmul(queries, ops.swapaxes(keys, -1, -2)) / size**0.5`, then `ops.where(np.tri(time, dtype=bool), scores, -1e9)`.",
        "After the mask: `return ops.matmul(ops.softmax(scores), values)`",
    ), passed="Equation 1 of the paper, with a mask. Because it only uses the last two axes, it does all texts of a batch and all heads at once.", excused={
        "`ops.swapaxes(keys, -1, -2)` → `ops.swapaxes(keys, -2, -1)`": "The same two axes change places.",
        "`np.tri(time, dtype=bool)` → `np.tri(time)`": "ops.where takes 1 for True.",
        **{f"`{WHERE.format('-1000000000.0')}` → `{WHERE.format(other)}`": "Any number so low has a weight of 0." for other in ("-1000000001.0", "-999999999.0", "-2000000000.0")},
    }),
    Value("cost", reference=4, hints=(
        "How many scores are there for 4 positions, how many for 8?",
        "Each of T positions asks each of T positions.",
        "Twice as many rows, and each twice as long.",
    ), passed="Scores go with T², while all other layers go with T: that is why long contexts are expensive. (FlashAttention computes the same without storing the scores, so its memory is linear in T.)", mistakes={
        2: "Twice as many positions ask, and each of them asks twice as many.",
        3: "Half of the scores are masked before and after, so the mask does not change the factor.",
        0.25: "It grows: how many scores are there for twice as many positions, divided by how many there are now?",
        8: "Neither the size of a head nor the number of layers changes: twice the rows, twice the columns.",
        1: "Each position asks every position, so more positions mean more scores.",
        16: "That would be four times the context: 4 · 4. Twice the context is 2 · 2.",
    }),
    Function("block", reference=block, cases=some_blocks, space=any_block, traced=True, mistakes={
        "x + attention(attention_norm(x)) → attention(attention_norm(x))":
            "The first residual connection is missing: add what the attention says to `x`, or the position forgets its own token.",
        "x + mlp(mlp_norm(x)) → mlp(mlp_norm(x))": "The second residual connection is missing: add what the MLP says to what came into it.",
        ("x + attention(attention_norm(x)) → attention(attention_norm(x))", "x + mlp(mlp_norm(x)) → mlp(mlp_norm(x))"):
            "Both residual connections are missing: each part *adds* to what was there.",
        "attention(attention_norm(x)) → attention(x)": "The attention reads `x` as it is. Each part reads it through its own norm.",
        "mlp(mlp_norm(x)) → mlp(x)": "The MLP reads `x` as it is. Each part reads it through its own norm.",
        ("attention(attention_norm(x)) → attention(x)", "mlp(mlp_norm(x)) → mlp(x)"): "The norms are missing: each part reads `x` through its own.",
        ("x + attention(attention_norm(x)) → attention_norm(x + attention(x))", "x + mlp(mlp_norm(x)) → mlp_norm(x + mlp(x))"):
            "You normed the sums, as in the paper of 2017. Since GPT-2 the norm stands before each part, so that `x` itself passes from the first block to the last untouched.",
        "x + attention(attention_norm(x)) → attention_norm(x) + attention(attention_norm(x))":
            "You added to the normed `x`. The connection carries `x` itself; only what the attention reads is normed.",
        "x + mlp(mlp_norm(x)) → mlp_norm(x) + mlp(mlp_norm(x))":
            "You added to the normed `x`. The connection carries `x` itself; only what the MLP reads is normed.",
        "mlp(mlp_norm(x)) → mlp(attention_norm(x))": "The MLP has a norm of its own, `mlp_norm`.",
        "attention(attention_norm(x)) → attention(mlp_norm(x))": "The attention has a norm of its own, `attention_norm`.",
        "return → x": "The MLP is missing.",
        ("attention(attention_norm(x)) → mlp(mlp_norm(x))", "return → x + attention(attention_norm(x))"):
            "The MLP came first. Positions exchange what they know, then each is changed on its own.",
        ("x = x + attention(attention_norm(x)) → y = x + attention(attention_norm(x))", "return → y + mlp(mlp_norm(x))"):
            "The MLP read what came into the block. It reads what the attention has added to.",
        ("x = x + attention(attention_norm(x)) → y = x + attention(attention_norm(x))", "return → x + mlp(mlp_norm(y))"):
            "What the attention said is lost in the last sum: go on with the sum, not with the block's input.",
    }, hints=(
        "Two lines of the same form: what was there, plus what one part says about its normed self.",
        "`x = x + attention(attention_norm(x))` is the first.",
        "The second: `return x + mlp(mlp_norm(x))`",
    ), passed="That is all a block does. Everything a transformer knows stands in the two sums, which run through it from the bottom to the top: the residual stream."),
    Function("attend_with_cache", reference=attend_with_cache, cases=some_caches, space=any_cache, mistakes={
        ("keys, values = → longer, more =", "ops.softmax(scores), values), keys, values → ops.softmax(scores), values), longer, more"):
            "The new position does not see itself. Put its key and value into the cache first, then attend.",
        ("[keys, key] → [key, keys]", "[values, value] → [value, values]"):
            "You put the new key and value at the front. What is gathered is the same, but the cache is no longer in the order of the text: put them at the end.",
        "/ query.shape[-1] ** 0.5 →": "The scores are not divided by √size, as they are in full attention.",
        "** 0.5 →": "You divided by size; it is its square root.",
        "query.shape[-1] → keys.shape[-2]": "You divided by the root of the number of positions. It is that of `size`, the length of the query.",
        "query.shape[-1] → (keys.shape[-2] - 1)": "You divided by the root of the old cache's length. It is `size`, the length of the query, that counts.",
        "[keys, key] → [keys, query]": "You put the query into the cache. Others are found by their keys: append `key`.",
        "ops.softmax(scores), values), keys, values → ops.softmax(scores), values), values, keys":
            "The two caches come back in the wrong order: keys first, then values.",
        ("[keys, key] → [keys[..., :-1, :], key]", "[values, value] → [values[..., :-1, :], value]"):
            "You overwrote the cache's last position. Others still need it: the cache grows by one row.",
        "ops.matmul(ops.softmax(scores), values) → ops.take_along_axis(values, ops.swapaxes(ops.argmax(scores, axis=-1, keepdims=True), -1, -2), axis=-2)":
            "You took the value of the best key alone. Use the softmax of the scores: each gives its share.",
        "ops.softmax(scores) → ops.exp(scores) / ops.sum(ops.exp(scores), axis=-1, keepdims=True)":
            "The exponentials of large scores overflow. `ops.softmax` subtracts the largest first.",
        "ops.softmax(scores) → ops.softmax(0 * scores)": "Every position has the same weight. Use the softmax of the query's scores.",
        ("keys, values = → longer, more =", "swapaxes(keys → swapaxes(longer", "softmax(scores), values → softmax(scores), more"):
            "The returned cache lacks the new key and value, so the next position would not see this one.",
        "return → ops.softmax(scores), keys, values": "These are the weights. Gather the values with them.",
        "ops.softmax(scores) → scores": "The softmax is missing, so the weights neither add up to 1 nor are they positive.",
    }, hints=(
        "First the cache grows by one row; then one query asks all of it.",
        "`keys = ops.concatenate([keys, key], axis=-2)`, the same for the values.",
        "`weights = ops.softmax(ops.matmul(query, ops.swapaxes(keys, -1, -2)) / size**0.5)`, then `return ops.matmul(weights, values), keys, values`",
    ), passed="No mask is needed: what comes later is not in the cache yet. One row of scores takes the place of T."),
]

PREDICTIONS = [
    Prediction("agreement", between=(0, 1), close=0.15, after="Attention *can* reach every earlier position in one step. Whether it does is learned, and that takes longer than this training, or a better start."),
]
