"""progress: nothing that a learner has passed is lost, and nothing about the record disturbs a check."""

import json
import multiprocessing
import os
import re
import subprocess
import sys
import time

import pytest
from click.testing import CliRunner

from genai_course import passes, session
from genai_course.exercises import check
from genai_course_tools import cli

EXERCISE = "autoencoders-compression_rate"


@pytest.fixture
def home(tmp_path, monkeypatch):
    """An empty home, for a learner whose passes count."""
    monkeypatch.setenv("GENAI_COURSE_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("GENAI_COURSE_RECORD")
    monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)
    monkeypatch.setattr(session, "current_run", None)
    return tmp_path / "home"


def passed():
    return passes.passed()[0]


def right_answer():
    from genai_course.exercises.registry import find

    return find("exercise", EXERCISE).reference


def test_a_check_that_passes_is_noted_with_its_day_and_profile(home, monkeypatch, capsys):
    monkeypatch.setattr(session, "current_run", session.Run("smoke", seed=0))
    check(EXERCISE, ...)
    assert passed() == {}
    check(EXERCISE, right_answer())
    assert list(passed()) == [EXERCISE]
    assert passed()[EXERCISE]["profile"] == "smoke"
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", passed()[EXERCISE]["first"])
    assert "progress" not in capsys.readouterr().out


def test_the_first_pass_stays(home):
    passes.record(EXERCISE, "laptop")
    passes.record(EXERCISE, "gpu")
    assert passed()[EXERCISE]["profile"] == "laptop"


@pytest.mark.parametrize("variable", ["GENAI_COURSE_RECORD=0", "NBGRADER_EXECUTION=autograde"])
def test_grading_and_the_courses_own_runs_note_nothing(home, monkeypatch, variable):
    monkeypatch.setenv(*variable.split("="))
    check(EXERCISE, right_answer())
    assert not home.exists()


def test_the_course_says_so_where_it_runs_notebooks(tmp_path):
    from genai_course_tools.execution.jobs import notebook_environment

    assert notebook_environment(tmp_path)["GENAI_COURSE_RECORD"] == "0"


def test_a_pass_in_a_solution_is_not_the_learners(home, tmp_path, monkeypatch):
    folder = tmp_path / "my-course" / "solutions" / "01_data"
    folder.mkdir(parents=True)
    monkeypatch.chdir(folder)
    passes.record(EXERCISE)
    assert passed() == {}


def record_many(prefix):
    passes.LOCK_SECONDS = 60  # on a busy machine the other may hold it while it waits for a processor
    for number in range(50):
        assert passes.record(f"{prefix}-{number}") == ""


def test_two_notebooks_at_once_lose_nothing(home):
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=record_many, args=(prefix,)) for prefix in ("left", "right")]
    for process in processes:
        process.start()
    for process in processes:
        process.join(600)
    assert [process.exitcode for process in processes] == [0, 0]
    assert set(passed()) == {f"{prefix}-{number}" for prefix in ("left", "right") for number in range(50)}


@pytest.mark.parametrize(
    "damage",
    [b"", b'{"passed": {"a-b"', b"[1]", b'{"passed": [1]}', b'{"passed": {"a": 1}}', b"\xff\x00", b"[" * 100_000],
)
def test_a_damaged_file_is_set_aside_and_begun_anew(home, capsys, damage):
    home.mkdir()
    (home / passes.FILE).write_bytes(damage)
    check(EXERCISE, right_answer())
    said = capsys.readouterr().out
    assert "Passed" in said
    [kept] = home.glob("progress.2*.json")
    assert f"The record of your progress was damaged: it is kept as {kept.name}, and a new one begins here." in said
    assert kept.read_bytes() == damage
    assert list(passed()) == [EXERCISE]
    check(EXERCISE, right_answer())
    assert "damaged" not in capsys.readouterr().out


def test_the_command_answers_a_damaged_file_too(home):
    home.mkdir()
    (home / passes.FILE).write_text("not JSON")
    outcome = CliRunner().invoke(cli.main, ["progress"])
    assert outcome.exit_code == 0
    assert "was damaged" in outcome.output
    assert "0 of " in outcome.output


@pytest.mark.parametrize("content", ["a file", "a file above"])
def test_a_home_that_is_a_file_does_not_disturb_a_check(tmp_path, home, monkeypatch, capsys, content):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))  # where course_home goes instead
    home.write_text(content)
    monkeypatch.setenv("GENAI_COURSE_HOME", str(home if content == "a file" else home / "below"))
    answer = right_answer()
    assert check(EXERCISE, answer).__wrapped__ is answer
    assert "Passed" in capsys.readouterr().out
    assert list(passed()) == [EXERCISE]
    assert home.read_text() == content


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs root, to mount a small disk")
def test_a_full_disk_does_not_disturb_a_check(home, capsys):
    home.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", home], capture_output=True).returncode:
        pytest.skip("no mount is allowed here")
    try:
        passes.record("welcome-average_picture")
        before = (home / passes.FILE).read_bytes()
        with pytest.raises(OSError, match="No space left"):
            (home / "large").write_bytes(bytes(2**20))
        answer = right_answer()
        assert check(EXERCISE, answer).__wrapped__ is answer
        said = capsys.readouterr().out
        assert "✓ Passed" in said
        assert "could not be noted in your progress (No space left on device); your answer counts here" in said
        assert (home / passes.FILE).read_bytes() == before
        (home / "large").unlink()
        check(EXERCISE, answer)
        assert set(passed()) == {"welcome-average_picture", EXERCISE}
    finally:
        subprocess.run(["umount", home], check=True)


def test_a_lock_that_is_never_released_does_not_stop_a_check(home, monkeypatch, capsys):
    home.mkdir()
    monkeypatch.setattr(passes, "LOCK_SECONDS", 0.1)
    with passes._lock(home / passes.FILE):
        check(EXERCISE, right_answer())
    said = capsys.readouterr().out
    assert "✓ Passed" in said
    assert "could not be noted" in said


def test_recording_is_quick_and_its_import_light(home):
    script = (
        "import sys, time, asyncio\nfrom genai_course import passes\n"
        "print([name for name in ('filelock', 'rich', 'numpy') if name in sys.modules])\n"
        "passes.record('a-b')\nbegan = time.process_time()\n"
        "for number in range(20): passes.record(f'a-{number}')\nprint((time.process_time() - began) / 20)"
    )
    environment = os.environ | {"GENAI_COURSE_HOME": str(home)}
    out = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, env=environment)
    loaded, seconds = out.stdout.splitlines()
    assert loaded == "[]"
    assert float(seconds) < 0.01  # below a thousandth on a quiet machine


def test_the_command_shows_each_lesson(home):
    for name in ("average_picture", "most_probable_class"):
        passes.record(f"welcome-{name}")
    passes.record(EXERCISE)
    began = time.process_time()
    outcome = CliRunner().invoke(cli.main, ["progress"], env={"COLUMNS": "120"})
    assert outcome.exit_code == 0
    assert time.process_time() - began < 5
    lines = [" ".join(line.split()) for line in outcome.output.splitlines()]
    assert "00 · Start here Can a program make something it has never seen? 2 of 2 done" in lines
    assert "How few numbers can draw a letter? 1 of 4" in lines  # a module is named at its first lesson only
    assert any(line.startswith("02 · Models ") for line in lines)
    assert lines[-1].startswith("3 of ")
    assert json.loads((home / passes.FILE).read_text())["passed"].keys() == passed().keys()
