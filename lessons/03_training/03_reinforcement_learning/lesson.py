# %% [markdown]
# # What does a model learn when you reward what it writes?
#
# A reward needs no examples: somebody says how good a text was, and the good becomes likelier. It works within seconds, and on whatever you *measure*. Reward the wrong thing, and a model that told stories
# repeats itself. You build what tunes language models, see it cheat, and learn which number keeps it honest.
#
# | | |
# |---|---|
# | **You will** | write a baseline, a clipped objective and the DPO loss · compute what a change must cost · learn a reward from preferences · catch a hacked reward · choose the coefficient that limits it |
# | **First** | [Transformers](../02_models/10_transformers.ipynb) and [human evaluation](../05_evaluation/03_human_evaluation.ipynb) |
# | **Time** | {{ reading_minutes }} min of reading, {{ exercise_minutes }} min of exercises, {{ computing_seconds }} s of computing |

# %% [markdown] tags=["instructor"]
# **For teachers, 60 minutes.** One word 12 · the reader and the price 10 · clipping 10 · preferences and the hack 16 · DPO 8 · quiz 4.
#
# Let the room guess what a policy will do that is paid for pleasant words and nothing else, before anybody runs it. Somebody says "write only pleasant words", and is nearly right. Ask next: *would you have seen it in the proxy's curve?*
# Learners take the KL term for a regulariser of weights. Ask: *divergence between what and what?*

# %% tags=["parameters"]
PROFILE = "laptop"  # "smoke" runs in seconds, "gpu" trains for longer
SEED = 0

# %%
from genai_course import (
    check, claim, data, hint, plots, predict, quiz, record, setup, show_source, widgets,
)

run = setup(PROFILE, SEED)

# %%
import re
import textwrap

import keras
import numpy as np
import pandas as pd
from keras import ops

from genai_course.labs.reinforcement_learning import (
    AnchoredPolicy, DirectPreference, PolicyGradient, RewardModel, policy_gradient,
)
from genai_course.recipes import text_models
from genai_course.recipes.budget import Epochs
from genai_course.training import Progress

# %% [markdown]
# ## The smallest version: one word
#
# A **policy** chooses one of five words. A reader then says how much she likes it, around 10 to 14, with moods: a standard deviation of 2. Nobody tells the policy which word is best.
#
# **REINFORCE** (Williams 1992) moves the logits by what it got, times the gradient of the log-probability of what it did:
#
# $$g = \frac1n\sum_{i=1}^{n} R_i\,\nabla\log\pi(w_i)$$
#
# On average that is the gradient of the expected reward. For five words the exact one can be computed, so you can check.

# %%
LIKED = np.array([10.0, 11.0, 12.0, 13.0, 14.0])  # how much each word is liked on average

def shares_of(logits):
    """The policy: a softmax.  (5,) -> (5,)"""
    weights = np.exp(logits - logits.max())
    return weights / weights.sum()

def try_words(shares, rng, n=16):
    """Words that the policy chooses, and what they got.  -> (n,), (n,)"""
    words = rng.choice(5, n, p=shares)
    return words, LIKED[words] + 2 * rng.standard_normal(n)

def reinforce(shares, words, credit):
    """The gradient for the logits: credit times the gradient of log π.  (5,), (n,), (n,) -> (5,)"""
    return np.mean(credit[:, None] * (np.eye(5)[words] - shares), axis=0)

# %% [markdown]
# ## Exercise 1: better than the others
#
# Practically all rewards are above 0, so REINFORCE pushes *every* word up that was tried, and only the differences teach. Subtract a **baseline**: for each try the mean reward of all the **other** tries of the batch.
# What is left is the **advantage**. (The others only: a baseline that holds a try's own reward would shorten the gradient, to (n − 1)/n of it.) Complete `advantages`:
# `rewards` is an array of numbers of both signs, with or without fractions, of two tries or more; some or all may be equal.
#
# Stuck? Run `hint("reinforcement_learning-advantages")` in a cell of its own; every exercise has three hints.

# %% tags=["exercise"] id="reinforcement_learning-advantages" points=2
def advantages(rewards):
    """Each reward minus the mean of all the others.  (n,) -> (n,)"""
    ### BEGIN SOLUTION
    others = (np.sum(rewards) - rewards) / (len(rewards) - 1)  # (n,)
    return rewards - others
    ### END SOLUTION

# %% tags=["check"]
advantages = check("reinforcement_learning-advantages", advantages)

# %%
equal = np.full(5, 0.2)  # a policy that has learned nothing yet
exact = equal * (LIKED - equal @ LIKED)  # gradient of the expected reward
rng = np.random.default_rng(SEED)
estimates = {"rewards alone": [], "with a baseline": []}
for _ in range(2_000):
    words, rewards = try_words(equal, rng)
    estimates["rewards alone"].append(reinforce(equal, words, rewards))
    estimates["with a baseline"].append(reinforce(equal, words, advantages(rewards)))
estimates = {name: np.array(each) for name, each in estimates.items()}  # (2000, 5) each
variance = {name: each.var(axis=0).sum() for name, each in estimates.items()}

# %% tags=["nbval-ignore-output"]
pd.DataFrame({
    "exact": [*exact, 0],
    **{name: [*each.mean(axis=0), variance[name]] for name, each in estimates.items()},
}, index=[*(f"word {place}" for place in range(1, 6)), "variance of one batch"]).round(3)

# %%
for name, each in estimates.items():
    error = np.sqrt(each.var(axis=0) / len(each))  # of the mean of 2000 batches
    claim(f"{name}: the mean agrees with the exact gradient, within four standard errors",
          np.all(np.abs(each.mean(axis=0) - exact) < 4 * error))
claim("The baseline takes away at least nine tenths of the variance",
      variance["with a baseline"] < 0.1 * variance["rewards alone"])

# %% [markdown]
# The same direction on average, and a fraction of the noise, for one subtraction. Now learn with each: twenty policies, sixty steps.

# %%
def learn(credit_of, rng, steps=60):
    """The expected reward of a policy, step by step.  -> (steps,)"""
    logits, path = np.zeros(5), []
    for _ in range(steps):
        words, rewards = try_words(shares_of(logits), rng)
        logits = logits + 0.15 * reinforce(shares_of(logits), words, credit_of(rewards))
        path.append(shares_of(logits) @ LIKED)
    return path

rng = np.random.default_rng(SEED)
paths = {
    "rewards alone": np.array([learn(np.asarray, rng) for _ in range(20)]),
    "with a baseline": np.array([learn(advantages, rng) for _ in range(20)]),
}  # (policies, steps)

# %% tags=["nbval-ignore-output"]
figure, axes = plots.new_figure(1, 2, height=2.6, sharey=True)
for axis, (name, path), colour in zip(axes, paths.items(), plots.COLOURS, strict=False):
    axis.plot(np.arange(1, 61), path.T, color=colour, alpha=0.4, linewidth=1)
    axis.set(title=name, xlabel="step (16 words each)")
axes[0].set_ylabel("expected reward")
figure.suptitle("Twenty policies learn one word", fontsize=11, fontweight="bold")
plots.show(
    figure, "Expected reward over 60 steps. Left, rewards alone: twenty curves that scatter widely "
    "and fall back at times. Right, with a baseline: twenty curves close together.")

# %%
spread = {name: path[:, -1].std() for name, path in paths.items()}
claim("Without a baseline the twenty policies end at least three times as far apart",
      spread["rewards alone"] > 3 * spread["with a baseline"])

# %% [markdown]
# ## A reader of stories
#
# From one word to twenty-eight tokens. A small GPT learns the beginnings of our `stories`; whole stories would only take longer. It becomes the **reference**: the model as it is before anybody rewards it.

# %%
n_train, length = run.steps(smoke=64, laptop=4_000, gpu=50_000), 28
stories = data.stories(n_train, run.steps(smoke=16, laptop=256, gpu=1_000), seed=SEED)
text = "".join(story[:260] for story in stories.train[:2_000])
encoder = data.BytePairEncoder.train(text, run.steps(smoke=400, laptop=1_500, gpu=1_500))
beginnings = [
    encoder.decode(encoder.encode(story[:400])[:length]) for story in stories.train + stories.test]
encoder = data.UsedTokens(encoder, beginnings)  # the other tokens would only cost time
rows = np.array([encoder.encode(beginning) for beginning in beginnings])  # (stories, 28)
test_rows = rows[n_train:]

# %%
keras.utils.set_random_seed(SEED)
batch = run.steps(smoke=16, laptop=32, gpu=32)
once = Epochs(1, run.compile_options, [Progress("GPT")], shuffle=False)
gpt = text_models.copying_gpt(
    rows[: n_train // batch * batch], once, encoder.size, batch=batch, d_model=48)

# %% [markdown]
# Our reader has two wishes. The story must hold a **pleasant** word, and it must be **possible**: the grammar that wrote the stories must be able to begin one like that. Repeated words, a changed name or a home that is
# not the child's make it impossible. She likes a story if both hold: reward 1, else 0. This is the **true reward**, and it is exact.

# %%
PLEASANT = re.compile(
    r"\b(happy|kind|brave|clever|cheerful|gentle|curious|lively|bright|fine|lovely|funny|merry"
    r"|lucky|proud|sweet)\b")

def likes(text):
    """Whether a beginning is pleasant, and whether it is possible."""
    possible = np.isfinite(stories.log_prob_of_beginning(text))
    return bool(PLEASANT.search(text)), bool(possible)

def true_reward(rows):
    """1 for a story that the reader likes, else 0.  (n, 28) tokens -> (n,)"""
    return np.array([float(all(likes(encoder.decode(row)))) for row in rows])

# %%
at_once = run.steps(smoke=16, laptop=128, gpu=512)  # stories written together

def write(times, number):
    """Stories by the policy as it is now.  -> (times · at_once, 28)"""
    return np.concatenate(
        [gpt.sample(at_once, seed=[SEED, number, place]) for place in range(times)])

reference_rows = write(8, number=1)  # (1024, 28)
liked = true_reward(reference_rows)
if not run.judges_claims:
    liked = np.arange(len(liked)) % 2.0  # an untrained model writes nothing that she likes
base = liked.mean()  # share of stories that she likes

# %% tags=["nbval-ignore-output"]
print(f"The reader likes {base:.0%} of the reference's stories.")
for row in reference_rows[:4]:
    pleasant, possible = likes(encoder.decode(row))
    print(f"\npleasant {pleasant}, possible {possible}")
    print(textwrap.fill(encoder.decode(row), 100))

# %%
claim("She likes between 25 and 60 % of what the reference writes", 0.25 < base < 0.6)

# %% [markdown]
# ## What must a change cost?
#
# A tuned model that writes other stories has moved away from its reference. How far says the **Kullback–Leibler divergence** (KL), here in nats per story:
#
# $$\text{KL} = \mathbb E_{\text{policy}}\Big[\log\frac{\pi(\text{story})}{\pi_{\text{ref}}(\text{story})}\Big]$$
#
# Raising the share of liked stories from p to q has a least price. The cheapest way makes all liked stories likelier by q/p and all others by (1−q)/(1−p), and touches nothing else:
#
# $$\text{KL}_{\min} = q\ln\frac qp + (1-q)\ln\frac{1-q}{1-p}$$

# %% [markdown]
# ## Exercise 2: the price of always
#
# Half of the stories are liked, and you want all of them to be. What is the least divergence, in nats? Two decimals are enough.

# %% tags=["exercise"] id="reinforcement_learning-price" points=1 solution="np.log(2)"
answer = ...  # a number

# %% tags=["check"]
answer = check("reinforcement_learning-price", answer)

# %% [markdown]
# No method can beat that price, so it will stand in the picture as a **frontier**. One simple method lies exactly *on* it, without any training: write n stories, hand in one that is liked (**best of n**). It costs n times the
# writing, every time. Training pays once.

# %%
fours = liked.reshape(-1, 4)  # (256, 4)
best_of_four = fours.max(axis=1).mean()
claim("Best of four likes as many as 1 - (1 - p)⁴ says, within 0.1",
      abs(best_of_four - (1 - (1 - base) ** 4)) < 0.1)

# %% [markdown]
# ## Exercise 3: a batch, used more than once
#
# Writing is expensive, so **PPO** (Schulman et al. 2017) climbs several steps on one batch. After the first the policy is no longer the one that wrote it. The **ratio** r = π/π_old of each token corrects for that. And it is
# clipped, so that nothing is gained by going too far:
#
# $$\text{mean}\;\min\big(r A,\;\text{clip}(r, 1-\varepsilon, 1+\varepsilon)\,A\big)$$
#
# A story's advantage A counts for each of its tokens. Complete `clipped_objective` with `keras.ops`: the policies below train with it. A log-probability may be −200, of which `exp` is 0: take the difference first.

# %% tags=["exercise"] id="reinforcement_learning-clipped_objective" points=3
def clipped_objective(log_probs, old_log_probs, advantages, clip_ratio):
    """(n, time) and (n, time) natural logarithms, (n,), number -> number"""
    ### BEGIN SOLUTION
    ratio = ops.exp(log_probs - old_log_probs)  # (n, time)
    clipped = ops.clip(ratio, 1 - clip_ratio, 1 + clip_ratio)
    each = advantages[:, None]  # a story's advantage, for all its tokens
    return ops.mean(ops.minimum(ratio * each, clipped * each))
    ### END SOLUTION

# %% tags=["check"]
clipped_objective = check("reinforcement_learning-clipped_objective", clipped_objective)

# %% [markdown]
# Is the clip worth a line? Back to one word: climb **fifty** times on the same sixteen tries, with and without it. A gradient flows only where the clipped side is not the smaller one.

# %%
def climb_on_one_batch(clip_ratio, rng, times=50):
    """Expected reward and divergence after many steps on one batch.  -> two numbers"""
    words, rewards = try_words(equal, rng)
    gains, logits = advantages(rewards), np.zeros(5)
    for _ in range(times):
        shares = shares_of(logits)
        ratio = shares[words] / equal[words]
        stopped = np.where(gains > 0, ratio > 1 + clip_ratio, ratio < 1 - clip_ratio)
        logits = logits + 0.3 * reinforce(shares, words, np.where(stopped, 0, ratio * gains))
    shares = shares_of(logits)
    return shares @ LIKED, shares @ np.log(shares / equal)

tried = {}
for clip_ratio in (0.2, np.inf):
    rng = np.random.default_rng(SEED)
    tried[clip_ratio] = np.array([climb_on_one_batch(clip_ratio, rng) for _ in range(200)])

# %% tags=["nbval-ignore-output"]
pd.DataFrame({
    name: {"mean reward": tried[clip][:, 0].mean(), "worst of 200": tried[clip][:, 0].min(),
           "mean divergence": tried[clip][:, 1].mean()}
    for name, clip in {"clipped at 0.2": 0.2, "not clipped": np.inf}.items()
}).T.round(3)

# %%
claim("Not clipped, a policy moves at least ten times as far on one batch",
      tried[np.inf][:, 1].mean() > 10 * tried[0.2][:, 1].mean())
claim("Clipped, the worst of 200 loses less than 0.2 of the 12 it began with",
      tried[0.2][:, 0].min() > 11.8)
claim("Not clipped, the worst loses at least twice as much",
      12 - tried[np.inf][:, 0].min() > 2 * (12 - tried[0.2][:, 0].min()))

# %% [markdown]
# Clipping is insurance: it also gives away some of the mean. A lucky word cannot take over after one batch.
#
# ## Policy gradient on stories
#
# Now the GPT. A **KL coefficient** β makes distance part of the reward, so a story is judged by R − β · log(π/π_ref). This is one step, with your two functions inside as `baseline` and `objective`:

# %%
show_source(PolicyGradient.step)
anchored = AnchoredPolicy(gpt)  # the policy, and a copy that stays: the reference
tuner = PolicyGradient(
    anchored, batch_size=at_once, objective=clipped_objective, baseline=advantages)

# %%
def perplexity():
    """Of the policy as it is now, per token of ordinary held-out stories."""
    return np.exp(-gpt.log_prob_of_tokens(test_rows).mean())

results, written = {}, {}
reference_perplexity = perplexity()

def measure(name, proxy=None):
    """Note what the policy is worth now, under a name."""
    rows = written[name] = write(3, number=2)  # (384, 28)
    results[name] = {
        "true reward": true_reward(rows).mean(),
        "proxy": np.nan if proxy is None else proxy(rows).mean(),
        "KL": anchored.divergence(rows).mean(),
        "perplexity": perplexity() / reference_perplexity,
        "different tokens": np.mean([len(set(row)) for row in rows.tolist()]) / length,
    }

# %%
measure("reference")
history = tuner.tune(
    true_reward, run.steps(smoke=1, laptop=8, gpu=40), kl_coefficient=0.4, seed=SEED)
measure("true reward")

# %% tags=["nbval-ignore-output"]
print("reward of each batch:", *(f"{note['reward']:.2f}" for note in history))
for row in written["true reward"][:3]:
    print(textwrap.fill(encoder.decode(row), 100))
pd.DataFrame(results).T[["true reward", "KL", "perplexity"]].round(3)

# %% [markdown]
# The column *perplexity* is that of **ordinary held-out stories**, relative to the reference's. It tells what the tuning has spoiled elsewhere.

# %%
def gain(name):
    return results[name]["true reward"] / base

tuned = results["true reward"]
claim("Policy gradient raises the true reward by at least 30 %", gain("true reward") > 1.3)
claim("At a divergence below 3 nats a story", tuned["KL"] < 3)
claim("And held-out perplexity worsens by less than 10 %", tuned["perplexity"] < 1.1)
least = policy_gradient.least_divergence(base, tuned["true reward"])
claim("It pays more than the least price: the frontier holds", tuned["KL"] > least)

# %% [markdown]
# ## From preferences to a reward
#
# People rarely give numbers. They say **which of two is better**. Our reader compares pairs of the reference's stories, and says so where she likes one and not the other. One answer in ten is a slip.

# %%
pairs, pair_likes = reference_rows.reshape(-1, 2, length), liked.reshape(-1, 2)  # (512, 2, 28)
rng = np.random.default_rng(SEED)
first_wins = (pair_likes[:, 0] > pair_likes[:, 1]) ^ (rng.random(len(pairs)) < 0.1)
differ = pair_likes[:, 0] != pair_likes[:, 1]
order = np.where(first_wins, 0, 1)[differ]
places = np.arange(len(order))
preferred, rejected = pairs[differ][places, order], pairs[differ][places, 1 - order]
n_fit = 3 * len(order) // 4  # the last quarter is kept for a test

# %% [markdown]
# By Bradley and Terry, the first wins with probability σ(R₁ − R₂). A **reward model** makes these answers likely. Ours is as simple as can be: a weight for each token, and a story's reward is the sum of its tokens'
# weights. It learns in milliseconds.

# %%
show_source(RewardModel.fit)
proxy = RewardModel(encoder.size).fit(preferred[:n_fit], rejected[:n_fit])

def agreement(chosen):
    """Share of the answers that the reward model gives, too."""
    return np.mean(proxy(preferred[chosen]) > proxy(rejected[chosen]))

known, unknown = agreement(slice(0, n_fit)), agreement(slice(n_fit, None))

# %% tags=["nbval-ignore-output"]
print(f"{n_fit} answers learned: {known:.0%} right")
print(f"{len(order) - n_fit} others: {unknown:.0%} right")
by_weight = np.argsort(-proxy.weights)
for name, tokens in {"pays for": by_weight[:10], "takes off for": by_weight[:-11:-1]}.items():
    words = [encoder.decode([token]).strip() for token in tokens]
    print(name, *map("{} {:+.1f},".format, words, proxy.weights[tokens]))

# %%
claim("It knows the answers it learned nearly by heart", known > 0.9)
claim("On others it agrees less often, by at least 0.1", unknown < known - 0.1)
claim("What the reader likes gets a higher reward on average, all the same",
      proxy(reference_rows[liked > 0]).mean() > proxy(reference_rows[liked == 0]).mean() + 0.5)

# %% [markdown]
# Some pleasant words are among the well-paid, and so are words that chance put there. It is a **proxy**: related to what the reader likes, and not the same.
#
# ## Predict
#
# Now the policy is paid by the proxy, with no price on distance (β = 0). Its proxy reward will rise. What share of its stories will the *reader* like after fourteen steps? (She likes about a third of the reference's.)

# %% tags=["exercise"] solution="0.6"
my_guess = ...  # from 0 to 1

# %% tags=["check"]
predict("reinforcement_learning-hacked", my_guess)

# %%
tracks = {}

def tune_to_proxy(coefficient):
    """Tune to the proxy, and note what the reader would have said to each batch."""
    truth = []

    def watched(rows):
        truth.append(true_reward(rows).mean())
        return proxy(rows)

    anchored.restart()
    steps = run.steps(smoke=1, laptop=14, gpu=40)
    notes = tuner.tune(watched, steps, kl_coefficient=coefficient, seed=SEED)
    name = f"proxy, β = {coefficient:g}"
    tracks[name] = [note["reward"] for note in notes], truth
    measure(name, proxy)
    return results[name]

hacked = tune_to_proxy(0.0)

# %% tags=["nbval-ignore-output"]
predict("reinforcement_learning-hacked", outcome=hacked["true reward"])
for row in written["proxy, β = 0"][:5]:
    print(textwrap.fill(encoder.decode(row), 100))

# %% [markdown]
# Read them. This is **reward hacking**: the policy found words that pay and repeats them, and a sum has no idea that a story has to be one. Nothing in the training went wrong; the reward did. The cure that everyone uses is the
# price on distance.

# %%
for coefficient in (0.3, 10.0):
    tune_to_proxy(coefficient)

# %% tags=["nbval-ignore-output"]
figure, (left, right) = plots.new_figure(1, 2, height=2.9)
for (name, (paid, truth)), dashes in zip(tracks.items(), ("-", "--", ":"), strict=False):
    left.plot(range(1, len(paid) + 1), paid, dashes, label=name)
    right.plot(range(1, len(truth) + 1), truth, dashes)
left.set(title="What it is paid for", ylabel="mean proxy reward")
right.set(title="What the reader says", ylabel="share liked", ylim=(-0.03, 1.03))
for axis in (left, right):
    axis.set(xlabel="step", xticks=range(2, len(paid) + 1, 2))
left.legend(fontsize=8)
plots.show(
    figure, "Left the proxy reward climbs where distance is cheap, and hardly at 10. Right the "
    "share of liked stories: without a price it first rises, and then falls below where it began.")

# %%
plain, tight = results["reference"], results["proxy, β = 10"]
peak = max(tracks["proxy, β = 0"][1])
claim("Without a price the proxy ends at least twice as high as at a price of 10",
      hacked["proxy"] > 2 * tight["proxy"])
claim("The reader liked it better on the way: at least 1.3 times the reference",
      peak > 1.3 * plain["true reward"])
claim("In the end she likes less than half of what she liked in the reference",
      hacked["true reward"] < 0.5 * plain["true reward"])
claim("The hack shows without her: over 10 nats away, and held-out perplexity 30 % worse",
      hacked["KL"] > 10 and hacked["perplexity"] > 1.3)
claim("A coefficient of 10 keeps it within 2 nats, and held-out perplexity within 5 %",
      tight["KL"] < 2 and tight["perplexity"] < 1.05)

# %% [markdown]
# The reader's curve rises, then falls, while the proxy's never looks back. **Goodhart's law**: a measure that becomes a target stops being a good measure. In real life only the left panel can be seen, so watch the
# divergence, the held-out perplexity, and *read samples*.
#
# ## Exercise 4: choose the coefficient
#
# 0.3 spoils the ordinary stories, 10 hardly lets the policy learn. Choose a β so that the reader likes at least **1.5 times** as many stories as of the reference, and held-out perplexity worsens by less than **10 %**.

# %% tags=["exercise"] id="reinforcement_learning-coefficient" points=2 solution="1.5"
my_coefficient = ...  # a number from 0.1 to 10

# %%
coefficient = 0.1 if my_coefficient is ... else float(my_coefficient)
chosen = f"proxy, β = {coefficient:g}"
tune_to_proxy(coefficient)
my_result = {
    "coefficient": my_coefficient,
    "gain": float(gain(chosen)) if run.judges_claims else 1.0,  # of the true reward
    "perplexity": float(results[chosen]["perplexity"]),  # relative to the reference's
}

# %% tags=["check"]
my_result = check("reinforcement_learning-coefficient", my_result)

# %% [markdown]
# ## Without a reward model: DPO
#
# The policy that is best for a reward R at the price β has a formula, π ∝ π_ref · exp(R/β). Turn it around: every policy *is* the best one for the reward β · log(π/π_ref), up to a constant that a comparison does not see. So put that reward
# into Bradley and Terry's probability and train the policy itself (Rafailov et al. 2023):
#
# $$L = -\,\text{mean}\,\ln\sigma\Big(\beta\ln\frac{\pi(y_w)}{\pi_{\text{ref}}(y_w)} - \beta\ln\frac{\pi(y_l)}{\pi_{\text{ref}}(y_l)}\Big)$$
#
# with $y_w$ the preferred story and $y_l$ the rejected one. No reward model, no writing in between.

# %% [markdown]
# ## Exercise 5: the loss of DPO
#
# Complete `dpo_loss` with `keras.ops`: the policy trains with it. You get the four log-probabilities of each pair, and a margin may be −300. `ops.softplus(-m)` is −ln σ(m), and stays finite where a logarithm of σ would not. Training begins with margins of exactly 0, and there the gradient has to be right, too.

# %% tags=["exercise"] id="reinforcement_learning-dpo_loss" points=3
def dpo_loss(preferred, rejected, reference_preferred, reference_rejected, beta):
    """Natural logarithms of probabilities, four times (n,), and a number -> number"""
    ### BEGIN SOLUTION
    reward_preferred = beta * (preferred - reference_preferred)  # (n,)
    reward_rejected = beta * (rejected - reference_rejected)  # (n,)
    return ops.mean(ops.softplus(-(reward_preferred - reward_rejected)))
    ### END SOLUTION

# %% tags=["check"]
dpo_loss = check("reinforcement_learning-dpo_loss", dpo_loss)

# %%
anchored.restart()
direct = DirectPreference(
    anchored, beta=0.3, batch_size=run.steps(smoke=4, laptop=32, gpu=32), loss=dpo_loss)
losses = direct.tune(preferred[:n_fit], rejected[:n_fit], epochs=3, seed=SEED)
measure("DPO", proxy)

# %%
picked = proxy(reference_rows).reshape(-1, 4).argmax(axis=1)  # the proxy chooses, nobody trains
results["best of 4, proxy"] = {
    "true reward": fours[np.arange(len(fours)), picked].mean(),
    "KL": np.log(4) - 3 / 4,  # of best of n by any reward without ties: ln n - (n - 1) / n
}
results["best of 4, true"] = {
    "true reward": best_of_four,
    "KL": float(policy_gradient.least_divergence(base, min(best_of_four, 1))),
}

# %% tags=["nbval-ignore-output"]
print("loss of DPO:", *(f"{loss:.2f}" for loss in losses))
pd.DataFrame(results).T.map(lambda value: "" if np.isnan(value) else f"{value:.3f}")

# %%
claim("DPO raises the true reward by at least 30 %", gain("DPO") > 1.3)
claim("At a divergence below 3 nats a story", results["DPO"]["KL"] < 3)
claim("And held-out perplexity worsens by less than 10 %", results["DPO"]["perplexity"] < 1.1)
claim("Best of 4 by the reader keeps up with the policy tuned to her, within 0.05",
      best_of_four > tuned["true reward"] - 0.05)

# %% [markdown]
# Be fair to the last two rows. *Best of 4* needs no training: picked by the reader it keeps up with the policy tuned to her, picked by the proxy it comes near DPO, and both are closer to the reference. What it costs comes
# later: four stories for one, every time.
#
# ## All of it in one picture
#
# Each policy is a dot: how far it went, and what that bought. The line is the frontier: at that divergence nobody can have more.

# %%
def draw_frontier(axis, highlight=None):
    """Divergence against the true reward, with the least price; one dot may stand out."""
    shares = np.linspace(base + 0.02, 0.999, 100)
    axis.plot(policy_gradient.least_divergence(base, shares), shares, color=plots.COLOURS[7])
    for name, result in results.items():
        if name != "reference":
            colour = plots.COLOURS[0 if name.startswith("proxy") else 1 if "best" in name else 2]
            size = 130 if name == highlight else 30
            axis.scatter(result["KL"], result["true reward"], s=size, color=colour)
            side = "right" if "best" in name else "left"
            label, height = name.removeprefix("proxy, "), "top" if "=" in name else "bottom"
            place = result["KL"], result["true reward"]
            axis.annotate(f"  {label}  ", place, fontsize=7, ha=side, va=height)
    axis.axhline(base, linestyle=":", color=plots.COLOURS[7])
    axis.set(xscale="log", xlim=(0.02, 120), ylim=(-0.05, 1.06))
    axis.set_xticks([0.1, 1, 10, 100], ["0.1", "1", "10", "100"])
    axis.minorticks_off()
    axis.set(xlabel="divergence from the reference, nats", ylabel="share that the reader likes")

# %% tags=["nbval-ignore-output"]
figure, (left, right) = plots.new_figure(1, 2, height=3.5, width_ratios=(1, 1.6))
swept = [(name, each) for name, each in results.items() if name.startswith("proxy")]
left.plot(*zip(*sorted((each["KL"], each["proxy"]) for _, each in swept), strict=True), "o-")
for name, each in swept:
    left.annotate(f" {name.removeprefix('proxy, ')}", (each["KL"], each["proxy"]), fontsize=7,
                  va="top")
left.set(xscale="log", title="The proxy likes distance", ylabel="mean proxy reward")
left.set(xlabel="divergence, nats", xlim=(0.3, 90))
draw_frontier(right)
right.set_title("The reader does not")
plots.show(
    figure, "Left: the further from the reference, the higher the proxy. Right: no dot lies above "
    "the frontier; best of 4 by the reader lies on it, and far out nearly nothing is liked.")

# %%
for name in ("true reward", "DPO", "proxy, β = 0", "proxy, β = 0.3", "proxy, β = 10"):
    result = results[name]
    q = max(base, result["true reward"] - 0.05)  # 384 stories say it within 0.05
    claim(f"{name}: on the right side of the frontier",
          result["KL"] >= policy_gradient.least_divergence(base, q))

# %% [markdown]
# ## Explore: read what each has learned
#
# Choose a policy and turn the pages. Which of its habits would you have noticed without a reader who never tires?

# %%
def draw_policy(policy, story):
    """The frontier on the left, a story on the right with what proxy and reader say."""
    row = written[policy][story - 1]
    pleasant, possible = likes(encoder.decode(row))
    figure, (left, right) = plots.new_figure(1, 2, height=3.3, width_ratios=(1.25, 1))
    draw_frontier(left, highlight=policy)
    left.set_title(f"{policy}", fontsize=10)
    lines = textwrap.wrap(encoder.decode(row), 38)
    verdict = f"pleasant: {pleasant}\npossible: {possible}\nproxy: {proxy(row[None])[0]:.1f}"
    right.text(0, 1, "\n".join([*lines, "", verdict]), va="top", family="monospace", fontsize=8)
    right.set_title(f"Story {story} by this policy", fontsize=10)
    right.axis("off")
    return figure

# %%
widgets.explore(
    draw_policy,
    "The frontier with a dot for each policy, and beside it a story with the verdict of reader and "
    "proxy.",
    policy=["true reward", "reference", "DPO", "proxy, β = 0", "proxy, β = 0.3", "proxy, β = 10"],
    story=(1, 40, 1, 1),
)

# %% [markdown]
# ## Break it, and repair the reward itself
#
# The KL term only limits a hack. What made it possible was a *sum*: a word that pays once pays again at each of 28 places. Pay each kind of token at most once a story, and tune again, first without any price, then with the β of 0.3 that did not save the sum. Same weights, same steps.

# %%
def pays_once(rows):
    """The proxy, with every kind of token paid once.  (n, 28) -> (n,)"""
    return np.array([proxy.weights[np.unique(row)].sum() for row in rows])

for price in (0.0, 0.3):
    anchored.restart()
    tuner.tune(pays_once, run.steps(smoke=1, laptop=14, gpu=40), kl_coefficient=price, seed=SEED)
    measure(f"pays once, β = {price:g}", pays_once)
record("liked_once", results["pays once, β = 0"]["true reward"], "liked, paid once", 1.0)
repaired = results["pays once, β = 0.3"]
record("liked_repaired", repaired["true reward"], "liked, paid once, β = 0.3", 0.2)
record("liked_before", results["reference"]["true reward"], "liked, reference", 0.1)

# %% tags=["nbval-ignore-output"]
for row in written["pays once, β = 0.3"][:3]:
    print(textwrap.fill(encoder.decode(row), 100))
names = [f"{reward}, β = {price}" for price in ("0", "0.3") for reward in ("proxy", "pays once")]
pd.DataFrame(results).T.loc[["reference", *names]].round(3)

# %%
once = results["pays once, β = 0"]
claim("Paid once and with a price, at least 1.4 times as many are liked as of the reference's",
      repaired["true reward"] > 1.4 * results["reference"]["true reward"])
claim("Without the price it is a patch: held-out perplexity worsens by more than 50 %",
      once["perplexity"] > 1.5)

# %% [markdown]
# One loophole closed, and without a price the policy looks for the next: the words that chance made expensive. It repeats itself less, and how many of its stories the reader likes is a matter of luck: a share of {{ liked_once:.2f }} in this run, where the reference has {{ liked_before:.2f }}.
# With the price it is {{ liked_repaired:.2f }}. A better reward closes a loophole, the KL term limits the damage. You need both.

# %% [markdown]
# ## Make: a reader of your own
#
# Invent a reader with another wish that a rule can decide and that the reference meets in 20 to 60 % of its stories. Tune to it with a β of your choice. Show one figure with what the wish cost, beside its least price,
# and write two sentences on what else has changed.

# %% tags=["exercise", "make"] id="reinforcement_learning-make" points=4
def my_reader():
    """Tune to a wish of your own: a figure of its cost and the least price."""
    ### BEGIN SOLUTION
    # Wish: the story is about a girl.
    def about_a_girl(rows):
        found = [re.search(r"\b([Ss]he|[Hh]er)\b", encoder.decode(row)) for row in rows]
        return np.array([float(each is not None) for each in found])

    before = np.clip(about_a_girl(reference_rows).mean(), 0.01, 0.99)
    anchored.restart()
    tuner.tune(about_a_girl, run.steps(smoke=1, laptop=6, gpu=40), kl_coefficient=0.2, seed=SEED)
    rows = write(3, number=3)
    after = about_a_girl(rows).mean()
    least = policy_gradient.least_divergence(before, after)
    prices = {"paid": anchored.divergence(rows).mean(), "least price": float(least)}
    return plots.bars(prices, title=f"From {before:.0%} to {after:.0%} stories about girls",
                      x_label="divergence from the reference, nats")
    # The policy pays more than the least: stories became more alike in other ways, too.
    # Pronouns decide this wish, so a story that names a girl and no pronoun does not count.
    ### END SOLUTION

# %% tags=["nbval-ignore-output"]
if (figure := my_reader()) is not ...:
    plots.show(figure, "The figure of my own reader.")

# %% [markdown] tags=["instructor"]
# **Rubric, 4 points.** A rule that two people would apply alike, with its share before (1) · tuned, with share, divergence and held-out perplexity or least price after (1) ·
# a figure with title and labelled axis (1) · two sentences on what else changed, from samples that were read (1).

# %% [markdown]
# ## Recap
#
# 1. REINFORCE follows reward times the gradient of the log-probability; a baseline keeps the direction and removes the noise.
# 2. The clipped ratio lets one batch serve several steps without running away.
# 3. Preferences make a reward model (Bradley–Terry); DPO trains the policy on them directly.
# 4. A share raised from p to q costs at least a known divergence; best of n lies on that frontier.
# 5. A proxy pays for what it counts. Limit the distance, repair the reward, and read samples.
#
# ## Quiz
#
# Click, or type one letter a question.

# %% tags=["exercise"] solution='"bdacb"'
my_answers = ...  # one letter a question, such as "abcda"

# %% tags=["check"]
quiz("reinforcement_learning", my_answers)

# %% [markdown]
# ## Read on, and scale up
#
# - Schulman et al. (2017), *Proximal Policy Optimization Algorithms*: the clipped objective.
# - Rafailov et al. (2023), *Direct Preference Optimization: Your Language Model is Secretly a Reward Model*.
# - Gao, Schulman and Hilton (2023), *Scaling Laws for Reward Model Overoptimization*: proxy and truth against divergence, as here.
#
# **Scale up.** `PROFILE = "gpu"` trains on 50,000 beginnings and tunes for 40 steps. Large systems keep every part of this lesson: a reference that stays, a reward model (a GPT with one number as output), a coefficient watched
# and adjusted while training, and people who read samples. What would a reader of *whole* stories change?
