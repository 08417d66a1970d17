import shutil

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from genai_course import data, evaluation, paths
from genai_course.data.faces import FACE_RANGES
from genai_course.evaluation import face_reader


@pytest.fixture(scope="module")
def faces():
    return data.faces(n_train=1, n_test=500, seed=3)


def worst_error(read, truth):
    """The largest root mean square error of a factor, in its spread."""
    return max(np.sqrt(np.mean((read[name] - truth[name]) ** 2)) / truth[name].std() for name in FACE_RANGES)


def test_every_factor_is_read_from_faces_that_it_has_not_seen(faces):
    read = evaluation.read_faces(faces.test)
    assert list(read) == list(FACE_RANGES)
    assert read["smile"].shape == (500,)
    assert read["smile"].dtype == np.float64
    assert worst_error(read, faces.test_factors) < 0.2


def test_blurred_faces_are_read_too(faces):
    blurred = gaussian_filter(faces.test, (0, 0.7, 0.7, 0), mode="nearest")
    assert worst_error(evaluation.read_faces(blurred), faces.test_factors) < 0.3


def test_half_transparent_glasses_are_read_as_half():
    shares = np.repeat([0.0, 0.5, 1.0], 20)
    skins = np.tile(np.linspace(0, 1, 20), 3)
    read = evaluation.read_faces(data.draw_faces({"glasses": shares, "skin": skins}))["glasses"]
    assert np.abs(read.reshape(3, 20).mean(axis=1) - [0, 0.5, 1]).max() < 0.1


def test_moving_one_factor_moves_its_reading_and_no_other(faces):
    factors = {name: values[:100].copy() for name, values in faces.test_factors.items()}
    factors["smile"] = np.full(100, -0.7)
    before = evaluation.read_faces(data.draw_faces(factors))
    after = evaluation.read_faces(data.draw_faces({**factors, "smile": np.full(100, 0.7)}))
    assert np.mean(after["smile"] - before["smile"]) == pytest.approx(1.4, abs=0.1)
    for name in set(FACE_RANGES) - {"smile"}:
        assert np.mean(np.abs(after[name] - before[name])) < 0.15 * faces.test_factors[name].std()


def test_ghosts_of_two_faces_are_further_from_faces_than_drawn_ones(faces):
    drawn = evaluation.face_error(faces.test[:100])
    ghosts = evaluation.face_error((faces.test[:100] + faces.test[100:200]) / 2)
    noise = evaluation.face_error(np.random.default_rng(0).random((5, 32, 32, 3)))
    assert drawn.shape == (100,)
    assert drawn.mean() < 0.02
    assert ghosts.mean() > 3 * drawn.mean()
    assert noise.min() > 0.2


@pytest.mark.parametrize(
    ("pictures", "words"),
    [
        (np.zeros((3, 32, 32, 1)), r"shape \(3, 32, 32, 1\)"),
        (np.zeros((0, 32, 32, 3)), r"shape \(0, 32, 32, 3\)"),
        (np.zeros((3, 16, 16, 3)), r"shape \(3, 16, 16, 3\)"),
        (np.full((3, 32, 32, 3), 255.0), "from 255 to 255"),
        (np.full((3, 32, 32, 3), np.nan), "none of them NaN"),
    ],
)
def test_bad_pictures_are_named(pictures, words):
    for function in (evaluation.read_faces, evaluation.face_error):
        with pytest.raises(ValueError, match=words):
            function(pictures)


def test_a_damaged_weights_file_is_answered_with_one_sentence(tmp_path, monkeypatch):
    shutil.copytree(paths.course_root() / "datasets", tmp_path / "datasets", ignore=shutil.ignore_patterns("*.png"))
    weights = tmp_path / "datasets" / face_reader.WEIGHTS[32]
    weights.write_bytes(weights.read_bytes()[:-100])
    monkeypatch.setattr("genai_course.data.files.course_root", lambda: tmp_path)
    face_reader.face_reader.cache_clear()
    try:
        with pytest.raises(ValueError, match=r"face_reader\.npz is damaged"):
            evaluation.read_faces(np.zeros((1, 32, 32, 3)))
    finally:
        face_reader.face_reader.cache_clear()
