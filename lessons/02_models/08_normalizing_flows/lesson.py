# %% [markdown]
# # Can you bend a bell curve into the shape of your data?
#
# Draw a cloud of points on a rubber sheet and stretch it into any pattern. If every stretch can be undone, you know exactly how dense the points lie.
# That is a **normalizing flow**: draw from it, *and* ask how likely a point is, without a bound and without a chain.
#
# | | |
# |---|---|
# | **You will** | change variables · build a coupling and its way back · test that a flow can be undone and adds up to 1 · measure its distance from the truth · repair one that bends too little |
# | **First** | [Markov chain Monte Carlo](../02_models/01_markov_chain_monte_carlo.ipynb), [Variational autoencoders](../02_models/04_variational_autoencoders.ipynb) |
# | **Time** | {{ reading_minutes }} min of reading, {{ exercise_minutes }} min of exercises, {{ computing_seconds }} s of computing |

# %% [markdown] tags=["instructor"]
# **For teachers, 60 minutes.** One dimension 12 · determinant and coupling 18 · training and the two tests 10 · splines and the slider 8 · digits 7 · quiz 5.
#
# The sentence to leave on the board: *points are neither made nor lost, only moved.* Learners forget the logarithm of the slope, or its size; the sum over the line shows both.
# Ask before the digits: *what would you try first, if you had one second?* (The mixture, and it wins.)

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
import keras
import numpy as np
import pandas as pd
from keras import layers, ops
from sklearn.mixture import GaussianMixture
from sklearn.neighbors import KernelDensity

from genai_course.models.normalizing_flow import normal_log_density
from genai_course.models.spline import spline_forward
from genai_course.training import Progress

random_numbers = np.random.default_rng(SEED)

# %% [markdown]
# ## One dimension: move the numbers
#
# Throw z from the standard normal distribution N(0, 1) and take x = eᶻ. The x are positive, crowded near 0, with a long tail to the right. How dense are they at x?
#
# The way back, from data to noise, is z = f(x) = log x. A short stretch of x is as long as its image in z, divided by the slope f′(x) = 1/x, and both hold the same points. So
#
# $$\log p(x) = \log \mathcal N\big(f(x)\big) + \log |f'(x)|, \qquad \log \mathcal N(z) = -\tfrac12 z^2 - \tfrac12 \log 2\pi .$$
#
# The size |·| is there because a function may fall as well.

# %% [markdown]
# ## Exercise 1: the change of variables
#
# Complete `log_density`: `z` is f(x), `slope` is f′(x). Add logarithms, as the formula does: far out, at z = 60, the density itself is 0 on a computer.
#
# Stuck? Run `hint("normalizing_flows-log_density")` in a cell of its own; every exercise has three hints.

# %% tags=["exercise"] id="normalizing_flows-log_density" points=2
def log_density(z, slope):
    """Log-density of the numbers that f moved to z, in nats.  (n,), (n,) -> (n,)"""
    ### BEGIN SOLUTION
    return -0.5 * z**2 - 0.5 * np.log(2 * np.pi) + np.log(np.abs(slope))
    ### END SOLUTION

# %% tags=["check"]
log_density = check("normalizing_flows-log_density", log_density)

# %%
x = np.arange(0.0005, 60, 0.001).astype("float32")  # middles of cells 0.001 wide
density = np.exp(log_density(np.log(x), 1 / x))
forgotten = np.exp(log_density(np.log(x), np.ones_like(x)))  # as if the slope were 1
sums = {"with the slope": density.sum() * 0.001, "slope forgotten": forgotten.sum() * 0.001}

# %% tags=["nbval-ignore-output"]
figure, axis = plots.new_figure()
thrown = np.exp(random_numbers.standard_normal(20_000))
axis.hist(thrown, np.arange(0, 6.1, 0.1), weights=np.full(20_000, 1 / (20_000 * 0.1)),
          color=plots.COLOURS[4], alpha=0.5, label="20,000 numbers eᶻ")
shown = slice(None, 6_000)  # x below 6
axis.plot(x[shown], density[shown], color=plots.COLOURS[0], linewidth=2,
          label=f"with the slope, adds up to {sums['with the slope']:.2f}")
axis.plot(x[shown], forgotten[shown], "--", color=plots.COLOURS[5], linewidth=2,
          label=f"slope forgotten, adds up to {sums['slope forgotten']:.2f}")
axis.set(title="Noise moved by eᶻ", xlabel="x", ylabel="density", xlim=(0, 6))
axis.legend()
plots.show(
    figure,
    "A histogram with a sharp peak near 0.4 and a long tail; the density with the slope follows "
    "it, the one without peaks at 1 and lies above it from there on.",
)

# %%
claim("With the slope the density adds up to 1", abs(sums["with the slope"] - 1) < 0.01)
claim("Without it the sum is at least 1.5, so it is no density", sums["slope forgotten"] > 1.5)

# %% [markdown]
# ## More dimensions: volumes
#
# In several dimensions f moves whole points, and the slope becomes the matrix J of all partial derivatives, the **Jacobian**. What counts is by how much f stretches volumes, the size of J's determinant:
#
# $$\log p(x) = \log \mathcal N\big(f(x)\big) + \log |\det J(x)|$$
#
# Steps one after another multiply their determinants, so their logarithms add up.
#
# ## Exercise 2: a value by hand
#
# Let x have two numbers, and let the way to noise halve both: z = x / 2. What is log |det J|, in nats?

# %% tags=["exercise"] id="normalizing_flows-log_determinant" points=1 solution="-1.386"
my_log_determinant = ...  # a number, two decimals are enough

# %% tags=["check"]
my_log_determinant = check("normalizing_flows-log_determinant", my_log_determinant)

# %% [markdown]
# ## A coupling
#
# A determinant of d × d numbers costs about d³ operations, for each point and each step. And how would you undo a neural network? RealNVP answers both with one trick. Split the
# numbers in two. **Keep** one half as it is. A network, as wild as you like, reads the kept half and says for each number of the other half a log-scale s and a shift t:
#
# $$y = x \cdot e^{s} + t$$
#
# The kept half is still there on the way back, so the network says the same s and t again: it need not be inverted. And J is triangular, so its determinant is the product of the scales.

# %% [markdown]
# ## Exercise 3: there
#
# Complete `couple` with `keras.ops`, since it runs inside training. It gets all numbers; for the kept ones, s and t are 0. Return two things: the moved numbers, and log |det J| of each row,
# as a sum of logarithms: a product of 64 scales may be too large, or too small, for a computer.

# %% tags=["exercise"] id="normalizing_flows-couple" points=3
def couple(x, log_scale, shift):
    """Stretch and move, and the log-determinant.  Three (n, d) -> (n, d), (n,)"""
    ### BEGIN SOLUTION
    return x * ops.exp(log_scale) + shift, ops.sum(log_scale, axis=1)
    ### END SOLUTION

# %% tags=["check"]
couple = check("normalizing_flows-couple", couple)

# %% [markdown]
# ## Exercise 4: and back
#
# Now `undo`: from y to x, with the log-determinant of the way *back*.

# %% tags=["exercise"] id="normalizing_flows-undo" points=2
def undo(y, log_scale, shift):
    """Undo `couple`, and the log-determinant of the way back.  Three (n, d) -> (n, d), (n,)"""
    ### BEGIN SOLUTION
    return (y - shift) * ops.exp(-log_scale), -ops.sum(log_scale, axis=1)
    ### END SOLUTION

# %% tags=["check"]
undo = check("normalizing_flows-undo", undo)

# %% [markdown]
# ## A flow for the plane
#
# With two numbers a coupling keeps one and bends the other. Its last layer starts at zeros, so an untrained coupling changes nothing.

# %%
class Coupling(layers.Layer):
    """Keep one of two numbers (the identity), and read off it how to transform the other."""

    def __init__(self, identity):
        super().__init__()
        self.identity = np.eye(2, dtype="float32")[identity]  # 1 where it is kept
        self.network = keras.Sequential([
            keras.Input((2,)),
            layers.Dense(64, "relu"),                     # (n, 64)
            layers.Dense(4, kernel_initializer="zeros"),  # (n, 4)
        ])

    def call(self, x):
        """Log-scale and shift, both 0 for the kept number.  (n, 2) -> (n, 2), (n, 2)"""
        log_scale, shift = ops.split(self.network(x * self.identity), 2, axis=1)
        transformed = 1 - self.identity
        # No scale is above e² = 7.4.
        return transformed * 2 * ops.tanh(log_scale / 2), transformed * shift

# %% [markdown]
# Several of them in a row are a flow. The loss is −log p(x), the formula from above, and everything in it runs on *your* two functions.

# %%
class TinyFlow(keras.Model):
    def __init__(self, order):  # order: which number each coupling keeps
        super().__init__()
        self.couplings = [Coupling(identity) for identity in order]

    def call(self, x):
        log_det = ops.zeros_like(x[:, 0])
        for coupling in self.couplings:
            x, change = couple(x, *coupling(x))
            log_det = log_det + change
        return x, log_det  # z (n, 2), (n,)

    def inverse(self, z):
        for coupling in reversed(self.couplings):
            z, _ = undo(*map(np.asarray, (z, *coupling(z))))
        return z  # x (n, 2)

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        z, log_det = y_pred
        return -ops.mean(normal_log_density(z) + log_det)

# %% [markdown]
# The data are the moons, whose exact density is known. Their **entropy** is the lowest negative log-likelihood that any model can have on average, and each nat above it is the model's
# fault.
#
# Beforehand a fixed step moves the points to mean 0 and width 1: z = (x − m) / w. You have worked out its log-determinant in exercise 2: −Σ log w.

# %%
moons = data.points2d(
    "moons",
    n_train=run.steps(smoke=512, laptop=10_240, gpu=102_400),
    n_test=run.steps(smoke=500, laptop=5_000, gpu=20_000),
    seed=SEED,
)
mean, width = moons.train.mean(axis=0), moons.train.std(axis=0)  # (2,), (2,)

def train(flow, rows, epochs, batch_size, rate=1e-2):
    """Fit a flow to rows, with a learning rate that falls to 0."""
    whole = len(rows) // batch_size * batch_size  # all batches alike
    falling = keras.optimizers.schedules.CosineDecay(rate, epochs * whole // batch_size)
    flow.compile(keras.optimizers.Adam(falling), **run.compile_options)
    callbacks = [Progress(f"Flow in {rows.shape[1]} dimensions")]
    flow.fit(rows[:whole], epochs=epochs, batch_size=batch_size, verbose=0, callbacks=callbacks)
    return flow

# %%
epochs = run.steps(smoke=1, laptop=40, gpu=100)

def train_tiny(order):
    keras.utils.set_random_seed(SEED)
    return train(TinyFlow(order), (moons.train - mean) / width, epochs, batch_size=512)

def tiny_log_prob(flow, x):
    """Log-density of points, in nats.  (n, 2) -> (n,)"""
    z, log_det = flow((x - mean) / width)
    return np.asarray(normal_log_density(z) + log_det) - np.log(width).sum()

def gap(log_prob):
    """Nats by which a model is worse than the truth, on the held-out points."""
    return float(np.mean(moons.log_density(moons.test) - log_prob))

tiny = train_tiny([0, 1, 0, 1])

# %% [markdown]
# ## Two tests that every flow must pass
#
# **Can it be undone?** Send held-out points to noise and back. **Does it add up to 1?** Sum the density over a fine grid that reaches well beyond the data.

# %%
ticks = np.arange(-5.95, 6, 0.1)  # middles of cells
grid = np.stack(np.meshgrid(ticks, ticks), axis=-1).reshape(-1, 2).astype("float32")  # (14400, 2)
z, _ = tiny((moons.test - mean) / width)
returned = np.asarray(tiny.inverse(z)) * width + mean
errors = {"RealNVP, yours": np.abs(returned - moons.test).max()}
sums = {"RealNVP, yours": np.exp(tiny_log_prob(tiny, grid)).sum() * 0.1**2}

# %% tags=["nbval-ignore-output"]
print(f"Largest error there and back: {errors['RealNVP, yours']:.1e}.")
print(f"The density adds up to {sums['RealNVP, yours']:.4f}.")

# %%
claim("There and back, no held-out point is off by 0.001", errors["RealNVP, yours"] < 1e-3)
claim("The density adds up to 1, within 1 in 100", abs(sums["RealNVP, yours"] - 1) < 0.01)

# %% [markdown]
# Neither test says that the flow is *good*: an untrained one passes both. That is what the gap to the truth is for.
#
# ## Break it: nobody takes turns
#
# Your flow kept the first number, then the second, and so on. What if all couplings keep the first?

# %%
stuck = train_tiny([0, 0, 0, 0])
gaps = {
    "one Gaussian": gap(GaussianMixture(1).fit(moons.train).score_samples(moons.test)),
    "RealNVP, nobody takes turns": gap(tiny_log_prob(stuck, moons.test)),
    "RealNVP, yours": gap(tiny_log_prob(tiny, moons.test)),
}

def draw(flow, n):
    """Noise bent into points.  -> (n, 2)"""
    z = np.random.default_rng(SEED).standard_normal((n, 2)).astype("float32")
    return np.asarray(flow.inverse(z)) * width + mean

# %% tags=["nbval-ignore-output"]
clouds = {
    "held-out points": moons.test[:1_500],
    f"taking turns, gap {gaps['RealNVP, yours']:.2f}": draw(tiny, 1_500),
    f"nobody, gap {gaps['RealNVP, nobody takes turns']:.2f}": draw(stuck, 1_500),
}
figure, axes = plots.new_figure(1, 3, height=3.1, sharex=True, sharey=True)
for axis, (name, points) in zip(axes, clouds.items(), strict=True):
    axis.scatter(*points.T, s=3, linewidths=0, alpha=0.6)
    axis.set_title(name, fontsize=10)
    axis.set(xlabel="first number", xlim=(-5, 5), ylim=(-4, 4))
axes[0].set(ylabel="second number")
figure.suptitle("The moons, and what two flows draw", fontsize=11, fontweight="bold")
plots.show(
    figure,
    "Left, two crescents; in the middle, the flow whose couplings take turns draws both crescents "
    "with points strewn between them; right, the other flow draws one broad band.",
)

# %%
kept, _ = stuck((moons.test - mean) / width)
unchanged = np.abs(np.asarray(kept)[:, 0] - ((moons.test - mean) / width)[:, 0]).max()
claim("The first number goes through all four couplings unchanged", unchanged < 1e-5)
claim(
    "The gap is at least 1.8 times as large as with turns",
    gaps["RealNVP, nobody takes turns"] > 1.8 * gaps["RealNVP, yours"],
)

# %% [markdown]
# The first number stays a plain Gaussian, which it is not: that alone costs 0.15 nats. And for each value of the first, the second becomes one Gaussian, where two
# moons lie above each other. Four couplings that keep the same number are worth no more than one with a larger network.
#
# ## Exercise 5: repair it
#
# Must they alternate all the time? Choose an `order` of 2 to 6 zeros and ones that changes only **once**, so that the gap is at most **0.30** nats. More than one does it, and
# not every one: try both ways round.

# %% tags=["exercise"] id="normalizing_flows-order" points=2 solution="(0, 0, 1, 1)"
my_order = ...  # such as (0, 0, 0, 0): which number each coupling keeps

# %%
repaired = stuck if my_order is ... else train_tiny(my_order)
order = [0, 0, 0, 0] if my_order is ... else list(my_order)
my_result = {
    "couplings": ... if my_order is ... else len(order),
    "begins_keeping": order[0],
    "changes": int(np.count_nonzero(np.diff(order))),
    "gap": gap(tiny_log_prob(repaired, moons.test)),
}

# %% tags=["check"]
my_result = check("normalizing_flows-order", my_result)

# %% [markdown]
# ## Bend along a curve
#
# A stretch and a shift are a straight line from x to y. One straight line for each value of the kept number is little: two moons above each other need a curve. The
# **spline coupling** lets the network choose a rising curve made of pieces, each the ratio of two quadratic functions, with a known slope and a formula for the way back.

# %%
show_source(spline_forward)

# %%
keras.utils.set_random_seed(SEED)
spline = models.NormalizingFlow(2, "spline", couplings=4, depth=1, bins=10).adapt(moons.train)
spline = train(spline, moons.train, run.steps(smoke=1, laptop=20, gpu=100), batch_size=512)

z, _ = spline(moons.test)
errors["spline flow"] = np.abs(np.asarray(spline.inverse(z)[0]) - moons.test).max()
sums["spline flow"] = np.exp(spline.log_prob(grid)).sum() * 0.1**2
gaps["spline flow"] = gap(spline.log_prob(moons.test))

# %% [markdown]
# And two rivals without any network: a mixture of 20 Gaussians, and **kernel density**, which puts a small Gaussian on each training point.

# %%
mixture = GaussianMixture(20, random_state=SEED).fit(moons.train)
kernels = KernelDensity(bandwidth=0.1, rtol=1e-4).fit(moons.train)
gaps["kernel density"] = gap(kernels.score_samples(moons.test))
gaps["mixture of 20"] = gap(mixture.score_samples(moons.test))

# %% tags=["nbval-ignore-output"]
figure = plots.bars(
    {name: max(value, 0) for name, value in gaps.items()},
    title="How far from the exact density of the moons?",
    x_label="nats above the truth, on held-out points (lower is better)",
    highlight=["RealNVP, yours", "spline flow"],
)
plots.show(
    figure,
    "Six bars that fall from one Gaussian, 0.9, over RealNVP without and with turns to the spline "
    "flow, kernel density and the mixture of 20, all three below 0.1.",
)

# %% tags=["nbval-ignore-output"]
pd.DataFrame({"error there and back": errors, "adds up to": sums}).map("{:.5f}".format)

# %%
claim("The spline flow is within 0.1 nats of the exact density", gaps["spline flow"] < 0.1)
claim("Its gap is less than half of RealNVP's", gaps["spline flow"] < 0.5 * gaps["RealNVP, yours"])
claim("It can be undone: no point is off by 0.005", errors["spline flow"] < 5e-3)
claim("Its density adds up to 1, within 2 in 100", abs(sums["spline flow"] - 1) < 0.02)

# %% [markdown]
# **Read the bars with care.** On moons, a mixture of 20 and kernel density are nearer to the truth, and they take less than a second.
#
# Trained for fifteen seconds, after as many of compiling, the spline flow is 0.01 to 0.03 nats above the entropy on four of the five sets of `points2d` and 0.08 on the checkerboard. There, where edges are
# sharp, it wins: kernel density is 0.10 above, the mixture 0.25 (medians of three seeds, `benchmarks/`).

# %% [markdown]
# ## Explore: watch the sheet bend
#
# Follow 1,500 points of noise through the spline flow, step by step. Colours say where a point began: in the inner, middle or outer third of the noise.

# %%
def stages(flow, z):
    """The points after each step on the way from noise to data.  (n, 2) -> list of (n, 2)"""
    seen = [z]
    for left in reversed(range(len(flow.steps))):  # couplings still to undo
        z = flow.steps[left].inverse(z)[0]
        seen.append(np.asarray(z)[:, ::-1] if left % 2 else np.asarray(z))  # each swaps the axes
    return [*seen, np.asarray(z) @ np.asarray(flow.colouring) + np.asarray(flow.centre)]

noise = np.random.default_rng(SEED).standard_normal((1_500, 2)).astype("float32")
path = stages(spline, noise)  # noise, after each of four couplings, data
names = ["noise", *[f"{k} of 4 couplings undone" for k in (1, 2, 3, 4)], "data"]
third = np.digitize(np.hypot(*noise.T), [0.90, 1.48])  # (1500,), 0, 1 or 2

# %%
def draw_points(axis, points, size):
    for part, name in enumerate(("inner third", "middle third", "outer third")):
        axis.scatter(*points[third == part].T, s=size, linewidths=0, label=name,
                     color=plots.COLOURS[(0, 1, 2)[part]], marker="os^"[part])
    axis.set(xlim=(-4.2, 4.2), ylim=(-4.2, 4.2))

def draw_step(step):
    """One picture of the way from noise (0) to data (5)."""
    figure, axis = plots.new_figure(height=4.4, width=5.2)
    draw_points(axis, path[step], size=8)
    axis.set(title=f"Step {step}: {names[step]}", xlabel="first number", ylabel="second number")
    axis.legend(loc="upper right", fontsize=8)
    return figure

widgets.explore(
    draw_step,
    "Points of the plane in three colours, half way between a round cloud and two crescents.",
    step=(0, 5, 1, 3),
)

# %% tags=["nbval-ignore-output"]
figure, axes = plots.new_figure(2, 3, height=5.0, sharex=True, sharey=True)
for axis, points, name in zip(axes.flat, path, names, strict=True):
    draw_points(axis, points, size=3)
    axis.set_title(name, fontsize=10)
figure.supxlabel("first number", fontsize=10)
figure.supylabel("second number", fontsize=10)
figure.suptitle("From noise to moons, coupling by coupling", fontsize=11, fontweight="bold")
plots.show(
    figure,
    "Six panels: a round cloud in three coloured rings is bent by four couplings and stretched "
    "into two crescents; the outer third lies along their outer edges, the inner third between.",
)

# %% [markdown]
# A flow only bends and never tears. So the two moons are always joined by a thin bridge of points, and no training removes it.
#
# ## The real thing: 64 dimensions
#
# A digit has 64 grey values, each a whole number from 0 to 16. A density could put a spike on every whole number and become as large as it likes, so add to each value a
# random number between 0 and 1: **dequantisation**. The mean of −log₂ p(x) is then at least what storing the greys costs, in bits.

# %%
digits = data.digits()
copies = run.steps(smoke=1, laptop=20, gpu=50)  # of each training digit, every time with new noise

def dequantise(pictures):
    """(n, 8, 8, 1) with values from 0 to 1 -> (n, 64), from 0 to 17"""
    levels = np.round(16 * pictures.reshape(len(pictures), 64))
    return (levels + random_numbers.random(levels.shape)).astype("float32")

held_out = dequantise(digits.test)  # (360, 64)
many = np.concatenate([dequantise(digits.train) for _ in range(copies)])  # (copies * 1437, 64)
few = many[: 5 * len(digits.train)].astype("float64")  # what the rivals learn from

# %% [markdown]
# ## Predict
# Four models: one Gaussian, a mixture of ten Gaussians, kernel density and a RealNVP of 5 couplings that turn the axes at random. Bits on held-out digits decide. Where will the flow stand: `"first"`,
# `"between"` or `"last"`?

# %% tags=["exercise"] solution='"between"'
my_guess = ...  # "first", "between" or "last"

# %% tags=["check"]
predict("normalizing_flows-rank", my_guess)

# %%
keras.utils.set_random_seed(SEED)
digit_flow = models.NormalizingFlow(
    64, "affine", couplings=5, width=128, depth=1, dropout=0.3, rotation_seed=SEED
).adapt(many)
digit_epochs = run.steps(smoke=1, laptop=4, gpu=6)
digit_flow = train(digit_flow, many, digit_epochs, batch_size=256, rate=3e-3)

# %%
one = GaussianMixture(1, reg_covar=0.03, random_state=SEED).fit(few)
rounds = run.steps(smoke=3, laptop=60, gpu=60)
ten = GaussianMixture(10, reg_covar=0.09, max_iter=rounds, random_state=SEED).fit(few)
kernels = KernelDensity(bandwidth=1.7).fit(few)  # the widths were chosen on training digits
log_densities = {
    "kernel density": kernels.score_samples(held_out),
    "one Gaussian": one.score_samples(held_out),
    "flow": digit_flow.log_prob(held_out),
    "mixture of ten": ten.score_samples(held_out),
}
bits = {
    name: evaluation.bits_per_dimension(values, (8, 8, 1))
    for name, values in log_densities.items()
}

# %% tags=["nbval-ignore-output"]
ranking = sorted(bits, key=bits.get)
place = ranking.index("flow")
outcome = {0: "first", len(ranking) - 1: "last"}.get(place, "between")
predict("normalizing_flows-rank", outcome=outcome)
figure = plots.bars(
    bits,
    title="Bits for a grey value of a held-out digit",
    x_label="bits per dimension (lower is better)",
    highlight=["flow"],
)
plots.show(
    figure,
    "Four bars: kernel density needs 3.2 bits, one Gaussian 2.9, the flow 2.7 "
    "and the mixture of ten Gaussians 2.6.",
)

# %%
claim("The flow needs at least 0.2 bits less than kernel density",
      bits["flow"] < bits["kernel density"] - 0.2)
claim("and at least 0.1 bits less than one Gaussian", bits["flow"] < bits["one Gaussian"] - 0.1)
claim("The mixture of ten needs still fewer bits than the flow",
      bits["mixture of ten"] < bits["flow"])

# %% [markdown]
# So the flow beats kernel density clearly and does not beat ten Gaussians, which took half a second.
#
# Longer training brings eight couplings to 2.65 bits, and the averaged densities of three such flows to 2.60, in 26 seconds of training. The mixture of ten stands at 2.63 there (medians of three seeds, `benchmarks/`).
# So three flows together are ahead by 0.03 bits, for sixty times the computing.
#
# In 64 dimensions no grid can be summed. There the log-determinant is compared with that of the full Jacobian, worked out by back-propagation: the course's tests do so for both kinds of coupling.

# %%
drawn = {
    "held out": held_out[:10],
    "flow": digit_flow.sample(10, seed=SEED),
    "mixture of ten": np.random.default_rng(SEED).permutation(ten.sample(200)[0])[:10],
}
shown = np.floor(np.concatenate(list(drawn.values()))) / 16  # back to whole greys, (30, 64)
figure = plots.pictures(
    shown.reshape(-1, 8, 8, 1),
    row_labels=list(drawn),
    title="Digits: real, bent out of noise, and drawn from ten Gaussians",
)
plots.show(
    figure,
    "Three rows of ten digits: real ones, then grey blots from the flow in which digits can "
    "seldom be read, and those of the mixture, which are sharper and of which some can be read.",
)

# %% [markdown]
# ## Make: a question of your own
#
# Train a flow on another set of `points2d` (`"rings"`, `"eight_gaussians"`, `"spiral"`, `"checkerboard"`), or change the number of couplings, pieces or training points, or draw from a narrower bell. Ask one
# question. Answer with one number, one figure and two sentences.
#
# **With your own pictures**, 40 or more in a folder, in grey. Run this, then `train(own_flow, many, 4, batch_size=256, rate=3e-3)`, and compare its bits on `held_out` with those of one Gaussian fitted to `many`:
#
# ```python
# own = data.pictures_from("photos", 8, channels=1)
# held_out, many = dequantise(own.test), dequantise(own.train[np.arange(20_000) % len(own.train)])
# own_flow = models.NormalizingFlow(64, couplings=5, width=128, rotation_seed=SEED).adapt(many)
# ```

# %% tags=["exercise", "make"] id="normalizing_flows-make" points=4
def my_flow():
    """Your question, one number, and a figure that shows it."""
    ### BEGIN SOLUTION
    # Question: does a narrower bell give likelier points, even likelier than real ones?
    widths = [0.4, 0.6, 0.8, 1.0, 1.2]
    drawn = [np.asarray(spline.inverse(wide * noise)[0]) for wide in widths]
    likely = [moons.log_density(points).mean() for points in drawn]
    return plots.lines(
        {"drawn points": likely, "real points": [-moons.entropy] * len(widths)},
        x=widths,
        title=f"At best {max(likely):.2f} nats, real points {-moons.entropy:.2f}",
        x_label="standard deviation of the noise",
        y_label="mean log-density, truth (nats)",
    )
    # No: at every width the mean stays below that of real points, since the bridge is drawn too.
    # A width near 0.8 comes closest. One seed, one flow; the best width may move.
    ### END SOLUTION

# %% tags=["nbval-ignore-output"]
if (figure := my_flow()) is not ...:
    plots.show(figure, "The figure of my own question.")

# %% [markdown] tags=["instructor"]
# **Rubric, 4 points.** A question that a number can answer (1) · the gap to the truth, or another held-out number, rather than a look at samples alone (1) · a figure with title and labelled axes (1) ·
# two sentences that do not claim more than one seed can carry (1).

# %% [markdown]
# ## Recap
#
# 1. Move points by a function that can be undone, and the log-density changes by the log-determinant.
# 2. A coupling keeps one half, so it can be undone, and its determinant is a product of scales.
# 3. Test both: there and back, and a sum of 1 over a grid.
# 4. Who is always kept is never bent: couplings must take turns.
# 5. An exact likelihood is no reason to win: ten Gaussians describe small digits better.
#
# ## Quiz
#
# Click, or type one letter a question.

# %% tags=["exercise"] solution='"cabdb"'
my_answers = ...  # one letter a question, such as "abcda"

# %% tags=["check"]
quiz("normalizing_flows", my_answers)

# %% [markdown]
# ## Read on, and scale up
#
# - Dinh, Sohl-Dickstein and Bengio (2017), *Density Estimation Using Real NVP*: the couplings of this lesson.
# - Durkan et al. (2019), *Neural Spline Flows*: the curves.
# - Papamakarios et al. (2021), *Normalizing Flows for Probabilistic Modeling and Inference*: the whole field on 64 pages.
#
# **Scale up.** `PROFILE = "gpu"` trains with ten times the points for a hundred epochs. For pictures of 32 pixels and more, let convolutions read the kept half, and keep a checkerboard of pixels (Dinh 2017, section 3.4).
