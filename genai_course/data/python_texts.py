"""Real texts that every Python brings along: the language reference, and the source of the standard library.

They differ a little between Python versions, so what is claimed about them is a comparison on the same text.
"""

import ast
import sys
import sysconfig
import warnings
from functools import cache
from pathlib import Path

import numpy as np

from genai_course.checks import check_whole_number
from genai_course.data.texts import Texts, run_hashes, shuffled

SMALLEST = 300  # characters; what is left of a shorter document is not worth reading
LARGEST_SHARE = 0.06  # of all characters: no document this large goes into the test
TEST_SHARE = 0.12
MOST_SHARED = 0.02  # of a paragraph's or statement's runs: with more, it is left out of the test
NOT_FOR_READING = {"antigravity", "encodings", "idlelib", "lib2to3", "pydoc_data", "this", "turtledemo"}


def python_docs(*, seed=0):
    """The Python language reference, as ``pydoc`` shows it: some fifty documents, 370,000 characters in all.

    seed: whole number that chooses which documents are the test, about a tenth of the characters.
    Returns :class:`Texts` with names. Documents that repeat each other lose the repeated paragraphs (the longer document keeps
    them), and the split is by document. A test document loses paragraphs that a training document words the same way: below
    1 % of the test's runs of 32 characters are in the training text.

    Source: Python Software Foundation, inside CPython. Raises ValueError for a seed out of range.
    """
    check_whole_number("seed", seed, 0)
    return _split(_reference_without_repeats(), seed)


def python_code(n_characters=600_000, *, seed=0):
    """Source of the standard library's own modules, about ``n_characters`` for training and a tenth of it as a test.

    n_characters: 200,000 or more; there are about 3,000,000.
    seed: whole number that chooses the modules.
    Returns :class:`Texts` with names; every text parses. The split is by module. A test module keeps those of its functions,
    classes and statements that share hardly a run of 32 characters with the training text: below 1 % in all.

    Source: Python Software Foundation, inside CPython. Raises ValueError for a number out of range.
    """
    check_whole_number("n_characters", n_characters, 200_000)
    check_whole_number("seed", seed, 0)
    files = shuffled(_standard_library(), seed)
    train, test, sizes = {}, {}, [0, 0]
    for number, (name, text) in enumerate(files.items()):
        for_test = number % 3 == 0 and len(text) < LARGEST_SHARE * n_characters
        chosen = test if for_test else train
        if sizes[for_test] < n_characters * (0.35 if for_test else 1.0):
            chosen[name] = text
            sizes[for_test] += len(text)
    shown = _sorted_runs(train)
    kept = {name: _unshared_statements(text, shown) for name, text in test.items()}
    return _as_texts(train, kept)


@cache
def _reference_without_repeats():
    """name -> document, without the paragraphs that a longer document has already shown."""
    from pydoc_data.topics import topics

    shown, documents = set(), {}
    for name, text in sorted(topics.items(), key=lambda topic: (-len(topic[1]), topic[0])):
        paragraphs = []
        for paragraph in text.strip().split("\n\n"):
            runs = set(run_hashes(paragraph).tolist()) or {paragraph}
            if len(runs & shown) <= 0.2 * len(runs):
                paragraphs.append(paragraph)
            shown |= runs
        if len(document := "\n\n".join(paragraphs)) >= SMALLEST:
            documents[name] = document + "\n\n\n"
    return documents


@cache
def _standard_library():
    """module -> source, of the modules that are one file."""
    folder, files = Path(sysconfig.get_path("stdlib")), {}
    for name in sorted(sys.stdlib_module_names - NOT_FOR_READING):
        path = folder / f"{name}.py"
        if not name.startswith("_") and path.is_file():
            files[name] = path.read_text(encoding="utf-8").rstrip() + "\n\n\n"
    if len(files) < 50:
        raise ValueError(f"Only {len(files)} modules of the standard library are in {folder}; its source is needed.")
    return files


def _split(documents, seed):
    """Choose documents, none too large, until a tenth of the characters is the test."""
    total = sum(map(len, documents.values()))
    train, test = {}, {}
    for name, text in shuffled(documents, seed).items():
        fits = len(text) <= LARGEST_SHARE * total and sum(map(len, test.values())) < TEST_SHARE * total
        (test if fits else train)[name] = text
    shown = _sorted_runs(train)
    kept = {}
    for name, text in test.items():
        paragraphs = text.strip().split("\n\n")
        own = [part for part in paragraphs if _share(run_hashes(part), shown) <= MOST_SHARED]
        kept[name] = "\n\n".join(own) + "\n\n\n"
    return _as_texts(train, kept)


def _as_texts(train, test):
    test = {name: text for name, text in test.items() if len(text) >= SMALLEST}
    return Texts(tuple(train.values()), tuple(test.values()), tuple(train), tuple(test))


def _sorted_runs(documents):
    return np.unique(np.concatenate([run_hashes(text) for text in documents.values()]))


def _share(runs, shown):
    """Share of the runs that are in the sorted array ``shown``."""
    places = np.minimum(np.searchsorted(shown, runs), len(shown) - 1)
    return float(np.mean(shown[places] == runs)) if len(runs) else 0.0


def _unshared_statements(source, shown):
    """A module's statements, without those that share more than a hundredth of their runs with what was shown."""
    with warnings.catch_warnings(action="ignore"):  # of old modules, about escapes and the like
        tree = ast.parse(source)
    lines, start, kept = source.splitlines(keepends=True), 0, []
    for statement in tree.body:
        text = "".join(lines[start : statement.end_lineno])  # with the comments above it
        start = statement.end_lineno
        runs = run_hashes(text)
        if len(runs) and _share(runs, shown) <= MOST_SHARED / 2:  # code repeats itself more than prose
            kept.append(text)
    return "".join(kept) and "".join(kept).strip("\n") + "\n\n\n"
