"""How the language models of the course are trained."""

import numpy as np

from genai_course import models


def copying_gpt(rows, budget, vocab_size, *, batch=8, d_model=64, heads=4, num_layers=1, rate=0.03):
    """A small GPT that starts as a copy, on rows of tokens (n, time), -1 after a row's end."""
    model = models.CopyingGPT(vocab_size, rows.shape[1], d_model=d_model, heads=heads, num_layers=num_layers)
    model.compile(model.optimizer_for(budget.steps(len(rows), batch), rate), **budget.options)
    budget.fit(model, rows, batch=batch)
    return model


def log_prob_of_texts(model, encoder, texts):
    """Natural logarithm of each text's probability by a recurrent network.  n texts -> (n,)"""
    rows = models.language_model.pad([encoder.encode(text) for text in texts])
    return np.sum(model.log_prob(np.maximum(rows, 0)) * (rows >= 0), axis=1)
