# %% [markdown]
# # Can a program make something it has never seen?
#
# You show a program 1,400 handwritten digits and ask it for a new one. If it returns one of yours, it has only copied.
# If it returns noise, it has learned nothing. In the next fifteen minutes you build a program that does neither, and check it.
#
# | | |
# |---|---|
# | **You will** | tell a generative model from a discriminative one · build one of each · draw new digits · test whether they are readable and whether they are copies |
# | **First** | Python and a little NumPy |
# | **Time** | {{ reading_minutes }} min of reading, {{ exercise_minutes }} min of exercises, {{ computing_seconds }} s of computing (the first time 60 s more) |

# %% [markdown] tags=["instructor"]
# **For teachers, 15 minutes.** Set-up 2 · how exercises work 3 · two classifiers 5 · drawing and testing 5.
# Ask the room before the first run: *how would you find out that a program has copied?* Expect the answer "by looking";
# the nearest-neighbour test below is the first number of the course that replaces a look.
# If the first import fails, look at the kernel first: it must be the course's own (`genai-course lab` starts the right one).

# %% [markdown]
# ## How this course works
#
# Click into a cell and press **Shift + Enter** to run it. Work from top to bottom.
#
# - Cells with `...` in them are yours to complete. The cell below each one checks your answer and tells you what it saw.
# - Stuck? Run `hint("welcome-average_picture")` in a cell of its own, with the name from the check cell: up to three hints, each more
#   direct than the last.
# - Until an answer passes, the lesson goes on with its own version, so nothing ever blocks you.
# - A wrong answer costs nothing. The complete lesson lies in `solutions/`.
# - A cell never ends? Press **■** (interrupt). If that changes nothing, *Kernel → Restart Kernel*, and begin at the top. What you have passed is kept.

# %% tags=["parameters"]
PROFILE = "laptop"  # "smoke" runs in seconds, "gpu" trains for longer
SEED = 0

# %%
from genai_course import (
    check, claim, data, evaluation, hint, plots,
    predict, quiz, setup, widgets, zoo,
)

run = setup(PROFILE, SEED)

# %%
import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier, NearestNeighbors

digits = data.digits()
digits.train.shape  # (pictures, height, width, channels)

# %%
figure = plots.pictures(
    digits.train[:20],
    labels=digits.train_labels[:20],
    title="Twenty of the digits the program will see",
)
plots.show(figure, "Twenty handwritten digits of eight by eight grey pixels, each under its label.")

# %% [markdown]
# The digits come with scikit-learn: 1,797 pictures, written by 13 people. Your models learn from 1,437 of them; the other 360 are
# **held out**, which means that no model sees them before its test.
#
# Each picture is 64 numbers between 0 (black) and 1 (white). Laid out in a row, a picture is a point in a space of 64 dimensions,
# and the digits are ten clouds of points in it.

# %%
train = digits.train.reshape(-1, 64)  # (pictures, 64)
test = digits.test.reshape(-1, 64)
labels, test_labels = digits.train_labels, digits.test_labels

# %% [markdown]
# ## Two questions to ask of a cloud
#
# A **discriminative** model answers *which digit is this?* It learns p(label | picture): a border between the clouds, nothing more.
# Logistic regression is one.

# %% tags=["nbval-ignore-output"]
discriminative = LogisticRegression(max_iter=1000).fit(train, labels)
discriminative_accuracy = discriminative.score(test, test_labels)
print(f"Logistic regression reads {discriminative_accuracy:.0%} of the held-out digits.")

# %% [markdown]
# A **generative** model answers *what do pictures of this digit look like?* It learns p(picture | label): the cloud itself, its
# centre and its shape. Once you know the clouds you can do two things: draw a new point from one of them, and ask which of them a given
# point belongs to.
#
# ## Exercise 1: the centre of a cloud
#
# Your warm-up. Complete `average_picture`: the average of many pictures, pixel by pixel.

# %% tags=["exercise"] id="welcome-average_picture" points=1
def average_picture(pictures):
    """Average of pictures, pixel by pixel.  (n, 64) -> (64,)"""
    ### BEGIN SOLUTION
    return pictures.mean(axis=0)
    ### END SOLUTION

# %% tags=["check"]
average_picture = check("welcome-average_picture", average_picture)

# %%
centres = np.stack([average_picture(train[labels == digit]) for digit in range(10)])  # (10, 64)
figure = plots.pictures(
    centres.reshape(-1, 8, 8, 1),
    labels=range(10),
    title="The centre of each cloud",
)
plots.show(figure, "Ten blurred digits, the averages of all training pictures of each class.")

# %% [markdown]
# Averages are blurred, because people write differently. The blur is the cloud's *shape*: which pixels brighten together. The simplest
# model of a shape is a Gaussian, with a covariance matrix Σ of 64 × 64 numbers. A little is added to its diagonal, so that
# pixels that never changed in training may still change a little.

# %%
covariances = np.stack([np.cov(train[labels == digit].T) for digit in range(10)])
factors = np.linalg.cholesky(covariances + 0.001 * np.eye(64))
factors.shape  # (10, 64, 64): L with Σ = L Lᵀ, one for each digit

# %%
def log_likelihoods(pictures):
    """log p(picture | digit) for every digit, up to a shared constant.  (n, 64) -> (n, 10)"""
    columns = []
    for centre, factor in zip(centres, factors, strict=True):
        white = np.linalg.solve(factor, (pictures - centre).T)  # L⁻¹(x − μ): (64, n)
        columns.append(-0.5 * np.sum(white**2, axis=0) - np.sum(np.log(np.diag(factor))))
    return np.stack(columns, axis=1)

# %% [markdown]
# ## Exercise 2: from drawing to reading
#
# Bayes' rule turns the generative model around: p(label | picture) is proportional to p(picture | label) · p(label).
# Logarithms turn the product into a sum. Complete `most_probable_class`: for each picture, the class with the largest sum of
# log-likelihood and log-prior (any of them, where several are equal).

# %% tags=["exercise"] id="welcome-most_probable_class" points=2
def most_probable_class(log_likelihood, log_prior):
    """The class of each picture by Bayes' rule.  (n, classes), (classes,) -> (n,) whole numbers"""
    ### BEGIN SOLUTION
    return np.argmax(log_likelihood + log_prior, axis=1)
    ### END SOLUTION

# %% tags=["check"]
most_probable_class = check("welcome-most_probable_class", most_probable_class)

# %% tags=["nbval-ignore-output"]
log_prior = np.log(np.bincount(labels) / len(labels))  # (10,)
generative_accuracy = np.mean(most_probable_class(log_likelihoods(test), log_prior) == test_labels)
print(f"Ten Gaussians read {generative_accuracy:.0%} of the held-out digits.")

# %%
claim(
    "The Gaussians, made for drawing, read at least as well as logistic regression, "
    "made for reading (within 1 %)",
    generative_accuracy >= discriminative_accuracy - 0.01,
)

# %% [markdown]
# ## Predict
#
# Now the part logistic regression cannot do. We draw 100 new pictures from each Gaussian and show them to a third model that has never met the
# Gaussians: a nearest-neighbour classifier. Guessing would be right for 1 in 10. What share will it read as the digit we asked for?

# %% tags=["exercise"] solution="0.7"
my_guess = ...  # a share between 0 and 1

# %% tags=["check"]
predict("welcome-recognised_share", my_guess)

# %% [markdown]
# A Gaussian draw is centre + L · noise: the noise is 64 independent standard normal numbers, and L gives it the cloud's shape.

# %%
def draw_digits(digit, n, seed, spread=1.0):
    """New pictures of one digit: centre + spread · L · noise, cut to [0, 1].  -> (n, 64)"""
    noise = np.random.default_rng(seed).standard_normal((n, 64))
    return np.clip(centres[digit] + spread * noise @ factors[digit].T, 0, 1)

sheets = [draw_digits(digit, 100, seed=SEED + digit) for digit in range(10)]
drawn = np.concatenate(sheets)  # (1000, 64)
wanted = np.repeat(np.arange(10), 100)  # (1000,)

# %%
figure = plots.pictures(
    drawn[::50].reshape(-1, 8, 8, 1),
    labels=wanted[::50],
    title="Twenty digits that nobody wrote",
)
plots.show(
    figure,
    "Twenty drawn digits, two of each class, grainier than those people wrote; "
    "many can be read at a glance, some only with the label.",
)

# %% tags=["nbval-ignore-output"]
judge = KNeighborsClassifier(5).fit(train, labels)
recognised = judge.score(drawn, wanted)
predict("welcome-recognised_share", outcome=recognised)

# %%
claim(
    "A third classifier reads at least 80 % of the drawn digits as the digit asked for; "
    "chance is 10 %",
    recognised >= 0.8,
)

# %% [markdown]
# ## Never seen?
#
# Readable is half of the question. A program that returned its training pictures would be read perfectly. So measure, for each drawn
# digit, the distance to the nearest training picture. Then compare with the same distance for the held-out digits, which people wrote
# and the program has never seen.

# %%
nearest = NearestNeighbors(n_neighbors=1).fit(train)
drawn_distance = nearest.kneighbors(drawn)[0].ravel()
real_distance = nearest.kneighbors(test)[0].ravel()
copy_distance = {
    "drawn digits": np.median(drawn_distance),
    "new digits by people": np.median(real_distance),
}

# %% tags=["nbval-ignore-output"]
figure = plots.bars(
    copy_distance,
    title="How far to the nearest picture the program has seen?",
    x_label="median distance in pixel space (0 is a copy)",
)
plots.show(
    figure,
    "Two bars: drawn digits lie a little further from the training pictures "
    "than new digits written by people.",
)

# %%
claim(
    "The typical drawn digit is no closer to the training pictures than a person's new digit is",
    np.median(drawn_distance) >= 0.95 * np.median(real_distance),
)
claim("No drawn digit is a copy", drawn_distance.min() > 0.1)

# %% [markdown]
# ## Explore: your own digits
#
# Choose a digit and draw new ones. `spread` scales the noise: at 0 every draw is the average, above 1 the pen gets wild.

# %%
def draw_sheet(digit, spread, seed):
    sheet = draw_digits(digit, 10, seed, spread).reshape(-1, 8, 8, 1)
    return plots.pictures(sheet, columns=5, scale=1.0, title=f"Ten new pictures of a {digit}")

widgets.explore(
    draw_sheet,
    "Ten drawn pictures of the digit three, all different and grainy; some are hard to read.",
    digit={str(digit): digit for digit in (3, 0, 1, 2, 4, 5, 6, 7, 8, 9)},
    spread=(0.0, 2.0, 0.1, 1.0),
    seed=(0, 50, 1, 0),
)

# %% [markdown]
# ## Where this breaks
#
# Ten Gaussians, one for each digit, were told the labels. What if nobody tells? Here are letters and digits in 21 typefaces, slanted
# and bent, on 256 pixels, and one Gaussian for all of them. The cloud comes in pieces, and a bump that covers all the pieces also
# covers the empty space between them. Beside it draws a network that was not told the labels either.

# %%
glyphs = data.glyphs(n_train=4_000, n_test=4_000)
flat = glyphs.train.reshape(-1, 256)
factor = np.linalg.cholesky(np.cov(flat.T) + 1e-4 * np.eye(256))
noise = np.random.default_rng(SEED).standard_normal((4_000, 256))
smoke = np.clip(flat.mean(axis=0) + noise @ factor.T, 0, 1).reshape(-1, 16, 16, 1)
network = zoo.load("vae_glyphs", run).sample(4_000, seed=SEED)

# %%
figure = plots.pictures(
    np.concatenate([glyphs.test[:10], smoke[:10], network[:10]]),  # (30, 16, 16, 1)
    row_labels=["real", "one Gaussian", "a network"],
    title="One bump is not enough for letters",
)
plots.show(
    figure,
    "Three rows of ten pictures: real letters and digits; a Gaussian's draws, smoke with hints "
    "of strokes; and a network's draws, most of them smooth strokes that look like letters.",
)

# %% [markdown]
# How far is smoke from a letter? The **Fréchet distance** compares a crowd of drawings with a crowd of real pictures, as the course's
# classifier sees them. 0 means that it cannot tell the crowds apart. You will meet it in every lesson on pictures.

# %% tags=["nbval-ignore-output"]
real_features = evaluation.features(glyphs.test)  # (4000, 64)
distances = {
    name: evaluation.frechet_distance(evaluation.features(crowd), real_features)
    for name, crowd in {"one Gaussian": smoke, "a network": network}.items()
}
print({name: round(distance, 1) for name, distance in distances.items()})

# %%
claim(
    "The network's drawings are at least three times closer to real letters than one Gaussian's",
    distances["a network"] <= distances["one Gaussian"] / 3,
)

# %% [markdown]
# ## A tour of the families
#
# Seven families of models that draw have samples here, from the course's **zoo**: models that train once on your machine and are
# kept. Those that write come in [Recurrent networks](../02_models/09_recurrent_networks.ipynb), [Transformers](../02_models/10_transformers.ipynb) and [BERT and T5](../02_models/11_bert_and_t5.ipynb).

# %% [markdown]
# | family | what it does | you build it in |
# |---|---|---|
# | autoencoder | squeezes a picture through 16 numbers and draws it back | [Autoencoders](../02_models/03_autoencoders.ipynb) |
# | variational autoencoder | draws new pictures from random numbers | [Variational autoencoders](../02_models/04_variational_autoencoders.ipynb) |
# | adversarial network | draws the letter you ask for, here A to J | [Adversarial networks](../02_models/05_generative_adversarial_networks.ipynb) |
# | diffusion model | takes noise away, step by step, until a letter is left; here A to J again | [Diffusion](../02_models/12_diffusion.ipynb) |
# | Boltzmann machine | dreams black and white digits by an energy | [Boltzmann machines](../02_models/02_boltzmann_machines.ipynb) |
# | PixelCNN | guesses one pixel after another | [PixelCNN](../02_models/07_pixelcnn_and_pixelrnn.ipynb) |
# | normalizing flow | bends noise into digits, and can go back | [Normalizing flows](../02_models/08_normalizing_flows.ipynb) |

# %%
squeezed = zoo.load("autoencoder_glyphs", run)(glyphs.test[:10])
asked = zoo.load("gan_glyphs", run).sample(10, seed=SEED, labels=range(10))
cleaned = zoo.load("diffusion_glyphs", run).sample(
    10, seed=SEED, labels=range(10), steps=5, guidance_scale=2.0)
figure = plots.pictures(
    np.concatenate([glyphs.test[:10], squeezed, network[10:20], asked, cleaned]),
    row_labels=["real", "autoencoder", "variational", "adversarial", "diffusion"],
    title="Four families, on letters",
)
plots.show(
    figure,
    "Five rows of ten: real letters and digits, the same ones drawn back from 16 numbers, "
    "a little softer, new ones drawn from random numbers, and twice the letters A to J.",
)

# %%
dreams = 0.8 * zoo.load("boltzmann_digits", run).sample(10, seed=SEED)  # black and white
guessed = zoo.load("pixelcnn_digits", run).sample(10, seed=SEED)  # (10, 8, 8, 1)
bent = zoo.load("flow_digits", run).sample(10, seed=SEED)  # (10, 64), greys from 0 to 17
bent = np.clip(np.floor(bent), 0, 16).reshape(10, 8, 8, 1) / 16
figure = plots.pictures(
    np.concatenate([digits.test[:10], dreams, guessed, bent]),
    row_labels=["real", "Boltzmann", "PixelCNN", "flow"],
    title="Three more families, on digits",
)
plots.show(
    figure,
    "Four rows of ten pictures of eight by eight pixels: real digits, black and grey dreams, "
    "digits drawn pixel by pixel, and softer ones bent out of noise; some are easy to read.",
)

# %% [markdown]
# ## Recap
#
# 1. A discriminative model learns a border; a generative model learns the cloud.
# 2. Once you know the cloud you can both read and draw.
# 3. A drawing is judged by numbers: is it recognised, and is it new?
# 4. One Gaussian a class is enough for tiny digits; letters in many typefaces come out smeared.
# 5. The rest of the course builds better clouds.

# %% [markdown]
# ## Quiz
#
# Click, or type one letter a question.

# %% tags=["exercise"] solution='"bcab"'
my_answers = ...  # such as "abcd"

# %% tags=["check"]
quiz("welcome", my_answers)

# %% [markdown]
# ## Read on, and scale up
#
# - Ng and Jordan (2001), *On Discriminative vs. Generative Classifiers*: when does modelling the cloud pay?
# - Tomczak (2022), *Deep Generative Modeling*, chapter 1.
#
# **Scale up.** Replace `data.digits()` by `data.mnist()`: 28 × 28 pixels, so 64 becomes 784 and `8, 8` becomes `28, 28`, down to
# *Where this breaks*. Do the Gaussians still read as well as logistic regression? Look at what they draw, too. `data.mnist(full=True)`
# fetches all 70,000 digits once.
