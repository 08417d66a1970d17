"""``genai-course doctor``: whether this machine can run the course, and how to mend it where it cannot.

Each check says what it found, or raises :class:`CheckError` with the mend. Whatever else goes wrong inside a check is one
more FAIL line, never a traceback. What loads TensorFlow runs in a process of its own: on a processor that it does not
support it takes its process down.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import click

from genai_course import __version__
from genai_course.paths import course_home, course_root

PYTHON = ((3, 11), (3, 14))  # from the first, below the second, as in pyproject.toml
MEMORY = 2 * 10**9  # bytes in total: a lesson takes 1.2 GiB, the rest is for JupyterLab and the system
DISK = 500 * 10**6  # bytes free where trained models and notebooks are kept
KERNEL_SECONDS = 120  # for its start, which takes one on a quiet machine
ANSWER_SECONDS = 60
TRAINING_SECONDS = 300  # loading TensorFlow for the first time can take a minute on a slow disk
CONTAINER = Path("/sys/fs/cgroup")  # where Linux says how much memory a container may use

PACKAGES = (("keras",), ("tensorflow-cpu", "tensorflow"), ("jupyterlab",), ("ipywidgets",))  # one name of each
WIDGET_EXTENSION = "@jupyter-widgets/jupyterlab-manager"
ASK_KERNEL = "(1 + 1, __import__('importlib.util').util.find_spec('genai_course') is not None)"
TRAIN = "from genai_course_tools.learner.trial_training import train; train()"
REINSTALL = "Install the course again as you did the first time; in a clone, delete the folder .venv before it."


class CheckError(Exception):
    """What a check found wrong, and the sentence that says how to mend it."""

    def __init__(self, found, mend):
        super().__init__(found)
        self.found, self.mend = found, mend


def python_version():
    """Python is one that the course's packages are made for."""
    version = ".".join(map(str, sys.version_info[:3]))
    if not PYTHON[0] <= sys.version_info[:2] < PYTHON[1]:
        raise CheckError(
            version, "Install Python 3.11, 3.12 or 3.13 beside it and set the course up again with that one."
        )
    return version


def packages():
    """The packages that everything rests on are installed; their versions."""
    found = [f"genai-course {__version__}", *(_installed(names) for names in PACKAGES)]
    if missing := [text for text in found if text.endswith(" is missing")]:
        raise CheckError(", ".join(missing), REINSTALL)
    return ", ".join(found)


def _installed(names):
    from importlib.metadata import PackageNotFoundError, version

    for name in names:
        with suppress(PackageNotFoundError):
            return f"{name} {version(name)}"
    return f"{names[-1]} is missing"


def memory():
    """The machine has enough memory for a lesson."""
    total, free = _memory()
    found = f"{_gigabytes(total)}, of which {_gigabytes(free)} free"
    if total < MEMORY:
        raise CheckError(found, "The course needs 2 GB: use a larger machine, or give this virtual one more memory.")
    return found


def _memory():
    """Bytes of memory, in total and free. In a container (Binder, JupyterHub) its limit counts, not the machine."""
    import psutil

    machine = psutil.virtual_memory()
    total, free = machine.total, machine.available
    with suppress(OSError, ValueError, KeyError):  # no container, or one without a limit ("max")
        limit = int((CONTAINER / "memory.max").read_text())
        used = dict(line.split() for line in (CONTAINER / "memory.stat").read_text().splitlines())
        total, free = min(total, limit), min(free, max(limit - int(used["anon"]), 0))
    return total, free


def disk():
    """There is room for trained models and for the learner's notebooks."""
    free = {folder: shutil.disk_usage(folder).free for folder in dict.fromkeys([course_home(), Path.cwd()])}
    found = ", ".join(f"{_gigabytes(size)} free in {folder}" for folder, size in free.items())
    if min(free.values()) < DISK:
        raise CheckError(found, "Make 0.5 GB free there, or name another folder in the variable GENAI_COURSE_HOME.")
    return found


def home():
    """What the course keeps on this machine can be written."""
    import platformdirs

    usual = platformdirs.user_data_dir("genai-course", appauthor=False)
    chosen = Path(os.environ.get("GENAI_COURSE_HOME") or usual).expanduser()
    try:
        used = course_home()
        with tempfile.TemporaryFile(dir=used):
            pass
    except OSError as error:
        mend = "Name a folder that you may write to in the variable GENAI_COURSE_HOME."
        raise CheckError(f"nothing can be written to {chosen} ({error.strerror})", mend) from None
    if used != chosen:
        return f"{used}, until the machine restarts, because {chosen} cannot be written to"
    return str(used)


def kernel():
    """The kernel that notebooks name starts, computes, and finds the course."""
    from jupyter_client.kernelspec import NoSuchKernel
    from jupyter_client.manager import start_new_kernel

    mend = f'Give JupyterLab this Python: "{sys.executable}" -m ipykernel install --sys-prefix --name python3'
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:  # a folder in which nothing of the course lies
        try:
            manager, client = start_new_kernel(KERNEL_SECONDS, "python3", cwd=folder, **quiet)
        except NoSuchKernel:
            raise CheckError("JupyterLab knows no kernel called python3", mend) from None
        except (RuntimeError, OSError):
            raise CheckError("python3 does not start", mend) from None
        try:
            reply = client.execute_interactive(
                "", user_expressions={"answer": ASK_KERNEL}, output_hook=lambda _: None, timeout=ANSWER_SECONDS
            )
        except TimeoutError:
            raise CheckError(f"python3 gave no answer within {ANSWER_SECONDS} seconds", mend) from None
        finally:
            client.stop_channels()
            manager.shutdown_kernel(now=True)
    answer = reply["content"]["user_expressions"]["answer"].get("data", {}).get("text/plain")
    if answer == "(2, False)":
        raise CheckError("python3 is another Python, in which the course is not installed", mend)
    if answer != "(2, True)":
        raise CheckError(f"python3 was asked for 1 + 1 and answered {answer}", mend)
    return f"python3 started and computed 1 + 1 in {time.perf_counter() - began:.1f} s"


def course_files():
    """The notebooks and their solutions are there and readable."""
    found = {}
    for kind in ("notebooks", "solutions"):
        paths = sorted((course_root() / kind).glob("[0-9]*/*.ipynb"))
        for path in paths:
            try:
                json.loads(path.read_text(encoding="utf-8"))
            except (OSError, ValueError):
                raise CheckError(f"{kind}/{path.parent.name}/{path.name} is damaged", REINSTALL) from None
        if not paths:
            raise CheckError(f"there are no {kind}", REINSTALL)
        found[kind] = len(paths)
    return ", ".join(f"{count} {kind}" for kind, count in found.items())


def data_files():
    """The data files are what was committed."""
    from genai_course.data.files import LIST_NAME, listed_checksums, verified_path

    try:
        names = list(listed_checksums())
    except (OSError, ValueError):
        names = []
    if not names:
        raise CheckError(f"the list {LIST_NAME} is missing or damaged", REINSTALL)
    damaged = []
    for name in names:
        try:
            verified_path(name)
        except (OSError, ValueError):
            damaged.append(name)
    if damaged:
        raise CheckError(f"missing or damaged: {', '.join(damaged)}", REINSTALL)
    return f"{', '.join(names)}, as published"


def language_model():
    """The language model that some lessons use, which may be missing, is undamaged."""
    from genai_course import pretrained

    [(name, title)] = pretrained.TITLES.items()
    if not pretrained.path(name).exists():
        return f"{title} is not here; genai-course get {name} fetches it ({pretrained.MEGABYTES[name]} MB), some lessons show it"
    if not pretrained.is_whole(name):
        raise CheckError(f"{title} is damaged", f"Get it again: genai-course get {name}")
    return f"{title} is here"


def training():
    """Keras trains a small model on TensorFlow."""
    # Without compiled files TensorFlow takes 20 seconds to import instead of 3.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    try:
        ended = subprocess.run(
            [sys.executable, "-c", TRAIN],
            env=environment | {"TF_CPP_MIN_LOG_LEVEL": "3"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=TRAINING_SECONDS,
        )
    except subprocess.TimeoutExpired:
        mend = "Close other programs and try again: this machine is very busy, or too slow for the course."
        raise CheckError(f"no training step within {TRAINING_SECONDS} seconds", mend) from None
    if not 0 <= ended.returncode < 256:  # a signal; on Windows an exception's large number
        mend = "TensorFlow needs a processor with AVX (since 2011) and 1 GB of free memory: use another machine."
        raise CheckError(f"TensorFlow was stopped by the system (status {ended.returncode})", mend)
    lines = (ended.stderr if ended.returncode else ended.stdout).strip().splitlines()
    if ended.returncode or not lines:
        raise CheckError(lines[-1] if lines else f"ended with status {ended.returncode}", REINSTALL)
    return lines[-1]


def jupyterlab():
    """JupyterLab's page is there, and the extension that draws sliders."""
    from jupyter_core.paths import jupyter_path
    from jupyterlab.commands import get_app_dir

    if not (Path(get_app_dir()) / "static" / "index.html").is_file():
        raise CheckError("JupyterLab's page is missing", REINSTALL)
    for folder in jupyter_path("labextensions"):
        with suppress(OSError, ValueError, KeyError):
            described = json.loads((Path(folder) / WIDGET_EXTENSION / "package.json").read_text(encoding="utf-8"))
            return f"with its extension for sliders, {WIDGET_EXTENSION} {described['version']}"
    mend = f'Install the extension: "{sys.executable}" -m pip install --force-reinstall --no-deps jupyterlab_widgets'
    raise CheckError(f"{WIDGET_EXTENSION}, which draws the sliders, is missing", mend)


CHECKS = {
    "Python": python_version,
    "Packages": packages,
    "Memory": memory,
    "Disk": disk,
    "Course home": home,
    "Course files": course_files,
    "Data": data_files,
    "Language model": language_model,
    "JupyterLab": jupyterlab,
    "Kernel": kernel,
    "Training": training,
}


def examine():
    """Run every check, print its line, and return the exit code: 0 if all is well, 1 if not."""
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="replace")  # a terminal that knows no ✓ shows a question mark
    click.echo("Examining this machine; loading TensorFlow takes a few seconds …")
    failures = sum(not _passes(name, check) for name, check in CHECKS.items())
    if failures:
        click.echo(f"{failures} of {len(CHECKS)} checks failed: mend from the top, then run genai-course doctor again.")
        return 1
    click.echo(f"All is well. Your workshop code: {workshop_code()}")
    return 0


def _passes(name, check):
    """Run one check and print its line, with the mend below it if it fails."""
    try:
        found = check()
    except CheckError as error:
        found, mend = error.found, error.mend
    except (Exception, SystemExit) as error:  # a package that fails to import can raise anything
        lines = str(error).strip().splitlines()
        found, mend = ": ".join([type(error).__name__, *lines[:1]]), REINSTALL
    else:
        click.echo(f"{click.style('OK', fg='green')}   ✓ {name}: {found}")
        return True
    click.echo(f"{click.style('FAIL', fg='red')} ✗ {name}: {found}\n       {mend}")
    return False


def workshop_code():
    """Six characters that a teacher can ask for before a workshop.

    The same on every machine on which all checks of this version of the course pass, so a teacher runs
    ``genai-course doctor`` once and compares. It shows a machine that is not ready; it does not stop anyone who copies it.
    """
    return hashlib.sha256("\n".join([__version__, *CHECKS]).encode()).hexdigest()[:6].upper()


def _gigabytes(size):
    return f"{size / 1e9:.1f} GB"
