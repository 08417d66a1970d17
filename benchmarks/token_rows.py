"""Rows of tokens for the neural rows of ``benchmarks.text_prediction``, and how their models are judged."""

import numpy as np

BUDGET = 60.0  # CPU seconds of training
SPARE = 1.2  # so many times the steps that the budget should allow: no run ends before its seconds are spent
TOKENS = {"stories": 2_000, "python_docs": 2_048}


def encoder_of(texts):
    """Tokens for the transformers; of the stories', only those that they need."""
    from genai_course import data

    if isinstance(texts, data.Stories):
        return data.UsedTokens(data.BytePairEncoder.train(texts.train_text[:1_000_000], TOKENS["stories"]), texts.train)
    return data.BytePairEncoder.train(texts.train_text, TOKENS["python_docs"])


def scheduled_step(step, steps, spent, seconds):
    """Where in its schedule of ``steps`` a training stands after ``step`` of them and ``spent`` of its ``seconds``.

    The further of the two: whatever a shared machine does, the learning rate has fallen when the seconds are spent.
    """
    return max(step, int(steps * spent / seconds))


def padded(texts, encoder, context_length):
    """Texts as rows of tokens, -1 after their ends."""
    from genai_course.models.language_model import pad

    return pad([encoder.encode(text) for text in texts], context_length)


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
    return np.concatenate([log_prob_of_text(model, encoder.encode(text)) for text in texts.test])


def log_prob_of_text(model, tokens):
    """Of one row of any length: each token is predicted from half a context of tokens before it, or more.

    (time,) -> natural logarithms of probabilities (time,) float64
    """
    from genai_course.models.language_model import pad

    tokens = np.asarray(tokens)
    half = max(1, model.context_length // 2)
    starts = range(0, max(1, len(tokens) - model.context_length + half), half)
    windows = [tokens[start : start + model.context_length] for start in starts]
    log_probs = model.log_prob_of_tokens(pad(windows, model.context_length))
    skipped = [0] + [model.context_length - half] * (len(windows) - 1)  # what the window before has predicted
    return np.concatenate([each[skip : len(w)] for each, skip, w in zip(log_probs, skipped, windows, strict=True)])
