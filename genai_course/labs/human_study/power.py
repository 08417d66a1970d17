"""How many answers, and how many judges, before a preference can be told from a coin? Exact, from the binomial distribution.

The test is the two-sided sign test; the interval is Clopper and Pearson (1934), "The use of confidence or fiducial limits
illustrated in the case of the binomial". What answers of one judge are worth: Kish (1965), "Survey sampling", design effect.
"""

import numpy as np
from scipy.stats import beta, binom

from genai_course.checks import check_share

MOST_ANSWERS = 10_000_000


def wins_needed(answers, level=0.05):
    """Fewest wins for which the test of "no preference" rejects at this level.  Whole numbers, of any shape -> the same shape

    Where even winning all is not enough, the number is answers + 1.
    """
    return binom.isf(level / 2, answers, 0.5).astype(int) + 1


def power(answers, preference, level=0.05):
    """How probably a study notices the preference: the test rejects "both alike".

    answers: independent answers without ties, whole numbers, one or an array; preference: the true share that prefers one.
    level: how often the test may reject when there is no preference.

    Raises ValueError for numbers out of range.
    """
    check_share("preference", preference)
    check_share("level", level)
    answers = np.asarray(answers)
    if answers.size and (answers.min() < 1 or (answers != np.round(answers)).any()):
        raise ValueError(f"answers is {answers.min():g}; give whole numbers of 1 or more.")
    needed = wins_needed(answers, level)
    noticed = binom.sf(needed - 1, answers, preference) + binom.cdf(answers - needed, answers, preference)
    return float(noticed) if noticed.ndim == 0 else noticed


def answers_needed(preference, wanted=0.8, level=0.05):
    """Fewest answers from which on the power is always at least ``wanted``, a whole number.

    (The power goes up in a zigzag: now and then one answer more has a little less of it. From this number on it stays above.)

    Raises ValueError for shares out of range, for a preference of 1/2, of which there is nothing to notice, and for one so
    close to it that 10,000,000 answers would not do.
    """
    check_share("wanted", wanted)
    check_share("level", level)
    if not 0 <= preference <= 1 or preference == 0.5:
        raise ValueError(f"preference is {preference!r}; give a share from 0 to 1 but 0.5, where nothing is preferred.")
    largest = 64
    while largest <= MOST_ANSWERS:
        answers = np.arange(1, largest + 1)
        needed = wins_needed(answers, level)  # as in power(), but here a preference of 0 or 1 is allowed
        noticed = binom.sf(needed - 1, answers, preference) + binom.cdf(answers - needed, answers, preference)
        enough = noticed >= wanted
        # The zigzag is narrow: what holds for the whole upper half of the range holds beyond.
        if enough[largest // 2 :].all():
            failing = np.flatnonzero(~enough)
            return int(failing[-1]) + 2 if len(failing) else 1
        largest *= 2
    raise ValueError(f"preference is {preference!r}, too close to 0.5: more than {MOST_ANSWERS:,} answers are needed.")


def judges_needed(answers, answers_each, correlation=0.0):
    """How many judges, of ``answers_each``, are worth this many independent answers? A whole number.

    correlation: of two answers of one judge, from 0 (they tell twice as much as one) to 1 (the second tells nothing new).
    Kish's design effect: n answers in groups of m are worth n / (1 + (m − 1) · correlation).

    Raises ValueError for numbers out of range.
    """
    for name, number in (("answers", answers), ("answers_each", answers_each)):
        if isinstance(number, bool) or number < 1 or number != int(number):
            raise ValueError(f"{name} is {number!r}; give a whole number, 1 or more.")
    if not 0 <= correlation <= 1:
        raise ValueError(f"correlation is {correlation!r}; give a number from 0 to 1.")
    effect = 1 + (answers_each - 1) * correlation
    return int(np.ceil(answers * effect / answers_each - 1e-9))


def preference_interval(wins, answers, level=0.95):
    """Exact confidence interval of a share: (lower, upper), each of the shape of ``wins``.

    wins: how many of ``answers`` preferred it, from 0 to answers.
    Raises ValueError for wins out of range.
    """
    wins, answers = np.asarray(wins), np.asarray(answers)
    if (wins < 0).any() or (wins > answers).any() or (answers < 1).any():
        raise ValueError(f"wins is {wins} of {answers}; give a number from 0 to the number of answers, 1 or more.")
    check_share("level", level)
    tail = (1 - level) / 2
    lower = np.where(wins == 0, 0.0, beta.ppf(tail, np.maximum(wins, 1), answers - wins + 1))
    upper = np.where(wins == answers, 1.0, beta.ppf(1 - tail, wins + 1, np.maximum(answers - wins, 1)))
    return lower, upper
