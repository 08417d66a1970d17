"""Optimizers on plain arrays: each step is a function that changes nothing and returns the new weights and its memory.

A step treats every number on its own, so arrays may have any shape, and ``rate`` may be an array that fits to them: a
stack of networks, each with a learning rate of its own, is trained like one. NumPy arrays and tensors both do.
What Keras' own optimizers do with the same gradients is the same; the tests compare them step by step.
"""

import numpy as np


def gradient_step(weights, gradient, rate):
    """Gradient descent: down the slope.  Arrays of one shape; rate: a number, or an array that fits -> that shape"""
    return weights - rate * gradient


def momentum_step(weights, gradient, velocity, rate, momentum=0.9, nesterov=False):
    """Gradient descent with a heavy ball (Polyak 1964, equation 9), or Nesterov's look ahead (Sutskever et al. 2013, eq. 3-4).

    weights, gradient, velocity: arrays of one shape; velocity is 0 at the start. momentum: from 0 to below 1.
    Nesterov's weights are stored one look ahead, as Keras does.  Returns weights and velocity, of the same shape.
    """
    velocity = momentum * velocity - rate * gradient
    step = momentum * velocity - rate * gradient if nesterov else velocity
    return weights + step, velocity


def adam_step(weights, gradient, mean, square, step, rate, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    """Adam: a step of about ``rate`` for every weight, whatever its gradient's size (Kingma and Ba 2015, algorithm 1).

    weights, gradient, mean, square: arrays of one shape; mean and square are 0 at the start. step: counts from 1.
    Returns weights, mean and square, of the same shape; mean and square as they go on, not corrected.
    Keras adds epsilon to the root before the correction, which differs only where gradients are as small as epsilon.
    """
    mean = beta_1 * mean + (1 - beta_1) * gradient
    square = beta_2 * square + (1 - beta_2) * gradient**2
    corrected_mean = mean / (1 - beta_1**step)  # both began at 0, which the first steps must not believe
    corrected_square = square / (1 - beta_2**step)
    return weights - rate * corrected_mean / (corrected_square**0.5 + epsilon), mean, square


def decay_step(weights, rate, decay):
    """Decoupled weight decay, before the step of an optimizer; with Adam this is AdamW (Loshchilov and Hutter 2019, alg. 2)."""
    return weights * (1 - rate * decay)


def clip_by_global_norm(gradients, limit):
    """Shorten a gradient that is longer than ``limit`` and keep its direction (Pascanu et al. 2013, algorithm 1).

    gradients: a list of arrays of any shapes, all of one network. limit: length above 0.  Returns a list of the same shapes.
    """
    norm = global_norm(gradients)
    factor = limit / max(norm, limit)  # 1 for a gradient that is short enough
    return [factor * gradient for gradient in gradients]


def global_norm(gradients):
    """The length of a gradient as one long vector.  A list of arrays of any shapes -> a number"""
    return sum(float(np.sum(np.square(gradient))) for gradient in gradients) ** 0.5


def average_step(average, weights, decay):
    """The running average of the weights, which remembers about 1 / (1 - decay) steps.  Two arrays of one shape -> that shape

    Polyak and Juditsky (1992) average all steps alike; this one forgets, and begins with the first weights.
    """
    return decay * average + (1 - decay) * weights


class GradientDescent:
    """``weights = optimizer.apply(weights, gradients, rate)``, both lists of arrays; it remembers nothing."""

    def apply(self, weights, gradients, rate):
        """One step down.  Two lists of arrays, a rate -> a list of arrays"""
        return [gradient_step(*pair, rate) for pair in zip(weights, gradients, strict=True)]


class Momentum:
    """``weights = optimizer.apply(weights, gradients, rate)``; it remembers a velocity for each array.

    momentum, nesterov: as in :func:`momentum_step`. step: the function that does it; a learner's own, perhaps.
    """

    def __init__(self, momentum=0.9, nesterov=False, step=momentum_step):
        self.options = (momentum, True) if nesterov else (momentum,)  # by place: a learner may name them otherwise
        self.step_function, self.velocities = step, None

    def apply(self, weights, gradients, rate):
        """One step.  Two lists of arrays, a rate -> a list of arrays"""
        self.velocities = self.velocities or [0 * each for each in weights]
        arrays = zip(weights, gradients, self.velocities, strict=True)
        steps = (self.step_function(*three, rate, *self.options) for three in arrays)
        weights, self.velocities = zip(*steps, strict=True)
        return list(weights)


class Adam:
    """``weights = optimizer.apply(weights, gradients, rate)``; it remembers a mean and a mean square for each array.

    beta_1, beta_2, epsilon: as in :func:`adam_step`. decay: of the weights; above 0 this is AdamW.
    step: the function that does it; a learner's own, perhaps.
    """

    def __init__(self, beta_1=0.9, beta_2=0.999, epsilon=1e-7, decay=0.0, step=adam_step):
        self.betas, self.epsilon, self.decay = (beta_1, beta_2), epsilon, decay
        self.step_function, self.means, self.squares, self.step = step, None, None, 0

    def apply(self, weights, gradients, rate):
        """One step.  Two lists of arrays, a rate -> a list of arrays"""
        self.step += 1
        self.means = self.means or [0 * each for each in weights]
        self.squares = self.squares or [0 * each for each in weights]
        if self.decay:
            weights = [decay_step(each, rate, self.decay) for each in weights]
        arrays = zip(weights, gradients, self.means, self.squares, strict=True)
        steps = (self.step_function(*four, self.step, rate, *self.betas, self.epsilon) for four in arrays)
        weights, self.means, self.squares = zip(*steps, strict=True)
        return list(weights)
