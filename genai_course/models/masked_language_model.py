"""A masked language model: some tokens are hidden, and those on both sides of them say what they were.

Devlin et al. (2019), "BERT: Pre-training of deep bidirectional transformers for language understanding". The blocks are
GPT's without the causal mask.
"""

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from genai_course.checks import is_whole_number
from genai_course.models.language_model import ROWS_AT_ONCE, check_tokens, cross_entropy, log_probs_of_tokens
from genai_course.models.transformer import (
    NORMS,
    RECIPES,
    Block,
    TokensAndPositions,
    check_transformer,
    places_of_text,
)

HIDDEN, REPLACED = 0.8, 0.1  # shares of the tokens asked for; the rest stays as it is


def hide(tokens, chosen, fate, others, mask_token):
    """What the model sees where tokens are chosen: eight times of ten the mask, once another token, once the token itself.

    Devlin et al. (2019), section 3.1: never to have seen a real token where one is asked for would be a habit to unlearn.
    tokens (n, time), chosen (n, time) bool, fate (n, time) in [0, 1), others (n, time) tokens, a number -> (n, time)
    """
    replaced = ops.where(fate < HIDDEN, mask_token, ops.where(fate < HIDDEN + REPLACED, others, tokens))
    return ops.where(chosen, replaced, tokens)


@keras.saving.register_keras_serializable(package="genai_course")
class MaskedLanguageModel(keras.Model):
    """The distribution of each token, given the tokens on both sides.

    vocabulary: number of different tokens; the number ``vocabulary`` itself is ``mask_token``. context: the longest row.
    width, heads, depth, recipe: as of :class:`~genai_course.models.gpt.GPT`, but never with vectors for pairs and triples.
    share: of the tokens that training asks for.

    Raises ValueError, naming it, for a setting that cannot be.
    """

    def __init__(self, vocabulary, context, width=64, heads=4, depth=2, share=0.15, recipe="standard", **options):
        super().__init__(**options)
        check_transformer(width, heads, recipe, vocabulary=vocabulary, context=context, depth=depth)
        if not 0 < share < 1:
            raise ValueError(f"share is {share!r}; give a number above 0 and below 1.")
        self.settings = {
            "vocabulary": int(vocabulary),
            "context": int(context),
            "width": int(width),
            "heads": int(heads),
        }
        self.settings |= {"depth": int(depth), "share": float(share), "recipe": recipe}
        self.vocabulary, self.context, self.share, self.mask_token = vocabulary, context, share, int(vocabulary)
        parts = RECIPES[recipe]
        self.embedding = TokensAndPositions(vocabulary + 1, context, width, learned_positions=not parts["rotary"])
        self.blocks = [Block(width, heads, **parts) for _ in range(depth)]
        self.norm = NORMS[parts["norm"]]()
        self.dice = keras.random.SeedGenerator()
        self(np.zeros((1, min(2, context)), "int32"))  # makes the weights, so that saved ones can be loaded

    def call(self, tokens, training=False):
        """Logits of the token at each place.  (n, time), some of them ``mask_token`` -> (n, time, vocabulary)

        In training some tokens are hidden first; then it also returns which were asked for, (n, time) bool.
        """
        if not training:
            return self.read(tokens)
        shape = ops.shape(tokens)
        asked = ops.logical_and(keras.random.uniform(shape, seed=self.dice) < self.share, tokens >= 0)
        others = keras.random.randint(shape, 0, self.vocabulary, seed=self.dice)
        seen = hide(tokens, asked, keras.random.uniform(shape, seed=self.dice), others, self.mask_token)
        return self.read(seen), asked

    def read(self, tokens):
        """(n, time) -> logits (n, time, vocabulary)"""
        allowed = places_of_text(tokens)
        state = self.embedding(ops.maximum(tokens, 0))  # (n, time, width)
        for block in self.blocks:
            state = block(state, allowed=allowed)
        vectors = self.embedding.tokens.embeddings[: self.vocabulary]
        return tf.matmul(self.norm(state), vectors, transpose_b=True)

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        """Mean cross-entropy of the tokens asked for, in nats."""
        logits, asked = y_pred
        return cross_entropy(x, logits, asked)

    def fit(self, tokens, **options):
        """Train on rows of tokens (n, time), -1 after a row's end; options as of ``keras.Model.fit``.

        Raises ValueError for rows that cannot be.
        """
        return super().fit(check_tokens(tokens, self.vocabulary, self.context), **options)

    def log_prob_of_hidden(self, tokens, hidden):
        """Natural logarithm of each hidden token's probability, all hidden at once; 0 for the others.

        tokens (n, time), hidden (n, time) bool -> (n, time) float64.  Raises ValueError for rows that cannot be.
        """
        tokens, hidden = check_tokens(tokens, self.vocabulary, self.context), np.asarray(hidden, bool)
        if hidden.shape != tokens.shape:
            raise ValueError(f"hidden has shape {hidden.shape}; tokens has {tokens.shape}, and they must be the same.")
        parts = -(-len(tokens) // ROWS_AT_ONCE)
        blocks = zip(np.array_split(tokens, parts), np.array_split(hidden, parts), strict=True)
        return np.concatenate([np.asarray(self.score(*block), "float64") for block in blocks])

    @tf.function(autograph=False, reduce_retracing=True)
    def score(self, tokens, hidden):
        counted = ops.cast(ops.logical_and(hidden, tokens >= 0), "float32")
        return log_probs_of_tokens(tokens, self.read(ops.where(hidden, self.mask_token, tokens))) * counted

    def fill(self, tokens, seed=0):
        """Replace every ``mask_token`` by a draw, in random order: each sees what was written before it.

        Such rows need not follow one distribution (Wang and Cho 2019, "BERT has a mouth, and it must speak"), so this model
        has no likelihood of a whole row.  (n, time) -> (n, time) int32
        """
        tokens, random = check_tokens(tokens, self.vocabulary + 1, self.context), np.random.default_rng(seed)
        for place in random.permutation(tokens.shape[1]):
            open_rows = tokens[:, place] == self.mask_token
            if open_rows.any():
                cumulative = np.asarray(self.probabilities(tokens)[:, place], "float64").cumsum(axis=1)
                drawn = np.sum(random.random((len(tokens), 1)) * cumulative[:, -1:] >= cumulative[:, :-1], axis=1)
                tokens[open_rows, place] = drawn[open_rows]
        return tokens

    @tf.function(autograph=False, reduce_retracing=True)
    def probabilities(self, tokens):
        return ops.softmax(self.read(tokens))

    def sample(self, n, seed=0, length=None):
        """Write ``n`` rows, each place drawn once. Returns (n, length) int32; ValueError for a number out of range."""
        length = self.context if length is None else length
        if not is_whole_number(n) or not is_whole_number(length, 1, self.context):
            raise ValueError(f"n is {n!r} and length is {length!r}; give whole numbers, length up to {self.context}.")
        return self.fill(np.full((n, length), self.mask_token), seed)

    def get_config(self):
        return {**super().get_config(), **self.settings}
