"""Finds what is wrong beside a lesson's text: edits of a reference that can no longer be made, a quiz that cannot be read."""

import ast
from pathlib import Path

from genai_course.exercises.definitions import Function
from genai_course.exercises.edits import EditError
from genai_course.exercises.quiz_markdown import QuizError, read_quiz
from genai_course.exercises.registry import load_exercises


def definition_problems(lesson):
    """What is wrong with the definitions beside a lesson's text: "file:line: sentence", …"""
    file, quiz, problems = lesson.exercises_path, lesson.folder / "quiz.md", []
    if file.is_file():
        exercises = getattr(load_exercises(file), "EXERCISES", [])
        problems += [f"{file}:{line}: {sentence}" for line, sentence in broken_edits(file, exercises)]
    if quiz.is_file():
        try:
            read_quiz(quiz)
        except QuizError as error:
            problems.append(str(error))
    return problems


def broken_edits(file, exercises):
    """Yield (line, sentence) for every edit in ``file`` that cannot be made. exercises: some of those it defines."""
    for exercise in exercises:
        if not isinstance(exercise, Function):
            continue
        for mistake in exercise.mistakes:
            try:
                exercise.wrong(mistake)
            except EditError as error:
                yield _line(file, exercise.name, mistake.wrong), f"{exercise.name}: {error}"


def _line(file, name, edit):
    """Where the edit is written: the first such text after the exercise's name; or where the exercise begins."""
    tree = ast.parse(Path(file).read_text(encoding="utf-8"))
    texts = [(node.lineno, node.value) for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    begin = min((line for line, text in texts if text == name), default=1)
    first = edit[0] if isinstance(edit, tuple) and edit else edit
    return min((line for line, text in texts if text == first and line >= begin), default=begin)
