# %% [markdown]
# # What can you learn from answers, from examples, from scores, and from an opponent?
#
# A model can learn from an answer to each question, from examples alone, from a score for what it made, or from an opponent that tells its work from real work.
# Here one generator of 128 numbers learns one task each way, and you measure what each signal gives and leaves out.
#
# | | |
# |---|---|
# | **You will** | see squared error answer with a place where nothing is · write the gradient of the cross-entropy · write REINFORCE · choose an entropy bonus that brings lost modes back · match signals to results |
# | **First** | [Generative adversarial networks](../02_models/05_generative_adversarial_networks.ipynb) |
# | **Time** | {{ reading_minutes }} min of reading, {{ exercise_minutes }} min of exercises, {{ computing_seconds }} s of computing |

# %% [markdown] tags=["instructor"]
# **For teachers, 55 minutes.** Supervised 12 · self-supervised 5 · unsupervised 5 · reinforcement 15 · adversarial 8 · table and explorer 5 · quiz 5.
#
# The sentence to leave on the board: *the signal decides what is learned; the model only decides how well.*
# Learners think that reward is the most general signal, so it must give the most. Ask before the first reward run: *the score is highest at eight places; why would anyone go to more than one of them?*
# In exercise 2 they subtract the mean of all scores. It works nearly as well; the check explains what is off by 1/n.

# %% tags=["parameters"]
PROFILE = "laptop"  # "smoke" runs in seconds, "gpu" trains for longer
SEED = 0

# %%
from genai_course import (
    check, claim, data, evaluation, hint, plots,
    predict, quiz, setup, show_source, widgets,
)

run = setup(PROFILE, SEED)

# %%
import time

import numpy as np
import pandas as pd

from genai_course.labs.adversarial import AdversarialLab, Rules
from genai_course.labs.learning_paradigms import Critic, GaussianMixture
from genai_course.training import optimizers, track

# %% [markdown]
# ## The task
#
# Make points like these: eight round bells on a ring. We know the truth exactly, so three numbers can judge whatever we learn:
#
# - **modes**: how many of the eight bells get at least 1 % of the points made;
# - **precision**: the share of the points made that lie within three spreads of a bell;
# - **nats**: the surprise −log p of a held-out example under what was learned. The truth itself has 2.144; less is impossible.

# %%
ring = data.points2d("eight_gaussians", seed=SEED)
angles = np.arange(8) * np.pi / 4
CENTRES = 2.5 * np.stack([np.cos(angles), np.sin(angles)], axis=1)  # (8, 2)
SPREAD = 0.25  # standard deviation around each centre

def label_of(points):
    """The bell that a point belongs to, 0 to 7.  (n, 2) -> (n,)"""
    return np.linalg.norm(points[:, None] - CENTRES, axis=-1).argmin(axis=1)

def modes(points):
    return evaluation.modes_covered(points, CENTRES, SPREAD)

def precision(points):
    return evaluation.high_quality_share(points, CENTRES, SPREAD)

labels = label_of(ring.train)  # (10000,)

# %% [markdown]
# ## Supervised: an answer to each question
#
# **Supervised learning** gets pairs: a question, and an answer to it. Here the question is a group of bells, the answer a point from one of them. If a group is a single bell, the question
# nearly decides the answer. If a group holds two, four or all eight bells, many answers are right.
#
# The first learner keeps one point for each question and lowers the **squared error** |prediction − answer|², whose gradient is 2 (prediction − answer). Its prediction is its answer, every time.

# %%
GROUP_SIZES = (1, 2, 4, 8)  # neighbouring bells that share a question

def learn_squared_error(questions, answers, steps, rng):
    """One point for each question.  (n,), (n, 2) -> (questions, 2)"""
    predictions = np.zeros((questions.max() + 1, 2))
    for _ in range(steps):
        asked = rng.integers(len(questions), size=128)
        gradient = 2 * (predictions[questions[asked]] - answers[asked])  # (128, 2)
        np.add.at(predictions, questions[asked], -0.001 * gradient)
    return predictions

# %%
predicted = {
    size: learn_squared_error(
        labels // size, ring.train, run.steps(smoke=20, laptop=500, gpu=500),
        np.random.default_rng([SEED, size]),
    )
    for size in GROUP_SIZES
}

# %%
def draw_real(axis):
    """Pale real points, for every panel."""
    axis.scatter(*ring.test[:800].T, s=3, color=plots.COLOURS[7], alpha=0.3, linewidths=0)
    axis.set(xlim=(-3.6, 3.6), ylim=(-3.6, 3.6), aspect="equal", xlabel="x")

figure, axes = plots.new_figure(1, 4, height=2.3, sharey=True)
for axis, (size, points) in zip(axes, predicted.items(), strict=True):
    draw_real(axis)
    axis.plot(*points.T, "*", markersize=11, color=plots.COLOURS[5])
    axis.set_title(f"{size} bell{'s' * (size > 1)} a question", fontsize=9)
axes[0].set_ylabel("y")
plots.show(
    figure,
    "Stars where squared error answers: on the bells if a question means one bell; in the gap "
    "between them if it means two; far inside the ring for four; in the middle of it for eight.",
)

# %%
claim("One bell a question: every answer lies on a bell", precision(predicted[1]) == 1)
for size in (2, 4, 8):
    claim(f"{size} bells a question: no answer lies on a bell", precision(predicted[size]) == 0)
claim(
    "Each answer is the mean of the right answers",
    all(np.linalg.norm(predicted[size][0] - ring.train[labels < size].mean(axis=0)) < 0.3
        for size in GROUP_SIZES),
)

# %% [markdown]
# The mean of the right answers is the best *single* answer by squared error, and it can be a place where no answer ever was. This is why a model trained that way on pictures draws blur.
#
# The repair: predict how probable *every* answer is. Cut the plane into 24 × 24 cells and keep a logit for each cell and question. The loss is the **cross-entropy**, the surprise of the
# right cell: −log softmax(logits)[answer].

# %% [markdown]
# ## Exercise 1: the gradient of the cross-entropy
#
# Each pair has a row of logits, and an answer: the number of the right cell. Complete `cross_entropy_gradient`: how does each pair's surprise change with each of its logits? Start from
#
# $$-\log \text{softmax}(z)_a = -z_a + \log \sum_j e^{z_j} .$$
#
# One row of gradients for each pair; do not average over the pairs. Logits may lie anywhere from −1,000 to 1,000, and `np.exp` of 1,000 overflows: subtract each row's largest logit first,
# which leaves the softmax as it is.
#
# Stuck? Run `hint("ways_to_learn-cross_entropy_gradient")` in a cell of its own; every exercise has three hints.

# %% tags=["exercise"] id="ways_to_learn-cross_entropy_gradient" points=2
def cross_entropy_gradient(logits, answers):
    """Gradient of each pair's surprise.  (n, cells), (n,) whole numbers -> (n, cells)"""
    ### BEGIN SOLUTION
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    gradient = powers / powers.sum(axis=1, keepdims=True)
    gradient[np.arange(len(answers)), answers] -= 1
    return gradient
    ### END SOLUTION

# %% tags=["check"]
cross_entropy_gradient = check("ways_to_learn-cross_entropy_gradient", cross_entropy_gradient)

# %%
EDGES = np.linspace(-3.6, 3.6, 25)  # 24 cells along each axis

def column_of(coordinate):
    """Which of 24 cells a coordinate falls into.  (n,) -> (n,)"""
    return np.clip(np.digitize(coordinate, EDGES) - 1, 0, 23)

def learn_cells(questions, answers, cells, steps, rng):
    """Logits for each question and cell, by your gradient and Adam.  -> (questions, cells)"""
    table, adam = np.zeros((questions.max() + 1, cells)), optimizers.Adam()
    for _ in range(steps):
        asked = rng.integers(len(questions), size=256)
        gradient = np.zeros_like(table)
        rows = questions[asked]
        np.add.at(gradient, rows, np.asarray(cross_entropy_gradient(table[rows], answers[asked])))
        (table,) = adam.apply([table], [gradient / 256], 0.1)
    return table

# %%
def draw_cells(logits, rng):
    """One cell for each row of logits, as often as the row says.  (n, cells) -> (n,)"""
    return np.argmax(logits + rng.gumbel(size=logits.shape), axis=1)

def point_in(x_cell, y_cell, rng):
    """Points anywhere in their cells.  (n,), (n,) -> (n, 2)"""
    cells = np.stack([x_cell, y_cell], axis=1)
    return EDGES[0] + 0.3 * (cells + rng.random(cells.shape))

# %%
rng = np.random.default_rng([SEED, 10])
cell_of = 24 * column_of(ring.train[:, 0]) + column_of(ring.train[:, 1])  # (10000,) up to 575
answered = {}
for size in track(GROUP_SIZES, "Questions"):
    table = learn_cells(
        labels // size, cell_of, 576, run.steps(smoke=5, laptop=300, gpu=1_000), rng)
    asked = rng.integers(8 // size, size=1_000)  # a thousand questions
    answered[size] = point_in(*np.divmod(draw_cells(table[asked], rng), 24), rng)

# %%
figure = plots.lines(
    {
        "squared error": [precision(predicted[size]) for size in GROUP_SIZES],
        "cross-entropy over cells": [precision(answered[size]) for size in GROUP_SIZES],
    },
    x=list(GROUP_SIZES), title="What happens when many answers are right",
    x_label="bells that a question may mean", y_label="share of answers on a bell", log_x=True,
)
plots.show(
    figure,
    "Share of answers that lie on a bell against how many bells a question may mean: squared "
    "error falls from 1 to 0 as soon as it is two; cross-entropy stays above 0.9.",
)

# %%
claim("Cross-entropy: at least nine answers in ten lie on a bell, for every kind of question",
      min(map(precision, answered.values())) > 0.9)
claim("Asked the question that may mean all, it finds all eight", modes(answered[8]) == 8)

# %% [markdown]
# ## Self-supervised: examples that ask themselves
#
# Nobody has to write questions. Hide a part of an example and ask for it: the example is question and answer at once. From each point make two pairs:
#
# - nothing is known: which column is x in?
# - x's column is known: which cell is y in?
#
# Your function learns the table. And the answers make a generator: first x, then y given x. A GPT does this, with words.

# %%
x_cells, y_cells = column_of(ring.train[:, 0]), column_of(ring.train[:, 1])
NOTHING = 24  # the question in which nothing is known
began = time.process_time()
hidden_parts = learn_cells(
    np.concatenate([x_cells, np.full(10_000, NOTHING)]), np.concatenate([y_cells, x_cells]),
    24, run.steps(smoke=20, laptop=1_500, gpu=1_500), np.random.default_rng([SEED, 11]))
self_seconds = time.process_time() - began
rng = np.random.default_rng([SEED, 12])
first_x = draw_cells(np.tile(hidden_parts[NOTHING], (4_000, 1)), rng)
self_made = point_in(first_x, draw_cells(hidden_parts[first_x], rng), rng)  # (4000, 2)

def surprise(rows, answers):
    """-log softmax(logits)[answer] for each pair, in nats."""
    logits = hidden_parts[rows]
    return np.log(np.exp(logits).sum(axis=1)) - logits[np.arange(len(rows)), answers]

test_x, test_y = column_of(ring.test[:, 0]), column_of(ring.test[:, 1])
nothing = np.full(len(test_x), NOTHING)
self_nats = np.mean(surprise(nothing, test_x) + surprise(test_x, test_y)) + 2 * np.log(0.3)

# %%
claim("Asked for hidden parts alone, it makes points of all eight bells", modes(self_made) == 8)
claim("Nine in ten of them lie on a bell", precision(self_made) > 0.9)
claim("To know x is worth more than half a nat about y",
      np.mean(surprise(test_x, test_y)) < np.mean(surprise(nothing, test_y)) - 0.5)

# %% [markdown]
# ## One generator for everyone
#
# To compare signals fairly, all further learners are the same **Gaussian mixture** of 32 components, round bells, each with a share, a place and a spread. That is 128 numbers θ, from the same start, with the same optimizer and 1,000 steps of 128 points.
# Each way to learn follows the gradient ∇ log p(x) of the density with respect to θ. All that differs is **whose points** x it looks at, and **how much each point counts**.

# %%
show_source(GaussianMixture.gradient)

# %%
STEPS = run.steps(smoke=20, laptop=1_000, gpu=1_000)
parts = np.column_stack([np.zeros(8), CENTRES, np.full(8, np.log(SPREAD))])
TRUTH = GaussianMixture(parts.ravel(), 8)

def learn(signal, steps=STEPS, seed=SEED):
    """32 Gaussians that follow a signal uphill.  -> mixture, CPU seconds, those on the way"""
    mixture, adam = GaussianMixture.first(32, seed, labels=8), optimizers.Adam()
    rng, began, path = np.random.default_rng(seed), time.process_time(), []
    for step in range(steps):
        if step % max(steps // 20, 1) == 0:
            path.append(mixture.numbers)
        rate = 0.1 * min(1, 2 - 2 * step / steps)  # falls to 0 in the second half
        (mixture.numbers,) = adam.apply([mixture.numbers], [-signal(mixture, rng)], rate)
    return mixture, time.process_time() - began, [*path, mixture.numbers]

# %% [markdown]
# **Unsupervised:** examples alone, every one counts 1. Uphill on their mean log p: maximum likelihood.
#
# **Supervised:** examples with labels, every one counts 1. Bells 0, 8, 16 and 24 belong to label 0, and so on; p is that of point and label together, so a label says which bells must answer.

# %%
def unsupervised(mixture, rng):
    examples = rng.choice(ring.train, 128)
    return mixture.gradient(examples).mean(axis=0)

def supervised(mixture, rng):
    chosen = rng.integers(len(ring.train), size=128)
    return mixture.gradient(ring.train[chosen], labels[chosen]).mean(axis=0)

learned = {"supervised": learn(supervised), "unsupervised": learn(unsupervised)}

# %%
def nats(mixture):
    """Mean surprise of a held-out example."""
    return -mixture.log_prob(ring.test).mean()

made = {
    name: mixture.sample(4_000, np.random.default_rng([SEED, 1]))
    for name, (mixture, _, _) in learned.items()
}
for name, points in made.items():
    claim(f"{name}: all 8 modes", modes(points) == 8)
    claim(f"{name}: within 0.05 nats of the truth", nats(learned[name][0]) < ring.entropy + 0.05)

wanted = learned["supervised"][0].sample(1_000, np.random.default_rng([SEED, 2]), label=3)
obeyed = np.mean(label_of(wanted) == 3)
claim("Only labels give control: asked for bell 3, at least 95 % of the points are there",
      obeyed > 0.95)

# %% [markdown]
# As generators the two are equally good here. What the labels bought is control: unsupervised bells do not know which of them is number 3.

# %% [markdown]
# ## Reinforcement: no example, only a score
#
# Now nobody shows you a point. You may make some, and a **judge** scores each. Our judge gives log p of the truth: high on a bell, low elsewhere. It does not say where you should have gone.
#
# For a score S, the expected score of what you make has the gradient (Williams, 1992)
#
# $$\nabla\, E[S(x)] = E\big[(S(x) - b)\; \nabla \log p(x)\big], \qquad x \text{ made by you.}$$
#
# Again ∇ log p, but at your *own* points, each counting as much as its score is above a **baseline** b. Any b that does not depend on x is right on average, and a good one takes away most of the noise.

# %% [markdown]
# ## Exercise 2: REINFORCE
#
# Complete `policy_gradient`: the estimate from n scored points. As baseline of each point take the mean score of the **other** n − 1 points, also of those that scored alike. (With its own score in it, the baseline would depend on x.)
#
# `gradients` holds a row ∇ log p for each point; there are two points or more.

# %% tags=["exercise"] id="ways_to_learn-policy_gradient" points=3
def policy_gradient(scores, gradients):
    """Estimate of the expected score's gradient.  (n,), (n, numbers) -> (numbers,)"""
    ### BEGIN SOLUTION
    baselines = (np.sum(scores) - scores) / (len(scores) - 1)  # (n,)
    return np.mean((scores - baselines)[:, None] * gradients, axis=0)
    ### END SOLUTION

# %% tags=["check"]
policy_gradient = check("ways_to_learn-policy_gradient", policy_gradient)

# %% [markdown]
# Is it right? A judge of only four things has an exact gradient: p · (S − E[S]) for their logits. We average many estimates of 8 points each, with your baseline and without any.

# %%
shares, score_of = np.array([0.1, 0.2, 0.3, 0.4]), np.array([9.0, 11.0, 10.0, 12.0])
exact = shares * (score_of - shares @ score_of)
estimates = {"with baseline": [], "without": []}
for things in np.random.default_rng(SEED).choice(4, (5_000, 8), p=shares):
    gradients = np.eye(4)[things] - shares  # of log softmax, (8, 4)
    estimates["with baseline"].append(np.asarray(policy_gradient(score_of[things], gradients)))
    estimates["without"].append(score_of[things] @ gradients / 8)
spread_of = {name: np.std(rows, axis=0).mean() for name, rows in estimates.items()}

claim("On average your estimate is the exact gradient",
      np.abs(np.mean(estimates["with baseline"], axis=0) - exact).max() < 0.05)
claim("Without a baseline the estimates spread more than five times as far",
      spread_of["without"] > 5 * spread_of["with baseline"])

# %% [markdown]
# ## Predict
# The truth has eight bells that score alike. After 1,000 steps of reward, how many of them will the generator still make?

# %% tags=["exercise"] solution="5"
my_guess = ...  # a number from 0 to 8

# %% tags=["check"]
predict("ways_to_learn-modes", my_guess)

# %% [markdown]
# The learner has one more setting, an **entropy bonus** β. Each point's score becomes S − β log p(x): whatever you already make often is worth a little less. First β = 0, reward alone.

# %%
def reward(bonus):
    def signal(mixture, rng):
        own = mixture.sample(128, rng)
        scores = TRUTH.log_prob(own) - bonus * mixture.log_prob(own)
        return np.asarray(policy_gradient(scores, mixture.gradient(own)))
    return signal

learned["reward alone"] = learn(reward(0.0))
alone = learned["reward alone"][0].sample(4_000, np.random.default_rng([SEED, 1]))
made["reward alone"] = alone

# %% tags=["nbval-ignore-output"]
predict("ways_to_learn-modes", outcome=modes(alone))
def reach(points):
    """Distance from their middle within which half of the points lie."""
    return np.median(np.linalg.norm(points - np.median(points, axis=0), axis=1))

print(f"modes {modes(alone)}, precision {precision(alone):.3f}, "
      f"nats {nats(learned['reward alone'][0]):.1f}, half within {reach(alone):.3f}; "
      f"of a real bell, half within {reach(ring.train[labels == 0]):.3f}")

# %%
claim("Reward alone: at most 2 of 8 modes", modes(alone) <= 2)
claim("Its precision is perfect: every point lies on a bell", precision(alone) > 0.99)
claim("But a held-out example surprises it by 10 nats or more",
      nats(learned["reward alone"][0]) > 10)
claim("Its points score higher than real ones, by more than half a nat",
      TRUTH.log_prob(alone).mean() > TRUTH.log_prob(ring.test).mean() + 0.5)

# %% [markdown]
# It did what it was told. The score is highest at the tip of a bell, so it went to the tip of one and drew it dozens of times too narrow. Whichever bell was a little ahead was made more often, so it was scored and sharpened more often: the winner takes all.
#
# ## Exercise 3: bring the others back
#
# Choose the bonus β so that **7 or more** modes are covered, with a precision of **0.95** or more, and held-out examples cost **2.5 nats** or less.

# %% tags=["exercise"] id="ways_to_learn-bonus" points=2 solution="1.0"
my_bonus = ...  # a number above 0

# %%
tried = learn(reward(0.05 if my_bonus is ... else float(my_bonus)))[0]
tried_points = tried.sample(4_000, np.random.default_rng([SEED, 3]))
my_result = {"bonus": my_bonus, "seed": SEED, "modes": modes(tried_points),
             "precision": precision(tried_points), "nats": float(nats(tried))}

# %% tags=["check"]
my_result = check("ways_to_learn-bonus", my_result)

# %% [markdown]
# Which β did the truth ask for? With a bonus, the best generator makes x in proportion to $e^{S(x)/\beta}$. Our score is S = log p of the truth, so at β = 1 that *is* the truth: the signal becomes log p_truth − log p, and the two agree
# only where both densities are equal. A smaller β sharpens and forgets, a larger one blurs.

# %%
BONUSES = (0.0, 0.1, 0.3, 1.0, 3.0, 10.0)
swept = {0.0: learned["reward alone"]}
for bonus in track(BONUSES[1:], "Bonuses"):
    swept[bonus] = learn(reward(bonus))
learned["reward and bonus"] = swept[1.0]
swept_points = {bonus: swept[bonus][0].sample(4_000, np.random.default_rng([SEED, 4]))
                for bonus in BONUSES}
made["reward and bonus"] = swept_points[1.0]

# %%
def draw_made(axis, points, title):
    """Made points over pale real ones."""
    draw_real(axis)
    axis.scatter(*points[:600].T, s=3, color=plots.COLOURS[0], alpha=0.6, linewidths=0)
    if modes(points) == 1:  # all in one dot, which needs a ring around it to be seen
        axis.plot(*np.median(points, axis=0), "o", markersize=11, fillstyle="none",
                  color=plots.COLOURS[5])
    axis.set_title(title, fontsize=9)

def count(points):
    """Modes and precision in words."""
    return f"{modes(points)} mode{'s' * (modes(points) != 1)}, {precision(points):.0%}"

# %%
figure, axes = plots.new_figure(2, 3, height=4.6, sharex=True, sharey=True)
for axis, (bonus, points) in zip(axes.flat, swept_points.items(), strict=True):
    draw_made(axis, points, f"β = {bonus:g}: {count(points)}")
    axis.set(xlabel="x" if bonus >= 1 else "", ylabel="y" if bonus in (0, 1) else "")
plots.show(
    figure,
    "Six panels of made points over pale real ones, with modes and precision, as the bonus "
    "grows: one dot, ringed; narrow dots on several bells, then on more; all eight bells at β = 1; "
    "wider clouds; "
    "a haze.",
)

# %%
nats_by_bonus = [nats(swept[bonus][0]) for bonus in BONUSES]
claim("β = 1 brings all 8 modes back", modes(swept_points[1.0]) == 8)
claim("β = 1 has the fewest nats of all six, within 0.1 of the truth",
      np.argmin(nats_by_bonus) == 3 and nats_by_bonus[3] < ring.entropy + 0.1)
claim("β = 10 covers all modes, but fewer than 60 % of its points lie on a bell",
      modes(swept_points[10.0]) == 8 and precision(swept_points[10.0]) < 0.6)

# %% [markdown]
# ## Adversarial: an opponent instead of a judge
#
# Most often there are examples, but neither a judge nor a density to compute. **Adversarial training** makes a judge from examples: a **critic** learns to tell them from what the generator makes, and its logit is the score. It learns on,
# since the generator does.

# %%
show_source(Critic)

# %%
def adversarial(critic):
    def signal(mixture, rng):
        for _ in range(2):
            critic.learn(rng.choice(ring.train, 128), mixture.sample(128, rng))
        own = mixture.sample(128, rng)
        return np.asarray(policy_gradient(critic.logits(own), mixture.gradient(own)))
    return signal

learned["adversarial"] = learn(adversarial(Critic()))
made["adversarial"] = learned["adversarial"][0].sample(4_000, np.random.default_rng([SEED, 5]))

# %%
claim("Adversarial: all 8 modes", modes(made["adversarial"]) == 8)
claim("At least 85 % of its points lie on a bell", precision(made["adversarial"]) > 0.85)
claim("Within 0.2 nats of the truth", nats(learned["adversarial"][0]) < ring.entropy + 0.2)

# %% [markdown]
# No bonus, and yet no mode is lost. Why? A perfect critic's logit is log p_truth − log p: score *and* entropy bonus, with β = 1, learned from examples. Does ours come near it? Let one learn beside a generator that stands still, and compare.

# %%
still, critic, rng = GaussianMixture.first(32, SEED), Critic(), np.random.default_rng([SEED, 6])
for _ in range(run.steps(smoke=10, laptop=300, gpu=300)):
    critic.learn(rng.choice(ring.train, 128), still.sample(128, rng))
points = np.concatenate([ring.test[:1_000], still.sample(1_000, rng)])
true_logit = (TRUTH.log_prob(points) - still.log_prob(points)).clip(-4, 4)
agreement = np.corrcoef(critic.logits(points), true_logit)[0, 1]
claim("Its logits and the true ones (cut at ±4) correlate by more than 0.8", agreement > 0.8)

# %% [markdown]
# ## Break it: an opponent that stops learning
#
# A critic that no longer learns is a fixed score without a bonus. What happens if ours stops after 50 steps?

# %%
def freeze_after(steps):
    critic, played = Critic(), [0]
    def signal(mixture, rng):
        played[0] += 1
        if played[0] <= steps:
            return adversarial(critic)(mixture, rng)
        own = mixture.sample(128, rng)
        return np.asarray(policy_gradient(critic.logits(own), mixture.gradient(own)))
    return signal

frozen = learn(freeze_after(50))[0]
frozen_points = frozen.sample(4_000, np.random.default_rng([SEED, 7]))

# %% tags=["nbval-ignore-output"]
pd.DataFrame(
    {name: {"modes": modes(points), "precision": round(precision(points), 3)}
     for name, points in {"stops after 50 steps": frozen_points,
                          "learns on": made["adversarial"]}.items()}
).T

# %%
claim("Frozen: at most 2 modes; learning on, it covers all 8", modes(frozen_points) <= 2)

# %% [markdown]
# The generator ran to the one place that the old critic likes best. The repair is the critic you had: one that answers each move. What else can go wrong between two players,
# [Adversarial training](02_adversarial_training.ipynb) takes apart.
#
# There, and in most of the world, the generator is a network with no density at all: it follows the critic's slope, through its own points. Here is one for the table, from that lesson's lab.

# %%
began = time.process_time()
lab = AdversarialLab(ring.train)
games = lab.start([Rules(penalty="r1", beta_1=0.0, generator_rate=4e-3)], [SEED])
games.play(run.steps(smoke=2, laptop=1_500, gpu=5_000))
network_seconds = time.process_time() - began
made["adversarial network"] = games.sample(4_000, seed=SEED)[0]
made["self-supervised"] = self_made

# %% [markdown]
# ## All of it in one table
#
# Examples, labels and scores are what each learner was given; seconds are those of one core. The truth has 2.14 nats. Only the supervised one makes the bell that you ask for.

# %%
points_seen = 128 * STEPS
signals = {  # what was used: examples, labels, scores asked of a judge
    "supervised": (10_000, 10_000, 0), "unsupervised": (10_000, 0, 0),
    "self-supervised": (10_000, 0, 0), "reward alone": (0, 0, points_seen),
    "reward and bonus": (0, 0, points_seen), "adversarial": (10_000, 0, 0),
    "adversarial network": (10_000, 0, 0),
}
nats_of = {name: nats(mixture) for name, (mixture, _, _) in learned.items()}
nats_of |= {"self-supervised": self_nats}
seconds = {name: used for name, (_, used, _) in learned.items()}
seconds |= {"self-supervised": self_seconds, "adversarial network": network_seconds}

# %% tags=["nbval-ignore-output"]
table = pd.DataFrame(signals, index=["examples", "labels", "scores"]).T
table["modes"] = [modes(made[name]) for name in signals]
table["precision"] = [round(precision(made[name]), 3) for name in signals]
table["nats"] = [
    f"{nats_of[name]:.2f}" if name in nats_of else "unknown" for name in signals]
table["seconds"] = [round(seconds[name], 1) for name in signals]
table

# %%
figure, axes = plots.new_figure(2, 4, height=3.9, sharex=True, sharey=True)
for axis, name in zip(axes.flat, signals, strict=False):
    draw_made(axis, made[name], name)
draw_made(axes[1, 3], ring.train[:600], "the truth")
for axis in axes.flat:
    axis.set_xlabel("")
figure.supxlabel("x", fontsize=10)
figure.supylabel("y", fontsize=10)
plots.show(
    figure,
    "Eight panels of made points over pale real ones: seven ways to learn and the truth. All show "
    "eight bells on a ring except reward alone, which is one dot, ringed; the network also draws "
    "threads between its bells.",
)

# %%
claim("The network covers at least 7 modes", modes(made["adversarial network"]) >= 7)
claim("Reward alone has the best precision and the fewest modes of all",
      precision(alone) >= max(precision(made[name]) for name in signals)
      and modes(alone) < min(modes(made[name]) for name in signals if name != "reward alone"))
claim("Cells cost nats: self-supervised is behind every learner of bells but reward alone",
      self_nats > max(nats_of[name] for name in ("supervised", "unsupervised", "adversarial")))

# %% [markdown]
# ## Explore: watch them learn
#
# Every learner of bells above was kept at 21 moments. Choose a signal and move through the steps. When does reward alone lose its modes, one after the other? Which signal finds all eight first?

# %%
paths = {f"reward, β = {bonus:g}": swept[bonus][2] for bonus in BONUSES}
paths |= {name: learned[name][2] for name in ("unsupervised", "supervised", "adversarial")}

def explore_signal(signal, steps):
    path = paths[signal]
    mixture = GaussianMixture(path[min(steps * 20 // 1_000, len(path) - 1)])
    points = mixture.sample(1_000, np.random.default_rng([SEED, 8]))
    figure, (left, right) = plots.new_figure(1, 2, height=3.3)
    draw_made(left, points, f"{signal}, step {steps}")
    left.set(xlabel="x", ylabel="y")
    right.bar(range(8), evaluation.mode_shares(points, CENTRES, SPREAD), color=plots.COLOURS[0])
    right.axhline(1 / 8, color=plots.COLOURS[5], linestyle="--")
    right.set(title=f"{count(points)}, {nats(mixture):.2f} nats", xticks=range(8),
              xlabel="bell (dashed: its real share)", ylabel="share of the points", ylim=(0, 1))
    right.title.set_fontsize(9)
    return figure

# %%
widgets.explore(
    explore_signal,
    "Points of the generator that has learned from reward alone for 200 steps, over pale real "
    "ones, and a bar for each bell's share of them: some bells are already lost.",
    signal=list(paths), steps=(0, 1_000, 50, 200),
)

# %% [markdown]
# ## Exercise 4: which signal was it?
#
# Four generators of our runs with `SEED = 1`, one for each signal. Name them: `"supervised"`, `"unsupervised"`, `"reward"` or `"adversarial"`.
#
# | generator | modes | precision | nats | asked for bell 3, points there | examples seen | judge asked |
# |---|---|---|---|---|---|---|
# | 1 | 1 | 1.00 | 16.6 | cannot be asked | 0 | 128,000 times |
# | 2 | 8 | 0.99 | 2.15 | 100 % | 10,000 | never |
# | 3 | 8 | 0.95 | 2.21 | cannot be asked | 10,000 | never |
# | 4 | 8 | 0.99 | 2.15 | cannot be asked | 10,000 | never |

# %% tags=["exercise"] id="ways_to_learn-signals" points=1 solution='("reward", "supervised", "adversarial", "unsupervised")'
my_signals = ...  # four words: ("…", "…", "…", "…")

# %% tags=["check"]
my_signals = check("ways_to_learn-signals", my_signals)

# %% [markdown]
# ## Make: a score of your own
#
# A score can say what examples cannot: what you *want*. Write a score (a wish added to log p of the truth, a judge with a fault, a judge who knows some bells only …). Say what the learner will make; let it learn with at least two bonuses or two scores; show one
# figure and write two sentences.

# %% tags=["exercise", "make"] id="ways_to_learn-make" points=4
def my_score():
    """A score, at least two settings, and a figure of what was made."""
    ### BEGIN SOLUTION
    # The wish: points high up. Expected: a bell at height y gets e^(wish · y) times as much.
    def wishing(wish):
        def signal(mixture, rng):
            own = mixture.sample(128, rng)
            scores = TRUTH.log_prob(own) + wish * own[:, 1] - mixture.log_prob(own)
            return np.asarray(policy_gradient(scores, mixture.gradient(own)))
        return signal
    figure, axes = plots.new_figure(1, 3, height=2.6, sharey=True)
    for axis, wish in zip(axes, (0.0, 0.5, 2.0), strict=True):
        points = learn(wishing(wish))[0].sample(2_000, np.random.default_rng(SEED))
        height = points[:, 1].mean()
        draw_made(axis, points, f"wish {wish:g}: {modes(points)} modes, mean y {height:.1f}")
    axes[0].set_ylabel("y")
    return figure
    # A mild wish keeps most bells and shifts their shares; a strong one gives up the lower ones.
    # It also lifts each bell by wish · spread²: a score cannot tell a wish from the truth.
    ### END SOLUTION

# %% tags=["nbval-ignore-output"]
if (figure := my_score()) is not ...:
    plots.show(figure, "The figure of my own score.")

# %% [markdown] tags=["instructor"]
# **Rubric, 4 points.** The score is stated, and what the learner is expected to make of it (1) · two settings from the same first numbers (1) · a figure with title and labelled axes (1) ·
# two sentences that say whether the expectation held (1).

# %% [markdown]
# ## Recap
#
# 1. Squared error answers with the mean of all right answers, even where no answer ever was; cross-entropy learns how probable each answer is.
# 2. Hiding a part of an example turns examples into questions and answers.
# 3. Examples and rewards use the same ∇ log p: at the examples, or at your own points weighted by score minus baseline.
# 4. Reward alone goes to one best place; an entropy bonus of the right size makes it spread as the truth does.
# 5. A critic that learns on is a score with its entropy bonus, made from examples.
#
# ## Quiz
#
# Click, or type one letter a question.

# %% tags=["exercise"] solution='"bcadb"'
my_answers = ...  # one letter a question, such as "abcda"

# %% tags=["check"]
quiz("ways_to_learn", my_answers)

# %% [markdown]
# ## Read on, and scale up
#
# - Williams (1992), *Simple statistical gradient-following algorithms for connectionist reinforcement learning*: REINFORCE and its baseline.
# - Goodfellow et al. (2014), *Generative adversarial nets*: the critic whose logit is a ratio of densities.
# - Ziebart (2010), *Modeling purposeful adaptive behavior with the principle of maximum causal entropy*: reward with entropy.
#
# **Scale up.** Each of these signals trains large models today: a language model hides the next word (self-supervised), answers examples of instructions (supervised), and is then scored by
# people's preferences (reinforcement, with a bonus for staying near what it was). `PROFILE = "gpu"` trains the cells and the network for longer; the bells need no more.
