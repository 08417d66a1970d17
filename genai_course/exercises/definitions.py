"""What an author writes to define an exercise, a prediction or a question. Examples: ``genai_course.exercises``."""

from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module

from genai_course.exercises.edits import EditError, edited

TOLERANCE = 1e-4  # relative to the largest expected number: float32 against float64, sums in another order


@dataclass(frozen=True)
class Mistake:
    """A usual wrong answer and what to say about it.

    wrong: for a Function an edit of the reference's text (see ``edits``) or a wrong implementation; for a Value a wrong
        value or a test ``answer -> bool``; for an Experiment a test ``result -> bool``.
    hint: why this mistake happens and where to look.
    example: an answer or result that the test recognises; the harness needs it where ``wrong`` is a test.
    """

    wrong: object
    hint: str
    example: object = None


@dataclass(frozen=True, kw_only=True)
class Exercise:
    """What all exercises have.

    name: the id without the lesson's prefix. reference: the right answer. hints: from a nudge to nearly the answer.
    passed: what was right, and one sentence more. excused: description of a mutant -> why it is right, too.
    mistakes: tried in order; ``{wrong: hint}``, or ``[(wrong, hint), (wrong, hint, example), …]`` where tests need
        examples; both become Mistakes.
    """

    name: str = field(kw_only=False)
    reference: object
    hints: tuple[str, str, str]
    passed: str
    mistakes: dict | list = field(default_factory=list)
    excused: dict[str, str] = field(default_factory=dict)

    def __post_init__(self):
        entries = self.mistakes.items() if isinstance(self.mistakes, dict) else self.mistakes
        mistakes = [each if isinstance(each, Mistake) else Mistake(*each) for each in entries]
        object.__setattr__(self, "mistakes", mistakes)  # the class is frozen

    def resolve(self):
        """The reference itself."""
        return self.reference


@dataclass(frozen=True, kw_only=True)
class Function(Exercise):
    """Complete a function.

    reference: a function, or "module:function", imported when first needed.
    cases: ``rng -> [tuple of arguments, …]``, smallest first; made afresh for each call; float64 arrays become float32.
    traced: whether the function will run inside training; it is then also run in a ``tf.function``.
    traced_at: places of the cases that are run so, where the first is not enough: zeros to begin with, a margin of 0.
    dtype: name of the type the result must have, where the lesson needs it.
    written_out: the same in one function, whose text the mistakes edit; for a reference that leaves the work to others.
    space: ``(draw, st, numbers) -> arguments``: any arguments the text allows, drawn with hypothesis for the tests;
        ``st`` are its strategies, ``numbers(shape, low, high)`` is one for float32 arrays.
    settled: ``(result, *arguments) -> result`` in which what the text leaves open, such as which of two equals, is as the
        reference has it; a result of another kind than it expects stays as it is.
    double: whether float64 arrays in the cases stay so, where an edge such as 0.9 is to be hit exactly.
    """

    cases: Callable
    double: bool = False
    written_out: Callable | None = None
    traced: bool = False
    traced_at: tuple[int, ...] = (0,)
    tolerance: float = TOLERANCE
    dtype: str | None = None
    space: Callable | None = None
    settled: Callable | None = None

    def resolve(self):
        if not isinstance(self.reference, str):
            return self.reference
        from genai_course.session import quietly_import_keras

        quietly_import_keras()  # first, or importing a model would print TensorFlow's greetings into a check
        module, _, name = self.reference.partition(":")
        return getattr(import_module(module), name)

    def wrong(self, mistake):
        """The function that makes this mistake. Raises EditError where its edit no longer applies."""
        return mistake.wrong if callable(mistake.wrong) else edited(self.written_out or self.resolve(), mistake.wrong)

    def wrong_functions(self):
        """(mistake, function that makes it), …, without broken edits: ``build`` refuses them, a learner is not bothered."""
        for mistake in self.mistakes:
            try:
                yield mistake, self.wrong(mistake)
            except EditError:
                continue


@dataclass(frozen=True, kw_only=True)
class Value(Exercise):
    """Give a value: a number, a text, a truth, or a tuple of them.

    accept: a test ``answer -> bool`` where more than the reference is right.
    words: all words to choose from, where the answer is one or several of them; any other is told to be unknown.
    """

    tolerance: float = TOLERANCE
    words: tuple[str, ...] = ()
    accept: Callable | None = None


@dataclass(frozen=True)
class Target:
    """A condition on one number of an experiment's result.

    name: its key in the result. sentence: shown after "`name` is 0.03:" when the condition is missed.
    at_least, at_most: bounds, both inclusive; accept: a test ``number -> bool`` for conditions that are no bounds.
    """

    name: str
    sentence: str
    at_least: float | None = None
    at_most: float | None = None
    accept: Callable | None = None

    def met(self, value):
        return (
            (self.at_least is None or value >= self.at_least)
            and (self.at_most is None or value <= self.at_most)
            and (self.accept is None or bool(self.accept(value)))
        )


@dataclass(frozen=True)
class Setting:
    """What the learner chose, of any kind: it has to stand in the result, and ``accept(value)`` says whether it may.

    sentence: shown after "`name` is 3:" when it may not.
    """

    name: str
    sentence: str
    accept: Callable


@dataclass(frozen=True, kw_only=True)
class Experiment(Exercise):
    """Reach a target; the recorded result is judged, however it was reached.

    reference: a result that meets every target, a dict (or a number, where there is one target).
    settings: what the result must hold besides numbers to reach. recompute: ``result -> {name: number}`` for what takes
    less than a second to measure again; a recorded number that is another is not accepted.
    """

    targets: list[Target]
    settings: list[Setting] = field(default_factory=list)
    recompute: Callable | None = None


@dataclass(frozen=True)
class Prediction:
    """A guess to commit to before the outcome is seen.

    between: lowest and highest number that make sense, or None; choices: the words to choose from, or None.
    close: how far a number may be off to be called close. after: what the outcome teaches.
    """

    name: str
    between: tuple[float, float] | None = None
    choices: tuple[str, ...] | None = None
    close: float = 0.0
    after: str = ""


@dataclass(frozen=True)
class Question:
    """A quiz question. options: (text, why it is right or wrong), lettered a, b, c …; right: the right one's letter."""

    text: str
    options: list[tuple[str, str]]
    right: str

    @property
    def letters(self):
        return "abcdefgh"[: len(self.options)]

    def option(self, letter):
        return self.options[self.letters.index(letter)]
