"""The training step that ``genai-course doctor`` tries in a process of its own."""

import sys
import time


def train():
    """Fit a line to three points and print how long that took. Exits with a sentence if the loss does not fall."""
    began = time.perf_counter()
    from genai_course.session import quietly_import_keras

    keras = quietly_import_keras()
    loaded = time.perf_counter()
    import numpy as np

    x = np.array([[0.0], [1.0], [2.0]], dtype="float32")
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, kernel_initializer="zeros")])
    model.compile(optimizer=keras.optimizers.SGD(0.1), loss="mse")
    losses = [float(model.train_on_batch(x, 2 * x)) for _ in range(5)]
    if not losses[-1] < losses[0]:
        sys.exit(f"The loss went from {losses[0]:.3g} to {losses[-1]:.3g}; it should have fallen.")
    trained = time.perf_counter()
    print(f"five steps in {trained - loaded:.1f} s, after {loaded - began:.1f} s to load Keras and TensorFlow")
