"""Explorers: sliders that redraw a picture, and the same picture where no kernel is running."""

import ipywidgets
import traitlets
from IPython.display import display

from genai_course import plots
from genai_course.display import show_text

FULL_WIDTH = "calc(100% - 4px)"  # a widget has a margin of 2 pixels at each side, which 100% would push off the page


def explore(draw, caption, **controls):
    """Show sliders and menus that redraw one figure.

    draw: function of the controls' values, by name, that returns a Figure; aim for at most 0.3 s.
    caption: one sentence that describes the figure as first drawn.
    controls: for each argument of draw, one of
        ``(smallest, largest, step, first value)`` a slider, of whole numbers if all four are whole;
        ``[choice, choice, ...]`` a menu, the first one chosen;
        ``{name: choice, ...}`` a menu whose entries read differently from their values;
        ``True`` or ``False`` a tick box;
        ``Press("what it does")`` a button that says so; draw gets how often it has been pressed.
    With a live kernel the output is interactive; in a saved notebook or on paper it is the first picture.

    Raises ValueError for a control of another form.
    """
    made = {name: _make_control(name, form) for name, form in controls.items()}
    # Its own size, never wider than the page: a VBox would stretch it.
    own_size = {"align_self": "flex-start", "max_width": FULL_WIDTH}
    picture = ipywidgets.Image(format="png", value=_draw_png(draw, made), layout=own_size)
    message = ipywidgets.HTML()

    def redraw(_change):
        try:
            picture.value = _draw_png(draw, made)
            message.value = ""
        except Exception as error:  # it may be the learner's own function: keep the last good picture and say why
            message.value = f"The picture could not be redrawn: {type(error).__name__}: {error}"

    for control in made.values():
        control.observe(redraw, names="value")
    box = ipywidgets.VBox([*made.values(), picture, message])
    settings = ", ".join(f"{name.replace('_', ' ')} {control.get_interact_value()}" for name, control in made.items())
    bundle = dict(box._repr_mimebundle_())  # live: the widget; elsewhere: the picture, from the same output
    bundle |= {"image/png": bytes(picture.value), "text/plain": f"[explorer at {settings}]"}
    display(bundle, raw=True, metadata={"image/png": {"alt": caption}})
    show_text(f"*As first drawn: {caption}*")


class Press(ipywidgets.Button):
    """A button for :func:`explore`: ``Press("Train on")``. Its value is how often it has been pressed."""

    value = traitlets.Int(0)

    def __init__(self, text):
        # as far from the left as the other controls, whose names stand before them
        layout = {"width": "auto", "align_self": "flex-start", "margin": "2px 2px 2px 9.6em"}
        super().__init__(description=text, layout=layout)
        self.on_click(self._count)

    def _count(self, _button):
        self.value += 1

    def get_interact_value(self):
        return self.value


def _draw_png(draw, made):
    return plots.to_png(draw(**{name: control.value for name, control in made.items()}))


def _make_control(name, form):
    style = {"description": name.replace("_", " "), "style": {"description_width": "9em"}}
    wide = {"layout": {"width": f"min(32em, {FULL_WIDTH})"}}
    match form:
        case Press():
            return form
        case bool():
            return ipywidgets.Checkbox(value=form, indent=True, **style)
        case list() | dict():
            return ipywidgets.Dropdown(options=form, **style, **wide)
        case (low, high, step, value) if all(isinstance(number, int) for number in form):
            return ipywidgets.IntSlider(value, low, high, step, **style, **wide)
        case (low, high, step, value):
            return ipywidgets.FloatSlider(value=value, min=low, max=high, step=step, **style, **wide)
    forms = "(smallest, largest, step, first value), a list, a dict, True or False, or a Press"
    raise ValueError(f"The control {name} is {form!r}; give {forms}.")
