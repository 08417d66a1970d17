"""Flow matching: a network learns the velocity along straight paths between pictures and noise, and draws by following it.

Lipman et al. (2023), "Flow matching for generative modeling"; Liu et al. (2023), "Flow straight and fast: learning to generate
and transfer data with rectified flow"; in latents, with times from a logit-normal, Esser et al. (2024), "Scaling rectified flow
transformers for high-resolution image synthesis" (Stable Diffusion 3), whose time this is: 0 is the picture, 1 the noise.
"""

import keras
import numpy as np
from keras import ops

from genai_course.checks import check_choice
from genai_course.models.diffusion import DiffusionModel, column, guided
from genai_course.models.losses import blockwise, weighted_mean

SAMPLERS = ("euler", "heun")


def interpolate(clean, noise, time):
    """Where a straight path from something clean to noise is at a time.  Three arrays that broadcast -> one

    Lipman et al. (2023), equation 22 with the smallest sigma 0; Liu et al. (2023), equation 1.
    """
    return (1 - time) * clean + time * noise


def euler_step(x, velocity, time, next_time):
    """Straight on with the velocity here.  velocity: function (x, time) -> the shape of x.  -> the shape of x"""
    return x + (next_time - time) * velocity(x, time)


def heun_step(x, velocity, time, next_time):
    """Look at the velocity here and where it would lead, and go with the mean of both: Heun's method, two looks a step.

    Karras et al. (2022), "Elucidating the design space of diffusion-based generative models", algorithm 1.
    """
    here = velocity(x, time)
    there = velocity(x + (next_time - time) * here, next_time)
    return x + (next_time - time) * (here + there) / 2


def follow(velocity, x, steps, step=heun_step):
    """Walk from time 1 to time 0 in so many equal steps.  (n, …) -> all positions (steps + 1, n, …), the start first"""
    times = np.linspace(1, 0, steps + 1).tolist()
    positions = [np.asarray(x)]
    for time, next_time in zip(times[:-1], times[1:], strict=True):
        positions.append(np.asarray(step(positions[-1], velocity, time, next_time)))
    return np.stack(positions)


def straightness(positions):
    """How far each path of equal steps is from a straight line: 0 for one that goes ahead at one speed.

    Mean squared distance, over the steps, between a step's velocity and that of the straight way from start to end:
    Liu et al. (2023), equation 5.  (steps + 1, n, d) -> (n,)
    """
    steps = len(positions) - 1
    velocities = (positions[1:] - positions[:-1]) * steps  # (steps, n, d)
    straight = positions[-1] - positions[0]  # (n, d)
    return ops.mean(ops.sum(ops.square(velocities - straight), axis=-1), axis=0)


@keras.saving.register_keras_serializable(package="genai_course")
class FlowMatching(DiffusionModel):
    """The network of :class:`DiffusionModel` learns another thing: the velocity of straight paths from pictures to noise.

    Whatever has height, width and channels may be a "picture" here, of any real numbers: give latents a mean of 0 and a standard
    deviation of 1, as the noise has. All settings are those of :class:`DiffusionModel`, without ``prediction_type``.
    """

    def __init__(self, picture_shape, classes=None, **settings):
        # Its network's outputs are like those for v: as many channels as the picture has.
        super().__init__(picture_shape, classes, **{"prediction_type": "v"} | settings)

    def scaled(self, pictures):
        """Pictures or latents as they are."""
        return ops.cast(pictures, "float32")

    def training_loss(self, clean, labels, sample_weight, network):
        """Mean squared error of the velocity: Lipman et al. (2023), equation 23; Liu et al. (2023), equation 1."""
        n = ops.shape(clean)[0]
        time, noise = self.random_times(n), keras.random.normal(ops.shape(clean), seed=self.random)
        output = network([interpolate(clean, noise, column(time)), time, labels])
        errors = ops.mean(ops.square(output - (noise - clean)), axis=(1, 2, 3))  # (n,)
        return weighted_mean(errors, sample_weight)

    def velocity(self, x, time, labels=None, guidance_scale=1.0):
        """Which way the noise lies, per unit of time.  (n, height, width, channels), a number -> the same shape"""
        x = ops.convert_to_tensor(x, dtype="float32")
        n = ops.shape(x)[0]
        times, nobody = ops.full((n,), time, "float32"), self.labels_or_none(None, n)
        if labels is None:
            return self.averaged_network([x, times, nobody])
        cond = self.averaged_network([x, times, self.labels_or_none(labels, n)])
        return cond if guidance_scale == 1 else guided(cond, self.averaged_network([x, times, nobody]), guidance_scale)

    def sample(self, n, seed=0, labels=None, steps=10, sampler="heun", guidance_scale=1.0):
        """Draw ``n`` new pictures or latents.  Returns (n, height, width, channels) float32, any numbers.

        labels, guidance_scale: as of :class:`DiffusionModel`.
        steps: equally long ones from time 1 to time 0; sampler: "euler" asks the network once a step, "heun" twice.

        Raises ValueError for a number out of range, an unknown sampler, and labels that are unexpected or out of range.
        """
        check_choice("sampler", sampler, SAMPLERS)
        labels = self.check_request(n, labels, steps, guidance_scale)
        noise = np.random.default_rng(seed).standard_normal((n, *self.picture_shape)).astype("float32")
        step = euler_step if sampler == "euler" else heun_step

        def drawn(noise, labels):
            def velocity(x, time):
                return self.velocity(x, time, labels, guidance_scale)

            return follow(velocity, noise, steps, step)[-1]

        return blockwise(drawn, noise, labels, rows=self.pictures_at_once)
