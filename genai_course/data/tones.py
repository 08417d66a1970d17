"""Instrument notes and short phrases, built from sine waves; pitch, loudness, timbre and onset of every note are known."""

from dataclasses import dataclass

import numpy as np

from genai_course.checks import check_choice, check_sizes, check_whole_number
from genai_course.data.pictures import broadcast_factors

RATE = 8_000  # samples a second
SECONDS = 0.5  # for each note, with the silence before it
TONE_RANGES = {
    "pitch": (45.0, 81.0),  # note numbers, a semitone a step; 69 is 440 Hz; so from 110 to 880 Hz
    "loudness": (-30.0, -3.0),  # decibels: the note's highest sample, 0 being the largest number that fits
    "onset": (0.02, 0.12),  # seconds from the start of the note's half second
}
MAJOR_SCALE = np.array([0, 2, 4, 5, 7, 9, 11])  # semitones above the key note
CHUNK = 64  # notes made at a time, so that they stay in the processor's cache


@dataclass(frozen=True)
class Timbre:
    """How a made-up instrument sounds.

    harmonics: amplitude of 1, 2, 3 … times the pitch. attack: seconds until it is at its loudest.
    decay: 1 / seconds in which the sound falls to a third; each harmonic falls that much faster than the one below.
    """

    harmonics: tuple[float, ...]
    attack: float
    decay: float = 0.0


TIMBRES = {
    "flute": Timbre((1, 0.25, 0.08, 0.03), attack=0.06),
    "clarinet": Timbre((1, 0.03, 0.6, 0.05, 0.4, 0.06, 0.25, 0.05, 0.15), attack=0.03),
    "bassoon": Timbre((0.25, 1, 0.8, 0.45, 0.3, 0.15, 0.08), attack=0.03),
    "guitar": Timbre((1, 0.7, 0.5, 0.4, 0.3, 0.25, 0.2, 0.16, 0.13, 0.1, 0.08, 0.06), attack=0.004, decay=1.5),
}


@dataclass(frozen=True)
class Sounds:
    """A set of sounds, split into sounds to learn from and sounds to judge by.

    train, test: (sounds, samples) float32 in [-1, 1], ``rate`` samples a second.
    train_labels, test_labels: (sounds,) int64, positions in ``class_names``.
    class_names: what each label stands for.
    train_factors, test_factors: known truth, factor name -> (sounds,), or (sounds, notes) for phrases.
    """

    train: np.ndarray
    test: np.ndarray
    rate: int
    train_labels: np.ndarray
    test_labels: np.ndarray
    class_names: tuple[str, ...]
    train_factors: dict[str, np.ndarray]
    test_factors: dict[str, np.ndarray]

    def __repr__(self):
        sounds = f"train {self.train.shape}, test {self.test.shape}, {self.rate} samples a second"
        return f"Sounds({sounds}, {len(self.class_names)} classes, factors: {', '.join(self.train_factors) or 'none'})"


def tones(n_train=1_000, n_test=250, *, notes=1, seed=0):
    """Notes of four made-up instruments, or short phrases of them.

    n_train, n_test: number of sounds, 1 or more.
    notes: notes in each sound, 1 to 16, one every half second.
    seed: whole number; the same seed gives the same bytes.

    Returns :class:`Sounds` with train (n_train, 4000 * notes) and test (n_test, 4000 * notes) float32 in [-1, 1], 8,000
    samples a second. Labels are timbres. Factors are float64, (sounds,) for one note and (sounds, notes) for phrases:

    pitch: note number, whole, 45 to 81; :func:`note_frequency` gives hertz. In a phrase all notes lie on one major
        scale, and each is at most two steps of it away from the one before.
    loudness: the highest sample of the note in decibels, -30 to -3, even; in a phrase all notes within 6 of each other.
    onset: seconds at which the note begins, even within 0.02 to 0.12 of its half second.

    Raises ValueError for a number out of range.
    """
    check_sizes(n_train=n_train, n_test=n_test)
    check_whole_number("notes", notes, 1, 16)
    check_whole_number("seed", seed, 0)
    drawn = [_draw_factors(np.random.default_rng([seed, part]), n, notes) for part, n in enumerate((n_train, n_test))]
    labels, factors = zip(*drawn, strict=True)
    played = map(_play_phrases, labels, factors)
    return Sounds(*played, RATE, *labels, tuple(TIMBRES), *map(_without_single_axis, factors))


def note_frequency(note):
    """The frequency in hertz of a note number: 440 for 69, twice as much 12 notes higher."""
    return 440 * 2 ** ((np.asarray(note, np.float64) - 69) / 12)


def play_notes(timbre, factors):
    """Play one note for each row of factors.

    timbre: name of an instrument, one of ``TIMBRES``.
    factors: dictionary of arrays (notes,) or single values; what is left out is in the middle of its range.

    Returns (notes, 4000) float32 in [-1, 1], half a second each at 8,000 samples a second.
    Raises ValueError for an unknown timbre, unknown factors, lengths that differ, or values beyond ``TONE_RANGES``.

    >>> play_notes("flute", {"pitch": [60, 64, 67]}).shape
    (3, 4000)
    """
    check_choice("timbre", timbre, TIMBRES)
    defaults = {name: (low + high) / 2 for name, (low, high) in TONE_RANGES.items()}
    factors = broadcast_factors(factors, defaults, TONE_RANGES)
    played = np.empty((len(factors["pitch"]), int(RATE * SECONDS)), np.float32)
    for start in range(0, len(played), CHUNK):
        part = slice(start, start + CHUNK)
        played[part] = _play(TIMBRES[timbre], **{name: value[part, None] for name, value in factors.items()})
    return played


def _play(timbre, pitch, loudness, onset):
    """(notes, samples) of one timbre; each factor is (notes, 1)."""
    frequency = note_frequency(pitch)
    time = np.arange(int(RATE * SECONDS)) / RATE - onset  # (notes, samples), 0 when the note begins
    sounding = np.maximum(time, 0)
    angle = 2 * np.pi * frequency * sounding
    # sin(k a) and the decay of harmonic k follow from those below: one sine and one exponential a sample, not twelve.
    twice_cosine, below, sine = 2 * np.cos(angle), 0.0, np.sin(angle)
    fall = np.exp(-timbre.decay * sounding)
    left, total = fall, np.zeros_like(angle)
    for number, amplitude in enumerate(timbre.harmonics, 1):
        # Fade out what comes near half the sampling rate, so that nothing is heard at a wrong frequency.
        audible = np.clip((3_900 - number * frequency) / 400, 0, 1)
        total += amplitude * audible * left * sine
        below, sine = sine, twice_cosine * sine - below
        left = left * fall
    end = SECONDS - onset - 0.005  # 5 ms of silence before whatever comes next
    total *= np.clip(sounding / timbre.attack, 0, 1) * np.clip((end - sounding) / 0.03, 0, 1)
    return total / np.abs(total).max(axis=1, keepdims=True) * 10 ** (loudness / 20)


def _play_phrases(labels, factors):
    """(sounds, 4000 * notes) from labels (sounds,) and factors (sounds, notes)."""
    sounds, notes = factors["pitch"].shape
    starts = SECONDS * np.arange(notes)
    played = np.empty((sounds, notes, int(RATE * SECONDS)), np.float32)
    for label, timbre in enumerate(TIMBRES):
        chosen = labels == label
        if chosen.any():
            one = {name: values[chosen] for name, values in factors.items()}
            one["onset"] = one["onset"] - starts
            one["onset"] = one["onset"].clip(*TONE_RANGES["onset"])  # the subtraction may have cost the last bit
            each = play_notes(timbre, {name: values.ravel() for name, values in one.items()})
            played[chosen] = each.reshape(-1, notes, int(RATE * SECONDS))
    return played.reshape(sounds, -1)


def _draw_factors(rng, sounds, notes):
    """Labels (sounds,) and factors (sounds, notes)."""
    labels = rng.integers(len(TIMBRES), size=sounds)
    low, high = (int(end) for end in TONE_RANGES["pitch"])
    if notes == 1:
        pitch = rng.integers(low, high + 1, size=(sounds, 1)).astype(np.float64)
    else:
        pitch = _draw_melodies(rng, sounds, notes, low, high)
    quiet, loud = TONE_RANGES["loudness"]
    loudest = rng.uniform(quiet + 6 if notes > 1 else quiet, loud, (sounds, 1))
    loudness = loudest - (rng.uniform(0, 6, (sounds, notes)) if notes > 1 else 0)
    onset = rng.uniform(*TONE_RANGES["onset"], (sounds, notes)) + SECONDS * np.arange(notes)
    return labels, {"pitch": pitch, "loudness": loudness, "onset": onset}


def _draw_melodies(rng, sounds, notes, low, high):
    """Note numbers (sounds, notes) that walk up and down a major scale, at most two steps at a time."""
    key = rng.integers(12, size=(sounds, 1))
    scale = np.arange(low, high + 1) + np.zeros((sounds, 1), int)  # (sounds, 37)
    on_scale = np.isin((scale - key) % 12, MAJOR_SCALE)
    melodies = np.empty((sounds, notes))
    for melody, numbers, chosen in zip(melodies, scale, on_scale, strict=True):
        allowed = numbers[chosen]
        place = rng.integers(len(allowed))
        for note in range(notes):
            melody[note] = allowed[place]
            step = rng.choice([-2, -1, 1, 2])
            place += step if 0 <= place + step < len(allowed) else -step
    return melodies


def _without_single_axis(factors):
    return {name: values[:, 0] if values.shape[1] == 1 else values for name, values in factors.items()}
