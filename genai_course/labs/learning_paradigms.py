"""One small generator of points in the plane, and what different ways to learn ask of it.

The generator is a mixture of round Gaussians, its components. It can be sampled, knows its density, and knows how each of its
numbers changes the logarithm of that density at a point. Every way to learn follows these gradients; they differ in whose
points they look at, an example's or its own, and in how much each point counts. All of it is NumPy.
"""

import numpy as np

from genai_course.training.optimizers import Adam


class GaussianMixture:
    """A mixture of round Gaussians in the plane, four numbers a component: logit of its share, x, y, log of its deviation.

    numbers: (4 * components,) in that order, component after component.
    labels: how many labels there are; component c belongs to label c % labels.

    Raises ValueError for numbers that do not come in fours and for labels below 1 or above the number of components.
    """

    def __init__(self, numbers, labels=1):
        self.numbers = np.array(numbers, float)
        if self.numbers.ndim != 1 or not self.numbers.size or self.numbers.size % 4:
            raise ValueError(f"numbers has shape {self.numbers.shape}; give one row of four numbers a component.")
        if not 1 <= labels <= self.numbers.size // 4:
            raise ValueError(f"labels is {labels!r}; give a whole number from 1 to the number of components.")
        self.label_of_component = np.arange(self.numbers.size // 4) % labels

    @classmethod
    def first(cls, components, seed, labels=1):
        """Gaussians of standard deviation 1 and equal share, at places drawn evenly from -3.5 to 3.5."""
        places = np.random.default_rng(seed).uniform(-3.5, 3.5, (components, 2))
        zeros = np.zeros((components, 1))
        return cls(np.concatenate([zeros, places, zeros], axis=1).ravel(), labels)

    def parts(self):
        """Logarithms of the shares (components,), centres (components, 2) and spreads (components,)."""
        table = self.numbers.reshape(-1, 4)
        return table[:, 0] - log_sum(table[:, 0]), table[:, 1:3], np.exp(table[:, 3])

    def log_prob(self, points, labels=None):
        """Logarithm of the density, in nats; with labels (n,), that of point and label together.  (n, 2) -> (n,)"""
        return log_sum(self._joint(points, labels)[0])

    def gradient(self, points, labels=None):
        """How each number changes :meth:`log_prob` at each point.  (n, 2), (n,) or None -> (n, 4 * components)

        A component counts at a point with its responsibility, the probability that the point came from it: Bishop (2006),
        "Pattern Recognition and Machine Learning", section 9.2.2.
        """
        joint, away, squares = self._joint(points, labels)
        responsibility = np.exp(joint - log_sum(joint)[:, None])  # (n, components)
        log_shares, _, spreads = self.parts()
        by_share = responsibility - np.exp(log_shares)
        by_place = responsibility[..., None] * away / spreads[:, None] ** 2  # (n, components, 2)
        by_spread = responsibility * (squares - 2)
        gradient = np.concatenate([by_share[..., None], by_place, by_spread[..., None]], axis=-1)
        return gradient.reshape(len(points), -1)

    def sample(self, n, rng, label=None):
        """Draw points, of one label if it is given.  rng: a NumPy generator -> (n, 2)"""
        log_shares, centres, spreads = self.parts()
        shares = np.exp(log_shares) * (True if label is None else self.label_of_component == label)
        chosen = np.searchsorted(np.cumsum(shares), shares.sum() * rng.random(n), side="right")
        chosen = np.minimum(chosen, np.flatnonzero(shares)[-1])  # rounding must not draw a component whose share is 0
        return centres[chosen] + spreads[chosen, None] * rng.standard_normal((n, 2))

    def _joint(self, points, labels):
        """Log density of point and component (n, components), point minus mean (n, components, 2), and its scaled square."""
        log_shares, centres, spreads = self.parts()
        away = np.asarray(points, float)[:, None] - centres
        squares = np.sum(away**2, axis=-1) / spreads**2
        joint = log_shares - squares / 2 - np.log(2 * np.pi * spreads**2)
        if labels is not None:  # a component of another label cannot have made this point
            joint = np.where(self.label_of_component == np.asarray(labels)[:, None], joint, -np.inf)
        return joint, away, squares


def log_sum(logits):
    """log Σ exp over the last axis, without overflow.  (…, n) -> (…)"""
    largest = logits.max(axis=-1)
    return np.log(np.sum(np.exp(logits - largest[..., None]), axis=-1)) + largest


def cross_entropy_gradient(logits, answers):
    """How each pair's surprise, -log softmax(logits)[answer], changes with its logits.  (n, cells), (n,) whole -> (n, cells)

    The softmax's probabilities, less 1 at the answer: Bishop (2006), "Pattern Recognition and Machine Learning", eq. 4.109.
    """
    probabilities = np.exp(logits - log_sum(logits)[:, None])
    return probabilities - np.eye(logits.shape[1])[answers]


def policy_gradient(scores, gradients):
    """Which way the expected score rises, estimated from scored samples: REINFORCE with the others' mean as baseline.

    Williams (1992), theorem 1; the baseline of Kool et al. (2019), "Buy 4 REINFORCE samples, get a baseline for free!",
    leaves each sample out of its own, so that the estimate stays right on average.

    scores: (n,), n at least 2; gradients: (n, numbers), of each sample's log probability.  Returns (numbers,).
    """
    n = len(scores)
    others = (np.sum(scores) - scores) / (n - 1)  # (n,): the mean score of all samples but this one
    return np.mean((scores - others)[:, None] * gradients, axis=0)


class Critic:
    """Tells examples from made points: logistic regression on a grid of small hills, trained as it goes.

    Its logit tends to log(density of examples / density of made points): Goodfellow et al. (2014), proposition 1.
    edge: the grid reaches from -edge to edge. hills: along one edge. width: of a hill. rate, decay: of its learning.
    """

    def __init__(self, edge=4.2, hills=21, width=0.35, rate=0.3, decay=0.003):
        self.places = np.linspace(-edge, edge, hills)
        self.width, self.rate, self.decay = width, rate, decay
        self.heights, self.adam = np.zeros(hills**2), Adam(beta_1=0.5)

    def features(self, points):
        """How high a point stands on each hill.  (n, 2) -> (n, hills²)"""
        along = np.exp(-((np.asarray(points)[..., None] - self.places) ** 2) / (2 * self.width**2))  # (n, 2, hills)
        return (along[:, 0, :, None] * along[:, 1, None, :]).reshape(len(points), -1)

    def logits(self, points):
        """Above 0 where a point looks like an example.  (n, 2) -> (n,)"""
        return self.features(points) @ self.heights

    def learn(self, examples, made):
        """One step towards telling examples (n, 2) from made points (n, 2); the heights decay a little, which calms it."""
        real, forged = self.features(examples), self.features(made)
        doubt = 1 / (1 + np.exp(real @ self.heights)), 1 / (1 + np.exp(-(forged @ self.heights)))
        gradient = (doubt[1] @ forged - doubt[0] @ real) / len(real) + self.decay * self.heights
        (self.heights,) = self.adam.apply([self.heights], [gradient], self.rate)
