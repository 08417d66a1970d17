"""Exercises of 03_training/02_adversarial_training."""

import numpy as np

from genai_course.exercises.definitions import Experiment, Function, Mistake, Prediction, Question, Target, Value

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


def between(real, forged, mixing):
    return real + mixing * (forged - real)


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
    Function(
        "modes_covered",
        reference="genai_course.evaluation.modes:modes_covered",
        cases=some_modes,
        mistakes=[
            Mistake(
                lambda points, centres, spread: int(np.sum(shares(points, centres, spread) > 0)),
                "You count a mode as soon as one point falls there. Covered means at least 1 % of all points: the share must be 0.01 or more.",
            ),
            Mistake(
                lambda points, centres, spread: int(np.sum(shares(points, centres, spread, 1.0) >= 0.01)),
                "You reach only one spread far. Within one spread lie 39 % of a round bell's points; look within three: distance < 3 · spread.",
            ),
            Mistake(
                lambda points, centres, spread: int(np.sum(shares(points, centres, spread, 2.0) >= 0.01)),
                "You reach two spreads far; the rule says three.",
            ),
            Mistake(
                lambda points, centres, spread: int(np.sum(shares(points, centres, spread) > 0.01)),
                "Exactly 1 % counts, too: at least means >=, not >.",
            ),
            Mistake(
                lambda points, centres, spread: int(
                    np.sum(np.mean(distances_to(points, centres) ** 2 < 3 * spread, axis=0) >= 0.01)
                ),
                "You compare a squared distance with 3 · spread. Take the square root first, or compare with (3 · spread)².",
            ),
            Mistake(
                lambda points, centres, spread: shares(points, centres, spread),
                "Those are the shares of the modes, a step on the way. How many of them are 0.01 or more?",
            ),
            Mistake(
                lambda points, centres, spread: shares(points, centres, spread) >= 0.01,
                "That says for each mode whether it is covered. Count them: `np.sum` of these truths.",
            ),
            Mistake(
                lambda points, centres, spread: np.mean(shares(points, centres, spread) >= 0.01),
                "That is the share of covered modes. Asked for is their number, so add up and do not average.",
            ),
            Mistake(
                lambda points, centres, spread: int(np.sum((distances_to(points, centres) < 3 * spread).any(axis=1))),
                "You counted points that are near some mode. Go the other way: for each mode, which share of the points is near it?",
            ),
            Mistake(
                lambda points, centres, spread: float(
                    np.mean((distances_to(points, centres) < 3 * spread).any(axis=1))
                ),
                "That is the quality, the share of points near any mode. Coverage asks it mode by mode.",
            ),
        ],
        hints=(
            "Make a table of distances first: one row a point, one column a mode.",
            "`np.linalg.norm(points[:, None] - centres, axis=-1)` is that table (n, modes). The mean of `distances < 3 * spread` over axis 0 is each mode's share.",
            "`return int(np.sum(np.mean(distances < 3 * spread, axis=0) >= 0.01))`",
        ),
        excused={
            "`points[:, None] - centres` → `centres - points[:, None]`": "A distance is the same both ways.",
            "`distances < 3 * spread` → `distances <= 3 * spread`": "No random point lies exactly three spreads away.",
        },
        passed="The threshold is a choice: with 1 % of 1,000 points a mode needs ten. State it whenever you report the number.",
    ),
    Function(
        "gradient_penalty",
        reference="genai_course.labs.adversarial.games:gradient_penalty",
        cases=some_points,
        traced=True,
        mistakes=[
            Mistake(
                lambda slope_at, real, forged, mixing, target: np.mean(
                    (np.sum(bowl(between(real, forged, mixing)) ** 2, axis=-1) - target) ** 2, axis=-1
                ),
                "The steepness is the gradient's length, and you left out the square root: you hold the squared length near the target.",
            ),
            Mistake(
                lambda slope_at, real, forged, mixing, target: np.mean(
                    steepness(between(real, forged, mixing)), axis=-1
                ),
                "You penalise the steepness itself. The penalty is 0 where the steepness is at its target: subtract the target, then square.",
            ),
            Mistake(
                lambda slope_at, real, forged, mixing, target: np.mean(
                    steepness(between(real, forged, mixing)) ** 2, axis=-1
                ),
                "You penalise the squared steepness and forgot the target. That is R1 at other places; WGAN-GP wants steepness 1.",
            ),
            Mistake(
                lambda slope_at, real, forged, mixing, target: np.mean(
                    steepness(between(real, forged, mixing)) - target, axis=-1
                ),
                "Square the distance from the target. Without the square, a flat critic earns a negative penalty.",
            ),
            Mistake(
                lambda slope_at, real, forged, mixing, target: np.mean(
                    np.abs(steepness(between(real, forged, mixing)) - target), axis=-1
                ),
                "You took the absolute distance from the target; the formula squares it.",
            ),
            Mistake(
                lambda slope_at, real, forged, mixing, target: (
                    (np.mean(steepness(between(real, forged, mixing)), axis=-1) - target[:, 0]) ** 2
                ),
                "You averaged the steepness first and squared then. A critic that is too steep here and too flat there would pay nothing: "
                "square point by point, then average.",
            ),
            Mistake(
                lambda slope_at, real, forged, mixing, target: np.sum(
                    (steepness(between(real, forged, mixing)) - target) ** 2, axis=-1
                ),
                "You added the points up. Take the mean, so that the weight means the same for every batch size.",
            ),
            Mistake(
                lambda slope_at, real, forged, mixing, target: np.mean(
                    (steepness(between(real, forged, mixing)) - target) ** 2
                ),
                "You returned one number for all games. Each game has its own penalty: average over the last axis alone.",
            ),
            Mistake(
                lambda slope_at, real, forged, mixing, target: (steepness(between(real, forged, mixing)) - target) ** 2,
                "You have a penalty for every point. A game needs one number: the mean over its points.",
            ),
            Mistake(
                lambda slope_at, real, forged, mixing, target: np.mean(
                    (steepness(forged + mixing * (real - forged)) - target) ** 2, axis=-1
                ),
                "You started at the forged points. With mixing 0, R1 must look at the real ones: real + mixing · (forged − real).",
            ),
            Mistake(
                lambda slope_at, real, forged, mixing, target: np.mean((steepness(real) - target) ** 2, axis=-1),
                "You looked at real points only. Where mixing is not 0, the places lie between real and forged points.",
            ),
            Mistake(
                lambda slope_at, real, forged, mixing, target: np.mean(
                    (steepness(real + np.mean(mixing, axis=1, keepdims=True) * (forged - real)) - target) ** 2, axis=-1
                ),
                "You used one mixing share for all points of a game. Each point has its own, so that the whole way between is visited.",
            ),
            Mistake(
                lambda slope_at, real, forged, mixing, target: np.mean(
                    (steepness(real + mixing * forged) - target) ** 2, axis=-1
                ),
                "real + mixing · forged is not between the two. Go a share of the way: real + mixing · (forged − real).",
            ),
            Mistake(
                lambda slope_at, real, forged, mixing, target: np.mean(
                    np.sum((bowl(between(real, forged, mixing)) - target[..., None]) ** 2, axis=-1), axis=-1
                ),
                "You subtracted the target from each coordinate of the gradient. First its length, then the distance from the target.",
            ),
            Mistake(
                lambda slope_at, real, forged, mixing, target: np.mean(
                    (np.sum(np.abs(bowl(between(real, forged, mixing))), axis=-1) - target) ** 2, axis=-1
                ),
                "You added the coordinates' absolute values. The length is the root of the sum of squares.",
            ),
        ],
        hints=(
            "Three steps: where to look, how steep it is there, how far that is from the target.",
            "Look at `real + mixing * (forged - real)`. The steepness is the root of the sum of the squared slopes over the last axis.",
            "`steepness = ops.sqrt(ops.sum(ops.square(slope_at(points)), axis=-1))`, then `return ops.mean(ops.square(steepness - target), axis=-1)`",
        ),
        excused={
            "`steepness - target` → `target - steepness`": "The square forgets the sign.",
            "`axis=-1` → `axis=1` (2)": "In (games, n) both name the axis of the points.",
        },
        passed="Both penalties, one formula. The lab adds 1e-12 under the root in its own version: the slope of a root is infinite at 0.",
    ),
    Function(
        "spectral_norm",
        reference="genai_course.labs.adversarial.games:spectral_norm",
        cases=some_matrices,
        tolerance=1e-3,
        mistakes=[
            Mistake(
                lambda matrix, start, rounds: rayleigh(matrix, start, rounds, normalise_u=False, normalise_v=False),
                "Nothing is divided by its length, so the vectors grow without end. After each product, divide by `np.linalg.norm`.",
            ),
            Mistake(
                lambda matrix, start, rounds: rayleigh(matrix, start, rounds, normalise_u=False),
                "u keeps its length, so it enters the result twice. Divide both u and v by their lengths.",
            ),
            Mistake(
                lambda matrix, start, rounds: rayleigh(matrix, start, rounds, normalise_v=False),
                "v keeps its length, so you get the square of what is asked for. Divide both u and v by their lengths.",
            ),
            Mistake(
                lambda matrix, start, rounds: np.linalg.norm(matrix),
                "That is the Frobenius norm, the root of all squared entries: the root of the sum of all squared singular values, not the largest alone.",
            ),
            Mistake(
                lambda matrix, start, rounds: np.abs(matrix).max(),
                "That is the largest entry. A matrix can lengthen a vector by more than any of its entries.",
            ),
            Mistake(
                lambda matrix, start, rounds: rayleigh(matrix, start, 1),
                "You made one round only. Repeat both steps `rounds` times.",
            ),
            Mistake(
                lambda matrix, start, rounds: rayleigh(matrix, start, rounds + 1),
                "You made one round too many.",
            ),
            Mistake(
                lambda matrix, start, rounds: iterate(matrix, start, rounds)[1],
                "You returned the direction v. Asked for is how much longer the matrix makes it: u · W v.",
            ),
            Mistake(
                lambda matrix, start, rounds: np.linalg.svd(matrix)[1][0],
                "The true value, but not by power iteration: after few rounds the iteration is still on its way. Training can afford only a round a step.",
            ),
        ],
        hints=(
            "A loop of `rounds` rounds, and in each: one product with the matrix, one with its transpose, each followed by a division.",
            "`u = matrix @ v`, `u = u / np.linalg.norm(u)`, `v = matrix.T @ u`, `v = v / np.linalg.norm(v)`; after the loop `u @ matrix @ v`.",
            "Start with `v = start`, write the four lines above inside `for _ in range(rounds):`, and `return u @ matrix @ v` after it.",
        ),
        excused={"`u @ matrix @ v` → `v @ (u @ matrix)`": "The same product of three."},
        passed="It grows towards the truth from below, faster the more the largest singular value stands out. Training goes one round a step and keeps v.",
    ),
    Experiment(
        "repair",
        reference={"modes": 8, "quality": 0.84},
        targets=[
            Target("modes", "each of the three games must cover all 8 modes.", at_least=8, at_most=8),
            Target("quality", "the mean quality must be 0.5 or more.", at_least=0.5, at_most=1),
        ],
        mistakes=[
            Mistake(
                lambda result: result["modes"] <= 3,
                "Still collapsed. What does the critic lack: speed, or something that keeps its slope in bounds? The table of single changes helps; "
                "two changes together may do what neither does alone.",
                example={"modes": 1, "quality": 0.4},
            ),
            Mistake(
                lambda result: result["modes"] < 8,
                "Better, but a mode is missing in at least one game. Help the critic more: more steps, more speed, or another penalty.",
                example={"modes": 6, "quality": 0.6},
            ),
            Mistake(
                lambda result: result["quality"] < 0.5,
                "All modes are covered, but most points lie between them. Momentum off, another penalty or a faster critic make them settle sooner.",
                example={"modes": 8, "quality": 0.28},
            ),
        ],
        hints=(
            "Two things are wrong: nothing keeps the critic's slope in bounds, and the critic is slow.",
            "R1 asks for least: the critic may stay slow if it is smooth and nobody has momentum.",
            'Try `{"penalty": "r1", "beta_1": 0.0}`.',
        ),
        passed="Repaired, three times out of three. One game would have been an anecdote.",
    ),
    Value(
        "diagnosis",
        reference=("stalling", "collapse", "healthy", "circling"),
        mistakes=[
            Mistake(
                lambda answer: not set(map(str.casefold, answer)) <= NAMES or len(answer) != 4,
                "Give four words in a tuple, each one of `circling`, `stalling`, `collapse`, `healthy`.",
                example=("stalling", "collapse", "winning", "circling"),
            ),
            Mistake(
                lambda answer: answer[0] == "healthy",
                "Game 1: a critic's loss near 0 means that it tells everything apart, and a gradient of 0.02 that the forger hears nothing.",
                example=("healthy", "collapse", "stalling", "circling"),
            ),
            Mistake(
                lambda answer: answer[0] == "collapse" and answer[1] == "stalling",
                "Games 1 and 2 are mixed up. A stalling game has hardly any gradient and no point near a mode; a collapsed one has good points, "
                "all in one place.",
                example=("collapse", "stalling", "healthy", "circling"),
            ),
            Mistake(
                lambda answer: answer[1] == "healthy",
                "Game 2: its loss is that of a game won, but it covers one mode of eight. Do not trust the loss.",
                example=("stalling", "healthy", "collapse", "circling"),
            ),
            Mistake(
                lambda answer: answer[2] == "stalling",
                "Game 3: its gradient is short because the game is near its end: all modes, high quality, a critic that guesses. A stalling critic has a loss near 0.",
                example=("stalling", "collapse", "stalling", "circling"),
            ),
            Mistake(
                lambda answer: answer[3] != "circling",
                "Game 4 has a period that doubles when the step size is halved, as 4π/h says.",
                example=("stalling", "collapse", "circling", "healthy"),
            ),
        ],
        hints=(
            "No single column answers. Read modes and loss together, then the gradient.",
            "Which critic has won (loss near 0)? Which game has good points in one place only? Which one comes back after a fixed time?",
            "Game 4 circles, game 3 is healthy. Of the first two, the one without a gradient stalls.",
        ),
        passed="A short gradient means a stall in game 1 and peace in game 3. Numbers are read together.",
    ),
]

PREDICTIONS = [
    Prediction(
        "modes",
        between=(0, 8),
        close=1,
        after="The forger has found one or two places where the critic is fooled today; tomorrow it is elsewhere.",
    ),
]

QUIZ = [
    Question(
        "The critic's loss stays near 1.39 = 2 log 2. What do you know?",
        [
            (
                "The forger has won: its points cannot be told from real ones.",
                "The collapsed game of this lesson has that loss, too.",
            ),
            ("The critic does not learn at all.", "It learns all the time; the forger moves on as fast."),
            (
                "The critic guesses at present. Count modes before you celebrate.",
                "A won game and a collapsed one share this loss.",
            ),
            ("The step size is too small.", "The loss says nothing about it."),
        ],
        right="c",
    ),
    Question(
        "A GAN has precision 0.9 and recall 0.02. What happened?",
        [
            (
                "It forges a few things well and leaves out nearly everything.",
                "That is mode collapse, in numbers that need no known modes.",
            ),
            ("It forges everything badly.", "Then precision would be low."),
            ("It copies its training data.", "Copies of all of the data would have high recall."),
            ("The critic is too strong.", "Perhaps, but these numbers do not say so."),
        ],
        right="a",
    ),
    Question(
        "Why does the gradient of log(1 − D) vanish when the critic is sure?",
        [
            ("Because the forger has reached its goal.", "It is far from it: the critic finds out every forgery."),
            (
                "Because its slope with respect to the logit is −D, which is near 0 for a forgery found out.",
                "So the better the critic, the less the forger hears.",
            ),
            ("Because Adam divides it by its size.", "Adam makes up for short gradients; the loss makes them short."),
            (
                "Because the critic's weights stop moving.",
                "The forger's gradient depends on the critic's slope, not on its speed.",
            ),
        ],
        right="b",
    ),
    Question(
        "What is the difference between R1 and the penalty of WGAN-GP?",
        [
            ("R1 is for pictures, the other for points.", "Both work for both."),
            ("R1 punishes the forger.", "Both punish the critic."),
            ("R1 needs no gradient.", "Both are made of the critic's gradient at points."),
            ("Where they look, and which steepness costs nothing.", "Real points and 0, or places in between and 1."),
        ],
        right="d",
    ),
    Question(
        "You add spectral normalisation and, in the same run, five critic steps. The collapse is gone. What may you claim?",
        [
            (
                "Spectral normalisation cures mode collapse.",
                "In this lesson it did not, alone; the critic's steps did.",
            ),
            (
                "That both together repaired this game; which one did it needs a run with one change.",
                "And several first weights for each.",
            ),
            ("Five critic steps always suffice.", "You have seen one game."),
            ("Nothing at all.", "You have seen that the pair works here."),
        ],
        right="b",
    ),
]
