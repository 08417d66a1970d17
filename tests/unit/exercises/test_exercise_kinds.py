"""What comes back from a check has the kind that the lesson needs, whatever right kind the learner's function returns."""

import inspect

import numpy as np
import pytest

from genai_course.exercises.kinds import handed_on, in_kind, own


@pytest.fixture(scope="module")
def tf():
    import tensorflow

    return tensorflow


@pytest.mark.parametrize(
    ("value", "example"),
    [
        ([1, 0, 1], np.array([True, False])),
        (np.array([1.0, 0.0, 1.0]), np.array([True, False])),
        ([0.5, 0.25], np.ones(3, "float32")),
        ([[1.0], [2.0]], np.ones((1, 1))),
        (np.array([3.0, 4.0]), np.array([1, 2])),
    ],
)
def test_lists_become_arrays_of_the_examples_type(value, example):
    array = in_kind(value, example)
    assert type(array) is np.ndarray
    assert array.dtype == example.dtype
    assert np.array_equal(array, value)


def test_float64_becomes_float32_unless_float64_came_in():
    example = np.ones(2, "float32")
    assert in_kind(np.ones(2), example, [3, np.ones(2, "float32")]).dtype == "float32"
    assert in_kind(np.ones(2), example, [np.ones(2)]).dtype == "float64"


@pytest.mark.parametrize(
    ("value", "example", "kind"),
    [
        (np.float32(0.5), 1.5, float),
        (np.array(2.0), 1.5, float),
        (2.0, 1, int),
        (np.True_, False, bool),
        (0.5, np.float64(1), np.float64),
        (np.array(3), np.int64(1), np.int64),
        ((1, 2), [3, 4], list),
        (np.array([1, 2]), (3, 4), tuple),
    ],
)
def test_numbers_and_sequences(value, example, kind):
    result = in_kind(value, example)
    assert type(result) is kind
    assert np.array_equal(result, value)


def test_parts_have_kinds_of_their_own():
    arrays, count = in_kind([[1.0, 2.0], 3.0], (np.ones(2, "float32"), 1))
    assert (arrays.dtype.name, type(count)) == ("float32", int)
    by_name = in_kind({"loss": np.float32(1), "grid": [[1]]}, {"loss": 0.5, "grid": np.ones((1, 1))})
    assert (type(by_name["loss"]), type(by_name["grid"])) == (float, np.ndarray)


def test_tensors_become_arrays_and_arrays_tensors(tf):
    assert type(in_kind(tf.ones(2), np.ones(3, "float32"))) is np.ndarray
    assert tf.is_tensor(in_kind(np.ones(2), tf.ones(3)))
    assert in_kind([1.0, 2.0], tf.ones(3)).dtype == "float32"
    assert in_kind(tf.ones(2, "float64"), tf.ones(3), [tf.ones(2)]).dtype == "float32"
    assert in_kind(tf.ones(2, "float64"), tf.ones(3), [np.ones(2)]).dtype == "float64"
    # On tensors a function in NumPy's words gives tensors: so does the reference.
    assert tf.is_tensor(in_kind(tf.ones(2), np.ones(3, "float32"), [tf.ones(2)]))


def test_inside_training_nothing_is_touched(tf):
    mine = handed_on(lambda rows: 2 * rows, [np.ones(3, "float32")])
    assert tf.function(mine)(tf.ones(2)).numpy().tolist() == [2, 2]
    gradient = tf.GradientTape()
    with gradient as tape:
        rows = tf.Variable([1.0, 2.0])
        result = tf.reduce_sum(mine(rows))
    assert tape.gradient(result, rows).numpy().tolist() == [2, 2]


@pytest.mark.parametrize("value", [None, "text", {1, 2}, object, print])
def test_what_has_no_kind_stays(value):
    assert in_kind(value, np.ones(2)) is value


def test_print_help_and_the_text_show_the_learners_own():
    def mine(rows, scale=2):
        """What I wrote."""
        return [scale * row for row in rows]

    answer = handed_on(mine, [np.ones(2)])
    assert repr(answer).partition(" at ")[0] == repr(mine).partition(" at ")[0]
    assert inspect.getdoc(answer) == "What I wrote."
    assert inspect.signature(answer) == inspect.signature(mine)
    assert inspect.getsource(answer) == inspect.getsource(mine)
    assert own(answer) is mine
    assert answer([1, 2], scale=3).tolist() == [3, 6]


def test_the_example_with_as_many_axes_decides():
    mine = handed_on(lambda rows: rows.sum(axis=-1).tolist(), [np.float64(1), np.ones(2, "int64")])
    assert type(mine(np.ones(3))) is np.float64
    assert mine(np.ones((2, 3))).dtype == "int64"
