"""Where the names in the course's code lead: what a module binds, what a function binds inside it, and what imports stand for."""

import ast
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from genai_course.lazy import module_of_each
from genai_course_tools.authoring.imports import module_file, origin_of

FUNCTIONS = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
COMPREHENSIONS = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
COMPOUND = ast.If | ast.Try | ast.With | ast.For | ast.While
# The field in which a node keeps the name that it binds.
BINDING_FIELDS = {
    ast.Name: "id",
    ast.FunctionDef: "name",
    ast.AsyncFunctionDef: "name",
    ast.ClassDef: "name",
    ast.ExceptHandler: "name",
    ast.MatchAs: "name",
    ast.MatchStar: "name",
    ast.MatchMapping: "rest",
}


class Reference(NamedTuple):
    """What a name leads to, or another part of the course that counts.

    kind: of what names lead to, "definition" (with its name), "module", "outside" of the course (module: the dotted name) or
    "whole", an unknown name in a module; for a hash also "package", "effects" and "registry" of a module.
    """

    kind: str
    module: str
    name: str = ""


@dataclass
class Module:
    """A module of the course, its top-level statements sorted by what they do. Code that is not the course's has the name ""."""

    name: str
    text: str
    definitions: dict = field(default_factory=dict)  # name -> the statements that bind it
    imports: dict = field(default_factory=dict)  # imported name -> (module, name in it or None)
    stars: list = field(default_factory=list)  # modules of which everything is imported
    effects: list = field(default_factory=list)  # statements that do something when the module is imported

    def __post_init__(self):
        self.tree = ast.parse(self.text)
        for statement in self.tree.body:
            names = list(bound_names([statement], self.package))
            for name, imported in names:
                if imported:
                    self.imports[name] = imported
                else:
                    self.definitions.setdefault(name, []).append(statement)
            if isinstance(statement, ast.ImportFrom) and statement.names[0].name == "*":
                self.stars.append(origin_of(statement, self.package))
            elif isinstance(statement, COMPOUND) or not (names or _is_constant(statement)):
                self.effects.append(statement)

    @cached_property
    def package(self):
        return self.name if is_package(self.name) else self.name.rpartition(".")[0]

    @cached_property
    def public_names(self):
        """What a package loads when it is first used (see ``genai_course.lazy``): name -> its module, "" for a module."""
        statements = self.definitions.get("PUBLIC_NAMES") if is_package(self.name) else None
        return module_of_each(ast.literal_eval(statements[0].value)) if statements else {}


def _is_constant(statement):
    """Whether a statement is a docstring, or another constant that does nothing."""
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def is_package(name):
    file = module_file(name)
    return file is not None and file.name == "__init__.py"


def bound_names(nodes, package):
    """(name, imported) for each name that ``nodes`` bind at their own level; what stands in functions and classes is theirs.

    imported: (module, name in it or None) of an import, else None. package: that from which relative imports count.
    """
    waiting = list(nodes)
    while waiting:
        node = waiting.pop(0)
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from imported_names(node, package)
        elif isinstance(node, COMPREHENSIONS):  # only := reaches outside
            yield from ((each.target.id, None) for each in ast.walk(node) if isinstance(each, ast.NamedExpr))
        else:
            name = getattr(node, BINDING_FIELDS.get(type(node), ""), None)
            if name and not isinstance(getattr(node, "ctx", None), ast.Load):
                yield name, None
            if not isinstance(node, FUNCTIONS | ast.ClassDef):
                waiting += ast.iter_child_nodes(node)


def imported_names(statement, package):
    """(name, (module, name in it or None)) for each name that an import binds; of ``import a.b`` it is ``a``."""
    if isinstance(statement, ast.Import):
        for alias in statement.names:
            module = alias.name if alias.asname else alias.name.partition(".")[0]
            yield alias.asname or module, (module, None)
    else:
        module = origin_of(statement, package)
        yield from ((each.asname or each.name, (module, each.name)) for each in statement.names if each.name != "*")


class Scope(NamedTuple):
    """The names that a function, a class or a comprehension binds: name -> a Reference if it is imported there, else None."""

    names: dict
    of_class: bool = False


class Names:
    """The names of all modules of the course, which are parsed when they are first needed."""

    def __init__(self):
        self.modules = {}

    def module(self, name):
        if name not in self.modules:
            self.modules[name] = Module(name, module_file(name).read_text(encoding="utf-8"))
        return self.modules[name]

    def in_module(self, module, name):
        """What ``name`` leads to at the top level of a Module, through all imports; None if it is not known there."""
        if name in module.imports and module.imports[name] != (module.name, name):
            # Before the module of that name: data.glyphs is the function, not its file.
            return self.imported(*module.imports[name])
        if behind := module.public_names.get(name):
            return self.imported(f"{module.name}.{behind}", name)
        if name in module.definitions:
            return Reference("definition", module.name, name) if module.name else None
        if module_file(f"{module.name}.{name}"):
            return Reference("module", f"{module.name}.{name}")
        for star in module.stars:
            if module_file(star) and (found := self.in_module(self.module(star), name)):
                return found
        return None

    def imported(self, module, name):
        """What an import of ``name`` from ``module`` stands for, of the module itself if ``name`` is None."""
        if module_file(module) is None:
            return Reference("outside", module if name is None else f"{module}.{name}")
        if name is None:
            return Reference("module", module)
        return self.in_module(self.module(module), name) or Reference("whole", module)

    def resolve(self, node, module, scopes=()):
        """What a dotted name such as ``models.GPT`` leads to as a whole; None for local names, builtins, and all other code."""
        if isinstance(node, ast.Name):
            for scope in reversed(scopes):
                if node.id in scope.names:
                    return scope.names[node.id]
            return self.in_module(module, node.id)
        before = self.resolve(node.value, module, scopes) if isinstance(node, ast.Attribute) else None
        if before is None or before.kind != "module":
            return None
        found = self.in_module(self.module(before.module), node.attr)
        return found if found or node.attr.startswith("__") else Reference("whole", before.module)

    def scopes_inside(self, node, module, scopes):
        """The scopes inside a node: of a function, a class or a comprehension one more."""
        if isinstance(node, COMPREHENSIONS):
            targets = [each.target for each in node.generators]
            return (*scopes, Scope({name: None for name, _ in bound_names(targets, module.package)}))
        if not isinstance(node, FUNCTIONS | ast.ClassDef):
            return scopes
        body = node.body if isinstance(node.body, list) else [node.body]
        bound = sorted(bound_names(body, module.package), key=lambda each: each[1] is not None)  # an import counts most
        names = {name: self.imported(*imported) if imported else None for name, imported in bound}
        if isinstance(node, ast.ClassDef):
            return (*scopes, Scope(names, of_class=True))
        arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs, node.args.vararg, node.args.kwarg]
        names |= {argument.arg: None for argument in arguments if argument}
        for each in body:
            for one in ast.walk(each):
                for name in one.names if isinstance(one, ast.Global | ast.Nonlocal) else ():
                    names.pop(name, None)
        return (*(scope for scope in scopes if not scope.of_class), Scope(names))
