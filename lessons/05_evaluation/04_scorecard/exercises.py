"""Exercises of 05_evaluation/04_scorecard."""

import numpy as np

from genai_course.exercises.definitions import Experiment, Function, Prediction, Setting, Target, Value


MODELS = ("mixture", "VAE", "VAE-GAN", "GAN", "PixelCNN", "Boltzmann machine", "flow", "diffusion")


def in_proportion(values, lowest, highest, higher_is_better):
    points = (values - lowest) / (highest - lowest)
    return points if higher_is_better else 1 - points


def some_columns(rng):
    """Values of several sizes and both signs, with and without a missing one, in both directions."""
    first, second, third = 3 * rng.normal(size=4), 5 + rng.normal(size=6), 100 * rng.random(7)
    second[2] = third[0] = third[4] = np.nan
    return [(first, True), (first.copy(), False), (second, False), (third, True), (np.array([-900.0, -100.0]), False),
            (np.array([0.0, 2.0, 0.0, np.nan, 2.0, 0.5]), False), (rng.normal(size=26), True), (1e-4 * rng.random(5), False),
            (1e6 * rng.random(5), True), (np.array([3, 0, 7, 7]), False), (np.array([-1.0, 0.0, -3.0]), True)]  # fmt: skip


def any_column(draw, st, numbers):
    values = draw(numbers((draw(st.integers(1, 6)),), -5, 5))
    values = np.concatenate([values, [7.5, 6.5]]).astype("float32")  # never all alike
    values[0] = np.nan if draw(st.booleans()) else values[0]
    return values, draw(st.booleans())


def ranks(values, higher_is_better):
    values = np.asarray(values)
    order = np.array([np.sum(values < value) if not np.isnan(value) else np.nan for value in values])
    points = order / np.nanmax(order)
    return points if higher_is_better else 1 - points


def some_points(rng):
    """Copies of one another, ties, leads of a thousandth, numbers of both signs, one criterion only, one model only."""
    cases = []
    for models, criteria in ((3, 2), (5, 3), (7, 4)):
        points = np.round(rng.random((models, criteria)), 2)
        points[1] = points[0]  # equal in everything: none dominates the other
        points[2] = points[0]
        points[2, -1] -= 0.2  # as good in all but one
        cases.append((points,))
    chain = np.array([[0.1, 0.9], [0.2, 0.8], [0.15, 0.7], [0.9, 0.1], [0.9, 0.05], [0.5, 0.5]])
    close = np.array([[0.501, 0.3], [0.502, 0.299], [0.5005, 0.3], [0.501, 0.2995], [0.5015, 0.2985]])
    both_signs = np.array([[-3.0, 2.0, 0.0], [1.0, -2.0, -7.0], [-3.0, 2.0, -1.0], [40.0, -9.0, -8.0]])
    cases += [(chain,), (np.array([[0.2, 0.3], [0.6, 0.7], [0.4, 0.9], [0.6, 0.2]]),), (close,), (both_signs,)]
    zeros = np.array([[0.0, 0.0], [0.0, 1.0], [0.0, 1.0], [1.0, 0.0], [0.0, 0.0]])
    cases += [(zeros,), (np.array([[0.50001, 0.3], [0.50002, 0.3], [0.50001, 0.30002]]),), (np.zeros((3, 2)),), (rng.random((26, 3)),), (1e-5 * rng.random((6, 2)),), (rng.integers(0, 3, (9, 3)),)]
    return [*cases, (np.array([[0.3], [0.7], [0.7], [0.1]]),), (np.array([[0.4, 0.0, 0.2]]),)]


def any_points(draw, st, numbers):
    shape = draw(st.integers(1, 5)), draw(st.integers(1, 3))
    return (draw(st.sampled_from([0.25, 0.5])) * np.round(draw(numbers(shape, 0, 4))),)


def as_good_and_better(points):
    """Two tables, (rival, model), without a model as its own rival."""
    others = ~np.eye(len(points), dtype=bool)
    return np.all(points[:, None] >= points, axis=2) & others, np.any(points[:, None] > points, axis=2)


def by_several_rivals(points):
    as_good, better = as_good_and_better(points)
    return ~(as_good.any(axis=0) & better.any(axis=0))


def earlier_rivals(points):
    as_good, better = as_good_and_better(points)
    return ~np.any(np.triu(as_good & better), axis=0)


def later_rivals(points):
    as_good, better = as_good_and_better(points)
    return ~np.any(np.tril(as_good & better), axis=0)


EXERCISES = [
    Function("as_points", reference="genai_course.labs.scorecard.ranking:as_points", cases=some_columns, space=any_column, mistakes={
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
        "highest - lowest → highest": "You divided by the highest value. The best does not get 1 then: divide by the range, highest minus lowest.",
        "return → points if higher_is_better else 1 / np.where(points == 0, np.nan, points)":
            "You took 1 divided by the points where lower is better. In proportion means: 1 minus them.",
        (lambda v, h: in_proportion(1 / v, np.nanmin(1 / v), np.nanmax(1 / v), True) if not h else in_proportion(v, np.nanmin(v), np.nanmax(v), True)):
            "You took 1 divided by the values where lower is better. That is not in proportion: turn the points round.",
        (lambda v, h: in_proportion(v[~np.isnan(v)], np.nanmin(v), np.nanmax(v), h)):
            "You left out who has no value. Everyone needs a place in the result: NaN stays where it was.",
        (lambda v, h: np.clip(v if h else 1 - v, 0, 1)): "You took the values for points. They have to be stretched: the worst gets 0, the best 1.",
        (lambda v, h: 100 * in_proportion(v, np.nanmin(v), np.nanmax(v), h)): "Your points go up to 100. The best gets 1.",
        (lambda v, h: in_proportion(v, np.nanmin(v), np.nanmax(v), True)[:: 1 if h else -1]):
            "You reversed the order of the models. Turn the points round, not the list: 1 minus them.",
        ranks: "You gave points for places. In proportion means: a value half-way between worst and best gets one half, whoever else is there.",
    }, hints=(
        "Three steps: the lowest and highest value, where each value lies between them, and turning round where lower is better.",
        "(values − lowest) / (highest − lowest) is right where higher is better; else take 1 minus that.",
        "`lowest, highest = np.nanmin(values), np.nanmax(values)`, then `points = (values - lowest) / (highest - lowest)`, then `return points if higher_is_better else 1 - points`",
    ), passed="Mind what you have built: points depend on who else is on the card. One very bad entry pushes all others together.", excused={
        "one row alone: squeezed": "One value alone is the worst and the best at once, 0 / 0.",
    }),
    Value("tipping_weight", reference=5 / 6, tolerance=0.005, mistakes=[
        (0.5, "At one half the copier has 0.5 points and the VAE 0.9. Set both sums equal and solve for w."),
        (lambda w: abs(w - 1 / 6) < 0.005, "That is the weight of memorisation, 1 − w, at which the order tips. Asked for is w, the weight of quality.",
         0.1667),
        (lambda w: abs(w - 0.8) < 0.001, "0.8 are the VAE's points for quality. At w = 0.8 it has 0.64 + 0.2 = 0.84 points and the copier 0.8: not yet.",
         0.8),
        (lambda w: abs(w - 0.2) < 0.001, "0.2 is the lead in quality. It must outweigh a lead of 1 in memorisation.", 0.2),
        (lambda w: abs(w - 5 / 9) < 0.005, "A sign went wrong: 0.8 w stands on the other side, so w − 0.8 w + w, which is 1.2 w, equals 1.", 0.5556),
        (lambda w: abs(w - 1.2) < 0.005, "It is 1.2 w that equals 1: divide.", 1.2),
        (1, "At w = 1 memorisation counts nothing and the copier leads by 0.2. It leads somewhat earlier, too: where do both have the same points?"),
        (0, "At w = 0 only memorisation counts, and there the copier has nothing."),
        (lambda w: abs(w - 5) < 0.01, "Five to one is the right proportion of the two weights; w is the share of quality in both together.", 5),
    ], hints=(
        "Write the weighted points of both entries with the letter w, and set them equal.",
        "Copier: w · 1.0 + (1 − w) · 0.0. VAE: w · 0.8 + (1 − w) · 1.0.",
        "w = 0.8 w + 1 − w, so 1.2 w = 1.",
    ), passed="Five sixths of the weight on quality, and a thief wins. Whoever chooses weights should know where the order tips."),
    Function("pareto_front", reference="genai_course.labs.scorecard.ranking:pareto_front",
        cases=some_points, space=any_points, mistakes={
        "~ →": "You marked the models that are beaten. On the front are the others: turn it round with `~`.",
        (lambda points: ~np.any(as_good_and_better(points)[0], axis=0)):
            "You do not ask the rival to be better in anything, so two equal models beat each other. In at least one criterion it must be.",
        by_several_rivals: "One rival must do both: be as good in everything and better in something. You took these from different rivals.",
        earlier_rivals: "You compared each model with earlier ones only. A better one may come later in the table.",
        later_rivals: "You compared each model with later ones only. A better one may come earlier in the table.",
        "return → np.flatnonzero(~np.any(as_good & better, axis=0))":
            "You returned the numbers of the models on the front. Wanted is one truth for each model: True or False.",
        "return → points[~np.any(as_good & better, axis=0)]": "You returned the points of those on the front. Wanted is one truth for each model.",
        "np.asarray(points) → np.round(points, 2)": "You rounded the points, or let small leads pass. A lead of a thousandth is a lead.",
        "np.asarray(points) → np.asarray(points)[:, :2]": "You compared two criteria. There may be any number: all of them count.",
        "np.asarray(points) → np.asarray(points).T": "You compared criteria with one another. Models stand in the rows.",
        "np.all(points[:, None] >= points, axis=2) → np.all(points[:, None] >= points, axis=1)":
            "`as_good` needs one truth for each pair (rival, model). In `points[:, None] >= points` the criteria are axis 2: `np.all` goes over that.",
        "np.any(points[:, None] > points, axis=2) → np.any(points[:, None] > points, axis=1)":
            "`better` needs one truth for each pair (rival, model). In `points[:, None] > points` the criteria are axis 2: `np.any` goes over that.",
        "as_good & better → np.all(points[:, None] > points, axis=2)":
            "You ask for a rival that is better in every criterion. As good in all and better in one is enough to be beaten.",
        "as_good & better → (as_good, better)[1]":
            "You ask for a rival that is better in something. It must also be at least as good in everything else.",
        "return → np.any(points == np.max(points, axis=0), axis=1)":
            "You kept those that are best in some criterion. A model that is second in two may be beaten by nobody, too.",
        (lambda p: np.sum(p, axis=1) == np.max(np.sum(p, axis=1))):
            "You kept the one with the highest sum: that is a ranking with equal weights. The front needs no weights.",
        (">= → <=", "> → <"): "You kept those that beat nobody. More points are better here: look at the direction of the comparison, and at the axis of the last step.",
    }, hints=(
        "Compare each model with each: two loops, or `points[:, None]` against `points`, which has the shape (rival, model, criteria).",
        "A rival dominates if np.all(rival >= model) and np.any(rival > model). A model is on the front if no rival does.",
        "`as_good = np.all(points[:, None] >= points, axis=2)`, `better = np.any(points[:, None] > points, axis=2)`, `return ~np.any(as_good & better, axis=0)`",
    ), passed="It holds for every choice of weights: with all weights above 0, no model off the front can come first."),
    Experiment("ship", reference={"model": "VAE", "memory": 0.2, "speed": 30_000.0, "coverage": 0.8, "copied": 0.0}, settings=[
        Setting("model", f"no model of the card has that name. Choose one of {', '.join((*MODELS, 'copier', 'class means'))}.",
                lambda name: name in (*MODELS, "copier", "class means")),
        Setting("model", "it misses a limit by far: read its row again, column by column.",
                lambda name: name not in ("copier", "class means", "mixture", "GAN", "diffusion")),
    ], targets=[
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
        (lambda result: result["model"] == "fresh digits", "Fresh digits are real data to compare with. No model draws them, so nothing could be shipped.",
         {"model": "fresh digits", "memory": np.nan, "speed": 1e6, "coverage": 0.97, "copied": 0.01}),
        (lambda result: result["model"] in ("GAN", "diffusion"), "It keeps a megabyte or more of numbers, and the toy has room for 0.4.",
         {"model": "GAN", "memory": 1.08, "speed": 16_000.0, "coverage": 0.66, "copied": 0.0}),
        (lambda result: result["model"] == "PixelCNN", "The PixelCNN draws one pixel after the other: it is small, and far too slow.",
         {"model": "PixelCNN", "memory": 0.04, "speed": 780.0, "coverage": 0.42, "copied": 0.0}),
        (lambda result: result["model"] in ("flow", "Boltzmann machine"), "It fits and is quick, but covers less than half of the variety.",
         {"model": "flow", "memory": 0.23, "speed": 9_000.0, "coverage": 0.45, "copied": 0.0}),
        (lambda result: result["model"] == "mixture",
         "The mixture is quick and covers much, but it keeps a whole covariance for each of thirty Gaussians: look at its megabytes.",
         {"model": "mixture", "memory": 0.5, "speed": 90_000.0, "coverage": 0.72, "copied": 0.0}),
    ], hints=(
        "Strike out, column by column, whoever misses a limit.",
        "Coverage leaves four or fewer; of these, who needs the least memory?",
        "It is a model with an encoder, of which the toy would not even need half.",
    ), passed="Limits first, points later: whoever misses one is out, however good the rest. The toy needs the decoder alone, which is half of it."),
    Experiment("own_row", reference={"components": 150, "ahead": 0.08, "copied": 0.0}, settings=[
        Setting("components", "a whole number from 1 to 300 is asked for.", lambda number: number == int(number) and 1 <= number <= 300),
        Setting("components", "so few cannot be ahead of thirty Gaussians in all 64 directions.", lambda number: number > 20),
    ], targets=[
        Target("ahead", "your coverage must be above the mixture's, so this must be above 0; even real digits are ahead by no more than 0.4.",
               at_least=1e-9, at_most=0.4),
        Target("copied", "no more than 0.05 may be copied.", at_least=0, at_most=0.05),
    ], mistakes=[
        (lambda result: 1 <= result["components"] <= 20, "So few Gaussians are wide: they draw what lies between the typefaces, and cover little. Give it more.",
         {"components": 10, "ahead": -0.2, "copied": 0.0}),
        (lambda result: 20 < result["components"] <= 80 and result["ahead"] <= 0,
         "As many as the other mixture has, or not many more, in fewer directions. There is room for more Gaussians.",
         {"components": 45, "ahead": -0.01, "copied": 0.0}),
    ], hints=(
        "Twenty-one typefaces of ten digits: how many heaps are there?",
        "The other mixture has 30 Gaussians in 64 dimensions. In 30 dimensions each needs far fewer numbers, so you can afford many.",
        "Try 150.",
    ), passed="One function, one call, one row. Fewer directions made room for more Gaussians: what is thrown away is what noise had filled."),
]

PREDICTIONS = [
    Prediction("smallest_distance", choices=MODELS,
               after="It holds for these digits and these seconds: a card is a photograph of one budget."),
]
