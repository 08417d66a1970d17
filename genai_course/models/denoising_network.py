"""The network of the diffusion model and of flow matching: it sees something noisy, the time and a class.

It is mostly made of dense layers, which on small pictures learn more in a second than a U-Net or a transformer of patches; a
convolution at its end adds the details, which do not fit through dense layers narrower than the picture.
"""

import math

import keras
import numpy as np
from keras import layers, ops

FREQUENCIES = 32  # of the sines and cosines that tell the network the time
# What a clean pixel may be, black, grey or white, each a Gaussian of values.
COMPONENTS = 3
COMPONENT_MEANS = np.array([-1.0, 0.0, 1.0], "float32")
COMPONENT_DEVIATIONS = np.array([0.03, 0.5, 0.03], "float32")


def time_embedding(time):
    """Sines and cosines of the time, slow ones and fast ones.  (n,) -> (n, 64)

    Vaswani et al. (2017), section 3.5, for positions; here of a time from 0 to 1.
    """
    frequencies = np.geomspace(1, 200, FREQUENCIES).astype("float32")
    angles = math.pi * ops.expand_dims(time, 1) * frequencies  # (n, 32)
    return ops.concatenate([ops.sin(angles), ops.cos(angles)], axis=1)


def build_network(picture_shape, labels, outputs, width, depth, name="network"):
    """Noisy pictures (n, height, width, channels), times (n,), labels (n,) -> (n, height, width, outputs), any numbers

    Residual blocks that start as the identity see all pixels at once; time and class enter at the bottom and again in each block.
    A convolution at the end sees the noisy picture again, pixel beside pixel, and adds the details.
    """
    noisy, time, label = keras.Input(picture_shape), keras.Input(()), keras.Input((), dtype="int32")
    embedded_time = time_embedding(time)  # (n, 64)
    spread_out = keras.initializers.RandomNormal(mean=0.0, stddev=0.5)

    def conditions():
        """What time and class say to one layer.  -> (n, width)"""
        return layers.Dense(width)(embedded_time) + layers.Embedding(labels, width, spread_out)(label)

    x = layers.Dense(width)(layers.Flatten()(noisy)) + conditions()  # (n, width)
    for _ in range(depth):
        hidden = layers.Dense(width)(layers.LayerNormalization()(x)) + conditions()
        x = x + layers.Dense(width, kernel_initializer="zeros")(ops.silu(hidden))
    x = ops.silu(layers.LayerNormalization()(x))
    shape = (*picture_shape[:2], outputs)
    rough = layers.Reshape(shape)(layers.Dense(math.prod(shape), kernel_initializer="zeros")(x))

    details = max(8, 2 * outputs)
    local = layers.Conv2D(details, 3, padding="same")(
        layers.Concatenate()([noisy, rough])
    )  # (n, height, width, details)
    local = ops.silu(local + layers.Reshape((1, 1, details))(layers.Dense(details)(embedded_time)))
    return keras.Model(
        [noisy, time, label], rough + layers.Dense(outputs, kernel_initializer="zeros")(local), name=name
    )


def mean_of_components(logits, noisy, alpha, sigma):
    """The posterior mean of each clean pixel, if it is black, grey or white.

    Noise moves and widens the Gaussians, so Bayes' rule says what a noisy pixel tells about itself; the network's logits add what
    all the other pixels tell about it. Dieleman et al. (2022), "Continuous diffusion for categorical data", mix so the vectors of
    words, and leave Bayes' rule to the network.

    (n, height, width, 3 * channels), (n, height, width, channels), two of (n, 1, 1, 1) -> pictures
    """
    logits = ops.reshape(logits, (-1, *noisy.shape[1:], COMPONENTS))
    alpha, sigma, noisy = (ops.expand_dims(each, -1) for each in (alpha, sigma, noisy))
    variance = ops.square(alpha * COMPONENT_DEVIATIONS) + ops.square(sigma)  # (n, 1, 1, 1, 3)
    distances = noisy - alpha * COMPONENT_MEANS  # (n, height, width, channels, 3)
    log_density = -0.5 * (ops.square(distances) / variance + ops.log(variance))
    means = COMPONENT_MEANS + alpha * np.square(COMPONENT_DEVIATIONS) / variance * distances
    return ops.sum(ops.softmax(log_density + logits, axis=-1) * means, axis=-1)
