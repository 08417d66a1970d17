"""What stays of an executed notebook's outputs in a file that is committed."""

from nbformat import NotebookNode

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


def take_outputs(notebook, executed):
    """Put the outputs of ``executed`` into the cells of ``notebook``, which has the same cells of code.

    Timings, widget state and widget views stay behind: without a kernel a saved view shows an error, not its picture.
    """
    for cell, ran in zip(code_cells(notebook), code_cells(executed), strict=True):
        cell.execution_count = ran.execution_count
        cell.outputs = clean_outputs(ran.outputs)
    return notebook


def code_cells(notebook):
    """Its cells of code, in order."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def clean_outputs(outputs):
    """The outputs, the pieces of one stream joined (where a stream is cut depends on timing), widget views removed."""
    cleaned = []
    for output in outputs:
        output = NotebookNode(output)
        previous = cleaned[-1] if cleaned else None
        if (
            output.output_type == "stream"
            and previous
            and (previous.output_type, previous.get("name")) == ("stream", output.name)
        ):
            previous.text += output.text
            continue
        if "data" in output:
            output.data = NotebookNode({kind: data for kind, data in output.data.items() if kind != WIDGET_VIEW})
            output.metadata = NotebookNode(
                {kind: data for kind, data in output.metadata.items() if kind != WIDGET_VIEW}
            )
            if not output.data:
                continue
        cleaned.append(output)
    return cleaned


def concerns(notebook):
    """What a reader of the committed notebook would stumble over, one sentence each; [] if nothing."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    pictures = [output for output in outputs if {"image/png", "image/svg+xml"} & set(output.get("data", {}))]
    mute = [picture for picture in pictures if not _has_alternative_text(picture.metadata)]
    found = []
    if any(output.get("name") == "stderr" for output in outputs):
        found.append("it shows text from stderr: find the warning's cause")
    if mute:
        found.append(f"{len(mute)} of {len(pictures)} pictures have no alternative text: show them with plots.show")
    if len(pictures) < 2:
        found.append("it shows fewer than two pictures")
    return found


def _has_alternative_text(metadata):
    return "alt" in metadata or any("alt" in value for value in metadata.values() if isinstance(value, dict))
