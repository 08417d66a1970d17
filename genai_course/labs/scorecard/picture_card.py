"""A scorecard for models that draw small pictures of characters."""

import math

import numpy as np

from genai_course import data
from genai_course.checks import is_whole_number
from genai_course.evaluation.bootstrap import half_of
from genai_course.evaluation.classifier import SIZE, read
from genai_course.evaluation.fixed_network import check_pixels
from genai_course.evaluation.frechet import frechet_distance
from genai_course.evaluation.hallucination import wilson_interval
from genai_course.evaluation.neighbours import nearest_distances, squared_distances
from genai_course.labs.scorecard.card import PARTS, Card, Criterion, Row, check_entry, in_parts, megabytes, speed

NEIGHBOURS = 5  # of a ball around a real picture, for precision and for coverage
ALLOWED = 0.01  # share of held-out pictures that count as copied by accident
FEWEST = 50


class PictureCard(Card):
    """Quality, diversity, memorisation, speed and memory of models that draw characters.

    training: (m, size, size, 1) pictures in [0, 1] that the models learned from, size 8 or more.
    held_out: (k, size, size, 1) real pictures that no model has seen, 50 or more: what samples are compared with.
    characters: which the pictures show, out of ``data.CHARACTERS``; the labels of samples are positions in it.
    samples: how many each model draws, 50 or more, a multiple of 5. resamples: how often intervals are drawn. seed: of both.

    What is measured, of the same number of samples for everyone:
    frechet: Fréchet distance of the course's classifier's features to the held-out pictures'.
    precision: share of samples that lie in the ball of a held-out picture, to its fifth neighbour (Kynkäänniemi et al. 2019).
    coverage: share of the balls that hold a sample (Naeem et al. 2020, equation 5).
    copied: share of samples nearer to a training picture than 99 % of the held-out ones are.
    speed: samples a CPU second. memory: megabytes of the numbers that the model keeps.
    Intervals: halves of both sets, drawn without repetition (see ``evaluation.bootstrap_interval``); for ``copied`` Wilson's.

    Raises ValueError for pictures or numbers that cannot be.
    """

    criteria = (
        Criterion("frechet", "Fréchet\ndistance", "quality", higher_is_better=False, log=True),
        Criterion("precision", "precision\n(share)", "quality", higher_is_better=True),
        Criterion("coverage", "coverage\n(share)", "diversity", higher_is_better=True),
        Criterion("copied", "copied\n(share)", "memorisation", higher_is_better=False),
        Criterion("speed", "pictures\na CPU second", "speed", higher_is_better=True, log=True),
        Criterion("memory", "memory\n(megabytes)", "memory", higher_is_better=False, log=True),
    )
    extras = {"trained_seconds": "training (CPU s)", "recognised": "read as asked", "bits": "bits a pixel"}

    def __init__(self, training, held_out, characters, *, samples=800, resamples=40, seed=0):
        super().__init__()
        self.training = check_pictures(training, "training")
        held_out = check_pictures(held_out, "held_out")
        shape = self.training.shape[1:]
        if held_out.shape[1:] != shape or len(held_out) < FEWEST:
            raise ValueError(f"held_out has shape {held_out.shape}; give {FEWEST} or more pictures of {shape}.")
        if not is_whole_number(samples, FEWEST) or samples % PARTS:
            raise ValueError(f"samples is {samples!r}; give a multiple of {PARTS} of {FEWEST} or more.")
        unknown = set(characters) - set(data.CHARACTERS)
        if unknown or not characters:
            raise ValueError(f"characters is {characters!r}; give some of {data.CHARACTERS}.")
        self.columns = [data.CHARACTERS.index(character) for character in characters]
        self.samples, self.resamples, self.seed = samples, resamples, seed
        self.real = read(enlarge(held_out))[0].astype(float)  # (k, 64)
        self.limit = np.quantile(nearest_distances(held_out, self.training), ALLOWED)
        random = np.random.default_rng(seed)
        self.halves = [(half_of(len(self.real), random), half_of(samples, random)) for _ in range(resamples)]
        among = distances(self.real, self.real)
        self.radii = radii(among)
        self.radii_of_halves = [radii(among[np.ix_(half, half)]) for half, _ in self.halves]

    def add(self, name, sample, *, trained_seconds=None, parameters=None, bits=None, kind="model"):
        """Judge a model and keep its row; a row of the same name is replaced.

        sample: function of a number and a seed, or of a number alone, that returns so many pictures (n, size, size, 1) in
            [0, 1]; or these and the labels (n,) that they were asked to show, which also fills "read as asked".
        trained_seconds: CPU seconds of its training. bits: per pixel of held-out pictures, where it has a likelihood.
        parameters: what it keeps, for the memory: a Keras model, an array, a number of bytes, or a list of these.
        kind: "model", "cheat", or "real" for real pictures, which are no rival but a limit.
        What is left out stays empty.  Returns the row in words.

        Raises ValueError, in one sentence, for arguments or pictures that cannot be.
        """
        check_entry(name, sample, trained_seconds, bits, kind)
        memory = megabytes(parameters)
        parts, seconds = in_parts(sample, self.samples, self.seed, self.check)
        pictures = np.concatenate([each for each, _ in parts])
        seen, scores = read(enlarge(pictures))
        values, resampled = self.compare(seen.astype(float))
        copies = nearest_distances(pictures, self.training) < self.limit  # (n,)
        values["copied"] = (float(copies.mean()), *wilson_interval(int(copies.sum()), len(copies)))
        resampled["copied"] = centred([copies[half].mean() for _, half in self.halves], copies.mean(), 1)
        values["speed"] = speed(np.full(len(seconds), self.samples // PARTS), seconds)
        values["memory"] = memory
        if parts[0][1] is not None:
            right = scores[:, self.columns].argmax(axis=1) == np.concatenate([labels for _, labels in parts])
            values["recognised"] = (float(right.mean()), *wilson_interval(int(right.sum()), len(right)))
        for key, number in {"trained_seconds": trained_seconds, "bits": bits}.items():
            values[key] = None if number is None else (float(number), math.nan, math.nan)
        return self.put(name, Row(kind, values, resampled))

    def compare(self, seen):
        """Fréchet distance, precision and coverage with intervals, and their resamples.  (n, 64) -> two dictionaries"""
        to_real = distances(seen, self.real)  # (n, k)
        names = ("frechet", "precision", "coverage")
        whole = (frechet_distance(seen, self.real), *shares(to_real, self.radii))
        found = []
        for (real, drawn), half_radii in zip(self.halves, self.radii_of_halves, strict=True):
            nearness = shares(to_real[np.ix_(drawn, real)], half_radii)
            found.append((frechet_distance(seen[drawn], self.real[real]), *nearness))
        values, resampled = {}, {}
        for name, value, column in zip(names, whole, np.array(found).T, strict=True):
            resampled[name] = centred(column, value, math.inf if name == "frechet" else 1)
            values[name] = (float(value), *map(float, np.quantile(resampled[name], [0.025, 0.975])))
        return values, resampled

    def check(self, output, wanted):
        """What a model returned as (pictures, labels or None), or ValueError in one sentence."""
        pictures, labels = output if isinstance(output, tuple) and len(output) == 2 else (output, None)
        pictures = check_pictures(pictures, "What sample returned")
        needed = (wanted, *self.training.shape[1:])
        if pictures.shape != needed:
            raise ValueError(f"sample returned pictures of shape {pictures.shape} when asked for {needed}.")
        if labels is not None:
            labels = np.asarray(labels)
            if labels.shape != (wanted,) or not np.isin(labels, np.arange(len(self.columns))).all():
                needed = f"{wanted} pictures need as many whole numbers from 0 to {len(self.columns) - 1}"
                raise ValueError(f"sample returned labels of shape {labels.shape}; {needed}.")
        return pictures, labels


def check_pictures(pictures, what):
    """Pictures as float32, or ValueError saying what is wrong with them."""
    pictures = np.asarray(pictures, np.float32)
    if pictures.ndim != 4 or pictures.shape[1] != pictures.shape[2] or pictures.shape[3] != 1 or not len(pictures):
        raise ValueError(f"{what} has shape {pictures.shape}; give pictures (n, size, size, 1) with n of 1 or more.")
    if pictures.shape[1] < SIZE // 2:
        raise ValueError(f"{what} has pictures of {pictures.shape[1]} pixels a side; the classifier needs {SIZE // 2}.")
    return np.clip(check_pixels(pictures), 0, 1)


def enlarge(pictures):
    """Each pixel becomes a square until the classifier can read the picture.  (n, 8, 8, 1) -> (n, 16, 16, 1)"""
    times = -(-SIZE // pictures.shape[1])
    return pictures.repeat(times, axis=1).repeat(times, axis=2)


def distances(points, others):
    """Squared Euclidean distances.  (n, d), (m, d) -> (n, m)"""
    return np.concatenate(list(squared_distances(points, others)))


def radii(among):
    """Squared distance of each point to its fifth neighbour; the first is itself.  (k, k) -> (k,)"""
    return np.partition(among, NEIGHBOURS, axis=1)[:, NEIGHBOURS]


def shares(to_real, radii):
    """Precision and coverage from squared distances of samples to real pictures.  (n, k), (k,) -> two numbers"""
    within = to_real <= radii
    return within.any(axis=1).mean(), within.any(axis=0).mean()


def centred(values, whole, most):
    """Values of half-samples, moved so that their mean is that of all rows, and kept from 0 to ``most``.  -> (resamples,)"""
    values = np.asarray(values, float)
    return np.clip(values + (whole - values.mean()), 0, most)
