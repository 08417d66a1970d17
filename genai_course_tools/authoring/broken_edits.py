"""Finds what is wrong beside a lesson's text: edits of a reference that can no longer be made, a quiz that cannot be read."""

import ast
import traceback
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


def reading_problem(file):
    """Why a file of exercises cannot be imported, as "file:line: sentence"; None if it can, or is missing."""
    try:
        if file.is_file():
            load_exercises(file)
    except Exception as error:
        places = [error.lineno] if isinstance(error, SyntaxError) else []
        frames = traceback.extract_tb(error.__traceback__)
        places += [frame.lineno for frame in reversed(frames) if frame.filename == str(file)]
        return f"{file}:{places[0] if places else 1}: it cannot be imported: {type(error).__name__}: {error}"
    return None


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
