"""What helps a training along. Names are loaded when first used, and TensorFlow with them."""

from genai_course.lazy import lazy_names

PUBLIC_NAMES = {"progress": "Progress track", "fine_tuning": "tune"}

__getattr__, __dir__ = lazy_names(__name__, PUBLIC_NAMES)
__all__ = __dir__()
