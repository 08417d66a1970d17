"""GPT: a stack of transformer blocks that predicts the next token, and generates text token by token.

Vaswani et al. (2017), "Attention is all you need"; Radford et al. (2018), "Improving language understanding by generative
pre-training"; norms before attention and MLP as in Radford et al. (2019), "Language models are unsupervised multitask learners";
token embeddings that are the head's weights, too: Press and Wolf (2017), "Using the output embedding to improve language models".
"""

import math

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

from genai_course.checks import check_above_zero, check_sizes, check_whole_number
from genai_course.models import language_model
from genai_course.models.language_model import LanguageModel, check_tokens, check_transformer, lr_schedule, sample_token
from genai_course.models.picture_checks import check_settings

FORBIDDEN = -1e9  # in place of a score; its weight becomes exactly 0


def causal_attention_mask(length):
    """Which positions (rows) may attend to which (columns): to themselves and to earlier ones.  -> (length, length) bool"""
    positions = ops.arange(length)
    return positions[:, None] >= positions[None, :]


def attention(queries, keys, values, attention_mask=None):
    """Each query gathers the values whose keys match it: softmax(Q Kᵀ / √size) V, Vaswani et al. (2017), equation 1.

    (…, n, size), (…, m, size), (…, m, size), mask (…, n, m) -> gathered (…, n, size)
    """
    return ops.matmul(attention_weights(queries, keys, attention_mask), values)


def attention_weights(queries, keys, attention_mask=None):
    """How much each query takes from each position; 0 where the mask is False.  -> (…, n, m), rows add up to 1"""
    scores = ops.matmul(queries / math.sqrt(queries.shape[-1]), ops.swapaxes(keys, -1, -2))
    if attention_mask is not None:
        scores = ops.where(attention_mask, scores, FORBIDDEN)
    return ops.softmax(scores, axis=-1)


def gelu(inputs):
    """Hendrycks and Gimpel (2016), by tanh: the exact form is several times slower on a processor."""
    return ops.gelu(inputs, approximate=True)


class Attention(language_model.Composite):
    """Several attentions side by side, the heads, each on ``d_model / heads`` numbers.  Vaswani et al. (2017), section 3.2.2

    positions: those of ``x``, for a subclass that rotates queries and keys by them (RoPE); here the embedding adds them.
    """

    def __init__(self, d_model, heads, out_stddev=0.02, **options):
        super().__init__(**options)
        self.heads = heads
        self.query_proj, self.key_proj, self.value_proj = (dense(d_model, use_bias=False) for _ in range(3))
        self.out_proj = dense(d_model, out_stddev)

    def split_heads(self, vectors):
        """(batch, time, d_model) -> (batch, heads, time, size)"""
        size = vectors.shape[-1] // self.heads
        return ops.swapaxes(ops.reshape(vectors, (-1, ops.shape(vectors)[1], self.heads, size)), 1, 2)

    def merge_heads(self, gathered):
        """(batch, heads, time, size) -> (batch, time, d_model)"""
        merged = ops.swapaxes(gathered, 1, 2)
        return ops.reshape(merged, (-1, ops.shape(merged)[1], merged.shape[2] * merged.shape[3]))

    def queries(self, x, positions):
        """(batch, time, d_model), (time,) -> (batch, heads, time, size)"""
        return self.split_heads(self.query_proj(x))

    def keys_and_values(self, x, positions):
        """(batch, time, d_model), (time,) -> two of (batch, heads, time, size)"""
        return self.split_heads(self.key_proj(x)), self.split_heads(self.value_proj(x))

    def call(self, x, memory=None, attention_mask=None):
        """Queries of ``x``, keys and values of ``memory`` or, without one, of ``x``.  (batch, time, d_model) -> the same

        attention_mask: (n, m) or (batch, 1, 1, m) bool; None for no limits.
        """
        memory = x if memory is None else memory
        queries = self.queries(x, ops.arange(ops.shape(x)[1]))
        keys, values = self.keys_and_values(memory, ops.arange(ops.shape(memory)[1]))
        return self.out_proj(self.merge_heads(attention(queries, keys, values, attention_mask)))


class MLP(language_model.Composite):
    """At each position on its own: up to four times as many numbers, and down again."""

    def __init__(self, d_model, activation=gelu, out_stddev=0.02, **options):
        super().__init__(**options)
        self.up_proj, self.activation, self.down_proj = dense(4 * d_model), activation, dense(d_model, out_stddev)

    def call(self, x):
        return self.down_proj(self.activation(self.up_proj(x)))


class Block(language_model.Composite):
    """Positions exchange what they know (attention), then each is changed on its own (MLP); both add to what was there.

    out_stddev: of the first weights of both projections whose outputs are added; dropout: share of that left out in training.
    """

    def __init__(self, d_model, heads, out_stddev=0.02, dropout=0.0, **options):
        super().__init__(**options)
        self.attention_norm, self.attention = layer_norm(), Attention(d_model, heads, out_stddev)
        self.mlp_norm, self.mlp = layer_norm(), MLP(d_model, gelu, out_stddev)
        self.drop = layers.Dropout(dropout)

    def call(self, x, attention_mask=None, training=False):
        """(batch, time, d_model), mask (time, time) bool -> (batch, time, d_model)"""
        x = x + self.drop(self.attention(self.attention_norm(x), attention_mask=attention_mask), training=training)
        return x + self.drop(self.mlp(self.mlp_norm(x)), training=training)

    def step(self, x, cache, position):
        """One position more, with the keys and values of the earlier ones at hand.

        x: (batch, 1, d_model); cache: keys and values, (batch, heads, context_length, size) each, filled before ``position``.
        Returns the block's output (batch, 1, d_model) and the cache with this position in it.
        """
        normed, here = self.attention_norm(x), ops.reshape(position, (1,))
        new = self.attention.keys_and_values(normed, here)
        cache = [ops.slice_update(old, (0, 0, position, 0), each) for old, each in zip(cache, new, strict=True)]
        earlier = ops.arange(cache[0].shape[2]) <= position  # (context_length,)
        gathered = attention(self.attention.queries(normed, here), *cache, earlier)
        x = x + self.attention.out_proj(self.attention.merge_heads(gathered))
        return x + self.mlp(self.mlp_norm(x)), cache


class TokenAndPositionEmbedding(language_model.Composite):
    """A learned vector for each token, and one for each position added to it.  (batch, time) -> (batch, time, d_model)"""

    def __init__(self, vocab_size, context_length, d_model, **options):
        super().__init__(**options)
        self.tokens = layers.Embedding(vocab_size, d_model, embeddings_initializer=small_normal())
        self.positions = layers.Embedding(context_length, d_model, embeddings_initializer=small_normal())

    def call(self, tokens, first_position=0):
        return self.tokens(tokens) + self.positions(first_position + ops.arange(ops.shape(tokens)[1]))


@keras.saving.register_keras_serializable(package="genai_course")
class GPT(LanguageModel):
    """A distribution over rows of tokens, each token given those before it.

    vocab_size: number of different tokens; context_length: the longest row. One more token, of its own, begins each row, so
        the first token has a probability, too. In a row -1 is "nothing": what stands after the end of a short text.
    d_model: numbers that each position holds, a multiple of 2 · heads; heads: attentions side by side; num_layers: blocks.
    causal: False leaves out the causal mask, which breaks the model: it sees each token before it predicts it.
    dropout: share of what enters, and of what each part of a block adds, that training leaves out (Radford et al. 2018).
    Raises ValueError, naming it, for an invalid setting.
    """

    def __init__(
        self, vocab_size, context_length, d_model=64, heads=4, num_layers=2, causal=True, dropout=0.0, **options
    ):
        super().__init__(**options)
        sizes = {"vocab_size": vocab_size, "context_length": context_length, "num_layers": num_layers}
        self.settings = check_transformer(d_model, heads, **sizes) | check_settings(dropout=dropout)
        self.settings["causal"] = bool(causal)
        self.vocab_size, self.context_length, self.causal = int(vocab_size), int(context_length), bool(causal)
        self.make_layers(**self.settings)
        self.hidden_states(np.zeros((1, min(2, context_length)), int))  # makes the weights, so that they can be loaded
        self.built = True

    def make_layers(self, vocab_size, context_length, d_model, heads, num_layers, causal, dropout):
        self.embedding = TokenAndPositionEmbedding(vocab_size + 1, context_length, d_model)
        # The more add to one sum, the smaller each begins (Radford et al. 2019).
        out_stddev = 0.02 / math.sqrt(2 * num_layers)
        self.blocks = [Block(d_model, heads, out_stddev, dropout) for _ in range(num_layers)]
        self.norm, self.drop = layer_norm(), layers.Dropout(dropout)

    def call(self, tokens, training=False):
        """Logits of each token, given those before it.  (n, time) -> (n, time, vocab_size)

        In training the hidden states, (n, time, d_model): the loss makes their logits itself, a part at a time.
        """
        return self.hidden_states(tokens, training) if training else self.head(self.hidden_states(tokens))

    def hidden_states(self, tokens, training=False):
        """What the model knows when it is to predict each token.  (n, time) -> (n, time, d_model)"""
        x = self.drop(self.embedding(self.inputs(tokens)), training=training)
        mask = causal_attention_mask(ops.shape(tokens)[1]) if self.causal else None
        for block in self.blocks:
            x = block(x, attention_mask=mask, training=training)
        return self.norm(x)

    @property
    def head_weights(self):
        """The token embeddings again, without that of the start.  (vocab_size, d_model)"""
        return self.embedding.tokens.embeddings[: self.vocab_size]

    def head(self, states):
        """How well each token's vector matches.  (n, time, d_model) -> (n, time, vocab_size)"""
        return tf.matmul(states, self.head_weights, transpose_b=True)

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        """Mean cross-entropy of the tokens, in nats; the target is the row itself."""
        if not training:
            return super().compute_loss(x, y, y_pred, sample_weight, training)
        weights = language_model.token_weights(x, sample_weight)
        return language_model.fused_cross_entropy(x, y_pred, self.head_weights, weights)

    def sample(self, n, seed=0, length=None, prompt=(), temperature=1.0, top_k=None, cached=True):
        """Generate ``n`` rows of tokens.

        length: tokens of a row, by default the whole context; prompt: those that each row begins with.
        temperature: above 0; below 1 the likely becomes likelier. top_k: draw from the k likeliest tokens only.
        cached: keep the keys and values of earlier positions; False computes them again for each new token.
        Returns (n, length) int32.  Raises ValueError for a number out of range.
        """
        length = self.context_length if length is None else length
        check_sizes(n=n)
        check_whole_number("length", length, 1, self.context_length)
        check_whole_number("top_k", self.vocab_size if top_k is None else top_k, 1, self.vocab_size)
        check_above_zero("temperature", temperature)
        rows = np.zeros((n, length), "int32")
        if len(prompt):
            prompt = check_tokens(np.asarray(prompt)[None], self.vocab_size, length, name="prompt")[0]
            rows[:, : len(prompt)] = np.maximum(prompt, 0)
        uniform = np.random.default_rng(seed).random((n, length)).astype("float32")
        generate = self.generate if cached else self.generate_without_cache
        return np.array(generate(rows, uniform, np.int32(len(prompt)), np.float32(temperature), top_k))

    @tf.function(autograph=False, jit_compile=True)
    def generate(self, rows, uniform, prompt_length, temperature, top_k):
        """Token after token, compiled into one loop; each reads the keys and values of those before it from a cache."""
        inputs = ops.pad(self.inputs(rows), [(0, 0), (0, 1)])

        def generate_one(position, inputs, caches):
            logits, caches = self.step(inputs, position, caches)
            token = sample_token(logits, uniform[:, position], temperature, top_k)
            token = tf.where(position < prompt_length, inputs[:, position + 1], token)
            return position + 1, language_model.scatter(inputs, position + 1, token), caches

        start = (0, inputs, self.empty_caches(rows.shape[0]))
        return tf.while_loop(lambda position, *_: position < rows.shape[1], generate_one, start)[1][:, 1:]

    def empty_caches(self, n):
        """For each block the keys and values of n rows, nothing in them yet: (n, heads, context_length, size) each."""
        size = self.settings["d_model"] // self.settings["heads"]
        shape = (n, self.settings["heads"], self.context_length, size)
        return [[tf.zeros(shape), tf.zeros(shape)] for _ in self.blocks]

    def step(self, inputs, position, caches):
        """Logits at one position, and the caches with it in them.  (n, time), (), caches -> (n, vocab_size), caches"""
        state, caches = self.hidden_state(inputs, position, caches)
        return self.head(state)[:, 0], caches

    def hidden_state(self, inputs, position, caches):
        """What ``hidden_states`` has at one position, and the caches.  (n, time), (), caches -> (n, 1, d_model), caches"""
        x, after = self.embed_one(inputs, position), []
        for block, cache in zip(self.blocks, caches, strict=True):
            x, cache = block.step(x, cache, position)
            after.append(cache)
        return self.norm(x), after

    def embed_one(self, inputs, position):
        return self.embedding(ops.slice(inputs, (0, position), (inputs.shape[0], 1)), first_position=position)

    @tf.function(autograph=False)
    def cached_logits(self, tokens):
        """What ``call`` computes at once, one position after the other.  (n, time) -> (n, time, vocab_size)"""
        inputs, logits = self.inputs(tokens), tf.TensorArray(tf.float32, tokens.shape[1])

        def read_one(position, logits, caches):
            found, caches = self.step(inputs, position, caches)
            return position + 1, logits.write(position, found), caches

        start = (0, logits, self.empty_caches(tokens.shape[0]))
        logits = tf.while_loop(lambda position, *_: position < tokens.shape[1], read_one, start)[1]
        return ops.swapaxes(logits.stack(), 0, 1)

    def optimizer_for(self, steps, learning_rate=0.0015, weight_decay=0.1):
        """AdamW for a training of ``steps`` steps: a short rise of the learning rate, then a fall along a cosine.

        learning_rate: its peak; weight_decay: how much of a weight is taken away in a step of rate 1.
        """
        rate = lr_schedule(steps, learning_rate)
        return keras.optimizers.AdamW(rate, beta_2=0.99, weight_decay=weight_decay, global_clipnorm=1.0)

    def get_config(self):
        return {**super().get_config(), **self.settings}


def dense(units, stddev=0.02, **options):
    return layers.Dense(units, kernel_initializer=small_normal(stddev), **options)


def small_normal(stddev=0.02):
    """A new initializer: layers that share one would begin with the same numbers."""
    return keras.initializers.RandomNormal(stddev=stddev)


def layer_norm():
    return layers.LayerNormalization(epsilon=1e-5)
