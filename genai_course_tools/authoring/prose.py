"""Rules for a lesson's prose: short cells, no filler."""

import re

LONGEST_PROSE_CELL = 120  # words
FILLER = re.compile(r"\b(simply|just|obviously|of course|basically|as we all know|easy to see)\b", re.IGNORECASE)
# What stands in a prose cell without being read as words: formulas, code, pictures and the targets of links.
NOT_WORDS = re.compile(r"\$\$.*?\$\$|\$[^$\n]+\$|```.*?```|`[^`\n]+`|(?<=\])\([^)\n]*\)", re.DOTALL)


def words_of(text):
    """How many words of a prose cell are read as words."""
    return sum(bool(re.search(r"\w", word)) for word in NOT_WORDS.sub(" ", text).split())


def prose_problems(lesson, cells):
    """Cells of prose that are too long (instructor cells may be) or have filler words, as (line, message)."""
    for cell in cells:
        if cell.kind != "markdown":
            continue
        words = words_of(cell.source)
        if words > LONGEST_PROSE_CELL and "instructor" not in cell.tags:
            yield cell.line, f"a prose cell of {words} words, at most {LONGEST_PROSE_CELL}: cut it or split it."
        for index, line in enumerate(cell.source.splitlines()):
            for match in FILLER.finditer(line):
                yield cell.line + index, f"filler word {match[0]!r}: the sentence is better without it."
