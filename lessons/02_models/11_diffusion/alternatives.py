"""Other right answers to the exercises of ``02_models/11_diffusion``: the checks must let them pass."""

import math

import numpy as np
import tensorflow as tf
from keras import ops


def noise_by_tensorflow(clean, noise, time):
    angle = tf.cast(time, tf.float32) * (math.pi / 2)
    return tf.math.cos(angle) * clean + tf.math.sin(angle) * noise


def noise_by_roots(clean, noise, time):
    signal = ops.cos(np.pi * time / 2)
    return clean * signal + noise * ops.sqrt(1 - signal**2)


def score_from_noise(noisy, guess, time):
    signal, spread = np.cos(np.pi / 2 * time), np.sin(np.pi / 2 * time)
    return -((noisy - signal * guess) / spread) / spread


def score_with_keras(noisy, guess, time):
    variance = 1 - ops.square(ops.cos(np.pi / 2 * time))
    return -(noisy - ops.cos(np.pi / 2 * time) * guess) / variance


def step_in_numpy(noisy, guess, time, earlier):
    noise = (noisy - np.cos(np.pi / 2 * time) * guess) / np.sin(np.pi / 2 * time)
    return np.cos(np.pi / 2 * earlier) * guess + np.sin(np.pi / 2 * earlier) * noise


def step_by_ratio(noisy, guess, time, earlier):
    ratio = math.sin(math.pi / 2 * earlier) / math.sin(math.pi / 2 * time)
    return ratio * noisy + (math.cos(math.pi / 2 * earlier) - ratio * math.cos(math.pi / 2 * time)) * guess


def guided_by_weights(asked_guess, unasked_guess, guidance_scale):
    return guidance_scale * asked_guess + (1 - guidance_scale) * unasked_guess


def guided_from_the_class(asked_guess, unasked_guess, guidance_scale):
    return asked_guess + (guidance_scale - 1) * (asked_guess - unasked_guess)


ALTERNATIVES = {
    "add_noise": [noise_by_tensorflow, noise_by_roots],
    "score": [score_from_noise, score_with_keras],
    "step_back": [step_in_numpy, step_by_ratio],
    "guided": [guided_by_weights, guided_from_the_class],
}
