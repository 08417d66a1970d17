# %% [markdown]
# # Can you make a face smile by adding a vector?
#
# A trained model keeps a face as a list of numbers, its code. Nobody told it what a smile is. Still, the space of codes has a direction along which faces
# smile. You will find it, walk along it, and measure what else changes on the way.
#
# | | |
# |---|---|
# | **You will** | find the direction of a smile and of glasses · edit 200 faces and measure the side effects · repair a direction from a skewed sample · walk between faces on a line and an arc · tell what a map shows from what it makes up |
# | **First** | [Variational autoencoders](../02_models/04_variational_autoencoders.ipynb) |
# | **Time** | {{ reading_minutes }} min of reading, {{ exercise_minutes }} min of exercises, {{ computing_seconds }} s of computing |

# %% [markdown] tags=["instructor"]
# **For teachers, 60 minutes.** The model and its ruler 8 · one coordinate 7 · exercise 1 and the smile 13 · exercise 2 and the explorer 8 · the skewed sample 10 · walks 9 · maps or quiz 5.
#
# The sentence to leave on the board: *a direction is only as good as the sample it was learned from.*
# In exercise 1 learners regress the factors on the codes, which answers another question; the check says which. Ask before the skewed sample: *all the people in your photographs who smile
# wear sunglasses; what will "add a smile" do?*

# %% tags=["parameters"]
PROFILE = "laptop"  # "smoke" runs in seconds, "gpu" trains for longer
SEED = 0

# %%
from genai_course import (
    check, claim, data, evaluation, hint, latent, models, plots,
    predict, quiz, setup, show_source, widgets,
)

run = setup(PROFILE, SEED)

# %%
from numbers import Real

import keras
import numpy as np
import pandas as pd
from keras import ops
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE
from sklearn.neighbors import NearestNeighbors

from genai_course.data.faces import FACE_RANGES
from genai_course.training import Progress

random_numbers = np.random.default_rng(SEED)

# %% [markdown]
# ## Faces whose factors are known
#
# The course's faces are drawn, so we know for each how much it smiles, whether it wears glasses, and six factors more. The model will never see these numbers. We keep them to
# judge what it does.

# %%
n_train = run.steps(smoke=400, laptop=6_000, gpu=40_000)
faces = data.faces(n_train, run.steps(smoke=400, laptop=1_000, gpu=1_000), seed=SEED)

def table(factors):
    """One column a factor, in the order of FACE_RANGES.  -> (n, 8)"""
    return np.stack([factors[name] for name in FACE_RANGES], axis=1).astype("float64")

truth = table(faces.test_factors)  # (n_test, 8)
spread = truth.std(axis=0)  # (8,): a change is judged by how much faces differ anyway
SMILE, GLASSES, HAT = (list(FACE_RANGES).index(name) for name in ("smile", "glasses", "hat"))
lows, highs = np.array(list(FACE_RANGES.values()), dtype="float64").T  # (8,), (8,)
described = {"from": lows, "to": highs, "spread": spread.round(2)}
pd.DataFrame(described, index=list(FACE_RANGES))

# %% [markdown]
# ## A model with 48 numbers for a face
#
# A mouth is some forty of 3,072 pixel values, and when we measured, a VAE on pixels had not noticed it after 15 seconds of training. So this one first turns a picture into its 150 principal components, which lose next to nothing,
# and works on those. The rest you know: clouds of codes, a KL term (here with β = 0.3, for accurate drawings).

# %%
show_source(models.ComponentVariationalAutoencoder.compute_loss)

# %%
keras.utils.set_random_seed(SEED)
model = models.ComponentVariationalAutoencoder(48, (32, 32, 3), beta=0.3, width=384)
model.adapt(faces.train[:4_000])
components = model.squeeze(faces.train)  # (n_train, 150)
epochs = run.steps(smoke=1, laptop=30, gpu=100)
falling = keras.optimizers.schedules.CosineDecay(2e-3, epochs * -(-n_train // 64))
model.compile(keras.optimizers.Adam(falling), **run.compile_options)
_ = model.fit(components, epochs=epochs, batch_size=64, verbose=0, callbacks=[Progress("VAE")])

# %%
def encode(pictures):
    """The middle of each picture's cloud.  (n, 32, 32, 3) -> (n, 48)"""
    return np.asarray(model.encode(pictures)[0])

def decode(codes):
    """(n, 48) -> (n, 32, 32, 3)"""
    return np.asarray(model.decode(codes))

codes = encode(faces.test)  # (n_test, 48)
figure = plots.pictures(
    np.concatenate([faces.test[:8], decode(codes[:8])]),
    columns=8, scale=0.75, row_labels=["drawn", "from its code"],
    title="Held-out faces and what their codes keep",
)
plots.show(
    figure, "Two rows of eight faces; each face and its copy from 48 numbers look nearly alike."
)

# %% [markdown]
# ## One ruler for edits
#
# How much does a *generated* face smile? `evaluation.read_faces` answers with all eight factors. It is a small network trained on other drawn faces and their true factors, and it never
# changes. How far is it off, on drawn faces and on the model's copies of them?

# %%
def read(codes):
    """What the ruler reads from the faces of these codes.  (n, 48) -> (n, 8)"""
    return table(evaluation.read_faces(decode(codes)))

n = 200  # held-out faces for every experiment
before = read(codes[:n])  # (200, 8)
drawn = table(evaluation.read_faces(faces.test[:n]))

def relative_error(readings):
    """Root mean square error of each factor, in its spread.  (200, 8) -> (8,)"""
    return np.sqrt(np.mean((readings - truth[:n]) ** 2, axis=0)) / spread

# %% tags=["nbval-ignore-output"]
errors = {"drawn faces": relative_error(drawn), "faces from codes": relative_error(before)}
pd.DataFrame(errors, index=list(FACE_RANGES)).round(2)

# %%
claim(
    "The ruler reads every factor of a drawn face to within a fifth of its spread",
    errors["drawn faces"].max() < 0.2,
)
claim(
    "48 numbers keep every factor: it can be read back to within half of its spread",
    errors["faces from codes"].max() < 0.5,
)

# %% [markdown]
# ## What does one number of the code do?
#
# A **traversal** changes a single number of a code and leaves the others alone: `latent.traverse`. It is the simplest way to ask what a number means.
#
# ## Predict
# Raise one of the 48 numbers by two of its standard deviations. How many of the eight factors move by more than a tenth of their spread, on average?

# %% tags=["exercise"] solution="4"
my_guess = ...  # a number from 0 to 8

# %% tags=["check"]
predict("exploring_latent_space-factors_moved", my_guess)

# %%
deviations = codes.std(axis=0)  # (48,)

def moves(codes, readings):
    """Mean absolute change from the first readings, in spreads.  (m, 48), (m, 8) -> (8,)"""
    return np.abs(read(codes) - readings).mean(axis=0) / spread

shifts = 2 * deviations * np.eye(48)  # (48, 48): one number at a time
by_number = np.array([moves(codes[:60] + shift, before[:60]) for shift in shifts])  # (48, 8)
factors_moved = float((by_number > 0.1).sum(axis=1).mean())

# %% tags=["nbval-ignore-output"]
figure, axis = plots.new_figure(height=2.9)
image = axis.imshow(by_number.T, cmap="viridis", aspect="auto", vmin=0)
axis.set(
    title="One number of the code moves several factors",
    xlabel="number of the code, raised by two standard deviations",
)
axis.set_yticks(range(8), [name.replace("_", " ") for name in FACE_RANGES])
axis.grid(visible=False)
figure.colorbar(image, label="change (spreads)")
plots.show(
    figure,
    "A map of 48 columns, one for each number of the code, and eight rows of factors. "
    "The brightest fields stand in the age line's row; most columns move several factors a little.",
)
predict("exploring_latent_space-factors_moved", outcome=factors_moved)

# %%
strongest = np.argsort(by_number.max(axis=1))[-3:][::-1]  # three numbers that change most
values = np.linspace(-2, 2, 5)
walks = [latent.traverse(codes[0], int(axis), values * deviations[axis]) for axis in strongest]
figure = plots.pictures(
    decode(np.concatenate(walks)),  # (15, 32, 32, 3)
    columns=5, scale=0.85, labels=[f"{value:+.1f}" for value in values] * 3,
    row_labels=[f"number {axis}" for axis in strongest],
    title="Three traversals, in standard deviations",
)
plots.show(
    figure,
    "Three rows of five faces. Along each row a single number of the code grows, "
    "and several things about the face change at once.",
)

# %% [markdown]
# No number *is* the smile. But a direction is allowed to use all 48 numbers at once.
#
# ## Exercise 1: a direction for every factor
#
# Suppose that codes depend on factors f in a straight-line way, code = f V + c. Each row of V then says how the code changes when one factor grows by 1 **and all the others stay**: that is an
# attribute vector. Least squares finds V and the constant c from labelled faces.
#
# Complete `attribute_vectors`. `np.linalg.lstsq(a, b, rcond=None)[0]` finds the matrix m for which a @ m is nearest to b; the constant needs a column of ones. Every factor varies, and none follows from the others.
#
# Stuck? Run `hint("exploring_latent_space-attribute_vectors")` in a cell of its own; every exercise has three hints.

# %% tags=["exercise"] id="exploring_latent_space-attribute_vectors" points=3
def attribute_vectors(codes, factors):
    """How the code changes when one factor rises by 1.  (n, d), (n, k) -> (k, d)"""
    ### BEGIN SOLUTION
    with_constant = np.column_stack([factors, np.ones(len(factors))])  # (n, k + 1)
    solution = np.linalg.lstsq(with_constant, codes, rcond=None)[0]  # (k + 1, d)
    return solution[:-1]
    ### END SOLUTION

# %% tags=["check"]
attribute_vectors = check("exploring_latent_space-attribute_vectors", attribute_vectors)

# %% [markdown]
# ## Add a smile
#
# One vector, learned from the training faces and added to the codes of 200 held-out ones. A smile runs from −1 to 1; we ask for 1.5 more. Faces that smile already cannot
# smile much more, so expect less.

# %%
vectors = attribute_vectors(encode(faces.train), table(faces.train_factors))  # (8, 48)

def edit(vector, chosen=slice(None)):
    """Add a vector to held-out faces; the change of every reading.  (48,) -> (m, 8)"""
    return read(codes[:n][chosen] + vector) - before[chosen]

def side_effects(changes, wanted):
    """Mean absolute change of every other factor, in its spread.  (m, 8) -> {name: number}"""
    sizes = dict(zip(FACE_RANGES, np.abs(changes).mean(axis=0) / spread, strict=True))
    return {name: float(size) for name, size in sizes.items() if name != list(FACE_RANGES)[wanted]}

smiled = edit(1.5 * vectors[SMILE])  # (200, 8)
raised = float((smiled[:, SMILE] > 0).mean())
smile_effects = side_effects(smiled, SMILE)

# %% tags=["nbval-ignore-output"]
print(f"{raised:.0%} of {n} faces smile more, by {smiled[:, SMILE].mean():.2f} on average.")
figure = plots.bars(
    {name.replace("_", " "): size for name, size in smile_effects.items()},
    title="What else a smile changed",
    x_label="mean change of the reading (spreads of the factor; 0.25 is the limit we set)",
)
plots.show(
    figure, "Seven short bars, all below a quarter; the age line's is by far the longest."
)

# %%
six = codes[[5, 6, 4, 7, 8, 9]]
figure = plots.pictures(
    decode(np.concatenate([six + step * vectors[SMILE] for step in (-3, 0, 3)])),
    columns=6, scale=0.98, row_labels=["minus 3", "as it is", "plus 3"],
    title="One vector, six faces, twice as strong to make it easy to see",
)
plots.show(
    figure,
    "Three rows of six faces: with the vector subtracted the mouths droop, with it added they "
    "turn up, two of the frowns only in part; hair, skin, hats and glasses stay.",
)

# %%
one_number = by_number[:, SMILE] / np.delete(by_number, SMILE, axis=1).max(axis=1)  # (48,)
whole_vector = np.abs(smiled[:, SMILE]).mean() / spread[SMILE] / max(smile_effects.values())
claim(
    "The vector moves the smile at least three times as far as any other factor; "
    "no single number of the code comes half as near to that",
    whole_vector > 3 and one_number.max() < 0.5 * whole_vector,
)
claim("Adding a smile raises the read smile of at least 90 % of 200 held-out faces", raised >= 0.9)
claim("On average it rises by at least half a unit", smiled[:, SMILE].mean() >= 0.5)
claim(
    "Every other factor moves by less than a quarter of its spread on average",
    max(smile_effects.values()) < 0.25,
)

# %% [markdown]
# Look at the mouths, too: a deep frown with a strong smile added is not always a clean smile, but sometimes a mouth that is both. The ruler reads each factor, the eye sees more. A second ruler follows
# soon.
#
# ## Take the glasses off
#
# The same in the other direction, for the faces that wear glasses: subtract their vector, a little more than once.

# %%
wears = truth[:n, GLASSES] > 0.5  # (200,) booleans
off = edit(-1.2 * vectors[GLASSES], wears)  # (m, 8)
gone = float((before[wears][:, GLASSES] + off[:, GLASSES] < 0.5).mean())
glasses_effects = side_effects(off, GLASSES)

# %% tags=["nbval-ignore-output"]
print(f"{gone:.0%} of {wears.sum()} faces are read as without glasses.")
most = max(glasses_effects, key=glasses_effects.get)
print(f"Largest side effect: {most}, {glasses_effects[most]:.2f} of its spread.")

# %%
wearers = codes[:n][wears][:8]
figure = plots.pictures(
    decode(np.concatenate([wearers, wearers - 1.2 * vectors[GLASSES]])),
    columns=8, scale=0.75, row_labels=["as it is", "glasses off"], title="Glasses off",
)
plots.show(
    figure,
    "Eight faces with glasses; below, the same with the glasses gone or a pale trace of them.",
)

# %%
claim("At least 90 % of the faces with glasses are read as without", gone >= 0.9)
claim("No other factor moves by more than half of its spread", max(glasses_effects.values()) < 0.5)

# %% [markdown]
# ## Explore: a face with three handles
#
# Move a handle, look at the face, and at what the ruler reads. Does only the bar move that should? How far can you go before the face breaks?

# %%
def draw_edit(face, smile, glasses, hair_length):
    handles = {"smile": smile, "glasses": glasses, "hair_length": hair_length}
    vector = sum(step * vectors[list(FACE_RANGES).index(name)] for name, step in handles.items())
    edited = codes[[face]] + vector
    figure, (left, right) = plots.new_figure(1, 2, height=2.8, width_ratios=[1, 1.6])
    left.imshow(decode(edited)[0])
    left.set_axis_off()
    left.set_title("Edited face")
    for readings, marker, label in ((before[face], "o", "before"), (read(edited)[0], "D", "now")):
        right.plot((readings - lows) / (highs - lows), range(8), marker, label=label)
    right.set(title="What the ruler reads", xlim=(-0.3, 1.3), xlabel="place in the factor's range")
    right.set_yticks(range(8), [name.replace("_", " ") for name in FACE_RANGES])
    right.invert_yaxis()
    right.legend(fontsize=8)
    return figure

# %%
widgets.explore(
    draw_edit,
    "A face with a smile added, and beside it the readings of its eight factors before and now: "
    "the smile's marker has moved far to the right, the others have hardly moved.",
    face=(0, 49, 1, 7), smile=(-4.0, 4.0, 0.5, 3.0), glasses=(-1.5, 1.5, 0.1, 0.0),
    hair_length=(-1.0, 1.0, 0.1, 0.0),
)

# %%
strengths = [0.5, 1.0, 2.0, 4.0, 8.0]
curves = {"rise of the smile (units)": [], "largest side effect (spreads)": []}
from_faces = []
for strength in strengths:
    changes = edit(strength * vectors[SMILE])
    curves["rise of the smile (units)"].append(changes[:, SMILE].mean())
    curves["largest side effect (spreads)"].append(max(side_effects(changes, SMILE).values()))
    edited = decode(codes[:n] + strength * vectors[SMILE])
    from_faces.append(evaluation.face_error(edited).mean())

# %% tags=["nbval-ignore-output"]
figure = plots.lines(
    curves, x=strengths, log_x=True,
    title="The same on 200 faces: eight times the strength, four times the smile",
    x_label="strength of the smile", y_label="mean change of the reading",
)
plots.show(
    figure,
    "Two curves against the strength of the edit. The rise of the smile bends: eight times the "
    "strength gives about four times the smile. The largest side effect grows on.",
)
print("Distance from a face, times that of the face with strength 0.5:")
print([round(float(error / from_faces[0]), 1) for error in from_faces])

# %% [markdown]
# The last line asks another question: is the edited picture still a face? `evaluation.face_error` reads its factors, draws the face that has them, and measures how much the pictures differ. It goes up
# with every step.

# %%
smiles = curves["rise of the smile (units)"]
claim("Eight times the strength gives less than six times the smile", smiles[4] < 6 * smiles[1])
claim("and pictures at least twice as far from faces", from_faces[4] > 2 * from_faces[1])

# %% [markdown]
# ## Exercise 2: strong enough, and not stronger
#
# Choose a strength above 1.5 and at most 6 with which the read smile rises by at least **0.95** on average, while no other factor moves by more than **0.3** of its spread. The 1.5 that we used is too timid for that.

# %% tags=["exercise"] id="exploring_latent_space-strength" points=2 solution="2.5"
my_strength = ...  # a number above 1.5 and at most 6

# %%
is_number = isinstance(my_strength, Real) and abs(my_strength) <= 100
tried = edit((my_strength if is_number else 0.0) * vectors[SMILE])
my_result = {
    "strength": my_strength,
    "rise": float(tried[:, SMILE].mean()),
    "side_effect": float(max(side_effects(tried, SMILE).values())),
}

# %% tags=["check"]
my_result = check("exploring_latent_space-strength", my_result)

# %% [markdown]
# ## Break it: a sample where everybody who smiles wears glasses
#
# The usual recipe for an attribute vector is shorter: the mean code of smiling faces minus the mean code of the others. With labels for the smile alone, it is all you can do.
#
# Now let the labelled sample be skewed, as samples are: in 95 of 100 faces, smile and glasses go together. We add this "smile" to faces that wear no glasses.

# %%
n_skewed = run.steps(smoke=200, laptop=1_000, gpu=1_000)
skewed = data.faces(n_skewed, 1, seed=SEED + 10, bias={("smile", "glasses"): 0.95})
skewed_codes = encode(skewed.train)  # (1000, 48)
naive = latent.mean_difference(skewed_codes, skewed.train_factors["smile"] > 0)  # (48,)

figure = plots.pictures(
    decode(np.concatenate([codes[:n][~wears][:8] + step * naive for step in (0, 1.5)])),
    columns=8, scale=0.75, row_labels=["as it is", "with “smile”"],
    title="We asked for a smile",
)
plots.show(
    figure,
    "Eight faces without glasses; below, the same with the naive smile added: all wear glasses.",
)

# %% [markdown]
# The direction from one mean to the other cannot know which of the two differences you meant.
#
# ## Exercise 3: take the glasses out
#
# A repair, if you know the direction g of the glasses from elsewhere: subtract from the direction v its part along g, so that the rest stands at a right angle to it:
#
# $$v - \frac{v \cdot g}{g \cdot g}\, g$$

# %% tags=["exercise"] id="exploring_latent_space-without_part" points=2
def without_part(direction, other):
    """The direction without its part along the other.  (d,), (d,) -> (d,)"""
    ### BEGIN SOLUTION
    return direction - (direction @ other) / (other @ other) * other
    ### END SOLUTION

# %% tags=["check"]
without_part = check("exploring_latent_space-without_part", without_part)

# %% [markdown]
# Another repair needs labels for all factors, but no second sample: your `attribute_vectors`, on the *skewed* faces. It asks what changes with the smile while the glasses stay, and the few faces that break the
# rule can tell.

# %%
directions = {
    "difference of means": naive,
    "without the glasses' part": without_part(naive, vectors[GLASSES]),
    "least squares": attribute_vectors(skewed_codes, table(skewed.train_factors))[SMILE],
}
repaired = {}
for name, direction in directions.items():
    changes = edit(1.5 * direction, ~wears)
    others = side_effects(changes, SMILE)
    repaired[name] = {
        "rise of the smile": changes[:, SMILE].mean(),
        "glasses (spreads)": others.pop("glasses"),
        "largest other (spreads)": max(others.values()),
    }

# %% tags=["nbval-ignore-output"]
pd.DataFrame(repaired).T.round(2)

# %%
glasses_moved = {name: numbers["glasses (spreads)"] for name, numbers in repaired.items()}
claim(
    "From a skewed sample, the naive smile moves the glasses by more than a whole spread",
    glasses_moved["difference of means"] > 1,
)
claim(
    "Both repairs bring that below a quarter, and the smile still rises by at least 0.4",
    max(glasses_moved["without the glasses' part"], glasses_moved["least squares"]) < 0.25
    and min(numbers["rise of the smile"] for numbers in repaired.values()) >= 0.4,
)

# %% [markdown]
# ## From one face to another: how long is the middle?
#
# Attribute vectors change one thing. To turn one face into another, walk from code to code. On the straight line the middle is the mean of the ends.
#
# The smallest version: from (1, 0) to (0, 1) the middle is (½, ½), and its length is 0.71, not 1. In many dimensions, random codes are all nearly as long as each other, √d, and nearly at
# right angles. So your 48-dimensional dice throw codes of length 6.9.

# %% [markdown]
# ## Predict
# How long is the middle between two codes from N(0, I), each 6.9 long?

# %% tags=["exercise"] solution="4.9"
my_guess = ...  # a length, 0 or more

# %% tags=["check"]
predict("exploring_latent_space-midpoint_length", my_guess)

# %% tags=["nbval-ignore-output"]
sizes = [2, 8, 48, 512]
middles = {}
for size in sizes:
    ends = random_numbers.standard_normal((2, 4_000, size))
    middles[size] = np.linalg.norm(ends.mean(axis=0), axis=1).mean()
    print(f"{size:3d} numbers: ends {np.linalg.norm(ends, axis=2).mean():6.2f} long, "
          f"middles {middles[size]:6.2f}, formula √(d/2) = {np.sqrt(size / 2):6.2f}")
predict("exploring_latent_space-midpoint_length", outcome=float(middles[48]))

# %%
claim(
    "From 48 numbers up, the middle is √(d/2) long, to within 2 %",
    all(abs(middles[size] / np.sqrt(size / 2) - 1) < 0.02 for size in (48, 512)),
)

# %% [markdown]
# ## Exercise 4: walk on an arc
#
# Nearly no dice land at a length of 4.9 where d is 48. **Spherical interpolation** keeps the length: it walks on the arc. With the angle ω between the two codes, a share t of the way is
#
# $$\frac{\sin\big((1-t)\,\omega\big)}{\sin\omega}\, a + \frac{\sin(t\,\omega)}{\sin\omega}\, b, \qquad \cos\omega = \frac{a\cdot b}{|a|\,|b|}$$
#
# Complete `slerp`; t is from 0 to 1. For two codes in the same direction sin ω is 0: then return the straight line. Rounding can take their cosine above 1, where `np.arccos` gives NaN: `np.clip` it. Opposite codes and codes of zeros do not occur.

# %% tags=["exercise"] id="exploring_latent_space-slerp" points=3
def slerp(start, end, share):
    """A share of the way from start to end on the arc.  (d,), (d,), number -> (d,)"""
    ### BEGIN SOLUTION
    cosine = start @ end / (np.linalg.norm(start) * np.linalg.norm(end))
    angle = np.arccos(np.clip(cosine, -1, 1))
    if angle < 1e-3:
        return (1 - share) * start + share * end
    return (np.sin((1 - share) * angle) * start + np.sin(share * angle) * end) / np.sin(angle)
    ### END SOLUTION

# %% tags=["check"]
slerp = check("exploring_latent_space-slerp", slerp)

# %%
starts, ends = random_numbers.permutation(len(codes))[:400].reshape(2, -1)  # 200 pairs of faces
on_arc = np.array([slerp(codes[a], codes[b], 0.5) for a, b in zip(starts, ends, strict=True)])
on_line = (codes[starts] + codes[ends]) / 2  # (200, 48)
middle_pictures = {
    "faces from codes": decode(codes[starts]),
    "middle, pixels": (faces.test[starts] + faces.test[ends]) / 2,
    "middle, line": decode(on_line),
    "middle, arc": decode(on_arc),
}
lengths = {name: np.linalg.norm(part, axis=1).mean()
           for name, part in {"ends": codes[starts], "line": on_line, "arc": on_arc}.items()}

# %%
a, b = 6, 4  # two held-out faces that differ in much
mixed = latent.interpolate(faces.test[a].ravel(), faces.test[b].ravel(), 7)
walks = [
    mixed.reshape(7, 32, 32, 3),
    decode(latent.interpolate(codes[a], codes[b], 7)),
    decode(np.array([slerp(codes[a], codes[b], share) for share in np.linspace(0, 1, 7)])),
]
figure = plots.pictures(
    np.concatenate(walks), columns=7, scale=0.85, row_labels=["pixels", "line", "arc"],
    title="Three ways to walk from one face to another",
)
plots.show(
    figure,
    "Three rows of seven faces. Mixed pixels fade one face into the other; the line of codes is "
    "similar; faces on the arc have stronger colours in the middle.",
)

# %% [markdown]
# ## Is the middle a face?
#
# Mixed pixels make ghosts: half a pair of glasses, two hairlines. `evaluation.face_error` sees that, because the face it draws has glasses on or off. The **edge energy** says how much contrast there is.

# %%
is_a_face = {
    name: {
        "error": evaluation.face_error(pictures).mean(),
        "edges": evaluation.edge_energy(pictures).mean(),
    }
    for name, pictures in middle_pictures.items()
}

# %% tags=["nbval-ignore-output"]
print({name: round(float(length), 2) for name, length in lengths.items()})
pd.DataFrame(is_a_face).T.round(4)

# %%
error = {name: numbers["error"] for name, numbers in is_a_face.items()}
edges = {name: numbers["edges"] for name, numbers in is_a_face.items()}
claim(
    "The straight line's middle is at least a fifth shorter than its ends, the arc's is not",
    lengths["line"] < 0.8 * lengths["ends"] and abs(lengths["arc"] / lengths["ends"] - 1) < 0.05,
)
claim(
    "The arc keeps contrast that the line loses",
    edges["middle, arc"] > 1.1 * edges["middle, line"],
)
claim(
    "A walk through codes ghosts less than mixed pixels",
    error["middle, line"] < 0.98 * error["middle, pixels"],
)
claim(
    "But the arc's middles are no nearer to faces than the line's",
    error["middle, arc"] > error["middle, line"],
)

# %% [markdown]
# **Honestly.** The gain over mixing pixels is small, and the arc does not help here: it keeps the length as promised, and the colours stronger, but length is not what makes a face. The arc was proposed for models whose codes
# are thrown from N(0, I); the codes of these faces are not spread like that, as you will see next.

# %% [markdown]
# ## New faces: dice or a fitted prior?
#
# The same ruler can judge faces from no picture at all. Codes thrown from N(0, I) land where few faces are; a mixture of 20 Gaussians fitted to the training codes knows better.

# %%
thrown = {"dice, N(0, I)": model.sample(n, seed=SEED)}
model.fit_prior(faces.train, components=run.steps(smoke=3, laptop=20, gpu=100))
thrown["fitted mixture"] = model.sample(n, seed=SEED)
thrown["drawn faces"] = faces.test[:n]
from_nothing = {
    name: float(evaluation.face_error(pictures).mean()) for name, pictures in thrown.items()
}

# %% tags=["nbval-ignore-output"]
figure = plots.bars(
    from_nothing, title="How far from a face?", highlight=["fitted mixture"],
    x_label="mean difference from the face that the ruler reads (pixel values)",
)
plots.show(
    figure,
    "Three bars: dice are the farthest from faces, the fitted mixture about half as far, "
    "drawn faces near 0.",
)

# %%
figure = plots.pictures(
    np.concatenate([pictures[:8] for pictures in thrown.values()]),
    columns=8, scale=0.75, row_labels=list(thrown), title="New faces, and drawn ones",
)
plots.show(
    figure,
    "Three rows of eight: from dice, faces with ghosts and stripes; from the mixture, faces with "
    "a few faults; drawn faces below.",
)

# %%
claim(
    "The fitted prior brings new faces nearer to faces by at least a quarter",
    from_nothing["fitted mixture"] < 0.75 * from_nothing["dice, N(0, I)"],
)

# %% [markdown]
# ## Maps of the code space
#
# 48 numbers do not fit on paper. **PCA** turns the space so that the first two axes carry the most variance and drops the rest: a shadow. **t-SNE** moves points about in the plane until near
# neighbours in the space are near neighbours on paper, and cares about little else.

# %%
mapped = codes[: run.steps(smoke=100, laptop=600, gpu=1_000)]
maps = {
    "PCA": PCA(2).fit_transform(mapped),
    "t-SNE": TSNE(2, perplexity=30, init="pca", random_state=SEED).fit_transform(mapped),
}  # (600, 2) each

def ten_nearest(points):
    """Positions of each point's ten nearest others.  (m, d) -> (m, 10)"""
    return NearestNeighbors(n_neighbors=11).fit(points).kneighbors(points)[1][:, 1:]

home = ten_nearest(mapped)
kept = {
    name: np.mean([np.isin(a, b) for a, b in zip(home, ten_nearest(points), strict=True)])
    for name, points in maps.items()
}

# %%
groups = (2 * truth[:, HAT] + truth[:, GLASSES]).astype(int)[: len(mapped)]
figure, axes = plots.new_figure(1, 2, height=3.6)
for axis, (name, points) in zip(axes, maps.items(), strict=True):
    for group, label in enumerate(["neither", "glasses", "hat", "hat and glasses"]):
        axis.scatter(*points[groups == group].T, s=8, marker="osD^"[group], label=label)
    axis.set(title=f"Codes of faces: {name}", xlabel="first axis", ylabel="second axis")
figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=4)
plots.show(
    figure,
    "Two maps of the same codes. On the PCA map faces with and without a hat lie apart and glasses "
    "are mixed; on the t-SNE map there are islands in which faces agree about the hat.",
)

# %% tags=["nbval-ignore-output"]
print({name: f"{share:.0%} of the ten nearest neighbours kept" for name, share in kept.items()})

# %%
claim("t-SNE keeps at least twice as many neighbours as PCA", kept["t-SNE"] >= 2 * kept["PCA"])

# %% [markdown]
# ## What a t-SNE map makes up
#
# Three clouds whose sizes and distances we choose: A and C are small and 4 apart, B is **ten times as wide** as they are and **five times as far** from A as C is.

# %%
cloud = run.steps(smoke=40, laptop=150, gpu=150)
centres, widths = np.zeros((3, 1, 10)), np.array([0.2, 2.0, 0.2])
centres[1, 0, 0], centres[2, 0, 1] = 20, 4
noise = random_numbers.standard_normal((3, cloud, 10))
points = centres + widths[:, None, None] * noise
flat = TSNE(2, perplexity=30, init="pca", random_state=SEED).fit_transform(points.reshape(-1, 10))

def widest_and_farthest(clouds):
    """Width of B over A's, distance A-B over A-C.  (3, m, d) -> two numbers"""
    middle = clouds.mean(axis=1)  # (3, d)
    squares = np.sum((clouds - middle[:, None]) ** 2, axis=2)  # (3, m)
    width = np.sqrt(squares.mean(axis=1))  # (3,)
    from_first = np.linalg.norm(middle - middle[0], axis=1)
    return float(width[1] / width[0]), float(from_first[1] / from_first[2])

true_ratios = widest_and_farthest(points)
map_ratios = widest_and_farthest(flat.reshape(3, cloud, 2))

# %% tags=["nbval-ignore-output"]
figure = plots.scatter(
    flat, labels=np.repeat([0, 1, 2], cloud), class_names=["A", "B", "C"], height=3.2,
    title="Three clouds on a t-SNE map", x_label="first axis", y_label="second axis",
)
plots.show(figure, "Three islands of the same size, about as far from each other.")
ratios = {"in the space": true_ratios, "on the map": map_ratios}
pd.DataFrame(ratios, index=["B's width over A's", "distance A-B over A-C"]).round(1)

# %%
claim(
    "B is some ten times as wide as A, and on the map less than twice",
    true_ratios[0] > 8 and map_ratios[0] < 2,
)
claim(
    "B is some five times as far away as C, and on the map less than twice",
    true_ratios[1] > 4 and map_ratios[1] < 2,
)

# %% [markdown]
# So read a t-SNE map for *who is near whom*, and never for how large a group is or how far away. For that, measure in the space itself.
#
# ## Make: an edit of your own
#
# Choose an edit that this lesson has not made (an older face, another hair colour, a hat that goes, two at once), apply it to held-out faces, and judge it with the ruler: what it reached, what it cost, and one
# case where it fails. One figure, two numbers, two sentences.
#
# **With your own pictures**, 40 or more in a folder. What does a model that has seen only drawn faces make of them? Run this, then `table(evaluation.read_faces(seen_as_faces))`:
#
# ```python
# own = data.pictures_from("photos", 32)
# seen_as_faces = decode(encode(own.test))  # (n, 32, 32, 3)
# plots.pictures(np.concatenate([own.test[:8], seen_as_faces[:8]]), title="Real, and seen as faces")
# ```

# %% tags=["exercise", "make"] id="exploring_latent_space-make" points=4
def my_edit():
    """Your edit, its numbers, and a figure that shows it."""
    ### BEGIN SOLUTION
    # Take the hat off. What is under it, the model has to make up.
    hatted = truth[:n, HAT] > 0.5
    off = edit(-1.1 * vectors[HAT], hatted)
    effects = side_effects(off, HAT)
    gone = np.mean(before[hatted][:, HAT] + off[:, HAT] < 0.5)
    worst = max(effects, key=effects.get)
    print(f"Read as without a hat: {gone:.0%}.")
    print(f"Largest side effect: {worst}, {effects[worst]:.2f} of its spread.")
    print("It fails on black and on light hair: what grows under the hat comes out brown.")
    wearers = codes[:n][hatted][:8]
    pictures = decode(np.concatenate([wearers, wearers - 1.1 * vectors[HAT]]))
    return plots.pictures(
        pictures, columns=8, scale=0.75, row_labels=["as it is", "hat off"], title="Hats off",
    )
    ### END SOLUTION

# %% tags=["nbval-ignore-output"]
my_figure = my_edit()
if my_figure is not ...:
    plots.show(my_figure, "An edit of my own, before and after.")

# %% [markdown] tags=["instructor"]
# **Rubric, 4 points.** The edit is made on held-out faces, not on ten chosen ones (1) · the wanted change and every side effect are read by the ruler and stated in units (1) · a figure shows before and after
# with a title and labels (1) · a failure is shown, with a guess at its reason (1).
# An edit that does not work, with its numbers, is a full answer.

# %% [markdown]
# ## Recap
#
# 1. Single numbers of a code mean little; directions through all of them can mean a smile.
# 2. Least squares on all factors at once finds directions that leave the other factors alone.
# 3. A difference of means copies every skew of its sample; take the unwanted part out, or label more.
# 4. Between random codes from N(0, I) the middle of the line is √(d/2) long, not √d; the arc keeps the length, and whether pictures gain must be measured.
# 5. A t-SNE map shows neighbours. Sizes and distances on it are made up.
#
# ## Quiz
#
# Click, or type one letter a question.

# %% tags=["exercise"] solution='"bcadb"'
my_answers = ...  # one letter a question, such as "abcda"

# %% tags=["check"]
quiz("exploring_latent_space", my_answers)

# %% [markdown]
# ## Read on, and scale up
#
# - Larsen et al. (2016), *Autoencoding beyond Pixels Using a Learned Similarity Metric*, attribute vectors as differences of means.
# - White (2016), *Sampling Generative Networks*, arcs instead of lines, and vectors from skewed samples.
# - Wattenberg, Viégas and Johnson (2016), *How to Use t-SNE Effectively*.
#
# **Scale up.** With `PROFILE = "gpu"` the model sees 40,000 faces a hundred times. For photographs, take the encoder of a large pretrained autoencoder and a set with labelled attributes; the two functions you wrote
# stay as they are. What you lose is the ruler: the true factors of a photograph are not known, so plan how you will measure side effects before you edit.
