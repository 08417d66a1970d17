"""Scorecards: every model on one table, each judged in the same way. Names are loaded when first used.

card = PictureCard(training, held_out, "0123456789")
card.add("mine", lambda n, seed: my_pictures)
card.table(), card.figure("Everything at once")
"""

from genai_course.lazy import lazy_names

PUBLIC_NAMES = {
    "picture_card": "PictureCard",
    "text_card": "TextCard",
    "ranking": "as_points pareto_front total_points",
}

__getattr__, __dir__ = lazy_names(__name__, PUBLIC_NAMES)
__all__ = __dir__()
