"""Tiny stories from a grammar of ours: what a story says early matters later, and its probability is known exactly.

A child, a friend and a coloured toy come in the first sentences and again in the last ones, hundreds of characters
later. In between, scenes of bakers, plums and swans go by, which need no memory and are never quite the same. Where
people live, which animals they have and what they love to eat never changes: those are the facts.
"""

import math
import re
from dataclasses import dataclass, field
from functools import cache

import numpy as np

from genai_course.checks import check_whole_number
from genai_course.data.grammar import Grammar
from genai_course.data.story_words import WORDS
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
    def him(self):
        return {"she": "her", "he": "him"}[self.she]

    @property
    def child(self):
        return {"she": "girl", "he": "boy"}[self.she]

    def __str__(self):
        return self.name


HEROES = (
    Person("Mia", "she", "by the lake", "dog", "honey cake"),
    Person("Tom", "he", "near the station", "cat", "apple pie"),
    Person("Lily", "she", "behind the mill", "rabbit", "tomato soup"),
    Person("Ben", "he", "at the edge of the forest", "parrot", "pancakes"),
    Person("Nora", "she", "above the bakery", "cat", "plum jam"),
    Person("Max", "he", "next to the school", "dog", "fried fish"),
    Person("Ella", "she", "by the lake", "turtle", "pancakes"),
    Person("Oscar", "he", "behind the mill", "pony", "honey cake"),
    Person("Ruth", "she", "near the station", "goat", "roast corn"),
    Person("Felix", "he", "above the bakery", "rabbit", "tomato soup"),
    Person("Zoe", "she", "at the edge of the forest", "pony", "apple pie"),
    Person("Hugo", "he", "next to the school", "parrot", "plum jam"),
)
FRIENDS = (
    Person("Anna", "she", "near the station", "dog", "pancakes"),
    Person("Sam", "he", "by the lake", "goat", "plum jam"),
    Person("Rosa", "she", "next to the school", "cat", "fried fish"),
    Person("Leo", "he", "above the bakery", "turtle", "apple pie"),
    Person("Ida", "she", "behind the mill", "dog", "roast corn"),
    Person("Jack", "he", "at the edge of the forest", "pony", "tomato soup"),
    Person("Clara", "she", "near the station", "parrot", "honey cake"),
    Person("Paul", "he", "next to the school", "rabbit", "pancakes"),
    Person("Vera", "she", "by the lake", "cat", "apple pie"),
    Person("Otto", "he", "above the bakery", "dog", "fried fish"),
    Person("Emma", "she", "at the edge of the forest", "goat", "plum jam"),
    Person("Noah", "he", "behind the mill", "turtle", "roast corn"),
)
LISTS = {
    "hero": HEROES,
    "friend": FRIENDS,
    "colour": ("red", "blue", "green", "yellow", "white", "purple", "golden", "silver", "pink", "brown"),
    "toy": ("ball", "kite", "boat", "drum", "hat", "cart", "rope", "lamp", "flute", "puppet", "basket", "mirror"),
    "shade": ("black", "grey", "orange", "violet", "striped", "spotted", "shiny", "wooden"),
    "tool": ("bucket", "whistle", "bell", "shovel", "umbrella", "scarf", "torch", "spoon", "ladder", "net"),
    "place": ("park", "beach", "market", "river", "meadow", "hill", "garden", "harbour", "old bridge", "playground"),
    "hide": ("bush", "fence", "rock", "well", "haystack", "bench", "wall", "apple tree", "barrel", "gate"),
    "animal": ("bird", "hedgehog", "fox", "squirrel", "duck", "frog", "mouse", "owl", "lamb", "bear cub"),
    "weather": ("sunny", "windy", "cold", "warm", "cloudy", "foggy", "rainy", "quiet"),
    **WORDS,
}

OPENING = [
    [
        "Once there was a [little|happy|kind|brave|clever|quiet|cheerful|gentle|curious|lively] child called {hero?}."
        " {hero} lived {hero.home}.",
        "[Long|Not long|Many years|Some time] ago, {hero?} lived {hero.home}.",
        "{hero?} lived {hero.home} and was a [very|rather|most|truly] [curious|happy|kind|brave|lively|shy] {hero.child}.",
        "[This is|Here is|Listen to] [a|the|another] story [about|of] {hero?}. {hero} lived {hero.home}.",
    ],
    [
        " {hero.Her} best friend was {friend?}.",
        " {hero.She} [often|always|mostly] played[| games| outside] with {friend?}[|, who was older|, who was tall].",
        " [Every day|After school|In the afternoon|On most days], {hero.she} met {hero.her} friend {friend?}.",
    ],
    [
        " {hero} had a <quality> {colour?} {toy?}[| from {hero.her} grandmother| from the fair].",
        " For {hero.her} birthday, {hero.she} [got|was given|had been given] a <quality> {colour?} {toy?}.",
        " {hero.Her} [favourite|finest|dearest] thing was a {colour?} {toy?}[| with a star on it| that {hero.she} had made].",
    ],
]
ANY_DAY = "[One|One fine|One long|The next] [day|morning|afternoon|evening]"
SCENE = [
    " The <quality> <role> <deed> <number> <quality> <goods>[| near the <spot>].",
    " A <quality> <creature> <did> <manner>, and <number> <role>s <did>.",
    " Behind the <spot> lay <quality> <goods>, <quality> <goods>, <number> <goods> and a <quality> <creature>.",
    " Some <quality> <goods>, said the <role>, were <quality> and <quality>.",
    " It was <weather>: <number> <quality> <role>s <did>, a <role> <deed> <goods>, a <creature> <did> <manner>.",
]
LOST = [
    [
        f" {ANY_DAY}, {{hero}} took the {{toy}} to the {{place?}}.",
        f" {ANY_DAY}, {{hero.she}} went to the {{place?}} to play with the {{toy}}.",
    ],
    SCENE,
    SCENE,
    [
        " [Then|Suddenly|All at once], [there was a loud noise|a goose ran by|a cart came along], and the {toy} was gone.",
        " {hero.She} [slept a little|watched the ants|counted the clouds|ate a pear], and then the {toy} was gone.",
        " [But|Then|Alas,] {hero.she} [fell|tripped|slipped], and the {toy} [rolled|flew|slid] away.",
    ],
    [
        " {hero.She} [cried|was sad|was worried] and [looked|searched] near the <spot> and the <spot>.",
        ' "Where [is it|can it be|did it go]?" {hero.she} asked a <quality> <role>.',
    ],
    [
        " {friend} [looked|searched|felt] [behind|under|near] the {hide?} and found something {colour}: the {toy}!",
        ' "[Look|Come here|I see it]!" said {friend}. The {colour} {toy} lay [behind|under|near] the {hide?}.',
        " [In the end|At last|Soon], {friend} [pulled|took] the {colour} {toy} out from [behind|under] the {hide?}.",
    ],
]
GIFT = [
    [
        " {friend}'s birthday was [near|on Monday|on Friday|in two days].",
        " [Now|That week|In May], {friend} [was ill|was sad|had a cold|had hurt {friend.her} foot].",
    ],
    [
        " {friend} loved {friend.food}, so {hero} [made|bought|got] [some|plenty|a plate of it].",
        " {hero} [knew|remembered] well that {friend} loved {friend.food}, and [made|bought|got] [some|plenty|a plate of it].",
    ],
    [
        " {hero.She} [hid|put|laid] the {toy} [beside it|with it] in a <quality> {shade?} box.",
        " The {toy} [was to go|should go] with it, in a <quality> {shade?} box[| with a ribbon| full of straw].",
    ],
    SCENE,
    SCENE,
    [
        " {friend} opened [the box|it] and [laughed|smiled|clapped]: there was the {colour} {toy}!",
        " [How happy|How glad|How surprised] {friend} was when {friend.she} saw the {colour} {toy}!",
    ],
]
RESCUE = [
    [
        f" {ANY_DAY}, {{hero}} and {{friend}} [walked|ran|went] to the {{place?}}[| together| with {{hero.her}} {{toy}}].",
        " {hero} and {friend} [wanted|planned|decided] to [meet|play|rest] at the {place?}.",
    ],
    SCENE,
    [
        " [Behind|Under|Near] the {hide?}, they [found|heard|saw] a <quality> {animal?}.",
        " [Soon|Then|There], a <quality> {animal?} called for help from [behind|under|near] the {hide?}.",
    ],
    SCENE,
    [
        " {hero} [used|brought|held out] the {colour} {toy}, and [so|then|with it] the {animal} [was free|got out].",
        " With the {colour} {toy}, {hero} [freed|saved|reached] the {animal}.",
    ],
    [
        ' "Thank you, {hero} and {friend}," said the {animal} of the {place}.',
        " The {animal} [bowed|danced|smiled] and [left|went back to] the {place}.",
        " Since then, the {animal} [waits|has waited] for {hero} and {friend} [behind|under|near] the {hide}.",
    ],
]
SWAP = [
    [
        " {friend} had a <quality> {shade?} {tool?}[| at home| from {friend.her} uncle].",
        " {friend} [owned|carried|had found] a {shade?} {tool?}, [which was old|and loved it|for good luck].",
    ],
    [
        f" {ANY_DAY}, they [met|played|sat] at the {{place?}} with the {{toy}} and the {{tool}}.",
        f" {ANY_DAY}, both [went|ran|came] to the {{place?}}, the {{tool}} and the {{toy}} in their hands.",
    ],
    SCENE,
    [
        " They [built a castle|told stories|sang songs|played <role> and <role>] until [noon|dark|it was late].",
        " A {animal?} [watched|joined|followed] them[| for a while| and made them laugh].",
    ],
    [
        ' "[Shall we swap|Let us swap]?" asked {friend}. So {hero} got the {shade} {tool}, and {friend} the {colour} {toy}.',
        " [Later|At home|In the evening], {hero} had the {shade} {tool}, and the {colour} {toy} was with {friend}.",
        " [Then|Later], {hero} took the {colour} {toy} [home|back], and {friend} took the {shade} {tool}.",
    ],
]
CLOSING = [
    [
        " {hero} loved {hero.food}, so they [ate|had|shared] some[| together| on the way home].",
        " [At home|In the kitchen|By the door], {hero}'s {hero.pet} [was waiting|was asleep|jumped for joy].",
        " {hero} [told|showed] {hero.her} mother[| everything| what had happened], and {hero}'s {hero.pet} listened.",
        " {friend} [went|ran|walked] home to {friend.her} {friend.pet}, and {hero} loved {hero.food} for supper.",
    ],
    [
        " {hero} and {friend} [were|stayed|remained] friends for ever.\n",
        " [And that|That|This] was a [good|happy|long|fine] day for {hero} and {friend}.\n",
        ' "[What a day|I am so happy|Good night]," said {hero}[| to {friend}].\n',
        " The end.\n",
    ],
]
PLANS = [[*plan, SCENE, *CLOSING] for plan in (LOST, GIFT, RESCUE, SWAP)]


@cache
def story_grammar():
    """The grammar that writes the stories."""
    return Grammar(OPENING + 3 * [SCENE], PLANS, LISTS)


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
        found = sorted(
            (match.start(), match["name"], kind, match["value"])
            for kind, pattern in _claim_patterns().items()
            for match in pattern.finditer(text)
        )
        return [(name, kind, value, self.facts[name, kind] == value) for _, name, kind, value in found]

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
    check_whole_number("n_train", n_train, 1)
    check_whole_number("n_test", n_test, 1)
    check_whole_number("seed", seed, 0)
    grammar = story_grammar()
    random = np.random.default_rng([seed, 0])
    train = tuple(grammar.sample(random) for _ in range(n_train))
    random, shown, test = np.random.default_rng([seed, 1]), set(train), []
    while len(test) < n_test:
        story = grammar.sample(random)
        if story not in shown:
            test.append(story)
    return Stories(train, tuple(test), entropy_per_character=_bits_per_character(), facts=_facts())


def _bits_per_character():
    return story_grammar().entropy / math.log(2) / story_grammar().mean_length


def _facts():
    return {
        (person.name, kind): getattr(person, kind) for person in HEROES + FRIENDS for kind in ("home", "pet", "food")
    }


@cache
def _claim_patterns():
    """How the stories say each kind of fact."""
    facts = _facts()
    names = "|".join(sorted({name for name, _ in facts}))
    values = {
        kind: "|".join(sorted({value for (_, each), value in facts.items() if each == kind})) for _, kind in facts
    }
    pet, home, food = values["pet"], values["home"], values["food"]
    return {
        "home": re.compile(rf"\b(?P<name>{names}) lived (?P<value>{home})\b"),
        "pet": re.compile(rf"\b(?P<name>{names})(?:'s| (?:went|ran|walked) home to (?:her|his)) (?P<value>{pet})\b"),
        "food": re.compile(rf"\b(?P<name>{names}) loved (?P<value>{food})\b"),
    }
