"""Each rule for lessons refuses a lesson that breaks it, with the line and the mend."""

from pathlib import Path

import pytest

from genai_course_tools.authoring import lint as lint_module
from genai_course_tools.authoring.lesson import Lesson
from genai_course_tools.authoring.lint import exercise_names, lint

TINY = (Path(__file__).parents[3] / "lessons/tiny_lesson.py").read_text(encoding="utf-8")
KNOWN = {
    "EXERCISES": {"tiny-average", "tiny-length", "tiny-shape"},
    "PREDICTIONS": {"tiny-guess"},
}
LENGTH_HEADER = '# %% tags=["exercise"] id="tiny-length" points=1 solution="4"\n'


@pytest.fixture(autouse=True)
def known_exercises(monkeypatch, tmp_path):
    monkeypatch.setattr(lint_module, "exercise_names", lambda lesson, kind="EXERCISES": KNOWN[kind])
    monkeypatch.chdir(tmp_path)


def _problems(text, path="lessons/01_data/01_tiny/lesson.py", parts=lint_module.PARTS):
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    for part in parts:
        Path(path).with_name(part).touch()
    return lint(Lesson(Path(path), text))


def test_the_tiny_lesson_is_without_fault():
    assert _problems(TINY) == []


# (what is replaced, by what, the line that is named: that of this text, what the message says)
BROKEN = {
    "header": (LENGTH_HEADER, '# %% tags=["exercise" id="tiny-length"\n', '"exercise" id=', "cannot be read near"),
    "unknown key": ('# %% tags=["check"]\nlength', '# %% tags=["check"] poinst=1\nlength', "poinst", "has 'poinst'"),
    "unknown tag": ('["exercise"] id="tiny-l', '["excercise"] id="tiny-l', "excercise", "unknown tag 'excercise'"),
    "tags not a list": ('tags=["parameters"]', 'tags="parameters"', 'tags="param', "tags must be a list"),
    "id without exercise": (
        "# %% [markdown]\n# **Scale",
        '# %% [markdown] id="x"\n# **Scale',
        'id="x"',
        "belong to exer",
    ),
    "not Python": ("length = ...", "length = = ...", "length = = ...", "is not Python"),
    "long cell": ("quiz = predict\n", "quiz = predict\n" + "quiz\n" * 20, "def claim", "at most 20: split it"),
    "wide line": (
        "quiz = predict\n",
        "quiz = predict  # " + "-" * 90 + "\n",
        "quiz = predict  #",
        "at most 100: a notebook's",
    ),
    "outside a function": (
        "my_guess = ...  # between 0 and 1",
        "### BEGIN SOLUTION\nmy_guess = 1\n### END SOLUTION",
        "### BEGIN SOLUTION\nmy_guess",
        "outside an exercise",
    ),
    "top level": (
        '# %% tags=["exercise"] id="tiny-length" points=1 solution="4"\nlength = ...',
        '# %% tags=["exercise"] id="tiny-length" points=1\n### BEGIN SOLUTION\nlength = 4\n### END SOLUTION\n#',
        "### BEGIN SOLUTION\nlength",
        "outside a function stops Run All",
    ),
    "unbalanced": ("    ### END SOLUTION\n", "", "### BEGIN SOLUTION", "unbalanced solution markers"),
    "nested": ("    return sum", "    ### BEGIN SOLUTION\n    return sum", "### BEGIN SOLUTION", "unbalanced"),
    "no blank": ("shape = ...", "shape = 1", "shape = 1", "0 times 'name = ...'"),
    "two blanks": ("shape = ...", "shape = ...\nother = ...", "shape = ...\nother", "2 times"),
    "no solution": (' points=1 solution="4"', " points=1", "length = ...", "the exercise has no solution"),
    "nothing open": (
        "    ### BEGIN SOLUTION\n    return sum(numbers) / len(numbers)\n    ### END SOLUTION",
        "    return 3",
        "def average",
        "nothing is left open",
    ),
    "solution not in quotes": ('solution="4"', "solution=4", "solution=4", 'write it in quotes, solution="12"'),
    "no check cell": (
        '# %% tags=["check"]\nlength = check("tiny-length", length)\n',
        "",
        LENGTH_HEADER,
        "'tiny-length' has no check cells",
    ),
    "two check cells": (
        'length = check("tiny-length", length)\n',
        'length = check("tiny-length", length)\n\n# %% tags=["check"]\ncheck("tiny-length", length)\n',
        LENGTH_HEADER,
        "has 2 check cells",
    ),
    "prediction unchecked": (
        '# %% tags=["check"]\npredict("tiny-guess", my_guess)',
        '# %%\npredict("tiny-guess", my_guess)',
        'solution="0.5"',
        "an exercise without check cell",
    ),
    "points without id": (' id="tiny-length"', "", 'points=1 solution="4"', 'has no id: add id="tiny-…"'),
    "no points": (" points=2", "", 'id="tiny-average"', "points=None: give a number above 0"),
    "task without id": (
        'tags=["exercise"] solution="0.5"',
        'tags=["exercise", "make"]',
        '"make"',
        "needs an id and points",
    ),
    "unknown id": ("tiny-length", "tiny-size", 'id="tiny-size"', "unknown exercise id 'tiny-size'"),
    "unknown hint": ('claim("One', 'hint("tiny-size")\nclaim("One', 'hint("tiny-size")', "unknown exercise id"),
    "unknown prediction": ("tiny-guess", "tiny-bet", 'predict("tiny-bet"', "unknown prediction id 'tiny-bet'"),
    "unknown quiz": ('quiz("tiny"', 'quiz("small"', 'quiz("small"', "called like the lesson, 'tiny'"),
    "other prefix": ("tiny-length", "small-length", 'id="small-length"', "must begin with the lesson's name: 'tiny-…'"),
    "odd id": ('id="tiny-length"', 'id="tiny length"', 'id="tiny length"', "use letters, digits, - and _ only"),
    "duplicate id": ('id="tiny-shape"', 'id="tiny-length"', 'solution="(2, 3)"', "is used 2 times"),
    "title": ("# # How do you average a list?", "# # Averages", "# # Averages", "must be a title that asks a question"),
    "objectives": ("**You will**", "**Contents**", None, "the card with the objectives is missing"),
    "parameters": (' tags=["parameters"]', "", None, "the parameters cell is missing"),
    "profile": ('PROFILE = "laptop"', 'PROFILE = "smoke"', 'PROFILE = "smoke"', "does not set PROFILE"),
    "prediction": ("predict(", "bet(", None, "lacks a prediction"),
    "quiz": ("quiz(", "ask(", None, "lacks a quiz"),
    "explorer": ("widgets.explore", "nothing", None, "lacks an explorer"),
    "claims": ('claim("The list', 'print("The list', None, "at least three claims"),
    "instructor": (' tags=["instructor"]', "", None, "lacks instructor cells"),
    "scale up": ("Scale up", "Further", None, "lacks a 'Scale up' section"),
    "hints": ("hint(", "help(", None, "lacks a word about hints"),
    "exercises": (' id="tiny-shape" points=1', "", None, "it has 2, at least 3"),
    "filler": ("Average more numbers", "Simply average more", "Simply average", "filler word 'Simply'"),
    "long prose": ("A throwaway lesson", "word " * 130 + "\n#", "# # How do", "at most 120: cut it or split it"),
    "unknown number": (
        "Average more numbers",
        "Average {{ more:.2f }} numbers",
        "Average {{ more",
        "nothing records 'more' in the solution's run: add record('more', …)",
    ),
    "literal braces": ("Average more", "Average {{}} more", "Average {{}}", "literal braces with a space between"),
    "marker in a string": (
        'print("the numbers',
        'print("""\n# %% x""")\nprint("the numbers',
        None,
        "write none inside a string",
    ),
    "text before the first cell": (
        "# %% [markdown]\n# # How",
        "# A comment\n\n# %% [markdown]\n# # How",
        None,
        "begin the file",
    ),
}


@pytest.mark.parametrize("rule", BROKEN)
def test_a_broken_lesson_is_refused_with_line_and_mend(rule):
    old, new, where, message = BROKEN[rule]
    assert old in TINY
    text = TINY.replace(old, new)
    line = 1 if where is None else text[: text.index(where)].count("\n") + 1
    found = [(problem.line, problem.message) for problem in _problems(text)]
    assert any(message in said for _, said in found), found
    assert (line, True) in [(number, message in said) for number, said in found], (line, found)


def test_all_problems_are_said_at_once():
    text = TINY.replace("tiny-length", "tiny-size").replace("Average more", "Just average more")
    assert {"unknown", "filler"} <= {problem.message.split()[0] for problem in _problems(text)}


def test_instructor_cells_may_be_long():
    assert _problems(TINY.replace("# A minute.", "# A minute. " + "word " * 300)) == []


def test_formulas_code_and_links_are_not_words():
    dense = "$a + b + c$ `x y z` $$\\sum_i x_i y_i$$ [a link](with/a-very-long-target) " * 30
    assert _problems(TINY.replace("A throwaway lesson", dense)) == []


def test_the_welcome_needs_two_exercises():
    text = (
        TINY.replace("tiny-", "welcome-")
        .replace('quiz("tiny"', 'quiz("welcome"')
        .replace(' id="welcome-shape" points=1', "")
    )
    messages = [problem.message for problem in _problems(text, "lessons/00_start_here/01_welcome/lesson.py")]
    assert not [message for message in messages if "checked exercises" in message]


@pytest.mark.parametrize("name", ["tiny", "1_tiny", "01-tiny", "01_Tiny"])
def test_a_file_with_another_kind_of_name_is_refused(name):
    assert any(
        "call it like 03_autoencoders." in problem.message
        for problem in _problems(TINY, f"lessons/01_data/{name}/lesson.py")
    )


def test_an_open_task_does_not_count_as_a_checked_exercise():
    text = TINY.replace(' id="tiny-shape" points=1', "")
    assert "tiny-make" in text
    assert any("it has 2, at least 3" in problem.message for problem in _problems(text))


@pytest.mark.parametrize("missing", lint_module.PARTS)
def test_a_lesson_without_one_of_its_files_is_refused(monkeypatch, missing):
    monkeypatch.setattr(lint_module, "exercise_names", exercise_names)
    parts = [part for part in lint_module.PARTS if part != missing]
    [found] = [problem for problem in _problems(TINY, parts=parts) if "does not exist" in problem.message]
    assert found.line == 1
    assert f"01_tiny/{missing} does not exist: {lint_module.PARTS[missing]} (genai-course new" in found.message
