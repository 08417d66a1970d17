"""Which modules of the course some code imports, read from its text without running it."""

import ast
import re
from pathlib import Path

import genai_course
from genai_course.lazy import module_of_each

COURSE = "genai_course"
PACKAGE = Path(genai_course.__file__).resolve().parent
# How checks name a function: "genai_course.models.autoencoder:encode".
REFERENCE = re.compile(rf"({COURSE}(?:\.\w+)+):\w+")


def module_file(name):
    """The file of the module ``name``, or None if the course has no such module."""
    base = PACKAGE.joinpath(*name.split(".")[1:])
    files = (base.with_name(f"{base.name}.py"), base / "__init__.py") if name != COURSE else (base / "__init__.py",)
    return next((file for file in files if name.split(".")[0] == COURSE and file.is_file()), None)


def imported(tree, package=""):
    """Modules that ``tree`` names in its import statements, and those behind the names that packages load lazily."""
    bound = {}  # name in this file -> the module of the course it stands for
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name
                bound[alias.asname or alias.name] = alias.name
        elif isinstance(node, ast.ImportFrom):
            origin = origin_of(node, package)
            yield origin
            for alias in node.names:
                module = _behind(origin, alias.name)
                if module:
                    yield module
                    bound[alias.asname or alias.name] = module
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and (match := REFERENCE.fullmatch(str(node.value))):
            yield match[1]
    for node in ast.walk(tree):  # models.Autoencoder -> genai_course.models.autoencoder
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) in bound:
            module = _behind(bound[ast.unparse(node.value)], node.attr)
            if module:
                yield module


def _behind(module, name):
    """The module that defines ``name`` of the package ``module``, or None if that is no package with such a name."""
    if module_file(f"{module}.{name}"):
        return f"{module}.{name}"
    file = module_file(module)
    if file is None or file.name != "__init__.py":
        return None
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ImportFrom) and name in [alias.asname or alias.name for alias in node.names]:
            return origin_of(node, module)
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "PUBLIC_NAMES":
            names = module_of_each(ast.literal_eval(node.value))
            return f"{module}.{names[name] or name}" if name in names else None
    return None


def origin_of(node, package):
    """The module that a ``from … import`` in ``package`` imports from."""
    if not node.level:
        return node.module
    parts = package.split(".")
    return ".".join([*parts[: len(parts) - node.level + 1], node.module or ""]).strip(".")
