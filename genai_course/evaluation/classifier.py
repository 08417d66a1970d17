"""What measures glyph pictures in the course: a small convolutional classifier whose weights never change.

``datasets/make_glyph_classifier.py`` trained it; ``datasets/glyph_classifier.md`` says on what and how well it reads.
"""

from functools import cache

import numpy as np

from genai_course.data.glyphs import CHARACTERS
from genai_course.evaluation.fixed_network import check_pixels, read_in_blocks, with_weights

WEIGHTS = "glyph_classifier.npz"
SIZE = 16  # pixels along each side of the pictures it reads; larger ones are shrunk
FEATURES = 64
NOISE = 0.05  # standard deviation: samples of a model are never as clean as drawings


def features(pictures):
    """What the classifier makes of each picture just before it decides: the space in which pictures are compared.

    pictures: (n, size, size, 1) glyphs with values in [0, 1]; a size above 16 is shrunk to 16 by averaging areas.
    Returns (n, 64) float32.

    Raises ValueError for another shape, for values that are not finite or lie outside [0, 1], and for a weights file that
    is missing or damaged.
    """
    return read(pictures)[0]


def recognise(pictures):
    """The class of each picture, as counted in ``data.CHARACTERS``.  (n, size, size, 1) -> (n,) int64"""
    return read(pictures)[1].argmax(axis=1)


def recognised_share(pictures, labels):
    """Share of the pictures that are read as their label, a float from 0 to 1.

    pictures: (n, size, size, 1); labels: (n,) whole numbers, positions in ``data.CHARACTERS``.
    Raises ValueError if there are not as many labels as pictures.
    """
    if np.shape(labels) != (len(pictures),):
        raise ValueError(f"labels has shape {np.shape(labels)}; {len(pictures)} pictures need ({len(pictures)},).")
    return float(np.mean(recognise(pictures) == np.asarray(labels)))


def read(pictures):
    """Features (n, 64) and class scores (n, 36), float32, of pictures (n, size, size, 1)."""
    return read_in_blocks(classifier(), shrink(check_pictures(pictures)))


@cache
def classifier():
    """The trained classifier: pictures (n, 16, 16, 1) -> features (n, 64), scores (n, 36)."""
    return with_weights(build_classifier(classes=len(CHARACTERS)), WEIGHTS)


def build_classifier(classes):
    """An untrained classifier with two outputs: features (n, 64), and scores (n, classes) before the softmax."""
    import keras
    from keras import layers

    picture = keras.Input((SIZE, SIZE, 1))
    x = layers.GaussianNoise(NOISE)(picture)  # in training only
    x = layers.Conv2D(32, 3, padding="same", activation="relu")(x)  # (n, 16, 16, 32)
    x = layers.Conv2D(64, 3, strides=2, padding="same", activation="relu")(x)  # (n, 8, 8, 64)
    x = layers.Conv2D(96, 3, strides=2, padding="same", activation="relu")(x)  # (n, 4, 4, 96)
    x = layers.Dropout(0.2)(layers.Flatten()(x))
    seen = layers.Dense(FEATURES, activation="relu", name="features")(x)
    scores = layers.Dense(classes, name="scores")(seen)
    return keras.Model(picture, [seen, scores])


def shrink(pictures):
    """Average areas until a picture has 16×16 pixels.  (n, size, size, 1) -> (n, 16, 16, 1)"""
    size = pictures.shape[1]
    if size == SIZE:
        return pictures
    # Row i of the matrix holds how much of each old pixel lies within new pixel i.
    edges = np.arange(SIZE + 1) * size / SIZE
    old = np.arange(size)
    overlap = np.minimum(edges[1:, None], old + 1) - np.maximum(edges[:-1, None], old)
    average = (np.clip(overlap, 0, 1) * SIZE / size).astype(np.float32)  # (16, size)
    return (average @ pictures[..., 0] @ average.T)[..., None]


def check_pictures(pictures):
    """Return the pictures as float32, or raise ValueError saying what is wrong with them."""
    pictures = np.asarray(pictures, dtype=np.float32)
    if pictures.ndim != 4 or len(pictures) == 0 or pictures.shape[1] != pictures.shape[2] or pictures.shape[3] != 1:
        raise ValueError(f"The pictures have shape {pictures.shape}; give (n, size, size, 1) with n of 1 or more.")
    if pictures.shape[1] < SIZE:
        raise ValueError(f"The pictures have {pictures.shape[1]} pixels a side; the classifier reads {SIZE} or more.")
    return check_pixels(pictures)
