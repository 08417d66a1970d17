import numpy as np
import pytest

from genai_course import data, evaluation

ANGLES = np.arange(8) * np.pi / 4
CENTRES = 2.5 * np.stack([np.cos(ANGLES), np.sin(ANGLES)], axis=1)


def test_real_points_cover_all_modes_with_the_quality_of_round_gaussians():
    points = data.points2d("eight_gaussians").train
    assert evaluation.modes_covered(points, CENTRES, 0.25) == 8
    assert evaluation.high_quality_share(points, CENTRES, 0.25) == pytest.approx(1 - np.exp(-4.5), abs=0.004)
    shares = evaluation.mode_shares(points, CENTRES, 0.25)
    np.testing.assert_allclose(shares, 1 / 8, atol=0.015)
    assert shares.sum() == pytest.approx(evaluation.high_quality_share(points, CENTRES, 0.25))


def test_a_mode_needs_its_share_of_all_points():
    points = np.concatenate([np.tile(CENTRES[0], (990, 1)), np.tile(CENTRES[3], (10, 1))])
    assert evaluation.modes_covered(points, CENTRES, 0.25) == 2
    assert evaluation.modes_covered(points[:-1], CENTRES, 0.25) == 1
    assert evaluation.modes_covered(points[:-1], CENTRES, 0.25, least=0.005) == 2
    assert evaluation.modes_covered(points + [0.0, 50.0], CENTRES, 0.25) == 0


def test_coverage_does_not_see_poor_quality():
    everywhere = np.random.default_rng(0).uniform(-3, 3, (5_000, 2))
    assert evaluation.modes_covered(everywhere, CENTRES, 0.25) == 8
    assert evaluation.high_quality_share(everywhere, CENTRES, 0.25) < 0.5


@pytest.mark.parametrize(
    ("points", "spread", "says"),
    [
        (np.zeros((4, 3)), 0.25, r"points has shape \(4, 3\) and centres \(8, 2\)"),
        (np.zeros((0, 2)), 0.25, "n at least 1"),
        (np.zeros((4, 2)), 0.0, "spread is 0.0; give a finite number above 0"),
    ],
)
def test_bad_input_is_named(points, spread, says):
    for measure in (evaluation.modes_covered, evaluation.high_quality_share, evaluation.mode_shares):
        with pytest.raises(ValueError, match=says):
            measure(points, CENTRES, spread)
