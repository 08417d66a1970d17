import numpy as np
import pytest
import tensorflow as tf

from genai_course.models.beta_autoencoders import BetaAutoencoders, total_correlation


@pytest.fixture(scope="module")
def rows():
    """Rows of eight numbers that follow from two hidden ones, and a little noise.  (512, 8)"""
    random = np.random.default_rng(0)
    return (random.normal(size=(512, 2)) @ random.normal(size=(2, 8)) + 0.05 * random.normal(size=(512, 8))).astype(
        "f4"
    )


@pytest.fixture
def eagerly():
    """Without tracing, which takes longer than the two steps of a small test."""
    tf.config.run_functions_eagerly(True)
    yield
    tf.config.run_functions_eagerly(False)


def errors(stack, rows):
    """Mean squared error of the drawings from the clouds' middles.  -> (models,)"""
    return np.mean((np.asarray(stack.decode(stack.encode(rows)[0])) - rows) ** 2, axis=(1, 2))


def clouds(correlation, n=2_000):
    """Codes, means and log-variances whose codes are two standard normal numbers of this correlation."""
    random = np.random.default_rng(1)
    width = 0.3
    first, second, *noise = random.normal(size=(4, n))
    # The clouds are round, so the means carry the whole correlation of the codes.
    slope = correlation / (1 - width**2)
    mean = np.sqrt(1 - width**2) * np.stack([first, slope * first + np.sqrt(1 - slope**2) * second], axis=1)
    codes = mean + width * np.stack(noise, axis=1)
    return [part.astype("f4") for part in (codes, mean, np.full((n, 2), 2 * np.log(width)))]


@pytest.mark.parametrize("correlation", [0.0, 0.5, 0.8])
def test_total_correlation_of_gaussians_is_the_formula(correlation):
    found = float(total_correlation(*clouds(correlation), n_rows=1))  # the clouds of the batch are all there are
    assert found == pytest.approx(-0.5 * np.log(1 - correlation**2), abs=0.06)


def test_the_number_of_rows_shifts_the_estimate_and_changes_no_gradient():
    few, many = (float(total_correlation(*clouds(0.5, n=50), n_rows=n)) for n in (1, 1_000))
    assert many - few == pytest.approx(np.log(1_000), abs=1e-3)  # one log for each number of the code but one


def test_one_model_alone_and_in_a_stack_learn_the_same(rows, eagerly):
    alone = BetaAutoencoders(8, 3, [4.0], [5], width=16).fit(rows[:128], 1)
    both = BetaAutoencoders(8, 3, [1.0, 4.0], [6, 5], width=16).fit(rows[:128], 1)
    assert np.asarray(both.encode(rows)[0][1]) == pytest.approx(np.asarray(alone.encode(rows)[0][0]), abs=1e-4)


def test_with_beta_one_the_place_makes_no_difference(rows, eagerly):
    here = BetaAutoencoders(8, 3, [1.0], [0], width=16).fit(rows[:128], 1)
    there = BetaAutoencoders(8, 3, [1.0], [0], "total_correlation", width=16).fit(rows[:128], 1)
    assert np.asarray(there.encode(rows)[0]) == pytest.approx(np.asarray(here.encode(rows)[0]), abs=1e-4)


def test_training_lowers_the_error_of_every_model_and_their_seeds_differ(rows):
    stack = BetaAutoencoders(8, 3, [1.0, 1.0], [0, 1], width=32).fit(rows, 20, rate=8e-3)
    assert np.all(errors(stack, rows) < 0.1 * rows.var())
    assert not np.array_equal(stack.encode(rows)[0][0], stack.encode(rows)[0][1])


def test_the_same_seed_gives_the_same_network(rows, eagerly):
    first, second = (BetaAutoencoders(8, 3, [3.0], [2], "total_correlation", width=8).fit(rows, 1) for _ in range(2))
    assert np.array_equal(first.encode(rows)[0], second.encode(rows)[0])


def test_a_large_beta_on_everything_empties_the_code_and_on_the_total_correlation_it_does_not(rows):
    means = {}
    for place in ("kl", "total_correlation"):
        stack = BetaAutoencoders(8, 3, [2_000.0], [0], place, width=32).fit(rows, 20, rate=8e-3)
        means[place] = np.asarray(stack.encode(rows)[0][0])
    assert means["kl"].var(axis=0).max() < 0.01
    assert means["total_correlation"].var(axis=0).max() > 0.1


def test_shapes_and_a_watch_that_sees_every_epoch(rows, eagerly):
    seen = []

    def watch(epochs):
        for epoch in epochs:
            seen.append(epoch)
            yield epoch

    stack = BetaAutoencoders(8, 3, [1.0, 2.0], [0, 0], width=8).fit(rows[:64], 3, watch=watch)
    mean, log_variance = stack.encode(rows[:7])
    assert seen == [0, 1, 2]
    assert mean.shape == log_variance.shape == (2, 7, 3)
    assert stack.decode(mean).shape == (2, 7, 8)
    assert stack.decode(np.zeros((5, 3))).shape == (2, 5, 8)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"latent_dim": 0}, "latent_dim is 0"),
        ({"inputs": 2.5}, "inputs is 2.5"),
        ({"seeds": [0, 1]}, "1 betas and 2 seeds"),
        ({"betas": [], "seeds": []}, "0 betas"),
        ({"betas": [-1.0]}, r"betas are \[-1.0\]"),
        ({"place": "everywhere"}, "place is 'everywhere'"),
        ({"sigma": 0}, "sigma is 0"),
    ],
)
def test_bad_settings_are_named(settings, words):
    with pytest.raises(ValueError, match=words):
        BetaAutoencoders(**{"inputs": 8, "latent_dim": 3, "betas": [1.0], "seeds": [0]} | settings)


def test_too_few_rows_are_named(rows):
    with pytest.raises(ValueError, match="There are 10 rows; a batch needs 64"):
        BetaAutoencoders(8, 3, [1.0], [0], width=8).fit(rows[:10], 1)
