"""Execute one notebook with papermill: ``python -m genai_course_tools.execution.papermill_process IN OUT``.

Prints ``cell k`` when the k-th code cell has run and ``fault: …`` for what went wrong. Only the exit code can be
trusted afterwards: papermill stores a notebook in which every cell is "completed" even after a timeout or a crash.
"""

import argparse
import json
import re
import sys
from pathlib import Path

import papermill
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill.engines import NBClientEngine, papermill_engines
from papermill.exceptions import PapermillExecutionError

from genai_course_tools.disk_refusals import REFUSALS


class Counter:
    """Counts the code cells of the notebook that is executed."""

    started = 0


class AnnouncingEngine(NBClientEngine):
    """Papermill's usual engine, saying how far it is."""

    @classmethod
    def execute_managed_notebook(cls, nb_man, kernel_name, **kwargs):
        start, complete = nb_man.cell_start, nb_man.cell_complete

        def runs(cell):
            return cell.cell_type == "code" and cell.source.strip()

        def announce_start(cell, cell_index=None, **more):
            Counter.started += bool(runs(cell))
            return start(cell, cell_index, **more)

        def announce_end(cell, cell_index=None, **more):
            if runs(cell):
                print(f"cell {Counter.started}", flush=True)
            return complete(cell, cell_index, **more)

        nb_man.cell_start, nb_man.cell_complete = announce_start, announce_end
        return super().execute_managed_notebook(nb_man, kernel_name, **kwargs)


def execute(source, target, *, parameters, folder, cell_timeout):
    """Execute the notebook ``source`` into ``target``; return what went wrong in one sentence, or "".

    folder: where the kernel works. cell_timeout: seconds a cell may take.
    """
    papermill_engines.register("announcing", AnnouncingEngine)
    try:
        papermill.execute_notebook(
            _literal(source),
            _literal(target),
            parameters=parameters,
            engine_name="announcing",
            kernel_name="python3",
            cwd=str(folder),
            execution_timeout=cell_timeout,
            progress_bar=False,
        )
    except PapermillExecutionError as error:
        reason = (str(error.evalue).strip().splitlines() or [""])[-1]
        return f"cell {Counter.started}: {error.ename}: {reason}"
    except CellTimeoutError:
        return f"cell {Counter.started} ran longer than {cell_timeout:g} seconds and was stopped"
    except DeadKernelError:
        return f"the kernel died in cell {Counter.started}"
    return ""


def _literal(path):
    """A path as papermill takes it, which fills in what stands between braces."""
    return str(path).replace("{", "{{").replace("}", "}}")


def write_page(notebook, page):
    """Write an executed notebook as an HTML page."""
    from nbconvert import HTMLExporter

    html, _ = HTMLExporter(embed_images=True).from_filename(str(notebook))
    page.write_text(html, encoding="utf-8")


def main():
    """Read the command line, execute, and exit with 1 if anything went wrong."""
    parser = argparse.ArgumentParser(prog="python -m genai_course_tools.execution.papermill_process")
    parser.add_argument("source", type=Path)
    parser.add_argument("target", type=Path)
    parser.add_argument("--parameters", type=json.loads, default={})
    parser.add_argument("--folder", type=Path, default=Path())
    parser.add_argument("--cell-timeout", type=float, default=600)
    parser.add_argument("--page", action="store_true")
    options = parser.parse_args()
    try:
        fault = execute(
            options.source,
            options.target,
            parameters=options.parameters,
            folder=options.folder,
            cell_timeout=options.cell_timeout,
        )
        if options.page and options.target.exists():
            write_page(options.target, options.target.with_suffix(".html"))
    except OSError as error:
        if error.errno not in REFUSALS:
            raise
        fault = f"cell {Counter.started}: the result cannot be written ({error.strerror})"
    if fault:
        print("fault:", re.sub(r"\x1b\[[0-9;]*m", "", fault), flush=True)
    sys.exit(1 if fault else 0)


if __name__ == "__main__":
    main()
