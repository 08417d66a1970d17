"""What models of pictures refuse: invalid settings, and input to ``fit`` and ``evaluate`` that does not suit the model."""

import math
from collections.abc import Sequence
from numbers import Real

import keras
import numpy as np
import tensorflow as tf

from genai_course.checks import check_sizes, is_whole_number

BELOW_ONE = ("ema_decay", "p_uncond", "dropout", "token_noise")


def check_settings(**settings):
    """Return the settings as plain numbers and tuples, or raise ValueError for an invalid one.

    latent_dim, width, depth, couplings: whole numbers of 1 or more; picture_shape: three of them; those of ``BELOW_ONE``:
    numbers from 0 to less than 1; anything else: numbers of 0 or more.
    """
    checked = {}
    for name, value in settings.items():
        if name == "picture_shape":
            if not (isinstance(value, Sequence) and len(value) == 3 and all(map(is_whole_number, value))):
                raise ValueError(f"picture_shape is {value!r}; give (height, width, channels), such as (16, 16, 1).")
            checked[name] = tuple(int(size) for size in value)
        elif name in ("latent_dim", "width", "depth", "couplings"):
            check_sizes(**{name: value})
            checked[name] = int(value)
        else:
            top, right = (1, " from 0 to less than 1") if name in BELOW_ONE else (math.inf, ", 0 or more")
            if isinstance(value, bool) or not isinstance(value, Real) or not 0 <= value < top:
                raise ValueError(f"{name} is {value!r}; give a number{right}.")
            checked[name] = float(value)
    return checked


def check_shape(name, given, shape):
    """Raise ValueError unless an array, a tensor or a ``tf.TensorSpec`` has the shape (n, *shape) with n of at least 1."""
    if given.shape is None or isinstance(given.shape, tf.TensorShape) and given.shape.rank is None:
        return  # a data set that does not say
    found = tuple(given.shape)
    sizes = zip(found[1:], shape, strict=False)
    same = len(found) == len(shape) + 1 and all(size in (None, right) for size, right in sizes)
    if not same or found[0] == 0:
        is_one = found == tuple(shape)
        advice = ": batch the data set first, as in dataset.batch(32)" if is_one else " with n of at least 1"
        needed = ", ".join(["n", *map(str, shape)]) + ("," if not shape else "")
        raise ValueError(f"{name} has shape {found}; this model needs ({needed}){advice}.")


def check_pictures(pictures, picture_shape):
    """Pictures (n, *picture_shape) as float32, or ValueError for another shape or none at all."""
    pictures = np.asarray(pictures, "float32")
    check_shape("pictures", pictures, picture_shape)
    return pictures


def check_black_and_white(pictures, name="pictures"):
    """The pictures, an array of any shape, or ValueError where a pixel is neither 0 nor 1."""
    other = pictures[(pictures != 0) & (pictures != 1)]
    if len(other):
        raise ValueError(f"{name} contains {other[0]:g}; make every pixel 0 or 1 first, as in {name} > 0.5.")
    return pictures


def check_classes(classes):
    """The number of classes as an int, None for a model without labels; ValueError for what is neither."""
    if classes is not None and not is_whole_number(classes):
        raise ValueError(f"classes is {classes!r}; give a whole number, 1 or more, or None to learn without labels.")
    return None if classes is None else int(classes)


def check_labels_belong(labels, classes):
    """Raise ValueError where labels are missing, or given to a model that was made without classes."""
    if classes is None and labels is not None:
        raise ValueError("This model was made without classes; make it with classes=... or leave the labels out.")
    if classes is not None and labels is None:
        raise ValueError(f"This model has {classes} classes; give labels too: fit(pictures, labels).")


def check_labels(labels, n, classes):
    """Labels of ``n`` pictures as (n,) int32, or ValueError where they do not suit a model of so many classes, or of None."""
    check_labels_belong(labels, classes)
    labels = np.asarray(labels)
    if labels.shape != (n,):
        raise ValueError(f"labels has shape {labels.shape}; {n} pictures need ({n},).")
    wrong = labels[~np.isin(labels, np.arange(classes))]
    if len(wrong):
        raise ValueError(f"labels contains {wrong[0]!s}; give whole numbers from 0 to {classes - 1}.")
    return labels.astype("int32")


class ChecksInput:
    """A base class before ``keras.Model``: ``fit``, ``evaluate`` and ``validation_data`` refuse bad input in one sentence.

    Arrays are checked before any work is done, shapes and values; of a ``tf.data.Dataset`` it is the shapes of its batches,
    and what a generator yields is not looked at.

    y_is: what the y of ``fit(x, y)`` may be: "labels" of a model with ``classes``; "target", which has the shape of x and
        is x itself where it is left out; None for a model that learns from x alone.
    weighs_samples: whether ``sample_weight`` (and so ``class_weight``) is honoured; otherwise it is refused. Keras carries
        weights only beside a y: without one, arrays get x as y here, and a data set must yield (x, x, weights).
    settings: the arguments from which the model can be made again, by name; :meth:`get_config` saves them with it.
    """

    y_is, weighs_samples, settings = None, True, {}

    @property
    def example_shape(self):
        """Shape of one example of x."""
        return self.picture_shape

    def check_values(self, x):
        """Raise ValueError for values that x, an array of the right shape, must not have."""

    def get_config(self):
        return {**super().get_config(), **self.settings}

    def fit(self, x=None, y=None, *arguments, **options):
        """Train: ``keras.Model.fit``.  Raises ValueError for input that does not suit the model."""
        return super().fit(x, self.checked_y(x, y, options), *arguments, **options)

    def evaluate(self, x=None, y=None, *arguments, **options):
        """Measure without training: ``keras.Model.evaluate``.  Raises ValueError for input that does not suit the model."""
        return super().evaluate(x, self.checked_y(x, y, options), *arguments, **options)

    def checked_y(self, x, y, options):
        """The y for Keras, or ValueError for input that does not suit the model."""
        weights = options.get("sample_weight")
        if isinstance(x, tf.data.Dataset):
            batch = keras.utils.unpack_x_y_sample_weight(x.element_spec)
            self.check_batch(*batch[:2], weighted=batch[2] is not None or options.get("class_weight") is not None)
            return y
        if not hasattr(x, "shape"):
            return y
        if y is None:
            y = x if weights is not None and self.y_is != "labels" else None
        elif not hasattr(y, "shape"):
            y = np.asarray(y)  # Keras takes a list for several arrays
        self.check_batch(x, y, weighted=weights is not None or options.get("class_weight") is not None)
        self.check_values(np.asarray(x))
        if self.y_is == "labels" and y is not None:
            check_labels(y, len(x), self.classes)
        return y

    def check_batch(self, x, y, weighted):
        """Raise ValueError for arrays, or for what a data set promises of its batches, that do not suit the model."""
        if weighted and not self.weighs_samples:
            kind = type(self).__name__
            raise ValueError(f"{kind} counts all examples alike; leave sample_weight and class_weight out.")
        check_shape("x", x, self.example_shape)
        if self.y_is == "labels":
            check_labels_belong(y, self.classes)
        if y is not None and self.y_is is None and not weighted:
            raise ValueError(f"{type(self).__name__} learns from x alone; leave y out.")
        if y is not None:
            check_shape("y", y, () if self.y_is == "labels" else self.example_shape)
