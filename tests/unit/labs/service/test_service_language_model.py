"""Language model and releases: the same text in another process, with other engines, from whole releases only."""

import json
import shutil
import subprocess
import sys
import time

import numpy as np
import pytest

from genai_course.labs import service
from genai_course.labs.service.release import ENGINES

WISH = {"prompt": "One evening", "words": 15, "seed": 3}


@pytest.mark.parametrize("engine", ENGINES)
def test_engines_write_the_same(folder, engine):
    assert service.load_release(folder / "release", engine).generate(**WISH) == numpy_model(folder).generate(**WISH)


def test_another_process_writes_the_same(folder):
    program = (
        "import sys, json; from genai_course.labs import service;"
        "print(json.dumps(service.load_release(sys.argv[1], 'keras').generate(**json.loads(sys.argv[2]))))"
    )
    command = [sys.executable, "-c", program, str(folder / "release"), json.dumps(WISH)]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert json.loads(said) == numpy_model(folder).generate(**WISH)


def test_numpy_needs_no_tensorflow(folder):
    program = (
        "import sys; from genai_course.labs import service;"
        "service.load_release(sys.argv[1], 'numpy'); print('tensorflow' in sys.modules)"
    )
    command = [sys.executable, "-c", program, str(folder / "release")]
    said = subprocess.run(command, capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "False"


def test_side_by_side_is_one_by_one(folder):
    language_model = numpy_model(folder)
    prompts = ["One", "The old church", "a fox met two geese near the old church, and then the geese"]
    together = language_model.generate_batch(prompts, words=9, seeds=[5, 6, 7])
    assert together == [
        language_model.generate(prompt, 9, seed=seed) for prompt, seed in zip(prompts, (5, 6, 7), strict=True)
    ]
    assert len(set(together)) == 3


def test_cold_writes_the_likeliest(folder):
    language_model = numpy_model(folder)
    assert language_model.generate("One", 5, temperature=1e-6, seed=1) == language_model.generate(
        "One", 5, temperature=1e-6, seed=2
    )
    assert language_model.generate("One", 5, temperature=1, seed=1) != language_model.generate(
        "One", 5, temperature=1, seed=2
    )


def test_surprise_is_what_the_network_says(folder):
    language_model = numpy_model(folder)
    texts = ["One evening a fox", "zzz"]
    expected = []
    for text in texts:
        codes = np.r_[np.full(8, language_model.numbers["\n"]), service.encode(text, language_model.numbers)]
        logits = np.stack([language_model.logits(codes[None, place : place + 8])[0] for place in range(len(codes) - 8)])
        shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
        expected.append(-np.log2(shares[np.arange(len(shares)), codes[8:]]).sum() / len(text))
    np.testing.assert_allclose(language_model.surprise(texts), expected, rtol=1e-5)


def test_words_unknown_are_spelt_and_characters_refused(folder):
    language_model = numpy_model(folder)
    codes = service.encode("fox foxes", language_model.numbers)
    assert [language_model.pieces[code] for code in codes] == ["f", "o", "x", " ", "f", "o", "x", "e", "s"]
    assert (
        "".join(language_model.pieces[code] for code in service.encode("the fox", language_model.numbers)) == "the fox"
    )
    with pytest.raises(ValueError, match=r"'\\xe9'"):
        language_model.generate("caf\u00e9")


def test_gives_up_at_its_deadline(folder):
    with pytest.raises(TimeoutError, match="0 of 5 words"):
        numpy_model(folder).generate("One", 5, deadline=time.monotonic() - 1)


@pytest.mark.parametrize("name", ["model.keras", "weights.npz"])
def test_refuses_a_changed_file(folder, tmp_path, name):
    copy = shutil.copytree(folder / "release", tmp_path / "release")
    content = bytearray((copy / name).read_bytes())
    content[len(content) // 2] ^= 1
    (copy / name).write_bytes(content)
    with pytest.raises(ValueError, match=f"{name} is not the file of this release"):
        service.load_release(copy, "numpy")


def test_refuses_missing_and_damaged(folder, tmp_path):
    with pytest.raises(ValueError, match="is missing"):
        service.load_release(tmp_path / "nowhere")
    copy = shutil.copytree(folder / "release", tmp_path / "release")
    (copy / "weights.npz").unlink()
    with pytest.raises(ValueError, match=r"weights\.npz is missing"):
        service.load_release(copy, "numpy")
    (copy / "release.json").write_text("{")
    with pytest.raises(ValueError, match="damaged"):
        service.load_release(copy, "numpy")
    with pytest.raises(ValueError, match="engine is 'onnx'"):
        service.load_release(copy, "onnx")


def test_refuses_another_example(folder, tmp_path):
    copy = shutil.copytree(folder / "release", tmp_path / "release")
    facts = json.loads((copy / "release.json").read_text())
    facts["pieces"] = facts["pieces"][::-1]  # the order of the words is lost
    (copy / "release.json").write_text(json.dumps(facts))
    with pytest.raises(ValueError, match="does not write its example"):
        service.load_release(copy, "numpy")


def numpy_model(folder):
    return service.load_release(folder / "release", "numpy")
