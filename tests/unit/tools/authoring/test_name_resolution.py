"""Where names lead: what statements bind at their own level, and what a dotted name stands for."""

import ast

import pytest

from genai_course_tools.authoring.name_resolution import Names, Reference, bound_names


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("a = b, (c, *d) = 1, (2, 3)", "a b c d"),
        ("x[0] = y.z = 1", ""),
        ("for i in range(3):\n  last = i", "i last"),
        ("try: ...\nexcept ValueError as error: ...", "error"),
        ("with open(path) as file: ...", "file"),
        ("[kept := y for x in z]", "kept"),
        ("def f(a):\n  b = a", "f"),
        ("class C(D):\n  e = 1", "C"),
        ("g = lambda h: (i := h)", "g"),
        (
            "match value:\n  case {'key': one, **others}: ...\n  case [first, *more] as all_of_it: ...",
            "all_of_it first more one others",
        ),
    ],
)
def test_names_that_a_statement_binds_at_its_own_level(code, names):
    found = set(bound_names(ast.parse(code).body, "genai_course"))
    assert found == {(name, None) for name in names.split()}


def test_names_that_imports_bind():
    code = "import os.path, numpy as np\nfrom . import files\nif files:\n  from ..zoo import load as get\nfrom math import *"
    assert dict(bound_names(ast.parse(code).body, "genai_course.data")) == {
        "os": ("os", None),
        "np": ("numpy", None),
        "files": ("genai_course.data", "files"),
        "get": ("genai_course.zoo", "load"),
    }


@pytest.mark.parametrize(
    ("module", "name", "found"),
    [
        ("session", "setup", Reference("definition", "genai_course.session", "setup")),
        ("session", "os.path", None),  # an attribute of what is outside
        ("session", "os", Reference("outside", "os")),
        ("session", "len", None),
        ("models.autoencoder", "layers.Base", Reference("definition", "genai_course.models.layers", "Base")),
        ("models.autoencoder", "shared", Reference("definition", "genai_course.shared", "shared")),  # from … import *
        ("data", "digits", Reference("definition", "genai_course.data.digits", "digits")),  # not its file
        ("data", "files", Reference("module", "genai_course.data.files")),
        ("data", "files.missing", Reference("whole", "genai_course.data.files")),
        ("data", "files.__name__", None),
    ],
)
def test_what_a_name_in_a_module_leads_to(package, module, name, found):
    names = Names()
    node = ast.parse(name, mode="eval").body
    assert names.resolve(node, names.module(f"genai_course.{module}")) == found


@pytest.mark.parametrize(
    ("function", "found"),
    [
        ("def f(): return setup", Reference("definition", "genai_course.session", "setup")),
        ("def f(setup): return setup", None),
        ("def f():\n  setup = 1\n  return setup", None),
        (
            "def f():\n  global setup\n  setup = 1\n  return setup",
            Reference("definition", "genai_course.session", "setup"),
        ),
        (
            "def f():\n  from genai_course.plots import style as setup\n  setup = setup or 1",
            Reference("definition", "genai_course.plots", "style"),
        ),
        ("class C:\n  setup = 1", None),
    ],
)
def test_a_name_of_a_function_hides_that_of_the_module(package, function, found):
    names = Names()
    module = names.module("genai_course.session")
    scopes = names.scopes_inside(ast.parse(function).body[0], module, ())
    assert names.resolve(ast.Name("setup"), module, scopes) == found


def test_a_method_does_not_see_the_names_of_its_class(package):
    names = Names()
    module = names.module("genai_course.session")
    owner = ast.parse("class C:\n  setup = 1\n  def method(self): return setup").body[0]
    scopes = names.scopes_inside(owner.body[1], module, names.scopes_inside(owner, module, ()))
    assert names.resolve(ast.Name("setup"), module, scopes) == Reference("definition", "genai_course.session", "setup")
