# %% [markdown]
# # Can a cheat win in every score?
#
# A model draws letters. Is it good? Papers answer with a number. Here you build the numbers they use, and then change sides: you cheat, without learning to draw, until you score better than
# a trained model. Who knows a score's blind spot needs no talent.
#
# | | |
# |---|---|
# | **You will** | write a Fréchet distance and a kernel distance and check both against formulas · write the Inception Score, coverage and a copy detector · put an interval beside every number · fool each score, and name the one that notices |
# | **First** | [Variational autoencoders](../02_models/04_variational_autoencoders.ipynb) |
# | **Time** | {{ reading_minutes }} min of reading, {{ exercise_minutes }} min of exercises, {{ computing_seconds }} s of computing |

# %% [markdown] tags=["instructor"]
# **For teachers, 60 minutes.** Bells on a line 10 · kernel distance and the three-number cheat 12 · how many letters 8 · Inception Score 7 · neighbours 10 · copies 8 · the table 5.
#
# The sentence to leave on the board: *a score is a question; know which one before you believe the answer.*
# Let two groups compete: one invents fakes, the other may ask for one score. Learners expect that a better score means better pictures; ask what the score has *seen* of a picture (64 numbers, of
# those a mean and a covariance).

# %% tags=["parameters"]
PROFILE = "laptop"  # "smoke" runs in seconds, "gpu" judges more letters
SEED = 0

# %%
from genai_course import (
    check, claim, data, evaluation, hint, plots, predict,
    quiz, record, setup, show_source, widgets, zoo,
)

run = setup(PROFILE, SEED)

# %%
import numpy as np
import pandas as pd
from matplotlib.colors import ListedColormap
from matplotlib.patches import Circle
from scipy.ndimage import gaussian_filter
from scipy.spatial.distance import cdist

from genai_course.evaluation.neighbours import ball_radii
from genai_course.training import track

random_numbers = np.random.default_rng(SEED)

# %% [markdown]
# ## How far apart are two clouds?
#
# Nobody compares pictures pixel by pixel: a letter moved by one pixel is still that letter. A network turns each picture into **features**, and two *sets* of pictures become two clouds of points.
# The **Fréchet distance** (with the features of a network called Inception: FID) fits a Gaussian to each cloud and measures between those,
#
# $$|m_a - m_b|^2 + \operatorname{trace}(C_a) + \operatorname{trace}(C_b) - 2\, \operatorname{trace}\big((C_a C_b)^{1/2}\big),$$
#
# with the means m and covariances C. The last trace is the sum of the square roots of the eigenvalues of the product:

# %%
def trace_of_root(matrix):
    """Sum of the square roots of the eigenvalues.  (d, d) -> one number"""
    return np.sqrt(np.linalg.eigvals(matrix).real.clip(min=0)).sum()

# %% [markdown]
# ## Exercise 1: Fréchet
#
# Complete `frechet` in NumPy. `@` multiplies matrices. Do not count on an inverse: a feature may never move.
#
# Stuck? Run `hint("image_metrics-frechet")` in a cell of its own; every exercise has three hints.

# %% tags=["exercise"] id="image_metrics-frechet" points=2
def frechet(mean_a, covariance_a, mean_b, covariance_b):
    """Distance of two Gaussians.  (d,), (d, d), (d,), (d, d) -> one number"""
    ### BEGIN SOLUTION
    shift = np.sum((mean_a - mean_b) ** 2)
    spread = np.trace(covariance_a) + np.trace(covariance_b)
    return shift + spread - 2 * trace_of_root(covariance_a @ covariance_b)
    ### END SOLUTION

# %% tags=["check"]
frechet = check("image_metrics-frechet", frechet)

# %% [markdown]
# On a line all of that shrinks to $(m_a - m_b)^2 + (\sigma_a - \sigma_b)^2$. So a bell at 0 of width 1 and a bell at 1 of width 2 are at distance 1 + 1.

# %%
def frechet_of_rows(a, b):
    """Fréchet distance of two clouds of features.  (n, d), (m, d) -> one number"""
    return frechet(a.mean(axis=0), np.atleast_2d(np.cov(a.T)),
                   b.mean(axis=0), np.atleast_2d(np.cov(b.T)))

narrow, wide = np.array([[1.0]]), np.array([[4.0]])  # variances
on_a_line = frechet(np.array([0.0]), narrow, np.array([1.0]), wide)
claim("On a line your distance is the formula's", abs(on_a_line - 2) < 1e-6)

# %% [markdown]
# ## A distance without a bell
#
# Features need not look like a bell. The **kernel distance** (KID) compares pairs. A kernel k says how alike two points are, and if both clouds are one, then a pair from
# different clouds is as alike as a pair from the same:
#
# $$\operatorname{mean} k(a, a') + \operatorname{mean} k(b, b') - 2 \operatorname{mean} k(a, b), \qquad k(x, y) = \Big(\frac{x \cdot y}{d} + 1\Big)^3$$
#
# One detail decides how good it is: a′ is *another* point than a. A point is very alike to itself, and that says nothing about the cloud.

# %%
def kernel(points, others):
    """How alike each pair is.  (n, d), (m, d) -> (n, m)"""
    return (points @ others.T / points.shape[1] + 1) ** 3

# %% [markdown]
# ## Exercise 2: without the diagonal
#
# Complete `kernel_distance`. In `kernel(a, a)` the pairs of a point with itself stand on the diagonal; `np.trace` adds them up. Leave them out of the first two means, and only them: two different points may be equal.

# %% tags=["exercise"] id="image_metrics-kernel_distance" points=3
def kernel_distance(a, b):
    """Unbiased kernel distance of two clouds.  (n, d), (m, d) -> one number"""
    ### BEGIN SOLUTION
    def among(points):
        alike = kernel(points, points)  # (n, n)
        return (alike.sum() - np.trace(alike)) / (len(points) * (len(points) - 1))

    return among(a) + among(b) - 2 * kernel(a, b).mean()
    ### END SOLUTION

# %% tags=["check"]
kernel_distance = check("image_metrics-kernel_distance", kernel_distance)

# %% [markdown]
# Multiply the cube out and you see what it sees. On a line, with M₁, M₂, M₃ the means of x, x² and x³, the distance of two *sources* is
#
# $$3\,(\Delta M_1)^2 + 3\,(\Delta M_2)^2 + (\Delta M_3)^2 .$$
#
# For bells these moments are known, so the truth is known. We draw few numbers from a bell at 0 of width 1 and one at 0.5 of width 1.2, hundreds of times. How far off is each distance *on average*?

# %%
def moments(mean, width):
    """Means of x, x² and x³ for a bell.  -> (3,)"""
    return np.array([mean, mean**2 + width**2, mean**3 + 3 * mean * width**2])

apart = moments(0, 1) - moments(0.5, 1.2)
exact = {"Fréchet": 0.5**2 + 0.2**2, "kernel": np.sum([3, 3, 1] * apart**2)}

# %%
def with_diagonal(a, b):
    """The kernel distance if the pairs of a point with itself are left in."""
    return kernel(a, a).mean() + kernel(b, b).mean() - 2 * kernel(a, b).mean()

def mean_distances(n, repeats):
    """Fréchet, kernel, and kernel with the diagonal, each an average of many measurements."""
    found = []
    for _ in range(repeats):
        a, b = random_numbers.standard_normal((2, n, 1))
        b = 0.5 + 1.2 * b
        found.append([frechet_of_rows(a, b), kernel_distance(a, b), with_diagonal(a, b)])
    return np.mean(found, axis=0)  # (3,)

# %%
few = [10, 20, 40, 80]
drawn = run.steps(smoke=400, laptop=40_000, gpu=400_000)  # numbers for each point of the figure
means = np.array([mean_distances(n, drawn // n) for n in track(few, "Drawing")])  # (4, 3)
truth = np.array([exact["Fréchet"], exact["kernel"], exact["kernel"]])
figure = plots.lines(
    dict(zip(["Fréchet", "kernel", "kernel with diagonal"], (means / truth).T, strict=True)),
    x=few, title="Measured on average, as a multiple of the truth", log_x=True,
    x_label="numbers in each set", y_label="times the truth",
)
plots.show(
    figure,
    "Three lines against the number of points: the kernel distance stays near 1, Fréchet and the "
    "kernel distance with its diagonal start twice too high or more and sink towards 1.",
)

# %%
off = means[0] / truth  # with ten numbers
claim(
    "With ten numbers your kernel distance is right on average, within 20 %",
    abs(off[1] - 1) < 0.2,
)
claim("With its diagonal it is more than twice too large", off[2] > 2)
claim("The Fréchet distance is at least a third too large", off[0] > 1.33)

# %% [markdown]
# A **biased** number is off on average: here more samples make it smaller, whatever the model does. Keep that in mind for the letters.
#
# ## The first cheat owns three numbers
#
# Fréchet sees two moments, the kernel distance three. So a cheat needs no bell, only −√3 in one case of six, √3 in one of six, and 0 else.

# %%
n_numbers = run.steps(smoke=200, laptop=1_500, gpu=5_000)
bell, another = random_numbers.standard_normal((2, n_numbers, 1))
numbers = np.sqrt(3) * np.array([-1, 0, 1])
cheat = random_numbers.choice(numbers, p=[1 / 6, 4 / 6, 1 / 6], size=(n_numbers, 1))

found = {
    name: {"Fréchet": frechet_of_rows(numbers, bell), "kernel": kernel_distance(numbers, bell)}
    for name, numbers in {
        "another bell": another, "three numbers": cheat, "bell at 0.3": bell + 0.3}.items()
}

# %% tags=["nbval-ignore-output"]
pd.DataFrame(found).T.round(3)

# %%
claim(
    "Both distances take three numbers for a bell, rather than a bell moved by 0.3",
    found["three numbers"]["Fréchet"] < 0.2 * found["bell at 0.3"]["Fréchet"]
    and found["three numbers"]["kernel"] < 0.5 * found["bell at 0.3"]["kernel"],
)

# %% [markdown]
# ## The real thing: letters
#
# The features are what the course's letter classifier computes right before it decides: 64 numbers a picture. Four sets: **training** letters, which every fake may use; **real** ones to compare with;
# **fresh** real ones, which show what perfection scores; and letters by a **VAE** from the zoo.

# %%
n = run.steps(smoke=240, laptop=2_000, gpu=4_000)  # letters in each set
letters = data.glyphs(2 * n, 1, seed=SEED)
training = letters.train
real_letters, fresh_letters = (data.glyphs(n, 1, seed=SEED + k).train for k in (101, 102))
vae_letters = zoo.load("vae_glyphs", run).sample(n, seed=SEED)
real, fresh, vae = (
    evaluation.features(pictures)  # (n, 64)
    for pictures in (real_letters, fresh_letters, vae_letters)
)
claim(
    "Your Fréchet distance and the course's agree on letters to 1e-4",
    abs(frechet_of_rows(vae, real) / evaluation.frechet_distance(vae, real) - 1) < 1e-4,
)

# %%
figure = plots.pictures(
    np.concatenate([each[:10] for each in (real_letters, fresh_letters, vae_letters)]),
    row_labels=["real", "fresh, real too", "VAE"],
    title="Which of them are drawn by a model?",
)
plots.show(figure, "Two rows of clean letters, and a row of the VAE's, some of them smeared.")

# %% [markdown]
# ## Predict
# Measured with 1,000 letters in each set, the VAE's Fréchet distance is {{ vae_by_1000:.1f }}. Two sets of *real* letters from one source have a true distance of 0. You measure that with 125 letters in each. What
# comes out?

# %% tags=["exercise"] solution="1.0"
my_guess = ...  # a number, 0 or more

# %% tags=["check"]
predict("image_metrics-few_letters", my_guess)

# %%
counts = [n // 16, n // 8, n // 4, n // 2, n]

def by_count(distance, rows):
    """The distance to real letters for each count, a mean over all disjoint parts of that size."""
    return np.array([
        np.mean([distance(rows[i : i + k], real[i : i + k]) for i in range(0, n - k + 1, k)])
        for k in counts
    ])

frechet_by_count = {"VAE": by_count(frechet_of_rows, vae), "real": by_count(frechet_of_rows, fresh)}
kernel_by_count = {"VAE": by_count(kernel_distance, vae), "real": by_count(kernel_distance, fresh)}
record("vae_by_1000", frechet_by_count["VAE"][3], "Fréchet distance, 1,000 letters", 0.1)
record("vae_by_125", frechet_by_count["VAE"][0], "Fréchet distance, 125 letters", 0.1)
record("real_by_125", frechet_by_count["real"][0], "Fréchet distance, 125 real letters", 0.05)

# %% tags=["nbval-ignore-output"]
figure, axes = plots.new_figure(1, 2, height=3.0)
both = {"Fréchet distance": frechet_by_count, "Kernel distance": kernel_by_count}
for axis, (name, curves) in zip(axes, both.items(), strict=True):
    for (who, values), marker in zip(curves.items(), "os", strict=True):
        axis.plot(counts, values, marker + "-", label=who)
    axis.set(title=name, xlabel="letters in each set", ylabel="to real letters", xscale="log")
    axis.set_xticks(counts, counts)
    axis.minorticks_off()
axes[0].legend()
plots.show(
    figure,
    "Left, the Fréchet distance falls steeply with the number of letters, for the VAE and for "
    "real letters alike. Right, the kernel distance stays where it is: near 0 for real letters.",
)
predict("image_metrics-few_letters", outcome=round(float(frechet_by_count["real"][0]), 1))

# %%
claim(
    "125 real letters look worse to Fréchet than 1,000 of the VAE's",
    frechet_by_count["real"][0] > frechet_by_count["VAE"][3],
)
claim(
    "From 1,000 letters to 125, the VAE's kernel distance changes by less than a third",
    abs(kernel_by_count["VAE"][0] / kernel_by_count["VAE"][3] - 1) < 0.33,
)

# %% [markdown]
# With 125 letters in each set, the VAE is at {{ vae_by_125:.1f }} and real letters at {{ real_by_125:.1f }}. A small test set can turn any ranking round. The rule: the same number of samples for everybody, and say it. There is a repair, too. The bias is nearly proportional to 1/n, so draw a line through
# the distances against 1/n and read it off where 1/n is 0.

# %%
def at_infinity(distances):
    """Where a line through the distances, against one over the count, meets infinitely many."""
    return np.polyfit(1 / np.array(counts), distances, 1)[1]

# %% tags=["nbval-ignore-output"]
measured = {
    who: [values[0], values[-1], at_infinity(values)] for who, values in frechet_by_count.items()}
columns = [f"{counts[0]} letters", f"{n} letters", "infinitely many"]
pd.DataFrame.from_dict(measured, orient="index", columns=columns).round(2)

# %%
claim(
    "For real letters the line ends near the true 0: below half of what all letters measure",
    abs(at_infinity(frechet_by_count["real"])) < 0.5 * frechet_by_count["real"][-1],
)

# %% [markdown]
# **With what people use.** Papers report the Fréchet distance by `torch-fidelity`. Given the same features it gives your number. The course does not install it, so this is text to copy, not a cell (tried with `torch-fidelity` 0.4 and
# `torch` 2.13). On two folders of photographs, `fidelity --fid --input1 real --input2 drawn` in a terminal first fetches the features' network.
#
# ```python
# import torch
# from torch_fidelity.metric_fid import fid_features_to_statistics, fid_statistics_to_metric
#
# statistics = [fid_features_to_statistics(torch.from_numpy(rows)) for rows in (vae, real)]
# theirs = fid_statistics_to_metric(*statistics, verbose=False)["frechet_inception_distance"]
# print(theirs, frechet_of_rows(vae, real))
# ```

# %% [markdown]
# ## Clear, and of many kinds
#
# The **Inception Score** asks nothing but a classifier. Is each picture read surely? Are all classes there? With p(y|x) the probabilities for one picture and p(y) their mean over all pictures, it is
#
# $$\exp\Big(\operatorname{mean}_x \sum_y p(y|x) \log \frac{p(y|x)}{p(y)}\Big),$$
#
# from 1, all pictures are read alike, to the number of classes, here 36.
#
# ## Exercise 3: Inception Score
#
# Complete `inception_score`. No probability is exactly 0 here.

# %% tags=["exercise"] id="image_metrics-inception_score" points=2
def inception_score(probabilities):
    """How sure and how varied a classifier's readings are.  (n, classes) -> one number"""
    ### BEGIN SOLUTION
    overall = probabilities.mean(axis=0)  # (classes,)
    divergences = np.sum(probabilities * np.log(probabilities / overall), axis=1)  # (n,)
    return np.exp(divergences.mean())
    ### END SOLUTION

# %% tags=["check"]
inception_score = check("image_metrics-inception_score", inception_score)

# %% [markdown]
# The cheat takes one training letter of each class, the one that is read most surely, and hands it in again and again: 36 pictures in all.

# %%
readings = evaluation.class_probabilities(evaluation.features(training))  # (2n, 36)
of_each = [
    np.where(letters.train_labels == label, readings[:, label], 0).argmax() for label in range(36)
]
one_of_each = training[np.resize(of_each, n)]

def score_of(pictures):
    """The Inception Score of pictures.  (n, 16, 16, 1) -> one number"""
    return inception_score(evaluation.class_probabilities(evaluation.features(pictures)))

inception = {
    name: score_of(pictures) for name, pictures in {
        "fresh letters": fresh_letters, "VAE": vae_letters, "36 pictures": one_of_each}.items()
}

# %% tags=["nbval-ignore-output"]
for name, score in inception.items():
    print(f"{name:14} {score:5.2f}")

# %%
claim(
    "36 pictures beat real letters in the Inception Score",
    inception["36 pictures"] > inception["fresh letters"] + 0.5,
)

# %% [markdown]
# It never looks at a real picture, and never compares two pictures of one class. Which score would notice? One that asks how much of the real variety is there.
#
# ## Balls around points
#
# **Precision and recall**: around each point lies a ball that reaches to its third nearest neighbour in its own set. Precision is the share of samples inside a real point's ball, recall the share of
# real points inside a sample's ball. A sample far from all others has a huge ball, and one such ball can recall everything.

# %%
angles = random_numbers.uniform(0, 2 * np.pi, (2, 40))
ring = np.stack([np.cos(angles[0]), np.sin(angles[0])], axis=1)  # (40, 2): real
ring += 0.08 * random_numbers.standard_normal((40, 2))
quarter = np.stack([np.cos(angles[1] / 4), np.sin(angles[1] / 4)], axis=1)  # (40, 2): samples
outliers = [[-2.2, 0], [0, -2.2], [-1.6, -1.6], [-2, 1]]
with_outliers = np.concatenate([quarter, outliers])

def draw_balls(axis, around, samples, title):
    """Real points and samples, and a ball around each point of one of the two sets."""
    colour = plots.COLOURS[0 if around is ring else 5]
    radii = np.sort(cdist(around, around), axis=1)[:, 3]  # to the third neighbour
    for point, radius in zip(around, radii, strict=True):
        axis.add_patch(Circle(point, radius, alpha=0.12, color=colour, linewidth=0))
    axis.plot(*ring.T, "o", color=plots.COLOURS[0], markersize=3, label="real")
    axis.plot(*samples.T, "x", color=plots.COLOURS[5], markersize=4, label="samples")
    axis.set(title=title, xlabel="first feature", aspect="equal", xlim=(-3, 1.8), ylim=(-3, 1.8))

# %%
figure, axes = plots.new_figure(1, 3, height=2.8)
draw_balls(axes[0], ring, quarter, "Precision: real balls")
draw_balls(axes[1], quarter, quarter, "Recall: samples' balls")
draw_balls(axes[2], with_outliers, with_outliers, "... and four outliers")
axes[0].set_ylabel("second feature")
axes[0].legend(loc="lower left")
plots.show(
    figure,
    "Real points form a ring, samples a quarter of it. Left, all samples lie in the real points' "
    "balls. Middle, the samples' balls reach a quarter of the ring. Right, four far samples have "
    "huge balls that hold nearly the whole ring.",
)

# %%
recall, recall_with_outliers = (
    evaluation.precision_recall(ring, rows)[1] for rows in (quarter, with_outliers)
)
claim("Four outliers more than double the recall", recall_with_outliers > 2 * recall)

# %% [markdown]
# ## Exercise 4: coverage
#
# The repair trusts only the balls of *real* points. **Coverage** is the share of real points whose ball holds at least one sample; its edge counts. (**Density**, its companion, repairs precision: it counts in how many
# real balls a sample lies, and 1 is normal.) You get the distances between samples and real points, and the radius of each real point's ball.

# %% tags=["exercise"] id="image_metrics-coverage" points=2
def coverage(distances, radii):
    """Share of real points with a sample in their ball.  (samples, real), (real,) -> one number"""
    ### BEGIN SOLUTION
    return np.mean(np.any(distances <= radii, axis=0))
    ### END SOLUTION

# %% tags=["check"]
coverage = check("image_metrics-coverage", coverage)

# %%
noise = random_numbers.random((n, 16, 16, 1))  # grey noise, no letters at all
half_noise = np.concatenate([fresh_letters[: n // 2], noise[: n // 2]])
sets = {
    "fresh letters": fresh[: n // 2],
    "half of it noise": evaluation.features(half_noise)[n // 4 : -(n // 4)],
    "as many letters, and noise": evaluation.features(half_noise),
}
judged = real[: n // 2]
radii = np.sort(cdist(judged, judged), axis=1)[:, 5]  # to the fifth neighbour

# %%
rows = {}
for name, seen in sets.items():
    precision, recall = evaluation.precision_recall(judged, seen)
    rows[name] = {
        "pictures": len(seen), "precision": precision, "recall": recall,
        "coverage": coverage(cdist(seen, judged), radii),
    }

# %% tags=["nbval-ignore-output"]
pd.DataFrame(rows).T.round(2)

# %%
half, double = rows["half of it noise"], rows["as many letters, and noise"]
claim("Half of the pictures are noise, and recall is as high as ever",
      half["recall"] > rows["fresh letters"]["recall"] - 0.03)
claim("Coverage notices", half["coverage"] < rows["fresh letters"]["coverage"] - 0.05)
claim("Noise added to letters costs no coverage at all",
      double["coverage"] == rows["fresh letters"]["coverage"])

# %% [markdown]
# So coverage has its cheat as well: hand in twice as many. And precision? Repeat one good letter: precision 1. Each of a pair looks where the other is blind; alone, neither is worth much.
#
# ## Copies
#
# Now the cheat who beats all of them and hands in the training letters. They *are* real letters; no distance between clouds can object. Only one question finds that out: how near is each picture to a
# training picture, and how near are **real pictures that nobody trained on**?

# %%
show_source(evaluation.copied_share)

# %%
m = run.steps(smoke=60, laptop=500, gpu=1_000)  # pictures whose neighbours are looked for
copies = training[:n]

# %% tags=["nbval-ignore-output"]
for name, pictures in {"fresh": fresh_letters, "VAE": vae_letters, "copies": copies}.items():
    share = evaluation.copied_share(pictures[:m], training, real_letters[:m])
    print(f"{name:8} {share:.0%} copied")

# %% [markdown]
# ## Exercise 5: get away with it
#
# Now you are the cheat. Move the copies by some pixels to the right, or add noise, or both, so that at most **5 %** of them count as copied, and their Fréchet distance is still **below the VAE's**.

# %% tags=["exercise"] id="image_metrics-cheat" points=2 solution="1"
my_shift = ...  # pixels, a whole number
my_noise = 0.0  # standard deviation of the noise

# %%
shift = 0 if my_shift is ... else int(my_shift)
my_copies = my_noise * random_numbers.standard_normal(copies.shape)
my_copies = np.clip(my_copies + np.roll(copies, shift, axis=2), 0, 1)
my_features = evaluation.features(my_copies)
my_result = {
    "shift": my_shift,
    "noise": my_noise,
    "copied": evaluation.copied_share(my_copies[:m], training, real_letters[:m]),
    "against_vae": frechet_of_rows(my_features, real) / frechet_of_rows(vae, real),
}

# %% tags=["check"]
my_result = check("image_metrics-cheat", my_result)

# %% [markdown]
# ## Exercise 6: find the copies
#
# Pixels moved by one are far apart, letters moved by one are not. Repair the detector: let each picture try **nine** places, moved by −1, 0 or 1 pixels down and to the right, and keep the smallest distance.
# `nearest(pictures, training)` gives the distance of each picture to its nearest training picture; `np.roll(pictures, (1, -1), axis=(1, 2))` moves pictures down by one and left by one.

# %%
def nearest(pictures, training):
    """Distance to the nearest training picture.  (n, 16, 16, 1), (k, 16, 16, 1) -> (n,)"""
    return evaluation.nearest_distances(pictures, training)

# %% tags=["exercise"] id="image_metrics-forgiving_distances" points=2
def forgiving_distances(pictures, training):
    """Smallest distance over nine places.  (n, 16, 16, 1), (k, 16, 16, 1) -> (n,)"""
    ### BEGIN SOLUTION
    places = [(down, right) for down in (-1, 0, 1) for right in (-1, 0, 1)]
    moved = [np.roll(pictures, place, axis=(1, 2)) for place in places]
    return np.min([nearest(each, training) for each in moved], axis=0)
    ### END SOLUTION

# %% tags=["check"]
forgiving_distances = check("image_metrics-forgiving_distances", forgiving_distances)

# %%
shifted = np.roll(copies, 1, axis=2)
caught = {}
for how, distances in {"plain": nearest, "forgiving": forgiving_distances}.items():
    caught[how] = {
        name: evaluation.copied_share(
            pictures[:m], training, real_letters[:m], distances=distances)
        for name, pictures in {"copies": copies, "shifted": shifted, "VAE": vae_letters}.items()
    }

# %% tags=["nbval-ignore-output"]
pd.DataFrame(caught).T.round(3)

# %%
claim("A shift by one pixel hides nearly all copies", caught["plain"]["shifted"] < 0.05)
claim("The forgiving detector finds nearly all of them", caught["forgiving"]["shifted"] > 0.9)
claim("And it lets the VAE go", caught["forgiving"]["VAE"] < 0.05)

# %% [markdown]
# The next cheat will turn them by ten degrees. A detector knows the disguises that its author thought of.
#
# ## Break it: an interval that misses its own number
#
# A number without an interval is half a number. The usual way is the **bootstrap**: draw as many rows again, with replacement, measure, repeat, and take the range that holds 95 % of the results. Try it on
# fresh letters.

# %%
METRICS = ("Inception Score", "Fréchet", "kernel", "precision", "recall", "density", "coverage")

def scores(rows, reference):
    """Seven metrics of features against real ones.  (n, 64), (m, 64) -> (7,)"""
    return np.array([
        inception_score(evaluation.class_probabilities(rows)),
        frechet_of_rows(rows, reference),
        kernel_distance(rows, reference),
        *evaluation.precision_recall(reference, rows),
        *evaluation.density_coverage(reference, rows),
    ])

# %%
part = run.steps(smoke=80, laptop=1_000, gpu=1_000)  # letters that are judged from here on
measured = scores(fresh[:part], real[:part])
resamples = run.steps(smoke=4, laptop=40, gpu=100)
low, high = evaluation.bootstrap_interval(
    scores, fresh[:part], real[:part], resamples=resamples, seed=SEED)
low_half, high_half = evaluation.bootstrap_interval(
    scores, fresh[:part], real[:part], resamples=resamples, seed=SEED, halves=True)

# %% tags=["nbval-ignore-output"]
columns = ["measured", "bootstrap from", "to", "halves from", "to"]
values = np.stack([measured, low, high, low_half, high_half], axis=1)  # (7, 5)
pd.DataFrame(values, index=METRICS, columns=columns).round(3)

# %%
outside = (measured < low) | (measured > high)
claim("The bootstrap's interval misses the measured Fréchet distance", outside[1])
claim("... and the measured precision, recall and coverage", outside[[3, 4, 6]].all())
claim(
    "The interval from halves holds all seven",
    ((low_half < measured) & (measured < high_half)).all(),
)

# %% [markdown]
# **Why?** Drawing with replacement draws some rows twice and leaves out a third. A twin is its own nearest neighbour, so balls shrink to nothing; fewer different rows make a biased distance larger.
#
# **The repair**: draw *half* of the rows, none twice. Half-samples scatter as much as full ones would from one draw to the next; move their middle to the measured value. For two sets of one source, as here,
# the two distances' intervals come out too wide: about three times, when we compared them with twenty fresh pairs of sets. That errs on the safe side.

# %% [markdown]
# ## The identity parade
#
# All of them, with intervals. One cheat more draws no pictures at all, but features, from a Gaussian with the real mean and covariance.

# %%
radii = ball_radii(evaluation.features(training[:part]), 10)  # to the tenth neighbour
crowded = radii.argmin()  # the letter that has the most others near it
blurred = gaussian_filter(fresh_letters, (0, 0.7, 0.7, 0))
half_alphabet = data.glyphs(n, 1, characters=data.CHARACTERS[:18], seed=SEED + 103).train
pictures = {
    "fresh letters": fresh_letters,
    "VAE": vae_letters,
    "blurred": blurred,
    "half noise": half_noise[(n - part) // 2 :],
    "half the classes": half_alphabet,
    "one of each class": one_of_each,
    "one picture": np.repeat(training[crowded][None], n, axis=0),
    "copies": copies,
    "copies, shifted": shifted,
}
seen = {name: evaluation.features(each[:part]) for name, each in pictures.items()}
seen["Gaussian features"] = random_numbers.multivariate_normal(
    real.mean(axis=0), np.cov(real.T), part)

# %%
table, widths, reference = {}, {}, real[:part]
for name, rows in track(seen.items(), "Judging"):
    table[name] = scores(rows, reference)
    interval = evaluation.bootstrap_interval(
        scores, rows, reference, resamples=resamples, seed=SEED, halves=True)
    widths[name] = (interval[1] - interval[0]) / 2

# %%
copied, limit = {}, np.quantile(nearest(real_letters[:m], training), 0.01)
for name, each in pictures.items():
    is_copied = nearest(each[:m], training) < limit  # (m,)
    low, high = evaluation.bootstrap_interval(np.mean, is_copied, seed=SEED)  # a mean: as it is
    copied[name] = is_copied.mean(), (high - low) / 2

# %%
better = np.array([1, -1, -1, 1, 1, 1, 1])  # is more better?
limit = better * table["fresh letters"] - widths["fresh letters"]  # where their interval ends
fooled = {
    name: [*(better * row + widths[name] >= limit), copied.get(name, (0, 0))[0] <= 0.05]
    for name, row in table.items()
}

def cells(name):
    """What to write into a row of the table."""
    pairs = zip(table[name], widths[name], strict=True)
    share = "{:.1%}\n±{:.1%}".format(*copied[name]) if name in copied else "–"
    return [*(f"{value:.3g}\n±{width:.2g}" for value, width in pairs), share]

# %% tags=["nbval-ignore-output"]
figure, axis = plots.new_figure(height=4.6)
two_colours = ListedColormap([plots.COLOURS[4], plots.COLOURS[1]])
axis.imshow(np.array([*fooled.values()]), cmap=two_colours, aspect="auto", alpha=0.6)
for i, name in enumerate(table):
    for j, text in enumerate(cells(name)):
        axis.text(j, i, text, ha="center", va="center", fontsize=7.5)
axis.set_xticks(range(8), [*METRICS, "copied"], fontsize=8)
axis.set_yticks(range(len(table)), list(table), fontsize=8)
axis.grid(visible=False)
axis.set_title("Orange: this score cannot tell it from real letters")
plots.show(
    figure,
    "A table of ten sets against eight scores. Every column has orange cells beside fakes, and "
    "every fake has at least one blue cell: a score that tells it from real letters.",
)

# %%
fakes = np.array([fooled[name] for name in table if name != "fresh letters"])  # (9, 8)
claim("Every score is fooled by at least one fake", fakes.any(axis=0).all())
claim("Every fake is noticed by at least one score", (~fakes).any(axis=1).all())
claim("Copies fool all seven scores at once", all(fooled["copies"][:7]))
claim(
    "Features from a Gaussian are nearer to real ones, for Fréchet, than fresh letters are",
    table["Gaussian features"][1] < table["fresh letters"][1],
)

# %% [markdown]
# Look at one row again, the shifted copies. In all seven scores they beat the VAE, which has learned something and copies next to nothing; and the plain copy detector lets them pass.

# %%
honest, cheat_row = better * table["VAE"], better * table["copies, shifted"]
claim("Shifted copies beat the trained VAE in all seven scores", (cheat_row > honest).all())

# %% [markdown]
# ## Explore: turn the knobs
#
# Begin with fresh letters; blur them, replace a share by copies, another by one repeated picture, and take fewer. Red marks show what as many fresh letters score.

# %%
most = run.steps(smoke=60, laptop=400, gpu=400)
levels = {}  # blur in pixels -> features (most, 64)
for blur in (0.0, 0.4, 0.8, 1.2):
    levels[blur] = evaluation.features(gaussian_filter(fresh_letters[:most], (0, blur, blur, 0)))
copied_rows = evaluation.features(copies[:most])
repeated_row = evaluation.features(training[[crowded]])

def judge(rows):
    """Two distances and four shares."""
    values = scores(rows, real[:most])
    return values[1:3] * [1, 10], [values[0] / 36, *values[3:5], values[6]]

# %%
def mixed(k, blur, copies, repeated):
    """Features of k pictures: blurred letters, the last ones copies, the first ones one picture."""
    rows = levels[blur][:k].copy()
    rows[k - round(copies * k) :] = copied_rows[k - round(copies * k) : k]
    rows[: round(repeated * k)] = repeated_row
    return rows

# %%
def draw_scores(letters, blur, copies, repeated):
    k = letters * most // 400
    now, goal = judge(mixed(k, blur, copies, repeated)), judge(levels[0.0][:k])
    figure, axes = plots.new_figure(1, 2, height=2.8, width_ratios=[1, 2])
    names = (["Fréchet", "10 × kernel"], ["Inception / 36", "precision", "recall", "coverage"])
    for axis, labels, bars, marks in zip(axes, names, now, goal, strict=True):
        axis.barh(labels, bars, color=plots.COLOURS[0])
        axis.plot(marks, labels, "|", color=plots.COLOURS[5], markersize=26, markeredgewidth=3)
        axis.invert_yaxis()
    axes[0].set(title="Distances: less is better", xlim=(min(0, *now[0]), max(4, *now[0])))
    axes[1].set(title="Shares: more is better", xlim=(0, 1.02))
    return figure

widgets.explore(
    draw_scores,
    "Bars for six scores of 400 fresh letters; each ends at the mark for fresh letters.",
    letters=(50, 400, 10, 400), blur=[0.0, 0.4, 0.8, 1.2],
    copies=(0.0, 1.0, 0.05, 0.0), repeated=(0.0, 1.0, 0.05, 0.0),
)

# %% [markdown]
# ## Make: a fake of your own
#
# Invent a set of pictures that one score takes for real and another does not. Say first which one you expect to be fooled, and why. Measure both, with intervals, show some of the pictures, and write two
# sentences.

# %% tags=["exercise", "make"] id="image_metrics-make" points=4
def my_fake():
    """Your idea, two scores with intervals, and a figure of some of the pictures."""
    ### BEGIN SOLUTION
    # Idea: the mean of two training letters of one class: new, so no copy detector finds it.
    # Expected: density is fooled, for a mean lies between real points, where balls overlap;
    # Fréchet notices, for means vary less than letters.
    order = np.argsort(letters.train_labels, kind="stable")  # neighbours in it share their class
    means = 0.5 * (training[order[:-1]] + training[order[1:]])
    means = np.random.default_rng(SEED).permutation(means)[:part]
    low, high = evaluation.bootstrap_interval(
        scores, evaluation.features(means), real[:part], resamples=20, seed=SEED, halves=True)
    for which in (1, 5):
        print(f"{METRICS[which]}: {low[which]:.2f} to {high[which]:.2f}")
    return plots.pictures(means[:20], title="Means of two letters of one class")
    # Density is as high as that of fresh letters or higher, though each picture is a double
    # exposure; the Fréchet distance is several times theirs. Recall would notice, too.
    ### END SOLUTION

# %% tags=["nbval-ignore-output"]
if (figure := my_fake()) is not ...:
    plots.show(figure, "Some pictures of my own fake.")

# %% [markdown] tags=["instructor"]
# **Rubric, 4 points.** The expectation names a score and a reason, before the measurement (1) · both scores with an interval and the same number of pictures (1) · a figure with a title (1) ·
# two sentences that say what the score did not see (1).

# %% [markdown]
# ## Recap
#
# 1. Fréchet compares two means and covariances, the kernel distance three moments; whatever shares those passes.
# 2. Fréchet falls with the number of samples; the kernel distance without its diagonal does not.
# 3. The Inception Score never looks at a real picture, precision never at what is missing, recall and coverage never at what is too much.
# 4. Only a comparison with the training pictures, with held-out ones as the yardstick, finds copies, and only in the disguises it knows.
# 5. Put an interval beside each number, and never draw neighbours twice to get it.
#
# ## Quiz
#
# Click, or type one letter a question.

# %% tags=["exercise"] solution='"bdacb"'
my_answers = ...  # one letter a question, such as "abcda"

# %% tags=["check"]
quiz("image_metrics", my_answers)

# %% [markdown]
# ## Read on, and scale up
#
# - Heusel et al. (2017), *GANs Trained by a Two Time-Scale Update Rule Converge to a Local Nash Equilibrium*: the Fréchet distance.
# - Bińkowski et al. (2018), *Demystifying MMD GANs*: your kernel distance, and why it has no bias.
# - Naeem et al. (2020), *Reliable Fidelity and Diversity Metrics for Generative Models*: density and coverage.
#
# **Scale up.** `PROFILE = "gpu"` judges more letters. For photographs take the features of a large pretrained network, 10,000 samples or more, and the same code. `torch-fidelity`, `torchmetrics` and `prdc` compute the
# same numbers; the course's tests compare ours with theirs.
