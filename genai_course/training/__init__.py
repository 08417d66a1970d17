"""What helps a training along. Names are loaded when first used, and TensorFlow with them."""

from genai_course.lazy import lazy_names

PUBLIC_NAMES = {"Progress": "progress", "track": "progress", "tune": "fine_tuning"}

__all__ = sorted(PUBLIC_NAMES)
__getattr__, __dir__ = lazy_names(__name__, PUBLIC_NAMES)
