"""How quickly SmolLM2 generates in the course's own code, beside the same weights in ``transformers``.

python -m benchmarks.llama    writes benchmarks/results/llama.*

Needs the model (``genai-course get smollm2``), and PyTorch and transformers, which are in the ``bench`` extra. Each side runs in
a process of its own, so that its memory is its own, and both take turns.
"""

import json
import os
import subprocess
import sys
import time

import click
import numpy as np

from benchmarks.report import machine, on_this_machine, store, summary, table

PROMPT_LENGTH, NEW_TOKENS, TURNS = 200, 60, 3
# Our names of a block's weights -> those of transformers
NAMES = {
    "attention.query_proj.kernel": "self_attn.q_proj.weight",
    "attention.key_proj.kernel": "self_attn.k_proj.weight",
    "attention.value_proj.kernel": "self_attn.v_proj.weight",
    "attention.out_proj.kernel": "self_attn.o_proj.weight",
    "mlp.gate_proj.kernel": "mlp.gate_proj.weight",
    "mlp.up_proj.kernel": "mlp.up_proj.weight",
    "mlp.down_proj.kernel": "mlp.down_proj.weight",
    "attention_norm.scale": "input_layernorm.weight",
    "mlp_norm.scale": "post_attention_layernorm.weight",
}


def network_of_transformers(settings, weights):
    """transformers' Llama with the same weights.  weights: pairs of our names and arrays"""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    config = LlamaConfig(
        vocab_size=settings["vocab_size"],
        hidden_size=settings["d_model"],
        intermediate_size=settings["hidden"],
        num_hidden_layers=settings["num_layers"],
        num_attention_heads=settings["heads"],
        num_key_value_heads=settings["key_value_heads"],
        max_position_embeddings=settings["context_length"],
        rms_norm_eps=1e-5,
        rope_theta=settings["rope_base"],
        rope_parameters={"rope_type": "default", "rope_theta": settings["rope_base"]},
        tie_word_embeddings=True,
    )
    torch.set_num_threads(1)
    network = LlamaForCausalLM(config).eval()
    places = network.state_dict()
    for name, array in weights:
        if name.startswith("blocks."):
            _, number, part = name.split(".", 2)
            place = places[f"model.layers.{number}.{NAMES[part]}"]
        else:
            place = places["model.norm.weight" if name == "norm.scale" else "model.embed_tokens.weight"]
        array = np.asarray(array, "float32")
        place.copy_(torch.from_numpy(array.T if "kernel" in name else array))
    return network


def peer_of(model):
    """A function, tokens (n, time) -> the logits after each, (n, time, vocab_size), computed by transformers."""
    import torch

    from genai_course import pretrained

    network = network_of_transformers(model.settings, pretrained.weights(model))

    def logits(tokens):
        with torch.no_grad():
            return network(torch.from_numpy(np.asarray(tokens, "int64"))).logits.numpy()

    return logits


def ours():
    """-> a function: prompt, number of new tokens -> an iterator of the likeliest tokens"""
    from genai_course import pretrained, session

    session.setup("laptop", 0)
    model = pretrained.load("smollm2").model
    return lambda prompt, new: model.generate(prompt, new, temperature=0)


def transformers():
    """The same by transformers: its forward pass with its own cache, so that nothing but the model is timed."""
    import torch

    from genai_course import pretrained

    with np.load(pretrained.path("smollm2")) as file:
        settings = json.loads(file["settings"].item())
        names = [name for name in file.files if name in pretrained.MODEL_WEIGHTS or name.startswith("blocks.")]
        network = network_of_transformers(settings, ((name, file[name]) for name in names))

    def generate(prompt, new):
        tokens, cache = torch.tensor([list(map(int, prompt))]), None
        with torch.no_grad():
            for _ in range(new):
                out = network(tokens, past_key_values=cache, use_cache=True, logits_to_keep=1)
                cache, tokens = out.past_key_values, out.logits[:, -1].argmax(-1, keepdim=True)
                yield int(tokens)

    return generate


SIDES = {"ours": ours, "transformers": transformers}


def measured(side):
    """Scores of one side, in a process of its own: CPU seconds and tokens a CPU second, peak GiB, and what it wrote."""
    import resource

    begin = time.process_time()
    generate = SIDES[side]()
    loaded = time.process_time() - begin
    prompt = prompt_of_the_course()
    begin = time.process_time()
    next(generate(prompt, 1))
    very_first = time.process_time() - begin
    begin = time.process_time()
    writing = iter(generate(prompt, NEW_TOKENS + 1))
    written = [next(writing)]
    first = time.process_time() - begin
    begin = time.process_time()
    written += list(writing)
    speed = NEW_TOKENS / (time.process_time() - begin)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    scores = {
        "seconds_loading": loaded,
        "seconds_very_first": very_first,
        "seconds_first": first,
        "speed": speed,
        "peak": peak,
    }
    return {"scores": scores, "written": written}


def prompt_of_the_course():
    """The beginning of a page of documentation.  -> (PROMPT_LENGTH,) int32"""
    from genai_course import data, pretrained

    with np.load(pretrained.path("smollm2")) as file:
        return pretrained.encoder_in(file).encode(data.python_docs().test_text)[:PROMPT_LENGTH]


def as_markdown(report):
    columns = {
        "speed": "tokens a second ↑",
        "seconds_first": "s to the first token",
        "seconds_very_first": "… the first time",
        "seconds_loading": "s of loading",
        "peak": "peak GiB",
    }
    lines = [
        "# SmolLM2-135M-Instruct, token by token",
        "",
        f"Made by `python -m benchmarks.llama`. {on_this_machine(report)}, torch {report['torch']}, transformers "
        f"{report['transformers']}. A prompt of {PROMPT_LENGTH} tokens, {NEW_TOKENS} more, one at a time, the likeliest each. "
        "CPU seconds; median, and (lowest–highest) of turns in alternation, each in a process of its own. Loading counts the "
        f"libraries; the first time, our code compiles its graph. Of {NEW_TOKENS + 1} tokens, {report['same']} are the same in "
        "both until the first that differs.",
        "",
    ]
    return "\n".join([*lines, *table(report["rows"], columns, speed=1, peak=2, seconds_first=2)]) + "\n"


@click.command()
@click.option(
    "--side", type=click.Choice(list(SIDES)), hidden=True, help="Measure this one here, and print the scores."
)
@click.option(
    "--turns", type=click.IntRange(1), default=TURNS, show_default=True, help="How often everything is repeated."
)
def main(side=None, turns=TURNS):
    """Measure how quickly SmolLM2 generates on one thread, in our code and by transformers."""
    if side:
        click.echo(json.dumps(measured(side)))
        return
    from importlib.metadata import version

    from genai_course import pretrained, session

    if not pretrained.is_there("smollm2"):
        return
    runs, written = {name: [] for name in SIDES}, {}
    for _ in range(turns):
        for name in SIDES:
            command = [sys.executable, "-m", "benchmarks.llama", "--side", name]
            ended = subprocess.run(
                command, env=os.environ | session.ONE_THREAD, capture_output=True, text=True, check=True
            )
            found = json.loads(ended.stdout.splitlines()[-1])
            runs[name].append(found["scores"])
            written[name] = found["written"]
            click.echo(f"{name:12} " + "  ".join(f"{key} {value:.2f}" for key, value in found["scores"].items()))
    same = [one == other for one, other in zip(*written.values(), strict=True)]
    report = {
        "machine": machine(),
        "torch": version("torch"),
        "transformers": version("transformers"),
        "same": [*same, False].index(False),
        "rows": {name: summary(scores) for name, scores in runs.items()},
    }
    store("llama", report, as_markdown(report))
    click.echo(as_markdown(report))


if __name__ == "__main__":
    main()
