"""Train a reader of faces behind ``genai_course.evaluation`` and write ``face_reader.npz`` or ``face_reader_64.npz``.

    python datasets/make_face_reader.py       for pictures of 32×32 pixels
    python datasets/make_face_reader.py 64    for pictures of 64×64 pixels

It learns from fresh faces with independent factors. Half of them wear glasses and hats of any transparency, as faces
between two others do, and half are blurred, as faces drawn by a model are: a ruler must read those as well. None of its
pictures occurs in ``data.faces`` with the seeds that lessons use.
"""

import sys
import time
from pathlib import Path

import numpy as np
from scipy.ndimage import gaussian_filter

from genai_course import data, session
from genai_course.data import files
from genai_course.data.faces import FACE_RANGES, TWO_VALUED
from genai_course.evaluation.face_reader import WEIGHTS, build_reader, read_faces
from genai_course.paths import atomic_write

keras = session.quietly_import_keras()
session.pin_threads("laptop")

SEED = 900_000  # of the faces to learn from: far from any that a lesson uses
DRAWS = {32: 6, 64: 4}  # fresh sets of pictures, one after the other
EPOCHS = 3  # over each of them
PICTURES = 16_000  # in a set
BATCH = 128
NOISE = 0.02  # standard deviation of a grain that half of the pictures have


def fresh_pictures(random, size):
    """Faces, half of them blurred, and the place of each factor in its range.  -> (n, size, size, 3), (n, 8)"""
    places = random.random((PICTURES, len(FACE_RANGES)))
    for column, name in enumerate(FACE_RANGES):
        if name in TWO_VALUED:
            places[:, column] = np.where(random.random(PICTURES) < 0.5, np.round(places[:, column]), places[:, column])
    ranges = zip(FACE_RANGES.items(), places.T, strict=True)
    pictures = data.draw_faces({name: low + (high - low) * column for (name, (low, high)), column in ranges}, size)
    for part in np.array_split(np.arange(PICTURES // 2), 20):  # the first half, each part a little more
        width = 1.1 * size / 32 * (part[0] + 1) / (PICTURES // 2)  # standard deviation of the blur, in pixels
        pictures[part] = gaussian_filter(pictures[part], (0, width, width, 0), mode="nearest")
    grainy = slice(PICTURES // 4, 3 * PICTURES // 4)
    pictures[grainy] += NOISE * random.standard_normal(pictures[grainy].shape, dtype=np.float32)
    return np.clip(pictures, 0, 1), places.astype(np.float32)


def main(size=32):
    started = time.process_time()
    keras.utils.set_random_seed(0)
    random = np.random.default_rng(SEED)
    model = build_reader(size)
    steps = DRAWS[size] * EPOCHS * -(-PICTURES // BATCH)
    model.compile(
        keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(3e-3, steps)), "mse", steps_per_execution=16
    )
    for draw in range(DRAWS[size]):
        pictures, places = fresh_pictures(random, size)
        history = model.fit(pictures, places, batch_size=BATCH, epochs=EPOCHS, verbose=0).history
        error = np.sqrt(history["loss"][-1])
        print(
            f"{draw + 1} of {DRAWS[size]} draws, error {error:.3f}, {time.process_time() - started:.0f} s", flush=True
        )

    path = Path(__file__).with_name(WEIGHTS[size])
    with atomic_write(path) as temporary:
        weights = [part.astype(np.float16) for part in model.get_weights()]
        np.savez_compressed(temporary, **{f"{number:02}": part for number, part in enumerate(weights)})
    files.record_checksum(WEIGHTS[size])

    judged, width = data.faces(1, 2_000, size=size), 0.7 * size / 32
    blurred = gaussian_filter(judged.test, (0, width, width, 0), mode="nearest")
    read, read_blurred = read_faces(judged.test), read_faces(blurred)
    print("factor, spread, error of the course's test faces, and blurred")
    for name, truth in judged.test_factors.items():
        errors = [np.sqrt(np.mean((values[name] - truth) ** 2)) for values in (read, read_blurred)]
        print(f"{name:12} {truth.std():.3f} {errors[0]:.3f} {errors[1]:.3f}")
    print(f"{path.stat().st_size / 1024:.0f} KiB, {time.process_time() - started:.0f} s")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
