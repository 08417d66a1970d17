"""A grid of settings as people type it: ``-p weight_decay 0 1e-4 1e-3 -p dropout 0 0.2``."""

import ast
import itertools

import click

from genai_course_tools.authoring.notebook import read_notebook

HOW = "write -p NAME VALUE VALUE …, such as -p dropout 0 0.2"


def read_grid(words):
    """Typed words -> (lesson, {name: [value, …]}); click.UsageError, in one sentence, for words that say something else.

    A value that reads as a Python number, True, False, None or quoted text is that; any other is a text.
    """
    lesson, *parts = _cut_at_p(words)
    if len(lesson) != 1:
        raise click.UsageError(f"Give one lesson before the first -p, not {len(lesson)}: {HOW}.")
    if not parts:
        raise click.UsageError(f"There is nothing to vary: {HOW}.")
    grid = {}
    for name, *values in (part or [""] for part in parts):
        if not name.isidentifier():
            raise click.UsageError(f"{name!r} after -p is no name of a parameter: {HOW}.")
        if not values:
            raise click.UsageError(f"-p {name} has no values: {HOW}.")
        if name in grid:
            raise click.UsageError(f"-p {name} is given twice: name all its values after one -p.")
        grid[name] = list(dict.fromkeys(map(_value, values)))
    return lesson[0], grid


def _cut_at_p(words):
    """Words, cut before each -p, which is left out."""
    parts = [[]]
    for word in words:
        if word in ("-p", "--parameter"):
            parts.append([])
        elif word.startswith("-") and not _is_number(word):
            raise click.UsageError(f"No such option: {word}")
        else:
            parts[-1].append(word)
    return parts


def _is_number(word):
    try:
        float(word)
    except ValueError:
        return False
    return True


def _value(word):
    try:
        value = ast.literal_eval(word)
    except (ValueError, SyntaxError):
        return word
    return value if isinstance(value, int | float | str | None) else word


def combinations(grid):
    """Every choice of one value for each name, the last name changing first: [{name: value}, …]."""
    return [dict(zip(grid, values, strict=True)) for values in itertools.product(*grid.values())]


def parameters_of(path):
    """Names that a notebook's cell tagged "parameters" sets, in its order: papermill only warns about others."""
    names = []
    for cell in read_notebook(path).cells:
        if "parameters" in cell.metadata.get("tags", []):
            for statement in ast.parse(cell.source).body:
                targets = statement.targets if isinstance(statement, ast.Assign) else []
                names += [target.id for target in targets if isinstance(target, ast.Name)]
    return names


def refuse_unknown(grid, path):
    """click.UsageError for a name of the grid that the notebook's parameters cell does not set."""
    known = parameters_of(path)
    for name in grid:
        if name not in known:
            offered = ", ".join(known) or "none; tag the cell that sets them with 'parameters'"
            raise click.UsageError(f"{path.name} has no parameter {name!r}. It has: {offered}.")
