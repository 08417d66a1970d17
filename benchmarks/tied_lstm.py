"""An LSTM that finds words again: it reads and writes with the same vectors, and its memory begins as a copy that lasts.

Hochreiter and Schmidhuber (1997), "Long short-term memory"; one vector for reading and writing a token as in Press and Wolf
(2017), "Using the output embedding to improve language models"; a forget gate that begins open as in Jozefowicz, Zaremba and
Sutskever (2015), "An empirical exploration of recurrent network architectures".

Where it begins is ours. What enters the memory is the token's own vector, so what is kept becomes likelier to be written; and
most units keep it for about 150 steps. A short training only has to learn what is worth keeping.
"""

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from genai_course.checks import check_above_zero, check_sizes
from genai_course.models.language_model import LanguageModel, sample_token
from genai_course.models.recurrent_language_model import lstm_step

LASTING = 0.75  # share of the units that keep
KEEPS, WRITES = 5.0, -2.0  # where their gates begin: 0.993 of the memory stays at each step, 0.12 of what is new enters


@keras.saving.register_keras_serializable(package="genai_course")
class TiedLSTM(LanguageModel):
    """A distribution over rows of tokens, each token given those before it; rows as of :class:`~genai_course.models.GPT`.

    vocab_size: number of different tokens; one more, of its own, begins each row. units: numbers in a token's vector, in the
    state h and in the memory c.  In a row -1 is "nothing": what stands after the end of a short text.

    Raises ValueError, naming it, for a setting that cannot be.
    """

    def __init__(self, vocab_size, units=128, **options):
        super().__init__(**options)
        check_sizes(vocab_size=vocab_size, units=units)
        self.vocab_size, self.units = int(vocab_size), int(units)
        self.vectors = self.add_weight((self.vocab_size + 1, units), keras.initializers.RandomNormal(stddev=0.1))
        self.enter = self.add_weight((units, 4 * units), copying_start)
        self.recurrent = self.add_weight((units, 4 * units), orthogonal_start)
        self.bias = self.add_weight((4 * units,), lasting_start)
        self.loudness = self.add_weight((units,), keras.initializers.Constant(10**0.5))  # the vectors begin small
        self.output_bias = self.add_weight((self.vocab_size,), "zeros")
        self.built = True

    def table(self):
        """What each token brings in, for all at once: a row of tokens needs most of them.  -> (vocab_size + 1, 4 * units)"""
        return ops.matmul(self.vectors, self.enter) + self.bias

    def read(self, tokens, state):
        """The state, h and c side by side, after each token.  (n, time), (n, 2 * units) -> (time, n, 2 * units)"""
        entering = ops.take(self.table(), ops.transpose(tokens), axis=0)  # (time, n, 4 * units)
        return tf.scan(lambda state, each: lstm_step(each, state, self.recurrent), entering, state)

    def logits(self, hidden):
        """How well each token's vector fits.  h (…, units) -> (…, vocab_size)"""
        return ops.matmul(hidden * self.loudness, ops.transpose(self.vectors[: self.vocab_size])) + self.output_bias

    def no_memory(self, n):
        """The state before anything was read.  -> (n, 2 * units)"""
        return ops.zeros((n, 2 * self.units))

    def call(self, tokens, training=False):
        """Logits of each token, given those before it.  (n, time) -> (n, time, vocab_size)"""
        hidden = self.read(self.inputs(tokens), self.no_memory(ops.shape(tokens)[0]))[..., : self.units]
        return self.logits(ops.swapaxes(hidden, 0, 1))

    def sample(self, n, length, seed=0, temperature=1.0):
        """Write ``n`` rows of ``length`` tokens.  temperature: above 0; below 1 the likely becomes likelier.

        Returns (n, length) int32.  Raises ValueError for a number out of range.
        """
        check_sizes(n=n, length=length)
        check_above_zero("temperature", temperature)
        uniform = np.random.default_rng(seed).random((length, n)).astype("float32")
        return np.asarray(self.generate(uniform, np.float32(temperature))).T

    @tf.function(autograph=False, reduce_retracing=True)
    def generate(self, uniform, temperature):
        """Draw token after token as one graph.  (length, n), () -> (length, n)"""
        n, table = ops.shape(uniform)[1], self.table()

        def generate_one(before, chance):
            token, state = before
            state = lstm_step(ops.take(table, token, axis=0), state, self.recurrent)
            return sample_token(self.logits(state[:, : self.units]), chance, temperature, None), state

        written, _ = tf.scan(generate_one, uniform, (ops.full((n,), self.vocab_size, "int32"), self.no_memory(n)))
        return written

    def get_config(self):
        return {**super().get_config(), "vocab_size": self.vocab_size, "units": self.units}


# The four blocks of the weights are the gates forget, write and show, and what is new.


def copying_start(shape, dtype=None):
    """What is new is the token's vector itself; the gates begin at random."""
    units = shape[0]
    gates = [keras.initializers.GlorotUniform()((units, units)) for _ in range(3)]
    return ops.concatenate([*gates, ops.eye(units)], axis=1)


def orthogonal_start(shape, dtype=None):
    """An orthogonal matrix for each gate; h hardly mixes with what is new."""
    blocks = [keras.initializers.Orthogonal()((shape[0], shape[0])) for _ in range(4)]
    return ops.concatenate([*blocks[:3], 0.1 * blocks[3]], axis=1)


def lasting_start(shape, dtype=None):
    """Most units keep what they have and take in a little; the others forget soon."""
    forget, write, show, new = np.split(np.zeros(shape, "float32"), 4)
    lasting = int(LASTING * len(forget))
    forget[:lasting], forget[lasting:], write[:lasting] = KEEPS, 1, WRITES
    return ops.convert_to_tensor(np.concatenate([forget, write, show, new]))
