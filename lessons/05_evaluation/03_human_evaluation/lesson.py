# %% [markdown]
# # Whose letters look better, and who says so?
#
# In the end people look at what a model makes, so ask people. But people click left out of habit, and like what is theirs. So you judge blind, turn answers into a ranking
# that says how sure it is, and find out how many judges it takes.
#
# | | |
# |---|---|
# | **You will** | judge pictures blind · rank them with a Bradley–Terry model · test whether its intervals keep their promise · spoil a ranking by a habit and repair it · find careless judges by their kappa · plan a study |
# | **First** | [Can a program make something it has never seen?](../00_start_here/01_welcome.ipynb) |
# | **Time** | {{ reading_minutes }} min of reading, {{ exercise_minutes }} min of exercises, {{ computing_seconds }} s of computing (the first time 30 s) |

# %% [markdown] tags=["instructor"]
# **For teachers, 60 minutes.** Judging 8 · counting and ranking 14 · what intervals promise 10 · the habit of clicking left 8 · kappa 10 · how many judges 10.
#
# The sentence to leave on the board: *a coin decides who stands on the left, and nobody knows who is who.*
# Let the room judge first. Collect the files (their place stands in the widget's last line), and merge them as in the section on files: the class then has a ranking of its own.
# Learners take a hundred answers of one person for a hundred opinions. Ask: *if I ask one friend a hundred times, how many people do I know about?*

# %% tags=["parameters"]
PROFILE = "laptop"  # "smoke" runs in seconds, "gpu" trains for longer
SEED = 0

# %%
from genai_course import (
    check, claim, data, evaluation, hint, plots, predict, quiz, setup, show_source, widgets, zoo,
)

run = setup(PROFILE, SEED)

# %%
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats
from sklearn.linear_model import LogisticRegression

from genai_course.labs.human_study.blind_test import blind_test
from genai_course.labs import human_study

random_numbers = np.random.default_rng(SEED)

# %% [markdown]
# ## Predict
#
# Suppose that 60 % of all people prefer model A to model B. You ask people who know nothing of each other, one question each. How many answers do you need to notice, four times out of five, that the
# two are *not* equally good? (At most one false alarm in twenty.)

# %% tags=["exercise"] solution="50"
my_guess = ...  # a whole number

# %% tags=["check"]
predict("human_evaluation-answers_needed", my_guess)

# %% [markdown]
# ## Four hands
#
# Real letters from typefaces; a VAE and a diffusion model from the zoo; and, as the cheapest rival, one Gaussian for each character.

# %%
n = run.steps(smoke=200, laptop=600, gpu=600)
glyphs = data.glyphs(n_train=run.steps(smoke=1_000, laptop=10_000, gpu=10_000), n_test=n)

def gaussian_letters(label, number):
    """Pictures of one character from a Gaussian fitted to it.  -> (number, 256)"""
    flat = glyphs.train[glyphs.train_labels == label].reshape(-1, 256)
    factor = np.linalg.cholesky(np.cov(flat.T) + 1e-3 * np.eye(256))
    return flat.mean(axis=0) + random_numbers.standard_normal((number, 256)) @ factor.T

gaussians = np.concatenate([gaussian_letters(label, n // 36 + 1) for label in range(36)])
letters = {
    "real": glyphs.test,  # (n, 16, 16, 1)
    "vae": zoo.load("vae_glyphs", run).sample(n, seed=SEED),
    "diffusion": zoo.load("diffusion_glyphs", run).sample(n, seed=SEED, guidance_scale=2.0),
    "gaussian": np.clip(gaussians, 0, 1).reshape(-1, 16, 16, 1)[:n],
}

# %% [markdown]
# A fair question compares like with like, so both pictures of a pair show the same character, as the course's classifier reads it.

# %%
characters = {name: evaluation.recognise(pictures) for name, pictures in letters.items()}

def draw_one(name, character):
    """One picture of a character, if there is one.  -> (16, 16, 1)"""
    if name == "noise":
        return random_numbers.random((16, 16, 1))
    found = np.flatnonzero(characters[name] == character)
    found = found if len(found) else np.arange(n)  # a model that has hardly trained
    return letters[name][random_numbers.choice(found)]

# %% [markdown]
# Eighteen questions compare each two of the four three times. Two more are **attention checks**: a real letter beside noise. Whoever looks, gets these right.
#
# And there is a text. Nobody should be judged or asked without knowing what for, so consent comes first, in words that say what is kept, where, who sees it, and how to get it back.

# %%
CONSENT = (
    "You will compare 20 pairs of small pictures, which takes about three minutes. Kept are your "
    "answers, the time of each, and a random number in place of your name. They stay in one "
    "file on this machine, and nobody sees them unless you pass that file on. You may stop at any "
    "time, and delete your answers with one button."
)
names = list(letters)
items = [(a, b) for place, a in enumerate(names) for b in names[place + 1 :]] * 3
pairs = [human_study.Pair(f"q{number:02}", pair) for number, pair in enumerate(items, 1)]
pairs += [human_study.Pair(f"check{number}", ("real", "noise"), better="real") for number in (1, 2)]
study = human_study.Study(
    f"letters-{PROFILE}-{SEED}", "Which one looks more like a letter or digit from a book?",
    CONSENT, tuple(pairs),
)
contents = {}
for pair in study.pairs:
    character = random_numbers.integers(36)
    contents[pair.name] = [draw_one(item, character) for item in pair.items]

# %% [markdown]
# ## Your turn
#
# Agree, then answer with the mouse, or with Tab and Space. You can stop and come back: run this cell again, and it goes on where you left off.

# %% tags=["nbval-ignore-output"]
blind_test(study, contents)

# %% [markdown]
# Which picture stands on the left was decided by a coin: a hash of your random number and of the question. So it can be worked out again, and you could not know it.

# %%
show_source(human_study.Study.sides)

# %% [markdown]
# You may not have answered yet, and one person is no class. So twelve **simulated** learners answer the same questions, through the same code as your buttons. How good they find each of the four was *made up by us*:
# their ranking says nothing about the models, but it tells whether our method finds what we put in. Learner 11 clicks at random, learner 12 always left.

# %%
folder = Path(tempfile.mkdtemp())  # the simulated files; yours lies elsewhere
invented = {"real": 1.0, "diffusion": 0.5, "vae": -0.3, "gaussian": -1.2, "noise": -6.0}
for number in range(12):
    box = human_study.ResponseFile(study, folder / f"learner-{number + 1:02}")
    human_study.simulate_judge(
        box, invented, attention=float(number < 10), side_bias=30.0 * (number == 11),
        tie_width=0.1, seed=100 * SEED + number,
    )
files = sorted(folder.glob("*/*.jsonl"))
answers, remarks = human_study.merge(study, files)
print(len(answers), "answers from", len(files), "files", *remarks)
for answer in answers[:3]:
    print(f"{answer.left} on the left, {answer.right} on the right: {answer.choice}")

# %% tags=["nbval-ignore-output"]
mine = human_study.ResponseFile(study).answers()
print(f"You have answered {len(mine)} of {len(study.pairs)} questions.")

# %% [markdown]
# ## Exercise 1: off with the blindfold
#
# An answer says *left* or *right*; we want to know *who*. Count a table: `wins[i, j]` is how often item i was preferred to item j. `score` is 1 where the left one was preferred, 0 where the right one was, and 0.5
# for a tie, which counts half for each.
#
# Stuck? Run `hint("human_evaluation-count_wins")` in a cell of its own; every exercise has three hints.

# %% tags=["exercise"] id="human_evaluation-count_wins" points=2
def count_wins(left, right, score, items):
    """Three arrays (n,): numbers of items, and scores; how many items -> (items, items)"""
    ### BEGIN SOLUTION
    wins = np.zeros((items, items))
    for i, j, points in zip(left, right, score, strict=True):
        wins[i, j] += points
        wins[j, i] += 1 - points
    return wins
    ### END SOLUTION

# %% tags=["check"]
count_wins = check("human_evaluation-count_wins", count_wins)

# %%
wins = count_wins(*human_study.as_arrays(answers, names), len(names))  # (4, 4)
pd.DataFrame(wins, names, names)

# %%
claim("All 216 comparisons of the 12 learners are counted, each once", wins.sum() == 12 * 18)

# %% [markdown]
# ## From wins to a scale
#
# Shares of wins mislead as soon as some items meet stronger rivals than others. **Bradley and Terry** gave each item a strength $s_i > 0$, and said: i is preferred to j with probability
#
# $$\frac{s_i}{s_i + s_j}$$
#
# The smallest version: two items, A preferred in 6 of 10 answers. The likeliest strengths have $s_A / (s_A + s_B) = 0.6$, so A is 1.5 times as strong. Its **quality** is the logarithm of its strength. With more items no
# formula gives the answer at once, so we climb to it.

# %% [markdown]
# ## Exercise 2: one step up
#
# Start with any strengths, and ask of each item: how often has it won, and how much would it have won per unit of strength? Their ratio is its next strength:
#
# $$s_i \leftarrow \frac{\sum_j w_{ij}}{\sum_j \frac{w_{ij} + w_{ji}}{s_i + s_j}}$$
#
# where $w_{ij}$ is `wins[i, j]`. No such step makes the answers less likely (this is called **minorisation–maximisation**). Use the old strengths on the right-hand side. Every item has been compared with some other.

# %% tags=["exercise"] id="human_evaluation-minorisation_step" points=3
def minorisation_step(strengths, wins):
    """One step.  (k,), (k, k) with zeros on the diagonal -> (k,)"""
    ### BEGIN SOLUTION
    games = wins + wins.T  # (k, k)
    together = strengths[:, None] + strengths[None, :]  # (k, k)
    return wins.sum(axis=1) / (games / together).sum(axis=1)
    ### END SOLUTION

# %% tags=["check"]
minorisation_step = check("human_evaluation-minorisation_step", minorisation_step)

# %% [markdown]
# First the two items, of which we know the answer. Then the four.

# %%
two = minorisation_step(np.ones(2), np.array([[0.0, 6.0], [4.0, 0.0]]))
claim("With two items one step finds the ratio of their wins", abs(two[0] / two[1] - 1.5) < 1e-6)

# %%
strengths = np.ones(len(names))
likelihood = []
for _ in range(200):
    shares = strengths[:, None] / (strengths[:, None] + strengths[None, :])
    likelihood.append(np.sum(wins * np.log(shares)))
    strengths = minorisation_step(strengths, wins)
qualities = np.log(strengths) - np.log(strengths).mean()
ranking = human_study.fit_bradley_terry(wins)

# %% [markdown]
# Only differences of qualities mean something, so we let their mean be 0. Statisticians know this model by another name: logistic regression, with +1 in the column of the left item and −1 in that of the right one. So scikit-learn
# must find the same numbers.

# %%
left, right, score = human_study.as_arrays(answers, names)
rows = np.eye(len(names))[left] - np.eye(len(names))[right]  # (216, 4)
twice = np.concatenate([rows, rows])[:, 1:]  # (432, 3): one quality may be chosen freely
said = np.repeat([1, 0], len(rows))
library = LogisticRegression(C=np.inf, fit_intercept=False, tol=1e-10, solver="newton-cholesky")
library.fit(twice, said, sample_weight=np.concatenate([score, 1 - score]))
found = np.concatenate([[0], library.coef_[0]])
claim("No step makes the answers less likely", np.diff(likelihood).min() > -1e-9)
claim("200 of your steps agree with scikit-learn to a millionth",
      np.abs(found - found.mean() - qualities).max() < 1e-6)
claim("So does the course's own function", np.abs(ranking.qualities - qualities).max() < 1e-6)

# %% [markdown]
# ## How sure?
#
# Twelve other learners would have answered otherwise. How far the likelihood falls off around its top says how far the qualities could have come out elsewhere: the **Fisher information**, whose inverse holds the squared standard
# errors. A 95 % interval reaches 1.96 standard errors to each side.

# %%
def draw_ranking(rankings):
    """Qualities with their intervals, one row of points for each ranking."""
    figure, axis = plots.new_figure(height=2.6)
    for shift, (who, fitted) in enumerate(rankings.items()):
        places = np.arange(len(names)) + 0.25 * shift
        reach = fitted.qualities - fitted.intervals()[:, 0]
        axis.errorbar(fitted.qualities, places, xerr=reach, fmt="os^"[shift], capsize=4, label=who)
    axis.set_yticks(range(len(names)), names)
    axis.invert_yaxis()
    axis.set(title="Qualities, with 95 % intervals", xlabel="quality (log of the strength)")
    figure.legend(loc="outside lower center", ncols=2)
    return figure

# %% tags=["nbval-ignore-output"]
rankings = {"12 simulated learners (invented taste)": ranking}
if mine:
    my_wins = count_wins(*human_study.as_arrays(mine, names), len(names))
    mine_fitted = human_study.fit_bradley_terry(my_wins, prior=0.1)
    rankings[f"you ({len(mine)} answers, prior 0.1)"] = mine_fitted
    print("Your share of attention checks passed:", study.attention(mine))
plots.show(
    draw_ranking(rankings),
    "Four points with intervals for the simulated learners: real and diffusion furthest to the "
    "right with overlapping intervals, vae to their left, gaussian far to the left of all.",
)

# %% [markdown]
# We invented a quality of 1.0 for *real* and 0.5 for *diffusion*. Two hundred answers, two careless learners among them, are too few to order these two: their intervals overlap, whichever comes first.
#
# If you have answered, your own ranking stands beside theirs (run the cells from the merging on again), with intervals more than three times as wide. An item that won every time would need an infinite quality; a
# **prior** of 0.1 invented ties for each pair keeps it finite.
#
# ## Does 95 % mean 95 %?
#
# On real data nobody can tell. On simulated classes the true qualities are known: repeat the whole study a thousand times, and count how often an interval holds the truth.

# %%
truth = np.array([1.2, 0.5, 0.0, -0.6, -1.1])  # five items; their mean is 0
classes = run.steps(smoke=50, laptop=1_000, gpu=5_000)

def held(intervals, truth):
    """Share of the intervals that hold the truth.  (…, k, 2), (k,) -> a number"""
    return np.mean((intervals[..., 0] <= truth) & (truth <= intervals[..., 1]))

tables = []
for number in range(classes):
    said = human_study.simulate_answers(truth, judges=20, questions=40, seed=[SEED, number])
    tables.append(count_wins(said.left.ravel(), said.right.ravel(), said.score.ravel(), 5))
fits = human_study.fit_bradley_terry(np.array(tables))
coverage = held(np.array([fit.intervals() for fit in fits]), truth)
errors = np.array([fit.qualities for fit in fits]) - truth  # (classes, 5)

# %% tags=["nbval-ignore-output"]
print(f"{coverage:.1%} of the intervals hold the true quality.")
print(f"One quality is off by {errors.std():.3f}, on average by", errors.mean(axis=0).round(3))

# %%
claim("Between 93 % and 97 % of the 95 % intervals hold the true quality",
      0.93 < coverage < 0.97)
claim("On average the true qualities come back, to within 0.03",
      np.abs(errors.mean(axis=0)).max() < 0.03)

# %% [markdown]
# ## When people differ
#
# Those judges all had one taste, and only chance made them answer differently. Let each have a *taste of their own*, added to all their answers. One judge's answers now hang together, and a hundred of them tell less than a
# hundred judges would.
#
# The repair: draw whole judges again, with repetition, fit the ranking to each such class, and take the spread as the standard error. This is a **bootstrap over judges**.

# %%
said = human_study.simulate_answers(truth, 20_000, 40, taste=1.0, seed=[SEED, 1])  # everybody
everybody = human_study.count_wins(said.left.ravel(), said.right.ravel(), said.score.ravel(), 5)
average_taste = human_study.fit_bradley_terry(everybody).qualities

fisher, bootstrap = [], []
for number in range(run.steps(smoke=5, laptop=150, gpu=500)):
    said = human_study.simulate_answers(truth, 20, 40, taste=1.0, seed=[SEED, 2, number])
    judges = zip(said.left, said.right, said.score, strict=True)
    wins_of_judges = np.array([human_study.count_wins(*judge, 5) for judge in judges])  # (20, 5, 5)
    fit = human_study.fit_bradley_terry(wins_of_judges.sum(axis=0))
    drawn = human_study.bootstrap_qualities(wins_of_judges, repeats=200, prior=0.1, seed=number)
    reach = 1.96 * drawn.std(axis=0, ddof=1)
    fisher.append(fit.intervals())
    bootstrap.append(np.stack([fit.qualities - reach, fit.qualities + reach], axis=-1))
fisher = held(np.array(fisher), average_taste)
bootstrap = held(np.array(bootstrap), average_taste)

# %% tags=["nbval-ignore-output"]
print(f"Plain intervals of 95 % hold {fisher:.0%}, those of the bootstrap {bootstrap:.0%}.")

# %%
claim("With tastes of their own, fewer than 85 % of the plain intervals hold the truth",
      fisher < 0.85)
claim("Drawing whole judges repairs at least half of the gap to 95 %",
      bootstrap > 0.95 - 0.5 * (0.95 - fisher))

# %% [markdown]
# ## Break it: the habit of clicking left
#
# Many people prefer the left side a little, whatever stands there. A colleague always shows her new model on the left, "to keep it tidy". In truth the new one is the *worst* of three. Forty judges, thirty questions each:

# %%
three = ["new", "middle", "old"]
quality = np.array([-0.2, 0.0, 0.2])  # the truth: old is best
rankings, lean = {}, {}
for name, shuffled in (("new always left", False), ("sides by a coin", True)):
    said = human_study.simulate_answers(
        quality, 40, 30, side_bias=0.6, shuffled=shuffled, seed=[SEED, 3],
    )
    counted = count_wins(said.left.ravel(), said.right.ravel(), said.score.ravel(), 3)
    rankings[name] = human_study.fit_bradley_terry(counted)
    lean[name] = said.score.mean()
found = {name: dict(zip(three, fit.qualities.round(2), strict=True))
         for name, fit in rankings.items()}

# %% tags=["nbval-ignore-output"]
pd.DataFrame(found).assign(truth=quality)

# %%
fixed, coin = (fit.qualities for fit in rankings.values())
claim("In the fixed order the worst model wins, by more than two standard errors",
      fixed[0] - fixed[2] > 2 * rankings["new always left"].errors.max())
claim("With sides by a coin the true order comes back", coin[2] > coin[1] > coin[0])
claim("The coin also lets you see the habit: more than 58 % of the clicks went left",
      lean["sides by a coin"] > 0.58)

# %% [markdown]
# The habit has not gone away. It has become noise that hits all three alike. In the fixed order a comparison of *new* with another model cannot tell *new* from *left*; only the pair *middle* and *old*, and the assumption that the habit is the same everywhere, could still separate them. With two models, nothing could.

# %% [markdown]
# Knowing who is who does the same harm, on purpose or not. That is why the judge is blind.
#
# ## Do the judges agree?
#
# Two judges who both toss coins agree on half of the questions. **Cohen's kappa** takes away what chance gives:
#
# $$\kappa = \frac{p_o - p_e}{1 - p_e}$$
#
# with the observed share of agreement $p_o$. For the expected one, $p_e$, take for each possible answer the share of it among the first judge's answers, times its share among the second's, and add up.

# %% [markdown]
# ## Exercise 3: agreement beyond chance
#
# Complete `cohen_kappa`. The answers may be of any kind and number, texts too; you get arrays. Where both judges give one and the same answer throughout, kappa is 0/0: that does not occur here.

# %% tags=["exercise"] id="human_evaluation-cohen_kappa" points=2
def cohen_kappa(first, second):
    """Two judges' answers to the same questions, (n,) and (n,) -> a number of at most 1"""
    ### BEGIN SOLUTION
    observed = np.mean(first == second)
    expected = 0.0
    for answer in np.unique(np.concatenate([first, second])):
        expected += np.mean(first == answer) * np.mean(second == answer)
    return (observed - expected) / (1 - expected)
    ### END SOLUTION

# %% tags=["check"]
cohen_kappa = check("human_evaluation-cohen_kappa", cohen_kappa)

# %% [markdown]
# Thirty simulated judges answer a hundred questions. The first three click at random, the next three always left. Compare each judge with what the *majority of the others* says. (An answer here is whether the item with the
# smaller number was preferred: whether it stood left or right is no opinion.)

# %%
attention, side_bias = np.ones(30), np.zeros(30)
attention[:6], side_bias[3:6] = 0, 30
said = human_study.simulate_answers(
    [0.5, -1.5, 1.6, -0.6, 0.0], 30, 100, attention=attention, side_bias=side_bias, seed=[SEED, 4])
opinions = (said.preferred == np.minimum(said.left, said.right)).astype(int)  # (30, 100)
kappas = []
for judge in range(30):
    others = np.delete(opinions, judge, axis=0)  # (29, 100)
    kappas.append(float(cohen_kappa(opinions[judge], (others.mean(axis=0) > 0.5).astype(int))))
accused = np.flatnonzero(np.array(kappas) < 0.25)

# %% tags=["nbval-ignore-output"]
figure, axis = plots.new_figure(height=2.8)
for name, chosen, marker in (("random clicker", range(3), "X"), ("always left", range(3, 6), "<"),
                             ("careful", range(6, 30), "o")):
    axis.scatter(chosen, [kappas[judge] for judge in chosen], marker=marker, s=40, label=name)
axis.axhline(0.25, linestyle="--", color=plots.COLOURS[7])
axis.set(title="Agreement with the majority of the others", xlabel="judge", ylabel="Cohen's kappa",
         ylim=(-0.35, 1))
axis.legend(ncols=3, loc="upper center")
plots.show(figure, "Six points at or below 0, or hardly above, for the three random clickers and "
           "the three who always click left; the 24 careful judges lie well above the dashed line "
           "at 0.25.")

# %%
careless = set(range(6))
claim("At least five of the six careless judges stay below 0.25", len(careless & set(accused)) >= 5)
claim("At most one careful judge does", len(set(accused) - careless) <= 1)

# %% [markdown]
# For all judges at once there is **Fleiss' kappa**: of all pairs of judges, the share that agree on a question, again beyond chance. Its interval comes from drawing questions again.

# %%
kept = np.delete(opinions, accused, axis=0)
agreement = {}
for name, group in (("all 30", opinions), ("without the accused", kept)):
    table = human_study.count_categories(group.T, categories=[0, 1])  # (100, 2): counts
    low, high = human_study.agreement_interval(group.T)
    agreement[name] = {"kappa": human_study.fleiss_kappa(table), "from": low, "to": high}

# %% tags=["nbval-ignore-output"]
pd.DataFrame(agreement).T.round(2)

# %%
claim("Without the careless ones the judges agree clearly more",
      agreement["without the accused"]["kappa"] > agreement["all 30"]["kappa"] + 0.05)

# %% [markdown]
# Even careful judges only reach about 0.4. Is that bad? No: many of these pairs are close, and an honest coin toss between equals cannot agree. A low kappa may mean careless judges, or a hard question. And whoever throws out all who disagree
# gets beautiful agreement and no truth. Decide the rule *before* you see the answers, and prefer attention checks, which have a right answer:

# %%
responses = [human_study.read_responses(file) for file in files]
passed = [study.attention(each.answers) for each in responses]
print("Attention checks right, learners 1 to 12:", *(f"{share:.0%}" for share in passed))

# %% [markdown]
# Two checks are few: a random clicker passes both one time in four.
#
# ## How many are enough?
#
# Back to your prediction. The test of "no preference" is a count: with n answers, how many wins would chance alone reach less than once in twenty? The **power** is the probability that the true preference gets there.

# %%
show_source(human_study.power)

# %% tags=["nbval-ignore-output"]
needed = human_study.answers_needed(0.6)
predict("human_evaluation-answers_needed", outcome=needed)
table = [(share, human_study.answers_needed(share)) for share in (0.55, 0.6, 0.65, 0.7, 0.8, 0.9)]
pd.DataFrame(table, columns=["true preference", "answers needed"])

# %%
trials = run.steps(smoke=500, laptop=20_000, gpu=20_000)
simulated = random_numbers.binomial(needed, 0.6, size=trials)
threshold = human_study.wins_needed(needed)
noticed = np.mean((simulated >= threshold) | (simulated <= needed - threshold))
claim("With that many answers, simulated studies notice 78 % to 85 % of the time",
      0.78 < noticed < 0.85)
claim("Half as clear a preference needs about four times as many answers",
      3.5 < human_study.answers_needed(0.55) / needed < 4.5)

# %% [markdown]
# ## Explore: studies that never happened
#
# Each line is one study of that size: the share that preferred A, with its exact 95 % interval. Where the interval leaves out the dashed half, the study has noticed. Start with true preference 0.5: how often does it "notice" what is not there?

# %%
def draw_studies(true_preference, judges, answers_each):
    answers, preference = judges * answers_each, float(true_preference)
    won = np.random.default_rng(SEED).binomial(answers, preference, size=40)
    low, high = human_study.preference_interval(won, answers)
    noticed = (low > 0.5) | (high < 0.5)
    figure, axis = plots.new_figure(height=3.2)
    for yes, colour, marker in ((True, plots.COLOURS[0], "o"), (False, plots.COLOURS[1], "x")):
        chosen = np.flatnonzero(noticed == yes)
        label = f"{len(chosen)} {'notice' if yes else 'do not'}"
        axis.vlines(chosen, low[chosen], high[chosen], color=colour)
        axis.plot(chosen, won[chosen] / answers, marker, color=colour, markersize=5, label=label)
    axis.axhline(0.5, linestyle="--", color=plots.COLOURS[7])
    width = np.mean(high - low)
    axis.set(title=f"{answers} answers: power {human_study.power(answers, preference):.3f}, "
             f"mean width {width:.2f}",
             xlabel="study", ylabel="share that prefer A", ylim=(0, 1.08))
    axis.legend(ncols=2, loc="upper center")
    return figure

# %% tags=["nbval-ignore-output"]
widgets.explore(
    draw_studies,
    "Forty studies of 200 answers at a true preference of 0.6: the intervals are about 0.14 wide, "
    "most of them lie above the dashed line at one half, some cross it.",
    true_preference=(0.5, 0.9, 0.05, 0.6), judges=(2, 100, 1, 20), answers_each=(1, 20, 1, 10),
)

# %% [markdown]
# ## Exercise 4: plan a study
#
# You expect that **65 %** prefer your new model. Every judge answers **8** questions, and we take for granted that all answers are independent. Find the *fewest* judges that give a power of at least **0.8**.

# %% tags=["exercise"] id="human_evaluation-judges" points=2 solution="13"
my_judges = ...  # a whole number

# %%
attempt = {"judges": my_judges, "power": ...}
if my_judges is not ...:
    attempt["power"] = human_study.power(8 * my_judges, 0.65)

# %% tags=["check"]
my_plan = check("human_evaluation-judges", attempt)

# %% [markdown]
# ## A hundred answers of one person
#
# "All answers are independent" was a bold assumption. Let every judge have a share of their own: on average 60 % (or 50 %, when there is nothing to find), but some 40, some 80. Two answers of one judge then have a **correlation**, here 0.2. Each judge answers ten
# questions; we count all as if they were independent, and as one share for each judge (a t-test).

# %%
CORRELATION, EACH = 0.2, 10
trials = run.steps(smoke=50, laptop=4_000, gpu=20_000)

def study_many(judges, preference):
    """How often two tests notice: answer by answer, and judge by judge."""
    scale = 1 / CORRELATION - 1
    own = random_numbers.beta(preference * scale, (1 - preference) * scale, (trials, judges))
    won = random_numbers.binomial(EACH, own)  # (trials, judges)
    total, answers = won.sum(axis=1), EACH * judges
    needed = human_study.wins_needed(answers)
    by_answer = np.mean((total >= needed) | (total <= answers - needed))
    by_judge = np.mean(stats.ttest_1samp(won / EACH, 0.5, axis=1).pvalue < 0.05)
    return by_answer, by_judge

# %%
few = human_study.judges_needed(needed, EACH)
many = human_study.judges_needed(needed, EACH, CORRELATION)
rates = {
    f"{judges} judges, {'no preference' if preference == 0.5 else '60 % prefer A'}":
        study_many(judges, preference)
    for judges in (few, many) for preference in (0.5, 0.6)
}

# %% tags=["nbval-ignore-output"]
pd.DataFrame(rates, index=["counted by answer", "counted by judge"]).T.round(3)

# %%
(false_alarms, honest), (_, power_few), _, (_, power_many) = rates.values()
claim("Counted by answer, more than 15 % of the studies find a preference that is not there",
      false_alarms > 0.15)
claim("Counted by judge, between 3 % and 7 % do", 0.03 < honest < 0.07)
claim("By judge, the planned number of judges misses the promised power by far",
      power_few < 0.6)
claim("The design effect says how many judges bring it back: 75 % to 90 %",
      0.75 < power_many < 0.90)

# %% [markdown]
# n answers in groups of m are worth only n / (1 + (m − 1) · correlation): Kish's **design effect**. More judges help more than more questions for each. Before a study you do not know the correlation; a small pilot tells.
#
# ## Files that travel
#
# A class passes its files on, and mixing happens. The same file twice must not count twice, a damaged line must not go unnoticed, and another study's answers must not slip in.

# %%
lines = files[0].read_bytes().splitlines()
spoiled = folder / "learner-01" / "spoiled.jsonl"
spoiled.write_bytes(b"\n".join([*lines[:5], lines[5][:40], *lines[6:]]))
again, remarks = human_study.merge(study, [spoiled, *files, files[3]])
print(*remarks, sep="\n")

other = human_study.Study("faces", "Which face is friendlier?", CONSENT, study.pairs[:1])
foreign = human_study.ResponseFile(other, folder / "foreign")
human_study.simulate_judge(foreign, invented)
try:
    human_study.merge(study, [*files, foreign.path])
except ValueError as error:
    print(str(error).replace(str(folder), "…"))

# %%
claim("Merged twice and with a damaged copy, every answer still counts once",
      sorted(map(repr, again)) == sorted(map(repr, answers)))
claim("After a withdrawal nothing of that learner is left",
      foreign.withdraw() == 1 and not foreign.path.exists())

# %% [markdown]
# ## Make: a study of your own
#
# Design a blind comparison that you could hand to others: two or three things of your choice (two samplers, two settings, two texts), a question with one meaning, a consent text that says what is kept, and, in a comment, how many judges you
# need and why. It works at once: what you return is shown, and answered, below.

# %% tags=["exercise", "make"] id="human_evaluation-make" points=4
def my_study():
    """A study, and the contents of its pairs: pair's name -> two pictures or two texts."""
    ### BEGIN SOLUTION
    # Which of two n-gram models writes English that reads better? I expect 80 % for order 6.
    # human_study.answers_needed(0.8) is 23; with 4 each and a correlation of 0.2: 10 judges.
    from genai_course.models import NgramModel

    known = "".join(data.stories(n_train=300, n_test=1).train)
    texts = {order: NgramModel(order).fit(known).sample(2_000, seed=SEED) for order in (3, 6)}
    consent = (
        "Four pairs of short texts by two programs; two minutes. Kept on this machine: your "
        "answers, the time, a random number, no name. You may stop and delete at any time."
    )
    pairs = tuple(human_study.Pair(f"text{part}", ("order 3", "order 6")) for part in range(4))
    question = "Which text could a careful adult have written? Judge the language, not the story."
    contents = {
        pair.name: [" ".join(texts[order].split()[60 * part + 1 :][:25]) for order in (3, 6)]
        for part, pair in enumerate(pairs)
    }
    return human_study.Study("two-writers", question, consent, pairs), contents
    ### END SOLUTION

# %% tags=["nbval-ignore-output"]
if (made := my_study()) is not ...:
    blind_test(*made)

# %% [markdown] tags=["instructor"]
# **Rubric, 4 points.** The question has one meaning, and the two things differ in one respect only (1) · the consent text says what is asked, what is kept, where, who sees it, how to withdraw (1) · blind, with sides
# by a coin, and an attention check or a reason why there is none (1) · the number of judges follows from an expected preference, and the correlation within a judge is thought of (1).
# The worked example has no attention check: with four pairs of texts one more would be a fifth of the work. Discuss whether that convinces.

# %% [markdown]
# ## Recap
#
# 1. Ask blind, after consent, and let a coin choose the sides: with two things in fixed places, no statistics can tell thing from place.
# 2. Bradley–Terry turns wins into a scale; a prior keeps it finite where an item never lost.
# 3. Intervals from the Fisher information hold if judges differ by chance only; draw whole judges where they differ by taste.
# 4. Kappa is agreement beyond chance. Low may mean careless, or close.
# 5. Half the effect, four times the answers; and ten answers of one judge are worth fewer than ten.
#
# ## Quiz
#
# Click, or type one letter a question.

# %% tags=["exercise"] solution='"bcadb"'
my_answers = ...  # one letter a question, such as "abcda"

# %% tags=["check"]
quiz("human_evaluation", my_answers)

# %% [markdown]
# ## Read on, and scale up
#
# - Bradley and Terry (1952), *Rank Analysis of Incomplete Block Designs*; Hunter (2004), *MM Algorithms for Generalized Bradley–Terry Models*: your step.
# - Fleiss (1971), *Measuring Nominal Scale Agreement Among Many Raters*.
# - Chiang et al. (2024), *Chatbot Arena*: a Bradley–Terry ranking of language models from hundreds of thousands of blind votes.
#
# **Scale up.** `PROFILE = "gpu"` trains the zoo's models longer, and the differences that judges must see get smaller: plan again with `human_study.answers_needed`. For a real study with many people put the questions on a server, pay for the time, and
# write down the analysis before the first answer.
