"""What judging an answer comes to."""

from dataclasses import dataclass

from genai_course.exercises.definitions import Mistake


@dataclass(frozen=True)
class Verdict:
    """status: "passed", "failed" or "not attempted". lines: what to tell the learner. reason: one word, why it failed.

    mistake: the catalogued mistake that was recognised, or None.
    """

    status: str
    lines: tuple[str, ...]
    reason: str = ""
    mistake: Mistake | None = None

    @property
    def passed(self):
        return self.status == "passed"


def passed(*lines):
    return Verdict("passed", lines)


def not_attempted(*lines):
    return Verdict("not attempted", lines)


def failed(reason, *lines):
    return Verdict("failed", lines, reason)


def mistaken(mistake, *lines):
    return Verdict("failed", (mistake.hint, *lines), "mistake", mistake)
