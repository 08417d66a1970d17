"""Two runs of a notebook compared as nbval compares them: by its own code, with its tags and its rules on what may differ."""

import nbformat
from nbval.plugin import IPyNbFile, coalesce_streams


def differences(session, executed, cells):
    """In one sentence each, where the ``cells`` of a second run show other outputs than the first run.

    session: pytest's, for nbval's collector. executed: path of the notebook that papermill ran. cells: those of the document in
    JupyterLab, as dictionaries; the cell that papermill puts in is the only one that they lack.
    """
    collector = IPyNbFile.from_parent(session, path=executed)
    collector.setup_sanitize_files()
    first = {item.cell.id: item for item in collector.collect()}
    second = {cell["id"]: _outputs(cell) for cell in cells if cell["cell_type"] == "code"}
    put_in = {name for name, item in first.items() if "injected-parameters" in item.cell.metadata.get("tags", [])}
    if odd := (set(first) - put_in) ^ set(second):
        return [f"cells of one run only: {', '.join(sorted(odd))}"]
    found = []
    for name, outputs in second.items():
        item = first[name]
        compared = item.options["check"] and not item.options["skip"]
        if compared and not item.compare_outputs(coalesce_streams(outputs), coalesce_streams(item.cell.outputs)):
            found.append(f"cell {name}: " + "\n".join(item.comparison_traceback))
    return found


def _outputs(cell):
    """A cell's outputs as nbformat reads them from a file: text in one piece."""
    cell = nbformat.from_dict({"metadata": {}, "source": "", "execution_count": None} | cell)
    notebook = nbformat.v4.new_notebook(cells=[cell])
    return nbformat.v4.rwbase.rejoin_lines(notebook).cells[0].outputs
