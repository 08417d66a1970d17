"""What counts in a lesson's hash although no name leads to it: registries, and text that the lesson shows."""

import pytest
from small_course import change

from genai_course_tools.authoring.freshness import definitions_hash

ZOO = "from genai_course import zoo\n"


@pytest.mark.parametrize(
    ("code", "reaches_vae", "reaches_flow"),
    [
        ("zoo.load('vae')", True, False),
        ("zoo.load('flow')", False, True),
        ("zoo.load(name)", True, True),  # a registry that is asked for anything counts whole
        ("zoo.RECIPES", True, True),
        ("print(zoo)", True, True),
        ("", False, False),
    ],
)
def test_a_registry_counts_by_the_names_that_are_asked_for(package, lesson, code, reaches_vae, reaches_flow):
    def hashed():
        return definitions_hash(lesson(code=f"# %%\n{ZOO}name = 'flow'\n{code}\n"))

    before = hashed()
    change(package, "models/autoencoder.py", ("return x\n", "return -x\n"))
    assert (hashed() != before) == reaches_vae
    before = hashed()
    change(package, "models/flow.py", ("Flow: ...", "Flow:\n  x = 2"))
    assert (hashed() != before) == reaches_flow
    before = hashed()
    change(package, "zoo.py", ("@recipe\ndef flow", "@recipe\ndef glow"))
    assert (hashed() != before) == reaches_flow  # the name is the key


def test_data_beside_a_module_counts_where_it_is_read(package, lesson):
    change(package, "data/digits.py", ("return 1\n", "return open('digits.json')\n"))
    before = definitions_hash(lesson())
    (package / "data/other.json").write_text("[1]")
    assert definitions_hash(lesson()) == before
    for content in ("[1]", "[2]"):
        (package / "data/digits.json").write_text(content)
        assert definitions_hash(lesson()) != before
        before = definitions_hash(lesson())


SHOWN = "from genai_course import show_source\n"


@pytest.mark.parametrize(
    ("shown", "encode", "decode", "layers"),
    [
        ("show_source(models.Autoencoder.encode)", True, False, False),
        ("show_source(models.Autoencoder)", True, True, False),
        ("show_source(model)", True, True, True),  # whatever that is: all that the lesson reaches counts as text
        ("show_source(models.Autoencoder.call)", True, True, True),  # inherited
    ],
)
def test_what_a_lesson_shows_counts_with_comments_and_docstrings(package, lesson, shown, encode, decode, layers):
    changes = [
        ("models/autoencoder.py", "# the code", "# the code, by a comment", encode),
        ("models/autoencoder.py", "def decode(self, x):", "def decode(self, x):  # back", decode),
        ("models/layers.py", "class Base:", "class Base:  # of all layers", layers),
        ("models/flow.py", "class Flow:", "class Flow:  # of numbers", False),
    ]
    for file, old, new, counts in changes:
        before = definitions_hash(lesson(SHOWN + shown))
        change(package, file, (old, new))
        assert (definitions_hash(lesson(SHOWN + shown)) != before) == counts, new
