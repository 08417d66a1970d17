"""The learner's own copy of the notebooks, and JupyterLab on it (``genai-course lab``)."""

import hashlib
import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import click

from genai_course.paths import atomic_write, can_write_to, course_home, course_root, dated
from genai_course_tools.learner.overview import INDEX

MANIFEST = ".genai-course.json"  # notebook -> hash it had when it was copied
WELCOME = "00_start_here/01_welcome.ipynb"
JUPYTER_SETTINGS = Path(__file__).parent / "jupyter_settings"


def update_copy(folder, source=None):
    """Copy the course's notebooks into ``folder`` and its solutions into ``folder/solutions``.

    source: the folder of notebooks, with ``solutions`` beside it; by default the course's own.
    Returns what the learner should know, in sentences.

    A notebook that the learner has not touched follows an update of the course. One that differs from what was copied
    is never overwritten: the new version is put beside it, once.
    Raises click.UsageError if there are no notebooks or the folder cannot be written.
    """
    folder, source = Path(folder), Path(source or course_root() / "notebooks")
    notebooks = _find_notebooks(source)
    if not notebooks:
        raise click.UsageError(f"There are no notebooks in {source}: make them with genai-course build, or reinstall.")
    sentences = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        copied = _read_manifest(folder)
        solutions = _find_notebooks(source.parent / "solutions")
        for name, notebook in (notebooks | {f"solutions/{name}": path for name, path in solutions.items()}).items():
            sentences += _update_one(name, notebook.read_bytes(), folder, copied)
        _write_manifest(folder, copied)
    except OSError as error:
        raise click.UsageError(
            f"Your copy cannot be written to {folder} ({error.strerror}): name another folder."
        ) from None
    return sentences


def reset(lesson, folder, source=None):
    """Put a fresh copy of one lesson into ``folder``; return a sentence that says where the old one is kept.

    lesson: a name such as "01_images", "images" or "01_data/01_images", or a path.
    source: the folder of notebooks; by default the course's own.
    The old notebook is renamed, so at no moment is there no copy of it.
    Raises click.UsageError for an unknown lesson, a folder that is not there, and one that cannot be written to.
    """
    from genai_course_tools.authoring.find import find_notebooks, lesson_name

    folder, source = Path(folder), Path(source or course_root() / "notebooks")
    [notebook] = find_notebooks([lesson], source)
    if not folder.is_dir():
        raise click.UsageError(f"There is no folder {folder}: name the one that holds your copy of the course.")
    name, new = f"{lesson_name(notebook)}.ipynb", notebook.read_bytes()
    target = folder / name
    try:
        _write_manifest(folder, _read_manifest(folder) | {name: _hash(new)})
        return _replace(target, new)
    except OSError as error:
        raise click.UsageError(f"{target} cannot be written ({error.strerror}); no work of yours was lost.") from None


def _replace(target, new):
    """Make ``target`` hold ``new``; what it held is kept under a dated name."""
    if not target.exists():
        _write(target, new)
        return f"{target} is there again, fresh."
    if target.read_bytes() == new:
        return f"{target} is as fresh as the course's own: nothing was changed."
    with atomic_write(target) as temporary:
        temporary.write_bytes(new)  # first: on a full disk nothing has been moved
        kept = dated(target)
        target.rename(kept)
    return f"{target} is fresh, and your work is kept beside it as {kept.name}: reload the page if the lesson is open."


def _find_notebooks(folder):
    """Lessons in a folder: name, such as "01_data/01_images.ipynb" -> path."""
    paths = sorted(path for path in folder.glob("*/*.ipynb") if path.parent.name[:2].isdigit())
    return {path.relative_to(folder).as_posix(): path for path in paths}


def _update_one(name, new, folder, copied):
    """Bring one notebook up to date and note the hash of the course's version in ``copied``."""
    target, version = folder / name, _hash(new)
    last_version, copied[name] = copied.get(name), version
    if not target.exists():
        _write(target, new)
    elif _hash(target.read_bytes()) == version:
        pass
    elif _hash(target.read_bytes()) == last_version:
        _write(target, new)
        return [f"{target} was updated."]
    elif last_version != version:
        beside = _write_beside(target, new)
        return [f"{target} holds your work and was left alone; the course's new version is beside it: {beside.name}."]
    return []


def _write_beside(target, new):
    """Write ``new`` under the first free name such as ``01_images.new.ipynb``; a file that already holds it will do."""
    number = 1
    while True:
        beside = target.with_name(f"{target.stem}.new{'' if number == 1 else number}.ipynb")
        if not beside.exists():
            _write(beside, new)
        if beside.read_bytes() == new:
            return beside
        number += 1


def _write(path, content):
    with atomic_write(path) as temporary:
        temporary.write_bytes(content)


def _hash(content):
    return hashlib.sha256(content).hexdigest()


def _write_manifest(folder, copied):
    with atomic_write(folder / MANIFEST) as temporary:
        temporary.write_text(json.dumps(copied, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def _read_manifest(folder):
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}  # whatever differs is then taken for the learner's work
    return manifest if isinstance(manifest, dict) else {}


def refuse_taken(port):
    """Raise click.UsageError if another program listens on ``port`` of this machine (None: any port will do)."""
    if port is None:
        return
    with socket.socket() as attempt:
        if attempt.connect_ex(("127.0.0.1", port)) == 0:
            raise click.UsageError(f"Port {port} is taken by another program: choose another with --port.")


def _folders_to_write_to():
    """Where JupyterLab and what it starts may keep their files, as environment variables; {} where the home will do."""
    from jupyter_core.paths import jupyter_runtime_dir

    if can_write_to(jupyter_runtime_dir()):
        return {}
    names = ("JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "IPYTHONDIR", "MPLCONFIGDIR")
    return {name: str(course_home() / "jupyter" / name.lower()) for name in names}


def start_lab(folder, *, browser=True, port=None):
    """Start JupyterLab in ``folder`` on the entrance, else on the welcome lesson; return its exit code when it ends."""
    folder = Path(folder).resolve()
    start = next((f"/lab/tree/{name}" for name in (INDEX, WELCOME) if (folder / name).exists()), "/lab")
    command = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={folder}", f"--LabApp.default_url={start}"]
    command += ["--ServerApp.log_level=WARN", *([] if browser else ["--no-browser"])]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command += ["--allow-root"]  # the only user of many a container; the server listens on this machine only
    command += ["--port", str(port), "--ServerApp.port_retries=0"] if port else []
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    settings = [str(JUPYTER_SETTINGS), environment.get("JUPYTER_CONFIG_PATH", "")]
    environment |= {"TF_CPP_MIN_LOG_LEVEL": "3", "JUPYTER_CONFIG_PATH": os.pathsep.join(filter(None, settings))}
    environment = _folders_to_write_to() | environment
    if os.name == "posix":
        # JupyterLab takes this process's place, so that Ctrl-C and signals reach it and nothing else.
        sys.stdout.flush()
        os.execve(sys.executable, command, environment)
    return subprocess.call(command, env=environment)
