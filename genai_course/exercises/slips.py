"""Wrong versions of a right function: one small change each, the kind that fingers and minds make, each with its words.

A learner whose function does on every case what such a version does is told which change that was. The harness of the
checks rejects the same changes made to the lesson's solution.
"""

import ast
import copy
import functools

from genai_course.exercises.edits import EditError, source_of, with_text

OPERATORS = {
    ast.Add: [ast.Sub], ast.Sub: [ast.Add], ast.Mult: [ast.Div], ast.Div: [ast.Mult], ast.FloorDiv: [ast.Div, ast.Mult],
    ast.Mod: [ast.FloorDiv], ast.Pow: [ast.Mult], ast.MatMult: [ast.Mult],
    ast.Lt: [ast.LtE, ast.Gt], ast.LtE: [ast.Lt, ast.GtE], ast.Gt: [ast.GtE, ast.Lt], ast.GtE: [ast.Gt, ast.LtE],
    ast.Eq: [ast.NotEq], ast.NotEq: [ast.Eq], ast.In: [ast.NotIn], ast.NotIn: [ast.In],
    ast.Is: [ast.IsNot], ast.IsNot: [ast.Is],
    ast.And: [ast.Or], ast.Or: [ast.And],
}  # fmt: skip
SIGNS = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%", ast.Pow: "**",
    ast.MatMult: "@", ast.BitAnd: "&", ast.BitOr: "|", ast.BitXor: "^", ast.LShift: "<<", ast.RShift: ">>",
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=", ast.In: "in",
    ast.NotIn: "not in", ast.Is: "is", ast.IsNot: "is not", ast.And: "and", ast.Or: "or",
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


@functools.cache
def of_reference(function):
    """[(words, function with one slip), …] of a ``def``; [] where its text cannot be read."""
    try:
        tree = ast.parse(source_of(function)).body[0]
    except EditError:
        return []
    slips = []
    for _, words, changed in of_tree(tree):
        try:
            slips.append((words, with_text(function, changed)))
        except Exception:  # a change that cannot even be defined
            continue
    return slips


def of_tree(function):
    """Yield (description, words, changed syntax tree) for every slip in a function's syntax tree.

    description: "`a - b` → `b - a`", for authors. words: what follows "the right answer" in a sentence for learners.
    """
    parents = {child: node for node in ast.walk(function) for child in ast.iter_child_nodes(node)}
    seen, described = {ast.unparse(function)}, {}
    for node in _mutable(function):
        for replacement, words in _replacements(node, parents[node]):
            described_node = _described(node, parents)
            mutant = _replaced(function, node, replacement)
            text = ast.unparse(mutant)
            if text in seen:
                continue
            seen.add(text)
            description = _description(described_node, _replaced(described_node, node, replacement))
            described[description] = described.get(description, 0) + 1
            number = described[description]
            yield description if number == 1 else f"{description} ({number})", words, mutant


def _mutable(function):
    """Expressions and the statements that hold operators, without docstring, decorators, defaults and annotations."""
    for statement in function.body:
        for node in ast.walk(statement):
            if isinstance(node, ast.expr | ast.AugAssign | ast.If):
                yield node


def _replacements(node, parent):
    """(what may stand in place of ``node``, the words for it), …"""
    if isinstance(node, ast.BinOp):
        sign = SIGNS[type(node.op)]
        for operator in OPERATORS.get(type(node.op), []):
            yield _with(node, op=operator()), f"with `{SIGNS[operator]}` in place of `{sign}`"
        if isinstance(node.op, ast.Add):
            yield node.left, "without a term that is added"
            yield node.right, "without a term that is added"
        if isinstance(node.op, ast.Sub):
            yield node.left, "without what is subtracted"
            yield ast.UnaryOp(ast.USub(), node.right), "without what is subtracted from"
        if isinstance(node.op, ORDER_MATTERS):
            yield _with(node, left=node.right, right=node.left), f"with the two sides of `{sign}` exchanged"
    elif isinstance(node, ast.AugAssign):
        for operator in OPERATORS.get(type(node.op), []):
            words = f"with `{SIGNS[operator]}=` in place of `{SIGNS[type(node.op)]}=`"
            yield _with(node, op=operator()), words
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.Not):
        yield node.operand, "without a minus sign" if isinstance(node.op, ast.USub) else "without a `not`"
    elif isinstance(node, ast.Compare):
        for place, operator in enumerate(node.ops):
            for other in OPERATORS[type(operator)]:
                words = f"with `{SIGNS[other]}` in place of `{SIGNS[type(operator)]}`"
                yield _with(node, ops=put(node.ops, place, other())), words
    elif isinstance(node, ast.BoolOp):
        other = OPERATORS[type(node.op)][0]
        yield _with(node, op=other()), f"with `{SIGNS[other]}` in place of `{SIGNS[type(node.op)]}`"
    elif isinstance(node, ast.Constant):
        negated = isinstance(parent, ast.UnaryOp) and isinstance(parent.op, ast.USub)
        name = f"{parent.arg}=" if isinstance(parent, ast.keyword) and parent.arg else ""
        for other in other_constants(node.value):
            if not (negated and other == -node.value):
                yield _number(other), f"with `{name}{other}` in place of `{name}{node.value}`"
    elif isinstance(node, ast.Call):
        yield from _other_calls(node)
    elif isinstance(node, ast.Tuple | ast.List) and isinstance(parent, ast.keyword) and len(node.elts) > 1:
        for place in range(len(node.elts)):
            yield _with(node, elts=without(node.elts, place)), f"with one of the parts of `{parent.arg}` missing"
    elif isinstance(node, ast.IfExp):
        yield _with(node, body=node.orelse, orelse=node.body), "with the two cases of an `if` exchanged"
    elif isinstance(node, ast.If):
        yield _with(node, test=ast.UnaryOp(ast.Not(), node.test)), "with the condition of an `if` turned round"


def _other_calls(call):
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", None)
    if other := OTHER_FUNCTION.get(name):
        field = "attr" if isinstance(call.func, ast.Attribute) else "id"
        yield _with(call, func=_with(call.func, **{field: other})), f"with `{other}` in place of `{name}`"
    if name in CAN_BE_FORGOTTEN and call.args:
        yield call.args[0], f"without `{name}`"
    for place in range(len(call.args) - 1 if name not in ORDER_IS_FREE else 0):
        exchanged = put(put(call.args, place, call.args[place + 1]), place + 1, call.args[place])
        yield _with(call, args=exchanged), f"with two arguments of `{name}` exchanged"
    for place, keyword in enumerate(call.keywords):
        yield _with(call, keywords=without(call.keywords, place)), f"without `{ast.unparse(keyword)}`"


def other_constants(value):
    if isinstance(value, bool):
        return [not value]
    if not isinstance(value, int | float):
        return []
    return [each for each in dict.fromkeys([value + 1, value - 1, 2 * value, 0, -value]) if each != value]


def _number(value):
    constant = ast.Constant(value if value is True or value is False else abs(value))
    return ast.UnaryOp(ast.USub(), constant) if value < 0 else constant


def _with(node, **fields):
    """A shallow copy of ``node`` with other fields."""
    changed = copy.copy(node)
    for name, value in fields.items():
        setattr(changed, name, value)
    return changed


def put(items, place, item):
    return [*items[:place], item, *items[place + 1 :]]


def without(items, place):
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
