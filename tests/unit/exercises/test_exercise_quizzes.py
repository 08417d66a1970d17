import html
import re

import pytest

from genai_course.exercises import quiz
from genai_course.exercises.quizzes import _as_letters, _buttons
from genai_course.exercises.registry import find_quiz
from genai_course.exercises.render import Note


def test_the_questions_without_answers(capsys):
    quiz("sample")
    assert capsys.readouterr().out == (
        "▸ 1. What is drawn?\n  a) a copy\n  b) something new\n▸ 2. Is 1 < 2?\n  a) yes\n  b) no\n  c) perhaps\n"
    )


@pytest.mark.parametrize("answers", ["bc", "B C", ["b", "c"], ("b", "c"), "b, c"])
def test_typed_letters_are_judged(capsys, answers):
    quiz("sample", answers)
    said = capsys.readouterr().out
    assert "✓ 1. What is drawn?" in said
    assert "You chose b. Right: Nothing like it was stored." in said
    assert "✗ 2. Is 1 < 2?" in said
    assert "You chose c. Not quite: There is no doubt." in said
    assert said.endswith("1 of 2 right\n")


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        (3, "Your answers are 3; type one letter a question, such as"),
        (None, "Your answers are None"),
        ("b", "1 letters for 2 questions"),
        ("bd", "Question 2 has no option 'd'; it has a, b, c."),
        (["b", 1], "Your answers are"),
    ],
)
def test_strange_answers_get_one_line(capsys, answers, words):
    quiz("sample", answers)
    said = capsys.readouterr().out
    assert words in said.splitlines()[-1]
    assert "You chose" not in said


def test_an_unknown_quiz_is_named(capsys):
    quiz("sampel")
    assert "No quiz is called 'sampel'. Did you mean 'sample'?" in capsys.readouterr().out


def test_a_click_gets_feedback():
    questions = find_quiz("sample")
    letters, _ = _as_letters(questions, "ba")
    box = _buttons(questions, letters, None)
    assert [row.children[1].value for row in box.children] == ["b", "a"]
    row = _buttons(questions, [None, None], None).children[1]
    assert (row.children[1].value, row.children[2].value) == (None, "")
    row.children[1].value = "c"
    assert "There is no doubt." in row.children[2].value
    row.children[1].value = "a"
    assert "Right: Count." in row.children[2].value


def test_html_and_text_hold_the_same_words():
    note = Note("failed", "A < B: `x`", ("Use `a < b` & more.", "Line two."))
    words = html.unescape(re.sub(r"<[^>]+>", " ", note.html)).split()
    assert words == note.text.replace("`", "").split()
    assert "<code>a &lt; b</code>" in note.html
