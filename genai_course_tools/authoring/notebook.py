"""From a lesson to its two notebooks: the learner's, with exercises open, and the solution, not yet executed."""

import hashlib
from collections import Counter
from pathlib import Path

import click
import nbformat

# Fixed, so that a rebuild with another Python (or Jupyter) gives the same bytes.
METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {
        "codemirror_mode": {"name": "ipython", "version": 3},
        "file_extension": ".py",
        "mimetype": "text/x-python",
        "name": "python",
        "nbconvert_exporter": "python",
        "pygments_lexer": "ipython3",
    },
}


def learner_notebook(lesson):
    """The notebook a learner works in: stubs, no outputs, no ``instructor`` cells."""
    return _notebook(lesson, solved=False)


def solution_notebook(lesson):
    """The complete notebook, without outputs."""
    return _notebook(lesson, solved=True)


def read_notebook(path):
    """The notebook in a file. Raises click.UsageError for one that is damaged."""
    try:
        return nbformat.read(path, as_version=4)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise click.UsageError(
            f"{Path(*Path(path).parts[-3:])} is damaged: make it again with genai-course build, or install the course again."
        ) from None


def dumps(notebook):
    """The notebook as text, the same for the same content."""
    return nbformat.writes(notebook, version=4) + "\n"


def _notebook(lesson, solved):
    points = {cell.exercise_id: cell.options.get("points", 0) for cell in lesson.cells if cell.exercise_id}
    cells = []
    for cell, cell_id in zip(lesson.cells, cell_ids(lesson), strict=True):
        if "instructor" in cell.tags and not solved:
            continue
        make = nbformat.v4.new_code_cell if cell.kind == "code" else nbformat.v4.new_markdown_cell
        source = cell.solved_source if solved else cell.open_source
        cells.append(make(source, id=cell_id, metadata=_cell_metadata(cell, cell_id, points, solved)))
    return nbformat.v4.new_notebook(cells=cells, metadata=METADATA)


def _cell_metadata(cell, cell_id, points, solved):
    metadata = {"tags": list(cell.tags)} if cell.tags else {}
    if cell.exercise_id:
        manual = {"grade": True, "points": points[cell_id]} if "make" in cell.tags else {}
        metadata["nbgrader"] = nbgrader_metadata(cell_id, solution=True, **manual)
    elif cell_id.endswith("-check"):
        metadata["nbgrader"] = nbgrader_metadata(cell_id, grade=True, points=points[cell_id.removesuffix("-check")])
    if solved and "solution" in cell.options:
        # nbgrader knows only one stub for all exercises; authoring/assignment.py puts this one back.
        metadata["genai_course"] = {"open": cell.open_source}
    return metadata


def nbgrader_metadata(grade_id, *, grade=False, solution=False, points=0):
    """nbgrader's metadata, schema 3. ``solution``: a cell to complete; ``grade``: a scored one; both: by hand."""
    kind = {"grade": grade, "locked": not solution, "solution": solution, "task": False}
    return {"grade_id": grade_id, "schema_version": 3, **kind, **({"points": points} if grade else {})}


def cell_ids(lesson):
    """An id for every cell, stable while the cell is: exercise id, ``<id>-check``, else a hash of the source."""
    seen = Counter()
    exercises = {cell.exercise_id for cell in lesson.cells}
    ids = []
    for cell in lesson.cells:
        own = cell.exercise_id or next((f"{checked}-check" for checked in cell.checks if checked in exercises), None)
        own = own or hashlib.sha256(f"{cell.kind}\n{cell.source}".encode()).hexdigest()[:12]
        seen[own] += 1
        ids.append(own if seen[own] == 1 else f"{own}-{seen[own]}")
    return ids
