"""Other right answers to the exercises of ``02_models/13_latent_diffusion``: the checks must let them pass."""

import numpy as np
import tensorflow as tf
from keras import ops


def pair_from_the_noise(clean, noise, time):
    velocity = noise - clean
    return clean + time * velocity, velocity


def pair_with_keras(clean, noise, time):
    clean, noise = ops.convert_to_tensor(clean), ops.convert_to_tensor(noise)
    return noise + (1 - time) * (clean - noise), ops.subtract(noise, clean)


def pair_in_tensorflow(clean, noise, time):
    clean, noise = tf.convert_to_tensor(clean), tf.convert_to_tensor(noise)
    time = tf.cast(time, clean.dtype)
    return tf.add((1 - time) * clean, time * noise), -(clean - noise)


def heun_from_two_euler_steps(x, velocity, time, next_time):
    once = x + (next_time - time) * velocity(x, time)
    twice = once + (next_time - time) * velocity(once, next_time)
    return (x + twice) / 2


def heun_with_length(x, velocity, time, next_time):
    length = next_time - time
    here = np.asarray(velocity(x, time))
    return np.asarray(x) + 0.5 * length * here + 0.5 * length * np.asarray(velocity(x + length * here, next_time))


def heun_mean(x, velocity, time, next_time):
    first = velocity(x, time)
    both = np.stack([first, velocity(x + (next_time - time) * first, next_time)])
    return x + (next_time - time) * both.mean(axis=0)


def straightness_by_diff(positions):
    positions = np.asarray(positions)
    velocities = np.diff(positions, axis=0) * (len(positions) - 1)
    return np.square(velocities - (positions[-1] - positions[0])).sum(axis=2).mean(axis=0)


def straightness_by_norm(positions):
    positions = np.asarray(positions)
    velocities = np.diff(positions, axis=0) / (1 / (len(positions) - 1))
    return np.mean(np.linalg.norm(velocities - velocities.mean(axis=0), axis=-1) ** 2, axis=0)


def straightness_in_keras(positions):
    steps = positions.shape[0] - 1
    velocities = steps * (positions[1:] - positions[:-1])
    return ops.sum(ops.var(velocities, axis=0), axis=-1)


ALTERNATIVES = {
    "training_pair": [pair_from_the_noise, pair_with_keras, pair_in_tensorflow],
    "heun_step": [heun_from_two_euler_steps, heun_with_length, heun_mean],
    "straightness": [straightness_by_diff, straightness_by_norm, straightness_in_keras],
}
