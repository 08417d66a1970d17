"""What the engine says to each kind of answer."""

import numpy as np
import pytest

from genai_course.exercises.judge import judge
from genai_course.exercises.references import marked


def stub(rows, scale):
    """A docstring does not make it an attempt."""
    return ...


def empty_stub(rows, scale): ...


def half_done(rows, scale):
    mean = ...
    return mean * scale


def forgot_return(rows, scale):
    scale * np.mean(rows, axis=1)


def misspelt(rows, scale):
    return scale * np.men(rows, axis=1)


def in_place(rows, scale):
    rows *= scale
    return rows.mean(axis=1)


def endless(rows, scale):
    while True:
        pass


def leaves(rows, scale):
    raise SystemExit


def wrong_shape(rows, scale):
    return scale * np.mean(rows, axis=0)


def holds_nan(rows, scale):
    return scale * np.mean(rows, axis=1) * np.array([np.nan] + [1] * (len(rows) - 1))


@pytest.mark.parametrize("answer", [..., stub, empty_stub, half_done])
def test_stubs_are_not_attempted(exercise, answer):
    assert judge(exercise("row_mean"), answer).status == "not attempted"


@pytest.mark.parametrize("constant", [0, 5, "text"])
def test_a_constant_is_an_attempt(exercise, constant):
    assert judge(exercise("row_mean"), lambda rows, scale: constant).status == "failed"


@pytest.mark.parametrize(
    ("answer", "reason", "words"),
    [
        (forgot_return, "none", "`return`"),
        (misspelt, "raised", "AttributeError: module 'numpy' has no attribute 'men'"),
        (misspelt, "raised", "`return scale * np.men(rows, axis=1)`"),
        (lambda rows, scale: scale * np.mean(rows, axis=2), "known", "with `axis=2` in place of `axis=1`"),
        (in_place, "changed", "`rows`"),
        (endless, "time", "0.2 seconds"),
        (leaves, "raised", "SystemExit"),
        (wrong_shape, "known", "with `axis=0` in place of `axis=1`"),
        (wrong_shape, "known", "Shape given: (3,). Shape expected: (2,)"),
        (holds_nan, "nan", "nan at position [0]"),
        (lambda rows, scale: "text", "type", "the text 'text'"),
        (lambda rows, scale: {"a": 1}, "type", "a dictionary with the keys 'a'"),
        (lambda rows, scale: max, "type", "a function"),
        (lambda rows, scale: map(float, scale * rows.mean(1)), "type", "of type map"),
        (lambda rows, scale: (scale * row.mean() for row in rows), "type", "of type generator"),
        (lambda rows, scale: object(), "type", "of type object"),
        (lambda rows: rows, "parameters", "called with (rows, scale); yours takes (rows)"),
        (0.5, "type", "the number 0.5"),
        (None, "type", "None"),
        (lambda rows, scale: -scale * rows.mean(1), "known", "wrong sign"),
        (lambda rows, scale: 1.5 * scale * rows.mean(1), "known", "1.5 times"),
        (lambda rows, scale: scale * rows.mean(1) + 3, "known", "3 too large"),
        (lambda rows, scale: scale * rows.max(1), "numbers", "Expected ["),
    ],
)
def test_generic_answers(exercise, answer, reason, words):
    verdict = judge(exercise("row_mean"), answer, seconds=0.2)
    assert (verdict.status, verdict.reason) == ("failed", reason)
    assert words in " ".join(verdict.lines)


def test_the_smallest_case_is_shown_with_its_call(exercise):
    verdict = judge(exercise("row_mean"), lambda rows, scale: scale * rows.max(1))
    assert "`rows` = [[" in verdict.lines[-1]
    assert "`scale` = 2" in verdict.lines[-1]


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (lambda a, b: b * np.average(a), "That is one number for all rows."),
        (lambda a, b: sum(column * b for column in a.T), "That is the sum."),
        (lambda a, b: [float(np.mean(row)) for row in a], "The scale is missing."),
    ],
)
def test_mistakes_are_known_by_what_they_do(exercise, answer, hint):
    verdict = judge(exercise("row_mean"), answer)
    assert verdict.mistake.hint == verdict.lines[0] == hint


@pytest.mark.parametrize(
    "answer",
    [
        lambda rows, scale: [scale * sum(row) / len(row) for row in rows.tolist()],
        lambda rows, scale: (scale * rows.astype("float64")).mean(axis=-1),
        lambda rows, scale: np.einsum("ij->i", rows) * (scale / rows.shape[1]),
        lambda *rest: rest[1] * rest[0].mean(1),
    ],
)
def test_other_right_ways_pass(exercise, answer):
    assert judge(exercise("row_mean"), answer).passed


def test_tensors_pass(exercise):
    import tensorflow as tf
    from keras import ops

    assert judge(exercise("row_mean"), lambda rows, scale: scale * ops.mean(rows, axis=1)).passed
    assert judge(exercise("row_mean"), lambda rows, scale: tf.Variable(scale * tf.reduce_mean(rows, 1))).passed


def test_two_results(exercise):
    assert judge(exercise("summary"), lambda rows: [rows.mean(0), rows.std(0)]).passed
    assert judge(exercise("summary"), lambda rows: np.stack([rows.mean(0), rows.std(0)])).passed
    assert "2 results are expected" in judge(exercise("summary"), lambda rows: (rows.mean(0),)).lines[0]
    squared = judge(exercise("summary"), lambda rows: (rows.mean(0), rows.var(0))).lines
    assert squared[0] == "In result 2: Yours is the square of what is expected."
    assert "In result 2: Expected" in squared[1]
    exchanged = judge(exercise("summary"), lambda rows: (rows.std(0), rows.mean(0))).lines
    assert exchanged[0] == "Your two results are right, in the other order."


def test_dtype_where_it_matters(exercise):
    assert judge(exercise("to_bytes"), lambda shares: np.uint8(255 * shares)).passed
    verdict = judge(exercise("to_bytes"), lambda shares: 255 * shares)
    assert verdict.reason == "dtype"
    assert "float32; uint8 is needed" in verdict.lines[0]


@pytest.mark.parametrize(
    "answer",
    [
        lambda rows: np.mean(rows, axis=1),
        lambda rows: rows.mean(axis=1),
        lambda rows: np.array([float(np.mean(row)) for row in rows]),
    ],
)
def test_numpy_fails_inside_training_and_says_why(exercise, answer):
    verdict = judge(exercise("traced_mean"), answer)
    assert verdict.reason == "traced"
    assert "`keras.ops`" in " ".join(verdict.lines)


def test_python_control_flow_on_tensors_fails_inside_training(exercise):
    from keras import ops

    def branches(rows):
        if ops.sum(rows) > 1e9:
            return rows
        return ops.mean(rows, axis=1)

    verdict = judge(exercise("traced_mean"), branches)
    assert verdict.reason == "traced"
    assert "`if ops.sum(rows) > 1e9:`" in verdict.lines[0]
    assert judge(exercise("traced_mean"), lambda rows: ops.mean(rows, axis=1)).passed


@pytest.mark.parametrize("answer", [(4, 2), [4, 2], np.array([4, 2]), (4.0, np.int64(2))])
def test_values_pass_in_any_form(exercise, answer):
    assert judge(exercise("shape"), answer).passed


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ((2, 4), "The other way round."),
        ((8, 8, 1), "That is one picture."),
        (5, "2 numbers is expected"),
        (None, "None"),
        ("4, 2", "the text '4, 2'"),
        ((4, np.nan), "nan"),
        ((4, 3), "[4, 3]; that is not it"),
        (print, "a function"),
    ],
)
def test_wrong_values(exercise, answer, words):
    verdict = judge(exercise("shape"), answer)
    assert verdict.status == "failed"
    assert words in verdict.lines[0]


def test_texts_and_truths(exercise):
    assert judge(exercise("colour"), " red").passed
    assert not judge(exercise("colour"), "blue").passed
    assert judge(exercise("is_larger"), np.True_).passed
    assert not judge(exercise("is_larger"), False).passed
    assert judge(exercise("is_larger"), ...).status == "not attempted"


def test_experiments(exercise):
    small_error = exercise("small_error")
    assert judge(small_error, {"size": 8, "error": np.float32(0.02)}).passed
    assert judge(small_error, {"size": ..., "error": 0.01}).status == "not attempted"
    missed = judge(small_error, {"size": 9, "error": 0.031})
    assert missed.lines == (
        "`error` is 0.031: the target is 0.02 or less.",
        "`size` is 9: a power of two plus four, please.",
    )
    assert judge(small_error, {"size": 64, "error": 0.01}).lines[0] == "Nothing is squeezed."
    assert "no `size`" in judge(small_error, {"error": 0.01}).lines[0]
    assert judge(small_error, {"size": 8, "error": float("nan")}).reason == "nan"
    assert judge(small_error, {"size": 8, "error": "small"}).reason == "nan"
    assert judge(small_error, 3).reason == "type"


@pytest.mark.parametrize("value", [12, 0.5, "relu", True, (4, 2), [1, 2], {"size": 12}, np.arange(2), np.float32(0.5)])
def test_a_marked_reference_works_but_is_known(exercise, value):
    copy = marked(value)
    assert np.all(copy == value)
    assert judge(exercise("shape"), copy).status == "not attempted"
    assert judge(exercise("small_error"), {"size": copy, "error": 0.01}).status == "not attempted"
    if isinstance(value, int | float | np.ndarray):
        assert judge(exercise("shape"), copy * 2).status == "failed"
        assert judge(exercise("shape"), copy * np.ones(2)).status == "failed"


def test_marked_values_serve_keras():
    import keras

    layer = keras.layers.Dense(marked(12), activation=marked("relu"))
    assert layer(np.ones((2, 3), "float32")).shape == (2, 12)
    assert keras.layers.Dense.from_config(layer.get_config()).units == 12
