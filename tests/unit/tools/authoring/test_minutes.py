"""How long a lesson takes."""

from pathlib import Path

import pytest

from genai_course_tools.authoring.lesson import Lesson
from genai_course_tools.authoring.minutes import minutes, whole_seconds


def _minutes(text):
    return tuple(minutes(Lesson(Path("lessons/01_data/01_tiny/lesson.py"), text)).values())


def test_minutes_are_counted_in_what_a_learner_reads():
    prose = "# %% [markdown]\n# " + "word " * 1_000 + "\n"  # 5 minutes
    code = "# %%\n" + "x = 1\n\n" * 150  # 10 minutes
    exercises = "".join(f'# %% tags=["exercise"] id="tiny-{k}" points=1 solution="1"\na = ...\n' for k in range(5))
    assert _minutes(prose + code) == (15, 5)
    assert _minutes(prose + code + exercises) == (15, 30)
    assert _minutes(prose + code + prose.replace("[markdown]", '[markdown] tags=["instructor"]')) == (15, 5)
    solution = "### BEGIN SOLUTION\n" + "    x = 1\n" * 300 + "    ### END SOLUTION"
    exercise = f'# %% tags=["exercise"] id="tiny-a" points=1\ndef f():\n    {solution}\n'
    assert _minutes(prose + exercise) == (5, 5)


@pytest.mark.parametrize(
    ("measured", "before", "said"),
    [
        (0.2, None, 5),
        (20.0, None, 20),
        (20.1, None, 25),
        (20.1, 20, 20),
        (24.9, 30, 30),
        (19, 30, 20),
        (36, 30, 40),
        (44, 40, 40),
    ],
)
def test_seconds_are_rounded_up_and_do_not_flap(measured, before, said):
    assert whole_seconds(measured, before) == said
