"""How quickly GPT trains and writes.

python -m benchmarks.gpt_speed      tokens a second of training beside plain PyTorch (where installed), and of writing
"""

import time

import click
import numpy as np

from benchmarks.gpt import STANDARD, Plan, trained
from benchmarks.torch_gpt import torch_speed
from genai_course import session


def writing_speed(model, n=1):
    """Tokens a second with the cache and without it, both compiled by XLA; and the largest difference of their logits.

    ``sample(cached=False)`` computes each place from the rows up to it, which XLA would compile once for each length. So what
    is compiled here computes all places of the whole row, and takes one: the same shapes for each token.
    """
    speeds = {}
    for name, write in {"cached": model.write_cached, "all computed again": all_again(model)}.items():
        rows = np.zeros((n, model.context), "int32")
        dice = np.random.default_rng(0).random(rows.shape).astype("float32")
        arguments = (rows, dice, np.int32(0), np.float32(1), None)
        np.asarray(write(*arguments))  # compiles
        started = time.process_time()
        rows = np.asarray(write(*arguments))
        speeds[name] = rows.size / (time.process_time() - started)
    difference = np.abs(np.asarray(model.cached_logits(rows)) - np.asarray(model(rows))).max()
    return speeds, float(difference)


def all_again(model):
    """A compiled function that writes without a cache; arguments as of ``GPT.write_cached``."""
    import tensorflow as tf

    from genai_course.models.gpt import put
    from genai_course.models.language_model import choose

    @tf.function(autograph=False, jit_compile=True)
    def write(rows, dice, given, temperature, top_k):
        def write_one(place, rows):
            logits = model(rows)[:, place]
            return place + 1, put(rows, place, choose(logits, dice[:, place], temperature, top_k))

        return tf.while_loop(lambda place, _: place < rows.shape[1], write_one, (given, rows))[1]

    return write


@click.command()
def main():
    """Print how quickly GPT trains and writes, on one thread."""
    session.setup("laptop", 0)
    vocabulary, context = 1_280, 192
    rows = np.random.default_rng(0).integers(0, vocabulary, (512, context)).astype("int32")
    model, times, tokens = trained(rows, vocabulary, 0, 5, Plan(STANDARD))
    ours, theirs = tokens / times["seconds"], torch_speed(vocabulary, context)
    click.echo(f"training, Keras with XLA   {ours:10,.0f} tokens per CPU second")
    beside = f"{theirs:10,.0f} tokens per CPU second: {ours / theirs:.2f} times" if theirs else "  not installed"
    click.echo(f"training, plain PyTorch    {beside}")
    for n in (1, 16):
        speeds, difference = writing_speed(model, n)
        for name, speed in speeds.items():
            click.echo(f"writing {n:2} rows, {name:18} {speed:8,.0f} tokens per CPU second")
        click.echo(f"largest difference of a logit {difference:.1e}")


if __name__ == "__main__":
    main()
