"""What the site and the slides share: Sphinx, told how to read the course's notebooks, without a request to any other host."""

import hashlib
import importlib.util
import io
import os
from base64 import b64decode
from pathlib import Path

import click

STATIC = Path(__file__).parent / "static"
SETTINGS = {
    "project": "Learn generative AI by making it",
    "project_copyright": "its authors; text and pictures CC BY 4.0",
    "extensions": ["myst_nb", "genai_course_tools.publish.sphinx_extension"],
    "nb_execution_mode": "off",
    "nb_ipywidgets_js": {},  # by default scripts of another host
    "nb_render_markdown_format": "myst",  # tables and formulas in outputs, too
    "nb_merge_streams": True,
    "myst_enable_extensions": ["amsmath", "dollarmath"],
    "myst_dmath_double_inline": True,
    # One file that holds all of MathJax, the typesetter of JupyterLab: a formula looks the same here, on any machine.
    "mathjax_path": "tex-svg-full.js",
    "mathjax3_config": {"options": {"enableMenu": False}},  # the menu would load more files
    "html_copy_source": False,
    "html_use_index": False,
    # Some outputs are for programs as well, such as the numbers of a sweep; each has a text beside it.
    "suppress_warnings": ["toc.not_included", "mystnb.unknown_mime_type"],
}


def build(builder, work, settings, texts, say):
    """Let Sphinx make ``work/html`` of ``work/source``; return its warnings, a list of lines.

    builder: "html" or "revealjs". settings: more than SETTINGS. texts: :func:`alternative_texts` of the notebooks.
    say: called with a line about each file.
    """
    from sphinx.application import Sphinx
    from sphinx.util.docutils import docutils_namespace, patch_docutils

    mathjax = Path(importlib.util.find_spec("mathjax").origin).parent / "static" / "mathjax" / "es5" / "tex-svg-full.js"
    settings = SETTINGS | settings | {"course_alternative_texts": texts}
    static = f"{builder}_static_path"
    settings[static] = [str(mathjax), *settings[static]]
    warnings = io.StringIO()
    with patch_docutils(), docutils_namespace():  # what Sphinx adds to docutils goes again
        app = Sphinx(
            srcdir=work / "source",
            confdir=None,
            outdir=work / "html",
            doctreedir=work / "doctrees",
            buildername=builder,
            confoverrides=settings,
            status=None,
            warning=warnings,
        )
        app.connect("source-read", lambda app, name, text: say(f"Reading {name} …"))
        app.connect("html-page-context", lambda app, name, *others: say(f"Writing {name} …"))
        app.build()
    lines = click.unstyle(warnings.getvalue()).replace(f"{work / 'source'}{os.sep}", "").splitlines()
    return [line for line in lines if line.strip()]


def alternative_texts(notebook):
    """{SHA-256 of a picture: its words} for the pictures among a notebook's outputs."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    return {
        hashlib.sha256(b64decode(output.data["image/png"])).hexdigest(): output.metadata["image/png"]["alt"]
        for output in outputs
        if "image/png" in output.get("data", {}) and "alt" in output.metadata.get("image/png", {})
    }


def has_tag(cell, tag):
    return tag in cell.metadata.get("tags", [])


def directive(name, text="", *options, title=""):
    """A MyST directive around ``text``, which may hold fences of its own."""
    fence = "`" * 12
    return "\n".join([f"{fence}{{{name}}} {title}".rstrip(), *options, *(["", text] if text else []), fence])
