import shutil

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from genai_course import data, evaluation, paths
from genai_course.data.faces import FACE_RANGES
from genai_course.evaluation import face_reader


@pytest.fixture(scope="module", params=sorted(face_reader.WEIGHTS))
def faces(request):
    return data.faces(n_train=1, n_test=500, size=request.param, seed=3)


def blur(pictures):
    width = 0.7 * pictures.shape[1] / 32
    return gaussian_filter(pictures, (0, width, width, 0), mode="nearest")


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
    assert worst_error(evaluation.read_faces(blur(faces.test)), faces.test_factors) < 0.3


def test_half_transparent_glasses_are_read_as_half():
    shares = np.repeat([0.0, 0.5, 1.0], 20)
    skins = np.tile(np.linspace(0, 1, 20), 3)
    read = evaluation.read_faces(data.draw_faces({"glasses": shares, "skin": skins}))["glasses"]
    assert np.abs(read.reshape(3, 20).mean(axis=1) - [0, 0.5, 1]).max() < 0.1


def test_features_tell_ghosts_from_faces_and_not_one_half_of_the_faces_from_the_other(faces):
    first, others = np.split(faces.test, 2)
    seen = [evaluation.face_features(each) for each in (first, others, (first + others) / 2)]
    assert seen[0].shape == (250, 96)
    halves, changed = (evaluation.frechet_distance(seen[1], each) for each in (seen[0], seen[2]))
    assert changed > 3 * halves
    assert min(evaluation.precision_recall(seen[1], seen[0])) > 0.75


def test_moving_one_factor_moves_its_reading_and_no_other(faces):
    size = faces.test.shape[1]
    factors = {name: values[:100].copy() for name, values in faces.test_factors.items()}
    factors["smile"] = np.full(100, -0.7)
    before = evaluation.read_faces(data.draw_faces(factors, size))
    after = evaluation.read_faces(data.draw_faces({**factors, "smile": np.full(100, 0.7)}, size))
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
        (np.zeros((3, 16, 16, 3)), r"shape \(3, 16, 16, 3\); give \(n, 32, 32, 3\) or \(n, 64, 64, 3\)"),
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
