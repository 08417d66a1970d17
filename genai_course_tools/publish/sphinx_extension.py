"""What the course adds to Sphinx: the alternative texts of figures, which myst-nb leaves behind in the notebook."""

from pathlib import PurePosixPath

from docutils import nodes


def setup(app):
    app.add_config_value("course_alternative_texts", {}, "env")
    app.connect("doctree-read", _describe_figures)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _describe_figures(app, doctree):
    """Give each figure of an output its alternative text; myst-nb names a figure's file by the SHA-256 of its content."""
    texts = app.config.course_alternative_texts
    for image in doctree.findall(nodes.image):
        image["alt"] = texts.get(PurePosixPath(image["uri"]).stem, image.get("alt", ""))
