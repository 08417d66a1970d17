"""What all benchmarks share: their options, the summary of several seeds, and the files and tables in ``benchmarks/results/``."""

import json
import platform
import time
from pathlib import Path
from statistics import median

import click
import numpy as np

from genai_course.paths import atomic_write

RESULTS = Path(__file__).parent / "results"

seeds_option = click.option(
    "--seeds", type=click.IntRange(1), default=3, show_default=True, help="How often everything is repeated."
)
split_option = click.option(
    "--split", type=click.Choice(["test", "tuning"]), default="test", show_default=True, help="What to judge by."
)


def some_of(option, name, choices):
    """An option to measure some rows only: ``option`` on the command line, ``name`` in the function; by default all."""
    return click.option(
        option,
        name,
        type=click.Choice(list(choices)),
        multiple=True,
        default=list(choices),
        help="Measure these only; may be given several times. The other rows stay as they were stored.",
    )


def timed(work):
    """Do the work and return its CPU seconds, of this process."""
    started = time.process_time()
    work()
    return {"seconds": time.process_time() - started}


def said(scores):
    """The scores of one run, for the terminal."""
    return "  ".join(f"{key} {value:.3f}" for key, value in scores.items())


def summary(runs):
    """Median, smallest and largest value of each measure over the seeds."""
    columns = {key: [run[key] for run in runs] for key in runs[0]}
    return {"seeds": len(runs)} | {
        key: {"median": median(values), "low": min(values), "high": max(values)} for key, values in columns.items()
    }


def machine():
    """What the numbers were measured on."""
    import keras
    import tensorflow as tf

    return {
        "processor": f"{platform.machine()}, one thread",
        "python": platform.python_version(),
        "keras": keras.__version__,
        "tensorflow": tf.__version__,
        "numpy": np.__version__,
    }


def on_this_machine(report):
    """The report's machine, in words."""
    return ", ".join(f"{key} {value}" for key, value in report["machine"].items())


def stored(name):
    """The report as it was stored, {} if there is none."""
    path = RESULTS / f"{name}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def store(name, report, text):
    """Write the report as JSON, and ``text``, its tables, as Markdown."""
    for suffix, content in ((".json", json.dumps(report, indent=1) + "\n"), (".md", text)):
        with atomic_write(RESULTS / f"{name}{suffix}") as temporary:
            temporary.write_text(content, encoding="utf-8")


def table(rows, columns, first="", **digits):
    """Lines of a Markdown table: the median of each measure, and (lowest–highest) where the seeds differ.

    rows: name -> :func:`summary`. columns: measure -> heading. first: heading of the names.
    digits: decimal places of a measure; by default 1 for seconds, else 2.
    """
    lines = [f"| {first}".rstrip() + " | " + " | ".join(columns.values()) + " |", "|---" * (len(columns) + 1) + "|"]
    for name, row in rows.items():
        cells = " | ".join(cell(row.get(key), digits.get(key, usual_digits(key))) for key in columns)
        lines.append(f"| {name} | {cells} |")
    return lines


def usual_digits(measure):
    return 1 if measure.startswith(("seconds", "compiling")) else 2


def cell(values, digits):
    """One cell: the median and, where the seeds differ, the range."""
    if not isinstance(values, dict):
        return "–" if values is None else str(values)  # the number of seeds is no measure
    middle, low, high = (f"{values[key]:.{digits}f}" for key in ("median", "low", "high"))
    return middle if low == high else f"{middle} ({low}–{high})"
