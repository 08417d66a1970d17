"""Names of a package that are loaded when first used (PEP 562): it is imported at once, and TensorFlow when it is needed."""

from importlib import import_module


def lazy_names(package, names):
    """``__getattr__`` and ``__dir__`` of a package.

    package: its ``__name__``. names: {name: the module in it that defines the name, or None where the name is a module}.
    What is in no module is an AttributeError that says what there is.
    """
    offered = sorted(names)

    def getattr_of_package(name):
        module = names.get(name) or name
        try:
            found = import_module(f"{package}.{module}")
        except ModuleNotFoundError as error:
            if error.name != f"{package}.{module}":
                raise
            raise AttributeError(f"{package} has no name {name!r}. It offers: {', '.join(offered)}.") from None
        return getattr(found, name) if names.get(name) else found

    return getattr_of_package, lambda: offered
