"""A Jupyter course that teaches generative AI by making it.

Everything a lesson needs is one import away: ``from genai_course import check, data, plots, setup``.
Names are loaded when first used (PEP 562), so ``import genai_course`` is instant and does not load TensorFlow.
"""

from genai_course.lazy import lazy_names

__version__ = "0.1.0"

# module -> what is imported from it; "": the modules that are imported themselves
PUBLIC_NAMES = {
    "session": "setup",
    "exercises": "check claim hint predict quiz",
    "recording": "record",
    "display": "show_datasheet show_sound show_source",
    "": "data evaluation latent models plots widgets zoo",
}

__getattr__, __dir__ = lazy_names(__name__, PUBLIC_NAMES)
__all__ = __dir__()
