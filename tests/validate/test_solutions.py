"""Nbval runs every stored solution again, as `genai-course validate` does: same outputs, claims hold, within its budgets."""

import io

import pytest
from alone import alone
from rich.console import Console
from smoke_runs import ROOT, lessons

from genai_course_tools.execution.validate import validate_one

OUTPUT = ROOT / "build" / "validate"


@pytest.mark.parametrize("name", lessons("solutions"))
def test_it_is_as_stored(name):
    console = Console(file=io.StringIO(), width=200)
    job, faults = validate_one(ROOT / "solutions" / f"{name}.ipynb", output=OUTPUT, console=console, alone=alone)
    print(console.file.getvalue())
    print(f"{job.computing_seconds:.1f} s of computing, {job.kernel_seconds:.1f} s by the clock,", end=" ")
    print(f"{job.memory / 2**30:.2f} GiB at most; log: {job.log}")
    assert faults == []
