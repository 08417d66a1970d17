"""Wrong versions of right values and of experiments' results; those of functions are ``genai_course.exercises.slips``."""

import math

from genai_course.exercises.slips import other_constants, put, without


def of_value(value):
    """Yield (description, changed value) for every mutant of a number, text, truth, or tuple or list of them."""
    for changed in _changed_values(value):
        yield f"{value!r} → {changed!r}", changed


def of_result(result, targets):
    """Yield (description, changed result) for every mutant of an experiment's recorded numbers."""
    for target in targets:
        value = result[target.name]
        numbers = [math.nan, math.inf, -math.inf, 0, -value]
        numbers += [] if target.at_most is None else [target.at_most + _step(target.at_most)]
        numbers += [] if target.at_least is None else [target.at_least - _step(target.at_least)]
        for number in numbers:
            if number != value:
                yield f"{target.name} = {number:.6g}", {**result, target.name: number}
        yield f"without {target.name}", {key: each for key, each in result.items() if key != target.name}


def _step(bound):
    return max(0.01 * abs(bound), 1e-6)


def _changed_values(value):
    if isinstance(value, str):
        return [each for each in (value[::-1], value[1:], value + "x", "") if each != value]
    if isinstance(value, tuple | list):
        as_type, items = type(value), list(value)
        changed = [put(items, place, each) for place, item in enumerate(items) for each in _changed_values(item)]
        changed += [without(items, place) for place in range(len(items))]
        changed += [
            put(put(items, place, items[place + 1]), place + 1, items[place]) for place in range(len(items) - 1)
        ]
        return [as_type(each) for each in changed if each != items]
    if isinstance(value, bool):
        return [not value]
    return [*other_constants(value), math.nan] if isinstance(value, int | float) else []
