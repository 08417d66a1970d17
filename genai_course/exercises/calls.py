"""Calls a function on an exercise's cases: with fresh arguments, within a time limit, results kept as they come."""

from dataclasses import dataclass

import numpy as np

from genai_course.exercises.compare import agree, as_array
from genai_course.exercises.time_limit import limited


@dataclass
class Call:
    """One case: the arguments, before and after the call, and the result or the error."""

    arguments: tuple
    before: tuple
    result: object = None
    error: BaseException | None = None


def run(exercise, function, seconds, calls=None, seed=0):
    """Call ``function`` on each case until one raises. seconds: limit of a call; None to let errors through.

    calls: how many of the cases, from the first; None for all. seed: of the cases' random numbers.
    """
    made = []
    for arguments, before in list(zip(cases(exercise, seed), cases(exercise, seed), strict=True))[:calls]:
        call = Call(arguments, before)
        made.append(call)
        if seconds is None:
            call.result = _settled(exercise, _kept(function(*arguments)), before)
            continue
        try:
            kept = limited(lambda arguments=arguments: _kept(function(*arguments)), seconds=seconds)
            call.result = _settled(exercise, kept, before)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # SystemExit and TookTooLong as well
            call.error = error
            break
    return made


def cases(exercise, seed=0):
    """The arguments of every case, made afresh, in single precision."""
    made = exercise.cases(np.random.default_rng(seed))
    return [tuple(case if exercise.double else map(_single_precision, case)) for case in made]


def _single_precision(argument):
    return argument.astype("float32") if isinstance(argument, np.ndarray) and argument.dtype == "float64" else argument


def _kept(result):
    """A result as it is now: the function may return the same list or array again, with other numbers in it."""
    if isinstance(result, tuple | list) and type(result) in (tuple, list):
        return type(result)(map(_kept, result))
    if isinstance(result, dict):
        return {key: _kept(part) for key, part in result.items()}
    if isinstance(result, np.ndarray):
        return result.copy()
    return np.array(result) if hasattr(result, "assign") else result  # a variable


def _settled(exercise, result, arguments):
    """The result, with what the exercise leaves open as the reference has it."""
    if exercise.settled is None:
        return result
    try:
        return exercise.settled(result, *arguments)
    except Exception:  # the result is of a kind that the author did not expect
        return result


def changed_inputs(call):
    """Places of the arguments that the call changed, whatever holds their numbers."""
    pairs = enumerate(zip(call.arguments, call.before, strict=True))
    return [place for place, (after, before) in pairs if is_plain(before) and not agree(after, before, 0.0)]


def is_plain(value):
    """Whether ``value`` can be compared part by part: numbers, texts and what holds them."""
    if isinstance(value, dict):
        return all(map(is_plain, value.values()))
    if as_array(value) is None and isinstance(value, list | tuple):
        return all(map(is_plain, value))
    return as_array(value) is not None or isinstance(value, str | bytes | set | frozenset) or value is None
