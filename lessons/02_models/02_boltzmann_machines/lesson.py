# %% [markdown]
# # Can a machine learn to draw by unlearning its dreams?
#
# Every picture has an energy: the lower, the likelier. To learn, lower it for what you see, and raise it for what the machine comes up with by itself, its dreams. When dreams look
# like what is seen, the two pulls cancel.
#
# | | |
# |---|---|
# | **You will** | write an energy and check that all probabilities add up to 1 · find what pairs of pixels cannot see · train hidden units by contrastive divergence · measure an exact likelihood beside three rivals · repair dreams that got stuck |
# | **First** | [Markov chain Monte Carlo](../02_models/01_markov_chain_monte_carlo.ipynb) |
# | **Time** | {{ reading_minutes }} min of reading, {{ exercise_minutes }} min of exercises, {{ computing_seconds }} s of computing |

# %% [markdown] tags=["instructor"]
# **For teachers, 60 minutes.** Energies 10 · what pairs cannot see 8 · hidden units 14 · digits 14 · breaking it 9 · quiz 5.
#
# The sentence to leave on the board: *seen minus dreamt.*
# Learners expect the falling reconstruction error to mean progress. Ask at the last exercise: *a machine redraws every picture without a mistake; what else could it be doing?*
# (Giving nearly all its probability to a few of them, while it dreams of nothing else.)

# %% tags=["parameters"]
PROFILE = "laptop"  # "smoke" runs in seconds, "gpu" trains for longer
SEED = 0

# %%
from genai_course import (
    check, claim, data, hint, models, plots, predict, quiz, setup, show_source, widgets,
)

run = setup(PROFILE, SEED)

# %%
import keras
import numpy as np
import pandas as pd
from keras import ops
from scipy.special import expit, logsumexp
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import BernoulliRBM

from genai_course.models.boltzmann_machine import all_states
from genai_course.models.restricted_boltzmann_machine import rbm_optimizer, gibbs_step
from genai_course.training import Progress

random_numbers = np.random.default_rng(SEED)

# %% [markdown]
# ## The smallest version: nine pixels
#
# A world of 3 × 3 black and white pixels has 512 pictures. In this one only 14 of them ever turn up: **bars**, whose columns are all on or all off, and **stripes**, whose rows are.

# %%
def bars_and_stripes(size):
    """Every picture whose columns, or whose rows, are all on or all off.  -> (n, size * size)"""
    lines = all_states(size)  # (2**size, size)
    stripes = np.repeat(lines[:, :, None], size, axis=2)  # (2**size, size, size)
    bars = stripes.transpose(0, 2, 1)
    return np.unique(np.concatenate([bars, stripes]).reshape(-1, size * size), axis=0)

seen = bars_and_stripes(3)  # (14, 9)
states = all_states(9)  # (512, 9): every picture there is
figure = plots.pictures(
    0.8 * seen.reshape(-1, 3, 3, 1), columns=14, scale=0.45, title="All that is seen")
plots.show(figure, "Fourteen pictures of three by three pixels: every bar and every stripe.")

# %% [markdown]
# ## Exercise 1: an energy for every picture
#
# A **Boltzmann machine** has a weight $W_{ij} = W_{ji}$ for each pair of pixels, none from a pixel to itself ($W_{ii} = 0$), and a bias $b_i$ for each pixel. The energy of a picture $x$ is
#
# $$E(x) = -\tfrac12 \sum_{i,j} x_i W_{ij} x_j - \sum_i b_i x_i .$$
#
# A positive weight between two pixels makes pictures likelier in which both are on. The ½ is there because the double sum meets each pair twice.
#
# Stuck? Run `hint("boltzmann_machines-energy")` in a cell of its own; every exercise has three hints.

# %% tags=["exercise"] id="boltzmann_machines-energy" points=2
def energy(x, weights, biases):
    """Energy of each picture.  (n, pixels), (pixels, pixels), (pixels,) -> (n,)"""
    ### BEGIN SOLUTION
    pairs = 0.5 * ops.sum(ops.matmul(x, weights) * x, axis=1)
    return -pairs - ops.matmul(x, biases)
    ### END SOLUTION

# %% tags=["check"]
energy = check("boltzmann_machines-energy", energy)

# %% [markdown]
# From energies to probabilities: $p(x) = e^{-E(x)} / Z$. The **partition function** $Z$ adds $e^{-E}$ up over *all* pictures, so that the probabilities add up to 1. Here that is a sum of 512 terms.

# %%
def log_probabilities(weights, biases):
    """Log-probability of every state.  -> (512,) for nine pixels"""
    energies = np.asarray(energy(all_states(len(biases)), weights, biases))
    return -energies - logsumexp(-energies)

some_weights = random_numbers.standard_normal((9, 9)).astype("float32")
some_weights = np.triu(some_weights, 1) + np.triu(some_weights, 1).T  # symmetric, 0 on the diagonal
some = log_probabilities(some_weights, np.zeros(9, "float32"))
claim("The probabilities of all 512 pictures add up to 1", abs(np.exp(some).sum() - 1) < 1e-4)

# %% [markdown]
# ## Seen minus dreamt
#
# Which way should the weights go to make the pictures seen likelier? The gradient of their mean log-probability is a difference of two averages:
#
# $$\frac{\partial}{\partial W_{ij}} = \big\langle x_i x_j \big\rangle_{\text{seen}} - \big\langle x_i x_j \big\rangle_{\text{dreamt}} .$$
#
# The first says how often two pixels are on together in the pictures seen, the second how often in what the machine itself would draw. With 512 states the second is exact.

# %%
def learn(seen, rounds, rate=0.3):
    """Log-probability of every state after each round of exact learning.  -> (rounds, 2**pixels)"""
    pixels = seen.shape[1]
    weights, biases = np.zeros((pixels, pixels), "float32"), np.zeros(pixels, "float32")
    every, history = all_states(pixels), []
    for _ in range(rounds):
        history.append(log_probabilities(weights, biases))
        dreamt = every * np.exp(history[-1])[:, None]  # each state as often as it is dreamt
        gap = seen.T @ seen / len(seen) - dreamt.T @ every  # (pixels, pixels)
        biases += rate * np.diag(gap)  # a pixel is on together with itself when it is on
        weights += rate * (gap - np.diag(np.diag(gap)))
    return np.array(history)

history = learn(seen, rounds=run.steps(smoke=20, laptop=1_000, gpu=3_000))

# %%
def share_of(pictures, log_probability):
    """How much of the probability goes to these pictures, one number for each round."""
    positions = (pictures @ 2 ** np.arange(pictures.shape[1])).astype(int)
    return np.exp(log_probability[..., positions]).sum(axis=-1)

figure = plots.lines(
    {"bars and stripes among the dreams": share_of(seen, history)}, x=np.arange(len(history)),
    title="Dreams become bars and stripes", x_label="round", y_label="share of the dreams",
)
plots.show(figure, "The share starts at 0.03 and rises to nearly 0.9.")

# %%
claim("At first 3 % of the dreams are bars or stripes", 0.02 < share_of(seen, history)[0] < 0.04)
claim("At the end, more than 80 %", share_of(seen, history)[-1] > 0.8)

# %% [markdown]
# ## Predict
#
# Another world, of three pixels: seen are the four pictures with an **even** number of pixels on, 000, 110, 101 and 011. They are half of all eight. You let the same machine learn them.
# What share of its dreams will be even at the end?

# %% tags=["exercise"] solution="0.9"
my_guess = ...  # between 0 and 1

# %% tags=["check"]
predict("boltzmann_machines-even_share", my_guess)

# %%
even = np.array([[0, 0, 0], [1, 1, 0], [1, 0, 1], [0, 1, 1]], "float32")
even_history = learn(even, rounds=run.steps(smoke=20, laptop=500, gpu=500))
predict("boltzmann_machines-even_share", outcome=float(share_of(even, even_history)[-1]))

# %%
claim(
    "Half of its dreams are even, as before the first round",
    abs(share_of(even, even_history)[-1] - 0.5) < 0.01,
)

# %% [markdown]
# It has learned nothing, and it is right not to: in the four even pictures each pixel is on half of the time, and each pair a quarter of the time, as with three coins. The rule is about three pixels at
# once, and a machine that looks at pairs cannot see it.
#
# ## Hidden units
#
# The way out: units that are never seen. A **restricted Boltzmann machine** has visible units $v$ (the pixels) and hidden units $h$ (features), with weights only between the two layers:
#
# $$E(v, h) = -v^\top W h - b^\top v - c^\top h .$$
#
# Given the pixels, the hidden units are independent, and the other way round; so a whole layer is drawn at once.

# %% [markdown]
# ## Exercise 2: the free energy
#
# How likely is a picture, whatever the hidden units do? Add $e^{-E(v,h)}$ up over all $2^{\text{hidden}}$ states of $h$. As they are independent, the sum is a product, and its logarithm is short. The **free energy** is
#
# $$F(v) = -\log \sum_h e^{-E(v,h)} = -b^\top v - \sum_j \log\big(1 + e^{\,c_j + (v^\top W)_j}\big) ,$$
#
# and $p(v) = e^{-F(v)} / Z$. `ops.softplus(a)` is log(1 + eᵃ) without overflow. Use the short form: of 64 hidden units nobody lists the states.

# %% tags=["exercise"] id="boltzmann_machines-free_energy" points=2
def free_energy(visible, weights, visible_biases, hidden_biases):
    """(n, visible), (visible, hidden), (visible,), (hidden,) -> (n,)"""
    ### BEGIN SOLUTION
    hidden_terms = ops.softplus(hidden_biases + ops.matmul(visible, weights))  # (n, hidden)
    return -ops.matmul(visible, visible_biases) - ops.sum(hidden_terms, axis=1)
    ### END SOLUTION

# %% tags=["check"]
free_energy = check("boltzmann_machines-free_energy", free_energy)

# %% [markdown]
# Trust, and check: with five hidden units the long sum has 32 terms.

# %%
w, b, c = (random_numbers.standard_normal(size).astype("float32") for size in ((9, 5), 9, 5))
hidden = all_states(5)  # (32, 5)
joint = seen @ w @ hidden.T + (seen @ b)[:, None] + hidden @ c  # (14, 32): minus the energy
claim(
    "The short form equals the sum over all 32 hidden states",
    np.allclose(np.asarray(free_energy(seen, w, b, c)), -logsumexp(joint, axis=1), atol=1e-3),
)

# %% [markdown]
# ## Exercise 3: seen minus dreamt, with features
#
# The rule stays: how often pixel and feature are on together when looking, less how often when dreaming, $\langle v_i h_j \rangle_{\text{seen}} - \langle v_i h_j \rangle_{\text{dreamt}}$. Use the mean over pictures; there may be more dreams than pictures.
#
# Where do dreams come from without a list of all states? From Gibbs steps. **Contrastive divergence** takes one or few, starting at the pictures seen.

# %% tags=["exercise"] id="boltzmann_machines-correlation_gap" points=2
def correlation_gap(seen, seen_hidden, dreamt, dreamt_hidden):
    """(n, visible), (n, hidden), (m, visible), (m, hidden) -> (visible, hidden)"""
    ### BEGIN SOLUTION
    when_looking = ops.matmul(ops.transpose(seen), seen_hidden) / len(seen)
    when_dreaming = ops.matmul(ops.transpose(dreamt), dreamt_hidden) / len(dreamt)
    return when_looking - when_dreaming
    ### END SOLUTION

# %% tags=["check"]
correlation_gap = check("boltzmann_machines-correlation_gap", correlation_gap)

# %% [markdown]
# Now the even pictures again, with four hidden units and your two functions.

# %%
def contrastive_divergence(seen, hidden, rounds, rate=0.5, copies=64):
    """Share of the probability that the pictures seen get, every 50 rounds."""
    pixels, shares = seen.shape[1], []
    w = 2 * random_numbers.standard_normal((pixels, hidden)).astype("float32")
    b, c = -w.sum(axis=1) / 2, -w.sum(axis=0) / 2
    data = np.tile(seen, (copies, 1))
    for done in range(rounds + 1):
        if done % 50 == 0:
            free = np.asarray(free_energy(all_states(pixels), w, b, c))
            shares.append(share_of(seen, -free - logsumexp(-free)))
        dreams = gibbs_step(data, w, b, c, random_numbers)
        data_hidden, dream_hidden = expit(c + data @ w), expit(c + dreams @ w)
        w = w + rate * np.asarray(correlation_gap(data, data_hidden, dreams, dream_hidden))
        b = b + rate * (data.mean(axis=0) - dreams.mean(axis=0))
        c = c + rate * (data_hidden.mean(axis=0) - dream_hidden.mean(axis=0))
    return np.array(shares)

hidden_shares = contrastive_divergence(even, 4, run.steps(smoke=20, laptop=1_500, gpu=5_000))

# %% tags=["nbval-ignore-output"]
rounds = 50 * np.arange(len(hidden_shares))
figure = plots.lines(
    {"four hidden units": hidden_shares, "pairs only": np.full(len(rounds), 0.5)}, x=rounds,
    title="Hidden units see what pairs cannot", x_label="round", y_label="even dreams, share",
)
plots.show(figure, "With hidden units the share rises above 0.9; with pairs it stays at one half.")

# %%
claim("With four hidden units more than 80 % of the dreams are even", hidden_shares[-1] > 0.8)

# %% [markdown]
# ## The real thing: digits
#
# Handwritten digits of 8 × 8 pixels, made black or white at one half. The course's machine takes 16 hidden units. It uses your rule, with three refinements: gradients about the means, momentum with a rate that
# falls, and averaged weights. With `persistent=True` its dreams go on from step to step (PCD) rather than start at the data again (CD).

# %%
show_source(models.RestrictedBoltzmannMachine.train_step)

# %%
digits = data.digits()
train = (digits.train > 0.5).astype("float32")  # (1437, 8, 8, 1) of 0 and 1
test = (digits.test > 0.5).astype("float32")  # (360, 8, 8, 1)

# %% [markdown]
# ## Exercise 4: how long is the sum?
#
# There are 2⁶⁴ pictures of 64 pixels, too many for any computer. But the layers may swap roles: for each state of the 16 *hidden* units, sum over all pictures by your short form. How many terms has the exact partition
# function then?

# %% tags=["exercise"] id="boltzmann_machines-terms" points=1 solution="2**16"
my_terms = ...  # a whole number

# %% tags=["check"]
my_terms = check("boltzmann_machines-terms", my_terms)

# %%
def exact_log_likelihood(parameters, pictures):
    """Mean exact log-probability of pictures, in nats: your free energy, used twice."""
    w, b, c = (np.asarray(part, "float32") for part in parameters)
    swapped = np.asarray(free_energy(all_states(len(c)), w.T, c, b))  # (65536,)
    free = np.asarray(free_energy(pictures.reshape(len(pictures), -1), w, b, c))
    return float(-free.mean() - logsumexp(-swapped))

# %%
many = np.tile(train, (run.steps(smoke=1, laptop=10, gpu=10), 1, 1, 1))  # ten passes an epoch
epochs = run.steps(smoke=1, laptop=40, gpu=200)

def train_machine(name, **settings):
    """A machine of 16 hidden units, and its exact test log-likelihood after each epoch."""
    keras.utils.set_random_seed(SEED)
    machine, likelihoods = models.RestrictedBoltzmannMachine(16, (8, 8, 1), **settings), []
    machine.adapt(train)  # biases that know how often each pixel is on
    machine.compile(rbm_optimizer(epochs * -(-len(many) // 64)), **run.compile_options)
    def measure(epoch, logs):
        likelihoods.append(exact_log_likelihood(machine.parameters(), test))
    watch = keras.callbacks.LambdaCallback(on_epoch_end=measure)
    machine.fit(many, batch_size=64, epochs=epochs, verbose=0, callbacks=[watch, Progress(name)])
    return machine, likelihoods

# %%
rbm, curve = train_machine("PCD", persistent=True)
contrastive, contrastive_curve = train_machine("CD-1", persistent=False)

# %% [markdown]
# ## Beside the others
#
# Three rivals: pixels that know nothing of each other, a mixture of 16 sets of such pixels, and scikit-learn's machine of the same size, with the learning rate that suited it best when we tried several (0.005), and about the same seconds.

# %%
rows, test_rows = train.reshape(-1, 64), test.reshape(-1, 64)  # (1437, 64), (360, 64)

def mixture_log_likelihood(components, rounds=60):
    """Mean test log-likelihood of a mixture of independent pixels, fitted by EM."""
    belongs = random_numbers.dirichlet(np.ones(components), len(rows))  # (1437, components)
    for _ in range(rounds):
        weights = (belongs.sum(axis=0) + 1) / (len(rows) + components)
        on = (belongs.T @ rows + 0.5) / (belongs.sum(axis=0)[:, None] + 1)  # (components, 64)
        logs = [x @ np.log(on).T + (1 - x) @ np.log(1 - on).T + np.log(weights)
                for x in (rows, test_rows)]
        belongs = np.exp(logs[0] - logsumexp(logs[0], axis=1, keepdims=True))
    return float(logsumexp(logs[1], axis=1).mean())

# %%
peer = BernoulliRBM(16, learning_rate=0.005, n_iter=run.steps(smoke=2, laptop=600, gpu=600),
                    random_state=SEED).fit(rows)
likelihoods = {
    "independent pixels": mixture_log_likelihood(1),
    "mixture of 16": mixture_log_likelihood(16),
    "scikit-learn's RBM": exact_log_likelihood(
        (peer.components_.T, peer.intercept_visible_, peer.intercept_hidden_), test),
    "CD-1": exact_log_likelihood(contrastive.parameters(), test),
    "PCD": exact_log_likelihood(rbm.parameters(), test),
}

# %% tags=["nbval-ignore-output"]
figure = plots.lines(
    {"PCD": curve, "CD-1": contrastive_curve}, x=list(range(1, 1 + len(curve))),
    title="The exact log-likelihood of digits never seen", x_label="epoch of ten passes",
    y_label="nats a test picture",
)
plots.show(figure, "CD-1 rises at once and stays. PCD jumps about while the learning rate is high, "
           "and ends above it as the rate falls.")
pd.Series(likelihoods, name="nats a test picture").round(2).to_frame()

# %% [markdown]
# Its own dreams must keep up with a machine that changes: that is why the persistent curve is restless at first, and why its rate has to fall. More on that below.

# %%
claim("The exact likelihood rose by more than a nat", curve[-1] > curve[0] + 1)
claim("PCD beats independent pixels by more than 5 nats",
      likelihoods["PCD"] > likelihoods["independent pixels"] + 5)
claim("It beats a mixture of 16 by more than a quarter of a nat",
      likelihoods["PCD"] > likelihoods["mixture of 16"] + 0.25)
claim("It is no worse than scikit-learn's machine",
      likelihoods["PCD"] >= likelihoods["scikit-learn's RBM"])
claim("Dreams that go on do as well as dreams that start at the data, or better",
      likelihoods["PCD"] > likelihoods["CD-1"] - 0.1)

# %% [markdown]
# ## Look at its dreams, and at what it looks for
#
# With 16 hidden units the machine can be sampled exactly: choose one of 65,536 hidden states by its probability, then draw the pixels. Below them each hidden unit's weights: bright where a pixel speaks for the feature, dark where it speaks against.

# %%
dreams = rbm.sample(30, seed=SEED)
figure = plots.pictures(
    0.8 * np.concatenate([test[:10], dreams]),  # (40, 8, 8, 1)
    row_labels=["real", "dreamt", "dreamt", "dreamt"], title="Real, and dreamt (three rows)")
plots.show(figure, "One row of real digits, three rows of dreamt ones; some are easy to read.")

# %%
weights = rbm.parameters()[0].T.reshape(16, 8, 8, 1)  # (16, 8, 8, 1)
figure = plots.pictures(0.5 + weights / (2 * np.abs(weights).max()), columns=8, scale=0.8,
                        title="Sixteen features: the weights of each hidden unit")
plots.show(figure, "Sixteen patches of bright and dark spots, none of them a whole digit.")

# %% [markdown]
# ## Explore: how many steps does a dream need?
#
# Ten dreams start from noise and take as many Gibbs steps as you say. Move the slider slowly from 1.

# %%
def draw_dreams(steps, dice):
    return plots.pictures(0.8 * rbm.sample(10, seed=dice, steps=steps), columns=5, scale=0.9,
                          title=f"Ten dreams after {steps} steps from noise")

widgets.explore(
    draw_dreams, "Ten dreams after 100 steps from noise: strokes, some of them digits.",
    steps=(1, 300, 1, 100), dice=(0, 50, 1, 0),
)

# %% [markdown]
# ## Are features good for reading?
#
# A classifier that sees the 16 features instead of 64 pixels. Sixteen numbers cannot say more than the pixels they were made from; do they say it more briefly?

# %% tags=["nbval-ignore-output"]
def reads(features):
    """Share of test digits that a linear classifier on these features reads."""
    classifier = LogisticRegression(max_iter=500).fit(features(train), digits.train_labels)
    return float(classifier.score(features(test), digits.test_labels))

centred = rows - rows.mean(axis=0)
axes = np.linalg.svd(centred, full_matrices=False)[2][:16].T  # (64, 16)
pd.Series({
    "64 pixels": reads(lambda pictures: pictures.reshape(len(pictures), -1)),
    "16 principal components": reads(lambda pictures: pictures.reshape(len(pictures), -1) @ axes),
    "16 hidden units": reads(lambda pictures: np.asarray(rbm(pictures))),
}, name="read rightly").round(3).to_frame()

# %% [markdown]
# When we measured, the pixels gave 0.93, the principal components 0.90 and the hidden units 0.87: features that make good dreams need not be the best for reading.
#
# ## Where no sum is short enough
#
# With 64 hidden units the sum has 2⁶⁴ terms again. **Annealed importance sampling** estimates it: many chains walk from a machine without weights, whose sum Z₀ is known, to this one by small changes of the weights,
# and each notes by how much every change lowered the free energy F of where it stood. These notes average to the ratio of the sums:
#
# $$\frac{Z}{Z_0} = \mathbb E\, \exp \sum_t \big( F_{t-1}(x_t) - F_t(x_t) \big)$$

# %%
show_source(models.RestrictedBoltzmannMachine.estimate_log_partition)

# %% [markdown]
# First where the answer is known:

# %%
exact = rbm.log_partition()
estimates = {
    temperatures: rbm.estimate_log_partition(temperatures, seed=SEED)[0] - exact
    for temperatures in (1, 10, 100, run.steps(smoke=101, laptop=1_000, gpu=1_000))
}

# %% tags=["nbval-ignore-output"]
table = pd.Series(estimates, name="estimate less exact log Z").rename_axis("temperatures")
table.round(2).to_frame()

# %%
claim("With 1,000 temperatures the estimate is within 0.2 nats",
      abs(estimates[max(estimates)]) < 0.2)

# %% [markdown]
# With few temperatures the estimate of log Z is too low on average (a lucky run may lie above), and so the likelihood looks too good. With enough of them you may trust it where no exact answer is at hand:

# %%
keras.utils.set_random_seed(SEED)
large = models.RestrictedBoltzmannMachine(64, (8, 8, 1)).adapt(train)
large_epochs = run.steps(smoke=1, laptop=10, gpu=50)
large.compile(rbm_optimizer(large_epochs * -(-len(many) // 64)), **run.compile_options)
large.fit(many, batch_size=64, epochs=large_epochs, verbose=0,
          callbacks=[Progress("64 hidden units")])
log_partition, error = large.estimate_log_partition(max(estimates), seed=SEED)
likelihoods["PCD, 64 hidden, estimated"] = float(large.log_prob(test, log_partition).mean())

# %% tags=["nbval-ignore-output"]
figure = plots.bars({name: -value for name, value in likelihoods.items()}, highlight=["PCD"],
                    title="Surprise of a test digit: shorter is better", x_label="nats a picture")
plots.show(figure, "Independent pixels are worst, at 24.6; the machines lie between 17 and 19.")

# %%
claim("64 hidden units are no worse than 16",
      likelihoods["PCD, 64 hidden, estimated"] > likelihoods["PCD"])

# %% [markdown]
# ## Break it: dreams that get stuck
#
# Bars and stripes of 4 × 4 pixels, 30 of 65,536 pictures: nobody can do better than log 30 = 3.40 nats of surprise. A machine with persistent dreams and a fast, steady rate:

# %%
small_world = bars_and_stripes(4)  # (30, 16)
batch = np.tile(small_world, (8, 1)).reshape(-1, 4, 4, 1)  # (240, 4, 4, 1)
passes = run.steps(smoke=1, laptop=200, gpu=200)  # steps of an epoch

def stuck_or_not(rate, gibbs_steps, persistent):
    """Exact log-likelihood and reconstruction error after each of ten epochs."""
    keras.utils.set_random_seed(SEED)
    machine = models.RestrictedBoltzmannMachine(
        12, (4, 4, 1), gibbs_steps=gibbs_steps, persistent=persistent).adapt(batch)
    machine.compile(keras.optimizers.SGD(rate, momentum=0.9), **run.compile_options)
    likelihoods = []
    def measure(epoch, logs):
        likelihoods.append(exact_log_likelihood(machine.parameters(), small_world))
    watch = keras.callbacks.LambdaCallback(on_epoch_end=measure)
    errors = machine.fit(np.tile(batch, (passes, 1, 1, 1)), batch_size=len(batch), epochs=10,
                         verbose=0, callbacks=[watch]).history["reconstruction_error"]
    return np.array(likelihoods), np.array(errors), machine

# %%
broken, broken_errors, broken_machine = stuck_or_not(rate=0.05, gibbs_steps=1, persistent=True)

# %% tags=["nbval-ignore-output"]
figure, (left, right) = plots.new_figure(1, 2, height=2.8)
left.plot(range(1, 11), broken_errors, "o-")
left.set(title="What the training reports", xlabel="epoch", ylabel="reconstruction error", ylim=0)
right.plot(range(1, 11), broken, "s-", color=plots.COLOURS[1])
right.axhline(-np.log(30), color=plots.COLOURS[7], linestyle=":")
right.set(title="What is the case", xlabel="epoch", ylabel="nats a picture", ylim=(None, 0))
plots.show(figure, "The reconstruction error falls to nearly 0 while the exact log-likelihood "
           "falls too, far below the dotted line of the best possible.")
figure = plots.pictures(0.8 * broken_machine.sample(14, seed=SEED), columns=14, scale=0.45,
                        title="Fourteen dreams of the broken machine")
plots.show(figure, "Most dreams are bars or stripes, and the same few come again and again.")

# %%
claim("The pictures are redrawn almost without error: a hundredth at most",
      broken_errors[-1] < 0.01)
claim("And the likelihood is more than 3 nats below the best possible",
      broken[-1] < -np.log(30) - 3)

# %% [markdown]
# The machine changes faster than its dreams move. They sit in a valley; learning raises the valley until they slide into the next one, and the rest of the landscape is never looked at. The redrawn pictures tell nothing of it.
#
# ## Exercise 5: wake it up
#
# Choose the rate, the number of Gibbs steps (at most 10) and whether dreams persist, so that the exact log-likelihood ends at **−3.9 nats or more**.

# %% tags=["exercise"] id="boltzmann_machines-repair" points=2 solution='{"rate": 0.05, "gibbs_steps": 5, "persistent": False}'
my_settings = ...  # such as {"rate": 0.05, "gibbs_steps": 1, "persistent": True}

# %%
BROKEN = {"rate": 0.05, "gibbs_steps": 1, "persistent": True}
settings = BROKEN if my_settings is ... else my_settings
if set(settings) != set(BROKEN):
    raise ValueError(f"my_settings names {list(settings)}; it needs {list(BROKEN)}.")
repaired = broken if settings == BROKEN else stuck_or_not(**settings)[0]
my_result = settings | {"log_likelihood": ... if my_settings is ... else float(repaired[-1])}

# %% tags=["check"]
my_result = check("boltzmann_machines-repair", my_result)

# %% [markdown]
# ## Make: a world of your own
#
# Invent a rule for small black and white pictures (a checkerboard, a diagonal, exactly three pixels on, …), at most 16 pixels, so that every picture can be listed. How many hidden units does a machine need to dream by your rule?
# State what you expect, measure the share of the probability that the rule's pictures get, show a figure, write two sentences.
#
# **With your own pictures**, 40 or more in a folder: this replaces the digits by them, in black and white. Run it, then `own_rbm, own_curve = train_machine("RBM of my pictures", persistent=True)`:
#
# ```python
# own = data.pictures_from("photos", 8, channels=1)
# train, test = ((part > own.train.mean()).astype("float32") for part in (own.train, own.test))
# many = train[np.arange(14_370) % len(train)]  # as many as above, so a small set comes oftener
# ```

# %% tags=["exercise", "make"] id="boltzmann_machines-make" points=4
def my_world():
    """Your rule, the share for several sizes, and a figure that shows it."""
    ### BEGIN SOLUTION
    # Rule: of four pixels an odd number is on. Expected: pairs fail, four hidden units succeed.
    states = all_states(4)
    odd = states[states.sum(axis=1) % 2 == 1]  # (8, 4)
    rounds = run.steps(smoke=10, laptop=1_000, gpu=1_500)
    shares = {"pairs only": share_of(odd, learn(odd, 100))[-1]}
    for hidden in (2, 4, 8):
        trained = contrastive_divergence(odd, hidden, rounds, copies=16)
        shares[f"{hidden} hidden units"] = trained[-1]
    return plots.bars({name: float(share) for name, share in shares.items()},
                      title="How many features does odd need?", x_label="share of odd dreams")
    ### END SOLUTION

# %% tags=["nbval-ignore-output"]
if (figure := my_world()) is not ...:
    plots.show(figure, "The figure of my own world.")

# %% [markdown] tags=["instructor"]
# **Rubric, 4 points.** The expectation is stated before the measurement (1) · the share comes from a list of all pictures and adds up to 1 with the rest (1) · a figure with title and labelled axes over
# at least three sizes (1) · two sentences that do not claim more than one seed can carry (1).

# %% [markdown]
# ## Recap
#
# 1. An energy gives every picture a probability; the partition function makes them add up to 1.
# 2. To learn, add what is seen and subtract what is dreamt.
# 3. Pairs of pixels miss rules about three; hidden units see them.
# 4. Dreams come from Gibbs steps: from the data (CD) or going on (PCD). Both can get stuck.
# 5. A small reconstruction error proves nothing; measure the likelihood, exactly or by annealing.
#
# ## Quiz
#
# Click, or type one letter a question.

# %% tags=["exercise"] solution='"cabdb"'
my_answers = ...  # one letter a question, such as "abcda"

# %% tags=["check"]
quiz("boltzmann_machines", my_answers)

# %% [markdown]
# ## Read on, and scale up
#
# - Ackley, Hinton and Sejnowski (1985), *A Learning Algorithm for Boltzmann Machines*.
# - Hinton (2002), *Training Products of Experts by Minimizing Contrastive Divergence*.
# - Salakhutdinov and Murray (2008), *On the Quantitative Analysis of Deep Belief Networks*, for annealed importance sampling.
#
# **Scale up.** `PROFILE = "gpu"` trains five times as long. More hidden units learn more (try 200) and need the estimate; more Gibbs steps a step (`gibbs_steps=5`) and more chains make the dreams truer. For
# grey values the visible units become Gaussian.
