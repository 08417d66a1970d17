"""Markov chain Monte Carlo: points from a density that you can only evaluate, and the numbers that say whether to trust them.

Metropolis et al. (1953), "Equation of state calculations by fast computing machines"; Hastings (1970), "Monte Carlo sampling
methods using Markov chains and their applications"; Geman and Geman (1984), "Stochastic relaxation, Gibbs distributions, and
the Bayesian restoration of images"; parallel tempering: Geyer (1991), "Markov chain Monte Carlo maximum likelihood".
Effective sample size and R-hat: Vehtari et al. (2021), "Rank-normalization, folding, and localization: an improved R-hat".
Plain functions in NumPy. Many chains walk at the same time; draws have the shape (chains, steps, d).
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, ndtri
from scipy.stats import rankdata

from genai_course.checks import check_share, check_whole_number


@dataclass(frozen=True)
class Chains:
    """Where chains went.

    draws: (chains, steps, d), the place of each chain after each step, the start left out.
    acceptance: (chains,) share of the proposals that each chain accepted; of a tempered run, those of its coldest level.
    """

    draws: np.ndarray
    acceptance: np.ndarray


def accept(log_here, log_there, log_correction, uniform):
    """Which chains go where they propose to go: each with probability min(1, ratio).

    log_here, log_there: log-density where the chain is and at the proposal, (chains,); it need not be normalised.
    log_correction: log q(here | there) - log q(there | here), 0 where the proposal steps both ways equally often.
    uniform: (chains,) random numbers in (0, 1].
    Returns (chains,) booleans.  Hastings (1970), section 2.2, with Metropolis' choice of the acceptance probability.
    """
    return np.log(uniform) < log_there - log_here + log_correction


def gaussian_step(here, step_size, random):
    """A step in any direction.  (chains, d) -> proposals (chains, d) and the log-correction, which is 0."""
    return here + step_size * random.standard_normal(here.shape), 0.0


def metropolis_hastings(log_density, start, step_size, steps, seed=0, propose=gaussian_step):
    """Walk many chains at once.

    log_density: function (n, d) -> (n,), up to an additive constant; -inf or NaN where no chain may go.
    start: (chains, d), each at a point of finite log-density.
    step_size: above 0; what it means, ``propose`` decides (see :func:`gaussian_step`).
    steps: 1 or more. seed: whole number; the same seed gives the same chains.

    Returns :class:`Chains`.  Raises ValueError for bad settings or a start where the density is 0.
    """
    here, log_here = _checked_start(log_density, start, step_size, steps, seed)
    random = np.random.default_rng(seed)
    draws, accepted = np.empty((len(here), steps, here.shape[1])), np.zeros(len(here))
    for step in range(steps):
        there, log_correction = propose(here, step_size, random)
        log_there = log_density(there)  # (chains,)
        goes = accept(log_here, log_there, log_correction, 1 - random.random(len(here)))
        here, log_here = np.where(goes[:, None], there, here), np.where(goes, log_there, log_here)
        draws[:, step] = here
        accepted += goes
    return Chains(draws, accepted / steps)


def parallel_tempering(log_density, start, step_size, steps, temperatures, seed=0):
    """Walk each chain on several levels at once: hot levels see flatter hills and hand what they find to the cold ones.

    temperatures: increasing, the first one 1.  Level k samples density ** (1 / temperature k) with Gaussian steps of
    step_size * sqrt(temperature k); after each step, every other pair of neighbours tries to swap places.
    Each step evaluates the density once a level. The other settings are those of :func:`metropolis_hastings`.

    Returns :class:`Chains` of the level at temperature 1.  Raises ValueError for bad settings.
    """
    cold, log_cold = _checked_start(log_density, start, step_size, steps, seed)
    heat = _checked_temperatures(temperatures)  # (levels, 1)
    random = np.random.default_rng(seed)
    here, log_here = np.tile(cold, (len(heat), 1, 1)), np.tile(log_cold, (len(heat), 1))  # (levels, chains, d)
    draws, accepted = np.empty((len(cold), steps, cold.shape[1])), np.zeros(len(cold))
    for step in range(steps):
        there = here + step_size * np.sqrt(heat)[:, :, None] * random.standard_normal(here.shape)
        log_there = log_density(there.reshape(-1, cold.shape[1])).reshape(log_here.shape)  # (levels, chains)
        goes = accept(log_here / heat, log_there / heat, 0.0, 1 - random.random(log_here.shape))
        here, log_here = np.where(goes[:, :, None], there, here), np.where(goes, log_there, log_here)
        for level in range(step % 2, len(heat) - 1, 2):
            _swap(here, log_here, level, heat, random)
        draws[:, step] = here[0]
        accepted += goes[0]
    return Chains(draws, accepted / steps)


def _swap(here, log_here, level, heat, random):
    """Let this level and the next change places, in place, as often as Metropolis' rule for the pair allows."""
    pair = [level, level + 1]
    colder_by = 1 / heat[level, 0] - 1 / heat[level + 1, 0]
    swaps = np.log(1 - random.random(here.shape[1])) < colder_by * (log_here[level + 1] - log_here[level])
    here[pair] = np.where(swaps[:, None], here[pair[::-1]], here[pair])
    log_here[pair] = np.where(swaps, log_here[pair[::-1]], log_here[pair])


def _checked_start(log_density, start, step_size, steps, seed):
    """start as (chains, d) float64 and its log-density (chains,)."""
    start = np.array(start, np.float64)
    if start.ndim != 2 or not start.size:
        raise ValueError(f"start has shape {start.shape}; give a row for each chain, shape (chains, d).")
    if not (np.isscalar(step_size) and np.isfinite(step_size) and step_size > 0):
        raise ValueError(f"step_size is {step_size!r}; give a finite number above 0.")
    check_whole_number("steps", steps, 1)
    check_whole_number("seed", seed, 0)
    log_start = np.asarray(log_density(start), np.float64)
    if log_start.shape != (len(start),):
        raise ValueError(f"log_density turned {start.shape} into {log_start.shape}; it must give one number a row.")
    if not np.isfinite(log_start).all():
        lost = np.flatnonzero(~np.isfinite(log_start))[0]
        raise ValueError(f"Chain {lost} starts at a log-density of {log_start[lost]}; start it where it is finite.")
    return start, log_start


def _checked_temperatures(temperatures):
    """(levels, 1) float64"""
    heat = np.array(temperatures, np.float64)
    if heat.ndim != 1 or not len(heat) or heat[0] != 1 or not (np.diff(heat) > 0).all() or not np.isfinite(heat).all():
        raise ValueError(f"temperatures is {temperatures!r}; give increasing numbers that begin with 1: (1, 3, 9).")
    return heat[:, None]


# --- Gibbs sampling: a picture of +1 and -1 in which neighbours like to agree (the Ising model) ---


def neighbour_sum(states):
    """Sum of the four neighbours of every pixel, 0 beyond the edge.  (n, height, width) -> same shape"""
    framed = np.pad(states, ((0, 0), (1, 1), (1, 1)))
    return framed[:, :-2, 1:-1] + framed[:, 2:, 1:-1] + framed[:, 1:-1, :-2] + framed[:, 1:-1, 2:]


def flip_evidence(noisy, flip_share):
    """What a pixel says about itself where this share was flipped: half the log-odds that it was white.

    noisy (n, height, width) of -1 and +1 -> same shape.  Raises ValueError unless flip_share is between 0 and 1.
    """
    check_share("flip_share", flip_share)
    return 0.5 * np.log((1 - flip_share) / flip_share) * noisy


def probability_white(neighbours, evidence, coupling):
    """Probability that a pixel is +1, everything else given: the odds of exp(z) against exp(-z).

    z = coupling * neighbours + evidence.  Arrays of one shape -> same shape.  Geman and Geman (1984), section 4.
    """
    return expit(2 * (coupling * neighbours + evidence))


def ising_gibbs(evidence, coupling, sweeps, seed=0, conditional=probability_white):
    """Draw pictures of -1 and +1 from p(x), proportional to exp(coupling * (sum over neighbours of x x') + sum of evidence * x).

    evidence: (n, height, width), see :func:`flip_evidence`. coupling: how strongly neighbours agree.
    sweeps: how often every pixel is drawn anew, 1 or more. conditional: see :func:`probability_white`.
    The pixels start at random. Neighbours never share a colour of a checkerboard, so each colour is drawn at once.

    Returns (sweeps, n, height, width) int8.  Raises ValueError for bad settings.
    """
    evidence = np.asarray(evidence, np.float64)
    if evidence.ndim != 3 or not evidence.size:
        raise ValueError(f"evidence has shape {evidence.shape}; give pictures, shape (n, height, width).")
    if not (np.isscalar(coupling) and np.isfinite(coupling)):
        raise ValueError(f"coupling is {coupling!r}; give a finite number.")
    check_whole_number("sweeps", sweeps, 1)
    check_whole_number("seed", seed, 0)
    random = np.random.default_rng(seed)
    states = random.choice(np.array([-1, 1], np.int8), size=evidence.shape)
    black_squares = np.indices(evidence.shape[1:]).sum(axis=0) % 2 == 0  # (height, width)
    kept = np.empty((sweeps, *evidence.shape), np.int8)
    for sweep in range(sweeps):
        for turn in (black_squares, ~black_squares):
            white = random.random(states.shape) < conditional(neighbour_sum(states), evidence, coupling)
            states = np.where(turn, np.where(white, 1, -1), states).astype(np.int8)
        kept[sweep] = states
    return kept


# --- How much are the draws worth? ---


def potential_scale_reduction(chains):
    """R-hat in its plain form: how much wider all chains together are than each alone.  (chains, steps) -> number near 1

    Gelman and Rubin (1992), as in Vehtari et al. (2021), equations 1 to 4.
    """
    steps = chains.shape[1]
    within = chains.var(axis=1, ddof=1).mean()
    between = chains.mean(axis=1).var(ddof=1)  # of the chains' means; the paper's B is `steps` times this
    return np.sqrt(((steps - 1) / steps * within + between) / within)


def r_hat(draws):
    """R-hat as Vehtari et al. (2021), section 4, advise: split, rank-normalised, the larger of centre and tails.

    draws: (chains, steps) -> number, or (chains, steps, d) -> (d,).  Above 1.01 the chains disagree: do not use them.
    Chains that never moved give a huge number, or NaN if they all stand at one place.
    Raises ValueError for fewer than 2 chains or 4 steps.
    """
    return _for_each_coordinate(_r_hat, _checked_draws(draws, fewest_chains=2))


def _r_hat(chains):
    halves = split(chains)
    folded = np.abs(halves - np.median(halves))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.maximum(*(potential_scale_reduction(rank_normalised(part)) for part in (halves, folded)))


def split(chains):
    """The first and the last half of each chain, as chains of their own.  (chains, steps) -> (2 chains, steps // 2)"""
    half = chains.shape[1] // 2
    return np.concatenate([chains[:, :half], chains[:, -half:]])


def rank_normalised(chains):
    """Every number replaced by the normal quantile of its rank among all, so that no outlier counts for more than its rank."""
    ranks = rankdata(chains).reshape(chains.shape)
    return ndtri((ranks - 3 / 8) / (chains.size + 1 / 4))  # Vehtari et al. (2021), equation 14


def effective_sample_size(draws):
    """As many independent draws would tell the mean equally well: Vehtari et al. (2021), section 3.2, with split chains.

    draws: (chains, steps) -> number, or (chains, steps, d) -> (d,).  NaN where every draw is the same.
    Raises ValueError for draws of another shape or fewer than 4 steps.
    """
    return _for_each_coordinate(_effective_sample_size, _checked_draws(draws, fewest_chains=1))


def _effective_sample_size(chains):
    halves = split(chains)  # (chains, steps)
    steps = halves.shape[1]
    if np.ptp(halves) == 0:
        return np.nan
    covariance = autocovariance(halves).mean(axis=0)  # (steps,)
    within = covariance[0] * steps / (steps - 1)
    overall = covariance[0] + halves.mean(axis=1).var(ddof=1)
    correlation = 1 - (within - covariance) / overall  # equation 10: that of the draws `lag` steps apart
    correlation[0] = 1
    # Geyer (1992): sums of neighbouring lags are positive and falling in theory; stop where noise makes one negative.
    pairs = correlation[: steps // 2 * 2].reshape(-1, 2).sum(axis=1)  # (lags // 2,)
    last = max(0, (steps - 3) // 2)
    stop = next((pair for pair, total in enumerate(pairs[:last]) if total < 0), last)
    rest = correlation[2 * stop] if pairs[stop] >= 0 else max(correlation[2 * stop], 0)
    correlation_time = -1 + 2 * np.minimum.accumulate(pairs[:stop]).sum() + rest
    return halves.size / max(correlation_time, 1 / np.log10(halves.size))


def autocovariance(chains):
    """Covariance of each chain with itself, so many steps later.  (chains, steps) -> (chains, lags), lags as many as steps"""
    steps = chains.shape[1]
    centred = chains - chains.mean(axis=1, keepdims=True)
    spectrum = np.fft.rfft(centred, n=2 * steps, axis=1)  # padded, so that the end does not touch the beginning
    return np.fft.irfft(np.abs(spectrum) ** 2, n=2 * steps, axis=1)[:, :steps] / steps


def standard_error(draws):
    """How far the mean of the draws may be off, one standard deviation of chance.  Shapes as in :func:`effective_sample_size`."""
    draws = np.asarray(draws, np.float64)
    return draws.std(axis=(0, 1), ddof=1) / np.sqrt(effective_sample_size(draws))


def _checked_draws(draws, fewest_chains):
    draws = np.asarray(draws, np.float64)
    if draws.ndim not in (2, 3) or draws.shape[0] < fewest_chains or draws.shape[1] < 4 or not draws.size:
        least = f"chains {fewest_chains} or more, steps 4 or more"
        raise ValueError(f"draws has shape {draws.shape}; give (chains, steps) or (chains, steps, d), {least}.")
    if not np.isfinite(draws).all():
        raise ValueError("draws holds a value that is not a finite number; give finite numbers.")
    return draws


def _for_each_coordinate(measure, draws):
    if draws.ndim == 2:
        return float(measure(draws))
    return np.array([measure(draws[:, :, coordinate]) for coordinate in range(draws.shape[2])])
