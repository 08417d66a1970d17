"""Policy gradients: raise a reward of what a GPT writes, and stay near the GPT it was.

Williams (1992), "Simple statistical gradient-following algorithms for connectionist reinforcement learning" (REINFORCE);
Schulman et al. (2017), "Proximal policy optimization algorithms" (the clipped ratio); Ziegler et al. (2019), "Fine-tuning
language models from human preferences" (the reward with a price for leaving the reference).

A whole text is one action with one reward; its log-probability is the sum of its tokens'.
"""

import keras
import numpy as np
import tensorflow as tf

from genai_course.checks import check_above_zero, check_whole_number
from genai_course.models.language_model import log_probs_of_tokens
from genai_course.training.fine_tuning import start_afresh


def advantages(rewards):
    """How much better each draw did than the others: its reward minus the mean of all the others' rewards.

    That mean does not depend on the draw itself, so the gradient keeps its mean and loses variance (Williams 1992, section 4;
    Kool et al. 2019, "Buy 4 REINFORCE samples, get a baseline for free!", equation 8).
    (n,) numbers, n of 2 or more -> (n,) float64
    """
    rewards = np.asarray(rewards, "float64")
    others = (rewards.sum() - rewards) / (len(rewards) - 1)  # (n,)
    return rewards - others


def clipped_objective(log_probs, old_log_probs, advantages, clip_ratio):
    """What a policy gradient raises while one batch is used several times: Schulman et al. (2017), equation 7.

    The ratio compares the policy with the one that wrote the batch. Beyond 1 ± clip_ratio nothing more is gained, but a
    change for the worse still counts in full.
    (n, time), (n, time) natural logarithms, (n,) advantages, a number above 0 -> the mean over stories and tokens
    """
    ratio = keras.ops.exp(log_probs - old_log_probs)  # (n, time)
    clipped = keras.ops.clip(ratio, 1 - clip_ratio, 1 + clip_ratio)
    advantages = advantages[:, None]  # each token of a story gets the story's
    return keras.ops.mean(keras.ops.minimum(ratio * advantages, clipped * advantages))


def least_divergence(base, share):
    """The smallest Kullback-Leibler divergence, in nats, at which a property that ``base`` of all texts have is had by ``share``.

    It is that of two coins: all texts with the property become likelier by one factor, all others less likely by another. Any
    other change costs more (the data processing inequality: Cover and Thomas 2006, "Elements of information theory", 2.8).
    base: from 0 to 1, neither of them; share: from 0 to 1; numbers or arrays -> float64
    """
    base, share = np.asarray(base, "float64"), np.asarray(share, "float64")
    if np.any((base <= 0) | (base >= 1)) or np.any((share < 0) | (share > 1)):
        raise ValueError(f"base is {base} and share is {share}; give a base between 0 and 1, and a share from 0 to 1.")
    return _times_log(share, share / base) + _times_log(1 - share, (1 - share) / (1 - base))


def _times_log(weight, ratio):
    """weight · ln ratio, which is 0 where the weight is."""
    return weight * np.log(np.where(weight > 0, ratio, 1))


class AnchoredPolicy:
    """A GPT whose weights move, the **policy**, and a copy that stays where it began, the **reference**.

    gpt: a trained :class:`genai_course.models.GPT`. It becomes the policy itself, so it is changed by tuning;
        :meth:`restart` brings it back.
    """

    def __init__(self, gpt):
        self.policy = gpt
        self.reference = type(gpt).from_config(gpt.get_config())
        self.restart_from = gpt.get_weights()
        self.reference.set_weights(self.restart_from)

    def restart(self):
        """Put the policy back where it began."""
        self.policy.set_weights(self.restart_from)

    def divergence(self, rows):
        """The Kullback-Leibler divergence from reference to policy along each row: that of each next token, added up.

        Over rows that the policy wrote its mean is the divergence of whole rows (the chain rule: Cover and Thomas 2006, theorem
        2.5.3), and since each term is summed over the whole vocabulary, no single value is below 0, as a row's log-ratio
        log(policy / reference), which has the same mean, may be.
        (n, time) -> (n,) float64, in nats, 0 or more up to rounding
        """
        return np.asarray(self._divergence(np.asarray(rows, "int32")), "float64")

    @tf.function(autograph=False, reduce_retracing=True)
    def _divergence(self, rows):
        ours, theirs = tf.nn.log_softmax(self.policy(rows)), tf.nn.log_softmax(self.reference(rows))
        each = tf.reduce_sum(tf.exp(ours) * (ours - theirs), axis=-1)  # (n, time)
        return tf.reduce_sum(each * tf.cast(rows >= 0, "float32"), axis=-1)


class PolicyGradient:
    """Tunes an :class:`AnchoredPolicy` to a reward.  ``history = PolicyGradient(anchored).tune(reward, steps=20)``

    batch_size: texts written a step; updates: steps of Adam on each batch; clip_ratio, learning_rate: above 0.
    objective: a function like :func:`clipped_objective`, traced; baseline: a function like :func:`advantages`.

    Raises ValueError, naming it, for a number out of range.
    """

    def __init__(
        self, anchored, batch_size=128, updates=2, clip_ratio=0.2, learning_rate=2e-3, objective=clipped_objective,
        baseline=advantages
    ):  # fmt: skip
        check_whole_number("batch_size", batch_size, 2)
        check_whole_number("updates", updates, 1)
        for name, value in {"clip_ratio": clip_ratio, "learning_rate": learning_rate}.items():
            check_above_zero(name, value)
        self.anchored, self.batch_size, self.updates = anchored, batch_size, updates
        self.clip_ratio, self.learning_rate = float(clip_ratio), float(learning_rate)
        self.objective, self.baseline = objective, baseline
        self.optimizer = keras.optimizers.Adam(learning_rate)
        self.optimizer.build(anchored.policy.trainable_variables)

    def tune(self, reward, steps, kl_coefficient=0.0, seed=0):
        """Tune the policy from where it stands, with a new optimizer.

        reward: function, rows (batch_size, time) int32 -> (batch_size,) numbers, larger is better.
        steps: batches to write and learn from, 1 or more. kl_coefficient: price of a nat of divergence in rewards, 0 or more.
        seed: of the texts; the same seed and weights give the same tuning.

        Returns a list of notes, one a step: a dictionary of the batch's mean ``reward`` and its mean ``log_ratio``, both
        before that step's updates.  Raises ValueError for a number out of range, and for rewards that are not one finite
        number a row.
        """
        check_whole_number("steps", steps, 1)
        if not kl_coefficient >= 0:
            raise ValueError(f"kl_coefficient is {kl_coefficient!r}; give a number of 0 or more.")
        start_afresh(self.optimizer, self.learning_rate)
        return [self.step(reward, kl_coefficient, seed=[seed, step]) for step in range(steps)]

    def step(self, reward, kl_coefficient, seed):
        """Write a batch, judge it, and learn from it.  -> a note"""
        policy, reference = self.anchored.policy, self.anchored.reference
        rows = policy.sample(self.batch_size, seed=seed)  # (n, time)
        rewards = check_rewards(reward(rows), len(rows))  # (n,)
        old = policy.log_prob_of_tokens(rows)  # (n, time)
        log_ratio = old.sum(axis=1) - reference.log_prob(rows)  # (n,)
        judged = self.baseline(rewards - kl_coefficient * log_ratio)  # staying near the reference is part of the reward
        old, judged = np.asarray(old, "float32"), np.asarray(judged, "float32")
        for _ in range(self.updates):
            self._climb(rows, old, judged)
        return {"reward": float(rewards.mean()), "log_ratio": float(log_ratio.mean())}

    @tf.function(autograph=False, reduce_retracing=True)
    def _climb(self, rows, old, judged):
        """One step of Adam up the objective."""
        policy = self.anchored.policy
        with tf.GradientTape() as tape:
            log_probs = log_probs_of_tokens(rows, policy(rows))  # (n, time)
            loss = -self.objective(log_probs, old, judged, self.clip_ratio)
        self.optimizer.apply(tape.gradient(loss, policy.trainable_variables), policy.trainable_variables)


def check_rewards(rewards, n):
    """(n,) float64.  Raises ValueError unless there is one finite number for each of the ``n`` rows."""
    rewards = np.asarray(rewards, "float64")
    if rewards.shape != (n,) or not np.isfinite(rewards).all():
        given = f"shape {rewards.shape} and {np.isfinite(rewards).sum()} finite numbers"
        raise ValueError(f"The reward of {n} rows has {given}; give one finite number a row.")
    return rewards
