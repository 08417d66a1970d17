"""Scorecards: every model on one table, each judged in the same way. Names are loaded when first used.

card = PictureCard(training, held_out, "0123456789")
card.add("mine", lambda n, seed: my_pictures)
card.table(), card.figure("Everything at once")
"""

from importlib import import_module

PUBLIC_NAMES = {
    "PictureCard": "pictures",
    "TextCard": "texts",
    "as_points": "ranking",
    "pareto_front": "ranking",
    "total_points": "ranking",
}

__all__ = sorted(PUBLIC_NAMES)


def __getattr__(name):
    if name not in PUBLIC_NAMES:
        raise AttributeError(f"genai_course.scorecard has no name {name!r}. It offers: {', '.join(__all__)}.")
    return getattr(import_module(f"{__name__}.{PUBLIC_NAMES[name]}"), name)
