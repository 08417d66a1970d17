"""U-Net: a network that shrinks a noisy picture step by step, looks at it whole, and draws it large again.

Ronneberger, Fischer and Brox (2015), "U-Net: Convolutional networks for biomedical image segmentation"; in diffusion models since
Ho et al. (2020), "Denoising diffusion probabilistic models", appendix B. Blocks are residual with group norm, and time and
condition scale and shift what is normalised, as in Dhariwal and Nichol (2021), "Diffusion models beat GANs on image synthesis",
section 3. Pictures may enter in patches of a few pixels: Hoogeboom, Heek and Salimans (2023), "Simple diffusion", section 2.3.
"""

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

from genai_course.checks import check_choice, check_sizes, is_whole_number
from genai_course.models.denoising_network import time_embedding
from genai_course.models.diffusion import DiffusionModel
from genai_course.models.gpt import Attention
from genai_course.models.picture_checks import check_settings, check_shape

GROUPS = 8  # of channels that are normalised together
MAPS = 16  # pictures of the smallest level's size that time and condition paint
NOT_TOLD = -1.0  # stands for a factor that the network is not told


def build_unet(picture_shape, embed_condition, width, depth, levels, patch, name="network"):
    """Noisy pictures (n, height, width, channels), times (n,), conditions -> (n, height, width, channels), any numbers

    embed_condition: a function of the number of features that returns an input and what is made of it, (n, features).
    width: channels at the largest level; each of the ``levels`` is half as large, with twice as many channels.
    depth: residual blocks at each level, down and again up. patch: pixels along each side that enter as one place.
    """
    noisy, time = keras.Input(picture_shape), keras.Input(())
    condition, embedded = embed_condition(4 * width)
    features = ops.silu(
        layers.Dense(4 * width)(time_embedding(time)) + embedded
    )  # (n, 4 width): what every block is told

    overlapping = {"kernel_size": max(3, 2 * patch - 1), "strides": patch, "padding": "same"}
    x = layers.Conv2D(width, **overlapping)(noisy)  # (n, height / patch, width / patch, width)
    skips = []
    for level in range(levels):
        channels = width * 2**level
        if level:
            x = layers.Conv2D(channels, 2, strides=2)(x)  # half as high and wide
        for _ in range(depth):
            x = residual_block(x, features, channels)
            skips.append(x)

    x = residual_block(x + place_by_place(features, x.shape[1:]), features, channels)
    x = attention_block(x)  # every place of the smallest level sees every other
    x = residual_block(x, features, channels)

    for level in reversed(range(levels)):
        channels = width * 2**level
        for _ in range(depth):
            x = layers.Concatenate()([x, skips.pop()])  # what was lost on the way down
            x = residual_block(x, features, channels)
        if level:
            x = layers.Conv2DTranspose(channels // 2, 2, strides=2)(x)  # twice as high and wide
    x = ops.silu(group_norm()(x))
    pixels = layers.Conv2DTranspose(picture_shape[-1], **overlapping, **ZEROS)(x)
    return keras.Model([noisy, time, condition], layers.Activation("linear", dtype="float32")(pixels), name=name)


ZEROS = {"kernel_initializer": "zeros"}  # of a layer that adds nothing at first


def residual_block(x, features, channels):
    """Two convolutions whose result is added; in between, time and condition scale and shift.  -> (n, height, width, channels)"""
    hidden = layers.Conv2D(channels, 3, padding="same")(ops.silu(group_norm()(x)))
    told = layers.Dense(2 * channels, **ZEROS)(features)  # (n, 2 channels)
    scale, shift = ops.split(layers.Reshape((1, 1, 2 * channels))(told), 2, axis=-1)
    hidden = group_norm()(hidden) * (1 + scale) + shift
    hidden = layers.Conv2D(channels, 3, padding="same", **ZEROS)(ops.silu(hidden))
    if x.shape[-1] != channels:
        x = layers.Conv2D(channels, 1)(x)
    return x + hidden


def place_by_place(features, shape):
    """What time and condition say to each place: convolutions do not know where they are.  (n, features) -> (n, *shape)"""
    maps = layers.Dense(shape[0] * shape[1] * MAPS)(features)
    return layers.Conv2D(shape[2], 1)(layers.Reshape((*shape[:2], MAPS))(maps))


def attention_block(x):
    """Each place gathers from all others what it looks for; the result is added.  (n, height, width, channels) -> the same"""
    _, height, width, channels = x.shape
    places = layers.Reshape((height * width, channels))(group_norm()(x))
    return x + layers.Reshape((height, width, channels))(Attention(channels, heads=4)(places))


def embed_labels(labels):
    """A learned vector for each of so many labels.  Returns a function for ``build_unet``."""

    def embed(features):
        label = keras.Input((), dtype="int32")
        spread_out = keras.initializers.RandomNormal(stddev=1.0)  # or the network would take long to tell them apart
        return label, layers.Embedding(labels, features, spread_out)(label)

    return embed


def embed_factors(factors):
    """So many numbers from 0 to 1, and for each whether it is told at all.  Returns a function for ``build_unet``."""

    def embed(features):
        places = keras.Input((factors,))
        told = ops.cast(places != NOT_TOLD, places.dtype)
        inputs = layers.Concatenate()([told * (2 * places - 1), told])  # (n, 2 factors)
        return places, layers.Dense(features)(ops.silu(layers.Dense(features)(inputs)))

    return embed


def group_norm():
    return layers.GroupNormalization(GROUPS, epsilon=1e-5)


@keras.saving.register_keras_serializable(package="genai_course")
class UNetDiffusion(DiffusionModel):
    """A diffusion model whose network is a U-Net, told a class, or factors, or nothing but the time.

    picture_shape: (height, width, channels) of the pictures; height and width are multiples of patch · 2^(levels - 1).
    classes: of ``fit(pictures, labels)`` as in ``DiffusionModel``; or
    factors: how many numbers from 0 to 1 describe each picture: ``fit(pictures, places)`` and ``sample(n, labels=places)``
        with places (n, factors); -1 is a factor that is not told.
    width: channels at the largest level, a multiple of 8; depth, levels, patch: as of ``build_unet``.
    prediction_type: what the network predicts, "v" or, where a patch has more numbers than ``width``, "x0".
    ema_decay, p_uncond: as of ``DiffusionModel``.

    Raises ValueError for a size that does not suit, and for classes and factors at once.
    """

    pictures_at_once = 100

    def __init__(
        self,
        picture_shape,
        classes=None,
        factors=None,
        width=32,
        depth=1,
        levels=2,
        patch=1,
        prediction_type="v",
        ema_decay=0.999,
        **options,
    ):
        check_sizes(levels=levels, patch=patch)
        if factors is not None and (classes is not None or not is_whole_number(factors, 1)):
            given = f"factors is {factors!r} and classes is {classes!r}"
            raise ValueError(f"{given}; give a whole number, 1 or more, for one of them and leave the other at None.")
        check_choice("prediction_type", prediction_type, ("v", "x0", "epsilon"))
        self.shape_of_network = {"levels": int(levels), "patch": int(patch)}
        self.factors = factors
        check_divisible(picture_shape, width, int(patch) * 2 ** (int(levels) - 1))
        super().__init__(picture_shape, classes, width, depth, ema_decay, prediction_type=prediction_type, **options)
        self.settings |= self.shape_of_network | {"factors": factors}
        self.y_is = "labels" if factors is None else "factors"

    def make_network(self, name):
        embed = embed_labels(self.no_class + 1) if self.factors is None else embed_factors(self.factors)
        sizes = {key: self.settings[key] for key in ("width", "depth")} | self.shape_of_network
        return build_unet(self.picture_shape, embed, **sizes, name=name)

    def predict_target(self, noisy, time, labels, network):
        network = self.averaged if network is self.averaged_network else network
        return super().predict_target(noisy, time, labels, network)

    @tf.function(autograph=False, reduce_retracing=True)
    def averaged(self, inputs):
        """The averaged network, compiled: it is asked many times."""
        return self.averaged_network(inputs)

    def labels_or_none(self, labels, n):
        if self.factors is None:
            return super().labels_or_none(labels, n)
        return ops.full((n, self.factors), NOT_TOLD) if labels is None else ops.cast(labels, "float32")

    def hide(self, labels, hidden):
        if self.factors is None:
            return super().hide(labels, hidden)
        return ops.where(hidden[:, None], NOT_TOLD, labels)

    def check_batch(self, x, y, weighted):
        if self.factors is None:
            return super().check_batch(x, y, weighted)
        check_shape("x", x, self.picture_shape)
        if y is None:
            raise ValueError(f"This model has {self.factors} factors; give them too: fit(pictures, places).")
        return check_shape("y", y, (self.factors,))

    def checked_y(self, x, y, options):
        y = super().checked_y(x, y, options)
        if self.factors is not None and isinstance(y, np.ndarray):
            check_places(y, len(x), self.factors)
        return y

    def check_request(self, n, labels, steps, guidance_scale):
        if self.factors is None:
            return super().check_request(n, labels, steps, guidance_scale)
        super().check_request(n, None, steps, 1.0)
        check_settings(guidance_scale=guidance_scale)
        if labels is None and guidance_scale != 1:
            raise ValueError(
                f"guidance_scale is {guidance_scale!r}, and no factors are told; leave it at 1, or give labels."
            )
        return None if labels is None else check_places(labels, n, self.factors)


def check_divisible(picture_shape, width, factor):
    """Raise ValueError unless a picture can be halved as often as a U-Net does it, and its channels be grouped."""
    check_sizes(width=width)
    if width % GROUPS:
        raise ValueError(f"width is {width!r}; give a multiple of {GROUPS}.")
    picture_shape = check_settings(picture_shape=picture_shape)["picture_shape"]
    if any(side % factor for side in picture_shape[:2]):
        sides = f"{picture_shape[0]} by {picture_shape[1]}"
        raise ValueError(f"The pictures have {sides} pixels; with this patch and levels give multiples of {factor}.")


def check_places(places, n, factors):
    """Factors of ``n`` pictures as (n, factors) float32, or ValueError where they are not from 0 to 1, or NOT_TOLD."""
    places = np.asarray(places, "float32")
    if places.shape != (n, factors):
        raise ValueError(f"labels has shape {places.shape}; {n} pictures need ({n}, {factors}).")
    wrong = places[~((places >= 0) & (places <= 1) | (places == NOT_TOLD))]
    if len(wrong):
        raise ValueError(f"labels contains {wrong[0]:g}; give numbers from 0 to 1, or -1 for what is not told.")
    return places
