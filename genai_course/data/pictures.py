"""What every picture set returns, and the checks that its loaders share."""

from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True)
class Pictures:
    """A picture set, split into pictures to learn from and pictures to judge by.

    train, test: (pictures, height, width, channels) float32 in [0, 1].
    train_labels, test_labels: (pictures,) int64, positions in ``class_names``.
    class_names: what each label stands for.
    train_factors, test_factors: known truth, factor name -> (pictures,); empty for pictures of the real world.
    """

    train: np.ndarray
    test: np.ndarray
    train_labels: np.ndarray
    test_labels: np.ndarray
    class_names: tuple[str, ...]
    train_factors: dict[str, np.ndarray] = field(default_factory=dict)
    test_factors: dict[str, np.ndarray] = field(default_factory=dict)

    def __repr__(self):
        classes, factors = len(self.class_names), ", ".join(self.train_factors) or "none"
        return f"Pictures(train {self.train.shape}, test {self.test.shape}, {classes} classes, factors: {factors})"


def broadcast_factors(factors, defaults, ranges=None):
    """Factors as float64 arrays of one length: (pictures,) each, what is missing taken from ``defaults``.

    A single number stands for the same value in every picture. ranges: factor name -> its lowest and highest value.
    Raises ValueError for a name that is not in ``defaults``, for arrays of different lengths or none, and for values that
    are not finite numbers or lie beyond their range.
    """
    unknown = [name for name in factors if name not in defaults]
    if unknown:
        raise ValueError(f"{unknown[0]!r} is not a factor of these pictures; those are {', '.join(defaults)}.")
    arrays = {}
    for name, value in (defaults | factors).items():
        try:
            arrays[name] = np.atleast_1d(np.asarray(value, np.float64))
        except (TypeError, ValueError):
            raise ValueError(f"{name} is {value!r}; give a number, or one number for each picture.") from None
        if arrays[name].ndim != 1 or not len(arrays[name]):
            raise ValueError(f"{name} has shape {np.shape(value)}; give a number, or one number for each picture.")
        if not np.isfinite(arrays[name]).all():
            raise ValueError(f"{name} holds a value that is not a finite number; give finite numbers.")
    lengths = {name: len(array) for name, array in arrays.items() if len(array) != 1}
    if len(set(lengths.values())) > 1:
        raise ValueError(f"The factors have different lengths ({lengths}); give one value for each picture.")
    for name, (low, high) in (ranges or {}).items():
        for extreme in (arrays[name].min(), arrays[name].max()):
            if not low <= extreme <= high:
                raise ValueError(f"{name} is {extreme:g}; give numbers from {low:g} to {high:g}.")
    pictures = next(iter(lengths.values()), 1)
    return {name: np.broadcast_to(array, (pictures,)) for name, array in arrays.items()}
