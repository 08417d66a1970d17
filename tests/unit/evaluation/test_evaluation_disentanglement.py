import numpy as np
import pytest
from scipy.stats import entropy as scipy_entropy
from sklearn.metrics import mutual_info_score

from genai_course import evaluation
from genai_course.evaluation import disentanglement


@pytest.fixture
def factors():
    """Three independent factors; the last has two values.  (6000, 3)"""
    random = np.random.default_rng(0)
    return np.column_stack([random.uniform(-1, 1, (6_000, 2)), random.integers(2, size=6_000)])


def noise(columns=3, seed=1):
    return np.random.default_rng(seed).normal(size=(6_000, columns))


def test_a_table_is_read_as_scikit_learn_reads_it():
    counts = np.random.default_rng(0).integers(0, 9, (5, 7))
    assert disentanglement.mutual_information_of_table(counts) == pytest.approx(
        mutual_info_score(None, None, contingency=counts)
    )


def test_rows_that_tell_the_column_tell_its_whole_entropy():
    assert disentanglement.mutual_information_of_table(np.diag([1, 2, 5])) == pytest.approx(scipy_entropy([1, 2, 5]))


def test_a_table_without_any_dependence_tells_nothing():
    assert disentanglement.mutual_information_of_table(np.outer([1, 2, 3], [2, 5])) == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("correlation", [0.3, 0.6, 0.9])
def test_gaussians_have_the_information_of_the_formula(correlation):
    first, second = np.random.default_rng(3).normal(size=(2, 20_000))
    second = correlation * first + np.sqrt(1 - correlation**2) * second
    expected = -0.5 * np.log(1 - correlation**2)
    assert evaluation.mutual_information(first, second) == pytest.approx(expected, rel=0.06)


def test_the_correction_takes_away_what_chance_adds():
    first, second = np.random.default_rng(4).normal(size=(2, 20, 2_000))
    plain = np.mean([evaluation.mutual_information(a, b, corrected=False) for a, b in zip(first, second, strict=True)])
    corrected = np.mean([evaluation.mutual_information(a, b) for a, b in zip(first, second, strict=True)])
    assert plain == pytest.approx(19 * 19 / (2 * 2_000), rel=0.1)
    assert corrected < 0.1 * plain


def test_information_is_the_same_either_way_round_and_after_a_bend():
    first, second = np.random.default_rng(5).normal(size=(2, 3_000))
    second += first
    forwards = evaluation.mutual_information(first, second)
    assert evaluation.mutual_information(second, first) == pytest.approx(forwards)
    assert evaluation.mutual_information(np.exp(first), second) == pytest.approx(forwards)


def test_a_parabola_is_seen_though_its_correlation_is_zero():
    first = np.random.default_rng(6).uniform(-1, 1, 5_000)
    assert abs(np.corrcoef(first, first**2)[0, 1]) < 0.05
    assert evaluation.mutual_information(first, first**2) > 1.5


def test_entropy_of_two_values_and_of_full_bins():
    assert disentanglement.entropy(np.repeat([0, 1], 50)) == pytest.approx(np.log(2))
    assert disentanglement.entropy(np.random.default_rng(0).normal(size=2_000), bins=10) == pytest.approx(np.log(10))


def test_the_factors_themselves_have_a_gap_of_one(factors):
    gaps = evaluation.mutual_information_gap(np.column_stack([noise(), -5 * factors]), factors)
    assert gaps.shape == (3,)
    assert gaps == pytest.approx(np.ones(3), abs=0.03)


def test_two_copies_have_none(factors):
    assert evaluation.mutual_information_gap(np.column_stack([factors, factors]), factors).max() < 1e-9


def test_noise_has_none(factors):
    assert evaluation.mutual_information_gap(noise(5), factors).max() < 0.01


def test_a_turn_by_45_degrees_takes_the_gap_of_the_two_factors_that_it_mixes(factors):
    turned = np.column_stack([factors[:, 0] - factors[:, 1], factors[:, 0] + factors[:, 1], factors[:, 2], noise(1)])
    gaps = evaluation.mutual_information_gap(turned, factors)
    assert gaps[:2].max() < 0.05
    assert gaps[2] > 0.95


def test_a_weaker_second_copy_costs_a_part(factors):
    code = np.column_stack([factors, factors + 0.5 * noise()])
    gaps = evaluation.mutual_information_gap(code, factors)
    table = evaluation.information_table(code, factors)
    assert np.all((gaps > 0.1) & (gaps < 0.9))
    assert gaps == pytest.approx(table[:3].diagonal() - table[3:].diagonal())


def test_a_factor_of_two_values_counts_as_much_as_one_of_many(factors):
    table = evaluation.information_table(factors, factors)
    assert table.shape == (3, 3)
    assert table.diagonal() == pytest.approx(np.ones(3), abs=0.03)
    assert np.abs(table - np.diag(table.diagonal())).max() < 0.02


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        ([1, 2, 3], r"shape \(3,\)"),
        ([[1, -2], [3, 4]], "from -2"),
        ([[0, 0], [0, 0]], "add up to 0"),
        ([[np.nan, 1], [1, 1]], "from nan"),
    ],
)
def test_bad_tables_are_named(counts, words):
    with pytest.raises(ValueError, match=words):
        disentanglement.mutual_information_of_table(counts)


@pytest.mark.parametrize(
    ("first", "second", "bins", "words"),
    [
        (np.zeros(5), np.zeros(6), 20, "5 values and second 6"),
        (np.zeros((5, 2)), np.zeros(5), 20, r"first has shape \(5, 2\)"),
        (np.zeros(5), [1], 20, r"second has shape \(1,\)"),
        ([0, np.inf], [0, 1], 20, "not finite"),
        (np.zeros(5), np.zeros(5), 1, "bins is 1"),
        (np.zeros(5), np.zeros(5), 2.5, "bins is 2.5"),
    ],
)
def test_bad_numbers_are_named(first, second, bins, words):
    with pytest.raises(ValueError, match=words):
        evaluation.mutual_information(first, second, bins)


def test_bad_codes_and_factors_are_named(factors):
    with pytest.raises(ValueError, match="one number a row"):
        evaluation.mutual_information_gap(noise(1), factors)
    with pytest.raises(ValueError, match=r"codes has shape \(10, 3\)"):
        evaluation.mutual_information_gap(noise()[:10], factors)
    with pytest.raises(ValueError, match="Factor 1 has one value only"):
        evaluation.information_table(noise(), factors * [1, 0, 1])
