"""Variational autoencoder for pictures of 0 and 1: the drawing says how probable a 1 is at each pixel.

Kingma and Welling (2014), "Auto-encoding variational Bayes", appendix C.1: a Bernoulli decoder. Its bounds are on
probabilities of pictures and so compare with a PixelCNN's; those of a Gaussian decoder are on densities and do not.
"""

import keras
import numpy as np
from keras import ops

from genai_course.models.losses import weighted_mean
from genai_course.models.picture_checks import check_black_and_white
from genai_course.models.variational_autoencoder import VariationalAutoencoder, kl_of_each_dimension

SMALLEST_PROBABILITY = 1e-6  # of either value of a pixel; with 0, one surprise would cost infinitely many nats


def log_likelihood(pictures, drawn):
    """Log-probability, in nats, of pictures of 0 and 1, where ``drawn`` is the probability of a 1.

    (n, height, width, channels), (n, height, width, channels) -> (n,)
    """
    on = ops.clip(drawn, SMALLEST_PROBABILITY, 1 - SMALLEST_PROBABILITY)
    return ops.sum(pictures * ops.log(on) + (1 - pictures) * ops.log(1 - on), axis=(1, 2, 3))


@keras.saving.register_keras_serializable(package="genai_course")
class BinaryVariationalAutoencoder(VariationalAutoencoder):
    """As :class:`VariationalAutoencoder`, for pictures of 0 and 1; ``elbo`` and ``log_prob`` are on log-probabilities.

    ``sample`` returns the probability of a 1 at each pixel.
    """

    log_likelihood = staticmethod(log_likelihood)

    def check_values(self, x):
        check_black_and_white(x, "x")

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        """Negative ELBO per picture, in nats, with the KL term weighted by beta."""
        drawn, mean, log_variance = y_pred
        target = x if y is None else y
        kl = weighted_mean(kl_of_each_dimension(mean, log_variance), sample_weight, axis=0)  # (latent_dim,)
        self.error_tracker.update_state(weighted_mean(ops.square(target - drawn), sample_weight))
        self.kl_tracker.update_state(ops.sum(kl))
        likelihood = weighted_mean(log_likelihood(target, drawn), sample_weight)
        return self.beta * ops.sum(ops.maximum(kl, self.free_bits)) - likelihood

    def log_ratios(self, pictures, samples, seed, prior):
        """log p(x | z) + log p(z) - log q(z | x) for random codes z of the encoder.  Returns (samples, n) float64.

        Raises ValueError for a number of samples below 1 and for pictures with values other than 0 and 1.
        """
        pictures = check_black_and_white(np.asarray(pictures, "float32"))
        return super().log_ratios(pictures, samples, seed, prior)
