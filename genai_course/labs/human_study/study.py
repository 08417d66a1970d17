"""What a blind comparison asks: a question, a consent text, pairs of items, and who sees which item on which side."""

import hashlib
import re
from dataclasses import dataclass

import numpy as np

CHOICES = {"left": 1.0, "tie": 0.5, "right": 0.0}  # what a judge may say, and the score of the left item


@dataclass(frozen=True)
class Pair:
    """One comparison. name: such as "q07"; items: whose works are shown, such as ("vae", "gan").

    better: in an attention check, the item that everybody prefers who looks; else "".
    """

    name: str
    items: tuple[str, str]
    better: str = ""


@dataclass(frozen=True)
class Answer:
    """What one judge said about one pair: choice is "left", "right" or "tie"; moment is in UTC."""

    judge: str
    pair: str
    left: str
    right: str
    choice: str
    moment: str

    @property
    def preferred(self):
        """The preferred item, "" for a tie."""
        return {"left": self.left, "right": self.right, "tie": ""}[self.choice]


@dataclass(frozen=True)
class Study:
    """A blind comparison.

    name: small letters, digits and hyphens, for it becomes a file's name. question: what judges are asked about every pair.
    consent: what a judge agrees to before the first pair: what is asked, what is kept, where, who sees it, how to withdraw.
    pairs: a tuple of :class:`Pair`, each with a name of its own.

    Raises ValueError for a name of another form, an empty question or consent, and pairs that are missing, of the same name,
    of one item, or with a better item that is not shown.
    """

    name: str
    question: str
    consent: str
    pairs: tuple[Pair, ...]

    def __post_init__(self):
        if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,59}", self.name):
            raise ValueError(f"The study's name is {self.name!r}; use small letters, digits and hyphens, at most 60.")
        for part in ("question", "consent"):
            if not getattr(self, part).strip():
                raise ValueError(f"The study {self.name!r} has an empty {part}; nobody can judge or agree without it.")
        names = [pair.name for pair in self.pairs]
        if not names or len(set(names)) < len(names):
            given = f"The study {self.name!r} has {len(names)} pairs of {len(set(names))} names"
            raise ValueError(f"{given}; each needs its own.")
        for pair in self.pairs:
            if len(set(pair.items)) != 2 or pair.better not in ("", *pair.items):
                raise ValueError(f"{pair}: give two different items, and as better one of them or nothing.")

    @property
    def fingerprint(self):
        """Sixteen hexadecimal digits that change with any word of the study: answers to two versions are never mixed."""
        parts = [self.name, self.question, self.consent]
        parts += [part for pair in self.pairs for part in (pair.name, *pair.items, pair.better)]
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]

    @property
    def items(self):
        """The compared items, sorted, without those that only occur in attention checks."""
        return sorted({item for pair in self.pairs if not pair.better for item in pair.items})

    def pair(self, name):
        """The pair of this name. Raises ValueError if there is none."""
        for pair in self.pairs:
            if pair.name == name:
                return pair
        first, last = self.pairs[0].name, self.pairs[-1].name
        raise ValueError(f"The study {self.name!r} has no pair {name!r}; it has {first} to {last}.")

    def sides(self, name, judge):
        """The pair's items as this judge sees them: (left, right).

        A hash of the judge's random id and the pair's name tosses the coin, so the order can be worked out again, and nobody who
        does not know the id can guess it.
        """
        first, second = self.pair(name).items
        return (second, first) if toss(judge, name) % 2 else (first, second)

    def order(self, judge):
        """Names of all pairs in the order in which this judge sees them."""
        return sorted((pair.name for pair in self.pairs), key=lambda name: (toss(judge, name, "order"), name))

    def attention(self, answers):
        """Share of the attention checks that these answers got right, a float, or None if they answer none."""
        better = {pair.name: pair.better for pair in self.pairs if pair.better}
        right = [answer.preferred == better[answer.pair] for answer in answers if answer.pair in better]
        return sum(right) / len(right) if right else None


def toss(*parts):
    """A whole number that depends on these texts alone, and looks random."""
    return int(hashlib.sha256("\0".join(parts).encode()).hexdigest(), 16)


def as_arrays(answers, items):
    """Answers as numbers: left (n,), right (n,), positions in ``items``, and score (n,), 1 where the left one was preferred.

    Answers about other items, such as attention checks, are left out.
    """
    kept = [answer for answer in answers if answer.left in items and answer.right in items]
    left, right = (np.array([items.index(getattr(a, side)) for a in kept], int) for side in ("left", "right"))
    return left, right, np.array([CHOICES[answer.choice] for answer in kept], float)
