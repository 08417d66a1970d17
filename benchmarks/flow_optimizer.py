"""The optimizer of the flows in ``benchmarks.flow``."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="genai_course")
class ConstantThenFalling(keras.optimizers.schedules.LearningRateSchedule):
    """A learning rate that stays for the first half of ``steps`` and then falls to a hundredth along a straight line."""

    def __init__(self, rate, steps):
        self.rate, self.steps = rate, steps

    def __call__(self, step):
        left = 1 - ops.cast(step, "float32") / self.steps
        return self.rate * ops.clip(2 * left, 0.01, 1.0)

    def get_config(self):
        return {"rate": self.rate, "steps": self.steps}


def flow_optimizer(steps, rate=2e-3):
    """An optimizer for so many steps: ``ConstantThenFalling``, gradients of bounded size, and averaged weights."""
    schedule = ConstantThenFalling(rate, steps)
    return keras.optimizers.Adam(schedule, clipnorm=5.0, use_ema=True, ema_momentum=0.99)
