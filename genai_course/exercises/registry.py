"""Finds what the lessons' modules define, by id: ``<lesson without number>-<name>``."""

import difflib
import pkgutil
from importlib import import_module
from pathlib import Path

from genai_course.exercises import lessons
from genai_course.exercises.quiz_markdown import read_quiz
from genai_course.exercises.render import CleanError

LISTS = {"exercise": "EXERCISES", "prediction": "PREDICTIONS"}


class UnknownId(CleanError, ValueError):  # noqa: N818
    """No exercise, prediction or quiz has this id."""


def defined_ids(kind, lesson=None):
    """Ids of all definitions of ``kind``, "exercise" or "prediction", of one lesson or of all."""
    prefixes = [lesson] if lesson else lesson_prefixes()
    return [f"{prefix}-{each.name}" for prefix in prefixes for each in getattr(_module(prefix), LISTS[kind], [])]


def lesson_prefixes():
    """Names of the lessons that have a module."""
    return [module.name for module in pkgutil.iter_modules(lessons.__path__)]


def find(kind, id_):
    """The definition with this id. Raises UnknownId, which names close matches."""
    prefix, _, name = str(id_).partition("-")
    if prefix in lesson_prefixes():
        for each in getattr(_module(prefix), LISTS[kind], []):
            if each.name == name:
                return each
    raise UnknownId(_no_such(kind, id_, defined_ids(kind)))


def find_quiz(lesson):
    """The questions of a lesson, named without its number. Raises UnknownId, or QuizError for a quiz with a fault."""
    if lesson in lesson_prefixes():
        if (file := quiz_file(lesson)).is_file():
            return read_quiz(file)
        if questions := getattr(_module(lesson), "QUIZ", []):
            return questions
    raise UnknownId(_no_such("quiz", lesson, lesson_prefixes()))


def quiz_file(lesson):
    """Where a lesson's quiz stands, if it has one: beside its exercises."""
    return definitions_file(lesson).with_suffix(".md")


def definitions_file(lesson):
    """The file that defines a lesson's exercises."""
    return Path(_module(lesson).__file__)


def _module(prefix):
    return import_module(f"{lessons.__name__}.{prefix}")


def _no_such(kind, id_, known):
    close = difflib.get_close_matches(str(id_), known, n=3)
    offer = f" Did you mean {' or '.join(map(repr, close))}?" if close else ""
    return f"No {kind} is called {id_!r}.{offer}"
