"""Bad input is answered in one sentence that names it."""

import math
import re

import numpy as np
import pytest

from genai_course.checks import check_above_zero, check_sizes, check_whole_number


@pytest.mark.parametrize("value", [1, 3, np.int64(2)])
def test_a_whole_number_in_its_range_passes(value):
    check_whole_number("n", value, 1, 3)


@pytest.mark.parametrize("value", [0, 4, 2.0, True, "2", None])
def test_anything_else_is_named(value):
    with pytest.raises(ValueError, match=re.escape(f"n is {value!r}; give a whole number from 1 to 3.")):
        check_whole_number("n", value, 1, 3)


def test_without_an_upper_limit_the_sentence_says_so():
    with pytest.raises(ValueError, match="^seed is -1; give a whole number, 0 or more.$"):
        check_whole_number("seed", -1, 0)


def test_of_several_sizes_the_wrong_one_is_named():
    check_sizes(width=1, depth=10**9)
    with pytest.raises(ValueError, match="^depth is 0; give a whole number, 1 or more.$"):
        check_sizes(width=1, depth=0)


@pytest.mark.parametrize("value", [1e-9, 2, np.float32(0.5)])
def test_numbers_above_zero_pass(value):
    check_above_zero("rate", value)


@pytest.mark.parametrize("value", [0, -1.0, math.inf, math.nan, True, "fast"])
def test_others_are_named(value):
    with pytest.raises(ValueError, match=re.escape(f"rate is {value!r}; give a finite number above 0.")):
        check_above_zero("rate", value)
