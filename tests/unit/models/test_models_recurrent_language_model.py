import numpy as np
import pytest

from genai_course import session

keras = session.quietly_import_keras()

from genai_course.models import RecurrentLanguageModel  # noqa: E402
from genai_course.models.recurrent_language_model import with_temperature  # noqa: E402

KINDS = ("rnn", "gru", "lstm")


def small(kind="lstm", **settings):
    keras.utils.set_random_seed(0)
    return RecurrentLanguageModel(5, kind, **{"units": 12, "rows": 4, **settings})


@pytest.mark.parametrize("kind", KINDS)
def test_the_probabilities_of_all_texts_add_up_to_1(kind):
    texts = np.stack(np.meshgrid(*[np.arange(5)] * 3), axis=-1).reshape(-1, 3)  # all 125 texts of three tokens
    assert np.exp(small(kind).log_prob(texts).sum(axis=1)).sum() == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_a_likelihood_is_that_of_the_logits_and_of_the_single_steps(kind):
    model, tokens = small(kind, start=2), np.random.default_rng(0).integers(0, 5, (3, 70))
    before = np.concatenate([np.full((3, 1), 2), tokens[:, :-1]], axis=1)
    at_once = np.asarray(keras.ops.log_softmax(model(before)))
    expected = np.take_along_axis(at_once, tokens[..., None], axis=2)[..., 0]
    np.testing.assert_allclose(model.log_prob(tokens), expected, atol=1e-5)
    state = model.no_memory(3)
    for place in range(70):
        logits, state = model.step(before[:, place], state)
    np.testing.assert_allclose(keras.ops.log_softmax(logits), at_once[:, -1], atol=1e-5)


@pytest.mark.parametrize(("kind", "layer"), [("rnn", "SimpleRNN"), ("lstm", "LSTM"), ("gru", "GRU")])
def test_states_agree_with_those_of_keras(kind, layer):
    model, tokens = small(kind), np.random.default_rng(1).integers(0, 5, (2, 9))
    # Keras orders the parts of an LSTM as write, forget, new, show; those of a GRU as here, with two biases.
    order = {"rnn": [0], "gru": [0, 1, 2], "lstm": [1, 0, 3, 2]}[kind]

    def reorder(array):
        return np.concatenate([np.split(np.asarray(array), len(order), axis=-1)[k] for k in order], axis=-1)

    peer = getattr(keras.layers, layer)(12)
    one_hot = np.eye(5, dtype="float32")[tokens]
    peer.build(one_hot.shape)
    bias = reorder(model.bias)
    bias = np.stack([bias, np.zeros_like(bias)]) if kind == "gru" else bias
    peer.set_weights([reorder(model.table), reorder(model.recurrent), bias])
    np.testing.assert_allclose(model.read(tokens, model.no_memory(2))[-1][:, :12], peer(one_hot), atol=1e-5)


def test_training_goes_on_from_batch_to_batch_and_learns():
    model = small()
    tokens = np.tile([1, 2, 3, 1, 2, 4], 400)
    model.compile(keras.optimizers.Adam(0.02), steps_per_execution=4)
    before = -model.log_prob(tokens[:60]).mean()
    model.fit(tokens, length=6, epochs=3, verbose=0)
    assert -model.log_prob(tokens[:60])[:, 6:].mean() < 0.1 < before
    assert np.abs(model.carried).max() > 0


def test_rows_follow_the_text():
    from genai_course.models.recurrent_language_model import _side_by_side

    cut = _side_by_side(np.arange(25), rows=2, steps=3, length=4)
    np.testing.assert_array_equal(cut[0::2].reshape(-1), np.arange(12))  # row 0 of each batch
    np.testing.assert_array_equal(cut[1::2].reshape(-1), np.arange(12, 24))


def test_temperature_sharpens_and_samples_follow_the_probabilities():
    model = small()
    model.output_bias.assign([2.0, 1.0, 0.0, -1.0, -2.0])
    model.output_weights.assign(np.zeros((12, 5)))
    for temperature in (0.5, 1.0, 2.0):
        drawn = np.bincount(model.sample(2_000, 4, temperature=temperature).ravel(), minlength=5) / 8_000
        powered = np.exp(np.array([2, 1, 0, -1, -2]) / temperature)
        np.testing.assert_allclose(drawn, powered / powered.sum(), atol=0.02)
    logits = np.array([[0.0, 1.0]], "float32")
    assert float(with_temperature(logits, 0.1)[0, 1]) > 0.99


def test_a_prompt_changes_what_follows_and_seeds_repeat():
    model = small()
    model.table.assign(3 * np.random.default_rng(0).standard_normal(model.table.shape))
    model.output_weights.assign(3 * np.asarray(model.output_weights))
    one, again, other = model.sample(6, 8, seed=1), model.sample(6, 8, seed=1), model.sample(6, 8, seed=2)
    np.testing.assert_array_equal(one, again)
    assert (one != other).any()
    assert (model.sample(6, 8, seed=1, prompt=[3, 3, 1]) != one).any()


def test_gradients_reach_as_the_product_of_derivatives_says():
    keras.utils.set_random_seed(0)
    model = RecurrentLanguageModel(3, "rnn", units=1)
    model.recurrent.assign([[0.8]])
    hidden = np.array([float(each[0, 0]) for each in model.read(np.array([[0, 1, 2, 1]]), model.no_memory(1))])
    factors = 0.8 * (1 - hidden**2)  # of each step
    expected = [1, factors[3], factors[3] * factors[2], factors[3] * factors[2] * factors[1]]
    np.testing.assert_allclose(model.gradient_reach([[0, 1, 2, 1]]), expected, rtol=1e-4)


def test_a_loaded_model_writes_what_the_saved_one_wrote(in_another_process, tmp_path):
    model = small("gru", start=3)
    model.compile("adam", run_eagerly=True)
    model.fit(np.tile([1, 2, 3], 40), length=5, verbose=0)
    model.save(tmp_path / "model.keras")
    written = in_another_process(written_by, tmp_path / "model.keras")
    np.testing.assert_array_equal(written, model.sample(4, 20, temperature=0.8, seed=9))


def written_by(path):
    return keras.saving.load_model(path).sample(4, 20, temperature=0.8, seed=9)


@pytest.mark.parametrize(
    ("settings", "message"),
    [({"kind": "lstmm"}, "kind is 'lstmm'"), ({"units": 0}, "units is 0"), ({"start": 5}, "5 is not a token")],
)
def test_bad_settings_are_answered(settings, message):
    with pytest.raises(ValueError, match=message):
        RecurrentLanguageModel(5, **settings)


def test_bad_requests_are_answered():
    model, row = small(), np.ones(300, int)
    for request, message in [
        (lambda: model.sample(0, 5), "n is 0"),
        (lambda: model.sample(1, 5, temperature=0), "temperature is 0"),
        (lambda: model.log_prob([[7]]), "7 is not a token"),
        (lambda: model.fit([1, 2, 3]), "There are 3 tokens"),
        (lambda: model.fit(row, validation_data=(row, row)), "leave y out"),
        (lambda: model.fit(row, validation_data=(row, None, row)), "leave sample_weight out"),
    ]:
        with pytest.raises(ValueError, match=message):
            request()
