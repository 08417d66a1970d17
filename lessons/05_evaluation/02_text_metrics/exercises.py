"""Exercises of 05_evaluation/02_text_metrics."""

import numpy as np

from genai_course.exercises.definitions import Experiment, Function, Mistake, Prediction, Question, Target, Value


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
    Function(
        "bits_per_character",
        reference="genai_course.evaluation.compression:bits_per_character",
        cases=lambda rng: [(-rng.exponential(1.5, size=n), 4 * n + 1) for n in (3, 8)],
        mistakes=[
            Mistake(
                lambda log_probs, characters: np.sum(log_probs) / np.log(2) / characters,
                "The sign is missing. Logarithms of probabilities are negative, and a surprise is positive.",
            ),
            Mistake(
                lambda log_probs, characters: -np.sum(log_probs) / characters,
                "Those are nats: the model's logarithms are natural ones. One bit is ln 2 nats, so divide by np.log(2).",
            ),
            Mistake(
                lambda log_probs, characters: -np.sum(log_probs) * np.log(2) / characters,
                "You multiplied by ln 2. A bit is smaller than a nat, so there are more bits than nats: divide.",
            ),
            Mistake(
                lambda log_probs, characters: -np.mean(log_probs) / np.log(2),
                "You averaged over the log-probabilities, which is per token or per story. Add them up and divide by the characters: "
                "only those are the same for every model.",
            ),
            Mistake(
                lambda log_probs, characters: -np.mean(log_probs) / np.log(2) / characters,
                "You took the mean, and then divided by the characters as well. Take the sum: it is the surprise of the whole text.",
            ),
            Mistake(
                lambda log_probs, characters: 2 ** (-np.sum(log_probs) / np.log(2) / characters),
                "That is the perplexity per character. The bits are its exponent.",
            ),
            Mistake(
                lambda log_probs, characters: -np.sum(log_probs) / np.log(10) / characters,
                "You divided by ln 10, which counts decimal digits. A bit has base 2.",
            ),
            Mistake(
                lambda log_probs, characters: -np.sum(np.log2(-log_probs)) / characters,
                "The numbers are logarithms already. To change their base divide by np.log(2); take no logarithm of a logarithm.",
            ),
        ],
        hints=(
            "Three steps: add up, change the sign and the unit, share out among the characters.",
            "log₂ p = ln p / ln 2, and `np.log(2)` is ln 2.",
            "`return -np.sum(log_probs) / np.log(2) / characters`",
        ),
        passed="A file compressor built on the model would need that many bits for each character. No unit of the model's own is in it.",
    ),
    Function(
        "perplexity",
        reference=perplexity,
        cases=lambda rng: [padded_rows(rng, 2, 6), padded_rows(rng, 5, 9)],
        mistakes=[
            Mistake(
                lambda log_probs, counted: np.exp(-log_probs.mean(axis=1)).mean(),
                "That is the colleague's function: each nothing still counts as a token guessed with certainty.",
            ),
            Mistake(
                lambda log_probs, counted: np.exp(-log_probs.mean()),
                "The padding is still in the mean: `mean` divides by all places. Divide by the number of tokens, np.sum(counted).",
            ),
            Mistake(
                lambda log_probs, counted: np.exp(-per_story(log_probs, counted)).mean(),
                "The padding is gone, and each story still has its own perplexity, so a short story's tokens weigh more. Add up all tokens "
                "before you divide, and take the exponential last.",
            ),
            Mistake(
                lambda log_probs, counted: np.exp(-per_story(log_probs, counted).mean()),
                "You averaged over each story's tokens, and then over stories. Then tokens of short stories weigh more. Make one sum over "
                "everything.",
            ),
            Mistake(
                lambda log_probs, counted: np.exp(np.sum(log_probs * counted) / np.sum(counted)),
                "The minus is missing. A perplexity is 1 or more: 1 for a model that always knows.",
            ),
            Mistake(
                lambda log_probs, counted: -np.sum(log_probs * counted) / np.sum(counted),
                "That is the mean surprise in nats. The perplexity is e to that power.",
            ),
            Mistake(
                lambda log_probs, counted: 2 ** (-np.sum(log_probs * counted) / np.sum(counted)),
                "The logarithms are natural ones, so the base is e: np.exp, not 2 to the power.",
            ),
            Mistake(
                lambda log_probs, counted: np.exp(-np.sum(log_probs * counted, axis=1) / np.sum(counted, axis=1)),
                "You returned one perplexity for each story. All stories together have one.",
            ),
            Mistake(
                lambda log_probs, counted: np.exp(-np.sum(log_probs * counted) / len(counted)),
                "You divided by the number of stories. Divide by the number of tokens, np.sum(counted).",
            ),
        ],
        hints=(
            "One sum over all tokens, one number of tokens, one exponential, in this order.",
            "`np.sum(counted)` is the number of tokens, since True counts as 1.",
            "`return np.exp(-np.sum(log_probs * counted) / np.sum(counted))`",
        ),
        passed="Each token weighs the same, wherever it stands. Averages of averages are the quietest way to change a result.",
    ),
    Value(
        "per_token",
        reference=4,
        hints=(
            "First: how many bits does one token cost?",
            "Four characters of half a bit are 2 bits. Between how many equally likely tokens does one waver with 2 bits?",
            "Perplexity is 2 to the power of the bits: 2 ** (0.5 * 4)",
        ),
        passed="2 bits a token, so 2² = 4. With tokens of 8 characters the same model would have a perplexity of 16.",
        mistakes=[
            Mistake(2, "Those are the bits per token. The perplexity is 2 to that power."),
            Mistake(
                lambda answer: abs(answer - 2**0.5) < 0.01,
                "That is the perplexity per character, 2 to the power 0.5. A token has four characters.",
                example=1.414,
            ),
            Mistake(
                lambda answer: abs(answer - np.e**2) < 0.05,
                "The two bits per token are right, and bits belong to the base 2, not e.",
                example=7.39,
            ),
            Mistake(
                lambda answer: abs(answer - 4 * 2**0.5) < 0.05,
                "You multiplied the perplexity per character by 4. Bits add up over characters, so perplexities multiply: 1.41⁴.",
                example=5.66,
            ),
            Mistake(
                lambda answer: abs(answer - 2**0.125) < 0.01,
                "You divided by 4. A token holds four characters and costs what all four cost together.",
                example=1.09,
            ),
            Mistake(16, "You took 2⁴, a whole bit for each character. It is half a bit."),
        ],
    ),
    Function(
        "calibration_error",
        reference="genai_course.evaluation.calibration:expected_calibration_error",
        cases=lambda rng: [some_guesses(rng, 14, 3), some_guesses(rng, 60, 10), some_guesses(rng, 200, 7)],
        mistakes=[
            Mistake(
                lambda confidence, right, bins: abs(np.mean(right) - np.mean(confidence)),
                "You compared two overall means. Being too sure in one bin and too modest in another then cancel out; take the distance in "
                "each bin first.",
            ),
            Mistake(
                binned(lambda gaps, counts, n: np.sum(gaps) / n),
                "The bins' gaps have signs, and in your sum they cancel out. Take the absolute value of each bin.",
            ),
            Mistake(
                lambda confidence, right, bins: np.mean(np.abs(right - confidence)),
                "You took the distance of every single guess. One guess is right or wrong, never 70 % right: the share needs a bin.",
            ),
            Mistake(
                lambda confidence, right, bins: np.mean((right - confidence) ** 2),
                "That is the Brier score, the mean squared distance of single guesses. The calibration error compares means of bins.",
            ),
            Mistake(
                binned(lambda gaps, counts, n: np.mean(np.abs(of_full_bins(gaps, counts)))),
                "Every bin has the same weight in your mean, one with two guesses as much as one with thousands. Weigh it by n_b / n.",
            ),
            Mistake(
                binned(lambda gaps, counts, n: np.sum(np.abs(of_full_bins(gaps, counts)))),
                "You added up the bins' distances without their weights n_b / n.",
            ),
            Mistake(
                binned(lambda gaps, counts, n: np.max(np.abs(of_full_bins(gaps, counts)))),
                "That is the largest distance of a bin, the maximum calibration error. The expected one is the weighted mean.",
            ),
            Mistake(
                binned(lambda gaps, counts, n: np.sum(np.abs(gaps))),
                "Only the division by n, the number of guesses, is missing.",
            ),
            Mistake(
                binned(lambda gaps, counts, n: np.sum(np.abs(gaps)) / len(gaps)),
                "You divided by the number of bins. Divide by the number of guesses.",
            ),
            Mistake(
                binned(lambda gaps, counts, n: np.sum(np.abs(gaps)) / n, past_the_end=True),
                "A confidence of exactly 1 got a bin of its own, since the whole part of 1 · bins is bins. It belongs to the last bin: "
                "use np.minimum(…, bins - 1).",
            ),
            Mistake(
                binned(
                    lambda gaps, counts, n: np.sum(np.abs(gaps[: len(counts) - 1])) / n,
                ),
                "The last bin is missing. With `range(bins)` the numbers go from 0 to bins − 1, and all are needed.",
            ),
            Mistake(
                binned(lambda gaps, counts, n: np.sum(of_full_bins(gaps, counts) ** 2 * counts[counts > 0]) / n),
                "You squared the bins' distances. The calibration error takes their absolute values.",
            ),
        ],
        hints=(
            "Give each guess the number of its bin. Then each bin needs a sum, and np.bincount makes sums of all bins at once.",
            "n_b · (right_b − confidence_b) is the sum of right − confidence over the bin: "
            "`np.bincount(places, right - confidence, minlength=bins)`.",
            "`places = np.minimum((confidence * bins).astype(int), bins - 1)`, and at the end `np.sum(np.abs(gaps)) / len(confidence)`",
        ),
        passed="The weights cancel the counts, so a sum of gaps is enough. With more bins the error measures finer, and more noise.",
        excused={
            "`np.bincount(places, right - confidence, minlength=bins)` → `np.bincount(places, right - confidence)`": (
                "Bins beyond the last full one are empty, and add nothing."
            ),
            "`right - confidence` → `confidence - right`": "The absolute value forgets the sign.",
        },
    ),
    Experiment(
        "temperature",
        reference={"temperature": 1.6, "error": 0.05},
        targets=[Target("error", "the target is 0.07 or less.", at_least=0.001, at_most=0.07)],
        hints=(
            "Too sure means: its probabilities should be spread more evenly. Which way does the temperature do that?",
            "Above 1. Try 1.2, 1.5 and 2, and look where the error stops falling and rises again.",
            "`result = scaled(1.6)`",
        ),
        passed="Where it lies lowest it is neither too sure nor too modest. Not one guess has changed, only what it says of them.",
        mistakes=[
            Mistake(
                lambda result: result["temperature"] < 1,
                "Below 1 the model becomes even surer, and it is too sure already. Go the other way.",
                example={"temperature": 0.6, "error": 0.22},
            ),
            Mistake(
                lambda result: 1 <= result["temperature"] < 1.25,
                "That is hardly a change: 1 leaves the model as it is. Go further up.",
                example={"temperature": 1.1, "error": 0.11},
            ),
            Mistake(
                lambda result: result["temperature"] > 1.8,
                "Now it is too modest: it is right more often than it says. The best temperature lies lower.",
                example={"temperature": 2.5, "error": 0.24},
            ),
        ],
    ),
]

PREDICTIONS = [
    Prediction(
        "contradictions",
        between=(0, 1),
        close=0.1,
        after="A name or a colour is a small part of the bits, so training repairs it late. A score near the truth says little about them.",
    ),
]

QUIZ = [
    Question(
        "Two models with different tokens report perplexities of 7 and 12 per token on the same text. Which is better?",
        [
            ("The first: lower is better.", "Only over the same tokens. Shorter tokens have lower perplexities."),
            ("The second: it wavers between more.", "Wavering is no merit, and the units differ."),
            (
                "Nobody can say before both are turned into bits per character.",
                "The text's characters are the same for both, so then they compare.",
            ),
            ("Both are equal, since the text is the same.", "The text is, the models are not."),
        ],
        right="c",
    ),
    Question(
        "A model's calibration error is 0.003. What do you know?",
        [
            ("It is right in 99.7 % of its guesses.", "It says nothing about how many are right."),
            (
                "When it says 40 %, about four in ten are right.",
                "And it may know next to nothing, as the model that reads nothing showed.",
            ),
            ("It hallucinates seldom.", "A calibrated model may guess all the time, and say so in its probabilities."),
            ("It has not seen the test.", "A leak makes it surer; a small error proves nothing about that."),
        ],
        right="b",
    ),
    Question(
        "Temperature scaling with 1.6 repaired an overconfident model. Which of its numbers did not change?",
        [
            ("The share of its likeliest tokens that are right.", "Dividing all logits keeps their order."),
            ("Its bits per character.", "They fell: being wrong with less certainty costs less."),
            ("Its calibration error.", "That is what was repaired."),
            ("Its confidence.", "It is lower everywhere."),
        ],
        right="a",
    ),
    Question(
        "The forgetful writer needs one per cent more bits than the truth, and nearly all of its stories lie. Why?",
        [
            ("The entropy was computed wrongly.", "It is exact."),
            ("Bits measure only the grammar.", "They measure every character, names as well."),
            ("A hundred stories are too few to see it.", "The lies are seen in a hundred stories at once."),
            (
                "A wrong name is one draw among nearly three hundred bits, and a reader minds it more than all the others.",
                "A mean over characters weighs each alike.",
            ),
        ],
        right="d",
    ),
    Question(
        "All of 40 stories are impossible. Which interval should stand beside the 100 %?",
        [
            (
                "100 % to 100 %, from drawing the stories again.",
                "Forty equal results can only be drawn again as they are.",
            ),
            (
                "About 91 % to 100 %, Wilson's.",
                "A true share of 91 % could still lead to forty out of forty now and then.",
            ),
            ("None is needed: it is all of them.", "It is all of forty, and more could be written."),
            ("50 % to 100 %.", "With a true share of 50 %, forty out of forty would be a miracle."),
        ],
        right="b",
    ),
]
