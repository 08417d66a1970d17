"""``genai-course site``: every lesson and its solution as pages that need no server, no kernel and no network."""

import shutil
from itertools import groupby
from pathlib import Path

import nbformat
from rich.console import Console

from genai_course.paths import course_root
from genai_course_tools.learner import overview
from genai_course_tools.publish.folder import refuse_without_extra, whole_folder
from genai_course_tools.publish.pages import SETTINGS, STATIC, alternative_texts, build, directive, has_tag

SITE_SETTINGS = {
    "html_theme": "furo",
    "html_title": SETTINGS["project"],
    "html_static_path": [str(STATIC / "site.css"), str(STATIC / "site.js")],
    "html_css_files": ["site.css"],
    "html_js_files": ["site.js"],
}
OTHER = {"notebooks": "solutions", "solutions": "notebooks"}
WORDS = {"notebooks": "Lesson", "solutions": "Solution"}
WELCOME = """\
You read a little, predict, run, drag sliders, and complete exercises that answer back. Here you can read and search the whole
course; to do the exercises, open a lesson's notebook in JupyterLab. The minutes are for reading and exercises."""


def write_site(output, console=None):
    """Write the pages of all lessons and solutions into the folder ``output``; return the path of the start page.

    console: a rich Console that shows progress and warnings; None for silence.
    Raises click.UsageError where a package is missing, or ``output`` is not ours to replace or cannot be written.
    """
    refuse_without_extra()
    console = console or Console(quiet=True)
    cards = overview.read_cards({})
    pages = [(card, kind) for kind in OTHER for card in cards if _notebook(card, kind).is_file()]
    console.print(f"Making pages of {len(pages)} notebooks …", highlight=False)
    with whole_folder(output) as work, console.status("") as status:
        texts = {}
        for card, kind in pages:
            texts |= _write_page(card, kind, work / "source")
        _write_start_page(cards, work / "source")
        _write_solutions_page([card for card, kind in pages if kind == "solutions"], work / "source")
        for warning in build("html", work, SITE_SETTINGS, texts, status.update):
            console.print(warning, markup=False, highlight=False)
        for card, kind in pages:
            shutil.copyfile(_notebook(card, kind), work / "html" / kind / f"{card.name}.ipynb")
    return Path(output) / "index.html"


def _notebook(card, kind):
    return course_root() / kind / f"{card.name}.ipynb"


def _write_page(card, kind, source):
    """Write one notebook as Sphinx shall read it; return the alternative texts of its figures."""
    notebook = nbformat.read(_notebook(card, kind), as_version=4)
    title, _, rest = notebook.cells[0].source.partition("\n")
    mark = " (solution)" if kind == "solutions" else ""
    notebook.cells[0].source = f"{title}{mark}\n\n{_links(card, kind)}\n\n{rest}"
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and has_tag(cell, "instructor"):
            cell.source = directive("admonition", cell.source, ":class: teachers", title="Note for teachers")
    page = source / kind / f"{card.name}.ipynb"
    page.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, page)
    return alternative_texts(notebook)


def _links(card, kind):
    """The line below a title: to the other version, and to the notebook, which lies beside the page."""
    links = [f'<a href="{Path(card.name).name}.ipynb" download>Download this notebook</a>']
    other = OTHER[kind]
    if _notebook(card, other).is_file():
        links.insert(0, f'<a href="../../{other}/{card.name}.html">{WORDS[other]}</a>')
    return f'<p class="page-links">{" · ".join(links)}</p>'


def _write_start_page(cards, source):
    parts = [f"# {SETTINGS['project']}", WELCOME]
    for module, lessons in groupby(cards, key=lambda card: card.module):
        lessons = list(lessons)
        rows = "\n".join(f"| {_link(card, 'notebooks/')} | {card.minutes or ''} |" for card in lessons)
        parts += [f"## {module}", f"| lesson | minutes |\n|:--|--:|\n{rows}", _tree(lessons, "notebooks", module)]
    parts.append(directive("toctree", "solutions/index", ":hidden:", ":caption: Solutions"))
    (source / "index.md").write_text("\n\n".join(parts), encoding="utf-8")


def _write_solutions_page(cards, source):
    parts = [
        "# All solutions",
        "Each lesson complete, with all that it shows when it runs, and with notes for teachers.",
    ]
    parts.append("\n".join(f"- {_link(card)}" for card in cards))
    parts.append(_tree(cards, "/solutions"))
    folder = source / "solutions"
    folder.mkdir(exist_ok=True)
    (folder / "index.md").write_text("\n\n".join(parts), encoding="utf-8")


def _link(card, folder=""):
    title = card.title.replace("|", "\\|")
    return f"[{title}]({folder}{card.name}.ipynb)"


def _tree(cards, folder, caption=None):
    """What the list at the left shows, and the order of previous and next."""
    options = [":hidden:", *([f":caption: {caption}"] if caption else [])]
    return directive("toctree", "\n".join(f"{card.short_title} <{folder}/{card.name}>" for card in cards), *options)
