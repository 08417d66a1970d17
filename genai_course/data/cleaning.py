"""Cleaning text: one spelling for what looks the same, near-duplicates by MinHash, and masking of personal data."""

import json
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from genai_course.checks import check_sizes, check_whole_number
from genai_course.data.texts import run_hashes

# Of width 0, soft hyphens, directions.
INVISIBLE = re.compile("[\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u200f\u202a-\u202e]")
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def normalise(text):
    """One spelling for what looks the same: composed letters (NFC), plain line breaks, nothing invisible.

    Blanks of every width become one kind; several in a row, and those at the end of a line, go. What has a meaning of its own
    stays: curly quotes, superscripts, capital letters.
    """
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = CONTROL.sub("", INVISIBLE.sub("", text))
    text = re.sub(r"[^\S\n]+", " ", text)
    return "\n".join(line.rstrip() for line in text.split("\n")).strip("\n")


def minhash(texts, hashes=128, width=5, seed=0):
    """A signature for each text: the share of places in which two agree estimates their similarity: the runs of
    characters that both have, as a share of those that either has (Jaccard).

    Each place belongs to a random order of all runs of ``width`` characters, and holds the text's first run in that order.
    Broder (1997), "On the resemblance and containment of documents".

    Returns (texts, hashes) uint64. A text shorter than ``width`` counts as one run.
    """
    check_sizes(hashes=hashes, width=width)
    random = np.random.default_rng(seed)
    factors = random.integers(1 << 63, size=hashes, dtype=np.uint64) * np.uint64(2) + np.uint64(1)
    shifts = random.integers(1 << 63, size=hashes, dtype=np.uint64)
    signatures = np.empty((len(texts), hashes), np.uint64)
    for row, text in enumerate(texts):
        runs = np.unique(run_hashes(text.ljust(width, "\0"), width))  # (runs,)
        orders = _mixed(runs[:, None] * factors + shifts)  # (runs, hashes)
        signatures[row] = orders.min(axis=0)
    return signatures


def _mixed(numbers):
    """Numbers whose high bits depend on all bits of the input, as the order of a random permutation needs."""
    numbers = (numbers ^ (numbers >> np.uint64(32))) * np.uint64(0xD6E8FEB86659FD93)
    return numbers ^ (numbers >> np.uint64(32))


def near_duplicates(texts, threshold=0.7, hashes=128, bands=32, width=5, seed=0):
    """Pairs of texts with an estimated similarity of at least ``threshold``.

    Not all pairs are compared: signatures are cut into ``bands``, and only texts that agree in a whole band are suspects. A pair
    of similarity s becomes one with a probability of 1 - (1 - s^(hashes / bands))^bands.

    Returns (pairs, 2) indices, the smaller one first. Raises ValueError unless bands divides hashes and threshold is in [0, 1].
    """
    if not 0 <= threshold <= 1:
        raise ValueError(f"threshold is {threshold!r}; give a similarity from 0 to 1.")
    if bands < 1 or hashes % bands:
        raise ValueError(f"bands is {bands!r}; give a number that divides the {hashes} hashes.")
    signatures, suspects = minhash(texts, hashes, width, seed), set()
    for band in np.split(signatures, bands, axis=1):  # (texts, hashes / bands)
        alike = {}
        for row, key in enumerate(map(bytes, np.ascontiguousarray(band))):
            suspects.update((other, row) for other in alike.get(key, ()))
            alike.setdefault(key, []).append(row)
    pairs = np.array(sorted(suspects), np.int64).reshape(-1, 2)
    similar = (signatures[pairs[:, 0]] == signatures[pairs[:, 1]]).mean(axis=1) >= threshold
    return pairs[similar]


PATTERNS = {
    "email": re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"),
    # Digits in groups, with a + or a 0 in front or brackets: 9 to 15 digits in all.
    "phone": re.compile(
        r"(?<![\w.])(?:\+\d{1,3}[ ./-]?)?(?:\(\d{2,5}\)[ ./-]?)?\d{2,5}(?:[ ./-]?\d{2,5}){1,4}(?![\w.]*\d)"
    ),
    "name": re.compile(
        r"(?:(?<=Mr )|(?<=Ms )|(?<=Mrs )|(?<=Dr )|(?<=Dear )|(?<=my name is )|(?<=My name is )|(?<=I am )|(?<=Regards, ))"
        r"[A-Z][\w'-]+(?: [A-Z][\w'-]+)*"
    ),
}


def find_personal_data(text):
    """Where personal data seems to stand: a list of (start, end, kind), in order, without overlaps.

    Kinds: "email", "phone" (9 to 15 digits) and "name" (capitalised words after "Dear", "Mr", "I am" and the like).
    """
    found = []
    for kind, pattern in PATTERNS.items():
        for match in pattern.finditer(text):
            digits = sum(character.isdigit() for character in match[0])
            if kind == "phone" and not 9 <= digits <= 15:
                continue
            if all(match.end() <= start or end <= match.start() for start, end, _ in found):
                found.append((match.start(), match.end(), kind))
    return sorted(found)


def mask_personal_data(text, find=find_personal_data):
    """The text with what ``find`` has found replaced by its kind: "[email]", "[phone]", "[name]"."""
    for start, end, kind in reversed(find(text)):
        text = f"{text[:start]}[{kind}]{text[end:]}"
    return text


@dataclass(frozen=True)
class Letter:
    """A letter with personal data in known places: a list of (start, end, kind)."""

    text: str
    planted: list[tuple[int, int, str]]


def recall_and_precision(letters, find=find_personal_data):
    """Share of the planted places that were found, and share of the found ones that were planted.

    A place counts as found if every character of it is covered by one finding of its kind; a finding is right if all it covers
    is planted.
    """
    hits = planted = right = found = 0
    for letter in letters:
        answers = find(letter.text)
        planted, found = planted + len(letter.planted), found + len(answers)
        hits += sum(_covered(place, answers) for place in letter.planted)
        right += sum(_covered(answer, letter.planted) for answer in answers)
    return hits / max(1, planted), right / max(1, found)


def _covered(place, others):
    start, end, kind = place
    return any(first <= start and end <= last and kind == other for first, last, other in others)


WRITTEN = json.loads(Path(__file__).with_name("letters.json").read_text(encoding="utf-8"))
FIRST, LAST, HOSTS, LETTERS = (WRITTEN[each] for each in ("first", "last", "hosts", "letters"))


def planted_letters(n=200, *, seed=0):
    """Letters with invented names, e-mail addresses and telephone numbers in known places, among innocent numbers.

    n: whole number, 1 or more. Returns a list of :class:`Letter`. The same seed gives the same letters.
    """
    check_whole_number("n", n, 1)
    check_whole_number("seed", seed, 0)
    random = np.random.default_rng(seed)
    return [_plant(LETTERS[random.integers(len(LETTERS))], random) for _ in range(n)]


def _plant(letter, random):
    written, planted = "", []
    for part in re.split(r"(\{\w+\})", letter):
        kind = part.strip("{}") if part.startswith("{") else None
        value = _invent(kind, random) if kind else part
        if kind:
            planted.append((len(written), len(written) + len(value), kind))
        written += value
    return Letter(written, planted)


def _invent(kind, random):
    first, last = FIRST[random.integers(len(FIRST))], LAST[random.integers(len(LAST))]
    if kind == "name":
        return f"{first} {last}"
    if kind == "email":
        decomposed = unicodedata.normalize("NFKD", f"{first}.{last}".lower().replace("'", ""))
        plain = decomposed.encode("ascii", "ignore").decode()
        users = (plain, plain.replace(".", "_"), f"{plain}+shop", plain[0] + str(random.integers(10, 99)))
        return f"{users[random.integers(4)]}@{HOSTS[random.integers(len(HOSTS))]}"
    digits = "".join(map(str, random.integers(10, size=7)))
    with_hyphen = f"{digits[:3]}-{digits[3:]}"
    area = random.integers(100, 999)
    forms = (f"+49 30 {digits}", f"0{area} {digits}", f"(030) {with_hyphen} 12", f"+1-555-{with_hyphen}")
    return forms[random.integers(4)]
