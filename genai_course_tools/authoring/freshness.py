"""Whether a stored solution's outputs still belong to the course's code: a hash of the definitions that a lesson reaches.

The solution's metadata keep the hash. Where another run has shown the same outputs, the hash is renewed in place.
"""

from genai_course.paths import atomic_write
from genai_course_tools.authoring.find import SOURCE, lesson_name
from genai_course_tools.authoring.lesson import read_lesson
from genai_course_tools.authoring.notebook import dumps, read_notebook, solution_notebook
from genai_course_tools.authoring.outputs import code_cells
from genai_course_tools.authoring.reached import definitions_digest


def definitions_hash(lesson):
    """Hash of what ``lesson`` reaches of the course, directly or through others, by its code or by what its exercises name.

    The exercises' own file counts whole, and so does the quiz, which the solution shows. Docstrings and comments of the course do
    not count, unless the lesson shows them to the reader. The machinery that judges answers does not count either: what it prints
    is compared whenever a solution runs again.
    """
    quiz = lesson.folder / "quiz.md"
    exercises = lesson.exercises_path.read_text(encoding="utf-8") if lesson.exercises_path.is_file() else ""
    questions = quiz.read_text(encoding="utf-8") if quiz.is_file() else ""
    return definitions_digest([lesson.code, exercises, repr(questions)])


def same_code(stored, solution):
    """Whether ``stored`` was made by executing the code of ``solution``: the same cells of code, each executed."""
    sources = [[cell.source for cell in code_cells(notebook)] for notebook in (stored, solution)]
    return sources[0] == sources[1] and all(cell.execution_count for cell in code_cells(stored) if cell.source.strip())


def outdated(solution, root):
    """The hash that a stored solution ought to have, if only the hash is out of date; else None.

    solution: its path. root: folder of the course. None also for one whose lesson is gone or has other code now: build it.
    """
    path = root / "lessons" / lesson_name(solution) / SOURCE
    if not path.is_file():
        return None
    lesson, stored = read_lesson(path), read_notebook(solution)
    current = definitions_hash(lesson)
    is_current = stored.metadata.get("genai_course", {}).get("definitions") == current
    return None if is_current or not same_code(stored, solution_notebook(lesson)) else current


def renew(solution, current):
    """Write the hash ``current`` into a stored solution; all else in the file stays as it is."""
    stored = read_notebook(solution)
    stored.metadata.setdefault("genai_course", {})["definitions"] = current
    with atomic_write(solution) as temporary:
        temporary.write_text(dumps(stored), encoding="utf-8", newline="\n")
