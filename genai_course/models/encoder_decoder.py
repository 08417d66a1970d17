"""An encoder-decoder: one stack reads a text, another writes an answer and looks into what was read.

Vaswani et al. (2017), "Attention is all you need", figure 1; trained to fill gaps as in Raffel et al. (2020), "Exploring the
limits of transfer learning with a unified text-to-text transformer" (T5), section 3.1.4. Positions are learned vectors here,
where T5 learns a number for each distance.
"""

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

from genai_course.checks import check_above_zero, is_whole_number
from genai_course.models.language_model import ROWS_AT_ONCE, check_tokens, cross_entropy, log_probs_of_tokens
from genai_course.models.transformer import (
    Block,
    TokensAndPositions,
    causal_mask,
    check_transformer,
    places_of_text,
    small_numbers,
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


@keras.saving.register_keras_serializable(package="genai_course")
class EncoderDecoder(keras.Model):
    """The distribution of an answer, token by token, given a source that is read as a whole.

    vocabulary: number of different tokens; the number ``vocabulary`` itself is ``gap_token``, which marks a gap in a source and
        ends an answer. context: the longest source; answer: the longest answer, its end included.
    width, heads: as of :class:`~genai_course.models.gpt.GPT`; depth: blocks of the encoder, and again of the decoder.

    Raises ValueError, naming it, for a setting that cannot be.
    """

    def __init__(self, vocabulary, context, answer, width=64, heads=4, depth=1, **options):
        super().__init__(**options)
        check_transformer(width, heads, "standard", vocabulary=vocabulary, context=context, answer=answer, depth=depth)
        self.settings = {"vocabulary": int(vocabulary), "context": int(context), "answer": int(answer)}
        self.settings |= {"width": int(width), "heads": int(heads), "depth": int(depth)}
        self.vocabulary, self.context, self.answer_length, self.gap_token = vocabulary, context, answer, int(vocabulary)
        self.embedding = TokensAndPositions(
            vocabulary + 2, context, width
        )  # of sources; the last token starts an answer
        self.answer_positions = layers.Embedding(answer, width, embeddings_initializer=small_numbers())
        self.encoder = [Block(width, heads) for _ in range(depth)]
        self.decoder = [Block(width, heads, with_memory=True) for _ in range(depth)]
        self.encoder_norm, self.norm = layers.LayerNormalization(), layers.LayerNormalization()
        two = [np.zeros((1, min(2, length)), "int32") for length in (context, answer)]
        self(two)  # makes the weights, so that saved ones can be loaded

    def encode(self, sources):
        """Read; every position sees all.  (n, time) -> memory (n, time, width)"""
        state, allowed = self.embedding(ops.maximum(sources, 0)), places_of_text(sources)
        for block in self.encoder:
            state = block(state, allowed=allowed)
        return self.encoder_norm(state)

    def decode(self, answers, memory, sources):
        """Logits of each token of the answers, given those before it and the memory.  -> (n, length, vocabulary + 1)"""
        start = ops.full_like(answers[:, :1], self.vocabulary + 1)
        inputs = ops.concatenate([start, ops.maximum(answers[:, :-1], 0)], axis=1)
        state = self.embedding.tokens(inputs) + self.answer_positions(ops.arange(ops.shape(inputs)[1]))
        allowed, readable = causal_mask(ops.shape(inputs)[1]), places_of_text(sources)
        for block in self.decoder:
            state = block(state, memory, allowed=allowed, memory_allowed=readable)
        vectors = self.embedding.tokens.embeddings[: self.vocabulary + 1]
        return tf.matmul(self.norm(state), vectors, transpose_b=True)

    def call(self, sources_and_answers, training=False):
        """Logits of the answers' tokens.  (n, time), (n, length) -> (n, length, vocabulary + 1)"""
        sources, answers = sources_and_answers
        return self.decode(answers, self.encode(sources), sources)

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        """Mean cross-entropy of the answers' tokens, in nats."""
        return cross_entropy(x[1], y_pred, x[1] >= 0)

    def fit(self, sources, answers, **options):
        """Train on sources (n, time) and answers (n, length) that end in ``gap_token``; options as of ``keras.Model.fit``.

        Raises ValueError for rows that cannot be.
        """
        return super().fit(self.check(sources, answers), **options)

    def check(self, sources, answers):
        """Both as int32; ValueError for rows that cannot be."""
        sources = check_tokens(sources, self.vocabulary + 1, self.context, "sources")
        answers = check_tokens(answers, self.vocabulary + 1, self.answer_length, "answers")
        if len(sources) != len(answers):
            raise ValueError(f"There are {len(sources)} sources and {len(answers)} answers; give as many.")
        return sources, answers

    def log_prob(self, sources, answers):
        """Natural logarithm of each answer's probability.  (n, time), (n, length) -> (n,) float64

        Raises ValueError for rows that cannot be.
        """
        sources, answers = self.check(sources, answers)
        parts = -(-len(sources) // ROWS_AT_ONCE)
        blocks = zip(np.array_split(sources, parts), np.array_split(answers, parts), strict=True)
        return np.concatenate([np.asarray(self.score(*block), "float64").sum(axis=1) for block in blocks])

    @tf.function(autograph=False, reduce_retracing=True)
    def score(self, sources, answers):
        return log_probs_of_tokens(answers, self((sources, answers))) * ops.cast(answers >= 0, "float32")

    def sample(self, sources, seed=0, temperature=1.0):
        """Write an answer to each source; -1 after its end.  (n, time) -> (n, answer) int32

        Raises ValueError for rows that cannot be and for a temperature that is not above 0.
        """
        sources = check_tokens(sources, self.vocabulary + 1, self.context, "sources")
        check_above_zero("temperature", temperature)
        dice = np.random.default_rng(seed).random((len(sources), self.answer_length)).astype("float32")
        answers = np.array(self.write(sources, dice, np.float32(temperature)))
        ended = np.cumsum(answers == self.gap_token, axis=1) > 0
        return np.where(ended, -1, answers)

    @tf.function(autograph=False, reduce_retracing=True)
    def write(self, sources, dice, temperature):
        """Token after token; the memory is read once.  (n, time), (n, answer), () -> (n, answer)"""
        memory, answers = self.encode(sources), tf.zeros(tf.shape(dice), tf.int32)

        def write_one(place, answers):
            logits = self.decode(answers[:, : place + 1], memory, sources)[:, -1]
            cumulative = ops.cumsum(ops.softmax(logits / temperature), axis=-1)
            passed = ops.cast(dice[:, place, None] * cumulative[:, -1:] >= cumulative[:, :-1], "int32")
            token = ops.sum(passed, axis=-1, keepdims=True)
            return place + 1, ops.slice_update(answers, (0, place), token)

        return tf.while_loop(lambda place, _: place < self.answer_length, write_one, (0, answers))[1]

    def get_config(self):
        return {**super().get_config(), **self.settings}


def draw_gaps(tokens, longest, seed=0):
    """Where to cut one gap into each row, and how much: 1 to ``longest`` tokens inside the text.  (n, time) -> (n,), (n,)

    Raises ValueError for a longest gap below 1 or as long as the shortest row.
    """
    ends = np.sum(np.asarray(tokens) >= 0, axis=1)
    if not is_whole_number(longest, 1, ends.min() - 1):
        raise ValueError(
            f"longest is {longest!r}; give a whole number from 1 to {ends.min() - 1}, less than the shortest row."
        )
    random = np.random.default_rng(seed)
    lengths = random.integers(1, longest + 1, len(tokens))
    return random.integers(0, ends - lengths + 1), lengths
