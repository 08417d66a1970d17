"""latent: straight paths and single coordinates."""

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


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: latent.interpolate([0.0], [1.0], 1), "steps is 1; a path needs at least 2 points"),
        (lambda: latent.interpolate([0.0], [1.0, 2.0], 3), r"start has shape \(1,\) and end \(2,\)"),
        (lambda: latent.traverse([0.0], 1, [0.0]), "axis is 1; this code has coordinates 0 to 0"),
    ],
)
def test_bad_arguments_are_answered_in_one_sentence(call, says):
    with pytest.raises(ValueError, match=says):
        call()
