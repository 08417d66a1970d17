import numpy as np
import pytest

from genai_course.evaluation import bits_per_dimension


def test_a_coin_for_each_pixel_costs_one_bit():
    assert bits_per_dimension(np.full(5, 12 * np.log(0.5)), (3, 4, 1)) == pytest.approx(1)


def test_bits_are_averaged_and_not_probabilities():
    assert bits_per_dimension(np.log([1 / 4, 1 / 16]), (1, 1, 1)) == pytest.approx(3)


def test_what_cannot_be_is_named():
    with pytest.raises(ValueError, match="log_probs is empty"):
        bits_per_dimension([], (8, 8, 1))
    with pytest.raises(ValueError, match=r"picture_shape is \(8, 0, 1\)"):
        bits_per_dimension([-1.0], (8, 0, 1))
