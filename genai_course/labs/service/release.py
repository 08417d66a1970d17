"""A release: one folder with all that a language model needs, and with a proof that it still writes what it wrote."""

import json
from pathlib import Path

import numpy as np

from genai_course.data.files import checksum
from genai_course.labs.service.neural_language_model import NeuralLanguageModel
from genai_course.paths import atomic_write
from genai_course.session import quietly_import_keras

ENGINES = ("keras", "saved_model", "numpy")
WEIGHTS = ("vectors", "into", "into_bias", "out", "out_bias")
EXAMPLE = {"prompt": "One evening", "words": 24, "temperature": 0.8, "seed": 1}


def save_release(folder, model, pieces):
    """Write a release and return what it says of itself, a dict.

    folder: made if missing. model: the trained network. pieces: list of the texts it knows, in the order of its numbers.
    It holds model.keras, the exports saved_model/ and weights.npz, and, written last, release.json.
    """
    folder = Path(folder)
    with atomic_write(folder / "model.keras") as temporary:
        model.save(temporary)
    model.export(folder / "saved_model", verbose=False)
    with atomic_write(folder / "weights.npz") as temporary:
        np.savez(temporary, **dict(zip(WEIGHTS, model.get_weights(), strict=True)))
    language_model = NeuralLanguageModel(_from_keras(model), pieces)
    sums = {name: checksum(folder / name) for name in ("model.keras", "weights.npz")}
    example = EXAMPLE | {"text": language_model.generate(**EXAMPLE)}
    facts = {"pieces": list(pieces), "sha256": sums, "example": example}
    with atomic_write(folder / "release.json") as temporary:
        temporary.write_text(json.dumps(facts), encoding="utf-8")
    return facts


def load_release(folder, engine="keras"):
    """The NeuralLanguageModel of a release, after it has written the release's example once more, word for word.

    engine: "keras" (model.keras), "saved_model" (TensorFlow without Keras) or "numpy" (the weights alone).
    Raises ValueError, in one sentence, for an unknown engine, a file that is missing or has changed, and for a language model
    that writes something else than it did.
    """
    folder = Path(folder)
    if engine not in ENGINES:
        raise ValueError(f"engine is {engine!r}; choose one of {', '.join(map(repr, ENGINES))}.")
    try:
        facts = json.loads((folder / "release.json").read_text(encoding="utf-8"))
        for name, expected in facts["sha256"].items():
            if checksum(folder / name) != expected:
                raise ValueError(f"{folder / name} is not the file of this release: copy the whole folder again.")
    except FileNotFoundError as error:
        raise ValueError(f"{error.filename} is missing: a release is a whole folder, copy it again.") from None
    except (KeyError, TypeError, AttributeError, json.JSONDecodeError):
        raise ValueError(f"{folder / 'release.json'} is damaged: copy the whole folder again.") from None
    version = facts["sha256"]["model.keras"][:12]
    language_model = NeuralLanguageModel(_LOAD[engine](folder), facts["pieces"], engine, version)
    example = {name: value for name, value in facts["example"].items() if name != "text"}
    if language_model.generate(**example) != facts["example"]["text"]:
        raise ValueError(
            f"The language model in {folder} does not write its example any more: libraries or files have changed."
        )
    return language_model


def _load_keras(folder):
    keras = quietly_import_keras()
    return _from_keras(keras.saving.load_model(folder / "model.keras"))


def _from_keras(model):
    return lambda read: model(read, training=False)


def _load_saved_model(folder):
    quietly_import_keras()  # for its quiet; what follows is TensorFlow alone
    import tensorflow as tf

    loaded = tf.saved_model.load(str(folder / "saved_model"))

    def logits(read):
        return loaded.serve(tf.convert_to_tensor(read, tf.int32))

    logits.keep = loaded  # TensorFlow frees the variables of a model that nobody holds
    return logits


def _load_numpy(folder):
    with np.load(folder / "weights.npz") as file:
        vectors, into, into_bias, out, out_bias = (file[name] for name in WEIGHTS)

    def logits(read):
        state = vectors[read].reshape(len(read), -1)  # (n, 8 * size)
        return np.maximum(state @ into + into_bias, 0) @ out + out_bias

    return logits


_LOAD = {"keras": _load_keras, "saved_model": _load_saved_model, "numpy": _load_numpy}
