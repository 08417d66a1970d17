import itertools

import keras
import numpy as np
import pytest

from benchmarks.pointer_gpt import PointerGPT
from genai_course import models, session


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    session.setup("smoke", 0)


def shaken(**settings):
    """A model whose weights are large enough that everything in it matters."""
    keras.utils.set_random_seed(1)
    settings = {"vocab_size": 4, "context_length": 9, "d_model": 8, "heads": 2, "num_layers": 1} | settings
    model, random = PointerGPT(**settings), np.random.default_rng(0)
    model.set_weights([weight + 0.3 * random.normal(size=weight.shape) for weight in model.get_weights()])
    return model


def test_the_probabilities_of_all_rows_add_up_to_one():
    rows = np.array(list(itertools.product(range(4), repeat=4)))  # (256, 4)
    log_probs = shaken().log_prob(rows)
    assert np.exp(log_probs).sum() == pytest.approx(1, abs=1e-5)
    assert log_probs.std() > 0.3


def test_it_points_at_what_was_said_at_places_like_this_one():
    model, row = shaken(), np.array([[2, 0, 3, 1, 0]])
    state = np.asarray(model.hidden_states(row))[0]
    asking, asked = ((state @ np.asarray(layer.kernel)) for layer in (model.asking, model.asked))
    cosines = (asking[4] @ asked[:4].T) / np.linalg.norm(asking[4]) / np.linalg.norm(asked[:4], axis=1)
    weights = np.exp(np.exp(float(model.log_sharpness)) * cosines)
    said_again = np.bincount(row[0, :4], weights / weights.sum(), minlength=4)
    gate = 1 / (1 + np.exp(-np.asarray(model.gate(state[None]))[0, 4, 0]))
    logits = state[4] @ np.asarray(model.embedding.tokens.embeddings)[:4].T
    expected = (1 - gate) * np.exp(logits) / np.exp(logits).sum() + gate * said_again
    np.testing.assert_allclose(np.exp(np.asarray(model(row))[0, 4]), expected, atol=1e-5)


def test_in_training_it_says_only_what_the_loss_needs():
    model, rows = shaken(), np.random.default_rng(0).integers(0, 4, (5, 7))
    np.testing.assert_allclose(model(rows, training=True), model.log_prob_of_tokens(rows), atol=1e-5)
    ended = np.where(np.arange(7) < 4, rows, -1)
    loss = model.compute_loss(ended, y_pred=model(ended, training=True))
    assert float(loss) == pytest.approx(-model.log_prob(rows[:, :4]).sum() / 20, rel=1e-4)
    assert float(model.compute_loss(ended, y_pred=model(ended))) == pytest.approx(float(loss), rel=1e-4)


def test_no_token_knows_what_comes_after_it():
    model, row = shaken(), np.array([[0, 1, 2, 3, 0, 1]])
    changed = row.copy()
    changed[0, 4] = 3
    one, other = model.log_prob_of_tokens(row), model.log_prob_of_tokens(changed)
    np.testing.assert_allclose(one[0, :4], other[0, :4], atol=1e-6)
    assert abs(one[0, 5] - other[0, 5]) > 1e-3


def test_to_say_something_again_needs_few_steps():
    random = np.random.default_rng(0)
    rows = np.tile(random.integers(0, 64, (1_650, 6)), (1, 3))  # six tokens, three times
    surprise = []
    for kind in (PointerGPT, models.CopyingGPT):
        keras.utils.set_random_seed(0)
        model = kind(64, 18, d_model=32, heads=2, num_layers=1)
        model.compile(model.optimizer_for(100), steps_per_execution=10)
        model.fit(rows[:1_600], batch_size=16, verbose=0)
        surprise.append(-model.log_prob_of_tokens(rows[1_600:])[:, 12:].mean())
    assert surprise[0] < surprise[1] - 0.5


def test_the_cache_gives_the_same_and_samples_follow_the_seed():
    model, rows = shaken(), np.random.default_rng(3).integers(0, 4, (5, 9)).astype("int32")
    np.testing.assert_allclose(model.cached_logits(rows), model(rows), atol=1e-4)
    drawn = model.sample(16, seed=3, prompt=[1])
    np.testing.assert_array_equal(drawn, model.sample(16, seed=3, prompt=[1], cached=False))
    assert (drawn != model.sample(16, seed=4, prompt=[1])).any()


def test_saved_and_loaded_elsewhere_it_writes_the_same(in_another_process, tmp_path):
    model = shaken(dropout=0.1, token_noise=0.1)
    model.compile(model.optimizer_for(2))
    model.fit(np.zeros((8, 9), int), batch_size=4, verbose=0)
    model.save(tmp_path / "model.keras")
    np.testing.assert_array_equal(in_another_process(written_by, tmp_path / "model.keras"), model.sample(4, seed=9))


def written_by(path):
    return keras.saving.load_model(path).sample(4, seed=9)


def test_it_needs_its_mask():
    with pytest.raises(ValueError, match="causal is False"):
        shaken(causal=False)
