"""What transformers are made of: attention, the causal mask, positions, and the block that is stacked.

Vaswani et al. (2017), "Attention is all you need". Norms stand before attention and feed-forward layer, not after them
(Xiong et al. 2020, "On layer normalization in the transformer architecture"): so it trains without a warm-up of many steps.

GPT, the masked language model and the encoder-decoder of the course differ in what attends to what, and share the rest.
"""

import math

import keras
import numpy as np
from keras import layers, ops

from genai_course.checks import check_sizes

FORBIDDEN = -1e9  # in place of a score; its weight becomes exactly 0
ROTATIONS_FROM, ROTATIONS_TO = 1.0, 1e4  # radians to turn by, a position: from 1 to 1 / 10,000
SHARPNESS = 2.0  # of attention between normed queries and keys: scores reach 2 · √size
COPIED = 2.0  # how strongly an attention that begins by copying adds what it finds to what was there


# What blocks are made of. "standard" is GPT-2's; "quick" takes what has come since then and learns more in a minute.
RECIPES = {
    "standard": {"activation": "gelu", "norm": "layer", "rotary": False, "recall": False},
    "quick": {"activation": "squared_relu", "norm": "rms", "rotary": True, "recall": True},
}


def causal_mask(length):
    """Which positions (rows) may look at which (columns): at themselves and at earlier ones.  -> (length, length) bool"""
    positions = ops.arange(length)
    return positions[:, None] >= positions[None, :]


def attention(queries, keys, values, mask=None):
    """Each query gathers the values whose keys fit it: a weighted mean.

    Vaswani et al. (2017), equation 1: softmax(Q Kᵀ / √size) V.
    (…, asking, size), (…, asked, size), (…, asked, size), mask (…, asking, asked) -> gathered (…, asking, size)
    """
    return ops.matmul(attention_weights(queries, keys, mask), values)


def attention_weights(queries, keys, mask=None):
    """How much each query takes from each position; 0 where the mask is False.  -> (…, asking, asked), rows add up to 1"""
    scores = ops.matmul(queries, ops.swapaxes(keys, -1, -2)) / math.sqrt(queries.shape[-1])
    if mask is not None:
        scores = ops.where(mask, scores, FORBIDDEN)
    return ops.softmax(scores, axis=-1)


def rotate(vectors, positions):
    """Turn each pair of coordinates by an angle that grows with the position, each pair at its own speed.

    Then a query and a key match by their distance (Su et al. 2021, "RoFormer", equation 34).
    (batch, heads, time, size), (time,) -> the same shape
    """
    half = vectors.shape[-1] // 2
    speeds = np.geomspace(ROTATIONS_FROM, 1 / ROTATIONS_TO, half).astype("float32")
    angles = ops.cast(positions, "float32")[:, None] * speeds  # (time, size / 2)
    cosine, sine = ops.cos(angles), ops.sin(angles)
    first, second = vectors[..., :half], vectors[..., half:]
    return ops.concatenate([first * cosine - second * sine, first * sine + second * cosine], axis=-1)


def of_one_length(vectors):
    """Each vector at length √size.  (…, size) -> the same shape"""
    return vectors * ops.rsqrt(ops.mean(ops.square(vectors), axis=-1, keepdims=True) + 1e-6)


def squared_relu(inputs):
    """So et al. (2021), "Primer": as quick as ReLU, and a little better in language models."""
    return ops.square(ops.relu(inputs))


def gelu(inputs):
    """Hendrycks and Gimpel (2016), by tanh: the exact form is several times slower on a processor."""
    return ops.gelu(inputs, approximate=True)


ACTIVATIONS = {"gelu": gelu, "squared_relu": squared_relu}
NORMS = {"layer": layers.LayerNormalization, "rms": layers.RMSNormalization}


class Attention(layers.Layer):
    """Several attentions side by side, the heads, each on ``width / heads`` numbers of its own.

    Vaswani et al. (2017), section 3.2.2. rotary: whether queries and keys are turned by their positions.
    recall: whether it is made for finding a word again. Then queries and keys have one length (Henry et al. 2020, "Query-key
        normalization"), so it looks at few places from the first step on, and values begin as they came in, so what it looks
        at becomes likelier to be written (a start near the identity: Trockman and Kolter 2023, "Mimetic initialization").
    """

    def __init__(self, width, heads, rotary=False, recall=False, **options):
        super().__init__(**options)
        self.heads, self.rotary, self.recall = heads, rotary, recall
        self.to_queries = dense(width, use_bias=False)
        self.to_keys = dense(width, use_bias=False)
        self.to_values = dense(width, use_bias=False)
        self.out = dense(width)
        if recall:
            self.to_values.kernel_initializer = keras.initializers.Identity()
            self.out.kernel_initializer = keras.initializers.Identity(COPIED)

    def build(self, input_shape):
        for layer in (self.to_queries, self.to_keys, self.to_values, self.out):
            layer.build(input_shape)
        super().build(input_shape)

    def in_heads(self, vectors):
        """(batch, time, width) -> (batch, heads, time, size)"""
        size = vectors.shape[-1] // self.heads
        return ops.swapaxes(ops.reshape(vectors, (-1, ops.shape(vectors)[1], self.heads, size)), 1, 2)

    def queries(self, inputs, positions):
        """(batch, time, width), (time,) -> (batch, heads, time, size)"""
        queries = self.in_heads(self.to_queries(inputs))
        if self.recall:
            queries = SHARPNESS * of_one_length(queries)
        return rotate(queries, positions) if self.rotary else queries

    def keys_and_values(self, inputs, positions):
        """(batch, time, width), (time,) -> two of (batch, heads, time, size)"""
        keys, values = self.in_heads(self.to_keys(inputs)), self.in_heads(self.to_values(inputs))
        if self.recall:
            keys = of_one_length(keys)
        return (rotate(keys, positions) if self.rotary else keys), values

    def join(self, gathered):
        """(batch, heads, time, size) -> (batch, time, width)"""
        joined = ops.swapaxes(gathered, 1, 2)
        return self.out(ops.reshape(joined, (-1, ops.shape(joined)[1], joined.shape[2] * joined.shape[3])))

    def call(self, inputs, memory=None, allowed=None):
        """``inputs`` ask, ``memory`` answers; without a memory they ask each other.  (batch, time, width) -> the same

        allowed: the mask, (asking, asked) or (batch, 1, 1, asked); None for no limits.
        """
        memory = inputs if memory is None else memory
        queries = self.queries(inputs, ops.arange(ops.shape(inputs)[1]))
        keys, values = self.keys_and_values(memory, ops.arange(ops.shape(memory)[1]))
        return self.join(attention(queries, keys, values, allowed))


class Block(layers.Layer):
    """Positions exchange what they know (attention), then each thinks for itself (feed-forward); both add to what was there.

    width, heads, rotary, recall: see :class:`Attention`; activation, norm: see :data:`ACTIVATIONS`, :data:`NORMS`.
    with_memory: whether it also attends to an encoder's output (Vaswani et al. 2017, section 3.2.3).
    """

    def __init__(
        self, width, heads, activation="gelu", norm="layer", rotary=False, recall=False, with_memory=False, **options
    ):
        super().__init__(**options)
        new_norm = NORMS[norm]
        self.attention_norm, self.attention = new_norm(), Attention(width, heads, rotary, recall)
        self.memory_norm = new_norm() if with_memory else None
        self.memory_attention = Attention(width, heads) if with_memory else None
        self.feed_norm, self.wide, self.narrow = new_norm(), dense(4 * width), dense(width)
        self.activation = ACTIVATIONS[activation]

    def build(self, input_shape):
        width = input_shape[-1]
        of_memory = [layer for layer in (self.memory_norm, self.memory_attention) if layer is not None]
        for layer in (self.attention_norm, self.attention, *of_memory, self.feed_norm, self.wide):
            layer.build(input_shape)
        self.narrow.build((*input_shape[:-1], 4 * width))
        super().build(input_shape)

    def call(self, inputs, memory=None, allowed=None, memory_allowed=None):
        """(batch, time, width), memory (batch, asked, width), a mask for each -> (batch, time, width)"""
        state = inputs + self.attention(self.attention_norm(inputs), allowed=allowed)
        if memory is not None:
            state = state + self.memory_attention(self.memory_norm(state), memory=memory, allowed=memory_allowed)
        return self.think(state)

    def think(self, state):
        """Add what the feed-forward layer says.  (batch, time, width) -> the same"""
        return state + self.narrow(self.activation(self.wide(self.feed_norm(state))))

    def step(self, inputs, cache, position):
        """One position more, with the keys and values of the earlier ones at hand.

        inputs: (batch, 1, width); cache: keys and values, (batch, heads, context, size) each, filled before ``position``.
        Returns the block's output (batch, 1, width) and the cache with this position in it.
        """
        normed, here = self.attention_norm(inputs), ops.reshape(position, (1,))
        new = self.attention.keys_and_values(normed, here)
        cache = [ops.slice_update(old, (0, 0, position, 0), each) for old, each in zip(cache, new, strict=True)]
        keys, values = cache
        seen = ops.arange(keys.shape[2]) <= position  # (context,)
        gathered = attention(self.attention.queries(normed, here), keys, values, seen)
        return self.think(inputs + self.attention.join(gathered)), cache


class TokensAndPositions(layers.Layer):
    """A learned vector for each token, and one for each position added to it (none for rotary attention).

    pairs_and_triples: size of a table of vectors for two and for three tokens in a row, also added; 0 for none. Rows of
        tokens are spread over it by a hash, so some share a vector (Huang et al. 2021, "Lookup-table recurrent language models").

    (batch, time) whole numbers -> (batch, time, width)
    """

    def __init__(self, tokens, context, width, learned_positions=True, pairs_and_triples=0, **options):
        super().__init__(**options)
        self.rows = pairs_and_triples
        self.tokens = layers.Embedding(tokens, width, embeddings_initializer=small_numbers())
        self.positions = self.runs = None
        if learned_positions:
            self.positions = layers.Embedding(context, width, embeddings_initializer=small_numbers())
        if self.rows:
            self.runs = layers.Embedding(2 * self.rows, width, embeddings_initializer="zeros")

    def build(self, input_shape):
        for layer in (self.tokens, self.positions, self.runs):
            if layer is not None:
                layer.build(input_shape)
        super().build(input_shape)

    def call(self, tokens, first_position=0):
        vectors = self.tokens(tokens)
        if self.positions is not None:
            places = ops.maximum(first_position + ops.arange(ops.shape(tokens)[1]), 0)
            vectors = vectors + self.positions(places)
        if self.runs is not None:
            pairs = ops.mod(tokens + 7919 * before(tokens), self.rows)
            triples = ops.mod(pairs + 104729 * before(before(tokens)), self.rows)
            vectors = vectors + self.runs(pairs) + self.runs(self.rows + triples)
        return vectors


def before(tokens):
    """The token before each; 0 before the first.  (batch, time) -> (batch, time)"""
    return ops.pad(tokens[:, :-1], [(0, 0), (1, 0)])


def dense(units, **options):
    """A dense layer that begins with small weights, as in GPT-2 (Radford et al. 2019)."""
    return layers.Dense(units, kernel_initializer=small_numbers(), **options)


def small_numbers():
    """A new initializer: layers that share one would begin with the same numbers."""
    return keras.initializers.RandomNormal(stddev=0.02)


def check_transformer(width, heads, recipe, **sizes):
    """ValueError unless the recipe is known, all else are whole numbers of 1 or more, and heads divide the width evenly."""
    if recipe not in RECIPES:
        raise ValueError(f"recipe is {recipe!r}; choose one of {', '.join(map(repr, RECIPES))}.")
    check_sizes(width=width, heads=heads, **sizes)
    if width % (2 * heads):
        raise ValueError(f"width is {width} and heads is {heads}; give a width that is a multiple of {2 * heads}.")


def places_of_text(tokens):
    """A mask that lets all look at tokens and none at -1, where there is nothing.  (n, time) -> (n, 1, 1, time) bool"""
    return (tokens >= 0)[:, None, None, :]
