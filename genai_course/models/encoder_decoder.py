"""An encoder-decoder: one stack reads a text, another writes an answer and looks into what was read.

Vaswani et al. (2017), "Attention is all you need", figure 1; trained to fill gaps as in Raffel et al. (2020), "Exploring the
limits of transfer learning with a unified text-to-text transformer" (T5), section 3.1.4. Positions are learned vectors here,
where T5 learns a number for each distance.
"""

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

from genai_course.checks import check_above_zero, check_whole_number
from genai_course.models.gpt import (
    Attention,
    Block,
    TokenAndPositionEmbedding,
    causal_attention_mask,
    layer_norm,
    small_normal,
)
from genai_course.models.language_model import (
    ROWS_AT_ONCE,
    ChecksTokens,
    check_tokens,
    check_transformer,
    cross_entropy,
    log_probs_of_tokens,
    padding_mask,
    sample_token,
    scatter,
    token_weights,
)


def gaps(tokens, starts, lengths, gap_token):
    """Cut one gap into each row: what is left, and what was cut out.

    tokens: (n, time), -1 after a row's end; starts, lengths: (n,), inside the rows.
    Returns sources (n, time): the row with ``gap_token`` in place of the gap; and targets (n, longest gap + 1): the gap, then
    ``gap_token`` to say that it ends. Both end in -1.
    """
    sources = np.full_like(tokens, -1)
    targets = np.full((len(tokens), int(np.max(lengths)) + 1), -1, tokens.dtype)
    for row, start, length, source, target in zip(tokens, starts, lengths, sources, targets, strict=True):
        left = np.concatenate([row[:start], [gap_token], row[start + length :]])
        source[: len(left)] = left[: len(source)]
        target[: length + 1] = [*row[start : start + length], gap_token]
    return sources, targets


class DecoderBlock(Block):
    """A block that also attends to what the encoder has read (Vaswani et al. 2017, section 3.2.3)."""

    def __init__(self, d_model, heads, **options):
        super().__init__(d_model, heads, **options)
        self.memory_norm, self.memory_attention = layer_norm(), Attention(d_model, heads)

    def call(self, x, memory, attention_mask=None, memory_mask=None):
        """(batch, time, d_model), memory (batch, m, d_model), a mask for each -> (batch, time, d_model)"""
        x = x + self.attention(self.attention_norm(x), attention_mask=attention_mask)
        x = x + self.memory_attention(self.memory_norm(x), memory=memory, attention_mask=memory_mask)
        return x + self.mlp(self.mlp_norm(x))


@keras.saving.register_keras_serializable(package="genai_course")
class EncoderDecoder(ChecksTokens, keras.Model):
    """The distribution of an answer, token by token, given a source that is read as a whole.

    vocab_size: number of different tokens; the number ``vocab_size`` itself is ``gap_token``, which marks a gap in a source and
        ends an answer. context_length: the longest source; answer_length: the longest answer, its end included.
    d_model, heads: as of :class:`~genai_course.models.gpt.GPT`; num_layers: blocks of the encoder, and again of the decoder.

    ``fit(x, y)`` learns from sources (n, time) and answers (n, length) that end in ``gap_token``.
    Raises ValueError, naming it, for an invalid setting.
    """

    def __init__(self, vocab_size, context_length, answer_length, d_model=64, heads=4, num_layers=1, **options):
        super().__init__(**options)
        sizes = {"vocab_size": vocab_size, "context_length": context_length, "answer_length": answer_length}
        self.settings = check_transformer(d_model, heads, num_layers=num_layers, **sizes)
        self.vocab_size, self.context_length = int(vocab_size), int(context_length)
        self.answer_length, self.gap_token = int(answer_length), int(vocab_size)
        # Of sources; the last token starts an answer.
        self.embedding = TokenAndPositionEmbedding(vocab_size + 2, context_length, d_model)
        self.answer_positions = layers.Embedding(answer_length, d_model, embeddings_initializer=small_normal())
        self.encoder = [Block(d_model, heads) for _ in range(num_layers)]
        self.decoder = [DecoderBlock(d_model, heads) for _ in range(num_layers)]
        self.encoder_norm, self.norm = (layer_norm() for _ in range(2))
        two = [np.zeros((1, min(2, length)), "int32") for length in (context_length, answer_length)]
        self.built = True
        self(two)  # makes the weights, so that saved ones can be loaded

    def encode(self, sources):
        """Read; every position sees all.  (n, time) -> memory (n, time, d_model)"""
        x, mask = self.embedding(ops.maximum(ops.cast(sources, "int32"), 0)), padding_mask(sources)
        for block in self.encoder:
            x = block(x, attention_mask=mask)
        return self.encoder_norm(x)

    def decode(self, answers, memory, sources):
        """Logits of each token of the answers, given those before it and the memory.  -> (n, length, vocab_size + 1)"""
        answers = ops.cast(answers, "int32")
        start = ops.full_like(answers[:, :1], self.vocab_size + 1)
        inputs = ops.concatenate([start, ops.maximum(answers[:, :-1], 0)], axis=1)
        x = self.embedding.tokens(inputs) + self.answer_positions(ops.arange(ops.shape(inputs)[1]))
        mask, memory_mask = causal_attention_mask(ops.shape(inputs)[1]), padding_mask(sources)
        for block in self.decoder:
            x = block(x, memory, attention_mask=mask, memory_mask=memory_mask)
        vectors = self.embedding.tokens.embeddings[: self.vocab_size + 1]
        return tf.matmul(self.norm(x), vectors, transpose_b=True)

    def call(self, sources_and_answers, training=False):
        """Logits of the answers' tokens.  (n, time), (n, length) -> (n, length, vocab_size + 1)"""
        sources, answers = sources_and_answers
        return self.decode(answers, self.encode(sources), sources)

    def train_step(self, data):
        return super().train_step(answers_to_read(data))

    def test_step(self, data):
        return super().test_step(answers_to_read(data))

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        """Mean cross-entropy of the answers' tokens, in nats."""
        return cross_entropy(y, y_pred, token_weights(y, sample_weight))

    def check_rows(self, x, y, weights, check):
        check(x, self.vocab_size + 1, self.context_length, "x")
        if y is None:
            raise ValueError("EncoderDecoder learns from sources and answers; give both: fit(sources, answers).")
        check(y, self.vocab_size + 1, self.answer_length, "y")

    def check(self, sources, answers):
        """Both as int32; ValueError for invalid rows."""
        sources = check_tokens(sources, self.vocab_size + 1, self.context_length, "sources")
        answers = check_tokens(answers, self.vocab_size + 1, self.answer_length, "answers")
        if len(sources) != len(answers):
            raise ValueError(f"There are {len(sources)} sources and {len(answers)} answers; give as many.")
        return sources, answers

    def log_prob(self, sources, answers):
        """Natural logarithm of each answer's probability.  (n, time), (n, length) -> (n,) float64

        Raises ValueError for invalid rows.
        """
        sources, answers = self.check(sources, answers)
        parts = -(-len(sources) // ROWS_AT_ONCE)
        blocks = zip(np.array_split(sources, parts), np.array_split(answers, parts), strict=True)
        return np.concatenate([np.asarray(self.score(*block), "float64").sum(axis=1) for block in blocks])

    @tf.function(autograph=False, reduce_retracing=True)
    def score(self, sources, answers):
        return log_probs_of_tokens(answers, self((sources, answers))) * ops.cast(answers >= 0, "float32")

    def sample(self, sources, seed=0, temperature=1.0):
        """Write an answer to each source; -1 after its end.  (n, time) -> (n, answer_length) int32

        Raises ValueError for invalid rows and for a temperature that is not above 0.
        """
        sources = check_tokens(sources, self.vocab_size + 1, self.context_length, "sources")
        check_above_zero("temperature", temperature)
        uniform = np.random.default_rng(seed).random((len(sources), self.answer_length)).astype("float32")
        answers = np.array(self.generate(sources, uniform, np.float32(temperature)))
        ended = np.cumsum(answers == self.gap_token, axis=1) > 0
        return np.where(ended, -1, answers)

    @tf.function(autograph=False, reduce_retracing=True)
    def generate(self, sources, uniform, temperature):
        """Token after token; the memory is read once.  (n, time), (n, answer_length), () -> (n, answer_length)"""
        memory, answers = self.encode(sources), tf.zeros(tf.shape(uniform), tf.int32)

        def generate_one(position, answers):
            logits = self.decode(answers[:, : position + 1], memory, sources)[:, -1]
            token = sample_token(logits, uniform[:, position], temperature, None)
            return position + 1, scatter(answers, position, token)

        return tf.while_loop(lambda position, _: position < self.answer_length, generate_one, (0, answers))[1]


def answers_to_read(data):
    """A batch in which the decoder's answers are also what the model reads.  (x, y, weights) -> ((x, y), y, weights)"""
    x, y, sample_weight = keras.utils.unpack_x_y_sample_weight(data)
    return (x, y), y, sample_weight


def draw_gaps(tokens, longest, seed=0):
    """Where to cut one gap into each row, and how much: 1 to ``longest`` tokens inside the text.  (n, time) -> (n,), (n,)

    Raises ValueError for a longest gap below 1 or as long as the shortest row.
    """
    ends = np.sum(np.asarray(tokens) >= 0, axis=1)
    check_whole_number("longest", longest, 1, ends.min() - 1)
    random = np.random.default_rng(seed)
    lengths = random.integers(1, longest + 1, len(tokens))
    return random.integers(0, ends - lengths + 1), lengths
