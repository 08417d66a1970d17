import numpy as np
import pytest

from genai_course import data
from genai_course.labs.learning_paradigms import (
    Critic,
    GaussianMixture,
    cross_entropy_gradient,
    log_sum,
    policy_gradient,
)

ANGLES = np.arange(8) * np.pi / 4
RING = np.stack([0 * ANGLES, 2.5 * np.cos(ANGLES), 2.5 * np.sin(ANGLES), np.full(8, np.log(0.25))], axis=1).ravel()


def some_bells(labels=1):
    random = np.random.default_rng(1)
    return GaussianMixture(random.normal(0, 0.7, 20), labels), random.normal(0, 1.5, (6, 2))


def test_eight_bells_are_the_density_of_the_data():
    ring = data.points2d("eight_gaussians", n_train=1, n_test=500)
    np.testing.assert_allclose(GaussianMixture(RING).log_prob(ring.test), ring.log_density(ring.test), atol=1e-3)


@pytest.mark.parametrize("labels", [None, np.array([0, 1, 1, 0, 1, 0])])
def test_the_gradient_is_what_small_changes_say(labels):
    mixture, points = some_bells(labels=2)
    gradient = mixture.gradient(points, labels)
    assert gradient.shape == (6, 20)
    for place in range(20):
        changes = []
        for step in (1e-5, -1e-5):
            numbers = mixture.numbers.copy()
            numbers[place] += step
            changes.append(GaussianMixture(numbers, labels=2).log_prob(points, labels))
        np.testing.assert_allclose(gradient[:, place], (changes[0] - changes[1]) / 2e-5, atol=1e-5)


def test_labels_share_the_density_out():
    mixture, points = some_bells(labels=2)
    parts = [mixture.log_prob(points, np.full(6, label)) for label in (0, 1)]
    np.testing.assert_allclose(log_sum(np.stack(parts, axis=1)), mixture.log_prob(points))


def test_samples_follow_the_density_and_the_label():
    mixture = GaussianMixture(RING, labels=8)
    points = mixture.sample(20_000, np.random.default_rng(0))
    assert -mixture.log_prob(points).mean() == pytest.approx(2.1443, abs=0.03)
    third = mixture.sample(2_000, np.random.default_rng(0), label=2)
    np.testing.assert_allclose(third.mean(axis=0), [0, 2.5], atol=0.03)
    np.testing.assert_array_equal(third, mixture.sample(2_000, np.random.default_rng(0), label=2))


def test_a_bell_with_no_share_is_never_drawn():
    numbers = np.array([0.0, 1.0, 1.0, -9.0, -800.0, 50.0, 50.0, 0.0])
    assert np.abs(GaussianMixture(numbers).sample(1_000, np.random.default_rng(0)) - 1).max() < 0.01


def test_first_bells_depend_on_the_seed_alone():
    np.testing.assert_array_equal(GaussianMixture.first(5, 3).numbers, GaussianMixture.first(5, 3).numbers)
    assert np.any(GaussianMixture.first(5, 3).numbers != GaussianMixture.first(5, 4).numbers)


def test_cross_entropy_gradient_is_what_small_changes_say():
    random = np.random.default_rng(0)
    logits, answers = random.normal(0, 3, (4, 6)), np.array([0, 5, 2, 2])

    def surprise(logits):
        return -(logits[np.arange(4), answers] - log_sum(logits))

    gradient = cross_entropy_gradient(logits, answers)
    for cell in range(6):
        step = np.zeros((4, 6))
        step[:, cell] = 1e-5
        np.testing.assert_allclose(
            gradient[:, cell], (surprise(logits + step) - surprise(logits - step)) / 2e-5, atol=1e-6
        )
    assert np.isfinite(cross_entropy_gradient(np.array([[2_000.0, -2_000.0]]), np.array([1]))).all()


def test_the_policy_gradient_is_right_on_average():
    random = np.random.default_rng(0)
    logits, score_of = np.array([0.5, -0.5, 0.0]), np.array([10.0, 12.0, 7.0])
    shares = np.exp(logits - log_sum(logits))
    exact = shares * (score_of - shares @ score_of)
    drawn = random.choice(3, (20_000, 4), p=shares)
    estimates = np.array([policy_gradient(score_of[each], np.eye(3)[each] - shares) for each in drawn])
    np.testing.assert_allclose(estimates.mean(axis=0), exact, atol=0.03)
    # one score is as good as another: nothing to learn, however high it is
    np.testing.assert_allclose(policy_gradient(np.full(5, 1e6), random.normal(size=(5, 3))), 0, atol=1e-6)


def test_the_critics_logit_comes_near_the_ratio_of_the_densities():
    random, critic, mixture = np.random.default_rng(0), Critic(), GaussianMixture.first(24, 0)
    assert np.all(critic.logits(np.zeros((3, 2))) == 0)
    truth = GaussianMixture(RING)
    for _ in range(300):
        critic.learn(truth.sample(256, random), mixture.sample(256, random))
    points = np.concatenate([truth.sample(500, random), mixture.sample(500, random)])
    ratio = np.clip(truth.log_prob(points) - mixture.log_prob(points), -4, 4)
    assert np.corrcoef(critic.logits(points), ratio)[0, 1] > 0.85


@pytest.mark.parametrize(
    ("numbers", "labels", "said"),
    [
        ([1, 2, 3], 1, "numbers has shape"),
        ([], 1, "numbers has shape"),
        (RING, 0, "labels is 0"),
        (RING, 9, "labels is 9"),
    ],
)
def test_bad_settings_are_named(numbers, labels, said):
    with pytest.raises(ValueError, match=said):
        GaussianMixture(numbers, labels)
