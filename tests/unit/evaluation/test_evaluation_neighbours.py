import numpy as np
import pytest

from genai_course.evaluation import nearest_distances, precision_recall


def brute_force(real, generated, neighbours):
    """Precision and recall exactly as defined, one pair at a time."""

    def radius(points, i):
        return sorted(np.linalg.norm(points[i] - points[j]) for j in range(len(points)) if j != i)[neighbours - 1]

    def share(points, centres):
        radii = [radius(centres, i) for i in range(len(centres))]
        inside = [any(np.linalg.norm(p - c) <= r for c, r in zip(centres, radii, strict=True)) for p in points]
        return np.mean(inside)

    return share(generated, real), share(real, generated)


@pytest.mark.parametrize("neighbours", [1, 3])
@pytest.mark.parametrize("seed", range(3))
def test_precision_recall_agrees_with_the_definition(seed, neighbours):
    random = np.random.default_rng(seed)
    real, generated = random.standard_normal((40, 3)), 1.5 * random.standard_normal((55, 3)) + 0.5
    assert precision_recall(real, generated, neighbours) == pytest.approx(brute_force(real, generated, neighbours))


def test_one_of_two_islands_has_full_precision_and_half_recall():
    random = np.random.default_rng(0)
    left, right = random.uniform(0, 1, (300, 2)), random.uniform(10, 11, (300, 2))
    samples = random.uniform(0.05, 0.95, (300, 2))
    precision, recall = precision_recall(np.concatenate([left, right]), samples)
    assert precision > 0.95
    assert 0.4 < recall <= 0.5
    # The other way round, half of the samples lie where nothing is real.
    precision, recall = precision_recall(samples, np.concatenate([left, right]))
    assert 0.4 < precision <= 0.5
    assert recall > 0.95


def test_far_apart_is_zero_and_identical_is_one():
    points = np.random.default_rng(0).standard_normal((30, 4))
    assert precision_recall(points, points + 100) == (0, 0)
    assert precision_recall(points, points) == (1, 1)


def test_more_rows_than_one_block_and_far_from_the_origin(monkeypatch):
    random = np.random.default_rng(0)
    real, generated = random.standard_normal((50, 3)) + 1_000, random.standard_normal((45, 3)) + 1_000
    monkeypatch.setattr("genai_course.evaluation.neighbours.ROWS_AT_ONCE", 7)
    assert precision_recall(real, generated) == pytest.approx(brute_force(real, generated, 3))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((np.zeros((9, 2)), np.zeros((9, 3))), "2 columns and generated_features has 3"),
        ((np.zeros((9, 2)), np.zeros((3, 2))), "9 real and 3 generated"),
        ((np.zeros((9, 2)), np.zeros((9, 2)), 0), "neighbours is 0"),
        ((np.zeros((9, 2)), np.zeros((9, 2)), 2.5), "neighbours is 2.5"),
    ],
)
def test_bad_input_is_named(arguments, words):
    with pytest.raises(ValueError, match=words):
        precision_recall(*arguments)


def test_nearest_distance_is_the_euclidean_one():
    reference = np.zeros((2, 2, 2, 1))
    reference[1] = 1
    generated = np.array([[[0, 0], [0, 0.5]], [[1, 1], [1, 0]], [[1, 1], [1, 1]]])[..., None]
    assert nearest_distances(generated, reference).mean() == pytest.approx((0.5 + 1 + 0) / 3, abs=1e-5)


def test_nearest_distance_wants_one_shape():
    with pytest.raises(ValueError, match=r"\(8, 8, 1\) and \(16, 16, 1\)"):
        nearest_distances(np.zeros((3, 8, 8, 1)), np.zeros((3, 16, 16, 1)))
