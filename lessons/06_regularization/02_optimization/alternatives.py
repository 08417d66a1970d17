"""Other right answers to the exercises of ``06_regularization/02_optimization``: the checks must let them pass."""

import math

import numpy as np
import tensorflow as tf
from keras import ops


def momentum_with_keras(weights, gradient, velocity, rate, momentum):
    velocity = ops.subtract(ops.multiply(velocity, momentum), ops.multiply(gradient, rate))
    return ops.add(weights, velocity), velocity


def momentum_as_a_list(weights, gradient, velocity, rate, momentum):
    pushes = rate * gradient  # the rate may be an array
    new = [momentum * v - push for v, push in zip(velocity, pushes, strict=True)]
    return [w + v for w, v in zip(weights, new, strict=True)], new


def adam_in_one_rate(weights, gradient, mean, square, step, rate, beta_1, beta_2, epsilon):
    mean = mean + (1 - beta_1) * (gradient - mean)
    square = square + (1 - beta_2) * (gradient * gradient - square)
    root = math.sqrt(1 - beta_2**step)
    return weights - rate * root / (1 - beta_1**step) * mean / (np.sqrt(square) + epsilon * root), mean, square


def adam_in_tensorflow(weights, gradient, mean, square, step, rate, beta_1, beta_2, epsilon):
    mean = beta_1 * mean + (1 - beta_1) * gradient
    square = beta_2 * square + (1 - beta_2) * tf.square(gradient)
    moved = rate * (mean / (1 - beta_1**step)) / (tf.sqrt(square / (1 - beta_2**step)) + epsilon)
    return tf.subtract(weights, tf.cast(moved, weights.dtype)), mean, square


def warm_up_with_if(step, warm_up_steps):
    if step + 1 >= warm_up_steps:
        return 1
    return (1 + step) / warm_up_steps


def warm_up_by_interpolation(step, warm_up_steps):
    return np.interp(step + 1, [0, warm_up_steps], [0, 1])


def clipped_by_tensorflow(gradients, limit):
    return tf.clip_by_global_norm(gradients, limit)[0]


def clipped_by_concatenation(gradients, limit):
    norm = np.linalg.norm(np.concatenate([np.ravel(each) for each in gradients]))
    return [each * (limit / norm) if norm > limit else each for each in gradients]


def clipped_with_keras(gradients, limit):
    norm = ops.sqrt(sum(ops.sum(ops.square(each)) for each in gradients))
    return tuple(ops.multiply(each, ops.minimum(1.0, limit / norm)) for each in gradients)


ALTERNATIVES = {
    "momentum_step": [momentum_with_keras, momentum_as_a_list],
    "adam_step": [adam_in_one_rate, adam_in_tensorflow],
    "warm_up": [warm_up_with_if, warm_up_by_interpolation],
    "clip_by_global_norm": [clipped_by_tensorflow, clipped_by_concatenation, clipped_with_keras],
}
