"""The other process of the models' tests: see the fixture ``in_another_process``."""

import warnings

from genai_course import models, session


def begin():
    """Set up the process and import the models: Keras loads only classes that it has met."""
    session.setup("smoke", 0)
    for name in models.__all__:
        getattr(models, name)


def strictly(function, *arguments):
    """What the function returns; a warning, such as Keras gives when it cannot load everything, is an error."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        return function(*arguments)
