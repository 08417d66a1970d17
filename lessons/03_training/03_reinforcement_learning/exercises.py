"""Exercises of 03_training/03_reinforcement_learning."""

import math

import numpy as np

from genai_course.exercises.definitions import Experiment, Function, Prediction, Setting, Target, Value


def some_rewards(rng):
    """Batches of different sizes and of one size; rewards of both signs, far from mean 0; ties, whole numbers."""
    drawn = [(rng.normal(size=n) + shift,) for n, shift in ((4, 1.5), (7, -2.0), (2, 3.0), (4, 8.0))]
    return [*drawn, (np.array([1.0, 0.0, 1.0, 1.0, 0.0, 0.0, 1.0, 1.0]),), (np.array([3, 1, 0, 1, 7, -2]),),
        (np.zeros(5),), (rng.normal(size=33) - 1,), (1e-4 * rng.normal(size=6),), (1e4 * rng.normal(size=9),), (np.array([-2, -2]),)]  # fmt: skip


def any_rewards(draw, st, numbers):
    quarters = draw(st.lists(st.integers(-20, 20), min_size=2, max_size=7))
    return (np.array(quarters, "float32") / 4,)


def some_batches(rng):
    """Ratios inside and beyond the clip in both directions, with advantages of both signs; stories and tokens differ in number."""

    def arrays(n, time, clip_ratio):
        old = -rng.uniform(0.5, 3.0, size=(n, time))
        change = rng.uniform(-0.6, 0.6, size=(n, time))
        signs = np.where(np.arange(n) % 2 == 0, 1.0, -1.0)
        return old + change, old, signs * rng.uniform(0.5, 2.0, size=n), clip_ratio

    old = -200 - rng.uniform(0.5, 3.0, size=(3, 2))  # tokens so unlikely that exp makes them 0
    far = (old + rng.uniform(-0.6, 0.6, size=(3, 2)), old, np.array([1.0, -0.5, 2.0]), 0.2)
    written, same = arrays(5, 3, 0.2), arrays(3, 4, 0.2)
    nothing = (*written[:2], np.array([0.0, 1.5, 0.0, -1.0, -1.0]), 0.2)  # stories as good as the others
    first = same[1], *same[1:]  # the policy that wrote the batch: all ratios are 1
    return [arrays(2, 3, 0.2), arrays(4, 5, 0.1), arrays(3, 7, 0.3), arrays(1, 4, 0.25), far, nothing, arrays(24, 30, 0.15), first]


def any_batch(draw, st, numbers):
    n, time = draw(st.integers(1, 4)), draw(st.integers(1, 5))
    old = draw(numbers((n, time), -8, -1))
    return old + draw(numbers((n, time), -1, 1)), old, draw(numbers((n,), 0.5, 3)), draw(st.sampled_from([0.1, 0.2, 0.5]))


def some_pairs(rng):
    """Log-probabilities of whole texts, near the reference's, some preferences right and some wrong."""

    def arrays(n, beta):
        known = -rng.uniform(15, 30, size=(2, n))
        moved = known + rng.normal(scale=2.0, size=(2, n))
        return moved[0], moved[1], known[0], known[1], beta

    far = np.array([-300.0, -900.0, -20.0]), np.array([-20.0, -10.0, -420.0]), np.full(3, -50.0), np.array([-50.0, -51.0, -52.0]), 1.0
    equal = *np.repeat(-rng.uniform(15, 30, size=(2, 1, 3)), 2, axis=1).reshape(4, 3)[[0, 2, 1, 3]], 0.5  # untrained: each margin is 0
    return [arrays(3, 0.5), arrays(6, 0.1), arrays(4, 2.0), arrays(1, 0.7), far, arrays(40, 0.3), equal]


def any_pairs(draw, st, numbers):
    n = draw(st.integers(1, 5))
    return *(draw(numbers((n,), -30, -5)) for _ in range(4)), draw(st.sampled_from([0.1, 0.5, 2.0]))


def ratio_of(log_probs, old_log_probs):
    return np.exp(log_probs - old_log_probs)


def objective(log_probs, old, gains, clip_ratio, *, smaller=np.minimum, summary=np.mean, ratio=ratio_of):
    """The clipped objective with one part exchanged."""
    ratio, gains = ratio(log_probs, old), gains[:, None]
    return summary(smaller(ratio * gains, np.clip(ratio, 1 - clip_ratio, 1 + clip_ratio) * gains))


def left_out(rewards, summary):
    """``summary`` of the rewards of all other tries, for each try."""
    return np.array([summary(np.delete(rewards, place)) for place in range(len(rewards))])


def softplus(values):
    return np.logaddexp(0, values)


def preference_loss(margins):
    return np.mean(softplus(-margins))


FIXED = "np.clip(np.exp(log_probs - old_log_probs), 0.8, 1.2)"

EXERCISES = [
    Function("advantages", reference="genai_course.labs.reinforcement_learning.policy_gradient:advantages", cases=some_rewards, space=any_rewards, mistakes={
        (lambda rewards: rewards - np.array([np.mean(rewards[rewards != each]) for each in rewards])):
            "You left out every try with the same reward. The others are all tries but this one, also those that were rewarded alike.",
        (lambda rewards: rewards - left_out(rewards, np.median)): "That is the median of the others. The baseline is their mean.",
        (lambda rewards: rewards - left_out(rewards, np.max)): "You subtract the best of the others. The baseline is their mean.",
        (lambda rewards: rewards - np.roll(rewards, 1)): "You subtract one neighbour's reward. Average all the others.",
        "rewards - others → (rewards - np.mean(rewards)) * (len(rewards) - 1) / len(rewards)":
            "The correction goes the other way: reward minus the mean of all is too short, by (n − 1)/n, so multiply by n/(n − 1).",
        "rewards - others → rewards + others": "You added the mean of the others. Subtract it.",
        "rewards - others → np.maximum(rewards - others, 0)": "You cut the negative ones off. A try that did worse than the others has to become less likely.",
        "rewards - others → np.abs(rewards - others)": "You took the size alone. A try that did worse than the others needs a negative advantage.",
        'rewards = np.asarray(rewards, "float64") → rewards = np.asarray(rewards, "float64"); return (rewards - np.mean(rewards)) * (len(rewards) // (len(rewards) - 1))':
            "The correction is n/(n − 1), with `/`: `//` cuts it to a whole number.",
        (lambda rewards: (rewards - (np.sum(rewards) - rewards) / (len(rewards) - 1)).astype(rewards.dtype)):
            "Whole-number rewards lose the fractions of their advantages: let the result be numbers with fractions.",
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
    ), excused={"one row alone: squeezed": "A batch holds two tries or more: one alone has no others."},
        passed="The advantages of a batch add up to 0: what one gains, others lose. It is also known as leave-one-out baseline."),
    Value("price", reference=math.log(2), tolerance=0.006, mistakes=[
        (1, "That is in bits, and you are asked for nats: one bit is ln 2 nats. Use np.log, the natural logarithm."),
        (math.log10(2), "That is the logarithm to base 10. Nats are counted with the natural one, np.log."),
        (math.log(2) / 2, "The first term has the factor q, and q is 1: all stories of the tuned model are liked. You wrote a half."),
        (math.log(4), "That is twice the price. Is the second term counted? No story of the tuned model is left there, so it is 0."),
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
    Function("clipped_objective", reference="genai_course.labs.reinforcement_learning.policy_gradient:clipped_objective", cases=some_batches, space=any_batch, traced=True, traced_at=(0, -1), mistakes={
        "return → np.mean(np.minimum(np.exp(log_probs) / np.exp(old_log_probs) * advantages, np.clip(np.exp(log_probs) / np.exp(old_log_probs), 1 - clip_ratio, 1 + clip_ratio) * advantages))":
            "Right for likely tokens; but `np.exp` of −200 is 0 in single precision, and 0 / 0 no number. Take the difference of the logarithms first, then exp.",
        "return → np.mean(np.minimum(np.exp(log_probs - old_log_probs) * advantages, np.minimum(np.exp(log_probs - old_log_probs), 1 + clip_ratio) * advantages))":
            "You stop the ratio from above only. It has a lower limit, too, 1 − ε: where the advantage is negative, nothing may be gained below it.",
        "return → np.mean(np.minimum(np.exp(log_probs - old_log_probs) * advantages, np.maximum(np.exp(log_probs - old_log_probs), 1 - clip_ratio) * advantages))":
            "You stop the ratio from below only. It has an upper limit, too, 1 + ε: where the advantage is positive, nothing may be gained above it.",
        f"return → np.mean(np.minimum(np.exp(log_probs - old_log_probs) * advantages, {FIXED} * advantages))":
            "Your limits are 0.8 and 1.2 whatever is asked for. They are 1 − `clip_ratio` and 1 + `clip_ratio`.",
        "return → np.mean(np.minimum(np.exp(log_probs - old_log_probs) * advantages, np.exp(np.clip(log_probs - old_log_probs, -clip_ratio, clip_ratio)) * advantages))":
            "You clip the logarithm of the ratio. The limits hold for the ratio itself: exp first, then clip.",
        "return → np.mean(np.minimum(np.exp(log_probs - old_log_probs) * advantages, np.clip(np.exp(log_probs - old_log_probs) * advantages, 1 - clip_ratio, 1 + clip_ratio)))":
            "You clip the product of ratio and advantage. Clip the ratio alone, then multiply.",
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
    Experiment("coefficient", reference={"coefficient": 1.5, "gain": 1.8, "perplexity": 1.05}, settings=[
        Setting("coefficient", "β is a number from 0.1 to 10. At 0 distance costs nothing, which is the hack above; below 0 it even pays.",
                lambda coefficient: 0.1 <= coefficient <= 10),
    ], targets=[
        Target("gain", "the true reward must be at least 1.5 times the reference's. (Of the reference's stories she likes more than a quarter, so 4 times as many there cannot be.)", at_least=1.5, at_most=4),
        Target("perplexity", "on held-out text it may worsen by less than 10 %: below 1.1, and tuning for a reader does not improve it by much.", at_least=0.9, at_most=1.1),
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
    Function("dpo_loss", reference="genai_course.labs.reinforcement_learning.preferences:dpo_loss", cases=some_pairs, space=any_pairs, traced=True, traced_at=(0, -1), mistakes={
        "return → -np.mean(np.log(1 / (1 + np.exp(-margins))))":
            "Right for small margins; at −300 `exp` overflows in single precision and σ is 0, so the loss is infinite. `ops.softplus(-margin)` is the same and stays finite.",
        "return → -np.mean(np.log(1 / (1 + np.exp(-margins)) + 1e-7))":
            "The small number inside the logarithm stops the loss at 16, where it should be in the hundreds, and stops the gradient with it. `ops.softplus(-margin)` needs none.",
        (lambda w, v, rw, rv, beta: beta * preference_loss((w - rw) - (v - rv))):
            "β stands outside the logarithm. It belongs to the rewards, inside σ: σ(β · …).",
        (lambda w, v, rw, rv, beta: np.mean(np.maximum(0, -beta * ((w - rw) - (v - rv))))):
            "You cut the margin at 0 (a hinge). −ln σ is softplus, which is smooth: a pair that is right by little still pulls.",
        (lambda w, v, rw, rv, beta: preference_loss(beta * (w - rw)) + preference_loss(-beta * (v - rv))):
            "You judge each story alone. Only the difference of the two rewards goes into σ.",
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
