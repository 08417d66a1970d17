"""What code depends on although no name leads to it.

- What a module does when it is imported, such as setting an option of a library.
- Functions that a decorator of the course puts into a registry: ``zoo.load("vae_digits")`` gets one recipe, and no other.
- Functions that text names, such as ``"genai_course.models.autoencoder:encode"`` in a lesson's exercises.
- Data that a module reads from a file beside it, ``"stories.json"``.
- Text that a lesson shows to its reader: ``show_source(models.Autoencoder)``.
"""

import ast
import hashlib
import re

from genai_course_tools.authoring.imports import COURSE, REFERENCE, module_file
from genai_course_tools.authoring.name_resolution import Reference, is_package

NOT_FOLLOWED = f"{COURSE}.exercises"  # what the machinery that judges answers prints is compared in every run


def is_followed(module):
    return not f"{module}.".startswith(f"{NOT_FOLLOWED}.")


class ImplicitDependencies:
    """Of the modules that ``names`` (see :class:`name_resolution.Names`) knows."""

    def __init__(self, names):
        self.names = names
        self._effects, self._registered = {}, {}

    def import_effects(self, name):
        """The modules, this one and those that come with it, that do something when they are imported."""
        if name not in self._effects:
            found, waiting = [], [name]
            while waiting:
                each = waiting.pop(0)
                if each in found or is_package(each) or not is_followed(each):
                    continue
                found.append(each)
                module = self.names.module(each)
                imported = [*module.imports.values(), *((star, None) for star in module.stars)]
                others = [self.names.imported(*each) for each in imported]
                waiting += [other.module for other in others if other.kind != "outside"]
            self._effects[name] = [each for each in found if self.names.module(each).effects]
        return self._effects[name]

    def registered(self, name):
        """Names in a module that a decorator of the course gets hold of."""
        if name not in self._registered:
            module = self.names.module(name)
            self._registered[name] = [
                own
                for own, statements in module.definitions.items()
                if any(self._is_of_the_course(each, module) for each in getattr(statements[0], "decorator_list", []))
            ]
        return self._registered[name]

    def _is_of_the_course(self, decorator, module):
        while isinstance(decorator, ast.Call | ast.Attribute):
            decorator = decorator.func if isinstance(decorator, ast.Call) else decorator.value
        found = self.names.resolve(decorator, module)
        return found is not None and found.kind != "outside"

    def asked_for(self, call, found):
        """The Reference to the registered function that a call of ``found`` asks for by its name, else None."""
        name = call.args[0].value if call.args and isinstance(call.args[0], ast.Constant) else None
        is_asked_for = found and found.kind == "definition" and name in self.registered(found.module)
        return Reference("definition", found.module, name) if is_asked_for else None

    def only_imports(self, node, module, scopes):
        """``getattr(models, name)`` as a statement loads the name's module and does nothing else."""
        call = node.value if isinstance(node, ast.Expr) else None
        if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "getattr"):
            return False
        found = self.names.resolve(call.args[0], module, scopes)
        return found is not None and found.kind == "module"

    def named_in_text(self, text):
        """The Reference to what a string as a whole names: a definition, ``"module:name"``, or a module; else None."""
        module, _, name = text.partition(":")
        if REFERENCE.fullmatch(text) and module_file(module):
            return self.names.imported(module, name)
        if text.startswith(f"{COURSE}.") and text.replace(".", "").replace("_", "").isalnum() and module_file(text):
            return Reference("whole", text)
        return None

    def data_beside(self, text, module):
        """A hash of the JSON file of this name beside a module of the course, in a list; an empty list if there is none."""
        file = module_file(module) if isinstance(text, str) and re.fullmatch(r"\w+\.json", text) else None
        beside = file and file.with_name(text)
        return [hashlib.sha256(beside.read_bytes()).hexdigest()] if beside and beside.is_file() else []

    def shown_text(self, call, code):
        """(module, text) of what a call in the Module ``code`` shows, or None if that cannot be told without running it."""
        node, attributes = call.args[0] if call.args else None, []
        while isinstance(node, ast.Attribute) and self.names.resolve(node, code) is None:
            attributes.insert(0, node.attr)
            node = node.value
        found = self.names.resolve(node, code)
        if found and found.kind == "module" and not attributes:
            return found.module, self.names.module(found.module).text
        if not found or found.kind != "definition":
            return None
        module = self.names.module(found.module)
        statements = module.definitions[found.name]
        for name in attributes:
            inside = [each for owner in statements for each in getattr(owner, "body", [])]
            statements = [each for each in inside if getattr(each, "name", "") == name]
        lines = module.text.splitlines()
        texts = ["\n".join(lines[_first_line(each) - 1 : each.end_lineno]) for each in statements]
        return (module.name, "\n".join(texts)) if texts else None


def calls_of(function, tree):
    """The calls of ``function``, or of an attribute called so."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return [call for call in calls if getattr(call.func, "id", getattr(call.func, "attr", "")) == function]


def _first_line(statement):
    return min([statement.lineno, *(each.lineno for each in getattr(statement, "decorator_list", []))])
