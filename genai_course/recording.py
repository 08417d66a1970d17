"""Numbers that a notebook notes for others to collect: ``record("held-out loss", loss)``, read by ``genai-course sweep``."""

import math
from numbers import Real

from IPython.display import display

MIME = "application/vnd.genai-course.number+json"


def record(name, value):
    """Note a number of this run, and show it. Under one name the last number counts.

    name: what the number is, with its unit: the title of its figure. value: one number; NaN and infinity stand for a training
    that failed, and are kept as "no number".
    Raises ValueError for a name without letters, or a value that is not one number.
    """
    if not isinstance(name, str) or not name.strip():
        raise ValueError(f"name is {name!r}; say in a few words what the number is.")
    value = getattr(value, "item", lambda: value)() if getattr(value, "size", 1) == 1 else value
    if isinstance(value, bool) or not isinstance(value, Real):
        raise ValueError(f"value is {value!r:.60}; give one number.")
    value = float(value)
    shown = {"name": name, "value": value if math.isfinite(value) else None}
    display({MIME: shown, "text/plain": f"{name}: {value:.4g}"}, raw=True)


def recorded(notebook):
    """The numbers that an executed notebook (of nbformat) noted: name -> float, NaN where there was no number."""
    outputs = (output for cell in notebook.cells for output in cell.get("outputs", []))
    noted = (output["data"][MIME] for output in outputs if MIME in output.get("data", {}))
    return {each["name"]: math.nan if each["value"] is None else float(each["value"]) for each in noted}
