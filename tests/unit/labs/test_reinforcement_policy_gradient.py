import itertools

import keras
import numpy as np
import pytest
import tensorflow as tf

from genai_course import models, session
from genai_course.labs.reinforcement_learning import AnchoredPolicy, PolicyGradient
from genai_course.labs.reinforcement_learning.policy_gradient import advantages, clipped_objective, least_divergence

VOCABULARY, LENGTH = 3, 3
ALL_ROWS = np.array(list(itertools.product(range(VOCABULARY), repeat=LENGTH)), "int32")  # (27, 3), every text there is


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    session.setup("smoke", 0)


def new_gpt(seed=0, scale=1.0):
    """A tiny GPT with an uneven distribution."""
    keras.utils.set_random_seed(seed)
    gpt = models.GPT(VOCABULARY, LENGTH, d_model=8, heads=2, num_layers=1)
    random = np.random.default_rng(seed)
    gpt.set_weights([weight + scale * 0.3 * random.standard_normal(weight.shape) for weight in gpt.get_weights()])
    return gpt


@pytest.fixture(scope="module")
def anchored():
    """A policy that has moved away from its reference."""
    pair = AnchoredPolicy(new_gpt())
    pair.policy.set_weights(new_gpt(1).get_weights())
    return pair


def count_of_ones(rows):
    return np.sum(rows == 1, axis=1).astype(float)


def expected(gpt, reward):
    """The exact expected reward, over every text."""
    return np.exp(gpt.log_prob(ALL_ROWS)) @ reward(ALL_ROWS)


def test_advantages_compare_each_draw_with_all_others():
    np.testing.assert_allclose(advantages([1, 2, 6]), [1 - 4, 2 - 3.5, 6 - 1.5])
    assert advantages(np.arange(5.0)).sum() == pytest.approx(0)


def test_reinforce_with_the_baseline_has_the_exact_gradient_as_its_mean():
    shares, rewards = np.array([0.2, 0.5, 0.3]), np.array([3.0, -1.0, 7.0])
    exact = shares * (rewards - shares @ rewards)  # of the expected reward, for the logits
    mean = np.zeros(3)
    for drawn in itertools.product(range(3), repeat=3):  # every batch of three, with its probability
        credit = advantages(rewards[list(drawn)])
        estimate = np.mean(credit[:, None] * (np.eye(3)[list(drawn)] - shares), axis=0)
        mean += np.prod(shares[list(drawn)]) * estimate
    np.testing.assert_allclose(mean, exact, rtol=1e-12)


def test_clipped_objective_of_numbers_worked_out_by_hand():
    ratio = np.array([[1.5, 0.5], [1.5, 0.5]], "float32")
    value = clipped_objective(np.log(ratio), np.zeros((2, 2), "float32"), np.array([2.0, -1.0], "float32"), 0.2)
    # advantage 2: min(3, 2.4) + min(1, 1.6); advantage -1: min(-1.5, -1.2) + min(-0.5, -0.8)
    assert float(value) == pytest.approx((2.4 + 1.0 - 1.5 - 0.8) / 4)


def test_nothing_is_gained_beyond_the_clip_and_a_change_for_the_worse_is_felt():
    log_probs = tf.Variable(np.log([[1.5, 0.5], [1.5, 0.5]]).astype("float32"))
    with tf.GradientTape() as tape:
        value = clipped_objective(log_probs, tf.zeros((2, 2)), tf.constant([1.0, -1.0]), 0.2)
    slope = tape.gradient(value, log_probs).numpy()
    assert slope[0, 0] == slope[1, 1] == 0
    assert slope[0, 1] > 0 > slope[1, 0]


def test_before_the_first_step_the_objective_has_the_gradient_of_reinforce(anchored):
    """Over every text, weighted by its probability, it must be the gradient of the exact expected reward."""
    gpt, weights = anchored.policy, anchored.policy.trainable_variables
    rows, rewards = tf.constant(ALL_ROWS), tf.constant(count_of_ones(ALL_ROWS), tf.float32)
    old = tf.constant(gpt.score(rows))
    shares = tf.exp(tf.reduce_sum(old, axis=1))
    with tf.GradientTape(persistent=True) as tape:
        log_probs = gpt.score(rows)
        exact = tf.reduce_sum(tf.exp(tf.reduce_sum(log_probs, axis=1)) * rewards)
        ours = clipped_objective(log_probs, old, shares * rewards, 0.2) * len(ALL_ROWS) * LENGTH
    for wanted, found in zip(tape.gradient(exact, weights), tape.gradient(ours, weights), strict=True):
        if wanted is not None:
            np.testing.assert_allclose(tf.convert_to_tensor(found), tf.convert_to_tensor(wanted), atol=1e-5)


def test_least_divergence_is_that_of_two_coins():
    assert least_divergence(0.5, 1) == pytest.approx(np.log(2))
    assert least_divergence(0.3, 0.3) == 0
    np.testing.assert_allclose(
        least_divergence(0.25, [0.0, 0.5]), [np.log(4 / 3), 0.5 * np.log(2) + 0.5 * np.log(2 / 3)]
    )


def test_best_of_n_lies_on_the_frontier_and_other_changes_above():
    shares, has = np.array([0.1, 0.3, 0.4, 0.2]), np.array([True, False, True, False])
    base, wanted = shares[has].sum(), 0.9
    cheapest = np.where(has, shares * wanted / base, shares * (1 - wanted) / (1 - base))
    other = np.array([0.7, 0.05, 0.2, 0.05])  # 0.9, too
    divergences = [float(np.sum(each * np.log(each / shares))) for each in (cheapest, other)]
    assert divergences[0] == pytest.approx(least_divergence(base, wanted))
    assert divergences[1] > divergences[0] + 0.1


def test_divergence_is_unbiased_and_never_negative(anchored):
    ours, theirs = anchored.policy.log_prob(ALL_ROWS), anchored.reference.log_prob(ALL_ROWS)
    exact = np.sum(np.exp(ours) * (ours - theirs))
    each = anchored.divergence(ALL_ROWS)
    assert exact > 0.05
    assert np.exp(ours) @ each == pytest.approx(exact, abs=1e-5)
    log_ratio = anchored.policy.log_prob(ALL_ROWS) - anchored.reference.log_prob(ALL_ROWS)
    assert np.exp(ours) @ log_ratio == pytest.approx(exact, abs=1e-5)
    assert each.min() >= 0 > log_ratio.min()


def test_tuning_raises_the_reward_a_price_holds_it_back_and_restart_undoes_it():
    pair = AnchoredPolicy(new_gpt())
    before, reached = expected(pair.policy, count_of_ones), {}
    at_first = pair.reference.log_prob(ALL_ROWS)
    tuner = PolicyGradient(pair, batch_size=16, learning_rate=0.04)
    for price in (0.0, 5.0, 0.0):
        pair.restart()
        tuner.tune(count_of_ones, 8, kl_coefficient=price, seed=1)
        divergence = np.exp(pair.policy.log_prob(ALL_ROWS)) @ pair.divergence(ALL_ROWS)
        reached.setdefault(price, []).append((expected(pair.policy, count_of_ones), divergence))
    free, again = reached[0.0]
    assert free[0] > before + 0.5
    assert reached[5.0][0][1] < 0.3 * free[1]
    np.testing.assert_array_equal(pair.reference.log_prob(ALL_ROWS), at_first)
    pair.restart()
    np.testing.assert_array_equal(pair.policy.log_prob(ALL_ROWS), at_first)
    assert free == again  # an optimizer that remembered the run before would end elsewhere


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"batch_size": 1}, "batch_size is 1"),
        ({"updates": 0}, "updates is 0"),
        ({"clip_ratio": 0}, "clip_ratio is 0"),
        ({"learning_rate": -1}, "learning_rate is -1"),
        ({"learning_rate": float("nan")}, "learning_rate is nan"),
    ],
)
def test_settings_that_cannot_be(anchored, options, words):
    with pytest.raises(ValueError, match=words):
        PolicyGradient(anchored, **options)


def test_bad_numbers_are_named_before_the_policy_moves(anchored):
    weights = anchored.policy.get_weights()
    tuner = PolicyGradient(anchored, batch_size=4)
    with pytest.raises(ValueError, match="kl_coefficient is -1"):
        tuner.tune(count_of_ones, 1, kl_coefficient=-1)
    with pytest.raises(ValueError, match="steps is 0"):
        tuner.tune(count_of_ones, 0)
    for reward in (lambda rows: rows, lambda rows: np.full(len(rows), np.nan)):
        with pytest.raises(ValueError, match="one finite number a row"):
            tuner.tune(reward, 1)
    with pytest.raises(ValueError, match="base is 0.0"):
        least_divergence(0, 0.5)
    for before, after in zip(weights, anchored.policy.get_weights(), strict=True):
        np.testing.assert_array_equal(before, after)
