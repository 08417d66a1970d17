"""A laboratory of adversarial games on eight Gaussians. Names are loaded when first used, and TensorFlow with them."""

from genai_course.lazy import lazy_names

PUBLIC_NAMES = {"AdversarialLab": "games", "Rules": "rules"}

__all__ = sorted(PUBLIC_NAMES)
__getattr__, __dir__ = lazy_names(__name__, PUBLIC_NAMES)
