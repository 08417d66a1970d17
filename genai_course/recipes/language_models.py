"""Text models of the course on the same stories, each trained for about the same CPU seconds.

As with pictures, how far each gets is fixed once in steps, so that the same seed gives the same model.
"""

import time
from dataclasses import dataclass

import numpy as np

from genai_course import data

TOKENS = 800  # of the byte-pair encoder
ORDER = 7  # of the n-gram
# Steps that took about 1.5 CPU seconds, the first 16 not counted; the n-gram counts all stories once, in half a second.
STEPS = {"GRU": 144, "GPT": 56}
FIRST_STEPS = 16


@dataclass
class TrainedLanguageModel:
    """A model that can take part: ``card.add(name, trained.sample, **trained.facts)``.

    sample: function of a number and a seed. log_prob: function of stories. model, trained_seconds, tracing_seconds: as of
    :class:`genai_course.recipes.baselines.Trained`.
    """

    sample: object
    log_prob: object
    model: object
    trained_seconds: float
    tracing_seconds: float = 0.0

    @property
    def facts(self):
        return {"parameters": self.model, "trained_seconds": self.trained_seconds, "log_prob": self.log_prob}


def train(name, stories, run, seed=0):
    """Train one of ``NAMES`` on the stories.  Returns a :class:`TrainedLanguageModel`; ValueError for an unknown name."""
    if name not in NAMES:
        raise ValueError(f"name is {name!r}; choose one of {', '.join(map(repr, NAMES))}.")
    import keras

    keras.utils.set_random_seed(seed)
    if name == "n-gram":
        order, characters = run.steps(smoke=(3, 40), laptop=(ORDER, 400), gpu=(9, 400))
        return ngram(stories, order, characters)
    steps = run.steps(smoke=2, laptop=STEPS[name], gpu=20 * STEPS[name])
    return {"GRU": gru, "GPT": gpt}[name](stories, run, steps)


NAMES = ("n-gram", "GRU", "GPT")


def ngram(stories, order, characters):
    """Counts characters (Kneser-Ney); for each story it is asked for, it writes so many, five times if that is not enough."""
    from genai_course.models import NgramModel

    started = time.process_time()
    model = NgramModel(order).fit(stories.train_text)
    seconds = time.process_time() - started
    parameters = [array for counts in model.counts for array in vars(counts).values()]

    def write(n, seed):
        text = ""
        for block in range(5):
            text += model.sample(n * characters, seed=[seed, block], prompt=text[-order:] or "\n")
            if text.count("\n") >= n:
                break
        return ([story + "\n" for story in text.split("\n")] + ["\n"] * n)[:n]

    def log_prob(texts):
        return np.array([model.log_prob("\n" + text)[1:].sum() for text in texts])

    return TrainedLanguageModel(write, log_prob, parameters, seconds)


def gru(stories, run, steps):
    """A recurrent network that reads tokens."""
    from genai_course.models import RecurrentLanguageModel
    from genai_course.models.language_model import pad

    encoder = encoder_of(stories)
    rows, length = 48, 10
    row = encoder.encode("\n" + stories.train_text)
    needed = steps * rows * length + 1
    row = np.tile(row, -(-needed // len(row)))[:needed]
    model = RecurrentLanguageModel(encoder.size, "gru", 96, rows, start=int(row[0]))
    model.compile(adam(8e-3, steps), **run.compile_options)
    model.optimizer.build(model.trainable_variables)  # or TensorFlow traces the first step twice
    cut = min(FIRST_STEPS, steps) * rows * length
    seconds = fit_twice(lambda part: model.fit(part, length, verbose=0), row[: cut + 1], row[cut:])
    longest = max(len(encoder.encode(text)) for text in stories.test)
    longest = run.steps(smoke=8, laptop=longest, gpu=longest)

    def write(n, seed):
        return first_stories(model.sample(n, longest, seed=seed), encoder)

    def log_prob(texts):
        numbers = pad([encoder.encode(text) for text in texts])
        return np.sum(model.log_prob(np.maximum(numbers, 0)) * (numbers >= 0), axis=1)

    return TrainedLanguageModel(write, log_prob, model, *seconds)


def gpt(stories, run, steps):
    """A small Transformer, with the quick recipe."""
    from genai_course.models import CopyingGPT
    from genai_course.models.language_model import pad

    encoder = encoder_of(stories)
    numbers = [encoder.encode(text) for text in (*stories.train, *stories.test)]
    context_length, batch = max(map(len, numbers)), 4
    rows = pad([numbers[i % len(stories.train)] for i in range(steps * batch)], context_length)
    model = CopyingGPT(encoder.size, context_length, d_model=64, heads=4, num_layers=1)
    model.compile(model.optimizer_for(steps, 0.03), **run.compile_options)
    model.optimizer.build(model.trainable_variables)
    cut = min(FIRST_STEPS, steps) * batch
    seconds = fit_twice(
        lambda part: model.fit(part, batch_size=batch, shuffle=False, verbose=0), rows[:cut], rows[cut:]
    )

    def write(n, seed):
        # With a cache it writes many times as fast, once that has been compiled, which is not worth it in ``smoke``.
        length = run.steps(smoke=8, laptop=context_length, gpu=context_length)
        return first_stories(model.sample(n, seed, length, cached=run.judges_claims), encoder)

    return TrainedLanguageModel(
        write,
        lambda texts: model.log_prob(pad([encoder.encode(each) for each in texts], context_length)),
        model,
        *seconds,
    )


def encoder_of(stories):
    """A byte-pair encoder of the tokens that the stories need, and of all bytes, so that it can read and write any text."""
    encoder = data.BytePairEncoder.train(stories.train_text[:100_000], TOKENS)
    return data.UsedTokens(encoder, stories.train_text, all_bytes=True)


def adam(rate, steps):
    """Adam with a learning rate that rises over the first steps and then falls along a cosine."""
    import keras

    first = min(20, steps // 2)
    falling = keras.optimizers.schedules.CosineDecay(0.0, steps - first, warmup_target=rate, warmup_steps=first)
    return keras.optimizers.Adam(falling, beta_2=0.99, global_clipnorm=1.0)


def fit_twice(fit, first, rest):
    """Fit on the first rows, in which TensorFlow traces the step, then on the rest.  -> CPU seconds of the rest, of the first"""
    started = time.process_time()
    fit(first)
    traced = time.process_time()
    if len(rest) > 1:
        fit(rest)
    return time.process_time() - traced, traced - started


def first_stories(rows, encoder):
    """What stands before the first line break of each row of tokens.  (n, length) -> n texts"""
    return [encoder.decode(row).split("\n")[0] + "\n" for row in rows]
