"""From text to whole numbers and back, by byte-pair encoding."""

import codecs
import re
import unicodedata
from collections import Counter, defaultdict
from functools import cache

import numpy as np

from genai_course.checks import is_whole_number

BYTES = 256
# A chunk is a word, a number or a row of marks, each with a blank before it, or other white space. Tokens stay inside chunks.
CHUNK = re.compile(r" ?[^\W\d_]+| ?\d+| ?(?:[^\w\s]|_)+|\s+")
# Those of GPT-2 (Radford et al. 2019, section 2.2) where no digit is left: the end of "it's" is one of its own, and of several
# blanks before a word the last goes with the word. White space as in Unicode; Python's has U+001C to U+001F as well.
SPACE = r"\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
GPT2_CHUNK = re.compile(rf"'(?:[stmd]|re|ve|ll)| ?[^\W\d_]+| ?(?:[^\w{SPACE}]|_)+|[{SPACE}]+(?![^{SPACE}])|[{SPACE}]+")


class BytePairEncoder:
    """Frequent pairs of neighbours become one token, again and again, beginning with single bytes.

    Gage (1994), "A new algorithm for data compression"; for language models Sennrich, Haddow and Birch (2016), "Neural
    machine translation of rare words with subword units", algorithm 1; on bytes as in Radford et al. (2019), section 2.2.
    Any text is a row of bytes in UTF-8, so any text can be encoded and comes back unchanged.

    merges: pairs of token numbers. Tokens 0 to 255 are the bytes; merge number k makes token 256 + k.
    pieces: for merges that were learned elsewhere, what each token writes, in the order of the tokens: the numbers may be others,
        and two merges may make the same token. A byte that is no token is left out of what is encoded.
    special: texts that are one token wherever they stand, such as "<|im_end|>"; they are among the pieces.
    split: a function that cuts a text into chunks.

    >>> encoder = BytePairEncoder.train(text, size=512)
    >>> encoder.decode(encoder.encode("héllo")) == "héllo"
    True
    """

    def __init__(self, merges, pieces=None, special=(), split=CHUNK.findall):
        self.merges, self.split = [tuple(map(int, pair)) for pair in merges], split
        self.rank = {pair: number for number, pair in enumerate(self.merges)}
        # What each token writes.
        self.pieces = [bytes([byte]) for byte in range(BYTES)] if pieces is None else list(pieces)
        for first, second in self.merges:
            if not 0 <= min(first, second) <= max(first, second) < len(self.pieces):
                raise ValueError(f"The merge {(first, second)} names a token that no earlier merge has made.")
            if pieces is None:
                self.pieces.append(self.pieces[first] + self.pieces[second])
        number_of = {piece: number for number, piece in enumerate(self.pieces)}
        for text in special:
            if text.encode() not in number_of:
                raise ValueError(f"special names {text!r}, which is not among the pieces.")
        self.special = {text: number_of.pop(text.encode()) for text in special}
        self.bytes = {byte: number_of[bytes([byte])] for byte in range(BYTES) if bytes([byte]) in number_of}
        self.made = {pair: BYTES + number for pair, number in self.rank.items()}  # the token that a merge makes
        if pieces is not None:
            for first, second in self.merges:
                if (whole := self.pieces[first] + self.pieces[second]) not in number_of:
                    raise ValueError(f"The tokens {(first, second)} make {whole!r}, which is not among the pieces.")
                self.made[first, second] = number_of[whole]
        self._special = re.compile("|".join(map(re.escape, self.special)) or "(?!)")  # (?!) is nowhere
        self._known = {}  # chunk -> its tokens

    @classmethod
    def train(cls, text, size=512):
        """Learn merges from a text until there are ``size`` tokens, or no pair comes twice.

        Of pairs equally frequent, the one with the smaller token numbers is merged first.
        Raises ValueError unless size is a whole number of 256 or more.
        """
        if not is_whole_number(size, BYTES):
            raise ValueError(f"size is {size!r}; give a whole number, {BYTES} (the single bytes) or more.")
        counted = Counter(CHUNK.findall(text))
        words, counts = [list(chunk.encode("utf-8", "surrogatepass")) for chunk in counted], list(counted.values())
        frequency, holders = Counter(), defaultdict(set)  # of each pair: how often it comes; the words that may hold it
        for place, word in enumerate(words):
            for pair in pairs(word):
                frequency[pair] += counts[place]
                holders[pair].add(place)
        merges = []
        while len(merges) < size - BYTES and frequency:
            best = min(frequency, key=lambda pair: (-frequency[pair], pair))
            if frequency[best] < 2:
                break
            for place in holders.pop(best):  # only these words change
                for pair in pairs(words[place]):
                    frequency[pair] -= counts[place]
                words[place] = merge(words[place], best, BYTES + len(merges))
                for pair in pairs(words[place]):
                    frequency[pair] += counts[place]
                    holders[pair].add(place)
            frequency = +frequency  # forget pairs that are gone
            merges.append(best)
        return cls(merges)

    @property
    def size(self):
        """Number of different tokens."""
        return len(self.pieces)

    def encode(self, text):
        """Text to numbers, (tokens,) int32."""
        tokens, start = [], 0
        for found in self._special.finditer(text):
            tokens += [*self._encode_plain(text[start : found.start()]), self.special[found[0]]]
            start = found.end()
        return np.array(tokens + self._encode_plain(text[start:]), np.int32)

    def count(self, text):
        """Number of tokens of a text."""
        return len(self.encode(text))

    def _encode_plain(self, text):
        """The tokens of a text without special ones."""
        tokens = []
        for chunk in self.split(text):
            if chunk not in self._known:
                self._known[chunk] = self._encode_chunk(chunk)
            tokens += self._known[chunk]
        return tokens

    def _encode_chunk(self, chunk):
        """Apply the merges in the order in which they were learned."""
        tokens = [self.bytes[byte] for byte in chunk.encode("utf-8", "surrogatepass") if byte in self.bytes]
        while candidates := [pair for pair in pairs(tokens) if pair in self.rank]:
            first = min(candidates, key=self.rank.get)
            tokens = merge(tokens, first, self.made[first])
        return tokens

    def decode(self, numbers):
        """Numbers to text. Tokens that a model has put together may not be UTF-8: what cannot be read becomes U+FFFD."""
        written = b"".join(self.pieces[number] for number in _whole_numbers(numbers, self.size))
        try:
            return written.decode("utf-8", "surrogatepass")
        except UnicodeDecodeError:
            return written.decode("utf-8", "replace")

    def stream(self, numbers):
        """Yield the text of ``numbers`` piece by piece as they come; a character once its last byte is there."""
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        for number in numbers:
            if piece := decoder.decode(self.pieces[_whole_numbers(number, self.size)[0]]):
                yield piece
        if piece := decoder.decode(b"", final=True):
            yield piece


class UsedTokens:
    """Those tokens of an encoder that some texts need, numbered anew from 0: a model does not pay for the others.

    encoder: a :class:`BytePairEncoder`. texts: a text, or several. all_bytes: keep the single bytes, too, so that every other
    text can be encoded: where it needs a token that is not kept, its bytes stand.

    >>> encoder = UsedTokens(BytePairEncoder.train(text), text)
    >>> encoder.decode(encoder.encode(text)) == text
    True
    """

    def __init__(self, encoder, texts, *, all_bytes=False):
        self.encoder, self.all_bytes = encoder, all_bytes
        numbers = [encoder.encode(text) for text in ([texts] if isinstance(texts, str) else texts)]
        single = list(encoder.bytes.values()) if all_bytes else []
        self.used = np.unique(np.concatenate([*numbers, np.array(single, np.int32)]))  # the encoder's numbers
        self.pieces = [encoder.pieces[number] for number in self.used]  # what each token writes

    @property
    def size(self):
        """Number of different tokens."""
        return len(self.used)

    def encode(self, text):
        """Text to numbers, (tokens,) int32. Raises ValueError for a text that needs a token which is not kept."""
        numbers = self.encoder.encode(text)
        unknown = ~np.isin(numbers, self.used)
        if unknown.any() and not self.all_bytes:
            piece = self.encoder.decode(numbers[unknown][:1])
            raise ValueError(f"{piece!r} is a token that the texts of this encoder never needed; give it more texts.")
        if unknown.any():
            single, pieces = self.encoder.bytes, self.encoder.pieces
            as_bytes = [map(single.get, pieces[n]) if new else [n] for n, new in zip(numbers, unknown, strict=True)]
            numbers = np.concatenate([list(each) for each in as_bytes])
        return np.searchsorted(self.used, numbers).astype(np.int32)

    def decode(self, numbers):
        """Numbers to text, as of :class:`BytePairEncoder`."""
        return self.encoder.decode(self.used[_whole_numbers(numbers, self.size)])


def chunks_and_digits(text):
    """Chunks as of GPT-2, but every digit, of whatever script, is one of its own: numbers of any length read alike.

    >>> chunks_and_digits("It's 12 years")
    ['It', "'s", ' ', '1', '2', ' years']
    """
    chunks = []
    for place, part in enumerate(_numerals().split(text)):  # every second part is a number
        chunks += [part] if place % 2 else GPT2_CHUNK.findall(part)
    return chunks


@cache
def _numerals():
    """One character that Unicode calls a number (categories Nd, Nl and No), such as 7, ⅷ or ½."""
    found = (character for character in map(chr, range(0x110000)) if unicodedata.category(character)[0] == "N")
    return re.compile(f"([{''.join(found)}])")


def pairs(tokens):
    """All pairs of neighbours.  [1, 2, 3] -> [(1, 2), (2, 3)]"""
    return list(zip(tokens[:-1], tokens[1:], strict=True))


def merge(tokens, pair, number):
    """The tokens with every occurrence of the pair, from left to right, replaced by the token ``number``."""
    merged, place = [], 0
    while place < len(tokens):
        if place + 1 < len(tokens) and (tokens[place], tokens[place + 1]) == pair:
            merged.append(number)
            place += 2
        else:
            merged.append(tokens[place])
            place += 1
    return merged


def _whole_numbers(numbers, size):
    """A list of numbers. Raises ValueError for one that is no token."""
    numbers = np.asarray(numbers).reshape(-1).tolist()
    for number in numbers:
        if number != int(number) or not 0 <= number < size:
            raise ValueError(f"{number} is not a token; give whole numbers from 0 to {size - 1}.")
    return [int(number) for number in numbers]
