"""Low-rank adapters: they begin as nothing, learn alone, merge exactly, and come back from a file in another process."""

import keras
import numpy as np
import pytest

from genai_course import models, session
from genai_course.models import low_rank


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    session.setup("smoke", 0)


def trained_layer(base, inputs, rank=3, alpha=None):
    """An adapter whose A and B are both away from their start."""
    layer = low_rank.LoRALayer(base, rank, alpha)
    layer(inputs)
    layer.up.assign(np.random.default_rng(1).normal(size=layer.up.shape))
    return layer


def new_gpt():
    keras.utils.set_random_seed(0)
    return models.CopyingGPT(20, 12, d_model=16, heads=2, num_layers=2, ngrams=8)


def new_pixelcnn():
    keras.utils.set_random_seed(0)
    return models.PixelCNN((6, 6, 1), 3, features=6, depth=2, size=3, dropout=0.0)


def with_random_corrections(model):
    random = np.random.default_rng(2)
    model.set_adapter_weights([0.3 * random.normal(size=weight.shape) for weight in model.adapter_weights()])
    return model


TOKENS = np.random.default_rng(0).integers(0, 20, (8, 12))
PICTURES = (np.random.default_rng(0).integers(0, 3, (8, 6, 6, 1)) / 2).astype("float32")
BASES = {
    "dense": (lambda: keras.layers.Dense(5, "relu"), (4, 7)),
    "dense in time": (lambda: keras.layers.Dense(5, use_bias=False), (2, 3, 7)),
    "convolution": (lambda: keras.layers.Conv2D(5, 3, padding="same", activation="tanh"), (2, 6, 6, 3)),
    "strided": (lambda: keras.layers.Conv2D(4, (2, 3), strides=2, use_bias=False), (2, 7, 8, 3)),
}


@pytest.mark.parametrize("kind", BASES)
def test_a_layer_begins_as_its_base_and_merges_exactly(kind):
    make, shape = BASES[kind]
    inputs = np.random.default_rng(0).normal(size=shape).astype("float32")
    base = make()
    before = np.asarray(base(inputs))
    np.testing.assert_allclose(low_rank.LoRALayer(base, 3)(inputs), before, atol=1e-6)
    layer = trained_layer(base, inputs, alpha=6)
    beside, merged = np.asarray(layer(inputs)), make()
    merged.build(inputs.shape)
    merged.set_weights([layer.plain_kernel(), *base.get_weights()[1:]])
    assert np.abs(beside - before).max() > 0.1
    np.testing.assert_allclose(merged(inputs), beside, atol=1e-5 * np.abs(beside).max())


@pytest.mark.parametrize("kind", ["dense", "convolution"])
def test_only_a_and_b_learn(kind):
    make, shape = BASES[kind]
    inputs = np.ones(shape, "float32")
    layer = trained_layer(make(), inputs)
    assert [id(weight) for weight in layer.trainable_weights] == [id(layer.down), id(layer.up)]


def test_a_dense_layer_does_what_keras_own_adapter_does():
    inputs = np.random.default_rng(0).normal(size=(4, 7)).astype("float32")
    theirs = keras.layers.Dense(5)
    theirs.build((None, 7))
    ours = trained_layer(keras.layers.Dense(5), inputs, rank=2, alpha=8)
    theirs.set_weights([np.asarray(ours.base.kernel), np.asarray(ours.base.bias)])
    theirs.enable_lora(2, lora_alpha=8)
    theirs.lora_kernel_a.assign(ours.down)
    theirs.lora_kernel_b.assign(ours.up)
    np.testing.assert_allclose(ours(inputs), theirs(inputs), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(("make", "rows"), [(new_gpt, TOKENS), (new_pixelcnn, PICTURES)])
def test_a_model_begins_as_its_base_learns_by_its_adapters_and_merges_exactly(make, rows):
    base = make()
    before = np.asarray(base(rows))
    model = low_rank.LowRankModel(base, rank=2)
    np.testing.assert_allclose(model(rows), before, atol=1e-6)
    model.compile(keras.optimizers.Adam(0.05), run_eagerly=True)
    frozen, loss = [np.array(weight) for weight in model.base.weights], model.evaluate(rows, verbose=0)
    model.fit(rows, epochs=4, verbose=0)
    assert model.evaluate(rows, verbose=0) < loss - 0.01
    for one, other in zip(frozen, model.base.weights, strict=True):
        np.testing.assert_array_equal(one, other)
    after = np.asarray(model(rows))
    np.testing.assert_allclose(model.merge_into(low_rank.copy_of(base))(rows), after, atol=1e-5 * np.abs(after).max())
    np.testing.assert_array_equal(base(rows), before)


def test_a_pixelcnn_with_adapters_still_sees_no_later_pixel():
    model = with_random_corrections(low_rank.LowRankModel(new_pixelcnn(), rank=2))
    changed = PICTURES.copy()
    changed[:, 3, 2:] = 1 - changed[:, 3, 2:]
    changed[:, 4:] = 1 - changed[:, 4:]
    one, other = np.asarray(model(PICTURES)), np.asarray(model(changed))
    np.testing.assert_allclose(one[:, :3], other[:, :3], atol=1e-6)
    np.testing.assert_allclose(one[:, 3, :3], other[:, 3, :3], atol=1e-6)
    assert np.abs(one[:, 4:] - other[:, 4:]).max() > 1e-3


def test_a_truncated_adapter_stays_truncated_in_training():
    model = low_rank.LowRankModel(new_gpt(), rank=4)
    model.set_adapter_weights(low_rank.truncate_rank(model.adapter_weights(), 1))
    model.compile(keras.optimizers.Adam(0.05), run_eagerly=True)
    model.fit(TOKENS, epochs=3, verbose=0)
    for down, up in zip(model.adapter_weights()[::2], model.adapter_weights()[1::2], strict=True):
        assert not down[:, 1:].any()
        assert not up[1:].any()
        assert up[0].any()


@pytest.mark.parametrize(("make", "rows"), [(new_gpt, TOKENS), (new_pixelcnn, PICTURES)])
def test_a_saved_model_is_the_same_in_another_process(make, rows, in_another_process, tmp_path):
    model = with_random_corrections(low_rank.LowRankModel(make(), rank=2, alpha=3))
    model.save(tmp_path / "adapted.keras")
    answers = in_another_process(answers_of, tmp_path / "adapted.keras", rows)
    np.testing.assert_allclose(answers, np.asarray(model(rows)), rtol=0, atol=1e-6)


def answers_of(path, rows):
    return np.asarray(keras.saving.load_model(path)(rows))


def test_adapters_are_swapped_by_small_files(tmp_path):
    base = new_gpt()
    model = with_random_corrections(low_rank.LowRankModel(base, rank=1))
    answers = np.asarray(model(TOKENS))
    model.save_adapters(tmp_path / "one.npz")
    model.set_adapter_weights([0 * weight for weight in model.adapter_weights()])
    np.testing.assert_allclose(model(TOKENS), base(TOKENS), atol=1e-6)
    model.load_adapters(tmp_path / "one.npz")
    np.testing.assert_array_equal(model(TOKENS), answers)


def test_a_layer_of_its_own_is_saved_with_its_model(tmp_path):
    inputs = np.random.default_rng(0).normal(size=(2, 6, 6, 3)).astype("float32")
    layer = trained_layer(keras.layers.Conv2D(4, 3), inputs)
    model = keras.Sequential([keras.Input((6, 6, 3)), layer])
    model.save(tmp_path / "model.keras")
    np.testing.assert_allclose(keras.saving.load_model(tmp_path / "model.keras")(inputs), model(inputs), atol=1e-6)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: low_rank.LoRALayer(keras.layers.Dense(2), 0), "rank is 0; give a whole number, 1 or more"),
        (lambda: low_rank.LoRALayer(keras.layers.Dense(2), 1, -1), "alpha is -1; give a finite number above 0"),
        (lambda: low_rank.LoRALayer(keras.layers.Dropout(0.1), 1), "give a layers.Dense or layers.Conv2D"),
        (lambda: low_rank.LowRankModel("gpt"), "base is 'gpt'; give a keras.Model"),
        (lambda: low_rank.LowRankModel(new_gpt()).set_adapter_weights([np.zeros(2)]), "this model needs"),
        (lambda: low_rank.LowRankModel(new_gpt()).merge_into(new_pixelcnn()), "plain is a PixelCNN of other layers"),
        (
            lambda: low_rank.truncate_rank([np.zeros((3, 2)), np.zeros((2, 3))], 3),
            "rank is 3; give a whole number from 1 to 2",
        ),
    ],
)
def test_what_cannot_be_is_named(make, message):
    with pytest.raises(ValueError, match=message):
        make()
