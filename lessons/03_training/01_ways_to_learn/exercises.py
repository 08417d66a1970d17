"""Exercises of 03_training/01_ways_to_learn."""

import numpy as np

from genai_course.exercises.definitions import Experiment, Function, Prediction, Target, Value

SIGNALS = {"supervised", "unsupervised", "reward", "adversarial"}


def some_logits(rng):
    """More pairs than cells and fewer, with answers that repeat and answers left out."""
    return [
        (2 * rng.normal(size=(2, 3)), np.array([2, 0])),
        (3 * rng.normal(size=(5, 4)), np.array([1, 3, 3, 0, 1])),
        (rng.normal(size=(4, 7)) - 5, np.array([6, 2, 5, 0])),
    ]


def softmax(logits, axis=1):
    powers = np.exp(logits - logits.max(axis=axis, keepdims=True))
    return powers / powers.sum(axis=axis, keepdims=True)


def one_hot(logits, answers):
    return np.eye(logits.shape[1])[answers]


def surprises(logits, answers):
    return -np.log(softmax(logits)[np.arange(len(answers)), answers])


def some_scores(rng):
    """Scores far from 0 and of both signs, few samples, so that a baseline and its 1/n matter."""
    return [
        (10 + rng.normal(size=4), rng.normal(size=(4, 3))),
        (rng.normal(size=7) - 2, 2 * rng.normal(size=(7, 5))),
        (3 * rng.normal(size=2), rng.normal(size=(2, 4))),
    ]


def others(scores):
    return (np.sum(scores) - scores) / (len(scores) - 1)


EXERCISES = [
    Function("cross_entropy_gradient", reference="genai_course.labs.learning_paradigms:cross_entropy_gradient", cases=some_logits, mistakes={
        (lambda logits, answers: one_hot(logits, answers) - softmax(logits)):
            "The sign is turned round: that is the gradient of log softmax, which should grow. The surprise is minus that, so: softmax less 1 at the answer.",
        (lambda logits, answers: softmax(logits)):
            "That is the gradient of log Σ exp alone. The term −z of the answer adds −1 at the answer's place.",
        (lambda logits, answers: softmax(logits, axis=0) - one_hot(logits, answers)):
            "Your softmax runs down the pairs. Each pair has its own row of cells: sum over axis 1.",
        "probabilities - → np.exp(logits) / np.exp(logits).sum() -":
            "You divided by one sum over the whole table. Each row is a distribution of its own: sum over axis 1 and keep the dimension.",
        "probabilities - → logits -":
            "That is how squared error would treat the logits. The slope of log Σ exp is the softmax, so take the softmax of the logits first.",
        "- log_sum(logits)[:, None] →": "exp(logits) is not yet a probability: divide each row by its sum.",
        (lambda logits, answers: (softmax(logits) - one_hot(logits, answers)) / len(answers)):
            "You averaged over the pairs, dividing by n. Here each pair keeps its own gradient; the learner divides later.",
        (lambda logits, answers: np.mean(softmax(logits) - one_hot(logits, answers), axis=0)):
            "You averaged over the pairs. Each pair has its own question, so give one row for each.",
        (lambda logits, answers: 2 * (softmax(logits) - one_hot(logits, answers))):
            "Twice too large: a factor 2 belongs to squared error. The slope of −log softmax has none.",
        surprises: "That is the surprise itself, one number a pair. Asked for is how it changes with each logit: softmax less 1 at the answer.",
        (lambda logits, answers: -one_hot(logits, answers) / softmax(logits)):
            "That is the slope with respect to the probabilities. Asked for is the slope with respect to the logits, which move all probabilities of a row at once.",
    }, hints=(
        "Two terms, two slopes: −z of the answer has slope −1 at the answer and 0 elsewhere. And log Σ exp?",
        "The slope of log Σ exp z is exp z / Σ exp z, the softmax of the row. So: softmax of each row, then subtract 1 at the answer's place.",
        "`powers = np.exp(logits)`, `gradient = powers / powers.sum(axis=1, keepdims=True)`, `gradient[np.arange(len(answers)), answers] -= 1`, and return it.",
    ), excused={"`axis=1` → `axis=-1`": "In (n, cells) both name the axis of the cells."},
        passed="Probability less truth: the answer is pulled up by what it lacked, every other cell pushed down by what it had. Each row of it adds up to 0."),
    Function("policy_gradient", reference="genai_course.labs.learning_paradigms:policy_gradient", cases=some_scores, mistakes={
        "- others →": "You left the baseline out. On average that is right, but the noise is large: subtract the mean of the other scores from each.",
        "- others → - scores.mean()":
            "Your baseline has the point's own score in it, so it takes 1/n of the signal away. Leave it out: (sum − score) / (n − 1).",
        "mean → sum": "You added up. An expectation is estimated by the mean, so that n does not change its size.",
        "scores - others → others - scores": "The sign is turned round: a point that scored better than the others would be made less often.",
        "- 1 →": "There are n − 1 others, so divide their sum by n − 1.",
        "- scores →": "You divide by n − 1, but the point's own score is still in the sum: (sum − score) / (n − 1).",
        "return → (scores - others)[:, None] * gradients":
            "Those are the contributions of the points. The estimate is their mean: one number for each column of `gradients`.",
        "return → np.mean(gradients, axis=0) * np.mean(scores - others)":
            "You averaged scores and gradients apart. Each point's gradient counts by its own score: multiply first, then average.",
        "axis=0 → axis=1": "You averaged over the numbers. Average over the points, axis 0, so that each number gets its slope.",
        "return → others @ gradients / n": "You weighted with the baseline alone. The weight is the score less the baseline.",
        "scores - others → (scores - scores.mean()) / scores.std()":
            "You divided by the spread of the scores. Some recipes do, but then it no longer is the gradient of the expected score.",
        "return → np.mean(gradients, axis=0)": "Every point counts the same here, whatever its score. On average that is 0: nothing is learned.",
    }, hints=(
        "First a baseline for each point, then score less baseline as the weight of its row, then the mean over the points.",
        "The others' mean: `(np.sum(scores) - scores) / (len(scores) - 1)`. Give the weights a second axis with `[:, None]`.",
        "`baselines = (np.sum(scores) - scores) / (len(scores) - 1)`, then `return np.mean((scores - baselines)[:, None] * gradients, axis=0)`",
    ), passed="Whatever beat the others is made more often. That is n / (n − 1) times what the plain mean as a baseline gives."),
    Experiment("bonus", reference={"bonus": 1.0, "modes": 8, "precision": 0.99, "nats": 2.15}, targets=[
        Target("modes", "7 or more of the 8 modes must be covered.", at_least=7, at_most=8),
        Target("precision", "0.95 or more of the points must lie on a bell.", at_least=0.95, at_most=1),
        Target("nats", "a held-out example must cost 2.5 nats or less.", at_least=2, at_most=2.5),
    ], mistakes=[
        (lambda result: result["precision"] < 0.95,
         "Too much: the generator is paid for being everywhere, and pays for it in precision. Choose a smaller bonus.",
         {"bonus": 5.0, "modes": 8, "precision": 0.63, "nats": 2.9}),
        (lambda result: result["modes"] < 7, "Too little: modes are still lost. A unit of score must not be worth so much more than a nat of entropy.",
         {"bonus": 0.05, "modes": 3, "precision": 1.0, "nats": 9.0}),
        (lambda result: result["nats"] > 2.5,
         "The modes are there, but each is drawn too narrow or with a wrong share, so held-out points surprise it. A larger bonus widens them.",
         {"bonus": 0.3, "modes": 8, "precision": 1.0, "nats": 3.2}),
    ], hints=(
        "Precision falls when the bonus is too large; modes and nats tell when it is too small.",
        "Try 0.1, 1 and 10, and read the three numbers.",
        "The score is log p of the truth. For which β are S and −β log p in balance where both densities are equal? Near 1.",
    ), passed="Score and surprise now weigh alike. Below you see why that is the truth's own exchange rate."),
    Value("signals", reference=("reward", "supervised", "adversarial", "unsupervised"), mistakes=[
        (lambda answer: not set(map(str.casefold, answer)) <= SIGNALS or len(answer) != 4,
         "Give four words in a tuple, each one of `supervised`, `unsupervised`, `reward`, `adversarial`.",
         ("reward", "supervised", "adversary", "unsupervised")),
        (lambda answer: answer[0] != "reward", "Generator 1 has seen no example, and asked a judge 128,000 times. Which way to learn does that?",
         ("adversarial", "supervised", "reward", "unsupervised")),
        (lambda answer: answer[1] != "supervised", "Generator 2 makes bell 3 when asked for it. Only labels teach which one that is.",
         ("reward", "unsupervised", "adversarial", "supervised")),
        (lambda answer: answer[2] == "unsupervised",
         "Generators 3 and 4 are mixed up. Maximum likelihood lowers the nats themselves and comes to 2.15; a critic is a noisy guide and leaves a little more.",
         ("reward", "supervised", "unsupervised", "adversarial")),
    ], hints=(
        "Begin with the last two columns: who saw no example, and who can be asked for bell 3?",
        "Two are left, both without labels. One of them lowers the nats directly.",
        "Generator 1: reward. Generator 2: supervised. Generator 4, with the fewest nats of the last two: unsupervised.",
    ), passed="What a signal leaves out shows in the numbers: modes without examples, control without labels, nats without a likelihood."),
]

PREDICTIONS = [
    Prediction("modes", between=(0, 8), close=1,
               after="The bell that was a little ahead was made more often, scored more often and sharpened more often. Reward alone has no reason to keep the others."),
]
