# %% [markdown]
# # Can you draw the frame that nobody has filmed yet?
#
# A clip is a stack of pictures, and what makes it a clip is what changes from one to the next. You take clips apart, find what moves and how fast, and draw the
# next frames yourself. Two forecasts of a line or two set the mark that any video model must beat.
#
# | | |
# |---|---|
# | **You will** | read a clip as an array and play it · find motion by difference · measure a place and a velocity to a hundredth of a pixel · score two forecasts · repair the better one where it fails |
# | **First** | [Images as numbers](../01_data/01_images.ipynb) |
# | **Time** | {{ reading_minutes }} min of reading, {{ exercise_minutes }} min of exercises, {{ computing_seconds }} s of computing |

# %% [markdown] tags=["instructor"]
# **For teachers, 55 minutes.** Clips and frame rate 10 · motion by difference 12 · place and velocity 8 · two forecasts 10 · the wall and its repair 12 · quiz 3.
#
# Have the room guess where the copied frame's error ends: expect guesses at the error of a black frame. It goes well beyond, since a digit in the wrong place counts twice.
# Ask at the end: *what did our forecast know that a network would have to learn?* (That nothing slows down, where the walls are, that there is one digit.)

# %% tags=["parameters"]
PROFILE = "laptop"  # "smoke" runs in seconds, "gpu" trains for longer
SEED = 0

# %%
from genai_course import (
    check, claim, data, hint, plots, predict, quiz, setup, show_datasheet, widgets,
)

run = setup(PROFILE, SEED)

# %%
import numpy as np
from scipy import ndimage

random_numbers = np.random.default_rng(SEED)
n = run.steps(smoke=12, laptop=200, gpu=1_000)  # clips

# %% [markdown]
# ## A clip is an array with time in front
#
# Our clips show real handwritten digits that fly straight and bounce off the edges. Nobody has to guess what is true in them: the place and the velocity of each
# digit are known in every frame.

# %%
clips = data.bouncing_digits(n_train=1, n_test=n, seed=SEED)  # nothing is trained in this lesson
films = clips.test[..., 0]  # (clips, frames, height, width)
true_places = clips.test_positions[:, :, 0]  # (clips, frames, 2): x and y of the one digit
true_velocities = clips.test_velocities[:, :, 0]  # (clips, frames, 2): pixels a frame
frames = films.shape[1]
print("A clip:", clips.test[0].shape, clips.test.dtype, "=", clips.test[0].size, "numbers")
print(f"One second of colour film in full HD: {25 * 1080 * 1920 * 3:,} numbers")

# %%
plots.play(
    clips.test[:4],
    "Four clips side by side, two seconds each: a white digit flies across a black frame "
    "and bounces off its edges.",
)

# %% [markdown]
# The moving picture plays for half a minute; run the cell again to see it again. The same first clip on paper, every second frame:

# %%
figure = plots.pictures(
    clips.test[0, ::2],  # (10, 32, 32, 1)
    labels=[f"{second:.1f} s" for second in np.arange(0, frames, 2) / 10],
    title="A film strip: time runs to the right",
)
plots.show(figure, "Ten frames of one clip; the digit is a little further in each.")

# %%
show_datasheet("bouncing_digits")

# %% [markdown]
# ## Exercise 1: frame rate
#
# The **frame rate** is the number of pictures a second; these clips are meant to run at 10. A digit moves **2.4** pixels from each frame to the next. To save space you keep only
# every **third** frame, and play them more slowly, so that the clip lasts as long as before.
#
# How many pixels does the digit move from one kept frame to the next, and how many in a second of the clip as it is played now? Give both, as `(a, b)`.
#
# Stuck? Run `hint("video-frame_rate")` in a cell of its own; every exercise has three hints.

# %% tags=["exercise"] id="video-frame_rate" points=1 solution="(7.2, 24)"
my_motion = ...  # (pixels from one kept frame to the next, pixels a second)

# %% tags=["check"]
my_motion = check("video-frame_rate", my_motion)

# %%
plots.play(
    clips.test[:2, ::3],
    "Two of the clips with every third frame kept: just as fast, and visibly jerky.",
    frames_per_second=10 / 3,
)

# %% [markdown]
# ## Exercise 2: motion by difference
#
# Subtract each frame from the one that follows. What stands still cancels, whatever it is. What remains is motion: positive where something bright arrives, negative
# where it was.
#
# Complete `changed`: for each pixel and each pair of neighbouring frames, did it change by more than `threshold`, brighter or darker?

# %% tags=["exercise"] id="video-changed" points=2
def changed(films, threshold):
    """Pixels that change by more than the threshold from a frame to the next.

    (clips, frames, height, width) -> (clips, frames - 1, height, width) booleans
    """
    ### BEGIN SOLUTION
    return np.abs(films[:, 1:] - films[:, :-1]) > threshold
    ### END SOLUTION

# %% tags=["check"]
changed = check("video-changed", changed)

# %%
difference = films[0, 1:] - films[0, :-1]  # (frames - 1, 32, 32), from -1 to 1
rows = [films[0, :10], 0.5 + 0.5 * difference[:10], changed(films[:1], 0.2)[0, :10]]
figure = plots.pictures(
    np.concatenate(rows)[..., None],  # (30, 32, 32, 1)
    row_labels=["frame", "next − this", "changed"],
    title="What moves is what changes",
)
plots.show(
    figure,
    "Three rows: ten frames; their differences, grey where nothing changes, white where the digit "
    "arrives, black where it was; the pixels that changed, both of these in white.",
)

# %% [markdown]
# ## Exercise 3: where is it?
#
# The **centre of brightness** is the average place of all pixels, each weighted by its brightness p:
#
# $$\bar x = \frac{\sum p \, x}{\sum p}, \qquad \bar y = \frac{\sum p \, y}{\sum p} .$$
#
# Places count in pixels from the upper left corner of the frame, so the middle of the first pixel lies at 0.5, of the next at 1.5, and y grows downwards. No picture is all black.

# %% tags=["exercise"] id="video-centre" points=2
def centre(pictures):
    """Centre of brightness of each picture.  (n, height, width) -> (n, 2): x and y"""
    ### BEGIN SOLUTION
    n, height, width = pictures.shape
    brightness = pictures.sum(axis=(1, 2))  # (n,)
    x = pictures.sum(axis=1) @ (np.arange(width) + 0.5) / brightness
    y = pictures.sum(axis=2) @ (np.arange(height) + 0.5) / brightness
    return np.stack([x, y], axis=1)
    ### END SOLUTION

# %% tags=["check"]
centre = check("video-centre", centre)

# %%
def find(films):
    """The centre of brightness in every frame.  (clips, frames, 32, 32) -> (clips, frames, 2)"""
    pictures = films.reshape(-1, 32, 32).astype(np.float64)
    return centre(pictures).reshape(*films.shape[:2], 2)

def distance(places, others):
    """Pixels between places, on average."""
    return float(np.linalg.norm(places - others, axis=-1).mean())

places = find(films)  # (clips, frames, 2)

# %% tags=["nbval-ignore-output"]
print("Clip 0, frame 0: found", places[0, 0].round(3), "truth", true_places[0, 0].round(3))
print(f"Over all clips and frames the centre is off by {distance(places, true_places):.1e} pixels.")

# %%
claim(
    "In clean clips the centre of brightness finds the digit to a hundredth of a pixel",
    distance(places, true_places) < 0.01,
)

# %% [markdown]
# A frame has only 32 pixels along a side, and yet a place in it is known to a small fraction of one: grey edges tell how far the digit reaches into each pixel. That works because these clips are drawn
# without jumps between pixels. It is also easy to fool. Put something into the background, and some grain, as in a dark room:

# %%
blocks = random_numbers.random((8, 8)).repeat(4, axis=0).repeat(4, axis=1)  # (32, 32)
grain = random_numbers.normal(0, 0.04, films.shape)
cluttered = np.clip(np.maximum(films, 0.5 * blocks) + grain, 0, 1)

plots.play(
    cluttered[:1, ..., None],
    "The first clip again, before a wall of grey blocks that stands still, with grain: "
    "the eye still finds the digit at once.",
)

# %% [markdown]
# ## Explore: how much change is motion?
#
# The blocks are bright too, but they do not move. So look for the centre of what *changed*: it lies about halfway between the digit's two places. Too low a threshold calls grain motion,
# too high a one misses the digit. The title says how far off you are, in pixels, on average over all clips.

# %%
halfway = (true_places[:, 1:] + true_places[:, :-1]) / 2  # (clips, frames - 1, 2)

def judge(threshold):
    """How well motion by difference finds the digit in the cluttered clips."""
    moved = changed(cluttered, threshold)  # (clips, frames - 1, 32, 32)
    seen = moved.any(axis=(2, 3))  # (clips, frames - 1): did anything change at all?
    if not seen.any():
        return {"threshold": threshold, "error": 16.0, "found": 0.0}
    found = centre(moved[seen].astype(np.float64))  # (seen, 2)
    error = distance(found, halfway[seen])
    return {"threshold": threshold, "error": error, "found": float(seen.mean())}

# %%
def draw_motion(threshold):
    result = judge(threshold)
    masks = changed(cluttered[:1], threshold)[0, :8]
    off = f"Off by {result['error']:.2f} pixels"
    title = f"{off}; something found in {result['found']:.1%} of the steps"
    return plots.pictures(
        np.concatenate([cluttered[0, :8], masks])[..., None],
        columns=8, scale=0.75, row_labels=["film", "changed"], title=title,
    )

widgets.explore(
    draw_motion,
    "Eight frames of a digit before grey blocks, and below them the pixels that changed: "
    "specks of grain everywhere, and the digit among them.",
    threshold=(0.02, 0.8, 0.01, 0.1),
)

# %% [markdown]
# ## Exercise 4: set the threshold
#
# Choose a threshold with which the place is off by at most **0.85** pixels on average, and something is found in at least **98 %** of the steps.

# %% tags=["exercise"] id="video-threshold" points=1 solution="0.2"
my_threshold = ...  # a brightness between 0 and 1

# %% tags=["check"]
attempt = {"threshold": ...} if my_threshold is ... else judge(my_threshold)
my_result = check("video-threshold", attempt)

# %% tags=["nbval-ignore-output"]
by_difference = judge(my_result["threshold"])
by_brightness = distance(find(cluttered), true_places)
print(f"Centre of brightness: off by {by_brightness:.2f} pixels.")
print(f"Centre of what changed: off by {by_difference['error']:.2f} pixels.")

# %%
claim(
    "Before a background, motion by difference finds the digit at least four times more closely",
    by_brightness > 4 * by_difference["error"],
)

# %% [markdown]
# ## Velocity is a difference of places
#
# From here on the film is clean again. A step from one frame to the next, in pixels, *is* the velocity in pixels a frame, as long as the digit flies straight in between. How often may you leave frames out
# before that goes wrong?

# %%
def measured_speed(keep):
    """Speed in pixels a second, from every keep-th frame, on average over all steps."""
    steps = np.diff(places[:, ::keep], axis=1)  # (clips, kept - 1, 2)
    return float(np.linalg.norm(steps, axis=-1).mean()) * 10 / keep

true_speed = float(np.linalg.norm(true_velocities, axis=-1).mean()) * 10
kept = [1, 2, 3, 4, 6, 8]
speeds = [measured_speed(keep) for keep in kept]

# %% tags=["nbval-ignore-output"]
figure = plots.lines(
    {"measured": speeds, "truth": [true_speed] * len(kept)},
    x=[round(10 / keep, 2) for keep in kept],
    title="A slow camera believes in slow digits",
    x_label="frames a second", y_label="speed in pixels a second",
)
figure.axes[0].set_ylim(bottom=0)
plots.show(
    figure,
    "The measured speed is near the truth at ten frames a second and falls to about a half "
    "at the lowest frame rate.",
)

# %%
claim("At 10 frames a second the measured speed is within 15 % of the truth",
      0.85 * true_speed < speeds[0] < true_speed)
claim("With every sixth frame it is less than 70 % of the truth", speeds[4] < 0.7 * true_speed)

# %% [markdown]
# Between two frames the digit can reach a wall and come back, and the difference sees only where it ended. This is **aliasing in time**: wheels that seem to turn backwards in films come from it. More pixels do
# not help, more frames do.

# %% [markdown]
# ## Two forecasts
#
# You see the first four frames of a clip and draw the next ten. Two rules that need no training:
#
# - **Copy the last frame.** The mark that a model of anything slow must beat.
# - **Constant velocity.** Measure the last step, and let it go on.
#
# The score is the mean squared error of the pixels, divided by that of a black frame: 0 is perfect, 1 is as far off as drawing nothing.
#
# ## Predict
# Of the error that copying makes in the very next frame, what share is left with constant velocity?

# %% tags=["exercise"] solution="0.1"
my_guess = ...  # a share between 0 and 1

# %% tags=["check"]
predict("video-share_left", my_guess)

# %% [markdown]
# ## Exercise 5: constant velocity
#
# Complete `constant_velocity`: from the places in the frames seen, oldest first, the places in the next `horizon` frames, if the step between the last two repeats for ever.

# %% tags=["exercise"] id="video-constant_velocity" points=2
def constant_velocity(places, horizon):
    """Places in the frames to come.  (n, seen, 2) -> (n, horizon, 2)"""
    ### BEGIN SOLUTION
    step = places[:, -1] - places[:, -2]  # (n, 2)
    ahead = np.arange(1, horizon + 1)[:, None]  # (horizon, 1)
    return places[:, -1:] + ahead * step[:, None]
    ### END SOLUTION

# %% tags=["check"]
constant_velocity = check("video-constant_velocity", constant_velocity)

# %%
SEEN, HORIZON = 4, 10
last_frames, last_places = films[:, SEEN - 1], places[:, SEEN - 1]
future = films[:, SEEN : SEEN + HORIZON]  # (clips, horizon, 32, 32)

def draw_at(frame, place, new_places):
    """A frame, its digit moved to each new place.  (32, 32), (2,), (h, 2) -> (h, 32, 32)"""
    steps = (new_places - place)[:, ::-1]  # rows first, as in an array
    return np.stack([ndimage.shift(frame, step, order=1) for step in steps])

def draw_all(new_places):
    """(clips, horizon, 2) -> (clips, horizon, 32, 32)"""
    clips_seen = zip(last_frames, last_places, new_places, strict=True)
    return np.stack([draw_at(*each) for each in clips_seen])

def score(drawn):
    """Error of each frame ahead; a black frame's is 1.  (clips, horizon, 32, 32) -> (horizon,)"""
    return np.mean((drawn - future) ** 2, axis=(0, 2, 3)) / np.mean(future**2, axis=(0, 2, 3))

# %%
copied = np.repeat(last_frames[:, None], HORIZON, axis=1)  # (clips, horizon, 32, 32)
straight = constant_velocity(places[:, :SEEN], HORIZON)  # (clips, horizon, 2)
drawn = {"copy the last frame": copied, "constant velocity": draw_all(straight)}
scores = {name: score(film) for name, film in drawn.items()}

# %% tags=["nbval-ignore-output"]
for name, errors in scores.items():
    print(f"{name:20}", errors.round(2))
share_left = scores["constant velocity"][0] / scores["copy the last frame"][0]
predict("video-share_left", outcome=share_left)

# %% tags=["nbval-ignore-output"]
ahead = list(range(1, HORIZON + 1))
black = {"a black frame": np.ones(HORIZON)}
figure = plots.lines(
    scores | black, x=ahead,
    title="Both forecasts end up worse than drawing nothing",
    x_label="frames ahead", y_label="error (a black frame: 1)",
)
plots.show(
    figure,
    "Copying starts high and passes the black frame's error at two frames ahead; "
    "constant velocity starts low and passes it at about four.",
)

# %%
claim("For the next frame constant velocity leaves at most half of copying's error",
      share_left <= 0.5)
claim("Three frames ahead, copying is worse than drawing nothing",
      scores["copy the last frame"][2] > 1.1)
claim("Six frames ahead, so is constant velocity", scores["constant velocity"][5] > 1.1)

# %% [markdown]
# A digit in the wrong place counts twice: once where it is missing, once where it should not be. So a forecast that is sure and wrong does worse than one that draws nothing. Remember that when a trained network answers
# with a grey blur: the blur is its way of not being sure.
#
# ## Break it: the wall
#
# Straight flight is right until it is not. Sort the clips by what happens around the last frame seen, and score the very next frame.

# %%
turns = (np.diff(true_velocities, axis=1) != 0).any(axis=-1)  # (clips, frames - 1): a wall between?
wall_before, wall_next = turns[:, SEEN - 2], turns[:, SEEN - 1]
groups = {
    "no wall": ~wall_before & ~wall_next,
    "wall in the step measured": wall_before,
    "wall in the step to come": wall_next & ~wall_before,
}

def next_error(film, group):
    """Error of the next frame over some of the clips; 1 is that of a black frame."""
    error = np.mean((film[group, 0] - future[group, 0]) ** 2)
    return float(error / np.mean(future[group, 0] ** 2))

# %% tags=["nbval-ignore-output"]
rules = {"copied": "copy the last frame", "constant": "constant velocity"}
by_group = {
    f"{short}, {name}": next_error(drawn[rule], group)
    for short, rule in rules.items() for name, group in groups.items()
}
figure = plots.bars(
    by_group, title="Constant velocity fails at the wall",
    x_label="error of the next frame (a black frame: 1)",
    highlight=[name for name in by_group if "constant" in name],
)
plots.show(
    figure,
    "Six bars: copying is about equally poor in all groups; constant velocity is nearly perfect "
    "without a wall and poor with one.",
)

# %%
fails = min(next_error(drawn["constant velocity"], group) for group in list(groups.values())[1:])
works = next_error(drawn["constant velocity"], groups["no wall"])
claim("Without a wall the error is below 0.03", works < 0.03)
claim("With a wall it is at least ten times as large", fails >= 10 * works)

# %% [markdown]
# ## Exercise 6: the repair
#
# A digit that bounces is a digit that flies straight on, seen in a mirror. So let it fly straight, and fold the places back: what lies 2 pixels beyond a wall lies 2 pixels
# before it. Ten frames ahead it can be beyond the *other* wall's mirror image too, so fold as often as it takes.
#
# Here is the version that breaks; it lets the digit stick to the wall.
#
# ```python
# def reflect(places, low, high):
#     return np.clip(places, low, high)
# ```

# %% tags=["exercise"] id="video-reflect" points=2
def reflect(places, low, high):
    """Places folded back between two walls.  Any shape -> the same shape"""
    ### BEGIN SOLUTION
    width = high - low
    beyond = (places - low) % (2 * width)  # 0 to width: as it is; width to 2 width: in the mirror
    return low + np.minimum(beyond, 2 * width - beyond)
    ### END SOLUTION

# %% tags=["check"]
reflect = check("video-reflect", reflect)

# %%
low, high = clips.walls  # where a digit's centre turns round
drawn["with reflection"] = draw_all(reflect(straight, low, high))
scores["with reflection"] = score(drawn["with reflection"])

# %% [markdown]
# That mends the wall ahead. The wall *behind*, in the last step measured, still spoils the velocity: the step came out too short, and perhaps in the wrong direction. One more fact helps: nothing here ever slows down, so
# **a wall only ever shortens a step**. The longest step seen tells the speed along x and y. If the last one is shorter, the digit has bounced, and flies away from the nearer wall.

# %%
def steady_velocity(places, jitter=0.01):
    """Velocity in the last frame, if the speed never changes.  (n, seen, 2) -> (n, 2)"""
    steps = np.diff(places, axis=1)  # (n, seen - 1, 2)
    speed = np.abs(steps).max(axis=1)  # (n, 2): a wall only ever shortens a step
    last = steps[:, -1]
    shortened = np.abs(last) < speed - jitter  # pixels a frame
    away = np.sign((low + high) / 2 - places[:, -1])  # from the nearer wall
    return speed * np.where(shortened, away, np.sign(last))

def forecast(places, horizon, jitter=0.01):
    """Steady flight with reflection.  (n, seen, 2) -> (n, horizon, 2)"""
    velocity = steady_velocity(places, jitter)
    pretended = np.stack([places[:, -1] - velocity, places[:, -1]], axis=1)  # (n, 2, 2)
    return reflect(constant_velocity(pretended, horizon), low, high)

# %%
bounced = forecast(places[:, :SEEN], HORIZON)  # (clips, horizon, 2)
drawn["reflection and steady speed"] = draw_all(bounced)
scores["reflection and steady speed"] = score(drawn["reflection and steady speed"])

# %% tags=["nbval-ignore-output"]
figure = plots.lines(
    scores, x=ahead, title="Two facts about the world repair the forecast",
    x_label="frames ahead", y_label="error (a black frame: 1)",
)
figure.axes[0].set_ylim(-0.1, 2.6)
figure.axes[0].legend(loc="upper left", ncols=2)
plots.show(
    figure,
    "Four curves: copying and constant velocity rise above one; with reflection the error stays "
    "near 0.2; with reflection and steady speed it lies at 0.01 in all ten frames.",
)
print("Ten frames ahead the place is off by",
      f"{distance(bounced[:, -1], true_places[:, SEEN + HORIZON - 1]):.1e} pixels.")

# %%
repaired = scores["reflection and steady speed"]
claim("The repaired forecast's error stays below 0.03 for ten frames", repaired.max() < 0.03)
claim("Reflection alone leaves at least five times as much, ten frames ahead",
      scores["with reflection"][-1] > 5 * repaired[-1])

# %% [markdown]
# The place is right to a tiny fraction of a pixel; the hundredth that is left comes from the drawing, since moving a picture by half a pixel blurs it.
#
# ## How much must a forecast have seen?
#
# Two frames tell a place and a velocity. How good does it get with more?

# %%
def error_with(seen):
    """Pixels off, ten frames ahead, if the forecast sees that many frames up to the tenth."""
    found = forecast(places[:, 10 - seen : 10], HORIZON)[:, -1]
    return distance(found, true_places[:, 9 + HORIZON])

memory = {f"{seen} frames": error_with(seen) for seen in (2, 3, 4, 8)}

# %% tags=["nbval-ignore-output"]
figure = plots.bars(memory, title="The third frame tells what two cannot",
                    x_label="pixels off, ten frames ahead")
plots.show(figure,
           "Four bars: off by a good part of a pixel after two frames, "
           "by nothing that could be seen after three or more.")

# %%
claim("After two frames the place is off by more than a quarter of a pixel, after three by less "
      "than a hundredth", memory["2 frames"] > 0.25 and memory["3 frames"] < 0.01)

# %% [markdown]
# With two frames there is nothing to compare a shortened step with. Video models have the same question under the name of *context length*.
#
# ## Explore: scrub through the future
#
# Choose a clip and a number of frames ahead. Look for one with a wall close by.

# %%
def draw_future(clip, frames_ahead):
    truth = future[clip, frames_ahead - 1]
    shown = [truth, *(film[clip, frames_ahead - 1] for film in drawn.values())]
    errors = [np.mean((frame - truth) ** 2) / np.mean(truth**2) for frame in shown]
    words = ["truth", "copied", "constant velocity", "with reflection", "and steady speed"]
    labels = [f"{word}\n{error:.2f}" for word, error in zip(words, errors, strict=True)]
    return plots.pictures(
        np.stack(shown)[..., None], columns=5, scale=1.3, labels=labels,
        title=f"{frames_ahead} frames ahead, with each one's error\n",
    )

chosen = int(wall_before.argmax())  # the first clip with a wall in the step measured
widgets.explore(
    draw_future,
    "Five frames side by side: the truth and four forecasts of it, each with its error.",
    clip=(0, n - 1, 1, chosen),
    frames_ahead=(1, HORIZON, 1, 5),
)

# %%
side_by_side = np.stack([future[chosen], *(film[chosen] for film in drawn.values())])
plots.play(
    side_by_side[..., None],
    "The same second five times at half speed: the truth, copied, constant velocity, "
    "with reflection, and with reflection and steady speed. Only the last moves like the first.",
    frames_per_second=5,
    scale=4,
)

# %% [markdown]
# ## Make: a harder world
#
# Our forecast knows much: no grain, one digit, where the walls are. Take one thing away: add grain, film two digits (`data.bouncing_digits(digits=2)`), keep every third frame, or find the walls from the clips
# alone. State what you expect, measure one number, show one figure, write two sentences.
#
# **With your own film**, saved as an animated GIF: something bright that moves across the dark. Run this, then `find(own)`:
#
# ```python
# from PIL import Image, ImageSequence
# frames = ImageSequence.Iterator(Image.open("film.gif"))
# own = np.stack([frame.convert("L").resize((32, 32)) for frame in frames])[None] / 255
# ```

# %% tags=["exercise", "make"] id="video-make" points=4
def my_world():
    """Your change, one number for each case, and a figure that shows them."""
    ### BEGIN SOLUTION
    # Change: grain. Expected: a little grain, a little error.
    def off(film, jitter=0.01):
        found = forecast(find(film)[:, :SEEN], HORIZON, jitter)[:, -1]
        return distance(found, true_places[:, SEEN + HORIZON - 1])

    grainy = np.clip(films + grain, 0, 1)
    dark_cut = np.where(grainy > 0.2, grainy, 0)
    values = {"clean": off(films), "grain": off(grainy), "grain, dark pixels cut": off(dark_cut),
              "and jitter allowed for": off(dark_cut, jitter=0.3)}
    title = "A little grain breaks the forecast twice"
    return plots.bars(values, title=title, x_label="pixels off, ten frames ahead")
    # Nothing is darker than black, so grain only adds light and pulls every place to the middle.
    # With the dark cut off, every jittery step still looks like a bounce: allow 0.3 pixels.
    ### END SOLUTION

# %% tags=["nbval-ignore-output"]
if (figure := my_world()) is not ...:
    plots.show(figure, "The figure of my own world.")

# %% [markdown] tags=["instructor"]
# **Rubric, 4 points.** The expectation is stated before the measurement (1) · one thing is changed and everything else kept (1) · a figure with title and labelled axes (1) ·
# two sentences that say why, and claim no more than the number carries (1).

# %% [markdown]
# ## Recap
#
# 1. A clip is an array with time in front; the frame rate turns pixels a frame into pixels a second.
# 2. Differences between frames show motion whatever the background, down to a threshold set by the grain.
# 3. A slow camera sees slow motion: what turns round between two frames is lost.
# 4. Copying the last frame and constant velocity cost nothing; report every video model beside them.
# 5. A forecast fails where its assumption does; find that place, and score it apart.
#
# ## Quiz
#
# Click, or type one letter a question.

# %% tags=["exercise"] solution='"cbdac"'
my_answers = ...  # one letter a question, such as "abcda"

# %% tags=["check"]
quiz("video", my_answers)

# %% [markdown]
# ## Read on, and scale up
#
# - Horn and Schunck (1981), *Determining Optical Flow*: a velocity for every pixel.
# - Srivastava, Mansimov and Salakhutdinov (2015), *Unsupervised Learning of Video Representations using LSTMs*, where digits first flew through each other.
# - Mathieu, Couprie and LeCun (2016), *Deep Multi-Scale Video Prediction beyond Mean Square Error*, on why forecasts blur.
#
# **Scale up.** Ask for `data.bouncing_digits(size=64, digits=3, frames=100)`, or film your own hand with a phone, read the frames with a video library, and run the same two forecasts before you
# train anything.
