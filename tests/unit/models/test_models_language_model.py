import re

import keras
import numpy as np
import pytest

from benchmarks.tied_lstm import TiedLSTM
from genai_course import models, session
from genai_course.models.language_model import check_tokens, cross_entropy, log_probs_of_tokens, pad, sample_token


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    session.setup("smoke", 0)


@pytest.fixture(params=["GPT", "TiedLSTM"])
def model(request):
    """Each model of this kind, small, with weights so large that everything in it matters."""
    keras.utils.set_random_seed(1)
    model, random = (
        {
            "GPT": lambda: models.GPT(5, 9, d_model=8, heads=2),
            "TiedLSTM": lambda: TiedLSTM(5, units=12),
        }[request.param](),
        np.random.default_rng(0),
    )
    model.set_weights([weight + 0.3 * random.normal(size=weight.shape) for weight in model.get_weights()])
    return model


def test_what_stands_after_a_rows_end_does_not_count(model):
    row, ended = np.array([[3, 1, 2]]), np.array([[3, 1, 2, -1, -1]])
    np.testing.assert_allclose(model.log_prob(ended), model.log_prob(row), rtol=1e-5)
    assert (model.log_prob_of_tokens(ended)[0, 3:] == 0).all()


def test_many_rows_are_judged_like_one(model):
    rows = np.random.default_rng(0).integers(0, 5, (150, 4))  # more than are judged at once
    one_by_one = np.concatenate([model.log_prob(row[None]) for row in rows[::29]])
    np.testing.assert_allclose(model.log_prob(rows)[::29], one_by_one, rtol=1e-4)


def test_it_learns_from_the_tokens_that_count(model):
    rows = np.tile([1, 2, 3, -1], (32, 1))
    model.compile(keras.optimizers.Adam(0.05))
    untrained = model.get_weights()
    model.fit(np.full((8, 4), -1), batch_size=8, verbose=0)  # nothing to learn from
    for one, other in zip(untrained, model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    history = model.fit(rows, batch_size=8, epochs=5, verbose=0).history["loss"]
    assert history[0] > 2 * history[-1]
    assert -model.log_prob(rows)[0] / 3 < history[0]


@pytest.mark.parametrize("jit_compile", [False, True])
def test_several_steps_a_batch_train_to_the_same_weights(jit_compile):
    rows, after = np.random.default_rng(0).integers(0, 5, (16, 4)), []
    for steps_per_batch in (1, 4):
        keras.utils.set_random_seed(1)
        model = models.GPT(5, 9, d_model=8, heads=2)
        model.steps_per_batch = steps_per_batch
        model.compile(model.optimizer_for(8), jit_compile=jit_compile)
        history = model.fit(rows, batch_size=2 * steps_per_batch, epochs=1, shuffle=False, verbose=0).history
        after.append([*model.get_weights(), history["loss"]])
    for one, other in zip(*after, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)


@pytest.mark.parametrize(("rows", "batch_size"), [(18, 8), (16, 6), (18, None)])
def test_a_batch_that_does_not_divide_into_steps_is_refused(rows, batch_size):
    model = models.GPT(5, 9, d_model=8, heads=2)
    model.steps_per_batch = 4
    with pytest.raises(ValueError, match=f"There are {rows} rows .* multiples of steps_per_batch, 4"):
        model.fit(np.zeros((rows, 4), int), batch_size=batch_size)


def test_the_loss_is_the_mean_of_the_tokens_that_count():
    logits = np.log([[[0.2, 0.3, 0.5], [0.6, 0.3, 0.1]]]).astype("float32")
    tokens = np.array([[2, 1]])
    assert float(cross_entropy(tokens, logits, tokens >= 0)) == pytest.approx(-np.log(0.5 * 0.3) / 2, rel=1e-5)
    assert float(cross_entropy(tokens, logits, [[False, True]])) == pytest.approx(-np.log(0.3), rel=1e-5)
    assert float(cross_entropy(tokens, logits, [[False, False]])) == 0


def test_log_probabilities_are_of_the_tokens_asked_for():
    logits = np.log([[[0.2, 0.3, 0.5], [0.6, 0.3, 0.1]]]).astype("float32") + 7
    np.testing.assert_allclose(log_probs_of_tokens(np.array([[2, 1]]), logits), np.log([[0.5, 0.3]]), rtol=1e-5)


def test_rows_are_padded_and_cut():
    np.testing.assert_array_equal(pad([[1, 2, 3], [4]]), [[1, 2, 3], [4, -1, -1]])
    np.testing.assert_array_equal(pad([[1, 2, 3], [4]], length=2), [[1, 2], [4, -1]])


@pytest.mark.parametrize(
    ("tokens", "words"),
    [
        ([1, 2], "shape (2,)"),
        ([[0] * 6], "from 1 to 5"),
        ([[3]], "0 to 2"),
        ([[-2]], "0 to 2"),
        ([[0.5]], "float64"),
        (np.zeros((0, 3), int), "shape (0, 3)"),
    ],
)
def test_rows_that_cannot_be_are_named(tokens, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        check_tokens(np.array(tokens), vocab_size=3, longest=5)


def test_sample_token_keeps_to_the_temperature():
    logits, uniform = np.log([[0.5, 0.3, 0.2]] * 3).astype("float32"), np.array([0.45, 0.75, 0.95], "float32")
    np.testing.assert_array_equal(sample_token(logits, uniform, 1.0, None), [0, 1, 2])
    np.testing.assert_array_equal(
        sample_token(logits, uniform, 1.0, 2), [0, 1, 1]
    )  # 0.5 and 0.3 become 0.625 and 0.375
    np.testing.assert_array_equal(sample_token(logits, uniform, 0.05, None), [0, 0, 0])
