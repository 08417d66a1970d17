"""A quiz in Markdown: what is read, and what is refused with its line."""

import pytest

from genai_course.exercises import Question
from genai_course.exercises.quiz_markdown import QuizError, parse_quiz, read_quiz

QUIZ = """\
What is drawn?
- a copy — It was never seen.
- * something new — Nothing like it was stored — or was it?

## Is 1 < 2, and
- * yes \\— of course — Count,
  and count again.
- no — It is: *count*.
-  perhaps — There is no doubt.
"""


def test_questions_options_and_reasons_are_read(tmp_path):
    (tmp_path / "quiz.md").write_text(QUIZ, encoding="utf-8")
    first, second = read_quiz(tmp_path / "quiz.md")
    assert first == Question(
        "What is drawn?",
        [("a copy", "It was never seen."), ("something new", "Nothing like it was stored — or was it?")],
        "b",
    )
    assert second.text == "Is 1 < 2, and"
    assert second.options[0] == ("yes — of course", "Count, and count again.")
    assert second.options[1:] == [("no", "It is: *count*."), ("perhaps", "There is no doubt.")]
    assert second.right == "a"


def test_comments_are_left_out_and_lines_counted():
    (question,) = parse_quiz("<!-- To do:\nmore -->\n\nIs one less than two?\n- * yes — Count.\n- no — Count.\n")
    assert question.text == "Is one less than two?"
    with pytest.raises(QuizError, match="^quiz.md:3: The question has 0 options"):
        parse_quiz("<!-- To do:\nmore -->\nWhy?\n")


def test_a_question_may_run_over_lines_and_stand_apart_from_its_options():
    (question,) = parse_quiz("Is one\nless than two?\n\n- * yes — Count.\n- no — Count.\n")
    assert question.text == "Is one less than two?"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("Why?\n- a — b\n- c — d\n", "quiz.md:1: The question has 0 right options: mark exactly one, as `- * option — why`."),
        ("Why?\n- * a — b\n- * c — d\n", "quiz.md:3: The question has 2 right options: mark exactly one"),
        ("Why?\n- * a — b\n- c\n", "quiz.md:3: The option “c” gives no reason: write `option — why it is right or tempting`."),
        ("Why?\n- * a — b\n- c —\n", "quiz.md:3: The option “c —” gives no reason"),
        ("Why?\n- * a — b\n- — d\n", "quiz.md:3: The option “— d” gives no reason"),
        ("Why?\n- * a - b\n- c — d\n", "quiz.md:2: The option “a - b” gives no reason"),
        ("Why?\n- * a — b\n", "quiz.md:1: The question has 1 options: write 2 to 8"),
        ("\nWhy?\n\nWhat?\n- * a — b\n- c — d\n", "quiz.md:2: The question has no options: list them below it"),
        ("#\n- * a — b\n- c — d\n", "quiz.md:1: The question is empty: write it after the #."),
        ("- * a — b\n- c — d\n", "quiz.md:1: The option stands before any question: write the question above it."),
        ("Why?\n", "quiz.md:1: The question has 0 options"),
        ("\n", "quiz.md:1: The quiz has no question"),
    ],
)  # fmt: skip
def test_what_is_refused(text, sentence):
    with pytest.raises(QuizError, match="^quiz.md") as caught:
        parse_quiz(text)
    assert str(caught.value).startswith(sentence)
