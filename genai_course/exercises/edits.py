"""Usual mistakes written as edits of the reference's own text: ``"mean + spread → spread"``.

What stands left of the arrow is looked for in the function's body, without its docstring and comments. Whole words and
signs are compared, so ``1`` is not found in ``10``, and spaces and line breaks do not count. It must be there exactly
once. Right of the arrow ``…`` stands for what was found, in brackets, and nothing at all deletes it. ``return → x`` gives
the function's last ``return`` another expression; a tuple of edits is made one after the other.
"""

import ast
import functools
import inspect
import io
import re
import textwrap
import tokenize

ARROW = "→"
WHAT_WAS_THERE = "…"
TOKEN = re.compile(r"\d[\w.]*(?:(?<=[eE])[+-]\d+)?|\w+|\*\*=?|//=?|->|[-+*/@%&|^=<>!:]=|\S")


class EditError(ValueError):
    """An edit that cannot be made; the sentence says how to mend it."""


def edited(function, edit):
    """``function``, a ``def``, with its text changed as ``edit`` says: a text, or a tuple of them. Raises EditError.

    Globals, closure and defaults stay those of ``function``.
    """
    edits = edit if isinstance(edit, tuple) else (edit,)
    if not edits or not all(isinstance(one, str) and one.count(ARROW) == 1 for one in edits):
        raise EditError(
            f"{edit!r} is no edit: write “what stands there {ARROW} what is written instead”, or a function."
        )
    return _edited(function, edits)


@functools.cache
def _edited(function, edits):
    source = source_of(function)
    for one in edits:
        source = edited_source(source, one)
    try:
        return with_text(function, ast.parse(source).body[0], f"<{function.__name__}, {', '.join(edits)}>")
    except SyntaxError as error:  # such as a `nonlocal` that is gone: the text itself was parsed
        raise EditError(f"The edit “{edits[-1]}” leaves no valid Python: {error.msg}.") from None


def with_text(function, definition, file="<changed>"):
    """``function`` with the syntax tree ``definition`` of a ``def`` for its text; globals, closure, defaults stay."""
    definition.decorator_list = []
    # A name of an enclosing function is known to the compiled text only if it stands in a function that binds it.
    names = function.__code__.co_freevars
    tree = ast.parse(f"def enclosing({', '.join(names)}): pass")
    tree.body[0].body = [definition, ast.parse(f"return {definition.name}").body[0]]
    namespace = {}
    exec(compile(ast.fix_missing_locations(tree), file, "exec"), function.__globals__, namespace)
    changed = namespace["enclosing"](*(cell.cell_contents for cell in function.__closure__ or ()))
    changed.__defaults__, changed.__kwdefaults__ = function.__defaults__, function.__kwdefaults__
    return changed


def edited_source(source, edit):
    """The text of a ``def`` after one edit, a text with one arrow. Raises EditError."""
    old, new = (part.strip() for part in edit.split(ARROW))
    if not old:
        raise EditError(f"The edit “{edit}” names nothing to replace: write text of the reference left of the {ARROW}.")
    start, end = _last_return(source, edit) if old == "return" else _place(source, old, edit)
    changed = source[:start] + new.replace(WHAT_WAS_THERE, f"({source[start:end]})") + source[end:]
    try:
        ast.parse(changed)
    except SyntaxError as error:
        raise EditError(f"The edit “{edit}” leaves no valid Python: {error.msg}.") from None
    return changed


def source_of(function):
    """The text of a ``def``. Raises EditError."""
    try:
        source = textwrap.dedent(inspect.getsource(function))
        if isinstance(ast.parse(source).body[0], ast.FunctionDef):
            return source
    except (OSError, TypeError, SyntaxError):
        pass
    raise EditError(
        f"The reference {getattr(function, '__name__', function)!r} has no text to edit: write it as a `def`."
    )


def _place(source, old, edit):
    """Where ``old`` stands in the function's body: (start, end)."""
    tokens = [(match.group(), *match.span()) for match in TOKEN.finditer(_body(source))]
    wanted = TOKEN.findall(old)
    texts = [text for text, _, _ in tokens]
    found = [place for place in range(len(texts)) if texts[place : place + len(wanted)] == wanted]
    if not found:
        raise EditError(f"The edit “{edit}” no longer applies: the reference holds no “{old}”. Copy the text from it.")
    if len(found) > 1:
        lines = [source.count("\n", 0, tokens[place][1]) + 1 for place in found]
        raise EditError(
            f"The edit “{edit}” applies {len(found)} times: “{old}” stands in the reference's lines {_listed(lines)}. "
            "Lengthen the text until it stands there once."
        )
    return tokens[found[0]][1], tokens[found[0] + len(wanted) - 1][2]


def _body(source):
    """The text with everything but the function's statements blanked: signature, docstring and comments."""
    function = ast.parse(source).body[0]
    has_docstring = ast.get_docstring(function, clean=False) is not None and len(function.body) > 1
    start = _offset(source, function.body[has_docstring].lineno, function.body[has_docstring].col_offset)
    body = " " * start + source[start:]
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            begin = len("".join(source.splitlines(keepends=True)[: token.start[0] - 1])) + token.start[1]
            body = body[:begin] + " " * len(token.string) + body[begin + len(token.string) :]
    return body


def _last_return(source, edit):
    """Where the expression of the function's last ``return`` stands; those of functions inside it do not count."""
    function = ast.parse(source).body[0]
    found = [node.value for node in _own_nodes(function) if isinstance(node, ast.Return) and node.value]
    if not found:
        raise EditError(f"The edit “{edit}” no longer applies: the reference returns nothing.")
    value = max(found, key=lambda node: (node.lineno, node.col_offset))
    return _offset(source, value.lineno, value.col_offset), _offset(source, value.end_lineno, value.end_col_offset)


def _own_nodes(node):
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            yield child
            yield from _own_nodes(child)


def _offset(source, line, column):
    """The place in the text of an ``ast`` position, whose column counts bytes."""
    lines = source.splitlines(keepends=True)
    return len("".join(lines[: line - 1])) + len(lines[line - 1].encode()[:column].decode())


def _listed(lines):
    return ", ".join(map(str, lines[:-1])) + f" and {lines[-1]}"
