import itertools

import keras
import numpy as np
import pytest

from benchmarks.token_rows import log_prob_of_text
from genai_course import models, session
from genai_course.models.copying_gpt import token_noise


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    session.setup("smoke", 0)


KINDS = ["GPT", "CopyingGPT"]


def shaken(scale=0.3, kind="GPT", **settings):
    """A model whose weights are large enough that everything in it matters."""
    keras.utils.set_random_seed(1)
    settings = {"vocab_size": 4, "context_length": 9, "d_model": 8, "heads": 2, "num_layers": 2} | settings
    model, random = getattr(models, kind)(**settings), np.random.default_rng(0)
    model.set_weights([weight + scale * random.normal(size=weight.shape) for weight in model.get_weights()])
    return model


@pytest.fixture(scope="module")
def copies():
    """Rows whose second half repeats the first: what attention is for."""
    half = np.random.default_rng(0).integers(0, 6, (6_400, 4))
    return np.concatenate([half, half], axis=1).astype("int32")


@pytest.fixture(scope="module")
def trained(copies):
    keras.utils.set_random_seed(0)
    model = models.GPT(6, 8, d_model=32, heads=2, num_layers=1)
    model.compile(model.optimizer_for(200, learning_rate=0.004), steps_per_execution=20)
    model.fit(copies, batch_size=64, epochs=2, verbose=0)
    return model


@pytest.mark.parametrize("kind", KINDS)
def test_the_probabilities_of_all_rows_add_up_to_one(kind):
    rows = np.array(list(itertools.product(range(4), repeat=4)))  # (256, 4)
    log_probs = shaken(kind=kind).log_prob(rows)
    assert np.exp(log_probs).sum() == pytest.approx(1, abs=1e-5)
    assert log_probs.std() > 0.3


@pytest.mark.parametrize("kind", KINDS)
def test_no_token_knows_what_comes_after_it(kind):
    model, row = shaken(kind=kind), np.array([[0, 1, 2, 3, 0, 1]])
    changed = row.copy()
    changed[0, 4] = 3
    one, other = model.log_prob_of_tokens(row), model.log_prob_of_tokens(changed)
    np.testing.assert_allclose(one[0, :4], other[0, :4], atol=1e-6)
    assert abs(one[0, 5] - other[0, 5]) > 1e-3


def test_without_the_mask_it_reads_its_own_answer():
    model, row = shaken(causal=False), np.array([[0, 1, 2, 3]])
    changed = np.array([[0, 1, 3, 3]])
    assert abs(model.log_prob_of_tokens(row)[0, 0] - model.log_prob_of_tokens(changed)[0, 0]) > 1e-3


def test_dropout_is_for_training_only():
    model, rows = shaken(kind="CopyingGPT", dropout=0.5), np.array([[0, 1, 2, 3]])
    in_training = [np.asarray(model(rows, training=True)) for _ in range(2)]
    assert np.abs(in_training[0] - in_training[1]).max() > 1e-2
    np.testing.assert_array_equal(model(rows), model(rows))
    np.testing.assert_allclose(model.cached_logits(rows), model(rows), atol=1e-4)


def test_noise_exchanges_tokens_in_training_only():
    rows = np.array([[3, 0, 1, 2], [3, 2, 0, 1]])
    np.testing.assert_array_equal(token_noise(rows, 1.1, random=0), rows[::-1])
    np.testing.assert_array_equal(token_noise(rows, 0.0, random=0), rows)
    model = shaken(kind="CopyingGPT", token_noise=0.9)
    np.testing.assert_array_equal(model(rows), model(rows))
    assert np.abs(model.hidden_states(rows, training=True) - model.hidden_states(rows)).max() > 1e-2


def test_the_optimizer_takes_a_rate_and_a_decay():
    for kind in KINDS:
        optimizer = shaken(kind=kind).optimizer_for(100, learning_rate=0.5, weight_decay=0.25)
        assert optimizer.weight_decay == 0.25
        assert float(optimizer._learning_rate(5)) == pytest.approx(0.5)


def test_a_model_without_tables_has_no_vectors_for_runs():
    model = shaken(kind="CopyingGPT", ngrams=0)
    assert model.count_params() < shaken(kind="CopyingGPT", ngrams=5).count_params()
    assert type(model).from_config(model.get_config()).count_params() == model.count_params()


def test_it_learns_to_copy(trained, copies):
    bits = -trained.log_prob_of_tokens(copies[:64]) / np.log(2)
    assert bits[:, :4].mean() == pytest.approx(np.log2(6), rel=0.1)  # nobody can know the first half
    assert bits[:, 4:].mean() < 0.5


@pytest.mark.parametrize("kind", KINDS)
def test_the_cache_gives_the_same_logits_and_the_same_rows(kind):
    model, rows = shaken(kind=kind), np.random.default_rng(3).integers(0, 4, (5, 9)).astype("int32")
    np.testing.assert_allclose(model.cached_logits(rows), model(rows), atol=1e-4)
    np.testing.assert_array_equal(
        model.sample(16, seed=3, prompt=[1]), model.sample(16, seed=3, prompt=[1], cached=False)
    )


def test_samples_begin_with_the_prompt_and_go_on_as_learned(trained):
    rows = trained.sample(50, seed=0, prompt=[5, 0, 3, 1], temperature=0.5)
    assert rows.shape == (50, 8)
    assert rows.dtype == np.int32
    np.testing.assert_array_equal(rows[:, :4], np.tile([5, 0, 3, 1], (50, 1)))
    assert np.mean(rows[:, 4:] == rows[:, :4]) > 0.8


def test_sampled_rows_have_the_frequencies_of_the_model():
    model = shaken(context_length=2)
    rows = np.array(list(itertools.product(range(4), repeat=2)))
    expected = np.exp(model.log_prob(rows))
    drawn = model.sample(4_000, seed=0) @ [4, 1]
    np.testing.assert_allclose(np.bincount(drawn, minlength=16) / 4_000, expected, atol=0.03)


def test_seeds_and_top_k(trained):
    np.testing.assert_array_equal(trained.sample(4, seed=5), trained.sample(4, seed=5))
    assert (trained.sample(4, seed=5) != trained.sample(4, seed=6)).any()
    greedy = trained.sample(4, seed=1, top_k=1)
    assert (greedy == greedy[:1]).all()


def test_a_long_text_is_judged_with_at_least_half_a_context(trained):
    text = np.random.default_rng(2).integers(0, 6, 21)
    judged = log_prob_of_text(trained, text)
    assert judged.shape == (21,)
    np.testing.assert_allclose(judged[:8], trained.log_prob_of_tokens(text[None, :8])[0], atol=1e-4)
    np.testing.assert_allclose(judged[8:12], trained.log_prob_of_tokens(text[None, 4:12])[0, 4:], atol=1e-4)
    assert log_prob_of_text(trained, text[:5]).shape == (5,)


def test_saved_and_loaded_elsewhere_it_writes_the_same(in_another_process, tmp_path):
    model = shaken(kind="CopyingGPT", num_layers=1)
    model.save(tmp_path / "gpt.keras")
    rows, log_prob = in_another_process(written_by, tmp_path / "gpt.keras")
    np.testing.assert_array_equal(rows, model.sample(4, seed=9))
    np.testing.assert_allclose(log_prob, model.log_prob(np.array([[1, 2, 3]])), rtol=1e-5)


def written_by(path):
    model = keras.saving.load_model(path)
    return model.sample(4, seed=9), model.log_prob(np.array([[1, 2, 3]]))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"n": 0}, "n is 0"),
        ({"n": 1, "length": 10}, "from 1 to 9"),
        ({"n": 1, "top_k": 5}, "top_k is 5"),
        ({"n": 1, "temperature": 0}, "temperature is 0"),
        ({"n": 1, "prompt": [7]}, "0 to 3"),
    ],
)
def test_samples_that_cannot_be_are_refused(options, words):
    with pytest.raises(ValueError, match=words):
        shaken().sample(**options)


def test_settings_that_cannot_be_are_refused():
    for name, value in {"ngrams": -1, "dropout": 1, "token_noise": -0.1}.items():
        with pytest.raises(ValueError, match=f"{name} is {value}"):
            shaken(kind="CopyingGPT", **{name: value})
    for sizes in ({"d_model": 12, "heads": 4}, {"d_model": 0}, {"num_layers": 1.5}):
        with pytest.raises(ValueError, match="d_model is 12 and heads is 4|d_model is 0|num_layers is 1.5"):
            shaken(**sizes)
    with pytest.raises(ValueError, match="steps is 0"):
        shaken().optimizer_for(0)
    with pytest.raises(ValueError, match="0 to 3"):
        shaken().fit(np.array([[4]]))
