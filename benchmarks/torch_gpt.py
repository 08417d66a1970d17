"""GPT's familiar peer in the benchmarks: Karpathy's nanoGPT, its own ``model.py``, fetched to measure.

Its settings are those of its ``train.py`` (no biases, AdamW, clipped by the global norm, warm-up and cosine); the learning rate
was tuned on training documents held out for that, and dropout is our GPT's. It needs PyTorch, which is in the ``bench`` extra.
"""

import contextlib
import importlib.util
import io
import math
import time
from functools import partial
from pathlib import Path

import click
import numpy as np

from benchmarks.token_rows import BUDGET, SPARE, encoder_of, judged, rows_of, scheduled_step

BATCH, WINDOW = 4, 128
PEAK, DECAY, BETAS, CLIP = 1.2e-3, 0.1, (0.9, 0.99), 1.0
DROPOUT = 0.1  # where a minute shows a small text forty times
TRIAL_STEPS = 64  # to warm up, and again for measuring what a step costs


def check_nanogpt(context, parameter, path):
    """The path, or click's error with the way to get nanoGPT."""
    if path is not None and not (Path(path) / "model.py").is_file():
        raise click.BadParameter(
            f"{path} holds no model.py; get nanoGPT with `git clone` of karpathy/nanoGPT from GitHub and give its folder."
        )
    return path


nanogpt_option = click.option(
    "--nanogpt",
    metavar="PATH",
    callback=check_nanogpt,
    help="Folder of a clone of karpathy/nanoGPT; without it the peer is left out.",
)


class NanoGPT:
    """nanoGPT's model with the shape of the course's standard GPT.  tokens: rows (n, time) int, -1 after a row's end.

    path: folder of its clone. One more token begins each row, as in our models. dropout: where our GPT has it, too: not of the
        attention's weights, for which nanoGPT would leave its quick attention.
    """

    def __init__(self, path, vocab_size, context_length, d_model=64, heads=4, num_layers=2, dropout=0.0):
        import torch

        specification = importlib.util.spec_from_file_location("nanogpt_model", Path(path) / "model.py")
        module = importlib.util.module_from_spec(specification)
        specification.loader.exec_module(module)
        torch.set_num_threads(1)
        self.vocab_size, self.context_length = vocab_size, context_length
        settings = module.GPTConfig(
            block_size=context_length,
            vocab_size=vocab_size + 1,
            n_layer=num_layers,
            n_head=heads,
            n_embd=d_model,
            dropout=dropout,
            bias=False,
        )
        with contextlib.redirect_stdout(io.StringIO()):
            self.network = module.GPT(settings)
        for block in self.network.transformer.h:
            block.attn.dropout = 0.0

    def fit(self, tokens, batch, peak=PEAK, seconds=math.inf):
        """Train over the rows once, in their order, or until the CPU seconds are spent.  -> CPU seconds, steps made"""
        import torch

        with contextlib.redirect_stdout(io.StringIO()):
            optimizer = self.network.configure_optimizers(DECAY, peak, BETAS, "cpu")
        self.network.train()
        steps, tokens = len(tokens) // batch, torch.tensor(tokens, dtype=torch.long)
        started = time.process_time()
        for step in range(steps):
            spent = time.process_time() - started
            if spent >= seconds:
                return spent, step
            for group in optimizer.param_groups:
                group["lr"] = learning_rate(scheduled_step(step, steps, spent, seconds), steps, peak)
            part = tokens[step * batch : (step + 1) * batch]
            loss = self.network(self.inputs(part), part)[1]
            loss.backward()
            torch.nn.utils.clip_grad_norm_(self.network.parameters(), CLIP)
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
        return time.process_time() - started, steps

    def inputs(self, tokens):
        """The start, then all but the last token."""
        import torch

        start = torch.full((len(tokens), 1), self.vocab_size)
        return torch.cat([start, tokens[:, :-1].clamp(min=0)], dim=1)

    def log_prob_of_tokens(self, tokens):
        """As ``GPT.log_prob_of_tokens``; the start token is none that could come."""
        import torch

        self.network.eval()
        tokens = torch.tensor(np.asarray(tokens), dtype=torch.long)
        with torch.no_grad():
            parts = [self.network(self.inputs(part), part.clamp(min=0))[0] for part in tokens.split(64)]
        log_probs = torch.cat(parts)[..., : self.vocab_size].log_softmax(-1)
        chosen = log_probs.gather(-1, tokens.clamp(min=0)[..., None])[..., 0] * (tokens >= 0)
        return chosen.double().numpy()


def learning_rate(step, steps, peak):
    """nanoGPT's schedule: up over a twentieth of the steps, then along a cosine down to a tenth."""
    warmup = max(1, steps // 20)
    if step < warmup:
        return peak * (step + 1) / (warmup + 1)
    fall = 0.5 * (1 + math.cos(math.pi * (step - warmup) / max(1, steps - warmup)))
    return peak * (0.1 + 0.9 * fall)


def torch_gpt(texts, seed, nanogpt=None):
    """Yield (name, scores) of nanoGPT after BUDGET CPU seconds of training; nothing without the folder of its clone."""
    if nanogpt is None:
        return
    import torch

    from genai_course import data, evaluation

    stories = isinstance(texts, data.Stories)
    encoder = encoder_of(texts)
    rows, test = rows_of(texts, encoder, stories, seed, WINDOW)
    batch = 8 if stories else BATCH
    build = partial(NanoGPT, nanogpt, encoder.size, rows.shape[1], dropout=0.0 if stories else DROPOUT)
    trial = build()
    cost = [trial.fit(rows[: TRIAL_STEPS * batch], batch) for _ in range(2)][1][0] / TRIAL_STEPS
    torch.manual_seed(seed)
    model, steps = build(), int(SPARE * BUDGET / cost)
    order = np.concatenate([np.random.default_rng([seed, turn]).permutation(len(rows)) for turn in range(99)])
    shown = rows[order[: steps * batch]]
    seconds, made = model.fit(shown, batch, seconds=BUDGET)
    log_probs = model.log_prob_of_tokens(test)[test >= 0] if stories else judged(model, encoder, texts)
    bits = evaluation.bits_per_character(log_probs, len(texts.test_text))
    speed = int(np.sum(shown[: made * batch] >= 0)) / seconds
    yield "nanoGPT", {"bits": bits, "seconds": seconds, "compiling": 0.0, "tokens_per_second": speed}
