"""A clone made on Windows: Git would change the ends of all lines there, and every byte that the course compares."""

import os
import shutil
import subprocess
from pathlib import Path

from provoked import genai_course, impossible

ROOT = Path(__file__).parents[2]
SETTINGS = "[core]\n\tautocrlf = true\n[safe]\n\tdirectory = *\n"


def test_a_clone_with_autocrlf_is_as_fresh_as_this_one(tmp_path):
    if not shutil.which("git") or not (ROOT / ".git").exists():
        impossible("This is no clone, or there is no Git.")
    (tmp_path / "settings").write_text(SETTINGS)
    environment = os.environ | {"GIT_CONFIG_GLOBAL": str(tmp_path / "settings"), "GIT_CONFIG_NOSYSTEM": "1"}

    def git(*words):
        return subprocess.run(["git", *words], env=environment, check=True, capture_output=True, text=True).stdout

    clone = tmp_path / "clone"
    git("clone", "--quiet", str(ROOT), str(clone))
    ends = [line.split()[:2] for line in git("-C", str(clone), "ls-files", "--eol").splitlines()]
    assert {working for _, working in ends} == {"w/lf", "w/-text"}  # -text: pictures and weights
    checked = genai_course(clone, "build", "--check")
    assert checked.returncode == 0, checked.stdout + checked.stderr
