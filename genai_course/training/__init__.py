"""What helps a training along. Names are loaded when first used, and TensorFlow with them."""

__all__ = ["Progress", "track"]


def __getattr__(name):
    if name not in __all__:
        raise AttributeError(f"genai_course.training has no name {name!r}. It offers: {', '.join(__all__)}.")
    from genai_course.training import progress

    return getattr(progress, name)
