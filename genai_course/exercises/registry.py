"""Finds what the lessons define beside their text, by id: ``<lesson without number>-<name>``."""

import difflib
import importlib.util
import sys

from genai_course.exercises.quiz_markdown import read_quiz
from genai_course.exercises.render import CleanError
from genai_course.paths import course_root

LISTS = {"exercise": "EXERCISES", "prediction": "PREDICTIONS"}

roots = [course_root() / "lessons"]  # folders of modules of lessons


class UnknownId(CleanError, ValueError):  # noqa: N818
    """No exercise, prediction or quiz has this id."""


def defined_ids(kind, lesson=None):
    """Ids of all definitions of ``kind``, "exercise" or "prediction", of one lesson or of all."""
    prefixes = [lesson] if lesson else lesson_prefixes()
    return [f"{prefix}-{each.name}" for prefix in prefixes for each in getattr(_module(prefix), LISTS[kind], [])]


def exercise_files():
    """Lesson without number -> its file of exercises. Raises ValueError where two lessons have one name."""
    files = {}
    for file in (file for root in roots for file in sorted(root.glob("[0-9]*/[0-9]*/exercises.py"))):
        other = files.setdefault(file.parent.name.partition("_")[2], file)
        if other is not file:
            raise ValueError(
                f"{other.parent} and {file.parent} have the same name, and so have their exercises' ids: rename one."
            )
    return files


def lesson_prefixes():
    """Names of the lessons that have a file of exercises."""
    return list(exercise_files())


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
    files = {name: file.with_name("quiz.md") for name, file in exercise_files().items()}
    known = [name for name, file in files.items() if file.is_file()]
    if lesson not in known:
        raise UnknownId(_no_such("quiz", lesson, known))
    return read_quiz(files[lesson])


def _module(prefix):
    return load_exercises(exercise_files()[prefix])


def load_exercises(file):
    """The module in a lesson's ``exercises.py``, imported once; it is no part of a package, so it goes by its path."""
    name = f"lessons.{file.parent.parent.name}.{file.parent.name}.exercises"
    loaded = sys.modules.get(name)
    if loaded is None or loaded.__file__ != str(file):
        spec = importlib.util.spec_from_file_location(name, file)
        loaded = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(loaded)
        sys.modules[name] = loaded
    return loaded


def _no_such(kind, id_, known):
    close = difflib.get_close_matches(str(id_), known, n=3)
    offer = f" Did you mean {' or '.join(map(repr, close))}?" if close else ""
    return f"No {kind} is called {id_!r}.{offer}"
