"""Judges a learner's function by what it does: its results beside those of the reference and of usual mistakes."""

import dis
import inspect
import linecache
import re
import time

import numpy as np

from genai_course.exercises import slips
from genai_course.exercises.calls import cases, changed_inputs, is_plain, run
from genai_course.exercises.compare import Difference, agree, as_array, brief, describe, difference
from genai_course.exercises.kinds import handed_on
from genai_course.exercises.relations import relation
from genai_course.exercises.time_limit import TookTooLong, limited
from genai_course.exercises.tracing import trouble_inside_training
from genai_course.exercises.verdict import failed, mistaken, not_attempted, passed

SECONDS_OF_SLIPS, SECONDS_OF_A_SLIP = 0.7, 0.2  # a check answers within a second
OTHER_NUMBERS = (
    "Right on the first inputs, and wrong on others of the same shapes: does it remember earlier results, or hold numbers "
    "of one example?"
)
REMEMBERS = (
    "Called again with the same input, your function gives another result: it remembers earlier calls (a default such as "
    "`[]`, a list outside it), or draws random numbers."
)
USE_A_NEW_ARRAY = "Others still use it: compute a new array in place of `-=`, `+=` or `…[…] = …`."
DO_NOTHING = {"RESUME", "NOP", "LOAD_CONST", "RETURN_VALUE", "RETURN_CONST"}
WHY_NOT_INSIDE_TRAINING = (
    "While Keras trains, it runs your function once, on tensors that hold no numbers yet, and records each operation.",
    "NumPy (`np.…`), `.numpy()`, `float(…)` and Python's `if`, `while` and `for` on a tensor need its numbers at once. "
    "Use the operation of the same name from `keras.ops`, and `ops.where` in place of `if`.",
)


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

    calls = run(exercise, function, seconds)
    error = calls[-1].error
    if any(call.result is ... for call in calls):
        return not_attempted("The function still returns `...`. Replace it, then run that cell and this one.")
    if isinstance(error, TypeError) and "ellipsis" in str(error):
        return not_attempted(f"There is still a `...` to replace{_where(error, function)}.")

    expected = [call.result for call in run(exercise, reference, None)]
    pairs = zip(calls, expected, strict=False)  # calls end with the first error
    differences = [None if call.error else _difference(call.result, want, exercise, seconds) for call, want in pairs]
    for call, found in zip(calls, differences, strict=True):
        if found and found.reason == "time":
            return failed("time", *found.lines, _call_line(call, function))
    if error or any(differences):
        trivial = None if error else _constant(calls, expected)  # such an answer makes no catalogued mistake
        mistake = None if trivial else _mistake(exercise, calls, seconds)
        if mistake:
            return mistaken(mistake, *([_error_line(error, function)] if error else []))
    if error:
        return _raised(exercise, calls, function, seconds)
    if any(call.result is None for call in calls) and expected[0] is not None:
        return failed("none", _about_none(calls, function))
    for call in calls:
        for place in changed_inputs(call):
            name = _names(function, call)[place]
            return failed("changed", f"Your function changes its input `{name}`. {USE_A_NEW_ARRAY}")
    # Two generators, or two objects of a class, are never the same: that says nothing of memory.
    if is_plain(calls[0].result) and not agree(run(exercise, function, seconds, 1)[0].result, calls[0].result, 1e-6):
        return failed("remembers", REMEMBERS)
    for call, found in zip(calls, differences, strict=True):
        if found:
            said = trivial or _its_input(calls, function) or _what_is_wrong(exercise, calls, expected)
            reason = "known" if said else found.reason
            return failed(reason, *filter(None, [said]), *found.lines, _call_line(call, function))
    others = run(exercise, function, seconds, seed=1)  # the same shapes, other numbers
    for call, want in zip(others, run(exercise, reference, None, seed=1), strict=False):
        found = None if call.error else _difference(call.result, want.result, exercise, seconds)
        if call.error or found:
            lines = [_error_line(call.error, function)] if call.error else found.lines
            return failed("others", OTHER_NUMBERS, *lines, _call_line(call, function))
    for call in calls:
        if exercise.dtype and (dtype := as_array(call.result).dtype) != exercise.dtype:
            return failed("dtype", f"The numbers are right, but their type is {dtype}; {exercise.dtype} is needed.")
    for place in exercise.traced_at if exercise.traced else ():
        trouble = trouble_inside_training(exercise, function, place, expected[place], seconds)
        if trouble:
            *lines, wrong = trouble
            if wrong:
                return failed("traced", f"{lines[0]} {_error_line(wrong, function)}", *WHY_NOT_INSIDE_TRAINING)
            return failed("traced", *lines, *([_call_line(calls[place], function)] if place else []))
    return passed(exercise.passed, answer=handed_on(function, expected))


def _difference(result, expected, exercise, seconds):
    """The Difference, or None. The time limit holds here, too: what an object does when compared may take for ever."""
    try:
        return limited(difference, result, expected, exercise.tolerance, seconds=seconds)
    except TookTooLong:
        return Difference("time", (f"To compare its result took longer than {seconds:g} seconds.",))


def _mistake(exercise, calls, seconds):
    """The catalogued mistake that does on every case what the learner's function does, or None."""
    for mistake, wrong in exercise.wrong_functions():
        if _behave_alike(calls, run(exercise, wrong, seconds), exercise.tolerance):
            return mistake
    return None


def _constant(calls, expected):
    """A sentence on a function that returns the same whatever it is given."""
    arrays, wanted = [as_array(call.result) for call in calls], [as_array(each) for each in expected]
    if any(array is None or not array.size for array in arrays) or any(each is None for each in wanted):
        return None
    numbers = {number for array in arrays for number in np.unique(array)[:2].tolist()}
    if len(numbers) == 1 and len({number for each in wanted for number in np.unique(each)[:3].tolist()}) > 1:
        return f"Your function returns {brief(numbers.pop())} whatever it is given."
    return None


def _its_input(calls, function):
    for place, name in enumerate(_names(function, calls[0])):
        if all(place < len(call.before) and agree(call.result, call.before[place], 0.0) for call in calls):
            return f"Your function returns its input `{name}` as it is."
    return None


def _what_is_wrong(exercise, calls, expected):
    """A sentence that holds for every call, or None: a relation to the right numbers, or one slip from the reference."""
    said = relation([(call.result, want, call.before) for call, want in zip(calls, expected, strict=True)])
    return said or _slip(exercise, calls)


def _slip(exercise, calls):
    """Which one change to the reference does on every case what the learner's function does, in a sentence; or None."""
    started = time.process_time()
    for words, slip in slips.of_reference(exercise.written_out or exercise.resolve()):
        if time.process_time() - started > SECONDS_OF_SLIPS:
            return None
        if _behave_alike(calls[:1], run(exercise, slip, SECONDS_OF_A_SLIP, 1), exercise.tolerance) and _behave_alike(
            calls, run(exercise, slip, SECONDS_OF_A_SLIP), exercise.tolerance
        ):
            return f"Yours does what the right answer would do {words}."
    return None


def _about_none(calls, function):
    if any(call.result is not None for call in calls):
        call = next(call for call in calls if call.result is None)
        called = _call_line(call, function)
        return f"For one input your function returns None: does a branch of it lack the word `return`? {called}"
    if _returns(function):
        return "Your function returns None. Does every way through it end in a `return` of what was computed?"
    return "Your function returns None. Does its last line lack the word `return`?"


def _returns(function):
    """Steps of the function's own code that return something other than a constant."""
    steps = list(dis.get_instructions(getattr(function, "__code__", compile("", "", "exec"))))
    pairs = zip(steps, steps[1:], strict=False)
    return [after for before, after in pairs if after.opname == "RETURN_VALUE" and before.opname != "LOAD_CONST"]


def _raised(exercise, calls, function, seconds):
    call, error = calls[-1], calls[-1].error
    if isinstance(error, TookTooLong):
        line = f"It did not end within {seconds:g} seconds and was stopped. Is there a loop that never finds its end?"
        return failed("time", line, _call_line(call, function))
    said = _slip(exercise, calls)
    reason, lines = ("known", [said]) if said else ("raised", [])
    return failed(reason, *lines, _error_line(error, function), _call_line(call, function))


def _behave_alike(calls, others, tolerance):
    if len(calls) != len(others):
        return False
    return all(
        (type(a.error), str(a.error)) == (type(b.error), str(b.error))
        and (a.error or agree(a.result, b.result, tolerance))
        for a, b in zip(calls, others, strict=True)
    )


def _does_nothing(function):
    """Whether the body is only ``...``, ``return ...``, ``pass`` or a docstring."""
    code = getattr(function, "__code__", None)
    steps = list(dis.get_instructions(code)) if code else []
    if not steps or any(step.opname not in DO_NOTHING for step in steps):
        return False
    constants = [step.argval for step in steps if step.opname in ("LOAD_CONST", "RETURN_CONST")]
    return constants[-1] is None or constants[-1] is ...


def _wrong_parameters(exercise, function, reference):
    arguments = cases(exercise)[0]
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


def _names(function, call):
    """The learner's names of a call's arguments."""
    try:
        names = list(inspect.signature(function).parameters)
    except (TypeError, ValueError):  # built-in functions need not tell
        names = []
    return [*names, *(f"argument {place}" for place in range(len(names) + 1, len(call.before) + 1))][: len(call.before)]


def _call_line(call, function):
    """What the function was called with."""
    given = zip(_names(function, call), call.before, strict=False)
    return f"It was called with {', '.join(f'`{name}` = {brief(before)}' for name, before in given)}."


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
