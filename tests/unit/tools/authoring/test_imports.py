"""Which modules some code imports."""

import ast

import pytest

from genai_course_tools.authoring import imports

FILES = {
    "__init__.py": "PUBLIC_NAMES = {'session': 'setup', 'exercises': 'check', '': 'models data'}\n",
    "session.py": "'''Docstring.'''\nimport os\ndef setup():\n  from genai_course import plots\n  return plots.style\n",
    "plots.py": "style = 'plain'\n",
    "unused.py": "x = 1\n",
    "exercises/__init__.py": "from genai_course.exercises.engine import check\n",
    "exercises/engine.py": "def check(): ...\n",
    "lessons/01_data/01_small/exercises.py": "reference = 'genai_course.evaluation.distance:nearest'\n",
    "evaluation/__init__.py": "",
    "evaluation/distance.py": "def nearest(): ...\n",
    "models/__init__.py": "PUBLIC_NAMES = {'autoencoder': 'Autoencoder', 'flow': 'Flow'}\n",
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


def found(code, package=""):
    names = set(imports.imported(ast.parse(code), package))
    return {name.removeprefix("genai_course.") for name in names} - {"genai_course"}


def test_modules_are_found_through_lazy_names_functions_texts_and_relative_imports(package):
    assert found(LESSON) == {
        "data",
        "data.digits",
        "exercises",
        "models",
        "models.autoencoder",
        "session",
    }
    assert found("reference = 'genai_course.evaluation.distance:nearest'") == {"evaluation.distance"}
    assert found(FILES["models/autoencoder.py"], "genai_course.models") == {"models", "models.layers"}
    assert found(FILES["models/layers.py"], "genai_course.models") == {"shared"}
    assert found(FILES["session.py"]) == {"os", "plots"}  # inside a function, too


def test_the_real_packages_names_resolve():
    names = found(
        "from genai_course import data, evaluation, setup\ndata.glyphs(); evaluation.evaluate_images(); setup()"
    )
    assert {"session", "data.glyphs", "evaluation.image_metrics"} <= names
    assert "data.faces" not in names


@pytest.mark.parametrize("file", sorted(imports.PACKAGE.rglob("__init__.py")), ids=lambda file: file.parent.name)
def test_a_package_says_only_where_names_are(file):
    """What stands in an ``__init__`` would be in no hash."""
    defined = [
        node.name for node in ast.parse(file.read_text()).body if isinstance(node, ast.FunctionDef | ast.ClassDef)
    ]
    assert set(defined) <= {"__getattr__", "__dir__"}
