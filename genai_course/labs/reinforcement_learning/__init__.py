"""Learning from rewards and from preferences, for texts of a few tokens: policy gradients, a reward model, DPO."""

from genai_course.lazy import lazy_names

PUBLIC_NAMES = {
    "AnchoredPolicy": "policy_gradient",
    "DirectPreference": "preferences",
    "PolicyGradient": "policy_gradient",
    "RewardModel": "preferences",
}

__all__ = sorted(PUBLIC_NAMES)
__getattr__, __dir__ = lazy_names(__name__, PUBLIC_NAMES)
