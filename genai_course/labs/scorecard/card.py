"""What all scorecards share: rows of measured numbers with intervals, as a table, a figure, a sentence and a ranking."""

import inspect
import math
import time
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from genai_course.checks import check_choice
from genai_course.labs.scorecard.ranking import as_points, total_points

KINDS = ("model", "cheat", "real")
PARTS = 5  # in which a model is asked for its samples; the first is not timed, since much is made ready in it
SHORTEST = 1e-4  # CPU seconds that can be measured


@dataclass(frozen=True)
class Criterion:
    """A number that every row has.

    name: its key. title: above its panel, with the unit. group: what it says something about. higher_is_better: True or False.
    log: whether its values span powers of ten, so that logarithms are compared.
    """

    name: str
    title: str
    group: str
    higher_is_better: bool
    log: bool = False


@dataclass
class Row:
    """One model: kind, name -> (value, low, high) with NaN for what is missing, and name -> values of the resamples."""

    kind: str
    numbers: dict
    resampled: dict = field(default_factory=dict)


class Card:
    """A table that grows by one row with each ``add`` of a subclass.

    criteria: what is compared; extras: name -> title of numbers that are told beside it and not ranked.
    """

    criteria = ()
    extras = {}

    def __init__(self):
        self.rows = {}

    def put(self, name, row):
        """Keep a row; one of this name is replaced, so that a cell can be run again.  Returns what ``wide`` says of it."""
        missing = (math.nan, math.nan, math.nan)
        every = [criterion.name for criterion in self.criteria] + list(self.extras)
        row.numbers = {key: row.numbers.get(key) or missing for key in every}
        self.rows[name] = row
        return self.wide().loc[name]

    def table(self):
        """One line for each model and number: model, kind, criterion, value, low, high, better ("higher" or "lower").

        low and high are the ends of the interval of 95 %, or the slowest and the fastest part for a speed; NaN where a number
        is missing or has no interval.
        """
        better = {c.name: "higher" if c.higher_is_better else "lower" for c in self.criteria}
        lines = []
        for name, row in self.rows.items():
            lines += [(name, row.kind, key, *numbers, better.get(key, "")) for key, numbers in row.numbers.items()]
        return pd.DataFrame(lines, columns=["model", "kind", "criterion", "value", "low", "high", "better"])

    def wide(self):
        """One row a model, one column a number, as texts such as "0.79 (0.70 to 0.88)"; empty where a number is missing."""
        titles = {c.name: c.title.replace("\n", " ") for c in self.criteria} | self.extras
        cells = {name: {titles[key]: in_words(*row.numbers[key]) for key in titles} for name, row in self.rows.items()}
        return pd.DataFrame(cells).T.rename_axis("model")

    def value(self, name, criterion):
        """One number, NaN if it is missing.  Raises ValueError for an unknown model or criterion."""
        if name not in self.rows or criterion not in self.rows[name].numbers:
            raise ValueError(f"There is no {criterion!r} of {name!r} on this card; it has {', '.join(self.rows)}.")
        return self.rows[name].numbers[criterion][0]

    def names(self, *kinds):
        """Names of the rows of these kinds, by default of all but real data."""
        return [name for name, row in self.rows.items() if row.kind in (kinds or ("model", "cheat"))]

    def points(self, names=None, measure=as_points, resample=None):
        """Points of each criterion from 0, the worst of these rows, to 1, the best.  -> (models, criteria)

        names: by default all but real data. measure: the function that gives points. resample: number of a resample, to
        take the values measured on that one where there are any.
        """
        names = self.names() if names is None else names
        columns = []
        for criterion in self.criteria:
            values = np.array([self._one(name, criterion, resample) for name in names])
            values = np.log10(np.maximum(values, 1e-12)) if criterion.log else values
            alike = not np.nanmax(values, initial=-math.inf) > np.nanmin(values, initial=math.inf)
            flat = np.where(np.isnan(values), math.nan, 1.0)
            columns.append(flat if alike else np.asarray(measure(values, criterion.higher_is_better), float))
        return np.stack(columns, axis=1)

    def weights_of(self, groups):
        """Weights of the criteria from weights of their groups, which are shared out evenly.  -> (criteria,)"""
        unknown = set(groups) - {c.group for c in self.criteria}
        if unknown:
            raise ValueError(f"There is no group {min(unknown)!r}; this card has {', '.join(self.groups)}.")
        sizes = [sum(other.group == c.group for other in self.criteria) for c in self.criteria]
        return np.array([groups.get(c.group, 0) / size for c, size in zip(self.criteria, sizes, strict=True)])

    @property
    def groups(self):
        """The groups of criteria, each once."""
        return list(dict.fromkeys(criterion.group for criterion in self.criteria))

    def ranking(self, groups, names=None, measure=as_points, resample=None):
        """Weighted points, the best first, as a Series. groups: name of a group -> weight of 0 or more."""
        names = self.names() if names is None else names
        totals = total_points(self.points(names, measure, resample), self.weights_of(groups))
        return pd.Series(totals, index=names, name="points").sort_values(ascending=False, kind="stable")

    def place_shares(self, groups, names=None, measure=as_points):
        """In what share of the resamples each model takes each place.  -> DataFrame, models by places from 1

        What is not resampled, speed and memory, stays as measured.
        """
        names = self.names() if names is None else names
        counts = pd.DataFrame(0, index=names, columns=range(1, len(names) + 1))
        for resample in range(self.resamples):
            order = self.ranking(groups, names, measure, resample).index
            for place, name in enumerate(order, start=1):
                counts.loc[name, place] += 1
        return counts.loc[self.ranking(groups, names, measure).index] / self.resamples

    def figure(self, title):
        """All rows and criteria in one figure; see :mod:`genai_course.labs.scorecard.figure`."""
        from genai_course.labs.scorecard.figure import draw

        return draw(self, title)

    def summary(self):
        """The figure in one sentence: for each criterion the best and the worst row, for those who cannot see it."""
        parts = []
        for criterion in self.criteria:
            values = {name: self.value(name, criterion.name) for name in self.names()}
            order = sorted((v, name) for name, v in values.items() if not math.isnan(v))
            if order:
                order = order if criterion.higher_is_better else order[::-1]
                (worst, last), (best, first) = order[0], order[-1]
                words = criterion.title.replace("\n", " ")
                parts.append(f"{words}: best {first} with {best:.3g}, worst {last} with {worst:.3g}")
        return "; ".join(parts) + "."

    def _one(self, name, criterion, resample):
        row = self.rows[name]
        if resample is None or criterion.name not in row.resampled:
            return row.numbers[criterion.name][0]
        return row.resampled[criterion.name][resample]


def in_words(value, low, high):
    """A number and its interval as text; empty for a missing one."""
    if math.isnan(value):
        return ""
    return f"{value:.3g}" if math.isnan(low) else f"{value:.3g} ({low:.3g} to {high:.3g})"


def check_entry(name, sample, trained_seconds, bits, kind):
    """Raise ValueError for what cannot be a row, before any work."""
    if not isinstance(name, str) or not name.strip():
        raise ValueError(f"name is {name!r}; give a text, such as 'my model'.")
    if not callable(sample):
        raise ValueError(f"sample is {sample!r:.60}; give a function of a number and a seed, such as model.sample.")
    for what, number in {"trained_seconds": trained_seconds, "bits": bits}.items():
        wrong = isinstance(number, bool) or not isinstance(number, (int, float, np.number)) or not math.isfinite(number)
        if number is not None and (wrong or (what == "trained_seconds" and number < 0)):
            raise ValueError(f"{what} is {number!r}; give a number, or leave it out.")
    check_choice("kind", kind, KINDS)


def in_parts(sample, n, seed, check):
    """Ask for n samples in five equal parts, each checked, and time all but the first.

    sample: function of a number and a seed, or of a number alone. check: function of what came and how many were asked for.
    Returns the checked parts and the CPU seconds of the four last ones, (4,).
    """
    wanted, outputs, seconds = n // PARTS, [], []
    try:
        takes_seed = len(inspect.signature(sample).parameters) > 1
    except (TypeError, ValueError):  # something built in, which does not tell
        takes_seed = True
    for part in range(PARTS):
        started = time.process_time()
        output = sample(wanted, PARTS * seed + part) if takes_seed else sample(wanted)
        seconds.append(max(time.process_time() - started, SHORTEST))
        outputs.append(check(output, wanted))
    return outputs, np.array(seconds[1:])


def speed(amounts, seconds):
    """(value, low, high) of an amount a CPU second: over all timed parts, in the slowest, in the fastest."""
    each = np.asarray(amounts) / seconds
    return float(np.sum(amounts) / seconds.sum()), float(each.min()), float(each.max())


def megabytes(parameters):
    """(value, NaN, NaN): millions of bytes of the numbers that a model keeps; None stays None.

    parameters: a Keras model, an array, a number of bytes, or a list of these. Raises ValueError for anything else.
    """
    return None if parameters is None else (count_bytes(parameters) / 1e6, math.nan, math.nan)


def count_bytes(parameters):
    """Bytes of a model's weights (without its optimizer's), an array's, a number as it is, or all of a list together."""
    if isinstance(parameters, (list, tuple)):
        return sum(map(count_bytes, parameters))
    if hasattr(parameters, "weights") and hasattr(parameters, "count_params"):
        return sum(int(np.prod(weight.shape)) * np.dtype(str(weight.dtype)).itemsize for weight in parameters.weights)
    if isinstance(parameters, np.ndarray):
        return parameters.nbytes
    if isinstance(parameters, (int, np.integer)) and not isinstance(parameters, bool) and parameters >= 0:
        return int(parameters)
    raise ValueError(f"parameters is {parameters!r:.60}; give a Keras model, an array, a number of bytes, or a list.")
