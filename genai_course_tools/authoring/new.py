"""``genai-course new``: a lesson to start from. It is small, complete, and passes every check as it stands."""

import contextlib
import re
from pathlib import Path

import click

from genai_course.paths import atomic_write
from genai_course_tools.authoring.find import find_sources, lesson_name, lesson_prefix

TEMPLATE = Path(__file__).with_name("template")
NUMBERED = re.compile(r"\d\d_[a-z][a-z0-9]*(_[a-z0-9]+)*")
NEXT = """\
The lesson works as it is. Change what is marked TODO, a part at a time, and after each:
  genai-course build {prefix}
      makes its notebooks; refuses what breaks a rule, and says how to mend it
  genai-course harness {prefix}
      tries its checks on right answers, wrong answers and mutants
  genai-course lab
      opens your copy of the course: run the lesson there, and answer every exercise wrongly once"""


def start_lesson(module, name, root):
    """Write the lesson ``module/name``, its exercises, quiz and other right answers; return what to say, in sentences.

    module, name: such as "02_models" and "14_energy_models". root: folder of the course.
    Raises click.UsageError for a name of another form, one that is taken, a course without lessons/, and a folder that
    cannot be written to; nothing is written then.
    """
    root = Path(root)
    lessons = [lesson_name(path) for path in find_sources([], root / "lessons")]
    _refuse_bad(module, name)
    _refuse_taken(module, name, lessons)
    prefix = lesson_prefix(name)
    folder = root / "lessons" / module / name
    targets = {part: folder / f"{part}.py" for part in ("lesson", "exercises", "alternatives")}
    targets["quiz"] = folder / "quiz.md"
    _write({path: _filled(part, f"{module}/{name}", prefix) for part, path in targets.items()}, root)
    return [*(f"wrote {path.relative_to(root)}" for path in targets.values()), NEXT.format(prefix=prefix)]


def _refuse_bad(module, name):
    for what, given, example in (("module", module, "02_models"), ("lesson", name, "14_energy_models")):
        if not NUMBERED.fullmatch(given):
            raise click.UsageError(
                f"{given!r} cannot name a {what}: write two digits and small letters with '_' between, like {example}."
            )


def _refuse_taken(module, name, lessons):
    """Numbers are unique among modules and within a module; names without number, which begin the ids, in the course."""
    for other in lessons:
        other_module, _, other_name = other.partition("/")
        if f"{module}/{name}" == other:
            raise click.UsageError(f"The lesson {other} is there already: choose another number and name.")
        if other_module != module and other_module[:2] == module[:2]:
            raise click.UsageError(f"Module {module[:2]} is {other_module}: start the lesson there, not in {module}.")
        if lesson_prefix(other) == lesson_prefix(name):
            raise click.UsageError(
                f"{lesson_prefix(name)!r} is taken by {other}: exercise ids begin with it, so choose another name."
            )
        if other_module == module and other_name[:2] == name[:2]:
            raise click.UsageError(f"Number {name[:2]} of {module} is taken by {other_name}: choose another number.")


def _filled(part, lesson, prefix):
    text = (TEMPLATE / f"{part}.txt").read_text(encoding="utf-8")
    return text.replace("@lesson@", lesson).replace("@prefix@", prefix)


def _write(texts, root):
    """Write all the files or none."""
    try:
        for path, text in texts.items():
            with atomic_write(path) as temporary:
                temporary.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        for path in texts:
            with contextlib.suppress(
                OSError
            ):  # on a read-only disk, or a folder that was there before and is not empty
                path.unlink(missing_ok=True)
                path.parent.rmdir()
        raise click.UsageError(f"{root} cannot be written to ({error.strerror}): nothing was changed.") from None
