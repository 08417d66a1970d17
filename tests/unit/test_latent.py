"""latent: straight paths, arcs, single coordinates, attribute vectors."""

import numpy as np
import pytest

from genai_course import latent


def test_a_path_begins_and_ends_at_its_codes_in_even_steps():
    path = latent.interpolate([0.0, 4.0], [2.0, 0.0], steps=5)
    assert np.allclose(path, [[0, 4], [0.5, 3], [1, 2], [1.5, 1], [2, 0]])


def test_a_traversal_moves_one_coordinate_and_leaves_the_code_alone():
    code = np.array([1.0, 2.0, 3.0])
    assert np.allclose(latent.traverse(code, 1, [-1, 0, 1]), [[1, -1, 3], [1, 0, 3], [1, 1, 3]])
    assert np.allclose(code, [1, 2, 3])


def test_an_arc_keeps_the_length_and_turns_evenly():
    random = np.random.default_rng(0)
    start, end = random.normal(size=(2, 7))
    end *= np.linalg.norm(start) / np.linalg.norm(end)
    path = np.array([latent.slerp(start, end, share) for share in np.linspace(0, 1, 9)])
    assert np.allclose(path[[0, -1]], [start, end])
    assert np.allclose(np.linalg.norm(path, axis=1), np.linalg.norm(start))
    cosines = np.sum(path[1:] * path[:-1], axis=1) / np.sum(start**2)
    assert np.allclose(cosines, cosines[0])


def test_an_arc_between_codes_in_one_direction_is_the_straight_line():
    assert np.allclose(latent.slerp([1.0, 2.0], [3.0, 6.0], 0.25), [1.5, 3.0])
    nearly = [1.0, 1e-9]
    assert np.allclose(latent.slerp([1.0, 0.0], nearly, 0.5), [1.0, 5e-10])


def correlated_sample(n=400):
    """Codes that follow exactly from three factors, of which the first two go together."""
    random = np.random.default_rng(1)
    factors = random.normal(size=(n, 3))
    factors[:, 1] += 2 * factors[:, 0]
    vectors = random.normal(size=(3, 5))
    return factors @ vectors + [1, 2, 3, 4, 5], factors, vectors


def test_attribute_vectors_find_the_true_ones_although_factors_go_together():
    codes, factors, vectors = correlated_sample()
    assert np.allclose(latent.attribute_vectors(codes, factors), vectors)


def test_a_difference_of_means_copies_what_goes_together():
    codes, factors, vectors = correlated_sample()
    naive = latent.mean_difference(codes, factors[:, 0] > 0)
    moved = np.linalg.lstsq(vectors.T, naive, rcond=None)[0]  # naive as a mixture of the true vectors
    assert moved[0] > 1
    assert moved[1] > 2  # the companion moves even further than what was asked for
    assert abs(moved[2]) < 0.3


def test_what_is_left_stands_at_a_right_angle_and_nothing_else_is_lost():
    direction, other = np.random.default_rng(2).normal(size=(2, 6))
    left = latent.without_part(direction, other)
    assert left @ other == pytest.approx(0, abs=1e-12)
    assert np.linalg.matrix_rank([direction - left, other]) == 1
    assert np.allclose(latent.without_part(left, other), left)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: latent.interpolate([0.0], [1.0], 1), "steps is 1; a path needs at least 2 points"),
        (lambda: latent.interpolate([0.0], [1.0, 2.0], 3), r"start has shape \(1,\) and end \(2,\)"),
        (lambda: latent.traverse([0.0], 1, [0.0]), "axis is 1; this code has coordinates 0 to 0"),
        (lambda: latent.slerp([1.0], [1.0, 2.0], 0.5), r"start has shape \(1,\) and end \(2,\)"),
        (lambda: latent.slerp([0.0, 0.0], [1.0, 2.0], 0.5), "length 0"),
        (lambda: latent.slerp([1.0, 2.0], [-2.0, -4.0], 0.5), "opposite directions"),
        (lambda: latent.mean_difference([[1.0], [2.0]], [True]), r"has \(1,\); give \(n, latent_dim\)"),
        (lambda: latent.mean_difference([[1.0], [2.0]], [True, True]), "2 of 2 pictures have the attribute"),
        (lambda: latent.attribute_vectors(np.ones((5, 2)), np.ones(5)), r"factors \(5,\)"),
        (lambda: latent.attribute_vectors(np.ones((5, 2)), np.ones((5, 1))), "cannot be told apart"),
        (lambda: latent.attribute_vectors(np.ones((2, 2)), np.eye(2)), "2 factors of these 2 pictures"),
        (lambda: latent.without_part([1.0], [1.0, 2.0]), r"other \(2,\)"),
        (lambda: latent.without_part([1.0, 2.0], [0.0, 0.0]), "nothing to take out"),
    ],
)
def test_bad_arguments_are_answered_in_one_sentence(call, says):
    with pytest.raises(ValueError, match=says):
        call()
