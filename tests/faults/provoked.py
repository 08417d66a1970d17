"""Commands that end in a fault, and what is asked of such an end."""

import os
import re
import subprocess
import sys

import pytest

AWKWARD = "Übung {1} d'été"  # a space, accents, braces and an apostrophe


def impossible(reason):
    """Skip a test that this machine does not allow; fail where ``CI`` is set, or nobody would notice."""
    pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)


def fill(folder, leave=0):
    """Fill the disk of a folder, but for ``leave`` bytes."""
    space = os.statvfs(folder)
    (folder / "filler").write_bytes(bytes(space.f_bavail * space.f_frsize - leave))


def genai_course(root, *arguments, cwd=None, **variables):
    """Run the command of the course in ``root``; its exit code and what it printed."""
    unwanted = ("PYTHONDONTWRITEBYTECODE", "GENAI_COURSE_STRICT", "NBGRADER_EXECUTION")
    environment = {name: value for name, value in os.environ.items() if name not in unwanted}
    environment |= {"PYTHONPATH": str(root), "COLUMNS": "400", **{name: str(each) for name, each in variables.items()}}
    command = [sys.executable, "-m", "genai_course_tools.cli", *map(str, arguments)]
    return subprocess.run(command, cwd=cwd or root, env=environment, capture_output=True, text=True, timeout=900)


def refusal(ended, code):
    """The one sentence with which a command ended, without the usage lines above it."""
    assert ended.returncode == code, ended.stdout + ended.stderr
    said = ended.stdout + ended.stderr
    assert "Traceback" not in said
    assert not re.search(r"genai_course/|site-packages", said), said
    assert said.count("Error: ") == 1
    sentence = " ".join(said.partition("Error: ")[2].split())
    assert sentence.endswith(".")
    return sentence
