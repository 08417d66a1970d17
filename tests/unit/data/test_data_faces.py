import time

import numpy as np
import pytest

from genai_course import data

CONTINUOUS = [name for name in data.FACE_RANGES if name not in ("glasses", "hat")]


@pytest.fixture(scope="module")
def faces():
    return data.faces(n_train=1_500, n_test=500)


def test_shapes_types_and_ranges(faces):
    assert faces.train.shape == (1_500, 32, 32, 3)
    assert faces.test.shape == (500, 32, 32, 3)
    assert faces.train.dtype == faces.test.dtype == np.float32
    assert faces.train.min() >= 0
    assert faces.train.max() <= 1
    assert faces.train.flags.c_contiguous
    assert faces.class_names == ("no glasses", "glasses")
    assert faces.train_labels.dtype == np.int64
    assert np.array_equal(faces.train_labels, faces.train_factors["glasses"])
    assert list(faces.train_factors) == list(data.FACE_RANGES)
    for name in CONTINUOUS:
        low, high = data.FACE_RANGES[name]
        values = faces.train_factors[name]
        assert low <= values.min() < low + 0.02 * (high - low)
        assert high - 0.02 * (high - low) < values.max() <= high
    for name in ("glasses", "hat"):
        assert set(faces.train_factors[name]) == {0, 1}


def test_factors_are_independent_without_a_bias(faces):
    correlation = np.corrcoef([*faces.train_factors.values()]) - np.eye(len(data.FACE_RANGES))
    assert np.abs(correlation).max() < 0.1


def test_factors_redraw_the_pictures(faces):
    assert np.array_equal(data.draw_faces(faces.test_factors), faces.test)


def test_same_seed_same_bytes():
    first, again, other = (data.faces(20, 10, seed=seed) for seed in (1, 1, 2))
    assert first.train.tobytes() == again.train.tobytes()
    assert first.test.tobytes() == again.test.tobytes()
    assert first.train.tobytes() != other.train.tobytes()
    assert first.train[:10].tobytes() != first.test.tobytes()


@pytest.mark.parametrize("size", [32, 64])
@pytest.mark.parametrize("name", data.FACE_RANGES)
def test_every_factor_is_visible(name, size):
    """From one end of its range to the other, some pixels change plainly and the picture changes all along the way."""
    pictures = data.draw_faces({name: np.linspace(*data.FACE_RANGES[name], 9)}, size)
    steps = np.abs(np.diff(pictures, axis=0))
    whole = np.abs(pictures[-1] - pictures[0])
    assert (whole.max(axis=-1) > 0.15).sum() >= 6 * (size / 32) ** 2
    assert steps.max(axis=(1, 2, 3)).min() > 0.01


@pytest.mark.parametrize("size", [32, 64])
@pytest.mark.parametrize("name", data.FACE_RANGES)
def test_a_small_change_of_a_factor_is_a_small_change_of_the_picture(name, size):
    low, high = data.FACE_RANGES[name]
    pictures = data.draw_faces({name: np.linspace(low, high, 201 * size // 32)}, size)
    assert np.abs(np.diff(pictures, axis=0)).max() < 0.25


def test_edges_are_smooth_at_64_pixels():
    """A face moved by a quarter of a pixel changes every edge a little: no pixel flips from one colour to another."""
    quarter = 0.125 / 2.2  # of the pose, which moves the features by 2.2 thirty-seconds of the picture
    pictures = data.draw_faces({"pose": np.arange(-1, 1, quarter)}, size=64)
    assert np.abs(np.diff(pictures, axis=0)).max() < 0.5
    assert len(np.unique(pictures[0])) > 2_000  # light and shade, where flat colours have some dozens


def halved(pictures):
    """Pictures of half the size, each pixel the mean of four."""
    n, size = pictures.shape[:2]
    return pictures.reshape(n, size // 2, 2, size // 2, 2, 3).mean(axis=(2, 4))


def test_a_large_face_is_the_small_one_with_light_and_shade(faces):
    factors = {name: values[:60] for name, values in faces.test_factors.items()}
    small, reduced = data.draw_faces(factors), halved(data.draw_faces(factors, 64))
    distances = np.square(reduced[:, None] - small).mean(axis=(2, 3, 4))  # (60, 60)
    assert np.mean(distances.argmin(axis=1) == np.arange(60)) > 0.95
    assert np.abs(reduced - small).mean() < 0.05


def test_light_and_shade_begin_at_48_pixels():
    smaller, larger = data.draw_faces({}, 47), data.draw_faces({}, 48)
    assert len(np.unique(larger.reshape(-1, 3), axis=0)) > 2 * len(np.unique(smaller.reshape(-1, 3), axis=0))
    assert larger.shape == (1, 48, 48, 3)
    assert 0 <= larger.min() < larger.max() <= 1


def test_every_factor_can_be_read_from_64_pixels():
    """By one linear map of the pixels, which is the least that a network can do."""
    faces = data.faces(1_000, 300, size=64)
    train, test = (halved(part).reshape(len(part), -1) for part in (faces.train, faces.test))
    train, test = train - train.mean(axis=0), test - train.mean(axis=0)
    factors = np.stack([*faces.train_factors.values()], axis=1)  # (1000, 8)
    kernel = train @ train.T + 3 * np.eye(1_000)  # ridge regression in its dual form
    read = test @ (train.T @ np.linalg.solve(kernel, factors - factors.mean(axis=0)))  # (300, 8)
    for column, (name, truth) in enumerate(faces.test_factors.items()):
        assert np.corrcoef(read[:, column], truth)[0, 1] > 0.75, name


def mouth_height(pictures, columns):
    """Mean row of the lips in some columns, in pixels: where the green of the skin is missing; (pictures,)."""
    lips = pictures[:, 21, 14, None, None, 1] - pictures[:, 21:26][:, :, columns, 1]
    lips = np.maximum(lips, 0).sum(axis=2)
    return (lips @ np.arange(5)) / lips.sum(axis=1)


def test_a_smile_lifts_the_corners_of_the_mouth():
    pictures = data.draw_faces({"smile": np.linspace(-1, 1, 9), "skin": 0.1, "age_line": 0})
    curve = mouth_height(pictures, [15, 16]) - mouth_height(pictures, [13, 18])  # rows count downwards
    assert (np.diff(curve) > 0).all()
    assert abs(curve[4]) < 0.1


def test_factors_of_the_set_describe_its_pictures(faces):
    pictures, factors = faces.train, faces.train_factors
    neck = pictures[:, 27, 15:17].mean(axis=(1, 2))
    assert np.corrcoef(neck, factors["skin"])[0, 1] < -0.9
    crown = pictures[:, 4, 14:18, 2] - pictures[:, 4, 14:18, 1]  # the hat is purple
    assert ((crown.mean(axis=1) > 0.2) == factors["hat"]).all()
    beside_cheek = np.abs(pictures[:, 23, 6] - pictures[:, 0, 0]).max(axis=-1) > 0.1
    assert (beside_cheek == (factors["hair_length"] > 0.68)).mean() > 0.95
    dark = (pictures[:, 14:19].mean(axis=-1) < 0.35).sum(axis=(1, 2))
    light = factors["skin"] < 0.3
    assert dark[light & (factors["glasses"] == 1)].mean() > 2 * dark[light & (factors["glasses"] == 0)].mean()


def test_pose_moves_the_features():
    pictures = data.draw_faces({"pose": [-1, 0, 1], "skin": 0, "hair_colour": 1, "hair_length": 0}, size=64)
    pupils = np.maximum(0.5 - pictures[:, 31:36].mean(axis=-1), 0).sum(axis=1)  # the only dark things here
    place = (pupils @ np.arange(64)) / pupils.sum(axis=1) / 2
    assert np.diff(place) == pytest.approx([2.8, 2.8], abs=0.4)


def test_a_bias_is_planted_in_training_only():
    biased = data.faces(2_000, 2_000, bias={("hat", "glasses"): 0.9, ("hat", "smile"): 0.2})
    train, test = biased.train_factors, biased.test_factors
    assert np.mean(train["hat"] == train["glasses"]) == pytest.approx(0.9, abs=0.03)
    assert np.mean(train["hat"] == (train["smile"] > 0)) == pytest.approx(0.2, abs=0.03)
    assert np.mean(test["hat"] == test["glasses"]) == pytest.approx(0.5, abs=0.05)
    assert np.mean(train["glasses"]) == pytest.approx(0.5, abs=0.05)
    assert np.array_equal(biased.train_labels, train["glasses"])
    assert train["glasses"].dtype == np.int64
    assert np.array_equal(biased.train[:50], data.draw_faces({name: values[:50] for name, values in train.items()}))


def test_a_bias_of_one_half_is_none():
    even = data.faces(2_000, 1, bias={("skin", "hat"): 0.5}).train_factors
    assert np.mean((even["skin"] > 0.5) == even["hat"]) == pytest.approx(0.5, abs=0.04)


def test_five_thousand_faces_take_less_than_four_seconds():
    start = time.process_time()
    data.faces()
    assert time.process_time() - start < 4


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"n_train": 0}, "n_train is 0"),
        ({"n_test": 1.5}, "n_test is 1.5"),
        ({"size": 8}, "size is 8"),
        ({"seed": "a"}, "seed is 'a'"),
        ({"bias": 0.9}, "bias is 0.9"),
        ({"bias": {"hat": 0.9}}, "bias has the pair 'hat'"),
        ({"bias": {("hat", "glases"): 0.9}}, "bias has the pair ('hat', 'glases')"),
        ({"bias": {("hat", "hat"): 0.9}}, "two different factors"),
        ({"bias": {("hat", "glasses"): 90}}, "is 90; give the share"),
        ({"bias": {("hat", "glasses"): 0.9, ("skin", "hat"): 0.9}}, "names 'hat' second"),
    ],
)
def test_bad_settings_are_answered_in_one_sentence(settings, words):
    with pytest.raises(ValueError, match=r"^[^\n]+\.$") as error:
        data.faces(**settings)
    assert words in str(error.value)


@pytest.mark.parametrize(
    ("factors", "words"),
    [
        ({"smile": 2}, "smile is 2; give numbers from -1 to 1"),
        ({"grin": 1}, "'grin' is not a factor"),
        ({"smile": []}, "smile has shape (0,)"),
        ({"smile": [0, 1], "skin": [0, 1, 1]}, "different lengths"),
    ],
)
def test_bad_factors_are_answered_in_one_sentence(factors, words):
    with pytest.raises(ValueError, match=r"^[^\n]+\.$") as error:
        data.draw_faces(factors)
    assert words in str(error.value)
