"""The rows of the transformers in ``benchmarks.text_prediction``."""

import time
from dataclasses import dataclass, field

import numpy as np

BUDGET = 60.0  # CPU seconds of training
TOKENS = {"stories": 2_000, "python_docs": 2_048}
PIECE, STEP = 32, 3e-4  # of a model that learns as it reads: tokens between two steps, and their size
# For compiling, and again for measuring what a step costs: of few steps, a good part would be the beginning of a fit.
TRIAL_STEPS = 192


@dataclass
class Plan:
    """What is trained: settings of the model, and how."""

    settings: dict
    kind: str = "GPT"
    batch: int = 8
    window: int = 128  # tokens of a training row, where rows begin anywhere in a long text
    passes: int = 99  # over the rows at the most, however quick the machine is
    optimizer: dict = field(default_factory=dict)


STANDARD, QUICK = {"recipe": "standard", "depth": 2}, {"recipe": "quick", "depth": 2}
# Where a minute shows a small text ten times, what counts is not to learn it by heart.
NOT_BY_HEART = QUICK | {"pairs_and_triples": 0, "dropout": 0.1, "noise": 0.05}
PLANS = {
    "stories": {
        "GPT, standard": Plan(STANDARD, passes=1),
        "GPT, quick recipe": Plan(QUICK, passes=1),
        "GPT, quick recipe, one block": Plan(QUICK | {"depth": 1}, passes=1, optimizer={"learning_rate": 0.03}),
    },
    "python_docs": {
        "GPT, standard": Plan(STANDARD, batch=4),
        "GPT, quick recipe": Plan(QUICK, batch=4),
        "GPT, quick recipe, not by heart": Plan(NOT_BY_HEART, batch=4, optimizer={"weight_decay": 0.1}),
        "GPT that points, quick recipe, not by heart": Plan(
            NOT_BY_HEART, "PointerGPT", batch=2, window=256, optimizer={"weight_decay": 0.1}
        ),
    },
}


def gpt(texts, seed):
    """Both recipes after BUDGET CPU seconds of training, compiling left out; and mixed with Kneser-Ney of order 9."""
    import keras

    from genai_course import data, evaluation
    from genai_course.models import NgramModel

    stories = isinstance(texts, data.Stories)
    encoder = encoder_of(texts)
    ngram, characters = NgramModel(9).fit(texts.train_text).log_prob(texts.test_text), len(texts.test_text)
    for name, plan in PLANS["stories" if stories else "python_docs"].items():
        keras.utils.set_random_seed(seed)
        rows, test = rows_of(texts, encoder, stories, seed, plan.window)
        model, times, tokens = trained(rows, encoder.size, seed, BUDGET, plan)
        judgements = {name: model.log_prob_of_tokens(test)[test >= 0] if stories else judged(model, encoder, texts)}
        if plan.kind == "PointerGPT":
            judgements[f"{name}, learning as it reads"] = judged_while_learning(model, encoder, texts)
        spent = {**times, "tokens_per_second": tokens / times["seconds"]}
        friend = {}
        if stories:
            named = friends_named(texts, lambda each, model=model: model.log_prob(padded(each, encoder, model.context)))
            friend = {"friend": named}
        for row, log_probs in judgements.items():
            yield row, {"bits": evaluation.bits_per_character(log_probs, characters), **spent, **friend}
            mixed = mixture(log_probs, ngram_of_tokens(ngram, texts, encoder))
            bits = evaluation.bits_per_character(mixed, characters)
            yield f"{row}, mixed with Kneser–Ney", {"bits": bits, **spent}


def encoder_of(texts):
    """Tokens for the transformers; of the stories', only those that they need."""
    from genai_course import data

    if isinstance(texts, data.Stories):
        return data.UsedTokens(data.BytePairEncoder.train(texts.train_text[:1_000_000], TOKENS["stories"]), texts.train)
    return data.BytePairEncoder.train(texts.train_text, TOKENS["python_docs"])


def padded(texts, encoder, context):
    """Texts as rows of tokens, -1 after their ends."""
    from genai_course.models.language_model import pad

    return pad([encoder.encode(text) for text in texts], context)


def friends_named(stories, log_prob, n=200):
    """In what share of ``n`` test stories the friend's name is the likeliest of twelve where it stands last.

    log_prob: twelve texts -> their log-probabilities (12,).
    """
    questions = [stories.friend_cloze(story) for story in stories.test[:n]]
    return float(np.mean([np.argmax(log_prob(texts)) == right for texts, right, _ in questions]))


def rows_of(texts, encoder, stories, seed, window=0):
    """Rows to train on, shuffled, and rows to judge by: a story each, or windows that begin anywhere."""
    from genai_course.models.language_model import pad

    random = np.random.default_rng(seed)
    if stories:
        train, test = ([encoder.encode(text) for text in part] for part in (texts.train, texts.test))
        longest = max(map(len, train + test))
        return pad(train, longest)[random.permutation(len(train))], pad(test, longest)
    tokens = encoder.encode(texts.train_text)
    starts = random.integers(0, len(tokens) - window, 40_000)
    return tokens[starts[:, None] + np.arange(window)], None


def judged(model, encoder, texts):
    """The log-probability of each token of the test documents, one after another."""
    return np.concatenate([model.log_prob_of_text(encoder.encode(text)) for text in texts.test])


def judged_while_learning(model, encoder, texts):
    """The same, but after each piece that was judged the model takes one step of learning from it; then it forgets all that.

    "Dynamic evaluation" (Krause et al. 2018, "Dynamic evaluation of neural sequence models"). It stays a fair judgement: no token
    is known before it was judged, and who unpacks the text could do the same.
    """
    import keras
    import tensorflow as tf

    from genai_course.models.language_model import log_probs_of_tokens, pad

    optimizer = keras.optimizers.Adam(STEP, beta_1=0.0)
    optimizer.build(model.trainable_variables)

    @tf.function(jit_compile=True)
    def learn(row):
        with tf.GradientTape() as tape:
            counted = tf.cast(row >= 0, "float32")
            loss = -tf.reduce_sum(log_probs_of_tokens(row, model(row)) * counted) / tf.reduce_sum(counted)
        optimizer.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)

    untouched, judged = model.get_weights(), []
    for text in texts.test:
        tokens = encoder.encode(text)
        for start in range(0, len(tokens), PIECE):
            window = tokens[max(0, start + PIECE - model.context) : start + PIECE]
            row = pad([window], model.context)
            new = len(tokens[start : start + PIECE])
            judged.append(model.log_prob_of_tokens(row)[0, len(window) - new : len(window)])
            learn(row)
    model.set_weights(untouched)
    return np.concatenate(judged)


def ngram_of_tokens(log_probs, texts, encoder):
    """The n-gram model's log-probabilities of characters, added up over each token.

    A token may end inside a character, which has several bytes then: the character belongs to the token with its last byte.
    """
    sizes = [len(character.encode()) for character in texts.test_text]
    of_bytes = np.zeros(sum(sizes))
    of_bytes[np.cumsum(sizes) - 1] = log_probs
    lengths = [len(encoder.pieces[token]) for text in texts.test for token in encoder.encode(text)]
    return np.add.reduceat(of_bytes, np.cumsum(lengths) - lengths)


def mixture(first, second, share=0.5):
    """Log-probabilities of the mean of two models' probabilities, token by token.

    The n-gram model could also write the token's characters as other tokens; that share is lost, so this is an upper bound.
    """
    return np.logaddexp(np.log(share) + first, np.log(1 - share) + second)


def trained(rows, vocabulary, seed, seconds, plan):
    """A model after ``seconds`` of training with XLA.  -> model, CPU seconds of training and of compiling, tokens seen"""
    from genai_course import models

    model, batch = getattr(models, plan.kind)(int(vocabulary), rows.shape[1], **plan.settings), plan.batch
    untrained = model.get_weights()
    model.compile(model.optimizer_for(TRIAL_STEPS), jit_compile=True, steps_per_execution=16)
    cost = [cpu_seconds(model, rows[: TRIAL_STEPS * batch], batch) for _ in range(2)][1] / TRIAL_STEPS
    steps = max(16, min(int(seconds / cost), plan.passes * len(rows) // batch) // 16 * 16)
    model.set_weights(untrained)
    model.compile(model.optimizer_for(steps, **plan.optimizer), jit_compile=True, steps_per_execution=16)
    compiling = cpu_seconds(model, np.full((16 * batch, rows.shape[1]), -1), batch)  # nothing counts in these rows
    order = np.concatenate([np.random.default_rng([seed, turn]).permutation(len(rows)) for turn in range(99)])
    shown = rows[order[: steps * batch]]
    return model, {"seconds": cpu_seconds(model, shown, batch), "compiling": compiling}, int(np.sum(shown >= 0))


def cpu_seconds(model, rows, batch):
    """CPU seconds of one pass over the rows."""
    started = time.process_time()
    model.fit(rows, batch_size=batch, shuffle=False, verbose=0)
    return time.process_time() - started
