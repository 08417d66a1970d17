# %% [markdown]
# # Can a model with a good score tell a false story?
#
# A language model is praised for its perplexity. Does that mean that what it writes is true, or that it knows when it guesses? Here the truth is known to the last bit, so you can ask.
# You measure three things about a model, each with its interval, and then you fool every one of your numbers on purpose.
#
# | | |
# |---|---|
# | **You will** | turn log-probabilities into bits that compare · repair a perplexity that flatters · measure whether confidence can be believed, and mend it with one number · count contradictions and false claims · fool every score |
# | **First** | [Text](../01_data/02_text.ipynb) and [transformers](../02_models/10_transformers.ipynb) |
# | **Time** | {{ reading_minutes }} min of reading, {{ exercise_minutes }} min of exercises, {{ computing_seconds }} s of computing |

# %% [markdown] tags=["instructor"]
# **For teachers, 60 minutes.** Bits 14 · calibration 16 · hallucination 14 · fooling all of them 12 · quiz 4.
#
# Hand out one story that the n-gram wrote and one by the GPT, and let the room mark what is *false*. They will disagree about what counts. That is why the lesson defines it before it measures it.
# Learners hear "calibrated" as "good". The model that always says the same word with 4 % is their cure.

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
import textwrap

import keras
import numpy as np
import pandas as pd

from genai_course.evaluation import calibration, hallucination
from genai_course.models.language_model import pad
from genai_course.recipes import text_models
from genai_course.recipes.budget import Epochs
from genai_course.training import Progress

n_train = run.steps(smoke=24, laptop=2_400, gpu=50_000)
stories = data.stories(n_train, run.steps(smoke=12, laptop=100, gpu=400), seed=SEED)
print(textwrap.fill(stories.test[0], 100))

# %% [markdown]
# ## Two models, and the truth
#
# One model counts characters (Kneser–Ney, order 9), the other is the GPT you know, trained for a quarter of a minute on the same stories. Third comes the grammar that wrote the stories: it knows the
# probability of every text, so on average no model can be better.

# %%
counting = models.NgramModel(run.steps(smoke=3, laptop=9, gpu=9)).fit(stories.train_text)
byte_pairs = data.BytePairEncoder.train(
    stories.train_text[:400_000], run.steps(smoke=400, laptop=2_000, gpu=2_000))
encoder = data.UsedTokens(byte_pairs, stories.train + stories.test)  # others only cost time
numbers = [encoder.encode(text) for text in stories.train + stories.test]
context_length = max(map(len, numbers))
rows = pad(numbers[:n_train], context_length)  # (stories, tokens), -1 after a story's end
test_rows = pad(numbers[n_train:], context_length)

# %%
keras.utils.set_random_seed(SEED)
batch = 8
steps = n_train // batch
once = Epochs(1, run.compile_options, [Progress("GPT")], shuffle=False)
gpt = text_models.copying_gpt(rows[: steps * batch], once, encoder.size, batch=batch)

# %%
lengths = np.array([len(text) for text in stories.test])  # characters of each story
by_character = np.split(counting.log_prob(stories.test_text), np.cumsum(lengths)[:-1])
nats = {
    "n-gram": np.array([each.sum() for each in by_character]),
    "GPT": gpt.log_prob(test_rows),
    "truth": np.array([stories.log_prob(text) for text in stories.test]),
}  # (stories,) each: natural logarithms of the probability of every test story

# %% [markdown]
# ## Exercise 1: bits per character
#
# A model says log p, a natural logarithm, for each story or token. **Bits per character** share the surprise, in bits, among the characters:
#
# $$\text{bits per character} = -\frac{\sum \log p}{\ln 2 \cdot \text{characters}}$$
#
# What a model calls impossible (log p = −∞) costs infinitely many bits: that is the result, and no mistake.
#
# Stuck? Run `hint("text_metrics-bits_per_character")` in a cell of its own; every exercise has three hints.

# %% tags=["exercise"] id="text_metrics-bits_per_character" points=1
def bits_per_character(log_probs, characters):
    """Bits per character.  (n,) natural logarithms, number of characters -> number"""
    ### BEGIN SOLUTION
    return -np.sum(log_probs) / np.log(2) / characters
    ### END SOLUTION

# %% tags=["check"]
bits_per_character = check("text_metrics-bits_per_character", bits_per_character)

# %% [markdown]
# A hundred stories are a sample, so each number gets an **interval**: draw a hundred of these stories again, some twice, some not at all, measure, and repeat. 95 of 100 results lie in it. That is the bootstrap.
#
# The gap to the truth has a name: on average it is the **Kullback–Leibler divergence** from the truth to the model.

# %%
def with_interval(metric, *columns):
    """A metric of whole stories, and its interval.  Columns (stories, ...) -> (value, low, high)"""
    whole = np.stack(columns, axis=1)  # (stories, columns, ...): a story's numbers stay together
    return (metric(whole), *evaluation.bootstrap_interval(metric, whole, seed=SEED))

def bits_of(table):
    return bits_per_character(table[:, 0], table[:, 1].sum())

bits = {name: with_interval(bits_of, each, lengths) for name, each in nats.items()}
gap = {name: with_interval(bits_of, nats[name] - nats["truth"], lengths)
       for name in ("n-gram", "GPT")}

# %% tags=["nbval-ignore-output"]
def in_words(value, low, high):
    return f"{value:.3f} ({low:.3f} to {high:.3f})"

table = pd.DataFrame({"bits per character": {name: in_words(*each) for name, each in bits.items()}})
table["gap to the truth"] = pd.Series({name: in_words(*each) for name, each in gap.items()})
table["perplexity per character"] = {name: round(2 ** each[0], 3) for name, each in bits.items()}
table.fillna("")

# %%
claim("Truth, GPT, n-gram: in this order", bits["truth"][0] < bits["GPT"][0] < bits["n-gram"][0])
claim("The n-gram's gap is at least three times the GPT's", gap["n-gram"][0] > 3 * gap["GPT"][0])
claim("Even the low end of the GPT's gap is above 0", gap["GPT"][1] > 0)
exact = stories.entropy_per_character
claim("The truth's interval comes within 2 % of the exact entropy",
      0.98 * bits["truth"][1] < exact < 1.02 * bits["truth"][2])

# %% [markdown]
# ## Exercise 2: repair a perplexity
#
# The **perplexity** is $e^{-\text{mean log } p}$ over the tokens: between how many a model wavers. A colleague reports it for our GPT with the function below. Its rows are padded: after a story's end stands nothing, and the
# log-probability of nothing is 0. `counted` is True where a token stands.

# %%
def flattering_perplexity(log_probs, counted):
    """(n, time), (n, time) -> number"""
    per_story = np.exp(-log_probs.mean(axis=1))  # (n,)
    return per_story.mean()

token_nats = gpt.log_prob_of_tokens(test_rows)  # (stories, time)
counted = test_rows >= 0

# %% [markdown]
# Two things are wrong: nothing counts as a token that was guessed with certainty, and short stories weigh as much as long ones. Write one that takes each token once, and only tokens.

# %% tags=["exercise"] id="text_metrics-perplexity" points=2
def perplexity(log_probs, counted):
    """Perplexity per token.  (n, time) natural logarithms, (n, time) truths -> number"""
    ### BEGIN SOLUTION
    return np.exp(-np.sum(log_probs * counted) / np.sum(counted))
    ### END SOLUTION

# %% tags=["check"]
perplexity = check("text_metrics-perplexity", perplexity)

# %% tags=["nbval-ignore-output"]
flattered, honest = flattering_perplexity(token_nats, counted), perplexity(token_nats, counted)
print(f"the colleague's perplexity {flattered:.2f}, yours {honest:.2f}; "
      f"the n-gram's per character {2 ** bits['n-gram'][0]:.2f}")

# %%
claim("Padding made the perplexity at least a tenth too small", flattered < 0.9 * honest)
claim(
    "The n-gram's perplexity is less than half of the GPT's, and it is the worse model",
    2 ** bits["n-gram"][0] < 0.5 * honest and bits["n-gram"][0] > bits["GPT"][0],
)

# %% [markdown]
# How can that be? The n-gram wavers between characters, the GPT between tokens, and a token here has four or five characters.
#
# ## Exercise 3: from bits to perplexity
#
# A model needs 0.5 bits per character, and its tokens have 4 characters on average. What is its perplexity *per token*?

# %% tags=["exercise"] id="text_metrics-per_token" points=1 solution="4"
answer = ...  # a number

# %% tags=["check"]
answer = check("text_metrics-per_token", answer)

# %% [markdown]
# Take the truth itself, the best there is, and count its perplexity in four units. Nothing about the model changes.

# %%
tokenizers = {
    "character": len,
    "token of 400 kinds": data.BytePairEncoder.train(stories.train_text[:100_000], 400).count,
    "token of the GPT": byte_pairs.count,
    "word": lambda piece: piece.count(" ") + piece.count("\n"),
}
units = {name: 2 ** stories.entropy_per_token(count) for name, count in tokenizers.items()}
per_character = {
    name: np.log2(units[name]) * count(stories.train_text) / len(stories.train_text)
    for name, count in tokenizers.items()
}

# %% tags=["nbval-ignore-output"]
pd.DataFrame({"perplexity per unit": units, "bits per character": per_character}).round(3)

# %%
claim("The same truth has perplexities that differ more than twofold",
      max(units.values()) > 2 * min(units.values()))
claim("In bits per character all four agree within 3 %",
      max(per_character.values()) < 1.03 * min(per_character.values()))

# %% [markdown]
# So: compare perplexities only over the same tokens, and bits per character always.
#
# ## Can its confidence be believed?
#
# At every place the GPT has a likeliest token and a probability for it: its **confidence**. It is **calibrated** if, of all guesses made with 70 %, seven in ten are right. We look at the second half of the test stories.

# %%
half = len(stories.test) // 2
others = test_rows[half:]
is_token = others >= 0
come = others[is_token]  # (tokens,) what really came
logits = np.asarray(gpt(others))[is_token]  # (tokens, vocab_size)
show_source(calibration.guesses)
confidence, right = calibration.guesses(logits, come)  # (tokens,) each

# %% [markdown]
# ## Exercise 4: the calibration error
#
# Cut the confidences into bins of equal width. In each, compare the mean confidence with the share that was right:
#
# $$\text{ECE} = \sum_{b} \frac{n_b}{n}\;\big|\,\text{right}_b - \text{confidence}_b\,\big|$$
#
# Complete `calibration_error`. The bin of a confidence c is the whole part of c · bins (and the last bin for c = 1).

# %% tags=["exercise"] id="text_metrics-calibration_error" points=3
def calibration_error(confidence, right, bins):
    """Expected calibration error.  (n,) from 0 to 1, (n,) truths, whole number -> number"""
    ### BEGIN SOLUTION
    places = np.minimum((confidence * bins).astype(int), bins - 1)  # (n,)
    gaps = np.bincount(places, right - confidence, minlength=bins)  # n_b (right_b - confidence_b)
    return np.sum(np.abs(gaps)) / len(confidence)
    ### END SOLUTION

# %% tags=["check"]
calibration_error = check("text_metrics-calibration_error", calibration_error)

# %%
def in_stories(values):
    """Values of tokens, put back where they stand.  (tokens,) -> (stories, time)"""
    table = np.full(others.shape, np.nan)
    table[is_token] = values
    return table

def error_of(table):
    confidence, right = table[:, 0], table[:, 1]  # (stories, time) each
    there = ~np.isnan(confidence)
    return float(calibration_error(confidence[there], right[there], 10))

def error_with_interval(confidence, right):
    return with_interval(error_of, in_stories(confidence), in_stories(right))

ece = {"GPT": error_with_interval(confidence, right)}
for name, temperature in {"too cold, 0.5": 0.5, "too hot, 1.6": 1.6}.items():
    ece[name] = error_with_interval(*calibration.guesses(logits, come, temperature))

# %% [markdown]
# Dividing the logits by a **temperature** changes no likeliest token, only how sure the model sounds. The diagram: each dot is a bin. Below the line the model is too sure, above it too modest.

# %%
def draw_reliability(axis, confidence, right, title):
    """One reliability diagram; a dot's size tells how many guesses it stands for."""
    sure, share, counts = calibration.reliability(confidence, right)
    axis.plot([0, 1], [0, 1], ":", color=plots.COLOURS[7])
    axis.plot(sure, share, "-", color=plots.COLOURS[0], linewidth=1)
    axis.scatter(sure, share, s=8 + 250 * counts / counts.sum(), color=plots.COLOURS[0])
    axis.set(title=title, xlabel="confidence", xlim=(0, 1.04), ylim=(0, 1.04), aspect="equal")
    axis.set(xticks=[0, 0.5, 1], yticks=[0, 0.5, 1])

# %% tags=["nbval-ignore-output"]
figure, axes = plots.new_figure(1, 3, height=3.1, sharey=True)
shown = {"too cold, 0.5": 0.5, "GPT": 1.0, "too hot, 1.6": 1.6}
for axis, (name, temperature) in zip(axes, shown.items(), strict=True):
    title = f"temperature {temperature:g}\nECE {ece[name][0]:.3f}"
    draw_reliability(axis, *calibration.guesses(logits, come, temperature), title)
axes[0].set_ylabel("share that was right")
figure.suptitle("Too cold sounds too sure, too hot too modest", fontsize=11, fontweight="bold")
plots.show(
    figure,
    "Three diagrams: at temperature 0.5 the dots lie below the diagonal, at 1 on it, "
    "at 1.6 above it.",
)
print({name: in_words(*each) for name, each in ece.items()})

# %%
uniform = np.random.default_rng(SEED).random((20, len(confidence)))
floor = np.mean(
    [evaluation.expected_calibration_error(confidence, each < confidence) for each in uniform])
claim("As trained, the GPT is off by less than 5 %", ece["GPT"][2] < 0.05)
claim("Half the temperature makes it too sure, at least three times as wrong",
      ece["too cold, 0.5"][1] > 3 * ece["GPT"][0])
claim("A hotter one makes it too modest", ece["too hot, 1.6"][1] > 3 * ece["GPT"][0])
claim("A perfect model would not measure 0 either", floor > 0.002)

# %% [markdown]
# The last claim: dice decided each guess, with exactly the confidence stated, so nothing is wrong with it. On as many tokens the ECE still is not 0, since the share in every bin is a throw, too. So name the number of guesses with every ECE.
#
# ## Break it: read too much
#
# Models become too sure when they see the same text too often. Let the GPT read 32 stories twelve times more. And let them be *test* stories, a leak, since you will fool the bits as well.

# %%
as_trained = gpt.get_weights()
n_leaked = run.steps(smoke=4, laptop=32, gpu=32)
again = np.tile(test_rows[:n_leaked], (run.steps(smoke=2, laptop=12, gpu=30), 1))
gpt.optimizer.iterations.assign(steps // 2)  # the learning rate is back where it was half-way
_ = gpt.fit(again, batch_size=batch, shuffle=False, verbose=0, callbacks=[Progress("Leak")])
leaked = {
    "on what leaked": bits_per_character(
        gpt.log_prob(test_rows[:n_leaked]), lengths[:n_leaked].sum()),
    "on other stories": bits_per_character(gpt.log_prob(others), lengths[half:].sum()),
}
sure_logits = np.asarray(gpt(others))[is_token]
gpt.set_weights(as_trained)  # the honest model is back

# %% tags=["nbval-ignore-output"]
ece["after the leak"] = error_with_interval(*calibration.guesses(sure_logits, come))
print({name: f"{each:.3f} bits" for name, each in leaked.items()}, f"truth {exact:.3f}")
print("calibration error after the leak:", in_words(*ece["after the leak"]))

# %%
claim("On what leaked it needs less than half of the truth's bits: nobody can, honestly",
      leaked["on what leaked"] < 0.5 * exact)
claim("On other stories it has become worse than before",
      leaked["on other stories"] > 1.1 * bits["GPT"][0])
claim("Its confidence is off at least three times as far",
      ece["after the leak"][1] > 3 * ece["GPT"][0])

# %% [markdown]
# ## Exercise 5: one number repairs the confidence
#
# Choose a temperature for the overconfident model so that its calibration error on the first 25 of the other stories falls to **0.07** or less. Change the number and run both cells again.

# %%
story_of = np.repeat(np.arange(len(others)), is_token.sum(axis=1))  # (tokens,)
early = story_of < len(others) // 2

def scaled(temperature):
    """What the overconfident model scores at a temperature."""
    sure, hit = calibration.guesses(sure_logits[early], come[early], temperature)
    return {"temperature": temperature, "error": float(calibration_error(sure, hit, 10))}

# %% tags=["exercise"] id="text_metrics-temperature" points=2 solution="scaled(1.6)"
result = ...  # scaled(a temperature)

# %% tags=["check"]
result = check("text_metrics-temperature", result)

# %% [markdown]
# Searching by hand is not needed. **Temperature scaling** takes the temperature at which held-out text is likeliest. It is fitted on the first 25 stories and judged on the others, which took no part.

# %%
fitted = calibration.fit_temperature(sure_logits[early], come[early])
late = ~early
repaired = calibration.guesses(sure_logits[late], come[late], fitted)
unrepaired = calibration.guesses(sure_logits[late], come[late])
after, before = (evaluation.expected_calibration_error(*each) for each in (repaired, unrepaired))

# %% tags=["nbval-ignore-output"]
figure, axes = plots.new_figure(1, 2, height=3.5, width=5.2, sharey=True)
draw_reliability(axes[0], *unrepaired, f"temperature 1\nECE {before:.3f}")
draw_reliability(axes[1], *repaired, f"temperature {fitted:.2f}\nECE {after:.3f}")
axes[0].set_ylabel("share that was right")
figure.suptitle("One number repairs the confidence", fontsize=11, fontweight="bold")
plots.show(figure, "Before: nearly all dots below the diagonal. After: close to it.")
print(f"right guesses: {unrepaired[1].mean():.1%} before, {repaired[1].mean():.1%} after")

# %%
claim("The fitted temperature is well above 1", fitted > 1.2)
claim("On new stories the error falls to six tenths or less", after < 0.6 * before)
claim("No guess has changed", np.array_equal(repaired[1], unrepaired[1]))

# %% [markdown]
# It says "I am less sure" everywhere alike. It knows no more than before.
#
# ## Fool it: calibrated and clueless
#
# Now a model that reads nothing. It always guesses the most frequent token of the training stories, always with that token's share.

# %%
frequent = np.bincount(rows[rows >= 0], minlength=encoder.size)
always = int(frequent.argmax())
flat = np.full(len(come), frequent[always] / frequent.sum())
ece["reads nothing"] = error_with_interval(flat, come == always)
print(f"It always says {encoder.decode([always])!r}.")

# %% tags=["nbval-ignore-output"]
print("calibration error:", in_words(*ece["reads nothing"]))
print(f"right: {np.mean(come == always):.1%}; the GPT: {right.mean():.1%}")

# %%
claim("It is calibrated at least as well as the GPT", ece["reads nothing"][0] < ece["GPT"][0])
claim("And it is right at most a fifth as often", np.mean(come == always) < 0.2 * right.mean())

# %% [markdown]
# ## What is a hallucination, exactly?
#
# A number needs a definition first. Two kinds of statement can be checked without a reader:
#
# - **Contradiction.** A story names a child, a friend, a colour and a toy, and comes back to them. A *later mention* that differs from the first contradicts the story.
# - **False claim.** Everybody has one home, one animal, one favourite food, in all stories. A claim that says otherwise is false.
#
# A third is stricter: the story is **impossible** if the grammar could not have written it.

# %%
show_source(hallucination.mentions)
small = ("Mia lived by the lake. Her best friend was Sam. Mia had a red ball. "
         "Rosa looked under the bush and found something red: the ball!")
for kind, value, agrees in hallucination.mentions(small):
    print(f"{kind:7} {value:5} {'agrees' if agrees else 'contradicts'}")
print("claims:", stories.claims(small))

# %% [markdown]
# ## Predict
# The GPT needs about a tenth more bits than the truth. Of its later mentions of a child, a friend, a colour or a toy, what share contradicts the first one? (Temperature 1, a share between 0 and 1.)

# %% tags=["exercise"] solution="0.1"
my_guess = ...  # between 0 and 1

# %% tags=["check"]
predict("text_metrics-contradictions", my_guess)

# %%
n_written = run.steps(smoke=4, laptop=40, gpu=200)
temperatures = [0.2, 0.4, 0.6, 0.8, 1.0, 1.2, 1.4, 1.6]

def write(temperature):
    """Stories by the GPT: what stands before the first line break."""
    drawn = gpt.sample(n_written, seed=SEED, temperature=temperature)
    return [encoder.decode(row).split("\n")[0] + "\n" for row in drawn]

written = {temperature: write(temperature) for temperature in temperatures}
characters = run.steps(smoke=6_000, laptop=18_000, gpu=100_000)
counted_out = counting.sample(characters, seed=SEED).split("\n")[:-1]  # the last one is cut off
by_ngram = [text + "\n" for text in counted_out]
texts = {"n-gram": by_ngram, "GPT": written[1.0], "real stories": list(stories.test)}
rates = {name: evaluation.hallucination_rates(stories, each) for name, each in texts.items()}

# %% tags=["nbval-ignore-output"]
figure, axes = plots.new_figure(1, 3, height=2.4, sharey=True, sharex=True)
titles = ("contradictions\nof later mentions", "false claims\nof all claims", "impossible\nstories")
for axis, kind, title in zip(axes, rates["GPT"], titles, strict=True):
    share, low, high = np.array([rates[name][kind] for name in texts]).T  # (writers,) each
    axis.barh(list(texts), share, color=plots.COLOURS[4])
    axis.errorbar(share, list(texts), xerr=[share - low, high - share], fmt="none",
                  color=plots.COLOURS[5], capsize=3)
    axis.set_title(title, fontsize=10)
figure.suptitle("How much is made up?", fontsize=11, fontweight="bold")
axes[0].invert_yaxis()
axes[0].set_xlim(0, 1)
axes[1].set_xlabel("share, with its interval of 95 %")
plots.show(
    figure, "Contradictions: most of the n-gram's mentions, far fewer of the GPT's, no real ones. "
    "False claims: fewer, in the same order. Both models' stories are nearly all impossible.")
predict("text_metrics-contradictions", outcome=rates["GPT"]["contradictions"][0])
print(textwrap.fill(written[1.0][0], 100))

# %%
claim("Real stories never contradict themselves, and claim nothing false",
      rates["real stories"]["contradictions"][0] == rates["real stories"]["false_claims"][0] == 0)
claim("The GPT contradicts itself in at least a tenth of its later mentions",
      rates["GPT"]["contradictions"][0] > 0.1)
claim("Counting does so at least half as often again",
      rates["n-gram"]["contradictions"][0] > 1.5 * rates["GPT"]["contradictions"][0])
claim("What it claims about people is false less often, even at the far ends of both intervals",
      rates["GPT"]["false_claims"][2] < rates["n-gram"]["false_claims"][1])

# %% [markdown]
# What never changes, homes and animals, the GPT has learned. What was said in *this* story it loses in a quarter to a third of the cases. And hardly a story of either could have come from the grammar: one slip in 170 tokens is enough.
#
# When *all* of 40 stories are impossible, drawing them again says "100 % to 100 %". **Wilson's interval** asks instead which shares could have led to this, and says 91 % to 100 %.
#
# ## Fool it: a good perplexity that tells lies
#
# Now build a writer who writes like the grammar itself, but has forgotten the friend by the end: the last mention is drawn afresh, as often as friends occur. How does that show in bits?

# %%
cloze = [stories.friend_cloze(story) for story in stories.test]
shares = np.bincount([stories.friend_cloze(text)[1] for text in stories.train], minlength=12) + 1
shares = shares / shares.sum()  # how often each of the twelve friends comes
forgetful = nats["truth"] + np.log([shares[place] for _, place, _ in cloze])
bits["forgetful"] = with_interval(bits_of, forgetful, lengths)
friends = np.random.default_rng(SEED).choice(12, len(cloze), p=shares)
texts["forgetful"] = [
    beginnings[friend] + story[len(beginnings[place]):]
    for story, (beginnings, place, _), friend in zip(stories.test, cloze, friends, strict=True)]
rates["forgetful"] = evaluation.hallucination_rates(stories, texts["forgetful"])

# %% tags=["nbval-ignore-output"]
def stories_that_lie(texts):
    """Share of the stories with a contradiction or a false claim, and its interval."""
    counts = hallucination.fact_counts(stories, texts)  # contradictions, mentions, false, claims
    lies = int(np.sum(counts[:, 0] + counts[:, 2] > 0))
    return lies / len(texts), *evaluation.wilson_interval(lies, len(texts))

lying = {name: stories_that_lie(each) for name, each in texts.items()}
lying["truth"] = lying.pop("real stories")
pd.DataFrame({
    "perplexity per character": {name: 2 ** bits[name][0] for name in lying},
    "share of stories that lie": {name: in_words(*each) for name, each in lying.items()},
}).round(4)

# %%
claim("Forgetting the friend costs less than 3 % of the bits",
      bits["forgetful"][0] < 1.03 * bits["truth"][0])
claim("And at least three stories in four now lie", lying["forgetful"][0] > 0.75)
claim("It beats the GPT in bits, and in lies it stays above the low end of the GPT's interval",
      bits["forgetful"][0] < bits["GPT"][0] and lying["forgetful"][0] > lying["GPT"][1])

# %% [markdown]
# One name in 770 characters is one per cent of the bits and the point of the story. As many of these stories lie as of the GPT's, which needs a tenth more bits. Perplexity weighs each character alike; a reader does not.
#
# ## Explore: colder is truer?
#
# Move the temperature. Left stands how far its confidence can be believed, right what it then writes. Where do the stories become true, and what do they lose?

# %%
def distinct_runs(texts, words=4):
    """Share of the runs of four words that differ from all others: 1 is all different."""
    runs = [tuple(cut[i : i + words]) for text in texts
            for cut in [text.split()] for i in range(len(cut) - words + 1)]
    return len(set(runs)) / max(1, len(runs))

def draw_temperature(temperature):
    """Reliability on the left, the beginning of a story on the right."""
    temperature = round(float(temperature), 1)
    figure, (left, right_side) = plots.new_figure(1, 2, height=3.1, width_ratios=(1, 1.5))
    draw_reliability(left, *calibration.guesses(logits, come, temperature), "Can it be believed?")
    left.set_ylabel("share right")
    lines = textwrap.wrap(written[temperature][0][:640], 50)
    right_side.text(0, 1, "\n".join(lines), va="top", family="monospace", fontsize=8)
    right_side.set_title(f"A story at temperature {temperature:g}")
    right_side.axis("off")
    return figure

# %%
widgets.explore(
    draw_temperature,
    "At temperature 1 the dots lie near the diagonal; beside them stands a story with a slip in "
    "many a sentence.",
    temperature=(0.2, 1.6, 0.2, 1.0),
)

# %%
curves = {"later mentions that contradict": [], "claims that are false": [], "runs that differ": []}
for temperature in temperatures:
    found = evaluation.hallucination_rates(stories, written[temperature])
    curves["later mentions that contradict"].append(found["contradictions"][0])
    curves["claims that are false"].append(found["false_claims"][0])
    curves["runs that differ"].append(distinct_runs(written[temperature]))
real_variety = distinct_runs(stories.test[:n_written])

# %% tags=["nbval-ignore-output"]
figure = plots.lines(
    curves, x=temperatures, title="Colder stories lie less and repeat themselves more",
    x_label="temperature", y_label="share",
)
figure.axes[0].legend(loc="upper center", bbox_to_anchor=(0.5, -0.22), ncols=3)
plots.show(
    figure, "Three curves: contradictions and runs of words that differ rise all the way; false "
    "claims stay low, with ups and downs.")
print(f"runs that differ in real stories: {real_variety:.2f}")

# %%
contradict, _, variety = curves.values()
claim("At 0.4 it contradicts itself less than half as often as at 1",
      contradict[1] < 0.5 * contradict[4])
claim("At 0.2 its stories have less than half of the real variety", variety[0] < 0.5 * real_variety)
claim("At 1 they have nine tenths of it or more", variety[4] > 0.9 * real_variety)

# %% [markdown]
# ## Fool the rest
#
# Three more writers beside the GPT, and three scores that people use. The **dull** one is the GPT at temperature 0.2. The **copier** hands in training stories. The **brief** one is the GPT at temperature 1, cut off after 60 characters.
#
# - *Likelihood by a judge*: bits per character of what was written, by the n-gram. Fewer bits, better text?
# - *Overlap*, as in BLEU: the share of runs of 20 characters that also stand in 300 real stories.
# - *Contradictions*, counted for each story.

# %%
references = list(stories.train[:300])
writers = {
    "real stories": list(stories.test[:n_written]),
    "dull": written[0.2],
    "copier": references[:n_written],
    "GPT": written[1.0],
    "brief": [text[:60] for text in written[1.0]],
}
scores = {}
for name, each in writers.items():
    text, library = "".join(each), "".join(references)
    scores[name] = {
        "bits by a judge": bits_per_character(counting.log_prob(text), len(text)),
        "overlap": data.shared_runs(library, text, 20),
        "contradictions a story": hallucination.fact_counts(stories, each)[:, 0].mean(),
        "mentions a story": hallucination.fact_counts(stories, each)[:, 1].mean(),
        "runs that differ": distinct_runs(each),
        "runs of 100 copied": data.shared_runs(library, text, 100),
    }

# %% tags=["nbval-ignore-output"]
print(textwrap.fill(written[0.2][0][:300], 100))
pd.DataFrame(scores).T.round(3)

# %%
real, dull, copier, brief = (scores[name] for name in ("real stories", "dull", "copier", "brief"))
claim("The judge likes the dull stories better than real ones",
      dull["bits by a judge"] < 0.9 * real["bits by a judge"])
claim("Overlap likes the copier best, and the dull ones better than real stories",
      copier["overlap"] > 0.999 > dull["overlap"] > real["overlap"])
claim("The copier never contradicts itself", copier["contradictions a story"] == 0)
claim("Stopping early takes away at least nine tenths of the contradictions",
      brief["contradictions a story"] < 0.1 * scores["GPT"]["contradictions a story"])
claim("Each is found out by another number: variety, copied runs, mentions",
      dull["runs that differ"] < 0.5 * real["runs that differ"]
      and copier["runs of 100 copied"] > 0.9 > 0.1 > real["runs of 100 copied"]
      and brief["mentions a story"] < 0.3 * real["mentions a story"])

# %% [markdown]
# | score | fooled by | found out by |
# |---|---|---|
# | perplexity | other tokens, padding | bits per character |
# | bits per character | test stories in the training | fresh stories; a score below the entropy |
# | calibration error | a model that reads nothing | share right |
# | contradictions, false claims | copying, saying little, dullness | copied runs, statements a story, variety |
# | likelihood by a judge | repetition | variety |
# | overlap | copying | copied runs |
#
# No score stands alone. A report needs at least two that cannot be fooled by the same trick.
#
# ## Make: a metric of your own
#
# Invent a number that says something about a story and that none of the above sees. Define it, measure real stories and the GPT's with an interval, and fool it once. One figure, two sentences.

# %% tags=["exercise", "make"] id="text_metrics-make" points=4
def my_metric():
    """Your metric of real stories, of the GPT's, and of a text that fools it: a figure."""
    ### BEGIN SOLUTION
    # Metric: the share of stories whose last sentence is one that the grammar can end with.
    endings = {text.rstrip("\n").split(". ")[-1].split(" ")[-1] for text in stories.train}
    endings = {word for word in endings if word}

    def ends_well(text):
        return text.rstrip("\n").split(" ")[-1] in endings

    fooling = ["The end.\n"] * n_written  # ends well, and has no story
    found = {}
    judged = {"real": writers["real stories"], "GPT": written[1.0], "fooled": fooling}
    for name, each in judged.items():
        good = sum(map(ends_well, each))
        low, high = evaluation.wilson_interval(good, len(each))
        found[f"{name} ({low:.2f} to {high:.2f})"] = good / len(each)
    return plots.bars(found, title="Stories that end as stories do",
                      x_label="share of the stories, with its interval of 95 %")
    # Forty stories cannot tell 0.95 from 1. Whoever writes nothing but an end is best.
    ### END SOLUTION

# %% tags=["nbval-ignore-output"]
if (figure := my_metric()) is not ...:
    plots.show(figure, "The figure of my own metric.")

# %% [markdown] tags=["instructor"]
# **Rubric, 4 points.** The definition could be followed by somebody else without asking (1) · measured on real stories and on a model's, with an interval (1) ·
# fooled on purpose, with a number (1) · two sentences that name what the metric does not see (1).

# %% [markdown]
# ## Recap
#
# 1. Bits per character compare models whatever their tokens; the gap to the truth is a divergence.
# 2. Every number is a sample's: draw whole stories again, or take Wilson's interval, and say it.
# 3. Calibrated means that confidence can be believed. One temperature repairs too much of it, and adds no knowledge.
# 4. A lie about one name costs one per cent of the bits, so a low perplexity does not mean true.
# 5. Every score has its trick: measure two that do not fall for the same.
#
# ## Quiz
#
# Click, or type one letter a question.

# %% tags=["exercise"] solution='"cbadb"'
my_answers = ...  # one letter a question, such as "abcda"

# %% tags=["check"]
quiz("text_metrics", my_answers)

# %% [markdown]
# ## Read on, and scale up
#
# - Guo, Pleiss, Sun and Weinberger (2017), *On Calibration of Modern Neural Networks*.
# - Holtzman et al. (2020), *The Curious Case of Neural Text Degeneration*: why the likeliest text is dull.
# - Maynez et al. (2020), *On Faithfulness and Factuality in Abstractive Summarization*: two kinds of hallucination.
#
# **Scale up.** `PROFILE = "gpu"` trains on 50,000 stories and writes 200. Does a GPT that comes within 2 % of the truth still mix up its friends? And try `data.python_docs()`, where nobody knows the entropy: which of these numbers can you still measure?
