"""Convolutional encoder and decoder: on larger pictures, weights that look at one neighbourhood after another.

LeCun et al. (1989), "Backpropagation applied to handwritten zip code recognition"; halving by strides and doubling by transposed
convolutions as in Radford, Metz and Chintala (2016), "Unsupervised representation learning with deep convolutional generative
adversarial networks", section 3.
"""

import keras
from keras import layers

from genai_course.models.variational_autoencoder import VariationalAutoencoder


@keras.saving.register_keras_serializable(package="genai_course")
class ConvolutionalVariationalAutoencoder(VariationalAutoencoder):
    """As :class:`VariationalAutoencoder`, with convolutions instead of dense layers.

    width: channels after the first halving; each further one has as many more.
    depth: how often the encoder halves a picture, and the decoder doubles one.
    """

    def __init__(self, latent_dim, picture_shape, beta=1.0, free_bits=0.0, width=32, depth=3, **options):
        super().__init__(latent_dim, picture_shape, beta, free_bits, width, depth, **options)

    def make_encoder(self, width, depth):
        return build_encoder(self.picture_shape, width, depth, outputs=2 * self.latent_dim)

    def make_decoder(self, width, depth):
        return build_decoder(self.latent_dim, self.picture_shape, width, depth)


def build_encoder(picture_shape, width, depth, outputs):
    """Halve the picture ``depth`` times, then read all that is left at once.  (n, height, width, channels) -> (n, outputs)"""
    halvings = [
        layers.Conv2D(width * level, 3, strides=2, padding="same", activation="silu") for level in range(1, depth + 1)
    ]
    return keras.Sequential(
        [keras.Input(picture_shape), *halvings, layers.Flatten(), layers.Dense(outputs)], name="encoder"
    )


def build_decoder(latent_dim, picture_shape, width, depth):
    """A few channels of a small picture, doubled ``depth`` times.  (n, latent_dim) -> (n, height, width, channels) in [0, 1]"""
    sizes = [picture_shape[:2]]  # what the encoder's halvings leave: half of an odd number is rounded up
    for _ in range(depth):
        sizes.append(tuple(-(-side // 2) for side in sizes[-1]))
    smallest = (*sizes[depth], width * depth)
    decoder = [keras.Input((latent_dim,)), layers.Dense(smallest[0] * smallest[1] * smallest[2], activation="silu")]
    decoder.append(layers.Reshape(smallest))
    for level in range(depth, 0, -1):
        (rows, columns), (more_rows, more_columns) = sizes[level], sizes[level - 1]
        channels = width * max(level - 1, 1)
        decoder.append(layers.Conv2DTranspose(channels, 4, strides=2, padding="same", activation="silu"))
        decoder.append(layers.Cropping2D(((0, 2 * rows - more_rows), (0, 2 * columns - more_columns))))
    decoder.append(layers.Conv2D(picture_shape[-1], 3, padding="same", activation="sigmoid"))
    return keras.Sequential(decoder, name="decoder")
