"""From "this one is better" to a policy: a reward model of preferences, or directly.

Bradley and Terry (1952), "Rank analysis of incomplete block designs", says how likely a comparison is; Christiano et al.
(2017), "Deep reinforcement learning from human preferences", learn a reward from it; Rafailov et al. (2023), "Direct preference
optimization: your language model is secretly a reward model", leave the reward model out.
"""

import keras
import numpy as np
import tensorflow as tf

from genai_course.checks import check_above_zero, check_whole_number
from genai_course.models.language_model import log_probs_of_tokens
from genai_course.training.fine_tuning import start_afresh


def dpo_loss(preferred, rejected, reference_preferred, reference_rejected, beta):
    """Minus the mean log-probability of the preferences, if the reward is beta · log(policy / reference).

    Rafailov et al. (2023), equation 7.  Four times (n,): natural logarithms of the probability that the policy, then the
    reference, gives to the texts that were preferred and to those that were rejected; beta above 0 -> a number
    """
    margins = beta * ((preferred - reference_preferred) - (rejected - reference_rejected))  # (n,)
    return keras.ops.mean(keras.ops.softplus(-margins))  # softplus(-m) = -ln σ(m)


def token_counts(rows, vocab_size):
    """How often each token stands in each row; -1 is nothing.  (n, time) whole numbers -> (n, vocab_size) float64"""
    rows = np.asarray(rows)
    counts = np.zeros((len(rows), vocab_size))
    lines, places = np.nonzero(rows >= 0)
    np.add.at(counts, (lines, rows[lines, places]), 1)
    return counts


class RewardModel:
    """A reward that is a sum of weights, one for each token of a text, learned from preferences.

    vocab_size: number of different tokens. decay: what a squared weight costs, above 0; with few pairs it decides much.

    ``model = RewardModel(500).fit(preferred, rejected)``, then ``model(rows)`` is a reward (n,) for rows (n, time).
    """

    def __init__(self, vocab_size, decay=0.003):
        check_whole_number("vocab_size", vocab_size, 1)
        check_above_zero("decay", decay)
        self.decay, self.weights = float(decay), np.zeros(vocab_size)

    def __call__(self, rows):
        """(n, time) whole numbers -> (n,) float64"""
        return token_counts(rows, len(self.weights)) @ self.weights

    def fit(self, preferred, rejected, steps=300, rate=2.0):
        """Gradient descent on the mean of -ln σ(reward of the preferred - reward of the rejected), and the decay.

        preferred, rejected: rows (n, time), in pairs.  Christiano et al. (2017), equation 1, with the probability of Bradley and
        Terry (1952).  Returns itself.  Raises ValueError unless there are as many preferred rows as rejected, 1 or more.
        """
        check_pairs(preferred, rejected)
        vocab_size = len(self.weights)
        differences = token_counts(preferred, vocab_size) - token_counts(rejected, vocab_size)  # (n, vocab_size)
        for _ in range(steps):
            surprise = 1 / (1 + np.exp(differences @ self.weights))  # (n,) probability of what did not happen
            slope = differences.T @ surprise / len(differences) - 2 * self.decay * self.weights
            self.weights = self.weights + rate * slope / 2
        return self


class DirectPreference:
    """Tunes an ``AnchoredPolicy`` to preferences without a reward model.

    beta: how strongly it is held to the reference, above 0: a preference is worth ln(odds) / beta nats.
    batch_size: pairs a step; learning_rate: above 0. loss: a function like :func:`dpo_loss`, traced.

    Raises ValueError, naming it, for a number out of range.
    """

    def __init__(self, anchored, beta=0.5, batch_size=64, learning_rate=1e-3, loss=dpo_loss):
        check_whole_number("batch_size", batch_size, 1)
        for name, value in {"beta": beta, "learning_rate": learning_rate}.items():
            check_above_zero(name, value)
        self.anchored, self.batch_size, self.loss = anchored, batch_size, loss
        self.beta, self.learning_rate = float(beta), float(learning_rate)
        self.optimizer = keras.optimizers.Adam(learning_rate)
        self.optimizer.build(anchored.policy.trainable_variables)

    def tune(self, preferred, rejected, epochs=1, seed=0):
        """Tune the policy from where it stands, with a new optimizer, over all pairs ``epochs`` times in a new order each.

        preferred, rejected: rows (n, time), in pairs; those beyond the last whole batch of an epoch are left out.
        Returns the loss of each step, (steps,) float64.  Raises ValueError unless there are as many preferred rows as rejected,
        at least a batch, and epochs is a whole number of 1 or more.
        """
        check_whole_number("epochs", epochs, 1)
        check_pairs(preferred, rejected, self.batch_size)
        both = np.stack([preferred, rejected], axis=1).astype("int32")  # (n, 2, time)
        known = np.stack([self.anchored.reference.log_prob(both[:, place]) for place in (0, 1)], axis=1)  # (n, 2)
        start_afresh(self.optimizer, self.learning_rate)
        random, losses = np.random.default_rng(seed), []
        for _ in range(epochs):
            order = random.permutation(len(both))
            for start in range(0, len(both) - self.batch_size + 1, self.batch_size):
                chosen = order[start : start + self.batch_size]
                losses.append(float(self._descend(both[chosen], known[chosen].astype("float32"))))
        return np.array(losses)

    @tf.function(autograph=False, reduce_retracing=True)
    def _descend(self, both, known):
        """One step of Adam down the loss of a batch of pairs (n, 2, time), known to the reference (n, 2).  -> the loss"""
        policy = self.anchored.policy
        with tf.GradientTape() as tape:
            rows = tf.reshape(both, (-1, both.shape[-1]))  # preferred and rejected in turn: (2 n, time)
            counted = tf.cast(rows >= 0, "float32")
            each = tf.reduce_sum(log_probs_of_tokens(rows, policy(rows)) * counted, axis=1)
            ours = tf.reshape(each, (-1, 2))  # (n, 2)
            loss = self.loss(ours[:, 0], ours[:, 1], known[:, 0], known[:, 1], self.beta)
        self.optimizer.apply(tape.gradient(loss, policy.trainable_variables), policy.trainable_variables)
        return loss


def check_pairs(preferred, rejected, least=1):
    """ValueError unless preferred and rejected are rows of one shape, ``least`` or more of them."""
    shapes = np.shape(preferred), np.shape(rejected)
    if shapes[0] != shapes[1] or len(shapes[0]) != 2 or shapes[0][0] < least:
        given = f"preferred has shape {shapes[0]} and rejected {shapes[1]}"
        raise ValueError(f"{given}; give pairs, both (n, time), n of {least} or more.")
