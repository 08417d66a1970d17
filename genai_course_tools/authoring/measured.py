"""Numbers in a lesson's text that runs have measured: ``{{ gan_frechet:.2f }}`` becomes what the solution's run recorded.

In prose cells, two braces begin such a number:

- ``{{ name:.2f }}``: what ``record("name", …)`` in the lesson's code noted, in Python's format;
- ``{{ benchmarks.flow.sets.moons["flow, spline couplings"].above_entropy:.3f }}``: the path to a number in
  ``benchmarks/results/flow.json``, the median where there are several;
- ``{{ reading_minutes }}``, ``{{ exercise_minutes }}``, ``{{ computing_seconds }}``: for the card (see :mod:`minutes`).

Literal braces, as in LaTeX, have a space between them; where they cannot, as in code, ``{{ '{{' }}`` writes two.
"""

import ast
import difflib
import json
import re
from functools import cache
from pathlib import Path

LITERAL = re.compile(r"\{\{ *(['\"])\{\{\1 *\}\}")
NUMBER = re.compile(r'\{\{ *(?P<path>\w+(?:\.\w+|\["[^"\n]*"\])*) *(?::(?P<form>[^{}\n]*?))? *\}\}')
ANY = re.compile(rf"{LITERAL.pattern}|(?P<number>{NUMBER.pattern})|(?P<wrong>\{{\{{)")
OF_THE_CARD = ("reading_minutes", "exercise_minutes", "computing_seconds")
BENCHMARKS = "benchmarks"


class MissingNumber(ValueError):  # noqa: N818
    """A number in a text that cannot be written out. line: of the cell, from 0."""

    def __init__(self, line, message):
        super().__init__(message)
        self.line = line


def fill(source, numbers, root):
    """A cell's text with its numbers written out.

    numbers: name -> number, as recorded, or None where the run had none. root: the course's folder, with benchmarks/results.
    Raises MissingNumber, a ValueError with the sentence of the first problem, for a number that is not there.
    """
    for line, message in problems(source, lambda name: numbers.get(name) is not None, root):
        raise MissingNumber(line, message)

    def written(match):
        if not match["number"]:
            return "{{"
        value = numbers[match["path"]] if match["path"] in numbers else benchmark(match["path"], root)
        return format(value, (match["form"] or "").strip())

    return ANY.sub(written, source)


def problems(source, is_known, root):
    """What is wrong with the numbers in a cell's text: (line, from 0; sentence that says how to mend it).

    is_known: tells of a name whether it will be recorded.
    """
    for match in ANY.finditer(source):
        line = source[: match.start()].count("\n")
        if match["wrong"]:
            yield (
                line,
                (
                    "'{{' begins a number of a run, such as {{ gan_frechet:.2f }}: write it like this, and literal braces with a "
                    "space between, '{ {', or as {{ '{{' }}."
                ),
            )
        elif match["number"]:
            path, form = match["path"], (match["form"] or "").strip()
            if path.partition(".")[0] == BENCHMARKS:
                try:
                    benchmark(path, root)
                except ValueError as error:
                    yield line, str(error)
                    continue
            elif not is_known(path):
                yield (
                    line,
                    (
                        f"nothing records {path!r} in the solution's run: add record({path!r}, …) to a code cell, "
                        "or put a space between literal braces, '{ {'."
                    ),
                )
                continue
            if path not in OF_THE_CARD and not _is_number_format(form):
                yield line, f"{match[0]} does not say how the number is written: add a format, {{{{ {path}:.2f }}}}."


def number_problems(lesson, cells):
    """What is wrong with the numbers in a lesson's prose before it is built, as (line of the file, message)."""
    try:
        records = recorded_names(lesson.code)
    except SyntaxError:  # lint reports it
        return
    for cell in cells:
        if cell.kind == "markdown":
            found = problems(cell.source, lambda name: name in OF_THE_CARD or records(name), lesson.root)
            yield from ((cell.line + line, message) for line, message in found)


def _is_number_format(form):
    try:
        return bool(form) and bool(format(1.5, form))
    except ValueError:
        return False


def benchmark(path, root):
    """A number from ``benchmarks/results``. Raises ValueError, in one sentence, for a path that leads to none.

    path: such as ``benchmarks.flow.sets.moons["flow, spline couplings"].above_entropy``.
    """
    _, *keys = [text or name for text, name in re.findall(r'\["([^"]*)"\]|(\w+)', path)]
    file = Path(root) / BENCHMARKS / "results" / f"{keys[0] if keys else ''}.json"
    if not file.is_file():
        known = ", ".join(sorted(each.stem for each in file.parent.glob("*.json")))
        raise ValueError(f"{path} names no file of benchmarks/results: there are {known or 'none'}.")
    found = _results(file, file.stat().st_mtime_ns)
    for key in keys[1:]:
        if not isinstance(found, dict) or key not in found:
            known = list(found) if isinstance(found, dict) else []
            close = difflib.get_close_matches(key, known, n=3, cutoff=0.3) or known[:5]
            offer = f"there are {', '.join(map(repr, close))}" if close else "the number stands before it"
            raise ValueError(f"{path} is not in {file.name}: it has no {key!r} there; {offer}.")
        found = found[key]
    found = found.get("median") if isinstance(found, dict) else found
    if isinstance(found, bool) or not isinstance(found, int | float):
        raise ValueError(f"{path} leads to no number in {file.name}: go on to one of its numbers.")
    return found


@cache
def _results(file, _changed):
    return json.loads(file.read_text(encoding="utf-8"))


def recorded_names(code):
    """What tells of a name whether the code records it, from its calls ``record("name", …)``; an f-string may be many names.

    A name that is computed in another way cannot be known before the run, so then every name passes.
    """
    patterns = []
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "record":
            named = [each.value for each in node.keywords if each.arg == "name"]
            patterns += [_pattern(each) for each in (node.args[:1] or named)]
    return lambda name: any(re.fullmatch(pattern, name) for pattern in patterns)


def _pattern(node):
    if isinstance(node, ast.Constant):
        return re.escape(str(node.value))
    if isinstance(node, ast.JoinedStr):
        return "".join(re.escape(part.value) if isinstance(part, ast.Constant) else ".*" for part in node.values)
    return ".*"
