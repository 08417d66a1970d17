"""Our metrics against torch-fidelity, torchmetrics and prdc, on the same features (benchmarks/metric_references.py)."""

import json
from pathlib import Path

import numpy as np
import pytest
from scipy.special import softmax

from benchmarks import metric_references
from genai_course.evaluation import (
    density_coverage,
    frechet_distance,
    inception_score,
    precision_recall,
)
from genai_course.exercises.registry import find

# The course's kernel distance is what the lesson on image metrics has its learners write.
kernel_distance = find("exercise", "image_metrics-kernel_distance").reference
STORED = json.loads(Path(__file__).with_name("metric_references.json").read_text(encoding="utf-8"))
NAMES = [(case, name) for case, values in STORED["values"].items() for name in values]


def ours(case, name):
    """Our value of what a library calls ``name``."""
    library, metric = name.split()
    if case == "logits":
        return inception_score(softmax(metric_references.logits(), axis=1))
    real, generated = metric_references.CASES[case]()
    neighbours = metric_references.NEIGHBOURS if library == "prdc" else 3
    if metric in ("precision", "recall"):
        return precision_recall(real, generated, neighbours)[metric == "recall"]
    if metric in ("density", "coverage"):
        return density_coverage(real, generated, neighbours)[metric == "coverage"]
    return {"frechet": frechet_distance, "kernel": kernel_distance}[metric](generated, real)


@pytest.mark.parametrize(("case", "name"), NAMES)
def test_agrees_with_the_stored_value(case, name):
    assert ours(case, name) == pytest.approx(STORED["values"][case][name], rel=1e-4)


def test_every_metric_has_a_stored_value_of_every_case():
    assert set(STORED["values"]) == {*metric_references.CASES, "logits"}
    metrics = {name.split()[1] for name in STORED["values"]["moved"]}
    assert metrics == {"frechet", "kernel", "precision", "recall", "density", "coverage"}
    assert all(np.isfinite(list(values.values())).all() for values in STORED["values"].values())


def test_agrees_with_the_libraries_where_they_are_installed():
    for library in ("torch", "torch_fidelity", "torchmetrics", "prdc"):
        pytest.importorskip(library)
    for case, values in metric_references.reference_values().items():
        for name, value in values.items():
            assert ours(case, name) == pytest.approx(value, rel=1e-4), (case, name)
