"""``genai-course build``: every lesson's source becomes the learner's notebook and the executed solution.

A lesson is executed only if its code, or a definition of the course that this reaches, has changed since its solution was
made: the solution's metadata keeps a hash of those definitions, and what the run measured. All else is made anew, so a rebuild
gives the same bytes.
"""

import contextlib
import sys
from dataclasses import dataclass
from pathlib import Path

import nbformat

from genai_course.paths import atomic_write
from genai_course_tools.authoring import listing
from genai_course_tools.authoring.broken_edits import definition_problems, reading_problem
from genai_course_tools.authoring.find import find_sources, lesson_name
from genai_course_tools.authoring.freshness import definitions_hash, same_code
from genai_course_tools.authoring.lesson import Lesson, read_lesson
from genai_course_tools.authoring.lint import lint
from genai_course_tools.authoring.measured import MissingNumber, fill
from genai_course_tools.authoring.minutes import minutes, whole_seconds
from genai_course_tools.authoring.notebook import cell_ids, dumps, learner_notebook, solution_notebook
from genai_course_tools.authoring.outputs import concerns, take_outputs
from genai_course_tools.disk_refusals import refused_in_one_sentence
from genai_course_tools.execution.jobs import numbers_file, run_jobs
from genai_course_tools.execution.papermill_job import execution_job
from genai_course_tools.execution.recorded import recorded

LARGEST_NOTEBOOK = 400 * 1024  # bytes; larger ones are slow to open and to review


@dataclass
class Product:
    """What is made of one lesson."""

    lesson: Lesson
    learner: nbformat.NotebookNode
    solution: nbformat.NotebookNode
    learner_path: Path
    solution_path: Path
    is_fresh: bool  # the stored solution's outputs and numbers belong to this code and the definitions it reaches

    @property
    def files(self):
        return {self.learner_path: dumps(self.learner), self.solution_path: dumps(self.solution)}

    def keep(self, numbers, seconds):
        """Note what a run has measured in the solution's metadata, and write it into the text of both notebooks.

        numbers: as ``recorded`` gives them. seconds: of computing, as the card says them.
        Raises ValueError, with file and line, for a number in the text that is not among them.
        """
        self.solution.metadata["genai_course"] |= {"numbers": numbers, "seconds": seconds}
        known = {name: note["value"] for name, note in numbers.items()}
        known |= minutes(self.lesson) | {"computing_seconds": seconds}
        texts = {}
        for cell, cell_id in zip(self.lesson.cells, cell_ids(self.lesson), strict=True):
            if cell.kind == "markdown":
                try:
                    texts[cell_id] = fill(cell.source, known, self.lesson.root)
                except MissingNumber as missing:
                    raise ValueError(f"{self.lesson.path}:{cell.line + missing.line}: {missing}") from None
        for notebook in (self.learner, self.solution):
            for cell in notebook.cells:
                cell.source = texts.get(cell.id, cell.source)


def build(wanted, root, *, check=False, again=False, workers=1, console):
    """Build the lessons called ``wanted`` (all, if empty) of the course in ``root``; return the exit code.

    check: write nothing and execute nothing; say which notebooks differ from what would be written.
    again: execute all of them, whatever has changed.
    """
    root = Path(root)
    lessons = [read_lesson(path) for path in find_sources(wanted, root / "lessons")]
    refused = list(filter(None, (reading_problem(lesson.exercises_path) for lesson in lessons)))
    if not refused:
        refused += [f"{path}:{problem.line}: {problem.message}" for path, problem in _problems(lessons)]
        refused += [problem for lesson in lessons for problem in definition_problems(lesson)]
    if refused:
        print("\n".join(refused), file=sys.stderr)
        return 1
    try:
        listing.written(root)
    except ValueError as error:
        print(error, file=sys.stderr)
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
        lists = listing.outdated(root)
        for path in lists:
            console.print(f"{path} says something else about the lessons: run genai-course build", highlight=False)
        return int(bool(changed or stray or lists))
    to_execute = [product for product in products if again or not product.is_fresh]
    with refused_in_one_sentence(root, "build in a copy of the course that is yours"):
        failed = _execute(to_execute, root / "build", workers, console)
        for product in products:
            if product.lesson.name not in failed:
                _write(product, console)
        for path in listing.write(root):
            console.print(f"wrote {path}", highlight=False)
    return int(bool(failed))


def make(lesson, root):
    """The notebooks of a lesson, with the outputs of the stored solution if they are still its own."""
    solution = solution_notebook(lesson)
    solution.metadata["genai_course"] = {"definitions": definitions_hash(lesson)}
    learner_path, solution_path = (root / folder / f"{lesson.name}.ipynb" for folder in ("notebooks", "solutions"))
    stored = read_stored(solution_path)
    product = Product(lesson, learner_notebook(lesson), solution, learner_path, solution_path, is_fresh=False)
    if stored is not None:
        kept = stored.metadata.get("genai_course", {})
        # Of a run that is out of date the numbers stand in the text until the next one, as the old outputs do.
        with contextlib.suppress(ValueError):
            product.keep(kept.get("numbers", {}), kept.get("seconds"))
            product.is_fresh = kept.get("definitions") == definitions_hash(lesson) and same_code(stored, solution)
    if product.is_fresh:
        take_outputs(solution, stored)
    return product


def read_stored(path):
    """A notebook that was built before, or None if it is missing or damaged."""
    try:
        return nbformat.read(path, as_version=4)
    except (OSError, ValueError, nbformat.reader.NotJSONError):
        return None


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
        sentence = f"{product.lesson.path}: not built: {job.message} (as far as it ran: {targets[job.name]})"
        if job.state == "passed":
            take_outputs(product.solution, nbformat.read(targets[product.lesson.name], as_version=4))
            try:
                _measure(product, targets[product.lesson.name], job)
                continue
            except ValueError as error:
                sentence = f"{error} (what it recorded: {numbers_file(targets[job.name])})"
        failed.add(product.lesson.name)
        console.print(sentence, style="red", highlight=False, markup=False)
    return failed


def _measure(product, executed, job):
    """Keep what the run has recorded, to six digits, and how long it computed."""
    numbers = {
        name: {
            "tolerance": note["tolerance"],
            "value": note["value"] if note["value"] is None else float(f"{note['value']:.6g}"),
        }
        for name, note in recorded(numbers_file(executed)).items()
    }
    before = product.solution.metadata["genai_course"].get("seconds")
    product.solution.metadata["genai_course"].pop("seconds", None)
    product.keep(numbers, whole_seconds(job.computing_seconds, before))


def _write(product, console):
    for path, text in product.files.items():
        if not _holds(path, text):
            with atomic_write(path) as temporary:
                temporary.write_text(text, encoding="utf-8", newline="\n")
            console.print(f"wrote {path}", highlight=False)
    found = concerns(product.solution)
    if (size := product.solution_path.stat().st_size) > LARGEST_NOTEBOOK:
        found.append(f"it has {size / 1024:.0f} KiB, aim for {LARGEST_NOTEBOOK // 1024}: fewer or smaller pictures")
    for concern in found:
        console.print(f"{product.solution_path}: {concern}.", style="yellow", highlight=False)


def _holds(path, text):
    return path.exists() and path.read_bytes() == text.encode()
