"""Compares an answer with the expected one, whatever holds the numbers, and words the difference."""

import math
from dataclasses import dataclass
from numbers import Number

import numpy as np

WHERE_NAN_COMES_FROM = (
    "Such a value comes from the logarithm of 0, a division by 0, the root of a negative number, or an overflow."
)
LARGEST_OF_ZEROS = 0.01  # taken for the largest number where only zeros are expected: sums of 1 and -1 leave a little
ROUNDING = 2e-3  # relative to the largest number: what a constant with three digits does
ROUNDED = (
    "That is very near, off by {:.1g} of the largest: is a constant rounded (write `np.log(2)`, not 0.693), or something "
    "small added?"
)
SHOWN = 6  # an array of at most so many numbers is shown whole


@dataclass(frozen=True)
class Difference:
    """reason: "type", "shape", "nan", "numbers" or "value". lines: what to tell the learner."""

    reason: str
    lines: tuple[str, ...]


def as_array(value):
    """The numbers in an array, a tensor, a number or nested lists of them, as a NumPy array; None for anything else."""
    if isinstance(value, str | bytes | dict | set) or value is None or value is ...:
        return None
    try:
        array = np.asarray(value)
        if array.dtype.name == "bfloat16":
            array = array.astype("float32")
    except Exception:  # whatever an object's own conversion may raise
        return None
    return array if array.dtype.kind in "biufc" else None


def difference(given, expected, tolerance):
    """None if ``given`` agrees with ``expected``, else the first Difference.

    Numbers agree if they are off by at most ``tolerance`` times the largest expected number. Lists, tuples, arrays and
    tensors may stand for one another; so may integers, floats and truths of the same value.
    """
    if _is_numeric(expected):
        return _numeric_difference(given, as_array(expected), tolerance)
    given, expected = (part.tolist() if isinstance(part, np.ndarray) else part for part in (given, expected))
    if isinstance(expected, dict):
        if not isinstance(given, dict) or given.keys() != expected.keys():
            return Difference(
                "type", (f"A dictionary with the keys {_keys(expected)} is expected; yours is {describe(given)}.",)
            )
        pairs = [(f"[{key!r}]", given[key], expected[key]) for key in expected]
    elif isinstance(expected, tuple | list):
        array = None if isinstance(given, tuple | list) else as_array(given)
        parts = list(array) if array is not None and array.ndim else given
        if not isinstance(parts, tuple | list) or len(parts) != len(expected):
            return Difference("type", (f"{len(expected)} results are expected; yours is {describe(given)}.",))
        pairs = [(f"result {place}", *pair) for place, pair in enumerate(zip(parts, expected, strict=True), 1)]
    elif type(given) is type(expected) and given == expected:
        return None
    elif isinstance(given, type(expected)):
        return Difference("value", (f"Expected {brief(expected)}, got {brief(given)}",))
    else:
        return Difference("type", (f"Expected is {describe(expected)}; yours is {describe(given)}.",))
    for label, part, wanted in pairs:
        found = difference(part, wanted, tolerance)
        if found:
            return Difference(found.reason, (f"In {label}: {found.lines[0]}", *found.lines[1:]))
    return None


def agree(given, expected, tolerance):
    return difference(given, expected, tolerance) is None


def _is_numeric(expected):
    """Whether ``expected`` is one array of numbers: a pair of numbers is, a pair of arrays is two results."""
    if isinstance(expected, tuple | list):
        return as_array(expected) is not None and all(
            isinstance(part, Number) or _is_plain_list(part) for part in expected
        )
    return as_array(expected) is not None


def _is_plain_list(part):
    return isinstance(part, tuple | list) and _is_numeric(part)


def _numeric_difference(given, expected, tolerance):
    array = as_array(given)
    if array is None:
        wanted = "a number" if expected.ndim == 0 else f"an array of shape {expected.shape}"
        return Difference("type", (f"Expected is {wanted}; yours is {describe(given)}.",))
    if array.shape != expected.shape:
        return Difference("shape", (f"Shape given: {array.shape}. Shape expected: {expected.shape}.",))
    given, expected = (part.astype("complex128" if part.dtype.kind == "c" else "float64") for part in (array, expected))
    finite = np.abs(expected[np.isfinite(expected)])
    slack = tolerance * (finite.max(initial=0.0) or LARGEST_OF_ZEROS)
    if np.allclose(given, expected, rtol=0, atol=slack, equal_nan=True):
        return None
    strange = ~np.isfinite(given) & np.isfinite(expected)
    if strange.any():
        where = np.argwhere(strange)[0]
        return Difference("nan", (f"Your result holds {given[tuple(where)]}{_at(where)}. {WHERE_NAN_COMES_FROM}",))
    if expected.size <= SHOWN:
        shown = f"Expected {brief(expected)}, got {brief(given)}"
    else:
        where = np.argwhere(~np.isclose(given, expected, rtol=0, atol=slack, equal_nan=True))[0]
        shown = f"Expected {brief(expected[tuple(where)])}{_at(where)}, got {brief(given[tuple(where)])}"
    off = np.abs(given - expected).max() / finite.max(initial=0.0) if finite.any() else math.inf
    return Difference("numbers", (shown, ROUNDED.format(off)) if off <= ROUNDING else (shown,))


def brief(value):
    """A number, an array or anything else in a few characters: four digits, no line breaks."""
    array = as_array(value)
    if array is None:
        text = repr(value)
        return text if len(text) <= 60 else f"{text[:57]}..."
    if array.ndim == 0:
        number = array.item()
        return repr(number) if isinstance(number, bool | int) else f"{_unsigned_zero(number):.4g}"
    if array.size > SHOWN:
        return f"an array of shape {array.shape}"
    return f"[{', '.join(map(brief, array))}]"


def describe(value):
    """What kind of thing ``value`` is, in words."""
    if value is None:
        return "None"
    if isinstance(value, bool | np.bool_):
        return f"the truth value {bool(value)}"
    if isinstance(value, str):
        return f"the text {brief(value)}"
    if isinstance(value, dict):
        return f"a dictionary with the keys {_keys(value)}" if value else "an empty dictionary"
    array = as_array(value)
    if array is not None:
        return f"the number {brief(array)}" if array.ndim == 0 else f"an array of shape {array.shape}"
    if isinstance(value, tuple | list):
        return f"a {type(value).__name__} of length {len(value)}"
    return "a function" if callable(value) else f"of type {type(value).__name__}"


def _keys(dictionary):
    return ", ".join(map(repr, dictionary))


def _at(where):
    return f" at position [{', '.join(map(str, where))}]" if len(where) else ""


def _unsigned_zero(number):
    return 0.0 if isinstance(number, float) and math.copysign(1, number) < 0 and number == 0 else number
