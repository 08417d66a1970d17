"""From what people type to a lesson's file."""

from pathlib import Path

import click
import pytest

from genai_course_tools.authoring.find import find_notebooks, find_sources, in_words, lesson_name, lesson_prefix


@pytest.fixture
def lessons(tmp_path):
    for name in (
        "01_data/01_images",
        "02_models/03_autoencoders",
        "02_models/04_variational_autoencoders",
        "07_x/01_images",
    ):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "lesson.py").touch()
        notebook = tmp_path / "notebooks" / f"{name}.ipynb"
        notebook.parent.mkdir(parents=True, exist_ok=True)
        notebook.touch()
    (tmp_path / "notes/01_draft").mkdir(parents=True)
    (tmp_path / "01_data/02_moved/__pycache__").mkdir(parents=True)  # what git leaves behind of a lesson
    return tmp_path


@pytest.mark.parametrize(
    "typed",
    [
        "02_models/03_autoencoders",
        "03_autoencoders",
        "autoencoders",
        "lessons/02_models/03_autoencoders",
        "lessons/02_models/03_autoencoders/",
        "lessons/02_models/03_autoencoders/lesson.py",
        "/elsewhere/notebooks/02_models/03_autoencoders.ipynb",
        "03_autoencoders.ipynb",
    ],
)
def test_every_way_of_naming_a_lesson(lessons, typed):
    assert find_sources([typed], lessons) == [lessons / "02_models/03_autoencoders/lesson.py"]
    assert find_notebooks([typed], lessons / "notebooks") == [lessons / "notebooks/02_models/03_autoencoders.ipynb"]


def test_no_name_means_all_lessons_in_order(lessons):
    names = [lesson_name(path) for path in find_sources([], lessons)]
    assert names == [
        "01_data/01_images",
        "02_models/03_autoencoders",
        "02_models/04_variational_autoencoders",
        "07_x/01_images",
    ]


def test_a_lesson_named_twice_comes_once(lessons):
    assert len(find_sources(["autoencoders", "03_autoencoders"], lessons)) == 1


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("autoencoder", r"'autoencoder'.*Did you mean 02_models/03_autoencoders"),
        ("02_models/03_autoencodres", r"Did you mean 02_models/03_autoencoders"),
        ("zebra", r"There are: 01_data/01_images, 02_models"),
        ("images", r"fits 01_data/01_images and 07_x/01_images: give the module"),
    ],
)
def test_unknown_or_ambiguous_names_are_answered_with_an_offer(lessons, typed, sentence):
    with pytest.raises(click.UsageError, match=sentence):
        find_sources([typed], lessons)


def test_a_lesson_without_its_text_is_refused(lessons):
    (lessons / "07_x/01_images/lesson.py").rename(lessons / "07_x/01_images/exercises.py")
    with pytest.raises(
        click.UsageError, match=r"07_x/01_images has no lesson\.py: write the lesson's text there, or delete"
    ):
        find_sources(["autoencoders"], lessons)


def test_folder_without_lessons_is_named(tmp_path):
    with pytest.raises(click.UsageError, match=f"no lesson in {tmp_path}"):
        find_sources([], tmp_path)


def test_prefix_is_the_name_without_module_and_number():
    assert lesson_prefix("02_models/04_variational_autoencoders") == "variational_autoencoders"
    assert lesson_name(Path("solutions/01_data/01_images.ipynb")) == "01_data/01_images"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("02_models", "Models"),
        ("01_markov_chain_monte_carlo", "Markov chain Monte Carlo"),
        ("07_pixelcnn_and_pixelrnn", "PixelCNN and PixelRNN"),
    ],
)
def test_names_in_words(name, words):
    assert in_words(name) == words
