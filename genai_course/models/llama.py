"""Llama: the blocks of today's open language models, and text that is generated token by token.

Touvron et al. (2023), "LLaMA: Open and efficient foundation language models". What differs from :mod:`genai_course.models.gpt`:
RMSNorm in place of layer norm (Zhang and Sennrich 2019, "Root mean square layer normalization"); rotary positions in place of
learned ones (Su et al. 2021, "RoFormer"); an MLP with a gate (Shazeer 2020, "GLU variants improve transformer"); query heads that
share keys and values (Ainslie et al. 2023, "GQA: Training generalized multi-query transformer models"); no biases.
"""

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

from genai_course.checks import check_above_zero, check_sizes, check_whole_number
from genai_course.models import language_model
from genai_course.models.gpt import attention, small_normal
from genai_course.models.language_model import LanguageModel, check_tokens, check_transformer, log_probs_of_tokens
from genai_course.models.token_sampling import check_sampling, draw_token, penalise_repetition, token_probabilities

POSITIONS_AT_ONCE = 128  # of a long row: the logits of all, or the scores of all pairs, would fill the memory


def rms_norm():
    """Divide by the root of the mean square, times a learned scale: layer norm without taking the mean away."""
    return layers.RMSNormalization(epsilon=1e-5)


def rotations(positions, size, rope_base):
    """Cosines and sines of the angles position / rope_base^(2 i / size).  (time,) -> two of (time, size / 2)"""
    speeds = rope_base ** (-np.arange(0, size, 2) / size)  # radians a position, of each pair of coordinates
    angles = ops.cast(positions, "float32")[:, None] * speeds.astype("float32")
    return ops.cos(angles), ops.sin(angles)


def rotate(vectors, turns):
    """Turn each pair of coordinates, i and i + size / 2, by its angle: then a query and a key match by their distance.

    Su et al. (2021), equation 34.  (batch, heads, time, size), from :func:`rotations` -> the same shape
    """
    cosine, sine = turns
    first, second = ops.split(vectors, 2, axis=-1)
    return ops.concatenate([first * cosine - second * sine, first * sine + second * cosine], axis=-1)


class GroupedQueryAttention(layers.Layer):
    """Attention in which several query heads, a group, share one head of keys and values: less to compute and to keep.

    dense: a function, number of outputs -> layer. gather: the attention, a function as :func:`genai_course.models.gpt.attention`.
    """

    def __init__(self, d_model, heads, key_value_heads, dense, gather, **options):
        super().__init__(**options)
        self.size, self.heads, self.key_value_heads, self.gather = d_model // heads, heads, key_value_heads, gather
        self.query_proj, self.out_proj = dense(d_model), dense(d_model)
        self.key_proj, self.value_proj = dense(key_value_heads * self.size), dense(key_value_heads * self.size)
        self.built = True

    def call(self, x, turns, attention_mask, cache=None):
        """New positions attend to those in the cache and to themselves.

        x: (batch · time, d_model); turns: rotations of the new positions; attention_mask: (time, all) bool.
        cache: keys and values of the positions before, (batch, key_value_heads, earlier, size) each; None where there are none.
        Returns x's shape, and the cache with the new positions in it.
        """
        time = ops.shape(attention_mask)[0]

        def split_heads(vectors, heads):  # -> (batch, heads, time, size)
            return ops.swapaxes(ops.reshape(vectors, (-1, time, heads, self.size)), 1, 2)

        queries = rotate(split_heads(self.query_proj(x), self.heads), turns)
        keys = rotate(split_heads(self.key_proj(x), self.key_value_heads), turns)
        values = split_heads(self.value_proj(x), self.key_value_heads)
        if cache is not None:
            keys, values = (ops.concatenate(pair, axis=2) for pair in zip(cache, (keys, values), strict=True))
        queries = ops.reshape(queries, (-1, self.key_value_heads, self.heads // self.key_value_heads, time, self.size))
        gathered = self.gather(queries, keys[:, :, None], values[:, :, None], attention_mask)
        merged = ops.swapaxes(ops.reshape(gathered, (-1, self.heads, time, self.size)), 1, 2)
        return self.out_proj(ops.reshape(merged, (-1, self.heads * self.size))), (keys, values)


class SwiGLU(layers.Layer):
    """An MLP with a gate: one half of the wide layer says how much of the other half passes.  Shazeer (2020), equation 6"""

    def __init__(self, d_model, hidden, dense, **options):
        super().__init__(**options)
        self.gate_proj, self.up_proj, self.down_proj = dense(hidden), dense(hidden), dense(d_model)
        self.built = True

    def call(self, x):
        return self.down_proj(ops.silu(self.gate_proj(x)) * self.up_proj(x))


class LlamaBlock(layers.Layer):
    """As a block of GPT: positions exchange what they know, then each is changed on its own; both add to what was there."""

    def __init__(self, attention, mlp, **options):
        super().__init__(**options)
        self.attention_norm, self.attention = rms_norm(), attention
        self.mlp_norm, self.mlp = rms_norm(), mlp
        self.built = True

    def call(self, x, turns, attention_mask, cache=None):
        """As of :class:`GroupedQueryAttention`."""
        gathered, cache = self.attention(self.attention_norm(x), turns, attention_mask, cache)
        x = x + gathered
        return x + self.mlp(self.mlp_norm(x)), cache


@keras.saving.register_keras_serializable(package="genai_course")
class Llama(LanguageModel):
    """A distribution over rows of tokens, each token given those before it.

    vocab_size: number of different tokens; context_length: the longest row. start: the token that stands before every row, so the
        first token has a probability, too. In a row -1 is "nothing": what stands after the end of a short text.
    d_model: numbers that each position holds, a multiple of 2 · heads; heads: attentions side by side; key_value_heads: how many
        keys and values they share, a divisor of heads; hidden: width of the MLP; num_layers: blocks.
    rope_base: the slowest pair of coordinates turns once in nearly 2π · rope_base positions.
    gather: the attention, a function as :func:`genai_course.models.gpt.attention`; initializer: a function that returns the
        initializer of a matrix, such as ``keras.initializers.Zeros`` where weights are loaded next. Neither is saved.

    Raises ValueError, naming it, for an invalid setting.
    """

    def __init__(
        self, vocab_size, context_length, d_model=64, heads=4, num_layers=2, key_value_heads=2, hidden=192,
        rope_base=10_000.0, start=0, gather=attention, initializer=small_normal, **options
    ):  # fmt: skip
        super().__init__(**options)
        sizes = {"vocab_size": vocab_size, "context_length": context_length, "num_layers": num_layers}
        sizes = check_transformer(d_model, heads, **sizes, key_value_heads=key_value_heads, hidden=hidden)
        if heads % key_value_heads:
            raise ValueError(f"key_value_heads is {key_value_heads}; give a divisor of the {heads} heads.")
        check_above_zero("rope_base", rope_base)
        check_whole_number("start", start, 0, vocab_size - 1)
        self.settings = {**sizes, "rope_base": float(rope_base), "start": int(start)}
        self.vocab_size, self.context_length, self.start = sizes["vocab_size"], sizes["context_length"], int(start)
        self.size, self.rope_base = d_model // heads, float(rope_base)

        def dense(units):
            return layers.Dense(units, use_bias=False, kernel_initializer=initializer())

        self.embedding = layers.Embedding(vocab_size, d_model, embeddings_initializer=initializer())
        attentions = (GroupedQueryAttention(d_model, heads, key_value_heads, dense, gather) for _ in range(num_layers))
        self.blocks = [LlamaBlock(attention, SwiGLU(d_model, hidden, dense)) for attention in attentions]
        self.norm = rms_norm()
        self.read(np.zeros((1, 2), "int32"))  # makes the weights, so that they can be loaded
        self.built = True
        self.compile_read()

    def compile_read(self):
        """Make ``read`` a graph, one for a long prompt and for a single token; again where layers were exchanged."""
        kept = tf.TensorSpec((None, self.settings["key_value_heads"], None, self.size), "float32")
        signature = [tf.TensorSpec((None, None), "int32"), [(kept, kept)] * len(self.blocks)]
        self.compiled_read = tf.function(self.read, input_signature=signature, autograph=False)

    def inputs(self, tokens):
        """What the model reads to predict ``tokens``: the start, then all but the last.  (n, time) -> (n, time) int32"""
        return ops.pad(ops.maximum(ops.cast(tokens, "int32"), 0), [(0, 0), (1, 0)], constant_values=self.start)[:, :-1]

    def call(self, tokens, training=False):
        """Logits of each token, given those before it; in training, as of GPT, the hidden states.  (n, time) -> (n, time, …)"""
        states, _ = self.read(self.inputs(tokens))
        return states if training else self.head(states)

    def read(self, tokens, caches=None):
        """Hidden states after each of ``tokens``, which follow those in the caches.

        (n, time), for each block its keys and values -> (n, time, d_model), caches with the new positions in them
        """
        earlier = 0 if caches is None else ops.shape(caches[0][0])[2]
        positions = earlier + ops.arange(ops.shape(tokens)[1])  # (time,)
        turns = rotations(positions, self.size, self.rope_base)
        attention_mask = positions[:, None] >= ops.arange(earlier + ops.shape(tokens)[1])  # (time, all)
        # All positions of all rows one below the other: only attention looks at more than one.
        x, after = self.embedding(ops.reshape(tokens, (-1,))), []  # (n · time, d_model)
        for block, cache in zip(self.blocks, caches or [None] * len(self.blocks), strict=True):
            x, cache = block(x, turns, attention_mask, cache)
            after.append(cache)
        return ops.reshape(self.norm(x), (*ops.shape(tokens), x.shape[-1])), after

    def head(self, states):
        """How well each token's vector, that of the embedding again, matches.  (…, d_model) -> (…, vocab_size)"""
        return tf.matmul(states, self.embedding.embeddings, transpose_b=True)

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        """Mean cross-entropy of the tokens, in nats; the target is the row itself."""
        if not training:
            return super().compute_loss(x, y, y_pred, sample_weight, training)
        weights = language_model.token_weights(x, sample_weight)
        return language_model.fused_cross_entropy(x, y_pred, self.embedding.embeddings, weights)

    def generate(
        self, prompt, max_tokens=100, temperature=1.0, top_k=None, top_p=1.0, repetition_penalty=1.0, stop=(), seed=0
    ):
        """The tokens that follow ``prompt``, (tokens,) of 1 or more, as they come: an iterator, which may be left at any time.

        It ends after ``max_tokens``, before one of the tokens ``stop``, and where the context is full.
        temperature, top_k, top_p: as of :func:`token_probabilities`; repetition_penalty: as of :func:`penalise_repetition`.
        Raises ValueError for a number out of range.
        """
        check_sizes(max_tokens=max_tokens)
        check_sampling(self.vocab_size, temperature, top_k, top_p)
        check_above_zero("repetition_penalty", repetition_penalty)
        prompt = check_tokens(np.asarray(prompt)[None], self.vocab_size, self.context_length, name="prompt")[0]
        end, random = min(self.context_length + 1, len(prompt) + max_tokens), np.random.default_rng(seed)

        def tokens():
            row, new, caches = prompt.tolist(), prompt, self.empty_caches(1)
            while len(row) < end:
                for first in range(0, len(new), POSITIONS_AT_ONCE):
                    states, caches = self.compiled_read(new[None, first : first + POSITIONS_AT_ONCE], caches)
                logits = penalise_repetition(self.head(states[:, -1])[0].numpy(), row, repetition_penalty)
                token = draw_token(token_probabilities(logits, temperature, top_k, top_p), random.random())
                if token in stop:
                    return
                yield token
                row.append(token)
                new = np.array([token], "int32")

        return tokens()

    def empty_caches(self, n):
        """For each block the keys and values of n rows, none yet: (n, key_value_heads, 0, size) each."""
        nothing = tf.zeros((n, self.settings["key_value_heads"], 0, self.size))
        return [(nothing, nothing) for _ in self.blocks]

    def sample(self, n, seed=0, length=None, prompt=(), temperature=1.0, top_k=None, top_p=1.0):
        """Generate ``n`` rows of tokens that follow the start and ``prompt``, one after another.

        length: tokens of a row with those of the prompt, by default the whole context. The others: as of ``generate``.
        Returns (n, length) int32.  Raises ValueError for a number out of range.
        """
        length = self.context_length if length is None else length
        check_sizes(n=n)
        check_whole_number("length", length, len(prompt) + 1, self.context_length)
        settings = ([self.start, *prompt], length - len(prompt), temperature, top_k, top_p)
        rows = [[*prompt, *self.generate(*settings, seed=[seed, number])] for number in range(n)]
        return np.array(rows, "int32")

    def log_prob_of_tokens(self, tokens):
        """As of :class:`LanguageModel`; row by row, and a part of the positions at a time."""
        tokens, scores = check_tokens(tokens, self.vocab_size, self.context_length), []
        for row, inputs in zip(tokens, self.inputs(tokens), strict=True):
            found, caches = [], self.empty_caches(1)
            for first in range(0, len(row), POSITIONS_AT_ONCE):
                part = slice(first, first + POSITIONS_AT_ONCE)
                states, caches = self.compiled_read(inputs[None, part], caches)
                found.append(log_probs_of_tokens(row[part], self.head(states[0])))
            scores.append(np.where(row >= 0, np.concatenate(found), 0))
        return np.array(scores, "float64")
