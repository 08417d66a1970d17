# %% [markdown]
# # Can a thousand numbers teach an old model a new style?
#
# A model that has read half a million characters of stories shall now write letters, and only sixty exist. Starting anew wastes what it knows; training on may destroy it. You build a third way, two thin
# matrices beside each layer, and measure for texts and for pictures what every way gains and forgets.
#
# | | |
# |---|---|
# | **You will** | tune a GPT and a PixelCNN on a handful of examples · write a LoRA layer and merge it · count what learns · measure forgetting and repair it · swap two styles |
# | **First** | [Transformers](../02_models/10_transformers.ipynb), [PixelCNN](../02_models/07_pixelcnn_and_pixelrnn.ipynb) |
# | **Time** | {{ reading_minutes }} min of reading, {{ exercise_minutes }} min of exercises, {{ computing_seconds }} s of computing |

# %% [markdown] tags=["instructor"]
# **For teachers, 60 minutes.** Two grammars and the ways without LoRA 14 · LoRA by hand 12 · the table and the swap 12 · forgetting 8 · pictures and the explorer 10 · quiz 4.
#
# Before the table, collect bets: which column will LoRA win? Most say *forgetting*. Here it does not, as long as the adapter is on; what it wins is the size of the file and that it can be taken off.
# Learners confuse "few numbers learn" with "little is changed". The thin matrices change every answer of the model.

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
import string
import tempfile
from pathlib import Path

import keras
import numpy as np
import pandas as pd
from keras import ops

from genai_course.data.grammar import Grammar
from genai_course.data.stories import LISTS
from genai_course.models import low_rank
from genai_course.models.gpt import causal_attention_mask
from genai_course.models.language_model import log_probs_of_tokens, pad
from genai_course.training import Progress, tune

# %% [markdown]
# ## Much of the old, little of the new
#
# The **old** texts are the stories you know. The **new** ones are letters: other sentences, but names, colours, toys and most words are the stories'. Both come from grammars, so the truth, the fewest bits per character that any
# model can reach, is known for both. In a template `[a|b]` is a choice, `{name?}` draws a value and remembers it, `<word>` draws one and forgets it.

# %%
beginning = [
    ["Dear {friend?},\n", "My dear {friend?},\n", "Hello {friend?},\n"],
    ["[greetings|good wishes] from the {place?}.", "I write [to you|this] from the {place?}."],
    [" I have [lost|found|sold] a <quality> {colour?} {toy?}.", " See my new {colour?} {toy?}!"],
]
middle = [
    " [Here|Today|Yesterday] a <quality> <role> <deed> <number> <quality> <goods>.",
    " There is a <quality> <creature> in the <spot>.",
    " The <goods> here are <quality>[| and <quality>].",
]
end = [
    [" Write back, {friend}, and ask for the {colour} {toy}.", " Do you want the {colour} {toy}?"],
    [" I [hope|think] you will like the {place}.\n"],
    ["Yours, {hero?}\n", "Your friend {hero?}\n", "With love, {hero?}\n"],
]
letter_grammar = Grammar(beginning, [[middle, middle, *end]], LISTS)

# %%
stories = data.stories(run.steps(smoke=30, laptop=800, gpu=20_000), 40, seed=SEED)
rng = np.random.default_rng([SEED, 4])
letters = [letter_grammar.sample(rng) for _ in range(60)]
n_judged = run.steps(smoke=8, laptop=100, gpu=100)
held_out_letters = [letter_grammar.sample(rng) for _ in range(n_judged)]
print(stories.test[0][:150] + "…\n")
print(letters[0])

# %%
context_length = 128
encoder = data.BytePairEncoder.train(stories.train_text[:200_000], 600)  # made for the stories
vocab_size = encoder.size

def story_rows(texts):
    """Stories one after another, cut into rows of the context's length.  -> (n, context_length)"""
    tokens = np.concatenate([encoder.encode(text) for text in texts])
    return tokens[: len(tokens) // context_length * context_length].reshape(-1, context_length)

def letter_rows(texts):
    """A letter a row; -1 after its end.  -> (n, context_length)"""
    return pad([encoder.encode(text) for text in texts], context_length)

old_rows, old_test = story_rows(stories.train), story_rows(stories.test)[: min(48, n_judged)]
new_rows, new_test = letter_rows(letters), letter_rows(held_out_letters)
print(old_rows.shape, "to learn the old,", new_rows.shape, "to learn the new")

# %% [markdown]
# The score is bits per character of held-out texts, less is better: on letters it shows the **gain**, on stories the **forgetting**.

# %%
def bits(model, rows):
    """Bits per character of rows of tokens."""
    characters = len(encoder.decode(rows[rows >= 0]))
    return float(evaluation.bits_per_character(model.log_prob(rows), characters))

def both(model):
    """The two numbers of this lesson."""
    return {"letters": bits(model, new_test), "stories": bits(model, old_test)}

# %%
keras.utils.set_random_seed(SEED)
gpt = models.CopyingGPT(vocab_size, context_length, d_model=64, num_layers=1)
untrained = gpt.get_weights()
batch, steps = 12, run.steps(smoke=1, laptop=140, gpu=5_000)
gpt.compile(gpt.optimizer_for(steps, 0.03), **run.compile_options)
_ = gpt.fit(old_rows[: batch * steps], batch_size=batch, shuffle=False, verbose=0,
            callbacks=[Progress("GPT on stories")])
pretrained = gpt.get_weights()

# %%
table = {}  # a row for each way

def note(way, model, learns, seconds=0.0):
    """Keep what a way gains and forgets, how many numbers learn, and the seconds of tuning."""
    table[way] = {**both(model), "numbers that learn": int(learns),
                  "share": learns / gpt.count_params(), "CPU seconds": seconds}

note("pre-trained, not tuned", gpt, 0)
new_text = "".join(held_out_letters)
truth = -sum(map(letter_grammar.log_prob, held_out_letters)) / np.log(2) / len(new_text)
counting = models.NgramModel(6).fit("".join(letters))
by_counting = float(evaluation.bits_per_character(counting.log_prob(new_text)))

# %% tags=["nbval-ignore-output"]
print(f"The truth about the letters: {truth:.2f} bits. Counting in 60 letters: {by_counting:.2f}.")
pd.DataFrame(table).T.round(3)

# %% [markdown]
# The n-gram model that counts in sixty letters is the simple rival: it costs no second and forgets nothing, since it never knew stories.
#
# ## Predict
# A LoRA of rank 4 lets fewer than one number in a hundred learn. Tuning *all* numbers saves some bits per character on letters. Which share of that saving will rank 4 reach, with the same number of steps?

# %% tags=["exercise"] solution="0.6"
my_guess = ...  # a share between 0 and 1

# %% tags=["check"]
predict("transfer_and_fine_tuning-share_of_gain", my_guess)

# %% [markdown]
# ## Three ways without LoRA
#
# **From scratch** begins with random numbers. **Full fine-tuning** begins with the trained ones, at a smaller rate, and all may move. `tune` starts the optimizer afresh and takes exactly the steps you say. We tried three rates or more for each way
# and kept the one that did best on the held-out letters, one for all adapters; that flatters every way a little.

# %%
model = low_rank.copy_of(gpt)
model.compile(keras.optimizers.Adam(), **run.compile_options)
steps = run.steps(smoke=1, laptop=48, gpu=300)

def tune_all(way, start, rate, **options):
    """All numbers learn, beginning with those of ``start``."""
    model.set_weights(start)
    seconds, _ = tune(model, new_rows, rate=rate, steps=steps, seed=SEED, **options)
    note(way, model, model.count_params(), seconds)
    return model.get_weights()

_ = tune_all("from scratch", untrained, 0.008)
_ = tune_all("full fine-tuning", pretrained, 0.003)

# %% [markdown]
# **A frozen body with a new head** is the oldest way of transfer. Nothing before the last layer moves, so what it says about each place can be computed once. Only the layer that turns 64 numbers into a token is new; it begins with the old one's
# weights.

# %%
def read(rows):
    """What the frozen body says at each place.  (n, context_length) -> (n, context_length, 64)"""
    state = gpt.embedding(gpt.inputs(rows))
    mask = causal_attention_mask(rows.shape[1])
    for block in gpt.blocks:
        state = block(state, attention_mask=mask)
    return np.asarray(gpt.norm(state))

head = keras.Sequential([keras.Input((64,)), keras.layers.Dense(vocab_size)])
head.set_weights([gpt.embedding.tokens.embeddings[:vocab_size].numpy().T, np.zeros(vocab_size)])
head.compile(keras.optimizers.Adam(),
             keras.losses.SparseCategoricalCrossentropy(from_logits=True), **run.compile_options)
places = new_rows >= 0
seconds, _ = tune(head, read(new_rows)[places], targets=new_rows[places], rate=0.01,
                  steps=4 * steps, batch_size=256, seed=SEED)

# %%
def bits_with_head(rows):
    """Bits per character with the new head on the old body."""
    logits = ops.reshape(head(read(rows).reshape(-1, 64)), (*rows.shape, vocab_size))
    surprise = -log_probs_of_tokens(rows, logits).numpy()  # (n, context_length)
    return float(surprise[rows >= 0].sum() / np.log(2) / len(encoder.decode(rows[rows >= 0])))

note("frozen body, new head", gpt, head.count_params(), seconds)
table["frozen body, new head"] |= {"letters": bits_with_head(new_test),
                                   "stories": bits_with_head(old_test)}

# %% tags=["nbval-ignore-output"]
pd.DataFrame(table).T.round(3)

# %% [markdown]
# ## A low-rank correction
#
# Hu et al. (2021) keep the trained kernel W and add a product of two thin matrices to it. For a row x of inputs, with rank r:
#
# $$h = x\,W + \frac{\alpha}{r}\; x\,A\,B, \qquad A: (\text{in}, r),\quad B: (r, \text{out})$$
#
# W is frozen; A begins with random numbers and **B with zeros**. So the correction begins as exactly nothing. The number α says how much it counts.
#
# ## Exercise 1: the forward pass
#
# Complete `low_rank_product`, with `scale` for α/r. Your GPT will train with it, so use `ops`; it passes whole texts, (batch, time, in), so allow any axes in front. And do not form the product A B, which is as large as W: multiply from the left.
#
# Stuck? Run `hint("transfer_and_fine_tuning-low_rank_product")` in a cell of its own; every exercise has three hints.

# %% tags=["exercise"] id="transfer_and_fine_tuning-low_rank_product" points=2
def low_rank_product(inputs, kernel, down, up, scale):
    """The layer's answer before its bias.

    (..., in), (in, out), A (in, rank), B (rank, out), a number -> (..., out)
    """
    ### BEGIN SOLUTION
    return ops.matmul(inputs, kernel) + scale * ops.matmul(ops.matmul(inputs, down), up)
    ### END SOLUTION

# %% tags=["check"]
low_rank_product = check("transfer_and_fine_tuning-low_rank_product", low_rank_product)

# %% [markdown]
# The smallest version that can fail: a dense layer of 8 inputs and 8 outputs. The new task differs from the old one in a matrix of rank 2. Can rank 1 learn it? Rank 2? We train with plain gradient descent.

# %%
small_dice = np.random.default_rng(SEED)
W = small_dice.normal(size=(8, 8))
change = small_dice.normal(size=(8, 2)) @ small_dice.normal(size=(2, 8)) / 2
x = small_dice.normal(size=(200, 8))
wanted = x @ (W + change)

def small_lora(rank, rate=0.02):
    """Mean squared error before and after training A and B, with the gradients written out."""
    down, up = small_dice.normal(size=(8, rank)) / np.sqrt(8), np.zeros((rank, 8))
    errors = []
    for _ in range(run.steps(smoke=10, laptop=400, gpu=400)):
        wrong = np.asarray(low_rank_product(x, W, down, up, 1.0)) - wanted  # (200, 8)
        errors.append(np.mean(wrong**2))
        slopes = x.T @ wrong @ up.T / 100, (x @ down).T @ wrong / 100
        down, up = down - rate * slopes[0], up - rate * slopes[1]
    return errors[0], errors[-1]

small = {rank: small_lora(rank) for rank in (1, 2, 4)}

# %% tags=["nbval-ignore-output"]
pd.DataFrame(small, index=["error before", "error after"]).rename_axis(columns="rank").round(5)

# %%
claim("Rank 1 cannot learn a change of rank 2: a tenth of the error is left, or more",
      small[1][1] > 0.1 * small[1][0])
claim("Rank 2 learns it: less than a hundredth is left", small[2][1] < 0.01 * small[2][0])

# %% [markdown]
# ## Exercise 2: how many numbers learn?
#
# A dense kernel has the shape (in, out), a convolution's (height, width, in, out), or (length, in, out) for sequences. For a convolution A holds r filters as large as the layer's own, (height, width, in, r), and B, (r, out), mixes their answers. Complete `adapter_size`.

# %% tags=["exercise"] id="transfer_and_fine_tuning-adapter_size" points=2
def adapter_size(kernel_shape, rank):
    """Numbers in A and B together.  (…, in, out), whole number -> whole number"""
    ### BEGIN SOLUTION
    *before, outputs = kernel_shape
    return rank * (int(np.prod(before)) + outputs)
    ### END SOLUTION

# %% tags=["check"]
adapter_size = check("transfer_and_fine_tuning-adapter_size", adapter_size)

# %% [markdown]
# Here is the course's layer. It calls your product, and for a convolution goes through the layer's own operation.

# %%
show_source(low_rank.LoRALayer.call)

# %%
places = low_rank.layers_by_path(gpt)
sizes = pd.DataFrame({path: {"kernel": str(tuple(place.layer.kernel.shape))}
                      | {f"rank {r}": adapter_size(tuple(place.layer.kernel.shape), r)
                         for r in (1, 4, 16)}
                      for path, place in places.items()}).T
sizes

# %%
adapted = models.LowRankModel(gpt, rank=16, product=low_rank_product)
fresh = adapted.adapter_weights()  # A and B of each layer in turn
claim("Your sizes add up to what learns in the model",
      sizes["rank 16"].sum() == sum(weight.size for weight in fresh))
claim("With B of zeros, the adapted model begins equal to the base",
      np.allclose(adapted(new_test[:8]), gpt(new_test[:8]), atol=1e-6))

# %% [markdown]
# One model trains all ranks up to 16. Set the last columns of A to zero: B's rows that belong to them then get a gradient of zero, and so do those columns, because B is zero as well. Both stay there. `truncate_rank` does that.

# %%
show_source(low_rank.truncate_rank)

# %% [markdown]
# ## Exercise 3: merge
#
# A tuned model need not be slower than before. Since x W + (α/r) x A B = x (W + (α/r) A B), one kernel does the work of three. Complete `merged_kernel`; it must also serve convolutions, whose A has more axes in front. You get the layers' own variables, so use `ops` here, too (or `np.asarray` first).

# %% tags=["exercise"] id="transfer_and_fine_tuning-merged_kernel" points=2
def merged_kernel(kernel, down, up, scale):
    """One kernel for all.

    (…, in, out), A (…, in, rank), B (rank, out), a number -> (…, in, out)
    """
    ### BEGIN SOLUTION
    return kernel + scale * ops.matmul(down, up)
    ### END SOLUTION

# %% tags=["check"]
merged_kernel = check("transfer_and_fine_tuning-merged_kernel", merged_kernel)

# %%
merged = low_rank.copy_of(gpt)  # takes in one tuned adapter after the other
adapted.compile(keras.optimizers.Adam(), **run.compile_options)
tuned, differences = {}, {}
for rank in (1, 4, 16):
    adapted.set_adapter_weights(low_rank.truncate_rank(fresh, rank))
    seconds, _ = tune(adapted, new_rows, rate=0.04, steps=steps, seed=SEED)
    adapted.merge_into(merged, merge=merged_kernel)
    beside, inside = np.asarray(adapted(new_test[:16])), np.asarray(merged(new_test[:16]))
    differences[rank] = np.abs(beside - inside).max() / np.abs(beside).max()
    tuned[rank] = adapted.adapter_weights()
    note(f"LoRA, rank {rank}", merged, sizes[f"rank {rank}"].sum(), seconds)

# %% tags=["nbval-ignore-output"]
print({f"rank {rank}": f"{each:.0e}" for rank, each in differences.items()})

# %%
claim("What was truncated stays truncated: rank 4 has moved four columns and no other",
      not np.any(tuned[4][0][:, 4:])
      and np.array_equal(np.any(tuned[4][1], axis=1), np.arange(16) < 4))
claim("Merged, the logits differ by less than 0.00001 of the largest",
      max(differences.values()) < 1e-5)

# %%
saved = {way: table["pre-trained, not tuned"]["letters"] - each["letters"]
         for way, each in table.items()}
share_of_gain = saved["LoRA, rank 4"] / saved["full fine-tuning"]

# %% tags=["nbval-ignore-output"]
predict("transfer_and_fine_tuning-share_of_gain", outcome=share_of_gain)
pd.DataFrame(table).T.round(3)

# %%
def draw_ways(table, truth, title, new, old):
    """Each way as a point: gain to the left, forgetting upwards."""
    figure, axis = plots.new_figure(height=3.8)
    for number, (way, each) in enumerate(table.items()):
        axis.plot(each[new], each[old], "osD^vPX*"[number % 8], markersize=8, label=way)
    axis.axvline(truth[1], color=plots.COLOURS[7], linestyle=":", label=truth[0])
    axis.set(title=title, xlabel=f"bits of held-out {new}: less is gained more",
             ylabel=f"bits of held-out {old}:\nless is forgotten less")
    axis.legend(loc="center left", bbox_to_anchor=(1, 0.5), fontsize=8)
    return figure

plots.show(
    draw_ways(table, ("counting in 60 letters", by_counting), "What each way gains and forgets",
              "letters", "stories"),
    "Seven ways as points. Full fine-tuning is furthest left and forgets less than LoRA of rank "
    "16; from scratch knows nothing of stories; untuned is far right and lowest.",
)

# %%
claim("With the same steps, a higher rank gains more",
      saved["LoRA, rank 1"] < saved["LoRA, rank 4"] < saved["LoRA, rank 16"])
claim("Rank 4, less than a hundredth of the numbers, reaches more than half of the full gain",
      share_of_gain > 0.5 and table["LoRA, rank 4"]["share"] < 0.01)
claim("Full tuning gains more than counting and than starting from scratch",
      table["full fine-tuning"]["letters"] < min(by_counting, table["from scratch"]["letters"]))
claim("While its adapter is on, LoRA of rank 16 forgets no less than full tuning",
      table["LoRA, rank 16"]["stories"] > table["full fine-tuning"]["stories"])

# %% [markdown]
# Read the last line again. It is often said that LoRA forgets less, and for large models that was measured (Biderman et al. 2024: it learns less *and* forgets less). Ours does not: with both at about 0.9 bits for letters,
# rank 16 (at rate 0.01) left the stories at about 1.6 bits, full tuning (at 0.001) at about 1.1. We measured it without the vectors for pairs and triples, too, and found the same order. A thin matrix bends what a layer answers to *every* text. So measure it on your model.

# %% [markdown]
# And from scratch? Sixty letters are not enough for 600,000 numbers: counting does better.
#
# ## One model, many styles
#
# What LoRA certainly wins: the base is untouched, and what was learned is a small file. Here comes a second new domain, riddles.

# %%
riddle_grammar = Grammar(
    [["I am <quality>, <quality> and {colour?}.", "My colour is {colour?}, and I am <quality>."],
     [" A <role> <deed> me at the <spot>.", " I lay behind the {hide?}."]],
    [[[" {hero?} [looks|asks] for me."], [" What am I?", " Do you know me?"],
      [" The {colour} {toy?} of {hero}!\n"]]], LISTS)
riddles = [riddle_grammar.sample(rng) for _ in range(120)]
learned, held_out_riddles = letter_rows(riddles[:60]), letter_rows(riddles[60:])
adapted.set_adapter_weights(fresh)
_ = tune(adapted, learned, rate=0.04, steps=steps, seed=SEED)
styles = {"letters": tuned[16], "riddles": adapted.adapter_weights()}
print(riddles[0])

# %%
swapped = {}
with tempfile.TemporaryDirectory() as folder:
    whole, small = Path(folder) / "base.keras", Path(folder) / "adapter.npz"
    low_rank.copy_of(gpt).save(whole)  # without the optimizer's memory
    for style, weights in {**styles, "none": [0 * weight for weight in tuned[16]]}.items():
        adapted.set_adapter_weights(weights)
        adapted.save_adapters(small)
        adapted.load_adapters(small)  # as another process would
        adapted.merge_into(merged, merge=merged_kernel)
        swapped[style] = {**both(merged), "riddles": bits(merged, held_out_riddles)}
    sizes_of_files = {"the base": whole.stat().st_size, "an adapter": small.stat().st_size}

# %% tags=["nbval-ignore-output"]
print({name: f"{size:,} bytes" for name, size in sizes_of_files.items()})
pd.DataFrame(swapped).T.rename_axis("adapter on").round(3)

# %%
claim("An adapter's file is twenty times smaller than the model's, or more",
      sizes_of_files["the base"] > 20 * sizes_of_files["an adapter"])
claim("Each adapter is better than the other on its own style", swapped["letters"]["letters"]
      < swapped["riddles"]["letters"]
      and swapped["riddles"]["riddles"] < swapped["letters"]["riddles"])
claim("Taken off, nothing is forgotten: the stories cost what they cost before, to the last bit",
      swapped["none"]["stories"] == table["pre-trained, not tuned"]["stories"])

# %%
def write(style, beginning):
    """Forty tokens more, with an adapter on."""
    merged.set_weights(pretrained)
    if style != "none":
        adapted.set_adapter_weights(styles[style])
        adapted.merge_into(merged, merge=merged_kernel)
    tokens = merged.sample(1, seed=SEED, length=56, prompt=encoder.encode(beginning),
                           temperature=0.5, cached=False)
    return encoder.decode(tokens[0])

# %% tags=["nbval-ignore-output"]
for style in ("none", *styles):
    print(f"[{style}] {write(style, 'Dear Mia')}\n")

# %% [markdown]
# ## Break it: forget everything
#
# Tune all numbers at a rate that is a little too large. The letters still gain most of what they can, so whoever looks at nothing else notices little. Then three repairs. **Rehearsal** puts one row of stories into each batch of ten.

# %%
large, small_rate = 0.01, 0.001
tune_all("rate 0.01", pretrained, large)
tune_all("rate 0.001", pretrained, small_rate)
_ = tune_all("rate 0.01, rehearsal", pretrained, large, old=old_rows)
way_off = {**table["LoRA, rank 16"], "stories": swapped["none"]["stories"]}
repairs = {"before": table["pre-trained, not tuned"], "broken: rate 0.01": table["rate 0.01"],
           "a smaller rate, 0.001": table["rate 0.001"],
           "rehearsal at 0.01": table["rate 0.01, rehearsal"],
           "LoRA of rank 16, taken off for stories": way_off}

# %% tags=["nbval-ignore-output"]
pd.DataFrame(repairs).T[["letters", "stories"]].round(3)

# %%
forgotten = {name: each["stories"] - repairs["before"]["stories"]
             for name, each in repairs.items()}
claim("At rate 0.01 the stories cost more than twice the bits of before",
      repairs["broken: rate 0.01"]["stories"] > 2 * repairs["before"]["stories"])
claim("A tenth of old rows undoes more than half of the forgetting, at the same rate",
      forgotten["rehearsal at 0.01"] < 0.5 * forgotten["broken: rate 0.01"])
claim("So does a tenth of the rate",
      forgotten["a smaller rate, 0.001"] < 0.5 * forgotten["broken: rate 0.01"])

# %% [markdown]
# ## The same for pictures
#
# The **old** pictures are printed capital letters, 8 × 8 with five greys, thousands of them. The **new** ones are thirty handwritten digits. The model is a PixelCNN: masked convolutions, and an exact likelihood, so the score is bits again, a pixel this time.

# %%
def coarse(pictures):
    """Pictures with five greys, 0 to 1."""
    return (np.round(4 * pictures) / 4).astype("float32")

n_old = run.steps(smoke=100, laptop=3_000, gpu=20_000)
glyphs = data.glyphs(n_old, 2 * n_judged, characters=string.ascii_uppercase, seed=SEED)
digits = data.digits()
halved = [part.reshape(-1, 8, 2, 8, 2).mean(axis=(2, 4))[..., None]
          for part in (glyphs.train, glyphs.test)]  # from 16 × 16 to 8 × 8
old_pictures, old_held_out = map(coarse, halved)
few = np.random.default_rng([SEED, 5]).permutation(len(digits.train))[:30]
new_pictures, new_held_out = coarse(digits.train[few]), coarse(digits.test[: 5 * n_judged // 2])
plots.show(
    plots.pictures(np.concatenate([old_pictures[:10], new_pictures]), scale=0.5,
                   title="The old, and all there is of the new"),
    "Ten coarse capital letters in the first row, thirty handwritten digits below.",
)

# %%
def bits_a_pixel(model):
    """Bits per pixel of held-out digits and of held-out letters."""
    return {name: evaluation.bits_per_dimension(model.log_prob(pictures), (8, 8, 1))
            for name, pictures in (("digits", new_held_out), ("letters", old_held_out))}

keras.utils.set_random_seed(SEED)
depth = run.steps(smoke=1, laptop=3, gpu=3)
cnn = models.PixelCNN((8, 8, 1), 5, features=16, depth=depth, size=3, dropout=0.0)
cnn.compile(keras.optimizers.Adam(), **run.compile_options)
untrained_cnn = cnn.get_weights()
cnn_steps = run.steps(smoke=1, laptop=128, gpu=3_000)
_ = tune(cnn, old_pictures, rate=0.006, steps=cnn_steps, batch_size=64, seed=SEED)
pretrained_cnn = cnn.get_weights()

# %%
seen = (np.round(4 * new_pictures) == np.arange(5)).sum(axis=0) + 0.5  # (8, 8, 5), counted
greys = np.round(4 * new_held_out).astype(int)  # (n, 8, 8, 1)
shares = np.broadcast_to(seen / seen.sum(axis=-1, keepdims=True), (len(greys), 8, 8, 5))
by_table = -np.log2(np.take_along_axis(shares, greys, axis=-1)).mean()  # each pixel on its own

picture_table = {}
picture_steps = run.steps(smoke=1, laptop=48, gpu=100)

def note_pictures(way, model, learns, seconds=0.0):
    """Keep a row of the table."""
    picture_table[way] = {**bits_a_pixel(model), "numbers that learn": int(learns),
                          "share": learns / cnn.count_params(), "CPU seconds": seconds}

def tune_pictures(way, model, rate):
    """Train what is trainable on the thirty digits and keep the row."""
    seconds, _ = tune(model, new_pictures, rate=rate, steps=picture_steps, batch_size=30,
                      seed=SEED)
    note_pictures(way, model, sum(np.prod(w.shape) for w in model.trainable_weights), seconds)

note_pictures("pre-trained, not tuned", cnn, 0)

# %%
base_cnn = low_rank.copy_of(cnn)
cnn.set_weights(untrained_cnn)
tune_pictures("from scratch", cnn, 0.004)
cnn.set_weights(pretrained_cnn)
tune_pictures("full fine-tuning", cnn, 0.001)

frozen = low_rank.copy_of(base_cnn)
for layer in frozen.gated:
    layer.trainable = False  # the head alone learns
frozen.compile(keras.optimizers.Adam(), **run.compile_options)
tune_pictures("frozen body, trained head", frozen, 0.01)

# %%
merged_cnn = low_rank.copy_of(base_cnn)
adapted_cnn = models.LowRankModel(base_cnn, rank=16)
fresh_cnn = adapted_cnn.adapter_weights()
adapted_cnn.compile(keras.optimizers.Adam(), **run.compile_options)
ranks, rates = (1, 4, 16), (0.003, 0.006, 0.012)
noted = run.steps(smoke=1, laptop=16, gpu=25)

def tune_adapter(rank, rate):
    """Tune an adapter on the digits, from its start.  -> CPU seconds, a list of both numbers"""
    def judge():
        return bits_a_pixel(adapted_cnn.merge_into(merged_cnn, merge=merged_kernel))

    adapted_cnn.set_adapter_weights(low_rank.truncate_rank(fresh_cnn, rank))
    return tune(adapted_cnn, new_pictures, rate=rate, steps=picture_steps, batch_size=30,
                seed=SEED, every=noted, judge=judge)

# %%
grid, drawn, sizes_cnn = {}, {}, {}
for rank in ranks:
    sizes_cnn[rank] = sum(adapter_size(tuple(place.layer.kernel.shape), rank)
                          for place in low_rank.layers_by_path(base_cnn).values())
    for rate in rates:
        seconds, grid[rank, rate] = tune_adapter(rank, rate)
        drawn[rank, rate] = merged_cnn.sample(10, seed=SEED)
        if rate == 0.006:
            note_pictures(f"LoRA, rank {rank}", merged_cnn, sizes_cnn[rank], seconds)
            beside, inside = (np.asarray(each(new_held_out[:50]))
                              for each in (adapted_cnn, merged_cnn))
            differences[f"pictures, {rank}"] = np.abs(beside - inside).max() / np.abs(beside).max()

# %% tags=["nbval-ignore-output"]
print(f"Counting each pixel's greys in the thirty digits: {by_table:.2f} bits a pixel.")
pd.DataFrame(picture_table).T.round(3)

# %%
untuned = picture_table["pre-trained, not tuned"]
full, scratch = picture_table["full fine-tuning"], picture_table["from scratch"]
claim("Merged convolutions differ by less than 0.00001 of the largest logit, too",
      max(differences.values()) < 1e-5)
claim("Thirty digits: full tuning of what knew letters beats starting from scratch, and counting",
      full["digits"] < min(scratch["digits"], by_table))
claim("LoRA of rank 4 beats counting by a tenth or more, with a sixth of the numbers",
      picture_table["LoRA, rank 4"]["digits"] < 0.9 * by_table
      and picture_table["LoRA, rank 4"]["share"] < 1 / 6)
claim("Among the adapters, a higher rank forgets more",
      picture_table["LoRA, rank 1"]["letters"] < picture_table["LoRA, rank 4"]["letters"]
      < picture_table["LoRA, rank 16"]["letters"])

# %% [markdown]
# Two things are as with texts, on other data and another kind of layer: full tuning gains most (at rate 0.002, not 0.001, we measured 1.15 bits for digits and 1.29 for letters); a higher rank gains more until it learns the thirty digits by heart. And *every* way forgets letters while it is on. Two are not: the frozen body forgets least here, and counting loses to every tuned way. The share of rank 4 is larger here, because these layers are
# small: an adapter grows with the sides of a kernel, the kernel with their product.

# %% [markdown]
# ## Explore: rank and rate
#
# Each line is one tuning, with a mark after every 16 steps; it begins at the untuned model, bottom right. Choose a rank and a rate. Which line leads furthest to the left before it rises? Below: what the chosen one draws in the end.

# %%
def explore_adapters(rank, learning_rate):
    """All nine tunings as lines, the chosen one thick, and ten of its drawings."""
    chosen = int(rank), float(learning_rate)
    figure, (above, below) = plots.new_figure(2, 1, height=4.4, height_ratios=(4, 1))
    for setting, judged in grid.items():
        x, y = ([each[name] for each in (untuned, *judged)] for name in ("digits", "letters"))
        if setting == chosen:
            above.plot(x, y, "o-", color=plots.COLOURS[1], linewidth=3, zorder=3,
                       label=f"rank {rank}, rate {learning_rate}: {x[-1]:.3f}, {y[-1]:.3f}")
        else:
            above.plot(x, y, ".-", color=plots.COLOURS[7], linewidth=0.8, alpha=0.6)
    above.plot(full["digits"], full["letters"], "*", markersize=12, color=plots.COLOURS[0],
               label="full fine-tuning")
    above.set(title="Nine adapters: gain to the left, forgetting upwards",
              xlabel="bits a pixel of held-out digits", ylabel="bits a pixel of letters")
    above.legend(fontsize=8)
    below.imshow(np.pad(drawn[chosen], [(0, 0), (0, 0), (0, 1), (0, 0)])[..., 0]
                 .transpose(1, 0, 2).reshape(8, -1), cmap="gray", vmin=0, vmax=1)
    below.set_axis_off()
    return figure

# %%
widgets.explore(
    explore_adapters,
    "Nine lines from the untuned model at the bottom right to the left and up; the chosen one, "
    "rank 4, ends above the star of full fine-tuning. Below it ten drawings between letters and "
    "digits.",
    rank=["4", "1", "16"], learning_rate=["0.006", "0.003", "0.012"],
)

# %% [markdown]
# ## Exercise 4: gain enough, forget little
#
# Choose a rank (1 to 16) and a learning rate (above 0), for the same number of steps: a pair of your own, not one of the nine above. Two numbers are judged, both as shares of what full fine-tuning did:
#
# - `gain`, the bits saved on digits: **0.8** or more;
# - `forgot`, the bits lost on letters: **1.4** or less.

# %% tags=["exercise"] id="transfer_and_fine_tuning-rank_and_rate" points=2 solution="(8, 0.002)"
my_setting = ...  # (rank, rate), such as (3, 0.01)

# %% tags=["nbval-ignore-output"]
my_rank, my_rate = (16, 0.012) if my_setting is ... else my_setting
after = tune_adapter(my_rank, my_rate)[1][-1]
my_result = {
    "setting": my_setting,
    "gain": (untuned["digits"] - after["digits"]) / (untuned["digits"] - full["digits"]),
    "forgot": (after["letters"] - untuned["letters"]) / (full["letters"] - untuned["letters"]),
}
my_result

# %% tags=["check"]
my_result = check("transfer_and_fine_tuning-rank_and_rate", my_result)

# %% [markdown]
# **With what people use.** For PyTorch models `peft` does what you wrote. The course does not install it, so this is text to copy, not a cell (tried with `peft` 0.21, `transformers` 5.24, `torch` 2.13). The small Llama here has learned nothing;
# `LlamaForCausalLM.from_pretrained(folder)` loads one that has.
#
# ```python
# from peft import LoraConfig, get_peft_model
# from transformers import LlamaConfig, LlamaForCausalLM
#
# settings = {"hidden_size": 64, "intermediate_size": 128, "num_attention_heads": 4}
# llama = LlamaForCausalLM(LlamaConfig(vocab_size=600, num_hidden_layers=2, **settings))
# lora = LoraConfig(r=4, lora_alpha=8, target_modules=["q_proj", "v_proj"])
# theirs = get_peft_model(llama, lora)  # lora_A and lora_B are your A and B, transposed
# theirs.print_trainable_parameters()
# one_kernel = theirs.merge_and_unload()  # after training: W + (alpha / r) A B
# ```

# %% [markdown]
# ## Make: a style of your own
#
# Write a small grammar of your own (notices, poems, weather reports), or choose which layers get an adapter, or how many examples there are. State what you expect, tune an adapter, and report gain and forgetting beside a simple rival.

# %% tags=["exercise", "make"] id="transfer_and_fine_tuning-make" points=4
def my_style():
    """Your question, two numbers, and a figure that shows them."""
    ### BEGIN SOLUTION
    # Question: which layers need the adapter, attention or feed-forward?
    # Expected: feed-forward. The words are known; which one comes next is what changes.
    found = {"counting in 60 letters": by_counting, "both": table["LoRA, rank 16"]["letters"]}
    for name, attends in (("attention only", True), ("feed-forward only", False)):
        # Where A and B are both zero they stay so.
        start = [weight * (("attention" in adapted.paths[number // 2]) == attends)
                 for number, weight in enumerate(fresh)]
        adapted.set_adapter_weights(start)
        tune(adapted, new_rows, rate=0.04, steps=steps, seed=SEED)
        scores = both(adapted.merge_into(merged, merge=merged_kernel))
        found[name] = scores["letters"]
        print(f"{name}: stories cost {scores['stories']:.2f} bits")
    return plots.bars(found, title="Where should the adapter sit?", highlight=["both"],
                      x_label="bits per character of held-out letters")
    # One seed, and the two do not have the same number of weights: not a fair fight yet.
    ### END SOLUTION

# %% tags=["nbval-ignore-output"]
if (figure := my_style()) is not ...:
    plots.show(figure, "The figure of my own style.")

# %% [markdown] tags=["instructor"]
# **Rubric, 4 points.** The expectation is stated before the measurement (1) · gain *and* forgetting are measured on held-out data (1) · a simple rival stands beside them (1) ·
# the conclusion claims no more than one seed and one model can carry (1).

# %% [markdown]
# ## Recap
#
# 1. With few examples, begin with what was learned elsewhere: on sixty letters, from scratch lost to counting.
# 2. LoRA freezes the kernel and learns A and B beside it; B begins with zeros, so nothing changes at first.
# 3. Merged, it costs nothing extra; kept apart, it is a small file that can be swapped or taken off.
# 4. Few numbers that learn do not mean little forgetting: measure the old domain, too.
# 5. A smaller rate, or a tenth of old rows in each batch, repaired most of the forgetting.
#
# ## Quiz
#
# Click, or type one letter a question.

# %% tags=["exercise"] solution='"bcadb"'
my_answers = ...  # one letter a question, such as "abcda"

# %% tags=["check"]
quiz("transfer_and_fine_tuning", my_answers)

# %% [markdown]
# ## Read on, and scale up
#
# - Hu et al. (2021), *LoRA: Low-Rank Adaptation of Large Language Models*.
# - Biderman et al. (2024), *LoRA Learns Less and Forgets Less*.
# - McCloskey and Cohen (1989), *Catastrophic Interference in Connectionist Networks*.
#
# **Scale up.** `PROFILE = "gpu"` reads 20,000 stories before it meets a letter. On a larger model repeat the table, also with `names=("attention",)`: does the order of forgetting turn round, as it did for large models?
