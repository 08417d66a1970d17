import numpy as np
import pytest
from sklearn.datasets import load_digits

from genai_course import data


def test_shapes_types_and_ranges():
    digits = data.digits()
    assert digits.train.shape == (1_437, 8, 8, 1)
    assert digits.test.shape == (360, 8, 8, 1)
    assert digits.train.dtype == digits.test.dtype == np.float32
    assert digits.train.min() == 0
    assert digits.train.max() == 1
    assert np.array_equal(digits.train * 16, np.round(digits.train * 16))
    assert digits.train_labels.dtype == digits.test_labels.dtype == np.int64
    assert digits.class_names == tuple("0123456789")
    assert digits.train_factors == digits.test_factors == {}


def test_each_real_digit_is_in_one_of_the_two_parts_with_its_label():
    digits = data.digits()
    pictures, labels = load_digits(return_X_y=True)
    both = np.concatenate([digits.train, digits.test]).reshape(-1, 64) * 16
    both_labels = np.concatenate([digits.train_labels, digits.test_labels])
    ours = sorted((*row, label) for row, label in zip(both.tolist(), both_labels.tolist(), strict=True))
    theirs = sorted((*row, label) for row, label in zip(pictures.tolist(), labels.tolist(), strict=True))
    assert ours == theirs


def test_each_digit_has_the_same_share_in_both_parts():
    digits = data.digits(seed=5)
    share = np.bincount(digits.test_labels) / (np.bincount(digits.test_labels) + np.bincount(digits.train_labels))
    assert share == pytest.approx(np.full(10, 0.2), abs=0.005)


def test_the_seed_decides_the_split():
    assert data.digits(1).test.tobytes() == data.digits(1).test.tobytes()
    assert data.digits(1).test.tobytes() != data.digits(2).test.tobytes()


@pytest.mark.parametrize("seed", [-1, 2**32, "a", 1.5])
def test_a_bad_seed_is_answered_in_one_sentence(seed):
    with pytest.raises(ValueError, match="give a whole number from 0 to 4294967295"):
        data.digits(seed)
