"""``genai-course pack``: one archive that installs the course where there is no network.

    genai-course-0.1.0-linux-x86_64-python3.11/
        START.txt        two commands for each system
        install.py       a copy of install_offline.py
        wheels/          the course and all it needs, for this platform and this Python; pip too
        course/          the rendered course, for reading in a browser
        notebooks/       the learner's notebooks, for reading; the wheel has them as well
        pack.json        what the archive was made for
        pretrained/      the language model, if this machine has it: install.py gives it to the course
        checksums.txt    of every other file: a damaged USB stick is noticed

It is put together in a folder beside the archive, so that the disk that must hold it is the only one that can be full.
"""

import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from contextlib import contextmanager
from email.parser import BytesParser
from importlib.metadata import PackageNotFoundError, distribution, distributions, version
from pathlib import Path

import click
from packaging.specifiers import SpecifierSet
from rich.console import Console
from rich.markup import escape

from genai_course import __version__
from genai_course.paths import atomic_write, course_root
from genai_course_tools.learner import fetch
from genai_course_tools.publish import install_offline
from genai_course_tools.publish.install_offline import CHECKSUMS, LABEL, PRETRAINED, checksum, this_machine

BLOCK = 4096  # bytes that a disk gives out at a time
START = """The genai-course {version}, for {python} on {platform}. No network is needed.

Linux and macOS: open a terminal in this folder and type

    python{number} install.py
    cd ~/genai-course && .venv/bin/genai-course lab

Windows: open PowerShell in this folder and type

    py -{number} install.py
    cd ~/genai-course; .venv/Scripts/genai-course lab

The first line installs the course into the folder genai-course of your home; for another one, write its name after
install.py. The second line opens the course, and next time it is the only one you need. Your work lies in
genai-course/my-course; installing again never touches it.

To read without installing, open course/index.html in a browser.
"""


def write_pack(output=None, console=None):
    """Write the archive for this platform and Python; return its path.

    output: a path that ends in .zip; by default the archive's own name in this folder. console: a rich console.
    The archive is whole or absent, also after Ctrl-C or on a full disk. Raises click.UsageError for another ending,
    without pip, without a network, and where the archive cannot be written.
    """
    output, console = Path(output or f"{pack_name()}.zip").absolute(), console or Console()
    if output.suffix != ".zip":
        raise click.UsageError(f"{output.name} is no name for the archive: let it end in .zip.")
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".genai-course-pack-", dir=output.parent) as folder:
            _fill(Path(folder), console)
            with _step(console, "Archive"), atomic_write(output) as temporary:
                _zip(Path(folder), temporary)
    except OSError as error:
        reason = error.strerror or error
        raise click.UsageError(f"The archive cannot be written to {output.parent} ({reason}).") from None
    console.print(f"{output}: {output.stat().st_size / 1e6:.0f} MB", highlight=False, markup=False, soft_wrap=True)
    return output


def pack_name():
    """``genai-course-0.1.0-linux-x86_64-python3.11``, the archive's name and that of the one folder in it."""
    machine = this_machine()
    return f"genai-course-{__version__}-{machine['platform']}-python{machine['python'].split()[-1]}"


def _fill(folder, console):
    """Put everything that belongs into the archive into ``folder``."""
    with _step(console, "Pages"):
        _write_pages(folder / "course")
    with _step(console, "Packages") as status:
        (folder / "wheels").mkdir()
        collect_wheels(course_root(), folder / "wheels", status)
    shutil.copytree(course_root() / "notebooks", folder / "notebooks")
    for wheel in fetch.kept_wheels():
        (folder / PRETRAINED).mkdir(exist_ok=True)
        shutil.copyfile(wheel, folder / PRETRAINED / wheel.name)
    shutil.copyfile(install_offline.__file__, folder / "install.py")
    label = describe(list((folder / "wheels").glob("*.whl")))
    (folder / LABEL).write_text(json.dumps(label, indent=1) + "\n", encoding="utf-8")
    start = START.format(version=__version__, number=label["python"].split()[-1], **this_machine())
    (folder / "START.txt").write_text(start, encoding="utf-8")
    lines = [f"{checksum(path)}  {path.relative_to(folder).as_posix()}\n" for path in _files(folder)]
    (folder / CHECKSUMS).write_text("".join(lines), encoding="utf-8")


@contextmanager
def _step(console, name):
    """Show what is being done, on a terminal, and afterwards the seconds it took; yield the rich status line."""
    began = time.perf_counter()
    with console.status(f"{name} ...") as status:
        yield status
    console.print(f"{name}: {time.perf_counter() - began:.0f} s", highlight=False)


def _write_pages(folder):
    from genai_course_tools.publish.site import write_site

    write_site(folder)


def collect_wheels(root, folder, status=None):
    """Put wheels of the course in ``root``, of all it needs, and of pip into ``folder``.

    A checkout is built, and constraints.txt says which versions go with it. An installed course is put back into a
    wheel, and goes with what is installed beside it. Raises click.UsageError, with pip's own reason, if pip fails.
    """
    try:
        pip = f"pip=={version('pip')}"
    except PackageNotFoundError:
        raise click.UsageError("This Python has no pip to fetch packages with: python -m ensurepip adds it.") from None
    if (root / "pyproject.toml").exists():
        _pip_wheel([root, pip], root / "constraints.txt", folder, status)
        return
    with tempfile.TemporaryDirectory(dir=folder.parent) as work:
        constraints = Path(work) / "constraints.txt"
        course = wheel_again(distribution("genai-course"), Path(work))
        beside = {item.name: item.version for item in distributions() if item.name and item.name != "genai-course"}
        constraints.write_text("".join(f"{name}=={number}\n" for name, number in beside.items()), encoding="utf-8")
        _pip_wheel([course, pip], constraints, folder, status)


def _pip_wheel(requirements, constraints, folder, status):
    command = [sys.executable, "-m", "pip", "wheel", "--progress-bar", "off", "--retries", "2"]
    command += ["--constraint", constraints, "--wheel-dir", folder, *requirements]
    piped = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "stdin": subprocess.DEVNULL}
    lines = []
    with subprocess.Popen(list(map(str, command)), **piped, encoding="utf-8", errors="replace") as pip:
        try:
            for line in pip.stdout:
                lines.append(line.strip())
                if status and line.startswith("Collecting "):
                    status.update(escape(f"Packages: {line.split()[1]} ..."))
        except KeyboardInterrupt:
            pip.kill()
            raise
    if pip.returncode:
        raise click.UsageError(_reason(lines))


def _reason(lines):
    """Why pip failed, in one sentence."""
    if any("WARNING: Retrying (" in line for line in lines):
        return (
            "The packages cannot be fetched: packing needs a network, so that installing from the archive needs none."
        )
    errors = [line for line in lines if line.lower().startswith("error: ")]
    return f"pip could not collect the packages ({(errors or lines or ['it said nothing'])[-1]})."


def wheel_again(course, folder):
    """Put the files of an installed distribution back into a wheel in ``folder``; return its path."""
    from wheel.wheelfile import WheelFile  # of the ``site`` extra, as Sphinx is

    [information] = {file.parts[0] for file in course.files if file.parts[0].endswith(".dist-info")}
    made_by_pip = {f"{information}/{name}" for name in ("RECORD", "INSTALLER", "REQUESTED", "direct_url.json")}
    path = folder / f"{information.removesuffix('.dist-info')}-py3-none-any.whl"
    with WheelFile(path, "w") as wheel:  # it writes RECORD
        for file in course.files:
            # Outside the packages lie the programs, which pip makes.
            if file.parts[0] != ".." and file.suffix != ".pyc" and str(file) not in made_by_pip:
                wheel.writestr(str(file), file.read_binary())
    return path


def describe(wheels):
    """What these wheels are for, as pack.json says it: Python and platform, the oldest of each, and bytes once installed."""
    size, accepted = 0, []
    for path in wheels:
        with zipfile.ZipFile(path) as wheel:
            size += sum(_on_disk(item) for item in wheel.infolist())
            [metadata] = [name for name in wheel.namelist() if re.fullmatch(r"[^/]+\.dist-info/METADATA", name)]
            accepted.append(SpecifierSet(BytesParser().parsebytes(wheel.read(metadata)).get("Requires-Python", "")))
    candidates = ["{}.{}.{}".format(*sys.version_info[:2], patch) for patch in range(sys.version_info.micro + 1)]
    fitting = [candidate for candidate in candidates if all(bound.contains(candidate) for bound in accepted)]
    oldest = {"oldest_python": fitting[0], "oldest_system": oldest_system([path.name for path in wheels])}
    return {"course": __version__, **this_machine(), **oldest, "bytes": int(1.05 * size)}  # folders and programs too


def _on_disk(item):
    """Bytes that a file of a wheel takes: whole blocks, and a module once more, compiled."""
    return -(-item.file_size // BLOCK) * BLOCK * (1 + item.filename.endswith(".py"))


def oldest_system(names):
    """The oldest glibc or macOS on which all wheels with these file names run, such as "2.28"; "" where any will do."""
    needed = [(0, 0)]
    for name in names:
        for old, new in (("manylinux1_", "manylinux_2_5_"), ("x2010_", "x_2_12_"), ("x2014_", "x_2_17_")):
            name = name.replace(old, new)
        # A name can list several systems: the oldest of them is enough.
        if versions := re.findall(r"(?:manylinux|macosx)_(\d+)_(\d+)_", name):
            needed.append(min((int(major), int(minor)) for major, minor in versions))
    return "{}.{}".format(*max(needed)) if any(max(needed)) else ""


def _zip(folder, path):
    """Write all files in ``folder`` into one zip, below a folder of the archive's name."""
    with zipfile.ZipFile(path, "w", strict_timestamps=False) as archive:
        for file in _files(folder):
            way = zipfile.ZIP_STORED if file.suffix == ".whl" else zipfile.ZIP_DEFLATED  # a wheel is compressed already
            archive.write(file, f"{pack_name()}/{file.relative_to(folder).as_posix()}", way)


def _files(folder):
    return [path for path in sorted(folder.rglob("*")) if path.is_file()]
