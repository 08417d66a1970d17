"""blind_test: what its buttons do, and what stands there without a kernel."""

from types import SimpleNamespace

import numpy as np
import pytest

from genai_course.labs.human_study import Pair, ResponseFile, Study
from genai_course.labs.human_study import blind_test as module
from genai_course.labs.human_study.blind_test import BlindTest, blind_test

PAUSE = module.PAUSE
PAIRS = tuple(Pair(f"q{number}", ("dark", "bright")) for number in range(3))
STUDY = Study("tiny", "Which one is <bright>?", "Your answers are kept on this machine.", PAIRS)
PICTURES = {pair.name: [np.zeros((4, 4, 1)), np.ones((4, 4, 1))] for pair in PAIRS}
TEXTS = {pair.name: ["A dark <b>night</b>.", "A bright day."] for pair in PAIRS}


@pytest.fixture(autouse=True)
def judges_are_quick(monkeypatch):
    monkeypatch.setattr(module, "PAUSE", 0)


@pytest.fixture
def wait(monkeypatch):
    """Function: let seconds pass on the widget's clock, which otherwise stands still, with its usual pause."""
    now = 0.0
    monkeypatch.setattr(module, "PAUSE", PAUSE)
    monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: now))

    def let_pass(seconds):
        nonlocal now
        now += seconds

    return let_pass


@pytest.fixture
def widget(tmp_path):
    return BlindTest(STUDY, PICTURES, tmp_path)


def is_shown(part):
    return part.layout.display != "none"


def shown_pictures(widget):
    return [side.children[0].value for side in widget.sides]


def test_consent_comes_first(widget, tmp_path):
    assert STUDY.consent in widget.heading.value
    assert is_shown(widget.agree)
    assert not is_shown(widget.judging)
    assert not is_shown(widget.delete)
    assert widget.sides[0].children == ()  # nothing to see before consent
    assert list(tmp_path.iterdir()) == []
    widget.agree.click()
    assert "1 of 3" in widget.heading.value
    assert "&lt;bright&gt;" in widget.heading.value
    assert is_shown(widget.judging)
    assert not is_shown(widget.agree)
    assert ResponseFile(STUDY, tmp_path).read().consent == STUDY.consent


def test_each_click_is_kept_and_the_next_pair_comes(widget, tmp_path):
    widget.agree.click()
    box = ResponseFile(STUDY, tmp_path)
    order = box.open_pairs()
    for number, choice in enumerate(("left", "tie", "right")):
        assert f"{number + 1} of 3" in widget.heading.value
        widget.buttons[choice].click()
        assert [answer.choice for answer in box.answers()] == ["left", "tie", "right"][: number + 1]
    assert [answer.pair for answer in box.answers()] == order
    assert "Thank you: 3 of 3" in widget.heading.value
    assert str(box.path) in widget.heading.value
    assert not is_shown(widget.judging)


def test_the_side_that_is_kept_is_the_side_that_was_shown(widget, tmp_path):
    widget.agree.click()
    bright = module.picture_png(np.ones((4, 4, 1)))
    for _ in PAIRS:
        at_left = shown_pictures(widget)[0] == bright
        assert shown_pictures(widget).count(bright) == 1
        widget.buttons["left" if at_left else "right"].click()
    assert {answer.preferred for answer in ResponseFile(STUDY, tmp_path).answers()} == {"bright"}


def test_it_goes_on_where_it_was_left(widget, tmp_path):
    widget.agree.click()
    widget.buttons["left"].click()
    again = BlindTest(STUDY, PICTURES, tmp_path)
    assert "2 of 3" in again.heading.value
    assert is_shown(again.judging)
    assert shown_pictures(again) == shown_pictures(widget)


def test_two_notebooks_with_the_same_pair_keep_the_first_answer(widget, tmp_path):
    widget.agree.click()
    other = BlindTest(STUDY, PICTURES, tmp_path)
    widget.buttons["left"].click()
    other.buttons["right"].click()
    assert "another notebook already" in other.message.value
    assert "2 of 3" in other.heading.value
    assert [answer.choice for answer in ResponseFile(STUDY, tmp_path).answers()] == ["left"]


def test_a_double_click_is_one_answer(wait, widget, tmp_path):
    widget.agree.click()
    widget.buttons["left"].click()  # the second half of a double click on "I agree"
    assert ResponseFile(STUDY, tmp_path).answers() == ()
    assert "quicker than anybody can look" in widget.message.value
    wait(PAUSE)
    for _ in range(2):
        widget.buttons["left"].click()
    assert len(ResponseFile(STUDY, tmp_path).answers()) == 1
    wait(PAUSE)
    widget.buttons["right"].click()
    assert [answer.choice for answer in ResponseFile(STUDY, tmp_path).answers()] == ["left", "right"]
    assert widget.message.value == ""


def test_a_double_click_deletes_nothing(wait, widget, tmp_path):
    widget.agree.click()
    wait(PAUSE)
    widget.buttons["left"].click()
    widget.delete.click()
    widget.delete.click()
    assert len(ResponseFile(STUDY, tmp_path).answers()) == 1
    wait(PAUSE)
    widget.delete.click()
    assert ResponseFile(STUDY, tmp_path).read() is None


def test_deleting_asks_once_more(widget, tmp_path):
    widget.agree.click()
    widget.buttons["left"].click()
    widget.delete.click()
    assert len(ResponseFile(STUDY, tmp_path).answers()) == 1
    assert widget.delete.description == "Yes, delete all of them"
    judge = ResponseFile(STUDY, tmp_path).read().judge
    widget.delete.click()
    assert ResponseFile(STUDY, tmp_path).read() is None
    assert "1 answer is deleted" in widget.message.value
    assert judge in widget.message.value
    assert is_shown(widget.agree)
    widget.agree.click()
    assert "1 of 3" in widget.heading.value


def test_an_answer_in_between_takes_the_question_back(widget):
    widget.agree.click()
    widget.delete.click()
    widget.buttons["left"].click()
    assert widget.delete.description == "Delete my answers"


def test_a_disk_that_refuses_is_said_and_the_pair_stays(widget, monkeypatch, tmp_path):
    widget.agree.click()
    before = shown_pictures(widget)

    def refuse(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as full:
        full.setattr(ResponseFile, "_write", refuse)
        widget.buttons["left"].click()
    assert "This could not be kept: No space left on device." in widget.message.value
    assert "1 of 3" in widget.heading.value
    assert shown_pictures(widget) == before
    widget.buttons["left"].click()
    assert widget.message.value == ""
    assert "2 of 3" in widget.heading.value


def test_a_file_deleted_meanwhile_is_answered(widget, tmp_path):
    widget.agree.click()
    ResponseFile(STUDY, tmp_path).withdraw()
    widget.buttons["left"].click()
    assert "Nobody has agreed" in widget.message.value
    assert "Before you begin" in widget.heading.value
    assert ResponseFile(STUDY, tmp_path).read() is None


def test_a_damaged_file_is_set_aside_at_the_next_consent(widget, tmp_path):
    widget.agree.click()
    path = ResponseFile(STUDY, tmp_path).path
    path.write_bytes(b"no responses")
    again = BlindTest(STUDY, PICTURES, tmp_path)
    assert is_shown(again.agree)
    again.agree.click()
    assert "it is kept as tiny-" in again.message.value
    assert "1 of 3" in again.heading.value


def test_a_damaged_answer_is_told(widget, tmp_path):
    widget.agree.click()
    widget.buttons["left"].click()
    path = ResponseFile(STUDY, tmp_path).path
    path.write_bytes(path.read_bytes()[:-5])
    assert "line 2 is damaged" in BlindTest(STUDY, PICTURES, tmp_path).message.value


def test_texts_are_shown_as_they_are(tmp_path):
    widget = BlindTest(STUDY, TEXTS, tmp_path)
    widget.agree.click()
    shown = " ".join(shown_pictures(widget))
    assert "&lt;b&gt;night" in shown
    assert "A bright day." in shown


@pytest.mark.parametrize("contents", [PICTURES, TEXTS])
def test_without_a_kernel_there_is_a_picture(monkeypatch, tmp_path, contents):
    shown = []
    monkeypatch.setattr("genai_course.display.display", lambda bundle, **options: shown.append((bundle, options)))
    monkeypatch.setattr("genai_course.display.show_text", lambda text: shown.append(text))
    blind_test(STUDY, contents, tmp_path)
    (bundle, options), caption = shown
    assert set(bundle) == {"image/png", "text/plain"}
    assert bundle["text/plain"] == "[blind test: 3 pairs]"
    assert options["metadata"]["image/png"]["alt"] in caption
    assert bundle["image/png"].startswith(b"\x89PNG")
    assert "dark" not in caption
    assert list(tmp_path.iterdir()) == []


def test_what_is_saved_does_not_depend_on_the_answers(monkeypatch, tmp_path):
    bundles = []
    monkeypatch.setattr("genai_course.display.display", lambda bundle, **_: bundles.append(bundle))
    monkeypatch.setattr("genai_course.display.show_text", lambda text: bundles.append(text))
    blind_test(STUDY, PICTURES, tmp_path)
    widget = BlindTest(STUDY, PICTURES, tmp_path)
    widget.agree.click()
    widget.buttons["left"].click()
    blind_test(STUDY, PICTURES, tmp_path)
    assert bundles[:2] == bundles[2:]


@pytest.mark.parametrize(
    ("contents", "said"),
    [
        ({"q0": TEXTS["q0"]}, "nothing for the pair 'q1'"),
        (PICTURES | {"q1": [np.zeros((4, 4)), np.zeros((4, 4))]}, r"shapes \[\(4, 4\), \(4, 4\)\]"),
        (PICTURES | {"q1": ["a text", np.zeros((4, 4, 1))]}, "two pictures"),
        (PICTURES | {"q1": ["a text", " "]}, "or two texts"),
        (PICTURES | {"q1": [np.zeros((4, 4, 1))]}, "are 1 things"),
        (PICTURES | {"q1": [np.zeros((4, 4, 1)), np.zeros((5, 4, 1))]}, "of one shape"),
        (PICTURES | {"q1": []}, "are 0 things"),
    ],
)
def test_contents_of_another_form_are_refused(tmp_path, contents, said):
    with pytest.raises(ValueError, match=said):
        blind_test(STUDY, contents, tmp_path)
