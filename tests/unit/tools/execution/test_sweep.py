"""``genai-course sweep`` on a notebook that takes a second."""

import io
import math
import sys

import click
import pandas as pd
import pytest
from click.testing import CliRunner
from rich.console import Console
from tiny_notebooks import write_notebook

from genai_course_tools import cli
from genai_course_tools.execution import sweep as sweep_module
from genai_course_tools.execution.grid import combinations, read_grid
from genai_course_tools.execution.sweep import sweep

PARAMETERS = 'PROFILE = "laptop"\nrate = 0.1\nkind = "plain"\nSEED = 0'
RECORDS = """
from genai_course.recording import record
record("is_smoke", int(PROFILE == "smoke"))
record("loss", rate * 10 + SEED, label="held-out loss")
assert rate < 1, "the training diverged"
record("after_training", 1.0 if kind == "plain" else 2.0)
"""


@pytest.fixture
def notebook(tmp_path):
    """A learner's notebook with three parameters beside the profile."""
    path = write_notebook(tmp_path / "mine" / "01_tiny.ipynb", RECORDS)
    text = path.read_text(encoding="utf-8").replace(
        'PROFILE = \\"laptop\\"', PARAMETERS.replace('"', '\\"').replace("\n", "\\n")
    )
    path.write_text(text, encoding="utf-8")
    return path


def swept(notebook, grid, **options):
    """Exit code, table and printed text of a sweep."""
    text = io.StringIO()
    output = notebook.parent / "out"
    options = {"profile": "smoke", "output": output, "workers": 2} | options
    code = sweep(str(notebook), notebook.parent, grid, console=Console(file=text, width=300), **options)
    return code, pd.read_csv(output / "numbers.csv"), text.getvalue()


def test_every_combination_is_run_and_its_numbers_are_in_one_tidy_table(notebook):
    code, table, text = swept(notebook, {"rate": [0.1, 0.2], "kind": ["other"], "SEED": [0, 1]})
    assert code == 0
    assert list(table.columns) == ["rate", "kind", "SEED", "state", "number", "value"]
    losses = table[table["number"] == "loss"].set_index(["rate", "kind", "SEED"])["value"]
    assert len(losses) == 4
    assert losses[0.2, "other", 1] == 3.0
    assert set(table["number"]) == {"seconds", "is_smoke", "loss", "after_training"}
    assert (table.loc[table["number"] == "is_smoke", "value"] == 1).all()
    assert (notebook.parent / "out" / "numbers.png").read_bytes().startswith(b"\x89PNG")
    assert "4 runs" in text


def test_a_failing_run_stops_no_other_and_is_tried_again(notebook, monkeypatch):
    grid = {"rate": [0.1, 5.0, 0.3]}
    code, table, text = swept(notebook, grid)
    assert code == 1
    assert "the training diverged" in text
    assert table[table["number"] == "loss"].set_index("rate")["state"].to_dict() == {
        0.1: "passed",
        5.0: "failed",
        0.3: "passed",
    }
    assert len(table[table["number"] == "after_training"]) == 2
    ran = []
    original = sweep_module.run_here
    monkeypatch.setattr(sweep_module, "run_here", lambda runs, *rest: ran.extend(runs) or original(runs, *rest))
    code, again, text = swept(notebook, grid)
    assert [run.parameters["rate"] for run in ran] == [5.0]
    assert "2 of 3 runs are there already" in text
    assert len(again) == len(table)


def test_an_interrupted_sweep_goes_on_where_it_stopped(notebook, monkeypatch):
    original = sweep_module.run_jobs

    def interrupted(jobs, *rest, **options):
        original(jobs[:1], *rest, **options)
        raise KeyboardInterrupt

    monkeypatch.setattr(sweep_module, "run_jobs", interrupted)
    with pytest.raises(KeyboardInterrupt):
        swept(notebook, {"SEED": [0, 1, 2]})
    table = pd.read_csv(notebook.parent / "out" / "numbers.csv")
    assert set(table["SEED"]) == {0}
    monkeypatch.undo()
    code, table, text = swept(notebook, {"SEED": [0, 1, 2]})
    assert (code, set(table["SEED"])) == (0, {0, 1, 2})
    assert "1 of 3 runs are there already" in text


def test_what_another_version_of_the_course_recorded_or_what_is_lost_runs_anew(notebook, monkeypatch):
    swept(notebook, {"SEED": [0]})
    assert "1 of 1 runs are there already" in swept(notebook, {"SEED": [0]})[2]
    [executed] = (notebook.parent / "out" / "runs").glob("*.ipynb")
    executed.unlink()
    assert "already" not in swept(notebook, {"SEED": [0]})[2]
    monkeypatch.setattr(sweep_module, "course_hash", lambda: "another version")
    assert "already" not in swept(notebook, {"SEED": [0]})[2]


def test_a_changed_notebook_or_profile_runs_anew(notebook):
    swept(notebook, {"SEED": [0]})
    assert "already" not in swept(notebook, {"SEED": [0]}, profile="laptop")[2]
    notebook.write_text(notebook.read_text(encoding="utf-8").replace("rate * 10", "rate * 20"), encoding="utf-8")
    code, table, text = swept(notebook, {"SEED": [0]}, profile="laptop")
    assert "already" not in text
    assert table.set_index("number")["value"]["loss"] == pytest.approx(2.0)
    assert "already" not in swept(notebook, {"SEED": [0]}, profile="laptop", again=True)[2]


def test_words_become_a_grid():
    words = [
        "regularization",
        "-p",
        "weight_decay",
        "0",
        "1e-4",
        "-p",
        "shift",
        "-1",
        "-p",
        "kind",
        "plain",
        "None",
        "True",
    ]
    lesson, grid = read_grid(words)
    assert lesson == "regularization"
    assert grid == {"weight_decay": [0, 1e-4], "shift": [-1], "kind": ["plain", None, True]}
    assert len(combinations(grid)) == 6
    assert combinations({"a": [1, 2], "b": [3, 4]})[1] == {"a": 1, "b": 4}


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([], "Give one lesson before the first -p, not 0"),
        (["one", "two", "-p", "rate", "1"], "not 2"),
        (["one"], "nothing to vary"),
        (["one", "-p"], "'' after -p is no name"),
        (["one", "-p", "rate"], "-p rate has no values"),
        (["one", "-p", "0.1", "2"], "'0.1' after -p is no name"),
        (["one", "-p", "rate", "1", "-p", "rate", "2"], "-p rate is given twice"),
        (["one", "--workrs", "3"], "No such option: --workrs"),
    ],
)
def test_words_that_say_no_grid_are_refused_in_one_sentence(words, sentence):
    outcome = CliRunner().invoke(cli.main, ["sweep", *words])
    assert outcome.exit_code == 2
    assert sentence in " ".join(outcome.output.split())


def test_an_unknown_parameter_is_refused_before_anything_runs(notebook):
    with pytest.raises(click.UsageError, match=r"no parameter 'weight'. It has: PROFILE, rate, kind, SEED\."):
        swept(notebook, {"weight": [1]})
    assert not (notebook.parent / "out").exists()


def test_without_dask_one_sentence_says_what_to_install(notebook, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(click.UsageError, match="pip install distributed"):
        swept(notebook, {"SEED": [0]}, scheduler="tcp://127.0.0.1:1")


def test_two_workers_of_a_dask_cluster_give_the_same_numbers(notebook):
    distributed = pytest.importorskip("distributed")
    grid = {"rate": [0.1, 5.0], "SEED": [0, 1]}
    _, here, _ = swept(notebook, grid)
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        code, there, text = swept(
            notebook, grid, scheduler=cluster.scheduler_address, output=notebook.parent / "out", again=True
        )
    assert code == 1
    assert "the training diverged" in text
    columns = ["rate", "SEED", "number"]
    timeless = [table[table["number"] != "seconds"].sort_values(columns, ignore_index=True) for table in (here, there)]
    pd.testing.assert_frame_equal(*timeless)


def test_a_scheduler_that_does_not_answer_is_said_in_one_sentence(notebook, monkeypatch):
    pytest.importorskip("distributed")
    from genai_course_tools.execution import cluster

    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 1)
    with pytest.raises(click.ClickException, match="No Dask scheduler answers at tcp://127.0.0.1:1"):
        swept(notebook, {"SEED": [0]}, scheduler="tcp://127.0.0.1:1")


def test_no_number_is_no_number_in_the_table_either(notebook):
    notebook.write_text(
        notebook.read_text(encoding="utf-8").replace("rate * 10 + SEED", "float('nan')"), encoding="utf-8"
    )
    _, table, _ = swept(notebook, {"SEED": [0]})
    assert math.isnan(table.set_index("number")["value"]["loss"])
