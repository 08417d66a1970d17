"""Exercises of 03_training/03_reinforcement_learning."""

import math

import numpy as np

from genai_course.exercises.definitions import Experiment, Function, Prediction, Target, Value


def some_rewards(rng):
    """Batches of different sizes; rewards of both signs, far from mean 0."""
    return [(rng.normal(size=n) + shift,) for n, shift in ((4, 1.5), (7, -2.0), (2, 3.0))]


def some_batches(rng):
    """Ratios inside and beyond the clip in both directions, with advantages of both signs; stories and tokens differ in number."""

    def arrays(n, time, clip_ratio):
        old = -rng.uniform(0.5, 3.0, size=(n, time))
        change = rng.uniform(-0.6, 0.6, size=(n, time))
        signs = np.where(np.arange(n) % 2 == 0, 1.0, -1.0)
        return old + change, old, signs * rng.uniform(0.5, 2.0, size=n), clip_ratio

    return [arrays(2, 3, 0.2), arrays(4, 5, 0.1), arrays(3, 7, 0.3)]


def some_pairs(rng):
    """Log-probabilities of whole texts, near the reference's, some preferences right and some wrong."""

    def arrays(n, beta):
        known = -rng.uniform(15, 30, size=(2, n))
        moved = known + rng.normal(scale=2.0, size=(2, n))
        return moved[0], moved[1], known[0], known[1], beta

    return [arrays(3, 0.5), arrays(6, 0.1), arrays(4, 2.0)]


def ratio_of(log_probs, old_log_probs):
    return np.exp(log_probs - old_log_probs)


def objective(log_probs, old, gains, clip_ratio, *, smaller=np.minimum, summary=np.mean, ratio=ratio_of):
    """The clipped objective with one part exchanged."""
    ratio, gains = ratio(log_probs, old), gains[:, None]
    return summary(smaller(ratio * gains, np.clip(ratio, 1 - clip_ratio, 1 + clip_ratio) * gains))


def softplus(values):
    return np.logaddexp(0, values)


def preference_loss(margins):
    return np.mean(softplus(-margins))


EXERCISES = [
    Function("advantages", reference="genai_course.labs.reinforcement_learning.policy_gradient:advantages", cases=some_rewards, mistakes={
        "- others → - np.mean(rewards)":
            "The mean of all holds the try's own reward, so a part of it is taken from itself: with n tries the gradient comes out (n − 1)/n times as long as it should be. Average the others only.",
        "rewards - others → np.mean(rewards) - rewards": "The sign is turned: better than the others must be positive. And average the others only.",
        "rewards - others → (np.sum(rewards) - rewards) / (len(rewards) - 1) - rewards":
            "The sign is turned: a try that did better than the others needs a positive advantage.",
        "rewards - others → (np.sum(rewards) - rewards) / (len(rewards) - 1)":
            "That is the baseline of each try, the mean of the others. Subtract it from the try's own reward.",
        "- others → - (np.sum(rewards) - rewards) / len(rewards)":
            "The sum leaves one reward out, so it has n − 1 terms: divide by len(rewards) - 1.",
        "- others → - np.sum(rewards) / (len(rewards) - 1)": "You divide by n − 1, but the try's own reward is still in the sum.",
        "- others → - (np.sum(rewards) - rewards)": "You subtract the sum of the others. A baseline is their mean.",
        "rewards - others → (rewards - np.mean(rewards)) / np.std(rewards)":
            "Dividing by the standard deviation is a habit of many programs, and not asked for here; and the mean must leave the try out.",
        "- others → - np.median(rewards)": "That is the median of all. The baseline here is the mean of the others.",
        "- others → - np.min(rewards)":
            "With the smallest reward as baseline no advantage is negative, so every word that was tried still becomes likelier.",
    }, hints=(
        "The sum of the others is the sum of all without the try's own reward.",
        "`(np.sum(rewards) - rewards)` holds that for each try, and it has n − 1 terms.",
        "`return rewards - (np.sum(rewards) - rewards) / (len(rewards) - 1)`",
    ), passed="The advantages of a batch add up to 0: what one gains, others lose. It is also known as leave-one-out baseline."),
    Value("price", reference=math.log(2), tolerance=0.01, mistakes=[
        (1, "That is in bits, and you are asked for nats: one bit is ln 2 nats. Use np.log, the natural logarithm."),
        (0.5, "That is how far the share rises. The price is q ln(q/p) + (1−q) ln((1−q)/(1−p)), with p = 0.5, q = 1."),
        (2, "That is the factor q/p by which liked stories become likelier. The divergence is its logarithm."),
        (-math.log(2), "A divergence is never negative. You took ln(p/q); the policy's share q stands above the line."),
        (0, "Only a policy that does not change costs nothing, and this one must drop half of its stories."),
        (lambda answer: math.isinf(answer) or math.isnan(answer), "The second term is 0 · ln 0, which counts as 0: no story of the tuned model is left there.",
         math.inf),
    ], hints=(
        "Put p = 0.5 and q = 1 into the formula. What is (1 − q) times anything?",
        "The second term is 0. The first is 1 · ln(1 / 0.5).",
        "ln 2: `answer = np.log(2)`",
    ), passed="ln 2 ≈ 0.69 nats, one bit: the answer to one question with two equally likely answers."),
    Function("clipped_objective", reference="genai_course.labs.reinforcement_learning.policy_gradient:clipped_objective", cases=some_batches, traced=True, mistakes={
        "return → np.mean(np.exp(log_probs - old_log_probs) * advantages)":
            "Nothing is clipped. Take the smaller of this and of the same with a clipped ratio.",
        "return → np.mean(np.clip(np.exp(log_probs - old_log_probs), 1 - clip_ratio, 1 + clip_ratio) * advantages)":
            "You only clip. A token that became likelier although its story was bad would then feel nothing: take the smaller of both sides.",
        (lambda *arguments: objective(*arguments, smaller=np.maximum)):
            "You took the larger side. The objective is to be a cautious guess of what was gained: the smaller.",
        (lambda log_probs, old, gains, clip: -objective(log_probs, old, gains, clip)):
            "That is the loss. An objective is to be raised, so leave out the minus; the tuner puts it in.",
        (lambda *arguments: objective(*arguments, summary=np.sum)):
            "You added up all tokens. Take the mean, so that the step does not grow with the batch.",
        (lambda *arguments: objective(*arguments, ratio=lambda log_probs, old: np.exp(old - log_probs))):
            "The ratio is upside down: the policy's probability above, that of the writer below. exp(log_probs - old_log_probs).",
        (lambda *arguments: objective(*arguments, ratio=lambda log_probs, old: log_probs - old)):
            "That is the logarithm of the ratio. Take exp of the difference.",
        (lambda *arguments: objective(*arguments, ratio=lambda log_probs, old: log_probs / old)):
            "You divided logarithms. A ratio of probabilities is exp of the difference of their logarithms.",
        "return → np.mean(np.minimum(np.exp(log_probs - old_log_probs) * advantages, np.clip(np.exp(log_probs - old_log_probs), -clip_ratio, clip_ratio) * advantages))":
            "You clip the ratio to ± ε. It is about 1 where nothing changed, so the limits are 1 − ε and 1 + ε.",
        "return → np.mean(np.minimum(np.exp(log_probs - old_log_probs), np.clip(np.exp(log_probs - old_log_probs), 1 - clip_ratio, 1 + clip_ratio)) * advantages)":
            "You stop the ratio from above only, or take the smaller ratio before multiplying, which is the same. Where the advantage is negative, the smaller *product* has the larger ratio: multiply first, then take the smaller.",
        (lambda log_probs, old, gains, clip: objective(log_probs.sum(axis=1, keepdims=True), old.sum(axis=1, keepdims=True), gains, clip)):
            "You made one ratio of the whole story. PPO clips token by token: over many tokens a story's ratio soon leaves every limit.",
        "return → np.mean(np.sum(np.minimum(np.exp(log_probs - old_log_probs) * advantages, np.clip(np.exp(log_probs - old_log_probs), 1 - clip_ratio, 1 + clip_ratio) * advantages), axis=1))":
            "You added up each story's tokens before the mean. Here the mean goes over stories and tokens.",
    }, hints=(
        "First the ratio, then the ratio with limits, then both times the advantage, then the smaller, then the mean.",
        "`ratio = ops.exp(log_probs - old_log_probs)` is (n, time), and `advantages[:, None]` is (n, 1), so they multiply. `ops.clip(ratio, 1 - clip_ratio, 1 + clip_ratio)` is the other one.",
        "`return ops.mean(ops.minimum(ratio * each, clipped * each))` with `each = advantages[:, None]`",
    ), passed="Where nothing has changed yet the ratio is 1, and its gradient is that of REINFORCE. The first step on a batch is never clipped."),
    Experiment("coefficient", reference={"coefficient": 1.5, "gain": 1.8, "perplexity": 1.05}, targets=[
        Target("gain", "the true reward must be at least 1.5 times the reference's.", at_least=1.5, at_most=100),
        Target("perplexity", "on held-out text it may worsen by less than 10 %: below 1.1.", at_least=0.5, at_most=1.1),
    ], mistakes=[
        (lambda result: result["coefficient"] < 0, "A negative price pays the policy for leaving. Give a number above 0.",
         {"coefficient": -1.0, "gain": 0.0, "perplexity": 9.0}),
        (lambda result: result["perplexity"] > 1.1 and result["gain"] < 1,
         "Hacked: the reader likes less than before and the ordinary stories suffer. The price must be far higher.",
         {"coefficient": 0.01, "gain": 0.1, "perplexity": 1.7}),
        (lambda result: result["perplexity"] > 1.1, "The reader is served, but the ordinary stories have suffered: it went too far. Raise the price.",
         {"coefficient": 0.5, "gain": 2.1, "perplexity": 1.2}),
        (lambda result: result["gain"] < 1.5, "The ordinary stories are safe, and too little was gained: distance is too dear. Lower the price.",
         {"coefficient": 5.0, "gain": 1.2, "perplexity": 1.02}),
    ], hints=(
        "0.3 was too cheap and 10 too dear. Steps on such a scale are best made by factors.",
        "The middle of 0.3 and 10 by factors is their geometric mean, √3.",
        "Somewhat below √3: `my_coefficient = 1.5`",
    ), passed="In practice nobody sees the gain. People watch the divergence, and adapt the coefficient while training to hold it at a target."),
    Function("dpo_loss", reference="genai_course.labs.reinforcement_learning.preferences:dpo_loss", cases=some_pairs, traced=True, mistakes={
        "return → np.mean(np.logaddexp(0, margins))":
            "The sign is turned: this loss falls when the rejected story becomes likelier. −ln σ(m) is softplus(−m).",
        (lambda w, v, rw, rv, beta: preference_loss(beta * (w - v))):
            "The reference is missing. Without it a pair counts as learned wherever the preferred story was the likelier one from the start, and nothing ties the policy to the reference.",
        (lambda w, v, rw, rv, beta: preference_loss((w - rw) - (v - rv))): "β is missing. It says how much reward one nat of log-ratio is worth.",
        (lambda w, v, rw, rv, beta: preference_loss(((w - rw) - (v - rv)) / beta)): "You divided by β. The reward is β times the log-ratio.",
        "return → -np.mean(np.logaddexp(0, -margins))": "That is the mean log-probability of the answers. A loss is minus that.",
        (lambda w, v, rw, rv, beta: np.sum(softplus(-beta * ((w - rw) - (v - rv))))):
            "You added up the pairs. Take the mean, so that the step does not grow with the batch.",
        (lambda w, v, rw, rv, beta: softplus(-beta * ((w - rw) - (v - rv)))): "You have a loss for each pair. Asked for is one number, their mean.",
        (lambda w, v, rw, rv, beta: np.mean(-beta * ((w - rw) - (v - rv)))):
            "The logarithm of σ is missing. Without it a pair that is right already pulls as hard as one that is wrong, without end.",
        (lambda w, v, rw, rv, beta: -np.mean(1 / (1 + np.exp(-beta * ((w - rw) - (v - rv)))))):
            "That is minus the mean probability. Take its logarithm: Bradley and Terry's likelihood is a product over pairs.",
        (lambda w, v, rw, rv, beta: softplus(-beta * np.mean((w - rw) - (v - rv)))):
            "You averaged the margins first. Each pair has its own loss: softplus, then the mean.",
        (lambda w, v, rw, rv, beta: preference_loss(beta * ((w - rw) + (v - rv)))): "You added the two rewards. What counts is their difference.",
        (lambda w, v, rw, rv, beta: preference_loss(beta * ((w - rv) - (v - rw)))):
            "The references are exchanged: each story is compared with the reference's view of the same story.",
    }, hints=(
        "Each story has a reward: β times how much likelier it is to the policy than to the reference.",
        "`margin = beta * ((preferred - reference_preferred) - (rejected - reference_rejected))` is (n,).",
        "`return ops.mean(ops.softplus(-margin))`",
    ), passed="Before the first step policy and reference agree, so every margin is 0 and the loss is ln 2 ≈ 0.69. It is a logistic regression on the policy's own log-ratios."),
]

PREDICTIONS = [
    Prediction("hacked", between=(0, 1), close=0.1,
               after="Among all texts that the proxy likes, stories are rare. Without a price on distance nothing keeps the policy near them."),
]
