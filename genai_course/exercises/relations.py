"""Says what wrong numbers have to do with the right ones: the sign, a factor, a mean for a sum, transposed, a step late.

Each is a relation that any result can have to the right one; it is said only where it holds in every call.
"""

import itertools
import math

import numpy as np

from genai_course.exercises.compare import as_array, brief

NEAR = 1e-4  # relative to the largest number
FACTORS = {
    -1.0: "Every number has the wrong sign.",
    1 / math.log(2): "Your logarithm is to base 2; the natural one, `np.log`, is expected.",
    math.log(2): "Your logarithm is the natural one; one to base 2 is expected.",
    1 / math.log(10): "Your logarithm is to base 10; the natural one, `np.log`, is expected.",
    100.0: "Every number is 100 times the expected one: is a percentage given where a share is expected?",
}
FUNCTIONS = [
    (np.square, "Yours is the square of what is expected."),
    (lambda x: np.sqrt(np.abs(x)), "Yours is the root of what is expected."),
    (np.exp, "Yours is the exponential of what is expected: a logarithm is missing, or an exponential too much."),
    (lambda x: np.log(np.abs(x)), "Yours is the logarithm of what is expected."),
    (lambda x: 1 / x, "Yours is 1 divided by what is expected: numerator and denominator are exchanged."),
    (lambda x: 1 - x, "Yours is 1 minus what is expected."),
    (np.abs, "The sizes are right, but yours has no sign: is an absolute value, or a square with its root, too much?"),
    (np.rint, "Yours is rounded to whole numbers."),
    (np.floor, "Yours is cut to whole numbers: is `//` or `int` where `/` belongs?"),
]


def relation(calls):
    """A sentence, or None. calls: [(given, expected, arguments), …]."""
    if all(isinstance(expected, tuple) for _, expected, _ in calls):
        return _relation_of_a_part(calls)
    triples = [(_numbers(given), _numbers(expected), _sizes(arguments)) for given, expected, arguments in calls]
    if any(given is None or expected is None for given, expected, _ in triples):
        return None
    pairs = [(given, expected) for given, expected, _ in triples]
    if sum(given.size for given, _ in pairs) < 2 or not any(expected.any() for _, expected in pairs):
        return None
    if _all(pairs, lambda expected: expected):
        return None  # right, as far as numbers go
    with np.errstate(all="ignore"):
        if any(given.shape != expected.shape for given, expected in pairs):
            return _of_another_shape(pairs)
        return _truths(calls) or _factor(triples) or _shift(pairs) or _function(pairs) or _place(pairs)


def _relation_of_a_part(calls):
    if len({len(expected) for _, expected, _ in calls}) > 1 or not all(
        isinstance(given, tuple | list) and len(given) == len(expected) for given, expected, _ in calls
    ):
        return None
    parts = range(len(calls[0][1]))
    first, second = calls[0][0][:2] if len(parts) == 2 else (None, None)
    if first is not None and all(_same(a[1], b[0]) and _same(a[0], b[1]) for a, b, _ in calls):
        return "Your two results are right, in the other order."
    for place in parts:
        part = [(given[place], expected[place], arguments) for given, expected, arguments in calls]
        if not all(_same(given, expected) for given, expected, _ in part):
            sentence = relation(part)
            return sentence and f"In result {place + 1}: {sentence}"
    return None


def _numbers(value):
    array = as_array(value)
    if array is None or array.dtype.kind == "c" or not array.size or not np.isfinite(array).all():
        return None
    return array.astype("float64")


def _sizes(arguments):
    """Lengths of axes, of pairs of axes and of whole arrays: what a sum may have forgotten to divide by."""
    shapes = [array.shape for array in map(as_array, arguments) if array is not None and array.ndim]
    return {math.prod(some) for shape in shapes for n in (1, 2, 3) for some in itertools.combinations(shape, n)} - {
        0,
        1,
    }


def _same(given, expected):
    given, expected = as_array(given), as_array(expected)
    if given is None or expected is None or given.shape != expected.shape:
        return False
    return bool(np.allclose(given, expected, rtol=0, atol=NEAR * np.abs(expected).max(initial=0)))


def _all(pairs, change):
    """Whether ``change(expected)`` is what was given, in every call."""
    return all(_same(given, change(expected)) for given, expected in pairs)


def _factor(triples):
    factors = []
    for given, expected, _ in triples:
        factor = np.vdot(expected, given) / np.vdot(expected, expected)
        if not np.isfinite(factor) or not factor or not _same(given, factor * expected):
            return _factor_of_each_row([pair[:2] for pair in triples])
        factors.append(factor)
    if np.ptp(factors) <= 1e-3 * abs(factors[0]):
        named = next(
            (words for factor, words in FACTORS.items() if math.isclose(factor, factors[0], rel_tol=1e-3)), None
        )
        return (
            None
            if brief(factors[0]) == "1"
            else named or f"Every number is {brief(factors[0])} times the expected one."
        )
    pairs = list(zip(factors, [sizes for _, _, sizes in triples], strict=True))
    for wanted, words in [
        (lambda n: n, "A mean is expected; yours is a sum: it is not divided by how many there are."),
        (lambda n: 1 / n, "A sum is expected; yours is a mean: it is divided by how many there are."),
        (lambda n: (n - 1) / n, "Yours is divided by n where n − 1 is right."),
        (lambda n: n / (n - 1), "Yours is divided by n − 1 where n is right."),
        (lambda n: math.sqrt(n), "Yours is too large by the root of how many there are."),
        (lambda n: 1 / math.sqrt(n), "Yours is too small by the root of how many there are."),
    ]:
        if all(any(math.isclose(factor, wanted(n), rel_tol=1e-3) for n in sizes) for factor, sizes in pairs):
            return words
    # Right in one call, or one number in each, which some factor takes to any other: no factor is what is wrong.
    if "1" in map(brief, factors) or all(np.count_nonzero(expected) < 2 for _, expected, _ in triples):
        return None
    shown = ", ".join(brief(factor) for factor in factors[:3])
    return f"Right but for a factor that changes from call to call ({shown}): what do the calls differ in?"


def _factor_of_each_row(pairs):
    for given, expected in pairs:
        if given.ndim < 2:
            return None
        factors = (given * expected).sum(-1, keepdims=True) / np.square(expected).sum(-1, keepdims=True)
        if not _same(given, factors * expected):
            return None
    return "Each row is right but for a factor of its own: is each divided by its own sum, length or spread?"


def _shift(pairs):
    shifts = [np.mean(given - expected) for given, expected in pairs]
    if np.ptp(shifts) > 1e-3 * abs(shifts[0]) or not _all(pairs, lambda expected: expected + shifts[0]):
        return None
    return f"Every number is {brief(abs(shifts[0]))} too {'large' if shifts[0] > 0 else 'small'}."


def _function(pairs):
    return next((words for change, words in FUNCTIONS if _all(pairs, change)), None)


def _place(pairs):
    """Right numbers in other places, or wrong ones in one place only."""
    for axis, name in ((0, "first"), (-1, "last")):
        if not all(given.ndim and given.shape[axis] > 1 for given, _ in pairs):
            continue
        if _all(pairs, lambda expected, axis=axis: np.flip(expected, axis)):
            return f"The numbers are in reverse order along the {name} axis."
        moved = [(np.moveaxis(given, axis, 0), np.moveaxis(expected, axis, 0)) for given, expected in pairs]
        long = [pair for pair in moved if len(pair[0]) > 2]
        if long and all(_same(given[1:], expected[:-1]) for given, expected in long):
            return f"Your numbers come one step late along the {name} axis."
        if long and all(_same(given[:-1], expected[1:]) for given, expected in long):
            return f"Your numbers come one step early along the {name} axis."
        for part, words in ((slice(1, None), "first"), (slice(None, -1), "last")):
            if all(_same(given[part], expected[part]) for given, expected in moved):
                return f"All is right but the {words} along the {name} axis."
    if all(given.ndim == 2 and given.shape[0] == given.shape[1] for given, _ in pairs) and _all(pairs, np.transpose):
        return "Rows and columns are exchanged: yours is transposed."
    if all(_same(np.sort(given, axis=None), np.sort(expected, axis=None)) for given, expected in pairs):
        return "The numbers are right, in another order."
    return None


def _truths(calls):
    """What wrong truth values have in common."""
    if not all(as_array(each).dtype == bool for given, expected, _ in calls for each in (given, expected)):
        return None
    pairs = [(np.asarray(given), np.asarray(expected)) for given, expected, _ in calls]
    if all(np.array_equal(given, ~expected) for given, expected in pairs):
        return "True and False are exchanged."
    if not any((given & ~expected).any() for given, expected in pairs):
        return "Where yours is True it is right, but it is False in places that should be True."
    if not any((expected & ~given).any() for given, expected in pairs):
        return "Yours is True in places that should be False, and never the other way round."
    return None


def _of_another_shape(pairs):
    def every(test):
        return all(test(given, expected) for given, expected in pairs)

    if every(lambda given, expected: _same(np.squeeze(given), np.squeeze(expected))):
        more = any(given.ndim > expected.ndim for given, expected in pairs)
        return f"The numbers are right, with an axis of length 1 too {'many' if more else 'few'}: see `keepdims`."
    if every(lambda given, expected: given.ndim == 2 and _same(given.T, expected)):
        return "Rows and columns are exchanged: yours is transposed."
    if every(lambda given, expected: _same(given.ravel(), expected.ravel())):
        return "The numbers are right and in order, in another shape."
    if every(lambda given, expected: given.ndim == expected.ndim and _any_axes(given, expected)):
        return "The numbers are right, with axes exchanged."
    for reduce, words in (
        (np.mean, "mean"),
        (np.sum, "sum"),
        (np.max, "maximum"),
        (np.min, "minimum"),
        (np.any, "any"),
    ):
        if every(lambda given, expected, reduce=reduce: _reduces(given, expected, reduce)):
            return f"Yours are the numbers before the last step: take their {words} as well."
        if every(lambda given, expected, reduce=reduce: not given.ndim and _same(given, reduce(expected))):
            return f"You took the {words} of everything, one number; keep one for each of what is asked."
    for cut, words in (
        (slice(1, None), "one too many at the beginning"), (slice(None, -1), "one too many at the end"),
    ):  # fmt: skip
        if every(lambda given, expected, cut=cut: given.ndim and _same(given[cut], expected)):
            return f"The numbers are right, {words}."
        if every(lambda given, expected, cut=cut: expected.ndim and _same(given, expected[cut])):
            return f"The numbers are right, {words.replace('many', 'few')}."
    return None


def _any_axes(given, expected):
    orders = itertools.permutations(range(given.ndim)) if given.ndim <= 4 else ()
    return any(_same(given.transpose(order), expected) for order in orders)


def _reduces(given, expected, reduce):
    axes = [None, *range(given.ndim)]
    return given.ndim > expected.ndim and any(_same(reduce(given, axis=axis), expected) for axis in axes)
