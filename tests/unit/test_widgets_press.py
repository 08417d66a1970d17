"""The button of an explorer."""

from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

from genai_course import plots, widgets


def test_every_press_draws_again_and_the_static_output_names_the_button():
    InteractiveShell.instance()
    drawn = []

    def draw(train):
        drawn.append(train)
        return plots.bars({"presses": train + 1}, title="Presses", x_label="number")

    button = widgets.Press("Train 150 steps on")
    with capture_output() as captured:
        widgets.explore(draw, "One bar.", train=button)
    assert captured.outputs[0].data["text/plain"] == "[explorer at train 0]"
    assert button.description == "Train 150 steps on"
    button.click()
    button.click()
    assert drawn == [0, 1, 2]
