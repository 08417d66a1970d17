"""The course's committed data files: where they are, and whether they are still what was committed.

``datasets/checksums.txt`` lists one file a line, ``<sha256>  <name>``, the format of ``sha256sum``.
"""

import hashlib

from genai_course.paths import atomic_write, course_root

LIST_NAME = "checksums.txt"


def verified_path(name):
    """Path of the data file ``name`` in ``datasets/``, after comparing its SHA-256 with the list.

    Raises ValueError, in one sentence, if the file is missing, damaged or not in the list.
    """
    expected = listed_checksums()
    if not expected:
        raise ValueError(f"The list datasets/{LIST_NAME} is missing or empty; {_remedy(LIST_NAME)}.")
    if name not in expected:
        raise ValueError(f"{name!r} is not a data file of the course; those are {', '.join(expected)}.")
    path = _folder() / name
    if not path.is_file():
        raise ValueError(f"The data file datasets/{name} is missing; {_remedy(name)}.")
    if checksum(path) != expected[name]:
        raise ValueError(f"The data file datasets/{name} is damaged (its checksum differs); {_remedy(name)}.")
    return path


def listed_checksums():
    """The committed list: file name -> SHA-256 in hexadecimal.  An empty dictionary if there is no list."""
    path = _folder() / LIST_NAME
    if not path.is_file():
        return {}
    lines = path.read_text(encoding="utf-8").splitlines()
    return {name: digest for digest, name in (line.split(maxsplit=1) for line in lines if line.strip())}


def record_checksum(name):
    """Write the present checksum of ``datasets/<name>`` into the list.  For the scripts that make data files."""
    sums = {**listed_checksums(), name: checksum(_folder() / name)}
    with atomic_write(_folder() / LIST_NAME) as temporary:
        temporary.write_text("".join(f"{sums[key]}  {key}\n" for key in sorted(sums)), encoding="utf-8")


def checksum(path):
    """SHA-256 of a file, in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _folder():
    return course_root() / "datasets"


def _remedy(name):
    return f"restore it with `git checkout -- datasets/{name}`, or install genai-course again"
