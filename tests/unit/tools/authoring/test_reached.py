"""What a lesson reaches of the course, definition by definition: what changes its hash and what leaves it alone."""

import pytest
from small_course import change

from genai_course_tools.authoring import imports
from genai_course_tools.authoring.freshness import definitions_hash


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
    change(package, file, (old, new))
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
        ("__init__.py", "PUBLIC_NAMES = {", "PUBLIC_NAMES = {'other': 'other', "),
        ("models/__init__.py", "PUBLIC_NAMES = {", "PUBLIC_NAMES = {'diffusion': 'Diffusion', "),
        ("data/__init__.py", "digits import digits", "digits import digits\nfrom .faces import faces"),
    ],
)
def test_what_it_does_not_reach_and_what_a_thing_is_called_leave_the_hash_alone(package, lesson, file, old, new):
    before = definitions_hash(lesson())
    change(package, file, (old, new))
    assert definitions_hash(lesson()) == before


def test_a_helper_may_move_to_another_module(package, lesson):
    before = definitions_hash(lesson())
    helper = "def _helper(value, unused=3):\n  return value + LIMIT\n\n"
    change(
        package, "session.py", (helper, ""), ("LIMIT = 3\n", ""), ("import os", "import os\nfrom .help import _helper")
    )
    (package / "help.py").write_text(f"LIMIT = 3\n{helper}")
    assert definitions_hash(lesson()) == before
    (package / "help.py").write_text(f"LIMIT = 4\n{helper}")
    assert definitions_hash(lesson()) != before


def test_what_judges_answers_may_move(package, lesson):
    before = definitions_hash(lesson())
    (package / "exercises/engine.py").rename(package / "exercises/judging.py")
    change(package, "exercises/__init__.py", ("engine", "judging"))
    assert definitions_hash(lesson()) == before


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
    change(package, "plots.py", ("style", "def named(x):\n  return globals()[x]\nstyle"))
    before = definitions_hash(lesson(code=f"# %%\n{code}\n"))
    change(package, "plots.py", ("red", "blue"))
    assert definitions_hash(lesson(code=f"# %%\n{code}\n")) != before


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
