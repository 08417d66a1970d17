"""Which exercises a learner has passed, in one file on this machine: ``course_home()/progress.json``.

Its import is light, for every check records here. Nothing leaves the machine.
"""

import json
import os
from datetime import date
from pathlib import Path

from genai_course.paths import atomic_write, course_home, dated

FILE = "progress.json"
LOCK_SECONDS = 3  # to wait for another notebook, which needs milliseconds


class DamagedError(ValueError):
    """The file is not what this module writes."""


def record(exercise_id, profile=None):
    """Note the first pass of an exercise; return "" or a sentence about the record for the learner. Never raises.

    profile: the profile of the run, or None. Nothing is noted while nbgrader grades, where ``GENAI_COURSE_RECORD`` is 0
    (the course itself runs the notebook), and in a notebook that lies in ``solutions/``.
    """
    try:
        if not _counts():
            return ""
        path = course_home() / FILE
        with _lock(path):
            passes, sentence = _read_or_begin_anew(path)
            if exercise_id not in passes:
                passes[exercise_id] = {"first": date.today().isoformat(), "profile": profile}
                _write(path, passes)
        return sentence
    except Exception as error:  # a full disk, a lock that is never released: the check's answer matters more
        reason = getattr(error, "strerror", None) or type(error).__name__
        return f"This pass could not be noted in your progress ({reason}); your answer counts here all the same."


def passed():
    """(the exercises passed on this machine: id -> {"first": "2026-11-21", "profile": "laptop"}, "" or a sentence).

    Raises OSError if the file cannot be read.
    """
    path = course_home() / FILE
    if not path.exists():
        return {}, ""
    with _lock(path):
        return _read_or_begin_anew(path)


def _counts():
    """Whether a pass is the learner's own."""
    ours = os.environ.get("GENAI_COURSE_RECORD") == "0" or "NBGRADER_EXECUTION" in os.environ
    return not ours and Path.cwd().parent.name != "solutions"  # a kernel works in the folder of its notebook


def _lock(path):
    from filelock import FileLock  # 0.1 s, only at the first pass

    return FileLock(path.with_suffix(".lock"), timeout=LOCK_SECONDS, poll_interval=0.005)


def _read_or_begin_anew(path):
    """The passes, and a sentence if the file was damaged and is now set aside."""
    try:
        return _read(path), ""
    except DamagedError:
        aside = dated(path)
        path.rename(aside)
        return {}, f"The record of your progress was damaged: it is kept as {aside.name}, and a new one begins here."


def _read(path):
    try:
        content = json.loads(path.read_bytes())
        passes = content["passed"]
        if not all(isinstance(each, dict) for each in passes.values()):
            raise DamagedError
    except FileNotFoundError:
        return {}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise DamagedError from None
    return passes


def _write(path, passes):
    with atomic_write(path) as temporary:
        temporary.write_text(json.dumps({"passed": passes}, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
