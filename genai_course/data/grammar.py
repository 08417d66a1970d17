"""A probabilistic grammar whose texts have a known probability, entropy and mean length: all computed, none estimated.

A text is a plan's parts one after another. A part is one of several templates, and a template is text with two marks:

    [a|b|c]   one of these, written in place (they may hold marks themselves)
    {name?}   draw a value for ``name`` from its list, write it, and remember it
    {name}    write what was drawn; ``{name.pet}`` writes an attribute of it
    <name>    one of the words of the list ``name``, written in place and not remembered

Everywhere the first choice is the likeliest: number k of a list, counted from 0, has the weight 1 / (k + 2). What is
drawn never depends on what was drawn before; what is *written* does, and that is what a reader must remember.
"""

import itertools
import math
import re
from bisect import bisect
from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import cache, cached_property

MARK = re.compile(r"\{(\w+)\?\}|\[")
NAME = re.compile(r"\{(\w+)")
WORD = re.compile(r"<(\w+)>")


@dataclass(frozen=True, eq=False)
class Word:
    """A word to write, with the blank before it, and with ``{name}`` for what was drawn before."""

    text: str

    @cached_property
    def names(self):
        """The names whose values it writes."""
        return tuple(dict.fromkeys(NAME.findall(self.text)))


@dataclass(frozen=True, eq=False)
class Draw:
    """Draw a value for ``name``, and write it after ``before``."""

    name: str
    before: str


@dataclass(frozen=True, eq=False)
class OneOf:
    """One of several sequences of marks."""

    choices: tuple[tuple, ...]


@cache
def shares(count):
    """The probabilities of a list's entries, the first the likeliest."""
    weights = [1 / (place + 2) for place in range(count)]
    return tuple(weight / sum(weights) for weight in weights)


def parse(template):
    """A template as a tuple of Word, Draw and OneOf.  Raises ValueError for a bracket that has no partner."""
    marks, rest = _parse_marks(template, "")
    if rest:
        raise ValueError(f"The template {template!r} has {rest[0]!r} outside of brackets; write [one|or another].")
    return marks


def _parse_marks(text, before):
    """Read marks up to the next ``|`` or ``]``.  Returns them, and the text from there on.

    A blank belongs to the word after it: so what a mark writes begins where a word begins, and ends where one ends.
    """
    marks, written = [], before
    while text and text[0] not in "|]":
        match = MARK.match(text)
        if not match:
            written, text = written + text[0], text[1:]
            continue
        blank = " " if written.endswith(" ") else ""
        marks += _words(written.removesuffix(" "))
        written, text = "", text[match.end() :]
        if match[1]:
            marks.append(Draw(match[1], blank))
        else:
            choices, text = _parse_choices(text, blank)
            marks.append(OneOf(choices))
    if written == " ":
        raise ValueError("An empty choice stands after a blank; write the blank into the choices: 'a[ very|] big'.")
    return (*marks, *_words(written)), text


def _words(text):
    """Text cut before each blank."""
    return [Word(word) for word in re.split("(?= )", text) if word]


def _parse_choices(text, blank):
    """Read choices up to their closing bracket.  Returns them, and the text after it."""
    choices, separator = [], "|"
    while separator == "|":
        choice, text = _parse_marks(text, blank)
        choices.append(choice)
        if not text:
            raise ValueError("A bracket of a template is never closed; write [one|or another].")
        separator, text = text[0], text[1:]
    return tuple(choices), text


class Grammar:
    """Texts with a known probability: the parts of an opening, and then those of one of several plans.

    opening: a list of parts; plans: lists of parts, the likeliest first; a part is a list of templates.
    lists: name -> the values it may be drawn from, texts or objects with attributes, the likeliest first.
    """

    def __init__(self, opening, plans, lists):
        self.lists = {name: tuple(values) for name, values in lists.items()}
        *plans, opening = ([self._one_of(part) for part in parts] for parts in (*plans, opening))
        self.plans = OneOf(tuple(map(tuple, plans)))
        self.start = (*opening, self.plans)

    def _one_of(self, templates):
        """The templates of a part, parsed, with the words of a list in the place of each ``<name>``."""
        written = (WORD.sub(lambda match: f"[{'|'.join(self.lists[match[1]])}]", template) for template in templates)
        return OneOf(tuple(map(parse, written)))

    def sample(self, random):
        """One text, drawn with a NumPy generator."""
        drawn, pieces, ahead = {}, [], [*reversed(self.start)]
        while ahead:
            mark = ahead.pop()
            if isinstance(mark, Word):
                pieces.append(mark.text.format_map(drawn))
            elif isinstance(mark, Draw):
                values = self.lists[mark.name]
                drawn[mark.name] = values[_pick(random, len(values))]
                pieces.append(f"{mark.before}{drawn[mark.name]}")
            else:
                ahead.extend(reversed(mark.choices[_pick(random, len(mark.choices))]))
        return "".join(pieces)

    def log_prob(self, text):
        """Natural logarithm of the probability of a whole text; -inf if the grammar cannot write it."""
        return _log(self._read(text)[0])

    def log_prob_of_beginning(self, text):
        """Natural logarithm of the probability that a text begins like this; -inf if none does."""
        return _log(sum(self._read(text)))

    def _read(self, text):
        """The probabilities of writing exactly this text, and of writing it and then more.

        All ways to write the text are followed side by side, from left to right; ways that have come to the same point
        with the same memory are added up, so a text that can be written in two ways gets the sum of both.
        """
        ended = longer = 0.0
        ways = {(0, self.start, ()): 1.0}  # (characters written, marks ahead, memory) -> probability
        while ways:
            onward = defaultdict(float)
            for (place, ahead, memory), probability in ways.items():
                if not ahead:
                    ended += probability if place == len(text) else 0.0
                    continue
                for share, piece, marks, known in self._steps(ahead[0], memory):
                    if text.startswith(piece, place):
                        onward[place + len(piece), marks + ahead[1:], known] += probability * share
                    elif piece.startswith(text[place:]):
                        longer += probability * share
            ways = onward
        return ended, longer

    def _steps(self, mark, memory):
        """Every next step: (probability, what it writes, marks it opens, memory after it)."""
        if isinstance(mark, Word):
            return [(1.0, mark.text.format_map(dict(memory)), (), memory)]
        if isinstance(mark, Draw):
            values = self.lists[mark.name]
            steps = [(f"{mark.before}{value}", (), (*memory, (mark.name, value))) for value in values]
            return [(share, *step) for share, step in zip(shares(len(values)), steps, strict=True)]
        shares_of_choices = shares(len(mark.choices))
        return [(share, "", choice, memory) for share, choice in zip(shares_of_choices, mark.choices, strict=True)]

    @cached_property
    def entropy(self):
        """Entropy of one text, in nats.

        Nothing drawn depends on what came before, so the entropies of all choices add up, each times the probability
        that it comes to it. That is the entropy of the *ways* of writing, and of the texts if no text has two ways,
        which a test of the stories finds by trying all (``tests/unit/data/two_ways.py``).
        """
        total = 0.0
        for reached, mark in self._reached():
            if not isinstance(mark, Word):
                count = len(self.lists[mark.name] if isinstance(mark, Draw) else mark.choices)
                total -= reached * sum(share * math.log(share) for share in shares(count))
        return total

    @cached_property
    def mean_length(self):
        """Mean number of characters of a text."""
        return sum(count * len(piece) for piece, count in self.mean_pieces.items())

    @cached_property
    def mean_pieces(self):
        """The words of the texts, each with the blank before it, and how often on average a text has them."""
        counts = Counter()
        for reached, mark in self._reached():
            if isinstance(mark, Draw):
                written = [(share, text) for share, text, *_ in self._steps(mark, ())]
            elif isinstance(mark, Word):
                written = self._written(mark)
            else:
                continue
            for share, text in written:
                counts[text] += reached * share
        return counts

    def _written(self, word):
        """What a word may become, with probabilities."""
        columns = [zip(shares(len(self.lists[name])), self.lists[name], strict=True) for name in word.names]
        for pairs in itertools.product(*columns):
            drawn = dict(zip(word.names, (value for _, value in pairs), strict=True))
            yield math.prod(share for share, _ in pairs), word.text.format_map(drawn)

    def mean_count(self, count):
        """Mean of ``count(piece)``, summed over the pieces of a text; each is one or more words with the blanks before."""
        return sum(share * count(piece) for piece, share in self.mean_pieces.items())

    def _reached(self):
        """Every mark of the grammar with the probability that a text comes to it."""
        ahead = [(1.0, mark) for mark in self.start]
        while ahead:
            reached, mark = ahead.pop()
            yield reached, mark
            if isinstance(mark, OneOf):
                for share, choice in zip(shares(len(mark.choices)), mark.choices, strict=True):
                    ahead.extend((reached * share, each) for each in choice)


@cache
def _cumulative(count):
    return list(itertools.accumulate(shares(count)))[:-1]


def _pick(random, count):
    """A place in a list, the first the likeliest."""
    return bisect(_cumulative(count), random.random())


def _log(probability):
    return math.log(probability) if probability > 0 else -math.inf
