"""A library's help desk, invented from a seed: questions and answers with planted personal data, and questions to search with.

Every issue is an action on a thing, and people have different words for both. One wording of each issue is held back: no
record of it uses these words, so whoever asks in them shares no word with the answer. ``helpdesk.json`` holds the words.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

from genai_course.checks import check_whole_number

WRITTEN = json.loads(Path(__file__).with_name("helpdesk.json").read_text(encoding="utf-8"))
ACTIONS = WRITTEN["actions"]  # different words for it, and what the desk answers
THINGS = WRITTEN["things"]  # different words for it, what belongs to it, and a tag
OPENINGS, REMARKS, CLOSINGS, NAMES = (WRITTEN[each] for each in ("openings", "remarks", "closings", "names"))
SIGNATURES = (
    ("My name is {}.", lambda rng: NAMES[rng.integers(len(NAMES))]),
    ("Write to {}.", lambda rng: f"{NAMES[rng.integers(len(NAMES))].split()[0].lower()}{rng.integers(1000)}@example.org"),
    ("Call {}.", lambda rng: f"030 {rng.integers(10**6, 10**7)}"),
    ("I have card LC-{}.", lambda rng: str(rng.integers(10**5, 10**6))),
)  # fmt: skip
KINDS = ("same words", "other words", "misspelt", "code", "code and other words")
PER_ISSUE = 5  # records; the last one is synthetic
WEEKS = 10
FIRST_DAY = datetime(2026, 1, 5)


@dataclass(frozen=True)
class Question:
    """A question to search with. kind: one of KINDS. relevant: places in ``HelpdeskData.entries``; at most five."""

    text: str
    kind: str
    relevant: tuple[int, ...]


@dataclass(frozen=True)
class HelpdeskData:
    """entries: arguments for ``RecordStore.add``. planted: the personal data in each prompt, or "". ratings: 1 to 5, or None."""

    entries: list[dict]
    planted: list[str]
    ratings: list[int | None]
    questions: list[Question]


def helpdesk_data(issues=160, questions=40, *, seed=0):
    """Data of five records an issue (four real, one synthetic) and as many questions of each kind as asked for.

    issues: 10 to 160. questions: of each of the five kinds, 1 or more. The same seed gives the same data.
    """
    pairs = [(action, thing) for action in ACTIONS for thing in THINGS]
    check_whole_number("issues", issues, 10, len(pairs))
    check_whole_number("questions", questions, 1)
    check_whole_number("seed", seed, 0)
    rng = np.random.default_rng(seed)
    pairs = [pairs[place] for place in rng.permutation(len(pairs))[:issues]]
    held_back = {pair: tuple(rng.integers(3, size=2)) for pair in pairs}
    made = [_entry(pair, held_back[pair], turn, rng) for pair in pairs for turn in range(PER_ISSUE)]
    issue_of = [pair for pair in pairs for _ in range(PER_ISSUE)]
    entries, planted, ratings, codes = map(list, zip(*made, strict=True))
    asked = [_question(kind, pairs, held_back, issue_of, codes, rng) for kind in KINDS for _ in range(questions)]
    return HelpdeskData(entries, planted, ratings, asked)


def _entry(pair, held_back, turn, rng):
    """(arguments of add, planted personal data, rating or None, error code or "")"""
    (actions, advice), (things, parts, tag) = ACTIONS[pair[0]], THINGS[pair[1]]
    action, thing = (_other_than(words, held, rng) for words, held in zip((actions, things), held_back, strict=True))
    prompt = [_pick(OPENINGS, rng).format(action, thing), _pick(REMARKS, rng).format(parts)]
    code = _code(rng)
    if code:
        prompt.append(f"The display says {code}.")
    signature, secret = "", ""
    if rng.random() < 0.3:
        signature, invent = SIGNATURES[rng.integers(len(SIGNATURES))]
        secret = invent(rng)
        prompt.append(signature.format(secret))
    response = f"To {action} the {thing}: {advice} {_pick(CLOSINGS, rng).format(parts)}"
    day = int(rng.integers(7 * WEEKS))
    model = "desk-1" if day < 7 * WEEKS // 2 else "desk-2"
    synthetic = turn == PER_ISSUE - 1
    entry = {
        "prompt": " ".join(prompt), "response": response, "source": "synthetic" if synthetic else "real", "tags": [tag, pair[0]],
        "model": model, "audience": "private" if secret else ("public", "public", "staff")[rng.integers(3)],
        "user": "" if synthetic else f"reader {rng.integers(60)}",
        "moment": (FIRST_DAY + timedelta(days=day, minutes=int(rng.integers(9 * 60, 18 * 60)))).isoformat(),
    }  # fmt: skip
    liked = rng.normal(3.1 if model == "desk-1" else 3.9, 0.9)
    rating = int(np.clip(round(liked), 1, 5)) if not synthetic and rng.random() < 0.5 else None
    return entry, secret, rating, code


def _code(rng):
    """An error code of a machine: one in five records has a rare one, one in three a common one."""
    chance = rng.random()
    if chance < 0.2:
        return f"E-{rng.integers(300, 700)}"
    return f"E-{rng.integers(20, 28)}" if chance < 0.53 else ""


def _question(kind, pairs, held_back, issue_of, codes, rng):
    """A Question of one kind about an issue drawn at random, with between one and five records that answer it."""
    while True:
        pair = pairs[rng.integers(len(pairs))]
        words = [table[name][0] for table, name in zip((ACTIONS, THINGS), pair, strict=True)]
        hidden = [each[place] for each, place in zip(words, held_back[pair], strict=True)]
        code = codes[rng.integers(len(codes))]
        matches = [place for place, each in enumerate(codes) if each == code]
        if kind == "code":
            text, relevant = f"What does {code} mean?", matches
        elif kind == "code and other words":
            text = f"{code} on the {hidden[1]}"
            relevant = [place for place in matches if issue_of[place][1] == pair[1]]
        else:
            if kind != "other words":
                hidden = [_other_than(each, place, rng) for each, place in zip(words, held_back[pair], strict=True)]
            if kind == "misspelt":
                hidden = [_misspelt(word, rng) for word in hidden]
            text = f"I would like to {hidden[0]} my {hidden[1]}"
            relevant = [place for place, each in enumerate(issue_of) if each == pair]
        if 1 <= len(relevant) <= 5 and (code or "code" not in kind):
            return Question(text, kind, tuple(relevant))


def _misspelt(words, rng):
    """Every word with one letter left out, never the first."""
    places = [int(rng.integers(1, len(word))) for word in words.split()]
    return " ".join(word[:place] + word[place + 1 :] for word, place in zip(words.split(), places, strict=True))


def _other_than(words, held_back, rng):
    return words[(held_back + 1 + rng.integers(2)) % 3]


def _pick(texts, rng):
    return texts[rng.integers(len(texts))]
