import io
import re
import wave
from base64 import b64decode

import numpy as np
import pytest

from genai_course import show_sound


@pytest.fixture
def shown(monkeypatch):
    bundles = []
    monkeypatch.setattr("genai_course.display.display", lambda bundle, raw: bundles.append(bundle))
    return bundles


def heard(bundle):
    """What the player would play: the samples as whole numbers, and the rate."""
    encoded = re.search(r'src="data:audio/wav;base64,([^"]+)"', bundle["text/html"])[1]
    with wave.open(io.BytesIO(b64decode(encoded))) as file:
        assert (file.getnchannels(), file.getsampwidth()) == (1, 2)
        return np.frombuffer(file.readframes(file.getnframes()), "<i2"), file.getframerate()


def test_the_player_holds_the_sound_and_its_rate(shown):
    samples = np.array([0, 0.5, -1, 1, 0.25], np.float32)
    show_sound(samples, 8_000, "Five samples.")
    values, rate = heard(shown[0])
    assert rate == 8_000
    assert values / 32_767 == pytest.approx(samples, abs=1e-4)


def test_the_same_sound_gives_the_same_bytes(shown):
    for _ in range(2):
        show_sound(np.linspace(-1, 1, 100), 8_000, "A ramp.")
    assert shown[0] == shown[1]


def test_a_player_has_a_visible_caption_and_a_name_for_screen_readers(shown):
    show_sound([0.0, 0.1], 8_000, 'A "click" & <nothing>')
    html = shown[0]["text/html"]
    assert 'aria-label="A &quot;click&quot; &amp; &lt;nothing&gt;"' in html
    assert "<em>A &quot;click&quot; &amp; &lt;nothing&gt;</em></figcaption>" in html
    assert "controls" in html
    assert "http" not in html
    assert shown[0]["text/plain"] == '[sound: A "click" & <nothing>]'


def test_too_loud_a_sound_is_turned_down_as_a_whole(shown):
    show_sound([0, 2, -4], 8_000, "Too loud.")
    assert heard(shown[0])[0] / 32_767 == pytest.approx([0, 0.5, -1], abs=1e-4)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (([[0, 1]], 8_000, "x"), "samples has shape (1, 2)"),
        (([], 8_000, "x"), "samples has shape (0,)"),
        (([0, np.nan], 8_000, "x"), "not a finite number"),
        (([0, 1], 0, "x"), "rate is 0"),
        (([0, 1], 8_000, " "), "caption is empty"),
    ],
)
def test_what_cannot_be_played_is_answered_in_one_sentence(shown, arguments, words):
    with pytest.raises(ValueError, match=r"^[^\n]+\.$") as error:
        show_sound(*arguments)
    assert words in str(error.value)
    assert not shown
