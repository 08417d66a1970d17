"""Usual mistakes as edits of the reference's text: what is replaced, and what is refused."""

import functools
import re

import numpy as np
import pytest

from genai_course.exercises import Experiment, Function, Mistake, Target
from genai_course.exercises.edits import EditError, edited
from genai_course.exercises.judge import judge
from genai_course_tools.authoring.broken_edits import broken_edits

FACTOR = 10


def distance(a, b, *, power=2):
    """Root of a + b, as a - b says."""
    # a + b is not here
    difference = np.abs(
        a - b  # a + b
    )
    return FACTOR * np.sum(difference**power) ** 0.5 + 0


def nothing(a):
    a.sort()


def ends_early(a):
    def inner():
        return 1

    if a < 0:
        return -a
    return inner() + a


def scaled_by(factor):
    def scaled(a):
        return factor * a

    return scaled


def doubled(function):
    @functools.wraps(function)
    def double(a):
        return 2 * function(a)

    return double


@doubled
def twice(a):
    return a + 1


def test_an_edit_changes_the_text_and_nothing_else():
    changed = edited(distance, "difference**power → difference")
    assert changed(1.0, 5.0) == 20
    assert distance(1.0, 5.0) == 40
    assert (changed.__globals__, changed.__kwdefaults__) == (distance.__globals__, {"power": 2})
    assert changed(1.0, 5.0, power=3) == 20


@pytest.mark.parametrize(
    ("edit", "result"),
    [
        ("FACTOR * →", 4),  # deleted
        ("np.abs( a-b ) → a - b", 40),  # over line breaks and a comment, with other spaces
        ("np.abs(a - b) → …/2", 20),  # what was there
        ("0.5 + 0 → 0.5 + 1", 41),  # the 0 of 0.5 is another number
        ("return → np.square(a - b)", 16),
        ("return → -…", -40),
        (("FACTOR → 1", "difference**power → difference"), 2),
        ("return FACTOR → difference = 1; return FACTOR", 10),
    ],
)
def test_what_an_edit_can_say(edit, result):
    assert edited(distance, edit)(1.0, 5.0) == pytest.approx(result)


def test_the_last_return_is_that_of_the_function_itself():
    assert edited(ends_early, "return → 7")(1) == 7
    assert edited(ends_early, "return → 7")(-3) == 3
    assert edited(ends_early, "return 1 → return 2")(1) == 3


def test_a_closure_and_a_decorated_function_can_be_edited():
    assert edited(scaled_by(3), "factor * → factor +")(4) == 7
    assert edited(twice, "a + 1 → a")(1) == 1  # without its decorator


@pytest.mark.parametrize(
    ("function", "edit", "sentence"),
    [
        (distance, "a + b → a", "no longer applies: the reference holds no “a + b”. Copy the text from it."),
        (distance, "power=2 → power=3", "no longer applies"),  # the signature is not edited
        (distance, "difference → a", "applies 2 times: “difference” stands in the reference's lines 4 and 7. Lengthen"),
        (distance, "a - b", "is no edit: write “what stands there → what is written instead”"),
        (distance, "a → b → c", "is no edit"),
        (distance, 3, "3 is no edit"),
        (distance, (), "is no edit"),
        (distance, "→ a", "names nothing to replace"),
        (distance, "a - b → a - ", "“a - b → a - ” leaves no valid Python"),
        (nothing, "return → 1", "the reference returns nothing"),
        (lambda a: a, "a → b", "has no text to edit: write it as a `def`"),
        (len, "a → b", "The reference 'len' has no text to edit"),
    ],
)
def test_what_is_refused(function, edit, sentence):
    with pytest.raises(EditError, match=re.escape(sentence)):
        edited(function, edit)


def test_mistakes_come_as_a_dictionary_as_tuples_or_as_they_are(exercise):
    hints = exercise("row_mean").hints
    common = {"hints": hints, "passed": "Fine."}
    cases = lambda rng: [(rng.normal(size=3), rng.normal(size=3))]  # noqa: E731
    wrong = lambda a, b: 0.0  # noqa: E731
    edit = ("np.abs(a - b) → a", "FACTOR → 1")
    by_name = Function(
        "d", reference=distance, cases=cases, mistakes={"FACTOR * →": "one", edit: "two", wrong: "three"}, **common
    )
    assert by_name.mistakes == [Mistake("FACTOR * →", "one"), Mistake(edit, "two"), Mistake(wrong, "three")]
    assert [judge(by_name, function).lines for _, function in by_name.wrong_functions()] == [
        ("one",),
        ("two",),
        ("three",),
    ]
    tests = [(wrong, "one", {"error": 3}), Mistake(wrong, "two", example={"error": 4})]
    experiment = Experiment("e", reference=1, targets=[Target("error", "…", 0, 1)], mistakes=tests, **common)
    assert experiment.mistakes == [Mistake(wrong, "one", {"error": 3}), Mistake(wrong, "two", {"error": 4})]


def test_a_broken_edit_is_told_with_its_line_and_not_to_a_learner(tmp_path, exercise):
    file = tmp_path / "exercises.py"
    file.write_text(
        '"gone → x"\nFunction(\n    "d",\n    mistakes={\n        "FACTOR * →": "one",\n        "gone → x": "two",\n    },\n)\n'
    )
    definition = Function(
        "d",
        reference=distance,
        cases=lambda rng: [(rng.normal(size=3), rng.normal(size=3))],
        mistakes={"gone → x": "two", "FACTOR * →": "one"},
        hints=exercise("row_mean").hints,
        passed="Fine.",
    )
    assert list(broken_edits(file, [definition, exercise("shape")])) == [
        (6, "d: The edit “gone → x” no longer applies: the reference holds no “gone”. Copy the text from it.")
    ]
    assert judge(definition, lambda a, b: np.sum((a - b) ** 2) ** 0.5).lines == ("one",)
    assert judge(definition, distance).passed
