"""Exercises of 05_evaluation/02_text_metrics."""

import numpy as np

from genai_course.exercises.definitions import Experiment, Function, Prediction, Target, Value


def perplexity(log_probs, counted):
    """Perplexity per token.  (n, time) natural logarithms, (n, time) truths -> number"""
    return np.exp(-np.sum(np.asarray(log_probs) * counted) / np.sum(counted))


def padded_rows(rng, n, time):
    """Log-probabilities of rows that end in different places, 0 where nothing stands, and where something stands."""
    counted = np.arange(time) < np.linspace(time, time // 3, n).round()[:, None]
    return -rng.exponential(1.3, size=(n, time)) * counted, counted


def some_guesses(rng, n, bins):
    """Confidences of all sizes, one of them 1, and whether each guess was right: too sure below, too modest above."""
    confidence = rng.random(n)
    confidence[n // 2] = 1.0
    right = rng.random(n) < np.where(confidence < 0.6, 0.2, 0.97)
    right[n // 2] = False
    return confidence, right, bins


def gaps_of(confidence, right, bins, past_the_end=False):
    """Sum of right - confidence in each bin, and how many guesses it has."""
    places = (confidence * bins).astype(int)
    places = places if past_the_end else np.minimum(places, bins - 1)
    return np.bincount(places, right - confidence, minlength=bins), np.bincount(places, minlength=bins)


def binned(summary, **options):
    """A wrong error that differs in what is made of the bins."""
    return lambda confidence, right, bins: summary(*gaps_of(confidence, right, bins, **options), len(confidence))


def of_full_bins(gaps, counts):
    return gaps[counts > 0] / counts[counts > 0]


def per_story(log_probs, counted):
    """Mean log-probability of each row's tokens.  (n,)"""
    return np.sum(log_probs * counted, axis=1) / counted.sum(axis=1)


EXERCISES = [
    Function("bits_per_character", reference="genai_course.evaluation.compression:bits_per_character",
        cases=lambda rng: [(-rng.exponential(1.5, size=n), 4 * n + 1) for n in (3, 8)], mistakes={
        "return → np.sum(log_probs) / np.log(2) / characters":
            "The sign is missing. Logarithms of probabilities are negative, and a surprise is positive.",
        "return → -np.sum(log_probs) / characters":
            "Those are nats: the model's logarithms are natural ones. One bit is ln 2 nats, so divide by np.log(2).",
        "return → -np.sum(log_probs) * np.log(2) / characters":
            "You multiplied by ln 2. A bit is smaller than a nat, so there are more bits than nats: divide.",
        "return → -np.mean(log_probs) / np.log(2)":
            "You averaged over the log-probabilities, which is per token or per story. Add them up and divide by the characters: only those are the same for every model.",
        "return → -np.mean(log_probs) / np.log(2) / characters":
            "You took the mean, and then divided by the characters as well. Take the sum: it is the surprise of the whole text.",
        "return → 2 ** (-np.sum(log_probs) / np.log(2) / characters)": "That is the perplexity per character. The bits are its exponent.",
        "return → -np.sum(log_probs) / np.log(10) / characters": "You divided by ln 10, which counts decimal digits. A bit has base 2.",
        "return → -np.sum(np.log2(-log_probs)) / characters":
            "The numbers are logarithms already. To change their base divide by np.log(2); take no logarithm of a logarithm.",
    }, hints=(
        "Three steps: add up, change the sign and the unit, share out among the characters.",
        "log₂ p = ln p / ln 2, and `np.log(2)` is ln 2.",
        "`return -np.sum(log_probs) / np.log(2) / characters`",
    ), passed="A file compressor built on the model would need that many bits for each character. No unit of the model's own is in it."),
    Function("perplexity", reference=perplexity, cases=lambda rng: [padded_rows(rng, 2, 6), padded_rows(rng, 5, 9)], mistakes={
        "return → np.exp(-log_probs.mean(axis=1)).mean()":
            "That is the colleague's function: each nothing still counts as a token guessed with certainty.",
        "return → np.exp(-log_probs.mean())":
            "The padding is still in the mean: `mean` divides by all places. Divide by the number of tokens, np.sum(counted).",
        "return → np.exp(-per_story(log_probs, counted)).mean()":
            "The padding is gone, and each story still has its own perplexity, so a short story's tokens weigh more. Add up all tokens before you divide, and take the exponential last.",
        "return → np.exp(-per_story(log_probs, counted).mean())":
            "You averaged over each story's tokens, and then over stories. Then tokens of short stories weigh more. Make one sum over everything.",
        "-np.sum(np.asarray(log_probs) * counted) → np.sum(log_probs * counted)":
            "The minus is missing. A perplexity is 1 or more: 1 for a model that always knows.",
        "return → -np.sum(log_probs * counted) / np.sum(counted)": "That is the mean surprise in nats. The perplexity is e to that power.",
        "return → 2 ** (-np.sum(log_probs * counted) / np.sum(counted))":
            "The logarithms are natural ones, so the base is e: np.exp, not 2 to the power.",
        "return → np.exp(-np.sum(log_probs * counted, axis=1) / np.sum(counted, axis=1))":
            "You returned one perplexity for each story. All stories together have one.",
        "return → np.exp(-np.sum(log_probs * counted) / len(counted))":
            "You divided by the number of stories. Divide by the number of tokens, np.sum(counted).",
    }, hints=(
        "One sum over all tokens, one number of tokens, one exponential, in this order.",
        "`np.sum(counted)` is the number of tokens, since True counts as 1.",
        "`return np.exp(-np.sum(log_probs * counted) / np.sum(counted))`",
    ), passed="Each token weighs the same, wherever it stands. Averages of averages are the quietest way to change a result."),
    Value("per_token", reference=4, hints=(
        "First: how many bits does one token cost?",
        "Four characters of half a bit are 2 bits. Between how many equally likely tokens does one waver with 2 bits?",
        "Perplexity is 2 to the power of the bits: 2 ** (0.5 * 4)",
    ), passed="2 bits a token, so 2² = 4. With tokens of 8 characters the same model would have a perplexity of 16.", mistakes=[
        (2, "Those are the bits per token. The perplexity is 2 to that power."),
        (lambda answer: abs(answer - 2**0.5) < 0.01, "That is the perplexity per character, 2 to the power 0.5. A token has four characters.", 1.414),
        (lambda answer: abs(answer - np.e**2) < 0.05, "The two bits per token are right, and bits belong to the base 2, not e.", 7.39),
        (lambda answer: abs(answer - 4 * 2**0.5) < 0.05,
         "You multiplied the perplexity per character by 4. Bits add up over characters, so perplexities multiply: 1.41⁴.", 5.66),
        (lambda answer: abs(answer - 2**0.125) < 0.01, "You divided by 4. A token holds four characters and costs what all four cost together.",
         1.09),
        (16, "You took 2⁴, a whole bit for each character. It is half a bit."),
    ]),
    Function("calibration_error", reference="genai_course.evaluation.calibration:expected_calibration_error",
        cases=lambda rng: [some_guesses(rng, 14, 3), some_guesses(rng, 60, 10), some_guesses(rng, 200, 7)], mistakes={
        "return → abs(np.mean(right) - np.mean(confidence))":
            "You compared two overall means. Being too sure in one bin and too modest in another then cancel out; take the distance in each bin first.",
        binned(lambda gaps, counts, n: np.sum(gaps) / n):
            "The bins' gaps have signs, and in your sum they cancel out. Take the absolute value of each bin.",
        "return → np.mean(np.abs(right - confidence))":
            "You took the distance of every single guess. One guess is right or wrong, never 70 % right: the share needs a bin.",
        "return → np.mean((right - confidence) ** 2)":
            "That is the Brier score, the mean squared distance of single guesses. The calibration error compares means of bins.",
        binned(lambda gaps, counts, n: np.mean(np.abs(of_full_bins(gaps, counts)))):
            "Every bin has the same weight in your mean, one with two guesses as much as one with thousands. Weigh it by n_b / n.",
        binned(lambda gaps, counts, n: np.sum(np.abs(of_full_bins(gaps, counts)))): "You added up the bins' distances without their weights n_b / n.",
        binned(lambda gaps, counts, n: np.max(np.abs(of_full_bins(gaps, counts)))):
            "That is the largest distance of a bin, the maximum calibration error. The expected one is the weighted mean.",
        binned(lambda gaps, counts, n: np.sum(np.abs(gaps))): "Only the division by n, the number of guesses, is missing.",
        binned(lambda gaps, counts, n: np.sum(np.abs(gaps)) / len(gaps)): "You divided by the number of bins. Divide by the number of guesses.",
        binned(lambda gaps, counts, n: np.sum(np.abs(gaps)) / n, past_the_end=True):
            "A confidence of exactly 1 got a bin of its own, since the whole part of 1 · bins is bins. It belongs to the last bin: use np.minimum(…, bins - 1).",
        binned(lambda gaps, counts, n: np.sum(np.abs(gaps[: len(counts) - 1])) / n):
            "The last bin is missing. With `range(bins)` the numbers go from 0 to bins − 1, and all are needed.",
        binned(lambda gaps, counts, n: np.sum(of_full_bins(gaps, counts) ** 2 * counts[counts > 0]) / n):
            "You squared the bins' distances. The calibration error takes their absolute values.",
    }, hints=(
        "Give each guess the number of its bin. Then each bin needs a sum, and np.bincount makes sums of all bins at once.",
        "n_b · (right_b − confidence_b) is the sum of right − confidence over the bin: `np.bincount(places, right - confidence, minlength=bins)`.",
        "`places = np.minimum((confidence * bins).astype(int), bins - 1)`, and at the end `np.sum(np.abs(gaps)) / len(confidence)`",
    ), passed="The weights cancel the counts, so a sum of gaps is enough. With more bins the error measures finer, and more noise.", excused={
        "`np.bincount(places, right - confidence, minlength=bins)` → `np.bincount(places, right - confidence)`":
            "Bins beyond the last full one are empty, and add nothing.",
        "`right - confidence` → `confidence - right`": "The absolute value forgets the sign.",
    }),
    Experiment("temperature", reference={"temperature": 1.6, "error": 0.05}, targets=[
        Target("error", "the target is 0.07 or less.", at_least=0.001, at_most=0.07),
    ], hints=(
        "Too sure means: its probabilities should be spread more evenly. Which way does the temperature do that?",
        "Above 1. Try 1.2, 1.5 and 2, and look where the error stops falling and rises again.",
        "`result = scaled(1.6)`",
    ), passed="Where it lies lowest it is neither too sure nor too modest. Not one guess has changed, only what it says of them.", mistakes=[
        (lambda result: result["temperature"] < 1, "Below 1 the model becomes even surer, and it is too sure already. Go the other way.",
         {"temperature": 0.6, "error": 0.22}),
        (lambda result: 1 <= result["temperature"] < 1.25, "That is hardly a change: 1 leaves the model as it is. Go further up.",
         {"temperature": 1.1, "error": 0.11}),
        (lambda result: result["temperature"] > 1.8, "Now it is too modest: it is right more often than it says. The best temperature lies lower.",
         {"temperature": 2.5, "error": 0.24}),
    ]),
]

PREDICTIONS = [
    Prediction("contradictions", between=(0, 1), close=0.1,
               after="A name or a colour is a small part of the bits, so training repairs it late. A score near the truth says little about them."),
]
