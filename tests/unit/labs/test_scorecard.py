"""Scorecards, with tiny models that were never trained."""

import math

import numpy as np
import pytest

from genai_course import data, session
from genai_course.labs.scorecard import PictureCard, TextCard, as_points, pareto_front, total_points
from genai_course.labs.scorecard.card import count_bytes, in_parts, speed
from genai_course.labs.scorecard.picture_baselines import bits_of, small_digits, spread, to_pictures, train
from genai_course.labs.scorecard.text_card import different, known


@pytest.fixture(scope="module")
def digits():
    session.quietly_import_keras()
    training, labels = small_digits(300, seed=0)
    return training, labels, small_digits(100, seed=1)[0], small_digits(100, seed=2)[0]


@pytest.fixture(scope="module")
def card(digits):
    training, labels, held_out, fresh = digits
    means = np.stack([training[labels == digit].mean(axis=0) for digit in range(10)])
    card = PictureCard(training, held_out, "0123456789", samples=100, resamples=6)
    card.add("real", lambda n, seed: fresh[seed % 5 * n :][:n], kind="real")
    card.add("copier", lambda n, seed: training[np.random.default_rng(seed).integers(300, size=n)], parameters=training)
    card.add(
        "means", lambda n, seed: (means[np.arange(n) % 10], np.arange(n) % 10), parameters=[means], trained_seconds=0.5
    )
    card.add("noise", lambda n: np.random.default_rng(0).random((n, 8, 8, 1)), bits=4.0, kind="cheat")
    return card


def test_each_entry_is_caught_by_its_own_number(card):
    assert card.value("copier", "frechet") < card.value("means", "frechet") < card.value("noise", "frechet")
    assert card.value("copier", "copied") > 0.9 > 0.1 > card.value("real", "copied")
    assert card.value("means", "precision") > 0.9 > 0.7 > card.value("means", "coverage")
    assert card.value("noise", "precision") < 0.1
    assert card.value("means", "recognised") > 0.9


def test_what_is_unknown_stays_empty(card):
    for name, criterion in (
        ("copier", "bits"),
        ("noise", "memory"),
        ("noise", "recognised"),
        ("real", "trained_seconds"),
    ):
        assert math.isnan(card.value(name, criterion))
        assert card.table().query("model == @name and criterion == @criterion").value.isna().all()
    assert card.wide().loc["copier", "bits a pixel"] == ""
    assert card.value("noise", "bits") == 4
    assert card.value("copier", "memory") == pytest.approx(300 * 64 * 4 / 1e6)


def test_the_table_is_tidy_and_intervals_hold_their_value(card):
    table = card.table()
    assert list(table) == ["model", "kind", "criterion", "value", "low", "high", "better"]
    assert len(table) == 4 * 9
    known_ones = table.dropna()
    assert ((known_ones.low <= known_ones.value) & (known_ones.value <= known_ones.high)).all()
    assert set(table.query("criterion == 'frechet'").better) == {"lower"}


def test_the_same_entry_gets_the_same_numbers(card, digits):
    training = digits[0]
    again = PictureCard(training, digits[2], "0123456789", samples=100, resamples=6)
    again.add("copier", lambda n, seed: training[np.random.default_rng(seed).integers(300, size=n)])
    for criterion in ("frechet", "precision", "coverage", "copied"):
        assert again.rows["copier"].numbers[criterion] == card.rows["copier"].numbers[criterion]


def test_a_second_entry_of_a_name_replaces_the_first(card, digits):
    copy = PictureCard(digits[0], digits[2], "0123456789", samples=50, resamples=2)
    copy.add("mine", lambda n: np.zeros((n, 8, 8, 1)))
    copy.add("mine", lambda n: digits[0][:n])
    assert list(copy.rows) == ["mine"]
    assert copy.value("mine", "copied") == 1


def test_weights_change_the_winner(card):
    assert card.ranking({"quality": 1}).index[0] == "copier"
    assert card.ranking({"memorisation": 3, "quality": 1}).index[0] == "means"
    assert "real" not in card.ranking({"quality": 1}).index
    with pytest.raises(ValueError, match="beauty"):
        card.ranking({"beauty": 1})


def test_places_are_shared_out_among_the_resamples(card):
    places = card.place_shares({"quality": 1, "diversity": 1})
    assert np.allclose(places.sum(axis=0), 1)
    assert np.allclose(places.sum(axis=1), 1)
    assert places.loc["noise", 3] == pytest.approx(1)


def test_the_figure_has_a_panel_for_each_number_and_a_sentence(card):
    figure = card.figure("All of them")
    assert len(figure.axes) == len(card.criteria)
    labels = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert labels == ["copier", "means, 0.5 s", "noise"]
    assert "–" in [text.get_text() for text in figure.axes[-1].texts]  # the memory of noise
    assert "precision (share): best" in card.summary()
    assert "worst noise" in card.summary()


@pytest.mark.parametrize(
    ("pictures", "words"),
    [
        (np.zeros((10, 8, 8)), "shape"),
        (np.zeros((10, 9, 9, 1)), r"\(10, 9, 9, 1\)"),
        (np.full((10, 8, 8, 1), 255), "255"),
        (np.full((10, 8, 8, 1), np.nan), "nan"),
        (np.zeros((3, 8, 8, 1)), "3"),
        ((np.zeros((10, 8, 8, 1)), np.full(10, 10)), "labels"),
    ],
)
def test_pictures_that_cannot_be_are_named(digits, pictures, words):
    small = PictureCard(digits[0], digits[2], "0123456789", samples=50, resamples=2)
    with pytest.raises(ValueError, match=words):
        small.add("mine", lambda n, seed: pictures)
    assert not small.rows


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"name": ""}, "name is ''"),
        ({"sample": np.zeros(3)}, "sample is"),
        ({"trained_seconds": -1}, "trained_seconds is -1"),
        ({"bits": math.nan}, "bits is nan"),
        ({"parameters": "much"}, "parameters is 'much'"),
        ({"kind": "friend"}, "kind is 'friend'"),
    ],
)
def test_arguments_are_refused_before_any_picture_is_drawn(digits, options, words):
    small = PictureCard(digits[0], digits[2], "0123456789", samples=50, resamples=2)
    drawn = []
    arguments = {"name": "mine", "sample": lambda n, seed: drawn.append(n)} | options
    with pytest.raises(ValueError, match=words):
        small.add(**arguments)
    assert not drawn


@pytest.mark.parametrize(
    ("options", "words"),
    [({"samples": 40}, "samples is 40"), ({"samples": 51}, "samples is 51"), ({"characters": "0!"}, "0!")],
)
def test_a_card_refuses_what_it_cannot_judge_with(digits, options, words):
    arguments = {"characters": "0123456789", "samples": 50} | options
    with pytest.raises(ValueError, match=words):
        PictureCard(digits[0], digits[2], **arguments)
    with pytest.raises(ValueError, match="50 or more"):
        PictureCard(digits[0], digits[2][:40], "0123456789")


def test_points_keep_proportions_and_what_is_missing():
    values = np.array([1.0, 3.0, np.nan, 2.0])
    np.testing.assert_allclose(as_points(values, higher_is_better=True), [0, 1, np.nan, 0.5])
    np.testing.assert_allclose(as_points(values, higher_is_better=False), [1, 0, np.nan, 0.5])


def test_a_missing_number_takes_no_part_in_the_sum():
    points = np.array([[1.0, 0.0], [0.4, np.nan], [np.nan, np.nan]])
    np.testing.assert_allclose(total_points(points, [1, 3]), [0.25, 0.4, np.nan])
    with pytest.raises(ValueError, match="not all of them 0"):
        total_points(points, [0, 0])


def test_the_front_keeps_equals_and_drops_who_is_beaten():
    points = np.array([[1, 0], [0, 1], [0.5, 0.5], [0.5, 0.5], [0.5, 0.4], [0, 0]])
    assert pareto_front(points).tolist() == [True, True, True, True, False, False]


def test_samples_come_in_five_parts_with_seeds_of_their_own():
    asked = []
    outputs, seconds = in_parts(lambda n, seed: asked.append((n, seed)) or n, 50, 2, lambda output, wanted: output)
    assert asked == [(10, 10), (10, 11), (10, 12), (10, 13), (10, 14)]
    assert outputs == [10] * 5
    assert seconds.shape == (4,)
    assert (seconds > 0).all()
    assert speed([10, 10], np.array([1.0, 4.0])) == (4, 2.5, 10)


def test_memory_counts_weights_arrays_and_lists():
    import keras

    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(5)])
    assert count_bytes([model, np.zeros(10, np.float64), 7]) == 4 * 20 + 80 + 7


def test_noise_and_back_gives_the_same_greys(digits):
    pictures = digits[0][:20]
    assert np.array_equal(to_pictures(spread(pictures, seed=0)), pictures)
    assert bits_of(np.array([-64 * np.log(2)])) == pytest.approx(1)


def test_a_contestant_stops_after_its_steps_and_repeats_itself(digits):
    run = session.setup("smoke", 0)
    first, second = (train("Boltzmann machine", digits[0], digits[1], run, seed=3, steps=3) for _ in range(2))
    assert first.steps == 3
    assert np.array_equal(first.sample(5, 1), second.sample(5, 1))
    assert first.trained_seconds >= 0
    with pytest.raises(ValueError, match="'nobody'"):
        train("nobody", digits[0], digits[1], run)
    with pytest.raises(ValueError, match="steps is 0"):
        train("VAE", digits[0], digits[1], run, steps=0)


@pytest.fixture(scope="module")
def stories():
    return data.stories(30, 12, seed=0)


def test_texts_are_judged_and_a_copier_is_found(stories):
    card = TextCard(stories, resamples=4)
    other = data.stories(1, 20, seed=5).test
    card.add("real", lambda n, seed: list(other[seed % 5 * n :][:n]), log_prob=lambda texts: [-70.0] * len(texts))
    card.add("copier", lambda n, seed: stories.train[:n])
    card.add("mute", lambda n: [""] * n)
    assert card.value("copier", "copied") == 1
    assert card.value("real", "copied") < 0.1
    assert card.value("copier", "contradictions") == 0
    assert math.isnan(card.value("copier", "bits"))
    characters = len(stories.test_text)
    assert card.value("real", "bits") == pytest.approx(70 * 12 / np.log(2) / characters)
    assert card.value("real", "variety") > card.value("copier", "variety")
    assert math.isnan(card.value("mute", "contradictions"))
    assert math.isnan(card.value("mute", "variety"))
    assert len(card.figure("Texts").axes) == 6


@pytest.mark.parametrize(
    ("write", "log_prob", "words"),
    [
        (lambda n: "a story", None, "list of texts"),
        (lambda n: ["a story"], None, "returned 1 texts when asked for 4"),
        (lambda n: ["a"] * n, lambda texts: [0.5] * len(texts), "0 or less"),
        (lambda n: ["a"] * n, lambda texts: [-1.0], r"shape \(1,\)"),
    ],
)
def test_texts_that_cannot_be_are_named(stories, write, log_prob, words):
    with pytest.raises(ValueError, match=words):
        TextCard(stories, resamples=2).add("mine", write, log_prob=log_prob)


def test_runs_and_words_are_counted():
    assert known(np.array([3, 7, 9]), np.array([1, 3, 9])) == 2
    assert different([[("a", "b"), ("b", "c")], [("a", "b")]]) == pytest.approx(2 / 3)
