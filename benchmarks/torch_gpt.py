"""The rows of the familiar baseline in ``benchmarks.text_prediction``: a small GPT in plain PyTorch, as tutorials write it.

Norms before attention and feed-forward layer, learned positions, GELU by tanh, one table of vectors for reading and writing,
AdamW: sizes and settings are those of the course's standard GPT. PyTorch is in the ``bench`` extra.
"""

import itertools
import time

import numpy as np

WIDTH, HEADS, DEPTH = 64, 4, 2
PEAK = 4e-3  # of the learning rate
TRIAL_STEPS = 32  # to warm up, and again for measuring what a step costs


def torch_gpt(texts, seed):
    """Yield (name, scores) after BUDGET CPU seconds of training; nothing where PyTorch is not installed."""
    try:
        import torch
    except ImportError:
        return
    from benchmarks.gpt import BUDGET, PLANS, encoder_of, judged, rows_of
    from genai_course import data, evaluation

    torch.set_num_threads(1)
    torch.manual_seed(seed)
    stories = isinstance(texts, data.Stories)
    encoder, plan = encoder_of(texts), PLANS["stories" if stories else "python_docs"]["GPT, standard"]
    rows, test = rows_of(texts, encoder, stories, seed, plan.window)
    cost = [trained(rows, encoder.size, plan.batch, TRIAL_STEPS)[1] for _ in range(2)][1] / TRIAL_STEPS
    network, seconds = trained(rows, encoder.size, plan.batch, int(BUDGET / cost))
    judge = Judge(network, rows.shape[1])
    log_probs = judge.log_prob_of_tokens(test) if stories else judged(judge, encoder, texts)
    bits = evaluation.bits_per_character(log_probs, len(texts.test_text))
    yield "GPT in plain PyTorch, standard", {"bits": bits, "seconds": seconds, "compiling": 0.0}


def torch_speed(vocabulary, context, batch=8):
    """Tokens a second of training on one thread; None where PyTorch is not installed."""
    try:
        import torch
    except ImportError:
        return None
    torch.set_num_threads(1)
    rows = np.random.default_rng(0).integers(0, vocabulary, (TRIAL_STEPS * batch, context))
    seconds = [trained(rows, vocabulary, batch, TRIAL_STEPS)[1] for _ in range(2)][1]
    return rows.size / seconds


def trained(rows, vocabulary, batch, steps):
    """A network after ``steps`` steps on rows (n, time), -1 after a row's end.  -> network, CPU seconds"""
    import torch

    network, rows = new_network(vocabulary, rows.shape[1]), torch.tensor(rows, dtype=torch.long)
    optimizer = torch.optim.AdamW(network.parameters(), PEAK, betas=(0.9, 0.98), weight_decay=0.01)
    rate = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, PEAK, steps, pct_start=0.05, div_factor=10, final_div_factor=5, cycle_momentum=False
    )
    parts = itertools.chain.from_iterable(torch.randperm(len(rows)).split(batch) for _ in itertools.count())
    started = time.process_time()
    for part in itertools.islice(parts, steps):
        logits = network(rows[part])
        loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1), rows[part].flatten(), ignore_index=-1)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        rate.step()
    return network, time.process_time() - started


class Judge:
    """Judges texts in the windows of the course's GPT."""

    def __init__(self, network, context):
        self.network, self.context = network, context

    def log_prob_of_text(self, tokens):
        """As ``GPT.log_prob_of_text``."""
        from genai_course.models import GPT

        return GPT.log_prob_of_text(self, tokens)

    def log_prob_of_tokens(self, rows):
        """Natural logarithm of each token's probability; 0 where a row has ended.  (n, time) -> (n, time)"""
        import torch

        judged = []
        for part in torch.tensor(rows, dtype=torch.long).split(64):
            with torch.no_grad():
                log_probs = self.network(part).log_softmax(-1).gather(-1, part.clamp(min=0)[..., None])[..., 0]
            judged.append(torch.where(part >= 0, log_probs, 0.0).numpy())
        return np.concatenate(judged).astype("float64")


def new_network(vocabulary, context):
    """(n, time) tokens -> logits of each, given those before it (n, time, vocabulary)"""
    import torch
    from torch import nn

    class Block(nn.Module):
        def __init__(self):
            super().__init__()
            self.first, self.second = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
            self.qkv, self.out = nn.Linear(WIDTH, 3 * WIDTH, bias=False), nn.Linear(WIDTH, WIDTH)
            self.feed = nn.Sequential(nn.Linear(WIDTH, 4 * WIDTH), nn.GELU("tanh"), nn.Linear(4 * WIDTH, WIDTH))

        def forward(self, state):
            parts = self.qkv(self.first(state)).view(*state.shape[:2], 3, HEADS, WIDTH // HEADS).permute(2, 0, 3, 1, 4)
            gathered = nn.functional.scaled_dot_product_attention(*parts, is_causal=True)
            state = state + self.out(gathered.transpose(1, 2).reshape(state.shape))
            return state + self.feed(self.second(state))

    class Network(nn.Module):
        def __init__(self):
            super().__init__()
            self.tokens, self.positions = nn.Embedding(vocabulary + 1, WIDTH), nn.Embedding(context, WIDTH)
            self.blocks, self.norm = nn.Sequential(*(Block() for _ in range(DEPTH))), nn.LayerNorm(WIDTH)
            for weight in self.parameters():
                if weight.ndim == 2:
                    nn.init.normal_(weight, std=0.02)

        def forward(self, tokens):
            start = torch.full_like(tokens[:, :1], vocabulary)
            before = torch.cat([start, tokens[:, :-1].clamp(min=0)], 1)
            state = self.tokens(before) + self.positions.weight[: tokens.shape[1]]
            return self.norm(self.blocks(state)) @ self.tokens.weight[:vocabulary].T

    return Network()
