"""The rows of the familiar baseline in ``benchmarks.quality``: DDPM as its paper has it, in plain PyTorch.

Ho et al. (2020), "Denoising diffusion probabilistic models": 1,000 times, variances from 1e-4 to 0.02 along a line, a network
that guesses the noise, mean squared error, Adam, averaged weights. Once with a small U-Net, as in the paper, and once with
the dense layers of the course's model; PyTorch is in the ``bench`` extra.
"""

import math
import time

import numpy as np

TIMES = 1_000
STEPS = 100  # of drawing: every tenth time, for 1,000 would take longer than the training
EPOCHS = {"U-Net": 6, "dense layers": 18}  # about 45 seconds each, as long as the course's model trains
BATCH, RATE, AVERAGING = 128, 2e-3, 0.99


def torch_diffusion_models(glyphs, n, seed):
    """Yield (name, seconds, pictures) of each network; nothing where PyTorch is not installed."""
    try:
        import torch
    except ImportError:
        return
    torch.set_num_threads(1)
    pictures = torch.tensor(glyphs.train.transpose(0, 3, 1, 2)) * 2 - 1  # (n, 1, 16, 16) in [-1, 1]
    for name, build in (("U-Net", unet), ("dense layers", dense)):
        torch.manual_seed(seed)
        started = time.process_time()
        network = trained(build(), pictures, EPOCHS[name])
        seconds = time.process_time() - started
        drawn = sample(network, n, tuple(pictures.shape[1:])).numpy().transpose(0, 2, 3, 1)
        yield (
            f"DDPM in plain PyTorch, {name}, {STEPS} steps",
            {"seconds": seconds, "seconds_without_compiling": seconds},
            np.clip((drawn + 1) / 2, 0, 1).astype("float32"),
        )


def signal_shares():
    """The share of the variance that is picture at each of the times: the paper's alpha-bar.  (1000,)"""
    import torch

    return torch.cumprod(1 - torch.linspace(1e-4, 0.02, TIMES), 0)


def trained(network, pictures, epochs):
    """The running average of the network's weights after learning to guess the noise: the paper's algorithm 1."""
    import torch
    from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

    shares = signal_shares()
    steps = epochs * -(-len(pictures) // BATCH)
    optimizer = torch.optim.Adam(network.parameters(), RATE)
    falling = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    average = AveragedModel(network, multi_avg_fn=get_ema_multi_avg_fn(AVERAGING))
    for _ in range(epochs):
        for rows in torch.randperm(len(pictures)).split(BATCH):
            times, noise = torch.randint(0, TIMES, (len(rows),)), torch.randn(len(rows), *pictures.shape[1:])
            share = shares[times].view(-1, 1, 1, 1)
            guess = network(share.sqrt() * pictures[rows] + (1 - share).sqrt() * noise, times)
            loss = torch.nn.functional.mse_loss(guess, noise)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            falling.step()
            average.update_parameters(network)
    return average


def sample(network, n, shape):
    """Pictures (n, 1, 16, 16) about [-1, 1], from noise alone: the paper's algorithm 2, over every tenth of the times."""
    import torch

    shares = signal_shares()
    noisy = torch.randn(n, *shape)
    times = torch.linspace(TIMES - 1, 0, STEPS).round().long()
    with torch.no_grad():
        for place, now in enumerate(times):
            share = shares[now]
            earlier = shares[times[place + 1]] if place + 1 < STEPS else torch.tensor(1.0)
            guess = torch.cat([network(part, now.expand(len(part))) for part in noisy.split(1_000)])
            clean = ((noisy - (1 - share).sqrt() * guess) / share.sqrt()).clamp(-1, 1)
            # The paper's equation 7, with the variance of one long step in place of a tenth of it.
            kept = (share / earlier).sqrt() * (1 - earlier) / (1 - share)
            drawn = earlier.sqrt() * (1 - share / earlier) / (1 - share)
            spread = ((1 - earlier) / (1 - share) * (1 - share / earlier)).sqrt()
            noisy = drawn * clean + kept * noisy + spread * torch.randn_like(noisy)
    return noisy


def time_features(times, size=64):
    """Sines and cosines of a time at many frequencies, as a transformer's positions have them.  (n,) -> (n, size)"""
    import torch

    frequencies = torch.exp(-math.log(10_000) * torch.arange(size // 2) / (size // 2))
    angles = times[:, None].float() * frequencies
    return torch.cat([angles.sin(), angles.cos()], 1)


def unet(width=16):
    """A small U-Net: 16×16 and 8×8 pixels, two residual blocks at each, told the time in each block."""
    import torch
    from torch import nn

    class Block(nn.Module):
        def __init__(self, inputs, outputs):
            super().__init__()
            self.first = nn.Sequential(nn.GroupNorm(8, inputs), nn.SiLU(), nn.Conv2d(inputs, outputs, 3, padding=1))
            self.second = nn.Sequential(nn.GroupNorm(8, outputs), nn.SiLU(), nn.Conv2d(outputs, outputs, 3, padding=1))
            self.time = nn.Linear(64, outputs)
            self.past = nn.Conv2d(inputs, outputs, 1) if inputs != outputs else nn.Identity()

        def forward(self, state, time):
            return self.past(state) + self.second(self.first(state) + self.time(time)[:, :, None, None])

    class UNet(nn.Module):
        def __init__(self):
            super().__init__()
            self.into, self.out = nn.Conv2d(1, width, 3, padding=1), nn.Conv2d(width, 1, 3, padding=1)
            self.time = nn.Sequential(nn.Linear(64, 64), nn.SiLU(), nn.Linear(64, 64), nn.SiLU())
            self.fine, self.smaller = Block(width, width), nn.Conv2d(width, 2 * width, 3, stride=2, padding=1)
            self.coarse = nn.ModuleList([Block(2 * width, 2 * width) for _ in range(2)])
            self.larger, self.last = nn.ConvTranspose2d(2 * width, width, 2, stride=2), Block(2 * width, width)

        def forward(self, noisy, times):
            time = self.time(time_features(times))
            fine = self.fine(self.into(noisy), time)
            coarse = self.smaller(fine)
            for block in self.coarse:
                coarse = block(coarse, time)
            return self.out(self.last(torch.cat([self.larger(coarse), fine], 1), time))

    return UNet()


def dense(width=512, depth=2):
    """The course's dense network: residual blocks of two layers, told the time at the entrance."""
    import torch
    from torch import nn

    class Dense(nn.Module):
        def __init__(self):
            super().__init__()
            self.into, self.out = nn.Linear(256 + 64, width), nn.Linear(width, 256)
            self.blocks = nn.ModuleList(
                nn.Sequential(nn.LayerNorm(width), nn.Linear(width, width), nn.SiLU(), nn.Linear(width, width))
                for _ in range(depth)
            )

        def forward(self, noisy, times):
            state = self.into(torch.cat([noisy.flatten(1), time_features(times)], 1))
            for block in self.blocks:
                state = state + block(state)
            return self.out(state).view(noisy.shape)

    return Dense()
