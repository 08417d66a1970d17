# %% [markdown]
# # How does a writer know who the story was about?
#
# A name stands at the beginning of a page and is needed again at its end. A transformer can look back at any earlier word in one step. You write that look, train a GPT that runs it,
# and find out what it takes until the GPT *uses* it. At the end a real model runs on your code.
#
# | | |
# |---|---|
# | **You will** | write attention, its mask and a block · train a GPT that runs them · find out what makes it name the friend · generate with a cache · run a real model |
# | **First** | [Text](../01_data/02_text.ipynb) and [recurrent networks](09_recurrent_networks.ipynb) |
# | **Time** | {{ reading_minutes }} min of reading, {{ exercise_minutes }} min of exercises, {{ computing_seconds }} s of computing |

# %% [markdown] tags=["instructor"]
# **For teachers. In 60 minutes:** attention 16 · positions 5 · blocks 9 · GPT 10 · who was it about 10 · the cache 8 · quiz 2. **In a workshop of 90:** all of it; what has *(longer route)* in its heading is left out of the short one, and nothing later needs it.
#
# Let somebody be the query: they walk through the room, compare their card with the key of everyone *before* them, and bring back a share of the values.
# Learners take attention for something learned. Ask: *which part of `causal_attention` has weights?* (None. The projections around it have.)
# Nearly all predict that the GPT will name the friend. That it does not is the point: being able to look is not yet knowing where.

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
import os
import time
import warnings

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

from genai_course.models.copying_gpt import rms_norm, rotate, squared_relu
from genai_course.models.gpt import attention
from genai_course.models.language_model import LanguageModel, lr_schedule, pad, sample_token
from genai_course.training import track

random_numbers = np.random.default_rng(SEED)
# A first position is alone, so its share is 1; Keras would ask whether that is meant.
warnings.filterwarnings("ignore", "You are using a softmax over axis")

# %% [markdown]
# ## A lookup by dot products
#
# The smallest story: *Mia* · *had* · *a* · *ball* · *said*. Each word is a vector, its **embedding**; ours have three numbers: how much of a person, a thing, an action it is.
#
# Two vectors match if their **dot product** is large. The softmax turns a word's matches into shares that add up to 1, and the word takes so much of each vector: a weighted mean. That is **attention**, and it looks for what is similar. But *said* needs a person, not another action.

# %%
words = ["Mia", "had", "a", "ball", "said"]
embeddings = np.array(  # person, thing, action
    [[1, 0, 0], [0, 0, 1], [0, 0, 0], [0, 1, 0], [0, 0, 1]], "float32")
similar = np.asarray(ops.softmax(8 * embeddings @ embeddings.T))  # (5, 5)
print("said takes", dict(zip(words, similar[4].round(2).tolist(), strict=True)))

# %% [markdown]
# So each word gets three vectors, by three matrices that a model learns, the **projections**: a **query**, what it looks for; a **key**, what it can be found by; a **value**, what it hands over. With one row x of the matrix X for each word,
#
# $$Q = X W_Q, \quad K = X W_K, \quad V = X W_V, \qquad \text{gathered} = \operatorname{softmax}\!\Big(\frac{Q K^\top}{\sqrt{\text{size}}}\Big) V .$$
#
# A product of longer vectors is larger; the root of their size takes that back. And a writer must not look at what is not written yet: scores above the diagonal become −10⁹ before the softmax. That is the **causal mask**.

# %% [markdown]
# ## Exercise 1: attention
#
# Complete `causal_attention` with `keras.ops`: it will train inside your GPT. There it gets the texts of a batch and several attentions side by side, (batch, heads, time, size), so use the last two axes only. `ops.swapaxes(keys, -1, -2)` transposes them,
# `np.tri(time, dtype=bool)` is True on and below the diagonal, and `ops.softmax` subtracts the largest score first, since the exponential of a large one is infinite on a computer.
#
# Stuck? Run `hint("transformers-causal_attention")` in a cell of its own; every exercise has three hints.

# %% tags=["exercise"] id="transformers-causal_attention" points=2
def causal_attention(queries, keys, values):
    """What each position gathers from itself and from those before it.

    (…, time, size), (…, time, size), (…, time, width) -> (…, time, width)
    """
    ### BEGIN SOLUTION
    time, size = queries.shape[-2:]
    scores = ops.matmul(queries, ops.swapaxes(keys, -1, -2)) / size**0.5  # (…, time, time)
    scores = ops.where(np.tri(time, dtype=bool), scores, -1e9)
    return ops.matmul(ops.softmax(scores), values)
    ### END SOLUTION

# %% tags=["check"]
causal_attention = check("transformers-causal_attention", causal_attention)

# %% [markdown]
# Back to the story, with projections made by hand: an action asks for a person; a person is found as a person, a thing as a thing; each word hands over its own row of an identity matrix, so what is gathered *is* the shares.

# %%
query_weights = 12 * np.array([[0, 0], [0, 0], [1, 0]], "float32")  # (3, size): action → person
key_weights = np.array([[1, 0], [0, 1], [0, 0]], "float32")
shares = np.asarray(
    causal_attention(
        embeddings @ query_weights, embeddings @ key_weights, np.eye(5, dtype="float32")))

figure, axes = plots.new_figure(1, 2, height=2.9)
titles = "by similarity, no mask", "with projections and mask"
for axis, weights, title in zip(axes, (similar, shares), titles, strict=True):
    axis.imshow(weights, cmap="Blues", vmin=0, vmax=1)
    axis.set_xticks(range(5), words)
    axis.set_yticks(range(5), words)
    axis.set(title=title, xlabel="is taken from", ylabel="this word's shares")
    axis.grid(visible=False)
plots.show(figure, "Two tables of shares. Left, said takes from the actions had and said; "
           "right, nothing stands above the diagonal, and had and said take from Mia.")

# %%
claim("With projections said takes more than nine tenths from Mia, by similarity less than a tenth",
      shares[4, 0] > 0.9 and similar[4, 0] < 0.1)
claim("The first word can only take from itself; without the mask it would not",
      shares[0, 0] > 0.999 and similar[0, 0] < 0.999)

# %% [markdown]
# ## Exercise 2: what does it cost?
#
# For a context of T positions, attention computes a score for each pair of a query and a key (and masks some). You double the context. By what factor does the number of scores grow?

# %% tags=["exercise"] id="transformers-cost" points=1 solution="4"
answer = ...  # a number

# %% tags=["check"]
answer = check("transformers-cost", answer)

# %% [markdown]
# ## Positions: shuffle the words and see
#
# *Mia helped Tom* is not *Tom helped Mia*. Does attention know? Shuffle the words before the last one and look whether what the last one gathers changes. Then turn each pair of numbers in queries and keys by an angle that grows with the position, every pair at its own speed. The product of a query and a key then depends on how far apart they are: **rotary position embedding**, RoPE. (The first transformers added a vector for each position to the embedding.)

# %%
show_source(rotate)

# %%
def change_by_shuffling(with_positions):
    """How much what the last of 9 words gathers changes when the 8 before it are shuffled."""
    x, places = random_numbers.normal(size=(1, 1, 9, 16)).astype("float32"), np.arange(9)
    order = np.append(random_numbers.permutation(8), 8)
    gathered = []
    for text in (x, x[:, :, order]):
        q = k = rotate(text, places) if with_positions else text
        gathered.append(np.asarray(causal_attention(q, k, text))[0, 0, -1])
    return np.linalg.norm(gathered[0] - gathered[1]) / np.linalg.norm(gathered[0])

changes = {name: np.mean([change_by_shuffling(rotated) for _ in range(50)])
           for name, rotated in (("no positions", False), ("rotary positions", True))}
print({name: f"{each:.1%}" for name, each in changes.items()})

# %%
claim("Without positions nothing changes; with them more than a hundredth does",
      changes["no positions"] < 1e-4 and changes["rotary positions"] > 0.01)

# %% [markdown]
# ## Exercise 3: a block
#
# A **block** has two parts. In the attention positions exchange what they know; in the **MLP**, two dense layers with a bend between them, each position is changed on its own. Two habits make many blocks trainable:
#
# - a **residual connection**: each part *adds* to what was there;
# - a **norm**: each part reads vectors brought to one length.
#
# $$x \leftarrow x + \text{attention}(\text{norm}_1(x)), \qquad x \leftarrow x + \text{mlp}(\text{norm}_2(x))$$
#
# Complete `transformer_block`. It gets its parts as functions.

# %% tags=["exercise"] id="transformers-block" points=2
def transformer_block(x, attention, mlp, attention_norm, mlp_norm):
    """(batch, time, d_model), four functions of such arrays -> (batch, time, d_model)"""
    ### BEGIN SOLUTION
    x = x + attention(attention_norm(x))
    return x + mlp(mlp_norm(x))
    ### END SOLUTION

# %% tags=["check"]
transformer_block = check("transformers-block", transformer_block)

# %% [markdown]
# ### What the two habits are for *(longer route)*
#
# Training needs a gradient at the bottom block. Stack untrained blocks with random weights and measure how strongly the top reacts to the bottom.

# %%
def random_parts(d_model=32):
    """An attention and an MLP with random weights."""
    q, k, v, up = (random_numbers.normal(0, 0.1, (d_model, d_model)).astype("float32")
                   for _ in range(4))
    return (lambda x: causal_attention(x @ q, x @ k, x @ v)), (lambda x: ops.relu(x @ up) @ v)

def gradient_at_the_bottom(depth, kind):
    """Root mean square of the gradient of the top, in a random direction, by the bottom."""
    x, direction = random_numbers.normal(size=(2, 1, 8, 32)).astype("float32")
    with tf.GradientTape() as tape:
        tape.watch(bottom := tf.constant(x))
        x = bottom
        for _ in range(depth):
            attend, mlp = random_parts()
            norm = rms_norm if kind == "block" else ops.array
            stacked = transformer_block(x, attend, mlp, norm, norm)
            x = mlp(attend(x)) if kind == "neither" else stacked
        total = ops.sum(direction * (rms_norm(x) if kind == "block" else x))
    return float(ops.sqrt(ops.mean(ops.square(tape.gradient(total, bottom)))))

# %%
depths = run.steps(smoke=[1, 2], laptop=[1, 2, 4, 8, 16, 32], gpu=[1, 2, 4, 8, 16, 32])
gradients = {name: [gradient_at_the_bottom(depth, kind) for depth in depths] for name, kind in
             (("residuals and norms", "block"), ("no norms", "no norms"), ("neither", "neither"))}
figure = plots.lines(gradients, x=depths, log_x=True, log_y=True, x_label="blocks",
                     y_label="gradient at the bottom", title="What reaches the bottom of a stack")
plots.show(figure, "Three curves over the number of blocks: with residuals and norms the gradient "
           "stays near 1, without norms it grows, with neither it vanishes and leaves the axis.")

# %%
claim("Through 32 blocks the gradient stays within a factor of ten; "
      "with neither, less than a millionth is left",
      0.1 < gradients["residuals and norms"][-1] < 10 and gradients["neither"][-1] < 1e-6)
claim("Without norms it grows more than a hundredfold", gradients["no norms"][-1] > 100)

# %% [markdown]
# ## A GPT in forty lines
#
# Now build the model. An attention layer projects, splits the vectors into **heads**, several attentions side by side that each look for something of their own, runs your `causal_attention`, joins the heads and projects once more.
#
# Queries and keys are brought to one length, which keeps scores in a range from the first step on. `first` says how the last two projections begin; leave it for now.

# %%
def dense(units, first="normal"):
    """A dense layer without bias; its first weights are small random numbers, or an identity."""
    if first == "normal":
        first = keras.initializers.RandomNormal(stddev=0.02)
    return layers.Dense(units, use_bias=False, kernel_initializer=first)

def split_heads(vectors, heads):
    """(batch, time, d_model) -> (batch, heads, time, size)"""
    time, d_model = vectors.shape[1:]
    return ops.swapaxes(ops.reshape(vectors, (-1, time, heads, d_model // heads)), 1, 2)

def merge_heads(vectors):
    """(batch, heads, time, size) -> (batch, time, d_model)"""
    heads, time, size = vectors.shape[1:]
    return ops.reshape(ops.swapaxes(vectors, 1, 2), (-1, time, heads * size))

# %%
class Attention(layers.Layer):
    """Projections, heads, positions, your causal_attention, and one projection more."""

    def __init__(self, d_model, heads, gather, first):
        super().__init__()
        self.heads, self.gather = heads, gather
        self.query_proj, self.key_proj = dense(d_model), dense(d_model)
        self.value_proj, self.out_proj = dense(d_model, first), dense(d_model, first)

    def project(self, x, first_position=0):  # (batch, time, d_model)
        q, k, v = (split_heads(project(x), self.heads)
                   for project in (self.query_proj, self.key_proj, self.value_proj))
        positions = first_position + np.arange(x.shape[1])
        return rotate(2 * rms_norm(q), positions), rotate(rms_norm(k), positions), v

    def call(self, x):
        return self.out_proj(merge_heads(self.gather(*self.project(x))))

# %%
class Block(layers.Layer):
    """Your transformer_block, with layers for its parts."""

    def __init__(self, d_model, heads, gather, first):
        super().__init__()
        self.norms = [layers.RMSNormalization() for _ in range(2)]
        self.attention = Attention(d_model, heads, gather, first)
        self.up_proj, self.down_proj = dense(4 * d_model), dense(d_model)

    def mlp(self, x):
        return self.down_proj(squared_relu(self.up_proj(x)))

    def call(self, x):
        return transformer_block(x, self.attention, self.mlp, *self.norms)

# %%
class GPT(LanguageModel):
    """The probability of each token, given those before it."""

    def __init__(self, vocab_size, num_layers, d_model=64, heads=4,
                 gather=causal_attention, first="normal"):
        super().__init__()
        self.vocab_size = vocab_size
        self.embedding = layers.Embedding(vocab_size + 1, d_model, "normal")
        self.blocks = [Block(d_model, heads, gather, first) for _ in range(num_layers)]
        self.norm = layers.RMSNormalization()

    def call(self, tokens, training=False):  # (batch, time) -> logits (batch, time, vocab_size)
        x = self.embedding(self.inputs(tokens))  # the start, then all tokens but the last
        for each in self.blocks:
            x = each(x)
        return self.head(x)

    def head(self, x):  # how well each token's vector, that of the embedding again, fits
        vectors = self.embedding.embeddings[: self.vocab_size]
        return ops.matmul(self.norm(x), ops.transpose(vectors))

# %% [markdown]
# `LanguageModel` adds what any model of this kind needs: its loss, the **cross-entropy** of each token, and `log_prob`. Thanks to the mask one pass trains all positions: each is asked for its next token at once.
#
# The texts are stories from a grammar, so we know the true entropy. They become tokens by byte-pair encoding. In a quarter of a minute one block learns most from them; `num_layers` stacks as many as you have time for, and `gpu` takes four.

# %%
n_train = run.steps(smoke=24, laptop=2_800, gpu=50_000)
stories = data.stories(n_train, run.steps(smoke=4, laptop=50, gpu=400), seed=SEED)
encoder = data.BytePairEncoder.train(
    stories.train_text[:400_000], run.steps(smoke=400, laptop=2_000, gpu=2_000))
encoder = data.UsedTokens(encoder, stories.train + stories.test)  # the others would only cost time
train, test = ([encoder.encode(text) for text in part] for part in (stories.train, stories.test))
context_length = max(map(len, train + test))
rows, test_rows = pad(train, context_length), pad(test, context_length)  # −1 after a story's end
tokens_per_character = sum(map(len, train)) / len(stories.train_text)
print(stories.test[0])
print(rows.shape, "rows of tokens,", encoder.size, "different ones")

# %%
def new_gpt(**settings):
    """A GPT that has learned nothing, always from the same random numbers."""
    keras.utils.set_random_seed(SEED)
    model = GPT(encoder.size, run.steps(smoke=1, laptop=1, gpu=4), **settings)
    model(rows[:1])  # makes the weights
    return model

def train_gpt(model, what, rows, held_out, parts=None, batch=8):
    """One pass. Returns bits per character of each part while training, and of held-out stories."""
    parts = parts or run.steps(smoke=3, laptop=7, gpu=10)
    rows = rows[: len(rows) // (batch * parts) * batch * parts]
    to_bits = tokens_per_character / np.log(2)
    rate = lr_schedule(len(rows) // batch, 0.03)  # rises, then falls
    model.compile(keras.optimizers.Muon(rate, weight_decay=0.004), **run.compile_options)
    losses = []
    for part in track(np.split(rows, parts), what):
        seen = model.fit(part, batch_size=batch, shuffle=False, verbose=0).history["loss"][0]
        nats = -model.log_prob(held_out).sum() / np.sum(held_out >= 0)
        losses.append((seen * to_bits, nats * to_bits))
    return np.array(losses).T  # (2, parts)

# %% [markdown]
# ## Predict
# Near its end, every story names the friend again, hundreds of characters after the first time. Given the story up to there, the model says how likely each of the twelve friends' names
# is. In what share of the stories will the right one be the likeliest for the GPT, after a quarter of a minute of training? (Naming always the most frequent friend is right in about a quarter.)

# %% tags=["exercise"] solution="0.8"
my_guess = ...  # a share between 0 and 1

# %% tags=["check"]
predict("transformers-agreement", my_guess)

# %%
gpt = new_gpt()
chance = float(np.asarray(gpt.log_prob(test_rows[:8])).sum() / np.sum(test_rows[:8] >= 0))
losses = train_gpt(gpt, "GPT", rows, test_rows)

# %%
nats = losses[1, -1] * np.log(2) / tokens_per_character  # a held-out token, after training
claim("Untrained, it finds all tokens about equally likely; trained, the right one is a hundred "
      "times likelier",
      abs(-chance - np.log(encoder.size)) < 0.2 and np.exp(-nats) > 100 * np.exp(chance))

# %%
kneser_ney = models.NgramModel(run.steps(smoke=3, laptop=9, gpu=9)).fit(stories.train_text)
bits = {
    "xz": evaluation.xz_bits_per_character(stories.test_text, given=stories.train_text),
    "n-gram, order 9": evaluation.bits_per_character(kneser_ney.log_prob(stories.test_text)),
    "GPT": evaluation.bits_per_character(gpt.log_prob(test_rows), len(stories.test_text)),
    "truth, on these stories": evaluation.bits_per_character(
        stories.log_prob(stories.test_text), len(stories.test_text)),
}

# %% tags=["nbval-ignore-output"]
parts = np.arange(1, losses.shape[1] + 1) / losses.shape[1]
curves = {"training, while it learns": losses[0], "held-out stories": losses[1],
          "truth": np.full(len(parts), bits["truth, on these stories"])}
plots.show(
    plots.lines(curves, x=parts, title="The loss comes near the truth", log_y=True,
                x_label="share of the training stories read", y_label="bits per character"),
    "Both losses fall together towards the flat line of the truth: no story is read twice.")
plots.show(
    plots.bars(bits, title="How many bits a character of new stories costs", highlight=["GPT"],
               x_label="bits per character, less is better"),
    "Four bars: xz longest, then the n-gram model, the GPT, and shortest the truth.")

# %%
claim("The GPT needs fewer bits than counting and than xz",
      bits["GPT"] < min(bits["xz"], bits["n-gram, order 9"]))
claim("It needs at most a quarter more than the truth; the n-gram model needs more",
      bits["GPT"] < 1.25 * bits["truth, on these stories"] < bits["n-gram, order 9"])

# %% [markdown]
# ## Who was it about?
#
# Now your prediction. Each story is cut before the last mention of the friend, and each of the twelve names is put there.

# %%
cloze = [stories.friend_cloze(story) for story in stories.test]
endings, right, distances = zip(*cloze, strict=True)
right = np.array(right)
print("…" + endings[0][right[0]][-80:])

def share_right(log_prob):
    """Share of the stories in which the right name is the likeliest."""
    scores = np.array([log_prob(each) for each in endings])  # (stories, names)
    return float(np.mean(scores.argmax(axis=1) == right))

def by(model):
    """Scores of some texts by a model of tokens."""
    return lambda texts: model.log_prob(
        pad([encoder.encode(text) for text in texts], context_length))

# %%
agreement = {
    "always the most frequent": float(np.mean(right == np.bincount(right).argmax())),
    "n-gram, order 9": share_right(lambda texts: [kneser_ney.log_prob(t).sum() for t in texts]),
    "GPT": share_right(by(gpt)),
}

# %% tags=["nbval-ignore-output"]
print(f"The name last stood {np.median(distances):.0f} characters before (median).")
print({name: f"{share:.0%}" for name, share in agreement.items()})
predict("transformers-agreement", outcome=agreement["GPT"])

# %% [markdown]
# Few bits, and it has no idea who the story was about. Its attention reaches the name; it has not learned to look for it. One name in 770 characters is a small part of the loss, and a lookup pays only when everything in it fits: query, key, value and the last projection.
#
# ## Another start
#
# So let it begin nearer to a lookup. With `first="identity"` the value projection and the last one begin as identities: whatever an attention looks at is *added as it is*. The head compares with the vectors of the embedding, so a token looked at becomes likelier to be generated: the attention begins by **copying**. Nothing else changes: same network, same random numbers, same stories.

# %%
copying = new_gpt(first="identity")
copying_losses = train_gpt(copying, "GPT, copying start", rows, test_rows)
agreement["GPT, copying start"] = share_right(by(copying))
bits["GPT, copying start"] = evaluation.bits_per_character(
    copying.log_prob(test_rows), len(stories.test_text))
record("transformers_usual", agreement["GPT"], tolerance=0.3)
record("transformers_copying", agreement["GPT, copying start"], tolerance=0.2)

# %% tags=["nbval-ignore-output"]
plots.show(
    plots.lines({"usual start": losses[1], "copying start": copying_losses[1],
                 "truth": curves["truth"]}, x=parts, log_y=True,
                title="Held-out loss of the two starts", y_label="bits per character",
                x_label="share of the training stories read"),
    "Two falling curves over the truth; they end close to each other.")
plots.show(
    plots.bars(agreement, title="Who names the friend?", highlight=["GPT, copying start"],
               x_label="share of stories with the right name"),
    "The GPT with the copying start names the friend far more often; the others guess.")

# %%
claim("With the copying start it is right at least twice as often as with the usual one, "
      "and as counting",
      agreement["GPT, copying start"] > 2 * max(agreement["GPT"], agreement["n-gram, order 9"]))

# %% [markdown]
# Was it the attention, then? Both have the same: {{ transformers_usual:.0% }} and {{ transformers_copying:.0% }} come from where training *began*. Our benchmark trains others for a minute on six times as many stories (median of three seeds):
#
# | | attention | begins by copying | names the friend |
# |---|---|---|---|
# | LSTM | no | no | {{ benchmarks.text.texts.stories.rows["LSTM, 128 units"].friend:.0% }} |
# | LSTM, tied | no | yes | {{ benchmarks.text.texts.stories.rows["LSTM, tied, 128 units"].friend:.0% }} |
# | GPT as of 2019 | yes | no | {{ benchmarks.text.texts.stories.rows["GPT, standard"].friend:.0% }} |
# | CopyingGPT | yes | yes | {{ benchmarks.text.texts.stories.rows["CopyingGPT, one block"].friend:.0% }} |
#
# So, after a minute, it is the start that finds the name, without attention and, more often, with it. Large models begin as usual and learn to copy by themselves, after billions of tokens (*induction heads*, Olsson et al. 2022).

# %% [markdown]
# ## Explore: where does it look?
#
# Choose a start, a head and a position of one story. The darker a word, the more of it that position takes. The figure begins where the friend's name comes next.

# %%
story = encoder.encode(endings[0][right[0]])  # it ends with the name
n = len(story)

def shares_of(model):
    """How much of each position each takes, by your function.  -> (heads, n, n)"""
    last = model.blocks[-1]
    x = model.embedding(model.inputs(story[None]))  # (1, n, d_model)
    for each in model.blocks[:-1]:
        x = each(x)
    queries, keys, _ = last.attention.project(last.norms[0](x))  # (1, heads, n, size)
    identity = np.broadcast_to(np.eye(n, dtype="float32"), (*queries.shape[:2], n, n))
    return np.asarray(causal_attention(queries, keys, identity))[0]

starts = {"copying": shares_of(copying), "usual": shares_of(gpt)}
read = ["▸", *(encoder.decode([token]) for token in story[:-1])]  # what stands at each position
names = np.flatnonzero(story[:-1] == story[-1]) + 1  # where the name is read
of_names = {start: shares[:, -1, names].sum(axis=1) for start, shares in starts.items()}
finder = int(of_names["copying"].argmax())

# %%
def draw_attention(start, head, position):
    """The story's words, shaded by how much the position takes of each."""
    taken = starts[start][head - 1, position]
    figure, axis = plots.new_figure(height=3.4)
    column, line = 0, 0
    for place, piece in enumerate(read[: position + 1]):
        if column + len(piece) > 88:
            column, line = 0, line + 1
        shade = {"facecolor": plots.COLOURS[0], "alpha": min(1, float(taken[place]) ** 0.5)}
        box = {"boxstyle": "square,pad=0.1", "edgecolor": "none", **shade}
        axis.text(column / 88, 1 - line / 11, piece, family="monospace", fontsize=8.5, va="top",
                  bbox=box, weight="bold" if place == position else "normal")
        column += len(piece)
    axis.set_title(f"{start.capitalize()} start, head {head}: what the last word takes")
    axis.axis("off")
    return figure

# %%
claim("After the copying start one head takes more than a fifth of what it gathers from the name, "
      "after the usual one at most half as much",
      of_names["copying"].max() > max(1 / 5, 2 * of_names["usual"].max()))

# %%
widgets.explore(
    draw_attention,
    "A story up to its friend's last mention; the earlier mentions of the name are dark.",
    start=["copying", "usual"],
    head=(1, 4, 1, finder + 1),
    position=(1, n - 1, 1, n - 1),
)

# %% [markdown]
# ## Exercise 4: do not compute it twice
#
# When a text is generated token by token, keys and values of what stands there never change. Keep them in a **key–value cache**, empty at first. For each new position, put its key and value at the end and let its one query ask all. Which mask does that need?
#
# Complete `attend_with_cache`, with `keras.ops` or NumPy. It generates with your GPT, so heads and texts stand in front again: use the last two axes.

# %% tags=["exercise"] id="transformers-attend_with_cache" points=2
def attend_with_cache(query, key, value, keys, values):
    """What the new position gathers, and both caches with it at their ends.

    (…, 1, size), (…, 1, size), (…, 1, width), (…, time, size), (…, time, width)
    -> (…, 1, width), (…, time + 1, size), (…, time + 1, width)
    """
    ### BEGIN SOLUTION
    keys, values = ops.concatenate([keys, key], axis=-2), ops.concatenate([values, value], axis=-2)
    scores = ops.matmul(query, ops.swapaxes(keys, -1, -2)) / query.shape[-1] ** 0.5
    return ops.matmul(ops.softmax(scores), values), keys, values  # scores: (…, 1, time + 1)
    ### END SOLUTION

# %% tags=["check"]
attend_with_cache = check("transformers-attend_with_cache", attend_with_cache)

# %%
def step(model, token, caches):
    """One token more of each text: logits (n, vocab_size) of the next; the caches grow."""
    x = model.embedding(token[:, None])  # (n, 1, d_model)
    for each, cache in zip(model.blocks, caches, strict=True):

        def attend(normed, layer=each.attention, cache=cache):
            new = map(np.asarray, layer.project(normed, cache["keys"].shape[-2]))
            gathered, *kept = attend_with_cache(*new, cache["keys"], cache["values"])
            cache["keys"], cache["values"] = map(np.asarray, kept)
            return layer.out_proj(merge_heads(gathered))

        x = transformer_block(x, attend, each.mlp, *each.norms)
    return model.head(x)[:, 0]

def empty_caches(model, n, heads=4):
    """For each block keys and values of n texts, none yet."""
    size = model.embedding.output_dim // heads
    return [{name: np.zeros((n, heads, 0, size), "float32") for name in ("keys", "values")}
            for _ in model.blocks]

# %%
def generate(model, n, length):
    """n texts of so many tokens."""
    uniform = np.random.default_rng(SEED).random((length, n)).astype("float32")
    caches, token, written = empty_caches(model, n), np.full(n, encoder.size, "int32"), []
    for chance in uniform:
        token = np.asarray(sample_token(step(model, token, caches), chance, 1.0, None))
        written.append(token)
    return np.stack(written, axis=1)

length = run.steps(smoke=8, laptop=120, gpu=context_length)
written = generate(copying, 4, length)

# %% tags=["nbval-ignore-output"]
print(encoder.decode(written[0]).split("\n")[0])

# %% [markdown]
# What does the cache save? Take 32 texts that are there already. Their keys and values can be computed at once (**prefill**); then time one more token, from the cache and with everything computed again.

# %%
def prefill(model, tokens):
    """The caches of texts that are there already, and the last block's output at their ends."""
    x, caches = model.embedding(tokens), []  # (n, time, d_model)
    for each in model.blocks:
        _, keys, values = each.attention.project(each.norms[0](x))
        caches.append({"keys": np.asarray(keys), "values": np.asarray(values)})
        x = each(x)
    return caches, x[:, -1]

def seconds_of(function, times=10):
    """CPU seconds of one call, on average, and the last result."""
    started = time.process_time()
    for _ in range(times):
        result = function()
    return (time.process_time() - started) / times, np.asarray(result)

# %%
texts = np.asarray(copying.inputs(rows[: run.steps(smoke=2, laptop=32, gpu=32)]))
before, _ = prefill(copying, texts[:, :-1])
cached, logits = seconds_of(lambda: step(copying, texts[:, -1], [dict(each) for each in before]))
again, expected = seconds_of(lambda: copying.head(prefill(copying, texts)[1]))
difference = np.abs(logits - expected).max()

# %% tags=["nbval-ignore-output"]
print(f"one more token of {len(texts)} texts: {1000 * cached:.0f} ms with the cache, "
      f"{1000 * again:.0f} ms computed again; logits differ by {difference:.1e}")

# %%
claim("With and without the cache, logits differ by less than a thousandth of their spread",
      difference < 1e-3 * expected.std())
claim("At the end of a story the cache makes a token at least twice as cheap", again > 2 * cached)

# %% [markdown]
# Without a cache the work for a token grows with the text; with it, only the row of scores does. (`models.GPT` of the course runs the same as one compiled loop, which is faster still.)
#
# ## Break it: forget the mask
#
# What if the mask is left out? The model is asked for a token that stands in its input, one place to the right. `attention` of the course's GPT has no mask unless it is given one; the rest is the GPT with the copying start.

# %%
peeking = new_gpt(gather=attention, first="identity")
few = rows[: 8 * run.steps(smoke=2, laptop=96, gpu=400), :128]
loss = train_gpt(peeking, "GPT without mask", few, test_rows[:, :128], parts=2)[1, -1]
invented = {"without the mask": generate(peeking, 4, length), "with the mask": written}
surprise = {}
for name, tokens in invented.items():
    texts = [encoder.decode(row).split("\n")[0] + "\n" for row in tokens]
    surprise[name] = evaluation.bits_per_character(
        np.concatenate([kneser_ney.log_prob(text) for text in texts]))

# %% tags=["nbval-ignore-output"]
truth = bits["truth, on these stories"]
print(f"Its score on held-out stories: {loss:.3f} bits per character. The truth: {truth:.3f}.")
print({name: f"{each:.2f} bits by the n-gram model" for name, each in surprise.items()})
print(encoder.decode(invented["without the mask"][0])[:200])

# %%
claim("Without the mask it claims fewer bits than the truth, with it none does",
      loss < 0.9 * truth < min(bits["GPT"], bits["GPT, copying start"]))
claim("What it writes surprises the n-gram model at least twice as much as what the other writes",
      surprise["without the mask"] > 2 * surprise["with the mask"])

# %% [markdown]
# A score better than the truth is no reason to be glad: it is a leak. The repair is one line, the mask.
#
# ## A real model on your attention *(longer route)*
#
# SmolLM2-135M (Allal et al. 2025) is a small relative of the models behind chat programs: 135 million weights, trained on more text than anybody reads. It has no copying start. Its blocks are yours, 30 of them: projections, heads, rotary positions, norms, residual connections. New are an MLP with a gate (**SwiGLU**) and groups of three query heads that share keys and values (**grouped-query attention**), which makes the cache three times smaller.

# %% [markdown]
# Run `genai-course get smollm2` in a terminal once to have it (93 MB; with it this lesson needs 1.7 GiB of memory instead of 1.1). Without it the lesson goes on.

# %% tags=["nbval-ignore-output"]
from genai_course import pretrained

real = None
if run.profile != "smoke" and pretrained.is_there("smollm2"):
    real = pretrained.load("smollm2")

# %%
def next_logits(text, gather):
    """Logits of SmolLM2's next token, with this function for its attention.  -> (vocab_size,)"""
    for each in real.model.blocks:
        each.attention.gather = gather
    states, _ = real.model.read(real.encoder.encode(text)[None])
    return np.asarray(real.model.head(states[:, -1:]))[0, 0]

def yours(queries, keys, values, mask):
    """Your function in the place of the course's; it makes its own mask."""
    return causal_attention(queries, keys, values)

# %% tags=["nbval-ignore-output"]
if real is not None:
    text = "The capital of France is"
    logits = {"the course's": next_logits(text, attention), "yours": next_logits(text, yours)}
    logits["no mask"] = next_logits(text, lambda q, k, v, mask: attention(q, k, v))
    off = {name: np.abs(each - logits["the course's"]).max() for name, each in logits.items()}
    likeliest = logits["yours"].argsort()[::-1][:5]
    print(text, "…", *(repr(real.encoder.decode([token])) for token in likeliest))
    print({name: f"{each:.1e}" for name, each in off.items()}, "off, at most")
    claim("SmolLM2 computes the same on your attention, and something else without the mask",
          off["yours"] < 0.01 < 0.1 < off["no mask"])

# %% [markdown]
# Does it know who the story was about? It has never seen our grammar. The question is the same as before: of the twelve names, which is the likeliest at the end? And which of its 270 heads look at the name where it stood?

# %% tags=["nbval-ignore-output"]
if real is not None:
    found = []
    for beginnings, number, _ in cloze[: run.steps(smoke=1, laptop=8, gpu=50)]:
        before = os.path.commonprefix(beginnings)  # all twelve up to the name
        firsts = [real.encoder.encode(f" {text[len(before):]}")[0] for text in beginnings]
        found.append(next_logits(before.rstrip(), yours)[firsts].argmax() == number)
    print(f"SmolLM2 names the friend in {sum(found)} of {len(found)} stories.")
    claim("It began as usual and names the friend at least twice as often as our GPT that did",
          np.mean(found) > 2 * agreement["GPT"])

# %%
def shares_by_head(text, name):
    """How much the last position takes from a name, (blocks, heads), and what is even."""
    is_name = real.encoder.encode(text) == real.encoder.encode(f" {name}")[0]  # (time,)
    found, n_tokens = [], len(is_name)

    def watched(queries, keys, values, mask):  # keys: (1, groups, 1, time, size)
        shape = *keys.shape[:3], n_tokens, n_tokens
        identity = np.broadcast_to(np.eye(n_tokens, dtype="float32"), shape)
        taken = np.asarray(causal_attention(queries, keys, identity))[0, :, :, -1]
        found.append(taken[..., is_name].sum(axis=-1).ravel())
        return causal_attention(queries, keys, values)

    next_logits(text, watched)
    return np.array(found), is_name.mean()

# %% tags=["nbval-ignore-output"]
if real is not None:
    before = os.path.commonprefix(endings[0]).rstrip()
    shares, by_chance = shares_by_head(before, endings[0][right[0]][len(before):].strip())
    figure, axis = plots.new_figure(height=2.4)
    shown = axis.imshow(shares.T, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    axis.set(title="SmolLM2: what each head takes from the friend's name",
             xlabel="block, from the bottom", ylabel="head")
    axis.grid(visible=False)
    figure.colorbar(shown, ax=axis, label="share")
    plots.show(figure, "A table of 30 blocks and 9 heads: most are pale, "
               "a few of the later ones dark.")
    claim("One head takes more than ten times as much from the name as an even share",
          shares.max() > 10 * by_chance)

# %% [markdown]
# Nobody told it to copy, and some heads near the top do. They were learned, from far more text than a minute can read.
#
# ## Make: change one thing
#
# Change one thing about a model of this lesson (heads, blocks, the start, the positions) and keep the rest. State what you expect, measure one number, show one figure, write two sentences.
#
# **With your own text**, any `.txt` file. Run this, then `train_gpt(new_gpt(), "My GPT", rows, test_rows)`:
#
# ```python
# own = data.text_from("letters.txt")
# encoder = data.BytePairEncoder.train(own.train_text, 1_000)
# rows, test_rows = (encoder.encode("".join(part)) for part in (own.train, own.test))
# rows, test_rows = (part[: len(part) // 200 * 200].reshape(-1, 200) for part in (rows, test_rows))
# ```

# %% tags=["exercise", "make"] id="transformers-make" points=4
def my_change():
    """Your question, one number, and a figure that shows it."""
    ### BEGIN SOLUTION
    # Question: does the GPT that copies need its attention only for the name?
    # Expected: no. Without it the GPT knows one token, so the bits must rise as well.
    layer = copying.blocks[-1].attention.out_proj
    before = layer.get_weights()
    layer.set_weights([0 * weight for weight in before])
    shares = {"as trained": agreement["GPT, copying start"],
              "attention off": share_right(by(copying))}
    layer.set_weights(before)
    return plots.bars(shares, title="What the attention is for",
                      x_label="share of stories with the right name")
    # Without attention it guesses. A GPT trained without attention might guess better than
    # this one, which was trained to rely on it: one model, one seed.
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
# 1. Attention compares queries with keys and takes a weighted mean of values, however far away they are; positions have to be told to it.
# 2. The causal mask lets one pass train all positions, and without it the score is a lie.
# 3. Residual connections and norms carry the gradient through many blocks.
# 4. Being able to look back is not knowing where: after a minute the start as a copy decides who names the friend; a large model learns it.
# 5. With a key–value cache each new token costs one query, not a whole text.
#
# ## Quiz
#
# Click, or type one letter a question.

# %% tags=["exercise"] solution='"bcadb"'
my_answers = ...  # one letter a question, such as "abcda"

# %% tags=["check"]
quiz("transformers", my_answers)

# %% [markdown]
# ## Read on, and scale up
#
# - Vaswani et al. (2017), *Attention Is All You Need*.
# - Radford et al. (2019), *Language Models are Unsupervised Multitask Learners*: GPT-2, with the norm before each part.
# - Olsson et al. (2022), *In-context Learning and Induction Heads*: how models learn to copy.
#
# Since then: rotary positions (Su et al. 2021), SwiGLU (Shazeer 2020), grouped queries (Ainslie et al. 2023), attention that never stores the scores (FlashAttention, Dao et al. 2022), and mixtures of experts, in which each token runs through a few of many MLPs.

# %% [markdown]
# **Scale up.** `PROFILE = "gpu"` trains four blocks on 50,000 stories. On real text a minute is little: on `data.python_docs()` half a second of Kneser–Ney counting needs {{ benchmarks.text.texts.python_docs.rows["n-gram, Kneser–Ney, order 9"].bits:.2f }} bits per character and a GPT as of 2019 {{ benchmarks.text.texts.python_docs.rows["GPT, standard"].bits:.2f }}; the copying start alone learns so small a text by heart and needs {{ benchmarks.text.texts.python_docs.rows["CopyingGPT"].bits:.2f }}, with dropout and noise {{ benchmarks.text.texts.python_docs.rows["CopyingGPT, not by heart"].bits:.2f }}.
# Mixed with the counting, it needs {{ benchmarks.text.texts.python_docs.rows["CopyingGPT, not by heart, mixed with Kneser–Ney"].bits:.2f }}. `benchmarks/results/text.md` has all rows, `nanoGPT` among them.
