"""plots.play: what a notebook stores of a moving picture."""

import io

import numpy as np
import pytest
from IPython.core.interactiveshell import InteractiveShell
from PIL import Image

from genai_course import plots

CAPTION = "A white square moves to the right."


def moving_square(frames=10, channels=1):
    clip = np.zeros((frames, 16, 16, channels))
    for frame in range(frames):
        clip[frame, 4:8, frame % 12 : frame % 12 + 4] = 1
    return clip


def shown(clips, **options):
    """The outputs of plots.play: [(data, metadata), …]."""
    outputs = []

    class Collector:
        def publish(self, data, metadata=None, **_others):
            outputs.append((data, metadata or {}))

    shell = InteractiveShell.instance()
    publisher, shell.display_pub = shell.display_pub, Collector()
    try:
        plots.play(clips, CAPTION, **options)
    finally:
        shell.display_pub = publisher
    return outputs


def frames_of(output):
    """The frames of a shown clip as whole numbers, and the picture's notes."""
    picture = Image.open(io.BytesIO(output[0]["image/png"]))
    frames = []
    for frame in range(picture.n_frames):
        picture.seek(frame)
        frames.append(np.asarray(picture.convert("RGB")))
    return np.stack(frames), picture.info


def test_a_clip_is_one_animated_png_with_alternative_text_and_caption():
    picture, caption = shown(moving_square())
    assert set(picture[0]) == {"image/png", "text/plain"}
    assert picture[0]["text/plain"] == "[clip of 10 frames]"
    assert picture[1]["image/png"]["alt"] == CAPTION
    assert CAPTION in caption[0]["text/plain"]


def test_every_frame_is_there_in_order():
    frames, _ = frames_of(shown(moving_square(), scale=3)[0])
    assert frames.shape == (10, 48, 48, 3)
    assert np.array_equal(frames[:, ::3, ::3], np.repeat(moving_square() * 255, 3, axis=-1))


def test_colours_stay():
    clip = moving_square(channels=3) * (1, 0.5, 0)
    frames, _ = frames_of(shown(clip, scale=1)[0])
    assert frames[0, 4, 0].tolist() == [255, 128, 0]


def test_several_clips_stand_side_by_side():
    clips = np.stack([moving_square(), 1 - moving_square()])  # (2, 10, 16, 16, 1)
    frames, _ = frames_of(shown(clips, scale=1)[0])
    assert frames.shape == (10, 16, 33, 3)
    assert (frames[:, :, 16] == 128).all()
    assert np.array_equal(frames[:, :, 17:], 255 - frames[:, :, :16])


@pytest.mark.parametrize(("rate", "frames"), [(10, 20), (5, 10), (3, 7)])
def test_it_plays_at_its_frame_rate_for_about_half_a_minute_and_rests(rate, frames):
    _, notes = frames_of(shown(moving_square(frames), frames_per_second=rate)[0])
    assert notes["duration"] == pytest.approx(1000 / rate, abs=1)
    assert notes["loop"] * frames / rate == pytest.approx(30, rel=0.1)


def test_a_clip_of_twenty_frames_is_stored_small():
    from genai_course import data

    clips = data.bouncing_digits(1, 4).test
    assert len(shown(clips[0])[0][0]["image/png"]) < 16 * 1024
    assert len(shown(clips)[0][0]["image/png"]) < 64 * 1024


@pytest.mark.parametrize(
    ("clips", "options", "words"),
    [
        (np.zeros((16, 16, 1)), {}, "clips has shape (16, 16, 1)"),
        (np.zeros((4, 16, 16, 2)), {}, "clips has shape (1, 4, 16, 16, 2)"),
        (np.zeros((0, 16, 16, 1)), {}, "clips has shape (1, 0, 16, 16, 1)"),
        (np.zeros((4, 16, 16, 1)), {"frames_per_second": 0}, "frames_per_second is 0"),
        (np.zeros((4, 16, 16, 1)), {"frames_per_second": 100}, "frames_per_second is 100"),
    ],
)
def test_bad_clips_are_answered_in_one_sentence(clips, options, words):
    with pytest.raises(ValueError, match=r"^[^\n]+\.$") as error:
        plots.play(clips, CAPTION, **options)
    assert words in str(error.value)
