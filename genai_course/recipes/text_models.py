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


def bert(rows, budget, vocab_size, *, batch=16, rate=0.02, share=0.15, **settings):
    """A masked language model on rows of tokens (n, time), -1 after a row's end; share None for masked diffusion."""
    settings = {"num_layers": 1, "copying": True} | settings
    model = models.MaskedLanguageModel(vocab_size, rows.shape[1], share=share, **settings)
    return fitted(model, budget, rate, rows, batch=batch)


def t5(sources, answers, budget, vocab_size, *, batch=32, rate=0.02, **settings):
    """An encoder-decoder on sources (n, time) and answers (n, length), -1 after their ends."""
    model = models.EncoderDecoder(vocab_size, sources.shape[1], answers.shape[1], **settings)
    return fitted(model, budget, rate, sources, answers, batch=batch)


def fitted(model, budget, rate, *columns, batch):
    """The model, trained by Muon with a rate that rises and falls."""
    import keras

    schedule = models.language_model.lr_schedule(budget.steps(len(columns[0]), batch), rate)
    model.compile(keras.optimizers.Muon(schedule), **budget.options)
    budget.fit(model, *columns, batch=batch)
    return model
