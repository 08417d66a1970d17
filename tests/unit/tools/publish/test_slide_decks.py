"""`genai-course slides`: a deck a teacher can show, from the lesson as it is."""

import html
import io
import re

import nbformat
import pytest
from click.testing import CliRunner
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output
from rich.console import Console
from site_files import broken_links, foreign_addresses, pages

from genai_course.paths import course_root
from genai_course_tools import cli
from genai_course_tools.publish.slides import ROOM, _cut, _pieces, write_slides

LESSON = "02_models/03_autoencoders"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The folder of the deck, its page, and what the command said."""
    console = Console(file=io.StringIO(), width=1000)
    folder = write_slides(["autoencoders"], tmp_path_factory.mktemp("decks") / "slides", console).parent
    return folder, (folder / f"{LESSON}.html").read_text(encoding="utf-8"), console.file.getvalue()


@pytest.fixture(scope="module")
def solution():
    return nbformat.read(course_root() / "solutions" / f"{LESSON}.ipynb", as_version=4)


def _breaks(pieces):
    return ["revealjs-break" in piece.source for piece in _cut(pieces)]


def test_it_says_what_it_does_and_nothing_else(made):
    assert made[2].splitlines() == ["Making slides of 1 lesson …"]


def test_only_the_lesson_asked_for_is_made(made):
    assert {page.path.stem for page in pages(made[0])} == {"index", "03_autoencoders"}


def test_each_heading_begins_a_slide(made, solution):
    headings = [
        heading
        for cell in solution.cells
        if cell.cell_type == "markdown"
        for heading in re.findall(r"^##? (.+)$", cell.source, re.MULTILINE)
    ]
    begun = re.findall(r"<section[^>]*>\s*<h[12]>(.*?)</h[12]>", made[1])
    assert list(dict.fromkeys(html.unescape(title) for title in begun)) == headings


def test_exercises_stand_open_and_answers_are_left_out(made, solution):
    text = html.unescape(re.sub(r"<[^>]+>", "", made[1]))
    assert "my_guess = ..." in text
    assert "return ..." in text
    for told in ("BEGIN SOLUTION", "✓ Passed", "Your guess:", "You chose"):
        assert told in str(solution.cells)
        assert told not in text
    [experiment] = [cell for cell in solution.cells if cell.id == "autoencoders-smallest_code"]
    answer = experiment.source.partition("=")[2].strip()
    assert f"my_latent_dim = {answer}" not in text
    assert f"{{'latent_dim': {answer.split()[0]}" not in text


def test_what_the_lesson_shows_is_there(made, solution):
    assert "Outcome: 0.4" in made[1]
    assert len(pages(made[0] / "02_models")[0].pictures) >= 6
    assert all(picture["alt"] for picture in pages(made[0] / "02_models")[0].pictures)


def test_notes_for_teachers_are_speaker_notes(made, solution):
    asides = " ".join(re.findall(r'<aside class="notes">(.*?)</aside>', made[1], re.DOTALL))
    seen = re.sub(r"<aside.*?</aside>", "", made[1], flags=re.DOTALL)
    for cell in solution.cells:
        if "instructor" in cell.metadata.get("tags", []):
            words = re.search(r"\*\*(.+?)\*\*", cell.source)[1].partition(",")[0]
            assert words in asides
            assert words not in seen


def test_decks_load_nothing_from_another_host_and_lead_somewhere(made):
    assert foreign_addresses(made[0]) == []
    assert broken_links(made[0]) == []


def test_cells_that_do_not_fit_together_are_parted():
    short, long = new_code_cell("x = 1"), new_code_cell("x = 1\n" * 20)
    assert _breaks([new_markdown_cell("## One"), short, short]) == [False] * 3
    assert _breaks([new_markdown_cell("## One"), long, long]) == [False, False, True, False]
    assert _breaks([new_markdown_cell("## One"), long, new_markdown_cell("## Two"), long]) == [False] * 4


def test_a_cell_that_is_too_long_has_one_slide_of_its_own():
    endless = new_code_cell("x = 1\n" * (ROOM // 10))
    heights = [new_markdown_cell("## One\n\nSome words."), endless, new_code_cell("y = 2")]
    assert _breaks(heights) == [False, True, False, True, False]


def _cell(source, *tags, says=None):
    outputs = [new_output("stream", text=says)] if says else []
    return new_code_cell(source, metadata={"tags": list(tags)}, outputs=outputs)


@pytest.mark.parametrize(
    ("exercise", "check", "shown"),
    [
        ("size = ...", "check('a', size)", False),  # what follows would tell the size
        ("def f():\n    return ...", "f = check('a', f)", True),
        ("guess = ...", "predict('a', guess)", True),
    ],
)
def test_results_are_shown_where_they_do_not_tell_the_answer(exercise, check, shown):
    cells = [
        _cell(exercise, "exercise", says="secret"),
        _cell(check, "check", says="secret"),
        _cell("print(1)", says="result"),
        new_markdown_cell("On we go."),
        _cell("print(2)", says="later"),
    ]
    said = [output.text for piece in _pieces(cells, {}) for output in piece.get("outputs", [])]
    assert said == (["result", "later"] if shown else ["later"])


def test_an_unknown_lesson_is_answered_in_one_sentence():
    ended = CliRunner().invoke(cli.main, ["slides", "autoencoder"])
    assert ended.exit_code == 2
    assert "No lesson is called 'autoencoder'. Did you mean" in " ".join(ended.output.split())
