"""The rules of a small adversarial game, as numbers that one graph can read: every loss and every repair is a switch."""

import math
from dataclasses import dataclass
from numbers import Real

from genai_course.checks import check_choice, check_whole_number

LOSSES = ("minimax", "non_saturating", "wasserstein")
PENALTIES = ("none", "r1", "wgan_gp")


@dataclass(frozen=True)
class Rules:
    """The rules of one game.

    loss: "minimax" (the generator minimises log(1 - D)), "non_saturating" (-log D) or "wasserstein" (the mean logit).
    penalty: "none", "r1" (squared slope at real points) or "wgan_gp" (slope 1 between real and forged points).
    penalty_weight: its factor, 0 or more. For R1 it is gamma / 2 of the paper.
    spectral_norm: whether each matrix of the critic is divided by its largest singular value.
    generator_rate, critic_rate: Adam's step sizes, 0 or more; 0 keeps a player as it is.
    critic_steps: steps of the critic for each step of the generator, a whole number of 1 or more.
    beta_1: Adam's momentum, from 0 to less than 1.

    Raises ValueError for a name that does not exist or a number out of range.
    """

    loss: str = "non_saturating"
    penalty: str = "none"
    penalty_weight: float = 1.0
    spectral_norm: bool = False
    generator_rate: float = 1e-3
    critic_rate: float = 1e-3
    critic_steps: int = 1
    beta_1: float = 0.5

    def __post_init__(self):
        for name, allowed in (("loss", LOSSES), ("penalty", PENALTIES), ("spectral_norm", (False, True))):
            check_choice(name, getattr(self, name), allowed)
        for name in ("penalty_weight", "generator_rate", "critic_rate", "beta_1"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, Real) or not 0 <= value < math.inf:
                raise ValueError(f"{name} is {value!r}; give a number of 0 or more.")
        if self.beta_1 >= 1:
            raise ValueError(f"beta_1 is {self.beta_1!r}; give a number from 0 to less than 1.")
        check_whole_number("critic_steps", self.critic_steps, 1)

    def numbers(self):
        """The rules as the graph reads them, by name."""
        between = self.penalty == "wgan_gp"
        return {
            **{loss: self.loss == loss for loss in LOSSES},
            **{name: value for name, value in vars(self).items() if name not in ("loss", "penalty", "penalty_weight")},
            "penalty": 0.0 if self.penalty == "none" else self.penalty_weight,
            "between": between,  # whether the slope is measured between real and forged points or at real ones
            "target": between,  # the slope that costs nothing
        }
