import subprocess
import sys
import time

import numpy as np
import pytest

from genai_course import data
from genai_course.data.glyphs import CHARACTERS


@pytest.fixture(scope="module")
def glyphs():
    return data.glyphs(n_train=4_000, n_test=1_000)


def centre_of_mass(pictures):
    """Mean column and mean row of the ink, in pixels: two arrays (pictures,)."""
    ink = pictures[..., 0]
    places = np.arange(ink.shape[1])
    total = ink.sum(axis=(1, 2))
    return (ink.sum(axis=1) @ places) / total, (ink.sum(axis=2) @ places) / total


def lean(pictures):
    """Slope of the ink: how many columns to the right it moves for each row up; (pictures,)."""
    ink = pictures[..., 0]
    column, row = np.meshgrid(np.arange(ink.shape[2]), np.arange(ink.shape[1]))
    x, y = centre_of_mass(pictures)
    dx, dy = column - x[:, None, None], y[:, None, None] - row
    return (ink * dx * dy).sum(axis=(1, 2)) / (ink * dy * dy).sum(axis=(1, 2))


def test_shapes_types_and_ranges(glyphs):
    assert glyphs.train.shape == (4_000, 16, 16, 1)
    assert glyphs.test.shape == (1_000, 16, 16, 1)
    assert glyphs.train.dtype == glyphs.test.dtype == np.float32
    assert glyphs.train.min() == 0
    assert glyphs.train.max() == 1
    assert glyphs.train_labels.dtype == glyphs.test_labels.dtype == np.int64
    assert glyphs.class_names == tuple(CHARACTERS)
    assert set(glyphs.train_labels) == set(range(36))
    for name, (low, high) in data.GLYPH_RANGES.items():
        values = glyphs.train_factors[name]
        assert values.shape == (4_000,)
        assert low <= values.min() < low + 0.02 * (high - low)
        assert high - 0.02 * (high - low) < values.max() <= high


def test_every_typeface_and_label_is_named(glyphs):
    assert len(data.typefaces()) == 21
    assert set(glyphs.train_factors["typeface"]) == set(range(21))
    bold = [name for name in data.typefaces() if "Bol" in name or name == "cmb10"]
    named = {data.typefaces()[t] for t in glyphs.train_factors["typeface"][glyphs.train_factors["weight"] == 1]}
    assert named == set(bold)
    assert "".join(glyphs.train_factors["character"]) == "".join(glyphs.class_names[k] for k in glyphs.train_labels)


def octant(factors):
    """Which of the eight combinations of signs each picture has."""
    return 4 * (factors["slant"] > 0) + 2 * (factors["rotation"] > 0) + (factors["bend"] > 0)


def test_test_octants_are_never_trained_on(glyphs):
    for factors, is_test in ((glyphs.train_factors, False), (glyphs.test_factors, True)):
        own = factors["typeface"] % 8
        assert ((octant(factors) == own) == is_test).all()
    trained = set(zip(glyphs.train_factors["typeface"], octant(glyphs.train_factors), strict=True))
    assert len(trained) == 21 * 7


def test_same_seed_same_bytes_in_another_process():
    program = (
        "import hashlib; from genai_course import data; g = data.glyphs(50, 20, seed=3);"
        "print(hashlib.sha256(g.train.tobytes() + g.test.tobytes()).hexdigest())"
    )
    prints = {subprocess.run([sys.executable, "-c", program], capture_output=True, text=True).stdout for _ in range(2)}
    assert len(prints) == 1
    assert len(prints.pop().strip()) == 64


def test_seeds_and_splits_differ():
    first, second = data.glyphs(50, 50, seed=0), data.glyphs(50, 50, seed=1)
    assert not np.array_equal(first.train, second.train)
    assert not np.array_equal(first.train_factors["shift_x"], first.test_factors["shift_x"])


def test_factors_redraw_the_pictures(glyphs):
    assert np.array_equal(data.draw_glyphs(glyphs.test_factors), glyphs.test)


@pytest.mark.parametrize("size", [16, 28])
def test_size_does_not_change_what_is_drawn(size):
    small, large = data.glyphs(300, 1, size=size), data.glyphs(300, 1, size=2 * size)
    reduced = large.train.reshape(300, size, 2, size, 2, 1).mean(axis=(2, 4))
    assert large.train.shape == (300, 2 * size, 2 * size, 1)
    assert np.abs(reduced - small.train).mean() < 0.03


def test_characters_choose_and_order_the_classes():
    few = data.glyphs(200, 10, characters="ba7")
    assert few.class_names == ("b", "a", "7")
    assert set(few.train_factors["character"]) == set("ba7")
    assert np.array_equal(few.train, data.draw_glyphs(few.train_factors))


def test_shift_moves_the_ink():
    shifts = np.array([-1.5, 0.0, 1.5])
    x, y = centre_of_mass(data.draw_glyphs({"character": "S", "shift_x": shifts}))
    assert np.diff(x) == pytest.approx([1.5, 1.5], abs=0.05)
    assert np.ptp(y) < 0.05
    x, y = centre_of_mass(data.draw_glyphs({"character": "S", "shift_y": shifts}, size=32))
    assert np.diff(y) == pytest.approx([3, 3], abs=0.05)
    assert np.ptp(x) < 0.05


def test_slant_leans_to_the_right():
    slants = np.linspace(-0.3, 0.3, 7)
    measured = lean(data.draw_glyphs({"character": "I", "slant": slants}, size=64))
    assert measured == pytest.approx(slants, abs=0.03)


def test_rotation_is_anticlockwise_in_degrees():
    angles = np.array([-12.0, 0.0, 12.0])
    measured = lean(data.draw_glyphs({"character": "I", "rotation": angles}, size=64))
    assert measured == pytest.approx(-np.tan(np.deg2rad(angles)), abs=0.03)


def test_thickness_adds_ink_on_both_sides():
    thickness = np.array([-0.15, 0.0, 0.2, 0.45])
    pictures = data.draw_glyphs({"character": "I", "thickness": thickness}, size=64)
    width = pictures[:, 32, :, 0].sum(axis=1) / 4  # of the stem, in sixteenths of the picture
    assert width - width[1] == pytest.approx(2 * thickness, abs=0.06)


def test_bend_moves_both_ends_to_the_right():
    pictures = data.draw_glyphs({"character": "I", "bend": [0, 1.5]}, size=64)[..., 0]
    columns = (pictures @ np.arange(64)) / np.maximum(pictures.sum(axis=2), 1e-9) / 4
    top, middle, bottom = 13, 32, 50
    expected = 1.5 * (4.625 / 5.25) ** 2  # these rows lie a little within the letter, which is 10.5 high
    bend = columns[1] - columns[0]
    assert bend[top] - bend[middle] == pytest.approx(expected, abs=0.05)
    assert bend[bottom] - bend[middle] == pytest.approx(expected, abs=0.05)


def test_factors_of_the_set_describe_its_pictures(glyphs):
    factors, pictures = glyphs.train_factors, glyphs.train
    x, y = centre_of_mass(pictures)
    ink = pictures.sum(axis=(1, 2, 3))
    assert np.corrcoef(x, factors["shift_x"])[0, 1] > 0.7
    assert np.corrcoef(y, factors["shift_y"])[0, 1] > 0.7
    assert np.corrcoef(ink, factors["thickness"])[0, 1] > 0.3
    assert ink[factors["weight"] == 1].mean() > 1.3 * ink[factors["weight"] == 0].mean()


def test_all_characters_of_all_typefaces_are_different_drawings():
    """A placeholder would look the same for every character."""
    for typeface in range(21):
        drawn = data.draw_glyphs({"character": list(CHARACTERS), "typeface": typeface}, size=32).reshape(36, -1)
        distance = np.sqrt(np.square(drawn[:, None] - drawn).mean(axis=-1)) + np.eye(36)
        assert distance.min() > 0.04, data.typefaces()[typeface]
        assert (drawn.sum(axis=1) > 30).all()


def test_a_simple_reader_recognises_most_of_them(glyphs):
    """Nearest neighbour among 4,000: far above chance (1/36) although the combinations are new."""
    train, test = glyphs.train.reshape(4_000, -1), glyphs.test[:300].reshape(300, -1)
    squares = np.square(train).sum(axis=1) - 2 * test @ train.T
    share = np.mean(glyphs.train_labels[squares.argmin(axis=1)] == glyphs.test_labels[:300])
    assert share > 0.6


def test_twenty_four_thousand_pictures_take_less_than_two_seconds():
    data.typefaces()
    start = time.process_time()
    data.glyphs()
    assert time.process_time() - start < 2


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"n_train": 0}, "n_train is 0"),
        ({"n_test": -3}, "n_test is -3"),
        ({"n_train": 2.5}, "n_train is 2.5"),
        ({"n_train": True}, "n_train is True"),
        ({"size": 15}, "size is 15; give a whole number from 16 to 64"),
        ({"size": 65}, "size is 65"),
        ({"seed": -1}, "seed is -1"),
        ({"characters": ""}, "characters is ''"),
        ({"characters": None}, "characters is None"),
        ({"characters": "AÄ"}, "characters has 'Ä'"),
        ({"characters": "ABA"}, "each character once"),
    ],
)
def test_bad_settings_are_answered_in_one_sentence(settings, words):
    with pytest.raises(ValueError, match=r"^[^\n]+\.$") as error:
        data.glyphs(**settings)
    assert words in str(error.value)


@pytest.mark.parametrize(
    ("factors", "words"),
    [
        ({}, "no character"),
        ({"character": []}, "characters is []"),
        ({"character": "AB"}, "characters has 'AB'"),
        ({"character": "A", "slnt": 1}, "'slnt' is not a factor"),
        ({"character": "A", "slant": "x"}, "slant is 'x'"),
        ({"character": "A", "slant": []}, "slant has shape (0,)"),
        ({"character": "A", "slant": [0, np.nan]}, "not a finite number"),
        ({"character": ["A", "B"], "slant": [0, 0, 0]}, "different lengths"),
        ({"character": "A", "typeface": 21}, "typeface is 21; give a whole number from 0 to 20"),
        ({"character": "A", "typeface": 0.5}, "typeface is 0.5"),
    ],
)
def test_bad_factors_are_answered_in_one_sentence(factors, words):
    with pytest.raises(ValueError, match=r"^[^\n]+\.$") as error:
        data.draw_glyphs(factors)
    assert words in str(error.value)
