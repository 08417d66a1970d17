# %% [markdown]
# # How does a writer know who the story was about?
#
# A name stands at the beginning of a page and is needed again at its end. Counting has forgotten it, and a recurrent network carries it through every word in between.
# A transformer looks it up. You build the lookup by hand, make a GPT of it, and change it into BERT and T5.
#
# | | |
# |---|---|
# | **You will** | compute attention and its mask by hand · train a GPT and compare it with the truth · write many times quicker · fill gaps as BERT and T5 do · see what a missing mask does |
# | **First** | [Text](../01_data/02_text.ipynb) and [recurrent networks](09_recurrent_networks.ipynb) |
# | **Time** | {{ reading_minutes }} min of reading, {{ exercise_minutes }} min of exercises, {{ computing_seconds }} s of computing |

# %% [markdown] tags=["instructor"]
# **For teachers, 60 minutes.** Attention by hand 14 · GPT 14 · the cache 10 · the missing mask 6 · BERT and T5 12 · quiz 4.
#
# Let somebody be the query: they walk through the room, compare their key card with everyone *before* them, and bring back what they were given.
# Learners take attention for something learned. Ask: *which part of `causal_attention` has weights?* (None. The layers before and after it have.)

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
import time

import keras
import numpy as np
import pandas as pd

from genai_course.models.encoder_decoder import draw_gaps, gaps
from genai_course.models.gpt import MLP, Block
from genai_course.models.language_model import pad
from genai_course.training import Progress

n_train = run.steps(smoke=24, laptop=2_800, gpu=50_000)
stories = data.stories(n_train, run.steps(smoke=4, laptop=50, gpu=400), seed=SEED)
print(stories.test[0])

# %% [markdown]
# ## A lookup that can be trained
#
# Every position holds three vectors. Its **query** says what it looks for, its **key** what it can be found by, its **value** what it hands over. A query is compared
# with every key; the better a key fits, the more of its value is taken:
#
# $$\text{gathered} = \operatorname{softmax}\!\Big(\frac{Q K^\top}{\sqrt{\text{size}}}\Big)\, V .$$
#
# A writer must not look at what is not written yet. So scores above the diagonal are replaced by −10⁹ before the softmax: that is the **causal mask**.

# %%
def softmax(scores):
    """Positive weights that add up to 1 along the last axis."""
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return weights / weights.sum(axis=-1, keepdims=True)

# %% [markdown]
# ## Exercise 1: attention by hand
#
# Complete `causal_attention` in NumPy. `np.tri(time, dtype=bool)` is True on and below the diagonal. The values may have a size of their own; under the root stands the queries' and keys'.
# Use the `softmax` above: it subtracts the largest score first, since the exponential of a large one is infinite on a computer.
#
# Stuck? Run `hint("transformers-causal_attention")` in a cell of its own; every exercise has three hints.

# %% tags=["exercise"] id="transformers-causal_attention" points=2
def causal_attention(queries, keys, values):
    """What each position gathers from itself and from those before it.

    (time, size), (time, size), (time, width) -> (time, width)
    """
    ### BEGIN SOLUTION
    scores = queries @ keys.T / np.sqrt(queries.shape[1])  # (time, time)
    scores = np.where(np.tri(len(queries), dtype=bool), scores, -1e9)
    return softmax(scores) @ values
    ### END SOLUTION

# %% tags=["check"]
causal_attention = check("transformers-causal_attention", causal_attention)

# %% [markdown]
# Try it on the smallest story: *Mia* · *had* · *a* · *ball* · *said*. The last position looks for a person. Keys say "person" or "thing", values are numbers for words.

# %%
words = ["Mia", "had", "a", "ball", "said"]
keys = 8 * np.array([[1, 0], [0, 0], [0, 0], [0, 1], [0, 0]], "float32")  # person, thing
values = np.eye(5, dtype="float32")  # each hands over itself
queries = np.zeros((5, 2), "float32")
queries[4] = [1, 0]  # "said" asks: which person?
found = causal_attention(queries, keys, values)
taken = {word: round(float(share), 2) for word, share in zip(words, found[4], strict=True)}
print("said takes", taken)

# %%
claim("The last word takes more than nine tenths from Mia", found[4, 0] > 0.9)
claim("The first word can only take from itself", np.allclose(found[0], values[0]))

# %% [markdown]
# ## Exercise 2: what does it cost?
#
# For a context of T positions, attention computes a score for each pair of a query and a key (and masks some). You double the context. By what factor does the number of scores grow?

# %% tags=["exercise"] id="transformers-cost" points=1 solution="4"
answer = ...  # a number

# %% tags=["check"]
answer = check("transformers-cost", answer)

# %% [markdown]
# ## From attention to GPT
#
# A **block** does two things and adds both to what was there: positions exchange what they know, in several attentions side by side (**heads**), then each is changed on its own by an **MLP**, two dense layers.

# %%
show_source(Block.call)
show_source(MLP.call)

# %% [markdown]
# A GPT is an embedding of tokens, a few blocks, and a softmax over the vocabulary. Thanks to the mask one pass trains all positions: each is asked for its next token at once.
#
# Our tokens come from byte-pair encoding, and one block is enough here. `CopyingGPT` (`genai_course/models/copying_gpt.py`) inherits both functions above and takes from the years after
# GPT-2 what learns more in half a minute: rotary positions, queries and keys of one length, RMSNorm, squared ReLU, vectors for two and for three tokens in a row, and Muon, an optimizer. And its
# attention begins by **copying**: what it looks at becomes likelier to be written. We measured: without that start, the same minute ends before the first name is found.

# %%
encoder = data.BytePairEncoder.train(
    stories.train_text[:400_000], run.steps(smoke=400, laptop=2_000, gpu=2_000))
encoder = data.UsedTokens(encoder, stories.train + stories.test)  # the others would only cost time
vocab_size = encoder.size
train, test = ([encoder.encode(text) for text in part] for part in (stories.train, stories.test))
context_length = max(map(len, train + test))
rows, test_rows = pad(train, context_length), pad(test, context_length)
characters = len(stories.test_text)
print(rows.shape, f"{np.mean(rows >= 0):.0%} of it are tokens, the rest is nothing")

# %% [markdown]
# ## Predict
# Near its end, every story names the friend again, hundreds of characters after the first time. Given the story up to there, the model says how likely each of the twelve friends' names
# is. In what share of the stories will the right one be the likeliest for the GPT, after a quarter of a minute of training? (Naming always the most frequent friend is right in about a quarter.)

# %% tags=["exercise"] solution="0.8"
my_guess = ...  # a share between 0 and 1

# %% tags=["check"]
predict("transformers-agreement", my_guess)

# %%
keras.utils.set_random_seed(SEED)
gpt = models.CopyingGPT(vocab_size, context_length, d_model=64, heads=4, num_layers=1)
batch = 8
steps = len(rows) // batch
gpt.compile(gpt.optimizer_for(steps, 0.03), **run.compile_options)
_ = gpt.fit(
    rows[: steps * batch], batch_size=batch, shuffle=False, verbose=0, callbacks=[Progress("GPT")])

# %%
kneser_ney = models.NgramModel(run.steps(smoke=3, laptop=9, gpu=9)).fit(stories.train_text)
bits = {
    "xz": evaluation.xz_bits_per_character(stories.test_text, given=stories.train_text),
    "n-gram, order 9": evaluation.bits_per_character(kneser_ney.log_prob(stories.test_text)),
    "GPT": evaluation.bits_per_character(gpt.log_prob(test_rows), characters),
    "truth, on these stories": evaluation.bits_per_character(
        stories.log_prob(stories.test_text), characters),
}

# %% tags=["nbval-ignore-output"]
figure = plots.bars(
    bits, title="The GPT comes near the truth",
    x_label="bits per character of held-out stories, less is better", highlight=["GPT"],
)
plots.show(
    figure,
    "Four bars: xz longest, then the n-gram model, the GPT, and shortest the truth.",
)

# %%
claim(
    "The GPT needs fewer bits than counting and than xz",
    bits["GPT"] < min(bits["xz"], bits["n-gram, order 9"]),
)
claim(
    "It needs at most fifteen in a hundred more than the truth",
    bits["GPT"] < 1.15 * bits["truth, on these stories"],
)
claim("Nothing beats the truth", min(bits.values()) == bits["truth, on these stories"])

# %% [markdown]
# ## Who was it about?
#
# Now your prediction. Each story is cut before the last mention of the friend, and each of the twelve names is put there. For comparison we train an LSTM, for a little less time than the GPT.

# %%
keras.utils.set_random_seed(SEED)
lstm = models.RecurrentLanguageModel(vocab_size, "lstm", start=int(train[0][-1]))
lstm_steps = run.steps(smoke=1, laptop=240, gpu=5_000)
rate = keras.optimizers.schedules.CosineDecay(
    0.0, lstm_steps, warmup_target=6e-3, warmup_steps=max(1, lstm_steps // 20))
lstm.compile(keras.optimizers.Adam(rate, beta_2=0.99, global_clipnorm=1.0), **run.compile_options)
_ = lstm.fit(
    np.concatenate(train)[: lstm_steps * 512 + 1], verbose=0, callbacks=[Progress("LSTM")])

# %%
cloze = [stories.friend_cloze(story) for story in stories.test]
endings, right, distances = zip(*cloze, strict=True)
right = np.array(right)
print("…" + endings[0][right[0]][-80:])

def share_right(log_prob):
    """Share of the stories in which the right name is the likeliest."""
    scores = np.array([log_prob(each) for each in endings])  # (stories, names)
    return float(np.mean(scores.argmax(axis=1) == right))

def by_gpt(texts):
    return gpt.log_prob(pad([encoder.encode(text) for text in texts], context_length))

def by_lstm(texts):
    padded = pad([encoder.encode(text) for text in texts])
    return np.sum(lstm.log_prob(np.maximum(padded, 0)) * (padded >= 0), axis=1)

# %%
agreement = {
    "always the most frequent": float(np.mean(right == np.bincount(right).argmax())),
    "n-gram, order 9": share_right(lambda texts: [kneser_ney.log_prob(t).sum() for t in texts]),
    "LSTM": share_right(by_lstm),
    "GPT": share_right(by_gpt),
}

# %% tags=["nbval-ignore-output"]
figure = plots.bars(
    agreement, title="The GPT names the friend who was there; the others guess",
    x_label="share of stories with the right name", highlight=["GPT"],
)
plots.show(figure, "Four bars: the GPT's reaches nearly 1, the others stay about a quarter.")
print(f"The name last stood {np.median(distances):.0f} characters before (median).")
predict("transformers-agreement", outcome=agreement["GPT"])

# %%
claim(
    "The GPT is right at least twice as often as counting and as the LSTM",
    agreement["GPT"] > 2 * max(agreement["n-gram, order 9"], agreement["LSTM"]),
)

# %% [markdown]
# The LSTM could carry a name along; nothing forbids it. But it must learn to keep it through every word in between, and here it has not even finished learning the words. Given five times the
# seconds it needs fewer bits and still guesses the friend (`benchmarks/`). The GPT learned one lookup: *which of the words before me is a friend's name?*

# %% [markdown]
# ## Explore: where does it look?
#
# Choose a head and a position of one story. The darker a word, the more of it that position takes. The figure begins where the friend's name comes next, with the head that looks for it.

# %%
story = encoder.encode(endings[0][right[0]])  # it ends with the name
state = gpt.embedding(gpt.inputs(np.array([story])))  # (1, time, d_model)
layer, normed = gpt.blocks[0].attention, gpt.blocks[0].attention_norm(state)
q = np.asarray(layer.queries(normed, np.arange(len(story))))[0]  # (heads, time, size)
k = np.asarray(layer.keys_and_values(normed, np.arange(len(story)))[0])[0]
identity = np.eye(len(story), dtype="float32")  # values that hand over themselves: the weights
weights = np.array([causal_attention(q[head], k[head], identity) for head in range(4)])
read = ["▸", *(encoder.decode([token]) for token in story[:-1])]  # what stands at each position
earlier = np.flatnonzero(story[:-1] == story[-1]) + 1  # where the name is read
of_name = weights[:, -1, earlier].sum(axis=1)  # (heads,), at the last position
finder = int(of_name.argmax())

# %%
def draw_attention(head, position):
    """The story's words, shaded by how much the position takes of each."""
    shares = weights[head - 1, position]
    figure, axis = plots.new_figure(height=3.4)
    column, row = 0, 0
    for place, piece in enumerate(read[: position + 1]):
        if column + len(piece) > 88:
            column, row = 0, row + 1
        shade = {"facecolor": plots.COLOURS[0], "alpha": min(1, float(shares[place]) ** 0.5)}
        box = {"boxstyle": "square,pad=0.1", "edgecolor": "none", **shade}
        axis.text(column / 88, 1 - row / 11, piece, family="monospace", fontsize=8.5, va="top",
                  bbox=box, weight="bold" if place == position else "normal")
        column += len(piece)
    axis.set_title(f"Head {head}: what the last word shown takes from the others")
    axis.axis("off")
    return figure

# %%
claim(
    "One head takes more than a third of what it gathers from the friend's name",
    of_name.max() > 1 / 3,
)

# %%
widgets.explore(
    draw_attention,
    "A story up to its friend's last mention; the earlier mentions of the name are dark.",
    head=(1, 4, 1, finder + 1),
    position=(1, len(story) - 1, 1, len(story) - 1),
)

# %% [markdown]
# ## Exercise 3: do not compute it twice
#
# When a text is written token by token, keys and values of what stands there never change. Keep them in a **cache**, empty (0, size) at first. For each new position, put its key and value at the end and let its one query ask all.

# %% tags=["exercise"] id="transformers-attend_with_cache" points=2
def attend_with_cache(query, key, value, keys, values):
    """What the new position gathers, and both caches with it at their ends.

    (size,) three times, (time, size) twice -> (size,), (time + 1, size), (time + 1, size)
    """
    ### BEGIN SOLUTION
    keys, values = np.concatenate([keys, key[None]]), np.concatenate([values, value[None]])
    weights = softmax(keys @ query / np.sqrt(len(query)))  # (time + 1,)
    return weights @ values, keys, values
    ### END SOLUTION

# %% tags=["check"]
attend_with_cache = check("transformers-attend_with_cache", attend_with_cache)

# %%
random_numbers = np.random.default_rng(SEED)
queries, keys, values = random_numbers.normal(size=(3, 50, 16)).astype("float32")
kept_keys, kept_values, gathered = keys[:0], values[:0], []
for query, key, value in zip(queries, keys, values, strict=True):
    new, kept_keys, kept_values = attend_with_cache(query, key, value, kept_keys, kept_values)
    gathered.append(new)
claim(
    "Fifty steps with the cache gather the same as full attention",
    np.allclose(gathered, causal_attention(queries, keys, values), atol=1e-4),
)

# %% [markdown]
# The course's GPT does that in every block. Measure it: the same story, once with the cache and once with everything computed again for every token. The cached loop has one more
# advantage: its arrays never change their shapes, so it can be compiled as a whole. We measured both without compiling, too: then the cache alone makes writing two to five times quicker.

# %%
length = run.steps(smoke=16, laptop=context_length, gpu=context_length)
seconds, written = {}, {}
for cached in (True, False):
    for _ in range(2):  # the first time builds the graph
        started = time.process_time()
        written[cached] = gpt.sample(2, seed=SEED, length=length, cached=cached)
        seconds[cached] = time.process_time() - started
several = test_rows[:2, :length]
difference = np.abs(np.asarray(gpt.cached_logits(several)) - np.asarray(gpt(several))).max()

# %% tags=["nbval-ignore-output"]
speeds = {name: written[cached].size / seconds[cached]
          for name, cached in (("cached", True), ("computed again", False))}
print({name: f"{speed:,.0f} tokens a second" for name, speed in speeds.items()})
print(f"largest difference of a logit: {difference:.1e}")
print(encoder.decode(written[True][0]).split("\n")[0])

# %%
claim("Cached and computed again, logits differ by less than 0.0001", difference < 1e-4)
claim(
    "With the cache, compiled, writing is at least five times quicker",
    speeds["cached"] > 5 * speeds["computed again"],
)

# %% [markdown]
# ## Break it: forget the mask
#
# What if the mask is left out? The model is asked for a token that stands in its input, one place to the right.

# %%
keras.utils.set_random_seed(SEED)
peeking = models.CopyingGPT(vocab_size, context_length, d_model=64, num_layers=1, causal=False)
few = rows[: batch * run.steps(smoke=2, laptop=96, gpu=400), :128]
peeking.compile(peeking.optimizer_for(len(few) // batch), **run.compile_options)
_ = peeking.fit(few, batch_size=batch, shuffle=False, verbose=0)
beginnings = test_rows[:, :128]
read_characters = sum(len(encoder.decode(row[row >= 0])) for row in beginnings)
loss = evaluation.bits_per_character(peeking.log_prob(beginnings), read_characters)
scribbled = {
    "without the mask": peeking.sample(2, seed=SEED, length=few.shape[1], cached=False),
    "with the mask": written[False][:2, : few.shape[1]],
}
honest = {}
for name, tokens in scribbled.items():
    texts = [encoder.decode(row).split("\n")[0] + "\n" for row in tokens]
    honest[name] = evaluation.bits_per_character(
        np.concatenate([kneser_ney.log_prob(text) for text in texts]))

# %% tags=["nbval-ignore-output"]
truth = stories.entropy_per_character
print(f"Its score on held-out stories: {loss:.3f} bits per character. The truth: {truth:.3f}.")
print({name: f"{each:.2f} bits by the n-gram model" for name, each in honest.items()})
print(encoder.decode(scribbled["without the mask"][0])[:200])

# %%
claim("Without the mask it claims fewer bits than the truth", loss < 0.9 * truth)
claim(
    "What it writes surprises the n-gram model at least twice as much as the repaired one's",
    honest["without the mask"] > 2 * honest["with the mask"],
)

# %% [markdown]
# A score better than the truth is no reason to be glad: it is a leak. The repair is one line, the mask, and the model with it is the GPT above.
#
# ## BERT: look to both sides
#
# To *understand* a text nobody needs to hide what comes later. **BERT** hides some tokens, 15 of 100 in the paper, and asks for those, given both sides. Our short training hides 30 of 100, so that
# each row teaches more.
#
# ## Exercise 4: what stands where a token is hidden
#
# Where `chosen` is True: a fate below 0.8 puts the mask, below 0.9 another token, and else the token stays. Where it is False nothing changes. Padding, −1, is never chosen.

# %% tags=["exercise"] id="transformers-hide" points=2
def hide(tokens, chosen, fate, others, mask_token):
    """What the model sees.  Four arrays (n, time), a number -> (n, time)"""
    ### BEGIN SOLUTION
    replaced = np.where(fate < 0.8, mask_token, np.where(fate < 0.9, others, tokens))
    return np.where(chosen, replaced, tokens)
    ### END SOLUTION

# %% tags=["check"]
hide = check("transformers-hide", hide)

# %%
piece = test_rows[:1, :100]
uniform = random_numbers.random((2, *piece.shape))
others = random_numbers.integers(0, vocab_size, piece.shape)
seen = np.asarray(hide(piece, uniform[0] < 0.3, uniform[1], others, vocab_size))
words = ["?" if token == vocab_size else encoder.decode([token]) for token in seen[0]]
marked = [  # [?] is the mask, [another] a token that was put in another's place
    f"[{word}]" if changed else word
    for word, changed in zip(words, seen[0] != piece[0], strict=True)
]
print(textwrap.fill("".join(marked), 100))

# %%
keras.utils.set_random_seed(SEED)
short = rows[:, :48]
bert = models.MaskedLanguageModel(vocab_size, 48, num_layers=1, share=0.3, copying=True)
bert_rows = short[: 16 * run.steps(smoke=2, laptop=100, gpu=2_000)]
bert.compile(keras.optimizers.Muon(0.02), **run.compile_options)
_ = bert.fit(
    bert_rows, batch_size=16, epochs=run.steps(smoke=1, laptop=2, gpu=3), verbose=0,
    callbacks=[Progress("BERT")])

# %% [markdown]
# ## T5: read, then write
#
# **T5** has two stacks. The encoder reads without a mask, the decoder writes with one, and each of its blocks also attends to what the encoder has read. Trained to fill a gap of several tokens, it
# answers with a text of any length.

# %%
def show(tokens):
    """Tokens as text, with the gap drawn."""
    pieces = ["[…]" if token == vocab_size else encoder.decode([token])
              for token in tokens if token >= 0]
    return "".join(pieces)

sources, answers = gaps(short, *draw_gaps(short, 4, SEED), vocab_size)
print(show(sources[0]), "→", show(answers[0]))

# %%
keras.utils.set_random_seed(SEED)
t5 = models.EncoderDecoder(vocab_size, 48, 5, d_model=64)
few = 16 * run.steps(smoke=2, laptop=100, gpu=2_000)
t5.compile(keras.optimizers.Muon(0.02), **run.compile_options)
_ = t5.fit(
    sources[:few], answers[:few], batch_size=16, epochs=run.steps(smoke=1, laptop=2, gpu=3),
    verbose=0, callbacks=[Progress("T5")])

# %%
test_short = test_rows[:, :48]
one = np.zeros(test_short.shape, bool)
of_bert = {"both sides": [], "left side": []}  # bits for one hidden token
for place in (12, 24, 36):
    one[:], one[:, place] = False, True
    of_bert["both sides"] += [bert.log_prob_of_hidden(test_short, one)[:, place]]
    one[:, place:] = True  # the right side is hidden, too
    of_bert["left side"] += [bert.log_prob_of_hidden(test_short, one)[:, place]]
of_bert = {name: -np.mean(each) / np.log(2) for name, each in of_bert.items()}

# %%
test_gaps = gaps(test_short, *draw_gaps(test_short, 4, SEED), vocab_size)
others = np.roll(test_gaps[0], 1, axis=0)  # somebody else's story to read
of_t5 = {"its own story": -t5.log_prob(*test_gaps).mean() / np.log(2),
         "another story": -t5.log_prob(others, test_gaps[1]).mean() / np.log(2)}

# %% tags=["nbval-ignore-output"]
print("bits for a hidden token, by BERT:", {name: f"{each:.2f}" for name, each in of_bert.items()})
print("bits for a gap, by T5 after reading:", {name: f"{each:.1f}" for name, each in of_t5.items()})

# %%
claim(
    "BERT uses both sides: with the right side hidden it needs at least a fifth more bits",
    of_bert["left side"] > 1.2 * of_bert["both sides"],
)
claim(
    "T5 uses what it reads: after another story a gap costs at least a fifth more",
    of_t5["another story"] > 1.2 * of_t5["its own story"],
)

# %% [markdown]
# Which of the three is best? They answer different questions: the GPT writes on, BERT says what fits a place, T5 writes an answer to what it has read.
#
# ## Make: change one thing
#
# Change one thing about a model of this lesson (heads, layers, batch, the share that BERT hides) and keep the rest. State what you expect, measure one number, show one figure, write two sentences.

# %% tags=["exercise", "make"] id="transformers-make" points=4
def my_change():
    """Your question, one number, and a figure that shows it."""
    ### BEGIN SOLUTION
    # Question: is it the attention that finds the friend?
    # Expected: yes. Without it the GPT sees three tokens, and the friend's name is further away.
    layer = gpt.blocks[0].attention.out_proj
    before = layer.get_weights()
    layer.set_weights([0 * weight for weight in before])
    shares = {"as trained": agreement["GPT"], "attention off": share_right(by_gpt)}
    layer.set_weights(before)
    return plots.bars(shares, title="What the attention is for",
                      x_label="share of stories with the right name")
    # One model, one seed; and a GPT trained without attention might guess better than this one.
    ### END SOLUTION

# %% tags=["nbval-ignore-output"]
if (figure := my_change()) is not ...:
    plots.show(figure, "The figure of my own change.")

# %% [markdown] tags=["instructor"]
# **Rubric, 4 points.** The expectation is stated before the measurement (1) · one thing is changed and everything else kept (1) · a figure with title and labelled axes (1) ·
# two sentences that do not claim more than one seed can carry (1).

# %% [markdown]
# ## Recap
#
# 1. Attention compares queries with keys and takes a weighted mean of values, however far away they are.
# 2. The causal mask lets one pass train all positions, and without it the score is a lie.
# 3. A GPT finds the name that counting has forgotten, and comes near the true entropy.
# 4. With a cache, each new token costs one query, not a whole text.
# 5. BERT looks to both sides and fills in; T5 reads with one stack and writes with the other.
#
# ## Quiz
#
# Click, or type one letter a question.

# %% tags=["exercise"] solution='"bcad"'
my_answers = ...  # one letter a question, such as "abcd"

# %% tags=["check"]
quiz("transformers", my_answers)

# %% [markdown]
# ## Read on, and scale up
#
# - Vaswani et al. (2017), *Attention Is All You Need*.
# - Devlin et al. (2019), *BERT: Pre-training of Deep Bidirectional Transformers for Language Understanding*.
# - Raffel et al. (2020), *Exploring the Limits of Transfer Learning with a Unified Text-to-Text Transformer*.

# %% [markdown]
# **Scale up.** `PROFILE = "gpu"` trains on 50,000 stories. On `data.python_docs()`, real text, half a second of Kneser–Ney (1.89 bits per character) is hard to beat with a minute of GPT: this lesson's recipe learns so small a text by heart and needs 4.30. With `ngrams=0, dropout=0.1, token_noise=0.05` and a weight decay of 0.1 it needs 1.86, and mixed with Kneser–Ney 1.70. The `PointerGPT` of `benchmarks/pointer_gpt.py`, which may also say again what stood where the text was like here (Merity et al., 2017, *Pointer Sentinel Mixture Models*), needs 1.72, and mixed 1.60. `benchmarks/results/text.md` has these numbers.
