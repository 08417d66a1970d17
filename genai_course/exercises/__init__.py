"""Exercises that answer: ``check``, ``hint``, ``predict``, ``claim`` and ``quiz``, and how to write one.

A lesson's file ``lessons/<module>/<NN_name>/exercises.py`` holds two lists. Its import is light:
wrong answers in NumPy, references as "module:function". ``genai-course harness LESSON`` tells whether checks are sharp.

    EXERCISES = [
        Function(
            "reconstruction_error",  # its id: autoencoders-reconstruction_error
            reference="genai_course.models.autoencoder:reconstruction_error",  # or a function of this module
            cases=lambda rng: [(rng.random((2, 3, 5, 1)), rng.random((2, 3, 5, 1)))],  # smallest first; become float32
            mistakes={
                ", axis=(1, 2, 3) →": "You returned one number for the whole batch. …",  # an edit of the reference's text
                "return → np.max(np.square(a - b), axis=(1, 2, 3))": "…",  # another last expression; see ``edits``
                root_mean_square: "…",  # or a wrong function
            },
            hints=("a nudge", "a push", "nearly the answer"),
            passed="What was right. One sentence more.",
            traced=True,  # it runs inside training: also check it in a tf.function
            excused={"`a - b` → `b - a`": "The square forgets the sign."},  # mutants that are right, and why
        ),  # also: dtype="uint8" where the type matters; tolerance, relative to the largest number expected; written_out; space
        Value("code_shape", reference=(4, 2), hints=…, passed=…,  # accept=test where more than the reference is right; words
              mistakes=[((2, 4), "Pictures come first."),  # a wrong value, or a test for one with an example:
                        (lambda shape: len(shape) == 4, "That is a picture's shape.", (4, 8, 8, 1))]),
        Experiment("small_enough", hints=…, passed=…, reference={"size": 12, "error": 0.018},  # a result that passes
                   targets=[Target("error", "the target is 0.02 or less.", at_least=0, at_most=0.02)],  # or accept=test
                   settings=[Setting("loss", "choose 'hinge' or 'mean'.", ("hinge", "mean").__contains__)],  # of any kind
                   recompute=lambda result: {"size": …},  # what takes less than a second to measure again
                   mistakes=[(lambda result: result["size"] < 4, "…", {"size": 2, "error": 0.05})]),
    ]
    PREDICTIONS = [Prediction("kept_variation", between=(0, 1), close=0.1, after="What the outcome teaches."),
                   Prediction("sharper", choices=("mean", "median"), after="…")]

Its quiz stands beside it in ``quiz.md``; see ``quiz_markdown``.

Mistakes are recognised by behaviour: the same outputs on every case, tried in order. So cases must tell them apart:
sizes that all differ, such as (2, 3, 5, 1), one row alone, numbers of both signs and far out, ties, edges. Generic answers
(returned None, wrong shape, NaN, raised, changed its input, remembers, never ended; wrong by a sign, a factor, an axis; one
slip from the reference) need no definition. Two results are a tuple of arrays. What passes is handed on in the reference's
kind: lists, tensors and float64 become what the lesson's cells need (``kinds``).
A value or result that still holds ``...`` is not attempted; ``check`` then returns the reference to go on with, marked,
so that the same value coming back is not taken for the learner's. Alternatives that must pass stand
beside it in ``alternatives.py``: ``ALTERNATIVES = {"reconstruction_error": [one_way, another]}``.
"""

from genai_course import session
from genai_course.exercises import missing
from genai_course.exercises.check_cells import CheckFailed, ClaimFailed, check, claim, hint, predict
from genai_course.exercises.definitions import (
    Experiment,
    Function,
    Mistake,
    Prediction,
    Question,
    Setting,
    Target,
    Value,
)
from genai_course.exercises.quizzes import quiz

session.at_setup.append(missing.watch)
