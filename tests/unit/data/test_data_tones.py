import time

import numpy as np
import pytest

from genai_course import data
from genai_course.data.tones import MAJOR_SCALE


@pytest.fixture(scope="module")
def notes():
    return data.tones(600, 200)


@pytest.fixture(scope="module")
def phrases():
    return data.tones(100, 40, notes=4)


def test_shapes_types_and_ranges(notes):
    assert notes.train.shape == (600, 4_000)
    assert notes.test.shape == (200, 4_000)
    assert notes.train.dtype == notes.test.dtype == np.float32
    assert np.abs(notes.train).max() <= 1
    assert notes.rate == 8_000
    assert notes.class_names == ("flute", "clarinet", "bassoon", "guitar")
    assert notes.train_labels.dtype == np.int64
    assert set(notes.train_labels) == {0, 1, 2, 3}
    assert list(notes.train_factors) == list(data.TONE_RANGES)
    for name, (low, high) in data.TONE_RANGES.items():
        values = notes.train_factors[name]
        assert values.shape == (600,)
        assert low <= values.min() < low + 0.03 * (high - low)
        assert high - 0.03 * (high - low) < values.max() <= high


def test_phrases_have_a_factor_for_every_note(phrases):
    assert phrases.train.shape == (100, 16_000)
    assert all(values.shape == (100, 4) for values in phrases.train_factors.values())
    onset = phrases.train_factors["onset"] - 0.5 * np.arange(4)
    low, high = data.TONE_RANGES["onset"]
    assert onset.min() >= low - 1e-9
    assert onset.max() <= high + 1e-9


def test_same_seed_same_bytes_and_other_notes_in_the_test():
    first, again, other = (data.tones(30, 20, seed=seed) for seed in (1, 1, 2))
    assert first.train.tobytes() == again.train.tobytes()
    assert first.test.tobytes() == again.test.tobytes()
    assert first.train.tobytes() != other.train.tobytes()
    assert first.train[:20].tobytes() != first.test.tobytes()


def test_factors_play_the_notes_again(notes):
    for label, timbre in enumerate(notes.class_names):
        chosen = notes.test_labels == label
        factors = {name: values[chosen] for name, values in notes.test_factors.items()}
        assert np.array_equal(data.play_notes(timbre, factors), notes.test[chosen])


def test_loudness_is_the_highest_sample(notes):
    assert 20 * np.log10(np.abs(notes.train).max(axis=1)) == pytest.approx(notes.train_factors["loudness"], abs=1e-3)


def test_silence_up_to_the_onset_and_sound_at_once_after_it(notes):
    for sound, onset in zip(notes.test, notes.test_factors["onset"], strict=True):
        first = int(np.flatnonzero(sound)[0])
        assert onset * 8_000 <= first <= onset * 8_000 + 2
        loud = np.flatnonzero(np.abs(sound) > 0.3 * np.abs(sound).max())[0]
        assert loud / 8_000 - onset < 0.03
    assert not notes.test[:, -30:].any()  # the note has ended before the next begins


def test_the_spectrum_holds_the_pitch_and_its_multiples_only(notes):
    for sound, note in zip(notes.test[:40], notes.test_factors["pitch"], strict=False):
        spectrum = np.abs(np.fft.rfft(sound * np.hanning(4_000)))  # a bin every 2 hertz
        frequency = float(data.note_frequency(note))
        places = np.arange(len(spectrum)) * 2
        near = np.abs(places - frequency * np.round(places / frequency)) < 30
        near |= places < 60
        assert spectrum[~near].max(initial=0) < 0.02 * spectrum.max()


def test_timbres_differ_as_their_names_say():
    spectra = {}
    for timbre in data.TIMBRES:
        sound = data.play_notes(timbre, {"pitch": 57})[0]
        spectrum = np.abs(np.fft.rfft(sound * np.hanning(4_000)))
        spectra[timbre] = np.array([spectrum[110 * k - 8 : 110 * k + 9].max() for k in range(1, 6)])
    assert spectra["flute"][0] > 3 * spectra["flute"][1:].max()  # nearly a pure tone
    assert spectra["clarinet"][[0, 2, 4]].min() > 3 * spectra["clarinet"][[1, 3]].max()  # odd multiples
    assert spectra["bassoon"][0] < 0.5 * spectra["bassoon"][1]  # a weak fundamental
    guitar, flute = (data.play_notes(timbre, {"pitch": 57})[0] for timbre in ("guitar", "flute"))
    fade = {
        name: np.abs(x[2_800:3_200]).max() / np.abs(x[1_000:1_400]).max() for name, x in (("g", guitar), ("f", flute))
    }
    assert fade["g"] < 0.8 < 0.95 < fade["f"]  # a plucked string dies away


def test_phrases_walk_on_a_major_scale(phrases):
    for melody in phrases.train_factors["pitch"]:
        keys = [key for key in range(12) if np.isin((melody - key) % 12, MAJOR_SCALE).all()]
        assert keys
        assert np.abs(np.diff(melody)).max() <= 4
        assert (np.diff(melody) != 0).all()
    assert len(np.unique(phrases.train_factors["pitch"])) > 25


def test_notes_of_a_phrase_sound_where_they_are_written(phrases):
    peaks = np.abs(phrases.train.reshape(100, 4, 4_000)).max(axis=2)
    assert 20 * np.log10(peaks) == pytest.approx(phrases.train_factors["loudness"], abs=1e-3)
    assert np.ptp(phrases.train_factors["loudness"], axis=1).max() <= 6


def test_note_frequencies():
    assert data.note_frequency([69, 81, 57]) == pytest.approx([440, 880, 220])


def test_thousand_notes_take_less_than_three_seconds():
    start = time.process_time()
    data.tones(800, 200)
    assert time.process_time() - start < 3


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: data.tones(0), "n_train is 0"),
        (lambda: data.tones(1, 2.5), "n_test is 2.5"),
        (lambda: data.tones(1, 1, notes=17), "notes is 17"),
        (lambda: data.tones(1, 1, seed=-1), "seed is -1"),
        (lambda: data.play_notes("flute", {"pitch": 90}), "pitch is 90; give numbers from 45 to 81"),
        (lambda: data.play_notes("flute", {"tempo": 1}), "'tempo' is not a factor"),
        (lambda: data.play_notes("flute", {"pitch": [60, 62], "onset": [0.1] * 3}), "different lengths"),
        (lambda: data.play_notes("kazoo", {}), "timbre is 'kazoo'; choose one of 'flute'"),
    ],
)
def test_bad_settings_are_answered_in_one_sentence(call, words):
    with pytest.raises(ValueError, match=r"^[^\n]+\.$") as error:
        call()
    assert words in str(error.value)
