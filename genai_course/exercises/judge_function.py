"""Judges a learner's function by what it does: its results beside those of the reference and of usual mistakes."""

import dis
import inspect
import linecache
import re
from dataclasses import dataclass

import numpy as np

from genai_course.exercises.compare import agree, as_array, brief, describe, difference
from genai_course.exercises.time_limit import TookTooLong, limited
from genai_course.exercises.verdict import failed, mistaken, not_attempted, passed

USE_A_NEW_ARRAY = "Others still use it: compute a new array in place of `-=`, `+=` or `…[…] = …`."
DO_NOTHING = {"RESUME", "NOP", "LOAD_CONST", "RETURN_VALUE", "RETURN_CONST"}
WHY_NOT_INSIDE_TRAINING = (
    "While Keras trains, it runs your function once, on tensors that hold no numbers yet, and records each operation.",
    "NumPy (`np.…`), `.numpy()`, `float(…)` and Python's `if`, `while` and `for` on a tensor need its numbers at once. "
    "Use the operation of the same name from `keras.ops`, and `ops.where` in place of `if`.",
)


@dataclass
class Call:
    """One case: the arguments, before and after the call, and the result or the error."""

    arguments: tuple
    before: tuple
    result: object = None
    error: BaseException | None = None


def judge_function(exercise, function, seconds):
    """The Verdict on ``function``; the caller isolates it."""
    reference = exercise.resolve()
    if not callable(function):
        return failed(
            "type",
            f"`{exercise.name}` is {describe(function)}, no longer a function. Did you call it where you define it?",
        )
    if _does_nothing(function):
        return not_attempted("Replace the `...` in the function, then run that cell and this one.")
    complaint = _wrong_parameters(exercise, function, reference)
    if complaint:
        return failed("parameters", complaint)

    calls = _run(exercise, function, seconds)
    error = calls[-1].error
    if any(call.result is ... for call in calls):
        return not_attempted("The function still returns `...`. Replace it, then run that cell and this one.")
    if isinstance(error, TypeError) and "ellipsis" in str(error):
        return not_attempted(f"There is still a `...` to replace{_where(error, function)}.")

    expected = [call.result for call in _run(exercise, reference, None)]
    pairs = zip(calls, expected, strict=False)  # calls end with the first error
    differences = [None if call.error else difference(call.result, want, exercise.tolerance) for call, want in pairs]
    if error or any(differences):
        for mistake, wrong in exercise.wrong_functions():
            if _behave_alike(calls, _run(exercise, wrong, seconds), exercise.tolerance):
                return mistaken(mistake, *([_error_line(error, function)] if error else []))
    if error:
        return _raised(error, calls[-1], function, seconds)
    if any(call.result is None for call in calls) and expected[0] is not None:
        return failed("none", "Your function returns None. Does its last line lack the word `return`?")
    for name, after, before in (each for call in calls for each in _inputs(function, call)):
        if as_array(before) is not None and not agree(after, before, 0.0):
            return failed("changed", f"Your function changes its input `{name}`. {USE_A_NEW_ARRAY}")
    for call, found in zip(calls, differences, strict=True):
        if found:
            return failed(found.reason, *found.lines, _call_line(call, function))
    if exercise.dtype and (dtype := as_array(calls[0].result).dtype) != exercise.dtype:
        return failed("dtype", f"The numbers are right, but their type is {dtype}; {exercise.dtype} is needed.")
    trouble = _trouble_inside_training(exercise, function, expected[0], seconds) if exercise.traced else None
    return trouble or passed(exercise.passed)


def _run(exercise, function, seconds):
    """Call ``function`` on each case until one raises. seconds: limit of a call; None to let errors through."""
    calls = []
    for arguments, before in zip(_cases(exercise), _cases(exercise), strict=True):
        call = Call(arguments, before)
        calls.append(call)
        if seconds is None:
            call.result = function(*arguments)
            continue
        try:
            call.result = limited(function, *arguments, seconds=seconds)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # SystemExit and TookTooLong as well
            call.error = error
            break
    return calls


def _cases(exercise):
    """The arguments of every case, made afresh, in single precision."""
    return [tuple(map(_single_precision, case)) for case in exercise.cases(np.random.default_rng(0))]


def _single_precision(argument):
    return argument.astype("float32") if isinstance(argument, np.ndarray) and argument.dtype == "float64" else argument


def _raised(error, call, function, seconds):
    if isinstance(error, TookTooLong):
        line = f"It did not end within {seconds:g} seconds and was stopped. Is there a loop that never finds its end?"
        return failed("time", line, _call_line(call, function))
    return failed("raised", _error_line(error, function), _call_line(call, function))


def _behave_alike(calls, others, tolerance):
    if len(calls) != len(others):
        return False
    return all(
        (type(a.error), str(a.error)) == (type(b.error), str(b.error))
        and (a.error or agree(a.result, b.result, tolerance))
        for a, b in zip(calls, others, strict=True)
    )


def _trouble_inside_training(exercise, function, expected, seconds):
    """Run the first case as training would: inside a ``tf.function``, on tensors. None if all is well."""
    import tensorflow as tf

    arguments = _cases(exercise)[0]
    places = [place for place, argument in enumerate(arguments) if isinstance(argument, np.ndarray)]

    def call(tensors):
        given = list(arguments)
        for place, tensor in zip(places, tensors, strict=True):
            given[place] = tensor
        return function(*given)

    try:
        result = limited(
            tf.function(call, autograph=False),
            [tf.convert_to_tensor(arguments[place]) for place in places],
            seconds=seconds,
        )
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        return failed(
            "traced",
            f"Right on arrays, but not inside training. {_error_line(error, function)}",
            *WHY_NOT_INSIDE_TRAINING,
        )
    found = difference(result, expected, exercise.tolerance)
    if found:
        return failed(
            "traced", "Right on arrays, but inside training the result differs.", *found.lines, *WHY_NOT_INSIDE_TRAINING
        )
    return None


def _does_nothing(function):
    """Whether the body is only ``...``, ``return ...``, ``pass`` or a docstring."""
    code = getattr(function, "__code__", None)
    steps = list(dis.get_instructions(code)) if code else []
    if not steps or any(step.opname not in DO_NOTHING for step in steps):
        return False
    constants = [step.argval for step in steps if step.opname in ("LOAD_CONST", "RETURN_CONST")]
    return constants[-1] is None or constants[-1] is ...


def _wrong_parameters(exercise, function, reference):
    arguments = _cases(exercise)[0]
    try:
        yours = inspect.signature(function)
    except (TypeError, ValueError):  # built-in functions need not tell
        return None
    try:
        yours.bind(*arguments)
    except TypeError:
        wanted = ", ".join(list(inspect.signature(reference).parameters)[: len(arguments)])
        return f"The function is called with ({wanted}); yours takes ({', '.join(yours.parameters)})."
    return None


def _inputs(function, call):
    """(the learner's name of it, after the call, before it) of every argument."""
    try:
        names = list(inspect.signature(function).parameters)
    except (TypeError, ValueError):  # built-in functions need not tell
        names = []
    names += [f"argument {place}" for place in range(len(names) + 1, len(call.before) + 1)]
    return list(zip(names, call.arguments, call.before, strict=False))


def _call_line(call, function):
    """What the function was called with."""
    return (
        f"It was called with {', '.join(f'`{name}` = {brief(before)}' for name, _, before in _inputs(function, call))}."
    )


def _error_line(error, function):
    """The error's own words in one line, and the learner's line that led to it."""
    if isinstance(error, TookTooLong):
        return "It did not end in time."
    text = re.sub(r"\x1b\[[0-9;]*m|\{\{.*?\}\}|\[Op:\w+\].*", "", str(error))
    text = next((line.strip() for line in text.splitlines() if line.strip()), "")
    if len(text) > 120:
        text = text.partition(". ")[0]
    text = text if len(text) <= 200 else f"{text[:197]}..."
    return f"{type(error).__name__}{': ' if text else ''}{text.rstrip('.')}{_where(error, function)}."


def _where(error, function):
    """ " in line 3: `return x`": the deepest line of the learner's own code."""
    found, step = None, error.__traceback__
    while step:
        if step.tb_frame.f_globals is getattr(function, "__globals__", None):
            found = step.tb_frame.f_code.co_filename, step.tb_lineno
        step = step.tb_next
    if found is None:
        return ""
    source = linecache.getline(*found).strip()
    return f", in line {found[1]}" + (f": `{source}`" if source else "")
