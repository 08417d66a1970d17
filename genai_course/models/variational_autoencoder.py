"""Variational autoencoder: an autoencoder whose codes have a known distribution, so that it can draw new pictures.

Kingma and Welling (2014), "Auto-encoding variational Bayes". The likelihood is a Gaussian around the drawn picture
whose width is the best one for the errors made (Rybkin et al. 2021, "Simple and effective VAE training with calibrated
decoders"): a proper density over grey values, and no weight between the two terms of the loss to tune by hand.
"""

import math

import keras
import numpy as np
from keras import ops
from scipy.special import logsumexp

from genai_course.checks import check_sizes
from genai_course.models.autoencoder import build_decoder, build_encoder
from genai_course.models.latent_prior import DrawsFromPrior, LatentPrior
from genai_course.models.losses import LOG_TWO_PI, weighted_mean
from genai_course.models.picture_checks import ChecksInput, check_settings

SMALLEST_VARIANCE = 1e-6  # a thousandth of a grey, squared: the density of a perfect drawing would be infinite
PICTURES_AT_ONCE = 256  # of a likelihood estimate, which decodes many codes a picture


def reparameterise(mean, log_variance, noise):
    """A draw from N(mean, variance), made from standard normal noise so that gradients reach mean and log_variance.

    Kingma and Welling (2014), section 2.4.  (n, latent_dim), (n, latent_dim), (n, latent_dim) -> (n, latent_dim)
    """
    return mean + ops.exp(0.5 * log_variance) * noise


def kl_divergence(mean, log_variance):
    """Kullback-Leibler divergence of N(mean, variance) from N(0, I), in nats.

    Kingma and Welling (2014), appendix B.  (n, latent_dim), (n, latent_dim) -> (n,)
    """
    return ops.sum(kl_of_each_dimension(mean, log_variance), axis=1)


def kl_of_each_dimension(mean, log_variance):
    """The terms that ``kl_divergence`` adds up.  (n, latent_dim), (n, latent_dim) -> (n, latent_dim)"""
    return 0.5 * (ops.square(mean) + ops.exp(log_variance) - 1 - log_variance)


def log_likelihood(pictures, drawn, variance):
    """Log-density, in nats, of pictures under Gaussian noise of one variance around the drawn ones.

    (n, height, width, channels), (n, height, width, channels), () -> (n,)
    """
    pixels = math.prod(pictures.shape[1:])
    squares = ops.sum(ops.square(pictures - drawn), axis=(1, 2, 3))
    return -0.5 * (squares / variance + pixels * (ops.log(variance) + LOG_TWO_PI))


@keras.saving.register_keras_serializable(package="genai_course")
class VariationalAutoencoder(DrawsFromPrior, ChecksInput, keras.Model):
    """Dense encoder to a Gaussian over codes, dense decoder to a picture.

    latent_dim: size of a code, whole number, 1 or more.
    picture_shape: (height, width, channels) of the pictures; their values are in [0, 1].
    beta: weight of the KL term (Higgins et al. 2017); 1 makes the loss the negative ELBO. ``model.beta`` is a
        variable: assign to it between epochs to warm the term up.
    free_bits: nats a dimension may cost before it is penalised (the free bits of Kingma et al. 2016).
    width, depth: units of each hidden layer; hidden layers of the encoder and again of the decoder.

    Raises ValueError for a size that is not a whole number of 1 or more, or a negative beta or free_bits.
    """

    y_is = "target"

    def __init__(self, latent_dim, picture_shape, beta=1.0, free_bits=0.0, width=512, depth=2, **options):
        super().__init__(**options)
        sizes = {"latent_dim": latent_dim, "picture_shape": picture_shape, "width": width, "depth": depth}
        self.settings = check_settings(**sizes, beta=beta, free_bits=free_bits)
        self.latent_dim, self.picture_shape = latent_dim, self.settings["picture_shape"]
        self.free_bits = free_bits
        self.encoder, self.decoder = self.make_encoder(width, depth), self.make_decoder(width, depth)
        first_beta, first_variance = (keras.initializers.Constant(value) for value in (beta, 0.1))
        self.beta = self.add_weight(shape=(), initializer=first_beta, trainable=False, name="beta")
        # Mean squared error of a pixel, a running average over the training batches: the variance of the likelihood.
        self.variance = self.add_weight(shape=(), initializer=first_variance, trainable=False, name="variance")
        self.noise = keras.random.SeedGenerator()
        self.kl_tracker = keras.metrics.Mean(name="kl")
        self.error_tracker = keras.metrics.Mean(name="error")
        self.begin_prior(latent_dim)

    def make_encoder(self, width, depth):
        return build_encoder(self.picture_shape, width, depth, outputs=2 * self.latent_dim)

    def make_decoder(self, width, depth):
        return build_decoder(self.latent_dim, self.picture_shape, width, depth)

    def encode(self, pictures):
        """(n, height, width, channels) -> mean (n, latent_dim), log_variance (n, latent_dim)"""
        mean, log_variance = ops.split(self.encoder(pictures), 2, axis=1)
        return mean, log_variance

    def decode(self, codes):
        """(n, latent_dim) -> pictures (n, height, width, channels) in [0, 1]"""
        return self.decoder(codes)

    def call(self, pictures, training=False):
        """Draw each picture back from a random code.  Returns (drawn, mean, log_variance)."""
        mean, log_variance = self.encode(pictures)
        codes = reparameterise(mean, log_variance, keras.random.normal(ops.shape(mean), seed=self.noise))
        return self.decode(codes), mean, log_variance

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        """Negative ELBO per picture, in nats, with the KL term weighted by beta; without a ``y`` the target is x itself."""
        drawn, mean, log_variance = y_pred
        target = x if y is None else y
        error = ops.maximum(weighted_mean(ops.square(target - drawn), sample_weight), SMALLEST_VARIANCE)
        kl = weighted_mean(kl_of_each_dimension(mean, log_variance), sample_weight, axis=0)  # (latent_dim,)
        if training:
            self.variance.assign(0.98 * self.variance + 0.02 * error)
        self.error_tracker.update_state(error)
        self.kl_tracker.update_state(ops.sum(kl))
        # At the best variance, which is the mean squared error itself, log_likelihood becomes:
        pixels = math.prod(x.shape[1:])
        negative_log_likelihood = 0.5 * pixels * (ops.log(error) + 1 + LOG_TWO_PI)
        return negative_log_likelihood + self.beta * ops.sum(ops.maximum(kl, self.free_bits))

    def elbo(self, pictures, samples=1, seed=0):
        """Evidence lower bound of each picture's log-density, in nats, under the N(0, I) prior of the training.

        pictures: (n, height, width, channels) in [0, 1]; samples: random codes a picture, averaged over.
        Returns (n,) float64.  Raises ValueError for a number of samples below 1.
        """
        standard = LatentPrior.standard_normal(self.latent_dim)
        return self.log_ratios(pictures, samples, seed, standard).mean(axis=0)

    def log_prob(self, pictures, samples=64, seed=0):
        """Importance-weighted estimate of each picture's log-density, in nats, under the model that ``sample`` uses.

        A lower bound on average, tighter with more samples and never looser than the ELBO with the same prior:
        Burda et al. (2016), "Importance weighted autoencoders", equation 8.

        pictures: (n, height, width, channels) in [0, 1]; samples: random codes a picture.
        Returns (n,) float64.  Raises ValueError for a number of samples below 1.
        """
        return logsumexp(self.log_ratios(pictures, samples, seed, self.prior), axis=0) - math.log(samples)

    def log_ratios(self, pictures, samples, seed, prior):
        """log p(x | z) + log p(z) - log q(z | x) for random codes z of the encoder.  Returns (samples, n) float64."""
        check_sizes(samples=samples)
        random = np.random.default_rng(seed)
        blocks = []  # each (samples, pictures in the block)
        for start in range(0, len(pictures), PICTURES_AT_ONCE):
            block = ops.convert_to_tensor(pictures[start : start + PICTURES_AT_ONCE], dtype="float32")
            mean, log_variance = self.encode(block)
            rows = []
            for _ in range(samples):
                noise = random.standard_normal(mean.shape).astype("float32")
                codes = reparameterise(mean, log_variance, noise)
                likelihood = self.log_likelihood(block, self.decode(codes))
                log_posterior = -0.5 * ops.sum(noise**2 + log_variance + LOG_TWO_PI, axis=1)
                rows.append(np.asarray(likelihood, "float64") - np.asarray(log_posterior) + prior.log_density(codes))
            blocks.append(rows)
        return np.concatenate(blocks, axis=1)

    def log_likelihood(self, pictures, drawn):
        """Log-density, in nats, of pictures given the drawn ones, at the variance of the training.

        (n, height, width, channels), (n, height, width, channels) -> (n,)
        """
        return log_likelihood(pictures, drawn, self.variance)

    def active_units(self, pictures, threshold=0.01):
        """How many dimensions of the code say something about the picture: 0 when the posterior has collapsed.

        A dimension is active if its mean varies over the pictures with a variance above ``threshold``:
        Burda et al. (2016), section 5.2.  pictures: (n, height, width, channels).  Returns an int.
        """
        mean, _ = self.encode(pictures)  # (n, latent_dim)
        return int(np.sum(np.var(mean, axis=0) > threshold))
