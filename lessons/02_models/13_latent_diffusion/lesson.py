# %% [markdown]
# # Can you dream in a smaller world?
#
# A face of 64 × 64 pixels is 12,288 numbers, and most of them say what their neighbours say. An autoencoder knows a smaller world with few numbers a face. Learn to dream *there*, and let
# the decoder paint what you dreamt. That is how Stable Diffusion works.
#
# | | |
# |---|---|
# | **You will** | train a flow along straight paths · walk it with Euler's and Heun's steps · measure how straight its paths are · generate faces in latents and in pixels, for the same seconds · find what the decoder repairs, and what it cannot |
# | **First** | [Diffusion](12_diffusion.ipynb) · [Autoencoders](03_autoencoders.ipynb) |
# | **Time** | {{ reading_minutes }} min of reading, {{ exercise_minutes }} min of exercises, {{ computing_seconds }} s of computing |

# %% [markdown] tags=["instructor"]
# **For teachers. In 60 minutes:** straight paths 10 · walking 12 · straightness 10 · the smaller world 10 · latents against pixels 10 · what the decoder repairs 6 · quiz 2. **In a workshop of 90:** all of it; what has *(longer route)* in its heading is left out of the short one.
#
# The sentence to leave on the board: *learn where few numbers say it all, and let the decoder do the rest.*
# Learners expect straight walks, because all training paths are straight; draw two that cross and ask what the network should say at the crossing.
# In exercise 2 they look at the old time again; the check says so.

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
import time as clock

import keras
import numpy as np
import pandas as pd
from keras import layers

from genai_course.models import flow_matching, shipped_weights
from genai_course.recording import record
from genai_course.training import Progress, track

random_numbers = np.random.default_rng(SEED)

# %% [markdown]
# ## Straight paths
#
# First the smallest version: points in the plane, two moons. Diffusion mixes a clean point $x_0$ and noise $\varepsilon$ along an arc, with cosine and sine. **Flow matching** goes straight:
#
# $$x_t = (1 - t)\, x_0 + t\, \varepsilon, \qquad \frac{d x_t}{d t} = \varepsilon - x_0$$
#
# The second formula is the **velocity**: the way covered per unit of time, the same at every $t$. A network that sees $x_t$ and $t$ learns to predict it. To draw, start at noise and follow the velocity back to time 0.

# %% [markdown]
# ## Exercise 1: what it learns from
#
# Complete `training_pair`: the place at a time, and the velocity there. `time` has the shape (n, 1), a time for each point, or is a single number.
#
# Stuck? Run `hint("latent_diffusion-training_pair")` in a cell of its own; every exercise has three hints.

# %% tags=["exercise"] id="latent_diffusion-training_pair" points=2
def training_pair(clean, noise, time):
    """Place and velocity on straight paths.  (n, d), (n, d), (n, 1) -> (n, d), (n, d)"""
    ### BEGIN SOLUTION
    return (1 - time) * clean + time * noise, noise - clean
    ### END SOLUTION

# %% tags=["check"]
training_pair = check("latent_diffusion-training_pair", training_pair)

# %%
n = run.steps(smoke=1_024, laptop=60_000, gpu=500_000)
moons = data.points2d("moons", n_train=n, n_test=2_000, seed=SEED)
centre, spread = moons.train.mean(axis=0), moons.train.std(axis=0)
points, held_out = (moons.train - centre) / spread, (moons.test - centre) / spread  # (n, 2)

def small_network():
    """Place and time, (n, 3) -> velocity, (n, 2)"""
    hidden = [layers.Dense(96, "silu") for _ in range(3)]
    return keras.Sequential([keras.Input((3,)), *hidden, layers.Dense(2)])

# %%
def with_time(x, time):
    """(n, 2), a number or (n, 1) -> (n, 3)"""
    x = np.asarray(x, "float32")
    return np.concatenate([x, np.broadcast_to(np.float32(time), (len(x), 1))], axis=1)

def learned_velocity(clean, noise, what):
    """A trained network as a function of place and time."""
    keras.utils.set_random_seed(SEED)
    network, epochs = small_network(), run.steps(smoke=1, laptop=6, gpu=10)
    time = random_numbers.random((len(clean), 1))
    place, velocity = training_pair(clean, noise, time)
    falling = keras.optimizers.schedules.CosineDecay(5e-3, epochs * -(-len(time) // 128))
    network.compile(keras.optimizers.Adam(falling), "mse", **run.compile_options)
    network.fit(
        with_time(place, time), np.asarray(velocity, "float32"),
        epochs=epochs, batch_size=128, verbose=0, callbacks=[Progress(what)],
    )
    return lambda x, t: np.asarray(network(with_time(x, t)))

# %%
noise = random_numbers.standard_normal(points.shape)
velocity = learned_velocity(points, noise, "Velocity")

# %% [markdown]
# ## Predict
# From noise go **one** step of length 1, all the way with the first velocity. Where will the points land?

# %% tags=["exercise"] solution='"near the middle"'
my_guess = ...  # "on the moons", "near the middle" or "still noise"

# %% tags=["check"]
predict("latent_diffusion-one_step", my_guess)

# %%
start = random_numbers.standard_normal((1_000, 2)).astype("float32")
one_step = flow_matching.follow(velocity, start, 1, flow_matching.euler_step)  # (2, 1000, 2)
forty = flow_matching.follow(velocity, start, 40, flow_matching.euler_step)  # (41, 1000, 2)

figure, axes = plots.new_figure(1, 2, sharex=True, sharey=True)
for axis, walk, steps in zip(axes, (one_step, forty), ("1 step", "40 steps"), strict=True):
    axis.scatter(*held_out[:1_000].T, s=3, color=plots.COLOURS[7], label="held-out moons")
    axis.plot(walk[:, :60, 0], walk[:, :60, 1], color=plots.COLOURS[0], linewidth=0.5, alpha=0.6)
    axis.scatter(*walk[-1].T, s=5, color=plots.COLOURS[1], label="drawn")
    axis.set(title=f"{steps} of Euler", xlabel="first axis", ylabel="second axis")
axes[0].legend(loc="upper right", fontsize=8)
plots.show(
    figure,
    "Two panels: the moons in grey, drawn points on top, with the walks of sixty of them. Left "
    "after one step, right after forty.",
)

# %%
def off_centre(walk):
    """Root mean square distance of the drawn points from the middle."""
    return float(np.sqrt(np.mean(np.sum(np.square(walk[-1]), axis=1))))

middle = off_centre(one_step) < 0.5 * off_centre(forty)
predict("latent_diffusion-one_step", outcome="near the middle" if middle else "on the moons")

# %% [markdown]
# Training paths are straight, and these walks are not. Where paths of different pairs cross, the network can only learn the **mean** of their velocities. From noise alone every point is possible, so the first velocity leads to the mean of all points; further on fewer are possible, the mean changes, and the walk bends.

# %%
claim(
    "One step lands nearer to the middle than half of the moons' distance from it",
    off_centre(one_step) < 0.5 * np.sqrt(np.mean(np.sum(held_out**2, axis=1))),
)
claim(
    "Forty steps do not",
    off_centre(forty) > 0.8 * np.sqrt(np.mean(np.sum(held_out**2, axis=1))),
)

# %% [markdown]
# ## Exercise 2: look where you would arrive
#
# **Euler's step** goes straight on with the velocity of here. **Heun's step** looks a second time, at the place and time where Euler would arrive, and then goes from $x$ with the *mean* of both velocities. Complete it.
# `velocity` is a function of a place and a time; time runs from `time` to `next_time`, which here is the smaller one.

# %% tags=["exercise"] id="latent_diffusion-heun_step" points=3
def heun_step(x, velocity, time, next_time):
    """One step with two looks.  (n, d), a function, two numbers -> (n, d)"""
    ### BEGIN SOLUTION
    here = velocity(x, time)
    there = velocity(x + (next_time - time) * here, next_time)
    return x + (next_time - time) * (here + there) / 2
    ### END SOLUTION

# %% tags=["check"]
heun_step = check("latent_diffusion-heun_step", heun_step)

# %% [markdown]
# How far are the drawn points from the moons? The **sliced Wasserstein distance** looks at both sets from many directions and compares them as sorted numbers.

# %%
def sliced_distance(drawn, real):
    """Mean difference of sorted projections.  (m, 2), (n, 2) -> float"""
    angles = np.linspace(0, np.pi, 32, endpoint=False)
    directions = np.stack([np.cos(angles), np.sin(angles)])  # (2, 32)
    shares = np.linspace(0.005, 0.995, 100)
    first, second = (np.quantile(each @ directions, shares, axis=0) for each in (drawn, real))
    return float(np.mean(np.abs(first - second)))

def distances(velocity, looks):
    """Distance after so many looks at the network, by Euler and by Heun."""
    euler = flow_matching.follow(velocity, start, looks, flow_matching.euler_step)
    heun = flow_matching.follow(velocity, start, looks // 2, heun_step)
    return [sliced_distance(walk[-1], held_out) for walk in (euler, heun)]

all_looks = [2, 4, 8, 16, 32]
by_sampler = np.array([distances(velocity, looks) for looks in all_looks])  # (5, 2)

# %% [markdown]
# ## Exercise 3: how straight?
#
# A walk of equal steps is straight if each step has the velocity of the straight way from start to end. Liu et al. (2023) measure, for each walk, the squared distance between the two, averaged over the steps:
#
# $$S = \frac{1}{K} \sum_{k=1}^{K} \Big\| \underbrace{K\,(z_k - z_{k-1})}_{\text{velocity of the step}} - (z_K - z_0) \Big\|^2$$
#
# where $z_0, \dots, z_K$ are the positions of a walk of $K$ steps. 0 is straight. Complete `straightness`.

# %% tags=["exercise"] id="latent_diffusion-straightness" points=3
def straightness(positions):
    """S of each walk.  (steps + 1, n, d) -> (n,)"""
    ### BEGIN SOLUTION
    steps = len(positions) - 1
    velocities = (positions[1:] - positions[:-1]) * steps  # (steps, n, d)
    straight = positions[-1] - positions[0]  # (n, d)
    return np.mean(np.sum(np.square(velocities - straight), axis=-1), axis=0)
    ### END SOLUTION

# %% tags=["check"]
straightness = check("latent_diffusion-straightness", straightness)

# %% [markdown]
# Can walks be made straighter? **Reflow** pairs each noise not with any point, but with the point to which the trained flow leads it. Such pairs' paths hardly cross. Train a second network on them (a **rectified flow**).

# %%
some_noise = random_numbers.standard_normal((run.steps(smoke=512, laptop=30_000, gpu=200_000), 2))
led_to = flow_matching.follow(velocity, some_noise, 20, heun_step)[-1]  # (n, 2)
straighter = learned_velocity(led_to, some_noise, "Reflow")

flows = {"first flow": velocity, "after reflow": straighter}
walks = {name: flow_matching.follow(flow, start, 40, heun_step) for name, flow in flows.items()}
bends = {name: float(np.mean(straightness(walk))) for name, walk in walks.items()}
by_reflow = np.array([distances(straighter, looks) for looks in all_looks])

# %% tags=["nbval-ignore-output"]
curves = {
    "first flow, Euler": by_sampler[:, 0], "first flow, Heun": by_sampler[:, 1],
    "after reflow, Euler": by_reflow[:, 0], "after reflow, Heun": by_reflow[:, 1],
}
figure = plots.lines(
    curves, x=all_looks, log_x=True, log_y=True, title="Straighter paths need fewer looks",
    x_label="looks at the network", y_label="sliced Wasserstein distance",
)
plots.show(
    figure,
    "Distance from the moons against looks at the network, on logarithmic scales: one curve for "
    "each of two flows with each of two samplers.",
)
for name, value in bends.items():
    record(f"bend_{name.split()[0]}", value, tolerance=0.3)
print({name: round(value, 3) for name, value in bends.items()})

# %%
claim("Reflow makes S less than a third", bends["after reflow"] < bends["first flow"] / 3)
claim(
    "With two Euler steps the straighter flow is at least twice as near",
    by_reflow[0, 0] < 0.5 * by_sampler[0, 0],
)
claim(
    "With 16 looks Heun is nearer than Euler on bent paths",
    by_sampler[3, 1] < by_sampler[3, 0],
)

# %% [markdown]
# S falls from {{ bend_first:.2f }} to {{ bend_after:.3f }}. On bent paths Heun's second look pays; on straight ones even two Euler steps are enough. One-step versions of large image models are made this way, or by distillation.
#
# ## A smaller world
#
# Now faces: cartoon ones, 64 × 64 pixels in colour, with or without hat and glasses.

# %%
faces = data.faces(
    n_train=run.steps(smoke=200, laptop=2_000, gpu=20_000),
    n_test=run.steps(smoke=64, laptop=800, gpu=2_000), size=64, seed=SEED,
)
kinds = ("neither", "a hat", "glasses", "both")
labels = (2 * faces.train_factors["glasses"] + faces.train_factors["hat"]).astype("int32")  # (n,)

# %% [markdown]
# An autoencoder that begins from chance needs minutes. This one begins where a linear one would end: with the 12 **principal components** (PCA) of patches of 8 × 8 pixels, which one line of linear algebra finds. A convolution with strides *is* such a projection.

# %%
patches = faces.train[:600].reshape(-1, 8, 8, 8, 8, 3).transpose(0, 1, 3, 2, 4, 5)
patches = patches.reshape(-1, 8, 8, 3)  # (patches, height, width, colours)
colour = patches.mean(axis=(0, 1, 2))  # (3,)
centred = (patches - colour).reshape(-1, 192)
_, axes = np.linalg.eigh(centred.T @ centred / len(centred))  # the largest last
kernel = axes[:, :-13:-1].reshape(8, 8, 3, 12)  # the first 12 components

encoder = keras.Sequential([keras.Input((64, 64, 3)), layers.Conv2D(12, 8, strides=8)])
encoder.set_weights([kernel, -np.einsum("hwci,c->i", kernel, colour)])

latent = keras.Input((8, 8, 12))
noisy = layers.GaussianNoise(0.1)(latent)  # in training only
linear = layers.Conv2DTranspose(3, 8, strides=8)  # begins as the way back
details = layers.Conv2D(128, 3, padding="same", activation="relu")(noisy)  # (n, 8, 8, 128)
details = layers.Conv2D(128, 3, padding="same", activation="relu")(details)
to_pixels = layers.Conv2DTranspose(3, 16, strides=8, padding="same", kernel_initializer="zeros")
decoder = keras.Model(latent, linear(noisy) + to_pixels(details))  # (n, 64, 64, 3)
linear.set_weights([kernel, colour])

# %% [markdown]
# What lies between the two are the **latents**: still a small picture, 8 × 8 places of 12 numbers each. Then both train together. The decoder sees a place's neighbours and adds what the linear part lacks.
# The noise in front of it makes it forgive small errors; real models use a small KL term (Kullback–Leibler divergence) for the same end, and a discriminator (a GAN!) for sharper detail.
#
# ## Exercise 4: how much smaller?
# How many times fewer numbers has a face in the latents than in pixels?

# %% tags=["exercise"] id="latent_diffusion-times_smaller" points=1 solution="16"
times_smaller = ...  # a number

# %% tags=["check"]
times_smaller = check("latent_diffusion-times_smaller", times_smaller)

# %%
def trained(model, x, y, epochs, rate, batch, what):
    """Fit a model; its history, and the CPU seconds that it took."""
    keras.utils.set_random_seed(SEED)
    falling = keras.optimizers.schedules.CosineDecay(rate, epochs * -(-len(x) // batch))
    adam = keras.optimizers.Adam(falling, beta_2=0.99)
    loss = {} if isinstance(model, models.FlowMatching) else {"loss": "mae"}
    model.compile(adam, **loss, **run.compile_options)
    started = clock.process_time()
    cut = max(len(x) * 9 // 10, 1)  # the last tenth is held out
    fitted = model.fit(
        x[:cut], y[:cut], validation_data=(x[cut:], y[cut:]),
        epochs=epochs, batch_size=batch, verbose=0, callbacks=[Progress(what)],
    )
    return fitted.history, clock.process_time() - started

autoencoder = keras.Sequential([encoder, decoder])
epochs = run.steps(smoke=1, laptop=6, gpu=60)
before = np.abs(np.clip(autoencoder(faces.test[:200]), 0, 1) - faces.test[:200]).mean()
loss_of_pixels, seconds_of_world = trained(
    autoencoder, faces.train, faces.train, epochs, 2e-3, 32, "Autoencoder")

# %% tags=["nbval-ignore-output"]
figure = plots.lines(
    {"training": loss_of_pixels["loss"], "held-out": loss_of_pixels["val_loss"]},
    x=[*range(1, epochs + 1)], title="The autoencoder learns",
    x_label="epoch", y_label="mean absolute error of a pixel",
)
plots.show(figure, "Loss of training and held-out faces against epochs.")

# %%
def in_blocks(function, rows):
    """What a network makes of many rows, 250 at a time."""
    parts = [function(rows[start : start + 250]) for start in range(0, len(rows), 250)]
    return np.concatenate([np.asarray(part) for part in parts])

redrawn = np.clip(in_blocks(autoencoder, faces.test), 0, 1)
figure = plots.pictures(
    np.concatenate([faces.test[:8], redrawn[:8]]), columns=8, scale=0.8,
    row_labels=["held-out", "reconstruction"], title="Out of the small world and back",
)
plots.show(
    figure,
    "Eight held-out faces, and below them their reconstructions from 768 numbers each.",
)
claim(
    "Training takes a tenth off the error of the linear beginning",
    np.abs(redrawn[:200] - faces.test[:200]).mean() < 0.9 * before,
)

# %% [markdown]
# ## Dream there
#
# Noise has mean 0 and standard deviation 1. Give the latents a mean of 0 in each channel and one standard deviation of 1 over all, or noise will not cover them. (Stable Diffusion 1 multiplies its latents by 0.18215: that is why.) One scale for all channels keeps what counts: the first component, large areas of colour, stays the largest.

# %%
codes = in_blocks(encoder, faces.train)  # (n, 8, 8, 12)
mean = codes.mean(axis=(0, 1, 2))  # (12,)
scale = np.std(codes - mean)
latents = (codes - mean) / scale

def decode(latents):
    """Scaled latents (n, 8, 8, 12) -> pictures (n, 64, 64, 3) in [0, 1]"""
    return np.clip(in_blocks(decoder, np.asarray(latents, "float32") * scale + mean), 0, 1)

# %%
show_source(models.FlowMatching.training_loss)

# %%
flow = models.FlowMatching((8, 8, 12), classes=4)
epochs = run.steps(smoke=1, laptop=45, gpu=400)
loss_of_flow, seconds_of_flow = trained(flow, latents, labels, epochs, 2e-3, 128, "Flow in latents")

# %% [markdown]
# The rival learns the same flow with the same kind of network, in pixels, from −1 to 1. It may take as many seconds as autoencoder and flow together; its 12,288 numbers make each step slow, so that is fewer steps.

# %%
pixels = models.FlowMatching((64, 64, 3), classes=4, width=256)
pixels.pictures_at_once = 100  # to save memory
epochs = run.steps(smoke=1, laptop=13, gpu=100)
loss_in_pixels, seconds_of_pixels = trained(
    pixels, 2 * faces.train - 1, labels, epochs, 1e-3, 64, "Flow in pixels")
seconds_of_latents = seconds_of_world + seconds_of_flow

# %% tags=["nbval-ignore-output"]
figure, axes = plots.new_figure(1, 2, height=2.6)
both = {"latents": loss_of_flow, "pixels": loss_in_pixels}
for axis, (where, history) in zip(axes, both.items(), strict=True):
    axis.plot(history["loss"], "-", label="training")
    axis.plot(history["val_loss"], "--", label="held-out")
    axis.set(title=f"Flow in {where}", xlabel="epoch", ylabel="squared error of velocity")
axes[0].legend()
plots.show(figure, "Loss of training and held-out faces, in latents at the left, in pixels right.")
record("seconds_of_latents", seconds_of_latents, tolerance=1)
record("seconds_of_pixels", seconds_of_pixels, tolerance=1)

# %%
amount = run.steps(smoke=40, laptop=800, gpu=2_000)
requested = np.arange(amount) % 4
dreamt = decode(flow.sample(amount, seed=SEED, labels=requested, steps=6))
in_pixels = pixels.sample(amount, seed=SEED, labels=requested, steps=6)
in_pixels = np.clip(0.5 + 0.5 * in_pixels, 0, 1)
shown = np.concatenate([dreamt[:8], in_pixels[:8], faces.test[:8]])
figure = plots.pictures(
    shown, columns=8, scale=0.8, row_labels=["in latents", "in pixels", "held-out"],
    title="Faces that nobody drew, after the same seconds",
)
plots.show(
    figure,
    "Three rows of eight faces: generated in latents, generated in pixels, and held-out ones.",
)

# %% [markdown]
# The **Fréchet distance** compares generated with held-out faces, in features of a network that reads faces. An interval says how far each number is to be trusted; real faces and reconstructions show what is possible.

# %%
real = evaluation.face_features(faces.test)  # (n, 96)

def distance_and_interval(pictures):
    """Fréchet distance, and where it lies with 95 % for other samples."""
    seen = evaluation.face_features(pictures[:amount])
    low, high = evaluation.bootstrap_interval(
        evaluation.frechet_distance, seen, real, resamples=run.steps(smoke=2, laptop=20, gpu=20),
        halves=True)
    return {"frechet": evaluation.frechet_distance(seen, real), "low": low, "high": high}

others = data.faces(n_train=len(faces.test), n_test=1, size=64, seed=SEED + 1).train
rows = {"in latents": dreamt, "in pixels": in_pixels, "reconstructions": redrawn}
scores = {
    name: distance_and_interval(pictures)
    for name, pictures in track((rows | {"real faces": others}).items(), "Scoring")
}

# %% tags=["nbval-ignore-output"]
record("latents", scores["in latents"]["frechet"], tolerance=0.3)
record("pixels", scores["in pixels"]["frechet"], tolerance=0.3)
record("reconstructions", scores["reconstructions"]["frechet"], tolerance=0.3)
pd.DataFrame(scores).T.round(2)

# %%
claim(
    "Pixels had at least nine tenths of the seconds that autoencoder and flow had together",
    seconds_of_pixels > 0.9 * seconds_of_latents,
)
claim(
    "Still the latents' distance is lower: the intervals do not touch",
    scores["in latents"]["high"] < scores["in pixels"]["low"],
)

# %% [markdown]
# {{ latents:.1f }} in latents against {{ pixels:.1f }} in pixels. But the reconstructions have {{ reconstructions:.1f }}: the autoencoder sets the floor, and nothing that works in its latents comes below it.
# With much more computing and better networks pixels catch up (Hoogeboom et al. 2023, *Simple diffusion*); per second, latents are ahead, and that is why Stable Diffusion is built so.
#
# ## Explore: dream on request
#
# Guidance works in latents as it did in pixels: start at the velocity without a class, add the guidance scale times the difference.

# %%
def draw_faces(kind, guidance_scale, steps, sampler, seed):
    wanted = np.full(5, kinds.index(kind))
    options = {"steps": steps, "sampler": sampler, "guidance_scale": guidance_scale}
    drawn = decode(flow.sample(5, seed=seed, labels=wanted, **options))
    return plots.pictures(drawn, columns=5, scale=1.2, title=f"{kind}, guidance {guidance_scale:g}")

widgets.explore(
    draw_faces, "Five generated faces with a hat and with glasses, each of them another person.",
    kind=["both", "a hat", "glasses", "neither"], guidance_scale=(0.0, 6.0, 0.5, 1.0),
    steps=(1, 20, 1, 5), sampler=["heun", "euler"], seed=(0, 100, 1, 0),
)

# %% [markdown]
# ## Exercise 5: few looks
#
# Each look at the network costs time. Choose a sampler and a number of steps with **at most 12 looks** a face (Heun needs two a step), so that the Fréchet distance is **at most 1.5 times** that of twenty Heun steps.

# %% tags=["exercise"] id="latent_diffusion-few_looks" points=2 solution='("heun", 6)'
my_choice = ...  # such as ("euler", 3)

# %%
tried = ("euler", 2) if my_choice is ... else my_choice

def distance_with(sampler, steps):
    """Fréchet distance of faces that are drawn so."""
    options = {"steps": steps, "sampler": sampler}
    drawn = decode(flow.sample(amount, seed=SEED + 2, labels=requested, **options))
    return evaluation.frechet_distance(evaluation.face_features(drawn), real)

best = distance_with("heun", run.steps(smoke=2, laptop=20, gpu=20))
my_result = {
    "sampler": tried[0],
    "steps": ... if my_choice is ... else tried[1],
    "looks": tried[1] * (2 if tried[0] == "heun" else 1),
    "ratio": distance_with(*tried) / best,
}

# %% tags=["check"]
my_result = check("latent_diffusion-few_looks", my_result)

# %% [markdown]
# ## What the decoder repairs, and what it cannot
#
# A projection to 12 numbers a patch loses detail, and its linear way back shows seams between patches. The trained decoder sees the neighbours and fills in what they make probable. `evaluation.face_error` reads the factors of a face, draws the face that has them, and compares: the more a picture is no face at all, the larger.

# %%
def mean_error(pictures):
    return float(evaluation.face_error(np.clip(pictures, 0, 1)).mean())

some = faces.test[:200]
some_codes = np.einsum("nihjwc,hwck->nijk", (some - colour).reshape(-1, 8, 8, 8, 8, 3), kernel)
linear_way = np.einsum("nijk,hwck->nihjwc", some_codes, kernel).reshape(some.shape) + colour
ways = {"linear way back": linear_way, "trained decoder": redrawn[:200], "real faces": some}
face_errors = {name: mean_error(pictures) for name, pictures in ways.items()}

# %% tags=["nbval-ignore-output"]
figure = plots.pictures(
    np.concatenate([pictures[:8] for pictures in ways.values()]), columns=8, scale=0.8,
    row_labels=[f"{name}: {face_errors[name]:.3f}" for name in ways],
    title="The same 768 numbers, decoded in two ways, with the error of a face",
)
plots.show(
    figure,
    "Three rows of eight held-out faces: from their principal components, from their latents by "
    "the trained decoder, and as they are.",
)

# %%
claim(
    "The trained decoder removes a tenth or more of the error of a face",
    face_errors["trained decoder"] < 0.9 * face_errors["linear way back"],
)

# %% [markdown]
# What it does not repair is what the encoder dropped. How well does the factor that is read from a reconstruction agree with the true one?

# %%
read = evaluation.read_faces(redrawn)
agreement = {
    name: float(np.corrcoef(read[name], faces.test_factors[name])[0, 1]) ** 2 for name in read
}

# %% tags=["nbval-ignore-output"]
figure = plots.bars(
    {name.replace("_", " "): value for name, value in agreement.items()},
    title="What survives the small world", x_label="share of a factor's variance that can be read",
)
plots.show(figure, "Eight bars, one for each factor of a face, from 0, lost, to 1, all of it kept.")

# %% [markdown]
# ## Break it: half-way between two faces
#
# The decoder knows latents of faces. The mean of two faces' latents is none: there is no half hat. Decoded it is a ghost.
#
# The repair is the flow, which knows where latents of faces lie. Cover the ghosts with noise half-way, and walk back from there (Meng et al. 2022, *SDEdit*).

# %%
first, second = latents[:100], latents[100:200]
ghosts = (first + second) / 2  # (100, 8, 8, 12)
noise = np.random.default_rng(SEED).standard_normal(ghosts.shape).astype("float32")

def walk_back(start, time, steps=8):
    """From a time back to 0, without a class."""
    times = np.linspace(time, 0, steps + 1).tolist()
    for now, then in zip(times[:-1], times[1:], strict=True):
        start = np.asarray(heun_step(start, flow.velocity, now, then))
    return start

repaired = walk_back(flow_matching.interpolate(ghosts, noise, 0.6).astype("float32"), 0.6)
drawn = {"ghosts": decode(ghosts), "walked back": decode(repaired), "real latents": decode(first)}
errors = {name: mean_error(pictures) for name, pictures in drawn.items()}

# %% tags=["nbval-ignore-output"]
figure = plots.pictures(
    np.concatenate([pictures[:8] for pictures in drawn.values()]), columns=8, scale=0.8,
    row_labels=[f"{name}: {errors[name]:.3f}" for name in drawn],
    title="Ghosts, and what the flow makes of them, with the error of a face",
)
plots.show(
    figure,
    "Three rows of eight: means of two faces' latents, decoded; the same after noise and the walk "
    "back; and decoded latents of real faces.",
)

# %%
claim(
    "Of what a ghost has more error than a real face, the walk back removes at least a third",
    errors["ghosts"] - errors["walked back"] > (errors["ghosts"] - errors["real latents"]) / 3,
)

# %% [markdown]
# ## Make: a world of your own
#
# Change the small world (fewer channels, no noise in front of the decoder, another loss) or what happens in it (another scale, walks between two faces). State a question first, measure one number, show one figure, write two sentences. **With your own** pictures, a folder of at least 40:
#
# ```python
# mine = data.pictures_from("my_pictures", size=64)
# trained(autoencoder, mine.train, mine.train, 60, 2e-3, 32, "My world")
# own = models.FlowMatching((8, 8, 12)); codes = in_blocks(encoder, mine.train)
# ```

# %% tags=["exercise", "make"] id="latent_diffusion-make" points=4
def my_world():
    """Your question, one number, and a figure that shows it."""
    ### BEGIN SOLUTION
    # Question: from how much noise does a walk back still know whose face it was?
    # Expected: the hair's colour survives longest, because it is the largest area.
    kept = {"hair_colour": [], "skin": [], "smile": []}
    starts = (0.3, 0.5, 0.7, 0.9)
    for start in starts:
        covered = flow_matching.interpolate(latents[:100], noise, start).astype("float32")
        again = evaluation.read_faces(decode(walk_back(covered, start)))
        for name, values in kept.items():
            values.append(np.corrcoef(again[name], faces.train_factors[name][:100])[0, 1])
    return plots.lines(
        kept, x=starts, title="What a walk back remembers", x_label="start of the walk, time",
        y_label="correlation with the true factor",
    )
    # All three fade as the start grows later. A hundred faces of one seed show the direction,
    # not which factor is kept longest where the curves lie close together.
    ### END SOLUTION

# %% tags=["nbval-ignore-output"]
if (figure := my_world()) is not ...:
    plots.show(figure, "The figure of my own world.")

# %% [markdown] tags=["instructor"]
# **Rubric, 4 points.** A question that a number can answer (1) · the number is measured with the latents standardised (1) · a figure with title and labelled axes (1) ·
# two sentences that say what was found and one thing that could be wrong with it (1).

# %% [markdown]
# ## With what people use
#
# In the library `diffusers` the same parts have these names (for reading; it is not installed here):
#
# ```python
# pipeline = StableDiffusion3Pipeline.from_pretrained(...)
# latents = pipeline.vae.encode(picture).latent_dist.sample()
# latents = (latents - pipeline.vae.config.shift_factor) * pipeline.vae.config.scaling_factor
# pipeline.scheduler  # FlowMatchEulerDiscreteScheduler: your straight paths, Euler's steps
# pipeline(prompt, num_inference_steps=28, guidance_scale=7.0)
# ```
#
# Here a text encoder gives the condition, and the network is a transformer of 2 × 2 patches of latents; the rest you have built.
#
# If the course's own weights are on this machine, here are faces from a U-Net that trained far longer, in pixels: *shipped*, not trained in your minute.

# %% tags=["nbval-ignore-output"]
try:
    shipped = shipped_weights.load("unet_faces")
except ValueError as problem:
    print(f"These weights are not here: {problem}")
else:
    wanted = np.random.default_rng(SEED).random((8, 8)).astype("float32")  # places of eight factors
    drawn = shipped.sample(8, seed=SEED, labels=wanted, steps=10)
    plots.show(
        plots.pictures(drawn, columns=8, scale=0.8, title="Shipped weights: 64 × 64 pixels"),
        "Eight faces drawn by a U-Net whose weights came with the course.",
    )

# %% [markdown]
# ## Recap
#
# 1. Flow matching learns the velocity of straight paths between data and noise; following it back draws.
# 2. Walks bend where paths cross. Heun's second look helps on bends; reflow makes paths straight, so that few steps do.
# 3. Latents are a picture with far fewer numbers; standardise them before noise is mixed in.
# 4. For the same seconds latents gave the better faces. The autoencoder sets the floor.
# 5. The decoder fills in what its surroundings make probable, the flow repairs ghosts, and nobody brings back what the encoder dropped.
#
# ## Quiz
#
# Click, or type one letter a question.

# %% tags=["exercise"] solution='"bcbcc"'
my_answers = ...  # one letter a question, such as "abcda"

# %% tags=["check"]
quiz("latent_diffusion", my_answers)

# %% [markdown]
# ## Read on, and scale up
#
# - Lipman et al. (2023), *Flow Matching for Generative Modeling*; Liu, Gong and Liu (2023), *Flow Straight and Fast*.
# - Rombach et al. (2022), *High-Resolution Image Synthesis with Latent Diffusion Models*: Stable Diffusion.
# - Esser et al. (2024), *Scaling Rectified Flow Transformers for High-Resolution Image Synthesis*: both together.
#
# **Scale up.** `PROFILE = "gpu"` trains ten times as long on seven times the faces. For larger pictures give the encoder one more convolution with strides, and the flow the network of `models/unet.py`.
