"""Exercises of 05_evaluation/01_image_metrics."""

import numpy as np

from genai_course.exercises.definitions import Experiment, Function, Prediction, Target


def trace_of_root(matrix):
    return np.sqrt(np.linalg.eigvals(np.asarray(matrix, np.float64)).real.clip(min=0)).sum()


def frechet(mean_a, covariance_a, mean_b, covariance_b):
    """Distance of two Gaussians.  (d,), (d, d), (d,), (d, d) -> one number"""
    shift = np.sum((mean_a - mean_b) ** 2)
    spread = np.trace(covariance_a) + np.trace(covariance_b)
    return shift + spread - 2 * trace_of_root(covariance_a @ covariance_b)


def two_gaussians(rng):
    """Means and covariances of two and of four numbers; the covariances are far from alike and not diagonal."""
    cases = []
    for d in (2, 4):
        factors = rng.normal(size=(2, d, d))
        first, second = factors @ factors.transpose(0, 2, 1) + 0.5 * np.eye(d)
        cases.append((rng.normal(size=d), first, 1 + rng.normal(size=d), 2 * second))
    return cases


def kernel(points, others):
    return (points @ others.T / points.shape[1] + 1) ** 3


def among(points):
    alike = kernel(points, points)
    return (alike.sum() - np.trace(alike)) / (len(points) * (len(points) - 1))


def kernel_distance(a, b):
    """Unbiased kernel distance of two clouds.  (n, d), (m, d) -> one number"""
    a, b = np.asarray(a, np.float64), np.asarray(b, np.float64)
    return among(a) + among(b) - 2 * kernel(a, b).mean()


def upper_half(points):
    return np.triu(kernel(points, points), 1).sum() / (len(points) * (len(points) - 1))


def all_but_diagonal_over_all(points):
    alike = kernel(points, points)
    return (alike.sum() - np.trace(alike)) / len(points) ** 2


def two_clouds(rng):
    """Clouds that are apart, and last two that are nearly one, whose distance comes out below 0."""
    points = rng.normal(size=(5, 2))
    return [
        (rng.normal(size=(4, 3)), 1 + rng.normal(size=(6, 3))),
        (1.5 * rng.normal(size=(7, 2)), rng.normal(size=(5, 2)) - 1),
        (points, points + 0.01 * rng.normal(size=(5, 2))),
    ]


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
    return cases


def any_readings(draw, st, numbers):
    weights = np.exp(draw(numbers((draw(st.integers(1, 6)), draw(st.integers(2, 5))), -8, 8)))
    return (weights / weights.sum(axis=1, keepdims=True),)


def coverage(distances, radii):
    """Share of real points with a sample in their ball.  (samples, real), (real,) -> one number"""
    return np.mean(np.any(distances <= radii, axis=0))


def distances_and_radii(rng):
    """More samples than real points, and fewer; some balls hold several samples, some none, and some samples lie in none."""
    cases = []
    for samples, real in ((5, 3), (4, 7), (9, 11)):
        distances = 1 + rng.random((samples, real))
        radii = np.sort(distances, axis=0)[rng.integers(0, 3, real), np.arange(real)] + 1e-3
        radii[: 1 + real // 3] = 0.5  # empty balls
        distances[-1] += 5  # a sample far from all
        cases.append((distances, radii))
    return cases


def nearest(pictures, training):
    """Distance of each picture to its nearest training picture.  (n, ...), (m, ...) -> (n,)"""
    differences = pictures[:, None] - training  # (n, m, height, width, channels)
    return np.sqrt(np.sum(np.square(differences), axis=(2, 3, 4))).min(axis=1)


def moved(pictures, places):
    return [np.roll(pictures, place, axis=(1, 2)) for place in places]


NINE = [(down, right) for down in (-1, 0, 1) for right in (-1, 0, 1)]
CROSS = [(0, 0), (0, 1), (0, -1), (1, 0), (-1, 0)]
DIAGONAL = [(-1, -1), (0, 0), (1, 1)]


def forgiving_distances(pictures, training):
    """Smallest distance over nine places.  (n, 16, 16, 1), (k, 16, 16, 1) -> (n,)"""
    return np.min([nearest(each, training) for each in moved(pictures, NINE)], axis=0)


def shifted_pictures(rng):
    """Pictures that are training pictures moved in every direction, with a little noise, and some others."""
    cases = []
    for size, others in ((5, 3), (6, 4)):
        training = rng.random((9, size, size, 1))
        pictures = np.concatenate([np.roll(training[i], place, axis=(0, 1))[None] for i, place in enumerate(NINE)])
        pictures = pictures + 0.05 * rng.normal(size=pictures.shape)
        cases.append((np.concatenate([pictures, rng.random((others, size, size, 1))]), training))
    return cases


EXERCISES = [
    Function("frechet", reference=frechet, cases=two_gaussians, mistakes={
        "shift + spread → spread":
            "The means are missing: two bells of one shape at different places would be at distance 0. Add the squared length of mean_a − mean_b.",
        "return → np.sum((mean_a - mean_b) ** 2)":
            "You compare only the means. A blurred model has the right mean and too little spread; add the traces.",
        "2 * →": "The 2 is missing before the root's trace, so a cloud would not be at distance 0 from itself. Think of (σ − τ)² = σ² + τ² − 2στ.",
        "trace_of_root → np.trace": "You took the trace of the product itself. On a line that is σ²τ²; wanted is στ, its root.",
        "trace_of_root(covariance_a @ covariance_b) → np.sqrt(np.trace(covariance_a @ covariance_b))":
            "The root of the trace is not the trace of the root: take the roots of the eigenvalues first, then add. `trace_of_root` does that.",
        "@ → *": "`*` multiplies number by number. The product of two matrices is `covariance_a @ covariance_b`.",
        "trace_of_root(covariance_a @ covariance_b) → trace_of_root(covariance_a) * trace_of_root(covariance_b)":
            "You multiplied two traces. The root is of the product: `trace_of_root(covariance_a @ covariance_b)`.",
        "np.sum((mean_a - mean_b) ** 2) → np.sqrt(…)":
            "The shift of the means must be squared: |m_a − m_b|², the sum of the squared differences, without a root.",
        "sum → mean": "You averaged the squared differences of the means. A squared length is their sum.",
        "return → np.sqrt(…)":
            "You took the root at the end. That is the distance in the features' own unit; the number that everyone reports is its square.",
        "return → np.sum((mean_a - mean_b) ** 2) + np.sum((covariance_a - covariance_b) ** 2)":
            "You compared the covariances number by number. That is a distance, too, but not this one: it needs traces and a root.",
    }, hints=(
        "Three parts: how far the means are apart, how wide both clouds are, and minus twice what they share.",
        "`np.sum((mean_a - mean_b) ** 2)`, then two times `np.trace`, then `trace_of_root(covariance_a @ covariance_b)`.",
        "`return np.sum((mean_a - mean_b) ** 2) + np.trace(covariance_a) + np.trace(covariance_b) - 2 * trace_of_root(covariance_a @ covariance_b)`",
    ), passed="It is also the least work, in squared distance, that it takes to carry one Gaussian's mass over to the other: the squared Wasserstein distance.", excused={
        "`mean_a - mean_b` → `mean_b - mean_a`": "The square forgets the sign.",
        "`covariance_a @ covariance_b` → `covariance_b @ covariance_a`": "Both products have the same eigenvalues.",
    }),
    Function("kernel_distance", reference=kernel_distance, cases=two_clouds, mistakes={
        (lambda a, b: kernel(a, a).mean() + kernel(b, b).mean() - 2 * kernel(a, b).mean()):  # in single precision, as learners
            "The diagonal is still in: each point is compared with itself, which makes the distance too large, and more so for few points.",
        "among(a) + among(b) → all_but_diagonal_over_all(a) + all_but_diagonal_over_all(b)":
            "You left out the diagonal and still divided by n². Without it there are n (n − 1) pairs.",
        "among(a) + among(b) → upper_half(a) + upper_half(b)":
            "You added only the pairs above the diagonal, half of them, and divided by n (n − 1), all of them.",
        "2 * →": "The 2 is missing before the last mean: two clouds of one source would not be at distance 0.",
        "- → +": "You added the pairs from different clouds. The more alike they are, the nearer are the clouds: subtract.",
        "- 2 * kernel(a, b).mean() →": "Nothing in yours compares a with b. Subtract twice the mean over pairs of different clouds.",
        "among(a) + among(b) - 2 * →": "That is only how alike the two clouds are. How alike are points within each of them?",
        "return → np.sqrt(np.abs(…))":
            "You took a root. The unbiased estimate is of the squared distance, and it may be below 0, where no root exists.",
        "return → max(…, 0.0)":
            "You cut at 0. For clouds of one source the estimate must be allowed to fall below 0, or its mean is too large again.",
    }, hints=(
        "A small function inside: the mean over pairs of different points of one cloud. Use it for a and for b.",
        "alike = kernel(points, points); the sum without the diagonal is alike.sum() − np.trace(alike); it has n (n − 1) pairs.",
        "`among(a) + among(b) - 2 * kernel(a, b).mean()` with `among` returning `(alike.sum() - np.trace(alike)) / (len(points) * (len(points) - 1))`",
    ), passed="Now the estimate scatters around the truth however few the points are. For clouds of one source that means: around 0, also below."),
    Function("inception_score", reference=inception_score, cases=some_readings, space=any_readings, mistakes={
        "return → np.mean(divergences)":
            "The exponential is missing. With it the score counts classes: 36 sure and even classes give 36, not log 36.",
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
    }, hints=(
        "Three steps: the mean over all pictures, a sum over classes for each picture, and the exponential of a mean.",
        "overall = probabilities.mean(axis=0); then probabilities * np.log(probabilities / overall), summed over axis 1.",
        "`return np.exp(np.sum(probabilities * np.log(probabilities / probabilities.mean(axis=0)), axis=1).mean())`",
    ), passed="Its logarithm is the mutual information between picture and class: what knowing the picture tells about the class.",
        excused={"`axis=1` → `axis=-1`": "Of two axes the last is number 1."}),
    Function("coverage", reference=coverage, cases=distances_and_radii, mistakes={
        "=0 → =1":
            "That is the share of samples inside some ball: precision. Coverage asks each real ball, a column, whether a sample is in it: axis 0.",
        "return → np.mean(distances <= radii)":
            "You counted pairs of a sample and a ball. A ball with three samples is covered once: `np.any` over the samples first.",
        "mean → sum": "That is the number of covered balls. Wanted is their share: the mean.",
        "any → all": "`np.all` asks that every sample lies in the ball. One is enough: `np.any`.",
        "<= → >": "The comparison is turned round: inside means a distance of at most the radius.",
        ("any → all", "<= → >"): "That is the share of balls without any sample. Coverage is the rest.",
        "any → sum": "You averaged how many samples a ball holds, which can be above 1 and is near to density. Coverage asks yes or no.",
    }, hints=(
        "Each column is a real point. Is at least one of its distances small enough?",
        "`distances <= radii` compares each column with its own radius; `np.any(…, axis=0)` asks each column.",
        "`return np.mean(np.any(distances <= radii, axis=0))`",
    ), passed="Outliers among the samples have no balls here, so they can no longer recall anything.", excused={
        "`distances <= radii` → `distances < radii`": "No sample lies exactly on a ball's edge; both are in use.",
    }),
    Experiment("cheat", reference={"shift": 1, "noise": 0.0, "copied": 0.01, "against_vae": 0.8}, targets=[
        Target("copied", "at most 5 % may count as copied.", at_least=0, at_most=0.05),
        Target("against_vae", "the Fréchet distance must be below the VAE's (as a multiple of it).", at_least=0, at_most=1),
        Target("shift", "a shift is a whole number of pixels from −15 to 15.", at_least=-15, at_most=15),
        Target("noise", "a standard deviation is 0 or more; above 1 no letter is left.", at_least=0, at_most=1),
    ], mistakes=[
        (lambda result: result["copied"] > 0.05 and result["noise"] > 0 and result["against_vae"] > 1,
         "Found out, and ugly as well: noise moves every pixel a little, and the nearest training picture stays the same one. What moves a picture far away in pixels and leaves the letter?",
         {"shift": 0, "noise": 0.12, "copied": 1.0, "against_vae": 1.4}),
        (lambda result: result["copied"] > 0.05,
         "The detector still finds the copies. Pixels that no longer lie upon each other would be far apart: try a shift.",
         {"shift": 0, "noise": 0.05, "copied": 1.0, "against_vae": 0.5}),
        (lambda result: result["against_vae"] > 1 and abs(result["shift"]) > 1,
         "So far to the side no real letter stands, and the features show it. Shift less.", {"shift": 3, "noise": 0.0, "copied": 0.0, "against_vae": 6.0}),
        (lambda result: result["against_vae"] > 1, "Not found out, but too ugly: less noise.",
         {"shift": 1, "noise": 0.2, "copied": 0.0, "against_vae": 4.0}),
    ], hints=(
        "What changes many pixels of a letter and hardly changes the letter?",
        "A shift, without noise; a small one.",
        "Try a shift of 1 and no noise.",
    ), passed="A thief with a ruler: you beat a trained model with its own training data, moved by a pixel.", excused={
        "copied = 0": "Sometimes none of them counts as copied.",
        "against_vae = 0": "The lesson measures it from the shift and the noise, and no fake is at distance 0.",
        "shift = 0": "The lesson measures the copied share from the shift, and without one all copies are found.",
    }),
    Function("forgiving_distances", reference=forgiving_distances, cases=shifted_pictures, mistakes={
        "return → nearest(pictures, training)": "Nothing moves in yours. Move the pictures to nine places, and keep the smallest distance.",
        "min → max": "You kept the largest distance. A copy is found if one of the places fits: the smallest.",
        "min → mean": "You averaged over the places. Eight of nine do not fit, even for a copy: keep the smallest.",
        "return → np.min([nearest(p, training) for p in moved(pictures, NINE)])":
            "You returned one number for all pictures. Each needs its own: the minimum over the places only, axis 0.",
        "=0 → =1": "You took the minimum over the pictures, one number for each place. Wanted is one for each picture: axis 0.",
        "NINE → CROSS": "Only five places: the diagonal moves, such as one down and one right, are missing.",
        "NINE → DIAGONAL": "Only three places: you moved down and right by the same number. Use two loops, one inside the other.",
        "NINE → [place for place in NINE if place != (0, 0)]": "The place without a move is missing, and plain copies would get away.",
        "NINE → [(i, j) for i in (0, 1) for j in (0, 1)]": "range(2) or (0, 1) moves only down and right. The moves are −1, 0 and 1.",
        "NINE → [(i, j) for i in (-1, 0) for j in (-1, 0)]": "range(-1, 1) ends before 1. The moves are −1, 0 and 1.",
        "return → nearest(np.mean(moved(pictures, NINE), axis=0), training)":
            "You averaged the moved pictures, which gives a blurred one. Measure each place on its own.",
    }, hints=(
        "Two loops, one for down and one for right, make nine moved versions. Measure each.",
        "`np.roll(pictures, (down, right), axis=(1, 2))` for down and right in (-1, 0, 1); then `np.min(…, axis=0)` over the nine.",
        "`return np.min([nearest(np.roll(pictures, (down, right), axis=(1, 2)), training) for down in (-1, 0, 1) for right in (-1, 0, 1)], axis=0)`",
    ), passed="The held-out pictures get the same nine tries, so the comparison stays fair."),
]

PREDICTIONS = [
    Prediction("few_letters", between=(0, 50), close=1.5,
               after="More than twice what the VAE gets with 1,000 letters, for real letters! A covariance of 64 numbers has 2,080 entries, and 125 letters cannot fix them."),
]
