"""A Jupyter course that teaches generative AI by making it.

Everything a lesson needs is one import away: ``from genai_course import check, data, plots, setup``.
Names are loaded when first used (PEP 562), so ``import genai_course`` is instant and does not load TensorFlow.
"""

from genai_course.lazy import lazy_names

__version__ = "0.1.0"

# name a lesson imports -> module that defines it (a name that is itself a module maps to None)
PUBLIC_NAMES = {
    "setup": "session",
    "check": "exercises",
    "claim": "exercises",
    "hint": "exercises",
    "predict": "exercises",
    "quiz": "exercises",
    "record": "recording",
    "show_datasheet": "display",
    "show_sound": "display",
    "show_source": "display",
    "data": None,
    "evaluation": None,
    "latent": None,
    "models": None,
    "plots": None,
    "widgets": None,
    "zoo": None,
}

__all__ = sorted(PUBLIC_NAMES)
__getattr__, __dir__ = lazy_names(__name__, PUBLIC_NAMES)
