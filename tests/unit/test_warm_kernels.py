"""Papermill and kernels forked from a process that has imported: as the usual ones, and nothing is left of them."""

import os
import subprocess
import sys
import time

import nbformat
import psutil
import pytest
from smoke_runs import nursery
from warm_kernels import COMMAND, SOCKET, USUAL

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux forks them")


@pytest.fixture
def notebook(tmp_path):
    """Function: sources of cells -> path of a notebook."""

    def write(*sources):
        cells = [nbformat.v4.new_code_cell(source, id=f"cell-{number}") for number, source in enumerate(sources)]
        path = tmp_path / "in.ipynb"
        nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
        return path

    return write


def start(source, command=COMMAND, path=None):
    arguments = [*command, source, source.with_name("out.ipynb"), "--folder", source.parent]
    environment = os.environ | {SOCKET: path or nursery().path, "OF_THIS_TEST": "1"}
    return subprocess.Popen(
        list(map(str, arguments)), env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def outputs(source):
    cells = nbformat.read(source.with_name("out.ipynb"), as_version=4).cells
    return [cell.outputs for cell in cells if cell.cell_type == "code"]


def test_the_same_as_the_usual_process(notebook):
    source = notebook(
        "import os, sys\nprint(os.getcwd(), os.environ['OF_THIS_TEST'], sys.path[:2], __name__)",
        "import numpy as np\nimport keras\nkeras.utils.set_random_seed(3)\nkeras.random.normal((3,)).numpy()",
        "import sqlite3\n_ = sqlite3.connect(':memory:').execute('create virtual table t using fts5(x)')",
        "import matplotlib\nmatplotlib.get_backend()",
        "raise ValueError('no [brackets] lost')",
    )
    said = []
    for command in (COMMAND, USUAL):
        process = start(source, command)
        text, _ = process.communicate(timeout=300)
        said.append((process.returncode, [line for line in text.splitlines() if line.startswith(("cell", "fault"))]))
        said[-1] += (outputs(source)[:-1],)
    assert said[0] == said[1]
    assert said[0][0] == 1
    assert said[0][1][-1].endswith("ValueError: no [brackets] lost")


def test_a_kernel_that_dies_is_noticed(notebook):
    process = start(notebook("1", "import os\nos._exit(3)"))
    text, _ = process.communicate(timeout=300)
    assert process.returncode == 1
    assert "fault: the kernel died in cell 2" in text


def test_who_stops_waiting_leaves_nothing_running(notebook, tmp_path):
    process = start(notebook("import os\nopen('begun', 'w').write(str(os.getpid()))\nimport time\ntime.sleep(600)"))
    while not (tmp_path / "begun").exists() or not (tmp_path / "begun").read_text():
        assert process.poll() is None
        time.sleep(0.1)
    kernel = psutil.Process(int((tmp_path / "begun").read_text()))
    papermill = kernel.parent()
    process.kill()
    gone, _ = psutil.wait_procs([kernel, papermill], timeout=60)
    assert len(gone) == 2
    assert nursery().process.poll() is None


def test_where_nobody_answers_the_usual_process_starts(notebook, tmp_path):
    source = notebook("print(1)")
    process = start(source, path=str(tmp_path / "nobody"))
    assert "cell 1" in process.communicate(timeout=300)[0]
    assert process.returncode == 0
    assert outputs(source)[0][0].text == "1\n"
