"""Every exported model behaves as a ``keras.Model``: arrays and data sets, validation, weights, summary, saving."""

import inspect
from dataclasses import dataclass, field

import keras
import numpy as np
import pytest
import tensorflow as tf

from benchmarks.pointer_gpt import PointerGPT
from benchmarks.tied_lstm import TiedLSTM
from genai_course import models, session

random = np.random.default_rng(0)
PICTURES = random.random((12, 3, 3, 1)).astype("float32")
BINARY = (PICTURES > 0.5).astype("float32")
LABELS = np.arange(12, dtype="int32") % 3
FACTORS = random.random((12, 2)).astype("float32")
TOKENS = random.integers(0, 5, (12, 4)).astype("int32")
TEXT = random.integers(0, 5, 6 * 2 * 4 + 1).astype("int32")
SIZES = {"latent_dim": 2, "picture_shape": (3, 3, 1), "width": 8, "depth": 1}


@dataclass
class Case:
    """One model class and what it learns from.

    make: makes a model; x, y: arrays for ``fit``. weighs: whether ``sample_weight`` is honoured; None where either will do.
    draw: what a loaded model must give in the same way. exact: whether ``evaluate`` draws no random numbers, so that it can
    be compared. wrong: shape of an x that must be refused. batches: the same data as a data set, where it is not x and y.
    """

    make: object
    x: np.ndarray
    y: np.ndarray | None = None
    weighs: bool | None = True
    draw: object = lambda model: model.sample(3, seed=1)
    exact: bool = False
    compile: dict = field(default_factory=lambda: {"optimizer": "sgd"})
    wrong: tuple = (12, 5, 5, 1)
    batches: object = None
    options: dict = field(default_factory=lambda: {"batch_size": 4})


def components():
    model = models.ComponentVariationalAutoencoder(2, (3, 3, 1), components=6, width=8)
    return model.adapt(np.random.default_rng(1).random((20, 3, 3, 1)))


def batches_of_text():
    """Two rows side by side, four tokens a step: what the recurrent model makes of the text."""
    parts = [part[: 6 * 2 * 4].reshape(2, 6, 4).swapaxes(0, 1).reshape(-1, 4) for part in (TEXT[:-1], TEXT[1:])]
    return tf.data.Dataset.from_tensor_slices(tuple(parts)).batch(2)


PICTURE_CASES = {
    "Autoencoder": Case(
        lambda: models.Autoencoder(**SIZES), PICTURES, draw=lambda model: model(PICTURES), exact=True
    ),
    "BinaryVariationalAutoencoder": Case(lambda: models.BinaryVariationalAutoencoder(**SIZES), BINARY),
    "ComponentVariationalAutoencoder": Case(components, random.normal(size=(12, 6)).astype("float32"), wrong=(12, 7)),
    "ConvolutionalVariationalAutoencoder": Case(
        lambda: models.ConvolutionalVariationalAutoencoder(2, (3, 3, 1), width=4, depth=2), PICTURES
    ),
    "DiffusionModel": Case(
        lambda: models.DiffusionModel((3, 3, 1), classes=3, width=8, depth=1), PICTURES, LABELS,
        draw=lambda model: model.sample(3, seed=1, steps=2),
    ),
    "GenerativeAdversarialNetwork": Case(
        lambda: models.GenerativeAdversarialNetwork(2, (3, 3, 1), classes=3, width=8, depth=1),
        PICTURES, LABELS, weighs=False, compile={},
    ),
    "NormalizingFlow": Case(
        lambda: models.NormalizingFlow(2, couplings=2, width=8, depth=1, bins=4),
        random.normal(size=(12, 2)).astype("float32"), exact=True, wrong=(12, 3),
    ),
    "PixelCNN": Case(lambda: models.PixelCNN((3, 3, 1), levels=2, features=4, depth=1, size=3), BINARY, exact=True),
    "PixelRNN": Case(lambda: models.PixelRNN((3, 3, 1), levels=2, features=4, depth=1, size=3), BINARY, exact=True),
    "RestrictedBoltzmannMachine": Case(
        lambda: models.RestrictedBoltzmannMachine(3, (3, 3, 1), chains=5).adapt(BINARY), BINARY, weighs=False, exact=True
    ),
    "UNetDiffusion": Case(
        lambda: models.UNetDiffusion((3, 3, 1), classes=3, width=8, levels=1), PICTURES, LABELS,
        draw=lambda model: model.sample(3, seed=1, steps=2),
    ),
    "UNetDiffusion of factors": Case(
        lambda: models.UNetDiffusion((3, 3, 1), factors=2, width=8, levels=1, prediction_type="x0"), PICTURES, FACTORS,
        draw=lambda model: model.sample(3, seed=1, labels=FACTORS[:3], steps=2, guidance_scale=2),
    ),
    "VariationalAutoencoder": Case(lambda: models.VariationalAutoencoder(**SIZES), PICTURES),
    "VariationalAutoencoderGAN": Case(lambda: models.VariationalAutoencoderGAN(**SIZES), PICTURES, weighs=False),
}  # fmt: skip
# Sizes by position: vocabulary, context, width, heads and depth under whatever name.
ROWS = {"weighs": None, "wrong": (12, 4, 2), "draw": lambda model: model(TOKENS)}
LANGUAGE_CASES = {
    "CopyingGPT": Case(lambda: models.CopyingGPT(5, 4, 8, 2, 1), TOKENS, exact=True, **ROWS),
    "EncoderDecoder": Case(
        lambda: models.EncoderDecoder(5, 4, 3, 8, 2, 1), TOKENS, TOKENS[:, :3],
        **ROWS | {"draw": lambda model: model((TOKENS, TOKENS[:, :3]))},
    ),
    "GPT": Case(lambda: models.GPT(5, 4, 8, 2, 1), TOKENS, exact=True, **ROWS),
    "Llama": Case(lambda: models.Llama(5, 4, 8, 2, 1, key_value_heads=1, hidden=6), TOKENS, exact=True, **ROWS),
    "LowRankModel": Case(
        lambda: models.LowRankModel(models.GPT(5, 4, 8, 2, 1), rank=2), TOKENS, exact=True, **ROWS
    ),
    "MaskedLanguageModel": Case(lambda: models.MaskedLanguageModel(5, 4, 8, 2, 1), TOKENS, **ROWS),
    "PointerGPT": Case(lambda: PointerGPT(5, 4, 8, 2, 1), TOKENS, exact=True, **ROWS),
    "RecurrentLanguageModel": Case(
        lambda: models.RecurrentLanguageModel(5, "gru", 8, rows=2), TEXT,
        **ROWS | {"wrong": (5,), "draw": lambda model: model.sample(2, 3, seed=1)},
        batches=batches_of_text, options={"length": 4},
    ),
    "TiedLSTM": Case(lambda: TiedLSTM(5, 8), TOKENS, exact=True, **ROWS),
}  # fmt: skip
CASES = PICTURE_CASES | LANGUAGE_CASES


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


def data_set(case):
    if case.batches:
        return case.batches()
    return tf.data.Dataset.from_tensor_slices(case.x if case.y is None else (case.x, case.y)).batch(4)


def order_kept(case):
    return {} if case.batches else {"shuffle": False}


def weights_of(model):
    return [np.asarray(variable) for variable in model.trainable_variables]


def test_every_model_has_a_case():
    classes = {name for name in models.__all__ if inspect.isclass(getattr(models, name))}
    trainable = {name for name in classes if issubclass(getattr(models, name), keras.Model)}
    assert trainable | {"PointerGPT", "TiedLSTM"} == {name.split()[0] for name in CASES}  # the two stand in benchmarks/


def test_fit_takes_arrays_and_data_sets_and_learns_the_same_from_both(case):
    after = []
    for arguments, options in (((case.x, case.y), case.options), ((data_set(case),), {})):
        model = compiled(case)
        history = model.fit(*arguments, **options, **order_kept(case), verbose=0).history
        assert history
        assert all(np.isfinite(values).all() for values in history.values())
        after.append(weights_of(model))
    for first, second in zip(*after, strict=True):
        np.testing.assert_array_equal(first, second)
    names = list(inspect.signature(type(model).fit).parameters)
    assert names[1:3] == ["x", "y"]


def test_validation_and_evaluation_measure_without_learning(case):
    model = compiled(case)
    history = model.fit(case.x, case.y, **case.options, validation_data=data_set(case), verbose=0).history
    assert {f"val_{name}" for name in history if not name.startswith("val_")} <= set(history)
    before = weights_of(model)
    scores = model.evaluate(data_set(case), verbose=0, return_dict=True)
    assert {f"val_{name}" for name in scores} <= set(history)
    assert all(np.isfinite(value) for value in scores.values())
    for one, other in zip(before, weights_of(model), strict=True):
        np.testing.assert_array_equal(one, other)
    if case.exact:
        assert {name: history[f"val_{name}"][-1] for name in scores} == pytest.approx(scores, rel=1e-5)
        assert model.evaluate(case.x, case.y, batch_size=4, verbose=0, return_dict=True) == pytest.approx(scores)
    if not case.batches:
        more = model.fit(data_set(case), validation_data=(case.x, case.y), verbose=0).history
        assert set(more) == set(history)


def weighted_data_set(case, weights):
    """Keras carries weights only beside a y; where the model needs none it is x."""
    y = case.x if case.y is None else case.y
    return tf.data.Dataset.from_tensor_slices((case.x, y, weights)).batch(12)


def test_sample_weight_counts_examples_or_is_refused(case):
    n = len(case.x)
    weights = np.where(np.arange(n) < n // 3, 2, 0).astype("float32")
    given = [{"x": case.x, "y": case.y, "sample_weight": weights}, {"x": weighted_data_set(case, weights)}]
    after = []
    for data in given[: 1 if case.batches else 2]:
        model, refused = trained_or_refused(case, data)
        assert (refused is None) == case.weighs or case.weighs is None
        if refused is None:
            after.append(weights_of(model))
        else:
            assert "sample_weight" in refused
            assert "\n" not in refused
    if after:
        plain = compiled(case)
        plain.fit(case.x, case.y, batch_size=12, shuffle=False, verbose=0)
        for one in after:
            assert same(one, after[0])
            assert not same(one, weights_of(plain))
        if case.exact:  # the examples that count nothing may be left out
            loss = model.evaluate(case.x, case.y, sample_weight=weights, batch_size=12, verbose=0)
            y = None if case.y is None else case.y[:4]
            assert loss == pytest.approx(model.evaluate(case.x[:4], y, batch_size=4, verbose=0), rel=1e-5)


def trained_or_refused(case, data):
    """The model after ``fit(**data)``, and what was said if it was refused."""
    model = compiled(case)
    try:
        model.fit(**data, **({"batch_size": 12, "shuffle": False} if len(data) > 1 else {}), verbose=0)
    except ValueError as refused:
        return model, str(refused)
    return model, None


def same(some, others):
    return all(np.array_equal(one, other) for one, other in zip(some, others, strict=True))


def test_input_of_another_shape_is_refused_in_one_sentence(case):
    model, wrong, y = compiled(case), np.zeros(case.wrong, case.x.dtype), case.y
    attempts = [lambda: model.fit(wrong, y, verbose=0)]
    if not case.batches:
        attempts += [
            lambda: model.evaluate(wrong, y, verbose=0),
            lambda: model.fit(case.x, y, validation_data=(wrong, y), verbose=0),
            lambda: model.fit(
                tf.data.Dataset.from_tensor_slices(wrong if y is None else (wrong, y)).batch(4), verbose=0
            ),
        ]
    for attempt in attempts:
        with pytest.raises(ValueError, match=r"has shape \((12|None), |There are 5 tokens") as refused:
            attempt()
        assert "\n" not in str(refused.value)


@pytest.mark.parametrize("name", PICTURE_CASES)
def test_a_data_set_without_batches_is_refused(name):
    with pytest.raises(ValueError, match=r"batch the data set first, as in dataset\.batch\(32\)"):
        compiled(CASES[name]).fit(data_set(CASES[name]).unbatch(), verbose=0)


def test_a_trained_model_has_a_summary_and_is_saved_whole(case, tmp_path, capsys):
    model = compiled(case)
    model.fit(case.x, case.y, **case.options, verbose=0)
    model.summary()
    assert f"Trainable params: {sum(map(np.size, weights_of(model))):,} " in capsys.readouterr().out
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert type(loaded) is type(model)
    assert loaded.get_config() == model.get_config()
    np.testing.assert_array_equal(np.asarray(case.draw(loaded)), np.asarray(case.draw(model)))
    loaded.fit(case.x, case.y, **case.options, verbose=0)  # and goes on learning


@pytest.mark.parametrize(
    "name", ["Autoencoder", "VariationalAutoencoder", "ComponentVariationalAutoencoder", "PixelCNN"]
)
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


@pytest.mark.parametrize("name", ["NormalizingFlow", "RestrictedBoltzmannMachine", "VariationalAutoencoderGAN"])
def test_a_model_that_learns_from_x_alone_refuses_labels(name):
    with pytest.raises(ValueError, match=f"{name} learns from x alone; leave y out"):
        compiled(CASES[name]).fit(CASES[name].x, LABELS, verbose=0)


@pytest.mark.parametrize("name", ["DiffusionModel", "GenerativeAdversarialNetwork", "UNetDiffusion"])
def test_labels_must_suit_the_classes(name):
    case = CASES[name]
    for data in ((case.x,), (tf.data.Dataset.from_tensor_slices(case.x).batch(4),)):
        with pytest.raises(ValueError, match="This model has 3 classes; give labels too"):
            compiled(case).fit(*data, verbose=0)
    for labels in (LABELS.tolist(), LABELS.astype("int64"), LABELS.astype("float32")):
        compiled(case).fit(case.x, labels, verbose=0)
    with pytest.raises(ValueError, match="labels contains 3; give whole numbers from 0 to 2"):
        compiled(case).fit(case.x, LABELS + 1, verbose=0)
    with pytest.raises(ValueError, match="labels contains 3; give whole numbers from 0 to 2"):
        compiled(case).fit(case.x, LABELS, validation_data=(case.x, LABELS + 1), verbose=0)


@pytest.mark.parametrize("name", ["RestrictedBoltzmannMachine", "BinaryVariationalAutoencoder", "PixelCNN"])
def test_greys_are_refused_where_pixels_are_black_or_white(name):
    with pytest.raises(ValueError, match=r"x contains 0\.3; .*every pixel .*0 or 1"):
        compiled(CASES[name]).fit(np.full_like(CASES[name].x, 0.3), verbose=0)
