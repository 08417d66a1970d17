"""The rows of the recurrent language models in ``benchmarks.text``."""

import math
import time

import numpy as np

from benchmarks.gpt import friends_named

TOKENS = 2_000  # of the byte-pair encoder; those that the training text never needs are left out
UNITS, ROWS, LENGTH, KINDS = 128, 8, 64, ("lstm", "gru", "rnn")
EPOCHS = {"Stories": 1, "Texts": 8}  # at most a minute; the stories have six times as many tokens
RATE = 6e-3


def recurrent(texts, seed):
    """Yield (name, scores) of an LSTM, a GRU and a plain recurrent network; times are those of training alone."""
    import keras

    from genai_course.data import BytePairEncoder, Stories

    encoder = BytePairEncoder.train(texts.train_text[:800_000], TOKENS)
    train, test = encoder.encode("\n" + texts.train_text), encoder.encode("\n" + texts.test_text)
    used = np.arange(encoder.size)
    if isinstance(texts, Stories):  # they never need most tokens; bytes stay, so that any text can be written
        used = np.unique(np.concatenate([train, np.arange(256)]))
    # Looked up before they are renumbered: an unknown token would quietly get its neighbour's number.
    if not np.isin(test, used).all():
        raise ValueError("A test story needs a token that the training never saw; train on more.")
    train, test = np.searchsorted(used, train), np.searchsorted(used, test)
    for kind in KINDS:
        keras.utils.set_random_seed(seed)
        model, seconds = train_one(kind, train, len(used), EPOCHS[type(texts).__name__])
        nats = -model.log_prob(test[None, 1:]).sum()
        scores = {"bits": float(nats / math.log(2) / len(texts.test_text)), "seconds": seconds}
        if isinstance(texts, Stories):
            scores["friend"] = friends_named(
                texts, lambda each, model=model: log_prob_of_texts(model, encoder, used, each)
            )
        yield f"{kind.upper()}, {UNITS} units", scores


def log_prob_of_texts(model, encoder, used, texts):
    """Natural logarithm of each text's probability.  n texts -> (n,)"""
    from genai_course.models.transformer import pad

    rows = pad([np.searchsorted(used, encoder.encode(text)) for text in texts])
    return np.sum(model.log_prob(np.maximum(rows, 0)) * (rows >= 0), axis=1)


def train_one(kind, tokens, size, epochs):
    """A trained model and the CPU seconds of its training, without those of the first steps, which compile."""
    import keras

    from genai_course.models import RecurrentLanguageModel

    model = RecurrentLanguageModel(size, kind, UNITS, ROWS, start=int(tokens[0]))
    steps = epochs * ((len(tokens) - 1) // (ROWS * LENGTH))
    rate = keras.optimizers.schedules.CosineDecay(0.0, steps, warmup_target=RATE, warmup_steps=100)
    model.compile(keras.optimizers.Adam(rate, beta_2=0.99, global_clipnorm=1.0), steps_per_execution=16)
    model.fit(tokens[: 16 * ROWS * LENGTH + 1], LENGTH, verbose=0)
    started = time.process_time()
    model.fit(tokens, LENGTH, epochs=epochs, verbose=0)
    return model, time.process_time() - started
