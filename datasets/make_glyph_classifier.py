"""Train the picture classifier behind ``genai_course.evaluation`` and write ``glyph_classifier.npz``.

    python datasets/make_glyph_classifier.py

It learns from fresh glyphs of every typeface and distortion, the combinations that the course holds out included: a ruler
must know them all. None of its pictures occurs in ``data.glyphs`` with the seeds that lessons and benchmarks use.
"""

import time
from pathlib import Path

import numpy as np

from genai_course import data, session
from genai_course.data import files
from genai_course.evaluation.classifier import WEIGHTS, build_classifier
from genai_course.paths import atomic_write

keras = session.quietly_import_keras()
session.pin_threads("laptop")

FIRST_SEED = 900_000  # of the glyphs to learn from: far from any that a lesson uses
DRAWS = 4  # fresh sets of pictures, one after the other
EPOCHS = 3  # over each of them
BATCH = 128


def fresh_pictures(seed, n_train=35_000, n_test=5_000):
    """Glyphs of all eight octants, seven of them from the training split: (n, 16, 16, 1), (n,)"""
    drawn = data.glyphs(n_train, n_test, seed=seed)
    pictures = np.concatenate([drawn.train, drawn.test])
    return pictures, np.concatenate([drawn.train_labels, drawn.test_labels])


def main():
    started = time.process_time()
    keras.utils.set_random_seed(0)
    model = build_classifier(classes=len(data.CHARACTERS))
    steps = DRAWS * EPOCHS * -(-40_000 // BATCH)
    model.compile(
        keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(2e-3, steps)),
        loss=[None, keras.losses.SparseCategoricalCrossentropy(from_logits=True)],  # features, scores
        steps_per_execution=16,
    )
    for draw in range(DRAWS):
        pictures, labels = fresh_pictures(FIRST_SEED + draw)
        model.fit(pictures, [labels, labels], batch_size=BATCH, epochs=EPOCHS, verbose=0)
        print(f"{draw + 1} of {DRAWS} draws, {time.process_time() - started:.0f} s", flush=True)

    scale_features(model, pictures)
    path = Path(__file__).with_name(WEIGHTS)
    with atomic_write(path) as temporary:
        weights = [part.astype(np.float16) for part in model.get_weights()]
        np.savez_compressed(temporary, **{f"{number:02}": part for number, part in enumerate(weights)})
    files.record_checksum(WEIGHTS)

    from genai_course import evaluation

    for name, seed in (("the course's test pictures", 0), ("other test pictures", 1)):
        judged = data.glyphs(1, 4_000, seed=seed)
        share = evaluation.recognised_share(judged.test, judged.test_labels)
        print(f"reads {share:.2%} of {name}")
    wrong = np.flatnonzero(evaluation.recognise(judged.test) != judged.test_labels)
    pairs = [
        data.CHARACTERS[judged.test_labels[i]] + data.CHARACTERS[evaluation.recognise(judged.test[i : i + 1])[0]]
        for i in wrong
    ]
    print("mistakes:", ", ".join(pairs))
    print(f"{path.stat().st_size / 1024:.0f} KiB, {time.process_time() - started:.0f} s")


def scale_features(model, pictures):
    """Give the features a variance of 1 on average, so that distances between them have a unit; the scores stay."""
    features, _ = model.predict(pictures, batch_size=500, verbose=0)
    spread = np.sqrt(features.var(axis=0).mean())
    seen, scores = model.get_layer("features"), model.get_layer("scores")
    seen.set_weights([part / spread for part in seen.get_weights()])  # ReLU lets a positive factor through
    kernel, bias = scores.get_weights()
    scores.set_weights([kernel * spread, bias])


if __name__ == "__main__":
    main()
