"""The house: two packages, arrows one way, no circle, nothing that no lesson needs, no confusable names, small modules."""

import ast
import re
from functools import cache
from graphlib import CycleError, TopologicalSorter
from itertools import groupby
from pathlib import Path
from statistics import median

import pytest

from genai_course_tools.authoring import imports

ROOT = Path(__file__).parents[2]
# From the ground up: a module imports from its own floor and from those below. Folders count with all that is in them.
BASE = "checks display lazy moving_line passes paths plots recording session widgets"
FLOORS = [BASE.split(), ["data"], ["evaluation", "models"], ["training"], ["recipes"], ["latent", "pretrained", "zoo"]]
FLOORS += [["exercises"], ["labs"]]
FLOOR_OF = {name: number for number, names in enumerate(FLOORS) for name in names}
MOST_LINES = {"genai_course": 20_000, "without labs": 15_000, "median": 100}
SAME_NAME_ALLOWED = {"__init__"}


def files(package):
    return sorted((ROOT / package).rglob("*.py"))


def module(file):
    """genai_course/data/digits.py -> genai_course.data.digits; of a package's __init__, the package."""
    return ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


@cache
def named(file):
    """All modules, of whatever package, that a file's import statements name, and those of the course behind names."""
    package = module(file) if file.name == "__init__.py" else module(file).rpartition(".")[0]
    tree = ast.parse(file.read_text(encoding="utf-8"))
    found = set(imports.imported(tree, package))
    for node in ast.walk(tree):  # from benchmarks import report
        if isinstance(node, ast.ImportFrom) and not node.level:
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def lines(file):
    return len(file.read_text(encoding="utf-8").splitlines())


def one_of(names, package):
    """Those of the names that are the package or in it."""
    return [name for name in sorted(names) if f"{name}.".startswith(f"{package}.")]


COURSE = files("genai_course")


def circle(package):
    """A circle of modules that import one another, or None; wherever in a file the import stands."""
    graph = {}
    for file in files(package):
        if file.name != "__init__.py":  # an __init__ only says where names are
            graph[module(file)] = named(file) - {module(file)}
    try:
        TopologicalSorter({name: targets & graph.keys() for name, targets in graph.items()}).prepare()
    except CycleError as error:
        return error.args[1]
    return None


def test_the_course_imports_neither_the_tools_nor_a_lesson():
    others = ("genai_course_tools", "lessons", "tests", "benchmarks")
    wrong = [
        f"{module(file)} imports {name}" for file in COURSE for other in others for name in one_of(named(file), other)
    ]
    assert not wrong


def floor(name):
    """The floor of a module of the course; KeyError for one that has none yet."""
    return FLOOR_OF[name.split(".")[1]]


def test_arrows_point_down():
    wrong = [
        f"{module(file)} imports {name}, which is on a floor above it"
        for file in COURSE
        for name in one_of(named(file) - {"genai_course"}, "genai_course")
        if imports.module_file(name) and module(file) != "genai_course" and floor(name) > floor(module(file))
    ]
    assert not wrong


@pytest.mark.parametrize("package", ["genai_course", "genai_course_tools", "benchmarks"])
def test_there_is_no_circle(package):
    assert circle(package) is None


def test_every_module_of_the_course_is_reached_by_a_lesson():
    reached, waiting = set(), ["genai_course.exercises"]  # every lesson has checks
    for file in (ROOT / "lessons").glob("*/*/*.py"):
        source = file.read_text(encoding="utf-8")
        waiting += imports.imported(ast.parse(source))
        # What a lesson's text sends its readers to: `models.TiedLSTM`
        text = "\n".join(line for line in source.splitlines() if line.startswith("#"))
        # … and what stands in the code to copy: data.pictures_from("photos")
        spans = "\n".join(re.findall(r"(?:`|\b(?=(?:data|evaluation|models|training)\.\w+\())(\w+\.\w+)", text))
        waiting += imports.imported(ast.parse(f"from genai_course import data, evaluation, models, training\n{spans}"))
    while waiting:
        file = imports.module_file(name := waiting.pop())
        if file is None or name in reached:
            continue
        reached.add(name)
        waiting += [name.rpartition(".")[0]]  # its package
        users = one_of(named(file), "genai_course")
        if file.name == "__init__.py" and name not in ("genai_course", "genai_course.exercises"):
            users = [user for user in users if not user.startswith(f"{name}.")]  # it only says where names are
        waiting += users
        waiting += re.findall(r'"(genai_course\.[\w.]+)"', file.read_text(encoding="utf-8"))  # python -m …
    unused = {module(file) for file in COURSE} - reached
    assert not unused, "No lesson needs these; what only tools need belongs to genai_course_tools."


def stem(file):
    """A module's name without the s of a plural."""
    return file.stem.removesuffix("s")


def test_no_two_modules_have_confusable_names():
    both = sorted((file for package in ("genai_course", "genai_course_tools") for file in files(package)), key=stem)
    for name, group in groupby(both, key=stem):
        group = [str(file.relative_to(ROOT)) for file in group]
        assert len(group) == 1 or name in SAME_NAME_ALLOWED, f"A reader confuses {' and '.join(group)}."


def test_the_house_stays_small():
    course = {file: lines(file) for file in COURSE}
    assert sum(course.values()) <= MOST_LINES["genai_course"]
    labs = ROOT / "genai_course" / "labs"
    assert sum(count for file, count in course.items() if labs not in file.parents) <= MOST_LINES["without labs"]
    assert median([*course.values(), *map(lines, files("genai_course_tools"))]) <= MOST_LINES["median"]
