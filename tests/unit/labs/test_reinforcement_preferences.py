import itertools
import math

import keras
import numpy as np
import pytest

from genai_course import models, session
from genai_course.labs.reinforcement_learning import AnchoredPolicy, DirectPreference, RewardModel
from genai_course.labs.reinforcement_learning.preferences import dpo_loss, token_counts

VOCABULARY, LENGTH = 3, 3
ALL_ROWS = np.array(list(itertools.product(range(VOCABULARY), repeat=LENGTH)), "int32")


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    session.setup("smoke", 0)


@pytest.fixture
def anchored():
    keras.utils.set_random_seed(0)
    return AnchoredPolicy(models.GPT(VOCABULARY, LENGTH, d_model=8, heads=2, num_layers=1))


def some_pairs(n, wish, seed=0):
    """Pairs of rows answered by Bradley and Terry's probability for ``wish``."""
    random = np.random.default_rng(seed)
    first, second = ALL_ROWS[random.integers(0, 27, (2, n))]
    wins = random.random(n) < 1 / (1 + np.exp(wish(second) - wish(first)))
    return np.where(wins[:, None], first, second), np.where(wins[:, None], second, first)


def twos(rows):
    return 1.5 * np.sum(rows == 2, axis=1)


def test_dpo_loss_of_numbers_worked_out_by_hand():
    arrays = [np.array(each, "float32") for each in ([-1, -4], [-3, -2], [-2, -3], [-3, -3])]
    # log-ratios of the preferred: 1, -1; of the rejected: 0, 1; margins at beta 0.5: 0.5, -1
    wanted = (math.log(1 + math.exp(-0.5)) + math.log(1 + math.exp(1))) / 2
    assert float(dpo_loss(*arrays, 0.5)) == pytest.approx(wanted, rel=1e-6)


def test_dpo_loss_of_a_policy_that_has_not_moved_is_log_2():
    same = np.array([-20.0, -31.0], "float32"), np.array([-25.0, -3.0], "float32")
    assert float(dpo_loss(*same, *same, 0.3)) == pytest.approx(math.log(2), rel=1e-6)


def test_token_counts_leave_out_what_is_nothing():
    np.testing.assert_array_equal(token_counts([[2, 0, 2], [1, -1, -1]], 3), [[1, 0, 2], [0, 1, 0]])


def test_a_reward_model_finds_the_wish_that_made_the_answers():
    model = RewardModel(VOCABULARY, decay=1e-4).fit(*some_pairs(4_000, twos))
    weights = model.weights - model.weights[0]  # every row has three tokens, so only differences count
    np.testing.assert_allclose(weights, [0, 0, 1.5], atol=0.15)
    np.testing.assert_allclose(model(ALL_ROWS) - model(ALL_ROWS[:1]), twos(ALL_ROWS), atol=0.45)


def test_a_reward_model_agrees_with_a_library():
    from sklearn.linear_model import LogisticRegression

    preferred, rejected = some_pairs(200, twos)
    differences = token_counts(preferred, VOCABULARY) - token_counts(rejected, VOCABULARY)
    decay = 0.01  # the library adds up the losses, and halves the squares
    library = LogisticRegression(C=1 / (2 * decay * 200), fit_intercept=False, tol=1e-8)
    library.fit(np.concatenate([differences, -differences]), np.repeat([1, 0], 200), sample_weight=np.full(400, 0.5))
    model = RewardModel(VOCABULARY, decay=decay).fit(preferred, rejected, steps=3_000, rate=1.0)
    np.testing.assert_allclose(model.weights, library.coef_[0], atol=1e-3)


def test_direct_preference_moves_towards_the_best_policy_for_the_wish(anchored):
    before = anchored.policy.log_prob(ALL_ROWS)
    direct = DirectPreference(anchored, beta=1.0, batch_size=64, learning_rate=0.01)
    direct.tune(*some_pairs(64, twos), epochs=3, seed=1)  # which must leave no trace
    anchored.restart()
    losses = direct.tune(*some_pairs(640, twos), epochs=5)
    assert len(losses) == 50
    anchored.restart()
    np.testing.assert_array_equal(direct.tune(*some_pairs(640, twos), epochs=5), losses)  # its optimizer forgets, too
    assert losses[0] == pytest.approx(math.log(2), rel=1e-4)
    assert losses[-10:].mean() < 0.55
    best = np.exp(before + twos(ALL_ROWS))  # reference · exp(reward / beta), Rafailov et al. (2023), equation 4
    reached = np.exp(anchored.policy.log_prob(ALL_ROWS))
    wished = np.array([np.sum(shares * twos(ALL_ROWS)) for shares in (np.exp(before), best / best.sum(), reached)])
    assert abs(wished[2] - wished[1]) < 0.2 * (wished[1] - wished[0])


@pytest.mark.parametrize("options", [{"beta": 0}, {"learning_rate": 0}, {"batch_size": 0}])
def test_settings_that_cannot_be(anchored, options):
    with pytest.raises(ValueError, match=f"{next(iter(options))} is 0"):
        DirectPreference(anchored, **options)


def test_pairs_that_are_no_pairs(anchored):
    rows = np.zeros((4, 3), "int32")
    with pytest.raises(ValueError, match=r"preferred has shape \(4, 3\) and rejected \(3, 3\)"):
        RewardModel(VOCABULARY).fit(rows, rows[:3])
    with pytest.raises(ValueError, match="n of 8 or more"):
        DirectPreference(anchored, batch_size=8).tune(rows, rows)
    with pytest.raises(ValueError, match="decay is 0"):
        RewardModel(VOCABULARY, decay=0)
