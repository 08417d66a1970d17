# %% [markdown]
# # How few numbers can draw a letter?
#
# A small picture of a letter has 256 pixels. Squeeze it through a layer of eight numbers, ask a network to draw it back, and look at
# what is lost. Whatever survives is what the network has understood about letters.
#
# | | |
# |---|---|
# | **You will** | build an autoencoder · compare it with PCA at the same size · choose a bottleneck for a target error · repair a denoiser · show why its codes cannot be drawn at random |
# | **First** | [Images as numbers](../01_data/01_images.ipynb) |
# | **Time** | {{ reading_minutes }} min of reading, {{ exercise_minutes }} min of exercises, {{ computing_seconds }} s of computing |

# %% [markdown] tags=["instructor"]
# **For teachers, 50 minutes.** Prediction and PCA 8 · exercise 1 and the first network 12 · the sweep 8 · experiment 8 · denoising 6 · breaking it 5 · quiz 3.
#
# Ask before the sweep: *with a bottleneck as wide as the picture, what would the network learn?* (To copy; a bottleneck is what makes it choose.)
# Learners most often average over the whole batch in exercise 1; the check names it. Let them find it there.

# %% tags=["parameters"]
PROFILE = "laptop"  # "smoke" runs in seconds, "gpu" trains for longer
SEED = 0

# %%
from genai_course import (
    check, claim, data, evaluation, hint, models, plots,
    predict, quiz, record, setup, show_source, widgets,
)

run = setup(PROFILE, SEED)

# %%
import keras
import numpy as np
from keras import layers, ops
from sklearn.decomposition import PCA

from genai_course.models.latent_prior import LatentPrior
from genai_course.training import Progress, track

digits = data.digits()
digits.train.shape  # (pictures, height, width, channels)

# %% [markdown]
# ## The smallest version: four numbers for a digit
#
# Start with handwritten digits of 8 × 8 pixels. **PCA** finds the directions in which the pictures vary most and keeps only the first few:
# a picture becomes four numbers, and four numbers become a picture again. Once the average picture is taken off, both steps are a matrix,
# so PCA is an autoencoder without a bend in it.
#
# ## Predict
# Four numbers instead of 64. What share of the pictures' variation do you expect PCA to keep?

# %% tags=["exercise"] solution="0.4"
my_guess = ...  # a share between 0 and 1

# %% tags=["check"]
predict("autoencoders-kept_variation", my_guess)

# %% tags=["nbval-ignore-output"]
def draw_with_pca(train, test, numbers):
    """Fit PCA on train, squeeze test through that many numbers and draw it back.

    (n_train, height, width, 1), (n, height, width, 1), whole number -> (n, height, width, 1)
    """
    pca = PCA(numbers, random_state=SEED).fit(train.reshape(len(train), -1))
    codes = pca.transform(test.reshape(len(test), -1))  # (n, numbers)
    return pca.inverse_transform(codes).reshape(test.shape)

pca_digits = draw_with_pca(digits.train, digits.test, 4)
variation = np.mean((digits.test - digits.train.mean(axis=0)) ** 2)
lost = np.mean((digits.test - pca_digits) ** 2) / variation
predict("autoencoders-kept_variation", outcome=1 - lost)

# %% [markdown]
# ## Exercise 1: the error, picture by picture
#
# To train a network we need the error as one number per picture: the mean squared difference over its pixels,
#
# $$e_i = \frac{1}{\text{pixels}} \sum_{\text{pixels}} (x_i - \hat x_i)^2 .$$
#
# The function will run inside TensorFlow's training loop, so use `keras.ops` (`ops.mean`, `ops.square`), not NumPy.
#
# Stuck? Run `hint("autoencoders-reconstruction_error")` in a cell of its own; every exercise has three hints.

# %% tags=["exercise"] id="autoencoders-reconstruction_error" points=2
def reconstruction_error(pictures, drawn):
    """Mean squared error of each picture.  (n, 8, 8, 1), (n, 8, 8, 1) -> (n,)"""
    ### BEGIN SOLUTION
    return ops.mean(ops.square(pictures - drawn), axis=(1, 2, 3))
    ### END SOLUTION

# %% tags=["check"]
reconstruction_error = check("autoencoders-reconstruction_error", reconstruction_error)

# %% [markdown]
# ## A network with a waist
#
# The encoder goes from 64 pixels down to four numbers, the **code**; the decoder goes back up. What PCA does not have are the bends between
# the layers: `relu`, and at the end `sigmoid`, which keeps every pixel between 0 and 1. The loss is your function, and the target is the picture itself.

# %%
def build_autoencoder(latent_dim):
    """Encoder and decoder for digits, with your function as the loss."""
    network = keras.Sequential([
        layers.Flatten(),                        # (n, 64)
        layers.Dense(256, activation="relu"),    # (n, 256)
        layers.Dense(latent_dim),                # (n, latent_dim): the code
        layers.Dense(256, activation="relu"),    # (n, 256)
        layers.Dense(64, activation="sigmoid"),  # (n, 64), each between 0 and 1
        layers.Reshape((8, 8, 1)),               # (n, 8, 8, 1)
    ])
    network.compile(keras.optimizers.Adam(2e-3), loss=reconstruction_error)
    return network

# %%
keras.utils.set_random_seed(SEED)
small = build_autoencoder(latent_dim=4)
small_epochs = run.steps(smoke=3, laptop=50, gpu=200)
progress = Progress("Autoencoder for digits")
small.fit(digits.train, digits.train, epochs=small_epochs, verbose=0, callbacks=[progress])
network_digits = ops.convert_to_numpy(small(digits.test))

# %% tags=["nbval-ignore-output"]
def mean_error(drawn):
    """Your error, averaged over the held-out digits."""
    return float(np.mean(reconstruction_error(ops.convert_to_tensor(digits.test), drawn)))

errors = {
    "PCA": mean_error(pca_digits.astype("float32")),
    "autoencoder": mean_error(network_digits),
}
record("pca_error", errors["PCA"], "held-out error of PCA, four numbers", tolerance=0.01)
record("network_error", errors["autoencoder"], "held-out error, four numbers", tolerance=0.1)
print("Held-out error with four numbers:")
for name, error in errors.items():
    print(f"{error:.4f}  {name}")

# %%
claim(
    "With four numbers the network loses at least a tenth less than PCA "
    "on digits it has not seen",
    errors["autoencoder"] <= 0.9 * errors["PCA"],
)

# %%
rows = [digits.test[:10], pca_digits[:10], network_digits[:10]]
figure = plots.pictures(
    np.concatenate(rows),  # (30, 8, 8, 1)
    row_labels=["held-out digit", "PCA, 4 numbers", "network, 4 numbers"],
    title="Sixty-four pixels through four numbers",
)
plots.show(
    figure,
    "Three rows of ten digits: the originals, blurred PCA versions, and sharper network versions.",
)

# %% [markdown]
# ## The real thing: letters in 21 typefaces
#
# `glyphs` holds letters and digits, slanted, bent, thick and thin, on 16 × 16 pixels. The network is the course's own, in a file you can read on one screen.

# %%
glyphs = data.glyphs(
    n_train=run.steps(smoke=256, laptop=20_000, gpu=100_000),
    n_test=run.steps(smoke=200, laptop=4_000, gpu=4_000),
)
show_source(models.Autoencoder)

# %% [markdown]
# ## Exercise 2: the price of a code
#
# Before we shrink the waist, say by how much. Complete `compression_rate`: how many numbers the picture has for each number of its code.

# %% tags=["exercise"] id="autoencoders-compression_rate" points=1
def compression_rate(picture_shape, latent_dim):
    """Numbers in a picture per number in its code.

    (height, width, channels), whole number -> float
    """
    ### BEGIN SOLUTION
    height, width, channels = picture_shape
    return height * width * channels / latent_dim
    ### END SOLUTION

# %% tags=["check"]
compression_rate = check("autoencoders-compression_rate", compression_rate)

# %%
epochs = run.steps(smoke=1, laptop=6, gpu=50)
def train_autoencoder(latent_dim, letters=glyphs.train):
    """Train the course's autoencoder on letters; the same seed gives the same network."""
    keras.utils.set_random_seed(SEED)
    model = models.Autoencoder(latent_dim, letters.shape[1:], width=256)
    steps = epochs * -(-len(letters) // 128)
    falling = keras.optimizers.schedules.CosineDecay(3e-3, steps)  # large steps first
    model.compile(keras.optimizers.Adam(falling), **run.compile_options)
    progress = Progress(f"Autoencoder with {latent_dim} numbers")
    model.fit(letters, epochs=epochs, batch_size=128, verbose=0, callbacks=[progress])
    return model

# %%
def held_out_error(model):
    """Mean reconstruction error on the test letters."""
    drawn = ops.convert_to_numpy(model(glyphs.test))
    return float(np.mean((glyphs.test - drawn) ** 2))

# %%
sizes = run.steps(smoke=[8, 16, 32], laptop=[2, 4, 8, 16, 32], gpu=[2, 4, 8, 16, 32])
trained = {size: train_autoencoder(size) for size in sizes}
network_errors = {size: held_out_error(trained[size]) for size in sizes}

# %%
def pca_error(size):
    """The same error for PCA."""
    drawn = draw_with_pca(glyphs.train, glyphs.test, size)
    return float(np.mean((glyphs.test - drawn) ** 2))

pca_errors = {size: pca_error(size) for size in track(sizes, "Fitting PCA")}

# %% tags=["nbval-ignore-output"]
figure = plots.lines(
    {"PCA": list(pca_errors.values()), "autoencoder": list(network_errors.values())},
    x=sizes,
    log_x=True,
    title="The network wins at every size",
    x_label="numbers in the code",
    y_label="held-out error",
)
plots.show(
    figure,
    "Two falling curves of error against code size from 2 to 32; "
    "the autoencoder's lies below PCA's everywhere.",
)

# %% tags=["nbval-ignore-output"]
for size in sizes:
    rate = compression_rate(glyphs.train.shape[1:], size)
    print(
        f"{size:3d} numbers ({rate:5.1f} times smaller): "
        f"PCA {pca_errors[size]:.4f}, autoencoder {network_errors[size]:.4f}"
    )
record("letters_by_eight", network_errors[8], "held-out error, letters, 8 numbers", 0.1)
record("letters_by_pca", pca_errors[16], "held-out error of PCA, letters, 16 numbers", 0.01)

# %%
claim(
    "The autoencoder beats PCA at every bottleneck from 2 to 32, on held-out letters",
    all(network_errors[size] < pca_errors[size] for size in sizes),
)
claim(
    "Eight numbers from the autoencoder draw letters better than sixteen from PCA",
    network_errors[8] < pca_errors[16],
)

# %%
originals = glyphs.test[:10]
rows = [originals] + [trained[size](originals) for size in sizes]
figure = plots.pictures(
    np.concatenate(rows),  # (60, 16, 16, 1)
    row_labels=["held-out picture"] + [f"{size} numbers" for size in sizes],
    title="What survives the squeeze",
)
plots.show(
    figure,
    "Ten letters and digits and what is left of them after 2, 4, 8, 16 and 32 numbers; "
    "with 2 most are wrong, with 32 hard to tell from the original.",
)

# %% [markdown]
# ## Exercise 3: as small as you can afford
#
# A phone keyboard wants to store letters with a held-out error of at most **0.018**, in as few numbers as possible. Read the curve, choose a size between the
# trained ones, and let it train. At most 15 numbers are accepted.

# %% tags=["exercise"] id="autoencoders-smallest_code" points=2 solution="13"
my_latent_dim = ...  # a whole number

# %% tags=["nbval-ignore-output"]
chosen_dim = 4 if my_latent_dim is ... else my_latent_dim
chosen_error = held_out_error(train_autoencoder(chosen_dim))
my_result = {"latent_dim": my_latent_dim, "error": chosen_error}
my_result

# %% tags=["check"]
my_result = check("autoencoders-smallest_code", my_result)

# %% [markdown]
# ## Explore: turn the knobs of a letter
#
# Choose a letter or digit, then move its code along the three directions in which codes vary most. A step of 1 is one standard deviation.
# Small steps bend the stroke; large ones turn one letter into another.

# %%
explored = trained[8]
codes = ops.convert_to_numpy(explored.encode(glyphs.train[:2_000]))  # (n, 8)
directions = PCA(3).fit(codes)
spread = np.sqrt(directions.explained_variance_)  # (3,) standard deviations
knobs = directions.components_ * spread[:, None]  # (3, 8), one standard deviation each

def turn(letter, first, second, third):
    """A held-out letter drawn from its code, and again after the code has moved."""
    index = np.flatnonzero(glyphs.test_labels == glyphs.class_names.index(letter))[0]
    code = ops.convert_to_numpy(explored.encode(glyphs.test[index : index + 1]))  # (1, 8)
    moved = code + np.array([[first, second, third]]) @ knobs  # (1, 8)
    both = np.concatenate([code, moved]).astype("float32")  # (2, 8)
    return plots.pictures(
        ops.convert_to_numpy(explored.decode(both)),  # (2, 16, 16, 1)
        labels=["drawn from its code", "after your turn"],
        title=f"Turning the knobs of {letter}",
        scale=1.9,
    )

# %%
widgets.explore(
    turn,
    "The letter R drawn from its code, and the same letter after its code has moved; "
    "it has changed shape.",
    letter=["R", *(name for name in glyphs.class_names if name != "R")],
    first=(-3.0, 3.0, 0.25, 1.0),
    second=(-3.0, 3.0, 0.25, 0.0),
    third=(-3.0, 3.0, 0.25, 0.0),
)

# %% [markdown]
# ## Exercise 4: repair the denoiser
#
# An autoencoder can also clean pictures: show it a noisy one, ask for the clean one. A colleague wrote the function below that makes the training
# pair, and the network learned to return the noise faithfully:
#
# ```python
# def denoising_pair(pictures, noise):
#     noisy = pictures + noise
#     return noisy, noisy
# ```
#
# Write it so that the network gets the noisy picture and must draw the clean one. Keep the noisy picture's values between 0 and 1, as in any picture.

# %% tags=["exercise"] id="autoencoders-denoising_pair" points=2
def denoising_pair(pictures, noise):
    """What the network sees, and what it must draw.

    (n, h, w, c), (n, h, w, c) -> (n, h, w, c), (n, h, w, c)
    """
    ### BEGIN SOLUTION
    return np.clip(pictures + noise, 0, 1), pictures
    ### END SOLUTION

# %% tags=["check"]
denoising_pair = check("autoencoders-denoising_pair", denoising_pair)

# %%
def noise_like(pictures, seed):
    """Heavy grain of the pictures' shape."""
    return np.random.default_rng(seed).normal(0, 0.3, pictures.shape).astype("float32")

keras.utils.set_random_seed(SEED)
denoiser = build_autoencoder(latent_dim=24)
for epoch in track(range(run.steps(smoke=2, laptop=40, gpu=200)), "Denoiser, epochs"):
    noise = noise_like(digits.train, seed=1_000 + epoch)  # new, so nothing to learn by heart
    seen, wanted = denoising_pair(digits.train, noise)
    denoiser.fit(seen, wanted, batch_size=64, verbose=0)

# %% tags=["nbval-ignore-output"]
noisy = np.clip(digits.test + noise_like(digits.test, seed=SEED), 0, 1)
cleaned = ops.convert_to_numpy(denoiser(noisy))
error_before = float(np.mean((digits.test - noisy) ** 2))
error_after = float(np.mean((digits.test - cleaned) ** 2))
print(f"Error against the clean digit: noisy {error_before:.4f}, cleaned {error_after:.4f}")

# %%
claim("Cleaning removes at least half of the error", error_after <= 0.5 * error_before)

# %%
figure = plots.pictures(
    np.concatenate([digits.test[:10], noisy[:10], cleaned[:10]]),  # (30, 8, 8, 1)
    row_labels=["held-out digit", "with noise", "cleaned"],
    title="Asked for the clean digit, it leaves the grain out",
)
plots.show(
    figure,
    "Ten digits, the same digits under heavy grain, and the network's clean versions.",
)

# %% [markdown]
# ## Break it: draw a letter from a random code
#
# The decoder turns any 32 numbers into a picture. So why not roll dice? Take the codes of the training letters, note the mean and the spread of each of
# the 32 numbers, and draw new numbers with the same mean and spread.
#
# To judge the result, the **Fréchet distance** compares a whole set of drawings with real letters, through the eyes of the course's classifier:
# lower is better.

# %%
def draw_and_score(codes):
    """Drawings of the codes, and their Fréchet distance to real letters."""
    drawn = ops.convert_to_numpy(trained[32].decode(codes.astype("float32")))
    return drawn, evaluation.frechet_distance(evaluation.features(drawn), real_features)

real_features = evaluation.features(glyphs.test)
codes = ops.convert_to_numpy(trained[32].encode(glyphs.train[:4_000]))  # (n, 32)
noise = np.random.default_rng(SEED).standard_normal(codes.shape)
dice = codes.mean(axis=0) + codes.std(axis=0) * noise

# %% [markdown]
# And the repair: codes do not fill their space evenly, so learn *where* they lie. A mixture of 50 Gaussians, fitted to the codes, is a small generative model of its own.

# %%
mixture = LatentPrior.fit(codes, components=50, seed=SEED)
kinds = {
    "real codes": codes,
    "rolled dice": dice,
    "mixture of 50": mixture.sample(4_000, SEED),  # (4000, 32)
}
drawn, distance = {}, {}
for name, chosen in kinds.items():
    drawn[name], distance[name] = draw_and_score(chosen)

# %% tags=["nbval-ignore-output"]
record("real_codes", distance["real codes"], "Fréchet distance, real codes", 0.2)
record("rolled_dice", distance["rolled dice"], "Fréchet distance, rolled dice", 0.2)
record("mixture_of_50", distance["mixture of 50"], "Fréchet distance, mixture of 50", 0.2)
figure = plots.bars(
    distance,
    title="Random codes do not make letters",
    x_label="Fréchet distance to real letters (lower is better)",
    highlight=["rolled dice"],
)
plots.show(
    figure,
    "Three bars: drawings from real codes are close to real letters, dice are far away, "
    "the fitted mixture lies between.",
)

# %%
shown = np.concatenate([pictures[-10:] for pictures in drawn.values()])  # (30, 16, 16, 1)
figure = plots.pictures(shown, row_labels=list(drawn), title="Where do good codes lie?")
plots.show(
    figure,
    "Three rows of ten drawings: letters and digits from real codes, smears and broken strokes "
    "from dice, and mostly readable letters from the mixture.",
)

# %%
claim(
    "Letters from dice are at least twice as far from real letters "
    "as those from a mixture fitted to the codes",
    distance["rolled dice"] >= 2 * distance["mixture of 50"],
)

# %% [markdown]
# Letters from real codes are at a Fréchet distance of {{ real_codes:.1f }} from real ones, those from dice at {{ rolled_dice:.1f }}, those from the mixture
# at {{ mixture_of_50:.1f }}. The autoencoder was never asked to keep its codes in any order, so most of the code space means nothing. The
# [variational autoencoder](04_variational_autoencoders.ipynb) is an autoencoder that is asked.
#
# ## Make: your own squeeze
#
# Train an autoencoder on something the course did not: one typeface, one letter, letters turned upside down, or pictures squeezed to two numbers and
# drawn as a map. State a question first, measure one number that answers it, show one figure, and write two sentences on what you found.

# %% [markdown]
# **With your own pictures**, 40 or more in a folder, in colour; or with real handwriting of 28 × 28 pixels, `data.mnist()`. Run this, then `plots.pictures(np.concatenate([own.test[:10], drawn_back[:10]]), title="Real, and drawn back")`:
#
# ```python
# own = data.pictures_from("photos", 32)  # or data.mnist()
# often = own.train[np.arange(10_000) % len(own.train)]  # a small set comes oftener
# drawn_back = ops.convert_to_numpy(train_autoencoder(32, often)(own.test))
# ```

# %% tags=["exercise", "make"] id="autoencoders-make" points=4
def my_experiment():
    """Your question, one number, and a figure that shows it."""
    ### BEGIN SOLUTION
    # Question: does a network that has seen only letters draw digits as well?
    model = train_autoencoder(8, glyphs.train[glyphs.train_labels < 26])  # 26 to 35 are digits
    drawn = ops.convert_to_numpy(model(glyphs.test))
    error = np.mean((glyphs.test - drawn) ** 2, axis=(1, 2, 3))  # (n,)
    unseen = glyphs.test_labels >= 26
    errors = {
        "letters": float(error[~unseen].mean()),
        "digits, never seen": float(error[unseen].mean()),
    }
    title = "A network that has seen only letters"
    return plots.bars(errors, title=title, x_label="held-out error")
    # Digits lose about a quarter more, and are drawn all the same: a code is mostly about strokes.
    # Perhaps digits are harder for any network; one trained on digits alone would tell.
    ### END SOLUTION

# %% tags=["nbval-ignore-output"]
if (figure := my_experiment()) is not ...:
    plots.show(figure, "The figure of my own experiment.")

# %% [markdown] tags=["instructor"]
# **Rubric, 4 points.** A question that a number can answer (1) · the number is measured on held-out pictures (1) · a figure with title and labelled axes (1) ·
# two sentences that say what was found and one thing that could be wrong with it (1).
# The worked example answers a question about pictures of a kind never seen; its number shows how much of the code is about *letters* rather than about strokes.

# %% [markdown]
# ## Recap
#
# 1. An autoencoder is a network with a waist, trained to return what it was given.
# 2. PCA is the linear one; bends in the layers make every number of the code worth more: with four numbers a digit's error was {{ network_error:.3f }}
#    instead of {{ pca_error:.3f }}, and eight numbers for a letter did better ({{ letters_by_eight:.3f }}) than sixteen of PCA's ({{ letters_by_pca:.3f }}).
# 3. The smaller the code, the more it must be about the data and not about the pixels.
# 4. Shown a noisy picture and asked for the clean one, such a network learns to clean.
# 5. Its codes lie wherever training left them: to draw something new, you must know where.
#
# ## Quiz
#
# Click, or type one letter a question.

# %% tags=["exercise"] solution='"cabd"'
my_answers = ...  # one letter a question, such as "abcd"

# %% tags=["check"]
quiz("autoencoders", my_answers)

# %% [markdown]
# ## Read on, and scale up
#
# - Hinton and Salakhutdinov (2006), *Reducing the Dimensionality of Data with Neural Networks*.
# - Vincent et al. (2008), *Extracting and Composing Robust Features with Denoising Autoencoders*.
#
# **Scale up.** On a GPU set `PROFILE = "gpu"`: five times the letters, eight times the epochs. On pictures of 28 × 28 pixels and more, replace the dense layers by convolutions;
# below that, dense layers reach a given error in fewer seconds.
