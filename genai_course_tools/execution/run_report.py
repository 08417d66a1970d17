"""The report of a run: one HTML page that links to every executed notebook."""

import os
from html import escape
from pathlib import Path

from genai_course.paths import atomic_write

PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Run of the course</title>
<style>
  body {{ font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem }}
  body {{ color: #222; background: #fff }}
  table {{ border-collapse: collapse; width: 100% }}
  th, td {{ text-align: left; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid #ddd; vertical-align: top }}
  .number {{ text-align: right; font-variant-numeric: tabular-nums }}
  .failed td:nth-child(2) {{ color: #b00020; font-weight: bold }}
</style>
<h1>{passed} of {total} notebooks ran</h1>
<p>Profile {profile}. The memory is the most that a notebook's kernel and its children held at one time.</p>
<table>
<tr><th>lesson<th>state<th class="number">cells<th class="number">seconds<th class="number">peak MiB
<th>what went wrong<th>
{rows}
</table>
"""


def write_report(jobs, folder, profile):
    """Write ``index.html`` about ``jobs`` into ``folder`` and return its path."""
    passed = sum(job.state == "passed" for job in jobs)
    rows = "\n".join(_row(job, folder) for job in jobs)
    path = Path(folder) / "index.html"
    with atomic_write(path) as temporary:
        temporary.write_text(
            PAGE.format(passed=passed, total=len(jobs), profile=escape(profile), rows=rows), encoding="utf-8"
        )
    return path


def _row(job, folder):
    base = job.log.with_suffix("")
    links = [
        f'<a href="{escape(Path(os.path.relpath(file, folder)).as_posix())}">{label}</a>'
        for label, file in (("log", base.with_suffix(".log")), ("notebook", base.with_suffix(".ipynb")))
        if file.exists()
    ]
    page = base.with_suffix(".html")
    name = escape(job.name)
    if page.exists():
        name = f'<a href="{escape(Path(os.path.relpath(page, folder)).as_posix())}">{name}</a>'
    numbers = (f"{job.cell} of {job.cells}", f"{job.seconds:.1f}", f"{job.memory / 2**20:.0f}")
    cells = "".join(f'<td class="number">{number}' for number in numbers)
    return f'<tr class="{job.state}"><td>{name}<td>{job.state}{cells}<td>{escape(job.message)}<td>{" ".join(links)}'
