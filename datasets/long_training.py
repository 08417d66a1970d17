"""What the scripts share whose training takes long: it goes on where it was interrupted, and its weights become a small file."""

import math
import time

import numpy as np

from genai_course import paths, session
from genai_course.data import files
from genai_course.models import shipped_weights

keras = session.quietly_import_keras()

FOLDER = paths.course_root() / "build" / "long_training"
WARM_UP = 3  # draws over which the learning rate rises


def train(
    name, fresh_data, draws, rate, batch, optimizer=keras.optimizers.Adam, compiled=None, prepare=None, **options
):
    """Train the model ``name`` of ``models.shipped_weights`` on one fresh draw of data after another.

    fresh_data: number of the draw, from 0 -> columns for ``fit``. draws: how many; the learning rate falls from ``rate`` along
    a cosine. options: of the optimizer. compiled: options of ``compile``. prepare: is called with the model before it trains.
    After each draw the model, its optimizer and the seconds so far are kept in ``build/``; a run that finds them goes on there.
    Returns the model and the CPU seconds that it has cost in all.
    """
    model, done, seconds = kept(name)
    if model is None:
        keras.utils.set_random_seed(0)
        model = shipped_weights.UNTRAINED[name]()
        model.compile(optimizer(rate, **options), **(compiled or {"steps_per_execution": 16}))
    if prepare:
        prepare(model)
    for draw in range(done, draws):
        started = time.process_time()
        model.optimizer.learning_rate = scheduled(rate, draw, draws)
        history = model.fit(*fresh_data(draw), batch_size=batch, verbose=0).history
        seconds += time.process_time() - started
        keep(name, model, draw + 1, seconds)
        losses = ", ".join(f"{key} {values[-1]:.4f}" for key, values in history.items())
        print(f"{draw + 1} of {draws} draws, {losses}, {seconds:.0f} s", flush=True)
    return model, seconds


def scheduled(rate, draw, draws):
    """The learning rate of a draw: it rises over the first ones and falls along a cosine to a hundredth."""
    falling = 0.01 + 0.99 * math.cos(0.5 * math.pi * draw / draws) ** 2
    return rate * min(1, (draw + 1) / WARM_UP) * falling


def kept(name):
    """The model of an earlier run, after how many draws, and its CPU seconds; None, 0 and 0 if there is none."""
    found = sorted((FOLDER / name).glob("*.keras"))
    if not found:
        return None, 0, 0.0
    done, seconds = found[-1].stem.split("-")
    return keras.saving.load_model(found[-1]), int(done), float(seconds)


def keep(name, model, done, seconds):
    """Write the model, whole or not at all, then take away what was kept before."""
    earlier = list((FOLDER / name).glob("*.keras"))
    with paths.atomic_write(FOLDER / name / f"{done:05}-{seconds:.0f}.keras") as temporary:
        model.save(temporary)
    for path in earlier:
        path.unlink()


def ship(name, model):
    """Write the weights to ``datasets/<name>.npz``, and its checksum; single numbers keep their precision."""
    parts = [np.asarray(part) for part in shipped_weights.parts_of(model)]
    small = [part if part.dtype.kind in "iu" or part.ndim == 0 else part.astype("float16") for part in parts]
    path = paths.course_root() / "datasets" / f"{name}.npz"
    with paths.atomic_write(path) as temporary:
        np.savez_compressed(temporary, **{f"{number:03}": part for number, part in enumerate(small)})
    files.record_checksum(path.name)
    print(f"{path.name}: {sum(part.size for part in small):,} numbers, {path.stat().st_size / 1024:.0f} KiB")
