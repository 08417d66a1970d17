"""Judges an answer: not attempted, passed, or failed with the reason. Shows nothing and changes nothing."""

import math
from numbers import Real

from genai_course.exercises.compare import ROUNDING, agree, as_array, brief, describe, difference
from genai_course.exercises.definitions import Experiment, Function
from genai_course.exercises.isolation import isolated
from genai_course.exercises.judge_function import judge_function
from genai_course.exercises.kinds import in_kind, own
from genai_course.exercises.missing import Missing
from genai_course.exercises.references import holds_open, is_reference, parts
from genai_course.exercises.time_limit import LIMIT
from genai_course.exercises.verdict import failed, mistaken, not_attempted, passed

MEASURED_AGAIN = 0.01  # relative
NEARLY = "It is very near: is it rounded? Write it as a formula, or with more digits."


def judge(exercise, answer, seconds=LIMIT):
    """The Verdict on ``answer``. seconds: how long a call of a learner's function may take."""
    answer = own(answer)
    absent = [each for each in [answer, *parts(answer)] if isinstance(each, Missing)]
    if absent:
        return not_attempted(*absent[0].lines)
    if holds_open(answer):
        return not_attempted("Replace the `...`, then run the cells from there to here.")
    if is_reference(answer):
        return not_attempted("This is the course's own answer. Run the cells from your answer to here to check yours.")
    with isolated(answer):
        if isinstance(exercise, Function):
            return judge_function(exercise, answer, seconds)
        return (
            _judge_experiment(exercise, answer) if isinstance(exercise, Experiment) else _judge_value(exercise, answer)
        )


def _judge_value(exercise, answer):
    reference = _plain(exercise.resolve())
    given = _plain(answer)
    right = agree(given, reference, exercise.tolerance)
    if _holds(exercise.accept, answer) if exercise.accept else right:
        handed = exercise.resolve() if right and isinstance(given, str) else in_kind(answer, exercise.resolve())
        return passed(exercise.passed, answer=handed)
    unknown = [text for text in _texts(given) if exercise.words and text not in map(str.casefold, exercise.words)]
    if unknown:
        return failed("word", f"{unknown[0]!r} is none of the words to choose from: {', '.join(exercise.words)}.")
    for mistake in exercise.mistakes:
        if (
            _holds(mistake.wrong, answer)
            if callable(mistake.wrong)
            else agree(given, _plain(mistake.wrong), exercise.tolerance)
        ):
            return mistaken(mistake)
    if given is None:
        return failed("none", "Your answer is None, which stands for nothing at all.")
    # Only the kind of thing, its length and NaN are told: the numbers are the learner's to find.
    found = None if exercise.accept else difference(given, reference, exercise.tolerance)
    if found and found.reason in ("type", "nan"):
        return failed(found.reason, *found.lines)
    if found and found.reason == "shape":
        return failed("shape", f"Your answer is {describe(answer)}; {_kind(reference)} is expected.")
    near = not exercise.accept and agree(given, reference, ROUNDING)
    return failed("value", f"Your answer is {brief(answer)}; that is not it.", *([NEARLY] if near else []))


def _judge_experiment(exercise, answer):
    result = answer
    if len(exercise.targets) == 1 and not isinstance(answer, dict):
        result = {exercise.targets[0].name: answer}
    if not isinstance(result, dict):
        return failed("type", f"A dictionary of results is expected; yours is {describe(answer)}.")
    for setting in exercise.settings:
        if setting.name not in result:
            return failed("type", f"The result has no `{setting.name}`: record what you chose beside what it gave.")
        if not _holds(setting.accept, result[setting.name]):
            chosen = f"`{setting.name}` is {brief(result[setting.name])}: {setting.sentence}"
            for mistake in exercise.mistakes:
                if _holds(mistake.wrong, result):
                    return mistaken(mistake, chosen)
            return failed("target", chosen)
    measured, missed = {}, []
    for target in exercise.targets:
        if target.name not in result:
            return failed("type", f"The result has no `{target.name}`.")
        array = as_array(result[target.name])
        if array is None or array.size != 1 or not isinstance(array.item(), Real) or math.isnan(array.item()):
            return failed("nan", f"`{target.name}` is {brief(result[target.name])}; a number is needed to judge it.")
        measured[target.name] = array.item()
        if not target.met(measured[target.name]):
            missed.append(f"`{target.name}` is {brief(measured[target.name])}: {target.sentence}")
    if not missed:
        again = exercise.recompute(result) if exercise.recompute else {}
        for name, number in again.items():
            if not agree(measured.get(name, result.get(name)), number, MEASURED_AGAIN):
                said = f"`{name}` is {brief(result[name])} in the result; measured again with its settings it is {brief(number)}."
                return failed("measured", said, "Run the cell that measures, and hand its result on as it is.")
        return passed(exercise.passed, answer=answer)
    for mistake in exercise.mistakes:
        if _holds(mistake.wrong, result | measured):
            return mistaken(mistake, *missed)
    return failed("target", *missed)


def _plain(answer):
    """Texts without regard to case and outer spaces, also inside a tuple."""
    if isinstance(answer, str):
        return answer.strip().casefold()
    return type(answer)(map(_plain, answer)) if type(answer) in (tuple, list) else answer


def _texts(given):
    """The texts in an answer."""
    return [each for each in (given if isinstance(given, tuple | list) else [given]) if isinstance(each, str)]


def _holds(test, answer):
    """Whether the author's test accepts an answer that may be of any kind."""
    try:
        return bool(test(answer))
    except Exception:  # the answer is of a kind that the test does not expect
        return False


def _kind(reference):
    array = as_array(reference)
    return (
        "one number"
        if array.ndim == 0
        else f"{len(array)} numbers"
        if array.ndim == 1
        else "another number of rows or columns"
    )
