import numpy as np
import pytest

from genai_course.evaluation import copied_share, nearest_distances


def distances_after_shift(pictures, training):
    """The same, but each picture may first move by one pixel in any of eight directions, or stay.

    pictures: (n, height, width, channels); what leaves at one side comes back at the other.  Returns (n,).
    """
    moved = [np.roll(pictures, (down, right), axis=(1, 2)) for down in (-1, 0, 1) for right in (-1, 0, 1)]
    return np.min([nearest_distances(each, training) for each in moved], axis=0)


def pictures(n, seed):
    """Pictures of one kind, (n, 3, 3, 1)."""
    return np.random.default_rng(seed).random((n, 3, 3, 1))


def test_copies_are_found_however_few_and_new_pictures_are_let_go():
    training, held_out, new = pictures(400, 0), pictures(1_000, 1), pictures(1_000, 2)
    assert copied_share(training, training, held_out) == 1
    assert copied_share(new, training, held_out) == pytest.approx(0.01, abs=0.01)
    some = np.concatenate([training[:100], new[:900]])
    assert copied_share(some, training, held_out) == pytest.approx(0.109, abs=0.01)


def test_a_little_noise_does_not_hide_a_copy():
    training, held_out = pictures(400, 0), pictures(1_000, 1)
    noise = 0.01 * np.random.default_rng(3).standard_normal(training.shape)
    assert copied_share(training + noise, training, held_out) > 0.95


def test_more_allowed_finds_more():
    training, held_out, new = pictures(400, 0), pictures(1_000, 1), pictures(1_000, 2)
    assert copied_share(new, training, held_out, allowed=0.3) == pytest.approx(0.3, abs=0.05)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((pictures(9, 0), np.zeros((9, 4, 4, 1)), pictures(9, 1)), r"\(3, 3, 1\) and \(4, 4, 1\)"),
        ((pictures(9, 0), pictures(9, 1), pictures(9, 2), 0), "allowed is 0"),
    ],
)
def test_bad_input_is_named(arguments, words):
    with pytest.raises(ValueError, match=words):
        copied_share(*arguments)


def test_a_shift_hides_copies_from_plain_distances_and_not_from_those_after_a_shift():
    random = np.random.default_rng(0)
    training, held_out = random.random((300, 8, 8, 1)), random.random((300, 8, 8, 1))
    shifted = np.roll(training, (1, -1), axis=(1, 2))
    assert copied_share(shifted, training, held_out) < 0.1
    assert copied_share(shifted, training, held_out, distances=distances_after_shift) == 1


def test_distances_after_a_shift_are_the_smallest_of_nine():
    pictures, training = np.zeros((2, 2, 5, 5, 1))
    pictures[0, 2, 2] = pictures[1, 0, 0] = training[:, 3, 1] = 1
    assert distances_after_shift(pictures, training) == pytest.approx([0, np.sqrt(2)], abs=1e-3)
