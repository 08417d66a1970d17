"""Can a model's confidence be believed? Of the guesses made with 70 %, seven in ten should be right.

Guo, Pleiss, Sun and Weinberger (2017), "On calibration of modern neural networks": reliability diagrams and the expected
calibration error (equation 3) are in its section 2, temperature scaling is in section 4.2. Their bins hold their
upper edge, ours the lower.
"""

import numpy as np

from genai_course.checks import check_above_zero, check_sizes

COLDEST, HOTTEST, PRECISION = 0.05, 20.0, 1e-3  # of the search for a temperature; the last one is relative


def guesses(logits, tokens, temperature=1.0):
    """The likeliest next token at every place: how sure the model is of it, and whether it was right.

    logits: (n, vocabulary) numbers. tokens: (n,) what really came, whole numbers below the vocabulary. temperature: above 0.
    Returns confidence (n,) float64 from 0 to 1, and right (n,) bool.
    Raises ValueError for other shapes, tokens out of range, or a temperature of 0 or less.
    """
    logits, tokens = _check_logits(logits, tokens)
    check_above_zero("temperature", temperature)
    best = logits.argmax(axis=1)
    return np.exp(_log_probs(logits, best, temperature)), best == tokens


def reliability(confidence, right, bins=10):
    """The bins of a reliability diagram, all of one width: [0, 0.1), [0.1, 0.2) and so on for ten; 1 is in the last.

    confidence: (n,) numbers from 0 to 1. right: (n,) truth values. bins: whole number, 1 or more.
    Returns three arrays (bins,): mean confidence, share right (both NaN in an empty bin), and number of guesses.
    Raises ValueError for other shapes, no guesses, or numbers out of range.
    """
    confidence, right = _check_guesses(confidence, right)
    check_sizes(bins=bins)
    places = np.minimum((confidence * bins).astype(int), bins - 1)  # (n,)
    counts = np.bincount(places, minlength=bins)
    sums = [np.bincount(places, weights, minlength=bins) for weights in (confidence, right)]
    with np.errstate(invalid="ignore"):
        means = [total / counts for total in sums]
    return means[0], means[1], counts


def expected_calibration_error(confidence, right, bins=10):
    """Mean distance between confidence and share right over the bins, each with the weight of its guesses; 0 is best.

    Even a perfect model does not reach 0 on a finite sample, since each bin's share right is a throw of dice.
    Arguments and errors as of :func:`reliability`.  Returns a float from 0 to 1.
    """
    sure, share, counts = reliability(confidence, right, bins)
    full = counts > 0
    return float(np.sum(counts[full] * np.abs(share[full] - sure[full])) / counts.sum())


def fit_temperature(logits, tokens):
    """The temperature, from 0.05 to 20, at which the tokens are likeliest: one number learned on held-out text.

    The mean log-probability has a single peak in 1 / temperature (a sum of logits minus log-sum-exps is concave), so a search
    that throws away a third of the interval at each step finds it.
    Arguments and errors as of :func:`guesses`.  Returns a float.
    """
    logits, tokens = _check_logits(logits, tokens)
    low, high = np.log(COLDEST), np.log(HOTTEST)
    while high - low > PRECISION:
        first, second = low + (high - low) / 3, high - (high - low) / 3
        scores = [_log_probs(logits, tokens, np.exp(each)).mean() for each in (first, second)]
        low, high = (first, high) if scores[0] < scores[1] else (low, second)
    return float(np.exp((low + high) / 2))


def _log_probs(logits, tokens, temperature):
    """Natural logarithm of the probability of one token a place.  (n, vocabulary), (n,) -> (n,) float64"""
    scaled = (logits - logits.max(axis=1, keepdims=True)) / np.float32(temperature)
    return scaled[np.arange(len(tokens)), tokens] - np.log(np.exp(scaled).sum(axis=1, dtype="float64"))


def _check_logits(logits, tokens):
    logits, tokens = np.asarray(logits, "float32"), np.asarray(tokens)
    if logits.ndim != 2 or not logits.size or tokens.shape != logits.shape[:1]:
        given = f"logits have shape {logits.shape} and tokens {tokens.shape}"
        raise ValueError(f"{given}; give (n, vocabulary) and (n,), n 1 or more.")
    if tokens.dtype.kind not in "iu" or tokens.min() < 0 or tokens.max() >= logits.shape[1]:
        given = f"{tokens.dtype} from {tokens.min()} to {tokens.max()}"
        raise ValueError(f"tokens are {given}; give whole numbers from 0 to {logits.shape[1] - 1}.")
    return logits, tokens


def _check_guesses(confidence, right):
    confidence, right = np.asarray(confidence, "float64"), np.asarray(right, "float64")
    if confidence.ndim != 1 or not confidence.size or right.shape != confidence.shape:
        given = f"confidence has shape {confidence.shape} and right {right.shape}"
        raise ValueError(f"{given}; give two arrays (n,), n 1 or more.")
    if not np.all((confidence >= 0) & (confidence <= 1)):
        given = f"confidence goes from {confidence.min():g} to {confidence.max():g}"
        raise ValueError(f"{given}; give probabilities from 0 to 1.")
    if not np.isin(right, (0, 1)).all():
        raise ValueError("right holds something else than 0 and 1; say for each guess whether it was right.")
    return confidence, right
