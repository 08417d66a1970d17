"""Adversarial training with every rule a switch: many small games in the plane, played side by side in one graph.

Losses: Goodfellow et al. (2014), "Generative adversarial nets", and Arjovsky et al. (2017), "Wasserstein GAN".
Repairs: the gradient penalty of Gulrajani et al. (2017), "Improved training of Wasserstein GANs"; R1 of Mescheder et al.
(2018), "Which training methods for GANs do actually converge?"; Miyato et al. (2018), "Spectral normalization for
generative adversarial networks"; two time scales of Heusel et al. (2017), "GANs trained by a two time-scale update rule".

Tracing a graph takes longer than a thousand steps, so a rule is a number that the graph reads, never another graph: games
under different rules, or from different first weights, share one graph, and rules may change in the middle of a game.
They stand in ``genai_course.labs.adversarial.rules``.
"""

import math

import numpy as np
import tensorflow as tf
from keras import ops

from genai_course.checks import check_sizes, check_whole_number
from genai_course.training.optimizers import adam_step

BETA_2, SMALL = 0.99, 1e-8  # of Adam


def gradient_penalty(slope_at, real, forged, mixing, target):
    """Mean squared distance of the critic's steepness from a target, for each game: WGAN-GP and R1 in one formula.

    Gulrajani et al. (2017), equation 3, with mixing drawn evenly from 0 to 1 and target 1; Mescheder et al. (2018), equation
    9, with mixing 0, which stays at the real points, and target 0.

    slope_at: function from points (games, n, 2) to the critic's gradient there (games, n, 2).
    real, forged: (games, n, 2); mixing: (games, n, 1) in [0, 1]; target: (games, 1).  Returns (games,).
    """
    points = real + mixing * (forged - real)
    steepness = ops.sqrt(ops.sum(ops.square(slope_at(points)), axis=-1) + 1e-12)  # (games, n)
    return ops.mean(ops.square(steepness - target), axis=-1)


def spectral_norm(matrix, start, rounds):
    """Largest singular value of a matrix by power iteration: how much longer it can make a vector.

    Miyato et al. (2018), algorithm 1.  matrix (m, n), start (n,) not 0, rounds 1 or more -> ()
    """
    matrix, right = np.asarray(matrix), np.asarray(start)
    for _ in range(rounds):
        left = matrix @ right
        left = left / np.linalg.norm(left)
        right = matrix.T @ left
        right = right / np.linalg.norm(right)
    return left @ matrix @ right


class AdversarialLab:
    """Small generators and critics for points in the plane; :meth:`start` sets up games, which then play.

    points: (n, 2) real points to imitate.
    penalty: function with the arguments and the result of :func:`gradient_penalty`.
    width, latent_dim, batch_size: units of the two hidden layers of each network, size of a code, points a step; 1 or more.

    Raises ValueError for points of another shape and for sizes that are not whole numbers of 1 or more.
    """

    def __init__(self, points, penalty=gradient_penalty, width=64, latent_dim=4, batch_size=64):
        points = np.asarray(points, np.float32)
        if points.ndim != 2 or points.shape[1] != 2 or not len(points):
            raise ValueError(f"points has shape {points.shape}; give points as rows, shape (n, 2).")
        check_sizes(width=width, latent_dim=latent_dim, batch_size=batch_size)
        self.points, self.penalty = tf.constant(points), penalty
        self.latent_dim, self.batch_size = latent_dim, batch_size
        self.generator_shapes = layer_shapes(latent_dim, width, 2)
        self.critic_shapes = layer_shapes(2, width, 1)
        self.play = tf.function(self._play, reduce_retracing=True)

    def start(self, rules, seeds=None, seed=0):
        """Set up one game for each :class:`~genai_course.labs.adversarial.Rules` in a list.

        seeds: first weights of each game, whole numbers; by default 0, 1, 2 …; equal seeds mean equal first weights.
        seed: of the points and codes, which are the same for all games: they differ in rules and first weights alone.
        Raises ValueError for an empty list and for seeds that are not one whole number of 0 or more for each game.
        """
        rules = list(rules)
        seeds = list(range(len(rules)) if seeds is None else seeds)
        if not rules or len(seeds) != len(rules):
            raise ValueError(f"There are {len(rules)} rules and {len(seeds)} seeds; give one seed for each, 1 or more.")
        for number in (*seeds, seed):
            check_whole_number("seed", number, 0)
        return Games(self, rules, seeds, seed)

    def _play(self, state, rules, seed, steps):
        """Play ``steps`` steps of the critic.  -> state, and the means of loss and gradient norm over them, (games,) each"""
        loss = norm = tf.zeros_like(rules["penalty"])
        for _ in tf.range(steps):
            state, step_loss, step_norm = self._step(state, rules, seed)
            loss, norm = loss + step_loss, norm + step_norm
        return state, loss / tf.cast(steps, "float32"), norm / tf.cast(steps, "float32")

    def _step(self, state, rules, seed):
        """One step of every critic, and of the generators whose turn it is."""
        games, n = tf.shape(rules["penalty"])[0], self.batch_size
        now = tf.stack([seed, state["step"]])
        chosen = tf.random.stateless_uniform((n,), now, 0, len(self.points), "int32")
        real = tf.repeat(tf.gather(self.points, chosen)[None], games, axis=0)  # (games, n, 2)
        codes = tf.repeat(tf.random.stateless_normal((1, n, self.latent_dim), now), games, axis=0)
        mixing = tf.random.stateless_uniform((1, n, 1), now + 1) * rules["between"][:, None, None]  # (games, n, 1)
        with tf.GradientTape() as generator_tape:
            generator_tape.watch(state["generator"])
            forged = network(unpack(state["generator"], self.generator_shapes), codes)  # (games, n, 2)
            fixed = tf.stop_gradient(forged)
            with tf.GradientTape() as critic_tape:
                critic_tape.watch(state["critic"])
                layers, directions = self.normalised(state["critic"], state["directions"], rules["spectral_norm"])
                critic_loss = critic_losses(network(layers, real)[..., 0], network(layers, fixed)[..., 0], rules)
                penalty = self.penalty(
                    lambda points: slopes(layers, points), real, fixed, mixing, rules["target"][:, None]
                )
                total = tf.reduce_sum(critic_loss + rules["penalty"] * penalty)  # games share no weight
            critic_gradient = critic_tape.gradient(total, state["critic"])
            layers = [tf.stop_gradient(part) for part in layers]
            generator_loss = tf.reduce_sum(generator_losses(network(layers, forged)[..., 0], rules))
        generator_gradient = generator_tape.gradient(generator_loss, state["generator"])
        turn = tf.cast(tf.cast(state["step"] + 1, "float32") % rules["critic_steps"] == 0, "float32")
        new = dict(state, step=state["step"] + 1, directions=directions)
        new |= adam(state, "critic", critic_gradient, rules["critic_rate"], rules["beta_1"], tf.ones_like(turn))
        new |= adam(state, "generator", generator_gradient, rules["generator_rate"], rules["beta_1"], turn)
        return new, critic_loss, tf.norm(generator_gradient, axis=1)

    def normalised(self, weights, directions, switched_on):
        """The critic's layers, each matrix divided by its spectral norm where that is switched on, and better directions.

        One round of power iteration a step is enough, since weights move little: Miyato et al. (2018), algorithm 1.
        """
        layers, kept = unpack(weights, self.critic_shapes), []
        for place, direction in zip(range(0, len(layers), 2), directions, strict=True):
            matrix = layers[place]  # (games, inputs, units)
            known = tf.stop_gradient(matrix)
            right = tf.math.l2_normalize(direction @ known, axis=-1)  # (games, 1, units)
            left = tf.math.l2_normalize(tf.matmul(right, known, transpose_b=True), axis=-1)  # (games, 1, inputs)
            norm = tf.matmul(left @ matrix, right, transpose_b=True)  # (games, 1, 1)
            layers[place] = matrix / (1 + switched_on[:, None, None] * (norm - 1))
            kept.append(left)
        return layers, kept


class Games:
    """Games that play side by side; made by :meth:`AdversarialLab.start`.

    rules: list of :class:`~genai_course.labs.adversarial.Rules`, one a game; may be replaced between two calls of :meth:`play`.
    """

    def __init__(self, lab, rules, seeds, seed):
        self.lab, self.rules, self.seed = lab, rules, tf.constant(seed)
        weights = {
            name: np.stack([first_weights(shapes, [number, part]) for number in seeds])
            for part, (name, shapes) in enumerate((("generator", lab.generator_shapes), ("critic", lab.critic_shapes)))
        }
        self.state = {"step": tf.constant(0)}
        for name, values in weights.items():
            self.state[name] = tf.constant(values)  # (games, weights)
            self.state[f"{name}_mean"] = self.state[f"{name}_square"] = tf.zeros_like(values)
            self.state[f"{name}_updates"] = tf.zeros(len(rules))
        sizes = [shape[0] for shape in lab.critic_shapes[::2]]
        self.state["directions"] = [tf.ones((len(rules), 1, size)) / size**0.5 for size in sizes]

    @property
    def step(self):
        """How many steps the critics have made."""
        return int(self.state["step"])

    def play(self, steps):
        """Play on for ``steps`` steps of the critics, a whole number of 1 or more.

        Returns a dictionary of means over these steps, (games,) float32 each: ``critic_loss`` without its penalty, and
        ``gradient_norm``, the length of the gradient that the generator learns from.
        """
        check_sizes(steps=steps)
        self.state, loss, norm = self.lab.play(self.state, self._numbers(), self.seed, tf.constant(steps))
        return {"critic_loss": loss.numpy(), "gradient_norm": norm.numpy()}

    def sample(self, n, seed=0):
        """Draw ``n`` points from every generator.  -> (games, n, 2) float32"""
        check_whole_number("n", n, 1)
        codes = np.random.default_rng(seed).standard_normal((1, n, self.lab.latent_dim)).astype("float32")
        layers = unpack(self.state["generator"], self.lab.generator_shapes)
        return network(layers, tf.repeat(codes, len(self.rules), axis=0)).numpy()

    def critic_matrices(self):
        """The critics' matrices as they judge, spectral normalisation included: three arrays (games, inputs, units)."""
        return [layer.numpy() for layer in self._critic()[::2]]

    def logits(self, points):
        """What every critic says at points (n, 2).  -> (games, n) float32"""
        return network(self._critic(), self._for_all(points))[..., 0].numpy()

    def slopes(self, points):
        """Every critic's gradient at points (n, 2).  -> (games, n, 2) float32"""
        return slopes(self._critic(), self._for_all(points)).numpy()

    def _critic(self):
        on = self._numbers()["spectral_norm"]
        return self.lab.normalised(self.state["critic"], self.state["directions"], on)[0]

    def _for_all(self, points):
        return tf.repeat(np.asarray(points, np.float32)[None], len(self.rules), axis=0)

    def _numbers(self):
        """The rules as tensors (games,), by name."""
        numbers = [rules.numbers() for rules in self.rules]
        return {name: tf.constant([float(each[name]) for each in numbers]) for name in numbers[0]}


def layer_shapes(inputs, width, outputs):
    """Shapes of the matrices and biases of a network with two hidden layers."""
    return [(inputs, width), (1, width), (width, width), (1, width), (width, outputs), (1, outputs)]


def first_weights(shapes, seed):
    """All weights of one network in a row: Glorot-uniform matrices, biases of 0.  -> (weights,) float32"""
    random = np.random.default_rng(seed)
    limits = [math.sqrt(6 / sum(shape)) if place % 2 == 0 else 0 for place, shape in enumerate(shapes)]
    parts = [random.uniform(-limit, limit, shape).ravel() for limit, shape in zip(limits, shapes, strict=True)]
    return np.concatenate(parts).astype(np.float32)


def unpack(weights, shapes):
    """(games, weights) -> matrices (games, inputs, units) and biases (games, 1, units), in turn"""
    parts = tf.split(weights, [math.prod(shape) for shape in shapes], axis=1)
    return [tf.reshape(part, (-1, *shape)) for part, shape in zip(parts, shapes, strict=True)]


def network(layers, inputs):
    """Two hidden layers of leaky ReLUs.  (games, n, inputs) -> (games, n, outputs)"""
    x = tf.nn.leaky_relu(inputs @ layers[0] + layers[1])
    x = tf.nn.leaky_relu(x @ layers[2] + layers[3])
    return x @ layers[4] + layers[5]


def slopes(layers, points):
    """Gradient of each logit with respect to its own point.  (games, n, 2) -> (games, n, 2)"""
    with tf.GradientTape() as tape:
        tape.watch(points)
        total = tf.reduce_sum(network(layers, points))
    return tape.gradient(total, points)


def critic_losses(real_logits, forged_logits, rules):
    """(games, n), (games, n) -> (games,)"""
    cross_entropy = tf.reduce_mean(tf.nn.softplus(-real_logits) + tf.nn.softplus(forged_logits), axis=1)
    difference = tf.reduce_mean(forged_logits - real_logits, axis=1)
    return (rules["minimax"] + rules["non_saturating"]) * cross_entropy + rules["wasserstein"] * difference


def generator_losses(forged_logits, rules):
    """(games, n) -> (games,)"""
    minimax = rules["minimax"] * tf.reduce_mean(-tf.nn.softplus(forged_logits), axis=1)
    non_saturating = rules["non_saturating"] * tf.reduce_mean(tf.nn.softplus(-forged_logits), axis=1)
    return minimax + non_saturating + rules["wasserstein"] * tf.reduce_mean(-forged_logits, axis=1)


def adam(state, name, gradient, rate, beta_1, turn):
    """A step of Adam in the games whose turn it is; the others stay.  -> what is new"""
    updates = state[f"{name}_updates"] + turn
    count = tf.maximum(updates, 1)[:, None]  # (games, 1), like the rates
    names = (name, f"{name}_mean", f"{name}_square")
    before = [state[each] for each in names]
    after = adam_step(before[0], gradient, *before[1:], count, rate[:, None], beta_1[:, None], BETA_2, SMALL)
    moved = [tf.where(turn[:, None] > 0, *pair) for pair in zip(after, before, strict=True)]
    return dict(zip(names, moved, strict=True)) | {f"{name}_updates": updates}
