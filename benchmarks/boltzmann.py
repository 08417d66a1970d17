"""How likely are held-out digits under restricted Boltzmann machines, for equal seconds, ours and scikit-learn's?

    python -m benchmarks.boltzmann                            three seeds, the test digits, writes benchmarks/results/
    python -m benchmarks.boltzmann --split tuning --seeds 1   360 of the training digits, for choosing settings; writes nothing

Every machine has 16 hidden units and learns from ``data.digits().train > 0.5`` on one core. Its log-likelihood is exact: a
sum over all 65,536 hidden states. Times are CPU seconds of this process, compiling included.
"""

import time

import click
import numpy as np

from benchmarks.report import machine, on_this_machine, said, seeds_option, split_option, store, summary, table, timed
from genai_course import data, session
from genai_course.recipes import picture_models
from genai_course.recipes.budget import Epochs

HIDDEN = 16
PASSES = 10  # over the data in an epoch, so that little time is lost between epochs
# name -> settings of the course's machine, and epochs that take about five seconds
RECIPES = {
    "CD-1": ({"persistent": False}, 48),
    "CD-5": ({"persistent": False, "gibbs_steps": 5}, 28),
    "PCD": ({}, 48),
}
RATES = (0.1, 0.02, 0.005)  # of scikit-learn's machine; the first is its default, the last suited it best


@click.command()
@seeds_option
@split_option
def main(seeds=3, split="test"):
    """Measure restricted Boltzmann machines on black and white digits, and write benchmarks/results/boltzmann.*"""
    session.setup("laptop", 0)
    digits = data.digits()
    train, held_out = ((part > 0.5).astype("float32") for part in (digits.train, digits.test))
    if split == "tuning":
        order = np.random.default_rng(0).permutation(len(train))
        held_out, train = train[order[:360]], train[order[360:]]
    rows = {}  # name -> one entry a seed
    for seed in range(seeds):
        for name, scores in measured(train, held_out, seed):
            rows.setdefault(name, []).append(scores)
            click.echo(f"seed {seed}  {name:42} {said(scores)}")
    report = {"split": split, "machine": machine(), "rows": {name: summary(runs) for name, runs in rows.items()}}
    if split == "test":
        store("boltzmann", report, as_markdown(report))
    click.echo(as_markdown(report))


def measured(train, held_out, seed):
    """Yield (name, scores) of each way to give black and white pictures a probability."""
    flat, flat_held_out = train.reshape(len(train), -1), held_out.reshape(len(held_out), -1)
    for components in (1, HIDDEN):
        started = time.process_time()
        values = mixture(flat, (flat, flat_held_out), components, seed)
        name = "independent pixels" if components == 1 else f"mixture of {components} sets of independent pixels"
        yield name, scores_of(*values) | {"seconds": time.process_time() - started}
    for name, (settings, epochs) in RECIPES.items():
        model, seconds = ours(train, settings, epochs, seed)
        yield f"the course's, {name}", scores_of(model.log_prob(train), model.log_prob(held_out)) | seconds
    for rate in RATES:
        model, seconds = scikit_learns(train, rate, seconds_to_take=seconds["seconds"], seed=seed)
        yield (
            f"scikit-learn's, rate {rate:g}" + (" (its default)" if rate == RATES[0] else ""),
            scores_of(model.log_prob(train), model.log_prob(held_out)) | seconds,
        )


def scores_of(train, held_out):
    """The two columns of a row, from log-likelihoods of pictures.  (n,), (m,) -> dict"""
    return {"train": float(np.mean(train)), "held_out": float(np.mean(held_out))}


def ours(train, settings, epochs, seed):
    """The course's machine, trained, and its seconds."""
    import keras

    keras.utils.set_random_seed(seed)
    budget = Epochs(epochs, {"steps_per_execution": 16})
    model = picture_models.boltzmann(np.tile(train, (PASSES, 1, 1, 1)), budget, HIDDEN, **settings)
    return model, {"seconds": budget.seconds["seconds"]}


def scikit_learns(train, rate, seconds_to_take, seed):
    """scikit-learn's machine after as many passes as fit into the seconds, its weights in a machine of ours to be judged."""
    from sklearn.neural_network import BernoulliRBM

    from genai_course.models import RestrictedBoltzmannMachine

    flat = train.reshape(len(train), -1)

    def peer(passes):
        return BernoulliRBM(HIDDEN, learning_rate=rate, n_iter=passes, random_state=seed)

    trial = 50  # passes, to learn how long one takes
    passes = max(1, int(seconds_to_take / timed(lambda: peer(trial).fit(flat))["seconds"] * trial))
    trained = peer(passes)
    seconds = timed(lambda: trained.fit(flat))
    judge = RestrictedBoltzmannMachine(HIDDEN, train.shape[1:])
    judge.weights_between.assign(trained.components_.T)
    judge.visible_biases.assign(trained.intercept_visible_)
    judge.hidden_biases.assign(trained.intercept_hidden_)
    return judge, seconds


def mixture(flat, parts, components, seed, rounds=60):
    """Log-likelihoods of the parts under a mixture of independent pixels, fitted to ``flat`` by EM.  -> (n,) each"""
    from scipy.special import logsumexp

    belongs = np.random.default_rng(seed).dirichlet(np.ones(components), len(flat))  # (n, components)
    for _ in range(rounds if components > 1 else 1):
        weights = (belongs.sum(axis=0) + 1) / (len(flat) + components)
        on = (belongs.T @ flat + 0.5) / (belongs.sum(axis=0)[:, None] + 1)  # (components, pixels)

        def joint(rows, on=on, weights=weights):  # log p(picture and component)
            return rows @ np.log(on).T + (1 - rows) @ np.log(1 - on).T + np.log(weights)

        belongs = np.exp(joint(flat) - logsumexp(joint(flat), axis=1, keepdims=True))
    return [logsumexp(joint(rows), axis=1) for rows in parts]


def as_markdown(report):
    """The report as a table."""
    columns = {
        "seeds": "seeds",
        "seconds": "CPU s",
        "held_out": "held-out digit, nats ↑",
        "train": "training digit, nats ↑",
    }
    lines = [
        f"# Exact log-likelihood of black and white digits, {HIDDEN} hidden units",
        "",
        f"Made by `python -m benchmarks.boltzmann`: 8×8 digits, a pixel is 1 where it is above one half, judged on "
        f"the {report['split']} digits. "
        "Median, and (lowest–highest). " + on_this_machine(report),
        "",
        *table(report["rows"], columns),
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
