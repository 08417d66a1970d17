import numpy as np
import pytest

from genai_course.evaluation import edge_energy


def row_picture(row):
    """A picture whose rows are all the same.  (width,) -> (1, 4, width, 1)"""
    return np.tile(np.asarray(row, "float32"), (4, 1))[None, :, :, None]


def test_a_ramp_has_its_squared_slope():
    across = row_picture(0.1 * np.arange(6))  # (1, 4, 6, 1)
    assert edge_energy(across) == pytest.approx([0.01])
    assert edge_energy(across.transpose(0, 2, 1, 3)) == pytest.approx([0.01])
    both = 0.1 * np.arange(6)[:, None] + 0.2 * np.arange(5)
    assert edge_energy(both[None, :, :, None]) == pytest.approx([0.01 + 0.04])


@pytest.mark.parametrize("steps", [1, 2, 5])
def test_an_edge_of_k_steps_has_a_kth_of_a_hard_edges_energy(steps):
    row = np.clip((np.arange(9) - 2) / steps, 0, 1)
    assert edge_energy(row_picture(row)) == pytest.approx([1 / steps / 8])


def test_each_picture_has_its_own_and_channels_are_averaged():
    edge, flat = row_picture([0, 0, 1, 1]), row_picture([0.5] * 4)
    np.testing.assert_allclose(edge_energy(np.concatenate([edge, flat])), [1 / 3, 0])
    np.testing.assert_allclose(edge_energy(np.concatenate([edge, flat], axis=3)), [1 / 6])


@pytest.mark.parametrize("shape", [(4, 4), (2, 4, 4), (2, 1, 4, 1)])
def test_other_shapes_are_named(shape):
    with pytest.raises(
        ValueError, match=rf"The pictures have shape \({', '.join(map(str, shape))}\); give \(n, height"
    ):
        edge_energy(np.zeros(shape))
