# %% [markdown]
# # Can two networks teach each other to draw?
#
# One network forges letters, another tries to tell them from real ones. Each learns from the other's mistakes, and nobody ever says what a good letter is.
# You play the game first on a line, where you can see every move, and then with letters.
#
# | | |
# |---|---|
# | **You will** | derive what a perfect critic answers · write both players' losses · steady a game that circles · train a convolutional GAN that draws the letter you ask for · compare it with a cheap rival |
# | **First** | [Variational autoencoders](04_variational_autoencoders.ipynb) |
# | **Time** | {{ reading_minutes }} min of reading, {{ exercise_minutes }} min of exercises, {{ computing_seconds }} s of computing |

# %% [markdown] tags=["instructor"]
# **For teachers, 60 minutes.** The perfect critic 12 · the two losses 12 · breaking and steadying the game 12 · letters 19 · quiz 5.
#
# The sentence to leave on the board: *the critic does not know what is good, only what is different.*
# Learners expect a falling loss to mean progress. Ask before the curves of the real game: *which loss would you like to see?* (The critic's near 2 log 2: it is guessing.)

# %% tags=["parameters"]
PROFILE = "laptop"  # "smoke" runs in seconds, "gpu" trains for longer
SEED = 0

# %%
from genai_course import (
    check, claim, data, evaluation, hint, models, plots,
    predict, quiz, setup, show_source, widgets,
)

run = setup(PROFILE, SEED)

# %%
import keras
import numpy as np
import pandas as pd
import tensorflow as tf
from keras import layers, ops

from genai_course.training import Progress, track

random_numbers = np.random.default_rng(SEED)

# %% [markdown]
# ## The game
#
# The **generator** G turns random numbers z into a picture. The **discriminator** D sees a picture, real or forged, and answers with a number, its **logit**: above 0 for
# "real", below 0 for "forged". The logistic function σ turns the logit into a probability.
#
# D learns like any classifier. G learns by asking D which change of its picture would raise the logit. That is all.
#
# ## The smallest version: points on a line
#
# Real "pictures" are single numbers around −1.5 and 1.5. The forger has not understood that yet and draws around 0.5.

# %%
def bell(x, mean, spread):
    """Density of a normal distribution."""
    return np.exp(-0.5 * ((x - mean) / spread) ** 2) / (spread * np.sqrt(2 * np.pi))

def draw_real(n):
    """Numbers around -1.5 and 1.5.  -> (n, 1)"""
    centres = random_numbers.choice([-1.5, 1.5], size=(n, 1))
    return (centres + 0.5 * random_numbers.standard_normal((n, 1))).astype("float32")

def draw_forged(n):
    """Numbers around 0.5.  -> (n, 1)"""
    return (0.5 + 1.2 * random_numbers.standard_normal((n, 1))).astype("float32")

line = np.linspace(-4, 4, 161)  # (161,)
p_real = 0.5 * bell(line, -1.5, 0.5) + 0.5 * bell(line, 1.5, 0.5)
p_forged = bell(line, 0.5, 1.2)

# %% [markdown]
# ## Exercise 1: the perfect critic
#
# At a point x, real numbers turn up with density p_real(x) and forged ones with p_forged(x), equally many of both in all. What is the probability that a number at x is
# real? Both densities are above 0. Complete `optimal_discriminator`.
#
# Stuck? Run `hint("generative_adversarial_networks-optimal_discriminator")` in a cell of its own; every exercise has three hints.

# %% tags=["exercise"] id="generative_adversarial_networks-optimal_discriminator" points=2
def optimal_discriminator(p_real, p_fake):
    """Probability that a point is real.  Densities (n,), (n,) -> (n,) between 0 and 1"""
    ### BEGIN SOLUTION
    return p_real / (p_real + p_fake)
    ### END SOLUTION

# %% tags=["check"]
optimal_discriminator = check(
    "generative_adversarial_networks-optimal_discriminator", optimal_discriminator)

# %% [markdown]
# ## Exercise 2: the critic's loss
#
# Now train a critic and see whether it gets there. It sees as many real as forged numbers, and its loss is the classifier's cross-entropy,
#
# $$L_D = \operatorname{mean}\big[-\log \sigma(d_{\text{real}})\big] + \operatorname{mean}\big[-\log(1 - \sigma(d_{\text{fake}}))\big] .$$
#
# With logits this is safe to compute through softplus(a) = log(1 + eᵃ): −log σ(d) = softplus(−d), and −log(1 − σ(d)) = softplus(d). `ops.softplus` does not overflow, even
# where a sure critic says 200. Both losses of this lesson run inside training, so use `keras.ops`, not NumPy.

# %% tags=["exercise"] id="generative_adversarial_networks-discriminator_loss" points=2
def discriminator_loss(real_logits, fake_logits):
    """The critic's loss.  Two tensors of logits (n, 1) -> one number"""
    ### BEGIN SOLUTION
    return ops.mean(ops.softplus(-real_logits)) + ops.mean(ops.softplus(fake_logits))
    ### END SOLUTION

# %% tags=["check"]
discriminator_loss = check("generative_adversarial_networks-discriminator_loss", discriminator_loss)

# %%
keras.utils.set_random_seed(SEED)
critic = keras.Sequential([
    keras.Input((1,)),
    layers.Dense(64, "tanh"),  # (n, 64)
    layers.Dense(64, "tanh"),  # (n, 64)
    layers.Dense(1),           # (n, 1): the logit
])
optimizer = keras.optimizers.Adam(3e-3)

@tf.function
def train_critic(real, forged):
    with tf.GradientTape() as tape:
        loss = discriminator_loss(critic(real), critic(forged))
    gradients = tape.gradient(loss, critic.trainable_variables)
    optimizer.apply(gradients, critic.trainable_variables)
    return loss

# %%
for _ in track(range(run.steps(smoke=20, laptop=1_500, gpu=5_000)), "Critic, steps"):
    train_critic(draw_real(512), draw_forged(512))
learned = ops.convert_to_numpy(ops.sigmoid(critic(line[:, None].astype("float32"))))[:, 0]
perfect = optimal_discriminator(p_real, p_forged)  # (161,)

# %%
figure = plots.lines(
    {
        "formula": perfect,
        "trained critic": learned,
        "real density": p_real,
        "forged density": p_forged,
    },
    x=line,
    title="The critic finds the formula",
    x_label="x",
    y_label="probability or density",
)
figure.axes[0].legend(loc="center left", bbox_to_anchor=(1, 0.5))
plots.show(
    figure,
    "The trained critic's curve follows the formula: high over the two real bumps, "
    "low between them. Far to the left, where hardly any numbers fall, it has nothing to go by.",
)

# %%
crowd = (p_real + p_forged) / np.sum(p_real + p_forged)  # where the numbers are
claim(
    "Where the numbers are, the trained critic differs from the formula "
    "by less than 0.06 on average",
    np.sum(crowd * np.abs(learned - perfect)) < 0.06,
)

# %% [markdown]
# Read the formula once more: where nothing is forged the critic says 1, where both densities agree it says ½. A forger who has won leaves a critic that tosses a coin, and a loss of 2 log 2 = 1.39.
#
# ## Exercise 3: the forger's loss
#
# G wants D to say "real": minimise −log σ(d) over its forgeries. (The game as first written down had G minimise log(1 − σ(d)). Both pull the same way; you will see below why
# nobody uses it.)

# %% tags=["exercise"] id="generative_adversarial_networks-generator_loss" points=2
def generator_loss(fake_logits):
    """The forger's loss.  A tensor of logits (n, 1) -> one number"""
    ### BEGIN SOLUTION
    return ops.mean(ops.softplus(-fake_logits))
    ### END SOLUTION

# %% tags=["check"]
generator_loss = check("generative_adversarial_networks-generator_loss", generator_loss)

# %% [markdown]
# ## Why not the other one?
#
# Early in a game forgeries are bad and the critic is sure: logits far below 0. How strongly does each loss push a forgery then? Let TensorFlow tell, from your loss.

# %%
logits = tf.Variable(np.linspace(-8, 4, 61, dtype="float32")[:, None])  # (61, 1)
with tf.GradientTape(persistent=True) as tape:
    yours = generator_loss(logits)
    first_idea = ops.mean(-ops.softplus(logits))  # log(1 - sigmoid(d))
push = {
    "−log σ(d), yours": -61 * tape.gradient(yours, logits).numpy()[:, 0],
    "log(1 − σ(d))": -61 * tape.gradient(first_idea, logits).numpy()[:, 0],
}

# %%
figure = plots.lines(
    push, x=logits.numpy()[:, 0], title="Who listens to a sure critic?",
    x_label="the critic's logit for a forgery", y_label="push towards 'real'",
)
plots.show(
    figure,
    "For logits far below 0 your loss pushes with nearly 1, the first idea with nearly 0; "
    "for logits above 0 it is the other way round.",
)

# %%
claim(
    "At a logit of −8 your loss pushes more than a thousand times harder",
    push["−log σ(d), yours"][0] > 1_000 * push["log(1 − σ(d))"][0],
)

# %% [markdown]
# ## Break it: the game goes round in circles
#
# Two players who follow their own slopes need not meet. The simplest game shows it: the real "picture" is the number 0, the forger owns one number θ, and the critic's logit is ψ · x.
# Each round first the critic and then the forger takes a step down its own loss. In the end θ should be 0.
#
# A repair, **R1**, charges the critic for steepness: it adds γ/2 times its squared slope at real pictures, here γ/2 · ψ².

# %%
def logistic(logit):
    """σ: the probability that a logit stands for."""
    return 1 / (1 + np.exp(-logit))

def play(penalty, rounds=200, rate=0.2):
    """The forger's number θ and the critic's ψ, round by round.  -> (rounds, 2)"""
    theta, psi, path = 1.0, 0.0, []
    for _ in range(rounds):
        psi -= rate * (theta * logistic(psi * theta) + penalty * psi)
        theta += rate * psi * logistic(-psi * theta)
        path.append((theta, psi))
    return np.array(path)

def swing(penalty):
    """How far θ still gets from 0 in the last 50 rounds."""
    return float(np.abs(play(penalty)[-50:, 0]).max())

# %% [markdown]
# ## Explore: steady the game
#
# Move the penalty γ and watch the path of (θ, ψ) from its start at (1, 0). Without a penalty it circles.

# %%
def draw_path(penalty):
    path = play(penalty)
    figure, axis = plots.new_figure(height=4.2, width=5.0)
    axis.plot(*path.T, color=plots.COLOURS[0], linewidth=1)
    axis.plot(1, 0, "o", color=plots.COLOURS[1], label="start")
    axis.plot(0, 0, "*", markersize=12, color=plots.COLOURS[5], label="goal")
    axis.set(title=f"γ = {penalty:g}: θ still swings by {swing(penalty):.2g}",
             xlabel="forger's θ", ylabel="critic's ψ", xlim=(-1.3, 1.3), ylim=(-1.3, 1.3))
    axis.legend(loc="upper right")
    return figure

widgets.explore(
    draw_path,
    "A path that starts at (1, 0) and circles around the goal at (0, 0), coming closer slowly.",
    penalty=(0.0, 9.0, 0.1, 0.0),
)

# %% [markdown]
# ## Exercise 4: bring it to rest
#
# Choose a penalty γ with which the forger stays within **0.02** of the goal in the last 50 of 200 rounds. Too little circles, too much crawls.

# %% tags=["exercise"] id="generative_adversarial_networks-penalty" points=1 solution="0.5"
my_penalty = ...  # a number, 0 or more

# %%
tried = 0.0 if my_penalty is ... else my_penalty
my_result = {"penalty": my_penalty, "swing": swing(tried)}

# %% tags=["check"]
my_result = check("generative_adversarial_networks-penalty", my_result)

# %%
claim("Without a penalty the forger still swings by more than 0.1 at the end", swing(0.0) > 0.1)
claim("With a penalty of 0.5 it rests", swing(0.5) < 0.01)

# %% [markdown]
# ## The real thing: letters
#
# The course's GAN plays the same game with networks of convolutions, as in the paper that made them work (DCGAN). It uses your two losses' twins, the R1 penalty, and two refinements:
# the critic is told which letter a picture should be, so you can *ask* for a letter; and samples come from a running average of the generator's weights.

# %%
show_source(models.GenerativeAdversarialNetwork.losses_of_players)
show_source(models.GenerativeAdversarialNetwork.train_step)

# %%
glyphs = data.glyphs(
    n_train=run.steps(smoke=256, laptop=20_000, gpu=100_000),
    n_test=run.steps(smoke=200, laptop=4_000, gpu=4_000),
)
n = run.steps(smoke=72, laptop=evaluation.SAMPLES, gpu=evaluation.SAMPLES)  # drawings to judge

# %% [markdown]
# ## Predict
# After less than a minute of playing, we ask for every letter and digit equally often and let the course's classifier read what comes. What share will it read as the letter we asked for?

# %% tags=["exercise"] solution="0.6"
my_guess = ...  # a share between 0 and 1

# %% tags=["check"]
predict("generative_adversarial_networks-recognised_share", my_guess)

# %%
keras.utils.set_random_seed(SEED)
gan = models.GenerativeAdversarialNetwork(
    32, glyphs.train.shape[1:], classes=36, architecture="convolutional")
gan.compile(**run.compile_options)
history = gan.fit(
    glyphs.train,
    glyphs.train_labels,
    epochs=run.steps(smoke=1, laptop=4, gpu=60),
    batch_size=64,
    verbose=0,
    callbacks=[Progress("GAN")],
).history

# %% tags=["nbval-ignore-output"]
figure = plots.lines(
    {"critic": history["discriminator_loss"], "forger": history["generator_loss"]},
    x=list(range(1, 1 + len(history["generator_loss"]))),
    title="The curves of a healthy game",
    x_label="epoch",
    y_label="loss",
)
plots.show(
    figure,
    "The critic's loss and the forger's loss over the epochs; neither goes to 0.",
)
print(f"A critic that guesses would have a loss of {2 * np.log(2):.2f}.")

# %% [markdown]
# Neither curve tells whether the letters are good: each is measured against an opponent who moves. So look, and measure.

# %%
asked = np.arange(n) % 36  # every letter and digit equally often
forged = gan.sample(n, seed=SEED, labels=asked)
figure = plots.pictures(
    np.concatenate([gan.sample(36, seed=SEED + row) for row in range(3)]),  # (108, 16, 16, 1)
    columns=12,
    scale=0.56,
    title="Three times every letter and digit, as asked",
)
plots.show(
    figure,
    "Nine rows of twelve forged letters and digits in order, A to 9, three times over; "
    "most are easy to read.",
)

# %% tags=["nbval-ignore-output"]
share = evaluation.recognised_share(forged, asked)
predict("generative_adversarial_networks-recognised_share", outcome=share)

# %%
claim("More than half of the letters are read as the one asked for; chance is 3 %", share > 0.5)

# %% [markdown]
# ## Beside the others
#
# With two epochs more, 83 % were read as asked when we measured. Now the letters themselves: real letters that nobody trained on show what is possible, and one Gaussian for each letter, which knows the labels too, what is cheap.

# %%
def gaussian_letters(label):
    """As many pictures of one letter as asked for, from a Gaussian fitted to it.  -> (k, 256)"""
    flat = glyphs.train[glyphs.train_labels == label].reshape(-1, 256)
    factor = np.linalg.cholesky(np.cov(flat.T) + 1e-3 * np.eye(256))
    noise = random_numbers.standard_normal((np.sum(asked == label), 256))
    return np.clip(flat.mean(axis=0) + noise @ factor.T, 0, 1)

gaussians = np.concatenate([gaussian_letters(label) for label in range(36)])
samples = {
    "real letters": data.glyphs(n_train=n, n_test=1, seed=SEED + 1).train,
    "GAN": forged,
    "36 Gaussians": random_numbers.permutation(gaussians).reshape(-1, 16, 16, 1),
}

# %% tags=["nbval-ignore-output"]
scores = {}
for name, pictures in track(samples.items(), "Scoring"):
    scores[name] = evaluation.evaluate_images(pictures, samples=n)
pd.DataFrame(scores).T.round(2)

# %%
figure = plots.pictures(
    np.concatenate([pictures[:10] for pictures in samples.values()]),  # (30, 16, 16, 1)
    row_labels=list(samples),
    title="Real, forged, and cheap",
)
plots.show(
    figure,
    "Three rows of ten: real letters, forged letters, and smoky ones from Gaussians.",
)

# %%
claim(
    "The GAN's letters are at most half as far from real ones as those of 36 Gaussians",
    scores["GAN"]["frechet"] <= 0.5 * scores["36 Gaussians"]["frechet"],
)
claim(
    "The GAN has not collapsed: it reaches at least half of the real variety",
    scores["GAN"]["recall"] >= 0.5,
)

# %% [markdown]
# Read all columns: in precision the Gaussians win, 0.33 against 0.23 when we measured. They stay near the average of each letter, so a larger share passes for real; the GAN dares more and
# misses more often.
#
# ## Explore: ask for a letter
#
# Choose a letter and a number for the dice. All ten drawings get the same label and different codes.

# %%
def draw_letter(letter, dice):
    labels = np.full(10, glyphs.class_names.index(letter))
    drawn = gan.sample(10, seed=dice, labels=labels)
    return plots.pictures(drawn, columns=5, scale=1.0, title=f"Ten new pictures of {letter}")

widgets.explore(
    draw_letter, "Ten forged pictures of the letter R in different styles.",
    letter=["R", *(name for name in glyphs.class_names if name != "R")],
    dice=(0, 100, 1, 0),
)

# %% [markdown]
# ## Make: a game of your own
#
# Change one rule (no penalty, another batch size, dense layers in place of convolutions, no labels, no averaging) and play for the same number of epochs. State what you expect, measure one number, show one
# figure, write two sentences.
#
# **With your own pictures**, 40 or more in a folder, each sub-folder a class to ask for. Run this, then `my_gan.fit(own.train, own.train_labels, epochs=1 + 5_000 // len(own.train), verbose=0)`, and look at `my_gan.sample(20, seed=SEED)`:
#
# ```python
# own = data.pictures_from("photos", 32)
# my_gan = models.GenerativeAdversarialNetwork(32, (32, 32, 3), len(own.class_names), "convolutional")
# my_gan.compile(**run.compile_options)
# ```

# %% tags=["exercise", "make"] id="generative_adversarial_networks-make" points=4
def my_game():
    """Your rule, one number, and a figure that shows it."""
    ### BEGIN SOLUTION
    # Rule: no averaging. Expected: the last step's weights draw worse than the running average.
    codes = np.random.default_rng(SEED).standard_normal((n, 32)).astype("float32")
    last = ops.convert_to_numpy(gan.generator([codes, asked.astype("int32")], training=False))
    shares = {"running average": share, "last step": evaluation.recognised_share(last, asked)}
    return plots.bars(shares, title="Does averaging help?", x_label="share read as asked")
    # A little: about one letter in a hundred, which another seed may turn round.
    # The critic's penalty has already brought this game close to rest.
    ### END SOLUTION

# %% tags=["nbval-ignore-output"]
if (figure := my_game()) is not ...:
    plots.show(figure, "The figure of my own game.")

# %% [markdown] tags=["instructor"]
# **Rubric, 4 points.** The expectation is stated before the measurement (1) · one rule is changed and everything else kept (1) · a figure with title and labelled axes (1) ·
# two sentences that do not claim more than one seed can carry (1).

# %% [markdown]
# ## Recap
#
# 1. A perfect critic answers p_real / (p_real + p_forged); a forger who has won leaves it guessing.
# 2. The forger learns only through the critic's slope, so its loss must keep a slope when the critic is sure.
# 3. Two players can circle for ever; a penalty on the critic's steepness brings them to rest.
# 4. The losses say who is ahead, not how good the letters are: measure those.
# 5. With labels, you can ask for what you want.
#
# ## Quiz
#
# Click, or type one letter a question.

# %% tags=["exercise"] solution='"bdac"'
my_answers = ...  # one letter a question, such as "abcd"

# %% tags=["check"]
quiz("generative_adversarial_networks", my_answers)

# %% [markdown]
# ## Read on, and scale up
#
# - Goodfellow et al. (2014), *Generative Adversarial Nets*.
# - Radford, Metz and Chintala (2016), *Unsupervised Representation Learning with Deep Convolutional Generative Adversarial Networks*.
# - Mescheder, Geiger and Nowozin (2018), *Which Training Methods for GANs do actually Converge?*, where the game with θ and ψ comes from.
#
# **Scale up.** `PROFILE = "gpu"` plays for 60 epochs on five times the letters. For 28 × 28 pixels ask for `data.glyphs(size=28)`; the networks adapt to any multiple of 4. On 16 × 16 pixels dense layers
# (`architecture="dense"`) reached the same in about half the seconds when we measured; convolutions earn their keep on larger pictures.
