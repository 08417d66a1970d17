"""In which order an answer is judged, and that one call does not change what is thought of another."""

import numpy as np
import pytest

from genai_course.exercises import Experiment, Function, Setting, Target, Value
from genai_course.exercises.judge import judge

HINTS = ("a", "b", "c")


def scaled(rows, lists):
    return [row * np.float32(2) for row in lists]


@pytest.fixture
def ragged():
    return Function(
        "scaled",
        reference=scaled,
        cases=lambda rng: [(rng.normal(size=2), [rng.normal(size=size) for size in (2, 3)]) for _ in range(3)],
        hints=HINTS,
        passed="Fine.",
    )


def test_a_list_that_grows_is_blamed_on_the_memory_not_on_a_call(ragged):
    def grows(rows, lists, results=[]):  # noqa: B006
        results.extend(2 * row for row in lists)
        return results

    verdict = judge(ragged, grows)
    assert verdict.reason == "remembers"
    assert "a default such as `[]`" in verdict.lines[0]


def test_the_same_array_filled_again_is_right_as_long_as_it_is_right(exercise):
    store = {}

    def reuses(rows, scale):
        array = store.setdefault(rows.shape, np.empty(len(rows), "float32"))
        array[:] = scale * rows.mean(axis=1)
        return array

    assert judge(exercise("row_mean"), reuses).passed


def test_results_kept_by_shape_are_told(exercise):
    kept = {}

    def remembers(rows, scale):
        return kept.setdefault(rows.shape, scale * rows.mean(axis=1))

    verdict = judge(exercise("row_mean"), remembers)
    assert verdict.reason == "others"
    assert "does it remember earlier results" in verdict.lines[0]


def test_random_numbers_are_told(exercise):
    for size in (1e-5, 1):

        def noisy(rows, scale, size=size):
            return scale * rows.mean(1) + size * np.random.normal()  # noqa: NPY002

        verdict = judge(exercise("row_mean"), noisy)
        assert verdict.reason == "remembers"


def test_a_changed_input_is_noticed_inside_a_ragged_list(ragged):
    def in_place(rows, lists):
        for row in lists:
            row *= 2
        return [row.copy() for row in lists]

    verdict = judge(ragged, in_place)
    assert verdict.reason == "changed"
    assert "`lists`" in verdict.lines[0]


def test_comparing_stands_inside_the_time_limit(exercise):
    class Endless:
        def __array__(self, *arguments, **options):
            while True:
                pass

    assert judge(exercise("row_mean"), lambda rows, scale: Endless(), seconds=0.2).reason == "time"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda rows, scale: 0, "returns 0 whatever it is given"),
        (lambda rows, scale: np.full(len(rows), 1.0), "returns 1 whatever it is given"),
        (lambda rows, scale: rows, "returns its input `rows` as it is"),
        (lambda rows, scale: print(rows), "Does every way through it end in a `return`"),
        (
            lambda rows, scale: scale * rows.mean(1) if len(rows) > 3 else None,
            "For one input your function returns None",
        ),
        (lambda rows, scale: 1.0004 * scale * rows.mean(1), "is a constant rounded"),
    ],
)
def test_what_is_said_of_trivial_answers(exercise, answer, words):
    verdict = judge(exercise("row_mean"), answer)
    assert words in " ".join(verdict.lines)
    assert verdict.mistake is None


def test_a_tolerance_means_what_it_says():
    exercise = Function(
        "one", reference=lambda x: np.array([1.0, 100.0]) * x, cases=lambda rng: [(1.0,)], hints=HINTS, passed="Fine."
    )
    assert judge(exercise, lambda x: np.array([1.0, 100.0 + 0.009]) * x).passed
    assert not judge(exercise, lambda x: np.array([1.0, 100.0 + 0.011]) * x).passed


def test_where_zeros_are_expected_a_rounding_passes():
    exercise = Function(
        "zero", reference=lambda x: 0.0 * x, cases=lambda rng: [(np.ones(2),)], hints=HINTS, passed="Fine."
    )
    assert judge(exercise, lambda x: 0.1 * x + 0.2 * x - 0.3 * x).passed
    assert not judge(exercise, lambda x: x * np.array([0, 1e-4])).passed


def test_a_rounded_value_and_an_unknown_word_are_told():
    assert "is it rounded?" in judge(Value("log2", reference=np.log(2), hints=HINTS, passed="Fine."), 0.693).lines[1]
    word = Value("cure", reference="weight decay", words=("weight decay", "dropout"), hints=HINTS, passed="Fine.")
    assert judge(word, " Weight Decay").answer == "weight decay"
    assert "'drop-out' is none of the words to choose from: weight decay, dropout." in judge(word, "drop-out").lines[0]
    assert judge(word, "dropout").lines[0] == "Your answer is 'dropout'; that is not it."


def test_an_experiment_records_its_settings_and_is_measured_again():
    exercise = Experiment(
        "reach",
        reference={"bias": 3, "kept": 0.95},
        settings=[Setting("bias", "a bias is a whole number from 0 to 10.", lambda bias: bias in range(11))],
        targets=[Target("kept", "keep nine tenths.", at_least=0.9, at_most=1)],
        recompute=lambda result: {"kept": 1 - np.exp(-float(result["bias"]))},
        hints=HINTS,
        passed="Fine.",
    )
    assert judge(exercise, {"bias": 3, "kept": 1 - np.exp(-3)}).passed
    assert "The result has no `bias`" in judge(exercise, {"kept": 0.95}).lines[0]
    assert "`bias` is 'much': a bias is" in judge(exercise, {"bias": "much", "kept": 0.95}).lines[0]
    forged = judge(exercise, {"bias": 1, "kept": 0.95})
    assert (forged.status, forged.reason) == ("failed", "measured")
    assert "measured again with its settings it is 0.6321" in forged.lines[0]


def test_what_the_text_leaves_open_is_settled_before_comparing():
    def place(rows):
        return np.argmax(rows, axis=1)

    def first_of_equals(result, rows):
        best = rows == rows.max(axis=1, keepdims=True)
        return np.where(best[np.arange(len(rows)), result], np.argmax(best, axis=1), result)

    exercise = Function(
        "place",
        reference=place,
        cases=lambda rng: [(np.array([[1.0, 2, 2], [3, 0, 1]]),)],
        settled=first_of_equals,
        hints=HINTS,
        passed="Fine.",
    )
    assert judge(exercise, lambda rows: rows.shape[1] - 1 - np.argmax(rows[:, ::-1], axis=1)).passed
    assert not judge(exercise, lambda rows: np.argmin(rows, axis=1)).passed
    assert not judge(exercise, lambda rows: "none").passed


def test_cases_in_double_precision_stay_so():
    def kind(rows):
        return str(rows.dtype)

    exercise = Function(
        "kind", reference=kind, cases=lambda rng: [(rng.normal(size=2),)], double=True, hints=HINTS, passed="Fine."
    )
    assert not judge(exercise, lambda rows: "float32").passed
    assert judge(exercise, lambda rows: "float64").passed
