"""Reads a lesson's quiz from Markdown: a question, then its options as a list, the right one marked with an asterisk.

    Why does the encoder give log σ² and not σ²?
    - To make the clouds smaller. — Any size can be written either way.
    - * A network's output may be any number, and a variance must be above 0. — exp makes a valid variance of it.

An option and what is said about it are separated by the first dash between spaces; write ``\\—`` for one that is part of
the option. A question may be a heading or run over several lines; so may an option, if its next lines are indented.
Lines between ``<!--`` and ``-->`` are left out.
"""

import re
from pathlib import Path

from genai_course.exercises.definitions import Question

LETTERS = "abcdefgh"


class QuizError(ValueError):
    """A quiz that cannot be read; the sentence begins with file and line and says how to mend it."""


def read_quiz(path):
    """The Questions in a file. Raises QuizError."""
    return parse_quiz(Path(path).read_text(encoding="utf-8"), path)


def parse_quiz(text, file="quiz.md"):
    """The Questions in a text; ``file`` is named in errors. Raises QuizError."""
    text = re.sub(
        r"<!--.*?-->", lambda comment: "\n" * comment.group().count("\n"), text, flags=re.S
    )  # keeps line numbers
    blocks = _blocks(text, file)
    if not blocks:
        raise QuizError(f"{file}:1: The quiz has no question: write one, and its options below it as a list.")
    return [_question(*block, file) for block in blocks]


def _blocks(text, file):
    """[(line number, question, [(line number, option), …]), …] as they are written."""
    blocks, after_blank = [], True
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            after_blank = True
            continue
        is_option = re.match(r"[-*+] |[-*+]$", line) is not None
        if is_option:
            if not blocks:
                raise QuizError(f"{file}:{number}: The option stands before any question: write the question above it.")
            blocks[-1][2].append((number, line[1:].strip()))
        elif line[0] in " \t" and blocks and blocks[-1][2]:
            first, option = blocks[-1][2][-1]
            blocks[-1][2][-1] = first, f"{option} {line.strip()}"
        elif blocks and not blocks[-1][2] and not after_blank:
            first, question, options = blocks[-1]
            blocks[-1] = first, f"{question} {line.strip()}", options
        elif blocks and not blocks[-1][2]:
            raise QuizError(
                f"{file}:{blocks[-1][0]}: The question has no options: list them below it, as `- option — why`."
            )
        else:
            blocks.append((number, re.sub(r"^#+( +|$)", "", line).strip(), []))
        after_blank = False
    return blocks


def _question(number, text, written, file):
    if not text:
        raise QuizError(f"{file}:{number}: The question is empty: write it after the #.")
    if not 2 <= len(written) <= len(LETTERS):
        raise QuizError(
            f"{file}:{number}: The question has {len(written)} options: write 2 to {len(LETTERS)}, as `- option — why`."
        )
    options, right = [], []
    for place, (line, option) in enumerate(written):
        if re.match(r"\*( |$)", option):
            right.append(place)
            option = option[1:].strip()
        words, dash, why = option.partition(" — ")
        if not (words.strip() and why.strip()):
            raise QuizError(
                f"{file}:{line}: The option “{option}” gives no reason: write `option — why it is right or tempting`."
            )
        options.append((_unescaped(words), _unescaped(why)))
    if len(right) != 1:
        line = written[right[1]][0] if right else number
        raise QuizError(
            f"{file}:{line}: The question has {len(right)} right options: mark exactly one, as `- * option — why`."
        )
    return Question(_unescaped(text), options, LETTERS[right[0]])


def _unescaped(text):
    return text.strip().replace("\\—", "—")
