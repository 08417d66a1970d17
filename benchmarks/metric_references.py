"""What well-known libraries make of the same features: the values that our metrics of pictures are tested against.

    python -m benchmarks.metric_references    writes tests/unit/evaluation/metric_references.json; needs the bench extra

PyTorch stays out of the tests, so the values are stored, with the libraries' versions. The features are drawn from seeds, and
the test draws them again; where the libraries are installed it also computes their values afresh.
"""

import contextlib
import io
import json
from importlib.metadata import version
from pathlib import Path

import click
import numpy as np

from genai_course.paths import atomic_write

STORED = Path(__file__).parents[1] / "tests/unit/evaluation/metric_references.json"
LIBRARIES = ("prdc", "torch", "torch-fidelity", "torchmetrics")
NEIGHBOURS = 5  # for all four measures of prdc; torch-fidelity's precision and recall take 3


def moved():
    """A wider cloud beside another: real (300, 8), generated (300, 8)."""
    random = np.random.default_rng(0)
    return random.standard_normal((300, 8)), 0.3 + 1.2 * random.standard_normal((300, 8))


def rectified():
    """Features as a network's last layer gives them, with many zeros, and correlated: (400, 16), (400, 16)."""
    random = np.random.default_rng(1)
    mixing = random.standard_normal((16, 16)) / 4
    real = np.maximum(random.standard_normal((400, 16)) @ mixing + 0.2, 0)
    return real, np.maximum(random.standard_normal((400, 16)) @ mixing + 0.3, 0)


def one_island():
    """Two real islands, of which the samples know one: (200, 4), (200, 4)."""
    random = np.random.default_rng(2)
    real = random.standard_normal((200, 4)) + 6 * (np.arange(200)[:, None] % 2)
    return real, 0.8 * random.standard_normal((200, 4))


CASES = {"moved": moved, "rectified": rectified, "one island": one_island}


def logits():
    """Scores of 500 pictures for 10 classes, some sure and some not: (500, 10)."""
    random = np.random.default_rng(3)
    return random.standard_normal((500, 10)) * random.uniform(0.1, 5, (500, 1))


def reference_values():
    """Every library's values, by case: {"moved": {"torch-fidelity frechet": …, …}, …, "logits": {…}}."""
    values = {name: case_values(*draw()) for name, draw in CASES.items()}
    return values | {"logits": score_values(logits())}


def case_values(real, generated):
    """Values of one case, by library and metric."""
    import torch
    from prdc import compute_prdc
    from torch_fidelity.metric_fid import fid_features_to_statistics, fid_statistics_to_metric
    from torch_fidelity.metric_kid import kid_features_to_metric
    from torch_fidelity.metric_prc import prc_features_to_metric
    from torchmetrics.image.fid import FrechetInceptionDistance
    from torchmetrics.image.kid import KernelInceptionDistance

    a, b = torch.from_numpy(real), torch.from_numpy(generated)
    statistics = [fid_features_to_statistics(features) for features in (b, a)]
    all_rows = {"kid_subsets": 1, "kid_subset_size": len(real)}
    fidelity = fid_statistics_to_metric(*statistics, verbose=False)
    fidelity |= kid_features_to_metric(b, a, verbose=False, **all_rows)
    fidelity |= prc_features_to_metric(b, a, verbose=False, save_cpu_ram=False, prc_neighborhood=3)
    frechet = FrechetInceptionDistance(feature=given_features(real.shape[1])).set_dtype(torch.float64)
    kernel = KernelInceptionDistance(feature=given_features(real.shape[1]), subsets=1, subset_size=len(real))
    for metric in (frechet, kernel.set_dtype(torch.float64)):
        metric.update(a, real=True)
        metric.update(b, real=False)
    with contextlib.redirect_stdout(io.StringIO()):  # prdc prints how many rows there are
        balls = compute_prdc(real, generated, NEIGHBOURS)
    return {
        "torch-fidelity frechet": fidelity["frechet_inception_distance"],
        "torchmetrics frechet": float(frechet.compute()),
        "torch-fidelity kernel": fidelity["kernel_inception_distance_mean"],
        "torchmetrics kernel": float(kernel.compute()[0]),
        "torch-fidelity precision": fidelity["precision"],
        "torch-fidelity recall": fidelity["recall"],
        **{f"prdc {name}": float(value) for name, value in balls.items()},
    }


def score_values(scores):
    """The Inception Score of one set of logits (n, classes), by library."""
    import torch
    from torch_fidelity.metric_isc import isc_features_to_metric
    from torchmetrics.image.inception import InceptionScore

    scores = torch.from_numpy(scores)
    metric = InceptionScore(feature=given_features(scores.shape[1]), splits=1).set_dtype(torch.float64)
    metric.update(scores)
    return {
        "torch-fidelity inception": isc_features_to_metric(scores, splits=1)["inception_score_mean"],
        "torchmetrics inception": float(metric.compute()[0]),
    }


def given_features(width):
    """A network that returns its input, for libraries that want one where we have features already."""
    import torch

    network = torch.nn.Identity()
    network.num_features = width
    return network


@click.command()
def main():
    """Compute the libraries' values and write them beside the test that compares ours with them."""
    try:
        libraries = {name: version(name) for name in LIBRARIES}
        values = reference_values()
    except (ImportError, RuntimeError) as error:  # RuntimeError: torchvision was made for another build of torch
        click.echo(f'The libraries cannot be used ({error}); install them with pip install -e ".[bench]".', err=True)
        click.get_current_context().exit(1)  # the other benchmarks go on
    with atomic_write(STORED) as temporary:
        temporary.write_text(json.dumps({"versions": libraries, "values": values}, indent=2) + "\n", encoding="utf-8")
    click.echo(f"Wrote {STORED}")


if __name__ == "__main__":
    main()
