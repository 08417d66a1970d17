import numpy as np
import pytest

from genai_course.evaluation import density_coverage, precision_recall


def brute_force(real, generated, neighbours):
    """Density and coverage exactly as defined, one pair at a time."""
    radii = [
        sorted(np.linalg.norm(point - other) for j, other in enumerate(real) if j != i)[neighbours - 1]
        for i, point in enumerate(real)
    ]
    within = np.array(
        [[np.linalg.norm(sample - point) <= r for point, r in zip(real, radii, strict=True)] for sample in generated]
    )
    return within.sum() / (neighbours * len(generated)), within.any(axis=0).mean()


@pytest.mark.parametrize("neighbours", [1, 5])
@pytest.mark.parametrize("seed", range(3))
def test_agrees_with_the_definition(seed, neighbours, monkeypatch):
    random = np.random.default_rng(seed)
    real, generated = random.standard_normal((40, 3)), 1.3 * random.standard_normal((55, 3)) + 0.3
    expected = pytest.approx(brute_force(real, generated, neighbours))
    assert density_coverage(real, generated, neighbours) == expected
    monkeypatch.setattr("genai_course.evaluation.neighbours.ROWS_AT_ONCE", 7)
    assert density_coverage(real, generated, neighbours) == expected


def test_samples_of_the_real_kind_have_the_expected_values():
    random = np.random.default_rng(0)
    density, coverage = density_coverage(*random.standard_normal((2, 2_000, 4)))
    assert density == pytest.approx(1, abs=0.05)
    assert coverage == pytest.approx(1 - 0.5**5, abs=0.02)


def test_outliers_raise_recall_but_not_coverage():
    random = np.random.default_rng(0)
    real = random.standard_normal((500, 2))
    samples = real[:250] * [0.1, 0.1]  # only the middle
    outliers = np.array([[9.0, 0], [0, 9], [-9, 0], [0, -9], [7, 7]])  # their balls reach over everything
    with_outliers = np.concatenate([samples, outliers])
    assert precision_recall(real, samples)[1] < 0.1
    assert precision_recall(real, with_outliers)[1] > 0.99
    assert density_coverage(real, with_outliers)[1] == density_coverage(real, samples)[1] < 0.3


def test_garbage_beside_good_samples_leaves_coverage_as_it_is():
    random = np.random.default_rng(0)
    real, samples, garbage = random.standard_normal((3, 300, 3))
    alone, both = (density_coverage(real, rows) for rows in (samples, np.concatenate([samples, garbage + 50])))
    assert both[1] == alone[1]
    assert both[0] == pytest.approx(alone[0] / 2)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((np.zeros((9, 2)), np.zeros((9, 3))), "2 columns and generated_features has 3"),
        ((np.zeros((5, 2)), np.zeros((9, 2))), "more than 5 real rows; there are 5"),
        ((np.zeros((9, 2)), np.zeros((9, 2)), 0), "neighbours is 0"),
    ],
)
def test_bad_input_is_named(arguments, words):
    with pytest.raises(ValueError, match=words):
        density_coverage(*arguments)
