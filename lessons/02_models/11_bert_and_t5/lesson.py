# %% [markdown]
# # What stood where the page is torn?
#
# A GPT reads from left to right and guesses what comes next. A torn page has text on both sides of the hole, and a translator reads the whole sentence before writing a word. The same blocks can do both,
# with another mask and another question.
#
# | | |
# |---|---|
# | **You will** | hide tokens as BERT does and fill them in · cut gaps as T5 does and rewrite sentences · reveal a text from masks in few steps or many · say which of the models can do what |
# | **First** | [Transformers](10_transformers.ipynb) |
# | **Time** | {{ reading_minutes }} min of reading, {{ exercise_minutes }} min of exercises, {{ computing_seconds }} s of computing |

# %% [markdown] tags=["instructor"]
# **For teachers, 60 minutes.** Masks 6 · BERT 18 · T5 16 · BERT writes, masked diffusion 14 · which for what 4 · quiz 2. *(longer route)* marks what to leave out when time is short; with it a workshop takes 75.
#
# Ask before the figure of masks: *who may look at whom if the text is there already?* The room finds BERT's mask by itself.
# Learners take BERT for a weaker GPT. Let them say which of the two they would give a form with blanks, and which an empty page.

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
import textwrap

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from genai_course.data.stories import HEROES, LISTS
from genai_course.models.encoder_decoder import DecoderBlock
from genai_course.models.language_model import pad
from genai_course.recipes import text_models
from genai_course.recipes.budget import Epochs
from genai_course.training import Progress

# %% [markdown]
# ## The same blocks, other masks
#
# Who may attend to whom is all that tells the three families apart.
#
# - **GPT**, a decoder: each position to itself and to those before it. It *generates*.
# - **BERT**, an encoder: every position to all. It *understands*: what fits here, what is this about.
# - **T5**, an **encoder–decoder**: the encoder reads a text without a mask; the decoder writes an answer with one, and in each of its blocks also attends to what was read (**cross-attention**). It *rewrites*.

# %%
def draw_masks(n_read=6, n_written=4):
    """Four tables: rows attend to columns."""
    causal = {n: np.tri(n) for n in (n_read, n_written)}
    panels = {"GPT": causal[n_read], "BERT, T5's encoder": np.ones((n_read, n_read)),
              "T5's decoder": causal[n_written],
              "T5's decoder to the text": np.ones((n_written, n_read))}
    figure, axes = plots.new_figure(1, 4, height=2.2)
    for axis, (title, mask) in zip(axes, panels.items(), strict=True):
        axis.imshow(mask, cmap="Blues", vmin=0, vmax=1.4)
        axis.set_title(title, fontsize=8)
        axis.set(xlabel="position read", ylabel="position asking", xticks=[], yticks=[])
        axis.grid(visible=False)
    return figure

plots.show(draw_masks(), "Four tables. The GPT's and T5's decoder's own are triangles, the two "
           "others are full: a text that is there already may be read from both sides.")

# %% [markdown]
# ## Exercise 1: what a row teaches
#
# If every position sees all others, asking each for itself teaches nothing: the answer stands in the input. So BERT hides some tokens, 15 of 100 in the paper, and is asked for those (**masked language modelling**). A row has 200 tokens. From how many of them does BERT learn in one pass? (A GPT learns from all 200.)
#
# Stuck? Run `hint("bert_and_t5-learned_from")` in a cell of its own; every exercise has three hints.

# %% tags=["exercise"] id="bert_and_t5-learned_from" points=1 solution="30"
answer = ...  # a number of tokens

# %% tags=["check"]
answer = check("bert_and_t5-learned_from", answer)

# %% [markdown]
# ## Exercise 2: hide
#
# A model that only ever sees masks where it is asked would trust all other tokens blindly. So where `chosen` is True, the token's fate, a random number from 0 to 1, decides: below 0.8 the mask stands there, below 0.9 another token, else the token itself. Where `chosen` is False nothing changes. Padding, −1, is never chosen.
#
# Complete `hide` with `keras.ops`: it runs inside BERT's training, which hides other tokens each time.

# %% tags=["exercise"] id="bert_and_t5-hide" points=2
def hide(tokens, chosen, fate, others, mask_token):
    """What the model sees.  Four arrays (n, time), a number -> (n, time)"""
    ### BEGIN SOLUTION
    replaced = ops.where(fate < 0.8, mask_token, ops.where(fate < 0.9, others, tokens))
    return ops.where(chosen, replaced, tokens)
    ### END SOLUTION

# %% tags=["check"]
hide = check("bert_and_t5-hide", hide)

# %% [markdown]
# Our pages are the beginnings of stories from a grammar, 24 tokens each.

# %%
n_train, n_test = run.steps(smoke=(24, 8), laptop=(2_800, 100), gpu=(50_000, 400))
stories = data.stories(n_train, n_test, seed=SEED)
encoder = data.BytePairEncoder.train(
    stories.train_text[:400_000], run.steps(smoke=400, laptop=2_000, gpu=2_000))
names = [person.name for person in HEROES]
spelled = [f" {name}" for name in names] + names
encoder = data.UsedTokens(encoder, [*stories.train, *stories.test, *spelled])
vocab_size = encoder.size
time = 24
rows, test_rows = (pad([encoder.encode(text) for text in part], time)
                   for part in (stories.train, stories.test))  # (n, time)

# %%
random_numbers = np.random.default_rng(SEED)
page, chances = test_rows[:1], random_numbers.random((2, 1, time))
others = random_numbers.integers(0, vocab_size, page.shape)
seen = np.asarray(hide(page, chances[0] < 0.3, chances[1], others, vocab_size))[0]
pieces = ["?" if token == vocab_size else encoder.decode([token]) for token in seen]
marked = [  # [?] is the mask, [another] a token that was put in another's place
    f"[{piece}]" if changed else piece
    for piece, changed in zip(pieces, seen != page[0], strict=True)]
print(textwrap.fill("".join(marked), 100))

# %% [markdown]
# The network around it is a GPT's without the causal mask; only padding is hidden from attention.

# %%
show_source(models.MaskedLanguageModel.predict_all)

# %% [markdown]
# ## Predict
# Now a torn page: of the hero's name, one of twelve, only the last mention on the page is left. Who stood at the first one? BERT trains for ten seconds. In what share of the pages will it find the right name likeliest?

# %% tags=["exercise"] solution="0.5"
my_guess = ...  # a share between 0 and 1

# %% tags=["check"]
predict("bert_and_t5-first_name", my_guess)

# %%
def budget(what, epochs, held_out, batch):
    """How long to train; the loss of held-out rows is noted after each epoch."""
    held_out = tf.data.Dataset.from_tensor_slices(held_out).batch(batch)
    return Epochs(epochs, run.compile_options, [Progress(what)], validation_data=held_out)

keras.utils.set_random_seed(SEED)
epochs = run.steps(smoke=1, laptop=4, gpu=4)
bert = text_models.bert(
    rows, budget("BERT", epochs, test_rows, 20), vocab_size, share=0.3, hide=hide)

# %%
def draw_losses(model, what):
    """Loss of each epoch, training beside held-out."""
    history = model.history.history
    curves = {"training": history["loss"], "held-out": history["val_loss"]}
    return plots.lines(curves, x=list(range(1, len(history["loss"]) + 1)), title=what,
                       x_label="epoch", y_label="nats a token asked for")

# %% tags=["nbval-ignore-output"]
plots.show(draw_losses(bert, "BERT's loss"),
           "Both curves fall together: other tokens are hidden each time, so little is memorised.")

# %% [markdown]
# Our training hides 30 of 100, so that each row asks more. What is the right name's rival? An **n-gram model** that may look to both sides as well: each of the twelve names is put into all the holes, and the likeliest text wins. And BERT itself, when all that stands to the right is hidden.

# %%
forms = np.array([[encoder.encode(before + name)[0] for name in names] for before in ("", " ")])
holes, firsts = [], []  # of each page: where names are hidden; the first of these places
for row in test_rows:
    mentions = np.flatnonzero(np.isin(row, forms))
    holes.append(mentions[:-1] if len(mentions) > 1 else mentions)
    firsts.append(mentions[0])
pages, places = np.arange(len(test_rows)), np.array(firsts)
form, who = np.array([np.argwhere(forms == token)[0] for token in test_rows[pages, places]]).T
torn = test_rows.copy()
for row, hidden in zip(torn, holes, strict=True):
    row[hidden] = bert.mask_token
left = np.where(np.arange(time) >= places[:, None], bert.mask_token, torn)
print(*(encoder.decode([t]) if t < vocab_size else " [?]" for t in torn[0]), sep="")

# %%
def by_bert(seen):
    """Share of the pages in which the right one of the names is the likeliest."""
    chances = np.asarray(bert.probabilities(seen))[pages, places]  # (n, vocab_size)
    return float(np.mean(np.take_along_axis(chances, forms[form], axis=1).argmax(axis=1) == who))

kneser_ney = models.NgramModel(run.steps(smoke=3, laptop=9, gpu=9)).fit(stories.train_text)

def by_ngrams():
    """The same, each name in all holes of the page."""
    scores = np.zeros((len(pages), len(names)))
    for number, (row, hidden) in enumerate(zip(test_rows, holes, strict=True)):
        for name in range(len(names)):
            filled = row.copy()
            with_blank = np.array([token in forms[1] for token in row[hidden]], int)
            filled[hidden] = forms[with_blank, name]
            scores[number, name] = kneser_ney.log_prob(encoder.decode(filled)).sum()
    return float(np.mean(scores.argmax(axis=1) == who))

# %%
found = {"always the most frequent": float(np.bincount(who).max() / len(who)),
         "n-gram, order 9, both sides": by_ngrams(),
         "BERT, left side only": by_bert(left), "BERT, both sides": by_bert(torn)}
record("bert_both", found["BERT, both sides"], tolerance=0.2)

# %% tags=["nbval-ignore-output"]
plots.show(plots.bars(found, title="Who stood in the hole?", highlight=["BERT, both sides"],
                      x_label="share of pages with the right name"),
           "Four bars; BERT's with both sides is the longest.")
predict("bert_and_t5-first_name", outcome=found["BERT, both sides"])

# %%
claim("With both sides BERT is right in at least a tenth of the pages more than the n-gram model "
      "with both, and three times as often as with the left side",
      found["BERT, both sides"] > max(0.1 + found["n-gram, order 9, both sides"],
                                      3 * found["BERT, left side only"]))

# %% [markdown]
# The n-gram model looks eight characters far. That is enough where the name comes again at once; often it stands further to the right. BERT looks at the whole page and is right in {{ bert_both:.0% }}.
#
# ## Explore: what fits here?
#
# Hide any token of a page and read what BERT thinks stood there. When does the right side matter?

# %%
def draw_guesses(position, right_side_visible):
    """The likeliest tokens of one hidden position."""
    row = test_rows[:1].copy()
    row[0, position : position + 1 if right_side_visible else time] = bert.mask_token
    chances = np.asarray(bert.probabilities(row))[0, position]
    best = chances.argsort()[::-1][:7]
    truth = encoder.decode(test_rows[0, position : position + 1])
    before = encoder.decode(test_rows[0, max(0, position - 6) : position])
    after = encoder.decode(test_rows[0, position + 1 : position + 7]) if right_side_visible else ""
    bars = {repr(encoder.decode([token])): float(chances[token]) for token in best}
    return plots.bars(bars, title=f"{before}[{truth}]{after}".replace("\n", " "),
                      x_label="probability", highlight=[repr(truth)])

# %%
widgets.explore(
    draw_guesses,
    "Seven bars: the tokens that BERT finds likeliest in one place; the one that stood there "
    "has another colour if it is among them.",
    position=(0, time - 2, 1, int(places[0])),
    right_side_visible=True,
)

# %% [markdown]
# ## T5: every task is a text
#
# **T5** trains an encoder–decoder on many tasks at once. The source begins with the name of the task, the answer is a text, and the loss is the GPT's. What is new in a block is one more attention: queries of the answer, keys and values of what the encoder has read.

# %%
show_source(DecoderBlock.call)

# %% [markdown]
# Two tasks on short sentences, each word a token: **passive:** turns a sentence round, with the verb's other form; **fill:** says what was cut out of it.

# %%
participles = {"hid": "hidden", "broke": "broken", "saw": "seen", "chose": "chosen",
               "threw": "thrown", "stole": "stolen", "drew": "drawn", "forgot": "forgotten"}

def draw_pair(random, adjectives=1):
    """A sentence and its passive, as lists of words."""
    role, deed, number, goods = (
        str(random.choice(LISTS[kind])) for kind in ("role", "deed", "number", "goods"))
    some = [[str(each) for each in random.choice(LISTS["quality"], random.integers(adjectives + 1))]
            for _ in range(2)]
    doer, thing = ["the", *some[0], role], [number, *some[1], goods]
    return [*doer, deed, *thing], [*thing, "were", participles.get(deed, deed), "by", *doer]

pairs = [draw_pair(random_numbers) for _ in range(run.steps(smoke=60, laptop=2_200, gpu=100_000))]
unseen = [draw_pair(random_numbers) for _ in range(200)]
vocabulary = sorted({word for both in pairs + unseen for words in both for word in words})
number_of = {word: number for number, word in enumerate(["passive:", "fill:", *vocabulary])}
gap_token = len(number_of)
for active, passive in pairs[:3]:
    print(" ".join(active), "→", " ".join(passive))

# %% [markdown]
# ## Exercise 3: cut a gap
#
# For **fill:** the source shows one `gap_token` in place of `length` tokens from `start`; the answer is what was cut out, and `gap_token` once more to say that it ends. So a gap of any length has an answer. Complete `cut_gap` with NumPy.

# %% tags=["exercise"] id="bert_and_t5-cut_gap" points=2
def cut_gap(tokens, start, length, gap_token):
    """The row with a gap, and the answer.

    (n,), three whole numbers -> (n - length + 1,), (length + 1,)
    """
    ### BEGIN SOLUTION
    source = np.concatenate([tokens[:start], [gap_token], tokens[start + length :]])
    return source, np.concatenate([tokens[start : start + length], [gap_token]])
    ### END SOLUTION

# %% tags=["check"]
cut_gap = check("bert_and_t5-cut_gap", cut_gap)

# %%
def numbers_of(words):
    """Words as tokens."""
    return np.array([number_of[word] for word in words])

def both_tasks(pairs):
    """Sources and answers: of each pair one passive and one gap of up to three words."""
    sources, answers = [], []
    for active, passive in pairs:
        tokens = numbers_of(active)
        length = int(random_numbers.integers(1, 4))
        source, target = cut_gap(
            tokens, int(random_numbers.integers(len(tokens) - length + 1)), length, gap_token)
        sources += [[number_of["passive:"], *tokens], [number_of["fill:"], *source]]
        answers += [[*numbers_of(passive), gap_token], target]
    return pad(sources, 10), pad(answers, 12)

sources, answers = both_tasks(pairs)  # (n, 10), (n, 12)
test_sources, test_answers = both_tasks(unseen)

# %%
keras.utils.set_random_seed(SEED)
t5 = text_models.t5(
    sources, answers, budget("T5", epochs, (test_sources, test_answers), 100), gap_token)

# %% tags=["nbval-ignore-output"]
plots.show(draw_losses(t5, "T5's loss, both tasks together"),
           "Both curves fall to a level above 0: what was cut out can only be guessed.")

# %%
def rewritten(model, sentences):
    """What T5 makes of some sentences when asked for the passive, as texts."""
    asked = pad([[number_of["passive:"], *numbers_of(words)] for words in sentences], 10)
    words = list(number_of)
    return [" ".join(words[token] for token in row if token >= 0)
            for row in model.sample(asked, SEED, temperature=0.01)]

def share_exact(texts, pairs):
    """Share of the sentences that are right to the last word."""
    right = [" ".join(passive) for _, passive in pairs]
    return float(np.mean([text == wanted for text, wanted in zip(texts, right, strict=True)]))

# %% [markdown]
# Rivals: the source handed back unchanged, and an n-gram model that has read "sentence → passive" on as many lines and goes on after the arrow.

# %%
lines = [" → ".join(map(" ".join, pair)) for pair in pairs]
counted = models.NgramModel(run.steps(smoke=3, laptop=9, gpu=9)).fit("\n".join(lines) + "\n")
few = unseen[: run.steps(smoke=2, laptop=40, gpu=100)]
continued = [counted.sample(80, SEED, 0.01, prompt="\n" + " ".join(active) + " → ").split("\n")[0]
             for active, _ in few]
exact = {"the sentence unchanged": share_exact([" ".join(active) for active, _ in unseen], unseen),
         "n-gram, order 9": share_exact(continued, few),
         "T5": share_exact(rewritten(t5, [active for active, _ in unseen]), unseen)}

# %%
fills = test_sources[:, 0] == number_of["fill:"]

def bits_of_gaps(read):
    """Bits for what was cut out, after reading these sources."""
    return -t5.log_prob(read, test_answers[fills]).mean() / np.log(2)

bits = {"its own sentence": bits_of_gaps(test_sources[fills]),
        "another sentence": bits_of_gaps(np.roll(test_sources[fills], 1, axis=0))}

# %% tags=["nbval-ignore-output"]
print({name: f"{share:.0%} of new sentences turned round without a mistake"
       for name, share in exact.items()})
print("bits for a gap after reading", {name: f"{each:.1f}" for name, each in bits.items()})
shown = [active for active, _ in unseen[:3]]
for active, passive, wrong in zip(shown, rewritten(t5, shown), continued, strict=False):
    print(f"{' '.join(active)}\n    T5: {passive}\n    n-gram: {wrong}")

# %%
claim("T5 rewrites at least three quarters of new sentences to the last word; the n-gram model and "
      "the sentence unchanged at most a tenth",
      exact["T5"] > 0.75 and max(exact["n-gram, order 9"], exact["the sentence unchanged"]) < 0.1)
claim("T5 uses what it reads: after another sentence a gap costs at least a fifth more",
      bits["another sentence"] > 1.2 * bits["its own sentence"])

# %% [markdown]
# One model, two tasks, told apart by the first word. A GPT can do the same when source and answer stand in one row, and today's chat models do; an encoder reads the source from both sides.
#
# ## Break it: let BERT write
#
# BERT fills holes. Is a page of nothing but holes a hole, too? Draw all positions, put some in, let it look again, and so on, until no mask is left.

# %% [markdown]
# ## Exercise 4: reveal
#
# `tokens` is a row in which some positions still hold `mask_token`. For every position there is a proposal and a number that says how sure the model is of it. Put in the proposals of the `count` surest positions among those that are masked, of equals the earlier ones. `count` is at most the number of masks; the rest of the row stays as it is, and so does the row that was given.

# %% tags=["exercise"] id="bert_and_t5-reveal" points=2
def reveal(tokens, proposals, surety, count, mask_token):
    """The row with some masks replaced.

    (time,), (time,), (time,), two whole numbers -> (time,)
    """
    ### BEGIN SOLUTION
    surety = np.where(tokens == mask_token, surety, -np.inf)
    chosen = np.argsort(-surety, kind="stable")[:count]
    revealed = tokens.copy()
    revealed[chosen] = proposals[chosen]
    return revealed
    ### END SOLUTION

# %% tags=["check"]
reveal = check("bert_and_t5-reveal", reveal)

# %%
def propose(model, rows, random):
    """For each position a token, drawn as the model says, and its probability.  -> two (n, time)"""
    chances = np.asarray(model.probabilities(rows), "float64")  # (n, time, vocab_size)
    cumulative = chances.cumsum(axis=-1)
    drawn = random.random((*rows.shape, 1)) * cumulative[..., -1:]
    proposals = np.sum(drawn >= cumulative[..., :-1], axis=-1)
    return proposals, np.take_along_axis(chances, proposals[..., None], axis=-1)[..., 0]

# %%
def write(model, n, steps, seed=SEED):
    """n pages from nothing but masks, and the step in which each token came.  -> two (n, time)"""
    random = np.random.default_rng(seed)
    rows, came = np.full((n, time), model.mask_token), np.zeros((n, time), int)
    for step in range(1, steps + 1):
        proposals, surety = propose(model, rows, random)
        for number, row in enumerate(rows):
            masked = row == model.mask_token
            count = int(masked.sum() - time * (steps - step) // steps)
            revealed = reveal(row, proposals[number], surety[number], count, model.mask_token)
            came[number][masked & (revealed != model.mask_token)] = step
            rows[number] = revealed
    return rows, came

# %%
def bits_of(pages):
    """Bits a character by the n-gram model that has read the real stories."""
    log_probs = [kneser_ney.log_prob(encoder.decode(row)) for row in pages]
    return evaluation.bits_per_character(np.concatenate(log_probs))

n_pages = run.steps(smoke=2, laptop=20, gpu=200)
by_bert_alone = write(bert, n_pages, time)[0]
print(textwrap.fill(encoder.decode(by_bert_alone[0]), 100))

# %% [markdown]
# ### The repair: masked diffusion
#
# BERT has always seen seven tokens of ten; it has never stood before an empty page. So train with *any* share hidden, from few tokens to nearly all, and always by masks. That is a **masked diffusion language model**: hiding is the noise, revealing the way back (Austin et al. 2021). The same network, the same seconds; another share.

# %%
keras.utils.set_random_seed(SEED)
diffusion = text_models.bert(
    rows, budget("Masked diffusion", epochs, test_rows, 20), vocab_size, share=None,
    hide=lambda tokens, chosen, fate, others, mask_token: ops.where(chosen, mask_token, tokens))

# %%
in_steps = {steps: write(diffusion, n_pages, steps)[0] for steps in (1, 4, 12, time)}
quality = {f"masked diffusion, {steps} step{'s' * (steps > 1)}": bits_of(pages)
           for steps, pages in in_steps.items()}
quality |= {"BERT, 24 steps": bits_of(by_bert_alone), "real beginnings": bits_of(test_rows)}

# %% tags=["nbval-ignore-output"]
plots.show(plots.bars(quality, title="How much the pages surprise an n-gram model",
                      x_label="bits per character, less is more like the stories",
                      highlight=["BERT, 24 steps"]),
           "Six bars: masked diffusion needs fewer bits the more steps it takes; "
           "real beginnings need fewest.")
print(textwrap.fill(encoder.decode(in_steps[time][0]), 100))

# %%
claim("In as many steps masked diffusion writes pages that surprise less than BERT's",
      quality["masked diffusion, 24 steps"] < 0.9 * quality["BERT, 24 steps"])
claim("In one step, where no token knows of another, it surprises at least twice as much as in 24",
      quality["masked diffusion, 1 step"] > 2 * quality["masked diffusion, 24 steps"])

# %% [markdown]
# ## Explore: how many steps?
#
# A GPT needs a pass for each token. Here you choose. Dark tokens came first.

# %%
def draw_page(steps, page):
    """A page by masked diffusion; the darker a token, the earlier it came."""
    tokens, came = write(diffusion, 1, steps, seed=page)
    figure, axis = plots.new_figure(height=1.1)
    column, line = 0, 0
    for token, step in zip(tokens[0], came[0], strict=True):
        piece = encoder.decode([token]).replace("\n", "/")
        if column + len(piece) > 88:
            column, line = 0, line + 1
        box = {"boxstyle": "square,pad=0.1", "edgecolor": "none", "facecolor": plots.COLOURS[0],
               "alpha": 0.55 * (1 - (step - 1) / steps)}
        axis.text(column / 88, 1 - line / 3, piece, family="monospace", fontsize=8.5, va="top",
                  bbox=box)
        column += len(piece)
    axis.set_title(f"A page in {steps} step{'s' * (steps > 1)}")
    axis.axis("off")
    return figure

# %%
widgets.explore(
    draw_page,
    "A page of a story, its tokens shaded by the step in which they came, in no order of place.",
    steps=[12, 1, 2, 4, 24],
    page=(0, 9, 1, 0),
)

# %% [markdown]
# ## Which for what
#
# | | reads | writes | likelihood of a text | today |
# |---|---|---|---|---|
# | GPT | the left side | token by token | yes | chat, code |
# | BERT | both sides | fills holes | no | search, classification, embeddings |
# | T5 | a text, both sides | an answer, token by token | of the answer | translation, speech to text |
# | masked diffusion | both sides | many tokens a step | a bound | text in parallel (LLaDA, Nie et al. 2025) |
#
# ## Make: a task of your own
#
# Give T5 another task on these sentences, or train BERT on texts of yours. State what you expect, measure a number beside a rival's, show a figure, write two sentences.
#
# **With your own text**, a `.txt` file: run this, then train BERT again.
#
# ```python
# own = data.text_from("letters.txt")
# encoder = data.BytePairEncoder.train(own.train_text, 1_000)
# tokens = encoder.encode(own.train_text)
# rows = tokens[: len(tokens) // time * time].reshape(-1, time)
# ```

# %% tags=["exercise", "make"] id="bert_and_t5-make" points=4
def my_task():
    """Your question, one number beside a rival's, and a figure that shows them."""
    ### BEGIN SOLUTION
    # Question: does T5 rewrite sentences with more adjectives than it has ever read?
    # Expected: no. The positions beyond are new to it; the rival is itself on sentences as before.
    random = np.random.default_rng(SEED)
    drawn = [draw_pair(random, adjectives=2) for _ in range(400)]
    longer = [pair for pair in drawn if len(pair[0]) == 8][: run.steps(smoke=5, laptop=60, gpu=60)]
    shares = {"as many as in training": exact["T5"],
              "one more": share_exact(rewritten(t5, [active for active, _ in longer]), longer)}
    return plots.bars(shares, title="Sentences with more adjectives than T5 has read",
                      x_label="share rewritten without a mistake")
    # It learned where words go by counting positions. Longer sentences in the training would tell
    # whether that is all; one model and one seed do not.
    ### END SOLUTION

# %% tags=["nbval-ignore-output"]
if (figure := my_task()) is not ...:
    plots.show(figure, "The figure of my own task.")

# %% [markdown] tags=["instructor"]
# **Rubric, 4 points.** The expectation is stated before the measurement (1) · a rival is measured on the same rows (1) · a figure with title and labelled axes (1) ·
# two sentences that do not claim more than one seed can carry (1).

# %% [markdown]
# ## Recap
#
# 1. GPT, BERT and T5 are the same blocks with different masks and different questions.
# 2. BERT hides tokens and is asked for them, given both sides: it fills holes that counting and a left side cannot.
# 3. T5 reads without a mask and writes with one; every task is a text, named by its first words.
# 4. BERT has no probability of a whole text and writes badly on an empty page.
# 5. Trained with any share of masks it becomes a masked diffusion model, which writes in as many steps as you like, and better in more.
#
# ## Quiz
#
# Click, or type one letter a question.

# %% tags=["exercise"] solution='"badc"'
my_answers = ...  # one letter a question, such as "abcd"

# %% tags=["check"]
quiz("bert_and_t5", my_answers)

# %% [markdown]
# ## Read on, and scale up
#
# - Devlin et al. (2019), *BERT: Pre-training of Deep Bidirectional Transformers for Language Understanding*.
# - Raffel et al. (2020), *Exploring the Limits of Transfer Learning with a Unified Text-to-Text Transformer*.
# - Sahoo et al. (2024), *Simple and Effective Masked Diffusion Language Models*: the bound, and why the loss is a mixture of BERT's.
#
# **Scale up.** `PROFILE = "gpu"` trains all three on 50,000 stories and 100,000 sentences. Then ask: at how many steps does masked diffusion reach the GPT of the last lesson, and what do both cost in seconds?
