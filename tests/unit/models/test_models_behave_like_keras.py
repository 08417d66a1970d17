"""Every exported model behaves as a ``keras.Model``: arrays and data sets, validation, weights, summary, saving."""

import inspect
from dataclasses import dataclass, field

import keras
import numpy as np
import pytest
import tensorflow as tf

from genai_course import models, session

random = np.random.default_rng(0)
PICTURES = random.random((12, 4, 4, 1)).astype("float32")
BINARY = (PICTURES > 0.5).astype("float32")
LABELS = np.arange(12, dtype="int32") % 3
TOKENS = random.integers(0, 5, (12, 6)).astype("int32")
TEXT = random.integers(0, 5, 200).astype("int32")
SIZES = {"latent_dim": 2, "picture_shape": (4, 4, 1), "width": 8, "depth": 1}


@dataclass
class Case:
    """One model class and what it learns from.

    make: makes a model; x, y: arrays for ``fit``. target: a y that stands for x where y may be left out.
    weighs: whether ``sample_weight`` is honoured. draw: arrays that a loaded model must give in the same way.
    exact: whether ``evaluate`` draws no random numbers, so that it can be compared.
    """

    make: object
    x: np.ndarray
    y: np.ndarray | None = None
    weighs: bool = True
    draw: object = lambda model: model.sample(3, seed=1)
    exact: bool = False
    compile: dict = field(default_factory=lambda: {"optimizer": "sgd"})
    shape: tuple | None = (12, 5, 5, 1)  # of an x that must be refused


def components():
    model = models.ComponentVariationalAutoencoder(2, (4, 4, 1), components=6, width=8)
    return model.adapt(np.random.default_rng(1).random((20, 4, 4, 1)))


def language_model(name, **settings):
    """The class by this name, its sizes small; settings differ from class to class."""
    return lambda: getattr(models, name)(**settings)


TRANSFORMER = {"vocab_size": 5, "context_length": 6, "d_model": 8, "num_heads": 2, "num_layers": 1}
TEXTS = {"shape": (12, 7)}
CASES = {
    "Autoencoder": Case(
        lambda: models.Autoencoder(**SIZES), PICTURES, draw=lambda model: model(PICTURES), exact=True
    ),
    "BinaryVariationalAutoencoder": Case(lambda: models.BinaryVariationalAutoencoder(**SIZES), BINARY),
    "BoltzmannMachine": Case(lambda: models.BoltzmannMachine((2, 2, 1)), BINARY[:, :2, :2], weighs=False, exact=True),
    "ComponentVariationalAutoencoder": Case(components, random.normal(size=(12, 6)).astype("float32"), shape=(12, 7)),
    "DiffusionModel": Case(
        lambda: models.DiffusionModel((4, 4, 1), classes=3, width=8, depth=1), PICTURES, LABELS,
        draw=lambda model: model.sample(3, seed=1, steps=2),
    ),
    "GenerativeAdversarialNetwork": Case(
        lambda: models.GenerativeAdversarialNetwork(2, (4, 4, 1), classes=3, width=8, depth=1),
        PICTURES, LABELS, weighs=False, compile={},
    ),
    "NormalizingFlow": Case(
        lambda: models.NormalizingFlow(2, couplings=2, width=8, depth=1, bins=4),
        random.normal(size=(12, 2)).astype("float32"), exact=True, shape=(12, 3),
    ),
    "PixelCNN": Case(lambda: models.PixelCNN((4, 4, 1), levels=2, features=4, depth=1, size=3), BINARY, exact=True),
    "PixelRNN": Case(lambda: models.PixelRNN((4, 4, 1), levels=2, features=4, depth=1, size=3), BINARY, exact=True),
    "RestrictedBoltzmannMachine": Case(
        lambda: models.RestrictedBoltzmannMachine(3, (4, 4, 1), chains=5).adapt(BINARY), BINARY, weighs=False, exact=True
    ),
    "VariationalAutoencoder": Case(lambda: models.VariationalAutoencoder(**SIZES), PICTURES),
    "VariationalAutoencoderGAN": Case(lambda: models.VariationalAutoencoderGAN(**SIZES), PICTURES, weighs=False),
}  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    session.setup("smoke", 0)


@pytest.fixture(params=CASES)
def case(request):
    return CASES[request.param]


def compiled(case):
    keras.utils.set_random_seed(0)
    model = case.make()
    model.compile(**case.compile, run_eagerly=True)
    return model


def data_set(case, *more):
    parts = [part for part in (case.x, case.y, *more) if part is not None]
    return tf.data.Dataset.from_tensor_slices(tuple(parts) if len(parts) > 1 else parts[0]).batch(4)


def weights_of(model):
    return [np.asarray(variable) for variable in model.trainable_variables]


def test_every_model_has_a_case():
    classes = {name for name in models.__all__ if inspect.isclass(getattr(models, name))}
    trainable = {name for name in classes if issubclass(getattr(models, name), keras.Model)}
    assert trainable == set(CASES)


def test_fit_takes_arrays_and_data_sets_and_learns_the_same_from_both(case):
    after = []
    for arguments in ((case.x, case.y), (data_set(case),)):
        model = compiled(case)
        history = model.fit(*arguments, batch_size=None if len(arguments) == 1 else 4, shuffle=False, verbose=0).history
        assert history
        assert all(np.isfinite(values).all() for values in history.values())
        after.append(weights_of(model))
    for first, second in zip(*after, strict=True):
        np.testing.assert_array_equal(first, second)
    names = list(inspect.signature(type(model).fit).parameters)
    assert names[1:3] == ["x", "y"]


def test_validation_and_evaluation_measure_without_learning(case):
    model = compiled(case)
    first = model.fit(case.x, case.y, batch_size=4, validation_data=(case.x, case.y), verbose=0).history
    also = model.fit(data_set(case), validation_data=data_set(case), verbose=0).history
    assert {f"val_{name}" for name in first if not name.startswith("val_")} <= set(first)
    assert set(first) == set(also)
    before = weights_of(model)
    scores = [model.evaluate(case.x, case.y, verbose=0, return_dict=True, batch_size=4)]
    scores += [model.evaluate(data_set(case), verbose=0, return_dict=True)]
    assert {f"val_{name}" for name in scores[0]} <= set(first)
    for one, other in zip(before, weights_of(model), strict=True):
        np.testing.assert_array_equal(one, other)
    for name, value in scores[0].items():
        assert np.isfinite(value)
        if case.exact:
            assert value == pytest.approx(scores[1][name], rel=1e-5)
            assert also[f"val_{name}"][-1] == pytest.approx(value, rel=1e-5)


def test_sample_weight_counts_examples_or_is_refused(case):
    weights = np.array([2.0] * 4 + [0.0] * 8, "float32")
    weighted = data_set(case, weights) if case.y is not None else None
    if not case.weighs:
        for data in [{"x": case.x, "y": case.y, "sample_weight": weights}, *([{"x": weighted}] if weighted else [])]:
            with pytest.raises(ValueError, match=r"counts all examples alike; leave sample_weight and class_weight out\.$"):
                compiled(case).fit(**data, verbose=0)
        return
    model = compiled(case)
    model.fit(case.x, case.y, sample_weight=weights, batch_size=12, verbose=0)
    if case.exact:  # the examples that count nothing may be left out
        y = None if case.y is None else case.y[:4]
        loss = model.evaluate(case.x, case.y, sample_weight=weights, batch_size=12, verbose=0)
        assert loss == pytest.approx(model.evaluate(case.x[:4], y, batch_size=4, verbose=0), rel=1e-5)
        assert loss != pytest.approx(model.evaluate(case.x, case.y, batch_size=12, verbose=0), rel=1e-5)


def test_input_of_another_shape_is_refused_in_one_sentence(case):
    model, wrong = compiled(case), np.zeros(case.shape, case.x.dtype)
    y = case.y
    for attempt in (
        lambda: model.fit(wrong, y, verbose=0),
        lambda: model.evaluate(wrong, y, verbose=0),
        lambda: model.fit(case.x, y, validation_data=(wrong, y), verbose=0),
        lambda: model.fit(tf.data.Dataset.from_tensor_slices(wrong if y is None else (wrong, y)).batch(4), verbose=0),
    ):
        with pytest.raises(ValueError, match=r"has shape \((12|None), ") as refused:
            attempt()
        assert "\n" not in str(refused.value)


def test_a_data_set_without_batches_is_refused(case):
    with pytest.raises(ValueError, match=r"batch the data set first, as in dataset\.batch\(32\)"):
        compiled(case).fit(data_set(case).unbatch(), verbose=0)


def test_a_trained_model_has_a_summary_and_is_saved_whole(case, tmp_path, capsys):
    model = compiled(case)
    model.fit(case.x, case.y, batch_size=4, verbose=0)
    lines = []
    model.summary(print_fn=lines.append)
    assert f"{model.count_params():,}" in "\n".join(lines)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert type(loaded) is type(model)
    assert loaded.get_config() == model.get_config()
    np.testing.assert_array_equal(np.asarray(case.draw(loaded)), np.asarray(case.draw(model)))
    loaded.fit(case.x, case.y, batch_size=4, verbose=0)  # and goes on learning


@pytest.mark.parametrize("name", ["Autoencoder", "VariationalAutoencoder", "ComponentVariationalAutoencoder"])
def test_the_target_is_x_unless_y_says_otherwise(name):
    case, ends = CASES[name], []
    for y in (None, case.x, case.x[::-1].copy()):
        model = compiled(case)
        model.fit(case.x, y, batch_size=12, verbose=0)
        ends.append(weights_of(model))
    assert all(np.array_equal(one, other) for one, other in zip(ends[0], ends[1], strict=True))
    assert not all(np.array_equal(one, other) for one, other in zip(ends[0], ends[2], strict=True))
    with pytest.raises(ValueError, match=r"y has shape \(12,\)"):
        model.fit(case.x, LABELS, verbose=0)


@pytest.mark.parametrize("name", ["PixelCNN", "NormalizingFlow", "RestrictedBoltzmannMachine", "VariationalAutoencoderGAN"])
def test_a_model_that_learns_from_x_alone_refuses_labels(name):
    with pytest.raises(ValueError, match=f"{name} learns from x alone; leave y out"):
        compiled(CASES[name]).fit(CASES[name].x, LABELS, verbose=0)


@pytest.mark.parametrize("name", ["DiffusionModel", "GenerativeAdversarialNetwork"])
def test_labels_must_suit_the_classes(name):
    case = CASES[name]
    for data in ((case.x,), (tf.data.Dataset.from_tensor_slices(case.x).batch(4),)):
        with pytest.raises(ValueError, match="This model has 3 classes; give labels too"):
            compiled(case).fit(*data, verbose=0)
    with pytest.raises(ValueError, match="labels contains 3; give whole numbers from 0 to 2"):
        compiled(case).fit(case.x, LABELS + 1, verbose=0)
    with pytest.raises(ValueError, match="labels contains 3; give whole numbers from 0 to 2"):
        compiled(case).fit(case.x, LABELS, validation_data=(case.x, LABELS + 1), verbose=0)


@pytest.mark.parametrize("name", ["BoltzmannMachine", "RestrictedBoltzmannMachine", "BinaryVariationalAutoencoder", "PixelCNN"])
def test_greys_are_refused_where_pixels_are_black_or_white(name):
    with pytest.raises(ValueError, match=r"x contains 0\.3; .*every pixel .*0 or 1"):
        compiled(CASES[name]).fit(np.full_like(CASES[name].x, 0.3), verbose=0)
