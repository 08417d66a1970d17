import keras
import numpy as np
import pytest

from genai_course import models, session
from genai_course.models.masked_language_model import hide


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    session.setup("smoke", 0)


@pytest.fixture(scope="module")
def mirrored():
    """Rows that read the same from both ends: a hidden token stands open on the other side."""
    half = np.random.default_rng(0).integers(0, 5, (3_200, 3))
    return np.concatenate([half, half[:, ::-1]], axis=1)


@pytest.fixture(scope="module")
def model(mirrored):
    keras.utils.set_random_seed(0)
    model = models.MaskedLanguageModel(5, 6, d_model=32, heads=2, num_layers=1, share=0.2)
    model.compile(keras.optimizers.Adam(0.01), steps_per_execution=20)
    model.fit(mirrored, epochs=6, batch_size=64, verbose=0)
    return model


def test_hide_gives_eight_masks_one_other_token_and_one_itself():
    tokens, fate = np.arange(10)[None], np.arange(10)[None] / 10 + 0.05
    chosen = np.ones((1, 10), bool)
    others = np.full((1, 10), 7)
    np.testing.assert_array_equal(hide(tokens, chosen, fate, others, 99), [[99] * 8 + [7, 9]])
    chosen[0, 2:] = False
    np.testing.assert_array_equal(hide(tokens, chosen, fate, others, 99)[0, :4], [99, 99, 2, 3])


@pytest.mark.parametrize("copying", [False, True])
def test_what_is_hidden_does_not_show(copying, tmp_path):
    model = models.MaskedLanguageModel(5, 6, d_model=8, heads=2, num_layers=1, copying=copying)
    random = np.random.default_rng(0)
    model.set_weights([weight + random.normal(0, 0.3, weight.shape) for weight in model.get_weights()])
    rows = np.tile(random.integers(0, 5, 6), (5, 1))
    rows[:, 2] = np.arange(5)  # every token once at the hidden place
    hidden = np.zeros((5, 6), bool)
    hidden[:, 2] = True
    log_probs = model.log_prob_of_hidden(rows, hidden)[:, 2]
    assert np.exp(log_probs).sum() == pytest.approx(1, abs=1e-5)  # one distribution, whichever token was there
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(loaded.log_prob_of_hidden(rows, hidden)[:, 2], log_probs, atol=1e-6)


def test_it_looks_to_both_sides(model, mirrored):
    hidden = np.zeros((100, 6), bool)
    hidden[:, 1] = True
    known = model.log_prob_of_hidden(mirrored[:100], hidden)[:, 1]
    assert np.exp(known).mean() > 0.8
    hidden[:, 4] = True  # its twin is hidden, too
    assert np.exp(model.log_prob_of_hidden(mirrored[:100], hidden)[:, 1]).mean() < 0.35


def test_the_probabilities_of_a_hidden_token_add_up_to_one(model):
    rows = np.array([[0, 1, token, 2, 1, 0] for token in range(5)])
    assert np.exp(
        model.log_prob_of_hidden(rows, np.eye(6, dtype=bool)[2:3].repeat(5, 0)).sum(axis=1)
    ).sum() == pytest.approx(1, abs=1e-5)


def test_what_stands_after_the_end_changes_nothing(model):
    row, hidden = np.array([[0, 1, 2]]), np.array([[False, True, False]])
    longer, longer_hidden = np.array([[0, 1, 2, -1, -1]]), np.array([[False, True, False, False, False]])
    one, other = model.log_prob_of_hidden(row, hidden), model.log_prob_of_hidden(longer, longer_hidden)
    np.testing.assert_allclose(one[0], other[0, :3], atol=1e-5)


def test_filling_changes_only_the_masks_and_agrees_with_what_is_there(model, mirrored):
    rows = mirrored[:200].copy()
    rows[:, 0] = model.mask_token
    filled = model.fill(rows, seed=1)
    np.testing.assert_array_equal(filled[:, 1:], rows[:, 1:])
    assert np.mean(filled[:, 0] == filled[:, 5]) > 0.7
    np.testing.assert_array_equal(filled, model.fill(rows, seed=1))


def test_samples_are_mirrored_as_the_training_was(model):
    rows = model.sample(100, seed=0)
    assert rows.shape == (100, 6)
    assert rows.max() < 5
    assert np.mean(rows[:, :3] == rows[:, :2:-1]) > 0.7
    assert len(set(map(tuple, rows))) > 30


def test_saved_and_loaded_it_says_the_same(model, tmp_path):
    model.save(tmp_path / "masked.keras")
    loaded = keras.saving.load_model(tmp_path / "masked.keras")
    np.testing.assert_array_equal(loaded.sample(3, seed=2), model.sample(3, seed=2))


def test_settings_and_rows_that_cannot_be_are_refused(model):
    with pytest.raises(ValueError, match="share is 1"):
        models.MaskedLanguageModel(5, 6, share=1)
    with pytest.raises(ValueError, match="0 to 4"):
        model.log_prob_of_hidden(np.array([[5]]), np.array([[True]]))
    with pytest.raises(ValueError, match="must be the same"):
        model.log_prob_of_hidden(np.array([[1]]), np.array([[True, False]]))
    with pytest.raises(ValueError, match="length is 7"):
        model.sample(1, length=7)


def test_with_any_share_few_and_nearly_all_tokens_of_a_row_are_hidden(mirrored):
    model = models.MaskedLanguageModel(5, 120, d_model=8, heads=2, num_layers=1, share=None)
    _, chosen = model.hide_and_predict(np.tile(mirrored[:500], 20))  # 120 tokens a row
    shares = np.asarray(chosen).mean(axis=1)
    assert shares.min() < 0.1
    assert shares.max() > 0.95
    assert shares.mean() == pytest.approx(0.525, abs=0.03)
    loaded = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(model))
    assert loaded.share is None


def test_training_shows_what_the_given_function_hides(mirrored):
    given = []

    def hide_all(tokens, chosen, fate, others, mask_token):
        given.append(mask_token)
        return 0 * tokens + mask_token

    model = models.MaskedLanguageModel(5, 6, d_model=8, heads=2, num_layers=1, share=0.5, hide=hide_all)
    logits, _ = model.hide_and_predict(mirrored[:20])
    assert given == [5]
    np.testing.assert_allclose(logits, model.predict_all(np.full((20, 6), 5)), atol=1e-6)


def test_a_share_out_of_range_is_refused_in_a_sentence():
    for share in (0, 1, 1.5):
        with pytest.raises(ValueError, match=r"share is .*; give a number above 0 and below 1, or None"):
            models.MaskedLanguageModel(5, 6, share=share)
