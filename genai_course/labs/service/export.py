"""What leaves the notebook: functions, written into a file with all that they use."""

import ast
import builtins
import dis
import inspect
import textwrap
import types
from pathlib import Path

from genai_course.paths import atomic_write

HEADER = '''"""Made from a notebook: everything that the service needs of it."""

import math

import numpy as np

from genai_course.labs import service, storage
'''
IN_HEADER = {"math", "np", "service", "storage"}


def write_app(path, *functions):
    """Write a Python file that holds the functions, and what they use of the notebook.  Returns its text.

    functions: of the notebook, written out; of a package, imported. The last is called ``make_app``. Other functions, modules
    and constants of the notebook that they use come with them.
    Raises ValueError, in one sentence, for a function whose source cannot be read or that uses something else.
    """
    parts, done = [HEADER], set(IN_HEADER)
    for function in functions:
        _add(inspect.unwrap(function).__name__, function, parts, done)
    text = "\n".join(parts)
    with atomic_write(path) as temporary:
        Path(temporary).write_text(text, encoding="utf-8")
    return text


def _add(name, value, parts, done):
    """Append to ``parts`` what defines ``name``, after what it needs itself."""
    if name in done:
        return
    done.add(name)
    value = inspect.unwrap(value) if callable(value) else value
    if isinstance(value, types.ModuleType):
        parts.append(f"import {value.__name__} as {name}\n")
    elif callable(value) and value.__module__ != "__main__":
        other = "" if name == value.__qualname__ else f" as {name}"
        parts.append(f"from {value.__module__} import {value.__qualname__}{other}\n")
    elif inspect.isfunction(value):
        for used in _globals_of(value.__code__):
            if used in value.__globals__:
                _add(used, value.__globals__[used], parts, done)
        parts.append(f"\n{_source(value)}\n")
    elif _is_literal(value):
        parts.append(f"{name} = {value!r}\n")
    else:
        raise ValueError(f"{name}, {ascii(value):.40}, exists in the notebook only; define it inside the function.")


def _globals_of(code):
    """Names that a function looks up outside of itself, in the order of their use."""
    names = [step.argval for step in dis.get_instructions(code) if step.opname in ("LOAD_GLOBAL", "LOAD_NAME")]
    for inner in code.co_consts:
        if isinstance(inner, types.CodeType):
            names += _globals_of(inner)
    return [name for name in dict.fromkeys(names) if not hasattr(builtins, name)]


def _source(function):
    try:
        return textwrap.dedent(inspect.getsource(function)).rstrip()
    except (OSError, TypeError):
        raise ValueError(f"The source of {function.__name__} cannot be read; define it in a cell.") from None


def _is_literal(value):
    try:
        return ast.literal_eval(repr(value)) == value
    except (ValueError, SyntaxError):
        return False
