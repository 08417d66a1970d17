"""The files that other programs read (GitHub, pre-commit, editors) agree with the project."""

import json
import re
import tomllib
from pathlib import Path

import yaml
from packaging.specifiers import SpecifierSet

import genai_course

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def _read(name):
    return (ROOT / name).read_text(encoding="utf-8")


def test_one_version_everywhere():
    assert PROJECT["version"] == genai_course.__version__
    assert yaml.safe_load(_read("CITATION.cff"))["version"] == genai_course.__version__
    assert re.search(r"^## ([\d.]+)", _read("CHANGELOG.md"), re.MULTILINE)[1] == genai_course.__version__


def test_the_workflow_tries_every_python_and_system():
    [job] = yaml.safe_load(_read(".github/workflows/tests.yml"))["jobs"].values()
    offered = SpecifierSet(PROJECT["requires-python"]).filter(f"3.{minor}" for minor in range(30))
    assert job["strategy"]["matrix"]["python"] == list(offered)
    assert {name.split("-")[0] for name in job["strategy"]["matrix"]["os"]} == {"ubuntu", "macos", "windows"}


def test_the_workflow_runs_on_windows_what_make_runs():
    steps = yaml.safe_load(_read(".github/workflows/tests.yml"))["jobs"]["tests"]["steps"]
    windows = "\n".join(step["run"] for step in steps if step.get("if") == "runner.os == 'Windows'")
    [tests] = re.findall(r"\(PYTEST\) (-n .* --times test .*)", _read("Makefile"))
    assert f"-m pytest {tests}" in windows
    for command in ("ruff check", "ruff format --check", "genai-course lab", "-c constraints.txt"):
        assert command in windows


def test_hooks_need_no_network():
    repositories = yaml.safe_load(_read(".pre-commit-config.yaml"))["repos"]
    assert [repository["repo"] for repository in repositories] == ["local"]
    assert {hook["language"] for hook in repositories[0]["hooks"]} == {"system"}


def test_the_development_container_has_a_python_that_fits():
    container = json.loads(_read(".devcontainer/devcontainer.json"))
    name, version = container["image"].split(":")
    assert name == "python"
    assert SpecifierSet(PROJECT["requires-python"]).contains(version)
    assert container["postCreateCommand"].removeprefix("make .venv/") in _read("Makefile")


def test_every_test_belongs_to_make_test_or_make_validate():
    commands = re.findall(r"\(PYTEST\) .* --times \w+ (tests/.*)", _read("Makefile"))
    folders = [folder for command in commands for folder in command.split()]
    holds_tests = {f"tests/{path.relative_to(ROOT / 'tests').parts[0]}" for path in (ROOT / "tests").rglob("test_*.py")}
    assert len(commands) == 2
    assert sorted(folders) == sorted(holds_tests)  # each once
