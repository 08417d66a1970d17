"""Exercises of 05_evaluation/04_scorecard."""

import numpy as np

from genai_course.exercises.definitions import Experiment, Function, Prediction, Target, Value


def in_proportion(values, lowest, highest, higher_is_better):
    points = (values - lowest) / (highest - lowest)
    return points if higher_is_better else 1 - points


def some_columns(rng):
    """Values of several sizes and both signs, with and without a missing one, in both directions."""
    first, second, third = 3 * rng.normal(size=4), 5 + rng.normal(size=6), 100 * rng.random(7)
    second[2] = third[0] = third[4] = np.nan
    return [(first, True), (first.copy(), False), (second, False), (third, True)]


def ranks(values, higher_is_better):
    values = np.asarray(values)
    order = np.array([np.sum(values < value) if not np.isnan(value) else np.nan for value in values])
    points = order / np.nanmax(order)
    return points if higher_is_better else 1 - points


def some_points(rng):
    """Three, five and seven models; copies of one another, ties in one criterion, and one that is worst in all."""
    cases = []
    for models, criteria in ((3, 2), (5, 3), (7, 4)):
        points = np.round(rng.random((models, criteria)), 2)
        points[1] = points[0]  # equal in everything: none dominates the other
        points[2] = points[0]
        points[2, -1] -= 0.2  # as good in all but one
        cases.append((points,))
    chain = np.array([[0.1, 0.9], [0.2, 0.8], [0.15, 0.7], [0.9, 0.1], [0.9, 0.05], [0.5, 0.5]])
    return [*cases, (chain,), (np.array([[0.2, 0.3], [0.6, 0.7], [0.4, 0.9], [0.6, 0.2]]),)]


def as_good_and_better(points):
    points = np.asarray(points)
    return np.all(points[:, None] >= points, axis=2), np.any(points[:, None] > points, axis=2)


def dominated(points):
    as_good, better = as_good_and_better(points)
    return np.any(as_good & better, axis=0)


EXERCISES = [
    Function("as_points", reference="genai_course.labs.scorecard.ranking:as_points", cases=some_columns, mistakes={
        (lambda v, h: in_proportion(v, v.min(), v.max(), h)):
            "One missing value made all points missing: `min` and `max` return NaN if there is one. `np.nanmin` and `np.nanmax` pass over it.",
        ("higher_is_better → True", "np.asarray(values, float) → values"):
            "You gave the highest value 1 in both directions. Where lower is better, the lowest deserves the 1: turn the points round.",
        ("higher_is_better → not higher_is_better", "np.asarray(values, float) → values"):
            "The two directions are swapped: with higher_is_better the highest value gets 1.",
        ("values - lowest → values", "highest - lowest → np.nanmax(values)"):
            "You divided by the highest value only, so the worst does not get 0. Subtract the lowest first, and divide by the range.",
        (lambda v, h: (v - np.nanmin(v)) if h else np.nanmax(v) - v):
            "The best gets the whole range instead of 1. Divide by highest minus lowest, or a criterion in megabytes outweighs one in shares.",
        (lambda v, h: (np.nan_to_num(in_proportion(v, np.nanmin(v), np.nanmax(v), h)) if np.isnan(v).any() else in_proportion(v, np.nanmin(v), np.nanmax(v), h))):
            "You gave 0 points for what is missing. Nobody measured that it is the worst: leave NaN.",
        (lambda v, h: in_proportion(v, np.nanmin(v), np.nanmax(v), True) * (1 if h else -1)):
            "Turning the sign gives points from −1 to 0. Subtract from 1 instead.",
        (lambda v, h: (v - np.nanmean(v)) / np.nanstd(v) * (1 if h else -1)):
            "That is how many standard deviations a value lies from the mean. Wanted is 0 for the worst and 1 for the best.",
        ranks: "You gave points for places. In proportion means: a value half-way between worst and best gets one half, whoever else is there.",
    }, hints=(
        "Three steps: the lowest and highest value, where each value lies between them, and turning round where lower is better.",
        "(values − lowest) / (highest − lowest) is right where higher is better; else take 1 minus that.",
        "`lowest, highest = np.nanmin(values), np.nanmax(values)`, then `points = (values - lowest) / (highest - lowest)`, then `return points if higher_is_better else 1 - points`",
    ), passed="Mind what you have built: points depend on who else is on the card. One very bad entry pushes all others together."),
    Value("tipping_weight", reference=5 / 6, tolerance=0.005, mistakes=[
        (0.5, "At one half the copier has 0.5 points and the VAE 0.9. Set both sums equal and solve for w."),
        (lambda w: abs(w - 1 / 6) < 0.005, "That is the weight of memorisation, 1 − w, at which the order tips. Asked for is w, the weight of quality.",
         0.1667),
        (lambda w: abs(w - 0.8) < 0.001, "0.8 are the VAE's points for quality. At w = 0.8 it has 0.64 + 0.2 = 0.84 points and the copier 0.8: not yet.",
         0.8),
        (lambda w: abs(w - 0.2) < 0.001, "0.2 is the lead in quality. It must outweigh a lead of 1 in memorisation.", 0.2),
        (lambda w: abs(w - 5) < 0.01, "Five to one is the right proportion of the two weights; w is the share of quality in both together.", 5),
    ], hints=(
        "Write the weighted points of both entries with the letter w, and set them equal.",
        "Copier: w · 1.0 + (1 − w) · 0.0. VAE: w · 0.8 + (1 − w) · 1.0.",
        "w = 0.8 w + 1 − w, so 1.2 w = 1.",
    ), passed="Five sixths of the weight on quality, and a thief wins. Whoever chooses weights should know where the order tips."),
    Function("pareto_front", reference="genai_course.labs.scorecard.ranking:pareto_front", cases=some_points, mistakes={
        dominated: "You marked the models that are beaten. On the front are the others: turn it round with `~`.",
        "as_good & better → (as_good, better)[0]":
            "Each model is as good as itself, so nobody is left. A rival must also be better in at least one criterion.",
        "as_good & better → np.all(points[:, None] > points, axis=2)":
            "You ask for a rival that is better in every criterion. As good in all and better in one is enough to be beaten.",
        "as_good & better → (as_good, better)[1]":
            "You ask for a rival that is better in something. It must also be at least as good in everything else.",
        "return → np.any(points == np.max(points, axis=0), axis=1)":
            "You kept those that are best in some criterion. A model that is second in two may be beaten by nobody, too.",
        (lambda p: np.sum(p, axis=1) == np.max(np.sum(p, axis=1))):
            "You kept the one with the highest sum: that is a ranking with equal weights. The front needs no weights.",
        (">= → <=", "> → <"): "You kept those that beat nobody. More points are better here: look at the direction of the comparison.",
    }, hints=(
        "Compare each model with each: two loops, or `points[:, None]` against `points`, which has the shape (rival, model, criteria).",
        "A rival dominates if np.all(rival >= model) and np.any(rival > model). A model is on the front if no rival does.",
        "`as_good = np.all(points[:, None] >= points, axis=2)`, `better = np.any(points[:, None] > points, axis=2)`, `return ~np.any(as_good & better, axis=0)`",
    ), passed="It holds for every choice of weights: with all weights above 0, no model off the front can come first."),
    Experiment("ship", reference={"model": "VAE", "memory": 0.2, "speed": 30_000.0, "coverage": 0.8, "copied": 0.0}, targets=[
        Target("memory", "there is room for 0.4 megabytes.", at_least=1e-6, at_most=0.4),
        Target("speed", "the toy needs 2,000 pictures a second.", at_least=2_000, at_most=1e9),
        Target("coverage", "at least 0.7 of the variety must be covered.", at_least=0.7, at_most=1),
        Target("copied", "no more than 0.05 may be copied.", at_least=0, at_most=0.05),
    ], mistakes=[
        (lambda result: result["model"] == "copier", "The copier covers everything by handing in what is not its own: every picture counts as copied.",
         {"model": "copier", "memory": 0.5, "speed": 1e6, "coverage": 0.96, "copied": 1.0}),
        (lambda result: result["model"] == "class means",
         "Class means are small and quick, and draw each digit in one way only: their coverage is far too low.",
         {"model": "class means", "memory": 0.0026, "speed": 1e6, "coverage": 0.09, "copied": 0.0}),
        (lambda result: result["model"] == "mixture",
         "The mixture is quick and covers much, but it keeps a whole covariance for each of thirty Gaussians: look at its megabytes.",
         {"model": "mixture", "memory": 0.5, "speed": 90_000.0, "coverage": 0.72, "copied": 0.0}),
    ], hints=(
        "Strike out, column by column, whoever misses a limit.",
        "Coverage leaves four or fewer; of these, who needs the least memory?",
        "It is a model with an encoder, of which the toy would not even need half.",
    ), passed="Limits first, points later: whoever misses one is out, however good the rest. The toy needs the decoder alone, which is half of it."),
    Experiment("own_row", reference={"components": 150, "ahead": 0.08, "copied": 0.0}, targets=[
        Target("ahead", "your coverage must be above the mixture's, so this must be above 0.", at_least=1e-9, at_most=1),
        Target("copied", "no more than 0.05 may be copied.", at_least=0, at_most=0.05),
    ], mistakes=[
        (lambda result: result["components"] <= 20, "So few Gaussians are wide: they draw what lies between the typefaces, and cover little. Give it more.",
         {"components": 10, "ahead": -0.2, "copied": 0.0}),
    ], hints=(
        "Twenty-one typefaces of ten digits: how many heaps are there?",
        "The other mixture has 30 Gaussians in 64 dimensions. In 30 dimensions each needs far fewer numbers, so you can afford many.",
        "Try 150.",
    ), passed="One function, one call, one row. Fewer directions made room for more Gaussians: what is thrown away is what noise had filled."),
]

PREDICTIONS = [
    Prediction("smallest_distance", choices=("mixture", "VAE", "VAE-GAN", "GAN", "PixelCNN", "Boltzmann machine", "flow", "diffusion"),
               after="It holds for these digits and these seconds: a card is a photograph of one budget."),
]
