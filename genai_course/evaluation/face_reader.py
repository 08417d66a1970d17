"""What measures faces in the course: small convolutional networks that read every factor off a picture, their weights fixed.

``datasets/make_face_reader.py`` trained one for each size of picture; ``datasets/face_reader.md`` says on what and how well they
read.
"""

from functools import cache

import numpy as np

from genai_course.data.faces import FACE_RANGES, TWO_VALUED, draw_faces
from genai_course.evaluation.fixed_network import check_pixels, read_in_blocks, with_weights

WEIGHTS = {32: "face_reader.npz", 64: "face_reader_64.npz"}  # pixels along each side of the pictures -> file


def read_faces(pictures):
    """The factors of each face, as far as they can be seen.

    pictures: (n, 32, 32, 3) or (n, 64, 64, 3) with values in [0, 1], drawn or generated.
    Returns a dictionary of (n,) float64 arrays with the names and units of ``FACE_RANGES``; a value may lie a little beyond
    its range.  Glasses and hat come out between 0 and 1 where they look transparent.

    Raises ValueError for another shape, for values that are not finite or lie outside [0, 1], and for a weights file that
    is missing or damaged.
    """
    places = read(pictures)[1].astype(np.float64)  # (n, 8)
    return {name: low + (high - low) * places[:, i] for i, (name, (low, high)) in enumerate(FACE_RANGES.items())}


def face_features(pictures):
    """What the network makes of each face just before it answers: the space in which faces are compared.

    pictures as of ``read_faces``.  Returns (n, 96) float32.  Raises ValueError as ``read_faces`` does.
    """
    return read(pictures)[0]


def face_error(pictures):
    """How far is each picture from being a face? Read its factors, draw the face that has them, and compare.

    Glasses and hat are rounded, since a face has them or not, and readings beyond a range are cut to it.  A drawn face has
    what the reader's own errors leave (see the datasheet); a ghost of two faces has more, whatever the factors are read as.

    pictures as of ``read_faces``.  Returns (n,) float64: root mean square difference of the pixel values.
    Raises ValueError as ``read_faces`` does.
    """
    pictures = check_faces(pictures)
    factors = {name: np.clip(values, *FACE_RANGES[name]) for name, values in read_faces(pictures).items()}
    factors |= {name: np.round(factors[name]) for name in TWO_VALUED}
    drawn = draw_faces(factors, pictures.shape[1])
    return np.sqrt(np.mean(np.square(drawn.astype(np.float64) - pictures), axis=(1, 2, 3)))


def read(pictures):
    """Features (n, 96) and places of the factors (n, 8), float32, of pictures (n, size, size, 3)."""
    pictures = check_faces(pictures)
    return read_in_blocks(face_reader(pictures.shape[1]), pictures)


@cache
def face_reader(size=32):
    """The trained network: pictures (n, size, size, 3) -> features (n, 96), places (n, 8); ranges run from 0 to 1."""
    import keras

    network = with_weights(build_reader(size), WEIGHTS[size])
    return keras.Model(network.inputs[0], [network.layers[-2].output, *network.outputs])


def build_reader(size=32):
    """An untrained network that answers with one number a factor, in the order of ``FACE_RANGES``."""
    import keras
    from keras import layers

    first = (
        [layers.Conv2D(16, 4, strides=2, padding="same", activation="relu")] if size == 64 else []
    )  # (n, 32, 32, 16)
    return keras.Sequential(
        [
            keras.Input((size, size, 3)),
            *first,
            layers.Conv2D(24, 4, strides=2, padding="same", activation="relu"),  # (n, 16, 16, 24)
            layers.Conv2D(48, 3, strides=2, padding="same", activation="relu"),  # (n, 8, 8, 48)
            layers.Conv2D(64, 3, strides=2, padding="same", activation="relu"),  # (n, 4, 4, 64)
            layers.Flatten(),
            layers.Dense(96, activation="relu"),
            layers.Dense(len(FACE_RANGES)),
        ],
        name="face_reader",
    )


def check_faces(pictures):
    """Return the pictures as float32, or raise ValueError saying what is wrong with them."""
    pictures = np.asarray(pictures, dtype=np.float32)
    if pictures.ndim != 4 or len(pictures) == 0 or pictures.shape[1:] not in [(size, size, 3) for size in WEIGHTS]:
        sizes = " or ".join(f"(n, {size}, {size}, 3)" for size in WEIGHTS)
        raise ValueError(f"The pictures have shape {pictures.shape}; give {sizes} with n of 1 or more.")
    return check_pixels(pictures)
