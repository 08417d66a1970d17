"""A laboratory of overfitting: many small models of 8 x 8 digits, trained side by side, each under a recipe of its own.

The model writes a digit pixel by pixel: one hidden layer whose every unit sees the pixels before a place of its own, and helps
only with those from there on (Germain et al. 2015, "MADE: Masked autoencoder for distribution estimation", section 4).
So the probability of a digit is exact. Recipes differ in numbers that the graph reads, never in the graph.
"""

from dataclasses import astuple, dataclass

import numpy as np
import tensorflow as tf
from keras import ops

from genai_course.checks import check_above_zero, check_sizes
from genai_course.data import digits
from genai_course.training import regularizers

PIXELS = 64
MOST_PICTURES = 1000  # of 1,437 to train on
VALIDATION = 200  # others of them
CHECK_EVERY = 20  # steps


@dataclass(frozen=True)
class Recipe:
    """How one model is trained; by default without any regularisation.

    dropout: share of the hidden units that a step silences. weight_decay: share of the weights that a step takes away.
    l2: factor of half the squared weights, added to the loss in nats. l1: how far a step moves each weight towards 0, at most
    to 0. shift: random moves of the training pictures, up to so many pixels. mirror: share of them that is mirrored.
    pictures: how many there are to train on, 1 to 1,000. Biases are left alone.
    """

    dropout: float = 0.0
    weight_decay: float = 0.0
    l2: float = 0.0
    l1: float = 0.0
    shift: float = 0.0
    mirror: float = 0.0
    pictures: int = 200

    def __post_init__(self):
        for name, top in (("dropout", 0.99), ("weight_decay", 1), ("l2", 1e3), ("l1", 1), ("shift", 1), ("mirror", 1)):
            if not 0 <= getattr(self, name) <= top:
                raise ValueError(f"{name} is {getattr(self, name)!r}; give a number from 0 to {top}.")
        if self.pictures not in range(1, MOST_PICTURES + 1):
            raise ValueError(f"pictures is {self.pictures!r}; give a whole number from 1 to {MOST_PICTURES}.")


@dataclass(frozen=True)
class Trained:
    """What came out of one training of many models.

    names: of the recipes. steps: (checks,), how many had been taken at each check. weights: arrays (models, ...), recipe by
    recipe. bits: "training", "validation" and "held out" -> bits per pixel, (recipes, seeds, checks).
    kept: the weights at every check, where they were asked for.
    """

    names: tuple
    steps: np.ndarray
    weights: list
    bits: dict
    kept: list

    def curve(self, name, part="held out"):
        """Bits per pixel of one recipe.  -> (seeds, checks)"""
        return self.bits[part][self.names.index(name)]

    def at_end(self, name, part="held out"):
        """Bits per pixel of one recipe after the last step.  -> (seeds,)"""
        return self.curve(name, part)[:, -1]

    def weights_of(self, name, at=None):
        """One recipe's models.  -> arrays (seeds, ...);  at: a check for each seed (seeds,), by default after the last step"""
        seeds = self.bits["held out"].shape[1]
        models = self.names.index(name) * seeds + np.arange(seeds)
        if at is None:
            return [each[models] for each in self.weights]
        arrays = zip(*(self.kept[check] for check in at), strict=True)  # of each array the versions to choose from
        return [np.stack([version[model] for version, model in zip(each, models, strict=True)]) for each in arrays]


class OverfittingLab:
    """Trains a model for every recipe and every seed at once: ``lab.train({"plain": Recipe()}, seeds=[0, 1, 2], steps=300)``.

    dropout, adamw_step: functions like those of ``genai_course.training.regularizers``; a learner's own, perhaps.
    normalise: whether batch normalisation comes before the hidden units' ReLU. width: hidden units. rate: Adam's.
    batch: pictures in a step.  Raises ValueError for a width, a rate or a batch that is not above 0.
    """

    def __init__(self, dropout=None, adamw_step=None, *, normalise=False, width=96, rate=0.01, batch=50):
        for name, value in (("width", width), ("rate", rate), ("batch", batch)):
            check_above_zero(name, value)
        self.dropout = dropout or regularizers.dropout
        self.adamw_step = adamw_step or regularizers.adamw_step
        self.normalise, self.width, self.rate, self.batch = normalise, width, rate, batch
        sees, pixel = np.arange(width) % (PIXELS - 1) + 1, np.arange(PIXELS)  # unit k sees the pixels before sees[k]
        self.masks = np.float32(pixel[:, None] < sees), np.float32(sees[:, None] <= pixel)  # (64, width), (width, 64)
        self.pictures = [part[..., 0] for part in (digits().train, digits().test)]  # grey, (n, 8, 8)
        self.step = tf.function(self.take_step, input_signature=self.signature())

    def signature(self):
        """Shapes of what a step gets, for any number of models, so that the graph is traced once."""
        weights = [tf.TensorSpec((None, *each.shape), tf.float32) for each in self.new_weights(0)]
        memory = [[each, each] for each in weights]
        pictures, uniform = (tf.TensorSpec((None, self.batch, last), tf.float32) for last in (PIXELS, self.width))
        number, strength = tf.TensorSpec((), tf.float32), tf.TensorSpec((None, 1, 1), tf.float32)
        return [weights, memory, pictures, uniform, number, [strength] * 4]

    def new_weights(self, seed):
        """First weights, the hidden bias and the last weights and bias; for batch normalisation also a scale."""
        rng, width = np.random.default_rng(seed), self.width
        first = rng.standard_normal((PIXELS, width)) * np.sqrt(2 / PIXELS)
        last = rng.standard_normal((width, PIXELS)) * np.sqrt(1 / width)
        weights = [first * self.masks[0], np.zeros((1, width)), last * self.masks[1], np.zeros((1, PIXELS))]
        return [np.float32(each) for each in weights + [np.ones((1, width))] * self.normalise]

    def received(self, weights, pictures):
        """What the hidden units receive from the pixels.  (models, n, 64) -> (models, n, width)"""
        return ops.matmul(pictures, weights[0] * self.masks[0])

    def moments(self, weights, pictures):
        """Mean and variance of that over pictures.  (models, n, 64) -> two of (models, 1, width)"""
        return ops.moments(self.received(weights, pictures), axes=1, keepdims=True)

    def logits(self, weights, pictures, silence=None, moments=None):
        """Of every pixel being on, given those before it.  (models, n, 64) -> (models, n, 64)

        silence: what dropout does to the hidden units. moments: for batch normalisation, by default those of these pictures.
        """
        hidden = self.received(weights, pictures)
        if self.normalise:
            moments = self.moments(weights, pictures) if moments is None else moments
            hidden = regularizers.batch_norm(hidden, *moments, scale=weights[4], shift=weights[1])
        else:
            hidden = hidden + weights[1]
        hidden = ops.relu(hidden)  # (models, n, width)
        hidden = hidden if silence is None else silence(hidden)
        return ops.matmul(hidden, weights[2] * self.masks[1]) + weights[3]

    def nats(self, weights, pictures, **options):
        """Mean of -log p over digits.  (models, n, 64) -> (models,)"""
        logits = self.logits(weights, pictures, **options)
        return ops.mean(ops.sum(ops.softplus(logits) - pictures * logits, axis=-1), axis=-1)

    def bits(self, weights, pictures, **options):
        """Bits a pixel costs.  (models or 1, n, 64) of 0 and 1 -> (models,)"""
        weights = [tf.convert_to_tensor(each) for each in weights]
        return self.nats(weights, tf.convert_to_tensor(pictures), **options).numpy() / (PIXELS * np.log(2))

    def take_step(self, weights, memory, pictures, uniform, step, strengths):
        """One step of every model: loss, gradient, Adam, decay.  strengths: four arrays (models, 1, 1), as in Recipe."""
        rate, weight_decay, l2, l1 = strengths
        with tf.GradientTape() as tape:
            tape.watch(weights)
            loss = self.nats(weights, pictures, silence=lambda hidden: self.dropout(hidden, uniform, rate))
        new_weights, new_memory = [], []
        for place, gradient in enumerate(tape.gradient(loss, weights)):
            matrix = place in (0, 2)  # biases and scales are left alone
            gradient = gradient + l2 * weights[place] if matrix else gradient  # of half the squared weights in the loss
            decay = weight_decay if matrix else 0 * weight_decay
            moved, *kept = self.adamw_step(weights[place], gradient, *memory[place], step, self.rate, decay)
            new_weights.append(regularizers.soft_threshold(moved, l1) if matrix else moved)
            new_memory.append(kept)
        return new_weights, new_memory

    def train(self, recipes, seeds, steps, keep=False):
        """Train a model for each recipe and each seed.  {name: Recipe}, whole numbers, a whole number -> Trained

        A seed decides which pictures are trained on, the first weights, the batches and the silenced units, alike for every
        recipe. keep: whether to keep the weights of every check, every 20 steps.

        Raises ValueError without a recipe or a seed, or for a number of steps below 1.
        """
        if not recipes or not len(seeds) or steps < 1:
            given = f"There are {len(recipes)} recipes, {len(seeds)} seeds and {steps!r} steps"
            raise ValueError(f"{given}; give at least 1 of each.")
        strengths = np.repeat([astuple(recipe) for recipe in recipes.values()], len(seeds), axis=0)  # (models, 7)
        four = [tf.constant(each[:, None, None], tf.float32) for each in strengths.T[:4]]
        weights = [np.stack([*each] * len(recipes)) for each in zip(*map(self.new_weights, seeds), strict=True)]
        weights = [tf.constant(each) for each in weights]
        memory = [[0 * each, 0 * each] for each in weights]
        pools, parts = self.pictures_of(recipes, seeds)
        rngs = [np.random.default_rng([seed, 1]) for seed in seeds]
        steps_of, measured, kept = [], {name: [] for name in parts}, []
        for step in range(steps + 1):
            if step % CHECK_EVERY == 0 or step == steps:
                moments = self.moments(weights, parts["training"]) if self.normalise else None
                for name, pictures in parts.items():
                    measured[name].append(self.bits(weights, pictures, moments=moments))
                steps_of.append(step)
                kept += [[each.numpy() for each in weights]] if keep else []
            if step < steps:
                batch, silenced = self.draw(pools, strengths, rngs)
                weights, memory = self.step(weights, memory, batch, silenced, tf.constant(step + 1.0), four)
        shape = (len(recipes), len(seeds), len(steps_of))
        bits = {name: np.stack(each, axis=-1).reshape(shape) for name, each in measured.items()}
        return Trained(tuple(recipes), np.array(steps_of), [each.numpy() for each in weights], bits, kept)

    def pictures_of(self, recipes, seeds):
        """Grey training pictures (seeds, 1000, 8, 8), and those of 0 and 1 to measure with: {part: (models or 1, n, 64)}."""
        train, test = self.pictures
        orders = [np.random.default_rng([seed, 2]).permutation(len(train)) for seed in seeds]
        pools = np.stack([train[order] for order in orders])  # (seeds, 1437, 8, 8)
        hundred = [pools[:, np.arange(100) % recipe.pictures] for recipe in recipes.values()]
        validation = np.tile(binary(pools[:, -VALIDATION:]), (len(recipes), 1, 1))
        parts = {"training": binary(np.concatenate(hundred)), "validation": validation, "held out": binary(test)[None]}
        return pools[:, :MOST_PICTURES], {name: tf.constant(pictures) for name, pictures in parts.items()}

    def draw(self, pools, strengths, rngs):
        """A batch for every model (models, batch, 64), and numbers from 0 to 1 for dropout (models, batch, width)."""
        seeds = len(pools)
        chance = np.stack([each.random((4, self.batch), "float32") for each in rngs], axis=1)  # (4, seeds, batch)
        which, mirrored, down, right = chance
        kinds, kind_of = np.unique(strengths[::seeds, 4:], axis=0, return_inverse=True)  # many recipes see the same
        batches = []
        for shift, mirror, pictures in kinds:
            batch = pools[np.arange(seeds)[:, None], np.int64(which * pictures)]  # (seeds, batch, 8, 8)
            batch = np.where((mirrored < mirror)[..., None, None], batch[..., ::-1], batch)
            if shift:
                batch = regularizers.shifted(batch, *((2 * each - 1) * shift for each in (down, right)))
            batches.append(binary(batch))
        silenced = np.stack([each.random((self.batch, self.width), "float32") for each in rngs])
        batches = np.stack(batches)[kind_of.ravel()].reshape(-1, self.batch, PIXELS)
        return tf.constant(batches), tf.constant(np.tile(silenced, (len(strengths) // seeds, 1, 1)))

    def sample(self, weights, n, seed, silence=None):
        """Digits of every model, pixel by pixel.  Arrays (models, ...), two whole numbers -> (models, n, 64) of 0 and 1

        silence: a function of the hidden units, such as a dropout that was left on.
        Raises ValueError for a model with batch normalisation, and for n below 1.
        """
        if self.normalise:
            raise ValueError("This model normalises its batches; sample from one that does not.")
        check_sizes(n=n)
        rng, models = np.random.default_rng(seed), len(weights[0])
        first, last = weights[0] * self.masks[0], weights[2] * self.masks[1]
        received = np.repeat(weights[1], n, axis=1)  # (models, n, width)
        drawn = np.zeros((models, n, PIXELS), "float32")
        for place in range(PIXELS):
            hidden = np.maximum(received, 0)
            hidden = hidden if silence is None else np.asarray(silence(hidden))
            logit = (hidden @ last[:, :, place : place + 1] + weights[3][:, :, place : place + 1])[..., 0]
            drawn[..., place] = rng.random((models, n)) < 1 / (1 + np.exp(-logit))
            received += drawn[..., place, None] * first[:, None, place]
        return drawn


def binary(pictures):
    """On or off, and in a row.  (..., 8, 8) in [0, 1] -> (..., 64) of 0 and 1"""
    return np.float32(pictures > 0.5).reshape(*pictures.shape[:-2], PIXELS)
