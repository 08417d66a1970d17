"""A language model that reads one token after another and remembers in a row of numbers: plain, GRU or LSTM.

Hochreiter and Schmidhuber (1997), "Long short-term memory", with the forget gate of Gers, Schmidhuber and Cummins (2000);
Cho et al. (2014), "Learning phrase representations using RNN encoder-decoder", for the gated recurrent unit. Gradients are
clipped by their length as in Pascanu, Mikolov and Bengio (2013), "On the difficulty of training recurrent neural networks".

Training reads a long text in a few rows side by side. Each step goes on where the one before stopped, with the same state;
only the gradient ends there (truncated back-propagation through time, Williams and Peng 1990).
"""

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from genai_course.checks import check_above_zero, check_sizes, check_whole_number

# kind -> (rows of weights for each unit, numbers remembered for each unit)
KINDS = {"rnn": (1, 1), "gru": (3, 1), "lstm": (4, 2)}
TOKENS_AT_ONCE = 64  # of a likelihood: one graph for texts of any length


def rnn_step(inputs, state, weights):
    """h = tanh(x + h U): all that is remembered is written anew.  (n, units), (n, units), (units, units) -> (n, units)"""
    return ops.tanh(inputs + ops.matmul(state, weights))


def gru_step(inputs, state, weights):
    """Cho et al. (2014), equations 5 to 8, with the reset gate behind the weights.

    (n, 3 * units), (n, units), (units, 3 * units) -> (n, units)
    """
    keep, reset, new = ops.split(inputs, 3, axis=-1)
    keep_h, reset_h, new_h = ops.split(ops.matmul(state, weights), 3, axis=-1)
    keep, reset = ops.sigmoid(keep + keep_h), ops.sigmoid(reset + reset_h)
    return keep * state + (1 - keep) * ops.tanh(new + reset * new_h)


def lstm_step(inputs, state, weights):
    """The memory c is kept or forgotten and added to; h shows a part of it.  The state holds h and c side by side.

    (n, 4 * units), (n, 2 * units), (units, 4 * units) -> (n, 2 * units)
    """
    hidden, memory = ops.split(state, 2, axis=-1)
    forget, write, show, new = ops.split(inputs + ops.matmul(hidden, weights), 4, axis=-1)
    memory = ops.sigmoid(forget) * memory + ops.sigmoid(write) * ops.tanh(new)
    return ops.concatenate([ops.sigmoid(show) * ops.tanh(memory), memory], axis=-1)


STEPS = {"rnn": rnn_step, "gru": gru_step, "lstm": lstm_step}


def with_temperature(logits, temperature):
    """Probabilities that are proportional to p to the power 1 / temperature.  (n, tokens), number -> (n, tokens)"""
    return ops.softmax(logits / temperature, axis=-1)


@keras.saving.register_keras_serializable(package="genai_course")
class RecurrentLanguageModel(keras.Model):
    """Probabilities of the next token, given all tokens before it.

    tokens: number of different tokens, 2 or more. kind: "rnn", "gru" or "lstm". units: numbers in the state h.
    rows: places of the training text that are read side by side, each with a state of its own. start: the token that
    stands before every text. forget_bias: what the gate that keeps the memory begins with (GRU and LSTM); 1 keeps most of it.

    Raises ValueError, naming it, for a setting that cannot be.
    """

    def __init__(self, tokens, kind="lstm", units=128, rows=8, start=0, forget_bias=1.0, **options):
        super().__init__(**options)
        if kind not in KINDS:
            raise ValueError(f"kind is {kind!r}; choose one of {', '.join(map(repr, KINDS))}.")
        check_whole_number("tokens", tokens, 2)
        check_sizes(units=units, rows=rows)
        self.tokens, self.kind, self.units, self.rows = int(tokens), kind, int(units), int(rows)
        self.start, self.forget_bias = self.check_tokens([start]).item(), float(forget_bias)
        parts, remembered = KINDS[kind]
        bias = np.zeros(parts * self.units, "float32")
        if kind != "rnn":
            bias[: self.units] = forget_bias
        # The product of a one-hot token and a matrix is a row of the matrix: looking it up is the same and costs nothing.
        small = keras.initializers.RandomNormal(stddev=0.1)
        self.table = self.add_weight((self.tokens, parts * self.units), small, name="table")
        self.bias = self.add_weight(bias.shape, lambda *_, **__: ops.convert_to_tensor(bias), name="bias")
        self.recurrent = self.add_weight((self.units, parts * self.units), _orthogonal_blocks(parts), name="recurrent")
        self.output_weights = self.add_weight((self.units, self.tokens), "glorot_uniform", name="output_weights")
        self.output_bias = self.add_weight((self.tokens,), "zeros", name="output_bias")
        self.carried = self.add_weight((self.rows, remembered * self.units), "zeros", trainable=False, name="carried")
        self.built = True

    def no_memory(self, n):
        """The state before anything was read.  -> (n, remembered * units)"""
        return ops.zeros((n, KINDS[self.kind][1] * self.units))

    def step(self, token, state):
        """Read one token of each text.  (n,), (n, remembered * units) -> logits of the next (n, tokens), state"""
        state = STEPS[self.kind](ops.take(self.table, token, axis=0) + self.bias, state, self.recurrent)
        return self.logits(state[:, : self.units]), state

    def read(self, tokens, state):
        """Read several tokens.  (n, length), (n, …) -> the state after each of them, a list of (n, …)"""
        inputs = ops.take(self.table, tokens, axis=0) + self.bias  # (n, length, parts * units)
        states = []
        for place in range(tokens.shape[1]):
            state = STEPS[self.kind](inputs[:, place], state, self.recurrent)
            states.append(state)
        return states

    def logits(self, hidden):
        """(…, units) -> (…, tokens)"""
        return ops.matmul(hidden, self.output_weights) + self.output_bias

    def call(self, tokens, training=False):
        """Logits of the token after each of these.  (n, length) -> (n, length, tokens)

        In training the state goes on from batch to batch; otherwise nothing was read before.
        """
        states = self.read(
            tokens, ops.stop_gradient(self.carried.value) if training else self.no_memory(ops.shape(tokens)[0])
        )
        if training:
            self.carried.assign(states[-1])
        return self.logits(ops.stack([state[:, : self.units] for state in states], axis=1))

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        """Mean surprise of a token, in nats."""
        return ops.mean(keras.losses.sparse_categorical_crossentropy(y, y_pred, from_logits=True))

    def fit(self, x=None, y=None, *, length=64, validation_data=None, **options):
        """Train on one long row of tokens (it begins with ``start``), ``length`` of them a step in each row.

        x: (n,) tokens; or a ``tf.data.Dataset`` of batches as they come: tokens and the tokens after each, (rows, length) both.
        validation_data: another long row, or such a data set. options: as of ``keras.Model.fit``; batches follow from the rows.
        Raises ValueError for a text that is too short for one step, for a y, and for weights: all tokens count alike.
        """
        self.carried.assign(ops.zeros_like(self.carried))
        if validation_data is not None:
            given = validation_data if isinstance(validation_data, tuple) else (validation_data,)
            validation_data = self.batches(length, *given)
        x = self.batches(length, x, y, options.pop("sample_weight", None))
        return super().fit(x, shuffle=False, validation_data=validation_data, **options)

    def evaluate(self, x=None, y=None, *, length=64, **options):
        """Mean surprise of a token of one long row, or of a data set as of ``fit``, each batch without what was before."""
        return super().evaluate(self.batches(length, x, y, options.pop("sample_weight", None)), **options)

    def batches(self, length, x, y=None, sample_weight=None):
        """A long row of tokens as a data set of (rows, length), each going on where the one before stopped."""
        if sample_weight is not None:
            raise ValueError("RecurrentLanguageModel counts all tokens alike; leave sample_weight out.")
        if isinstance(x, tf.data.Dataset):
            return x
        if y is not None:
            raise ValueError("RecurrentLanguageModel learns from x alone; leave y out.")
        tokens = self.check_tokens(x)
        steps = (len(tokens) - 1) // (self.rows * length)
        if steps < 1:
            raise ValueError(
                f"There are {len(tokens)} tokens; {self.rows} rows of {length} need {self.rows * length + 1}."
            )
        parts = [_side_by_side(part, self.rows, steps, length) for part in (tokens[:-1], tokens[1:])]
        return tf.data.Dataset.from_tensor_slices(tuple(parts)).batch(self.rows, drop_remainder=True)

    def log_prob(self, tokens):
        """Log-probability of each token, in nats, given ``start`` and the tokens before it.  (n, length) -> the same, float64

        Raises ValueError for numbers that are no tokens.
        """
        tokens = self.check_tokens(np.atleast_2d(tokens))
        n, length = tokens.shape
        width = TOKENS_AT_ONCE * -(-length // TOKENS_AT_ONCE)
        padded = np.full((n, width + 1), self.start, np.int32)
        padded[:, 1 : length + 1] = tokens
        state, blocks = self.no_memory(n), []
        for begin in range(0, width, TOKENS_AT_ONCE):
            block = tf.constant(padded[:, begin : begin + TOKENS_AT_ONCE + 1])
            surprise, state = self.surprise(block, state)
            blocks.append(-np.asarray(surprise, "float64"))
        return np.concatenate(blocks, axis=1)[:, :length]

    @tf.function(reduce_retracing=True)
    def surprise(self, tokens, state):
        """(n, length + 1), state -> surprise of all but the first (n, length), state after them but the last"""
        states = self.read(tokens[:, :-1], state)
        logits = self.logits(ops.stack([state[:, : self.units] for state in states], axis=1))
        return tf.nn.sparse_softmax_cross_entropy_with_logits(tokens[:, 1:], logits), states[-1]

    def sample(self, n, length, temperature=1.0, seed=0, prompt=()):
        """Write ``n`` texts of ``length`` tokens that follow ``start`` and the tokens ``prompt``.  -> (n, length) int32

        temperature: above 0; below 1 the likely becomes likelier.  Raises ValueError for a number out of range.
        """
        check_sizes(n=n, length=length)
        check_above_zero("temperature", temperature)
        state, token = self.no_memory(n), np.full(n, self.start, np.int32)
        for following in self.check_tokens(prompt):
            _, state = self.step(token, state)
            token = np.full(n, following, np.int32)
        uniform = np.random.default_rng(seed).random((length, n)).astype("float32")
        return np.asarray(self.write(tf.constant(token), state, uniform, np.float32(temperature))).T

    @tf.function(reduce_retracing=True)
    def write(self, token, state, uniform, temperature):
        """Draw token after token as one graph.  (n,), state, (length, n), () -> (length, n)"""

        def write_one(before, chance):
            logits, state = self.step(*before)
            cumulative = ops.cumsum(with_temperature(logits, temperature), axis=-1)  # (n, tokens)
            passed = ops.cast(chance[:, None] * cumulative[:, -1:] >= cumulative[:, :-1], "int32")
            return ops.sum(passed, axis=-1), state

        written, _ = tf.scan(write_one, uniform, (token, state))
        return written

    def gradient_reach(self, tokens, seed=0):
        """How strongly the last h reacts to the state at each distance before it; at distance 0 it is 1.

        The length of the gradient of u·h for random directions u of length 1, a root mean square over texts and directions.
        tokens: (n, length).  Returns (length,) float64, by distance 0, 1, …
        """
        tokens = tf.constant(self.check_tokens(np.atleast_2d(tokens)))
        direction = np.random.default_rng(seed).standard_normal((len(tokens), self.units)).astype("float32")
        direction /= np.linalg.norm(direction, axis=1, keepdims=True)
        state = self.no_memory(len(tokens))
        with tf.GradientTape() as tape:
            tape.watch(state)
            states = self.read(tokens, state)
            reaction = tf.reduce_sum(states[-1][:, : self.units] * direction)
        gradients = tape.gradient(reaction, states)  # one for each place, (n, …)
        return np.array([np.sqrt(np.mean(np.sum(np.square(each), axis=1))) for each in gradients], "float64")[::-1]

    def check_tokens(self, tokens):
        """Tokens as int32; ValueError for numbers that are none."""
        tokens = np.asarray(tokens)
        wrong = tokens[(tokens < 0) | (tokens >= self.tokens) | (tokens != np.round(tokens))]
        if wrong.size:
            raise ValueError(f"{wrong.flat[0]!s} is not a token; give whole numbers from 0 to {self.tokens - 1}.")
        return tokens.astype(np.int32)

    def get_config(self):
        names = ("tokens", "kind", "units", "rows", "start", "forget_bias")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}


def _side_by_side(tokens, rows, steps, length):
    """Cut a text so that each row of a batch goes on where the same row of the batch before stopped.

    (tokens,) -> (steps * rows, length)
    """
    parts = tokens[: rows * steps * length].reshape(rows, steps, length)
    return parts.transpose(1, 0, 2).reshape(-1, length)


def _orthogonal_blocks(parts):
    """An initialiser: one orthogonal matrix for each part, side by side, so that h keeps its length at first."""

    def initialise(shape, dtype=None):
        one = keras.initializers.Orthogonal()
        return ops.concatenate([one.clone()((shape[0], shape[0])) for _ in range(parts)], axis=1)

    return initialise
