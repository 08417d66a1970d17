"""Which modules a lesson rests on, and when its hash changes."""

import ast

import pytest

from genai_course import imports
from genai_course.imports import dump, reachable
from genai_course_tools.authoring.freshness import modules_hash
from genai_course_tools.authoring.lesson import Lesson

FILES = {
    "__init__.py": "PUBLIC_NAMES = {'setup': 'session', 'check': 'exercises', 'models': None, 'data': None}\n",
    "session.py": "'''Docstring.'''\nimport os\ndef setup():\n  from genai_course import plots\n  return plots.style\n",
    "plots.py": "style = 'plain'\n",
    "unused.py": "x = 1\n",
    "exercises/__init__.py": "from genai_course.exercises.engine import check\n",
    "exercises/engine.py": "def check(): ...\n",
    "lessons/01_data/01_small/exercises.py": "reference = 'genai_course.evaluation.distance:nearest'\n",
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
model.fit(pictures.digits)
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
    return Lesson(tmp_path / "lessons/01_data/01_small/lesson.py", LESSON)


def _change(package, name, old, new):
    text = (package / name).read_text()
    assert old in text
    (package / name).write_text(text.replace(old, new))


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("session.py", "plots.style", "plots.style + ''"),  # a lazy public name
        ("plots.py", "plain", "fancy"),  # imported inside a function
        ("lessons/01_data/01_small/exercises.py", "reference", "the_reference"),  # the lesson's own checks
        ("evaluation/distance.py", "nearest()", "nearest(a)"),  # named in a string of the checks
        ("models/autoencoder.py", "layers", "layers as parts"),  # an attribute of a package
        ("shared.py", "x = 1", "x = 2"),  # relative imports, two steps on
        ("data/digits.py", "1", "2"),  # import … as …, and a package that re-exports it
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
        ("exercises/engine.py", "check()", "check(answer)"),  # what checks print is compared in every run
        ("models/flow.py", "x = 1", "x = 2"),
        ("session.py", "Docstring.", "Another docstring."),
        ("session.py", "import os\n", "import os  # a comment\n\n"),
        ("__init__.py", "PUBLIC_NAMES = {", "PUBLIC_NAMES = {'other': None, "),
        ("models/__init__.py", "PUBLIC_NAMES = {", "PUBLIC_NAMES = {'Diffusion': 'diffusion', "),
        ("data/__init__.py", "digits import digits", "digits import digits\nfrom .faces import faces"),
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


def test_the_real_packages_names_resolve():
    code = "from genai_course import data, evaluation, setup\ndata.glyphs(); evaluation.evaluate_images(); setup()"
    found = reachable(imports.imported(ast.parse(code)))
    assert {"genai_course.session", "genai_course.data.glyphs", "genai_course.evaluation.image_metrics"} <= found
    assert "genai_course.data.faces" not in found


@pytest.mark.parametrize("file", sorted(imports.PACKAGE.rglob("__init__.py")), ids=lambda file: file.parent.name)
def test_a_package_says_only_where_names_are(file):
    """What stands in an ``__init__`` would be in no hash."""
    defined = [
        node.name for node in ast.parse(file.read_text()).body if isinstance(node, ast.FunctionDef | ast.ClassDef)
    ]
    assert set(defined) <= {"__getattr__", "__dir__"}


def test_dump_keeps_values_and_drops_only_docstrings():
    code = "def f(a, b=2):\n    '''Doc.'''\n    return a - b\n"
    assert dump(ast.parse(code)) == dump(ast.parse(code.replace("Doc.", "Other")))
    assert dump(ast.parse(code)) != dump(ast.parse(code.replace("b=2", "b=3")))
    assert dump(ast.parse(code)) != dump(ast.parse(code.replace("a - b", "a + b")))
    assert "type_params" not in dump(ast.parse(code))  # Python 3.12 has it, 3.11 has not
