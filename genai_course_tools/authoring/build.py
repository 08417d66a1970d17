"""``genai-course build``: every lesson's source becomes the learner's notebook and the executed solution.

A lesson is executed only if its text, or a module of the course that it imports, has changed since its solution was
made: the solution's metadata keeps a hash of each. All else is made anew, so a rebuild gives the same bytes.
"""

import hashlib
import sys
from dataclasses import dataclass
from pathlib import Path

import nbformat

from genai_course.paths import whole_file
from genai_course_tools.authoring.find import find_sources, lesson_name
from genai_course_tools.authoring.freshness import modules_hash
from genai_course_tools.authoring.lesson import Lesson, read_lesson
from genai_course_tools.authoring.lint import lint
from genai_course_tools.authoring.notebook import dumps, learner_notebook, solution_notebook
from genai_course_tools.authoring.outputs import concerns, take_outputs
from genai_course_tools.disk_refusals import refused_in_one_sentence
from genai_course_tools.execution.jobs import run_jobs
from genai_course_tools.execution.papermill_job import execution_job

LARGEST_NOTEBOOK = 400 * 1024  # bytes; larger ones are slow to open and to review


@dataclass
class Product:
    """What is made of one lesson."""

    lesson: Lesson
    learner: nbformat.NotebookNode
    solution: nbformat.NotebookNode
    learner_path: Path
    solution_path: Path
    is_fresh: bool  # the stored solution's outputs belong to this text and these modules

    @property
    def files(self):
        return {self.learner_path: dumps(self.learner), self.solution_path: dumps(self.solution)}


def build(wanted, root, *, check=False, again=False, workers=1, console):
    """Build the lessons called ``wanted`` (all, if empty) of the course in ``root``; return the exit code.

    check: write nothing and execute nothing; say which notebooks differ from what would be written.
    again: execute all of them, whatever has changed.
    """
    root = Path(root)
    lessons = [read_lesson(path) for path in find_sources(wanted, root / "lessons")]
    if refused := [f"{path}:{problem.line}: {problem.message}" for path, problem in _problems(lessons)]:
        print("\n".join(refused), file=sys.stderr)
        return 1
    products = [make(lesson, root) for lesson in lessons]
    stray = [] if wanted else stray_notebooks(lessons, root)
    for path in stray:
        console.print(f"{path} has no lesson: delete it.", highlight=False)
    if check:
        changed = [path for product in products for path in differing(product)]
        for path in changed:
            console.print(
                f"{path} differs from its lesson: run genai-course build {lesson_name(path)}", highlight=False
            )
        return int(bool(changed or stray))
    to_execute = [product for product in products if again or not product.is_fresh]
    with refused_in_one_sentence(root, "build in a copy of the course that is yours"):
        failed = _execute(to_execute, root / "build", workers, console)
        for product in products:
            if product.lesson.name not in failed:
                _write(product, console)
    return int(bool(failed))


def make(lesson, root):
    """The notebooks of a lesson, with the outputs of the stored solution if they are still its own."""
    solution = solution_notebook(lesson)
    solution.metadata["genai_course"] = {
        "lesson": hashlib.sha256(lesson.text.encode()).hexdigest(),
        "modules": modules_hash(lesson),
    }
    learner_path, solution_path = (root / folder / f"{lesson.name}.ipynb" for folder in ("notebooks", "solutions"))
    stored = read_stored(solution_path)
    is_fresh = stored is not None and same_text(stored, solution)
    if is_fresh:
        take_outputs(solution, stored)
    return Product(lesson, learner_notebook(lesson), solution, learner_path, solution_path, is_fresh)


def read_stored(path):
    """A notebook that was built before, or None if it is missing or damaged."""
    try:
        return nbformat.read(path, as_version=4)
    except (OSError, ValueError, nbformat.reader.NotJSONError):
        return None


def same_text(stored, solution):
    """Whether ``stored`` has the outputs of ``solution``: same hashes, same cells, every code cell executed."""
    hashes = stored.metadata.get("genai_course") == solution.metadata["genai_course"]
    cells = [[(cell.get("id"), cell.source) for cell in notebook.cells] for notebook in (stored, solution)]
    executed = all(cell.execution_count for cell in stored.cells if cell.cell_type == "code" and cell.source.strip())
    return hashes and cells[0] == cells[1] and executed


def differing(product):
    """Paths of the notebooks that a build would change."""
    stale = {product.solution_path} if not product.is_fresh else set()
    return sorted(stale | {path for path, text in product.files.items() if not _holds(path, text)})


def stray_notebooks(lessons, root):
    """Notebooks whose lesson is gone."""
    names = {lesson.name for lesson in lessons}
    folders = (root / "notebooks", root / "solutions")
    return sorted(
        path for folder in folders for path in folder.glob("[0-9]*/*.ipynb") if lesson_name(path) not in names
    )


def _problems(lessons):
    return [(lesson.path, problem) for lesson in lessons for problem in lint(lesson)]


def _execute(products, folder, workers, console):
    """Execute the solutions of ``products`` and take their outputs; return the names of the lessons that failed."""
    jobs, targets = [], {}
    for product in products:
        source = folder / "build" / f"{product.lesson.name}.source.ipynb"
        targets[product.lesson.name] = source.with_name(f"{product.solution_path.stem}.ipynb")
        source.parent.mkdir(parents=True, exist_ok=True)
        source.write_text(dumps(product.solution), encoding="utf-8")
        jobs.append(execution_job(source, targets[product.lesson.name], home=folder / "home", strict=True))
    run_jobs(jobs, workers, console)
    failed = set()
    for product, job in zip(products, jobs, strict=True):
        if job.state == "passed":
            take_outputs(product.solution, nbformat.read(targets[product.lesson.name], as_version=4))
        else:
            failed.add(product.lesson.name)
            sentence = f"{product.lesson.path}: not built: {job.message} (as far as it ran: {targets[job.name]})"
            console.print(sentence, style="red", highlight=False, markup=False)
    return failed


def _write(product, console):
    for path, text in product.files.items():
        if not _holds(path, text):
            with whole_file(path) as temporary:
                temporary.write_text(text, encoding="utf-8", newline="\n")
            console.print(f"wrote {path}", highlight=False)
    found = concerns(product.solution)
    if (size := product.solution_path.stat().st_size) > LARGEST_NOTEBOOK:
        found.append(f"it has {size / 1024:.0f} KiB, aim for {LARGEST_NOTEBOOK // 1024}: fewer or smaller pictures")
    for concern in found:
        console.print(f"{product.solution_path}: {concern}.", style="yellow", highlight=False)


def _holds(path, text):
    return path.exists() and path.read_bytes() == text.encode()
