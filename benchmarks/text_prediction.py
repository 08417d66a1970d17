"""How well are held-out texts predicted, for the seconds a model trains? The rows to beat: n-grams, `xz`, and the truth.

    python -m benchmarks.text_prediction                       everything, writes benchmarks/results/text.json and text.md
    python -m benchmarks.text_prediction --family ngram        only these rows, the others stay as they were stored
    python -m benchmarks.text_prediction --nanogpt PATH        nanoGPT's row, too, from a clone of karpathy/nanoGPT

Every model reads the training text of ``data.python_docs()`` or ``data.stories(16_000)`` and is judged by its bits per
character on the test. Times are CPU seconds of this process. A family is a function ``text, seed -> rows``: add yours to
FAMILIES.
"""

import time
from functools import partial

import click

from benchmarks.gpt import gpt
from benchmarks.report import machine, on_this_machine, seeds_option, some_of, store, stored, summary, table
from benchmarks.text_recurrent import recurrent, tied
from benchmarks.torch_gpt import nanogpt_option, torch_gpt
from genai_course import data, evaluation, session
from genai_course.models.ngram import NgramModel

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


# In a minute the quickest model reads some 15,000 stories: so many that none is read twice, and none learned by heart.
TEXTS = {"python_docs": data.python_docs, "stories": partial(data.stories, 16_000)}
FAMILIES = {
    "ngram": ngram,
    "xz": compressor,
    "recurrent": recurrent,
    "tied": tied,
    "truth": truth,
    "gpt": gpt,
    "nanogpt": torch_gpt,
}


@click.command()
@seeds_option
@some_of("--family", "families", FAMILIES)
@some_of("--texts", "names", TEXTS)
@nanogpt_option
def main(seeds=3, families=tuple(FAMILIES), names=tuple(TEXTS), nanogpt=None):
    """Measure how well texts are predicted, and write benchmarks/results/text.*"""
    session.setup("laptop", 0)
    made_by = FAMILIES | {"nanogpt": partial(torch_gpt, nanogpt=nanogpt)}
    for name in names:
        texts, rows = TEXTS[name](), {}
        for seed in range(seeds):
            for family in families:
                for row, scores in made_by[family](texts, seed):
                    rows.setdefault(row, []).append(scores)
                    click.echo(f"{name:12} seed {seed}  {row:36} {scores['bits']:.4f} bits per character")
            # After each seed: an interrupted run keeps what it measured.
            report = with_stored_rows(name, texts, {row: summary(runs) for row, runs in rows.items()})
            store("text", report, as_markdown(report))
    click.echo(as_markdown(report))


def with_stored_rows(name, texts, rows):
    """The stored report with new rows for one set of texts."""
    report = {"texts": {}} | stored("text") | {"machine": machine()}
    sizes = {"train": len(texts.train_text), "test": len(texts.test_text)}
    before = report["texts"].get(name, {}).get("rows", {})
    report["texts"][name] = {"characters": sizes, "rows": before | rows}
    return report


def as_markdown(report):
    """A table for each set of texts, the best row first."""
    lines = [
        "# Predicting held-out text",
        "",
        "Made by `python -m benchmarks.text_prediction`. " + on_this_machine(report),
    ]
    for name, measured in report["texts"].items():
        sizes = measured["characters"]
        lines += ["", f"## {name}: {sizes['train']:,} characters to learn from, {sizes['test']:,} to judge by", ""]
        best_first = sorted(measured["rows"].items(), key=lambda item: item[1]["bits"]["median"])
        lines += table(dict(best_first), COLUMNS, bits=3)
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
