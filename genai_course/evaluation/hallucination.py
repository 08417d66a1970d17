"""How much of what a text says is made up? Counted against the story itself, and against what is always true of its people.

Two kinds of statement can be checked without a reader. Maynez et al. (2020), "On faithfulness and factuality in abstractive
summarization", keeps the same two apart, what contradicts its source and what is not true of the world:

    a later mention   a story names its child, friend, colour and toy and comes back to them. Each time it comes back it must
                      name the same; what differs from the first mention contradicts the story.
    a claim           of somebody's home, animal or favourite food, which never change (:meth:`Stories.claims`).

A real story has about ten of the first and two or three of the second, and none of them is wrong.
"""

import math
import re
from functools import cache

import numpy as np

from genai_course.checks import check_share
from genai_course.data.stories import LISTS
from genai_course.evaluation.bootstrap import bootstrap_interval

KINDS = ("hero", "friend", "colour", "toy")


def mentions(story):
    """Each later mention of the story's child, friend, colour and toy, with the kinds in this order.

    Returns a list of (kind, what is named, whether it is what was named first). A text in which nothing comes back has none.
    """
    found = []
    for kind, pattern in _patterns().items():
        first, *later = pattern.findall(story) or [None]
        found += [(kind, value, value == first) for value in later]
    return found


def fact_counts(stories, texts):
    """What each text says, and how much of it is wrong.

    stories: :class:`genai_course.data.stories.Stories`, which knows the facts. texts: one or more stories.
    Returns (n, 4) int64: contradictions, later mentions, false claims, claims.  Raises ValueError for no texts, or a single text
    that is not in a list.
    """
    if isinstance(texts, str) or not len(texts):
        raise ValueError(f"texts is {texts!r:.40}; give a list of stories, one text each.")
    rows = []
    for text in texts:
        agree = [agrees for *_, agrees in mentions(text)]
        true = [is_true for *_, is_true in stories.claims(text)]
        rows.append((agree.count(False), len(agree), true.count(False), len(true)))
    return np.array(rows)


def hallucination_rates(stories, texts, *, seed=0):
    """Three rates, each with its interval of 95 %.

    contradictions: share of the later mentions that contradict the story's first.
    false_claims: share of the claims about people that are false. Mentions and claims of one story are no independent draws,
        so whole stories are drawn again for these two intervals (:func:`bootstrap_interval`).
    impossible: share of the stories that the grammar cannot write; stories are independent, so this is Wilson's interval.

    stories, texts: as of :func:`fact_counts`, 2 texts or more. seed: of the resampling.
    Returns a dictionary: name -> (share, low, high), floats from 0 to 1; all NaN where nothing was said, since a share of
    nothing is no praise.  Raises ValueError as :func:`fact_counts` does, and for a single text.
    """
    counts = fact_counts(stories, texts)
    if len(counts) < 2:
        raise ValueError(f"There is {len(counts)} text; an interval needs 2 or more.")
    rates = {}
    for name, columns in {"contradictions": [0, 1], "false_claims": [2, 3]}.items():
        wrong_and_all = counts[:, columns]
        if wrong_and_all[:, 1].sum():
            rates[name] = (_share(wrong_and_all), *bootstrap_interval(_share, wrong_and_all, seed=seed))
        else:
            rates[name] = (math.nan, math.nan, math.nan)
    impossible = sum(math.isinf(stories.log_prob(text)) for text in texts)
    rates["impossible"] = (impossible / len(texts), *wilson_interval(impossible, len(texts)))
    return rates


def wilson_interval(hits, n, level=0.95):
    """Interval of a share of independent cases, which stays honest at 0 and at all of them.

    Wilson (1927), "Probable inference, the law of succession, and statistical inference". hits: how many of the n cases,
    whole numbers, n 1 or more. level: share of such intervals that hold the truth, between 0 and 1.
    Returns (low, high), floats from 0 to 1.  Raises ValueError for numbers out of range.
    """
    if not 0 <= hits <= n or n < 1 or hits != int(hits):
        raise ValueError(f"hits is {hits!r} of {n!r}; give a whole number of cases from 0 to n, with n 1 or more.")
    check_share("level", level)
    from scipy.stats import binomtest  # takes half a second, which few lessons need

    interval = binomtest(int(hits), int(n)).proportion_ci(level, method="wilson")
    return float(interval.low), float(interval.high)


def _share(wrong_and_all):
    """(n, 2) -> the share of all that is wrong; 0 where a resample of stories says nothing."""
    wrong, said = wrong_and_all.sum(axis=0)
    return float(wrong / max(1, said))


@cache
def _patterns():
    """How a story names each thing that comes back. A toy's name also means other things, so it counts only after "the" or
    after a colour."""
    one_of = {kind: "|".join(map(str, LISTS[kind])) for kind in KINDS}
    patterns = {kind: rf"\b({one_of[kind]})\b" for kind in KINDS}
    patterns["toy"] = rf"\b(?:{one_of['colour']}|the) ({one_of['toy']})\b"
    return {kind: re.compile(pattern) for kind, pattern in patterns.items()}
