"""A course of a few lines, for tests of what a lesson reaches: its files and a lesson's."""

FILES = {
    "__init__.py": (
        "PUBLIC_NAMES = {'session': 'setup', 'exercises': 'check', 'display': 'show_source', '': 'models data'}\n"
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
    "models/__init__.py": "PUBLIC_NAMES = {'autoencoder': 'Autoencoder', 'flow': 'Flow'}\n",
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


def change(package, name, *changes):
    text = (package / name).read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    (package / name).write_text(text)
