"""`genai-course site`: the pages of the whole course, as files."""

import html

import nbformat
import pytest
from site_files import broken_links, foreign_addresses, pages

from genai_course.paths import course_root
from genai_course_tools.learner import overview

CARDS = overview.read_cards({})


@pytest.fixture(scope="module")
def made(made_site):
    """The folder of the pages, and what the command said."""
    return made_site


def _notebook(kind, card):
    return nbformat.read(course_root() / kind / f"{card.name}.ipynb", as_version=4)


def _page(folder, kind, card):
    return (folder / kind / f"{card.name}.html").read_text(encoding="utf-8")


def test_nothing_of_a_lesson_puzzles_sphinx(made):
    assert made[1].splitlines() == [f"Making pages of {2 * len(CARDS)} notebooks …"]


def test_the_start_page_lists_every_lesson_with_its_minutes(made):
    index = (made[0] / "index.html").read_text(encoding="utf-8")
    for card in CARDS:
        row = index.partition(f'href="notebooks/{card.name}.html"><span class="std std-doc">')[2].partition("</tr>")[0]
        assert html.escape(card.title, quote=False) in row
        assert f"<p>{card.minutes}</p>" in row


def test_pages_load_nothing_from_another_host(made):
    assert foreign_addresses(made[0]) == []


def test_every_link_leads_somewhere(made):
    assert broken_links(made[0]) == []


@pytest.mark.parametrize("kind", ["notebooks", "solutions"])
def test_the_notebook_lies_beside_its_page(made, kind):
    for card in CARDS:
        assert f'href="{card.name.split("/")[1]}.ipynb" download>' in _page(made[0], kind, card)
        copy = made[0] / kind / f"{card.name}.ipynb"
        assert copy.read_bytes() == (course_root() / kind / f"{card.name}.ipynb").read_bytes()


def test_lesson_and_solution_lead_to_each_other(made):
    for card in CARDS:
        assert f'<a href="../../solutions/{card.name}.html">Solution</a>' in _page(made[0], "notebooks", card)
        assert f'<a href="../../notebooks/{card.name}.html">Lesson</a>' in _page(made[0], "solutions", card)


def test_lessons_follow_each_other_in_course_order(made):
    for card, following in zip(CARDS, CARDS[1:], strict=False):
        [link] = [line for line in _page(made[0], "notebooks", card).splitlines() if 'class="next-page"' in line]
        assert f'{following.name.split("/")[1]}.html"' in link


def test_notes_for_teachers_are_marked_and_only_in_solutions(made):
    for card in CARDS:
        tags = [cell.metadata.get("tags", []) for cell in _notebook("solutions", card).cells]
        notes = sum("instructor" in each for each in tags)
        assert _page(made[0], "solutions", card).count(">Note for teachers</p>") == notes
        assert "Note for teachers" not in _page(made[0], "notebooks", card)


def test_exercises_are_open_in_lessons(made):
    for card in CARDS:
        assert "BEGIN SOLUTION" not in _page(made[0], "notebooks", card)


def test_every_figure_keeps_its_words(made):
    shown = {page.path: [picture.get("alt") for picture in page.pictures] for page in pages(made[0])}
    assert all(all(texts) for texts in shown.values())
    for card in CARDS:
        here = shown[made[0] / "solutions" / f"{card.name}.html"]
        for cell in _notebook("solutions", card).cells:
            for output in cell.get("outputs", []):
                if "alt" in output.get("metadata", {}).get("image/png", {}):
                    assert output.metadata["image/png"]["alt"] in here


def test_formulas_are_given_to_the_typesetter_in_the_folder(made):
    formulas = [page for page in pages(made[0]) if 'class="math' in page.text]
    assert formulas
    for page in formulas:
        assert any(address.partition("?")[0].endswith("_static/tex-svg-full.js") for address in page.loaded)


def test_a_widget_without_a_kernel_is_its_picture(made):
    assert not any("application/vnd.jupyter.widget" in page.text for page in pages(made[0]))
