"""How near do normalizing flows come to a known density, and how likely do they find held-out digits? Against simple rivals.

    python -m benchmarks.flow                             three seeds, all sets, writes benchmarks/results/flow.*
    python -m benchmarks.flow --set moons                 one set; the other rows stay as they were stored
    python -m benchmarks.flow --split tuning --seeds 1    other points and other digits, for choosing settings; writes nothing

Everything learns from the same 10,000 points, or from the same digits made continuous by a uniform random number, on one
core. Times are CPU seconds of this process; compiling, which is done once for all sets and seeds, stands in its own column.
"""

import itertools
import time
from functools import cache

import click
import numpy as np

from benchmarks.report import (
    machine,
    on_this_machine,
    said,
    seeds_option,
    some_of,
    split_option,
    store,
    stored,
    summary,
    table,
)
from genai_course import data, session
from genai_course.data.points2d import NAMES
from genai_course.evaluation import bits_per_dimension

SETS = (*NAMES, "digits")
LEVELS = 17  # grey values of a digit
RATE, STEPS_AT_ONCE = 2e-3, 16
BATCH, POINT_EPOCHS = 512, 84  # about 1,600 steps
POINT_FLOWS = {
    "flow, spline couplings": {"coupling": "spline", "couplings": 4, "bins": 16},
    "flow, affine couplings": {"coupling": "affine", "couplings": 8},
}
POINT_BANDWIDTHS = (0.05, 0.07, 0.1, 0.14, 0.2)
TUNING_SEED = 100  # of points that are neither the training's nor the test's
# Chosen with --split tuning.
DIGIT_FLOW = {"coupling": "affine", "couplings": 8, "width": 128, "depth": 1, "dropout": 0.3}
DIGIT_BATCH, DIGIT_EPOCHS, DIGIT_FLOWS = 256, 6, 3
DIGIT_COPIES = 20  # of the training digits, each with fresh noise: an epoch's rows
DIGIT_MIXTURES = {1: 1e-4, 5: 1e-4, 10: 3e-4}  # components -> what is added to the variances
DIGIT_BANDWIDTH = 0.1


@click.command()
@seeds_option
@some_of("--set", "names", SETS)
@split_option
def main(seeds=3, names=SETS, split="test"):
    """Measure normalizing flows, mixtures and kernel density, and write benchmarks/results/flow.*"""
    session.setup("laptop", 0)
    rows = {name: {} for name in names}  # set -> model -> one entry a seed
    for seed, name in itertools.product(range(seeds), names):
        for model, scores in on_digits(seed, split) if name == "digits" else on_points(name, seed, split):
            rows[name].setdefault(model, []).append(scores)
            click.echo(f"{name:15} seed {seed}  {model:26} {said(scores)}")
        if split == "test":  # after each seed: an interrupted run keeps what it measured
            sets = stored("flow").get("sets", {}) | {name: {model: summary(runs) for model, runs in rows[name].items()}}
            report = {"machine": machine(), "sets": {each: sets[each] for each in SETS if each in sets}}
            store("flow", report, as_markdown(report))
    if split == "test":
        click.echo(as_markdown(report))


def on_points(name, seed, split):
    """Yield (model, scores) of each way to give points of the plane a density."""
    from sklearn.mixture import GaussianMixture

    points = data.points2d(name, n_test=10_000, seed=seed if split == "test" else TUNING_SEED + seed)
    truth = points.log_density(points.test)
    side = 0.05  # of a square of the grid that reaches from -6 to 6
    grid = np.stack(np.meshgrid(*[np.arange(-6, 6, side) + side / 2] * 2), axis=-1).reshape(-1, 2).astype("float32")

    def scores(log_density, seconds):
        log_densities = log_density(points.test)
        return {
            "seconds": seconds,
            "above_entropy": float(-np.mean(log_densities) - points.entropy),
            "divergence": float(np.mean(truth - log_densities)),
            "adds_up_to": float(np.exp(log_density(grid)).sum() * side**2),
        }

    for model, settings in POINT_FLOWS.items():
        steps = POINT_EPOCHS * (len(points.train) // BATCH)
        flow, compiling = compiled_flow(2, BATCH, steps, RATE, tuple(settings.items()))
        flow, seconds = trained_flow(flow, points.train, POINT_EPOCHS, BATCH, seed)
        yield model, scores(flow.log_prob, seconds) | {"compiling": compiling}
    started = time.process_time()
    mixture = GaussianMixture(20, max_iter=300, random_state=seed).fit(points.train)
    yield "mixture of 20", scores(mixture.score_samples, time.process_time() - started)
    started = time.process_time()
    density = kernel_density(points.train, POINT_BANDWIDTHS)
    yield "kernel density", scores(density.score_samples, time.process_time() - started)


def kernel_density(train, bandwidths):
    """Kernel density with the bandwidth under which the last fifth of the rows is likeliest given the others."""
    from sklearn.neighbors import KernelDensity

    kept = len(train) * 4 // 5

    def fitted(bandwidth, rows):
        return KernelDensity(bandwidth=bandwidth, rtol=1e-4).fit(rows)

    best = max(bandwidths, key=lambda bandwidth: fitted(bandwidth, train[:kept]).score(train[kept:]))
    return fitted(best, train)


def trained_flow(flow, train, epochs, batch, seed):
    """Train a compiled flow anew, from the seed's weights, and return it and its CPU seconds."""
    import keras

    from genai_course.models import NormalizingFlow

    keras.utils.set_random_seed(seed)
    started = time.process_time()
    fresh = NormalizingFlow(**flow.settings | {"rotation_seed": seed}).adapt(train)
    flow.set_weights(fresh.get_weights())
    for variable in flow.optimizer.variables:
        variable.assign(np.zeros(variable.shape))
    flow.fit(whole_batches(train, batch), epochs=epochs, batch_size=batch, verbose=0)
    return flow, time.process_time() - started


@cache
def compiled_flow(dimensions, batch, steps, rate, settings):
    """A flow that has taken its first steps, and the CPU seconds of compiling: every set and seed uses it again."""
    from benchmarks.flow_optimizer import flow_optimizer
    from genai_course.models import NormalizingFlow

    started = time.process_time()
    flow = NormalizingFlow(dimensions, **dict(settings))
    flow.compile(flow_optimizer(steps, rate), steps_per_execution=STEPS_AT_ONCE, jit_compile=True)
    random = np.random.default_rng(0)
    flow.fit(random.standard_normal((STEPS_AT_ONCE * batch, dimensions)), batch_size=batch, verbose=0)
    return flow, time.process_time() - started


def whole_batches(rows, batch):
    """The rows without the odd ones at the end, so that all batches are alike."""
    return rows[: len(rows) // batch * batch]


def on_digits(seed, split):
    """Yield (model, scores) of each way to give dequantised digits a density."""
    from sklearn.mixture import GaussianMixture
    from sklearn.neighbors import KernelDensity

    digits = data.digits()
    train, held_out = digits.train, digits.test
    random = np.random.default_rng(seed)
    if split == "tuning":
        order = random.permutation(len(train))
        held_out, train = train[order[:200]], train[order[200:]]
    held_out = dequantise(held_out, random)
    many = np.concatenate([dequantise(train, random) for _ in range(DIGIT_COPIES)])
    few = many[: 5 * len(train)]

    def scores(log_densities, seconds):
        # Of dequantised digits: an upper bound of what storing a grey value costs.
        return {"seconds": seconds, "bits": bits_per_dimension(log_densities, (8, 8, 1)) + np.log2(LEVELS)}

    steps = DIGIT_EPOCHS * (len(many) // DIGIT_BATCH)
    flow, compiling = compiled_flow(64, DIGIT_BATCH, steps, RATE, tuple(DIGIT_FLOW.items()))
    log_densities, total = [], 0
    for member in range(DIGIT_FLOWS):
        flow, seconds = trained_flow(flow, many, DIGIT_EPOCHS, DIGIT_BATCH, seed=100 * seed + member)
        total += seconds
        log_densities.append(flow.log_prob(held_out))
    averaged = np.logaddexp.reduce(log_densities, axis=0) - np.log(DIGIT_FLOWS)
    yield "flow, affine couplings", scores(log_densities[-1], seconds) | {"compiling": compiling}
    yield f"{DIGIT_FLOWS} flows, densities averaged", scores(averaged, total) | {"compiling": compiling}
    for components, added in DIGIT_MIXTURES.items():
        started = time.process_time()
        mixture = GaussianMixture(components, reg_covar=added, max_iter=60, random_state=seed).fit(few)
        name = "one Gaussian" if components == 1 else f"mixture of {components}"
        yield name, scores(mixture.score_samples(held_out), time.process_time() - started)
    started = time.process_time()
    density = KernelDensity(bandwidth=DIGIT_BANDWIDTH).fit(few)
    yield "kernel density", scores(density.score_samples(held_out), time.process_time() - started)


def dequantise(pictures, random):
    """Each of the 17 grey values becomes an interval, and a place in it is drawn.  (n, 8, 8, 1) -> (n, 64) in [0, 1)"""
    flat = pictures.reshape(len(pictures), -1)
    return ((flat * (LEVELS - 1) + random.uniform(size=flat.shape)) / LEVELS).astype("float32")


FINER = dict.fromkeys(("above_entropy", "divergence", "adds_up_to", "bits"), 3)  # digits


def as_markdown(report):
    """The report as a table for each set."""
    lines = [
        "# Exact likelihoods: normalizing flows, mixtures, kernel density",
        "",
        "Made by `python -m benchmarks.flow` on held-out points and digits. Median, and (lowest–highest). "
        + on_this_machine(report),
        "",
        "*Above the entropy*: negative log-likelihood of 10,000 held-out points less the exact entropy. "
        "*Divergence*: the same less the true negative log-likelihood of these very points, "
        "which takes the chance of the draw out. "
        "*Adds up to*: the density summed over a grid from -6 to 6. "
        "*Bits*: for each of a digit's 64 grey values, 17 levels, uniform dequantisation.",
    ]
    columns = {
        "seeds": "seeds",
        "seconds": "CPU s",
        "compiling": "compiling, CPU s",
        "above_entropy": "above the entropy, nats ↓",
        "divergence": "divergence, nats ↓",
        "adds_up_to": "adds up to",
        "bits": "bits per dimension ↓",
    }
    for name, rows in report["sets"].items():
        shown = {key: heading for key, heading in columns.items() if any(key in row for row in rows.values())}
        lines += ["", f"## {name}", "", *table(rows, shown, **FINER)]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
