"""CPU seconds of this process."""

import time


def timed(work):
    """Do the work and return its CPU seconds."""
    started = time.process_time()
    work()
    return {"seconds": time.process_time() - started}


def train(model, pictures, labels, epochs, batch_size):
    """Train, and return CPU seconds, with and without compiling (the first epoch counted as a later one)."""
    import keras

    ends = []
    note_time = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: ends.append(time.process_time()))
    options = {"epochs": epochs, "batch_size": batch_size, "verbose": 0, "callbacks": [note_time]}
    seconds = timed(lambda: model.fit(pictures, labels, **options))
    return seconds | {"seconds_without_compiling": (ends[-1] - ends[0]) * epochs / (epochs - 1)}
