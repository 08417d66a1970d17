"""Whether a grammar can write a text in two ways, by trying all: then its entropy would not be that of the texts."""

import itertools
from os.path import commonprefix

from genai_course.data.grammar import Draw, OneOf, Word


def text_with_two_ways(grammar):
    """What two ways to write the same text write from where they part; None if no text has two ways.

    Two ways part somewhere: at a list or brackets they choose differently. So from every such place, every two
    choices are followed side by side, as long as what they write agrees.
    """
    for options, rest in places(grammar, grammar.start):
        for first, second in pairs_alike(options):
            if (text := meeting(grammar, first, second, rest)) is not None:
                return text
    return None


def places(grammar, marks):
    """Every place where something is chosen: what may be written there, and the marks that follow."""
    for place, mark in enumerate(marks):
        rest = marks[place + 1 :]
        if isinstance(mark, OneOf):
            yield [("", choice, {}) for choice in mark.choices], rest
            for choice in mark.choices:
                for options, inner_rest in places(grammar, choice):
                    yield options, inner_rest + rest
        elif isinstance(mark, Draw):
            yield [(f"{mark.before}{value}", (), {mark.name: value}) for value in grammar.lists[mark.name]], rest


def meeting(grammar, first, second, rest):
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
            pairs += [(agreed, behind, other, before | {unknown[0]: value}) for value in grammar.lists[unknown[0]]]
            continue
        for _, piece, opened, memory in grammar._steps(marks[0], tuple((before | drawn).items())):
            onward = (piece, opened + marks[1:], drawn | dict(memory[len(before | drawn) :]))
            pairs.append((agreed, onward, other, before))
    return None


def pairs_alike(options):
    """Every two options of which one may begin like the other: those whose first words differ can never meet."""
    for first, second in itertools.combinations(((first_word(option), option) for option in options), 2):
        if first[0].startswith(second[0]) or second[0].startswith(first[0]):
            yield first[1], second[1]


def first_word(option):
    """What an option surely writes first; nothing if that depends on a draw or a choice."""
    text, marks, _ = option
    return text or (marks[0].text if marks and isinstance(marks[0], Word) and not marks[0].names else "")
