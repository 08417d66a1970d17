"""Do judges agree more than chance would? Cohen's kappa for two of them, Fleiss' kappa for many.

Cohen (1960), "A coefficient of agreement for nominal scales"; Fleiss (1971), "Measuring nominal scale agreement among many
raters". Both are (observed − expected) / (1 − expected): 1 for perfect agreement, 0 for what chance gives.
"""

import numpy as np

from genai_course.checks import check_share


def cohen_kappa(first, second):
    """Agreement of two judges beyond chance, a float of at most 1.

    first, second: (n,) answers of the two to the same questions, of any kind that can be compared.
    Chance is: each judge keeps the own shares of answers, and they are paired at random.

    Raises ValueError for unequal lengths, no answers, and if both always gave one and the same answer, which leaves no room for
    agreement beyond chance.
    """
    first, second = np.asarray(first), np.asarray(second)
    if first.ndim != 1 or first.shape != second.shape or not len(first):
        given = f"The answers have the shapes {first.shape} and {second.shape}"
        raise ValueError(f"{given}; give two lists of the same length, 1 or more.")
    categories = np.unique(np.concatenate([first, second]))
    observed = np.mean(first == second)
    expected = sum(np.mean(first == category) * np.mean(second == category) for category in categories)
    return beyond_chance(observed, expected, categories[0])


def fleiss_kappa(counts):
    """Agreement of many judges beyond chance, a float of at most 1.

    counts: (questions, categories), how many judges gave each answer; every question has the same number of judges, 2 or more.
    They need not be the same judges.  :func:`count_categories` makes such a table.

    Raises ValueError for another shape, for counts that are negative or not whole, for rows that add up to different numbers,
    and if all answers are the same.
    """
    counts = np.asarray(counts, dtype=np.float64)
    if counts.ndim != 2 or not counts.size or (counts < 0).any() or (counts != np.round(counts)).any():
        raise ValueError(f"counts has shape {counts.shape}; give whole numbers of 0 or more, (questions, categories).")
    judges = counts.sum(axis=1)
    if judges.min() != judges.max() or judges[0] < 2:
        given = f"The questions have between {judges.min():.0f} and {judges.max():.0f} judges"
        raise ValueError(f"{given}; each needs the same number, 2 or more.")
    judges = judges[0]
    # Of all pairs of judges of a question, the share that agree; then the mean over questions.
    observed = np.mean(np.sum(counts * (counts - 1), axis=1) / (judges * (judges - 1)))
    expected = np.sum((counts.sum(axis=0) / counts.sum()) ** 2)
    return beyond_chance(observed, expected, int(np.argmax(counts.sum(axis=0))))


def beyond_chance(observed, expected, only):
    """(observed − expected) / (1 − expected); raises ValueError where chance alone would always agree."""
    if expected >= 1 - 1e-12:
        raise ValueError(f"Every answer is {only}, so chance alone would agree always and kappa has no value.")
    return float((observed - expected) / (1 - expected))


def count_categories(answers, categories=None):
    """How many judges gave each answer.  (questions, judges) -> (questions, categories) whole numbers

    categories: the possible answers; by default all that occur, sorted.
    Raises ValueError for another shape, and for an answer that is none of the categories.
    """
    answers = np.asarray(answers)
    if answers.ndim != 2:
        raise ValueError(f"answers has shape {answers.shape}; give (questions, judges).")
    categories = np.unique(answers) if categories is None else np.asarray(categories)
    if not np.isin(answers, categories).all():
        raise ValueError(f"The answer {answers[~np.isin(answers, categories)][0]} is none of {categories.tolist()}.")
    return (answers[:, :, None] == categories).sum(axis=1)


def agreement_interval(answers, level=0.95, repeats=500, seed=0):
    """Bootstrap interval of Fleiss' kappa over the questions: (lower, upper).

    answers: (questions, judges).  Questions are drawn again with repetition; a draw in which all answers are the same has no
    kappa and does not count.

    Raises ValueError as :func:`fleiss_kappa` does, and for a level that is no share.
    """
    check_share("level", level)
    counts = count_categories(answers)
    fleiss_kappa(counts)
    values = []
    for chosen in np.random.default_rng(seed).integers(len(counts), size=(repeats, len(counts))):
        drawn = counts[chosen]
        if np.count_nonzero(drawn.sum(axis=0)) > 1:
            values.append(fleiss_kappa(drawn))
    return tuple(np.quantile(values, [(1 - level) / 2, (1 + level) / 2]).tolist())
