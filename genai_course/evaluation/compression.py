"""How well is a text predicted? In bits per character, of a model and of a file compressor."""

import lzma

import numpy as np


def bits_per_character(log_probs, characters=None):
    """Bits per character from natural logarithms of probabilities.

    log_probs: the log-probability of a text, or of each of its characters or tokens: a number or an array, summed here.
    characters: how many characters the text has; by default as many as there are numbers.
    Raises ValueError if there are no characters.
    """
    log_probs = np.asarray(log_probs, np.float64)
    characters = log_probs.size if characters is None else characters
    if characters < 1:
        raise ValueError(f"There are {characters} characters; bits per character need at least one.")
    return float(-log_probs.sum() / np.log(2) / characters)


def xz_bits_per_character(text, given=""):
    """What the file compressor xz needs for each character of ``text`` if it has read the text ``given`` before.

    The compressed size of both together, less that of ``given`` alone. Raises ValueError for an empty text.
    """
    if not text:
        raise ValueError("The text is empty; bits per character need at least one.")
    return 8 * (_compressed_bytes(given + text) - _compressed_bytes(given)) / len(text)


def _compressed_bytes(text):
    return len(lzma.compress(text.encode("utf-8", "surrogatepass"), preset=9 | lzma.PRESET_EXTREME))
