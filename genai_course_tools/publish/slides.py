"""``genai-course slides``: a deck of each lesson, to show in a room without a kernel and without a network.

A slide begins at each heading of the lesson, and where the next cell would not fit below the ones before it. The cells and
figures are the solution's; exercises stand open, as learners have them, and what depends on an answer is left out.
"""

import re
import struct
from base64 import b64decode
from itertools import groupby
from pathlib import Path

import nbformat
from nbformat.v4 import new_markdown_cell
from rich.console import Console

from genai_course.paths import course_root
from genai_course_tools.authoring.find import find_notebooks, lesson_name
from genai_course_tools.learner import overview
from genai_course_tools.publish.folder import refuse_without_extra, whole_folder
from genai_course_tools.publish.pages import SETTINGS, STATIC, alternative_texts, build, directive, has_tag

WIDTH, HEIGHT = 1280, 800  # of a slide, in its own pixels; it is scaled to the screen
ROOM = 640  # what is left below a title
FIGURE = 1000, 460  # the box that a figure fills; slides.css says the same
SHOWN = ("text/html", "image/png", "text/markdown", "text/plain")
SLIDES_SETTINGS = {
    "extensions": [*SETTINGS["extensions"], "sphinx_revealjs"],
    "nb_mime_priority_overrides": [("revealjs", kind, number) for number, kind in enumerate(SHOWN)],
    "revealjs_style_theme": "white",
    "revealjs_static_path": [str(STATIC / "slides.css")],
    "revealjs_css_files": ["revealjs/plugin/highlight/zenburn.css", "slides.css"],
    "revealjs_script_conf": {
        "width": WIDTH,
        "height": HEIGHT,
        "margin": 0.03,
        "center": False,
        "hash": True,
        "slideNumber": "c/t",
        "transition": "none",
    },
    "revealjs_script_plugins": [
        {"src": "revealjs/plugin/notes/notes.js", "name": "RevealNotes"},
        {"src": "revealjs/plugin/highlight/highlight.js", "name": "RevealHighlight"},
    ],
}


def write_slides(wanted, output, console=None):
    """Write the decks of the lessons called ``wanted`` (all, if empty) into ``output``; return the path of their list.

    console: a rich Console that shows progress and warnings; None for silence.
    Raises click.UsageError for an unknown lesson, a missing package, or an ``output`` that is not ours or cannot be written.
    """
    refuse_without_extra()
    console = console or Console(quiet=True)
    names = [lesson_name(path) for path in find_notebooks(wanted, course_root() / "solutions")]
    cards = [card for card in overview.read_cards({}) if card.name in names]
    console.print(f"Making slides of {len(cards)} lesson{'s' * (len(cards) != 1)} …", highlight=False)
    with whole_folder(output) as work, console.status("") as status:
        texts = {}
        for card in cards:
            texts |= _write_deck(card, work / "source")
        _write_list(cards, work / "source")
        for warning in build("revealjs", work, SLIDES_SETTINGS, texts, status.update):
            console.print(warning, markup=False, highlight=False)
        _remove_unused(work / "html")
    return Path(output) / "index.html"


def _write_deck(card, source):
    """Write one lesson, cut into slides, for Sphinx to read; return the alternative texts of its figures."""
    solution = nbformat.read(course_root() / "solutions" / f"{card.name}.ipynb", as_version=4)
    lesson = nbformat.read(course_root() / "notebooks" / f"{card.name}.ipynb", as_version=4)
    texts = alternative_texts(solution)
    open_cells = {cell.id: cell for cell in lesson.cells}
    solution.cells = list(_cut(_pieces(solution.cells, open_cells)))
    solution.metadata.language_info.pygments_lexer = "python"  # reveal.js's colours do not know "ipython3"
    page = source / f"{card.name}.ipynb"
    page.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(solution, page)
    return texts


def _pieces(cells, open_cells):
    """The cells as slides show them: exercises open, no output that tells an answer, and large outputs apart from their code."""
    answering = is_value = False
    for cell in cells:
        if cell.cell_type == "markdown":
            answering = answering and has_tag(cell, "instructor")
            yield _changed(cell, source=re.sub(r"\[([^]]+)\]\([^)]+\.ipynb\)", r"\1", cell.source))
            continue
        if has_tag(cell, "exercise"):
            cell = open_cells.get(cell.id, cell)
            answering, is_value = True, not cell.source.startswith(("def ", "class ", "@"))
        outputs = [] if answering else [_without_guess(each) for each in cell.outputs if _is_worth_showing(each)]
        if has_tag(cell, "check"):  # a value that was found shows up in what follows, a function or a guess does not
            answering = is_value and "check(" in cell.source
        whole = _changed(cell, outputs=outputs)
        if _code_height(whole) <= ROOM:
            yield whole
            continue
        yield _changed(cell, outputs=[])
        for number, group in enumerate(_groups(outputs)):
            yield _changed(cell, id=f"{cell.id}-{number}", outputs=group, metadata={"tags": ["remove-input"]})


def _changed(cell, **changes):
    return nbformat.from_dict(cell | changes)


def _groups(outputs):
    """Outputs that stay together: a figure and what follows it."""
    groups = []
    for output in outputs:
        if not groups or "image/png" in output.get("data", {}):
            groups.append([])
        groups[-1].append(output)
    return groups


def _is_worth_showing(output):
    """Not the last line of a progress bar."""
    return output.output_type != "display_data" or set(output.data) != {"text/plain"}


def _without_guess(output):
    """A prediction's outcome, without the guess that the solution made."""
    shown = output.get("data", {})
    if not shown.get("text/plain", "").startswith("▸ Your guess"):
        return output
    told = re.sub(r"Your guess: .*? · outcome", "Outcome", shown["text/html"])
    return _changed(output, data={"text/html": told, "text/plain": shown["text/plain"]})


def _cut(pieces):
    """The pieces with a break wherever the next would not fit; notes for teachers become speaker notes."""
    used = 0
    for piece in pieces:
        if piece.cell_type == "markdown" and has_tag(piece, "instructor"):
            yield _changed(piece, source=directive("revealjs-notes", piece.source))
            continue
        *_, text = re.split(r"^#+ .*$", piece.source, flags=re.MULTILINE)
        begins_slide = piece.cell_type == "markdown" and piece.source.startswith("#")
        height = _prose_height(text) if piece.cell_type == "markdown" else _code_height(piece)
        if used and used + height > ROOM and not begins_slide:
            yield new_markdown_cell(directive("revealjs-break"))
            used = 0
        has_heading = piece.cell_type == "markdown" and text != piece.source
        used = height if has_heading else used + height
        yield piece
        if piece.cell_type == "markdown" and piece.source.startswith("# "):
            used = ROOM  # the title and the card have a slide of their own


def _prose_height(text):
    """Pixels that Markdown takes on a slide, about: 110 letters a line; lists and tables keep their lines, formulas are tall."""
    height = 0
    for paragraph in filter(None, map(str.strip, text.split("\n\n"))):
        lines = paragraph.splitlines() if re.match(r"[-*|]|\d\.", paragraph) else [paragraph]
        height += 18 + 36 * sum(-(-len(line) // 110) for line in lines) + 60 * ("$$" in paragraph)
    return height


def _code_height(cell):
    """Pixels that code or its outputs take on a slide, about."""
    source = 0 if has_tag(cell, "remove-input") else 24 * len(cell.source.splitlines()) + 34
    return source + sum(map(_output_height, cell.outputs))


def _output_height(output):
    data = output.get("data", {})
    if "image/png" in data:
        width, height = struct.unpack(">II", b64decode(data["image/png"])[16:24])
        return height * min(FIGURE[0] / width, FIGURE[1] / height) + 20
    text = data.get("text/plain") or output.get("text", "")
    return min(500, 24 * len(text.splitlines()) + 30)


def _write_list(cards, source):
    """The slide that leads to all decks."""
    parts = [
        f"# {SETTINGS['project']}",
        "Arrows lead through a deck; S opens the speaker notes, O the overview, ? all keys.",
    ]
    for module, lessons in groupby(cards, key=lambda card: card.module):
        parts += [f"**{module}**", "\n".join(f"- [{card.title}]({card.name}.ipynb)" for card in lessons)]
    (source / "index.md").write_text("\n\n".join(parts), encoding="utf-8")


def _remove_unused(folder):
    """Of reveal.js: the other themes, some of which load their letters from another host, and what only its developers use."""
    for path in (folder / "_static" / "revealjs").rglob("*"):
        is_theme = path.parent.name == "theme" and path.suffix == ".css"
        if is_theme and path.stem != SLIDES_SETTINGS["revealjs_style_theme"] or {".esm", ".map"} & set(path.suffixes):
            path.unlink()
