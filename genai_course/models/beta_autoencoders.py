"""β-VAEs side by side: many small variational autoencoders in one stack of arrays, so that luck can be told from effect.

Higgins et al. (2017), "beta-VAE: learning basic visual concepts with a constrained variational framework", weigh the whole
KL term with beta.  Chen et al. (2018), "Isolating sources of disentanglement in variational autoencoders", weigh only the
part of it that measures how much the numbers of a code depend on each other, their total correlation.
"""

import math
from numbers import Real

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from genai_course.checks import check_above_zero, check_choice, check_sizes
from genai_course.models.losses import LOG_TWO_PI
from genai_course.models.variational_autoencoder import kl_of_each_dimension, reparameterise

PLACES = ("kl", "total_correlation")


def total_correlation(codes, mean, log_variance, n_rows):
    """How much the numbers of a code depend on each other over all rows, in nats: 0 where they are independent.

    KL divergence of the codes' density q(z) from the product of its coordinates' densities, both estimated from one batch
    as if it were drawn from n_rows rows: Chen et al. (2018), section 3, "minibatch-weighted sampling".

    codes, mean, log_variance: (..., n, latent_dim), the codes drawn from the clouds of these rows.  Returns (...).
    """
    apart = codes[..., :, None, :] - mean[..., None, :, :]  # (..., n, n, latent_dim): code i seen from cloud j
    log_variance = log_variance[..., None, :, :]
    log_densities = -0.5 * (ops.square(apart) * ops.exp(-log_variance) + log_variance + LOG_TWO_PI)
    log_count = math.log(codes.shape[-2] * n_rows)
    jointly = ops.logsumexp(ops.sum(log_densities, axis=-1), axis=-1) - log_count  # (..., n): log q(z)
    one_by_one = ops.logsumexp(log_densities, axis=-2) - log_count  # (..., n, latent_dim): log q(z_j)
    return ops.mean(jointly - ops.sum(one_by_one, axis=-1), axis=-1)


class BetaAutoencoders:
    """A stack of dense VAEs of one size; each has its own seed and its own beta, and none learns from another.

    inputs: numbers in a row of data. latent_dim: numbers in a code.
    betas, seeds: one for each model, sequences of one length; betas are 0 or more. Models with the same seed start from
        the same weights and see the same batches and the same noise, whatever their beta.
    place: "kl", where beta weighs the whole KL term, or "total_correlation", where it weighs only that part of it.
    sigma: standard deviation of the Gaussian around the drawn row, above 0. width: units of the hidden layer, each way.

    Raises ValueError for a size that is not a whole number of 1 or more, betas and seeds of different length, a negative
    beta, an unknown place, or a sigma that is not above 0.
    """

    def __init__(self, inputs, latent_dim, betas, seeds, place="kl", sigma=0.1, width=256):
        check_sizes(inputs=inputs, latent_dim=latent_dim, width=width)
        if len(betas) != len(seeds) or not len(betas):
            raise ValueError(f"There are {len(betas)} betas and {len(seeds)} seeds; give one of each for every model.")
        if not all(isinstance(beta, Real) and beta >= 0 for beta in betas):
            raise ValueError(f"betas are {list(betas)}; give numbers of 0 or more.")
        check_choice("place", place, PLACES)
        check_above_zero("sigma", sigma)
        self.betas, self.seeds, self.place, self.sigma = np.float32(betas), tuple(seeds), place, sigma
        self.latent_dim = latent_dim
        self.encoder = new_layers((inputs, width, 2 * latent_dim), self.seeds)
        self.decoder = new_layers((latent_dim, width, inputs), self.seeds)

    def encode(self, rows):
        """(n, inputs) or (models, n, inputs) -> mean, log_variance, each (models, n, latent_dim)"""
        return tf.split(run_layers(self.encoder, rows), 2, axis=-1)

    def decode(self, codes):
        """(models, n, latent_dim) -> (models, n, inputs); codes (n, latent_dim) go to every model."""
        return run_layers(self.decoder, codes)

    def losses(self, rows, noise, n_rows):
        """One loss for each model.  (models, n, inputs), (models, n, latent_dim), number -> (models,)"""
        mean, log_variance = self.encode(rows)
        codes = reparameterise(mean, log_variance, noise)
        squares = ops.sum(ops.square(rows - self.decode(codes)), axis=-1)
        error = ops.mean(squares, axis=-1) / (2 * self.sigma**2)  # minus log p(x|z), up to a constant
        kl = ops.mean(ops.sum(kl_of_each_dimension(mean, log_variance), axis=-1), axis=-1)
        if self.place == "kl":
            return error + self.betas * kl
        return error + kl + (self.betas - 1) * total_correlation(codes, mean, log_variance, n_rows)

    def fit(self, rows, epochs, batch_size=64, rate=2e-3, watch=iter):
        """Train every model with Adam, whose rate falls to 0 along half a cosine.  Returns the stack.

        rows: (n, inputs), at least batch_size of them. watch: goes round the range of epochs and may show how far it is.
        Raises ValueError for too few rows.
        """
        if len(rows) < batch_size:
            raise ValueError(f"There are {len(rows)} rows; a batch needs {batch_size}.")
        steps = len(rows) // batch_size  # of an epoch; the few rows left over wait for the next one
        weights = self.encoder + self.decoder
        optimizer = keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(rate, epochs * steps))
        optimizer.build(weights)
        data = tf.constant(rows, tf.float32)

        @tf.function
        def run_epoch(batches, noise):
            for step in tf.range(steps):
                with tf.GradientTape() as tape:
                    loss = tf.reduce_sum(self.losses(tf.gather(data, batches[step]), noise[step], len(rows)))
                optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights, strict=True))

        rngs = [np.random.default_rng([seed, 1]) for seed in self.seeds]
        for _ in watch(range(epochs)):
            orders = [each.permutation(len(rows))[: steps * batch_size] for each in rngs]
            noise = [each.standard_normal((steps, batch_size, self.latent_dim), np.float32) for each in rngs]
            batches = np.stack(orders).reshape(-1, steps, batch_size).swapaxes(0, 1)  # (steps, models, batch_size)
            run_epoch(tf.constant(batches, tf.int32), tf.constant(np.stack(noise, axis=1)))
        return self


def new_layers(sizes, seeds):
    """Weights and biases of dense layers, one network for each seed: [(models, in, out), (models, 1, out), …]"""
    layers = []
    for inputs, outputs in zip(sizes[:-1], sizes[1:], strict=True):
        limit = math.sqrt(6 / (inputs + outputs))  # Glorot and Bengio (2010), equation 16
        rngs = [np.random.default_rng([seed, inputs, outputs]) for seed in seeds]
        weights = np.stack([each.uniform(-limit, limit, (inputs, outputs)) for each in rngs])
        layers += [tf.Variable(weights.astype(np.float32)), tf.Variable(np.zeros((len(seeds), 1, outputs), np.float32))]
    return layers


def run_layers(layers, rows):
    """Dense layers with ReLU between them.  (n, in) or (models, n, in) -> (models, n, out)"""
    rows = tf.cast(rows, tf.float32)
    for place in range(0, len(layers), 2):
        rows = rows @ layers[place] + layers[place + 1]
        if place + 2 < len(layers):
            rows = tf.nn.relu(rows)
    return rows
