"""Autoencoder: squeeze a picture through a few numbers and draw it back.

Hinton and Salakhutdinov (2006), "Reducing the dimensionality of data with neural networks"; with noise added to what
the encoder sees it is the denoising autoencoder of Vincent et al. (2008).
"""

import math

import keras
from keras import layers, ops

from genai_course.models.losses import weighted_mean
from genai_course.models.picture_checks import ChecksInput, check_settings


def reconstruction_error(pictures, drawn):
    """Mean squared error of each picture over its pixels.

    (n, height, width, channels), (n, height, width, channels) -> (n,)
    """
    return ops.mean(ops.square(pictures - drawn), axis=(1, 2, 3))


@keras.saving.register_keras_serializable(package="genai_course")
class Autoencoder(ChecksInput, keras.Model):
    """Dense encoder and decoder around a bottleneck of ``latent_dim`` numbers.

    Dense layers, because on pictures of 16×16 pixels and less they reach a given error in fewer seconds than convolutions.

    latent_dim: size of the bottleneck, whole number, 1 or more.
    picture_shape: (height, width, channels) of the pictures; their values are in [0, 1].
    width: units of each hidden layer.
    depth: hidden layers before the bottleneck, and again after it.
    noise: standard deviation of the noise added to the pictures while training, in units of the pixel values;
        above 0 the model learns to draw the clean picture from a noisy one.

    Raises ValueError for a size that is not a whole number of 1 or more, or a negative noise.
    """

    y_is = "target"

    def __init__(self, latent_dim, picture_shape, width=512, depth=2, noise=0.0, **options):
        super().__init__(**options)
        self.settings = check_settings(
            latent_dim=latent_dim, picture_shape=picture_shape, width=width, depth=depth, noise=noise
        )
        self.latent_dim, self.picture_shape = latent_dim, self.settings["picture_shape"]
        self.encoder = build_encoder(picture_shape, width, depth, outputs=latent_dim, noise=noise)
        self.decoder = build_decoder(latent_dim, picture_shape, width, depth)

    def encode(self, pictures):
        """(n, height, width, channels) -> codes (n, latent_dim)"""
        return self.encoder(pictures)

    def decode(self, codes):
        """(n, latent_dim) -> pictures (n, height, width, channels) in [0, 1]"""
        return self.decoder(codes)

    def call(self, pictures, training=False):
        codes = self.encoder(pictures, training=training)  # (n, latent_dim)
        return self.decoder(codes, training=training)  # (n, height, width, channels)

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        """Mean reconstruction error of the batch; without a ``y`` the target is the picture itself."""
        target = x if y is None else y
        return weighted_mean(reconstruction_error(target, y_pred), sample_weight)

    def get_config(self):
        return {**super().get_config(), **self.settings}


def build_encoder(picture_shape, width, depth, outputs, noise=0.0):
    """Pictures in, ``outputs`` numbers out.  (n, height, width, channels) -> (n, outputs)"""
    hidden = [layers.Dense(width, activation="relu") for _ in range(depth)]
    inputs = [keras.Input(picture_shape), layers.GaussianNoise(noise), layers.Flatten()]
    return keras.Sequential([*inputs, *hidden, layers.Dense(outputs)], name="encoder")


def build_decoder(latent_dim, picture_shape, width, depth):
    """Codes in, pictures out.  (n, latent_dim) -> (n, height, width, channels) in [0, 1]"""
    hidden = [layers.Dense(width, activation="relu") for _ in range(depth)]
    pixels = [layers.Dense(math.prod(picture_shape), activation="sigmoid"), layers.Reshape(picture_shape)]
    return keras.Sequential([keras.Input((latent_dim,)), *hidden, *pixels], name="decoder")
