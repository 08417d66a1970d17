import numpy as np
import pytest

from genai_course import session

keras = session.quietly_import_keras()

from benchmarks.tied_lstm import TiedLSTM  # noqa: E402
from genai_course.models.recurrent_language_model import lstm_step  # noqa: E402


def small(**settings):
    keras.utils.set_random_seed(0)
    return TiedLSTM(**{"vocab_size": 5, "units": 12, **settings})


def test_the_probabilities_of_all_rows_add_up_to_1():
    rows = np.stack(np.meshgrid(*[np.arange(5)] * 3), axis=-1).reshape(-1, 3)  # all 125 rows of three tokens
    assert np.exp(small().log_prob(rows)).sum() == pytest.approx(1, abs=1e-5)


def test_it_is_an_lstm_on_the_vectors_of_the_tokens():
    model, rows = small(), np.array([[3, 1, 4], [0, 0, 2]])
    vectors, state = np.asarray(model.vectors), np.zeros((2, 24), "float32")
    for place, tokens in enumerate(([5, 5], [3, 0], [1, 0])):  # 5 begins each row
        state = lstm_step(vectors[tokens] @ np.asarray(model.enter) + np.asarray(model.bias), state, model.recurrent)
        logits = (np.asarray(state)[:, :12] * np.asarray(model.loudness)) @ vectors[:5].T
        np.testing.assert_allclose(model(rows)[:, place], logits + np.asarray(model.output_bias), atol=1e-5)


def test_its_memory_begins_as_a_copy_that_lasts():
    model = small(units=64)
    rows = np.array([[0] + [4] * 100, [1] + [4] * 100])  # only the first tokens differ
    memory = np.asarray(model.read(rows, model.no_memory(2)))[:, :, 64:]  # (101 places, 2, units)
    apart = np.abs(memory[:, 0] - memory[:, 1])
    assert apart[100, :48].mean() > 0.5 * apart[0, :48].mean()
    assert apart[100, 48:].mean() < 0.1 * apart[0, 48:].mean()


def test_it_learns_to_say_the_first_token_again():
    random = np.random.default_rng(0)
    rows = random.integers(0, 4, (512, 10))
    rows[:, -2], rows[:, -1] = 4, rows[:, 0]  # after a 4 comes what came first
    model = small(units=24)
    model.compile(keras.optimizers.Adam(0.02))
    before = model.log_prob_of_tokens(rows)[:, -1].mean()
    model.fit(rows, batch_size=16, epochs=8, verbose=0)
    assert model.log_prob_of_tokens(rows)[:, -1].mean() > -0.3 > before


def test_samples_follow_the_probabilities_and_seeds_repeat():
    model = small()
    drawn = model.sample(4_000, 2, seed=1)
    assert (drawn.shape, drawn.dtype) == ((4_000, 2), np.int32)
    pairs = np.stack(np.meshgrid(np.arange(5), np.arange(5), indexing="ij"), axis=-1).reshape(-1, 2)
    shares = np.bincount(drawn @ [5, 1], minlength=25) / 4_000
    np.testing.assert_allclose(shares, np.exp(model.log_prob(pairs)), atol=0.02)
    np.testing.assert_array_equal(drawn, model.sample(4_000, 2, seed=1))
    assert (drawn != model.sample(4_000, 2, seed=2)).any()
    flat = model.sample(4_000, 1, temperature=100.0)
    np.testing.assert_allclose(np.bincount(flat[:, 0], minlength=5) / 4_000, 0.2, atol=0.03)


def test_a_loaded_model_writes_what_the_saved_one_wrote(in_another_process, tmp_path):
    model = small()
    model.compile("adam", run_eagerly=True)
    model.fit(np.tile([1, 2, 3], (8, 2)), verbose=0)
    model.save(tmp_path / "model.keras")
    written = in_another_process(written_by, tmp_path / "model.keras")
    np.testing.assert_array_equal(written, model.sample(4, 20, temperature=0.8, seed=9))


def written_by(path):
    return keras.saving.load_model(path).sample(4, 20, temperature=0.8, seed=9)


@pytest.mark.parametrize(
    ("mistake", "message"),
    [
        (lambda: small(units=0), "units is 0; give a whole number, 1 or more"),
        (lambda: small(vocab_size=2.5), "vocab_size is 2.5"),
        (lambda: small().fit(np.array([[5]])), "x holds 5 to 5 .* from 0 to 4"),
        (lambda: small().log_prob(np.array([1, 2])), r"tokens has shape \(2,\)"),
        (lambda: small().sample(0, 3), "n is 0"),
        (lambda: small().sample(1, 2.5), "length is 2.5"),
        (lambda: small().sample(1, 3, temperature=0), "temperature is 0; give a finite number above 0"),
    ],
)
def test_bad_input_is_answered(mistake, message):
    with pytest.raises(ValueError, match=message):
        mistake()
