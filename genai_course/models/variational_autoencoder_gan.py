"""VAE-GAN: a variational autoencoder whose drawings are compared through the eyes of a GAN's discriminator.

Larsen et al. (2016), "Autoencoding beyond pixels using a learned similarity metric". A pixel-wise error asks for the
average of all likely pictures, which is a blur. Here the error is measured on the hidden layer of a discriminator, which
learns at the same time what real pictures have and drawn ones lack; and the decoder must fool it.
"""

import math

import keras
import tensorflow as tf
from keras import ops

from genai_course.models.generative_adversarial_network import (
    PENALISED_SHARE,
    build_discriminator,
    build_generator,
    discriminator_loss,
    generator_loss,
    r1_penalty,
)
from genai_course.models.picture_checks import check_settings
from genai_course.models.variational_autoencoder import (
    SMALLEST_VARIANCE,
    VariationalAutoencoder,
    kl_divergence,
    reparameterise,
)


def feature_error(real_features, drawn_features):
    """Mean squared difference between what the discriminator notices in pictures and in their drawings.

    Larsen et al. (2016), equation 7, up to constants.  (n, features), (n, features) -> ()
    """
    return ops.mean(ops.square(real_features - drawn_features))


def losses_of_players(error, kl, fooling, judging, gamma):
    """What the autoencoder makes small, and what the discriminator makes small.

    Larsen et al. (2016), algorithm 1, but with one loss for encoder and decoder: theirs keeps ``fooling`` from the
    encoder. The error is no business of the discriminator: it would make it small by noticing
    nothing any more, and then every drawing equals its picture.

    error: of the drawings, in nats; kl: price of the codes, in nats; fooling: the generator's loss of a GAN;
    judging: the discriminator's; gamma: weight of drawing back against fooling.  Five numbers -> two numbers
    """
    return gamma * (error + kl) + fooling, judging


@keras.saving.register_keras_serializable(package="genai_course")
class VariationalAutoencoderGAN(VariationalAutoencoder):
    """Dense encoder to a Gaussian over codes, dense decoder, and a dense discriminator of real and drawn pictures.

    Encoding, decoding, the prior, ``sample``, ``elbo`` and ``log_prob`` are those of the variational autoencoder, and so are
    latent_dim, picture_shape, beta, width and depth; the discriminator, too, has layers of this width and depth.

    gamma: weight of drawing back (in nats) against fooling the discriminator (Larsen et al. 2016, section 2.4).
    pixels: weight of the error in pixels beside the one in features; the paper's model has none of it, 0.
    penalty: weight of the penalty on the discriminator's gradient at real pictures (R1); 0 trains without it.

    Raises ValueError for a size that is not a whole number of 1 or more, or a negative weight.
    """

    y_is, weighs_samples = None, False

    def __init__(
        self, latent_dim, picture_shape, beta=1.0, gamma=0.002, pixels=0.5, penalty=0.5, width=512, depth=2, **options
    ):
        weights = check_settings(gamma=gamma, pixels=pixels, penalty=penalty)
        super().__init__(latent_dim, picture_shape, beta=beta, width=width, depth=depth, **options)
        del self.settings["free_bits"]  # it has none
        self.settings |= weights
        self.gamma, self.pixels, self.penalty = weights.values()
        shape = self.settings["picture_shape"]
        # Batch normalisation, as in a generator, spares the decoder half of the steps.
        self._layers.remove(self.decoder)  # Keras would go on counting and saving its weights
        self.decoder = build_generator(latent_dim, shape, None, "dense", width, depth, name="decoder")
        judge = build_discriminator(shape, None, "dense", width, depth)
        # What it notices is its last hidden layer.  (n, height, width, channels) -> features (n, width), logits (n, 1)
        self.discriminator = keras.Model(judge.input, [judge.layers[-1].input, judge.output], name="discriminator")
        self.feature_tracker = keras.metrics.Mean(name="feature_error")
        self.fooling_tracker = keras.metrics.Mean(name="fooling_loss")
        self.judging_tracker = keras.metrics.Mean(name="judging_loss")
        self.built = True

    feature_error = staticmethod(feature_error)
    losses_of_players = staticmethod(losses_of_players)

    def train_step(self, data):
        """One step of all three networks at once, the first two down one loss and the discriminator down its own."""
        pictures = keras.utils.unpack_x_y_sample_weight(data)[0]
        size = math.prod(self.settings["picture_shape"])
        few = ops.shape(pictures)[0] // PENALISED_SHARE + 1  # at least one
        with tf.GradientTape(persistent=True) as tape:
            error, feature_error, kl, fooling, judging = parts = self.parts_of_losses(pictures, few, training=True)
            # As in the variational autoencoder: minus a Gaussian's log-density at its best variance, up to a constant.
            nats = 0.5 * size * (log_of(feature_error) + self.pixels * log_of(error))
            penalty = r1_penalty(lambda some: self.discriminator(some)[1], pictures[:few]) if self.penalty else 0.0
            losses = self.losses_of_players(
                nats, self.beta * kl, fooling, judging + self.penalty / 2 * penalty, self.gamma
            )
        players = (
            self.encoder.trainable_variables + self.decoder.trainable_variables,
            self.discriminator.trainable_variables,
        )
        gradients = [tape.gradient(loss, weights) for loss, weights in zip(losses, players, strict=True)]
        # One optimizer for all: Adam keeps a separate account of each weight.
        self.optimizer.apply(gradients[0] + gradients[1], players[0] + players[1])
        self.variance.assign(0.98 * self.variance + 0.02 * error)
        return self.note(parts)

    def test_step(self, data):
        """The same numbers for pictures that nobody learns from."""
        pictures = keras.utils.unpack_x_y_sample_weight(data)[0]
        return self.note(self.parts_of_losses(pictures, ops.shape(pictures)[0] // PENALISED_SHARE + 1, training=False))

    def parts_of_losses(self, pictures, few, training):
        """Error in pixels and in features, KL divergence, fooling and judging.  -> five numbers

        few: number of pictures drawn from the prior, beside those drawn back.
        """
        n = ops.shape(pictures)[0]
        mean, log_variance = self.encode(pictures)  # (n, latent_dim) each
        noise = keras.random.normal((n + few, self.latent_dim), seed=self.noise)
        codes = reparameterise(mean, log_variance, noise[:n])
        # The reconstructions, and a few samples from the prior.  (n + few, height, width, channels)
        drawn = self.decoder(ops.concatenate([codes, noise[n:]]), training=training)
        real_features, real_logits = self.discriminator(pictures)
        drawn_features, drawn_logits = self.discriminator(drawn)
        feature_error = self.feature_error(real_features, drawn_features[:n])
        error, kl = ops.mean(ops.square(pictures - drawn[:n])), ops.mean(kl_divergence(mean, log_variance))
        return error, feature_error, kl, generator_loss(drawn_logits), discriminator_loss(real_logits, drawn_logits)

    def note(self, parts):
        """Add the parts of the losses to the means of the epoch.  -> logs"""
        trackers = (
            self.error_tracker, self.feature_tracker, self.kl_tracker, self.fooling_tracker, self.judging_tracker
        )  # fmt: skip
        for tracker, value in zip(trackers, parts, strict=True):
            tracker.update_state(value)
        return {tracker.name: tracker.result() for tracker in trackers}


def log_of(error):
    """Logarithm of a mean squared error, kept finite."""
    return ops.log(ops.maximum(error, SMALLEST_VARIANCE))
