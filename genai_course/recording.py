"""Numbers that a run notes for others: ``record("gan_frechet", distance)``.

``genai-course build`` writes them into the text, ``validate`` compares them with those of its own run, and ``sweep``
collects them. Whoever starts such a run names a file in the environment; in a learner's notebook nothing is kept or shown.
"""

import json
import math
import os
from numbers import Real
from pathlib import Path

COLLECTED_IN = "GENAI_COURSE_NUMBERS"  # environment variable: the file that a run's numbers are added to
TOLERANCE = 0.02  # share of the stored number by which another run may differ


def record(name, value, label=None, tolerance=TOLERANCE):
    """Note a number of this run. Under one name the last number counts.

    name: a Python name, by which the text asks for it: ``{{ gan_frechet:.2f }}``. value: one number; NaN and infinity stand for a
    training that failed, and are kept as "no number". label: what the number is, with its unit, the title of its figure in a
    sweep; by default the name. tolerance: by which share of the number a later run may differ from the stored one, 0.02 for 2 %.
    Raises ValueError for a name that is none, a value that is not one number, or a tolerance that is no share.
    """
    if not isinstance(name, str) or not name.isidentifier():
        raise ValueError(f"name is {name!r}; give a Python name such as 'gan_frechet', and words for people as label.")
    value = getattr(value, "item", lambda: value)() if getattr(value, "size", 1) == 1 else value
    if isinstance(value, bool) or not isinstance(value, Real):
        raise ValueError(f"value is {value!r:.60}; give one number.")
    if isinstance(tolerance, bool) or not isinstance(tolerance, Real) or not tolerance >= 0:
        raise ValueError(f"tolerance is {tolerance!r}; give a share of the number, such as 0.02 for 2 %.")
    if path := os.environ.get(COLLECTED_IN):
        number = float(value) if math.isfinite(value) else None
        noted = {"name": name, "value": number, "label": label or name, "tolerance": float(tolerance)}
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(json.dumps(noted) + "\n")
