# %% [markdown]
# # How far back can a network remember?
#
# A story says at its beginning that a kite is red. Four hundred characters later the kite is found, and it must still be red. Counting cannot do that: an
# n-gram sees eight characters. A recurrent network carries a memory along as it reads. You will build one, measure how far its memory reaches, and let it write.
#
# | | |
# |---|---|
# | **You will** | write a recurrent step · compute how gradients vanish · train a GRU and compare it with counting, a compressor and the truth · sample with a temperature · close a gate, see the memory go, and open it again |
# | **First** | [Text](../01_data/02_text.ipynb) |
# | **Time** | {{ reading_minutes }} min of reading, {{ exercise_minutes }} min of exercises, {{ computing_seconds }} s of computing |

# %% [markdown] tags=["instructor"]
# **For teachers, 60 minutes.** The step 8 · vanishing by hand 12 · reach of three networks 10 · training and the table 12 · temperature 6 · long-range agreement 6 · break it 4 · quiz 2.
#
# Learners mix up two memories: the *state* that goes on for ever, and the *gradient*, which stops at the edge of a batch. Ask which of the two forgets first.
# In exercise 2 most take the slope at the wrong end of a step; the check says so.

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
import re
import textwrap

import keras
import numpy as np
import pandas as pd
from keras import ops

from genai_course.models.recurrent_language_model import lstm_step
from genai_course.training import Progress

n_train, n_test = run.steps(smoke=(60, 10), laptop=(1_900, 100), gpu=(20_000, 100))
stories = data.stories(n_train, n_test, seed=SEED)
print(stories.test[0])

# %% [markdown]
# ## Exercise 1: one step
#
# The memory is a row of numbers h, the **state**. Each step mixes what comes in, x, with what was there, by the same weights U every time:
#
# $$h_t = \tanh(x_t + h_{t-1} U)$$
#
# Complete `rnn_step` with `keras.ops`, so that it could run inside training. Stuck? Run `hint("recurrent_networks-rnn_step")` in a cell of its own.

# %% tags=["exercise"] id="recurrent_networks-rnn_step" points=2
def rnn_step(inputs, state, weights):
    """The state after one more step.  (n, units), (n, units), (units, units) -> (n, units)"""
    ### BEGIN SOLUTION
    return ops.tanh(inputs + ops.matmul(state, weights))
    ### END SOLUTION

# %% tags=["check"]
rnn_step = check("recurrent_networks-rnn_step", rnn_step)

# %% [markdown]
# The smallest version that can fail has a single unit. Its weight is one number, and it begins with a 1 to remember.

# %%
def states_of_one_unit(weight, length=30):
    """A unit reads a 1 and then nothing.  -> (length,)"""
    state, states = np.zeros((1, 1), "float32"), []
    for place in range(length):
        seen = np.full((1, 1), float(place == 0), "float32")
        state = np.asarray(rnn_step(seen, state, np.full((1, 1), weight, "float32")))
        states.append(float(state[0, 0]))
    return np.array(states)

small = {weight: states_of_one_unit(weight) for weight in (0.5, 0.9, 1.0, 1.5)}
print({weight: round(float(states[-1]), 3) for weight, states in small.items()})

# %% [markdown]
# ## Exercise 2: how far a gradient reaches
#
# Learning to remember needs the derivative of the last state by an early one. The chain rule multiplies one factor a step:
#
# $$\frac{\partial h_T}{\partial h_t} = \prod_{s=t+1}^{T} w\,(1 - h_s^2)$$
#
# Complete `reach` for one unit: the derivative at distance 0, which is 1, at distance 1, and so on back to the first state.

# %% tags=["exercise"] id="recurrent_networks-reach" points=2
def reach(states, weight):
    """dh_T/dh_t, the last state first.  (length,), number -> (length,)"""
    ### BEGIN SOLUTION
    return np.concatenate([[1.0], np.cumprod(weight * (1 - states[:0:-1] ** 2))])
    ### END SOLUTION

# %% tags=["check"]
reach = check("recurrent_networks-reach", reach)

# %%
quiet = np.zeros(30)  # a unit that stays near 0, where tanh is steepest
reaches = {weight: np.asarray(reach(quiet, weight)) for weight in (0.5, 0.9, 1.0, 1.2)}
figure = plots.lines(
    {f"weight {weight:g}": values for weight, values in reaches.items()},
    x=np.arange(30),
    log_y=True,
    title="One unit: a product vanishes, explodes, or stands on a knife's edge",
    x_label="distance in steps",
    y_label="derivative of the last state",
)
plots.show(
    figure, "Straight lines on a logarithmic axis: two fall, one stays at 1, one rises."
)

# %%
claim("With a weight of 0.9 less than a twentieth is left after 29 steps", reaches[0.9][-1] < 0.05)
claim("With 1.2 it has grown a hundredfold", reaches[1.2][-1] > 100)
claim(
    "A loud unit reaches less far than a quiet one",
    reach(small[1.5], 1.5)[-1] < 1e-3 * reach(quiet, 1.5)[-1],
)

# %% [markdown]
# ## A memory that is added to
#
# The **LSTM** keeps a second row of numbers, the memory c. It is not rewritten at each step: a gate f between 0 and 1 says how much of it stays, another one how much is added. Along c
# the derivative is f itself, and a gate can learn to stay near 1. The **GRU** does the same with one row of numbers and fewer gates.

# %%
show_source(lstm_step)

# %% [markdown]
# Texts become tokens by byte-pair encoding; tokens that the stories never need are left out. Training reads eight places of the text side by side, 64 tokens a step. The state
# goes on from step to step, and only the gradient ends there.

# %%
size = run.steps(smoke=300, laptop=1_400, gpu=1_400)
encoder = data.BytePairEncoder.train("".join(stories.train[:300]), size)
text = "\n" + stories.train_text  # a story begins after a line break
encoder = data.UsedTokens(encoder, [text, stories.test_text])
tokens, tests = encoder.encode(text), [encoder.encode(story) for story in stories.test]
encoder.size, round(len(tokens) / len(stories.train))

# %%
def new_model(kind, **settings):
    """A fresh network, always with the same first weights."""
    keras.utils.set_random_seed(SEED)
    return models.RecurrentLanguageModel(encoder.size, kind, start=int(tokens[0]), **settings)

def train(model, steps):
    """Read the tokens of so many steps, 8 rows of 64 in each; the learning rate rises and falls."""
    rate = keras.optimizers.schedules.CosineDecay(
        0.0, steps, warmup_target=6e-3, warmup_steps=max(1, steps // 20)
    )
    optimizer = keras.optimizers.Adam(rate, beta_2=0.99, global_clipnorm=1.0)
    model.compile(optimizer, **run.compile_options)
    model.fit(tokens[: steps * 512 + 1], verbose=0, callbacks=[Progress("GRU")])
    return model

# %% [markdown]
# Three networks that have learned nothing yet. How strongly does the last state of each react to the state so many tokens before?

# %%
probe = np.concatenate(tests)[: 16 * 160].reshape(16, 160)  # read 60 tokens, then look at 100
reached = {
    kind.upper(): new_model(kind).gradient_reach(probe)[:100] for kind in ("rnn", "gru", "lstm")
}  # each (100,)

# %%
def draw_reach(title):
    """The curves of all networks measured so far."""
    return plots.lines(
        reached,
        x=np.arange(100),
        log_y=True,
        title=title,
        x_label="distance in tokens",
        y_label="size of the gradient",
    )

figure = draw_reach("How far the gradient reaches before training")
plots.show(
    figure,
    "Three falling curves, logarithmic: the GRU's is the steepest; far back the LSTM's is highest.",
)

# %%
far = {kind: values[80] for kind, values in reached.items()}
claim("Eighty tokens back the LSTM's gradient is the largest", max(far, key=far.get) == "LSTM")
claim("It is at least a hundred times the GRU's", far["LSTM"] > 100 * far["GRU"])

# %% [markdown]
# GRU and LSTM both begin by keeping 0.73 of their memory at each step (a bias of 1). But what a GRU keeps it cannot write anew: only the other 0.27, halved by its reset gate, comes back through the
# weights. The LSTM writes through a gate of its own, half open, so more comes back; and the plain network begins with weights that keep lengths, the best it can have. These are beginnings: training moves them all.

# %% [markdown]
# ## Predict
# Now train one. When we measured, the GRU learned these stories faster than the LSTM: after nearly 8,000 stories it needed 0.42 bits a character, the LSTM 0.45. The true entropy is 0.37. You give a GRU half a minute, and Kneser–Ney of order 9 the same stories. How many bits will the GRU need on new ones?

# %% tags=["exercise"] solution="0.5"
my_guess = ...  # bits per character

# %% tags=["check"]
predict("recurrent_networks-bits", my_guess)

# %%
steps = run.steps(smoke=1, laptop=690, gpu=5_000)
model = train(new_model("gru"), steps)

def bits_of(model):
    """Bits per character on new stories, read one after another as in training."""
    return -model.log_prob(np.concatenate(tests)).sum() / np.log(2) / len(stories.test_text)

counted = models.NgramModel(9).fit(stories.train_text)
packed = evaluation.xz_bits_per_character(stories.test_text, given=stories.train_text)
scores = {
    "xz": packed,
    "Kneser–Ney, order 9": evaluation.bits_per_character(counted.log_prob(stories.test_text)),
    "GRU": bits_of(model),
    "truth": stories.entropy_per_character,
}

# %% tags=["nbval-ignore-output"]
predict("recurrent_networks-bits", outcome=scores["GRU"])
table = pd.DataFrame({"bits per character": scores})
table["times the truth"] = table["bits per character"] / scores["truth"]
table.round(3)

# %%
claim("The GRU needs fewer bits than counting", scores["GRU"] < scores["Kneser–Ney, order 9"])
claim("Counting needs fewer than xz", scores["Kneser–Ney, order 9"] < scores["xz"])
claim("It is still a twentieth or more above the truth", scores["GRU"] > 1.05 * scores["truth"])

# %% [markdown]
# And how far does its gradient reach now?

# %% tags=["nbval-ignore-output"]
reached["GRU, trained"] = model.gradient_reach(probe)[:100]
figure = draw_reach("Training changes how far the gradient reaches")
plots.show(
    figure,
    "The same three curves, and a fourth: the trained GRU's, which has moved and falls, too.",
)
print({kind: f"{values[40]:.1e}" for kind, values in reached.items()}, "40 tokens back")

# %% [markdown]
# Training has moved the curve, and it still falls: with other settings we have seen it fall faster than before. A gate *can* stay open; here nothing made it.
#
# The GRU wins because it knows which kind of sentence it is in, where counting sees eight characters; but counting took seconds, and the GRU half a minute. Does it remember what the story began with?

# %% [markdown]
# ## Exercise 3: temperature
#
# To write, draw the next token, read it, draw again. The **temperature** T changes how boldly: probabilities become proportional to $p^{1/T}$. Complete `with_temperature` from
# logits, which are logarithms of p up to a constant. T is above 0; logits may be far out, and the exponential of 900 is infinite on a computer: `ops.softmax` knows how to deal with that.

# %% tags=["exercise"] id="recurrent_networks-with_temperature" points=2
def with_temperature(logits, temperature):
    """Probabilities proportional to p^(1/temperature).  (n, tokens), number -> (n, tokens)"""
    ### BEGIN SOLUTION
    return ops.softmax(logits / temperature, axis=-1)
    ### END SOLUTION

# %% tags=["check"]
with_temperature = check("recurrent_networks-with_temperature", with_temperature)

# %% [markdown]
# Your function writes, one token at a time, from the network's own state:

# %%
before = tests[0][: run.steps(smoke=5, laptop=400, gpu=400)]

def write(length, temperature, seed=SEED):
    """A text by the GRU, one step a token."""
    random, written = np.random.default_rng(seed), []
    state, token = model.no_memory(1), tokens[:1]
    for following in before:  # read a story first: in training something always went before
        _, state = model.step(token, state)
        token = np.array([following], "int32")
    for _ in range(length):
        logits, state = model.step(token, state)
        chances = np.asarray(with_temperature(np.asarray(logits), temperature), "float64")[0]
        token = random.choice(encoder.size, size=1, p=chances / chances.sum()).astype("int32")
        written.append(int(token[0]))
    return encoder.decode(written)

# %% tags=["nbval-ignore-output"]
print(textwrap.fill(write(run.steps(smoke=10, laptop=180, gpu=180), 1.0), 100))

# %%
def draw_text(temperature):
    """The beginning of a story by the GRU, as a figure."""
    length = run.steps(smoke=5, laptop=110, gpu=110)
    drawn = model.sample(1, length, float(temperature), SEED, before)[0]
    text = encoder.decode(drawn).replace("\n", " / ")
    figure, axis = plots.new_figure(height=1.6)
    axis.text(0, 1, "\n".join(textwrap.wrap(text, 92)), family="monospace", fontsize=9, va="top")
    axis.set(title=f"Written by a GRU, temperature {temperature:g}")
    axis.axis("off")
    return figure

# %% [markdown]
# ## Explore: from safe to wild
#
# At which temperature do the sentences all become alike? At which do the words break?

# %%
widgets.explore(
    draw_text,
    "A text by the GRU at temperature 1: mostly real words; some sentences break off or run "
    "into each other.",
    temperature=(0.4, 1.6, 0.2, 1.0),
)

# %% [markdown]
# ## Does the colour return?
#
# In a real story the toy has one colour from beginning to end. Take what a model writes, and count the stories whose last colour is the first one.

# %%
COLOUR = re.compile(r"\b(red|blue|green|yellow|white|purple|golden|silver|pink|brown)\b")

def agreement(text):
    """Share of stories whose last colour is the first, and how many name two or more."""
    named = [COLOUR.findall(story) for story in text.split("\n")]
    named = [colours for colours in named if len(colours) > 1]
    return float(np.mean([colours[0] == colours[-1] for colours in named] or [0])), len(named)

n, length = run.steps(smoke=(2, 9), laptop=(60, 230), gpu=(200, 230))
drawn = model.sample(n, length, 1.0, SEED, before)
by_gru = "\n".join(encoder.decode(each) for each in drawn)
by_counting = counted.sample(run.steps(smoke=300, laptop=30_000, gpu=30_000), seed=SEED)
texts = {"Kneser–Ney, order 9": by_counting, "GRU": by_gru, "real stories": stories.test_text}
shares = {name: agreement(text) for name, text in texts.items()}

# %% tags=["nbval-ignore-output"]
print({name: f"{share:.0%} of {n} stories" for name, (share, n) in shares.items()})
figure = plots.bars(
    {name: share for name, (share, _) in shares.items()},
    title="Does the colour at the end agree with the beginning?",
    x_label="share of the stories",
)
plots.show(figure, "Three bars: counting and the GRU agree seldom, real stories always.")

# %%
claim("Real stories always agree", shares["real stories"][0] == 1)
claim(
    "Neither the GRU nor counting agrees in half of its stories",
    max(shares["GRU"][0], shares["Kneser–Ney, order 9"][0]) < 0.5,
)

# %% [markdown]
# So fewer bits are not yet a memory. By drawing colours blindly one would agree in one story of seven. The two places lie over a hundred tokens apart, and training sends gradients
# through 64 at most. Longer training alone did not mend it (`benchmarks/`). It takes gradients through the whole story, as the tied LSTM of `benchmarks/` has, or a network that looks back directly: a
# transformer.

# %% [markdown]
# ## Break it: close the gate
#
# Here is an LSTM that has not learned anything yet. Its forget gate begins with a bias; sigmoid of that is about the share of the memory that stays at each step.
# With −5 that share is 0.007, and the gradient that could open the gate vanishes with it.

# %%
def reach_at_40(forget_bias):
    """How far an untrained LSTM's gradient reaches: its size 40 tokens back."""
    fresh = new_model("lstm", forget_bias=float(forget_bias))
    return float(fresh.gradient_reach(probe[:4, :41])[40])

closed, usual = reach_at_40(-5), reach_at_40(1)

# %% tags=["nbval-ignore-output"]
print(f"40 tokens back: {closed:.1e} with a bias of -5, {usual:.1e} with 1")

# %%
claim(
    "With the gate closed hardly anything reaches 40 tokens back",
    closed < 1e-6 and closed < usual,
)

# %% [markdown]
# ## Exercise 4: repair it
#
# Choose a bias, a number above 1 and at most 50, with which the untrained network's gradient has a size of at least **1** at a distance of 40 tokens.

# %% tags=["exercise"] id="recurrent_networks-remember" points=2 solution="3.0"
my_forget_bias = ...  # a number

# %%
my_result = {
    "forget_bias": ... if my_forget_bias is ... else my_forget_bias,
    "reach": reach_at_40(1 if my_forget_bias is ... else my_forget_bias),
}

# %% tags=["check"]
my_result = check("recurrent_networks-remember", my_result)

# %% [markdown]
# The other trouble, explosion, is mended from outside: this lesson's trainings clip each gradient to a length of at most 1 (`global_clipnorm` above). Its direction stays.
#
# ## Make: a writer of your own
#
# Choose one question and answer it with one number, one figure, two sentences. How does agreement fall with distance? How does the temperature change the share of false
# claims (`stories.claims`)? What does the GRU do with a text of yours?
#
# **With your own text**, a file of 20,000 characters or more. This replaces the stories. Run it, then `own_gru = train(new_model("gru"), len(tokens) // 513)`, and read `encoder.decode(own_gru.sample(1, 200, 1.0, SEED, tokens[:64])[0])`:
#
# ```python
# own = data.text_from("letters.txt")
# encoder = data.BytePairEncoder.train(own.train_text, 600)
# tokens = np.tile(encoder.encode(own.train_text), 1 + 500_000 // len(own.train_text))
# ```

# %% tags=["exercise", "make"] id="recurrent_networks-make" points=4
def my_work():
    """Your question, one number, and a figure that shows it."""
    ### BEGIN SOLUTION
    # Question: does a lower temperature make fewer false claims about people?
    temperatures, false = [0.4, 0.7, 1.0, 1.3], []
    n, length = run.steps(smoke=(2, 9), laptop=(40, 200), gpu=(200, 200))
    for temperature in temperatures:
        rows = model.sample(n, length, temperature, SEED, before)
        written = "\n".join(encoder.decode(row) for row in rows)
        false.append(1 - float(np.mean([true for *_, true in stories.claims(written)] or [0])))
    return plots.lines(
        {"GRU": false},
        x=temperatures,
        title=f"From {false[0]:.0%} false claims at 0.4 to {false[-1]:.0%} at 1.3",
        x_label="temperature",
        y_label="share of claims that are false",
    )
    # Read as: what is likely is more often true. Claims per story were not compared.
    ### END SOLUTION

# %% tags=["nbval-ignore-output"]
if (figure := my_work()) is not ...:
    plots.show(figure, "The figure of my own work.")

# %% [markdown] tags=["instructor"]
# **Rubric, 4 points.** A question that a number can answer (1) · a measurement on texts that the model wrote or has not seen (1) · a figure with title and labelled axes (1) ·
# two sentences that say what was measured and where it would fail (1).

# %% [markdown]
# ## Recap
#
# 1. A recurrent network reads one token at a time and carries a state; the same weights serve every step.
# 2. A gradient through many steps is a product: it vanishes or explodes.
# 3. LSTM and GRU add to their memory and keep it by a gate, so that the factor can stay near 1.
# 4. Temperature sharpens or flattens what is written; the model itself stays the same.
# 5. Compare bits per character with counting, with a compressor and, where it is known, with the truth.
#
# ## Quiz
#
# Click, or type one letter a question.

# %% tags=["exercise"] solution='"bcad"'
my_answers = ...  # one letter a question, such as "abcd"

# %% tags=["check"]
quiz("recurrent_networks", my_answers)

# %% [markdown]
# ## Read on, and scale up
#
# - Hochreiter and Schmidhuber (1997), *Long Short-Term Memory*.
# - Cho et al. (2014), *Learning Phrase Representations using RNN Encoder–Decoder for Statistical Machine Translation*: the gated recurrent unit.
# - Pascanu, Mikolov and Bengio (2013), *On the Difficulty of Training Recurrent Neural Networks*: vanishing, explosion, clipping.
#
# **Scale up.** `PROFILE = "gpu"` reads seven times as much. Try 256 units, two networks one above the other, or `data.python_docs()`, where counting is the one to beat.
