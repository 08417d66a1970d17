"""A learner's own recordings, in the form of the course's sets of sounds."""

import math
import warnings
from fractions import Fraction

import numpy as np

from genai_course.checks import check_above_zero, check_whole_number
from genai_course.data import own_files
from genai_course.data.own_files import UnusableFileError
from genai_course.data.tones import Sounds

RATES = (1_000, 400_000)  # samples a second that a recording may have


def sound_from(path, seconds=0.5, *, rate=8_000, seed=0, limit=5_000):
    """Your own recordings, cut into clips of one length.

    path: a WAV file, or a folder of them; where they lie in sub-folders, each of these is a class.
    seconds: length of a clip, a tenth to 60. rate: samples a second that the clips get, 1,000 to 48,000.
    seed: whole number that decides which recordings are kept for the test.
    limit: how many clips to read, 40 or more, ended by the recording that reaches it.

    Returns :class:`Sounds` with train (n, seconds * rate) and test float32 in [-1, 1]. Labels are positions in
    ``class_names``, the sub-folders in alphabetical order; without any, all are 0. Factors are empty. A fifth of each class is
    the test: whole recordings where it has five or more, else the end of each. The same files and seed give the same split.

    Channels are averaged; what lies above half the new rate is filtered out. A recording shorter than a clip gets silence
    behind it, the rest of a longer one that fills no clip is left out. Files that cannot be used are named in one printed line.
    Raises ValueError where fewer than 40 clips, or fewer than 5 of a class, can be used, and for settings out of range.
    """
    check_above_zero("seconds", seconds)
    if not 0.1 <= seconds <= 60:
        raise ValueError(f"seconds is {seconds!r}; give a number from 0.1 to 60.")
    check_whole_number("rate", rate, 1_000, 48_000)
    check_whole_number("seed", seed, 0)
    check_whole_number("limit", limit, own_files.LEAST)
    samples = round(seconds * rate)

    def read_clips(file):
        clips = _cut(read_sound(file, rate), samples)
        return clips[np.linspace(0, len(clips) - 1, min(limit, len(clips))).astype(int)]

    clips = own_files.read_files(own_files.find_files(path, seed), read_clips, limit, size=len)
    classes, class_names = own_files.classes(clips, path)
    labels = np.repeat(np.array(classes, np.int64), [len(each) for each in clips.values()])
    own_files.check_enough(len(labels), path, f"clips of {seconds:g} s")
    own_files.check_classes(labels, class_names, "clips")
    for_test = _split(classes, [len(each) for each in clips.values()])
    sounds, order = np.concatenate([*clips.values()]), np.random.default_rng(seed).permutation(len(labels))
    train, test = order[~for_test[order]], order[for_test[order]]
    return Sounds(sounds[train], sounds[test], rate, labels[train], labels[test], class_names, {}, {})


def read_sound(path, rate=8_000):
    """A WAV file as one row of samples.  -> (samples,) float32 in [-1, 1], ``rate`` samples a second

    Whole numbers of 8 to 32 bits are divided by the largest that fits, floats beyond 1 by their own largest.
    Raises UnusableFileError for what is no WAV file or holds no sound, and whatever SciPy raises for a damaged one.
    """
    from scipy.io import wavfile
    from scipy.signal import resample_poly

    with open(path, "rb") as file:
        if file.read(4) not in (b"RIFF", b"RIFX", b"RF64"):
            raise UnusableFileError("no WAV file, to be saved as one")
    with warnings.catch_warnings(action="ignore"):  # of notes between the samples
        own_rate, samples = wavfile.read(path)
    if not RATES[0] <= own_rate <= RATES[1]:
        raise UnusableFileError(f"{own_rate:,} samples a second")
    samples = _as_floats(samples)
    if not np.isfinite(samples).all():
        raise UnusableFileError("with samples that are no numbers")
    if not samples.any():
        raise UnusableFileError("silent or empty")
    samples = (samples / max(1.0, np.abs(samples).max())).astype(np.float32)
    if samples.ndim == 2:
        samples = samples.mean(axis=1)
    if own_rate != rate:
        # Near enough to be heard as the same; exactly, an odd rate would need a filter of millions of samples.
        ratio = Fraction(rate, own_rate).limit_denominator(1_000)
        samples = resample_poly(samples, ratio.numerator, ratio.denominator)
    return np.clip(samples, -1, 1).astype(np.float32)


def _as_floats(samples):
    """Whole numbers as floats in [-1, 1); those of 8 bits have their middle at 128.  Same shape"""
    if samples.dtype == np.uint8:
        return (samples.astype(np.float32) - 128) / 128
    if samples.dtype.kind == "i":
        return (samples / -float(np.iinfo(samples.dtype).min)).astype(np.float32)
    return samples


def _cut(sound, samples):
    """(samples of the sound,) -> (clips, samples)"""
    if len(sound) < samples:
        sound = np.pad(sound, (0, samples - len(sound)))
    clips = len(sound) // samples
    return sound[: clips * samples].reshape(clips, samples)


def _split(classes, counts):
    """Which clips are for the test, (clips,) booleans, of recordings of these classes and with so many clips."""
    classes, of_recording = np.array(classes), np.repeat(np.arange(len(counts)), counts)
    whole = own_files.split(classes)  # (recordings,)
    first = [n - math.ceil(own_files.TEST_SHARE * n) if n > 1 else 1 for n in counts]  # clip of each one's end
    ends = np.concatenate([np.arange(n) >= start for n, start in zip(counts, first, strict=True)])
    few = np.bincount(classes)[classes] < own_files.LEAST_IN_A_CLASS  # (recordings,)
    return np.where(few[of_recording], ends, whole[of_recording])
