"""A learner's own texts, in whatever encoding they are, in the form of the course's sets of texts."""

import codecs
import re
import unicodedata

from genai_course.checks import check_whole_number
from genai_course.data import own_files
from genai_course.data.own_files import UnusableFileError
from genai_course.data.texts import Texts, shuffled

LEAST_CHARACTERS = 20_000  # about ten pages, of which two are the test
PARTS = 20  # what is longer than the whole divided by this is cut, so that the test can be a fifth of it all
BYTE_ORDER_MARKS = {  # the longer first: that of UTF-32 begins as that of UTF-16
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
NO_PLAIN_TEXT = {b"%PDF": "a PDF", b"PK\x03\x04": "a zipped document, as Word's", b"{\\rtf": "rich text"}
CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ufffe\uffff]")


def text_from(path, *, seed=0, limit=20_000_000):
    """Your own texts, split into one to learn from and one to judge by.

    path: a text file, or a folder of them, sub-folders included; the ending does not matter.
    seed: whole number that decides which texts are kept for the test.
    limit: how many characters to read, 20,000 or more, ended by the text that reaches it; which texts, chance decides.

    Returns :class:`Texts` with names. A text that is longer than a twentieth of all is cut into parts, at the end of a
    paragraph or else a line or word; a fifth of the texts and parts, in characters, is the test. Both keep the order of the
    names, and the parts their order. The same files and seed give the same split on every machine.

    Encodings: UTF-8; UTF-16, marked or not; UTF-32, marked; what is none of these is read as Windows-1252, which Latin-1
    text is too. Letters are composed (NFC), line breaks are "\\n", each text ends with an empty line. Files that are
    no text are named in one printed line. Raises ValueError for fewer than 20,000 characters, and for settings out of range.
    """
    check_whole_number("seed", seed, 0)
    check_whole_number("limit", limit, LEAST_CHARACTERS)
    texts = own_files.read_files(own_files.find_files(path, seed), read_text, limit, size=len)
    total = sum(map(len, texts.values()))
    own_files.check_enough(total, path, "characters", LEAST_CHARACTERS)
    parts = {}
    for name, text in sorted(texts.items()):
        cut = _parts(text, total / PARTS)
        for number, part in enumerate(cut, 1):
            parts[f"{name}, part {number} of {len(cut)}" if len(cut) > 1 else name] = part
    for_test, missing = set(), own_files.TEST_SHARE * total  # characters
    for name in shuffled(parts, seed):
        if len(parts[name]) / 2 < missing:  # with it the test comes nearer to its share
            for_test.add(name)
            missing -= len(parts[name])
    test = {name: text for name, text in parts.items() if name in for_test}
    train = {name: text for name, text in parts.items() if name not in for_test}
    return Texts(tuple(train.values()), tuple(test.values()), tuple(train), tuple(test))


def read_text(path):
    """The text of a file, composed, with plain line breaks and an empty line at its end.

    Raises UnusableFileError for what is no text, and for an empty one.
    """
    raw = path.read_bytes()
    for beginning, kind in NO_PLAIN_TEXT.items():
        if raw.startswith(beginning):
            raise UnusableFileError(f"{kind}, to be saved as plain text")
    text = decode(raw).replace("\r\n", "\n").replace("\r", "\n")
    text = unicodedata.normalize("NFC", text).strip("\n\x1a \t\ufeff")
    if not text:
        raise UnusableFileError("empty")
    return text + "\n\n"


def decode(raw):
    """Bytes as text, by their byte order mark or else by what fits.  Raises UnusableFileError for what is no text."""
    for mark, encoding in BYTE_ORDER_MARKS.items():
        if raw.startswith(mark):
            return _checked(raw, encoding)
    if (
        b"\0" in raw
    ):  # text of one byte a letter has none; in UTF-16 blanks and line breaks have one, in their upper half
        zeros = raw[::2].count(0), raw[1::2].count(0)
        return _checked(raw, "utf-16-be" if zeros[0] > zeros[1] else "utf-16-le")
    try:
        return _checked(raw, "utf-8")
    except UnicodeDecodeError:
        return _checked(raw, "cp1252", errors="replace")


def _checked(raw, encoding, errors="strict"):
    """Decoded, if that gives no more control characters than a text may hold by mistake, one in a thousand."""
    try:
        text = raw.decode(encoding, errors)
    except UnicodeDecodeError:
        if encoding == "utf-8":
            raise
        raise UnusableFileError("not text, or damaged") from None
    if len(CONTROL.findall(text.rstrip("\x1a"))) > len(text) / 1_000:  # which ends a file of DOS times
        raise UnusableFileError("not text")
    return text


def _parts(text, size):
    """Cut a text into parts of about ``size`` characters, none longer than 1.5 times that; joined they are the text again."""
    parts, start, size = [], 0, int(size)
    while len(text) - start > 1.5 * size:
        for mark in ("\n\n", "\n", " ", ""):  # nothing is found at once
            end = text.find(mark, start + size, start + 3 * size // 2)
            if end >= 0:
                break
        end += len(mark)
        parts.append(text[start:end])
        start = end
    return [*parts, text[start:]]
