"""A scorecard for models that write stories."""

import math

import numpy as np

from genai_course.checks import is_whole_number
from genai_course.data.texts import run_hashes
from genai_course.evaluation.bootstrap import half_of
from genai_course.evaluation.hallucination import fact_counts
from genai_course.labs.scorecard.card import PARTS, Card, Criterion, Row, check_entry, in_parts, megabytes, speed
from genai_course.labs.scorecard.picture_card import centred

RUN = 100  # characters in a row that nobody writes twice by chance
WORDS = 4  # of a run whose repetition makes a text dull


class TextCard(Card):
    """Quality, truth, variety, memorisation, speed and memory of models that write stories.

    stories: :class:`genai_course.data.stories.Stories`; the models learned from its ``train`` and are judged by its ``test``.
    texts: how many each model writes, 20 or more, a multiple of 5. resamples: how often intervals are drawn. seed: of both.

    What is measured:
    bits: per character of the test stories, for a model that knows probabilities.
    contradictions: share of the later mentions of a story's people and things that contradict the first.
    variety: share of the runs of four words that occur once in all that was written.
    copied: share of the runs of 100 characters that stand in the training stories.
    speed: characters a CPU second. memory: megabytes of the numbers that the model keeps.
    Intervals: halves of the stories, drawn without repetition, as of ``evaluation.bootstrap_interval``.

    Raises ValueError for numbers that cannot be.
    """

    criteria = (
        Criterion("bits", "bits a\ncharacter", "quality", higher_is_better=False),
        Criterion("contradictions", "contradicts\nitself (share)", "truth", higher_is_better=False),
        Criterion("variety", "new runs\nof words", "diversity", higher_is_better=True),
        Criterion("copied", "copied\n(share)", "memorisation", higher_is_better=False),
        Criterion("speed", "characters\na CPU second", "speed", higher_is_better=True, log=True),
        Criterion("memory", "memory\n(megabytes)", "memory", higher_is_better=False, log=True),
    )
    extras = {"trained_seconds": "training (CPU s)"}

    def __init__(self, stories, *, texts=20, resamples=40, seed=0):
        super().__init__()
        if not is_whole_number(texts, 20) or texts % PARTS:
            raise ValueError(f"texts is {texts!r}; give a multiple of {PARTS} of 20 or more.")
        self.stories, self.texts, self.resamples, self.seed = stories, texts, resamples, seed
        self.library = np.sort(run_hashes("".join(stories.train), RUN))
        random = np.random.default_rng(seed)
        self.halves = [(half_of(len(stories.test), random), half_of(texts, random)) for _ in range(resamples)]

    def add(self, name, write, *, log_prob=None, trained_seconds=None, parameters=None, kind="model"):
        """Judge a model and keep its row; a row of the same name is replaced.

        write: function of a number and a seed, or of a number alone, that returns a list of so many stories.
        log_prob: function of a list of stories that returns the natural logarithm of each one's probability, (n,).
        trained_seconds, parameters, kind: as of :meth:`PictureCard.add`. What is left out stays empty.  Returns the row in words.

        Raises ValueError, in one sentence, for arguments or stories that cannot be.
        """
        check_entry(name, write, trained_seconds, None, kind)
        memory = megabytes(parameters)
        values, resampled = {}, {}
        if log_prob is not None:
            self.measure("bits", self.bits(log_prob), 0, values, resampled, most=math.inf)
        parts, seconds = in_parts(write, self.texts, self.seed, check_texts)
        texts = [text for part in parts for text in part]
        facts = fact_counts(self.stories, texts)[:, :2]  # contradictions, later mentions
        runs = [run_hashes(text, RUN) for text in texts]
        found = np.array([[known(each, self.library), len(each)] for each in runs])
        words = [[tuple(cut[i : i + WORDS]) for i in range(len(cut) - WORDS + 1)] for cut in map(str.split, texts)]
        self.measure("contradictions", lambda rows: ratio(facts[rows]), 1, values, resampled)
        self.measure("copied", lambda rows: ratio(found[rows]), 1, values, resampled)
        self.measure("variety", lambda rows: different([words[row] for row in rows]), 1, values, resampled)
        amounts = [sum(map(len, part)) for part in parts[1:]]
        values["speed"] = speed(amounts, seconds)
        values["memory"] = memory
        values["trained_seconds"] = None if trained_seconds is None else (float(trained_seconds), math.nan, math.nan)
        return self.put(name, Row(kind, values, resampled))

    def measure(self, key, metric, which, values, resampled, most=1):
        """Note a metric of rows and its interval; which: 0 for rows of the test stories, 1 for those written."""
        n = self.texts if which else len(self.stories.test)
        whole = metric(np.arange(n))
        if math.isnan(whole):
            return
        resampled[key] = centred([metric(half[which]) for half in self.halves], whole, most)
        values[key] = (float(whole), *map(float, np.quantile(resampled[key], [0.025, 0.975])))

    def bits(self, log_prob):
        """Function of rows of the test that returns their bits per character; ValueError for what are no probabilities."""
        nats = np.asarray(log_prob(list(self.stories.test)), float)
        if nats.shape != (len(self.stories.test),) or np.isnan(nats).any() or (nats > 0).any():
            needed = f"one logarithm of a probability, 0 or less, for each of {len(self.stories.test)} stories"
            raise ValueError(f"log_prob returned shape {nats.shape}; give {needed}.")
        characters = np.array([len(text) for text in self.stories.test])
        return lambda rows: float(-nats[rows].sum() / np.log(2) / characters[rows].sum())


def check_texts(texts, wanted):
    """The stories as a list, or ValueError saying what is wrong with them."""
    if isinstance(texts, str) or not all(isinstance(text, str) for text in texts):
        raise ValueError(f"write returned {texts!r:.60}; give a list of texts.")
    if len(texts) != wanted:
        raise ValueError(f"write returned {len(texts)} texts when asked for {wanted}.")
    return list(texts)


def known(runs, library):
    """How many of the numbers stand in a sorted library.  (n,), (m,) -> int"""
    if not len(library):
        return 0
    places = np.minimum(np.searchsorted(library, runs), len(library) - 1)
    return int(np.sum(library[places] == runs))


def ratio(counts):
    """Sum of the first column over that of the second, NaN where the second is 0.  (n, 2) -> number"""
    part, whole = counts.sum(axis=0)
    return float(part / whole) if whole else math.nan


def different(words):
    """Share of all runs of words that are different ones; NaN if there are none."""
    runs = [run for each in words for run in each]
    return len(set(runs)) / len(runs) if runs else math.nan
