"""Bad input, answered in one sentence: what was given, by its name, and what to give instead."""

import math
from numbers import Integral, Real


def is_whole_number(value, low=1, high=math.inf):
    """Whether ``value`` is a whole number from ``low`` to ``high``; True and False are none."""
    return isinstance(value, Integral) and not isinstance(value, bool) and low <= value <= high


def check_whole_number(name, value, low=1, high=math.inf):
    """Raise ValueError unless ``value`` is a whole number from ``low`` to ``high``."""
    if not is_whole_number(value, low, high):
        allowed = f", {low} or more" if high == math.inf else f" from {low} to {high}"
        raise ValueError(f"{name} is {value!r}; give a whole number{allowed}.")


def check_sizes(**sizes):
    """Raise ValueError unless all are whole numbers of 1 or more."""
    for name, value in sizes.items():
        check_whole_number(name, value)


def check_above_zero(name, value):
    """Raise ValueError unless ``value`` is a finite number above 0."""
    if isinstance(value, bool) or not isinstance(value, Real) or not 0 < value < math.inf:
        raise ValueError(f"{name} is {value!r}; give a finite number above 0.")


def check_share(name, value):
    """Raise ValueError unless ``value`` lies between 0 and 1, both left out."""
    if not 0 < value < 1:
        raise ValueError(f"{name} is {value!r}; give a share between 0 and 1.")


def check_choice(name, value, choices):
    """Raise ValueError unless ``value`` is one of the choices."""
    if value not in tuple(choices):
        raise ValueError(f"{name} is {value!r}; choose one of {', '.join(map(repr, choices))}.")
