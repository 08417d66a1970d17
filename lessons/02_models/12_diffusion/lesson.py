# %% [markdown]
# # Can you draw by taking noise away?
#
# Cover a letter with noise until nothing is left of it. Each step of that is easy to undo a little, if you have seen many letters. So start with
# noise alone, undo it step by step, and a letter appears that nobody has drawn.
#
# | | |
# |---|---|
# | **You will** | write the way into noise and the step back · compare a learned score with the exact one · choose what a network predicts · train a diffusion model on letters · find out how few steps are enough · steer it with guidance, and overdo it |
# | **First** | [Generative adversarial networks](05_generative_adversarial_networks.ipynb) |
# | **Time** | {{ reading_minutes }} min of reading, {{ exercise_minutes }} min of exercises, {{ computing_seconds }} s of computing |

# %% [markdown] tags=["instructor"]
# **For teachers. In 60 minutes:** numbers under noise 9 · the score 9 · x₀, ε or v 10 · the way back 7 · letters 8 · steps 6 · guidance and overdoing it 8 · quiz 3. **In a workshop of 90:** all of it; what has *(longer route)* in its heading is left out of the short one, and nothing later needs it.
#
# The sentence to leave on the board: *to draw, it is enough to predict what is under the noise.*
# Learners think that the network takes all noise away in one go; ask what the best prediction is when there is only noise (the mean of all letters), and show the first row of predictions.
# In exercise 4 they mix with the old time instead of the earlier one; the check says so.

# %% tags=["parameters"]
PROFILE = "laptop"  # "smoke" runs in seconds, "gpu" trains for longer
SEED = 0

# %%
from genai_course import (
    check, claim, data, evaluation, hint, models, plots,
    predict, quiz, setup, show_source, widgets,
)

run = setup(PROFILE, SEED)

# %%
from itertools import pairwise

import keras
import numpy as np
import pandas as pd
from keras import layers, ops

from genai_course.models import denoising_network, shipped_weights
from genai_course.recording import record
from genai_course.training import Progress, track

random_numbers = np.random.default_rng(SEED)

# %% [markdown]
# ## Numbers under noise
#
# First the smallest version: a "picture" is one number. Three in ten lie near −1.5, seven in ten near 1.5: a **mixture** of two **Gaussians**, two bells side by side.
#
# Time $t$ runs from 0, the clean number $x_0$, to 1, noise $\varepsilon$ alone. In between, $x_t$ is a mixture of both:
#
# $$x_t = \alpha\, x_0 + \sigma\, \varepsilon, \qquad \alpha = \cos\!\big(\tfrac{\pi}{2}t\big),\;\; \sigma = \sin\!\big(\tfrac{\pi}{2}t\big)$$
#
# $\alpha$ says how much signal is left, $\sigma$ how much noise there is. Their squares add up to 1, so nothing gets larger on the way. This is the **cosine schedule**; the way into noise is the **forward process**.

# %% [markdown]
# ## Exercise 1: into the noise
#
# Complete `add_noise` with `keras.ops`; it makes the training data of this lesson. `time` is an array of the same shape, a time for each number, or a single number for all.
#
# Stuck? Run `hint("diffusion-add_noise")` in a cell of its own; every exercise has three hints.

# %% tags=["exercise"] id="diffusion-add_noise" points=2
def add_noise(clean, noise, time):
    """What is left at a time from 0 to 1.  Two or three arrays of one shape -> the same"""
    ### BEGIN SOLUTION
    return ops.cos(np.pi / 2 * time) * clean + ops.sin(np.pi / 2 * time) * noise
    ### END SOLUTION

# %% tags=["check"]
add_noise = check("diffusion-add_noise", add_noise)

# %% [markdown]
# Numbers under noise have a density that we know exactly: each of the two Gaussians moves to the middle and gets wider.

# %%
CENTRES, SHARES, SPREAD = np.array([-1.5, 1.5]), np.array([0.3, 0.7]), 0.3

def draw_clean(n):
    """Numbers near -1.5 and 1.5.  -> (n,)"""
    which = random_numbers.choice(2, size=n, p=SHARES)
    return (CENTRES[which] + SPREAD * random_numbers.standard_normal(n)).astype("float32")

def draw_noise(n):
    """Standard normal numbers.  -> (n,)"""
    return random_numbers.standard_normal(n).astype("float32")

def two_gaussians(x, time):
    """Each Gaussian's part in the density under noise, and its variance.  (n,) -> (2, n), ()"""
    alpha, sigma = np.cos(np.pi / 2 * time), np.sin(np.pi / 2 * time)
    variance = (alpha * SPREAD) ** 2 + sigma**2
    distances = (x - alpha * CENTRES[:, None]) ** 2  # (2, n)
    heights = SHARES / np.sqrt(2 * np.pi * variance)
    return heights[:, None] * np.exp(-0.5 * distances / variance), variance

line = np.linspace(-3, 3, 121).astype("float32")  # (121,)

# %%
figure = plots.lines(
    {f"time {time:g}": two_gaussians(line, time)[0].sum(axis=0) for time in (0, 0.3, 0.5, 0.7, 1)},
    x=line, title="Two Gaussians drown in noise", x_label="x", y_label="density",
)
plots.show(
    figure,
    "At time 0 two narrow peaks, the right one higher; they widen and move together until "
    "at time 1 there is one standard Gaussian.",
)

# %%
checked = np.asarray(add_noise(draw_clean(50_000), draw_noise(50_000), 0.5))
expected = two_gaussians(line, 0.5)[0].sum(axis=0)
seen, _ = np.histogram(checked, bins=60, range=(-3, 3), density=True)
claim(
    "Your noisy numbers follow that density",
    np.abs(seen - 0.5 * (expected[:-1:2] + expected[2::2])).mean() < 0.02,
)

# %% [markdown]
# ## Which way back?
#
# You find a noisy number $x$ and know the time. Which way are likelier numbers? The slope of $\log p_t(x)$, called the **score**, says so. It looks like something that only
# the density could tell. But there is a wonderful identity, **Tweedie's formula**: the best prediction of the *clean* number gives you the score,
#
# $$\text{score} = \frac{\alpha\,\hat x_0 - x}{\sigma^2}$$
#
# where the best prediction, $\hat x_0$, is the mean of all clean numbers that could be under $x$: the **posterior mean**, or denoised estimate; `denoised` in the code.

# %% [markdown]
# ## Exercise 2: from a prediction to the score
#
# Complete `score`. `time` is above 0: an array of the same shape again, or a single number.

# %% tags=["exercise"] id="diffusion-score" points=2
def score(noisy, denoised, time):
    """Slope of the log-density.  Two or three arrays of one shape -> the same"""
    ### BEGIN SOLUTION
    alpha, sigma = ops.cos(np.pi / 2 * time), ops.sin(np.pi / 2 * time)
    return (alpha * denoised - noisy) / sigma**2
    ### END SOLUTION

# %% tags=["check"]
score = check("diffusion-score", score)

# %% [markdown]
# For two Gaussians the posterior mean is known: predict for each of them on its own, then weigh by how probable each is. Your formula turns it into the score. Is that the slope?

# %%
def exact_denoised(x, time):
    """Mean of the clean numbers that could be under x.  (n,) -> (n,)"""
    parts, variance = two_gaussians(x, time)  # (2, n)
    alpha = np.cos(np.pi / 2 * time)
    pull = alpha * SPREAD**2 / variance  # how far to believe x rather than the component's mean
    predictions = CENTRES[:, None] + pull * (x - alpha * CENTRES[:, None])  # (2, n)
    return (np.sum(parts * predictions, axis=0) / np.sum(parts, axis=0)).astype("float32")

slope = np.gradient(np.log(two_gaussians(line, 0.5)[0].sum(axis=0)), line)
from_denoised = np.asarray(score(line, exact_denoised(line, 0.5), 0.5))
claim(
    "Your score is the slope of the log-density",
    np.abs(slope - from_denoised)[1:-1].max() < 0.02,
)

# %% [markdown]
# ## Learn to predict: x₀, ε or v?
#
# Now forget the formula. A network sees $x_t$ and $t$, and learns from examples that your `add_noise` makes. But what should it predict? Whoever knows one of these knows the others, because $x_t$ is known:
#
# - **x₀**, the clean number;
# - **ε**, the noise (Ho et al. 2020, Stable Diffusion 1);
# - **v** $= \alpha\,\varepsilon - \sigma\, x_0$, how fast $x_t$ changes with the angle (Stable Diffusion 2, most video models).
#
# ## Exercise 3: from v back to x₀
#
# Solve the two equations for $x_t$ and $v$ for $x_0$ (remember $\alpha^2 + \sigma^2 = 1$), and complete `x0_from_v`. `time` is an array of the same shape, or a single number.

# %% tags=["exercise"] id="diffusion-x0_from_v" points=2
def x0_from_v(noisy, v, time):
    """The clean thing, from v and the noisy one.  Two or three arrays of one shape -> the same"""
    ### BEGIN SOLUTION
    return ops.cos(np.pi / 2 * time) * noisy - ops.sin(np.pi / 2 * time) * v
    ### END SOLUTION

# %% tags=["check"]
x0_from_v = check("diffusion-x0_from_v", x0_from_v)

# %%
n_numbers = run.steps(smoke=1_024, laptop=120_000, gpu=500_000)
epochs = run.steps(smoke=1, laptop=3, gpu=10)
clean, noise = draw_clean(n_numbers), draw_noise(n_numbers)
time = random_numbers.random(n_numbers).astype("float32")
noisy = np.asarray(add_noise(clean, noise, time))
alpha, sigma = np.cos(np.pi / 2 * time), np.sin(np.pi / 2 * time)
targets = {"x0": clean, "epsilon": noise, "v": alpha * noise - sigma * clean}

def small_network():
    """(n, 2): x and the time -> (n, 1): a prediction"""
    hidden = [layers.Dense(64, "tanh") for _ in range(3)]
    return keras.Sequential([keras.Input((2,)), *hidden, layers.Dense(1)])

# %%
denoisers, curves = {}, {}
for name, target in targets.items():
    keras.utils.set_random_seed(SEED)
    denoisers[name] = small_network()
    falling = keras.optimizers.schedules.CosineDecay(5e-3, epochs * -(-n_numbers // 256))
    denoisers[name].compile(keras.optimizers.Adam(falling), "mse", **run.compile_options)
    denoisers[name].fit(
        np.stack([noisy, time], axis=1), target,
        epochs=epochs, batch_size=256, verbose=0, callbacks=[Progress(f"Predicts {name}")],
    )

# %% [markdown]
# The same network, the same examples, plain squared error, three targets. How far is each from the exact posterior mean, and from the noise that follows from it?

# %%
def learned_denoised(x, time, name="v"):
    """A network's prediction of the clean numbers.  (n,) -> (n,)"""
    rows = np.stack([x, np.full_like(x, time)], axis=1)  # (n, 2)
    output = ops.convert_to_numpy(denoisers[name](rows))[:, 0]  # (n,)
    if name == "x0":
        return output
    alpha, sigma = np.cos(np.pi / 2 * time), np.sin(np.pi / 2 * time)
    return np.asarray(x0_from_v(x, output, time)) if name == "v" else (x - sigma * output) / alpha

def mean_error(name, time):
    """Root mean square difference of the predicted x₀ from the exact one, where numbers are."""
    crowd = two_gaussians(line, time)[0].sum(axis=0)
    square = np.square(learned_denoised(line, time, name) - exact_denoised(line, time))
    return np.sqrt(np.sum(crowd * square) / np.sum(crowd))

some_times = np.linspace(0.05, 0.95, 19)
in_x0 = {name: np.array([mean_error(name, time) for time in some_times]) for name in targets}
ratio = 1 / np.tan(np.pi / 2 * some_times)  # alpha / sigma turns an error of x₀ into one of ε
in_epsilon = {name: errors * ratio for name, errors in in_x0.items()}

# %% tags=["nbval-ignore-output"]
figure, axes = plots.new_figure(1, 2, sharey=True)
for axis, what, errors in zip(axes, ("x₀", "ε"), (in_x0, in_epsilon), strict=True):
    for (name, values), dashes in zip(errors.items(), ("-", "--", "-."), strict=True):
        axis.plot(some_times, values, dashes, label=f"predicts {name}")
    axis.set(title=f"Error of {what}", xlabel="time", yscale="log")
axes[0].set_ylabel("root mean square error")
axes[0].legend()
plots.show(
    figure,
    "Two panels of error against time, on a logarithmic scale, one curve for each target. Left: "
    "how far x₀ is off. Right: how far the noise that follows from it is off.",
)

# %%
claim(
    "Under much noise a network that predicts ε knows x₀ less well than one that predicts v",
    in_x0["epsilon"][-1] > 1.5 * in_x0["v"][-1],
)
claim(
    "Under little noise a network that predicts x₀ knows ε less well than one that predicts v",
    in_epsilon["x0"][0] > 1.5 * in_epsilon["v"][0],
)

# %% [markdown]
# Near time 1 the predicted ε is divided by a tiny $\alpha$ to get x₀, near time 0 an error of x₀ by a tiny $\sigma$ to get ε. **v** divides by neither. So from here on our numbers use v.

# %% [markdown]
# ## Explore: the slope that points home
#
# Move the time. Where a curve is above 0 likelier numbers are to the right, below 0 to the left. At late times there is one peak in the middle; early on there are two.

# %%
def draw_scores(time):
    return plots.lines(
        {
            "exact": np.asarray(score(line, exact_denoised(line, time), time)),
            "learned": np.asarray(score(line, learned_denoised(line, time), time)),
        },
        x=line, title=f"Score at time {time:g}", x_label="x", y_label="slope of log density",
    )

widgets.explore(
    draw_scores,
    "The exact and the learned score against x at time 0.4: nearly the same zigzag line, from "
    "above 0 on the left through the centre of each peak to below 0 on the right.",
    time=(0.1, 1.0, 0.05, 0.4),
)

# %%
def relative_error(time):
    """Root mean square of learned minus exact score, as a share of the exact one's."""
    crowd = two_gaussians(line, time)[0].sum(axis=0)  # where the numbers are
    exact = score(line, exact_denoised(line, time), time)
    learned = score(line, learned_denoised(line, time), time)
    return np.sqrt(np.sum(crowd * (learned - exact) ** 2) / np.sum(crowd * np.square(exact)))

for time in (0.4, 0.6, 0.8):
    claim(
        f"At time {time} the learned score is within 15 % of the exact one",
        relative_error(time) < 0.15,
    )
# What a rival has that knows no mixture: one Gaussian of the same mean and variance.
mean, variance = SHARES @ CENTRES, SHARES @ (CENTRES**2 + SPREAD**2) - (SHARES @ CENTRES) ** 2
alpha, sigma = np.cos(0.2 * np.pi), np.sin(0.2 * np.pi)  # time 0.4
crowd, exact = two_gaussians(line, 0.4)[0].sum(axis=0), score(line, exact_denoised(line, 0.4), 0.4)
one_gaussian = -(line - alpha * mean) / (alpha**2 * variance + sigma**2)
rival = np.sum(crowd * (one_gaussian - exact) ** 2) / np.sum(crowd * np.square(exact))
claim("One Gaussian in place of two would be off by more than half", np.sqrt(rival) > 0.5)

# %% [markdown]
# ## Exercise 4: one step back
#
# From a time to an earlier one, the **DDIM** way (denoising diffusion implicit model): if the prediction of the clean number is right, then the noise was
#
# $$\hat\varepsilon = \frac{x - \alpha\,\hat x_0}{\sigma} .$$
#
# Keep both, and mix them again as they would have been mixed at the earlier time. Complete `step_back`; your `add_noise` may help.
# Here `time` and `next_time` are two numbers, and `next_time` is the smaller one.

# %% tags=["exercise"] id="diffusion-step_back" points=3
def step_back(noisy, denoised, time, next_time):
    """The same prediction and the same noise, mixed for an earlier time.  -> the shape of noisy"""
    ### BEGIN SOLUTION
    alpha, sigma = ops.cos(np.pi / 2 * time), ops.sin(np.pi / 2 * time)
    noise = (noisy - alpha * denoised) / sigma
    return add_noise(denoised, noise, next_time)
    ### END SOLUTION

# %% tags=["check"]
step_back = check("diffusion-step_back", step_back)

# %% [markdown]
# Start with noise alone, and walk back in 40 steps, each with a new prediction by the network.

# %%
times = np.linspace(1, 0, 41).tolist()
walkers = draw_noise(run.steps(smoke=200, laptop=4_000, gpu=20_000))
paths = [walkers]
for time, next_time in pairwise(times):
    walkers = np.asarray(step_back(walkers, learned_denoised(walkers, time), time, next_time))
    paths.append(walkers)
paths = np.array(paths)  # (41, n)

# %%
figure, (left, right) = plots.new_figure(1, 2, width=7.2, sharey=True, width_ratios=[3, 1])
left.plot(times, paths[:, :30], color=plots.COLOURS[0], linewidth=0.7, alpha=0.6)
left.set(title="Thirty walks from noise to numbers", xlabel="time", ylabel="x", xlim=(1, 0))
right.hist(paths[-1], bins=60, orientation="horizontal", density=True, color=plots.COLOURS[1])
right.plot(two_gaussians(line, 0)[0].sum(axis=0), line, color=plots.COLOURS[0])
right.set(title="At time 0", xlabel="density")
plots.show(
    figure,
    "Thirty curves from noise at the left to numbers at the right; they part and gather near −1.5 "
    "and 1.5. The histogram of all walkers at the end beside the density of the clean numbers.",
)

# %%
near = np.abs(paths[-1] - CENTRES[:, None]).min(axis=0) < 2.5 * SPREAD
claim("Nine walkers in ten end inside one of the Gaussians", near.mean() > 0.9)
one_jump = learned_denoised(paths[0], 1.0)  # all the way with the first prediction
claim(
    "With one step instead of forty hardly any would",
    (np.abs(one_jump - CENTRES[:, None]).min(axis=0) < 2.5 * SPREAD).mean() < 0.3,
)
claim(
    "The left one gets three in ten, give or take 0.06",
    abs((paths[-1] < 0).mean() - 0.3) < 0.06,
)

# %% [markdown]
# Nothing random happened on the way: all chance was in the start. A network that only predicts has become a machine that draws.
#
# ## The real thing: letters
#
# A letter has 256 pixels, from −1 for black to 1 for white, and everything stays as it was: noise on each pixel, a network that sees all of them, the time and the class, and
# predicts.

# %%
show_source(models.DiffusionModel.training_loss)

# %% [markdown]
# The loss is one number: how far the prediction is from its target (`prediction_target` gives x₀, ε or v). An error of x₀ counts $1/\sigma^2$ as much (but no more than 11), which makes it count as it does for v.
#
# Around it, `train_step` does two things worth knowing. Samples come from a running average of the weights (**EMA**, exponential moving average), as for the GAN. And one training letter in ten hides its class, so
# that the network can predict without one, too: that will pay off soon.
#
# ## The network

# %%
show_source(denoising_network.build_network)

# %% [markdown]
# Three things go in. The picture passes through dense layers with **residual connections**. The class becomes a learned vector, its **embedding**. The time becomes 64 numbers, its **time embedding**: sines and cosines, slow ones and fast ones, so that near times look alike and no two look the same.
# Both are added in every block: that is the network's **condition**.
#
# Dense layers of 384 units see the whole letter, but 256 noisy pixels do not fit through them beside all else they must know. So the last convolution sees the noisy picture again, a **skip connection**. In a **U-Net**, the network of larger diffusion models, such connections are everywhere.

# %%
some_times = np.linspace(0, 1, 64, dtype="float32")
embedded = np.asarray(denoising_network.time_embedding(some_times))  # (64, 64)
figure, axis = plots.new_figure(height=2.6)
shown = axis.imshow(
    embedded.T, aspect="auto", extent=(0, 1, 64, 0), cmap="cividis", interpolation="nearest")
axis.set(title="What the network is told about the time", xlabel="time", ylabel="feature")
axis.grid(visible=False)
figure.colorbar(shown, ax=axis, label="value")
plots.show(
    figure,
    "Sixty-four rows of waves over time: the first half sines, the second cosines, each from slow "
    "ones at the top to fast ones at the bottom.",
)

# %% [markdown]
# ## Black, grey or white
#
# Pixels of letters have a property that most pictures lack: nearly all are black or white. That is *knowledge*, and the formula of the two Gaussians can use it. A pixel is black, grey or white, three Gaussians; its own noisy value says how probable each is (Bayes' rule). What
# *all the other pixels* say about it, no formula knows: that is the network's part, three logits a pixel. Their posterior mean is one more way to predict x₀; our models call it `"components"`.

# %%
show_source(denoising_network.mean_of_components)

# %%
glyphs = data.glyphs(
    n_train=run.steps(smoke=256, laptop=17_000, gpu=100_000),
    n_test=run.steps(smoke=200, laptop=4_000, gpu=4_000),
)
n = run.steps(smoke=72, laptop=evaluation.SAMPLES, gpu=evaluation.SAMPLES)  # drawings to judge
requested = np.arange(n) % 36  # every letter and digit equally often

# %% [markdown]
# One network, four things to predict, a short training of each: what does it do to the letters? The **Fréchet distance** (lower is better) compares them with held-out ones.

# %%
def fitted(epochs, rate, held_out=None, **settings):
    """A model trained on the glyphs, and its history."""
    keras.utils.set_random_seed(SEED)
    model = models.DiffusionModel(glyphs.train.shape[1:], classes=36, **settings)
    falling = keras.optimizers.schedules.CosineDecay(rate, epochs * -(-len(glyphs.train) // 128))
    model.compile(keras.optimizers.Adam(falling, beta_2=0.99), **run.compile_options)
    history = model.fit(
        glyphs.train, glyphs.train_labels, epochs=epochs, batch_size=128, verbose=0,
        validation_data=held_out,
        callbacks=[Progress(f"Predicts {model.prediction_type}")],
    )
    return model, history.history

real = evaluation.features(glyphs.test)  # (4000, 64)

def distance(model, **options):
    """Fréchet distance of a quarter of the letters that the table below has, to save time."""
    drawn = model.sample(n // 4, seed=SEED, **options)
    return evaluation.frechet_distance(evaluation.features(drawn), real)

# %%
short, shortly = run.steps(smoke=1, laptop=2, gpu=10), {}
first = {}
for prediction_type in ("x0", "epsilon", "v", "components"):
    small, _ = fitted(short, 3e-3, width=192, depth=1, prediction_type=prediction_type)
    shortly[prediction_type] = distance(small)
    first[prediction_type] = small.sample(10, seed=SEED, labels=np.arange(10) + 10)

# %% tags=["nbval-ignore-output"]
for name, value in shortly.items():
    record(f"short_{name}", value, tolerance=0.25)
figure = plots.pictures(
    np.concatenate([*first.values()]),  # (40, 16, 16, 1)
    row_labels=[f"{name}: {value:.1f}" for name, value in shortly.items()],
    title="Four targets after a short training, with Fréchet distance",
)
plots.show(
    figure,
    "Four rows of the letters K to T, one row for each target, with its Fréchet distance at the "
    "left.",
)

# %%
claim(
    "Knowing that pixels are black or white takes a quarter off the best of the other three",
    shortly["components"] < 0.75 * min(shortly[name] for name in ("x0", "epsilon", "v")),
)
claim("Of those, x0 is nearer than epsilon", shortly["x0"] < 0.8 * shortly["epsilon"])

# %% [markdown]
# The order is not that of single numbers: ε comes out at {{ short_epsilon:.1f }}, v at {{ short_v:.1f }}, x₀ at {{ short_x0:.1f }}. ε and v hold 256 independent noises, which have to pass a network 192 units wide beside everything else; a letter is simpler than its noise. (Li and He 2025, *Back to basics*, find the same in large models of pixels.) So which target is best depends on the network, too.
#
# And x₀ with black, grey and white built in comes out at {{ short_components:.1f }}. Whoever knows something about the data should tell the model. Of photographs nobody knows as much.
#
# So now a longer training, with components.

# %%
held_out = glyphs.test[:2_000], glyphs.test_labels[:2_000]
model, history = fitted(run.steps(smoke=1, laptop=5, gpu=200), 2e-3, held_out, width=384)

# %% tags=["nbval-ignore-output"]
figure = plots.lines(
    {"training": history["loss"], "held-out": history["val_loss"]},
    x=[*range(1, len(history["loss"]) + 1)],
    title="The loss falls, on letters it has never seen, too", x_label="epoch", y_label="loss",
)
plots.show(
    figure,
    "Loss against epochs, training and held-out letters. The held-out loss is that of the averaged "
    "weights, with every class told.",
)
record("train_loss", history["loss"][-1], tolerance=0.1)
record("held_out_loss", history["val_loss"][-1], tolerance=0.1)

# %% [markdown]
# At the end the loss is {{ train_loss:.3f }} in training and {{ held_out_loss:.3f }} on held-out letters: nothing is learned by heart yet. (The held-out loss has it a little easier: averaged weights, and no class is hidden.)
#
# Your step, the trained network's predictions, eight steps from noise to ten letters:

# %%
def walk(labels, predict, steps, seed=SEED):
    """Noisy letters and predictions, step by step.  -> two lists of (n, 16, 16, 1) in [-1, 1]"""
    random = np.random.default_rng(seed)
    letters = random.standard_normal((len(labels), 16, 16, 1)).astype("float32")
    seen, predictions = [], []
    times = np.linspace(1, 0, steps + 1).tolist()
    for time, next_time in pairwise(times):
        seen.append(letters)
        predictions.append(np.asarray(predict(letters, time, labels)))
        letters = np.asarray(step_back(letters, predictions[-1], time, next_time))
    return seen, predictions

labels = np.array([glyphs.class_names.index(letter) for letter in "DIFFUSION7"], "int32")
seen, predictions = walk(labels, model.predict_x0, steps=8)

# %%
class_means = np.stack([
    2 * glyphs.train[glyphs.train_labels == label].mean(axis=0) - 1 for label in labels
])  # (10, 16, 16, 1)
pairs = zip(seen[::2], predictions[::2], strict=True)
rows = [part for pair in pairs for part in pair] + [predictions[-1], class_means]
kinds = ("seen", "prediction")
names = [f"{kind}, time {1 - step / 8:g}" for step in (0, 2, 4, 6) for kind in kinds]
figure = plots.pictures(
    0.5 + 0.5 * np.concatenate([np.asarray(row) for row in rows]),  # (100, 16, 16, 1)
    row_labels=[*names, "last prediction", "mean of the class"],
    title="From noise to letters",
)
plots.show(
    figure,
    "Ten rows of ten: noisy pictures and the predictions of what is under them, from time 1 on; "
    "second to last the last prediction, and last the mean of all training letters of the class.",
)

# %% tags=["nbval-ignore-output"]
def difference(first, second):
    """Root mean square difference of pixels in [-1, 1]."""
    return float(np.sqrt(np.mean(np.square(first - second))))

_, again = walk(labels, model.predict_x0, steps=8, seed=SEED + 1)  # from other noise
record("first_to_mean", difference(predictions[0], class_means), tolerance=0.3)
record("first_to_first", difference(predictions[0], again[0]), tolerance=0.3)
record("last_to_last", difference(predictions[-1], again[-1]), tolerance=0.2)

# %%
claim(
    "First predictions from two noises differ by less than half as much as the last ones",
    difference(predictions[0], again[0]) < 0.5 * difference(predictions[-1], again[-1]),
)

# %% [markdown]
# Under noise alone any D could lie, and the best prediction is the mean of all Ds. The network comes close: its first prediction differs from the class mean by {{ first_to_mean:.2f }} a pixel, and from the first prediction under other noise by {{ first_to_first:.2f }}; the last ones of the two walks differ by {{ last_to_last:.2f }}. Each step decides a little. Not every letter ends as the one that was
# requested; you will repair that with guidance.

# %% [markdown]
# ## How many steps?
#
# Each step costs one pass through the network, so few steps are fast. Three **samplers**, ways to walk: **DDPM** (denoising diffusion probabilistic model), the original, puts fresh noise in at each step. **DDIM** is yours. The third,
# a **multistep solver** (DPM-Solver++), looks at the last two predictions and carries on their trend to the middle of the step.

# %% [markdown]
# ## Predict
# How many multistep steps bring the Fréchet distance within 10 % of what fifty steps reach? We try 2, 5 and 10.

# %% tags=["exercise"] solution="10"
my_guess = ...  # 2, 5, 10, or 50 if none of them is enough

# %% tags=["check"]
predict("diffusion-steps_needed", my_guess)

# %%
counts = [2, 5, 10]
curves = {}
for sampler in track(["ddpm", "ddim", "multistep"], "Sampling"):
    curves[sampler] = [distance(model, sampler=sampler, steps=steps) for steps in counts]
fifty = distance(model, sampler="multistep", steps=run.steps(smoke=10, laptop=50, gpu=50))

# %% tags=["nbval-ignore-output"]
figure = plots.lines(
    curves, x=counts, title="Quality against steps", x_label="steps", y_label="Fréchet distance",
    log_x=True,
)
plots.show(
    figure,
    "Fréchet distance against the number of steps, 2, 5 and 10, one curve for each of the three "
    "samplers.",
)
close = [steps for steps, value in zip(counts, curves["multistep"], strict=True)
         if value <= 1.1 * fifty]
enough = min(close, default=50)
predict("diffusion-steps_needed", outcome=enough)

# %%
claim("Ten multistep steps are within 10 % of fifty", curves["multistep"][2] <= 1.1 * fifty)
claim(
    "With five steps multistep is nearer than DDIM",
    curves["multistep"][1] < 0.95 * curves["ddim"][1],
)

# %% [markdown]
# ## Exercise 5: follow the class more
#
# The network can predict for a class, and for no class in particular. The difference between the two says what makes a D a D. **Classifier-free guidance** goes further in that
# direction: start at the prediction without a class, and add w times the difference. This w is the **guidance scale**: 0 ignores the class, 1 is the plain prediction, above 1 the class is exaggerated.

# %% tags=["exercise"] id="diffusion-guided" points=2
def guided(cond, uncond, guidance_scale):
    """A prediction that follows its class more.  Two arrays alike, a number -> the same shape"""
    ### BEGIN SOLUTION
    return uncond + guidance_scale * (cond - uncond)
    ### END SOLUTION

# %% tags=["check"]
guided = check("diffusion-guided", guided)

# %% [markdown]
# ## Explore: one letter, more and more guidance
#
# Ten drawings of one letter. Raise the guidance scale and watch two things: how easily you read them, and how much they differ from each other.

# %%
def draw_letter(letter, guidance_scale, steps, seed):
    def predict(letters, time, labels):
        cond = np.asarray(model.predict_x0(letters, time, labels))
        uncond = np.asarray(model.predict_x0(letters, time))
        return np.clip(guided(cond, uncond, guidance_scale), -1, 1)

    labels = np.full(10, glyphs.class_names.index(letter), "int32")
    drawn = 0.5 + 0.5 * np.asarray(walk(labels, predict, steps, seed=seed)[1][-1])
    title = f"{letter}, guidance {guidance_scale:g}"
    return plots.pictures(drawn, columns=5, scale=1.0, title=title)

widgets.explore(
    draw_letter, "Ten drawings of the letter R in different styles, at a guidance scale of 1.",
    letter=["R", *(name for name in glyphs.class_names if name != "R")],
    guidance_scale=(0.0, 8.0, 0.5, 1.0), steps=(1, 20, 1, 5), seed=(0, 100, 1, 0),
)

# %%
def judge(pictures, labels=requested):
    """The course's scores."""
    return evaluation.evaluate_images(
        pictures, reference=glyphs.test, labels=labels, training=glyphs.train, samples=n)

drawings = {
    f"guidance {scale}": model.sample(n, seed=SEED, steps=5, guidance_scale=scale)
    for scale in track([1, 8], "Guidance")
}
scores = {name: judge(drawn) for name, drawn in drawings.items()}

# %% [markdown]
# ## Exercise 6: readable, and still varied
#
# Five steps will do from here on. Choose a guidance scale with which at least **80 %** of the letters are read as requested, while the drawings still reach at least **0.6** of the variety of real letters (**recall**).

# %% tags=["exercise"] id="diffusion-guidance" points=2 solution="2.0"
my_scale = ...  # a number above 0, up to 20

# %%
tried = 1.0 if my_scale is ... else my_scale
drawings["your guidance"] = model.sample(n, seed=SEED, steps=5, guidance_scale=tried)
scores["your guidance"] = judge(drawings["your guidance"])
my_result = {
    "scale": my_scale,
    "recognised": scores["your guidance"]["recognised"],
    "recall": scores["your guidance"]["recall"],
}

# %% tags=["check"]
my_result = check("diffusion-guidance", my_result)

# %% [markdown]
# ## Break it: too much guidance
#
# With a scale of 8 more letters than ever are read as requested. Is that a better model? Look at the same letters with the same noise.

# %% tags=["nbval-ignore-output"]
pd.DataFrame(scores).T[["frechet", "precision", "recall", "recognised"]].round(2)

# %%
figure = plots.pictures(
    np.concatenate([drawn[10:370:36] for drawn in drawings.values()]),  # (30, 16, 16, 1)
    row_labels=list(drawings),
    title="Ten times the letter K",
)
plots.show(
    figure,
    "Three rows of ten Ks. At a scale of 1 they differ in weight, slant and typeface, and some are "
    "hard to read; at 8 all are heavy and look nearly alike.",
)

# %%
loud, plain = scores["guidance 8"], scores["guidance 1"]
claim("Guidance raises the share read as requested", loud["recognised"] > plain["recognised"] + 0.1)
claim(
    "Too much of it loses at least a third of the variety",
    loud["recall"] < 0.67 * plain["recall"],
)

# %% [markdown]
# Exaggerated letters are all alike. The share read as requested cannot see that, recall does: no single number is enough. The repair is the scale you found. (Another is guidance only at the middle times: Kynkäänniemi et al. 2024.)
#
# ## Beside the others
#
# Real letters that nobody trained on show what is possible; one Gaussian for each letter, which takes less than a second, what is cheap.

# %%
def gaussian_letters(label):
    """As many pictures of one letter as asked for, from a Gaussian fitted to it.  -> (k, 256)"""
    flat = glyphs.train[glyphs.train_labels == label].reshape(-1, 256)
    factor = np.linalg.cholesky(np.cov(flat.T) + 1e-3 * np.eye(256))
    noise = random_numbers.standard_normal((np.sum(requested == label), 256))
    return np.clip(flat.mean(axis=0) + noise @ factor.T, 0, 1)

gaussians = np.zeros((n, 256))
for label in range(36):
    gaussians[requested == label] = gaussian_letters(label)
rivals = {
    "36 Gaussians": gaussians.reshape(-1, 16, 16, 1),
    "real letters": data.glyphs(n_train=n, n_test=1, seed=SEED + 1).train,
}

# %% tags=["nbval-ignore-output"]
for name, pictures in track(rivals.items(), "Scoring"):
    scores[name] = judge(pictures, None if name == "real letters" else requested)
pd.DataFrame(scores).T.round(2)

# %%
claim(
    "In seconds, diffusion leaves the Gaussians far behind",
    plain["frechet"] < 0.7 * scores["36 Gaussians"]["frechet"],
)

# %% [markdown]
# ## Beside the others, for a minute *(longer route)*
#
# What our benchmark measured after longer trainings, each at most a minute of one core (median of several seeds). Its two rows of diffusion are of an earlier network, without the last convolution:
#
# | | Fréchet distance | read as requested |
# |---|---|---|
# | VAE, mixture on its codes | {{ benchmarks.quality.drawing["VAE 60 s, mixture of 200 on codes"].frechet:.2f }} | – |
# | GAN, dense | {{ benchmarks.quality.drawing["GAN, dense, characters given"].frechet:.2f }} | {{ benchmarks.quality.drawing["GAN, dense, characters given"].recognised:.2f }} |
# | diffusion, 10 steps | {{ benchmarks.quality.drawing["diffusion, characters given, 10 steps"].frechet:.2f }} | {{ benchmarks.quality.drawing["diffusion, characters given, 10 steps"].recognised:.2f }} |
# | the same, guidance 1.5 | {{ benchmarks.quality.drawing["diffusion, characters given, 10 steps, guidance 1.5"].frechet:.2f }} | {{ benchmarks.quality.drawing["diffusion, characters given, 10 steps, guidance 1.5"].recognised:.2f }} |
# | real letters (floor) | {{ benchmarks.quality.drawing["real glyphs of the training's kind (floor)"].frechet:.2f }} | – |

# %% [markdown]
# A GAN draws in one pass instead of ten. What diffusion gives in return: one loss that falls and means
# something, no opponent to balance, and it goes on getting better with every minute you give it.

# %% [markdown]
# ## Make: half-way back
#
# Cover *real* letters with noise up to some time, not to the end, and walk back from there with another class, another scale, or another start. What survives? Measure one number, show one figure,
# write two sentences. **With your own** pictures (a folder of at least 40, here in colour; in sub-folders they have classes):
#
# ```python
# mine = data.pictures_from("my_pictures", size=16)
# own = models.DiffusionModel(mine.train.shape[1:], prediction_type="v")
# own.compile("adam"); own.fit(mine.train, epochs=50)
# ```

# %% tags=["exercise", "make"] id="diffusion-make" points=4
def my_edit():
    """Your idea, one number, and a figure that shows it."""
    ### BEGIN SOLUTION
    # Idea: cover real Es until a time, and walk back as Fs.
    # Expected: the style survives, the letter changes, and more so the later the start.
    some = glyphs.train[glyphs.train_labels == glyphs.class_names.index("E")][:10]
    target = np.full(len(some), glyphs.class_names.index("F"), "int32")
    noise = np.random.default_rng(SEED).standard_normal(some.shape).astype("float32")
    rows, shares = [some], []
    for start in (0.4, 0.6, 0.8):
        letters = np.asarray(add_noise(2 * some - 1, noise, start))
        times = np.linspace(start, 0, 9).tolist()
        for time, next_time in pairwise(times):
            denoised = np.asarray(model.predict_x0(letters, time, target, 2.0))
            letters = np.asarray(step_back(letters, denoised, time, next_time))
        rows.append(np.clip(0.5 + 0.5 * np.asarray(letters), 0, 1))
        shares.append(f"time {start}: {evaluation.recognised_share(rows[-1], target):.0%} F")
    return plots.pictures(np.concatenate(rows), row_labels=["real E", *shares], title="From E to F")
    # Weight and slant survive at every start; the later it is, the more letters turn.
    # Ten letters of one seed show the direction, not the exact time at which it turns.
    ### END SOLUTION

# %% tags=["nbval-ignore-output"]
if (figure := my_edit()) is not ...:
    plots.show(figure, "The figure of my own walk.")

# %% [markdown] tags=["instructor"]
# **Rubric, 4 points.** What is expected is stated before it is measured (1) · noise is added with `add_noise` up to a stated time and taken away from the same time (1) ·
# a number and a figure with a title (1) · two sentences that do not claim more than ten letters can carry (1).

# %% [markdown]
# ## With what people use
#
# In the library `diffusers` the same parts have these names (for reading; it is not installed here):
#
# ```python
# scheduler = DDIMScheduler(prediction_type="v_prediction")   # or "epsilon", "sample" (x₀)
# noisy = scheduler.add_noise(clean, noise, timesteps)        # your exercise 1
# noisy = scheduler.step(output, t, noisy).prev_sample        # your exercises 3 and 4
# output = uncond + guidance_scale * (cond - uncond)          # your exercise 5, in every pipeline
# ```
#
# A U-Net and eleven minutes of training make larger letters. If the course's own weights are on this machine, here are ten of them, 28 × 28 pixels, *shipped*, not trained in your minute:

# %% tags=["nbval-ignore-output"]
try:
    shipped = shipped_weights.load("unet_glyphs")
except ValueError as problem:
    print(f"These weights are not here: {problem}")
else:
    drawn = shipped.sample(10, seed=SEED, labels=labels, steps=10, guidance_scale=1.5)
    plots.show(
        plots.pictures(drawn, title="Shipped weights: 28 × 28 pixels"),
        "Ten letters of 28 by 28 pixels, drawn by a U-Net whose weights came with the course.",
    )

# %% [markdown]
# ## Recap
#
# 1. Adding noise is easy and needs no learning; a network that predicts what is under it can walk back.
# 2. The posterior mean of the clean thing and the score, the slope of the log-density, are the same knowledge; x₀, ε and v are three ways to predict it, and differ in which noise levels they are good at.
# 3. A step back keeps the prediction and the noise, and mixes them for an earlier time.
# 4. Ten multistep steps, or fewer, do the work of fifty.
# 5. Guidance buys readable letters with variety: watch both numbers.
#
# ## Quiz
#
# Click, or type one letter a question.

# %% tags=["exercise"] solution='"cadbbc"'
my_answers = ...  # one letter a question, such as "abcda"

# %% tags=["check"]
quiz("diffusion", my_answers)

# %% [markdown]
# ## Read on, and scale up
#
# - Ho, Jain and Abbeel (2020), *Denoising Diffusion Probabilistic Models*.
# - Song, Meng and Ermon (2021), *Denoising Diffusion Implicit Models*: your step.
# - Salimans and Ho (2022), *Progressive Distillation for Fast Sampling of Diffusion Models*: v; Ho and Salimans (2022), *Classifier-Free Diffusion Guidance*.
#
# **Scale up.** `PROFILE = "gpu"` trains for 200 epochs on 100,000 letters. For 28 × 28 pixels ask for `data.glyphs(size=28)` and take `models.UNetDiffusion`; its file `models/unet.py` shows a network that looks at large pictures at several sizes. Noise, prediction and step stay as they are.
