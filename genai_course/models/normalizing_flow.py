"""Normalizing flow: transform the data's distribution, by steps that can be undone, into a standard normal one.

Because every step can be undone, the density of the data is known exactly. Two kinds of step are offered: the affine
coupling of RealNVP (Dinh et al. 2017, "Density estimation using Real NVP") and the rational-quadratic spline coupling
(Durkan et al. 2019, "Neural spline flows").
"""

import keras
import numpy as np
from keras import layers, ops

from genai_course.checks import check_above_zero, check_choice, check_sizes, check_whole_number
from genai_course.models.losses import LOG_TWO_PI, blockwise, weighted_mean
from genai_course.models.picture_checks import ChecksInput, check_settings
from genai_course.models.spline import spline_forward, spline_inverse

COUPLINGS = ("spline", "affine")
LARGEST_LOG_SCALE = 3.0  # of an affine coupling; a larger step makes trainings fail
ROWS_AT_ONCE = 4_096  # of a likelihood or a sample


def normal_log_density(z):
    """Log-density of the standard normal distribution, in nats.  (n, dimensions) -> (n,)"""
    return -0.5 * ops.sum(ops.square(z) + LOG_TWO_PI, axis=1)


def affine_forward(x, log_scale, shift):
    """Stretch and move each number; Dinh et al. (2017), equations 5 and 6.  Three (n, d) -> (n, d) and log-determinant (n,)"""
    return x * ops.exp(log_scale) + shift, ops.sum(log_scale, axis=1)


def affine_inverse(y, log_scale, shift):
    """Undo ``affine_forward``.  Three (n, d) -> (n, d) and the log-determinant of the way back (n,)"""
    return (y - shift) * ops.exp(-log_scale), -ops.sum(log_scale, axis=1)


@keras.saving.register_keras_serializable(package="genai_course")
class Coupling(layers.Layer):
    """Rotate the axes, then transform one half of the numbers by an amount that a small network reads off the other half.

    The other half, the identity, is still there on the way back, so the network need not be inverted: Dinh et al. (2017),
    section 3.2.
    rotation: (dimensions, dimensions) orthogonal matrix, which changes no volume.  The other settings are the flow's.
    """

    def __init__(self, rotation, kind, width, depth, bins, bound, dropout, **options):
        super().__init__(**options)
        self.kind, self.bound = kind, bound
        dimensions = len(rotation)
        self.num_identity = dimensions - dimensions // 2  # numbers that the network reads
        self.num_transformed = dimensions // 2
        first = keras.initializers.Constant(rotation)
        self.rotation = self.add_weight(shape=rotation.shape, initializer=first, trainable=False, name="rotation")
        per_number = 2 if kind == "affine" else 3 * bins - 1
        hidden = [layers.Dense(width, activation="relu") for _ in range(depth)]
        dropouts = [layers.Dropout(dropout)] if dropout else []
        # Zeros, so that an untrained coupling changes nothing: training starts from the Gaussian that ``adapt`` fitted.
        last = layers.Dense(self.num_transformed * per_number, kernel_initializer="zeros")
        shaped = layers.Reshape((self.num_transformed, per_number))
        self.network = keras.Sequential([keras.Input((self.num_identity,)), *hidden, *dropouts, last, shaped])

    def transform(self, identity, transformed, backwards, training=False):
        """Transform one half as the other says.  (n, identity), (n, transformed) -> (n, transformed), log-determinant (n,)"""
        parameters = self.network(identity, training=training)  # (n, transformed, numbers a curve needs)
        if self.kind == "spline":
            return (spline_inverse if backwards else spline_forward)(transformed, parameters, self.bound)
        log_scale = LARGEST_LOG_SCALE * ops.tanh(parameters[..., 0] / LARGEST_LOG_SCALE)
        return (affine_inverse if backwards else affine_forward)(transformed, log_scale, parameters[..., 1])

    def call(self, x, training=False):
        """(n, dimensions) -> (n, dimensions), log-determinant (n,)"""
        rotated = ops.matmul(x, self.rotation)
        identity, transformed = rotated[:, : self.num_identity], rotated[:, self.num_identity :]
        transformed, log_det = self.transform(identity, transformed, backwards=False, training=training)
        return ops.concatenate([identity, transformed], axis=1), log_det

    def inverse(self, y):
        """(n, dimensions) -> (n, dimensions), log-determinant of the way back (n,)"""
        identity, transformed = y[:, : self.num_identity], y[:, self.num_identity :]
        transformed, log_det = self.transform(identity, transformed, backwards=True)
        rotated = ops.concatenate([identity, transformed], axis=1)
        return ops.matmul(rotated, ops.transpose(self.rotation)), log_det


@keras.saving.register_keras_serializable(package="genai_course")
class NormalizingFlow(ChecksInput, keras.Model):
    """Couplings between data of ``dimensions`` numbers a row and a standard normal distribution of as many.

    dimensions: whole number, 2 or more.
    coupling: "spline" or "affine".
    couplings: how many; in two dimensions each swaps the axes first, in more it rotates them at random.
    width, depth: units of each hidden layer of a coupling's network; hidden layers.
    bins, bound: pieces of a spline, 2 to 200, and how far from 0 it reaches; both unused in an affine flow.
    dropout: share of a network's hidden units that are dropped while training, 0 to less than 1.
    rotation_seed: whole number from which the random rotations follow.

    Call ``adapt`` with the training data before ``fit``.  Raises ValueError for a setting out of its range.
    """

    def __init__(
        self, dimensions, coupling="spline", couplings=6, width=64, depth=2, bins=16, bound=4.0, dropout=0.0,
        rotation_seed=0, **options
    ):  # fmt: skip
        super().__init__(**options)
        check_whole_number("dimensions", dimensions, 2)
        check_choice("coupling", coupling, COUPLINGS)
        check_whole_number("bins", bins, 2, 200)
        check_above_zero("bound", bound)
        check_whole_number("rotation_seed", rotation_seed, 0)
        self.settings = check_settings(couplings=couplings, width=width, depth=depth, dropout=dropout)
        self.settings |= {"dimensions": int(dimensions), "coupling": str(coupling), "bins": int(bins)}
        self.settings |= {"bound": float(bound), "rotation_seed": int(rotation_seed)}
        self.dimensions = dimensions
        square = (dimensions, dimensions)
        self.centre = self.fixed_weight((dimensions,), "zeros", "centre")
        self.whitening = self.fixed_weight(square, "identity", "whitening")
        self.colouring = self.fixed_weight(square, "identity", "colouring")  # the whitening's inverse
        self.whitening_log_det = self.fixed_weight((), "zeros", "whitening_log_det")  # the whitening's log-determinant
        random = np.random.default_rng(rotation_seed)
        rotations = [rotation_matrix(dimensions, random) for _ in range(couplings)]
        self.steps = [Coupling(rotation, coupling, width, depth, bins, bound, dropout) for rotation in rotations]

    def fixed_weight(self, shape, initializer, name):
        return self.add_weight(shape=shape, initializer=initializer, trainable=False, name=name)

    @property
    def example_shape(self):
        return (self.dimensions,)

    def adapt(self, x):
        """Set the first step, a fixed one, so that it moves the rows to mean 0 and covariance I.  Returns the model.

        x: (n, dimensions).  Raises ValueError for another shape, numbers that are not finite, or too few rows.
        """
        x = np.asarray(self.check_rows(x), "float64")
        if not np.isfinite(x).all():
            raise ValueError("x has numbers that are not finite; leave out the rows with nan or infinity.")
        if len(x) <= self.dimensions:
            raise ValueError(f"{len(x)} rows are too few to adapt to; give more than {self.dimensions}.")
        variances, axes = np.linalg.eigh(np.cov(x, rowvar=False))
        widths = np.sqrt(np.maximum(variances, 1e-6 * variances.max() + 1e-12))  # a flat direction keeps some width
        self.centre.assign(x.mean(axis=0))
        self.whitening_log_det.assign(-np.log(widths).sum())
        self.whitening.assign(axes / widths @ axes.T)
        self.colouring.assign(axes * widths @ axes.T)
        return self

    def call(self, x, training=False):
        """Data to noise.  (n, dimensions) -> z (n, dimensions), log-determinant (n,)"""
        z = ops.matmul(x - self.centre, self.whitening)
        log_det = self.whitening_log_det + ops.zeros_like(z[:, 0])
        for step in self.steps:
            z, change = step(z, training=training)
            log_det = log_det + change
        return z, log_det

    def inverse(self, z):
        """Noise to data.  (n, dimensions) -> x (n, dimensions), log-determinant of the way back (n,)"""
        log_det = ops.zeros_like(z[:, 0]) - self.whitening_log_det
        for step in reversed(self.steps):
            z, change = step.inverse(z)
            log_det = log_det + change
        return ops.matmul(z, self.colouring) + self.centre, log_det

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        """Mean negative log-likelihood in nats, by the change of variables: log p(x) = log N(z) + log |dz/dx|."""
        z, log_det = y_pred
        return -weighted_mean(normal_log_density(z) + log_det, sample_weight)

    def log_prob(self, x):
        """Exact log-density of each row under the model, in nats.

        x: (n, dimensions).  Returns (n,) float64.  Raises ValueError for another shape.
        """
        x = np.asarray(self.check_rows(x), "float32")
        blocks = [np.empty(0)]
        for start in range(0, len(x), ROWS_AT_ONCE):
            z, log_det = self(x[start : start + ROWS_AT_ONCE])
            blocks.append(np.asarray(normal_log_density(z) + log_det, "float64"))
        return np.concatenate(blocks)

    def sample(self, n, seed=0):
        """Draw ``n`` new rows.  Returns (n, dimensions) float32."""
        check_sizes(n=n)
        z = np.random.default_rng(seed).standard_normal((n, self.dimensions)).astype("float32")
        return blockwise(lambda some: self.inverse(some)[0], z, rows=ROWS_AT_ONCE)

    def check_rows(self, x):
        """x, or ValueError unless it has ``dimensions`` numbers a row."""
        if np.ndim(x) != 2 or np.shape(x)[1] != self.dimensions:
            raise ValueError(f"x has shape {np.shape(x)}; give rows of {self.dimensions} numbers.")
        return x


def rotation_matrix(dimensions, random):
    """An orthogonal matrix: the two axes swapped, or in more dimensions a random rotation.  -> (dimensions, dimensions)"""
    if dimensions == 2:
        return np.array([[0.0, 1.0], [1.0, 0.0]])
    return np.linalg.qr(random.standard_normal((dimensions, dimensions)))[0]
