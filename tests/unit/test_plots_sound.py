import numpy as np
import pytest

from genai_course import plots
from genai_course.data import audio


def click(window, hop=16):
    """Magnitudes of a second of silence with a click in the middle, at 8,000 samples a second."""
    sound = np.zeros(8_000)
    sound[4_000] = 1
    return np.abs(audio.stft(sound, window, hop))


@pytest.mark.parametrize("window", [64, 256, 1_024])
def test_a_click_is_drawn_at_its_moment_whatever_the_window(window):
    figure = plots.spectrograms({"": click(window)}, rate=8_000, hop=16, title="A click")
    image = figure.axes[0].images[0]
    left, right, bottom, top = image.get_extent()
    columns = np.asarray(image.get_array()).mean(axis=0)  # decibels, a column a frame
    loudest = np.flatnonzero(columns > columns.max() - 1e-6).mean()
    moment = left + (loudest + 0.5) * (right - left) / len(columns)
    assert moment == pytest.approx(0.5, abs=0.002)
    assert (bottom, top) == (0, 4_000)
    assert figure.axes[0].get_title() == "A click"


def test_panels_share_one_scale_of_decibels():
    loud = click(64)
    figure = plots.spectrograms({"loud": loud, "quiet": 0.1 * loud, "again": loud}, rate=8_000, hop=16, title="Three")
    first, second, third, empty = figure.axes[:4]
    levels = [np.asarray(axis.images[0].get_array()).max() for axis in (first, second, third)]
    assert levels == pytest.approx([0, -20, 0])
    assert [axis.get_title() for axis in (first, second, third)] == ["loud", "quiet", "again"]
    assert not empty.axison
    assert figure.get_suptitle() == "Three"
    assert first.get_ylabel() == "hertz"


def test_the_highest_frequency_shown_and_mel_bands():
    magnitudes = click(64)
    assert plots.spectrograms({"": magnitudes}, rate=8_000, hop=16, title="x", top=1_000).axes[0].get_ylim() == (
        0,
        1_000,
    )
    mel = magnitudes @ audio.mel_filters(10, 64, 8_000).T
    axis = plots.spectrograms({"": mel}, rate=8_000, hop=16, title="x", mel_window=64).axes[0]
    assert axis.get_ylabel() == "mel band"
    assert axis.images[0].get_extent()[3] == 10
