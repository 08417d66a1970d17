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
from os.path import commonprefix

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

    @property
    def names(self):
        return (self.name,)


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
        that it comes to it. That is the entropy of the *ways* of writing, and of the texts if no text has two ways:
        see :meth:`text_with_two_ways`.
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
                values = self.lists[mark.name]
                written = [
                    (share, f"{mark.before}{value}") for share, value in zip(shares(len(values)), values, strict=True)
                ]
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

    def text_with_two_ways(self):
        """What two ways to write the same text write from where they part; None if no text has two ways.

        Two ways part somewhere: at a list or brackets they choose differently. So from every such place, every two
        choices are followed side by side, as long as what they write agrees.
        """
        for options, rest in self._places(self.start):
            for first, second in _pairs_alike(options):
                if (text := self._meeting(first, second, rest)) is not None:
                    return text
        return None

    def _places(self, marks):
        """Every place where something is chosen: what may be written there, and the marks that follow."""
        for place, mark in enumerate(marks):
            rest = marks[place + 1 :]
            if isinstance(mark, OneOf):
                yield [("", choice, {}) for choice in mark.choices], rest
                for choice in mark.choices:
                    for options, inner_rest in self._places(choice):
                        yield options, inner_rest + rest
            elif isinstance(mark, Draw):
                yield [(f"{mark.before}{value}", (), {mark.name: value}) for value in self.lists[mark.name]], rest

    def _meeting(self, first, second, rest):
        """A text that both choices can lead to, or None.  What was drawn before them is looked up only when it matters."""
        pairs = [("", *((text, marks + rest, drawn) for text, marks, drawn in (first, second)), {})]
        while pairs:
            agreed, first, second, before = pairs.pop()
            common = commonprefix([first[0], second[0]])
            agreed, ways = agreed + common, [(text[len(common) :], *more) for text, *more in (first, second)]
            if ways[0][0] and ways[1][0]:
                continue  # they differ
            (_, marks, drawn), other = behind, _ = ways if not ways[0][0] else ways[::-1]
            if not marks:
                if not other[0] and not other[1]:
                    return agreed
                continue
            unknown = [name for name in getattr(marks[0], "names", ()) if name not in before | drawn]
            if isinstance(marks[0], Word) and unknown:
                pairs += [(agreed, behind, other, before | {unknown[0]: value}) for value in self.lists[unknown[0]]]
                continue
            for _, piece, opened, memory in self._steps(marks[0], tuple((before | drawn).items())):
                onward = (piece, opened + marks[1:], drawn | dict(memory[len(before | drawn) :]))
                pairs.append((agreed, onward, other, before))
        return None


def _pairs_alike(options):
    """Every two options of which one may begin like the other: those whose first words differ can never meet."""
    for first, second in itertools.combinations(((_first_word(option), option) for option in options), 2):
        if first[0].startswith(second[0]) or second[0].startswith(first[0]):
            yield first[1], second[1]


def _first_word(option):
    """What an option surely writes first; nothing if that depends on a draw or a choice."""
    text, marks, _ = option
    return text or (marks[0].text if marks and isinstance(marks[0], Word) and not marks[0].names else "")


@cache
def _cumulative(count):
    return list(itertools.accumulate(shares(count)))[:-1]


def _pick(random, count):
    """A place in a list, the first the likeliest."""
    return bisect(_cumulative(count), random.random())


def _log(probability):
    return math.log(probability) if probability > 0 else -math.inf
