"""What helps a training along. Names are loaded when first used, and TensorFlow with them."""

from importlib import import_module

PUBLIC_NAMES = {
    "AdversarialLab": "adversarial",
    "AnchoredPolicy": "policy_gradient",
    "DirectPreference": "preferences",
    "PolicyGradient": "policy_gradient",
    "Progress": "progress",
    "RewardModel": "preferences",
    "Rules": "adversarial_rules",
    "track": "progress",
    "tune": "fine_tuning",
}

__all__ = sorted(PUBLIC_NAMES)


def __getattr__(name):
    if name not in PUBLIC_NAMES:
        raise AttributeError(f"genai_course.training has no name {name!r}. It offers: {', '.join(__all__)}.")
    return getattr(import_module(f"{__name__}.{PUBLIC_NAMES[name]}"), name)
