"""Which token comes next: from a language model's logits to the distribution that it is drawn from."""

import numpy as np

from genai_course.checks import check_whole_number


def token_probabilities(logits, temperature=1.0, top_k=None, top_p=1.0):
    """The distribution that the next token is drawn from.  (vocab_size,) -> (vocab_size,) float64, adds up to 1

    temperature: 0 or more; below 1 the likely becomes likelier, 0 leaves the likeliest token only.
    top_k: keep the k likeliest tokens. top_p: of these, the fewest that hold together at least this probability, above 0 to 1
        (Holtzman et al. 2020, "The curious case of neural text degeneration", section 3.1).
    """
    order = np.argsort(-logits, kind="stable")[: 1 if temperature == 0 else top_k]  # the likeliest first
    weights = np.exp((logits[order].astype("float64") - logits[order[0]]) / (temperature or 1))
    weights /= weights.sum()
    weights[np.cumsum(weights) - weights >= top_p] = 0  # before these, enough is held already
    probabilities = np.zeros(len(logits))
    probabilities[order] = weights / weights.sum()
    return probabilities


def draw_token(probabilities, uniform):
    """The token that a number from [0, 1) draws.  (vocab_size,), number -> int"""
    cumulative = np.cumsum(probabilities)
    return int(np.searchsorted(cumulative, uniform * cumulative[-1], side="right"))


def penalise_repetition(logits, tokens, penalty):
    """Make tokens that were there already less likely: their logits divided by ``penalty`` if above 0, else times it.

    (vocab_size,), tokens so far, above 1 to penalise -> (vocab_size,).  Keskar et al. (2019), "CTRL", section 4.1, whose equation
    divides negative logits as well, which makes them likelier; so it is not taken by the letter, here and in other libraries.
    """
    changed, seen = np.array(logits), np.unique(tokens)
    changed[seen] = np.where(changed[seen] > 0, changed[seen] / penalty, changed[seen] * penalty)
    return changed


def check_sampling(vocab_size, temperature, top_k, top_p):
    """ValueError for a number out of range."""
    if isinstance(temperature, bool) or not 0 <= temperature < np.inf:
        raise ValueError(f"temperature is {temperature!r}; give a finite number, 0 or more.")
    check_whole_number("top_k", vocab_size if top_k is None else top_k, 1, vocab_size)
    if not 0 < top_p <= 1:
        raise ValueError(f"top_p is {top_p!r}; give a number above 0, up to 1.")
