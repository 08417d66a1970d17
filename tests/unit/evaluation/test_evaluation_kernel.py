import numpy as np
import pytest

from genai_course.evaluation import kernel_distance, kernel_distance_of_gaussians


def brute_force(a, b):
    """The definition, one pair at a time."""

    def kernel(x, y):
        return (np.dot(x, y) / len(x) + 1) ** 3

    def among(points):
        return np.mean([kernel(x, y) for i, x in enumerate(points) for j, y in enumerate(points) if i != j])

    return among(a) + among(b) - 2 * np.mean([kernel(x, y) for x in a for y in b])


def gaussians(seed, dimensions=4):
    """Two means and two covariances."""
    random = np.random.default_rng(seed)
    factors = 0.7 * random.standard_normal((2, dimensions, dimensions))
    return 0.5 * random.standard_normal((2, dimensions)), factors @ factors.transpose(0, 2, 1)


@pytest.mark.parametrize("seed", range(3))
def test_agrees_with_the_definition_also_for_unequal_counts(seed, monkeypatch):
    random = np.random.default_rng(seed)
    a, b = random.standard_normal((11, 3)), 1.5 * random.standard_normal((17, 3)) + 0.5
    assert kernel_distance(a, b) == pytest.approx(brute_force(a, b), rel=1e-10)
    monkeypatch.setattr("genai_course.evaluation.kernel.ROWS_AT_ONCE", 4)  # several blocks
    assert kernel_distance(a, b) == pytest.approx(brute_force(a, b), rel=1e-10)


@pytest.mark.parametrize("seed", range(3))
def test_few_rows_are_right_on_average_and_the_diagonal_would_spoil_that(seed):
    (mean_a, mean_b), (covariance_a, covariance_b) = gaussians(seed)
    exact = kernel_distance_of_gaussians(mean_a, covariance_a, mean_b, covariance_b)
    random = np.random.default_rng(seed)
    draws = [
        (
            random.multivariate_normal(mean_a, covariance_a, size=10),
            random.multivariate_normal(mean_b, covariance_b, size=12),
        )
        for _ in range(4_000)
    ]
    unbiased = np.array([kernel_distance(a, b) for a, b in draws])
    standard_error = unbiased.std() / np.sqrt(len(unbiased))
    assert abs(unbiased.mean() - exact) < 3 * standard_error

    def with_diagonal(points):
        return np.mean((points @ points.T / 4 + 1) ** 3)

    biased = [with_diagonal(a) + with_diagonal(b) - 2 * np.mean((a @ b.T / 4 + 1) ** 3) for a, b in draws]
    assert np.mean(biased) - exact > 10 * standard_error


def test_on_a_line_it_is_made_of_three_moments():
    mean_a, mean_b, variance_a, variance_b = 0.3, -0.4, 1.5, 0.8

    def moments(mean, variance):
        return np.array([mean, mean**2 + variance, mean**3 + 3 * mean * variance])

    differences = moments(mean_a, variance_a) - moments(mean_b, variance_b)
    expected = np.dot([3, 3, 1], differences**2)
    exact = kernel_distance_of_gaussians([mean_a], [[variance_a]], [mean_b], [[variance_b]])
    assert exact == pytest.approx(expected, rel=1e-12)


def test_the_same_gaussian_is_at_distance_zero():
    (mean, _), (covariance, _) = gaussians(0)
    assert kernel_distance_of_gaussians(mean, covariance, mean, covariance) == pytest.approx(0, abs=1e-12)


def test_a_sample_of_the_same_source_may_come_out_below_zero():
    random = np.random.default_rng(0)
    values = [kernel_distance(*random.standard_normal((2, 30, 2))) for _ in range(200)]
    assert min(values) < 0 < max(values)
    assert 0.3 < np.mean(np.array(values) < 0) < 0.9


@pytest.mark.parametrize(
    ("a", "b", "words"),
    [
        (np.zeros((5, 3)), np.zeros((5, 4)), "3 columns and features_b has 4"),
        (np.zeros((1, 3)), np.zeros((5, 3)), r"features_a has shape \(1, 3\)"),
        (np.zeros((5, 3)), np.full((5, 3), np.inf), "features_b holds NaN"),
    ],
)
def test_bad_input_is_named(a, b, words):
    with pytest.raises(ValueError, match=words):
        kernel_distance(a, b)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (([0.0], [[1.0]], [0.0, 1.0], np.eye(2)), r"mean_a has shape \(1,\) and mean_b has shape \(2,\)"),
        (([0.0, 1.0], [[1.0]], [0.0, 1.0], np.eye(2)), r"covariance_a has shape \(1, 1\)"),
    ],
)
def test_moments_of_another_shape_are_named(arguments, words):
    with pytest.raises(ValueError, match=words):
        kernel_distance_of_gaussians(*arguments)
