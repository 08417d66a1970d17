"""What judging an answer comes to."""

from dataclasses import dataclass

from genai_course.exercises.definitions import Mistake

NAMED = {"mistake", "known", "none", "changed", "remembers", "others", "dtype", "traced", "time", "parameters", "word"}


@dataclass(frozen=True)
class Verdict:
    """status: "passed", "failed" or "not attempted". lines: what to tell the learner. reason: one word, why it failed.

    mistake: the catalogued mistake that was recognised, or None. answer: what the lesson goes on with, if it passed.
    """

    status: str
    lines: tuple[str, ...]
    reason: str = ""
    mistake: Mistake | None = None
    answer: object = None

    @property
    def passed(self):
        return self.status == "passed"

    @property
    def hinted(self):
        """Whether the lines name what is wrong, beyond that something is."""
        return self.reason in NAMED


def passed(*lines, answer):
    return Verdict("passed", lines, answer=answer)


def not_attempted(*lines):
    return Verdict("not attempted", lines)


def failed(reason, *lines):
    return Verdict("failed", lines, reason)


def mistaken(mistake, *lines):
    return Verdict("failed", (mistake.hint, *lines), "mistake", mistake)
