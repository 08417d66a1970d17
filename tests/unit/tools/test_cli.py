"""The command line: quick help, and one sentence for bad input."""

import subprocess
import sys

import pytest
from click.testing import CliRunner

from genai_course_tools import cli


def _genai_course(*arguments):
    return CliRunner().invoke(cli.main, arguments)


def test_help_is_quick_and_lists_the_commands():
    script = (
        "import sys, time; from genai_course_tools.cli import main\n"
        "try: main(['--help'])\n"
        "finally:\n"
        "    print([m for m in ('papermill', 'tensorflow', 'jupytext', 'rich', 'numpy') if m in sys.modules])\n"
        "    print(time.process_time())"
    )
    text = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    *_, loaded, seconds = text.splitlines()
    assert loaded == "[]"
    assert float(seconds) < 1  # a twentieth of a second on a quiet machine
    for command in ("lab", "reset", "progress", "run", "sweep", "build", "validate", "harness"):
        assert f"\n  {command} " in text


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("run", "--profile", "huge"), "'huge' is not one of 'smoke', 'laptop', 'gpu'"),
        (("run", "--workers", "0"), "0 is not in the range x>=1"),
        (("run", "--cell-timeout", "0"), "0.0 is not in the range x>=1"),
        (("lab", "--port", "70000"), "70000 is not in the range"),
        (("build", "no_such_lesson_anywhere"), "No lesson is called 'no_such_lesson_anywhere'"),
        (("harness", "no_such_lesson_anywhere"), "No lesson is called 'no_such_lesson_anywhere'"),
    ],
)
def test_bad_input_is_answered_with_one_sentence(arguments, sentence):
    outcome = _genai_course(*arguments)
    assert outcome.exit_code == 2
    assert sentence in " ".join(outcome.output.split())
    assert outcome.output.count("Error: ") == 1


def test_options_reach_the_command(monkeypatch):
    from genai_course_tools.execution import run

    given = {}
    monkeypatch.setattr(run, "run", lambda lessons, root, **options: given.update(options, lessons=lessons) or 1)
    outcome = _genai_course(
        "run", "autoencoders", "--profile", "smoke", "--workers", "3", "--solutions", "--output", "here"
    )
    assert outcome.exit_code == 1
    assert given["lessons"] == ("autoencoders",)
    assert (given["profile"], given["workers"], given["solutions"], str(given["output"])) == ("smoke", 3, True, "here")


def test_ctrl_c_exits_with_130(monkeypatch):
    from genai_course_tools.execution import validate

    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(validate, "validate", interrupted)
    assert _genai_course("validate").exit_code == 130
