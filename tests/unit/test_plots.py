"""plots, widgets and display: what a notebook stores of a figure, an explorer and a source."""

import io

import ipywidgets
import numpy as np
import pytest
from IPython.core.interactiveshell import InteractiveShell
from PIL import Image

from genai_course import display, plots, widgets

CAPTION = "Four grey squares, from black to white."


def squares(n=4):
    return np.linspace(0, 1, n)[:, None, None, None] * np.ones((n, 8, 8, 1))


def captured(show, *arguments, **options):
    """The outputs that a call displays: list of (data, metadata)."""
    outputs = []

    class Collector:
        def publish(self, data, metadata=None, **_others):
            outputs.append((data, metadata or {}))

    shell = InteractiveShell.instance()
    publisher, shell.display_pub = shell.display_pub, Collector()
    try:
        show(*arguments, **options)
    finally:
        shell.display_pub = publisher
    return outputs


def test_a_figure_is_shown_with_alternative_text_and_the_same_words_below():
    (picture, metadata), (caption, _) = captured(plots.show, plots.pictures(squares(), title="Squares"), CAPTION)
    assert metadata["image/png"]["alt"] == CAPTION
    assert CAPTION in caption["text/plain"]
    assert picture["image/png"][:4] == b"\x89PNG"


def test_figures_are_small_palette_pictures_that_fit_a_narrow_notebook():
    picture = Image.open(
        io.BytesIO(plots.to_png(plots.pictures(np.random.default_rng(0).random((60, 16, 16, 1)), title="Noise")))
    )
    assert picture.mode == "P"
    assert picture.width <= 800


def test_the_grid_shows_each_picture_in_its_place():
    figure = plots.pictures(squares(4), title="Squares", columns=2)
    drawn = [
        (image.get_extent()[0], image.get_extent()[3], float(np.mean(image.get_array())))
        for image in figure.axes[0].images
    ]
    across, down, grey = zip(*drawn, strict=True)
    assert np.allclose(grey, [0, 1 / 3, 2 / 3, 1])
    assert across[0] == across[2] < across[1] == across[3]
    assert down[0] == down[1] > down[2] == down[3]


def test_a_wrong_shape_is_answered_in_one_sentence():
    with pytest.raises(ValueError, match=r"images has shape \(4, 8, 8\); pictures need"):
        plots.pictures(np.zeros((4, 8, 8)), title="Squares")


def test_themes_change_the_paper():
    plots.set_theme("dark")
    dark = plots.to_png(plots.lines({"a": [1, 2]}, x=[0, 1], title="t", x_label="x", y_label="y"))
    plots.set_theme("light")
    light = plots.to_png(plots.lines({"a": [1, 2]}, x=[0, 1], title="t", x_label="x", y_label="y"))
    corner = [Image.open(io.BytesIO(png)).convert("RGB").getpixel((0, 0)) for png in (dark, light)]
    assert sum(corner[0]) < 150
    assert corner[1] == (255, 255, 255)


def explore_squares(**controls):
    return captured(widgets.explore, lambda n, **_: plots.pictures(squares(n), title="Squares"), CAPTION, **controls)


def test_an_explorer_and_its_static_picture_are_one_output():
    (bundle, metadata), _ = explore_squares(n=(2, 6, 1, 4))
    assert "application/vnd.jupyter.widget-view+json" in bundle
    assert bundle["image/png"] == plots.to_png(plots.pictures(squares(4), title="Squares"))
    assert bundle["text/plain"] == "[explorer at n 4]"
    assert metadata["image/png"]["alt"] == CAPTION


def test_moving_a_control_redraws_and_a_failing_picture_says_why(monkeypatch):
    def draw(n):
        if n == 5:
            raise ValueError("five is too many")
        return plots.pictures(squares(n), title="Squares")

    made = []
    real_box = ipywidgets.VBox
    monkeypatch.setattr(ipywidgets, "VBox", lambda children: made.extend(children) or real_box(children))
    captured(widgets.explore, draw, CAPTION, n=(2, 6, 1, 4))
    slider, picture, message = made

    before = bytes(picture.value)
    slider.value = 6
    six = bytes(picture.value)
    assert six != before
    slider.value = 5
    assert bytes(picture.value) == six
    assert "five is too many" in message.value
    slider.value = 4
    assert bytes(picture.value) == before
    assert message.value == ""


@pytest.mark.parametrize(
    ("form", "kind"),
    [
        ((0, 5, 1, 2), "IntSlider"),
        ((0.0, 5.0, 0.5, 2.0), "FloatSlider"),
        (["a", "b"], "Dropdown"),
        ({"a": 1}, "Dropdown"),
        (True, "Checkbox"),
    ],
)
def test_each_form_of_a_control_makes_its_widget(form, kind):
    assert type(widgets._make_control("n", form)).__name__ == kind


def test_another_form_is_answered_in_one_sentence():
    with pytest.raises(ValueError, match="The control n is 'often'; give"):
        explore_squares(n="often")


def test_the_source_of_a_function_is_shown_as_code():
    ((bundle, _),) = captured(display.show_source, plots.to_png)
    assert bundle["text/markdown"].startswith("`genai_course/plots.py`\n```python\ndef to_png(")
    with pytest.raises(ValueError, match="has no Python source to show"):
        display.show_source(len)


def test_a_datasheet_is_shown_with_its_picture():
    outputs = captured(display.show_datasheet, "faces")
    assert any("image/png" in data and metadata["image/png"]["alt"] for data, metadata in outputs)
    with pytest.raises(ValueError, match=r"no datasheet 'face'; there are .*faces"):
        display.show_datasheet("face")
