"""Other right answers to the exercises of ``00_start_here/01_welcome``: the checks must let them pass."""

import numpy as np


def sum_over_count(pictures):
    return sum(pictures) / len(pictures)


def as_matrix_product(pictures):
    return np.full(len(pictures), 1 / len(pictures)) @ np.asarray(pictures, dtype="float64")


def one_by_one(log_likelihood, log_prior):
    return [max(range(len(row)), key=lambda index: (row + log_prior)[index]) for row in log_likelihood]


def through_probabilities(log_likelihood, log_prior):
    joint = np.exp(log_likelihood - log_likelihood.max(axis=1, keepdims=True)) * np.exp(log_prior)
    return (joint / joint.sum(axis=1, keepdims=True)).argmax(-1)


ALTERNATIVES = {
    "average_picture": [sum_over_count, as_matrix_product],
    "most_probable_class": [one_by_one, through_probabilities],
}
