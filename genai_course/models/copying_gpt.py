"""A GPT that learns more in a minute: what has come since GPT-2, and an attention that begins by copying.

Rotary positions (Su et al. 2021, "RoFormer"), RMSNorm (Zhang and Sennrich 2019), squared ReLU (So et al. 2021, "Primer"),
queries and keys of one length (Henry et al. 2020, "Query-key normalization"), vectors for two and for three tokens in a row
(Huang et al. 2021, "Lookup-table recurrent language models"), and Muon (Jordan et al. 2024), an optimizer.
"""

import keras
import numpy as np
from keras import layers, ops

from genai_course.checks import check_whole_number
from genai_course.models.gpt import GPT, MLP, Attention, Block, small_normal
from genai_course.models.language_model import Composite, lr_schedule
from genai_course.models.picture_checks import check_settings

ROTATIONS_FROM, ROTATIONS_TO = 1.0, 1e4  # radians to turn by, a position: from 1 to 1 / 10,000
SHARPNESS = 2.0  # of attention between normed queries and keys: scores reach 2 · √size
COPIED = 2.0  # how strongly an attention that begins by copying adds what it finds to what was there


def rotate(vectors, positions):
    """Turn each pair of coordinates by an angle that grows with the position, each pair at its own speed.

    Then a query and a key match by their distance (Su et al. 2021, equation 34).
    (batch, heads, time, size), (time,) -> the same shape
    """
    half = vectors.shape[-1] // 2
    speeds = np.geomspace(ROTATIONS_FROM, 1 / ROTATIONS_TO, half).astype("float32")
    angles = ops.cast(positions, "float32")[:, None] * speeds  # (time, size / 2)
    cosine, sine = ops.cos(angles), ops.sin(angles)
    first, second = vectors[..., :half], vectors[..., half:]
    return ops.concatenate([first * cosine - second * sine, first * sine + second * cosine], axis=-1)


def rms_norm(vectors):
    """Each vector at length √size.  (…, size) -> the same shape"""
    return vectors * ops.rsqrt(ops.mean(ops.square(vectors), axis=-1, keepdims=True) + 1e-6)


def squared_relu(inputs):
    """As quick as ReLU, and a little better in language models."""
    return ops.square(ops.relu(inputs))


class CopyingAttention(Attention):
    """An attention made for finding a word again.

    Queries and keys have one length, so it looks at few positions from the first step on. Values begin as they came in, so what
    it looks at becomes likelier to be written (a start near the identity: Trockman and Kolter 2023, "Mimetic initialization").
    """

    def __init__(self, d_model, heads, **options):
        super().__init__(d_model, heads, **options)
        self.value_proj.kernel_initializer = keras.initializers.Identity()
        self.out_proj.kernel_initializer = keras.initializers.Identity(COPIED)

    def queries(self, x, positions):
        return rotate(SHARPNESS * rms_norm(super().queries(x, positions)), positions)

    def keys_and_values(self, x, positions):
        keys, values = super().keys_and_values(x, positions)
        return rotate(rms_norm(keys), positions), values


class CopyingBlock(Block):
    """A block with :class:`CopyingAttention`, RMSNorm and squared ReLU."""

    def __init__(self, d_model, heads, dropout=0.0, **options):
        Composite.__init__(self, **options)
        self.attention_norm, self.attention = layers.RMSNormalization(), CopyingAttention(d_model, heads)
        self.mlp_norm, self.mlp = layers.RMSNormalization(), MLP(d_model, squared_relu)
        self.drop = layers.Dropout(dropout)


class TokenAndNgramEmbedding(Composite):
    """A learned vector for each token and, added to it, for it with the one and with the two before it.  No positions.

    ngrams: rows of the table for pairs, and again of that for triples; 0 for neither. Pairs and triples are spread over the
        rows by a hash, so some share a vector.

    (batch, time) whole numbers -> (batch, time, d_model)
    """

    def __init__(self, vocab_size, d_model, ngrams=0, **options):
        super().__init__(**options)
        self.rows = ngrams
        self.tokens = layers.Embedding(vocab_size, d_model, embeddings_initializer=small_normal())
        self.ngrams = layers.Embedding(2 * ngrams, d_model, embeddings_initializer="zeros") if ngrams else None

    def call(self, tokens):
        vectors = self.tokens(tokens)
        if self.ngrams is None:
            return vectors
        pairs = ops.mod(tokens + 7919 * before(tokens), self.rows)
        triples = ops.mod(pairs + 104729 * before(before(tokens)), self.rows)
        return vectors + self.ngrams(pairs) + self.ngrams(self.rows + triples)


def before(tokens):
    """The token before each; 0 before the first.  (batch, time) -> (batch, time)"""
    return ops.pad(tokens[:, :-1], [(0, 0), (1, 0)])


@keras.saving.register_keras_serializable(package="genai_course")
class CopyingGPT(GPT):
    """:class:`~genai_course.models.gpt.GPT` with all of that; its settings are GPT's, and

    ngrams: rows of the tables of vectors for two and for three tokens in a row, 0 for none.
    token_noise: share of the tokens that are read as others of the same batch in training, from 0 to below 1 (Xie et al. 2017,
        "Data noising as smoothing in neural network language models").

    Where there is little text, both matter, and dropout: without the tables, with noise and dropout it memorises less.
    Raises ValueError, naming it, for an invalid setting.
    """

    def __init__(self, *sizes, ngrams=4096, token_noise=0.0, **settings):
        check_whole_number("ngrams", ngrams, 0)
        self._own = {"ngrams": int(ngrams)} | check_settings(token_noise=token_noise)
        super().__init__(*sizes, **settings)

    def make_layers(self, vocab_size, context_length, d_model, heads, num_layers, causal, dropout):
        self.embedding = TokenAndNgramEmbedding(vocab_size + 1, d_model, self._own["ngrams"])
        self.drop = layers.Dropout(dropout)
        # A random state is not made in vain.
        self.random = keras.random.SeedGenerator() if self._own["token_noise"] else None
        self.blocks = [CopyingBlock(d_model, heads, dropout) for _ in range(num_layers)]
        self.norm = layers.RMSNormalization()

    def hidden_states(self, tokens, training=False):
        if training and self.random is not None:
            tokens = token_noise(tokens, self._own["token_noise"], self.random)
        return super().hidden_states(tokens, training)

    def embed_one(self, inputs, position):
        """A vector may belong to three tokens in a row, so the two before are read, too."""
        three = ops.slice(ops.pad(inputs, [(0, 0), (2, 0)]), (0, position), (inputs.shape[0], 3))
        return self.embedding(three)[:, -1:]

    def optimizer_for(self, steps, learning_rate=0.02, weight_decay=0.004):
        """Muon, which steps equally far in all directions of a matrix; rates and settings as of :meth:`GPT.optimizer_for`."""
        rate = lr_schedule(steps, learning_rate)
        return keras.optimizers.Muon(rate, weight_decay=weight_decay, adam_weight_decay=weight_decay)

    def get_config(self):
        return {**super().get_config(), **self._own}


def token_noise(tokens, share, random):
    """The tokens, a share of them exchanged for what the next row has at that position.  (n, time) -> (n, time)"""
    uniform = keras.random.uniform(ops.shape(tokens), seed=random)
    return ops.where(uniform < share, ops.roll(tokens, -1, axis=0), tokens)
