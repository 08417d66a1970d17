"""A Jupyter course that teaches generative AI by making it.

Everything a lesson needs is one import away: ``from genai_course import check, data, plots, setup``.
Names are loaded when first used (PEP 562), so ``import genai_course`` is instant and does not load TensorFlow.
"""

from importlib import import_module

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


def __getattr__(name):
    if name not in PUBLIC_NAMES:
        raise AttributeError(f"genai_course has no name {name!r}. It offers: {', '.join(__all__)}.")
    module = PUBLIC_NAMES[name]
    value = import_module(f"{__name__}.{module or name}")
    if module:
        value = getattr(value, name)
    globals()[name] = value
    return value


def __dir__():
    return sorted({*globals(), *__all__})
