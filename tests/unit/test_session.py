"""session.setup: profiles, seeds, threads, silence."""

import os
import subprocess
import sys

import numpy as np
import pytest

from genai_course import session
from genai_course.session import Run, setup


def run_python(code, **variables):
    """What a process says whose threads nobody has pinned yet, as a learner's kernel."""
    environment = {name: value for name, value in os.environ.items() if name not in session.ONE_THREAD} | variables
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)


def test_importing_the_package_is_instant_and_loads_no_tensorflow():
    code = (
        "import time; start = time.process_time(); import genai_course; taken = time.process_time() - start\n"
        "import sys; print(taken, 'tensorflow' in sys.modules, 'matplotlib' in sys.modules)"
    )
    seconds, tensorflow, matplotlib = run_python(code).stdout.split()
    assert float(seconds) <= 0.2  # 0.02 on a quiet machine
    assert (tensorflow, matplotlib) == ("False", "False")


def test_unknown_names_are_answered_with_the_known_ones():
    import genai_course

    with pytest.raises(AttributeError, match=r"no name 'chekc'.*check"):
        _ = genai_course.chekc


def test_setup_says_nothing_on_stderr():
    code = (
        "from genai_course import setup; setup('smoke', 0); from keras import ops; print(float(ops.sum(ops.ones(3))))"
    )
    result = run_python(code)
    assert result.stdout == "3.0\n"
    assert result.stderr == ""


def test_the_same_seed_gives_the_same_bits_in_two_processes():
    """The second one has done other things before, and has its threads from the environment, as the tests here do."""
    before = (
        "from genai_course import setup; setup('smoke', 3); import keras\n"
        "m = keras.Sequential([keras.layers.Conv2D(4, 3), keras.layers.Flatten(), keras.layers.Dense(9)])\n"
        "m.compile('adam', 'mse'); x = keras.ops.ones((7, 9, 9, 1)); m.fit(x, keras.ops.ones((7, 9)), verbose=0)\n"
    )
    code = (
        "from genai_course import data, plots, setup; run = setup('smoke', 7)\n"
        "import keras, hashlib, numpy as np\n"
        "x = data.glyphs(64, 8).train\n"
        "m = keras.Sequential([keras.layers.Conv2D(4, 3), keras.layers.Flatten(), keras.layers.Dense(256)])\n"
        "m.compile('adam', 'mse'); m.fit(x, x.reshape(64, 256), epochs=2, verbose=0)\n"
        "drawn = m.predict(x, verbose=0)\n"
        "wide = np.random.default_rng(0).standard_normal((128, 784)).astype('float32')\n"
        "product = np.asarray(keras.ops.matmul(wide, wide.T[:, :64]))\n"
        "figure = plots.pictures(drawn[:10].reshape(10, 16, 16, 1), title='Ten')\n"
        "print(hashlib.sha256(drawn.tobytes() + product.tobytes()).hexdigest(), hashlib.sha256(plots.to_png(figure)).hexdigest())"
    )
    # Without oneDNN that product differs in nearly every number between one thread and two.
    alone, later = {"TF_ENABLE_ONEDNN_OPTS": "0"}, {"TF_ENABLE_ONEDNN_OPTS": "0"} | session.ONE_THREAD
    assert run_python(code, **alone).stdout == run_python(before + code, **later).stdout


def test_who_has_computed_before_the_first_setup_is_told():
    code = "import keras; keras.ops.ones(3) + 1; from genai_course import setup; setup('smoke', 0)"
    assert "restart the kernel for repeatable numbers" in run_python(code, TF_CPP_MIN_LOG_LEVEL="3").stdout


def test_the_tests_themselves_have_one_thread_whatever_ran_before(capsys):
    keras = session.quietly_import_keras()
    keras.ops.ones(3) + 1  # from here on TensorFlow's threads are what they are
    setup("smoke", 0)
    assert capsys.readouterr().out == ""


def test_a_run_picks_the_number_of_its_profile():
    assert [Run(profile, 0).steps(smoke=1, laptop=2, gpu=3) for profile in session.PROFILES] == [1, 2, 3]
    assert [Run(profile, 0).judges_claims for profile in session.PROFILES] == [False, True, True]


def test_each_profile_has_compile_options_that_keras_takes():
    import keras

    for profile in session.PROFILES:
        model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
        model.compile("sgd", "mse", **Run(profile, 0).compile_options)


def test_a_seed_may_be_a_whole_number_of_numpy():
    assert type(setup("smoke", np.int64(3)).seed) is int


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("latop", 0), r"profile is 'latop'; choose one of 'smoke', 'laptop', 'gpu'\."),
        (("smoke", -1), "seed is -1; give a whole number from 0"),
        (("smoke", 1.5), r"seed is 1\.5; give a whole number"),
        (("smoke", True), "seed is True; give a whole number"),
    ],
)
def test_bad_settings_are_answered_in_one_sentence(arguments, says):
    with pytest.raises(ValueError, match=says):
        setup(*arguments)


def test_an_unknown_theme_is_answered_in_one_sentence():
    with pytest.raises(ValueError, match="theme is 'blue'; choose one of 'light', 'dark'"):
        setup("smoke", 0, theme="blue")
