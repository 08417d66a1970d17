"""check, hint, predict and claim as a lesson sees them (outside a notebook they print)."""

import numpy as np
import pytest

from genai_course import session
from genai_course.exercises import CheckFailed, ClaimFailed, check, check_cells, claim, hint, predict, registry
from genai_course.exercises.judge import judge
from genai_course.exercises.registry import UnknownId


def right(rows, scale):
    return scale * rows.mean(axis=1)


def wrong(rows, scale):
    return rows.mean(axis=1)


def stub(rows, scale):
    return ...


def test_a_right_answer_comes_back_itself(capsys):
    ours = check("sample-row_mean", right)
    assert ours.__wrapped__ is right
    assert repr(ours).startswith("<function right at ")
    assert check("sample-row_mean", ours).__wrapped__ is right
    said = capsys.readouterr().out
    assert said.startswith("✓ Passed: `row_mean`\n")
    assert "From here on the lesson uses your `row_mean`." in said


@pytest.mark.parametrize(
    ("answer", "title"), [(wrong, "✗ Not yet"), (stub, "○ Not attempted"), (..., "○ Not attempted")]
)
def test_otherwise_the_reference_comes_back_and_is_not_taken_for_an_answer(capsys, answer, title):
    ours = check("sample-row_mean", answer)
    assert np.allclose(ours(np.ones((2, 3)), 2), 2)
    said = capsys.readouterr()
    assert said.out.startswith(title)
    assert "the course's own `row_mean`" in said.out
    assert said.err == ""
    check("sample-row_mean", ours)
    assert capsys.readouterr().out.startswith("○ Not attempted")


def test_a_failed_check_says_why_and_where_help_is(capsys):
    check("sample-row_mean", wrong)
    said = capsys.readouterr().out
    assert "The scale is missing." in said
    assert '`hint("sample-row_mean")`' in said


def test_an_answer_that_never_ends_is_told_what_to_press(monkeypatch, capsys):
    def endless(rows, scale):
        while True:
            pass

    monkeypatch.setattr(check_cells, "judge", lambda exercise, answer: judge(exercise, answer, seconds=0.2))
    check("sample-row_mean", endless)
    said = capsys.readouterr().out
    assert "It did not end within 0.2 seconds" in said
    assert "press ■ (interrupt the kernel)" in said


def test_values_come_back_for_the_lesson_to_go_on(capsys):
    assert check("sample-shape", ...) == (4, 2)
    assert check("sample-small_error", {"size": ..., "error": 1.0})["size"] == 12
    mine = [4, 2]
    assert check("sample-shape", mine) == (4, 2)
    assert "Until it passes, the lesson uses the course's own answer." in capsys.readouterr().out


@pytest.mark.parametrize("answer", [wrong, stub])
def test_grading_raises_with_the_same_message(monkeypatch, capsys, answer):
    check("sample-row_mean", answer)
    shown = capsys.readouterr().out.splitlines()
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    with pytest.raises(CheckFailed) as caught:
        check("sample-row_mean", answer)
    assert str(caught.value).splitlines()[1] == shown[1].strip()
    assert caught.value._render_traceback_() == [f"CheckFailed: {caught.value}"]
    assert check("sample-row_mean", right).__wrapped__ is right


def test_an_unknown_id_names_its_neighbours():
    with pytest.raises(UnknownId, match="No exercise is called 'sample-row_maen'. Did you mean 'sample-row_mean'"):
        check("sample-row_maen", right)
    with pytest.raises(UnknownId, match="^No exercise is called 'nothing'.$"):
        check("nothing", right)


def test_an_object_nobody_foresaw_does_not_stop_the_lesson(capsys):
    class Strange:
        def __call__(self, rows, scale):
            return self

        def __getattr__(self, name):
            raise RuntimeError("no")

    assert callable(check("sample-row_mean", Strange()))
    assert capsys.readouterr().out.startswith("✗ Not yet")


def test_hints_come_one_after_the_other(capsys):
    for _ in range(4):
        hint("sample-row_mean")
    said = capsys.readouterr().out
    assert said.count("▸ Hint 3 of 3\n  `scale * np.mean(rows, axis=1)`.") == 2
    assert said.startswith("▸ Hint 1 of 3\n  One number a row.\n▸ Hint 2 of 3\n  Average over axis 1.")
    hint("sample-nothing")
    assert "No exercise is called 'sample-nothing'" in capsys.readouterr().out


def test_a_guess_stands_beside_the_outcome(capsys):
    predict("sample-share", 0.5)
    assert "Your guess: 0.5" in capsys.readouterr().out
    predict("sample-share", outcome=np.float32(0.74))
    said = capsys.readouterr().out
    assert said.startswith("▸ Your guess: 0.5 · outcome: 0.74")
    assert "Good: the gap shows you where to look." in said
    assert "Few numbers keep much." in said
    predict("sample-share", 0.7, outcome=0.74)
    assert "Close." in capsys.readouterr().out
    predict("sample-sharper", " Median", outcome="median")
    assert "Your guess: median · outcome: median\n  Exactly." in capsys.readouterr().out


def test_no_guess_and_strange_guesses_never_raise(capsys):
    predict("sample-share")
    predict("sample-share", ...)
    assert capsys.readouterr().out.count("No guess yet") == 2
    predict("sample-share", outcome=0.7)
    assert "You made no guess this time." in capsys.readouterr().out
    for guess in ["much", 3, None, float("nan"), [0.1, 0.2], print, np.ones(3)]:
        predict("sample-share", guess)
        assert "give a number from 0 to 1." in capsys.readouterr().out
    predict("sample-sharper", "mode")
    assert "Your guess is 'mode'; give one of 'mean', 'median'." in capsys.readouterr().out
    predict("sample-shar", 3)
    assert "Did you mean 'sample-share'" in capsys.readouterr().out
    predict("sample-share", 0.5, outcome=np.ones(3))
    predict("sample-share", 0.5, outcome="none")


def test_claims(monkeypatch, capsys):
    monkeypatch.setattr(session, "current_run", None)
    claim("one is one", True)
    assert capsys.readouterr().out == "✓ one is one\n"
    claim("one is two", np.False_)
    assert capsys.readouterr().out.startswith("✗ one is two\n  This did not hold in your run.")
    with pytest.raises(ValueError, match=r"condition that is True or False; it is \[0, 1, 2\]"):
        claim("three", np.arange(3))
    monkeypatch.setenv("GENAI_COURSE_STRICT", "1")
    with pytest.raises(ClaimFailed, match="one is two"):
        claim("one is two", False)
    with pytest.raises(AssertionError):
        claim("one is two", False)
    monkeypatch.setattr(session, "current_run", session.Run("smoke", 0))
    claim("one is two", False)
    assert "Listed, not judged" in capsys.readouterr().out


def test_experiments_missed_in_smoke_say_so(monkeypatch, capsys):
    monkeypatch.setattr(session, "current_run", session.Run("smoke", 0))
    check("sample-small_error", {"size": 8, "error": 1.0})
    assert "This profile trains too little" in capsys.readouterr().out


def test_two_lessons_of_one_name_are_refused(monkeypatch, tmp_path):
    for place in ("02_models/04_video", "07_applications/06_video"):
        (tmp_path / place).mkdir(parents=True)
        (tmp_path / place / "exercises.py").touch()
    monkeypatch.setattr(registry, "roots", [tmp_path])
    with pytest.raises(ValueError, match="04_video and .*06_video have the same name"):
        registry.exercise_files()
