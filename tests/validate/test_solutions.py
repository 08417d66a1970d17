"""Nbval runs every stored solution again, as `genai-course validate` does: same outputs, claims hold, within its budgets."""

import io

import pytest
from alone import alone
from rich.console import Console
from smoke_runs import ROOT, lessons

from genai_course_tools.execution.validate import validate_one

OUTPUT = ROOT / "build" / "validate"
CELL_TIMEOUT = (
    900  # seconds by the clock, for a cell that hangs: a busy machine is no fault, the budget is in computing
)


@pytest.mark.parametrize("name", lessons("solutions"))
def test_it_is_as_stored(name):
    console = Console(file=io.StringIO(), width=200)
    source = ROOT / "solutions" / f"{name}.ipynb"
    job, faults = validate_one(source, output=OUTPUT, cell_timeout=CELL_TIMEOUT, console=console, alone=alone)
    print(console.file.getvalue())
    print(f"{job.computing_seconds:.1f} s of computing, {job.kernel_seconds:.1f} s by the clock,", end=" ")
    print(f"{job.memory / 2**30:.2f} GiB at most; log: {job.log}")
    assert faults == []
