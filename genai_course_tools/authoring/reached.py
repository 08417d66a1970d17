"""What of the course's code some other code reaches, definition by definition, and a hash of it.

A definition is a function, a class or a constant at the top level of a module. In the hash, a definition is known by its number
in the order in which it is reached and by what it is, not by its name or its module, so renaming or moving a helper changes
nothing. What cannot be resolved counts whole: a module or a package that is passed on as a value, an unknown name in one.

Three things count although no name leads to them: statements that do something when a module is imported, functions that a
decorator of the course puts into a registry, and what text names, such as ``"genai_course.models.autoencoder:encode"``, or
``zoo.load("vae_digits")``, which reaches one recipe of the registry and no other.
"""

import ast
import hashlib
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from genai_course_tools.authoring import imports
from genai_course_tools.authoring.imports import COURSE, REFERENCE, module_file

LOCAL = object()  # a name of a function's own
NOT_FOLLOWED = f"{COURSE}.exercises"  # what the machinery that judges answers prints is compared in every run
FUNCTIONS = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
COMPREHENSIONS = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
COMPOUND = ast.If | ast.Try | ast.With | ast.For | ast.While


def definitions_digest(sources, shown_by="show_source"):
    """Hash of all that some code reaches.

    sources: texts of Python code that is not part of the course's package, such as a lesson's. shown_by: the function that shows
    a reader the text of its argument, which then counts with docstrings and comments.
    """
    return _course(imports.PACKAGE, _stamp()).digest(sources, shown_by)


def _stamp():
    files = sorted(imports.PACKAGE.rglob("*.py"))
    return tuple((str(file), status.st_mtime_ns, status.st_size) for file in files for status in [file.stat()])


@lru_cache(maxsize=2)
def _course(_package, _stamp):
    return _Course()


@dataclass(frozen=True)
class _Ref:
    """A part of the course: kind "definition" (with its name), "effects", "registry", "whole", or "package" of a module."""

    kind: str
    module: str
    name: str = ""


@dataclass
class _Module:
    """A module of the course, its statements sorted by what they are."""

    name: str
    tree: ast.Module
    text: str
    definitions: dict = field(default_factory=dict)  # name -> the statements that bind it
    bound: dict = field(default_factory=dict)  # imported name -> (module, name in it or None)
    stars: list = field(default_factory=list)  # modules of which everything is imported
    effects: list = field(default_factory=list)  # statements that do something when the module is imported

    def __post_init__(self):
        for statement in self.tree.body:
            self._sort(statement)

    @cached_property
    def package(self):
        return self.name if _is_package(self.name) else self.name.rpartition(".")[0]

    @cached_property
    def public_names(self):
        """What a package loads when it is first used (see ``genai_course.lazy``): name -> its module, None for a module."""
        statements = self.definitions.get("PUBLIC_NAMES") if _is_package(self.name) else None
        return ast.literal_eval(statements[0].value) if statements else {}

    def _sort(self, statement):
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            self.definitions.setdefault(statement.name, []).append(statement)
        elif isinstance(statement, ast.Import | ast.ImportFrom):
            self.bound |= dict(_bound_by_import(statement, self.package))
            if isinstance(statement, ast.ImportFrom) and statement.names[0].name == "*":
                self.stars.append(imports._origin(statement, self.package))
        elif isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
            pass  # a docstring
        else:
            names = _stored(statement)
            for name in names:
                self.definitions.setdefault(name, []).append(statement)
            if isinstance(statement, COMPOUND):
                for node in ast.walk(statement):
                    if isinstance(node, ast.Import | ast.ImportFrom):
                        self.bound |= dict(_bound_by_import(node, self.package))
                    elif isinstance(node, ast.FunctionDef | ast.ClassDef):
                        self.definitions.setdefault(node.name, []).append(statement)
            if not names or isinstance(statement, COMPOUND):
                self.effects.append(statement)


def _is_package(name):
    file = module_file(name)
    return file is not None and file.name == "__init__.py"


def _bound_by_import(statement, package):
    """(name, (module, name in it or None)) for each name that an import binds; of ``import a.b`` it is ``a``."""
    if isinstance(statement, ast.Import):
        for alias in statement.names:
            yield (
                (alias.asname, (alias.name, None))
                if alias.asname
                else (
                    alias.name.partition(".")[0],
                    (alias.name.partition(".")[0], None),
                )
            )
    else:
        origin = imports._origin(statement, package)
        yield from (
            (alias.asname or alias.name, (origin, alias.name)) for alias in statement.names if alias.name != "*"
        )


def _stored(node):
    """Names that a statement binds at its own level; what stands in functions and classes is theirs."""
    names, waiting = [], [node]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            names.append(node.id)
        elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
            names.append(node.name)
        elif isinstance(node, ast.MatchMapping) and node.rest:
            names.append(node.rest)
        if isinstance(node, COMPREHENSIONS):  # of a comprehension only := reaches outside
            names += [each.target.id for each in ast.walk(node) if isinstance(each, ast.NamedExpr)]
        elif not isinstance(node, FUNCTIONS | ast.ClassDef):
            waiting += ast.iter_child_nodes(node)
    return names


class _Course:
    """All modules of the course, parsed when they are first needed."""

    def __init__(self):
        self.modules, self.contents, self.registries, self.effects = {}, {}, {}, {}

    def digest(self, sources, shown_by):
        digest, numbers, waiting = hashlib.sha256(), {}, []
        shown = []

        def add(tokens):
            for token in tokens:
                if isinstance(token, _Ref):
                    if token not in numbers:
                        numbers[token] = len(numbers)
                        waiting.append(token)
                    token = f"#{numbers[token]}"
                digest.update(f"{token}\0".encode())
            digest.update(b"\n")

        for source in sources:
            code = _Module("", ast.parse(source), source)
            writer = _Writer(self, code)
            add([token for statement in code.tree.body for token in writer.write(statement, ())])
            shown += [_shown(self, code, call) for call in _calls(code.tree, shown_by)]
        while waiting:
            add(self.content(waiting.pop(0)))
        if None in shown:  # it shows something that cannot be told from the text: what it reaches counts as text
            shown += [(name, self.module(name).text) for name in sorted({ref.module for ref in numbers})]
        add(part for each in shown if each for part in each)
        return digest.hexdigest()

    def module(self, name):
        if name not in self.modules:
            text = module_file(name).read_text(encoding="utf-8")
            self.modules[name] = _Module(name, ast.parse(text), text)
        return self.modules[name]

    def locate(self, module, name):
        """What ``name`` of a module of the course is: ("module", its name), ("definition", module, name), or None if unknown.

        What the module has from elsewhere is followed; from outside the course it is ("outside", dotted name).
        """
        found = self.module(module)
        if name in found.bound and found.bound[name] != (
            module,
            name,
        ):  # before the module of that name: data.glyphs is the function, not its file
            return self.imported(*found.bound[name])
        if behind := found.public_names.get(name):
            return self.imported(f"{module}.{behind}", name)
        if name in found.definitions:
            return "definition", module, name
        if module_file(f"{module}.{name}"):
            return "module", f"{module}.{name}"
        for origin in found.stars:
            if module_file(origin) and (there := self.locate(origin, name)):
                return there
        return None

    def imported(self, module, name):
        """As ``locate``, of what an import statement names."""
        if module_file(module) is None:
            return "outside", module if name is None else f"{module}.{name}"
        return ("module", module) if name is None else self.locate(module, name) or ("whole", module)

    def registered(self, name):
        """Names in a module that a decorator of the course gets hold of."""
        if name in self.registries:
            return self.registries[name]
        writer = _Writer(self, module := self.module(name))
        found = self.registries[name] = []
        for own, statements in module.definitions.items():
            for decorator in getattr(statements[0], "decorator_list", []):
                while isinstance(decorator, ast.Call | ast.Attribute):
                    decorator = decorator.func if isinstance(decorator, ast.Call) else decorator.value
                kind = writer.find(decorator.id, ()) if isinstance(decorator, ast.Name) else None
                if kind and kind is not LOCAL and kind[0] != "outside":
                    found.append(own)
        return found

    def with_effects(self, name):
        """The modules, this one and those that come with it, that do something when they are imported."""
        if name not in self.effects:
            found, waiting = [], [name]
            while waiting:
                each = waiting.pop(0)
                if each in found or _is_package(each) or f"{each}.".startswith(f"{NOT_FOLLOWED}."):
                    continue
                found.append(each)
                module = self.module(each)
                origins = [*module.bound.values(), *((star, None) for star in module.stars)]
                waiting += [
                    other for kind, other, *_ in (self.imported(*origin) for origin in origins) if kind != "outside"
                ]
            self.effects[name] = [each for each in found if self.module(each).effects]
        return self.effects[name]

    def content(self, ref):
        if ref not in self.contents:
            self.contents[ref] = list(self._content(ref))
        return self.contents[ref]

    def _content(self, ref):
        module = self.module(ref.module)
        writer = _Writer(self, module)
        if ref.kind == "definition":
            for statement in module.definitions[ref.name]:
                yield from writer.write_definition(statement, named=ref.name in self.registered(ref.module))
        elif ref.kind == "whole":
            for statement in module.tree.body:
                yield from writer.write(statement, ())
        elif ref.kind == "effects":
            for statement in module.effects:
                yield from writer.write(statement, ())
        elif ref.kind == "registry":
            for name in sorted(self.registered(ref.module)):
                yield name
                yield _Ref("definition", ref.module, name)
        elif ref.kind == "package":
            for name in sorted([*module.bound, *module.public_names]):
                found = self.locate(ref.module, name)
                yield name
                yield from writer.refer(found) if found else ()


class _Writer:
    """Writes syntax trees of one module as text and references, without docstrings, the same in every Python version."""

    def __init__(self, course, module):
        self.course, self.module = course, module

    def find(self, name, scopes):
        """What a name means here: LOCAL, a find of ``_Course.locate``, or None for a builtin."""
        for _, names in reversed(scopes):
            if name in names:
                return names[name]
        module = self.module
        if name in module.bound:
            return self.course.imported(*module.bound[name])
        if name in module.definitions:
            return ("definition", module.name, name) if module.name else LOCAL
        for origin in module.stars:
            if module_file(origin) and (found := self.course.locate(origin, name)):
                return found
        return None

    def refer(self, found, registry=True):
        """References to what was found, from this module."""
        kind, module, *name = found
        if kind == "outside":
            yield f"outside {module}"
        elif f"{module}.".startswith(f"{NOT_FOLLOWED}."):
            yield f"judging {' '.join(name)}"  # wherever it stands
        elif kind == "definition":
            yield _Ref("definition", module, *name)
            if module != self.module.name:
                yield from self.import_of(module)
                if registry and self.course.registered(module):
                    yield _Ref("registry", module)
        elif _is_package(module):
            yield _Ref("package", module)
        else:
            yield _Ref("whole", module)
            yield from self.import_of(module)

    def import_of(self, module):
        """What importing a module does, and so do the modules that it imports."""
        yield from (_Ref("effects", each) for each in self.course.with_effects(module))

    def write_definition(self, statement, named):
        """A definition; a function's name only counts where a registry knows it, a class's always: Keras names layers by it."""
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
            yield statement.name if named else "_"
        yield from self.write(statement, (), nameless=True)

    def write(self, node, scopes, nameless=False):
        if isinstance(node, list):
            for each in node:
                yield from self.write(each, scopes)
        elif not isinstance(node, ast.AST):
            yield repr(node)
        elif isinstance(node, ast.Name | ast.Attribute):
            yield from self._name(node, scopes)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            for _, origin in _bound_by_import(node, self.module.package):
                found = self.course.imported(*origin)
                if found[0] == "outside":
                    yield f"import {found[1]}"
                else:
                    yield from self.import_of(found[1])
        elif isinstance(node, ast.Constant):
            yield from self._constant(node)
        elif self._only_imports(node, scopes):
            yield "import"
        elif isinstance(node, ast.Call):
            yield from self._call(node, scopes)
        else:
            yield from self._fields(node, scopes, nameless)

    def _fields(self, node, scopes, nameless):
        yield type(node).__name__
        inside = _inside(node, scopes, self)
        for name, value in ast.iter_fields(node):
            if (
                value in (None, [])
                or name in ("type_comment", "kind", "ctx")
                or (nameless and name == "name" and isinstance(node, FUNCTIONS))
            ):
                continue
            if name == "body" and _has_docstring(node):
                value = value[1:]
            outer = name in (
                "args",
                "decorator_list",
                "bases",
                "keywords",
                "returns",
                "type_params",
            )  # with the defaults
            yield name
            yield from self.write(value, scopes if outer else inside)

    def _name(self, node, scopes):
        attributes = []
        root = node
        while isinstance(root, ast.Attribute):
            attributes.insert(0, root.attr)
            root = root.value
        found = self.find(root.id, scopes) if isinstance(root, ast.Name) else LOCAL
        if found is None and root.id in ("globals", "eval", "exec") and self.module.name:
            yield _Ref("whole", self.module.name)
        if found is LOCAL or found is None:
            yield from self.write(root, scopes) if not isinstance(root, ast.Name) else [root.id]
            yield from (f".{name}" for name in attributes)
            return
        while attributes and found[0] == "module":
            onward = self.course.locate(found[1], attributes[0])
            if onward is None and attributes[0].startswith("__"):
                yield f"{attributes} of a module"
                return
            found = onward or ("whole", found[1])
            attributes.pop(0)
        yield from self.refer(found)
        yield from (f".{name}" for name in attributes)

    def _constant(self, node):
        if isinstance(node.value, str):
            if REFERENCE.fullmatch(node.value):
                module, _, name = node.value.partition(":")
                if module_file(module):
                    yield from self.refer(self.course.locate(module, name) or ("whole", module))
                    return
            if (
                node.value.startswith(f"{COURSE}.")
                and node.value.replace(".", "").replace("_", "").isalnum()
                and module_file(node.value)
            ):
                yield from self.refer(("whole", node.value))
        yield repr(node.value)

    def _call(self, node, scopes):
        """A call that names what it wants of a registry, ``zoo.load("vae_digits")``, reaches only that."""
        if node.args and isinstance(node.args[0], ast.Constant) and isinstance(node.args[0].value, str):
            found = self._whole_chain(node.func, scopes)
            if found and found[0] == "definition" and node.args[0].value in self.course.registered(found[1]):
                yield "Call"
                yield from self.refer(found, registry=False)
                yield _Ref("definition", found[1], node.args[0].value)
                yield from self.write([node.args, node.keywords], scopes)
                return
        yield from self._fields(node, scopes, nameless=False)

    def _whole_chain(self, node, scopes):
        """What a dotted name stands for, if all of it can be resolved to a definition or a module of the course."""
        if isinstance(node, ast.Name):
            found = self.find(node.id, scopes)
            return None if found is LOCAL else found
        if isinstance(node, ast.Attribute):
            before = self._whole_chain(node.value, scopes)
            return self.course.locate(before[1], node.attr) if before and before[0] == "module" else None
        return None

    def _only_imports(self, node, scopes):
        """``getattr(models, name)`` as a statement loads the name's module and does nothing else."""
        call = node.value if isinstance(node, ast.Expr) else None
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "getattr":
            found = self._whole_chain(call.args[0], scopes)
            return bool(found) and found[0] == "module"
        return False


def _has_docstring(node):
    return (
        isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and ast.get_docstring(node) is not None
    )


def _inside(node, scopes, writer):
    """The scopes inside a node: of a function, a class or a comprehension one more, with the names that it binds."""
    if isinstance(node, COMPREHENSIONS):
        return (
            *scopes,
            ("function", dict.fromkeys((name for each in node.generators for name in _stored(each.target)), LOCAL)),
        )
    if not isinstance(node, FUNCTIONS | ast.ClassDef):
        return scopes
    names = {}
    body = node.body if isinstance(node.body, list) else [node.body]
    waiting = list(body)
    while waiting:
        each = waiting.pop()
        if isinstance(each, ast.Import | ast.ImportFrom):
            names |= {
                name: writer.course.imported(*origin) for name, origin in _bound_by_import(each, writer.module.package)
            }
        elif isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names[each.name] = LOCAL
        elif not isinstance(each, ast.Lambda):
            waiting += ast.iter_child_nodes(each)
    names |= dict.fromkeys((name for statement in body for name in _stored(statement)), LOCAL)
    if isinstance(node, ast.ClassDef):
        return (*scopes, ("class", names))
    arguments = node.args
    named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
    names |= {argument.arg: LOCAL for argument in named if argument}
    elsewhere = {
        name
        for each in body
        for one in ast.walk(each)
        if isinstance(one, ast.Global | ast.Nonlocal)
        for name in one.names
    }
    names = {name: found for name, found in names.items() if name not in elsewhere}
    return (*(scope for scope in scopes if scope[0] != "class"), ("function", names))


def _calls(tree, function):
    return [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) == function
    ]


def _shown(course, code, call):
    """(module, text) of what a call shows, or None if the text does not say what it is."""
    node, attributes = call.args[0] if call.args else None, []
    writer = _Writer(course, code)
    while isinstance(node, ast.Attribute) and writer._whole_chain(node, ()) is None:
        attributes.insert(0, node.attr)
        node = node.value
    found = writer._whole_chain(node, ()) if node is not None else None
    if not found or found[0] == "outside" or (found[0] == "module" and attributes):
        return None
    module = course.module(found[1])
    if found[0] == "module":
        return module.name, module.text
    statements = module.definitions[found[2]] if found[0] == "definition" else []
    for name in attributes:
        statements = [
            each for owner in statements for each in getattr(owner, "body", []) if getattr(each, "name", "") == name
        ]
    if not statements:
        return None
    lines = module.text.splitlines()
    first = [min([each.lineno, *(one.lineno for one in getattr(each, "decorator_list", []))]) for each in statements]
    return module.name, "\n".join(
        "\n".join(lines[a - 1 : each.end_lineno]) for a, each in zip(first, statements, strict=True)
    )
