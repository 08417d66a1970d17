"""Exercises of 01_data/04_video."""

import numpy as np

from genai_course.exercises.definitions import Experiment, Function, Prediction, Setting, Target, Value


def changed(films, threshold):
    """Pixels that change by more than the threshold.  (clips, frames, height, width) -> (clips, frames - 1, …) booleans"""
    return np.abs(np.diff(films, axis=1)) > threshold


def centre(pictures):
    """Centre of brightness of each picture.  (n, height, width) -> (n, 2): x and y"""
    return _centre(pictures)


def constant_velocity(places, horizon):
    """Places in the frames to come, if the last step repeats.  (n, seen, 2) -> (n, horizon, 2)"""
    return _ahead(places[:, -1], places[:, -1] - places[:, -2], np.arange(1, horizon + 1))


def _centre(pictures, first=0.5):
    """The centre, if the middle of the first pixel lay at ``first``."""
    rows, columns = (np.arange(length) + first for length in pictures.shape[1:])
    brightness = pictures.sum(axis=(1, 2))
    x, y = pictures.sum(axis=1) @ columns / brightness, pictures.sum(axis=2) @ rows / brightness
    return np.stack([x, y], axis=1)


def _ahead(start, step, times):
    return start[:, None] + times[:, None] * step[:, None]


def _brightest(pictures):
    row, column = np.unravel_index(pictures.reshape(len(pictures), -1).argmax(axis=1), pictures.shape[1:])
    return np.stack([column + 0.5, row + 0.5], axis=1)


def _folded(places, low, high):
    """Places between the walls, measured from the lower one."""
    beyond = (places - low) % (2 * (high - low))
    return np.minimum(beyond, 2 * (high - low) - beyond)


def _fold_each_side_once(places, low, high):
    return np.where(places < low, 2 * low - places, np.where(places > high, 2 * high - places, places))


def _fold_once(places, low, high):
    folded = low + np.abs(places - low)
    return high - np.abs(high - folded)


def _fold_high_then_low(places, low, high):
    places = np.where(places > high, 2 * high - places, places)
    return np.where(places < low, 2 * low - places, places)


def _fold_three_times(places, low, high):
    for _ in range(3):
        places = _fold_high_then_low(places, low, high)
    return places


def some_pictures(rng):
    """Uneven pictures, so that the centre lies off the middle; also one picture alone, with a single lit pixel."""
    lit = np.zeros((1, 4, 6))
    lit[0, 2, 0] = 0.25
    return [(0.2 + rng.random((2, 3, 5)) ** 3,), (rng.random((4, 7, 3)) * np.linspace(0, 1, 7)[:, None] ** 2,), (lit,)]


def some_films(rng):
    """In the third many changes are exactly the threshold; then one clip of two frames, and black and white, where none is above 1."""
    return [
        (rng.random((2, 3, 4, 5)), 0.3),
        (rng.random((3, 4, 6, 5)), 0.1),
        (rng.integers(0, 5, (2, 5, 3, 4)) / 4, 0.25),
        (rng.integers(0, 5, (1, 2, 3, 4)) / 64, 0.0),
        (rng.integers(0, 2, (3, 4, 2, 5)) / 1, 1.0),
    ]


def some_flights(rng):
    """Also one clip alone, one frame ahead, and digits that stand still."""
    return [
        (20 * rng.random((2, 3, 2)), 4),
        (20 * rng.random((3, 5, 2)), 2),
        (20 * rng.random((5, 2, 2)), 6),
        (20 * rng.random((1, 4, 2)) - 30, 3),
        (20 * rng.random((4, 3, 2)), 1),
        (np.array([[[6.0, 9.0]] * 3, [[4.0, 4.0], [4.0, 4.0], [4.0, 5.5]]]), 5),
    ]


def some_places(rng):
    """Between the walls, at them, just beyond, and many rooms away; walls on either side of 0, and both below it."""
    return [
        (np.array([[4.0, 8.0, 1.0]]), 2.0, 7.0),
        (rng.uniform(-30, 60, (3, 4, 2)), 9.0, 23.0),
        (rng.uniform(-8, 12, (5, 2)), 1.0, 3.0),
        (np.array([2.0, 5.0, 3.5, 8.0, -1.0]), 2.0, 5.0),
        (rng.uniform(-100, 100, (2, 6)), -2.0, 1.0),
        (np.array([[6.0, -4.0, 6.0], [-1.0, -2.5, -7.0]]), -5.0, -1.0),
    ]


def any_films(draw, st, numbers):
    """Eighths, which are exact: whether a change is the threshold is then no matter of rounding."""
    shape = [draw(st.integers(1, 3)), draw(st.integers(2, 4)), draw(st.integers(1, 4)), draw(st.integers(1, 4))]
    return np.rint(8 * draw(numbers(shape, 0, 1))) / np.float32(8), draw(st.integers(0, 8)) / 8


def any_pictures(draw, st, numbers):
    shape = draw(st.integers(1, 4)), draw(st.integers(1, 6)), draw(st.integers(1, 6))
    pictures = np.rint(16 * draw(numbers(shape, 0, 1))) / np.float32(16)
    pictures[:, draw(st.integers(0, shape[1] - 1)), draw(st.integers(0, shape[2] - 1))] += 0.5  # none is all black
    return (pictures,)


def any_flights(draw, st, numbers):
    return draw(numbers((draw(st.integers(1, 4)), draw(st.integers(2, 5)), 2), 0, 32)), draw(st.integers(1, 8))


def any_places(draw, st, numbers):
    shape = draw(st.sampled_from([(4,), (1, 3, 2), (2, 3)]))
    low = draw(st.integers(-3, 8))
    return np.rint(8 * draw(numbers(shape, -60, 60))) / np.float32(8), float(low), float(low + draw(st.integers(1, 20)))


EXERCISES = [
    Value("frame_rate", reference=(7.2, 24), mistakes={
        (24, 7.2): "Both numbers are right, in the other order: first from one kept frame to the next, then in a second.",
        (7.2, 72): "You multiplied 7.2 by 10, but of the ten frames a second only every third is kept. The digit itself does not move faster for it.",
        (7.2, 8):
            "The second number divides by three. Leaving frames out changes the film, and the digit's speed stays 2.4 pixels ten times a second.",
        (2.4, 24): "The speed is right. From one *kept* frame to the next three steps have passed, each of 2.4 pixels.",
        (0.8, 24): "You divided by three. Between two kept frames more time passes, so the digit gets further: multiply.",
        (0.8, 8): "You divided both by three. Between two kept frames three steps pass: 3 · 2.4 pixels.",
        (7.2, 10 / 3): "The second number is how many frames are kept in a second. Asked for are the pixels that the digit moves in it.",
        (7.2, 2.4): "The second number is the motion in one step of the full clip. A second has ten of them.",
        (9.6, 24): "You counted four steps. From frame 0 to frame 3 there are three: 0 to 1, 1 to 2, 2 to 3.",
    }, hints=(
        "How many of the small steps lie between frame 0 and frame 3? And does the digit know how often it is filmed?",
        "The first number is 3 steps of 2.4 pixels; the second 10 steps of 2.4 pixels, since the digit flies on as before.",
        "`my_motion = (7.2, 24)`",
    ), passed="The motion in a second belongs to the digit, the motion from frame to frame to the camera too. Always say which of the two you mean."),
    Function("changed", reference=changed, cases=some_films, space=any_films, mistakes={
        "return → films[:, 1:] - films[:, :-1] > threshold":
            "You found where it gets brighter. Where the digit was it gets darker, and that is motion too: take the size of the difference.",
        "return → films[:, :-1] - films[:, 1:] > threshold":
            "You found where it gets darker. Where the digit arrives it gets brighter, and that is motion too: take the size of the difference.",
        "axis=1 → axis=0": "You compared neighbouring clips. The axes are (clip, frame, row, column): time is axis 1.",
        "axis=1 → axis=2": "You compared neighbouring rows of each picture, which finds edges. Time is axis 1.",
        "axis=1 → axis=3": "You compared neighbouring columns of each picture, which finds edges. Time is axis 1.",
        "return → np.abs(films - np.roll(films, 1, axis=1)) > threshold":
            "You compared the first frame with the last: a ring. It has none before it, so there is one step fewer than frames.",
        "np.diff(films, axis=1) → films[:, 2:] - films[:, :-2]": "You skipped a frame each time. Compare each frame with the very next one.",
        "np.diff(films, axis=1) → films[:, 1:] - films[:, :1]":
            "You compared every frame with the first. Then a digit that has left its first place seems to move for ever; compare with the frame before.",
        "return → np.abs(films[:, 1:] - films[:, :-1])":
            "Those are the differences themselves. A pixel has changed or not: is the difference larger than `threshold`?",
        "(np.diff(films, axis=1)) > → (films[:, 1:] - films[:, :-1]) <": "You marked what stays the same. Turn the comparison round.",
        "(np.diff(films, axis=1)) > → (films[:, 1:] - films[:, :-1]) >=":
            "You also count a change of exactly the threshold. Asked for is *more*; with a threshold of 0 everything would seem to move.",
        "return → np.abs(films[:, 1:] - films[:, :-1]) > 0.2": "You wrote a number into the function, so `threshold` has no effect.",
        "return → np.square(films[:, 1:] - films[:, :-1]) > threshold":
            "You compared the square of the difference, which is smaller than the difference itself. Use `np.abs`.",
    }, hints=(
        "Lay the clip without its first frame over the clip without its last. What does the difference say?",
        "`films[:, 1:]` are the following frames, `films[:, :-1]` the ones before. Subtract, take `np.abs`, compare with `threshold`.",
        "`return np.abs(films[:, 1:] - films[:, :-1]) > threshold`",
    ), passed="A background cancels however bright it is. What does not cancel is grain, and a camera that shakes: then everything moves.", excused={
        "`films[:, 1:] - films[:, :-1]` → `films[:, :-1] - films[:, 1:]`": "The size of a difference forgets its sign.",
    }),
    Function("centre", reference=centre, cases=some_pictures, space=any_pictures, mistakes={
        "return → …[:, ::-1]":
            "You have y first. Asked for is (x, y): along the columns first, then along the rows. Arrays count the other way round, which is why this happens to everyone.",
        "pictures → pictures, first=0":
            "You are half a pixel off: the middle of the first pixel lies at 0.5, so the places are `np.arange(width) + 0.5`.",
        "(pictures) → (pictures, first=0)[:, ::-1]": "You have y first, and the middle of the first pixel lies at 0.5 rather than 0.",
        "return → np.stack([_centre(pictures)[:, 0], pictures.shape[1] - _centre(pictures)[:, 1]], axis=1)":
            "x is right, and your y grows upwards. Here it counts from the upper edge and grows downwards, like the rows of an array.",
        "pictures → pictures, first=1": "You are half a pixel too far: the middle of the first pixel lies at 0.5, not at 1.",
        "return → … * pictures.sum(axis=(1, 2))[:, None]":
            "You summed the weighted places and did not divide. A brighter picture would lie further to the right: divide by its sum of brightness.",
        "return → … * pictures.mean(axis=(1, 2))[:, None]":
            "You divided by the number of pixels. The weights are the brightnesses, so divide by their sum.",
        _brightest: "That is the brightest pixel. It jumps from stroke to stroke, and knows no place between pixels; average over all of them.",
        "(pictures) → (pictures.sum(axis=0, keepdims=True))[0]":
            "You returned one place for the whole batch. Each picture needs its own: leave the first axis alone.",
        "return → … * (pictures.sum(axis=(1, 2)) / pictures.sum())[:, None]":
            "You divided by the brightness of the whole batch. Each picture is divided by its own: sum over axes 1 and 2 only.",
        "pictures → (pictures > 0) * 1.0":
            "You gave each lit pixel the same weight. The grey ones at the edges tell where between the pixels the digit lies: weight by brightness.",
        "return → ….T": "The numbers are right, with the axes swapped: one row for each picture, (n, 2). `np.stack([x, y], axis=1)` does it.",
    }, hints=(
        "For x the row of a pixel does not matter. So add the rows up first: what is left is one brightness for each column.",
        "`pictures.sum(axis=1)` is the brightness of each column, (n, width); `@ (np.arange(width) + 0.5)` weights it with its place. Divide by `pictures.sum(axis=(1, 2))`.",
        "`x = pictures.sum(axis=1) @ (np.arange(width) + 0.5) / brightness`, the same for y with `axis=2` and `height`, then `np.stack([x, y], axis=1)`.",
    ), passed="A physicist would call it the centre of mass. `scipy.ndimage.center_of_mass` computes it too, counting from the middle of the first pixel."),
    Experiment("threshold", reference={"threshold": 0.2, "error": 0.6, "found": 0.999}, settings=[
        Setting("threshold", "choose a brightness between 0.1, where grain still counts, and 0.5, where the digit no longer does.", lambda threshold: 0.1 < threshold < 0.5),
    ], targets=[
        Target("error", "the place must be off by at most 0.85 pixels on average; below 0.2 no threshold comes.", at_least=0.2, at_most=0.85),
        Target("found", "something must be found in at least 98 % of the steps. A lower threshold finds more.", at_least=0.98, at_most=1),
    ], mistakes=[
        (lambda result: result["threshold"] < 0,
         "A change has a size of 0 or more, so every pixel exceeds a negative threshold and the centre is that of the frame.",
         {"threshold": -0.1, "error": 5.2, "found": 1.0}),
        (lambda result: result["threshold"] >= 1, "Brightness runs from 0 to 1, so nothing changes by more than 1. Choose between 0 and 1.",
         {"threshold": 1.0, "error": 16.0, "found": 0.0}),
        (lambda result: result["error"] > 0.85 and result["threshold"] < 0.2,
         "Too low: grain counts as motion and pulls the centre to the middle of the frame. Raise the threshold.",
         {"threshold": 0.1, "error": 2.95, "found": 1.0}),
        (lambda result: result["error"] > 0.85 or result["found"] < 0.98,
         "Too high: only a few pixels of the digit change that much, and sometimes none. Lower the threshold.", {"threshold": 0.5, "error": 1.7, "found": 0.97}),
    ], hints=(
        "Move the slider: where do the specks disappear while the digit still shows?",
        "The grain has a standard deviation of 0.04 in each frame, so about 0.06 in a difference; a little more than three times that is safe.",
        "Try 0.2.",
    ), passed="About three to five standard deviations of the grain's difference: measure the grain of your camera, and you know where to begin."),
    Function("constant_velocity", reference=constant_velocity, cases=some_flights, space=any_flights, mistakes={
        "(1, horizon + 1) → (horizon)":
            "You are one frame late: your first forecast is the last frame seen. The first frame to come lies one step ahead, so count from 1.",
        "return → _ahead(np.zeros_like(places[:, -1]), places[:, -1] - places[:, -2], np.arange(1, horizon + 1))":
            "Those are the steps alone. They begin at the last place: add it.",
        "[:, -1] - places[:, -2] → [:, -2] - places[:, -1]": "The digit flies backwards: the step is the last place minus the one before.",
        ("[:, -1] - → [:, 1] -", "-2 → 0"): "You measured the first step seen. It may be long ago, with a wall in between: take the last two places.",
        "places[:, -1] - places[:, -2] → (places[:, -1] - places[:, 0]) / (places.shape[1] - 1)":
            "You averaged over all frames seen. That calms grain, and goes wrong after a wall; asked for is the step between the last two.",
        "-2 → 0": "You took the way from the first to the last frame as one step. Use the last two places.",
        "np.arange(1, horizon + 1) → np.ones(horizon)": "You went one step, in every frame. The k-th frame to come lies k steps ahead.",
        "return → np.repeat(places[:, -1:], horizon, axis=1)":
            "The digit stands still. That is the other forecast, copying; add the step, k times for the k-th frame.",
        "return → ….swapaxes(0, 1)": "The numbers are right, with time in front of the clips. Asked for is (n, horizon, 2).",
        "return → places[:, -1] + horizon * (places[:, -1] - places[:, -2])":
            "You returned the last of the frames only. Give a place for each of them: k steps ahead, for k = 1 to horizon.",
    }, hints=(
        "Where is the digit one frame after the last? Two frames after?",
        "The step is `places[:, -1] - places[:, -2]`, (n, 2). The k-th frame lies k steps beyond `places[:, -1]`; line the axes up with `[:, None]`.",
        "`ahead = np.arange(1, horizon + 1)[:, None]`, then `return places[:, -1:] + ahead * step[:, None]`",
    ), passed="Newton's first law, in one line. It has no settings and needs two frames: a model that cannot beat it has learned less than that."),
    Function("reflect", reference="genai_course.data.bouncing_digits:reflect",
        cases=some_places, space=any_places, mistakes={
        np.clip: "The digit sticks to the wall. What lies 2 pixels beyond it belongs 2 pixels before it.",
        "return → low + (places - low) % width":
            "The digit leaves at one wall and comes in at the other. In a mirror every second room is turned round: fold, with a period of *twice* the width.",
        _fold_once:
            "Each wall folds once, and ten frames ahead a place may be so far out that it is still beyond. Fold as often as it takes: a remainder, `%`, does all at once.",
        _fold_each_side_once:
            "Every place is folded once, and ten frames ahead a place may be so far out that it is still beyond. Fold as often as it takes: a remainder, `%`, does all at once.",
        "% (2 * width) → - 2 * width * np.trunc((places - low) / (2 * width))":
            "`np.fmod` and `np.trunc` keep the sign, so places below the lower wall stay below it. `%` gives a remainder of 0 or more.",
        "return → low + np.where(beyond > width, beyond - width, beyond)":
            "Beyond the upper wall you count from the lower one. In a mirror the room is turned round: what lies `beyond` is 2 · width − beyond from the lower wall.",
        _fold_high_then_low:
            "You fold once at the upper wall, then once at the lower. A place many rooms away needs more: a remainder, `%`, does all at once.",
        _fold_three_times:
            "You fold a fixed number of times. A place further out is still beyond: fold as often as it takes, or all at once with a remainder, `%`.",
        "return → high - np.abs(high - places)": "Only the upper wall reflects, and only once. There is one on the other side too.",
        "return → low + np.abs(places - low)": "Only the lower wall reflects, and only once. There is one on the other side too.",
        (lambda places, low, high: _folded(places, low, high)):
            "The folding is right, measured from the wall. Add `low` again, so that it is a place in the frame.",
        (lambda places, low, high: high - _folded(places, low, high)):
            "You measured from the wrong wall, so places already between the walls are mirrored too. They should stay as they are.",
        "return → low + (places - low) % (2 * width)":
            "Every second room is still unfolded: places there are beyond the upper wall. Mirror those: 2 · width − beyond.",
    }, hints=(
        "Draw two mirrors and the rooms that you see in them. Which rooms are turned round, and after how far does the pattern repeat?",
        "It repeats after twice the width. `beyond = (places - low) % (2 * width)` lies in the room itself up to `width`, and in its mirror image after that.",
        "`beyond = (places - low) % (2 * width)`, then `return low + np.minimum(beyond, 2 * width - beyond)`",
    ), passed="One line for any number of bounces: mirrors turn a bounce into straight flight. `data.bounce`, the exact physics of these clips, does it so."),
]

PREDICTIONS = [
    Prediction("share_left", between=(0, 1), close=0.1,
               after="Far more is left than straight flight would leave. A part of the clips makes nearly all of it; you will find out which."),
]
