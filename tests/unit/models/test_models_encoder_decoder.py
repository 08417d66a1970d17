import itertools

import keras
import numpy as np
import pytest

from genai_course import models, session
from genai_course.models.encoder_decoder import draw_gaps, gaps


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    session.setup("smoke", 0)


def questions(n, seed):
    """Sources of four tokens from 0 to 4; the answer is the second and the last, then the end (token 5)."""
    sources = np.random.default_rng(seed).integers(0, 5, (n, 4))
    return sources, np.stack([sources[:, 1], sources[:, 3], np.full(n, 5)], axis=1)


@pytest.fixture(scope="module")
def model():
    keras.utils.set_random_seed(0)
    model = models.EncoderDecoder(5, 4, 3, d_model=32, heads=2)
    model.compile(keras.optimizers.Adam(0.004), steps_per_execution=20)
    model.fit(*questions(6_400, 0), epochs=3, batch_size=64, verbose=0)
    return model


def test_a_gap_is_cut_out_and_becomes_the_answer():
    tokens = np.array([[1, 2, 3, 4, 5], [6, 7, 8, 9, -1]])
    sources, targets = gaps(tokens, [1, 2], [3, 1], gap_token=99)
    np.testing.assert_array_equal(sources, [[1, 99, 5, -1, -1], [6, 7, 99, 9, -1]])
    np.testing.assert_array_equal(targets, [[2, 3, 4, 99], [8, 99, -1, -1]])


def test_gaps_are_drawn_inside_the_texts():
    tokens = np.full((500, 9), -1)
    tokens[:, :6] = 1
    tokens[::2, 6:] = 1
    starts, lengths = draw_gaps(tokens, 4, seed=0)
    ends = np.where(np.arange(500) % 2, 6, 9)
    assert set(lengths) == {1, 2, 3, 4}
    assert starts.min() == 0
    assert ((starts + lengths) <= ends).all()
    assert ((starts + lengths) == ends).any()
    with pytest.raises(ValueError, match="from 1 to 5"):
        draw_gaps(tokens, 6)


def test_it_answers_from_the_right_places(model):
    sources, answers = questions(200, 1)
    written = model.sample(sources, seed=0)
    assert written.shape == (200, 3)
    assert np.mean((written == np.where(answers == 5, -1, answers)).all(axis=1)) > 0.8
    assert np.exp(model.log_prob(sources, answers)).mean() > 0.7


def test_the_probabilities_of_all_answers_add_up_to_one(model):
    ended = [[*row, 5, -1, -1][:3] for length in range(3) for row in itertools.product(range(5), repeat=length)]
    open_ones = [list(row) for row in itertools.product(range(5), repeat=3)]
    answers = np.array(ended + open_ones)
    sources = np.tile([[0, 1, 2, 3]], (len(answers), 1))
    assert np.exp(model.log_prob(sources, answers)).sum() == pytest.approx(1, abs=1e-5)


def test_the_answer_depends_on_all_of_the_source_and_not_on_what_comes_after_it(model):
    sources, answers = questions(1, 2)
    longer = models.EncoderDecoder(5, 6, 3, d_model=8, heads=1)
    padded = np.concatenate([sources, [[-1, -1]]], axis=1)
    np.testing.assert_allclose(longer.log_prob(sources, answers), longer.log_prob(padded, answers), atol=1e-5)
    changed = sources.copy()
    changed[0, 3] = (changed[0, 3] + 1) % 5
    assert abs(model.log_prob(sources, answers)[0] - model.log_prob(changed, answers)[0]) > 0.5


def test_saved_and_loaded_it_answers_the_same(model, tmp_path):
    model.save(tmp_path / "encoder_decoder.keras")
    loaded, (sources, answers) = keras.saving.load_model(tmp_path / "encoder_decoder.keras"), questions(5, 3)
    np.testing.assert_array_equal(loaded.sample(sources, seed=1), model.sample(sources, seed=1))
    np.testing.assert_allclose(loaded.log_prob(sources, answers), model.log_prob(sources, answers), rtol=1e-5)


def test_rows_that_cannot_be_are_refused(model):
    sources, answers = questions(2, 0)
    with pytest.raises(ValueError, match="2 sources and 1 answers"):
        model.log_prob(sources, answers[:1])
    with pytest.raises(ValueError, match="0 to 5"):
        model.sample(np.array([[6]]))
    with pytest.raises(ValueError, match="temperature is 0"):
        model.sample(sources, temperature=0)
