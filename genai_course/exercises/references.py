"""Marks what ``check`` hands out, so that a second run of a cell does not take the package's reference for the learner's work."""

import functools

import numpy as np

MARK = "_genai_course_reference"


def marked(value):
    """``value`` as it is in use, but known to :func:`holds_open`: a function is wrapped, a value becomes a subclass of its type."""
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


def holds_open(answer):
    """Whether ``answer`` is ``...``, a handed-out reference, or a container that holds one."""
    if answer is ... or getattr(answer, MARK, False) is True:
        return True
    if isinstance(answer, dict):
        answer = list(answer.values())
    return isinstance(answer, list | tuple) and any(map(holds_open, answer))


class _MarkedArray(np.ndarray):
    """An array that can carry the mark; slices of it and results computed from it do not."""


class _MarkedTruth(int):
    """True or False: bool itself cannot be subclassed."""

    def __repr__(self):
        return repr(bool(self))


setattr(_MarkedTruth, MARK, True)
