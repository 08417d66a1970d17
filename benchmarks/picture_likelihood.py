"""How many bits does a pixel of a held-out picture cost? Models that give pictures a probability, and simple rivals.

    python -m benchmarks.picture_likelihood                             three seeds, the test pictures, writes benchmarks/results/
    python -m benchmarks.picture_likelihood --family digits             one family only; the other rows stay as they were stored
    python -m benchmarks.picture_likelihood --split tuning --seeds 1    other pictures, for choosing settings; writes nothing

A family is a function that yields rows of one table; to add a model, add its row there, or a family to ``FAMILIES``.
Times are CPU seconds of this process on one thread, compiling included, judging not.
"""

import time

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
from genai_course.evaluation import bits_per_dimension
from genai_course.recipes import picture_models
from genai_course.recipes.budget import Epochs, cosine_adam

LEVELS = 17  # greys of a digit
QUICK = {"steps_per_execution": 16}
VALIDATION = 144  # training digits that decide when to stop
JUDGED = 1_000  # glyphs of each part; the bound of the VAE decodes many codes for each
# name -> settings, epochs, learning rate; about half a minute each
DIGIT_RECIPES = {
    "PixelCNN": ({}, 16, 6e-3),
    "PixelCNN with a blind spot": ({"blind_spot": True}, 16, 6e-3),
    "PixelRNN, row LSTM": ({"rows": True}, 18, 6e-3),
}
# About a minute each.
GLYPH_RECIPES = {
    "PixelCNN": ({"features": 16, "depth": 3, "dropout": 0.0}, 2, 1e-2),
}
VAE_EPOCHS, VAE_COMPONENTS, VAE_CODES = 40, 50, 64


def digit_rows(split, seed):
    """Rows for digits of 17 greys: (name, log-probabilities of train and held-out pictures in nats, seconds)."""
    digits = data.digits()
    train, held_out = digits.train, digits.test
    if split == "tuning":
        order = np.random.default_rng(0).permutation(len(train))
        held_out, train = train[order[:360]], train[order[360:]]
    for name, components in (("independent pixels", 1), ("mixture of 10 sets of independent pixels", 10)):
        yield timed_row(
            name, lambda components=components: grey_mixture(train, LEVELS, components, seed), train, held_out
        )
    yield timed_row("mixture of 8 Gaussians", lambda: gaussian_mixture(train, 8, seed), train, held_out)
    for name, recipe in DIGIT_RECIPES.items():
        yield timed_row(name, lambda recipe=recipe: pixel_by_pixel(train, LEVELS, *recipe, seed), train, held_out)


def glyph_rows(split, seed):
    """Rows for glyphs made black and white: (name, log-probabilities of train and held-out pictures, seconds)."""
    glyphs = data.glyphs()
    # Settings are chosen on glyphs of the training's kind; the test has combinations of typeface and distortion of its own.
    held_out = glyphs.test if split == "test" else data.glyphs(2_000, 1, seed=5).train
    train, held_out = ((pictures > 0.5).astype("float32") for pictures in (glyphs.train, held_out[:JUDGED]))
    judged = train[:JUDGED]
    for name, components in (("independent pixels", 1), ("mixture of 100 sets of independent pixels", 100)):
        yield timed_row(name, lambda components=components: grey_mixture(train, 2, components, seed), judged, held_out)
    name = f"VAE, Bernoulli decoder: bound with {VAE_CODES} codes"
    yield timed_row(name, lambda: variational_autoencoder(train, seed), judged, held_out)
    for name, recipe in GLYPH_RECIPES.items():
        yield timed_row(name, lambda recipe=recipe: pixel_by_pixel(train, 2, *recipe, seed), judged, held_out)


# name -> function of rows, the pictures' shape, and the table's heading
FAMILIES = {
    "digits": (digit_rows, (8, 8, 1), "Digits, 8×8 pixels, 17 greys"),
    "glyphs": (glyph_rows, (16, 16, 1), "Glyphs, 16×16 pixels, black and white"),
}


@click.command()
@seeds_option
@split_option
@some_of("--family", "families", FAMILIES)
def main(seeds=3, split="test", families=tuple(FAMILIES)):
    """Measure likelihoods of pictures in bits per dimension, and write benchmarks/results/likelihood.*"""
    session.setup("laptop", 0)
    measured = {}
    for family in families:
        family_rows, shape, _ = FAMILIES[family]
        rows = measured[family] = {}  # name -> one entry a seed
        for seed in range(seeds):
            for name, train, held_out, seconds in family_rows(split, seed):
                scores = {
                    "train": bits_per_dimension(train, shape),
                    "held_out": bits_per_dimension(held_out, shape),
                    "seconds": seconds,
                }
                rows.setdefault(name, []).append(scores)
                click.echo(f"{family}  seed {seed}  {name:46} {said(scores)}")
    tables = {family: {name: summary(runs) for name, runs in rows.items()} for family, rows in measured.items()}
    report = {"split": split, "machine": machine(), "tables": tables}
    if split == "test":
        report["tables"] = stored("likelihood").get("tables", {}) | tables
        store("likelihood", report, as_markdown(report))
    click.echo(as_markdown(report))


def timed_row(name, fit, train, held_out):
    """Fit a model, judge it: (name, its log-probabilities of train and held-out pictures, seconds of fitting).

    fit: function without arguments that returns a function from pictures to log-probabilities in nats.
    """
    started = time.process_time()
    log_prob = fit()
    seconds = time.process_time() - started
    return name, log_prob(train), log_prob(held_out), seconds


def pixel_by_pixel(train, levels, settings, epochs, rate, seed):
    """Train a PixelCNN or PixelRNN, keeping the weights of the epoch that was best on pictures set aside."""
    import keras

    keras.utils.set_random_seed(seed)
    order = np.random.default_rng(seed).permutation(len(train))
    aside, rest = train[order[:VALIDATION]], train[order[VALIDATION:]]
    best = keras.callbacks.EarlyStopping(patience=5, restore_best_weights=True)
    budget = Epochs(epochs, QUICK, [best], validation_data=(aside,))
    return picture_models.pixelcnn(rest, budget, levels, rate=rate, **settings).log_prob


def variational_autoencoder(train, seed):
    """Train a VAE with a Bernoulli decoder and fit a mixture to its codes; its importance-weighted bound."""
    import keras

    from genai_course.models import BinaryVariationalAutoencoder

    keras.utils.set_random_seed(seed)
    model, budget = BinaryVariationalAutoencoder(16, train.shape[1:], width=256), Epochs(VAE_EPOCHS, QUICK)
    model.compile(cosine_adam(2e-3, budget.steps(len(train), 128)), **budget.options)
    budget.fit(model, train, batch=128)
    model.fit_prior(train[:10_000], components=VAE_COMPONENTS)
    return lambda pictures: model.log_prob(pictures, samples=VAE_CODES)


def flat(pictures):
    return pictures.reshape(len(pictures), -1)


def grey_mixture(train, levels, components, seed, rounds=40):
    """A mixture of independent pixels, each with a share of every grey, fitted by EM."""
    from scipy.special import logsumexp

    def one_hot(pictures):  # (n, pixels * levels)
        greys = np.round(flat(pictures) * (levels - 1)).astype(int)
        return (greys[:, :, None] == np.arange(levels)).reshape(len(greys), -1).astype("float32")

    rows = one_hot(train)
    belongs = np.random.default_rng(seed).dirichlet(np.full(components, 0.1), len(rows)).astype("float32")
    everybody = (rows.sum(axis=0) + 0.2) / (len(rows) + 0.2 * levels)  # (pixels * levels,)
    for _ in range(rounds if components > 1 else 1):
        sizes = belongs.sum(axis=0)  # (components,)
        # Each component counts 15 pictures of everybody's kind as its own, else one new grey would cost too much.
        shares = (belongs.T @ rows + 15 * everybody) / (sizes + 15)[:, None]  # (components, pixels * levels)
        weights = (sizes + 1) / (len(rows) + components)
        joint = rows @ np.log(shares).T + np.log(weights)
        belongs = np.exp(joint - logsumexp(joint, axis=1, keepdims=True))
    return lambda pictures: logsumexp(one_hot(pictures) @ np.log(shares).T + np.log(weights), axis=1)


def gaussian_mixture(train, components, seed, noises=8):
    """A mixture of Gaussians on greys spread evenly over their step; a bound on the probability of the greys.

    Theis et al. (2016), "A note on the evaluation of generative models", equation 12.
    """
    from sklearn.mixture import GaussianMixture

    def spread(pictures, random):  # each grey k becomes a number between k and k + 1
        return flat(pictures).astype("float64") * (LEVELS - 1) + random.random((len(pictures), flat(pictures).shape[1]))

    random = np.random.default_rng(seed)
    fitted = GaussianMixture(components, reg_covar=0.2, random_state=seed).fit(spread(train, random))
    return lambda pictures: np.mean(
        [fitted.score_samples(spread(pictures, np.random.default_rng([seed, 1, k]))) for k in range(noises)], axis=0
    )


def as_markdown(report):
    """The report as one table a family."""
    columns = {
        "seeds": "seeds",
        "seconds": "CPU s",
        "held_out": "held-out, bits per dimension ↓",
        "train": "training, bits per dimension ↓",
    }
    lines = [
        "# Likelihood of pictures",
        "",
        f"Made by `python -m benchmarks.picture_likelihood`, judged on the {report['split']} pictures. "
        "Median, and (lowest–highest). " + on_this_machine(report),
    ]
    for family, rows in report["tables"].items():
        lines += ["", f"## {FAMILIES[family][2]}", "", *table(rows, columns, held_out=3, train=3)]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
