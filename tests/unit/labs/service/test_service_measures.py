"""Token bucket, percentile, load and drift: each against a count or a closed form."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2

from genai_course.labs import service
from genai_course.labs.service import simulated_users
from genai_course.labs.service.middleware import Bucket


@settings(deadline=None, max_examples=50)
@given(
    st.floats(0.1, 20),
    st.floats(1, 20),
    st.lists(st.floats(0, 3), min_size=2, max_size=60),
)
def test_bucket_keeps_its_promise(rate, burst, gaps):
    now = 0.0
    bucket = Bucket(service.Client("x", rate, burst), service.take_token, clock=lambda: now)
    through = []
    for gap in gaps:
        now += gap
        if bucket.wait() == 0:
            through.append(now)
    for first, start in enumerate(through):
        for last in range(first, len(through)):
            assert last - first + 1 <= burst + rate * (through[last] - start) + 1e-6


def test_bucket_says_how_long_to_wait():
    now = 0.0
    bucket = Bucket(service.Client("x", rate=2, burst=1), service.take_token, clock=lambda: now)
    assert bucket.wait() == 0
    wait = bucket.wait()
    assert wait == pytest.approx(0.5)
    now += wait
    assert bucket.wait() == 0


@settings(deadline=None, max_examples=50)
@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=50), st.integers(1, 100))
def test_percentile_is_the_nearest_rank(values, percent):
    """By counting, which knows no rounding: 0.07 * 100 is a little more than 7 in floating point."""
    expected = min(v for v in values if 100 * sum(w <= v for w in values) >= percent * len(values))
    assert service.percentile(values, percent) == expected


def test_load_is_counted_and_bounded(served):
    load = service.measure_load(served, 3, 30, "fast", lambda number: {"prompt": "One", "words": 3, "seed": number})
    assert load.statuses.tolist() == [200] * 30
    assert load.seconds.min() > 0
    assert load.seconds.sum() <= 3 * load.wall * 1.01
    assert 0 < load.cpu_each < 1
    with pytest.raises(ValueError, match="users is 65"):
        service.measure_load(served, 65, 30, "fast", dict)


def test_stability_of_equal_and_moved_counts():
    assert service.population_stability([50, 50], [500, 500]) == pytest.approx(0, abs=1e-9)
    a, e = 80.5 / 101, 50.5 / 101
    by_hand = (a - e) * np.log(a / e) + (e - a) * np.log((1 - a) / (1 - e))
    assert service.population_stability([50, 50], [80, 20]) == pytest.approx(by_hand)
    assert np.isfinite(service.population_stability([100, 0], [0, 100]))


def test_stability_is_jeffreys_divergence_of_many():
    random = np.random.default_rng(0)
    before, now = random.integers(2_000, 9_000, (2, 6))
    p, q = before / before.sum(), now / now.sum()
    both = np.sum(p * np.log(p / q)) + np.sum(q * np.log(q / p))
    assert service.population_stability(before, now) == pytest.approx(both, rel=2e-3)


def test_bins_of_a_reference_are_equal():
    values = np.random.default_rng(0).normal(size=1_000)
    edges = service.inner_edges(values)
    assert edges.shape == (9,)
    assert service.count_in_bins(values, edges).tolist() == [100] * 10
    days = values.reshape(10, 100)
    assert service.count_in_bins(days, edges).shape == (10, 10)
    assert (service.count_in_bins(days, edges).sum(axis=0) == 100).all()


def test_false_alarms_are_as_rare_as_stated():
    """Thresholds from one reference, judged on fresh days from the true distribution, over several references."""
    random, rates = np.random.default_rng(0), []
    for seed in range(8):
        reference = random.exponential(size=500)
        threshold = np.quantile(service.null_distribution(reference, 50, 2_000, seed), 0.99)
        fresh = random.exponential(size=(1_000, 50))
        edges = service.inner_edges(reference)
        index = service.population_stability(
            service.count_in_bins(reference, edges), service.count_in_bins(fresh, edges)
        )
        rates.append(np.mean(index > threshold))
    assert 0.003 < np.mean(rates) < 0.04


def test_quiet_noise_is_that_of_chi_squared():
    """n · PSI of a quiet day follows chi-squared with bins - 1 degrees of freedom, nearly, for many prompts."""
    values = np.random.default_rng(0).normal(size=2_000)
    noise = 500 * service.null_distribution(values, 500, 3_000, seed=1)
    assert noise.mean() == pytest.approx(9, rel=0.06)
    assert np.quantile(noise, 0.95) == pytest.approx(chi2.ppf(0.95, 9), rel=0.08)
    with pytest.raises(ValueError, match="5 values"):
        service.null_distribution(values[:5], 50, 10)


def test_users_ask_the_same_again_with_the_same_seed():
    stories = ("The old fox went to the market every morning. A goose sat on the wall and sang.",)
    assert (
        simulated_users.story_prompts(stories, 20, 3)
        == simulated_users.story_prompts(stories, 20, 3)
        != simulated_users.story_prompts(stories, 20, 4)
    )
    assert all(any(prompt in story for story in stories) for prompt in simulated_users.story_prompts(stories, 20))
    texts, planted = simulated_users.signed(["One"] * 200, share=0.3, seed=1)
    assert sum(text != "One" for text in texts) == len(planted) > 30
    assert all(secret in "".join(texts) for secret in planted)


def test_thumbs_are_as_stated():
    kinds = ["story"] * 4_000 + ["recipe"] * 4_000
    given_by = simulated_users.thumbs(kinds, share=0.5, seed=2)
    assert np.mean(given_by >= 0) == pytest.approx(0.5, abs=0.03)
    assert np.mean(given_by[:4_000][given_by[:4_000] >= 0]) == pytest.approx(0.8, abs=0.03)
    assert np.mean(given_by[4_000:][given_by[4_000:] >= 0]) == pytest.approx(0.25, abs=0.03)
