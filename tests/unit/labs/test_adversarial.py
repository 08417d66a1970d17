from dataclasses import replace

import numpy as np
import pytest
import tensorflow as tf

from genai_course import data, evaluation, session
from genai_course.labs.adversarial import AdversarialLab, Rules
from genai_course.labs.adversarial.games import gradient_penalty, spectral_norm

ANGLES = np.arange(8) * np.pi / 4
CENTRES = 2.5 * np.stack([np.cos(ANGLES), np.sin(ANGLES)], axis=1)


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    session.setup("smoke", 0)


@pytest.fixture(scope="module")
def ring():
    return data.points2d("eight_gaussians", seed=0)


@pytest.fixture(scope="module")
def lab(ring):
    return AdversarialLab(ring.train)


@pytest.fixture(scope="module")
def small():
    return AdversarialLab(np.random.default_rng(0).standard_normal((100, 2)), width=8, batch_size=16)


def changed(before, after):
    """Which players' weights moved, by game."""
    return {
        player: np.any(before.state[player].numpy() != after.state[player].numpy(), axis=1).tolist()
        for player in ("generator", "critic")
    }


def test_a_fast_generator_collapses_and_the_repairs_cover_all_modes(lab):
    broken = Rules(generator_rate=4e-3)
    rules = [
        broken,
        replace(broken, penalty="r1", beta_1=0.0),
        replace(broken, loss="wasserstein", penalty="wgan_gp", critic_steps=5),
        replace(broken, generator_rate=1e-3, critic_rate=4e-3),
    ]
    games = lab.start(rules, seeds=[0] * 4)
    games.play(1_500)
    covered = [evaluation.modes_covered(points, CENTRES, 0.25) for points in games.sample(1_000)]
    assert covered[0] <= 3
    assert covered[1:] == [8, 8, 8]


def test_a_sure_critic_silences_the_minimax_generator_alone(lab):
    still = Rules(loss="minimax", generator_rate=0.0)
    games = lab.start([still, replace(still, loss="non_saturating")], seeds=[0, 0])
    games.play(600)
    note = games.play(200)
    assert note["critic_loss"][0] < 0.1
    assert note["gradient_norm"][1] > 20 * note["gradient_norm"][0]


def test_a_game_does_not_depend_on_its_company(small):
    rules = [Rules(), Rules(loss="wasserstein", penalty="wgan_gp"), Rules(spectral_norm=True)]
    together = small.start(rules, seeds=[0, 1, 2], seed=5)
    alone = small.start(rules[1:2], seeds=[1], seed=5)
    together.play(20)
    alone.play(20)
    np.testing.assert_allclose(together.sample(50)[1], alone.sample(50)[0], atol=1e-4)


def test_the_same_seeds_give_the_same_game_and_others_another(small):
    samples = []
    for seeds, seed in (([3], 0), ([3], 0), ([4], 0), ([3], 1)):
        games = small.start([Rules()], seeds, seed)
        games.play(10)
        samples.append(games.sample(20))
    np.testing.assert_array_equal(samples[0], samples[1])
    assert not np.allclose(samples[0], samples[2])
    assert not np.allclose(samples[0], samples[3])


def test_the_generator_waits_for_its_turn(small):
    games = small.start([Rules(critic_steps=1), Rules(critic_steps=3)])
    first = small.start([Rules(critic_steps=1), Rules(critic_steps=3)])
    games.play(2)
    assert changed(first, games) == {"generator": [True, False], "critic": [True, True]}
    games.play(1)
    assert changed(first, games)["generator"] == [True, True]


def test_a_rate_of_zero_keeps_a_player_and_rules_may_change(small):
    rules = [Rules(generator_rate=0.0), Rules(critic_rate=0.0)]
    first, games = small.start(rules), small.start(rules)
    games.play(3)
    assert changed(first, games) == {"generator": [False, True], "critic": [True, False]}
    games.rules = [Rules(), Rules()]
    games.play(1)
    assert changed(first, games) == {"generator": [True, True], "critic": [True, True]}
    assert games.step == 4


def test_spectral_normalisation_bounds_the_slope(small):
    wild = Rules(loss="wasserstein", generator_rate=0.0, critic_rate=5e-3)
    rules = [replace(wild, spectral_norm=True, critic_rate=2e-4), wild]
    games = small.start(rules, seeds=[0, 0])
    games.play(200)
    for matrices in games.critic_matrices():
        assert np.linalg.norm(matrices[0], ord=2) == pytest.approx(1, abs=0.05)
    points = np.random.default_rng(0).uniform(-3, 3, (500, 2))
    steepest = np.linalg.norm(games.slopes(points), axis=-1).max(axis=1)
    assert steepest[0] <= 1.1
    assert steepest[1] > 2


def test_wgan_gp_brings_the_slope_near_one(small):
    games = small.start([Rules(loss="wasserstein", penalty="wgan_gp", penalty_weight=10.0, generator_rate=0.0)])
    games.play(500)
    between = 0.5 * games.sample(100)[0] + 0.5 * np.random.default_rng(1).standard_normal((100, 2))
    assert np.linalg.norm(games.slopes(between), axis=-1).mean() == pytest.approx(1, abs=0.25)


def test_the_penalty_of_a_known_slope():
    real, forged = np.zeros((2, 4, 2), "float32"), np.ones((2, 4, 2), "float32")
    mixing = np.array([0.0, 0.5, 1.0, 0.5], "float32")[None, :, None] * np.ones((2, 1, 1), "float32")
    target = np.array([[1.0], [0.0]], "float32")
    lengths = np.sqrt(2) * np.array([0.0, 0.5, 1.0, 0.5])
    penalty = gradient_penalty(lambda points: points, real, forged, mixing, target)
    np.testing.assert_allclose(penalty, [np.mean((lengths - 1) ** 2), np.mean(lengths**2)], rtol=1e-4)


def test_the_penalty_has_a_slope_where_the_critic_is_flat():
    scale = tf.Variable(0.0)
    with tf.GradientTape() as tape:
        penalty = gradient_penalty(
            lambda points: scale * points, tf.ones((1, 3, 2)), tf.ones((1, 3, 2)), tf.zeros((1, 3, 1)), tf.ones((1, 1))
        )
    assert np.isfinite(tape.gradient(penalty, scale))


def test_power_iteration_agrees_with_the_singular_value_decomposition():
    random = np.random.default_rng(0)
    for shape in ((3, 5), (6, 2), (1, 4)):
        matrix = random.standard_normal(shape)
        estimates = [spectral_norm(matrix, np.ones(shape[1]), rounds) for rounds in (1, 3, 200)]
        assert estimates == sorted(estimates)
        assert estimates[-1] == pytest.approx(np.linalg.norm(matrix, ord=2), rel=1e-6)


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"loss": "hinge"}, "loss is 'hinge'; choose one of 'minimax', 'non_saturating', 'wasserstein'"),
        ({"penalty": None}, "penalty is None; choose one of"),
        ({"penalty_weight": -1.0}, "penalty_weight is -1.0; give a number of 0 or more"),
        ({"critic_rate": "fast"}, "critic_rate is 'fast'; give a number of 0 or more"),
        ({"critic_steps": 0}, "critic_steps is 0; give a whole number, 1 or more"),
        ({"beta_1": 1.0}, "beta_1 is 1.0; give a number from 0 to less than 1"),
        ({"spectral_norm": "yes"}, "spectral_norm is 'yes'; choose one of False, True"),
    ],
)
def test_rules_name_what_is_wrong(settings, says):
    with pytest.raises(ValueError, match=says):
        Rules(**settings)


def test_the_lab_names_what_is_wrong(small):
    with pytest.raises(ValueError, match=r"points has shape \(5, 3\); give points as rows"):
        AdversarialLab(np.zeros((5, 3)))
    with pytest.raises(ValueError, match="width is 0"):
        AdversarialLab(np.zeros((5, 2)), width=0)
    with pytest.raises(ValueError, match="There are 2 rules and 1 seeds"):
        small.start([Rules(), Rules()], seeds=[1])
    with pytest.raises(ValueError, match="There are 0 rules"):
        small.start([])
    with pytest.raises(ValueError, match="steps is 0"):
        small.start([Rules()]).play(0)
