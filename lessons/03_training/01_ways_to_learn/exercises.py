"""Exercises of 03_training/01_ways_to_learn."""

import numpy as np

from genai_course.exercises.definitions import Experiment, Function, Prediction, Setting, Target, Value

SIGNALS = ("supervised", "unsupervised", "reward", "adversarial")


def some_logits(rng):
    """More pairs than cells and fewer, answers that repeat and answers left out, one pair alone, rows far out.

    Zeros and ties, pairs alike, many pairs and more than 300 cells, hardly any difference.
    """
    ties = np.array([[0.0, 0.0, 0.0, 0.0], [2.0, 2.0, -1.0, 2.0], [2.0, 2.0, -1.0, 2.0], [0.0, -3.0, 0.0, 5.0]])
    return [
        (2 * rng.normal(size=(2, 3)), np.array([2, 0])),
        (3 * rng.normal(size=(5, 4)), np.array([1, 3, 3, 0, 1])),
        (rng.normal(size=(4, 7)) - 5, np.array([6, 2, 5, 0])),
        (2 * rng.normal(size=(1, 6)), np.array([4])),
        (np.array([[900.0, 899.0, 697.5], [-790.0, -789.0, -991.5]]), np.array([1, 0])),
        (ties, np.array([3, 0, 0, 1])),
        (3 * rng.normal(size=(26, 310)), np.arange(309, 283, -1)),
        (1e-6 * rng.normal(size=(3, 5)), np.array([4, 0, 4])),
        (np.array([[0.0, 1e6, -1e6], [2e6, 1e6, 0.0]]), np.array([2, 0])),
    ]


def any_logits(draw, st, numbers):
    n, cells = draw(st.integers(1, 5)), draw(st.integers(2, 6))
    return numbers_of(draw, numbers, (n, cells)), np.array(draw(st.lists(st.integers(0, cells - 1), min_size=n, max_size=n)))


def numbers_of(draw, numbers, shape):
    return draw(numbers(shape, -2, 2)) + draw(numbers((shape[0], 1), -50, 50))


def by_softmax(logits, answers):
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    probabilities = powers / powers.sum(axis=1, keepdims=True)
    return probabilities - np.eye(logits.shape[1])[answers]


def softmax(logits, axis=1):
    powers = np.exp(logits - logits.max(axis=axis, keepdims=True))
    return powers / powers.sum(axis=axis, keepdims=True)


def one_hot(logits, answers):
    return np.eye(logits.shape[1])[answers]


def surprises(logits, answers):
    return -np.log(softmax(logits)[np.arange(len(answers)), answers])


def on_first_of_each_answer(logits, answers):
    _, first = np.unique(answers, return_index=True)
    return softmax(logits) - one_hot(logits, answers) * np.isin(np.arange(len(answers)), first)[:, None]


def some_scores(rng):
    """Scores far from 0 and of both signs, few samples, so that a baseline and its 1/n matter.

    Ties, scores all alike, scores and gradients of 0, many, tiny and large ones.
    """
    return [
        (10 + rng.normal(size=4), rng.normal(size=(4, 3))),
        (rng.normal(size=7) - 2, 2 * rng.normal(size=(7, 5))),
        (3 * rng.normal(size=2), rng.normal(size=(2, 4))),
        (rng.normal(size=4) - 6, rng.normal(size=(4, 3))),  # as many as in the first: nothing may be remembered
        (np.array([1.0, 0.0, 1.0, -2.0, 1.0, 0.0]), rng.normal(size=(6, 2))),
        (np.array([0.0, 0.0, 3.0]), np.array([[0.0, 1.0, 0.0, 2.0], [0.0, 0.0, 0.0, 0.0], [0.0, -1.0, 2.0, 2.0]])),
        (np.full(4, 2.0), rng.normal(size=(4, 2))),
        (rng.normal(size=310), rng.normal(size=(310, 2)) + 1),
        *((size * rng.normal(size=5), rng.normal(size=(5, 2))) for size in (1e-7, 1e7)),
    ]


def any_scores(draw, st, numbers):
    n = draw(st.integers(2, 6))
    scores = np.array(draw(st.permutations([-3.0, *np.linspace(0, 4, n - 1)])), "float32")
    return scores, draw(numbers((n, draw(st.integers(1, 4))), 1, 5)) * scores[:, None]


def others(scores):
    return (np.sum(scores) - scores) / (len(scores) - 1)


def left_out(scores, summary):
    """``summary`` of the scores of all other points, for each point."""
    return np.array([summary(np.delete(scores, place)) for place in range(len(scores))])


def weighted(weights, gradients):
    return weights @ gradients / len(weights)


def learn_again(result):
    """What reward with this bonus gives on the laptop profile, in half a second."""
    from genai_course import data
    from genai_course.labs.learning_paradigms import GaussianMixture, policy_gradient
    from genai_course.training import optimizers

    bonus, seed = float(result["bonus"]), int(result.get("seed", 0))
    angles = np.arange(8) * np.pi / 4
    places = 2.5 * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    truth = GaussianMixture(np.column_stack([np.zeros(8), places, np.full(8, np.log(0.25))]).ravel(), 8)
    mixture, adam, rng = GaussianMixture.first(32, seed, labels=8), optimizers.Adam(), np.random.default_rng(seed)
    for step in range(1_000):
        own = mixture.sample(128, rng)
        slope = policy_gradient(truth.log_prob(own) - bonus * mixture.log_prob(own), mixture.gradient(own))
        (mixture.numbers,) = adam.apply([mixture.numbers], [-slope], 0.1 * min(1, 2 - step / 500))
    return {"nats": -mixture.log_prob(data.points2d("eight_gaussians", seed=seed).test).mean()}


def words_of(answer):
    return [each.strip().casefold() for each in answer]


EXERCISES = [
    Function("cross_entropy_gradient", reference="genai_course.labs.learning_paradigms:cross_entropy_gradient", cases=some_logits, space=any_logits, written_out=by_softmax, mistakes={
        (lambda logits, answers: one_hot(logits, answers) - softmax(logits)):
            "The sign is turned round: that is the gradient of log softmax, which should grow. The surprise is minus that, so: softmax less 1 at the answer.",
        (lambda logits, answers: softmax(logits)):
            "That is the gradient of log Σ exp alone. The term −z of the answer adds −1 at the answer's place.",
        (lambda logits, answers: softmax(logits, axis=0) - one_hot(logits, answers)):
            "Your softmax runs down the pairs. Each pair has its own row of cells: sum over axis 1.",
        (lambda logits, answers: np.exp(logits - logits.max()) / np.exp(logits - logits.max()).sum() - one_hot(logits, answers)):
            "You divided by one sum over the whole table. Each row is a distribution of its own: sum over axis 1 and keep the dimension.",
        "powers / powers.sum(axis=1, keepdims=True) → np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)":
            "Right for moderate logits, but `np.exp` of 900 overflows, and a row at −790 becomes 0 / 0. Subtract each row's largest logit before `np.exp`; the softmax stays the same.",
        "logits.max(axis=1, keepdims=True) → logits.max()":
            "You subtract the largest logit of the whole table, so a row far below it becomes 0 / 0. Subtract each row's own: `logits.max(axis=1, keepdims=True)`.",
        "powers / powers.sum(axis=1, keepdims=True) → logits":
            "That is how squared error would treat the logits. The slope of log Σ exp is the softmax, so take the softmax of the logits first.",
        "powers / powers.sum(axis=1, keepdims=True) → powers": "exp(logits) is not yet a probability: divide each row by its sum.",
        "powers / powers.sum(axis=1, keepdims=True) → np.exp(logits)":
            "exp(logits) is not yet a probability: subtract each row's largest logit before `np.exp`, and divide each row by its sum.",
        "powers / powers.sum(axis=1, keepdims=True) → 1 / (1 + np.exp(-logits))":
            "You squashed each logit on its own with a sigmoid. The cells of a row share one sum: softmax.",
        (lambda logits, answers: np.log(softmax(logits.astype(float))) - one_hot(logits, answers)):
            "You took the logarithm of the softmax. The slope of log Σ exp is the softmax itself: probabilities, less 1 at the answer.",
        (lambda logits, answers: -one_hot(logits, answers)):
            "That is the slope of −z of the answer alone. log Σ exp has a slope, too: the softmax of the row.",
        (lambda logits, answers: (softmax(logits) - 1) * one_hot(logits, answers)):
            "Only the answer's logit has a slope in yours. log Σ exp holds every logit of the row: the other cells get their probability.",
        (lambda logits, answers: softmax(logits) - one_hot(logits, answers).sum(axis=0)):
            "You took 1 away in every row at every pair's answer. Row and answer belong together: `gradient[np.arange(len(answers)), answers] -= 1`.",
        (lambda logits, answers: softmax(logits) - np.minimum(1, one_hot(logits, answers).sum(axis=0))):
            "You took 1 away in every row, at the answers of all pairs. Row and answer belong together: `gradient[np.arange(len(answers)), answers] -= 1`.",
        on_first_of_each_answer: "Two pairs may have the same answer, and each of them gets its −1.",
        (lambda logits, answers: softmax(logits) + one_hot(logits, answers)):
            "You added 1 at the answer. Its term in the surprise is −z, whose slope is −1.",
        (lambda logits, answers: np.sum(softmax(logits) - one_hot(logits, answers), axis=0)):
            "You added the pairs up. Each pair has its own question, so give one row for each; the learner adds them later.",
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
        "`powers = np.exp(logits - logits.max(axis=1, keepdims=True))`, `gradient = powers / powers.sum(axis=1, keepdims=True)`, `gradient[np.arange(len(answers)), answers] -= 1`, and return it.",
    ), excused={"`axis=1` → `axis=-1`": "In (n, cells) both name the axis of the cells.", "`axis=1` → `axis=-1` (2)": "In (n, cells) both name the axis of the cells."},
        passed="Probability less truth: the answer is pulled up by what it lacked, every other cell pushed down by what it had. Each row of it adds up to 0."),
    Function("policy_gradient", reference="genai_course.labs.learning_paradigms:policy_gradient", cases=some_scores, space=any_scores, mistakes={
        "- others →": "You left the baseline out. On average that is right, but the noise is large: subtract the mean of the other scores from each.",
        "- others → - scores.mean()":
            "Your baseline has the point's own score in it, so it takes 1/n of the signal away. Leave it out: (sum − score) / (n − 1).",
        "mean → sum": "You added up. An expectation is estimated by the mean, so that n does not change its size.",
        "scores - others → others - scores": "The sign is turned round: a point that scored better than the others would be made less often.",
        "scores - others → scores + others": "You added the baseline. A point counts by how much better it was than the others: subtract their mean.",
        (lambda scores, gradients: weighted(scores - left_out(scores, np.median), gradients)): "Your baseline is the median of the others; asked for is their mean.",
        (lambda scores, gradients: weighted(np.maximum(scores - others(scores), 0), gradients)):
            "You let only points above their baseline count. What scored worse than the others has to be made less often, so keep the negative weights.",
        (lambda scores, gradients: weighted(np.abs(scores - others(scores)), gradients)):
            "Your weights have no sign. What scored worse than the others has to be made less often: keep the negative ones.",
        (lambda scores, gradients: weighted(scores - np.roll(scores, 1), gradients)): "Your baseline is one neighbour's score. Take the mean of all the others.",
        (lambda scores, gradients: weighted(scores - np.array([np.mean(scores[scores != each]) for each in scores]), gradients)):
            "You left out every point with the same score. The others are all points but this one, also those that scored alike.",
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
    Experiment("bonus", reference={"bonus": 1.0, "modes": 8, "precision": 0.99, "nats": 2.14}, settings=[
        Setting("bonus", "β is a number above 0 and at most 10. At 0 the score stands alone, as in the run above; below 0 it pays for what is made too often already.",
                lambda bonus: 0 < bonus <= 10),
    ], recompute=learn_again, targets=[
        Target("modes", "7 or more of the 8 modes must be covered.", at_least=7, at_most=8),
        Target("precision", "0.95 or more of the points must lie on a bell.", at_least=0.95, at_most=1),
        Target("nats", "a held-out example must cost 2.5 nats or less; less than 2.1 is impossible, since the truth itself has 2.14.", at_least=2.1, at_most=2.5),
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
    Value("signals", reference=("reward", "supervised", "adversarial", "unsupervised"), words=SIGNALS, mistakes=[
        (lambda answer: len(answer) != 4, "Give four words in a tuple, one for each generator.", ("reward", "supervised", "adversarial")),
        (lambda answer: len(set(words_of(answer))) < 4, "Each signal made one of the four generators: name all four.",
         ("reward", "supervised", "unsupervised", "unsupervised")),
        (lambda answer: words_of(answer)[0] != "reward", "Generator 1 has seen no example, and asked a judge 128,000 times. Which way to learn does that?",
         ("adversarial", "supervised", "reward", "unsupervised")),
        (lambda answer: words_of(answer)[1] != "supervised", "Generator 2 makes bell 3 when asked for it. Only labels teach which one that is.",
         ("reward", "unsupervised", "adversarial", "supervised")),
        (lambda answer: words_of(answer)[2] == "unsupervised",
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
