"""A blind A/B test in the notebook: consent, two things side by side, three buttons, and answers that are kept.

Without a live kernel one picture of the first pair stands there, from the same output.
"""

import html
import io
import textwrap
import time

import ipywidgets
import numpy as np
from PIL import Image

from genai_course import plots
from genai_course.display import show_picture
from genai_course.exercises.render import Note, is_live
from genai_course.labs.human_study import ResponseFile

BUTTONS = {"left": "Left", "tie": "No difference", "right": "Right"}
HEIGHT = 160  # pixels of a picture on the screen
HIDDEN, SHOWN = "none", None
PAUSE = 0.3  # seconds before a new button counts: the second half of a double click is no answer


def blind_test(study, contents, folder=None):
    """Show a study. Answers are kept by a :class:`~genai_course.labs.human_study.ResponseFile`, and it goes on where it was left.

    study: a :class:`~genai_course.labs.human_study.Study`.
    contents: pair's name -> what its two items look like, in the pair's order: two pictures, (height, width, 1 or 3) with
        values in [0, 1], or two short texts.
    folder: where answers are kept; by default ``course_home()/studies``.

    Raises ValueError for a pair without contents, and for contents of another form.
    """
    check_contents(study, contents)
    pair = study.pairs[0]
    bundle = BlindTest(study, contents, folder).box._repr_mimebundle_() if is_live() else {}
    caption = f"A blind test of {len(study.pairs)} pairs (without a live kernel: the first of them). {study.question}"
    still = plots.to_png(draw_pair(*contents[pair.name], study.question))
    show_picture(still, caption, f"[blind test: {len(study.pairs)} pairs]", **bundle)


class BlindTest:
    """The widget ``box``, and what its buttons do: ``agree``, ``buttons["left"]``, ``delete`` …"""

    def __init__(self, study, contents, folder=None):
        self.study, self.contents, self.file = study, contents, ResponseFile(study, folder)
        self.pair = None  # the name of the pair on the screen
        self.changed = 0.0  # when the screen changed last
        self.heading, self.message = ipywidgets.HTML(), ipywidgets.HTML()
        self.agree = self._button("I agree, begin", self._accept, width="12em")
        self.buttons = {}
        for choice, text in BUTTONS.items():
            self.buttons[choice] = self._button(text, lambda _, choice=choice: self._answer(choice))
        self.delete = self._button("Delete my answers", self._delete, width="16em")
        self.sides = [ipywidgets.VBox(layout={"width": "200px"}) for _ in range(2)]
        things = ipywidgets.HBox(self.sides, layout={"flex_flow": "row wrap"})
        answers = ipywidgets.HBox(list(self.buttons.values()), layout={"flex_flow": "row wrap"})
        self.judging = ipywidgets.VBox([things, answers])
        self.box = ipywidgets.VBox([self.heading, self.agree, self.judging, self.message, self.delete])
        self._attempt(self._show)

    def _button(self, text, action, width="9em"):
        button = ipywidgets.Button(description=text, layout={"width": width})
        button.on_click(lambda sender: self._attempt(action, sender))
        return button

    def _attempt(self, action, *arguments):
        """Do something with the file; what the disk or a damaged file says is shown, and nothing is lost."""
        try:
            self._say("")
            action(*arguments)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
            self._say(f"This could not be kept: {reason.rstrip('.')}. What was kept before is as it was.", "failed")

    def _accept(self, _):
        sentence = self.file.accept()
        self._show()
        self._say(sentence)
        self.buttons["left"].focus()  # the button that had the focus is gone; the keyboard goes on here

    def _too_quick(self):
        """Whether nobody can have seen yet what the screen shows."""
        return time.monotonic() - self.changed < PAUSE

    def _answer(self, choice):
        if self._too_quick():
            self._say("That was quicker than anybody can look, so it does not count. Please look again.")
            return
        try:
            first = self.file.add(self.pair, choice)
        except ValueError:  # the file has been deleted or damaged meanwhile: show what it asks for now
            self._show()
            raise
        self._show()
        if not first:
            self._say("That pair has an answer from another notebook already, which stays.")

    def _delete(self, button):
        if button.description.startswith("Delete"):
            button.description, self.changed = "Yes, delete all of them", time.monotonic()
            return
        if self._too_quick():
            return
        judge = getattr(self.file.read(), "judge", "of this study")
        number = self.file.withdraw()
        self._show()
        deleted = f"{'1 answer is' if number == 1 else f'{number} answers are'} deleted from this machine"
        self._say(f"{deleted}. If you gave somebody a copy, ask them to delete judge {judge}.")

    def _show(self):
        """Consent, the next pair, or thanks: whatever the file says is next."""
        try:
            responses = self.file.read()
        except ValueError:  # damaged: agreeing again sets it aside
            responses = None
        open_pairs = self.file.open_pairs() if responses else []
        self.pair, self.changed = open_pairs[0] if open_pairs else None, time.monotonic()
        total = len(self.study.pairs)
        if responses is None:
            note = Note("note", "Before you begin", (self.study.consent,))
        elif self.pair is None:
            where = f"Your answers lie in {self.file.path}."
            note = Note("passed", f"Thank you: {total} of {total} answered", (where,))
        else:
            note = Note("note", f"{total - len(open_pairs) + 1} of {total}: {self.study.question}")
            self._show_pair(responses.judge)
        self.heading.value = as_text(note)
        self.delete.description = "Delete my answers"
        self.agree.layout.display = SHOWN if responses is None else HIDDEN
        self.judging.layout.display = SHOWN if self.pair else HIDDEN
        self.delete.layout.display = HIDDEN if responses is None else SHOWN
        if responses and responses.damaged:
            self._say(" ".join(responses.remarks("your file")))

    def _show_pair(self, judge):
        items = self.study.pair(self.pair).items
        for place, item in enumerate(self.study.sides(self.pair, judge)):
            self.sides[place].children = [as_widget(self.contents[self.pair][items.index(item)])]

    def _say(self, sentence, tone="note"):
        self.message.value = as_text(Note(tone, sentence)) if sentence else ""


def as_text(note):
    """A note as HTML with the lines of a text: an HTML widget would set them as far apart as buttons."""
    return f'<div style="line-height: 1.45">{note.html}</div>'


def as_widget(thing):
    """A picture or a text as a widget."""
    if isinstance(thing, str):
        style = "border: 1px solid; border-radius: 4px; padding: 0.4em 0.8em; line-height: 1.4; white-space: pre-wrap"
        return ipywidgets.HTML(f'<div style="{style}">{html.escape(thing)}</div>')
    layout = {"height": f"{HEIGHT}px", "align_self": "flex-start"}
    return ipywidgets.Image(value=picture_png(thing), format="png", layout=layout)


def picture_png(picture):
    """A picture, (height, width, 1 or 3), as PNG bytes of about 160 pixels a side, its own pixels kept sharp."""
    picture = np.clip(np.asarray(picture, np.float64), 0, 1)
    pixels = np.round(255 * picture).astype(np.uint8).squeeze()
    larger = max(1, round(HEIGHT / len(pixels)))
    buffer = io.BytesIO()
    Image.fromarray(pixels.repeat(larger, axis=0).repeat(larger, axis=1)).save(buffer, format="png")
    return buffer.getvalue()


def draw_pair(left, right, title):
    """A pair side by side, for a page without a kernel. Returns a Figure."""
    if not isinstance(left, str):
        return plots.pictures(np.stack([left, right]), labels=["left", "right"], scale=1.5, title="Left or right?")
    left, right = wrapped(left), wrapped(right)
    lines = 2 + max(text.count("\n") + 1 for text in (left, right))
    figure, axis = plots.new_figure(height=0.4 + 0.16 * lines)
    for x, name, text in ((0.01, "left", left), (0.52, "right", right)):
        axis.text(x, 0, name, fontweight="bold", va="top", fontsize=9)
        axis.text(x, 1.3, text, va="top", fontsize=9)
    axis.set(xlim=(0, 1), ylim=(lines, 0))
    axis.set_axis_off()
    axis.set_title(title, fontsize=11, fontweight="bold")
    return figure


def wrapped(text):
    return "\n".join(line for paragraph in text.splitlines() for line in textwrap.wrap(paragraph, 48))


def check_contents(study, contents):
    """Raise ValueError unless every pair of the study has two pictures of one shape or two texts."""
    for pair in study.pairs:
        if pair.name not in contents:
            raise ValueError(f"contents has nothing for the pair {pair.name!r}; give its two pictures or texts.")
        things = contents[pair.name]
        if len(things) == 2 and all(isinstance(thing, str) and thing.strip() for thing in things):
            continue
        shapes = [np.shape(thing) for thing in things]
        a_picture = len(shapes[0]) == 3 and shapes[0][2] in (1, 3) if shapes else False
        if len(shapes) != 2 or shapes[0] != shapes[1] or not a_picture:
            given = f"The contents of the pair {pair.name!r} are {len(things)} things of the shapes {shapes}"
            raise ValueError(f"{given}; give two pictures of one shape, (height, width, 1 or 3), or two texts.")
