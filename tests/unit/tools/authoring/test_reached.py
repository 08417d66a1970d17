"""What a lesson reaches of the course, definition by definition: what changes its hash and what leaves it alone."""

import pytest

from genai_course_tools.authoring import imports
from genai_course_tools.authoring.freshness import definitions_hash
from genai_course_tools.authoring.lesson import Lesson

FILES = {
    "__init__.py": (
        "PUBLIC_NAMES = {'setup': 'session', 'check': 'exercises', 'show_source': 'display', 'models': None, 'data': None}\n"
    ),
    "session.py": (
        "'''Docstring.'''\nimport os\nfrom genai_course.settings import configure\n\n"
        "def setup(profile):\n  '''Doc.'''\n  from genai_course import plots\n  configure()\n  return _helper(plots.style)\n\n"
        "def _helper(value, unused=3):\n  return value + LIMIT\n\n"
        "def another():\n  return 1\n\n"
        "LIMIT = 3\nOTHER = 4\n"
    ),
    "settings.py": "import warnings\nwarnings.filterwarnings('ignore')\n\ndef configure(): ...\n",
    "plots.py": "style = 'plain'\ncolour = 'red'\n",
    "display.py": "def show_source(thing): ...\n",
    "exercises/__init__.py": "from genai_course.exercises.engine import check\n",
    "exercises/engine.py": "def check(): ...\n",
    "evaluation/__init__.py": "",
    "evaluation/distance.py": (
        "def nearest(x):\n  return far(x)\ndef far(x):\n  return nearest(x - 1) if x else 0\ndef third(): ...\n"
    ),
    "models/__init__.py": "PUBLIC_NAMES = {'Autoencoder': 'autoencoder', 'Flow': 'flow'}\n",
    "models/autoencoder.py": (
        "from . import layers\nfrom ..shared import *\n\n"
        "class Autoencoder(layers.Base):\n"
        "  '''Doc.'''\n"
        "  def encode(self, x, rate=shared):  # the code\n    layers = 3\n    return [rate * y + layers for y in x]\n"
        "  def decode(self, x):\n    return x\n"
    ),
    "models/layers.py": "class Base:\n  def call(self): ...\nclass Unused: ...\n",
    "models/flow.py": "class Flow: ...\n",
    "shared.py": "shared = 1\nextra = 2\n",
    "data/__init__.py": "from genai_course.data import files\nfrom .digits import digits\n",
    "data/digits.py": "def digits():\n  return 1\ndef split(): ...\n",
    "data/files.py": "folder = 'x'\n",
    "zoo.py": (
        "RECIPES = {}\n\ndef recipe(function):\n  RECIPES[function.__name__] = function\n  return function\n\n"
        "@recipe\ndef vae():\n  from genai_course.models import Autoencoder\n  return Autoencoder()\n\n"
        "@recipe\ndef flow():\n  from genai_course.models import Flow\n  return Flow()\n\n"
        "def load(name):\n  from genai_course import models\n  for each in models.__all__:\n    getattr(models, each)\n"
        "  return RECIPES[name]()\n"
    ),
}
LESSON = """# %%
from genai_course import check, models, setup
import genai_course.data as pictures

setup("smoke")
model = models.Autoencoder()
model.fit(pictures.digits())
check(model)
"""
EXERCISES = "reference = 'genai_course.evaluation.distance:nearest'\n"


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
    """A function: code -> the lesson with this code."""
    path = tmp_path / "lessons/01_data/01_small/lesson.py"
    path.parent.mkdir(parents=True)
    path.with_name("exercises.py").write_text(EXERCISES)
    return lambda more="", code=LESSON: Lesson(path, code + more)


def _change(package, name, *changes):
    text = (package / name).read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    (package / name).write_text(text)


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("session.py", "plots.style", "plots.style + ''"),  # a lazy public name
        ("session.py", "LIMIT = 3", "LIMIT = 5"),  # a constant behind a helper
        ("session.py", "unused=3", "unused=4"),
        ("session.py", "value + LIMIT", "value + OTHER"),
        ("plots.py", "plain", "fancy"),  # imported inside a function
        ("settings.py", "'ignore'", "'error'"),  # done when the module is imported
        ("lessons/01_data/01_small/exercises.py", "reference", "the_reference"),  # the lesson's own checks
        ("evaluation/distance.py", "x - 1", "x - 2"),  # named in a text of the checks; two that call each other
        ("models/autoencoder.py", "layers = 3", "layers = 4"),  # an attribute of a package
        ("models/autoencoder.py", "return x\n", "return -x\n"),
        ("models/autoencoder.py", "class Autoencoder", "class AutoEncoder"),  # Keras names layers by it
        ("models/layers.py", "call(self)", "call(self, x)"),  # a base class, by a relative import
        ("shared.py", "shared = 1", "shared = 2"),  # from … import *, a default value
        ("data/digits.py", "1", "2"),  # import … as …, and a package that has it from elsewhere
    ],
)
def test_a_change_in_what_it_reaches_changes_the_hash(package, lesson, file, old, new):
    before = definitions_hash(lesson())
    _change(package, file, (old, new))
    assert definitions_hash(lesson()) != before


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("session.py", "return 1", "return 2"),  # another function of the same module
        ("session.py", "OTHER = 4", "OTHER = 5"),
        ("session.py", "_helper", "_a_better_name"),  # renamed in both places
        ("session.py", "LIMIT", "LARGEST"),
        ("evaluation/distance.py", "far", "farther"),
        ("evaluation/distance.py", "def third(): ...", "def fourth(): ..."),
        ("exercises/engine.py", "check()", "check(answer)"),  # what checks print is compared in every run
        ("models/flow.py", "Flow: ...", "Flow:\n  x = 2"),
        ("models/layers.py", "Unused", "StillUnused"),
        ("plots.py", "red", "blue"),
        ("shared.py", "extra = 2", "extra = 3"),
        ("zoo.py", "Flow()", "Flow(2)"),
        ("session.py", "Docstring.", "Another docstring."),
        ("session.py", "'Doc.'", "'Another.'"),
        ("session.py", "import os\n", "import os  # a comment\n\n"),
        ("__init__.py", "PUBLIC_NAMES = {", "PUBLIC_NAMES = {'other': None, "),
        ("models/__init__.py", "PUBLIC_NAMES = {", "PUBLIC_NAMES = {'Diffusion': 'diffusion', "),
        ("data/__init__.py", "digits import digits", "digits import digits\nfrom .faces import faces"),
    ],
)
def test_what_it_does_not_reach_and_what_a_thing_is_called_leave_the_hash_alone(package, lesson, file, old, new):
    before = definitions_hash(lesson())
    _change(package, file, (old, new))
    assert definitions_hash(lesson()) == before


def test_a_helper_may_move_to_another_module(package, lesson):
    before = definitions_hash(lesson())
    helper = "def _helper(value, unused=3):\n  return value + LIMIT\n\n"
    _change(
        package, "session.py", (helper, ""), ("LIMIT = 3\n", ""), ("import os", "import os\nfrom .help import _helper")
    )
    (package / "help.py").write_text(f"LIMIT = 3\n{helper}")
    assert definitions_hash(lesson()) == before
    (package / "help.py").write_text(f"LIMIT = 4\n{helper}")
    assert definitions_hash(lesson()) != before


def test_what_judges_answers_may_move(package, lesson):
    before = definitions_hash(lesson())
    (package / "exercises/engine.py").rename(package / "exercises/judging.py")
    _change(package, "exercises/__init__.py", ("engine", "judging"))
    assert definitions_hash(lesson()) == before


ZOO = "from genai_course import zoo\n"


@pytest.mark.parametrize(
    ("code", "reaches_vae", "reaches_flow"),
    [
        ("zoo.load('vae')", True, False),
        ("zoo.load('flow')", False, True),
        ("zoo.load(name)", True, True),  # a registry that is asked for anything counts whole
        ("zoo.RECIPES", True, True),
        ("print(zoo)", True, True),
        ("", False, False),
    ],
)
def test_a_registry_counts_by_the_names_that_are_asked_for(package, lesson, code, reaches_vae, reaches_flow):
    def hashed():
        return definitions_hash(lesson(code=f"# %%\n{ZOO}name = 'flow'\n{code}\n"))

    before = hashed()
    _change(package, "models/autoencoder.py", ("return x\n", "return -x\n"))
    assert (hashed() != before) == reaches_vae
    before = hashed()
    _change(package, "models/flow.py", ("Flow: ...", "Flow:\n  x = 2"))
    assert (hashed() != before) == reaches_flow
    before = hashed()
    _change(package, "zoo.py", ("@recipe\ndef flow", "@recipe\ndef glow"))
    assert (hashed() != before) == reaches_flow  # the name is the key


@pytest.mark.parametrize(
    "code",
    [
        "from genai_course import plots\nprint(plots)",
        "from genai_course import plots\nplots.missing",
        "from genai_course.plots import missing\nmissing()",
        "from genai_course.plots import named\nnamed('colour')",
        "print('genai_course.plots')",  # such as python -m
    ],
)
def test_what_cannot_be_resolved_counts_whole(package, lesson, code):
    _change(package, "plots.py", ("style", "def named(x):\n  return globals()[x]\nstyle"))
    before = definitions_hash(lesson(code=f"# %%\n{code}\n"))
    _change(package, "plots.py", ("red", "blue"))
    assert definitions_hash(lesson(code=f"# %%\n{code}\n")) != before


SHOWN = "from genai_course import show_source\n"


@pytest.mark.parametrize(
    ("shown", "encode", "decode", "layers"),
    [
        ("show_source(models.Autoencoder.encode)", True, False, False),
        ("show_source(models.Autoencoder)", True, True, False),
        ("show_source(model)", True, True, True),  # whatever that is: all that the lesson reaches counts as text
        ("show_source(models.Autoencoder.call)", True, True, True),  # inherited
    ],
)
def test_what_a_lesson_shows_counts_with_comments_and_docstrings(package, lesson, shown, encode, decode, layers):
    changes = [
        ("models/autoencoder.py", "# the code", "# the code, by a comment", encode),
        ("models/autoencoder.py", "def decode(self, x):", "def decode(self, x):  # back", decode),
        ("models/layers.py", "class Base:", "class Base:  # of all layers", layers),
        ("models/flow.py", "class Flow:", "class Flow:  # of numbers", False),
    ]
    for file, old, new, counts in changes:
        before = definitions_hash(lesson(SHOWN + shown))
        _change(package, file, (old, new))
        assert (definitions_hash(lesson(SHOWN + shown)) != before) == counts, new


def test_a_quiz_in_markdown_counts(package, lesson):
    before = definitions_hash(lesson())
    (package / "lessons/01_data/01_small/quiz.md").write_text("- * yes - because")
    assert definitions_hash(lesson()) != before


def test_of_the_real_course_a_digit_costs_the_lessons_that_reach_it():
    """The zoo's recipes, the labs and the classes behind lazy names are found in the package as it is."""
    hashed = {name: definitions_hash(_code(code)) for name, code in REAL.items()}
    assert len(set(hashed.values())) == len(REAL)


REAL = {
    "vae": "from genai_course import zoo\nzoo.load('vae_digits')",
    "gan": "from genai_course import zoo\nzoo.load('gan_glyphs')",
    "lab": "from genai_course.labs.overfitting import OverfittingLab\nOverfittingLab()",
    "model": "from genai_course import models\nmodels.NormalizingFlow",
}


class _code:  # noqa: N801
    """A lesson of which only the code is known."""

    def __init__(self, code):
        self.code = code

    @property
    def folder(self):
        return imports.PACKAGE / "no such folder"

    @property
    def exercises_path(self):
        return self.folder / "exercises.py"
