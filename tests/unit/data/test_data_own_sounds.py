import struct
import time
import wave

import numpy as np
import pytest
from scipy.io import wavfile

from genai_course import data
from genai_course.data.own_files import UnusableFileError
from genai_course.data.own_sounds import read_sound


def sine(frequency, seconds=2.0, rate=8_000, loudness=0.5):
    return loudness * np.sin(2 * np.pi * frequency * np.arange(round(seconds * rate)) / rate)


def strength(sound, frequency, rate=8_000):
    """Amplitude of one frequency in a sound."""
    return abs(2 * np.mean(sound * np.exp(-2j * np.pi * frequency * np.arange(len(sound)) / rate)))


def save(path, samples, rate=8_000):
    path.parent.mkdir(parents=True, exist_ok=True)
    wavfile.write(path, rate, np.round(samples * 32_767).astype(np.int16))


def save_24_bits(path, samples, rate):
    """Three bytes a sample, written by Python's own module."""
    numbers = np.round(samples * (2**23 - 1)).astype("<i4")
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 3, rate, 0, "NONE", ""))
        file.writeframes(numbers.view(np.uint8).reshape(-1, 4)[:, :3].tobytes())


def test_shapes_types_and_ranges_of_one_recording(tmp_path):
    random = np.random.default_rng(0)
    save(tmp_path / "walk.wav", random.uniform(-1, 1, 8_000 * 25 + 100))
    own = data.sound_from(tmp_path / "walk.wav")
    assert own.train.shape == (40, 4_000)
    assert own.test.shape == (10, 4_000)
    assert own.train.dtype == np.float32
    assert np.abs(own.train).max() <= 1
    assert own.rate == 8_000
    assert len(own.class_names) == 1
    assert own.train_labels.dtype == np.int64
    assert own.train_factors == own.test_factors == {}


def test_the_end_of_a_lone_recording_is_the_test(tmp_path):
    save(tmp_path / "steps.wav", np.repeat(np.linspace(0.01, 0.5, 50), 4_000))
    own = data.sound_from(tmp_path / "steps.wav")
    assert own.train.max() < own.test.min()


def test_sub_folders_are_classes_and_whole_recordings_are_the_test(tmp_path):
    for number in range(10):
        save(tmp_path / "low" / f"{number}.wav", sine(200 + number, seconds=3))
        save(tmp_path / "high" / f"{number}.wav", sine(1_000 + number, seconds=2))
    own = data.sound_from(tmp_path)
    assert own.class_names == ("high", "low")
    assert np.bincount(own.train_labels).tolist() == [8 * 4, 8 * 6]
    assert np.bincount(own.test_labels).tolist() == [2 * 4, 2 * 6]

    def recordings(sounds):
        frequencies = [*range(200, 210), *range(1_000, 1_010)]
        return {max(frequencies, key=lambda each: strength(sound, each)) for sound in sounds}

    assert not recordings(own.train) & recordings(own.test)
    assert {frequency > 500 for frequency in recordings(own.test[own.test_labels == 0])} == {True}
    again, other = data.sound_from(tmp_path), data.sound_from(tmp_path, seed=1)
    assert again.train.tobytes() == own.train.tobytes()
    assert other.test.tobytes() != own.test.tobytes()


def test_stereo_floats_of_48_kilohertz(tmp_path):
    stereo = np.stack([sine(440, rate=48_000), sine(440, rate=48_000, loudness=0.3)], axis=1).astype(np.float32)
    wavfile.write(tmp_path / "stereo.wav", 48_000, stereo)
    sound = read_sound(tmp_path / "stereo.wav")
    assert sound.dtype == np.float32
    assert len(sound) == 16_000
    assert sound[1_000:-1_000] == pytest.approx(sine(440, loudness=0.4)[1_000:-1_000], abs=0.002)


def test_what_lies_above_half_the_new_rate_is_filtered_out(tmp_path):
    save(tmp_path / "whistle.wav", sine(7_000, rate=44_100) + sine(500, rate=44_100, loudness=0.4), 44_100)
    sound = read_sound(tmp_path / "whistle.wav")
    assert strength(sound, 1_000) < 0.005  # where 7,000 would be heard at 8,000 samples a second
    assert strength(sound, 500) == pytest.approx(0.4, abs=0.005)


def test_a_lower_rate_is_raised(tmp_path):
    save(tmp_path / "phone.wav", sine(440, rate=6_000), 6_000)
    sound = read_sound(tmp_path / "phone.wav")
    assert len(sound) == 16_000
    assert strength(sound, 440) == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize("kind", [np.uint8, np.int16, np.int32, np.float32, np.float64, 24])
def test_every_number_format_gives_the_same_sound(tmp_path, kind):
    samples, path = sine(440), tmp_path / "sound.wav"
    if kind == 24:
        save_24_bits(path, samples, 8_000)
    elif kind == np.uint8:
        wavfile.write(path, 8_000, np.round(samples * 127 + 128).astype(np.uint8))
    elif np.issubdtype(kind, np.integer):
        wavfile.write(path, 8_000, np.round(samples * np.iinfo(kind).max).astype(kind))
    else:
        wavfile.write(path, 8_000, samples.astype(kind))
    assert read_sound(path) == pytest.approx(samples, abs=0.01 if kind == np.uint8 else 1e-4)


def test_floats_beyond_one_are_turned_down_as_a_whole(tmp_path):
    wavfile.write(tmp_path / "loud.wav", 8_000, (10 * sine(440)).astype(np.float32))
    assert read_sound(tmp_path / "loud.wav") == pytest.approx(2 * sine(440), abs=1e-3)


def test_an_odd_rate_is_no_reason_for_a_filter_of_millions_of_samples(tmp_path):
    save(tmp_path / "odd.wav", sine(440, rate=399_989), 399_989)
    start = time.process_time()
    sound = read_sound(tmp_path / "odd.wav")
    assert time.process_time() - start < 1
    assert len(sound) == pytest.approx(16_000, abs=2)
    assert strength(sound, 440) == pytest.approx(0.5, abs=0.01)


def test_a_recording_shorter_than_a_clip_gets_silence_behind_it(tmp_path):
    for number in range(45):
        save(tmp_path / f"{number}.wav", sine(300 + number, seconds=0.2))
    own = data.sound_from(tmp_path)
    assert len(own.train) + len(own.test) == 45
    assert not own.train[:, 1_600:].any()
    assert np.abs(own.train[:, :1_600]).max() > 0.4


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "no WAV file, to be saved as one"),
        (b"ID3\x04 an MP3", "no WAV file, to be saved as one"),
        (b"fLaC" + bytes(100), "no WAV file, to be saved as one"),
    ],
)
def test_what_is_no_wav_file_is_told_so(tmp_path, raw, reason):
    (tmp_path / "song.wav").write_bytes(raw)
    with pytest.raises(UnusableFileError, match=reason):
        read_sound(tmp_path / "song.wav")


def test_recordings_that_cannot_be_used_are_named_in_one_line(tmp_path, capsys, recwarn):
    for number in range(12):
        save(tmp_path / f"clap {number}.wav", sine(300 + number))
    save(tmp_path / "silence.wav", np.zeros(8_000))
    save(tmp_path / "slow.wav", sine(100, rate=300), 300)
    save(tmp_path / "header.wav", sine(440))
    (tmp_path / "header.wav").write_bytes((tmp_path / "header.wav").read_bytes()[:30])
    wavfile.write(tmp_path / "numbers.wav", 8_000, np.full((8_000, 2), np.nan, np.float32))
    wavfile.write(tmp_path / "huge.wav", 8_000, np.full((8_000, 2), -1e308))
    (tmp_path / "song.mp3").write_bytes(b"ID3\x04" + bytes(100))
    law = b"RIFF" + struct.pack("<I", 4_000) + b"WAVEfmt " + struct.pack("<IHHIIHH", 16, 7, 1, 8_000, 8_000, 1, 8)
    (tmp_path / "telephone.wav").write_bytes(law + b"data" + struct.pack("<I", 3_000) + bytes(3_000))
    own = data.sound_from(tmp_path)
    said = capsys.readouterr()
    assert len(own.train) + len(own.test) == 50
    assert said.err == ""
    assert said.out.count("\n") == 1
    assert said.out.startswith("Left out 6 of 19 files: 300 samples a second (slow.wav); damaged or cut off (")
    assert "header.wav" in said.out
    assert "telephone.wav" in said.out
    assert "no WAV file, to be saved as one (song.mp3)" in said.out
    assert "silent or empty (silence.wav)" in said.out
    assert "with samples that are no numbers (numbers.wav)" in said.out
    assert not recwarn.list


def test_a_recording_cut_off_in_the_middle_is_used_as_far_as_it_goes(tmp_path):
    save(tmp_path / "cut.wav", sine(440, seconds=4))
    whole = (tmp_path / "cut.wav").read_bytes()
    (tmp_path / "cut.wav").write_bytes(whole[: len(whole) // 2])
    assert len(read_sound(tmp_path / "cut.wav")) == pytest.approx(16_000, abs=30)


def test_the_limit_takes_clips_from_all_over_a_recording(tmp_path):
    save(tmp_path / "long.wav", np.repeat(np.linspace(0.01, 0.9, 500), 800))
    own = data.sound_from(tmp_path / "long.wav", seconds=0.1, limit=50)
    assert len(own.train) + len(own.test) == 50
    assert own.train.min() < 0.02
    assert own.test.max() > 0.89


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"seconds": 0}, "seconds is 0; give a finite number above 0"),
        ({"seconds": 90}, "seconds is 90; give a number from 0.1 to 60"),
        ({"rate": 100}, "rate is 100; give a whole number from 1000 to 48000"),
        ({"seed": 1.5}, "seed is 1.5"),
        ({"limit": 3}, "limit is 3; give a whole number, 40 or more"),
    ],
)
def test_bad_settings_are_answered_in_one_sentence(tmp_path, settings, words):
    with pytest.raises(ValueError, match=r"^[^\n]+\.$") as error:
        data.sound_from(tmp_path, **settings)
    assert words in str(error.value)


def test_too_few_clips_are_answered_with_the_number_needed(tmp_path):
    save(tmp_path / "a" / "short.wav", sine(440, seconds=5))
    with pytest.raises(ValueError, match=r"holds 10 clips of 0.5 s that can be used, too few .* at least 40\.$"):
        data.sound_from(tmp_path)
    save(tmp_path / "a" / "long.wav", sine(440, seconds=25))
    save(tmp_path / "b" / "one.wav", sine(440, seconds=1))
    with pytest.raises(ValueError, match=r"^The sub-folder 'b' holds 2 clips .*; give it 5 or more"):
        data.sound_from(tmp_path)
