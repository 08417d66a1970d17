"""Code that stands in a lesson's text, to copy: with a learner's own files, and with what people use beside the course."""

import ast
import builtins
import re
import symtable

import numpy as np
import pytest

from genai_course import data
from genai_course.exercises.registry import find
from genai_course.models import low_rank
from genai_course.paths import course_root
from genai_course_tools.authoring.lesson import read_lesson

FENCE = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)
OWN = "**With your own "
LIBRARY = "**With what people use.**"
LESSONS = {
    path.parent.name: read_lesson(path)
    for path in sorted((course_root() / "lessons").glob("*/*/lesson.py"))
    if OWN in path.read_text(encoding="utf-8")
}


def code_of(lesson, title):
    """The code in the cell of a lesson with such a title, and the code in the sentence above it: (statements, then)."""
    (text,) = [cell.source for cell in lesson.cells if cell.kind == "markdown" and title in cell.source]
    paragraph, fenced = text[text.index(title) :].split("```python\n", 1)
    return fenced.split("```")[0], re.findall(r"(?:then|and read|and look at) `([^`]+)`", paragraph)


def names(code):
    """The names that code reads, and those that it binds."""
    read, bound = set(), set()
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Name):
            (read if isinstance(node.ctx, ast.Load) else bound).add(node.id)
        elif isinstance(node, ast.alias):
            bound.add((node.asname or node.name).split(".")[0])
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            bound.add(node.name)
    return read, bound


@pytest.mark.parametrize("name", LESSONS)
def test_code_for_own_files_uses_what_the_lesson_has(name):
    # It was run with files of every kind when it was written; this notices what a lesson renames later.
    code, then = code_of(LESSONS[name], OWN)
    read, bound = names("\n".join([code, *then]))
    table = symtable.symtable(LESSONS[name].code, name, "exec").get_symbols()
    there = {symbol.get_name() for symbol in table if symbol.is_assigned() or symbol.is_imported()}
    assert read - bound - there - set(dir(builtins)) == set()
    assert len([line for line in code.splitlines() if "import" not in line]) <= 4


def run_beside(lesson, **given):
    """What the library's code of a lesson leaves behind, run with what it takes from the lesson's cells."""
    (path,) = (course_root() / "lessons").glob(f"*/{lesson}/lesson.py")
    values = {"np": np, **given}
    exec(code_of(read_lesson(path), LIBRARY)[0], values)
    return values


def test_tokenizers_beside_the_byte_pair_encoder(capsys):
    pytest.importorskip("tokenizers")
    docs = data.python_docs()
    text = docs.train_text[:40_000]
    ours = data.BytePairEncoder.train(text, 600)
    length = {600: len(docs.test_text) / ours.count(docs.test_text)}
    theirs = run_beside("02_text", docs=docs, text=text, length=length)["theirs"]
    count = len(theirs.encode(docs.test_text).ids)
    assert ours.count(docs.test_text) == pytest.approx(count, rel=0.05)
    assert "Ġ" in capsys.readouterr().out


def test_torch_fidelity_beside_the_frechet_distance():
    pytest.importorskip("torch_fidelity")
    random = np.random.default_rng(0)
    vae, real = random.standard_normal((300, 8)), 0.3 + 1.2 * random.standard_normal((300, 8))
    frechet = find("exercise", "image_metrics-frechet").reference

    def of_rows(a, b):
        return frechet(a.mean(axis=0), np.cov(a.T), b.mean(axis=0), np.cov(b.T))

    theirs = run_beside("01_image_metrics", vae=vae, real=real, frechet_of_rows=of_rows)["theirs"]
    assert theirs == pytest.approx(of_rows(vae, real), rel=1e-4)


def test_faiss_beside_the_search_through_all():
    pytest.importorskip("faiss")
    vectors = np.random.default_rng(0).standard_normal((3_000, 64), dtype=np.float32)
    found = run_beside("05_storing_data", vectors=vectors)  # scales the vectors to length 1
    nearest = np.argsort(-vectors[-200:] @ vectors.T, axis=1)[:, :5]
    assert np.mean(found["true"] == nearest) > 0.99  # rounding may swap two
    shares = [len({*a} & {*b}) / 5 for a, b in zip(nearest, found["near"], strict=True)]
    assert np.mean(shares) > 0.9


def test_peft_beside_the_low_rank_layer(capsys):
    torch = pytest.importorskip("torch")
    peft = pytest.importorskip("peft")
    pytest.importorskip("transformers")
    size = find("exercise", "transfer_and_fine_tuning-adapter_size").reference
    settings = run_beside("04_transfer_and_fine_tuning")["lora"]
    learning = 4 * size((64, 64), settings.r)  # queries and values of two blocks
    assert f"trainable params: {learning:,} " in capsys.readouterr().out

    linear = torch.nn.Sequential(torch.nn.Linear(6, 5, bias=False))
    kernel = linear[0].weight.detach().numpy().T.copy()  # (6, 5)
    settings.target_modules = ["0"]
    theirs = peft.get_peft_model(linear, settings)
    random, scale = np.random.default_rng(0), settings.lora_alpha / settings.r
    down, up, inputs = (random.normal(size=shape).astype("float32") for shape in ((6, 4), (4, 5), (3, 6)))
    with torch.no_grad():
        layer = theirs.base_model.model[0]
        layer.lora_A["default"].weight.copy_(torch.from_numpy(down.T))
        layer.lora_B["default"].weight.copy_(torch.from_numpy(up.T))
        adapted = theirs(torch.from_numpy(inputs)).numpy()
    np.testing.assert_allclose(
        adapted, np.asarray(low_rank.low_rank_product(inputs, kernel, down, up, scale)), atol=1e-5
    )
    merged = theirs.merge_and_unload()[0].weight.detach().numpy().T
    np.testing.assert_allclose(merged, np.asarray(low_rank.merged_kernel(kernel, down, up, scale)), atol=1e-5)
