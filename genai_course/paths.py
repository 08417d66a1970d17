"""Where things are: the course's own files, and what it keeps on the learner's machine."""

import os
import tempfile
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

PACKAGE = Path(__file__).parent


def course_root():
    """Folder that holds ``notebooks/`` and ``datasets/``: inside an installed wheel, else the checkout."""
    installed = PACKAGE / "_course"
    return installed if installed.is_dir() else PACKAGE.parent


def course_home():
    """Folder for what the course keeps on this machine (trained models, progress); made if missing.

    ``GENAI_COURSE_HOME`` overrides the platform's usual place. A folder that cannot be written to is answered
    with a temporary one, so that a lesson still runs from a read-only home: its caches then last as long as the machine is on.
    """
    import platformdirs  # 2 ms, which `from genai_course import data` does without

    chosen = os.environ.get("GENAI_COURSE_HOME") or platformdirs.user_data_dir("genai-course", appauthor=False)
    folder = Path(chosen).expanduser()
    if can_write_to(folder):
        return folder
    user = os.getuid() if hasattr(os, "getuid") else os.environ.get("USERNAME", "")
    fallback = Path(tempfile.gettempdir()) / f"genai-course-{user}"
    fallback.mkdir(exist_ok=True)
    return fallback


def can_write_to(folder):
    """Whether files can be made in a folder, which is made if missing. Permissions alone do not tell: a disk can be read-only."""
    try:
        Path(folder).mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def dated(path):
    """A free name beside ``path`` for keeping what is there: ``01_images.2026-11-21-143000.ipynb``."""
    path, number = Path(path), 1
    moment = datetime.now().strftime("%Y-%m-%d-%H%M%S")
    while True:
        name = path.with_name(f"{path.stem}.{moment}{'' if number == 1 else f'-{number}'}{path.suffix}")
        if not os.path.lexists(name):
            return name
        number += 1


@contextmanager
def atomic_write(path):
    """Yield a temporary path near ``path``; move it to ``path`` on success, so the file is whole or absent.

    >>> with atomic_write("curves.npz") as temporary:
    ...     np.savez(temporary, loss=loss)
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    # Its own name in a hidden folder: NumPy and Keras choose the format by the ending, and whoever looks for "*.jsonl" beside
    # the file must not find one that is half written.
    with tempfile.TemporaryDirectory(prefix=f".{path.stem}-", dir=path.parent, ignore_cleanup_errors=True) as folder:
        temporary = Path(folder) / path.name
        yield temporary
        os.replace(temporary, path)
