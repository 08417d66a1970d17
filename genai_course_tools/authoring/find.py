"""From the name of a lesson, as people type it, to its file."""

import difflib
import re
from pathlib import Path

import click

SOURCE = "lesson.py"  # the text of a lesson, in a folder that is called like the lesson


def lesson_name(path):
    """``02_models/03_autoencoders`` of any file of that lesson: its source, or a notebook made from it."""
    path = Path(path)
    path = path.parent if path.suffix == ".py" else path.with_suffix("")
    return f"{path.parent.name}/{path.name}"


def lesson_prefix(name):
    """What the exercise ids of a lesson begin with: its name without module and number (``autoencoders``)."""
    return Path(name).stem.partition("_")[2]


def in_words(name):
    """The name of a module or a lesson for people: ``01_markov_chain_monte_carlo`` -> ``Markov chain Monte Carlo``."""
    words = name.partition("_")[2].replace("_", " ")
    for proper in ("Monte Carlo", "PixelCNN", "PixelRNN"):
        words = re.sub(proper, proper, words, flags=re.IGNORECASE)
    return words[:1].upper() + words[1:]


def find_sources(wanted, folder):
    """The ``lesson.py`` of the lessons called ``wanted`` below ``folder``, which is ``lessons/``; of all if ``wanted`` is empty.

    wanted: names such as ``02_models/03_autoencoders``, ``03_autoencoders`` or ``autoencoders``, or paths.
    Raises click.UsageError for a folder without lessons, a lesson without its text, an unknown name, or a name that fits
    several lessons.
    """
    if Path(folder).parent.name == "_course":  # inside a wheel (see paths.course_root)
        raise click.UsageError(
            "An installed course is not built from its lessons/: clone the course and run the command there."
        )
    folders = sorted(path for path in Path(folder).glob("[0-9]*/[0-9]*") if _holds_files(path))
    if not folders:
        raise click.UsageError(f"There is no lesson in {folder}: no folder is called like 01_data/01_images.")
    for each in folders:
        if not (each / SOURCE).is_file():
            raise click.UsageError(f"{each} has no {SOURCE}: write the lesson's text there, or delete the folder.")
    return _choose(wanted, [each / SOURCE for each in folders])


def find_notebooks(wanted, folder):
    """The notebooks of the lessons called ``wanted`` below ``notebooks/`` or ``solutions/``; as :func:`find_sources`."""
    paths = sorted(Path(folder).glob("[0-9]*/*.ipynb"))
    if not paths:
        raise click.UsageError(f"There is no lesson in {folder}: no file is called like 01_data/01_images.ipynb.")
    return _choose(wanted, paths)


def _holds_files(folder):
    """Whether it is a folder of a lesson: git leaves one behind in which nothing but compiled files lie."""
    return folder.is_dir() and any(path.is_file() for path in folder.iterdir())


def _choose(wanted, paths):
    named = {lesson_name(path): path for path in paths}
    return sorted({named[_find_one(name, list(named))] for name in wanted}) if wanted else paths


def _find_one(wanted, names):
    typed = Path(wanted)
    typed = typed.parent if typed.name == SOURCE else typed.with_suffix("") if typed.suffix == ".ipynb" else typed
    last = [Path(name).name for name in names]
    matches = [name for name in names if typed.parts[-2:] == Path(name).parts]
    if not matches and len(typed.parts) == 1:
        matches = [name for name, own in zip(names, last, strict=True) if wanted in (own, lesson_prefix(name))]
        matches = matches or [name for name, own in zip(names, last, strict=True) if typed.name == own]
    if len(matches) == 1:
        return matches[0]
    if matches:
        raise click.UsageError(f"{wanted!r} fits {' and '.join(matches)}: give the module as well.")
    # People type any part of a name, so look for close matches among the parts, too.
    parts = {part: name for name in names for part in (name, Path(name).name, lesson_prefix(name))}
    close = dict.fromkeys(parts[part] for part in difflib.get_close_matches(typed.name, parts, n=5, cutoff=0.5))
    offer = f"Did you mean {' or '.join(list(close)[:3])}?" if close else f"There are: {', '.join(names)}."
    raise click.UsageError(f"No lesson is called {wanted!r}. {offer}")
