"""Tells whether every right answer carries its lesson to the end, and whether the cases are like what the lesson passes.

A solution runs on `smoke` with a cell before and one behind it. In between, every function that passes a check is handed on
in its worst right kind, results as lists, and the calls that the lesson makes are kept. At the end every alternative, and a
list and a tensor version of the reference, are judged and handed on, and answer the same calls: what comes out must be of
the same type, dtype, shape and value as with the reference, so the lesson's cells cannot tell them apart.
"""

import copy
import functools
import inspect
from dataclasses import dataclass, field, replace

import nbformat
import numpy as np

from genai_course.exercises import judge as judging
from genai_course.exercises.calls import cases
from genai_course.exercises.compare import agree
from genai_course.exercises.judge_function import handed_on
from genai_course.exercises.registry import find
from genai_course_tools.authoring.harness import alternatives
from genai_course_tools.authoring.lesson import read_lesson

KEPT = 3  # calls of each kind
LARGEST = 2_000_000  # numbers in the arguments of a call that is kept

_exercises = {}  # name -> Carried
_judge_function = judging.judge_function


@dataclass
class Carried:
    """What the lesson did with one exercise's function. calls: kinds of its arguments -> [(arguments, result), …]."""

    exercise: object
    examples: list
    calls: dict = field(default_factory=dict)


def carrying(notebook, lesson_path):
    """A copy of a solution's notebook with the two cells."""
    module = "genai_course_tools.authoring.carry"
    carried = copy.deepcopy(notebook)
    carried.cells.insert(0, nbformat.v4.new_code_cell(f"import {module} as _carry; _carry.begin()"))
    carried.cells.append(nbformat.v4.new_code_cell(f"_carry.finish({str(lesson_path)!r})"))
    return carried


def begin():
    """From now on, functions that pass a check are handed on with lists for results, and their calls are kept."""

    def judged(exercise, function, seconds):
        verdict = _judge_function(exercise, function, seconds)
        if not verdict.passed:
            return verdict
        examples = [exercise.resolve()(*arguments) for arguments in cases(exercise)]
        _exercises[exercise.name] = carried = Carried(exercise, examples)
        answer = function if exercise.traced or exercise.dtype else in_lists(function)
        return replace(verdict, answer=_recording(handed_on(answer, examples), carried))

    judging.judge_function = judged


def finish(lesson_path):
    """Raise AssertionError with a line for everything that is wrong."""
    judging.judge_function = _judge_function  # what is judged from here on is handed on as it is
    lesson = read_lesson(lesson_path)
    others = alternatives(lesson.folder / "alternatives.py")
    problems = []
    for name, carried in _exercises.items():
        exercise = find("exercise", f"{lesson.prefix}-{name}")
        problems += [f"{name}: {problem}" for problem in _unlike_cases(carried)]
        reference = exercise.resolve()
        answers = {f"alternative {number}": other for number, other in enumerate(others.get(name, []), 1)}
        if not exercise.dtype:
            answers |= {"in tensors": in_tensors(reference)}
            answers |= {} if exercise.traced else {"in lists": in_lists(reference)}
        for what, answer in answers.items():
            verdict = judging.judge(exercise, answer)
            if not verdict.passed:
                problems.append(f"{name}: {what} does not pass: {' '.join(verdict.lines)}")
                continue
            problems += [f"{name}: {what}{problem}" for problem in _replayed(carried, reference, verdict.answer)]
    print(f"{len(_exercises)} functions, {sum(len(each.calls) for each in _exercises.values())} kinds of calls")
    assert not problems, "\n".join(problems)


def in_lists(function):
    """``function`` with lists for arrays: what a loop returns."""
    return _converted(function, lambda part: np.asarray(part).tolist() if _is_concrete_array(part) else part)


def in_tensors(function):
    """``function`` with tensors for arrays and numbers with a fraction: what ``keras.ops`` returns."""
    from keras import ops

    def convert(part):
        is_number = isinstance(part, float | np.floating)
        return (
            ops.convert_to_tensor(part)
            if is_number or isinstance(part, np.ndarray) and part.dtype.kind in "biuf"
            else part
        )

    return _converted(function, convert)


def _converted(function, convert):
    @functools.wraps(function)
    def answer(*arguments, **options):
        result = function(*arguments, **options)
        if type(result) is tuple:
            return tuple(map(convert, result))
        return {key: convert(part) for key, part in result.items()} if isinstance(result, dict) else convert(result)

    return answer


def _recording(function, carried):
    signature = inspect.signature(function)

    def recorded(*arguments, **options):
        bound = signature.bind(*arguments, **options)
        arguments = bound.args + tuple(bound.kwargs.values())
        kinds = tuple(map(kind, arguments))
        kept = carried.calls.setdefault(kinds, [])
        small = sum(np.size(each) if isinstance(each, np.ndarray) else 1 for each in arguments) <= LARGEST
        before = _copied(arguments) if len(kept) < KEPT and small else None
        result = function(*arguments)
        if before is not None and not any(map(_is_symbolic, arguments)):
            kept.append(before)
        return result

    return recorded


def _copied(arguments):
    try:
        return copy.deepcopy(arguments)
    except Exception:  # what cannot be copied is used as it is
        return arguments


def kind(value):
    """What an argument is, as far as an answer may notice."""
    import tensorflow as tf

    if _is_symbolic(value):
        return (
            f"a tensor of {value.shape.rank} axes inside training" if value.shape.rank else "a number inside training"
        )
    if isinstance(value, tf.Variable) or type(value).__name__ == "Variable":
        return f"a variable of {len(value.shape)} axes"
    if isinstance(value, tf.Tensor):
        return f"a tensor of {len(value.shape)} axes"
    if isinstance(value, np.ndarray) and value.ndim:
        letters = {"f": "numbers", "i": "whole numbers", "u": "whole numbers", "b": "truths"}
        return f"an array of {letters.get(value.dtype.kind, value.dtype.name)} with {value.ndim} axes"
    if isinstance(value, int | float | np.generic | np.ndarray) and not isinstance(value, bool | str):
        return "a number"
    if callable(value):
        return "a function"
    return f"of type {type(value).__name__}"


def _unlike_cases(carried):
    """A line for every kind of argument that the lesson passes and no case does."""
    made = [tuple(map(kind, each)) for each in cases(carried.exercise)]
    if carried.exercise.traced:
        made += [tuple(_as_traced(each)) for each in cases(carried.exercise)]
    names = list(inspect.signature(carried.exercise.resolve()).parameters)
    for kinds in carried.calls:
        for place, passed in enumerate(kinds):
            known = {each[place] for each in made if place < len(each)}
            if passed not in known and names:
                name = names[min(place, len(names) - 1)]
                yield f"the lesson gives `{name}` {passed}; the cases give {' or '.join(sorted(known)) or 'nothing'}"


def _as_traced(arguments):
    for each in arguments:
        numbers = isinstance(each, np.ndarray | np.generic)
        axes = np.ndim(each) if numbers else 0
        yield (
            (f"a tensor of {axes} axes inside training" if axes else "a number inside training")
            if numbers
            else kind(each)
        )


def _replayed(carried, reference, answer):
    """A line for the first call in which the answer can be told from the reference."""
    right = handed_on(reference, carried.examples)
    for kinds, calls in carried.calls.items():
        for arguments in calls:
            called = f", called with {', '.join(kinds)},"
            try:
                given, wanted = answer(*_copied(arguments)), right(*_copied(arguments))
            except Exception as error:
                yield f"{called} raises {type(error).__name__}: {error}"
                return
            if _form(given) != _form(wanted):
                yield f"{called} gives {_form(given)}; the reference {_form(wanted)}"
                return
            if not agree(given, wanted, carried.exercise.tolerance):
                yield f"{called} gives other numbers than the reference"
                return


def _form(value):
    """Type, dtype and shape, also of parts."""
    if isinstance(value, tuple | list) and len(value) < 20:
        return f"{type(value).__name__} of {', '.join(map(_form, value))}"
    if isinstance(value, dict):
        return f"dict of {', '.join(sorted(f'{key}: {_form(part)}' for key, part in value.items()))}"
    shape = getattr(value, "shape", None)
    if shape is None:
        return type(value).__name__
    return f"{type(value).__name__} {np.dtype(getattr(value.dtype, 'as_numpy_dtype', value.dtype)).name} {tuple(shape)}"


def _is_symbolic(value):
    import tensorflow as tf

    return isinstance(value, tf.Tensor) and not hasattr(value, "numpy")


def _is_concrete_array(value):
    return isinstance(value, np.ndarray) or (hasattr(value, "numpy") and not _is_symbolic(value))
