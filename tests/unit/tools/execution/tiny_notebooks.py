"""Small notebooks for the tests of the tools that run them."""

import nbformat

PARAMETERS = 'PROFILE = "laptop"'


def write_notebook(path, *sources, parameters=True, outputs=None):
    """Write a notebook with a parameters cell (the first, unless told otherwise) and a code cell for each source.

    outputs: text that each cell is stored to have printed (None: the notebook was never executed).
    """
    cells = [nbformat.v4.new_code_cell(PARAMETERS, metadata={"tags": ["parameters"]})] if parameters else []
    cells += [nbformat.v4.new_code_cell(source) for source in sources]
    for number, cell in enumerate(cells, 1):
        cell.id = f"cell-{number}"
        text = (outputs or {}).get(number - parameters)
        if outputs is not None:
            cell.execution_count = number
            cell.outputs = [nbformat.v4.new_output("stream", name="stdout", text=text)] if text else []
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), path)
    return path
