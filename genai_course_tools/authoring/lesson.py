"""A lesson's text, ``lessons/<module>/<NN_name>/lesson.py``, read cell by cell (jupytext's py:percent format)."""

import re
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path

from genai_course_tools.authoring.find import lesson_name, lesson_prefix

SOLUTION = re.compile(r"^([ \t]*)### BEGIN SOLUTION.*?### END SOLUTION[ \t]*$", re.MULTILINE | re.DOTALL)
OPEN_VALUE = re.compile(r"^([ \t]*)(\w[^=\n]*= ?)\.\.\.(.*)$", re.MULTILINE)
CHECK_CALL = re.compile(r"(?<![\w.])check\(\s*[\"']([^\"']+)[\"']")
CELL_MARKER = re.compile(r"^# %%")


@dataclass(frozen=True)
class Cell:
    """One cell of a lesson.

    kind: "code" or "markdown". line: number of the line its source begins on. options: what stands in its header.
    """

    kind: str
    source: str
    line: int
    options: dict = field(default_factory=dict)

    @property
    def tags(self):
        return self.options.get("tags", [])

    @property
    def exercise_id(self):
        """The id of an exercise that is scored; None for other cells, predictions and quiz answers among them.

        Checks score it, or a teacher where the cell has the tag "make".
        """
        return str(self.options["id"]) if "exercise" in self.tags and "id" in self.options else None

    @property
    def checks(self):
        """Ids of the exercises that this cell checks."""
        return CHECK_CALL.findall(self.source) if "check" in self.tags else []

    @property
    def open_source(self):
        """What a learner finds: solution regions replaced by ``return ...``."""
        return SOLUTION.sub(r"\1return ...", self.source)

    @property
    def solved_source(self):
        """What the solution shows: in an exercise that asks for a value, ``...`` replaced by the answer in the header.

        A scored answer stands between nbgrader's markers, as a function's body does in the lesson itself.
        """
        if "solution" not in self.options:
            return self.source

        def answer(match):
            indent, assignment, rest = match.groups()
            line = f"{indent}{assignment}{self.options['solution']}{rest}"
            markers = "### BEGIN SOLUTION", "### END SOLUTION"
            return f"{indent}{markers[0]}\n{line}\n{indent}{markers[1]}" if self.exercise_id else line

        return OPEN_VALUE.sub(answer, self.source, count=1)


@dataclass(frozen=True)
class Lesson:
    """A lesson's file and its text; beside it lie what the exercises accept, the quiz, and other right answers."""

    path: Path
    text: str

    @property
    def folder(self):
        return self.path.parent

    @property
    def exercises_path(self):
        return self.folder / "exercises.py"

    @property
    def root(self):
        """Folder of the course."""
        return self.folder.parents[2]

    @property
    def name(self):
        return lesson_name(self.path)

    @property
    def prefix(self):
        return lesson_prefix(self.name)

    @cached_property
    def marker_lines(self):
        """Numbers of the lines that begin a cell, from 1."""
        return [number for number, line in enumerate(self.text.splitlines(), 1) if CELL_MARKER.match(line)]

    @cached_property
    def cells(self):
        """The cells, in order. Raises ValueError where jupytext and the ``# %%`` lines do not agree."""
        import jupytext  # slow to import

        cells = jupytext.reads(self.text, fmt="py:percent").cells
        if len(cells) != len(self.marker_lines):
            raise ValueError(
                f"has {len(self.marker_lines)} lines that begin with '# %%' but {len(cells)} cells: "
                "begin the file with such a line, and write none inside a string"
            )
        return [self._cell(cell, line) for cell, line in zip(cells, self.marker_lines, strict=True)]

    @cached_property
    def code(self):
        """The code of the solution, all cells in one text."""
        return "\n".join(cell.solved_source for cell in self.cells if cell.kind == "code")

    def _cell(self, cell, marker_line):
        options = {key: value for key, value in cell.metadata.items() if key != "lines_to_next_cell"}
        return Cell(cell.cell_type, cell.source, marker_line + 1, options)


def read_lesson(path):
    """The lesson in the file ``path``. The same object for the same text: finding its cells takes a tenth of a second."""
    path = Path(path)
    return _lesson(path, path.read_text(encoding="utf-8"))


@lru_cache(maxsize=64)
def _lesson(path, text):
    return Lesson(path, text)
