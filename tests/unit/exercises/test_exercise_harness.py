"""The harness must notice what is wrong with an exercise, a check or a lesson."""

import dataclasses
import re

import numpy as np
import pytest
from rich.console import Console

from genai_course.exercises import Mistake, registry
from genai_course_tools.authoring import harness
from genai_course_tools.authoring.broken_edits import definition_problems
from genai_course_tools.authoring.lesson import read_lesson

LESSON = '''\
# %%
import numpy as np

from genai_course import check

FACTOR = 1.0

# %% tags=["exercise"] id="sample-row_mean" points=2
def row_mean(rows, scale):
    """One number a row."""
    ### BEGIN SOLUTION
    return FACTOR * scale * np.mean(rows, axis=1)
    ### END SOLUTION

# %% tags=["check"]
row_mean = check("sample-row_mean", row_mean)

# %% tags=["exercise"] id="sample-shape" points=1 solution="(4, 2)"
shape = ...

# %% tags=["exercise"] id="sample-small_error" points=1 solution="12"
size = ...

# %% tags=["exercise", "make"] id="sample-make" points=4
def my_own():
    ### BEGIN SOLUTION
    return 1
    ### END SOLUTION
'''
ALTERNATIVES = """\
ALTERNATIVES = {"row_mean": [lambda rows, scale: scale * rows.mean(1), lambda rows, scale: [scale * r.mean() for r in rows]]}
"""
EXERCISES = """\
from genai_course.exercises import Function

def total(a):
    return a + 3

EXERCISES = [
    Function("total", reference=total, cases=lambda rng: [(1,)], hints=("1", "2", "3"), passed="Fine.", mistakes={
        "+ 3 →": "one",
        "+ 1 → + 2": "two",
    })
]
"""


@pytest.fixture
def lesson(tmp_path):
    file = tmp_path / "02_models" / "09_sample" / "lesson.py"
    file.parent.mkdir(parents=True)
    file.write_text(LESSON, encoding="utf-8")
    file.with_name("alternatives.py").write_text(ALTERNATIVES, encoding="utf-8")
    return file


@pytest.fixture
def examine(lesson, monkeypatch):
    """``examine("row_mean", mistakes=[])`` is the row of an exercise whose definition was changed so."""

    def run(name, **changes):
        definition = registry.find("exercise", f"sample-{name}")
        changed = dataclasses.replace(definition, **changes)
        monkeypatch.setattr(harness, "find", lambda *_: changed)
        return harness.examine(lesson, f"sample-{name}")

    return run


def test_sharp_checks_have_no_problems(examine):
    for name in ("row_mean", "shape"):
        row = examine(name)
        assert row.problems == []
        assert row.score == 1
    assert (examine("row_mean").made, examine("row_mean").excused) == (7, 1)


def test_the_report_lists_every_exercise_but_the_open_task(lesson):
    rows = {row.exercise_id: row for row in harness.report([lesson])}
    assert list(rows)[:3] == ["sample-row_mean", "sample-shape", "sample-small_error"]
    assert "sample-make" not in rows
    assert rows["sample-summary"].problems == ["The lesson has 0 exercises of this id."]
    console = Console(record=True, width=120)
    console.print(harness.table(rows.values()))
    assert "✓ sample-row_mean" in console.export_text()


def test_an_exercise_without_definition_is_a_problem(lesson):
    lesson.write_text(LESSON.replace("sample-shape", "sample-shap"), encoding="utf-8")
    row = harness.examine(lesson, "sample-shap")
    assert "No exercise is called 'sample-shap'. Did you mean" in row.problems[0]


def average(rows, scale):
    return scale * rows.mean()


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"hints": ("a", "a", "b")}, "three different hints"),
        ({"hints": ("a", "b")}, "three different hints"),
        ({"passed": ""}, "says nothing"),
        ({"mistakes": [Mistake(average, "same"), Mistake(np.sum, "same")]}, "have the same hint"),
        (
            {"mistakes": [Mistake(lambda rows, scale: rows.mean(1) * scale, "not wrong")]},
            "“not wrong…” is answered: passed",
        ),
        ({"mistakes": [Mistake(average, "one"), Mistake(average, "two")]}, "“two…” is answered: failed, one"),
        ({"excused": {}}, "`axis=1` → `axis=-1`"),
        ({"excused": {"`a` → `b`": "why"}}, "It excuses `a` → `b`, but no mutant"),
        ({"excused": {"`axis=1` → `axis=-1`": ""}}, "without a reason"),
        ({"reference": lambda rows, scale: rows.mean(1)}, "The lesson's solution does not pass"),
        ({"reference": lambda rows, scale: rows.mean(1)}, "Alternative 2 does not pass"),
        ({"cases": lambda rng: [(np.ones((2, 3)), 1.0)]}, "Its score is"),
        ({"tolerance": 10.0}, "Its score is"),
        ({"traced": True}, "does not pass: failed, Right on arrays"),
    ],
)
def test_what_is_wrong_with_a_definition_is_found(examine, changes, problem):
    assert any(problem in each for each in examine("row_mean", **changes).problems)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("return FACTOR *", "return 2 * FACTOR *", "solution does not pass"),
        ("np.mean", "np.men", "solution does not pass: failed, AttributeError"),
        ("    ### BEGIN", "    return 1\n    ### BEGIN", "The untouched exercise is answered: failed"),
        ("scale *", "scale +* ", "cannot be run: SyntaxError"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_lesson_is_found(lesson, examine, old, new, problem):
    lesson.write_text(LESSON.replace(old, new), encoding="utf-8")
    assert any(problem in each for each in examine("row_mean").problems)


def test_alternatives_are_asked_for(lesson, examine):
    lesson.with_name("alternatives.py").write_text("ALTERNATIVES = {}", encoding="utf-8")
    assert examine("row_mean").problems == ["It has 0 alternatives; list 2 other correct ways to write it."]


def test_an_experiment_is_judged_by_its_results(examine):
    row = examine("small_error")
    assert row.problems == []
    assert row.rejected == row.made > 10
    assert "error = 0" in examine("small_error", targets=[
        dataclasses.replace(registry.find("exercise", "sample-small_error").targets[0], at_least=None)
    ]).problems[-1]  # fmt: skip


def test_a_value_with_a_wrong_solution_in_its_header(lesson, examine):
    lesson.write_text(LESSON.replace('solution="(4, 2)"', 'solution="(4, 3)"'), encoding="utf-8")
    assert "The lesson's solution does not pass" in examine("shape").problems[0]
    lesson.write_text(LESSON.replace(' solution="(4, 2)"', ""), encoding="utf-8")
    assert 'no solution="…"' in examine("shape").problems[0]


def test_an_edit_that_no_longer_applies_is_a_problem_with_file_and_line(examine):
    mistakes = {"scale * → ": "The scale is missing.", "np.median → np.mean": "That is the mean."}
    (problem,) = examine("row_mean", mistakes=mistakes).problems
    assert re.match(r".*exercises\.py:\d+: row_mean: The edit “np.median → np.mean” no longer applies", problem)


def test_edits_change_the_reference_written_out_which_must_be_right(examine):
    def written_out(rows, scale):
        total = np.sum(rows, axis=1)
        return scale * total / rows.shape[1]

    mistakes = {"/ rows.shape[1] →": "That is the sum."}
    assert examine("row_mean", mistakes=mistakes, written_out=written_out).problems == []
    wrong = examine("row_mean", mistakes={}, written_out=lambda rows, scale: rows)
    assert any(problem.startswith("The reference written out does not pass: failed") for problem in wrong.problems)


def test_what_is_wrong_beside_a_lesson_is_told_with_file_and_line(lesson):
    read = read_lesson(lesson)
    exercises, quiz = lesson.with_name("exercises.py"), lesson.with_name("quiz.md")
    exercises.write_text(EXERCISES, encoding="utf-8")
    quiz.write_text("Why?\n- a — b\n- c — d\n", encoding="utf-8")
    edit, question = definition_problems(read)
    assert edit.startswith(f"{exercises}:9: total: The edit “+ 1 → + 2” no longer applies")
    assert question.startswith(f"{quiz}:1: The question has 0 right options")
