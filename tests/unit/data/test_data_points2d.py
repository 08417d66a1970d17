import numpy as np
import pytest
from scipy.special import ive

from genai_course import data
from genai_course.data.points2d import NAMES, NOISY_CURVES, SQUARE, Points


def on_grid(name, step):
    """Log-density on a square grid over [-5, 5]², (points,), and the area of a cell.

    The midpoint rule is exact on the checkerboard and nearly so on densities as smooth as the others.
    """
    places = np.arange(-5 + step / 2, 5, step)
    points = np.stack(np.meshgrid(places, places), axis=-1).reshape(-1, 2)
    return Points(name, points, points, 0.0).log_density(points), step**2


@pytest.mark.parametrize("name", NAMES)
def test_shapes_types_and_scale(name):
    points = data.points2d(name)
    assert points.name == name
    assert points.train.shape == (10_000, 2)
    assert points.test.shape == (5_000, 2)
    assert points.train.dtype == points.test.dtype == np.float32
    assert 2.4 < np.abs(points.train).max() < 4
    assert (points.train.std(axis=0) > 0.9).all()


@pytest.mark.parametrize("name", NAMES)
def test_density_integrates_to_one_and_to_its_entropy(name):
    log_density, area = on_grid(name, step=0.05)
    density = np.exp(log_density)
    assert density.sum() * area == pytest.approx(1, abs=1e-6)
    inside = density > 0
    entropy = -(density[inside] * log_density[inside]).sum() * area
    assert data.points2d(name, 1, 1).entropy == pytest.approx(entropy, abs=1e-7)


@pytest.mark.parametrize("name", NAMES)
def test_samples_follow_the_density(name):
    points = data.points2d(name, n_train=20_000, n_test=20_000, seed=7)
    # The average of -log p over the points is the entropy, up to chance.
    surprise = -points.log_density(points.test)
    assert surprise.mean() == pytest.approx(points.entropy, abs=5 * surprise.std() / np.sqrt(20_000) + 1e-9)
    # The share of points in each cell of a coarse grid is the integral of the density over the cell.
    log_density, area = on_grid(name, step=0.1)
    expected = (np.exp(log_density) * area).reshape(10, 10, 10, 10).sum(axis=(1, 3))  # (y, x), cells of side 1
    edges = np.arange(-5, 6)
    counts = np.histogram2d(points.train[:, 1], points.train[:, 0], bins=(edges, edges))[0]
    error = np.sqrt(expected * 20_000) + 1
    assert (np.abs(counts - expected * 20_000) < 5 * error + 0.005 * 20_000 * (name == "checkerboard")).all()


def test_rings_agree_with_the_closed_form():
    """A circle of radius R plus Gaussian noise has a Bessel function as its density."""
    x = np.random.default_rng(0).uniform(-4, 4, (500, 2))
    r, noise = np.hypot(*x.T), NOISY_CURVES["rings"][1]
    density = sum(
        0.5 * np.exp(-((r - radius) ** 2) / (2 * noise**2)) * ive(0, r * radius / noise**2) / (2 * np.pi * noise**2)
        for radius in (1, 2.5)
    )
    assert data.points2d("rings", 1, 1).log_density(x) == pytest.approx(np.log(density), abs=1e-6)


def test_eight_gaussians_agree_with_the_closed_form():
    x = np.random.default_rng(0).uniform(-4, 4, (500, 2))
    angles = np.arange(8) * np.pi / 4
    centres = 2.5 * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    squares = np.square(x[:, None] - centres).sum(axis=-1)
    density = np.exp(-squares / (2 * 0.25**2)).mean(axis=1) / (2 * np.pi * 0.25**2)
    assert data.points2d("eight_gaussians", 1, 1).log_density(x) == pytest.approx(np.log(density), abs=1e-9)


def test_checkerboard_is_even_on_its_squares():
    board = data.points2d("checkerboard")
    assert np.isfinite(board.log_density(board.train)).all()
    log_density = board.log_density([[-2.25, -2.25], [-0.75, -2.25], [2.25, 2.25], [3.1, 2.25]])
    assert log_density.tolist() == [-np.log(8 * SQUARE**2), -np.inf, -np.log(8 * SQUARE**2), -np.inf]


@pytest.mark.parametrize("name", [name for name in NAMES if name != "checkerboard"])
def test_density_is_finite_far_away(name):
    far = data.points2d(name, 1, 1).log_density([[1e3, -1e3], [0, 0]])
    assert np.isfinite(far).all()
    assert far[0] < -1e6


def test_log_density_takes_any_number_of_points():
    moons = data.points2d("moons", 5_000, 1)
    assert moons.log_density(np.empty((0, 2))).shape == (0,)
    in_parts = np.concatenate([moons.log_density(moons.train[:7]), moons.log_density(moons.train[7:])])
    assert moons.log_density(moons.train) == pytest.approx(in_parts, abs=1e-12)


@pytest.mark.parametrize("name", NAMES)
def test_same_seed_same_bytes(name):
    first, again, other = (data.points2d(name, 100, 50, seed=seed) for seed in (1, 1, 2))
    assert first.train.tobytes() == again.train.tobytes()
    assert first.test.tobytes() == again.test.tobytes()
    assert first.train.tobytes() != other.train.tobytes()
    assert first.train[:50].tobytes() != first.test.tobytes()


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"name": "moon"}, "name is 'moon'; choose one of 'moons', 'rings'"),
        ({"name": ["moons"]}, "name is ['moons']"),
        ({"name": "moons", "n_train": 0}, "n_train is 0"),
        ({"name": "moons", "n_test": 1.0}, "n_test is 1.0"),
        ({"name": "moons", "seed": -1}, "seed is -1"),
    ],
)
def test_bad_settings_are_answered_in_one_sentence(settings, words):
    with pytest.raises(ValueError, match=r"^[^\n]+\.$") as error:
        data.points2d(**settings)
    assert words in str(error.value)


@pytest.mark.parametrize("x", [np.zeros(2), np.zeros((3, 3)), np.zeros((1, 3, 2))])
def test_points_of_another_shape_are_refused(x):
    with pytest.raises(ValueError, match=r"x has shape .* give points as rows"):
        data.points2d("moons", 1, 1).log_density(x)
