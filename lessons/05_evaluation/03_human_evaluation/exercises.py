"""Exercises of 05_evaluation/03_human_evaluation."""

import numpy as np

from genai_course.exercises.definitions import Experiment, Function, Prediction, Target


def cohen_kappa(first, second):
    """Agreement beyond chance.  (n,), (n,) -> a number"""
    observed = np.mean(first == second)
    expected = 0.0
    for answer in np.unique(np.concatenate([first, second])):
        expected += np.mean(first == answer) * np.mean(second == answer)
    return (observed - expected) / (1 - expected)


def count_wins(left, right, score, items):
    wins = np.zeros((items, items))
    for i, j, points in zip(left, right, score, strict=True):
        wins[i, j] += points
        wins[j, i] += 1 - points
    return wins


def minorisation_step(strengths, wins):
    games = wins + wins.T
    together = strengths[:, None] + strengths[None, :]
    return wins.sum(axis=1) / (games / together).sum(axis=1)


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


def _one_after_the_other(strengths, wins):
    """Strengths that are used as soon as they are known."""
    strengths = np.array(strengths)
    for i in range(len(strengths)):
        strengths[i] = minorisation_step(strengths, wins)[i]
    return strengths


def _expected(first, second, share):
    return sum(share(answer, answer) for answer in np.unique(np.concatenate([first, second])))


def _kappa(first, second, share):
    expected = _expected(first, second, share)
    return (np.mean(first == second) - expected) / (1 - expected)


def _side_by_side(first, second):
    """Each judge's counts in the order of their own answers."""
    counts = [np.unique(each, return_counts=True)[1] / len(first) for each in (first, second)]
    expected = sum(a * b for a, b in zip(*counts, strict=False))
    return (np.mean(first == second) - expected) / (1 - expected)


def _answers_of_the_first_two(first, second):
    """As with bits: one share, and what is left of it."""
    one = np.unique(np.concatenate([first, second]))[-1]
    p, q = np.mean(first == one), np.mean(second == one)
    expected = p * q + (1 - p) * (1 - q)
    return (np.mean(first == second) - expected) / (1 - expected)


def _pooled(first, second):
    both = np.concatenate([first, second])
    return _kappa(first, second, lambda a, b: np.mean(both == a) ** 2)


def _equal_shares(first, second):
    answers = len(np.unique(np.concatenate([first, second])))
    return (np.mean(first == second) - 1 / answers) / (1 - 1 / answers)


def _answers(rng):
    """Answers to few comparisons, in which pairs repeat and ties occur, then to many; one answer, and items never shown, also
    between others."""
    few = (np.array([0, 1, 0, 2, 0]), np.array([1, 0, 1, 0, 2]), np.array([1.0, 0.5, 1.0, 0.0, 1.0]), 3)
    left = rng.integers(0, 5, 60)
    many = (left, (left + rng.integers(1, 5, 60)) % 5, rng.choice([0.0, 0.5, 1.0], 60), 5)
    often = np.zeros(2500, int), np.ones(2500, int), (np.arange(2500) % 9 > 0) * 1.0, 2  # one pair, again and again
    left = rng.integers(0, 30, 90)
    wide = left, (left + rng.integers(1, 30, 90)) % 30, rng.choice([0.0, 0.5, 1.0], 90), 30
    whole = np.array([2, 1, 2, 0]), np.array([0, 2, 1, 2]), np.array([1, 0, 0, 1]), 3
    between = np.array([0, 3, 3, 0, 3]), np.array([3, 0, 0, 3, 0]), np.array([1.0, 0.5, 0.0, 0.0, 1.0]), 4
    return [few, many, (np.array([1]), np.array([0]), np.array([0.0]), 4), often, wide, whole, between]


def _any_answers(draw, st, numbers):
    items, n = draw(st.integers(2, 5)), draw(st.integers(1, 9))
    left = np.array([draw(st.integers(0, items - 1)) for _ in range(n)])
    right = (left + [draw(st.integers(1, items - 1)) for _ in range(n)]) % items
    return left, right, np.array([draw(st.sampled_from([0.0, 0.5, 1.0])) for _ in range(n)]), items


def _tables(rng):
    """Strengths and tables of wins: a pair that never met, an item that never won, and strengths that are all 1."""
    cases = []
    for size in (2, 3, 5):
        wins = rng.integers(1, 20, (size, size)) * (1.0 - np.eye(size))
        cases.append((rng.random(size) + 0.5, wins))
    cases[-1][1][0, 1] = cases[-1][1][1, 0] = 0
    cases[-1][1][3] = 0
    wide = rng.integers(0, 4, (24, 24)) * (1.0 - np.eye(24)) + np.eye(24, k=1)
    halves = np.array([[0.0, 2.5, 0.0], [0.5, 0.0, 1.5], [3.0, 0.5, 0.0]])
    cases += [(rng.random(24) + 0.1, wide), (np.array([1e-4, 300.0, 2.0]), halves), (np.array([2.0, 2.0, 2.0]), 1000 * halves)]
    return [*cases, (np.ones(2), np.array([[0.0, 6.0], [4.0, 0.0]])), (np.array([1, 2, 3]), np.array([[0, 2, 1], [1, 0, 4], [0, 3, 0]]))]


def _any_table(draw, st, numbers):
    size = draw(st.integers(2, 4))
    wins = np.array([[draw(st.integers(1, 20)) for _ in range(size)] for _ in range(size)]) * (1.0 - np.eye(size))
    return draw(numbers((size,), 0.1, 5)), wins


def _two_judges(rng):
    """Answers of two judges: few, texts, some that one judge never gives, less agreement than by chance, one question."""
    first = rng.integers(0, 3, 40)
    second = np.where(rng.random(40) < 0.6, first, rng.integers(0, 3, 40))
    return [
        (np.array([1, 1, 0, 1, 0, 1]), np.array([1, 0, 0, 1, 1, 1])),
        (np.array(["left", "tie", "left", "right", "left"]), np.array(["left", "left", "left", "right", "right"])),
        (first, second),
        (np.array([4, 4, 2, 4, 4, 2, 4]), np.array([4, 2, 2, 4, 7, 2, 4])),
        (np.array([1, 1, 3, 3, 3]), np.array([2, 2, 3, 3, 2])),
        (np.array([0, 1, 0, 1, 1, -1]), np.array([1, 0, 1, 0, 1, 0])),
        (np.array([3]), np.array([5])),
        (np.array(["left", "like", "tie", "left", "like"]), np.array(["left", "left", "tie", "like", "like"])),
        (np.array([100_000_001, 5, 100_000_000, 5]), np.array([100_000_000, 5, 100_000_000, 5])),
        (np.array([True, False, False, True]), np.array([True, True, False, True])),
        (np.full(25, 7), np.where(np.arange(25) < 24, 7, 8)),  # one judge has one answer only
    ]


def _any_judges(draw, st, numbers):
    n = draw(st.integers(2, 8))
    first, second = (np.array([draw(st.integers(-1, 2)) for _ in range(n)]) for _ in range(2))
    first[0], second[0] = 0, 1  # or both might always say one thing
    at_zero = abs(cohen_kappa(first, second)) < 1e-6  # where rounding decides
    return (np.array([0, 1]), np.array([1, 0])) if at_zero else (first, second)


def _measured(result):
    from genai_course.labs import human_study

    return {"power": human_study.power(8 * int(result["judges"]), 0.65)}


EXERCISES = [
    Function("count_wins", reference="genai_course.labs.human_study.bradley_terry:count_wins",
        written_out=count_wins, cases=_answers, space=_any_answers, mistakes={
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
        (lambda left, right, score, items: _counted(left, right, score, items, won=lambda score: float(score >= 0.5), lost=lambda score: float(score <= 0.5))):
            "A tie counted a whole win for each. It counts half: add `score` and `1 - score` as they are.",
        (lambda left, right, score, items: _counted(left, right, score, items, won=lambda score: float(score > 0.5), lost=lambda score: float(score <= 0.5))):
            "You gave every tie to the right side. It counts half for each: add `score` and `1 - score` as they are.",
        (lambda left, right, score, items: count_wins(left, right, score, max(*left, *right) + 1)):
            "You took the number of items from the answers. Some items may never have been shown: the table is (items, items).",
        (lambda left, right, score, items: count_wins(left[:1], right[:1], score[:1], items)):
            "Only the first answer is counted. Does `return` stand inside the loop?",
        (lambda left, right, score, items: np.tile(count_wins(left, right, score, items).sum(axis=0), (items, 1))):
            "All your rows are one and the same list: `[[0] * items] * items` repeats it, and each change appears in all. Use `np.zeros((items, items))`.",
        "return → wins / np.maximum(1, wins + wins.T)": "You divided by how often two items met. Counts are asked for, not shares.",
        "return → wins - wins.T": "You subtracted defeats from wins. `wins[i, j]` counts wins only; the defeats stand in `wins[j, i]`.",
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
    Function("minorisation_step", reference="genai_course.labs.human_study.bradley_terry:minorisation_step",
        written_out=minorisation_step, cases=_tables, space=_any_table, mistakes={
        "return wins.sum(axis=1) → return wins.sum(axis=0)":
            "You counted defeats: the sum over `axis=0` is how often each item lost. An item's wins stand in its row.",
        "games / together → wins / together":
            "Below, the comparisons count, won or lost: `wins + wins.T`. You took the wins only.",
        "games / together → games":
            "That is the share of wins. It leaves out how strong the rivals were: divide each number of comparisons by s_i + s_j.",
        "return → strengths * …":
            "You multiplied by the old strength as well. The formula gives the new strength itself.",
        "return → … / strengths":
            "You divided by the old strength: that is how much an item should grow. The formula gives the new strength itself.",
        "strengths[:, None] + strengths[None, :] → strengths[:, None] * strengths[None, :]":
            "You multiplied the two strengths. The model divides by their sum.",
        "return → wins.sum(axis=1) * together.sum(axis=1) / games.sum(axis=1)":
            "You divided sums by sums. Each rival j has a fraction of its own: divide first, pair by pair, then add.",
        "return → … / np.sum(wins.sum(axis=1) / (games / together).sum(axis=1))":
            "You made the new strengths add up to 1. The ranking is the same, and the formula does not say so: return them as they come.",
        "return → … / np.mean(wins.sum(axis=1) / (games / together).sum(axis=1))":
            "You made the mean of the new strengths 1. The ranking is the same, and the formula does not say so: return them as they come.",
        "return → np.log(…)":
            "You returned qualities, the logarithms. The step works with strengths, which are above 0.",
        _one_after_the_other: "You used new strengths as soon as you had them. Keep the old ones on the right-hand side, for all items.",
        "strengths[:, None] + strengths[None, :] → strengths[:, None]": "You divided by s_i alone. Each pair has the sum of both strengths, s_i + s_j.",
        "strengths[:, None] + strengths[None, :] → strengths[None, :]": "You divided by s_j alone. Each pair has the sum of both strengths, s_i + s_j.",
        "return → np.nansum(np.where(games > 0, wins / np.where(games > 0, games / together, 1), 0), axis=1)":
            "You divided pair by pair and added the fractions. Two sums are wanted, one above and one below, and one division at the end.",
        "strengths[:, None] + strengths[None, :] → 2 * strengths[:, None]": "You took twice the item's own strength. Each pair has the sum of both, s_i + s_j.",
        "strengths[:, None] + strengths[None, :] → 2 * strengths[None, :]":
            "`strengths + strengths` adds each number to itself. For all pairs give one of them an axis: `strengths[:, None] + strengths[None, :]`.",
        "return → wins.sum(axis=1) / (games / 2).sum(axis=1)": "The old strengths do not occur in yours. Each number of comparisons is divided by s_i + s_j.",
        "return → … / strengths.sum()": "You divided by the sum of the strengths as well. The formula does not: return them as they come.",
    }, hints=(
        "Two tables, (k, k): the comparisons of each pair, and the sums of the strengths of each pair.",
        "`games = wins + wins.T` and `together = strengths[:, None] + strengths[None, :]`; rows are i, so add along axis 1.",
        "return wins.sum(axis=1) / (games / together).sum(axis=1)",
    ), passed="No step size to choose, and never a step down. Newton's method needs fewer steps; this one needs no derivative.", excused={
        "`axis=1` → `axis=-1`": "The second axis is the last one.",
        "`axis=1` → `axis=-1` (2)": "The second axis is the last one.",
        "`axis=1` → `axis=0` (2)": "The table of games is symmetric, so its rows and columns add up to the same.",
        "one row alone: squeezed": "A single item has nobody to be compared with.",
    }),
    Function("cohen_kappa", reference=cohen_kappa, cases=_two_judges, space=_any_judges, mistakes={
        "return → observed": "That is the observed agreement. Two coins agree on half of the questions: take away what chance gives.",
        "return → observed - expected":
            "You took chance away and did not divide by what was left to reach, 1 − p_e: perfect agreement must give 1.",
        "(1 - expected) → expected":
            "You divided by p_e. Divide by 1 − p_e, the room that chance leaves.",
        _pooled: "You pooled both judges' answers before taking shares. That is Scott's pi; Cohen lets each judge keep their own shares.",
        _equal_shares:
            "You took chance for 1 / number of answers. Who says *left* nine times in ten agrees by chance much more often: use the shares of each judge.",
        "* np.mean(second == answer) → + np.mean(second == answer)": "You added the two shares. That both give an answer by chance has the product of the shares as its probability.",
        "* np.mean(second == answer) → ** 2": "You squared the first judge's shares. Multiply them by those of the second judge.",
        "return → np.corrcoef(*np.unique(np.stack([first, second]), return_inverse=True)[1].reshape(2, -1))[0, 1]":
            "That is a correlation. It asks whether answers move together; kappa asks whether they are the same.",
        "return → max(0.0, (observed - expected) / (1 - expected))":
            "You cut at 0. Judges who agree less often than by chance have a kappa below 0.",
        "expected = 0.0 → expected = 0.5": "Chance starts at 0 and grows by each answer; yours has a half in it from the beginning.",
        "return → (observed - 0.5) / (1 - 0.5)":
            "You took chance for one half. It depends on the judges' habits: add up the products of their shares.",
        "(1 - expected) → (1 - observed)": "You divided by 1 − p_o. Divide by 1 − p_e, the room that chance leaves.",
        "return → expected": "That is the agreement by chance alone, p_e. Two more steps: p_o − p_e, and the division by 1 − p_e.",
        "observed = np.mean(first == second) → observed = np.mean(np.sort(first) == np.sort(second))":
            "You compared sorted answers. The n-th answers of both belong to the same question: compare them as they stand.",
        "observed = np.mean → observed = np.sum": "You counted the questions on which they agree. Take their share, the mean.",
        "np.unique(np.concatenate([first, second])) → np.concatenate([first, second])":
            "You added up over answers as often as they occur. Each different answer counts once: `np.unique`.",
        _side_by_side: "You multiplied the shares in the order of each judge's own answers. One may give answers that the other never gives: go through all answers of both.",
        _answers_of_the_first_two: "Yours knows two answers only, one and the rest. There may be any number: go through all of them.",
    }, hints=(
        "`np.mean(first == second)` is the observed share of agreement.",
        "For each answer in `np.unique(np.concatenate([first, second]))` add `np.mean(first == answer) * np.mean(second == answer)`.",
        "return (observed - expected) / (1 - expected)",
    ), passed="1 is perfect, 0 is chance, below 0 the two disagree more than coins would. It has no value where both always say the same one thing."),
    Experiment("judges", reference={"judges": 13, "power": 0.8526}, recompute=_measured, targets=[
        Target("power", "the target is 0.8 or more.", at_least=0.8, at_most=1),
        Target("judges", "the fewest are asked for that reach 0.8, a whole number.", at_least=13, at_most=13),
    ], mistakes=[
        (lambda result: result["judges"] != int(result["judges"]), "There are no parts of judges: give a whole number.",
         {"judges": 11.5, "power": 0.81}),
        (lambda result: 80 <= result["judges"] <= 120, "That is about the number of *answers*. Each judge gives eight of them.",
         {"judges": 96, "power": 1.0}),
        (lambda result: result["judges"] > 13,
         "Power enough, and more judges than it takes. Each one costs people's time: go down until the power falls below 0.8.", {"judges": 20, "power": 0.96}),
        (lambda result: result["judges"] < 13 and result["power"] >= 0.8, "So few judges do not have that power: run the cell that computes it.",
         {"judges": 12, "power": 0.8}),
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
