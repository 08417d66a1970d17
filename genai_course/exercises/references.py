"""Marks what ``check`` hands out, so that running a cell again does not take the reference for the learner's work."""

import functools

import numpy as np

MARK = "_genai_course_reference"


def marked(value):
    """Alike in use, but known to ``is_reference``: a function is wrapped, a value gets a subclass of its type."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, bool):
        return _MarkedTruth(value)
    if isinstance(value, np.ndarray):
        array = value.copy().view(_MarkedArray)
        setattr(array, MARK, True)
        return array
    if isinstance(value, int | float | str | tuple | list | dict):
        return type(f"reference_{type(value).__name__}", (type(value),), {MARK: True})(value)
    if not callable(value):
        return value

    @functools.wraps(value)
    def reference(*arguments, **options):
        return value(*arguments, **options)

    setattr(reference, MARK, True)
    return reference


def is_reference(answer):
    """Whether ``answer`` was handed out by :func:`marked`, or is a container that holds such a thing."""
    return getattr(answer, MARK, False) is True or any(map(is_reference, parts(answer)))


def holds_open(answer):
    """Whether ``answer`` is ``...`` or a container that holds it."""
    return answer is ... or any(map(holds_open, parts(answer)))


def parts(answer):
    """What an answer holds, if it is a dictionary, a list or a tuple."""
    if isinstance(answer, dict):
        return list(answer.values())
    return answer if isinstance(answer, list | tuple) else ()


class _MarkedArray(np.ndarray):
    """An array that can carry the mark; slices of it and results computed from it do not."""


class _MarkedTruth(int):
    """True or False: bool itself cannot be subclassed."""

    def __repr__(self):
        return repr(bool(self))


setattr(_MarkedTruth, MARK, True)
