"""Runs the cell of an answer apart from its lesson: only what it needs of the cells before it, nothing that takes time."""

import ast
import inspect
import linecache


def namespace_of(lesson, place, source, file):
    """What the cell at ``place`` defines with this source, after what it needs of earlier cells: imports, functions, constants.

    file: the name that tracebacks give the source; it lets a verdict quote the line that went wrong.
    """
    earlier = [cell.solved_source for cell in lesson.cells[:place] if cell.kind == "code"]
    found = _defined_by(ast.parse("\n".join(earlier)))
    asked = f"{source}\n{lesson.cells[place].options.get('solution', '')}"
    wanted, needed = [name.id for name in ast.walk(ast.parse(asked)) if isinstance(name, ast.Name)], {}
    while wanted:
        name = wanted.pop()
        if name in found and name not in needed:
            needed[name] = found[name]
            wanted += [each.id for each in ast.walk(found[name]) if isinstance(each, ast.Name)]
    namespace = {"__name__": "lesson"}
    for statement in sorted({*needed.values()}, key=lambda node: node.lineno):
        exec(compile(ast.Module([statement], type_ignores=[]), "<lesson>", "exec"), namespace)
    linecache.cache[file] = len(source), None, source.splitlines(keepends=True), file
    exec(compile(source, file, "exec"), namespace)
    return namespace


def function_of(namespace):
    """The function that a cell defined last."""
    return [value for value in namespace.values() if inspect.isfunction(value) and value.__globals__ is namespace][-1]


def last_function(tree):
    """The syntax tree of the function that a cell defines last."""
    return [node for node in tree.body if isinstance(node, ast.FunctionDef)][-1]


def _defined_by(tree):
    """Name -> the last statement that binds it: imports, functions, classes and literals, which take no time."""
    found = {}
    for node in tree.body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            for alias in node.names:
                one = ast.copy_location(ast.Import([alias]), node)
                if isinstance(node, ast.ImportFrom):
                    one = ast.copy_location(ast.ImportFrom(node.module, [alias], node.level), node)
                found[alias.asname or alias.name.split(".")[0]] = one
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            found[node.name] = node
        elif isinstance(node, ast.Assign) and _is_literal(node.value):
            found |= {target.id: node for target in node.targets if isinstance(target, ast.Name)}
    return found


def _is_literal(node):
    try:
        return ast.literal_eval(node) is not ...
    except ValueError:
        return False
