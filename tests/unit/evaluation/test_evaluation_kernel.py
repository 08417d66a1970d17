"""The kernel distance, as the lesson on image metrics has its learners write it."""

import numpy as np
import pytest

from genai_course.exercises.registry import find

kernel_distance = find("exercise", "image_metrics-kernel_distance").reference


def brute_force(a, b):
    """The definition, one pair at a time."""

    def kernel(x, y):
        return (np.dot(x, y) / len(x) + 1) ** 3

    def among(points):
        return np.mean([kernel(x, y) for i, x in enumerate(points) for j, y in enumerate(points) if i != j])

    return among(a) + among(b) - 2 * np.mean([kernel(x, y) for x in a for y in b])


@pytest.mark.parametrize("seed", range(3))
def test_agrees_with_the_definition_also_for_unequal_counts(seed):
    random = np.random.default_rng(seed)
    a, b = random.standard_normal((11, 3)), 1.5 * random.standard_normal((17, 3)) + 0.5
    assert kernel_distance(a, b) == pytest.approx(brute_force(a, b), rel=1e-10)


def test_few_rows_are_right_on_average_and_the_diagonal_would_spoil_that():
    means, deviations = (0.3, -0.4), (1.2, 0.9)

    def moments(mean, deviation):  # of a Gaussian on a line
        return np.array([mean, mean**2 + deviation**2, mean**3 + 3 * mean * deviation**2])

    differences = moments(means[0], deviations[0]) - moments(means[1], deviations[1])
    exact = np.dot([3, 3, 1], differences**2)  # the cube expanded: its binomial coefficients
    random = np.random.default_rng(0)
    draws = [
        [
            mean + deviation * random.standard_normal((n, 1))
            for mean, deviation, n in zip(means, deviations, (10, 12), strict=True)
        ]
        for _ in range(4_000)
    ]
    unbiased = np.array([kernel_distance(a, b) for a, b in draws])
    standard_error = unbiased.std() / np.sqrt(len(unbiased))
    assert abs(unbiased.mean() - exact) < 3 * standard_error

    def with_diagonal(points):
        return np.mean((points @ points.T + 1) ** 3)

    biased = [with_diagonal(a) + with_diagonal(b) - 2 * np.mean((a @ b.T + 1) ** 3) for a, b in draws]
    assert np.mean(biased) - exact > 10 * standard_error


def test_a_sample_of_the_same_source_may_come_out_below_zero():
    random = np.random.default_rng(0)
    values = [kernel_distance(*random.standard_normal((2, 30, 2))) for _ in range(200)]
    assert min(values) < 0 < max(values)
    assert 0.3 < np.mean(np.array(values) < 0) < 0.9
