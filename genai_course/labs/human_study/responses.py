"""Where a judge's answers are kept: one file of JSON lines for each study and learner, in ``course_home()/studies``.

The first line holds the consent and a random id of the judge, every further line one answer. No name is kept. Each line ends
with a checksum of itself, so a damaged one is noticed; all others still count. A file is always written whole, under a lock.
"""

import contextlib
import hashlib
import json
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock

from genai_course.labs.human_study.study import CHOICES, Answer
from genai_course.paths import atomic_write, course_home, dated

LOCK_SECONDS = 3  # to wait for another notebook, which needs milliseconds
CONSENT = ("study", "fingerprint", "judge", "consent", "moment")
ANSWER = ("pair", "left", "right", "choice", "moment")


class DamagedError(ValueError):
    """A file that holds no responses, or whose first line is damaged."""


@dataclass(frozen=True)
class Responses:
    """A file as it was read. answers: a tuple of :class:`Answer`; damaged: numbers of the lines that cannot be read."""

    study: str
    fingerprint: str
    judge: str
    consent: str
    moment: str
    answers: tuple
    damaged: tuple

    def remarks(self, name):
        """A sentence about damaged lines, if there are any. name: what to call the file."""
        if not self.damaged:
            return []
        lines = ", ".join(map(str, self.damaged))
        return [f"In {name}, line {lines} is damaged and does not count; the other {len(self.answers)} answers do."]


def read_responses(path):
    """The :class:`Responses` in a file.

    Raises DamagedError, a ValueError, for a file that holds none or whose first line is damaged, and OSError without a file.
    """
    lines = Path(path).read_bytes().splitlines()
    consent = decode(lines[0], CONSENT) if lines else None
    if consent is None:
        what = "is no file of answers, or its first line is damaged"
        raise DamagedError(f"{path} {what}: without consent nothing in it counts.")
    answers, damaged = [], []
    for number, line in enumerate(lines[1:], 2):
        answer = decode(line, ANSWER)
        if answer is None or answer["choice"] not in CHOICES:
            damaged.append(number)
        else:
            answers.append(Answer(consent["judge"], **answer))
    return Responses(**consent, answers=tuple(answers), damaged=tuple(damaged))


def encode(record):
    """A record as one line of JSON that ends with its checksum, bytes."""
    return json.dumps(record | {"sum": checksum(record)}, ensure_ascii=False).encode()


def decode(line, fields):
    """The record in a line, or None if the line is not as :func:`encode` wrote it, with these fields, all texts."""
    try:
        record = json.loads(line)
        found = record.pop("sum")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    texts = all(isinstance(value, str) for value in record.values())
    return record if texts and tuple(record) == fields and found == checksum(record) else None


def checksum(record):
    return hashlib.sha256(json.dumps(record).encode()).hexdigest()[:8]


class ResponseFile:
    """Takes a judge's answers to a study, after consent, and keeps them.

    study: a :class:`Study`. folder: where the file lies; by default ``course_home()/studies``.
    Nothing is written before :meth:`accept`. Two notebooks may use the same box at once: every method reads the file anew.
    """

    def __init__(self, study, folder=None):
        self.study = study
        # The fingerprint is part of the name: a study that was changed begins a new file beside the old one.
        folder = Path(folder) if folder is not None else course_home() / "studies"
        self.path = folder / f"{study.name}-{study.fingerprint[:8]}.jsonl"

    def accept(self, judge=None):
        """Keep the consent, with a new random judge id; return a sentence about a damaged file, if one was set aside, or "".

        judge: another id, for simulations that must repeat; never a name. Whoever has agreed before stays the same judge.
        """
        with self._lock():
            responses, sentence = self._read_or_set_aside()
            if responses is None:
                study, judge = self.study, judge or secrets.token_hex(8)
                values = (study.name, study.fingerprint, judge, study.consent, now())
                self._write(encode(dict(zip(CONSENT, values, strict=True))))
            return sentence

    def read(self):
        """The :class:`Responses` as they are now, or None before consent. Raises DamagedError for a file without a consent."""
        with contextlib.suppress(FileNotFoundError):
            return read_responses(self.path)
        return None

    def answers(self):
        """The answers given so far, a tuple."""
        responses = self.read()
        return responses.answers if responses else ()

    def open_pairs(self):
        """Names of the pairs still to answer, in this judge's order. Raises ValueError before consent."""
        responses = self._accepted()
        done = {answer.pair for answer in responses.answers}
        return [name for name in self.study.order(responses.judge) if name not in done]

    def add(self, pair, choice):
        """Keep an answer; return True, or False if this pair has one already: the first answer stays.

        pair: its name. choice: "left", "right" or "tie", as this judge sees the pair.
        Raises ValueError before consent, for an unknown pair and for another choice; OSError where the disk refuses, and then
        what was kept before is as it was.
        """
        if choice not in CHOICES:
            raise ValueError(f"The choice is {choice!r}; give one of {', '.join(map(repr, CHOICES))}.")
        with self._lock():
            responses = self._accepted()
            values = (pair, *self.study.sides(pair, responses.judge), choice, now())
            if pair in {answer.pair for answer in responses.answers}:
                return False
            # The bytes that are there stay as they are, damaged ones too.
            self._write(self.path.read_bytes().rstrip(b"\n") + b"\n" + encode(dict(zip(ANSWER, values, strict=True))))
            return True

    def withdraw(self):
        """Delete consent and answers; return how many answers there were."""
        with self._lock():
            try:
                number = len(self.answers())
            except DamagedError:
                number = 0
            self.path.unlink(missing_ok=True)
            return number

    def _accepted(self):
        responses = self.read()
        if responses is None:
            raise ValueError(f"Nobody has agreed to the study {self.study.name!r} here: ask for consent first.")
        return responses

    def _read_or_set_aside(self):
        try:
            return self.read(), ""
        except DamagedError:
            aside = dated(self.path)
            self.path.rename(aside)
            return None, f"The file of your answers was damaged: it is kept as {aside.name}, and a new one begins here."

    def _lock(self):
        self.path.parent.mkdir(parents=True, exist_ok=True)
        return FileLock(self.path.with_suffix(".lock"), timeout=LOCK_SECONDS, poll_interval=0.005)

    def _write(self, content):
        with atomic_write(self.path) as temporary:
            temporary.write_bytes(content + b"\n")


def now():
    return datetime.now(UTC).isoformat(timespec="seconds")


def merge(study, paths):
    """Answers from several learners' files.  Returns (a tuple of :class:`Answer`, a list of sentences about what did not count).

    An answer of the same judge to the same pair counts once, the earliest: the same file twice changes nothing.

    Raises ValueError for a file of another study or of another version of this one, for one without responses, and for no files.
    """
    paths = [Path(path) for path in paths]
    if not paths:
        raise ValueError("There is no file to merge; give at least one.")
    kept, remarks, repeated = {}, [], 0
    for path in paths:
        responses = read_responses(path)
        if responses.study != study.name:
            given = f"{path} holds answers to the study {responses.study!r}"
            raise ValueError(f"{given}, not to {study.name!r}: leave it out.")
        if responses.fingerprint != study.fingerprint:
            given = f"{path} holds answers to another version of the study {study.name!r} (its question, consent or pairs differ)"
            raise ValueError(f"{given}: merge it with files of its own version.")
        remarks += responses.remarks(path.name)
        for answer in responses.answers:
            key = (answer.judge, answer.pair)
            repeated += key in kept
            if key not in kept or answer.moment < kept[key].moment:
                kept[key] = answer
    if repeated:
        remarks.append(f"{repeated} answers were there more than once and count once.")
    return tuple(kept.values()), remarks
