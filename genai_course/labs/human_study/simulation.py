"""Judges made up by us: how good each item is and how careless each judge is are known, so methods can be tested on them."""

from dataclasses import dataclass
from itertools import combinations

import numpy as np


@dataclass(frozen=True, eq=False)
class SimulatedAnswers:
    """Answers of simulated judges. All arrays have the shape (judges, questions).

    left, right: numbers of the items that were shown; score: 1 where the left one was preferred, 0 the right one, 0.5 a tie.
    """

    left: np.ndarray
    right: np.ndarray
    score: np.ndarray

    @property
    def preferred(self):
        """Number of the preferred item, -1 for a tie, (judges, questions): the same whatever side it was on."""
        return np.where(self.score == 0.5, -1, np.where(self.score == 1, self.left, self.right))


def simulate_answers(
    qualities, judges, questions, *, attention=1.0, side_bias=0.0, taste=0.0, tie_width=0.0, shuffled=True, seed=0
):
    """Answers of a simulated class.  Returns :class:`SimulatedAnswers`.

    qualities: (k,), how good each item is; between two careful judges' items the log-odds are their difference.
    judges, questions: how many; question q compares pair q of all pairs in turn, and every judge answers all questions.
    attention: how much of the difference a judge sees, one number or (judges,): 1 all of it, 0 nothing (a random clicker).
    side_bias: added to the log-odds of the left side, one number or (judges,); 20 is a judge who always clicks left.
    taste: standard deviation of what each judge adds to each quality for good: people differ.
    tie_width: answers closer than this, in log-odds, are ties.
    shuffled: whether a coin decides which item is left; otherwise the one with the smaller number always is.

    Raises ValueError for fewer than 2 items or 1 judge or question.
    """
    qualities = np.asarray(qualities, dtype=np.float64)
    if qualities.ndim != 1 or len(qualities) < 2:
        raise ValueError(f"qualities has shape {qualities.shape}; give a list of at least 2 numbers.")
    if judges < 1 or questions < 1:
        raise ValueError(f"There are {judges!r} judges and {questions!r} questions; give at least 1 of each.")
    random_numbers = np.random.default_rng(seed)
    pairs = np.array(list(combinations(range(len(qualities)), 2)))
    asked = pairs[np.arange(questions) % len(pairs)]  # (questions, 2)
    swapped = (random_numbers.random((judges, questions)) < 0.5) & shuffled
    left, right = np.where(swapped, asked[:, 1], asked[:, 0]), np.where(swapped, asked[:, 0], asked[:, 1])
    seen = qualities + taste * random_numbers.standard_normal((judges, len(qualities)))  # (judges, k)
    judge = np.arange(judges)[:, None]
    attention, side_bias = (np.broadcast_to(each, judges)[:, None] for each in (attention, side_bias))
    lean = attention * (seen[judge, left] - seen[judge, right]) + side_bias + random_numbers.logistic(size=left.shape)
    score = np.where(np.abs(lean) < tie_width, 0.5, (lean > 0).astype(float))
    return SimulatedAnswers(left, right, score)


def simulate_judge(box, qualities, *, attention=1.0, side_bias=0.0, tie_width=0.0, seed=0):
    """Let a simulated judge agree and answer all that a box still asks; nothing but the pictures' names is looked at.

    box: a :class:`~genai_course.labs.human_study.ResponseFile`. qualities: how good each item of the study is, by name.
    attention, side_bias, tie_width: one number each, as in :func:`simulate_answers`.
    """
    random_numbers = np.random.default_rng(seed)
    box.accept(f"simulated-{seed}")
    judge = box.read().judge
    for pair in box.open_pairs():
        left, right = box.study.sides(pair, judge)
        lean = attention * (qualities[left] - qualities[right]) + side_bias + random_numbers.logistic()
        box.add(pair, "tie" if abs(lean) < tie_width else "left" if lean > 0 else "right")
