"""Rows of tokens, and what all models share that say how likely a row is, token after token.

Such a model is a product of predictions, p(row) = Π p(token | tokens before it), and learns by the cross-entropy of each
(Bengio et al. 2003, "A neural probabilistic language model", sections 1 and 2).
"""

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from genai_course.checks import check_sizes
from genai_course.models.picture_checks import ChecksInput

ROWS_AT_ONCE = 64  # of a likelihood
POSITIONS_AT_ONCE = 64  # of a training's logits
NEVER = -1e9  # the logit of a token that may not be drawn


class ChecksTokens(ChecksInput):
    """``ChecksInput`` of models whose x is rows of tokens (n, time), -1 after a row's end.

    The target is the row itself, so ``fit`` needs no y.
    """

    context_length = np.inf

    def checked_y(self, x, y, options):
        """The y for Keras; ValueError for rows that do not suit the model."""
        if isinstance(x, tf.data.Dataset):
            x, y, weights = keras.utils.unpack_x_y_sample_weight(x.element_spec)
            self.check_rows(x, y, weights, check_shape_of_tokens)
            return None
        weights = options.get("sample_weight")
        self.check_rows(x, y, weights, check_tokens)
        return x if y is None and weights is not None else y

    def check_rows(self, x, y, weights, check):
        """ValueError for what does not suit the model. check: a function of tokens, vocab_size, longest row and name."""
        check(x, self.vocab_size, self.context_length, "x")
        if y is not None and weights is None:
            raise ValueError(f"{type(self).__name__} learns from x alone; leave y out.")


class LanguageModel(ChecksTokens, keras.Model):
    """A distribution over rows of tokens, each token given those before it. In a row -1 is "nothing", after a text's end.

    A model of this kind sets ``vocab_size``, the number of different tokens (one more, of its own, begins each row), and
    ``context_length``, its longest row, if it has one; its ``call`` returns the logits of each token, given those before it.

    steps_per_batch: optimizer steps that ``fit`` takes on equal parts of a batch, one after another. With ``jit_compile`` they
        are one graph, which the weights enter and leave once: 16 steps in batches of 16 * 4 rows train faster than one in
        batches of 4, to the same weights. ``fit`` raises ValueError for rows that do not divide into them.
    """

    steps_per_batch = 1

    def inputs(self, tokens):
        """What the model reads to predict ``tokens``: the start, then all but the last.  (n, time) -> (n, time) int32"""
        tokens = ops.cast(tokens, "int32")
        start = ops.full_like(tokens[:, :1], self.vocab_size)
        return ops.concatenate([start, ops.maximum(tokens[:, :-1], 0)], axis=1)

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        """Mean cross-entropy of the tokens, in nats; the target is the row itself."""
        return cross_entropy(x, y_pred, token_weights(x, sample_weight))

    def fit(self, x=None, y=None, batch_size=None, *arguments, **options):
        rows, steps = (32 if batch_size is None else batch_size), self.steps_per_batch
        if steps > 1 and hasattr(x, "shape") and (len(x) % steps or rows % steps):
            given = f"There are {len(x)} rows in batches of {rows}"
            raise ValueError(f"{given}; make both multiples of steps_per_batch, {steps}.")
        return super().fit(x, y, batch_size, *arguments, **options)

    def train_step(self, data):
        if self.steps_per_batch == 1:
            return super().train_step(data)
        count, one_step = self.steps_per_batch, super().train_step
        parts = keras.tree.map_structure(lambda each: ops.reshape(each, (count, -1, *each.shape[1:])), data)

        def take_step(index):
            one_step(keras.tree.map_structure(lambda each: each[index], parts))
            return (index + 1,)

        tf.while_loop(lambda index: index < count, take_step, (0,))
        return self.get_metrics_result()

    def log_prob_of_tokens(self, tokens):
        """Natural logarithm of each token's probability, given those before it; 0 where a row has ended.

        (n, time) -> (n, time) float64.  Raises ValueError for invalid rows.
        """
        tokens = check_tokens(tokens, self.vocab_size, self.context_length)
        blocks = np.array_split(tokens, -(-len(tokens) // ROWS_AT_ONCE))
        return np.concatenate([np.asarray(self.score(block), "float64") for block in blocks])

    def log_prob(self, tokens):
        """Natural logarithm of each row's probability.  (n, time) -> (n,) float64; ValueError for invalid rows."""
        return self.log_prob_of_tokens(tokens).sum(axis=1)

    @tf.function(autograph=False, reduce_retracing=True)
    def generate_without_cache(self, rows, uniform, prompt_length, temperature, top_k):
        """The same without a cache: for each token, all that has been written goes through the model again."""

        def generate_one(position, rows):
            logits = self(rows[:, : position + 1])[:, -1]
            token = sample_token(logits, uniform[:, position], temperature, top_k)
            token = tf.where(position < prompt_length, rows[:, position], token)
            return position + 1, scatter(rows, position, token)

        length = ops.shape(rows)[1]
        return tf.while_loop(lambda position, _: position < length, generate_one, (prompt_length, rows))[1]

    @tf.function(autograph=False, reduce_retracing=True)
    def score(self, tokens):
        return log_probs_of_tokens(tokens, self(tokens)) * ops.cast(tokens >= 0, "float32")


class Composite(keras.layers.Layer):
    """A layer that consists of others. It counts as built, as they build themselves; Keras would trace it to find that out."""

    def __init__(self, **options):
        super().__init__(**options)
        self.built = True


def padding_mask(tokens):
    """A mask that lets all attend to tokens and none to -1, where there is nothing.  (n, time) -> (n, 1, 1, time) bool"""
    return (tokens >= 0)[:, None, None, :]


def token_weights(tokens, sample_weight=None, counted=None):
    """How much each token counts in a loss: as much as its row where it is ``counted``, by default wherever it is a token.

    (n, time), (n,) or None, (n, time) bool or None -> (n, time) float32
    """
    weights = ops.cast(tokens >= 0 if counted is None else counted, "float32")
    return weights if sample_weight is None else weights * ops.reshape(ops.cast(sample_weight, "float32"), (-1, 1))


def cross_entropy(tokens, logits, weights):
    """Weighted mean over the tokens, in nats; 0 where none counts.  (n, time), (n, time, vocab_size), (n, time) -> ()"""
    return masked_mean(-log_probs_of_tokens(tokens, logits), weights)


def masked_mean(values, weights):
    """Mean of the values by their weights, 0 where no value counts.  (n, time), (n, time) numbers or bool -> ()"""
    weights = ops.cast(weights, "float32")
    total = ops.sum(weights)
    return ops.sum(values * weights) / ops.where(total > 0, total, 1.0)


def fused_cross_entropy(tokens, states, head_weights, weights):
    """``cross_entropy(tokens, states @ head_weights.T, weights)``, its gradient computed in the same pass.

    Logits are most of the numbers of a small language model. Made for POSITIONS_AT_ONCE positions at a time they stay in the
    processor's cache, and each is used three times (loss, gradients of states and of weights) before it is forgotten.
    Hsu et al. (2024), "Liger kernel: Efficient Triton kernels for LLM training", section 3.2.
    tokens (n, time), states (n, time, d_model), head_weights (vocab_size, d_model), weights (n, time) -> ()
    """
    total = ops.sum(weights)
    weights = weights / ops.where(total > 0, total, 1.0)

    @tf.custom_gradient
    def loss_of(states, head_weights):
        vocab_size, d_model = head_weights.shape
        loss, state_gradients, head_gradient = 0.0, [], tf.zeros((d_model, vocab_size))
        for start in range(0, states.shape[1] or 1, POSITIONS_AT_ONCE if states.shape[1] else 1):
            part = slice(start, start + POSITIONS_AT_ONCE) if states.shape[1] else slice(None)
            hidden = tf.reshape(states[:, part], (-1, d_model))  # (m, d_model)
            target = tf.maximum(tf.reshape(tokens[:, part], (-1,)), 0)  # (m,)
            weight = tf.reshape(weights[:, part], (-1, 1))  # (m, 1)
            logits = tf.matmul(hidden, head_weights, transpose_b=True)  # (m, vocab_size)
            largest = tf.reduce_max(logits, axis=-1, keepdims=True)
            powers = tf.exp(logits - largest)
            total = tf.reduce_sum(powers, axis=-1, keepdims=True)  # powers / total is the softmax
            target_vectors = tf.gather(head_weights, target)
            target_logit = tf.reduce_sum(hidden * target_vectors, axis=-1, keepdims=True)
            loss += tf.reduce_sum(weight * (largest + tf.math.log(total) - target_logit))
            # The gradient of a logit is weight * (softmax - 1 where it is the target's).
            gradient = weight * (tf.matmul(powers, head_weights) / total - target_vectors)
            state_gradients.append(tf.reshape(gradient, tf.shape(states[:, part])))
            head_gradient += tf.matmul(hidden * (weight / total), powers, transpose_a=True)
        targets = tf.maximum(tf.reshape(tokens, (-1, 1)), 0)
        of_targets = tf.reshape(states * weights[..., None], (-1, d_model))
        head_gradient = tf.tensor_scatter_nd_sub(tf.transpose(head_gradient), targets, of_targets)
        state_gradient = tf.concat(state_gradients, axis=1)
        return loss, lambda upstream: (upstream * state_gradient, upstream * head_gradient)

    return loss_of(tf.convert_to_tensor(states), tf.convert_to_tensor(head_weights))


def log_probs_of_tokens(tokens, logits):
    """(n, time) whole numbers, (n, time, vocab_size) -> log-probability of each token (n, time)"""
    chosen = ops.take_along_axis(logits, ops.maximum(tokens, 0)[..., None], axis=-1)[..., 0]
    return chosen - ops.logsumexp(logits, axis=-1)


def check_tokens(tokens, vocab_size, longest, name="tokens"):
    """Tokens as int32 (n, time); -1 is "nothing", after a text's end.

    Raises ValueError for another shape, a row longer than ``longest``, or a number that is no token.
    """
    tokens = np.asarray(tokens)
    check_shape_of_tokens(tokens, vocab_size, longest, name)
    if not np.issubdtype(tokens.dtype, np.integer) or tokens.min() < -1 or tokens.max() >= vocab_size:
        raise ValueError(
            f"{name} holds {tokens.min()} to {tokens.max()} as {tokens.dtype}; give whole numbers from 0 to {vocab_size - 1}, "
            "and -1 where a row has ended."
        )
    return tokens.astype("int32")


def check_shape_of_tokens(tokens, vocab_size, longest, name="tokens"):
    """ValueError unless an array or a ``tf.TensorSpec`` has the shape (n, time), n of 1 or more, time up to ``longest``."""
    shape = tuple(tokens.shape)
    if len(shape) != 2 or shape[0] == 0 or shape[1] is not None and not 1 <= shape[1] <= longest:
        raise ValueError(
            f"{name} has shape {shape}; this model needs (n, time), n of 1 or more, time from 1 to {longest}."
        )


def check_transformer(d_model, heads, **sizes):
    """The sizes as plain numbers; ValueError unless all are 1 or more and each head gets an even part of ``d_model``."""
    sizes = {"d_model": d_model, "heads": heads} | sizes
    check_sizes(**sizes)
    if d_model % (2 * heads):
        raise ValueError(f"d_model is {d_model} and heads is {heads}; make d_model a multiple of {2 * heads}.")
    return {name: int(size) for name, size in sizes.items()}


def pad(rows, length=None):
    """Rows of tokens as one array; shorter rows end in -1, longer ones are cut.  -> (n, length) int32

    length: by default that of the longest row.
    """
    length = max(map(len, rows)) if length is None else length
    padded = np.full((len(rows), length), -1, "int32")
    for row, tokens in zip(padded, rows, strict=True):
        row[: len(tokens)] = tokens[:length]
    return padded


def sample_token(logits, uniform, temperature, top_k):
    """Draw a token for each row with a number from [0, 1).  (n, vocab_size), (n,), (), () -> (n,) int32"""
    if top_k is not None:
        smallest = tf.math.top_k(logits, top_k).values[:, -1:]
        logits = ops.where(logits >= smallest, logits, NEVER)
    weights = ops.softmax(logits / temperature)
    cumulative = ops.cumsum(weights, axis=-1)
    passed = ops.cast(uniform[:, None] * cumulative[:, -1:] >= cumulative[:, :-1], "int32")
    return ops.sum(passed, axis=-1)


def scatter(rows, position, tokens):
    """Rows with ``tokens`` at one position.  (n, length), (), (n,) -> (n, length)"""
    return ops.slice_update(rows, (0, position), tokens[:, None])


def lr_schedule(steps, peak):
    """A rise over a twentieth of the steps, then a fall along a cosine to a fiftieth of the peak; ValueError for bad steps."""
    check_sizes(steps=steps)
    warmup = -(-steps // 20)
    fall = max(1, steps - warmup)
    return keras.optimizers.schedules.CosineDecay(peak / 10, fall, 0.02, warmup_target=peak, warmup_steps=warmup)
