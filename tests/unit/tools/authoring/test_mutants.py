import ast
import math

import pytest

from genai_course.exercises import Target, slips
from genai_course_tools.authoring import mutants


def made(body, arguments="a, b"):
    function = ast.parse(f"def f({arguments}):\n    '''Not 1 + 1.'''\n    {body}").body[0]
    return {description: ast.unparse(tree).splitlines()[-1].strip() for description, _, tree in slips.of_tree(function)}


@pytest.mark.parametrize(
    ("body", "mutant"),
    [
        ("return a - b", "return a + b"),
        ("return a - b", "return b - a"),
        ("return a - b", "return a"),
        ("return a - b", "return -b"),
        ("return a + b", "return b"),
        ("return a * b", "return a / b"),
        ("return -a", "return a"),
        ("return a < b", "return a <= b"),
        ("return a == b", "return a != b"),
        ("return a and b", "return a or b"),
        ("return a[1:]", "return a[2:]"),
        ("return a[1:]", "return a[0:]"),
        ("return 0.5 * a", "return 1.0 * a"),
        ("return 0.5 * a", "return -0.5 * a"),
        ("return mean(a, axis=(1, 2))", "return mean(a, axis=(1,))"),
        ("return mean(a, axis=(1, 2))", "return mean(a)"),
        ("return ops.mean(a, axis=1)", "return ops.sum(a, axis=1)"),
        ("return ops.exp(a)", "return ops.log(a)"),
        ("return ops.exp(a)", "return a"),
        ("return np.square(a)", "return np.abs(a)"),
        ("return np.minimum(a, b)", "return np.maximum(a, b)"),
        ("return np.sqrt(a)", "return a"),
        ("return f(a, b)", "return f(b, a)"),
        ("return f(a, keepdims=True)", "return f(a, keepdims=False)"),
        ("return a if b else 1", "return 1 if b else a"),
        ("a += b", "a -= b"),
        ("return not a", "return a"),
        ("return a in b", "return a not in b"),
    ],
)
def test_what_is_changed(body, mutant):
    assert mutant in made(body).values()


def test_descriptions_show_the_smallest_part_that_tells():
    found = made("return mean(square(a - b), axis=(1, 2))")
    assert "`a - b` → `b - a`" in found
    assert "`axis=(1, 2)` → `axis=(1, 3)`" in found
    assert "`square(a - b)` → `a - b`" in found
    twice = made("return (a - b) * (a - b)")
    assert {"`a - b` → `b - a`", "`a - b` → `b - a` (2)"} <= set(twice)


def test_every_mutant_is_another_program_and_the_original_stays():
    function = ast.parse("def f(a, b=1):\n    c = min(a, b) - -1\n    return c if a > 2 else 0").body[0]
    before = ast.unparse(function)
    texts = [ast.unparse(tree) for _, _, tree in slips.of_tree(function)]
    assert len(set(texts)) == len(texts) > 10
    assert before not in texts
    assert ast.unparse(function) == before
    assert not any("min(b, a)" in text or "b=2" in text for text in texts)
    for text in texts:
        compile(text, "", "exec")


def test_values():
    assert {13, 11, 24, 0, -12} <= {value for _, value in mutants.of_value(12)}
    assert any(isinstance(value, float) and math.isnan(value) for _, value in mutants.of_value(12))
    shapes = [value for _, value in mutants.of_value((4, 2))]
    assert {(2, 4), (4,), (4, 3)} <= set(shapes)
    assert (4, 2) not in shapes
    assert [value for _, value in mutants.of_value(True)] == [False]
    assert "bacd" not in {value for _, value in mutants.of_value("bacd")}


def test_results():
    found = dict(mutants.of_result({"size": 12, "error": 0.018}, [Target("error", "", at_least=0.01, at_most=0.02)]))
    assert found["error = 0.0202"] == {"size": 12, "error": pytest.approx(0.0202)}
    assert found["error = 0.0099"]["error"] < 0.01
    assert found["without error"] == {"size": 12}
    assert math.isnan(found["error = nan"]["error"])
    assert {"error = 0", "error = -0.018", "error = inf"} <= set(found)
