"""What every lesson calls first: ``run = setup(PROFILE, SEED)``."""

import os
import sys
from contextlib import contextmanager
from dataclasses import dataclass

from genai_course.checks import check_choice, check_whole_number

PROFILES = ("smoke", "laptop", "gpu")

# One thread: a convolution's fifth digit depends on the number of threads, and on the small models of the course
# a second one gains nothing (measured on a dense autoencoder: 0.67 s an epoch with one thread, 0.67 s with two).
THREADS = 1
# The same for a process yet to start: what NumPy's libraries and TensorFlow read of the environment when they start.
THREAD_NUMBERS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")
ONE_THREAD = dict.fromkeys(THREAD_NUMBERS, str(THREADS))

# The Run of the last setup(), or None. Only check and claim ask it, whose calls in a learner's cells hold the answer and no more;
# everything else is given the run.
current_run = None
at_setup = []  # functions to call at each setup: what looks after the notebook that called it


@dataclass(frozen=True)
class Run:
    """The settings of one run of a lesson.

    profile: "smoke" (seconds, judges no claim), "laptop" (what the text describes) or "gpu" (larger, longer).
    seed: whole number from which every random choice of the lesson follows.
    theme: "light" or "dark", the look of the figures.
    """

    profile: str
    seed: int
    theme: str = "light"

    def steps(self, *, smoke, laptop, gpu):
        """The value of this run's profile. Works for any setting that grows with the machine, not only for steps."""
        return {"smoke": smoke, "laptop": laptop, "gpu": gpu}[self.profile]

    @property
    def compile_options(self):
        """Options for ``model.compile`` that make this profile's trainings quick.

        Several batches a call save time between them; compiling takes about a second, longer than the few batches of ``smoke``.
        """
        batches = self.steps(smoke=None, laptop=16, gpu=64)
        return {"steps_per_execution": batches} if batches else {"run_eagerly": True}

    @property
    def judges_claims(self):
        """Whether claims are judged: ``smoke`` trains too little for any of them to hold."""
        return self.profile != "smoke"


def setup(profile="laptop", seed=0, *, theme=None):
    """Prepare the kernel for a lesson and return its :class:`Run`.

    Pins the number of threads, seeds Python, NumPy and TensorFlow, silences TensorFlow's start-up messages and sets
    the style of the figures. Call it before importing Keras; calling it again starts the random numbers afresh.
    From then on the same seed gives the same numbers on this machine to the last bit, in any process and whatever that
    has computed before; only where TensorFlow had computed before the first call do its threads stay as they are, which
    moves last digits, and ``setup`` says so. ("gpu" promises no bits.)

    profile: "smoke", "laptop" or "gpu".
    seed: whole number from 0 to 2**32 - 1.
    theme: "light" or "dark"; by default what ``GENAI_COURSE_THEME`` says, else "light".

    Raises ValueError for an unknown profile or theme or a seed out of range.
    """
    theme = theme or os.environ.get("GENAI_COURSE_THEME", "light")
    check_choice("profile", profile, PROFILES)
    check_whole_number("seed", seed, 0, 2**32 - 1)
    seed = int(seed)  # Keras refuses NumPy's
    check_choice("theme", theme, ("light", "dark"))

    keras = quietly_import_keras()
    import tensorflow as tf

    tf.get_logger().setLevel("ERROR")  # a lesson trains many small models; TensorFlow warns about each in red
    keras.utils.set_random_seed(seed)
    pin_threads(profile)

    from genai_course import plots

    plots.set_theme(theme)
    global current_run
    current_run = Run(profile, seed, theme)
    for look_after in at_setup:
        look_after()
    return current_run


def quietly_import_keras():
    """Import Keras on TensorFlow without TensorFlow's C++ greetings, which no Python setting silences."""
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with silent_stderr():
        import keras
    backend = keras.backend.backend()
    if backend != "tensorflow":
        needed = "this course needs 'tensorflow'. Unset it and restart the kernel"
        raise ValueError(f"KERAS_BACKEND is {backend!r}; {needed}.")
    return keras


def pin_threads(profile):
    """Fix the number of threads (the "gpu" profile keeps the machine's own choice)."""
    import tensorflow as tf
    import threadpoolctl

    if profile == "gpu":
        return
    threadpoolctl.threadpool_limits(THREADS)
    try:
        tf.config.threading.set_intra_op_parallelism_threads(THREADS)
        tf.config.threading.set_inter_op_parallelism_threads(THREADS)
    except RuntimeError:  # TensorFlow has computed something already; it then keeps what it started with
        started_with = tf.config.threading.get_intra_op_parallelism_threads()  # 0: what the environment said
        if (started_with or int(os.environ.get("TF_NUM_INTRAOP_THREADS") or 0)) != THREADS:
            sentence = "TensorFlow was already running, so its thread count stays"
            print(f"{sentence}: restart the kernel for repeatable numbers.")


@contextmanager
def silent_stderr():
    """Send file descriptor 2 to nowhere for the length of the block; Python errors still raise."""
    sys.stderr.flush()
    saved, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)
        os.close(nowhere)
