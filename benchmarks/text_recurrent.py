"""The rows of the recurrent language models in ``benchmarks.text_prediction``."""

import math
import time

import numpy as np

from benchmarks.token_rows import friends_named, padded, rows_of
from genai_course.recipes import text_models
from genai_course.recipes.budget import warm_up_adam

TOKENS = 2_000  # of the byte-pair encoder; those that the training text never needs are left out
UNITS, ROWS, LENGTH, KINDS = 128, 8, 64, ("lstm", "gru", "rnn")
EPOCHS = {"Stories": 1, "Texts": 8}  # at most a minute …
READ = {"Stories": 1_300_000, "Texts": None}  # … for which these are tokens enough: nearly half of the stories
RATE = 6e-3
TIED_STEPS = 1_000  # of eight stories each: half of them, each once
LENGTHS = 20  # stories of about the same length are read together: their tokens, rounded up to a multiple of this


def recurrent(texts, seed):
    """Yield (name, scores) of an LSTM, a GRU and a plain recurrent network; times are those of training alone."""
    import keras

    from genai_course.data import BytePairEncoder, Stories, UsedTokens

    encoder = BytePairEncoder.train(texts.train_text[:800_000], TOKENS)
    if isinstance(texts, Stories):  # they never need most tokens
        encoder = UsedTokens(encoder, "\n" + texts.train_text, all_bytes=True)
    train, test = encoder.encode("\n" + texts.train_text), encoder.encode("\n" + texts.test_text)
    train = train[: READ[type(texts).__name__]]
    for kind in KINDS:
        keras.utils.set_random_seed(seed)
        model, times = train_one(kind, train, encoder.size, EPOCHS[type(texts).__name__])
        nats = -model.log_prob(test[None, 1:]).sum()
        scores = {"bits": float(nats / math.log(2) / len(texts.test_text)), **times}
        if isinstance(texts, Stories):
            scores["friend"] = friends_named(
                texts, lambda each, model=model: text_models.log_prob_of_texts(model, encoder, each)
            )
        yield f"{kind.upper()}, {UNITS} units", scores


def train_one(kind, tokens, size, epochs):
    """A trained model, and the CPU seconds of its training and of its first steps, which compile."""
    from genai_course.models import RecurrentLanguageModel

    steps = epochs * ((len(tokens) - 1) // (ROWS * LENGTH))
    optimizer = warm_up_adam(RATE, 100, steps)
    model = RecurrentLanguageModel(size, kind, UNITS, ROWS, start=int(tokens[0]))
    model.compile(optimizer, steps_per_execution=16)
    started = time.process_time()
    model.fit(tokens[: 16 * ROWS * LENGTH + 1], length=LENGTH, verbose=0)
    compiled = time.process_time()
    model.fit(tokens, length=LENGTH, epochs=epochs, verbose=0)
    return model, {"seconds": time.process_time() - compiled, "compiling": compiled - started}


def tied(texts, seed):
    """Yield (name, scores) of the LSTM with tied vectors, which reads each story on its own."""
    import keras

    from genai_course.data import BytePairEncoder, Stories, UsedTokens

    if not isinstance(texts, Stories):  # it is made for short texts that return to what they began with
        return
    encoder = UsedTokens(BytePairEncoder.train(texts.train_text[:800_000], TOKENS), texts.train)
    keras.utils.set_random_seed(seed)
    rows, test = rows_of(texts, encoder, True, seed)
    model, times = train_tied(rows, encoder.size, seed)
    nats = -model.log_prob(test).sum()
    scores = {"bits": float(nats / math.log(2) / len(texts.test_text)), **times}
    scores["friend"] = friends_named(texts, lambda each: model.log_prob(padded(each, encoder, rows.shape[1])))
    yield f"LSTM, tied, {UNITS} units", scores


def train_tied(rows, size, seed):
    """A trained model, and the CPU seconds of its training by XLA and of compiling."""
    import keras

    from benchmarks.tied_lstm import TiedLSTM

    model = TiedLSTM(size, UNITS)
    rate = keras.optimizers.schedules.CosineDecay(0.0, TIED_STEPS - 100, 0.01, warmup_target=0.02, warmup_steps=100)
    optimizer = keras.optimizers.Adam(rate, beta_2=0.99, global_clipnorm=1.0)
    model.compile(optimizer, jit_compile=True)
    batches = of_similar_length(rows, np.random.default_rng([seed, 1]))
    started = time.process_time()
    for length in {batch.shape[1] for batch in batches}:  # each is compiled once; nothing counts in these rows
        model.train_on_batch(np.full((ROWS, length), -1, "int32"))
    optimizer.iterations.assign(0)
    compiled = time.process_time()
    for batch in batches:
        model.train_on_batch(batch)
    return model, {"seconds": time.process_time() - compiled, "compiling": compiled - started}


def of_similar_length(rows, random):
    """Batches for TIED_STEPS steps, in random order; each ends soon after its longest row.  -> [(ROWS, length), …]"""
    lengths = np.sum(rows >= 0, axis=1)
    lengths = np.minimum(-(-lengths // LENGTHS) * LENGTHS, rows.shape[1])
    batches = []
    while len(batches) < TIED_STEPS:
        order = random.permutation(len(rows))
        groups = order[np.argsort(lengths[order], kind="stable")][: len(rows) // ROWS * ROWS].reshape(-1, ROWS)
        batches += [rows[group, : lengths[group].max()] for group in random.permutation(groups)]
    return batches[:TIED_STEPS]
