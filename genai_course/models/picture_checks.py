"""What models of pictures refuse: settings, pictures and labels that cannot be."""

import math
from collections.abc import Sequence
from numbers import Real

import numpy as np

from genai_course.checks import check_sizes, is_whole_number


def check_settings(**settings):
    """Return the settings as plain numbers and tuples, or raise ValueError for one that cannot be.

    latent_dim, width, depth: whole numbers of 1 or more; picture_shape: three of them; anything else: numbers of 0 or more.
    """
    checked = {}
    for name, value in settings.items():
        if name == "picture_shape":
            if not (isinstance(value, Sequence) and len(value) == 3 and all(map(is_whole_number, value))):
                raise ValueError(f"picture_shape is {value!r}; give (height, width, channels), such as (16, 16, 1).")
            checked[name] = tuple(int(size) for size in value)
        elif name in ("latent_dim", "width", "depth"):
            check_sizes(**{name: value})
            checked[name] = int(value)
        else:
            if isinstance(value, bool) or not isinstance(value, Real) or not 0 <= value < math.inf:
                raise ValueError(f"{name} is {value!r}; give a number, 0 or more.")
            checked[name] = float(value)
    return checked


def check_pictures(pictures, picture_shape):
    """Pictures (n, *picture_shape) as float32, or ValueError for another shape or none at all."""
    pictures = np.asarray(pictures, "float32")
    if pictures.ndim != 4 or pictures.shape[1:] != picture_shape or not len(pictures):
        needed = ", ".join(map(str, picture_shape))
        raise ValueError(f"pictures has shape {pictures.shape}; this model needs (n, {needed}) with n of at least 1.")
    return pictures


def check_black_and_white(pictures):
    """The pictures, an array of any shape, or ValueError where a pixel is neither 0 nor 1."""
    other = pictures[(pictures != 0) & (pictures != 1)]
    if len(other):
        raise ValueError(f"pictures contains {other[0]:g}; make every pixel 0 or 1 first, as in pictures > 0.5.")
    return pictures


def check_classes(classes):
    """The number of classes as an int, None for a model without labels; ValueError for what is neither."""
    if classes is not None and not is_whole_number(classes):
        raise ValueError(f"classes is {classes!r}; give a whole number, 1 or more, or None to learn without labels.")
    return None if classes is None else int(classes)


def check_labels(labels, n, classes):
    """Labels of ``n`` pictures as (n,) int32, or ValueError where they do not suit a model of so many classes, or of None."""
    if classes is None:
        raise ValueError("This model was made without classes; make it with classes=... or leave the labels out.")
    if labels is None:
        raise ValueError(f"This model has {classes} classes; give labels too: fit(pictures, labels).")
    labels = np.asarray(labels)
    if labels.shape != (n,):
        raise ValueError(f"labels has shape {labels.shape}; {n} pictures need ({n},).")
    wrong = labels[~np.isin(labels, np.arange(classes))]
    if len(wrong):
        raise ValueError(f"labels contains {wrong[0]!s}; give whole numbers from 0 to {classes - 1}.")
    return labels.astype("int32")
