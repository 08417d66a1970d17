import numpy as np
import pytest

from genai_course.evaluation import bootstrap_interval, frechet_distance, precision_recall


@pytest.mark.parametrize("halves", [False, True])
def test_nine_in_ten_intervals_of_a_mean_hold_the_truth(halves):
    random = np.random.default_rng(0)
    held = 0
    for trial in range(300):
        low, high = bootstrap_interval(np.mean, random.exponential(size=100), level=0.9, seed=trial, halves=halves)
        held += low <= 1 <= high
    assert 0.84 < held / 300 < 0.94


def test_the_interval_of_a_mean_is_as_wide_as_the_textbook_says():
    rows = np.random.default_rng(0).standard_normal(400)
    for halves in (False, True):
        low, high = bootstrap_interval(np.mean, rows, resamples=2_000, halves=halves)
        assert high - low == pytest.approx(2 * 1.96 * rows.std() / 20, rel=0.08)
        assert (low + high) / 2 == pytest.approx(rows.mean(), abs=0.01)


def test_repeated_rows_push_distances_off_their_own_value_and_halves_do_not():
    random = np.random.default_rng(0)
    a, b = random.standard_normal((2, 200, 20))
    measured = frechet_distance(a, b)
    low, _ = bootstrap_interval(frechet_distance, a, b, resamples=50)
    assert low > measured
    low, high = bootstrap_interval(frechet_distance, a, b, resamples=50, halves=True)
    assert low < measured < high
    precision = precision_recall(b, a)[0]
    _, high = bootstrap_interval(lambda x, y: precision_recall(y, x)[0], a, b, resamples=50)
    assert high < precision


def test_half_samples_scatter_like_fresh_draws_where_sets_differ():
    random = np.random.default_rng(0)

    def draw():
        return random.standard_normal((300, 5)), 1 + random.standard_normal((300, 5))

    fresh = np.std([frechet_distance(*draw()) for _ in range(300)])
    low, high = bootstrap_interval(frechet_distance, *draw(), halves=True, level=0.6827, resamples=500)
    assert (high - low) / 2 == pytest.approx(fresh, rel=0.25)


def test_several_metrics_share_their_resamples_and_seeds_repeat():
    rows = np.random.default_rng(0).standard_normal((50, 2))

    def both(part):
        return part.mean(axis=0)

    low, high = bootstrap_interval(both, rows, seed=3)
    assert low.shape == high.shape == (2,)
    assert (low < high).all()
    again = bootstrap_interval(both, rows, seed=3)
    assert np.array_equal(low, again[0])
    assert not np.array_equal(low, bootstrap_interval(both, rows, seed=4)[0])


@pytest.mark.parametrize(
    ("sets", "options", "words"),
    [
        ((), {}, r"\[\] rows"),
        ((np.zeros(1),), {}, r"\[1\] rows"),
        ((np.zeros(5),), {"resamples": 1}, "resamples is 1"),
        ((np.zeros(5),), {"level": 95}, "level is 95"),
    ],
)
def test_bad_input_is_named(sets, options, words):
    with pytest.raises(ValueError, match=words):
        bootstrap_interval(np.mean, *sets, **options)
