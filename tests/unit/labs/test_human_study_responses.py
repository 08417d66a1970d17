"""responses: no answer without consent, none lost, none counted twice, damage noticed, other studies refused."""

import json
import multiprocessing
import os
import subprocess

import pytest

from genai_course.labs.human_study import Pair, ResponseFile, Study, as_arrays, merge, read_responses
from genai_course.labs.human_study import responses as responses_module

CONSENT = "Your answers are kept on this machine, under a random number. You may delete them."


def make_study(name="letters", pairs=20, consent=CONSENT):
    numbered = [Pair(f"q{number:02}", ("vae", "gan")) for number in range(pairs)]
    return Study(name, "Which is better?", consent, (*numbered, Pair("check", ("vae", "noise"), better="vae")))


@pytest.fixture
def study():
    return make_study()


@pytest.fixture
def box(study, tmp_path):
    return ResponseFile(study, tmp_path)


def filled(study, folder, answers=5):
    """The file of a learner who has given some answers."""
    box = ResponseFile(study, folder)
    box.accept()
    for pair in box.open_pairs()[:answers]:
        box.add(pair, "left")
    return box.path


def test_nothing_is_kept_without_consent(box, tmp_path):
    with pytest.raises(ValueError, match="Nobody has agreed"):
        box.add("q00", "left")
    assert box.answers() == ()
    assert list(tmp_path.glob("*.jsonl")) == []


def test_consent_is_kept_as_it_was_shown_and_no_name_with_it(box, monkeypatch):
    monkeypatch.setenv("USER", "ada")
    box.accept()
    box.add("q03", "tie")
    lines = [json.loads(line) for line in box.path.read_text(encoding="utf-8").splitlines()]
    assert lines[0]["consent"] == CONSENT
    assert lines[0]["moment"].endswith("+00:00")
    assert len(lines[0]["judge"]) == 16
    assert set(lines[1]) == {"pair", "left", "right", "choice", "moment", "sum"}
    assert "ada" not in box.path.read_text(encoding="utf-8").replace(CONSENT, "")


def test_agreeing_twice_stays_one_judge(box):
    box.accept()
    judge = box.read().judge
    box.add("q00", "left")
    box.accept()
    assert box.read().judge == judge
    assert len(box.answers()) == 1


def test_an_answer_says_who_was_preferred(box, study):
    box.accept()
    left, right = study.sides("q05", box.read().judge)
    box.add("q05", "right")
    [answer] = box.answers()
    assert (answer.left, answer.right, answer.preferred) == (left, right, right)
    box.add("q06", "tie")
    assert box.answers()[1].preferred == ""


def test_the_first_answer_to_a_pair_stays(box):
    box.accept()
    assert box.add("q00", "left")
    before = box.path.read_bytes()
    assert not box.add("q00", "right")
    assert box.path.read_bytes() == before


def test_sides_are_a_coin_that_falls_the_same_again(study):
    judges = [f"judge {number}" for number in range(500)]
    sides = [study.sides("q00", judge) for judge in judges]
    assert sides == [study.sides("q00", judge) for judge in judges]
    assert 200 < sides.count(("vae", "gan")) < 300
    of_one = [study.sides(pair.name, "judge 1")[0] for pair in study.pairs[:20]]
    assert 3 < of_one.count("vae") < 17


def test_every_judge_sees_all_pairs_in_an_order_of_their_own(study):
    orders = {tuple(study.order(f"judge {number}")) for number in range(20)}
    assert len(orders) == 20
    assert {tuple(sorted(order)) for order in orders} == {tuple(sorted(pair.name for pair in study.pairs))}


def test_open_pairs_become_fewer(box):
    box.accept()
    asked = box.open_pairs()
    assert len(asked) == 21
    box.add(asked[0], "left")
    assert box.open_pairs() == asked[1:]


def test_withdrawing_deletes_all(box):
    box.accept()
    box.add("q00", "left")
    judge = box.read().judge
    assert box.withdraw() == 1
    assert not box.path.exists()
    assert box.withdraw() == 0
    box.accept()
    assert box.read().judge != judge


def test_a_changed_study_begins_a_file_of_its_own(tmp_path):
    first = filled(make_study(), tmp_path)
    second = filled(make_study(consent="Other words."), tmp_path)
    assert first != second
    assert len(read_responses(first).answers) == len(read_responses(second).answers) == 5


def add_many(folder, names):
    responses_module.LOCK_SECONDS = 60  # on a busy machine the other may hold it while it waits for a processor
    box = ResponseFile(make_study(), folder)
    box.accept()
    for name in names:
        box.add(name, "left")


def test_two_notebooks_at_once_lose_nothing(tmp_path, study):
    names = [pair.name for pair in study.pairs]
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=add_many, args=(tmp_path, part)) for part in (names, names[::-1])]
    for process in processes:
        process.start()
    for process in processes:
        process.join(600)
    assert [process.exitcode for process in processes] == [0, 0]
    answers = ResponseFile(study, tmp_path).answers()
    assert sorted(answer.pair for answer in answers) == sorted(names)
    assert len({answer.judge for answer in answers}) == 1


@pytest.mark.parametrize("damage", [b"", b'{"pair": "q0', b"[1]", b"\xff\x00", b"[" * 100_000, b"null", "swapped"])
def test_a_damaged_line_is_noticed_and_costs_only_itself(study, tmp_path, damage):
    path = filled(study, tmp_path)
    lines = path.read_bytes().splitlines()
    lines[3] = lines[3].replace(b'"left", "moment"', b'"right", "moment"') if damage == "swapped" else damage
    path.write_bytes(b"\n".join(lines) + b"\n")
    responses = read_responses(path)
    assert responses.damaged == (4,)
    assert len(responses.answers) == 4
    [remark] = responses.remarks("the file")
    assert remark == "In the file, line 4 is damaged and does not count; the other 4 answers do."
    box = ResponseFile(study, tmp_path)
    assert len(box.open_pairs()) == 17  # the lost pair is asked again
    box.add(box.open_pairs()[0], "tie")
    assert path.read_bytes().splitlines()[: len(lines)] == lines  # what was there stays as it was
    assert len(box.answers()) == 5


def test_a_file_that_was_cut_in_the_middle_of_a_line_takes_further_answers(study, tmp_path):
    path = filled(study, tmp_path)
    path.write_bytes(path.read_bytes()[:-30])
    box = ResponseFile(study, tmp_path)
    assert len(box.answers()) == 4
    for pair in box.open_pairs():
        box.add(pair, "right")
    assert len(box.answers()) == 21
    assert read_responses(path).damaged == (6,)


@pytest.mark.parametrize("damage", [b"", b"no responses\n", b'{"judge": "x"}\n'])
def test_without_readable_consent_nothing_counts_and_nothing_is_overwritten(study, tmp_path, damage):
    box = ResponseFile(study, tmp_path)
    box.path.write_bytes(damage)
    with pytest.raises(ValueError, match="its first line is damaged"):
        box.answers()
    with pytest.raises(ValueError, match="its first line is damaged"):
        box.add("q00", "left")
    assert box.path.read_bytes() == damage
    sentence = box.accept()
    [aside] = tmp_path.glob("letters-*.2*.jsonl")
    assert aside.name in sentence
    assert aside.read_bytes() == damage
    assert box.add("q00", "left")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs root, to mount a small disk")
def test_a_full_disk_loses_nothing(study, tmp_path):
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", tmp_path], capture_output=True).returncode:
        pytest.skip("no mount is allowed here")
    try:
        path = filled(study, tmp_path)
        before = path.read_bytes()
        with pytest.raises(OSError, match="No space left"):
            (tmp_path / "large").write_bytes(bytes(2**20))
        box = ResponseFile(study, tmp_path)
        with pytest.raises(OSError, match="No space left"):
            box.add(box.open_pairs()[0], "left")
        assert path.read_bytes() == before
        (tmp_path / "large").unlink()
        assert box.add(box.open_pairs()[0], "left")
        assert len(box.answers()) == 6
    finally:
        subprocess.run(["umount", tmp_path], check=True)


def test_a_lock_that_is_never_released_is_said(box, monkeypatch):
    box.accept()
    monkeypatch.setattr(responses_module, "LOCK_SECONDS", 0.1)
    with ResponseFile(box.study, box.path.parent)._lock(), pytest.raises(OSError, match=r"\.lock"):
        box.add("q00", "left")


def test_files_of_a_class_are_merged(study, tmp_path):
    paths = [filled(study, tmp_path / name, answers) for name, answers in (("a", 3), ("b", 21), ("c", 0))]
    answers, remarks = merge(study, paths)
    assert len(answers) == 24
    assert remarks == []
    left, right, score = as_arrays(answers, ["gan", "vae"])
    checks = sum(answer.pair == "check" for answer in answers)
    assert len(left) == len(right) == len(score) == 24 - checks
    assert (score == 1).all()
    assert ((left == 0) == (right == 1)).all()


def test_an_answer_counts_once_however_often_its_file_comes(study, tmp_path):
    first, second = (filled(study, tmp_path / name) for name in "ab")
    copy = tmp_path / "copy.jsonl"
    copy.write_bytes(first.read_bytes())
    answers, remarks = merge(study, [first, second, copy])
    assert len(answers) == 10
    assert remarks == ["5 answers were there more than once and count once."]
    assert merge(study, [copy, second, first])[0] == answers


def test_damage_in_a_learners_file_is_named(study, tmp_path):
    path = filled(study, tmp_path)
    path.write_bytes(path.read_bytes()[:-9])
    answers, remarks = merge(study, [path])
    assert len(answers) == 4
    assert remarks == [f"In {path.name}, line 6 is damaged and does not count; the other 4 answers do."]


def test_files_of_another_study_are_refused(study, tmp_path):
    own, other = filled(study, tmp_path), filled(make_study("faces"), tmp_path)
    with pytest.raises(ValueError, match="answers to the study 'faces', not to 'letters'"):
        merge(study, [own, other])
    changed = filled(make_study(pairs=19), tmp_path / "other version")
    with pytest.raises(ValueError, match="another version of the study 'letters'"):
        merge(study, [own, changed])
    stray = tmp_path / "notes.txt"
    stray.write_text("milk, bread\n")
    with pytest.raises(ValueError, match=r"notes\.txt is no file of answers"):
        merge(study, [own, stray])
    with pytest.raises(ValueError, match="no file to merge"):
        merge(study, [])


def test_attention_checks_are_judged_apart(study, tmp_path):
    box = ResponseFile(study, tmp_path)
    box.accept()
    assert study.attention(box.answers()) is None
    left, _ = study.sides("check", box.read().judge)
    box.add("check", "left")
    assert study.attention(box.answers()) == (1.0 if left == "vae" else 0.0)
    assert study.items == ["gan", "vae"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("My Study", "?", "c", (Pair("a", ("x", "y")),)), "'My Study'; use small letters"),
        (("../up", "?", "c", (Pair("a", ("x", "y")),)), "use small letters"),
        (("s", " ", "c", (Pair("a", ("x", "y")),)), "empty question"),
        (("s", "?", "", (Pair("a", ("x", "y")),)), "empty consent"),
        (("s", "?", "c", ()), "0 pairs"),
        (("s", "?", "c", (Pair("a", ("x", "y")), Pair("a", ("x", "z")))), "2 pairs of 1 names"),
        (("s", "?", "c", (Pair("a", ("x", "x")),)), "two different items"),
        (("s", "?", "c", (Pair("a", ("x", "y"), better="z"),)), "as better one of them"),
    ],
)
def test_a_study_that_cannot_be_asked_is_refused(arguments, said):
    with pytest.raises(ValueError, match=said):
        Study(*arguments)


def test_unknown_pairs_and_choices_are_refused(box):
    box.accept()
    with pytest.raises(ValueError, match="no pair 'q99'; it has q00 to check"):
        box.add("q99", "left")
    with pytest.raises(ValueError, match="The choice is 'both'; give one of 'left', 'tie', 'right'"):
        box.add("q00", "both")
    assert box.answers() == ()


def test_the_usual_place_is_the_courses_home(study, tmp_path, monkeypatch):
    monkeypatch.setenv("GENAI_COURSE_HOME", str(tmp_path / "home"))
    box = ResponseFile(study)
    box.accept()
    assert box.path.parent == tmp_path / "home" / "studies"
    assert box.path.exists()
