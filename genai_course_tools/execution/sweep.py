"""``genai-course sweep``: run one notebook over a grid of settings, and collect the numbers it records.

Each run is a notebook of its own, executed by papermill in a process of its own, here or on a Dask cluster. What is finished is
kept at once: an interrupted sweep goes on where it stopped.
"""

import hashlib
import json
import re
from functools import cache
from pathlib import Path

from genai_course.paths import PACKAGE, atomic_write
from genai_course_tools.authoring.find import find_notebooks, lesson_name
from genai_course_tools.disk_refusals import refused_in_one_sentence
from genai_course_tools.execution.grid import combinations, refuse_unknown
from genai_course_tools.execution.jobs import numbers_file, run_jobs
from genai_course_tools.execution.papermill_job import CELL_TIMEOUT, execution_job
from genai_course_tools.execution.recorded import recorded

SECONDS = "seconds"  # recorded of every run


def sweep(
    wanted, root, grid, *, profile, output, workers, scheduler=None, again=False, cell_timeout=CELL_TIMEOUT, console
):
    """Run the lesson ``wanted``, or a notebook's path, once for each combination of ``grid``; return the exit code.

    wanted: a lesson's name (its solution is run, which needs no answers), or the path of any notebook, such as a learner's.
    grid: name of a parameter -> its values. again: run also what is finished. scheduler: address of a Dask scheduler.
    The executed notebooks, ``numbers.csv`` and ``numbers.png`` go to the folder ``output``, or build/sweep/LESSON.
    """
    source = Path(wanted)
    if not (source.suffix == ".ipynb" and source.is_file()):
        [source] = find_notebooks([wanted], Path(root) / "solutions")
    refuse_unknown(grid, source)
    folder = Path(output or Path("build/sweep") / lesson_name(source).replace("/", "-")).resolve()
    runs = [Run(source, folder, {"PROFILE": profile} | each) for each in combinations(grid)]
    with refused_in_one_sentence(folder, "name another folder with --output"):
        waiting = [run for run in runs if again or not run.finished()]
        if len(waiting) < len(runs):
            console.print(f"{len(runs) - len(waiting)} of {len(runs)} runs are there already.", highlight=False)
        try:
            if scheduler:
                from genai_course_tools.execution.cluster import run_on_cluster

                run_on_cluster(scheduler, waiting, cell_timeout, console)
            else:
                run_here(waiting, folder, workers, cell_timeout, console)
        finally:
            results = [run.result() for run in runs]
            collect([each for each in results if each], list(grid), folder, console)
    failed = [each for each in results if each and each["state"] == "failed"]
    for each in failed:
        console.print(f"{each['name']}: {each['message']}", style="red", highlight=False, markup=False)
    return int(bool(failed))


class Run:
    """One combination: where its notebook and its result lie, and whether that is of this notebook and these settings."""

    def __init__(self, source, folder, parameters):
        self.source, self.parameters = source, parameters
        settings = json.dumps(parameters, sort_keys=True)
        self.key = hashlib.sha256(f"{course_hash()} {settings} ".encode() + source.read_bytes()).hexdigest()
        shown = ",".join(f"{name}={value}" for name, value in parameters.items())
        # Two settings may look alike in a file's name; the hash of them never does.
        unlike = hashlib.sha256(settings.encode()).hexdigest()[:6]
        self.name = re.sub(r"[^\w.=,+-]", "_", shown)[:80] + f"-{unlike}"
        self.notebook = folder / "runs" / f"{self.name}.ipynb"

    def result(self):
        """What was kept of this run, or None."""
        try:
            kept = json.loads(self.notebook.with_suffix(".json").read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return None
        return kept if isinstance(kept, dict) and kept.get("key") == self.key else None

    def finished(self):
        """Whether it has run to its end. What failed is tried again, and what lost its notebook: ``again`` was interrupted."""
        return (self.result() or {}).get("state") == "passed" and self.notebook.exists()

    def keep(self, state, message, seconds, notes):
        """Write down how the run ended, and what it has recorded, to its end or as far as its fault (see ``recorded``)."""
        numbers = {SECONDS: round(seconds, 1)} | {name: note["value"] for name, note in notes.items()}
        labels = {name: note["label"] for name, note in notes.items()}
        kept = {"key": self.key, "name": self.name, "parameters": self.parameters}
        kept |= {"state": state, "message": message, "numbers": numbers, "labels": labels}
        with atomic_write(self.notebook.with_suffix(".json")) as temporary:
            temporary.write_text(json.dumps(kept, indent=1), encoding="utf-8")


@cache
def course_hash():
    """Hash of the whole package: a number that another version of a model recorded does not count."""
    digest = hashlib.sha256()
    for path in sorted(PACKAGE.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def run_here(runs, folder, workers, cell_timeout, console):
    """Execute runs in processes of this machine, ``workers`` at a time."""
    jobs, run_of = [], {}
    for run in runs:
        job = execution_job(
            run.source, run.notebook, home=folder / "home", parameters=run.parameters, cell_timeout=cell_timeout
        )
        job.name, run_of[run.name] = run.name, run
        jobs.append(job)

    def keep(job):
        run = run_of[job.name]
        run.keep(job.state, job.message, job.seconds, recorded(numbers_file(run.notebook)))

    run_jobs(jobs, workers, console, finished=keep)


def collect(results, names, folder, console):
    """Write what was recorded as one tidy table, a row for each number of each run, and as a figure."""
    import pandas as pd

    rows = [
        {**{name: each["parameters"][name] for name in names}, "state": each["state"], "number": number, "value": value}
        for each in results
        for number, value in each["numbers"].items()
    ]
    if not rows:
        console.print("No run has ended yet.")
        return
    table = pd.DataFrame(rows)
    with atomic_write(folder / "numbers.csv") as temporary:
        table.to_csv(temporary, index=False)
    console.print(f"{len(results)} runs. Numbers: {folder / 'numbers.csv'}", highlight=False)
    table = table[(table["state"] == "passed") & table["value"].notna()]
    if len(table):
        with atomic_write(folder / "numbers.png") as temporary:
            labels = {name: label for each in results for name, label in each["labels"].items()}
            draw(table, names, labels).savefig(temporary, dpi=120)
        console.print(f"Figure: {folder / 'numbers.png'}", highlight=False)


def draw(table, names, labels):
    """A panel for each recorded number, titled by its label, over the first parameter, coloured by the second; the others make
    the bars' spread.
    """
    import seaborn as sns

    from genai_course import plots

    plots.set_theme("light")
    numbers = sorted(table["number"].unique(), key=lambda number: number == SECONDS)  # seconds last
    colours = {"hue": names[1], "palette": plots.COLOURS[: table[names[1]].nunique()]} if len(names) > 1 else {}
    figure, axes = plots.new_figure(len(numbers), 1, height=2.6 * len(numbers), squeeze=False)
    for axis, number in zip(axes[:, 0], numbers, strict=True):
        part = table[table["number"] == number].astype(dict.fromkeys(names, str))
        order = [str(value) for value in table[names[0]].unique()]
        sns.pointplot(part, x=names[0], y="value", order=order, errorbar=("pi", 100), ax=axis, **colours)
        axis.set(title=labels.get(number, number), ylabel="")
    return figure
