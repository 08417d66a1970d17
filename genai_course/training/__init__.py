"""What helps a training along. Names are loaded when first used, and TensorFlow with them."""

__all__ = ["Progress"]


def __getattr__(name):
    if name != "Progress":
        raise AttributeError(f"genai_course.training has no name {name!r}. It offers: {', '.join(__all__)}.")
    from genai_course.training.progress import Progress

    return Progress
