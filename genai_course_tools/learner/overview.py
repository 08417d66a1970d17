"""How far the learner is: the table of ``genai-course progress`` and the entrance, ``my-course/index.ipynb``."""

import hashlib
import json
import re
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from genai_course.paths import atomic_write, course_root, dated
from genai_course_tools.authoring.find import in_words

INDEX = "index.ipynb"
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}


@dataclass(frozen=True)
class Card:
    """A lesson as the table and the entrance show it.

    name: such as "01_data/01_images". title: the question it begins with. minutes: of reading and exercises, or None.
    exercises: ids of those that a check judges; passed: those among them that the learner has passed.
    """

    name: str
    title: str
    minutes: int | None
    exercises: tuple[str, ...]
    passed: tuple[str, ...]

    @property
    def module(self):
        """``01 · Data``."""
        module = self.name.partition("/")[0]
        return f"{module.partition('_')[0]} · {in_words(module)}"

    @property
    def short_title(self):
        """``Images``."""
        return in_words(self.name.partition("/")[2])

    @property
    def is_done(self):
        return self.exercises == self.passed != ()

    @property
    def count(self):
        """``3 of 4``."""
        return f"{len(self.passed)} of {len(self.exercises)}"


def read_cards(passes, notebooks=None):
    """The cards of all lessons, in order.

    passes: ids of the exercises passed. notebooks: the folder of the learner's notebooks; by default the course's own.
    """
    notebooks = Path(notebooks or course_root() / "notebooks")
    paths = sorted(path for path in notebooks.glob("*/*.ipynb") if path.parent.name[:2].isdigit())
    return [_read_card(path, passes) for path in paths]


def _read_card(path, passes):
    try:
        cells = json.loads(path.read_bytes())["cells"]
        first = "".join(cells[0]["source"])
    except (ValueError, KeyError, TypeError, IndexError, RecursionError):
        cells, first = [], f"# {path.name} is damaged: genai-course doctor says how to mend it"
    title = re.search(r"^# (.+)$", first, re.MULTILINE)
    minutes = [int(number) for number in re.findall(r"(\d+) min of", first)]
    grade_ids = [cell["metadata"].get("nbgrader", {}).get("grade_id", "") for cell in cells]
    exercises = tuple(each.removesuffix("-check") for each in grade_ids if each.endswith("-check"))
    return Card(
        name=f"{path.parent.name}/{path.stem}",
        title=title[1].strip() if title else path.stem,
        minutes=sum(minutes) or None,
        exercises=exercises,
        passed=tuple(each for each in exercises if each in passes),
    )


def table(cards):
    """A rich table with a row a lesson."""
    from rich.markup import escape
    from rich.table import Table

    rows = Table("module", "lesson", "exercises", "", box=None, pad_edge=False, header_style="bold")
    rows.columns[2].justify = "right"
    for module, lessons in groupby(cards, key=lambda card: card.module):
        for number, card in enumerate(lessons):
            done = "[green]done[/]" if card.is_done else "" if card.passed else "[dim]not begun[/]"
            rows.add_row(escape(module) if number == 0 else "", escape(card.title), card.count, done)
    return rows


def summary(cards):
    """``3 of 14 exercises passed, 1 of 4 lessons done.``"""
    passed, exercises = (sum(len(getattr(card, name)) for card in cards) for name in ("passed", "exercises"))
    done = sum(card.is_done for card in cards)
    return f"{passed} of {exercises} exercises passed, {done} of {len(cards)} lessons done."


def write_index(folder, cards):
    """Write the entrance into ``folder`` if it says something else now; return what the learner should know, in sentences.

    The file is the course's. One that the learner has edited is kept under a dated name first.
    """
    path, sources = Path(folder) / INDEX, _index_sources(cards)
    sentences = []
    try:
        found, written = _found_index(path)
        if found == _hash(sources):
            return []
        with atomic_write(path) as temporary:
            temporary.write_text(_notebook(sources), encoding="utf-8")
            if found != written:
                kept = dated(path)
                path.rename(kept)
                sentences.append(f"You have changed {path.name}: yours is kept as {kept.name}.")
    except OSError as error:
        sentences.append(f"The entrance {path} could not be written ({error.strerror}); the lessons are all there.")
    return sentences


def _index_sources(cards):
    following = next((card for card in cards if not card.is_done), None)
    onward = (
        f"Go on with [{following.short_title}]({following.name}.ipynb)." if following else "You have done them all."
    )
    if not any(card.passed for card in cards):
        onward = onward.replace("Go on", "Begin")
    sources = [
        "# Learn generative AI by making it\n\n"
        f"{onward} Your progress: {summary(cards)}\n\n"
        "This page is made anew when you start `genai-course lab`; `genai-course progress` shows the same at any time. "
        "The minutes are for reading and exercises."
    ]
    for module, lessons in groupby(cards, key=lambda card: card.module):
        rows = "\n".join(_index_row(card) for card in lessons)
        sources.append(f"## {module}\n\n| lesson | question | minutes | exercises passed |\n|:--|:--|--:|--:|\n{rows}")
    return sources


def _index_row(card):
    title = card.title.replace("|", "\\|")
    link = f"[{card.short_title}]({card.name}.ipynb)"
    return f"| {link} | {title} | {card.minutes or ''} | {card.count}{' ✓' if card.is_done else ''} |"


def _notebook(sources):
    """A notebook of markdown cells. It carries the hash of its text, by which an edit is told from a mere save."""
    cells = [
        {"cell_type": "markdown", "id": f"index-{number}", "metadata": {}, "source": source}
        for number, source in enumerate(sources)
    ]
    metadata = {"kernelspec": KERNEL, "genai_course": {"index": _hash(sources)}}
    notebook = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"


def _found_index(path):
    """(hash of the text that is there, hash of the text that the course wrote): equal unless edited, None without a file."""
    try:
        notebook = json.loads(path.read_bytes())
        sources = ["".join(cell["source"]) for cell in notebook["cells"]]
        return _hash(sources), notebook["metadata"]["genai_course"]["index"]
    except FileNotFoundError:
        return None, None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return "", None  # something else under this name


def _hash(sources):
    """Cells without text do not count: JupyterLab adds one below the last cell that was run."""
    return hashlib.sha256("\0".join(source for source in sources if source.strip()).encode()).hexdigest()
