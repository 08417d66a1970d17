"""pyproject.toml, constraints.txt and environment.yml agree: every way of installing gives the same versions."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
RANGES = [
    Requirement(text)
    for text in [
        *PROJECT["dependencies"],
        *(text for extra in PROJECT["optional-dependencies"].values() for text in extra),
    ]
]


def _pins():
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    return [Requirement(line) for line in lines if line and not line.startswith("#")]


@pytest.mark.parametrize("required", RANGES, ids=lambda required: required.name)
def test_each_dependency_has_an_upper_bound_and_a_pin_within_its_range(required):
    assert any(bound.operator == "<" for bound in required.specifier), "a wheel ignores constraints.txt"
    [pin] = [pin for pin in _pins() if canonicalize_name(pin.name) == canonicalize_name(required.name)]
    [version] = pin.specifier
    assert version.operator == "=="
    assert required.specifier.contains(version.version)


def test_every_constraint_is_one_exact_version():
    for pin in _pins():
        assert re.fullmatch(r"==[\w.]+", str(pin.specifier)), pin
    keys = [(canonicalize_name(pin.name), str(pin.marker)) for pin in _pins()]
    assert len(keys) == len(set(keys))


def test_both_builds_of_tensorflow_have_the_same_version():
    versions = {pin.name: str(pin.specifier) for pin in _pins() if pin.name.startswith("tensorflow")}
    assert set(versions) == {"tensorflow", "tensorflow-cpu"}
    assert len(set(versions.values())) == 1


def test_exactly_one_tensorflow_on_every_kind_of_machine():
    machines = [("linux", "x86_64"), ("linux", "aarch64"), ("darwin", "arm64"), ("win32", "AMD64")]
    for system, machine in machines:
        here = {"sys_platform": system, "platform_machine": machine}
        chosen = [item.name for item in RANGES if item.name.startswith("tensorflow") and item.marker.evaluate(here)]
        assert len(chosen) == 1, (system, machine, chosen)
        assert (chosen == ["tensorflow-cpu"]) == ((system, machine) in {("linux", "x86_64"), ("win32", "AMD64")})


def test_conda_installs_the_same():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    python, pip, by_pip = environment["dependencies"]
    assert pip == "pip"
    assert by_pip == {"pip": ["-c constraints.txt", "-e ."]}
    assert SpecifierSet(python.removeprefix("python ")) == SpecifierSet(PROJECT["requires-python"])


def test_the_makefile_accepts_the_same_pythons():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    [(low, high)] = re.findall(r"not \(3, (\d+)\) <= sys.version_info < \(3, (\d+)\)", makefile)
    assert SpecifierSet(f">=3.{low},<3.{high}") == SpecifierSet(PROJECT["requires-python"])
    named = re.findall(r"python3\.(\d+)", makefile.split("in python", 1)[1].split(";")[0])
    offered = {int(minor) for minor in named} | {int(high) - 1}
    assert offered == set(range(int(low), int(high)))
