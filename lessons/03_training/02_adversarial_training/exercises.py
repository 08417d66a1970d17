"""Exercises of 03_training/02_adversarial_training."""

import numpy as np

from genai_course.exercises.definitions import Experiment, Function, Prediction, Setting, Target, Value

NAMES = ("circling", "stalling", "collapse", "healthy")


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
    few = np.concatenate([rng.normal(scale=0.1, size=(2, 2)), np.array([[2.05, 1.95], [2.0, -2.0], [6.5, 4.0], [-6.5, -6.5]]), np.full((7, 2), 30.0)])
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
    crosswise = np.array([[3.0, 4.0], [-3.0, 4.0], [3.0, -4.0], [-3.0, -4.0]])
    lost = np.concatenate([crosswise[0] + 0.1 * rng.normal(size=(140, 2)), np.array([[-3.1, 4.0]]), np.full((9, 2), 40.0)])
    close = np.array([[-0.6, 0.2], [0.6, -0.2], [9.0, 0.0], [0.0, 9.0], [-9.0, 0.0]])  # the first two overlap
    between = np.concatenate([[-0.25, 0.1] + rng.normal(scale=0.1, size=(30, 2)), np.full((6, 2), -50.0)])
    collapsed = np.repeat(crosswise + 0.25, (140, 1, 3, 0), axis=0), np.full((56, 2), 40.0)  # the same few points, many times
    whole = np.repeat(np.array([[0, 0], [9, 9], [1, 8], [40, 40]]), (50, 1, 1, 60), axis=0), np.array([[0, 0], [9, 9], [0, 9]]), 2
    return [
        arrays(0.4, first),
        arrays(2.0, second),
        arrays(0.3, [(7, 40.0), (0, 0.5), (0, 0.5)]),
        (lost, crosswise, 0.5),
        (between, close, 0.5),
        (few, np.array([[0.0, 0.0], [4.0, 4.0], [-4.0, -4.0]]), 1.0),
        (np.concatenate(collapsed), crosswise, 0.5),
        whole,
        arrays(1e-4, [(70, 0.5), (2, 0.5), (1, 0.5), (60, 7.0)]),
        arrays(0.5, [(30, 0.5), (30, 1.6), (30, 1.85), (30, 0.5), (1, 0.5), (1879, 30.0)]),
    ]


def any_modes(draw, st, numbers):
    n, modes = draw(st.integers(1, 300)), draw(st.integers(1, 6))
    centres = np.stack([7.0 * np.arange(modes), draw(numbers((modes,), -9, 9))], axis=1)
    places = draw(st.lists(st.integers(0, 2 * modes), min_size=n, max_size=n))  # beyond the modes: far off
    far = np.concatenate([centres, np.full((modes + 1, 2), 99.0)])
    return (far[places] + draw(numbers((n, 2), -0.7, 0.7))).astype("float32"), centres.astype("float32"), 0.5


def mode_by_mode(points, centres, spread):
    distances = np.linalg.norm(points[:, None] - centres, axis=-1)
    shares = np.mean(distances < 3 * spread, axis=0)
    return int(np.sum(shares >= 0.01))


def shares(points, centres, spread, reach=3.0):
    return np.mean(distances_to(points, centres) < reach * spread, axis=0)


def bowl(points):
    """The gradient of a critic that is a bowl, steeper sideways and ever more so: the slope halfway is not halfway."""
    return points * np.array([1.5, 0.5], "float32") + 0.2 * points**2 + 0.2


def some_points(rng):
    """Games, points and both coordinates differ in number; mixing differs from point to point; last all of the way."""

    def arrays(games, n, mixing, target):
        real, forged = rng.normal(size=(games, n, 2)), 2 + rng.normal(size=(games, n, 2))
        return bowl, real, forged, mixing * rng.random((games, n, 1)), np.full((games, 1), target)

    one_place = np.repeat(rng.normal(size=(3, 1, 2)), 5, axis=1)  # collapsed, and on the real points
    still = (lambda points: 0 * points, *arrays(2, 3, 1.0, 1.5)[1:]), (bowl, one_place, one_place, rng.random((3, 5, 1)), np.ones((3, 1)))
    cases = [arrays(3, 4, 1.0, 1.0), arrays(4, 5, 0.0, 0.0), arrays(1, 7, 1.0, 2.0), *still, arrays(2, 40, 1.0, 60.0)]
    return [*cases, (*arrays(2, 6, 1.0, 0.5)[:3], np.ones((2, 6, 1)), np.full((2, 1), 0.5))]


def any_points(draw, st, numbers):
    games, n = draw(st.integers(1, 4)), draw(st.integers(1, 5))
    mixing, target = draw(numbers((games, n, 1), 0, 1)), draw(numbers((games, 1), 0, 2))
    return bowl, draw(numbers((games, n, 2), 1, 3)), draw(numbers((games, n, 2), 1, 3)), mixing, target


def some_matrices(rng):
    return [
        (rng.normal(size=(2, 3)), np.ones(3), 1),
        (rng.normal(size=(5, 3)), rng.normal(size=3), 2),
        (rng.normal(size=(3, 4)), np.ones(4), 40),
        (200 * rng.normal(size=(4, 2)), rng.normal(size=2), 80),
        (1e-3 * rng.normal(size=(2, 5)), rng.normal(size=5), 1),
        (rng.normal(size=(30, 24)), rng.normal(size=24), 3),
        (np.array([[0.0, 2.0, 0.0], [-1.0, 0.0, 0.0]]), np.array([3.0, 0.5, 0.0]), 2),
    ]


def any_matrix(draw, st, numbers):
    m, n = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    return draw(numbers((m, n), 0.5, 3)), draw(numbers((n,), 0.5, 2)), draw(st.integers(1, 6))


def by_powers(matrix, start, rounds):
    v = start
    for _ in range(rounds):
        u = matrix @ v
        u = u / np.linalg.norm(u)
        v = matrix.T @ u
        v = v / np.linalg.norm(v)
    return u @ matrix @ v


def only_in_the_end(matrix, start, rounds):
    u, v = iterate(matrix, start, rounds, normalise_u=False, normalise_v=False)
    return u / np.linalg.norm(u) @ matrix @ (v / np.linalg.norm(v))


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


def is_a_change(changes):
    """Whether these rules differ from the broken game's, and both players can learn."""
    from dataclasses import replace

    from genai_course.labs.adversarial import Rules

    broken = Rules(loss="wasserstein", generator_rate=4e-3, critic_rate=2e-3)
    tried = replace(broken, **{name.strip(): cleaned(value) for name, value in changes.items()})
    return tried != broken and tried.generator_rate > 0 and tried.critic_rate > 0


def cleaned(value):
    return value.strip().casefold() if isinstance(value, str) else value


def words_of(answer):
    return [each.strip().casefold() for each in answer]


EXERCISES = [
    Function("modes_covered", reference="genai_course.evaluation.modes:modes_covered", cases=some_modes, space=any_modes, written_out=mode_by_mode, mistakes={
        (lambda points, centres, spread: int(np.sum(shares(points, centres, spread) > 0))):
            "You count a mode as soon as one point falls there. Covered means at least 1 % of all points: the share must be 0.01 or more.",
        (lambda points, centres, spread: int(np.sum(shares(points, centres, spread, 1.0) >= 0.01))):
            "You reach only one spread far. Within one spread lie 39 % of a round bell's points; look within three: distance < 3 · spread.",
        "distances < 3 * spread → distances ** 2 < 3 * spread ** 2":
            "You compare squares, but the 3 is not squared: (3 · spread)² is 9 · spread².",
        (lambda points, centres, spread: int(np.sum(shares(points, centres, spread, 2.0) >= 0.01))):
            "You reach two spreads far; the rule says three.",
        (lambda points, centres, spread: int(np.sum(shares(points, centres, spread) > 0.01))): "Exactly 1 % counts, too: at least means >=, not >.",
        "return → int(np.sum(np.mean(np.linalg.norm(points[:, None] - centres, axis=-1) ** 2 < 3 * spread, axis=0) >= 0.01))":
            "You compare a squared distance with 3 · spread. Take the square root first, or compare with (3 · spread)².",
        "distances < 3 * spread → np.abs(points[:, None] - centres).max(axis=-1) < 3 * spread":
            "Your places are squares around the centres: their corners lie more than three spreads away. Take the distance, the root of the sum of both squares.",
        "distances < 3 * spread → np.abs(points[:, None] - centres).sum(axis=-1) < 3 * spread":
            "You added the two coordinates' distances. The distance is the root of the sum of their squares.",
        "distances < 3 * spread → distances.argmin(axis=1)[:, None] == np.arange(len(centres))":
            "You gave every point to its nearest centre, however far away it is. Only points within three spreads count.",
        "distances < 3 * spread → (distances < 3 * spread) & (distances.argmin(axis=1)[:, None] == np.arange(len(centres)))":
            "You gave each point to one centre alone. A point within three spreads of two centres counts for both.",
        "shares >= 0.01 → shares / max((distances < 3 * spread).any(axis=1).mean(), 1 / len(points)) >= 0.01":
            "You took 1 % of the points near any centre. It is 1 % of all points, also of those that lie off.",
        "shares >= 0.01 → np.sum(distances < 3 * spread, axis=0) >= 10": "You ask for ten points, whatever their number. Compare the share with 0.01.",
        "shares >= 0.01 → np.sum(distances < 3 * spread, axis=0) >= len(points) // 100":
            "`len(points) // 100` is cut to a whole number, and to 0 below a hundred points. Compare the share with 0.01.",
        "shares >= 0.01 → shares >= 0.1": "You ask for a tenth of the points; 1 % is 0.01.",
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
    Function("gradient_penalty", reference="genai_course.labs.adversarial.games:gradient_penalty", cases=some_points, space=any_points, traced=True, mistakes={
        "steepness - → ops.sum(ops.square(slope_at(points)), axis=-1) -":
            "The steepness is the gradient's length, and you left out the square root: you hold the squared length near the target.",
        "ops.square(steepness - target) → steepness":
            "You penalise the steepness itself. The penalty is 0 where the steepness is at its target: subtract the target, then square.",
        "steepness - target → steepness":
            "You penalise the squared steepness and forgot the target. That is R1 at other places; WGAN-GP wants steepness 1.",
        "ops.square(steepness - target) → steepness - target":
            "Square the distance from the target. Without the square, a flat critic earns a negative penalty.",
        "ops.square(steepness - target) → ops.abs(steepness - target)":
            "You took the absolute distance from the target; the formula squares it.",
        "return → (ops.mean(steepness, axis=-1) - target[:, 0]) ** 2":
            "You averaged the steepness first and squared then. A critic that is too steep here and too flat there would pay nothing: square point by point, then average.",
        "steepness - → ops.linalg.norm(slope_at(real) + mixing * (slope_at(forged) - slope_at(real)), axis=-1) -":
            "You mixed the slopes at both ends. Mix the points first, then ask for the slope there: halfway, a curved critic has another slope.",
        "steepness - → ops.linalg.norm(slope_at(forged), axis=-1) -":
            "You looked at forged points only. Go the share `mixing` of the way from the real point to the forged one.",
        "steepness - target → ops.maximum(steepness - target, 0.0)":
            "You let a critic that is too flat go free. The formula squares the distance on both sides of the target.",
        "steepness - target → steepness - 1": "You wrote 1 for the target. R1 wants 0: use `target`.",
        "steepness - target → steepness + target": "You added the target. The distance from it is steepness − target.",
        "mean → sum":
            "You added the points up. Take the mean, so that the weight means the same for every batch size.",
        "(steepness - target), axis=-1 → (steepness - target)":
            "You returned one number for all games. Each game has its own penalty: average over the last axis alone.",
        "(steepness - target), axis=-1 → (steepness - target), axis=0":
            "You averaged over the games. Each game has its own penalty: average over its points, the last axis.",
        "return → (steepness - target) ** 2":
            "You have a penalty for every point. A game needs one number: the mean over its points.",
        "steepness - → ops.linalg.norm(slope_at(forged + mixing * (real - forged)), axis=-1) -":
            "You started at the forged points. With mixing 0, R1 must look at the real ones: real + mixing · (forged − real).",
        "steepness - → ops.linalg.norm(slope_at(real), axis=-1) -":
            "You looked at real points only. Where mixing is not 0, the places lie between real and forged points.",
        "steepness - → ops.linalg.norm(slope_at(real + ops.mean(mixing, axis=1, keepdims=True) * (forged - real)), axis=-1) -":
            "You used one mixing share for all points of a game. Each point has its own, so that the whole way between is visited.",
        "steepness - → ops.linalg.norm(slope_at(real + mixing * forged), axis=-1) -":
            "real + mixing · forged is not between the two. Go a share of the way: real + mixing · (forged − real).",
        "ops.square(steepness - target) → ops.sum((slope_at(points) - target[..., None]) ** 2, axis=-1)":
            "You subtracted the target from each coordinate of the gradient. First its length, then the distance from the target.",
        "steepness - → ops.sum(ops.abs(slope_at(points)), axis=-1) -":
            "You added the coordinates' absolute values. The length is the root of the sum of squares.",
    }, hints=(
        "Three steps: where to look, how steep it is there, how far that is from the target.",
        "Look at `real + mixing * (forged - real)`. The steepness is the root of the sum of the squared slopes over the last axis.",
        "`steepness = ops.sqrt(ops.sum(ops.square(slope_at(points)), axis=-1))`, then `return ops.mean(ops.square(steepness - target), axis=-1)`",
    ), excused={
        "`steepness - target` → `target - steepness`": "The square forgets the sign.",
        "`axis=-1` → `axis=1` (2)": "In (games, n) both name the axis of the points.",
    }, passed="Both penalties, one formula. The lab adds 1e-12 under the root in its own version: the slope of a root is infinite at 0."),
    Function("spectral_norm", reference="genai_course.labs.adversarial.games:spectral_norm", cases=some_matrices, space=any_matrix, written_out=by_powers, tolerance=1e-3, mistakes={
        (lambda matrix, start, rounds: rayleigh(matrix, start, rounds, normalise_u=False, normalise_v=False)):
            "Nothing is divided by its length, so the vectors grow without end. After each product, divide by `np.linalg.norm`.",
        only_in_the_end:
            "You divide by the lengths after the last round only. Until then the vectors grow with every product, and after many rounds they overflow: divide after each product.",
        "norm(u) → norm(u) ** 2": "You divided u by its squared length. A unit vector is u / ‖u‖.",
        "u / np.linalg.norm(u) → u / np.abs(u).max()": "You divided u by its largest entry. A unit vector is u / ‖u‖, and so is v.",
        ("u / np.linalg.norm(u) → u / np.abs(u).max()", "v / np.linalg.norm(v) → v / np.abs(v).max()"):
            "You divided by the largest entry. u and v have to be unit vectors: divide by `np.linalg.norm`.",
        ("u / np.linalg.norm(u) → u / u.sum()", "v / np.linalg.norm(v) → v / v.sum()"):
            "You divided by the sum of the entries. u and v have to be unit vectors: divide by `np.linalg.norm`.",
        "return → np.linalg.svd(matrix)[1][0]":
            "The true value, as `svd` or very many rounds give it. Make `rounds` rounds: after few, power iteration is still on its way, and training can afford one a step.",
        "range(rounds) → range(5)": "You made 5 rounds whatever was asked for. Repeat `rounds` times.",
        "return → np.linalg.svd(matrix)[1][-1]": "That is the smallest singular value. Power iteration finds the largest: the most that the matrix can lengthen a vector.",
        "return → np.linalg.norm(matrix @ v)": "That is the length of W v after the last round, half a round further. Return u · W v.",
        "return → u @ matrix @ start": "You multiplied with the start vector. Return u · W v with the v of the last round.",
        (lambda matrix, start, rounds: rayleigh(matrix, start, rounds, normalise_u=False)):
            "u keeps its length, so it enters the result twice. Divide both u and v by their lengths.",
        (lambda matrix, start, rounds: rayleigh(matrix, start, rounds, normalise_v=False)):
            "You get the square of what is asked for: v kept its length, or you took the eigenvalue of WᵀW. Divide both u and v by their lengths, and return u · W v.",
        "return → np.linalg.norm(matrix)":
            "That is the Frobenius norm, the root of all squared entries: the root of the sum of all squared singular values, not the largest alone.",
        "return → np.abs(matrix).max()": "That is the largest entry. A matrix can lengthen a vector by more than any of its entries.",
        (lambda matrix, start, rounds: rayleigh(matrix, start, 1)): "You made one round only, or start every round from `start`, which comes to the same. Repeat both steps `rounds` times, each from the v of the round before.",
        (lambda matrix, start, rounds: rayleigh(matrix, start, rounds + 1)): "You made one round too many.",
        (lambda matrix, start, rounds: rayleigh(matrix, start, max(rounds - 1, 1))): "You made one round too few.",
        (lambda matrix, start, rounds: iterate(matrix, start, rounds)[1]):
            "You returned the direction v. Asked for is how much longer the matrix makes it: u · W v.",
    }, hints=(
        "A loop of `rounds` rounds, and in each: one product with the matrix, one with its transpose, each followed by a division.",
        "`u = matrix @ v`, `u = u / np.linalg.norm(u)`, `v = matrix.T @ u`, `v = v / np.linalg.norm(v)`; after the loop `u @ matrix @ v`.",
        "Start with `v = start`, write the four lines above inside `for _ in range(rounds):`, and `return u @ matrix @ v` after it.",
    ), excused={"`u @ matrix @ v` → `v @ (u @ matrix)`": "The same product of three."},
        passed="It grows towards the truth from below, faster the more the largest singular value stands out. Training goes one round a step and keeps v."),
    Experiment("repair", reference={"changes": {"penalty": "wgan_gp", "critic_steps": 5}, "modes": 8, "quality": 0.64}, settings=[
        Setting("changes", "write a dictionary with at least one rule that differs from the broken game's, each under its name; a player whose rate is 0 learns nothing.",
                is_a_change),
    ], targets=[
        Target("modes", "each of the three games must cover all 8 modes.", at_least=8, at_most=8),
        Target("quality", "the mean quality must be 0.5 or more; even real points have no more than 0.99.", at_least=0.5, at_most=0.99),
    ], mistakes=[
        (lambda result: result["modes"] <= 3,
         "Still collapsed. What does the critic lack: speed, or something that keeps its slope in bounds? Mostly both: two changes together do here what neither does alone.",
         {"changes": {"spectral_norm": True}, "modes": 1, "quality": 0.4}),
        (lambda result: result["modes"] < 8,
         "Better, but a mode is missing in at least one game. Help the critic more: more steps, more speed, or another penalty.", {"changes": {"critic_steps": 2}, "modes": 6, "quality": 0.6}),
        (lambda result: result["quality"] < 0.5,
         "All modes are covered, but most points lie between them. Momentum off, another penalty or a faster critic make them settle sooner.",
         {"changes": {"penalty": "wgan_gp"}, "modes": 8, "quality": 0.28}),
    ], hints=(
        "Two things are wrong: nothing keeps the critic's slope in bounds, and the forger is faster than the critic.",
        "Look at the repairs in the first table: a penalty, and something that lets the critic keep up. Most of such pairs work here.",
        'Try `{"penalty": "wgan_gp", "critic_steps": 5}`, as that paper has it.',
    ), passed="Repaired, three times out of three. One game would have been an anecdote."),
    Value("diagnosis", reference=("stalling", "collapse", "healthy", "circling"), words=NAMES, mistakes=[
        (lambda answer: len(answer) != 4, "Give four words in a tuple, one for each game.", ("stalling", "collapse", "circling")),
        (lambda answer: words_of(answer)[0] == "healthy",
         "Game 1: a critic's loss near 0 means that it tells everything apart, and a gradient of 0.02 that the forger hears nothing.",
         ("healthy", "collapse", "stalling", "circling")),
        (lambda answer: words_of(answer)[:2] == ["collapse", "stalling"],
         "Games 1 and 2 are mixed up. A stalling game has hardly any gradient and no point near a mode; a collapsed one has good points, all in one place.",
         ("collapse", "stalling", "healthy", "circling")),
        (lambda answer: words_of(answer)[0] == "collapse",
         "Game 1: no point lies near a mode, and a gradient of 0.02 moves none there. A collapsed game has good points, all in one place.",
         ("collapse", "collapse", "healthy", "circling")),
        (lambda answer: words_of(answer)[1] == "healthy", "Game 2: its loss is that of a game won, but it covers one mode of eight. Do not trust the loss.",
         ("stalling", "healthy", "collapse", "circling")),
        (lambda answer: words_of(answer)[2] == "stalling",
         "Game 3: its gradient is short because the game is near its end: all modes, high quality, a critic that guesses. A stalling critic has a loss near 0.",
         ("stalling", "collapse", "stalling", "circling")),
        (lambda answer: words_of(answer)[3] != "circling", "Game 4 has a period that doubles when the step size is halved, as 4π/h says.",
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
