"""Whether a stored solution's outputs still belong to the course's code: a hash of the definitions that a lesson reaches."""

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
