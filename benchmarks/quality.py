"""How good are the course's models on 16×16 glyphs, for the seconds they train, against simple rivals?

    python -m benchmarks.quality                        three seeds, the held-out test glyphs, writes benchmarks/results/
    python -m benchmarks.quality --family gan --seeds 5 only these rows, the others stay as they were stored
    python -m benchmarks.quality --split tuning --seeds 1   other glyphs, for choosing settings; writes nothing

Every model learns from ``data.glyphs().train`` on one core. Times are CPU seconds of this process.
"""

import re

import click
import numpy as np

from benchmarks.report import (
    RESULTS,
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
    timed,
)
from benchmarks.torch_diffusion import torch_diffusion_models
from genai_course import data, evaluation, session
from genai_course.evaluation.neighbours import nearest_distances, squared_distances
from genai_course.paths import atomic_write
from genai_course.recipes import picture_models
from genai_course.recipes.budget import Epochs

PCA_DIMENSIONS = 60
NARROW_BANDWIDTH = 0.1  # of a kernel density that nearly copies
BANDWIDTHS = (0.14, 0.2, 0.28, 0.4)  # to choose from, by the density of other glyphs
BOTTLENECKS = (2, 4, 8, 16, 32)
QUICK = {"steps_per_execution": 16}
# What is trained for how long, in epochs, by the recipes of ``genai_course.recipes.picture_models``.
VAES = {"20 s": (12, 50), "60 s": (28, 200)}  # epochs, and components of the mixture fitted to the codes
VAE_GAN_EPOCHS, VAE_GAN_COMPONENTS = 7, 200  # with as many components as the variational autoencoder of 60 s
# name -> architecture, whether it learns the characters too, epochs
GANS = {
    "GAN, dense": ("dense", False, 19),
    "GAN, convolutional": ("convolutional", False, 7),
    "GAN, dense, characters given": ("dense", True, 17),
    "GAN, convolutional, characters given": ("convolutional", True, 6),
}
DIFFUSION_EPOCHS = 16
# name -> whether it learns the characters, and what is drawn: name -> options of ``sample``
DIFFUSIONS = {
    "diffusion, characters given": (
        True,
        {
            "10 steps": {},
            "50 steps": {"steps": 50},
            "10 steps of DDPM": {"sampler": "ddpm"},
            "10 steps, guidance 1.25": {"guidance_scale": 1.25},
            "10 steps, guidance 1.5": {"guidance_scale": 1.5},
            "10 steps, guidance 3": {"guidance_scale": 3.0},
        },
    ),
    "diffusion": (False, {"10 steps": {}}),
}
AUTOENCODER_EPOCHS = 6


FAMILIES = ("floor", "densities", "vae", "gan", "hybrid", "diffusion", "torch-diffusion", "squeezing")


@click.command()
@seeds_option
@split_option
@some_of("--family", "families", FAMILIES)
def main(seeds=3, split="test", families=FAMILIES):
    """Measure autoencoders and generative models of glyphs, and write benchmarks/results/quality.*"""
    session.setup("laptop", 0)
    glyphs = data.glyphs()
    # Settings are chosen on glyphs of the training's kind; the test has combinations of typeface and distortion of its own.
    reference = glyphs.test if split == "test" else data.glyphs(4_000, 1, seed=5).train
    drawings, squeezed, strips = {}, {}, {}  # name -> one entry a seed, the last: name -> pictures
    for seed in range(seeds):
        for name, seconds, pictures, *labels in generators(glyphs, seed, families):
            scores = judge(pictures, reference, *labels) | seconds
            drawings.setdefault(name, []).append(scores)
            click.echo(f"seed {seed}  {name:42} {said(scores)}")
            if seed == 0:
                strips[name] = pictures[:16]
        if "squeezing" in families:
            for size, errors in reconstruction_errors(glyphs.train, reference, seed).items():
                squeezed.setdefault(str(size), []).append(errors)
        rows = {
            part: {name: summary(runs) for name, runs in measured.items()}
            for part, measured in {"drawing": drawings, "squeezing": squeezed}.items()
        }
        report = {"split": split, "samples": evaluation.SAMPLES, "machine": machine(), **rows}
        if split == "test":  # after each seed: an interrupted run keeps what it measured
            before = stored("quality")
            report |= {part: before.get(part, {}) | rows[part] for part in rows}
            write(report, strips)
    click.echo(as_markdown(report))


def generators(glyphs, seed, families):
    """Yield (name, seconds of fitting, pictures) of each way to draw glyphs, and labels where it was asked for characters."""
    n, train = evaluation.SAMPLES, glyphs.train
    if "floor" in families:
        yield "real glyphs of the training's kind (floor)", {}, data.glyphs(n, 1, seed=1_000 + seed).train
    if "densities" in families:
        yield from pixel_densities(train, n, seed)
    if "vae" in families:
        for name, (epochs, components) in VAES.items():
            yield from with_and_without_prior(f"VAE {name}", picture_models.vae, epochs, components, train, n, seed)
    if "gan" in families:
        for name, (architecture, told, epochs) in GANS.items():
            labels, classes, wanted = characters(glyphs, n, told)
            budget = new_budget(epochs, seed)
            model = picture_models.gan(train, labels, budget, classes=classes, architecture=architecture)
            yield name, budget.seconds, model.sample(n, seed, *wanted), *wanted
    if "hybrid" in families:
        how = picture_models.vae_gan, VAE_GAN_EPOCHS, VAE_GAN_COMPONENTS
        yield from with_and_without_prior("VAE-GAN", *how, train, n, seed)
    if "diffusion" in families:
        for name, (told, ways) in DIFFUSIONS.items():
            labels, classes, wanted = characters(glyphs, n, told)
            budget = new_budget(DIFFUSION_EPOCHS, seed)
            model = picture_models.diffusion(train, labels, budget, classes=classes)
            for way, options in ways.items():
                yield f"{name}, {way}", budget.seconds, model.sample(n, seed, *wanted, **options), *wanted
    if "torch-diffusion" in families:
        yield from torch_diffusion_models(glyphs, n, seed)


def pixel_densities(train, n, seed):
    """Gaussian mixtures and a kernel density, in the space of the first principal components."""
    from sklearn.decomposition import PCA
    from sklearn.mixture import GaussianMixture

    pca = PCA(PCA_DIMENSIONS, random_state=seed).fit(train.reshape(len(train), -1))
    squeezed = pca.transform(train.reshape(len(train), -1))  # (pictures, 60)

    def to_pictures(rows):
        return np.clip(pca.inverse_transform(rows), 0, 1).astype("float32").reshape(-1, *train.shape[1:])

    for components in (50, 200):
        mixture = GaussianMixture(components, reg_covar=1e-4, max_iter=100, random_state=seed)
        seconds = timed(lambda mixture=mixture: mixture.fit(squeezed))
        # scikit-learn's own sampling would repeat the seed of the fit and doubts float32 covariances.
        random = np.random.default_rng(seed)
        chosen = random.choice(components, size=n, p=mixture.weights_ / mixture.weights_.sum())
        factors = np.linalg.cholesky(mixture.covariances_.astype("float64"))
        noise = random.standard_normal((n, PCA_DIMENSIONS))
        rows = mixture.means_[chosen] + np.einsum("nij,nj->ni", factors[chosen], noise)
        yield f"mixture of {components}, 60 PCA dimensions", seconds, to_pictures(rows)

    validation = pca.transform(data.glyphs(500, 1, seed=6).train.reshape(500, -1))
    distances = np.concatenate(list(squared_distances(validation, squeezed)))  # (500, pictures)
    best = max(BANDWIDTHS, key=lambda width: kernel_log_density(distances, width).mean())
    for bandwidth, why in ((best, "likeliest"), (NARROW_BANDWIDTH, "copies")):
        random = np.random.default_rng(seed)
        chosen = squeezed[random.integers(len(squeezed), size=n)]
        rows = chosen + bandwidth * random.standard_normal(chosen.shape)
        yield f"kernel density, bandwidth {bandwidth} ({why})", {}, to_pictures(rows)


def kernel_log_density(distances, bandwidth):
    """Log-density up to a constant, from squared distances to the training rows.  (n, rows) -> (n,)"""
    from scipy.special import logsumexp

    return logsumexp(-distances / (2 * bandwidth**2), axis=1) - PCA_DIMENSIONS * np.log(bandwidth)


def new_budget(epochs, seed):
    """A budget of so many epochs, and random numbers that begin anew."""
    import keras

    keras.utils.set_random_seed(seed)
    return Epochs(epochs, QUICK)


def characters(glyphs, n, told):
    """For a model that is told the characters: labels, how many classes, and [those to ask for]; else None, None, []."""
    if not told:
        return None, None, []
    classes = len(glyphs.class_names)
    return glyphs.train_labels, classes, [np.arange(n) % classes]


def with_and_without_prior(name, recipe, epochs, components, train, n, seed):
    """Rows of a model with codes, drawing from N(0, I) and from a mixture fitted to its codes."""
    budget = new_budget(epochs, seed)
    model = recipe(train, budget)
    yield f"{name}, N(0, I)", budget.seconds, model.sample(n, seed)
    prior = timed(lambda: model.fit_prior(train, components, seed))["seconds"]
    seconds = {key: value + prior for key, value in budget.seconds.items()}
    yield f"{name}, mixture of {components} on codes", seconds, model.sample(n, seed)


def reconstruction_errors(train, held_out, seed):
    """Mean squared error of held-out pictures: size of the code -> PCA's, the autoencoder's, and its seconds."""
    from sklearn.decomposition import PCA

    flat, flat_held_out = train.reshape(len(train), -1), held_out.reshape(len(held_out), -1)
    errors = {}
    for size in BOTTLENECKS:
        pca = PCA(size, random_state=seed).fit(flat)
        drawn_by_pca = pca.inverse_transform(pca.transform(flat_held_out))
        budget = new_budget(AUTOENCODER_EPOCHS, seed)
        drawn = np.asarray(picture_models.autoencoder(train, budget, size)(held_out))
        errors[size] = {
            "pca": float(np.mean((drawn_by_pca - flat_held_out) ** 2)),
            "autoencoder": float(np.mean((drawn - held_out) ** 2)),
        } | budget.seconds
    return errors


def judge(pictures, reference, labels=None):
    """The course's scores, how far samples are from held-out pictures (two distances tell copies apart), and their edges."""
    scores = evaluation.evaluate_images(pictures, reference=reference, labels=labels)
    edges = evaluation.edge_energy(pictures).mean() / evaluation.edge_energy(reference).mean()
    return scores | {
        "nearest_held_out": float(nearest_distances(pictures[:1_000], reference).mean()),
        "edges": float(edges),
    }


def as_markdown(report):
    """The report as two tables."""
    columns = {
        "seeds": "seeds",
        "seconds": "CPU s",
        "seconds_without_compiling": "without compiling",
        "frechet": "Fréchet ↓",
        "precision": "precision ↑",
        "recall": "recall ↑",
        "recognised": "read as asked ↑",
        "edges": "edge energy (real: 1)",
        "nearest": "to nearest training picture",
        "nearest_held_out": "to nearest held-out picture",
    }
    squeezing = {"pca": "PCA", "autoencoder": "autoencoder", "seconds": "CPU s"}
    lines = [
        "# Quality on 16×16 glyphs",
        "",
        f"Made by `python -m benchmarks.quality`: {report['samples']} samples a seed, judged on the "
        f"{report['split']} glyphs. Median, and (lowest–highest). " + on_this_machine(report),
        "",
        "## Drawing new glyphs",
        "",
        *table(report["drawing"], columns),
        "",
        "## Squeezing glyphs: mean squared error of held-out pictures",
        "",
        *table(report["squeezing"], squeezing, "numbers in the code", pca=4, autoencoder=4),
    ]
    return "\n".join(lines) + "\n"


def write(report, strips):
    """Write the report as JSON and Markdown, and a picture for each way to draw that was measured now.

    strips: name -> sixteen pictures.  (16, 16, 16, 1)
    """
    from PIL import Image

    for name, pictures in strips.items():
        row = Image.fromarray((np.hstack(list(pictures[..., 0])) * 255).round().astype("uint8"))  # (16, 16 * 16)
        with atomic_write(RESULTS / strip_file(name)) as temporary:
            row.resize((3 * row.width, 3 * row.height), Image.Resampling.NEAREST).save(temporary, optimize=True)
    rows = [f"| {name} | ![Sixteen glyphs]({strip_file(name)}) |" for name in report["drawing"]]
    store("quality", report, "\n".join([as_markdown(report), "## To look at", "", "| | |", "|---|---|", *rows, ""]))


def strip_file(name):
    """Name of the file with the samples of one row: letters, digits and dashes."""
    return "-".join(re.findall(r"\w+", name.lower())) + ".png"


if __name__ == "__main__":
    main()
