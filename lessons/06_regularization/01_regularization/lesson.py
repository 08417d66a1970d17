# %% [markdown]
# # Why does a model get worse while its loss goes down?
#
# Give a model two hundred digits and time. Its training loss falls and falls, and from some step on, digits it has not seen cost it *more* with every step. Here you measure
# that, write the cures yourself, and find out for each whether it helps by more than luck.
#
# | | |
# |---|---|
# | **You will** | watch a model overfit · write early stopping, dropout and decoupled weight decay · run an ablation over seeds · sweep two settings with papermill · unmask two cures that harm |
# | **First** | [PixelCNN](../02_models/07_pixelcnn_and_pixelrnn.ipynb), for likelihoods pixel by pixel |
# | **Time** | {{ reading_minutes }} min of reading, {{ exercise_minutes }} min of exercises, {{ computing_seconds }} s of computing |

# %% [markdown] tags=["instructor"]
# **For teachers, 65 minutes.** Overfitting and early stopping 15 · dropout 8 · the two decays 12 · L1 and augmentation 8 · ablation and explorer 10 · batch normalisation, copies, broken dropout 8 · quiz 4. The sweep is homework: it runs for
# a minute or two in a terminal.
#
# The sentence to leave on the board: *every cure has a strength at which it is a disease.*
# Learners take "regularisation" for a switch. Ask them to find, in the explorer, the strength that harms with 800 pictures and helps with 50.
# In exercise 3 most write L2 first; let them, the check names it, and the table after it shows what it does.

# %% tags=["parameters"]
PROFILE = "laptop"  # "smoke" runs in seconds, "gpu" trains for longer
SEED = 0
weight_decay = 1e-3  # these two are for your own run, and for sweeps
dropout = 0.2

# %%
from genai_course import (
    check, claim, data, hint, plots, predict, quiz, setup, show_source, widgets,
)

run = setup(PROFILE, SEED)

# %%
import numpy as np
import pandas as pd
import seaborn as sns
from keras import ops

from genai_course.recording import record
from genai_course.training import optimizers, regularizers
from genai_course.labs.overfitting import OverfittingLab, Recipe, binary

# %% [markdown]
# ## A model that can be caught
#
# To catch a model learning by heart you need a number for pictures it has not seen. So we take one whose probability is exact: like the PixelCNN, it writes a digit of 8 × 8 on-or-off pixels one after another,
#
# $$p(x) = \prod_{i=1}^{64} p(x_i \mid x_1, \dots, x_{i-1}),$$
#
# but with dense layers, in which masks forbid every look ahead (MADE, Germain et al., 2015). It trains in a second, and many of them train side by side, stacked in one array. We count **bits per pixel**, −log₂ p(x) / 64: knowing nothing costs 1.

# %%
show_source(OverfittingLab.logits)

# %%
lab = OverfittingLab()
held_out = binary(data.digits().test[..., 0])[None]  # (1, 360, 64), of 0 and 1
weights = [each[None] for each in lab.new_weights(SEED)]  # one model: arrays (1, ...)
changed = held_out.copy()
changed[..., 40] = 1 - changed[..., 40]
difference = lab.logits(weights, changed) - lab.logits(weights, held_out)  # (1, 360, 64)
reached = np.flatnonzero(np.abs(difference).max(axis=(0, 1)) > 0)
reached.min()

# %%
claim("Changing pixel 40 changes what is said about later pixels only", reached.min() > 40)

# %% [markdown]
# ## Watch it overfit
#
# Two hundred training digits, 300 steps of Adam, five **seeds**. A seed decides which two hundred, the first weights and the batches. Three sets of digits are kept apart: *training*, *validation* for decisions such as when to stop, and *held out* for the verdict.
#
# ## Predict
# After how many of the 300 steps do digits it has not seen cost least?

# %% tags=["exercise"] solution="150"
my_guess = ...  # steps, from 0 to 300

# %% tags=["check"]
predict("regularization-best_step", my_guess)

# %%
SEEDS = [10 * SEED + k for k in range(run.steps(smoke=2, laptop=5, gpu=10))]
STEPS = run.steps(smoke=20, laptop=300, gpu=300)
plain = lab.train({"nothing": Recipe()}, SEEDS, STEPS, keep=True)

shares = binary(data.digits().train[..., 0]).mean(axis=0).clip(1e-3, 1 - 1e-3)
table_bits = -np.log2(np.where(held_out == 1, shares, 1 - shares)).mean()  # each pixel on its own

# %%
def draw_curve(axis, trained, name, part, colour, dashes="-"):
    """Mean over the seeds, and a band from the lowest to the highest."""
    curves = trained.curve(name, part)  # (seeds, checks)
    low, high = curves.min(axis=0), curves.max(axis=0)
    axis.fill_between(trained.steps, low, high, color=colour, alpha=0.2)
    axis.plot(trained.steps, curves.mean(axis=0), dashes, color=colour, label=f"{name}: {part}")

def finish(axis, title, low=0.28, top=0.68):
    axis.axhline(table_bits, color=plots.COLOURS[7], linestyle=":", label="table of pixels")
    axis.set(title=title, xlabel="step", ylabel="bits per pixel", ylim=(low, top))
    axis.legend(fontsize=8)

# %% tags=["nbval-ignore-output"]
figure, axis = plots.new_figure()
draw_curve(axis, plain, "nothing", "training", plots.COLOURS[0], "--")
draw_curve(axis, plain, "nothing", "held out", plots.COLOURS[5])
finish(axis, "Two hundred digits, no regularisation")
plots.show(
    figure,
    "Bits per pixel over 300 steps: on training digits they fall to 0.32; on held-out digits they "
    "fall to 0.48 at about step 150 and rise again to 0.5.",
)
middle = plain.curve("nothing").mean(axis=0)
predict("regularization-best_step", outcome=plain.steps[middle.argmin()])

# %%
at_best = plain.curve("nothing").min(axis=1)  # (seeds,)
record("nothing", plain.at_end("nothing").mean(), "held-out bits per pixel without a cure")
claim("In every seed held-out digits cost more at the end than at their best",
      np.all(plain.at_end("nothing") > at_best + 0.005))
claim("Meanwhile the training loss has fallen far below: a gap of 0.12 bits or more",
      np.all(plain.at_end("nothing") - plain.at_end("nothing", "training") > 0.12))

# %% [markdown]
# The dotted line is a rival without any network: how often each pixel is on, counted over all 1,437 training digits.
#
# ## Exercise 1: early stopping
#
# The cheapest cure takes nothing but a look at the validation digits now and then. Training ends when `patience` checks in a row have brought no new lowest loss, and then the weights of the *best* check are **restored**.
#
# Complete `stop_early`. It gets the losses of all checks, in a list, and must not look beyond the one at which it stops. Equal to the lowest is not lower. There is at least one check, and `patience` is 1 or more.
#
# Stuck? Run `hint("regularization-stop_early")` in a cell of its own; every exercise has three hints.

# %% tags=["exercise"] id="regularization-stop_early" points=2
def stop_early(losses, patience):
    """Losses of the checks, a whole number -> place of the best check, place of the last one"""
    ### BEGIN SOLUTION
    best = 0
    for place, loss in enumerate(losses):
        if loss < losses[best]:
            best = place
        if place - best >= patience:
            return best, place
    return best, len(losses) - 1
    ### END SOLUTION

# %% tags=["check"]
stop_early = check("regularization-stop_early", stop_early)

# %%
def best_checks(trained, name, patience=3):
    """The check that each seed restores, decided by its validation digits.  -> (seeds,)"""
    curves = trained.curve(name, "validation")
    return np.array([int(stop_early(list(curve), patience)[0]) for curve in curves])

def stopped(trained, name):
    """Held-out bits per pixel with early stopping.  -> (seeds,)"""
    places = best_checks(trained, name)
    return trained.curve(name)[np.arange(len(places)), places]

restored = lab.bits(plain.weights_of("nothing", at=best_checks(plain, "nothing")), held_out)

# %% tags=["nbval-ignore-output"]
pd.DataFrame({
    "after the last step": plain.at_end("nothing"), "stopped early": stopped(plain, "nothing"),
    "step restored": plain.steps[best_checks(plain, "nothing")],
}, index=pd.Index(SEEDS, name="seed")).round(3)

# %%
claim("Restored weights cost what was measured at that check",
      np.allclose(restored, stopped(plain, "nothing"), atol=1e-4))
claim("Early stopping helps every seed, and saves steps",
      np.all(stopped(plain, "nothing") < plain.at_end("nothing") - 0.005))

# %% [markdown]
# From here on this is the bar: a cure that does not beat early stopping is not worth its trouble.
#
# ## Exercise 2: dropout
#
# **Dropout** (Srivastava et al., 2014) silences each hidden unit with probability r, anew for every picture and step, so that no unit can rely on a particular other. With the **inverse scaling** everybody uses today, the others become louder:
#
# $$h \leftarrow \frac{h \cdot [\,u \ge r\,]}{1 - r}, \qquad u \sim \text{uniform}(0, 1)$$
#
# So the mean over the dice stays h, and later, with all units speaking, nothing needs changing.
#
# Complete `drop_units`. It runs inside the training graph, so take `ops` from Keras, not NumPy. `rate` is a number or an array, one number for each model; inside training it is a tensor.

# %% tags=["exercise"] id="regularization-drop_units" points=2
def drop_units(activations, uniform, rate):
    """Any shape, numbers in [0, 1) of that shape, the share to silence -> that shape"""
    ### BEGIN SOLUTION
    return ops.where(uniform < rate, 0.0, activations) / (1 - rate)
    ### END SOLUTION

# %% tags=["check"]
drop_units = check("regularization-drop_units", drop_units)

# %%
uniform = np.random.default_rng(SEED).random((100_000, 3), "float32")
units = np.tile(np.float32([0.5, 1.0, 2.0]), (100_000, 1))
dropped = np.asarray(drop_units(units, uniform, 0.2))
claim("A fifth is silent, and every unit's mean stays within 2 %",
      abs(np.mean(dropped == 0) - 0.2) < 0.01
      and np.all(np.abs(dropped.mean(axis=0) / units[0] - 1) < 0.02))

# %% [markdown]
# ## Exercise 3: decay, beside Adam or in it
#
# Large weights make sharp opinions. Two ways to keep them small, which plain gradient descent cannot tell apart and Adam can:
#
# - **L2** adds ½ λ Σ w² to the loss, so λ w to the gradient, *which Adam then divides by the size of that weight's gradients*;
# - **decoupled weight decay** (Loshchilov and Hutter, 2019) takes a share of the weight away, beside Adam's step:
#
# $$w \leftarrow w - \text{rate} \cdot \frac{\hat m}{\sqrt{\hat s} + \varepsilon} - \text{decay} \cdot w$$
#
# Complete `adamw_step`. Adam is there: `optimizers.adam_step(weights, gradient, mean, square, step, rate)` returns new weights, mean and square; in [the next lesson](02_optimization.ipynb) you write it yourself. Yours runs inside the training graph, too: there `step` is a tensor, and `weight_decay` an array with a number for each model, so take no `if`, `float` or `math` to them.

# %% tags=["exercise"] id="regularization-adamw_step" points=3
def adamw_step(weights, gradient, mean, square, step, rate, weight_decay):
    """One step.  Arrays of one shape and numbers -> new weights, new mean, new square"""
    ### BEGIN SOLUTION
    moved, mean, square = optimizers.adam_step(weights, gradient, mean, square, step, rate)
    return moved - weight_decay * weights, mean, square
    ### END SOLUTION

# %% tags=["check"]
adamw_step = check("regularization-adamw_step", adamw_step)

# %% [markdown]
# Now many recipes at once, with your functions in the graph. Every recipe gets the same pictures, first weights and batches, seed by seed. What L1, shift and mirror are, you read while it trains.

# %%
STRENGTHS = {  # weak, medium, strong
    "dropout": [0.2, 0.5, 0.8], "weight_decay": [1e-3, 3e-3, 1e-2],
    "l1": [5e-4, 2e-3, 5e-3], "shift": [0.25, 0.5, 1.0],
}
GRID = {f"{method} {strength:g}": {method: strength}
        for method, strengths in STRENGTHS.items() for strength in strengths}
recipes = {"nothing": Recipe()} | {name: Recipe(**each) for name, each in GRID.items()} | {
    "weight_decay 0.0001": Recipe(weight_decay=1e-4),
    "l2 0.001": Recipe(l2=1e-3), "l2 0.03": Recipe(l2=0.03), "mirror": Recipe(mirror=0.5),
    "shift 0.5 + dropout 0.2": Recipe(shift=0.5, dropout=0.2),
    "400 pictures": Recipe(pictures=400), "1000 pictures": Recipe(pictures=1000),
    "1000 pictures, mirror": Recipe(pictures=1000, mirror=0.5),
}
lab = OverfittingLab(drop_units, adamw_step)
trained = lab.train(recipes, SEEDS, STEPS)

# %% [markdown]
# ## Where the two decays part
#
# Some pixels, most of them at the left and right edges, are on in none of the two hundred digits. From them the data say nothing: the gradient of their weights is 0. How much of those weights is left after 300 steps?

# %%
def left_of_weights(name):
    """Mean size of first-layer weights over that at the start, of pixels never on and of others."""
    seen, blind = [], []
    pools, _ = lab.pictures_of({name: recipes[name]}, SEEDS)
    ends = trained.weights_of(name)[0]  # (seeds, 64, width)
    for seed, pool, end in zip(SEEDS, pools, ends, strict=True):
        never = ~binary(pool[: recipes[name].pictures]).any(axis=0)  # (64,)
        start = np.abs(lab.new_weights(seed)[0])
        blind.append(np.abs(end)[never].mean() / start[never].mean())
        seen.append(np.abs(end)[~never].mean() / start[~never].mean())
    return {"never on": np.mean(blind), "others": np.mean(seen)}

left = {name: left_of_weights(name) for name in ("nothing", "l2 0.001", "weight_decay 0.003")}

# %% tags=["nbval-ignore-output"]
pd.DataFrame(left).T.round(3).rename_axis("share of the weights left: pixels …", axis=1)

# %%
claim("Without a gradient, decoupled decay leaves (1 − decay)³⁰⁰, whatever Adam does",
      abs(left["weight_decay 0.003"]["never on"] / (1 - 0.003) ** STEPS - 1) < 0.01)
claim("L2 under Adam has wiped them out, though its factor is small",
      left["l2 0.001"]["never on"] < 0.01)
claim("and has hardly touched the others",
      left["l2 0.001"]["others"] > 0.8 * left["nothing"]["others"])

# %% [markdown]
# λ = 0.001 is a whisper. But where nobody else speaks, Adam divides the whisper by its own size, and it becomes a full step of the learning rate. So under Adam L2's strength says little about its effect. Decoupled decay does what it says, to every weight alike.
#
# ## Exercise 4: whose number is it?
#
# Keras and PyTorch multiply decay by the learning rate. With `keras.optimizers.AdamW(learning_rate=0.01, weight_decay=...)`, which number takes away the share 0.003 in each step?

# %% tags=["exercise"] id="regularization-keras_decay" points=1 solution="0.3"
answer = ...

# %% tags=["check"]
answer = check("regularization-keras_decay", answer)

# %% [markdown]
# ## One run of your own
#
# This run takes its `weight_decay` and `dropout` from the parameters at the top and notes its numbers with `record`, for sweeps. It is the same on every profile, so a sweep with `--profile smoke` skips the rest of the lesson's training, but not this.

# %%
mine = Recipe(weight_decay=weight_decay, dropout=dropout)
yours = lab.train({"yours": mine}, [10 * SEED + k for k in range(5)], steps=300)
yours_end, yours_training = yours.at_end("yours"), yours.at_end("yours", "training")  # (5,)

# %% tags=["nbval-ignore-output"]
record("held_out_bits", yours_end.mean(), "held-out bits per pixel")
record("training_bits", yours_training.mean(), "training bits per pixel")
record("gap", (yours_end - yours_training).mean(), "gap, bits per pixel")
record("seed_range", np.ptp(yours_end), "held-out bits, highest minus lowest seed")
print(f"held out {yours_end.mean():.3f} bits per pixel, training {yours_training.mean():.3f}")

# %% tags=["nbval-ignore-output"]
figure, axis = plots.new_figure(height=3.4)
for source, name, colour in ((plain, "nothing", plots.COLOURS[7]),
                             (yours, "yours", plots.COLOURS[0])):
    draw_curve(axis, source, name, "training", colour, "--")
    draw_curve(axis, source, name, "held out", colour)
finish(axis, f"Yours: weight decay {weight_decay:g}, dropout {dropout:g}")
plots.show(
    figure,
    "Learning curves without regularisation in grey and of your run in blue, training dashed and "
    "held out solid, with bands over five seeds.",
)

# %% [markdown]
# ## L1: how does a weight become nothing?
#
# L1 pulls every weight towards 0 with the same force, λ · sign(w), and is famous for weights that are exactly 0. But a step of fixed length jumps across 0 and back. Only a **proximal step** stops there: move by λ, *at most to 0*.

# %%
show_source(regularizers.soft_threshold)

# %%
def sign_in_the_gradient(weights, gradient, mean, square, step, rate, strength):
    """The naive L1: its slope added to the gradient."""
    gradient = gradient + strength * ops.sign(weights)
    return optimizers.adam_step(weights, gradient, mean, square, step, rate)

def share_of_zeros(weights):
    """Of the weights that the masks allow.  Arrays (models, ...) -> (models,)"""
    allowed = [mask.astype(bool) for mask in lab.masks]
    free = np.concatenate([weights[0][:, allowed[0]], weights[2][:, allowed[1]]], axis=1)
    return np.mean(free == 0, axis=1)

naive_lab = OverfittingLab(adamw_step=sign_in_the_gradient)
naive = naive_lab.train({"naive": Recipe(weight_decay=0.01)}, SEEDS, STEPS)
zeros = {"sign in the gradient, 0.01": share_of_zeros(naive.weights)}
zeros |= {name: share_of_zeros(trained.weights_of(name)) for name in recipes if "l1" in name}

# %% tags=["nbval-ignore-output"]
bits = [naive.at_end("naive"), *(trained.at_end(name) for name in recipes if "l1" in name)]
pd.DataFrame({"weights exactly 0": [each.mean() for each in zeros.values()],
              "held-out bits": [each.mean() for each in bits]}, index=zeros).round(3)

# %%
claim("With the sign in the gradient not one weight is exactly 0",
      zeros["sign in the gradient, 0.01"].max() == 0)
claim("With the proximal step at 0.002, four in ten are, in every seed",
      zeros["l1 0.002"].min() > 0.4)

# %% [markdown]
# ## Augmentation: which law do you teach?
#
# Augmentation makes more pictures from few. It helps if the new ones could have been real ones. A digit moved by half a pixel is a digit. And a mirrored one?

# %%
show_source(regularizers.shifted)

# %%
originals = data.digits().train[:10, :, :, 0]
moves = np.random.default_rng(SEED).uniform(-0.5, 0.5, (2, 10))
rows = [originals, regularizers.shifted(originals, *moves), originals[..., ::-1]]
figure = plots.pictures(
    np.concatenate([binary(each).reshape(-1, 8, 8, 1) for each in rows]),
    row_labels=["real", "shifted", "mirrored"], title="The same ten digits, augmented",
)
plots.show(
    figure,
    "Three rows of ten digits: real; shifted by up to half a pixel, which thins or thickens a "
    "stroke here and there; mirrored, so that a 3 opens to the right.",
)

# %% [markdown]
# ## Predict
# With 1,000 training digits overfitting is mild. Half of them mirrored at random: held-out digits will cost …

# %% tags=["exercise"] solution='"worse"'
my_guess = ...  # "better", "no difference" or "worse"

# %% tags=["check"]
predict("regularization-mirror", my_guess)

# %% [markdown]
# Is a difference an effect, or luck? Each seed has its own two hundred digits, and some sets are easier than others. So compare **seed by seed**, and ask that the mean difference is larger than its spread, the way from the lowest to the highest seed. Otherwise we say that there is none.

# %%
def verdict(differences):
    """Of bits per pixel with minus without, one number a seed."""
    if abs(np.mean(differences)) <= np.ptp(differences):
        return "no difference"
    return "better" if np.mean(differences) < 0 else "worse"

mirrored = trained.at_end("1000 pictures, mirror") - trained.at_end("1000 pictures")
of_mirrored_digits = {  # bits per pixel of held-out digits in a mirror
    name: lab.bits(trained.weights_of(name), binary(data.digits().test[:, :, ::-1, 0])[None])
    for name in ("1000 pictures", "1000 pictures, mirror")
}

# %% tags=["nbval-ignore-output"]
predict("regularization-mirror", outcome=verdict(mirrored))
pd.DataFrame({name: {"held-out digits": trained.at_end(name).mean(), "in a mirror": each.mean()}
              for name, each in of_mirrored_digits.items()}).round(3)

# %%
claim("With 1,000 pictures mirroring is worse, beyond the spread", verdict(mirrored) == "worse")
claim("It has learned mirrored digits as well as real ones, which nobody wanted",
      abs(of_mirrored_digits["1000 pictures, mirror"].mean()
          / trained.at_end("1000 pictures, mirror").mean() - 1) < 0.1)
claim("Shifts by half a pixel are as good as twice the pictures, within 0.02 bits",
      abs(trained.at_end("shift 0.5").mean() - trained.at_end("400 pictures").mean()) < 0.02)

# %% [markdown]
# ## The ablation
#
# Every recipe beside "nothing", with the same two hundred digits, seed by seed. Once after the last step, and once with early stopping *in both*, which is the harder test.

# %%
compared = [name for name in recipes if name != "nothing" and "000 " not in name]
ways = {"after the last step": lambda name: trained.at_end(name),
        "both stopped early": lambda name: stopped(trained, name)}
effects = pd.DataFrame([
    {"recipe": name, "way": way, "seed": seed, "difference": difference}
    for way, bits in ways.items() for name in compared
    for seed, difference in zip(SEEDS, bits(name) - bits("nothing"), strict=True)
])
verdicts = effects.groupby(["way", "recipe"])["difference"].apply(verdict)

# %%
def draw_effects(effects, order):
    """A panel for each way, a line for each recipe, with its verdict."""
    colours = {"better": plots.COLOURS[0], "no difference": plots.COLOURS[7],
               "worse": plots.COLOURS[5]}
    figure, axes = plots.new_figure(1, 2, height=5.6, sharey=True)
    for axis, way in zip(axes, ways, strict=True):
        part = effects[effects["way"] == way]
        part = part.assign(verdict=[verdicts[way, name] for name in part["recipe"]])
        sns.pointplot(part, x="difference", y="recipe", order=order, hue="verdict", palette=colours,
                      errorbar=("pi", 100), linestyle="none", markersize=5, legend=False, ax=axis)
        for place, name in enumerate(order):
            axis.text(0.032, place, verdicts[way, name], va="center", fontsize=8,
                      color=colours[verdicts[way, name]])
        axis.axvline(0, color=plots.COLOURS[7], linestyle=":")
        axis.set(title=way, xlim=(-0.09, 0.08), ylabel="", xlabel="")
    figure.supxlabel("held-out bits per pixel, with minus without (left: it helps)", fontsize=10)
    return figure

# %% tags=["nbval-ignore-output"]
plots.show(
    draw_effects(effects, compared),
    "For each recipe the change in held-out bits per pixel, mean and range over the seeds, with "
    "the words better, worse or no difference: most help; shifts of 0.25 and 0.5 as much as twice "
    "the pictures; mirroring and the weakest decay make no or hardly any difference.",
)

# %%
for name in ("dropout 0.5", "weight_decay 0.003", "l2 0.03", "l1 0.002", "shift 0.5"):
    claim(f"{name} helps, beyond the spread",
          verdicts["after the last step", name] == "better")
claim("A decay of 0.0001 changes less than 0.006 bits", abs(
    effects.query("recipe == 'weight_decay 0.0001'").groupby("way")["difference"].mean()
).max() < 0.006)
weak_decay = trained.at_end("weight_decay 0.0001") - plain.at_end("nothing")  # (seeds,)
record("weak_decay_gain", -weak_decay.mean(), "bits gained by the weakest decay", 0.5)
early = effects[effects["way"] == "both stopped early"].groupby("recipe")["difference"].mean()
claim("With early stopping in both, dropout 0.2 and decay 0.001 keep less than half of their gain",
      all(abs(early[name]) < 0.5 * abs((trained.at_end(name) - plain.at_end("nothing")).mean())
          for name in ("dropout 0.2", "weight_decay 0.001")))
claim("Shifts by half a pixel still help, beyond the spread",
      verdicts["both stopped early", "shift 0.5"] == "better")
both, alone = trained.at_end("shift 0.5 + dropout 0.2"), trained.at_end("shift 0.5")
claim("Dropout on top of shifts makes no difference", verdict(both - alone) == "no difference")

# %% [markdown]
# What to read from it. Weak cures mostly do what early stopping does for nothing. Cures do not add up: next to shifts, dropout has nothing left to cure. Two of them turn at their strongest: beside early stopping, a shift by a whole pixel and dropout of 0.8 harm.
#
# And *sure* is not *large*: a decay of 0.0001 may well be called "better" on the left, by {{ weak_decay_gain:.3f }} bits, since compared seed by seed even that stands out. Nobody needs it.

# %% [markdown]
# ## Explore: how much medicine for how much data?
#
# With 50 digits nearly anything helps; with 800, look for what harms.

# %%
FEW = SEEDS[:2]
few_recipes = {
    f"{name}, {pictures}": Recipe(**each, pictures=pictures)
    for pictures in (50, 800) for name, each in ({"nothing": {}} | GRID).items()
}
few = lab.train(few_recipes, FEW, STEPS)

# %%
def explore_recipe(method, strength, training_pictures):
    place = ["weak", "medium", "strong"].index(strength)
    chosen = f"{method} {STRENGTHS[method][place]:g}"
    source, ending = (trained, "") if training_pictures == 200 else (few, f", {training_pictures}")
    change = (source.at_end(chosen + ending) - source.at_end("nothing" + ending)).mean()
    figure, axis = plots.new_figure(height=3.6)
    for name, colour in (("nothing", plots.COLOURS[7]), (chosen, plots.COLOURS[0])):
        draw_curve(axis, source, name + ending, "training", colour, "--")
        draw_curve(axis, source, name + ending, "held out", colour)
    title = f"{chosen}, {training_pictures} pictures: held out {change:+.3f} bits at the end"
    finish(axis, title, low=0.1, top=1.0)
    return figure

# %%
widgets.explore(
    explore_recipe,
    "Learning curves with and without a weak dropout for 200 pictures; dashed on training digits, "
    "solid on held-out ones, which stay lower with dropout.",
    method=list(STRENGTHS), strength=["weak", "medium", "strong"],
    training_pictures=[200, 50, 800],
)

# %%
def few_effect(name, pictures):
    return few.at_end(f"{name}, {pictures}") - few.at_end(f"nothing, {pictures}")

claim("Dropout of 0.8 helps with 50 pictures and harms with 800, in both seeds",
      np.all(few_effect("dropout 0.8", 50) < 0) and np.all(few_effect("dropout 0.8", 800) > 0))

# %% [markdown]
# ## Exercise 5: your recipe
#
# With 200 pictures and the same 300 steps, bring the mean of the held-out bits to **0.45** or less; "nothing" needs {{ nothing:.2f }}, and no row of the ablation with 200 pictures quite gets there. Choose from `dropout`, `weight_decay`, `l2`, `l1`, `shift` and `mirror`, in any combination.
#
# While you search, look at the *validation* bits only, as often as you like. The check looks at the held-out ones. Why apart? Whoever picks the best of twenty recipes by the held-out digits has fitted them, too.

# %% tags=["exercise"] id="regularization-recipe" points=2 solution='dict(shift=0.35, weight_decay=3e-3)'
my_recipe = ...  # such as dict(dropout=0.3, l1=1e-3)

# %%
names = {"dropout", "weight_decay", "l2", "l1", "shift", "mirror", "pictures"}
is_known = isinstance(my_recipe, dict) and set(my_recipe) <= names
chosen = Recipe(**(my_recipe if is_known else {"dropout": 0.2}))
tried = lab.train({"yours": chosen}, SEEDS, STEPS)
print(f"validation: {tried.at_end('yours', 'validation').mean():.3f} bits per pixel")
my_result = {"recipe": my_recipe, "bits": tried.at_end("yours").mean(), "pictures": chosen.pictures}

# %% tags=["check"]
my_result = check("regularization-recipe", my_result)

# %% [markdown]
# ## Batch normalisation: company matters
#
# **Batch normalisation** (Ioffe and Szegedy, 2015) gives every unit mean 0 and variance 1 *over the batch*, then a scale γ and a shift β that are learned:
#
# $$h \leftarrow \gamma\, \frac{h - \text{mean}_{\text{batch}}}{\sqrt{\text{variance}_{\text{batch}} + \varepsilon}} + \beta$$
#
# It makes training quicker, and is often sold as a regulariser. And it has a trap: what the model says about a picture depends on the others in the batch. For use afterwards one takes fixed moments, of all training digits; Keras keeps running averages of them.

# %%
normalising_lab = OverfittingLab(drop_units, adamw_step, normalise=True)
normalised = normalising_lab.train({"normalised": Recipe()}, SEEDS[:3], STEPS)

def in_company(size):
    """Bits per pixel where every `size` held-out digits are normalised by their own moments."""
    groups = held_out[0, : 360 // size * size].reshape(-1, size, 64)  # (groups, size, 64)
    models = [[each[k : k + 1] for each in normalised.weights] for k in range(len(SEEDS[:3]))]
    return np.array([normalising_lab.bits(model, groups).mean() for model in models])

company = {size: in_company(size) for size in (2, 4, 12, 60, 360)}  # each (seeds,)
fixed = normalised.at_end("normalised")

# %% tags=["nbval-ignore-output"]
three = plain.curve("nothing")[:3]
print(pd.DataFrame({
    "training, at the end": [plain.at_end("nothing", "training")[:3].mean(),
                             normalised.at_end("normalised", "training").mean()],
    "held out, at the end": [three[:, -1].mean(), fixed.mean()],
    "held out, at its best": [three.min(axis=1).mean(),
                              normalised.curve("normalised").min(axis=1).mean()],
}, index=["without", "with batch normalisation"]).round(3).T)
pd.Series({"fixed moments": fixed.mean()} | {f"{size} digits": bits.mean()
          for size, bits in company.items()}, name="held-out bits, normalised by").round(3)

# %%
claim("It fits the training digits better, and held-out ones worse, in every seed: no regulariser",
      np.all(normalised.at_end("normalised", "training") < plain.at_end("nothing", "training")[:3])
      and np.all(fixed > plain.at_end("nothing")[:3]))
claim("In the company of one other digit a pixel costs 0.05 bits more than with fixed moments",
      np.all(company[2] > fixed + 0.05))

# %% [markdown]
# Nothing warns you: the same weights, the same digits, and a score that depends on who was scored beside them. For batches of 2 to 4, use another normalisation, over the units of each picture (LayerNorm).
#
# ## Does it copy?
#
# A gap in the likelihood is one thing. Does an overfitted model *draw* its training pictures? Now there are 25 of them.
#
# ## Predict
# Which share of its samples is equal to one of the 25, in all 64 pixels?

# %% tags=["exercise"] solution="0.2"
my_guess = ...  # from 0 to 1

# %% tags=["check"]
predict("regularization-copies", my_guess)

# %%
cures = {"nothing": {}, "dropout 0.5": {"dropout": 0.5}, "decay 0.01": {"weight_decay": 0.01},
         "shift 0.5": {"shift": 0.5}}
cures = {name: Recipe(**each, pictures=25) for name, each in cures.items()}
tiny = lab.train(cures, SEEDS, STEPS, keep=True)

def copies(weights, pictures):
    """Share of 200 samples that are equal to a training picture.  -> (seeds,)"""
    pools, _ = lab.pictures_of({"": Recipe()}, SEEDS)
    known = binary(pools[:, :pictures])  # (seeds, pictures, 64)
    samples = lab.sample(weights, 200, SEED)  # (seeds, 200, 64)
    return (samples[:, :, None] == known[:, None]).all(axis=-1).any(axis=-1).mean(axis=1)

copied = {f"25: {name}": copies(tiny.weights_of(name), 25) for name in cures}
best = best_checks(tiny, "nothing")
copied["25: stopped early"] = copies(tiny.weights_of("nothing", at=best), 25)
copied["200: nothing"] = copies(plain.weights, 200)

# %% tags=["nbval-ignore-output"]
predict("regularization-copies", outcome=copied["25: nothing"].mean())
figure, axis = plots.new_figure(height=2.6)
sns.barplot(pd.DataFrame(copied).melt(), x="value", y="variable", errorbar=("pi", 100),
            color=plots.COLOURS[0], ax=axis)
axis.set(title="Samples that are copies", ylabel="training pictures: cure",
         xlabel="share of the samples (bars: lowest to highest seed)")
plots.show(
    figure,
    "Share of samples that are equal to a training picture: about a quarter with 25 pictures and "
    "no cure, a few in a hundred with dropout, about none with the other cures or 200 pictures.",
)

# %%
claim("With 25 pictures, more than a tenth of the samples are copies in every seed",
      copied["25: nothing"].min() > 0.1)
claim("Every cure at least halves that, beyond the spread", all(
    np.max(copied[f"25: {name}"]) < 0.5 * copied["25: nothing"].mean()
    for name in ("dropout 0.5", "decay 0.01", "shift 0.5", "stopped early")))
claim("With 200 pictures hardly any is: a model may overfit without copying",
      copied["200: nothing"].max() < 0.03)

# %% [markdown]
# ## Break it: dropout left on
#
# The model trained with dropout 0.5 goes into use, and somebody forgets to switch dropout off. (In Keras that is `training=True`.) What does it cost, and what does it draw?

# %%
broken_dice = np.random.default_rng(SEED)

def left_on(hidden):
    return drop_units(np.asarray(hidden), broken_dice.random(hidden.shape, "float32"), 0.5)

with_dropout = trained.weights_of("dropout 0.5")
broken_bits = lab.bits(with_dropout, held_out, silence=left_on)  # (seeds,)
repaired_bits = lab.bits(with_dropout, held_out)
drawn = {"dropout left on": lab.sample(with_dropout, 200, SEED, silence=left_on),
         "repaired: off": lab.sample(with_dropout, 200, SEED)}  # (seeds, 200, 64)

# %%
def pixels_off(samples):
    """Pixels by which samples differ from their nearest held-out digit.  -> (seeds,)"""
    away = np.abs(samples[:, :, None] - held_out[:, None]).sum(axis=-1)  # (seeds, 200, 360)
    return away.min(axis=-1).mean(axis=1)

off = {name: pixels_off(samples) for name, samples in drawn.items()}
off["real digits"] = pixels_off(binary(data.digits().train[None, :200, ..., 0]))

# %% tags=["nbval-ignore-output"]
figure = plots.pictures(
    np.concatenate([held_out[0, :10], *(each[0, :10] for each in drawn.values())])
    .reshape(-1, 8, 8, 1), row_labels=["real", *drawn], title="Drawn pixel by pixel",
)
plots.show(
    figure,
    "Three rows of ten: real digits; drawings with dropout left on; drawings with it off. By eye "
    "the two are hard to tell apart, which is why there are numbers.",
)
print(f"bits per pixel: left on {broken_bits.mean():.3f}, off {repaired_bits.mean():.3f}")
pd.Series({name: each.mean() for name, each in off.items()}, name="pixels off").round(1)

# %%
claim("Left on, dropout costs 0.03 bits a pixel or more, in every seed",
      np.all(broken_bits > repaired_bits + 0.03))
claim("That is worse than no dropout at all, on average",
      broken_bits.mean() > trained.at_end("nothing").mean())
claim("and its drawings are further from real digits, in every seed",
      np.all(off["dropout left on"] > off["repaired: off"]))

# %% [markdown]
# That takes back all that dropout had gained. The repair is one word: off.
#
# ## Make: a sweep, and what you conclude
#
# In a terminal (or in a cell, with `!` in front) run
#
# `genai-course sweep regularization -p weight_decay 0 1e-4 1e-3 -p dropout 0 0.2 -p SEED 0 1 2 --profile smoke --output sweep`
#
# Each of the 18 runs is this notebook with other parameters, executed by papermill, in about 15 s of computing; interrupt it, and the same command goes on where it stopped. Its folder holds `numbers.csv`, one row a number. Read it, plot it with seaborn, with the spread between seeds in the picture, and write what you conclude.

# %% tags=["exercise", "make"] id="regularization-make" points=4
def my_sweep():
    """A table of the sweep, a figure with the spread, and a sentence with numbers."""
    ### BEGIN SOLUTION
    # Yours begins with table = pd.read_csv("sweep/numbers.csv"). A solution that swept itself
    # would never end, so it trains the same grid here, into the same columns.
    grid = {(decay, share): Recipe(weight_decay=decay, dropout=share)
            for decay in (0, 1e-4, 1e-3) for share in (0, 0.2)}
    result = lab.train(grid, SEEDS[:3], STEPS)
    table = pd.DataFrame([(*setting, seed, bits) for setting in grid
                          for seed, bits in zip(SEEDS, result.at_end(setting), strict=False)],
                         columns=["weight_decay", "dropout", "SEED", "value"])
    wide = table.pivot_table("value", index="SEED", columns=["weight_decay", "dropout"])
    for decay, share in ((1e-4, 0), (1e-3, 0), (1e-4, 0.2), (1e-3, 0.2)):
        change = wide[decay, share] - wide[0, share]
        print(f"decay {decay:g} beside dropout {share}: {change.mean():+.4f}, {verdict(change)}")
    figure, axis = plots.new_figure(height=3.0)
    sns.pointplot(table.astype({"dropout": str}), x="weight_decay", y="value", hue="dropout",
                  palette=plots.COLOURS[:2], errorbar=("pi", 100), dodge=0.1, ax=axis)
    axis.set(title="Decay beside dropout", ylabel="held-out bits per pixel")
    return figure
    ### END SOLUTION

# %% tags=["nbval-ignore-output"]
if (figure := my_sweep()) is not ...:
    plots.show(figure, "The figure of my sweep.")

# %% [markdown] tags=["instructor"]
# **Rubric, 4 points.** The table comes from a sweep, every run of it passed or is explained (1) · a figure with title, labelled axes and the spread between seeds (1) ·
# compared seed by seed, and "no difference" said where the spread is larger (1) · a conclusion that goes beyond one setting: what decay adds beside dropout (1).

# %% [markdown]
# ## Recap
#
# 1. Overfitting: training loss falls, held-out loss rises. Only pictures kept apart can tell.
# 2. Early stopping costs nothing and is the bar for every other cure.
# 3. Dropout scales what it leaves; decoupled decay takes the share it says; L2 under Adam does not; L1 needs a proximal step for zeros.
# 4. Augmentation is the strongest cure if it keeps the data's law, and harms if it does not. Batch normalisation made overfitting quicker here.
# 5. Compare seed by seed; what is not larger than its spread is no effect yet; cures do not add up.
#
# ## Quiz
#
# Click, or type one letter a question.

# %% tags=["exercise"] solution='"bcadbc"'
my_answers = ...  # one letter a question, such as "abcdea"

# %% tags=["check"]
quiz("regularization", my_answers)

# %% [markdown]
# ## Read on, and scale up
#
# - Srivastava et al. (2014), *Dropout: A Simple Way to Prevent Neural Networks from Overfitting*.
# - Loshchilov and Hutter (2019), *Decoupled Weight Decay Regularization*.
# - Ioffe and Szegedy (2015), *Batch Normalization: Accelerating Deep Network Training by Reducing Internal Covariate Shift*.
#
# **Scale up.** `PROFILE = "gpu"` takes ten seeds. On a larger model keep the order of this lesson: first more data or honest augmentation, then early stopping, then one cure at a time, each judged against the spread. Sweeps of longer runs go to a cluster with `--scheduler ADDRESS`.
