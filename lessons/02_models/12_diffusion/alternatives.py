"""Other right answers to the exercises of ``02_models/12_diffusion``: the checks must let them pass."""

import math

import numpy as np
import tensorflow as tf
from keras import ops


def noise_by_tensorflow(clean, noise, time):
    angle = tf.cast(time, tf.float32) * (math.pi / 2)
    return tf.math.cos(angle) * clean + tf.math.sin(angle) * noise


def noise_by_roots(clean, noise, time):
    alpha = ops.cos(np.pi * time / 2)
    return clean * alpha + noise * ops.sqrt(1 - alpha**2)


def noise_stacked(clean, noise, time):
    angle = np.pi / 2 * time
    return ops.sum(ops.stack([ops.cos(angle) * clean, ops.cos(np.pi / 2 - angle) * noise]), axis=0)


def score_from_noise(noisy, denoised, time):
    alpha, sigma = np.cos(np.pi / 2 * time), np.sin(np.pi / 2 * time)
    return -((noisy - alpha * denoised) / sigma) / sigma


def score_with_keras(noisy, denoised, time):
    variance = 1 - ops.square(ops.cos(np.pi / 2 * time))
    return -(noisy - ops.cos(np.pi / 2 * time) * denoised) / variance


def score_in_two_fractions(noisy, denoised, time):
    angle = np.asarray(time, "float64") * np.pi / 2
    return (denoised / (np.tan(angle) * np.sin(angle)) - noisy / np.sin(angle) ** 2).tolist()


def x0_in_numpy(noisy, v, time):
    return np.cos(np.pi / 2 * time) * noisy - np.sin(np.pi / 2 * time) * v


def x0_through_the_noise(noisy, v, time):
    alpha = ops.cos(np.pi / 2 * time)
    sigma = ops.sqrt(1 - alpha**2)
    return alpha * noisy - sigma * v


def step_in_numpy(noisy, denoised, time, next_time):
    noise = (noisy - np.cos(np.pi / 2 * time) * denoised) / np.sin(np.pi / 2 * time)
    return np.cos(np.pi / 2 * next_time) * denoised + np.sin(np.pi / 2 * next_time) * noise


def step_by_ratio(noisy, denoised, time, next_time):
    ratio = math.sin(math.pi / 2 * next_time) / math.sin(math.pi / 2 * time)
    return ratio * noisy + (math.cos(math.pi / 2 * next_time) - ratio * math.cos(math.pi / 2 * time)) * denoised


def step_by_angles(noisy, denoised, time, next_time):
    before, after = np.pi / 2 * time, np.pi / 2 * next_time
    return (np.sin(after) * noisy + np.sin(before - after) * denoised) / np.sin(before)


def guided_by_weights(cond, uncond, guidance_scale):
    return guidance_scale * cond + (1 - guidance_scale) * uncond


def guided_from_the_class(cond, uncond, guidance_scale):
    return cond + (guidance_scale - 1) * (cond - uncond)


def guided_in_tensorflow(cond, uncond, guidance_scale):
    cond, uncond = tf.convert_to_tensor(cond), tf.convert_to_tensor(uncond)
    return uncond + tf.cast(guidance_scale, cond.dtype) * (cond - uncond)


ALTERNATIVES = {
    "add_noise": [noise_by_tensorflow, noise_by_roots, noise_stacked],
    "score": [score_from_noise, score_with_keras, score_in_two_fractions],
    "x0_from_v": [x0_in_numpy, x0_through_the_noise],
    "step_back": [step_in_numpy, step_by_ratio, step_by_angles],
    "guided": [guided_by_weights, guided_from_the_class, guided_in_tensorflow],
}
