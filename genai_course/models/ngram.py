"""An n-gram language model of characters with interpolated Kneser-Ney smoothing: counting, and nothing else.

Kneser and Ney (1995), "Improved backing-off for m-gram language modeling"; in the interpolated form, and with the three
discounts, of Chen and Goodman (1999), "An empirical study of smoothing techniques for language modeling", equations 23-26.

Each order k asks: after these k - 1 characters, how often came each character? Every count gives up a discount, and what is
gathered is spent as the next lower order says. The highest order counts occurrences; the lower ones count in how many
different contexts something occurred: "Francisco" is frequent, but follows a single word, so it should seldom be guessed.
"""

from dataclasses import dataclass

import numpy as np

from genai_course.checks import check_above_zero, check_whole_number

CHARACTERS_OF_UNICODE = 0x110000 - 0x800  # all code points but the surrogates
HIGHEST_ORDER = 9


@dataclass
class Counts:
    """What follows each context of one length. Contexts and grams are numbered; grams are sorted by context.

    grams: (grams,) int64, context · alphabet + character, rising; discounted: (grams,) how often, or in how many contexts,
    less the discount; total: (contexts,) of the counts before it; given: (contexts,) of the discounts;
    first: (contexts + 1,) where each context's grams begin.
    """

    grams: np.ndarray
    discounted: np.ndarray
    total: np.ndarray
    given: np.ndarray
    first: np.ndarray


class NgramModel:
    """A distribution over texts, one character at a time, each given the ``order - 1`` before it.

    order: whole number from 1 to 9.

    >>> model = NgramModel(order=6).fit(data.python_docs().train_text)
    >>> model.sample(200, seed=1)
    """

    def __init__(self, order=6):
        check_whole_number("order", order, 1, HIGHEST_ORDER)
        self.order = order
        self.alphabet = None

    def fit(self, text):
        """Count.  Returns the model itself. Raises ValueError for an empty text."""
        if not isinstance(text, str) or not text:
            raise ValueError(f"text is {text!r:.40}; give a text of at least one character.")
        self.alphabet, symbols = np.unique(_code_points(text), return_inverse=True)
        # One symbol more than the alphabet: any character that the text does not have.
        self.size = len(self.alphabet) + 1
        grams, places = [], np.zeros(len(symbols), np.int64)  # of each character: which context is before it
        orders = min(self.order, len(symbols))  # a text of three characters has no context of four
        for length in range(orders):  # of the context
            codes = places * self.size + symbols[length:]  # (positions,) a number for each gram
            grams.append(np.unique(codes, return_counts=True, return_inverse=True))
            places = grams[-1][1][:-1]  # gram number k - 1 is the context of the next order
        self.counts = []
        for length in range(orders):
            codes, numbers, counts = grams[length]
            if length + 1 < orders:
                counts = self._contexts_before(numbers, grams[length + 1], len(codes))
            self.counts.append(self._discount(codes, counts, contexts=len(grams[length - 1][0]) if length else 1))
        return self

    def _contexts_before(self, numbers, longer, grams):
        """In how many contexts of one character more each gram occurs.  -> (grams,)"""
        _, longer_numbers, counts = longer
        # The gram that begins at place p of the text ends the longer one that begins at p - 1.
        inner = np.zeros(len(counts), np.int64)
        inner[longer_numbers] = numbers[1:]
        found = np.bincount(inner, minlength=grams)
        # The text's first gram may have nothing before it: it still has been seen once.
        return np.maximum(found, 1)

    def _discount(self, codes, counts, contexts):
        """Take from each count the discount for 1, 2, and 3 or more (equation 26)."""
        ones, twos, threes, fours = (np.sum(counts == number) for number in (1, 2, 3, 4))
        ratio = ones / max(1, ones + 2 * twos)
        of_one, of_two = 1 - 2 * ratio * twos / max(1, ones), 2 - 3 * ratio * threes / max(1, twos)
        of_three = 3 - 4 * ratio * fours / max(1, threes)
        # A text too short for these statistics still gives something to characters never seen.
        discounts = np.clip([0, of_one, of_two, of_three], [0, 0.1, 0.1, 0.1], [0, 0.95, 1.95, 2.95])
        taken = discounts[np.minimum(counts, 3)]
        context = codes // self.size
        return Counts(
            grams=codes,
            discounted=counts - taken,
            total=np.bincount(context, counts, minlength=contexts),
            given=np.bincount(context, taken, minlength=contexts),
            first=np.searchsorted(context, np.arange(contexts + 1)),
        )

    def log_prob(self, text):
        """Natural logarithm of the probability of each character, given those before it.  -> (characters,) floats

        The sum is that of the text. What stands before the text is unknown, so its first characters have shorter contexts.
        Characters that the training text does not have share the probability of the symbol kept for them.
        """
        self._check_fitted()
        symbols = self._symbols(text)
        probability = np.full(len(symbols), 1 / self.size)
        context = np.zeros(len(symbols), np.int64)  # its number, or -1 for one that was never seen
        for counts in self.counts:
            grams = np.full(len(symbols), -1)
            known = context >= 0
            codes = context[known] * self.size + symbols[known]
            found = np.minimum(np.searchsorted(counts.grams, codes), len(counts.grams) - 1)
            hit = counts.grams[found] == codes
            total, given = counts.total[context[known]], counts.given[context[known]]
            kept = np.where(hit, counts.discounted[found], 0)
            seen = total > 0  # the text's last context has no successor
            mixed = (kept + given * probability[known]) / np.where(seen, total, 1)
            probability[known] = np.where(seen, mixed, probability[known])
            grams[known] = np.where(hit, found, -1)
            context = np.concatenate([[-1], grams[:-1]])[: len(symbols)]
        outside = symbols == self.size - 1
        return np.log(probability) - outside * np.log(CHARACTERS_OF_UNICODE - len(self.alphabet))

    def next_probabilities(self, context):
        """Probability of every character of the alphabet after the text ``context``, and last of any other one.

        Returns (alphabet + 1,) floats that add up to 1; ``model.characters`` are the alphabet's characters.
        """
        self._check_fitted()
        symbols = self._symbols(context)
        probability = np.full(self.size, 1 / self.size)
        for length, counts in enumerate(self.counts):
            number = self._context_number(symbols[len(symbols) - length :]) if length <= len(symbols) else -1
            if number < 0 or counts.total[number] == 0:
                break
            mixed = counts.given[number] * probability
            part = slice(counts.first[number], counts.first[number + 1])
            mixed[counts.grams[part] % self.size] += counts.discounted[part]
            probability = mixed / counts.total[number]
        return probability

    def _context_number(self, symbols):
        """The number of a context, or -1 if the training text does not have it."""
        number = 0
        for symbol, counts in zip(symbols.tolist(), self.counts, strict=False):
            code = number * self.size + symbol
            number = int(np.searchsorted(counts.grams, code))
            if number == len(counts.grams) or counts.grams[number] != code:
                return -1
        return number

    def sample(self, n, seed=0, temperature=1.0, prompt=""):
        """Write ``n`` characters that follow ``prompt``.

        temperature: above 0; below 1 the likely becomes likelier, above 1 less so.
            Characters outside the alphabet are never written.
        Raises ValueError for a number out of range.
        """
        check_whole_number("n", n, 0)
        check_above_zero("temperature", temperature)
        random, text = np.random.default_rng(seed), prompt
        for _ in range(n):
            probability = self.next_probabilities(text[len(text) - self.order + 1 :] if self.order > 1 else "")[:-1]
            weights = np.exp(np.log(probability / probability.max()) / temperature)
            place = np.searchsorted(np.cumsum(weights), random.random() * weights.sum(), side="right")
            text += chr(self.alphabet[min(place, len(self.alphabet) - 1)])
        return text[len(prompt) :]

    @property
    def characters(self):
        """The characters of the training text, in the order of their code points."""
        self._check_fitted()
        return "".join(map(chr, self.alphabet))

    def _symbols(self, text):
        """Places in the alphabet; for other characters, its size."""
        codes = _code_points(text)
        places = np.minimum(np.searchsorted(self.alphabet, codes), len(self.alphabet) - 1)
        return np.where(self.alphabet[places] == codes, places, len(self.alphabet)).astype(np.int64)

    def _check_fitted(self):
        if self.alphabet is None:
            raise ValueError("This n-gram model has not read any text yet; call its fit(text) first.")


def _code_points(text):
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.int64)
