"""The entrance, my-course/index.ipynb: what it says, and that an edited one is kept."""

import json

import nbformat
import pytest

from genai_course_tools.learner.overview import INDEX, Card, read_cards, summary, write_index

CARDS = [
    Card("00_start_here/01_welcome", "Can a program …?", 15, ("welcome-a", "welcome-b"), ("welcome-a", "welcome-b")),
    Card(
        "02_models/03_autoencoders",
        "How few | how many?",
        45,
        ("autoencoders-a", "autoencoders-b"),
        ("autoencoders-b",),
    ),
    Card("02_models/04_variational_autoencoders", "By rolling dice?", None, ("variational_autoencoders-a",), ()),
]


def sources(folder):
    notebook = nbformat.read(folder / INDEX, 4)
    nbformat.validate(notebook)
    return [cell.source for cell in notebook.cells]


def edit(folder, change):
    notebook = json.loads((folder / INDEX).read_text(encoding="utf-8"))
    change(notebook)
    (folder / INDEX).write_text(json.dumps(notebook), encoding="utf-8")


def kept(folder):
    return [path for path in folder.iterdir() if path.name != INDEX]


def test_it_has_a_cell_a_module_and_a_row_a_lesson(tmp_path):
    assert write_index(tmp_path, CARDS) == []
    first, start, models = sources(tmp_path)
    assert "Go on with [Autoencoders](02_models/03_autoencoders.ipynb)." in first
    assert "3 of 5 exercises passed, 1 of 3 lessons done." in first
    assert start.startswith("## 00 · Start here\n")
    assert "| [Welcome](00_start_here/01_welcome.ipynb) | Can a program …? | 15 | 2 of 2 ✓ |" in start
    assert "| [Autoencoders](02_models/03_autoencoders.ipynb) | How few \\| how many? | 45 | 1 of 2 |" in models
    assert (
        "| [Variational autoencoders](02_models/04_variational_autoencoders.ipynb) | By rolling dice? |  | 0 of 1 |"
        in models
    )


def test_the_course_itself(tmp_path):
    cards = read_cards({"welcome-average_picture": {}})
    assert [card.name for card in cards][:2] == ["00_start_here/01_welcome", "01_data/01_images"]
    assert (cards[0].title, cards[0].count) == ("Can a program make something it has never seen?", "1 of 2")
    assert all(card.minutes and card.exercises for card in cards)
    write_index(tmp_path, cards)
    assert len(sources(tmp_path)) == 1 + len({card.module for card in cards})


def test_it_begins_and_ends():
    from genai_course_tools.learner.overview import _index_sources

    new = [Card(card.name, card.title, card.minutes, card.exercises, ()) for card in CARDS]
    done = [Card(card.name, card.title, card.minutes, card.exercises, card.exercises) for card in CARDS]
    assert "Begin with [Welcome]" in _index_sources(new)[0]
    assert "You have done them all." in _index_sources(done)[0]
    assert summary(done) == "5 of 5 exercises passed, 3 of 3 lessons done."


def test_it_follows_the_progress_and_is_left_alone_without_any(tmp_path):
    write_index(tmp_path, CARDS[1:])
    before = (tmp_path / INDEX).stat()
    assert write_index(tmp_path, CARDS[1:]) == []
    assert (tmp_path / INDEX).stat().st_mtime_ns == before.st_mtime_ns
    assert write_index(tmp_path, CARDS) == []
    assert len(sources(tmp_path)) == 3
    assert kept(tmp_path) == []


def saved_by_jupyterlab(notebook):
    notebook["metadata"]["language_info"] = {"name": "python", "version": "3.13.0"}
    notebook["cells"].append(
        {"cell_type": "code", "id": "new", "metadata": {}, "source": "", "outputs": [], "execution_count": None}
    )


def test_saving_is_not_editing(tmp_path):
    write_index(tmp_path, CARDS[1:])
    edit(tmp_path, saved_by_jupyterlab)
    assert write_index(tmp_path, CARDS) == []
    assert kept(tmp_path) == []


def test_an_edited_one_is_kept_under_a_dated_name(tmp_path):
    write_index(tmp_path, CARDS[1:])
    edit(tmp_path, lambda notebook: notebook["cells"][0].update(source="my notes"))
    [sentence] = write_index(tmp_path, CARDS)
    [mine] = kept(tmp_path)
    assert mine.name.startswith("index.2")
    assert mine.name in sentence
    assert json.loads(mine.read_text())["cells"][0]["source"] == "my notes"
    assert len(sources(tmp_path)) == 3
    assert write_index(tmp_path, CARDS) == []


@pytest.mark.parametrize("content", ["", "my own notes", "[1]", '{"cells": []}'])
def test_another_file_of_this_name_is_kept_too(tmp_path, content):
    (tmp_path / INDEX).write_text(content)
    [sentence] = write_index(tmp_path, CARDS)
    [mine] = kept(tmp_path)
    assert mine.name in sentence
    assert mine.read_text() == content


def test_a_folder_that_cannot_be_written_to_is_answered_with_one_sentence(tmp_path):
    (tmp_path / "file").write_text("a file")
    [sentence] = write_index(tmp_path / "file", CARDS)
    assert "could not be written" in sentence
