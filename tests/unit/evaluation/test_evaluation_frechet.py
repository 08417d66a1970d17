import numpy as np
import pytest
from scipy.linalg import sqrtm

from genai_course.evaluation import frechet_distance


def cloud_with(mean, covariance, n=400, seed=0):
    """Points whose sample mean and sample covariance are exactly the given ones."""
    points = np.random.default_rng(seed).standard_normal((n, len(mean)))
    points -= points.mean(axis=0)
    whiten = np.linalg.inv(np.linalg.cholesky(np.cov(points, rowvar=False))).T
    return points @ whiten @ np.linalg.cholesky(covariance).T + mean


def random_covariance(dimensions, seed):
    factor = np.random.default_rng(seed).standard_normal((dimensions, dimensions))
    return factor @ factor.T + 0.1 * np.eye(dimensions)


def test_diagonal_gaussians_have_the_closed_form():
    mean_a, mean_b = np.array([0.0, 1.0, -2.0]), np.array([1.0, 1.0, 0.5])
    sigma_a, sigma_b = np.array([1.0, 2.0, 0.5]), np.array([3.0, 2.0, 1.5])
    a, b = cloud_with(mean_a, np.diag(sigma_a**2)), cloud_with(mean_b, np.diag(sigma_b**2), seed=1)
    expected = np.sum((mean_a - mean_b) ** 2) + np.sum((sigma_a - sigma_b) ** 2)
    assert frechet_distance(a, b) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_full_covariances_agree_with_scipy(seed):
    first, second = random_covariance(6, seed), random_covariance(6, seed + 10)
    mean = np.arange(6.0)
    expected = np.sum(mean**2) + np.trace(first + second - 2 * sqrtm(first @ second).real)
    a, b = cloud_with(np.zeros(6), first), cloud_with(mean, second, n=700, seed=1)
    assert frechet_distance(a, b) == pytest.approx(expected, rel=1e-8)


def test_the_same_cloud_is_at_distance_zero_and_order_does_not_matter():
    a, b = cloud_with(np.zeros(4), random_covariance(4, 0)), cloud_with(np.ones(4), random_covariance(4, 1))
    assert frechet_distance(a, a) == pytest.approx(0, abs=1e-9)
    assert frechet_distance(a, b) == pytest.approx(frechet_distance(b, a), rel=1e-9)


def test_features_that_never_fire_do_no_harm():
    a, b = np.zeros((50, 3)), np.zeros((60, 3))
    a[:, 0] = np.linspace(0, 1, 50)
    b[:, 0] = np.linspace(0, 1, 60) + 2
    assert frechet_distance(a, b) == pytest.approx(4, rel=1e-2)


@pytest.mark.parametrize(
    ("a", "b", "words"),
    [
        (np.zeros((5, 3)), np.zeros((5, 4)), "3 columns and features_b has 4"),
        (np.zeros((1, 3)), np.zeros((5, 3)), r"features_a has shape \(1, 3\)"),
        (np.zeros((5, 3)), np.zeros(5), r"features_b has shape \(5,\)"),
        (np.full((5, 3), np.nan), np.zeros((5, 3)), "features_a holds NaN"),
    ],
)
def test_bad_input_is_named(a, b, words):
    with pytest.raises(ValueError, match=words):
        frechet_distance(a, b)
