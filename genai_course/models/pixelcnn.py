"""PixelCNN and PixelRNN: a picture is drawn pixel by pixel, each one from a distribution over its possible greys.

Van den Oord, Kalchbrenner and Kavukcuoglu (2016), "Pixel recurrent neural networks": masks A and B, the row LSTM.
Van den Oord et al. (2016), "Conditional image generation with PixelCNN decoders": gates, and two stacks without a blind spot.
Both learn a bias for each place (section 2.3 of the second paper), since small pictures are centred and places differ.
"""

import math

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

from genai_course.checks import check_sizes, check_whole_number, is_whole_number
from genai_course.models.losses import weighted_mean
from genai_course.models.picture_checks import ChecksInput, check_pictures, check_settings

PICTURES_AT_ONCE = 256  # of a likelihood


def causal_mask(height, width, include_centre):
    """1 where a filter may look: in the rows above its centre, and left of it in the centre's row; 0 elsewhere.

    Van den Oord et al. (2016), section 3.4: mask B includes the centre itself, mask A does not.
    Odd whole numbers height and width, True or False -> (height, width) float32
    """
    order = np.arange(height * width).reshape(height, width)  # in which pixels are drawn
    centre = order[height // 2, width // 2]
    return (order < centre + bool(include_centre)).astype("float32")


def rows_above_mask(height, width, include_own_row):
    """1 in the whole rows above a filter's centre, and in the centre's row if asked for; 0 elsewhere.

    The vertical stack's mask.  Odd whole numbers height and width, True or False -> (height, width) float32
    """
    mask = np.zeros((height, width), "float32")
    mask[: height // 2 + bool(include_own_row)] = 1
    return mask


def gate(both):
    """Half of the numbers say what to pass on, the other half how much of it: tanh times sigmoid.

    Van den Oord et al. (2016, decoders), equation 2.  (..., 2 * features) -> (..., features)
    """
    content, opening = ops.split(both, 2, axis=-1)
    return ops.tanh(content) * ops.sigmoid(opening)


class MaskedConvolution(layers.Conv2D):
    """A convolution whose filters are multiplied by a mask (height, width) of 0 and 1 before they are used."""

    def __init__(self, features, mask, **options):
        super().__init__(features, mask.shape, padding="same", **options)
        self.mask = mask[:, :, None, None]  # (height, width, 1, 1), against a kernel (height, width, in, out)

    def convolution_op(self, inputs, kernel):
        return super().convolution_op(inputs, kernel * self.mask)


class Places(layers.Layer):
    """Adds a learned number for each row, column and feature.  (n, height, width, features) -> the same"""

    def build(self, input_shape):
        self.bias = self.add_weight(shape=input_shape[1:], initializer="zeros", name="bias")

    def call(self, inputs):
        return inputs + self.bias


class GatedLayer(layers.Layer):
    """One layer of both stacks (van den Oord et al. 2016, decoders, figure 2), the horizontal one with a shortcut.

    The vertical stack sees whole rows above, the horizontal one what lies left in its own row and, at its own place, the
    vertical stack.

    first: whether the inputs are the pixels themselves, none of which may see its own value.
    blind_spot: a single stack with a causal mask instead, as in the first paper.
    """

    def __init__(self, features, size, first, blind_spot):
        super().__init__()
        self.first, self.blind_spot = first, blind_spot
        height = size if blind_spot else 1
        self.across = MaskedConvolution(2 * features, causal_mask(height, size, include_centre=not first))
        if not blind_spot:
            self.down = MaskedConvolution(2 * features, rows_above_mask(size, size, include_own_row=not first))
            self.down_to_across = layers.Dense(2 * features)
        self.places = Places()
        self.out = layers.Dense(features)

    def call(self, stacks):
        """Vertical and horizontal stack, (n, height, width, features) each -> the same"""
        vertical, horizontal = stacks
        both = self.places(self.across(horizontal))  # (n, height, width, 2 * features)
        if not self.blind_spot:
            above = self.down(vertical)
            both = both + self.down_to_across(above)
            vertical = gate(above)
        passed = self.out(gate(both))
        return vertical, passed if self.first else horizontal + passed


class RowLSTM(layers.Layer):
    """An LSTM that goes down the rows; each step reads a row, and three neighbours of the row above it remembers.

    Van den Oord et al. (2016), section 3.1, equation 3.  (n, height, width, features) -> the same
    """

    def __init__(self, features, size):
        super().__init__()
        self.features = features
        self.from_row = MaskedConvolution(4 * features, causal_mask(1, size, include_centre=True))
        self.from_state = layers.Conv1D(4 * features, 3, padding="same", use_bias=False)
        self.places = Places()

    def call(self, inputs):
        of_rows = self.places(self.from_row(inputs))  # (n, height, width, 4 * features), all rows at once
        hidden = memory = ops.zeros_like(inputs[:, 0])  # (n, width, features)
        remembered = []
        for of_row in ops.unstack(of_rows, axis=1):
            parts = ops.split(of_row + self.from_state(hidden), 4, axis=-1)
            keep, write, show = (ops.sigmoid(part) for part in parts[:3])
            memory = keep * memory + write * ops.tanh(parts[3])
            hidden = show * ops.tanh(memory)
            remembered.append(hidden)
        return ops.stack(remembered, axis=1)


class PixelByPixel(ChecksInput, keras.Model):
    """What both models share: probabilities of the greys at every place, the likelihood, and drawing in order.

    A subclass has ``read``: pictures -> features (n, height, width, features); those at a place know earlier pixels only.
    """

    y_is = "target"

    def __init__(self, picture_shape, levels, features, depth, size, dropout, **options):
        super().__init__(**options)
        self.settings = check_settings(picture_shape=picture_shape, dropout=dropout)
        check_whole_number("levels", levels, 2)
        check_sizes(features=features, depth=depth)
        if self.settings["picture_shape"][2] != 1:
            raise ValueError(f"picture_shape is {picture_shape!r}; these models draw grey pictures: give 1 channel.")
        if not is_whole_number(size, 3) or size % 2 == 0:
            raise ValueError(f"size is {size!r}; give an odd whole number, 3 or more.")
        self.settings |= {"levels": int(levels), "features": int(features), "depth": int(depth), "size": int(size)}
        self.picture_shape, self.levels = self.settings["picture_shape"], int(levels)
        self.dropout = layers.Dropout(dropout)
        hidden = [layers.Activation("relu"), layers.Dropout(dropout), layers.Dense(2 * features, "relu")]
        self.head = keras.Sequential([keras.Input((None, None, features)), *hidden, layers.Dense(levels)])

    def call(self, pictures, training=False):
        """Logits of the greys of each pixel, given the pixels before it.  (n, height, width, 1) -> (n, height, width, levels)"""
        return self.head(self.read(pictures, training=training), training=training)

    def log_probs_of_pixels(self, pictures, logits):
        """(n, height, width, 1), (n, height, width, levels) -> log-probability of each pixel's grey (n, height, width)"""
        greys = ops.cast(ops.round(pictures[..., 0] * (self.levels - 1)), "int32")
        return ops.sum(ops.one_hot(greys, self.levels) * ops.log_softmax(logits), axis=-1)

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        """Bits per dimension of the batch: the cross-entropy of every pixel given the ones before it."""
        target = x if y is None else y
        return -weighted_mean(self.log_probs_of_pixels(target, y_pred), sample_weight) / math.log(2)

    def check_values(self, x, name="x"):
        steps = x * (self.levels - 1)
        other = x[~((np.abs(steps - np.round(steps)) < 1e-3) & (x >= 0) & (x <= 1))]
        if len(other):
            greys = f"0 to 1 in steps of 1/{self.levels - 1}" if self.levels > 2 else "0 or 1"
            raise ValueError(f"{name} contains {other[0]:g}; with {self.levels} levels every pixel must be {greys}.")

    def check_pictures(self, pictures):
        """Pictures as float32; ValueError for another shape or for greys that are not whole steps."""
        pictures = check_pictures(pictures, self.picture_shape)
        self.check_values(pictures, "pictures")
        return pictures

    def log_prob(self, pictures):
        """Exact log-probability of pictures, in nats.  (n, height, width, 1) -> (n,) float64

        Raises ValueError for pictures of another shape or with greys that are not steps of 1 / (levels - 1).
        """
        pictures = self.check_pictures(pictures)
        blocks = np.array_split(pictures, -(-len(pictures) // PICTURES_AT_ONCE))
        pixels = [np.asarray(self.log_probs_of_pixels(block, self(block)), "float64") for block in blocks]
        return np.concatenate(pixels).sum(axis=(1, 2))

    def sample(self, n, seed=0):
        """Draw ``n`` new pictures.  Returns (n, height, width, 1) float32 in [0, 1]; ValueError for an n below 1."""
        check_sizes(n=n)
        return self.complete(np.zeros((n, *self.picture_shape), "float32"), given=0, seed=seed)

    def complete(self, pictures, given, seed=0):
        """Keep the first ``given`` pixels of each picture, row by row, and draw the rest.  (n, height, width, 1) -> the same

        Raises ValueError for pictures that cannot be and for a number of pixels out of range.
        """
        pictures, pixels = self.check_pictures(pictures), math.prod(self.picture_shape)
        check_whole_number("given", given, 0, pixels)
        uniform = np.random.default_rng(seed).random((len(pictures), pixels)).astype("float32")
        kept = pictures.reshape(len(pictures), -1) * (np.arange(pixels) < given)
        return np.array(self.draw(kept, uniform, np.int32(given)))

    @tf.function(reduce_retracing=True)
    def draw(self, flat, uniform, start):
        """Draw pixel after pixel from number ``start`` on, as one graph.  (n, pixels), (n, pixels), () -> pictures"""
        pixels = flat.shape[1]

        def draw_one(place, flat):
            features = self.read(ops.reshape(flat, (-1, *self.picture_shape)))  # (n, height, width, features)
            in_order = ops.reshape(features, (-1, pixels, 1, features.shape[-1]))
            here = in_order[:, place : place + 1]  # (n, 1, 1, features)
            cumulative = ops.cumsum(ops.softmax(self.head(here)[:, 0, 0]), axis=-1)  # (n, levels)
            passed = ops.cast(uniform[:, place : place + 1] > cumulative[:, :-1], "float32")
            grey = ops.sum(passed, axis=-1, keepdims=True) / (self.levels - 1)  # (n, 1)
            return place + 1, flat + grey * ops.one_hot(place, pixels)

        _, flat = tf.while_loop(lambda place, _: place < pixels, draw_one, (start, flat))
        return ops.reshape(flat, (-1, *self.picture_shape))

    def receptive_field(self, row, column):
        """How strongly the logits of one pixel react to every pixel: size of the gradients.  -> (height, width)

        Exactly 0 where the prediction cannot depend on a pixel.  Averaged over 8 random pictures.
        """
        pictures = tf.constant(np.random.default_rng(0).random((8, *self.picture_shape)), "float32")
        with tf.GradientTape() as tape:
            tape.watch(pictures)
            directions = np.cos(np.arange(self.levels, dtype="float32"))  # so that nothing cancels
            reaction = tf.reduce_sum(self(pictures)[:, row, column] * directions)
        return np.abs(np.asarray(tape.gradient(reaction, pictures))).mean(axis=(0, 3))


@keras.saving.register_keras_serializable(package="genai_course")
class PixelCNN(PixelByPixel):
    """Gated PixelCNN: masked convolutions in a vertical and a horizontal stack.

    picture_shape: (height, width, 1) of the pictures; levels: number of greys, which are in steps of 1 / (levels - 1).
    features: numbers at each place of a layer; depth: layers; size: of a filter, odd, 3 or more; dropout: share of each
    layer's numbers that are left out in training, at random.
    blind_spot: True for a single stack with causal masks, which never sees some of the pixels drawn already.

    Raises ValueError, naming it, for a setting that cannot be.
    """

    def __init__(self, picture_shape, levels, features=32, depth=4, size=5, dropout=0.2, blind_spot=False, **options):
        super().__init__(picture_shape, levels, features, depth, size, dropout, **options)
        self.settings["blind_spot"] = bool(blind_spot)
        self.gated = [GatedLayer(features, size, layer == 0, blind_spot) for layer in range(depth)]
        self(np.zeros((1, *self.picture_shape), "float32"))  # makes the weights, so that saved ones can be loaded

    def read(self, pictures, training=False):
        """(n, height, width, 1) -> (n, height, width, features)"""
        vertical = horizontal = 2 * pictures - 1
        for layer in self.gated:
            vertical, horizontal = layer((vertical, horizontal))
            horizontal = self.dropout(horizontal, training=training)
        return horizontal


@keras.saving.register_keras_serializable(package="genai_course")
class PixelRNN(PixelByPixel):
    """PixelRNN of row LSTMs, each with a shortcut around it, after one masked convolution.

    picture_shape, levels, features, depth, size, dropout: as for :class:`PixelCNN`, ``depth`` counts row LSTMs.

    Raises ValueError, naming it, for a setting that cannot be.
    """

    def __init__(self, picture_shape, levels, features=32, depth=2, size=5, dropout=0.2, **options):
        super().__init__(picture_shape, levels, features, depth, size, dropout, **options)
        self.first = MaskedConvolution(features, causal_mask(size, size, include_centre=False))
        self.rows = [RowLSTM(features, size) for _ in range(depth)]
        self(np.zeros((1, *self.picture_shape), "float32"))  # makes the weights, so that saved ones can be loaded

    def read(self, pictures, training=False):
        """(n, height, width, 1) -> (n, height, width, features)"""
        features = self.first(2 * pictures - 1)
        for row_lstm in self.rows:
            features = features + self.dropout(row_lstm(features), training=training)
        return features
