# %% [markdown]
# # What can go wrong before training even begins?
#
# A model learns what its data shows, including what nobody meant to show. In this lesson you take sets of pictures apart:
# what the numbers mean, which pictures are there twice, how a careless split makes a poor model look brilliant, and who is missing.
#
# | | |
# |---|---|
# | **You will** | bring pixels into the right range · find planted near-duplicates · repair a leaking split and measure what it did to a score · tell augmentation that keeps a label from augmentation that breaks it · audit a data set for bias |
# | **First** | [Welcome](../00_start_here/01_welcome.ipynb) |
# | **Time** | {{ reading_minutes }} min of reading, {{ exercise_minutes }} min of exercises, {{ computing_seconds }} s of computing |

# %% [markdown] tags=["instructor"]
# **For teachers, 50 minutes.** Pixels 8 · duplicates and breaking the hash 16 · leakage 10 · augmentation 6 · bias 7 · quiz 3.
#
# The leakage prediction is the moment to stop and collect guesses on the board: expect a drop of five to ten points from most.
# Ask afterwards: *in your own projects, what is the group that must not be split?* (The patient, the author, the camera, the day.)

# %% tags=["parameters"]
PROFILE = "laptop"  # "smoke" runs in seconds, "gpu" trains for longer
SEED = 0

# %%
from genai_course import (
    check, claim, data, evaluation, hint, plots,
    predict, quiz, setup, show_datasheet, widgets,
)

run = setup(PROFILE, SEED)

# %%
import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier

from genai_course.data.duplicates import hash_distance

glyphs = data.glyphs(n_train=run.steps(smoke=600, laptop=3_000, gpu=10_000), n_test=500, seed=SEED)
random_numbers = np.random.default_rng(SEED)

# %% [markdown]
# ## Pixels are numbers in a range
#
# Files store a pixel as a whole number from 0 (black) to 255 (white), in one byte: `uint8`. Arithmetic on such bytes goes quietly wrong.

# %%
raw = (glyphs.train * 255).round().astype(np.uint8)  # as a picture file would hold it
print(raw.shape, raw.dtype, raw.min(), "to", raw.max())
print("200 + 100 =", np.array([200], np.uint8) + np.array([100], np.uint8))

# %% [markdown]
# ## Exercise 1: the right range
#
# Networks are happiest with small floating-point numbers. Complete `to_unit_range`: bytes in, `float32` between 0 and 1 out,
# so that 255 becomes exactly 1. It must give the same picture the same numbers whatever other pictures are in the batch.
#
# Stuck? Run `hint("images-to_unit_range")` in a cell of its own; every exercise has three hints.

# %% tags=["exercise"] id="images-to_unit_range" points=1
def to_unit_range(raw):
    """Bytes from 0 to 255 as float32 from 0 to 1.  (n, height, width, channels) -> same shape"""
    ### BEGIN SOLUTION
    return raw.astype(np.float32) / 255
    ### END SOLUTION

# %% tags=["check"]
to_unit_range = check("images-to_unit_range", to_unit_range)

# %%
pictures = to_unit_range(raw)
names = [glyphs.class_names[label] for label in glyphs.train_labels[:20]]
figure = plots.pictures(pictures[:20], labels=names, title="Twenty of the pictures")
plots.show(
    figure,
    "Twenty letters and digits in different typefaces, white on black, each under its label.",
)

# %% [markdown]
# ## Explore: how much picture does a reader need?
#
# Fewer pixels, fewer greys: where do *you* stop reading? The course's classifier reads along; it was trained on the full size.
# Its share of correct readings on 500 held-out letters and digits stands in the title.

# %%
def coarsen(pictures, pixels, greys):
    """Average blocks to pixels × pixels, round to that many greys, and blow up to 16 × 16 again."""
    block = 16 // pixels
    blocks = pictures.reshape(-1, pixels, block, pixels, block, 1)
    small = blocks.mean(axis=(2, 4))  # (n, pixels, pixels, 1)
    small = np.round(small * (greys - 1)) / (greys - 1)
    return small.repeat(block, axis=1).repeat(block, axis=2)  # (n, 16, 16, 1)

# %%
def draw_coarse(pixels, greys):
    coarse = coarsen(glyphs.test, pixels, greys)
    share = evaluation.recognised_share(coarse, glyphs.test_labels)
    title = f"{pixels} × {pixels} pixels, {greys} greys: {share:.0%} read correctly"
    return plots.pictures(coarse[:20], title=title)

widgets.explore(
    draw_coarse,
    "Twenty letters and digits at eight by eight pixels and four greys, "
    "harder to read than at full size.",
    pixels=[8, 16, 4, 2],
    greys=(2, 32, 1, 4),
)

# %% [markdown]
# ## Who is here twice?
#
# Sets collected from the web are full of **near-duplicates**: the same picture, a little brighter, saved once more. Equality of bytes misses them.
# So we plant some, to have a truth to search for: one picture in ten gets a copy, a little darker and with a little noise.

# %%
def slightly_changed(pictures):
    """The same pictures, a little darker and with a little noise."""
    brightness = random_numbers.uniform(0.85, 1.0, (len(pictures), 1, 1, 1))
    noise = random_numbers.normal(0, 0.02, pictures.shape)
    return np.clip(pictures * brightness + noise, 0, 1).astype(np.float32)

n = run.steps(smoke=300, laptop=1_500, gpu=1_500)
copied = random_numbers.choice(n, n // 10, replace=False)  # which pictures are there twice
collection = np.concatenate([pictures[:n], slightly_changed(pictures[copied])])
planted = {(int(first), n + second) for second, first in enumerate(copied)}
equal = sum(np.array_equal(collection[first], collection[second]) for first, second in planted)
print(f"{len(collection)} pictures, {len(planted)} planted pairs, equal to the last bit: {equal}")

# %% [markdown]
# ## Exercise 2: a hash that forgives
#
# A **perceptual hash** keeps what the eye keeps: not how bright a pixel is, but whether it is clearly brighter than its neighbour.
#
# Complete `difference_hash`: for each pixel but the last of its row, one bit that says whether the pixel to its *right* is brighter by more than `margin`.

# %% tags=["exercise"] id="images-difference_hash" points=2
def difference_hash(pictures, margin=0.1):
    """A bit for each pixel and its right neighbour, row after row, from left to right.

    (n, height, width, 1) -> (n, height * (width - 1)) booleans
    """
    ### BEGIN SOLUTION
    brighter = pictures[:, :, 1:, 0] - pictures[:, :, :-1, 0] > margin  # (n, height, width - 1)
    return brighter.reshape(len(pictures), -1)
    ### END SOLUTION

# %% tags=["check"]
difference_hash = check("images-difference_hash", difference_hash)

# %% [markdown]
# Two pictures are suspects if their hashes differ in few bits. How few? Count the differing bits of every pair, call each pair within
# a threshold a duplicate, and judge the result by two numbers. **Recall** is the share of the planted pairs that you found.
# **Precision** is the share of the pairs you found that were planted.

# %%
hashes = difference_hash(collection)
distances = hash_distance(hashes, hashes)  # (pictures, pictures) whole numbers

def judge(threshold, distances=distances):
    """Recall and precision when every pair within the threshold is called a duplicate."""
    close = np.argwhere(np.triu(distances <= threshold, k=1))  # (pairs, 2), each pair once
    found = {(int(first), int(second)) for first, second in close}
    hits = len(found & planted)
    return {
        "threshold": threshold,
        "recall": hits / len(planted),
        "precision": hits / max(1, len(found)),
    }

# %% tags=["nbval-ignore-output"]
thresholds = [0, 3, 7, 10, 15, 20]
judged = [judge(threshold) for threshold in thresholds]
figure = plots.lines(
    {key: [result[key] for result in judged] for key in ("recall", "precision")},
    x=thresholds,
    title="A wide net catches more, and more that is innocent",
    x_label="threshold: how many bits may differ in a pair called a duplicate",
    y_label="share of pairs",
)
figure.axes[0].set_xticks(thresholds)  # bits are whole numbers
plots.show(
    figure,
    "Recall rises to one with the threshold, precision falls from one; "
    "they cross at a threshold of a few bits.",
)

# %% [markdown]
# ## Exercise 3: set the net
#
# Choose a threshold with a recall of at least **95 %** and a precision of at least **95 %**.

# %% tags=["exercise"] id="images-threshold" points=1 solution="5"
my_threshold = ...  # a whole number of bits

# %% tags=["check"]
attempt = {"threshold": ...} if my_threshold is ... else judge(my_threshold)
my_result = check("images-threshold", attempt)

# %% tags=["nbval-ignore-output"]
removed = judge(my_result["threshold"])
print(f"Differing bits allowed: {removed['threshold']}.")
print(f"Recall {removed['recall']:.3f}, precision {removed['precision']:.3f}")

# %%
claim(
    "A perceptual hash finds at least 95 % of the planted duplicates "
    "at a precision of at least 95 %",
    removed["recall"] >= 0.95 and removed["precision"] >= 0.95,
)

# %% [markdown]
# A wider net, of 8 bits, also catches pairs that were *not* planted. Here are ten of them. Look before you delete.

# %%
close = np.argwhere(np.triu(distances <= 8, k=1))  # (pairs, 2)
surprises = [pair for pair in close if tuple(pair) not in planted][:10]
figure = plots.pictures(
    collection[np.array(surprises).T.ravel()],  # the first of every pair, then the second
    columns=len(surprises),
    title="Not planted, yet nearly the same hash",
)
plots.show(
    figure,
    "Two rows of pictures; each column is a pair of different drawings. "
    "In most pairs both show the same character, in some two that the hash confuses.",
)

# %% [markdown]
# ## Break it: one pixel to the right
#
# Move every planted copy by one pixel. To your eye nothing has happened. The hash compares neighbours at fixed places, and there all neighbours are new.

# %%
moved = collection.copy()
moved[n:] = np.roll(moved[n:], 1, axis=2)  # the copies, one pixel to the right
moved_hashes = difference_hash(moved)
broken = judge(removed["threshold"], hash_distance(moved_hashes, moved_hashes))

# %% [markdown]
# **Repair:** shift one picture of each pair by a pixel in every direction, too, and keep the smallest distance.

# %%
shifts = [(0, 1), (1, 1), (-1, 1), (1, 2), (-1, 2)]  # pixels, axis
smallest = np.minimum.reduce([
    hash_distance(moved_hashes, difference_hash(np.roll(moved, step, axis)))
    for step, axis in shifts
])
repaired = judge(removed["threshold"], smallest)

# %% tags=["nbval-ignore-output"]
for name, result in {"as before": removed, "moved": broken, "repaired": repaired}.items():
    print(f"{name:9}  recall {result['recall']:.2f}, precision {result['precision']:.2f}")

# %%
claim("Moved by a pixel, less than a tenth of the copies are found", broken["recall"] < 0.1)
claim("Repaired, at least 95 % are found again", repaired["recall"] >= 0.95)
claim("at a price: five chances to be alike instead of one cost precision",
      repaired["precision"] < removed["precision"])

# %% [markdown]
# ## Why it matters: leakage
#
# Suppose each picture was saved three times with small changes, and nobody noticed. You split the pile at random into training and
# test, and train a classifier that reads the letter. Then you split again so that all copies of a drawing stay on one side.
#
# When the test holds what the training has shown, that is **leakage**.
#
# ## Predict
# The random split scores 97 %. What does the same classifier score when copies stay together?

# %% tags=["exercise"] solution="0.9"
my_guess = ...  # a share between 0 and 1

# %% tags=["check"]
predict("images-honest_score", my_guess)

# %% [markdown]
# ## Exercise 4: repair the split
#
# Here is the split that leaks. `groups` says which drawing each picture was made from, and the code never looks at it:
#
# ```python
# def is_test(groups, test_groups):
#     return np.random.default_rng(0).random(len(groups)) < 0.2
# ```
#
# Repair it: a picture belongs to the test split exactly if its drawing is one of `test_groups`
# (which may name a drawing twice, or one that has no picture).

# %% tags=["exercise"] id="images-is_test" points=2
def is_test(groups, test_groups):
    """Which pictures are in the test split.

    (n,), (m,) whole numbers, in any order -> (n,) booleans
    """
    ### BEGIN SOLUTION
    return np.isin(groups, test_groups)
    ### END SOLUTION

# %% tags=["check"]
is_test = check("images-is_test", is_test)

# %%
drawings = run.steps(smoke=200, laptop=700, gpu=700)
copies = [slightly_changed(pictures[:drawings]) for _ in range(3)]
pile = np.concatenate(copies).reshape(3 * drawings, -1)  # (3 · drawings, 256)
groups = np.tile(np.arange(drawings), 3)  # (3 · drawings,)
letters = np.tile(glyphs.train_labels[:drawings], 3)

def score(in_test):
    """Train on the rest, read the test pictures."""
    reader = KNeighborsClassifier(1).fit(pile[~in_test], letters[~in_test])
    return float(reader.score(pile[in_test], letters[in_test]))

# %% tags=["nbval-ignore-output"]
leaking = score(random_numbers.random(len(pile)) < 0.2)
honest = score(is_test(groups, random_numbers.permutation(drawings)[: drawings // 5]))
print(f"Random split: {leaking:.0%}. Copies kept together: {honest:.0%}.")
print(f"Leakage added {100 * (leaking - honest):.0f} percentage points.")
predict("images-honest_score", outcome=honest)

# %%
claim("Leakage inflates the score by at least 30 percentage points", leaking - honest >= 0.3)

# %% [markdown]
# The model did not get worse. The first number was never about reading letters; it was about recognising copies.
#
# ## Augmentation that keeps the label, and augmentation that breaks it
#
# The other way round, small changes are a gift: each makes a new training picture for free, **if the label stays true**. The course's classifier
# can tell you. It knows only upright letters and digits; where its reading breaks down, yours might too.

# %%
augmentations = {
    "none": lambda p: p,
    "one pixel to the right": lambda p: np.roll(p, 1, axis=2),
    "darker": lambda p: 0.7 * p,
    "a little noise": lambda p: np.clip(p + random_numbers.normal(0, 0.05, p.shape), 0, 1),
    "mirrored": lambda p: p[:, :, ::-1],
    "upside down": lambda p: p[:, ::-1, ::-1],
    "quarter turn": lambda p: np.rot90(p, axes=(1, 2)),
}
kept = {
    name: evaluation.recognised_share(change(glyphs.test), glyphs.test_labels)
    for name, change in augmentations.items()
}

# %% tags=["nbval-ignore-output"]
harmful = ("mirrored", "upside down", "quarter turn")
figure = plots.bars(
    kept,
    title="Which changes leave a letter readable?",
    x_label="share of pictures still read as their label",
    highlight=harmful,
)
plots.show(
    figure,
    "Seven bars: shifting, darkening and a little noise keep nearly all pictures readable; "
    "mirroring and turning lose more than half.",
)

# %%
harmless = ("one pixel to the right", "darker", "a little noise")
claim(
    "A shift, a darker picture and a little noise keep at least 85 % "
    "of the labels that were read before",
    min(kept[name] for name in harmless) >= 0.85 * kept["none"],
)
claim(
    "Mirroring and turning break at least 40 % of them",
    max(kept[name] for name in harmful) <= 0.6 * kept["none"],
)

# %% tags=["nbval-ignore-output"]
mirrored = evaluation.recognise(augmentations["mirrored"](glyphs.test))
right = mirrored == glyphs.test_labels  # (500,) booleans
survivors = {
    name: float(right[glyphs.test_labels == label].mean())
    for label, name in enumerate(glyphs.class_names)
}
best = sorted(survivors, key=survivors.get, reverse=True)[:12]
print("Characters that survive a mirror best:", " ".join(best))

# %% [markdown]
# A mirror is harmless for A, H, I, M, O and ruins B and F. Whether an augmentation is safe depends on the class, and for photographs of cats the answer is
# another one. Nothing in the method tells you; knowing the data does.
#
# ## Who is missing?
#
# Every data set of the course has a **datasheet**: who made it, how, what for, and where its limits are. Read the one for `faces`,
# a set that can be made biased on purpose.

# %%
show_datasheet("faces")

# %% [markdown]
# Below, two training sets of faces. In the first, hats and glasses have nothing to do with each other. In the second they go together:
# nine times in ten, whoever wears a hat wears glasses, and whoever wears no hat wears none.
#
# The classifier gets the faces with heavy grain, as if taken in poor light, so the glasses are hard to see. It learns to say who wears them;
# then you ask it about *balanced* faces, group by group.

# %%
n_faces = run.steps(smoke=200, laptop=1_500, gpu=4_000)
bias = {("hat", "glasses"): 0.9}  # both or neither, in nine pictures of ten
sets = {
    "balanced": data.faces(n_faces, 1_000, seed=SEED),
    "biased": data.faces(n_faces, 1_000, seed=SEED, bias=bias),
}
figure = plots.pictures(
    np.concatenate([faces.train[:10] for faces in sets.values()]),  # (20, 32, 32, 3)
    row_labels=list(sets),
    title="Can you see the difference?",
)
plots.show(
    figure,
    "The same ten cartoon faces twice; in the lower row glasses were put on or taken off, "
    "so that they mostly go with a hat.",
)

# %%
def in_poor_light(faces):
    """The pictures with grain, one row each.  (n, 32, 32, 3) -> (n, 3072)"""
    return (faces + random_numbers.normal(0, 0.3, faces.shape)).reshape(len(faces), -1)

def audit(faces):
    """Accuracy on balanced test faces, apart for each combination of hat and glasses."""
    reader = LogisticRegression(max_iter=200, C=0.01)
    reader.fit(in_poor_light(faces.train), faces.train_labels)
    right = reader.predict(in_poor_light(faces.test)) == faces.test_labels
    hat, glasses = faces.test_factors["hat"] == 1, faces.test_factors["glasses"] == 1
    groups = {
        "hat and glasses": hat & glasses,
        "hat only": hat & ~glasses,
        "glasses only": ~hat & glasses,
        "neither": ~hat & ~glasses,
    }
    return {name: float(right[group].mean()) for name, group in groups.items()}

audits = {name: audit(faces) for name, faces in sets.items()}

# %% tags=["nbval-ignore-output"]
flat = {
    f"{group}, {name} training": share
    for name, groups in audits.items()
    for group, share in groups.items()
}
figure = plots.bars(
    flat,
    title="The rare combinations pay for the bias",
    x_label="share of balanced test faces read correctly",
    highlight=["hat only, biased training", "glasses only, biased training"],
)
plots.show(
    figure,
    "Eight bars: trained on balanced faces, all groups are read about equally well; "
    "trained on biased faces, the two rare groups are read far worse.",
)

# %% tags=["nbval-ignore-output"]
gap = {name: max(groups.values()) - min(groups.values()) for name, groups in audits.items()}
for name, value in gap.items():
    print(f"{name}: {100 * value:.0f} points between the best-read and the worst-read group")

# %%
claim(
    "Trained on balanced faces, the groups lie within 10 points of each other",
    gap["balanced"] <= 0.1,
)
claim("Trained on biased faces, the gap is at least 20 points", gap["biased"] >= 0.2)

# %% [markdown]
# Nobody told the classifier about hats. They were a shortcut: where the glasses were hard to see, the hat decided. The average
# over the *biased* world would look fine, because the groups that pay are rare there. A test set cut by group shows it, and a balanced one
# has enough faces in every group.
#
# ## Make: audit something
#
# Choose another pair of factors of `faces` (`data.FACE_RANGES` names them), plant a bias of your own, and find out who pays. State
# what you expect, measure it by group and show one figure.
# In a text cell below, write the *uses* and *limits* lines of a datasheet for your set.

# %% [markdown]
# **With your own pictures**, 40 or more in a folder, each sub-folder a class. Run this, then `{name: np.mean(read[own.test_labels == label] == label) for label, name in enumerate(own.class_names)}`:
#
# ```python
# own = data.pictures_from("photos", 32)
# rows, test_rows = (part.reshape(len(part), -1) for part in (own.train, own.test))
# read = LogisticRegression(max_iter=200, C=0.01).fit(rows, own.train_labels).predict(test_rows)
# ```

# %% tags=["exercise", "make"] id="images-make" points=4
def my_audit():
    """Your planted bias, and a figure of accuracy by group."""
    ### BEGIN SOLUTION
    # Expected: if older faces wear hats in training, the hat reader misses the young with hats.
    faces = data.faces(n_faces, 1_000, seed=SEED + 1, bias={("age_line", "hat"): 0.9})
    reader = LogisticRegression(max_iter=200, C=0.01)
    reader.fit(in_poor_light(faces.train), faces.train_factors["hat"])
    right = reader.predict(in_poor_light(faces.test)) == faces.test_factors["hat"]
    hat, old = faces.test_factors["hat"] == 1, faces.test_factors["age_line"] > 0.5
    groups = {
        "old, hat": hat & old,
        "young, hat": hat & ~old,
        "old, no hat": ~hat & old,
        "young, no hat": ~hat & ~old,
    }
    accuracy = {name: float(right[group].mean()) for name, group in groups.items()}
    title = "Who pays when the old wear hats?"
    return plots.bars(accuracy, title=title, x_label="hats read correctly")
    # Uses: nothing speaks against reading hats. Limits: one light, one hat; another may be small.
    ### END SOLUTION

# %% tags=["nbval-ignore-output"]
if (figure := my_audit()) is not ...:
    plots.show(figure, "The figure of my own audit.")

# %% [markdown] tags=["instructor"]
# **Rubric, 4 points.** The expectation is stated before the measurement (1) · accuracy is given for each group on a *balanced* test set (1) · a figure with title and labelled axes (1) ·
# the uses and limits follow from the numbers (1).
# In the worked example nobody pays: a hat fills a third of the picture, so the classifier needs no shortcut. "There is no effect" is a full answer.

# %% [markdown]
# ## Recap
#
# 1. Pixels are numbers in a range; fix the range once, the same for every picture.
# 2. Near-duplicates hide from equality and not from a perceptual hash.
# 3. Split by the thing that was photographed, not by the photograph.
# 4. An augmentation is safe when the label stays true, and that depends on the class.
# 5. Bias shows only where you cut the test set by group.
#
# ## Quiz
#
# Click, or type one letter a question.

# %% tags=["exercise"] solution='"bdac"'
my_answers = ...  # one letter a question, such as "abcd"

# %% tags=["check"]
quiz("images", my_answers)

# %% [markdown]
# ## Read on, and scale up
#
# - Gebru et al. (2021), *Datasheets for Datasets*.
# - Kapoor and Narayanan (2023), *Leakage and the Reproducibility Crisis in Machine-Learning-Based Science*.
# - Barz and Denzler (2020), *Do We Train on Test Data?*, near-duplicates between the two halves of CIFAR.
#
# **Scale up.** `import keras`, then `(train, _), (test, _) = keras.datasets.cifar10.load_data()` (170 MB, fetched once). Search it for
# near-duplicates between training and test: `difference_hash(train[:5_000, ..., 1:2] / 255)` hashes the green of a few thousand. Compare only
# pairs across the split, and look at what you find.
