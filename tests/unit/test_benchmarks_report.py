"""The tables and stored reports of the benchmarks."""

import pytest

from benchmarks import report

COLUMNS = {"seeds": "seeds", "seconds": "CPU s", "bits": "bits ↓"}


@pytest.fixture
def results(tmp_path, monkeypatch):
    monkeypatch.setattr(report, "RESULTS", tmp_path)
    return tmp_path


def test_a_table_shows_the_median_and_the_range_of_the_seeds():
    rows = {"ours": report.summary([{"seconds": 3.04, "bits": bits} for bits in (1.25, 2.5, 1.5)])}
    assert report.table(rows, COLUMNS, bits=3) == [
        "| | seeds | CPU s | bits ↓ |",
        "|---|---|---|---|",
        "| ours | 3 | 3.0 | 1.500 (1.250–2.500) |",
    ]


def test_what_was_not_measured_has_a_dash_and_equal_seeds_no_range():
    rows = {"theirs": report.summary([{"bits": 1.001}, {"bits": 1.002}])}
    assert report.table(rows, COLUMNS, "model")[0] == "| model | seeds | CPU s | bits ↓ |"
    assert report.table(rows, COLUMNS, "model")[2] == "| theirs | 2 | – | 1.00 |"


def test_a_report_is_stored_and_found_again(results):
    assert report.stored("text") == {}
    report.store("text", {"rows": {"ours": 1}}, "# Rows – of ours\n")
    assert report.stored("text") == {"rows": {"ours": 1}}
    assert (results / "text.md").read_text(encoding="utf-8") == "# Rows – of ours\n"
