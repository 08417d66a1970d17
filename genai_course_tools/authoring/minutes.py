"""How long a lesson takes: minutes counted in its text, seconds measured when its solution was executed."""

import math

from genai_course_tools.authoring.prose import words_of

WORDS_A_MINUTE = 200
CODE_LINES_A_MINUTE = 15
MINUTES_AN_EXERCISE = 6
STEP = 5  # minutes and seconds are said in fives: more would be pretence


def minutes(lesson):
    """``reading_minutes`` and ``exercise_minutes`` of the learner's notebook, the open task among the exercises."""
    cells = [cell for cell in lesson.cells if "instructor" not in cell.tags]
    words = sum(words_of(cell.source) for cell in cells if cell.kind == "markdown")
    lines = sum(bool(line.strip()) for cell in cells if cell.kind == "code" for line in cell.open_source.splitlines())
    exercises = sum(bool(cell.exercise_id) for cell in cells)
    return {
        "reading_minutes": _nearest(words / WORDS_A_MINUTE + lines / CODE_LINES_A_MINUTE),
        "exercise_minutes": _nearest(MINUTES_AN_EXERCISE * exercises),
    }


def _nearest(number):
    return max(STEP, STEP * round(number / STEP))


def whole_seconds(measured, before=None):
    """Seconds of computing, rounded up to fives; what was said ``before`` stays if it is only one step away.

    Otherwise a number near a step would change with every build, and the text with it.
    """
    rounded = max(STEP, STEP * math.ceil(measured / STEP))
    return before if before is not None and abs(rounded - before) <= STEP else rounded
