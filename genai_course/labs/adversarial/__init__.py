"""A laboratory of adversarial games on eight Gaussians. Names are loaded when first used, and TensorFlow with them."""

from genai_course.lazy import lazy_names

PUBLIC_NAMES = {"games": "AdversarialLab", "rules": "Rules"}

__getattr__, __dir__ = lazy_names(__name__, PUBLIC_NAMES)
__all__ = __dir__()
