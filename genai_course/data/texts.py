"""What every set of texts returns, and how much of its test a training text has shown already."""

import hashlib
from dataclasses import dataclass

import numpy as np

RUN = 32  # characters; so long a run hardly ever comes twice by chance


@dataclass(frozen=True)
class Texts:
    """A set of texts, split by document into texts to learn from and texts to judge by.

    train, test: tuples of texts. train_names, test_names: what each is called, where texts have names.
    """

    train: tuple[str, ...]
    test: tuple[str, ...]
    train_names: tuple[str, ...] = ()
    test_names: tuple[str, ...] = ()

    @property
    def train_text(self):
        """All training texts as one."""
        return "".join(self.train)

    @property
    def test_text(self):
        """All test texts as one."""
        return "".join(self.test)

    def __repr__(self):
        sizes = [f"{len(texts):,} texts of {sum(map(len, texts)):,} characters" for texts in (self.train, self.test)]
        return f"{type(self).__name__}(train {sizes[0]}, test {sizes[1]})"


def shuffled(documents, seed):
    """Documents, name -> whatever they are, in an order that depends on their names and the seed alone."""
    return dict(sorted(documents.items(), key=lambda item: hashlib.sha256(f"{seed} {item[0]}".encode()).digest()))


def run_hashes(text, length=RUN):
    """A number for every run of ``length`` characters, equal for equal runs.  -> (runs,) uint64

    Two different runs get the same number with a probability of about 2⁻⁶⁴ (a polynomial hash, modulo 2⁶⁴).
    """
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.uint64)
    runs = max(0, len(codes) - length + 1)
    hashes = np.zeros(runs, np.uint64)
    for start in range(length):
        hashes = hashes * np.uint64(0x9E3779B97F4A7C15) + codes[start : start + runs]
    return hashes


def shared_runs(train_text, test_text, length=RUN):
    """Share of the test's runs of ``length`` characters that the training text holds too, from 0 to 1."""
    runs = run_hashes(test_text, length)
    return float(np.isin(runs, run_hashes(train_text, length)).mean()) if len(runs) else 0.0
