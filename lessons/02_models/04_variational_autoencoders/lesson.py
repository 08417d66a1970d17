# %% [markdown]
# # Can you draw a new letter by rolling dice?
#
# An autoencoder's codes lie wherever training left them, and a code chosen at random is a smear. A *variational* autoencoder is trained so that random
# codes mean something. The price is one extra term in the loss, and this lesson is about that term.
#
# | | |
# |---|---|
# | **You will** | write the two functions that turn an autoencoder into a VAE · train one on your own functions · compare its letters with three baselines · check its bound · switch posterior collapse on, detect it and repair it |
# | **First** | [Autoencoders](03_autoencoders.ipynb) |
# | **Time** | {{ reading_minutes }} min of reading, {{ exercise_minutes }} min of exercises, {{ computing_seconds }} s of computing |

# %% [markdown] tags=["instructor"]
# **For teachers, 60 minutes.** From points to clouds 8 · exercises 1 and 2 with the map 17 · the table 12 · the bound 6 · collapse 10 · make or quiz 7.
#
# The sentence to leave on the board: *the KL term pulls every cloud to the middle, the drawing error pushes them apart.* Learners take log-variance for standard deviation in
# exercise 1 (the check says so) and forget the sum over the code in exercise 2.
# Ask before the table: *which of these could have copied its training data?* Kernel density has, and its Fréchet distance is splendid.

# %% tags=["parameters"]
PROFILE = "laptop"  # "smoke" runs in seconds, "gpu" trains for longer
SEED = 0

# %%
from genai_course import (
    check, claim, data, evaluation, hint, latent, models, plots,
    predict, quiz, record, setup, show_source, widgets,
)

run = setup(PROFILE, SEED)

# %%
import warnings

import keras
import numpy as np
import pandas as pd
from keras import layers, ops
from sklearn.decomposition import PCA
from sklearn.mixture import GaussianMixture

from genai_course.models.variational_autoencoder import kl_of_each_dimension
from genai_course.training import Progress, track

digits = data.digits()

# %% [markdown]
# ## From points to clouds
#
# The encoder of a VAE does not answer with one code z, but with a little Gaussian cloud of codes: a mean μ and a variance σ² for each number. The decoder gets a random point
# of the cloud and must draw the picture all the same. So neighbouring codes must draw similar pictures, and the holes close.
#
# A network would rather shrink its clouds to points and be an autoencoder again. The KL term stops it: it charges for every cloud that differs from the standard
# normal distribution N(0, 1), the distribution we will roll our dice from.

# %% [markdown]
# Both wishes stand in one line:
#
# $$\underbrace{\log p(x) \;\ge\; \mathbb E_{q(z|x)}\big[\log p(x|z)\big]}_{\text{draw well}} \;-\; \underbrace{\mathrm{KL}\big(q(z|x)\,\|\,p(z)\big)}_{\text{stay near the dice}}$$
#
# On the left, log p(x) says how probable the model finds the picture. The right side is the **ELBO**, a lower bound of it. Training raises the bound.

# %% [markdown]
# ## Exercise 1: a random point that gradients can pass
#
# "Draw z from N(μ, σ²)" has no derivative. The **reparameterisation trick** draws standard noise ε first, and then moves and scales it: z = μ + σ · ε. Now μ and σ
# are ordinary numbers in a formula. The encoder gives log σ², because a logarithm may be any number and a variance may not.
#
# Complete `reparameterise` with `keras.ops`; it runs inside training.
#
# Stuck? Run `hint("variational_autoencoders-reparameterise")` in a cell of its own; every exercise has three hints.

# %% tags=["exercise"] id="variational_autoencoders-reparameterise" points=2
def reparameterise(mean, log_variance, noise):
    """A point of each cloud.  Three tensors (n, latent_dim) -> (n, latent_dim)"""
    ### BEGIN SOLUTION
    return mean + ops.exp(0.5 * log_variance) * noise
    ### END SOLUTION

# %% tags=["check"]
reparameterise = check("variational_autoencoders-reparameterise", reparameterise)

# %% [markdown]
# ## Exercise 2: the price of a cloud
#
# Between two Gaussians the KL divergence has a formula. For N(μ, σ²) against N(0, 1), summed over the numbers of the code:
#
# $$\mathrm{KL} = \frac12 \sum_j \big(\mu_j^2 + \sigma_j^2 - 1 - \log \sigma_j^2\big)$$
#
# Complete `kl_divergence`: one price for each picture, in nats. It runs inside training, too.

# %% tags=["exercise"] id="variational_autoencoders-kl_divergence" points=3
def kl_divergence(mean, log_variance):
    """What each cloud costs, in nats.  (n, latent_dim), (n, latent_dim) -> (n,)"""
    ### BEGIN SOLUTION
    return 0.5 * ops.sum(ops.square(mean) + ops.exp(log_variance) - 1 - log_variance, axis=1)
    ### END SOLUTION

# %% tags=["check"]
kl_divergence = check("variational_autoencoders-kl_divergence", kl_divergence)

# %%
for mean, variance in [(0.0, 1.0), (1.0, 1.0), (3.0, 1.0), (0.0, 0.1), (0.0, 0.001)]:
    price = kl_divergence(ops.array([[mean]]), ops.log(ops.array([[variance]])))  # (1,)
    print(f"mean {mean:.0f}, variance {variance:<5g} costs {float(price[0]):.2f} nats")

# %% [markdown]
# Moving away from 0 costs, and so does shrinking to a point. A cloud that says nothing about its picture, N(0, 1), is free. Keep that in mind for the end of the lesson.
#
# ## The smallest version: a map of the digits
#
# Two numbers for a digit, so the whole code space is a map. The encoder answers with four: two means and two log-variances.

# %%
def build_encoder():
    """Digits to clouds.  (n, 8, 8, 1) -> (n, 4)"""
    return keras.Sequential([
        layers.Flatten(),           # (n, 64)
        layers.Dense(256, "relu"),  # (n, 256)
        layers.Dense(4),            # (n, 4)
    ])

def build_decoder():
    """Points of the plane to digits.  (n, 2) -> (n, 8, 8, 1)"""
    return keras.Sequential([
        layers.Dense(256, "relu"),    # (n, 256)
        layers.Dense(64, "sigmoid"),  # (n, 64), each between 0 and 1
        layers.Reshape((8, 8, 1)),    # (n, 8, 8, 1)
    ])

# %% [markdown]
# The model between them runs on *your* two functions.

# %%
class TinyVAE(keras.Model):
    """Digits to clouds in the plane, and back."""

    def __init__(self):
        super().__init__()
        self.encoder = build_encoder()
        self.decoder = build_decoder()
        self.random = keras.random.SeedGenerator()

    def call(self, pictures):
        mean, log_variance = ops.split(self.encoder(pictures), 2, axis=1)  # (n, 2) each
        noise = keras.random.normal(ops.shape(mean), seed=self.random)
        return self.decoder(reparameterise(mean, log_variance, noise)), mean, log_variance

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        drawn, mean, log_variance = y_pred
        squares = ops.sum(ops.square(x - drawn), axis=(1, 2, 3))  # (n,)
        # minus the ELBO, up to a constant:
        return ops.mean(squares / (2 * 0.15**2) + kl_divergence(mean, log_variance))

# %% [markdown]
# The first term is −log p(x|z), up to a constant, for a Gaussian around the drawing with a standard deviation of 0.15 (black is 0, white is 1).

# %%
keras.utils.set_random_seed(SEED)
tiny = TinyVAE()
tiny.compile(keras.optimizers.Adam(3e-3), **run.compile_options)
tiny_epochs = run.steps(smoke=2, laptop=40, gpu=100)
progress = Progress("VAE for digits")
tiny.fit(digits.train, epochs=tiny_epochs, batch_size=64, verbose=0, callbacks=[progress])
mean, log_variance = ops.split(tiny.encoder(digits.test), 2, axis=1)  # (n, 2) each
means = ops.convert_to_numpy(mean)

# %%
figure = plots.scatter(
    means,
    labels=digits.test_labels,
    title="Where held-out digits land",
    x_label="first number of the code",
    y_label="second number of the code",
)
plots.show(
    figure,
    "Points around zero, a few units wide, each digit's name in the middle of its points; "
    "some digits keep to themselves, such as 0 and 7, others overlap near the middle.",
)

# %% [markdown]
# ## Explore: walk on the map
#
# Move over the plane and watch the drawing change. Near the middle every point draws something like a digit; towards the corners, where dice hardly
# ever land, the drawing hardly changes any more.

# %%
def draw_at(first, second):
    """Nine drawings: the point and its neighbours at a distance of 0.4."""
    steps = [(dx, dy) for dy in (0.4, 0, -0.4) for dx in (-0.4, 0, 0.4)]
    around = np.array([[first + dx, second + dy] for dx, dy in steps], "float32")  # (9, 2)
    drawn = ops.convert_to_numpy(tiny.decoder(around))  # (9, 8, 8, 1)
    return plots.pictures(drawn, columns=3, scale=1.0, title=f"Around ({first:g}, {second:g})")

widgets.explore(
    draw_at,
    "Nine digits drawn around one point of the code plane; neighbours look alike.",
    first=(-3.0, 3.0, 0.1, 0.5),
    second=(-3.0, 3.0, 0.1, 1.0),
)

# %% [markdown]
# ## The real thing: letters
#
# The course's own VAE has the same two functions, a deeper network, a code of 16 numbers, and one refinement: the width of the Gaussian around the drawing is not set by
# hand but is always the best one for the errors at hand.

# %%
show_source(models.VariationalAutoencoder.compute_loss)

# %%
glyphs = data.glyphs(
    n_train=run.steps(smoke=256, laptop=20_000, gpu=100_000),
    n_test=run.steps(smoke=200, laptop=4_000, gpu=4_000),
)
n = run.steps(smoke=72, laptop=evaluation.SAMPLES, gpu=evaluation.SAMPLES)  # drawings to judge

# %%
def train_vae(beta, epochs, latent_dim=16, before_epoch=lambda model, epoch: None):
    """A VAE on the letters; the same seed gives the same network."""
    keras.utils.set_random_seed(SEED)
    shape = glyphs.train.shape[1:]
    model = models.VariationalAutoencoder(latent_dim, shape, beta=beta, width=256)
    model.compile(keras.optimizers.Adam(2e-3), **run.compile_options)
    each_epoch = keras.callbacks.LambdaCallback(
        on_epoch_begin=lambda epoch, logs: before_epoch(model, epoch))
    callbacks = [Progress(f"VAE with β = {beta:g}"), each_epoch]
    model.fit(glyphs.train, epochs=epochs, batch_size=128, verbose=0, callbacks=callbacks)
    return model

# %%
vae = train_vae(beta=1.0, epochs=run.steps(smoke=1, laptop=10, gpu=60))

# %% [markdown]
# ## Is the bound a bound?
#
# The ELBO promises to lie below log p(x). The true value is out of reach, but a tighter bound is not: the **importance-weighted** bound averages many codes for each picture, and
# approaches log p(x) from below as their number grows (Burda et al., 2016):
#
# $$\log p(x) \ge \mathbb E \log \frac1k \sum_{i=1}^k \frac{p(x \mid z_i)\, p(z_i)}{q(z_i \mid x)}$$
#
# Here q(z | x) is the picture's cloud of codes, p(z) the dice, and p(x | z) the density that the decoder's drawing gives the picture. These are the logarithms of the fractions:

# %%
show_source(models.VariationalAutoencoder.log_ratios)

# %%
held_out = glyphs.test[: run.steps(smoke=20, laptop=300, gpu=2_000)]
counts = [1, 4, 16, 64]
elbo = float(vae.elbo(held_out, samples=64).mean())
bounds = [float(vae.log_prob(held_out, samples=count).mean()) for count in counts]

# %% tags=["nbval-ignore-output"]
figure = plots.lines(
    {"ELBO": [elbo] * 4, "importance-weighted": bounds},
    x=counts,
    log_x=True,
    title="More codes, tighter bound",
    x_label="codes for each picture",
    y_label="mean log-density (nats)",
)
plots.show(
    figure,
    "The importance-weighted bound starts near the ELBO with one code "
    "and rises above it with 4, 16 and 64.",
)

# %%
claim(
    "The ELBO lies below the importance-weighted bound with 64 codes, on held-out letters",
    elbo < bounds[-1],
)

# %% [markdown]
# The gap says how far the encoder's clouds are from the best ones. A log-density may be above 0: a density of grey values is not a probability.

# %% [markdown]
# ## Predict
# How well do dice draw letters? The Fréchet distance compares drawn letters with real ones, through the eyes of the course's classifier: real against real gives {{ real_letters:.1f }}, and a mixture
# of 50 Gaussians fitted to the *pixels* {{ mixture_of_50:.0f }}. What will your dice, thrown into the VAE's decoder, reach?

# %% tags=["exercise"] solution="5"
my_guess = ...  # a Fréchet distance, 0 or more

# %% tags=["check"]
predict("variational_autoencoders-frechet", my_guess)

# %%
fresh = data.glyphs(n_train=n, n_test=1, seed=SEED + 1).train  # real, and no model has seen them
samples = {"real letters": fresh, "VAE, dice": vae.sample(n, seed=SEED)}

# %% [markdown]
# The clouds fill the space between them better than an autoencoder's points, though not perfectly: the dice still land in a few holes. So learn where the codes
# *really* are, with a mixture of 50 Gaussians, and draw from that. It takes a second.

# %%
vae.fit_prior(glyphs.train[:5_000], components=50)
samples["VAE, mixture of codes"] = vae.sample(n, seed=SEED)

# %% [markdown]
# Now the competition. Mixtures of 50 and 200 Gaussians on the pixels (squeezed to 60 numbers by PCA first), and **kernel density**: pick a training picture, add a
# little noise.

# %%
flat = glyphs.train.reshape(len(glyphs.train), -1)  # (n_train, 256)
pca = PCA(60, random_state=SEED).fit(flat)
squeezed = pca.transform(flat)[:8_000].astype("float64")

def to_pictures(rows):
    """60 numbers back to pixels, cut to the range of grey."""
    return np.clip(pca.inverse_transform(rows), 0, 1).reshape(-1, 16, 16, 1).astype("float32")

# %%
fits = run.steps(
    smoke=[(50, 2), (200, 1)], laptop=[(50, 8), (200, 3)], gpu=[(50, 100), (200, 100)]
)
for components, rounds in track(fits, "Fitting mixtures"):
    mixture = GaussianMixture(
        components,
        reg_covar=1e-4,
        max_iter=rounds,
        tol=1e-2,
        init_params="k-means++",
        random_state=SEED,
    )
    with warnings.catch_warnings(action="ignore"):  # it says that we stop early, which we know
        mixture.fit(squeezed)
    drawn = np.random.default_rng(SEED).permutation(mixture.sample(n)[0])  # they come in order
    samples[f"mixture of {components}"] = to_pictures(drawn)

# %%
random_numbers = np.random.default_rng(SEED)
chosen = squeezed[random_numbers.integers(len(squeezed), size=n)]  # (n, 60)
noise = random_numbers.standard_normal(chosen.shape)
samples["kernel density"] = to_pictures(chosen + 0.1 * noise)

# %% tags=["nbval-ignore-output"]
scores = {}
for name, pictures in track(samples.items(), "Scoring"):
    scores[name] = evaluation.evaluate_images(pictures, samples=n)
record("real_letters", scores["real letters"]["frechet"], "Fréchet distance, real letters")
record("mixture_of_50", scores["mixture of 50"]["frechet"], "Fréchet distance, mixture", 0.1)
predict("variational_autoencoders-frechet", outcome=scores["VAE, dice"]["frechet"])

# %% tags=["nbval-ignore-output"]
# precision: share that looks real; recall: share of the real variety that is drawn;
# nearest: mean distance to the nearest training picture
pd.DataFrame(scores).T.round(2)

# %% tags=["nbval-ignore-output"]
figure = plots.bars(
    {name: score["frechet"] for name, score in scores.items()},
    title="How far from real letters?",
    x_label="Fréchet distance (lower is better)",
    highlight=["VAE, dice", "VAE, mixture of codes"],
)
plots.show(
    figure,
    "Six bars: real letters lowest, then kernel density and the VAE with a mixture on its codes; "
    "the mixtures of pixels and the VAE with dice are at least twice as far.",
)

# %%
figure = plots.pictures(
    np.concatenate([pictures[:10] for pictures in samples.values()]),  # (60, 16, 16, 1)
    row_labels=list(samples),
    title="The same six, to look at",
)
plots.show(
    figure,
    "Six rows of ten drawings: the VAE's are smooth, in part broken from dice and mostly readable "
    "from the mixture of codes; the mixtures of pixels draw in smoke; "
    "kernel density's look like slightly noisy originals.",
)

# %%
best_vae = scores["VAE, mixture of codes"]["frechet"]
claim(
    "The VAE with a mixture on its codes draws better letters than a mixture of 50 on the pixels",
    best_vae < scores["mixture of 50"]["frechet"],
)
claim(
    "It also beats a mixture of 200 on the pixels",
    best_vae < scores["mixture of 200"]["frechet"],
)
claim(
    "Kernel density copies: its letters lie at least a fifth closer to the training pictures "
    "than real letters do",
    scores["kernel density"]["nearest"] < 0.8 * scores["real letters"]["nearest"],
)

# %% [markdown]
# **Read the table with care.** Kernel density has a splendid Fréchet distance and has learned nothing: look at its distance to the nearest training picture. One number never tells the
# whole story. And dice alone only keep up with a mixture of 50: it is the prior fitted afterwards that wins.
#
# The mixtures here stop early. Fitted to the end they reach {{ benchmarks.quality.drawing["mixture of 50, 60 PCA dimensions"].frechet:.1f }} and
# {{ benchmarks.quality.drawing["mixture of 200, 60 PCA dimensions"].frechet:.1f }}; this VAE, trained for a minute, with a mixture of 200 on its codes, reaches
# {{ benchmarks.quality.drawing["VAE 60 s, mixture of 200 on codes"].frechet:.1f }} (`benchmarks/`).

# %% [markdown]
# ## Break it: a VAE that says nothing
#
# A cloud that is N(0, 1) whatever the picture costs nothing. If the KL term weighs too much, or the decoder finds it too hard to use the code, training takes that
# offer: the **posterior collapses**, and every code draws the same grey average. Here it is, with the KL term weighted by β = 30. The number to watch
# is how many of the 16 numbers of the code still say something, the **active units**.

# %%
betas = {"β = 0.03": 0.03, "β = 1": 1.0, "β = 30": 30.0}
briefly = run.steps(smoke=1, laptop=3, gpu=20)  # epochs; enough to see it
short = {name: train_vae(beta, briefly) for name, beta in betas.items()}

def examine(model):
    """How many units speak, how many nats they say, and how well dice draw."""
    mean, log_variance = model.encode(glyphs.test)  # (n_test, 16) each
    thrown = evaluation.features(model.sample(n, seed=SEED))  # (n, 64)
    real = evaluation.features(glyphs.test)  # (n_test, 64)
    return {
        "active units": model.active_units(glyphs.test),
        "KL in nats": float(np.mean(kl_divergence(mean, log_variance))),
        "Fréchet distance of dice": evaluation.frechet_distance(thrown, real),
    }

collapse = {name: examine(model) for name, model in short.items()}

# %% tags=["nbval-ignore-output"]
pd.DataFrame(collapse).T.round(2)

# %%
def draw_back(model, pictures):
    """Each picture drawn from the middle of its cloud."""
    mean, _ = model.encode(pictures)  # (n, 16)
    return ops.convert_to_numpy(model.decode(mean))

ten = glyphs.test[:10]
drawn_back = [draw_back(model, ten) for model in short.values()]
thrown = [model.sample(10, seed=SEED) for model in short.values()]
figure = plots.pictures(
    np.concatenate([ten, *drawn_back, *thrown]),  # (70, 16, 16, 1)
    row_labels=["real"] + [f"{name}, {what}" for what in ("drawn back", "dice") for name in betas],
    title="Too little, enough, too much",
)
plots.show(
    figure,
    "With β of 0.03 letters are drawn back well but dice give smears; with 1 both are fair; "
    "with 30 every picture is the same grey blot.",
)

# %%
active = {name: results["active units"] for name, results in collapse.items()}
distance = {name: results["Fréchet distance of dice"] for name, results in collapse.items()}
claim("At β = 30 the posterior has collapsed: no unit is active", active["β = 30"] == 0)
claim("At β = 1 at least 14 of 16 units are active", active["β = 1"] >= 14)
claim(
    "At β = 0.03 the clouds ignore the dice: letters from dice are at least one and a half times "
    "as far from real ones as at β = 1",
    distance["β = 0.03"] >= 1.5 * distance["β = 1"],
)

# %% [markdown]
# ## Exercise 3: say it with fewer nats
#
# The KL divergence is also what it takes to *send* a code. The line is thin: choose a β for this short training so that a code says at most **28** nats on average, at least **14** units are still
# active, **and** the dice reach a Fréchet distance of at most **17**. None of the three above does it; more than one value does.

# %% tags=["exercise"] id="variational_autoencoders-beta" points=2 solution="1.5"
my_beta = ...  # a number above 0

# %%
repaired = short["β = 30"] if my_beta is ... else train_vae(my_beta, briefly)
examined = examine(repaired)
my_result = {
    "beta": my_beta,
    "active_units": examined["active units"],
    "nats": examined["KL in nats"],
    "frechet": examined["Fréchet distance of dice"],
}

# %% tags=["check"]
my_result = check("variational_autoencoders-beta", my_result)

# %% [markdown]
# Another repair keeps β and only begins gently: **KL warm-up** lets the decoder learn to use the code before the charge is due.
#
# ## Exercise 4: a gentle start
#
# Complete `warm_up`: β rises in a straight line from 0 in epoch 0 to 1 in epoch `epochs_to_full`, which is 1 or more, and stays at 1 from then on.

# %% tags=["exercise"] id="variational_autoencoders-warm_up" points=1
def warm_up(epoch, epochs_to_full):
    """The weight of the KL term in an epoch, counted from 0.

    whole number, whole number -> float
    """
    ### BEGIN SOLUTION
    return min(1.0, epoch / epochs_to_full)
    ### END SOLUTION

# %% tags=["check"]
warm_up = check("variational_autoencoders-warm_up", warm_up)

# %%
figure = plots.lines(
    {
        f"to full in {full} epochs": [warm_up(epoch, full) for epoch in range(10)]
        for full in (4, 8)
    },
    x=list(range(10)),
    title="A gentle start",
    x_label="epoch",
    y_label="weight of the KL term",
)
plots.show(
    figure,
    "Two lines that rise from 0 to 1 over four and eight epochs and then stay level.",
)

# %% [markdown]
# Your function at work: β = 10 at once, and the same training with β rising from 0 to 10 over the first two epochs.

# %% tags=["nbval-ignore-output"]
def raise_beta(model, epoch):
    model.beta.assign(10 * warm_up(epoch, 2))

starts = {
    "β = 10 at once": examine(train_vae(10.0, briefly)),
    "warmed up to β = 10": examine(train_vae(10.0, briefly, before_epoch=raise_beta)),
}
pd.DataFrame(starts).T.round(2)

# %%
claim(
    "With a warm-up, more units survive the same β in the end",
    starts["warmed up to β = 10"]["active units"] > starts["β = 10 at once"]["active units"],
)

# %% [markdown]
# ## From one letter to another
#
# In a space with few holes, the straight line between two codes is a path through letters.

# %%
mean, _ = vae.encode(glyphs.test[:6])
codes = ops.convert_to_numpy(mean)  # (6, 16)
pairs = [(0, 1), (2, 3), (4, 5)]
paths = [latent.interpolate(codes[start], codes[end], steps=10) for start, end in pairs]
drawn = vae.decode(np.concatenate(paths).astype("float32"))  # (30, 16, 16, 1)
figure = plots.pictures(
    ops.convert_to_numpy(drawn),
    title="Three walks between held-out letters and digits",
)
plots.show(
    figure,
    "Three rows of ten pictures; in each row one letter or digit changes into another, "
    "and most pictures on the way look like some letter or digit.",
)

# %% [markdown]
# ## Make: a VAE of your own
#
# Train a VAE on a part of the letters (one typeface, ten classes, only bold), or change the size of its code, and ask one question: does it draw better, does it use all its units, is
# the middle of a path still a letter? Answer with one number, one figure and two sentences.
#
# **With your own pictures**, 40 or more in a folder, in colour; or with `data.mnist()`, real handwriting of 28 × 28 pixels. This replaces the letters. Run it, then `plots.pictures(own_vae.sample(20, seed=SEED), title="New pictures")`:
#
# ```python
# glyphs = data.pictures_from("photos", 32)  # or data.mnist()
# own_vae = train_vae(beta=1.0, epochs=1 + 20_000 // len(glyphs.train))
# own_vae.fit_prior(glyphs.train, components=5)  # few pictures, few components
# ```

# %% tags=["exercise", "make"] id="variational_autoencoders-make" points=4
def my_vae():
    """Your question, one number, and a figure that shows it."""
    ### BEGIN SOLUTION
    # Question: how many numbers of its code does the model use, if it is offered 32?
    wide = train_vae(1.0, briefly, latent_dim=32)
    kl = kl_of_each_dimension(*wide.encode(glyphs.test))  # (n_test, 32)
    return plots.lines(
        {"nats": np.sort(np.mean(kl, axis=0))[::-1]},
        x=list(range(1, 33)),
        title=f"{wide.active_units(glyphs.test)} of 32 speak",
        x_label="number of the code, loudest first",
        y_label="KL (nats)",
    )
    # All speak, and the loudest say over ten times as much as the quietest.
    # One seed, short training: the tail may fall silent later.
    ### END SOLUTION

# %% tags=["nbval-ignore-output"]
if (figure := my_vae()) is not ...:
    plots.show(figure, "The figure of my own VAE.")

# %% [markdown] tags=["instructor"]
# **Rubric, 4 points.** A question that a number can answer (1) · seed and training time kept equal in the comparison (1) · a figure with title and labelled axes (1) ·
# two sentences that do not claim more than one seed can carry (1).

# %% [markdown]
# ## Recap
#
# 1. A VAE's encoder gives clouds, and the decoder must draw from anywhere in the cloud.
# 2. The KL term keeps the clouds near the distribution the dice come from.
# 3. The ELBO is a lower bound; more codes for each picture make it tighter.
# 4. Dice land in holes still; a mixture fitted to the codes is a better die.
# 5. Count active units: a VAE may stop using its code, and the loss will not tell you.
#
# ## Quiz
#
# Click, or type one letter a question.

# %% tags=["exercise"] solution='"cbadb"'
my_answers = ...  # one letter a question, such as "abcda"

# %% tags=["check"]
quiz("variational_autoencoders", my_answers)

# %% [markdown]
# ## Read on, and scale up
#
# - Kingma and Welling (2014), *Auto-Encoding Variational Bayes*.
# - Burda, Grosse and Salakhutdinov (2016), *Importance Weighted Autoencoders*.
# - Ghosh et al. (2020), *From Variational to Deterministic Autoencoders*: why a prior fitted afterwards helps.
#
# **Scale up.** `PROFILE = "gpu"` trains five times the letters for 60 epochs. Ask for `data.glyphs(size=28)` and a width of 1024; from 64 pixels on, use convolutions.
