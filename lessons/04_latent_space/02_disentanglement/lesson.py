# %% [markdown]
# # Can every dial of a machine mean one thing?
#
# A code of ten numbers draws a face. Turn one number, and hat, hair and glasses change together. A mixing desk works otherwise: one dial, one sound. Here you measure how far a
# code is from such a desk, try to build one without labels, and pay for it.
#
# | | |
# |---|---|
# | **You will** | measure what one number tells about another · write the mutual information gap · train nine networks and tell recipe from luck · turn a dial and read what else moved · choose a β for a target |
# | **First** | [Exploring the latent space](01_exploring_latent_space.ipynb), [Variational autoencoders](../02_models/04_variational_autoencoders.ipynb) |
# | **Time** | {{ reading_minutes }} min of reading, {{ exercise_minutes }} min of exercises, {{ computing_seconds }} s of computing |

# %% [markdown] tags=["instructor"]
# **For teachers, 65 minutes.** Exercises 1 and 2 with the known answers 20 · nine networks 15 · the dials 10 · what it costs, exercise 4 10 · luck and the rotation 5 · glyphs or quiz 5.
#
# The sentence to leave on the board: *a likelihood cannot see how the code is turned, so without labels nobody can promise which dial you get.*
# In exercise 1 learners take logarithms of the shares alone and get an entropy; the check says which one. Ask before the training: *β = 40 worked for me once. How often must I try before you
# believe me?*

# %% tags=["parameters"]
PROFILE = "laptop"  # "smoke" runs in seconds, "gpu" trains for longer
SEED = 0

# %%
from genai_course import (
    check, claim, data, evaluation, hint, latent, plots,
    predict, quiz, setup, show_source, widgets,
)

run = setup(PROFILE, SEED)

# %%
from numbers import Integral, Real

import numpy as np
import pandas as pd
from sklearn.decomposition import PCA
from sklearn.linear_model import LinearRegression

from genai_course.data.faces import FACE_RANGES
from genai_course.data.glyphs import GLYPH_RANGES
from genai_course.evaluation import disentanglement
from genai_course.models import beta_autoencoders
from genai_course.models.beta_autoencoders import BetaAutoencoders
from genai_course.models.latent_prior import LatentPrior
from genai_course.training import track

random_numbers = np.random.default_rng(SEED)

# %% [markdown]
# ## What does one number tell about another?
#
# You may guess a factor f of a picture. Then somebody shows you one number z of its code. The **mutual information** is how much surprise that saves you, in nats:
#
# $$I(z; f) = \sum_{z,\,f} p(z, f)\, \log\frac{p(z, f)}{p(z)\; p(f)}$$
#
# It is 0 if the two are independent. It is the whole entropy of f if z gives f away. A correlation sees straight lines only; this sees any pattern.

# %% [markdown]
# ## Exercise 1: from a table of counts
#
# Cut z and f into bins and count how often each pair of bins comes up. Divide by the total, and you have p(z, f); sums over a row or a column give p(z) and p(f). A pair that never came up adds 0. At least one pair did come up.
#
# Stuck? Run `hint("disentanglement-mutual_information")` in a cell of its own; every exercise has three hints.

# %% tags=["exercise"] id="disentanglement-mutual_information" points=3
def mutual_information(counts):
    """What the row tells about the column, in nats.  (rows, columns) counts -> number"""
    ### BEGIN SOLUTION
    joint = counts / counts.sum()
    apart = joint.sum(axis=1, keepdims=True) * joint.sum(axis=0, keepdims=True)
    seen = joint > 0
    return np.sum(joint[seen] * np.log(joint[seen] / apart[seen]))
    ### END SOLUTION

# %% tags=["check"]
mutual_information = check("disentanglement-mutual_information", mutual_information)

# %% [markdown]
# ## Is it right? A case with a formula
#
# For two Gaussians of correlation ρ the answer is known: −½ log(1 − ρ²). We draw pairs, cut each number into 20 bins of equal count, and let *your* function work on the table. `evaluation.mutual_information`
# does the same and then subtracts what chance adds.

# %%
def count_pairs(first, second, bins=20):
    """A table of how often each pair of bins comes up.  (n,), (n,) -> (bins, bins)"""
    places = [np.argsort(np.argsort(each)) * bins // len(each) for each in (first, second)]
    return np.bincount(places[0] * bins + places[1], minlength=bins**2).reshape(bins, bins)

def gaussian_pair(correlation, n):
    """n pairs of standard normal numbers.  -> (n,), (n,)"""
    first, noise = random_numbers.standard_normal((2, n))
    return first, correlation * first + np.sqrt(1 - correlation**2) * noise

sizes = [250, 500, 1_000, 2_000, 4_000, 8_000]
curves = {}
for correlation in (0.0, 0.8):
    pairs = [gaussian_pair(correlation, n) for n in sizes]
    curves[f"ρ = {correlation}: your table"] = [mutual_information(count_pairs(*p)) for p in pairs]
    curves[f"ρ = {correlation}: corrected"] = [evaluation.mutual_information(*p) for p in pairs]
formula = -0.5 * np.log(1 - 0.8**2)

# %% tags=["nbval-ignore-output"]
figure = plots.lines(
    curves, x=sizes, log_x=True, title="Small samples tell stories",
    x_label="number of pairs", y_label="mutual information (nats)",
)
figure.axes[0].axhline(formula, color=plots.COLOURS[7], linestyle=":")
plots.show(
    figure,
    "Four curves against the number of pairs. Uncorrected tables start far too high and fall; the "
    "corrected ones stay near 0 and near the dotted formula, 0.51 nats.",
)

# %% [markdown]
# Two independent numbers seem to share 0.8 nats if you only have 250 pairs for 400 cells. On average chance adds (rows − 1)(columns − 1)/2n, and the correction takes that away. Cutting into bins costs a little in the other direction.

# %%
plain, corrected = curves["ρ = 0.0: your table"], curves["ρ = 0.0: corrected"]
claim("From 250 independent pairs, the plain table claims more than 0.4 nats", plain[0] > 0.4)
claim("From 1,000 pairs up, the correction leaves less than 0.05", max(corrected[2:]) < 0.05)
claim(
    "With ρ = 0.8 and 8,000 pairs, the corrected number is the formula's to within 0.05 nats",
    abs(curves["ρ = 0.8: corrected"][-1] - formula) < 0.05,
)

# %% [markdown]
# ## A gap between first and second
#
# For a mixing desk two things must hold: some number of the code tells all about the factor, **and no other number tells anything**. The **mutual information gap** (Chen et al., 2018) puts that into one line. With
# z₍₁₎ the best and z₍₂₎ the second best number for the factor:
#
# $$\text{gap}(f) = \frac{I(z_{(1)}; f) - I(z_{(2)}; f)}{H(f)}$$
#
# H(f) is the entropy of the factor, all there is to know. The **MIG** of a code is the mean gap over its factors.

# %% [markdown]
# ## Exercise 2: the gap
#
# You get a table of information with one row for each number of the code and one column for each factor, and the entropy of each factor, which is above 0. There are at least two numbers. If two of them tell equally much, one is the best and the other the second best; an estimate slightly below 0 counts as it is. Complete `gaps`.

# %% tags=["exercise"] id="disentanglement-gaps" points=3
def gaps(information, entropies):
    """Best minus second best, as a share.  (d, k) nats, (k,) nats -> (k,)"""
    ### BEGIN SOLUTION
    ranked = np.sort(information, axis=0)  # (d, k), rising
    return (ranked[-1] - ranked[-2]) / entropies
    ### END SOLUTION

# %% tags=["check"]
gaps = check("disentanglement-gaps", gaps)

# %% [markdown]
# ## Codes whose answer is known
#
# A ruler is worth what it says where you know the truth. Three independent factors, five made-up codes: the factors themselves; each factor twice; every two factors turned into each other by 45°; the factors
# under noise as strong as they are; nothing but noise.

# %%
made_up = random_numbers.uniform(-1, 1, (8_000, 3))  # three factors
noise = random_numbers.uniform(-1, 1, (8_000, 3))
turned = np.column_stack([made_up[:, 0] - made_up[:, 1], made_up[:, 0] + made_up[:, 1]])
known_codes = {
    "the factors": np.column_stack([made_up, noise]),
    "each factor twice": np.column_stack([made_up, made_up]),
    "two turned by 45°": np.column_stack([turned / np.sqrt(2), made_up[:, 2], noise[:, 0]]),
    "factors under noise": np.column_stack([made_up + noise, noise]),
    "noise": noise,
}
known_gaps = {}
for name, code in known_codes.items():
    shares = evaluation.information_table(code, made_up)
    known_gaps[name] = gaps(shares, np.ones(3))  # they are shares of the entropy already

# %% tags=["nbval-ignore-output"]
pd.DataFrame(known_gaps, index=["factor 1", "factor 2", "factor 3"]).T.round(2)

# %%
claim("The factors themselves have a MIG above 0.95", known_gaps["the factors"].mean() > 0.95)
claim(
    "Two copies have none, and neither has noise",
    max(known_gaps["each factor twice"].max(), known_gaps["noise"].max()) < 0.02,
)
claim(
    "A turn by 45° takes the gap from the two factors that it mixes, and leaves the third alone",
    known_gaps["two turned by 45°"][:2].max() < 0.05
    and known_gaps["two turned by 45°"][2] > 0.95,
)

# %% [markdown]
# Look at the second row and the third. In both the code holds *everything*: you could compute the factors from it. MIG does not ask what a code knows. It asks whether you can point at the number.
#
# ## Faces, and networks in a stack
#
# As in the last lesson, faces become principal components, 100 of them here. The networks are small VAEs with ten numbers, and we want many of them: to tell a recipe from luck, you need more than one start.

# %%
n_train = run.steps(smoke=200, laptop=6_000, gpu=40_000)
faces = data.faces(n_train, run.steps(smoke=150, laptop=2_000, gpu=4_000), seed=SEED)
FACTORS = list(FACE_RANGES)
truth = np.stack([faces.test_factors[name] for name in FACTORS], axis=1)  # (n_test, 8)
spread = truth.std(axis=0)
flat = faces.train.reshape(n_train, -1)  # (n_train, 3072)
pca = PCA(100, svd_solver="randomized", iterated_power=2, random_state=SEED).fit(flat[:3_000])
rows = pca.transform(flat)  # (n_train, 100)
test_rows = pca.transform(faces.test.reshape(len(faces.test), -1))

# %% [markdown]
# `BetaAutoencoders` trains several VAEs side by side, each with its own β. The loss is the one you know, with a Gaussian of width σ = 0.1 around the drawing. β multiplies the KL term (Higgins et al., 2017); for now the place is `"kl"`.

# %%
show_source(BetaAutoencoders.losses)

# %% [markdown]
# Why should β turn a code into a desk? Every number must pay for what it says. When that is dear, it pays to say the most useful thing with one number and not to spread it over five. That is a hope, not a proof.

# %% [markdown]
# ## Predict
# Three starts. For each, a VAE (β = 1) and a β-VAE (β = 40) from the same first weights, with the same batches. In how many of the three is the β-VAE's MIG at least twice the VAE's?

# %% tags=["exercise"] solution="3"
my_guess = ...  # 0, 1, 2 or 3

# %% tags=["check"]
predict("disentanglement-doubled", my_guess)

# %%
starts = [3 * SEED + k for k in range(3)]
epochs = run.steps(smoke=1, laptop=16, gpu=60)
betas = [1.0] * 3 + [40.0] * 3 + [400.0, 1_600.0]  # the last two are for later
plain = BetaAutoencoders(100, 10, betas, starts + starts + [starts[0]] * 2)
_ = plain.fit(rows, epochs, rate=8e-3, watch=lambda each: track(each, "Eight VAEs"))

# %%
def means(network, rows):
    """The middle of each row's cloud.  (stack, place), (n, 100) -> (n, 10)"""
    stack, place = network
    return np.asarray(stack.encode(rows)[0][place])

def clouds(network, rows):
    """A random point of each cloud, so that a number that is mostly noise counts as noise."""
    stack, place = network
    mean, log_variance = (np.asarray(part[place]) for part in stack.encode(rows))  # (n, 10)
    rng = np.random.default_rng(SEED)
    return mean + np.exp(0.5 * log_variance) * rng.standard_normal(mean.shape)

def pictures(network, codes):
    """(stack, place), (n, 10) -> (n, 32, 32, 3)"""
    stack, place = network
    drawn = pca.inverse_transform(np.asarray(stack.decode(codes)[place]))
    return np.clip(drawn, 0, 1).reshape(-1, 32, 32, 3).astype("float32")

# %%
networks = {"VAE": [(plain, k) for k in range(3)], "β-VAE": [(plain, 3 + k) for k in range(3)]}

def measure(kind):
    """Share of each factor that each number tells, for three starts.  -> (3, 10, 8)"""
    return np.array([evaluation.information_table(clouds(network, test_rows), truth)
                     for network in networks[kind]])

tells = {kind: measure(kind) for kind in networks}
mig = {kind: np.array([gaps(table, np.ones(8)).mean() for table in tells[kind]]) for kind in tells}
doubled = int((mig["β-VAE"] >= 2 * mig["VAE"]).sum())

# %% tags=["nbval-ignore-output"]
print(pd.DataFrame({**mig, "ratio": mig["β-VAE"] / mig["VAE"]}, index=starts).round(3))
predict("disentanglement-doubled", outcome=doubled)

# %% [markdown]
# The recipe is the same in every row; only the first weights differ. When we measured nine starts on three sets of faces, the ratio ran from 0.9 to 3.7, and in six of the nine it was 2 or more. Whoever tries one start and likes it has learned something about that start.

# %% [markdown]
# ## Where should β press?
#
# The KL term, averaged over all pictures, is a sum of three (Chen et al., 2018): how much the code tells about the picture; the **total correlation**, how much its numbers depend on each other; and how far each number is from N(0, 1).
# A large β punishes all three. Yet only the second has to do with a desk: punish that one alone.

# %%
show_source(beta_autoencoders.total_correlation)

# %%
betas = [40.0] * 3 + [1_600.0]  # the last one is for later
isolating = BetaAutoencoders(100, 10, betas, starts + starts[:1], place="total_correlation")
_ = isolating.fit(rows, epochs, rate=8e-3, watch=lambda each: track(each, "β elsewhere"))
networks["β-TC-VAE"] = [(isolating, k) for k in range(3)]
tells["β-TC-VAE"] = measure("β-TC-VAE")
mig["β-TC-VAE"] = np.array([gaps(table, np.ones(8)).mean() for table in tells["β-TC-VAE"]])
ratios = {kind: mig[kind] / mig["VAE"] for kind in ("β-VAE", "β-TC-VAE")}

# %% tags=["nbval-ignore-output"]
table = pd.DataFrame({**mig, **{f"{kind} / VAE": ratio for kind, ratio in ratios.items()}})
table.set_axis(pd.Index(starts, name="start")).round(3)

# %%
claim(
    "With β on the total correlation, MIG is at least twice the VAE's in each of three starts",
    ratios["β-TC-VAE"].min() >= 2,
)
claim(
    "On average it also beats the same β on the whole KL term",
    mig["β-TC-VAE"].mean() > mig["β-VAE"].mean(),
)

# %%
best = int(mig["β-TC-VAE"].argmax())  # the start that we keep
figure, axes = plots.new_figure(1, 3, height=3.3, sharey=True)
for axis, kind in zip(axes, networks, strict=True):
    image = axis.imshow(tells[kind][best].T, cmap="viridis", aspect="auto", vmin=0, vmax=1)
    axis.set(title=f"{kind}: MIG {mig[kind][best]:.2f}", xlabel="number of the code")
    axis.set_xticks(range(0, 10, 3))
    axis.grid(visible=False)
axes[0].set_yticks(range(8), [name.replace("_", " ") for name in FACTORS])
figure.colorbar(image, ax=axes, label="share of the factor told")
plots.show(
    figure,
    "Three maps of ten numbers by eight factors. The VAE's is a haze; the β-TC-VAE's has a few "
    "bright fields, hat or glasses above all. The rows of smile and age line are dark everywhere.",
)

# %% [markdown]
# The VAE's map is a haze, and yet you will see that its copies are the best of the three. It knows nearly all, and nothing has a place.
#
# We keep the start with the highest MIG. Note what that took: **the true factors**. Without labels you could not have chosen.
#
# ## Exercise 3: find the dial
#
# `tells["β-TC-VAE"][best]` has one row for each of the ten numbers and one column for each factor, in the order of `FACTORS`. Which number, from 0 to 9, tells most about the **skin**?

# %% tags=["exercise"] id="disentanglement-dial" points=1 solution='int(tells["β-TC-VAE"][best][:, FACTORS.index("skin")].argmax())'
my_number = ...  # a whole number from 0 to 9

# %%
told = tells["β-TC-VAE"][best]  # (10, 8)
skin = FACTORS.index("skin")
counted = isinstance(my_number, Integral)
chosen = int(my_number) if counted and 0 <= my_number <= 9 else 0
my_result = {
    "number": int(my_number) if counted else my_number,
    "share_of_best": float(told[chosen, skin] / told[:, skin].max()),
    "is_skin_row": bool(chosen == told[skin].argmax()),
}

# %% tags=["check"]
my_result = check("disentanglement-dial", my_result)

# %% [markdown]
# ## Turn a dial
#
# Information is a number; a desk is for turning. So turn: one number of the code goes from two standard deviations below its mean to two above, everything else stays.

# %%
kept = networks["β-TC-VAE"][best]
codes = {kind: means(networks[kind][best], test_rows) for kind in networks}  # (n_test, 10) each
turns = np.linspace(-2, 2, 7)

def turn(kind, face, number, turns):
    """Copies of a face's code with one number turned, in standard deviations.  -> (m, 10)"""
    column = codes[kind][:, number]
    return latent.traverse(codes[kind][face], number, column.mean() + turns * column.std())

# %%
loudest = np.argsort(told.max(axis=1))[::-1][:5]  # five numbers that tell most about something
walks = np.concatenate([turn("β-TC-VAE", 3, int(number), turns) for number in loudest])
names = [f"{number}: {FACTORS[told[number].argmax()].replace('_', ' ')}" for number in loudest]
figure = plots.pictures(
    pictures(kept, walks), columns=7, scale=0.78, row_labels=names,
    labels=[f"{value:+.1f}" for value in turns] * 5,
    title="Five dials of the β-TC-VAE, named after what they tell most about",
)
plots.show(
    figure,
    "Five rows of seven faces, in each one number of the code turned from −2 to +2 standard "
    "deviations: the first rows change mostly one thing each; rows may share a factor.",
)

# %% [markdown]
# ## Explore: dials and readings
#
# The face reader from the last lesson reads each picture. Choose a network and turn its numbers one by one. How many lines move at once?

# %%
def read(drawn):
    """What the reader sees.  (n, 32, 32, 3) -> (n, 8)"""
    found = evaluation.read_faces(drawn)
    return np.stack([found[name] for name in FACTORS], axis=1)

def draw_dial(network, number, face):
    places = np.linspace(-2, 2, 5)  # standard deviations
    drawn = pictures(networks[network][best], turn(network, face, number, places))  # (5, …)
    readings = (read(drawn) - truth.mean(axis=0)) / spread
    figure, (top, bottom) = plots.new_figure(2, 1, width=6, height=3.8, height_ratios=[1, 2.4])
    top.imshow(np.concatenate(list(drawn), axis=1), aspect="equal")
    top.set_axis_off()
    top.set_title(f"{network}: number {number} turned")
    for values, name, marker in zip(readings.T, FACTORS, "osD^vPX*", strict=True):
        bottom.plot(places, values, marker=marker, label=name.replace("_", " "))
    bottom.set(xlabel="turn (standard deviations)", ylabel="reading (spreads)", ylim=(-2.5, 2.5))
    bottom.legend(loc="center left", bbox_to_anchor=(1, 0.5), fontsize=8)
    return figure

# %%
widgets.explore(
    draw_dial,
    "Five faces along one number of the code, and below them eight lines of readings, "
    "of which few move much.",
    network=["β-TC-VAE", "β-VAE", "VAE"], number=(0, 9, 1, int(loudest[0])), face=(0, 99, 1, 3),
)

# %% [markdown]
# ## How clean is a dial?
#
# For each factor we take the number that tells most about it, turn it from −1 to +1 standard deviation on 25 held-out faces, and read all eight factors. The **focus** is the share of all movement, each factor in its own spread, that went into the
# wanted one. Beside it stands the recipe of the last lesson, which uses labels: a direction by least squares, here in the VAE's own space.

# %%
def focus(network, steps):
    """Share of the movement that went where it should.  steps (8, 10): one a factor -> (8,)"""
    code = means(network, test_rows[:25])  # (25, 10)
    ends = np.stack([code - steps[:, None], code + steps[:, None]])  # (2, 8, 25, 10)
    readings = read(pictures(network, ends.reshape(-1, 10))).reshape(*ends.shape[:3], 8)
    moved = np.abs(readings[1] - readings[0]).mean(axis=1) / spread  # (8 wanted, 8 read)
    return np.diag(moved) / np.maximum(moved.sum(axis=1), 1e-6)

def dials(network, told):
    """For each factor, one standard deviation of the number that tells most about it."""
    return np.diag(means(network, test_rows).std(axis=0))[told.argmax(axis=0)]  # (8, 10)

train_truth = np.stack([faces.train_factors[name] for name in FACTORS], axis=1)
focused = {
    kind: np.array([focus(network, dials(network, told))
                    for network, told in zip(networks[kind], tells[kind], strict=True)])
    for kind in networks
}  # (3, 8) each

# %%
for kind in ("VAE", "β-TC-VAE"):
    directions = []
    for network in networks[kind]:
        vectors = latent.attribute_vectors(means(network, rows), train_truth)  # (8, 10)
        directions.append(focus(network, vectors * spread[:, None]))
    focused[f"{kind}, labels"] = np.array(directions)  # (3, 8)
KEPT = [k for k, name in enumerate(FACTORS) if name not in ("smile", "age_line")]
clean = {kind: shares[:, KEPT].mean() for kind, shares in focused.items()}

# %% tags=["nbval-ignore-output"]
table = pd.DataFrame({kind: shares.mean(axis=0) for kind, shares in focused.items()}, FACTORS)
table.loc["six kept: mean"] = clean
table.columns = [name.replace(", ", " + ") for name in table.columns]
table.round(2)

# %%
smile = {kind: shares[:, FACTORS.index("smile")].mean() for kind, shares in focused.items()}
claim(
    "Dials of the β-TC-VAE are at least 1.5 times as clean as the VAE's, without a single label",
    clean["β-TC-VAE"] > 1.5 * clean["VAE"],
)
claim(
    "Labels make the VAE's handles at least 1.5 times as clean as its dials",
    clean["VAE, labels"] > 1.5 * clean["VAE"],
)
claim(
    "and for the smile they reach twice the focus that labels get from the β-TC-VAE",
    smile["VAE, labels"] > 2 * smile["β-TC-VAE, labels"],
)

# %% [markdown]
# Two ways to a handle, then. Numbers that were trained apart keep their side effects small. A direction from labels can be cleaner than the best single number, for the smile too, as long as the code holds the factor at all. Where numbers are apart and labels exist, both
# together were the cleanest.

# %% [markdown]
# ## What does it cost?
#
# The bill: how far are drawings from the faces they copy? Which factors can still be read from a copy (1 is perfectly, 0 not at all)? And new faces from dice: how far are their readings from those of drawn faces, as a Fréchet distance?

# %%
n = run.steps(smoke=50, laptop=500, gpu=2_000)
rivals = {kind: networks[kind][best] for kind in networks}
rivals |= {"β = 400": (plain, 6), "β = 1600": (plain, 7)}

def bill(network):
    """Error, nats, active numbers, and the share of each factor that a copy keeps."""
    mean, log_variance = (np.asarray(part[network[1]]) for part in network[0].encode(test_rows))
    copies = pictures(network, mean)
    squares = np.mean((read(copies[:n]) - truth[:n]) ** 2, axis=0)
    return {
        "error": float(np.mean((copies - faces.test) ** 2)),
        "nats": float(0.5 * np.mean(np.sum(mean**2 + np.exp(log_variance) - 1 - log_variance, 1))),
        "active": int((mean.var(axis=0) > 0.01).sum()),
        **dict(zip(FACTORS, np.maximum(0, 1 - squares / spread**2), strict=True)),
    }

bills = {name: bill(network) for name, network in rivals.items()}

# %% tags=["nbval-ignore-output"]
table = pd.DataFrame(bills).rename(index={"error": "error × 1000"})
table.loc["error × 1000"] *= 1_000
table.round(2)

# %%
drawn_readings = read(faces.test[n : 2 * n]) / spread

def distance(drawn):
    """Fréchet distance of the readings, in squared spreads."""
    return evaluation.frechet_distance(read(drawn) / spread, drawn_readings)

new_faces = {"drawn faces": {"drawn": distance(faces.test[:n])}}
for kind in networks:
    network = networks[kind][best]
    mixture = LatentPrior.fit(clouds(network, rows[:3_000]), run.steps(smoke=2, laptop=10, gpu=20))
    new_faces[kind] = {
        "dice": distance(pictures(network, LatentPrior.standard_normal(10).sample(n, SEED))),
        "fitted mixture": distance(pictures(network, mixture.sample(n, SEED))),
    }

# %% tags=["nbval-ignore-output"]
pd.DataFrame(new_faces).T.round(2)

# %%
claim(
    "The β-TC-VAE's drawings are off by at least 1.5 times as much as the VAE's",
    bills["β-TC-VAE"]["error"] > 1.5 * bills["VAE"]["error"],
)
claim(
    "The smile is gone from its copies; the VAE's keep at least half of it",
    bills["β-TC-VAE"]["smile"] < 0.2 and bills["VAE"]["smile"] > 0.5,
)
claim(
    "A fitted prior brings new faces nearer, for the VAE and for the β-TC-VAE",
    all(new_faces[kind]["fitted mixture"] < 0.8 * new_faces[kind]["dice"]
        for kind in ("VAE", "β-TC-VAE")),
)
claim(
    "With it, the β-TC-VAE's faces are at least twice as far from drawn ones as the VAE's",
    new_faces["β-TC-VAE"]["fitted mixture"] > 2 * new_faces["VAE"]["fitted mixture"],
)

# %% [markdown]
# The smile and the age line are some dozens of pixels. A number that draws them would cost more than it saves, so the penalty deletes them first. They may be what you wanted to control. Nothing in the loss knows that. Their absence is most of the Fréchet distance, too: every new face has the same mouth.
#
# ## Exercise 4: enough and no more
#
# Choose a β for the total correlation such that, from the first start, MIG is at least **twice** the VAEs' mean **and** the error at most **1.5 times** the VAE's. 1 is the VAE itself; 40 is too dear. Training takes a few seconds.

# %% tags=["exercise"] id="disentanglement-choose_beta" points=3 solution="8"
my_beta = ...  # a number above 1 and below 40

# %%
tried_beta = float(my_beta) if isinstance(my_beta, Real) and 0 <= my_beta <= 1_000 else 1.0
tried = BetaAutoencoders(100, 10, [tried_beta], starts[:1], place="total_correlation")
_ = tried.fit(rows, epochs, rate=8e-3, watch=lambda each: track(each, "Your network"))
tried_tells = evaluation.information_table(clouds((tried, 0), test_rows), truth)
first_error = np.mean((pictures((plain, 0), means((plain, 0), test_rows)) - faces.test) ** 2)
error = np.mean((pictures((tried, 0), means((tried, 0), test_rows)) - faces.test) ** 2)
my_trade = {
    "beta": my_beta,
    "mig_ratio": float(gaps(tried_tells, np.ones(8)).mean() / mig["VAE"].mean()),
    "error_ratio": float(error / first_error),
}

# %% tags=["check"]
my_trade = check("disentanglement-choose_beta", my_trade)

# %% [markdown]
# ## Nobody can promise it
#
# Here is why starts matter. N(0, I) looks the same from every side. So take the network we kept, turn its code by any rotation R, and turn back in the first layer of the decoder: the same pictures, with the same probabilities. The training
# sees no difference (Locatello et al., 2019). MIG does.

# %%
rotation = np.linalg.qr(np.random.default_rng(SEED).standard_normal((10, 10)))[0]
straight = clouds(kept, test_rows)  # (n_test, 10)
rotated = straight @ rotation
layers = [np.asarray(layer[best]) for layer in isolating.decoder]
turned_layers = [rotation.T @ layers[0], *layers[1:]]

def log_joint(layers, codes):
    """log p(x, z) of each face and its code, up to a constant.  -> (n_test,)"""
    drawn = np.asarray(beta_autoencoders.run_layers(layers, codes))
    errors = np.sum((test_rows - drawn) ** 2, axis=1) / (2 * isolating.sigma**2)
    return -errors - 0.5 * np.sum(codes**2, axis=1)

two = {"as trained": (layers, straight), "rotated": (turned_layers, rotated)}
rotation_bill = {
    name: {"log p(x, z), nats": float(log_joint(net, code).mean()),
           "MIG": float(evaluation.mutual_information_gap(code, truth).mean())}
    for name, (net, code) in two.items()
}

# %% tags=["nbval-ignore-output"]
pd.DataFrame(rotation_bill).T.round(3)

# %%
before, after = rotation_bill["as trained"], rotation_bill["rotated"]
claim(
    "Rotated, the network gives every face and code the same probability, to one part in 10,000",
    abs(after["log p(x, z), nats"] / before["log p(x, z), nats"] - 1) < 1e-4,
)
claim("and has lost at least half of its MIG", after["MIG"] < before["MIG"] / 2)

# %% [markdown]
# What keeps a VAE from turning its code is something smaller than the likelihood: its clouds have no slant, since the encoder gives one variance for each number. That prefers some axes, and not always yours.
#
# ## Break it: how much β is too much?
#
# For a VAE with straight lines only, the answer is a formula (Lucas et al., 2019): a principal component of variance λ is worth a number of the code only if
#
# $$\lambda > \beta\,\sigma^2 .$$
#
# ## Predict
# The largest variances of our components are 13.2, 10.9, 8.3, 6.0, 2.1 and 2.0, and σ is 0.1. Trained with β = 400, how many of the ten numbers will be active?

# %% tags=["exercise"] solution="4"
my_guess = ...  # a whole number from 0 to 10

# %% tags=["check"]
predict("disentanglement-active", my_guess)

# %%
variances = pca.explained_variance_  # (100,)
settings = {1.0: 0, 40.0: 3, 400.0: 6, 1_600.0: 7}  # β: place in the stack
survival = {
    beta: {
        "by the formula": min(10, int((variances > beta * plain.sigma**2).sum())),
        "active": bill((plain, place))["active"],
        "MIG": float(evaluation.mutual_information_gap(
            clouds((plain, place), test_rows), truth).mean()),
    }
    for beta, place in settings.items()
}

# %% tags=["nbval-ignore-output"]
print(variances[:6].round(1))
predict("disentanglement-active", outcome=survival[400.0]["active"])
pd.DataFrame(survival).T.round(3)

# %%
claim(
    "The formula for straight lines tells the active numbers of these networks to within one",
    all(abs(row["active"] - row["by the formula"]) <= 1 for row in survival.values()),
)
claim(
    "With β = 1,600 nothing is left: no active number, no MIG",
    survival[1_600.0]["active"] == 0 and survival[1_600.0]["MIG"] < 0.02,
)

# %% [markdown]
# ## The repair
#
# Two repairs. Keep β below λ/σ² of the last component you want: with 40 nearly all ten numbers lived, as measured above. Or put β where it does not press on information directly. Here is the same 1,600 on the total correlation: milder, not free.

# %%
heavy = (isolating, 3)
saved = bill(heavy)
saved_mig = evaluation.mutual_information_gap(clouds(heavy, test_rows), truth).mean()

# %% tags=["nbval-ignore-output"]
broken = bills["β = 1600"]
pd.DataFrame({
    "β on everything": {"active": broken["active"], "nats": broken["nats"],
                        "error": broken["error"], "MIG": survival[1_600.0]["MIG"]},
    "β on the total correlation": {"active": saved["active"], "nats": saved["nats"],
                                   "error": saved["error"], "MIG": saved_mig},
}).T.round(4)

# %%
claim(
    "On the total correlation alone the same β leaves numbers active, and half of the error goes",
    saved["active"] >= 2 and saved["error"] < 0.5 * broken["error"],
)

# %% [markdown]
# ## Does it work on letters?
#
# One letter R in one typeface, moved, turned, slanted, bent and thickened at random: six known factors of about equal weight. Two networks, and for comparison a straight line from all ten numbers to each factor: R² says how much of the factor the code holds *somewhere*.

# %%
def letters(n, seed):
    """Pictures of an R in components' place, and its factors.  -> (n, 256), (n, 6)"""
    rng = np.random.default_rng([SEED, seed])
    factors = {name: rng.uniform(*ends, n) for name, ends in GLYPH_RANGES.items()}
    drawn = data.draw_glyphs({"character": "R", **factors})  # (n, 16, 16, 1)
    return drawn.reshape(n, -1), np.stack(list(factors.values()), axis=1)

ink, causes = letters(run.steps(smoke=200, laptop=6_000, gpu=40_000), seed=0)
test_ink, test_causes = letters(run.steps(smoke=100, laptop=2_000, gpu=4_000), seed=1)
ink_pca = PCA(60, svd_solver="randomized", iterated_power=2, random_state=SEED).fit(ink)
strokes, test_strokes = ink_pca.transform(ink), ink_pca.transform(test_ink)  # (n, 60)

# %%
letter_epochs = run.steps(smoke=1, laptop=12, gpu=40)
letter_networks = BetaAutoencoders(60, 10, [1.0, 16.0], starts[:1] * 2, place="total_correlation")
_ = letter_networks.fit(
    strokes, letter_epochs, rate=8e-3, watch=lambda each: track(each, "Two VAEs for letters"))
found = {}
for place, name in enumerate(["VAE", "β-TC-VAE"]):
    network = (letter_networks, place)
    line = LinearRegression().fit(means(network, strokes), causes)
    off = np.mean((line.predict(means(network, test_strokes)) - test_causes) ** 2, axis=0)
    found[f"{name}: gap"] = evaluation.mutual_information_gap(
        clouds(network, test_strokes), test_causes)
    found[f"{name}: R²"] = 1 - off / test_causes.var(axis=0)

# %% tags=["nbval-ignore-output"]
table = pd.DataFrame(found, index=list(GLYPH_RANGES))
table.loc["mean"] = table.mean()
table.round(2)

# %%
moves = ["thickness", "shift_x", "shift_y"]
table = table.drop(index="mean")
claim(
    "Both networks hold thickness and place: a straight line reads them with an R² above 0.8",
    table.loc[moves, ["VAE: R²", "β-TC-VAE: R²"]].min(axis=None) > 0.8,
)
claim(
    "and in neither has any of the six factors a number to itself: no gap above 0.5",
    table[["VAE: gap", "β-TC-VAE: gap"]].max(axis=None) < 0.5,
)

# %% [markdown]
# The recipe that made dials for faces makes none for letters. A moved letter is another set of pixels, and it takes several numbers bent round each other to draw it. A code can know its factors and still have no dials: two questions, two rulers.
#
# ## Make: a dial of your own
#
# Change one thing that this lesson left alone: the size of the code, σ, the number of components, another letter, factors that go together in the data (`data.faces(bias=…)`), another ruler than MIG. Compare with the network as it was, for **two starts at least**. One
# table or figure, and two sentences: what changed, and whether it is more than luck.

# %% tags=["exercise", "make"] id="disentanglement-make" points=4
def my_dials():
    """Your change, measured for two starts at least, and a figure."""
    ### BEGIN SOLUTION
    # Half as many numbers: are five enough for six factors, or do they have to share?
    few = BetaAutoencoders(100, 5, [40.0] * 2, starts[:2], place="total_correlation")
    few.fit(rows, run.steps(smoke=1, laptop=6, gpu=60), rate=8e-3)
    small = [evaluation.mutual_information_gap(clouds((few, k), test_rows), truth) for k in (0, 1)]
    large = [gaps(told, np.ones(8)) for told in tells["β-TC-VAE"][:2]]
    print("MIG with 5 numbers:", [round(float(each.mean()), 2) for each in small])
    print("MIG with 10 numbers:", [round(float(each.mean()), 2) for each in large])
    print("Five were trained for fewer epochs here, and two starts are few: no verdict yet.")
    figure, axes = plots.new_figure(1, 2, height=2.8, sharey=True)
    for axis, k in zip(axes, (0, 1), strict=True):
        for values, label, marker in ((small[k], "5 numbers", "o"), (large[k], "10 numbers", "D")):
            axis.plot(values, range(8), marker, label=label)
        axis.set(title=f"Start {starts[k]}", xlabel="gap", xlim=(-0.05, 1))
    axes[0].set_yticks(range(8), [name.replace("_", " ") for name in FACTORS])
    axes[0].legend(fontsize=8)
    return figure
    ### END SOLUTION

# %% tags=["nbval-ignore-output"]
my_figure = my_dials()
if my_figure is not ...:
    plots.show(my_figure, "The gap of each factor before and after my change, for two starts.")

# %% [markdown] tags=["instructor"]
# **Rubric, 4 points.** One thing is changed and the rest kept (1) · at least two starts on either side (1) · MIG or another ruler, and the price in error (1) · a verdict that the numbers carry, "no difference beyond luck" included (1).

# %% [markdown]
# ## Recap
#
# 1. Mutual information sees any dependence, and small samples invent some: correct for it.
# 2. MIG asks for one number per factor and no second; it does not ask what the code knows.
# 3. β on the total correlation pressed the numbers of faces apart, in every start; β on everything doubled MIG in six of nine.
# 4. The price: more error, and the smallest factors are gone. Too large a β leaves nothing.
# 5. A rotation keeps the likelihood and ruins MIG. Without labels nobody can promise, or even choose, the dials.
#
# ## Quiz
#
# Click, or type one letter a question.

# %% tags=["exercise"] solution='"bdacbc"'
my_answers = ...  # one letter a question, such as "abcdab"

# %% tags=["check"]
quiz("disentanglement", my_answers)

# %% [markdown]
# ## Read on, and scale up
#
# - Higgins et al. (2017), *β-VAE: Learning Basic Visual Concepts with a Constrained Variational Framework*.
# - Chen, Li, Grosse and Duvenaud (2018), *Isolating Sources of Disentanglement in Variational Autoencoders*: MIG, and β on the total correlation.
# - Locatello et al. (2019), *Challenging Common Assumptions in the Unsupervised Learning of Disentangled Representations*: 12,000 networks, and how little the recipe says beside the start.
#
# **Scale up.** With `PROFILE = "gpu"` the networks see 40,000 faces sixty times. For pictures of 64 pixels and more, convolutions take the place of the components, and the smile stops being cheap to lose if the error is measured in features (lesson 02/06) instead of pixels. What does not scale is the ruler: MIG needs
# the true factors.
