"""A language model that guesses the next word from the last eight: small enough to be served from one core.

Bengio, Ducharme, Vincent and Jauvin (2003), "A neural probabilistic language model": each word is a vector, the vectors of
the last words go through one hidden layer, and out comes a number for every word that may follow.
"""

import re
import time

import numpy as np

WINDOW = 8  # pieces that the network reads
PIECE = re.compile(r" ?\w+|[^\w]")  # a word with the blank before it, or one mark
PLAIN = "\n" + "".join(map(chr, range(32, 127)))  # what a prompt may be made of: the characters of a plain keyboard
ROWS_AT_ONCE = 4096


def pieces_of(text):
    """The pieces a language model knows: every plain character, and each word of a text.  A text -> list of different texts"""
    return sorted(set(PLAIN) | set(PIECE.findall(text)))


def encode(text, numbers):
    """A text as numbers of pieces; a word nobody knows is spelt.  Text, {piece: number} -> (pieces,) int32

    Raises ValueError, naming it, for a character that no piece has.
    """
    found = []
    for piece in PIECE.findall(text):
        for part in [piece] if piece in numbers else piece:
            if part not in numbers:
                unknown = f"The character {ascii(part)} is not among those the language model knows"
                raise ValueError(f"{unknown}; use plain letters.")
            found.append(numbers[part])
    return np.array(found, np.int32)


def windows(codes):
    """Each run of eight pieces, and the piece that follows it.  (pieces,) -> (n, 8), (n,)"""
    runs = np.lib.stride_tricks.sliding_window_view(codes, WINDOW + 1)
    return runs[:, :WINDOW], runs[:, WINDOW]


def network(n_pieces, width=192, size=24):
    """The network: (n, 8) numbers of pieces -> (n, n_pieces) logits.  Stock layers only, so Keras alone can load it."""
    import keras
    from keras import layers

    return keras.Sequential(
        [
            layers.Input((WINDOW,), dtype="int32"),
            layers.Embedding(n_pieces, size),  # (n, 8, size)
            layers.Flatten(),
            layers.Dense(width, activation="relu"),
            layers.Dense(n_pieces),
        ]
    )


class NeuralLanguageModel:
    """Continues a prompt, piece by piece.

    logits: function (n, 8) int32 -> (n, pieces) float, the network in whatever form. pieces: the texts it knows.
    engine: how it computes, in a word. version: names the exact release.
    """

    def __init__(self, logits, pieces, engine="keras", version=""):
        self.logits, self.pieces, self.engine, self.version = logits, list(pieces), engine, version
        self.numbers = {piece: number for number, piece in enumerate(self.pieces)}
        self.alphabet = frozenset(piece for piece in self.pieces if len(piece) == 1)

    def generate(self, prompt, words=20, temperature=0.8, seed=0, deadline=None):
        """The text that follows a prompt.

        words: pieces to write, 1 or more. temperature: above 0. seed: the same one writes the same text, with any engine.
        deadline: moment of ``time.monotonic()`` at which it gives up, or None.
        Raises ValueError for a prompt with unknown characters, TimeoutError when the deadline passes.
        """
        return self.generate_batch([prompt], words, temperature, [seed], deadline)[0]

    def generate_batch(self, prompts, words=20, temperature=0.8, seeds=None, deadline=None):
        """Texts that follow several prompts, written side by side.  As :meth:`generate`; seeds: one for each prompt."""
        starts = [np.r_[self._padding, encode(prompt, self.numbers)][-WINDOW:] for prompt in prompts]
        rows = np.zeros((len(prompts), WINDOW + words), np.int32)
        rows[:, :WINDOW] = starts
        seeds = range(len(prompts)) if seeds is None else seeds
        uniform = np.stack([np.random.default_rng(seed).random(words) for seed in seeds])  # (n, words)
        for place in range(words):
            if deadline is not None and time.monotonic() > deadline:
                raise TimeoutError(f"The text was not finished in time: {place} of {words} words were written.")
            logits = np.asarray(self.logits(rows[:, place : place + WINDOW]), np.float64) / temperature
            cumulative = np.exp(logits - logits.max(axis=1, keepdims=True)).cumsum(axis=1)  # (n, pieces)
            drawn = np.sum(uniform[:, place, None] * cumulative[:, -1:] >= cumulative[:, :-1], axis=1)
            rows[:, WINDOW + place] = drawn
        return ["".join(self.pieces[number] for number in row[WINDOW:]) for row in rows]

    def surprise(self, texts):
        """Bits per character that each text costs the language model: how strange it looks to it.  n texts -> (n,) float64"""
        codes = [encode(text, self.numbers) for text in texts]
        runs = [windows(np.r_[self._padding, each]) for each in codes]
        read, follows = (np.concatenate(part) for part in zip(*runs, strict=True))
        blocks = [slice(start, start + ROWS_AT_ONCE) for start in range(0, len(read), ROWS_AT_ONCE)]
        bits = np.concatenate([self._bits(read[block], follows[block]) for block in blocks])
        ends = np.cumsum([len(each) for each in codes])
        sums = np.diff(np.r_[0, bits.cumsum()[ends - 1]])
        return sums / np.array([len(text) for text in texts])

    @property
    def _padding(self):
        return np.full(WINDOW, self.numbers["\n"], np.int32)  # before a text stands an empty line or more

    def _bits(self, read, follows):
        """What each piece costs, given the eight before it.  (n, 8), (n,) -> (n,)"""
        logits = np.asarray(self.logits(read), np.float64)
        logits -= logits.max(axis=1, keepdims=True)
        chosen = logits[np.arange(len(follows)), follows]
        return (np.log(np.exp(logits).sum(axis=1)) - chosen) / np.log(2)
