"""How well are held-out texts predicted, for the seconds a model trains? The rows to beat: n-grams, `xz`, and the truth.

    python -m benchmarks.text                       everything, writes benchmarks/results/text.json and text.md
    python -m benchmarks.text --family ngram        only these rows, the others stay as they were stored

Every model reads ``data.python_docs().train_text`` or ``data.stories().train_text`` and is judged by its bits per character
on the test. Times are CPU seconds of this process. A family is a function ``text, seed -> rows``: add yours to FAMILIES.
"""

import json
import platform
import time

import click
import numpy as np

from benchmarks.gpt import gpt
from benchmarks.quality import RESULTS, cell, summary
from benchmarks.recurrent import recurrent, tied
from benchmarks.torch_gpt import torch_gpt
from genai_course import data, evaluation, session
from genai_course.models.ngram import NgramModel
from genai_course.paths import whole_file

ORDERS = (3, 5, 7, 9)
COLUMNS = {
    "seeds": "seeds",
    "bits": "bits per character ↓",
    "friend": "friend named at the end ↑",
    "seconds": "CPU s of training",
    "compiling": "CPU s of compiling",
}


def ngram(texts, seed):
    """Interpolated Kneser-Ney; nothing in it is random."""
    for order in ORDERS if seed == 0 else ():
        started = time.process_time()
        model = NgramModel(order).fit(texts.train_text)
        seconds = time.process_time() - started
        bits = evaluation.bits_per_character(model.log_prob(texts.test_text))
        yield f"n-gram, Kneser–Ney, order {order}", {"bits": bits, "seconds": seconds}


def compressor(texts, seed):
    """The file compressor xz, given the training text."""
    if seed == 0:
        yield (
            "xz, given the training text",
            {"bits": evaluation.xz_bits_per_character(texts.test_text, texts.train_text)},
        )


def truth(texts, seed):
    """The entropy, where it is known, and what these very test texts have by the true probabilities."""
    if seed == 0 and isinstance(texts, data.Stories):
        bits = evaluation.bits_per_character(texts.log_prob(texts.test_text), len(texts.test_text))
        yield "true probabilities, on this test", {"bits": bits}
        yield "true entropy", {"bits": texts.entropy_per_character}


TEXTS = {"python_docs": data.python_docs, "stories": data.stories}
FAMILIES = {
    "ngram": ngram,
    "xz": compressor,
    "recurrent": recurrent,
    "tied": tied,
    "truth": truth,
    "gpt": gpt,
    "torch-gpt": torch_gpt,
}


@click.command()
@click.option(
    "--seeds", type=click.IntRange(1), default=1, show_default=True, help="How often what is random is repeated."
)
@click.option(
    "--family",
    "families",
    type=click.Choice(list(FAMILIES)),
    multiple=True,
    default=list(FAMILIES),
    help="Measure these only; may be given several times. The other rows stay as they were stored.",
)
@click.option(
    "--texts",
    "names",
    type=click.Choice(list(TEXTS)),
    multiple=True,
    default=list(TEXTS),
    help="On these texts only; may be given twice.",
)
def main(seeds=1, families=tuple(FAMILIES), names=tuple(TEXTS)):
    """Measure how well texts are predicted, and write benchmarks/results/text.*"""
    session.setup("laptop", 0)
    report = {"machine": machine(), "texts": {}}
    for name in names:
        texts, rows = TEXTS[name](), {}
        for seed in range(seeds):
            for family in families:
                for row, scores in FAMILIES[family](texts, seed):
                    rows.setdefault(row, []).append(scores)
                    click.echo(f"{name:12} seed {seed}  {row:36} {scores['bits']:.4f} bits per character")
        sizes = {"train": len(texts.train_text), "test": len(texts.test_text)}
        report["texts"][name] = {"characters": sizes, "rows": {row: summary(runs) for row, runs in rows.items()}}
    write(with_stored_rows(report))


def with_stored_rows(report):
    """The report with the texts and rows of the stored one that were not measured now."""
    path = RESULTS / "text.json"
    stored = json.loads(path.read_text(encoding="utf-8"))["texts"] if path.exists() else {}
    for name, measured in report["texts"].items():
        measured["rows"] = stored.get(name, {}).get("rows", {}) | measured["rows"]
    return report | {"texts": stored | report["texts"]}


def machine():
    """What the numbers were measured on."""
    processor = f"{platform.machine()}, one thread"
    return {"processor": processor, "python": platform.python_version(), "numpy": np.__version__}


def as_markdown(report):
    """A table for each set of texts, the best row first."""
    lines = [
        "# Predicting held-out text",
        "",
        "Made by `python -m benchmarks.text`. "
        + ", ".join(f"{key} {value}" for key, value in report["machine"].items()),
    ]
    for name, measured in report["texts"].items():
        sizes = measured["characters"]
        lines += ["", f"## {name}: {sizes['train']:,} characters to learn from, {sizes['test']:,} to judge by", ""]
        lines += ["| | " + " | ".join(COLUMNS.values()) + " |", "|---" * (len(COLUMNS) + 1) + "|"]
        for row, scores in sorted(measured["rows"].items(), key=lambda item: item[1]["bits"]["median"]):
            lines.append(f"| {row} | " + " | ".join(table_cell(scores.get(key), key) for key in COLUMNS) + " |")
    return "\n".join(lines) + "\n"


def table_cell(values, key):
    """As in benchmarks.quality, with three digits for bits."""
    if key != "bits":
        return cell(values, key)
    text = f"{values['median']:.3f}"
    return text if values["low"] == values["high"] else f"{text} ({values['low']:.3f}–{values['high']:.3f})"


def write(report):
    """Write the report as JSON and as Markdown."""
    for ending, text in (("json", json.dumps(report, indent=1) + "\n"), ("md", as_markdown(report))):
        with whole_file(RESULTS / f"text.{ending}") as temporary:
            temporary.write_text(text, encoding="utf-8")
    click.echo(as_markdown(report))


if __name__ == "__main__":
    main()
