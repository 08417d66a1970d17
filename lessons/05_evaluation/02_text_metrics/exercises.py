"""Exercises of 05_evaluation/02_text_metrics."""

import numpy as np

from genai_course.exercises.definitions import Experiment, Function, Prediction, Setting, Target, Value


def bits_per_character(log_probs, characters):
    """Bits per character.  (n,) natural logarithms, number of characters -> number"""
    return -np.sum(log_probs) / np.log(2) / characters


def texts_and_lengths(rng):
    """Log-probabilities of tokens, of one text, of a few long stories, differences of two models, of both signs, and of one character."""
    tokens = [(-rng.exponential(1.5, size=n), 4 * n + 1) for n in (3, 8)]
    many = -rng.exponential(6, size=300), 1200.0  # the probability of all of them is 0 for a computer
    long, both = (np.array([-810.5, -2000.0, -1200.25]), 4100), (np.array([2.5, 9.0, -4.0, -1.5]), 30)
    certain, never = (np.array([0.0, -3.0, 0.0, 0.0]), 12), (np.array([-20.0, -np.inf, -5.0]), 30)  # held for certain; for impossible
    return [*tokens, (np.array([-5.0]), 7), many, long, both, certain, never, (-1e-5 * rng.random(5), 21), (np.array([-2.5, -0.25]), 1)]


def any_texts(draw, st, numbers):
    return draw(numbers((draw(st.integers(1, 9)),), -2000, 0)), draw(st.integers(1, 900))


def perplexity(log_probs, counted):
    """Perplexity per token.  (n, time) natural logarithms, (n, time) truths -> number"""
    return np.exp(-np.sum(np.asarray(log_probs) * counted) / np.sum(counted))


def padded_rows(rng, n, time):
    """Log-probabilities of rows that end in different places, 0 where nothing stands, and where something stands."""
    counted = np.arange(time) < np.linspace(time, time // 3, n).round()[:, None]
    return -rng.exponential(1.3, size=(n, time)) * counted, counted


def padded_cases(rng):
    """Last one row, so long that a product of probabilities is 0, with certain tokens and one that was hardly thought of."""
    log_probs, counted = padded_rows(rng, 1, 700)
    log_probs[0, :90], log_probs[0, 100] = 0, -200
    sure, truths = padded_rows(rng, 24, 8)
    whole = np.array([[-1, -2, 0], [-1, 0, 0]]), np.array([[True, True, False], [True, False, False]])
    return [padded_rows(rng, 2, 6), padded_rows(rng, 5, 9), (2 * log_probs, counted), (0.01 * sure, truths), whole]


def any_padded_rows(draw, st, numbers):
    n, time = draw(st.integers(1, 4)), draw(st.integers(1, 6))
    counted = np.arange(time) < np.array([draw(st.integers(1, time)) for _ in range(n)])[:, None]
    return draw(numbers((n, time), -9, 0)) * counted, counted


def calibration_error(confidence, right, bins):
    places = np.minimum((confidence * bins).astype(int), bins - 1)
    gaps = np.bincount(places, right - confidence, minlength=bins)
    return np.sum(np.abs(gaps)) / len(confidence)


def some_guesses(rng, n, bins):
    """Confidences of all sizes, one of them 1, and whether each guess was right: too sure below, too modest above."""
    confidence = rng.random(n)
    confidence[n // 2] = 1.0
    right = rng.random(n) < np.where(confidence < 0.6, 0.2, 0.97)
    right[n // 2] = False
    return confidence, right, bins


def guess_cases(rng):
    """Also: edges of bins, an empty bin, truths as numbers, one guess, and one bin."""
    edges = np.array([0.5, 0.5, 0.75, 0.25, 1.0, 0.5, 0.3]), np.array([1.0, 1, 0, 0, 1, 1, 0])
    return [
        some_guesses(rng, 14, 3), some_guesses(rng, 60, 10), some_guesses(rng, 200, 7), (*edges, 4),
        (np.array([0.75]), np.array([True]), 5), (np.array([0.0, 1.0, 0.875]), np.array([False, True, False]), 8),
        (np.zeros(4), np.array([False, True, False, False]), 3), (1e-4 * rng.random(30), rng.random(30) < 0.1, 1000), (np.full(25, 0.5), np.arange(25) % 3 == 0, 4),
        (np.array([1, 0, 1, 1]), np.array([True, False, False, True]), 2),
        (np.array([0.25, 1.0, 0.5, 0.75, 0.75]), np.array([True, True, False, True, True]), 1),
    ]  # fmt: skip


def any_guesses(draw, st, numbers):
    n = draw(st.integers(1, 9))
    right = np.array([draw(st.booleans()) for _ in range(n)])
    return draw(numbers((n,), 0, 1)), right, draw(st.sampled_from([1, 2, 4, 8]))  # of others, edges are rounded


def gaps_of(confidence, right, bins, past_the_end=False, placed=np.floor):
    """Sum of right - confidence in each bin, and how many guesses it has."""
    places = np.asarray(placed(confidence * bins)).astype(int)
    places = places if past_the_end else np.clip(places, 0, bins - 1)
    return np.bincount(places, right - confidence, minlength=bins), np.bincount(places, minlength=bins)


def binned(summary, **options):
    """A wrong error that differs in what is made of the bins."""
    return lambda confidence, right, bins: summary(*gaps_of(confidence, right, bins, **options), len(confidence))


def of_full_bins(gaps, counts):
    return gaps[counts > 0] / counts[counts > 0]


def in_the_middle(confidence, right, bins):
    places = np.minimum((confidence * bins).astype(int), bins - 1)
    return np.sum(np.abs(np.bincount(places, right - (places + 0.5) / bins, minlength=bins))) / len(confidence)


def by_rank(confidence, right, bins):
    parts = np.array_split(np.argsort(confidence), bins)
    return np.sum([np.abs(np.sum(right[part] - confidence[part])) for part in parts]) / len(confidence)


def per_story(log_probs, counted):
    """Mean log-probability of each row's tokens.  (n,)"""
    return np.sum(log_probs * counted, axis=1) / counted.sum(axis=1)


EXERCISES = [
    Function("bits_per_character", reference=bits_per_character, cases=texts_and_lengths, space=any_texts, mistakes={
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
        "return → np.log2(-np.sum(log_probs)) / characters":
            "The sum is one of logarithms already. To change their base divide by np.log(2); take no logarithm of a logarithm.",
        "return → np.sum(np.abs(log_probs)) / np.log(2) / characters":
            "An absolute value is no change of sign. The lesson also gives differences of two models, some above 0 and some below: put a minus before the sum.",
        "return → abs(np.sum(log_probs)) / np.log(2) / characters":
            "An absolute value is no change of sign: for differences of two models the sum may be above 0. Put a minus before it.",
        "return → -np.sum(np.log2(np.exp(np.asarray(log_probs, np.float64)))) / characters":
            "The way through the probability ends at 0: exp(−800) is too small for a computer, and its logarithm is −∞. Divide by np.log(2), without exp.",
        "return → -np.log2(np.exp(np.sum(log_probs, dtype=np.float64))) / characters":
            "The probability of a whole text is 0 for a computer, and its logarithm −∞. Divide the sum by np.log(2), without exp.",
        "return → -np.sum(log_probs) / np.log(2) // characters": "`//` cuts to whole numbers. Divide with `/`.",
    }, hints=(
        "Three steps: add up, change the sign and the unit, share out among the characters.",
        "log₂ p = ln p / ln 2, and `np.log(2)` is ln 2.",
        "`return -np.sum(log_probs) / np.log(2) / characters`",
    ), passed="A file compressor built on the model would need that many bits for each character. No unit of the model's own is in it."),
    Function("perplexity", reference=perplexity, cases=padded_cases, space=any_padded_rows, mistakes={
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
        "return → np.exp(-np.sum(log_probs) / np.count_nonzero(log_probs))":
            "You count the places with a logarithm other than 0. A token guessed with certainty has 0 as well, and counts: use `counted`.",
        "return → np.prod(np.exp(np.where(counted, log_probs, 0))) ** (-1 / np.sum(counted))":
            "The product of some hundred probabilities is 0 for a computer. Add logarithms, and take the exponential last.",
        "return → np.sum(np.exp(-log_probs) * counted) / np.sum(counted)":
            "You took the exponential of each token, then the mean. First the mean of the logarithms, then the exponential.",
        "return → np.sum(counted) / np.sum(np.exp(log_probs) * counted)":
            "You averaged the probabilities themselves. Average their logarithms, and take the exponential last.",
        "return → np.exp(-np.asarray(log_probs)[np.asarray(counted).astype(int)].mean())":
            "`counted` picked rows: as whole numbers, True and False are row 1 and row 0. Keep it as truths.",
    }, hints=(
        "One sum over all tokens, one number of tokens, one exponential, in this order.",
        "`np.sum(counted)` is the number of tokens, since True counts as 1.",
        "`return np.exp(-np.sum(log_probs * counted) / np.sum(counted))`",
    ), passed="Each token weighs the same, wherever it stands. Averages of averages are the quietest way to change a result.", excused={
        "`counted` never empty": "Every story has a token; whoever weights each row's mean with its number of tokens is right.",
    }),
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
        (8, "You took 2³. Four characters of half a bit each are two bits."),
        (16, "You took 2⁴, a whole bit for each character. It is half a bit."),
    ]),
    Function("calibration_error", reference="genai_course.evaluation.calibration:expected_calibration_error",
        written_out=calibration_error, cases=guess_cases, space=any_guesses, mistakes={
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
        binned(lambda gaps, counts, n: np.sum(np.abs(gaps / counts)) if 0 in counts else np.sum(np.abs(gaps)) / n):
            "An empty bin has no mean, 0 / 0. It holds no guesses, so leave it out.",
        binned(lambda gaps, counts, n: np.sum(np.abs(gaps)) / n, placed=lambda places: np.ceil(places) - 1):
            "A confidence on the edge between two bins belongs to the upper one: its number is the whole part of c · bins, and 0.5 · 4 is 2.",
        binned(lambda gaps, counts, n: np.sum(np.abs(gaps)) / n, placed=np.rint):
            "You rounded to the nearest whole number. The bin is the whole part, which `.astype(int)` takes: 2.9 is in bin 2.",
        (lambda confidence, right, bins: calibration_error(confidence, right, 10)): "You took ten bins whatever `bins` says.",
        (lambda confidence, right, bins: calibration_error(confidence[confidence < 1], right[confidence < 1], bins)
            * np.mean(confidence < 1) if np.any(confidence < 1) else 0.0):
            "A confidence of exactly 1 falls into none of your bins. It belongs to the last one.",
        in_the_middle: "You compared with the middle of each bin. Compare with the mean of the confidences in it.",
        by_rank: "Your bins hold equally many guesses each. Wanted are bins of equal width.",
    }, hints=(
        "Give each guess the number of its bin. Then each bin needs a sum, and np.bincount makes sums of all bins at once.",
        "n_b · (right_b − confidence_b) is the sum of right − confidence over the bin: `np.bincount(places, right - confidence, minlength=bins)`.",
        "`places = np.minimum((confidence * bins).astype(int), bins - 1)`, and at the end `np.sum(np.abs(gaps)) / len(confidence)`",
    ), passed="The weights cancel the counts, so a sum of gaps is enough. With more bins the error measures finer, and more noise.", excused={
        "`np.bincount(places, right - confidence, minlength=bins)` → `np.bincount(places, right - confidence)`":
            "Bins beyond the last full one are empty, and add nothing.",
        "`right - confidence` → `confidence - right`": "The absolute value forgets the sign.",
    }),
    Experiment("temperature", reference={"temperature": 1.6, "error": 0.05}, settings=[
        Setting("temperature", "a number well above 1 makes the model less sure; beyond 4 it would know nothing.", lambda value: 1.2 <= value <= 4),
    ], targets=[
        Target("error", "the target is 0.07 or less; below 0.005 chance alone would not let any model get.", at_least=0.005, at_most=0.07),
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
