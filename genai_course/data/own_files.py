"""A learner's own files: which there are, which cannot be used and why, and which of them are kept for the test.

Order and split depend on the files' names and the seed alone, so they are the same on every machine.
"""

import hashlib
import os
import time
import unicodedata
from itertools import groupby
from pathlib import Path

import numpy as np

from genai_course.data.texts import shuffled

TEST_SHARE = 0.2
LEAST = 40  # pictures or clips: 32 to learn from, a small batch, and 8 for the test
LEAST_IN_A_CLASS = 5  # one of five is for the test
MOST_MEGABYTES = 100  # of a file
SECONDS_BEFORE_LINE = 2  # of reading; then a line shows how far it is
SEPARATE = {"train", "training", "test", "testing", "val", "valid", "validation"}  # names of folders that hold splits


class UnusableFileError(Exception):
    """Why a file cannot be used, in a few words."""


def find_files(path, seed, *, only_folders=False):
    """The files of a folder and its sub-folders, or the one file that ``path`` is: name -> path, in an order of chance.

    A name counts from the folder, with "/" between its parts and composed accents, however the disk writes them. Hidden files
    and folders are left alone. Raises ValueError for a path where nothing is, and for a file where a folder is needed.
    """
    given = path
    try:
        path = Path(path or None).expanduser()  # "" would be the present folder
        is_file, is_folder = path.is_file(), path.is_dir()
    except (TypeError, ValueError, RuntimeError):  # None, a name with NUL in it, "~nobody"
        raise ValueError(f"The path is {given!r}; give the path of a folder, such as 'photos'.") from None
    if is_file and not only_folders:
        return {_name(path.name): path}
    if is_file:
        raise ValueError(f"{str(path)!r} is a file; give the folder that it lies in.")
    if not is_folder:
        raise ValueError(f"There is nothing at {str(path)!r}; give a path that exists, seen from {str(Path.cwd())!r}.")
    files = {}
    for folder, folders, names in os.walk(path):
        folders[:] = [each for each in folders if not each.startswith((".", "__MACOSX"))]
        for name in names:
            file = Path(folder, name)
            if not name.startswith(".") and file.is_file():  # no pipes, no links to what is gone
                files[_name(file.relative_to(path).as_posix())] = file
    # Those in sub-folders come first: of a picture and its copy beside the sub-folders, the one with a class stays.
    return dict(sorted(shuffled(files, seed).items(), key=lambda file: "/" not in file[0]))


def read_files(files, read, most, size=lambda content: 1):
    """What ``read(path)`` returns of each file, an array or a text, until ``most`` is reached.

    files: name -> path. size: how much a content counts. A copy of a file that came before is left out, since it could be
    learned from and judged by at once. What is left out, and why, is printed in one line.

    Returns a dictionary name -> content.
    """
    contents, left_out, seen, total = {}, {}, set(), 0
    for number, (name, path) in enumerate(_watched(files)):
        if total >= most:
            print(f"Stopped at {number:,} of {len(files):,} files, where the limit of {most:,} was reached.")
            break
        try:
            if path.stat().st_size > MOST_MEGABYTES * 1e6:
                raise UnusableFileError(f"larger than {MOST_MEGABYTES} MB")
            content = read(path)
            if (digest := _digest(content)) in seen:
                raise UnusableFileError("a copy of another")
            seen.add(digest)
        except UnusableFileError as error:
            left_out[name] = str(error)
        except Exception as error:  # there is no end to what a damaged file can do to the library that reads it
            reason = getattr(error, "strerror", None)
            left_out[name] = reason.lower() if reason else "damaged or cut off"
        else:
            contents[name] = content
            total += size(content)
    say_left_out(left_out, len(files))
    return contents


def say_left_out(reasons, total):
    """Print one line about the files that were left out.  reasons: name -> why; total: number of files."""
    if not reasons:
        return
    groups = []
    for reason, names in groupby(sorted(reasons, key=lambda name: (reasons[name], name)), key=reasons.get):
        names = list(names)
        more = f" and {len(names) - 3:,} more" if len(names) > 3 else ""
        groups.append(f"{reason} ({', '.join(names[:3])}{more})")
    more = f"; and for {len(groups) - 6:,} other reasons" if len(groups) > 6 else ""
    print(f"Left out {len(reasons):,} of {total:,} files: {'; '.join(groups[:6])}{more}.")


def classes(contents, path):
    """The class of each file, by its first sub-folder.

    Where there are sub-folders, files beside them are left out, since they have no class, and taken out of ``contents``.
    Returns (class of each file, names of the classes in alphabetical order); without sub-folders there is one, called as the
    folder is. Raises ValueError for folders that are not classes but a split.
    """
    folders = sorted({name.split("/")[0] for name in contents if "/" in name})
    if not folders:
        return [0] * len(contents), (_name(Path(path).expanduser().resolve().name),)
    if {folder.lower() for folder in folders} <= SEPARATE:
        raise ValueError(
            f"The sub-folders of {str(path)!r} are {', '.join(folders)}; the split is made here, so give one of them."
        )
    loose = [name for name in contents if "/" not in name]
    say_left_out(dict.fromkeys(loose, "beside the sub-folders, so of no class"), len(contents))
    for name in loose:
        del contents[name]
    return [folders.index(name.split("/")[0]) for name in contents], tuple(folders)


def check_enough(count, path, what, least=LEAST):
    """Raise ValueError where there is too little to learn from."""
    if count < least:
        raise ValueError(
            f"{str(path)!r} holds {count:,} {what} that can be used, too few to learn from; it takes at least {least:,}."
        )


def check_classes(labels, class_names, what):
    """Raise ValueError where one of the classes has too few."""
    for name, count in zip(class_names, np.bincount(labels, minlength=len(class_names)), strict=True):
        if count < LEAST_IN_A_CLASS:
            raise ValueError(
                f"The sub-folder {name!r} holds {count} {what} that can be used; give it {LEAST_IN_A_CLASS} or more, or "
                "move it away."
            )


def split(labels):
    """Which are for the test: the first fifth of each class, in whatever order they have.  (n,) -> (n,) booleans"""
    labels = np.asarray(labels)
    for_test = np.zeros(len(labels), bool)
    for label in np.unique(labels):
        members = np.flatnonzero(labels == label)
        for_test[members[: max(1, round(TEST_SHARE * len(members)))]] = True
    return for_test


def _name(text):
    """A name as it can be printed, its accents composed."""
    return unicodedata.normalize("NFC", text.encode("utf-8", "surrogateescape").decode("utf-8", "replace"))


def _digest(content):
    raw = content.encode() if isinstance(content, str) else f"{content.shape}".encode() + content.tobytes()
    return hashlib.sha256(raw).digest()


def _watched(files):
    """Go through name and path of the files; after two seconds, a line shows how many are done."""
    started, line = time.monotonic(), None
    try:
        for done, file in enumerate(files.items()):
            if line is None and time.monotonic() - started > SECONDS_BEFORE_LINE:
                from genai_course.moving_line import Line

                line = Line(f"Reading {len(files):,} files.")
            if line:
                line.show(f"Reading {len(files):,} files: {done:,} done")
            yield file
    finally:
        if line:
            line.end()
