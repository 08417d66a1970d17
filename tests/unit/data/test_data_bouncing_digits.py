import time

import numpy as np
import pytest

from genai_course import data
from genai_course.data.bouncing_digits import reflect, walls


@pytest.fixture(scope="module")
def clips():
    return data.bouncing_digits(n_train=60, n_test=100)


def centres(clips):
    """Centre of brightness of each frame, computed from the pixels.  (clips, frames, h, w, 1) -> (clips, frames, 2)"""
    pixels = clips[..., 0].astype(np.float64)
    places = np.arange(pixels.shape[-1]) + 0.5
    ink = pixels.sum(axis=(2, 3))
    return np.stack([pixels.sum(axis=2) @ places / ink, pixels.sum(axis=3) @ places / ink], axis=-1)


def patches(digits):
    return {picture.tobytes() for picture in digits}


def test_shapes_types_and_ranges(clips):
    assert clips.train.shape == (60, 20, 32, 32, 1)
    assert clips.test.shape == (100, 20, 32, 32, 1)
    assert clips.train.dtype == clips.test.dtype == np.float32
    assert clips.test.min() == 0
    assert 0.9 < clips.test.max() <= 1
    assert clips.train_labels.shape == (60, 1)
    assert clips.train_labels.dtype == np.int64
    assert set(clips.test_labels.ravel()) == set(range(10))
    assert clips.test_positions.shape == clips.test_velocities.shape == (100, 20, 1, 2)
    assert clips.test_positions.dtype == clips.test_velocities.dtype == np.float64
    assert clips.walls == (9, 23)
    assert repr(clips) == "Clips(train (60, 20, 32, 32, 1), test (100, 20, 32, 32, 1), walls at 9 and 23)"


def test_the_true_position_is_the_centre_of_brightness_of_the_pixels(clips):
    assert np.abs(centres(clips.test) - clips.test_positions[:, :, 0]).max() < 1e-5
    assert np.abs(centres(clips.train) - clips.train_positions[:, :, 0]).max() < 1e-5


def test_no_ink_is_lost_in_any_frame(clips):
    ink = clips.test.astype(np.float64).sum(axis=(2, 3, 4))  # (clips, frames)
    assert np.abs(ink / ink[:, :1] - 1).max() < 1e-5
    edges = np.concatenate([clips.test[:, :, [0, -1]].ravel(), clips.test[:, :, :, [0, -1]].ravel()])
    assert edges.max() < 0.5  # the largest digits only just reach the edge


def test_no_digit_is_ever_cut_off_at_the_walls():
    digits = data.digits()
    pictures = np.concatenate([digits.train, digits.test])[:, None]  # (1797, 1, 8, 8, 1)
    low, high = walls(32)
    corners = np.array([[low, low], [high, high], [low, high]])[None, :, None]  # (1, 3, 1, 2)
    drawn = data.draw_clips(pictures, np.repeat(corners, len(pictures), axis=0)).astype(np.float64)
    ink = drawn.sum(axis=(2, 3, 4))
    assert np.abs(ink / (1.5**2 * pictures.sum(axis=(1, 2, 3, 4)))[:, None] - 1).max() < 1e-5


def test_motion_is_smooth_between_pixels():
    one = data.digits().train[:1, None]  # (1, 1, 8, 8, 1)
    path = np.stack([np.linspace(14, 18, 401), np.full(401, 16.0)], axis=-1)[None, :, None]  # (1, 401, 1, 2)
    steps = np.abs(np.diff(data.draw_clips(one, path)[0], axis=0))
    assert steps.max() < 0.011  # a hundredth of a pixel changes no pixel by more than about a hundredth
    assert steps.max(axis=(1, 2, 3)).min() > 0.001


def test_speed_never_changes_and_lies_in_its_range():
    fast = data.bouncing_digits(1, 200)
    speed = np.linalg.norm(fast.test_velocities, axis=-1)
    assert np.ptp(speed, axis=1).max() < 1e-12
    assert 1 <= speed.min() < 1.1
    assert 2.9 < speed.max() <= 3
    steps = np.linalg.norm(np.diff(fast.test_positions, axis=1), axis=-1)
    assert (steps <= speed[:, 1:] + 1e-9).all()  # a wall only ever shortens a step


def test_every_direction_is_equally_likely(clips):
    velocity = data.bouncing_digits(1, 1_000, frames=2).test_velocities[:, 0, 0]
    quarter = np.floor(np.arctan2(velocity[:, 1], velocity[:, 0]) / (np.pi / 2)) % 4
    shares = np.bincount(quarter.astype(int), minlength=4) / len(velocity)
    assert shares == pytest.approx([0.25] * 4, abs=0.06)
    low, high = clips.walls
    assert clips.test_positions.min() >= low
    assert clips.test_positions.max() <= high


def test_bounce_agrees_with_a_thousand_small_steps():
    rng = np.random.default_rng(0)
    place, velocity = rng.uniform(9, 23, (50, 2)), rng.uniform(-3, 3, (50, 2))
    now, direction = place.copy(), velocity.copy()
    for _ in range(12_000):
        now = now + direction / 1_000
        direction = np.where((now < 9) & (direction < 0) | (now > 23) & (direction > 0), -direction, direction)
    then, velocities = data.bounce(place, velocity, 12)
    assert np.abs(then - now).max() < 0.02
    assert np.allclose(velocities, direction)


def test_bounce_runs_backwards_and_in_parts():
    rng = np.random.default_rng(1)
    place, velocity = rng.uniform(9, 55, (20, 2)), rng.uniform(-4, 4, (20, 2))
    there = data.bounce(place, velocity, 30.5, size=64)
    back = data.bounce(*there, -30.5, size=64)
    assert np.allclose(back[0], place)
    assert np.allclose(back[1], velocity)
    halfway = data.bounce(*data.bounce(place, velocity, 10, size=64), 20.5, size=64)
    assert np.allclose(halfway, there)


def test_the_clips_follow_the_physics(clips):
    first, velocity = clips.test_positions[:, 0], clips.test_velocities[:, 0]
    for frame in (1, 7, 19):
        place, then = data.bounce(first, velocity, frame)
        assert np.allclose(place, clips.test_positions[:, frame])
        assert np.allclose(then, clips.test_velocities[:, frame])
    turned = (np.diff(clips.test_velocities, axis=1) != 0).any(axis=(2, 3))
    assert 0.1 < turned.mean() < 0.3


def test_reflect_folds_as_often_as_it_takes():
    assert reflect(np.array([2.0, 5, 8, 10, 14, -1, 26]), 4, 8) == pytest.approx([6, 5, 8, 6, 6, 7, 6])


def test_no_training_digit_is_in_a_test_clip_whatever_the_seed():
    digits = data.digits()
    assert not patches(digits.train) & patches(digits.test)
    for seed in (0, 5):
        clips = data.bouncing_digits(30, 30, frames=2, seed=seed)
        made_of = [
            {which_digit(clip, places, digits) for clip, places in zip(part[:, :1], positions[:, :1], strict=True)}
            for part, positions in ((clips.train, clips.train_positions), (clips.test, clips.test_positions))
        ]
        assert made_of == [{"train"}, {"test"}]


def which_digit(clip, places, digits):
    """Draw every digit where the clip's is, and say in which part the one that agrees is."""
    for part in ("train", "test"):
        pictures = getattr(digits, part)[:, None]
        drawn = data.draw_clips(pictures, np.repeat(places[None], len(pictures), axis=0))
        if np.abs(drawn - clip[None]).max(axis=(1, 2, 3, 4)).min() < 1e-6:
            return part
    return None


def test_two_digits_fly_through_each_other_and_the_brighter_one_shows():
    pair = data.bouncing_digits(1, 10, digits=2)
    assert pair.test_labels.shape == (10, 2)
    assert pair.test_positions.shape == (10, 20, 2, 2)
    pictures = data.digits().test[:2][None]  # (1, 2, 8, 8, 1)
    positions = np.array([[[[12.0, 16.0], [17.5, 14.2]]]])  # (1, 1, 2, 2)
    both = data.draw_clips(pictures, positions)
    apart = [data.draw_clips(pictures[:, [i]], positions[:, :, [i]]) for i in (0, 1)]
    assert np.array_equal(both, np.maximum(*apart))


def test_same_seed_same_bytes():
    first, again, other = (data.bouncing_digits(5, 5, seed=seed) for seed in (3, 3, 4))
    assert first.train.tobytes() == again.train.tobytes()
    assert first.test.tobytes() == again.test.tobytes()
    assert first.train_positions.tobytes() == again.train_positions.tobytes()
    assert first.test.tobytes() != other.test.tobytes()
    assert first.train_positions.tobytes() != first.test_positions.tobytes()


def test_other_sizes_and_lengths():
    large = data.bouncing_digits(2, 3, frames=7, size=48)
    assert large.test.shape == (3, 7, 48, 48, 1)
    assert large.walls == (9, 39)
    assert np.abs(centres(large.test) - large.test_positions[:, :, 0]).max() < 1e-5


def test_seven_hundred_clips_take_less_than_five_seconds():
    start = time.process_time()
    data.bouncing_digits()
    assert time.process_time() - start < 5


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"n_train": 0}, "n_train is 0"),
        ({"n_test": 2.5}, "n_test is 2.5"),
        ({"frames": 1}, "frames is 1"),
        ({"digits": 9}, "digits is 9"),
        ({"size": 16}, "size is 16"),
        ({"seed": "a"}, "seed is 'a'"),
    ],
)
def test_bad_settings_are_answered_in_one_sentence(settings, words):
    with pytest.raises(ValueError, match=r"^[^\n]+\.$") as error:
        data.bouncing_digits(**settings)
    assert words in str(error.value)


@pytest.mark.parametrize(
    ("pictures", "positions", "words"),
    [
        (np.ones((2, 8, 8)), np.zeros((2, 3, 1, 2)), "pictures has shape (2, 8, 8)"),
        (np.ones((2, 1, 8, 8, 1)), np.zeros((3, 3, 1, 2)), "positions has shape (3, 3, 1, 2)"),
        (np.ones((2, 1, 8, 8, 1)), np.zeros((2, 3, 2)), "positions has shape (2, 3, 2)"),
        (np.zeros((2, 1, 8, 8, 1)), np.full((2, 3, 1, 2), 16.0), "black"),
    ],
)
def test_bad_pictures_and_positions_are_answered_in_one_sentence(pictures, positions, words):
    with pytest.raises(ValueError, match=r"^[^\n]+\.$") as error:
        data.draw_clips(pictures, positions)
    assert words in str(error.value)
