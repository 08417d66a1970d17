"""Text models of the course on the same stories, each trained for about the same CPU seconds.

As with pictures, how far each gets is fixed once in steps, so that the same seed gives the same model.
"""

import time

import numpy as np

from genai_course import data, models
from genai_course.checks import check_choice
from genai_course.labs.scorecard.picture_baselines import Trained
from genai_course.recipes import text_models
from genai_course.recipes.budget import FIRST_STEPS, Steps, warm_up_adam

TOKENS = 800  # of the byte-pair encoder
ORDER = 7  # of the n-gram
# Steps that took about 1.5 CPU seconds, the first 16 not counted; the n-gram counts all stories once, in half a second.
STEPS = {"GRU": 144, "GPT": 56}


def train(name, stories, run, seed=0):
    """Train one of ``NAMES`` on the stories.  Returns it as :class:`Trained`; ValueError for an unknown name."""
    check_choice("name", name, NAMES)
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
    started = time.process_time()
    model = models.NgramModel(order).fit(stories.train_text)
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

    return Trained(write, parameters, seconds, more={"log_prob": log_prob})


def gru(stories, run, steps):
    """A recurrent network that reads tokens."""
    encoder = encoder_of(stories)
    rows, length = 48, 10
    tokens = encoder.encode("\n" + stories.train_text)
    needed = steps * rows * length + 1
    tokens = np.tile(tokens, -(-needed // len(tokens)))[:needed]
    first, budget = min(20, steps // 2), Steps(steps, run.compile_options)
    model = models.RecurrentLanguageModel(encoder.size, "gru", 96, rows, start=int(tokens[0]))
    model.compile(warm_up_adam(8e-3, first, steps - first), **budget.options)
    cut = min(FIRST_STEPS, steps) * rows * length
    budget.fit_in_two(model, lambda part: model.fit(part, length=length, verbose=0), tokens[: cut + 1], tokens[cut:])
    longest = max(len(encoder.encode(text)) for text in stories.test)
    longest = run.steps(smoke=8, laptop=longest, gpu=longest)

    def write(n, seed):
        return first_stories(model.sample(n, longest, seed=seed), encoder)

    def log_prob(texts):
        return text_models.log_prob_of_texts(model, encoder, texts)

    return Trained(write, model, **budget.seconds, more={"log_prob": log_prob})


def gpt(stories, run, steps):
    """A small Transformer, ``CopyingGPT``."""
    from genai_course.models.language_model import pad

    encoder = encoder_of(stories)
    numbers = [encoder.encode(text) for text in (*stories.train, *stories.test)]
    context_length, batch = max(map(len, numbers)), 4
    rows = pad([numbers[i % len(stories.train)] for i in range(steps * batch)], context_length)
    budget = Steps(steps, run.compile_options, shuffle=False)
    model = text_models.copying_gpt(rows, budget, encoder.size, batch=batch)

    def write(n, seed):
        # With a cache it writes many times as fast, once that has been compiled, which is not worth it in ``smoke``.
        length = run.steps(smoke=8, laptop=context_length, gpu=context_length)
        return first_stories(model.sample(n, seed, length, cached=run.judges_claims), encoder)

    def log_prob(texts):
        return model.log_prob(pad([encoder.encode(each) for each in texts], context_length))

    return Trained(write, model, **budget.seconds, more={"log_prob": log_prob})


def encoder_of(stories):
    """A byte-pair encoder of the tokens that the stories need, and of all bytes, so that it can read and write any text."""
    encoder = data.BytePairEncoder.train(stories.train_text[:100_000], TOKENS)
    return data.UsedTokens(encoder, stories.train_text, all_bytes=True)


def first_stories(rows, encoder):
    """What stands before the first line break of each row of tokens.  (n, length) -> n texts"""
    return [encoder.decode(row).split("\n")[0] + "\n" for row in rows]
