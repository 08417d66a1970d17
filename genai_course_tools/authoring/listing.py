"""What other files say about the lessons, between markers: README's table and counts, CHANGELOG's list.

A part of a file is ``<!-- lessons.count: begin -->thirty<!-- lessons.count: end -->``; ``build`` writes what stands between, so
adding a lesson touches its folder only.
"""

import json
import re
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from genai_course.paths import atomic_write
from genai_course_tools.authoring.find import find_sources, in_words
from genai_course_tools.authoring.lesson import read_lesson
from genai_course_tools.authoring.minutes import minutes

MARKER = re.compile(r"<!-- (lessons\.\w+): (begin|end) -->")
# Which parts each file must have; it may have others.
NEEDED = {
    "README.md": ("lessons.table", "lessons.count", "lessons.minutes", "lessons.seconds"),
    "CHANGELOG.md": ("lessons.count", "lessons.list"),
}
SMALL = "no one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen"
SMALL += " nineteen"
TENS = "twenty thirty forty fifty sixty seventy eighty ninety"


@dataclass(frozen=True)
class Entry:
    """A lesson as lists show it. seconds: of computing, None for one that was never built."""

    name: str
    title: str
    objectives: str
    exercises: int
    has_open_task: bool
    minutes: int
    seconds: int | None


def entries(root):
    """An Entry for each lesson of the course in ``root``, in order. Raises ValueError for one that cannot be read."""
    found = []
    for path in find_sources([], Path(root) / "lessons"):
        try:
            found.append(_entry(read_lesson(path), Path(root)))
        except ValueError as error:
            raise ValueError(f"{path}:1: the file {error}.") from None
    return found


def _entry(lesson, root):
    text = lesson.cells[0].source if lesson.cells else ""
    title = re.search(r"^# (.+)$", text, re.MULTILINE)
    objectives = re.search(r"^\| \*\*You will\*\* \| (.+?) *\|$", text, re.MULTILINE)
    scored = [cell for cell in lesson.cells if cell.exercise_id]
    open_tasks = sum("make" in cell.tags for cell in scored)
    try:
        stored = json.loads((root / "solutions" / f"{lesson.name}.ipynb").read_bytes())
        seconds = stored["metadata"]["genai_course"]["seconds"]
    except (OSError, ValueError, KeyError, TypeError):
        seconds = None
    return Entry(
        name=lesson.name,
        title=title[1] if title else lesson.name,
        objectives=objectives[1] if objectives else "",
        exercises=len(scored) - open_tasks,
        has_open_task=open_tasks > 0,
        minutes=sum(minutes(lesson).values()),
        seconds=seconds,
    )


def written(root):
    """Path -> text of each file that mentions the lessons, as it ought to be.

    Raises ValueError, with file and line, for markers that do not fit, and for a file without a part that it must have.
    """
    root, found = Path(root), {}
    parts = _parts(entries(root))
    for name, needed in NEEDED.items():
        path = root / name
        if path.is_file():
            found[path] = _filled(path, path.read_text(encoding="utf-8"), parts, needed)
    return found


def outdated(root):
    """Path -> text, as ``written``, of the files that a build would change."""
    return {path: text for path, text in written(root).items() if path.read_text(encoding="utf-8") != text}


def write(root):
    """Write what has changed; return the paths."""
    changed = outdated(root)
    for path, text in changed.items():
        with atomic_write(path) as temporary:
            temporary.write_text(text, encoding="utf-8", newline="\n")
    return list(changed)


def _filled(path, text, parts, needed):
    pieces, done, opened = [], 0, None
    for match in MARKER.finditer(text):
        line = text[: match.start()].count("\n") + 1
        name, kind = match.groups()
        if name not in parts:
            raise ValueError(f"{path}:{line}: unknown part {name!r}: use {', '.join(parts)}.")
        if (kind == "begin") != (opened is None) or (opened and name != opened):
            raise ValueError(
                f"{path}:{line}: '{match[0]}' does not fit: each part is begun and ended, none inside another."
            )
        if kind == "begin":
            pieces.append(text[done : match.end()])
        else:
            pieces.append(parts[name])
        done, opened = (match.end(), name) if kind == "begin" else (match.start(), None)
    if opened:
        raise ValueError(
            f"{path}:{text.count(chr(10)) + 1}: part {opened!r} has no end: write <!-- {opened}: end --> behind it."
        )
    for name in needed:
        if f"<!-- {name}: begin -->" not in text:
            raise ValueError(
                f"{path}:1: part {name!r} is missing: write <!-- {name}: begin --><!-- {name}: end --> where it belongs."
            )
    return "".join([*pieces, text[done:]])


def _parts(lessons):
    seconds = [lesson.seconds for lesson in lessons if lesson.seconds is not None]
    return {
        "lessons.count": number_in_words(len(lessons)),
        "lessons.minutes": _range([lesson.minutes for lesson in lessons]),
        "lessons.seconds": _range(seconds) if seconds else "some",
        "lessons.table": "\n" + "\n".join([*TABLE_HEAD, *map(_row, lessons)]) + "\n",
        "lessons.list": "\n" + "\n".join(_module_lines(lessons)) + "\n  ",  # inside an item of a list
    }


TABLE_HEAD = ("| | lesson | you will | exercises | minutes | computing |", "|---|---|---|---|---|---|")


def _row(lesson):
    title, objectives = (text.replace("|", r"\|") for text in (lesson.title, lesson.objectives))
    exercises = f"{lesson.exercises}{' and an open task' if lesson.has_open_task else ''}"
    seconds = "–" if lesson.seconds is None else f"{lesson.seconds} s"
    link = f"[{title}](solutions/{lesson.name}.ipynb)"
    return f"| {lesson.name[:2]} | {link} | {objectives} | {exercises} | {lesson.minutes} | {seconds} |"


def _module_lines(lessons):
    for module, members in groupby(lessons, key=lambda lesson: lesson.name.partition("/")[0]):
        names = (f"*{in_words(lesson.name.partition('/')[2])}*" for lesson in members)
        yield f"  - {in_words(module)}: {', '.join(names)}"


def _range(numbers):
    low, high = min(numbers), max(numbers)
    return f"{low} to {high}" if low < high else f"{low}"


def number_in_words(number):
    """``thirty``, up to ninety-nine; beyond that digits."""
    if number < 20:
        return SMALL.split()[number]
    if number > 99:
        return str(number)
    tens, ones = divmod(number, 10)
    return TENS.split()[tens - 2] + (f"-{SMALL.split()[ones]}" if ones else "")
