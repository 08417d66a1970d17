"""What a lesson must have before it is built. Every rule yields problems: the line, what is wrong and the mend."""

import ast
import re
from collections import Counter
from dataclasses import dataclass

from genai_course.exercises.registry import load_exercises
from genai_course_tools.authoring.find import lesson_prefix
from genai_course_tools.authoring.measured import number_problems
from genai_course_tools.authoring.prose import prose_problems
from genai_course_tools.authoring.solution_regions import region_problems, value_problems

LONGEST_CODE_CELL = 20  # lines, the two markers of a solution not counted
WIDEST_CODE_LINE = 100
HEADER_KEYS = ("tags", "id", "points", "solution")
TAGS = (
    "parameters",
    "exercise",
    "make",
    "check",
    "instructor",
    "nbval-ignore-output",
    "nbval-check-output",
    "nbval-skip",
)
# What lies beside a lesson's text, and what stands there.
PARTS = {
    "exercises.py": "define the lesson's EXERCISES there",
    "quiz.md": "write the quiz there",
    "alternatives.py": "write two other right answers to each function there",
}
# The welcome takes a quarter of an hour and has no open task.
FEWEST_EXERCISES = {"welcome": 2}


@dataclass(frozen=True, order=True)
class Problem:
    """Something to mend in a lesson."""

    line: int
    message: str


def lint(lesson):
    """All problems of a lesson, in the order of its lines; [] for a lesson that can be built."""
    headers = enumerate(lesson.text.splitlines(), 1)
    if lists := [line for line, text in headers if re.match(r"# %%.*\btags\s*=\s*(?!\[|\s)", text)]:
        return [Problem(line, 'tags must be a list: write tags=["check"].') for line in lists]
    try:
        cells = lesson.cells
    except ValueError as error:
        return [Problem(1, f"the file {error}.")]
    rules = (
        _folder,
        _headers,
        _code,
        region_problems,
        value_problems,
        _exercise_ids,
        _checks,
        _whole_lesson,
        number_problems,
        prose_problems,
    )
    return sorted(Problem(line, message) for rule in rules for line, message in rule(lesson, cells))


def _folder(lesson, cells):
    for part, mend in PARTS.items():
        if not (lesson.folder / part).is_file():
            yield (
                1,
                f"{lesson.folder.name}/{part} does not exist: {mend} (genai-course new writes a lesson with all its files).",
            )


def _headers(lesson, cells):
    for cell in cells:
        header = cell.line - 1
        if "incorrectly_encoded_metadata" in cell.options:
            text = cell.options["incorrectly_encoded_metadata"]
            yield (
                header,
                f'the cell header cannot be read near {text!r}: write it like # %% tags=["check"].',
            )
            continue
        for key in sorted(set(cell.options) - set(HEADER_KEYS)):
            yield header, f"the cell header has {key!r}, which means nothing here: use {', '.join(HEADER_KEYS)}."
        for tag in sorted(set(cell.tags) - set(TAGS)):
            yield header, f"unknown tag {tag!r}: use {', '.join(TAGS)}."
        if "exercise" not in cell.tags and {"id", "points", "solution"} & set(cell.options):
            yield header, 'id, points and solution belong to exercises: add tags=["exercise"] or remove them.'


def _code(lesson, cells):
    for cell in cells:
        if cell.kind != "code":
            continue
        lines = [
            line for line in cell.source.strip().splitlines() if not re.match(r"\s*### (BEGIN|END) SOLUTION", line)
        ]
        if len(lines) > LONGEST_CODE_CELL and "instructor" not in cell.tags:
            yield (
                cell.line,
                f"a code cell of {len(lines)} lines, at most {LONGEST_CODE_CELL}: split it, one idea in each.",
            )
        for index, line in enumerate(cell.source.splitlines()):
            if len(line) > WIDEST_CODE_LINE:
                yield (
                    cell.line + index,
                    f"a code line of {len(line)} characters, at most {WIDEST_CODE_LINE}: a notebook's cell scrolls sideways.",
                )
        for source, which in (
            (cell.solved_source, "code"),
            (cell.open_source, "learner's code, with the solution taken out,"),
        ):
            try:
                ast.parse(source)
            except SyntaxError as error:
                yield cell.line + (error.lineno or 1) - 1, f"the {which} is not Python: {error.msg}."
                break


def _exercise_ids(lesson, cells):
    module = f"{lesson.folder.name}/exercises.py"
    known = exercise_names(lesson)
    named = [(cell.line - 1, cell.exercise_id) for cell in cells if cell.exercise_id]
    for line, exercise in named:
        if not re.fullmatch(r"[A-Za-z0-9_-]+", str(exercise)):
            yield line, f"exercise id {exercise!r}: use letters, digits, - and _ only."
        elif not exercise.startswith(f"{lesson.prefix}-"):
            yield line, f"exercise id {exercise!r} must begin with the lesson's name: '{lesson.prefix}-…'."
    for exercise, times in Counter(exercise for _, exercise in named).items():
        if times > 1:
            line = [line for line, other in named if other == exercise][1]
            yield line, f"exercise id {exercise!r} is used {times} times: give each exercise its own."
    if known is None:  # reported by _folder
        return
    judged = [(cell.line - 1, cell.exercise_id) for cell in cells if cell.exercise_id and "make" not in cell.tags]
    exercises = (*judged, *_calls(cells, "check|hint"))
    predictions = _calls(cells, "predict")
    kinds = (("exercise", exercises, known), ("prediction", predictions, exercise_names(lesson, "PREDICTIONS")))
    for kind, used, defined in kinds:
        for name, line in {name: line for line, name in reversed(used)}.items():
            if name not in defined:
                yield line, f"unknown {kind} id {name!r}: {module} defines {', '.join(sorted(defined)) or 'none'}."
    for line, name in _calls(cells, "quiz"):
        if name != lesson.prefix:
            yield line, f"unknown quiz {name!r}: the quiz is called like the lesson, {lesson.prefix!r}."


def _calls(cells, functions):
    """Every (line, first argument) of calls such as ``check("welcome-average", …)`` in the code."""
    call = re.compile(rf"(?<![\w.])(?:{functions})\(\s*[\"']([^\"']+)[\"']")
    return [(cell.line, argument) for cell in cells if cell.kind == "code" for argument in call.findall(cell.source)]


def exercise_names(lesson, kind="EXERCISES"):
    """Ids of the exercises (or "PREDICTIONS") defined for a lesson, or None if the lesson has no file of checks."""
    if not lesson.exercises_path.is_file():
        return None
    return {f"{lesson.prefix}-{item.name}" for item in getattr(load_exercises(lesson.exercises_path), kind, [])}


def _checks(lesson, cells):
    checked = Counter(exercise for cell in cells for exercise in cell.checks)
    code = [cell for cell in cells if cell.kind == "code"]
    for cell, following in zip(code, [*code[1:], None], strict=True):
        if "exercise" not in cell.tags:
            if "make" in cell.tags:
                yield cell.line - 1, 'an open task is an exercise too: write tags=["exercise", "make"].'
            continue
        header, points = cell.line - 1, cell.options.get("points")
        if cell.exercise_id is None and points is not None:
            yield header, f'an exercise with points has no id: add id="{lesson.prefix}-…".'
        if cell.exercise_id and (isinstance(points, bool) or not isinstance(points, int | float) or points <= 0):
            yield header, f"exercise {cell.exercise_id!r} has points={points!r}: give a number above 0."
        if "make" in cell.tags:  # a teacher judges it
            if cell.exercise_id is None:
                yield header, f'an open task needs an id and points: add id="{lesson.prefix}-make" points=4.'
            continue
        if cell.exercise_id and checked[cell.exercise_id] != 1:
            yield (
                header,
                f"exercise {cell.exercise_id!r} has {checked[cell.exercise_id] or 'no'} check cells: "
                f'add one, tags=["check"], with check("{cell.exercise_id}", …).',
            )
        if cell.exercise_id is None and not (following and "check" in following.tags):
            yield (
                header,
                'an exercise without check cell: add a cell with tags=["check"] below it (check, predict or quiz).',
            )


def _whole_lesson(lesson, cells):
    code = "\n".join(cell.source for cell in cells if cell.kind == "code")
    prose = [cell for cell in cells if cell.kind == "markdown"]
    parameters = [cell for cell in cells if "parameters" in cell.tags]
    exercises = sum(bool(cell.exercise_id) and "make" not in cell.tags for cell in cells)
    fewest = FEWEST_EXERCISES.get(lesson.prefix, 3)

    title = cells[0].source.splitlines()[0] if cells and cells[0].kind == "markdown" and cells[0].source else ""
    if not (title.startswith("# ") and title.endswith("?")):
        line = cells[0].line if cells else 1
        yield (
            line,
            f"the first line, {title!r}, must be a title that asks a question: '# How few numbers can draw a digit?'.",
        )
    if not re.fullmatch(r"\d\d_[a-z][a-z0-9_]*", lesson.folder.name) or not lesson_prefix(lesson.name):
        yield 1, f"the folder is called {lesson.folder.name}: call it like 03_autoencoders."
    if not any("You will" in cell.source for cell in prose[:3]):
        yield (
            1,
            "the card with the objectives is missing: a table row '**You will** | compare … · choose …'.",
        )
    if not parameters:
        yield 1, 'the parameters cell is missing: add tags=["parameters"] with PROFILE = "laptop" and SEED = 0.'
    for cell in parameters:
        for name, value in (("PROFILE", '"laptop"'), ("SEED", r"\d+")):
            if not re.search(rf"^{name} = {value}", cell.source, re.MULTILINE):
                yield (
                    cell.line,
                    f"the parameters cell does not set {name}: write {name} = {value if name == 'PROFILE' else 0}.",
                )
    needed = {
        "a prediction: predict(…) before the first big result": "predict(" in code,
        "a quiz: quiz(…) near the end": "quiz(" in code,
        "an explorer: widgets.explore(…)": re.search(r"\bexplore\w*\(|widgets\.", code),
        "at least three claims: claim(…) for what the text promises": len(re.findall(r"(?<!def )\bclaim\(", code)) >= 3,
        'instructor cells: tags=["instructor"]': any("instructor" in cell.tags for cell in cells),
        "a 'Scale up' section": any("cale up" in cell.source for cell in prose),
        "a word about hints: hint(…)": "hint(" in code or any("hint(" in cell.source for cell in prose),
        f"checked exercises: it has {exercises}, at least {fewest}": exercises >= fewest,
    }
    for what, there in needed.items():
        if not there:
            yield 1, f"the lesson lacks {what}."
