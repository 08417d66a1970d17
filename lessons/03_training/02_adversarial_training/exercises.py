"""Exercises of 03_training/02_adversarial_training."""

import numpy as np

from genai_course.exercises.definitions import Experiment, Function, Prediction, Target, Value

NAMES = {"circling", "stalling", "collapse", "healthy"}


def distances_to(points, centres):
    """(n, 2), (modes, 2) -> (n, modes)"""
    return np.linalg.norm(points[:, None] - centres, axis=-1)


def some_modes(rng):
    """Points at known distances, in spreads, from centres far apart: inside one, two or three spreads, and outside."""

    def arrays(spread, crowds):
        """crowds: (points, distance in spreads) of each mode"""
        centres = 100 * spread * np.stack([np.arange(len(crowds)), rng.permutation(len(crowds))], axis=1)
        points = []
        for (n, distance), centre in zip(crowds, centres, strict=True):
            angle = rng.uniform(0, 2 * np.pi, n)
            points.append(centre + distance * spread * np.stack([np.cos(angle), np.sin(angle)], axis=1))
        return np.concatenate(points), centres, spread

    first = [(131, 0.5), (60, 1.5), (50, 2.85), (4, 0.5), (3, 0.5), (50, 3.5), (52, 5.0), (50, 20.0)]  # 400 points
    second = [
        (90, 0.5),
        (80, 0.8),
        (70, 1.5),
        (60, 2.85),
        (40, 2.85),
        (50, 2.8),
        (8, 0.5),
        (2, 0.5),
        (0, 1.0),
        (400, 9.0),
    ]
    return [arrays(0.4, first), arrays(2.0, second), arrays(0.3, [(7, 40.0), (0, 0.5), (0, 0.5)])]


def shares(points, centres, spread, reach=3.0):
    return np.mean(distances_to(points, centres) < reach * spread, axis=0)


def bowl(points):
    """The gradient of a critic that is a bowl, steeper sideways: another one at every point, and known."""
    return points * np.array([1.5, 0.5], "float32") + 0.2


def some_points(rng):
    """Games, points and both coordinates differ in number; mixing differs from point to point."""

    def arrays(games, n, mixing, target):
        real, forged = rng.normal(size=(games, n, 2)), 2 + rng.normal(size=(games, n, 2))
        return bowl, real, forged, mixing * rng.random((games, n, 1)), np.full((games, 1), target)

    return [arrays(3, 4, 1.0, 1.0), arrays(4, 5, 0.0, 0.0), arrays(1, 7, 1.0, 1.0)]


def steepness(points):
    return np.linalg.norm(bowl(points), axis=-1)


def some_matrices(rng):
    return [
        (rng.normal(size=(2, 3)), np.ones(3), 1),
        (rng.normal(size=(5, 3)), rng.normal(size=3), 2),
        (rng.normal(size=(3, 4)), np.ones(4), 40),
    ]


def iterate(matrix, v, rounds, normalise_u=True, normalise_v=True):
    """Power iteration -> u, v"""
    u = None
    for _ in range(rounds):
        u = matrix @ v
        u = u / np.linalg.norm(u) if normalise_u else u
        v = matrix.T @ u
        v = v / np.linalg.norm(v) if normalise_v else v
    return u, v


def rayleigh(matrix, start, rounds, **options):
    u, v = iterate(matrix, start, rounds, **options)
    return u @ matrix @ v


EXERCISES = [
    Function("modes_covered", reference="genai_course.evaluation.modes:modes_covered", cases=some_modes, mistakes={
        (lambda points, centres, spread: int(np.sum(shares(points, centres, spread) > 0))):
            "You count a mode as soon as one point falls there. Covered means at least 1 % of all points: the share must be 0.01 or more.",
        (lambda points, centres, spread: int(np.sum(shares(points, centres, spread, 1.0) >= 0.01))):
            "You reach only one spread far. Within one spread lie 39 % of a round bell's points; look within three: distance < 3 · spread.",
        (lambda points, centres, spread: int(np.sum(shares(points, centres, spread, 2.0) >= 0.01))):
            "You reach two spreads far; the rule says three.",
        (lambda points, centres, spread: int(np.sum(shares(points, centres, spread) > 0.01))): "Exactly 1 % counts, too: at least means >=, not >.",
        "return → int(np.sum(np.mean(np.linalg.norm(points[:, None] - centres, axis=-1) ** 2 < 3 * spread, axis=0) >= 0.01))":
            "You compare a squared distance with 3 · spread. Take the square root first, or compare with (3 · spread)².",
        (lambda points, centres, spread: shares(points, centres, spread)):
            "Those are the shares of the modes, a step on the way. How many of them are 0.01 or more?",
        (lambda points, centres, spread: shares(points, centres, spread) >= 0.01):
            "That says for each mode whether it is covered. Count them: `np.sum` of these truths.",
        (lambda points, centres, spread: np.mean(shares(points, centres, spread) >= 0.01)):
            "That is the share of covered modes. Asked for is their number, so add up and do not average.",
        "return → int(np.sum((np.linalg.norm(points[:, None] - centres, axis=-1) < 3 * spread).any(axis=1)))":
            "You counted points that are near some mode. Go the other way: for each mode, which share of the points is near it?",
        "return → float(np.mean((np.linalg.norm(points[:, None] - centres, axis=-1) < 3 * spread).any(axis=1)))":
            "That is the quality, the share of points near any mode. Coverage asks it mode by mode.",
    }, hints=(
        "Make a table of distances first: one row a point, one column a mode.",
        "`np.linalg.norm(points[:, None] - centres, axis=-1)` is that table (n, modes). The mean of `distances < 3 * spread` over axis 0 is each mode's share.",
        "`return int(np.sum(np.mean(distances < 3 * spread, axis=0) >= 0.01))`",
    ), excused={
        "`points[:, None] - centres` → `centres - points[:, None]`": "A distance is the same both ways.",
        "`distances < 3 * spread` → `distances <= 3 * spread`": "No random point lies exactly three spreads away.",
    }, passed="The threshold is a choice: with 1 % of 1,000 points a mode needs ten. State it whenever you report the number."),
    Function("gradient_penalty", reference="genai_course.labs.adversarial.games:gradient_penalty", cases=some_points, traced=True, mistakes={
        "steepness - → ops.sum(ops.square(points * ops.array([1.5, 0.5], 'float32') + 0.2), axis=-1) -":
            "The steepness is the gradient's length, and you left out the square root: you hold the squared length near the target.",
        "ops.square(steepness - target) → ops.linalg.norm(points * ops.array([1.5, 0.5], 'float32') + 0.2, axis=-1)":
            "You penalise the steepness itself. The penalty is 0 where the steepness is at its target: subtract the target, then square.",
        "steepness - target → ops.linalg.norm(points * ops.array([1.5, 0.5], 'float32') + 0.2, axis=-1)":
            "You penalise the squared steepness and forgot the target. That is R1 at other places; WGAN-GP wants steepness 1.",
        "ops.square(steepness - target) → ops.linalg.norm(points * ops.array([1.5, 0.5], 'float32') + 0.2, axis=-1) - target":
            "Square the distance from the target. Without the square, a flat critic earns a negative penalty.",
        "ops.square(steepness - target) → ops.abs(ops.linalg.norm(points * ops.array([1.5, 0.5], 'float32') + 0.2, axis=-1) - target)":
            "You took the absolute distance from the target; the formula squares it.",
        "return → (ops.mean(ops.linalg.norm(points * ops.array([1.5, 0.5], 'float32') + 0.2, axis=-1), axis=-1) - target[:, 0]) ** 2":
            "You averaged the steepness first and squared then. A critic that is too steep here and too flat there would pay nothing: square point by point, then average.",
        ("mean → sum", "steepness - → ops.linalg.norm(points * ops.array([1.5, 0.5], 'float32') + 0.2, axis=-1) -"):
            "You added the points up. Take the mean, so that the weight means the same for every batch size.",
        "(steepness - target), axis=-1 → (ops.linalg.norm(points * ops.array([1.5, 0.5], 'float32') + 0.2, axis=-1) - target)":
            "You returned one number for all games. Each game has its own penalty: average over the last axis alone.",
        "return → (ops.linalg.norm(points * ops.array([1.5, 0.5], 'float32') + 0.2, axis=-1) - target) ** 2":
            "You have a penalty for every point. A game needs one number: the mean over its points.",
        "steepness - → ops.linalg.norm((forged + mixing * (real - forged)) * ops.array([1.5, 0.5], 'float32') + 0.2, axis=-1) -":
            "You started at the forged points. With mixing 0, R1 must look at the real ones: real + mixing · (forged − real).",
        "steepness - → ops.linalg.norm(real * ops.array([1.5, 0.5], 'float32') + 0.2, axis=-1) -":
            "You looked at real points only. Where mixing is not 0, the places lie between real and forged points.",
        "steepness - → ops.linalg.norm((real + ops.mean(mixing, axis=1, keepdims=True) * (forged - real)) * ops.array([1.5, 0.5], 'float32') + 0.2, axis=-1) -":
            "You used one mixing share for all points of a game. Each point has its own, so that the whole way between is visited.",
        "steepness - → ops.linalg.norm((real + mixing * forged) * ops.array([1.5, 0.5], 'float32') + 0.2, axis=-1) -":
            "real + mixing · forged is not between the two. Go a share of the way: real + mixing · (forged − real).",
        "ops.square(steepness - target) → ops.sum((points * ops.array([1.5, 0.5], 'float32') + 0.2 - target[..., None]) ** 2, axis=-1)":
            "You subtracted the target from each coordinate of the gradient. First its length, then the distance from the target.",
        "steepness - → ops.sum(ops.abs(points * ops.array([1.5, 0.5], 'float32') + 0.2), axis=-1) -":
            "You added the coordinates' absolute values. The length is the root of the sum of squares.",
    }, hints=(
        "Three steps: where to look, how steep it is there, how far that is from the target.",
        "Look at `real + mixing * (forged - real)`. The steepness is the root of the sum of the squared slopes over the last axis.",
        "`steepness = ops.sqrt(ops.sum(ops.square(slope_at(points)), axis=-1))`, then `return ops.mean(ops.square(steepness - target), axis=-1)`",
    ), excused={
        "`steepness - target` → `target - steepness`": "The square forgets the sign.",
        "`axis=-1` → `axis=1` (2)": "In (games, n) both name the axis of the points.",
    }, passed="Both penalties, one formula. The lab adds 1e-12 under the root in its own version: the slope of a root is infinite at 0."),
    Function("spectral_norm", reference="genai_course.labs.adversarial.games:spectral_norm", cases=some_matrices, tolerance=1e-3, mistakes={
        (lambda matrix, start, rounds: rayleigh(matrix, start, rounds, normalise_u=False, normalise_v=False)):
            "Nothing is divided by its length, so the vectors grow without end. After each product, divide by `np.linalg.norm`.",
        (lambda matrix, start, rounds: rayleigh(matrix, start, rounds, normalise_u=False)):
            "u keeps its length, so it enters the result twice. Divide both u and v by their lengths.",
        (lambda matrix, start, rounds: rayleigh(matrix, start, rounds, normalise_v=False)):
            "v keeps its length, so you get the square of what is asked for. Divide both u and v by their lengths.",
        "return → np.linalg.norm(matrix)":
            "That is the Frobenius norm, the root of all squared entries: the root of the sum of all squared singular values, not the largest alone.",
        "return → np.abs(matrix).max()": "That is the largest entry. A matrix can lengthen a vector by more than any of its entries.",
        (lambda matrix, start, rounds: rayleigh(matrix, start, 1)): "You made one round only. Repeat both steps `rounds` times.",
        (lambda matrix, start, rounds: rayleigh(matrix, start, rounds + 1)): "You made one round too many.",
        (lambda matrix, start, rounds: iterate(matrix, start, rounds)[1]):
            "You returned the direction v. Asked for is how much longer the matrix makes it: u · W v.",
        "return → np.linalg.svd(matrix)[1][0]":
            "The true value, but not by power iteration: after few rounds the iteration is still on its way. Training can afford only a round a step.",
    }, hints=(
        "A loop of `rounds` rounds, and in each: one product with the matrix, one with its transpose, each followed by a division.",
        "`u = matrix @ v`, `u = u / np.linalg.norm(u)`, `v = matrix.T @ u`, `v = v / np.linalg.norm(v)`; after the loop `u @ matrix @ v`.",
        "Start with `v = start`, write the four lines above inside `for _ in range(rounds):`, and `return u @ matrix @ v` after it.",
    ), excused={"`u @ matrix @ v` → `v @ (u @ matrix)`": "The same product of three."},
        passed="It grows towards the truth from below, faster the more the largest singular value stands out. Training goes one round a step and keeps v."),
    Experiment("repair", reference={"modes": 8, "quality": 0.84}, targets=[
        Target("modes", "each of the three games must cover all 8 modes.", at_least=8, at_most=8),
        Target("quality", "the mean quality must be 0.5 or more.", at_least=0.5, at_most=1),
    ], mistakes=[
        (lambda result: result["modes"] <= 3,
         "Still collapsed. What does the critic lack: speed, or something that keeps its slope in bounds? The table of single changes helps; two changes together may do what neither does alone.",
         {"modes": 1, "quality": 0.4}),
        (lambda result: result["modes"] < 8,
         "Better, but a mode is missing in at least one game. Help the critic more: more steps, more speed, or another penalty.", {"modes": 6, "quality": 0.6}),
        (lambda result: result["quality"] < 0.5,
         "All modes are covered, but most points lie between them. Momentum off, another penalty or a faster critic make them settle sooner.",
         {"modes": 8, "quality": 0.28}),
    ], hints=(
        "Two things are wrong: nothing keeps the critic's slope in bounds, and the critic is slow.",
        "R1 asks for least: the critic may stay slow if it is smooth and nobody has momentum.",
        'Try `{"penalty": "r1", "beta_1": 0.0}`.',
    ), passed="Repaired, three times out of three. One game would have been an anecdote."),
    Value("diagnosis", reference=("stalling", "collapse", "healthy", "circling"), mistakes=[
        (lambda answer: not set(map(str.casefold, answer)) <= NAMES or len(answer) != 4,
         "Give four words in a tuple, each one of `circling`, `stalling`, `collapse`, `healthy`.", ("stalling", "collapse", "winning", "circling")),
        (lambda answer: answer[0] == "healthy",
         "Game 1: a critic's loss near 0 means that it tells everything apart, and a gradient of 0.02 that the forger hears nothing.",
         ("healthy", "collapse", "stalling", "circling")),
        (lambda answer: answer[0] == "collapse" and answer[1] == "stalling",
         "Games 1 and 2 are mixed up. A stalling game has hardly any gradient and no point near a mode; a collapsed one has good points, all in one place.",
         ("collapse", "stalling", "healthy", "circling")),
        (lambda answer: answer[1] == "healthy", "Game 2: its loss is that of a game won, but it covers one mode of eight. Do not trust the loss.",
         ("stalling", "healthy", "collapse", "circling")),
        (lambda answer: answer[2] == "stalling",
         "Game 3: its gradient is short because the game is near its end: all modes, high quality, a critic that guesses. A stalling critic has a loss near 0.",
         ("stalling", "collapse", "stalling", "circling")),
        (lambda answer: answer[3] != "circling", "Game 4 has a period that doubles when the step size is halved, as 4π/h says.",
         ("stalling", "collapse", "circling", "healthy")),
    ], hints=(
        "No single column answers. Read modes and loss together, then the gradient.",
        "Which critic has won (loss near 0)? Which game has good points in one place only? Which one comes back after a fixed time?",
        "Game 4 circles, game 3 is healthy. Of the first two, the one without a gradient stalls.",
    ), passed="A short gradient means a stall in game 1 and peace in game 3. Numbers are read together."),
]

PREDICTIONS = [
    Prediction("modes", between=(0, 8), close=1,
               after="The forger has found one or two places where the critic is fooled today; tomorrow it is elsewhere."),
]
