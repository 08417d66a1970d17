"""GPT: a stack of transformer blocks that guesses the next token, and writes token by token.

Radford et al. (2018), "Improving language understanding by generative pre-training"; norms and starting weights as in Radford
et al. (2019), "Language models are unsupervised multitask learners". The weights that read a token also write it (Press and
Wolf 2017, "Using the output embedding to improve language models").
"""

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from genai_course.checks import check_above_zero, check_sizes, check_whole_number
from genai_course.models.language_model import LanguageModel, check_tokens, choose, pad
from genai_course.models.transformer import NORMS, RECIPES, Block, TokensAndPositions, causal_mask, check_transformer

PAIRS_AND_TRIPLES = {"standard": 0, "quick": 4096}  # vectors for two and for three tokens in a row


@keras.saving.register_keras_serializable(package="genai_course")
class GPT(LanguageModel):
    """A distribution over rows of tokens, each token given those before it.

    vocabulary: number of different tokens; context: the longest row. One more token, of its own, begins each row, so the first
        token has a probability, too. In a row -1 is "nothing": what stands after the end of a short text.
    width: numbers that each position holds, a multiple of 2 · heads; heads: attentions side by side; depth: blocks.
    recipe: "standard", or "quick": rotary positions, RMSNorm, squared ReLU, vectors for pairs and triples of tokens, and an
        attention that finds words again from the first steps on.
    causal: False leaves out the causal mask, which breaks the model: it reads each answer before it gives it.
    pairs_and_triples: rows of the tables of vectors for two and for three tokens in a row; by default the recipe's.
    dropout: share of the numbers that are left out in training, from 0 to below 1: of those that enter the first block, that a
        block adds, and that leave the last one.
    noise: share of the tokens that are read as others of the same batch in training, from 0 to below 1 (Xie et al. 2017, "Data
        noising as smoothing in neural network language models").
    Where there is little text, all three matter: without the tables, with dropout and noise a GPT learns less by heart.

    Raises ValueError, naming it, for a setting that cannot be.
    """

    def __init__(
        self,
        vocabulary,
        context,
        width=64,
        heads=4,
        depth=2,
        recipe="standard",
        causal=True,
        pairs_and_triples=None,
        dropout=0.0,
        noise=0.0,
        **options,
    ):
        super().__init__(**options)
        sizes = {"vocabulary": vocabulary, "context": context, "width": width, "heads": heads, "depth": depth}
        check_transformer(recipe=recipe, **sizes)
        rows = PAIRS_AND_TRIPLES[recipe] if pairs_and_triples is None else pairs_and_triples
        check_whole_number("pairs_and_triples", rows, 0)
        for name, share in {"dropout": dropout, "noise": noise}.items():
            if not 0 <= share < 1:
                raise ValueError(f"{name} is {share!r}; give a number from 0 to less than 1.")
        self.settings = {name: int(size) for name, size in sizes.items()} | {"recipe": recipe, "causal": bool(causal)}
        self.settings |= {"pairs_and_triples": int(rows), "dropout": float(dropout), "noise": float(noise)}
        self.vocabulary, self.context, self.causal = int(vocabulary), int(context), bool(causal)
        self.cache_shape = (heads, context, width // heads)
        parts = RECIPES[recipe]
        self.embedding = TokensAndPositions(
            vocabulary + 1,
            context,
            width,
            learned_positions=not parts["rotary"],
            pairs_and_triples=rows,
        )
        self.noise = float(noise)
        # Random states are not made in vain.
        self.dropout = keras.layers.Dropout(dropout) if dropout else None
        self.dice = keras.random.SeedGenerator() if noise else None
        self.blocks = [Block(width, heads, **parts) for _ in range(depth)]
        self.norm = NORMS[parts["norm"]]()
        self.read(np.zeros((1, min(2, context)), "int32"))  # makes the weights, so that saved ones can be loaded
        self.built = True

    def call(self, tokens, training=False):
        """Logits of each token, given those before it.  (n, time) -> (n, time, vocabulary)"""
        return self.logits(self.read(tokens, training))

    def read(self, tokens, training=False):
        """What the model knows when it is to say each token.  (n, time) -> (n, time, width)"""
        inputs = self.inputs(tokens)
        if training and self.noise:
            inputs = exchanged(inputs, self.noise, self.dice)
        state = self.without_some(self.embedding(inputs), training)  # (n, time, width)
        mask = causal_mask(ops.shape(tokens)[1]) if self.causal else None
        for block in self.blocks:
            after = block(state, allowed=mask)
            state = state + self.without_some(after - state, training) if self.dropout else after
        return self.without_some(self.norm(state), training)

    def without_some(self, numbers, training):
        """In training, the numbers with some of them left out and the others raised."""
        return numbers if self.dropout is None else self.dropout(numbers, training=training)

    def logits(self, state):
        """How well each token's vector fits.  (n, time, width) -> (n, time, vocabulary)"""
        vectors = self.embedding.tokens.embeddings[: self.vocabulary]
        return tf.matmul(state, vectors, transpose_b=True)

    def log_prob_of_text(self, tokens):
        """Of one row of any length: each token is judged with half a context of tokens before it, or more.

        (time,) -> natural logarithms of probabilities (time,) float64.  Raises ValueError for a row that cannot be.
        """
        tokens = np.asarray(tokens)
        half = max(1, self.context // 2)
        starts = range(0, max(1, len(tokens) - self.context + half), half)
        windows = [tokens[start : start + self.context] for start in starts]
        judged = self.log_prob_of_tokens(pad(windows, self.context))
        skipped = [0] + [self.context - half] * (len(windows) - 1)  # what the window before has judged
        return np.concatenate([each[skip : len(w)] for each, skip, w in zip(judged, skipped, windows, strict=True)])

    def sample(self, n, seed=0, length=None, prompt=(), temperature=1.0, top_k=None, cached=True):
        """Write ``n`` rows of tokens.

        length: tokens of a row, the prompt's among them; by default the whole context.
        prompt: tokens that each row begins with.
        temperature: above 0; below 1 the likely becomes likelier. top_k: draw from the k likeliest tokens only.
        cached: keep the keys and values of earlier positions; False computes them again for each new token.
        Returns (n, length) int32.  Raises ValueError for a number out of range.
        """
        length = self.context if length is None else length
        check_sizes(n=n)
        check_whole_number("length", length, 1, self.context)
        if top_k is not None:
            check_whole_number("top_k", top_k, 1, self.vocabulary)
        check_above_zero("temperature", temperature)
        rows = np.zeros((n, length), "int32")
        if len(prompt):
            prompt = check_tokens(np.asarray(prompt)[None], self.vocabulary, length, name="prompt")[0]
            rows[:, : len(prompt)] = np.maximum(prompt, 0)
        dice = np.random.default_rng(seed).random((n, length)).astype("float32")
        write = self.write_cached if cached else self.write_again
        return np.array(write(rows, dice, np.int32(len(prompt)), np.float32(temperature), top_k))

    @tf.function(autograph=False, jit_compile=True)
    def write_cached(self, rows, dice, given, temperature, top_k):
        """Token after token, compiled into one loop; each reads the keys and values of those before it from a cache."""
        inputs = ops.pad(self.inputs(rows), [(0, 0), (2, 1)])  # (n, length + 3); before the start stand two zeros

        def write_one(place, inputs, caches):
            logits, caches = self.step(inputs, place, caches)
            token = choose(logits, dice[:, place], temperature, top_k)
            token = tf.where(place < given, inputs[:, place + 3], token)
            return place + 1, put(inputs, place + 3, token), caches

        start = (0, inputs, self.empty_caches(rows.shape[0]))
        return tf.while_loop(lambda place, *_: place < rows.shape[1], write_one, start)[1][:, 3:]

    def empty_caches(self, n):
        """For each block the keys and values of n rows, nothing in them yet: (n, heads, context, size) each."""
        return [[tf.zeros((n, *self.cache_shape)), tf.zeros((n, *self.cache_shape))] for _ in self.blocks]

    def step(self, inputs, place, caches):
        """Logits at one place, and the caches with that place in them.  (n, …), (), caches -> (n, vocabulary), caches

        inputs: what the model reads, two zeros before it: a vector may belong to three tokens in a row.
        """
        state, caches = self.read_one(inputs, place, caches)
        return self.logits(state)[:, 0], caches

    def read_one(self, inputs, place, caches):
        """What ``read`` knows at one place, and the caches with that place in them.  -> (n, 1, width), caches"""
        three = ops.slice(inputs, (0, place), (inputs.shape[0], 3))
        state = self.embedding(three, first_position=place - 2)[:, -1:]  # (n, 1, width)
        after = []
        for block, cache in zip(self.blocks, caches, strict=True):
            state, cache = block.step(state, cache, place)
            after.append(cache)
        return self.norm(state), after

    @tf.function(autograph=False, reduce_retracing=True)
    def write_again(self, rows, dice, given, temperature, top_k):
        """The same without a cache: for each token, all that has been written goes through the model again."""
        length = ops.shape(rows)[1]

        def write_one(place, rows):
            logits = self(rows[:, : place + 1])[:, -1]
            token = choose(logits, dice[:, place], temperature, top_k)
            return place + 1, put(rows, place, tf.where(place < given, rows[:, place], token))

        return tf.while_loop(lambda place, _: place < length, write_one, (given, rows))[1]

    @tf.function(autograph=False)
    def cached_logits(self, tokens):
        """What ``call`` computes at once, one place after the other through the cache.  (n, time) -> (n, time, vocabulary)"""
        inputs = ops.pad(self.inputs(tokens), [(0, 0), (2, 0)])
        found = tf.TensorArray(tf.float32, tokens.shape[1])

        def read_one(place, found, caches):
            logits, caches = self.step(inputs, place, caches)
            return place + 1, found.write(place, logits), caches

        start = (0, found, self.empty_caches(tokens.shape[0]))
        found = tf.while_loop(lambda place, *_: place < tokens.shape[1], read_one, start)[1]
        return ops.swapaxes(found.stack(), 0, 1)

    def optimizer_for(self, steps, learning_rate=None, weight_decay=None):
        """The recipe's optimizer, for a training of ``steps`` steps: a short rise of the rate, then a fall along a cosine.

        "standard": AdamW. "quick": Muon (Jordan et al. 2024), which steps equally far in all directions of a matrix.
        learning_rate: its peak; weight_decay: how much of a weight is taken away in a step of rate 1; by default the recipe's.
        Raises ValueError for a number of steps that is not whole or below 1.
        """
        check_sizes(steps=steps)
        muon = self.settings["recipe"] == "quick"
        peak = learning_rate or (0.02 if muon else 0.004)
        decay = (0.004 if muon else 0.01) if weight_decay is None else weight_decay
        rise = -(-steps // 20)
        rate = keras.optimizers.schedules.CosineDecay(
            peak / 10, max(1, steps - rise), 0.02, warmup_target=peak, warmup_steps=rise
        )
        if muon:
            return keras.optimizers.Muon(rate, weight_decay=decay, adam_weight_decay=decay)
        return keras.optimizers.AdamW(rate, beta_2=0.98, weight_decay=decay, clipnorm=1.0)

    def get_config(self):
        return {**super().get_config(), **self.settings}


def exchanged(tokens, share, dice):
    """The tokens, a share of them exchanged for what the next row has at that place.  (n, time) -> (n, time)"""
    return ops.where(keras.random.uniform(ops.shape(tokens), seed=dice) < share, ops.roll(tokens, -1, axis=0), tokens)


def put(rows, place, tokens):
    """Rows with ``tokens`` at one place.  (n, length), (), (n,) -> (n, length)"""
    return ops.slice_update(rows, (0, place), tokens[:, None])
