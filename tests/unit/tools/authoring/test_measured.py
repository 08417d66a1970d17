"""Numbers of runs in a lesson's text: written out, or refused with the line and the mend."""

import json

import pytest

from genai_course_tools.authoring.measured import MissingNumber, fill, problems, recorded_names

RESULTS = {"sets": {"moons": {"flow, spline: 4": {"above": {"median": 0.01938, "low": 0.01}, "seeds": 3}}}}
FLOW = 'benchmarks.flow.sets.moons["flow, spline: 4"]'
NUMBERS = {"gan_frechet": 12.3456, "share": 0.256, "diverged": None, "reading_minutes": 25}


@pytest.fixture
def root(tmp_path):
    (tmp_path / "benchmarks/results").mkdir(parents=True)
    (tmp_path / "benchmarks/results/flow.json").write_text(json.dumps(RESULTS))
    return tmp_path


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("A distance of {{ gan_frechet:.2f }}.", "A distance of 12.35."),
        ("{{gan_frechet:.0f}} and {{ share:.0%}}", "12 and 26%"),
        ("{{ reading_minutes }} min", "25 min"),
        (f"{{{{ {FLOW}.above:.3f }}}} nats", "0.019 nats"),
        (f"{{{{ {FLOW}.above.low:.2f }}}} of {{{{ {FLOW}.seeds:.0f }}}}", "0.01 of 3"),
        ("`{{ '{{' }} name }}` stays", "`{{ name }}` stays"),
        (r"$\frac{ {a} }{b}$ and {x}", r"$\frac{ {a} }{b}$ and {x}"),
    ],
)
def test_numbers_are_written_out(root, text, filled):
    assert fill(text, NUMBERS, root) == filled


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{{ gan_distance:.2f }}", r"nothing records 'gan_distance' .* add record\('gan_distance', …\)"),
        ("{{ diverged:.2f }}", "nothing records 'diverged'"),
        ("{{ gan_frechet }}", r"does not say how the number is written: .* \{\{ gan_frechet:\.2f \}\}"),
        ("{{ gan_frechet:.2q }}", "does not say how the number is written"),
        (r"$\frac{{a}}{b}$", "nothing records 'a'.* or put a space between literal braces"),
        (r"$\{{x}\}$", "literal braces with a space between"),
        ("{{ gan_frechet - 1:.2f }}", "'{{' begins a number of a run"),
        ("{{ benchmarks.flows.x:.2f }}", "no file of benchmarks/results: there are flow"),
        ("{{ benchmarks.flow.sets.moon:.2f }}", "it has no 'moon' there; there are 'moons'"),
        ("{{ benchmarks.flow.sets.moons:.2f }}", "leads to no number"),
        (f"{{{{ {FLOW}.seeds.median:.2f }}}}", "the number stands before it"),
    ],
)
def test_what_cannot_be_written_is_refused_with_line_and_mend(root, text, words):
    with pytest.raises(MissingNumber, match=words) as refusal:
        fill(f"One.\n{text}", NUMBERS, root)
    assert refusal.value.line == 1


def test_all_problems_of_a_cell_are_found(root):
    found = list(problems("{{ a:.1f }}\n\n{{ b:.1f }} {{", lambda name: False, root))
    assert [line for line, _ in found] == [0, 2, 2]


def test_names_that_code_records_are_read_from_its_calls():
    knows = recorded_names(
        'record("loss", x)\nfor size in sizes:\n    record(f"error_{size}", y)\nrecord(name="z", value=1)'
    )
    assert all(map(knows, ["loss", "error_16", "z"]))
    assert not any(map(knows, ["losses", "errors", "value"]))
    assert recorded_names("record(names[0], 1)")("anything")
