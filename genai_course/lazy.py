"""Names of a package that are loaded when first used (PEP 562): it is imported at once, and TensorFlow when it is needed."""

from importlib import import_module


def module_of_each(names):
    """{module in a package: "the names that it defines"}, "" for names of modules -> {name: its module, or ""}."""
    return {name: module for module, defined in names.items() for name in defined.split()}


def lazy_names(package, names):
    """``__getattr__`` and ``__dir__`` of a package.

    package: its ``__name__``. names: as of :func:`module_of_each`.
    What is in no module is an AttributeError that says what there is.
    """
    modules = module_of_each(names)
    offered = sorted(modules)

    def getattr_of_package(name):
        module = modules.get(name) or name
        try:
            found = import_module(f"{package}.{module}")
        except ModuleNotFoundError as error:
            if error.name != f"{package}.{module}":
                raise
            raise AttributeError(f"{package} has no name {name!r}. It offers: {', '.join(offered)}.") from None
        return getattr(found, name) if modules.get(name) else found

    return getattr_of_package, lambda: offered
