"""Which modules a lesson rests on, and when its hash changes."""

import ast

import pytest

from genai_course.authoring import imports
from genai_course.authoring.imports import dump, modules_hash, reachable
from genai_course.authoring.lesson import Lesson

FILES = {
    "__init__.py": "PUBLIC_NAMES = {'setup': 'session', 'check': 'exercises', 'models': None, 'data': None}\n",
    "session.py": "'''Docstring.'''\nimport os\ndef setup():\n  from genai_course import plots\n  return plots.style\n",
    "plots.py": "style = 'plain'\n",
    "unused.py": "x = 1\n",
    "exercises/__init__.py": "from genai_course.exercises.engine import check\n",
    "exercises/engine.py": "def check(): ...\n",
    "exercises/lessons/__init__.py": "",
    "exercises/lessons/small.py": "reference = 'genai_course.evaluation.distance:nearest'\n",
    "evaluation/__init__.py": "",
    "evaluation/distance.py": "def nearest(): ...\n",
    "models/__init__.py": "PUBLIC_NAMES = {'Autoencoder': 'autoencoder', 'Flow': 'flow'}\n",
    "models/autoencoder.py": "from . import layers\n",
    "models/layers.py": "from ..shared import *\n",
    "models/flow.py": "x = 1\n",
    "shared.py": "x = 1\n",
    "data/__init__.py": "from .digits import digits\n",
    "data/digits.py": "digits = 1\n",
}
LESSON = """# %%
from genai_course import check, models, setup
import genai_course.data as pictures

model = models.Autoencoder()
"""


@pytest.fixture
def package(tmp_path, monkeypatch):
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    monkeypatch.setattr(imports, "PACKAGE", tmp_path)
    return tmp_path


@pytest.fixture
def lesson(tmp_path):
    return Lesson(tmp_path / "01_data/01_small.py", LESSON)


def _change(package, name, old, new):
    text = (package / name).read_text()
    assert old in text
    (package / name).write_text(text.replace(old, new))


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("session.py", "plots.style", "plots.style + ''"),  # a lazy public name
        ("plots.py", "plain", "fancy"),  # imported inside a function
        ("exercises/engine.py", "check()", "check(answer)"),  # through the package that re-exports it
        ("exercises/lessons/small.py", "reference", "the_reference"),  # the lesson's own checks
        ("evaluation/distance.py", "nearest()", "nearest(a)"),  # named in a string of the checks
        ("models/autoencoder.py", "layers", "layers as parts"),  # an attribute of a package
        ("shared.py", "x = 1", "x = 2"),  # relative imports, two steps on
        ("data/digits.py", "1", "2"),  # import … as …
    ],
)
def test_a_change_in_an_imported_module_changes_the_hash(package, lesson, file, old, new):
    before = modules_hash(lesson)
    _change(package, file, old, new)
    assert modules_hash(lesson) != before


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("unused.py", "x = 1", "x = 2"),
        ("models/flow.py", "x = 1", "x = 2"),
        ("session.py", "Docstring.", "Another docstring."),
        ("session.py", "import os\n", "import os  # a comment\n\n"),
        ("__init__.py", "PUBLIC_NAMES = {", "PUBLIC_NAMES = {'other': None, "),
    ],
)
def test_what_the_lesson_does_not_rest_on_leaves_the_hash_alone(package, lesson, file, old, new):
    before = modules_hash(lesson)
    _change(package, file, old, new)
    assert modules_hash(lesson) == before


def test_a_lesson_that_shows_source_code_depends_on_comments_too(package, tmp_path):
    shows = Lesson(tmp_path / "01_data/01_small.py", LESSON + "show_source(model)\n")
    before = modules_hash(shows)
    _change(package, "models/autoencoder.py", "layers", "layers  # with a comment")
    assert modules_hash(shows) != before


def test_the_real_packages_lazy_names_resolve():
    found = reachable(["genai_course.session", "genai_course.models.autoencoder"])
    assert {"genai_course.session", "genai_course.plots", "genai_course.models"} <= found
    assert "genai_course" not in found


def test_dump_keeps_values_and_drops_only_docstrings():
    code = "def f(a, b=2):\n    '''Doc.'''\n    return a - b\n"
    assert dump(ast.parse(code)) == dump(ast.parse(code.replace("Doc.", "Other")))
    assert dump(ast.parse(code)) != dump(ast.parse(code.replace("b=2", "b=3")))
    assert dump(ast.parse(code)) != dump(ast.parse(code.replace("a - b", "a + b")))
    assert "type_params" not in dump(ast.parse(code))  # Python 3.12 has it, 3.11 has not
