import keras
import numpy as np
import pytest
from scipy.signal import correlate2d

from genai_course import data, models, session
from genai_course.models.unet import NOT_TOLD, build_unet, embed_factors, embed_labels, residual_block


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    session.setup("smoke", 0)


def filled(network, seed=0, scale=0.2):
    """The network with random weights everywhere: a new one says 0 whatever it sees."""
    random = np.random.default_rng(seed)
    network.set_weights([scale * random.standard_normal(part.shape) for part in network.get_weights()])
    return network


def tiny(**settings):
    keras.utils.set_random_seed(0)
    return models.UNetDiffusion(**({"picture_shape": (8, 8, 1), "width": 8, "levels": 2} | settings))


def test_a_residual_block_computes_what_its_docstring_says():
    """Against two correlations of SciPy, with the mean and variance of each group taken by NumPy."""
    x, features = keras.Input((5, 4, 8)), keras.Input((3,))
    network = filled(keras.Model([x, features], residual_block(x, features, 16)), scale=0.5)
    conv = [layer for layer in network.layers if isinstance(layer, keras.layers.Conv2D)]
    norms = [layer for layer in network.layers if isinstance(layer, keras.layers.GroupNormalization)]
    [dense] = [layer for layer in network.layers if isinstance(layer, keras.layers.Dense)]
    picture, told = np.random.default_rng(1).standard_normal((5, 4, 8)), np.array([0.3, -1.0, 2.0])

    def normed(values, layer):
        groups = values.reshape(*values.shape[:2], 8, -1)
        mean, variance = groups.mean(axis=(0, 1, 3), keepdims=True), groups.var(axis=(0, 1, 3), keepdims=True)
        groups = (groups - mean) / np.sqrt(variance + 1e-5)
        return groups.reshape(values.shape) * np.asarray(layer.gamma) + np.asarray(layer.beta)

    def convolved(values, layer):
        kernel, bias = (np.asarray(part) for part in layer.get_weights())
        channels = [
            sum(correlate2d(values[..., i], kernel[..., i, o], "same") for i in range(kernel.shape[2]))
            for o in range(kernel.shape[3])
        ]
        return np.stack(channels, axis=-1) + bias

    def silu(values):
        return values / (1 + np.exp(-values))

    entrance, between = sorted(norms, key=lambda layer: layer.gamma.shape[0])
    conv = {(layer.kernel_size[0], layer.kernel.shape[2]): layer for layer in conv}
    hidden = convolved(silu(normed(picture, entrance)), conv[3, 8])
    scale, shift = np.split(told @ np.asarray(dense.kernel) + np.asarray(dense.bias), 2)
    hidden = convolved(silu(normed(hidden, between) * (1 + scale) + shift), conv[3, 16])
    expected = convolved(picture, conv[1, 8]) + hidden
    found = network([picture[None].astype("float32"), told[None].astype("float32")])[0]
    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize(("shape", "levels", "patch"), [((8, 8, 1), 3, 1), ((28, 28, 1), 2, 2), ((16, 32, 3), 3, 2)])
def test_what_comes_out_has_the_shape_of_what_goes_in(shape, levels, patch):
    network = build_unet(shape, embed_labels(4), 8, 1, levels, patch)
    noisy = np.random.default_rng(0).standard_normal((3, *shape)).astype("float32")
    out = network([noisy, np.array([0.1, 0.5, 1.0], "float32"), np.array([0, 3, 1], "int32")])
    np.testing.assert_array_equal(out, np.zeros((3, *shape)))  # and a new network says nothing


def test_each_pixel_is_told_of_every_other_and_of_time_and_condition():
    network = filled(build_unet((16, 16, 1), embed_labels(4), 8, 1, 2, 2))
    noisy = np.zeros((2, 16, 16, 1), "float32")
    noisy[1, 0, 0] = 3.0
    time, label = np.full(2, 0.5, "float32"), np.ones(2, "int32")
    here, there = np.asarray(network([noisy, time, label]))
    assert np.all(here != there)  # the far corner, too
    for other in ([noisy, time + 0.1, label], [noisy, time, label + 1]):
        assert np.all(np.asarray(network(other))[0] != here)


def test_what_was_lost_on_the_way_down_comes_back_by_skip_connections():
    """Two pictures that differ from pixel to pixel but look the same halved: a network that forgot would draw both alike."""
    keras.utils.set_random_seed(0)
    network = build_unet((8, 8, 1), embed_labels(1), 16, 1, 2, 1)
    weights = network.get_weights()
    network.set_weights(
        [part if part.any() else 0.2 * np.random.default_rng(1).standard_normal(part.shape) for part in weights]
    )
    down = [layer for layer in network.layers if isinstance(layer, keras.layers.Conv2D) and layer.strides == (2, 2)]
    for layer in down:  # nothing passes through the smallest level
        if not isinstance(layer, keras.layers.Conv2DTranspose):
            layer.set_weights([np.zeros_like(part) for part in layer.get_weights()])
    board = np.indices((8, 8)).sum(axis=0)[..., None] % 2 * 2.0 - 1
    noisy = np.stack([board, -board]).astype("float32")
    out = np.asarray(network([noisy, np.full(2, 0.5, "float32"), np.zeros(2, "int32")]))
    assert np.abs(out[0] - out[1]).max() > 0.1


def test_a_factor_that_is_not_told_is_none_in_the_middle():
    factors, embedded = embed_factors(3)(8)
    network = filled(keras.Model(factors, embedded))
    middle, hidden = np.full((1, 3), 0.5, "float32"), np.full((1, 3), NOT_TOLD, "float32")
    partly = np.array([[0.5, NOT_TOLD, 0.5]], "float32")
    said = [np.asarray(network(each)) for each in (middle, hidden, partly)]
    assert all(np.abs(a - b).max() > 1e-3 for a, b in ((said[0], said[1]), (said[0], said[2]), (said[1], said[2])))


@pytest.mark.parametrize("prediction_type", ["v", "x0", "epsilon"])
def test_a_picture_is_predicted_from_whatever_the_network_says(prediction_type):
    """A network that knows what it is to predict knows the picture."""
    model = tiny(prediction_type=prediction_type)
    clean, noise = np.random.default_rng(0).standard_normal((2, 3, 8, 8, 1)).astype("float32")
    time = np.array([0.2, 0.5, 0.9], "float32")
    alpha, sigma = (part[:, None, None, None] for part in (np.cos(np.pi / 2 * time), np.sin(np.pi / 2 * time)))
    right = {"v": alpha * noise - sigma * clean, "x0": clean, "epsilon": noise}[prediction_type]
    model.averaged = lambda inputs: right
    found = model.denoise(alpha * clean + sigma * noise, time, np.zeros(3, "int32"))
    np.testing.assert_allclose(found, clean, atol=1e-5)


@pytest.fixture(scope="module")
def told():
    """A model of faces of 16×16 pixels that was told two of their factors: how dark the skin is, and whether there is a hat."""
    faces = data.faces(1_500, 1, size=16)
    places = np.stack([faces.train_factors["skin"], faces.train_factors["hat"]], axis=1).astype("float32")
    keras.utils.set_random_seed(0)
    model = models.UNetDiffusion((16, 16, 3), factors=2, width=16, patch=2)
    model.compile(keras.optimizers.Adam(3e-3), steps_per_execution=8)
    model.fit(faces.train, places, epochs=12, batch_size=64, verbose=0)
    return model


def test_factors_are_drawn_as_asked(told):
    places = np.array([[0, 0]] * 8 + [[1, 0]] * 8 + [[0, 1]] * 8, "float32")
    light, dark, hats = told.sample(24, labels=places).reshape(3, 8, 16, 16, 3)
    face = np.s_[:, 9:11, 6:10]
    assert light[face].mean() - dark[face].mean() > 0.25
    top = np.s_[:, 2:4, 6:10]
    assert np.abs(hats[top].mean(axis=(0, 1, 2)) - light[top].mean(axis=(0, 1, 2))).max() > 0.1


def test_samples_follow_their_seed_and_nothing_need_be_told(told):
    first, again, other = (told.sample(4, seed=seed, steps=3) for seed in (1, 1, 2))
    assert first.shape == (4, 16, 16, 3)
    assert first.dtype == np.float32
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_bad_sizes_and_factors_are_named(told):
    with pytest.raises(ValueError, match="width is 12; give a multiple of 8"):
        tiny(width=12)
    with pytest.raises(ValueError, match="have 8 by 8 pixels; with this patch and levels give multiples of 16"):
        tiny(levels=4, patch=2)
    with pytest.raises(ValueError, match="levels is 0; give a whole number, 1 or more"):
        tiny(levels=0)
    with pytest.raises(ValueError, match="factors is 2 and classes is 3; give a whole number, 1 or more, for one"):
        tiny(factors=2, classes=3)
    with pytest.raises(ValueError, match=r"labels has shape \(4,\); 4 pictures need \(4, 2\)"):
        told.sample(4, labels=np.zeros(4))
    with pytest.raises(ValueError, match=r"labels contains 1\.5; give numbers from 0 to 1, or -1 for what is not told"):
        told.sample(1, labels=[[0.5, 1.5]])
    with pytest.raises(ValueError, match="guidance_scale is 2, and no factors are told; leave it at 1"):
        told.sample(1, guidance_scale=2)
    with pytest.raises(ValueError, match=r"This model has 2 factors; give them too: fit\(pictures, places\)"):
        told.fit(np.zeros((4, 16, 16, 3)), verbose=0)
    with pytest.raises(ValueError, match=r"y has shape \(4, 3\); this model needs \(n, 2\)"):
        told.fit(np.zeros((4, 16, 16, 3)), np.zeros((4, 3)), verbose=0)
    with pytest.raises(ValueError, match="labels contains 2; give numbers from 0 to 1"):
        told.fit(np.zeros((4, 16, 16, 3)), np.full((4, 2), 2.0), verbose=0)
