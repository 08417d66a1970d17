"""Which modules of the course a lesson rests on, and a hash that changes when one of them does."""

import ast
import hashlib
import re
from pathlib import Path

COURSE = "genai_course"
PACKAGE = Path(__file__).resolve().parents[1]
SHOWS_SOURCE = "show_source("
REFERENCE = re.compile(
    rf"({COURSE}(?:\.\w+)+):\w+"
)  # how checks name a function: "genai_course.models.autoencoder:encode"


def modules_hash(lesson):
    """Hash of the course's modules that ``lesson`` imports, directly or through others, and of its checks.

    Docstrings and comments do not count, unless the lesson shows source code to the reader.
    """
    code = "\n".join(cell.source for cell in lesson.cells if cell.kind == "code")
    start = [*_imported(ast.parse(code), ""), f"{COURSE}.exercises.lessons.{lesson.prefix}"]
    digest = hashlib.sha256()
    for name in sorted(reachable(start)):
        source = module_file(name).read_text(encoding="utf-8")
        content = source if SHOWS_SOURCE in code else dump(ast.parse(source))
        digest.update(f"{name}\n{content}\n".encode())
    return digest.hexdigest()


def reachable(names):
    """All modules of the course that the modules ``names`` import, themselves included."""
    found, waiting = set(), list(names)
    while waiting:
        name = waiting.pop()
        # The course's own __init__ only looks names up, and the version in it says nothing about a lesson.
        if name == COURSE or name in found or module_file(name) is None:
            continue
        found.add(name)
        package = name if module_file(name).name == "__init__.py" else name.rpartition(".")[0]
        waiting += [package, *_imported(ast.parse(module_file(name).read_text(encoding="utf-8")), package)]
    return found


def module_file(name):
    """The file of the module ``name``, or None if the course has no such module."""
    base = PACKAGE.joinpath(*name.split(".")[1:])
    files = (base.with_name(f"{base.name}.py"), base / "__init__.py") if name != COURSE else (base / "__init__.py",)
    return next((file for file in files if name.split(".")[0] == COURSE and file.is_file()), None)


def _imported(tree, package):
    """Modules that ``tree`` names in its import statements, and those behind the names that packages load lazily."""
    bound = {}  # name in this file -> the module of the course it stands for
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name
                bound[alias.asname or alias.name] = alias.name
        elif isinstance(node, ast.ImportFrom):
            parts = package.split(".")
            origin = (
                ".".join([*parts[: len(parts) - node.level + 1], node.module or ""]).strip(".")
                if node.level
                else node.module
            )
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
    """The module that defines ``name``, where ``module`` is a package that loads it when first used, else None."""
    if module_file(f"{module}.{name}"):
        return f"{module}.{name}"
    file = module_file(module)
    if file is None or file.name != "__init__.py":
        return None
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "PUBLIC_NAMES":
            names = ast.literal_eval(node.value)
            return f"{module}.{names[name] or name}" if name in names else None
    return None


def dump(node):
    """A syntax tree as text without docstrings, the same in every Python version (``ast.dump`` is not)."""
    if isinstance(node, ast.AST):
        fields = {name: value for name, value in ast.iter_fields(node) if value not in (None, [])}
        if isinstance(node, ast.Module | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and ast.get_docstring(
            node
        ):
            fields["body"] = node.body[1:]
        return f"{type(node).__name__}({', '.join(f'{name}={dump(value)}' for name, value in fields.items())})"
    if isinstance(node, list):
        return f"[{', '.join(map(dump, node))}]"
    return repr(node)
