"""Restricted Boltzmann machine: pixels, hidden features, and weights between the two layers only.

Hinton (2002), "Training products of experts by minimizing contrastive divergence", with persistent chains (Tieleman 2008,
"Training restricted Boltzmann machines using approximations to the likelihood gradient"), gradients about the means
(Melchior et al. 2016, "How to center deep Boltzmann machines"), and annealed importance sampling where the sum over all
states would take too long (Salakhutdinov and Murray 2008, "On the quantitative analysis of deep belief networks").
"""

import math

import keras
import numpy as np
from keras import ops
from scipy.special import expit, logsumexp

from genai_course.checks import check_sizes, check_whole_number
from genai_course.models.boltzmann_machine import BinaryPictureModel, all_states, mean_products, sample_categorical
from genai_course.models.picture_checks import check_settings

MOST_HIDDEN = 20  # units whose states are added up for a likelihood: a million
STATES_AT_ONCE = 4_096
SAMPLING_STEPS = 1_000  # of a chain that starts from noise


def free_energy(visible, weights, visible_biases, hidden_biases):
    """-log of the sum of exp(-energy) over all 2**hidden states of the hidden units, which has a short form.

    Hinton (2012), "A practical guide to training restricted Boltzmann machines", section 16.1.
    (n, visible), (visible, hidden), (visible,), (hidden,) -> (n,)
    """
    hidden_terms = ops.softplus(hidden_biases + ops.matmul(visible, weights))  # (n, hidden)
    return -ops.matmul(visible, visible_biases) - ops.sum(hidden_terms, axis=1)


def correlation_gap(seen, seen_hidden, dreamt, dreamt_hidden):
    """How much oftener two units are on together in pictures seen than in pictures dreamt: the way the weights should go.

    Hinton (2002), equation 5.  (n, visible), (n, hidden), (m, visible), (m, hidden) -> (visible, hidden)
    """
    return mean_products(seen, seen_hidden) - mean_products(dreamt, dreamt_hidden)


def rbm_optimizer(steps, rate=0.05):
    """The optimizer of so many steps: momentum, a learning rate that falls along a cosine, and averaged weights."""
    schedule = keras.optimizers.schedules.CosineDecay(rate, steps)
    return keras.optimizers.SGD(schedule, momentum=0.9, use_ema=True, ema_momentum=0.99)


@keras.saving.register_keras_serializable(package="genai_course")
class RestrictedBoltzmannMachine(BinaryPictureModel):
    """Visible pixels and hidden features; weights only between the two layers, so each is drawn at once given the other.

    hidden: number of hidden units; up to 20, likelihoods and samples are exact.
    picture_shape: (height, width, channels) of the pictures, whose values are 0 and 1.
    gibbs_steps: of a dream between two steps of the training; the k of CD-k.
    persistent: whether a dream goes on where the last one ended (PCD) or starts at the training pictures (CD).
    chains: number of dreams at a time if persistent.

    Call ``adapt`` with the training data before ``fit``.  Raises ValueError for a size that is not a whole number of 1 or more.
    """

    def __init__(self, hidden, picture_shape, gibbs_steps=1, persistent=True, chains=64, **options):
        super().__init__(**options)
        check_sizes(hidden=hidden, gibbs_steps=gibbs_steps, chains=chains)
        sizes = {"hidden": int(hidden), "gibbs_steps": int(gibbs_steps), "chains": int(chains)}
        self.settings = check_settings(picture_shape=picture_shape) | sizes | {"persistent": bool(persistent)}
        for name, value in self.settings.items():
            setattr(self, name, value)
        visible = math.prod(self.picture_shape)
        small = keras.initializers.RandomNormal(stddev=0.01)
        self.weights_between = self.add_weight(shape=(visible, hidden), initializer=small, name="weights_between")
        self.visible_biases = self.add_weight(shape=(visible,), initializer="zeros", name="visible_biases")
        self.hidden_biases = self.add_weight(shape=(hidden,), initializer="zeros", name="hidden_biases")
        # Biases of the machine without hidden units that annealing starts from, and the dreams so far.
        self.base_biases = self.add_weight(shape=(visible,), initializer="zeros", trainable=False, name="base_biases")
        self.dreams = self.add_weight(shape=(chains, visible), initializer="zeros", trainable=False, name="dreams")
        self.noise = keras.random.SeedGenerator()
        self.tracker = keras.metrics.Mean(name="reconstruction_error")
        self.built = True

    def adapt(self, pictures):
        """Set the biases at which every pixel alone is on as often as in these pictures of 0 and 1.  Returns the machine.

        Without it training has to find the biases first, and annealing starts from a fair coin for each pixel.
        Raises ValueError for pictures of another shape or with other values.
        """
        flat = self.flatten(pictures)
        share = (flat.sum(axis=0) + 1) / (len(flat) + 2)
        self.base_biases.assign(np.log(share / (1 - share)))
        self.visible_biases.assign(self.base_biases)
        return self

    def hidden_probability(self, visible):
        """Probability that each hidden unit is on.  (n, visible) -> (n, hidden)"""
        return ops.sigmoid(self.hidden_biases + ops.matmul(visible, self.weights_between))

    def visible_probability(self, hidden):
        """Probability that each pixel is on.  (n, hidden) -> (n, visible)"""
        return ops.sigmoid(self.visible_biases + ops.matmul(hidden, ops.transpose(self.weights_between)))

    def sample_bernoulli(self, probability):
        """1 with this probability, else 0: a draw for each number of the tensor."""
        return ops.cast(keras.random.uniform(ops.shape(probability), seed=self.noise) < probability, "float32")

    def train_step(self, data):
        """Contrastive divergence, CD-k or persistent: raise what was seen, lower what was dreamt."""
        seen = self.rows_of(data)
        dreams = self.dreams if self.persistent else seen
        for _ in range(self.gibbs_steps):
            dreams = self.sample_bernoulli(
                self.visible_probability(self.sample_bernoulli(self.hidden_probability(dreams)))
            )
        if self.persistent:
            self.dreams.assign(dreams)
        seen_hidden, dreamt_hidden = self.hidden_probability(seen), self.hidden_probability(dreams)
        # About the means of the data a weight's step no longer says what the biases already know (Melchior et al. 2016).
        mean, hidden_mean = ops.mean(seen, axis=0), ops.mean(seen_hidden, axis=0)
        gap = correlation_gap(seen - mean, seen_hidden - hidden_mean, dreams - mean, dreamt_hidden - hidden_mean)
        visible_gap = mean - ops.mean(dreams, axis=0) - ops.matmul(gap, hidden_mean)
        hidden_gap = hidden_mean - ops.mean(dreamt_hidden, axis=0) - ops.matmul(mean, gap)
        weights = [self.weights_between, self.visible_biases, self.hidden_biases]
        self.optimizer.apply([-gap, -visible_gap, -hidden_gap], weights)
        return self.reconstruction_error(seen, seen_hidden)

    def test_step(self, data):
        """The mean reconstruction error of pictures: no likelihood, but it needs no sum over states."""
        seen = self.rows_of(data)
        return self.reconstruction_error(seen, self.hidden_probability(seen))

    def reconstruction_error(self, visible, hidden):
        """Add the error of (n, visible) drawn back from (n, hidden) to the mean of the epoch.  -> logs"""
        self.tracker.update_state(ops.square(visible - self.visible_probability(hidden)))
        return {self.tracker.name: self.tracker.result()}

    def call(self, pictures):
        """Features: the probability that each hidden unit is on.  (n, height, width, channels) -> (n, hidden)"""
        return self.hidden_probability(ops.reshape(pictures, (-1, math.prod(self.picture_shape))))

    def parameters(self):
        """Weights (visible, hidden), visible biases and hidden biases as float64 arrays."""
        return tuple(np.asarray(part, "float64") for part in self.trainable_variables)

    def log_hidden_weights(self):
        """Log-probability of each hidden state plus ``log_partition``.  -> (2**hidden,) float64

        Raises ValueError for more than 20 hidden units.
        """
        if self.hidden > MOST_HIDDEN:
            given = f"hidden is {self.hidden}, too many for a sum over all states, which takes at most {MOST_HIDDEN}"
            raise ValueError(f"{given}: use estimate_log_partition.")
        weights, visible_biases, hidden_biases = self.parameters()
        states = all_states(self.hidden)
        blocks = np.array_split(states, -(-len(states) // STATES_AT_ONCE))
        # The machine with its layers swapped: what is summed over now are the pixels.
        swapped = (weights.T, hidden_biases, visible_biases)
        return -np.concatenate([free_energy(block.astype("float64"), *swapped) for block in blocks])

    def log_partition(self):
        """Log of the sum of exp(-free_energy) over all pictures, exactly; ValueError for more than 20 hidden units."""
        return float(logsumexp(self.log_hidden_weights()))

    def estimate_log_partition(self, temperatures=1_000, chains=100, seed=0):
        """Annealed importance sampling: an estimate of ``log_partition`` and its standard error, two numbers.

        Salakhutdinov and Murray (2008), section 3: chains walk from a machine without weights to this one in so many
        steps.  Raises ValueError unless temperatures is a whole number of 1 or more and chains one of 2 or more.
        """
        check_sizes(temperatures=temperatures)
        check_whole_number("chains", chains, 2)
        random, (weights, visible_biases, hidden_biases) = np.random.default_rng(seed), self.parameters()
        base = np.asarray(self.base_biases, "float64")

        def machine(share):  # from the one without weights, 0, to this one, 1
            return share * weights, base + share * (visible_biases - base), share * hidden_biases

        visible = (random.random((chains, len(base))) < expit(base)).astype("float64")
        ratios = np.zeros(chains)  # log of the importance weights
        shares = np.linspace(0, 1, temperatures + 1)
        for before, after in zip(shares[:-1], shares[1:], strict=True):
            ratios += np.asarray(free_energy(visible, *machine(before)) - free_energy(visible, *machine(after)))
            visible = gibbs_step(visible, *machine(after), random)
        relative = np.exp(ratios - ratios.max())
        error = relative.std(ddof=1) / relative.mean() / math.sqrt(chains)
        log_partition_of_base = np.logaddexp(0, base).sum() + self.hidden * math.log(2)
        return float(log_partition_of_base + logsumexp(ratios) - math.log(chains)), float(error)

    def log_prob(self, pictures, log_partition=None):
        """Log-probability of pictures of 0 and 1, in nats.  (n, height, width, channels) -> (n,) float64

        log_partition: the number to use for it; by default the exact one, which needs at most 20 hidden units.
        """
        flat = self.flatten(pictures).astype("float64")
        if log_partition is None:
            log_partition = self.log_partition()
        return -np.asarray(free_energy(flat, *self.parameters())) - log_partition

    def sample(self, n, seed=0, steps=None):
        """Draw ``n`` pictures: exactly if there are at most 20 hidden units, else by 1,000 Gibbs steps from noise.

        steps: take so many Gibbs steps from noise in any case.  Returns (n, height, width, channels) float32 of 0 and 1.
        Raises ValueError for an ``n`` or steps below 1.
        """
        check_sizes(n=n, steps=SAMPLING_STEPS if steps is None else steps)
        random, (weights, visible_biases, hidden_biases) = np.random.default_rng(seed), self.parameters()
        if steps is None and self.hidden <= MOST_HIDDEN:
            hidden = all_states(self.hidden)[sample_categorical(self.log_hidden_weights(), n, random)]  # (n, hidden)
            visible = random.random((n, len(weights))) < expit(visible_biases + hidden @ weights.T)
        else:
            visible = (random.random((n, len(weights))) < 0.5).astype("float64")
            for _ in range(steps or SAMPLING_STEPS):
                visible = gibbs_step(visible, weights, visible_biases, hidden_biases, random)
        return visible.astype("float32").reshape(n, *self.picture_shape)


def gibbs_step(visible, weights, visible_biases, hidden_biases, random):
    """Draw the hidden units given the pixels, then the pixels given the hidden units.  (n, visible) -> (n, visible)"""
    hidden_probability = expit(hidden_biases + visible @ weights)  # (n, hidden)
    hidden = (random.random(hidden_probability.shape) < hidden_probability).astype(visible.dtype)
    visible_probability = expit(visible_biases + hidden @ weights.T)
    return (random.random(visible_probability.shape) < visible_probability).astype(visible.dtype)
