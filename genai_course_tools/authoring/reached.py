"""Freshness by definition: a hash of all that some code reaches of the course.

A stored solution keeps this hash; it is fresh as long as the lesson's code still has it. A definition is a function, a class or
a constant at the top level of a module. Its text, without docstrings and comments, is hashed with references in the place of
the names of other definitions; then those are hashed, and so on. So a change anywhere below changes the hash, as in a Merkle
tree, and other definitions of the same module do not. A reference is the number in the order in which definitions are reached
(so circles are no matter), not a name, so renaming or moving a helper changes nothing.

:mod:`name_resolution` says where a name leads, :mod:`implicit_dependencies` what counts although no name leads to it. What cannot
be resolved counts whole: a module or a package that is passed on as a value, an unknown name in one.
"""

import ast
import hashlib
from functools import lru_cache

from genai_course_tools.authoring import imports
from genai_course_tools.authoring.implicit_dependencies import ImplicitDependencies, calls_of, is_followed
from genai_course_tools.authoring.name_resolution import Module, Names, Reference, imported_names, is_package

NOT_HASHED = {"type_comment", "kind", "ctx"}
OUTSIDE_FIELDS = {
    "args",
    "decorator_list",
    "bases",
    "keywords",
    "returns",
    "type_params",
}  # of functions; with defaults
NAMES_ANYTHING = {"globals", "eval", "exec"}  # builtins through which code may use any name of its module


def definitions_digest(sources, shown_by="show_source"):
    """Hash of all that some code reaches.

    sources: texts of Python code that is not part of the course's package, such as a lesson's. shown_by: the function that shows
    a reader the text of its argument, which then counts with docstrings and comments.
    """
    return _course(imports.PACKAGE, _stamp()).digest(sources, shown_by)


def _stamp():
    files = sorted(file for ending in ("py", "json") for file in imports.PACKAGE.rglob(f"*.{ending}"))
    return tuple((str(file), status.st_mtime_ns, status.st_size) for file in files for status in [file.stat()])


@lru_cache(maxsize=2)
def _course(_package, _stamp):
    return _Course()


class _Course:
    """The course as its files are now; keeps what it has read, for the next lesson."""

    def __init__(self):
        self.names = Names()
        self.implicit = ImplicitDependencies(self.names)
        self._tokens = {}

    def digest(self, sources, shown_by):
        digest, numbers, waiting, shown = hashlib.sha256(), {}, [], []

        def add(tokens):
            for token in tokens:
                if isinstance(token, Reference):
                    if token not in numbers:
                        numbers[token] = len(numbers)
                        waiting.append(token)
                    token = f"#{numbers[token]}"
                digest.update(f"{token}\0".encode())
            digest.update(b"\n")

        for source in sources:
            code = Module("", source)
            add(_Writer(self, code).write(code.tree.body, ()))
            shown += [self.implicit.shown_text(call, code) for call in calls_of(shown_by, code.tree)]
        while waiting:
            add(self.tokens(waiting.pop(0)))
        if None in shown:  # it shows something that cannot be told from the text: what it reaches counts as text
            shown += [(name, self.names.module(name).text) for name in sorted({each.module for each in numbers})]
        add(part for each in shown if each for part in each)
        return digest.hexdigest()

    def tokens(self, reference):
        """What a Reference stands for, as strings and further References."""
        if reference not in self._tokens:
            self._tokens[reference] = list(self._write(reference))
        return self._tokens[reference]

    def _write(self, reference):
        module = self.names.module(reference.module)
        writer = _Writer(self, module)
        match reference.kind:
            case "definition":
                for statement in module.definitions[reference.name]:
                    yield from writer.write_definition(statement, reference.name)
            case "whole":
                yield from writer.write(module.tree.body, ())
            case "effects":
                yield from writer.write(module.effects, ())
            case "registry":
                for name in sorted(self.implicit.registered(module.name)):
                    yield from (name, Reference("definition", module.name, name))
            case "package":
                for name in sorted([*module.imports, *module.public_names]):
                    found = self.names.in_module(module, name)
                    yield name
                    yield from writer.refer(found) if found else ()


class _Writer:
    """Writes syntax trees of one module as strings and References, the same in every Python version."""

    def __init__(self, course, module):
        self.names, self.implicit, self.module = course.names, course.implicit, module

    def write_definition(self, statement, name):
        """A definition; a function's name only counts where a registry knows it, a class's always: Keras names layers by it."""
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
            yield statement.name if name in self.implicit.registered(self.module.name) else "_"
            yield from self._write_fields(statement, (), without={"name"})
        else:
            yield from self.write(statement, ())

    def write(self, node, scopes):
        """A node, a list of nodes or a value in a syntax tree. scopes: of the functions and classes around it."""
        if isinstance(node, list):
            for each in node:
                yield from self.write(each, scopes)
        elif isinstance(node, ast.Name | ast.Attribute):
            yield from self._write_name(node, scopes)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            yield from self._write_import(node)
        elif isinstance(node, ast.Constant):
            yield from self._write_constant(node)
        elif self.implicit.only_imports(node, self.module, scopes):
            yield "import"
        elif isinstance(node, ast.Call):
            yield from self._write_call(node, scopes)
        elif isinstance(node, ast.AST):
            yield from self._write_fields(node, scopes)
        else:
            yield repr(node)

    def _write_fields(self, node, scopes, without=frozenset()):
        yield type(node).__name__
        inside = self.names.scopes_inside(node, self.module, scopes)
        for name, value in ast.iter_fields(node):
            if value in (None, []) or name in NOT_HASHED | without:
                continue
            if name == "body" and _has_docstring(node):
                value = value[1:]
            yield name
            yield from self.write(value, scopes if name in OUTSIDE_FIELDS else inside)

    def _write_name(self, node, scopes):
        if found := self.names.resolve(node, self.module, scopes):
            yield from self.refer(found)
        elif isinstance(node, ast.Name):
            if node.id in NAMES_ANYTHING and self.module.name:
                yield Reference("whole", self.module.name)
            yield node.id
        else:
            before = self.names.resolve(node.value, self.module, scopes)
            if before and before.kind == "module":  # models.__all__, which Python or genai_course.lazy makes
                yield f"{[node.attr]} of a module"
            else:
                yield from self.write(node.value, scopes)
                yield f".{node.attr}"

    def _write_import(self, statement):
        for _, imported in imported_names(statement, self.module.package):
            found = self.names.imported(*imported)
            if found.kind == "outside":
                yield f"import {found.module}"
            else:
                yield from self._effects_of_importing(found.module)

    def _write_constant(self, node):
        found = self.implicit.named_in_text(node.value) if isinstance(node.value, str) else None
        if found:
            yield from self.refer(found)
        yield from self.implicit.data_beside(node.value, self.module.name)
        if not found or ":" not in node.value:  # what "module:name" names is hashed wherever it stands
            yield repr(node.value)

    def _write_call(self, node, scopes):
        """A call that names what it wants of a registry, ``zoo.load("vae_digits")``, reaches only that."""
        found = self.names.resolve(node.func, self.module, scopes)
        if asked_for := self.implicit.asked_for(node, found):
            yield "Call"
            yield from self.refer(found, with_registry=False)
            yield asked_for
            yield from self.write([node.args, node.keywords], scopes)
        else:
            yield from self._write_fields(node, scopes)

    def refer(self, found, with_registry=True):
        """To what a name leads to, from this module."""
        module = found.module
        if found.kind == "outside":
            yield f"outside {module}"
        elif not is_followed(module):
            yield f"judging {found.name}"  # wherever it stands
        elif found.kind == "definition":
            yield found
            if module != self.module.name:
                yield from self._effects_of_importing(module)
                if with_registry and self.implicit.registered(module):
                    yield Reference("registry", module)
        elif is_package(module):
            yield Reference("package", module)
        else:
            yield Reference("whole", module)
            yield from self._effects_of_importing(module)

    def _effects_of_importing(self, module):
        yield from (Reference("effects", each) for each in self.implicit.import_effects(module))


def _has_docstring(node):
    is_documented = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    return is_documented and ast.get_docstring(node) is not None
