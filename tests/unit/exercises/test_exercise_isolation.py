"""A check leaves nothing behind."""

import random
import sys
import warnings

import keras
import numpy as np
import tensorflow as tf

from genai_course.exercises.judge import judge

seeds = keras.random.SeedGenerator(7)
numbers = np.random.default_rng(7)
tensorflow_numbers = tf.random.Generator.from_seed(7)


def draw():
    return [
        random.random(),
        np.random.rand(),  # noqa: NPY002
        numbers.random(),
        float(keras.random.normal(())),
        float(keras.random.normal((), seed=seeds)),
        float(tf.random.normal(())),
        float(tf.random.normal((), seed=3)),
        float(tensorflow_numbers.normal(())),
        keras.random.SeedGenerator().get_config()["seed"] or random.random(),
    ]


def start():
    global numbers
    keras.utils.set_random_seed(1)
    numbers = np.random.default_rng(7)
    seeds.state.assign([7, 0])
    tensorflow_numbers.reset_from_seed(7)


def uses_random_numbers(rows, scale):
    local = random.Random(3)
    draw()
    np.random.seed(5)  # noqa: NPY002
    keras.utils.set_random_seed(5)
    return scale * rows.mean(1) + 0 * local.random()


def only_draws(rows, scale):
    draw()
    return scale * rows.mean(1)


def test_random_numbers_continue_as_if_there_had_been_no_check(exercise):
    start()
    undisturbed = [draw(), draw(), draw()]
    start()
    disturbed = [draw()]
    assert judge(exercise("row_mean"), only_draws).passed
    disturbed.append(draw())
    assert judge(exercise("row_mean"), lambda rows, scale: draw()).status == "failed"
    disturbed.append(draw())
    assert disturbed == undisturbed


def test_a_function_that_sets_seeds_does_not_set_the_learners(exercise):
    start()
    draw()
    after = draw()
    start()
    draw()
    assert judge(exercise("row_mean"), uses_random_numbers).passed
    found = draw()
    # An operation's own seed (the seventh) keeps its state in TensorFlow's cache, which set_random_seed empties.
    assert found[:6] + found[7:] == after[:6] + after[7:]


def test_nothing_is_printed_or_warned(exercise, capfd):
    def loud(rows, scale):
        print("out")
        print("err", file=sys.stderr)
        warnings.warn("careful", stacklevel=1)
        np.log(-rows)
        tf.get_logger().error("log")
        return scale * tf.reduce_mean(rows, axis=(1, 1))  # TensorFlow complains on file descriptor 2

    assert judge(exercise("row_mean"), loud).reason == "raised"
    captured = capfd.readouterr()
    assert (captured.out, captured.err) == ("", "")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        warnings.warn("still works", stacklevel=1)
    assert len(caught) == 1


def test_closures_are_found(exercise):
    hidden = np.random.default_rng(1)
    want = np.random.default_rng(1).random()

    def draws(rows, scale):
        hidden.random()
        return scale * rows.mean(1)

    assert judge(exercise("row_mean"), draws).passed
    assert hidden.random() == want
