"""A ranking from comparisons of two: the Bradley-Terry model, fitted by minorisation-maximisation.

Bradley and Terry (1952), "Rank analysis of incomplete block designs"; the algorithm and the condition under which an answer
exists: Hunter (2004), "MM algorithms for generalized Bradley-Terry models", equation 3 and assumption 1.

Item i has a strength s_i above 0, and is preferred to j with probability s_i / (s_i + s_j).  Its quality is log s_i, so the
log-odds are the difference of two qualities.  Only differences matter; here the mean quality of all items is 0.
A tie counts as half a win for each side.  Errors take it for a whole comparison, so with many ties intervals are a little wide.
"""

from dataclasses import dataclass

import numpy as np
from scipy.sparse.csgraph import connected_components
from scipy.stats import norm

PRECISION = 1e-11  # the largest change of a quality in the last step
MOST_STEPS = 100_000


@dataclass(frozen=True, eq=False)
class BradleyTerry:
    """A fitted ranking of k items. qualities: (k,), their mean 0; covariance: (k, k), from the Fisher information."""

    qualities: np.ndarray
    covariance: np.ndarray

    @property
    def errors(self):
        """Standard error of each quality, (k,)."""
        return np.sqrt(np.diag(self.covariance))

    def intervals(self, level=0.95):
        """Confidence interval of each quality, (k, 2): lower and upper end."""
        reach = norm.ppf(0.5 + level / 2) * self.errors
        return np.stack([self.qualities - reach, self.qualities + reach], axis=1)

    def probabilities(self):
        """How probably the item of each row is preferred to the item of each column, (k, k)."""
        return 1 / (1 + np.exp(self.qualities[None, :] - self.qualities[:, None]))


def count_wins(left, right, score, items):
    """Who won how often against whom.

    left, right: (n,) numbers of the items that were shown, from 0 to items - 1.
    score: (n,) 1 where the left one was preferred, 0 where the right one was, 0.5 for a tie.
    Returns wins, (items, items): wins[i, j] is how often i was preferred to j, a tie counting half for each.
    """
    wins = np.zeros((items, items))
    # A pair that occurs often is added often; `wins[left, right] +=` adds it once.
    np.add.at(wins, (left, right), score)
    np.add.at(wins, (right, left), 1 - np.asarray(score))
    return wins


def minorisation_step(strengths, wins):
    """One step of the algorithm: wins of each item, divided by the wins that it would expect per unit of strength.

        s_i ← Σ_j wins[i, j] / Σ_j (games[i, j] / (s_i + s_j))

    strengths: (…, k), above 0; wins: (…, k, k) with zeros on the diagonal.  Returns new strengths, (…, k).
    The likelihood never falls from step to step.
    """
    games = wins + np.swapaxes(wins, -1, -2)  # (…, k, k)
    together = strengths[..., :, None] + strengths[..., None, :]  # (…, k, k)
    return np.sum(wins, axis=-1) / np.sum(games / together, axis=-1)


def most_likely_strengths(wins):
    """Strengths of greatest likelihood, of which the logarithms have the mean 0.  (…, k, k) -> (…, k)

    The leading axes, if there are any, are studies that are fitted side by side.
    Raises ValueError if 100,000 steps are not enough.
    """
    strengths = np.ones(wins.shape[:-1])
    for _ in range(MOST_STEPS):
        new = minorisation_step(strengths, wins)
        new /= np.exp(np.mean(np.log(new), axis=-1, keepdims=True))
        change = np.max(np.abs(np.log(new / strengths)), initial=0.0)
        strengths = new
        if change < PRECISION:
            return strengths
    why = "some items are joined by too few answers, so give prior=0.1"
    raise ValueError(f"The strengths still changed after {MOST_STEPS:,} steps: {why}.")


def fit_bradley_terry(wins, prior=0.0):
    """Fit qualities to counted wins.  Returns a :class:`BradleyTerry`, or a list of them for several studies.

    wins: (k, k), or (studies, k, k): how often the row was preferred to the column, ties half for each; zeros on the diagonal.
    prior: invented ties added to every pair.  With 0 (maximum likelihood) an item that has always won would need an infinite
        quality; with 0.1 it gets a large one, and all are drawn together a little.

    Raises ValueError for another shape, for negative or infinite counts, and for answers to which no finite qualities fit:
    nothing compares one group of items with the rest, or one group has never won against the rest.
    """
    wins = check_wins(wins, prior)
    studies = wins.reshape(-1, *wins.shape[-2:])
    studies = studies + prior / 2 * (1 - np.eye(wins.shape[-1]))
    for study in studies:
        check_connected(study)
    qualities = np.log(most_likely_strengths(studies))  # (studies, k)
    fitted = [BradleyTerry(*each) for each in zip(qualities, covariances(qualities, studies), strict=True)]
    return fitted if wins.ndim == 3 else fitted[0]


def covariances(qualities, wins):
    """Inverse of the Fisher information where the qualities add up to 0.  (n, k), (n, k, k) -> (n, k, k)"""
    games = wins + np.swapaxes(wins, -1, -2)
    chance = 1 / (1 + np.exp(qualities[:, None, :] - qualities[:, :, None]))
    weight = games * chance * (1 - chance)  # what the answers to each pair tell about its difference
    information = np.eye(wins.shape[-1]) * weight.sum(axis=-1)[:, None] - weight
    return np.linalg.pinv(information, hermitian=True)


def bootstrap_qualities(wins_of_judges, repeats=200, prior=0.0, seed=0):
    """Qualities fitted to classes of judges drawn again, with repetition, from the judges there were.  -> (repeats, k)

    wins_of_judges: (judges, k, k), counted for each judge.  Where judges have tastes of their own, one judge's answers hang
    together; the Fisher information knows nothing of that, and drawing whole judges does.
    Efron and Tibshirani (1993), "An introduction to the bootstrap".

    Raises ValueError as :func:`fit_bradley_terry` does, for fewer than 2 judges, and for a class drawn again to which no finite
    qualities fit.
    """
    wins_of_judges = check_wins(wins_of_judges, prior)
    if wins_of_judges.ndim != 3 or len(wins_of_judges) < 2:
        needed = "(judges, k, k) with at least 2 judges"
        raise ValueError(f"wins_of_judges has shape {wins_of_judges.shape}; give {needed}.")
    judges = len(wins_of_judges)
    drawn = np.random.default_rng(seed).multinomial(judges, np.full(judges, 1 / judges), size=repeats)
    wins = np.einsum("rj,jab->rab", drawn, wins_of_judges)
    wins = wins + prior / 2 * (1 - np.eye(wins.shape[-1]))
    for study in wins:
        check_connected(study)
    return np.log(most_likely_strengths(wins))


def check_wins(wins, prior):
    """Return ``wins`` as float64, or raise ValueError saying what is wrong with it or with ``prior``."""
    wins = np.asarray(wins, dtype=np.float64)
    if wins.ndim not in (2, 3) or wins.shape[-1] != wins.shape[-2] or wins.shape[-1] < 2:
        raise ValueError(f"wins has shape {wins.shape}; give (k, k) for k of at least 2 items, or (studies, k, k).")
    wrong = wins[~(np.isfinite(wins) & (wins >= 0))]
    if len(wrong):
        raise ValueError(f"wins holds {wrong[0]:g}; counts are finite and not negative.")
    if np.any(np.diagonal(wins, axis1=-2, axis2=-1)):
        raise ValueError("wins has counts on its diagonal; nothing can be compared with itself.")
    if not (np.isfinite(prior) and prior >= 0):
        raise ValueError(f"prior is {prior!r}; give a number of invented ties, 0 or more.")
    return wins


def check_connected(wins):
    """Raise ValueError if no finite qualities fit to these wins, (k, k)."""
    if np.count_nonzero(wins) == wins.size - len(wins):  # each has won against each
        return
    groups, member = connected_components(wins > 0, connection="weak")
    if groups > 1:
        rest = ", ".join(map(str, np.flatnonzero(member != member[0])))
        first = ", ".join(map(str, np.flatnonzero(member == member[0])))
        raise ValueError(f"Nothing compares the items {first} with {rest}: ask about pairs across, or give prior=0.1.")
    groups, member = connected_components(wins > 0, connection="strong")
    for group in range(groups if groups > 1 else 0):
        inside = member == group
        if not wins[inside][:, ~inside].any():
            losers = ", ".join(map(str, np.flatnonzero(inside)))
            why = f"against the others the items {losers} have never won"
            raise ValueError(f"No finite qualities fit: {why}. Collect more answers, or give prior=0.1.")
