"""Exercises of 05_evaluation/03_human_evaluation."""

import numpy as np

from genai_course.exercises.definitions import Experiment, Function, Prediction, Target


def cohen_kappa(first, second):
    """Agreement beyond chance.  (n,), (n,) -> a number"""
    return _kappa(first, second, lambda a, b: np.mean(first == a) * np.mean(second == b))


def _counted(left, right, score, items, won=lambda score: score, lost=lambda score: 1 - score):
    """A table of wins with other rules for what each side gets."""
    wins = np.zeros((items, items))
    for i, j, points in zip(left, right, score, strict=True):
        wins[i, j] += won(points)
        wins[j, i] += lost(points)
    return wins


def _counted_once(left, right, score, items):
    wins = np.zeros((items, items))
    wins[left, right] += score
    wins[right, left] += 1 - score
    return wins


def _stepped(strengths, wins, together=np.add.outer, above=None):
    above = wins.sum(axis=1) if above is None else above
    return above / ((wins + wins.T) / together(strengths, strengths)).sum(axis=1)


def _expected(first, second, share):
    return sum(share(answer, answer) for answer in np.unique(np.concatenate([first, second])))


def _kappa(first, second, share):
    expected = _expected(first, second, share)
    return (np.mean(first == second) - expected) / (1 - expected)


def _by_chance(first, second):
    return _expected(first, second, lambda a, b: np.mean(first == a) * np.mean(second == b))


def _pooled(first, second):
    both = np.concatenate([first, second])
    return _kappa(first, second, lambda a, b: np.mean(both == a) ** 2)


def _equal_shares(first, second):
    answers = len(np.unique(np.concatenate([first, second])))
    return (np.mean(first == second) - 1 / answers) / (1 - 1 / answers)


def _answers(rng):
    """Answers to few comparisons, in which pairs repeat and ties occur, then to many."""
    few = (np.array([0, 1, 0, 2, 0]), np.array([1, 0, 1, 0, 2]), np.array([1.0, 0.5, 1.0, 0.0, 1.0]), 3)
    left = rng.integers(0, 5, 60)
    many = (left, (left + rng.integers(1, 5, 60)) % 5, rng.choice([0.0, 0.5, 1.0], 60), 5)
    return [few, many]


def _tables(rng):
    """Strengths and tables of wins, the last one with a pair that never met."""
    cases = []
    for size in (2, 3, 5):
        wins = rng.integers(1, 20, (size, size)) * (1.0 - np.eye(size))
        cases.append((rng.random(size) + 0.5, wins))
    cases[-1][1][0, 1] = cases[-1][1][1, 0] = 0
    return cases


def _two_judges(rng):
    """Answers of two judges: few, texts, and some of which one judge never gives."""
    first = rng.integers(0, 3, 40)
    second = np.where(rng.random(40) < 0.6, first, rng.integers(0, 3, 40))
    return [
        (np.array([1, 1, 0, 1, 0, 1]), np.array([1, 0, 0, 1, 1, 1])),
        (np.array(["left", "tie", "left", "right", "left"]), np.array(["left", "left", "left", "right", "right"])),
        (first, second),
        (np.array([4, 4, 2, 4, 4, 2, 4]), np.array([4, 2, 2, 4, 7, 2, 4])),
    ]


EXERCISES = [
    Function("count_wins", reference="genai_course.labs.human_study.bradley_terry:count_wins", cases=_answers, mistakes={
        _counted_once:
            "A pair that was asked several times is counted once: NumPy's `wins[left, right] += score` writes all repeats to the same place, and the last one stays. Use a loop, or `np.add.at`.",
        (lambda left, right, score, items: _counted(left, right, score, items, lost=lambda score: 0)):
            "You counted for the left item only. Where `score` is 0 the right one has won, and a tie counts half for it: `wins[right, left]` gets 1 − score.",
        (lambda left, right, score, items: _counted(right, left, score, items)):
            "Winners and losers are swapped: `wins[i, j]` is how often i was preferred to j, and score 1 means that the left one was.",
        (lambda left, right, score, items: _counted(left, right, score, items, won=lambda score: float(score == 1), lost=lambda score: float(score == 0))):
            "The ties are lost. A tie counts half for each: add `score` and `1 - score` as they are.",
        (lambda left, right, score, items: _counted(left, right, score, items, won=lambda score: float(score >= 0.5), lost=lambda score: float(score < 0.5))):
            "You gave every tie to the left side. That is the very habit which a blind test is to keep out; a tie counts half for each.",
        (lambda left, right, score, items: _counted(left, right, score, items, lost=lambda score: score)):
            "Winner and loser both got `score`. What one side gets, the other does not: 1 − score.",
        (lambda left, right, score, items: _counted(left, right, score, items, won=lambda score: 1, lost=lambda score: 1)):
            "You counted how often two items met. Who was preferred stands in `score`.",
    }, hints=(
        "Start with zeros, (items, items), and go through the answers with `zip(left, right, score)`.",
        "Each answer adds to two places: `score` for the left item against the right one, `1 - score` the other way round.",
        "for i, j, points in zip(left, right, score): wins[i, j] += points; wins[j, i] += 1 - points",
    ), passed="The sides are gone, and only who against whom is left. Each answer adds exactly 1 to the table, ties too.", excused={
        "`zip(left, right, score, strict=True)` → `zip(left, right, score)`": "The three are equally long.",
        "`strict=True` → `strict=False`": "The three are equally long.",
    }),
    Function("minorisation_step", reference="genai_course.labs.human_study.bradley_terry:minorisation_step", cases=_tables, mistakes={
        (lambda strengths, wins: _stepped(strengths, wins, above=wins.sum(axis=0))):
            "You counted defeats: the sum over `axis=0` is how often each item lost. An item's wins stand in its row.",
        "return → wins.sum(axis=1) / (wins / np.add.outer(strengths, strengths)).sum(axis=1)":
            "Below, the comparisons count, won or lost: `wins + wins.T`. You took the wins only.",
        "return → wins.sum(axis=1) / (wins + wins.T).sum(axis=1)":
            "That is the share of wins. It leaves out how strong the rivals were: divide each number of comparisons by s_i + s_j.",
        (lambda strengths, wins: strengths * _stepped(strengths, wins)):
            "You multiplied by the old strength as well. The formula gives the new strength itself.",
        (lambda strengths, wins: _stepped(strengths, wins) / strengths):
            "You divided by the old strength: that is how much an item should grow. The formula gives the new strength itself.",
        (lambda strengths, wins: _stepped(strengths, wins, together=np.multiply.outer)):
            "You multiplied the two strengths. The model divides by their sum.",
        "return → wins.sum(axis=1) * np.add.outer(strengths, strengths).sum(axis=1) / (wins + wins.T).sum(axis=1)":
            "You divided sums by sums. Each rival j has a fraction of its own: divide first, pair by pair, then add.",
        (lambda strengths, wins: _stepped(strengths, wins) / _stepped(strengths, wins).sum()):
            "You made the new strengths add up to 1. The ranking is the same, and the formula does not say so: return them as they come.",
        (lambda strengths, wins: _stepped(strengths, wins) / _stepped(strengths, wins).mean()):
            "You made the mean of the new strengths 1. The ranking is the same, and the formula does not say so: return them as they come.",
        (lambda strengths, wins: np.log(_stepped(strengths, wins))):
            "You returned qualities, the logarithms. The step works with strengths, which are above 0.",
    }, hints=(
        "Two tables, (k, k): the comparisons of each pair, and the sums of the strengths of each pair.",
        "`games = wins + wins.T` and `together = strengths[:, None] + strengths[None, :]`; rows are i, so add along axis 1.",
        "return wins.sum(axis=1) / (games / together).sum(axis=1)",
    ), passed="No step size to choose, and never a step down. Newton's method needs fewer steps; this one needs no derivative.", excused={
        "`axis=1` → `axis=-1`": "The second axis is the last one.",
        "`axis=1` → `axis=-1` (2)": "The second axis is the last one.",
        "`axis=1` → `axis=0` (2)": "The table of games is symmetric, so its rows and columns add up to the same.",
    }),
    Function("cohen_kappa", reference=cohen_kappa, cases=_two_judges, mistakes={
        "return → np.mean(first == second)": "That is the observed agreement. Two coins agree on half of the questions: take away what chance gives.",
        "return → np.mean(first == second) - _by_chance(first, second)":
            "You took chance away and did not divide by what was left to reach, 1 − p_e: perfect agreement must give 1.",
        "return → (np.mean(first == second) - _by_chance(first, second)) / _by_chance(first, second)":
            "You divided by p_e. Divide by 1 − p_e, the room that chance leaves.",
        _pooled: "You pooled both judges' answers before taking shares. That is Scott's pi; Cohen lets each judge keep their own shares.",
        _equal_shares:
            "You took chance for 1 / number of answers. Who says *left* nine times in ten agrees by chance much more often: use the shares of each judge.",
        "* → +": "You added the two shares. That both give an answer by chance has the product of the shares as its probability.",
        "* np.mean(second == b) → ** 2": "You squared the first judge's shares. Multiply them by those of the second judge.",
        "return → np.corrcoef(*np.unique(np.stack([first, second]), return_inverse=True)[1].reshape(2, -1))[0, 1]":
            "That is a correlation. It asks whether answers move together; kappa asks whether they are the same.",
    }, hints=(
        "`np.mean(first == second)` is the observed share of agreement.",
        "For each answer in `np.unique(np.concatenate([first, second]))` add `np.mean(first == answer) * np.mean(second == answer)`.",
        "return (observed - expected) / (1 - expected)",
    ), passed="1 is perfect, 0 is chance, below 0 the two disagree more than coins would. It has no value where both always say the same one thing."),
    Experiment("judges", reference={"judges": 13, "power": 0.8526}, targets=[
        Target("power", "the target is 0.8 or more.", at_least=0.8, at_most=1),
        Target("judges", "the fewest are asked for, a whole number.", at_least=1, at_most=13, accept=lambda judges: judges == int(judges)),
    ], mistakes=[
        (lambda result: result["judges"] != int(result["judges"]), "There are no parts of judges: give a whole number.",
         {"judges": 11.5, "power": 0.81}),
        (lambda result: 80 <= result["judges"] <= 120, "That is about the number of *answers*. Each judge gives eight of them.",
         {"judges": 96, "power": 1.0}),
        (lambda result: result["judges"] > 13,
         "Power enough, and more judges than it takes. Each one costs people's time: go down until the power falls below 0.8.", {"judges": 20, "power": 0.96}),
        (lambda result: result["power"] < 0.8, "Too few: with so many judges the study misses a true preference more often than one time in five.",
         {"judges": 6, "power": 0.49}),
    ], hints=(
        "Move the sliders of the explorer to 0.65 and 8 answers for each judge, and read the power in the title.",
        "`human.answers_needed(0.65)` says how many answers; each judge gives 8.",
        "Try 13.",
    ), passed="Half a page of planning, done before the first judge is asked. If the answers of a judge are correlated, it takes more: see below."),
]

PREDICTIONS = [
    Prediction("answers_needed", between=(1, 1_000_000), close=60,
               after="About two hundred. Most people guess a few dozen: 60 to 40 looks clear, and a coin makes it often enough in small numbers."),
]
