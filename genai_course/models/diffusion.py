"""Diffusion model: a network learns to take noise away, and draws by taking it away from noise alone.

Ho et al. (2020), "Denoising diffusion probabilistic models" (DDPM), with time from 0 to 1 and the cosine schedule of
Nichol and Dhariwal (2021), "Improved denoising diffusion probabilistic models"; what the network predicts is the picture, the
noise or v, Salimans and Ho (2022), "Progressive distillation for fast sampling of diffusion models"; the sampler without fresh
noise is DDIM, Song et al. (2021), "Denoising diffusion implicit models"; guidance towards a class is Ho and Salimans (2022),
"Classifier-free diffusion guidance". The network stands in ``denoising_network.py``.
"""

import math

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from genai_course.checks import check_choice, check_sizes
from genai_course.models.denoising_network import COMPONENTS, build_network, mean_of_components
from genai_course.models.losses import blockwise, weighted_mean
from genai_course.models.picture_checks import ChecksInput, check_classes, check_labels, check_settings

# "sample", "epsilon" and "v_prediction" in diffusers; "components" is x0 for pictures whose pixels are mostly black or white.
PREDICTION_TYPES = ("components", "x0", "epsilon", "v")
SAMPLERS = ("multistep", "ddim", "ddpm")
SMALLEST_SIGNAL, SMALLEST_NOISE = 0.02, 0.3  # divisors: a smaller one would blow up the network's small errors
TIME_CENTRE, TIME_SPREAD = 0.5, 1.2  # of the logit of the times to learn from: mostly the middle


def alpha_and_sigma(time):
    """How much of the picture and how much noise there is at a time from 0 (picture) to 1 (noise alone).

    Two factors whose squares add up to 1: Nichol and Dhariwal (2021), equation 17, without its offset.  Any shape -> two
    """
    return ops.cos(0.5 * math.pi * time), ops.sin(0.5 * math.pi * time)


def add_noise(clean, noise, time):
    """What is left of something clean at a time.  Ho et al. (2020), equation 4.  Three arrays that broadcast -> one"""
    alpha, sigma = alpha_and_sigma(time)
    return alpha * clean + sigma * noise


def prediction_target(clean, noise, time, prediction_type):
    """What is to be predicted: the picture, the noise, or v = alpha * noise - sigma * picture.

    v is how fast the mixture changes with the angle: Salimans and Ho (2022), section 4.  Three arrays that broadcast -> one
    """
    alpha, sigma = alpha_and_sigma(time)
    if prediction_type == "epsilon":
        return noise
    return alpha * noise - sigma * clean if prediction_type == "v" else clean


def to_x0(prediction, noisy, time, prediction_type):
    """The picture that follows from what was predicted and the noisy picture.  Three arrays that broadcast -> one"""
    alpha, sigma = alpha_and_sigma(time)
    if prediction_type == "epsilon":
        return (noisy - sigma * prediction) / ops.maximum(alpha, SMALLEST_SIGNAL)
    return alpha * noisy - sigma * prediction if prediction_type == "v" else prediction


def score(noisy, denoised, time):
    """Slope of the log-density of noisy things, from the posterior mean of what is under the noise: Tweedie's formula.

    Efron (2011), "Tweedie's formula and selection bias", equation 1.4.  Three arrays that broadcast -> one
    """
    alpha, sigma = alpha_and_sigma(time)
    return (alpha * denoised - noisy) / ops.square(sigma)


def ddim_step(noisy, denoised, time, next_time):
    """From one time to an earlier one: the same prediction of the picture, the same prediction of the noise, mixed anew.

    Song et al. (2021), equation 12 with sigma = 0.  Arrays that broadcast -> one; ``time`` is above 0.
    """
    alpha, sigma = alpha_and_sigma(time)
    return add_noise(denoised, (noisy - alpha * denoised) / sigma, next_time)


def ddpm_step(noisy, denoised, time, next_time, fresh_noise):
    """From one time to an earlier one with some of the noise replaced: a draw from the reversed forward process.

    Song et al. (2021), equations 12 and 16 with eta = 1, which is Ho et al. (2020), equations 6 and 7.
    """
    alpha, sigma = alpha_and_sigma(time)
    next_alpha, next_sigma = alpha_and_sigma(next_time)
    fresh = next_sigma / sigma * ops.sqrt(ops.maximum(1 - ops.square(alpha / next_alpha), 0.0))
    remaining = ops.sqrt(ops.maximum(ops.square(next_sigma) - ops.square(fresh), 0.0))
    return next_alpha * denoised + remaining * (noisy - alpha * denoised) / sigma + fresh * fresh_noise


def guided(cond, uncond, guidance_scale):
    """The conditional prediction, pushed further away from the unconditional one: classifier-free guidance.

    Ho and Salimans (2022), equation 6, with w = guidance_scale - 1.  Two arrays of one shape -> the same shape
    """
    return uncond + guidance_scale * (cond - uncond)


@keras.saving.register_keras_serializable(package="genai_course")
class DiffusionModel(ChecksInput, keras.Model):
    """A network that sees a noisy picture, the time and a class, and predicts the picture under the noise.

    picture_shape: (height, width, channels) of the pictures; their values are in [0, 1].
    classes: number of classes for ``fit(pictures, labels)`` and ``sample(n, labels=...)``; None to learn without labels.
    width, depth: units of each hidden layer; residual blocks of two such layers.
    prediction_type: what is predicted: "x0", "epsilon" or "v" of :func:`prediction_target`, or "components", x0 as the posterior
        mean of black, grey and white pixels.
    ema_decay: decay of the exponential moving average (EMA) of the weights from which ``sample`` draws; 0 for none.
    p_uncond: share of the training pictures whose class is hidden, so that the network can also predict without one.

    Raises ValueError for a size that is not a whole number of 1 or more, or a share out of range.
    """

    y_is = "labels"
    pictures_at_once = 1_000  # of a call of ``sample``

    def __init__(
        self,
        picture_shape,
        classes=None,
        width=512,
        depth=2,
        ema_decay=0.99,
        p_uncond=0.1,
        prediction_type="components",
        **names,
    ):
        super().__init__(**names)
        sizes = {"picture_shape": picture_shape, "width": width, "depth": depth}
        self.settings = check_settings(**sizes, ema_decay=ema_decay, p_uncond=p_uncond)
        check_choice("prediction_type", prediction_type, PREDICTION_TYPES)
        self.settings |= {"classes": check_classes(classes), "prediction_type": prediction_type}
        for name in ("picture_shape", "classes", "prediction_type", "ema_decay", "p_uncond"):
            setattr(self, name, self.settings[name])
        self.no_class = self.classes or 0  # the label of a picture whose class is not told
        self.network, self.averaged_network = self.make_network("network"), self.make_network("averaged_network")
        self.averaged_network.set_weights(self.network.get_weights())
        self.averaged_network.trainable = False
        self.random = keras.random.SeedGenerator()
        self.loss_tracker = keras.metrics.Mean(name="loss")
        self.built = True

    def make_network(self, name):
        """A network with weights to learn: noisy pictures, times and labels -> predictions."""
        sizes = {name: self.settings[name] for name in ("picture_shape", "width", "depth")}
        outputs = self.picture_shape[-1] * (COMPONENTS if self.prediction_type == "components" else 1)
        return build_network(**sizes, labels=self.no_class + 1, outputs=outputs, name=name)

    @property
    def metrics(self):
        return [self.loss_tracker]

    def train_step(self, data):
        """Learn from a batch whose classes are hidden here and there: Ho et al. (2020), algorithm 1, with classes."""
        pictures, labels, sample_weight = keras.utils.unpack_x_y_sample_weight(data)
        n = ops.shape(pictures)[0]
        labels = self.hide(self.labels_or_none(labels, n), keras.random.uniform((n,), seed=self.random) < self.p_uncond)
        with tf.GradientTape() as tape:
            loss = self.training_loss(self.scaled(pictures), labels, sample_weight, self.network)
        weights = self.network.trainable_variables
        self.optimizer.apply(tape.gradient(loss, weights), weights)
        self.average_weights()
        self.loss_tracker.update_state(loss)
        return {"loss": self.loss_tracker.result()}

    def test_step(self, data):
        """The loss of the averaged network, from which ``sample`` draws; every class is told."""
        pictures, labels, sample_weight = keras.utils.unpack_x_y_sample_weight(data)
        labels = self.labels_or_none(labels, ops.shape(pictures)[0])
        loss = self.training_loss(self.scaled(pictures), labels, sample_weight, self.averaged_network)
        self.loss_tracker.update_state(loss)
        return {"loss": self.loss_tracker.result()}

    def training_loss(self, clean, labels, sample_weight, network):
        """Add noise, predict, and take the mean squared error of what was predicted: Ho et al. (2020), equation 14."""
        n = ops.shape(clean)[0]
        time, noise = self.random_times(n), keras.random.normal(ops.shape(clean), seed=self.random)
        prediction = self.predict_target(add_noise(clean, noise, column(time)), time, labels, network)
        errors = prediction - prediction_target(clean, noise, column(time), self.prediction_type)
        errors = ops.mean(ops.square(errors), axis=(1, 2, 3))  # (n,)
        return weighted_mean(errors * loss_weight(time, self.prediction_type), sample_weight)

    def scaled(self, pictures):
        """From [0, 1] to [-1, 1], around 0 as the noise is."""
        return 2.0 * ops.cast(pictures, "float32") - 1.0

    def labels_or_none(self, labels, n):
        """Labels as the network wants them, ``no_class`` for each picture if there are none.  -> (n,) int32"""
        return ops.full((n,), self.no_class, "int32") if labels is None else ops.cast(labels, "int32")

    def hide(self, labels, hidden):
        """Labels without those that are hidden.  (n,), (n,) bool -> (n,)"""
        return ops.where(hidden, self.no_class, labels)

    def random_times(self, n):
        """Times to learn from, (n,) in (0, 1): logit-normal, as in Esser et al. (2024), section 3.1.

        One from each n-th part of the distribution: Kingma et al. (2021), "Variational diffusion models", appendix I.1.
        """
        places = keras.random.uniform((1,), seed=self.random) + ops.arange(n, dtype="float32")
        normal = math.sqrt(2) * ops.erfinv(2 * places / ops.cast(n, "float32") - 1)
        return ops.sigmoid(TIME_CENTRE + TIME_SPREAD * normal)

    def predict_target(self, noisy, time, labels, network):
        """What ``prediction_type`` says.

        noisy: (n, height, width, channels); time: (n,) above 0; labels: (n,), ``no_class`` for none.
        """
        output = network([noisy, time, labels])
        if self.prediction_type != "components":
            return output
        return mean_of_components(output, noisy, *alpha_and_sigma(column(time)))

    def denoise(self, noisy, time, labels):
        """The picture under the noise, x0, by the averaged network; arguments as of ``predict_target``."""
        prediction = self.predict_target(noisy, time, labels, self.averaged_network)
        return to_x0(prediction, noisy, column(time), self.prediction_type)

    def average_weights(self):
        """Move the averaged network a little towards the trained one; early on more, so that a short training counts."""
        steps = ops.cast(self.optimizer.iterations, "float32")
        decay = ops.minimum(self.ema_decay, steps / (steps + 10))
        for average, weight in zip(self.averaged_network.variables, self.network.variables, strict=True):
            average.assign(weight + decay * (average - weight))

    def predict_x0(self, noisy, time, labels=None, guidance_scale=1.0):
        """Pictures in [-1, 1] predicted under the noise at one time.  (n, height, width, channels) -> the same shape"""
        noisy = ops.convert_to_tensor(noisy, dtype="float32")
        n = ops.shape(noisy)[0]
        times, nobody = ops.full((n,), time, "float32"), self.labels_or_none(None, n)
        denoised = self.denoise(noisy, times, nobody if labels is None else self.labels_or_none(labels, n))
        if labels is not None and guidance_scale != 1:
            denoised = guided(denoised, self.denoise(noisy, times, nobody), guidance_scale)
        return ops.clip(denoised, -1, 1)

    def sample(self, n, seed=0, labels=None, steps=10, sampler="multistep", guidance_scale=1.0):
        """Draw ``n`` new pictures.  Returns (n, height, width, channels) float32 in [0, 1].

        labels: the class of each, (n,) whole numbers; by default a model with classes draws each class as often.
        steps: how often the network predicts a picture; from time 1 to time 0 they are equally long.
        sampler: "ddpm" puts fresh noise in at each step, "ddim" none; "multistep" has none either and carries the prediction
            on to the middle of the step, so that few steps do.
        guidance_scale: above 1 the pictures look more like their class, and more like each other; 0 ignores the class.

        Raises ValueError for a number out of range, an unknown sampler, and labels that are unexpected or out of range.
        """
        check_choice("sampler", sampler, SAMPLERS)
        labels = self.check_request(n, labels, steps, guidance_scale)
        random = np.random.default_rng(seed)
        noisy = random.standard_normal((n, *self.picture_shape)).astype("float32")
        times = np.linspace(1, 0, steps + 1)
        before = None
        for time, next_time in zip(times[:-1].tolist(), times[1:].tolist(), strict=True):
            denoised = self.in_blocks(noisy, time, labels, guidance_scale)
            if sampler == "ddpm":
                fresh_noise = random.standard_normal(noisy.shape).astype("float32")
                noisy = ddpm_step(noisy, denoised, time, next_time, fresh_noise)
            else:
                carried_on = sampler == "multistep" and before is not None and next_time > 0
                # Lu et al. (2022), "DPM-Solver++", section 4.2; with equal steps of the angle the weights are these.
                noisy = ddim_step(noisy, 1.5 * denoised - 0.5 * before if carried_on else denoised, time, next_time)
            noisy, before = np.asarray(noisy, "float32"), denoised
        return np.clip(0.5 * noisy + 0.5, 0, 1)

    def in_blocks(self, noisy, time, labels, guidance_scale):
        """``predict_x0`` for any number of pictures, some at a time, as an array."""

        def predict(pictures, labels):
            return self.predict_x0(pictures, time, labels, guidance_scale)

        return blockwise(predict, noisy, labels, rows=self.pictures_at_once)

    def check_request(self, n, labels, steps, guidance_scale):
        """The labels of a request for samples, (n,) int32 or None, or ValueError in one sentence."""
        check_sizes(n=n, steps=steps)
        check_settings(guidance_scale=guidance_scale)
        if guidance_scale != 1 and self.classes is None:
            given = f"guidance_scale is {guidance_scale!r}, and this model was made without classes"
            raise ValueError(f"{given}; leave it at 1.")
        if labels is None and self.classes is not None:
            labels = np.arange(n) % self.classes
        return None if labels is None else check_labels(labels, n, self.classes)


def loss_weight(time, prediction_type):
    """How much a squared error counts: that of a picture more where little is hidden, as 1 / sigma², the others all alike.

    An error of the picture then counts as it does for v: "SNR+1" of Salimans and Ho (2022), section 4.  (n,) -> (n,)
    """
    _, sigma = alpha_and_sigma(time)
    if prediction_type in ("epsilon", "v"):
        return ops.ones_like(time)
    return 1 / ops.square(ops.maximum(sigma, SMALLEST_NOISE))


def column(values):
    """(n,) -> (n, 1, 1, 1), to multiply pictures with"""
    return ops.reshape(values, (-1, 1, 1, 1))
