# %% [markdown]
# # Why does one network learn while its twin learns nothing?
#
# Two networks, the same data, the same number of steps. One ends up drawing digits, the other a grey smear. They differ only in how they walked down the slope of their loss. Here you
# build the ways of walking, and measure for each whether it changes what a generative model can do, or only what one lucky start could do.
#
# | | |
# |---|---|
# | **You will** | predict the largest learning rate that works · write momentum, Adam and gradient clipping · train a hundred small VAEs with them · mend a warm-up · tell an effect from luck |
# | **First** | [Variational autoencoders](../02_models/04_variational_autoencoders.ipynb), [Recurrent networks](../02_models/09_recurrent_networks.ipynb) |
# | **Time** | {{ reading_minutes }} min of reading, {{ exercise_minutes }} min of exercises, {{ computing_seconds }} s of computing |

# %% [markdown] tags=["instructor"]
# **For teachers, 65 minutes.** Bowl and momentum 15 · Adam 10 · the VAEs and what they draw 12 · start, rate over time, averaging, batches 13 · clipping 6 · two players and the landscape 5 · quiz 4.
#
# The sentence to leave on the board: *an effect smaller than the difference between two seeds is no effect yet.*
# Learners think that a smaller learning rate is always the safe choice. Ask what it costs here: with a tenth of their best rate, gradient descent and momentum end four to five nats worse after the same 300 steps.
# In exercise 2 they return the corrected averages as the memory; the next step then corrects them again. The check says so.

# %% tags=["parameters"]
PROFILE = "laptop"  # "smoke" runs in seconds, "gpu" trains for longer
SEED = 0

# %%
from genai_course import (
    check, claim, data, hint, models, plots,
    predict, quiz, setup, show_source, widgets,
)

run = setup(PROFILE, SEED)

# %%
import keras
import numpy as np
import pandas as pd
import seaborn as sns
import tensorflow as tf

from genai_course.labs import loss_surface
from genai_course.training import Progress, optimizers, track

# %% [markdown]
# ## A bowl
#
# The smallest loss that can go wrong has two weights, and is steeper along one than along the other:
#
# $$f(w) = \tfrac12\,(w_1^2 + \kappa\, w_2^2), \qquad \text{slope} = (w_1,\; \kappa\, w_2)$$
#
# The largest **curvature** is L = κ, and κ, the largest over the smallest, is called the **condition number**. Gradient descent goes against the slope, w ← w − rate · slope. So each step multiplies a weight of curvature c by
# (1 − rate · c). That shrinks the weight if the factor is between −1 and 1, and therefore the walk comes down only if
#
# $$\text{rate} < \frac{2}{L} .$$

# %%
show_source(optimizers.gradient_step)

# %%
def largest_stable_rate(curvatures):
    """The largest rate at which 100 steps do not lead upwards, found by halving an interval."""
    low, high = 0.0, 4.0
    for _ in range(40):
        rate, place = 0.5 * (low + high), np.ones(2)
        for _ in range(100):
            place = optimizers.gradient_step(place, curvatures * place, rate)
        low, high = (rate, high) if np.abs(place).max() <= 1 else (low, rate)
    return low

measured = {steepest: largest_stable_rate(np.array([1.0, steepest])) for steepest in (4, 25, 100)}

# %% tags=["nbval-ignore-output"]
pd.DataFrame({"2 / L": {steepest: 2 / steepest for steepest in measured}, "measured": measured})

# %%
claim(
    "The largest stable rate is 2 / L, to one part in a thousand",
    all(abs(rate * steepest / 2 - 1) < 1e-3 for steepest, rate in measured.items()),
)

# %% [markdown]
# The steepest direction sets the limit, and the flattest one then has to crawl: at its best rate gradient descent still keeps a share of (κ − 1)/(κ + 1) of the distance with each step.
#
# ## Predict
# A heavy ball keeps some of its speed. On a bowl with κ = 256, both at their best settings: how many times fewer steps does the ball need?

# %% tags=["exercise"] solution="10"
my_guess = ...  # a number from 1 to 1000

# %% tags=["check"]
predict("optimization-fewer_steps", my_guess)

# %% [markdown]
# ## Exercise 1: a heavy ball
#
# Beside its weights the ball has a **velocity**, 0 at the start. Each step keeps a share of it, the **momentum** m, adds a push down the slope, and moves by the new velocity:
#
# $$v \leftarrow m\, v - \text{rate} \cdot \text{slope}, \qquad w \leftarrow w + v$$
#
# Complete `momentum_step`. NumPy is welcome: in this lesson optimizers run outside of TensorFlow's graphs. `rate` is a number, and later an array with a rate for each of many networks.
#
# Stuck? Run `hint("optimization-momentum_step")` in a cell of its own; every exercise has three hints.

# %% tags=["exercise"] id="optimization-momentum_step" points=2
def momentum_step(weights, gradient, velocity, rate, momentum):
    """One step.  Arrays of one shape, two numbers -> new weights, new velocity"""
    ### BEGIN SOLUTION
    velocity = momentum * velocity - rate * gradient
    return weights + velocity, velocity
    ### END SOLUTION

# %% tags=["check"]
momentum_step = check("optimization-momentum_step", momentum_step)

# %% [markdown]
# For bowls the ball's best settings are known (Polyak 1964), and they keep a share of (√κ − 1)/(√κ + 1) with each step: the root makes the difference. Does your step do that? We count the steps that gain one more decimal digit.

# %%
def steps_per_digit(condition, rate, momentum, expected):
    """Steps that divide the distance by 10, late in a walk of 30 digits."""
    curvatures, place, velocity = np.array([1.0, condition]), np.ones(2), np.zeros(2)
    distances = []
    for _ in range(int(30 * expected)):
        place, velocity = momentum_step(place, curvatures * place, velocity, rate, momentum)
        distances.append(float(np.linalg.norm(place)))
    half = len(distances) // 2
    return (len(distances) - 1 - half) / np.log10(distances[half] / distances[-1])

def share_to_steps(share):
    return np.log(10) / -np.log(share)

# %%
conditions = run.steps(smoke=[4, 16], laptop=[4, 16, 64, 256], gpu=[4, 16, 64, 256, 1024])
names = ["gradient descent: formula", "measured", "heavy ball: formula", "yours"]
curves = {name: [] for name in names}
for condition in conditions:
    root = np.sqrt(condition)
    plain = share_to_steps((condition - 1) / (condition + 1))
    ball = share_to_steps((root - 1) / (root + 1))
    momentum = ((root - 1) / (root + 1)) ** 2
    found = steps_per_digit(condition, 2 / (1 + condition), 0.0, plain)
    yours = steps_per_digit(condition, 4 / (1 + root) ** 2, momentum, ball)
    for values, value in zip(curves.values(), (plain, found, ball, yours), strict=True):
        values.append(value)

# %%
figure = plots.lines(
    curves, x=conditions, title="The heavy ball needs the root of the steps",
    x_label="condition number κ", y_label="steps for one more digit", log_x=True, log_y=True,
)
plots.show(
    figure,
    "Steps for one more digit against the condition number, both axes logarithmic: gradient "
    "descent climbs twice as steeply as the heavy ball, and measured points lie on the "
    "formulas.",
)

# %% tags=["nbval-ignore-output"]
predict("optimization-fewer_steps", outcome=curves["measured"][-1] / curves["yours"][-1])

# %%
formulas = np.array([curves["gradient descent: formula"], curves["heavy ball: formula"]])
claim(
    "Both formulas predict the steps within a tenth",
    np.abs(np.array([curves["measured"], curves["yours"]]) / formulas - 1).max() < 0.1,
)

# %% [markdown]
# ## A ravine
#
# Losses of networks are not bowls, but they have ravines: steep across, flat along. Here are two, a straight one and a curved one, both with a curvature of 20 across at the goal (the curved one's falls to 4 on the way). The goal is at (1, 1).

# %%
def straight(place):
    """Loss and slope of a straight ravine.  (2,) -> (), (2,)"""
    x, y = place - 1
    return 0.5 * (x**2 + 20 * y**2), np.array([x, 20 * y])

def curved(place):
    """Loss and slope of Rosenbrock's valley along y = x².  (2,) -> (), (2,)"""
    x, y = place
    across = y - x**2
    slope = np.array([-0.4 * (1 - x) - 8 * x * across, 4 * across])
    return 0.2 * (1 - x) ** 2 + 2 * across**2, slope

def descend(ravine, rate, momentum, steps=60):
    """The places of a walk that starts at (-1.2, 1.6).  -> (steps + 1, 2)"""
    places, velocity = [np.array([-1.2, 1.6])], np.zeros(2)
    for _ in range(steps):
        slope = ravine(places[-1])[1]
        place, velocity = momentum_step(places[-1], slope, velocity, rate, momentum)
        places.append(np.clip(place, -1e3, 1e3))  # whoever flies away is stopped there
    return np.array(places)

# %%
X, Y = np.meshgrid(np.linspace(-2, 2, 81), np.linspace(-1, 3, 81))
heights = {ravine: ravine(np.stack([X, Y]))[0] for ravine in (straight, curved)}

def draw_walk(axis, ravine, rate, momentum):
    path = descend(ravine, rate, momentum)
    axis.contour(X, Y, heights[ravine], levels=np.geomspace(0.3, 60, 5),
                 colors=plots.COLOURS[7], linewidths=0.6)
    axis.plot(*path.T, ".-", color=plots.COLOURS[0], linewidth=1, markersize=4)
    axis.plot(1, 1, "*", markersize=12, color=plots.COLOURS[5])
    left = np.linalg.norm(path[-1] - 1)
    ends = "flies away" if left > 10 else f"ends {left:.2g} from the goal"
    axis.set_title(f"rate {rate:g}, momentum {momentum:g}\n{ends}", fontsize=9)
    axis.set(xlim=(-2, 2), ylim=(-1, 3), xlabel="first weight")

# %%
figure, axes = plots.new_figure(1, 3, height=2.6, sharey=True)
for axis, setting in zip(axes, [(0.02, 0), (0.101, 0), (0.03, 0.7)], strict=True):
    draw_walk(axis, straight, *setting)
axes[0].set_ylabel("second weight")
plots.show(
    figure,
    "Three walks of 60 steps in a straight ravine: a small rate crawls along the floor, one "
    "just above 2 / L swings across it ever wider, and with momentum the walk curves into the "
    "goal.",
)

# %% [markdown]
# ## Explore: walk yourself
#
# Find the rate at which the straight ravine throws you out (2/L = 0.1). Then add momentum: which rates work now? In the curved ravine no formula helps you.

# %%
def explore_walk(ravine, learning_rate, momentum):
    figure, axis = plots.new_figure(height=4.0, width=4.8)
    draw_walk(axis, {"straight": straight, "curved": curved}[ravine], learning_rate, momentum)
    axis.set_ylabel("second weight")
    return figure

widgets.explore(
    explore_walk,
    "A walk of 60 steps that zigzags across the ravine and creeps along it towards the star at "
    "(1, 1).",
    ravine=["straight", "curved"],
    learning_rate=(0.005, 0.15, 0.005, 0.09), momentum=(0.0, 0.95, 0.05, 0.0),
)

# %% [markdown]
# ## Exercise 2: Adam
#
# Momentum still takes one rate for all weights. **Adam** (Kingma and Ba, 2015) divides each weight's step by the size its gradients usually have. It keeps two running averages, both 0 at the start:
#
# $$m \leftarrow \beta_1 m + (1-\beta_1)\,g, \qquad s \leftarrow \beta_2\, s + (1-\beta_2)\, g^2$$
#
# Early on both are still pulled to 0. At step t, **counted from 1**, dividing by $1 - \beta^t$ makes up for that:
#
# $$\hat m = \frac{m}{1-\beta_1^t}, \qquad \hat s = \frac{s}{1-\beta_2^t}, \qquad w \leftarrow w - \text{rate}\cdot\frac{\hat m}{\sqrt{\hat s} + \varepsilon}$$
#
# Complete `adam_step`. What it remembers, and returns, are m and s as they are, not corrected. Again `rate` may be an array, one number for each network.

# %% tags=["exercise"] id="optimization-adam_step" points=3
def adam_step(weights, gradient, mean, square, step, rate, beta_1, beta_2, epsilon):
    """One step.  Arrays of one shape and five numbers -> new weights, new mean, new square"""
    ### BEGIN SOLUTION
    mean = beta_1 * mean + (1 - beta_1) * gradient
    square = beta_2 * square + (1 - beta_2) * gradient**2
    corrected_mean = mean / (1 - beta_1**step)
    corrected_square = square / (1 - beta_2**step)
    return weights - rate * corrected_mean / (corrected_square**0.5 + epsilon), mean, square
    ### END SOLUTION

# %% tags=["check"]
adam_step = check("optimization-adam_step", adam_step)

# %%
def adam_walk(scale):
    """Ten steps of Adam down a bowl whose loss is multiplied by scale.  -> (2,)"""
    place, mean, square = np.ones(2), np.zeros(2), np.zeros(2)
    for step in range(1, 11):
        gradient = scale * np.array([1.0, 25.0]) * place
        place, mean, square = adam_step(
            place, gradient, mean, square, step, 0.01, 0.9, 0.999, 1e-7)
    return np.asarray(place)

claim("Your Adam does not care whether the loss is a thousand times larger",
      np.abs(adam_walk(1.0) - adam_walk(1_000.0)).max() < 1e-4)
claim("Ten early steps of rate 0.01 go about 0.1, in the flat and in the steep direction",
      np.all(np.abs(1 - adam_walk(1.0) - 0.1) < 0.02))

# %% [markdown]
# ## The real thing: a VAE, many times
#
# Now a generative model: a small VAE on 8 × 8 digits whose pixels are 0 or 1. Its loss, the negative ELBO, bounds how many **nats** a digit costs; fewer is better.
#
# An optimizer treats each weight on its own, so it does not mind if we stack many networks in one array. Every weight below has an axis in front for the network: `@` multiplies them all at
# once, and the **rate** may be an array, too, one for each network.

# %%
def run_layers(layers, x):
    """Dense layers, ReLU between.  [weights, bias, …], (networks, n, in) -> (networks, n, out)"""
    for place in range(0, len(layers), 2):
        x = x @ layers[place] + layers[place + 1]
        if place + 2 < len(layers):
            x = tf.nn.relu(x)
    return x

def vae_loss(weights, pictures, noise):
    """Negative ELBO of a digit in nats.  (networks, n, 64), (networks, n, 8) -> (networks,)"""
    half = len(weights) // 2
    mean, log_variance = tf.split(run_layers(weights[:half], pictures), 2, axis=-1)
    codes = mean + tf.exp(0.5 * log_variance) * noise           # (networks, n, 8)
    logits = run_layers(weights[half:], codes)                  # (networks, n, 64)
    surprise = tf.reduce_sum(tf.nn.softplus(logits) - pictures * logits, axis=-1)
    kl = 0.5 * tf.reduce_sum(mean**2 + tf.exp(log_variance) - 1 - log_variance, axis=-1)
    return tf.reduce_mean(surprise + kl, axis=-1)

# %%
def any_size(*last):
    return tf.TensorSpec((None, None, *last), tf.float32)

@tf.function(input_signature=[[any_size(None)] * 8, any_size(64), any_size(8)])
def vae_gradients(weights, pictures, noise):
    """One gradient for each stacked network: no network's loss depends on another's weights."""
    with tf.GradientTape() as tape:
        tape.watch(weights)
        loss = vae_loss(weights, pictures, noise)
    return tape.gradient(loss, weights)

# %%
digits = data.digits()
train_pictures = (digits.train.reshape(-1, 64) > 0.5).astype("float32")  # (1437, 64)
test_pictures = (digits.test.reshape(-1, 64) > 0.5).astype("float32")    # (360, 64)
SEEDS = [10 * SEED + k for k in range(run.steps(smoke=2, laptop=5, gpu=10))]
SIZES = [(64, 64), (64, 16), (8, 64), (64, 64)]

def new_weights(seed, scale=1.0):
    """Normal numbers of Glorot's size, times scale; biases 0.  -> [(in, out), (1, out), …]"""
    rng, weights = np.random.default_rng(seed), []
    for inputs, outputs in SIZES:
        size = scale * np.sqrt(2 / (inputs + outputs))
        weights += [size * rng.standard_normal((inputs, outputs)), np.zeros((1, outputs))]
    return [each.astype("float32") for each in weights]

def stack(networks):
    """[network, …] -> one network whose arrays have an axis in front"""
    return [np.stack(arrays) for arrays in zip(*networks, strict=True)]

# %% [markdown]
# Every rate gets the same five starts, and for each start the same batches and the same noise. What differs between the five is luck; what differs between rates *beyond* that is an effect.

# %%
def train(optimizer, rates, steps, schedule=None, batch=64, start=None, watch=None):
    """Train one VAE for each rate and seed, rates in blocks.  -> stacked weights"""
    weights = start or stack([new_weights(seed) for _ in rates for seed in SEEDS])
    rate = np.repeat(np.float32(rates), len(SEEDS))[:, None, None]  # (networks, 1, 1)
    rngs = [np.random.default_rng([seed, 1]) for seed in SEEDS]
    for step in range(steps):
        pictures = np.stack([each.choice(train_pictures, batch) for each in rngs])
        noise = np.stack([each.standard_normal((batch, 8), "float32") for each in rngs])
        copies = (len(rates), 1, 1)
        gradients = vae_gradients(weights, np.tile(pictures, copies), np.tile(noise, copies))
        now = rate if schedule is None else rate * np.float32(schedule[step])
        with np.errstate(all="ignore"):  # a network may diverge: that is a result, too
            weights = optimizer.apply(weights, [each.numpy() for each in gradients], now)
        weights = [np.asarray(each, "float32") for each in weights]
        if watch is not None:
            watch(step, weights)
    return weights

# %%
judge_noise = np.random.default_rng(SEED).standard_normal((1, 360, 8)).astype("float32")

def judge(weights):
    """Nats a held-out digit costs, at most 60.  -> (settings, seeds)"""
    nats = vae_loss([tf.constant(each) for each in weights], test_pictures[None], judge_noise)
    return np.nan_to_num(np.minimum(nats, 60), nan=60).reshape(-1, len(SEEDS))

shares = train_pictures.mean(axis=0).clip(1e-3, 1 - 1e-3)
by_pixel = np.log(np.where(test_pictures == 1, shares, 1 - shares))
pixel_table = -by_pixel.sum(axis=1).mean()  # nats, if every pixel is drawn on its own

# %% [markdown]
# A cheap rival to keep in sight: a table of how often each pixel is on, which costs 24.6 nats and draws noise in the shape of an average digit. A VAE that does no better has learned nothing from its code.
#
# ## Predict
# Gradient descent, your heavy ball with m = 0.9, your Adam: 300 steps each, four rates each. Which one's best rate is the best of all?

# %% tags=["exercise"] solution='"Adam"'
my_guess = ...  # "gradient descent", "momentum" or "Adam"

# %% tags=["check"]
predict("optimization-best_optimizer", my_guess)

# %%
steps = run.steps(smoke=5, laptop=300, gpu=300)
contest = {
    "gradient descent": (optimizers.GradientDescent(), [0.01, 0.03, 0.1, 0.3]),
    "momentum": (optimizers.Momentum(0.9, step=momentum_step), [0.001, 0.003, 0.01, 0.03]),
    "Adam": (optimizers.Adam(step=adam_step), [0.003, 0.01, 0.03, 0.1]),
}
trained, nats = {}, {}
for name, (optimizer, rates) in track(contest.items(), "Optimizers"):
    trained[name] = train(optimizer, rates, steps)
    nats[name] = judge(trained[name])  # (rates, seeds)

# %%
def as_table(scores, x):
    """One row for each network.  {name: (settings, seeds)}, {name: settings} -> a table"""
    return pd.DataFrame([
        {"name": name, "x": setting, "nats": value}
        for name, block in scores.items()
        for setting, line in zip(x[name], block, strict=True) for value in line
    ])

# %%
def draw_spread(table, title, x_label, table_line=True):
    """Means over seeds, and bars from the best seed to the worst."""
    figure, axis = plots.new_figure(height=3.3)
    names = table["name"].nunique()
    sns.lineplot(table, x="x", y="nats", hue="name", style="name", markers=True, ax=axis,
                 palette=plots.COLOURS[:names], errorbar=("pi", 100), err_style="bars")
    if table_line:
        axis.axhline(pixel_table, color=plots.COLOURS[7], linestyle=":", label="table of pixels")
    axis.legend(title=None, loc="center left", bbox_to_anchor=(1, 0.5))  # beside the curves
    axis.set(title=title, xlabel=x_label, ylabel="nats a held-out digit", xscale="log")
    ticks = sorted(set(table["x"]))
    axis.set_xticks(ticks, [f"{tick:.3g}" for tick in ticks])
    axis.minorticks_off()
    return figure

# %% tags=["nbval-ignore-output"]
table = as_table(nats, {name: rates for name, (_, rates) in contest.items()})
figure = draw_spread(table, "Three ways down, 300 steps each", "learning rate")
plots.show(
    figure,
    "Nats against the learning rate, with bars for the spread between five seeds: three "
    "valleys, gradient descent's the highest, Adam's the deepest. At too large a rate Adam ends "
    "at the table of pixels.",
)
best = {name: block[block.mean(axis=1).argmin()] for name, block in nats.items()}  # (seeds,)
predict("optimization-best_optimizer", outcome=min(best, key=lambda name: best[name].mean()))

# %% [markdown]
# Is the order an effect or luck? From here on one rule: two settings **differ** if every seed of the one is better than every seed of the other, so that the bars, which span all seeds, do not overlap. With five seeds each, luck alone does that once in 126 times.

# %%
def differ(one, other):
    """Whether every seed of one beats every seed of the other.  (seeds,), (seeds,) -> truth"""
    return bool(np.max(one) < np.min(other) or np.max(other) < np.min(one))

def mean_and_spread(values):
    return f"{np.mean(values):.2f} ± {np.std(values, ddof=1):.2f}"

# %% tags=["nbval-ignore-output"]
pd.Series({**{name: mean_and_spread(values) for name, values in best.items()},
           "Adam, rate 0.1": mean_and_spread(nats["Adam"][3]),
           "table of pixels": f"{pixel_table:.2f}"}, name="nats, mean ± spread")

# %%
for rival in ("momentum", "gradient descent"):
    claim(f"Adam at its best is better than {rival} at its best, beyond the spread",
          best["Adam"].mean() < best[rival].mean() and differ(best["Adam"], best[rival]))
claim("Momentum is better than gradient descent on average",
      best["momentum"].mean() < best["gradient descent"].mean())
claim("A poor rate costs Adam more than a poor optimizer costs anyone",
      nats["Adam"][3].mean() - best["Adam"].mean()
      > best["gradient descent"].mean() - best["Adam"].mean())

# %% [markdown]
# Between momentum and gradient descent the bars overlapped in some of the sets of five seeds that we tried: an average in favour of momentum, not yet an effect. Between rates there is no doubt at all.
#
# ## What do they draw?
#
# Decode the same random codes with four of these networks. The **variety** is how much a pixel's probability varies from drawing to drawing, over the variance of real pixels.

# %%
def drawings(name, place, n=500):
    """What all seeds' networks draw after training at one of the rates.  -> (seeds, n, 64)"""
    which = slice(place * len(SEEDS), (place + 1) * len(SEEDS))
    decoder = [each[which] for each in trained[name][4:]]
    codes = np.random.default_rng(SEED).standard_normal((1, n, 8)).astype("float32")
    return tf.sigmoid(run_layers(decoder, codes)).numpy()

chosen = {
    "Adam, 0.01": drawings("Adam", 1), "momentum, 0.01": drawings("momentum", 2),
    "descent, 0.1": drawings("gradient descent", 2), "Adam, 0.1": drawings("Adam", 3),
}
real_variance = test_pictures.var(axis=0).mean()
variety = {name: drawn.var(axis=1).mean(axis=1) / real_variance  # (seeds,)
           for name, drawn in chosen.items()}

# %%
figure = plots.pictures(
    np.concatenate([test_pictures[:10], *(drawn[0, :10] for drawn in chosen.values())])
    .reshape(-1, 8, 8, 1),
    row_labels=["real", *chosen], title="The same codes, four ways of training",
)
plots.show(
    figure,
    "Five rows of ten: real digits; drawings after Adam, momentum and gradient descent, each "
    "blurrier than the one before; and, after Adam with too large a rate, ten times the same "
    "grey smear.",
)

# %% tags=["nbval-ignore-output"]
pd.Series({name: mean_and_spread(each) for name, each in variety.items()}, name="variety")

# %%
claim("At rate 0.1 Adam's networks lose four fifths of their variety, beyond the spread",
      variety["Adam, 0.1"].mean() < 0.2 * variety["Adam, 0.01"].mean()
      and differ(variety["Adam, 0.1"], variety["Adam, 0.01"]))

# %% [markdown]
# Nothing crashed, no loss was infinite. The code went unused: the *posterior collapse* that you know from the VAE lesson, this time caused by a learning rate.
#
# ## Where you start
#
# A signal passes through n inputs with random weights of variance σ², then a ReLU. Its mean square is multiplied by n σ²/2 (He et al., 2015). Over twenty layers that factor is raised to the power of twenty. Glorot's rule, σ² = 2/(in + out), gives a
# factor of ½ for square layers; twice that variance, He's rule, gives 1.

# %%
def signal_by_layer(factor, seed, width=256, depth=20):
    """Mean square after each of depth layers, from 1.  -> (depth,)"""
    rng = np.random.default_rng(seed)
    signal, squares = rng.standard_normal((200, width)), []
    for _ in range(depth):
        weights = np.sqrt(2 * factor / width) * rng.standard_normal((width, width))
        signal = np.maximum(signal @ weights, 0)  # (200, width)
        squares.append(np.mean(signal**2))
    return np.array(squares)

factors = {"too small": 0.25, "Glorot": 0.5, "He": 1.0, "too large": 2.0}
signals = {name: np.array([signal_by_layer(factor, seed) for seed in SEEDS])
           for name, factor in factors.items()}  # (seeds, 20)

# %%
layer = np.arange(1, 21)
figure, axis = plots.new_figure(height=3.2)
for (name, squares), colour, marker in zip(signals.items(), plots.COLOURS, "osD^", strict=False):
    axis.fill_between(layer, squares.min(axis=0), squares.max(axis=0), color=colour, alpha=0.3)
    axis.plot(layer, squares.mean(axis=0), marker, color=colour, label=f"{name}: measured")
    axis.plot(layer, factors[name] ** layer, color=colour, linewidth=1)
axis.set(title="How a signal fares in twenty layers (lines: the formula)", yscale="log",
         xlabel="layer", ylabel="mean square of its activations")
axis.set_xticks([1, 5, 10, 15, 20])
axis.legend()
plots.show(
    figure,
    "Mean square of activations by layer, logarithmic: straight lines up for too large weights, "
    "level for He's, down for Glorot's and steeply down for too small ones, with measured "
    "points on the lines.",
)

# %%
per_layer = {name: np.mean(squares[:, -1]) ** (1 / 20) for name, squares in signals.items()}
claim("Over twenty layers, the measured factor of a layer is the formula's within 5 %",
      all(abs(per_layer[name] / factors[name] - 1) < 0.05 for name in factors))

# %% [markdown]
# Does it matter for the VAE, which is not deep and has Adam to help it? All its first weights, multiplied by a number; then the same 300 steps at rate 0.003. He's rule is a scale of √2 for a square layer; here all four layers get it.

# %%
scales = [0.1, 0.3, 1.0, 2**0.5, 4.0]
start = stack([new_weights(seed, scale) for scale in scales for seed in SEEDS])
started = train(optimizers.Adam(step=adam_step), [0.003] * len(scales), steps, start=start)
by_scale = dict(zip(scales, judge(started), strict=True))  # each (seeds,)

# %% tags=["nbval-ignore-output"]
table = as_table({"Adam, rate 0.003": list(by_scale.values())}, {"Adam, rate 0.003": scales})
figure = draw_spread(
    table, "The size of the first weights", "scale of the first weights (1: Glorot)")
figure.axes[0].set_ylim(19, 27)
plots.show(
    figure,
    "Nats against the scale of the first weights, with bars for the spread between seeds: lowest "
    "from 1 to 1.41, about three and a half nats higher at a tenth; at four the line leaves "
    "the picture.",
)
print({round(scale, 2): mean_and_spread(values) for scale, values in by_scale.items()})

# %%
claim("A tenth of Glorot's size is worse, beyond the spread",
      by_scale[0.1].mean() > by_scale[1.0].mean() and differ(by_scale[0.1], by_scale[1.0]))
claim("Four times Glorot's size is worse, beyond the spread",
      by_scale[4.0].mean() > by_scale[1.0].mean() and differ(by_scale[4.0], by_scale[1.0]))
claim("Glorot's size or √2 times that: no difference beyond the spread",
      not differ(by_scale[1.0], by_scale[2**0.5]))

# %% [markdown]
# In a network this shallow a factor of √2 does not show. In twenty layers it decides everything.
#
# ## The rate over time
#
# Early gradients are large and point anywhere; late ones are mostly noise. So rates often **warm up** in a straight line over the first steps, and later come down. Here is a warm-up over 30 steps that somebody wrote:

# %% tags=["nbval-ignore-output"]
def broken_warm_up(step, warm_up_steps):
    """The factor of the rate at a step, counted from 0."""
    return (step + 1) / warm_up_steps

broken = train(optimizers.Adam(step=adam_step), [0.01], steps,
               schedule=[broken_warm_up(step, 30) for step in range(steps)])
judge(broken).round(1)

# %% [markdown]
# ## Exercise 3: mend the warm-up
#
# Without any warm-up this rate led to less than 20 nats. Print the factor for steps 0, 29 and 299 and you see what went wrong. Write one that rises in a straight line, from 1/warm_up_steps at step 0 to 1 at the last step of the warm-up, and stays there.

# %% tags=["exercise"] id="optimization-warm_up" points=2
def warm_up(step, warm_up_steps):
    """The factor of the rate at a step, counted from 0.  Two whole numbers -> a number up to 1"""
    ### BEGIN SOLUTION
    return min(1.0, (step + 1) / warm_up_steps)
    ### END SOLUTION

# %% tags=["check"]
warm_up = check("optimization-warm_up", warm_up)

# %%
mended = train(optimizers.Adam(step=adam_step), [0.01], steps,
               schedule=[warm_up(step, 30) for step in range(steps)])
broken_nats, mended_nats = judge(broken)[0], judge(mended)[0]
claim("Yours repairs it: a nat or more, and beyond the spread",
      mended_nats.mean() < broken_nats.mean() - 1 and differ(mended_nats, broken_nats))
claim("A warm-up alone changes little here: less than half a nat against Adam without one",
      abs(mended_nats.mean() - nats["Adam"][1].mean()) < 0.5)

# %% [markdown]
# ## Warm up, then come down
#
# For the way down take Keras' own `CosineDecay`: half a cosine, from 1 at the first step to 0 at the last. Against it: a constant rate. Twice as many steps as before. While the constant ones train, we also keep
# **running averages** of their weights, average ← d · average + (1 − d) · weights.

# %%
long = 2 * steps
cosine = keras.optimizers.schedules.CosineDecay(1.0, long)
down = [float(cosine(step)) for step in range(long)]
warm_and_down = [warm_up(step, max(1, long // 20)) * down[step] for step in range(long)]
averages = {}

def keep_averages(step, weights):
    weights = [each[len(SEEDS) : 2 * len(SEEDS)] for each in weights]  # those with the middle rate
    for decay in (0.9, 0.97, 0.99, 0.999):
        old = averages.get(decay, weights)  # the first average is the first weights
        averages[decay] = [optimizers.average_step(average, each, decay)
                           for average, each in zip(old, weights, strict=True)]

# %%
rates = [0.003, 0.01, 0.03]
constant_weights = train(optimizers.Adam(step=adam_step), rates, long, watch=keep_averages)
falling_weights = train(optimizers.Adam(step=adam_step), rates, long, schedule=warm_and_down)
constant, falling = judge(constant_weights), judge(falling_weights)  # (rates, seeds)
schedules = {"constant": constant, "warm-up and cosine": falling}

# %% tags=["nbval-ignore-output"]
table = as_table(schedules, dict.fromkeys(schedules, rates))
figure = draw_spread(table, "A rate that falls", "largest learning rate", table_line=False)
plots.show(
    figure,
    "Nats against the largest rate, 600 steps: at 0.003 the constant rate is better, at 0.01 "
    "both are alike, at 0.03 the falling rate is far better.",
)
print({name: [mean_and_spread(line) for line in block] for name, block in schedules.items()})

# %%
claim("At rate 0.03 warm-up and cosine are better, beyond the spread",
      falling[2].mean() < constant[2].mean() and differ(falling[2], constant[2]))
claim("At 0.01 they make no difference beyond the spread", not differ(falling[1], constant[1]))
claim("At 0.003 they are worse, beyond the spread: it falls before it has done its work",
      falling[0].mean() > constant[0].mean() and differ(falling[0], constant[0]))

# %% [markdown]
# So a schedule is no free gain: it lets you walk with longer steps and still come to rest. Judge it only together with the rate.
#
# ## Exercise 4: reach the target
#
# With 600 steps and a rate of **0.02 or more**, bring the mean over the seeds to **19.3 nats** or less. Choose the rate, the number of steps to warm up (above they were 30), and `"constant"` or `"cosine"`.

# %% tags=["exercise"] id="optimization-plan" points=2 solution='(0.02, 60, "cosine")'
my_plan = ...  # (rate, steps to warm up, "constant" or "cosine")

# %%
rate, warm_up_steps, shape = (0.003, 60, "cosine") if my_plan is ... else my_plan
falls = str(shape).strip().lower() == "cosine"  # what is neither word, the check tells you
planned = [warm_up(step, max(warm_up_steps, 1)) * (down[step] if falls else 1)
           for step in range(long)]
planned_nats = judge(train(optimizers.Adam(step=adam_step), [rate], long, schedule=planned))[0]
my_result = {"plan": my_plan, "rate": rate, "nats": planned_nats.mean()}

# %% tags=["check"]
my_result = check("optimization-plan", my_result)

# %% [markdown]
# ## Predict
# Now the running averages of the constant runs. An average with d = 0.999 remembers about 1,000 steps. Used after 600 steps in place of the last weights, it will be …

# %% tags=["exercise"] solution='"better"'
my_guess = ...  # "better", "alike" or "far worse"

# %% tags=["check"]
predict("optimization-long_average", my_guess)

# %%
averaged = {"last weights": constant[1]}
for decay, weights in averages.items():
    averaged[f"average, d = {decay}"] = judge(weights)[0]  # at rate 0.01, (seeds,)

# %% tags=["nbval-ignore-output"]
table = pd.DataFrame(averaged).melt(var_name="weights", value_name="nats")
figure, axis = plots.new_figure(height=2.6)
sns.barplot(table, x="nats", y="weights", errorbar=("pi", 100), color=plots.COLOURS[0], ax=axis)
axis.axvline(pixel_table, color=plots.COLOURS[7], linestyle=":")
axis.set(title="Averaged weights (dotted: table of pixels)", xlim=(18, None),
         xlabel="nats a held-out digit", ylabel="")
plots.show(
    figure,
    "Five bars, from 18 nats: averages with d up to 0.99 are slightly below the last weights, "
    "and d = 0.999 is far above them, worse than a table of pixels.",
)
print({name: mean_and_spread(values) for name, values in averaged.items()})
ratio = averaged["average, d = 0.999"].mean() / constant[1].mean()
outcome = "far worse" if ratio > 1.1 else "better" if ratio < 0.98 else "alike"
predict("optimization-long_average", outcome=outcome)

# %%
gain = constant[1] - averaged["average, d = 0.97"]  # seed by seed
claim("Averaging with d = 0.97 helps every single seed", np.all(gain > 0))
claim("With d = 0.999 it is worse than a table of pixels, far beyond the spread",
      averaged["average, d = 0.999"].mean() > pixel_table
      and differ(averaged["average, d = 0.999"], constant[1]))

# %% [markdown]
# A long memory still holds the first, random weights: 0.999 to the power of 600 is 0.55. Choose d so that 1/(1 − d) is a small part of the steps. The gain at d = 0.97 is only about 0.3 nats, and two sets of bars may overlap; so compare *seed by seed*: same
# start, same batches. Pairs show what two clouds hide.

# %% [markdown]
# ## How many pictures a step?
#
# Larger batches give calmer gradients and cost more. Fair to whom? We compare at the same number of *steps*, and at the same number of *pictures*, that of 150 steps of 64.

# %%
batches, half = [16, 64, 256], steps // 2
same_steps, same_pictures = [], []

def after(count, batch):
    """Nats after so many steps of so many pictures.  -> (seeds,)"""
    return judge(train(optimizers.Adam(step=adam_step), [0.01], count, batch=batch))[0]

for batch in track(batches, "Batch sizes"):
    same_steps.append(after(half, batch))
    count = max(64 * half // batch, 1)
    same_pictures.append(same_steps[-1] if count == half else after(count, batch))
sizes = {"same steps": np.array(same_steps), "same pictures": np.array(same_pictures)}

# %% tags=["nbval-ignore-output"]
table = as_table(sizes, dict.fromkeys(sizes, batches))
figure = draw_spread(table, "Batch size, rate 0.01", "pictures in a batch", table_line=False)
plots.show(
    figure,
    "Nats against the batch size: at the same number of steps larger batches are better; at the "
    "same number of pictures 16 is no worse than 64, and 256 far worse than both.",
)
print({name: [mean_and_spread(line) for line in block] for name, block in sizes.items()})

# %%
claim("Same steps: 256 pictures are better than 16, beyond the spread",
      same_steps[2].mean() < same_steps[0].mean() and differ(same_steps[2], same_steps[0]))
claim("Same pictures: 256 are worse than 64, beyond the spread",
      same_pictures[2].mean() > same_pictures[1].mean()
      and differ(same_pictures[2], same_pictures[1]))
claim("Same pictures: 16 are on average no worse than 64",
      same_pictures[0].mean() < same_pictures[1].mean() + 0.1)

# %% [markdown]
# Whether 16 are *better* than 64 is a close call: ahead by 0.3 to 0.7 nats in our three sets of five seeds, with bars that overlap in one of them, and for four times as many steps. A batch is too large when too few steps are left.

# %% [markdown]
# ## Break it: a cliff
#
# A recurrent network multiplies by the same weights again and again, so its gradient can grow with every pixel it looks back: the loss has cliffs. This one writes a digit pixel by pixel, 64 in a row, with 32 ReLU units that start as a
# rotation. It is an exact model: its loss is −log p of a digit, in nats.

# %%
UNITS = 32

def new_recurrent(seed):
    """[input, recurrent, bias, output, output bias], the recurrent weights a rotation."""
    rng = np.random.default_rng(seed)
    rotation = np.linalg.qr(rng.standard_normal((UNITS, UNITS)))[0]
    inputs, outputs = rng.standard_normal((1, UNITS)), rng.standard_normal((UNITS, 1))
    weights = [0.5 * inputs, rotation, np.zeros((1, UNITS)), outputs / UNITS**0.5, np.zeros((1, 1))]
    return [each.astype("float32") for each in weights]

# %%
def recurrent_loss(weights, pictures):
    """Nats a digit costs, pixel after pixel.  [arrays], (networks, n, 64) -> (networks,)"""
    inputs, recurrent, bias, outputs, output_bias = weights
    seen = tf.pad(pictures, [[0, 0], [0, 0], [1, 0]])[..., :64]  # before the first pixel a 0
    state, states = 0.0, []
    for pixel in tf.unstack(seen[..., None], 64, axis=2):  # 64 times (networks, n, 1)
        remembered = state @ recurrent if states else 0.0
        state = tf.nn.relu(remembered + pixel * inputs + bias)  # (networks, n, units)
        states.append(state)
    logits = (tf.stack(states, axis=2) @ outputs[:, None] + output_bias[:, None])[..., 0]
    surprise = tf.nn.softplus(logits) - pictures * logits
    return tf.reduce_mean(tf.reduce_sum(surprise, axis=-1), axis=-1)

# %%
@tf.function(input_signature=[[any_size(None)] * 5, any_size(64)])
def recurrent_gradients(weights, pictures):
    with tf.GradientTape() as tape:
        tape.watch(weights)
        loss = recurrent_loss(weights, pictures)
    return tape.gradient(loss, weights)

# %% [markdown]
# ## Exercise 5: clip the gradient
#
# At a cliff the gradient still points the right way, it is only far too long. **Clipping by the global norm** shortens it: take the length of *all* its numbers together, over every array; if that is more than the limit, multiply every array by the same
# factor so that the length is the limit. A short gradient stays as it is, one of nothing but zeros, too.
#
# Complete `clip_by_global_norm`. It gets the gradients of one network, a list of arrays.

# %% tags=["exercise"] id="optimization-clip_by_global_norm" points=2
def clip_by_global_norm(gradients, limit):
    """A gradient no longer than limit.  List of arrays, a number -> list of arrays"""
    ### BEGIN SOLUTION
    norm = np.sqrt(sum(np.sum(np.square(each)) for each in gradients))
    return [limit / max(norm, limit) * each for each in gradients]
    ### END SOLUTION

# %% tags=["check"]
clip_by_global_norm = check("optimization-clip_by_global_norm", clip_by_global_norm)

# %%
def train_recurrent(rates, limit, steps):
    """With momentum.  -> nats (rates, seeds), gradients' lengths (steps, networks)"""
    weights = stack([new_recurrent(seed) for _ in rates for seed in FEW])
    rate = np.repeat(np.float32(rates), len(FEW))[:, None, None]
    rngs = [np.random.default_rng([seed, 2]) for seed in FEW]
    optimizer, norms = optimizers.Momentum(0.9, step=momentum_step), []
    for _ in range(steps):
        pictures = np.stack([each.choice(train_pictures, 32) for each in rngs])
        gradients = recurrent_gradients(weights, np.tile(pictures, (len(rates), 1, 1)))
        networks = list(zip(*[each.numpy() for each in gradients], strict=True))
        with np.errstate(all="ignore"):
            norms.append([optimizers.global_norm(network) for network in networks])
            if limit is not None:
                networks = [clip_by_global_norm(list(network), limit) for network in networks]
            weights = optimizer.apply(weights, stack(networks), rate)
        weights = [np.asarray(each, "float32") for each in weights]
    nats = recurrent_loss([tf.constant(each) for each in weights], test_pictures[None]).numpy()
    return nats.reshape(len(rates), len(FEW)), np.array(norms)

# %%
FEW = SEEDS[:3]
rates = [0.002, 0.02]
recurrent, norms = {}, {}
for name, limit in {"no clipping": None, "clipped at 1": 1.0}.items():
    count = run.steps(smoke=5, laptop=160, gpu=1_000)
    recurrent[name], norms[name] = train_recurrent(rates, limit, count)

# %% tags=["nbval-ignore-output"]
figure, axis = plots.new_figure(height=2.3)
for name, colour in zip(norms, (plots.COLOURS[5], plots.COLOURS[0]), strict=True):
    lines = axis.plot(norms[name][:, -len(FEW):], color=colour, linewidth=1)
    lines[0].set_label(name)
axis.axhline(1, color=plots.COLOURS[7], linestyle=":", label="the limit")
axis.set(title="Over the cliff, or not: rate 0.02, three seeds", yscale="log", ylim=(0.5, 1e6),
         xlabel="step", ylabel="gradient's length before clipping")
axis.legend()
plots.show(
    figure,
    "The gradient's length over the steps, logarithmic: without clipping lines shoot up and end, "
    "or run low as that network has lost what it knew; with clipping all stay between 5 and 200.",
)
pd.DataFrame({name: [", ".join(f"{nats:.1f}" for nats in line) for line in block]
              for name, block in recurrent.items()}, index=[f"rate {rate:g}" for rate in rates])

# %%
lost, kept = recurrent["no clipping"][1], recurrent["clipped at 1"][1]
claim("At rate 0.02 every network without clipping is worse than a table of pixels, or NaN",
      np.all(np.nan_to_num(lost, nan=60) > pixel_table))
claim("Clipped, every seed is better than every seed without, by three nats or more",
      np.max(kept) < np.nan_to_num(lost, nan=60).min() - 3)
claim("But beside a tenth of the rate without clipping there is no difference beyond the spread",
      not differ(kept, recurrent["no clipping"][0]))

# %% [markdown]
# One step over the cliff, and the weights are NaN or so large that no later step brings them back. Clipping prevents that step. It does not make a healthy training better: a tenth of the rate did as well without it, and in the table
# above clipping even slows the small rate down, since a limit of 1 is shorter than most of its gradients. It is a seat belt, worn wherever a training is too dear to repeat.

# %% [markdown]
# ## Two players
#
# A GAN has no loss that both networks go down. The smallest such game: one player owns x and wants x · y small, the other owns y and wants it large. Both would rest at 0. The slopes are y and −x, and if both step **at once**, each round multiplies the distance
# from 0 by $\sqrt{1 + \text{rate}^2}$. Outwards, always, however small the rate.

# %%
def play(rounds=200, rate=0.2, momentum=0.0, in_turns=False, optimistic=False):
    """Distance from rest for five starts, and that of the average so far.  -> two of (rounds, 5)"""
    x, y = np.random.default_rng(SEED).standard_normal((2, 5))
    velocity_x, velocity_y, last_x, last_y = np.zeros(5), np.zeros(5), x, y
    path = []
    for _ in range(rounds):
        slope_x = 2 * y - last_y if optimistic else y
        slope_y = -(2 * x - last_x) if optimistic else -x
        last_x, last_y = x, y
        x, velocity_x = momentum_step(x, slope_x, velocity_x, rate, momentum)
        slope_y = -x if in_turns else slope_y  # in turns, y sees where x has gone
        y, velocity_y = momentum_step(y, slope_y, velocity_y, rate, momentum)
        path.append((x, y))
    path = np.array(path)  # (rounds, 2, 5)
    mean = np.cumsum(path, axis=0) / np.arange(1, rounds + 1)[:, None, None]
    return np.linalg.norm(path, axis=1), np.linalg.norm(mean, axis=1)

# %%
games = {
    "at once, momentum 0.5": play(momentum=0.5)[0],
    "at once": play()[0],
    "in turns": play(in_turns=True)[0],
    "in turns, averaged": play(in_turns=True)[1],
    "in turns, momentum −0.5": play(in_turns=True, momentum=-0.5)[0],
    "optimistic": play(optimistic=True)[0],
}
games = {name: distance / distance[0] for name, distance in games.items()}  # (rounds, 5)

# %%
figure = plots.lines(
    {name: distance.mean(axis=1) for name, distance in games.items()},
    x=np.arange(1, 201), title="Who comes to rest?", log_y=True, height=3.6,
    x_label="round", y_label="distance from rest, 1 at the start",
)
figure.axes[0].set_ylim(1e-3, 1e3)
figure.axes[0].legend(loc="center left", bbox_to_anchor=(1, 0.5))
plots.show(
    figure,
    "Distance from rest over 200 rounds: at once it grows, with momentum faster; in turns it stays "
    "about 1; averaged, optimistic, and with negative momentum it falls.",
)

# %% tags=["nbval-ignore-output"]
pd.DataFrame({name: {"mean of five starts": distance[-1].mean(), "spread": distance[-1].std(ddof=1)}
              for name, distance in games.items()}).T.round(3)

# %%
growth = (games["at once"][-1] / games["at once"][0]) ** (1 / 199)
claim("At once, each round multiplies the distance by √(1 + rate²), from every start",
      np.allclose(growth, np.sqrt(1 + 0.2**2), rtol=1e-4))
claim("Momentum makes it worse, beyond the spread between starts",
      games["at once, momentum 0.5"][-1].mean() > games["at once"][-1].mean()
      and differ(games["at once, momentum 0.5"][-1], games["at once"][-1]))
claim("In turns, nobody flies away and nobody comes to rest",
      np.all((games["in turns"][-1] > 0.8) & (games["in turns"][-1] < 1.25)))
for name in ("in turns, averaged", "in turns, momentum −0.5", "optimistic"):
    claim(f"{name.capitalize()}: much nearer to rest, from every start",
          np.all(games[name][-1] < 0.5))

# %% [markdown]
# **Optimistic** players step against 2 · slope − last slope: they expect the other to go on as before. Now you know why GANs train in turns, why their Adam so often has β₁ = 0, and why one samples
# from averaged weights.
#
# ## The landscape
#
# What do all these walks walk on? First the same in Keras, where everything of this lesson is an argument:

# %%
keras.utils.set_random_seed(SEED)
vae = models.BinaryVariationalAutoencoder(8, (8, 8, 1), width=64, depth=1)
epochs = run.steps(smoke=1, laptop=26, gpu=26)  # of 23 steps
rising, coming_down = 23 * epochs // 10, 23 * epochs * 9 // 10  # steps
lr_schedule = keras.optimizers.schedules.CosineDecay(
    0.0, decay_steps=coming_down, warmup_target=0.02, warmup_steps=rising)
vae.compile(
    keras.optimizers.Adam(lr_schedule, global_clipnorm=100.0, use_ema=True, ema_momentum=0.97),
    **run.compile_options,
)
_ = vae.fit(train_pictures.reshape(-1, 8, 8, 1), batch_size=64, epochs=epochs, verbose=0,
            callbacks=[Progress("VAE in Keras")])
held_out = test_pictures.reshape(-1, 8, 8, 1)
keras_nats = -vae.elbo(held_out, samples=4, seed=SEED).mean()

# %%
claim("Keras' VAE after about 600 steps is within half a nat of your best with warm-up and cosine",
      abs(keras_nats - falling.mean(axis=1).min()) < 0.5)

# %% [markdown]
# A loss over thousands of weights cannot be drawn. A plane through it can: go from the trained weights in two random directions. Li et al. (2018) make the directions fair: each unit's part is as long as the unit's own weights, so that 1 means "changed by as much as there was".

# %%
show_source(loss_surface.filter_normalised)

# %%
def surface_loss():
    """Nats with the weights that the model has now; the same noise each time."""
    return min(-vae.elbo(held_out[:256], seed=SEED).mean(), 200)

points = run.steps(smoke=3, laptop=11, gpu=41)
positions, surface = loss_surface.loss_surface(vae, surface_loss, points=points, seed=SEED)

def between(one, other):
    """Nats on the straight line from one trained network to another.  -> (11,)"""
    shares = np.linspace(0, 1, 11, dtype="float32")[:, None, None]
    line = [(1 - shares) * each[one] + shares * each[other] for each in falling_ends]
    return vae_loss(line, test_pictures[None], judge_noise).numpy()

falling_ends = [each[2 * len(SEEDS):] for each in falling_weights]  # rate 0.03, every seed
passes = np.array([between(k, (k + 1) % len(SEEDS)) for k in range(len(SEEDS))])  # (seeds, 11)

# %%
figure, (left, right) = plots.new_figure(1, 2, height=3.0)
filled = left.contourf(positions, positions, surface, levels=np.geomspace(surface.min(), 100, 9),
                       cmap="viridis", extend="max")
left.plot(0, 0, "*", color="white", markersize=10)
left.set(title="Around one network (nats)", xlabel="second direction", ylabel="first direction")
figure.colorbar(filled, ax=left, format="%.0f")
right.plot(np.linspace(0, 1, 11), passes.T, color=plots.COLOURS[0], linewidth=1)
right.axhline(pixel_table, color=plots.COLOURS[7], linestyle=":", label="table of pixels")
right.set(title="From one network to the next", xlabel="share of the way", ylabel="nats")
right.legend(loc="lower center")
plots.show(
    figure,
    "Left: contours of the loss on a plane, a smooth bowl around the trained network. Right: "
    "between trained networks of different seeds the loss rises to a pass above the table of "
    "pixels and falls again.",
)

# %%
middle = points // 2
claim("On its plane the trained network sits at the lowest point, or within half a nat of it",
      surface[middle, middle] < surface.min() + 0.5)
claim("From one seed's network to the next, the way leads over a pass of five nats or more",
      np.all(passes.max(axis=1) - passes[:, 0] > 5))
claim("Yet all of them are equally good: their spread is less than a fifth of that",
      np.std(passes[:, 0], ddof=1) < (passes.max(axis=1) - passes[:, 0]).min() / 5)

# %% [markdown]
# Close by, the landscape looks like the bowl you began with. From afar it has many valleys of the same depth, one for each start, with passes between them on which a VAE forgets all it knows. So averaging works along one walk, and never between two.
#
# ## Make: your own walk
#
# Invent an optimizer or a schedule: a rate that falls with 1/√t, signs in place of gradients, Nesterov's momentum, a rate that rises when the loss falls. Judge it against Adam with the same 300 steps, the same seeds, and as many rates tried. State what you expect, say whether the difference exceeds the spread.

# %% tags=["exercise", "make"] id="optimization-make" points=4
def my_walk():
    """Your way of walking, a sentence with numbers, and a figure."""
    ### BEGIN SOLUTION
    # Expected: with the sign of the velocity alone (Lion's main idea) every weight moves by
    # the rate, as with Adam, so it should come close to Adam, at a smaller rate.
    def sign_step(weights, gradient, velocity, rate, momentum):
        velocity = momentum * velocity + (1 - momentum) * gradient
        return weights - rate * np.sign(velocity), velocity

    tried = [0.0003, 0.001, 0.003, 0.01]
    signs = judge(train(optimizers.Momentum(0.9, step=sign_step), tried, steps))
    mine = signs[signs.mean(axis=1).argmin()]
    verdict = "differ" if differ(mine, best["Adam"]) else "do not differ"
    print(f"Signs {mean_and_spread(mine)}, Adam {mean_and_spread(best['Adam'])}: they {verdict}.")
    both = {"signs": signs, "Adam": nats["Adam"]}
    table = as_table(both, {"signs": tried, "Adam": contest["Adam"][1]})
    return draw_spread(table, "Only the sign", "learning rate")
    ### END SOLUTION

# %% tags=["nbval-ignore-output"]
if (figure := my_walk()) is not ...:
    plots.show(figure, "The figure of my own walk.")

# %% [markdown] tags=["instructor"]
# **Rubric, 4 points.** The expectation is stated before the measurement (1) · the same steps, seeds and number of rates for both (1) · a figure with the spread, title and labelled axes (1) ·
# the conclusion follows from the difference beside the spread, also where there is none (1).

# %% [markdown]
# ## Recap
#
# 1. Curvature limits the rate, 2/L; momentum needs the root of the steps; Adam gives every weight its own scale.
# 2. The rate matters most: a poor one cost this VAE more than a poor optimizer, and collapsed it without any error.
# 3. Warm-up and cosine allow longer steps; averaging does as much, if its memory is short beside the number of steps.
# 4. Clipping saves a training from one terrible step; it does not improve a healthy one.
# 5. Three seeds or more, and a difference beyond their spread: otherwise say that there is none.
#
# ## Quiz
#
# Click, or type one letter a question.

# %% tags=["exercise"] solution='"cbadb"'
my_answers = ...  # one letter a question, such as "abcda"

# %% tags=["check"]
quiz("optimization", my_answers)

# %% [markdown]
# ## Read on, and scale up
#
# - Kingma and Ba (2015), *Adam: A Method for Stochastic Optimization*.
# - Pascanu, Mikolov and Bengio (2013), *On the difficulty of training recurrent neural networks*, where clipping by the norm comes from.
# - Li et al. (2018), *Visualizing the Loss Landscape of Neural Nets*.
#
# **Scale up.** `PROFILE = "gpu"` takes ten seeds and trains the recurrent network for 1,000 steps. For a question of your own change `SIZES`: everything else follows, and a wider network moves the best rate, which is the first thing to
# measure again.
