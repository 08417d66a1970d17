"""Variational autoencoder on the principal components of pictures: quick on pictures whose details are small.

Colour pictures of 32×32 pixels are 3,072 numbers, and a mouth is forty of them. Principal components, computed once, say
the same with some hundred numbers and leave the network with the part that is not linear. The components are of unit
length, so a squared error of components is a squared error of pixels. Loss: Kingma and Welling (2014), with the best
width of the Gaussian (Rybkin et al. 2021), as in ``variational_autoencoder.py``.
"""

import math

import keras
import numpy as np
from keras import layers, ops

from genai_course.checks import check_sizes
from genai_course.models.latent_prior import DrawsFromPrior
from genai_course.models.losses import weighted_mean
from genai_course.models.picture_checks import ChecksInput, check_settings
from genai_course.models.variational_autoencoder import SMALLEST_VARIANCE, kl_divergence, reparameterise


@keras.saving.register_keras_serializable(package="genai_course")
class ComponentVariationalAutoencoder(DrawsFromPrior, ChecksInput, keras.Model):
    """Dense encoder from components to a Gaussian over codes, dense decoder back; fixed components on either side.

    latent_dim: size of a code. picture_shape: (height, width, channels) of pictures with values in [0, 1].
    components: how many principal components stand for a picture. beta: weight of the KL term.
    width, depth: units of each hidden layer; hidden layers of the encoder and again of the decoder.

    Call ``adapt(pictures)`` first, then ``fit(model.squeeze(pictures))``.
    Raises ValueError for a size that is not a whole number of 1 or more, or a negative beta.
    """

    y_is = "target"

    def __init__(self, latent_dim, picture_shape, components=150, beta=1.0, width=256, depth=1, **options):
        super().__init__(**options)
        sizes = {"latent_dim": latent_dim, "picture_shape": picture_shape, "width": width, "depth": depth}
        check_sizes(components=components)
        self.settings = check_settings(beta=beta, **sizes) | {"components": int(components)}
        self.latent_dim, self.picture_shape = latent_dim, self.settings["picture_shape"]
        self.encoder = build_network(components, width, depth, outputs=2 * latent_dim, name="encoder")
        self.decoder = build_network(latent_dim, width, depth, outputs=components, name="decoder")
        pixels = math.prod(self.picture_shape)
        self.average = self.add_weight(shape=(pixels,), initializer="zeros", trainable=False, name="average")
        self.basis = self.add_weight(shape=(pixels, components), initializer="zeros", trainable=False, name="basis")
        self.noise = keras.random.SeedGenerator()
        self.kl_tracker = keras.metrics.Mean(name="kl")
        self.error_tracker = keras.metrics.Mean(name="error")
        self.begin_prior(latent_dim)

    @property
    def example_shape(self):
        """The model learns from components: ``fit(model.squeeze(pictures))``."""
        return (self.settings["components"],)

    def adapt(self, pictures, seed=0):
        """Find the components of pictures (n, height, width, channels), at least as many as components.  Returns the model.

        Raises ValueError for too few pictures or another shape.
        """
        from sklearn.decomposition import PCA

        components = self.settings["components"]
        if np.shape(pictures)[1:] != self.picture_shape or len(pictures) < components:
            needed = f"{components} components need at least as many pictures of shape {self.picture_shape}"
            raise ValueError(f"The pictures have shape {np.shape(pictures)}; {needed}.")
        found = PCA(components, svd_solver="randomized", iterated_power=2, random_state=seed)
        found.fit(np.reshape(pictures, (len(pictures), -1)))
        self.average.assign(found.mean_)
        self.basis.assign(found.components_.T)
        return self

    def squeeze(self, pictures):
        """(n, height, width, channels) -> components (n, components)"""
        flat = ops.reshape(ops.convert_to_tensor(pictures, dtype="float32"), (len(pictures), -1))
        return (flat - self.average) @ self.basis

    def unsqueeze(self, components):
        """(n, components) -> pictures (n, height, width, channels), cut to [0, 1]"""
        flat = ops.clip(components @ ops.transpose(self.basis) + self.average, 0.0, 1.0)
        return ops.reshape(flat, (-1, *self.picture_shape))

    def encode(self, pictures):
        """(n, height, width, channels) -> mean (n, latent_dim), log_variance (n, latent_dim)"""
        mean, log_variance = ops.split(self.encoder(self.squeeze(pictures)), 2, axis=1)
        return mean, log_variance

    def decode(self, codes):
        """(n, latent_dim) -> pictures (n, height, width, channels) in [0, 1]"""
        return self.unsqueeze(self.decoder(ops.convert_to_tensor(codes, dtype="float32")))

    def call(self, components, training=False):
        """Give back each row of components from a random code.  Returns (given, mean, log_variance)."""
        mean, log_variance = ops.split(self.encoder(components), 2, axis=1)
        codes = reparameterise(mean, log_variance, keras.random.normal(ops.shape(mean), seed=self.noise))
        return self.decoder(codes), mean, log_variance

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        """Negative ELBO per row of components, in nats and up to a constant, with the KL term weighted by beta."""
        given, mean, log_variance = y_pred
        target = x if y is None else y
        error = ops.maximum(weighted_mean(ops.square(target - given), sample_weight), SMALLEST_VARIANCE)
        kl = weighted_mean(kl_divergence(mean, log_variance), sample_weight)
        self.error_tracker.update_state(error)
        self.kl_tracker.update_state(kl)
        return 0.5 * x.shape[1] * ops.log(error) + self.settings["beta"] * kl


def build_network(inputs, width, depth, outputs, name):
    """(n, inputs) -> (n, outputs)"""
    hidden = [layers.Dense(width, activation="relu") for _ in range(depth)]
    return keras.Sequential([keras.Input((inputs,)), *hidden, layers.Dense(outputs)], name=name)
