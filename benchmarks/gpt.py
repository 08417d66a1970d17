"""The rows of the transformers in ``benchmarks.text_prediction``, and how quickly they train and write.

python -m benchmarks.gpt --nanogpt PATH    tokens a second of training beside nanoGPT's own ``model.py``, which go into
                                           benchmarks/results/gpt.*, and of writing
"""

import time
from dataclasses import dataclass, field

import click
import numpy as np

from benchmarks.report import machine, on_this_machine, store, summary, table
from benchmarks.token_rows import BUDGET, SPARE, encoder_of, friends_named, judged, padded, rows_of, scheduled_step
from benchmarks.torch_gpt import DROPOUT, nanogpt_option

PIECE, STEP = 32, 3e-4  # of a model that learns as it reads: tokens between two steps, and their size
# For compiling, and again for measuring what a step costs: of few steps, a good part would be the beginning of a fit.
TRIAL_STEPS = 192
STEPS_PER_BATCH = 16  # in one compiled graph
SPEED_STEPS = 256  # a turn: a fit begins with a tenth of a second that is no training


@dataclass
class Plan:
    """What is trained: settings of the model, and how."""

    settings: dict
    kind: str = "GPT"
    batch: int = 8
    window: int = 128  # tokens of a training row, where rows begin anywhere in a long text
    passes: int = 99  # over the rows at the most, however quick the machine is
    optimizer: dict = field(default_factory=dict)


SIZES = {"num_layers": 2}
# Where a minute shows a small text ten times, what counts is not to learn it by heart.
NOT_BY_HEART = SIZES | {"ngrams": 0, "dropout": 0.1, "token_noise": 0.05}
PLANS = {
    "stories": {
        # No text is seen twice, so nothing can be memorised.
        "GPT, standard": Plan(SIZES, passes=1, optimizer={"learning_rate": 0.004, "weight_decay": 0.01}),
        "CopyingGPT": Plan(SIZES, "CopyingGPT", passes=1),
        "CopyingGPT, one block": Plan({"num_layers": 1}, "CopyingGPT", passes=1, optimizer={"learning_rate": 0.03}),
    },
    "python_docs": {
        "GPT, standard": Plan(SIZES | {"dropout": DROPOUT}, batch=4),
        "CopyingGPT": Plan(SIZES, "CopyingGPT", batch=4),
        "CopyingGPT, not by heart": Plan(NOT_BY_HEART, "CopyingGPT", batch=4, optimizer={"weight_decay": 0.1}),
        "GPT that points, not by heart": Plan(
            NOT_BY_HEART, "PointerGPT", batch=2, window=256, optimizer={"weight_decay": 0.1}
        ),
    },
}


def gpt(texts, seed):
    """All plans after BUDGET CPU seconds of training, compiling left out; and mixed with Kneser-Ney of order 9."""
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
            named = friends_named(
                texts, lambda each, model=model: model.log_prob(padded(each, encoder, model.context_length))
            )
            friend = {"friend": named}
        for row, log_probs in judgements.items():
            yield row, {"bits": evaluation.bits_per_character(log_probs, characters), **spent, **friend}
            mixed = mixture(log_probs, ngram_of_tokens(ngram, texts, encoder))
            bits = evaluation.bits_per_character(mixed, characters)
            yield f"{row}, mixed with Kneser–Ney", {"bits": bits, **spent}


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
            window = tokens[max(0, start + PIECE - model.context_length) : start + PIECE]
            row = pad([window], model.context_length)
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


def trained(rows, vocab_size, seed, seconds, plan):
    """A model after ``seconds`` of training with XLA.  -> model, CPU seconds of training and of compiling, tokens seen"""
    import keras

    from benchmarks.pointer_gpt import PointerGPT
    from genai_course import models
    from genai_course.recipes.budget import build_optimizer

    kind = PointerGPT if plan.kind == "PointerGPT" else getattr(models, plan.kind)
    model = kind(int(vocab_size), rows.shape[1], **plan.settings)
    model.steps_per_batch, batch = STEPS_PER_BATCH, STEPS_PER_BATCH * plan.batch
    untrained = model.get_weights()
    model.compile(model.optimizer_for(TRIAL_STEPS), jit_compile=True)
    build_optimizer(model)
    cost = [cpu_seconds(model, rows[: TRIAL_STEPS * plan.batch], batch) for _ in range(2)][1] / TRIAL_STEPS
    batches = max(1, min(int(SPARE * seconds / cost) * plan.batch, plan.passes * len(rows)) // batch)
    steps = batches * STEPS_PER_BATCH
    model.compile(model.optimizer_for(steps, **plan.optimizer), jit_compile=True)
    build_optimizer(model)  # or it would be compiled twice, the second time in the training
    compiling = cpu_seconds(model, np.full_like(rows[:batch], -1), batch)  # nothing counts in these rows
    model.set_weights(untrained)
    model.optimizer.iterations.assign(0)
    order = np.concatenate([np.random.default_rng([seed, turn]).permutation(len(rows)) for turn in range(99)])
    shown, made = rows[order[: batches * batch]], 0

    def keep_to_budget(index, logs):
        nonlocal made
        made = index + 1
        spent = time.process_time() - started
        model.optimizer.iterations.assign(scheduled_step(made * STEPS_PER_BATCH, steps, spent, seconds))
        model.stop_training = spent * (made + 1) / made > seconds  # the next batch would end too late

    started = time.process_time()
    callback = keras.callbacks.LambdaCallback(on_train_batch_end=keep_to_budget)
    times = {"seconds": cpu_seconds(model, shown, batch, callbacks=[callback]), "compiling": compiling}
    return model, times, int(np.sum(shown[: made * batch] >= 0))


def cpu_seconds(model, rows, batch, **options):
    """CPU seconds of one pass over the rows."""
    started = time.process_time()
    model.fit(rows, batch_size=batch, shuffle=False, verbose=0, **options)
    return time.process_time() - started


def writing_speed(model, n=1):
    """Tokens a second with the cache and without it, both compiled by XLA; and the largest difference of their logits.

    ``sample(cached=False)`` computes each position from the rows up to it, which XLA would compile once for each length. So what
    is compiled here computes all positions of the whole row, and takes one: the same shapes for each token.
    """
    speeds = {}
    for name, generate in {"cached": model.generate, "all computed again": all_again(model)}.items():
        rows = np.zeros((n, model.context_length), "int32")
        uniform = np.random.default_rng(0).random(rows.shape).astype("float32")
        arguments = (rows, uniform, np.int32(0), np.float32(1), None)
        np.asarray(generate(*arguments))  # compiles
        started = time.process_time()
        rows = np.asarray(generate(*arguments))
        speeds[name] = rows.size / (time.process_time() - started)
    difference = np.abs(np.asarray(model.cached_logits(rows)) - np.asarray(model(rows))).max()
    return speeds, float(difference)


def all_again(model):
    """A compiled function that generates without a cache; arguments as of ``GPT.generate``."""
    import tensorflow as tf

    from genai_course.models.language_model import sample_token, scatter

    @tf.function(autograph=False, jit_compile=True)
    def generate(rows, uniform, prompt_length, temperature, top_k):
        def generate_one(position, rows):
            token = sample_token(model(rows)[:, position], uniform[:, position], temperature, top_k)
            return position + 1, scatter(rows, position, token)

        return tf.while_loop(lambda position, _: position < rows.shape[1], generate_one, (prompt_length, rows))[1]

    return generate


def training_speeds(d_model, nanogpt, turns=3, vocab_size=2_048, length=128, batch=4):
    """Tokens per CPU second of training in ``turns`` turns, ours and nanoGPT's in alternation: a shared machine changes.

    -> for each turn {"ours": …, "nanogpt": …, "ratio": ours / nanogpt}
    """
    from benchmarks.torch_gpt import NanoGPT
    from genai_course.models import GPT

    tokens = np.random.default_rng(0).integers(0, vocab_size, (SPEED_STEPS * batch, length)).astype("int32")
    model = GPT(vocab_size, length, d_model=d_model)
    model.compile(model.optimizer_for(SPEED_STEPS * (turns + 1)), jit_compile=True)
    model.steps_per_batch = STEPS_PER_BATCH
    peer = NanoGPT(nanogpt, vocab_size, length, d_model=d_model)
    speeds = []
    for _ in range(turns + 1):
        ours = tokens.size / cpu_seconds(model, tokens, STEPS_PER_BATCH * batch)
        theirs = tokens.size / peer.fit(tokens, batch)[0]
        speeds.append({"ours": ours, "nanogpt": theirs, "ratio": ours / theirs})
    return speeds[1:]  # the first compiles


def as_markdown(report):
    """Training speeds as a table."""
    columns = {"ours": "GPT", "nanogpt": "nanoGPT", "ratio": "GPT / nanoGPT ↑"}
    lines = [
        "# Tokens a CPU second of training",
        "",
        f"Made by `python -m benchmarks.gpt`. {on_this_machine(report)}. Two blocks, 2,048 tokens, 4 rows of 128 a step, in XLA "
        f"{STEPS_PER_BATCH} steps at a time; compiling left out. Median, and (lowest–highest) of turns in alternation.",
        "",
    ]
    return "\n".join([*lines, *table(report["rows"], columns, ours=0, nanogpt=0)]) + "\n"


@click.command()
@nanogpt_option
def main(nanogpt=None):
    """Measure how quickly GPT trains, beside nanoGPT, and generates, on one thread."""
    from genai_course import session
    from genai_course.models import GPT

    session.setup("laptop", 0)
    if nanogpt:
        rows = {f"d_model {d_model}": training_speeds(d_model, nanogpt) for d_model in (64, 128, 256)}
        report = {"machine": machine(), "rows": {name: summary(turns) for name, turns in rows.items()}}
        store("gpt", report, as_markdown(report))
        click.echo(as_markdown(report))
    model = GPT(1_280, 192)
    for n in (1, 16):
        speeds, difference = writing_speed(model, n)
        for name, speed in speeds.items():
            click.echo(f"writing {n:2} rows, {name:18} {speed:8,.0f} tokens per CPU second")
        click.echo(f"largest difference of a logit {difference:.1e}")


if __name__ == "__main__":
    main()
