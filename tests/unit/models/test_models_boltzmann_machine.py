import itertools

import keras
import numpy as np
import pytest
from scipy.special import logsumexp

from genai_course import data, models, session
from genai_course.models.boltzmann_machine import all_states, energy, sample_categorical
from genai_course.models.restricted_boltzmann_machine import correlation_gap, gibbs_step, rbm_optimizer


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    session.setup("smoke", 0)


def random_machine(hidden=3, shape=(2, 3, 1), scale=1.0, **settings):
    """A restricted machine whose weights and biases are all random."""
    machine = models.RestrictedBoltzmannMachine(hidden, shape, **settings)
    random = np.random.default_rng(0)
    for weight in machine.trainable_variables:
        weight.assign(scale * random.standard_normal(weight.shape))
    return machine


def joint_table(machine):
    """Probability of every visible and hidden state, added up the long way.  -> (2**visible, 2**hidden)"""
    weights, visible_biases, hidden_biases = machine.parameters()
    visible, hidden = all_states(len(weights)), all_states(machine.hidden)
    exponents = [
        [v @ weights @ h + v @ visible_biases + h @ hidden_biases for h in hidden.astype(float)]
        for v in visible.astype(float)
    ]
    return np.exp(exponents - logsumexp(exponents))


def every_picture(shape):
    return all_states(int(np.prod(shape))).reshape(-1, *shape)


@pytest.fixture(scope="module")
def binary():
    digits = data.digits()
    return (digits.train > 0.5).astype("float32"), (digits.test > 0.5).astype("float32")


@pytest.fixture(scope="module")
def trained(binary):
    keras.utils.set_random_seed(0)
    machine = models.RestrictedBoltzmannMachine(10, (8, 8, 1)).adapt(binary[0])
    machine.compile(rbm_optimizer(40 * 23), steps_per_execution=16)
    machine.fit(binary[0], batch_size=64, epochs=40, verbose=0)
    return machine


def test_all_states_are_different_and_complete():
    assert {tuple(state) for state in all_states(3)} == set(itertools.product((0, 1), repeat=3))


def test_the_energy_counts_every_pair_once():
    weights = np.array([[0, 1, 2], [1, 0, 4], [2, 4, 0]], "float32")
    states = np.array([[1, 1, 0], [1, 1, 1], [0, 0, 1]], "float32")
    np.testing.assert_allclose(energy(states, weights, np.array([10, 20, 40], "float32")), [-31, -77, -40])


def test_every_likelihood_adds_up_to_one():
    restricted = random_machine()
    assert np.exp(restricted.log_prob(every_picture((2, 3, 1)))).sum() == pytest.approx(1, abs=1e-9)


def test_the_free_energy_sums_the_hidden_units_out():
    machine = random_machine()
    expected = np.log(joint_table(machine).sum(axis=1))
    np.testing.assert_allclose(machine.log_prob(every_picture((2, 3, 1))), expected, atol=1e-6)


def test_a_gibbs_step_leaves_the_distribution_as_it_is():
    machine = random_machine(scale=0.7)
    table = joint_table(machine).sum(axis=1)  # (64,)
    random = np.random.default_rng(1)
    start = all_states(6).astype("float64")[random.choice(64, size=200_000, p=table)]
    after = gibbs_step(start, *machine.parameters(), random)
    shares = np.bincount((after @ 2 ** np.arange(6)).astype(int), minlength=64) / len(after)
    np.testing.assert_allclose(shares, table, atol=0.004)
    assert (after != start).any(axis=1).mean() > 0.5


def test_samples_are_drawn_from_the_distribution_exactly_and_by_gibbs_steps():
    machine = random_machine(scale=0.7)
    table = joint_table(machine).sum(axis=1)
    for steps in (None, 30):
        drawn = machine.sample(50_000, seed=2, steps=steps).reshape(-1, 6)
        shares = np.bincount((drawn @ 2 ** np.arange(6)).astype(int), minlength=64) / len(drawn)
        np.testing.assert_allclose(shares, table, atol=0.008)


def test_a_draw_never_takes_what_is_impossible():
    chosen = sample_categorical(np.log([1e-300, 0.25, 0.75, 1e-300]), 10_000, np.random.default_rng(0))
    assert set(chosen) == {1, 2}
    assert np.mean(chosen == 2) == pytest.approx(0.75, abs=0.02)


def test_the_correlation_gap_is_the_gradient_of_the_exact_likelihood():
    machine = random_machine()
    pictures = every_picture((2, 3, 1))[[3, 17, 40]]
    seen, every = pictures.reshape(3, 6), all_states(6)
    table = joint_table(machine)
    weights = (table.sum(axis=1)[:, None] * len(every)).astype("float32")  # dreams, each as often as it is likely
    hidden = np.asarray(machine.hidden_probability(every))
    gap = np.asarray(correlation_gap(seen, machine.hidden_probability(seen), every * weights, hidden))
    for position in ((0, 0), (4, 2)):
        nudge = np.zeros((6, 3), "float32")
        nudge[position] = 0.01
        values = []
        for sign in (1, -1):
            machine.weights_between.assign_add(sign * nudge)
            values.append(machine.log_prob(pictures).mean())
            machine.weights_between.assign_sub(sign * nudge)
        assert gap[position] == pytest.approx((values[0] - values[1]) / 0.02, abs=1e-3)


def test_training_beats_independent_pixels_on_pictures_never_seen(trained, binary):
    train, test = (pictures.reshape(len(pictures), -1) for pictures in binary)
    on = (train.sum(axis=0) + 1) / (len(train) + 2)
    independent = (test * np.log(on) + (1 - test) * np.log(1 - on)).sum(axis=1).mean()
    assert trained.log_prob(binary[1]).mean() > independent + 3


@pytest.mark.parametrize("settings", [{"persistent": False, "gibbs_steps": 3}, {"persistent": True, "chains": 20}])
def test_each_kind_of_dream_learns(binary, settings):
    keras.utils.set_random_seed(0)
    machine = models.RestrictedBoltzmannMachine(8, (8, 8, 1), **settings).adapt(binary[0])
    machine.compile(rbm_optimizer(10 * 23), steps_per_execution=16)
    machine.fit(binary[0], batch_size=64, epochs=1, verbose=0)
    before = machine.log_prob(binary[1]).mean()
    machine.fit(binary[0], batch_size=64, epochs=9, verbose=0)
    assert machine.log_prob(binary[1]).mean() > before + 0.5
    assert bool(np.any(machine.dreams)) == settings["persistent"]


def test_annealing_agrees_with_the_exact_sum(trained):
    exact = trained.log_partition()
    estimate, error = trained.estimate_log_partition(temperatures=500, chains=100, seed=0)
    assert estimate == pytest.approx(exact, abs=max(4 * error, 0.05))
    assert 0 < error < 0.2

    def mean_distance(temperatures):
        return np.mean([abs(trained.estimate_log_partition(temperatures, 30, seed)[0] - exact) for seed in range(4)])

    assert mean_distance(1) > 2 * mean_distance(200)


def test_a_machine_without_weights_is_annealed_without_error():
    machine = random_machine()
    machine.weights_between.assign(np.zeros((6, 3)))
    machine.hidden_biases.assign(np.zeros(3))
    machine.base_biases.assign(machine.visible_biases)
    estimate, error = machine.estimate_log_partition(temperatures=3, chains=5)
    assert estimate == pytest.approx(machine.log_partition(), abs=1e-9)
    assert error == pytest.approx(0, abs=1e-9)


def test_more_hidden_units_than_can_be_listed_use_the_estimate():
    machine = models.RestrictedBoltzmannMachine(21, (2, 2, 1))
    pictures = every_picture((2, 2, 1))
    with pytest.raises(ValueError, match="hidden is 21, too many .* at most 20: use estimate_log_partition"):
        machine.log_prob(pictures)
    log_partition, _ = machine.estimate_log_partition(temperatures=20, chains=200)
    assert np.exp(machine.log_prob(pictures, log_partition)).sum() == pytest.approx(1, abs=0.02)
    assert machine.sample(3, seed=0, steps=2).shape == (3, 2, 2, 1)


def test_samples_are_binary_and_follow_their_seed(trained):
    for steps in (None, 5):
        samples = trained.sample(6, seed=3, steps=steps)
        assert samples.shape == (6, 8, 8, 1)
        assert samples.dtype == np.float32
        assert set(np.unique(samples)) == {0, 1}
        np.testing.assert_array_equal(samples, trained.sample(6, seed=3, steps=steps))
        assert not np.array_equal(samples, trained.sample(6, seed=4, steps=steps))


def test_features_are_probabilities_of_hidden_units(trained, binary):
    features = np.asarray(trained(binary[1][:7]))
    assert features.shape == (7, 10)
    weights, _, hidden_biases = trained.parameters()
    expected = 1 / (1 + np.exp(-hidden_biases - binary[1][:7].reshape(7, 64) @ weights))
    np.testing.assert_allclose(features, expected, atol=1e-5)


def test_another_process_loads_the_same_machine(trained, binary, in_another_process, tmp_path):
    trained.save(tmp_path / "machine.keras")
    samples, chains, log_prob, partition = in_another_process(drawn_by, tmp_path / "machine.keras", binary[1][:5])
    np.testing.assert_array_equal(samples, trained.sample(9, seed=5))
    np.testing.assert_array_equal(chains, trained.sample(9, seed=5, steps=20))
    np.testing.assert_allclose(log_prob, trained.log_prob(binary[1][:5]), rtol=1e-9)
    np.testing.assert_allclose(partition, trained.estimate_log_partition(20, 5)[0], rtol=1e-9)


def drawn_by(path, pictures):
    machine = keras.saving.load_model(path)
    drawn = [machine.sample(9, seed=5), machine.sample(9, seed=5, steps=20)]
    return *drawn, machine.log_prob(pictures), machine.estimate_log_partition(20, 5)[0]


def test_bad_input_is_named():
    machine = models.RestrictedBoltzmannMachine(2, (2, 2, 1))
    with pytest.raises(ValueError, match=r"pictures contains 0\.5; make every pixel 0 or 1 first"):
        machine.adapt(np.full((3, 2, 2, 1), 0.5))
    with pytest.raises(ValueError, match=r"pictures has shape \(3, 8, 8, 1\); this model needs \(n, 2, 2, 1\)"):
        machine.log_prob(np.zeros((3, 8, 8, 1)))
    with pytest.raises(ValueError, match=r"n is 2\.5; give a whole number, 1 or more"):
        machine.sample(2.5)
    with pytest.raises(ValueError, match="steps is 0; give a whole number, 1 or more"):
        machine.sample(2, steps=0)
    with pytest.raises(ValueError, match="chains is 1; give a whole number, 2 or more"):
        machine.estimate_log_partition(chains=1)


@pytest.mark.parametrize("name", ["hidden", "gibbs_steps", "chains"])
def test_a_size_that_is_none_is_named(name):
    with pytest.raises(ValueError, match=f"{name} is 0; give a whole number, 1 or more"):
        models.RestrictedBoltzmannMachine(**{"hidden": 2, "picture_shape": (2, 2, 1), name: 0})
