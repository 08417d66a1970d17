import ast

import pytest

from genai_course import data
from genai_course.data import python_texts
from genai_course.data.texts import run_hashes


@pytest.fixture(scope="module", params=[0, 1, 2])
def docs(request):
    return data.python_docs(seed=request.param)


def test_the_reference_is_split_by_document(docs):
    assert not set(docs.train_names) & set(docs.test_names)
    assert len(docs.train_names) == len(docs.train)
    assert 250_000 < len(docs.train_text) < 450_000
    assert 0.07 < len(docs.test_text) / len(docs.train_text) < 0.2


def test_hardly_a_run_of_the_test_is_in_the_training_text(docs):
    assert data.shared_runs(docs.train_text, docs.test_text) < 0.01


def test_a_random_split_would_leak():
    from pydoc_data.topics import topics

    names = sorted(topics)
    train = "".join(topics[name] for name in names[::2])
    assert data.shared_runs(train, "".join(topics[name] for name in names[1::2])) > 0.1


@pytest.mark.parametrize("seed", [0, 1])
def test_source_code_parses_and_hardly_leaks(seed):
    code = data.python_code(300_000, seed=seed)
    for text in code.train + code.test:
        ast.parse(text)
    assert data.shared_runs(code.train_text, code.test_text) < 0.01
    assert 300_000 <= len(code.train_text) < 500_000
    assert len(code.test_text) > 15_000
    assert not set(code.train_names) & set(code.test_names)


def test_same_seed_same_texts():
    assert data.python_docs(seed=3) == data.python_docs(seed=3)
    assert data.python_code(200_000).train_names == data.python_code(200_000).train_names
    assert data.python_code(200_000).train_names != data.python_code(200_000, seed=1).train_names


def test_a_python_without_source_is_answered(monkeypatch, tmp_path):
    monkeypatch.setattr(python_texts.sysconfig, "get_path", lambda name: str(tmp_path))
    python_texts._standard_library.cache_clear()
    with pytest.raises(ValueError, match="Only 0 modules of the standard library"):
        data.python_code()


def test_bad_numbers_are_answered():
    with pytest.raises(ValueError, match="n_characters is 10; give a whole number, 200000 or more"):
        data.python_code(10)
    with pytest.raises(ValueError, match="seed is -1"):
        data.python_docs(seed=-1)


def test_shared_runs_counts_exactly():
    assert data.shared_runs("abcdef", "abcxef", length=3) == 0.25
    assert data.shared_runs("abc", "xyz", length=3) == 0
    assert data.shared_runs("abc", "", length=3) == 0
    text = "one text with ümläuts and 🦊 "
    assert data.shared_runs(text * 2, text * 2) == 1
    assert len(run_hashes(text, 4)) == len(text) - 3
    assert len(set(run_hashes(text, 4).tolist())) == len({text[place : place + 4] for place in range(len(text) - 3)})
