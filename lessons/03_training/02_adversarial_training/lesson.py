# %% [markdown]
# # How does a GAN fail, and which number tells you?
#
# Two networks that train each other can circle, stall, or agree on one trick and repeat it for ever. Their losses look calm all the while. In this lab
# you switch each failure on, find the number that gives it away, and repair it. In the end you break it yourself.
#
# | | |
# |---|---|
# | **You will** | measure the period of a circling game · count covered modes · write a gradient penalty · tell a collapse from a stall by numbers · repair a broken game, and check that the repair is what did it |
# | **First** | [Generative adversarial networks](../02_models/05_generative_adversarial_networks.ipynb) |
# | **Time** | {{ reading_minutes }} min of reading, {{ exercise_minutes }} min of exercises, {{ computing_seconds }} s of computing |

# %% [markdown] tags=["instructor"]
# **For teachers, 60 minutes.** Circling 8 · the lab and two functions 14 · stalling 8 · collapse and repairs 14 · explorer 6 · letters 5 · quiz 5.
#
# The sentence to leave on the board: *a repair that you have not seen to raise a number is a habit.*
# Learners expect each named remedy to work alone. Ask before the table of single changes: *which of these would you publish?* (Spectral normalisation alone and WGAN-GP without extra critic steps change little here.)

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
from dataclasses import replace

import keras
import numpy as np
import pandas as pd
from keras import ops

from genai_course.labs.adversarial import AdversarialLab, Rules
from genai_course.training import Progress, track

GAMES = [3 * SEED, 3 * SEED + 1, 3 * SEED + 2]  # three games under each rule: their first weights

# %% [markdown]
# ## Failure 1: it circles
#
# The smallest game (the **Dirac-GAN**): the only real point is 0, the forger owns one number θ, and the critic's logit is ψ · x. The game is won at θ = ψ = 0.
#
# Near that place the logistic function is about ½, so a round with step size h turns (θ, ψ) by an angle of h/2, like a clock's hand. A full turn should take
#
# $$\frac{2\pi}{h/2} = \frac{4\pi}{h} \text{ rounds.}$$
#
# The R1 penalty γ/2 · ψ² adds friction. Does the formula hold? A period can be measured.

# %%
def logistic(logit):
    """Probability that a logit stands for."""
    return 1 / (1 + np.exp(-logit))

def play_smallest(rate, penalty=0.0, at_once=False, rounds=600):
    """The forger's number and the critic's, round by round, from (0.3, 0).  -> (rounds, 2)"""
    theta, psi, path = 0.3, 0.0, []
    for _ in range(rounds):
        before = psi
        psi -= rate * (theta * logistic(psi * theta) + penalty * psi)
        seen = before if at_once else psi  # the critic that the forger answers to
        theta += rate * seen * logistic(-seen * theta)
        path.append((theta, psi))
    return np.array(path)

# %%
def period(series):
    """Rounds from swing to swing: the delay, after a dip, at which it most resembles itself."""
    swings = series - series.mean()
    alike = np.correlate(swings, swings, "full")[len(series) - 1 :]  # (rounds,), by delay
    dip = np.argmax(alike < 0)
    return int(dip + np.argmax(alike[dip:]))

# %%
paths = {
    "in turn": play_smallest(0.2),
    "both at once": play_smallest(0.2, at_once=True),
    "in turn, R1": play_smallest(0.2, penalty=0.3),
}
figure = plots.lines(
    {name: path[:300, 0] for name, path in paths.items()}, x=range(1, 301),
    title="The smallest game circles", x_label="round", y_label="forger's θ (real: 0)",
)
figure.axes[0].legend(loc="center left", bbox_to_anchor=(1, 0.5))
plots.show(
    figure,
    "θ over 300 rounds: a wave that becomes slowly lower, a wave that grows where both "
    "move at once, and one with the penalty (γ = 0.3) that is flat after two turns.",
)

# %%
for rate in (0.1, 0.2, 0.4):
    claim(
        f"With steps of {rate} the measured period is within 5 % of 4π/h",
        abs(period(play_smallest(rate)[:, 0]) * rate / (4 * np.pi) - 1) < 0.05,
    )

distances = {name: np.hypot(*path[-1]) for name, path in paths.items()}
claim("Moving both at once spirals outwards: twice as far", distances["both at once"] > 0.6)
claim("Moving in turn still circles", distances["in turn"] > 0.15)
claim("With R1 the game rests", distances["in turn, R1"] < 1e-4)

# %% [markdown]
# **Number 1, the period.** A loss that returns every so many steps, with a period that grows as the steps shrink, is a circling game: more training will not end it, friction will.
#
# ## The lab: eight bells on a ring
#
# Real points now come from eight Gaussians. A forger turns four random numbers into a point. Eight **modes** are enough to see which of them it forgets, and since we know the
# truth, we can count.

# %%
ring = data.points2d("eight_gaussians", seed=SEED)
angles = np.arange(8) * np.pi / 4
CENTRES = 2.5 * np.stack([np.cos(angles), np.sin(angles)], axis=1)  # (8, 2)
SPREAD = 0.25  # standard deviation around each centre

# %% [markdown]
# ## Exercise 1: count the modes
#
# A mode counts as **covered** if at least 1 % of *all* points lie within three spreads of its centre. One lucky point is not coverage; a hundredth of the points is.
# (A point near two centres counts for both; whether exactly three spreads count makes no difference here.)
# Complete `modes_covered`. This number judges every game below.
#
# Stuck? Run `hint("adversarial_training-modes_covered")` in a cell of its own; every exercise has three hints.

# %% tags=["exercise"] id="adversarial_training-modes_covered" points=2
def modes_covered(points, centres, spread):
    """How many modes get at least 1 % of the points.  (n, 2), (modes, 2), () -> a whole number"""
    ### BEGIN SOLUTION
    distances = np.linalg.norm(points[:, None] - centres, axis=-1)  # (n, modes)
    shares = np.mean(distances < 3 * spread, axis=0)  # (modes,)
    return int(np.sum(shares >= 0.01))
    ### END SOLUTION

# %% tags=["check"]
modes_covered = check("adversarial_training-modes_covered", modes_covered)

# %%
claim("Real points cover all eight modes", modes_covered(ring.test, CENTRES, SPREAD) == 8)
claim(
    "Points all over the square cover all eight, too: coverage alone is no proof of quality",
    modes_covered(np.random.default_rng(SEED).uniform(-3, 3, (5_000, 2)), CENTRES, SPREAD) == 8,
)

# %% [markdown]
# So a second number stands beside it: the **quality**, the share of points within three spreads of *any* centre. Coverage asks what is missing, quality asks what is wrong:
# recall and precision for data whose truth is known.

# %% [markdown]
# ## Exercise 2: one formula, two penalties
#
# A penalty holds the critic's **steepness**, the length of its gradient at a point, near a target:
#
# - **WGAN-GP** wants steepness 1 at random places between a real and a forged point;
# - **R1** wants steepness 0 at the real points.
#
# Both are one formula: go from each real point a share *mixing* of the way to its forged partner, measure the steepness there, and average
# (steepness − target)² over the points. R1 has mixing 0 and target 0. No steepness is exactly 0 here, so a plain root will do.

# %% [markdown]
# The lab plays many games at once, so arrays begin with an axis of games. `slope_at(points)` gives the critic's gradient at each point, `(games, n, 2)`. Answer with one number a game.
# Use `keras.ops`: the lab trains with your function.

# %% tags=["exercise"] id="adversarial_training-gradient_penalty" points=3
def gradient_penalty(slope_at, real, forged, mixing, target):
    """Points (games, n, 2), mixing (games, n, 1), target (games, 1) -> (games,)"""
    ### BEGIN SOLUTION
    points = real + mixing * (forged - real)  # (games, n, 2)
    steepness = ops.sqrt(ops.sum(ops.square(slope_at(points)), axis=-1))  # (games, n)
    return ops.mean(ops.square(steepness - target), axis=-1)
    ### END SOLUTION

# %% tags=["check"]
gradient_penalty = check("adversarial_training-gradient_penalty", gradient_penalty)

# %% [markdown]
# Each game follows its `Rules`; whatever they are, one step is this:

# %%
show_source(AdversarialLab._step)

# %%
lab = AdversarialLab(ring.train, penalty=gradient_penalty)

def watch(games, steps, every):
    """Play on, noting numbers on the way.  -> a dictionary of arrays (times, games)"""
    notes = []
    for _ in track(range(steps // every), f"{len(games.rules)} games, stretches"):
        note = games.play(every)  # critic's loss and length of the forger's gradient
        drawn = games.sample(1_000, seed=SEED)  # (games, 1000, 2)
        note["modes"] = [modes_covered(points, CENTRES, SPREAD) for points in drawn]
        note["quality"] = [
            evaluation.high_quality_share(points, CENTRES, SPREAD) for points in drawn]
        note["shares"] = [evaluation.mode_shares(points, CENTRES, SPREAD) for points in drawn]
        notes.append(note | {"step": games.step})
    return {name: np.array([note[name] for note in notes]) for name in notes[0]}

# %% [markdown]
# ## Failure 2: the forger hears nothing
#
# A forger learns through the critic's slope alone. What is left of it when the critic becomes too good? Hold the forger still (rate 0), let only the critic learn, and
# measure the length of the gradient that the forger *would* follow:
#
# - **minimax**, the first idea: minimise log(1 − D);
# - three repairs: another loss (−log D, called **non-saturating**), **Wasserstein** with penalty, or a critic kept smooth by R1 or by **spectral normalisation**, which you will take apart below.

# %%
still = Rules(loss="minimax", generator_rate=0.0)
listening = {
    "minimax": still,
    "non-saturating": replace(still, loss="non_saturating"),
    "Wasserstein, WGAN-GP": replace(still, loss="wasserstein", penalty="wgan_gp"),
    "minimax, R1": replace(still, penalty="r1"),
    "minimax, spectral norm": replace(still, spectral_norm=True),
}
games = lab.start(list(listening.values()), seeds=[GAMES[0]] * len(listening), seed=SEED)
heard = watch(
    games,
    run.steps(smoke=4, laptop=1_000, gpu=5_000),
    run.steps(smoke=2, laptop=50, gpu=50),
)

# %%
figure = plots.lines(
    dict(zip(listening, heard["gradient_norm"].T, strict=True)), x=heard["step"].tolist(),
    title="The better the critic, the less the forger hears", log_y=True,
    x_label="steps of the critic; the forger is held still", y_label="forger's gradient length",
)
figure.axes[0].legend(loc="center left", bbox_to_anchor=(1, 0.5))
plots.show(
    figure,
    "Length of the forger's gradient, logarithmic, over a thousand steps: the minimax curve falls "
    "to a few hundredths, the four repaired ones level off far above it.",
)

# %%
last_heard = dict(zip(listening, heard["gradient_norm"][-5:].mean(axis=0), strict=True))
for name in ("non-saturating", "Wasserstein, WGAN-GP"):
    claim(f"{name}: a gradient 30 times as long", last_heard[name] > 30 * last_heard["minimax"])
for name in ("minimax, R1", "minimax, spectral norm"):
    claim(f"{name}: 3 times as long", last_heard[name] > 3 * last_heard["minimax"])

# %% [markdown]
# **Number 2, the forger's gradient**, falling while the critic's loss goes to 0. One caution: Adam divides a gradient by its usual size, so a short one need not mean short
# steps. In our tests, the minimax forger got away from here once it was allowed to move. Plain gradient descent has no such mercy.
#
# ## Failure 3: mode collapse
#
# Let the forger learn six times as fast as the critic, with the loss everybody uses. It runs to wherever the critic is fooled now; the critic follows; the forger is gone.
#
# ## Predict
# After 1,600 steps of this game, how many of the eight modes will it cover?

# %% tags=["exercise"] solution="3"
my_guess = ...  # a number from 0 to 8

# %% tags=["check"]
predict("adversarial_training-modes", my_guess)

# %% [markdown]
# Beside it play four repaired games. The forger's speed stays in all but the last:
#
# - **R1**, with momentum off (β₁ = 0);
# - **WGAN-GP**, with five critic steps for each of the forger, as its paper has it;
# - **spectral normalisation**, momentum off, five critic steps;
# - **two time scales**: the speeds are swapped, so that the critic is the fast one.
#
# Each of them three times from different first weights: fifteen games, one graph.

# %%
broken = Rules(generator_rate=6e-3, critic_rate=1e-3)
rules = {
    "collapsed": broken,
    "R1": replace(broken, penalty="r1", beta_1=0.0),
    "WGAN-GP": replace(broken, loss="wasserstein", penalty="wgan_gp", critic_steps=5),
    "spectral norm": replace(broken, spectral_norm=True, beta_1=0.0, critic_steps=5),
    "two time scales": replace(broken, generator_rate=1e-3, critic_rate=6e-3),
}
games = lab.start([each for each in rules.values() for _ in GAMES], GAMES * len(rules), SEED)
seen = watch(
    games,
    run.steps(smoke=6, laptop=1_600, gpu=12_000),
    run.steps(smoke=3, laptop=80, gpu=80),
)
first = dict(zip(rules, range(0, len(games.rules), 3), strict=True))  # place of each rule's games

# %%
def draw_points(axis, points, title):
    """Forged points over pale real ones."""
    axis.scatter(*ring.test[:800].T, s=3, color=plots.COLOURS[7], alpha=0.25, linewidths=0)
    axis.scatter(*points.T, s=3, color=plots.COLOURS[0], alpha=0.6, linewidths=0)
    axis.set(title=title, xlim=(-3.6, 3.6), ylim=(-3.6, 3.6), aspect="equal")

figure, axes = plots.new_figure(1, 5, height=2.0, sharey=True)
for axis, (name, place) in zip(axes, first.items(), strict=True):
    draw_points(axis, games.sample(600, seed=SEED)[place], name)
    axis.set(xlabel="x")
    axis.title.set_fontsize(9)
axes[0].set(ylabel="y")
plots.show(
    figure,
    "Five panels of forged points over the pale ring of eight real bells: the collapsed game sits "
    "in a small part of the ring, the repaired four cover all of it.",
)

# %% tags=["nbval-ignore-output"]
covered = int(seen["modes"][-1, 0])
predict("adversarial_training-modes", outcome=covered)
pd.DataFrame({
    name: {
        "modes, three games": ", ".join(map(str, seen["modes"][-1, place : place + 3])),
        "quality": round(seen["quality"][-1, place : place + 3].mean(), 2),
        "critic's loss": round(seen["critic_loss"][-1, place : place + 3].mean(), 2),
    }
    for name, place in first.items()
}).T

# %%
claim(
    "The collapsed game covers at most 3 of 8 modes, three times out of three",
    np.all(seen["modes"][-1, :3] <= 3),
)
for name in list(first)[1:]:
    claim(
        f"{name}: all 8 modes, three times out of three",
        np.all(seen["modes"][-1, first[name] : first[name] + 3] == 8),
    )

# %% [markdown]
# Look at the losses once more: the collapsed critic's is near 1.39 = 2 log 2, the loss of a critic that guesses. By its loss, this game looks *won*. **Number 3, the modes covered.**
#
# A collapsed forger does not even stay. Here is which modes it drew over the whole game, and one repaired game below.

# %%
figure, axes = plots.new_figure(2, 1, height=3.6, sharex=True)
for axis, name in zip(axes, ("collapsed", "R1"), strict=True):
    steps = seen["step"]
    shown = axis.pcolormesh(
        steps, np.arange(1, 9), seen["shares"][:, first[name]].T, vmin=0, vmax=0.5, cmap="cividis")
    axis.set(title=name, ylabel="mode", yticks=[1, 3, 5, 7])
    axis.grid(visible=False)
axes[1].set(xlabel="steps of the critic")
figure.colorbar(shown, ax=axes, label="share of the points")
plots.show(
    figure,
    "Share of points in each of the eight modes over 1,600 steps. Collapsed: a few bright patches "
    "that jump from mode to mode. With R1: dark at first, then a "
    "rather even band over all eight.",
)

# %%
favourites = seen["shares"][:, :3].argmax(axis=2)  # (times, 3): the mode drawn most
claim(
    "A collapsed forger has no more than 3 modes at the end, but favoured at least 4 on its way",
    all(len(set(favourites[:, game])) >= 4 for game in range(3)),
)

# %% [markdown]
# ## Which part of the repair did it?
#
# Some repairs above changed two things at once. A fair test changes one. Five single changes of the collapsed game, three games each:

# %%
single = {
    "momentum off": replace(broken, beta_1=0.0),
    "five critic steps": replace(broken, critic_steps=5),
    "R1, momentum kept": replace(broken, penalty="r1"),
    "WGAN-GP, one critic step": replace(broken, loss="wasserstein", penalty="wgan_gp"),
    "spectral norm alone": replace(broken, spectral_norm=True),
}
steps = run.steps(smoke=2, laptop=1_000, gpu=5_000)
tested = lab.start([each for each in single.values() for _ in GAMES], GAMES * len(single), SEED)
result = watch(tested, steps, steps)
alone = dict(zip(single, result["modes"][-1].reshape(-1, 3), strict=True))  # name -> (3,)

# %% tags=["nbval-ignore-output"]
pd.DataFrame(
    {name: ", ".join(map(str, modes)) for name, modes in alone.items()},
    index=["modes, three games"],
).T

# %%
claim("Five critic steps alone repair all three games", np.all(alone["five critic steps"] == 8))
for name in ("WGAN-GP, one critic step", "spectral norm alone"):
    claim(f"{name}: at least half of the modes stay uncovered", np.all(alone[name] <= 4))

# %% [markdown]
# A critic that keeps up is what this game lacked. A famous loss or a norm does not make a slow critic fast. Momentum off alone is luck, and so is R1 with momentum on: of
# nine games each that we played, the first repaired four and the second six. A single game could have told you anything.

# %% [markdown]
# ## Exercise 3: how steep can a critic be?
#
# **Spectral normalisation** divides each matrix by its largest singular value, the most that it can lengthen a vector. Power iteration finds it:
# from a start vector v, repeat
#
# $$u \leftarrow \frac{Wv}{\lVert Wv\rVert}, \qquad v \leftarrow \frac{W^\top u}{\lVert W^\top u\rVert},$$
#
# and in the end return $u^\top W v$, what these rounds give, be it exact or not yet. Complete `spectral_norm`: `rounds` is 1 or more, and after 80 rounds nothing may have overflowed.

# %% tags=["exercise"] id="adversarial_training-spectral_norm" points=2
def spectral_norm(matrix, start, rounds):
    """Largest singular value by power iteration.  (m, n), (n,), whole number -> a number"""
    ### BEGIN SOLUTION
    v = start
    for _ in range(rounds):
        u = matrix @ v  # (m,)
        u = u / np.linalg.norm(u)
        v = matrix.T @ u  # (n,)
        v = v / np.linalg.norm(v)
    return u @ matrix @ v
    ### END SOLUTION

# %% tags=["check"]
spectral_norm = check("adversarial_training-spectral_norm", spectral_norm)

# %% [markdown]
# Our critics have three matrices and leaky ReLUs, which never lengthen anything. So the product of the three norms bounds the steepness everywhere. Your function gives the bound; the
# critic's gradient at real points gives what is used of it.

# %%
def bound(place):
    """Product of the spectral norms of one critic's matrices."""
    norms = [
        float(spectral_norm(matrix[place].T, np.ones(len(matrix[place]), "float32"), 50))
        for matrix in games.critic_matrices()
    ]
    return np.prod(norms)

slopes = np.linalg.norm(games.slopes(ring.test[:1_000]), axis=-1)  # (games, 1000)
steepness = pd.DataFrame({
    name: {"bound": bound(place), "steepest at a real point": slopes[place].max()}
    for name, place in first.items()
}).T

# %% tags=["nbval-ignore-output"]
steepness.round(2)

# %%
claim(
    "No critic is steeper than its bound",
    np.all(steepness["steepest at a real point"] <= 1.01 * steepness["bound"]),
)
bounds = steepness["bound"]
claim("Spectral normalisation keeps the bound near 1", bounds["spectral norm"] < 1.3)
claim("The fast critic's bound is more than 5", bounds["two time scales"] > 5)

# %% [markdown]
# Look at the collapsed game's row: its critic is hardly steep at all. Steepness was not the illness, so taking it away could not be the cure. A wild critic is another patient: you
# meet one in exercise 4.

# %% [markdown]
# ## Explore: break it yourself
#
# The game below goes on whenever you touch something: each change, and each press of the button, plays on under the rules you see. It begins collapsed. Repair it, break it again, and watch the
# four numbers. "Start over" returns to the first weights.

# %%
STRETCH = run.steps(smoke=4, laptop=150, gpu=150)
SPEEDS = {"slow (0.0005)": 5e-4, "medium (0.001)": 1e-3, "fast (0.006)": 6e-3}
yours = {"games": lab.start([broken], GAMES[2:], SEED), "start_over": False, "modes": []}
yours["games"].play(4 * STRETCH)
yours["modes"] = [(4 * STRETCH, modes_covered(yours["games"].sample(1_000)[0], CENTRES, SPREAD))]

def play_on(rules, start_over):
    """Play another stretch, from the first weights if the tick has changed.  -> its numbers"""
    if start_over != yours["start_over"]:
        yours.update(games=lab.start([rules], GAMES[2:], SEED), start_over=start_over, modes=[])
    games = yours["games"]
    games.rules = [rules]
    note = games.play(STRETCH)
    points = games.sample(1_000, seed=SEED)[0]
    yours["modes"].append((games.step, modes_covered(points, CENTRES, SPREAD)))
    return points, note["critic_loss"][0], note["gradient_norm"][0]

# %%
def draw_game(forger_speed, critic_speed, critic_steps, loss, penalty, spectral_norm,
              momentum, start_over, train):
    speeds = forger_speed, critic_speed
    rules = Rules(loss, penalty, 1.0, spectral_norm, *speeds, critic_steps, momentum)
    points, critic_loss, gradient = play_on(rules, start_over)
    quality = evaluation.high_quality_share(points, CENTRES, SPREAD)
    figure, (left, right) = plots.new_figure(1, 2, height=3.3)
    draw_points(left, points, f"Step {yours['games'].step}: quality {quality:.2f}")
    left.set(xlabel=f"critic's loss {critic_loss:.2f}, forger's gradient {gradient:.2g}")
    right.plot(*zip(*yours["modes"], strict=True), marker="o", markersize=4)
    right.set(title=f"{yours['modes'][-1][1]} of 8 modes covered", ylim=(-0.3, 8.3),
              xlim=(0, None), xlabel="steps of the critic", ylabel="modes covered")
    return figure

# %%
widgets.explore(
    draw_game,
    "Forged points of the collapsed game in one small part of the ring, and a count of covered "
    "modes that is at most 3.",
    forger_speed={"fast (0.006)": 6e-3} | SPEEDS, critic_speed={"medium (0.001)": 1e-3} | SPEEDS,
    critic_steps=(1, 5, 1, 1), loss=["non_saturating", "wasserstein", "minimax"],
    penalty=["none", "r1", "wgan_gp"], spectral_norm=False, momentum=[0.5, 0.0, 0.9],
    start_over=False, train=widgets.Press(f"Play {STRETCH} steps on"),
)

# %% [markdown]
# ## Exercise 4: repair a broken game
#
# This game has the Wasserstein loss, nothing that limits its critic, and a forger twice as fast as the critic. Change its rules so that after 1,500 steps **all three** games cover **8 modes** with a mean quality
# of **0.5** or more. Write your changes as a dictionary, such as `{"critic_steps": 2}`. The names: `loss`, `penalty`, `penalty_weight`, `spectral_norm`, `generator_rate`, `critic_rate`,
# `critic_steps`, `beta_1`.

# %% tags=["exercise"] id="adversarial_training-repair" points=2 solution='{"penalty": "wgan_gp", "critic_steps": 5}'
my_changes = ...  # a dictionary, such as {"critic_steps": 2}

# %%
def changed(rules, changes):
    """Other rules, by name."""
    unknown = set(changes) - set(vars(rules))
    if unknown:
        names = ", ".join(vars(rules))
        raise ValueError(f"There is no rule {unknown.pop()!r}. The rules: {names}.")
    return replace(rules, **{
        name: value.strip().lower() if isinstance(value, str) else value
        for name, value in changes.items()
    })

patient = Rules(loss="wasserstein", generator_rate=4e-3, critic_rate=2e-3)
tried = patient if my_changes is ... else changed(patient, my_changes)
steps = run.steps(smoke=2, laptop=1_500, gpu=1_500)
treated = watch(lab.start([tried] * 3, GAMES, SEED), steps, steps)
my_result = {
    "changes": my_changes,
    "modes": int(treated["modes"][-1].min()),  # of the game that covers fewest
    "quality": float(treated["quality"][-1].mean()),
}

# %% tags=["check"]
my_result = check("adversarial_training-repair", my_result)

# %% [markdown]
# ## Break it: too much of a good thing
#
# R1 with weight 1 repaired the collapse. What does a weight of 10,000 do? The critic then cares for nothing but its flatness, and tells the forger hardly anything.

# %%
overdone = replace(rules["R1"], penalty_weight=10_000.0)
steps = run.steps(smoke=2, laptop=1_500, gpu=5_000)
dosed = watch(lab.start([overdone] * 3, GAMES, SEED), steps, steps)

# %% tags=["nbval-ignore-output"]
place = first["R1"]
pd.DataFrame({
    "weight 1": {"modes": seen["modes"][-1, place : place + 3].mean(),
                 "quality": seen["quality"][-1, place : place + 3].mean()},
    "weight 10,000": {"modes": dosed["modes"][-1].mean(), "quality": dosed["quality"][-1].mean()},
}).T.round(2)

# %%
claim(
    "With weight 10,000 less than two thirds of the quality are left",
    dosed["quality"][-1].mean() < 0.67 * seen["quality"][-1, place : place + 3].mean(),
)

# %% [markdown]
# The repair is the weight you had. Penalties have a dose, and a number tells whether it is right.
#
# ## The same failure in letters
#
# For pictures nobody hands you the modes. **Precision** (share of forgeries that look real) and **recall** (share of the real variety that is forged) from the course's evaluation do the
# counting. The course's dense GAN on 16 × 16 glyphs plays twice, without labels: a fast forger with momentum and no penalty; and equal speeds with R1.

# %%
glyphs = data.glyphs(
    n_train=run.steps(smoke=128, laptop=8_000, gpu=100_000),
    n_test=run.steps(smoke=200, laptop=2_000, gpu=4_000),
)

def forge_letters(name, rates, beta_1, gamma):
    """Train a GAN and draw as many pictures as there are test pictures."""
    keras.utils.set_random_seed(SEED)
    gan = models.GenerativeAdversarialNetwork(32, (16, 16, 1), width=256, gamma=gamma)
    adam = [keras.optimizers.Adam(each, beta_1=beta_1, beta_2=0.99) for each in rates]
    gan.compile(*adam, **run.compile_options)
    gan.fit(
        glyphs.train, epochs=run.steps(smoke=1, laptop=3, gpu=30), batch_size=64,
        verbose=0, callbacks=[Progress(name)],
    )
    return gan.sample(len(glyphs.test), seed=SEED)

# %%
letters = {
    "collapsed": forge_letters("Collapsed", rates=(2e-3, 5e-4), beta_1=0.5, gamma=0),
    "repaired": forge_letters("Repaired", rates=(1e-3, 1e-3), beta_1=0.0, gamma=0.5),
    "real": data.glyphs(n_train=len(glyphs.test), n_test=1, seed=SEED + 1).train,
}
real_features = evaluation.features(glyphs.test)
scores = {
    name: evaluation.precision_recall(real_features, evaluation.features(pictures))
    for name, pictures in letters.items()
}

# %%
figure = plots.pictures(
    np.concatenate([pictures[:20] for pictures in letters.values()]),  # (60, 16, 16, 1)
    row_labels=[name for name in letters for _ in range(2)],
    title="Collapsed, repaired, real",
)
plots.show(
    figure,
    "Two rows each: collapsed forgeries that repeat a few shapes, repaired ones of many "
    "different though rough letters, and real letters.",
)

# %% tags=["nbval-ignore-output"]
pd.DataFrame(scores, index=["precision", "recall"]).T.round(3)

# %%
claim("The collapsed GAN's recall is below 0.03", scores["collapsed"][1] < 0.03)
claim("The repair raises it above 0.1", scores["repaired"][1] > 0.1)

# %% [markdown]
# After a few seconds of training neither draws well, and in precision the collapsed one is even ahead: it would not have noticed the collapse. Recall did.
#
# ## What you measured
#
# Each failure, the number that gives it away, and that number before and after:

# %% tags=["nbval-ignore-output"]
mean_modes = {name: seen["modes"][-1, place : place + 3].mean() for name, place in first.items()}
pd.DataFrame(
    [
        ("circling", "distance after 600 rounds", distances["both at once"],
         "R1", distances["in turn, R1"]),
        *(("stalling", "forger's gradient", last_heard["minimax"], name, last_heard[name])
          for name in list(listening)[1:]),
        *(("collapse", "modes of 8", mean_modes["collapsed"], name, mean_modes[name])
          for name in list(rules)[1:]),
        ("collapse of letters", "recall", scores["collapsed"][1],
         "R1, equal speeds", scores["repaired"][1]),
    ],
    columns=["failure", "number", "before", "repair", "after"],
).round(3)

# %% [markdown]
# ## Exercise 5: name the failure
#
# Four games, four sets of numbers from our runs, one for each word. For each, answer `"circling"`, `"stalling"`, `"collapse"` or `"healthy"`.
#
# | game | modes | quality | critic's loss | forger's gradient | period |
# |---|---|---|---|---|---|
# | 1 | 0 | 0.00 | 0.0006 | 0.02 | none |
# | 2 | 1 | 0.56 | 1.39 | 0.42 | none |
# | 3 | 8 | 0.90 | 1.38 | 0.05 | none |
# | 4 | one number, no modes | | 1.36 to 1.41 | up to 0.15 | 62 rounds, 124 with half the step size |

# %% tags=["exercise"] id="adversarial_training-diagnosis" points=1 solution='("stalling", "collapse", "healthy", "circling")'
my_diagnosis = ...  # four words: ("…", "…", "…", "…")

# %% tags=["check"]
my_diagnosis = check("adversarial_training-diagnosis", my_diagnosis)

# %% [markdown]
# ## Make: a failure of your own
#
# Pick a switch of `Rules` or a number of the lab (`AdversarialLab(ring.train, width=…, latent_dim=…, batch_size=…)`) and ask when it breaks the healthy R1 game. State what you expect, play
# at least two values from the same first weights, show one figure, write two sentences.

# %% tags=["exercise", "make"] id="adversarial_training-make" points=4
def my_failure():
    """One switch, at least two values, and a figure of the number that tells."""
    ### BEGIN SOLUTION
    # Switch: momentum. Expected: with R1, more momentum brings the collapse back.
    momenta = (0.0, 0.9)
    tested = [replace(rules["R1"], beta_1=beta) for beta in momenta]
    steps = run.steps(smoke=2, laptop=800, gpu=3_000)
    games = lab.start([each for each in tested for _ in GAMES], GAMES * 2, SEED)
    modes = watch(games, steps, steps)["modes"][-1].reshape(2, 3).mean(axis=1)
    return plots.bars(
        {f"β₁ = {beta}": value for beta, value in zip(momenta, modes, strict=True)},
        title="Does R1 forgive momentum?", x_label="modes covered, mean of three games",
    )
    # Momentum pushes on in a direction that the other player has left behind.
    # Three games a value show the direction, not where between 0 and 0.9 it turns.
    ### END SOLUTION

# %% tags=["nbval-ignore-output"]
if (figure := my_failure()) is not ...:
    plots.show(figure, "The figure of my own failure.")

# %% [markdown] tags=["instructor"]
# **Rubric, 4 points.** The expectation is stated before the measurement (1) · one switch is changed and the first weights are kept (1) · a figure with title and labelled axes (1) ·
# two sentences that do not claim more than a few games can carry (1).

# %% [markdown]
# ## Recap
#
# 1. A game that circles has a period, 4π/h in the smallest one; friction such as R1 ends it.
# 2. A critic that is too sure starves a minimax forger: watch the length of its gradient.
# 3. A collapsed game can have the losses of a won one: count modes, or measure recall.
# 4. WGAN-GP and R1 are one formula: keep the critic's steepness near a target somewhere.
# 5. Change one thing, play it several times, and believe the number.
#
# ## Quiz
#
# Click, or type one letter a question.

# %% tags=["exercise"] solution='"cabdb"'
my_answers = ...  # one letter a question, such as "abcda"

# %% tags=["check"]
quiz("adversarial_training", my_answers)

# %% [markdown]
# ## Read on, and scale up
#
# - Mescheder, Geiger and Nowozin (2018), *Which Training Methods for GANs do actually Converge?*: the smallest game and R1.
# - Gulrajani et al. (2017), *Improved Training of Wasserstein GANs*: the gradient penalty.
# - Miyato et al. (2018), *Spectral Normalization for Generative Adversarial Networks*.
#
# **Scale up.** `PROFILE = "gpu"` plays most games three to eight times as long and trains the letters for thirty epochs. On large pictures the same numbers are kept, with precision and recall over features of a
# large network, and every serious run logs them beside the losses.
