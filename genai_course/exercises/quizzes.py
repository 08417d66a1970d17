"""The quiz at a lesson's end: buttons where a kernel is live, the questions as text elsewhere."""

from genai_course.exercises.quiz_markdown import QuizError
from genai_course.exercises.registry import UnknownId, find_quiz
from genai_course.exercises.render import Note, is_live, show


def quiz(lesson, answers=...):
    """Show the questions of a lesson, and judge the letters typed, if any. Never raises.

    lesson: its name without number, such as "autoencoders". answers: one letter a question, such as "bacd".
    """
    try:
        questions = find_quiz(lesson)
    except (UnknownId, QuizError) as error:
        show(Note("note", str(error)))
        return
    letters, complaint = _as_letters(questions, answers)
    notes = [
        _note(number, question, letter)
        for number, (question, letter) in enumerate(zip(questions, letters, strict=True), 1)
    ]
    if answers is not ... and not complaint:
        right = sum(question.right == letter for question, letter in zip(questions, letters, strict=True))
        notes.append(Note("note", f"{right} of {len(questions)} right"))
    if complaint:
        notes.append(Note("open", complaint))
    widget = _buttons(questions, letters, complaint) if is_live() else None
    show(*notes, widget=widget)


def _as_letters(questions, answers):
    """(a letter or None for every question, what is wrong with the answers or None)."""
    nothing = [None] * len(questions)
    if answers is ...:
        return nothing, None
    wanted = f'type one letter a question, such as "{("abcd" * len(questions))[: len(questions)]}"'
    if isinstance(answers, list | tuple) and all(isinstance(letter, str) for letter in answers):
        answers = "".join(answers)
    if not isinstance(answers, str):
        return nothing, f"Your answers are {answers!r}; {wanted}."
    letters = [letter for letter in answers.casefold() if letter.isalnum()]
    if len(letters) != len(questions):
        return nothing, f"You gave {len(letters)} letters for {len(questions)} questions; {wanted}."
    for number, (letter, question) in enumerate(zip(letters, questions, strict=True), 1):
        if letter not in question.letters:
            return nothing, f"Question {number} has no option {letter!r}; it has {', '.join(question.letters)}."
    return letters, None


def _note(number, question, letter):
    options = [f"{each}) {text}" for each, (text, _) in zip(question.letters, question.options, strict=True)]
    if letter is None:
        return Note("note", f"{number}. {question.text}", tuple(options))
    tone, line = _feedback(question, letter)
    return Note(tone, f"{number}. {question.text}", (*options, line))


def _feedback(question, letter):
    right = letter == question.right
    return (
        "passed" if right else "failed",
        f"You chose {letter}. {'Right' if right else 'Not quite'}: {question.option(letter)[1]}",
    )


def _buttons(questions, letters, complaint):
    import ipywidgets

    boxes = [
        _question_box(ipywidgets, *each) for each in zip(range(1, len(questions) + 1), questions, letters, strict=True)
    ]
    if complaint:
        boxes.append(ipywidgets.HTML(Note("open", complaint).html))
    return ipywidgets.VBox(boxes)


def _question_box(ipywidgets, number, question, letter):
    options = {each: f"{each}) {text}" for each, (text, _) in zip(question.letters, question.options, strict=True)}
    # A button for each letter: of a group of radio buttons, the keyboard reaches only the first in JupyterLab.
    buttons = ipywidgets.ToggleButtons(
        options=list(options), value=letter, tooltips=list(options.values()), style={"button_width": "3em"}
    )
    feedback = ipywidgets.HTML()

    def answer(change):
        if change["new"] is not None:
            tone, line = _feedback(question, change["new"])
            feedback.value = Note(tone, line).html

    buttons.observe(answer, names="value")
    answer({"new": letter})
    note = ipywidgets.HTML(Note("note", f"{number}. {question.text}", tuple(options.values())).html)
    return ipywidgets.VBox([note, buttons, feedback])
