"""Rules for what a lesson's exercises leave open: the regions and values that only the solution shows."""

import ast
import re

from genai_course_tools.authoring.lesson import OPEN_VALUE, SOLUTION


def region_problems(lesson, cells):
    """Solution regions that are not closed, or without which the learner's notebook would stop, as (line, message)."""
    for cell in cells:
        lines = cell.source.splitlines()
        marks = [
            (index, match[1])
            for index, line in enumerate(lines)
            if (match := re.search(r"###? ?(BEGIN|END) SOLUTION", line))
        ]
        if not marks:
            continue
        first = cell.line + marks[0][0]
        if [word for _, word in marks] != ["BEGIN", "END"] * (len(marks) // 2) or len(
            SOLUTION.findall(cell.source)
        ) * 2 != len(marks):
            yield (
                first,
                "unbalanced solution markers: '### BEGIN SOLUTION' and '### END SOLUTION', each on a line of its own.",
            )
            continue
        if cell.kind != "code" or not cell.exercise_id:
            yield first, 'a solution region outside an exercise: give the cell tags=["exercise"], an id and points.'
            continue
        functions = _functions(cell.source)
        for index, word in marks:
            indent = len(lines[index]) - len(lines[index].lstrip())
            inside = any(node.lineno <= index < node.end_lineno and indent > node.col_offset for node in functions)
            if word == "BEGIN" and not inside:
                yield (
                    cell.line + index,
                    "a solution region outside a function stops Run All for the learner: put it in one.",
                )


def value_problems(lesson, cells):
    """Exercises without region that do not leave one ``name = ...`` open, or do not say its value, as (line, message)."""
    for cell in cells:
        if "exercise" not in cell.tags or SOLUTION.search(cell.source):
            continue
        blanks = len(OPEN_VALUE.findall(cell.source))
        if "solution" in cell.options and blanks != 1:
            yield (
                cell.line,
                f"the header has a solution and the cell {blanks} times 'name = ...': leave exactly one open.",
            )
        elif "solution" not in cell.options and blanks and cell.exercise_id:
            yield cell.line, 'the exercise has no solution: add solution="…" to its header.'
        elif "solution" not in cell.options and not blanks and cell.exercise_id:
            yield (
                cell.line,
                "nothing is left open: add a solution region or 'name = ...' with solution=\"…\" in the header.",
            )
        elif "solution" in cell.options and not isinstance(cell.options["solution"], str):
            yield cell.line - 1, f'solution is {cell.options["solution"]!r}: write it in quotes, solution="12".'


def _functions(source):
    try:
        return [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)]
    except SyntaxError:  # lint reports it
        return []
