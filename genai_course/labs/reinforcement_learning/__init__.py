"""Learning from rewards and from preferences, for texts of a few tokens: policy gradients, a reward model, DPO."""

from genai_course.lazy import lazy_names

PUBLIC_NAMES = {"policy_gradient": "AnchoredPolicy PolicyGradient", "preferences": "DirectPreference RewardModel"}

__getattr__, __dir__ = lazy_names(__name__, PUBLIC_NAMES)
__all__ = __dir__()
