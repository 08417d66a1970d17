"""Exercises of 05_evaluation/01_image_metrics."""

import numpy as np

from genai_course.exercises.definitions import Experiment, Function, Prediction, Setting, Target


def trace_of_root(matrix):
    return np.sqrt(np.linalg.eigvals(np.asarray(matrix, np.float64)).real.clip(min=0)).sum()


def frechet(mean_a, covariance_a, mean_b, covariance_b):
    """Distance of two Gaussians.  (d,), (d, d), (d,), (d, d) -> one number"""
    shift = np.sum((mean_a - mean_b) ** 2)
    spread = np.trace(covariance_a) + np.trace(covariance_b)
    return shift + spread - 2 * trace_of_root(covariance_a @ covariance_b)


def root_of(covariance):
    values, vectors = np.linalg.eigh(np.asarray(covariance, np.float64))
    return (vectors * np.sqrt(values.clip(min=0))) @ vectors.T


def two_gaussians(rng):
    """Means and covariances that are far from alike and not diagonal; last, a feature that never moves: no inverse exists."""
    cases = []
    for d in (2, 4, 3):
        factors = rng.normal(size=(2, d, d))
        first, second = factors @ factors.transpose(0, 2, 1) + 0.5 * np.eye(d)
        cases.append((rng.normal(size=d), first, 1 + rng.normal(size=d), 2 * second))
    for covariance in cases[-1][1::2]:
        covariance[-1] = covariance[:, -1] = 0
    root, tight = rng.normal(size=(2, 24, 24)) / 5, 1e-4 * cases[1][1]  # many features; clouds of next to no width, and of none
    cases += [(np.array([0.01, 0.0, 0.02, 0.0]), tight, np.zeros(4), 2 * tight), (np.zeros(2), np.zeros((2, 2)), np.array([3.0, 0.0]), np.eye(2))]
    cases.append((np.zeros(24), root[0] @ root[0].T + 0.1 * np.eye(24), rng.normal(size=24), root[1] @ root[1].T + 0.1 * np.eye(24)))
    cases.append((cases[0][0], 1e4 * cases[0][1], 100 * cases[0][2], 1e4 * cases[0][3]))
    return [*cases, (np.array([0.5]), np.array([[1.5]]), np.array([-1.0]), np.array([[4.0]]))]


def any_gaussians(draw, st, numbers):
    d = draw(st.integers(1, 4))
    factors = draw(numbers((2, d, d), -2, 2))
    first, second = factors @ factors.transpose(0, 2, 1) + np.eye(d, dtype="float32")
    mean = draw(numbers((d,)))
    return mean, first, mean + draw(numbers((d,), 1, 4)), second


def kernel(points, others):
    return (points @ others.T / points.shape[1] + 1) ** 3


def kernel_distance(a, b):
    """Unbiased kernel distance of two clouds.  (n, d), (m, d) -> one number"""
    a, b = np.asarray(a, np.float64), np.asarray(b, np.float64)

    def among(points):
        alike = kernel(points, points)
        return (alike.sum() - np.trace(alike)) / (len(points) * (len(points) - 1))

    return among(a) + among(b) - 2 * kernel(a, b).mean()


def two_clouds(rng):
    """Clouds that are apart; one with a repeated picture; and two that are nearly one, whose distance comes out below 0."""
    points = rng.normal(size=(5, 2))
    return [
        (rng.normal(size=(4, 3)), 1 + rng.normal(size=(6, 3))),
        (1.5 * rng.normal(size=(7, 2)), rng.normal(size=(5, 2)) - 1),
        (np.repeat(rng.normal(size=(2, 2)), (3, 1), axis=0), 2 + rng.normal(size=(2, 2))),
        (points, points + 0.01 * rng.normal(size=(5, 2))),
        *((scale * rng.normal(size=(n, 3)), scale * (1 + rng.normal(size=(6, 3)))) for n, scale in ((30, 1), (4, 20))),
        (np.array([[0.0, 0.0], [0.0, 0.0], [2.0, -1.0]]), np.array([[0.0, 0.0], [4.0, 1.0]])),
    ]


def any_clouds(draw, st, numbers):
    n, m, d = (draw(st.integers(low, 5)) for low in (2, 2, 1))
    return draw(numbers((n, d), 0, 1)), draw(numbers((m, d), 2, 3))


def inception_score(probabilities):
    """How sure and how varied a classifier's readings are.  (n, classes) -> one number"""
    overall = probabilities.mean(axis=0)
    divergences = np.sum(probabilities * np.log(probabilities / overall), axis=1)
    return np.exp(np.mean(divergences))


def some_readings(rng):
    cases = []
    for n, classes, sureness in ((5, 3, 2), (8, 6, 3)):
        weights = np.exp(sureness * rng.normal(size=(n, classes)))
        cases.append((weights / weights.sum(axis=1, keepdims=True),))
    sure = np.where(np.eye(4, dtype=bool), 1.0, 1e-20)  # so sure that the others are far out
    many = rng.exponential(size=(40, 36)) ** 4 + 1e-9
    cases += [(many / many.sum(axis=1, keepdims=True),), (np.full((6, 4), 0.25),)]
    return [*cases, (sure[[0, 0, 1, 3, 3]],), (np.array([[0.5, 0.2, 0.3]]),)]


def any_readings(draw, st, numbers):
    weights = np.exp(draw(numbers((draw(st.integers(1, 6)), draw(st.integers(2, 5))), -8, 8)))
    return (weights / weights.sum(axis=1, keepdims=True),)


def coverage(distances, radii):
    """Share of real points with a sample in their ball.  (samples, real), (real,) -> one number"""
    return np.mean(np.any(distances <= radii, axis=0))


def distances_and_radii(rng):
    """More samples than real points, and fewer; balls with several samples, none, all or one on the edge; samples in none."""
    cases = []
    for samples, real in ((5, 3), (4, 7), (9, 11)):
        distances = 1 + rng.random((samples, real))
        radii = np.sort(distances, axis=0)[rng.integers(0, 3, real), np.arange(real)] + 1e-3
        radii[: 1 + real // 3] = 0.5  # empty balls
        distances[-1] += 5  # a sample far from all
        radii[-1] = 8 if real > 3 else radii[-1]  # a ball that holds them all
        cases.append((distances, radii))
    edge = np.array([[1.5, 3.0, 2.0], [2.5, 0.25, 2.5]]), np.array([1.5, 0.5, 1.99])  # the first on the ball's edge
    all_covered = np.array([[1.0, 2.0], [2.0, 0.5], [3.0, 3.0]]), np.array([1.5, 2.25])
    doubled = np.array([[0.0, 0.0, 3.0], [2.0, 2.0, 1.0], [2.0, 2.0, 1.0]]), np.array([0.0, 0.0, 0.5])  # radius 0, a copy on it
    cases += [doubled, (1e-3 * rng.random((30, 45)), 1e-4 * rng.random(45)), (np.array([[3, 1, 0], [2, 4, 1]]), np.array([2, 0, 0])), (np.array([[900.1, 4000.0], [1200.0, 80.0]]), np.array([900.05, 50.0]))]
    return [*cases, edge, all_covered, (np.array([[1.0, 2.0, 3.0, 0.5]]), np.array([2.0, 1.0, 1.5, 0.25]))]


def any_distances(draw, st, numbers):
    samples, real = draw(st.integers(1, 5)), draw(st.integers(1, 5))
    return draw(numbers((samples, real), 0, 4)), draw(numbers((real,), 0, 4))


def nearest(pictures, training):
    """Distance of each picture to its nearest training picture.  (n, ...), (m, ...) -> (n,)"""
    differences = pictures[:, None] - training  # (n, m, height, width, channels)
    return np.sqrt(np.sum(np.square(differences), axis=(2, 3, 4))).min(axis=1)


CROSS = [(0, 0), (0, 1), (0, -1), (1, 0), (-1, 0)]
DIAGONAL = [(-1, -1), (0, 0), (1, 1)]


def forgiving_distances(pictures, training):
    """Smallest distance over nine places.  (n, 16, 16, 1), (k, 16, 16, 1) -> (n,)"""
    places = [(down, right) for down in (-1, 0, 1) for right in (-1, 0, 1)]
    moved = [np.roll(pictures, place, axis=(1, 2)) for place in places]
    return np.min([nearest(each, training) for each in moved], axis=0)


def moving_what_was_moved(pictures, training):
    found = []
    for down in (-1, 0, 1):
        for right in (-1, 0, 1):
            pictures = np.roll(pictures, (down, right), axis=(1, 2))
            found.append(nearest(pictures, training))
    return np.min(found, axis=0)


def shifted_pictures(rng):
    """Pictures that are training pictures moved in every direction, with a little noise, and some others."""
    places = [(down, right) for down in (-1, 0, 1) for right in (-1, 0, 1)]
    cases = []
    for size, others in ((5, 3), (6, 4)):
        training = rng.random((9, size, size, 1))
        pictures = np.concatenate([np.roll(training[i], place, axis=(0, 1))[None] for i, place in enumerate(places)])
        pictures = pictures + 0.05 * rng.normal(size=pictures.shape)
        cases.append((np.concatenate([pictures, rng.random((others, size, size, 1))]), training))
    dark = np.zeros((3, 4, 4, 1))  # one point each, and nothing at all
    dark[0, 0, 3], dark[2, 2, 2] = 1, 0.25
    known = np.stack([0.5 * np.roll(dark[0], (1, 1), axis=(0, 1)), np.full((4, 4, 1), 0.5), np.full((4, 4, 1), 0.5), 0.375 * np.eye(4)[..., None]])
    return [*cases, (dark, known), (200 * rng.random((25, 4, 4, 1)), 200 * rng.random((2, 4, 4, 1)))]


def any_pictures(draw, st, numbers):
    size = draw(st.integers(4, 5))
    pictures, training = (numbers((draw(st.integers(2, 3)), size, size, 1), 0, 1) for _ in range(2))
    return 0.1 * draw(pictures), 0.5 + 0.5 * draw(training)


EXERCISES = [
    Function("frechet", reference=frechet, cases=two_gaussians, space=any_gaussians, mistakes={
        "shift + spread → spread":
            "The means are missing: two bells of one shape at different places would be at distance 0. Add the squared length of mean_a − mean_b.",
        "return → np.sum((mean_a - mean_b) ** 2)": "You compare only the means. A blurred model has the right mean and too little spread; add the traces.",
        "2 * →": "The 2 is missing before the root's trace, so a cloud would not be at distance 0 from itself. Think of (σ − τ)² = σ² + τ² − 2στ.",
        "trace_of_root → np.trace": "You took the trace of the product itself. On a line that is σ²τ²; wanted is στ, its root.",
        "trace_of_root(covariance_a @ covariance_b) → np.sqrt(np.trace(covariance_a @ covariance_b))":
            "The root of the trace is not the trace of the root: take the roots of the eigenvalues first, then add. `trace_of_root` does that.",
        "@ → *": "`*` multiplies number by number. The product of two matrices is `covariance_a @ covariance_b`.",
        "trace_of_root(covariance_a @ covariance_b) → trace_of_root(covariance_a) * trace_of_root(covariance_b)":
            "You multiplied two traces. The root is of the product: `trace_of_root(covariance_a @ covariance_b)`.",
        "np.sum((mean_a - mean_b) ** 2) → np.sqrt(…)": "The shift of the means must be squared: |m_a − m_b|², the sum of the squared differences, without a root.",
        "sum → mean": "You averaged the squared differences of the means. A squared length is their sum.",
        "return → np.sqrt(…)": "You took the root at the end. That is the distance in the features' own unit; the number that everyone reports is its square.",
        "return → np.sum((mean_a - mean_b) ** 2) + np.sum((covariance_a - covariance_b) ** 2)":
            "You compared the covariances number by number. That is a distance, too, but not this one: it needs traces and a root.",
        "trace_of_root(covariance_a @ covariance_b) → np.sqrt(np.diag(covariance_a) * np.diag(covariance_b)).sum()":
            "Yours uses only the diagonals, each feature alone. How features move together counts as well: take the product of the whole matrices.",
        "trace_of_root(covariance_a @ covariance_b) → np.trace(np.sqrt(np.abs(covariance_a @ covariance_b)))":
            "You took the root of each number. The root of a matrix is another thing; its trace is the sum of the roots of the eigenvalues: `trace_of_root`.",
        "trace_of_root(covariance_a @ covariance_b) → np.trace(root_of(covariance_a) @ root_of(covariance_b))":
            "You multiplied the two roots. The root is of the product; the two agree only where the matrices may be exchanged.",
        "trace_of_root(covariance_a @ covariance_b) → np.sqrt(np.linalg.eigvalsh(covariance_a @ covariance_b).clip(min=0)).sum()":
            "`eigvalsh` is for symmetric matrices, and the product of two is none: it reads half of the numbers only. Use `np.linalg.eigvals`.",
    }, hints=(
        "Three parts: how far the means are apart, how wide both clouds are, and minus twice what they share.",
        "`np.sum((mean_a - mean_b) ** 2)`, then two times `np.trace`, then `trace_of_root(covariance_a @ covariance_b)`.",
        "`return np.sum((mean_a - mean_b) ** 2) + np.trace(covariance_a) + np.trace(covariance_b) - 2 * trace_of_root(covariance_a @ covariance_b)`",
    ), passed="It is also the least work, in squared distance, that it takes to carry one Gaussian's mass over to the other: the squared Wasserstein distance.", excused={
        "`mean_a - mean_b` → `mean_b - mean_a`": "The square forgets the sign.",
        "`covariance_a @ covariance_b` → `covariance_b @ covariance_a`": "Both products have the same eigenvalues.",
    }),
    Function("kernel_distance", reference=kernel_distance, cases=two_clouds, space=any_clouds, mistakes={
        (lambda a, b: kernel(a, a).mean() + kernel(b, b).mean() - 2 * kernel(a, b).mean()):  # in single precision, as learners
            "The diagonal is still in: each point is compared with itself, which makes the distance too large, and more so for few points.",
        "(len(points) * (len(points) - 1)) → len(points) ** 2": "You left out the diagonal and still divided by n². Without it there are n (n − 1) pairs.",
        "alike.sum() - np.trace(alike) → np.triu(alike, 1).sum()": "You added only the pairs above the diagonal, half of them, and divided by n (n − 1), all of them.",
        "2 * kernel → kernel": "The 2 is missing before the last mean: two clouds of one source would not be at distance 0.",
        "among(b) - 2 → among(b) + 2": "You added the pairs from different clouds. The more alike they are, the nearer are the clouds: subtract.",
        "among(b) - 2 * kernel(a, b).mean() → among(b)": "Nothing in yours compares a with b. Subtract twice the mean over pairs of different clouds.",
        "among(a) + among(b) - 2 * →": "That is only how alike the two clouds are. How alike are points within each of them?",
        "return → np.sqrt(np.abs(…))": "You took a root. The unbiased estimate is of the squared distance, and it may be below 0, where no root exists.",
        "return → np.sqrt(…)": "You took a root, and where the estimate is below 0 no root exists. It is an estimate of the squared distance: leave it as it is.",
        "among(a) + among(b) → among(a) + kernel(b, b).mean()": "The diagonal of b is still in: both clouds' own pairs need `among`.",
        "among(a) + among(b) → kernel(a, a).mean() + among(b)": "The diagonal of a is still in: both clouds' own pairs need `among`.",
        "among(a) + among(b) → 2 * (among(a) + among(b))": "Each pair stands twice in the table, and there are n (n − 1) places off its diagonal: no half.",
        "among(b) → among(b) * len(b) * (len(b) - 1) / (len(a) * (len(a) - 1))":
            "You divided by the number of pairs of a for both clouds. They need not be of one size.",
        "(alike.sum() - np.trace(alike)) / (len(points) * (len(points) - 1)) → alike[(points[:, None] != points).any(axis=2)].mean()":
            "You leave out all pairs of equal rows. Two different pictures may be equal, and such a pair counts; only the diagonal must go.",
        "kernel(a, b).mean() → among(np.concatenate([a, b]))": "You mixed the clouds into one. The last mean is over pairs of a point of a with a point of b.",
        (lambda a, b: kernel_distance(a * np.sqrt(a.shape[1]), b * np.sqrt(b.shape[1]))):
            "The division by d is missing in the kernel. Use the lesson's `kernel`, it has it.",
        (lambda a, b: kernel_distance(a[: len(b)], b[: len(a)])):
            "You cut the larger cloud to the size of the smaller. Use all points: the clouds need not be of one size.",
        "return → max(…, 0.0)": "You cut at 0. For clouds of one source the estimate must be allowed to fall below 0, or its mean is too large again.",
    }, hints=(
        "A small function inside: the mean over pairs of different points of one cloud. Use it for a and for b.",
        "alike = kernel(points, points); the sum without the diagonal is alike.sum() − np.trace(alike); it has n (n − 1) pairs.",
        "`among(a) + among(b) - 2 * kernel(a, b).mean()` with `among` returning `(alike.sum() - np.trace(alike)) / (len(points) * (len(points) - 1))`",
    ), passed="Now the estimate scatters around the truth however few the points are. For clouds of one source that means: around 0, also below."),
    Function("inception_score", reference=inception_score, cases=some_readings, space=any_readings, mistakes={
        "return → np.mean(divergences)": "The exponential is missing. With it the score counts classes: 36 sure and even classes give 36, not log 36.",
        "np.exp(np.mean(divergences)) → np.mean(np.exp(divergences))":
            "You took the exponential of each picture's divergence and then the mean. First the mean, then the exponential.",
        "np.mean → np.sum": "You added the pictures up, so more pictures would give a higher score. Take their mean.",
        ("np.sum → np.mean", ", axis=1 →"): "You averaged over the classes, too. Add over the classes (axis 1), average over the pictures.",
        "/ overall →":
            "p(y) is missing: yours only asks whether each picture is read surely, and one letter repeated would win. Divide by the mean over the pictures.",
        ("/ overall →", "np.mean → -np.mean"):
            "That is the mean uncertainty of a picture, as a number of classes; lower would be better. Compare each picture with p(y).",
        "np.mean → -np.mean": "The fraction is upside down: p(y|x) stands above p(y), or the score would fall where it should rise.",
        "probabilities * np.log(probabilities / overall) → overall * np.log(overall / probabilities)":
            "The two are swapped: the probabilities of the picture weigh the sum and stand on top, those of all pictures below.",
        "np.log → np.log2": "You took the logarithm to base 2. exp undoes the natural one, `np.log`.",
        "mean(axis=0) → mean(axis=1, keepdims=True)":
            "You averaged over the classes of one picture, which always gives 1 / classes. p(y) is the mean over the pictures, axis 0.",
        "return → np.exp(-np.sum(overall * np.log(overall)))":
            "That is how varied the pictures are, the exponential of p(y)'s entropy. How surely each picture is read is missing: p(y|x) stands above p(y).",
        "return → np.exp(divergences)": "You returned one number for each picture. Take the mean over the pictures before the exponential.",
    }, hints=(
        "Three steps: the mean over all pictures, a sum over classes for each picture, and the exponential of a mean.",
        "overall = probabilities.mean(axis=0); then probabilities * np.log(probabilities / overall), summed over axis 1.",
        "`return np.exp(np.sum(probabilities * np.log(probabilities / probabilities.mean(axis=0)), axis=1).mean())`",
    ), passed="Its logarithm is the mutual information between picture and class: what knowing the picture tells about the class.",
        excused={"`axis=1` → `axis=-1`": "Of two axes the last is number 1."}),
    Function("coverage", reference=coverage, cases=distances_and_radii, space=any_distances, mistakes={
        "=0 → =1": "That is the share of samples inside some ball: precision. Coverage asks each real ball, a column, whether a sample is in it: axis 0.",
        "return → np.mean(distances <= radii)":
            "You counted pairs of a sample and a ball. A ball with three samples is covered once: `np.any` over the samples first.",
        "mean → sum": "That is the number of covered balls. Wanted is their share: the mean.",
        "any → all": "Yours asks that every sample lies in the ball, even the farthest. One is enough: `np.any`, or the nearest.",
        "<= → >": "The comparison is turned round: inside means a distance of at most the radius.",
        ("any → all", "<= → >"): "That is the share of balls without any sample. Coverage is the rest.",
        "<= → <": "A sample on the edge of a ball, at a distance of just its radius, is in it: `<=`.",
        "mean → min": "You asked whether every ball holds a sample. Wanted is the share of balls that do: the mean.",
        "return → np.sum(np.any(distances <= radii, axis=0)) / len(distances)":
            "You divided by the number of samples. It is a share of the real points, so divide by their number.",
        "distances <= radii → distances <= np.mean(radii)": "Each real point has a radius of its own; you used the mean of them for all.",
        "distances <= radii → distances <= np.sort(radii)": "The radii belong to the columns in their order: do not sort them.",
        "distances <= radii → (distances <= radii) & (distances == distances.min(axis=1, keepdims=True))":
            "Each sample counts for its nearest real point only. It may lie in several balls, and covers all of them.",
        "any → sum": "You averaged how many samples a ball holds, which can be above 1 and is near to density. Coverage asks yes or no.",
    }, hints=(
        "Each column is a real point. Is at least one of its distances small enough?",
        "`distances <= radii` compares each column with its own radius; `np.any(…, axis=0)` asks each column.",
        "`return np.mean(np.any(distances <= radii, axis=0))`",
    ), passed="Outliers among the samples have no balls here, so they can no longer recall anything."),
    Experiment("cheat", reference={"shift": 1, "noise": 0.0, "copied": 0.01, "against_vae": 0.8}, settings=[
        Setting("shift", "no shift by so many pixels meets both conditions, whatever the noise.",
                lambda shift: shift == int(shift) and abs(shift) in (1, 15)),  # np.roll goes round: 15 is −1
        Setting("noise", "no noise of that standard deviation meets both conditions, whatever the shift.",
                lambda noise: 0 <= noise <= 0.12),
    ], targets=[
        Target("copied", "at most 5 % may count as copied.", at_least=0, at_most=0.05),
        Target("against_vae", "the Fréchet distance, as a multiple of the VAE's, must be below 1; not even unchanged copies get below 0.1.", at_least=0.1, accept=lambda share: share < 1),
    ], mistakes=[
        (lambda result: result["shift"] != int(result["shift"]), "A picture moves by whole pixels only.",
         {"shift": 0.5, "noise": 0.0, "copied": 1.0, "against_vae": 0.2}),
        (lambda result: result["noise"] < 0, "A standard deviation is 0 or more.", {"shift": 1, "noise": -0.05, "copied": 0.0, "against_vae": 0.9}),
        (lambda result: result["shift"] == 0 == result["noise"], "They are the copies as they were, and each is found. Move them.",
         {"shift": 0, "noise": 0.0, "copied": 1.0, "against_vae": 0.2}),
        (lambda result: result["copied"] > 0.05 and result["noise"] > 0 and result["against_vae"] > 1,
         "Found out, and ugly as well: noise moves every pixel a little, and the nearest training picture stays the same one. What moves a picture far away in pixels and leaves the letter?",
         {"shift": 0, "noise": 0.12, "copied": 1.0, "against_vae": 1.4}),
        (lambda result: result["copied"] > 0.05,
         "The detector still finds the copies. Pixels that no longer lie upon each other would be far apart: try a shift.",
         {"shift": 0, "noise": 0.05, "copied": 1.0, "against_vae": 0.5}),
        (lambda result: result["shift"] == 0,
         "Noise alone never does it: where it hides the copies, the features see it. What else moves a picture far away in pixels?",
         {"shift": 0, "noise": 0.2, "copied": 0.0, "against_vae": 4.0}),
        (lambda result: result["against_vae"] >= 1 and abs(result["shift"]) in range(2, 15),
         "So far to the side no real letter stands, and the features show it. Shift less.", {"shift": 3, "noise": 0.0, "copied": 0.0, "against_vae": 6.0}),
        (lambda result: result["against_vae"] >= 1, "Not found out, but too ugly: less noise.",
         {"shift": 1, "noise": 0.1, "copied": 0.0, "against_vae": 1.4}),
    ], hints=(
        "What changes many pixels of a letter and hardly changes the letter?",
        "A shift, without noise; a small one.",
        "Try a shift of 1 and no noise.",
    ), passed="A thief with a ruler: you beat a trained model with its own training data, moved by a pixel.", excused={
        "copied = 0": "Sometimes none of them counts as copied.",
    }),
    Function("forgiving_distances", reference=forgiving_distances, cases=shifted_pictures, space=any_pictures, mistakes={
        "return → nearest(pictures, training)": "Nothing moves in yours. Move the pictures to nine places, and keep the smallest distance.",
        "min → max": "You kept the largest distance. A copy is found if one of the places fits: the smallest.",
        "min → mean": "You averaged over the places. Eight of nine do not fit, even for a copy: keep the smallest.",
        ", axis=0) → )": "You returned one number for all pictures. Each needs its own: the minimum over the places only, axis 0.",
        "axis=(1, 2) → axis=(0, 1)": "Axis 0 counts the pictures: you moved them to other places in the batch. Height and width are the axes 1 and 2.",
        "axis=(1, 2) → axis=(2, 3)": "Axis 3 is the one channel. Height and width are the axes 1 and 2.",
        moving_what_was_moved: "Your moves add up: each starts from the picture that was moved before. Start from `pictures` each time.",
        "[(down, right) for down in (-1, 0, 1) for right in (-1, 0, 1)] → [(i, j) for i in range(-2, 3) for j in range(-2, 3)]":
            "You also move by two pixels, 25 places. Nine are wanted: −1, 0 and 1 in both directions.",
        "axis=0 → axis=1": "You took the minimum over the pictures, one number for each place. Wanted is one for each picture: axis 0.",
        "[(down, right) for down in (-1, 0, 1) for right in (-1, 0, 1)] → CROSS": "Only five places: the diagonal moves, such as one down and one right, are missing.",
        "[(down, right) for down in (-1, 0, 1) for right in (-1, 0, 1)] → DIAGONAL": "Only three places: you moved down and right by the same number. Use two loops, one inside the other.",
        "[(down, right) for down in (-1, 0, 1) for right in (-1, 0, 1)] → [(i, j) for i in (-1, 0, 1) for j in (-1, 0, 1) if (i, j) != (0, 0)]": "The place without a move is missing, and plain copies would get away.",
        "[(down, right) for down in (-1, 0, 1) for right in (-1, 0, 1)] → [(i, j) for i in (0, 1) for j in (0, 1)]": "range(2) or (0, 1) moves only down and right. The moves are −1, 0 and 1.",
        "[(down, right) for down in (-1, 0, 1) for right in (-1, 0, 1)] → [(i, j) for i in (-1, 0) for j in (-1, 0)]": "range(-1, 1) ends before 1. The moves are −1, 0 and 1.",
        "return → nearest(np.mean(moved, axis=0), training)": "You averaged the moved pictures, which gives a blurred one. Measure each place on its own.",
    }, hints=(
        "Two loops, one for down and one for right, make nine moved versions. Measure each.",
        "`np.roll(pictures, (down, right), axis=(1, 2))` for down and right in (-1, 0, 1); then `np.min(…, axis=0)` over the nine.",
        "`return np.min([nearest(np.roll(pictures, (down, right), axis=(1, 2)), training) for down in (-1, 0, 1) for right in (-1, 0, 1)], axis=0)`",
    ), passed="The held-out pictures get the same nine tries, so the comparison stays fair.", excused={
        "one row alone: squeezed": "The lesson's `nearest` needs two pictures or more."}),
]

PREDICTIONS = [
    Prediction("few_letters", between=(0, 50), close=1.5,
               after="More than twice what the VAE gets with 1,000 letters, for real letters! A covariance of 64 numbers has 2,080 entries, and 125 letters cannot fix them."),
]
