import itertools

import numpy as np
import pytest
from scipy.signal import lfilter
from scipy.stats import gamma, kstest

from genai_course import data
from genai_course.data.points2d import NAMES, NOISY_CURVES, SQUARE, SQUARE_CENTRES, _quadrature
from genai_course.models import markov_chain_monte_carlo as mcmc

BURN_IN = 300


def true_moments(name):
    """Mean (2,) and covariance (2, 2), from how the points are made rather than from the density that the chains see."""
    if name == "checkerboard":
        centres, weights, spread = SQUARE_CENTRES, np.full(len(SQUARE_CENTRES), 1 / 8), SQUARE**2 / 12
    else:
        curve, noise, _ = NOISY_CURVES[name]
        places, weights = _quadrature()
        centres, spread = curve(places), noise**2
    mean = weights @ centres
    return mean, (centres - mean).T @ ((centres - mean) * weights[:, None]) + spread * np.eye(2)


def starts(points, chains, seed):
    """Points spread over the square where the density is above 0.  -> (chains, 2)"""
    spread = np.random.default_rng(seed).uniform(-3, 3, (20 * chains, 2))
    return spread[np.isfinite(points.log_density(spread))][:chains]


def deviations(draws, mean, covariance):
    """How many standard errors the two means and three covariances are off.  (chains, steps, 2) -> (5,)"""
    centred = draws - mean
    x, y = centred[..., 0], centred[..., 1]
    quantities = np.stack([x, y, x * x, x * y, y * y], axis=-1)  # (chains, steps, 5)
    truth = np.array([0, 0, covariance[0, 0], covariance[0, 1], covariance[1, 1]])
    return (quantities.mean(axis=(0, 1)) - truth) / mcmc.standard_error(quantities)


def autoregressive(chains, steps, correlation, seed):
    """Chains whose effective sample size is known: (1 - c) / (1 + c) of the draws."""
    noise = np.random.default_rng(seed).standard_normal((chains, steps + 1_000))
    return lfilter([np.sqrt(1 - correlation**2)], [1, -correlation], noise, axis=1)[:, 1_000:]


def standard_normal(x):
    return -0.5 * np.sum(x**2, axis=1)


@pytest.mark.parametrize("name", NAMES)
def test_mean_and_covariance_lie_within_three_standard_errors(name):
    points = data.points2d(name, 1, 1)
    walked = mcmc.metropolis_hastings(points.log_density, starts(points, 24, 0), 2.0, 1_500, seed=0)
    draws = walked.draws[:, BURN_IN:]
    assert (mcmc.effective_sample_size(draws) > 500).all()
    assert (mcmc.r_hat(draws) < 1.06).all()
    assert np.abs(deviations(draws, *true_moments(name))).max() < 3


def test_standard_errors_are_neither_too_large_nor_too_small():
    """Over many runs, deviations from the truth in standard errors must spread like a standard normal."""
    points = data.points2d("checkerboard", 1, 1)
    found = []
    for seed in range(24):
        walked = mcmc.metropolis_hastings(points.log_density, starts(points, 16, seed), 2.0, 800, seed=seed)
        found.append(deviations(walked.draws[:, 200:], *true_moments("checkerboard")))
    assert 0.75 < np.sqrt(np.mean(np.square(found))) < 1.3  # of 120 numbers
    assert np.mean(np.abs(found) > 2) < 0.12


@pytest.mark.parametrize("name", ["moons", "rings", "eight_gaussians", "spiral", "checkerboard"])
def test_chains_with_too_small_a_step_are_flagged(name):
    points = data.points2d(name, 1, 1)
    walked = mcmc.metropolis_hastings(points.log_density, starts(points, 12, 0), 0.1, 400, seed=0)
    assert (mcmc.r_hat(walked.draws[:, 100:]) > 1.5).all()


def test_one_stray_chain_and_a_drift_and_a_wider_chain_are_flagged():
    good = np.random.default_rng(0).standard_normal((8, 1_000))
    assert mcmc.r_hat(good) < 1.01
    stray, drift, wide = good.copy(), good + np.linspace(-1, 1, 1_000), good.copy()
    stray[3] += 1
    wide[3] *= 3
    for bad in (stray, drift, wide):
        assert mcmc.r_hat(bad) > 1.02


def test_a_small_step_is_accepted_and_useless_and_a_large_one_is_refused():
    start = np.random.default_rng(0).standard_normal((16, 2))
    runs = [mcmc.metropolis_hastings(standard_normal, start, size, 1_000, seed=0) for size in (0.1, 1.7, 20.0)]
    shares = [run.acceptance.mean() for run in runs]
    worth = [mcmc.effective_sample_size(run.draws).min() for run in runs]
    assert shares[0] > 0.9 > 0.5 > shares[1] > 0.3 > 0.05 > shares[2]
    assert worth[1] > 5 * worth[0]
    assert worth[1] > 5 * worth[2]


def multiplying_step(here, step_size, random):
    """Each number times a random factor, which keeps positive numbers positive.

    (chains, d) -> proposals (chains, d) and the log-correction (chains,): from a small number to a large one the steps
    are as likely as back, but spread over a wider stretch.
    """
    log_factor = step_size * random.standard_normal(here.shape)
    return here * np.exp(log_factor), log_factor.sum(axis=1)


def test_the_correction_makes_multiplying_steps_right():
    def log_density(x):
        return 2 * np.log(x[:, 0]) - x[:, 0]  # a gamma distribution of shape 3, not normalised

    start = np.full((500, 1), 3.0)
    walked = mcmc.metropolis_hastings(log_density, start, 0.8, 300, seed=0, propose=multiplying_step)
    assert (walked.draws > 0).all()
    assert kstest(walked.draws[:, -1, 0], gamma(3).cdf).pvalue > 0.01

    def forgetful(here, step_size, random):
        return multiplying_step(here, step_size, random)[0], 0.0

    wrong = mcmc.metropolis_hastings(log_density, start, 0.8, 300, seed=0, propose=forgetful)
    assert kstest(wrong.draws[:, -1, 0], gamma(3).cdf).pvalue < 1e-6
    assert wrong.draws[:, 100:].mean() == pytest.approx(2, abs=0.1)


def test_accept_goes_up_always_and_down_sometimes():
    assert mcmc.accept(np.zeros(3), np.array([0.0, 1.0, 50.0]), 0.0, np.array([0.999, 0.999, 0.999])).all()
    down = np.full(4, np.log(0.3))
    assert mcmc.accept(np.zeros(4), down, 0.0, np.array([0.1, 0.29, 0.31, 1.0])).tolist() == [True, True, False, False]
    assert mcmc.accept(0.0, down, np.log(2), np.array([0.1, 0.59, 0.61, 1.0])).tolist() == [True, True, False, False]
    assert not mcmc.accept(np.zeros(1), np.array([-np.inf]), 0.0, np.array([1e-300])).any()


def test_no_chain_enters_a_place_of_density_zero():
    board = data.points2d("checkerboard", 1, 1)
    walked = mcmc.metropolis_hastings(board.log_density, starts(board, 8, 0), 1.0, 300, seed=0)
    assert np.isfinite(board.log_density(walked.draws.reshape(-1, 2))).all()


def test_tempering_finds_the_modes_that_small_steps_miss():
    points = data.points2d("eight_gaussians", 1, 1)
    start = starts(points, 10, 0)
    local = mcmc.metropolis_hastings(points.log_density, start, 0.3, 1_200, seed=0).draws[:, 200:]
    tempered = mcmc.parallel_tempering(points.log_density, start, 0.3, 1_200, (1, 3, 9, 27), seed=0).draws[:, 200:]
    assert (mcmc.r_hat(local) > 1.5).all()
    assert (mcmc.r_hat(tempered) < 1.05).all()
    assert np.abs(deviations(tempered, *true_moments("eight_gaussians"))).max() < 3
    mode = np.round(np.arctan2(tempered[..., 1], tempered[..., 0]) / (np.pi / 4)).astype(int) % 8
    assert np.bincount(mode.ravel(), minlength=8).min() > 0.08 * mode.size  # each has an eighth


def test_tempering_with_one_level_is_an_ordinary_walk():
    start = np.random.default_rng(0).standard_normal((40, 2))
    walked = mcmc.parallel_tempering(standard_normal, start, 1.7, 1_000, (1,), seed=0)
    assert np.abs(deviations(walked.draws, np.zeros(2), np.eye(2))).max() < 3
    assert walked.acceptance.shape == (40,)


def test_same_seed_same_chains_and_the_start_is_left_alone():
    start = np.random.default_rng(0).standard_normal((3, 2))
    kept = start.copy()
    for walk in (
        lambda seed: mcmc.metropolis_hastings(standard_normal, start, 1.0, 50, seed).draws,
        lambda seed: mcmc.parallel_tempering(standard_normal, start, 1.0, 50, (1, 2, 4), seed).draws,
        lambda seed: mcmc.ising_gibbs(start[None], 0.5, 20, seed),
    ):
        first, again, other = walk(1), walk(1), walk(2)
        assert first.tobytes() == again.tobytes()
        assert first.tobytes() != other.tobytes()
    assert (start == kept).all()


def test_gibbs_agrees_with_all_512_pictures_of_nine_pixels():
    evidence, coupling = np.random.default_rng(0).normal(0, 0.5, (1, 3, 3)), 0.4
    pictures = np.array(list(itertools.product([-1, 1], repeat=9))).reshape(-1, 3, 3)  # (512, 3, 3)
    agreement = (pictures[:, 1:] * pictures[:, :-1]).sum(axis=(1, 2)) + (pictures[:, :, 1:] * pictures[:, :, :-1]).sum(
        (1, 2)
    )
    weight = np.exp(coupling * agreement + (pictures * evidence).sum(axis=(1, 2)))
    exact = (weight / weight.sum()) @ pictures.reshape(512, 9)  # (9,) mean of every pixel
    states = mcmc.ising_gibbs(np.repeat(evidence, 30, axis=0), coupling, 600, seed=0)[100:]  # (500, 30, 3, 3)
    draws = states.transpose(1, 0, 2, 3).reshape(30, 500, 9).astype(float)
    off = (draws.mean(axis=(0, 1)) - exact) / mcmc.standard_error(draws)
    assert np.abs(off).max() < 3
    assert np.sqrt(np.mean(off**2)) > 0.3  # the errors are not overstated


def test_gibbs_cleans_letters_better_than_a_median_filter():
    from scipy.ndimage import median_filter

    clean = np.where(data.glyphs(60, 1, size=32).train[..., 0] > 0.5, 1, -1)
    noisy = np.where(np.random.default_rng(0).random(clean.shape) < 0.15, -clean, clean)
    states = mcmc.ising_gibbs(mcmc.flip_evidence(noisy, 0.15), 0.55, 30, seed=0)
    cleaned = np.where(states[10:].mean(axis=0) > 0, 1, -1)
    wrong = np.mean(cleaned != clean)
    assert wrong < 0.33 * np.mean(noisy != clean)
    assert wrong < 0.9 * min(np.mean(median_filter(noisy, (1, size, size)) != clean) for size in (3, 5))


@pytest.mark.parametrize("steps", [4, 5, 9, 10, 101, 1_000])
@pytest.mark.parametrize("chains", [1, 2, 5])
@pytest.mark.parametrize("correlation", [-0.9, 0.0, 0.9, 0.999])
def test_effective_sample_size_and_r_hat_equal_arviz(steps, chains, correlation):
    from arviz_stats.base import array_stats

    draws = np.exp(autoregressive(chains, steps, correlation, seed=steps))  # skewed, as ranks should not mind
    axes = {"chain_axis": 0, "draw_axis": 1}
    assert mcmc.effective_sample_size(draws) == pytest.approx(array_stats.ess(draws, method="mean", **axes), rel=1e-9)
    if chains > 1:
        assert mcmc.r_hat(draws) == pytest.approx(array_stats.rhat(draws, method="rank", **axes), rel=1e-9)
        halves = np.concatenate([draws[:, : steps // 2], draws[:, -(steps // 2) :]])
        plain = mcmc.potential_scale_reduction(halves)
        assert plain == pytest.approx(array_stats.rhat(draws, method="split", **axes), rel=1e-9)


@pytest.mark.parametrize("correlation", [-0.5, 0.0, 0.8])
def test_effective_sample_size_of_chains_where_it_is_known(correlation):
    draws = autoregressive(20, 5_000, correlation, seed=0)
    expected = draws.size * (1 - correlation) / (1 + correlation)
    assert mcmc.effective_sample_size(draws) == pytest.approx(expected, rel=0.1)
    assert mcmc.standard_error(draws) == pytest.approx(draws.std() / np.sqrt(expected), rel=0.1)


def test_coordinates_are_judged_one_by_one_and_constant_chains_are_not_praised():
    draws = np.random.default_rng(0).standard_normal((4, 100, 3))
    for measure in (mcmc.r_hat, mcmc.effective_sample_size, mcmc.standard_error):
        assert measure(draws).shape == (3,)
        assert measure(draws)[1] == pytest.approx(measure(draws[..., 1]))
    stuck = np.repeat(np.arange(4.0)[:, None], 100, axis=1)
    assert mcmc.r_hat(stuck) > 1e6
    assert mcmc.effective_sample_size(stuck) < 10
    assert np.isnan(mcmc.r_hat(np.zeros((4, 100))))
    assert np.isnan(mcmc.effective_sample_size(np.zeros((4, 100))))


START = np.zeros((2, 2))


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: mcmc.metropolis_hastings(standard_normal, np.zeros(2), 1.0, 5), "start has shape (2,)"),
        (lambda: mcmc.metropolis_hastings(standard_normal, START, 0.0, 5), "step_size is 0.0"),
        (lambda: mcmc.metropolis_hastings(standard_normal, START, [1.0, 2.0], 5), "step_size is [1.0, 2.0]"),
        (lambda: mcmc.metropolis_hastings(standard_normal, START, 1.0, 0), "steps is 0"),
        (lambda: mcmc.metropolis_hastings(standard_normal, START, 1.0, 5, seed=-1), "seed is -1"),
        (lambda: mcmc.metropolis_hastings(np.sum, START, 1.0, 5), "log_density turned (2, 2) into ()"),
        (lambda: mcmc.metropolis_hastings(lambda x: np.array([0, -np.inf]), START, 1.0, 5), "Chain 1 starts at"),
        (lambda: mcmc.parallel_tempering(standard_normal, START, 1.0, 5, (2, 4)), "temperatures is (2, 4)"),
        (lambda: mcmc.parallel_tempering(standard_normal, START, 1.0, 5, (1, 4, 3)), "temperatures is (1, 4, 3)"),
        (lambda: mcmc.parallel_tempering(standard_normal, START, 1.0, 5, ()), "temperatures is ()"),
        (lambda: mcmc.ising_gibbs(np.zeros((3, 3)), 0.5, 5), "evidence has shape (3, 3)"),
        (lambda: mcmc.ising_gibbs(np.zeros((1, 3, 3)), np.nan, 5), "coupling is nan"),
        (lambda: mcmc.ising_gibbs(np.zeros((1, 3, 3)), 0.5, 1.5), "sweeps is 1.5"),
        (lambda: mcmc.flip_evidence(np.ones((1, 3, 3)), 0), "flip_share is 0"),
        (lambda: mcmc.r_hat(np.zeros((1, 100))), "draws has shape (1, 100)"),
        (lambda: mcmc.effective_sample_size(np.zeros(100)), "draws has shape (100,)"),
        (lambda: mcmc.effective_sample_size(np.full((2, 9), np.nan)), "draws holds a value that is not a finite"),
    ],
)
def test_bad_settings_are_answered_in_one_sentence(call, words):
    with pytest.raises(ValueError, match=r"^[^\n]+\.$") as error:
        call()
    assert words in str(error.value)
