"""Rows of tokens, and what all models share that say how likely a row is, token after token.

Such a model is a product of guesses, p(row) = Π p(token | tokens before it), and learns by the cross-entropy of each guess
(Bengio et al. 2003, "A neural probabilistic language model", sections 1 and 2).
"""

import keras
import numpy as np
import tensorflow as tf
from keras import ops

ROWS_AT_ONCE = 64  # of a likelihood
NEVER = -1e9  # the logit of a token that may not be drawn


class LanguageModel(keras.Model):
    """A distribution over rows of tokens, each token given those before it. In a row -1 is "nothing", after a text's end.

    A model of this kind sets ``vocabulary``, the number of different tokens (one more, of its own, begins each row), and
    ``context``, its longest row, if it has one; its ``call`` returns the logits of each token, given those before it.
    """

    context = np.inf

    def inputs(self, tokens):
        """What the model reads when it is to say ``tokens``: the start, then all but the last.  (n, time) -> (n, time)"""
        start = ops.full_like(tokens[:, :1], self.vocabulary)
        return ops.concatenate([start, ops.maximum(tokens[:, :-1], 0)], axis=1)

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        """Mean cross-entropy of the tokens, in nats; the target is the row itself."""
        return cross_entropy(x, y_pred, x >= 0)

    def fit(self, tokens, **options):
        """Train on rows of tokens (n, time), -1 after a row's end; options as of ``keras.Model.fit``.

        Raises ValueError for rows that cannot be.
        """
        return super().fit(check_tokens(tokens, self.vocabulary, self.context), **options)

    def log_prob_of_tokens(self, tokens):
        """Natural logarithm of each token's probability, given those before it; 0 where a row has ended.

        (n, time) -> (n, time) float64.  Raises ValueError for rows that cannot be.
        """
        tokens = check_tokens(tokens, self.vocabulary, self.context)
        blocks = np.array_split(tokens, -(-len(tokens) // ROWS_AT_ONCE))
        return np.concatenate([np.asarray(self.score(block), "float64") for block in blocks])

    def log_prob(self, tokens):
        """Natural logarithm of each row's probability.  (n, time) -> (n,) float64; ValueError for rows that cannot be."""
        return self.log_prob_of_tokens(tokens).sum(axis=1)

    @tf.function(autograph=False, reduce_retracing=True)
    def score(self, tokens):
        return log_probs_of_tokens(tokens, self(tokens)) * ops.cast(tokens >= 0, "float32")


def cross_entropy(tokens, logits, counted):
    """Mean over the tokens that count, in nats; 0 where none does.  (n, time), (n, time, vocabulary), (n, time) bool -> ()"""
    return mean_of_counted(-log_probs_of_tokens(tokens, logits), counted)


def mean_of_counted(values, counted):
    """Mean of the values that count, 0 where none does.  (n, time), (n, time) bool -> ()"""
    counted = ops.cast(counted, "float32")
    return ops.sum(values * counted) / ops.maximum(ops.sum(counted), 1)


def log_probs_of_tokens(tokens, logits):
    """(n, time) whole numbers, (n, time, vocabulary) -> log-probability of each token (n, time)"""
    chosen = ops.take_along_axis(logits, ops.maximum(tokens, 0)[..., None], axis=-1)[..., 0]
    return chosen - ops.logsumexp(logits, axis=-1)


def check_tokens(tokens, vocabulary, longest, name="tokens"):
    """Tokens as int32 (n, time); -1 is "nothing", after a text's end.

    Raises ValueError for another shape, a row longer than ``longest``, or a number that is no token.
    """
    tokens = np.asarray(tokens)
    if tokens.ndim != 2 or not len(tokens) or not 1 <= tokens.shape[1] <= longest:
        raise ValueError(
            f"{name} has shape {tokens.shape}; this model needs (n, time), n of 1 or more, time from 1 to {longest}."
        )
    if not np.issubdtype(tokens.dtype, np.integer) or tokens.min() < -1 or tokens.max() >= vocabulary:
        raise ValueError(
            f"{name} holds {tokens.min()} to {tokens.max()} as {tokens.dtype}; give whole numbers from 0 to {vocabulary - 1}, "
            "and -1 where a row has ended."
        )
    return tokens.astype("int32")


def pad(rows, length=None):
    """Rows of tokens as one array; shorter rows end in -1, longer ones are cut.  -> (n, length) int32

    length: by default that of the longest row.
    """
    length = max(map(len, rows)) if length is None else length
    padded = np.full((len(rows), length), -1, "int32")
    for row, tokens in zip(padded, rows, strict=True):
        row[: len(tokens)] = tokens[:length]
    return padded


def choose(logits, dice, temperature, top_k):
    """Draw a token for each row with a number from [0, 1).  (n, vocabulary), (n,), (), () -> (n,) int32"""
    if top_k is not None:
        smallest = tf.math.top_k(logits, top_k).values[:, -1:]
        logits = ops.where(logits >= smallest, logits, NEVER)
    weights = ops.softmax(logits / temperature)
    cumulative = ops.cumsum(weights, axis=-1)
    passed = ops.cast(dice[:, None] * cumulative[:, -1:] >= cumulative[:, :-1], "int32")
    return ops.sum(passed, axis=-1)
