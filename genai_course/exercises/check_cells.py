"""What a lesson calls: ``check``, ``hint``, ``predict`` and ``claim``."""

import math
import os
from numbers import Real

from genai_course import passes, session
from genai_course.exercises.compare import as_array, brief
from genai_course.exercises.definitions import Experiment, Function
from genai_course.exercises.judge import judge
from genai_course.exercises.references import marked
from genai_course.exercises.registry import UnknownId, find
from genai_course.exercises.render import CleanError, Note, show, shown_after
from genai_course.exercises.verdict import failed

TITLES = {"passed": "Passed", "failed": "Not yet", "not attempted": "Not attempted"}
TONES = {"passed": "passed", "failed": "failed", "not attempted": "open"}

NOT_THIS_TIME = (
    "This did not hold in your run. A changed setting, another seed or another machine can cause that. "
    "The lesson goes on."
)

STUCK_SECONDS = 15  # by the clock; a check takes less than one, and what computes for ever is stopped after five
WHAT_TO_DO = (
    "If it never ends, press ■ (interrupt the kernel). If that changes nothing, choose Kernel → Restart Kernel, run the "
    "cells from the top, and change your answer. What you have passed is kept."
)

_guesses = {}  # id of a prediction -> the guess of this session
_hints_shown = {}  # id of an exercise -> how many of its hints were shown


class CheckFailed(CleanError):  # noqa: N818
    """An answer that is not right, or not there, while nbgrader grades or a solution is built."""


class ClaimFailed(CleanError, AssertionError):  # noqa: N818
    """Something the lesson says is not so."""


def check(exercise_id, answer):
    """Judge ``answer`` and return what the lesson goes on with: the answer if it passes, else the package's reference.

    Raises UnknownId for an id that no exercise has, and CheckFailed for an answer that does not pass while nbgrader
    grades or ``GENAI_COURSE_STRICT`` is 1 (when solutions are built and validated).
    """
    exercise = find("exercise", exercise_id)
    try:
        with shown_after(
            STUCK_SECONDS, Note("open", f"The check of `{exercise.name}` is still running", (WHAT_TO_DO,))
        ):
            verdict = judge(exercise, answer)
    except Exception as error:  # an object that answers in ways nobody foresaw; the lesson goes on
        verdict = failed("unjudged", f"Your answer could not be judged ({type(error).__name__}: {error}).")
    lines = list(verdict.lines)
    if verdict.status == "failed":
        lines += [WHAT_TO_DO] if verdict.reason == "time" else []
        if isinstance(exercise, Experiment) and not _claims_are_judged():
            lines.append("This profile trains too little to reach a target; `laptop` is the one to judge by.")
        lines.append(f'For help: `hint("{exercise_id}")`.')
    if not verdict.passed and (os.environ.get("NBGRADER_EXECUTION") or _strict()):
        raise CheckFailed("\n".join([f"{TITLES[verdict.status]}: {exercise.name}", *lines]))
    thing = f"`{exercise.name}`" if isinstance(exercise, Function) else "answer"
    if verdict.passed:
        lines.append(f"From here on the lesson uses your {thing}.")
        profile = session.current_run.profile if session.current_run else None
        lines += filter(None, [passes.record(str(exercise_id), profile)])
    else:
        lines.append(f"Until it passes, the lesson uses the course's own {thing}.")
    show(Note(TONES[verdict.status], f"{TITLES[verdict.status]}: `{exercise.name}`", tuple(lines)))
    return verdict.answer if verdict.passed else marked(exercise.resolve())


def hint(exercise_id):
    """Show the next of the exercise's hints; after the last one, the last again."""
    try:
        hints = find("exercise", exercise_id).hints
    except UnknownId as error:
        show(Note("note", str(error)))
        return
    number = _hints_shown[exercise_id] = min(_hints_shown.get(exercise_id, 0) + 1, len(hints))
    show(Note("note", f"Hint {number} of {len(hints)}", (hints[number - 1],)))


def predict(prediction_id, guess=..., *, outcome=None):
    """Keep a guess, or show the kept guess beside the outcome. Never raises."""
    try:
        prediction = find("prediction", prediction_id)
    except UnknownId as error:
        show(Note("note", str(error)))
        return
    if guess is not ...:
        guess, complaint = _as_guess(prediction, guess)
        if complaint:
            show(Note("open", complaint))
            return
        _guesses[prediction_id] = guess
    if outcome is not None:
        show(_beside(prediction, _guesses.get(prediction_id), outcome))
    elif guess is ...:
        show(
            Note(
                "open",
                "No guess yet",
                (f"Replace the `...` with {_wanted(prediction)}. A wrong guess teaches as much as a right one.",),
            )
        )
    else:
        show(Note("note", f"Your guess: {brief(guess)}", ("It is kept. You will see it beside the outcome.",)))


def claim(sentence, condition):
    """Show a sentence that the lesson asserts, and whether it holds. ``smoke`` trains too little to judge.

    Raises ClaimFailed where ``GENAI_COURSE_STRICT`` is 1 (when lessons are built and validated).
    """
    if not _claims_are_judged():
        show(Note("open", sentence, ("Listed, not judged: this profile trains too little.",)))
        return
    array = as_array(condition)
    if array is None or array.size != 1:
        raise ValueError(f"claim({sentence!r}, …) needs a condition that is True or False; it is {brief(condition)}.")
    if array.item():
        show(Note("passed", sentence))
    elif _strict():
        raise ClaimFailed(f"this does not hold: {sentence}")
    else:
        show(Note("failed", sentence, (NOT_THIS_TIME,)))


def _strict():
    """Whether a solution runs that is built or validated: in it every claim holds and every answer is right."""
    return os.environ.get("GENAI_COURSE_STRICT") == "1"


def _claims_are_judged():
    return session.current_run is None or session.current_run.judges_claims


def _wanted(prediction):
    if prediction.choices:
        return f"one of {', '.join(map(repr, prediction.choices))}"
    return "a number" + ("" if prediction.between is None else " from {} to {}".format(*map(brief, prediction.between)))


def _as_guess(prediction, guess):
    """(guess as a number or one of the choices, None), or (None, what is wrong with it)."""
    if prediction.choices:
        for choice in prediction.choices:
            if isinstance(guess, str) and guess.strip().casefold() == choice.casefold():
                return choice, None
    else:
        array = as_array(guess)
        number = array.item() if array is not None and array.size == 1 else None
        low, high = prediction.between or (-math.inf, math.inf)
        if isinstance(number, Real) and low <= number <= high:
            return number, None
    return None, f"Your guess is {brief(guess)}; give {_wanted(prediction)}."


def _beside(prediction, guess, outcome):
    after = (prediction.after,) if prediction.after else ()
    if guess is None:
        return Note(
            "note",
            f"Outcome: {_plain(outcome)}",
            ("You made no guess this time. Next time, do: it makes the outcome stick.", *after),
        )
    measured = as_array(outcome)
    if isinstance(guess, str) or measured is None or measured.size != 1:
        right, close = str(outcome).casefold() == str(guess).casefold(), False
    else:
        off = abs(guess - measured.item())
        right, close = off <= 1e-3 * abs(measured.item()), off <= prediction.close
    remark = (
        "Exactly." if right else "Close." if close else "Not what you expected? Good: the gap shows you where to look."
    )
    return Note("note", f"Your guess: {_plain(guess)} · outcome: {_plain(outcome)}", (remark, *after))


def _plain(value):
    return value if isinstance(value, str) else brief(value)
