"""The rule of cases: what the arguments of an exercise's cases must be like, so that no wrong answer looks right on them.

Three ways to find a case missing. Sizes: an axis that the docstring gives a letter of its own, as in "(n, d), (m, d)", differs
from every other axis and whole number of the case. Kinds: two equal numbers, a group that is empty, a function that is not
linear occur in some case. Habits: the reference with a bad habit (a batch of one squeezed, far-out numbers cut, signs
ignored …) must be rejected as other wrong answers are. What cannot be so is excused as a mutant is:
``excused={"one row alone: squeezed": "why"}``. That cases go to the edge of each range is seen by
``tests/lessons/test_spaces.py``, since an exercise's ``space`` knows the range.
"""

import inspect
import itertools
import re

import numpy as np

from genai_course.exercises.calls import cases
from genai_course.exercises.judge import judge
from genai_course.session import quietly_import_keras

SHAPE = re.compile(r"\(([\w\s,.…+*-]*)\)")
STEEP = re.compile(r"\b(exp|expm1|softmax|log_softmax|sigmoid|softplus|logsumexp|logaddexp|log1p)\b")


def missing_cases(exercise, text):
    """Yield (description, what to add). text: the learner's function with its docstring."""
    quietly_import_keras()  # now, or a time limit would cut its first import in two
    made = cases(exercise)
    yield from _sizes(made, _letters(text, len(made[0])))
    yield from _ties(made)
    yield from _empty_groups(exercise, made)
    yield from _linear_functions(exercise, made)
    for description, advice, wrong in _habits(exercise, made):
        if judge(exercise, wrong, 1.0).passed:
            yield description, advice


def _letters(text, count):
    """Names of the axes of each argument, read from "(n, d), (m, d) -> …" in a docstring; [] where it has none."""
    line = next((line for line in text.splitlines() if "->" in line and SHAPE.search(line)), "")
    given = re.split(r"->", line)[0]
    shapes = [[part.strip() for part in found.split(",") if part.strip()] for found in SHAPE.findall(given)]
    return shapes if len(shapes) <= count else []


def _sizes(made, letters):
    """The letters that no case tells apart by their sizes."""
    sized = [_sizes_by_letter(arguments, letters) for arguments in made]
    names = sorted({name for sizes in sized for name in sizes})
    for place, first in enumerate(names):
        for second in names[place + 1 :]:
            both = [sizes for sizes in sized if first in sizes and second in sizes]
            if both and all(sizes[first] == sizes[second] for sizes in both):
                yield f"`{first}` as long as `{second}`", f"no case has another size for `{first}` than for `{second}`"


def _sizes_by_letter(arguments, letters):
    arrays = [each for each in arguments if isinstance(each, np.ndarray) and each.ndim]
    sizes = {f"argument {place}": int(each) for place, each in enumerate(arguments, 1) if _is_whole(each)}
    for array, names in zip(arrays, letters, strict=False):
        if len(names) == array.ndim:
            sizes |= {name: size for name, size in zip(names, array.shape, strict=True) if name.isidentifier()}
    return sizes


def _is_whole(value):
    return isinstance(value, int | np.integer) and not isinstance(value, bool) and value > 1


def _ties(made):
    """Whether no array holds two equal numbers: what a sort, `argmax` or `unique` does with them stays unseen."""
    arrays = [np.asarray(each).ravel() for arguments in made for each in arguments if _is_float(each)]
    several = [array[np.isfinite(array)] for array in arrays if array.size > 1]
    if several and all(len(np.unique(array)) == len(array) for array in several):
        yield "no two equal numbers", "add a case with an array in which a number comes twice"


def _empty_groups(exercise, made):
    """Masks that leave something in every row, labels of which none between is left out."""
    for place, name in enumerate(inspect.signature(exercise.resolve()).parameters):
        column = [arguments[place] for arguments in made if len(arguments) > place]
        if not column or not all(isinstance(each, np.ndarray) and each.ndim for each in column):
            continue
        if all(each.dtype == bool for each in column):
            if all(each.any(axis=-1).all() for each in column):
                yield f"`{name}` never empty", "add a case in which the mask, or a row of it, has no True at all"
        elif _are_labels(place, made) and not any(map(_leaves_one_out, column)):
            yield f"`{name}` without a gap", "add a case in which a label between others is missing"


def _are_labels(place, made):
    """Whether an argument's whole numbers are below a count that another argument gives: a whole number, or an axis."""
    made = [arguments for arguments in made if len(arguments) > place and arguments[place].size]
    if not made or any(arguments[place].dtype.kind not in "iu" or arguments[place].min() < 0 for arguments in made):
        return False
    counts = [_counts(arguments[:place] + arguments[place + 1 :]) for arguments in made]
    largest = [arguments[place].max() for arguments in made]
    return any(
        all(name in sizes and most < sizes[name] for most, sizes in zip(largest, counts, strict=True))
        for name in counts[0]
    )


def _counts(arguments):
    """{(place, axis): size of that axis, (place, None): a whole number}"""
    counts = {}
    for place, each in enumerate(arguments):
        if isinstance(each, np.ndarray):
            counts |= {(place, axis): size for axis, size in enumerate(each.shape)}
        elif isinstance(each, int | np.integer):
            counts[place, None] = int(each)
    return counts


def _leaves_one_out(labels):
    return labels.size > 0 and len(np.unique(labels)) <= labels.max() - labels.min()


def _linear_functions(exercise, made):
    """Arguments that are functions, affine in every case: mixing what goes in is then the same as mixing what comes out."""
    for place, name in enumerate(inspect.signature(exercise.resolve()).parameters):
        functions = [(arguments[place], arguments) for arguments in made if len(arguments) > place]
        judged = [_is_affine(function, arguments) for function, arguments in functions if callable(function)]
        if True in judged and False not in judged:
            yield f"`{name}` is linear", "add a case with a function that is not, such as one with a square in it"


def _is_affine(function, arguments):
    """Whether the function of a mean of two points is the mean of its values there; None where no point suits it.

    The points are the case's own arrays: any two of one shape, and each with its rows in reverse order and signs turned.
    """
    arrays = [each for each in arguments if _is_float(each) and np.ndim(each)]
    pairs = [(a, b) for a, b in itertools.combinations(arrays, 2) if np.shape(a) == np.shape(b)]
    found = None
    for first, second in [*pairs, *((each, -each[::-1]) for each in arrays)]:
        try:
            values = function(first), function(second), function((first + second) / 2)
            at_first, at_second, between = (np.asarray(value, float) for value in values)
            if not np.allclose(
                between, (at_first + at_second) / 2, rtol=0, atol=1e-3 * np.abs(at_first).max(initial=0)
            ):
                return False
        except Exception:  # the function takes something else
            continue
        found = True
    return found


def _habits(exercise, made):
    """(description, advice, the reference with the habit), …"""
    reference = exercise.resolve()
    results = [reference(*arguments) for arguments in cases(exercise)]
    if all(_is_batch(result, arguments) for result, arguments in zip(results, made, strict=True)):

        def squeezed(*arguments):
            return np.squeeze(np.asarray(reference(*arguments)))

        yield "one row alone: squeezed", "add a case with one row, (1, …)", _in_training(exercise, squeezed)
    numbers = [
        each for arguments in made for each in arguments if isinstance(each, np.ndarray) and each.dtype.kind == "f"
    ]
    if any((each < 0).any() for each in numbers):
        yield "signs ignored", "add numbers of both signs to every argument", _changing(exercise, _absolute)
    if STEEP.search(_text(exercise)) and any((each < 0).any() for each in numbers):
        advice = "add a case with numbers far out, such as 200 and -200"
        yield "far-out numbers cut at 20", advice, _changing(exercise, lambda each: _cut(each, 20))


def _is_batch(result, arguments):
    """Whether the first axis of the result is that of an argument."""
    rows = np.shape(result)[:1] if isinstance(result, np.ndarray) or hasattr(result, "numpy") else ()
    return bool(rows) and any(rows == np.shape(each)[:1] for each in arguments if isinstance(each, np.ndarray))


def _changing(exercise, change):
    """The reference on changed arguments."""
    reference = exercise.resolve()

    def answer(*arguments):
        return reference(*(change(each) if _is_float(each) else each for each in arguments))

    return answer


def _is_float(value):
    return getattr(getattr(value, "dtype", None), "name", str(getattr(value, "dtype", ""))).startswith("float")


def _absolute(each):
    from keras import ops

    return np.abs(each) if isinstance(each, np.ndarray | np.generic) else ops.abs(each)


def _cut(each, limit):
    from keras import ops

    kind = np if isinstance(each, np.ndarray | np.generic) else ops
    return kind.clip(each, -limit, limit)


def _in_training(exercise, squeezed):
    """``squeezed`` so that it fails only where it squeezes: inside training the reference."""
    reference = exercise.resolve()

    def answer(*arguments):
        symbolic = any(hasattr(each, "graph") and not hasattr(each, "numpy") for each in arguments)
        return reference(*arguments) if symbolic else squeezed(*arguments)

    return answer


def _text(exercise):
    try:
        return inspect.getsource(exercise.written_out or exercise.resolve())
    except OSError:
        return ""
