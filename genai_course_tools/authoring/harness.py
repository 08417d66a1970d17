"""Tells whether checks are sharp: right answers pass, usual mistakes get their own hints, and mutants are rejected."""

import ast
import importlib.util
import time
from dataclasses import dataclass, field, replace
from unittest.mock import patch

from genai_course.exercises import judge_function, slips
from genai_course.exercises.definitions import Experiment, Function
from genai_course.exercises.judge import judge
from genai_course.exercises.registry import defined_ids, exercise_files, find, lesson_prefixes
from genai_course.session import quietly_import_keras
from genai_course_tools.authoring import mutants
from genai_course_tools.authoring.answer_cells import function_of, last_function, namespace_of
from genai_course_tools.authoring.broken_edits import broken_edits
from genai_course_tools.authoring.case_rules import missing_cases
from genai_course_tools.authoring.lesson import read_lesson

NEEDED_HINTS = 0.6  # share of the rejected ones that must be told, over a lesson, what is wrong
NEEDED = 0.95  # share of the mutants that change behaviour which a check must reject
ALTERNATIVES_NEEDED = 2  # other correct ways to write a function
MADE_FREELY = "make"  # tag of the open task, which a teacher reads: it has no check
CHECK_SECONDS = 1.0
MUTANT_SECONDS = 1.0  # a mutant may loop for ever
PATIENCE = (
    30.0  # seconds to look for a slip; a learner gets less, but a slow machine must not change what is found here
)


@dataclass
class Row:
    """What the harness found out about one exercise. problems: sentences, empty if all is well."""

    exercise_id: str
    function: bool = False
    made: int = 0
    excused: int = 0
    rejected: int = 0
    hinted: int = 0
    problems: list[str] = field(default_factory=list)

    @property
    def score(self):
        """Share of the mutants that are rejected; excused ones do not count."""
        judged = self.made - self.excused
        return self.rejected / judged if judged else 1.0


def report(lesson_paths):
    """A Row for every exercise of these lessons, defined or used."""
    return [examine(path, exercise_id) for path in lesson_paths for exercise_id in exercise_ids(path)]


def exercise_ids(lesson_path):
    """Ids of the exercises in a lesson's text, then of those that only have a definition."""
    lesson = read_lesson(lesson_path)
    used = [cell.exercise_id for cell in lesson.cells if cell.exercise_id and MADE_FREELY not in cell.tags]
    defined = defined_ids("exercise", lesson.prefix) if lesson.prefix in lesson_prefixes() else []
    return list(dict.fromkeys([*used, *defined]))


def examine(lesson_path, exercise_id):
    """The Row of one exercise."""
    quietly_import_keras()
    lesson, row = read_lesson(lesson_path), Row(exercise_id)
    places = [place for place, cell in enumerate(lesson.cells) if cell.exercise_id == exercise_id]
    if len(places) != 1:
        row.problems.append(f"The lesson has {len(places)} exercises of this id.")
    try:
        exercise = find("exercise", exercise_id)
        row.function = isinstance(exercise, Function)
    except ValueError as error:
        row.problems.append(str(error))
    if not row.problems:
        others = alternatives(lesson.folder / "alternatives.py").get(exercise.name, [])
        _Examination(lesson, places[0], exercise, row).run(others)
    return row


def right_answers(lesson_path, exercise_id):
    """(exercise, {what it is: function}): the lesson's solution, the alternatives, and the mutants excused as right, too."""
    lesson, exercise = read_lesson(lesson_path), find("exercise", exercise_id)
    place = next(place for place, cell in enumerate(lesson.cells) if cell.exercise_id == exercise_id)
    examination = _Examination(lesson, place, exercise, Row(exercise_id))
    others = alternatives(lesson.folder / "alternatives.py").get(exercise.name, [])
    answers = {f"alternative {number}": other for number, other in enumerate(others, 1)}
    answers["the solution"] = function_of(examination._namespace(lesson.cells[place].solved_source))
    excused = {what: make for what, make in examination._mutants() if what in exercise.excused}
    return exercise, answers | {what: make() for what, make in excused.items()}


def table(rows):
    """The rows as a rich table."""
    from rich.table import Column, Table

    title = "Are the checks sharp?"
    result = Table(Column("exercise", no_wrap=True), "mutants", "excused", "rejected", "score", "hinted", title=title)
    for row in rows:
        state = "[red]✗[/]" if row.problems else "[green]✓[/]"
        result.add_row(
            f"{state} {row.exercise_id}",
            *map(str, (row.made, row.excused, row.rejected)),
            f"{row.score:.0%}",
            f"{share_hinted([row]):.0%}" if row.function else "–",
        )
    sums = [str(sum(getattr(row, name) for row in rows)) for name in ("made", "excused", "rejected")]
    result.add_row("all", *sums, "", f"{share_hinted(rows):.0%}")
    return result


def share_hinted(rows):
    """Share of the rejected mutants of functions that are told what is wrong, beyond that something is."""
    functions = [row for row in rows if row.function]
    rejected = sum(row.rejected for row in functions)
    return sum(row.hinted for row in functions) / rejected if rejected else 1.0


def problems(rows):
    """All problems as lines, each with its exercise or its lesson."""
    found = [f"{row.exercise_id}: {problem}" for row in rows for problem in row.problems]
    for lesson in dict.fromkeys(row.exercise_id.partition("-")[0] for row in rows):
        share = share_hinted([row for row in rows if row.exercise_id.partition("-")[0] == lesson])
        if share < NEEDED_HINTS:
            found.append(
                f"{lesson}: only {share:.0%} of the rejected mutants hear what is wrong; {NEEDED_HINTS:.0%} should."
            )
    return found


class _Examination:
    """Runs one exercise's check on everything that it should accept or reject."""

    def __init__(self, lesson, place, exercise, row):
        self.lesson, self.place, self.exercise, self.row = lesson, place, exercise, row
        self.cell, self.missing = lesson.cells[place], {}

    def run(self, others):
        self._texts()
        self._mistakes()
        self._must_pass("The reference", self.exercise.resolve())
        if getattr(self.exercise, "written_out", None) is not None:
            # In NumPy: only its mistakes are judged, on arrays.
            self._must_pass(
                "The reference written out", self.exercise.written_out, replace(self.exercise, traced=False)
            )
        for number, other in enumerate(others, 1):
            self._must_pass(f"Alternative {number}", other)
        try:
            made = list(self._function(others) if isinstance(self.exercise, Function) else self._value())
        except Exception as error:
            self._problem(f"The lesson's solution cannot be run: {type(error).__name__}: {error}.")
        else:
            self._reject(made)

    def _function(self, others):
        if len(others) < ALTERNATIVES_NEEDED:
            self._problem(
                f"It has {len(others)} alternatives; list {ALTERNATIVES_NEEDED} other correct ways to write it."
            )
        self._must_be_open(function_of(self._namespace(self.cell.open_source)))
        solution = function_of(self._namespace(self.cell.solved_source))
        self._must_pass("The lesson's solution", solution)
        self._must_be_quick(solution)
        self._must_have_cases()
        self._must_accuse_nobody()
        yield from self._mutants()

    def _mutants(self):
        """(description, function that makes the mutant of the lesson's solution), …"""
        tree = ast.parse(self.cell.solved_source)
        function = last_function(tree)
        rest = [node for node in tree.body if node is not function]
        for description, _, mutant in slips.of_tree(function):
            source = ast.unparse(ast.Module([*rest, mutant], type_ignores=[]))
            yield description, lambda source=source: function_of(self._namespace(source))

    def _value(self):
        self._must_be_open(...)
        reference = self.exercise.resolve()
        if isinstance(self.exercise, Experiment):
            names = [target.name for target in self.exercise.targets]
            reference = reference if isinstance(reference, dict) else {names[0]: reference}
            self._must_be_open(dict.fromkeys(names, ...))
            made = mutants.of_result(reference, self.exercise.targets)
        else:
            if "solution" not in self.cell.options:
                self._problem('The exercise has no solution="…" in its header.')
                return
            solution = eval(self.cell.options["solution"], self._namespace(""))
            self._must_pass("The lesson's solution", solution)
            self._must_be_quick(solution)
            made = mutants.of_value(solution)
        for description, mutant in made:
            yield description, lambda mutant=mutant: mutant

    def _texts(self):
        hints, mistakes = self.exercise.hints, [mistake.hint for mistake in self.exercise.mistakes]
        if len(hints) != 3 or not all(hints) or len(set(hints)) != 3:
            self._problem("It needs three different hints.")
        if not self.exercise.passed:
            self._problem("It says nothing when an answer passes.")
        if len(set(mistakes)) != len(mistakes):
            self._problem("Two of its mistakes have the same hint.")

    def _mistakes(self):
        file = exercise_files()[self.lesson.prefix]
        broken = broken_edits(file, [self.exercise])
        self.row.problems.extend(f"{file}:{line}: {sentence}" for line, sentence in broken)
        if isinstance(self.exercise, Function):
            answers = list(self.exercise.wrong_functions())
        else:
            answers = [(each, each.example if callable(each.wrong) else each.wrong) for each in self.exercise.mistakes]
        for mistake, wrong in answers:
            verdict = judge(self.exercise, wrong)
            if verdict.mistake is not mistake:
                self._problem(f"The mistake with the hint “{mistake.hint[:60]}…” is answered: {_said(verdict)}")

    def _must_pass(self, what, answer, exercise=None):
        verdict = judge(exercise or self.exercise, answer)
        if not verdict.passed:
            self._problem(f"{what} does not pass: {_said(verdict)}")

    def _must_be_open(self, answer):
        verdict = judge(self.exercise, answer)
        if verdict.status != "not attempted":
            self._problem(f"The untouched exercise is answered: {_said(verdict)}")

    def _must_be_quick(self, answer):
        start = time.process_time()  # other programs on this machine do not count
        judge(self.exercise, answer)
        seconds = time.process_time() - start
        if seconds > CHECK_SECONDS:
            self._problem(f"The check takes {seconds:.1f} s; at most {CHECK_SECONDS:g} s is right.")

    def _must_have_cases(self):
        self.missing = dict(missing_cases(self.exercise, self.cell.solved_source))
        for description, advice in self.missing.items():
            if description not in self.exercise.excused:
                self._problem(f"Its cases do not tell “{description}” from right: {advice}.")

    def _must_accuse_nobody(self):
        """A function that returns the same whatever it is given makes no mistake of the catalogue."""
        for constant in (0, 1, 0.5, None):
            verdict = judge(self.exercise, lambda *arguments, constant=constant: constant)
            if verdict.passed or verdict.mistake:
                self._problem(f"A function that only returns {constant} is answered: {_said(verdict)}")

    def _reject(self, made):
        """Judge every mutant. made: (description, function that makes the answer), …"""
        row, excused, survivors = self.row, self.exercise.excused, []
        for description, make in made:
            row.made += 1
            try:
                with patch.object(judge_function, "SECONDS_OF_SLIPS", PATIENCE):
                    verdict = judge(self.exercise, make(), MUTANT_SECONDS)
            except Exception:  # a mutant that cannot even be defined
                verdict = None
            survives = verdict is not None and verdict.passed
            if not survives:
                row.rejected += 1
                row.hinted += verdict is not None and verdict.hinted
            elif description in excused:
                row.excused += 1
            if survives:
                survivors.append(description)
        for description in excused:
            if description not in survivors and description not in self.missing:
                self._problem(f"It excuses {description}, but no mutant of this description passes.")
            elif not excused[description]:
                self._problem(f"It excuses {description} without a reason.")
        if row.score < NEEDED:
            let_through = ", ".join(each for each in survivors if each not in excused)
            self._problem(f"Its score is {row.score:.0%}, below {NEEDED:.0%}; these mutants pass: {let_through}.")

    def _namespace(self, source):
        return namespace_of(self.lesson, self.place, source, f"<{self.row.exercise_id}>")

    def _problem(self, sentence):
        self.row.problems.append(sentence)


def alternatives(file):
    """What a lesson's ``alternatives.py`` lists: name of an exercise -> other right answers."""
    if not file.is_file():
        return {}
    spec = importlib.util.spec_from_file_location(f"{file.parent.name}.alternatives", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.ALTERNATIVES


def _said(verdict):
    return f"{verdict.status}, {' '.join(verdict.lines)}"
