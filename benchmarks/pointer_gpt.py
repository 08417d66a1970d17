"""A GPT that can also point: at an earlier position of the text that was like this one, to say again what came there.

Merity et al. (2017), "Pointer sentinel mixture models", equations 3 and 5; what is compared are the states of the model, as in
Grave, Joulin and Usunier (2017), "Improving neural language models with a continuous cache". Names and phrases of a text come
back in it, and to point at them needs no weights that have learned them: little training text is enough.
"""

import keras
import numpy as np
from keras import layers, ops

from genai_course.models.copying_gpt import CopyingGPT
from genai_course.models.gpt import FORBIDDEN
from genai_course.models.language_model import LanguageModel, log_probs_of_tokens, masked_mean, token_weights

SHARPNESS = 8.0  # of the comparison, at first: a state of the same direction weighs e⁸ times one at a right angle
SELDOM = -2.0  # where the gate begins: at one position of eight it says something again
NOTHING = 1e-9  # added to a probability before the logarithm is taken


@keras.saving.register_keras_serializable(package="genai_course")
class PointerGPT(CopyingGPT):
    """p(token) = (1 − g) · softmax(logits) + g · (how much the earlier positions weigh where that token was said).

    All settings are those of :class:`~genai_course.models.copying_gpt.CopyingGPT`; raises ValueError for
    invalid ones and for causal=False. At the first position of a row there is nothing to point at, and g is 0.
    """

    def __init__(self, *sizes, **settings):
        super().__init__(*sizes, **settings)
        if not self.causal:
            raise ValueError("causal is False; what points at earlier positions needs the causal mask.")
        d_model = self.settings["d_model"]
        self.asking, self.asked = (
            layers.Dense(d_model, use_bias=False, kernel_initializer="identity") for _ in range(2)
        )
        self.gate = layers.Dense(1, kernel_initializer="zeros", bias_initializer=keras.initializers.Constant(SELDOM))
        self.log_sharpness = self.add_weight((), keras.initializers.Constant(np.log(SHARPNESS)), name="log_sharpness")
        self(np.zeros((1, min(2, self.context_length)), "int32"))  # makes these weights, too

    def call(self, tokens, training=False):
        """Log-probabilities of each token, given those before it.  (n, time) -> (n, time, vocab_size)

        In training only those of ``tokens`` themselves, (n, time): the loss needs no others, and they cost as much as the rest.
        """
        state = self.hidden_states(tokens, training)  # (n, time, d_model)
        positions = ops.arange(ops.shape(tokens)[1])
        weights = self.weights_of(state, direction(self.asked(state)), positions[None, :] < positions[:, None])
        if training:
            same = ops.cast(tokens[:, :, None] == tokens[:, None, :], "float32")  # (n, time, time)
            said_again = ops.sum(weights * same, axis=-1)
            log_probs = log_probs_of_tokens(tokens, self.head(state))
            return self.mix(state, weights, log_probs[..., None], said_again[..., None])[..., 0]
        said_again = ops.matmul(weights, ops.one_hot(tokens, self.vocab_size))
        return self.mix(state, weights, ops.log_softmax(self.head(state)), said_again)

    def weights_of(self, state, keys, earlier):
        """How much each earlier position weighs; 0 for the others.

        state (n, asking, d_model), keys (n, asked, d_model) of length 1, earlier (asking, asked) -> (n, asking, asked)
        """
        scores = ops.exp(self.log_sharpness) * ops.matmul(direction(self.asking(state)), ops.swapaxes(keys, 1, 2))
        return ops.softmax(ops.where(earlier, scores, FORBIDDEN), axis=-1) * ops.cast(earlier, "float32")

    def mix(self, state, weights, log_probs, said_again):
        """Both ways of saying a token.  -> log-probabilities (n, time, k)

        state (n, time, d_model), weights (n, time, asked), log_probs of writing k tokens, probability of having said_again them.
        """
        gate = self.gate(state)  # (n, time, 1)
        nothing_earlier = ops.sum(weights, axis=-1, keepdims=True) == 0
        kept = ops.where(nothing_earlier, 0.0, ops.log_sigmoid(-gate))
        return ops.logaddexp(kept + log_probs, ops.log_sigmoid(gate) + ops.log(said_again + NOTHING))

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        """Mean cross-entropy of the tokens, in nats."""
        if len(y_pred.shape) == 3:
            return LanguageModel.compute_loss(self, x, y, y_pred, sample_weight, training)
        return masked_mean(-y_pred, token_weights(x, sample_weight))

    def empty_caches(self, n):
        """Those of GPT, and the keys of the positions to point at, (n, context_length, d_model)."""
        return [*super().empty_caches(n), ops.zeros((n, self.context_length, self.settings["d_model"]))]

    def step(self, inputs, position, caches):
        """As GPT's, with log-probabilities in position of logits."""
        state, after = self.hidden_state(inputs, position, caches[:-1])
        keys = caches[-1]
        earlier = (ops.arange(self.context_length) < position)[None]  # (1, context_length)
        weights = self.weights_of(state, keys, earlier)
        said = ops.pad(inputs[:, 1:], [(0, 0), (0, self.context_length + 1 - inputs.shape[1])])  # (n, context_length)
        said_again = ops.matmul(weights, ops.one_hot(said, self.vocab_size))
        log_probs = self.mix(state, weights, ops.log_softmax(self.head(state)), said_again)
        keys = ops.slice_update(keys, (0, position, 0), direction(self.asked(state)))
        return log_probs[:, 0], [*after, keys]


def direction(vectors):
    """Each vector at length 1.  (…, d_model) -> the same shape"""
    return vectors * ops.rsqrt(ops.sum(ops.square(vectors), axis=-1, keepdims=True) + 1e-6)
