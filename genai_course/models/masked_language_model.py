"""A masked language model: some tokens are hidden, and those on both sides of them say what they were.

Devlin et al. (2019), "BERT: Pre-training of deep bidirectional transformers for language understanding". The blocks are
GPT's without the causal mask. A model that learns with any share hidden, from few to all, can also generate: masked diffusion,
Austin et al. (2021), "Structured denoising diffusion models in discrete state-spaces"; Chang et al. (2022), "MaskGIT".
"""

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

from genai_course.checks import check_sizes, check_whole_number
from genai_course.models.copying_gpt import CopyingBlock, TokenAndNgramEmbedding
from genai_course.models.gpt import Block, TokenAndPositionEmbedding, layer_norm
from genai_course.models.language_model import (
    ROWS_AT_ONCE,
    ChecksTokens,
    check_tokens,
    check_transformer,
    cross_entropy,
    log_probs_of_tokens,
    padding_mask,
    token_weights,
)

HIDDEN, REPLACED = 0.8, 0.1  # shares of the tokens chosen; the rest stays as it is
LEAST = 0.05  # of a row's tokens are hidden, where the share is any


def hide(tokens, chosen, fate, others, mask_token):
    """What the model sees where tokens are chosen: eight times of ten the mask, once another token, once the token itself.

    Devlin et al. (2019), section 3.1: never to have seen a real token where one is asked for would be a habit to unlearn.
    tokens (n, time), chosen (n, time) bool, fate (n, time) in [0, 1), others (n, time) tokens, a number -> (n, time)
    """
    replaced = ops.where(fate < HIDDEN, mask_token, ops.where(fate < HIDDEN + REPLACED, others, tokens))
    return ops.where(chosen, replaced, tokens)


@keras.saving.register_keras_serializable(package="genai_course")
class MaskedLanguageModel(ChecksTokens, keras.Model):
    """The distribution of each token, given the tokens on both sides.

    vocab_size: number of different tokens; the number ``vocab_size`` itself is ``mask_token``. context_length: the longest row.
    d_model, heads, num_layers: as of :class:`~genai_course.models.gpt.GPT`. share: of the tokens that training asks for; None for
        another share in each row, from few to all. hide: what training shows, a function as :func:`hide`; it is not saved.
    copying: blocks as of :class:`~genai_course.models.copying_gpt.CopyingGPT`, without n-grams; False for blocks as of GPT.

    Raises ValueError, naming it, for an invalid setting.
    """

    def __init__(
        self,
        vocab_size,
        context_length,
        d_model=64,
        heads=4,
        num_layers=2,
        share=0.15,
        copying=False,
        hide=hide,
        **options,
    ):
        super().__init__(**options)
        sizes = {"vocab_size": vocab_size, "context_length": context_length, "num_layers": num_layers}
        sizes = check_transformer(d_model, heads, **sizes)
        if share is not None and not 0 < share < 1:
            raise ValueError(f"share is {share!r}; give a number above 0 and below 1, or None for any share.")
        self.settings = sizes | {"share": share if share is None else float(share), "copying": bool(copying)}
        self.vocab_size, self.context_length, self.share, self.hide = int(vocab_size), int(context_length), share, hide
        self.mask_token = int(vocab_size)
        if copying:
            self.embedding = TokenAndNgramEmbedding(vocab_size + 1, d_model)
            self.blocks = [CopyingBlock(d_model, heads) for _ in range(num_layers)]
            self.norm = layers.RMSNormalization()
        else:
            self.embedding = TokenAndPositionEmbedding(vocab_size + 1, context_length, d_model)
            self.blocks = [Block(d_model, heads) for _ in range(num_layers)]
            self.norm = layer_norm()
        self.random = keras.random.SeedGenerator()
        self.built = True
        self(np.zeros((1, min(2, context_length)), "int32"))  # makes the weights, so that saved ones can be loaded

    def call(self, tokens, training=False):
        """Logits of the token at each position.  (n, time), some of them ``mask_token`` -> (n, time, vocab_size)

        In training some tokens are hidden first; then it also returns which were hidden, (n, time) bool.
        """
        return self.hide_and_predict(tokens) if training else self.predict_all(tokens)

    def hide_and_predict(self, tokens):
        """Hide some tokens.  (n, time) -> logits (n, time, vocab_size), which were hidden (n, time) bool"""
        shape, share = ops.shape(tokens), self.share
        if share is None:
            share = keras.random.uniform((shape[0], 1), LEAST, 1.0, seed=self.random)
        chosen = ops.logical_and(keras.random.uniform(shape, seed=self.random) < share, tokens >= 0)
        others = ops.cast(keras.random.randint(shape, 0, self.vocab_size, seed=self.random), tokens.dtype)
        seen = self.hide(tokens, chosen, keras.random.uniform(shape, seed=self.random), others, self.mask_token)
        return self.predict_all(seen), chosen

    def predict_all(self, tokens):
        """(n, time) -> logits (n, time, vocab_size)"""
        mask = padding_mask(tokens)
        x = self.embedding(ops.maximum(ops.cast(tokens, "int32"), 0))  # (n, time, d_model)
        for block in self.blocks:
            x = block(x, attention_mask=mask)
        vectors = self.embedding.tokens.embeddings[: self.vocab_size]
        return tf.matmul(self.norm(x), vectors, transpose_b=True)

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        """Mean cross-entropy of the tokens hidden, in nats; ``evaluate`` hides some, too."""
        logits, chosen = y_pred if training else self.hide_and_predict(x)
        return cross_entropy(x, logits, token_weights(x, sample_weight, chosen))

    def log_prob_of_hidden(self, tokens, hidden):
        """Natural logarithm of each hidden token's probability, all hidden at once; 0 for the others.

        tokens (n, time), hidden (n, time) bool -> (n, time) float64.  Raises ValueError for invalid rows.
        """
        tokens, hidden = check_tokens(tokens, self.vocab_size, self.context_length), np.asarray(hidden, bool)
        if hidden.shape != tokens.shape:
            raise ValueError(f"hidden has shape {hidden.shape}; tokens has {tokens.shape}, and they must be the same.")
        parts = -(-len(tokens) // ROWS_AT_ONCE)
        blocks = zip(np.array_split(tokens, parts), np.array_split(hidden, parts), strict=True)
        return np.concatenate([np.asarray(self.score(*block), "float64") for block in blocks])

    @tf.function(autograph=False, reduce_retracing=True)
    def score(self, tokens, hidden):
        counted = ops.cast(ops.logical_and(hidden, tokens >= 0), "float32")
        return log_probs_of_tokens(tokens, self.predict_all(ops.where(hidden, self.mask_token, tokens))) * counted

    def fill(self, tokens, seed=0):
        """Replace every ``mask_token`` by a draw, in random order: each sees what was written before it.

        Such rows need not follow one distribution (Wang and Cho 2019, "BERT has a mouth, and it must speak"), so this model
        has no likelihood of a whole row.  (n, time) -> (n, time) int32
        """
        tokens, random = check_tokens(tokens, self.vocab_size + 1, self.context_length), np.random.default_rng(seed)
        for position in random.permutation(tokens.shape[1]):
            open_rows = tokens[:, position] == self.mask_token
            if open_rows.any():
                cumulative = np.asarray(self.probabilities(tokens)[:, position], "float64").cumsum(axis=1)
                drawn = np.sum(random.random((len(tokens), 1)) * cumulative[:, -1:] >= cumulative[:, :-1], axis=1)
                tokens[open_rows, position] = drawn[open_rows]
        return tokens

    @tf.function(autograph=False, reduce_retracing=True)
    def probabilities(self, tokens):
        return ops.softmax(self.predict_all(tokens))

    def sample(self, n, seed=0, length=None):
        """Write ``n`` rows, each position drawn once. Returns (n, length) int32; ValueError for a number out of range."""
        length = self.context_length if length is None else length
        check_sizes(n=n)
        check_whole_number("length", length, 1, self.context_length)
        return self.fill(np.full((n, length), self.mask_token), seed)
