"""Tiny stories from a grammar of ours: what a story says early matters later, and its probability is known exactly.

A child, a friend and a coloured toy come in the first sentences and again in the last ones, hundreds of characters
later. In between, scenes of bakers, plums and swans go by, which need no memory and are never quite the same. Where
people live, which animals they have and what they love to eat never changes: those are the facts.

``stories.json`` beside this file holds the people, the sentences of each part as templates of :mod:`genai_course.data.grammar`,
and the lists of words, the likeliest first. After "a" only words are used that do not begin with a vowel, and no word that is
written without being remembered is the name of a toy's colour.
"""

import json
import math
import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np

from genai_course.checks import check_sizes, check_whole_number
from genai_course.data.grammar import Grammar
from genai_course.data.texts import Texts


@dataclass(frozen=True, eq=False)
class Person:
    """Someone in the stories, and what is always true of them."""

    name: str
    she: str
    home: str
    pet: str
    food: str

    @property
    def She(self):  # noqa: N802  as it is written at the beginning of a sentence
        return self.she.capitalize()

    @property
    def her(self):
        return {"she": "her", "he": "his"}[self.she]

    @property
    def Her(self):  # noqa: N802
        return self.her.capitalize()

    @property
    def child(self):
        return {"she": "girl", "he": "boy"}[self.she]

    def __str__(self):
        return self.name


WRITTEN = json.loads(Path(__file__).with_name("stories.json").read_text(encoding="utf-8"))
HEROES, FRIENDS = (tuple(Person(*each) for each in WRITTEN[kind]) for kind in ("hero", "friend"))
LISTS = {"hero": HEROES, "friend": FRIENDS, **WRITTEN["lists"]}


@cache
def story_grammar():
    """The grammar that writes the stories."""
    opening, closing, *plans = (
        [WRITTEN["scene"] if part == "scene" else part for part in parts]
        for parts in (WRITTEN["opening"], WRITTEN["closing"], *WRITTEN["plans"].values())
    )
    return Grammar(opening, [plan + closing for plan in plans], LISTS)


@dataclass(frozen=True, repr=False)
class Stories(Texts):
    """Stories, and all that can be known about them. Each ends with a line break, which is part of it.

    entropy_per_character: the true entropy in bits; no model has fewer bits per character on average.
    facts: (name, "home", "pet" or "food") -> what every story says of it.
    """

    entropy_per_character: float = 0.0
    facts: dict[tuple[str, str], str] = field(default_factory=dict)

    def log_prob(self, text):
        """Natural logarithm of the probability of one story or several in a row; -inf for what the grammar cannot write."""
        return sum(map(story_grammar().log_prob, text.splitlines(keepends=True)))

    def log_prob_of_beginning(self, text):
        """Natural logarithm of the probability that a story begins with ``text``."""
        return story_grammar().log_prob_of_beginning(text)

    def entropy_per_token(self, count_tokens):
        """The true entropy per token, in bits.

        count_tokens: text -> number of tokens, of a tokenizer that never joins a letter with a blank or a mark after it
            (as :class:`~genai_course.data.tokens.BytePairEncoder`): then tokens can be counted word by word.
        """
        return story_grammar().entropy / math.log(2) / story_grammar().mean_count(count_tokens)

    def claims(self, text):
        """What ``text`` claims about the facts: a list of (name, kind, what it says, whether that is true)."""
        found = []
        for kind, pattern in _claim_patterns().items():
            found += [(match.start(), match["name"], kind, match["value"]) for match in pattern.finditer(text)]
        return [(name, kind, value, self.facts[name, kind] == value) for _, name, kind, value in sorted(found)]

    def friend_cloze(self, story):
        """The question who the friend was: ``story`` up to the friend's last mention, and each name in that place.

        Returns (twelve beginnings of the story, the number of the true one, how many characters before the name stood).
        Raises ValueError for a text that names its friend less than twice.
        """
        names = [friend.name for friend in FRIENDS]
        mentions = list(re.finditer(rf"\b({'|'.join(names)})\b", story))
        if len(mentions) < 2:
            raise ValueError(f"A friend is named {len(mentions)} times in {story!r}; it takes two for a question.")
        before, last = mentions[-2:]
        beginnings = [story[: last.start()] + name for name in names]
        return beginnings, names.index(last[0]), last.start() - before.start()


def stories(n_train=4_000, n_test=400, *, seed=0):
    """Short English stories from a probabilistic grammar.

    n_train, n_test: number of stories, 1 or more. seed: whole number; the same seed gives the same texts.

    Returns :class:`Stories`: tuples of texts of about 770 characters, the true entropy, the probability of any text, and
    the facts. No story is in both splits: a test story that the training shows is drawn again. Two stories are equal with
    a probability of 2^-201, so this does not bend the test. Sentences are shared, of course.

    Raises ValueError for a number out of range.
    """
    check_sizes(n_train=n_train, n_test=n_test)
    check_whole_number("seed", seed, 0)
    grammar = story_grammar()
    random = np.random.default_rng([seed, 0])
    train = tuple(grammar.sample(random) for _ in range(n_train))
    random, shown, test = np.random.default_rng([seed, 1]), set(train), []
    while len(test) < n_test:
        story = grammar.sample(random)
        if story not in shown:
            test.append(story)
    bits = grammar.entropy / math.log(2) / grammar.mean_length
    return Stories(train, tuple(test), entropy_per_character=bits, facts=_facts())


def _facts():
    people = HEROES + FRIENDS
    return {(person.name, kind): getattr(person, kind) for person in people for kind in ("home", "pet", "food")}


@cache
def _claim_patterns():
    """How the stories say each kind of fact."""
    facts = _facts()
    names = "|".join(sorted({name for name, _ in facts}))
    values = {kind: "|".join(sorted({facts[key] for key in facts if key[1] == kind})) for _, kind in facts}
    pet, home, food = values["pet"], values["home"], values["food"]
    return {
        "home": re.compile(rf"\b(?P<name>{names}) lived (?P<value>{home})\b"),
        "pet": re.compile(rf"\b(?P<name>{names})(?:'s| (?:went|ran|walked) home to (?:her|his)) (?P<value>{pet})\b"),
        "food": re.compile(rf"\b(?P<name>{names}) loved (?P<value>{food})\b"),
    }
