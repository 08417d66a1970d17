"""From the name of a lesson, as people type it, to its file."""

import difflib
from pathlib import Path

import click


def lesson_name(path):
    """``02_models/03_autoencoders`` of any file of that lesson."""
    path = Path(path)
    return f"{path.parent.name}/{path.stem}"


def lesson_prefix(name):
    """What the exercise ids of a lesson begin with: its name without module and number (``autoencoders``)."""
    return Path(name).stem.partition("_")[2]


def find_lessons(wanted, folder, ending):
    """Files of the lessons called ``wanted`` below ``folder``; all of them if ``wanted`` is empty.

    wanted: names such as ``02_models/03_autoencoders``, ``03_autoencoders`` or ``autoencoders``, or paths of files.
    ending: ".py" or ".ipynb".
    Raises click.UsageError for a folder without lessons, an unknown name, or a name that fits several lessons.
    """
    if ending == ".py" and Path(folder).parent.name == "_course":  # inside a wheel (see paths.course_root)
        raise click.UsageError(
            "An installed course has no lessons/ to build from: clone the course and run the command there."
        )
    paths = sorted(path for path in Path(folder).glob(f"*/*{ending}") if path.parent.name[:2].isdigit())
    if not paths:
        raise click.UsageError(f"There is no lesson in {folder}: no file is called like 01_data/01_images{ending}.")
    if not wanted:
        return paths
    return sorted({_find_one(name, paths, folder) for name in wanted})


def _find_one(wanted, paths, folder):
    typed = Path(wanted)
    if typed.suffix in (".py", ".ipynb"):
        typed = typed.with_suffix("")
    matches = [path for path in paths if typed.parts[-2:] == (path.parent.name, path.stem)]
    if not matches and len(typed.parts) == 1:
        matches = [path for path in paths if wanted in (path.stem, lesson_prefix(lesson_name(path)))]
        matches = matches or [path for path in paths if typed.name == path.stem]
    if len(matches) == 1:
        return matches[0]
    names = [lesson_name(path) for path in paths]
    if matches:
        raise click.UsageError(f"{wanted!r} fits {' and '.join(map(lesson_name, matches))}: give the module as well.")
    # People type any part of a name, so look for close matches among the parts, too.
    parts = {part: name for name in names for part in (name, Path(name).name, lesson_prefix(name))}
    close = dict.fromkeys(parts[part] for part in difflib.get_close_matches(typed.name, parts, n=5, cutoff=0.5))
    offer = f"Did you mean {' or '.join(list(close)[:3])}?" if close else f"There are: {', '.join(names)}."
    raise click.UsageError(f"No lesson is called {wanted!r}. {offer}")
