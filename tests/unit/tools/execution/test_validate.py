"""``genai-course validate`` on stored notebooks that are right, and wrong in every way it must notice."""

import io
import json

import nbformat
import pytest
from rich.console import Console
from tiny_notebooks import write_notebook

from genai_course_tools.execution import validate as validate_module
from genai_course_tools.execution.jobs import Job
from genai_course_tools.execution.validate import judge, other_numbers, validate

RECORDS = "from genai_course.recording import record\nrecord('loss', 3)\nprint('noted')"


@pytest.fixture(scope="module")
def outcome(tmp_path_factory):
    root = tmp_path_factory.mktemp("course")
    folder = root / "solutions/01_data"
    strict = "import os\nprint(os.environ.get('GENAI_COURSE_STRICT'))"
    write_notebook(folder / "01_same.ipynb", strict, "print(PROFILE)", outputs={1: "1\n", 2: "laptop\n"})
    write_notebook(folder / "02_differs.ipynb", "print(1)", "print(2)", outputs={1: "2\n", 2: "2\n"})
    write_notebook(folder / "03_raises.ipynb", "raise ValueError('no [brackets] lost')", outputs={})
    write_notebook(folder / "04_dies.ipynb", "print(1)", "import os\nos._exit(1)", "2", outputs={1: "1\n"})
    write_notebook(folder / "05_cleared.ipynb", "print(1)")
    path = write_notebook(folder / "06_number.ipynb", RECORDS, outputs={1: "noted\n"})
    notebook = nbformat.read(path, as_version=4)
    notebook.metadata["genai_course"] = {"numbers": {"loss": {"value": 2.0, "tolerance": 0.1}}}
    nbformat.write(notebook, path)
    # First, so that the others run beside it: long enough for each of their cells on a busy machine.
    write_notebook(folder / "00_slow.ipynb", "print(1)", "import time\ntime.sleep(600)", outputs={1: "1\n"})
    text = io.StringIO()
    code = validate([], root, output=root / "out", workers=2, cell_timeout=10, console=Console(file=text, width=200))
    table = text.getvalue().split("verdict")[1].splitlines()
    rows = [line.removeprefix("01_data/") for line in table if line.startswith("01_data") and "details in" not in line]
    return code, {row.split()[0]: row for row in rows}


def test_the_same_outputs_pass_and_strict_claims_are_on(outcome):
    _, verdicts = outcome
    assert verdicts["01_same"].rstrip().endswith("as stored")


@pytest.mark.parametrize(
    ("name", "verdict"),
    [
        ("02_differs", "cell 2: outputs differ: in stdout"),
        ("03_raises", "cell 2: execution caused an exception: ValueError: no [brackets] lost"),
        ("04_dies", "the kernel died after cell 2 of 4"),
        ("00_slow", "cell 3: Timeout of 10 seconds exceeded"),
        ("06_number", "loss is 3, stored as 2 (tolerance 0.1 of it)"),
        ("05_cleared", "stored without outputs: run genai-course build"),
    ],
)
def test_a_failure_says_which_cell_and_why(outcome, name, verdict):
    code, verdicts = outcome
    assert code == 1
    assert verdict in verdicts[name]


@pytest.mark.parametrize(
    ("measured", "fault"),
    [
        ({"kernel_seconds": 92.0, "cpu_seconds": 91.0}, "takes 91 s, the budget is 90 s"),
        ({"kernel_seconds": 91.0, "cpu_seconds": 150.0}, "takes 91 s, the budget is 90 s"),  # two threads
        ({"kernel_seconds": 120.0, "cpu_seconds": 89.0}, None),  # the machine let it wait
        ({"kernel_seconds": 89.0, "cpu_seconds": 120.0}, None),
        ({"memory": int(1.6 * 2**30)}, "needs 1.60 GiB, the budget is 1.5 GiB"),
        ({"memory": 2**30}, None),
    ],
)
def test_budgets_are_judged(tmp_path, measured, fault):
    solution = write_notebook(tmp_path / "01_data/01_same.ipynb", "print(1)", outputs={1: "1\n"})
    job = Job("same", [], tmp_path / "log", {}, state="passed", **measured)
    assert judge(job, solution) == ([fault] if fault else [])


@pytest.mark.parametrize(("alone", "verdict"), [(70.0, "as stored"), (93.0, "takes 93 s, the budget is 90 s")])
def test_what_was_slow_beside_others_is_judged_by_a_run_alone(tmp_path, monkeypatch, alone, verdict):
    for name in ("01_quick", "02_slow"):
        write_notebook(tmp_path / f"solutions/01_data/{name}.ipynb", "print(1)", outputs={1: "1\n"})
    homes = []

    def pretend(jobs, workers, console):
        for job in jobs:
            job.state = "passed"
            beside = 110.0 if job.name.endswith("slow") else 20.0
            job.kernel_seconds = job.cpu_seconds = beside if workers == 2 else alone
            homes.append(job.environment["GENAI_COURSE_HOME"])

    monkeypatch.setattr(validate_module, "run_jobs", pretend)
    text = io.StringIO()
    code = validate([], tmp_path, output=tmp_path / "out", workers=2, console=Console(file=text, width=200))
    assert code == (verdict != "as stored")
    assert "so once more alone: 01_data/02_slow" in text.getvalue()
    quick, slow = text.getvalue().splitlines()[-2:]
    assert "20.0" in quick
    assert slow.split(maxsplit=4)[1:3] == [f"{alone}", f"{alone}"]
    assert slow.rstrip().endswith(verdict)
    assert homes[0] == homes[1] != homes[2]  # what the first run trained does not help the second


@pytest.mark.parametrize(
    ("now", "fault"),
    [
        ({"loss": 1.019}, []),
        ({"loss": 1.03}, ["loss is 1.03, stored as 1 (tolerance 0.02 of it)"]),
        ({"loss": None}, ["loss is no number, stored as 1 (tolerance 0.02 of it)"]),
        ({}, ["loss was not recorded"]),
        ({"loss": 1.0, "another": 5}, []),
    ],
)
def test_numbers_of_the_text_are_compared_with_those_of_the_run(tmp_path, now, fault):
    solution = write_notebook(tmp_path / "01_data/01_same.ipynb", "print(1)", outputs={1: "1\n"})
    notebook = nbformat.read(solution, as_version=4)
    notebook.metadata["genai_course"] = {"numbers": {"loss": {"value": 1.0, "tolerance": 0.02}}}
    nbformat.write(notebook, solution)
    noted = tmp_path / "run.numbers.jsonl"
    lines = [{"name": name, "value": value, "label": name, "tolerance": 9} for name, value in now.items()]
    noted.write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert other_numbers(solution, noted) == fault


def test_one_cell_without_execution_count_is_noticed(tmp_path):
    path = write_notebook(tmp_path / "01_data/01_same.ipynb", "print(1)", "2", outputs={1: "1\n"})
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[2].execution_count = None
    nbformat.write(notebook, path)
    [fault] = judge(Job("same", [], tmp_path / "log", {}, state="passed"), path)
    assert "stored without outputs" in fault


def test_budgets_are_those_of_the_design():
    assert (validate_module.LONGEST, validate_module.LARGEST) == (90, 1.5 * 2**30)
