"""Wrong versions of a right answer: one small change each, the kind that fingers and minds make."""

import ast
import copy
import math

OPERATORS = {
    ast.Add: [ast.Sub], ast.Sub: [ast.Add], ast.Mult: [ast.Div], ast.Div: [ast.Mult], ast.FloorDiv: [ast.Div, ast.Mult],
    ast.Mod: [ast.FloorDiv], ast.Pow: [ast.Mult], ast.MatMult: [ast.Mult],
    ast.Lt: [ast.LtE, ast.Gt], ast.LtE: [ast.Lt, ast.GtE], ast.Gt: [ast.GtE, ast.Lt], ast.GtE: [ast.Gt, ast.LtE],
    ast.Eq: [ast.NotEq], ast.NotEq: [ast.Eq], ast.In: [ast.NotIn], ast.NotIn: [ast.In],
    ast.Is: [ast.IsNot], ast.IsNot: [ast.Is],
    ast.And: [ast.Or], ast.Or: [ast.And],
}  # fmt: skip
ORDER_MATTERS = (ast.Sub, ast.Div, ast.FloorDiv, ast.Mod, ast.Pow, ast.MatMult)
PAIRS = [
    ("mean", "sum"), ("reduce_mean", "reduce_sum"), ("exp", "log"), ("square", "abs"),
    ("minimum", "maximum"), ("min", "max"),
    ("reduce_min", "reduce_max"), ("argmin", "argmax"), ("zeros", "ones"), ("zeros_like", "ones_like"), ("sin", "cos"),
    ("floor", "ceil"), ("std", "var"), ("cumsum", "cumprod"), ("any", "all"), ("sigmoid", "tanh"),
]  # fmt: skip
OTHER_FUNCTION = {**dict(PAIRS), **{second: first for first, second in PAIRS}, "absolute": "square"}
CAN_BE_FORGOTTEN = {
    "sqrt", "exp", "log", "square", "abs", "absolute", "round", "floor", "ceil",
    "transpose", "softmax", "sigmoid", "tanh",
}  # fmt: skip
ORDER_IS_FREE = {"min", "max", "minimum", "maximum", "add", "multiply", "logical_and", "logical_or", "equal"}
# A change is described by the smallest of these around it: "`axis=(1, 2)` → `axis=(1, 3)`" rather than "`2` → `3`".
DESCRIBED = (ast.keyword, ast.BinOp, ast.Compare, ast.BoolOp, ast.Call, ast.Subscript, ast.IfExp, ast.stmt)


def of_function(function):
    """Yield (description, changed syntax tree) for every mutant of a function's syntax tree."""
    parents = {child: node for node in ast.walk(function) for child in ast.iter_child_nodes(node)}
    seen, described = {ast.unparse(function)}, {}
    for node in _mutable(function):
        for replacement in _replacements(node, parents[node]):
            described_node = _described(node, parents)
            mutant = _replaced(function, node, replacement)
            text = ast.unparse(mutant)
            if text in seen:
                continue
            seen.add(text)
            description = _description(described_node, _replaced(described_node, node, replacement))
            described[description] = described.get(description, 0) + 1
            yield (description if described[description] == 1 else f"{description} ({described[description]})"), mutant


def of_value(value):
    """Yield (description, changed value) for every mutant of a number, text, truth, or tuple or list of them."""
    for changed in _changed_values(value):
        yield f"{value!r} → {changed!r}", changed


def of_result(result, targets):
    """Yield (description, changed result) for every mutant of an experiment's recorded numbers."""
    for target in targets:
        value = result[target.name]
        numbers = [math.nan, math.inf, -math.inf, 0, -value]
        numbers += [] if target.at_most is None else [target.at_most + _step(target.at_most)]
        numbers += [] if target.at_least is None else [target.at_least - _step(target.at_least)]
        for number in numbers:
            if number != value:
                yield f"{target.name} = {number:.6g}", {**result, target.name: number}
        yield f"without {target.name}", {key: each for key, each in result.items() if key != target.name}


def _step(bound):
    return max(0.01 * abs(bound), 1e-6)


def _mutable(function):
    """Expressions and the statements that hold operators, without docstring, decorators, defaults and annotations."""
    for statement in function.body:
        for node in ast.walk(statement):
            if isinstance(node, ast.expr | ast.AugAssign | ast.If):
                yield node


def _replacements(node, parent):
    if isinstance(node, ast.BinOp):
        yield from (_with(node, op=operator()) for operator in OPERATORS.get(type(node.op), []))
        if isinstance(node.op, ast.Add | ast.Sub):
            yield node.left
            yield node.right if isinstance(node.op, ast.Add) else ast.UnaryOp(ast.USub(), node.right)
        if isinstance(node.op, ORDER_MATTERS):
            yield _with(node, left=node.right, right=node.left)
    elif isinstance(node, ast.AugAssign):
        yield from (_with(node, op=operator()) for operator in OPERATORS.get(type(node.op), []))
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.Not):
        yield node.operand
    elif isinstance(node, ast.Compare):
        for place, operator in enumerate(node.ops):
            yield from (_with(node, ops=_put(node.ops, place, other())) for other in OPERATORS[type(operator)])
    elif isinstance(node, ast.BoolOp):
        yield _with(node, op=OPERATORS[type(node.op)][0]())
    elif isinstance(node, ast.Constant):
        negated = isinstance(parent, ast.UnaryOp) and isinstance(parent.op, ast.USub)
        yield from (
            _number(number) for number in _other_constants(node.value) if not (negated and number == -node.value)
        )
    elif isinstance(node, ast.Call):
        yield from _other_calls(node)
    elif isinstance(node, ast.Tuple | ast.List) and isinstance(parent, ast.keyword) and len(node.elts) > 1:
        yield from (_with(node, elts=_without(node.elts, place)) for place in range(len(node.elts)))
    elif isinstance(node, ast.IfExp):
        yield _with(node, body=node.orelse, orelse=node.body)
    elif isinstance(node, ast.If):
        yield _with(node, test=ast.UnaryOp(ast.Not(), node.test))


def _other_calls(call):
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", None)
    if name in OTHER_FUNCTION:
        field = "attr" if isinstance(call.func, ast.Attribute) else "id"
        yield _with(call, func=_with(call.func, **{field: OTHER_FUNCTION[name]}))
    if name in CAN_BE_FORGOTTEN and call.args:
        yield call.args[0]
    for place in range(len(call.args) - 1 if name not in ORDER_IS_FREE else 0):
        yield _with(call, args=_put(_put(call.args, place, call.args[place + 1]), place + 1, call.args[place]))
    for place in range(len(call.keywords)):
        yield _with(call, keywords=_without(call.keywords, place))


def _other_constants(value):
    if isinstance(value, bool):
        return [not value]
    if not isinstance(value, int | float):
        return []
    return [each for each in dict.fromkeys([value + 1, value - 1, 2 * value, 0, -value]) if each != value]


def _changed_values(value):
    if isinstance(value, str):
        return [each for each in (value[::-1], value[1:], value + "x", "") if each != value]
    if isinstance(value, tuple | list):
        as_type, items = type(value), list(value)
        changed = [_put(items, place, each) for place, item in enumerate(items) for each in _changed_values(item)]
        changed += [_without(items, place) for place in range(len(items))]
        changed += [
            _put(_put(items, place, items[place + 1]), place + 1, items[place]) for place in range(len(items) - 1)
        ]
        return [as_type(each) for each in changed if each != items]
    if isinstance(value, bool):
        return [not value]
    return [*_other_constants(value), math.nan] if isinstance(value, int | float) else []


def _number(value):
    constant = ast.Constant(value if value is True or value is False else abs(value))
    return ast.UnaryOp(ast.USub(), constant) if value < 0 else constant


def _with(node, **fields):
    """A shallow copy of ``node`` with other fields."""
    changed = copy.copy(node)
    for name, value in fields.items():
        setattr(changed, name, value)
    return changed


def _put(items, place, item):
    return [*items[:place], item, *items[place + 1 :]]


def _without(items, place):
    return [*items[:place], *items[place + 1 :]]


def _described(node, parents):
    while not isinstance(node, DESCRIBED):
        node = parents[node]
    return node


def _description(before, after):
    """Both in their own words; of several lines, the first that differs."""
    pairs = zip(ast.unparse(before).splitlines(), ast.unparse(after).splitlines(), strict=False)
    return next(f"`{old.strip()}` → `{new.strip()}`" for old, new in pairs if old != new)


def _replaced(tree, node, replacement):
    """A copy of ``tree`` in which ``replacement`` stands for ``node``."""
    # The replacement may hold parts of the original tree, so it is copied on its own.
    return copy.deepcopy(replacement) if tree is node else copy.deepcopy(tree, {id(node): copy.deepcopy(replacement)})
